//! What a metric is: the fact and the rows, the kind with exactly its fields, and the words that explain it.

use super::example::Example;
use super::expression::Expression;
use super::kinds::Kind;
use crate::codes::codes;
use crate::schema::{FactColumn, FactSpec};
pub use crate::stats::BetterDirection;
use crate::toml_reader::SourceText;
use std::collections::BTreeSet;
use std::ops::Range;

/// One metric: what is measured, how, and the words that explain it.
#[derive(Debug)]
pub struct Metric {
    /// Its name: lower-case letters, digits and `_`.
    pub id: String,
    /// A short name for tables.
    pub title: String,
    /// The family it is listed under.
    pub family: String,
    /// The fact it is measured on; none exactly for derived metrics.
    pub fact: Option<&'static FactSpec>,
    /// How rows come into a period.
    pub when: When,
    /// Absent until so many days after the period's end are known.
    pub window_days: Option<u32>,
    /// Absent while the period starts within so many days of the data's start.
    pub lookback_days: Option<u32>,
    /// The rows that count, all of them without one; a row where it is null does not count.
    pub where_: Option<Expression>,
    /// What is computed from these rows.
    pub kind: Kind,
    /// The column that rows are weighted by: of shares, net shares and means only.
    pub weight: Option<String>,
    /// What the value is a number of.
    pub unit: MetricUnit,
    /// The direction that is better.
    pub good: BetterDirection,
    /// The definition, in a sentence or two.
    pub text: String,
    /// Where the definition comes from.
    pub source: String,
    /// Whether it is a helper that no list shows.
    pub hidden: bool,
    /// Whether it is one of the few of its family that a report shows where none are named; those of a user are.
    pub key: bool,
    /// Whether it costs so much that it is measured only where it is named, or where key metrics are.
    pub on_request: bool,
    /// The metric in hours that it stands in for: where none are named, it is shown only if that one is known in days only.
    pub instead_of: Option<String>,
    /// What must come out of which rows.
    pub examples: Vec<Example>,
    /// Where it is written.
    pub origin: Origin,
    pub(super) definition: u64,
}

/// How the rows of a fact come into a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// The fact's rows belong to a period already; and derived metrics, which have no rows.
    InPeriod,
    /// A row counts in the period that holds this time of it.
    At(String),
    /// A stock: a row counts at the end t1 of a period if `from` < t1 and `until` is null or >= t1.
    Stock {
        /// The time column from which on a row is there.
        from: String,
        /// The time column until which it is.
        until: String,
    },
}

/// Things that are counted once each, or that rows are grouped by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entity {
    /// Stakeholders.
    Stakeholder,
    /// The values of a column of text or ids.
    Column(String),
}

codes! {
    /// What a metric's value is a number of.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum MetricUnit {
        /// A part of a whole: 0.25 is a quarter.
        Share = "share",
        /// Percentage points, -100 to 100.
        Points = "points",
        /// A number of things.
        Count = "count",
        /// Money, in the run's currency.
        Money = "money",
        /// Hours.
        Hours = "hours",
        /// Days.
        Days = "days",
        /// So many of one per one of another.
        Ratio = "ratio",
        /// A score of 0 to 100.
        Score = "score",
        /// A bare number of 0 to 1.
        Index = "index",
    }
}

/// Where a definition is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file's name.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

impl Origin {
    /// Where a stretch of a text starts.
    pub fn of(source: SourceText<'_>, span: &Range<usize>) -> Origin {
        Origin {
            file: source.file.to_string(),
            line: source.line(span.start),
        }
    }
}

impl Metric {
    /// Whether it is one of the program's own.
    pub fn is_builtin(&self) -> bool {
        super::load::is_builtin(&self.origin.file)
    }

    /// A stable hash of all that changes the answer: kind, expressions, fact, times, windows, weight, and the same of the metrics it
    /// rests on. Title, words, unit, direction and examples are left out, and so are spaces and letter case in expressions.
    pub fn definition_hash(&self) -> u64 {
        self.definition
    }

    /// Every column of the fact that the metric uses, in the fact's order; none for derived metrics.
    pub fn columns(&self) -> Vec<&'static FactColumn> {
        let Some(fact) = self.fact else { return Vec::new() };
        let mut names: Vec<&str> = self.weight.iter().map(String::as_str).collect();
        match &self.when {
            When::InPeriod => {}
            When::At(at) => names.push(at),
            When::Stock { from, until } => names.extend([from.as_str(), until.as_str()]),
        }
        if let Some(Entity::Column(name)) = self.kind.definition().entity() {
            names.push(name);
        }
        let used: BTreeSet<String> = self.expressions().flat_map(Expression::names).collect();
        fact.columns
            .iter()
            .filter(|c| names.contains(&c.name) || used.contains(c.name))
            .collect()
    }

    /// The ids of the metrics that this one is computed from.
    pub fn parts(&self) -> BTreeSet<String> {
        self.kind.definition().parts()
    }

    /// Its expressions over the fact's columns.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.where_.iter().chain(self.kind.definition().expressions())
    }
}

impl Entity {
    /// The column that identifies them.
    pub fn name(&self) -> &str {
        match self {
            Entity::Stakeholder => "stakeholder_id",
            Entity::Column(name) => name,
        }
    }
}
