//! Any cell: no parser of values panics, and what is read is read again the same.

use relhealth::api::cell_parsing::{
    DateVote, DecimalMark, DecimalVote, Format, Order, Parts, is_null, parse_bool, parse_decimal, parse_iso, parse_money, parse_number,
    parse_ordered,
};
use relhealth::api::period::{Period, Wanted, WeekStart, Zone, parse_as_of, parse_date, parse_hours};

use super::{Run, Seed, Target};

pub const TARGET: Target = Target {
    name: "values",
    run: Run::Library(run),
    seeds: &[
        Seed::Text("%d.%m.%Y %H:%M\n31.12.2025 23:59\n2025-02-29\n1.234,56 €\n(12.50)\nja\nNULL\n"),
        Seed::Text("Europe/Berlin\n2025-03-30T02:30:00+02:00\nMar 3, 2025 4:05 PM\n20250303\n45123.5\n1,234.56 USD\n-\n"),
        Seed::Text("%Y-%m\n2025-Q1\n2025-W53\nlast quarter\n3d 4h\n90 min\n1:30:00\n12 %\n4/5\n★★★\n"),
    ],
};

fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    // The first line is a format, or a zone; the cells come after it.
    let (first, rest) = text.split_once('\n').unwrap_or(("", text));
    let format = Format::compile(first).ok();
    let zone = Zone::parse(first).unwrap_or_else(|_| Zone::utc());
    let (mut dates, mut decimals) = (DateVote::new(), DecimalVote::new());
    for (line, cell) in rest.lines().enumerate() {
        let _ = (is_null(cell), parse_bool(cell));
        for mark in [DecimalMark::Point, DecimalMark::Comma, DecimalMark::Auto] {
            let number = parse_number(cell, mark);
            assert!(
                number.as_ref().is_ok_and(|n| n.is_finite()) || number.is_err(),
                "{cell:?} is {number:?}"
            );
            let _ = (parse_money(cell, mark), parse_decimal(cell, mark));
        }
        if let Ok(time) = parse_iso(cell) {
            let (_, month, day) = time.ymd();
            assert!((1..=12).contains(&month) && (1..=31).contains(&day), "{cell:?} is {time:?}");
            let _ = (time.local_micros(), time.utc());
        }
        for order in [Order::Dmy, Order::Mdy, Order::Ymd] {
            let _ = parse_ordered(cell, order).map(|time| (time.local_micros(), time.utc()));
        }
        if let Ok(parts) = Parts::scan(cell) {
            let _ = parts.readings();
        }
        if let Some(format) = &format {
            let _ = format.parse(cell).map(|time| (time.local_micros(), time.utc()));
        }
        let _ = (parse_hours(cell), parse_date(cell), parse_as_of(cell, &zone));
        let _ = (
            Wanted::parse(cell, WeekStart::MONDAY),
            Period::parse(cell, &zone, 1_700_000_000_000_000),
        );
        dates.see(cell, line as u64 + 1);
        decimals.see(cell, line as u64 + 1);
    }
    let _ = (dates.verdict(), decimals.verdict(b',').mark(), decimals.unreadable());
}
