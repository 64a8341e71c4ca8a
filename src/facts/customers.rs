//! `customers`: a stakeholder in a period, seen through orders.

use super::column;
use crate::schema::{FactSpec, Shape, Table, Unit};

/// The fact's description.
pub static SPEC: FactSpec = FactSpec {
    name: "customers",
    text: "a stakeholder in a period, with an order or a refund in it or in the period before",
    shape: Shape::StakeholderPeriod,
    rows: Some(Table::Purchases),
    tables: &[Table::Purchases],
    looks_back: true,
    columns: &[
        column("active", Unit::Bool, "has an order in the period", &[]),
        column("active_before", Unit::Bool, "had an order in the period before", &[]),
        column("is_new", Unit::Bool, "the stakeholder's first order ever lies in the period", &[]),
        column("orders", Unit::Count, "orders in the period", &[]),
        column("order_days", Unit::Count, "distinct days with an order in the period", &[]),
        column("revenue", Unit::Money, "revenue in the period", &[]),
        column("revenue_before", Unit::Money, "revenue in the period before", &[]),
        column("first_ordered_at", Unit::Time, "time of the stakeholder's first order ever", &[]),
        column("days_to_second_order_day", Unit::Days, "days from the first order day to the second; null without a second", &[]),
    ],
};
