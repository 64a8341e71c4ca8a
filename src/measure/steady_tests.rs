//! An organisation in which every day is alike shows no change on any day, whatever the lengths of the periods.

use super::{Compare, Request, measure};
use crate::canonical::CanonicalTables;
use crate::canonical::fixture::{Fixture, Rowed};
use crate::catalog::Catalog;
use crate::facts::{self, context::Settings};
use crate::period::{Grain, Period, date_text, days_from_civil};
use crate::schema::Table;
use crate::stats::{Confidence, Reading};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Customers, each of whom orders, opens a case and gives a score on every day.
const CUSTOMERS: i32 = 3;

/// What is known of the days from `first` up to but without `until`.
fn steady(first: i32, until: i32) -> CanonicalTables {
    let mut orders = "order_id,stakeholder_id,occurred_at,amount\n".to_string();
    let mut cases = "interaction_id,case_id,stakeholder_id,occurred_at,kind,responded_at,resolved_at\n".to_string();
    let mut scores = "stakeholder_id,responded_at,instrument,score,scale_min,scale_max\n".to_string();
    let mut people = "stakeholder_id,type,started_at\n".to_string();
    for customer in 0..CUSTOMERS {
        let _ = writeln!(people, "c{customer},customer,2019-01-01");
        for day in first..until {
            let (id, date) = (format!("{customer}-{day}"), date_text(day));
            let _ = writeln!(orders, "{id},c{customer},{date}T09:00,{}", 10 + customer);
            let _ = writeln!(cases, "{id},{id},c{customer},{date}T09:00,question,{date}T10:00,{date}T12:00");
            let _ = writeln!(scores, "c{customer},{date}T09:00,csat,{},1,5", 3 + customer % 2);
        }
    }
    [(Table::Purchases, orders), (Table::Surveys, scores), (Table::Stakeholders, people)]
        .iter()
        .fold(Fixture::new(&date_text(until)), |fixture, (table, text)| {
            fixture.table(*table, Rowed::Plain, text)
        })
        .table(Table::Interactions, Rowed::Tickets, &cases)
        .build(false)
}

#[test]
fn where_every_day_is_alike_nothing_changes() {
    let catalog = Catalog::builtin(facts::SPECS);
    let metrics: Vec<String> = catalog
        .iter()
        .filter(|metric| !metric.hidden)
        .map(|metric| metric.id.clone())
        .collect();
    // The ends of months are where lengths differ; the other days are a sample of three years.
    let ends = [
        (2024, 2, 28),
        (2024, 3, 30),
        (2024, 12, 30),
        (2025, 3, 29),
        (2025, 3, 30),
        (2026, 3, 29),
        (2026, 12, 30),
    ];
    let mut sample: Vec<i32> = ends.iter().map(|&(y, m, d)| days_from_civil(y, m, d)).collect();
    sample.extend((days_from_civil(2024, 1, 3)..days_from_civil(2027, 1, 1)).step_by(97));
    let mut compared = BTreeSet::new();
    for day in sample {
        // Two whole years and the period before lie in the data.
        let canonical = steady(day - 3 * 366, day + 1);
        for grain in Grain::ALL {
            let period = Period::of(grain, day, &canonical.zone);
            if period.is_complete(canonical.as_of) {
                continue;
            }
            let outcome = measure(
                &canonical,
                &catalog,
                &Settings::default(),
                &Request {
                    metrics: metrics.clone(),
                    periods: vec![period.clone()],
                    by: Vec::new(),
                    filter: None,
                    together: Vec::new(),
                    total: false,
                    compare: vec![Compare::Previous, Compare::YearAgo],
                    series: false,
                    p_values: false,
                    contributors: false,
                    confidence: Confidence::of(0.95),
                },
            )
            .unwrap();
            for cell in &outcome.cells {
                let name = format!("{} in {} on {}", cell.metric, period.label, date_text(day));
                for (with, change) in &cell.changes {
                    assert_eq!(change.value, cell.value, "{name}, {with}");
                    assert!(!matches!(change.reading, Reading::Better | Reading::Worse), "{name}, {with}");
                    if cell.value.is_some() {
                        compared.insert(cell.metric.clone());
                    }
                }
            }
        }
    }
    // Totals, rates, durations, stocks, look-back metrics and stakeholders of a period are among them.
    for id in [
        "orders",
        "revenue",
        "csat",
        "first_response_time_median",
        "open_cases",
        "active_stakeholders",
        "repeat_purchase_rate",
        "retention_rate",
        "participation_rate",
    ] {
        assert!(compared.contains(id), "{id} is not among {compared:?}");
    }
}
