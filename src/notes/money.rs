//! In which currencies amounts are, and whether they are those of orders or of lines, with what shows it.

use super::decision::shown;
use super::personal::not_personal;
use crate::cell_parsing::{Currency, Example};
use crate::diagnostics::{counted, excerpt, visible};

/// What shows which currency a sign stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CurrencySource {
    /// It is a sign, code or word of this currency alone.
    Written,
    /// The header of the column names it.
    Header,
    /// `[source.values.currency]` says it.
    Values,
    /// The column of currencies has only one of those that share the sign.
    Column,
    /// It is the currency of the report.
    Report,
    /// It is the only one of those that share the sign which has a rate.
    Rates,
    /// It is what the sign means nearly always.
    Usual,
    /// Nothing, and the amounts are of countries that pay with different ones.
    Countries,
    /// Nothing.
    NotKnown,
}

/// A currency as amounts name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrencyFound {
    /// The code or the sign.
    pub written: String,
    /// Its code, if it is known.
    pub is: Option<String>,
    /// What shows that.
    pub source: CurrencySource,
    /// How many amounts name it.
    pub amounts: u64,
    /// The column of countries and the currencies that they pay with, where these leave open which one it is.
    pub countries: Option<(String, Vec<String>)>,
}

/// In which currencies the amounts of a file are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrencyReading {
    /// The currencies that the amounts name.
    pub found: Vec<CurrencyFound>,
    /// The first amount that names one.
    pub example: Option<Example>,
    /// How many amounts name none, and the currency in which they are read.
    pub unmarked: Option<(u64, String)>,
}

not_personal!(CurrencyReading);

impl CurrencyReading {
    /// The signs that several currencies share, each with the code for which it is read.
    pub fn shared(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let is_shared = |found: &&CurrencyFound| found.is.as_ref() != Some(&found.written);
        self.found
            .iter()
            .filter(is_shared)
            .map(|found| (found.written.as_str(), found.is.as_deref()))
    }

    pub(super) fn sentence(&self) -> String {
        let mut parts = Vec::new();
        let named: Vec<String> = (self.found.iter().filter(|found| found.amounts > 0))
            .map(|found| format!("{} in {}", found.amounts, visible(&found.written)))
            .collect();
        if !named.is_empty() {
            let example = self
                .example
                .as_ref()
                .map_or(String::new(), |first| format!(", for example {}", shown(first)));
            parts.push(format!("amounts name their currency: {}{example}", named.join(", ")));
        }
        for found in &self.found {
            let sign = visible(&found.written);
            let because = match found.source {
                CurrencySource::Written => continue,
                CurrencySource::Header => {
                    parts.push(format!("amounts are in {sign}, because the header names it"));
                    continue;
                }
                CurrencySource::NotKnown => {
                    parts.push(format!(
                        "It is not known which of several currencies `{sign}` is, so it counts as a currency of its own. Set it in \
                         [source.values.currency], for example \"{sign}\" = \"{}\"",
                        example_code(&found.written)
                    ));
                    continue;
                }
                CurrencySource::Countries => {
                    if let Some((column, currencies)) = &found.countries {
                        parts.push(format!(
                            "`{sign}` may be {}, because {} has countries of each, so amounts in `{sign}` are not added. If all are in one \
                             currency, set it in [source.values.currency], for example \"{sign}\" = \"{}\", or currency = {{ value = \"{}\" }} in \
                             [source.map]. Otherwise map `currency` to what has it",
                            one_of(currencies),
                            excerpt(column),
                            example_code(&found.written),
                            example_code(&found.written)
                        ));
                    }
                    continue;
                }
                CurrencySource::Values => "[source.values.currency] says so",
                CurrencySource::Column => "the currency column has no other one that it can be",
                CurrencySource::Report => "it is the currency of the report",
                CurrencySource::Rates => "it is the only one of [rates] that it can be",
                CurrencySource::Usual => "that is what it usually means",
            };
            let is = found.is.as_deref().unwrap_or("");
            parts.push(format!("`{sign}` is read as {is}, because {because}"));
        }
        if let Some((count, currency)) = &self.unmarked {
            let amounts = counted(*count, "amount names no currency and is", "amounts name no currency and are");
            parts.push(format!("{amounts} read as {}, which all others are in", visible(currency)));
        }
        parts.join(". ")
    }
}

/// `DKK, NOK or SEK`.
pub fn one_of(currencies: &[String]) -> String {
    match currencies {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => currencies.join(""),
    }
}

/// One of the currencies that share a sign.
fn example_code(sign: &str) -> String {
    let first = Currency::named(sign).and_then(|currency| currency.may_be().first());
    first.map_or_else(|| "EUR".to_string(), String::clone)
}

/// Lines that belong to the record above, which alone has their order, customer and date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilledFromAbove {
    /// How many lines.
    pub lines: u64,
    /// How many records they belong to, or that have no further lines.
    pub parents: u64,
    /// The first of the lines.
    pub first: u64,
    /// The columns that are filled in.
    pub columns: Vec<String>,
}

/// What shows whether an amount is that of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderAmountShown {
    /// It is the sum of quantity times price over the lines, in so many orders of those where both are known.
    Products {
        /// The orders where it is.
        orders: u64,
        /// The orders where both are known.
        of: u64,
    },
    /// It is the same on all lines of an order.
    Constant {
        /// The orders where it is.
        orders: u64,
    },
    /// It is the same on all lines of nearly all orders.
    NearlyConstant {
        /// The orders where it is.
        orders: u64,
    },
    /// The exports with the same columns show it together.
    AnotherExport {
        /// Their orders with several lines.
        orders: u64,
    },
    /// One line of each order has it.
    Once {
        /// The orders where one line has it.
        orders: u64,
    },
}

/// Amounts that may be those of orders rather than of their lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderAmountReading {
    /// What shows it.
    pub shown: OrderAmountShown,
    /// The orders that were looked at.
    pub orders: u64,
    /// Those of them with several lines.
    pub several: u64,
    /// The header of the amounts.
    pub header: String,
}

not_personal!(FilledFromAbove, OrderAmountReading);

impl OrderAmountReading {
    /// What shows it, as a clause.
    pub fn evidence(&self) -> String {
        match self.shown {
            OrderAmountShown::Products { orders, of } => {
                format!("it is the sum of quantity times price over the lines in {orders} of {of} orders with several lines")
            }
            OrderAmountShown::Constant { orders } | OrderAmountShown::NearlyConstant { orders } => format!(
                "it is the same on all lines in {orders} of {}",
                counted(self.several, "order with several lines", "orders with several lines")
            ),
            OrderAmountShown::AnotherExport { orders } => format!(
                "the exports with the same columns show it together in {}",
                counted(orders, "order with several lines", "orders with several lines")
            ),
            OrderAmountShown::Once { orders } => format!(
                "only one line has it in {orders} of {}",
                counted(self.several, "order with several lines", "orders with several lines")
            ),
        }
    }
}
