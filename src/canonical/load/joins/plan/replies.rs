//! When tickets were first answered, where a file of its own has the answers.

use std::collections::BTreeMap;

use anyhow::Result;

use super::chain::Chain;
use super::{Plan, Role};
use crate::canonical::key_of;
use crate::canonical::load::file::lookups::key;
use crate::canonical::load::joins::files::File;
use crate::cell_parsing::{DateVerdict, DateVote, parse_iso, parse_ordered};
use crate::notes::{KeyNames, NotReadAlone, RelationUse};
use crate::schema::{Micros, Table, interactions};
use crate::sources::{From, Mapped, Several, Source};

impl Plan<'_> {
    /// Adds to tickets when they were first answered, if another file has their answers and nothing else of them: its records are called
    /// answers, do not say who spoke, and those of a ticket are in the order of time.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn replies(&mut self, tickets: usize) -> Result<()> {
        let file = self.file(tickets);
        let response = interactions::RESPONDED_AT.name;
        let has = |column: &str| file.recognised().map.contains_key(column);
        let is_open = file.table() == Some(Table::Interactions) && file.is_complete() && self.roles[tickets].is_none();
        if !is_open || has(response) || has(interactions::RESPONSE_MINUTES.name) {
            return Ok(());
        }
        let mut found = Vec::new();
        for (at, link) in self.links.iter().enumerate().filter(|(_, link)| link.to == tickets) {
            let is_free = self.roles[link.from].is_none() && self.is_certain(at) && link.relation.names < KeyNames::RoleOfFile;
            let Some(time) = answered_at(self.file(link.from)).filter(|_| is_free) else {
                continue;
            };
            if let Some(several) = first_by_time(self.file(link.from), &link.key, time)? {
                found.push((at, time, several));
            }
        }
        let [(at, time, several)] = found[..] else { return Ok(()) };
        let answers = self.links[at].from;
        let mut chain = Chain::of(self, tickets, Vec::new(), Vec::new())?;
        chain.push_back(at, several)?;
        let Some(name) = chain.name_back(time) else { return Ok(()) };
        let mut source = Source {
            is_mapped: true,
            lookup: chain.lookups,
            ..file.recognised().clone()
        };
        source.map.insert(response.to_string(), Mapped::new(From::Column(name)));
        self.uses[at] = RelationUse::Joined;
        self.roles[answers] = Some(Role::Not(NotReadAlone::LookedUp {
            by: file.name().to_string(),
        }));
        self.roles[tickets] = Some(Role::Joined(Box::new(source)));
        Ok(())
    }
}

/// The column of when something was answered, of a file that has answers of ours and nothing else.
fn answered_at(file: &File) -> Option<usize> {
    let map = file.as_table(Table::Interactions);
    let says_who_spoke = [
        interactions::DIRECTION.name,
        interactions::AUTHOR_TYPE.name,
        interactions::IN_REPLY_TO.name,
        interactions::STAKEHOLDER_ID.name,
    ];
    let may_be = matches!(file.table(), None | Some(Table::Interactions | Table::Surveys));
    if !may_be || says_who_spoke.iter().any(|column| map.contains_key(*column)) {
        return None;
    }
    let is_called = ["response", "reply", "answer"].iter().any(|word| file.entity.contains(*word));
    let named = file.column(&map, interactions::RESPONDED_AT.name);
    let time = file.column(&map, interactions::OCCURRED_AT.name).filter(|_| is_called);
    // Scores are answers of the other side.
    let are_scores = file
        .profiles
        .iter()
        .any(|profile| profile.is_scale(0.0, 10.0) && profile.distinct > 2);
    named.or(time).filter(|_| !are_scores)
}

/// Which of several records of a key is the first in time, if the records of each key are in the order of time.
fn first_by_time(file: &File, columns: &[usize], time: usize) -> Result<Option<Several>> {
    let votes = file.for_each_record(1, DateVote::new, |vote, record| {
        vote.see(record.get(time).unwrap_or("").trim(), 0);
        Ok(())
    })?;
    let mut vote = DateVote::new();
    votes.into_iter().for_each(|other| vote.merge(&other));
    let DateVerdict::Clear { order, .. } = vote.verdict() else {
        return Ok(None);
    };
    // Of each key the last time, and whether some follow it, and some are before it.
    #[derive(Default)]
    struct Seen {
        last: BTreeMap<u64, Micros>,
        rises: bool,
        falls: bool,
    }
    let seen = file.for_each_record(1, Vec::new, |seen: &mut Vec<(u64, Option<Micros>)>, record| {
        let cell = |at: usize| record.get(at).unwrap_or("").trim();
        let civil = parse_iso(cell(time)).or_else(|_| parse_ordered(cell(time), order));
        if let Some(key) = key(columns.iter().map(|&at| cell(at))) {
            let at = civil.map(|civil| civil.utc().unwrap_or_else(|| civil.local_micros()));
            seen.push((key_of(&key), at.ok()));
        }
        Ok(())
    })?;
    let mut order = Seen::default();
    for (key, at) in seen.into_iter().flatten() {
        // An answer without a time could be the first.
        let Some(at) = at else { return Ok(None) };
        if let Some(before) = order.last.insert(key, at) {
            order.rises |= before < at;
            order.falls |= before > at;
        }
    }
    Ok(match (order.rises, order.falls) {
        (_, false) => Some(Several::First),
        (false, true) => Some(Several::Last),
        (true, true) => None,
    })
}
