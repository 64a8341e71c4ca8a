//! Rows of a fact as an example writes them, in the place of those that are built from tables.

use std::collections::BTreeSet;

use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};

use crate::canonical::{Dictionary, Interner, Texts, key_of};
use crate::catalog::{Metric, When};
use crate::cell_parsing::{DecimalMark, is_null, parse_bool, parse_decimal, parse_iso, parse_number};
use crate::diagnostics::visible;
use crate::facts::frame::Frame;
use crate::period::Zone;
use crate::schema::{FactColumn, FactSpec, Micros, NO_CODE, Shape, Unit};

/// What a cell says.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Cell {
    Null,
    Int(i64),
    Float(f64),
    Code(u32),
    Flag(bool),
}

/// The rows of a fact, sorted by stakeholder.
#[derive(Debug)]
pub struct Given {
    columns: Vec<&'static FactColumn>,
    rows: Vec<(u32, Vec<Cell>)>,
}

impl Given {
    /// Reads CSV with a header of the fact's columns, and of `stakeholder_id`, without which each row is its own stakeholder's. Gives
    /// the texts of the rows too.
    ///
    /// # Errors
    /// The cell that cannot be read, and why; a row of another length; an unknown column.
    pub fn read(csv: &str, fact: &'static FactSpec, zone: &Zone) -> Result<(Given, Dictionary), String> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(csv.as_bytes());
        let header = reader.headers().map_err(|why| why.to_string())?.clone();
        let owner = header
            .iter()
            .position(|name| name == "stakeholder_id" && fact.column(name).is_none());
        let mut columns = Vec::new();
        for (at, name) in header.iter().enumerate().filter(|(at, _)| Some(*at) != owner) {
            let column = fact
                .column(name)
                .ok_or_else(|| format!("`{}` has no column `{}`", fact.name(), visible(name)))?;
            columns.push((at, column));
        }
        let mut people = Texts::default();
        let mut texts = Interner::default();
        let mut rows = Vec::new();
        for (index, record) in reader.records().enumerate() {
            let record = record.map_err(|why| why.to_string())?;
            let stakeholder = match owner.map(|at| &record[at]) {
                None => index as u32,
                Some(id) if is_null(id) => NO_CODE,
                Some(id) => people.code(id),
            };
            let cell = |&(at, column): &(usize, &FactColumn)| {
                read_cell(&record[at], column.unit, zone, &mut texts)
                    .map_err(|why| format!("row {}, `{}`: `{}` {why}", index + 1, column.name, visible(&record[at])))
            };
            rows.push((stakeholder, columns.iter().map(cell).collect::<Result<Vec<Cell>, String>>()?));
        }
        let (texts, ranks) = texts.finish();
        for cell in rows.iter_mut().flat_map(|(_, cells)| cells) {
            if let Cell::Code(code) = cell {
                *code = ranks.of(*code);
            }
        }
        rows.sort_by_key(|(stakeholder, _)| *stakeholder);
        let columns = columns.into_iter().map(|(_, column)| column).collect();
        Ok((Given { columns, rows }, texts))
    }

    /// The first and the last time in a column, where it is there and says any.
    pub fn span(&self, name: &str) -> Option<(Micros, Micros)> {
        let at = self.columns.iter().position(|column| column.name == name)?;
        let times = self.rows.iter().filter_map(|(_, cells)| match cells[at] {
            Cell::Int(time) => Some(time),
            _ => None,
        });
        Some((times.clone().min()?, times.max()?))
    }

    /// Fills a frame with the rows. Of the times that bring rows into a period, and of the weights, those that are not written stand in
    /// for themselves: such a row lies at `start`, and weighs 1.
    pub fn fill(&self, metrics: &[&Metric], start: Micros, out: &mut Frame) {
        let written: Vec<_> = self.columns.iter().map(|column| out.handle(column.name)).collect();
        let unwritten = |name: &&str| !self.columns.iter().any(|column| column.name == *name);
        let times: BTreeSet<&str> = metrics.iter().filter_map(|metric| begins(metric)).filter(unwritten).collect();
        let weights: BTreeSet<&str> = metrics.iter().filter_map(|m| m.weight.as_deref()).filter(unwritten).collect();
        for (stakeholder, cells) in &self.rows {
            match out.shape() {
                Shape::Event => out.begin(*stakeholder, 0, 0),
                Shape::StakeholderPeriod => out.begin_in(*stakeholder, 0, 0),
            }
            times.iter().for_each(|name| out.int(out.handle(name), start));
            weights.iter().for_each(|name| out.float(out.handle(name), 1.0));
            for (&handle, cell) in written.iter().zip(cells) {
                match *cell {
                    Cell::Null => {}
                    Cell::Int(value) => out.int(handle, value),
                    Cell::Float(value) => out.float(handle, value),
                    Cell::Code(value) => out.code(handle, value),
                    Cell::Flag(value) => out.flag(handle, value),
                }
            }
        }
    }
}

/// The time from which on a row counts in a period.
pub fn begins(metric: &Metric) -> Option<&str> {
    match &metric.when {
        When::InPeriod => None,
        When::At(at) => Some(at),
        When::Stock { from, .. } => Some(from),
    }
}

fn read_cell(cell: &str, unit: Unit, zone: &Zone, texts: &mut Interner) -> Result<Cell, String> {
    if is_null(cell) {
        return Ok(Cell::Null);
    }
    let mark = DecimalMark::Point;
    let read = match unit {
        Unit::Number => parse_number(cell, mark).map(Cell::Float),
        Unit::Bool => parse_bool(cell).map(Cell::Flag),
        Unit::Text => Ok(Cell::Code(texts.code(cell))),
        Unit::Key => Ok(Cell::Int(key_of(cell) as i64)),
        Unit::Time => parse_iso(cell).map(|civil| {
            let local = || zone.to_utc(civil.days, civil.micros_of_day.unwrap_or(0)).at;
            Cell::Int(civil.utc().unwrap_or_else(local))
        }),
        Unit::Money | Unit::Hours | Unit::Days | Unit::Count => {
            let steps = parse_decimal(cell, mark).map(|value| value.checked_mul(Decimal::from(unit.scale())));
            return match steps.map_err(|why| why.to_string())? {
                Some(steps) if unit.scale() == 1 && !steps.fract().is_zero() => Err("is no whole number".to_string()),
                steps => steps
                    .and_then(|steps| steps.round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven).to_i64())
                    .map(Cell::Int)
                    .ok_or_else(|| "is too large".to_string()),
            };
        }
    };
    read.map_err(|why| why.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{cases, responses};
    use crate::schema::{HOUR, NO_INT};

    #[test]
    fn cells_are_read_by_the_units_of_their_columns() {
        let zone = Zone::parse("Europe/Berlin").unwrap();
        let csv = "stakeholder_id,kind,answered,response_hours,opened_at\nb,zeta,true,1.5,2026-01-05T10:00:00\na,alpha,,,\n,zeta,no,,2026-01-05T10:00:00Z\n";
        let (given, texts) = Given::read(csv, &cases::SPEC, &zone).unwrap();
        assert_eq!((texts.len(), texts.text(1)), (2, Some("zeta")));
        let mut frame = Frame::new(&cases::SPEC, &|_| true, false);
        given.fill(&[], 7, &mut frame);
        // b was met first; without a stakeholder comes last
        assert_eq!(frame.stakeholder, [0, 1, NO_CODE]);
        assert_eq!(frame.codes("kind").unwrap(), [1, 0, 1]);
        assert_eq!(frame.ints("response_hours").unwrap(), [HOUR * 3 / 2, NO_INT, NO_INT]);
        let ten = 1_767_607_200_000_000;
        assert_eq!(frame.ints("opened_at").unwrap(), [ten - HOUR, NO_INT, ten]);
        assert_eq!(given.span("opened_at"), Some((ten - HOUR, ten)));
        assert_eq!(given.span("resolved_at"), None);
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let read = |csv: &str| Given::read(csv, &cases::SPEC, &Zone::utc()).map(|_| ()).unwrap_err();
        assert!(read("answered\ntrue\nperhaps\n").starts_with("row 2, `answered`: `perhaps` "));
        assert_eq!(read("messages\n1.5\n"), "row 1, `messages`: `1.5` is no whole number");
        assert_eq!(read("kind,colour\na,b\n"), "`cases` has no column `colour`");
        assert!(!read("kind,answered\na\n").is_empty());
    }

    #[test]
    fn what_is_not_written_stands_in_for_itself() {
        let catalog = crate::catalog::Catalog::builtin(crate::facts::SPECS);
        let nps = catalog.get("nps").unwrap();
        let fill = |csv| {
            let (given, _) = Given::read(csv, &responses::SPEC, &Zone::utc()).unwrap();
            let mut frame = Frame::new(&responses::SPEC, &|_| true, false);
            given.fill(&[nps], 7, &mut frame);
            frame
        };
        let frame = fill("score\n9\n1\n");
        assert_eq!(
            (frame.stakeholder.as_slice(), frame.ints("counted_at").unwrap()),
            (&[0, 1][..], &[7, 7][..])
        );
        assert_eq!(frame.ints("sent_at").unwrap(), [NO_INT, NO_INT]);
        assert_eq!(fill("score,counted_at\n9,\n").ints("counted_at").unwrap(), [NO_INT]);
    }
}
