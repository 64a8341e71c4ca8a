//! A stakeholder in a period, seen through everything.

use relhealth::api::schema::Table;

use super::{Data, Dims, Money, Record, Row, Window, answers, orders, people, talk};

pub fn relations(data: &Data, dims: &Dims, window: &Window) -> Vec<Row> {
    let (t1, as_of) = (window.end, window.as_of);
    let orders = orders::of(data, &Dims::none());
    let contacts = talk::all_contacts(data);
    let cases = talk::all_cases(data);
    let referrals = people::all_referrals(data);
    let mut rows = Vec::new();
    let mut everybody = data.everybody();
    everybody.extend(contacts.iter().filter_map(|c| c.who.clone()));
    for who in everybody {
        let Some(slice) = dims.of(data, None, None, Some(&who)) else {
            continue;
        };
        let talked: Vec<&talk::Contact> = contacts.iter().filter(|c| c.who.as_deref() == Some(&who)).collect();
        let now: Vec<&&talk::Contact> = talked.iter().filter(|c| window.holds(c.at)).collect();
        let on_roster = people::is_there(data, &who, t1, as_of);
        let order_times: Vec<i64> = orders.iter().filter(|o| o.who == who && o.is_order).map(|o| o.at(data)).collect();
        let has_order = order_times.iter().any(|at| window.holds(*at));
        let has_answer = (data.of(Table::Surveys).iter())
            .any(|r| r.is("stakeholder_id", &who) && answers::score(r).is_some() && window.holds(answers::counted_at(data, r)));
        let has_supply = data.of(Table::Supplies).iter().any(|r| {
            let held = |column| data.time(r, column).is_some_and(|at| window.holds(at));
            r.is("stakeholder_id", &who) && (held("ordered_at") || held("received_at"))
        });
        let is_active = !now.is_empty() || has_order || has_answer || has_supply;
        if !on_roster && !is_active {
            continue;
        }
        let count = |word: &str| now.iter().filter(|c| c.direction.as_deref() == Some(word)).count();
        let (inbound, outbound) = (count("inbound"), count("outbound"));
        let mut row = Row::new(Some(&who), None, slice);
        row.set("on_roster", on_roster);
        let has_roster = data.has(Table::Stakeholders);
        row.set("in_base", if has_roster { on_roster } else { has_order });
        row.set("inbound", inbound);
        row.set("outbound", outbound);
        row.set("contacts", now.len());
        if inbound + outbound > 0 {
            row.set("reciprocity", 2.0 * inbound.min(outbound) as f64 / (inbound + outbound) as f64);
        }
        row.set("has_order", has_order);
        row.set("is_active", is_active);
        let current = people::current(data, &who);
        let target = current.and_then(|r| r.number("contact_target_days")).filter(|days| *days >= 1.0);
        row.set("target_days", target);
        // Any contact resets the clock; without one it runs from the last start.
        let last = talked.iter().map(|c| c.at).filter(|at| *at < t1).max();
        let last = last.or(people::spells(data, &who)
            .iter()
            .map(|s| s.start)
            .filter(|at| *at < t1 && *at != i64::MIN)
            .max());
        if let Some(last) = last {
            let days = data.day(t1) - data.day(last);
            row.set("days_since_contact", days);
            row.set("is_overdue", target.map(|t| f64::from(days) > t));
        }
        row.set(
            "referrals_made",
            referrals.iter().filter(|r| r.who == who && window.holds(r.at)).count(),
        );
        let complaints: Vec<i64> = (cases.iter())
            .filter(|c| c.who == who && c.kind() == Some("complaint") && window.holds(c.opened_at(data)))
            .map(|c| c.opened_at(data))
            .collect();
        row.set("complaints", complaints.len());
        if let Some(last) = complaints.iter().max() {
            let day = data.day(*last);
            let recovered = if data.has(Table::Purchases) {
                order_times
                    .iter()
                    .any(|at| *at < as_of && (1..=90).contains(&(data.day(*at) - day)))
            } else {
                people::is_there(data, &who, data.zone.midnight(day + 90), as_of)
            };
            row.set("recovered_90d", recovered);
        }
        // Of every interaction, whoever or whatever had it.
        let own = |r: &&Record| r.owner.as_deref() == Some(&who) && window.holds(data.time(r, "occurred_at").unwrap());
        let costs = data.of(Table::Interactions).iter().filter(own).filter_map(|r| r.money("cost"));
        row.set("service_cost", Money(costs.sum()));
        row.set("type", current.and_then(|r| r.text("type")));
        rows.push(row);
    }
    rows
}
