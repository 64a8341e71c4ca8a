//! Supply lines that were delivered in several parts, each of which is a record: they become one record of the line.
//!
//! A line is received when the quantities received reach the quantity ordered; a line that they do not reach has the time of its last
//! receipt, like a line of one record that came short. Some systems write what came with each delivery, others what has come so far.
//! Quantities that rise to the quantity ordered, and whose sum exceeds it, are totals. Where several lines of a file show one of the two, and
//! none the other, the lines that show nothing are read likewise.

use std::collections::BTreeMap;

use super::record_identity::{Exports, earliest};
use crate::canonical::load::tables::affected_rows::AffectedRows;
use crate::canonical::load::tables::building::{Building, Dropped};
use crate::canonical::{Data, Rows};
use crate::notes::{DataIssue, ExclusionReason, Note};
use crate::schema::{Micros, NO_INT, NO_TIME, Table, supplies};
use crate::sources::Deliveries;

/// What the records of one line are.
#[derive(Debug, PartialEq)]
enum Line {
    /// Records that are no deliveries of one line.
    Separate,
    /// Deliveries, as parts or as totals: what came of the line.
    Delivered(Received, Deliveries),
    /// Quantities that can be read both ways.
    Unclear,
}

/// What came of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Received {
    ordered: f64,
    quantity: f64,
    at: Micros,
}

/// What a note about the lines of a source says.
#[derive(Default)]
struct Found {
    parts: AffectedRows,
    lines: u64,
    totals: u64,
    unclear: AffectedRows,
    unclear_lines: u64,
}

impl Exports<'_> {
    /// Makes one record of the deliveries of each line.
    pub fn add_deliveries(&self, building: &mut Building, dropped: &mut Dropped) -> Vec<Note> {
        debug_assert_eq!(building.rows.table, Table::Supplies);
        if !building.rows.times(&supplies::RECEIVED_AT).exists() {
            return Vec::new();
        }
        let lines = {
            let identities = self.identities(&building.rows);
            if identities.iter().all(Option::is_none) {
                return Vec::new();
            }
            let groups = self.shared_ids(building, &identities);
            let has_line_ids = |row: u32| {
                let source = building.rows.source_of(row as usize) as usize;
                identities[source].as_ref().is_some_and(|identity| identity.is_whole)
            };
            groups
                .into_iter()
                .flat_map(|group| lines(building, group, &has_line_ids))
                .collect::<Vec<_>>()
        };
        let votes = self.votes(&building.rows, &lines);
        let mut found: BTreeMap<u16, Found> = BTreeMap::new();
        let mut others = (AffectedRows::default(), None);
        for (records, has_line_id) in lines {
            let source = building.rows.source_of(records[0] as usize);
            let stated = self.stated[source as usize]
                .deliveries
                .or(votes.get(&source).and_then(|vote| vote.verdict()));
            let line = line(&building.rows, &records, has_line_id, stated);
            let found = found.entry(source).or_default();
            match line {
                Line::Separate if !has_line_id => {}
                Line::Separate => {
                    records[1..].iter().for_each(|row| others.0.add(&building.rows, *row as usize));
                    others.1 = earliest(&building.rows, &building.stakeholder, &records, others.1);
                }
                Line::Unclear => {
                    found.unclear_lines += 1;
                    for &row in &records {
                        found.unclear.add(&building.rows, row as usize);
                        building.drop_row(row as usize, &ExclusionReason::UnclearDelivery.into(), dropped);
                    }
                }
                Line::Delivered(received, as_what) => {
                    found.lines += 1;
                    found.totals += u64::from(as_what == Deliveries::Totals);
                    put_together(&mut building.rows, &records, received);
                    for &row in &records[1..] {
                        found.parts.add(&building.rows, row as usize);
                        building.drop_row(row as usize, &ExclusionReason::PartialDelivery.into(), dropped);
                    }
                }
            }
        }
        let notes = found.into_values().flat_map(|found| {
            let (lines, totals) = (found.lines, found.totals);
            let parts = found.parts.notes(DataIssue::PartialDeliveries { lines, totals }, self.sources);
            let lines = found.unclear_lines;
            parts.chain(found.unclear.notes(DataIssue::UnclearDeliveries { lines }, self.sources))
        });
        let differs = DataIssue::SameIdDiffers {
            table: Table::Supplies,
            key: vec![supplies::ORDER_ID.name, supplies::LINE_ID.name],
            example: self.example(others.1),
        };
        notes.chain(others.0.notes(differs, self.sources)).collect()
    }
}

impl Exports<'_> {
    /// What the lines of each source show that show it.
    fn votes(&self, rows: &Rows, lines: &[(Vec<u32>, bool)]) -> BTreeMap<u16, Vote> {
        let mut votes: BTreeMap<u16, Vote> = BTreeMap::new();
        for (records, has_line_id) in lines.iter().filter(|(records, _)| records.len() > 1) {
            let vote = votes.entry(rows.source_of(records[0] as usize)).or_default();
            match line(rows, records, *has_line_id, None) {
                Line::Delivered(_, Deliveries::Totals) => vote.totals += 1,
                Line::Delivered(received, Deliveries::Parts) if received.quantity >= received.ordered => vote.parts += 1,
                Line::Delivered(..) | Line::Separate | Line::Unclear => {}
            }
        }
        votes
    }
}

/// How many lines show what the quantities received are.
#[derive(Default)]
struct Vote {
    parts: u64,
    totals: u64,
}

impl Vote {
    /// What they are, if several lines show it and none shows the other.
    fn verdict(&self) -> Option<Deliveries> {
        const ENOUGH: u64 = 3;
        match (self.parts, self.totals) {
            (0, ENOUGH..) => Some(Deliveries::Totals),
            (ENOUGH.., 0) => Some(Deliveries::Parts),
            _ => None,
        }
    }
}

/// The records of each line, of those that share an order or a line; without line ids, a line is told by what deliveries do not change.
fn lines(building: &Building, group: Vec<u32>, has_line_ids: &dyn Fn(u32) -> bool) -> Vec<(Vec<u32>, bool)> {
    if has_line_ids(group[0]) {
        return vec![(group, true)];
    }
    if building.fixed.len() != building.rows.len {
        return Vec::new();
    }
    let mut of_lines: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
    for row in group {
        of_lines.entry(building.fixed[row as usize]).or_default().push(row);
    }
    let several = of_lines.into_values().filter(|records| records.len() > 1);
    several.map(|records| (records, false)).collect()
}

/// What the records of a line are.
fn line(rows: &Rows, records: &[u32], has_line_id: bool, stated: Option<Deliveries>) -> Line {
    let [promised, ordered_at, received_at] =
        [&supplies::PROMISED_AT, &supplies::ORDERED_AT, &supplies::RECEIVED_AT].map(|column| rows.times(column));
    let first = records[0] as usize;
    let differ = |a: Micros, b: Micros| a != NO_TIME && b != NO_TIME && a != b;
    let is_other = |row: &u32| {
        let row = *row as usize;
        differ(promised.at(first), promised.at(row)) || differ(ordered_at.at(first), ordered_at.at(row))
    };
    // What was promised for another day is another schedule line.
    if records.iter().any(is_other) {
        return Line::Separate;
    }
    let mut receipts: Vec<u32> = records
        .iter()
        .copied()
        .filter(|row| received_at.at(*row as usize) != NO_TIME)
        .collect();
    receipts.sort_by_key(|row| (received_at.at(*row as usize), *row));
    let Some(last) = receipts.last().map(|row| received_at.at(*row as usize)) else {
        return Line::Separate;
    };
    let [ordered, received] = [&supplies::QUANTITY, &supplies::QUANTITY_RECEIVED].map(|column| rows.floats(column));
    let of_each: Vec<f64> = receipts.iter().map(|row| received.at(*row as usize)).collect();
    let Some(whole) = ordered_quantity(rows, records, &receipts).filter(|_| of_each.iter().all(|quantity| !quantity.is_nan())) else {
        // Nothing shows how much came: a line is received with its last delivery.
        return match has_line_id && !ordered.exists() && !received.exists() {
            true => Line::Delivered(
                Received {
                    ordered: f64::NAN,
                    quantity: f64::NAN,
                    at: if receipts.len() == records.len() { last } else { NO_TIME },
                },
                Deliveries::Parts,
            ),
            false => Line::Separate,
        };
    };
    let sum: f64 = of_each.iter().sum();
    let rises = of_each.len() > 1 && of_each.windows(2).all(|pair| pair[0] <= pair[1]) && of_each[0] < of_each[of_each.len() - 1];
    let total = of_each[of_each.len() - 1];
    let as_what = match stated {
        Some(stated) => stated,
        None if sum <= whole => Deliveries::Parts,
        None if rises && total == whole => Deliveries::Totals,
        None if rises && total < whole => return Line::Unclear,
        // Two lines of one product, each of which came as a whole.
        None if of_each.iter().filter(|quantity| **quantity >= whole).count() > 1 || !has_line_id => return Line::Separate,
        None => Deliveries::Parts,
    };
    let mut so_far = 0.0;
    let mut complete = None;
    for (row, quantity) in receipts.iter().zip(&of_each) {
        so_far = match as_what {
            Deliveries::Parts => so_far + quantity,
            Deliveries::Totals => *quantity,
        };
        if so_far >= whole && complete.is_none() {
            complete = Some(received_at.at(*row as usize));
        }
    }
    let received = Received {
        ordered: whole,
        quantity: so_far,
        at: complete.unwrap_or(last),
    };
    Line::Delivered(received, as_what)
}

/// The quantity ordered: the same in each record, or in each what was left to deliver.
fn ordered_quantity(rows: &Rows, records: &[u32], receipts: &[u32]) -> Option<f64> {
    let [ordered, received] = [&supplies::QUANTITY, &supplies::QUANTITY_RECEIVED].map(|column| rows.floats(column));
    let of_each: Vec<f64> = records.iter().map(|row| ordered.at(*row as usize)).collect();
    let first = of_each.iter().copied().find(|quantity| !quantity.is_nan())?;
    if of_each.iter().all(|quantity| quantity.is_nan() || *quantity == first) {
        return Some(first);
    }
    let open = records.iter().filter(|row| !receipts.contains(row));
    let mut left = receipts.first().map(|row| ordered.at(*row as usize))?;
    let whole = left;
    for row in receipts {
        if ordered.at(*row as usize) != left {
            return None;
        }
        left -= received.at(*row as usize);
    }
    open.into_iter().all(|row| ordered.at(*row as usize) == left).then_some(whole)
}

/// Writes what came of a line into its first record.
fn put_together(rows: &mut Rows, records: &[u32], received: Received) {
    let first = records[0] as usize;
    if let Some(Data::Int(times)) = rows.data_mut(&supplies::RECEIVED_AT) {
        times[first] = received.at;
    }
    for (column, value) in [
        (&supplies::QUANTITY, received.ordered),
        (&supplies::QUANTITY_RECEIVED, received.quantity),
    ] {
        if let Some(Data::Float(values)) = rows.data_mut(column) {
            values[first] = value;
        }
    }
    if let Some(Data::Float(rejected)) = rows.data_mut(&supplies::QUANTITY_REJECTED) {
        let known = records
            .iter()
            .map(|row| rejected[*row as usize])
            .filter(|quantity| !quantity.is_nan());
        rejected[first] = known.reduce(|a, b| a + b).unwrap_or(f64::NAN);
    }
    // An amount that is the same in each record is that of the line; others are those of the deliveries.
    if let Some(Data::Int(amounts)) = rows.data_mut(&supplies::AMOUNT) {
        let known: Vec<i64> = records
            .iter()
            .map(|row| amounts[*row as usize])
            .filter(|amount| *amount != NO_INT)
            .collect();
        let is_of_line = known.windows(2).all(|pair| pair[0] == pair[1]);
        amounts[first] = match known.first() {
            Some(&amount) if is_of_line => amount,
            Some(_) => known
                .iter()
                .try_fold(0_i64, |sum, amount| sum.checked_add(*amount))
                .unwrap_or(NO_INT),
            None => NO_INT,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::Loaded;
    use crate::canonical::load::testing::{input, load, load_inputs, note, notes, options};

    const HEADER: &str = "supplier_id,po_number,po_line,order_date,promised_date,received_date,qty_ordered,qty_received\n";

    /// Received at (day of October), ordered and received quantity of each row.
    fn rows(loaded: &Loaded) -> Vec<(i64, f64, f64)> {
        let rows = loaded.canonical.table(Table::Supplies).unwrap();
        let day = |at: Micros| if at == NO_TIME { 0 } else { at / crate::schema::DAY - 20_726 };
        let row = |row| {
            (
                day(rows.times(&supplies::RECEIVED_AT).at(row)),
                rows.floats(&supplies::QUANTITY).at(row),
                rows.floats(&supplies::QUANTITY_RECEIVED).at(row),
            )
        };
        (0..rows.len).map(row).collect()
    }

    fn of(lines: &[&str]) -> Loaded {
        let lines: String = lines.iter().map(|line| format!("S1,P1,1,2026-09-01,2026-10-05,{line}\n")).collect();
        load(&[("r.csv", "supplies", &format!("{HEADER}{lines}"))])
    }

    #[test]
    fn deliveries_of_a_line_add_up_to_the_day_on_which_it_is_complete() {
        let parts = of(&["2026-10-12,10,4", "2026-10-03,10,6"]);
        assert_eq!(rows(&parts), [(12, 10.0, 10.0)]);
        assert_eq!((parts.account[0].used, parts.account[0].reasons["partial-delivery"]), (1, 1));
        assert!(
            note(&parts, "partial-deliveries")
                .text()
                .contains("1 record is a further delivery of 1 line"),
            "{:?}",
            parts.notes
        );
        // Equal deliveries, a line that is not complete, one that is open, and one whose order falls to what is left.
        assert_eq!(rows(&of(&["2026-10-03,10,5", "2026-10-03,10,5"])), [(3, 10.0, 10.0)]);
        assert_eq!(rows(&of(&["2026-10-03,10,2", "2026-10-07,10,3"])), [(7, 10.0, 5.0)]);
        assert_eq!(rows(&of(&["2026-10-03,10,2", ",10,"])), [(3, 10.0, 2.0)]);
        assert_eq!(rows(&of(&["2026-10-03,10,6", "2026-10-12,4,4"])), [(12, 10.0, 10.0)]);
    }

    #[test]
    fn quantities_that_rise_to_the_order_are_totals_and_others_are_asked_about() {
        assert_eq!(rows(&of(&["2026-10-03,10,6", "2026-10-12,10,10"])), [(12, 10.0, 10.0)]);
        let unclear = of(&["2026-10-03,10,5", "2026-10-12,10,8"]);
        assert!(rows(&unclear).is_empty());
        assert_eq!(unclear.account[0].reasons["unclear-delivery"], 2);
        assert!(
            note(&unclear, "unclear-deliveries")
                .text()
                .contains("deliveries = \"parts\" or \"totals\"")
        );
        let text = format!("{HEADER}S1,P1,1,2026-09-01,2026-10-05,2026-10-03,10,5\nS1,P1,1,2026-09-01,2026-10-05,2026-10-12,10,8\n");
        for (stated, quantity) in [(Deliveries::Parts, 13.0), (Deliveries::Totals, 8.0)] {
            let mut file = input("r.csv", "supplies", &text);
            file.source.deliveries = Some(stated);
            assert_eq!(rows(&load_inputs(&[file], &options())), [(12, 10.0, quantity)], "{stated:?}");
        }
    }

    #[test]
    fn what_several_lines_of_a_file_show_holds_for_the_others() {
        // Three lines whose totals rise to the order, and two that stay below it: 5 of 10, which as parts would be 8, and 8 of 10, 13 as parts.
        let rising =
            |n: u64| format!("S1,P{n},1,2026-09-01,2026-10-05,2026-10-03,10,6\nS1,P{n},1,2026-09-01,2026-10-05,2026-10-12,10,10\n");
        let open = "S1,P8,1,2026-09-01,2026-10-05,2026-10-03,10,3\nS1,P8,1,2026-09-01,2026-10-05,2026-10-07,10,5\n\
            S1,P9,1,2026-09-01,2026-10-05,2026-10-03,10,5\nS1,P9,1,2026-09-01,2026-10-05,2026-10-12,10,8\n";
        let with = |lines: u64| {
            let text = (1..=lines).map(rising).collect::<String>();
            load(&[("r.csv", "supplies", &format!("{HEADER}{text}{open}"))])
        };
        let sorted = |loaded: &Loaded| {
            let mut rows = rows(loaded);
            rows.sort_by(|a, b| a.2.total_cmp(&b.2).then(a.0.cmp(&b.0)));
            rows
        };
        let whole = (12, 10.0, 10.0);
        assert_eq!(sorted(&with(3)), [(7, 10.0, 5.0), (12, 10.0, 8.0), whole, whole, whole]);
        // Two may be chance.
        let few = with(2);
        assert_eq!(sorted(&few), [(7, 10.0, 8.0), whole, whole]);
        assert_eq!(few.account[0].reasons["unclear-delivery"], 2);
    }

    #[test]
    fn lines_that_are_no_deliveries_of_one_stay() {
        let none = |text: &str| {
            let loaded = load(&[("r.csv", "supplies", text)]);
            assert_eq!((rows(&loaded).len(), notes(&loaded, "partial-deliveries").len()), (2, 0), "{text}");
        };
        // Two schedule lines, which are noted; two lines of an order without line numbers, also of one product.
        none(&format!(
            "{HEADER}S1,P1,1,2026-09-01,2026-10-05,2026-10-03,10,5\nS1,P1,1,2026-09-01,2026-11-05,2026-11-03,10,5\n"
        ));
        let header = "Lieferant,Bestellnummer,Artikel,Bestelldatum,Liefertermin,Wareneingang,Bestellmenge,Liefermenge\n";
        none(&format!(
            "{header}S1,P1,Schraube,2026-09-01,2026-10-05,2026-10-03,10,10\nS1,P1,Mutter,2026-09-01,2026-10-05,2026-10-04,10,10\n"
        ));
        none(&format!(
            "{header}S1,P1,Schraube,2026-09-01,2026-10-05,2026-10-03,10,10\nS1,P1,Schraube,2026-09-01,2026-10-05,2026-10-04,10,10\n"
        ));
        let parts = load(&[(
            "r.csv",
            "supplies",
            &format!(
                "{header}S1,P1,Schraube,2026-09-01,2026-10-05,2026-10-03,10,7\nS1,P1,Schraube,2026-09-01,2026-10-05,2026-10-04,10,3\n"
            ),
        )]);
        assert_eq!(rows(&parts), [(4, 10.0, 10.0)]);
    }
}
