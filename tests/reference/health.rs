//! Scores of stakeholders, and the metrics that follow from them, against those of the naive implementation.

use relhealth::api::period::{Zone, parse_as_of};
use serde_json::Value as Json;

use crate::generate::{self, Export, Flavour, organisation};
use crate::naive::health::{MODELS, Scores, Standing, Targets};
use crate::naive::{Data, people};
use crate::run;

/// The organisation with stakeholders of all types, one of which no model is for.
fn of_many_types(seed: u64) -> Vec<Export> {
    let mut exports = organisation(Flavour::of(seed));
    // Whether times can be compared is decided by file. Of a ticket that is the same in both exports either may be kept, and the naive side
    // does not read that of the earlier states, which has no times of responses.
    exports.retain(|export| export.file != generate::EARLIER);
    for export in exports.iter_mut().filter(|export| export.kind == "stakeholders") {
        let column = |name: &str| export.header.iter().position(|h| *h == name).unwrap();
        let (id, kind) = (column("stakeholder_id"), column("type"));
        for row in &mut export.rows {
            let number: usize = row[id][1..].parse().unwrap();
            if row[kind] == "customer" {
                row[kind] = ["customer", "customer", "donor", "investor", "partner", "contact", "volunteer", ""][number % 8].to_string();
            }
        }
    }
    exports
}

fn targets() -> Targets {
    Targets {
        first_response_hours: Some(30),
        contact_days: [("a".to_string(), 14), ("b".to_string(), 60)].into(),
    }
}

fn near(found: &Json, wanted: Option<f64>) -> bool {
    match (found.as_f64(), wanted) {
        (None, None) => true,
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * b.abs().max(1.0),
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// What differs of one stakeholder.
fn unlike(found: &Json, wanted: &Standing) -> Vec<String> {
    let mut out = Vec::new();
    let score = &wanted.score;
    for (key, number) in [
        ("score", score.score),
        ("coverage", Some(score.coverage)),
        ("previous_score", wanted.previous_score),
        ("value_at_stake", score.value.map(|value| value as f64 / 10_000.0)),
    ] {
        if !near(&found[key], number) {
            out.push(format!("{key} should be {number:?}, found {}", found[key]));
        }
    }
    let model = MODELS[score.model].name.as_str();
    for (key, word) in [
        ("model", Some(model)),
        ("band", wanted.band),
        ("previous_band", wanted.previous_band),
    ] {
        if found[key].as_str() != word {
            out.push(format!("{key} should be {word:?}, found {}", found[key]));
        }
    }
    let parts = found["parts"].as_array().unwrap();
    for part in parts {
        let name = part["part"].as_str().unwrap();
        let (measure, points) = score.parts.get(name).copied().unzip();
        if !near(&part["measure"], measure) || !near(&part["points"], points) {
            out.push(format!("{name} should be {measure:?} and {points:?}, found {part}"));
        }
    }
    for name in score
        .parts
        .keys()
        .filter(|name| parts.iter().all(|part| part["part"] != name.as_str()))
    {
        out.push(format!("{name} is not there, should be {:?}", score.parts[name]));
    }
    out
}

/// Compares all scores at a date; how many parts were compared.
fn agree(name: &str, exports: &[Export], targets: &Targets, zone: &str, as_of: Option<&str>) -> usize {
    let mut options = vec!["--timezone", zone];
    options.extend(as_of.iter().flat_map(|as_of| ["--as-of", as_of]));
    let json = run::health(exports, &targets.toml(), &options);
    let zone = Zone::parse(zone).unwrap();
    let as_of = as_of.map(|text| parse_as_of(text, &zone).unwrap());
    let data = Data::new(exports, zone.clone(), as_of);
    let mut wanted = Scores::new(exports, &zone, targets.clone()).at_as_of(data.as_of);
    // Employees are shown in groups only.
    wanted.retain(|who, _| !people::is_employee(&data, Some(who)));
    let mut found = Vec::new();
    let mut compared = 0;
    for one in json["stakeholders"].as_array().unwrap() {
        let id = one["id"].as_str().unwrap();
        match wanted.remove(id) {
            Some(standing) => {
                compared += standing.score.parts.len();
                found.extend(unlike(one, &standing).into_iter().map(|what| format!("{id}: {what}")));
            }
            None => found.push(format!("{id} should not be there")),
        }
    }
    found.extend(wanted.keys().map(|id| format!("{id} is not there")));
    let shown: Vec<&str> = found.iter().take(30).map(String::as_str).collect();
    assert!(found.is_empty(), "{name}: {} differences\n{}", found.len(), shown.join("\n"));
    compared
}

#[test]
fn scores_of_many_organisations() {
    let mut compared = 0;
    for seed in 0..8 {
        let exports = of_many_types(seed);
        compared += match seed % 2 {
            0 => agree(&format!("seed {seed}"), &exports, &targets(), "UTC", None),
            _ => agree(
                &format!("seed {seed} without targets"),
                &exports,
                &Targets::default(),
                "UTC",
                Some("2025-11-14"),
            ),
        };
    }
    assert!(compared > 1_000, "only {compared} parts were compared");
}

#[test]
fn scores_at_edges_of_days_in_other_zones() {
    for (seed, zone, as_of) in [
        (1, "Europe/Berlin", "2025-12-31"),
        (2, "America/New_York", "2026-02-28T15:00:00Z"),
        (3, "Asia/Kolkata", "2025-03-30"),
        (6, "UTC", "2024-12-31"),
    ] {
        agree(&format!("seed {seed}"), &of_many_types(seed), &targets(), zone, Some(as_of));
    }
}

#[test]
fn scores_of_few_inputs() {
    for (seed, files) in [
        (1, &["interactions-tickets.csv"][..]),
        (2, &["interactions-chats.csv", "surveys.csv"]),
        (3, &["interactions-mails.csv", "stakeholders.csv"]),
        (5, &["purchases-till.csv"]),
        (6, &["purchases.csv", "interactions-tickets.csv"]),
        (7, &["stakeholders.csv", "interactions-meetings.csv", "supplies.csv"]),
    ] {
        let mut exports = of_many_types(seed);
        exports.retain(|export| files.contains(&export.file.as_str()));
        agree(&format!("{files:?}"), &exports, &targets(), "UTC", None);
    }
}
