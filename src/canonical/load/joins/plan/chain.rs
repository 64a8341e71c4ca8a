//! The lookups that lead from a file to others, one after the other, and what their columns are called then.

use anyhow::Result;

use super::Plan;
use crate::canonical::load::Options;
use crate::canonical::load::file::lookups::LookedUp;
use crate::canonical::load::joins::files::File;
use crate::canonical::load::joins::find::Link;
use crate::sources::{Lookup, LookupFile, Unmatched};

/// The lookups of a file, one after the other, and the links that they follow.
pub struct Chain<'a> {
    files: &'a [File<'a>],
    links: &'a [Link],
    options: &'a Options,
    base: usize,
    pub lookups: Vec<Lookup>,
    pub path: Vec<usize>,
    added: LookedUp,
}

impl<'a> Chain<'a> {
    pub fn of(plan: &Plan<'a>, base: usize, lookups: Vec<Lookup>, path: Vec<usize>) -> Result<Chain<'a>> {
        let mut chain = Chain {
            files: plan.files,
            links: plan.links,
            options: plan.options,
            base,
            lookups,
            path,
            added: LookedUp::default(),
        };
        chain.open()?;
        Ok(chain)
    }

    fn open(&mut self) -> Result<()> {
        let file = &self.files[self.base];
        self.added = LookedUp::open(&self.lookups, file.header(), file.name(), self.options)?;
        Ok(())
    }

    /// Follows one more link; whether its key is there.
    pub fn push(&mut self, at: usize, unmatched: Unmatched) -> Result<bool> {
        let link = &self.links[at];
        let Some(key) = link
            .key
            .iter()
            .map(|&column| self.name(link.from, column))
            .collect::<Option<Vec<String>>>()
        else {
            return Ok(false);
        };
        let other = &self.files[link.to];
        self.lookups.push(Lookup {
            from: other
                .parts
                .iter()
                .map(|part| LookupFile::Input(Box::new((part.input.file.clone(), part.wishes.clone()))))
                .collect(),
            key,
            to: link.of.iter().map(|&column| other.names[column].clone()).collect(),
            unmatched,
        });
        self.path.push(at);
        self.open()?;
        Ok(true)
    }

    /// What a column of one of the files is called among all columns.
    pub fn name(&self, file: usize, column: usize) -> Option<String> {
        if file == self.base {
            return Some(self.files[file].names[column].clone());
        }
        let step = self.path.iter().position(|&link| self.links[link].to == file)?;
        self.added.name_of(step, column).map(str::to_string)
    }
}
