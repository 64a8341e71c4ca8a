//! The catalogue proves itself: every worked example of every built-in metric comes out of the engine.

use std::collections::BTreeSet;

use relhealth::api::catalog::Catalog;
use relhealth::api::facts::SPECS;
use relhealth::api::facts::Settings;
use relhealth::api::measure::{Outcome, run};
use relhealth::api::period::Zone;

fn outcomes(catalog: &Catalog, zone: &Zone) -> Vec<(String, Outcome)> {
    catalog
        .iter()
        .flat_map(|metric| {
            let outcomes = run(metric, catalog, &Settings::default(), zone);
            outcomes.into_iter().map(|outcome| (metric.id.clone(), outcome))
        })
        .collect()
}

fn failures(outcomes: &[(String, Outcome)]) -> String {
    let failed = outcomes.iter().filter(|(_, outcome)| !outcome.passed);
    let lines = failed.map(|(id, o)| {
        format!(
            "{id} ({}:{}): expected {:?}, got {}\n",
            o.origin.file, o.origin.line, o.expected, o.got
        )
    });
    lines.collect()
}

#[test]
fn every_example_of_every_metric_comes_out() {
    let catalog = Catalog::builtin(SPECS);
    let outcomes = outcomes(&catalog, &Zone::utc());
    assert_eq!(failures(&outcomes), "");
    let proven: BTreeSet<&str> = outcomes.iter().map(|(id, _)| id.as_str()).collect();
    let unproven: Vec<&str> = catalog.iter().map(|m| m.id.as_str()).filter(|id| !proven.contains(id)).collect();
    assert!(unproven.is_empty(), "without an example: {unproven:?}");
}

#[test]
fn they_come_out_in_every_time_zone() {
    let catalog = Catalog::builtin(SPECS);
    for zone in ["Asia/Kolkata", "America/New_York", "Pacific/Kiritimati"] {
        assert_eq!(failures(&outcomes(&catalog, &Zone::parse(zone).unwrap())), "", "{zone}");
    }
}

#[test]
fn a_wrong_example_would_not_come_out() {
    let text = "[metric.own]\ntitle = 'Own'\nfamily = 'loyalty'\nfact = 'customers'\nkind = 'share'\nwhere = 'orders >= 1'\npart = 'orders >= 3'\n\
                unit = 'share'\ngood = 'up'\ntext = 'As the repeat purchase rate, but wrong.'\n";
    let builtin = Catalog::builtin(SPECS);
    let csv = "stakeholder_id,order_id,occurred_at,amount\\na,1,2026-02-05,10\\na,2,2026-02-05,10\\nb,3,2026-02-09,10\\n";
    let example = format!("[[metric.own.example]]\nperiod = '2026-02'\nas_of = 2026-02-28\npurchases = \"{csv}\"\nvalue = 0.5\n");
    let catalog = builtin.with_user(&format!("{text}{example}"), "own.toml", SPECS).unwrap();
    let outcomes = run(catalog.get("own").unwrap(), &catalog, &Settings::default(), &Zone::utc());
    assert_eq!((outcomes[0].passed, outcomes[0].got.to_string().as_str()), (false, "0"));
}

#[test]
fn distinct_things_are_told_apart_in_counts_and_in_the_whole_of_a_ratio() {
    let metric = |id: &str, kind: &str, value: f64| {
        format!(
            "[metric.{id}]\ntitle = \"{id}\"\nfamily = \"loyalty\"\nfact = \"orders\"\nat = \"ordered_at\"\n{kind}\ngood = \"up\"\ntext = \"t\"\n\
             [[metric.{id}.example]]\nperiod = \"2026-01\"\nvalue = {value}\npurchases = \"stakeholder_id,order_id,occurred_at,amount,product\\n\
             a,1,2026-01-02,10,tea\\na,2,2026-01-03,20,tea\\nb,3,2026-01-04,60,cake\\n\"\n"
        )
    };
    let ratio = "kind = \"ratio\"\nover = \"revenue\"\nunder_distinct = ";
    let text = [
        metric("by_customer", &format!("{ratio}\"stakeholder_id\"\nunit = \"money\""), 45.0),
        metric("by_product", &format!("{ratio}\"product\"\nunit = \"money\""), 45.0),
        metric(
            "customers",
            "kind = \"count\"\ndistinct = \"stakeholder_id\"\nunit = \"count\"",
            2.0,
        ),
        metric("products", "kind = \"count\"\ndistinct = \"product\"\nunit = \"count\"", 2.0),
    ];
    let catalog = Catalog::builtin(SPECS).with_user(&text.concat(), "own.toml", SPECS).unwrap();
    let own: Vec<(String, Outcome)> = outcomes(&catalog, &Zone::utc())
        .into_iter()
        .filter(|(_, outcome)| outcome.origin.file == "own.toml")
        .collect();
    assert_eq!((failures(&own).as_str(), own.len()), ("", 4));
}
