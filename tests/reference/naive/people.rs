//! The roster, newcomers, members and referrals.

use relhealth::api::schema::Table;

use super::orders::{self, Order};
use super::{At, Data, Dims, Money, Record, Row, Window};
use crate::generate::LEFT;

/// The roster row of a stakeholder that started last.
pub fn current<'a>(data: &'a Data, who: &str) -> Option<&'a Record> {
    roster(data, who).last().copied()
}

/// The roster rows of a stakeholder by start, those without one first.
fn roster<'a>(data: &'a Data, who: &str) -> Vec<&'a Record> {
    let mut rows: Vec<&Record> = data
        .of(Table::Stakeholders)
        .iter()
        .filter(|r| r.is("stakeholder_id", who))
        .collect();
    rows.sort_by_key(|r| data.time(r, "started_at"));
    rows
}

pub fn is_employee(data: &Data, who: Option<&str>) -> bool {
    who.and_then(|w| current(data, w)).is_some_and(|r| r.is("type", "employee"))
}

/// An unbroken stretch on the roster.
#[derive(Clone, Debug)]
pub struct Spell {
    pub start: i64,
    pub end: i64,
    pub reason: Option<String>,
}

impl Spell {
    /// By what is known before `as_of`: a later start or end is a plan.
    pub fn covers(&self, at: i64, as_of: i64) -> bool {
        self.start < at && self.start < as_of && (self.end >= at || self.end >= as_of)
    }
}

/// Who is away for no more than a month has renewed: the default of the program.
const RENEWAL_DAYS: i32 = 30;

/// Whether a row takes over from one that has ended: it starts on the day after at the latest, or within a month and is known.
fn takes_over(data: &Data, end: i64, start: i64) -> bool {
    let away = || data.day(start) - data.day(end) - 1;
    start <= next_start(data, end) || (end != i64::MAX && start < data.as_of && away() <= RENEWAL_DAYS)
}

/// What a row says for itself.
fn bounds(data: &Data, row: &Record) -> (i64, i64) {
    // Who has left at an unknown time was never there.
    if row.text("status").is_some_and(|status| LEFT.contains(&status)) && row.text("ended_at").is_none() {
        return (i64::MAX, i64::MIN);
    }
    (
        data.time(row, "started_at").unwrap_or(i64::MIN),
        data.time(row, "ended_at").unwrap_or(i64::MAX),
    )
}

/// The day after a last day, where ends are dates.
fn next_start(data: &Data, end: i64) -> i64 {
    if end == i64::MAX || !data.is_date(Table::Stakeholders, "ended_at") {
        end
    } else {
        data.zone.midnight(data.day(end) + 1)
    }
}

pub fn spells(data: &Data, who: &str) -> Vec<Spell> {
    let mut spells: Vec<Spell> = Vec::new();
    for row in roster(data, who) {
        let (start, end) = bounds(data, row);
        if end < start {
            continue;
        }
        let reason = row.text("end_reason").map(str::to_string);
        match spells.last_mut() {
            Some(last) if takes_over(data, last.end, start) => {
                if end >= last.end {
                    (last.end, last.reason) = (end, reason);
                }
            }
            _ => spells.push(Spell { start, end, reason }),
        }
    }
    spells
}

pub fn is_there(data: &Data, who: &str, at: i64, as_of: i64) -> bool {
    spells(data, who).iter().any(|s| s.covers(at, as_of))
}

/// The sum of the recurring amounts of the rows that cover a time; zero without a row, nothing where no row tells.
fn recurring(data: &Data, who: &str, at: i64, as_of: i64) -> Option<i64> {
    let rows = roster(data, who);
    let mut covered = false;
    let mut sum = None;
    for row in &rows {
        let (start, end) = bounds(data, row);
        if end < start {
            continue;
        }
        // A row that another one takes over lasts until then.
        let others = rows.iter().map(|r| bounds(data, r)).filter(|(start, last)| last >= start);
        let next = others.map(|(start, _)| start).filter(|start| *start > end).min();
        let until = next.filter(|next| takes_over(data, end, *next)).unwrap_or(end);
        let spell = Spell {
            start,
            end: until,
            reason: None,
        };
        if spell.covers(at, as_of) {
            covered = true;
            if let Some(amount) = row.money("recurring_amount") {
                sum = Some(sum.unwrap_or(0) + amount);
            }
        }
    }
    if covered { sum } else { Some(0) }
}

pub fn members(data: &Data, dims: &Dims, window: &Window) -> Vec<Row> {
    let mut rows = Vec::new();
    let (t0, t1, as_of) = (window.period.start, window.end, window.as_of);
    for who in data.everybody() {
        let Some(now) = current(data, &who) else { continue };
        let Some(slice) = dims.of(data, None, None, Some(&who)) else {
            continue;
        };
        let spells = spells(data, &who);
        let at_start = is_there(data, &who, t0, as_of);
        let at_end = is_there(data, &who, t1, as_of);
        let joined: Vec<&Spell> = spells.iter().filter(|s| window.holds(s.start) && s.start < as_of).collect();
        let left: Vec<&Spell> = spells.iter().filter(|s| window.holds(s.end) && s.end < as_of).collect();
        if !at_start && !at_end && joined.is_empty() && left.is_empty() {
            continue;
        }
        let mut row = Row::new(Some(&who), None, slice);
        row.set("at_start", at_start);
        row.set("at_end", at_end);
        row.set("joined", !joined.is_empty());
        row.set("left", !left.is_empty());
        row.set("end_reason", left.last().and_then(|s| s.reason.as_deref()));
        // Whoever joined more than once in the period is asked about the last time.
        let stayed = |s: &&&Spell| is_there(data, &who, data.zone.midnight(data.day(s.start) + 365), as_of);
        row.set("stayed_1y", joined.last().is_some_and(|s| stayed(&s)));
        let months = window.period.months();
        let halves: usize = months
            .iter()
            .map(|m| usize::from(is_there(data, &who, m.start, as_of)) + usize::from(is_there(data, &who, m.end, as_of)))
            .sum();
        row.set("mean_headcount_share", halves as f64 / 2.0 / months.len() as f64);
        row.set("recurring_amount", recurring(data, &who, t1, as_of).map(Money));
        row.set("recurring_amount_before", recurring(data, &who, t0, as_of).map(Money));
        row.set("type", now.text("type"));
        rows.push(row);
    }
    rows
}

/// When somebody was first seen: by the roster, else by the first order.
fn joined(data: &Data, orders: &[Order], who: &str) -> Option<i64> {
    if data.is_mapped(Table::Stakeholders, "started_at") {
        let rows = roster(data, who);
        if let Some(first) = rows.first() {
            // An empty start is before the data.
            return data.time(first, "started_at");
        }
    }
    orders.iter().filter(|o| o.who == who && o.is_order).map(|o| o.at(data)).min()
}

/// Who referred somebody: the roster's word, else that of the orders of the first time.
fn referrer(data: &Data, orders: &[Order], who: &str) -> Option<String> {
    let other = |r: &&Record| r.text("referrer_id").filter(|other| *other != who).map(str::to_string);
    if let Some(found) = roster(data, who).iter().find_map(other) {
        return Some(found);
    }
    let own = || orders.iter().filter(|o| o.who == who && o.is_order);
    let first = own().map(|o| o.at(data)).min()?;
    let lines = own().filter(|o| o.at(data) == first).flat_map(|o| &o.lines);
    let named = lines.filter_map(|l| Some((data.time(l, "occurred_at"), other(l)?)));
    named.min().map(|(_, referrer)| referrer)
}

pub fn newcomers(data: &Data, dims: &Dims) -> Vec<Row> {
    let orders = orders::of(data, &Dims::none());
    let mut rows = Vec::new();
    for who in data.everybody() {
        let Some(slice) = dims.of(data, None, None, Some(&who)) else {
            continue;
        };
        let Some(at) = joined(data, &orders, &who) else { continue };
        let own = roster(data, &who);
        let source = own.iter().find_map(|r| r.text("acquisition_source"));
        let listed = data
            .of(Table::Referrals)
            .iter()
            .any(|r| r.is("referred_id", &who) && !r.is("referrer_id", &who));
        let is_referred = listed || referrer(data, &orders, &who).is_some() || source.is_some_and(|s| s.eq_ignore_ascii_case("referral"));
        let mut row = Row::new(Some(&who), None, slice);
        row.set("joined_at", At(at));
        row.set("is_referred", is_referred);
        row.set(
            "source_known",
            source.is_some() || is_referred || !data.is_mapped(Table::Stakeholders, "acquisition_source"),
        );
        row.set("acquisition_cost", own.iter().find_map(|r| r.money("acquisition_cost")).map(Money));
        rows.push(row);
    }
    rows
}

/// A referral: who made it, when, and the record of the log if there is one.
pub struct Referral<'a> {
    pub who: String,
    pub at: i64,
    pub record: Option<&'a Record>,
}

pub fn all_referrals(data: &Data) -> Vec<Referral<'_>> {
    if data.has(Table::Referrals) {
        let log = data.of(Table::Referrals).iter();
        return log
            .filter(|r| r.text("referred_id") != r.text("referrer_id"))
            .map(|r| Referral {
                who: r.text("referrer_id").unwrap().into(),
                at: data.time(r, "occurred_at").unwrap(),
                record: Some(r),
            })
            .collect();
    }
    let orders = orders::of(data, &Dims::none());
    let everybody = data.everybody();
    let found = everybody.iter().filter_map(|who| {
        Some(Referral {
            who: referrer(data, &orders, who)?,
            at: joined(data, &orders, who)?,
            record: None,
        })
    });
    found.collect()
}

pub fn referrals(data: &Data, dims: &Dims) -> Vec<Row> {
    let mut rows = Vec::new();
    for referral in all_referrals(data) {
        let table = referral.record.map(|_| Table::Referrals);
        let Some(slice) = dims.of(data, table, referral.record, Some(&referral.who)) else {
            continue;
        };
        let mut row = Row::new(Some(&referral.who), referral.record.map(|r| r.file), slice);
        row.set("referred_at", At(referral.at));
        if let Some(record) = referral.record {
            let at = data.time(record, "converted_at");
            row.set("converted_at", at.map(At));
            row.set(
                "converted",
                at.is_some() || record.text("status").is_some_and(|s| s.eq_ignore_ascii_case("converted")),
            );
        }
        rows.push(row);
    }
    rows
}
