//! From a cell to a value of its column, or why it has none.

use std::borrow::Cow;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::columns::{ColumnSource, Plan, Times};
pub use super::filling::{Filling, Read};
use super::marking_time::marked_by_time;
use crate::canonical::load::people::email::{email, phone};
use crate::canonical::{Interner, key_of};
use crate::cell_parsing::{
    Civil, Currency, DecimalMark, Order, ScoreCell, ScorePart, ValueError, cleaned, composed, is_marked_nothing, is_no_value, is_null,
    is_sheet_error, is_zero_date, parse_bool, parse_decimal_in, parse_duration, parse_money, parse_number, score_cell,
};
use crate::expr::{Cell, Reading};
use crate::ingest::StoredValue;
use crate::notes::{CellFault, CellNote, CellText, ClockChange, Expected, ExpressionFault, RejectReason};
use crate::period::{Fit, Zone};
use crate::schema::{ColumnType, MONEY_SCALE, Micros, NO_CODE, NO_INT, NO_KEY, Role, stakeholders};
use crate::sources::automatic::is_automatic;
use crate::sources::placeholders::{is_placeholder, is_placeholder_address};
use crate::sources::stakeholder_types::{is_type_word, stakeholder_type};
use crate::sources::undone::{Undone, undone};
use crate::sources::word;

/// Whether a cell has what a program leaves that encodes a text once too often.
fn shows_encoding(cell: &str) -> bool {
    !cell.is_ascii() || memchr::memchr(b'&', cell.as_bytes()).is_some()
}

/// What is a missing value in most columns, and North America or Namibia in others.
pub const NA: &str = "NA";

/// In a column of scores that is being read, a cell with several answers: answered, without a score. No number of a file is infinite.
pub const SEVERAL_ANSWERS: f64 = f64::INFINITY;

/// Why a cell gives no value.
#[derive(Debug)]
pub enum CellIssue {
    /// The cell is wrong.
    Bad(RejectReason),
    /// The whole column has to be looked at before any of its cells can be read.
    NeedsColumnScan,
}

impl Plan {
    pub fn null(&self) -> Read {
        match self.kind {
            ColumnType::Stakeholder | ColumnType::Text => Read::Code(NO_CODE),
            ColumnType::Key => Read::Key(NO_KEY),
            ColumnType::Time | ColumnType::Money => Read::Int(NO_INT),
            ColumnType::Number => Read::Float(f64::NAN),
            ColumnType::Bool => Read::Flag(2),
        }
    }

    /// Reads the column's value of one record, from the value that its file stores if it stores one.
    pub fn read<'r>(
        &'r self,
        fields: &impl Fn(usize) -> &'r str,
        stored: &impl Fn(usize) -> Option<StoredValue<'r>>,
        reading: &Reading,
        interners: &mut Interners,
        filling: &mut Filling,
    ) -> Result<Read, CellIssue> {
        match &self.take {
            ColumnSource::Field(index) => match stored(*index).and_then(|value| self.stored(&value, fields(*index), filling)) {
                Some(read) => Ok(read),
                None => self.text(fields(*index), interners, filling),
            },
            ColumnSource::Value(text) => self.text(text, interners, filling),
            ColumnSource::Expr(expr) => match expr.eval(fields, reading) {
                Ok(Cell::Null) => Ok(self.null()),
                Ok(Cell::Text(text)) => self.text(&text, interners, filling),
                Ok(Cell::Number(number)) => self.decimal(number, interners, filling),
                Ok(Cell::Time(at)) if self.kind == ColumnType::Time => {
                    filling.times.count_instant(at, &self.zone);
                    Ok(Read::Int(at))
                }
                Ok(Cell::Bool(value)) if self.kind == ColumnType::Bool => Ok(Read::Flag(u8::from(value))),
                Ok(Cell::Bool(value)) => self.text(if value { "true" } else { "false" }, interners, filling),
                Ok(Cell::Time(_)) => Err(CellIssue::Bad(RejectReason::BadExpression {
                    fault: ExpressionFault::IsTime,
                })),
                Err(_) if self.open => Err(CellIssue::NeedsColumnScan),
                Err(error) => Err(CellIssue::Bad(RejectReason::BadExpression { fault: error.into() })),
            },
        }
    }

    fn decimal(&self, number: Decimal, interners: &mut Interners, filling: &mut Filling) -> Result<Read, CellIssue> {
        match self.kind {
            ColumnType::Money => {
                let steps = number * Decimal::from(MONEY_SCALE);
                let rounded = steps.round_dp_with_strategy(0, rust_decimal::RoundingStrategy::MidpointNearestEven);
                filling.rounded += u64::from(rounded != steps);
                rounded.to_i64().map(Read::Int).ok_or_else(|| {
                    let fault = fault(&number.to_string(), ValueError::TooLarge);
                    CellIssue::Bad(RejectReason::BadAmount { fault })
                })
            }
            ColumnType::Number => Ok(Read::Float(number.to_f64().unwrap_or(f64::NAN))),
            _ => self.text(&number.normalize().to_string(), interners, filling),
        }
    }

    fn text(&self, cell: &str, interners: &mut Interners, filling: &mut Filling) -> Result<Read, CellIssue> {
        let replaced = if self.values.is_empty() {
            None
        } else {
            // What an empty cell means, every cell means that says that there is nothing.
            let of_nothing = || is_null(cell).then(|| self.values.get("")).flatten();
            self.values
                .get(cell.trim())
                .or_else(of_nothing)
                .or_else(|| self.in_other_capitals(cell.trim()))
        };
        let cell = replaced.map_or(cell, String::as_str);
        let letters = composed(cell);
        let cell = letters.as_deref().unwrap_or(cell);
        if is_null(cell) {
            let is_na = matches!(self.kind, ColumnType::Text | ColumnType::Stakeholder) && cell.trim() == NA;
            match (is_na, self.na_is_text, self.open) {
                (true, true, _) => {}
                (true, false, true) => return Err(CellIssue::NeedsColumnScan),
                (true, false, false) | (false, ..) => return Ok(self.null()),
            }
        }
        let restored = match self.kind {
            ColumnType::Stakeholder | ColumnType::Text if self.may_be_restored() && shows_encoding(cell) => self.restored(cell, filling),
            _ => None,
        };
        let cell = restored.as_deref().unwrap_or(cell);
        match self.kind {
            ColumnType::Stakeholder if self.role() == Some(Role::ContactEmail) => Ok(match email(cell) {
                Some(address) if !is_placeholder_address(&address) => Read::Code(interners.stakeholders.code(&address)),
                Some(_) | None => self.null(),
            }),
            ColumnType::Stakeholder if self.role() == Some(Role::ContactPhone) => Ok(match phone(cell) {
                Some(number) => Read::Code(interners.stakeholders.code(&number)),
                None => self.null(),
            }),
            // A name says no more than whether it is one.
            ColumnType::Stakeholder if self.role() == Some(Role::ContactName) => Ok(match is_placeholder(cell) {
                true => Read::Code(interners.stakeholders.code(cell.trim())),
                false => self.null(),
            }),
            ColumnType::Stakeholder => Ok(match self.id(cell, filling)? {
                Some(id) => Read::Code(interners.stakeholders.code(&id)),
                None => self.null(),
            }),
            ColumnType::Key => Ok(self.id(cell, filling)?.map_or(self.null(), |id| Read::Key(key_of(&id)))),
            ColumnType::Text => Ok(Read::Code(self.word(cell, interners, filling))),
            ColumnType::Time => self.time(cell, filling),
            ColumnType::Money => match parse_money(cell, self.mark) {
                Ok(money) => {
                    filling.rounded += u64::from(money.rounded);
                    filling.named = money.currency;
                    if money.repaired {
                        filling.note(CellNote::RepairedAmount, cell);
                    }
                    Ok(Read::Int(money.stored))
                }
                Err(error) => self
                    .no_value(cell, filling)
                    .ok_or_else(|| self.bad_number(cell, error, |fault| RejectReason::BadAmount { fault })),
            },
            ColumnType::Number if self.role() == Some(Role::Duration) => match parse_duration(cell, self.unit, self.mark) {
                Ok(minutes) => Ok(Read::Float(minutes)),
                Err(error) => self
                    .no_value(cell, filling)
                    .ok_or_else(|| self.bad_number(cell, error, |fault| RejectReason::BadDuration { fault })),
            },
            ColumnType::Number if self.is_of_scores() => self.score(cell, filling),
            ColumnType::Number => self.number(cell, filling),
            ColumnType::Bool if self.role() == Some(Role::MachineMark) => {
                let is_automatic = self.column.is_some_and(|column| is_automatic(column, cell));
                Ok(Read::Flag(u8::from(is_automatic)))
            }
            ColumnType::Bool => match parse_bool(cell).or_else(|error| marked_by_time(cell, &self.report_zone).ok_or(error)) {
                Ok(value) => Ok(Read::Flag(u8::from(value))),
                Err(error) => self.no_value(cell, filling).ok_or_else(|| {
                    let fault = fault(cell, error);
                    CellIssue::Bad(RejectReason::BadFlag { fault })
                }),
            },
        }
    }

    /// What a word means that is in `values` with other capitals. Those of IDs distinguish them.
    fn in_other_capitals(&self, cell: &str) -> Option<&String> {
        let is_word = !matches!(self.kind, ColumnType::Stakeholder | ColumnType::Key);
        let alike = |said: &String| {
            said.chars()
                .flat_map(char::to_lowercase)
                .eq(cell.chars().flat_map(char::to_lowercase))
        };
        self.values
            .iter()
            .find(|(said, _)| is_word && !said.is_empty() && alike(said))
            .map(|(_, means)| means)
    }

    /// Whether its cells are texts of the file, and may have been encoded once too often.
    fn may_be_restored(&self) -> bool {
        !self.keep_text && !matches!(self.take, ColumnSource::Value(_))
    }

    /// The text that was meant, where a program has encoded it once too often.
    #[cold]
    fn restored(&self, cell: &str, filling: &mut Filling) -> Option<String> {
        let (text, what) = undone(cell)?;
        let note = match what {
            Undone::HtmlEntities => CellNote::HtmlEntities,
            Undone::EncodedTwice => CellNote::EncodedTwice,
        };
        filling.note(note, cell);
        Some(text)
    }

    /// Whether its cells are scores: the scores themselves, or the ends of the scale that they show.
    fn is_of_scores(&self) -> bool {
        self.role() == Some(Role::Score) || self.score_part != ScorePart::Score
    }

    /// A score, or an end of its scale. Several answers in one cell are no answer.
    fn score(&self, cell: &str, filling: &mut Filling) -> Result<Read, CellIssue> {
        let is_plain = cell.trim().bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if self.open && !is_plain && !is_no_value(cell) {
            return Err(CellIssue::NeedsColumnScan);
        }
        let part = |points: u32, all: Option<u32>| Read::Float(self.score_part.of(points, all).map_or(f64::NAN, f64::from));
        match (score_cell(cell, self.scores), self.score_part) {
            (ScoreCell::Of(points, all), _) => Ok(part(points, Some(all))),
            (ScoreCell::Points(points), _) => Ok(part(points, None)),
            (ScoreCell::Labelled(points), ScorePart::Score) => Ok(Read::Float(f64::from(points))),
            (ScoreCell::Number, ScorePart::Score) => self.number(cell, filling),
            (ScoreCell::Several, ScorePart::Score) => {
                filling.note(CellNote::SeveralAnswers, cell);
                Ok(Read::Float(SEVERAL_ANSWERS))
            }
            (ScoreCell::Number | ScoreCell::Several | ScoreCell::Labelled(_), ScorePart::Lowest | ScorePart::Highest) => {
                Ok(Read::Float(f64::NAN))
            }
        }
    }

    fn number(&self, cell: &str, filling: &mut Filling) -> Result<Read, CellIssue> {
        match parse_number(cell, self.mark) {
            Ok(number) => Ok(Read::Float(number)),
            Err(ValueError::AmbiguousSeparator(_)) if self.open => Err(CellIssue::NeedsColumnScan),
            Err(_) if is_no_value(cell) => Ok(self.no_value(cell, filling).unwrap_or(Read::Float(f64::NAN))),
            Err(_) if self.forgiving => {
                filling.ignore(Expected::Number, cell);
                Ok(Read::Float(f64::NAN))
            }
            Err(error) => Err(self.bad_number(cell, error, |fault| RejectReason::BadNumber { fault })),
        }
    }

    fn bad_number(&self, cell: &str, error: ValueError, reason: impl Fn(CellFault) -> RejectReason) -> CellIssue {
        match error {
            ValueError::AmbiguousSeparator(_) if self.open => CellIssue::NeedsColumnScan,
            error => CellIssue::Bad(reason(fault(cell, error))),
        }
    }

    /// What the column is for; none of a dimension.
    pub fn role(&self) -> Option<Role> {
        self.column.map(|column| column.role)
    }

    /// Nothing, where the cell says so in a way that only columns of this kind understand.
    #[cold]
    fn no_value(&self, cell: &str, filling: &mut Filling) -> Option<Read> {
        if !is_no_value(cell) {
            return None;
        }
        if is_sheet_error(cell) {
            filling.note(CellNote::SheetError, cell);
        }
        Some(self.null())
    }

    /// The id in a cell; `None` where the cell holds what nobody is called.
    fn id<'c>(&self, cell: &'c str, filling: &mut Filling) -> Result<Option<Cow<'c, str>>, CellIssue> {
        let plain = trimmed(cell);
        let id = if plain.is_ascii() && !plain.starts_with(['\'', '=', '#', '<', '(', '\\']) {
            Cow::Borrowed(plain)
        } else {
            match self.odd_id(cell, filling) {
                Some(id) => id,
                None => return Ok(None),
            }
        };
        let end = id.as_bytes();
        // `1.23457E+11`
        if let [b'0'..=b'9', .., b'E' | b'e', b'+', b'0'..=b'9', b'0'..=b'9'] = end
            && end[..end.len() - 4].iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','))
        {
            filling.note(CellNote::RoundedId, &id);
        }
        match id.strip_suffix(".0") {
            Some(_) if self.open => Err(CellIssue::NeedsColumnScan),
            Some(stripped) if self.strip_point_zero => Ok(Some(Cow::Owned(stripped.to_string()))),
            _ => Ok(Some(id)),
        }
    }

    /// An id that is not plain.
    #[cold]
    fn odd_id<'c>(&self, cell: &'c str, filling: &mut Filling) -> Option<Cow<'c, str>> {
        if is_sheet_error(cell) {
            filling.note(CellNote::SheetError, cell);
            return None;
        }
        let id = cleaned(cell);
        if id.is_empty() || is_marked_nothing(&id) {
            return None;
        }
        if *id != *cell.trim() {
            filling.note(CellNote::CleanedId, &id);
        }
        Some(id)
    }

    fn word(&self, cell: &str, interners: &mut Interners, filling: &mut Filling) -> u32 {
        let cell = trimmed(cell);
        if self.words.is_empty() {
            // A type is a word that metrics name: capitals say nothing, nor does the language.
            return match self.role() {
                Some(Role::StakeholderType) => {
                    let (seen, known) = &mut filling.words;
                    let index = seen.code(cell) as usize;
                    if known.len() <= index {
                        let lower = cell.to_lowercase();
                        let means = stakeholder_type(cell).filter(|kind| **kind != lower);
                        filling.other_words.push(means.is_some());
                        known.push(interners.texts.code(means.unwrap_or(&lower)));
                    }
                    let code = known[index];
                    if filling.other_words[index] {
                        filling.note(CellNote::TypeInOtherWords, cell);
                    }
                    code
                }
                // A dimension of that name may hold the same types. Any other words are those of the file.
                None if self.name == stakeholders::TYPE.name && is_type_word(cell) => interners.texts.code(&cell.to_lowercase()),
                // As are the codes of currencies; other ways to write one mean its code.
                Some(Role::Currency) => {
                    let (seen, known) = &mut filling.words;
                    let index = seen.code(cell) as usize;
                    if known.len() <= index {
                        let named = Currency::named(cell);
                        filling.currencies.push(named);
                        known.push(match named {
                            Some(currency) => interners.texts.code(currency.name()),
                            None => interners.texts.code(&cell.to_ascii_uppercase()),
                        });
                    }
                    filling.named = filling.currencies[index];
                    known[index]
                }
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
                filling.ignore(Expected::OneOf(self.words), cell);
                if self.words.contains(&"other") {
                    interners.texts.code("other")
                } else {
                    NO_CODE
                }
            }
            code => code,
        }
    }

    fn time(&self, cell: &str, filling: &mut Filling) -> Result<Read, CellIssue> {
        let civil = match self.times.parse(cell) {
            Ok(civil) if !civil.is_zero() => civil,
            read => return self.no_time(cell, read.err(), filling),
        };
        Ok(self.at(&civil, cell, filling))
    }

    /// The instant of a time that was read, counted.
    pub fn at(&self, civil: &Civil, cell: &str, filling: &mut Filling) -> Read {
        let at = self.instant(civil, cell, filling);
        filling.times.count(civil, at, &self.report_zone);
        Read::Int(at)
    }

    /// What is to be done about a cell that gives no time.
    #[cold]
    fn no_time(&self, cell: &str, error: Option<ValueError>, filling: &mut Filling) -> Result<Read, CellIssue> {
        match error {
            Some(_) if is_no_value(cell) => Ok(self.no_value(cell, filling).unwrap_or(Read::Int(NO_INT))),
            Some(error) if !is_zero_date(cell) => Err(if self.open {
                CellIssue::NeedsColumnScan
            } else {
                CellIssue::Bad(RejectReason::BadDate { fault: fault(cell, error) })
            }),
            _ => {
                filling.note(CellNote::ZeroDate, cell);
                Ok(Read::Int(NO_INT))
            }
        }
    }

    /// The instant of a date or time: with an offset as it says; a bare date is a day of the report's zone, any other time one of the
    /// source's zone.
    fn instant(&self, civil: &Civil, cell: &str, filling: &mut Filling) -> Micros {
        match (civil.utc(), civil.micros_of_day) {
            (Some(at), _) => {
                if civil.clock_change {
                    filling.note(clock_change(ClockChange::OfNamedZone), cell);
                }
                at
            }
            (None, None) => self.report_zone.midnight(civil.days),
            (None, Some(0)) => self.zone.midnight(civil.days),
            (None, Some(micros)) => {
                let local = self.zone.to_utc(civil.days, micros);
                match local.fit {
                    Fit::Unique => {}
                    Fit::Gap => filling.note(clock_change(ClockChange::Skipped), cell),
                    Fit::Fold => filling.note(clock_change(ClockChange::Repeated), cell),
                }
                local.at
            }
        }
    }
}

fn fault(cell: &str, error: ValueError) -> CellFault {
    let cell = Some(CellText::of(cell));
    CellFault { error, cell }
}

fn clock_change(change: ClockChange) -> CellNote {
    CellNote::ClockChange { change }
}

/// A cell without outer blanks, which most have none of: then its first and its last byte tell.
#[inline]
fn trimmed(cell: &str) -> &str {
    match cell.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => cell,
        _ => cell.trim(),
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
    instant(order.map_or(Times::Iso, Times::Ordered).parse(cell).ok()?, zone)
}

/// The instant of a date or time without its column.
pub fn instant(civil: Civil, zone: &Zone) -> Option<Micros> {
    (!civil.is_zero()).then(|| {
        civil
            .utc()
            .unwrap_or_else(|| zone.to_utc(civil.days, civil.micros_of_day.unwrap_or(0)).at)
    })
}

/// An amount of a cell for expressions, and the currency that is written beside it.
pub fn expression_amount(cell: &str, mark: DecimalMark) -> Option<(Decimal, Option<&'static Currency>)> {
    parse_decimal_in(cell, mark).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::load::testing::{load_table, noted};
    use crate::cell_parsing::parse_iso;
    use crate::notes::{ExclusionReason, Note};
    use crate::schema::{Table, interactions, purchases};

    #[test]
    fn cells_that_are_nothing_in_columns_of_numbers() {
        let cells = ["5", "#REF!", "--", "None", "#DIV/0!", "", "(blank)", "'7"];
        let rows: String = cells.iter().map(|cell| format!("c;2024-01-02;{cell};1\n")).collect();
        let text = format!("stakeholder_id;occurred_at;cost;amount\n{rows}");
        let loaded = load_table(Table::Purchases, &text, "UTC", None).unwrap();
        let rows = loaded.canonical.table(Table::Purchases).unwrap();
        let mut costs: Vec<i64> = (0..rows.len)
            .map(|row| rows.ints(&purchases::COST).at(row))
            .filter(|v| *v != NO_INT)
            .collect();
        costs.sort_unstable();
        assert_eq!((rows.len, costs), (8, vec![50_000, 70_000]));
        assert_eq!(noted(&loaded, "sheet-error").map(|n| n.1), Some(2));
        assert!(loaded.unused.is_empty());
    }

    #[test]
    fn ids_without_their_disguise() {
        let text = "stakeholder_id,occurred_at,amount\n\
            '00123,2024-01-02,1\n\u{200b}00123,2024-01-03,1\n00123,2024-01-04,1\n=\"00123\",2024-01-05,1\n\
            Jean\u{a0}Dupont,2024-01-02,1\nJean Dupont,2024-01-02,1\n\
            1.23457E+11,2024-01-02,1\n#REF!,2024-01-02,1\n\\N,2024-01-02,1\nNaN,2024-01-02,1\n";
        let loaded = load_table(Table::Purchases, &text.replace("=\"00123\"", "\"=\"\"00123\"\"\""), "UTC", None).unwrap();
        let names: Vec<&str> = (0..loaded.canonical.stakeholders.len() as u32)
            .filter_map(|code| loaded.canonical.stakeholders.text(code))
            .collect();
        assert_eq!(names, ["00123", "1.23457E+11", "Jean Dupont", "NaN"]);
        assert_eq!(noted(&loaded, "cleaned-ids").map(|n| n.1), Some(4));
        assert_eq!(noted(&loaded, "rounded-ids").map(|n| n.1), Some(1));
        assert_eq!(noted(&loaded, "sheet-error").map(|n| n.1), Some(1));
        let without: Vec<u64> = loaded
            .unused
            .iter()
            .filter(|r| r.reason == ExclusionReason::NoStakeholder.into())
            .map(|r| r.line)
            .collect();
        assert_eq!(without, [9, 10]);
    }

    #[test]
    fn durations_in_minutes() {
        let text = "stakeholder_id,occurred_at,response_minutes\n\
            a,2024-01-02,03:25:10\nb,2024-01-02,90\nc,2024-01-02,1d 2h 5m\nd,2024-01-02,PT1H30M\ne,2024-01-02,\nf,2024-01-02,#N/A\n\
            g,2024-01-02,soon\n";
        let loaded = load_table(Table::Interactions, text, "UTC", None).unwrap();
        let rows = loaded.canonical.table(Table::Interactions).unwrap();
        let minutes: Vec<f64> = (0..rows.len)
            .map(|row| rows.floats(&interactions::RESPONSE_MINUTES).at(row))
            .collect();
        let wanted = [205.0 + 1.0 / 6.0, 90.0, 1_565.0, 90.0];
        assert_eq!(minutes.len(), 6);
        minutes
            .iter()
            .zip(wanted)
            .for_each(|(found, wanted)| assert!((found - wanted).abs() < 1e-9, "{found} {wanted}"));
        assert!(minutes[4].is_nan() && minutes[5].is_nan());
        assert_eq!(loaded.unused[0].reason.code().as_str(), "bad-duration");
    }

    #[test]
    fn times_when_clocks_change_are_counted() {
        let text = "stakeholder_id,occurred_at,amount\na,2024-03-31 02:30:00,1\nb,2024-10-27 02:30:00,1\nc,2024-10-27 04:30:00,1\n\
            d,2024-10-27 02:30 Europe/Paris,1\n";
        let loaded = load_table(Table::Purchases, text, "Europe/Berlin", None).unwrap();
        let of_clocks = loaded.notes.iter().filter(|n| n.code().as_str() == "clock-change");
        let notes: Vec<String> = of_clocks.map(Note::text).collect();
        assert_eq!(notes.len(), 3, "{notes:?}");
        assert!(
            notes[0].contains("put forward") && notes[0].contains("2024-03-31 02:30:00"),
            "{notes:?}"
        );
        let rows = loaded.canonical.table(Table::Purchases).unwrap();
        let times: Vec<Micros> = (0..rows.len).map(|row| rows.times(&purchases::OCCURRED_AT).at(row)).collect();
        let at = |text: &str| parse_iso(text).unwrap().utc().unwrap();
        assert_eq!(
            times,
            [
                at("2024-03-31T01:30Z"),
                at("2024-10-27T00:30Z"),
                at("2024-10-27T03:30Z"),
                at("2024-10-27T00:30Z")
            ]
        );
    }
}
