//! The catalogue proves itself: every worked example of every built-in metric comes out of the engine.

use std::collections::BTreeSet;

use relhealth::catalog::Catalog;
use relhealth::facts::SPECS;
use relhealth::facts::context::Settings;
use relhealth::measure::example::{Outcome, run};
use relhealth::period::Zone;

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
