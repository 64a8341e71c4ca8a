//! `customers`: a stakeholder in a period, seen through orders.

use std::ops::Range;

use super::column;
use super::context::{Context, is_out};
use super::frame::{Frame, Unknown};
use super::ordering::Orders;
use crate::schema::{Fact, FactSpec, NO_INT, NO_TIME, Past, Shape, Table, Unit};

/// The fact's description.
pub static SPEC: FactSpec = FactSpec {
    fact: Fact::Customers,
    text: "a stakeholder in a period, with an order or a refund in it or in the period before",
    shape: Shape::StakeholderPeriod,
    rows: Some(Table::Purchases),
    tables: &[Table::Purchases],
    also_reads: &[],
    looks_back: true,
    recorded_at: &[],
    columns: &[
        column("active", Unit::Bool, "has an order in the period", &[]),
        column("active_before", Unit::Bool, "had an order in the period before", &[]),
        column(
            "active_since_before",
            Unit::Bool,
            "had an order between the start of the period before and the start of the period; of a period that has not ended, active_before looks at fewer days",
            &[],
        ),
        column("is_new", Unit::Bool, "the stakeholder's first order ever lies in the period", &[]).depends_on(Past::EarlierOrder),
        column("orders", Unit::Count, "orders in the period", &[]),
        column("order_days", Unit::Count, "distinct days with an order in the period", &[]),
        column("revenue", Unit::Money, "revenue in the period", &[]),
        column("revenue_before", Unit::Money, "revenue in the period before", &[]),
        column("first_ordered_at", Unit::Time, "time of the stakeholder's first order ever", &[]).depends_on(Past::EarlierOrder),
        column(
            "days_to_second_order_day",
            Unit::Days,
            "days from the first order day to the second; null without a second",
            &[],
        )
        .depends_on(Past::EarlierOrder),
    ],
};

/// What is gathered of a stakeholder in one period and slice.
struct Seen {
    window: u32,
    slice: u32,
    orders: i64,
    order_days: i64,
    last_day: i32,
    orders_before: i64,
    revenue: i128,
    revenue_before: i128,
    /// Why the revenue, and that of the period before, are not known.
    unknown: Option<Unknown>,
    unknown_before: Option<Unknown>,
    lines: Vec<u32>,
}

/// Builds the customers of a block: the periods are walked within each stakeholder's orders.
pub fn build(ctx: &Context, block: Range<u32>, out: &mut Frame) {
    let Some(mut reader) = Orders::new(ctx) else { return };
    let [
        active,
        active_before,
        active_since_before,
        is_new,
        orders_in,
        order_days,
        revenue,
        revenue_before,
        first_at,
        to_second,
    ] = [
        "active",
        "active_before",
        "active_since_before",
        "is_new",
        "orders",
        "order_days",
        "revenue",
        "revenue_before",
        "first_ordered_at",
        "days_to_second_order_day",
    ]
    .map(|c| out.handle(c));
    let mut seen: Vec<Seen> = Vec::new();
    for stakeholder in block.filter(|s| *s != ctx.canonical.nobody()) {
        reader.of(ctx, stakeholder, |row| ctx.slicing.of_row(row, stakeholder));
        let orders = reader.last();
        let first = orders.iter().find(|o| o.is_order);
        let second = first.and_then(|f| orders.iter().find(|o| o.is_order && o.day > f.day));
        let second_day = second.map(|o| o.day);
        // Behind a wanted first or second order stand its lines, in whatever period they lie.
        let first_row = first.filter(|_| first_at.is_wanted() || to_second.is_wanted()).map(|o| o.row);
        let second_row = second.filter(|_| to_second.is_wanted()).map(|o| o.row);
        seen.clear();
        for (index, order) in orders.iter().enumerate().filter(|(_, o)| !is_out(o.slice)) {
            let inside = ctx.window_of(order.at);
            if let Some(window) = inside {
                let entry = entry(&mut seen, window as u32, order.slice);
                entry.revenue += order.revenue();
                entry.unknown = entry.unknown.or(order.unknown());
                if order.is_order {
                    entry.orders += 1;
                    // Orders come by time, so a day that differs from the last one is a new day.
                    entry.order_days += i64::from(entry.last_day != order.day);
                    entry.last_day = order.day;
                }
                if out.origins.is_some() {
                    entry.lines.push(index as u32);
                }
            }
            if let Some(window) = ctx.window_after(order.at) {
                let entry = entry(&mut seen, window as u32, order.slice);
                entry.revenue_before += order.revenue();
                entry.unknown_before = entry.unknown_before.or(order.unknown());
                entry.orders_before += i64::from(order.is_order);
                if out.origins.is_some() {
                    entry.lines.push(index as u32);
                }
            }
        }
        for entry in &seen {
            let window = &ctx.windows[entry.window as usize];
            out.begin_in(stakeholder, entry.slice, entry.window);
            out.flag(active, entry.orders > 0);
            out.flag(active_before, entry.orders_before > 0);
            if active_since_before.is_wanted() {
                // Orders come by time.
                let from = orders.partition_point(|order| order.at < window.previous_start);
                let until = orders.partition_point(|order| order.at < window.start);
                let is_here = orders[from..until].iter().any(|order| order.is_order && order.slice == entry.slice);
                out.flag(active_since_before, is_here);
            }
            out.int(orders_in, entry.orders);
            out.int(order_days, entry.order_days);
            out.total(revenue, Some(entry.revenue));
            out.total(revenue_before, Some(entry.revenue_before));
            for (amount, why) in [(revenue, entry.unknown), (revenue_before, entry.unknown_before)] {
                why.into_iter().for_each(|why| out.unknown(amount, why));
            }
            out.flag(is_new, first.is_some_and(|f| window.start <= f.at && f.at < window.end));
            out.int(first_at, first.map_or(NO_TIME, |f| f.at));
            out.int(to_second, first.zip(second_day).map_or(NO_INT, |(f, day)| i64::from(day - f.day)));
            if out.origins.is_some() {
                for (row, order) in reader.lines(stakeholder) {
                    let is_named = Some(orders[order].row) == first_row || Some(orders[order].row) == second_row;
                    if is_named || entry.lines.contains(&(order as u32)) {
                        out.origin(Table::Purchases, row);
                    }
                }
            }
        }
    }
}

fn entry(seen: &mut Vec<Seen>, window: u32, slice: u32) -> &mut Seen {
    let found = seen.iter().rposition(|e| e.window == window && e.slice == slice);
    let index = found.unwrap_or_else(|| {
        seen.push(Seen {
            window,
            slice,
            orders: 0,
            order_days: 0,
            last_day: i32::MIN,
            orders_before: 0,
            revenue: 0,
            revenue_before: 0,
            unknown: None,
            unknown_before: None,
            lines: Vec::new(),
        });
        seen.len() - 1
    });
    &mut seen[index]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::context::Settings;
    use crate::facts::testing::{self, tables};

    #[test]
    fn the_orders_of_both_periods_stand_behind_and_the_first_two_where_they_tell() {
        let purchases = "stakeholder_id,occurred_at,amount\na,2026-01-01,5\na,2026-03-01,5\na,2026-03-02,5\na,2026-05-01,5\na,2026-06-01,5";
        let canonical = tables("2026-07-01", &[(Table::Purchases, purchases)]);
        let (settings, slicing) = (Settings::default(), Default::default());
        let windows = testing::windows(&canonical, &["2026-06"]);
        let ctx = Context {
            canonical: &canonical,
            settings: &settings,
            slicing: &slicing,
            windows: &windows,
        };
        let rows = |columns: &[&str]| {
            let origins = testing::frame(&SPEC, &ctx, columns, true).origins.unwrap();
            origins[0].iter().map(|(_, row)| *row).collect::<Vec<_>>()
        };
        assert_eq!(rows(&["active"]), [3, 4]);
        assert_eq!(rows(&["first_ordered_at"]), [0, 3, 4]);
        assert_eq!(rows(&["days_to_second_order_day"]), [0, 1, 3, 4]);
    }
}
