//! Who wrote the messages of tickets, where their authors are the people of the tickets in some of them and others in the rest.

use anyhow::Result;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Person, Plan, WHO};
use crate::canonical::key_of;
use crate::canonical::load::file::lookups::key;
use crate::canonical::load::joins::amounts::quoted;
use crate::canonical::load::joins::files::{File, Map};
use crate::canonical::load::joins::find::Link;
use crate::expr::{self, Expr};
use crate::sources::guess::Kind;

/// The columns of messages that show who wrote them, by their places.
#[derive(Debug, Clone, Copy)]
pub struct ByAuthor {
    author: usize,
    /// A flag, and whether it is set for messages that the other side does not see.
    hidden: Option<(usize, bool)>,
}

impl Plan<'_> {
    /// How the author of messages shows their direction: it is the person of the ticket in some of them, and somebody who has no tickets in
    /// the others. `link` leads from the messages to their tickets.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn direction_by_author(&self, link: &Link, messages: &Map, person: &Person) -> Result<Option<ByAuthor>> {
        let (file, tickets) = (self.file(link.from), self.file(link.to));
        let says_author = |column: &usize| {
            let words = &file.words[*column];
            ["author", "sender", "user", "creator", "agent"]
                .iter()
                .any(|word| words.contains(*word))
                && file.may_be_key(*column)
        };
        let by_name = || (0..file.names.len()).find(says_author);
        let Some(author) = file
            .column(messages, WHO)
            .or_else(by_name)
            .filter(|column| !link.key.contains(column))
        else {
            return Ok(None);
        };
        if person.file != link.to {
            return Ok(None);
        }
        let known = tickets.for_each_record(1, FxHashMap::<u64, u64>::default, |known, record| {
            let cell = |at: usize| record.get(at).unwrap_or("");
            if let (Some(ticket), Some(who)) = (key(link.of.iter().map(|&at| cell(at))), key([cell(person.column)].into_iter())) {
                known.insert(key_of(&ticket), key_of(&who));
            }
            Ok(())
        })?;
        let known: FxHashMap<u64, u64> = known.into_iter().flatten().collect();
        let people: FxHashSet<u64> = known.values().copied().collect();
        // Messages of the person of the ticket, of somebody who has no tickets, and of somebody who has others.
        let counts = file.for_each_record(
            self.options.threads,
            || (0u64, 0u64, 0u64),
            |(theirs, ours, of_others), record| {
                let cell = |at: usize| record.get(at).unwrap_or("");
                let ticket = key(link.key.iter().map(|&at| cell(at))).and_then(|ticket| known.get(&key_of(&ticket)));
                let author = key([cell(author)].into_iter()).map(|author| key_of(&author));
                if let (Some(who), Some(author)) = (ticket, author) {
                    match (*who == author, people.contains(&author)) {
                        (true, _) => *theirs += 1,
                        (false, false) => *ours += 1,
                        (false, true) => *of_others += 1,
                    }
                }
                Ok(())
            },
        )?;
        let add = |all: (u64, u64, u64), one: (u64, u64, u64)| (all.0 + one.0, all.1 + one.1, all.2 + one.2);
        let (theirs, ours, of_others) = counts.into_iter().fold((0, 0, 0), add);
        let is_clear = theirs > 0 && ours > 0 && 20 * of_others <= theirs + ours;
        Ok(is_clear.then(|| ByAuthor {
            author,
            hidden: hidden(file),
        }))
    }
}

impl ByAuthor {
    /// The column of the author.
    pub fn author(&self) -> usize {
        self.author
    }

    /// The direction as an expression; `person` is what the column of the ticket's person is called among all columns.
    pub fn expression(&self, messages: &File, person: &str) -> Option<Expr> {
        let (author, person) = (quoted(&messages.names[self.author]), quoted(person));
        let hidden = self.hidden.map_or(String::new(), |hidden| when_hidden(messages, hidden));
        let text = format!("case {hidden}when {author} = {person} then 'inbound' when {author} is not null then 'outbound' end");
        expr::parse(&text).ok()
    }
}

/// The branch of an expression that makes notes among ourselves internal.
fn when_hidden(messages: &File, (column, is_set): (usize, bool)) -> String {
    let words = if is_set {
        "'true', 'yes', '1', 't', 'y'"
    } else {
        "'false', 'no', '0', 'f', 'n'"
    };
    format!("when lower({}) in ({words}) then 'internal' ", quoted(&messages.names[column]))
}

/// The direction that a flag of a file says, where another flag marks notes among ourselves, which would be answers otherwise.
pub fn direction_beside_notes(messages: &File, direction: usize) -> Option<Expr> {
    let notes = hidden(messages).filter(|(column, _)| *column != direction)?;
    let is_flag = messages.profiles[direction].share(&[Kind::Bool]) >= 0.9;
    let text = format!(
        "case {}else {} end",
        when_hidden(messages, notes),
        quoted(&messages.names[direction])
    );
    expr::parse(&text).ok().filter(|_| is_flag)
}

/// The flag that says that a message is a note among ourselves.
fn hidden(file: &File) -> Option<(usize, bool)> {
    let is_flag = |column: usize| {
        let profile = &file.profiles[column];
        profile.filled > 0 && profile.distinct <= 2 && profile.share(&[Kind::Bool]) >= 0.9
    };
    (0..file.names.len()).filter(|&column| is_flag(column)).find_map(|column| {
        let words = &file.words[column];
        let has = |list: &[&str]| list.iter().any(|word| words.contains(*word));
        match () {
            () if has(&["public"]) => Some((column, false)),
            () if has(&["internal", "private"]) => Some((column, true)),
            () => None,
        }
    })
}
