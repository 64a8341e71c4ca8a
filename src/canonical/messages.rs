//! Messages become cases: who an answer belongs to, and which messages belong together.
//!
//! A message names the message it answers (`in_reply_to`), or its case (`case_id`), or both. Following the answers upwards leads
//! to a root. A case is what one stakeholder has in one root: where somebody else joins the conversation, that is a case of its
//! own. Nothing here rests on the order of the rows.

use std::cmp::Ordering;
use std::collections::hash_map::Entry;
use std::hash::BuildHasher;

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::dictionary::Dictionary;
use super::rows::{Rows, Values};
use crate::schema::{Micros, NO_CODE, NO_KEY, interactions};

const NONE: u32 = u32::MAX;

/// Resolves the messages among the interactions, before they are sorted by stakeholder.
///
/// Our own messages (outbound or internal) without a stakeholder get, in `stakeholder`, that of the message they answer; without
/// one in the data, that of the latest inbound message of their `case_id` up to then, else of its first. Where none is found the
/// code stays [`NO_CODE`]. Of several messages with one id, the earliest is the one that is answered; of messages that answer each
/// other in a circle, the earliest answers nothing.
///
/// The result is a key for each row, the same for the messages of one case. It is [`NO_KEY`] for rows of sources whose rows are
/// no messages, and for messages without an id that answer nothing: each of those is a case of its own.
pub fn resolve(rows: &Rows, stakeholder: &mut [u32], is_message: &dyn Fn(u16) -> bool, texts: &Dictionary) -> Vec<u64> {
    let threads = Threads::new(rows, stakeholder, is_message, texts);
    threads.inherit(stakeholder);
    threads.case_keys(stakeholder)
}

/// The messages, and which answers which.
struct Threads<'a> {
    at: Values<'a, Micros>,
    ids: Values<'a, u64>,
    cases: Values<'a, u64>,
    directions: Values<'a, u32>,
    inbound: Option<u32>,
    ours: [Option<u32>; 2],
    is_message: Vec<bool>,
    /// The row that each row answers; free of circles.
    parents: Vec<u32>,
}

impl<'a> Threads<'a> {
    fn new(rows: &'a Rows, stakeholder: &[u32], is_message: &dyn Fn(u16) -> bool, texts: &Dictionary) -> Threads<'a> {
        let mut threads = Threads {
            at: rows.times(&interactions::OCCURRED_AT),
            ids: rows.keys(&interactions::INTERACTION_ID),
            cases: rows.keys(&interactions::CASE_ID),
            directions: rows.codes(&interactions::DIRECTION),
            inbound: texts.code("inbound"),
            ours: [texts.code("outbound"), texts.code("internal")],
            is_message: (0..rows.len).map(|row| is_message(rows.source_of(row))).collect(),
            parents: vec![NONE; rows.len],
        };
        let replies = rows.keys(&interactions::IN_REPLY_TO);
        if replies.exists() && threads.ids.exists() {
            threads.link(replies, &|a, b| earlier(rows, stakeholder, a, b));
            threads.cut_circles();
        }
        threads
    }

    fn messages(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.is_message.len()).filter(|&row| self.is_message[row])
    }

    fn link(&mut self, replies: Values<u64>, order: &dyn Fn(usize, usize) -> Ordering) {
        let mut named: FxHashMap<u64, u32> = FxHashMap::default();
        for row in self.messages().filter(|&row| self.ids.at(row) != NO_KEY) {
            match named.entry(self.ids.at(row)) {
                Entry::Vacant(entry) => {
                    entry.insert(row as u32);
                }
                Entry::Occupied(mut entry) if order(row, *entry.get() as usize) == Ordering::Less => {
                    entry.insert(row as u32);
                }
                Entry::Occupied(_) => {}
            }
        }
        let answered = |row: usize| named.get(&replies.at(row)).copied().filter(|&parent| parent != row as u32);
        for row in 0..self.parents.len() {
            if self.is_message[row] && replies.at(row) != NO_KEY {
                self.parents[row] = answered(row).unwrap_or(NONE);
            }
        }
    }

    fn cut_circles(&mut self) {
        let mut walked = vec![NONE; self.parents.len()];
        for start in 0..self.parents.len() {
            let mut row = start;
            while walked[row] == NONE && self.parents[row] != NONE {
                walked[row] = start as u32;
                row = self.parents[row] as usize;
            }
            if walked[row] != start as u32 {
                continue;
            }
            // Back where this walk has been: `row` lies on a circle. All on it are answered, so each has an id of its own.
            let mut earliest = row;
            let mut next = self.parents[row] as usize;
            while next != row {
                if (self.at.at(next), self.ids.at(next)) < (self.at.at(earliest), self.ids.at(earliest)) {
                    earliest = next;
                }
                next = self.parents[next] as usize;
            }
            self.parents[earliest] = NONE;
        }
    }

    fn has_direction(&self, row: usize, words: &[Option<u32>]) -> bool {
        let direction = self.directions.at(row);
        direction != NO_CODE && words.contains(&Some(direction))
    }

    /// Gives our messages the stakeholder that they answer.
    fn inherit(&self, stakeholder: &mut [u32]) {
        let seeks: Vec<bool> = (0..stakeholder.len())
            .map(|row| stakeholder[row] == NO_CODE && self.is_message[row] && self.has_direction(row, &self.ours))
            .collect();
        let asked = self.asked(stakeholder, &seeks);
        let mut done = vec![false; stakeholder.len()];
        let mut path = Vec::new();
        for start in 0..stakeholder.len() {
            let mut row = start as u32;
            while row != NONE && seeks[row as usize] && !done[row as usize] {
                path.push(row as usize);
                row = self.parents[row as usize];
            }
            let mut found = if row == NONE { NO_CODE } else { stakeholder[row as usize] };
            while let Some(row) = path.pop() {
                if found == NO_CODE {
                    found = who_asked(&asked, self.cases.at(row), self.at.at(row));
                }
                stakeholder[row] = found;
                done[row] = true;
            }
        }
    }

    /// The inbound messages of each case by time: what a message of ours that names only its case may answer.
    fn asked(&self, stakeholder: &[u32], seeks: &[bool]) -> Vec<(u64, Micros, u64, u32)> {
        if !(0..seeks.len()).any(|row| seeks[row] && self.cases.at(row) != NO_KEY) {
            return Vec::new();
        }
        let mut asked: Vec<_> = self
            .messages()
            .filter(|&row| stakeholder[row] != NO_CODE && self.cases.at(row) != NO_KEY && self.has_direction(row, &[self.inbound]))
            .map(|row| (self.cases.at(row), self.at.at(row), self.ids.at(row), stakeholder[row]))
            .collect();
        asked.sort_unstable();
        asked
    }

    /// The case key of each row.
    fn case_keys(&self, stakeholder: &[u32]) -> Vec<u64> {
        // First the root of each row, then root and stakeholder together.
        let mut keys = vec![NO_KEY; self.parents.len()];
        let mut path = Vec::new();
        for start in self.messages() {
            let mut row = start;
            let root = loop {
                if keys[row] != NO_KEY {
                    break keys[row];
                }
                path.push(row);
                if self.cases.at(row) != NO_KEY {
                    break joined(1, self.cases.at(row));
                }
                if self.parents[row] == NONE {
                    break if self.ids.at(row) == NO_KEY {
                        NO_KEY
                    } else {
                        joined(2, self.ids.at(row))
                    };
                }
                row = self.parents[row] as usize;
            };
            path.drain(..).for_each(|row| keys[row] = root);
        }
        for (key, &stakeholder) in keys.iter_mut().zip(stakeholder) {
            if *key != NO_KEY {
                *key = joined(u64::from(stakeholder), *key);
            }
        }
        keys
    }
}

/// The stakeholder of the latest inbound message of a case up to a time, else of the case's first one.
fn who_asked(asked: &[(u64, Micros, u64, u32)], case: u64, at: Micros) -> u32 {
    if case == NO_KEY {
        return NO_CODE;
    }
    let next = asked.partition_point(|&(c, t, ..)| (c, t) <= (case, at));
    let of_case = |index: usize| asked.get(index).filter(|a| a.0 == case).map(|a| a.3);
    next.checked_sub(1).and_then(of_case).or_else(|| of_case(next)).unwrap_or(NO_CODE)
}

/// For one `word` different keys give different results (all steps of the hash can be undone), except that none is [`NO_KEY`].
fn joined(word: u64, key: u64) -> u64 {
    FxBuildHasher.hash_one((word, key)).max(1)
}

/// Order of two rows by time, then by everything else they hold.
fn earlier(rows: &Rows, stakeholder: &[u32], a: usize, b: usize) -> Ordering {
    let at = rows.times(&interactions::OCCURRED_AT);
    at.at(a)
        .cmp(&at.at(b))
        .then_with(|| {
            rows.columns
                .values()
                .map(|data| data.compare(a, b))
                .find(|o| o.is_ne())
                .unwrap_or(Ordering::Equal)
        })
        .then_with(|| stakeholder[a].cmp(&stakeholder[b]))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Fixture, Rowed};
    use crate::schema::{NO_KEY, Table, interactions};
    use std::collections::BTreeMap;

    /// The cases of all messages as `stakeholder: id id, id`: each case's ids in order, cases by their first id. Checked for the records
    /// in both orders.
    fn cases(text: &str) -> Vec<String> {
        let read = |reversed: bool| {
            let canonical = Fixture::new("2026-02-01")
                .table(Table::Interactions, Rowed::Messages, text)
                .build(reversed);
            let rows = canonical.table(Table::Interactions).unwrap();
            let names = rows.dimension("label");
            let mut found = Vec::new();
            for stakeholder in 0..=canonical.nobody() {
                let mut cases: BTreeMap<(u64, usize), Vec<&str>> = BTreeMap::new();
                for row in rows.run(stakeholder) {
                    let key = rows.keys(&interactions::CASE_KEY).at(row);
                    let alone = if key == NO_KEY { row } else { 0 };
                    cases
                        .entry((key, alone))
                        .or_default()
                        .push(canonical.texts.text(names.at(row)).unwrap());
                }
                let mut cases: Vec<String> = cases
                    .into_values()
                    .map(|mut ids| {
                        ids.sort_unstable();
                        ids.join(" ")
                    })
                    .collect();
                cases.sort_unstable();
                let name = if stakeholder == canonical.nobody() {
                    "-"
                } else {
                    canonical.stakeholders.text(stakeholder).unwrap()
                };
                if !cases.is_empty() {
                    found.push(format!("{name}: {}", cases.join(", ")));
                }
            }
            found
        };
        let (forward, backward) = (read(false), read(true));
        assert_eq!(forward, backward, "the order of the records matters");
        forward
    }

    #[test]
    fn a_chain_is_one_case_for_each_stakeholder_in_it() {
        let text = "label,stakeholder_id,occurred_at,interaction_id,in_reply_to,direction
            m1,ann,2026-01-01T10:00,1,,inbound
            m2,,2026-01-01T11:00,2,1,outbound
            m3,bob,2026-01-01T12:00,3,2,inbound
            m4,,2026-01-01T13:00,4,3,outbound
            m5,ann,2026-01-01T14:00,5,4,inbound
            m6,,2026-01-01T15:00,6,5,outbound
            m7,,2026-01-01T16:00,7,6,outbound
            m8,ann,2026-01-02T10:00,8,,inbound";
        assert_eq!(cases(text), ["ann: m1 m2 m5 m6 m7, m8", "bob: m3 m4"]);
    }

    #[test]
    fn an_answer_to_what_is_not_in_the_data_is_a_root_and_stays_unknown() {
        let text = "label,stakeholder_id,occurred_at,interaction_id,in_reply_to,direction
            m1,ann,2026-01-01T10:00,1,99,inbound
            m2,ann,2026-01-01T11:00,2,99,inbound
            m3,,2026-01-01T12:00,3,99,outbound
            m4,,2026-01-01T12:30,4,3,outbound
            m5,,2026-01-01T13:00,5,,inbound
            m6,,2026-01-01T14:00,6,5,outbound
            m7,ann,2026-01-01T14:00,7,6,inbound
            m8,ann,2026-01-01T15:00,,,inbound
            m9,ann,2026-01-01T15:00,,,inbound";
        assert_eq!(cases(text), ["ann: m1, m2, m7, m8, m9", "-: m3 m4, m5 m6"]);
    }

    #[test]
    fn a_case_id_joins_and_tells_whom_an_answer_belongs_to() {
        let text = "label,stakeholder_id,occurred_at,case_id,direction
            m0,,2026-01-01T09:00,A,outbound
            m1,ann,2026-01-01T10:00,A,inbound
            m2,,2026-01-01T11:00,A,outbound
            m3,bob,2026-01-01T12:00,A,inbound
            m4,,2026-01-01T13:00,A,internal
            m5,bob,2026-01-01T12:00,B,inbound
            m6,,2026-01-01T12:00,B,outbound
            m7,,2026-01-01T12:00,C,outbound
            m8,,2026-01-01T12:00,,outbound
            m9,,2026-01-01T12:00,B,inbound";
        assert_eq!(cases(text), ["ann: m0 m1 m2", "bob: m3 m4, m5 m6", "-: m7, m8, m9"]);
    }

    #[test]
    fn an_answer_beats_the_case_it_is_filed_in() {
        let text = "label,stakeholder_id,occurred_at,interaction_id,in_reply_to,case_id,direction
            m1,ann,2026-01-01T10:00,1,,A,inbound
            m2,bob,2026-01-01T11:00,2,,A,inbound
            m3,,2026-01-01T12:00,3,1,A,outbound
            m4,,2026-01-01T13:00,4,99,A,outbound
            m5,ann,2026-01-01T14:00,5,3,,inbound";
        assert_eq!(cases(text), ["ann: m1 m3 m5", "bob: m2 m4"]);
    }

    #[test]
    fn a_question_of_the_same_instant_is_the_one_answered() {
        let text = "label,stakeholder_id,occurred_at,case_id,direction
            m1,ann,2026-01-01T10:00,A,inbound
            m2,bob,2026-01-01T11:00,A,inbound
            m3,,2026-01-01T11:00,A,outbound";
        assert_eq!(cases(text), ["ann: m1", "bob: m2 m3"]);
    }

    #[test]
    fn a_case_and_a_message_of_one_id_are_two_things() {
        let text = "label,stakeholder_id,occurred_at,interaction_id,case_id,direction
            m1,ann,2026-01-01T10:00,1,,inbound
            m2,ann,2026-01-01T11:00,2,1,inbound";
        assert_eq!(cases(text), ["ann: m1, m2"]);
    }

    #[test]
    fn circles_end_and_open_at_their_earliest_message() {
        let text = "label,stakeholder_id,occurred_at,interaction_id,in_reply_to,direction
            m1,,2026-01-01T12:00,1,3,outbound
            m2,,2026-01-01T11:00,2,1,outbound
            m3,ann,2026-01-01T10:00,3,2,inbound
            m4,bob,2026-01-01T13:00,4,1,inbound
            m5,ann,2026-01-01T13:00,5,5,inbound
            m6,,2026-01-01T13:00,6,7,outbound
            m7,,2026-01-01T14:00,7,6,outbound";
        assert_eq!(cases(text), ["ann: m1 m2 m3, m5", "bob: m4", "-: m6 m7"]);
    }

    #[test]
    fn of_two_messages_with_one_id_the_earlier_is_answered() {
        let text = "label,stakeholder_id,occurred_at,interaction_id,in_reply_to,direction
            m1,bob,2026-01-01T12:00,1,,inbound
            m2,ann,2026-01-01T10:00,1,,inbound
            m3,,2026-01-01T13:00,3,1,outbound";
        assert_eq!(cases(text), ["ann: m2 m3", "bob: m1"]);
    }

    #[test]
    fn a_long_chain_of_answers_without_a_stakeholder_ends_at_the_question() {
        let mut text =
            String::from("label,stakeholder_id,occurred_at,interaction_id,in_reply_to,direction\nm,ann,2026-01-01T10:00,0,,inbound\n");
        for i in 1..20_000 {
            text.push_str(&format!("m,,2026-01-01T10:00,{i},{},outbound\n", i - 1));
        }
        let found = cases(&text);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].matches('m').count(), 20_000);
    }

    #[test]
    fn rows_that_are_no_messages_have_no_case() {
        let text = "stakeholder_id,occurred_at,interaction_id,in_reply_to,case_id,direction
            ann,2026-01-01T10:00,1,,A,inbound
            ,2026-01-01T10:00,2,1,A,outbound";
        let canonical = Fixture::new("2026-02-01")
            .table(Table::Interactions, Rowed::Tickets, text)
            .build(false);
        let rows = canonical.table(Table::Interactions).unwrap();
        assert_eq!(
            (0..2).map(|row| rows.keys(&interactions::CASE_KEY).at(row)).collect::<Vec<_>>(),
            [NO_KEY; 2]
        );
        assert_eq!(rows.run(canonical.nobody()).len(), 1);
    }
}
