//! Why a file of several is not read by itself.

use std::fmt;

use super::personal::not_personal;
use crate::diagnostics::{counted, excerpt, visible};

/// Why a file among several is not read by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotReadAlone {
    /// Its records are looked up for those of another file.
    LookedUp {
        /// That file.
        by: String,
    },
    /// Its columns are dimensions of the records of another file.
    Attributes {
        /// That file.
        by: String,
    },
    /// The amounts of the same orders are counted from another file.
    AmountsElsewhere {
        /// That file.
        counted: String,
    },
    /// Its records are payments of the sales in another file.
    PaymentsOf {
        /// That file.
        counted: String,
    },
    /// Its messages may be of the cases in another file, and nothing shows of which.
    ThreadsOf {
        /// That file.
        cases: String,
    },
    /// They are the totals of the orders in another file.
    TotalsElsewhere {
        /// That file.
        counted: String,
        /// The orders that were compared, and those whose total is the sum of the lines.
        compared: u64,
        /// See above.
        agree: u64,
        /// Other columns of the orders that make up the difference.
        with: Vec<String>,
    },
    /// The other file has the response times of the same cases.
    CasesElsewhere {
        /// That file.
        counted: String,
    },
    /// Its records belong to those of another file, and have nothing that counts.
    AddsNothing {
        /// That file.
        of: String,
    },
    /// What was refunded of the orders is in another file.
    RefundsElsewhere {
        /// That file.
        counted: String,
    },
    /// It has no records.
    NoData,
    /// A configuration describes other files and not this one, which cannot be read by itself.
    NotDescribed,
    /// It belongs to no table, and nothing refers to it.
    NoTable,
    /// It is a folder in one that is read.
    Subfolder,
}

not_personal!(NotReadAlone);

impl NotReadAlone {
    /// Whether nothing of it is used.
    pub fn is_not_used(&self) -> bool {
        !matches!(self, NotReadAlone::LookedUp { .. } | NotReadAlone::Attributes { .. })
    }

    /// Whether it belongs to no other file: where it is named, it cannot be read.
    pub fn belongs_to_none(&self) -> bool {
        match self {
            NotReadAlone::NoData | NotReadAlone::NotDescribed | NotReadAlone::NoTable => true,
            NotReadAlone::Subfolder
            | NotReadAlone::LookedUp { .. }
            | NotReadAlone::Attributes { .. }
            | NotReadAlone::AmountsElsewhere { .. }
            | NotReadAlone::PaymentsOf { .. }
            | NotReadAlone::ThreadsOf { .. }
            | NotReadAlone::TotalsElsewhere { .. }
            | NotReadAlone::CasesElsewhere { .. }
            | NotReadAlone::AddsNothing { .. }
            | NotReadAlone::RefundsElsewhere { .. } => false,
        }
    }
}

impl fmt::Display for NotReadAlone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotReadAlone::LookedUp { by } => write!(f, "It is looked up for the records of {}", visible(by)),
            NotReadAlone::Attributes { by } => write!(f, "Its columns are dimensions of the records of {}", visible(by)),
            NotReadAlone::PaymentsOf { counted } => write!(
                f,
                "It is not used: most of its payments are totals of the orders that are counted from {}",
                visible(counted)
            ),
            NotReadAlone::ThreadsOf { cases } => write!(
                f,
                "It is not used: its messages may be of the cases in {}, and nothing shows of which. To use it, add the number of the case",
                visible(cases)
            ),
            NotReadAlone::AmountsElsewhere { counted } => {
                write!(f, "It is not used: the amounts of the same orders are counted from {}", visible(counted))
            }
            NotReadAlone::TotalsElsewhere {
                counted,
                compared,
                agree,
                with,
            } => {
                write!(f, "It is not used: {} has the totals of the orders. They are the sums of its amounts", visible(counted))?;
                if !with.is_empty() {
                    let with: Vec<String> = with.iter().map(|name| excerpt(name).into_owned()).collect();
                    write!(f, " and {}", with.join(" and "))?;
                }
                write!(f, " in {agree} of {}", self::counted(*compared, "order", "orders"))
            }
            NotReadAlone::CasesElsewhere { counted } => {
                write!(f, "It is not used: {} has the cases, and when they were answered", visible(counted))
            }
            NotReadAlone::AddsNothing { of } => write!(
                f,
                "It is not used: its records belong to those of {}, and nothing shows that they are purchases, contacts or answers themselves",
                visible(of)
            ),
            NotReadAlone::RefundsElsewhere { counted } => {
                write!(f, "It is not used: {} has what was refunded of the same orders", visible(counted))
            }
            NotReadAlone::Subfolder => {
                f.write_str("It is not used: only the files of the folder itself are read. Name this folder, too, to read its files")
            }
            NotReadAlone::NoData => f.write_str("It is not used: it has no data"),
            NotReadAlone::NotDescribed => f.write_str(
                "It is not used: the configuration does not describe it, and it cannot be read by itself. To use it, add a [[source]] for it, \
                 or name it in the `lookup` of one",
            ),
            NotReadAlone::NoTable => f.write_str(
                "It is not used: relhealth cannot determine which table it belongs to, and none of the files that are used refers to it. To use \
                 it, name its table, for example purchases=FILE",
            ),
        }
    }
}
