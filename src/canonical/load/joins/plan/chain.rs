//! The lookups that lead from a file to others, one after the other, and what their columns are called then.

use anyhow::Result;

use super::Plan;
use crate::canonical::load::Options;
use crate::canonical::load::file::lookups::LookedUp;
use crate::canonical::load::joins::files::{File, Part};
use crate::canonical::load::joins::find::Link;
use crate::sources::{Lookup, LookupFile, Several, Unmatched};

/// The inputs of a file, as a lookup names them.
fn inputs(file: &File) -> Vec<LookupFile> {
    let input = |part: &Part| LookupFile::Input(Box::new((part.input.file.clone(), part.wishes.clone())));
    file.parts.iter().map(input).collect()
}

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
            from: inputs(other),
            key,
            to: link.of.iter().map(|&column| other.names[column].clone()).collect(),
            unmatched,
            several: Several::Refuse,
        });
        self.path.push(at);
        self.open()?;
        Ok(true)
    }

    /// Follows a link from the other file to this one: of the records there that have its key, one.
    pub fn push_back(&mut self, at: usize, several: Several) -> Result<()> {
        let link = &self.links[at];
        let (this, other) = (&self.files[link.to], &self.files[link.from]);
        let names = |file: &File, columns: &[usize]| columns.iter().map(|&column| file.names[column].clone()).collect();
        self.lookups.push(Lookup {
            from: inputs(other),
            key: names(this, &link.of),
            to: names(other, &link.key),
            unmatched: Unmatched::Keep,
            several,
        });
        self.open()
    }

    /// What a column of the last of the files is called among all columns.
    pub fn name_back(&self, column: usize) -> Option<String> {
        let last = self.lookups.len().checked_sub(1)?;
        self.added.name_of(last, column).map(str::to_string)
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
