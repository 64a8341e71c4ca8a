//! Purchase days: what the models see of each stakeholder, as it was known at a time.
//!
//! Orders of one day are one purchase, with their amounts together. What went back is taken off the day of its order; a refund that belongs to
//! no order is taken off the day on which it was made. A day that is left with nothing or less is no purchase, and is counted. A day whose
//! orders were free of charge is one.

use rayon::prelude::*;

use crate::canonical::CanonicalTables;
use crate::facts::context::{Context, Settings, Slicing};
use crate::facts::ordering::Orders;
use crate::facts::orders;
use crate::measure;
use crate::schema::{MONEY_SCALE, Micros, NO_CODE, Table, purchases};
use crate::stats::customer_base::History;

/// The purchases of a stakeholder in a group, as they were known at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Buyer {
    /// Code of the stakeholder.
    pub stakeholder: u32,
    /// The group, as an index into the groups of the run.
    pub group: u32,
    /// The first purchase day.
    pub first_day: i32,
    /// How often, how lately and how long.
    pub history: History,
    /// The mean amount of the purchase days after the first, in units of the currency; 0 where there are none.
    pub mean: f64,
    /// Of an order only the amount of all lines is known, and these are in several groups, or a condition leaves some out.
    pub is_unknown: bool,
}

impl Buyer {
    /// The repeats that the mean amount is of: without an amount, nothing is known of what the stakeholder spends.
    pub fn known_repeats(&self) -> u32 {
        if self.mean > 0.0 { self.history.repeats } else { 0 }
    }
}

/// What a stakeholder of a group bought in some days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bought {
    /// Code of the stakeholder.
    pub stakeholder: u32,
    /// The group.
    pub group: u32,
    /// Purchase days.
    pub days: u32,
    /// The amount of them, in units of the currency.
    pub amount: f64,
}

/// Purchases of all stakeholders.
pub struct Purchases<'a> {
    /// The canonical tables.
    pub canonical: &'a CanonicalTables,
    /// The run's settings.
    pub settings: &'a Settings,
    /// The groups of rows and stakeholders.
    pub slicing: &'a Slicing,
}

/// A purchase day, or one that is none.
struct Day {
    group: u32,
    day: i32,
    amount: i128,
    is_ordered: bool,
    is_refunded: bool,
    is_unknown: bool,
}

impl Day {
    /// Whether something was bought, after what went back.
    fn is_purchase(&self) -> bool {
        self.is_ordered && (self.amount > 0 || (self.amount == 0 && !self.is_refunded))
    }
}

impl Purchases<'_> {
    /// The buyers as they were known at the end of a day, by stakeholder and group, and the number of days that are left with nothing.
    pub fn buyers(&self, last_day: i32) -> (Vec<Buyer>, u64) {
        let mut nothing = 0;
        let mut buyers = Vec::new();
        let blocks = self.by_block(last_day, |stakeholder, days, buyers: &mut Vec<Buyer>| {
            let is_unknown = days.iter().any(|day| day.is_unknown);
            let mut days = days.iter().filter(|day| day.is_purchase());
            let Some(first) = days.next() else { return };
            let (mut last, mut repeats, mut amount) = (first.day, 0, 0);
            for day in days {
                (last, repeats, amount) = (day.day, repeats + 1, amount + day.amount);
            }
            buyers.push(Buyer {
                stakeholder,
                group: first.group,
                first_day: first.day,
                history: History {
                    repeats,
                    age: (last_day - first.day).max(0) as u32,
                    last: (last - first.day) as u32,
                },
                mean: money(amount) / f64::from(repeats.max(1)),
                is_unknown,
            });
        });
        for (mut some, without) in blocks {
            buyers.append(&mut some);
            nothing += without;
        }
        (buyers, nothing)
    }

    /// What was bought after a day, up to the end of another, by stakeholder and group.
    pub fn bought(&self, after: i32, until: i32) -> Vec<Bought> {
        let blocks = self.by_block(until, |stakeholder, days, bought: &mut Vec<Bought>| {
            let days = days.iter().filter(|day| day.is_purchase() && day.day > after);
            let (number, amount) = days.clone().fold((0, 0), |(number, amount), day| (number + 1, amount + day.amount));
            if let Some(first) = days.clone().next() {
                bought.push(Bought {
                    stakeholder,
                    group: first.group,
                    days: number,
                    amount: money(amount),
                });
            }
        });
        blocks.into_iter().flat_map(|(some, _)| some).collect()
    }

    /// What is found of the days of each stakeholder in each group, known at the end of a day, by blocks of stakeholders in their order; with
    /// the number of days with orders that are left with nothing.
    fn by_block<T: Send>(&self, last_day: i32, find: impl Fn(u32, &[Day], &mut Vec<T>) + Sync) -> Vec<(Vec<T>, u64)> {
        let context = Context {
            canonical: self.canonical,
            settings: self.settings,
            slicing: self.slicing,
            windows: &[],
        };
        let known = self.canonical.zone.midnight(last_day + 1).min(self.canonical.as_of);
        let blocks = measure::blocks(self.canonical, &orders::SPEC);
        let block = |block: std::ops::Range<u32>| {
            let (mut found, mut nothing) = (Vec::new(), 0);
            let Some(mut reader) = Orders::new(&context) else {
                return (found, nothing);
            };
            let times = self
                .canonical
                .table(Table::Purchases)
                .map(|rows| rows.times(&purchases::OCCURRED_AT));
            let mut days = Vec::new();
            for stakeholder in block.filter(|s| *s != self.canonical.nobody()) {
                // What is not known yet is in no group.
                let is_known = |row: usize| times.as_ref().is_some_and(|times| times.at(row) < known);
                let group = |row| match is_known(row) {
                    true => self.slicing.of_row(row, stakeholder),
                    false => NO_CODE,
                };
                of_orders(&mut reader, &context, stakeholder, group, &mut days);
                for days in days.chunk_by(|a, b| a.group == b.group) {
                    nothing += days.iter().filter(|day| day.is_ordered && !day.is_purchase()).count() as u64;
                    find(stakeholder, days, &mut found);
                }
            }
            (found, nothing)
        };
        blocks.into_par_iter().map(block).collect()
    }
}

/// The days of a stakeholder with orders or refunds, by group and day.
fn of_orders(reader: &mut Orders, context: &Context, stakeholder: u32, group: impl Fn(usize) -> u32, days: &mut Vec<Day>) {
    let orders = reader.of(context, stakeholder, group);
    days.clear();
    days.extend(orders.iter().filter(|order| order.slice != NO_CODE).map(|order| Day {
        group: order.slice,
        day: order.day,
        amount: order.revenue(),
        is_ordered: order.is_order,
        is_refunded: order.refund != 0,
        // Lines that are not known yet divide no order.
        is_unknown: context.slicing.rows.is_some() && order.is_divided,
    }));
    days.sort_by_key(|day| (day.group, day.day));
    days.dedup_by(|day, kept| {
        let is_same = (day.group, day.day) == (kept.group, kept.day);
        if is_same {
            kept.amount += day.amount;
            kept.is_ordered |= day.is_ordered;
            kept.is_refunded |= day.is_refunded;
            kept.is_unknown |= day.is_unknown;
        }
        is_same
    });
}

/// An amount in units of the currency.
fn money(amount: i128) -> f64 {
    amount as f64 / MONEY_SCALE as f64
}

/// The civil day of the last moment before a time.
pub fn last_day(canonical: &CanonicalTables, before: Micros) -> i32 {
    canonical.zone.day_of(before.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::fixture::{Fixture, Rowed};
    use crate::period::parse_date;

    fn buyers(text: &str, as_of: &str, last_day: &str) -> (Vec<String>, u64) {
        let canonical = Fixture::new(as_of).table(Table::Purchases, Rowed::Plain, text).build(false);
        let (settings, slicing) = Default::default();
        let purchases = Purchases {
            canonical: &canonical,
            settings: &settings,
            slicing: &slicing,
        };
        let (buyers, nothing) = purchases.buyers(parse_date(last_day).unwrap());
        let shown = |buyer: &Buyer| {
            let id = canonical.stakeholders.text(buyer.stakeholder).unwrap();
            let History { repeats, age, last } = buyer.history;
            format!("{id}: {repeats} {last} {age} {}", buyer.mean)
        };
        (buyers.iter().map(shown).collect(), nothing)
    }

    #[test]
    fn orders_of_a_day_are_one_purchase_and_the_first_day_is_no_repeat() {
        let text = "stakeholder_id,order_id,occurred_at,amount\na,1,2026-01-01,10\na,2,2026-01-11,10\na,3,2026-01-11,5\na,4,2026-01-21,30\n\
                    b,5,2026-01-31,7\nc,6,2026-02-01,7";
        assert_eq!(
            buyers(text, "2026-02-10", "2026-01-31"),
            (vec!["a: 2 20 30 22.5".into(), "b: 0 0 0 0".into()], 0)
        );
    }

    #[test]
    fn what_went_back_counts_on_the_day_of_its_order_once_it_is_known() {
        // Order 2 goes back as a whole, order 3 in part; order 4 was free, and order 6 was netted by a refund of no order on its day.
        let text = "stakeholder_id,order_id,occurred_at,amount\na,1,2026-01-01,10\na,2,2026-01-11,20\na,3,2026-01-21,30\na,4,2026-01-22,0\n\
                    a,2,2026-02-01,-20\na,3,2026-02-02,-10\nb,6,2026-01-05,10\nb,r,2026-01-05,-15\nc,r2,2026-01-06,-15";
        assert_eq!(
            buyers(text, "2026-03-01", "2026-01-31"),
            (vec!["a: 3 21 30 16.666666666666668".into()], 1)
        );
        assert_eq!(buyers(text, "2026-03-01", "2026-02-28"), (vec!["a: 2 21 58 10".into()], 2));
        // What the run does not know yet is not known on any day.
        assert_eq!(
            buyers(text, "2026-02-01", "2026-02-28"),
            (vec!["a: 3 21 58 16.666666666666668".into()], 1)
        );
    }

    #[test]
    fn the_future_of_a_split_is_bought_after_it() {
        let text = "stakeholder_id,order_id,occurred_at,amount\na,1,2026-01-01,10\na,2,2026-02-01,10\na,3,2026-02-01,5\na,4,2026-03-01,30\nb,5,2026-02-28,7";
        let canonical = Fixture::new("2026-04-01").table(Table::Purchases, Rowed::Plain, text).build(false);
        let (settings, slicing) = Default::default();
        let purchases = Purchases {
            canonical: &canonical,
            settings: &settings,
            slicing: &slicing,
        };
        let day = |text| parse_date(text).unwrap();
        let bought = purchases.bought(day("2026-01-01"), day("2026-02-28"));
        let shown: Vec<(u32, u32, f64)> = bought.iter().map(|b| (b.stakeholder, b.days, b.amount)).collect();
        assert_eq!(shown, [(0, 1, 15.0), (1, 1, 7.0)]);
    }
}
