//! The program's cells against those of the naive implementation.

use std::collections::BTreeSet;

use relhealth::api::catalog::{Catalog, Entity, Kind, Metric};
use relhealth::api::expr;
use relhealth::api::facts;
use relhealth::api::period::{Grain, Period, Zone, date_text};
use serde_json::Value as Json;

use crate::generate::{Export, Flavour, organisation};
use crate::naive::compare::{self, Against};
use crate::naive::metric::{Answer, Built, Naive};
use crate::naive::{Data, Dims, Window, people};
use crate::run;

/// What is asked.
#[derive(Clone, Copy)]
struct Question {
    period: &'static str,
    grain: Option<&'static str>,
    by: &'static [&'static str],
    filter: Option<&'static str>,
    zone: &'static str,
    as_of: Option<&'static str>,
    /// Of the metrics that are measured on request only, those of this family.
    family: Option<&'static str>,
}

const WHOLE: Question = Question {
    period: "2025-01-01..2026-03-31",
    grain: None,
    by: &[],
    filter: None,
    zone: "UTC",
    as_of: None,
    family: None,
};

/// A condition that leaves out all protected people.
const NO_EMPLOYEES: &str = "type is null or type <> 'employee'";

impl Question {
    fn options(&self, catalog: &Catalog) -> Vec<String> {
        let mut options = vec![
            "--period".to_string(),
            self.period.into(),
            "--timezone".into(),
            self.zone.into(),
            "--compare".into(),
            match (self.by.is_empty(), self.grain) {
                (false, _) => "previous,rest",
                (true, Some(_)) => "previous",
                (true, None) => "previous,year-ago",
            }
            .into(),
        ];
        let mut add = |name: &str, value: &str| options.extend([name.to_string(), value.to_string()]);
        if let Some(grain) = self.grain {
            add("--grain", grain);
        }
        if !self.by.is_empty() {
            add("--by", &self.by.join(","));
        }
        if let Some(filter) = self.filter {
            add("--where", filter);
        }
        if let Some(as_of) = self.as_of {
            add("--as-of", as_of);
        }
        if let Some(family) = self.family {
            let named: Vec<&str> = self.metrics(catalog).map(|metric| metric.id.as_str()).collect();
            assert!(!named.is_empty(), "no metric of {family}");
            add("-m", &named.join(","));
        }
        options
    }

    /// The metrics that are asked for.
    fn metrics<'c>(&self, catalog: &'c Catalog) -> impl Iterator<Item = &'c Metric> {
        let family = self.family;
        let is_asked_for = move |metric: &&Metric| match family {
            Some(family) => metric.on_request && metric.family == family,
            None => !metric.on_request,
        };
        catalog.iter().filter(|metric| !metric.hidden).filter(is_asked_for)
    }
}

/// Every cell of the program that differs from the naive one, and every one that it lacks.
fn differences(exports: &[Export], question: &Question) -> Vec<String> {
    let catalog = Catalog::builtin(facts::SPECS);
    let zone = Zone::parse(question.zone).unwrap();
    let as_of = question.as_of.map(|text| relhealth::api::period::parse_as_of(text, &zone).unwrap());
    let data = Data::new(exports, zone.clone(), as_of);
    let dims = Dims {
        by: question.by.iter().map(|d| d.to_string()).collect(),
        filter: question.filter.map(|f| expr::parse(f).unwrap()),
    };
    let naive = Naive {
        data: &data,
        catalog: &catalog,
        dims: &dims,
    };
    let whole = Period::parse(question.period, &zone, data.as_of).unwrap();
    let periods = match question.grain {
        Some(grain) => whole.split(Grain::parse(grain).unwrap()),
        None => vec![whole],
    };
    // A period that is not split is measured although it has not ended.
    let periods: Vec<Period> = periods
        .into_iter()
        .filter(|p| question.grain.is_none() || p.is_complete(data.as_of))
        .collect();

    let options = question.options(&catalog);
    let json = run::measure(exports, &options.iter().map(String::as_str).collect::<Vec<_>>());
    let cells = json["cells"].as_array().unwrap();
    let mut built = Built::default();
    let mut found = Vec::new();
    let mut compared = 0;
    let mut seen: BTreeSet<(String, String, Vec<String>)> = BTreeSet::new();
    for cell in cells {
        let id = cell["metric"].as_str().unwrap();
        let label = cell["period"].as_str().unwrap();
        let slice: Vec<String> = question.by.iter().map(|d| cell["by"][d].as_str().unwrap().to_string()).collect();
        let name = format!("{id} {label} {}", slice.join("/"));
        if !seen.insert((id.into(), label.into(), slice.clone())) {
            found.push(format!("{name}: twice"));
            continue;
        }
        let metric = catalog.get(id).unwrap();
        let Some(period) = periods.iter().find(|p| p.label == label) else {
            found.push(format!("{name}: no such period"));
            continue;
        };
        let now = Window::new(period.clone(), data.as_of);
        let answer = naive.answer(&mut built, metric, &now, &slice);
        if cell["absent"] == "suppressed" {
            found.extend(unjustified(&data, question, (metric, period), &answer, cells, cell).map(|why| format!("{name}: {why}")));
            let told = ["value", "low", "high", "n", "stakeholders", "deff", "part", "whole"];
            found.extend(
                told.iter()
                    .filter(|key| !cell[**key].is_null())
                    .map(|key| format!("{name}: tells {key}")),
            );
            continue;
        }
        found.extend(too_open(&data, metric, &answer).map(|why| format!("{name}: {why}")));
        found.extend(unlike(metric, cell, &answer).into_iter().map(|why| format!("{name}: {why}")));
        for (key, earlier) in [("previous", period.previous()), ("year-ago", period.year_ago())] {
            let change = &cell["changes"][key];
            if change.is_null() {
                continue;
            }
            let then = Window::of_same_age(earlier, period, data.as_of);
            let before = naive.answer(&mut built, metric, &then, &slice);
            let value = before.value.filter(|_| before.absent.is_none());
            if !same(&change["value"], value) {
                found.push(format!("{name}, {key}: it was {:?}, found {}", value, change["value"]));
            }
            // The last day that is compared, by the calendar.
            let last = date_text(data.zone.day_of(then.end - 1));
            let named = change["period"].as_str().unwrap();
            if then.end != then.period.end && !named.ends_with(&last) {
                found.push(format!("{name}, {key}: compared with {named}, which does not end on {last}"));
            }
        }
        if !question.by.is_empty() {
            let against = compare::against_rest(&naive, &mut built, metric, &now, &slice);
            let wrong = unlike_rest(&naive, metric, cell, cells, &against);
            found.extend(wrong.into_iter().map(|why| format!("{name}, rest: {why}")));
            compared += usize::from(against.interval.is_some());
        }
    }
    // Many groups of scores are hidden if one to four employees are in them.
    let fewest = match (question.family, question.filter) {
        (Some(_), Some(NO_EMPLOYEES)) => 15,
        (Some(_), _) => 3,
        (None, _) => 50,
    };
    assert!(
        question.by.is_empty() || compared > fewest,
        "only {compared} comparisons with the rest"
    );
    // Whatever the naive implementation counts must be there.
    for metric in question.metrics(&catalog) {
        for period in &periods {
            let window = Window::new(period.clone(), data.as_of);
            let slices: BTreeSet<Vec<String>> = match metric.fact {
                Some(fact) => naive.rows(&mut built, fact, &window).iter().map(|r| r.slice.clone()).collect(),
                None => continue,
            };
            for slice in slices {
                let answer = naive.answer(&mut built, metric, &window, &slice);
                // A metric in days is shown where the one in hours is not known.
                let replaced = metric.instead_of.as_ref().and_then(|id| catalog.get(id));
                if replaced.is_some_and(|hours| naive.answer(&mut built, hours, &window, &slice).absent != Some("days only")) {
                    continue;
                }
                if answer.n > 0 && answer.value.is_some() && !seen.contains(&(metric.id.clone(), period.label.clone(), slice.clone())) {
                    found.push(format!(
                        "{} {} {}: not there, should be {:?}",
                        metric.id,
                        period.label,
                        slice.join("/"),
                        answer.value
                    ));
                }
            }
        }
    }
    found
}

fn same(json: &Json, wanted: Option<f64>) -> bool {
    match (json.as_f64(), wanted) {
        (None, None) => true,
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-3),
        _ => false,
    }
}

/// Where a cell differs from an answer.
fn unlike(metric: &Metric, cell: &Json, answer: &Answer) -> Vec<String> {
    let mut out = Vec::new();
    let mut differs = |what: &str, wanted: String| out.push(format!("{what} should be {wanted}, found {}", cell[what]));
    let value = answer.value.filter(|_| answer.absent.is_none());
    if !same(&cell["value"], value) {
        differs("value", format!("{value:?}"));
    }
    if cell["absent"].as_str() != answer.absent {
        differs("absent", format!("{:?}", answer.absent));
    }
    if matches!(answer.absent, Some("missing input" | "days only" | "incomplete window")) || metric.fact.is_none() {
        return out;
    }
    if cell["n"] != answer.n {
        differs("n", answer.n.to_string());
    }
    if cell["stakeholders"] != answer.stakeholders {
        differs("stakeholders", answer.stakeholders.to_string());
    }
    for (name, wanted) in [("part", answer.part), ("part_minus", answer.part_minus), ("whole", answer.whole)] {
        // Nothing and zero are one where nothing was counted.
        if answer.n > 0 && !same(&cell[name], wanted) {
            differs(name, format!("{wanted:?}"));
        }
    }
    if let Some(interval) = answer.interval.filter(|_| answer.absent.is_none()) {
        let (low, high) = interval.unzip();
        if !same(&cell["low"], low) || !same(&cell["high"], high) {
            out.push(format!(
                "interval should be {low:?} {high:?}, found {} {}",
                cell["low"], cell["high"]
            ));
        }
    }
    out
}

/// Where a cell's comparison with the rest differs from the naive one.
fn unlike_rest(naive: &Naive, metric: &Metric, cell: &Json, cells: &[Json], against: &Against) -> Vec<String> {
    let change = &cell["changes"]["rest"];
    let employees = match ABOUT_EMPLOYEES.contains(&metric.id.as_str()) {
        true => against.rest.stakeholders,
        false => against
            .rest
            .people
            .iter()
            .filter(|who| people::is_employee(naive.data, Some(who)))
            .count(),
    };
    let few = (1..5).contains(&employees) && metric.fact.is_some();
    if change.is_null() {
        let hidden = cells
            .iter()
            .any(|c| c["metric"] == cell["metric"] && c["period"] == cell["period"] && c["absent"] == "suppressed");
        let is_justified = few || hidden || !compare::is_comparable(naive, metric);
        return Vec::from_iter((!is_justified).then(|| "is not there".to_string()));
    }
    let mut out = Vec::new();
    if few && !change["value"].is_null() {
        out.push(format!("tells of {} people", against.rest.stakeholders));
    }
    if !compare::is_comparable(naive, metric) {
        out.push("means nothing".to_string());
    }
    let (low, high) = against.interval.map_or((None, None), |i| (i.low, i.high));
    let value = against.rest.value.filter(|_| against.rest.absent.is_none());
    for (key, wanted) in [("value", value), ("delta", against.delta), ("low", low), ("high", high)] {
        // A difference is as exact as what it is of.
        let scale = [value, cell["value"].as_f64()]
            .into_iter()
            .flatten()
            .fold(1e-3, |a: f64, b| a.max(b.abs()));
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * scale.max(a.abs()).max(b.abs());
        let same = match (change[key].as_f64(), wanted) {
            (None, None) => true,
            (Some(a), Some(b)) => near(a, b),
            _ => false,
        };
        if !same {
            out.push(format!("{key} should be {wanted:?}, found {change}"));
        }
    }
    let is_clear = low.is_some_and(|low| low > 1e-9) || high.is_some_and(|high| high < -1e-9);
    // Of what the records are too short for nothing is read.
    let is_assessed = change["not_assessed"].is_null();
    if !cell["value"].is_null() && is_assessed != cell["not_assessed"].is_null() {
        out.push(format!("is assessed unlike its cell, {}", cell["not_assessed"]));
    }
    match change["reading"].as_str().unwrap() {
        "unclear" if against.interval.is_none() || !is_assessed => {}
        other if !is_assessed => out.push(format!("reads {other}, but the records are too short")),
        "no clear difference" if against.interval.is_some() => {}
        "better" | "worse" | "higher" | "lower" if is_clear => {}
        other => out.push(format!("reads {other} of {against:?}")),
    }
    out
}

/// Metrics that are about employees by their definition.
pub const ABOUT_EMPLOYEES: [&str; 5] = [
    "employee_retention_rate",
    "employee_turnover_rate",
    "enps",
    "engagement_score",
    "engagement_mean",
];

/// How many employees a cell is about: all of its people, if its metric is about employees by its definition.
fn employees(data: &Data, metric: &Metric, answer: &Answer) -> usize {
    match ABOUT_EMPLOYEES.contains(&metric.id.as_str()) {
        true => answer.stakeholders,
        false => answer.people.iter().filter(|who| people::is_employee(data, Some(who))).count(),
    }
}

/// Whether a value is about the few stakeholders who have most.
fn is_of_few(metric: &Metric) -> bool {
    matches!(&metric.kind, Kind::Concentration(concentration) if concentration.group == Entity::Stakeholder)
}

/// Of few employees everything is hidden, whoever else a number is about.
fn too_open(data: &Data, metric: &Metric, answer: &Answer) -> Option<String> {
    let employees = employees(data, metric, answer);
    let few = (1..5).contains(&employees) || (employees > 0 && is_of_few(metric));
    few.then(|| format!("shows {employees} employees of {} people", answer.stakeholders))
}

/// Nothing is hidden but few employees and what would give them away: groups of the same division, what a condition keeps, and days that
/// are not whole months. Numbers without employees are never hidden, unless they are computed from others.
fn unjustified(
    data: &Data,
    question: &Question,
    (metric, period): (&Metric, &Period),
    answer: &Answer,
    cells: &[Json],
    cell: &Json,
) -> Option<String> {
    let same = |c: &&Json| c["metric"] == cell["metric"] && c["period"] == cell["period"] && c["absent"] == "suppressed";
    let is_justified = match employees(data, metric, answer) {
        0 => !metric.parts().is_empty(),
        1..5 => true,
        _ => {
            let is_partial = period.grain().is_none() || question.filter.is_some();
            is_partial || is_of_few(metric) || cells.iter().filter(same).count() > 1
        }
    };
    (!is_justified).then(|| format!("hidden without a reason: {} people", answer.stakeholders))
}

fn check(seed: u64, questions: &[Question]) {
    agree(seed, &organisation(Flavour::of(seed)), questions);
}

fn agree(seed: u64, exports: &[Export], questions: &[Question]) {
    for question in questions {
        let found = differences(exports, question);
        let shown: Vec<&str> = found.iter().take(40).map(String::as_str).collect();
        assert!(
            found.is_empty(),
            "seed {seed}, {:?}: {} differences\n{}",
            question.options(&Catalog::builtin(facts::SPECS)),
            found.len(),
            shown.join("\n")
        );
    }
}

#[test]
fn whole_range() {
    for seed in 0..6 {
        check(seed, &[WHOLE]);
    }
}

#[test]
fn months() {
    check(
        0,
        &[Question {
            period: "2025-10..2026-03",
            grain: Some("month"),
            ..WHOLE
        }],
    );
    check(
        3,
        &[Question {
            period: "2025-01..2025-05",
            grain: Some("month"),
            ..WHOLE
        }],
    );
}

#[test]
fn few_inputs() {
    for (seed, files) in [
        (1, &["interactions-tickets.csv"][..]),
        (2, &["interactions-chats.csv", "surveys.csv"]),
        (3, &["interactions-mails.csv", "stakeholders.csv"]),
        (5, &["purchases-till.csv"]),
        (6, &["purchases.csv", "interactions-tickets.csv"]),
        (7, &["stakeholders.csv", "interactions-tickets.csv", "supplies.csv"]),
    ] {
        let mut exports = organisation(Flavour::of(seed));
        exports.retain(|e| files.contains(&e.file.as_str()));
        agree(seed, &exports, &[WHOLE]);
    }
}

#[test]
fn weeks_over_new_year() {
    check(
        1,
        &[Question {
            period: "2024-12-02..2025-02-02",
            grain: Some("week"),
            ..WHOLE
        }],
    );
}

#[test]
fn quarters_in_another_zone() {
    let berlin = Question {
        grain: Some("quarter"),
        zone: "Europe/Berlin",
        ..WHOLE
    };
    let new_york = Question {
        grain: Some("quarter"),
        zone: "America/New_York",
        ..WHOLE
    };
    check(2, &[berlin, new_york]);
}

#[test]
fn as_of_in_the_middle() {
    check(
        5,
        &[Question {
            grain: Some("month"),
            as_of: Some("2025-11-14"),
            ..WHOLE
        }],
    );
    check(
        6,
        &[Question {
            period: "2025",
            as_of: Some("2025-12-31"),
            ..WHOLE
        }],
    );
}

/// Each is compared with the same number of days from the start of the earlier period.
#[test]
fn a_period_that_has_not_ended() {
    let of = |period, as_of| Question {
        period,
        as_of: Some(as_of),
        ..WHOLE
    };
    check(
        1,
        &[
            of("2025-12", "2025-12-14"),
            of("2026-Q1", "2026-02-10"),
            // February has fewer days.
            of("2026-03", "2026-03-30"),
        ],
    );
    let berlin = |period, as_of| Question {
        zone: "Europe/Berlin",
        ..of(period, as_of)
    };
    check(
        4,
        &[
            berlin("2025", "2025-08-09"),
            berlin("2026-W05", "2026-01-28"),
            berlin("2025-11", "2025-11-20T15:00:00Z"),
            berlin("2025-09-10..2025-11-09", "2025-10-29"),
        ],
    );
}

#[test]
fn by_region() {
    check(
        1,
        &[
            Question { by: &["region"], ..WHOLE },
            Question {
                by: &["region"],
                grain: Some("quarter"),
                ..WHOLE
            },
        ],
    );
}

#[test]
fn by_channel() {
    check(1, &[Question { by: &["channel"], ..WHOLE }]);
    check(
        3,
        &[Question {
            by: &["channel"],
            grain: Some("quarter"),
            ..WHOLE
        }],
    );
}

#[test]
fn by_two() {
    check(
        7,
        &[
            Question {
                by: &["region", "channel"],
                ..WHOLE
            },
            Question {
                by: &["tier", "segment"],
                grain: Some("quarter"),
                ..WHOLE
            },
        ],
    );
}

#[test]
fn only_some() {
    check(
        1,
        &[
            Question {
                filter: Some("region = 'north'"),
                grain: Some("quarter"),
                ..WHOLE
            },
            Question {
                filter: Some("channel in ('web', 'mail')"),
                ..WHOLE
            },
            Question {
                filter: Some("channel = 'web'"),
                by: &["region"],
                ..WHOLE
            },
        ],
    );
}

/// The metrics of health scores, which are measured only if they are named.
#[test]
fn health() {
    let health = Question {
        family: Some("health"),
        ..WHOLE
    };
    check(0, &[health]);
    check(
        1,
        &[
            Question {
                period: "2025-11..2026-02",
                grain: Some("month"),
                as_of: Some("2026-03-20"),
                ..health
            },
            Question {
                period: "2026-Q1",
                as_of: Some("2026-02-10"),
                zone: "Europe/Berlin",
                ..health
            },
            Question {
                period: "2026-01",
                by: &["tier"],
                ..health
            },
            Question {
                period: "2026-01",
                by: &["tier"],
                filter: Some(NO_EMPLOYEES),
                ..health
            },
            Question {
                period: "2025-W50",
                by: &["region"],
                filter: Some(NO_EMPLOYEES),
                ..health
            },
            Question {
                period: "2025-W50",
                by: &["region"],
                filter: Some("tier <> 'c'"),
                ..health
            },
        ],
    );
}
