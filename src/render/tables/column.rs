//! The columns of a table: canonical ones, and all others under their own names, with the values of their rows.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::Group;
use super::value::Value;
use crate::canonical::{CanonicalTables, Data, Dictionary, ID, OTHER, Rows};
use crate::schema::{ColumnType, Micros, NO_CODE, NO_INT, NO_KEY, Role, Table, purchases, supplies};

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

/// The columns of a table of which exports have these canonical ones, and all others.
pub(super) fn columns<'a>(canonical: &'a CanonicalTables, rows: &'a Rows, groups: &[Group]) -> Vec<Column<'a>> {
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
