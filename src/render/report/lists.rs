//! Lists to act on: stakeholders to contact, complaints to resolve, cases to answer, commitments to keep, customers to win back.

use super::{Report, counted, left, right};
use crate::analyses::lists::{Lasted, List, Lost, Overdue, StakeholderRef, Waiting};
use crate::catalog::MetricUnit;
use crate::render::document::{Align, Document, Table};
use crate::render::format::count;
use crate::render::text::{Text, Tone};

type Columns = Vec<(Text, Align)>;

/// What needs attention in the lists, a sentence for each.
pub fn alarms(report: &Report) -> Vec<Text> {
    let Some(beside) = &report.review.beside else { return Vec::new() };
    let lists = &beside.lists;
    let mut alarms = Vec::new();
    let mut alarm = |total: u64, one: &str, several: &str, worst: String| {
        if total > 0 {
            alarms.push(Text::own(format!("{}{worst}.", counted(total as usize, one, several))).toned(Tone::Bad));
        }
    };
    if let Some(list) = &lists.overdue {
        let worst = list
            .rows
            .first()
            .map(|row| format!(", the longest by {} days", count((row.days_since - row.target_days).unsigned_abs())));
        alarm(
            list.total,
            "stakeholder is overdue for a contact",
            "stakeholders are overdue for a contact",
            worst.unwrap_or_default(),
        );
    }
    if let Some(list) = &lists.complaints {
        alarm(list.total, "complaint is open", "complaints are open", oldest(report, list));
    }
    if let Some(list) = &lists.unanswered {
        alarm(list.total, "case is unanswered", "cases are unanswered", oldest(report, list));
    }
    if let Some(list) = &lists.commitments {
        alarm(list.total, "commitment is late", "commitments are late", oldest(report, list));
    }
    alarms
}

fn oldest(report: &Report, list: &List<Waiting>) -> String {
    let first = list.rows.first().map(|row| lasted(report, row.lasted));
    first.map_or(String::new(), |(text, ..)| format!(", the oldest for {text}"))
}

/// How long something has lasted: as text, and as a number of its unit.
fn lasted(report: &Report, lasted: Lasted) -> (String, f64, MetricUnit) {
    let (value, unit) = match lasted {
        Lasted::Hours(hours) => (hours, MetricUnit::Hours),
        Lasted::Days(days) => (days as f64, MetricUnit::Days),
    };
    (report.units().scale(unit, value).value(value), value, unit)
}

/// Adds the lists that have rows.
pub fn add(document: &mut Document, report: &Report) {
    let Some(beside) = &report.review.beside else { return };
    let lists = &beside.lists;
    let before = document.blocks.len();
    document.heading(2, "What to do next".into());
    document.sentence("On the as-of date, the most urgent first.".into());
    let opened = document.blocks.len();
    if let Some(list) = &lists.overdue {
        let (columns, rows) = overdue(list);
        part(document, "Overdue for a contact", list, columns, rows);
    }
    for (title, list, since) in [
        ("Open complaints", &lists.complaints, "Opened"),
        ("Cases without a response", &lists.unanswered, "Asked"),
        ("Late commitments", &lists.commitments, "Made"),
    ] {
        if let Some(list) = list {
            let (columns, rows) = waiting(report, list, since);
            part(document, title, list, columns, rows);
        }
    }
    if let Some(list) = &lists.lost {
        let (columns, rows) = lost(report, list);
        part(
            document,
            "Customers who ordered in the previous period, but not in this one",
            list,
            columns,
            rows,
        );
    }
    if document.blocks.len() == opened {
        document.blocks.truncate(before);
    }
}

fn part<T>(document: &mut Document, title: &'static str, list: &List<T>, columns: Columns, rows: Vec<Vec<Text>>) {
    if rows.is_empty() {
        return;
    }
    document.heading(3, title.into());
    let shown = rows.len() as u64;
    document.table(Table {
        caption: title.into(),
        columns,
        rows,
        sparks: None,
    });
    if shown < list.total {
        document.note(Text::own(format!("Showing {} of {}.", count(shown), count(list.total))));
    }
    if list.withheld {
        document.note("Protected people are neither shown nor counted.".into());
    }
}

fn who(who: &StakeholderRef) -> Vec<Text> {
    let optional = |text: &Option<String>| text.as_ref().map_or_else(Text::default, Text::untrusted);
    vec![
        who.id.as_ref().map_or_else(|| "(unknown)".into(), Text::untrusted),
        optional(&who.name),
        optional(&who.owner),
    ]
}

fn who_columns() -> Columns {
    vec![left("Stakeholder"), left("Name"), left("Owner")]
}

fn optional(text: Option<&String>) -> Text {
    text.map_or_else(Text::default, Text::untrusted)
}

fn overdue(list: &List<Overdue>) -> (Columns, Vec<Vec<Text>>) {
    let mut columns = who_columns();
    columns.extend([
        left("Tier"),
        left("Last contact"),
        right("Days since contact"),
        right("Target days"),
    ]);
    let days = |days: i64| Text::number(count(days.unsigned_abs()), days as f64, MetricUnit::Count);
    let row = |row: &Overdue| {
        let mut texts = who(&row.who);
        texts.extend([
            optional(row.who.tier.as_ref()),
            row.last_contact.map_or_else(|| "never".into(), Text::day),
            days(row.days_since),
            days(row.target_days),
        ]);
        texts
    };
    (columns, list.rows.iter().map(row).collect())
}

fn waiting(report: &Report, list: &List<Waiting>, since: &'static str) -> (Columns, Vec<Vec<Text>>) {
    let zone = report.review.period.zone();
    let mut columns = vec![left("Case")];
    columns.extend(who_columns());
    columns.extend([
        left("Type"),
        left("Assigned to"),
        left(since),
        right("Open for"),
        left("Due"),
        left("File and line"),
    ]);
    let row = |row: &Waiting| {
        let (open_for, value, unit) = lasted(report, row.lasted);
        let mut texts = vec![optional(row.case_id.as_ref())];
        texts.extend(who(&row.who));
        let place = match row.line {
            Some(line) => Text::untrusted(&row.file).and(format!(":{line}")),
            None => Text::untrusted(&row.file),
        };
        texts.extend([
            optional(row.kind.as_ref()),
            optional(row.owner.as_ref()),
            Text::day(zone.day_of(row.since)),
            Text::number(open_for, value, unit),
            row.due_at.map_or_else(Text::default, |due| Text::day(zone.day_of(due))),
            place,
        ]);
        texts
    };
    (columns, list.rows.iter().map(row).collect())
}

fn lost(report: &Report, list: &List<Lost>) -> (Columns, Vec<Vec<Text>>) {
    let units = report.units();
    let mut columns = who_columns();
    columns.extend([left("Last order"), right("Previous revenue")]);
    let row = |row: &Lost| {
        let mut texts = who(&row.who);
        texts.extend([
            row.last_order.map_or_else(Text::default, Text::day),
            row.revenue_before.map_or_else(Text::default, |value| {
                Text::number(units.scale(MetricUnit::Money, value).value(value), value, MetricUnit::Money)
            }),
        ]);
        texts
    };
    (columns, list.rows.iter().map(row).collect())
}
