//! `supply_lines`: a line ordered from a supplier.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::context::{Context, Settings, is_out};
use super::frame::{Frame, Unknown};
use super::{column, known_at, lasting};
use crate::canonical::Rows;
use crate::period::Zone;
use crate::schema::Input::Column;
use crate::schema::{DAY, Fact, FactSpec, Micros, NO_CODE, NO_KEY, NO_TIME, Needs, Shape, Table, Unit, supplies};

const PUNCTUAL: Needs = &[&[Column(&supplies::PROMISED_AT)], &[Column(&supplies::RECEIVED_AT)]];
const FULL: Needs = &[
    &[Column(&supplies::PROMISED_AT)],
    &[Column(&supplies::RECEIVED_AT)],
    &[Column(&supplies::QUANTITY)],
    &[Column(&supplies::QUANTITY_RECEIVED)],
];

/// The fact's description.
pub static SPEC: FactSpec = FactSpec {
    fact: Fact::SupplyLines,
    text: "a supply line",
    shape: Shape::Event,
    rows: Some(Table::Supplies),
    tables: &[Table::Supplies],
    also_reads: &[],
    looks_back: false,
    recorded_at: &["ordered_at", "spent_at"],
    columns: &[
        column(
            "ordered_at",
            Unit::Time,
            "when the line was ordered",
            &[&[Column(&supplies::ORDERED_AT)]],
        ),
        column(
            "promised_at",
            Unit::Time,
            "when it was promised; a date is the end of that day",
            &[&[Column(&supplies::PROMISED_AT)]],
        ),
        column(
            "spent_at",
            Unit::Time,
            "when the money counts: ordered_at, else promised_at",
            &[&[Column(&supplies::ORDERED_AT), Column(&supplies::PROMISED_AT)]],
        ),
        known_at(
            "received_at",
            "received_at",
            Unit::Time,
            "when it was received",
            &[&[Column(&supplies::RECEIVED_AT)]],
        ),
        known_at(
            "received_at",
            "on_time",
            Unit::Bool,
            "received within the target's window around the promise",
            PUNCTUAL,
        ),
        known_at(
            "received_at",
            "in_full",
            Unit::Bool,
            "received quantity at least the ordered one, less the tolerance",
            FULL,
        ),
        known_at(
            "received_at",
            "lead_time_days",
            Unit::Days,
            "days from order to receipt",
            &[&[Column(&supplies::ORDERED_AT)], &[Column(&supplies::RECEIVED_AT)]],
        ),
        lasting(
            "ordered_at",
            "waiting_days",
            Unit::Days,
            "days from order to as-of",
            &[&[Column(&supplies::ORDERED_AT)]],
        ),
        column("quantity", Unit::Number, "quantity ordered", &[&[Column(&supplies::QUANTITY)]]),
        known_at(
            "received_at",
            "quantity_received",
            Unit::Number,
            "quantity received",
            &[&[Column(&supplies::QUANTITY_RECEIVED)]],
        ),
        known_at(
            "received_at",
            "quantity_rejected",
            Unit::Number,
            "quantity rejected",
            &[&[Column(&supplies::QUANTITY_REJECTED)]],
        ),
        column("amount", Unit::Money, "amount of the line", &[&[Column(&supplies::AMOUNT)]]),
        column("order_id", Unit::Key, "the order's id", &[&[Column(&supplies::ORDER_ID)]]),
        column("currency", Unit::Text, "currency of the line", &[&[Column(&supplies::CURRENCY)]]),
    ],
};

/// Builds the supply lines of the suppliers of a block.
pub fn build(ctx: &Context, block: Range<u32>, out: &mut Frame) {
    let Some(rows) = ctx.canonical.table(Table::Supplies) else { return };
    let [ordered_at, promised_at, spent_at, received_at] = ["ordered_at", "promised_at", "spent_at", "received_at"].map(|c| out.handle(c));
    let [on_time, in_full, lead_time, waiting] = ["on_time", "in_full", "lead_time_days", "waiting_days"].map(|c| out.handle(c));
    let [amount, order_id, currency] = ["amount", "order_id", "currency"].map(|c| out.handle(c));
    let numbers =
        [&supplies::QUANTITY, &supplies::QUANTITY_RECEIVED, &supplies::QUANTITY_REJECTED].map(|c| (out.handle(c.name), rows.floats(c)));
    let [orders, promises, receipts] = [&supplies::ORDERED_AT, &supplies::PROMISED_AT, &supplies::RECEIVED_AT].map(|c| rows.times(c));
    let (amounts, ids, currencies) = (
        rows.ints(&supplies::AMOUNT),
        rows.keys(&supplies::ORDER_ID),
        rows.codes(&supplies::CURRENCY),
    );
    let punctuality = Punctuality::new(ctx, rows);
    let zone = &ctx.canonical.zone;
    let mut divided = FxHashSet::default();
    let has_whole_orders = ctx.canonical.sources.iter().any(|source| source.amount_of_order);
    for stakeholder in block {
        let slice = |row: usize| ctx.slicing.of_row(row, stakeholder);
        if has_whole_orders {
            divided_orders(ctx, rows, stakeholder, slice, &mut divided);
        }
        for row in rows.run(stakeholder) {
            let slice = ctx.slicing.of_row(row, stakeholder);
            if is_out(slice) {
                continue;
            }
            let (ordered, promised, received) = (orders.at(row), promises.at(row), receipts.at(row));
            out.begin(
                if stakeholder == ctx.canonical.nobody() {
                    NO_CODE
                } else {
                    stakeholder
                },
                slice,
                rows.source_of(row),
            );
            out.int(ordered_at, ordered);
            out.int(promised_at, promised);
            out.int(spent_at, if ordered == NO_TIME { promised } else { ordered });
            out.int(received_at, received);
            out.int(amount, amounts.at(row));
            if divided.contains(&ids.at(row)) {
                out.unknown(amount, Unknown::LinesDiffer);
            }
            out.key(order_id, ids.at(row));
            out.code(currency, currencies.at(row));
            for (handle, values) in numbers {
                out.float(handle, values.at(row));
            }
            if promised != NO_TIME {
                out.flag(on_time, received != NO_TIME && punctuality.is_on_time(promised, received));
            }
            let [(_, quantities), (_, arrived), _] = numbers;
            if let Some(full) = is_full(quantities.at(row), arrived.at(row), received, ctx.settings.supply_tolerance) {
                out.flag(in_full, full);
            }
            if ordered != NO_TIME {
                let days_to = |at| i64::from(zone.day_of(at) - zone.day_of(ordered));
                // Goods that came before they were ordered have no lead time.
                if received != NO_TIME && days_to(received) >= 0 {
                    out.int(lead_time, days_to(received));
                }
                out.int(waiting, days_to(ctx.canonical.as_of));
            }
            out.origin(Table::Supplies, row);
        }
    }
}

/// The orders of a supplier whose amounts are known for the whole order only, while their lines lie in several slices.
fn divided_orders(ctx: &Context, rows: &Rows, stakeholder: u32, slice: impl Fn(usize) -> u32, divided: &mut FxHashSet<u64>) {
    divided.clear();
    let ids = rows.keys(&supplies::ORDER_ID);
    let is_whole = |row: &usize| ctx.canonical.sources[usize::from(rows.source_of(*row))].amount_of_order && ids.at(*row) != NO_KEY;
    let mut first: FxHashMap<u64, u32> = FxHashMap::default();
    for row in rows.run(stakeholder).filter(is_whole) {
        if *first.entry(ids.at(row)).or_insert_with(|| slice(row)) != slice(row) {
            divided.insert(ids.at(row));
        }
    }
}

/// What counts as on time.
pub struct Punctuality<'a> {
    zone: &'a Zone,
    settings: &'a Settings,
    /// A promise or a receipt is a date.
    by_day: bool,
}

impl<'a> Punctuality<'a> {
    /// Of the supplies of a run.
    pub fn new(ctx: &Context<'a>, rows: &Rows) -> Punctuality<'a> {
        Punctuality {
            zone: &ctx.canonical.zone,
            settings: ctx.settings,
            by_day: rows.is_date(&supplies::PROMISED_AT) || rows.is_date(&supplies::RECEIVED_AT),
        }
    }

    /// Whether a receipt lies in the window around the promise; by civil day where either time is a date, else by the hour.
    pub fn is_on_time(&self, promised: Micros, received: Micros) -> bool {
        let (early, late) = (self.settings.supply_early_days, self.settings.supply_late_days);
        let (delay, day) = if self.by_day {
            (i64::from(self.zone.day_of(received) - self.zone.day_of(promised)), 1)
        } else {
            (received - promised, DAY)
        };
        delay <= late * day && early.is_none_or(|early| delay >= -early * day)
    }
}

/// Whether a line came in full; `None` where a quantity is unknown. What was not received did not come in full.
fn is_full(ordered: f64, arrived: f64, received: Micros, tolerance: f64) -> Option<bool> {
    if received == NO_TIME {
        return Some(false);
    }
    // The slack keeps 3 of 10 in full at a tolerance of 0.7, where 10 x (1 - 0.7) is a bit more than 3.
    let needed = ordered * (1.0 - tolerance) - ordered.abs() * 1e-12;
    (!ordered.is_nan() && !arrived.is_nan()).then_some(arrived >= needed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::fixture::{Fixture, Rowed};
    use crate::facts::testing;

    const LINES: &str = "stakeholder_id,order_id,promised_at,received_at\n\
                         a,1,2026-01-10T12:00,2026-01-10T18:00\na,2,2026-01-10T12:00,2026-01-10T12:00\na,3,2026-01-10T12:00,2026-01-11T12:00\n\
                         a,4,2026-01-10T12:00,2026-01-11T12:01\na,5,2026-01-10T12:00,2026-01-07T12:00\na,6,2026-01-10T12:00,\n\
                         a,7,,2026-01-10T12:00\na,8,2026-01-10T12:00,2026-01-09T11:00";

    fn on_time(dates: &[&str], early: Option<i64>, late: i64) -> Vec<(u64, String)> {
        let fixture = Fixture::new("2026-02-01").table(Table::Supplies, Rowed::Plain, LINES);
        let canonical = dates
            .iter()
            .fold(fixture, |f, column| f.dates(Table::Supplies, column))
            .build(false);
        let settings = Settings {
            supply_early_days: early,
            supply_late_days: late,
            ..Settings::default()
        };
        let rows = canonical.table(Table::Supplies).unwrap();
        let number = |key| (1..=8).find(|n: &u64| crate::canonical::key_of(&n.to_string()) == key).unwrap();
        let shown = testing::shown(&SPEC, &canonical, &settings, &[], "on_time");
        let mut lines: Vec<_> = shown
            .into_iter()
            .enumerate()
            .map(|(row, text)| (number(rows.keys(&supplies::ORDER_ID).at(row)), text[3..].to_string()))
            .collect();
        lines.sort();
        lines
    }

    fn words(lines: Vec<(u64, String)>) -> String {
        lines.into_iter().map(|(_, word)| word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn promises_with_a_time_of_day_are_kept_to_the_minute() {
        assert_eq!(words(on_time(&[], None, 0)), "no yes no no yes no - yes");
        assert_eq!(words(on_time(&[], None, 1)), "yes yes yes no yes no - yes");
        assert_eq!(words(on_time(&[], Some(1), 1)), "yes yes yes no no no - no");
        assert_eq!(words(on_time(&[], Some(3), 0)), "no yes no no yes no - yes");
    }

    #[test]
    fn dates_are_kept_to_the_day() {
        for column in ["promised_at", "received_at"] {
            assert_eq!(words(on_time(&[column], None, 0)), "yes yes no no yes no - yes");
            assert_eq!(words(on_time(&[column], Some(1), 1)), "yes yes yes yes no no - yes");
            assert_eq!(words(on_time(&[column], Some(0), 0)), "yes yes no no no no - no");
        }
    }

    #[test]
    fn full_is_a_matter_of_quantity_and_tolerance() {
        let text = "stakeholder_id,ordered_at,received_at,quantity,quantity_received\n\
                    a,2026-01-01,2026-01-05,10,10\na,2026-01-02,2026-01-05,10,3\na,2026-01-03,,10,10\na,2026-01-04,2026-01-05,10,\na,2026-01-05,2026-01-05,,10\n\
                    a,2026-01-06,2026-01-07,10,2.9";
        let canonical = testing::tables("2026-02-01", &[(Table::Supplies, text)]);
        let shown = |tolerance| {
            let settings = Settings {
                supply_tolerance: tolerance,
                ..Settings::default()
            };
            testing::shown(&SPEC, &canonical, &settings, &[], "in_full")
                .join(" ")
                .replace("a: ", "")
        };
        assert_eq!(shown(0.0), "yes no no - - no");
        assert_eq!(shown(0.7), "yes yes no - - no");
    }

    #[test]
    fn days_are_civil_and_never_negative() {
        let text = "stakeholder_id,ordered_at,promised_at,received_at,amount\n\
                    a,2026-01-01T23:00,2026-01-03,2026-01-02T01:00,5\na,2026-01-02T10:00,,2026-01-01,\na,2026-01-03,,,1.5\na,,2026-01-09,2026-01-10,2";
        let canonical = testing::tables("2026-01-31T12:00", &[(Table::Supplies, text)]);
        assert_eq!(
            testing::shown(
                &SPEC,
                &canonical,
                &Settings::default(),
                &[],
                "lead_time_days waiting_days spent_at amount on_time"
            ),
            [
                "a: - - 2026-01-09 2 no",
                "a: 1 30 2026-01-01T23:00 5 yes",
                "a: - 29 2026-01-02T10:00 - -",
                "a: - 28 2026-01-03 1.5 -",
            ]
        );
    }
}
