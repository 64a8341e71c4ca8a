//! Columns whose dates cannot be read without a setting: what they could mean, and what to set.

use crate::cell_parsing::{Civil, Example, Order};
use crate::diagnostics::{Place, Problem, counted, visible};

/// What to set.
const HINT: &str = "name the order with --dates dmy, --dates mdy or --dates ymd, or with dates in [[source]]; a column of its own writing needs a \
                    format in [source.map]";

/// What the configuration calls an order.
fn short(order: Order) -> &'static str {
    match order {
        Order::Dmy => "dmy",
        Order::Mdy => "mdy",
        Order::Ymd => "ymd",
    }
}

fn shown(example: &Example) -> String {
    format!("'{}' on line {}", visible(&example.cell), example.line)
}

/// What several orders make of a cell.
fn readings_of(example: &Example, readings: &[(Order, Civil)]) -> String {
    let read = readings.iter().map(|(order, civil)| {
        let (y, m, d) = civil.ymd();
        format!("{y:04}-{m:02}-{d:02} ({})", short(*order))
    });
    let read: Vec<String> = read.collect();
    format!("'{}' could be {}", visible(&example.cell), read.join(" or "))
}

/// Several orders fit every cell.
pub fn ambiguous(file: &str, column: &str, example: &Example, readings: &[(Order, Civil)]) -> Problem {
    Problem::data(format!("ambiguous dates in {file}, column {column}"))
        .why(format!("{}, and no value in the column settles it", readings_of(example, readings)))
        .hint(HINT)
        .at(Place::line(file, example.line))
}

/// No order fits every cell, and some cells could be read in several.
pub fn mixed(
    file: &str,
    column: &str,
    orders: &[(Order, u64, Example)],
    example: Option<&Example>,
    readings: &[(Order, Civil)],
) -> Problem {
    let of_order = |(order, cells, unread): &(Order, u64, Example)| {
        let read = counted(*cells, "cell", "cells");
        format!("{} reads {read} but not {}", short(*order), shown(unread))
    };
    let mut parts: Vec<String> = orders.iter().map(of_order).collect();
    parts.extend(example.map(|cell| format!("{}, and no value in the column settles it", readings_of(cell, readings))));
    let line = orders.first().map_or(1, |(_, _, unread)| unread.line);
    Problem::data(format!("dates have different orders of day and month in {file}, column {column}"))
        .why(parts.join("; "))
        .hint(HINT)
        .at(Place::line(file, line))
}

/// A program has read the dates whose day could be a month, and left the others as they were: how many there are of both, and the
/// first of each.
pub fn halved(file: &str, column: &str, texts: &(u64, Example), read: &(u64, Example)) -> Problem {
    Problem::data(format!(
        "a spreadsheet has most likely read days as months in {file}, column {column}"
    ))
    .why(format!(
        "the {} dates that it has read are all between the 1st and the 12th, for example {}, and the {} others are all after the \
             12th, for example {}",
        read.0,
        shown(&read.1),
        texts.0,
        shown(&texts.1)
    ))
    .hint(format!(
        "export {file} again without opening it in a spreadsheet; if its dates are right, name their order with --dates dmy or \
             --dates mdy, or with dates in its [[source]]"
    ))
    .at(Place::line(file, read.1.line))
}
