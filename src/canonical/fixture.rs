//! Canonical tables from literal text, for tests of what is built on them.

use std::collections::{BTreeMap, BTreeSet};

use super::{CanonicalTables, Content, Data, Interner, Rows, SourceInfo, key_of, messages, referrers};
use crate::period::{Zone, parse_date};
use crate::schema::{
    ColumnType, DAY, HOUR, MONEY_SCALE, Micros, NO_CODE, NO_INT, NO_KEY, NO_TIME, Table, interactions::CASE_KEY, program_words,
};

/// What the rows of a table of the fixture are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rowed {
    /// Plain records.
    Plain,
    /// Tickets.
    Tickets,
    /// Messages of cases.
    Messages,
}

type Cells = BTreeMap<String, String>;

/// Tables under construction; each call of [`Fixture::table`] is one source.
#[derive(Debug)]
pub struct Fixture {
    zone: Zone,
    as_of: Micros,
    sources: Vec<SourceInfo>,
    /// Of each table the records: their source, and their cells by column.
    records: BTreeMap<Table, Vec<(u16, Cells)>>,
    dates: BTreeSet<(Table, String)>,
}

impl Fixture {
    /// An empty fixture in UTC, with as-of at a time such as `2026-02-01` or `2026-01-31T18:00`.
    pub fn new(as_of: &str) -> Fixture {
        let zone = Zone::utc();
        Fixture {
            as_of: time(&zone, as_of),
            zone,
            sources: Vec::new(),
            records: BTreeMap::new(),
            dates: BTreeSet::new(),
        }
    }

    /// Another zone, for days and for the times of the tables; as-of stays as it is.
    pub fn zone(mut self, name: &str) -> Fixture {
        self.zone = Zone::parse(name).unwrap();
        self
    }

    /// Adds a source: a line of column names, then records, cells separated by commas; an empty cell is null. Names that the table
    /// does not have are dimensions.
    pub fn table(mut self, table: Table, rowed: Rowed, text: &str) -> Fixture {
        let mut lines = text.lines().map(str::trim).filter(|l| !l.is_empty());
        let names: Vec<&str> = lines.next().unwrap().split(',').collect();
        let source = self.sources.len() as u16;
        let records = self.records.entry(table).or_default();
        for line in lines {
            let cells: Vec<&str> = line.split(',').collect();
            assert_eq!(cells.len(), names.len(), "{line}");
            records.push((
                source,
                names
                    .iter()
                    .map(|n| n.to_string())
                    .zip(cells.iter().map(|c| c.to_string()))
                    .collect(),
            ));
        }
        self.sources.push(SourceInfo {
            table,
            file: format!("{source}.csv"),
            mapped: names.iter().filter(|n| table.column(n).is_some()).map(|n| n.to_string()).collect(),
            messages: rowed == Rowed::Messages,
            has_answers: true,
            tickets: rowed == Rowed::Tickets,
            has_cases: rowed != Rowed::Plain,
            unknown_currencies: BTreeMap::new(),
            amount_of_order: false,
            private: false,
            redacted: false,
            dates: BTreeMap::new(),
            content: Content::Readable,
            is_used: true,
            some_dates: BTreeSet::new(),
        });
        self
    }

    /// Declares a time column to hold dates.
    pub fn dates(mut self, table: Table, column: &str) -> Fixture {
        self.dates.insert((table, column.to_string()));
        self
    }

    /// The tables; read from the last record to the first where `reversed`, which must make no difference to anything.
    pub fn build(mut self, reversed: bool) -> CanonicalTables {
        for source in &mut self.sources {
            let columns = self.dates.iter().filter(|(table, _)| *table == source.table);
            source.dates = columns.map(|(_, column)| (column.clone(), self.zone.clone())).collect();
        }
        let (mut ids, mut texts) = (Interner::default(), Interner::default());
        program_words().for_each(|word| {
            texts.code(word);
        });
        for (table, records) in &self.records {
            for (name, cell) in records.iter().flat_map(|(_, r)| r).filter(|(_, cell)| !cell.is_empty()) {
                match kind(*table, name) {
                    ColumnType::Stakeholder => ids.code(cell),
                    ColumnType::Text => texts.code(cell),
                    _ => 0,
                };
            }
        }
        let (stakeholders, texts) = (ids.finish().0, texts.finish().0);
        let mut tables = BTreeMap::new();
        for (table, mut records) in self.records {
            if reversed {
                records.reverse();
            }
            let names: BTreeSet<String> = records.iter().flat_map(|(_, r)| r.keys().cloned()).collect();
            let mut columns = BTreeMap::new();
            for name in names {
                let cells: Vec<&str> = records.iter().map(|(_, r)| r.get(&name).map_or("", String::as_str)).collect();
                fn each<T>(cells: &[&str], null: T, read: impl Fn(&str) -> T) -> Vec<T>
                where
                    T: Copy,
                {
                    cells.iter().map(|c| if c.is_empty() { null } else { read(c) }).collect()
                }
                let data = match kind(table, &name) {
                    ColumnType::Stakeholder => Data::Code(each(&cells, NO_CODE, |c| stakeholders.code(c).unwrap())),
                    ColumnType::Key => Data::Key(each(&cells, NO_KEY, key_of)),
                    ColumnType::Time => Data::Int(each(&cells, NO_TIME, |c| time(&self.zone, c))),
                    ColumnType::Money => Data::Int(each(&cells, NO_INT, |c| {
                        (c.parse::<f64>().unwrap() * MONEY_SCALE as f64).round() as i64
                    })),
                    ColumnType::Number => Data::Float(each(&cells, f64::NAN, |c| c.parse().unwrap())),
                    ColumnType::Text => Data::Code(each(&cells, NO_CODE, |c| texts.code(c).unwrap())),
                    ColumnType::Bool => Data::Flag(each(&cells, 2, |c| u8::from(c == "true"))),
                };
                columns.insert(name, data);
            }
            let mut stakeholder = match columns.remove(table.stakeholder_column().name) {
                Some(Data::Code(codes)) => codes,
                _ => vec![NO_CODE; records.len()],
            };
            let mut rows = Rows {
                table,
                len: records.len(),
                columns,
                starts: Vec::new(),
                source: Some(records.iter().map(|(source, _)| *source).collect()),
                only_source: 0,
                line: None,
                dates: self.dates.iter().filter(|(t, _)| *t == table).map(|(_, c)| c.clone()).collect(),
                first_event: Micros::MAX,
            };
            if table == Table::Interactions {
                let is_message = |source: u16| self.sources[source as usize].messages;
                let keys = messages::resolve(&rows, &mut stakeholder, &is_message, &texts);
                rows.columns.insert(CASE_KEY.name.to_string(), Data::Key(keys));
            }
            let times = table.event_columns().map(|column| rows.times(column)).collect::<Vec<_>>();
            let events = (0..rows.len).flat_map(|row| times.iter().map(move |column| column.at(row)));
            rows.first_event = events.filter(|at| *at != NO_TIME).min().unwrap_or(Micros::MAX);
            rows.sort_by_stakeholder(&stakeholder, stakeholders.len());
            tables.insert(table, rows);
        }
        let mut canonical = CanonicalTables {
            stakeholders,
            texts,
            tables,
            referred: Vec::new(),
            sources: self.sources,
            as_of: self.as_of,
            zone: self.zone,
            currency: None,
            unknown_currencies: BTreeSet::new(),
            redaction: None,
        };
        canonical.referred = referrers::referred(&canonical);
        if let Some(rows) = referrers::derive(&canonical) {
            canonical.tables.insert(Table::Referrals, rows);
        }
        canonical
    }
}

fn kind(table: Table, name: &str) -> ColumnType {
    table.column(name).map_or(ColumnType::Text, |c| c.kind)
}

/// `2026-01-31` (the start of the day) or `2026-01-31T18:00`, in a zone.
pub fn time(zone: &Zone, text: &str) -> Micros {
    let (day, clock) = text.split_once('T').unwrap_or((text, "00:00"));
    let (hour, minute) = clock.split_once(':').unwrap();
    let of_day = hour.parse::<i64>().unwrap() * HOUR + minute.parse::<i64>().unwrap() * HOUR / 60;
    assert!(of_day <= DAY);
    zone.to_utc(parse_date(day).unwrap(), of_day).at
}
