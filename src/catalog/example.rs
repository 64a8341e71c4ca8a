//! Worked examples: given these rows, this value must come out. The engine that measures real data runs them, so that an example of
//! fewer than five employees comes out `suppressed`.

use super::Origin;
use super::did_you_mean;
use super::stanza::{Spot, Stanza};
use crate::schema::{FactSpec, Table};

/// Why a value may be absent.
pub const REASONS: [&str; 8] = [
    "no rows",
    "zero denominator",
    "too few",
    "missing input",
    "mixed currencies",
    "incomplete window",
    "not reached",
    "suppressed",
];

/// One worked example of a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// What is there.
    pub given: Given,
    /// The period, as on the command line; without one, all the time that is written.
    pub period: Option<String>,
    /// The as-of date or time, as on the command line; of rows without one, all is known that the metric waits for.
    pub as_of: Option<String>,
    /// What must come out.
    pub expect: Expect,
    /// Where it is written.
    pub origin: Origin,
}

/// What an example starts from, as CSV with a header line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// Rows of the metric's fact. Without the metric's times they lie in the period; without `stakeholder_id` each is its own
    /// stakeholder's; without the metric's weight they weigh 1; any other column that is left out is null.
    Rows(String),
    /// Canonical tables, from which the facts are built.
    Tables(Vec<(Table, String)>),
}

/// What must come out of an example.
#[derive(Clone, Debug, PartialEq)]
pub enum Expect {
    /// This value, up to rounding.
    Value(f64),
    /// No value, for this reason: one of [`REASONS`].
    AbsentReason(String),
}

/// Reads the examples of a metric's stanza.
pub(super) fn read(metric: &mut Stanza, fact: Option<&'static FactSpec>) -> Vec<Example> {
    let mut examples = Vec::new();
    for mut stanza in metric.tables("example") {
        let example = one(&mut stanza, fact);
        metric.problems.append(&mut stanza.problems);
        examples.extend(example);
    }
    examples
}

fn one(stanza: &mut Stanza, fact: Option<&'static FactSpec>) -> Option<Example> {
    let own = ["rows", "value", "absent", "period", "as_of"];
    let tables = || Table::ALL.into_iter().map(Table::name);
    for key in stanza.keys() {
        if !own.contains(&key.value.as_str()) && Table::parse(&key.value).is_none() {
            let hint = did_you_mean(&key.value, own.into_iter().chain(tables()));
            stanza.problem(key.span, format!("unknown key `{}`", key.value), hint);
        }
    }
    let origin = Origin {
        file: stanza.source.file.to_string(),
        line: stanza.source.line(stanza.name.span.start),
    };
    let given = given(stanza, fact);
    let expect = expect(stanza);
    let period = stanza.words("period").map(|p| p.value);
    let as_of = stanza.time("as_of").map(|t| t.value);
    Some(Example {
        given: given?,
        expect: expect?,
        period,
        as_of,
        origin,
    })
}

fn given(stanza: &mut Stanza, fact: Option<&'static FactSpec>) -> Option<Given> {
    let rows = stanza.words("rows");
    let tables: Vec<(Table, String)> = Table::ALL
        .into_iter()
        .filter_map(|t| stanza.words(t.name()).map(|csv| (t, csv.value)))
        .collect();
    match (rows, tables.is_empty()) {
        (Some(rows), true) => {
            check_header(stanza, &rows, fact);
            Some(Given::Rows(rows.value))
        }
        (None, false) => Some(Given::Tables(tables)),
        (Some(rows), false) => {
            stanza.problem(rows.span, "an example has `rows` or tables, not both", None);
            None
        }
        (None, true) => {
            if !stanza.has("rows") {
                let hint = "write `rows`, CSV of the fact's columns, or a table such as `purchases`";
                stanza.problem(stanza.name.span.clone(), "the example has no rows", Some(hint.to_string()));
            }
            None
        }
    }
}

/// The header of inline rows must name columns of the fact.
fn check_header(stanza: &mut Stanza, rows: &Spot<String>, fact: Option<&'static FactSpec>) {
    let Some(fact) = fact else {
        let hint = "give canonical tables, such as `interactions`";
        stanza.problem(rows.span.clone(), "a derived metric has no rows of its own", Some(hint.to_string()));
        return;
    };
    for name in rows.value.lines().next().unwrap_or_default().split(',') {
        let name = name.trim();
        if name != "stakeholder_id" && fact.column(name).is_none() {
            let hint = did_you_mean(name, fact.columns.iter().map(|c| c.name));
            stanza.problem(rows.span.clone(), format!("`{}` has no column `{name}`", fact.name()), hint);
        }
    }
}

fn expect(stanza: &mut Stanza) -> Option<Expect> {
    match (stanza.has("value"), stanza.has("absent")) {
        (true, false) => stanza.number("value").map(|v| Expect::Value(v.value)),
        (false, true) => stanza
            .choice("absent", &REASONS, |r| r)
            .map(|r| Expect::AbsentReason(r.value.to_string())),
        (true, true) => {
            stanza.problem(stanza.key_span("absent"), "an example has `value` or `absent`, not both", None);
            None
        }
        (false, false) => {
            let hint = "write `value = ...`, or `absent = ...` with the reason".to_string();
            stanza.problem(stanza.name.span.clone(), "the example does not say what must come out", Some(hint));
            None
        }
    }
}
