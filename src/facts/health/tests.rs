//! Each part with values computed by hand, and scores of the past, which must not know the future.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::canonical::fixture::{Fixture, Rowed, time};
use crate::period::Zone;

const ORDERS: &str = "stakeholder_id,occurred_at,amount,order_id";

fn settings() -> Settings {
    let mut settings = Settings {
        first_response: Some(4 * crate::schema::HOUR),
        ..Settings::default()
    };
    settings.contact_days.insert("gold".to_string(), 30);
    settings
}

fn at(text: &str) -> Micros {
    time(&Zone::utc(), text)
}

/// The readings of a stakeholder by the name of the part, its score, and its value at stake in 1/10,000.
struct Found {
    readings: Vec<(String, Reading)>,
    score: Score,
    value: Option<i128>,
}

impl Found {
    fn of(&self, part: &str) -> Reading {
        self.readings
            .iter()
            .find(|(name, _)| name == part)
            .unwrap_or_else(|| panic!("no part `{part}`"))
            .1
    }

    #[track_caller]
    fn is(&self, part: &str, value: f64) {
        let found = self.of(part);
        assert!(
            found.is_ok_and(|measured| (measured.value - value).abs() < 1e-12),
            "{part} is {found:?}, not {value}"
        );
    }
}

fn found_at(fixture: Fixture, settings: &Settings, id: &str, when: &str) -> Found {
    let canonical = fixture.build(false);
    let moments = moments(&canonical, settings, &[at(when)]);
    let mut scorer = Scorer::new(&canonical, settings);
    scorer.read(canonical.stakeholders.code(id).unwrap());
    let Presence::Here { model, .. } = scorer.at(&moments[0]) else {
        panic!("{id} is not there")
    };
    let names = settings.health.all()[model].parts.iter().map(|part| part.name.clone());
    Found {
        readings: names.zip(scorer.readings.iter().copied()).collect(),
        score: scorer.score(model),
        value: scorer.value_at_stake(model, &moments[0]),
    }
}

fn found(fixture: Fixture, id: &str) -> Found {
    found_at(fixture, &settings(), id, "2026-07-01")
}

fn one(table: Table, text: &str) -> Fixture {
    Fixture::new("2026-07-01").table(table, Rowed::Plain, text)
}

#[test]
fn every_measure_rests_on_columns_that_there_are() {
    for measure in Measure::ALL {
        let Some((spec, columns)) = rests_on(measure) else { continue };
        for column in columns {
            assert!(spec.column(column).is_some(), "{}: {column}", measure.as_str());
        }
    }
}

#[test]
fn purchase_recency_is_against_the_own_rhythm_or_that_of_all() {
    // a: order days 1 March, 11 March (twice), 31 March, 31 May: gaps 10, 20, 61, median 20; 31 days since the last: 1.55.
    // b: two order days, so the median of all gaps (10, 20, 61, 5) is 15; 40 days since: 2.667.
    let text = format!(
        "{ORDERS}\na,2026-03-01,5,1\na,2026-03-11,5,2\na,2026-03-11,5,3\na,2026-03-31,5,4\na,2026-05-31,5,5\n\
         b,2026-05-17,5,6\nb,2026-05-22,5,7\nc,2026-06-30T23:00,-5,8"
    );
    found(one(Table::Purchases, &text), "a").is("purchase_recency", 31.0 / 20.0);
    found(one(Table::Purchases, &text), "b").is("purchase_recency", 40.0 / 15.0);
    // A refund is no order.
    assert_eq!(found(one(Table::Purchases, &text), "c").of("purchase_recency"), Err(Gap::NoOrder));
    let single = found(one(Table::Purchases, &format!("{ORDERS}\na,2026-03-01,5,1")), "a");
    assert_eq!(single.of("purchase_recency"), Err(Gap::NoRhythm));
}

#[test]
fn revenue_trend_compares_ninety_days_with_the_ninety_before() {
    // 1 July: the last 90 days start on 2 April, the 90 before on 2 January.
    let text = format!(
        "{ORDERS}\na,2025-12-01,1000,0\na,2026-01-01,500,1\na,2026-01-02,100,2\na,2026-04-01,60,3\na,2026-04-02,40,4\na,2026-06-30,80,5\na,2026-06-30,-20,5"
    );
    let a = found(one(Table::Purchases, &text), "a");
    a.is("revenue_trend", 100.0 / 160.0);
    // Revenue of 365 days: all of it.
    assert_eq!(a.value, Some(1_760 * 10_000));
    let late = format!("{ORDERS}\na,2026-01-03,100,1\na,2026-06-01,100,2");
    assert_eq!(
        found(one(Table::Purchases, &late), "a").of("revenue_trend"),
        Err(Gap::DataStartLater)
    );
    let nothing = format!("{ORDERS}\na,2025-12-01,100,1\na,2026-06-01,100,2");
    assert_eq!(
        found(one(Table::Purchases, &nothing), "a").of("revenue_trend"),
        Err(Gap::NoRevenueBefore)
    );
    let mixed = "stakeholder_id,occurred_at,amount,currency\na,2025-12-01,100,EUR\na,2026-03-01,100,USD\na,2026-06-01,100,EUR";
    let mixed = found(one(Table::Purchases, mixed), "a");
    assert_eq!((mixed.of("revenue_trend"), mixed.value), (Err(Gap::SeveralCurrencies), None));
}

#[test]
fn money_paid_back_later_was_still_there() {
    let text = format!("{ORDERS}\na,2025-12-01,100,1\na,2026-02-01,100,2\na,2026-05-01,100,3\na,2026-06-10,-40,3");
    let on = |day: &str| found_at(one(Table::Purchases, &text), &settings(), "a", day);
    on("2026-06-10").is("revenue_trend", 1.0);
    on("2026-06-11").is("revenue_trend", 0.6);
    assert_eq!(on("2026-06-10").value, Some(300 * 10_000));
    assert_eq!(on("2026-06-11").value, Some(260 * 10_000));
}

#[test]
fn contact_recency_is_against_the_target_or_twice_the_own_gap() {
    let log = "stakeholder_id,occurred_at,direction,automated\n\
               a,2026-05-02,inbound,\na,2026-05-12,outbound,\na,2026-06-01,inbound,\na,2026-06-29,outbound,true\na,2026-06-29,internal,\n\
               b,2026-06-01,inbound,\nc,2026-06-01,inbound,";
    let roster = "stakeholder_id,tier,contact_target_days,started_at,type\nb,gold,,2025-01-01,customer\nc,gold,10,2025-01-01,customer\n\
                  d,gold,,2026-05-02,customer\na,silver,,,customer";
    let both = || one(Table::Interactions, log).table(Table::Stakeholders, Rowed::Plain, roster);
    // Gaps 10 and 20, median 15, twice 30; 30 days since 1 June.
    found(both(), "a").is("contact_recency", 1.0);
    found(both(), "b").is("contact_recency", 1.0);
    found(both(), "c").is("contact_recency", 3.0);
    // Never contacted: since the start.
    found(both(), "d").is("contact_recency", 2.0);
    let single = one(Table::Interactions, "stakeholder_id,occurred_at\ne,2026-06-01");
    assert_eq!(found(single, "e").of("contact_recency"), Err(Gap::NoTarget));
    assert_eq!(
        found(one(Table::Purchases, &format!("{ORDERS}\na,2026-06-01,5,1")), "a").of("contact_recency"),
        Err(Gap::MissingInput)
    );
}

#[test]
fn satisfaction_is_the_latest_answer_on_a_scale() {
    let text = "stakeholder_id,responded_at,sent_at,instrument,score,scale_min,scale_max\n\
                a,2026-05-01,,nps,3,,\na,2026-06-01,,nps,9,,\na,2026-06-01,,csat,4,1,5\na,2026-06-20,,ces,7,1,7\na,2026-06-25,,csat,5,,\n\
                b,2025-07-01,,nps,9,,\nc,2025-06-30,,nps,9,,\nd,,2026-06-01,csat,2,1,5";
    // Of 1 June the mean of 90 and 75. The effort score has no declared direction, the last answer no scale.
    found(one(Table::Surveys, text), "a").is("satisfaction", 82.5);
    found(one(Table::Surveys, text), "b").is("satisfaction", 90.0);
    assert_eq!(found(one(Table::Surveys, text), "c").of("satisfaction"), Err(Gap::NoAnswer));
    found(one(Table::Surveys, text), "d").is("satisfaction", 25.0);
    let declared = Settings {
        high_is_easy: true,
        ..settings()
    };
    found_at(one(Table::Surveys, text), &declared, "a", "2026-07-01").is("satisfaction", 100.0);
}

#[test]
fn responsiveness_counts_the_cases_that_are_due() {
    let tickets = "stakeholder_id,occurred_at,responded_at,response_due_at,direction\n\
                   a,2026-06-01T09:00,2026-06-01T13:00,,inbound\na,2026-06-02T09:00,2026-06-02T13:01,,inbound\na,2026-06-03T09:00,,,inbound\n\
                   a,2026-06-04T09:00,2026-06-04T20:00,2026-06-05T00:00,inbound\na,2026-06-30T21:00,,,inbound\na,2026-06-04T09:00,2026-06-04T10:00,,outbound\n\
                   a,2025-12-31T09:00,2026-01-30T09:00,,inbound\na,2026-01-02T09:00,2026-01-02T10:00,,inbound";
    let fixture = || Fixture::new("2026-07-01").table(Table::Interactions, Rowed::Tickets, tickets);
    // Of five: 1 June, 4 June and 2 January in time; 2 and 3 June not. That of 30 June is due after the date.
    found(fixture(), "a").is("responsiveness", 3.0 / 5.0);
    // On 4 June at 20:00 the answer of that time was not known, and not due.
    found_at(fixture(), &settings(), "a", "2026-06-04T20:00").is("responsiveness", 2.0 / 5.0);
    let without = Settings {
        first_response: None,
        ..settings()
    };
    found_at(fixture(), &without, "a", "2026-07-01").is("responsiveness", 1.0);
}

#[test]
fn open_complaints_count_twice() {
    let tickets = "stakeholder_id,occurred_at,kind,resolved_at\n\
                   a,2026-04-01T09:00,complaint,\na,2026-04-02T09:00,complaint,2026-04-05T00:00\na,2026-06-01T09:00,complaint,2026-06-20T00:00\n\
                   a,2026-06-02T09:00,question,\nb,2026-06-02T09:00,question,";
    let fixture = || Fixture::new("2026-07-01").table(Table::Interactions, Rowed::Tickets, tickets);
    found(fixture(), "a").is("conflict", 2.0);
    found(fixture(), "b").is("conflict", 0.0);
    // On 10 June all three were within 90 days, and those of 1 April and 1 June were open; a resolution of 20 June is known from the 21st.
    found_at(fixture(), &settings(), "a", "2026-06-10").is("conflict", 5.0);
    found_at(fixture(), &settings(), "a", "2026-06-20").is("conflict", 5.0);
    found_at(fixture(), &settings(), "a", "2026-06-21").is("conflict", 4.0);
}

#[test]
fn a_message_adds_what_it_says_from_its_own_time_on() {
    let messages = "stakeholder_id,occurred_at,kind,case_id,direction,resolved_at\n\
                    a,2026-06-01T09:00,question,c,inbound,\na,2026-06-03T09:00,,c,outbound,\na,2026-06-05T09:00,complaint,c,inbound,\n\
                    a,2026-06-09T09:00,,c,outbound,2026-06-08T09:00";
    let fixture = || Fixture::new("2026-07-01").table(Table::Interactions, Rowed::Messages, messages);
    let on = |day: &str| found_at(fixture(), &settings(), "a", day);
    on("2026-06-05").is("conflict", 0.0);
    on("2026-06-06").is("conflict", 2.0);
    // Resolved on the 8th, as is known from the 9th.
    on("2026-06-09").is("conflict", 2.0);
    on("2026-06-10").is("conflict", 1.0);
    on("2026-06-03").is("responsiveness", 0.0);
}

#[test]
fn commitments_are_those_due_in_180_days() {
    let log = "stakeholder_id,occurred_at,kind,due_at,resolved_at\n\
               a,2026-05-01,commitment,2026-05-10,2026-05-09\na,2026-05-01,follow_up,2026-05-10,2026-05-11\na,2026-05-01,commitment,2026-07-02,\n\
               a,2025-11-01,commitment,2026-01-01,\na,2026-05-01,commitment,2026-06-01,2026-05-02";
    found(one(Table::Interactions, log), "a").is("commitments", 2.0 / 3.0);
    // On 10 May the second one is due, and not kept; the last one is not due.
    found_at(one(Table::Interactions, log), &settings(), "a", "2026-05-10").is("commitments", 1.0 / 3.0);
}

#[test]
fn reciprocity_is_of_inbound_and_outbound_contacts() {
    let log = "stakeholder_id,occurred_at,direction\na,2026-06-01,inbound\na,2026-06-02,inbound\na,2026-06-03,outbound\na,2026-06-03,both\n\
               a,2026-01-01,outbound\na,2026-01-02,inbound\nb,2026-06-01,both";
    found(one(Table::Interactions, log), "a").is("reciprocity", 2.0 / 4.0);
    assert_eq!(
        found(one(Table::Interactions, log), "b").of("reciprocity"),
        Err(Gap::NoDirectedContact)
    );
}

#[test]
fn parts_of_other_models() {
    let roster = "stakeholder_id,type,started_at,ended_at\np,partner,2024-07-01,\ns,supplier,2020-01-01,\ne,employee,2021-07-01,2022-01-01\ne,employee,2025-07-01,";
    let log =
        "stakeholder_id,occurred_at,direction\np,2026-01-10,inbound\np,2026-01-20,inbound\np,2026-01-30,inbound\np,2026-06-28,inbound";
    let supplies = "stakeholder_id,ordered_at,promised_at,received_at,quantity_received,quantity_rejected,amount\n\
                    s,2026-05-01,2026-05-10,2026-05-10,10,1,30\ns,2026-05-02,2026-05-10,2026-05-11,10,0,20\ns,2026-05-03,2026-06-10,,,,5\ns,2026-06-20,2026-07-10,,,,1\n\
                    s,2024-05-01,2024-05-10,2024-05-10,10,9,99";
    let answers = "stakeholder_id,responded_at,instrument,score,scale_min,scale_max\ne,2026-01-01,engagement,5,1,5\ne,2026-03-01,engagement,3,1,5\n\
                   e,2026-06-01,engagement,2,1,5";
    let referrals = "referrer_id,referred_id,occurred_at\np,x,2026-06-01\np,p,2026-06-02\np,y,2025-01-01";
    let all = || {
        one(Table::Stakeholders, roster)
            .table(Table::Interactions, Rowed::Plain, log)
            .table(Table::Supplies, Rowed::Plain, supplies)
            .table(Table::Surveys, Rowed::Plain, answers)
            .table(Table::Referrals, Rowed::Plain, referrals)
    };
    // Gaps 10, 10 and 149, median 10: two of three within 20 days.
    let partner = found(all(), "p");
    partner.is("contact_regularity", 2.0 / 3.0);
    partner.is("referrals", 1.0);
    let supplier = found(all(), "s");
    supplier.is("supply_on_time", 1.0 / 3.0);
    supplier.is("supply_rejects", 1.0 / 20.0);
    assert_eq!(supplier.value, Some(56 * 10_000));
    let employee = found(all(), "e");
    employee.is("tenure", 365.0 / 365.25);
    // 25 now, before that 100 and 50.
    employee.is("satisfaction_trend", 25.0 - 75.0);
    assert_eq!(employee.value, None);
}

#[test]
fn a_score_is_the_weighted_mean_of_the_parts_with_data() {
    // Purchases and surveys: purchase recency 1.5 gives 75, the trend 1 gives 60 + 40 x 0.25 / 0.35, satisfaction 80.
    let orders = format!("{ORDERS}\na,2025-12-01,90,0\na,2026-02-01,80,1\na,2026-05-01,40,2\na,2026-05-31,40,3");
    let answers = "stakeholder_id,responded_at,instrument,score\na,2026-06-01,nps,8";
    let a = found(one(Table::Purchases, &orders).table(Table::Surveys, Rowed::Plain, answers), "a");
    // Gaps 62, 89 and 30, median 62; 31 days since.
    a.is("purchase_recency", 0.5);
    a.is("revenue_trend", 1.0);
    let trend = 60.0 + 40.0 * 0.25 / 0.35;
    let expected = (25.0 * 100.0 + 10.0 * trend + 20.0 * 80.0) / 55.0;
    assert!((a.score.coverage - 0.55).abs() < 1e-12);
    assert!((a.score.score.unwrap() - expected).abs() < 1e-9);
    // With purchases alone, 35% of the weights have data.
    let alone = found(one(Table::Purchases, &orders), "a");
    assert_eq!((alone.score.coverage, alone.score.score), (0.35, None));
}

#[test]
fn who_is_there_at_a_date() {
    let roster = "stakeholder_id,type,started_at,ended_at\nhere,customer,2026-01-01,\nleft,customer,2025-01-01,2026-03-31\nleft,customer,2026-04-15,\n\
                  later,customer,2026-06-01,\nchanged,partner,2025-01-01,2026-01-31\nchanged,investor,2026-02-01,";
    let canonical = one(Table::Stakeholders, roster)
        .table(Table::Purchases, Rowed::Plain, &format!("{ORDERS}\nbought,2026-05-01,5,1"))
        .table(Table::Supplies, Rowed::Plain, "stakeholder_id,ordered_at\nsends,2026-05-01")
        .build(false);
    let settings = settings();
    let shown = |day: &str| {
        let moments = moments(&canonical, &settings, &[at(day)]);
        let mut scorer = Scorer::new(&canonical, &settings);
        let mut text = String::new();
        for stakeholder in 0..canonical.nobody() {
            scorer.read(stakeholder);
            let id = canonical.stakeholders.text(stakeholder).unwrap();
            match scorer.at(&moments[0]) {
                Presence::Here { model, .. } => write!(text, "{id} {}; ", settings.health.all()[model].name).unwrap(),
                Presence::Left => write!(text, "{id} left; ").unwrap(),
                Presence::Unknown => {}
            }
        }
        text
    };
    assert_eq!(shown("2026-01-15"), "changed partner; here customer; left customer; ");
    // The return in April, which makes the leave a renewal, is not known on 5 April.
    assert_eq!(shown("2026-04-05"), "changed investor; here customer; left left; ");
    assert_eq!(shown("2026-05-01"), "changed investor; here customer; left customer; ");
    assert_eq!(
        shown("2026-07-01"),
        "bought customer; changed investor; here customer; later customer; left customer; sends supplier; "
    );
}

/// A generator of the same numbers for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn pick<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[self.below(words.len() as u64) as usize]
    }

    /// A minute of the hundred days from 1 January 2026.
    fn minute(&mut self) -> u64 {
        self.below(100 * 24 * 60)
    }
}

fn written(minute: u64) -> String {
    let (day, minute) = (minute / 1440, minute % 1440);
    let (year, month, day) = crate::period::civil_from_days(crate::period::days_from_civil(2026, 1, 1) + day as i32);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}", minute / 60, minute % 60)
}

/// A table: rows with the minute at which each happened.
type Written = (Table, Rowed, &'static str, Vec<(u64, String)>);

/// Tables of a few stakeholders; what happened to a row later is within it.
fn random_tables(seed: u64) -> Vec<Written> {
    let mut random = Random(seed);
    let ids = ["a", "b", "c", "d", "e"];
    let rows = |n: u64, random: &mut Random, row: &dyn Fn(&mut Random, u64) -> String| -> Vec<(u64, String)> {
        (0..n)
            .map(|_| {
                let minute = random.minute();
                (minute, row(random, minute))
            })
            .collect()
    };
    fn later(random: &mut Random, minute: u64) -> String {
        match random.below(3) {
            0 => String::new(),
            _ => written(minute + random.below(20 * 1440)),
        }
    }
    let purchases = rows(40, &mut random, &|random, minute| {
        let amount = random.below(100) as i64 - 15;
        format!(
            "{},{},{amount},{}",
            random.pick(&ids),
            written(minute),
            random.pick(&["", "1", "2", "3", "4", "5", "6"])
        )
    });
    let tickets = rows(20, &mut random, &|random, minute| {
        let kind = random.pick(&["complaint", "question", "commitment", "follow_up", "meeting"]);
        format!(
            "{},{},{kind},{},{},{},{}",
            random.pick(&ids),
            written(minute),
            later(random, minute),
            later(random, minute),
            later(random, minute),
            later(random, minute)
        )
    });
    let messages = rows(25, &mut random, &|random, minute| {
        let id = random.pick(&ids);
        format!(
            "{id},{},{},{id}{},{},{},{}",
            written(minute),
            random.pick(&["complaint", "question", ""]),
            random.below(3),
            random.pick(&["inbound", "outbound"]),
            later(random, minute),
            later(random, minute)
        )
    });
    let answers = rows(15, &mut random, &|random, minute| {
        format!("{},{},nps,{}", random.pick(&ids), written(minute), random.below(11))
    });
    let roster = rows(6, &mut random, &|random, minute| {
        let kind = random.pick(&["customer", "partner", "investor"]);
        format!(
            "{},{kind},{},{},{}",
            random.pick(&ids),
            written(minute),
            later(random, minute),
            random.pick(&["", "10"])
        )
    });
    let referrals = rows(6, &mut random, &|random, minute| {
        format!("{},{},{}", random.pick(&ids), random.pick(&["x", "y", "a"]), written(minute))
    });
    let supplies = rows(8, &mut random, &|random, minute| {
        format!(
            "{},{},{},{},10,1",
            random.pick(&ids),
            written(minute),
            later(random, minute),
            later(random, minute)
        )
    });
    vec![
        (Table::Purchases, Rowed::Plain, ORDERS, purchases),
        (
            Table::Interactions,
            Rowed::Tickets,
            "stakeholder_id,occurred_at,kind,responded_at,resolved_at,due_at,response_due_at",
            tickets,
        ),
        (
            Table::Interactions,
            Rowed::Messages,
            "stakeholder_id,occurred_at,kind,case_id,direction,resolved_at,response_due_at",
            messages,
        ),
        (
            Table::Surveys,
            Rowed::Plain,
            "stakeholder_id,responded_at,instrument,score",
            answers,
        ),
        (
            Table::Stakeholders,
            Rowed::Plain,
            "stakeholder_id,type,started_at,ended_at,contact_target_days",
            roster,
        ),
        (Table::Referrals, Rowed::Plain, "referrer_id,referred_id,occurred_at", referrals),
        (
            Table::Supplies,
            Rowed::Plain,
            "stakeholder_id,ordered_at,promised_at,received_at,quantity_received,quantity_rejected",
            supplies,
        ),
    ]
}

/// Everything that is known of all stakeholders at a minute, from the rows before another.
fn known(tables: &[Written], minute: u64, until: u64) -> String {
    let mut fixture = Fixture::new(&written(until));
    for (table, rowed, header, rows) in tables {
        let mut text = header.to_string();
        rows.iter()
            .filter(|(at, _)| *at < until)
            .for_each(|(_, row)| write!(text, "\n{row}").unwrap());
        fixture = fixture.table(*table, *rowed, &text);
    }
    let canonical = fixture.build(false);
    let settings = settings();
    let moments = moments(&canonical, &settings, &[at(&written(minute))]);
    let mut scorer = Scorer::new(&canonical, &settings);
    let mut text = String::new();
    for stakeholder in 0..canonical.nobody() {
        scorer.read(stakeholder);
        let presence = scorer.at(&moments[0]);
        let id = canonical.stakeholders.text(stakeholder).unwrap();
        match presence {
            Presence::Here { model, type_code } => writeln!(
                text,
                "{id} {model} {:?} {:?} {:?} {:?}",
                canonical.texts.text(type_code),
                scorer.readings,
                scorer.score(model),
                scorer.value_at_stake(model, &moments[0])
            )
            .unwrap(),
            Presence::Left => writeln!(text, "{id} left").unwrap(),
            Presence::Unknown => {}
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Scoring at a time with all rows from that time on deleted gives the same bytes.
    #[test]
    fn scores_of_the_past_do_not_know_the_future(seed in any::<u64>(), minute in 1_u64..100 * 1440, end_of_day in any::<bool>()) {
        let minute = if end_of_day { minute.next_multiple_of(1440) } else { minute };
        let tables = random_tables(seed);
        prop_assert_eq!(known(&tables, minute, 120 * 1440), known(&tables, minute, minute));
    }
}

/// The rows of the fact in a period, from the rows before a minute.
fn facts(tables: &[Written], period: &str, until: u64) -> Vec<String> {
    let mut fixture = Fixture::new(&written(until));
    for (table, rowed, header, rows) in tables {
        let known = rows.iter().filter(|(at, _)| *at < until).map(|(_, row)| format!("\n{row}"));
        fixture = fixture.table(*table, *rowed, &format!("{header}{}", known.collect::<String>()));
    }
    let columns = "score coverage is_healthy is_at_risk is_critical previous_score got_worse got_better value_at_stake value_at_risk";
    crate::facts::testing::shown(&SPEC, &fixture.build(false), &settings(), &[period], columns)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// A period says the same whether or not there are rows after it.
    #[test]
    fn metrics_of_a_period_do_not_know_what_came_after_it(seed in any::<u64>(), first in 0_u64..60, days in 1_u64..40) {
        let tables = random_tables(seed);
        let day = |day: u64| written(day * 1440)[..10].to_string();
        let period = format!("{}..{}", day(first), day(first + days - 1));
        let end = (first + days) * 1440;
        prop_assert_eq!(facts(&tables, &period, 120 * 1440), facts(&tables, &period, end));
    }
}

/// The bands of the fact are those of the health command: each follows from those at the ends of the twelve periods before.
#[test]
fn a_band_depends_on_the_bands_before() {
    // On 1 July a had an answer of 69 of 100 points: at risk by itself, healthy if it was healthy before.
    let answers = |first: u32| {
        format!(
            "stakeholder_id,responded_at,instrument,score,scale_min,scale_max\na,2026-05-20,csat,{first},0,100\na,2026-06-20,csat,69,0,100"
        )
    };
    let orders = format!("{ORDERS}\na,2026-05-01,5,1\na,2026-05-11,5,2\na,2026-05-21,5,3\na,2026-06-10,5,4\na,2026-06-30,5,5");
    let columns = "score previous_score is_healthy is_at_risk got_worse got_better value_at_risk";
    let only_answers = |settings: &Settings| {
        let mut reader = crate::toml_reader::Reader::new(crate::toml_reader::SourceText {
            file: "test",
            text: "[health.customer]\nminimum_coverage = 0.1\n[health.customer.part.purchase_recency]\nweight = 0\n",
        });
        let document = reader.document();
        let health = Arc::clone(&settings.health).read_user(&mut reader, &document);
        assert!(reader.errors.is_empty());
        Settings {
            health,
            ..settings.clone()
        }
    };
    let shown = |first: u32| {
        let canonical = one(Table::Surveys, &answers(first))
            .table(Table::Purchases, Rowed::Plain, &orders)
            .build(false);
        crate::facts::testing::shown(&SPEC, &canonical, &only_answers(&settings()), &["2026-05", "2026-06"], columns)
    };
    assert_eq!(shown(72), ["a 2026-05: 72 - yes no - - 0", "a 2026-06: 69 72 yes no no no 0"]);
    assert_eq!(shown(20), ["a 2026-05: 20 - no yes - - 15", "a 2026-06: 69 20 no yes no yes 25"]);
}

#[test]
fn the_last_band_is_the_last_of_all_bands() {
    let models = Models::builtin();
    let model = &models.all()[0];
    let mut state = 1u64;
    let mut draw = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) % below
    };
    for _ in 0..3_000 {
        // Around the edges at 70 and 40, some moments without a score.
        let scores: Vec<Option<f64>> = (0..draw(9))
            .map(|_| (draw(8) > 0).then(|| if draw(2) == 0 { 70.0 } else { 40.0 } + draw(19) as f64 / 2.0 - 4.5))
            .collect();
        let all = bands(model, scores.iter().copied());
        assert_eq!(
            last_band(model, scores.len(), |at| scores[at]),
            all.last().copied().flatten(),
            "{scores:?}"
        );
    }
}
