//! What is asked, and what segmentation gives.

use crate::catalog::segments::{Scores, SegmentModel};
use crate::expr::Expr;
use crate::period::{Grain, Period};
use crate::report::AbsentReason;

/// What is to be segmented, and how.
#[derive(Debug, Clone)]
pub struct Request {
    /// Scores and segments.
    pub model: SegmentModel,
    /// The length of the period that movement is measured over.
    pub grain: Grain,
    /// The dimensions of the groups that segments are counted in. Scores are those among all customers.
    pub by: Vec<String>,
    /// Which rows and stakeholders count, over dimensions.
    pub filter: Option<Expr>,
}

/// The segments of all customers.
#[derive(Debug, Clone, PartialEq)]
pub struct Segmentation {
    /// The period before the one that the as-of date is in: previous segments are those at its end.
    pub previous: Period,
    /// Why there is no revenue: it has several currencies, or of some orders nobody knows what the lines that count amount to.
    pub money_absent: Option<AbsentReason>,
    /// The segments of each group, in the order of the groups; without dimensions there is one group.
    pub groups: Vec<Group>,
    /// Movement since the end of the previous period; `None` if it would show fewer than five protected people.
    pub movement: Option<Vec<Move>>,
    /// What each score means among these customers; `None` if some are protected.
    pub scores: Option<Vec<ScoreRange>>,
    /// The customers that may be listed, in the order of their ids.
    pub customers: Vec<Customer>,
    /// There are protected people among the customers; they are not listed.
    pub withheld: bool,
}

/// The segments of a group of customers.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The text of each dimension.
    pub labels: Vec<String>,
    /// The number of its customers; `None` if suppressed.
    pub customers: Option<u64>,
    /// Their revenue; `None` if suppressed or not available.
    pub value: Option<f64>,
    /// Its segments in the order of the model; the last one has those for whom no condition holds, if there are any in any group.
    pub segments: Vec<SegmentCount>,
}

/// A segment in a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SegmentCount {
    /// The segment, as an index into those of the model; `None`: no condition holds.
    pub segment: Option<usize>,
    /// Hidden to protect few people.
    pub suppressed: bool,
    /// The number of customers; `None` if suppressed.
    pub n: Option<u64>,
    /// Their revenue; `None` if suppressed or not available.
    pub value: Option<f64>,
}

/// Where a customer was at the end of the previous period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Before {
    /// In a segment, as an index into those of the model; `None`: no condition held.
    In(Option<usize>),
    /// Without an order by then.
    NoOrder,
}

/// The number of customers who moved from one segment to another, or stayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// Where they were.
    pub from: Before,
    /// Where they are.
    pub to: Option<usize>,
    /// How many they are; at least one.
    pub n: u64,
}

/// The parts of a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Days since the last order.
    Recency,
    /// Orders.
    Frequency,
    /// Revenue.
    Monetary,
}

impl Part {
    /// All of them.
    pub const ALL: [Part; 3] = [Part::Recency, Part::Frequency, Part::Monetary];

    /// The word in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Part::Recency => "recency",
            Part::Frequency => "frequency",
            Part::Monetary => "monetary",
        }
    }
}

/// The customers with one score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoreRange {
    /// The score of what.
    pub part: Part,
    /// 1 to 5.
    pub score: u8,
    /// The number of customers with it.
    pub n: u64,
    /// The smallest and the largest value among them, in days, orders or units of the currency; `None`: there are none.
    pub range: Option<(f64, f64)>,
}

/// A customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Customer {
    /// The stakeholder.
    pub stakeholder: u32,
    /// Days from the day of the last order to the as-of date.
    pub recency: i32,
    /// Orders, or days with an order.
    pub frequency: u32,
    /// Revenue, in units of the currency; `None` if not available.
    pub monetary: Option<f64>,
    /// The scores.
    pub scores: Scores,
    /// The segment, as an index into those of the model; `None`: no condition holds.
    pub segment: Option<usize>,
    /// Where the customer was.
    pub previous: Before,
}

/// Why there are no segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoSegments {
    /// There are no purchases.
    Absent(AbsentReason),
    /// Purchases have no such dimension, nor has the roster.
    Dimension(String),
}
