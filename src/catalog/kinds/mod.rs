//! The kinds of metrics: what each of them computes, which keys its stanza takes, and the words that explain it.
//!
//! A kind is one file here, which defines it, and one file of the same name in `measure/kinds`, which counts it. The list at the end of this
//! file names all kinds once: the enum, the grammar of the stanzas and every dispatch come from it.

mod concentration;
mod count;
mod derived;
mod mean;
mod net_share;
mod quantile;
mod rate;
mod ratio;
mod share;
mod sum;
mod survival_quantile;

pub use concentration::{Concentration, Form};
pub use count::Count;
pub use derived::Derived;
pub use mean::Mean;
pub use net_share::NetShare;
pub use quantile::Quantile;
pub use rate::{Exposure, Rate};
pub use ratio::{Ratio, Under};
pub use share::Share;
pub use sum::Sum;
pub use survival_quantile::SurvivalQuantile;

use std::collections::BTreeSet;

use super::expression::Expression;
use super::metric::{Entity, MetricUnit};
use super::stanza::Stanza;
use crate::codes::codes;
use crate::schema::{FactSpec, Unit};
use crate::toml_reader::Text;

/// What sort of quantity a value is, whatever its unit: what may be done with it beyond printing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// A count or a sum: groups add up to it, and more of it says nothing against the other groups but that they are smaller or larger.
    Total,
    /// A part of a whole, between 0 and 1, of rows that are in it or not.
    Share,
    /// Any other quantity: a mean, a ratio, a rate, a quantile, a measure of concentration.
    Other,
}

/// The definition of a kind of metric. What counts and estimates it is in `measure`.
pub trait KindDefinition {
    /// The expressions over the fact's columns.
    fn expressions(&self) -> Vec<&Expression>;

    /// The things that it counts or groups by, if any.
    fn entity(&self) -> Option<&Entity> {
        None
    }

    /// The ids of the metrics that it is computed from.
    fn parts(&self) -> BTreeSet<String> {
        BTreeSet::new()
    }

    /// The formula, in words around the expressions as they are written; `rows` says which rows count.
    fn formula(&self, rows: &str) -> String;

    /// All that changes the answer, key and value in a fixed order: a change of it changes the hashes that baselines were saved with.
    fn hashed_fields(&self) -> Vec<(&'static str, String)>;

    /// The units that its value can be stated in.
    fn units(&self) -> &'static [MetricUnit];

    /// The lowest and the highest value that are possible; an open end is `None`.
    fn range(&self, unit: MetricUnit) -> (Option<f64>, Option<f64>);
}

/// How a kind is read from its stanza.
pub(super) trait ReadKind: Sized {
    /// What it computes, in a sentence.
    const MEANING: &'static str;
    /// What sort of quantity its value is.
    const VALUE_TYPE: ValueType;
    /// How the interval of such a metric is found.
    const INTERVAL: &'static str;
    /// The keys that it requires besides those of every metric.
    const REQUIRED: &'static [&'static str];
    /// The keys that it takes besides.
    const OPTIONAL: &'static [&'static str];
    /// What the keys mean that no other kind has.
    const KEY_MEANINGS: &'static [(&'static str, &'static str)] = &[];
    /// Whether it is measured on the rows of a fact, and takes the keys that say which.
    const ON_FACT: bool = true;

    /// Reads it; mistakes are collected in the stanza, and then there is none.
    fn read(stanza: &mut Stanza, over: &mut ReadContext) -> Option<Self>;
}

/// What a kind is read over.
pub(super) struct ReadContext {
    /// The fact; `None` for kinds that are measured on none.
    pub fact: Option<&'static FactSpec>,
    /// The value that names other metrics, for the check of what metrics say of each other.
    pub reference: Option<Text>,
}

/// The grammar of a kind's stanza.
pub(super) struct Grammar {
    pub word: &'static str,
    pub meaning: &'static str,
    pub required: &'static [&'static str],
    pub optional: &'static [&'static str],
    pub key_meanings: &'static [(&'static str, &'static str)],
    pub on_fact: bool,
    pub read: fn(&mut Stanza, &mut ReadContext) -> Option<Kind>,
}

macro_rules! kinds {
    ($($(#[$meta:meta])* $kind:ident = $word:literal,)*) => {
        /// What is computed from the rows that count.
        #[derive(Debug)]
        pub enum Kind {
            $($(#[$meta])* $kind($kind),)*
        }

        codes! {
            /// The name of a kind, in stanzas and machine formats.
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            pub enum MetricKind {
                $($(#[$meta])* $kind = $word,)*
            }
        }

        impl Kind {
            /// Its name.
            pub fn name(&self) -> MetricKind {
                match self {
                    $(Kind::$kind(_) => MetricKind::$kind,)*
                }
            }

            /// What sort of quantity its value is.
            pub fn value_type(&self) -> ValueType {
                match self {
                    $(Kind::$kind(_) => $kind::VALUE_TYPE,)*
                }
            }

            /// How the interval of such a metric is found.
            pub fn interval(&self) -> &'static str {
                match self {
                    $(Kind::$kind(_) => $kind::INTERVAL,)*
                }
            }

            /// What its fields say.
            pub fn definition(&self) -> &dyn KindDefinition {
                match self {
                    $(Kind::$kind(kind) => kind,)*
                }
            }
        }

        /// The kinds, in the order in which they are listed to people.
        pub(super) static KINDS: &[Grammar] = &[
            $(Grammar {
                word: $word,
                meaning: $kind::MEANING,
                required: $kind::REQUIRED,
                optional: $kind::OPTIONAL,
                key_meanings: $kind::KEY_MEANINGS,
                on_fact: $kind::ON_FACT,
                read: |stanza, over| $kind::read(stanza, over).map(Kind::$kind),
            },)*
        ];
    };
}

impl Kind {
    /// The exposure that a rate is stated for; of no other kind.
    pub fn per(&self) -> Option<f64> {
        match self {
            Kind::Rate(rate) => Some(rate.per),
            _ => None,
        }
    }
}

kinds! {
    /// How many rows, or how many distinct things in them.
    Count = "count",
    /// The sum of an expression.
    Sum = "sum",
    /// The mean of an expression over the rows where it is not null.
    Mean = "mean",
    /// Part rows divided by whole rows.
    Share = "share",
    /// A hundred times the difference of two shares.
    NetShare = "net_share",
    /// One sum divided by another.
    Ratio = "ratio",
    /// Events per exposure.
    Rate = "rate",
    /// A quantile, interpolated linearly between order statistics at 1 + (n - 1) q.
    Quantile = "quantile",
    /// A quantile by Kaplan-Meier, with open rows censored.
    SurvivalQuantile = "survival_quantile",
    /// How unevenly a total is spread over groups.
    Concentration = "concentration",
    /// Arithmetic on other metrics of the same cell.
    Derived = "derived",
}

/// Units that a bare number can be stated in.
pub(super) const BARE: &[MetricUnit] = &[
    MetricUnit::Share,
    MetricUnit::Points,
    MetricUnit::Count,
    MetricUnit::Ratio,
    MetricUnit::Score,
    MetricUnit::Index,
];

/// The units of a value that is measured in the unit of its expression.
pub(super) fn units_of(unit: Unit) -> &'static [MetricUnit] {
    match unit {
        Unit::Money => &[MetricUnit::Money],
        Unit::Hours => &[MetricUnit::Hours],
        Unit::Days => &[MetricUnit::Days],
        Unit::Count | Unit::Number | Unit::Bool | Unit::Text | Unit::Key | Unit::Time => BARE,
    }
}

/// The range of a quantity that may be negative, unless its unit rules that out.
pub(super) fn open_range(unit: MetricUnit) -> (Option<f64>, Option<f64>) {
    match unit {
        MetricUnit::Hours | MetricUnit::Days => (Some(0.0), None),
        MetricUnit::Share
        | MetricUnit::Points
        | MetricUnit::Count
        | MetricUnit::Money
        | MetricUnit::Ratio
        | MetricUnit::Score
        | MetricUnit::Index => (None, None),
    }
}

/// What a ratio adds up: true counts as 1.
pub(super) fn summed(expression: &Expression) -> String {
    match expression.unit {
        Unit::Bool => format!("rows where {}", expression.text),
        _ => format!("the sum of {}", expression.text),
    }
}
