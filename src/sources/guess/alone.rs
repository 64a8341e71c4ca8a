//! Columns whose name says nothing: what their cells alone tell, and what serves where the wanted column is missing.

use super::content::known_words;
use super::header_words::currency;
use super::profile::Kind;
use super::{
    Candidate, CellsAre, ColumnEvidence, File, MAYBE, TAKE, closings, event_date, meanings, only_amount, replace, shape, spells,
    supply_lines, who,
};
use crate::notes::ShownByCells;
use crate::schema::{Column, Role, Table, interactions, purchases, surveys};
use crate::sources::status_words::{are_statuses, is_exception};

/// Cells that only one column has: direction words, survey instruments, currencies. One other column in four may hold them too.
const DISTINCT: f64 = 0.75;

pub(super) fn is_missing(column: &Column, candidates: &[Candidate]) -> bool {
    !candidates.iter().any(|c| c.column == column && c.confidence >= TAKE)
}

/// Adds the code that stands for the names of stakeholders, where no other column is their id: names can be shared.
fn id_of_names(table: Table, candidates: &mut Vec<Candidate>, file: &File<'_>) {
    let column = table.stakeholder_column();
    let mut ids = shape::ids_of_names(file);
    ids.retain(|(id, _)| !is_ours(table, *id, file));
    let [(id, told)] = ids[..] else { return };
    let is_other = |c: &Candidate| c.column == column && c.confidence >= TAKE && c.header != told;
    if table == Table::Referrals || table == Table::Identities || candidates.iter().any(is_other) {
        return;
    }
    let by = file.headers[told].name.clone();
    let shown = match file.births[told] {
        true => ShownByCells::IdsOfBirths(by),
        false => ShownByCells::IdsOfNames(by),
    };
    candidates.retain(|c| c.column != column || c.header != told);
    replace(candidates, vec![Candidate::new(column, id, DISTINCT, ColumnEvidence::Shown(shown))]);
}

/// Adds what cells tell by themselves.
pub(super) fn propose(table: Table, candidates: &mut Vec<Candidate>, file: &File<'_>) {
    id_of_names(table, candidates, file);
    for column in table.columns() {
        let can_tell = matches!(column.role, Role::Currency | Role::Email | Role::Score | Role::Status)
            || matches!(*column, interactions::DIRECTION | surveys::INSTRUMENT);
        if !can_tell || !is_missing(column, candidates) {
            continue;
        }
        let mut is_known = vec![false; file.headers.len()];
        for known in candidates.iter().filter(|c| c.confidence >= super::ASK && !c.is_refuted) {
            is_known[known.header] = true;
        }
        let mut proposed: Vec<Candidate> = Vec::new();
        for (index, profile) in file.profiles.iter().enumerate() {
            // The words of instruments and of statuses are told apart by a few cells.
            let enough = if matches!(column.role, Role::Status) || *column == surveys::INSTRUMENT {
                2
            } else {
                5
            };
            // `Overall rating (1-5)`: a scale in the name says more than a word too many takes away.
            let has_scale = *column == surveys::SCORE && is_named_scale(index, file);
            let is_status = column.role == Role::Status && says_status(index, file);
            if is_known[index] && !has_scale && !is_status || profile.filled < enough {
                continue;
            }
            let cells = &file.columns[index];
            let (known, found) = known_words(column, cells);
            let all = known * 20 >= profile.filled * 19;
            let told = match column.role {
                // `agent` and `customer` are words for a direction too, but also for much else: both ways must be named as such.
                _ if *column == interactions::DIRECTION
                    && all
                    && found.contains(&"inbound")
                    && found.contains(&"outbound")
                    && !profile.is_bool() =>
                {
                    let ways = cells.iter().filter(|c| {
                        !matches!(
                            c.trim().to_lowercase().as_str(),
                            "customer" | "agent" | "note" | "private" | "reply"
                        )
                    });
                    let plain = known_words(column, &ways.copied().collect::<Vec<_>>()).1;
                    (plain.len() >= 2).then_some((DISTINCT, ColumnEvidence::AllWordsFor(found)))
                }
                _ if *column == surveys::INSTRUMENT && all && found.iter().any(|f| matches!(*f, "nps" | "enps" | "csat" | "ces")) => {
                    Some((DISTINCT, ColumnEvidence::AllWordsFor(found)))
                }
                Role::Currency if cells.iter().filter(|c| currency(c.trim()).is_some()).count() == profile.filled => {
                    Some((DISTINCT, ColumnEvidence::Currencies))
                }
                Role::Email if profile.share(&[Kind::Email]) >= 0.95 && !is_ours(table, index, file) => {
                    Some((DISTINCT, ColumnEvidence::Cells(CellsAre::of(profile))))
                }
                Role::Status if says_status(index, file) && are_some_statuses(table, profile.distinct, cells) => {
                    Some((DISTINCT, ColumnEvidence::AreStatuses))
                }
                // Whether an account is closed says nothing of what was ordered.
                Role::Status if is_of_somebody(table, index, file) => None,
                // A yes says nothing of a record under a header that speaks of something else, such as a newsletter.
                Role::Status if profile.is_bool() && !says_presence(index, file) => None,
                Role::Status if are_statuses(table, cells.iter().copied()) => Some((DISTINCT, ColumnEvidence::AreStatuses)),
                Role::Score if file.headers[index].words.contains("recommend") && profile.is_scale(0.0, 10.0) => {
                    Some((0.8, ColumnEvidence::Recommendation))
                }
                // A priority or a size has steps too.
                Role::Score if has_scale => Some((DISTINCT, whole_numbers(profile))),
                Role::Score if profile.is_scale(0.0, 10.0) && profile.distinct >= 3 && !profile.is_unique() => {
                    Some((MAYBE, whole_numbers(profile)))
                }
                _ => None,
            };
            if let Some((confidence, why)) = told {
                proposed.push(Candidate::new(column, index, confidence, why));
            }
        }
        replace(candidates, proposed);
    }
}

/// Whether a header speaks of the status of something that may be the record: `Job Status`. That of a customer or of a parcel is another.
fn says_status(index: usize, file: &File<'_>) -> bool {
    const RECORDS: [&str; 7] = ["appointment", "booking", "contract", "job", "service", "session", "visit"];
    let words = &file.headers[index].words;
    let is_of_record = |word: &String| word == "status" || RECORDS.contains(&word.as_str()) || !meanings::vocabulary().contains(word);
    words.contains("status") && words.iter().all(is_of_record)
}

/// Whether a header may speak of whether somebody was there, or something took place: by a word for it, or by words that nobody knows.
fn says_presence(index: usize, file: &File<'_>) -> bool {
    const PRESENCE: [&str; 14] = [
        "accepted",
        "arrived",
        "attended",
        "attendance",
        "came",
        "confirmed",
        "coming",
        "held",
        "participated",
        "present",
        "rsvp",
        "show",
        "showed",
        "status",
    ];
    let words = &file.headers[index].words;
    let is_presence = |word: &String| PRESENCE.contains(&word.as_str());
    words.iter().any(is_presence)
}

/// Whether a header speaks of the status of whom a record is about.
fn is_of_somebody(table: Table, index: usize, file: &File<'_>) -> bool {
    let words = &file.headers[index].words;
    let is_status = words.contains("status") || words.contains("state");
    table != Table::Stakeholders
        && is_status
        && words
            .iter()
            .any(|word| meanings::is_who(word) || matches!(word.as_str(), "membership" | "subscription"))
}

/// Whether a few words are statuses of which one at least says that its record does not count as the others do.
fn are_some_statuses(table: Table, distinct: usize, cells: &[&str]) -> bool {
    const MOST: usize = 15;
    distinct <= MOST && cells.iter().any(|cell| is_exception(table, cell))
}

/// Whether a header names a scale that its cells are on, and nothing else that has steps.
fn is_named_scale(index: usize, file: &File<'_>) -> bool {
    const STEPS: [&str; 9] = [
        "priority",
        "severity",
        "size",
        "quantity",
        "weight",
        "probability",
        "age",
        "group",
        "team",
    ];
    let (header, profile) = (&file.headers[index], &file.profiles[index]);
    !header.words.iter().any(|word| STEPS.contains(&word.as_str()))
        && shape::named_scale(&header.name).is_some_and(|(low, high)| profile.is_scale(low, high))
}

fn whole_numbers(profile: &super::ColumnProfile) -> ColumnEvidence {
    let (low, high) = profile.range.unwrap_or_default();
    ColumnEvidence::WholeNumbers(low, high)
}

/// Whether a header speaks of the own people rather than of a stakeholder.
pub(super) fn is_ours(table: Table, index: usize, file: &File<'_>) -> bool {
    let ours = [
        "agent",
        "owner",
        "assignee",
        "creator",
        "by",
        "cc",
        "bcc",
        "sales",
        "manager",
        "parent",
        "referrer",
        "referred",
        "fundraiser",
    ];
    let customers = || {
        file.headers
            .iter()
            .any(|h| ["customer", "contact", "requester"].iter().any(|w| h.words.contains(*w)))
    };
    file.headers[index].words.iter().any(|w| match w.as_str() {
        "recipient" => table != Table::Surveys,
        // Where customers are spoken of, employees are those who serve them.
        "employee" => table != Table::Stakeholders && customers(),
        word => ours.contains(&word),
    })
}

/// What serves as a needed column that nothing was found for.
pub(super) fn fall_back(table: Table, candidates: &mut Vec<Candidate>, taken: &mut Vec<Candidate>, file: &File<'_>) {
    let has = |column: &Column, taken: &[Candidate]| taken.iter().any(|c| c.column == column);
    // Where two names are equally good, that is the question.
    let is_open = |column: &Column, candidates: &[Candidate]| is_missing(column, candidates);
    let column = table.stakeholder_column();
    // Of the two people of a referral nothing tells which is which.
    if table != Table::Referrals && !has(column, taken) && is_open(column, candidates) {
        who::stakeholder(table, candidates, taken, file);
    }
    // `Price` is known as the price of a piece and as an amount.
    let may_be_either = |taken: &[Candidate]| has(&purchases::UNIT_AMOUNT, taken) && !has(&purchases::QUANTITY, taken);
    if table == Table::Purchases && !has(&purchases::AMOUNT, taken) && (is_open(&purchases::AMOUNT, candidates) || may_be_either(taken)) {
        only_amount::amount(candidates, taken, file);
    }
    event_date::fall_back(table, candidates, taken, file);
    supply_lines::fall_back(table, candidates, taken, file);
    closings::fall_back(table, candidates, taken, file);
    if table == Table::Stakeholders {
        spells::fall_back(candidates, taken, file);
    }
}
