//! A software company: support tickets, subscriptions and a survey.
//!
//! To be found: in October 2026 support answers at less than half its speed; over the year the answers to the question of
//! recommendation have become much better. Everything else is noise.

use jiff::civil::Date;

use super::Story;
use super::calendar::{LAST, MONTHS, any_time, days_later, in_utc, known, known_day, later, month, work_time};
use super::export::{Export, money};
use super::names::{company, domain, email, full_name};
use super::random::Random;
use crate::cells;

const ZONE: &str = "Europe/Berlin";
const SECONDS: &str = "%Y-%m-%d %H:%M:%S";

struct Account {
    number: usize,
    id: String,
    region: &'static str,
    start: Date,
    end: Option<Date>,
}

impl Account {
    fn is_there(&self, in_month: usize) -> bool {
        self.start < month(in_month as i64) && self.end.is_none_or(|end| end >= month(in_month as i64 + 1))
    }
}

/// The story.
pub fn story() -> Story {
    let mut random = Random::new("software company");
    let (accounts, subscriptions) = subscriptions(&mut random);
    Story {
        folder: "software-company",
        files: vec![
            ("subscriptions.csv", subscriptions),
            ("tickets.csv", tickets(&mut random, &accounts)),
            ("nps.csv", recommendations(&mut random, &accounts)),
        ],
    }
}

fn subscriptions(random: &mut Random) -> (Vec<Account>, Vec<u8>) {
    let header = "id|Customer ID|Customer Name|Customer Email|Status|Cancellation Reason|Created (UTC)|Start (UTC)|Ended At (UTC)|Amount|\
                  Interval|Plan|region (metadata)";
    let mut records = Vec::new();
    let mut accounts = Vec::new();
    for number in 0..230 {
        let id = format!("cus_{:06X}", 0x4F_1000 + number * 7919);
        let region = random.weighted(&[("dach", 5), ("nordics", 3), ("uk", 2)]);
        let joined = if number < 160 {
            random.between(-26, -1)
        } else {
            random.between(0, LAST as i64)
        };
        let start = days_later(month(joined), random.between(0, 27));
        let (mut from, mut plan) = (start, random.weighted(&[(0, 5), (1, 3), (2, 1)]));
        let seats = random.between(2, 30);
        let yearly = random.chance(0.3);
        let mut gone = None;
        for now in joined.max(-1) + 1..MONTHS as i64 {
            let day = days_later(month(now), random.between(0, 27));
            let leaves = random.chance(0.011);
            if leaves || (plan < 2 && random.chance(0.012)) {
                let why = if leaves {
                    random.pick(&["too_expensive", "missing_features", "switched_service", "unused", "other"])
                } else {
                    "plan_change"
                };
                records.push(subscription(
                    number,
                    &id,
                    region,
                    (from, Some(day)),
                    why,
                    (plan, seats, yearly),
                    start,
                ));
                gone = leaves.then_some(day);
                if leaves {
                    break;
                }
                (from, plan) = (days_later(day, 1), plan + 1);
            }
        }
        if gone.is_none() {
            records.push(subscription(number, &id, region, (from, None), "", (plan, seats, yearly), start));
        }
        accounts.push(Account {
            number,
            id,
            region,
            start,
            end: gone,
        });
    }
    let mut export = Export::new(header);
    export.extend_sorted(records);
    (accounts, export.bytes())
}

type Terms = (usize, i64, bool);

fn subscription(
    number: usize,
    id: &str,
    region: &str,
    (from, to): (Date, Option<Date>),
    why: &str,
    (plan, seats, yearly): Terms,
    created: Date,
) -> (Date, Vec<String>) {
    let monthly = [1_500, 2_900, 4_900][plan] * seats;
    let (amount, interval) = if yearly { (monthly * 12, "year") } else { (monthly, "month") };
    let day = |day: Date| known_day(Some(day), "%Y-%m-%d");
    let record = cells![
        format!("sub_{:05}{plan}", 10_000 + number * 37),
        id,
        company(number),
        email(number, &domain(number)),
        if to.is_some() { "canceled" } else { "active" },
        why,
        day(created),
        day(from),
        known_day(to, "%Y-%m-%d"),
        money(amount),
        interval,
        ["Starter", "Team", "Business"][plan],
        region,
    ];
    (from, record)
}

fn tickets(random: &mut Random, accounts: &[Account]) -> Vec<u8> {
    let header = "Summation column|Id|Requester|Requester external id|Requester email|Requester domain|Assignee|Group|Subject|Tags|Status|\
                  Priority|Via|Ticket type|Created at|Updated at|Solved at|Satisfaction Score|Reopens|Replies|First reply time in minutes";
    let mut records = Vec::new();
    for now in 0..MONTHS {
        let here: Vec<&Account> = accounts.iter().filter(|a| a.is_there(now)).collect();
        for _ in 0..random.between(84, 98) {
            // A few accounts write often, as everywhere.
            let skew = random.unit() * random.unit();
            let account = here[(skew * here.len() as f64) as usize];
            let created = if random.chance(0.9) {
                work_time(random, now, 7, 19)
            } else {
                any_time(random, now, 0, 24)
            };
            let slow = if now == LAST { 2.6 } else { 1.0 };
            let kind = random.weighted(&[("Question", 50), ("Incident", 24), ("Problem", 12), ("Task", 14)]);
            let reply = random.chance(0.965).then(|| random.skewed(130.0 * slow).ceil() as i64);
            // What nobody answers is closed after two weeks.
            let solved = Some(reply.map_or(later(created, 14 * 1440), |minutes| {
                later(created, minutes + random.skewed(1_100.0) as i64)
            }));
            let replied = reply
                .map(|minutes| later(created, minutes))
                .filter(|at| *at < super::calendar::end());
            let solved_text = known(solved, SECONDS);
            let score = if solved_text.is_empty() || random.chance(0.62) {
                "Not Offered"
            } else {
                random.weighted(&[("Good", if now == LAST { 70 } else { 84 }), ("Bad", 14), ("Offered", 30)])
            };
            let record = cells![
                full_name(account.number),
                account.id,
                email(account.number, &domain(account.number)),
                domain(account.number),
                random.pick(&["Ines", "Jonas", "Mina", "Theo"]),
                random.weighted(&[("Support", 80), ("Billing", 18), ("Test", 1)]),
                random.pick(&[
                    "Export fails",
                    "How do I add a seat?",
                    "Login loop",
                    "Invoice, again",
                    "Dashboard is slow",
                    "API limit",
                    "\"Sync\" stuck"
                ]),
                format!("region_{}", account.region),
                if solved_text.is_empty() { "open" } else { "closed" },
                random.weighted(&[("low", 3), ("normal", 10), ("high", 4), ("urgent", 1)]),
                random.weighted(&[("Mail", 6), ("Web form", 3), ("Chat", 3)]),
                kind,
                known(Some(created), SECONDS),
                known(
                    Some(solved.filter(|_| !solved_text.is_empty()).or(replied).unwrap_or(created)),
                    SECONDS
                ),
                solved_text,
                score,
                if solved_text.is_empty() {
                    0
                } else {
                    random.weighted(&[(0, 90), (1, 9), (2, 1)])
                },
                replied.map_or(0, |_| random.between(1, 4)),
                replied.and(reply).map_or("-".to_string(), |minutes| minutes.to_string()),
            ];
            records.push((created, record));
        }
    }
    records.sort_by_key(|a| a.0);
    let mut export = Export::new(header);
    for (i, (_, rest)) in records.into_iter().enumerate() {
        let mut record = cells![1, 48_000 + i * 3];
        record.extend(rest);
        export.push(record);
    }
    export.bytes()
}

fn recommendations(random: &mut Random, accounts: &[Account]) -> Vec<u8> {
    let header = "#|How likely are you to recommend us to a friend or colleague?|What is the main reason for your score?|customer_id|region|\
                  Start Date (UTC)|Submit Date (UTC)|Network ID";
    let reasons = [
        "",
        "",
        "",
        "Support is great",
        "It just works",
        "Too expensive,\nand the new plans are confusing",
        "\"OK\" for what we need",
        "Slow, at times; but fair",
    ];
    let mut records = Vec::new();
    for now in 0..MONTHS {
        let better = now as u32;
        for _ in 0..random.between(100, 112) {
            let account = &accounts[random.below(accounts.len())];
            if !account.is_there(now) {
                continue;
            }
            let score = match random.weighted(&[(0, 30 - 3 * better / 2), (1, 34), (2, 30 + 5 * better / 2)]) {
                0 => random.weighted(&[(0, 1), (2, 1), (3, 2), (4, 2), (5, 4), (6, 5)]),
                1 => random.pick(&[7, 8]),
                _ => random.weighted(&[(9, 3), (10, 2)]),
            };
            let at = any_time(random, now, 8, 22);
            let record = cells![
                format!("{:08x}{:08x}", random.between(0, 0xffff_ffff), random.between(0, 0xffff_ffff)),
                score,
                random.pick(&reasons),
                account.id,
                account.region,
                in_utc(at, ZONE, SECONDS),
                in_utc(later(at, random.between(1, 6)), ZONE, SECONDS),
                format!("{:010x}", random.between(0, 0xff_ffff_ffff)),
            ];
            records.push((at, record));
        }
    }
    let mut export = Export::new(header);
    export.extend_sorted(records);
    export.bytes()
}
