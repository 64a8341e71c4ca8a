//! A clinic: patients, appointments, messages between them and the practice, a short survey, and complaints.
//!
//! To be found: since September 2026 messages are answered much faster; in October 2026 far more patients do not come to their
//! appointment, because the reminders stopped. Satisfaction and complaints are noise.

use jiff::civil::DateTime;

use super::Story;
use super::calendar::{LAST, MONTHS, any_day, any_time, days_later, end, in_utc, is_workday, known, known_day, later, month, work_time};
use super::export::Export;
use super::names::person;
use super::random::Random;
use crate::cells;

const PATIENTS: usize = 310;
const ZONE: &str = "Australia/Sydney";
const UTC: &str = "%Y-%m-%dT%H:%M:%SZ";

/// The story.
pub fn story() -> Story {
    let mut random = Random::new("clinic");
    Story {
        folder: "clinic",
        files: vec![
            ("patients.csv", patients(&mut random)),
            ("appointments.csv", appointments(&mut random)),
            ("messages.csv", messages(&mut random)),
            ("feedback.csv", feedback(&mut random)),
            ("complaints.csv", complaints(&mut random)),
        ],
    }
}

fn id(patient: usize) -> String {
    format!("P-{:05}", 20_417 + patient * 13)
}

fn patients(random: &mut Random) -> Vec<u8> {
    let mut export = Export::new("patient_id|given_name|family_name|suburb|registered_on|left_on|care_plan");
    for patient in 0..PATIENTS {
        let (given, family) = person(patient);
        let since = days_later(month(random.between(-90, -1)), random.between(0, 27));
        let left = random.chance(0.05).then(|| {
            let at = random.below(MONTHS);
            any_day(random, at)
        });
        export.push(cells![
            id(patient),
            given,
            family,
            random.pick(&["Newtown", "Glebe", "Marrickville", "Enmore"]),
            since,
            known_day(left, "%Y-%m-%d"),
            random.weighted(&[("none", 7), ("chronic", 2), ("maternity", 1)]),
        ]);
    }
    export.bytes()
}

fn appointments(random: &mut Random) -> Vec<u8> {
    let mut records = Vec::new();
    for now in 0..MONTHS {
        for _ in 0..random.between(86, 100) {
            let at = work_time(random, now, 8, 18);
            let missed = if now == LAST { 0.24 } else { 0.08 };
            let status = if random.chance(missed) {
                "no_show"
            } else {
                random.weighted(&[("completed", 93), ("cancelled", 7)])
            };
            records.push((at, (random.below(PATIENTS), status)));
        }
    }
    records.sort_by_key(|r| r.0);
    let mut export = Export::new("appointment_id|patient_id|practitioner|starts_at|type|status|booked_via");
    for (i, (at, (patient, status))) in records.into_iter().enumerate() {
        export.push(cells![
            60_001 + i,
            id(patient),
            random.pick(&["Dr Haas", "Dr Ito", "Dr Quinn"]),
            in_utc(at, ZONE, UTC),
            random.weighted(&[("standard", 7), ("long", 2), ("telehealth", 2)]),
            status,
            random.pick(&["online", "phone", "desk"]),
        ]);
    }
    export.bytes()
}

struct Message {
    at: DateTime,
    patient: usize,
    sender: &'static str,
    /// The conversation, and the place in it.
    place: (usize, usize),
}

fn messages(random: &mut Random) -> Vec<u8> {
    let mut all = Vec::new();
    let mut conversations = 0;
    for now in 0..MONTHS {
        for _ in 0..random.between(31, 35) {
            let patient = random.below(PATIENTS);
            let asked = any_time(random, now, 7, 22);
            let mut say = |at: DateTime, sender: &'static str, turn: usize| {
                if at < end() {
                    all.push(Message {
                        at,
                        patient,
                        sender,
                        place: (conversations, turn),
                    });
                }
            };
            say(asked, "patient", 0);
            if !is_open(asked) {
                say(later(asked, 1), "auto-reply", 1);
            }
            if random.chance(0.97) {
                let median = if now >= LAST - 1 { 100.0 } else { 1_150.0 };
                let answered = answer_time(random, asked, median);
                say(answered, "practice", 2);
                if random.chance(0.35) {
                    let again = later(answered, random.between(10, 600));
                    say(again, "patient", 3);
                    say(answer_time(random, again, median), "practice", 4);
                }
            }
            conversations += 1;
        }
    }
    all.sort_by_key(|m| (m.at, m.place));
    let number = |i: usize| format!("m{:05}", 3_000 + i);
    let mut export = Export::new("message_id|in_reply_to|sent_at|patient_id|from|topic");
    for (i, message) in all.iter().enumerate() {
        // The automatic reply and the practice both answer what the patient wrote last.
        let answers = match message.place.1 {
            0 => None,
            1 | 2 => Some(0),
            turn => Some(turn - 1),
        };
        let parent = answers.and_then(|turn| all.iter().position(|m| m.place == (message.place.0, turn)));
        export.push(cells![
            number(i),
            parent.map_or(String::new(), number),
            in_utc(message.at, ZONE, UTC),
            id(message.patient),
            message.sender,
            ["prescription", "results", "referral letter", "booking"][message.place.0 % 4],
        ]);
    }
    export.bytes()
}

fn is_open(at: DateTime) -> bool {
    is_workday(at.date()) && (8..18).contains(&at.hour())
}

/// The practice writes from 8 to 18 on weekdays.
fn answer_time(random: &mut Random, asked: DateTime, median: f64) -> DateTime {
    let mut at = later(asked, random.skewed(median) as i64 + 3);
    while !is_open(at) {
        at = later(at, random.between(30, 90));
    }
    at
}

fn feedback(random: &mut Random) -> Vec<u8> {
    let mut records = Vec::new();
    for now in 0..MONTHS {
        for _ in 0..random.between(46, 56) {
            let sent = work_time(random, now, 17, 19);
            let answered = random
                .chance(0.66)
                .then(|| later(sent, random.skewed(900.0) as i64 + 2))
                .filter(|at| *at < end());
            let rating = random.weighted(&[(5, 52), (4, 29), (3, 10), (2, 6), (1, 3)]);
            let record = cells![
                id(random.below(PATIENTS)),
                in_utc(sent, ZONE, UTC),
                answered.map_or(String::new(), |at| in_utc(at, ZONE, UTC)),
                answered.map_or(String::new(), |_| rating.to_string()),
                random.weighted(&[("", 8), ("Long wait, kind staff", 1), ("Parking!", 1)]),
            ];
            records.push((sent, record));
        }
    }
    let mut export = Export::new("patient_id|sent_at|answered_at|rating_1_to_5|comment");
    export.extend_sorted(records);
    export.bytes()
}

fn complaints(random: &mut Random) -> Vec<u8> {
    let mut records = Vec::new();
    for now in 0..MONTHS {
        for _ in 0..random.between(5, 10) {
            let at = work_time(random, now, 8, 18);
            let replied = later(at, random.skewed(1_900.0) as i64);
            let closed = later(replied, random.skewed(7_000.0) as i64);
            records.push((at, (replied, closed)));
        }
    }
    records.sort_by_key(|r| r.0);
    let mut export = Export::new("reference|patient_id|received|acknowledged|closed|about");
    for (i, (at, (replied, closed))) in records.into_iter().enumerate() {
        let time = |at| known(at, "%d/%m/%Y %H:%M");
        export.push(cells![
            format!("C{:03}", i + 1),
            id(random.below(PATIENTS)),
            time(Some(at)),
            time(Some(replied)),
            time(Some(closed)),
            random.pick(&["waiting time", "billing", "results late", "manner"]),
        ]);
    }
    export.bytes()
}
