//! Parents that are filled in once: exports of orders with their lines that have the order, the customer and the date on the first line of
//! each order only. The lines below belong to the order above.

use std::collections::BTreeMap;

use anyhow::Result;

use super::columns::{ColumnSource, Plan};
use super::file::Job;
use crate::cell_parsing::{DecimalMark, is_null, parse_number};
use crate::ingest::{Record, for_each_record, is_total_label};
use crate::notes::FilledFromAbove;
use crate::schema::{ColumnType, Role, Table};

/// How the cells of a file are filled in from the record above.
#[derive(Debug, Clone)]
pub struct FilledDown {
    /// The columns that say whose a record is and when: empty on all lines of an order but the first.
    parents: Vec<usize>,
    /// The column with the id of the order, which may stand on every line.
    id: Option<usize>,
    /// By column, whether its cell is taken from the record above.
    filled: Vec<bool>,
}

/// Whether the file has such lines.
#[derive(Debug, Clone, Default)]
pub enum Parents {
    /// Nobody has looked.
    #[default]
    NotLooked,
    /// Every record says itself what it belongs to.
    OnEach,
    /// On the first line of each parent.
    OnFirst(FilledDown),
}

/// The cells of the record that the records below it belong to; none at the start of the file.
pub type Above = Vec<String>;

impl FilledDown {
    /// The columns of these plans that can be parents; `None` where the table has no time or no stakeholder to go by.
    fn of(plans: &[Plan], width: usize) -> Option<FilledDown> {
        let with = |role: Role| plans.iter().filter(move |plan| plan.role() == Some(role));
        let (who, when): (Vec<usize>, Vec<usize>) = (
            with(Role::Stakeholder).flat_map(Plan::fields).collect(),
            with(Role::EventTime).flat_map(Plan::fields).collect(),
        );
        if who.is_empty() || when.is_empty() {
            return None;
        }
        let id = with(Role::ParentId).find_map(|plan| match plan.take {
            ColumnSource::Field(index) => Some(index),
            ColumnSource::Expr(_) | ColumnSource::Value(_) => None,
        });
        let mut parents: Vec<usize> = who.into_iter().chain(when).filter(|index| *index < width).collect();
        parents.sort_unstable();
        parents.dedup();
        Some(FilledDown {
            parents: parents.into_iter().filter(|index| Some(*index) != id).collect(),
            id,
            filled: vec![false; width],
        })
    }

    /// Whether a record belongs to the one above: it says neither who nor when, and no other order.
    fn continues(&self, record: &Record<'_>, above: &[String]) -> bool {
        let cell = |index: usize| record.get(index).unwrap_or("");
        let is_same = |id: usize| is_null(cell(id)) || above.get(id).is_some_and(|known| known.trim() == cell(id).trim());
        self.parents.iter().all(|&index| is_null(cell(index)))
            && self.id.is_none_or(is_same)
            && (0..record.len()).any(|index| !is_null(cell(index)))
            && !record.iter().any(is_total_label)
    }

    /// Whether a record belongs to the one above; otherwise it is the one that those below belong to. One that is not whole is no parent.
    pub fn place(&self, record: &Record<'_>, above: &mut Above) -> bool {
        let width = self.filled.len();
        if record.len() >= width && self.continues(record, above) {
            return true;
        }
        above.clear();
        if record.len() >= width {
            above.extend((0..width).map(|index| record.get(index).unwrap_or("").to_string()));
        }
        false
    }

    /// Whether the cell of a column is taken from the record above.
    pub fn is_filled(&self, index: usize) -> bool {
        self.filled.get(index).copied().unwrap_or(false)
    }
}

/// What the records below others have in common.
#[derive(Default)]
struct Seen {
    above: Above,
    lines: u64,
    first: u64,
    parents: u64,
    /// By column, on how many of the lines it is empty, and on how many it is a text.
    empty: BTreeMap<usize, u64>,
    texts: BTreeMap<usize, u64>,
    /// By column, on how many parents it is filled.
    of_parents: BTreeMap<usize, u64>,
}

/// Looks at a whole file: whether records that do not say whose they are belong to the one above.
///
/// They do if each of them has a text of its own, such as a product, and no order, customer and date. Columns that are empty on all of
/// them are the order's, and are filled in, except those of numbers: a total counts once. Where it `is_set` that they do, they need no
/// such text.
///
/// # Errors
/// The file cannot be read.
pub fn look(job: &Job, plans: &[Plan], is_set: bool) -> Result<(Parents, Option<FilledFromAbove>)> {
    let names = &job.layout.header.names;
    let width = names.len();
    // Contacts and people are no lines of anything: a record without date and stakeholder is one that lacks them.
    let has_lines = match job.mapping.table {
        Table::Purchases | Table::Supplies | Table::Surveys => true,
        Table::Interactions | Table::Stakeholders | Table::Referrals | Table::Identities => is_set,
    };
    let Some(mut found) = FilledDown::of(plans, width).filter(|_| has_lines) else {
        return Ok((Parents::OnEach, None));
    };
    let outcome = for_each_record(job.file, job.layout, 1, Seen::default, |seen, record| {
        let has_parent = !seen.above.is_empty();
        if !found.place(record, &mut seen.above) {
            seen.parents += 1;
            for index in (0..width).filter(|&index| !is_null(record.get(index).unwrap_or(""))) {
                *seen.of_parents.entry(index).or_default() += 1;
            }
            return Ok(());
        }
        if !has_parent {
            return Ok(());
        }
        if seen.lines == 0 {
            seen.first = record.line();
        }
        seen.lines += 1;
        for index in 0..width {
            let cell = record.get(index).unwrap_or("");
            let is_number = |mark| parse_number(cell, mark).is_ok();
            if is_null(cell) {
                *seen.empty.entry(index).or_default() += 1;
            } else if !is_number(DecimalMark::Point) && !is_number(DecimalMark::Comma) {
                *seen.texts.entry(index).or_default() += 1;
            }
        }
        Ok(())
    })?;
    let seen = outcome.sinks.into_iter().next().unwrap_or_default();
    let is_own_text = |(index, lines): (&usize, &u64)| *lines == seen.lines && Some(*index) != found.id;
    if seen.lines == 0 || !(is_set || seen.texts.iter().any(is_own_text)) {
        return Ok((Parents::OnEach, None));
    }
    let is_number = |plan: &&Plan| matches!(plan.kind, ColumnType::Money | ColumnType::Number);
    let of_numbers: Vec<usize> = plans.iter().filter(is_number).flat_map(Plan::fields).collect();
    for index in 0..width {
        let is_parents = seen.empty.get(&index) == Some(&seen.lines) && seen.of_parents.contains_key(&index);
        found.filled[index] = is_parents && !of_numbers.contains(&index);
    }
    let reading = FilledFromAbove {
        lines: seen.lines,
        parents: seen.parents,
        first: seen.first,
        columns: (0..width)
            .filter(|&index| found.filled[index])
            .map(|index| names[index].clone())
            .collect(),
    };
    Ok((Parents::OnFirst(found), Some(reading)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{load, note, notes};
    use crate::canonical::load::Loaded;
    use crate::schema::{Table, purchases};

    /// Stakeholder, order and amount of each row, sorted.
    fn rows(loaded: &Loaded) -> Vec<(u32, u64, i64)> {
        let rows = loaded.canonical.table(Table::Purchases).unwrap();
        let people = 0..loaded.canonical.stakeholders.len() as u32;
        let of_one = |who: u32| {
            rows.run(who)
                .map(move |row| (who, rows.keys(&purchases::ORDER_ID).at(row), rows.ints(&purchases::AMOUNT).at(row)))
        };
        let mut all: Vec<_> = people.flat_map(of_one).collect();
        all.sort_unstable();
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn parents_on_the_first_line_say_the_same_as_on_each(orders in proptest::collection::vec((0..5u32, proptest::collection::vec(1..500u32, 1..4)), 2..12)) {
            let text = |is_first_only: bool| {
                let mut text = "order_id,customer_id,order_date,product,line_total\n".to_string();
                for (id, (customer, lines)) in orders.iter().enumerate() {
                    for (at, amount) in lines.iter().enumerate() {
                        let parent = match is_first_only && at > 0 {
                            true => ",,".to_string(),
                            false => format!("{id},c{customer},2026-01-{:02}", 1 + id),
                        };
                        text += &format!("{parent},thing {at},{amount}\n");
                    }
                }
                text
            };
            let (once, each) = (text(true), text(false));
            let (once, each) = (load(&[("a.csv", "purchases", &once)]), load(&[("a.csv", "purchases", &each)]));
            prop_assert_eq!(rows(&once), rows(&each));
            let lines: usize = orders.iter().map(|(_, lines)| lines.len() - 1).sum();
            let filled: u64 = once.account[0].decided.values().sum();
            prop_assert_eq!(filled, lines as u64);
        }
    }

    #[test]
    fn the_decision_names_the_columns_and_the_first_line() {
        let text = "order_id,customer_id,order_date,status,product,amount\n1,a,2026-01-01,paid,x,10\n,,,,y,20\n2,b,2026-01-02,paid,z,5\n";
        let loaded = load(&[("a.csv", "purchases", text)]);
        assert_eq!(
            note(&loaded, "decided").text(),
            "order_id: 1 line belongs to the record above, the first on line 3, and takes its order_id, customer_id, order_date and status"
        );
        // A text alone makes no line: a name with an amount may be a sum.
        let numbers = "order_id,customer_id,order_date,quantity,amount\n1,a,2026-01-01,1,10\n,,,2,20\n2,b,2026-01-02,3,5\n";
        assert!(notes(&load(&[("a.csv", "purchases", numbers)]), "decided").is_empty());
    }
}
