//! Parents that are filled in once: exports of orders with their lines that have the order, the customer and the date on the first line of
//! each order only. The lines below belong to the order above.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::columns::{ColumnSource, Plan};
use super::reading::Job;
use crate::cell_parsing::{DecimalMark, is_null, parse_number};
use crate::diagnostics::{Place, Problem, counted, excerpt};
use crate::ingest::{Record, for_each_record, is_total_label};
use crate::notes::FilledFromAbove;
use crate::schema::{ColumnType, Role, Table, interactions};

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

/// The fields of the ids of cases.
pub fn case_fields(plans: &[Plan]) -> Vec<usize> {
    let of_cases = plans.iter().filter(|plan| plan.column == Some(&interactions::CASE_ID));
    of_cases.flat_map(Plan::fields).collect()
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
    /// The columns of these plans that can be parents: who and when, or, of messages, who and which case; `None` where one of them is missing.
    fn of(table: Table, plans: &[Plan], width: usize) -> Option<FilledDown> {
        let with = |role: Role| plans.iter().filter(move |plan| plan.role() == Some(role));
        let second: Vec<usize> = match table {
            // Each message has a time of its own.
            Table::Interactions => case_fields(plans),
            Table::Purchases | Table::Supplies | Table::Surveys | Table::Stakeholders | Table::Referrals | Table::Identities => {
                with(Role::EventTime).flat_map(Plan::fields).collect()
            }
        };
        let who: Vec<usize> = with(Role::Stakeholder).flat_map(Plan::fields).collect();
        if who.is_empty() || second.is_empty() {
            return None;
        }
        let id = with(Role::ParentId).find_map(|plan| match plan.take {
            ColumnSource::Field(index) => Some(index),
            ColumnSource::Expr(_) | ColumnSource::Value(_) => None,
        });
        let mut parents: Vec<usize> = who.into_iter().chain(second).filter(|index| *index < width).collect();
        parents.sort_unstable();
        parents.dedup();
        Some(FilledDown {
            parents: parents
                .into_iter()
                .filter(|index| Some(*index) != id || table == Table::Interactions)
                .collect(),
            id: id.filter(|_| table != Table::Interactions),
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
    /// By column, whether its cells stand in order.
    sorting: Vec<Sorting>,
    /// The cases of messages, and whether one of them has another parent further down.
    cases: BTreeSet<String>,
    has_case_again: bool,
}

/// Whether the cells of a column ascend, or descend, through the whole file.
#[derive(Clone)]
struct Sorting {
    last: Option<String>,
    ascends: bool,
    descends: bool,
    /// How often one differs from the one before, and how many there are.
    steps: u64,
    cells: u64,
    /// Whether one has a digit, as running numbers have, which ascend by themselves.
    has_digit: bool,
}

impl Default for Sorting {
    fn default() -> Sorting {
        Sorting {
            last: None,
            ascends: true,
            descends: true,
            steps: 0,
            cells: 0,
            has_digit: false,
        }
    }
}

impl Sorting {
    fn see(&mut self, cell: &str) {
        self.cells += 1;
        self.has_digit |= cell.bytes().any(|b| b.is_ascii_digit());
        let order = self.last.as_deref().map(|last| compare(last, cell));
        match order {
            Some(Ordering::Less) => (self.descends, self.steps) = (false, self.steps + 1),
            Some(Ordering::Greater) => (self.ascends, self.steps) = (false, self.steps + 1),
            Some(Ordering::Equal) | None => {}
        }
        self.last = Some(cell.to_string());
    }

    /// Whether it stands in order, over so many different cells that it hardly ever does by chance: of five once in sixty files.
    fn is_sorted(&self) -> bool {
        (self.ascends || self.descends) && self.steps >= 4 && 2 * self.steps >= self.cells
    }
}

/// The order in which a spreadsheet sorts two cells: numbers by their value, texts without regard to capitals.
fn compare(a: &str, b: &str) -> Ordering {
    let number = |cell: &str| parse_number(cell, DecimalMark::Point).or_else(|_| parse_number(cell, DecimalMark::Comma));
    match (number(a), number(b)) {
        (Ok(a), Ok(b)) => a.total_cmp(&b),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => a.trim().to_lowercase().cmp(&b.trim().to_lowercase()),
    }
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
    // People are no lines of anything: a record without date and stakeholder is one that lacks them. Nor are contacts that are no messages.
    let table = job.mapping.table;
    let has_lines = match table {
        Table::Purchases | Table::Supplies | Table::Surveys => true,
        Table::Interactions => is_set || job.messages,
        Table::Stakeholders | Table::Referrals | Table::Identities => is_set,
    };
    let cases = case_fields(plans);
    let Some(mut found) = FilledDown::of(table, plans, width).filter(|_| has_lines) else {
        return Ok((Parents::OnEach, None));
    };
    let outcome = for_each_record(job.file, job.layout, 1, Seen::default, |seen, record| {
        let has_parent = !seen.above.is_empty();
        if seen.sorting.is_empty() {
            seen.sorting = vec![Sorting::default(); width];
        }
        for index in (0..width).filter(|&index| !is_null(record.get(index).unwrap_or(""))) {
            seen.sorting[index].see(record.get(index).unwrap_or(""));
        }
        if !found.place(record, &mut seen.above) {
            seen.parents += 1;
            if table == Table::Interactions {
                let case: String = cases.iter().map(|&index| record.get(index).unwrap_or("").trim()).collect();
                seen.has_case_again |= !seen.cases.insert(case);
            }
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
    // Where a case is named again further down, its messages name it, and those that do not are of none.
    if seen.lines == 0 || (seen.has_case_again && !is_set) || !(is_set || seen.texts.iter().any(is_own_text)) {
        return Ok((Parents::OnEach, None));
    }
    let is_number = |plan: &&Plan| matches!(plan.kind, ColumnType::Money | ColumnType::Number);
    let of_numbers: Vec<usize> = plans.iter().filter(is_number).flat_map(Plan::fields).collect();
    for index in 0..width {
        let is_parents = seen.empty.get(&index) == Some(&seen.lines) && seen.of_parents.contains_key(&index);
        found.filled[index] = is_parents && !of_numbers.contains(&index);
    }
    let records = seen.lines + seen.parents;
    // Where the orders themselves ascend, so do running numbers and times of their lines.
    let is_in_order = |index: &usize| seen.sorting[*index].ascends || seen.sorting[*index].descends;
    let has_order = found.id.as_ref().map_or_else(|| found.parents.iter().any(is_in_order), is_in_order);
    let is_sorted = |index: &usize| {
        let sorting = &seen.sorting[*index];
        !found.filled[*index] && sorting.cells == records && sorting.is_sorted() && !(has_order && sorting.has_digit)
    };
    // The times of messages ascend by themselves.
    if let Some(by) = (0..width).find(is_sorted).filter(|_| !is_set && table != Table::Interactions) {
        let file = job.file.name();
        return Err(question(file, &names[by], seen.lines, seen.first).into());
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

/// The question whether the lines are in the order in which they were exported, and how to answer it.
fn question(file: &str, column: &str, lines: u64, first: u64) -> Problem {
    Problem::data(format!("lines may be under the wrong order, because the file is sorted by {}", excerpt(column)))
        .why(format!(
            "{} no order, customer and date, the first on line {first}, and would belong to the record above",
            counted(lines, "line has", "lines have")
        ))
        .hint(
            "export the file again and do not sort it; if it is in the order in which it was exported, set fill_down = true in its [[source]] of \
             relhealth.toml, or fill_down = false to reject these lines",
        )
        .at(Place::file(file))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::canonical::load::Loaded;
    use crate::canonical::load::testing::{load, note, notes};
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
