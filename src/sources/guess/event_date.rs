//! When it happened, where no header says it: by the order of the dates of a file, in the records and among one another.

use std::collections::BTreeSet;

use super::profile::Kind;
use super::relations::{instants, is_before};
use super::{Candidate, ColumnEvidence, File, MAYBE, SERVES, TAKE, content, meanings, replace, shape};
use crate::cell_parsing::Civil;
use crate::notes::ShownByCells;
use crate::schema::{Column, ColumnType, DAY, Role, Table, interactions, purchases, referrals, stakeholders, surveys};

/// Words of headers of dates on which people are in contact.
const CONTACTS: [&str; 12] = [
    "appointment",
    "arrival",
    "call",
    "complaint",
    "contact",
    "created",
    "interaction",
    "meeting",
    "opened",
    "service",
    "session",
    "visit",
];
/// Words of headers of dates on which something is bought, beside those of contacts.
const SALES: [&str; 7] = ["booking", "donation", "invoice", "order", "payment", "sale", "transaction"];
/// Words of headers of dates on which somebody answers.
const ANSWERS: [&str; 2] = ["created", "review"];
/// Words of headers of dates on which it ends, or that follow it.
const FOLLOW: [&str; 6] = ["completed", "left", "returned", "responded", "response", "reopened"];
/// Words of headers of dates that come with an event that has no other date: goods that came, money that was paid.
const ACCOMPANY: [&str; 4] = ["delivered", "received", "shipped", "paid"];

/// The column of a table that says when it happened.
fn event_of(table: Table, taken: &[Candidate], file: &File<'_>) -> Option<&'static Column> {
    match table {
        Table::Interactions => Some(&interactions::OCCURRED_AT),
        Table::Purchases => Some(&purchases::OCCURRED_AT),
        Table::Referrals => Some(&referrals::OCCURRED_AT),
        Table::Surveys if !taken.iter().any(|t| *t.column == surveys::SENT_AT) => Some(&surveys::RESPONDED_AT),
        // When somebody came, on a list of people.
        Table::Stakeholders if shape::id_of_people(file).is_some() => Some(&stakeholders::STARTED_AT),
        Table::Surveys | Table::Stakeholders | Table::Supplies | Table::Identities => None,
    }
}

/// Of several dates that are named as when it happened, none of them by a known name, it is the first: what was invoiced or paid
/// follows. When it was paid is not when it happened either where another date, of each record, is never after it.
pub(super) fn relate(table: Table, candidates: &mut [Candidate], file: &File<'_>) {
    if table != Table::Purchases {
        return;
    }
    let event = &purchases::OCCURRED_AT;
    let named = |c: &Candidate| c.column == event && c.confidence >= TAKE && !file.births[c.header];
    if candidates.iter().any(|c| named(c) && c.is_exact) {
        return;
    }
    let named: Vec<usize> = candidates.iter().filter(|c| named(c)).map(|c| c.header).collect();
    if named.is_empty() {
        return;
    }
    let dates = Dates::of(table, &[], file);
    let is_first = |at: usize| dates.is_full(at) && named.iter().all(|&other| other == at || dates.follows(at, other));
    let is_payment = |at: usize| ["paid", "payment"].iter().any(|word| file.headers[at].words.contains(*word));
    let is_event =
        |other: usize, at: usize| other != at && dates.is_full(other) && dates.follows(other, at) && !is_other(other, table, file);
    let is_paid_later = |at: usize| is_payment(at) && !dates.is_full(at) && dates.possible.iter().any(|&other| is_event(other, at));
    // When something was entered is not when it was ordered, where another date says that.
    let is_entry = |at: usize| file.headers[at].words.contains("created");
    let is_sale = |at: usize| file.headers[at].words.iter().any(|word| SALES.contains(&word.as_str()));
    let sales: Vec<usize> = named.iter().copied().filter(|&at| is_sale(at) && dates.is_full(at)).collect();
    if let [sale] = sales[..]
        && named.iter().all(|&at| at == sale || is_entry(at) && !is_sale(at))
    {
        let entries = candidates.iter_mut().filter(|c| c.column == event && c.header != sale);
        entries.for_each(|c| c.lower(0.5, ColumnEvidence::EntryOfSale));
        return;
    }
    let first: Vec<usize> = named.iter().copied().filter(|&at| is_first(at)).collect();
    for candidate in candidates.iter_mut().filter(|c| c.column == event) {
        let at = candidate.header;
        match first[..] {
            [first] if named.len() > 1 && named.contains(&at) => match at == first {
                true => candidate.evidence.push(ColumnEvidence::Shown(ShownByCells::FirstDate)),
                false => candidate.lower(0.5, ColumnEvidence::AfterAnother),
            },
            _ if is_paid_later(at) => candidate.lower(0.5, ColumnEvidence::AfterAnother),
            _ => {}
        }
    }
}

/// Adds the date that serves as that of the event, or those that may be it.
pub(super) fn fall_back(table: Table, candidates: &mut Vec<Candidate>, taken: &mut Vec<Candidate>, file: &File<'_>) {
    let Some(event) = event_of(table, taken, file) else { return };
    let is_settled = taken.iter().any(|c| c.column == event) || candidates.iter().any(|c| c.column == event && c.confidence >= TAKE);
    if is_settled {
        return;
    }
    let dates = Dates::of(table, taken, file);
    // In a table with our own names a column under another name is a slip, which is asked about.
    let is_canonical = |t: &Candidate| t.column.role == Role::Stakeholder && t.evidence.first() == Some(&ColumnEvidence::OwnName);
    let served = if taken.iter().any(is_canonical) { None } else { dates.served() };
    let taken_as = |at: usize| taken.iter().position(|t| t.header == at);
    match served {
        // A date that is only known as that of something else, such as a delivery, is that of the event where it is the only one.
        Some((at, why)) => {
            if let Some(other) = taken_as(at) {
                taken.remove(other);
            }
            let found = Candidate::new(event, at, SERVES, why);
            taken.push(found.clone());
            candidates.retain(|c| !(c.header == at && c.column.kind == ColumnType::Time && c.column != event));
            replace(candidates, vec![found]);
        }
        None => {
            let is_surer = |at: usize, candidates: &[Candidate]| {
                candidates
                    .iter()
                    .any(|c| c.column == event && c.header == at && c.confidence >= MAYBE)
            };
            let found: Vec<Candidate> = dates
                .asked()
                .into_iter()
                .filter(|&at| !is_surer(at, candidates))
                .map(|at| Candidate::new(event, at, MAYBE, ColumnEvidence::AreDates))
                .collect();
            replace(candidates, found);
        }
    }
}

/// The columns of dates that are about the record and not about the stakeholder.
struct Dates<'a> {
    table: Table,
    file: &'a File<'a>,
    /// Those that may be the event's by their names.
    possible: Vec<usize>,
    /// Those that are named as the dates of something else, or are taken for it.
    others: Vec<usize>,
    /// Whether stakeholders have several records.
    repeats: bool,
}

impl<'a> Dates<'a> {
    fn of(table: Table, taken: &[Candidate], file: &'a File<'a>) -> Dates<'a> {
        // `Time` over seconds since 1970: its name and its numbers say the same.
        let counts = |i: usize| {
            let is_epoch = file.profiles[i].dates.is_some_and(|style| style.starts_with("epoch"));
            is_epoch && file.headers[i].words.iter().all(|word| word == "date")
        };
        let is_date = |i: &usize| {
            (file.profiles[*i].share(&[Kind::Date]) >= 0.9 || counts(*i)) && !file.births[*i] && !shape::is_of_somebody(*i, file)
        };
        // One day for all records is when the file was written.
        let is_stamped = |i: usize| file.profiles[i].distinct == 1 && file.profiles[i].filled >= content::ENOUGH;
        let is_exact = |i: usize| taken.iter().any(|t| t.header == i && t.is_exact);
        let (possible, others) = (0..file.headers.len())
            .filter(|i| is_date(i) && !is_exact(*i) && !is_stamped(*i))
            .partition(|&i| !taken.iter().any(|t| t.header == i) && !is_other(i, table, file));
        Dates {
            table,
            file,
            possible,
            others,
            repeats: taken.iter().any(|t| {
                let profile = &file.profiles[t.header];
                t.column.role == Role::Stakeholder && 10 * profile.distinct < 9 * profile.filled
            }),
        }
    }

    /// The one that serves, and why.
    fn served(&self) -> Option<(usize, ColumnEvidence)> {
        let says = |at: usize| self.file.headers[at].words.contains("date") || says_clock_alone(at, self.file);
        let has_time = |at: usize| shape::time_of_day(at, self.file).is_some();
        match (&self.possible[..], &self.others[..]) {
            (possible, others) if self.table == Table::Stakeholders => {
                let all: Vec<usize> = possible.iter().chain(others).copied().collect();
                let varies = |at: usize| 2 * self.file.profiles[at].distinct >= self.file.profiles[at].filled;
                self.first(possible, &all).filter(|(at, _)| varies(*at))
            }
            (&[only], []) if says(only) => Some((only, ColumnEvidence::OnlyDates)),
            // Many exports end with when they were written: a name has to speak of an event, a time of day stand beside it, or the file run
            // with what happened `on` that day.
            (&[only], []) => {
                let runs_with_it = || self.is_full(only) && self.is_in_order(only);
                // English has few words for it that are not known.
                let is_foreign = || self.file.headers.iter().any(|header| header.language.is_some());
                let is_unknown = || {
                    let vocabulary = meanings::vocabulary();
                    is_foreign()
                        && !self.file.headers[only]
                            .words
                            .iter()
                            .any(|word| word != "date" && vocabulary.contains(word))
                };
                let is_told =
                    self.is_event(only) || has_time(only) || self.is_stamp(only) || (self.says_on(only) || is_unknown()) && runs_with_it();
                is_told.then_some((only, ColumnEvidence::Shown(ShownByCells::OnlyDate)))
            }
            (&[], &[only]) if self.accompanies(only) && self.is_full(only) => Some((only, ColumnEvidence::Shown(ShownByCells::OnlyDate))),
            (&[], others) => {
                let may_be = |at: &usize| self.accompanies(*at) || self.is_start_of_stay(*at);
                let accompanying: Vec<usize> = others.iter().copied().filter(may_be).collect();
                // What was due came before it was paid.
                let is_plan = |at: &usize| self.file.headers[*at].words.iter().any(|word| meanings::is_plan(word));
                let happened: Vec<usize> = others.iter().copied().filter(|at| !is_plan(at)).collect();
                self.first(&accompanying, &happened)
            }
            (possible, others) => {
                let all: Vec<usize> = possible.iter().chain(others).copied().collect();
                self.first(possible, &all)
            }
        }
    }

    /// Whether a header ends with the word that a language puts before a date: `Venduto il`, `Solgt den`, `Gekocht op`.
    fn says_on(&self, at: usize) -> bool {
        const ON: [&str; 16] = [
            "on", "am", "vom", "le", "du", "el", "del", "il", "op", "den", "dnia", "dne", "em", "pe", "van", "at",
        ];
        let last = self.file.headers[at]
            .exact
            .rsplit(|c: char| !c.is_alphanumeric())
            .find(|part| !part.is_empty());
        last.is_some_and(|last| ON.contains(&last))
    }

    /// Whether a column is what a form or a till writes first into each record: a date with a time of day.
    fn is_stamp(&self, at: usize) -> bool {
        let profile = &self.file.profiles[at];
        let days: Vec<i64> = instants(&self.file.columns[at])
            .iter()
            .flatten()
            .map(|civil| civil.local_micros().div_euclid(DAY))
            .collect();
        at == 0
            && (days.is_sorted() || days.iter().rev().is_sorted())
            && self.file.columns[at].iter().all(|cell| cell.contains(':'))
            && 10 * profile.distinct >= 9 * profile.filled
    }

    /// Those that may be the event's, where none serves.
    fn asked(&self) -> Vec<usize> {
        // A list of people may be without the day on which they came.
        if self.table == Table::Stakeholders {
            return Vec::new();
        }
        match self.possible.is_empty() {
            true => {
                let may_be = |at: usize| self.accompanies(at) || is_elses(at, self.table, self.file);
                self.others.iter().copied().filter(|&at| may_be(at)).collect()
            }
            false => self.possible.clone(),
        }
    }

    /// Of the dates that may be the event's, the one that each record has and that is never after another: what was paid or delivered
    /// follows its event. Where several are like that, their names or the order of the records have to tell which.
    fn first(&self, possible: &[usize], all: &[usize]) -> Option<(usize, ColumnEvidence)> {
        let rest = |first: usize| all.iter().copied().filter(move |&at| at != first);
        let is_first = |at: usize| self.is_full(at) && rest(at).all(|other| self.follows(at, other));
        let first: Vec<usize> = possible.iter().copied().filter(|&at| is_first(at)).collect();
        let &[first] = &first[..] else { return None };
        let others_full: Vec<usize> = rest(first).filter(|&at| self.is_full(at)).collect();
        let is_told = others_full
            .iter()
            .all(|&other| is_other(other, self.table, self.file) || self.is_derived(first, other))
            || self.is_event(first) && !others_full.iter().any(|&other| self.is_event(other))
            || self.is_stamp(first)
            || self.is_in_order(first) && !others_full.iter().any(|&other| self.is_in_order(other));
        is_told.then_some((first, ColumnEvidence::Shown(ShownByCells::FirstDate)))
    }

    fn is_full(&self, at: usize) -> bool {
        self.file.profiles[at].filled == self.file.profiles[at].rows
    }

    /// Whether it is when something began that was paid for and that somebody can have again, such as a rental.
    fn is_start_of_stay(&self, at: usize) -> bool {
        self.table == Table::Purchases && self.repeats && self.file.headers[at].words.contains("start")
    }

    fn is_event(&self, at: usize) -> bool {
        is_event(at, self.table, self.file)
    }

    fn accompanies(&self, at: usize) -> bool {
        let words = &self.file.headers[at].words;
        words.iter().any(|word| ACCOMPANY.contains(&word.as_str())) && !words.iter().any(|word| meanings::is_plan(word))
    }

    /// Whether the records come in the order of a column, which has more than a few values.
    fn is_in_order(&self, at: usize) -> bool {
        let profile = &self.file.profiles[at];
        let times: Vec<Civil> = instants(&self.file.columns[at]).into_iter().flatten().collect();
        let is_sorted = |times: &mut dyn Iterator<Item = &Civil>| {
            let times: Vec<i64> = times.map(Civil::local_micros).collect();
            times.is_sorted()
        };
        profile.distinct > 5
            && 4 * profile.distinct > profile.filled
            && (is_sorted(&mut times.iter()) || is_sorted(&mut times.iter().rev()))
    }

    /// Whether the other date is computed from the first: it is the same few numbers of days later in all records, such as 14 or 30.
    fn is_derived(&self, first: usize, other: usize) -> bool {
        const FEW: usize = 3;
        const LEAST: usize = 5;
        let (times, others) = (instants(&self.file.columns[first]), instants(&self.file.columns[other]));
        let day = |civil: &Civil| civil.local_micros().div_euclid(DAY);
        let later: Vec<i64> = times
            .iter()
            .zip(&others)
            .filter_map(|(a, b)| Some(day(b.as_ref()?) - day(a.as_ref()?)))
            .collect();
        let terms: BTreeSet<i64> = later.iter().copied().collect();
        let is_term = |days: &i64| *days >= if terms.len() == 1 { 1 } else { 7 };
        later.len() >= LEAST.max(4 * terms.len()) && terms.len() <= FEW && terms.iter().all(is_term)
    }

    /// Whether the other date is never before the first where a record has both, which some have, and is later in some.
    fn follows(&self, first: usize, other: usize) -> bool {
        let (times, others) = (instants(&self.file.columns[first]), instants(&self.file.columns[other]));
        let pairs: Vec<(&Civil, &Civil)> = times
            .iter()
            .zip(&others)
            .filter_map(|(a, b)| Some((a.as_ref()?, b.as_ref()?)))
            .collect();
        pairs.iter().all(|(first, other)| !is_before(other, first)) && pairs.iter().any(|(first, other)| is_before(first, other))
    }
}

/// Whether a header says nothing but that it is a time; its cells are dates.
fn says_clock_alone(at: usize, file: &File<'_>) -> bool {
    let words = &file.headers[at].words;
    words.len() == 1 && words.contains("clock")
}

/// Whether a header names the event of a table.
fn is_event(at: usize, table: Table, file: &File<'_>) -> bool {
    let says = |words: &[&str]| file.headers[at].words.iter().any(|word| words.contains(&word.as_str()));
    match table {
        Table::Purchases => says(&SALES) || says(&CONTACTS),
        Table::Interactions => says(&CONTACTS),
        Table::Surveys => says(&ANSWERS),
        Table::Stakeholders | Table::Referrals | Table::Supplies | Table::Identities => false,
    }
}

/// Whether a header names the event of another table, such as the day of the purchase that a ticket is about.
fn is_elses(at: usize, table: Table, file: &File<'_>) -> bool {
    let says = |words: &[&str]| file.headers[at].words.iter().any(|word| words.contains(&word.as_str()));
    (says(&SALES) || says(&CONTACTS) && table != Table::Interactions) && !is_event(at, table, file)
}

/// Whether a header names a date that is not the event's: a birth, a change, a plan, an end, or the event of another table.
fn is_other(at: usize, table: Table, file: &File<'_>) -> bool {
    let header = &file.headers[at];
    // `Tid`, `Uhrzeit`: whatever it is called, a date with its time of day is when something happened.
    if says_clock_alone(at, file) {
        return false;
    }
    let is_end = header.words.iter().any(|word| FOLLOW.contains(&word.as_str()));
    meanings::is_other_date(header) || is_end || is_elses(at, table, file)
}
