//! Periods, and facts of stakeholders in periods as text, for tests.

use super::context::{Context, Settings, Slicing, Window};
use super::fixture::text;
use super::frame::Frame;
use crate::canonical::CanonicalTables;
use crate::canonical::fixture::{Fixture, Rowed};
use crate::period::Period;
use crate::schema::{FactSpec, NO_CODE, Table};

/// The periods named, all with the as-of of the tables.
pub fn windows(canonical: &CanonicalTables, periods: &[&str]) -> Vec<Window> {
    let window = |text: &&str| {
        let period = Period::parse(text, &canonical.zone, canonical.as_of).unwrap();
        let previous = period.previous();
        Window {
            start: period.start,
            end: period.end,
            previous_start: previous.start,
            previous_end: previous.end,
            as_of: canonical.as_of,
            months: period.months().iter().map(|m| (m.start, m.end)).collect(),
            period,
        }
    };
    periods.iter().map(window).collect()
}

/// Tables of plain records.
pub fn tables(as_of: &str, texts: &[(Table, &str)]) -> CanonicalTables {
    texts
        .iter()
        .fold(Fixture::new(as_of), |f, (table, text)| f.table(*table, Rowed::Plain, text))
        .build(false)
}

/// A frame of a fact with these columns.
pub fn frame(spec: &FactSpec, ctx: &Context, columns: &[&str], with_origins: bool) -> Frame {
    let mut frame = Frame::new(spec, &|name| columns.contains(&name), with_origins);
    let prepared = super::prepare(spec, ctx.canonical, ctx.settings, ctx.windows);
    super::build(spec, ctx, &prepared, 0..ctx.canonical.nobody() + 1, &mut frame);
    frame
}

/// The rows of a fact with these columns: `id period: value value`; times at midnight as dates.
pub fn shown(spec: &FactSpec, canonical: &CanonicalTables, settings: &Settings, periods: &[&str], columns: &str) -> Vec<String> {
    let columns: Vec<&str> = columns.split(' ').collect();
    let windows = windows(canonical, periods);
    let ctx = Context {
        canonical,
        settings,
        slicing: &Slicing::default(),
        windows: &windows,
    };
    let frame = frame(spec, &ctx, &columns, false);
    let table = frame.to_polars(None).unwrap();
    let value = |row: usize, name: &str| {
        let value = table.column(name).unwrap().get(row).unwrap();
        text(canonical, spec.column(name).unwrap().unit, value).replace("T00:00", "")
    };
    let line = |row: usize| {
        let id = frame.stakeholder[row];
        let id = if id == NO_CODE {
            "-"
        } else {
            canonical.stakeholders.text(id).unwrap()
        };
        let period = frame
            .window
            .get(row)
            .map_or(String::new(), |&w| format!(" {}", periods[w as usize]));
        let values: Vec<String> = columns.iter().map(|name| value(row, name)).collect();
        format!("{id}{period}: {}", values.join(" "))
    };
    (0..frame.len()).map(line).collect()
}
