//! Money that went back: purchases whose status says so, although no amount does.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::canonical::load::tables::affected_rows::AffectedRows;
use crate::canonical::load::tables::building::Building;
use crate::canonical::{Data, Dictionary, SourceInfo};
use crate::notes::{DataIssue, Note};
use crate::schema::{NO_CODE, NO_INT, NO_KEY, Table, purchases};
use crate::sources::{MoneyBack, is_document_code, is_refund_code, is_refund_record, money_back};

impl Building {
    /// Where the status of a purchase says that the money went back, and no refund says how much, the whole amount is the refund. Where it
    /// says that a part did, nothing is known of the amount: such purchases are counted. A negative line of the same order, or one of the same
    /// amount and stakeholder that belongs to no order, is the refund already.
    pub fn refund_by_status(&mut self, texts: &Dictionary, sources: &[SourceInfo]) -> Vec<Note> {
        if self.rows.table != Table::Purchases {
            return Vec::new();
        }
        let mut notes = self.negate_refunds(texts, sources);
        let (statuses, flags) = (self.rows.codes(&purchases::STATUS), self.rows.flags(&purchases::IS_REFUNDED));
        let Some(Data::Int(amounts)) = self.rows.data(&purchases::AMOUNT) else {
            return notes;
        };
        let saying = |what: MoneyBack| -> FxHashSet<u32> {
            let says = |status: &str| money_back(status) == Some(what);
            texts.matching(&says).into_iter().filter(|code| *code != NO_CODE).collect()
        };
        let (whole, part) = (saying(MoneyBack::Whole), saying(MoneyBack::Part));
        let refunds = self.rows.ints(&purchases::REFUND);
        let is_meant = |row: usize| self.keep[row] && amounts[row] > 0 && amounts[row] != NO_INT && matches!(refunds.at(row), NO_INT | 0);
        let is_whole = |row: usize| whole.contains(&statuses.at(row)) || (flags.at(row) == 1 && !part.contains(&statuses.at(row)));
        let says = |row: &usize| is_whole(*row) || part.contains(&statuses.at(*row));
        let rows: Vec<usize> = (0..self.rows.len).filter(says).filter(|row| is_meant(*row)).collect();
        if rows.is_empty() {
            return notes;
        }
        let mut stated = self.negative_lines(amounts);
        let (mut returned, mut unknown) = (AffectedRows::default(), AffectedRows::default());
        let mut found: Vec<(usize, i64)> = Vec::new();
        for row in rows {
            let order = self.rows.keys(&purchases::ORDER_ID).at(row);
            if stated.has(order, self.stakeholder[row], amounts[row]) {
                continue;
            }
            if is_whole(row) {
                returned.add(&self.rows, row);
                found.push((row, amounts[row]));
            } else {
                unknown.add(&self.rows, row);
            }
        }
        let len = self.rows.len;
        let column = self.rows.columns.entry(purchases::REFUND.name.to_string());
        if let Data::Int(refunds) = column.or_insert_with(|| Data::Int(vec![NO_INT; len])) {
            found.into_iter().for_each(|(row, amount)| refunds[row] = amount);
        }
        notes.extend(returned.notes(DataIssue::RefundedByStatus, sources));
        notes.extend(unknown.notes(DataIssue::PartialRefund, sources));
        notes
    }

    /// Records whose type says that they are refunds, and not sales, count as negative where their source lists them with positive amounts,
    /// next to sales.
    fn negate_refunds(&mut self, texts: &Dictionary, sources: &[SourceInfo]) -> Vec<Note> {
        let (types, Some(Data::Int(amounts))) = (self.rows.codes(&purchases::RECORD_TYPE), self.rows.data(&purchases::AMOUNT)) else {
            return Vec::new();
        };
        if !types.exists() {
            return Vec::new();
        }
        let refunds: FxHashSet<u32> = texts
            .matching(&is_refund_record)
            .into_iter()
            .filter(|code| *code != NO_CODE)
            .collect();
        let codes = self.with_codes_of_documents(texts, sources);
        let refund_codes: FxHashSet<u32> = match codes.contains(&true) {
            true => texts.matching(&is_refund_code).into_iter().collect(),
            false => FxHashSet::default(),
        };
        // By source: whether it has sales, and whether it lists refunds with negative amounts.
        let mut has = vec![(false, false); sources.len()];
        let is_refund = |row: usize| {
            refunds.contains(&types.at(row)) || codes[self.rows.source_of(row) as usize] && refund_codes.contains(&types.at(row))
        };
        for row in (0..self.rows.len).filter(|&row| self.keep[row] && amounts[row] != NO_INT) {
            let of_source = &mut has[self.rows.source_of(row) as usize];
            of_source.0 |= !is_refund(row) && amounts[row] > 0;
            of_source.1 |= is_refund(row) && amounts[row] < 0;
        }
        let is_meant = |row: &usize| {
            let row = *row;
            self.keep[row]
                && is_refund(row)
                && amounts[row] > 0
                && amounts[row] != NO_INT
                && has[self.rows.source_of(row) as usize] == (true, false)
        };
        let rows: Vec<usize> = (0..self.rows.len).filter(is_meant).collect();
        let mut affected = AffectedRows::default();
        rows.iter().for_each(|&row| affected.add(&self.rows, row));
        if let Some(Data::Int(amounts)) = self.rows.data_mut(&purchases::AMOUNT) {
            rows.iter().for_each(|&row| amounts[row] = -amounts[row]);
        }
        affected.notes(DataIssue::RefundRecords, sources).collect()
    }

    /// By source: whether the types of all of its records are codes of documents, such as `SI` and `SC`.
    fn with_codes_of_documents(&self, texts: &Dictionary, sources: &[SourceInfo]) -> Vec<bool> {
        let types = self.rows.codes(&purchases::RECORD_TYPE);
        let known: FxHashSet<u32> = texts.matching(&is_document_code).into_iter().collect();
        let mut are_codes = vec![!known.is_empty(); sources.len()];
        for row in 0..self.rows.len {
            are_codes[self.rows.source_of(row) as usize] &= known.contains(&types.at(row));
        }
        are_codes
    }

    fn negative_lines(&self, amounts: &[i64]) -> NegativeLines {
        let ids = self.rows.keys(&purchases::ORDER_ID);
        let sold: FxHashSet<u64> = (0..amounts.len()).filter(|&row| amounts[row] > 0).map(|row| ids.at(row)).collect();
        let mut found = NegativeLines::default();
        for row in (0..amounts.len()).filter(|&row| amounts[row] < 0 && amounts[row] != NO_INT && self.keep[row]) {
            let id = ids.at(row);
            if id != NO_KEY && sold.contains(&id) {
                found.of_orders.insert(id);
            } else {
                *found.others.entry((self.stakeholder[row], amounts[row])).or_default() += 1;
            }
        }
        found
    }
}

/// Lines that say how much money went back.
#[derive(Default)]
struct NegativeLines {
    /// The orders that have one.
    of_orders: FxHashSet<u64>,
    /// How many belong to no order, by stakeholder and amount.
    others: FxHashMap<(u32, i64), u64>,
}

impl NegativeLines {
    /// Whether there is one for a purchase. One that belongs to no order is there for one purchase only.
    fn has(&mut self, order: u64, stakeholder: u32, amount: i64) -> bool {
        if order != NO_KEY && self.of_orders.contains(&order) {
            return true;
        }
        match self.others.get_mut(&(stakeholder, -amount)) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::load::testing::{load, places};

    #[test]
    fn a_status_without_an_amount_means_the_whole_amount() {
        let orders = "customer_id,order_id,ordered_at,amount,refund,status\n\
                      a,1,2026-01-01,10,,paid\na,2,2026-01-01,20,,Refunded\nb,3,2026-01-01,40,5,Refunded\nb,4,2026-01-02,80,0,charged back\n\
                      c,5,2026-01-02,160,,partially refunded\nc,6,2026-01-02,320,,refund requested\n";
        let loaded = load(&[("orders.csv", "purchases", orders)]);
        let rows = loaded.canonical.table(Table::Purchases).unwrap();
        let mut refunds: Vec<i64> = (0..rows.len)
            .map(|row| rows.ints(&purchases::REFUND).at(row))
            .filter(|refund| *refund != NO_INT)
            .collect();
        refunds.sort_unstable();
        assert_eq!(refunds, [50_000, 200_000, 800_000]);
        assert_eq!(places(&loaded, "refunded-by-status"), [("orders.csv:3".into(), 2)]);
        assert_eq!(places(&loaded, "partial-refund"), [("orders.csv:6".into(), 1)]);
    }

    #[test]
    fn a_negative_line_is_the_refund_already() {
        let orders = "Kundennummer,Bestellnummer,Bestelldatum,Betrag,Status\n\
                      a,1,2026-01-01,10,Erstattet\na,1,2026-01-03,-10,Gutschrift\n\
                      b,2,2026-01-01,20,Erstattet\nb,,2026-01-03,-20,Gutschrift\nb,3,2026-01-04,20,Erstattet\n";
        let loaded = load(&[("orders.csv", "purchases", orders)]);
        assert_eq!(places(&loaded, "refunded-by-status"), [("orders.csv:6".into(), 1)]);
    }
}
