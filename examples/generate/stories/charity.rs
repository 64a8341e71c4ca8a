//! A charity: donors, donations, contacts with them, and what was promised to them.
//!
//! To be found: since July 2026 volunteers call to say thank you, so that many more donors hear from the charity; in October
//! 2026 the promised reports to donors are late. Donations themselves are noise.

use jiff::civil::Date;

use super::Story;
use super::calendar::{LAST, MONTHS, any_day, days_later, end, month, on};
use super::export::{Export, money};
use super::names::{full_name, person};
use super::random::Random;
use crate::cells;

const DONORS: usize = 260;
/// Of them, those who give every month.
const MONTHLY: usize = 50;

/// The story.
pub fn story() -> Story {
    let mut random = Random::new("charity");
    let created: Vec<Date> = (0..DONORS).map(|i| start(&mut random, i)).collect();
    Story {
        folder: "charity",
        files: vec![
            ("Constituents.csv", constituents(&mut random, &created)),
            ("Transactions.csv", transactions(&mut random, &created)),
            ("Interactions.csv", interactions(&mut random, &created)),
            ("Tasks.csv", tasks(&mut random, &created)),
        ],
    }
}

fn start(random: &mut Random, donor: usize) -> Date {
    let joined = if donor < 190 {
        random.between(-60, -1)
    } else {
        random.between(0, LAST as i64 - 1)
    };
    days_later(month(joined), random.between(0, 27))
}

fn account(donor: usize) -> usize {
    1_041 + donor * 3
}

/// Midnight in the manner of the export: `12/2/2025 12:00:00 AM`.
fn midnight(day: Date) -> String {
    format!("{}/{}/{} 12:00:00 AM", day.month(), day.day(), day.year())
}

fn constituents(random: &mut Random, created: &[Date]) -> Vec<u8> {
    let mut export =
        Export::new("AccountNumber|Type|Status|First|Last|FullName|InformalName|GivingLevel|CommunicationChannelPreferred|CreatedDate")
            .bom()
            .crlf();
    for (donor, created) in created.iter().enumerate() {
        let (first, last) = person(donor);
        let level = if donor < MONTHLY {
            "Sustainer"
        } else {
            random.weighted(&[("Friend", 7), ("Patron", 2), ("Major", 1)])
        };
        export.push(cells![
            account(donor),
            "Individual",
            random.weighted(&[("Active", 9), ("Lapsed", 1)]),
            first,
            last,
            full_name(donor),
            first,
            level,
            random.pick(&["Email", "Phone", "Mail"]),
            midnight(*created),
        ]);
    }
    export.bytes()
}

fn transactions(random: &mut Random, created: &[Date]) -> Vec<u8> {
    let mut records = Vec::new();
    let gift = |random: &mut Random, low: i64| {
        let dollars = (random.skewed(55.0) / 5.0).ceil() as i64 * 5;
        dollars.clamp(low, 1_500) * 100
    };
    let mut stopped = [false; MONTHLY];
    let regular: Vec<i64> = (0..MONTHLY)
        .map(|_| random.weighted(&[(1_000, 3), (2_500, 4), (5_000, 2)]))
        .collect();
    for now in 0..MONTHS {
        for donor in 0..MONTHLY {
            stopped[donor] |= random.chance(0.012);
            if !stopped[donor] {
                let day = days_later(month(now as i64), random.between(2, 6));
                records.push((day, (donor, regular[donor], "RecurringDonationPayment", "Card")));
            }
        }
        // Christmas brings more.
        let count = if now == 3 { 85 } else { random.between(36, 46) };
        for _ in 0..count {
            let donor = MONTHLY + random.below(DONORS - MONTHLY);
            let day = any_day(random, now);
            if created[donor] <= day {
                let cents = gift(random, 10);
                let kind = random.weighted(&[("Donation", 93), ("Pledge", 7)]);
                records.push((
                    day,
                    (donor, cents, kind, random.weighted(&[("Card", 6), ("Check", 3), ("Cash", 1)])),
                ));
            }
        }
    }
    records.sort_by_key(|r| r.0);
    let mut export = Export::new("TransactionNumber|AccountNumber|Date|Type|Amount|Method|Fund|Campaign")
        .bom()
        .crlf();
    for (i, (day, (donor, cents, kind, method))) in records.into_iter().enumerate() {
        let mut amount = money(cents);
        if cents >= 100_000 {
            amount.insert(1, ',');
        }
        let fund = random.weighted(&[("General", 6), ("Wells", 3), ("Schools", 2)]);
        export.push(cells![
            20_000 + i,
            account(donor),
            midnight(day),
            kind,
            format!("${amount}"),
            method,
            fund,
            if kind == "Pledge" { "Spring" } else { "" }
        ]);
    }
    export.bytes()
}

fn interactions(random: &mut Random, created: &[Date]) -> Vec<u8> {
    let mut records = Vec::new();
    for now in 0..MONTHS {
        let calls = if now >= 10 { 62 } else { 18 };
        let plan = [("Thank you", calls), ("Newsletter reply", 14), ("Question", 10), ("Visit", 6)];
        for (purpose, count) in plan {
            for _ in 0..random.between(count - 3, count + 3) {
                let donor = random.below(DONORS);
                let day = any_day(random, now);
                if created[donor] > day {
                    continue;
                }
                let inbound = matches!(purpose, "Newsletter reply" | "Question");
                let channel = match purpose {
                    "Visit" => "InPerson",
                    "Thank you" => random.weighted(&[("Phone", if now >= 10 { 9 } else { 2 }), ("Mail", 3)]),
                    _ => random.pick(&["Email", "Phone"]),
                };
                records.push((day, (donor, channel, purpose, inbound)));
            }
        }
    }
    records.sort_by_key(|r| r.0);
    let mut export = Export::new("Id|AccountNumber|Date|Channel|Purpose|Subject|IsInbound|Note")
        .bom()
        .crlf();
    for (i, (day, (donor, channel, purpose, inbound))) in records.into_iter().enumerate() {
        let note = random.weighted(&[("", 6), ("Asked about the wells.\r\nWants photos.", 1), ("Moved, new address", 1)]);
        export.push(cells![
            90_000 + i,
            account(donor),
            midnight(day),
            channel,
            purpose,
            format!("{purpose} {}", full_name(donor)),
            if inbound { "True" } else { "False" },
            note,
        ]);
    }
    export.bytes()
}

fn tasks(random: &mut Random, created: &[Date]) -> Vec<u8> {
    let mut records = Vec::new();
    for now in 0..MONTHS {
        for _ in 0..random.between(34, 42) {
            let donor = random.below(DONORS);
            let due = any_day(random, now);
            let promised = days_later(due, -random.between(10, 28));
            if created[donor] > promised || promised < month(0) {
                continue;
            }
            let kept = random.chance(if now == LAST { 0.55 } else { 0.87 });
            let done = if kept {
                days_later(due, -random.between(0, 6))
            } else {
                days_later(due, random.between(3, 20))
            };
            let done = (kept || random.chance(0.7)).then_some(done).filter(|day| on(*day, 0) < end());
            records.push((promised, (donor, due, done)));
        }
    }
    let mut export = Export::new("AccountNumber|Subject|Channel|CreatedDate|DueDate|CompletedDate|AssignedTo")
        .bom()
        .crlf();
    records.sort_by_key(|r| r.0);
    for (promised, (donor, due, done)) in records {
        let subject = random.pick(&["Send project report", "Send receipt", "Call back", "Send photos"]);
        let day = |day: Date| format!("{}/{}/{}", day.month(), day.day(), day.year());
        let done = done.map_or(String::new(), day);
        export.push(cells![
            account(donor),
            subject,
            "Task",
            day(promised),
            day(due),
            done,
            random.pick(&["Rosa", "Kofi", "Lea"])
        ]);
    }
    export.bytes()
}
