use super::*;
use crate::canonical::fixture::{Fixture, Rowed};
use crate::catalog::Catalog;
use crate::facts;
use crate::facts::context::Settings;
use crate::measure::{Request, measure};
use crate::period::Period;
use crate::report::AbsentReason;
use crate::report::Cell;
use crate::schema::{HOUR, Table};
use crate::stats::Confidence;

const OWN: &str = r#"
[metric.waits]
title = "w"
family = "contact"
fact = "cases"
at = "opened_at"
kind = "count"
where = "asked_at is not null and not answered and (resolved is null or not resolved)"
unit = "count"
good = "down"
text = "t"
source = "s"
[metric.asked]
title = "a"
family = "contact"
fact = "cases"
at = "opened_at"
kind = "count"
where = "asked_at is not null and not answered"
unit = "count"
good = "down"
text = "t"
source = "s"
[metric.late]
title = "l"
family = "contact"
fact = "commitments"
at = "made_at"
kind = "count"
where = "due_at <= as_of and not kept and resolved_at is null"
unit = "count"
good = "down"
text = "t"
source = "s"
"#;

fn measured(canonical: &CanonicalTables, settings: &Settings, metric: &str, period: &str) -> Cell {
    let request = Request {
        metrics: vec![metric.to_string()],
        periods: vec![Period::parse(period, &canonical.zone, canonical.as_of).unwrap()],
        by: Vec::new(),
        filter: None,
        together: Vec::new(),
        total: false,
        compare: Vec::new(),
        series: false,
        p_values: false,
        contributors: false,
        confidence: Confidence::of(0.95),
    };
    let catalog = Catalog::builtin(facts::SPECS).with_user(OWN, "own", facts::SPECS).unwrap();
    measure(canonical, &catalog, settings, &request).unwrap().cells.remove(0)
}

fn ids<T>(list: &List<T>, who: impl Fn(&T) -> &StakeholderRef) -> Vec<String> {
    list.rows.iter().map(|row| who(row).id.clone().unwrap_or("-".into())).collect()
}

#[test]
fn who_is_overdue_for_a_contact() {
    let roster = "stakeholder_id,name,owner,tier,type,started_at,ended_at,contact_target_days\n\
                  a,Anna,Otto,gold,customer,2024-01-01,,30\nb,Bert,Otto,gold,customer,2024-01-01,,\n\
                  c,Carl,,silver,customer,2026-02-01,,\nd,Dora,,silver,customer,2024-01-01,2025-12-31,10\n\
                  e,Emil,,,customer,2024-01-01,,\nf,Fred,,,customer,2025-06-15,,100\ng,Gert,,gold,employee,2024-01-01,,1\n\
                  h,Hans,,silver,customer,2024-01-01,,";
    let talk = "stakeholder_id,occurred_at,direction\n\
                a,2026-01-10,inbound\na,2026-01-16,outbound\nb,2026-01-01,inbound\nd,2025-01-01,inbound\n\
                g,2025-01-01,inbound\nh,2026-01-10,both";
    let settings = Settings {
        contact_days: [("gold".to_string(), 35), ("silver".to_string(), 36)].into(),
        ..Settings::default()
    };
    let canonical = Fixture::new("2026-02-16")
        .table(Table::Stakeholders, Rowed::Plain, roster)
        .table(Table::Interactions, Rowed::Plain, talk)
        .build(false);
    let found = overdue(&canonical, &settings, LIMIT).unwrap();
    // f: 246 days of 100, never met; b: 46 of 35; a: 31 of 30; h: 37 of 36, as urgent as a. c is new, d is gone, e has no target.
    assert_eq!(ids(&found, |o| &o.who), ["f", "b", "a", "h"]);
    assert_eq!((found.total, found.withheld), (4, true));
    let days: Vec<_> = found
        .rows
        .iter()
        .map(|o| (o.last_contact.is_some(), o.days_since, o.target_days))
        .collect();
    assert_eq!(days, [(false, 246, 100), (true, 46, 35), (true, 31, 30), (true, 37, 36)]);
    let b = &found.rows[1];
    assert_eq!(b.last_contact, Some(canonical.zone.day_of(canonical.as_of) - 46));
    assert_eq!(
        (b.who.name.as_deref(), b.who.owner.as_deref(), b.who.tier.as_deref()),
        (Some("Bert"), Some("Otto"), Some("gold"))
    );
    let few = overdue(&canonical, &settings, 2).unwrap();
    assert_eq!((few.total, ids(&few, |o| &o.who)), (4, vec!["f".to_string(), "b".into()]));
    // The metric counts the employee too, and would show her together with the list.
    let cell = measured(&canonical, &settings, "overdue_contact_rate", "2026-02");
    assert_eq!(cell.absent, Some(AbsentReason::Suppressed));
    let without = Fixture::new("2026-02-16")
        .table(Table::Stakeholders, Rowed::Plain, &roster.replace("employee", "customer"))
        .table(Table::Interactions, Rowed::Plain, talk)
        .build(true);
    let found = overdue(&without, &settings, LIMIT).unwrap();
    let cell = measured(&without, &settings, "overdue_contact_rate", "2026-02");
    assert_eq!((Some(found.total as f64), found.withheld), (cell.part, false));
    assert_eq!(found.rows.len() as u64, found.total);
    let missing = "stakeholders.contact_target_days or targets.contact_days".to_string();
    let bare = Fixture::new("2026-02-16")
        .table(Table::Stakeholders, Rowed::Plain, "stakeholder_id\na")
        .table(Table::Interactions, Rowed::Plain, "stakeholder_id,occurred_at\na,2026-01-01")
        .build(false);
    assert_eq!(overdue(&bare, &Settings::default(), 1), Err(AbsentReason::MissingInput(missing)));
    assert!(overdue(&bare, &settings, 1).is_ok());
}

const TICKETS: &str = "stakeholder_id,case_id,occurred_at,responded_at,resolved_at,kind,owner,status,due_at\n\
    a,1,2026-01-05T10:00,,,complaint,Otto,open,2026-01-07\n\
    a,2,2026-01-05T10:00,2026-01-06T10:00,,complaint,Otto,open,\n\
    b,3,2026-01-04T10:00,2026-01-05T10:00,2026-01-06T10:00,complaint,Otto,closed,\n\
    b,4,2026-01-03T10:00,,2026-01-06T10:00,question,Otto,closed,\n\
    c,5,2026-01-01T10:00,,,question,,open,\n\
    0,6,2026-01-05T10:00,,,complaint,,open,\n\
    e,7,2026-01-01T09:00,,,complaint,,open,";

#[test]
fn complaints_that_are_open_and_questions_that_wait() {
    let canonical = Fixture::new("2026-01-11")
        .table(Table::Interactions, Rowed::Tickets, TICKETS)
        .table(
            Table::Stakeholders,
            Rowed::Plain,
            "stakeholder_id,type,name\na,customer,Anna\ne,employee,Eve",
        )
        .build(false);
    let settings = Settings {
        first_response: Some(4 * HOUR),
        ..Settings::default()
    };
    let open = open_complaints(&canonical, &settings, LIMIT).unwrap();
    // Three are equally old: by id, then as they stand.
    assert_eq!(ids(&open, |w| &w.who), ["0", "a", "a"]);
    assert_eq!((open.total, open.withheld), (3, true));
    let a = &open.rows[1];
    assert_eq!(
        (a.lasted, a.kind.as_deref(), a.owner.as_deref()),
        (Lasted::Hours(134.0), Some("complaint"), Some("Otto"))
    );
    assert_eq!(
        (a.file.as_str(), a.status.as_deref(), a.who.name.as_deref()),
        ("0.csv", Some("open"), Some("Anna"))
    );
    assert_eq!(open.rows.iter().filter(|row| row.due_at.is_some()).count(), 1);
    let cell = measured(&canonical, &settings, "complaint_resolution_rate", "2026-01-01..2026-01-31");
    // The employee's is counted there, and would be the difference.
    assert_eq!(cell.absent, Some(AbsentReason::Suppressed));

    let waiting = unanswered(&canonical, &settings, 2).unwrap();
    assert_eq!((waiting.total, ids(&waiting, |w| &w.who)), (3, vec!["c".to_string(), "0".into()]));
    assert_eq!(waiting.rows[0].due_at, Some(waiting.rows[0].since + 4 * HOUR));
    assert_eq!(waiting.rows[0].lasted, Lasted::Hours(10.0 * 24.0 - 10.0));
    let without = Fixture::new("2026-01-11")
        .table(Table::Interactions, Rowed::Tickets, TICKETS)
        .build(false);
    let cell = measured(&without, &settings, "complaint_resolution_rate", "2026-01-01..2026-01-31");
    assert_eq!(cell.whole.unwrap() - cell.part.unwrap(), open.total as f64 + 1.0);
    assert_eq!(measured(&without, &settings, "waits", "2026-01-01..2026-01-31").value, Some(4.0));
}

#[test]
fn messages_wait_too() {
    let text = "stakeholder_id,case_id,occurred_at,direction,kind\n\
                a,1,2026-01-05T10:00,inbound,question\na,1,2026-01-05T12:00,outbound,\n\
                b,2,2026-01-04T10:00,outbound,question\nb,2,2026-01-05T12:00,inbound,\nb,2,2026-01-06T12:00,inbound,\n\
                c,3,2026-01-07T10:00,inbound,question";
    let canonical = Fixture::new("2026-01-11")
        .table(Table::Interactions, Rowed::Messages, text)
        .build(false);
    let settings = Settings::default();
    let found = unanswered(&canonical, &settings, LIMIT).unwrap();
    assert_eq!(ids(&found, |w| &w.who), ["b", "c"]);
    assert_eq!(found.rows[0].lasted, Lasted::Hours(132.0));
    assert_eq!(measured(&canonical, &settings, "asked", "2026-01-01..2026-01-31").value, Some(2.0));
    assert!(matches!(
        open_complaints(&canonical, &settings, 1),
        Err(AbsentReason::MissingInput(_))
    ));
}

#[test]
fn promises_that_are_late() {
    let text = "stakeholder_id,occurred_at,kind,due_at,resolved_at,owner\n\
                a,2026-01-01,commitment,2026-01-05,2026-01-04,\na,2026-01-01,commitment,2026-01-05,2026-01-07,\n\
                b,2026-01-01,follow_up,2026-01-09,,Otto\nc,2026-01-01,commitment,2026-01-08,,\n\
                d,2026-01-01,commitment,2026-01-21,,\ne,2026-01-01,meeting,2026-01-08,,";
    let canonical = Fixture::new("2026-01-11")
        .table(Table::Interactions, Rowed::Plain, text)
        .build(false);
    let found = late_commitments(&canonical, &Settings::default(), LIMIT).unwrap();
    assert_eq!(ids(&found, |w| &w.who), ["c", "b"]);
    assert_eq!(
        (found.rows[0].lasted, found.rows[1].owner.as_deref()),
        (Lasted::Hours(72.0), Some("Otto"))
    );
    let cell = measured(&canonical, &Settings::default(), "late", "2026-01-01..2026-01-31");
    assert_eq!(cell.value, Some(found.total as f64));
}

#[test]
fn customers_who_were_lost() {
    let text = "stakeholder_id,order_id,occurred_at,amount\n\
                a,1,2026-01-05,10\nb,2,2026-01-06,30\nb,3,2026-01-09,5\nc,4,2026-01-06,99\nc,5,2026-02-06,1\nd,6,2025-12-06,99\n\
                e,7,2026-01-08,10\ne,r,2026-02-08,-10\nb,8,2026-03-01,7";
    let canonical = Fixture::new("2026-03-15").table(Table::Purchases, Rowed::Plain, text).build(false);
    let period = Period::parse("2026-02", &canonical.zone, canonical.as_of).unwrap();
    let found = lost_customers(&canonical, &Settings::default(), &period, LIMIT).unwrap();
    assert_eq!(ids(&found, |l| &l.who), ["b", "a", "e"]);
    assert_eq!(found.rows[0].revenue_before, Some(35.0));
    assert_eq!(found.rows[0].last_order, Some(crate::period::days_from_civil(2026, 1, 9)));
    let cell = measured(&canonical, &Settings::default(), "lost_customers", "2026-02");
    assert_eq!(cell.value, Some(found.total as f64));
}
