//! Conditions and dimensions of a run, held against the data that were read: names as the data have them, and texts that no record has.

use std::collections::BTreeSet;

use crate::canonical::{self, CanonicalTables};
use crate::catalog::Metric;
use crate::config::ConfigErrors;
use crate::diagnostics::{Problem, nearest, visible};
use crate::expr::{self, Expr, ExprError, fits_pattern};
use crate::notes::{CellText, Note, RunNote};
use crate::schema::{ColumnType, Role, Table, Unit, stakeholders};
use crate::sources::stakeholder_types::{is_type_word, stored_type, types_that_fit};

/// The dimensions as they are written, where the data have them; capitals do not matter.
///
/// # Errors
/// A dimension that no table has, with the nearest that there is.
pub fn spelled(by: &[String], canonical: &CanonicalTables) -> anyhow::Result<Vec<String>> {
    by.iter().map(|name| known(name, canonical)).collect()
}

/// A condition over dimensions that the data have, with notes about what no record has.
///
/// # Errors
/// A dimension that no table has.
pub fn spell(filter: Option<Expr>, canonical: &CanonicalTables, notes: &mut Vec<Note>) -> anyhow::Result<Option<Expr>> {
    let Some(filter) = filter else { return Ok(None) };
    let fitted = fit(&filter, canonical).map_err(|error| ConfigErrors::of_option("--where", filter.text(), error))?;
    notes.extend(unknown_values(&fitted, canonical));
    Ok(Some(fitted))
}

/// The same for a condition of the configuration.
///
/// # Errors
/// What is wrong with it, and where in its text.
pub fn fit(filter: &Expr, canonical: &CanonicalTables) -> Result<Expr, ExprError> {
    let scope = Dimensions(canonical);
    match filter.check(&scope)? {
        Unit::Bool => Ok(canonical.shown_condition(of_types(&filter.resolve(&scope)?, canonical))),
        unit => {
            let error = ExprError::new(0..filter.text().len(), format!("expected a condition, found {}", unit.name()));
            Err(error.hint("write one like region = 'north'"))
        }
    }
}

/// The condition with types as they are stored, `employee` for `Staff`, where no record has the word itself: it would fit none.
fn of_types(condition: &Expr, canonical: &CanonicalTables) -> Expr {
    let name = stakeholders::TYPE.name;
    if !condition.columns().contains(name) {
        return condition.clone();
    }
    let codes = codes_of(name, canonical);
    let has = |word: &str| canonical.texts.code(word).is_some_and(|code| codes.contains(&code));
    let fits = |pattern: &str| {
        let fits = |code: &u32| canonical.texts.meaning(*code, |text| fits_pattern(pattern, text)) == Some(true);
        codes.iter().any(fits)
    };
    let condition = condition.with_texts_beside(name, &|word| (!has(word)).then(|| stored_type(word)));
    condition.with_patterns(name, &|pattern| {
        (!fits(pattern)).then(|| (pattern.to_lowercase(), types_that_fit(pattern)))
    })
}

/// The codes of the texts that a dimension has in any table.
fn codes_of(dimension: &str, canonical: &CanonicalTables) -> BTreeSet<u32> {
    let columns = canonical.tables.values().filter_map(|rows| rows.columns.get(dimension));
    let texts = columns.filter_map(|data| match data {
        canonical::Data::Code(codes) => Some(codes),
        canonical::Data::Int(_) | canonical::Data::Float(_) | canonical::Data::Key(_) | canonical::Data::Flag(_) => None,
    });
    texts.flatten().copied().collect()
}

/// Notes about texts that a condition compares a dimension with, and that no record has: mostly a slip, or other capitals.
fn unknown_values(condition: &Expr, canonical: &CanonicalTables) -> Vec<Note> {
    let of_dimension = |dimension: String| unknown_texts(condition, &dimension, &codes_of(&dimension, canonical), canonical);
    condition.columns().into_iter().flat_map(of_dimension).collect()
}

/// The same of the conditions and expressions of metrics that a user wrote. A column of a list of words is checked when they are read.
pub fn of_metrics(metrics: &[&Metric], canonical: &CanonicalTables) -> Vec<Note> {
    let mut notes: Vec<Note> = Vec::new();
    for metric in metrics.iter().filter(|metric| !metric.is_builtin()) {
        for column in metric.columns() {
            let open = column
                .words_of
                .filter(|words_of| words_of.words.is_empty() && words_of.role != Role::StakeholderType);
            let Some(rows) = open.and_then(|words_of| canonical.table(words_of.table)) else {
                continue;
            };
            let Some(canonical::Data::Code(codes)) = open.and_then(|words_of| rows.columns.get(words_of.name)) else {
                continue;
            };
            let codes: BTreeSet<u32> = codes.iter().copied().collect();
            for expression in metric.expressions() {
                for note in unknown_texts(&expression.expr, column.name, &codes, canonical) {
                    if !notes.contains(&note) {
                        notes.push(note);
                    }
                }
            }
        }
    }
    notes
}

/// Notes about tiers that have a target of days between contacts and that nobody on the roster has.
pub fn of_tiers<'t>(tiers: impl Iterator<Item = &'t String>, canonical: &CanonicalTables) -> Vec<Note> {
    let rows = canonical
        .table(Table::Stakeholders)
        .filter(|_| canonical.is_mapped(&stakeholders::TIER));
    let Some(canonical::Data::Code(codes)) = rows.and_then(|rows| rows.columns.get(stakeholders::TIER.name)) else {
        return Vec::new();
    };
    let codes: BTreeSet<u32> = codes.iter().copied().collect();
    let is_there = |tier: &str| {
        let is_alike = |text: &str| text.to_lowercase() == tier.to_lowercase();
        codes.iter().any(|code| canonical.texts.meaning(*code, is_alike) == Some(true))
    };
    tiers
        .filter(|tier| !is_there(tier))
        .map(|tier| unknown(stakeholders::TIER.name, tier, &codes, canonical))
        .collect()
}

/// The note about a text that no record has, with the nearest that one has.
fn unknown(column: &str, text: &str, codes: &BTreeSet<u32>, canonical: &CanonicalTables) -> Note {
    let may_show = canonical.redaction.is_none() && canonical.sources.iter().all(|source| !source.private);
    let known = codes.iter().filter_map(|code| canonical.texts.text(*code));
    Note::new(RunNote::UnknownValue {
        column: canonical.column_named(column).to_string(),
        value: Some(CellText::of(&canonical.shown_text(text))),
        nearest: nearest(text, known).filter(|_| may_show).map(|text| CellText::of(&text)),
    })
}

/// Notes about the texts that a column is compared with as a whole and that are none of these.
fn unknown_texts(condition: &Expr, column: &str, codes: &BTreeSet<u32>, canonical: &CanonicalTables) -> Vec<Note> {
    let is_known = |text: &str| {
        let is_type = column == stakeholders::TYPE.name && is_type_word(text);
        is_type || canonical.texts.code(text).is_some_and(|code| codes.contains(&code))
    };
    let texts = condition.compared_texts(column).into_iter().filter(|(text, _)| !is_known(text));
    texts.map(|(text, _)| unknown(column, text, codes, canonical)).collect()
}

/// The dimensions that conditions may name.
struct Dimensions<'a>(&'a CanonicalTables);

impl expr::Scope for Dimensions<'_> {
    fn unit(&self, name: &str) -> Option<(String, Unit)> {
        known(name, self.0).ok().map(|name| (name, Unit::Text))
    }
    fn names(&self) -> Vec<String> {
        candidates(self.0)
    }
}

fn known(name: &str, canonical: &CanonicalTables) -> anyhow::Result<String> {
    let all = dimensions(canonical);
    let name = canonical.column_named(name);
    all.iter()
        .find(|d| d.eq_ignore_ascii_case(name))
        .map(|_| name.to_string())
        .ok_or_else(|| {
            let hint = match nearest(name, candidates(canonical)) {
                Some(near) if near.eq_ignore_ascii_case(name) => "no input that was read has it".to_string(),
                Some(near) => format!("did you mean `{near}`?"),
                None => "it is a column of text of an input or of the roster".to_string(),
            };
            Problem::usage(format!("unknown dimension `{}`", visible(name))).hint(hint).into()
        })
}

/// What may have been meant: columns that nobody asked for are not loaded, but those of the canonical tables are known.
fn candidates(canonical: &CanonicalTables) -> Vec<String> {
    let columns = Table::ALL.into_iter().flat_map(|table| table.columns());
    let texts = columns
        .filter(|column| column.kind == ColumnType::Text)
        .map(|column| column.name.to_string());
    dimensions(canonical).into_iter().chain(texts).collect()
}

/// All dimensions that are loaded.
fn dimensions(canonical: &CanonicalTables) -> Vec<String> {
    let mut names: BTreeSet<String> = BTreeSet::from([stakeholders::TYPE.name.to_string()]);
    for (table, rows) in &canonical.tables {
        let texts = rows.columns.iter().filter(|(_, data)| matches!(data, canonical::Data::Code(_)));
        names.extend(
            texts
                .map(|(name, _)| name.clone())
                .filter(|n| !n.ends_with("_id") && !n.starts_with('#') && (*table != Table::Identities)),
        );
    }
    names.into_iter().collect()
}
