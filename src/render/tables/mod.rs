//! The canonical tables as files that can be read again: one file a table, with the canonical columns that the inputs have and, under
//! their own names, all their other columns.
//!
//! A table that was made of several exports is made of several kinds of rows: of tickets and of messages, of people to protect and
//! of others, with and without a column. A column of labels says which rows are which, one for each [`Group`] of
//! exports that are read alike.

mod column;
mod value;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use super::text::Untrusted;
use crate::canonical::{CanonicalTables, Data, Rows, SourceInfo};
use crate::cell_parsing::is_null;
use crate::diagnostics::visible;
use crate::period::Zone;
use crate::schema::{ColumnType, NO_INT, Role, Table};

pub use column::Column;
use column::columns;
pub use value::Value;

/// The column of labels.
const LABEL: &str = "converted_from";

/// One table, ready to be written.
#[derive(Debug)]
pub struct Sheet<'a> {
    /// Which table.
    pub table: Table,
    /// Number of rows.
    pub len: usize,
    /// Its columns, canonical ones first.
    pub columns: Vec<Column<'a>>,
    /// Exports that are read alike.
    pub groups: Vec<Group>,
    /// The name of the column of labels; `None` if one group has all rows.
    pub label: Option<String>,
    rows: &'a Rows,
    group_of: BTreeMap<u16, usize>,
}

/// Exports whose rows are read alike.
#[derive(Debug)]
pub struct Group {
    /// What its rows have in the column of labels.
    pub label: String,
    /// Its canonical columns, and what has to be said of their times.
    pub columns: BTreeMap<String, TimesOfColumn>,
    /// Slices of its people are treated as small groups.
    pub private: bool,
    /// Its amounts are those of whole orders.
    pub amount_of_order: bool,
}

/// What the cells of a column of times do not show by themselves.
#[derive(Debug, Default, PartialEq)]
pub struct TimesOfColumn {
    /// The zone of the midnights of a column of dates, if that is not the report's.
    pub zone: Option<Zone>,
    /// Some of its times are dates without a time of day.
    pub some_dates: bool,
    /// Its midnights are times, although there are so many that they look like dates.
    pub midnights_are_times: bool,
}

/// The tables that were read, each as a sheet. Tables that are only derived from others are not included.
pub fn sheets(canonical: &CanonicalTables) -> Vec<Sheet<'_>> {
    let fed = |table: Table| canonical.sources.iter().any(|source| source.table == table);
    let tables = canonical.tables.iter().filter(|(table, _)| fed(**table));
    tables.map(|(_, rows)| Sheet::new(canonical, rows)).collect()
}

impl<'a> Sheet<'a> {
    fn new(canonical: &'a CanonicalTables, rows: &'a Rows) -> Sheet<'a> {
        let (groups, group_of) = groups(canonical, rows);
        let columns = columns(canonical, rows, &groups);
        let label = (groups.len() > 1).then(|| {
            let mut name = LABEL.to_string();
            while columns.iter().any(|column| column.name.eq_ignore_ascii_case(&name)) {
                name.push('_');
            }
            name
        });
        Sheet {
            table: rows.table,
            len: rows.len,
            columns,
            groups,
            label,
            rows,
            group_of,
        }
    }

    /// The label of a row.
    pub fn label_of(&self, row: usize) -> &str {
        &self.groups[self.group_of[&self.rows.source_of(row)]].label
    }

    /// Whether the times of a column are dates, by all exports of the table together.
    pub fn is_date(&self, column: &str) -> bool {
        self.rows.dates.contains(column)
    }

    /// Whether some times of a column are dates and others are not.
    pub fn has_dates(&self, column: &str) -> bool {
        self.groups
            .iter()
            .any(|group| group.columns.get(column).is_some_and(|times| times.some_dates))
    }

    /// Writes the table as CSV. Text that a spreadsheet would read as a formula has an apostrophe in front, which is not part of it when
    /// the file is read again.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn csv(&self, out: &mut dyn Write) -> csv::Result<()> {
        let mut csv = csv::Writer::from_writer(out);
        let guarded = |text: &str| Untrusted::new(text).csv().into_owned();
        let names = self.columns.iter().map(|column| column.name.as_str()).chain(self.label.as_deref());
        csv.write_record(names.map(guarded))?;
        for row in 0..self.len {
            for column in &self.columns {
                match column.value(row) {
                    Value::Text(text) => csv.write_field(guarded(text))?,
                    own => csv.write_field(own.text())?,
                }
            }
            if self.label.is_some() {
                csv.write_field(guarded(self.label_of(row)))?;
            }
            csv.write_record(None::<&[u8]>)?;
        }
        csv.flush()?;
        Ok(())
    }
}

/// The groups of a table's sources, and the group of each source.
fn groups(canonical: &CanonicalTables, rows: &Rows) -> (Vec<Group>, BTreeMap<u16, usize>) {
    let table = rows.table;
    let midnights = midnights(canonical, rows);
    let mut groups: Vec<Group> = Vec::new();
    let mut of = BTreeMap::new();
    for (index, source) in canonical.sources.iter().enumerate().filter(|(_, source)| source.table == table) {
        let columns = mapped(canonical, source, |column| midnights.contains(&(index as u16, column)));
        let is_like = |g: &Group| g.columns == columns && g.private == source.private && g.amount_of_order == source.amount_of_order;
        let known = groups.iter().position(is_like);
        let group = known.unwrap_or_else(|| {
            groups.push(Group {
                label: label(source, &groups),
                columns,
                private: source.private,
                amount_of_order: source.amount_of_order,
            });
            groups.len() - 1
        });
        of.insert(index as u16, group);
    }
    (groups, of)
}

/// The sources and columns of times, by their names, of which so many are midnights that they look like dates.
fn midnights<'a>(canonical: &CanonicalTables, rows: &'a Rows) -> BTreeSet<(u16, &'a str)> {
    let mut found = BTreeSet::new();
    for (name, data) in &rows.columns {
        let is_time = rows.table.column(name).is_some_and(|column| column.kind == ColumnType::Time);
        let Data::Int(times) = data else { continue };
        let mut counts = vec![(0u64, 0u64); canonical.sources.len()];
        for (row, &at) in times.iter().enumerate().filter(|(_, at)| is_time && **at != NO_INT) {
            let (all, midnights) = &mut counts[usize::from(rows.source_of(row))];
            *all += 1;
            *midnights += u64::from(canonical.zone.is_midnight(at));
        }
        let many = counts.iter().enumerate().filter(|(_, (all, midnights))| 4 * midnights > *all);
        found.extend(many.map(|(source, _)| (source as u16, name.as_str())));
    }
    found
}

fn mapped(canonical: &CanonicalTables, source: &SourceInfo, looks_like_dates: impl Fn(&str) -> bool) -> BTreeMap<String, TimesOfColumn> {
    // What shows that a machine sent a record has become the column that says so.
    let is_written = |name: &&String| source.table.column(name).is_some_and(|column| column.role != Role::MachineMark);
    let known = source.mapped.iter().filter(is_written);
    let zone = |name: &String| source.dates.get(name).filter(|zone| zone.name() != canonical.zone.name());
    let times = |name: &String| {
        let some_dates = source.some_dates.contains(name);
        TimesOfColumn {
            zone: zone(name).cloned(),
            some_dates,
            midnights_are_times: !some_dates && !source.dates.contains_key(name) && looks_like_dates(name),
        }
    };
    known.map(|name| (name.clone(), times(name))).collect()
}

/// The file's name, made different from those that are taken.
fn label(source: &SourceInfo, taken: &[Group]) -> String {
    let file = source.file.rsplit(['/', '\\']).next().unwrap_or(&source.file);
    let name = visible(file.trim()).into_owned();
    let name = if is_null(&name) { format!("input {name}") } else { name };
    let mut names = std::iter::once(name.clone()).chain((2..).map(|n| format!("{name} {n}")));
    let free = |name: &String| taken.iter().all(|group| group.label != *name);
    names.find(free).unwrap_or(name)
}
