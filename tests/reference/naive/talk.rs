//! Contacts, cases and commitments.

use std::collections::BTreeMap;

use relhealth::api::schema::Table;

use super::{At, Data, Dims, Money, Record, Row, Span, Window, people};
use crate::generate;

const TABLE: Table = Table::Interactions;

/// Whether the record is a case or a message of one, and not a mere contact.
pub fn is_of_case(data: &Data, record: &Record) -> bool {
    is_ticket(data, record) || (is_message(data, record) && is_case_kind(record))
}

/// Fills in who wrote a record, and forgets the resolution of a case that is open again; whether the record is a case at all.
pub fn read_state(cells: &mut BTreeMap<String, String>) -> bool {
    let side = match cells.get("author_type").map(String::as_str) {
        Some("customer") => Some(("inbound", "false")),
        Some("agent") => Some(("outbound", "false")),
        Some("bot" | "system" | "auto_reply") => Some(("outbound", "true")),
        _ => None,
    };
    if let Some((direction, automated)) = side {
        cells.insert("direction".into(), direction.into());
        cells.insert("automated".into(), automated.into());
    }
    let status = cells.get("status").cloned().unwrap_or_default();
    let is = |words: &[&str]| words.contains(&status.as_str());
    if is(&generate::OPEN) || is(&["open", "reopened", "pending"]) {
        // That it was resolved once is an event all the same.
        let before = cells.insert("resolved_at".into(), String::new());
        cells.extend(before.map(|before| ("resolved_before_at".to_string(), before)));
    }
    if (is(&generate::CLOSED) || is(&["solved"])) && cells.get("resolved_at").is_some_and(String::is_empty) {
        cells.insert("closed without time".into(), "yes".into());
    }
    !is(&generate::NO_CASES) && !is(&["duplicate", "deleted", "test"])
}

/// Whether the rows of the record's file are messages of cases.
fn is_message(data: &Data, record: &Record) -> bool {
    let tells = |column| data.tells(record, column);
    let tells_times = tells("responded_at") || tells("resolved_at");
    tells("in_reply_to") || (tells("case_id") && tells("direction") && !tells_times)
}

/// Whether the row is a ticket: no message, and neither its file nor its kind makes it a mere contact.
fn is_ticket(data: &Data, record: &Record) -> bool {
    let tells = |column| data.tells(record, column);
    !is_message(data, record) && (tells("case_id") || tells("responded_at") || tells("resolved_at")) && is_case_kind(record)
}

fn is_case_kind(record: &Record) -> bool {
    matches!(
        record.text("kind"),
        None | Some("question" | "complaint" | "incident" | "request" | "other")
    )
}

fn is_automated(record: &Record) -> bool {
    record.is("automated", "true")
}

/// Who spoke.
fn direction(data: &Data, record: &Record) -> Option<String> {
    let own = record.text("direction").map(str::to_string);
    own.or_else(|| match record.text("kind") {
        Some("meeting" | "event") => Some("both".into()),
        _ if is_ticket(data, record) => Some("inbound".into()),
        _ => None,
    })
}

fn at(data: &Data, record: &Record) -> i64 {
    data.time(record, "occurred_at").unwrap()
}

/// Where the message that a message answers stands.
pub fn parent(data: &Data, record: &Record) -> Option<usize> {
    let id = record.text("in_reply_to")?;
    data.of(TABLE)
        .iter()
        .position(|r| is_message(data, r) && r.is("interaction_id", id))
}

/// The message that a message answers.
fn answered<'a>(data: &'a Data, record: &Record) -> Option<&'a Record> {
    record.parent.map(|i| &data.of(TABLE)[i])
}

/// Whose a record is: its own word; of our messages without one, that of the message they answer.
pub fn owner(data: &Data, record: &Record) -> Option<String> {
    if let Some(who) = record.text("stakeholder_id") {
        return Some(who.to_string());
    }
    if !is_message(data, record) || record.is("direction", "inbound") {
        return None;
    }
    if let Some(parent) = answered(data, record) {
        return owner(data, parent);
    }
    let case = record.text("case_id")?;
    let inbound = data
        .of(TABLE)
        .iter()
        .filter(|r| r.is("case_id", case) && r.is("direction", "inbound") && is_message(data, r));
    let mut inbound: Vec<&Record> = inbound.collect();
    inbound.sort_by_key(|r| at(data, r));
    let earlier = inbound.iter().rfind(|r| at(data, r) <= at(data, record));
    earlier.or(inbound.first())?.text("stakeholder_id").map(str::to_string)
}

/// A contact with a stakeholder.
pub struct Contact<'a> {
    pub who: Option<String>,
    pub at: i64,
    pub direction: Option<String>,
    pub record: &'a Record,
    /// It is the first response to a ticket.
    pub is_response: bool,
}

pub fn all_contacts(data: &Data) -> Vec<Contact<'_>> {
    let mut contacts = Vec::new();
    for record in data.of(TABLE) {
        let Some(who) = record.owner.clone() else { continue };
        let direction = direction(data, record);
        if is_automated(record) {
            continue;
        }
        if direction.as_deref() == Some("internal") && !people::is_employee(data, Some(&who)) {
            continue;
        }
        contacts.push(Contact {
            who: Some(who.clone()),
            at: at(data, record),
            direction,
            record,
            is_response: false,
        });
        if let (true, Some(responded)) = (is_ticket(data, record), data.time(record, "responded_at")) {
            contacts.push(Contact {
                who: Some(who),
                at: responded,
                direction: Some("outbound".into()),
                record,
                is_response: true,
            });
        }
    }
    contacts
}

pub fn contacts(data: &Data, dims: &Dims) -> Vec<Row> {
    let all = all_contacts(data);
    let sliced: Vec<(&Contact, Vec<String>)> = all
        .iter()
        .filter_map(|c| Some((c, dims.of(data, Some(TABLE), Some(c.record), c.who.as_deref())?)))
        .collect();
    let mut rows = Vec::new();
    for (index, (contact, slice)) in sliced.iter().enumerate() {
        let mut row = Row::new(contact.who.as_deref(), Some(contact.record.file), slice.clone());
        row.set("occurred_at", At(contact.at));
        row.set("direction", contact.direction.as_deref());
        row.set("kind", contact.record.text("kind"));
        row.set("outcome", contact.record.text("outcome"));
        row.set("channel", contact.record.text("channel"));
        row.set(
            "cost",
            if contact.is_response {
                None
            } else {
                contact.record.money("cost").map(Money)
            },
        );
        let day = data.day(contact.at);
        let same = || sliced.iter().enumerate().filter(|(_, (c, s))| c.who == contact.who && s == slice);
        let is_first = same()
            .filter(|(_, (c, _))| data.day(c.at) == day)
            .all(|(i, (c, _))| (c.at, i) >= (contact.at, index));
        let previous = same().map(|(_, (c, _))| data.day(c.at)).filter(|d| *d < day).max();
        row.set("days_since_previous", previous.filter(|_| is_first).map(|p| day - p));
        rows.push(row);
    }
    rows
}

pub fn commitments(data: &Data, dims: &Dims) -> Vec<Row> {
    let mut rows = Vec::new();
    for record in data.of(TABLE) {
        let (true, Some(due)) = (
            matches!(record.text("kind"), Some("commitment" | "follow_up")),
            data.time(record, "due_at"),
        ) else {
            continue;
        };
        let Some(who) = record.owner.clone() else { continue };
        let Some(slice) = dims.of(data, Some(TABLE), Some(record), Some(&who)) else {
            continue;
        };
        let mut row = Row::new(Some(&who), Some(record.file), slice);
        let resolved = data.time(record, "resolved_at");
        let due = data.end_of(TABLE, "due_at", due);
        let by_date = data.is_date(TABLE, "due_at") || data.is_date(TABLE, "resolved_at");
        row.set("due_at", At(due));
        row.set("resolved_at", resolved.map(At));
        row.set(
            "kept",
            resolved.is_some_and(|at| if by_date { data.day(at) <= data.day(due) } else { at <= due }),
        );
        rows.push(row);
    }
    rows
}

/// A ticket, or the messages of one case of one stakeholder, by time.
pub struct Case<'a> {
    pub who: String,
    pub is_ticket: bool,
    pub records: Vec<&'a Record>,
}

impl Case<'_> {
    /// The first record that a person wrote.
    fn opening(&self) -> &Record {
        self.records.iter().find(|r| !is_automated(r)).unwrap()
    }

    pub fn opened_at(&self, data: &Data) -> i64 {
        at(data, self.opening())
    }

    pub fn kind(&self) -> Option<&str> {
        let mut kinds = self.records.iter().filter_map(|r| r.text("kind"));
        if self.records.iter().any(|r| r.is("kind", "complaint")) {
            Some("complaint")
        } else {
            kinds.next()
        }
    }
}

/// Where the answers of a message lead to.
fn root(data: &Data, record: &Record) -> String {
    match (answered(data, record), record.text("case_id"), record.text("in_reply_to")) {
        (Some(parent), _, _) => root(data, parent),
        (None, Some(case), _) => format!("case {case}"),
        (None, None, Some(unknown)) => format!("message {unknown}"),
        (None, None, None) => format!("message {}", record.text("interaction_id").unwrap()),
    }
}

pub fn all_cases(data: &Data) -> Vec<Case<'_>> {
    let mut cases: Vec<(String, Case)> = Vec::new();
    for record in data.of(TABLE) {
        let Some(who) = record.owner.clone() else { continue };
        if is_ticket(data, record) {
            cases.push((
                String::new(),
                Case {
                    who,
                    is_ticket: true,
                    records: vec![record],
                },
            ));
        } else if is_message(data, record) && is_case_kind(record) {
            let root = root(data, record);
            match cases.iter_mut().find(|(r, c)| !c.is_ticket && *r == root && c.who == who) {
                Some((_, case)) => case.records.push(record),
                None => cases.push((
                    root,
                    Case {
                        who,
                        is_ticket: false,
                        records: vec![record],
                    },
                )),
            }
        }
    }
    let mut cases: Vec<Case> = cases.into_iter().map(|(_, c)| c).collect();
    for case in &mut cases {
        case.records.sort_by_key(|r| at(data, r));
    }
    // What only machines said is no case.
    cases.retain(|c| c.records.iter().any(|r| !is_automated(r)));
    cases
}

pub fn cases(data: &Data, dims: &Dims, window: &Window) -> Vec<Row> {
    let all = all_cases(data);
    let mut rows = Vec::new();
    for (index, case) in all.iter().enumerate() {
        let first = case.records[0];
        let Some(slice) = dims.of(data, Some(TABLE), Some(first), Some(&case.who)) else {
            continue;
        };
        let mut row = Row::new(Some(&case.who), Some(first.file), slice);
        let opened = case.opened_at(data);
        let speaks = |r: &Record, word: &str| direction(data, r).as_deref() == Some(word);
        let asked_by = case.records.iter().position(|r| speaks(r, "inbound") && !is_automated(r));
        let asked = asked_by.map(|i| at(data, case.records[i]));
        row.set("opened_at", At(opened));
        row.set("opened_by", direction(data, case.opening()).as_deref());
        row.set("asked_at", asked.map(At));
        row.set("kind", case.kind());
        row.set("age_hours", Span(window.end - opened));
        row.set("age_days", data.day(window.end) - data.day(opened));
        let opened_on_day = data.gives_days(first.file, "occurred_at");
        if !case.is_ticket || data.tells(first, "responded_at") {
            let responded = match case.is_ticket {
                true => data.time(first, "responded_at"),
                false => {
                    let later = case.records.iter().skip(asked_by.map_or(usize::MAX, |i| i + 1));
                    later
                        .filter(|r| speaks(r, "outbound") && !is_automated(r))
                        .map(|r| at(data, r))
                        .next()
                }
            };
            let is_day = opened_on_day || (case.is_ticket && data.gives_days(first.file, "responded_at"));
            row.set("answered", responded.is_some());
            row.set("responded_at", responded.map(At));
            row.set(
                "response_hours",
                asked.zip(responded).and_then(|(a, r)| data.span(a, r, is_day)).map(Span),
            );
            row.set("response_days", asked.zip(responded).and_then(|(a, r)| data.days(a, r, is_day)));
            let waiting = asked.and_then(|a| data.span(a, window.as_of, opened_on_day));
            row.set("waiting_hours", waiting.map(Span));
            row.set("waiting_days", asked.and_then(|a| data.days(a, window.as_of, opened_on_day)));
        }
        if data.tells(first, "resolved_at") {
            let resolved = case.records.iter().filter_map(|r| data.time(r, "resolved_at")).max();
            let is_day = opened_on_day || data.gives_days(first.file, "resolved_at");
            let is_over = case.records.last().is_some_and(|r| r.text("closed without time").is_some());
            row.set("resolved", resolved.is_some() || is_over);
            row.set("resolved_at", resolved.map(At));
            row.set("resolution_hours", resolved.and_then(|r| data.span(opened, r, is_day)).map(Span));
            row.set("resolution_days", resolved.and_then(|r| data.days(opened, r, is_day)));
            row.set("open_hours", data.span(opened, window.as_of, opened_on_day).map(Span));
            row.set("open_days", data.days(opened, window.as_of, opened_on_day));
        }
        row.set("response_due_at", data.time(first, "response_due_at").map(At));
        row.set("due_at", data.time(first, "due_at").map(At));
        row.set("reopens", first.number("reopens"));
        if !case.is_ticket {
            row.set("messages", case.records.len());
            row.set("outbound_messages", case.records.iter().filter(|r| speaks(r, "outbound")).count());
        }
        if case.kind() == Some("complaint") {
            let earlier =
                |(i, c): &(usize, &Case)| c.who == case.who && c.kind() == Some("complaint") && (c.opened_at(data), *i) < (opened, index);
            let previous = all.iter().enumerate().filter(earlier).map(|(_, c)| c.opened_at(data)).max();
            row.set("days_since_previous_complaint", previous.map(|p| data.day(opened) - data.day(p)));
        }
        rows.push(row);
    }
    rows
}
