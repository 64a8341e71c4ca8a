//! The canonical tables as files that can be read again: one file a table, with the canonical columns that the inputs have and, under
//! their own names, all their other columns.
//!
//! A table that was made of several exports is made of several kinds of rows: of tickets and of messages, of people to protect and
//! of others, with and without a column. A column of labels says which rows are which, one for each [`Group`] of
//! exports that are read alike.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use super::text::Untrusted;
use crate::canonical::{CanonicalTables, Data, Dictionary, ID, OTHER, Rows, SourceInfo};
use crate::cell_parsing::is_null;
use crate::diagnostics::visible;
use crate::period::{Zone, date_text, instant_text};
use crate::schema::{ColumnType, MONEY_SCALE, Micros, NO_CODE, NO_INT, NO_KEY, Role, Table, purchases, supplies};

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

/// One column.
#[derive(Debug)]
pub struct Column<'a> {
    /// Its name.
    pub name: String,
    /// How it is read.
    pub kind: ColumnType,
    /// Its values; if one is missing, the next is used.
    parts: Vec<Part<'a>>,
}

#[derive(Debug)]
enum Part<'a> {
    Texts(Cow<'a, [u32]>, &'a Dictionary),
    Data(Cow<'a, Data>),
    Times(&'a [i64], Times<'a>),
}

/// Which times of a column are dates.
#[derive(Debug)]
struct Times<'a> {
    name: &'a str,
    /// Its dates were read as the ends of their days.
    is_deadline: bool,
    canonical: &'a CanonicalTables,
    rows: &'a Rows,
}

/// The value of a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// None.
    Nothing,
    /// A text, an id or a word.
    Text(&'a str),
    /// A day, from 1970-01-01.
    Day(i32),
    /// A midnight that the file states without a zone: its day.
    Midnight(i32),
    /// A point in time.
    Instant(Micros),
    /// Money, in 1/10,000.
    Money(i64),
    /// A number.
    Number(f64),
    /// Yes or no.
    Flag(bool),
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

fn columns<'a>(canonical: &'a CanonicalTables, rows: &'a Rows, groups: &[Group]) -> Vec<Column<'a>> {
    let mut others: BTreeMap<&str, Vec<Part<'a>>> = BTreeMap::new();
    for (name, data) in &rows.columns {
        // Other names with a mark are the loader's own.
        let other = name.strip_prefix(OTHER).or((!name.starts_with('#')).then_some(name.as_str()));
        let is_canonical = rows.table.column(name).is_some();
        if let (Some(other), false, Data::Code(codes)) = (other, is_canonical, data) {
            others.entry(other).or_default().push(Part::Texts(codes.into(), &canonical.texts));
        }
    }
    let who = rows.table.stakeholder_column();
    let mut columns = Vec::new();
    for column in rows.table.columns() {
        let mut parts = Vec::new();
        if column == who {
            parts.push(Part::Texts(stakeholders(canonical, rows).into(), &canonical.stakeholders));
        } else if groups.iter().any(|group| group.columns.contains_key(column.name)) {
            parts.extend(part(canonical, rows, column));
        }
        parts.extend(others.remove(column.name).into_iter().flatten());
        if !parts.is_empty() {
            columns.push(Column {
                name: column.name.to_string(),
                kind: column.kind,
                parts,
            });
        }
    }
    columns.extend(others.into_iter().map(|(name, parts)| Column {
        name: name.to_string(),
        kind: ColumnType::Text,
        parts,
    }));
    columns
}

/// The stakeholder of each row.
fn stakeholders(canonical: &CanonicalTables, rows: &Rows) -> Vec<u32> {
    let mut of = vec![NO_CODE; rows.len];
    for stakeholder in 0..canonical.nobody() {
        of[rows.run(stakeholder)].fill(stakeholder);
    }
    // Rows of a placeholder are nobody's: its ID is kept apart.
    let name = format!("{ID}{}", rows.table.stakeholder_column().name);
    if let Some(Data::Code(ids)) = rows.columns.get(&name) {
        for row in rows.run(canonical.nobody()) {
            of[row] = ids[row];
        }
    }
    of
}

fn part<'a>(canonical: &'a CanonicalTables, rows: &'a Rows, column: &'static crate::schema::Column) -> Option<Part<'a>> {
    let name = match column.kind {
        ColumnType::Key => format!("{ID}{}", column.name),
        _ => column.name.to_string(),
    };
    let part = match (rows.columns.get(&name)?, column.kind) {
        (Data::Code(codes), ColumnType::Text) if column.role != Role::Alias => Part::Texts(codes.into(), &canonical.texts),
        (Data::Code(codes), _) => Part::Texts(codes.into(), &canonical.stakeholders),
        (Data::Int(times), ColumnType::Time) => {
            let (name, is_deadline) = (column.name, column.role == Role::Deadline);
            Part::Times(
                times,
                Times {
                    name,
                    is_deadline,
                    canonical,
                    rows,
                },
            )
        }
        (Data::Int(amounts), ColumnType::Money) if is_of_order(column) => Part::Data(
            of_orders(canonical, rows, amounts)
                .map_or_else(|| Cow::Borrowed(&rows.columns[&name]), |amounts| Cow::Owned(Data::Int(amounts))),
        ),
        (data, _) => Part::Data(Cow::Borrowed(data)),
    };
    Some(part)
}

/// Whether a column has amounts that count once for each order where they are those of orders.
fn is_of_order(column: &crate::schema::Column) -> bool {
    matches!(*column, purchases::AMOUNT | purchases::REFUND | purchases::COST | supplies::AMOUNT)
}

/// Amounts that are those of whole orders, with none on the lines of an order that repeated it: these have a zero, and would be taken for
/// the amount of the order. `None` where all amounts are those of lines.
fn of_orders(canonical: &CanonicalTables, rows: &Rows, amounts: &[i64]) -> Option<Vec<i64>> {
    let column = match rows.table {
        Table::Purchases => &purchases::ORDER_ID,
        Table::Supplies => &supplies::ORDER_ID,
        Table::Interactions | Table::Surveys | Table::Stakeholders | Table::Referrals | Table::Identities => return None,
    };
    let of_order = |row: usize| canonical.sources[usize::from(rows.source_of(row))].amount_of_order;
    let ids = rows.keys(column);
    let key = |row: usize| (ids.at(row), rows.source_of(row));
    let is_amount = |row: &usize| of_order(*row) && ids.at(*row) != NO_KEY && amounts[*row] != 0 && amounts[*row] != NO_INT;
    let known: BTreeSet<(u64, u16)> = (0..rows.len).filter(is_amount).map(key).collect();
    let repeats = |row: usize| amounts[row] == 0 && of_order(row) && known.contains(&key(row));
    (!known.is_empty()).then(|| (0..rows.len).map(|row| if repeats(row) { NO_INT } else { amounts[row] }).collect())
}

impl Column<'_> {
    /// Whether it is all of one kind: a column of numbers that is another export's column of any text is not.
    pub fn is_typed(&self) -> bool {
        self.is_text() || matches!(self.parts[..], [Part::Data(_) | Part::Times(..)])
    }

    /// Whether its values are texts.
    pub fn is_text(&self) -> bool {
        matches!(self.kind, ColumnType::Text | ColumnType::Key | ColumnType::Stakeholder)
    }

    /// The value of a row.
    pub fn value(&self, row: usize) -> Value<'_> {
        let values = self.parts.iter().map(|part| part.value(row, self.kind));
        values.into_iter().find(|value| *value != Value::Nothing).unwrap_or(Value::Nothing)
    }

    /// The stored integer of a row of times or money.
    pub fn stored(&self, row: usize) -> Option<i64> {
        match self.parts.first() {
            Some(Part::Times(values, _)) => Some(values[row]).filter(|value| *value != NO_INT),
            Some(Part::Data(data)) => match data.as_ref() {
                Data::Int(values) => Some(values[row]).filter(|value| *value != NO_INT),
                Data::Float(_) | Data::Flag(_) | Data::Code(_) | Data::Key(_) => None,
            },
            Some(Part::Texts(..)) | None => None,
        }
    }
}

impl Part<'_> {
    fn value(&self, row: usize, kind: ColumnType) -> Value<'_> {
        match self {
            Part::Texts(codes, dictionary) => match codes[row] {
                NO_CODE => Value::Nothing,
                code => dictionary.text(code).map_or(Value::Nothing, Value::Text),
            },
            Part::Times(times, which) => match times[row] {
                NO_INT => Value::Nothing,
                at => which.value(at, row),
            },
            Part::Data(data) => match data.as_ref() {
                Data::Int(values) if kind == ColumnType::Money && values[row] != NO_INT => Value::Money(values[row]),
                Data::Float(values) if !values[row].is_nan() => Value::Number(values[row]),
                Data::Flag(values) if values[row] != 2 => Value::Flag(values[row] == 1),
                Data::Int(_) | Data::Float(_) | Data::Flag(_) | Data::Code(_) | Data::Key(_) => Value::Nothing,
            },
        }
    }
}

impl Times<'_> {
    /// A time as its file has it: a column of dates is one of dates again. What was read from dates to the end of the day is a date.
    fn value(&self, at: Micros, row: usize) -> Value<'_> {
        let source = &self.canonical.sources[usize::from(self.rows.source_of(row))];
        let report = &self.canonical.zone;
        let own = source.dates.get(self.name);
        let dates = own.is_some() || self.rows.dates.contains(self.name);
        if own.is_some() && self.is_deadline && report.is_midnight(at + 1) {
            return Value::Day(report.day_of(at));
        }
        // Of a column of both, what may be a date is written as one: that is how it is known to have both.
        if source.some_dates.contains(self.name) && report.is_midnight(at) {
            return Value::Day(report.day_of(at));
        }
        match own.filter(|zone| zone.is_midnight(at)) {
            _ if !dates => Value::Instant(at),
            _ if report.is_midnight(at) => Value::Day(report.day_of(at)),
            Some(zone) => Value::Midnight(zone.day_of(at)),
            None => Value::Instant(at),
        }
    }
}

impl Value<'_> {
    /// The value as a cell: never one that can be read in two ways.
    pub fn text(&self) -> String {
        match self {
            Value::Nothing => String::new(),
            Value::Text(text) => text.to_string(),
            Value::Day(day) => date_text(*day),
            Value::Midnight(day) => format!("{}T00:00:00", date_text(*day)),
            Value::Instant(at) => instant_text(*at),
            Value::Money(stored) => money(*stored),
            Value::Number(number) => plain(*number),
            Value::Flag(flag) => flag.to_string(),
        }
    }
}

/// An amount with two decimals, or all four.
fn money(stored: i64) -> String {
    let scale = MONEY_SCALE.unsigned_abs();
    let sign = if stored < 0 { "-" } else { "" };
    let (whole, rest) = (stored.unsigned_abs() / scale, stored.unsigned_abs() % scale);
    match rest % 100 {
        0 => format!("{sign}{whole}.{:02}", rest / 100),
        _ => format!("{sign}{whole}.{rest:04}"),
    }
}

/// The shortest text that is read as this number again; three decimals could be read as thousands, so they become four.
fn plain(number: f64) -> String {
    let text = number.to_string();
    match text.split_once('.') {
        Some((_, decimals)) if decimals.len() == 3 => text + "0",
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell_parsing::{DecimalMark, parse_money, parse_number};

    #[test]
    fn amounts_and_numbers_are_read_as_they_were() {
        for (stored, text) in [
            (12_500_000, "1250.00"),
            (-12_345, "-1.2345"),
            (-100, "-0.01"),
            (1, "0.0001"),
            (i64::MAX, "922337203685477.5807"),
        ] {
            assert_eq!(money(stored), text);
            assert_eq!(parse_money(text, DecimalMark::Auto).unwrap().stored, stored);
        }
        for number in [0.0, 1.125, -12.5, 1e15, 0.1 + 0.2, 1e-7, 250.0, 123.456] {
            assert_eq!(parse_number(&plain(number), DecimalMark::Auto).unwrap(), number, "{number}");
        }
    }
}
