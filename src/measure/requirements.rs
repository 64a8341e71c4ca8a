//! What metrics require of the inputs: which columns a load has to keep for them, and whether the inputs give what they are made from.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};

use super::plan::{FactPlan, Plan};
use crate::canonical::{CanonicalTables, Content, Rows, SourceInfo};
use crate::catalog::{Catalog, Metric};
use crate::facts::context::Settings;
use crate::report::AbsentReason;
use crate::schema::{Column, ColumnType, Fact, FactColumn, FactSpec, Input, Known, Role, Shape, Table, Unit};

/// The columns of the canonical tables that these metrics, and those that they are computed from, are made from and that are read only where
/// they are needed: what a load has to keep for them. They follow from what each column of a fact needs, whatever its own unit is.
pub fn columns_to_load<'m>(catalog: &'m Catalog, metrics: impl IntoIterator<Item = &'m Metric>) -> BTreeSet<String> {
    let mut waiting: Vec<&Metric> = metrics.into_iter().collect();
    let mut names = BTreeSet::new();
    let mut seen = BTreeSet::new();
    while let Some(metric) = waiting.pop() {
        if !seen.insert(&metric.id) {
            continue;
        }
        waiting.extend(metric.parts().iter().filter_map(|id| catalog.get(id)));
        names.extend(
            metric
                .columns()
                .into_iter()
                .flat_map(kept_for)
                .map(|column| column.name.to_string()),
        );
    }
    names
}

/// The canonical columns that have to be kept for a column of a fact, among those that are read only where they are needed: texts, and
/// ids whose values are the column's own. Of other ids it is enough that they are mapped.
pub fn kept_for(column: &'static FactColumn) -> impl Iterator<Item = &'static Column> {
    let columns = column.canonical_columns().chain(column.words_of);
    columns.filter(|canonical| match canonical.kind {
        ColumnType::Text => true,
        ColumnType::Key => column.unit == Unit::Key,
        ColumnType::Stakeholder | ColumnType::Time | ColumnType::Money | ColumnType::Number | ColumnType::Bool => false,
    })
}

/// Checks that the columns which a fact is made from were kept when the inputs were read: a column that was mapped and not kept would be null
/// in every row.
///
/// # Errors
/// The column that was not kept; that is a defect of the program.
pub fn check_loaded(plan: &Plan, fact: &FactPlan, canonical: &CanonicalTables) -> Result<()> {
    for column in fact.wanted.iter().filter_map(|name| fact.spec.column(name)) {
        for needed in kept_for(column) {
            let rows = canonical.table(needed.table).filter(|rows| rows.len > 0);
            let is_kept = rows.is_none_or(|rows| rows.columns.contains_key(needed.name));
            ensure!(
                is_kept || !canonical.is_mapped(needed),
                "`{}` was not kept when the inputs were read, but `{}` of {} is made from it, which {} needs",
                needed.full_name(),
                column.name,
                fact.spec.name(),
                users(plan, column.name)
            );
        }
    }
    Ok(())
}

/// The metrics that use a column of a fact.
fn users(plan: &Plan, column: &str) -> String {
    let uses = |metric: &&Metric| metric.columns().iter().any(|c| c.name == column);
    let metrics = plan.metrics.iter().map(|(_, planned)| planned.metric).filter(uses);
    metrics.map(|m| format!("`{}`", m.id)).collect::<Vec<_>>().join(", ")
}

/// Whether a metric depends on something that nobody dated.
pub fn is_undated(metric: &Metric, canonical: &CanonicalTables, settings: &Settings) -> bool {
    let Some(fact) = metric.fact else { return false };
    let is_dated = |column: &str| {
        let mut needs = fact.column(column).into_iter().flat_map(|c| c.needs);
        needs.all(|group| group.iter().any(|input| settings.gives(input, canonical)))
    };
    metric.columns().iter().any(|c| match c.known {
        Known::Undated => true,
        Known::At(at) => !is_dated(at),
        Known::Always | Known::Lasting(_) => false,
    })
}

/// Which sources a metric can be measured on, or what is missing.
///
/// # Errors
/// A table, a column or a setting that the metric needs is nowhere given ([`AbsentReason::MissingInput`]), or the metric is in hours and every
/// source gives dates without a time of day ([`AbsentReason::DaysOnly`]).
pub fn usable_sources(
    metric: &Metric,
    fact: &FactSpec,
    canonical: &CanonicalTables,
    settings: &Settings,
) -> Result<Option<Vec<bool>>, AbsentReason> {
    let missing = |what: String| Err(AbsentReason::MissingInput(what));
    if !fact.tables.iter().any(|t| canonical.table(*t).is_some()) {
        let names: Vec<&str> = fact.tables.iter().map(|t| t.name()).collect();
        return missing(names.join(" or "));
    }
    if let Some(absent) = without_records(fact, canonical) {
        return Err(absent);
    }
    if let Some(who) = without_people(fact, canonical) {
        return missing(who);
    }
    let columns = metric.columns();
    let mut usable = vec![true; canonical.sources.len()];
    let mut restricted = false;
    for group in columns.iter().flat_map(|c| c.needs.iter()) {
        if !group.iter().any(|input| settings.gives(input, canonical)) {
            return missing(group.iter().map(Input::name).collect::<Vec<_>>().join(" or "));
        }
        // What one table's rows need, each of its sources must map by itself.
        let Some(table) = fact.rows.filter(|table| {
            group
                .iter()
                .all(|input| input.column().is_some_and(|column| column.table == *table))
        }) else {
            continue;
        };
        for (index, source) in canonical.sources.iter().enumerate().filter(|(_, s)| s.table == table) {
            if !group.iter().filter_map(Input::column).any(|column| source.maps(column)) {
                usable[index] = false;
                restricted = true;
            }
        }
    }
    let mut dates: BTreeSet<&str> = BTreeSet::new();
    // Dates of contacts say nothing about cases.
    let gives_rows = |source: &SourceInfo| fact.rows == Some(source.table) && (fact.fact != Fact::Cases || source.has_cases);
    for (index, source) in canonical.sources.iter().enumerate().filter(|(_, source)| gives_rows(source)) {
        let of_source = dates_without_time(metric, fact, &columns, source);
        if usable[index] && !of_source.is_empty() {
            usable[index] = false;
            restricted = true;
            dates.extend(of_source.iter().map(|column| column.name));
        }
    }
    if !restricted {
        return Ok(None);
    }
    let table = fact.rows.expect("only facts with a table of their own are restricted");
    // A source without a record that is used says nothing.
    let is_left =
        |(source, ok): (&SourceInfo, &bool)| *ok && source.is_used && source.table == table && (dates.is_empty() || gives_rows(source));
    if canonical.sources.iter().zip(&usable).any(is_left) {
        Ok(Some(usable))
    } else if !dates.is_empty() {
        let names: Vec<String> = table
            .columns()
            .iter()
            .filter(|column| dates.contains(column.name))
            .map(Column::full_name)
            .collect();
        Err(AbsentReason::DaysOnly(format!("dates without a time in {}", names.join(" and "))))
    } else {
        let needs: BTreeSet<String> = columns.iter().flat_map(|c| c.needs).copied().flatten().map(Input::name).collect();
        missing(format!("{} in one source", needs.into_iter().collect::<Vec<_>>().join(" and ")))
    }
}

/// Why nothing can be said of a fact although its tables are there: of one of them no record could be read, or none of the tables with events
/// has a record. Without records of events, zero would be a guess.
fn without_records(fact: &FactSpec, canonical: &CanonicalTables) -> Option<AbsentReason> {
    let content = |table: Table| {
        let of_table = || {
            canonical
                .sources
                .iter()
                .filter(move |source| source.table == table)
                .map(|source| source.content)
        };
        let has = |wanted: Content| of_table().any(|content| content == wanted);
        match (has(Content::Readable), has(Content::Unreadable), has(Content::Nothing)) {
            (true, _, _) => Some(Content::Readable),
            (false, true, _) => Some(Content::Unreadable),
            (false, false, true) => Some(Content::Nothing),
            // It is made from another table.
            (false, false, false) => None,
        }
    };
    let lists_people = |table: &Table| matches!(table, Table::Stakeholders | Table::Identities);
    let of_events: Vec<Content> = fact
        .tables
        .iter()
        .filter(|table| !lists_people(table))
        .filter_map(|table| content(*table))
        .collect();
    let found = if of_events.is_empty() {
        fact.tables.iter().filter_map(|table| content(*table)).collect()
    } else {
        of_events
    };
    if found.contains(&Content::Unreadable) {
        Some(AbsentReason::Unreadable)
    } else if !found.is_empty() && found.iter().all(|content| *content == Content::Nothing) {
        Some(AbsentReason::NoData)
    } else {
        None
    }
}

/// The columns that would say whom the records of a fact about stakeholders are of, where they name nobody at all: to count none would be a
/// guess.
fn without_people(fact: &FactSpec, canonical: &CanonicalTables) -> Option<String> {
    let tables = || fact.tables.iter().filter_map(|table| Some((table, canonical.table(*table)?)));
    let names_somebody = |rows: &Rows| rows.run(canonical.nobody()).start > 0;
    let is_about_people = matches!(fact.shape, Shape::StakeholderPeriod);
    let has_records = tables().any(|(_, rows)| rows.len > 0);
    if !is_about_people || !has_records || tables().any(|(_, rows)| names_somebody(rows)) {
        return None;
    }
    let names: Vec<String> = tables().map(|(table, _)| table.stakeholder_column().full_name()).collect();
    Some(names.join(" or "))
}

/// The columns of dates in a source by which a metric that rests on times of day cannot be known there.
fn dates_without_time(metric: &Metric, fact: &FactSpec, columns: &[&FactColumn], source: &SourceInfo) -> Vec<&'static Column> {
    let mut found: Vec<&'static Column> = columns
        .iter()
        .flat_map(|column| source.dates_that_hide(column.times_of_day))
        .collect();
    // What an expression measures in hours itself.
    let in_hours = metric.expressions().flat_map(|e| e.expr.columns_in_hours());
    found.extend(
        times_behind(&in_hours.collect(), fact, source)
            .into_iter()
            .filter(|c| source.has_dates(c)),
    );
    // Days between a date and a time are neither days of the calendar nor days of 24 hours.
    for sides in metric.expressions().flat_map(|e| e.expr.columns_in_days()) {
        let times: Vec<&'static Column> = sides.iter().flat_map(|side| times_behind(side, fact, source)).collect();
        if times.iter().any(|c| source.has_times(c)) {
            found.extend(times.into_iter().filter(|c| source.has_dates(c)));
        }
    }
    found
}

/// The columns of times in a source that columns of a fact are made from.
fn times_behind(names: &BTreeSet<String>, fact: &FactSpec, source: &SourceInfo) -> Vec<&'static Column> {
    let mut times = Vec::new();
    for column in names.iter().filter_map(|name| fact.column(name)) {
        let inputs: Vec<&'static Column> = column.needs.iter().copied().flatten().filter_map(Input::column).collect();
        if inputs.is_empty() {
            times.extend(source.table.columns().iter().filter(|c| c.role == Role::EventTime));
        } else {
            times.extend(inputs.into_iter().filter(|c| c.kind == ColumnType::Time));
        }
    }
    times
}

/// Whether a metric in days is not needed, because the metric in hours that it stands in for can be computed, or is missing for another
/// reason.
pub fn is_superseded(metric: &Metric, catalog: &Catalog, canonical: &CanonicalTables, settings: &Settings) -> bool {
    let replaced = metric.instead_of.as_ref().and_then(|id| catalog.get(id));
    replaced.is_some_and(|replaced| {
        let usable = replaced.fact.map(|fact| usable_sources(replaced, fact, canonical, settings));
        !matches!(usable, Some(Err(AbsentReason::DaysOnly(_))))
    })
}
