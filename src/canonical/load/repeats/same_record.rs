//! Records with one id that are one record: equal ones in one file, and several states of one order, case, answer or stakeholder.
//!
//! Lines of an order have its id by right. So two equal records of one order are one only if the file has one record for each order,
//! or if records of other orders are between them in a file that otherwise keeps the lines of an order together: a page that was
//! exported twice. Two records are states of one only if they are about the same event, and differ in nothing but what changes.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::record_identity::{Exports, FirstRecord, RecordIdentity, SharedId, earliest, names};
use crate::canonical::Rows;
use crate::canonical::load::dates::file_dates;
use crate::canonical::load::tables::affected_rows::AffectedRows;
use crate::canonical::load::tables::building::{Building, Dropped};
use crate::notes::{DataIssue, DuplicateReason, LaterBy, Note};
use crate::schema::{Column, Micros, NO_INT, NO_TIME, Role, Table, interactions, purchases, referrals, supplies, surveys};
use crate::sources::SameId;
use crate::sources::case_words::is_closed;
use crate::sources::purchase_words::is_void;
use crate::sources::referral_words::is_conversion;

impl Exports<'_> {
    /// Drops the records that are there twice and the earlier states of others, and says so.
    pub fn settle(&self, building: &mut Building, dropped: &mut Dropped) -> Vec<Note> {
        let rows = &building.rows;
        if building.hashes.len() != rows.len || building.fixed.len() != rows.len {
            return Vec::new();
        }
        let identities = self.identities(rows);
        if identities.iter().all(Option::is_none) {
            return Vec::new();
        }
        let groups = self.shared_ids(building, &identities);
        if groups.is_empty() {
            return Vec::new();
        }
        let ids: Vec<&'static [Column]> = identities.iter().map(|of| of.as_ref().map_or(&[][..], |of| of.ids)).collect();
        let decisions = {
            let files = Files::of(self, building, &identities, &groups);
            groups.iter().flat_map(|group| files.decide(group)).collect::<Vec<_>>()
        };
        let mut found: BTreeMap<(Vec<&'static str>, Option<LaterBy>), Example> = BTreeMap::new();
        for Decided { row, later_by } in decisions {
            let key = names(building.rows.table, ids[building.rows.source_of(row as usize) as usize]);
            let reason = match &later_by {
                None => DuplicateReason::SameRecord,
                Some(_) => DuplicateReason::Superseded,
            };
            building.drop_row(row as usize, &reason.into(), dropped);
            let of = found.entry((key, later_by)).or_default();
            of.rows.add(&building.rows, row as usize);
            of.first = earliest(&building.rows, &building.stakeholder, &[row], of.first.take());
        }
        let table = building.rows.table;
        let note = |((key, later_by), of): (_, Example)| {
            let issue = match later_by {
                None => DataIssue::RepeatedRecord { table, key },
                Some(decided_by) => DataIssue::EarlierState {
                    table,
                    key,
                    decided_by,
                    example: self.example(of.first),
                },
            };
            of.rows.notes(issue, self.sources)
        };
        found.into_iter().flat_map(note).collect()
    }
}

/// Records about which there is one note.
#[derive(Default)]
struct Example {
    rows: AffectedRows,
    first: Option<FirstRecord>,
}

/// A row that does not count: a repeated record, or an earlier state, with what shows that it is earlier.
struct Decided {
    row: u32,
    later_by: Option<LaterBy>,
}

/// What the files of a table show about records with one id.
struct Files<'a> {
    exports: &'a Exports<'a>,
    building: &'a Building,
    identities: &'a [Option<RecordIdentity<'a>>],
    /// By source: whether an id stands for one record.
    one_record: Vec<bool>,
    /// By source: whether records of one id stand together in the file.
    together: Vec<bool>,
    /// By source: the date in its name.
    name_date: Vec<Option<i32>>,
    /// By source: its newest event.
    newest: Vec<Micros>,
    /// By source: whether its records come with the newest first.
    newest_first: Vec<bool>,
    closed: Vec<bool>,
    void: Vec<bool>,
    converted: Vec<bool>,
}

impl<'a> Files<'a> {
    fn of(
        exports: &'a Exports<'a>,
        building: &'a Building,
        identities: &'a [Option<RecordIdentity<'a>>],
        groups: &[SharedId],
    ) -> Files<'a> {
        let count = exports.sources.len();
        let rows = &building.rows;
        let code_is = |is: &(dyn Fn(&str) -> bool + Sync)| {
            let mut words = vec![false; exports.texts.len()];
            exports.texts.matching(&is).into_iter().for_each(|code| words[code as usize] = true);
            words
        };
        let (newest, newest_first) = order_of_events(exports, rows);
        let mut files = Files {
            exports,
            building,
            identities,
            one_record: vec![true; count],
            together: vec![true; count],
            name_date: exports.sources.iter().map(|source| file_dates::in_name(&source.file)).collect(),
            newest,
            newest_first,
            closed: code_is(&|text| text.len() < 40 && is_closed(text)),
            void: code_is(&is_void),
            converted: code_is(&|text| is_conversion(text) == Some(true)),
        };
        files.look_at(groups);
        files
    }

    /// Finds out of each source whether its ids stand for one record, and whether the records of one id stand together.
    fn look_at(&mut self, groups: &[SharedId]) {
        let count = self.exports.sources.len();
        let (mut several, mut scattered) = (vec![0u64; count], vec![0u64; count]);
        // How many rows a source has, and how many of them share an id by right.
        let (mut all, mut sharing) = (vec![0u64; count], vec![0u64; count]);
        (0..self.building.rows.len as u32).for_each(|row| all[self.source_of(row)] += 1);
        for part in groups.iter().flat_map(|group| self.by_source(group)) {
            let source = self.source_of(part[0]);
            let distinct = self.distinct(part);
            let are_others = distinct.windows(2).any(|pair| !self.may_be_states(pair[0], pair[1]));
            // What most records of a file have is no id of a record.
            let is_of_most = part.len() > 2 && part.len() as u64 * 2 > all[source];
            if are_others || is_of_most {
                several[source] += 1;
                sharing[source] += part.len() as u64;
                scattered[source] += u64::from(distinct.windows(2).any(|pair| pair[1] != pair[0] + 1));
            }
        }
        for (source, identity) in self.identities.iter().enumerate() {
            let Some(identity) = identity else { continue };
            let has_lines = |column: &Column| self.exports.sources[source].maps(column);
            let is_unique_by_name = identity.is_whole || self.building.rows.table == Table::Stakeholders;
            let is_of_lines = match self.building.rows.table {
                Table::Purchases => [&purchases::PRODUCT, &purchases::QUANTITY, &purchases::UNIT_AMOUNT]
                    .into_iter()
                    .any(has_lines),
                Table::Supplies => true,
                Table::Interactions | Table::Surveys | Table::Stakeholders | Table::Referrals | Table::Identities => false,
            };
            self.one_record[source] = match is_unique_by_name {
                true => sharing[source] * 20 <= all[source],
                false => several[source] == 0 && !is_of_lines,
            };
            self.together[source] = self.exports.stated[source].is_in_order && scattered[source] * 20 <= several[source];
        }
    }

    fn source_of(&self, row: u32) -> usize {
        self.building.rows.source_of(row as usize) as usize
    }

    fn by_source<'g>(&self, group: &'g [u32]) -> Vec<&'g [u32]> {
        group.chunk_by(|a, b| self.source_of(*a) == self.source_of(*b)).collect()
    }

    /// The first of each of the rows that are equal in all cells.
    fn distinct(&self, part: &[u32]) -> Vec<u32> {
        let mut seen: Vec<u128> = Vec::new();
        let hash = |row: u32| self.building.hashes[row as usize];
        part.iter()
            .copied()
            .filter(|row| {
                !seen.contains(&hash(*row)) && {
                    seen.push(hash(*row));
                    true
                }
            })
            .collect()
    }

    /// Whether a row that is equal to an earlier one stands where the lines of its order do not: behind records of other orders.
    fn is_elsewhere(&self, part: &[u32], earlier: u32, row: u32) -> bool {
        let between = part.iter().filter(|other| earlier < **other && **other < row).count() as u32;
        self.together[self.source_of(row)] && row - earlier - 1 > between
    }

    /// Whether two rows are about one event.
    fn is_same_event(&self, a: u32, b: u32) -> bool {
        let rows = &self.building.rows;
        let events: &[Column] = match rows.table {
            Table::Interactions => &[interactions::OCCURRED_AT],
            Table::Purchases => &[purchases::OCCURRED_AT],
            Table::Surveys => &[surveys::SENT_AT, surveys::RESPONDED_AT],
            // Their ids say it; deliveries are looked at as such.
            Table::Stakeholders | Table::Supplies | Table::Referrals | Table::Identities => &[],
        };
        let is_same_time = |column: &Column| {
            let (one, other) = (rows.times(column).at(a as usize), rows.times(column).at(b as usize));
            one == other || one == NO_TIME || other == NO_TIME
        };
        events.iter().all(is_same_time)
    }

    /// Whether two rows of one file differ in nothing but what changes during the life of a record. A case is told by its id and its
    /// time alone.
    fn may_be_states(&self, a: u32, b: u32) -> bool {
        let is_fixed_same = self.building.fixed[a as usize] == self.building.fixed[b as usize];
        match self.building.rows.table {
            Table::Interactions => self.is_same_event(a, b) && (is_fixed_same || self.are_tickets(a)),
            Table::Purchases => is_fixed_same && self.is_same_event(a, b),
            // Two scores may be the answers to two questions.
            Table::Surveys => {
                let scores = self.building.rows.floats(&surveys::SCORE);
                let is_one_score = scores.at(a as usize).is_nan() || scores.at(b as usize).is_nan();
                is_fixed_same && self.is_same_event(a, b) && (is_one_score || self.updates_differ(a, b))
            }
            // Who, whom and when are their id.
            Table::Referrals => true,
            Table::Stakeholders | Table::Supplies | Table::Identities => false,
        }
    }

    /// Whether the id of a contact is its own, or that of a ticket with a state. Several contacts of one case may have one date.
    fn are_tickets(&self, row: u32) -> bool {
        let source = self.source_of(row);
        let has_own_id = self.identities[source]
            .as_ref()
            .is_some_and(|identity| identity.ids == [interactions::INTERACTION_ID]);
        let of_state = [
            &interactions::STATUS,
            &interactions::RESPONDED_AT,
            &interactions::RESPONSE_MINUTES,
            &interactions::RESOLVED_AT,
            &interactions::RESOLUTION_MINUTES,
        ];
        has_own_id || of_state.into_iter().any(|column| self.exports.sources[source].maps(column))
    }

    fn updated(&self, row: u32) -> Micros {
        self.building.updated.get(row as usize).copied().unwrap_or(NO_TIME)
    }

    fn updates_differ(&self, a: u32, b: u32) -> bool {
        let (one, other) = (self.updated(a), self.updated(b));
        one != NO_TIME && other != NO_TIME && one != other
    }

    fn decide(&self, group: &SharedId) -> Vec<Decided> {
        let mut out = Vec::new();
        let mut kept: Vec<u32> = Vec::new();
        for part in self.by_source(group) {
            self.within_file(part, &mut kept, &mut out);
        }
        self.between_files(&kept, &mut out);
        out
    }

    /// Equal records and states in one file.
    fn within_file(&self, part: &[u32], kept: &mut Vec<u32>, out: &mut Vec<Decided>) {
        let source = self.source_of(part[0]);
        let is_forced = self.exports.stated[source].same_id == Some(SameId::Latest);
        let hash = |row: u32| self.building.hashes[row as usize];
        let mut stay: Vec<u32> = Vec::new();
        for &row in part {
            let equal: Vec<u32> = stay.iter().copied().filter(|other| hash(*other) == hash(row)).collect();
            let is_repeated = equal.last().is_some_and(|&earlier| {
                is_forced || self.is_elsewhere(part, earlier, row) || (self.one_record[source] && !self.are_parts(row, equal.len() + 1))
            });
            match is_repeated {
                true => out.push(Decided { row, later_by: None }),
                false => stay.push(row),
            }
        }
        let are_states = |pair: &[u32]| {
            let (a, b) = (pair[0], pair[1]);
            self.may_be_states(a, b) && (self.one_record[source] || self.updates_differ(a, b) || self.is_elsewhere(part, a, b))
        };
        let distinct = self.distinct(&stay);
        if distinct.len() > 1 && distinct.len() == stay.len() && (is_forced || stay.windows(2).all(are_states)) {
            let latest = self.latest(&stay);
            self.drop_all_but(latest, &stay, out);
            stay = vec![latest];
        }
        kept.extend(stay);
    }

    /// Whether so many equal records of a supply line can be parts of it.
    fn are_parts(&self, row: u32, records: usize) -> bool {
        let rows = &self.building.rows;
        if rows.table != Table::Supplies {
            return false;
        }
        let [ordered, received] = [&supplies::QUANTITY, &supplies::QUANTITY_RECEIVED].map(|column| rows.floats(column).at(row as usize));
        received > 0.0 && received * records as f64 <= ordered
    }

    /// States of one record in several files.
    fn between_files(&self, kept: &[u32], out: &mut Vec<Decided>) {
        let parts = self.by_source(kept);
        if parts.len() < 2 {
            return;
        }
        if self.building.rows.table == Table::Supplies {
            self.lines_between_files(&parts, out);
            return;
        }
        let hash = |row: u32| self.building.hashes[row as usize];
        let hashes = |part: &[u32]| {
            let mut all: Vec<u128> = part.iter().map(|row| hash(*row)).collect();
            all.sort_unstable();
            all
        };
        if parts.windows(2).all(|pair| hashes(pair[0]) == hashes(pair[1])) {
            return;
        }
        let is_one_each = parts.iter().all(|part| part.len() == 1 && self.one_record[self.source_of(part[0])]);
        if is_one_each {
            let one: Vec<u32> = parts.iter().map(|part| part[0]).collect();
            if one
                .iter()
                .all(|row| self.is_same_event(one[0], *row) && self.has_same_sign(one[0], *row))
            {
                self.drop_all_but(self.latest(&one), &one, out);
            }
            return;
        }
        if self.building.rows.table != Table::Purchases {
            return;
        }
        // The lines of an order: the later export has the whole order, if it has one of its lines again and as many.
        let firsts: Vec<u32> = parts.iter().map(|part| part[0]).collect();
        let latest = self.latest(&firsts);
        let Some(last) = parts.iter().find(|part| part[0] == latest) else {
            return;
        };
        let fixed = |row: u32| self.building.fixed[row as usize];
        for part in parts.iter().filter(|part| part[0] != latest) {
            let has_line_again = part.iter().any(|row| last.iter().any(|other| fixed(*row) == fixed(*other)));
            if has_line_again && last.len() >= part.len() && hashes(part) != hashes(last) && self.is_same_event(part[0], latest) {
                let later_by = Some(self.later(part[0], latest).1);
                out.extend(part.iter().map(|&row| Decided {
                    row,
                    later_by: later_by.clone(),
                }));
            }
        }
    }

    /// A supply line that one file does not know to be received yet, and another does. What was received at two times came in two parts.
    fn lines_between_files(&self, parts: &[&[u32]], out: &mut Vec<Decided>) {
        let one: Vec<u32> = parts.iter().map(|part| part[0]).collect();
        let received = self.building.rows.times(&supplies::RECEIVED_AT);
        let receipts: BTreeSet<Micros> = one
            .iter()
            .map(|row| received.at(*row as usize))
            .filter(|at| *at != NO_TIME)
            .collect();
        let fixed = |row: u32| self.building.fixed[row as usize];
        let are_states = one.iter().all(|row| fixed(*row) == fixed(one[0])) && receipts.len() == 1;
        let is_open = |row: &u32| received.at(*row as usize) == NO_TIME;
        if parts.iter().all(|part| part.len() == 1) && are_states && one.iter().any(is_open) {
            // What was received was not before, whatever the files are called.
            let come: Vec<u32> = one.iter().copied().filter(|row| !is_open(row)).collect();
            let latest = self.latest(&come);
            out.extend(one.iter().filter(|row| **row != latest).map(|&row| Decided {
                row,
                later_by: Some(LaterBy::Content),
            }));
        }
    }

    /// A refund that is a record of its own has the opposite sign.
    fn has_same_sign(&self, a: u32, b: u32) -> bool {
        let amounts = match self.building.rows.table {
            Table::Purchases => self.building.rows.ints(&purchases::AMOUNT),
            Table::Interactions | Table::Surveys | Table::Stakeholders | Table::Supplies | Table::Referrals | Table::Identities => {
                return true;
            }
        };
        let (one, other) = (amounts.at(a as usize), amounts.at(b as usize));
        one == NO_INT || other == NO_INT || one.signum() * other.signum() >= 0
    }

    fn drop_all_but(&self, latest: u32, rows: &[u32], out: &mut Vec<Decided>) {
        for &row in rows.iter().filter(|row| **row != latest) {
            let later_by = Some(self.later(row, latest).1);
            out.push(Decided { row, later_by });
        }
    }

    /// The latest of several states.
    fn latest(&self, rows: &[u32]) -> u32 {
        rows[1..].iter().fold(rows[0], |latest, &row| match self.later(latest, row).0 {
            Ordering::Greater => latest,
            Ordering::Less | Ordering::Equal => row,
        })
    }

    /// Which of two states is later, and what shows it. The time of the last change shows it best, then the name of the file, then
    /// what only a later state has. A case can be opened again, so the newer file shows more about it than its times do.
    fn later(&self, a: u32, b: u32) -> (Ordering, LaterBy) {
        let (one, other) = (self.source_of(a), self.source_of(b));
        if self.updates_differ(a, b) {
            let column = self.exports.stated[other]
                .update_column
                .clone()
                .or(self.exports.stated[one].update_column.clone());
            return (
                self.updated(a).cmp(&self.updated(b)),
                LaterBy::UpdateTime(column.unwrap_or_default()),
            );
        }
        let by_name = || match (self.name_date[one], self.name_date[other]) {
            (Some(x), Some(y)) => (x.cmp(&y), LaterBy::FileName),
            _ => (Ordering::Equal, LaterBy::FileName),
        };
        let by_file = || (self.newest[one].cmp(&self.newest[other]), LaterBy::NewestEvent);
        let by_content = || (self.progress(a).cmp(&self.progress(b)), LaterBy::Content);
        let (second, third): (&dyn Fn() -> _, &dyn Fn() -> _) = match self.building.rows.table {
            Table::Purchases | Table::Surveys | Table::Referrals => (&by_content, &by_file),
            Table::Interactions | Table::Stakeholders | Table::Supplies | Table::Identities => (&by_file, &by_content),
        };
        for (order, by) in [by_name(), second(), third()] {
            if order != Ordering::Equal {
                return (order, by);
            }
        }
        let by_position = if one == other && self.newest_first[one] {
            b.cmp(&a)
        } else {
            a.cmp(&b)
        };
        (by_position, LaterBy::Order)
    }

    /// What grows during the life of a record.
    fn progress(&self, row: u32) -> impl Ord + use<> {
        let rows = &self.building.rows;
        let at = row as usize;
        let known_times = |role: Role| rows.table.with_role(role).map(move |column| rows.times(column).at(at));
        let newest = [Role::OutcomeTime, Role::DeliveryTime, Role::EndTime]
            .into_iter()
            .flat_map(known_times)
            .max()
            .unwrap_or(NO_TIME);
        let is = |words: &[bool], code: u32| words.get(code as usize).is_some_and(|is| *is);
        match rows.table {
            Table::Purchases => {
                let refund = match rows.ints(&purchases::REFUND).at(at) {
                    NO_INT => -1,
                    refund => i128::from(refund).abs(),
                };
                let is_over = is(&self.void, rows.codes(&purchases::STATUS).at(at));
                (refund, i64::from(is_over), newest)
            }
            Table::Interactions => {
                let reopens = rows.floats(&interactions::REOPENS).at(at);
                let reopens = if reopens.is_nan() { 0 } else { reopens as i128 };
                let is_over = is(&self.closed, rows.codes(&interactions::STATUS).at(at));
                (reopens, newest, i64::from(is_over))
            }
            Table::Surveys => (i128::from(!rows.floats(&surveys::SCORE).at(at).is_nan()), newest, 0),
            Table::Referrals => (i128::from(is(&self.converted, rows.codes(&referrals::STATUS).at(at))), newest, 0),
            Table::Stakeholders | Table::Supplies | Table::Identities => (0, newest, 0),
        }
    }
}

/// By source: its newest event, and whether its records come with the newest first.
fn order_of_events(exports: &Exports<'_>, rows: &Rows) -> (Vec<Micros>, Vec<bool>) {
    let count = exports.sources.len();
    let events: Vec<_> = rows.table.event_columns().map(|column| rows.times(column)).collect();
    let is_known = |at: Micros| at != NO_TIME && exports.as_of.is_none_or(|as_of| at < as_of);
    let (mut newest, mut last) = (vec![NO_TIME; count], vec![NO_TIME; count]);
    let (mut rises, mut falls) = (vec![0u64; count], vec![0u64; count]);
    for row in 0..rows.len {
        let source = rows.source_of(row) as usize;
        for at in events.iter().map(|column| column.at(row)).filter(|at| is_known(*at)) {
            newest[source] = newest[source].max(at);
        }
        let first = events.first().map_or(NO_TIME, |column| column.at(row));
        if first != NO_TIME {
            if last[source] != NO_TIME {
                rises[source] += u64::from(first > last[source]);
                falls[source] += u64::from(first < last[source]);
            }
            last[source] = first;
        }
    }
    let newest_first = rises.iter().zip(&falls).map(|(rises, falls)| *falls > 4 * rises).collect();
    (newest, newest_first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::Loaded;
    use crate::canonical::load::testing::{input, load, load_inputs, note, notes, options, places};
    use proptest::prelude::*;

    fn text(header: &str, rows: &[&str]) -> String {
        format!("{header}\n") + &rows.iter().map(|row| format!("{row}\n")).collect::<String>()
    }

    #[test]
    fn a_referral_that_is_listed_twice_is_one() {
        let header = "referrer_id,referred_id,occurred_at,status";
        let rows = [
            "a,b,2026-01-01,pending",
            "a,c,2026-01-01,pending",
            "a,b,2026-01-01,converted",
            "a,c,2026-02-01,pending",
            "d,b,2026-01-01,pending",
        ];
        let loaded = of("referrals", &[&text(header, &rows)]);
        assert_eq!(counts(&loaded), (4, 0, 1));
        assert_eq!(places(&loaded, "earlier-state"), [("1.csv:2".into(), 1)]);
        // Two of whom nobody knows whom they recommended stay.
        let loaded = of("referrals", &[&text(header, &["a,,2026-01-01,pending", "a,,2026-01-01,converted"])]);
        assert_eq!(counts(&loaded), (2, 0, 0));
    }

    /// Used, same records and earlier states of all files.
    fn counts(loaded: &Loaded) -> (u64, u64, u64) {
        let reason = |code: &str| loaded.account.iter().filter_map(|file| file.reasons.get(code)).sum();
        (
            loaded.account.iter().map(|file| file.used).sum(),
            reason("same-record"),
            reason("superseded"),
        )
    }

    fn of(table: &str, files: &[&str]) -> Loaded {
        let names: Vec<String> = (1..=files.len()).map(|at| format!("{at}.csv")).collect();
        let files: Vec<(&str, &str, &str)> = names.iter().zip(files).map(|(name, text)| (name.as_str(), table, *text)).collect();
        load(&files)
    }

    const ORDERS: &str = "order_id,customer_id,date,amount,status";
    const LINES: &str = "order_id,customer_id,date,product,quantity,amount,status";

    #[test]
    fn equal_records_with_an_id_of_their_own_are_one() {
        let orders = text(
            ORDERS,
            &["1,a,2026-10-01,10,paid", "2,b,2026-10-02,20,paid", "2,b,2026-10-02,20,paid"],
        );
        let loaded = of("purchases", &[&orders]);
        assert_eq!(
            (counts(&loaded), places(&loaded, "repeated-record")),
            ((2, 1, 0), vec![("1.csv:4".into(), 1)])
        );
        let mut all = input("o.csv", "purchases", &orders);
        all.source.same_id = Some(SameId::All);
        assert_eq!(counts(&load_inputs(&[all], &options())), (3, 0, 0));
        // The roster, in German; a contact; an answer.
        let roster = text(
            "Kundennummer,Name,Kunde seit,Region",
            &["k1,Ann,2025-01-01,Nord", "k2,Bo,2025-02-01,Ost", "k1,Ann,2025-01-01,Nord"],
        );
        assert_eq!(counts(&of("stakeholders", &[&roster])), (2, 1, 0));
        let contacts = text(
            "message_id,customer_id,date,channel",
            &["m1,a,2026-01-01,mail", "m1,a,2026-01-01,mail"],
        );
        assert_eq!(counts(&of("interactions", &[&contacts])), (1, 1, 0));
        let answers = text(
            "response_id,customer_id,submitted_at,survey,score",
            &["1,a,2026-01-01,nps,9", "1,a,2026-01-01,nps,9"],
        );
        assert_eq!(counts(&of("surveys", &[&answers])), (1, 1, 0));
        // Without an id, each counts.
        let till = text("customer_id,date,amount", &["a,2026-10-01,2.50", "a,2026-10-01,2.50"]);
        assert_eq!(
            (
                counts(&of("purchases", &[&till])),
                notes(&of("purchases", &[&till]), "repeated").len()
            ),
            ((2, 0, 0), 1)
        );
    }

    #[test]
    fn equal_lines_of_an_order_are_two_unless_a_page_is_there_twice() {
        let order = |n: usize| {
            let lines = ["shirt,1,10,paid", "socks,1,5,paid", "socks,1,5,paid"];
            lines.iter().map(|line| format!("{n},c{n},2026-10-01,{line}")).collect::<Vec<_>>()
        };
        let once: Vec<String> = (1..=4).flat_map(order).collect();
        let page: Vec<String> = once.iter().chain(&once[4..11]).cloned().collect();
        let lines = |rows: &[String]| of("purchases", &[&text(LINES, &rows.iter().map(String::as_str).collect::<Vec<_>>())]);
        assert_eq!(counts(&lines(&once)), (12, 0, 0));
        assert_eq!(counts(&lines(&page)), (12, 7, 0));
        // Where lines of one order are spread over the file, nothing shows it.
        let mut spread = once.clone();
        spread.sort_by_key(|line| line.split(',').nth(3).map(str::to_string));
        assert_eq!(counts(&lines(&spread)), (12, 0, 0));
    }

    #[test]
    fn an_id_that_most_records_share_is_none() {
        // The id of the survey, not of the answer; nobody is named.
        let kiosk: Vec<String> = (0..60)
            .map(|n| format!("S1,2026-10-{:02},csat,{}", 1 + n % 10, 4 + n % 2))
            .collect();
        let kiosk = text(
            "survey_id,submitted_at,instrument,score",
            &kiosk.iter().map(String::as_str).collect::<Vec<_>>(),
        );
        assert_eq!(counts(&of("surveys", &[&kiosk])), (60, 0, 0));
        // Contacts of one case on one day, by two channels.
        let contacts = [
            "k1,a,2026-10-01,mail",
            "k1,a,2026-10-01,phone",
            "k2,b,2026-10-02,mail",
            "k3,b,2026-10-03,mail",
        ];
        assert_eq!(
            counts(&of("interactions", &[&text("case_id,customer_id,date,channel", &contacts)])),
            (4, 0, 0)
        );
    }

    #[test]
    fn the_later_state_of_a_case_counts() {
        let header = "ticket_id,customer_id,created_at,resolved_at,status";
        let open = "2,b,2026-10-02 09:00,,open";
        let solved = "2,b,2026-10-02 09:00,2026-10-05 09:00,solved";
        for rows in [[open, solved], [solved, open]] {
            let loaded = of("interactions", &[&text(header, &rows)]);
            assert_eq!(counts(&loaded), (1, 0, 1), "{rows:?}");
            let resolved = loaded
                .canonical
                .table(Table::Interactions)
                .unwrap()
                .times(&interactions::RESOLVED_AT)
                .at(0);
            assert_ne!(resolved, NO_TIME, "{rows:?}");
        }
        // The time of the last change shows more: the ticket was opened again.
        let header = "Ticketnummer,Kundennummer,Erstellt am,Gelöst am,Status,Geändert am";
        let rows = [
            "2,b,02.10.2026,15.10.2026,gelöst,15.10.2026",
            "2,b,02.10.2026,,offen,17.10.2026",
            "3,c,15.10.2026,,offen,15.10.2026",
        ];
        let loaded = of("interactions", &[&text(header, &rows)]);
        assert_eq!(counts(&loaded), (2, 0, 1));
        let resolved = loaded
            .canonical
            .table(Table::Interactions)
            .unwrap()
            .times(&interactions::RESOLVED_AT);
        assert!((0..2).all(|row| resolved.at(row) == NO_TIME));
        let said = note(&loaded, "earlier-state").text();
        assert!(
            said.contains("the one with the latest `Geändert am`") && said.contains("same_id = \"all\""),
            "{said}"
        );
        // Other contacts of one case are not states of it.
        let contacts = ["2,b,2026-10-02 09:00,,", "2,b,2026-10-03 09:00,,"];
        assert_eq!(
            counts(&of(
                "interactions",
                &[&text("ticket_id,customer_id,created_at,resolved_at,status", &contacts)]
            )),
            (2, 0, 0)
        );
    }

    #[test]
    fn the_later_of_two_exports_counts() {
        let amount = |loaded: &Loaded| {
            let rows = loaded.canonical.table(Table::Purchases).unwrap();
            (0..rows.len).map(|row| rows.ints(&purchases::AMOUNT).at(row) / 10_000).sum::<i64>()
        };
        let early = text(ORDERS, &["1,a,2026-10-01,100,paid", "2,b,2026-10-02,50,paid"]);
        let late = text(
            ORDERS,
            &["1,a,2026-10-01,80,paid", "2,b,2026-10-02,50,paid", "3,c,2026-10-30,10,paid"],
        );
        for files in [[&early, &late], [&late, &early]] {
            let loaded = of("purchases", &files.map(String::as_str));
            assert_eq!((counts(&loaded), amount(&loaded)), ((3, 0, 1), 140));
            assert!(note(&loaded, "earlier-state").text().contains("newer events"));
        }
        // The date in the name is stronger than the events.
        let named = |name: &str, text: &str| input(name, "purchases", text);
        let loaded = load_inputs(&[named("2026-11-30.csv", &early), named("2026-10-31.csv", &late)], &options());
        assert_eq!(amount(&loaded), 160);
        // A refund that is a record of its own is not a state, nor is the line of an order that is on another page.
        let refund = text(ORDERS, &["1,a,2026-10-01,-100,refunded"]);
        assert_eq!(counts(&of("purchases", &[&early, &refund])), (3, 0, 0));
        let first = text(
            LINES,
            &[
                "1,a,2026-10-01,shirt,1,10,paid",
                "1,a,2026-10-01,socks,1,5,paid",
                "2,a,2026-10-01,hat,1,5,paid",
            ],
        );
        let second = text(LINES, &["2,a,2026-10-01,shirt,1,10,paid", "3,a,2026-10-01,socks,1,5,paid"]);
        assert_eq!(counts(&of("purchases", &[&first, &second])), (5, 0, 0));
        // An order with several lines, of which one went back: the whole order is that of the later file.
        let back = text(
            LINES,
            &[
                "1,a,2026-10-01,shirt,1,10,cancelled",
                "1,a,2026-10-01,socks,1,5,paid",
                "2,a,2026-10-01,hat,1,5,paid",
            ],
        );
        let loaded = of("purchases", &[&first, &back]);
        assert_eq!(
            (counts(&loaded).2, loaded.account[1].reasons["cancelled"], amount(&loaded)),
            (2, 1, 10)
        );
    }

    #[test]
    fn a_line_that_a_later_export_knows_to_be_received_counts_once() {
        let header = "Bestellung;Lieferant;Bestelldatum;Wunschtermin;Wareneingang;Betrag";
        let early = text(
            header,
            &["P1;S1;2026-10-01;2026-10-10;;100", "P2;S2;2026-10-02;2026-10-09;2026-10-08;50"],
        );
        let late = text(
            header,
            &[
                "P1;S1;2026-10-01;2026-10-10;2026-10-09;100",
                "P2;S2;2026-10-02;2026-10-09;2026-10-08;50",
            ],
        );
        for files in [[&early, &late], [&late, &early]] {
            let loaded = of("supplies", &files.map(String::as_str));
            assert_eq!((counts(&loaded).0, counts(&loaded).2), (2, 1));
            let rows = loaded.canonical.table(Table::Supplies).unwrap();
            assert!((0..rows.len).all(|row| rows.times(&supplies::RECEIVED_AT).at(row) != NO_TIME));
        }
        // Another product of the order, which is on the next page, is another line.
        let lines = "po,supplier,ordered,promised,received,item,amount";
        let first = text(lines, &["P1,S1,2026-10-01,2026-10-10,,bolt,100"]);
        let second = text(lines, &["P1,S1,2026-10-01,2026-10-10,2026-10-09,nut,100"]);
        assert_eq!(counts(&of("supplies", &[&first, &second])), (2, 0, 0));
    }

    #[test]
    fn a_member_who_left_is_gone_in_the_later_roster() {
        let header = "member_id,joined_at,left_at,region";
        let september = text(header, &["a,2025-01-01,,north", "b,2025-02-01,,north"]);
        let october = text(
            header,
            &["a,2025-01-01,2026-10-10,north", "b,2025-02-01,,north", "c,2026-10-01,,south"],
        );
        for files in [[&september, &october], [&october, &september]] {
            let loaded = of("stakeholders", &files.map(String::as_str));
            assert_eq!(counts(&loaded), (3, 0, 1));
            let ends = loaded.canonical.table(Table::Stakeholders).unwrap();
            let column = ends.times(&crate::schema::stakeholders::ENDED_AT);
            assert_eq!((0..ends.len).filter(|row| column.at(*row) != NO_TIME).count(), 1);
        }
    }

    proptest! {
        /// Whatever pages of an export are repeated, its records count once.
        #[test]
        fn a_repeated_page_changes_nothing(orders in 2usize..40, from in 0usize..40, length in 1usize..40, lines in 1usize..4) {
            let rows: Vec<String> = (0..orders)
                .flat_map(|n| (0..=n % lines).map(move |line| format!("{n},c{n},2026-10-{:02},p{line},1,{},paid", 1 + n % 28, 5 + line)))
                .collect();
            let from = from % rows.len();
            let mut page: Vec<String> = rows.iter().skip(from).take(length).cloned().collect();
            // A page that is part of the last order looks like lines of it.
            let last = rows.last().and_then(|row| row.split(',').next().map(str::to_string)).unwrap_or_default();
            page.retain(|row| !row.starts_with(&format!("{last},")));
            let all: Vec<&str> = rows.iter().chain(&page).map(String::as_str).collect();
            prop_assert_eq!(counts(&of("purchases", &[&text(LINES, &all)])), (rows.len() as u64, page.len() as u64, 0));
        }
    }
}
