//! `orders`: an order of a stakeholder.

use super::{column, known_at};
use crate::schema::{FactSpec, Shape, Table, Unit};

/// The fact's description.
pub static SPEC: FactSpec = FactSpec {
    name: "orders",
    text: "an order; where the source has no order ids, all of one stakeholder's lines of one calendar day; a refund that belongs to no order is a row with is_order false",
    shape: Shape::Event,
    rows: Some(Table::Purchases),
    tables: &[Table::Purchases],
    looks_back: false,
    columns: &[
        column("ordered_at", Unit::Time, "time of the order's earliest line", &[]),
        column("is_order", Unit::Bool, "true for an order, false for a refund that belongs to none", &[]),
        column("gross_amount", Unit::Money, "amount before refunds", &[]),
        column("refund", Unit::Money, "amount refunded", &[]),
        column("revenue", Unit::Money, "gross amount less refunds", &[]),
        column("cost", Unit::Money, "cost of what was sold", &[&["purchases.cost"]]),
        column("margin", Unit::Money, "revenue less cost, where a cost is known", &[&["purchases.cost"]]),
        column("order_number", Unit::Count, "1 for the stakeholder's first order, by time", &[]),
        column("days_since_previous", Unit::Days, "days since the stakeholder's previous order day; null but on the first order of each order day after the first", &[]),
        column("quantity", Unit::Number, "units ordered", &[&["purchases.quantity"]]),
        column("promised_at", Unit::Time, "promised delivery; a date is the end of that day", &[&["purchases.promised_at"]]),
        known_at("delivered_at", "delivered_at", Unit::Time, "delivery of the order's last line; null while a line is undelivered", &[&["purchases.delivered_at"]]),
        known_at("delivered_at", "delivered_on_time", Unit::Bool, "delivered by the promised time", &[&["purchases.promised_at"], &["purchases.delivered_at"]]),
        column("order_id", Unit::Key, "the order's id", &[&["purchases.order_id"]]),
        column("currency", Unit::Text, "currency of the order", &[&["purchases.currency"]]),
        column("status", Unit::Text, "status of the order's first line", &[&["purchases.status"]]),
        column("product", Unit::Text, "product of the order's first line", &[&["purchases.product"]]),
        column("channel", Unit::Text, "channel of the order's first line", &[&["purchases.channel"]]),
    ],
};
