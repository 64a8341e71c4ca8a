//! Orders of several files with one number and one stakeholder: an order that two exports have, parts of one order, or two orders of shops
//! or years that number their orders independently.
//!
//! Only numbers that both files have are looked at. Where the numberings are independent, a number nearly always belongs to different
//! stakeholders; the few that do not are a coincidence. Where two exports have the same orders, the stakeholder, the day and the total agree.

use std::collections::BTreeMap;

use anyhow::Result;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::record_identity::Exports;
use crate::canonical::Data;
use crate::canonical::load::tables::affected_rows::AffectedRows;
use crate::canonical::load::tables::building::{Building, Dropped};
use crate::diagnostics::{Place, Problem};
use crate::notes::{DataIssue, DuplicateReason, Note, OrderOverlap};
use crate::schema::{DAY, MONEY_SCALE, NO_CODE, NO_INT, NO_KEY, NO_TIME, Table, purchases};
use crate::sources::SameId;

/// About so many orders are compared; of more, those whose numbers have a certain hash, in all files the same ones.
const COMPARED: usize = 1_000_000;

/// From so many numbers in common on, those of different stakeholders show two numberings.
const NUMBERS: u64 = 5;

/// An order as one file has it.
#[derive(Clone, Copy)]
struct Order {
    number: u64,
    source: u16,
    who: u32,
    day: i64,
    total: i64,
}

/// What the orders are that two files have under the same numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shared {
    /// Orders of two numberings.
    Separate,
    /// The same orders, exported twice.
    Twice,
    /// Orders with amounts in both files.
    One,
    /// Orders of one day with other amounts: added up, they may count twice.
    NotClear,
}

/// Whether two files are exports of one kind. Of these, states of one order and lines that it has in both were looked at before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Likeness {
    /// Their headers are the same.
    SameHeaders,
    /// Their columns have the same meanings, and mostly the same names; one may have a column more.
    SameMeaning,
    /// They are not.
    Different,
}

impl Exports<'_> {
    /// Counts orders that two files have once, and tells orders apart that have the same number and stakeholder by coincidence.
    ///
    /// # Errors
    /// When orders of two files may be the same and their amounts differ.
    pub fn settle_shared_orders(&self, building: &mut Building, dropped: &mut Dropped) -> Result<Vec<Note>> {
        if building.rows.table != Table::Purchases || building.rows.source.is_none() {
            return Ok(Vec::new());
        }
        let found = overlaps(&self.orders(building));
        let mut notes = Vec::new();
        // By source, the source whose numbers it shares.
        let mut series: Vec<u16> = (0..self.sources.len() as u16).collect();
        let mut separate = vec![false; self.sources.len()];
        for (&(one, other), overlap) in &found {
            if overlap.same == 0 {
                continue;
            }
            let note = |issue, source: u16, count| {
                let place = Place::file(&self.sources[usize::from(source)].file);
                Note::new(issue).count(count).at(place)
            };
            let of_files = |of: u16| OrderOverlap {
                other: self.sources[usize::from(of)].file.clone(),
                ..overlap.clone()
            };
            match shared(overlap, self.likeness(one, other)) {
                None => {}
                Some(Shared::Separate) => {
                    separate[usize::from(other)] = true;
                    notes.push(note(DataIssue::SeparateOrders { overlap: of_files(one) }, other, overlap.same));
                }
                Some(Shared::One) => {
                    series[usize::from(other)] = series[usize::from(one)];
                    notes.push(note(DataIssue::SharedOrders { overlap: of_files(one) }, other, overlap.same));
                }
                Some(Shared::Twice) => {
                    let (kept, left) = if self.says_more(building, other, one) {
                        (other, one)
                    } else {
                        (one, other)
                    };
                    let rows = drop_orders(building, dropped, kept, left);
                    notes.extend(rows.notes(DataIssue::SameOrders { overlap: of_files(kept) }, self.sources));
                }
                Some(Shared::NotClear) => {
                    let [one, other] = [one, other].map(|source| self.sources[usize::from(source)].file.as_str());
                    return Err(Problem::data(overlap.question(one, other))
                        .hint(overlap.answer())
                        .at(Place::file(other))
                        .into());
                }
            }
        }
        if separate.contains(&true) {
            let sources = building.rows.source.clone();
            if let (Some(sources), Some(Data::Key(numbers))) = (sources, building.rows.data_mut(&purchases::ORDER_ID)) {
                for (number, &source) in numbers.iter_mut().zip(&sources).filter(|(number, _)| **number != NO_KEY) {
                    let of = series[usize::from(source)];
                    if separate[usize::from(of)] {
                        *number = in_series(*number, of);
                    }
                }
            }
        }
        Ok(notes)
    }

    /// The orders of the files whose numbers may mean the same, in the order of their numbers.
    fn orders(&self, building: &Building) -> Vec<Order> {
        let rows = &building.rows;
        let (numbers, amounts, times) = (
            rows.keys(&purchases::ORDER_ID),
            rows.ints(&purchases::AMOUNT),
            rows.times(&purchases::OCCURRED_AT),
        );
        // Whoever declares a key, or that each record counts, has decided it.
        let is_open: Vec<bool> = (0..self.sources.len())
            .map(|source| {
                let maps = self.sources[source].maps(&purchases::ORDER_ID);
                maps && self.keys[source].is_empty() && self.stated[source].same_id != Some(SameId::All)
            })
            .collect();
        if !numbers.exists() || is_open.iter().filter(|open| **open).count() < 2 {
            return Vec::new();
        }
        let mask = rows.len.div_ceil(COMPARED).next_power_of_two() as u64 - 1;
        let of_row = |row: usize| {
            let (number, source, who) = (numbers.at(row), rows.source_of(row), building.stakeholder[row]);
            let is_meant = building.keep[row] && number != NO_KEY && who != NO_CODE && is_open[usize::from(source)];
            let is_compared = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32 & mask == 0;
            (is_meant && is_compared && times.at(row) != NO_TIME).then(|| Order {
                number,
                source,
                who,
                day: times.at(row).div_euclid(DAY),
                total: Some(amounts.at(row)).filter(|amount| *amount != NO_INT).unwrap_or(0),
            })
        };
        let mut lines: Vec<Order> = (0..rows.len).into_par_iter().filter_map(of_row).collect();
        let key = |order: &Order| (order.number, order.source, order.who, order.day, order.total);
        lines.par_sort_unstable_by_key(key);
        let same = |a: &Order, b: &Order| (a.number, a.source, a.who) == (b.number, b.source, b.who);
        let whole = |lines: &[Order]| {
            let totals = lines.iter().map(|line| line.total);
            let is_repeated = self.sources[usize::from(lines[0].source)].amount_of_order;
            Order {
                total: if is_repeated {
                    totals.max().unwrap_or(0)
                } else {
                    totals.fold(0, i64::saturating_add)
                },
                ..lines[0]
            }
        };
        lines.chunk_by(same).map(whole).collect()
    }

    fn likeness(&self, one: u16, other: u16) -> Likeness {
        let (one, other) = (usize::from(one), usize::from(other));
        if self.headers[one] == self.headers[other] {
            return Likeness::SameHeaders;
        }
        // Orders and their lines may have the same meanings, and not the same names.
        let shared = self.headers[one].iter().filter(|name| self.headers[other].contains(name)).count();
        let have_same_names = 2 * shared > self.headers[one].len().min(self.headers[other].len());
        match have_same_names && self.sources[one].mapped == self.sources[other].mapped {
            true => Likeness::SameMeaning,
            false => Likeness::Different,
        }
    }

    /// Whether a file says more about its orders than another: what became of them first, then what they are made of.
    fn says_more(&self, building: &Building, one: u16, other: u16) -> bool {
        let fates = [
            &purchases::STATUS,
            &purchases::IS_VOID,
            &purchases::IS_REFUNDED,
            &purchases::REFUND,
            &purchases::RECORD_TYPE,
        ];
        let rank = |source: u16| {
            let of = &self.sources[usize::from(source)];
            let rows = (0..building.rows.len).filter(|&row| building.keep[row] && building.rows.source_of(row) == source);
            (fates.iter().filter(|column| of.maps(column)).count(), rows.count())
        };
        rank(one) > rank(other)
    }
}

/// The largest difference between the totals of one order that comes from rounding its lines: some cents.
const ROUNDING: u64 = MONEY_SCALE as u64 / 20;

/// What two files have in common, by their sources. An order with nothing but refunds belongs to the one that it refunds.
fn overlaps(orders: &[Order]) -> BTreeMap<(u16, u16), OrderOverlap> {
    let mut found: BTreeMap<(u16, u16), OrderOverlap> = BTreeMap::new();
    for same_number in orders.chunk_by(|a, b| a.number == b.number) {
        let files: Vec<&[Order]> = same_number.chunk_by(|a, b| a.source == b.source).collect();
        for (at, one) in files.iter().enumerate() {
            for other in &files[at + 1..] {
                let overlap = found.entry((one[0].source, other[0].source)).or_default();
                for order in other.iter().filter(|order| order.total > 0) {
                    let same = one.iter().find(|of| of.who == order.who);
                    if same.is_some_and(|of| of.total <= 0) {
                        continue;
                    }
                    overlap.numbers += 1;
                    let Some(of) = same else { continue };
                    overlap.same += 1;
                    overlap.same_day += u64::from((of.day - order.day).abs() <= 1);
                    overlap.same_total += u64::from(of.total.abs_diff(order.total) <= ROUNDING);
                    overlap.totals.0 = overlap.totals.0.saturating_add(of.total);
                    overlap.totals.1 = overlap.totals.1.saturating_add(order.total);
                }
            }
        }
    }
    found
}

/// What the orders are that two files share; none where nothing is to be done or said about them.
fn shared(overlap: &OrderOverlap, likeness: Likeness) -> Option<Shared> {
    let OrderOverlap {
        numbers,
        same,
        same_day,
        same_total,
        ..
    } = *overlap;
    if 2 * same_day <= same {
        let are_separate = numbers >= NUMBERS && 2 * same < numbers;
        return match likeness {
            _ if are_separate => Some(Shared::Separate),
            // They are noted as records with one ID.
            Likeness::SameHeaders => None,
            // What was paid for an order has its total, and another day.
            Likeness::Different if same >= NUMBERS && 10 * same_total >= 9 * same => Some(Shared::NotClear),
            Likeness::SameMeaning | Likeness::Different => Some(Shared::One),
        };
    }
    match likeness {
        Likeness::SameHeaders | Likeness::SameMeaning => None,
        Likeness::Different if 10 * same_total >= 9 * same => Some(Shared::Twice),
        Likeness::Different if same >= NUMBERS => Some(Shared::NotClear),
        Likeness::Different => Some(Shared::One),
    }
}

/// Drops the orders of one file that another one has on the same day.
fn drop_orders(building: &mut Building, dropped: &mut Dropped, kept: u16, left: u16) -> AffectedRows {
    let rows = &building.rows;
    let (numbers, times) = (rows.keys(&purchases::ORDER_ID), rows.times(&purchases::OCCURRED_AT));
    let of_source = |source: u16| move |row: &usize| rows.source_of(*row) == source && numbers.at(*row) != NO_KEY;
    let order = |row: usize| ((numbers.at(row), building.stakeholder[row]), times.at(row).div_euclid(DAY));
    let mut known: FxHashMap<(u64, u32), i64> = FxHashMap::default();
    for row in (0..rows.len).filter(of_source(kept)).filter(|&row| building.keep[row]) {
        let (key, day) = order(row);
        known.entry(key).and_modify(|first| *first = day.min(*first)).or_insert(day);
    }
    let is_known = |row: &usize| {
        let (key, day) = order(*row);
        building.keep[*row] && known.get(&key).is_some_and(|of| (of - day).abs() <= 1)
    };
    let out: Vec<usize> = (0..rows.len).filter(of_source(left)).filter(is_known).collect();
    let mut affected = AffectedRows::default();
    for row in out {
        affected.add(&building.rows, row);
        building.drop_row(row, &DuplicateReason::OrderInOtherFile.into(), dropped);
    }
    affected
}

/// The key of an order number in the numbering of a source.
fn in_series(number: u64, source: u16) -> u64 {
    use std::hash::{Hash, Hasher};
    let mut hash = rustc_hash::FxHasher::default();
    (number, source).hash(&mut hash);
    match hash.finish() {
        NO_KEY => NO_KEY.wrapping_add(1),
        key => key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::Loaded;
    use crate::canonical::load::testing::{input, load, load_inputs, noted, notes, options};

    /// Orders of stakeholders `c0` to `c6` from a number on, each a day later than the one before.
    fn orders(header: &str, numbers: std::ops::Range<usize>, shift: usize, year: usize, more: &str) -> String {
        let row = |n: usize| {
            format!(
                "{n},c{},{year}-{:02}-{:02},{}{more}\n",
                (n + shift) % 7,
                1 + n / 28 % 12,
                1 + n % 28,
                10 + n
            )
        };
        format!("{header}\n{}", numbers.map(row).collect::<String>())
    }

    const ORDERS: &str = "order_id,customer_id,order_date,total";

    /// Different orders of the stakeholders, and the amounts together.
    fn counted(loaded: &Loaded) -> (usize, i64) {
        let rows = loaded.canonical.table(Table::Purchases).unwrap();
        let numbers = rows.keys(&purchases::ORDER_ID);
        let mut all: Vec<(usize, u64)> = (0..rows.len)
            .map(|row| (rows.starts.partition_point(|start| *start as usize <= row), numbers.at(row)))
            .collect();
        all.sort_unstable();
        all.dedup();
        let amounts = rows.ints(&purchases::AMOUNT);
        (
            all.len(),
            (0..rows.len).map(|row| amounts.at(row) / crate::schema::MONEY_SCALE).sum(),
        )
    }

    #[test]
    fn two_shops_with_their_own_numbers_have_separate_orders() {
        // Every seventh number has the same customer in both, on another day.
        let web = orders(ORDERS, 1..101, 0, 2024, "");
        let till: String = (1..43)
            .map(|n| format!("{n},c{},2024-09-{:02},5,t1\n", (n + n % 7) % 7, 1 + n % 28))
            .collect();
        let till = format!("{ORDERS},till\n{till}");
        let loaded = load(&[("web.csv", "purchases", &web), ("till.csv", "purchases", &till)]);
        assert_eq!(counted(&loaded).0, 142);
        let (text, count) = noted(&loaded, "separate-orders").unwrap();
        assert_eq!(count, 6);
        assert!(
            text.contains("42 of its order numbers are in web.csv too") && text.contains("6 of them"),
            "{text}"
        );
        // The same where each year starts at 1.
        let years = [orders(ORDERS, 1..101, 0, 2023, ""), orders(ORDERS, 1..101, 3, 2024, "")];
        let same_customer = years[1].replace("\n7,c3", "\n7,c0");
        let loaded = load(&[("2023.csv", "purchases", &years[0]), ("2024.csv", "purchases", &same_customer)]);
        assert_eq!((counted(&loaded).0, noted(&loaded, "separate-orders").unwrap().1), (200, 1));
        // Somebody says that each record of a number is of one order.
        let inputs = [("2023.csv", &years[0]), ("2024.csv", &same_customer)].map(|(name, text)| {
            let mut input = input(name, "purchases", text);
            input.source.same_id = Some(SameId::All);
            input
        });
        let loaded = load_inputs(&inputs, &options());
        assert_eq!((counted(&loaded).0, notes(&loaded, "separate-orders").len()), (199, 0));
    }

    #[test]
    fn orders_and_their_lines_count_once() {
        let whole = orders(ORDERS, 1..31, 0, 2024, "");
        let sum: i64 = (1..31).map(|n| 10 + n).sum();
        let line = |n: usize| {
            let order = format!("{n},c{},2024-{:02}-{:02}", n % 7, 1 + n / 28, 1 + n % 28);
            format!("{order},shirt,1,{}\n{order},socks,1,4\n", 6 + n)
        };
        let lines = format!(
            "order_id,customer_id,order_date,product,quantity,amount\n{}",
            (1..31).map(line).collect::<String>()
        );
        for files in [[("o.csv", &whole), ("l.csv", &lines)], [("l.csv", &lines), ("o.csv", &whole)]] {
            let loaded = load(&files.map(|(name, text)| (name, "purchases", text.as_str())));
            assert_eq!(counted(&loaded), (30, sum));
            // Lines have the products, so those count.
            let (text, count) = noted(&loaded, "same-orders").unwrap();
            assert_eq!(count, 30);
            assert!(text.contains("30 of 30 orders") && text.contains("l.csv"), "{text}");
        }
        // The orders say which were cancelled: then those count.
        let cancelled = whole
            .replace('\n', ",paid\n")
            .replacen("total,paid", "total,status", 1)
            .replace(",11,paid", ",11,cancelled");
        let loaded = load(&[("o.csv", "purchases", &cancelled), ("l.csv", "purchases", &lines)]);
        assert_eq!(counted(&loaded), (29, sum - 11));
        assert_eq!(noted(&loaded, "same-orders").unwrap().1, 60);
    }

    #[test]
    fn orders_of_one_day_with_other_amounts_are_a_question() {
        let net = orders(ORDERS, 1..31, 0, 2024, "");
        let gross = orders("order_id,customer_id,order_date,total,status", 1..31, 0, 2024, "9,paid");
        let inputs = |same_id| {
            [("net.csv", &net), ("gross.csv", &gross)].map(|(name, text)| {
                let mut input = input(name, "purchases", text);
                input.source.same_id = same_id;
                input
            })
        };
        let error = crate::canonical::load::load(&inputs(None), &options()).unwrap_err();
        let problem = error.downcast_ref::<Problem>().unwrap().to_string();
        assert!(problem.contains("net.csv") && problem.contains("gross.csv"), "{problem}");
        // The answer: parts of an order.
        assert_eq!(counted(&load_inputs(&inputs(Some(SameId::All)), &options())).0, 30);
    }

    #[test]
    fn the_same_totals_on_other_days_are_a_question() {
        let billed = orders(ORDERS, 1..11, 0, 2024, "");
        let paid = orders("order_id,customer_id,paid_at,amount,method", 1..11, 0, 2025, ",card");
        let inputs = [("billed.csv", &billed), ("paid.csv", &paid)].map(|(name, text)| input(name, "purchases", text));
        let error = crate::canonical::load::load(&inputs, &options()).unwrap_err();
        let problem = error.downcast_ref::<Problem>().unwrap().to_string();
        assert!(
            problem.contains("0 of 10 orders") && problem.contains("10 have the same total"),
            "{problem}"
        );
    }

    #[test]
    fn parts_of_an_order_on_other_days_are_one_order_with_a_note() {
        let first = orders(ORDERS, 1..11, 0, 2024, "");
        let second = orders("order_id,customer_id,order_date,total,rest", 1..11, 0, 2025, "5,y");
        let loaded = load(&[("a.csv", "purchases", &first), ("b.csv", "purchases", &second)]);
        assert_eq!((counted(&loaded).0, noted(&loaded, "shared-orders").unwrap().1), (10, 10));
        // What went back belongs to its order.
        let back = format!("{ORDERS},reason\n1,c1,2024-05-01,-3,broken\n");
        let loaded = load(&[("a.csv", "purchases", &first), ("back.csv", "purchases", &back)]);
        assert_eq!((counted(&loaded).0, notes(&loaded, "shared-orders").len()), (10, 0));
    }
}
