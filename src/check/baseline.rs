//! What is saved of a run to hold later ones against it: a small text in JSON that is the same for the same numbers, a number a line, so that
//! a change of it is read as easily as one of code.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::verdict::{CheckResult, Subject, Verdict};
use crate::diagnostics::Problem;
use crate::period::{Grain, Period, Wanted, WeekStart, instant_text, parse_instant};
use crate::report::Cell;
use crate::schema::Micros;

/// The name and version of the format.
pub const SCHEMA: &str = "relhealth.baseline/2";
/// The format before it: its terms have hashes of a text that changed with the compiler of the program.
const UNKNOWN_TERMS: &str = "relhealth.baseline/1";

/// What was saved of a run.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// Name and version of the format.
    pub schema: String,
    /// Nothing at or after it was known.
    pub as_of: String,
    /// What numbers of two runs must have in common to be compared, by name.
    pub terms: BTreeMap<String, String>,
    /// Records that were used, by table.
    pub rows: BTreeMap<String, u64>,
    /// The numbers.
    pub cells: Vec<Saved>,
}

/// A number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    /// The metric's id.
    pub metric: String,
    /// The slice.
    pub by: BTreeMap<String, String>,
    /// The condition of its rule.
    #[serde(rename = "where")]
    pub filter: Option<String>,
    /// The length of the period: `month`, ..., or `range`.
    pub grain: String,
    /// The period.
    pub period: String,
    /// The hash of the metric's definition.
    pub definition: String,
    /// The currency of its amounts, if it adds some and it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The value.
    pub value: f64,
    /// Lower limit.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
    /// Rows in the whole.
    pub n: Option<u64>,
}

/// What a number is looked up by.
type Key<'a> = (&'a str, Option<&'a str>, &'a BTreeMap<String, String>, &'a str);

impl Saved {
    fn key(&self) -> Key<'_> {
        (&self.metric, self.filter.as_deref(), &self.by, &self.grain)
    }
}

impl Baseline {
    /// Reads what [`text`] wrote.
    ///
    /// # Errors
    /// What is wrong with the text of that file, as wrong usage.
    pub fn parse(file: &str, text: &str) -> anyhow::Result<Baseline> {
        let wrong = |why: String| {
            Problem::usage(format!("{file} is no baseline"))
                .why(why)
                .hint("write one with --save-baseline")
        };
        let baseline: Baseline = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
        if ![SCHEMA, UNKNOWN_TERMS].contains(&baseline.schema.as_str()) {
            return Err(wrong(format!("its schema is `{}`, and this program reads `{SCHEMA}`", baseline.schema)).into());
        }
        Ok(baseline)
    }

    /// Whether its terms are such that can be compared.
    pub fn has_known_terms(&self) -> bool {
        self.schema != UNKNOWN_TERMS
    }

    /// What it was made under that is not so any more: the term, what it was and what it is.
    pub fn other_terms(&self, now: &BTreeMap<&'static str, String>) -> Vec<(String, String, String)> {
        let mut names: Vec<&str> = now.keys().copied().chain(self.terms.keys().map(String::as_str)).collect();
        names.sort_unstable();
        names.dedup();
        let said = |value: Option<&String>| value.cloned().unwrap_or_else(|| "not said".to_string());
        names
            .into_iter()
            .filter(|name| self.terms.get(*name) != now.get(*name))
            .map(|name| (name.to_string(), said(self.terms.get(name)), said(now.get(name))))
            .collect()
    }

    /// Whether its number is of as many days from the start of its period as `period` has by `as_of`: both have ended, or both are known up to
    /// the same time after their start.
    pub fn has_same_days(&self, saved: &Saved, period: &Period, as_of: Micros) -> bool {
        let before = saved_period(saved, period, as_of).zip(parse_instant(&self.as_of));
        before.is_some_and(|(before, known)| match (before.is_complete(known), period.is_complete(as_of)) {
            (true, true) => true,
            (false, false) => before.elapsed(known) == period.elapsed(as_of),
            (true, false) | (false, true) => false,
        })
    }

    /// The first civil day of the period of a number, which is of the same length as `period`.
    pub fn first_day(&self, saved: &Saved, period: &Period, as_of: Micros) -> Option<i32> {
        saved_period(saved, period, as_of).map(|saved| saved.first_day)
    }

    /// The number of a metric in a slice, of periods of that length.
    pub fn get(&self, metric: &str, filter: Option<&str>, cell: &Cell) -> Option<&Saved> {
        let by: BTreeMap<String, String> = cell.by.iter().cloned().collect();
        let wanted: Key = (metric, filter, &by, grain(&cell.period));
        self.cells.iter().find(|saved| saved.key() == wanted)
    }
}

/// The period of a number, which is of the same length as `period`.
fn saved_period(saved: &Saved, period: &Period, as_of: Micros) -> Option<Period> {
    let weeks = match period.grain() {
        Some(Grain::Week(weeks)) => weeks,
        Some(Grain::Day | Grain::Month | Grain::Quarter | Grain::Year) | None => WeekStart::MONDAY,
    };
    let wanted = Wanted::parse(&saved.period, weeks).ok()?;
    Some(wanted.resolve(period.zone(), as_of))
}

fn grain(period: &Period) -> &'static str {
    period.grain().map_or("range", |grain| grain.name())
}

/// What is saved of a run: the numbers of all rules on metrics, and the rows of each table.
pub fn text(checked: &CheckResult) -> String {
    let mut cells: Vec<Saved> = checked.verdicts.iter().filter_map(|verdict| saved(checked, verdict)).collect();
    cells.sort_by(|a, b| a.key().cmp(&b.key()).then_with(|| a.period.cmp(&b.period)));
    cells.dedup_by(|a, b| a.key() == b.key() && a.period == b.period);
    let mut text = format!(
        "{{\"schema\": \"{SCHEMA}\", \"as_of\": \"{}\",\n \"terms\": {},\n \"rows\": {},\n \"cells\": [",
        instant_text(checked.as_of),
        json!(checked.terms.named()),
        json!(rows(checked))
    );
    for (i, cell) in cells.iter().enumerate() {
        text.push_str(&format!("{}\n  {}", if i > 0 { "," } else { "" }, json!(cell)));
    }
    text.push_str("]}\n");
    text
}

fn saved(checked: &CheckResult, verdict: &Verdict) -> Option<Saved> {
    let Subject::Rule(at) = verdict.subject else { return None };
    let rule = checked.rules[at].metric()?;
    let cell = verdict.cell.as_ref()?;
    Some(Saved {
        metric: rule.metric.clone(),
        by: cell.by.iter().cloned().collect(),
        filter: rule.filter.as_ref().map(|filter| filter.expr.text().to_string()),
        grain: grain(&cell.period).to_string(),
        period: cell.period.label.clone(),
        definition: checked.metrics.get(&rule.metric)?.definition.clone(),
        currency: checked.metrics.get(&rule.metric)?.currency.clone(),
        value: cell.value?,
        low: cell.low,
        high: cell.high,
        n: cell.n,
    })
}

/// Records that were used, by table.
fn rows(checked: &CheckResult) -> BTreeMap<&str, u64> {
    let mut rows: BTreeMap<&str, u64> = BTreeMap::new();
    for file in &checked.account {
        *rows.entry(file.kind.name()).or_default() += file.used;
    }
    rows
}
