//! A shop with a loyalty programme: orders, members, referrals, returns and reviews.
//!
//! To be found: in October 2026 a faulty shoe comes back and the reviews turn bad; a referral programme that began in August
//! 2026 brings many of the new customers. Everything else is noise.

use jiff::civil::{Date, DateTime};

use super::Story;
use super::calendar::{LAST, MONTHS, any_day, any_time, days_later, end, in_utc, known_day, later, month, on, with_offset};
use super::export::{Export, money};
use super::names::{email, full_name, person};
use super::random::Random;
use crate::cells;

const ZONE: &str = "America/New_York";
const PRODUCTS: [(&str, &str, i64); 6] = [
    ("Trail Shoe 3", "TS-3", 11_900),
    ("Day Pack 20 L", "DP-20", 7_450),
    ("Merino Socks", "MS-1", 1_690),
    ("Rain Shell", "RS-2", 14_900),
    ("Steel Bottle", "SB-7", 2_495),
    ("Trek Poles", "TP-1", 6_900),
];

/// Customers from before the data begin.
const OLD: usize = 265;

struct Customer {
    number: usize,
    since: usize,
    /// Before the data begin.
    is_old: bool,
    tier: Option<&'static str>,
    referrer: Option<usize>,
    /// The day they came.
    day: Date,
    /// The month in which they buy for the last time.
    until: usize,
}

struct Order {
    name: String,
    customer: Option<usize>,
    at: DateTime,
    cents: i64,
    product: usize,
}

/// The story.
pub fn story() -> Story {
    let mut random = Random::new("loyalty shop");
    let customers = customers(&mut random);
    let (orders, orders_file) = orders(&mut random, &customers);
    Story {
        folder: "loyalty-shop",
        files: vec![
            ("members.csv", members(&mut random, &customers)),
            ("orders.csv", orders_file),
            ("returns.csv", returns(&mut random, &orders)),
            ("referrals.csv", referrals(&mut random, &customers)),
            ("reviews.csv", reviews(&mut random, &orders)),
        ],
    }
}

fn address(number: usize) -> String {
    email(number, "mail.example")
}

fn customers(random: &mut Random) -> Vec<Customer> {
    let mut customers = Vec::new();
    for now in 0..=MONTHS {
        let (count, is_old) = if now == 0 {
            (OLD, true)
        } else {
            (random.between(17, 21) as usize, false)
        };
        for _ in 0..count {
            let number = customers.len();
            let since = if is_old { 0 } else { now - 1 };
            let referred = !is_old && random.chance(if since >= 11 { 0.5 } else { 0.08 });
            let member = is_old || referred || random.chance(0.6);
            let tier = member.then(|| random.weighted(&[("Bronze", 60), ("Silver", 28), ("Gold", 12)]));
            let referrer = referred.then(|| random.below(OLD));
            let day = days_later(month(since as i64), random.between(4, 19));
            let until = since + (random.skewed(14.0) as usize);
            customers.push(Customer {
                number,
                since,
                is_old,
                tier,
                referrer,
                day,
                until,
            });
        }
    }
    customers
}

fn members(random: &mut Random, customers: &[Customer]) -> Vec<u8> {
    let mut export = Export::new(
        "Customer ID|First Name|Last Name|Email|Accepts Email Marketing|Tier|Points|State|Enrolled At|Opted Out At|How did you find us",
    );
    for customer in customers {
        let Some(tier) = customer.tier else { continue };
        let (first, last) = person(customer.number);
        let enrolled = if customer.is_old {
            days_later(month(random.between(-30, -1)), random.between(0, 27))
        } else {
            customer.day
        };
        let gone = random.chance(0.08).then(|| {
            let at = random.below(MONTHS);
            any_day(random, at.max(customer.since + 1))
        });
        export.push(cells![
            7_300_100_000i64 + customer.number as i64 * 4_111,
            first,
            last,
            address(customer.number),
            random.weighted(&[("yes", 4), ("no", 1)]),
            tier,
            random.between(0, 90) * 25,
            random.weighted(&[("NY", 5), ("NJ", 3), ("CT", 2), ("MA", 2)]),
            known_day(Some(enrolled), "%Y-%m-%d"),
            known_day(gone, "%Y-%m-%d"),
            if customer.referrer.is_some() {
                "referral"
            } else {
                random.weighted(&[("search", 5), ("social", 3), ("store", 2)])
            },
        ]);
    }
    export.bytes()
}

const ORDERS: &str = "Name|Email|Financial Status|Paid at|Fulfillment Status|Currency|Subtotal|Shipping|Total|Discount Code|Created at|\
                      Lineitem quantity|Lineitem name|Lineitem price|Lineitem sku|Shipping Province|Cancelled at|Payment Method|Source";

fn orders(random: &mut Random, customers: &[Customer]) -> (Vec<Order>, Vec<u8>) {
    let mut sales: Vec<(DateTime, Option<usize>)> = Vec::new();
    for now in 0..MONTHS {
        for customer in customers.iter().filter(|c| c.since <= now) {
            let is_first = customer.since == now && !customer.is_old;
            let chance = match customer.tier {
                Some("Gold") => 0.38,
                Some("Silver") => 0.22,
                Some(_) => 0.13,
                None => 0.05,
            };
            if is_first {
                sales.push((on(customer.day, random.between(7 * 60, 23 * 60)), Some(customer.number)));
            } else if now <= customer.until && random.chance(chance) {
                sales.push((any_time(random, now, 7, 23), Some(customer.number)));
                if random.chance(0.12) {
                    sales.push((any_time(random, now, 7, 23), Some(customer.number)));
                }
            }
        }
        // Sales in the store carry no address.
        for _ in 0..random.between(1, 3) {
            sales.push((any_time(random, now, 10, 18), None));
        }
    }
    sales.sort();
    let mut export = Export::new(ORDERS);
    let mut orders = Vec::new();
    for (i, (at, customer)) in sales.into_iter().enumerate() {
        let name = format!("#{}", 4_100 + i);
        let lines: Vec<(usize, i64)> = (0..random.weighted(&[(1, 75), (2, 20), (3, 5)]))
            .map(|_| {
                (
                    random.weighted(&[(0, 24), (1, 14), (2, 30), (3, 10), (4, 16), (5, 6)]),
                    random.weighted(&[(1, 8), (2, 2)]),
                )
            })
            .collect();
        let subtotal: i64 = lines.iter().map(|(product, quantity)| PRODUCTS[*product].2 * quantity).sum();
        let shipping = if subtotal >= 7_500 { 0 } else { 595 };
        let cancelled = random.chance(0.02);
        let created = with_offset(at, ZONE);
        for (line, (product, quantity)) in lines.iter().enumerate() {
            let (title, sku, price) = PRODUCTS[*product];
            let first = |text: String| if line == 0 { text } else { String::new() };
            export.push(cells![
                name,
                customer.map_or(String::new(), address),
                first("paid".into()),
                first(with_offset(later(at, 1), ZONE)),
                first("fulfilled".into()),
                first("USD".into()),
                first(money(subtotal)),
                first(money(shipping)),
                first(money(subtotal + shipping)),
                "",
                created,
                quantity,
                title,
                money(price),
                sku,
                first(random.weighted(&[("NY", 5), ("NJ", 3), ("CT", 2), ("MA", 2)]).into()),
                first(if cancelled {
                    with_offset(later(at, 90), ZONE)
                } else {
                    String::new()
                }),
                first("Card".into()),
                if customer.is_some() { "web" } else { "pos" },
            ]);
        }
        if !cancelled {
            orders.push(Order {
                name,
                customer,
                at,
                cents: subtotal,
                product: lines[0].0,
            });
        }
    }
    (orders, export.bytes())
}

fn is_faulty(order: &Order) -> bool {
    order.product == 0 && order.at.date() >= days_later(month(LAST as i64), -12)
}

fn returns(random: &mut Random, orders: &[Order]) -> Vec<u8> {
    let mut records = Vec::new();
    for order in orders {
        let Some(customer) = order.customer else { continue };
        if random.chance(if is_faulty(order) { 0.75 } else { 0.05 }) {
            let at = later(order.at, random.between(3 * 1440, 12 * 1440));
            let part = PRODUCTS[order.product].2.min(order.cents);
            let reason = if is_faulty(order) {
                "Sole comes off"
            } else {
                random.pick(&["Too small", "Changed my mind", "Colour"])
            };
            if at < end() {
                records.push((at, (order, customer, part, reason)));
            }
        }
    }
    records.sort_by_key(|r| r.0);
    let mut export = Export::new("RMA|Order|Customer email|Returned at|Reason|Refund");
    for (i, (at, (order, customer, part, reason))) in records.into_iter().enumerate() {
        export.push(cells![
            format!("R-{:04}", i + 1),
            order.name,
            address(customer),
            with_offset(at, ZONE),
            reason,
            format!("${}", money(part))
        ]);
    }
    export.bytes()
}

fn referrals(random: &mut Random, customers: &[Customer]) -> Vec<u8> {
    let mut records = Vec::new();
    for customer in customers {
        if let Some(referrer) = customer.referrer {
            let joined = customer.day;
            let asked = days_later(joined, -random.between(0, 3));
            records.push((asked, cells![address(referrer), address(customer.number), asked, joined, "$10 off"]));
        }
    }
    // Friends who never came.
    for now in 0..MONTHS {
        for _ in 0..random.between(2, 4) {
            let asked = any_day(random, now);
            let friend = 1_200 + records.len();
            records.push((asked, cells![address(random.below(OLD)), address(friend), asked, "", ""]));
        }
    }
    let mut export = Export::new("Advocate Email|Friend Email|Shared On|Joined On|Reward");
    export.extend_sorted(records);
    export.bytes()
}

fn reviews(random: &mut Random, orders: &[Order]) -> Vec<u8> {
    let mut records = Vec::new();
    for order in orders {
        let Some(customer) = order.customer.filter(|_| random.chance(0.55)) else {
            continue;
        };
        let at = later(order.at, random.between(4 * 1440, 10 * 1440));
        let is_bad = is_faulty(order) || at.date() >= month(LAST as i64) && random.chance(0.22);
        let stars = if is_bad {
            random.weighted(&[(1, 5), (2, 4), (3, 2)])
        } else {
            random.weighted(&[(5, 58), (4, 28), (3, 7), (2, 4), (1, 3)])
        };
        let (title, sku, _) = PRODUCTS[order.product];
        if at < end() {
            let record = cells![
                match stars {
                    4.. => "Good",
                    3 => "So so",
                    _ => "Never again",
                },
                if is_bad { "The sole came off, on the \"second\" day." } else { "" },
                stars,
                in_utc(at, ZONE, "%Y-%m-%d %H:%M:%S UTC"),
                "email",
                full_name(customer),
                address(customer),
                sku,
                title.to_lowercase().replace(' ', "-"),
            ];
            records.push((at, record));
        }
    }
    let mut export = Export::new("title|body|rating|review_date|source|reviewer_name|reviewer_email|product_id|product_handle");
    export.extend_sorted(records);
    export.bytes()
}
