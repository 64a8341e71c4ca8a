//! Facts as text, for tests.

use polars::prelude::AnyValue;

use super::Prepared;
use super::context::{Context, Settings, Slicing};
use super::frame::Frame;
use crate::canonical::CanonicalTables;
use crate::period::instant_text;
use crate::schema::{FactSpec, Unit};

/// The rows of an event fact, in the order they are built, as `stakeholder: value value`, of the columns named in `columns` with spaces
/// between them: times to the minute in UTC, hours as decimals, money in its unit, `-` for null. Slices other than the first follow
/// the stakeholder as `/slice`. Block borders lie between all stakeholders.
pub fn built(spec: &FactSpec, canonical: &CanonicalTables, settings: &Settings, slicing: &Slicing, columns: &str) -> Vec<String> {
    let columns: Vec<&str> = columns.split(' ').collect();
    let context = Context {
        canonical,
        settings,
        slicing,
        windows: &[],
    };
    let mut out = Frame::new(spec, &|name| columns.contains(&name), true);
    for stakeholder in 0..canonical.nobody() {
        super::build(spec, &context, &Prepared::Nothing, stakeholder..stakeholder + 1, &mut out);
    }
    let frame = out.to_polars(None).unwrap();
    (0..out.len())
        .map(|row| {
            let mut line = canonical.stakeholders.text(out.stakeholder[row]).unwrap().to_string();
            if out.slice[row] != 0 {
                line.push_str(&format!("/{}", out.slice[row]));
            }
            line.push(':');
            for name in &columns {
                let unit = spec.column(name).unwrap().unit;
                line.push(' ');
                line.push_str(&text(canonical, unit, frame.column(name).unwrap().get(row).unwrap()));
            }
            line
        })
        .collect()
}

/// A value of a column with this unit.
pub fn text(canonical: &CanonicalTables, unit: Unit, value: AnyValue) -> String {
    match (unit, value) {
        (_, AnyValue::Null) => "-".into(),
        (Unit::Text, AnyValue::UInt32(code)) => canonical.texts.text(code).unwrap().into(),
        (Unit::Time, AnyValue::Int64(at)) => instant_text(at)[..16].into(),
        (Unit::Bool, AnyValue::Boolean(flag)) => if flag { "yes" } else { "no" }.into(),
        (_, AnyValue::Float64(number)) => number.to_string(),
        (unit, AnyValue::Int64(number)) => (number as f64 / unit.scale() as f64).to_string(),
        (_, other) => unreachable!("{other:?}"),
    }
}
