//! Who is next to those whom records are about: people who serve, companies that sell, given names, and numbers of somebody.

use std::collections::BTreeSet;

use super::content::ENOUGH;
use super::header_words::Header;
use super::profile::Kind;
use super::relations::{COMPARED, instants};
use super::{Candidate, ColumnEvidence, File, TAKE, shape};
use crate::schema::{Column, DAY, Role, Table, purchases};

/// A number that each person has one of on many days, such as that of the address on their invoices, is not that of an order.
pub(super) fn numbers_of_people(candidates: &mut [Candidate], file: &File<'_>) {
    let best = |column: &Column| {
        let named = candidates.iter().filter(|c| c.column == column && c.confidence >= TAKE);
        named.min_by(|a, b| a.rank().cmp(&b.rank())).map(|c| c.header)
    };
    let (Some(who), Some(when)) = (best(&purchases::STAKEHOLDER_ID), best(&purchases::OCCURRED_AT)) else {
        return;
    };
    let days = instants(&file.columns[when]);
    let has_many_days = |at: usize| {
        let seen: BTreeSet<(&str, i64)> = file.columns[at]
            .iter()
            .zip(&days)
            .filter_map(|(number, day)| Some((*number, day.as_ref()?.local_micros().div_euclid(DAY))))
            .filter(|(number, _)| !number.is_empty())
            .collect();
        seen.len() >= 2 * file.profiles[at].distinct
    };
    let is_theirs = |at: usize| {
        let (profile, people) = (&file.profiles[at], &file.profiles[who]);
        at != who
            && profile.filled >= ENOUGH
            && profile.distinct <= people.distinct
            && shape::determines(&file.columns[who], &file.columns[at])
    };
    for candidate in candidates.iter_mut().filter(|c| *c.column == purchases::ORDER_ID && !c.is_exact) {
        if is_theirs(candidate.header) && has_many_days(candidate.header) {
            let (distinct, filled) = (file.profiles[candidate.header].distinct, file.profiles[candidate.header].filled);
            candidate.lower(0.3, ColumnEvidence::Few(distinct, filled));
        }
    }
}

/// Who serves others is named like a stakeholder too: a few volunteers beside numbers that repeat are hardly whom the records are about.
pub(super) fn servants(table: Table, candidates: &mut [Candidate], file: &File<'_>) {
    let may_serve = |header: &Header| ["volunteer", "employee", "partner"].iter().any(|word| header.words.contains(*word));
    let is_plain = |header: &Header| may_serve(header) && !header.words.contains("id");
    let numbers_people = |at: usize, few: usize| {
        let (header, profile) = (&file.headers[at], &file.profiles[at]);
        let repeats = profile.filled >= ENOUGH && 10 * profile.distinct < 9 * profile.filled;
        let is_id = header.words.contains("id") || profile.share(&[Kind::Code]) >= 0.9;
        is_id && !may_serve(header) && repeats && profile.distinct > 2 * few
    };
    let is_who = |c: &&mut Candidate| c.column.role == Role::Stakeholder && !c.is_exact && is_plain(&file.headers[c.header]);
    for candidate in candidates.iter_mut().filter(|_| table != Table::Stakeholders).filter(is_who) {
        let few = file.profiles[candidate.header].distinct;
        if (0..file.headers.len()).any(|at| at != candidate.header && numbers_people(at, few)) {
            candidate.lower(0.6, ColumnEvidence::MayServe);
        }
    }
}

/// A few companies next to many customers are those that make or sell what the customers buy. A company next to its contacts is the customer.
pub(super) fn companies(table: Table, candidates: &mut [Candidate], file: &File<'_>) {
    const BUYERS: [&str; 8] = ["customer", "buyer", "guest", "member", "patient", "donor", "tenant", "student"];
    let names_company = |at: usize| {
        file.headers[at]
            .words
            .iter()
            .all(|word| matches!(word.as_str(), "company" | "name" | "organization"))
    };
    let many_buyers = |at: usize, few: usize| {
        let (header, profile) = (&file.headers[at], &file.profiles[at]);
        let is_buyer = header.words.iter().any(|word| BUYERS.contains(&word.as_str()));
        is_buyer && profile.share(&[Kind::Words, Kind::Text, Kind::Code]) >= 0.9 && profile.distinct > 2 * few
    };
    let is_company = |c: &&mut Candidate| c.column.role == Role::Stakeholder && !c.is_exact && names_company(c.header);
    for candidate in candidates.iter_mut().filter(|_| table == Table::Purchases).filter(is_company) {
        let few = file.profiles[candidate.header].distinct;
        if (0..file.headers.len()).any(|at| at != candidate.header && many_buyers(at, few)) {
            candidate.lower(0.3, ColumnEvidence::FewBesideCustomers);
        }
    }
}

/// A few users next to many customers, persons or organisations sold to them. In a shop the users are its customers, and nobody else is.
pub(super) fn users(table: Table, candidates: &mut [Candidate], file: &File<'_>) {
    const SERVED: [&str; 8] = [
        "customer",
        "person",
        "contact",
        "company",
        "organization",
        "donor",
        "patient",
        "member",
    ];
    let is_user = |header: &Header| header.words.iter().all(|word| matches!(word.as_str(), "user" | "id")) && header.words.contains("user");
    let are_served = |at: usize, few: usize| {
        let (header, profile) = (&file.headers[at], &file.profiles[at]);
        let repeats = profile.filled >= ENOUGH && 10 * profile.distinct < 9 * profile.filled;
        let says = header.words.contains("id") && header.words.iter().any(|word| SERVED.contains(&word.as_str()));
        says && repeats && profile.distinct > 2 * few
    };
    let is_it = |c: &&mut Candidate| c.column.role == Role::Stakeholder && is_user(&file.headers[c.header]);
    for candidate in candidates.iter_mut().filter(|_| table == Table::Purchases).filter(is_it) {
        let few = file.profiles[candidate.header].distinct;
        if (0..file.headers.len()).any(|at| at != candidate.header && are_served(at, few)) {
            candidate.is_exact = false;
            candidate.lower(0.3, ColumnEvidence::FewBesideCustomers);
        }
    }
}

/// Who wrote a book or reviewed it did not buy it.
pub(super) fn authors(table: Table, candidates: &mut [Candidate], file: &File<'_>) {
    let made_it = |header: &Header| ["author", "reviewer"].iter().any(|word| header.words.contains(*word));
    let is_it = |c: &&mut Candidate| c.column.role == Role::Stakeholder && made_it(&file.headers[c.header]);
    for candidate in candidates.iter_mut().filter(|_| table == Table::Purchases).filter(is_it) {
        candidate.lower(0.5, ColumnEvidence::MayServe);
    }
}

/// What most records lack is not whom they are about.
pub(super) fn sparse(table: Table, candidates: &mut [Candidate], file: &File<'_>) {
    let is_sparse = |at: usize| {
        let profile = &file.profiles[at];
        profile.rows >= ENOUGH && profile.filled > 0 && 5 * profile.filled < profile.rows
    };
    let is_who = |c: &&mut Candidate| c.column.role == Role::Stakeholder && !c.is_exact && is_sparse(c.header);
    let events = !matches!(table, Table::Referrals | Table::Identities | Table::Surveys);
    for candidate in candidates.iter_mut().filter(|_| events).filter(is_who) {
        let profile = &file.profiles[candidate.header];
        candidate.lower(0.4, ColumnEvidence::MostlyEmpty(profile.filled, profile.rows));
    }
}

/// The given names of pupils or contacts are not whom records are about where another column has whole names of people.
pub(super) fn given_names(candidates: &mut [Candidate], file: &File<'_>) {
    let is_word = |at: usize| {
        let mut filled = file.columns[at].iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
        file.profiles[at].share(&[Kind::Words]) >= 0.9 && filled.all(|cell| !cell.contains(' '))
    };
    let is_whole = |at: usize| {
        let profile = &file.profiles[at];
        profile.filled >= ENOUGH && profile.share(&[Kind::Words]) >= 0.9 && profile.distinct > 5 && shape::are_names(&file.columns[at])
    };
    let has_whole = |at: usize| (0..file.headers.len()).take(COMPARED).any(|other| other != at && is_whole(other));
    let is_who = |c: &&mut Candidate| c.column.role == Role::Stakeholder && !c.is_exact && is_word(c.header) && has_whole(c.header);
    for candidate in candidates.iter_mut().filter(is_who) {
        candidate.lower(0.6, ColumnEvidence::GivenNames);
    }
}
