//! How each canonical column of one file is read: from which field, expression or constant, and into what.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::canon::{Data, Interner, key_of};
use crate::expr::{Bound, Cell, Reading};
use crate::period::Zone;
use crate::schema::{ColumnType, DAY, MONEY_SCALE, Micros, NO_CODE, NO_INT, NO_KEY, NO_TIME, Table};
use crate::sources::word;
use crate::value::{
    Civil, DecimalMark, Format, Order, ValueError, is_null, parse_bool, parse_decimal, parse_iso, parse_money, parse_number, parse_ordered,
};

/// Where the cells of a column come from.
#[derive(Debug, Clone)]
pub enum Take {
    /// A field of the record, by index; beyond the file's own fields come those of the looked-up record.
    Field(usize),
    /// An expression over the fields.
    Expr(Bound),
    /// The same text for every record.
    Value(String),
}

/// How the times of a column are written.
#[derive(Debug, Clone, PartialEq)]
pub enum Times {
    /// ISO 8601, until a cell says otherwise.
    Iso,
    /// Day, month and year in this order.
    Ordered(Order),
    /// One of these formats.
    Formats(Vec<Format>),
}

/// One column to read.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Canonical name, or the name of a dimension.
    pub name: String,
    /// How its cells are read.
    pub kind: ColumnType,
    /// A record without it cannot be used.
    pub required: bool,
    /// Its closed words, if it has any.
    pub words: &'static [&'static str],
    /// Header in the file, for messages.
    pub header: String,
    /// Where its cells come from.
    pub take: Take,
    /// How its times are written.
    pub times: Times,
    /// Zone of times without an offset.
    pub zone: Zone,
    /// Zone of bare dates: the report's.
    pub report_zone: Zone,
    /// Its decimal mark.
    pub mark: DecimalMark,
    /// Ids are read without their `.0`.
    pub strip_point_zero: bool,
    /// Whether cells may still tell that the column has to be looked at as a whole first.
    pub open: bool,
    /// A cell that cannot be read voids itself alone, not the record.
    pub forgiving: bool,
    /// Replacements of cells.
    pub values: BTreeMap<String, String>,
}

/// Why a cell gives no value.
#[derive(Debug)]
pub enum Trouble {
    /// The cell is wrong: code and reason.
    Bad(&'static str, String),
    /// The whole column has to be looked at before any of its cells can be read.
    LookFirst,
}

/// A column being filled by one thread.
#[derive(Debug)]
pub struct Filling {
    /// The values so far.
    pub data: Data,
    /// Codes are of stakeholders, not of texts.
    pub is_stakeholder: bool,
    /// Cells that were times, and those of them that were midnights.
    pub times: (u64, u64),
    /// Closed words by the cells that were met, so that each is looked up once.
    words: (Interner, Vec<u32>),
    /// Cells rounded to 1/10,000.
    pub rounded: u64,
    /// Cells voided: a word outside the closed list, a score that is none; with one example each.
    pub voided: BTreeMap<String, (u64, String)>,
}

impl Filling {
    /// An empty column for a plan.
    /// Room for the rows that are expected is taken at once: it costs nothing before it is used, and a column that has to move while
    /// it grows costs its memory twice.
    pub fn new(plan: &Plan, expected: usize) -> Filling {
        let data = match plan.kind {
            ColumnType::Stakeholder | ColumnType::Text => Data::Code(Vec::with_capacity(expected)),
            ColumnType::Key => Data::Key(Vec::with_capacity(expected)),
            ColumnType::Time | ColumnType::Money => Data::Int(Vec::with_capacity(expected)),
            ColumnType::Number => Data::Float(Vec::with_capacity(expected)),
            ColumnType::Bool => Data::Flag(Vec::with_capacity(expected)),
        };
        Filling {
            data,
            is_stakeholder: plan.kind == ColumnType::Stakeholder,
            times: (0, 0),
            words: (Interner::default(), Vec::new()),
            rounded: 0,
            voided: BTreeMap::new(),
        }
    }
}

/// A value read from a cell, not yet part of a column.
#[derive(Debug, Clone, Copy)]
pub enum Read {
    /// A time or an amount.
    Int(i64),
    /// A number.
    Float(f64),
    /// An interned text or stakeholder.
    Code(u32),
    /// A hashed id.
    Key(u64),
    /// Yes or no.
    Flag(u8),
}

impl Read {
    /// Whether there is nothing.
    pub fn is_null(self) -> bool {
        match self {
            Read::Int(v) => v == NO_INT,
            Read::Float(v) => v.is_nan(),
            Read::Code(v) => v == NO_CODE,
            Read::Key(v) => v == NO_KEY,
            Read::Flag(v) => v == 2,
        }
    }
}

impl Plan {
    fn null(&self) -> Read {
        match self.kind {
            ColumnType::Stakeholder | ColumnType::Text => Read::Code(NO_CODE),
            ColumnType::Key => Read::Key(NO_KEY),
            ColumnType::Time | ColumnType::Money => Read::Int(NO_INT),
            ColumnType::Number => Read::Float(f64::NAN),
            ColumnType::Bool => Read::Flag(2),
        }
    }

    /// Reads the column's value of one record.
    pub fn read<'r>(
        &'r self,
        fields: &impl Fn(usize) -> &'r str,
        reading: &Reading,
        interners: &mut Interners,
        filling: &mut Filling,
    ) -> Result<Read, Trouble> {
        match &self.take {
            Take::Field(index) => self.text(fields(*index), interners, filling),
            Take::Value(text) => self.text(text, interners, filling),
            Take::Expr(expr) => match expr.eval(fields, reading) {
                Ok(Cell::Null) => Ok(self.null()),
                Ok(Cell::Text(text)) => self.text(&text, interners, filling),
                Ok(Cell::Decimal(number)) => self.decimal(number, interners, filling),
                Ok(Cell::Time(at)) if self.kind == ColumnType::Time => Ok(Read::Int(at)),
                Ok(Cell::Bool(value)) if self.kind == ColumnType::Bool => Ok(Read::Flag(u8::from(value))),
                Ok(Cell::Bool(value)) => self.text(if value { "true" } else { "false" }, interners, filling),
                Ok(Cell::Time(_)) => Err(Trouble::Bad("bad-expression", "the expression gives a time".to_string())),
                Err(_) if self.open => Err(Trouble::LookFirst),
                Err(error) => Err(Trouble::Bad("bad-expression", error.to_string())),
            },
        }
    }

    fn decimal(&self, number: Decimal, interners: &mut Interners, filling: &mut Filling) -> Result<Read, Trouble> {
        match self.kind {
            ColumnType::Money => {
                let steps = number * Decimal::from(MONEY_SCALE);
                let rounded = steps.round_dp_with_strategy(0, rust_decimal::RoundingStrategy::MidpointNearestEven);
                filling.rounded += u64::from(rounded != steps);
                rounded
                    .to_i64()
                    .map(Read::Int)
                    .ok_or_else(|| Trouble::Bad("bad-amount", format!("{number} is too large")))
            }
            ColumnType::Number => Ok(Read::Float(number.to_f64().unwrap_or(f64::NAN))),
            _ => self.text(&number.normalize().to_string(), interners, filling),
        }
    }

    fn text(&self, cell: &str, interners: &mut Interners, filling: &mut Filling) -> Result<Read, Trouble> {
        let replaced = if self.values.is_empty() {
            None
        } else {
            self.values.get(cell.trim())
        };
        let cell = replaced.map_or(cell, String::as_str);
        if is_null(cell) {
            return Ok(self.null());
        }
        match self.kind {
            ColumnType::Stakeholder => Ok(Read::Code(interners.stakeholders.code(self.id(cell)?))),
            ColumnType::Key => Ok(Read::Key(key_of(self.id(cell)?))),
            ColumnType::Text => Ok(Read::Code(self.word(cell, interners, filling))),
            ColumnType::Time => self.time(cell, filling),
            ColumnType::Money => match parse_money(cell, self.mark) {
                Ok(money) => {
                    filling.rounded += u64::from(money.rounded);
                    Ok(Read::Int(money.stored))
                }
                Err(error) => Err(self.number_trouble("bad-amount", cell, error)),
            },
            ColumnType::Number => match parse_number(cell, self.mark) {
                Ok(number) => Ok(Read::Float(number)),
                Err(ValueError::AmbiguousSeparator(_)) if self.open => Err(Trouble::LookFirst),
                Err(_) if self.forgiving => {
                    filling.void(format!("{} is no number", self.name), cell);
                    Ok(Read::Float(f64::NAN))
                }
                Err(error) => Err(self.number_trouble("bad-number", cell, error)),
            },
            ColumnType::Bool => match parse_bool(cell) {
                Ok(value) => Ok(Read::Flag(u8::from(value))),
                Err(error) => Err(Trouble::Bad("bad-flag", error.to_string())),
            },
        }
    }

    fn number_trouble(&self, code: &'static str, cell: &str, error: ValueError) -> Trouble {
        match error {
            ValueError::AmbiguousSeparator(_) if self.open => Trouble::LookFirst,
            error => Trouble::Bad(code, format!("{error}: '{}'", shortened(cell))),
        }
    }

    fn id<'c>(&self, cell: &'c str) -> Result<&'c str, Trouble> {
        let id = cell.trim();
        match id.strip_suffix(".0") {
            Some(_) if self.open => Err(Trouble::LookFirst),
            Some(stripped) if self.strip_point_zero => Ok(stripped),
            _ => Ok(id),
        }
    }

    fn word(&self, cell: &str, interners: &mut Interners, filling: &mut Filling) -> u32 {
        let cell = cell.trim();
        if self.words.is_empty() {
            // A type is a word that metrics name: capitals say nothing.
            return match self.name.as_str() {
                "type" => interners.texts.code(&cell.to_lowercase()),
                _ => interners.texts.code(cell),
            };
        }
        let (seen, known) = &mut filling.words;
        let index = seen.code(cell) as usize;
        if known.len() <= index {
            let word = word(&self.name, self.words, cell);
            known.push(word.map_or(NO_CODE, |word| interners.texts.code(word)));
        }
        match known[index] {
            NO_CODE => {
                filling.void(format!("{} is none of {}", self.name, self.words.join(", ")), cell);
                if self.words.contains(&"other") {
                    interners.texts.code("other")
                } else {
                    NO_CODE
                }
            }
            code => code,
        }
    }

    fn time(&self, cell: &str, filling: &mut Filling) -> Result<Read, Trouble> {
        let civil = match &self.times {
            Times::Iso => parse_iso(cell).map_err(|error| if self.open { Trouble::LookFirst } else { bad_date(cell, error) })?,
            Times::Ordered(order) => parse_ordered(cell, *order).map_err(|error| bad_date(cell, error))?,
            Times::Formats(formats) => {
                let mut first = None;
                let read = formats
                    .iter()
                    .find_map(|format| format.parse(cell).map_err(|e| first.get_or_insert(e).to_owned()).ok());
                match (read, first) {
                    (Some(civil), _) => civil,
                    (None, error) => return Err(bad_date(cell, error.unwrap_or(ValueError::NotDate))),
                }
            }
        };
        let at = self.instant(&civil);
        filling.times.0 += 1;
        filling.times.1 += u64::from(civil.offset_seconds.is_none() && civil.micros_of_day.unwrap_or(0) == 0);
        Ok(Read::Int(at))
    }

    /// The instant of a date or time: with an offset as it says; a bare date is a day of the report's zone, any other time one of the
    /// source's zone.
    fn instant(&self, civil: &Civil) -> Micros {
        match (civil.utc(), civil.micros_of_day) {
            (Some(at), _) => at,
            (None, None) => self.report_zone.midnight(civil.days),
            (None, Some(0)) => self.zone.midnight(civil.days),
            (None, Some(micros)) => self.zone.to_utc(civil.days, micros).at,
        }
    }
}

fn bad_date(cell: &str, error: ValueError) -> Trouble {
    Trouble::Bad("bad-date", format!("{error}: '{}'", shortened(cell)))
}

/// A cell as a message shows it.
pub fn shortened(cell: &str) -> String {
    let cell = cell.trim();
    if cell.chars().count() <= 40 {
        cell.to_string()
    } else {
        format!("{}...", cell.chars().take(40).collect::<String>())
    }
}

impl Filling {
    /// Counts a cell that is void, with the least of them as an example, so that it does not depend on who came first.
    fn void(&mut self, what: String, cell: &str) {
        let cell = shortened(cell);
        match self.voided.get_mut(&what) {
            Some((count, example)) => {
                *count += 1;
                if cell < *example {
                    *example = cell;
                }
            }
            None => {
                self.voided.insert(what, (1, cell));
            }
        }
    }

    /// The value that was appended last.
    pub fn last(&self) -> Read {
        let missing = "a value was appended";
        match &self.data {
            Data::Int(v) => Read::Int(*v.last().expect(missing)),
            Data::Float(v) => Read::Float(*v.last().expect(missing)),
            Data::Code(v) => Read::Code(*v.last().expect(missing)),
            Data::Key(v) => Read::Key(*v.last().expect(missing)),
            Data::Flag(v) => Read::Flag(*v.last().expect(missing)),
        }
    }

    /// Takes back the value that was appended last.
    pub fn take_back(&mut self) {
        match &mut self.data {
            Data::Int(v) => drop(v.pop()),
            Data::Float(v) => drop(v.pop()),
            Data::Code(v) => drop(v.pop()),
            Data::Key(v) => drop(v.pop()),
            Data::Flag(v) => drop(v.pop()),
        }
    }

    /// Appends a value.
    pub fn push(&mut self, read: Read) {
        match (&mut self.data, read) {
            (Data::Int(v), Read::Int(x)) => v.push(x),
            (Data::Float(v), Read::Float(x)) => v.push(x),
            (Data::Code(v), Read::Code(x)) => v.push(x),
            (Data::Key(v), Read::Key(x)) => v.push(x),
            (Data::Flag(v), Read::Flag(x)) => v.push(x),
            _ => unreachable!("a column is read as one kind"),
        }
    }
}

/// The texts that one thread has met.
#[derive(Debug, Default)]
pub struct Interners {
    /// Ids of stakeholders.
    pub stakeholders: Interner,
    /// Words and dimensions.
    pub texts: Interner,
}

/// A reader of cells for expressions.
pub fn expression_time(cell: &str, order: Option<Order>, zone: &Zone) -> Option<Micros> {
    let civil = match order {
        Some(order) => parse_ordered(cell, order).ok()?,
        None => parse_iso(cell).ok()?,
    };
    Some(
        civil
            .utc()
            .unwrap_or_else(|| zone.to_utc(civil.days, civil.micros_of_day.unwrap_or(0)).at),
    )
}

/// An amount of a cell for expressions.
pub fn expression_amount(cell: &str, mark: DecimalMark) -> Option<Decimal> {
    parse_decimal(cell, mark).ok()
}

/// Texts that are only read where somebody asks for them: dimensions and free text.
pub fn is_optional_text(table: Table, name: &str) -> bool {
    const ALWAYS: [&str; 11] = [
        "kind",
        "direction",
        "instrument",
        "outcome",
        "end_reason",
        "type",
        "tier",
        "status",
        "currency",
        "acquisition_source",
        "alias",
    ];
    table.column(name).is_some_and(|c| c.kind == ColumnType::Text) && !ALWAYS.contains(&name)
}

/// Moves the deadlines of a column of dates to the end of their days.
pub fn to_end_of_day(data: &mut Data, zone: &Zone) {
    if let Data::Int(values) = data {
        for value in values.iter_mut().filter(|v| **v != NO_TIME) {
            *value = if zone.name() == "UTC" {
                *value - value.rem_euclid(DAY) + DAY - 1
            } else {
                zone.midnight(zone.day_of(*value) + 1) - 1
            };
        }
    }
}

/// Columns that hold a deadline.
pub fn is_deadline(name: &str) -> bool {
    matches!(name, "due_at" | "response_due_at" | "promised_at")
}

/// Names that are there in a plan.
pub fn names(plans: &[Plan]) -> BTreeSet<String> {
    plans.iter().map(|p| p.name.clone()).collect()
}
