//! The worked examples of metrics, run by the engine that measures real data.
//!
//! Canonical tables are loaded as files are, only from memory. Rows of a fact take the place of those that are built; whatever comes
//! after that is the same: which rows lie in the period, expressions, sums, the value or why there is none. As in every report, the
//! numbers of fewer than five employees are hidden.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::counting::Build;
use super::example_rows::{self, Given};
use super::ids::MetricId;
use super::plan::Plan;
use super::requirements::columns_to_load;
use super::window_sets::later;
use super::{Request, cells};
use crate::canonical::{self, Budget, CanonicalTables, Dictionary, Options};
use crate::catalog::{self, Catalog, Example, Expect, Metric, Origin};
use crate::diagnostics::Problem;
use crate::facts;
use crate::facts::context::Settings;
use crate::io;
use crate::notes::UnusedStatus;
use crate::period::{Division, Grain, Period, Zone, parse_as_of};
use crate::report::AbsentReason;
use crate::schema::{DAY, Micros, Table};
use crate::sources::{Input, Source};
use crate::stats::Confidence;

/// Relative deviation that is put down to rounding.
const ROUNDING: f64 = 1e-9;

/// What came out of an example.
#[derive(Debug, Clone, PartialEq)]
pub enum Got {
    /// A value.
    Value(f64),
    /// No value.
    AbsentReason(AbsentReason),
    /// The example itself cannot be read: why.
    Unreadable(String),
}

impl fmt::Display for Got {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Got::Value(value) => write!(f, "{value}"),
            Got::AbsentReason(absent) => {
                f.write_str(absent.as_str())?;
                absent.detail().map_or(Ok(()), |detail| write!(f, " ({detail})"))
            }
            Got::Unreadable(why) => write!(f, "nothing, because {why}"),
        }
    }
}

/// How an example went.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Where it is written.
    pub origin: Origin,
    /// What must come out.
    pub expected: Expect,
    /// What came out.
    pub got: Got,
    /// Whether that is the same: values up to rounding, reasons by their words.
    pub passed: bool,
}

/// Runs the examples of a metric, in the order in which they are written. The catalogue holds the metric and those that it rests on;
/// times without an offset are read in the zone.
pub fn run(metric: &Metric, catalog: &Catalog, settings: &Settings, zone: &Zone) -> Vec<Outcome> {
    let runner = Runner {
        metric,
        catalog,
        settings,
        zone,
    };
    let outcome = |example: &Example| {
        let got = match &example.given {
            catalog::Given::Tables(tables) => runner.tables(tables, example),
            catalog::Given::Rows(csv) => runner.rows(csv, example),
        };
        let got = got.unwrap_or_else(|why| Got::Unreadable(reason(&why)));
        Outcome {
            origin: example.origin.clone(),
            passed: is_same(&example.expect, &got),
            expected: example.expect.clone(),
            got,
        }
    };
    metric.examples.iter().map(outcome).collect()
}

/// Why an example cannot be read. What to do about a file does not go for an example.
fn reason(error: &anyhow::Error) -> String {
    match error.downcast_ref::<Problem>() {
        Some(problem) => problem
            .reason()
            .iter()
            .fold(problem.what.clone(), |what, why| format!("{what}: {why}")),
        None => format!("{error:#}"),
    }
}

fn is_same(expected: &Expect, got: &Got) -> bool {
    match (expected, got) {
        // What is left of sums that cancel out is rounding too.
        (Expect::Value(a), Got::Value(b)) => (a - b).abs() <= ROUNDING * a.abs().max(b.abs()).max(1e-3),
        (Expect::AbsentReason(reason), Got::AbsentReason(absent)) => reason == absent.as_str(),
        _ => false,
    }
}

struct Runner<'a> {
    metric: &'a Metric,
    catalog: &'a Catalog,
    settings: &'a Settings,
    zone: &'a Zone,
}

impl Runner<'_> {
    fn tables(&self, tables: &[(Table, String)], example: &Example) -> anyhow::Result<Got> {
        let input = |(table, csv): &(Table, String)| {
            Input::new(
                io::Source::memory(table.name(), csv.as_bytes()),
                Source {
                    table: Some(*table),
                    ..Source::default()
                },
            )
        };
        let options = Options {
            profiles: Vec::new(),
            questions: Vec::new(),
            threads: 1,
            zone: self.zone.clone(),
            as_of: self.as_of(example)?,
            division: Division::Grain(Grain::Month),
            dimensions: BTreeSet::new(),
            texts: columns_to_load(self.catalog, [self.metric]),
            everything: false,
            keep_lines: false,
            keep_unused: false,
            budget: Budget::Number(u64::MAX),
            currency: None,
            rates: BTreeMap::new(),
            redact: None,
            limits: crate::ingest::Limits::default(),
            merge_spellings: false,
            large: canonical::LARGE,
        };
        let loaded = canonical::load(&tables.iter().map(input).collect::<Vec<_>>(), &options)?;
        if let Some(reject) = loaded.unused.iter().find(|record| record.reason.status() == UnusedStatus::Rejected) {
            anyhow::bail!("{}, line {}, {}: {}", reject.file, reject.line, reject.column, reject.reason);
        }
        let canonical = loaded.canonical;
        let first = canonical
            .tables
            .values()
            .map(|rows| rows.first_event)
            .filter(|at| *at != Micros::MAX)
            .min();
        let known = self.covering(first.unwrap_or(canonical.as_of), canonical.as_of.saturating_sub(1));
        let period = self.period(example, canonical.as_of)?.unwrap_or(known);
        let plan = Plan::new(self.catalog, std::slice::from_ref(&self.metric.id), &canonical, self.settings);
        self.measure(&canonical, &facts::build, &plan, period)
    }

    fn rows(&self, csv: &str, example: &Example) -> anyhow::Result<Got> {
        let Some(fact) = self.metric.fact else {
            anyhow::bail!("a derived metric has no rows of its own; give canonical tables");
        };
        let (given, texts) = Given::read(csv, fact, self.zone).map_err(anyhow::Error::msg)?;
        let as_of = self.as_of(example)?;
        let span = example_rows::begins(self.metric).and_then(|at| given.span(at));
        let (first, last) = span.unwrap_or((as_of.unwrap_or(0) - DAY, as_of.unwrap_or(0) - DAY));
        let period = self
            .period(example, as_of.unwrap_or(0))?
            .unwrap_or_else(|| self.covering(first, last));
        // With nothing said, all is known that the metric waits for.
        let over = self
            .zone
            .midnight(later(period.last_day_exclusive, self.metric.window_days.unwrap_or(0)));
        let canonical = CanonicalTables {
            stakeholders: Dictionary::default(),
            texts,
            tables: BTreeMap::new(),
            referred: Vec::new(),
            sources: Vec::new(),
            as_of: as_of.unwrap_or(over),
            zone: self.zone.clone(),
            currency: None,
            unknown_currencies: BTreeSet::new(),
            redaction: None,
        };
        let plan = Plan::given(self.catalog, &self.metric.id, &canonical);
        if let Some(other) = plan
            .metrics
            .as_slice()
            .iter()
            .map(|p| p.metric)
            .find(|m| m.fact.is_some_and(|f| f.fact != fact.fact))
        {
            anyhow::bail!("rows of `{}` do not tell `{}`; give canonical tables", fact.name(), other.id);
        }
        let start = period.start;
        let metrics: Vec<&Metric> = plan.metrics.as_slice().iter().map(|p| p.metric).collect();
        self.measure(&canonical, &|_, _, _, _, out| given.fill(&metrics, start, out), &plan, period)
    }

    fn measure(&self, canonical: &CanonicalTables, build: &Build, plan: &Plan, period: Period) -> anyhow::Result<Got> {
        let request = Request {
            metrics: vec![self.metric.id.clone()],
            periods: vec![period],
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
        let asked: Vec<MetricId> = plan.id(&self.metric.id).into_iter().collect();
        let (cells, ..) = cells(canonical, self.settings, build, &request, plan, &asked)?;
        let [cell] = cells.as_slice() else {
            anyhow::bail!("one metric in one period has one cell");
        };
        Ok(match (cell.value, &cell.absent) {
            (Some(value), _) => Got::Value(value),
            (None, absent) => Got::AbsentReason(absent.clone().unwrap_or(AbsentReason::NoRows)),
        })
    }

    fn as_of(&self, example: &Example) -> anyhow::Result<Option<Micros>> {
        let as_of = example.as_of.as_deref().map(|text| parse_as_of(text, self.zone));
        as_of.transpose().map_err(anyhow::Error::msg)
    }

    fn period(&self, example: &Example, as_of: Micros) -> anyhow::Result<Option<Period>> {
        let period = example.period.as_deref().map(|text| Period::parse(text, self.zone, as_of));
        period.transpose().map_err(anyhow::Error::msg)
    }

    /// The days from one time to another, both included.
    fn covering(&self, first: Micros, last: Micros) -> Period {
        let last = last.max(first);
        Period::range(self.zone.day_of(first), self.zone.day_of(last) + 1, self.zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::SPECS;

    const HEAD: &str = "title = 't'\nfamily = 'own'\ngood = 'up'\ntext = 'For a test.'\n";

    /// What comes out of the examples of a metric `m`.
    fn got(definition: &str, zone: &str) -> Vec<String> {
        let text = format!("[metric.m]\n{HEAD}{definition}");
        let catalog = Catalog::builtin(SPECS).with_user(&text, "own.toml", SPECS);
        let catalog = catalog.unwrap_or_else(|problems| panic!("{problems:?}"));
        let zone = Zone::parse(zone).unwrap();
        let outcomes = run(catalog.get("m").unwrap(), &catalog, &Settings::default(), &zone);
        outcomes
            .iter()
            .map(|o| format!("{} {}", if o.passed { "ok" } else { "no" }, o.got))
            .collect()
    }

    fn example(text: &str) -> String {
        format!("\n[[metric.m.example]]\n{text}\n")
    }

    #[test]
    fn values_are_compared_up_to_rounding() {
        let same = |a, b| is_same(&Expect::Value(a), &Got::Value(b));
        assert!(same(1.0, 1.0 + 1e-10) && same(1e9, 1e9 + 0.5) && same(0.0, 1e-17) && same(1e-6, 1e-6));
        assert!(!same(1.0, 1.0 + 1e-8) && !same(1e-6, 1.001e-6) && !same(0.0, 1e-9) && !same(1.0, f64::NAN));
        let absent = |reason: &str, absent| is_same(&Expect::AbsentReason(reason.to_string()), &Got::AbsentReason(absent));
        assert!(absent("no rows", AbsentReason::NoRows) && absent("missing input", AbsentReason::MissingInput("x".into())));
        assert!(!absent("no rows", AbsentReason::ZeroDenominator));
        assert!(!is_same(&Expect::Value(0.0), &Got::AbsentReason(AbsentReason::NoRows)));
    }

    #[test]
    fn rows_lie_in_the_period_unless_they_say_otherwise() {
        let count = "fact = 'contacts'\nat = 'occurred_at'\nkind = 'count'\nunit = 'count'\n";
        let two = "rows = \"occurred_at\\n2026-01-31T23:30\\n2026-02-01T00:30\\n\"\n";
        let all = [
            example("rows = \"channel\\nphone\\nmail\\n\"\nvalue = 2"),
            example(&format!("{two}value = 2")),
            example(&format!("{two}period = '2026-01'\nvalue = 1")),
            // at that time both are to come
            example(&format!("{two}as_of = 2026-01-30\nvalue = 0")),
        ];
        assert_eq!(
            got(&(count.to_string() + &all.concat()), "Asia/Tokyo"),
            ["ok 2", "ok 2", "ok 1", "ok 0"]
        );
    }

    #[test]
    fn stocks_hold_rows_without_an_end() {
        let open = "fact = 'cases'\nfrom = 'opened_at'\nuntil = 'resolved_at'\nkind = 'count'\nunit = 'count'\n";
        let all = [
            example("rows = \"kind\\nrequest\\nother\\n\"\nvalue = 2"),
            example("rows = \"resolved_at\\n2026-01-05\\n2026-02-05\\n\"\nperiod = '2026-01'\nas_of = 2026-03-01\nvalue = 1"),
        ];
        assert_eq!(got(&(open.to_string() + &all.concat()), "UTC"), ["ok 2", "ok 1"]);
    }

    #[test]
    fn windows_are_over_unless_as_of_is_stated() {
        let kept = "fact = 'relations'\nkind = 'share'\npart = 'recovered_90d'\nwindow_days = 90\nunit = 'share'\n";
        let all = [
            example("rows = \"recovered_90d\\ntrue\\n\"\nvalue = 1"),
            example("rows = \"recovered_90d\\ntrue\\n\"\nperiod = '2026-01'\nas_of = 2026-03-31\nabsent = 'incomplete window'"),
        ];
        assert_eq!(got(&(kept.to_string() + &all.concat()), "UTC"), ["ok 1", "ok incomplete window"]);
    }

    #[test]
    fn who_has_a_row_counts_once() {
        let people = "fact = 'contacts'\nat = 'occurred_at'\nkind = 'count'\ndistinct = 'stakeholder_id'\nunit = 'count'\n";
        let all = [
            example("rows = \"stakeholder_id\\nb\\na\\nb\\n\"\nvalue = 2"),
            example("rows = \"channel\\nmail\\nmail\\nmail\\n\"\nvalue = 3"),
            example("interactions = \"stakeholder_id,occurred_at\\na,2026-01-05\\na,2026-07-05\\nb,2026-03-05\\n\"\nvalue = 2"),
        ];
        assert_eq!(got(&(people.to_string() + &all.concat()), "UTC"), ["ok 2", "ok 3", "ok 2"]);
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let rate = "fact = 'cases'\nat = 'opened_at'\nkind = 'rate'\npart = 'answered'\nexposure = 'active_stakeholders'\nunit = 'ratio'\n";
        let all = [
            example("rows = \"answered\\ntrue\\n\"\nvalue = 1"),
            example("rows = \"answered\\nsoon\\n\"\nvalue = 1"),
            example("interactions = \"stakeholder_id,case_id,occurred_at\\na,1,2026-01-05\\nb,2,2026-13-05\\n\"\nvalue = 0"),
            example("interactions = \"stakeholder_id,case_id\\na,1\\n\"\nvalue = 0"),
            example("interactions = \"stakeholder_id,occurred_at\\na,2026-01-05\\n\"\nperiod = 'soon'\nvalue = 0"),
        ];
        let got = got(&(rate.to_string() + &all.concat()), "UTC");
        for (got, part) in got.iter().zip([
            "rows of `cases` do not tell `active_stakeholders`",
            "row 1, `answered`: `soon`",
            "interactions, line 3, occurred_at: not a date",
            "no column for occurred_at",
            "`soon` is not a valid period",
        ]) {
            assert!(
                got.starts_with("no nothing, because ") && got.contains(part) && !got.contains("hint"),
                "{got}"
            );
        }
    }
}
