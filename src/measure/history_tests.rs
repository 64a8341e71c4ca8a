//! Which metrics look back: those whose value is another one where the records begin later. Each of them has a need for history, so that a
//! new metric, or a new column of a fact, cannot forget it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::history::looks_back;
use super::{Compare, Outcome, Request, measure};
use crate::canonical::CanonicalTables;
use crate::canonical::fixture::{Fixture, Rowed};
use crate::catalog::Catalog;
use crate::facts::{self, context::Settings};
use crate::period::{Period, Zone, date_text, days_from_civil};
use crate::report::AbsentReason;
use crate::schema::{Fact, HOUR, Table};
use crate::stats::Confidence;

struct Draws(u64);

impl Draws {
    fn below(&mut self, n: i32) -> i32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % n as u64) as i32
    }
}

/// Two years of everything that 60 stakeholders do, of which the files have what was begun from a day on.
fn records(from: i32, with_roster: bool, with_log: bool) -> CanonicalTables {
    let (first, until) = (days_from_civil(2024, 1, 1), days_from_civil(2026, 1, 1));
    let mut draws = Draws(11);
    let mut orders = "stakeholder_id,order_id,occurred_at,amount,refund,cost,referrer_id,promised_at,delivered_at\n".to_string();
    let mut cases = "stakeholder_id,case_id,occurred_at,kind,direction,channel,responded_at,resolved_at,reopens,cost\n".to_string();
    let mut contacts = "stakeholder_id,interaction_id,occurred_at,kind,direction,channel,outcome,due_at,resolved_at\n".to_string();
    let mut answers = "stakeholder_id,sent_at,responded_at,instrument,score,scale_min,scale_max\n".to_string();
    let mut supplies =
        "stakeholder_id,order_id,ordered_at,promised_at,received_at,quantity,quantity_received,quantity_rejected,amount\n".to_string();
    let mut referrals = "referrer_id,referred_id,occurred_at,converted_at\n".to_string();
    let mut people = "stakeholder_id,type,started_at,ended_at,recurring_amount,contact_target_days,acquisition_cost\n".to_string();
    for i in 0..60 {
        let start = date_text(first - 400 + 13 * i);
        let _ = writeln!(people, "c{i},customer,{start},,{},60,{}", 10 + i, 5 + i);
        let every = 20 + 4 * i;
        let mut day = first + draws.below(every);
        let mut count = 0;
        while day < until {
            let (at, later, last) = (
                date_text(day),
                date_text(day + draws.below(70)),
                date_text(day + 70 + draws.below(30)),
            );
            let (id, amount) = (format!("{i}-{count}"), 10 + draws.below(90));
            let (kind, instrument) = (
                ["question", "complaint"][draws.below(2) as usize],
                ["csat", "nps"][draws.below(2) as usize],
            );
            let (direction, channel) = (
                ["inbound", "outbound"][draws.below(2) as usize],
                ["mail", "phone"][draws.below(2) as usize],
            );
            let referrer = draws.below(60);
            let kept = day >= from;
            let write = |kept: bool, table: &mut String, line: std::fmt::Arguments| {
                if kept {
                    let _ = table.write_fmt(line);
                    table.push('\n');
                }
            };
            write(
                kept,
                &mut orders,
                format_args!(
                    "c{i},o{id},{at},{amount},{},{},c{referrer},{later},{last}",
                    draws.below(3),
                    amount / 2
                ),
            );
            write(
                kept,
                &mut cases,
                format_args!(
                    "c{i},k{id},{at}T09:00,{kind},inbound,{channel},{at}T12:00,{later}T15:00,{},3",
                    draws.below(2)
                ),
            );
            write(
                kept,
                &mut contacts,
                format_args!("c{i},i{id},{at}T10:00,collaboration,{direction},{channel},successful,,"),
            );
            write(
                kept,
                &mut contacts,
                format_args!("c{i},p{id},{at}T11:00,commitment,outbound,{channel},,{later},{last}"),
            );
            // An export of answers has those that were given from the day on.
            let answered = day + draws.below(70);
            let score = if instrument == "csat" {
                1 + draws.below(5)
            } else {
                draws.below(11)
            };
            let top = if instrument == "csat" { 5 } else { 10 };
            write(
                answered >= from,
                &mut answers,
                format_args!(
                    "c{i},{at},{},{instrument},{score},{},{top}",
                    date_text(answered),
                    i32::from(top == 5)
                ),
            );
            write(
                kept,
                &mut supplies,
                format_args!("s{i},u{id},{at},{later},{last},5,5,{},{amount}", draws.below(2)),
            );
            write(kept, &mut referrals, format_args!("c{i},c{referrer},{at},{later}"));
            day += 1 + draws.below(2 * every);
            count += 1;
        }
    }
    let mut fixture = Fixture::new(&date_text(until))
        .table(Table::Purchases, Rowed::Plain, &orders)
        .table(Table::Interactions, Rowed::Tickets, &cases)
        .table(Table::Interactions, Rowed::Plain, &contacts)
        .table(Table::Surveys, Rowed::Plain, &answers)
        .table(Table::Supplies, Rowed::Plain, &supplies);
    if with_roster {
        fixture = fixture.table(Table::Stakeholders, Rowed::Plain, &people);
    }
    if with_log {
        fixture = fixture.table(Table::Referrals, Rowed::Plain, &referrals);
    }
    fixture.build(false)
}

fn measured(canonical: &CanonicalTables, catalog: &Catalog, period: &str) -> Outcome {
    let settings = Settings {
        first_response: Some(2 * HOUR),
        resolution: Some(24 * 20 * HOUR),
        ..Settings::default()
    };
    // A score of health looks back as far as its own model says, and its fact knows from when on it is complete.
    let is_of_health = |metric: &&crate::catalog::Metric| metric.fact.is_some_and(|fact| fact.fact == Fact::Health);
    let metrics = catalog.iter().filter(|metric| !metric.hidden && !is_of_health(metric));
    let request = Request {
        metrics: metrics.map(|metric| metric.id.clone()).collect(),
        periods: vec![Period::parse(period, &Zone::utc(), 0).unwrap()],
        by: Vec::new(),
        filter: None,
        together: Vec::new(),
        total: false,
        compare: vec![Compare::Previous, Compare::YearAgo],
        series: false,
        p_values: true,
        contributors: false,
        confidence: Confidence::of(0.95),
    };
    measure(canonical, catalog, &settings, &request).unwrap()
}

fn values(outcome: &Outcome) -> BTreeMap<String, (Option<f64>, Option<AbsentReason>)> {
    let cells = outcome.cells.iter().filter(|cell| cell.by.is_empty());
    cells.map(|cell| (cell.metric.clone(), (cell.value, cell.absent.clone()))).collect()
}

#[test]
fn what_longer_records_change_has_a_need_for_history() {
    let catalog = Catalog::builtin(facts::SPECS);
    let mut changed: BTreeSet<String> = BTreeSet::new();
    for (with_roster, with_log) in [(false, false), (true, true)] {
        let of = |from: i32| values(&measured(&records(from, with_roster, with_log), &catalog, "2025-09"));
        // The period before is in the records all the same.
        let (long, short) = (of(days_from_civil(2024, 1, 1)), of(days_from_civil(2025, 8, 1)));
        for (id, value) in &long {
            if short[id] != *value && short[id].1.is_none() {
                changed.insert(id.clone());
            }
        }
    }
    let looking_back: BTreeSet<String> = catalog
        .iter()
        .filter(|metric| !metric.hidden && looks_back(metric, &catalog))
        .map(|metric| metric.id.clone())
        .collect();
    let forgotten: Vec<&String> = changed.difference(&looking_back).collect();
    assert!(
        forgotten.is_empty(),
        "the values of {forgotten:?} depend on where the records begin"
    );
    for id in [
        "new_customers",
        "reactivated_customers",
        "returning_customer_share",
        "second_purchase_rate_90d",
        "days_between_purchases_median",
        "contact_gap_median",
        "cases_resolved",
        "open_cases",
        "referral_rate",
    ] {
        assert!(changed.contains(id), "{id}");
    }
}
