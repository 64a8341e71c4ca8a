//! Messages of cases that other files list, without anything that shows of which: their threads would count as cases once more.

use super::words::is_called_contacts;
use super::{Plan, Role, WHO};
use crate::canonical::load::joins::files::File;
use crate::canonical::load::joins::names::core;
use crate::notes::NotReadAlone;
use crate::schema::{Table, interactions};

impl Plan<'_> {
    /// Leaves out messages that nothing leads from to the cases of the same people.
    pub fn threads_apart(&mut self) {
        for at in 0..self.files.len() {
            let file = self.file(at);
            let is_read = |at: usize| {
                let file = self.file(at);
                let is_free = matches!(self.roles[at], None | Some(Role::Alone(_)));
                is_free && file.table() == Some(Table::Interactions) && file.is_complete() && file.source().table.is_none()
            };
            let thread = self.column_of(at, interactions::CASE_ID.name);
            let repeats = thread.is_some_and(|thread| !file.seems_unique(thread));
            if !is_read(at) || !repeats || lists_cases(file) {
                continue;
            }
            let is_of_same = |cases: &usize| {
                let other = self.file(*cases);
                let who = |at: usize| self.column_of(at, WHO).map(|column| core(&self.file(at).words[column]));
                *cases != at && is_read(*cases) && lists_cases(other) && who(*cases).is_some() && who(*cases) == who(at)
            };
            let leads = |cases: usize| self.links_from(at).any(|(_, link)| link.to == cases && Some(link.key[0]) == thread);
            let Some(cases) = (0..self.files.len()).find(is_of_same).filter(|cases| !leads(*cases)) else {
                continue;
            };
            let cases = self.file(cases).name().to_string();
            self.roles[at] = Some(Role::Not(NotReadAlone::ThreadsOf { cases }));
        }
    }

    /// The column of a file that is one of contacts, by its place.
    fn column_of(&self, at: usize, canonical: &str) -> Option<usize> {
        let file = self.file(at);
        file.column(&file.as_table(Table::Interactions), canonical)
    }
}

/// Whether a file is called tickets or the like, and each of its records is another one.
fn lists_cases(file: &File) -> bool {
    let is_thread = ["thread", "message", "conversation"].iter().any(|word| file.entity.contains(*word));
    is_called_contacts(file) && !is_thread && file.seems_unique(0)
}
