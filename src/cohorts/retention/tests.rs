use super::*;
use crate::canonical::fixture::{Fixture, Rowed};
use crate::schema::Table;

fn ask(start: Start, measure: Measure) -> Request {
    Request {
        start,
        dimension: None,
        measure,
        on_or_after: false,
        grain: Grain::Month,
        last: None,
        until: Micros::MAX,
        by: Vec::new(),
        filter: None,
        confidence: Confidence::of(0.95),
    }
}

/// `label size: part/whole`, `.` for a period that has not ended, `*` for a cohort whose period has not, `?` for a hidden size.
fn shown(canonical: &CanonicalTables, ask: &Request) -> Vec<String> {
    let groups = retention(canonical, &Settings::default(), ask).unwrap().groups;
    let cell = |cell: &Cell| match &cell.value {
        Ok(value) => {
            assert!((value - cell.part / cell.whole as f64).abs() < 1e-12);
            format!("{}/{}", cell.part, cell.whole)
        }
        Err(AbsentReason::IncompleteWindow) => ".".to_string(),
        Err(reason) => reason.as_str().to_string(),
    };
    let cohort = |group: &Group, cohort: &Cohort| {
        let cells: Vec<String> = cohort.cells.iter().map(cell).collect();
        let by: String = group.labels.iter().map(|label| format!("{label} ")).collect();
        let size = cohort.size.map_or("?".to_string(), |size| size.to_string());
        let star = if cohort.complete { "" } else { "*" };
        format!("{by}{}{star} {size}: {}", cohort.label, cells.join(" "))
    };
    groups
        .iter()
        .flat_map(|group| group.cohorts.iter().map(move |one| cohort(group, one)))
        .collect()
}

fn shop() -> CanonicalTables {
    Fixture::new("2026-04-11")
        .table(
            Table::Purchases,
            Rowed::Plain,
            "stakeholder_id,order_id,occurred_at,amount,channel\n\
             a,1,2026-01-05,10,web\na,2,2026-03-01,20,shop\na,3,2026-03-28,30,web\n\
             b,4,2026-01-31,10,shop\nb,4,2026-02-05,-4,shop\nb,5,2026-04-05,7,web\n\
             c,6,2026-03-01,1,web\n\
             d,7,2026-04-02,1,web",
        )
        .build(false)
}

#[test]
fn a_period_that_has_not_ended_has_no_value() {
    let canonical = shop();
    assert_eq!(
        shown(&canonical, &ask(Start::FirstOrder, Measure::Ordered)),
        [
            "2026-01 2: 2/2 0/2 1/2 .",
            "2026-02 0: zero denominator zero denominator .",
            "2026-03 1: 1/1 .",
            "2026-04* 1: ."
        ]
    );
    let mut last = ask(Start::FirstOrder, Measure::Ordered);
    last.last = Some(1);
    assert_eq!(shown(&canonical, &last), ["2026-03 1: 1/1 .", "2026-04* 1: ."]);
    assert_eq!(retention(&canonical, &Settings::default(), &last).unwrap().earlier, Some(2));
    // If the as-of date is the end of a period, no period is running.
    let whole = Fixture::new("2026-04-01")
        .table(Table::Purchases, Rowed::Plain, "stakeholder_id,occurred_at,amount\na,2026-02-05,10")
        .build(false);
    assert_eq!(
        shown(&whole, &ask(Start::FirstOrder, Measure::Ordered)),
        ["2026-02 1: 1/1 0/1", "2026-03 0: zero denominator"]
    );
}

#[test]
fn on_or_after_counts_what_is_known_to_come_later() {
    let mut wanted = ask(Start::FirstOrder, Measure::Ordered);
    wanted.on_or_after = true;
    // b ordered in April, which has not ended: so b was not lost in February or March.
    assert_eq!(shown(&shop(), &wanted)[0], "2026-01 2: 2/2 2/2 2/2 .");
}

#[test]
fn orders_and_revenue_are_per_member() {
    let canonical = shop();
    assert_eq!(
        shown(&canonical, &ask(Start::FirstOrder, Measure::Orders))[0],
        "2026-01 2: 2/2 0/2 2/2 ."
    );
    // A refund of an order counts when the order does.
    assert_eq!(
        shown(&canonical, &ask(Start::FirstOrder, Measure::Revenue))[0],
        "2026-01 2: 16/2 0/2 50/2 ."
    );
    let groups = retention(&canonical, &Settings::default(), &ask(Start::FirstOrder, Measure::Revenue))
        .unwrap()
        .groups;
    assert_eq!(groups[0].cohorts[0].cells[0].limits, Err(NoIntervalReason::TooFew));
}

// i = np.arange(12): the revenue of one order each is 10 + i, and nothing is skewed: scipy.stats.t.interval(.95, 11, 15.5, sqrt(13 / 12))
#[test]
fn revenue_has_the_interval_of_a_mean() {
    let rows: Vec<String> = (0..12).map(|i| format!("c{i},{i},2026-01-05,{}", 10 + i)).collect();
    let canonical = Fixture::new("2026-02-01")
        .table(
            Table::Purchases,
            Rowed::Plain,
            &format!("stakeholder_id,order_id,occurred_at,amount\n{}", rows.join("\n")),
        )
        .build(false);
    let groups = retention(&canonical, &Settings::default(), &ask(Start::FirstOrder, Measure::Revenue))
        .unwrap()
        .groups;
    let cell = &groups[0].cohorts[0].cells[0];
    assert_eq!(cell.value, Ok(15.5));
    let (low, high) = cell.limits.unwrap();
    assert!(
        (low - 13.209142013453857).abs() < 1e-9 && (high - 17.790857986546143).abs() < 1e-9,
        "{low} {high}"
    );
}

#[test]
fn a_dimension_makes_cohorts_that_are_followed_from_their_own_start() {
    let mut wanted = ask(Start::FirstOrder, Measure::Ordered);
    wanted.dimension = Some("channel".to_string());
    // Where the first order was. Of the web, a has three ended periods, c one and d none.
    assert_eq!(shown(&shop(), &wanted), ["shop 1: 1/1 0/1 0/1 .", "web 3: 2/2 0/1 1/1 ."]);
    wanted.dimension = None;
    wanted.by = vec!["channel".to_string()];
    assert_eq!(
        shown(&shop(), &wanted)[..2],
        [
            "shop 2026-01 1: 1/1 0/1 0/1 .",
            "shop 2026-02 0: zero denominator zero denominator ."
        ]
    );
    wanted.by = vec!["planet".to_string()];
    assert_eq!(
        retention(&shop(), &Settings::default(), &wanted),
        Err(NoCohorts::Dimension("planet".to_string()))
    );
}

#[test]
fn a_condition_keeps_those_whose_start_meets_it_and_what_does() {
    let mut wanted = ask(Start::FirstOrder, Measure::Ordered);
    wanted.filter = Some(crate::expr::parse("channel = 'web'").unwrap());
    // a ordered in the shop on 1 March, and on the web on the 28th.
    assert_eq!(shown(&shop(), &wanted)[0], "2026-01 1: 1/1 0/1 1/1 .");
}

fn roster() -> Fixture {
    Fixture::new("2026-04-01")
        .table(
            Table::Stakeholders,
            Rowed::Plain,
            "stakeholder_id,type,started_at,ended_at\na,customer,2026-01-01,2026-02-10\na,customer,2026-03-20,\nb,customer,2026-01-15,",
        )
        .dates(Table::Stakeholders, "ended_at")
}

#[test]
fn who_is_away_and_comes_back_is_present_again() {
    let canonical = roster().build(false);
    let mut wanted = ask(Start::JoinDate, Measure::Present);
    assert_eq!(shown(&canonical, &wanted)[0], "2026-01 2: 2/2 1/2 2/2");
    wanted.on_or_after = true;
    assert_eq!(shown(&canonical, &wanted)[0], "2026-01 2: 2/2 2/2 2/2");
    // Who came back in the period that has not ended was not lost before.
    let back = Fixture::new("2026-03-25")
        .table(
            Table::Stakeholders,
            Rowed::Plain,
            "stakeholder_id,started_at,ended_at\na,2026-01-01,2026-01-10\na,2026-03-20,",
        )
        .dates(Table::Stakeholders, "ended_at")
        .build(false);
    assert_eq!(shown(&back, &wanted)[0], "2026-01 1: 1/1 1/1 .");
    wanted.on_or_after = false;
    assert_eq!(shown(&back, &wanted)[0], "2026-01 1: 0/1 0/1 .");
}

#[test]
fn activity_is_an_order_a_contact_an_answer_or_a_supply() {
    let canonical = roster()
        .table(
            Table::Interactions,
            Rowed::Plain,
            "stakeholder_id,occurred_at,direction\nb,2026-02-03,inbound\nb,2026-03-03,inbound",
        )
        .table(Table::Purchases, Rowed::Plain, "stakeholder_id,occurred_at,amount\na,2026-02-28,5")
        .build(false);
    assert_eq!(
        shown(&canonical, &ask(Start::JoinDate, Measure::Active))[0],
        "2026-01 2: 0/2 2/2 1/2"
    );
    assert_eq!(
        shown(&canonical, &ask(Start::JoinDate, Measure::Ordered))[0],
        "2026-01 2: 0/2 1/2 0/2"
    );
}

#[test]
fn few_protected_people_are_hidden_and_what_would_reveal_them() {
    let mut text = "stakeholder_id,type,started_at,ended_at\n".to_string();
    for (month, people) in [(1, 3), (2, 6), (3, 9)] {
        (0..people).for_each(|i| text.push_str(&format!("e{month}-{i},employee,2026-0{month}-05,\n")));
    }
    let canonical = Fixture::new("2026-04-01")
        .table(Table::Stakeholders, Rowed::Plain, &text)
        .build(false);
    let groups = retention(&canonical, &Settings::default(), &ask(Start::JoinDate, Measure::Present))
        .unwrap()
        .groups;
    let seen: Vec<_> = groups[0].cohorts.iter().map(|cohort| (cohort.size, cohort.suppressed)).collect();
    assert_eq!(seen, [(None, true), (None, true), (Some(9), false)]);
}

#[test]
fn several_currencies_have_no_revenue() {
    let canonical = Fixture::new("2026-02-01")
        .table(
            Table::Purchases,
            Rowed::Plain,
            "stakeholder_id,occurred_at,amount,currency\na,2026-01-05,10,EUR\nb,2026-01-06,10,USD",
        )
        .build(false);
    assert_eq!(
        shown(&canonical, &ask(Start::FirstOrder, Measure::Revenue)),
        ["2026-01 2: mixed currencies"]
    );
    assert_eq!(shown(&canonical, &ask(Start::FirstOrder, Measure::Orders)), ["2026-01 2: 2/2"]);
}
