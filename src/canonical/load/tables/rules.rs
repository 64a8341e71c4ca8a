//! What does not count: records without a stakeholder, purchases that never were, what happened after as-of; and money that is
//! stated twice or in another currency.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::affected_rows::AffectedRows;
use super::building::{Building, Dropped};
use crate::canonical::load::{ID, Options};
use crate::canonical::{Data, Dictionary, SourceInfo};
use crate::cell_parsing::Currency;
use crate::notes::{DataIssue, ExclusionReason, MissingValue, Note, RejectReason, UnusedReason};
use crate::period::Zone;
use crate::schema::{Column, Micros, NO_CODE, NO_INT, NO_KEY, NO_TIME, Role, Table, interactions, purchases, referrals, supplies, surveys};
use crate::sources::deal_stages::{DealStage, are_of_deals, deal_stage};
use crate::sources::purchase_words::{
    is_bought, is_browsing, is_document, is_sale_state, is_void, is_void_beside_documents, is_void_beside_sales, is_void_supply,
    is_void_type,
};
use crate::sources::survey_states::is_undelivered;
use crate::sources::{AmountOn, is_soft};

impl Building {
    /// What does not count: no stakeholder, cancelled purchases, invitations that did not arrive. A placeholder is nobody: its records of events count without a person.
    /// `is_known` says which sources are exports of a known format.
    pub fn drop_by_rule(
        &mut self,
        texts: &Dictionary,
        sources: &[SourceInfo],
        is_placeholder: &[bool],
        is_known: &[bool],
        options: &Options,
        dropped: &mut Dropped,
    ) {
        let table = self.rows.table;
        if !matches!(table, Table::Surveys | Table::Identities) {
            for row in 0..self.rows.len {
                if self.stakeholder[row] == NO_CODE {
                    self.drop_row(row, &ExclusionReason::NoStakeholder.into(), dropped);
                }
            }
        }
        self.forget_placeholders(is_placeholder, options.everything, dropped);
        if table == Table::Purchases {
            let (statuses, flags) = (self.rows.codes(&purchases::STATUS), self.rows.flags(&purchases::IS_VOID));
            let valid = self.rows.flags(&purchases::IS_VALID);
            let void: BTreeSet<u32> = match statuses.exists() {
                true => texts.matching(&is_void).into_iter().collect(),
                false => BTreeSet::new(),
            };
            let no_purchases = self.no_purchases(texts, sources);
            let rows: Vec<usize> = (0..self.rows.len)
                .filter(|&r| void.contains(&statuses.at(r)) || flags.at(r) == 1 || valid.at(r) == 0 || no_purchases.contains(&r))
                .collect();
            rows.into_iter()
                .for_each(|row| self.drop_row(row, &ExclusionReason::Cancelled.into(), dropped));
            self.drop_deals(texts, is_known, dropped);
            self.drop_refunds_of_other_currencies(texts, dropped);
        }
        if table == Table::Purchases {
            let soft = self.codes_that_mean(&purchases::RECORD_TYPE, texts, &|record_type| is_soft(record_type).then_some(()));
            let types = self.rows.codes(&purchases::RECORD_TYPE);
            let rows: Vec<usize> = (0..self.rows.len)
                .filter(|&row| !soft.is_empty() && soft.contains_key(&types.at(row)))
                .collect();
            rows.into_iter()
                .for_each(|row| self.drop_row(row, &ExclusionReason::SoftCredit.into(), dropped));
        }
        if table == Table::Surveys {
            let (statuses, flags) = (self.rows.codes(&surveys::STATUS), self.rows.flags(&surveys::IS_UNDELIVERED));
            let failed: BTreeSet<u32> = match statuses.exists() {
                true => texts.matching(&is_undelivered).into_iter().collect(),
                false => BTreeSet::new(),
            };
            let (scores, answers) = (self.rows.floats(&surveys::SCORE), self.rows.times(&surveys::RESPONDED_AT));
            // Whoever answered was asked, whatever the status says.
            let is_answered = |row: usize| !scores.at(row).is_nan() || answers.at(row) != NO_TIME;
            let rows: Vec<usize> = (0..self.rows.len)
                .filter(|&r| (failed.contains(&statuses.at(r)) || flags.at(r) == 1) && !is_answered(r))
                .collect();
            rows.into_iter()
                .for_each(|row| self.drop_row(row, &ExclusionReason::NotAsked.into(), dropped));
        }
        if table == Table::Interactions {
            self.drop_no_cases(texts, dropped);
            self.drop_not_held(texts, sources, dropped);
        }
        if table == Table::Supplies {
            self.drop_cancelled_supplies(texts, dropped);
        }
    }

    /// A line that was cancelled, rejected or never ordered is not late, and costs nothing. What was received was delivered, whatever happened to
    /// the rest of the line.
    fn drop_cancelled_supplies(&mut self, texts: &Dictionary, dropped: &mut Dropped) {
        let (statuses, flags) = (self.rows.codes(&supplies::STATUS), self.rows.flags(&supplies::IS_VOID));
        let void: BTreeSet<u32> = match statuses.exists() {
            true => texts.matching(&is_void_supply).into_iter().collect(),
            false => BTreeSet::new(),
        };
        let (received, quantities) = (
            self.rows.times(&supplies::RECEIVED_AT),
            self.rows.floats(&supplies::QUANTITY_RECEIVED),
        );
        let is_received = |row: usize| received.at(row) != NO_TIME || quantities.at(row) > 0.0;
        let rows: Vec<usize> = (0..self.rows.len)
            .filter(|&row| (void.contains(&statuses.at(row)) || flags.at(row) == 1) && !is_received(row))
            .collect();
        rows.into_iter()
            .for_each(|row| self.drop_row(row, &ExclusionReason::Cancelled.into(), dropped));
    }

    /// What went back in another currency than was paid cannot be subtracted.
    fn drop_refunds_of_other_currencies(&mut self, texts: &Dictionary, dropped: &mut Dropped) {
        let (paid, back) = (self.rows.codes(&purchases::CURRENCY), self.rows.codes(&purchases::REFUND_CURRENCY));
        if !paid.exists() || !back.exists() {
            return;
        }
        let refunds = self.rows.ints(&purchases::REFUND);
        let named = |code: u32| texts.text(code).and_then(Currency::named);
        let mismatch = |row: usize| {
            let (one, other) = (named(paid.at(row))?, named(back.at(row))?);
            (Currency::agreed(one, other).is_none() && refunds.at(row) != NO_INT && refunds.at(row) != 0).then_some((one, other))
        };
        let found: Vec<_> = (0..self.rows.len).filter_map(|row| Some((row, mismatch(row)?))).collect();
        for (row, (one, other)) in found {
            let reason = RejectReason::CurrencyMismatch {
                stated: one.name().to_string(),
                written: other.name().to_string(),
            };
            self.drop_row(row, &reason.into(), dropped);
        }
    }

    /// The records that are no purchases by their types or statuses. What is an offer beside documents, a view beside purchases, or an offer
    /// that was sent beside sales, is one only in a file that has some of these.
    fn no_purchases(&self, texts: &Dictionary, sources: &[SourceInfo]) -> FxHashSet<usize> {
        type Is = fn(&str) -> bool;
        let beside: [(&Column, Is, Is); 3] = [
            (&purchases::RECORD_TYPE, is_void_beside_documents, is_document),
            (&purchases::RECORD_TYPE, is_browsing, is_bought),
            (&purchases::STATUS, is_void_beside_sales, is_sale_state),
        ];
        let rows_of = |column: &Column, is: Is| -> Vec<usize> {
            let cells = self.rows.codes(column);
            let codes: BTreeSet<u32> = match cells.exists() {
                true => texts.matching(&is).into_iter().collect(),
                false => BTreeSet::new(),
            };
            let rows = (0..self.rows.len).filter(|&row| codes.contains(&cells.at(row)));
            if codes.is_empty() { Vec::new() } else { rows.collect() }
        };
        let source_of = |row: usize| self.rows.source_of(row) as usize;
        let mut found: FxHashSet<usize> = rows_of(&purchases::RECORD_TYPE, is_void_type).into_iter().collect();
        for (column, is_void, is_other) in beside {
            let void = rows_of(column, is_void);
            if void.is_empty() {
                continue;
            }
            let mut has_others = vec![false; sources.len()];
            rows_of(column, is_other)
                .into_iter()
                .for_each(|row| has_others[source_of(row)] = true);
            found.extend(void.into_iter().filter(|&row| has_others[source_of(row)]));
        }
        found
    }

    /// Deals are purchases only if they were won. What the stages of a format that is known mean is known: `is_known` says of which sources.
    fn drop_deals(&mut self, texts: &Dictionary, is_known: &[bool], dropped: &mut Dropped) {
        let statuses = self.rows.codes(&purchases::STATUS);
        if !statuses.exists() {
            return;
        }
        let mut of_source: BTreeMap<u16, BTreeSet<u32>> = BTreeMap::new();
        for row in (0..self.rows.len).filter(|&row| statuses.at(row) != NO_CODE) {
            of_source.entry(self.rows.source_of(row)).or_default().insert(statuses.at(row));
        }
        let text = |code: u32| texts.text(code).unwrap_or("");
        of_source.retain(|source, codes| !is_known[usize::from(*source)] && are_of_deals(codes.iter().map(|code| text(*code))));
        for codes in of_source.values_mut() {
            codes.retain(|code| deal_stage(text(*code)) == Some(DealStage::Won));
        }
        let is_left_out = |row: &usize| {
            of_source
                .get(&self.rows.source_of(*row))
                .is_some_and(|won| !won.contains(&statuses.at(*row)))
        };
        let rows: Vec<usize> = (0..self.rows.len).filter(is_left_out).collect();
        rows.into_iter()
            .for_each(|row| self.drop_row(row, &ExclusionReason::NotWon.into(), dropped));
    }

    /// Takes the placeholders out of the columns of stakeholders. With `keeps_texts` a column has the ID of those rows, to write it out again.
    fn forget_placeholders(&mut self, is_placeholder: &[bool], keeps_texts: bool, dropped: &mut Dropped) {
        let table = self.rows.table;
        let is = |code: u32| code != NO_CODE && is_placeholder[code as usize];
        if table == Table::Identities || !is_placeholder.contains(&true) {
            return;
        }
        for column in table.with_role(Role::OtherStakeholder) {
            if let Some(Data::Code(codes)) = self.rows.data_mut(column) {
                codes.iter_mut().filter(|code| is(**code)).for_each(|code| *code = NO_CODE);
            }
        }
        let rows: Vec<u32> = (0..self.rows.len as u32)
            .filter(|&row| is(self.stakeholder[row as usize]))
            .collect();
        match table {
            // What is known of a placeholder is not about anybody.
            Table::Stakeholders | Table::Referrals => {
                let reason = ExclusionReason::PlaceholderStakeholder.into();
                rows.into_iter().for_each(|row| self.drop_row(row as usize, &reason, dropped));
            }
            Table::Interactions | Table::Surveys | Table::Purchases | Table::Supplies | Table::Identities => {
                if keeps_texts && !rows.is_empty() {
                    let mut ids = vec![NO_CODE; self.rows.len];
                    rows.iter().for_each(|&row| ids[row as usize] = self.stakeholder[row as usize]);
                    let name = format!("{ID}{}", table.stakeholder_column().name);
                    self.rows.columns.insert(name, Data::Code(ids));
                }
                rows.iter().for_each(|&row| self.stakeholder[row as usize] = NO_CODE);
                self.without_person = rows;
            }
        }
    }

    /// Converts money into the report's currency. What names no currency is in that one. What has no rate keeps its own, and is counted by
    /// source: money metrics that include it have no value.
    pub fn convert(&mut self, texts: &Dictionary, options: &Options, sources: &[SourceInfo]) -> Vec<Note> {
        let table = self.rows.table;
        let (Some(report), Some(column)) = (&options.currency, table.with_role(Role::Currency).next()) else {
            return Vec::new();
        };
        let (Some(home), Some(Data::Code(codes))) = (texts.code(report), self.rows.data(column).cloned()) else {
            return Vec::new();
        };
        let mut converted = codes.clone();
        let mut others = AffectedRows::default();
        let mut currencies: BTreeSet<u32> = BTreeSet::new();
        for (row, code) in codes.iter().copied().enumerate().filter(|(_, code)| *code != home) {
            let has_money = || table.with_role(Role::Money).any(|money| self.rows.ints(money).at(row) != NO_INT);
            if code == NO_CODE || !has_money() {
                converted[row] = home;
                continue;
            }
            match texts.text(code).and_then(|code| options.rates.get(code)) {
                None if self.keep[row] => {
                    others.add(&self.rows, row);
                    currencies.insert(code);
                }
                None => {}
                Some(&rate) => {
                    converted[row] = home;
                    for money in table.with_role(Role::Money) {
                        if let Some(Data::Int(v)) = self.rows.data_mut(money)
                            && v[row] != NO_INT
                        {
                            v[row] = (v[row] as f64 * rate).round_ties_even() as i64;
                        }
                    }
                }
            }
        }
        if let Some(Data::Code(codes)) = self.rows.data_mut(column) {
            *codes = converted;
        }
        let issue = DataIssue::OtherCurrency {
            table,
            currencies: currencies
                .into_iter()
                .filter_map(|code| texts.text(code))
                .map(str::to_string)
                .collect(),
            report: report.clone(),
        };
        others.notes(issue, sources).collect()
    }

    /// Nothing at or after as-of is known: rows that happened then are left out, later answers and resolutions are not there yet.
    pub fn forget_after(&mut self, as_of: Micros, dropped: &mut Dropped, stated: bool) {
        let table = self.rows.table;
        if stated {
            let columns: Vec<_> = happened(table)
                .iter()
                .map(|column| self.rows.times(column))
                .filter(|c| c.exists())
                .collect();
            let first = |row: usize| columns.iter().map(|c| c.at(row)).filter(|t| *t != NO_TIME).min();
            let is_late = |row: &usize| first(*row).is_some_and(|t| t >= as_of);
            let late: Vec<usize> = (0..self.rows.len).into_par_iter().filter(is_late).collect();
            late.into_iter()
                .for_each(|row| self.drop_row(row, &ExclusionReason::AfterAsOf.into(), dropped));
        }
        for column in became_known_later(table) {
            let mut voided: Vec<usize> = Vec::new();
            if let Some(Data::Int(times)) = self.rows.data_mut(column) {
                let is_later = |row: &usize| times[*row] != NO_TIME && times[*row] >= as_of;
                voided = (0..times.len()).into_par_iter().filter(is_later).collect();
                voided.iter().for_each(|&row| times[row] = NO_TIME);
            }
            if *column == surveys::RESPONDED_AT
                && let Some(Data::Float(scores)) = self.rows.data_mut(&surveys::SCORE)
            {
                voided.iter().for_each(|&row| scores[row] = f64::NAN);
            }
        }
    }

    /// What [`Building::forget_after`] a stated as-of will leave out, column by column.
    pub fn future_dates(&self, as_of: Micros, zone: &Zone, sources: &[SourceInfo]) -> Vec<Note> {
        let table = self.rows.table;
        let columns = happened(table)
            .iter()
            .chain(became_known_later(table).filter(|column| !happened(table).contains(column)));
        let mut notes = Vec::new();
        for column in columns {
            let times = self.rows.times(column);
            if !times.exists() {
                continue;
            }
            let found = AffectedRows::scan(&self.rows, |row| {
                self.keep[row] && times.at(row) != NO_TIME && times.at(row) >= as_of
            });
            let newest = (0..self.rows.len)
                .into_par_iter()
                .filter(|&row| self.keep[row])
                .map(|row| times.at(row))
                .max();
            let issue = DataIssue::FutureDate {
                table,
                column: column.name,
                newest: zone.day_of(newest.unwrap_or(as_of)),
                is_record: happened(table).contains(column),
            };
            notes.extend(found.notes(issue, sources));
        }
        notes
    }

    /// Where amounts are of the order, on its first record or repeated, an order's amount counts once; its other records are there
    /// for their products. They share its fate: where none that is kept has an amount, none of them counts.
    pub fn amounts_once(&mut self, amount_on: &[AmountOn], dropped: &mut Dropped) {
        if amount_on.iter().all(|a| *a == AmountOn::Line) {
            return;
        }
        let Some(Data::Key(orders)) = self.rows.columns.get(purchases::ORDER_ID.name).cloned() else {
            return;
        };
        let sources: Vec<u16> = (0..self.rows.len).map(|r| self.rows.source_of(r)).collect();
        // A record without an order's id is an order of its own.
        let of_order = |row: usize| amount_on[sources[row] as usize] == AmountOn::Order && orders[row] != NO_KEY;
        if let Some(Data::Int(amounts)) = self.rows.columns.get(purchases::AMOUNT.name).cloned() {
            let priced: Vec<usize> = (0..self.rows.len).filter(|&row| of_order(row) && amounts[row] != NO_INT).collect();
            let order = |row: usize| (orders[row], sources[row]);
            let known: FxHashSet<(u64, u16)> = priced.iter().map(|&row| order(row)).collect();
            let kept: FxHashSet<(u64, u16)> = priced.iter().filter(|&&row| self.keep[row]).map(|&row| order(row)).collect();
            let left = |row: &usize| of_order(*row) && amounts[*row] == NO_INT && !kept.contains(&order(*row));
            let rows: Vec<(usize, bool)> = (0..self.rows.len)
                .filter(left)
                .map(|row| (row, known.contains(&order(row))))
                .collect();
            if let Some(Data::Code(currencies)) = self.rows.columns.get_mut(purchases::CURRENCY.name) {
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
                let value = MissingValue::OrderAmount;
                let reason = match known {
                    true => UnusedReason::from(ExclusionReason::OrderExcluded),
                    false => UnusedReason::from(RejectReason::Missing { value }),
                };
                self.drop_row(row, &reason, dropped);
            }
            // An order has one stakeholder. One that is listed for others, too, counts for the first.
            let mut holders: FxHashMap<(u64, u16), u32> = FxHashMap::default();
            let mut others: Vec<usize> = Vec::new();
            for row in priced.into_iter().filter(|&row| self.keep[row]) {
                let holder = *holders.entry(order(row)).or_insert(self.stakeholder[row]);
                if holder != self.stakeholder[row] {
                    others.push(row);
                }
            }
            for row in others {
                self.drop_row(row, &ExclusionReason::SoftCredit.into(), dropped);
            }
        }
        let mut seen: FxHashMap<(u64, u16), i64> = FxHashMap::default();
        for name in [purchases::AMOUNT.name, purchases::REFUND.name, purchases::COST.name] {
            seen.clear();
            if let Some(Data::Int(values)) = self.rows.columns.get_mut(name) {
                for row in (0..values.len()).filter(|&row| of_order(row) && self.keep[row]) {
                    let order = (orders[row], sources[row]);
                    let first = seen.get(&order).copied();
                    let is_first = values[row] != NO_INT && first.is_none();
                    if is_first {
                        seen.insert(order, values[row]);
                    }
                    if !is_first && values[row] != NO_INT && name == purchases::AMOUNT.name {
                        *self.counted_elsewhere.entry(sources[row]).or_default() += 1;
                        if first != Some(values[row]) && values[row] != 0 {
                            *self.differing_amounts.entry(sources[row]).or_default() += 1;
                        }
                    }
                    if !is_first && (values[row] != NO_INT || name == purchases::AMOUNT.name) {
                        values[row] = 0;
                    }
                }
            }
        }
    }
}

/// The columns that say when a record of a table happened.
fn happened(table: Table) -> &'static [Column] {
    match table {
        Table::Interactions => &[interactions::OCCURRED_AT],
        Table::Purchases => &[purchases::OCCURRED_AT],
        Table::Referrals => &[referrals::OCCURRED_AT],
        // An answer may come without its invitation.
        Table::Surveys => &[surveys::SENT_AT, surveys::RESPONDED_AT],
        Table::Supplies => &[supplies::ORDERED_AT],
        Table::Stakeholders | Table::Identities => &[],
    }
}

/// The columns that say what became of it later.
fn became_known_later(table: Table) -> impl Iterator<Item = &'static Column> {
    let is_later = |column: &&Column| matches!(column.role, Role::OutcomeTime | Role::DeliveryTime);
    table.columns().iter().filter(is_later)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::load::testing::{input, load, load_inputs, notes, options, places};
    use crate::period::{Zone, parse_as_of};

    #[test]
    fn what_never_became_a_purchase_is_told_in_many_languages() {
        for status in [
            "cancelled",
            "Canceled",
            "CANCELLED_BY_CUSTOMER",
            "Cancelled - refunded",
            "Storniert",
            "annulé",
            "ANNULÉE",
            "cancelado",
            "Cancelado pelo cliente",
            "annullato",
            "geannuleerd",
            "payment-failed",
            "Test",
            "pledge",
            "void",
            "Échec",
            "mislukt",
            "Anulowane",
            "avbruten",
            "Annulleret",
            "kansellert",
            "Peruttu",
            "Zrušeno klientem",
            "törölve",
            "anulat",
            "İptal edildi",
        ] {
            assert!(is_void(status), "{status}");
        }
        for status in [
            "",
            "paid",
            "pending",
            "refunded",
            "partially refunded",
            "complete",
            "not cancelled",
            "cancellation requested",
            "tested",
            "open",
            "offen",
            "bezahlt",
            "en cours",
            "pendiente",
        ] {
            assert!(!is_void(status), "{status}");
        }
    }

    #[test]
    fn such_purchases_are_left_out_and_counted() {
        let orders = "customer_id,order_id,ordered_at,amount,status\na,1,2026-01-01,1,paid\na,2,2026-01-01,1,Storniert\nb,3,2026-01-01,1,test\nb,4,2026-01-01,1,pending\n";
        let loaded = load(&[("orders.csv", "purchases", orders)]);
        let file = &loaded.account[0];
        assert_eq!((file.used, file.excluded, file.reasons["cancelled"]), (2, 2, 2));
    }

    #[test]
    fn a_type_of_record_may_be_no_purchase() {
        let gifts = "gift_id,donor_id,gift_date,amount,type\n1,a,2026-01-01,100,Cash\n2,b,2026-01-01,50,Pledge\n3,b,2026-01-02,25,Pledge payment\n\
                     4,c,2026-01-02,10,Angebot\n";
        let loaded = load(&[("gifts.csv", "purchases", gifts)]);
        let file = &loaded.account[0];
        assert_eq!((file.used, file.reasons["cancelled"]), (2, 2));
    }

    #[test]
    fn records_without_an_order_s_id_are_orders_of_their_own() {
        let text = "customer_id,order_id,ordered_at,amount,currency\na,1,2026-01-01,5,eur\na,1,2026-01-01,5,EUR\na,,2026-01-02,7,eur\nb,,2026-01-02,7,EUR\nb,,2026-01-03,,EUR\n";
        let mut orders = input("orders.csv", "purchases", text);
        orders.source.amount_on = Some(AmountOn::Order);
        let loaded = load_inputs(&[orders], &options());
        let rows = loaded.canonical.table(Table::Purchases).unwrap();
        let mut amounts: Vec<i64> = (0..rows.len).map(|row| rows.ints(&purchases::AMOUNT).at(row) / 10_000).collect();
        amounts.sort_unstable();
        assert_eq!(amounts, [0, 5, 7, 7]);
        assert_eq!((loaded.account[0].used, loaded.account[0].reasons["missing"]), (4, 1));
        let currencies: BTreeSet<u32> = (0..rows.len).map(|row| rows.codes(&purchases::CURRENCY).at(row)).collect();
        assert_eq!(currencies.len(), 1, "capitals make no other currency");
    }

    #[test]
    fn what_lies_after_a_stated_as_of_is_counted_by_column() {
        let tickets = "customer_id,ticket_id,created_at,resolved_at\na,1,2026-01-02,2026-01-03\na,2,2026-01-02,2026-02-03\nb,3,2026-02-02,2062-02-03\n";
        let stated = Options {
            as_of: parse_as_of("2026-01-31", &Zone::utc()).ok(),
            ..options()
        };
        let loaded = load_inputs(&[input("t.csv", "interactions", tickets)], &stated);
        assert_eq!(places(&loaded, "future-date"), [("t.csv:4".into(), 1), ("t.csv:3".into(), 2)]);
        let text = |i: usize| notes(&loaded, "future-date")[i].text();
        assert_eq!(
            text(0),
            "interactions: 1 record has `occurred_at` at or after the as-of date; the newest is 2026-02-02. These records are excluded"
        );
        assert_eq!(
            text(1),
            "interactions: 2 records have `resolved_at` at or after the as-of date; the newest is 2062-02-03. These times are treated as \
             not known yet"
        );
        assert!(notes(&load(&[("t.csv", "interactions", tickets)]), "future-date").is_empty());
    }
}
