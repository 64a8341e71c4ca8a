//! `orders`: an order of a stakeholder.

use std::ops::Range;

use super::context::{Context, is_out};
use super::frame::{Frame, Unknown};
use super::ordering::{Orders, gaps};
use super::{column, known_at};
use crate::schema::Input::Column;
use crate::schema::{Fact, FactSpec, NO_CODE, NO_INT, NO_TIME, Past, Shape, Table, Unit, purchases};

/// The fact's description.
pub static SPEC: FactSpec = FactSpec {
    fact: Fact::Orders,
    text: "an order; where the source has no order ids, all of one stakeholder's lines of one calendar day, and each line without a stakeholder; a refund that belongs to no order is a row with is_order false",
    shape: Shape::Event,
    rows: Some(Table::Purchases),
    tables: &[Table::Purchases],
    also_reads: &[],
    looks_back: false,
    recorded_at: &["ordered_at"],
    columns: &[
        column("ordered_at", Unit::Time, "time of the order's earliest line", &[]),
        column(
            "is_order",
            Unit::Bool,
            "true for an order, false for a refund that belongs to none",
            &[],
        ),
        column("gross_amount", Unit::Money, "amount before refunds", &[]),
        column("refund", Unit::Money, "amount refunded", &[]),
        column("revenue", Unit::Money, "gross amount less refunds", &[]),
        column("cost", Unit::Money, "cost of what was sold", &[&[Column(&purchases::COST)]]),
        column(
            "margin",
            Unit::Money,
            "revenue less cost, where a cost is known",
            &[&[Column(&purchases::COST)]],
        ),
        column(
            "order_number",
            Unit::Count,
            "1 for the stakeholder's first order, by time; null without a stakeholder",
            &[],
        )
        .depends_on(Past::EarlierOrder),
        column(
            "days_since_previous",
            Unit::Days,
            "days since the stakeholder's previous order day; null but on the first order of each order day after the first",
            &[],
        )
        .depends_on(Past::PreviousOrder),
        column("quantity", Unit::Number, "units ordered", &[&[Column(&purchases::QUANTITY)]]),
        column(
            "promised_at",
            Unit::Time,
            "promised delivery; a date is the end of that day",
            &[&[Column(&purchases::PROMISED_AT)]],
        ),
        known_at(
            "delivered_at",
            "delivered_at",
            Unit::Time,
            "delivery of the order's last line; null while a line is undelivered",
            &[&[Column(&purchases::DELIVERED_AT)]],
        ),
        known_at(
            "delivered_at",
            "delivered_on_time",
            Unit::Bool,
            "delivered by the promised time",
            &[&[Column(&purchases::PROMISED_AT)], &[Column(&purchases::DELIVERED_AT)]],
        ),
        column("order_id", Unit::Key, "the order's id", &[&[Column(&purchases::ORDER_ID)]]),
        column("currency", Unit::Text, "currency of the order", &[&[Column(&purchases::CURRENCY)]]),
        column(
            "status",
            Unit::Text,
            "status of the order; not known where its lines differ",
            &[&[Column(&purchases::STATUS)]],
        ),
        column(
            "product",
            Unit::Text,
            "product of the order; not known where its lines differ",
            &[&[Column(&purchases::PRODUCT)]],
        ),
        column(
            "channel",
            Unit::Text,
            "channel of the order; not known where its lines differ",
            &[&[Column(&purchases::CHANNEL)]],
        ),
    ],
};

/// What the lines of one order add up to, beside the amounts.
#[derive(Clone)]
struct Sums {
    cost: i128,
    cost_known: bool,
    quantity: f64,
    promised: i64,
    delivered: i64,
    undelivered: bool,
    lines: Vec<u32>,
}

/// What the lines of an order say in a column of texts.
#[derive(Clone, Copy)]
struct LineText {
    code: u32,
    differs: bool,
}

impl Default for LineText {
    fn default() -> LineText {
        LineText {
            code: NO_CODE,
            differs: false,
        }
    }
}

impl LineText {
    /// With another line. One that says nothing does not differ: some exports have the texts of an order on its first line alone.
    fn add(&mut self, code: u32) {
        if self.code == NO_CODE {
            self.code = code;
        }
        self.differs |= code != NO_CODE && code != self.code;
    }
}

/// Builds the orders of the stakeholders of a block.
pub fn build(ctx: &Context, block: Range<u32>, out: &mut Frame) {
    let Some(mut reader) = Orders::new(ctx) else { return };
    let Some(rows) = ctx.canonical.table(Table::Purchases) else {
        return;
    };
    let [at, is_order, gross, refund, revenue, number, gap] = [
        "ordered_at",
        "is_order",
        "gross_amount",
        "refund",
        "revenue",
        "order_number",
        "days_since_previous",
    ]
    .map(|c| out.handle(c));
    let [cost, margin, quantity, promised, delivered, on_time] =
        ["cost", "margin", "quantity", "promised_at", "delivered_at", "delivered_on_time"].map(|c| out.handle(c));
    let order_id = out.handle("order_id");
    let currency = (out.handle(purchases::CURRENCY.name), rows.codes(&purchases::CURRENCY));
    let texts = [&purchases::STATUS, &purchases::PRODUCT, &purchases::CHANNEL].map(|c| (out.handle(c.name), rows.codes(c)));
    let texts_wanted = texts.iter().any(|(handle, _)| handle.is_wanted());
    let sums_wanted = out.origins.is_some() || [cost, margin, quantity, promised, delivered, on_time].iter().any(|h| h.is_wanted());
    let (amounts, costs, quantities) = (
        rows.ints(&purchases::AMOUNT),
        rows.ints(&purchases::COST),
        rows.floats(&purchases::QUANTITY),
    );
    let (promises, deliveries) = (rows.times(&purchases::PROMISED_AT), rows.times(&purchases::DELIVERED_AT));
    let ids = rows.keys(&purchases::ORDER_ID);
    let mut sums: Vec<Sums> = Vec::new();
    // By order, the texts of its lines.
    let mut said: Vec<[LineText; 3]> = Vec::new();
    for stakeholder in block {
        reader.of(ctx, stakeholder, |row| ctx.slicing.of_row(row, stakeholder));
        let orders = reader.last();
        if sums_wanted {
            let empty = Sums {
                cost: 0,
                cost_known: true,
                quantity: f64::NAN,
                promised: NO_TIME,
                delivered: NO_TIME,
                undelivered: false,
                lines: Vec::new(),
            };
            sums.clear();
            sums.resize(orders.len(), empty);
            for (row, order) in reader.lines(stakeholder) {
                let sum = &mut sums[order];
                // A refund of an order sells and delivers nothing: it may bring a cost back, but leaves nothing unknown or undelivered.
                let is_refund = orders[order].is_order && amounts.at(row) < 0;
                match costs.at(row) {
                    NO_INT => sum.cost_known &= is_refund,
                    amount => sum.cost += i128::from(amount),
                }
                if !quantities.at(row).is_nan() {
                    sum.quantity = if sum.quantity.is_nan() { 0.0 } else { sum.quantity } + quantities.at(row);
                }
                if !is_refund {
                    sum.promised = sum.promised.max(promises.at(row));
                    sum.delivered = sum.delivered.max(deliveries.at(row));
                    sum.undelivered |= deliveries.at(row) == NO_TIME;
                }
                sum.lines.push(row as u32);
            }
        }
        if texts_wanted {
            said.clear();
            said.resize(orders.len(), [LineText::default(); 3]);
            for (row, order) in reader.lines(stakeholder) {
                // A refund says nothing of what was ordered, unless it is all that there is.
                if !orders[order].is_order || amounts.at(row) >= 0 {
                    said[order]
                        .iter_mut()
                        .zip(&texts)
                        .for_each(|(text, (_, codes))| text.add(codes.at(row)));
                }
            }
        }
        let is_somebody = stakeholder != ctx.canonical.nobody();
        let gaps = if gap.is_wanted() && is_somebody { gaps(orders) } else { Vec::new() };
        for (i, order) in orders.iter().enumerate().filter(|(_, o)| !is_out(o.slice)) {
            let row = order.row as usize;
            out.begin(if is_somebody { stakeholder } else { NO_CODE }, order.slice, rows.source_of(row));
            out.int(at, order.at);
            out.flag(is_order, order.is_order);
            out.total(gross, Some(order.gross));
            out.total(refund, Some(order.refund));
            out.total(revenue, Some(order.revenue()));
            out.key(order_id, ids.at(row));
            if order.is_order && is_somebody {
                out.int(number, i64::from(order.number));
            }
            if let Some(&days) = gaps.get(i) {
                out.int(gap, days);
            }
            out.code(currency.0, order.currency.unwrap_or(currency.1.at(row)));
            if texts_wanted {
                for ((handle, _), text) in texts.iter().zip(&said[i]) {
                    match text.differs {
                        true => out.unknown(*handle, Unknown::LinesDiffer),
                        false => out.code(*handle, text.code),
                    }
                }
            }
            if sums_wanted {
                let sum = &sums[i];
                if sum.cost_known {
                    out.total(cost, Some(sum.cost));
                    out.total(margin, Some(order.revenue() - sum.cost));
                }
                out.float(quantity, sum.quantity);
                if order.is_order {
                    let delivered_at = if sum.undelivered { NO_TIME } else { sum.delivered };
                    out.int(promised, sum.promised);
                    out.int(delivered, delivered_at);
                    if sum.promised != NO_TIME {
                        out.flag(on_time, delivered_at != NO_TIME && delivered_at <= sum.promised);
                    }
                }
                for &line in &sum.lines {
                    out.origin(Table::Purchases, line as usize);
                }
            }
            if let Some(why) = order.unknown() {
                [gross, refund, revenue, cost, margin]
                    .into_iter()
                    .for_each(|amount| out.unknown(amount, why));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::context::Settings;
    use crate::facts::testing::{self, tables};

    #[test]
    fn lines_that_add_up_to_too_much_are_marked_and_nothing_wraps() {
        let purchases = "stakeholder_id,order_id,occurred_at,amount,refund,cost\n\
            a,1,2026-01-05,900000000000000,,900000000000000\na,1,2026-01-05,900000000000000,,900000000000000\n\
            a,2,2026-01-06,10,900000000000000,4\n";
        let canonical = tables("2026-02-01", &[(Table::Purchases, purchases)]);
        let (settings, slicing) = (Settings::default(), Default::default());
        let ctx = Context {
            canonical: &canonical,
            settings: &settings,
            slicing: &slicing,
            windows: &[],
        };
        let columns = ["gross_amount", "refund", "revenue", "cost", "margin"];
        let frame = testing::frame(&SPEC, &ctx, &columns, false);
        let held = columns.map(|name| frame.ints(name).unwrap().to_vec());
        let much = 9_000_000_000_000_000_000;
        assert_eq!(
            held,
            [
                vec![NO_INT, 100_000],
                vec![0, much],
                vec![NO_INT, 100_000 - much],
                vec![NO_INT, 40_000],
                // Revenue and cost of the first are the same: their difference is small, whatever they are.
                vec![0, 60_000 - much]
            ]
        );
        let too_large = columns.map(|name| frame.unknown_in(name).map(|(row, _)| row).collect::<Vec<_>>());
        assert_eq!(too_large, [vec![0], vec![], vec![0], vec![0], vec![]]);
    }
}
