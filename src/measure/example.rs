//! The worked examples of metrics, run by the engine that measures real data.
//!
//! Canonical tables are loaded as files are, only from memory. Rows of a fact take the place of those that are built; whatever comes
//! after that is the same: which rows lie in the period, expressions, sums, the value or why there is none. As in every report, the
//! numbers of fewer than five employees are hidden.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::given::{self, Given};
use super::plan::{Plan, texts};
use super::run::Build;
use super::{Request, cells};
use crate::canon::{self, Budget, Canon, Dictionary, Options};
use crate::catalog::{self, Catalog, Example, Expect, Metric, Origin};
use crate::facts;
use crate::facts::context::Settings;
use crate::io;
use crate::period::{Period, Zone, parse_as_of};
use crate::report::Absent;
use crate::schema::{DAY, Micros, Table};
use crate::sources::{Input, Source};

/// Relative deviation that is put down to rounding.
const ROUNDING: f64 = 1e-9;

/// What came out of an example.
#[derive(Debug, Clone, PartialEq)]
pub enum Got {
    /// A value.
    Value(f64),
    /// No value.
    Absent(Absent),
    /// The example itself cannot be read: why.
    Unreadable(String),
}

impl fmt::Display for Got {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Got::Value(value) => write!(f, "{value}"),
            Got::Absent(absent) => {
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
        let got = got.unwrap_or_else(|why| Got::Unreadable(format!("{why:#}")));
        Outcome {
            origin: example.origin.clone(),
            passed: is_same(&example.expect, &got),
            expected: example.expect.clone(),
            got,
        }
    };
    metric.examples.iter().map(outcome).collect()
}

fn is_same(expected: &Expect, got: &Got) -> bool {
    match (expected, got) {
        // What is left of sums that cancel out is rounding too.
        (Expect::Value(a), Got::Value(b)) => (a - b).abs() <= ROUNDING * a.abs().max(b.abs()).max(1e-3),
        (Expect::Absent(reason), Got::Absent(absent)) => reason == absent.as_str(),
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
        let input = |(table, csv): &(Table, String)| Input {
            file: io::Source::memory(table.name(), csv.as_bytes()),
            source: Source {
                table: Some(*table),
                ..Source::default()
            },
        };
        let options = Options {
            threads: 1,
            zone: self.zone.clone(),
            as_of: self.as_of(example)?,
            dimensions: BTreeSet::new(),
            texts: texts(self.catalog, [self.metric]),
            keep_lines: false,
            keep_unused: false,
            budget: Budget::None,
            currency: None,
            rates: BTreeMap::new(),
        };
        let canon = canon::load(&tables.iter().map(input).collect::<Vec<_>>(), &options)?.canon;
        let first = canon
            .tables
            .values()
            .map(|rows| rows.first_event)
            .filter(|at| *at != Micros::MAX)
            .min();
        let known = self.covering(first.unwrap_or(canon.as_of), canon.as_of.saturating_sub(1));
        let period = self.period(example, canon.as_of)?.unwrap_or(known);
        let plan = Plan::new(self.catalog, std::slice::from_ref(&self.metric.id), &canon, self.settings);
        self.measure(&canon, &facts::build, &plan, period)
    }

    fn rows(&self, csv: &str, example: &Example) -> anyhow::Result<Got> {
        let Some(fact) = self.metric.fact else {
            anyhow::bail!("a derived metric has no rows of its own; give canonical tables");
        };
        let (given, texts) = Given::read(csv, fact, self.zone).map_err(anyhow::Error::msg)?;
        let as_of = self.as_of(example)?;
        let span = given::begins(self.metric).and_then(|at| given.span(at));
        let (first, last) = span.unwrap_or((as_of.unwrap_or(0) - DAY, as_of.unwrap_or(0) - DAY));
        let period = self
            .period(example, as_of.unwrap_or(0))?
            .unwrap_or_else(|| self.covering(first, last));
        // With nothing said, all is known that the metric waits for.
        let over = period.end + i64::from(self.metric.window_days.unwrap_or(0)) * DAY;
        let canon = Canon {
            stakeholders: Dictionary::default(),
            texts,
            tables: BTreeMap::new(),
            referred: Vec::new(),
            sources: Vec::new(),
            as_of: as_of.unwrap_or(over),
            zone: self.zone.clone(),
        };
        let plan = Plan::given(self.catalog, &self.metric.id, &canon);
        if let Some(other) = plan.metrics.iter().find(|m| m.fact.is_some_and(|f| f.name != fact.name)) {
            anyhow::bail!("rows of `{}` do not tell `{}`; give canonical tables", fact.name, other.id);
        }
        let start = period.start;
        self.measure(&canon, &|_, _, _, out| given.fill(&plan.metrics, start, out), &plan, period)
    }

    fn measure(&self, canon: &Canon, build: &Build, plan: &Plan, period: Period) -> anyhow::Result<Got> {
        let request = Request {
            metrics: vec![self.metric.id.clone()],
            all: false,
            periods: vec![period],
            by: Vec::new(),
            filter: None,
            total: false,
            compare: Vec::new(),
            level: 0.95,
        };
        let asked: Vec<usize> = plan.index(&self.metric.id).into_iter().collect();
        let cells = cells(canon, self.settings, build, &request, plan, &asked, &mut Vec::new())?;
        let [cell] = cells.as_slice() else {
            anyhow::bail!("one metric in one period has one cell");
        };
        Ok(match (cell.value, &cell.absent) {
            (Some(value), _) => Got::Value(value),
            (None, absent) => Got::Absent(absent.clone().unwrap_or(Absent::NoRows)),
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
