//! Worked examples: given these rows, this value must come out. The engine that measures real data runs them, so that an example of
//! fewer than five employees comes out `suppressed`.

use super::Origin;
use super::stanza::Stanza;
use crate::schema::{FactSpec, Table};
use crate::toml_reader::{Help, Text};

/// Why a value may be absent.
pub const REASONS: [&str; 11] = [
    "no rows",
    "zero denominator",
    "too few",
    "missing input",
    "mixed currencies",
    "incomplete window",
    "not reached",
    "suppressed",
    "too large",
    "no data",
    "no readable records",
];

/// One worked example of a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// What is there.
    pub given: Given,
    /// The period, as on the command line; without one, all the time that is written.
    pub period: Option<String>,
    /// The as-of date or time, as on the command line; for rows without one, everything that the metric waits for is known.
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
    metric.each_table("example", |stanza| one(stanza, fact))
}

fn one(stanza: &mut Stanza, fact: Option<&'static FactSpec>) -> Option<Example> {
    let keys = [&["rows", "value", "absent", "period", "as_of"][..], &Table::ALL.map(Table::name)].concat();
    stanza.reader.known(stanza.table, "of an example", &keys);
    let origin = Origin::of(stanza.reader.source, &stanza.name.span);
    let given = given(stanza, fact);
    let expect = expect(stanza);
    let period = stanza.words("period").map(|p| p.text);
    let as_of = stanza.reader.date(stanza.table, "as_of").map(|t| t.text);
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
        .filter_map(|t| stanza.words(t.name()).map(|csv| (t, csv.text)))
        .collect();
    match (rows, tables.is_empty()) {
        (Some(rows), true) => {
            check_header(stanza, &rows, fact);
            Some(Given::Rows(rows.text))
        }
        (None, false) => Some(Given::Tables(tables)),
        (Some(rows), false) => {
            stanza.problem(rows.span, "an example has `rows` or tables, not both", "");
            None
        }
        (None, true) => {
            if !stanza.has("rows") {
                let hint = "write `rows`, CSV of the fact's columns, or a table such as `purchases`";
                stanza.problem(stanza.name.span.clone(), "the example has no rows", hint);
            }
            None
        }
    }
}

/// The header of inline rows must name columns of the fact.
fn check_header(stanza: &mut Stanza, rows: &Text, fact: Option<&'static FactSpec>) {
    let Some(fact) = fact else {
        let hint = "give canonical tables, such as `interactions`";
        stanza.problem(rows.span.clone(), "a derived metric has no rows of its own", hint);
        return;
    };
    for name in rows.text.lines().next().unwrap_or_default().split(',') {
        let name = name.trim();
        if name != "stakeholder_id" && fact.column(name).is_none() {
            let help = Help::names(name, fact.columns.iter().map(|c| c.name));
            stanza.problem(rows.span.clone(), format!("`{}` has no column `{name}`", fact.name()), help);
        }
    }
}

fn expect(stanza: &mut Stanza) -> Option<Expect> {
    match (stanza.has("value"), stanza.has("absent")) {
        (true, false) => stanza.reader.number(stanza.table, "value").map(|(value, _)| Expect::Value(value)),
        (false, true) => stanza
            .choice("absent", &REASONS, |r| r)
            .map(|reason| Expect::AbsentReason(reason.to_string())),
        (true, true) => {
            stanza.problem(stanza.key_span("absent"), "an example has `value` or `absent`, not both", "");
            None
        }
        (false, false) => {
            let hint = "write `value = ...`, or `absent = ...` with the reason";
            stanza.problem(stanza.name.span.clone(), "the example has no expected value", hint);
            None
        }
    }
}
