//! Messages of tickets that begin with the answers: what the ticket was opened with is in the file of the tickets alone.

use std::collections::BTreeMap;

use anyhow::Result;
use rustc_hash::FxHashMap;

use super::authors::ByAuthor;
use super::{Person, Plan};
use crate::canonical::key_of;
use crate::canonical::load::file::lookups::key;
use crate::canonical::load::joins::files::Map;
use crate::canonical::load::joins::find::Link;
use crate::cell_parsing::parse_iso;
use crate::schema::{Column, Micros, interactions};
use crate::sources::word;

/// A ticket and the message that it was opened with are stored within some seconds.
const SAME_TIME: Micros = 10_000_000;

/// What shows whether a message is of the other side.
enum Shown {
    /// A column with words for it.
    Word(usize, &'static Column),
    /// Its author, who is the person of the ticket.
    Author(usize, FxHashMap<u64, u64>),
}

impl Plan<'_> {
    /// Whether the first message of most tickets is later than the ticket, and not of those who opened it. `link` leads from the messages to their tickets; `map` is
    /// what the columns of the messages mean.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn lack_openings(&self, link: &Link, map: &Map, by_author: Option<ByAuthor>, person: &Person) -> Result<bool> {
        let messages = self.file(link.from);
        let said = [&interactions::DIRECTION, &interactions::AUTHOR_TYPE]
            .into_iter()
            .find_map(|column| Some(Shown::Word(messages.column(map, column.name)?, column)));
        let shown = match (by_author, said) {
            (Some(by), _) => Shown::Author(by.author(), self.people_of(link, person)?),
            (None, Some(said)) => said,
            (None, None) => return Ok(false),
        };
        let tickets = self.file(link.to);
        let opened = tickets.column(&tickets.recognised().map, interactions::OCCURRED_AT.name);
        let (Some(time), Some(opened)) = (messages.column(map, interactions::OCCURRED_AT.name), opened) else {
            return Ok(false);
        };
        let opened = self.times_of(link, opened)?;
        let is_ours_by_itself = |cell: &dyn Fn(usize) -> String| match &shown {
            Shown::Word(at, column) => matches!(word(column.name, column.words, &cell(*at)), Some("bot" | "system" | "auto_reply")),
            Shown::Author(..) => false,
        };
        let is_theirs = |ticket: u64, cell: &dyn Fn(usize) -> String| match &shown {
            Shown::Word(at, column) => matches!(word(column.name, column.words, &cell(*at)), Some("inbound" | "customer" | "user")),
            Shown::Author(at, people) => {
                let author = key([cell(*at).as_str()].into_iter()).map(|author| key_of(&author));
                author.is_some() && author == people.get(&ticket).copied()
            }
        };
        let found = messages.for_each_record(1, Vec::new, |seen: &mut Vec<(u64, Option<Micros>, bool)>, record| {
            let cell = |at: usize| record.get(at).unwrap_or("").to_string();
            if let Some(ticket) = key(link.key.iter().map(|&at| record.get(at).unwrap_or(""))) {
                let ticket = key_of(&ticket);
                if is_ours_by_itself(&cell) {
                    return Ok(());
                }
                let at = parse_iso(cell(time).trim()).ok().map(|civil| civil.local_micros());
                seen.push((ticket, at, is_theirs(ticket, &cell)));
            }
            Ok(())
        })?;
        let mut first: BTreeMap<u64, (Option<Micros>, bool)> = BTreeMap::new();
        for (ticket, at, is_theirs) in found.into_iter().flatten() {
            // Of messages at one time, and of those whose order is not known, the first in the file.
            let known = first.entry(ticket).or_insert((at, is_theirs));
            if at.zip(known.0).is_some_and(|(at, before)| at < before) {
                *known = (at, is_theirs);
            }
        }
        // Tickets that we opened begin with a message of ours, at their own time.
        let is_later = |ticket: &u64, at: Option<Micros>| opened.get(ticket).zip(at).is_some_and(|(opened, at)| at - opened > SAME_TIME);
        let later = first
            .iter()
            .filter(|(ticket, (at, is_theirs))| !is_theirs && is_later(ticket, *at))
            .count();
        Ok(2 * later > first.len())
    }

    /// By ticket, what its time is.
    fn times_of(&self, link: &Link, time: usize) -> Result<FxHashMap<u64, Micros>> {
        let found = self
            .file(link.to)
            .for_each_record(1, Vec::new, |seen: &mut Vec<(u64, Micros)>, record| {
                let cell = |at: usize| record.get(at).unwrap_or("");
                let at = parse_iso(cell(time).trim()).ok().map(|civil| civil.local_micros());
                let ticket = key(link.of.iter().map(|&at| cell(at)));
                seen.extend(ticket.zip(at).map(|(ticket, at)| (key_of(&ticket), at)));
                Ok(())
            })?;
        Ok(found.into_iter().flatten().collect())
    }

    /// By ticket, its person.
    fn people_of(&self, link: &Link, person: &Person) -> Result<FxHashMap<u64, u64>> {
        let tickets = self.file(link.to);
        if person.file != link.to {
            return Ok(FxHashMap::default());
        }
        let found = tickets.for_each_record(1, Vec::new, |seen: &mut Vec<(u64, u64)>, record| {
            let cell = |at: usize| record.get(at).unwrap_or("");
            let ticket = key(link.of.iter().map(|&at| cell(at)));
            let who = key([cell(person.column)].into_iter());
            seen.extend(ticket.zip(who).map(|(ticket, who)| (key_of(&ticket), key_of(&who))));
            Ok(())
        })?;
        Ok(found.into_iter().flatten().collect())
    }
}
