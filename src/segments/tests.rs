use super::*;
use crate::canonical::fixture::{Fixture, Rowed};
use crate::catalog::segments::{Frequency, Limits, Scores};
use crate::period::Grain;

fn request() -> Request {
    Request {
        model: SegmentModel::builtin(),
        grain: Grain::Month,
        by: Vec::new(),
        filter: None,
    }
}

fn found(canonical: &CanonicalTables, ask: &Request) -> Segmentation {
    segments(canonical, &Settings::default(), ask).unwrap()
}

/// `id: recency frequency money rfm Segment < Before`
fn shown(canonical: &CanonicalTables, ask: &Request) -> Vec<String> {
    let name = |segment: Option<usize>| segment.map_or("-", |at| ask.model.segments[at].name.as_str());
    let line = |one: &Customer| {
        let Scores { r, f, m } = one.scores;
        let before = match one.previous {
            Before::In(segment) => name(segment),
            Before::NoOrder => "new",
        };
        let money = one.monetary.map_or("-".to_string(), |money| money.to_string());
        format!(
            "{}: {} {} {money} {r}{f}{} {} < {before}",
            canonical.stakeholders.text(one.stakeholder).unwrap(),
            one.recency,
            one.frequency,
            m.map_or("-".to_string(), |m| m.to_string()),
            name(one.segment)
        )
    };
    found(canonical, ask).customers.iter().map(line).collect()
}

fn shop(as_of: &str) -> CanonicalTables {
    Fixture::new(as_of)
        .table(
            Table::Purchases,
            Rowed::Plain,
            "stakeholder_id,order_id,occurred_at,amount,channel\n\
             a,1,2026-01-05,10,web\na,2,2026-03-09,10,web\na,3,2026-03-09T12:00,5,shop\n\
             b,4,2026-02-20,100,web\nb,4,2026-03-02,-40,web\n\
             c,5,2026-03-31,1,shop\n\
             d,6,2026-01-31,7,web\nd,7,2026-02-01,7,web\n\
             e,r,2026-02-01,-5,web",
        )
        .build(false)
}

// By hand, of 4 customers with an order: e has a refund only. Scores are 1 + floor(5 w / 4) for w worse ones: 1, 2, 3, 4.
#[test]
fn customers_are_scored_by_rank() {
    let canonical = shop("2026-04-01");
    assert_eq!(
        shown(&canonical, &request()),
        [
            "a: 23 3 25 343 Loyal < Hibernating",
            // At the end of February three had ordered: r is 1, 4 and 2, f is 1, 1 and 4.
            "b: 40 1 60 214 Hibernating < Promising",
            "c: 1 1 1 411 Promising < new",
            "d: 59 2 14 132 At risk < At risk",
        ]
    );
}

#[test]
fn what_is_not_known_yet_does_not_count() {
    // Everything from March on is left out of the tables, as reading them with that as-of date does.
    let whole = shop("2026-04-01");
    let before: Vec<Before> = found(&whole, &request()).customers.iter().map(|one| one.previous).collect();
    let february = Fixture::new("2026-03-01")
        .table(
            Table::Purchases,
            Rowed::Plain,
            "stakeholder_id,order_id,occurred_at,amount\n\
             a,1,2026-01-05,10\nb,4,2026-02-20,100\nd,6,2026-01-31,7\nd,7,2026-02-01,7\ne,r,2026-02-01,-5",
        )
        .build(false);
    let then: Vec<Before> = found(&february, &request())
        .customers
        .iter()
        .map(|one| Before::In(one.segment))
        .collect();
    assert_eq!(then, [before[0], before[1], before[3]]);
}

#[test]
fn limits_and_days_replace_quintiles_and_orders() {
    let canonical = shop("2026-04-01");
    let mut ask = request();
    ask.model.frequency = Frequency::OrderDays;
    ask.model.limits = Limits {
        recency: Some([10.0, 23.0, 40.0, 59.0]),
        frequency: Some([2.0, 3.0, 4.0, 5.0]),
        monetary: Some([1.0, 14.0, 25.5, 60.0]),
    };
    let scores: Vec<_> = found(&canonical, &ask)
        .customers
        .iter()
        .map(|one| (one.frequency, one.scores.r, one.scores.f, one.scores.m))
        .collect();
    assert_eq!(
        scores,
        [(2, 4, 2, Some(3)), (1, 3, 1, Some(5)), (1, 5, 1, Some(2)), (2, 2, 2, Some(3))]
    );
}

#[test]
fn segments_add_up_and_movement_does() {
    let canonical = shop("2026-04-01");
    let mut ask = request();
    for by in [vec![], vec!["channel".to_string()], vec!["type".to_string(), "channel".to_string()]] {
        ask.by = by;
        let found = found(&canonical, &ask);
        let counts = || found.groups.iter().flat_map(|group| &group.segments);
        assert_eq!(counts().map(|count| count.n.unwrap()).sum::<u64>(), 4);
        assert_eq!(counts().map(|count| count.value.unwrap()).sum::<f64>(), 100.0);
        assert_eq!(found.movement.unwrap().iter().map(|one| one.n).sum::<u64>(), 4);
        for part in Part::ALL {
            let ranges = found.scores.as_ref().unwrap().iter().filter(|range| range.part == part);
            assert_eq!(ranges.map(|range| range.n).sum::<u64>(), 4);
        }
    }
    // A customer is in the group of the last order: a's is in the shop.
    ask.by = vec!["channel".to_string()];
    let by: Vec<_> = found(&canonical, &ask)
        .groups
        .into_iter()
        .map(|group| (group.labels, group.customers))
        .collect();
    assert_eq!(by, [(vec!["shop".to_string()], Some(2)), (vec!["web".to_string()], Some(2))]);
    ask.by = vec!["planet".to_string()];
    assert_eq!(
        segments(&canonical, &Settings::default(), &ask),
        Err(NoSegments::Dimension("planet".to_string()))
    );
}

#[test]
fn a_condition_keeps_rows_and_stakeholders() {
    let canonical = shop("2026-04-01");
    let mut ask = request();
    ask.filter = Some(crate::expr::parse("channel = 'shop'").unwrap());
    let kept: Vec<_> = found(&canonical, &ask)
        .customers
        .iter()
        .map(|one| (one.frequency, one.monetary))
        .collect();
    assert_eq!(kept, [(1, Some(5.0)), (1, Some(1.0))]);
}

#[test]
fn who_fits_no_segment_is_counted_apart() {
    let canonical = shop("2026-04-01");
    let mut ask = request();
    ask.model.segments.truncate(2);
    let found = found(&canonical, &ask);
    let counts: Vec<_> = found.groups[0].segments.iter().map(|count| (count.segment, count.n)).collect();
    assert_eq!(counts, [(Some(0), Some(0)), (Some(1), Some(1)), (None, Some(3))]);
}

#[test]
fn several_currencies_leave_no_money() {
    let canonical = Fixture::new("2026-04-01")
        .table(
            Table::Purchases,
            Rowed::Plain,
            "stakeholder_id,order_id,occurred_at,amount,currency\na,1,2026-01-05,10,EUR\nb,2,2026-03-09,10,USD",
        )
        .build(false);
    let found = found(&canonical, &request());
    assert_eq!(found.money_absent, Some(AbsentReason::MixedCurrencies));
    assert!(
        found
            .customers
            .iter()
            .all(|one| one.monetary.is_none() && one.scores.m.is_none() && one.segment.is_some())
    );
    assert!(found.groups.iter().all(|group| group.value.is_none() && group.customers == Some(2)));
}

#[test]
fn protected_people_are_counted_in_groups_of_five_and_not_listed() {
    let text = |employees: usize| {
        let mut text = "stakeholder_id,order_id,occurred_at,amount\n".to_string();
        (0..employees).for_each(|i| text.push_str(&format!("e{i},e{i},2026-03-05,10\n")));
        (0..9).for_each(|i| text.push_str(&format!("c{i},c{i},2026-01-05,20\n")));
        text
    };
    let roster = |employees: usize| {
        let rows: Vec<String> = (0..employees).map(|i| format!("e{i},employee")).collect();
        format!("stakeholder_id,type\n{}", rows.join("\n"))
    };
    let of = |employees: usize| {
        let canonical = Fixture::new("2026-04-01")
            .table(Table::Purchases, Rowed::Plain, &text(employees))
            .table(Table::Stakeholders, Rowed::Plain, &roster(employees))
            .build(false);
        found(&canonical, &request())
    };
    let few = of(3);
    assert!(few.withheld && few.movement.is_none() && few.scores.is_none());
    assert_eq!(few.customers.len(), 9);
    let hidden: Vec<_> = few.groups[0].segments.iter().filter(|count| count.suppressed).collect();
    assert_eq!(hidden.len(), 1);
    assert!(hidden[0].n.is_none() && hidden[0].value.is_none());
    // Their number would follow from the total.
    assert_eq!((few.groups[0].customers, few.groups[0].value), (None, None));
    let many = of(5);
    assert!(many.withheld && many.movement.is_some());
    assert_eq!(many.groups[0].customers, Some(14));
    assert_eq!(many.customers.len(), 9);
}

#[test]
fn no_purchases_and_no_orders() {
    let none = Fixture::new("2026-04-01")
        .table(Table::Stakeholders, Rowed::Plain, "stakeholder_id\na")
        .build(false);
    let missing = AbsentReason::MissingInput("purchases".to_string());
    assert_eq!(segments(&none, &Settings::default(), &request()), Err(NoSegments::Absent(missing)));
    let refunds = Fixture::new("2026-04-01")
        .table(
            Table::Purchases,
            Rowed::Plain,
            "stakeholder_id,occurred_at,amount\na,2026-01-05,-10",
        )
        .build(false);
    let found = found(&refunds, &request());
    assert!(found.customers.is_empty() && found.movement == Some(Vec::new()));
    assert_eq!(found.groups[0].customers, Some(0));
}

#[test]
fn what_quintiles_do_not_say_is_noted() {
    let noted = |text: &str, model: &SegmentModel| {
        let canonical = Fixture::new("2026-04-01")
            .table(
                Table::Purchases,
                Rowed::Plain,
                &format!("stakeholder_id,order_id,occurred_at,amount\n{text}"),
            )
            .build(false);
        let ask = Request {
            model: model.clone(),
            ..request()
        };
        let notes = doubts(&found(&canonical, &ask), model);
        notes.iter().map(|note| note.text()).collect::<Vec<_>>()
    };
    let orders = |customers: i32| -> String {
        (0..customers)
            .map(|i| format!("c{i},{i},2026-01-{:02},{}\n", i % 20 + 1, i + 1))
            .collect()
    };
    let mut model = SegmentModel::builtin();
    assert!(noted(&orders(24), &model)[0].contains("24 customers are relative to each other"));
    assert_eq!(
        noted(&orders(25), &model),
        ["Segments: all 25 customers have the same frequency, so all have its lowest score. Set fixed limits"]
    );
    model.limits.frequency = Some([2.0, 3.0, 4.0, 5.0]);
    assert!(noted(&orders(25), &model).is_empty());
    assert!(noted("", &model).is_empty());
    model.limits = Limits {
        recency: Some([1.0, 2.0, 3.0, 4.0]),
        frequency: Some([1.0, 2.0, 3.0, 4.0]),
        monetary: Some([1.0, 2.0, 3.0, 4.0]),
    };
    assert!(noted(&orders(3), &model).is_empty());
}
