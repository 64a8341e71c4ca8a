//! What a run says, as plain values: cells, changes, the row account, notes. Nothing here computes, and nothing prints.

use std::collections::BTreeMap;
use std::fmt;

use crate::catalog::{BetterDirection, MetricUnit, ValueType};
use crate::codes::codes;
use crate::notes::Note;
use crate::period::{self, Period};
pub use crate::record_counts::RecordCounts;
use crate::schema::Micros;
use crate::stats::{IntervalWarning, Method, Reading, Studentised};

/// Why a number is not there. Absent is never zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AbsentReason {
    /// No row of the fact lies in the cell.
    NoRows,
    /// The whole is zero.
    ZeroDenominator,
    /// Too few rows for the number or its interval.
    TooFew,
    /// A table or column that the metric needs is not mapped; says which.
    MissingInput(String),
    /// Money of several currencies.
    MixedCurrencies,
    /// The window that the metric looks ahead is not over.
    IncompleteWindow,
    /// A survival quantile that the curve does not reach.
    NotReached,
    /// Hidden to protect few people.
    Suppressed,
    /// Values that do not differ give no interval.
    ZeroVariance,
    /// This kind of number has no interval.
    NotDefined,
    /// A value that is larger than any that can be represented.
    TooLarge,
    /// The files of the metric have no records, only a header: whether there were events is not known.
    NoData,
    /// The period ends before the first record of the metric's tables: what happened then is not known.
    BeforeData,
    /// Of a file of the metric no record could be read.
    Unreadable,
    /// A value in hours, where a column holds dates without a time of day; says which.
    DaysOnly(String),
    /// The lines of an order differ in what the metric needs of the whole order, or its amount is not known for each of its lines.
    LinesDiffer,
}

codes! {
    /// The reasons without what exactly is missing, as every format writes them.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum AbsentCode {
        /// [`AbsentReason::NoRows`].
        NoRows = "no rows",
        /// [`AbsentReason::ZeroDenominator`].
        ZeroDenominator = "zero denominator",
        /// [`AbsentReason::TooFew`].
        TooFew = "too few",
        /// [`AbsentReason::MissingInput`].
        MissingInput = "missing input",
        /// [`AbsentReason::MixedCurrencies`].
        MixedCurrencies = "mixed currencies",
        /// [`AbsentReason::IncompleteWindow`].
        IncompleteWindow = "incomplete window",
        /// [`AbsentReason::NotReached`].
        NotReached = "not reached",
        /// [`AbsentReason::Suppressed`].
        Suppressed = "suppressed",
        /// [`AbsentReason::ZeroVariance`].
        ZeroVariance = "zero variance",
        /// [`AbsentReason::NotDefined`].
        NotDefined = "not defined",
        /// [`AbsentReason::TooLarge`].
        TooLarge = "too large",
        /// [`AbsentReason::NoData`].
        NoData = "no data",
        /// [`AbsentReason::BeforeData`].
        BeforeData = "before the data",
        /// [`AbsentReason::Unreadable`].
        Unreadable = "no readable records",
        /// [`AbsentReason::DaysOnly`].
        DaysOnly = "days only",
        /// [`AbsentReason::LinesDiffer`].
        LinesDiffer = "order lines differ",
    }
}

impl AbsentReason {
    /// The reason without its detail.
    pub fn code(&self) -> AbsentCode {
        match self {
            AbsentReason::NoRows => AbsentCode::NoRows,
            AbsentReason::ZeroDenominator => AbsentCode::ZeroDenominator,
            AbsentReason::TooFew => AbsentCode::TooFew,
            AbsentReason::MissingInput(_) => AbsentCode::MissingInput,
            AbsentReason::MixedCurrencies => AbsentCode::MixedCurrencies,
            AbsentReason::IncompleteWindow => AbsentCode::IncompleteWindow,
            AbsentReason::NotReached => AbsentCode::NotReached,
            AbsentReason::Suppressed => AbsentCode::Suppressed,
            AbsentReason::ZeroVariance => AbsentCode::ZeroVariance,
            AbsentReason::NotDefined => AbsentCode::NotDefined,
            AbsentReason::TooLarge => AbsentCode::TooLarge,
            AbsentReason::NoData => AbsentCode::NoData,
            AbsentReason::BeforeData => AbsentCode::BeforeData,
            AbsentReason::Unreadable => AbsentCode::Unreadable,
            AbsentReason::DaysOnly(_) => AbsentCode::DaysOnly,
            AbsentReason::LinesDiffer => AbsentCode::LinesDiffer,
        }
    }

    /// The reason as it is written in every format.
    pub fn as_str(&self) -> &'static str {
        self.code().as_str()
    }

    /// What exactly is missing, where the reason alone does not say it.
    pub fn detail(&self) -> Option<&str> {
        match self {
            AbsentReason::MissingInput(what) | AbsentReason::DaysOnly(what) => Some(what),
            AbsentReason::NoRows
            | AbsentReason::ZeroDenominator
            | AbsentReason::TooFew
            | AbsentReason::MixedCurrencies
            | AbsentReason::IncompleteWindow
            | AbsentReason::NotReached
            | AbsentReason::Suppressed
            | AbsentReason::ZeroVariance
            | AbsentReason::NotDefined
            | AbsentReason::TooLarge
            | AbsentReason::NoData
            | AbsentReason::BeforeData
            | AbsentReason::Unreadable
            | AbsentReason::LinesDiffer => None,
        }
    }
}

/// Why a value is there but not interpreted: there is no reading of it, no finding, no signal and no verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAssessed {
    /// The metric looks back further than the records do: at their start, everybody looks new.
    ShortHistory {
        /// The first civil day of the first period that will be assessed. It is an estimate from the records so far.
        from: i32,
    },
}

codes! {
    /// The reasons without their date, as every format writes them.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum NotAssessedCode {
        /// [`NotAssessed::ShortHistory`].
        ShortHistory = "short history",
    }
}

impl NotAssessed {
    /// The reason without its date.
    pub fn code(self) -> NotAssessedCode {
        match self {
            NotAssessed::ShortHistory { .. } => NotAssessedCode::ShortHistory,
        }
    }

    /// The first civil day of the first period that will be assessed.
    pub fn from(self) -> i32 {
        match self {
            NotAssessed::ShortHistory { from } => from,
        }
    }
}

/// The clock that response, resolution and open-case durations are measured by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clock {
    /// It never stops.
    Calendar,
    /// It runs while the business is open.
    Business {
        /// Name of the zone of its hours.
        zone: String,
    },
}

impl Clock {
    /// Whether it only runs while the business is open: a day of it has no 24 hours.
    pub fn is_business(&self) -> bool {
        matches!(self, Clock::Business { .. })
    }

    /// Reads what [`fmt::Display`] writes; `None`: it is something else.
    pub fn parse(text: &str) -> Option<Clock> {
        match text {
            "calendar hours" => Some(Clock::Calendar),
            other => Some(Clock::Business {
                zone: other.strip_prefix("business hours (")?.strip_suffix(')')?.to_string(),
            }),
        }
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Clock::Calendar => f.write_str("calendar hours"),
            Clock::Business { zone } => write!(f, "business hours ({zone})"),
        }
    }
}

impl From<&period::Clock> for Clock {
    fn from(clock: &period::Clock) -> Clock {
        match clock {
            period::Clock::Calendar => Clock::Calendar,
            period::Clock::Business(hours) => Clock::Business {
                zone: hours.zone().name().to_string(),
            },
        }
    }
}

/// How a value differs from that of an earlier period, measured as it was known at the same age, or from that of the rest: all other
/// slices of the same period together.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Label of the days that the other value is of: the earlier period or, if the period of the value has not ended, the same number of days
    /// from the start of the earlier period.
    pub period: String,
    /// The other value: the earlier one as known at the same age, or that of the rest.
    pub value: Option<f64>,
    /// The value less the other one.
    pub delta: Option<f64>,
    /// Lower limit of the difference.
    pub low: Option<f64>,
    /// Upper limit of the difference.
    pub high: Option<f64>,
    /// What the interval of the difference says, turned by the metric's good direction. Against the rest, a clear reading is one that
    /// stands among all slices of the metric and period after Benjamini and Hochberg's adjustment.
    pub reading: Reading,
    /// The smallest 1 - level at which the interval of the difference leaves out zero, where asked for: to judge many changes at once,
    /// not for print. `None` too where there is no interval.
    pub p: Option<f64>,
    /// Why the change is not interpreted although it is there: the reading is `Unclear` then.
    pub not_assessed: Option<NotAssessed>,
}

/// One number: a metric in a period and a slice.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The metric's id.
    pub metric: String,
    /// What sort of quantity the value is.
    pub value_type: ValueType,
    /// The period.
    pub period: Period,
    /// Whether the period lies wholly before as-of.
    pub complete: bool,
    /// Whether the period, or the one before where the metric looks back, starts before the data.
    pub left_truncated: bool,
    /// The slice: dimension and value, in the order asked for.
    pub by: Vec<(String, String)>,
    /// The value; `None` exactly when `absent` is a reason.
    pub value: Option<f64>,
    /// Why there is no value.
    pub absent: Option<AbsentReason>,
    /// Lower limit.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
    /// Why there are no limits; then both are `None`. One alone missing is an open end.
    pub interval_absent: Option<AbsentReason>,
    /// Rows in the whole; `None` where they are hidden.
    pub n: Option<u64>,
    /// Distinct stakeholders in the whole; a row without one counts as its own. `None` where they are hidden.
    pub stakeholders: Option<u64>,
    /// Design effect of rows of one stakeholder being alike.
    pub deff: Option<f64>,
    /// The part: rows of a share, promoters, the sum above the line.
    pub part: Option<f64>,
    /// Rows that count against: detractors.
    pub part_minus: Option<f64>,
    /// The whole: rows of a share, the sum below the line, the exposure.
    pub whole: Option<f64>,
    /// How the limits were found.
    pub method: Option<Method>,
    /// What the limits of a mean or a ratio were found from, for those at other levels, and for what is doubtful about them.
    pub studentised: Option<Studentised>,
    /// Why the value is not interpreted although it is there.
    pub not_assessed: Option<NotAssessed>,
    /// Changes by what they are against: `previous`, `year-ago`, `rest`.
    pub changes: BTreeMap<&'static str, Change>,
}

impl Cell {
    /// A cell of a period that is over, in which nothing was counted yet.
    pub fn blank(metric: &str, period: &Period) -> Cell {
        Cell {
            metric: metric.to_string(),
            value_type: ValueType::Other,
            period: period.clone(),
            complete: true,
            left_truncated: false,
            by: Vec::new(),
            value: None,
            absent: None,
            low: None,
            high: None,
            interval_absent: None,
            n: Some(0),
            stakeholders: Some(0),
            deff: None,
            part: None,
            part_minus: None,
            whole: None,
            method: None,
            studentised: None,
            not_assessed: None,
            changes: BTreeMap::new(),
        }
    }

    /// What is doubtful about the interval.
    pub fn interval_warning(&self) -> Option<IntervalWarning> {
        self.studentised.as_ref().and_then(Studentised::warning)
    }
}

/// Who the value of a metric in a period comes from: those who have most to do with it, and all others together.
#[derive(Debug, Clone, PartialEq)]
pub struct Contributors {
    /// The metric's id.
    pub metric: String,
    /// The period.
    pub period: Period,
    /// How many stakeholders there are; a row without one counts as its own.
    pub stakeholders: u64,
    /// The part of all: of a net share, those for less those against.
    pub part: f64,
    /// The whole of all; `None` for totals.
    pub whole: Option<f64>,
    /// The sum over stakeholders of their squared parts: the variance of a total.
    pub squares: f64,
    /// All others together.
    pub others: Others,
    /// Those with most influence, the largest first: of a total y, of a ratio p of parts to wholes x - p n.
    pub largest: Vec<Contributor>,
}

/// The stakeholders who are not named.
#[derive(Debug, Clone, PartialEq)]
pub struct Others {
    /// How many there are.
    pub stakeholders: u64,
    /// Their part.
    pub part: f64,
    /// Their whole; `None` where it is not counted with the part.
    pub whole: Option<f64>,
}

/// What one stakeholder has of a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Contributor {
    /// Its id; a pseudonym where they are asked for.
    pub id: String,
    /// Its part.
    pub part: f64,
    /// Its whole; `None` for totals, and for rates whose exposure is another metric.
    pub whole: Option<f64>,
}

/// A metric as a report shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricInfo {
    /// Its id.
    pub id: String,
    /// Its short title.
    pub title: String,
    /// Its family.
    pub family: String,
    /// What its value is a number of.
    pub unit: MetricUnit,
    /// Which direction is better.
    pub good: BetterDirection,
    /// It rests on something that nobody dated, so that earlier periods are known as they are now: nothing can be read from how it moved.
    pub undated: bool,
    /// The first civil day from which on its periods are assessed, of a metric that looks back; earlier ones have too little history.
    pub assessed_from: Option<i32>,
}

/// The result of a measure: everything that a format can show.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasureResult {
    /// Nothing at or after it is known.
    pub as_of: Micros,
    /// Name of the report's time zone.
    pub timezone: String,
    /// Confidence level of the intervals.
    pub level: f64,
    /// Currency of money metrics, where it is known.
    pub currency: Option<String>,
    /// The clock of response, resolution and open-case durations.
    pub clock: Clock,
    /// The dimensions asked for.
    pub dimensions: Vec<String>,
    /// The metrics, in the order of the catalogue.
    pub metrics: Vec<MetricInfo>,
    /// The cells: by metric in that order, then by period, then by slice.
    pub cells: Vec<Cell>,
    /// The row account.
    pub account: Vec<RecordCounts>,
    /// Findings.
    pub notes: Vec<Note>,
}

impl MeasureResult {
    /// The metric of a cell.
    ///
    /// # Panics
    /// On a cell of a metric that the result does not have.
    pub fn metric(&self, cell: &Cell) -> &MetricInfo {
        let found = self.metrics.iter().find(|metric| metric.id == cell.metric);
        found.expect("a cell is of a metric of the result")
    }
}
