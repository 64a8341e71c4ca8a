//! How each canonical column of one file is read: from which field, expression or constant, and into what.

use std::collections::{BTreeMap, BTreeSet};

use crate::canonical::Data;
use crate::cell_parsing::{
    Civil, Currency, DecimalMark, DurationUnit, Format, Order, ScorePart, ScoreReading, Style, ValueError, parse_iso, parse_ordered,
    parse_plain_iso,
};
use crate::expr::Bound;
use crate::period::Zone;
use crate::schema::{Column, ColumnType, DAY, NO_TIME};
use crate::sources::Precision;

/// Where the cells of a column come from.
#[derive(Debug, Clone)]
pub enum ColumnSource {
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
    /// As a look at the whole column has found.
    Styled(Style),
    /// One of these formats.
    Formats(Vec<Format>),
}

impl Times {
    /// The date or time of a cell.
    ///
    /// # Errors
    /// Whatever makes it none.
    pub fn parse(&self, cell: &str) -> Result<Civil, ValueError> {
        match self {
            Times::Iso => parse_plain_iso(cell).map_or_else(|| parse_iso(cell), Ok),
            Times::Ordered(order) => parse_ordered(cell, *order),
            Times::Styled(style) => style.parse(cell),
            Times::Formats(formats) => {
                let mut first = None;
                let read = formats
                    .iter()
                    .find_map(|format| format.parse(cell).map_err(|e| first.get_or_insert(e).to_owned()).ok());
                read.ok_or(first.unwrap_or(ValueError::NotDate))
            }
        }
    }
}

/// One column to read.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Canonical name, or the name of a dimension.
    pub name: String,
    /// The canonical column that it gives; none of a dimension.
    pub column: Option<&'static Column>,
    /// How its cells are read.
    pub kind: ColumnType,
    /// A record without it cannot be used.
    pub required: bool,
    /// Its closed words, if it has any.
    pub words: &'static [&'static str],
    /// Header in the file, for messages.
    pub header: String,
    /// Where its cells come from.
    pub take: ColumnSource,
    /// How its times are written.
    pub times: Times,
    /// Zone of times without an offset.
    pub zone: Zone,
    /// Zone of bare dates: the report's.
    pub report_zone: Zone,
    /// Its decimal mark.
    pub mark: DecimalMark,
    /// Whether its times say a time of day, where a setting says so.
    pub precision: Option<Precision>,
    /// What a plain number counts in a column of durations.
    pub unit: DurationUnit,
    /// Ids are read without their `.0`.
    pub strip_point_zero: bool,
    /// Whether cells may still tell that the column has to be looked at as a whole first.
    pub open: bool,
    /// A cell that cannot be read is ignored, and its record is kept.
    pub forgiving: bool,
    /// `NA` is a text, such as a region, and not a missing value.
    pub na_is_text: bool,
    /// Texts are kept as they are written.
    pub keep_text: bool,
    /// How cells of scores are read.
    pub scores: ScoreReading,
    /// Which part of a cell of scores this column holds.
    pub score_part: ScorePart,
    /// Replacements of cells.
    pub values: BTreeMap<String, String>,
    /// The currency of amounts that do not say theirs, as the header names it.
    pub currency: Option<&'static Currency>,
}

impl Plan {
    /// The fields of the record that it reads.
    pub fn fields(&self) -> Vec<usize> {
        match &self.take {
            ColumnSource::Field(index) => vec![*index],
            ColumnSource::Expr(expr) => expr.columns().to_vec(),
            ColumnSource::Value(_) => Vec::new(),
        }
    }

    /// A column with the same text in every record.
    pub fn constant(column: &'static Column, text: &str, zone: &Zone) -> Plan {
        Plan {
            name: column.name.to_string(),
            column: Some(column),
            kind: column.kind,
            required: false,
            words: column.words,
            header: column.name.to_string(),
            take: ColumnSource::Value(text.to_string()),
            times: Times::Iso,
            zone: zone.clone(),
            report_zone: zone.clone(),
            mark: DecimalMark::Point,
            precision: None,
            unit: DurationUnit::default(),
            strip_point_zero: false,
            open: false,
            forgiving: false,
            na_is_text: false,
            keep_text: false,
            scores: ScoreReading::default(),
            score_part: ScorePart::Score,
            values: BTreeMap::new(),
            currency: None,
        }
    }
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

/// Names that are there in a plan.
pub fn names(plans: &[Plan]) -> BTreeSet<String> {
    plans.iter().map(|p| p.name.clone()).collect()
}
