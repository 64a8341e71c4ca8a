//! The files' columns put together into the canonical tables: one id space, duplicates dropped, rules applied, sorted.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::account::Reject;
use super::file::{Fate, Rowset};
use super::{Loaded, Options, Part, RawFile, part_names};
use crate::canon::rows::are_dates;
use crate::canon::{Canon, Data, Dictionary, Interner, Rows, SourceInfo, messages, referrers};
use crate::note::Note;
use crate::report::FileAccount;
use crate::schema::{ColumnType, Micros, NO_CODE, NO_INT, NO_TIME, Table};
use crate::sources::AmountOn;

/// What the threads of one file gave, as one.
pub fn join(mut sinks: Vec<Rowset>) -> Rowset {
    let mut all = sinks.remove(0);
    for mut sink in sinks {
        let stakeholders = all.interners.stakeholders.absorb(&sink.interners.stakeholders);
        let texts = all.interners.texts.absorb(&sink.interners.texts);
        all.fillings.par_iter_mut().zip(sink.fillings).for_each(|(mine, mut theirs)| {
            if let Data::Code(codes) = &mut theirs.data {
                // The same column of the same file: stakeholder or text is told by the plan, and both maps are by code.
                let map = if theirs.is_stakeholder { &stakeholders } else { &texts };
                codes.iter_mut().filter(|c| **c != NO_CODE).for_each(|c| *c = map[*c as usize]);
            }
            mine.data.append(theirs.data);
            mine.times.0 += theirs.times.0;
            mine.times.1 += theirs.times.1;
            mine.rounded += theirs.rounded;
            for (what, (count, example)) in theirs.voided {
                let entry = mine.voided.entry(what).or_insert_with(|| (0, example.clone()));
                entry.0 += count;
                if example < entry.1 {
                    entry.1 = example;
                }
            }
        });
        all.lines.append(&mut sink.lines);
        all.hashes.append(&mut sink.hashes);
        all.rows += sink.rows;
        all.unused.append(&mut sink.unused);
        for (key, count) in sink.counts {
            *all.counts.entry(key).or_default() += count;
        }
    }
    // Threads take blocks as they come; where lines are kept, records stand in the order of the file.
    if !all.lines.is_sorted() {
        let mut order: Vec<u32> = (0..all.rows as u32).collect();
        order.sort_unstable_by_key(|&row| all.lines[row as usize]);
        for filling in &mut all.fillings {
            filling.data = filling.data.gather(&order);
        }
        if !all.hashes.is_empty() {
            all.hashes = order.iter().map(|&row| all.hashes[row as usize]).collect();
        }
        all.lines.sort_unstable();
    }
    all
}

/// A table under construction.
struct Building {
    rows: Rows,
    stakeholder: Vec<u32>,
    hashes: Vec<u128>,
    keep: Vec<bool>,
}

/// Why rows are dropped after reading: by source, fate and code.
type Dropped = BTreeMap<(usize, Fate, &'static str), Vec<u32>>;

/// Makes the canonical tables of the files read.
pub fn assemble(parts: Vec<Part>, options: &Options, mut notes: Vec<Note>) -> Result<Loaded> {
    let (stakeholders, stakeholder_ranks, texts, text_ranks) = dictionaries(&parts);
    let mut sources: Vec<SourceInfo> = Vec::new();
    let mut account: Vec<FileAccount> = Vec::new();
    let mut files: Vec<RawFile> = Vec::new();
    let mut unused: Vec<Reject> = Vec::new();
    let mut tables: BTreeMap<Table, Building> = BTreeMap::new();
    let mut amount_on: Vec<AmountOn> = Vec::new();
    let mut keys: Vec<Vec<String>> = Vec::new();
    let mut wholes: BTreeMap<Table, BTreeMap<String, (u64, u64)>> = BTreeMap::new();
    for (index, part) in parts.into_iter().enumerate() {
        let present = part_names(&part);
        let Part {
            info,
            source,
            plans,
            rowset,
            read,
            raw,
        } = part;
        files.push(raw);
        account.push(open_account(&info, read, &rowset));
        unused.extend(rowset.unused.iter().map(|u| Reject {
            file: info.file.clone(),
            line: u.line,
            record: u.record,
            fate: u.fate.as_str(),
            column: u.column.clone(),
            code: u.code.to_string(),
            reason: u.reason.clone(),
            raw: u.raw.clone(),
        }));
        amount_on.push(source.amount_on);
        keys.push(source.key.clone());
        let table = info.table;
        let building = tables.entry(table).or_insert_with(|| Building::new(table));
        let before = building.rows.len;
        let who = if table == Table::Referrals {
            "referrer_id"
        } else {
            "stakeholder_id"
        };
        let mut stakeholder = vec![NO_CODE; rowset.rows];
        for (plan, filling) in plans.iter().zip(rowset.fillings) {
            let whole = wholes.entry(table).or_default().entry(plan.name.clone()).or_default();
            whole.0 += filling.times.1;
            whole.1 += filling.times.0;
            let mut data = filling.data;
            if let Data::Code(codes) = &mut data {
                let ranks = if plan.kind == ColumnType::Stakeholder {
                    &stakeholder_ranks
                } else {
                    &text_ranks
                };
                let map = &ranks[index];
                codes.iter_mut().filter(|c| **c != NO_CODE).for_each(|c| *c = map[*c as usize]);
            }
            if plan.name == who {
                if let Data::Code(codes) = data {
                    stakeholder = codes;
                }
                continue;
            }
            building.append(&plan.name, data, before);
        }
        building.finish_source(&present, before, rowset.rows, index);
        building.stakeholder.extend(stakeholder);
        building.hashes.extend(rowset.hashes);
        if options.keep_lines || options.keep_unused {
            building.rows.line.get_or_insert_default().extend(rowset.lines);
        }
        sources.push(info);
    }
    for (table, building) in &mut tables {
        let columns = &wholes[table];
        building.rows.dates = columns
            .iter()
            .filter(|(_, (midnights, times))| are_dates(*midnights, *times))
            .map(|(n, _)| n.clone())
            .collect();
    }
    identify(&mut tables, &stakeholders);
    notes.extend(repeated(&tables, &sources));
    let mut dropped = Dropped::new();
    for building in tables.values_mut() {
        building.drop_duplicates(&keys, &mut dropped);
    }
    for building in tables.values_mut() {
        if building.rows.table == Table::Interactions && sources.iter().any(|s| s.messages) {
            let is_message = |source: u16| sources[source as usize].messages;
            let cases = messages::resolve(&building.rows, &mut building.stakeholder, &is_message, &texts);
            building.rows.columns.insert(messages::CASE.to_string(), Data::Key(cases));
        }
        building.drop_by_rule(&texts, options, &mut dropped);
    }
    let as_of = options.as_of.unwrap_or_else(|| newest(&tables, &options.zone));
    for building in tables.values_mut() {
        building.forget_after(as_of, &mut dropped, options.as_of.is_some());
        building.amounts_once(&amount_on, &mut dropped);
    }
    if options.as_of.is_none() {
        notes.extend(far_ahead(&tables, &options.zone));
    }
    settle(&mut account, &dropped);
    if options.keep_unused {
        unused.extend(late_rejects(&tables, &sources, &files, &dropped)?);
    }
    tables.values_mut().collect::<Vec<_>>().into_par_iter().for_each(|building| {
        building.apply_keep();
        building.rows.sort_by_stakeholder(&building.stakeholder, stakeholders.len());
    });
    notes.extend(contradictions(&tables));
    notes.extend(off_scale(&tables, &texts));
    let mut canon = Canon {
        stakeholders,
        texts,
        tables: tables.into_iter().map(|(t, b)| (t, b.finish())).collect(),
        referred: Vec::new(),
        sources,
        as_of,
        zone: options.zone.clone(),
    };
    canon.referred = referrers::referred(&canon);
    if let Some(rows) = referrers::derive(&canon) {
        canon.tables.insert(Table::Referrals, rows);
    }
    for file in &account {
        anyhow::ensure!(file.adds_up(), "the row account of {} does not add up: {file:?}", file.file);
    }
    // A raw record of a private source would tell of a person.
    let private: BTreeSet<&str> = canon.sources.iter().filter(|s| s.private).map(|s| s.file.as_str()).collect();
    unused
        .iter_mut()
        .filter(|reject| private.contains(reject.file.as_str()))
        .for_each(|reject| reject.raw = String::new());
    unused.sort();
    Ok(Loaded {
        canon,
        account,
        unused,
        notes,
        files,
    })
}

/// One dictionary of stakeholders and one of texts over all files, and for each file the rank of each of its codes.
#[allow(clippy::type_complexity)]
fn dictionaries(parts: &[Part]) -> (Dictionary, Vec<Vec<u32>>, Dictionary, Vec<Vec<u32>>) {
    let mut stakeholders = Interner::default();
    let mut texts = Interner::default();
    for table in Table::ALL {
        table.columns().iter().flat_map(|c| c.words).for_each(|w| {
            texts.code(w);
        });
    }
    for word in ["customer", "supplier", "employee", "referral"] {
        texts.code(word);
    }
    let mut of_stakeholders: Vec<Vec<u32>> = Vec::new();
    let mut of_texts: Vec<Vec<u32>> = Vec::new();
    for part in parts {
        of_stakeholders.push(stakeholders.absorb(&part.rowset.interners.stakeholders));
        of_texts.push(texts.absorb(&part.rowset.interners.texts));
    }
    let (stakeholders, ranks) = stakeholders.finish();
    of_stakeholders.iter_mut().flatten().for_each(|c| *c = ranks[*c as usize]);
    let (texts, ranks) = texts.finish();
    of_texts.iter_mut().flatten().for_each(|c| *c = ranks[*c as usize]);
    (stakeholders, of_stakeholders, texts, of_texts)
}

fn open_account(info: &SourceInfo, read: u64, rowset: &Rowset) -> FileAccount {
    let of = |fate| rowset.counts.iter().filter(|((f, _), _)| *f == fate).map(|(_, n)| n).sum::<u64>();
    FileAccount {
        file: info.file.clone(),
        kind: info.table.name().to_string(),
        read,
        used: rowset.rows as u64,
        rejected: of(Fate::Rejected),
        duplicate: 0,
        excluded: of(Fate::Excluded),
        reasons: rowset.counts.iter().map(|((_, code), n)| (code.to_string(), *n)).collect(),
    }
}

impl Building {
    fn new(table: Table) -> Building {
        let rows = Rows {
            table,
            len: 0,
            columns: BTreeMap::new(),
            starts: Vec::new(),
            source: None,
            only_source: 0,
            line: None,
            dates: BTreeSet::new(),
            first_event: Micros::MAX,
        };
        Building {
            rows,
            stakeholder: Vec::new(),
            hashes: Vec::new(),
            keep: Vec::new(),
        }
    }

    fn append(&mut self, name: &str, data: Data, before: usize) {
        let column = self.rows.columns.entry(name.to_string()).or_insert_with(|| data.empty_like());
        column.append_null(before - column.len());
        column.append(data);
    }

    fn finish_source(&mut self, present: &BTreeSet<String>, before: usize, rows: usize, source: usize) {
        for (name, column) in &mut self.rows.columns {
            if !present.contains(name) {
                column.append_null(rows);
            }
        }
        if before == 0 && self.rows.source.is_none() {
            self.rows.only_source = source as u16;
        } else if self.rows.source.is_none() {
            self.rows.source = Some(vec![self.rows.only_source; before]);
        }
        if let Some(sources) = &mut self.rows.source {
            sources.resize(before + rows, source as u16);
        }
        self.rows.len = before + rows;
        self.keep.resize(before + rows, true);
    }

    fn drop_row(&mut self, row: usize, fate: Fate, code: &'static str, dropped: &mut Dropped) {
        if std::mem::replace(&mut self.keep[row], false) {
            dropped
                .entry((self.rows.source_of(row) as usize, fate, code))
                .or_default()
                .push(row as u32);
        }
    }

    /// A record that equals one of another file in all columns counts once (found m and k times, max(m, k) times); of records with
    /// one declared key the last stays.
    fn drop_duplicates(&mut self, keys: &[Vec<String>], dropped: &mut Dropped) {
        let several = self.rows.source.is_some();
        if several && self.hashes.len() == self.rows.len {
            let mut per_source: FxHashMap<u128, Vec<(u16, u32)>> = FxHashMap::default();
            for row in 0..self.rows.len {
                let source = self.rows.source_of(row);
                let counts = per_source.entry(self.hashes[row]).or_default();
                let seen = match counts.iter_mut().find(|(s, _)| *s == source) {
                    Some((_, n)) => {
                        *n += 1;
                        *n
                    }
                    None => {
                        counts.push((source, 1));
                        1
                    }
                };
                let elsewhere = counts.iter().filter(|(s, _)| *s != source).map(|(_, n)| *n).max().unwrap_or(0);
                if seen <= elsewhere {
                    self.drop_row(row, Fate::Duplicate, "duplicate", dropped);
                }
            }
        }
        self.hashes = Vec::new();
        let mut last: FxHashMap<u128, usize> = FxHashMap::default();
        for row in 0..self.rows.len {
            let key = &keys[self.rows.source_of(row) as usize];
            if key.is_empty() || !self.keep[row] {
                continue;
            }
            let hash = self.key_hash(row, key);
            if let Some(earlier) = last.insert(hash, row) {
                self.drop_row(earlier, Fate::Duplicate, "duplicate-key", dropped);
            }
        }
    }

    fn key_hash(&self, row: usize, key: &[String]) -> u128 {
        use std::hash::{Hash, Hasher};
        let mut low = rustc_hash::FxHasher::default();
        let mut high = std::hash::DefaultHasher::new();
        for name in key {
            let value = match self.rows.columns.get(name) {
                Some(Data::Int(v)) => v[row] as u64,
                Some(Data::Float(v)) => v[row].to_bits(),
                Some(Data::Code(v)) => u64::from(v[row]),
                Some(Data::Key(v)) => v[row],
                Some(Data::Flag(v)) => u64::from(v[row]),
                None => u64::from(self.stakeholder[row]),
            };
            value.hash(&mut low);
            value.hash(&mut high);
        }
        u128::from(high.finish()) << 64 | u128::from(low.finish())
    }

    /// What does not count: no stakeholder, cancelled purchases, money of a currency that nothing converts.
    fn drop_by_rule(&mut self, texts: &Dictionary, options: &Options, dropped: &mut Dropped) {
        let table = self.rows.table;
        if !matches!(table, Table::Surveys | Table::Identities) {
            for row in 0..self.rows.len {
                if self.stakeholder[row] == NO_CODE {
                    self.drop_row(row, Fate::Excluded, "no-stakeholder", dropped);
                }
            }
        }
        if table == Table::Purchases
            && let Some(Data::Code(statuses)) = self.rows.columns.get("status")
        {
            let void: BTreeSet<u32> = texts.matching(&is_void).into_iter().collect();
            let rows: Vec<usize> = (0..self.rows.len).filter(|&r| void.contains(&statuses[r])).collect();
            rows.into_iter()
                .for_each(|row| self.drop_row(row, Fate::Excluded, "cancelled", dropped));
        }
        if let Some(currency) = &options.currency
            && matches!(table, Table::Purchases | Table::Supplies)
        {
            self.convert(currency, texts, options, dropped);
        }
    }

    /// Converts money into the report's currency; what has no rate is excluded and counted.
    fn convert(&mut self, currency: &str, texts: &Dictionary, options: &Options, dropped: &mut Dropped) {
        let Some(Data::Code(codes)) = self.rows.columns.get("currency").cloned() else {
            return;
        };
        let home = texts.code(currency);
        for row in 0..self.rows.len {
            if codes[row] == NO_CODE || Some(codes[row]) == home {
                continue;
            }
            match texts.text(codes[row]).and_then(|c| options.rates.get(c)) {
                None => self.drop_row(row, Fate::Excluded, "other-currency", dropped),
                Some(&rate) => {
                    for name in ["amount", "refund", "cost", "unit_amount"] {
                        if let Some(Data::Int(v)) = self.rows.columns.get_mut(name)
                            && v[row] != NO_INT
                        {
                            v[row] = (v[row] as f64 * rate).round_ties_even() as i64;
                        }
                    }
                }
            }
        }
        if let (Some(home), Some(Data::Code(codes))) = (home, self.rows.columns.get_mut("currency")) {
            codes.iter_mut().filter(|c| **c != NO_CODE).for_each(|c| *c = home);
        }
    }

    /// Nothing at or after as-of is known: rows that happened then are left out, later answers and resolutions are not there yet.
    fn forget_after(&mut self, as_of: Micros, dropped: &mut Dropped, stated: bool) {
        let table = self.rows.table;
        if stated {
            let happened: &[&str] = match table {
                Table::Interactions | Table::Purchases | Table::Referrals => &["occurred_at"],
                Table::Surveys => &["sent_at", "responded_at"],
                Table::Supplies => &["ordered_at"],
                Table::Stakeholders | Table::Identities => &[],
            };
            let columns: Vec<_> = happened.iter().map(|n| self.rows.times(n)).filter(|c| c.exists()).collect();
            let first = |row: usize| columns.iter().map(|c| c.at(row)).filter(|t| *t != NO_TIME).min();
            let late: Vec<usize> = (0..self.rows.len).filter(|&row| first(row).is_some_and(|t| t >= as_of)).collect();
            late.into_iter()
                .for_each(|row| self.drop_row(row, Fate::Excluded, "after-as-of", dropped));
        }
        for name in ["responded_at", "resolved_at", "delivered_at", "received_at", "converted_at"] {
            let answers = table == Table::Surveys && name == "responded_at";
            let mut voided = Vec::new();
            if let Some(Data::Int(times)) = self.rows.columns.get_mut(name) {
                for (row, time) in times.iter_mut().enumerate().filter(|(_, t)| **t != NO_TIME && **t >= as_of) {
                    *time = NO_TIME;
                    voided.push(row);
                }
            }
            if answers && let Some(Data::Float(scores)) = self.rows.columns.get_mut("score") {
                voided.iter().for_each(|&row| scores[row] = f64::NAN);
            }
        }
    }

    /// Where amounts are of the order, on its first record or repeated, an order's amount counts once; its other records are there
    /// for their products. They share its fate: where none that is kept has an amount, none of them counts.
    fn amounts_once(&mut self, amount_on: &[AmountOn], dropped: &mut Dropped) {
        if amount_on.iter().all(|a| *a == AmountOn::Line) {
            return;
        }
        let Some(Data::Key(orders)) = self.rows.columns.get("order_id").cloned() else {
            return;
        };
        let sources: Vec<u16> = (0..self.rows.len).map(|r| self.rows.source_of(r)).collect();
        let of_order = |row: usize| amount_on[sources[row] as usize] == AmountOn::Order;
        if let Some(Data::Int(amounts)) = self.rows.columns.get("amount").cloned() {
            let priced: Vec<usize> = (0..self.rows.len).filter(|&row| of_order(row) && amounts[row] != NO_INT).collect();
            let order = |row: usize| (orders[row], sources[row]);
            let known: FxHashSet<(u64, u16)> = priced.iter().map(|&row| order(row)).collect();
            let kept: FxHashSet<(u64, u16)> = priced.iter().filter(|&&row| self.keep[row]).map(|&row| order(row)).collect();
            let left = |row: &usize| of_order(*row) && amounts[*row] == NO_INT && !kept.contains(&order(*row));
            let rows: Vec<(usize, bool)> = (0..self.rows.len)
                .filter(left)
                .map(|row| (row, known.contains(&order(row))))
                .collect();
            if let Some(Data::Code(currencies)) = self.rows.columns.get_mut("currency") {
                // The currency stands beside the amount.
                let stated: FxHashMap<(u64, u16), u32> = priced.iter().rev().map(|&row| (order(row), currencies[row])).collect();
                for (row, currency) in currencies
                    .iter_mut()
                    .enumerate()
                    .filter(|(row, c)| of_order(*row) && amounts[*row] == NO_INT && **c == NO_CODE)
                {
                    *currency = stated.get(&order(row)).copied().unwrap_or(NO_CODE);
                }
            }
            for (row, known) in rows {
                let (fate, code) = if known {
                    (Fate::Excluded, "order-excluded")
                } else {
                    (Fate::Rejected, "missing")
                };
                self.drop_row(row, fate, code, dropped);
            }
        }
        let mut seen: FxHashSet<(u64, u16)> = FxHashSet::default();
        for name in ["amount", "refund", "cost"] {
            seen.clear();
            if let Some(Data::Int(values)) = self.rows.columns.get_mut(name) {
                for row in (0..values.len()).filter(|&row| of_order(row) && self.keep[row]) {
                    let is_first = values[row] != NO_INT && seen.insert((orders[row], sources[row]));
                    if !is_first && (values[row] != NO_INT || name == "amount") {
                        values[row] = 0;
                    }
                }
            }
        }
    }

    fn apply_keep(&mut self) {
        if self.keep.iter().all(|k| *k) {
            return;
        }
        let keep = std::mem::take(&mut self.keep);
        let mut row = 0;
        self.stakeholder.retain(|_| {
            row += 1;
            keep[row - 1]
        });
        self.rows.retain(&keep);
    }

    fn finish(mut self) -> Rows {
        let first = self
            .rows
            .table
            .event_columns()
            .iter()
            .filter_map(|name| match self.rows.columns.get(*name) {
                Some(Data::Int(v)) => v.iter().copied().filter(|t| *t != NO_TIME).min(),
                _ => None,
            });
        self.rows.first_event = first.min().unwrap_or(Micros::MAX);
        self.rows
    }
}

/// Statuses of purchases that never became one.
fn is_void(status: &str) -> bool {
    const VOID: [&str; 16] = [
        "cancelled",
        "canceled",
        "void",
        "voided",
        "failed",
        "declined",
        "pledge",
        "pledged",
        "test",
        "expired",
        "abandoned",
        "rejected",
        "unpaid",
        "draft",
        "cancelled by customer",
        "unavailable",
    ];
    let status = status.trim().to_lowercase();
    VOID.contains(&status.as_str())
}

/// One stakeholder under several ids: an identities table says which alias stands for whom.
fn identify(tables: &mut BTreeMap<Table, Building>, stakeholders: &Dictionary) {
    let Some(identities) = tables.get(&Table::Identities) else { return };
    let Some(Data::Code(aliases)) = identities.rows.columns.get("alias") else {
        return;
    };
    let mut same: Vec<u32> = (0..stakeholders.len() as u32).collect();
    for (&alias, &stakeholder) in aliases.iter().zip(&identities.stakeholder) {
        if alias != NO_CODE && stakeholder != NO_CODE && alias != stakeholder {
            same[alias as usize] = stakeholder;
        }
    }
    // An alias of an alias; a circle ends after as many steps as there are stakeholders in it.
    let resolve = |mut code: u32| {
        for _ in 0..16 {
            if same[code as usize] == code {
                break;
            }
            code = same[code as usize];
        }
        code
    };
    for (table, building) in tables.iter_mut() {
        if *table != Table::Identities {
            building
                .stakeholder
                .iter_mut()
                .filter(|c| **c != NO_CODE)
                .for_each(|c| *c = resolve(*c));
        }
        for name in ["referrer_id", "referred_id"] {
            if let Some(Data::Code(codes)) = building.rows.columns.get_mut(name) {
                codes.iter_mut().filter(|c| **c != NO_CODE).for_each(|c| *c = resolve(*c));
            }
        }
    }
}

/// The end of the day of the newest event.
fn newest(tables: &BTreeMap<Table, Building>, zone: &crate::period::Zone) -> Micros {
    let newest = events(tables).max();
    match newest {
        Some(at) => zone.midnight(zone.day_of(at) + 1),
        None => 0,
    }
}

fn events(tables: &BTreeMap<Table, Building>) -> impl Iterator<Item = Micros> + '_ {
    tables
        .values()
        .flat_map(|b| {
            b.rows
                .table
                .event_columns()
                .iter()
                .filter_map(|name| match b.rows.columns.get(*name) {
                    Some(Data::Int(v)) => Some(
                        v.iter()
                            .enumerate()
                            .filter(|(row, t)| **t != NO_TIME && b.keep[*row])
                            .map(|(_, t)| *t),
                    ),
                    _ => None,
                })
        })
        .flatten()
}

/// If the newest 0.1 % of the events lie more than 31 days after the rest, as-of is probably wrong.
fn far_ahead(tables: &BTreeMap<Table, Building>, zone: &crate::period::Zone) -> Option<Note> {
    let mut newest: Vec<Micros> = Vec::new();
    let all = events(tables).inspect(|_| ()).count();
    let few = (all / 1000).max(1);
    if all < 20 {
        return None;
    }
    newest.extend(events(tables));
    let (_, &mut rest, ahead) = newest.select_nth_unstable(all - few - 1);
    let first_ahead = ahead.iter().copied().min()?;
    (first_ahead - rest > 31 * crate::schema::DAY).then(|| {
        let day = |t| crate::period::date_text(zone.day_of(t));
        Note::new(
            "as-of",
            format!(
                "the newest {few} of {all} events lie on or after {}, the others end on {}: state as_of if these are slips",
                day(first_ahead),
                day(rest)
            ),
        )
    })
}

/// Sets the account right for what was dropped after reading.
fn settle(account: &mut [FileAccount], dropped: &Dropped) {
    for ((source, fate, code), rows) in dropped {
        let file = &mut account[*source];
        let count = rows.len() as u64;
        file.used -= count;
        match fate {
            Fate::Rejected => file.rejected += count,
            Fate::Duplicate => file.duplicate += count,
            Fate::Excluded => file.excluded += count,
        }
        *file.reasons.entry(code.to_string()).or_default() += count;
    }
}

/// Tells of each record that was dropped after reading; its text is read again.
fn late_rejects(tables: &BTreeMap<Table, Building>, sources: &[SourceInfo], files: &[RawFile], dropped: &Dropped) -> Result<Vec<Reject>> {
    let mut rejects = Vec::new();
    for (source, (info, file)) in sources.iter().zip(files).enumerate() {
        let Some(lines) = tables.get(&info.table).and_then(|b| b.rows.line.as_ref()) else {
            continue;
        };
        let of_source = || dropped.iter().filter(|((of, ..), _)| *of == source);
        let line = |row: &u32| u64::from(lines[*row as usize]);
        let mut wanted: Vec<u64> = of_source().flat_map(|(_, rows)| rows.iter().map(line)).collect();
        wanted.sort_unstable();
        let records = file.records(&wanted)?;
        for ((_, fate, code), rows) in of_source() {
            rejects.extend(rows.iter().map(line).map(|line| {
                let (record, raw) = records.get(line).unwrap_or_default();
                Reject {
                    file: info.file.clone(),
                    line,
                    record,
                    fate: fate.as_str(),
                    column: String::new(),
                    code: code.to_string(),
                    reason: reason(code).to_string(),
                    raw: raw.to_string(),
                }
            }));
        }
    }
    Ok(rejects)
}

fn reason(code: &str) -> &'static str {
    match code {
        "duplicate" => "equal in all columns to a record of another file",
        "duplicate-key" => "a later record has the same key",
        "no-stakeholder" => "no stakeholder",
        "missing" => "no amount on any record of the order",
        "order-excluded" => "the record of the order that has its amount does not count",
        "cancelled" => "the status says that it never became a purchase",
        "other-currency" => "in another currency, and there is no rate for it",
        "after-as-of" => "happened at or after as-of",
        _ => "left out",
    }
}

/// Records that equal an earlier one of the same file in all their cells: they are kept, and noted. Large files are not looked at
/// for this: it takes a hash of every record.
fn repeated(tables: &BTreeMap<Table, Building>, sources: &[SourceInfo]) -> Vec<Note> {
    let mut counts: BTreeMap<u16, u64> = BTreeMap::new();
    for building in tables.values().filter(|b| b.hashes.len() == b.rows.len) {
        let mut all: Vec<(u16, u128)> = building
            .hashes
            .iter()
            .enumerate()
            .map(|(row, hash)| (building.rows.source_of(row), *hash))
            .collect();
        all.sort_unstable();
        for pair in all.windows(2).filter(|pair| pair[0] == pair[1]) {
            *counts.entry(pair[0].0).or_default() += 1;
        }
    }
    let note = |(source, count): (u16, u64)| {
        Note::new(
            "repeated",
            "records that stand in the file already are kept (a key in [[source]] would drop them)",
        )
        .count(count)
        .at(crate::note::Place::file(&sources[source as usize].file))
    };
    counts.into_iter().map(note).collect()
}

/// Scores that their scale does not have: the answer is void, the row stays.
fn off_scale(tables: &BTreeMap<Table, Building>, texts: &Dictionary) -> Option<Note> {
    let rows = &tables.get(&Table::Surveys)?.rows;
    let (scores, instruments) = (rows.floats("score"), rows.codes("instrument"));
    let (lowest, highest) = (rows.floats("scale_min"), rows.floats("scale_max"));
    let recommends = ["nps", "enps"].map(|word| texts.code(word));
    let is_off = |row: &usize| {
        let score = scores.at(*row);
        let recommendation = recommends.contains(&Some(instruments.at(*row)));
        let broken = recommendation && (score.fract() != 0.0 || !(0.0..=10.0).contains(&score));
        !score.is_nan() && (broken || score < lowest.at(*row) || score > highest.at(*row))
    };
    let count = (0..rows.len).filter(is_off).count() as u64;
    (count > 0).then(|| Note::new("off-scale", "surveys: scores outside their scale; these answers are void, the rows stay").count(count))
}

/// Counted contradictions between columns of one row; the row stays, what follows from the contradiction is void.
fn contradictions(tables: &BTreeMap<Table, Building>) -> Vec<Note> {
    const PAIRS: [(Table, &str, &str); 6] = [
        (Table::Interactions, "occurred_at", "responded_at"),
        (Table::Interactions, "occurred_at", "resolved_at"),
        (Table::Surveys, "sent_at", "responded_at"),
        (Table::Supplies, "ordered_at", "received_at"),
        (Table::Stakeholders, "started_at", "ended_at"),
        (Table::Purchases, "occurred_at", "delivered_at"),
    ];
    let found = PAIRS.into_par_iter().flat_map_iter(|(table, from, to)| {
        let mut per_source: BTreeMap<u16, u64> = BTreeMap::new();
        if let Some(rows) = tables.get(&table).map(|b| &b.rows) {
            let (first, second) = (rows.times(from), rows.times(to));
            let dates = rows.is_date(from) || rows.is_date(to);
            let slack = if dates { crate::schema::DAY } else { 0 };
            for row in (0..rows.len).filter(|_| first.exists() && second.exists()) {
                let (a, b) = (first.at(row), second.at(row));
                if a != NO_TIME && b != NO_TIME && b + slack < a + i64::from(dates) {
                    *per_source.entry(rows.source_of(row)).or_default() += 1;
                }
            }
        }
        per_source.into_values().map(move |count| {
            let text = format!("{table}: {to} lies before {from}; that duration is void, the row stays");
            Note::new("negative-duration", text).count(count)
        })
    });
    let mut notes: Vec<Note> = found.collect();
    notes.sort_by(|a, b| (a.code, &a.text).cmp(&(b.code, &b.text)));
    notes
}
