//! The facts and the metrics once more, by plain loops over the records of the exports.
//!
//! Nothing here is fast and nothing is clever. Times are microseconds since 1970, money is in ten-thousandths.

pub mod answers;
pub mod compare;
pub mod health;
pub mod interval;
pub mod metric;
pub mod orders;
pub mod people;
pub mod relations;
pub mod supplies;
pub mod talk;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use relhealth::api::expr::{Expr, Value};
use relhealth::api::period::{Period, Zone};
use relhealth::api::schema::Table;

use crate::generate::{self, Export};

pub type V = Value<'static>;

/// One record of an export.
#[derive(Clone, Debug)]
pub struct Record {
    /// The file it stands in.
    pub file: usize,
    cells: BTreeMap<String, String>,
    times: BTreeMap<String, i64>,
    /// Of an interaction: whose it is, where that is found out.
    pub owner: Option<String>,
    /// Of a message: where the one that it answers stands.
    pub parent: Option<usize>,
}

impl Record {
    pub fn text(&self, column: &str) -> Option<&str> {
        self.cells.get(column).map(String::as_str).filter(|c| !c.is_empty())
    }

    pub fn number(&self, column: &str) -> Option<f64> {
        self.text(column).map(|c| c.parse().unwrap())
    }

    pub fn money(&self, column: &str) -> Option<i64> {
        let text = self.text(column)?;
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let part: i64 = format!("{part:0<4}").parse().unwrap();
        Some(sign * (whole.parse::<i64>().unwrap() * 10_000 + part))
    }

    pub fn is(&self, column: &str, word: &str) -> bool {
        self.text(column) == Some(word)
    }

    fn blank(&mut self, columns: &[&str]) {
        for column in columns {
            self.cells.remove(*column);
            self.times.remove(*column);
        }
    }
}

/// What stands in the exports, up to as-of.
pub struct Data {
    pub zone: Zone,
    pub as_of: i64,
    /// Table and columns of each file.
    pub files: Vec<(Table, BTreeSet<String>)>,
    records: BTreeMap<Table, Vec<Record>>,
    dates: BTreeSet<(Table, String)>,
    /// By file: its columns of dates.
    dates_of_files: BTreeSet<(usize, String)>,
    /// Health scores at any time, without targets.
    pub scores: health::Scores,
}

/// A date is its first instant.
pub fn instant(zone: &Zone, text: &str) -> i64 {
    let text = if text.len() == 10 {
        format!("{text}T00:00:00")
    } else {
        text.to_string()
    };
    zone.instant(text.parse().unwrap())
}

impl Data {
    pub fn new(exports: &[Export], zone: Zone, as_of: Option<i64>) -> Data {
        let mut data = Data {
            zone: zone.clone(),
            as_of: i64::MAX,
            files: Vec::new(),
            records: BTreeMap::new(),
            dates: BTreeSet::new(),
            dates_of_files: BTreeSet::new(),
            scores: health::Scores::new(exports, &zone, health::Targets::default()),
        };
        for (file, export) in exports.iter().enumerate().filter(|(_, export)| export.file != generate::EARLIER) {
            let mut totals: BTreeSet<String> = BTreeSet::new();
            let table = Table::parse(export.kind).unwrap();
            let mut columns: BTreeSet<String> = export.header.iter().map(|c| c.to_string()).collect();
            if columns.contains("author_type") {
                columns.extend(["direction".to_string(), "automated".to_string()]);
            }
            data.files.push((table, columns));
            let records = data.records.entry(table).or_default();
            for row in &export.rows {
                let mut cells: BTreeMap<String, String> = export.header.iter().map(|c| c.to_string()).zip(row.iter().cloned()).collect();
                // A date that stands for none is none.
                let stands_for_none = |text: &str| generate::NO_DATES.iter().any(|none| text.starts_with(none));
                cells.values_mut().filter(|text| stands_for_none(text)).for_each(String::clear);
                if table == Table::Interactions && !talk::read_state(&mut cells) {
                    continue;
                }
                // A total counts on the first line of its order.
                if export.file == generate::TOTALS && !totals.insert(cells["order_id"].clone()) {
                    cells.insert("amount".into(), "0".into());
                }
                let times = cells.iter().filter(|(column, text)| column.ends_with("_at") && !text.is_empty());
                let times = times.map(|(column, text)| (column.clone(), instant(&zone, text))).collect();
                records.push(Record {
                    file,
                    cells,
                    times,
                    owner: None,
                    parent: None,
                });
            }
        }
        for (table, columns) in data.files.clone() {
            for column in columns.iter().filter(|c| c.ends_with("_at")) {
                let mut times = data.of(table).iter().filter_map(|r| data.time(r, column)).peekable();
                if times.peek().is_some() && times.all(|at| data.zone.is_midnight(at)) {
                    data.dates.insert((table, column.clone()));
                }
            }
        }
        for (file, (table, columns)) in data.files.clone().into_iter().enumerate() {
            for column in columns.iter().filter(|c| c.ends_with("_at")) {
                let of_file = data.of(table).iter().filter(|r| r.file == file);
                let times: Vec<i64> = of_file.filter_map(|r| data.time(r, column)).collect();
                if !times.is_empty() && times.iter().all(|at| data.zone.is_midnight(*at)) {
                    data.dates_of_files.insert((file, column.clone()));
                }
            }
        }
        data.as_of = as_of.unwrap_or_else(|| data.zone.midnight(data.day(data.newest()) + 1));
        data.forget_the_future();
        let parents: Vec<Option<usize>> = data.of(Table::Interactions).iter().map(|r| talk::parent(&data, r)).collect();
        for (record, parent) in data.records.entry(Table::Interactions).or_default().iter_mut().zip(parents) {
            record.parent = parent;
        }
        let owners: Vec<Option<String>> = data.of(Table::Interactions).iter().map(|r| talk::owner(&data, r)).collect();
        for (record, owner) in data.records.entry(Table::Interactions).or_default().iter_mut().zip(owners) {
            record.owner = owner;
        }
        data
    }

    /// The newest event.
    fn newest(&self) -> i64 {
        let of = |table: Table, column: &str| self.of(table).iter().filter_map(|r| self.time(r, column)).max();
        [
            of(Table::Interactions, "occurred_at"),
            of(Table::Interactions, "responded_at"),
            of(Table::Interactions, "resolved_at"),
            of(Table::Interactions, "resolved_before_at"),
            of(Table::Surveys, "sent_at"),
            of(Table::Surveys, "responded_at"),
            of(Table::Purchases, "occurred_at"),
            of(Table::Supplies, "ordered_at"),
            of(Table::Supplies, "received_at"),
            of(Table::Referrals, "occurred_at"),
            of(Table::Referrals, "converted_at"),
            of(Table::Stakeholders, "started_at"),
        ]
        .into_iter()
        .flatten()
        .max()
        .unwrap()
    }

    /// Nothing at or after as-of is known.
    fn forget_the_future(&mut self) {
        let mut records = std::mem::take(&mut self.records);
        let later = |r: &Record, column: &str| self.time(r, column).is_some_and(|at| at >= self.as_of);
        for (table, rows) in &mut records {
            rows.retain(|r| match table {
                Table::Supplies => !later(r, "ordered_at"),
                Table::Surveys if r.text("sent_at").is_some() => !later(r, "sent_at"),
                Table::Surveys => !later(r, "responded_at"),
                Table::Stakeholders => true,
                _ => !later(r, "occurred_at"),
            });
            for row in rows {
                for (told, with) in [
                    ("responded_at", &["responded_at", "score"][..]),
                    ("resolved_at", &["resolved_at"]),
                    ("delivered_at", &["delivered_at"]),
                    ("converted_at", &["converted_at"]),
                    ("received_at", &["received_at", "quantity_received", "quantity_rejected"]),
                ] {
                    if later(row, told) {
                        row.blank(with);
                    }
                }
            }
        }
        self.records = records;
    }

    pub fn of(&self, table: Table) -> &[Record] {
        self.records.get(&table).map_or(&[], Vec::as_slice)
    }

    pub fn has(&self, table: Table) -> bool {
        self.files.iter().any(|(t, _)| *t == table)
    }

    /// Whether any file of the table has the column.
    pub fn is_mapped(&self, table: Table, column: &str) -> bool {
        self.files.iter().any(|(t, columns)| *t == table && columns.contains(column))
    }

    /// Whether the record's file has the column.
    pub fn tells(&self, record: &Record, column: &str) -> bool {
        self.files[record.file].1.contains(column)
    }

    pub fn is_date(&self, table: Table, column: &str) -> bool {
        self.dates.contains(&(table, column.to_string()))
    }

    /// Whether a file gives days in a column, and no time of day.
    pub fn gives_days(&self, file: usize, column: &str) -> bool {
        self.dates_of_files.contains(&(file, column.to_string()))
    }

    pub fn time(&self, record: &Record, column: &str) -> Option<i64> {
        record.times.get(column).copied()
    }

    pub fn day(&self, at: i64) -> i32 {
        self.zone.day_of(at)
    }

    /// The last instant of a time that may be a date.
    pub fn end_of(&self, table: Table, column: &str, at: i64) -> i64 {
        if self.is_date(table, column) {
            self.zone.midnight(self.day(at) + 1) - 1
        } else {
            at
        }
    }

    /// Microseconds between two times; nothing where one is a day, or the later comes first.
    pub fn span(&self, from: i64, to: i64, is_day: bool) -> Option<i64> {
        (!is_day && to >= from).then_some(to - from)
    }

    /// Whole days between two times; nothing where the later comes first.
    pub fn days(&self, from: i64, to: i64, is_day: bool) -> Option<i32> {
        let days = self.day(to) - self.day(from);
        (days >= 0 && (is_day || to >= from)).then_some(days)
    }

    /// Everybody whom any table names as its stakeholder.
    pub fn everybody(&self) -> BTreeSet<String> {
        let mut all: BTreeSet<String> = BTreeSet::new();
        for table in Table::ALL {
            let column = if table == Table::Referrals {
                "referrer_id"
            } else {
                "stakeholder_id"
            };
            let named = self.of(table).iter().filter_map(|r| r.text(column));
            all.extend(named.filter(|who| !is_nobody(who)).map(str::to_string));
        }
        all
    }
}

/// Whether a name is one of those that stand for many.
pub fn is_nobody(who: &str) -> bool {
    generate::NOBODY.contains(&who)
}

/// A period as it is measured: what is known is what happened before `as_of`.
#[derive(Clone, Debug)]
pub struct Window {
    pub period: Period,
    /// The end of what is measured. It is as-of where the period has not ended.
    pub end: i64,
    /// The end of what is measured of the period before.
    pub before_end: i64,
    pub as_of: i64,
}

impl Window {
    pub fn new(period: Period, as_of: i64) -> Window {
        Window::of_same_age(period.clone(), &period, as_of)
    }

    /// An earlier period as it was known when it had the age that `period` has at `as_of`: so long after its end or, before `period` ends,
    /// the same number of midnights after its start, and the same time after the last of them. So much is seen of the period before it, too.
    pub fn of_same_age(earlier: Period, period: &Period, as_of: i64) -> Window {
        if as_of >= period.end {
            return Window {
                end: earlier.end,
                before_end: earlier.previous().end,
                as_of: earlier.end + (as_of - period.end),
                period: earlier,
            };
        }
        let zone = period.zone();
        let mut midnights = 0;
        while zone.midnight(period.first_day + midnights + 1) <= as_of {
            midnights += 1;
        }
        let since = as_of - zone.midnight(period.first_day + midnights);
        let known = |of: &Period| zone.midnight(of.first_day + midnights) + since;
        Window {
            end: known(&earlier),
            before_end: known(&earlier.previous()),
            as_of: known(&earlier),
            period: earlier,
        }
    }

    pub fn holds(&self, at: i64) -> bool {
        self.period.start <= at && at < self.end
    }

    pub fn before_holds(&self, at: i64) -> bool {
        self.period.previous().start <= at && at < self.before_end
    }
}

/// How rows fall into slices, and which of them count.
pub struct Dims {
    pub by: Vec<String>,
    pub filter: Option<Expr>,
}

pub const NONE: &str = "(none)";

impl Dims {
    pub fn none() -> Dims {
        Dims {
            by: Vec::new(),
            filter: None,
        }
    }

    /// The slice of a record of a stakeholder; nothing where the filter leaves it out.
    pub fn of(&self, data: &Data, table: Option<Table>, record: Option<&Record>, who: Option<&str>) -> Option<Vec<String>> {
        let value = |dimension: &str| -> Option<String> {
            match (table, record) {
                (Some(table), Some(record)) if data.is_mapped(table, dimension) => record.text(dimension).map(str::to_string),
                _ => people::current(data, who?).and_then(|r| r.text(dimension)).map(str::to_string),
            }
        };
        if let Some(filter) = &self.filter {
            let column = |name: &str| value(name).map_or(Value::Null, |text| Value::Text(text.into()));
            if filter.eval(&column, &|_| 0) != Value::Bool(true) {
                return None;
            }
        }
        Some(self.by.iter().map(|d| value(d).unwrap_or(NONE.to_string())).collect())
    }

    /// Whether a fact lacks a dimension.
    pub fn missing(&self, data: &Data, table: Option<Table>) -> bool {
        let names = self.by.iter().cloned().chain(self.filter.iter().flat_map(|f| f.columns()));
        names.into_iter().any(|d| Dims::lacks(data, table, &d))
    }

    /// Whether a fact lacks every dimension of the slices, and none of the filter.
    pub fn is_undivided(&self, data: &Data, table: Option<Table>) -> bool {
        let filters = self.filter.iter().flat_map(|f| f.columns());
        !self.by.is_empty()
            && self.by.iter().all(|d| Dims::lacks(data, table, d))
            && !filters.into_iter().any(|d| Dims::lacks(data, table, &d))
    }

    fn lacks(data: &Data, table: Option<Table>, dimension: &str) -> bool {
        !table.is_some_and(|t| data.is_mapped(t, dimension)) && !data.is_mapped(Table::Stakeholders, dimension)
    }
}

/// A row of a fact.
#[derive(Clone, Debug)]
pub struct Row {
    pub who: Option<String>,
    pub file: Option<usize>,
    pub slice: Vec<String>,
    pub cells: HashMap<&'static str, V>,
}

impl Row {
    pub fn new(who: Option<&str>, file: Option<usize>, slice: Vec<String>) -> Row {
        Row {
            who: who.map(str::to_string),
            file,
            slice,
            cells: HashMap::new(),
        }
    }

    pub fn set(&mut self, name: &'static str, value: impl Into<Cell>) {
        self.cells.insert(name, value.into().0);
    }

    pub fn get(&self, name: &str) -> V {
        self.cells.get(name).cloned().unwrap_or(Value::Null)
    }
}

/// A value on its way into a row.
pub struct Cell(V);

impl From<bool> for Cell {
    fn from(b: bool) -> Cell {
        Cell(Value::Bool(b))
    }
}
impl From<f64> for Cell {
    fn from(x: f64) -> Cell {
        Cell(Value::Number(x))
    }
}
impl From<usize> for Cell {
    fn from(n: usize) -> Cell {
        Cell(Value::Number(n as f64))
    }
}
impl From<i32> for Cell {
    fn from(n: i32) -> Cell {
        Cell(Value::Number(f64::from(n)))
    }
}
impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell(Value::Text(text.to_string().into()))
    }
}
/// A point in time.
pub struct At(pub i64);
impl From<At> for Cell {
    fn from(at: At) -> Cell {
        Cell(Value::Time(at.0))
    }
}
/// Money in ten-thousandths.
pub struct Money(pub i64);
impl From<Money> for Cell {
    fn from(m: Money) -> Cell {
        Cell(Value::Number(m.0 as f64 / 10_000.0))
    }
}
/// Microseconds that are told in hours.
pub struct Span(pub i64);
impl From<Span> for Cell {
    fn from(s: Span) -> Cell {
        Cell(Value::Number(s.0 as f64 / 3_600_000_000.0))
    }
}
impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Cell {
        value.map_or(Cell(Value::Null), Into::into)
    }
}

/// The rows of a fact in a window.
pub fn fact(name: &str, data: &Data, dims: &Dims, window: &Window) -> Vec<Row> {
    match name {
        "orders" => orders::orders(data, dims),
        "customers" => orders::customers(data, dims, window),
        "newcomers" => people::newcomers(data, dims),
        "members" => people::members(data, dims, window),
        "cases" => talk::cases(data, dims, window),
        "contacts" => talk::contacts(data, dims),
        "commitments" => talk::commitments(data, dims),
        "responses" => answers::responses(data, dims),
        "supply_lines" => supplies::supply_lines(data, dims, window),
        "referrals" => people::referrals(data, dims),
        "relations" => relations::relations(data, dims, window),
        "health" => health::health(data, dims, window),
        other => panic!("no fact {other}"),
    }
}
