//! What a metric is: the fact and the rows, the kind with exactly its fields, and the words that explain it.

use super::example::Example;
use super::expression::Expression;
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

/// What is computed from the rows that count.
#[derive(Debug)]
pub enum Kind {
    /// How many rows, or how many distinct things in them.
    Count {
        /// The things to tell apart; rows without one.
        distinct: Option<Entity>,
    },
    /// The sum of an expression.
    Sum {
        /// What is added.
        of: Expression,
    },
    /// The mean of an expression over the rows where it is not null.
    Mean {
        /// What is averaged.
        of: Expression,
    },
    /// Part rows divided by whole rows.
    Share {
        /// Whether a row is in the part.
        part: Expression,
    },
    /// A hundred times the difference of two shares.
    NetShare {
        /// Whether a row counts for.
        plus: Expression,
        /// Whether a row counts against.
        minus: Expression,
    },
    /// One sum divided by another.
    Ratio {
        /// What is added above; true counts as 1.
        over: Expression,
        /// What stands below.
        under: Under,
    },
    /// Events per exposure.
    Rate {
        /// Whether a row is an event.
        part: Expression,
        /// The exposure that the rate is stated for.
        per: f64,
        /// What events are divided by.
        exposure: Exposure,
    },
    /// A quantile, interpolated linearly between order statistics at 1 + (n - 1) q.
    Quantile {
        /// What is ranked; nulls are left out.
        of: Expression,
        /// Which quantile, between 0 and 1.
        q: f64,
    },
    /// A quantile by Kaplan-Meier, with open rows censored.
    SurvivalQuantile {
        /// The duration of a row that has ended.
        of: Expression,
        /// Whether a row has ended.
        event: Expression,
        /// How long a row without the event has lasted so far.
        censored_of: Expression,
        /// Which quantile, between 0 and 1.
        q: f64,
    },
    /// How unevenly a total is spread over groups.
    Concentration {
        /// What is added up within a group.
        of: Expression,
        /// The groups.
        group: Entity,
        /// Which measure of unevenness.
        form: Form,
    },
    /// Arithmetic on other metrics of the same cell.
    Derived {
        /// The expression; its names are metric ids.
        expr: Expression,
    },
}

/// Things to tell apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entity {
    /// Stakeholders.
    Stakeholder,
    /// The values of a column of text or ids.
    Column(String),
}

/// What stands below the line of a ratio.
#[derive(Debug)]
pub enum Under {
    /// A sum; true counts as 1.
    Sum(Expression),
    /// The number of distinct things.
    Distinct(Entity),
}

/// What events are divided by.
#[derive(Debug)]
pub enum Exposure {
    /// An expression over the fact's columns, summed over the rows that count.
    Column(Expression),
    /// The value of a count metric in the same cell, by its id.
    Metric(String),
}

/// A measure of concentration over group totals that are not negative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    /// The sum of squared shares, 0 to 1.
    Hhi,
    /// One over the sum of squared shares.
    EffectiveNumber,
    /// The population Gini coefficient.
    Gini,
    /// The share of the k largest.
    Top(u32),
    /// The fewest groups that together hold this share.
    FewestTo(f64),
}

/// What a metric's value is a number of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MetricUnit {
    /// A part of a whole: 0.25 is a quarter.
    Share,
    /// Percentage points, -100 to 100.
    Points,
    /// A number of things.
    Count,
    /// Money, in the run's currency.
    Money,
    /// Hours.
    Hours,
    /// Days.
    Days,
    /// So many of one per one of another.
    Ratio,
    /// A score of 0 to 100.
    Score,
    /// A bare number of 0 to 1.
    Index,
}

impl MetricUnit {
    /// All units.
    pub const ALL: [MetricUnit; 9] = [
        MetricUnit::Share,
        MetricUnit::Points,
        MetricUnit::Count,
        MetricUnit::Money,
        MetricUnit::Hours,
        MetricUnit::Days,
        MetricUnit::Ratio,
        MetricUnit::Score,
        MetricUnit::Index,
    ];

    /// The unit's word in stanzas and machine formats.
    pub fn word(self) -> &'static str {
        match self {
            MetricUnit::Share => "share",
            MetricUnit::Points => "points",
            MetricUnit::Count => "count",
            MetricUnit::Money => "money",
            MetricUnit::Hours => "hours",
            MetricUnit::Days => "days",
            MetricUnit::Ratio => "ratio",
            MetricUnit::Score => "score",
            MetricUnit::Index => "index",
        }
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
        if let Some(Entity::Column(name)) = self.kind.entity() {
            names.push(name);
        }
        let used: BTreeSet<String> = self.expressions().flat_map(Expression::names).collect();
        fact.columns
            .iter()
            .filter(|c| names.contains(&c.name) || used.contains(c.name))
            .collect()
    }

    /// The ids of the metrics that this one rests on.
    pub fn parts(&self) -> BTreeSet<String> {
        match &self.kind {
            Kind::Derived { expr } => expr.names(),
            Kind::Rate {
                exposure: Exposure::Metric(id),
                ..
            } => BTreeSet::from([id.clone()]),
            _ => BTreeSet::new(),
        }
    }

    /// Its expressions over the fact's columns.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.where_.iter().chain(self.kind.expressions())
    }
}

impl Kind {
    /// The kind's word in stanzas.
    pub fn word(&self) -> &'static str {
        match self {
            Kind::Count { .. } => "count",
            Kind::Sum { .. } => "sum",
            Kind::Mean { .. } => "mean",
            Kind::Share { .. } => "share",
            Kind::NetShare { .. } => "net_share",
            Kind::Ratio { .. } => "ratio",
            Kind::Rate { .. } => "rate",
            Kind::Quantile { .. } => "quantile",
            Kind::SurvivalQuantile { .. } => "survival_quantile",
            Kind::Concentration { .. } => "concentration",
            Kind::Derived { .. } => "derived",
        }
    }

    /// The exposure that a rate is stated for; of no other kind.
    pub fn per(&self) -> Option<f64> {
        match self {
            Kind::Rate { per, .. } => Some(*per),
            _ => None,
        }
    }

    /// How the interval of such a metric is found.
    pub fn interval(&self) -> &'static str {
        match self {
            Kind::Count { .. } | Kind::Sum { .. } => "none by itself; of a change, from the totals of each stakeholder",
            Kind::Share { .. } => "Wilson score, with stakeholders as clusters",
            Kind::NetShare { .. } => "adjusted Wald, with stakeholders as clusters",
            Kind::Mean { .. } | Kind::Ratio { .. } => "delta method over stakeholders with Student's t; below 200 of them bootstrap-t",
            Kind::Rate { .. } => "exact Poisson below 10 events, Byar from 10 on",
            Kind::Quantile { .. } => "order statistics, with stakeholders as clusters",
            Kind::SurvivalQuantile { .. } => "Kaplan-Meier with log-log limits",
            Kind::Concentration { .. } => "none; the value without the largest instead",
            Kind::Derived { .. } => "none",
        }
    }

    /// The things that it tells apart, if any: of a distinct count, below a ratio, or of a concentration.
    pub fn entity(&self) -> Option<&Entity> {
        match self {
            Kind::Count { distinct } => distinct.as_ref(),
            Kind::Ratio {
                under: Under::Distinct(entity),
                ..
            }
            | Kind::Concentration { group: entity, .. } => Some(entity),
            _ => None,
        }
    }

    /// The expressions over the fact's columns.
    fn expressions(&self) -> Vec<&Expression> {
        match self {
            Kind::Count { .. } | Kind::Derived { .. } => vec![],
            Kind::Sum { of } | Kind::Mean { of } | Kind::Quantile { of, .. } | Kind::Concentration { of, .. } => vec![of],
            Kind::Share { part } => vec![part],
            Kind::NetShare { plus, minus } => vec![plus, minus],
            Kind::Ratio {
                over,
                under: Under::Sum(under),
            } => vec![over, under],
            Kind::Ratio {
                over,
                under: Under::Distinct(_),
            } => vec![over],
            Kind::Rate {
                part,
                exposure: Exposure::Column(exposure),
                ..
            } => vec![part, exposure],
            Kind::Rate {
                part,
                exposure: Exposure::Metric(_),
                ..
            } => vec![part],
            Kind::SurvivalQuantile {
                of, event, censored_of, ..
            } => vec![of, event, censored_of],
        }
    }
}
