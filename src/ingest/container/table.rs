//! A sheet as text: cells by row and column become lines with commas.

use std::io::{self, Write};

use calamine::{Data, ExcelDateTime};

use crate::io::Scratch;

/// The value of a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text.
    Text(String),
    /// A number.
    Number(f64),
    /// An amount, with the currency that the cell is formatted in.
    Amount(f64, String),
    /// A date, and the time of day if it has one that is not midnight.
    Date(String, Option<String>),
    /// A time of day, or a duration, as `H:MM:SS`.
    Clock(String),
    /// Yes or no.
    Flag(bool),
}

/// What is known of a sheet once all of its cells were seen: how many columns it has, and which of them have times of day. A workbook stores a
/// midnight like a date; in a column of times it is a time.
#[derive(Debug, Default)]
pub struct Shape {
    has_times: Vec<bool>,
}

impl Shape {
    /// Sees a cell.
    pub fn see(&mut self, column: u32, value: &Value) {
        let column = column as usize;
        if self.has_times.len() <= column {
            self.has_times.resize(column + 1, false);
        }
        self.has_times[column] |= matches!(value, Value::Date(_, Some(_)));
    }

    /// The columns up to the last one with a cell.
    pub fn width(&self) -> usize {
        self.has_times.len()
    }
}

/// Writes the rows of a sheet, each on the line with its number.
pub struct Rows<'s> {
    out: Scratch,
    shape: &'s Shape,
    cells: Vec<String>,
    /// Whether the row has cells.
    is_filled: bool,
    row: u32,
}

impl<'s> Rows<'s> {
    /// To this place, for a sheet of that shape.
    pub fn new(out: Scratch, shape: &'s Shape) -> Rows<'s> {
        Rows {
            out,
            shape,
            cells: vec![String::new(); shape.width()],
            is_filled: false,
            row: 0,
        }
    }

    /// Adds a cell. Cells come row by row.
    ///
    /// # Errors
    /// When the place is full, or a row comes after a later one.
    pub fn cell(&mut self, row: u32, column: u32, value: &Value) -> io::Result<()> {
        if row < self.row {
            return Err(io::Error::other("its rows are in no order"));
        }
        self.advance(row)?;
        let has_times = self.shape.has_times[column as usize];
        self.cells[column as usize] = value.text(has_times);
        self.is_filled = true;
        Ok(())
    }

    /// Repeats the row that was written last until a row.
    ///
    /// # Errors
    /// When the place is full.
    pub fn repeat_until(&mut self, row: u32) -> io::Result<()> {
        let cells = self.cells.clone();
        while self.row + 1 < row {
            self.advance(self.row + 1)?;
            self.cells.clone_from(&cells);
            self.is_filled = true;
        }
        Ok(())
    }

    fn advance(&mut self, row: u32) -> io::Result<()> {
        while self.row < row {
            self.line()?;
            self.row += 1;
        }
        Ok(())
    }

    fn line(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.is_filled) {
            for (at, cell) in self.cells.iter_mut().enumerate() {
                if at > 0 {
                    self.out.write_all(b",")?;
                }
                if cell.contains(['"', ',']) || cell.starts_with(' ') || cell.ends_with(' ') {
                    write!(self.out, "\"{}\"", cell.replace('"', "\"\""))?;
                } else {
                    self.out.write_all(cell.as_bytes())?;
                }
                cell.clear();
            }
        }
        self.out.write_all(b"\n")
    }

    /// What was written.
    ///
    /// # Errors
    /// When the place is full.
    pub fn finish(mut self) -> io::Result<Scratch> {
        self.line()?;
        Ok(self.out)
    }
}

impl Value {
    /// As a field. In a column with times of day a date is its midnight.
    fn text(&self, has_times: bool) -> String {
        match self {
            // A line of the table is a row of the sheet.
            Value::Text(text) => text.replace(['\r', '\n'], " "),
            Value::Number(number) => number_text(*number),
            Value::Amount(number, currency) => format!("{} {currency}", number_text(*number)),
            Value::Date(day, Some(time)) => format!("{day}T{time}"),
            Value::Date(day, None) if has_times => format!("{day}T00:00:00"),
            Value::Date(day, None) => day.clone(),
            Value::Clock(clock) => clock.clone(),
            Value::Flag(true) => "TRUE".to_string(),
            Value::Flag(false) => "FALSE".to_string(),
        }
    }

    /// The value of a cell of a workbook; none of an empty one.
    pub fn of(data: &Data) -> Option<Value> {
        Some(match data {
            Data::Int(number) => Value::Number(*number as f64),
            Data::Float(number) => Value::Number(*number),
            Data::String(text) if text.is_empty() => return None,
            Data::String(text) => Value::Text(text.clone()),
            Data::Bool(flag) => Value::Flag(*flag),
            Data::DateTime(at) => Value::of_serial(*at),
            Data::DateTimeIso(text) => Value::of_iso(text),
            Data::DurationIso(text) => Value::Clock(clock_of_iso(text).unwrap_or_else(|| text.clone())),
            Data::Error(error) => Value::Text(error.to_string()),
            Data::Empty => return None,
        })
    }

    /// A date, a time of day or a duration, counted in days.
    fn of_serial(at: ExcelDateTime) -> Value {
        let days = at.as_f64();
        if at.is_duration() || (0.0..1.0).contains(&days) {
            return Value::Clock(clock((days * 86_400.0).round() as i64));
        }
        let (year, month, day, hour, minute, second, milli) = at.to_ymd_hms_milli();
        let date = format!("{year:04}-{month:02}-{day:02}");
        let time = match milli {
            0 => format!("{hour:02}:{minute:02}:{second:02}"),
            _ => format!("{hour:02}:{minute:02}:{second:02}.{milli:03}"),
        };
        Value::Date(date, Some(time).filter(|time| time != "00:00:00"))
    }

    /// A date in ISO 8601, with or without a time.
    pub fn of_iso(text: &str) -> Value {
        match text.split_once('T') {
            None => Value::Date(text.to_string(), None),
            Some((day, time)) => {
                let is_midnight = time.chars().all(|c| matches!(c, '0' | ':' | '.'));
                Value::Date(day.to_string(), (!is_midnight).then(|| time.to_string()))
            }
        }
    }
}

/// A number that is read in one way only: three decimals could be thousands, so they become four.
fn number_text(number: f64) -> String {
    let text = number.to_string();
    match text.split_once('.') {
        Some((_, decimals)) if decimals.len() == 3 => text + "0",
        _ => text,
    }
}

/// Seconds as `H:MM:SS`.
fn clock(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let all = seconds.unsigned_abs();
    format!("{sign}{}:{:02}:{:02}", all / 3600, all / 60 % 60, all % 60)
}

/// A duration in ISO 8601 such as `PT10H30M00S` as `H:MM:SS`.
pub fn clock_of_iso(text: &str) -> Option<String> {
    let mut seconds = 0.0;
    let mut number = String::new();
    for c in text.strip_prefix("PT")?.chars() {
        let unit = match c {
            'H' => 3600.0,
            'M' => 60.0,
            'S' => 1.0,
            _ => {
                number.push(c);
                continue;
            }
        };
        seconds += unit * number.parse::<f64>().ok()?;
        number.clear();
    }
    number.is_empty().then(|| clock(seconds.round() as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_in_one_way_only() {
        for (value, has_times, text) in [
            (Value::Number(1234.0), false, "1234"),
            (Value::Number(1.5), false, "1.5"),
            (Value::Number(1.234), false, "1.2340"),
            (Value::Number(-0.5), false, "-0.5"),
            (Value::Amount(12.5, "EUR".into()), false, "12.5 EUR"),
            (Value::Text("a\nb".into()), false, "a b"),
            (Value::Text("007".into()), false, "007"),
            (Value::of_iso("2026-01-05"), false, "2026-01-05"),
            (Value::of_iso("2026-01-05T00:00:00"), false, "2026-01-05"),
            (Value::of_iso("2026-01-05"), true, "2026-01-05T00:00:00"),
            (Value::of_iso("2026-01-05T00:30:00"), true, "2026-01-05T00:30:00"),
            (Value::Flag(true), false, "TRUE"),
        ] {
            assert_eq!(value.text(has_times), text);
        }
        assert_eq!(clock_of_iso("PT100H05M30S").as_deref(), Some("100:05:30"));
        assert_eq!(clock_of_iso("P1D"), None);
    }

    #[test]
    fn a_row_is_on_the_line_of_its_number() {
        let cells = [
            (0, 0, Value::Text("id, no".into())),
            (0, 2, Value::Text("say \"x\"".into())),
            (3, 1, Value::Number(2.0)),
        ];
        let mut shape = Shape::default();
        cells.iter().for_each(|(_, column, value)| shape.see(*column, value));
        let mut rows = Rows::new(Scratch::new().unwrap(), &shape);
        for (row, column, value) in &cells {
            rows.cell(*row, *column, value).unwrap();
        }
        assert!(rows.cell(2, 0, &cells[0].2).is_err());
        let table = rows.finish().unwrap().into_source("t").unwrap();
        assert_eq!(table.text().unwrap(), "\"id, no\",,\"say \"\"x\"\"\"\n\n\n,2,\n");
    }
}
