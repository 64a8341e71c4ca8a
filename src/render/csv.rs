//! A measure as CSV: one cell a row, the columns of [`super::json`], changes flattened.

use std::collections::BTreeSet;
use std::io::Write;

use super::text::Untrusted;
use crate::period::instant_text;
use crate::report::MeasureResult;

const COLUMNS: [&str; 21] = [
    "metric",
    "period",
    "start",
    "end",
    "complete",
    "left_truncated",
    "value",
    "low",
    "high",
    "interval_absent",
    "n",
    "stakeholders",
    "deff",
    "part",
    "part_minus",
    "whole",
    "unit",
    "method",
    "absent",
    "missing",
    "as_of",
];

/// Writes the cells, after a header line. A dimension is the column `by.NAME`; the change against the previous period stands in
/// `previous.value`, `previous.delta` and so on. Numbers are not rounded; what is not there is empty.
///
/// # Errors
/// Those of the writer.
pub fn write(measured: &MeasureResult, out: &mut dyn Write) -> csv::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    let against: BTreeSet<&str> = measured.cells.iter().flat_map(|cell| cell.changes.keys().copied()).collect();
    let mut header: Vec<String> = COLUMNS.iter().map(|column| column.to_string()).collect();
    header.extend(measured.dimensions.iter().map(|dimension| format!("by.{dimension}")));
    for against in &against {
        header.extend(["period", "value", "delta", "low", "high", "reading"].map(|part| format!("{against}.{part}")));
    }
    csv.write_record(&header)?;
    for cell in &measured.cells {
        let unit = measured
            .metrics
            .iter()
            .find(|metric| metric.id == cell.metric)
            .map_or("", |metric| &metric.unit);
        let mut row: Vec<String> = vec![
            cell.metric.clone(),
            cell.period.label.clone(),
            instant_text(cell.period.start),
            instant_text(cell.period.end),
            cell.complete.to_string(),
            cell.left_truncated.to_string(),
            number(cell.value),
            number(cell.low),
            number(cell.high),
            cell.interval_absent.as_ref().map_or("", |absent| absent.as_str()).to_string(),
            whole(cell.n),
            whole(cell.stakeholders),
            number(cell.deff),
            number(cell.part),
            number(cell.part_minus),
            number(cell.whole),
            unit.to_string(),
            cell.method.map_or("", |method| method.as_str()).to_string(),
            cell.absent.as_ref().map_or("", |absent| absent.as_str()).to_string(),
            text(cell.absent.as_ref().and_then(|absent| absent.detail()).unwrap_or_default()),
            instant_text(measured.as_of),
        ];
        for dimension in &measured.dimensions {
            let value = cell.by.iter().find(|(name, _)| name == dimension).map_or("", |(_, value)| value);
            row.push(text(value));
        }
        for against in &against {
            match cell.changes.get(against) {
                Some(change) => row.extend([
                    change.period.clone(),
                    number(change.value),
                    number(change.delta),
                    number(change.low),
                    number(change.high),
                    change.reading.as_str().to_string(),
                ]),
                None => row.extend(std::iter::repeat_n(String::new(), 6)),
            }
        }
        csv.write_record(&row)?;
    }
    csv.flush()?;
    Ok(())
}

fn whole(value: Option<u64>) -> String {
    value.map_or(String::new(), |value| value.to_string())
}

fn number(value: Option<f64>) -> String {
    value
        .filter(|value| value.is_finite())
        .map_or(String::new(), |value| value.to_string())
}

fn text(text: &str) -> String {
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
            ("".into(), "missing input".into(), "interactions.responded_at".into())
        );
    }
}
