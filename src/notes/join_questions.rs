//! What has to be asked about files that belong together, and the options that answer it.

use std::fmt;

use super::joins::{KeyColumns, Relation};
use super::personal::not_personal;
use crate::diagnostics::{counted, excerpt, visible};

/// What has to be decided about files that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JoinQuestion {
    /// Fewer than almost all records have a key that the other file has.
    Partial {
        /// The relation.
        relation: Relation,
    },
    /// A key of the other file has several records.
    Multiplies {
        /// The relation.
        relation: Relation,
    },
    /// Whether the totals of the orders count, or the amounts of the lines.
    Totals {
        /// The relation from lines to orders.
        relation: Relation,
        /// The column of the totals.
        total: String,
        /// The orders that were compared, and those whose total is the sum of the lines.
        compared: u64,
        /// See above.
        agree: u64,
    },
    /// Whether payments are of the same sales as orders.
    PaymentsApart {
        /// The file of the payments.
        file: String,
        /// The file of the orders, or of their lines.
        orders: String,
    },
    /// Whether a discount is a percentage or an amount.
    Discount {
        /// The file of the lines.
        file: String,
        /// The column of the discount.
        column: String,
        /// The amount if it is a percentage, as an expression.
        percent: String,
        /// The amount if it is an amount of money, as an expression.
        money: String,
    },
    /// Some discounts have a percent sign and others are numbers without one.
    MixedDiscount {
        /// The file of the lines.
        file: String,
        /// The column of the discount.
        column: String,
        /// How many have the sign, and how many do not.
        shares: u64,
        /// See above.
        numbers: u64,
        /// The amount if all are shares of the price, as an expression.
        share: String,
    },
}

not_personal!(JoinQuestion);

impl JoinQuestion {
    /// The file whose records cannot be used until it is answered.
    pub fn file(&self) -> &str {
        match self {
            JoinQuestion::Partial { relation } | JoinQuestion::Multiplies { relation } | JoinQuestion::Totals { relation, .. } => {
                &relation.from.file
            }
            JoinQuestion::PaymentsApart { file, .. } | JoinQuestion::Discount { file, .. } | JoinQuestion::MixedDiscount { file, .. } => {
                file
            }
        }
    }

    /// The relation that it is about, if it is about one.
    pub fn relation(&self) -> Option<&Relation> {
        match self {
            JoinQuestion::Partial { relation } | JoinQuestion::Multiplies { relation } | JoinQuestion::Totals { relation, .. } => {
                Some(relation)
            }
            JoinQuestion::PaymentsApart { .. } | JoinQuestion::Discount { .. } | JoinQuestion::MixedDiscount { .. } => None,
        }
    }

    /// The file of the orders whose totals may count; none if it is about something else.
    pub fn totals_of(&self) -> Option<&str> {
        match self {
            JoinQuestion::Totals { relation, .. } => Some(&relation.to.file),
            JoinQuestion::Partial { .. }
            | JoinQuestion::Multiplies { .. }
            | JoinQuestion::PaymentsApart { .. }
            | JoinQuestion::Discount { .. }
            | JoinQuestion::MixedDiscount { .. } => None,
        }
    }

    /// The amounts of the lines that it may mean, as expressions.
    pub fn amounts(&self) -> Vec<String> {
        match self {
            JoinQuestion::Discount { percent, money, .. } => vec![percent.clone(), money.clone()],
            JoinQuestion::MixedDiscount { share, .. } => vec![share.clone()],
            JoinQuestion::Partial { .. }
            | JoinQuestion::Multiplies { .. }
            | JoinQuestion::Totals { .. }
            | JoinQuestion::PaymentsApart { .. } => Vec::new(),
        }
    }

    /// The option that takes the likeliest answer; none where several are as likely, or the files have to be written in another way.
    pub fn option(&self) -> Option<String> {
        match self {
            JoinQuestion::Partial { relation } | JoinQuestion::Totals { relation, .. } => Some(format!("--join {}", join_option(relation))),
            JoinQuestion::Multiplies { .. }
            | JoinQuestion::PaymentsApart { .. }
            | JoinQuestion::Discount { .. }
            | JoinQuestion::MixedDiscount { .. } => None,
        }
    }

    /// What to write to answer it.
    pub fn answer(&self) -> String {
        match self {
            JoinQuestion::Partial { relation } => format!(
                "--join {} joins them, and the records without a match are excluded and counted; if the key is another one, name that one",
                join_option(relation)
            ),
            JoinQuestion::Multiplies { relation } => format!(
                "export {} with one record for each key, or name a key that is unique there, such as --join {}",
                visible(&relation.to.file),
                quoted(&format!(
                    "{}:{}+COLUMN={}:{}+COLUMN",
                    relation.from.file,
                    relation.from.columns.join("+"),
                    relation.to.file,
                    relation.to.columns.join("+")
                ))
            ),
            JoinQuestion::Totals { relation, .. } => format!(
                "--join {} counts the amounts of the lines; to count the totals of the orders, leave {} out of the inputs",
                join_option(relation),
                visible(&relation.from.file)
            ),
            JoinQuestion::PaymentsApart { file, orders } => format!(
                "to count the orders, leave {} out of the inputs; to count the payments, leave {} out; if they are other sales, give both with \
                 their table: purchases={}",
                visible(file),
                visible(orders),
                visible(file)
            ),
            JoinQuestion::Discount { file, percent, money, .. } => {
                format!(
                    "a percentage: {}; an amount: {}",
                    amount_option(file, percent),
                    amount_option(file, money)
                )
            }
            JoinQuestion::MixedDiscount { file, share, .. } => format!(
                "write all of them in one way; if the numbers without a sign are shares too, from 0 to 1: {}",
                amount_option(file, share)
            ),
        }
    }
}

impl fmt::Display for JoinQuestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JoinQuestion::Partial { relation } => write!(f, "Is {} really {}? {}", relation.from, relation.to, relation.evidence()),
            JoinQuestion::Multiplies { relation } => write!(
                f,
                "Which record of {} belongs to each of {}? {} is not unique there: {}",
                visible(&relation.to.file),
                visible(&relation.from.file),
                relation.to,
                relation.evidence()
            ),
            JoinQuestion::Totals {
                relation,
                total,
                compared,
                agree,
            } => write!(
                f,
                "Do the totals in {} of {} count, or the amounts in {}? They agree in {agree} of {} only",
                excerpt(total),
                visible(&relation.to.file),
                visible(&relation.from.file),
                counted(*compared, "order", "orders")
            ),
            JoinQuestion::PaymentsApart { file, orders } => write!(
                f,
                "Are the payments in {} for the orders in {}? They are of the same customers, and do not say which orders they are for",
                visible(file),
                visible(orders)
            ),
            JoinQuestion::Discount { file, column, .. } => {
                write!(
                    f,
                    "Is {} of {} a percentage or an amount? Its numbers can be both",
                    excerpt(column),
                    visible(file)
                )
            }
            JoinQuestion::MixedDiscount {
                file,
                column,
                shares,
                numbers,
                ..
            } => write!(
                f,
                "Are the numbers in {} of {} percentages or amounts? {} a percent sign, and {} none",
                excerpt(column),
                visible(file),
                counted(*shares, "cell has", "cells have"),
                counted(*numbers, "has", "have"),
            ),
        }
    }
}

/// The option that maps the amount to an expression.
pub(super) fn amount_option(file: &str, expr: &str) -> String {
    format!("--map {}", quoted(&format!("{file}:amount={{ expr = {} }}", literal(expr))))
}

/// A relation as `--join` takes it.
fn join_option(relation: &Relation) -> String {
    let side = |key: &KeyColumns| format!("{}:{}", key.file, key.columns.join("+"));
    quoted(&format!("{}={}", side(&relation.from), side(&relation.to)))
}

/// A text within single quotes of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A text as TOML writes it.
fn literal(text: &str) -> String {
    toml::Value::String(text.to_string()).to_string()
}
