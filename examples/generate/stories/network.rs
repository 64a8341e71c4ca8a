//! One person and a network of contacts: who they are, mails, meetings, and what was to be done next.
//!
//! To be found: in October 2026 there was no time: fewer people are met or written to, follow-ups slip, and more people wait too long
//! for a word.

use jiff::civil::DateTime;

use super::Story;
use super::calendar::{LAST, MONTHS, any_day, any_time, days_later, end, in_utc, known, known_day, later, month};
use super::export::Export;
use super::names::{company, email, full_name, person};
use super::random::Random;
use crate::cells;

const PEOPLE: usize = 96;
const ZONE: &str = "Europe/London";
const ME: &str = "robin@hollis.example";

/// The story.
pub fn story() -> Story {
    let mut random = Random::new("network");
    let labels: Vec<&'static str> = (0..PEOPLE)
        .map(|i| {
            if i < 18 {
                "close"
            } else {
                random.weighted(&[("friend", 3), ("work", 5)])
            }
        })
        .collect();
    Story {
        folder: "network",
        files: vec![
            ("contacts.csv", contacts(&mut random, &labels)),
            ("other-addresses.csv", aliases()),
            ("mails.csv", mails(&mut random, &labels)),
            ("meetings.csv", meetings(&mut random, &labels)),
            ("follow-ups.csv", follow_ups(&mut random)),
        ],
    }
}

fn address(who: usize) -> String {
    email(who, "post.example")
}

/// Every other person also writes from work.
fn work_address(who: usize) -> String {
    email(who, "office.example")
}

fn contacts(random: &mut Random, labels: &[&str]) -> Vec<u8> {
    let mut export = Export::new("First Name|Last Name|Organization Name|Labels|E-mail 1 - Value|Connected On|Introduced by");
    for (who, label) in labels.iter().enumerate() {
        let (first, last) = person(who);
        let met = days_later(month(joined(who).unwrap_or(-random.between(1, 100))), random.between(0, 5));
        let by = if random.chance(0.3) && who > 0 {
            address(random.below(who))
        } else {
            String::new()
        };
        export.push(cells![
            first,
            last,
            company(who),
            label,
            address(who),
            known_day(Some(met), "%d %b %Y"),
            by
        ]);
    }
    export.bytes()
}

fn aliases() -> Vec<u8> {
    let mut export = Export::new("Alias|Main address");
    for who in (0..PEOPLE).step_by(2).chain([1, 3]) {
        export.push(cells![work_address(who), address(who)]);
    }
    export.bytes()
}

/// The month in which somebody was met; none where that was before the data.
fn joined(who: usize) -> Option<i64> {
    (who >= 70).then(|| (who as i64 - 70) / 2)
}

/// Whom an evening goes to: close friends more often.
fn someone(random: &mut Random, labels: &[&str], now: usize) -> usize {
    let is_busy = now == LAST;
    loop {
        let who = random.below(PEOPLE);
        if joined(who).is_some_and(|month| month >= now as i64) {
            continue;
        }
        let keen = match labels[who] {
            "close" => 0.9,
            "friend" => 0.35,
            _ => 0.3,
        };
        if random.chance(if is_busy && labels[who] != "close" { keen / 3.0 } else { keen }) {
            return who;
        }
    }
}

fn mails(random: &mut Random, labels: &[&str]) -> Vec<u8> {
    let mut all: Vec<(DateTime, usize, bool, usize)> = Vec::new();
    let mut threads = 0;
    for now in 0..MONTHS {
        let count = if now == LAST { 22 } else { 36 };
        for _ in 0..random.between(count - 3, count + 3) {
            let who = someone(random, labels, now);
            let mut at = any_time(random, now, 7, 23);
            let mut mine = random.chance(0.5);
            for _ in 0..random.weighted(&[(1, if now == LAST { 8 } else { 2 }), (2, 4), (3, 4), (5, 1)]) {
                if at < end() {
                    all.push((at, who, mine, threads));
                }
                at = later(at, random.skewed(if mine { 500.0 } else { 700.0 }) as i64 + 5);
                mine = !mine;
            }
            threads += 1;
        }
    }
    all.sort_by_key(|m| (m.0, m.3));
    let mut export = Export::new("Message-ID|In-Reply-To|Date|From|To|Subject");
    for (i, (at, who, mine, thread)) in all.iter().enumerate() {
        let id = |i: usize| format!("<{:05}@post.example>", 10_000 + i * 3);
        let parent = all[..i].iter().rposition(|m| m.3 == *thread).map_or(String::new(), id);
        let has_alias = who % 2 == 0 || *who < 4;
        let theirs = if has_alias && random.chance(0.3) {
            work_address(*who)
        } else {
            address(*who)
        };
        let (from, to) = if *mine {
            (ME.to_string(), theirs)
        } else {
            (theirs, ME.to_string())
        };
        let subject = ["Dinner?", "Re: the draft", "Your move", "Photos", "Job lead, maybe"][thread % 5];
        export.push(cells![
            id(i),
            parent,
            in_utc(*at, ZONE, "%Y-%m-%d %H:%M:%S+00:00"),
            from,
            to,
            subject
        ]);
    }
    export.bytes()
}

fn meetings(random: &mut Random, labels: &[&str]) -> Vec<u8> {
    let mut records = Vec::new();
    for now in 0..MONTHS {
        let count = if now == LAST { 14 } else { 30 };
        for _ in 0..random.between(count - 3, count + 3) {
            let who = someone(random, labels, now);
            let at = any_time(random, now, 9, 21);
            let place = random.weighted(&[("Café", 4), ("Call", 5), ("Home", 2), ("Walk, then tea", 1)]);
            records.push((at, cells![known(Some(at), "%Y-%m-%d %H:%M"), full_name(who), address(who), place]));
        }
    }
    let mut export = Export::new("Start|Subject|Attendee|Location");
    export.extend_sorted(records);
    export.bytes()
}

fn follow_ups(random: &mut Random) -> Vec<u8> {
    let mut records = Vec::new();
    for now in 0..MONTHS {
        for _ in 0..random.between(20, 26) {
            let due = any_day(random, now);
            let noted = days_later(due, -random.between(3, 20));
            if noted < month(0) {
                continue;
            }
            let kept = random.chance(if now == LAST { 0.3 } else { 0.82 });
            let done = if kept {
                days_later(due, -random.between(0, 2))
            } else {
                days_later(due, random.between(2, 25))
            };
            let done = (kept || random.chance(0.6)).then_some(done);
            let what = random.pick(&[
                "Send the book",
                "Introduce to Mina",
                "Answer about May",
                "Call back",
                "Pay the tickets",
            ]);
            records.push((
                noted,
                cells![noted, address(random.below(70)), what, due, known_day(done, "%Y-%m-%d")],
            ));
        }
    }
    let mut export = Export::new("Noted|Who|What|Due|Done");
    export.extend_sorted(records);
    export.bytes()
}
