//! The date in the name of a file: `orders-2026-10-31.csv`, `export_20261031.csv`, `tickets 2026-10.csv`.

use crate::period::{checked_day, days_in_month};

/// The last date in a file's name, as a civil day; of a month its last day. `None` where there is none, or where day and month cannot be
/// distinguished.
pub fn in_name(file: &str) -> Option<i32> {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let runs = digit_runs(name);
    let mut last = None;
    let mut at = 0;
    while at < runs.len() {
        let (day, used) = date_at(&runs[at..]);
        last = day.or(last);
        at += used;
    }
    last
}

/// The runs of digits of a text, and whether only one character separates each from the run before it.
fn digit_runs(text: &str) -> Vec<(&str, bool)> {
    let mut runs = Vec::new();
    let mut rest = text;
    let mut is_first = true;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let separator = &rest[..start];
        let joined = !is_first && matches!(separator, "-" | "_" | "." | " ");
        let digits = &rest[start..];
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        runs.push((&digits[..end], joined));
        rest = &digits[end..];
        is_first = false;
    }
    runs
}

/// The date that the first of these runs starts, if it starts one, and how many runs it takes.
fn date_at(runs: &[(&str, bool)]) -> (Option<i32>, usize) {
    let number = |text: &str| text.parse::<u32>().unwrap_or(0);
    let is_year = |year: u32| (1990..=2100).contains(&year);
    let part = |at: usize, length: usize| {
        runs.get(at)
            .filter(|(text, joined)| *joined && text.len() == length)
            .map(|(text, _)| number(text))
    };
    let day_of = |year: u32, month: u32, day: u32| {
        if is_year(year) {
            checked_day(year as i32, month, day)
        } else {
            None
        }
    };
    let month_end = |year: u32, month: u32| match (is_year(year), month) {
        (true, 1..=12) => checked_day(year as i32, month, days_in_month(year as i32, month)),
        _ => None,
    };
    let (first, length) = (runs[0].0, runs[0].0.len());
    match length {
        8 => (day_of(number(&first[..4]), number(&first[4..6]), number(&first[6..])), 1),
        6 => (month_end(number(&first[..4]), number(&first[4..])), 1),
        4 => match (part(1, 2), part(2, 2)) {
            (Some(month), Some(day)) => (day_of(number(first), month, day), 3),
            (Some(month), None) => (month_end(number(first), month), 2),
            (None, _) => (None, 1),
        },
        2 => match (part(1, 2), part(2, 4)) {
            // 31-10-2026; of 03-10-2026 nothing shows which is the month.
            (Some(month), Some(year)) if number(first) > 12 || number(first) == month => (day_of(year, month, number(first)), 3),
            (Some(day), Some(year)) if day > 12 => (day_of(year, number(first), day), 3),
            (Some(_), Some(_)) => (None, 3),
            _ => match part(1, 4) {
                Some(year) => (month_end(year, number(first)), 2),
                None => (None, 1),
            },
        },
        _ => (None, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::date_text;

    #[test]
    fn dates_of_names_are_read_where_they_are_certain() {
        for (name, date) in [
            ("exports/orders-2026-10-31.csv", Some("2026-10-31")),
            ("orders_20261031_1200.csv", Some("2026-10-31")),
            ("orders 2026-10.csv", Some("2026-10-31")),
            ("orders-202602.csv", Some("2026-02-28")),
            ("2026-10-01_2026-10-15.csv", Some("2026-10-15")),
            ("bestellungen 31.10.2026.csv", Some("2026-10-31")),
            ("orders-10-31-2026.csv", Some("2026-10-31")),
            ("orders-10-2026.csv", Some("2026-10-31")),
            ("orders-03-10-2026.csv", None),
            ("2026-10-31/orders.csv", None),
            ("orders-1.csv", None),
            ("orders-99999999.csv", None),
        ] {
            assert_eq!(in_name(name).map(date_text).as_deref(), date, "{name}");
        }
    }
}
