//! Dates in the condition of a source: a column of dates that is ordered against a text is compared with the date that the text is, and not
//! letter by letter, as `'20.10.2026' < '3.10.2026'` would be.

use anyhow::Result;

use super::mapping::{expression_problem, order_of};
use crate::cell_parsing::{Civil, Order, Parts, is_null, parse_iso};
use crate::expr::{Expr, OtherText};
use crate::ingest::Row;
use crate::sources::Source;

/// The condition with the dates that its texts are.
///
/// # Errors
/// A text that is a date in several orders, unless the source states one.
pub fn read(expr: &Expr, names: &[String], rows: &[Row], source: &Source, file: &str) -> Result<Expr> {
    let order = source.dates.map(order_of);
    let date = |column: &str, text: &str| {
        let of_column = names.iter().position(|name| is_named(name, column));
        match of_column.is_some_and(|at| holds_dates(rows, at)) {
            true => date_of(text, order),
            false => Ok(None),
        }
    };
    let read = expr.with_ordered_dates(&date);
    read.map_err(|error| expression_problem(expr, &error, file, source.place.as_ref()).into())
}

/// Whether a header is the name in an expression: white space counts once.
fn is_named(header: &str, name: &str) -> bool {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    words(header).eq_ignore_ascii_case(&words(name))
}

/// Whether nearly all of the first cells of a column are dates.
fn holds_dates(rows: &[Row], at: usize) -> bool {
    let cells = rows.iter().filter_map(|row| row.fields.get(at)).filter(|cell| !is_null(cell));
    let (mut all, mut dates) = (0u64, 0u64);
    for cell in cells {
        all += 1;
        dates += u64::from(parse_iso(cell).is_ok() || Parts::scan(cell).is_ok_and(|parts| parts.readings().iter().any(Option::is_some)));
    }
    all > 0 && dates * 10 >= all * 9
}

/// The date that a text is, in ISO 8601; none if it is no date.
fn date_of(text: &str, order: Option<Order>) -> OtherText {
    // A time with an offset stays a text: the dates of expressions are those of the source's zone.
    if let Ok(civil) = parse_iso(text) {
        return Ok(civil.utc().is_none().then(|| iso(&civil)));
    }
    let Ok(parts) = Parts::scan(text) else { return Ok(None) };
    let mut readings: Vec<String> = match order {
        Some(order) => parts.read(order).iter().map(iso).collect(),
        None => parts.readings().iter().flatten().map(iso).collect(),
    };
    readings.dedup();
    match readings.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one.clone())),
        [one, other, ..] => Err((
            format!("'{text}' may be {one} or {other}"),
            format!("write DATE '{}'", one.split(' ').next().unwrap_or(one)),
        )),
    }
}

/// A date, with its time of day if it has one, in ISO 8601.
fn iso(civil: &Civil) -> String {
    let (year, month, day) = civil.ymd();
    let date = format!("{year:04}-{month:02}-{day:02}");
    match civil.micros_of_day {
        None => date,
        Some(micros) => {
            let seconds = micros / 1_000_000;
            format!("{date} {:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::load::testing::{input, load_inputs, options};
    use crate::expr::parse;

    #[test]
    fn a_condition_orders_dates_and_not_their_letters() {
        let used = |header: &str, days: &[&str], condition: &str| {
            let rows: String = days.iter().enumerate().map(|(n, day)| format!("{n};k{n};{day};5\n")).collect();
            let mut orders = input("o.csv", "purchases", format!("Bestellung;Kunde;{header};Betrag\n{rows}"));
            orders.source.filter = Some(parse(condition).unwrap());
            load_inputs(&[orders], &options()).account[0].used
        };
        let days = ["3.10.2026", "14.10.2026", "20.10.2026", "1.11.2026"];
        // As texts, '3.10.2026' would be the last of them.
        for (condition, expected) in [
            ("\"Datum\" >= '2026-10-14'", 3),
            ("\"Datum\" < '14.10.2026'", 1),
            ("\"Datum\" between '14.10.2026' and '31.10.2026'", 2),
            ("\"Datum\" >= DATE '2026-10-20'", 2),
            ("not ('2026-10-31' < \"Datum\")", 3),
            ("\"Kunde\" >= 'k2'", 2),
        ] {
            assert_eq!(used("Datum", &days, condition), expected, "{condition}");
        }
        assert_eq!(used("Datum", &["2026-10-03", "2026-11-01"], "Datum > '2026-10-31'"), 1);
    }

    #[test]
    fn a_text_is_the_date_that_it_can_only_be() {
        let date = |text| date_of(text, None);
        for (text, expected) in [
            ("2026-10-15", "2026-10-15"),
            ("15.10.2026", "2026-10-15"),
            ("10/15/2026", "2026-10-15"),
        ] {
            assert_eq!(date(text), Ok(Some(expected.to_string())), "{text}");
        }
        assert!(date("1.10.2026 08:30").is_err());
        assert_eq!(
            date_of("1.10.2026 08:30", Some(Order::Dmy)),
            Ok(Some("2026-10-01 08:30:00".to_string()))
        );
        let (why, hint) = date("01.02.2026").unwrap_err();
        assert_eq!(
            (why.as_str(), hint.as_str()),
            ("'01.02.2026' may be 2026-02-01 or 2026-01-02", "write DATE '2026-02-01'")
        );
        for text in ["north", "2026", "15", "A-1-2"] {
            assert_eq!(date(text), Ok(None), "{text}");
        }
    }
}
