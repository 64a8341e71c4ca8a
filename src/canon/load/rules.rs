//! What does not count: duplicates, records without a stakeholder, purchases that never were, what happened after as-of; and money
//! that is stated twice or in another currency.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Options;
use super::building::{Building, Dropped};
use super::file::Fate;
use crate::canon::{Data, Dictionary};
use crate::schema::{Micros, NO_CODE, NO_INT, NO_TIME, Table};
use crate::sources::AmountOn;

impl Building {
    /// A record that equals one of another file in all columns counts once (found m and k times, max(m, k) times); of records with
    /// one declared key the last stays.
    pub fn drop_duplicates(&mut self, keys: &[Vec<String>], dropped: &mut Dropped) {
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

    pub fn key_hash(&self, row: usize, key: &[String]) -> u128 {
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
    pub fn drop_by_rule(&mut self, texts: &Dictionary, options: &Options, dropped: &mut Dropped) {
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
    pub fn convert(&mut self, currency: &str, texts: &Dictionary, options: &Options, dropped: &mut Dropped) {
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
    pub fn forget_after(&mut self, as_of: Micros, dropped: &mut Dropped, stated: bool) {
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
    pub fn amounts_once(&mut self, amount_on: &[AmountOn], dropped: &mut Dropped) {
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
