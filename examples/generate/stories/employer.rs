//! An employer: the roster, pulse surveys on recommendation and engagement, and one-to-one meetings.
//!
//! To be found: in October 2026 the answers to the question of recommendation collapse after a reorganisation; since June 2026
//! far more people have a one-to-one meeting each month. Legal has three people, whose numbers must not show.

use jiff::civil::Date;

use super::Story;
use super::calendar::{LAST, MONTHS, any_day, days_later, is_workday, known, known_day, later, month, on, work_time};
use super::export::Export;
use super::names::{full_name, person};
use super::random::Random;
use crate::cells;

const US_DAY: &str = "%m/%d/%Y";
const DEPARTMENTS: [(&str, usize); 5] = [
    ("Support", 46),
    ("Engineering", 52),
    ("Sales", 38),
    ("Operations", 27),
    ("Legal", 3),
];

struct Employee {
    number: usize,
    department: &'static str,
    start: Date,
    end: Option<Date>,
}

impl Employee {
    fn id(&self) -> String {
        format!("E{:04}", 1_003 + self.number * 7)
    }

    fn is_there(&self, in_month: usize) -> bool {
        self.start < month(in_month as i64) && self.end.is_none_or(|end| end >= month(in_month as i64 + 1))
    }
}

/// The story.
pub fn story() -> Story {
    let mut random = Random::new("employer");
    let staff = staff(&mut random);
    Story {
        folder: "employer",
        files: vec![
            ("employees.csv", roster(&mut random, &staff)),
            ("enps.csv", recommendations(&mut random, &staff)),
            ("engagement.csv", engagement(&mut random, &staff)),
            ("one-to-ones.csv", meetings(&mut random, &staff)),
        ],
    }
}

fn staff(random: &mut Random) -> Vec<Employee> {
    let mut staff: Vec<Employee> = Vec::new();
    for (department, size) in DEPARTMENTS {
        for place in 0..size {
            // A place that falls free is filled two months later.
            let mut start = days_later(month(random.between(-80, -1)), random.between(0, 27));
            loop {
                let from = (0..MONTHS).find(|m| month(*m as i64) > start).unwrap_or(MONTHS);
                let leaves = (from..MONTHS).find(|_| department != "Legal" && random.chance(if place % 3 == 0 { 0.02 } else { 0.009 }));
                let end = leaves.map(|m| any_day(random, m));
                staff.push(Employee {
                    number: staff.len(),
                    department,
                    start,
                    end,
                });
                match leaves {
                    Some(m) if m + 2 < MONTHS => start = any_day(random, m + 2),
                    _ => break,
                }
            }
        }
    }
    staff
}

fn roster(random: &mut Random, staff: &[Employee]) -> Vec<u8> {
    let mut export =
        Export::new("Employee ID|First Name|Last Name|Department|Location|Hire Date|Termination Date|Termination Type|Employment Status")
            .bom();
    for employee in staff {
        let (first, last) = person(employee.number);
        let gone = known_day(employee.end, US_DAY);
        let why = if gone.is_empty() {
            ""
        } else {
            random.weighted(&[("Resignation", 6), ("Dismissal", 2), ("Retirement", 1)])
        };
        export.push(cells![
            employee.id(),
            first,
            last,
            employee.department,
            random.weighted(&[("Chicago", 4), ("Austin", 3), ("Remote", 3)]),
            known_day(Some(employee.start), US_DAY),
            gone,
            why,
            if why.is_empty() { "Active" } else { "Terminated" },
        ]);
    }
    export.bytes()
}

fn recommendations(random: &mut Random, staff: &[Employee]) -> Vec<u8> {
    let mut records = Vec::new();
    for now in 0..MONTHS {
        for employee in staff.iter().filter(|e| e.is_there(now)) {
            // Half of the staff each month, in turn.
            if (employee.number + now) % 2 == 1 {
                continue;
            }
            let sent = on(days_later(month(now as i64), 6), 9 * 60);
            let answered = random.chance(0.72).then(|| later(sent, random.between(20, 9 * 1440)));
            let weights = if now == LAST { [38, 34, 28] } else { [20, 38, 42] };
            let score = match random.weighted(&[(0, weights[0]), (1, weights[1]), (2, weights[2])]) {
                0 => random.weighted(&[(1, 1), (3, 1), (4, 2), (5, 4), (6, 5)]),
                1 => random.pick(&[7, 8]),
                _ => random.pick(&[9, 10]),
            };
            let record = cells![
                "Monthly pulse",
                employee.id(),
                employee.department,
                known(Some(sent), "%m/%d/%Y %H:%M"),
                known(answered, "%m/%d/%Y %H:%M"),
                answered.map_or(String::new(), |_| score.to_string()),
                "",
            ];
            records.push(((sent, employee.number), record));
        }
    }
    let mut export =
        Export::new("Survey|Employee ID|Department|Sent|Completed|Would you recommend us as a place to work? (0-10)|Comment").bom();
    export.extend_sorted(records);
    export.bytes()
}

fn engagement(random: &mut Random, staff: &[Employee]) -> Vec<u8> {
    let questions = ["I know what is expected of me", "My work is recognised", "I can do my best here"];
    let mut records = Vec::new();
    for now in 0..MONTHS {
        for employee in staff.iter().filter(|e| e.is_there(now)) {
            if !random.chance(0.21) {
                continue;
            }
            let at = work_time(random, now, 8, 18);
            for (i, question) in questions.iter().enumerate() {
                let answer = random.weighted(&[
                    ("Strongly agree", 22),
                    ("Agree", 46),
                    ("Neutral", 18),
                    ("Disagree", 10),
                    ("Strongly disagree", 4),
                ]);
                records.push((
                    (at, employee.number, i),
                    cells![employee.id(), question, answer, known(Some(at), "%m/%d/%Y %H:%M")],
                ));
            }
        }
    }
    let mut export = Export::new("Employee ID|Question|Response|Submitted").bom();
    export.extend_sorted(records);
    export.bytes()
}

fn meetings(random: &mut Random, staff: &[Employee]) -> Vec<u8> {
    let mut records = Vec::new();
    for now in 0..MONTHS {
        for employee in staff.iter().filter(|e| e.is_there(now)) {
            if !random.chance(if now >= 9 { 0.72 } else { 0.42 }) {
                continue;
            }
            let mut day = any_day(random, now);
            while !is_workday(day) {
                day = any_day(random, now);
            }
            let at = on(day, random.between(18, 32) * 30);
            let name = full_name(employee.number);
            records.push((
                (at, employee.number),
                cells![
                    format!("1:1 {name}"),
                    employee.id(),
                    known(Some(at), US_DAY),
                    known(Some(at), "%H:%M"),
                    known(Some(later(at, 30)), "%H:%M"),
                    "Confirmed"
                ],
            ));
        }
    }
    let mut export = Export::new("Subject|Attendee|Start Date|Start Time|End Time|Status").bom();
    export.extend_sorted(records);
    export.bytes()
}
