//! Supply lines.

use relhealth::api::schema::Table;

use super::{At, Data, Dims, Money, Row, Window};

pub fn supply_lines(data: &Data, dims: &Dims, window: &Window) -> Vec<Row> {
    let mut rows = Vec::new();
    for record in data.of(Table::Supplies) {
        let who = record.text("stakeholder_id");
        let Some(slice) = dims.of(data, Some(Table::Supplies), Some(record), who) else {
            continue;
        };
        let mut row = Row::new(who, Some(record.file), slice);
        let ordered = data.time(record, "ordered_at");
        let promised = data
            .time(record, "promised_at")
            .map(|at| data.end_of(Table::Supplies, "promised_at", at));
        let received = data.time(record, "received_at");
        row.set("ordered_at", ordered.map(At));
        row.set("promised_at", promised.map(At));
        row.set("spent_at", ordered.or(promised).map(At));
        row.set("received_at", received.map(At));
        if let (Some(promised), Some(received)) = (promised, received) {
            let by_date = data.is_date(Table::Supplies, "promised_at") || data.is_date(Table::Supplies, "received_at");
            row.set(
                "on_time",
                if by_date {
                    data.day(received) <= data.day(promised)
                } else {
                    received <= promised
                },
            );
        }
        let quantities = (record.number("quantity"), record.number("quantity_received"));
        if let ((Some(quantity), Some(got)), true) = (quantities, received.is_some()) {
            row.set("in_full", got >= quantity);
        }
        let days = |from: Option<i64>, to: Option<i64>| Some(data.day(to?) - data.day(from?)).filter(|d| *d >= 0);
        row.set("lead_time_days", days(ordered, received));
        row.set("waiting_days", days(ordered, Some(window.as_of)));
        row.set("quantity_received", record.number("quantity_received"));
        row.set("quantity_rejected", record.number("quantity_rejected"));
        row.set("amount", record.money("amount").map(Money));
        rows.push(row);
    }
    rows
}
