//! A measure as CSV: one cell a row, with the columns of [`wire::Cell`]; dimensions and changes are columns of their own.

use std::collections::BTreeSet;
use std::io::Write;

use serde_json::Value;

use super::output_format::{OutputFormat, Stdout};
use super::text::Untrusted;
use crate::period::instant_text;
use crate::report::MeasureResult;
use crate::wire::{self, measure};

/// Comma-separated values.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "csv",
    aliases: &[],
    endings: &["csv"],
    about: "For spreadsheets and data frames: a line a row",
    stdout: Stdout::Text,
};

/// Writes the cells, after a header line. A dimension is the column `by.NAME`; the change against the previous period stands in
/// `previous.value`, `previous.delta` and so on. Numbers are not rounded; what is not there is empty.
///
/// # Errors
/// Those of the writer.
pub fn write(measured: &MeasureResult, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    let (columns, of_changes) = (wire::columns::<wire::Cell>(), wire::columns::<wire::Change>());
    let against: BTreeSet<&str> = measured.cells.iter().flat_map(|cell| cell.changes.keys().copied()).collect();
    let dimensions = measured.dimensions.iter().map(|dimension| format!("by.{dimension}"));
    let changes = against
        .iter()
        .flat_map(|against| of_changes.iter().map(move |column| format!("{against}.{column}")));
    let header = columns
        .iter()
        .cloned()
        .chain(["as_of".to_string()])
        .chain(dimensions)
        .chain(changes);
    csv.write_record(header)?;
    let as_of = instant_text(measured.as_of);
    for cell in measure::cells(measured) {
        let fields = serde_json::to_value(&cell)?;
        let plain = columns.iter().map(|column| text(&fields[column]));
        let dimensions = measured.dimensions.iter();
        let dimensions = dimensions.map(|dimension| foreign(cell.by.get(dimension).unwrap_or_default()));
        let changes = against.iter().flat_map(|against| {
            let change = &fields["changes"][against];
            of_changes.iter().map(move |column| text(&change[column]))
        });
        csv.write_record(plain.chain([as_of.clone()]).chain(dimensions).chain(changes))?;
    }
    csv.flush()?;
    Ok(())
}

/// A plain value as the text of a field.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
        Value::Bool(is) => is.to_string(),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => float.to_string(),
            _ => number.to_string(),
        },
        Value::String(text) => foreign(text),
    }
}

pub(super) fn foreign(text: &str) -> String {
    Untrusted::new(text).csv().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::summary::sample;

    #[test]
    fn one_cell_a_row_with_guarded_text() {
        let mut measured = sample();
        measured.dimensions = vec!["region".into()];
        measured.cells[0].by = vec![("region".into(), "=cmd|' /c calc'".into())];
        measured.cells[0].low = Some(-3.5);
        let mut bytes = Vec::new();
        write(&measured, &mut bytes).unwrap();
        let mut reader = csv::Reader::from_reader(&bytes[..]);
        let headers = reader.headers().unwrap().clone();
        let known: Vec<&str> = headers.iter().collect();
        assert_eq!(
            known.join(","),
            "metric,period,start,end,complete,left_truncated,value,low,high,interval_absent,interval_warning,n,stakeholders,deff,part,part_minus,\
             whole,unit,method,absent,not_assessed,missing,as_of,by.region,previous.period,previous.value,previous.delta,previous.low,\
             previous.high,previous.reading,previous.not_assessed"
        );
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), measured.cells.len());
        let at = |row: usize, column: &str| rows[row][headers.iter().position(|header| header == column).unwrap()].to_string();
        assert_eq!(
            (at(0, "value"), at(0, "low"), at(0, "method")),
            ("41.2562".into(), "-3.5".into(), "adjusted-wald".into())
        );
        assert_eq!(at(0, "by.region"), "'=cmd|' /c calc'");
        assert_eq!(
            (at(0, "previous.delta"), at(0, "previous.reading")),
            ("-1.3".into(), "no clear change".into())
        );
        assert_eq!(
            (at(2, "value"), at(2, "absent"), at(2, "missing")),
            (String::new(), "missing input".into(), "interactions.responded_at".into())
        );
    }

    #[test]
    fn whole_numbers_have_no_point_and_no_number_is_nothing() {
        for (value, expected) in [
            (serde_json::json!(100.0), "100"),
            (serde_json::json!(1e21), "1000000000000000000000"),
            (serde_json::json!(7), "7"),
            (serde_json::json!(f64::NAN), ""),
            (serde_json::json!(true), "true"),
        ] {
            assert_eq!(text(&value), expected);
        }
    }
}
