//! Exports in several files: which belong together, by which keys, and what becomes of each.
//!
//! A database or a shop exports orders, their lines and its customers as separate files. [`join`] finds the keys ([`find`]), decides for each
//! file what it is for the others ([`plan`]), and gives sources with lookups, as a person would write them in a configuration: what is
//! read is the same in both ways. What is not certain becomes a question, and no file is left out without a note.

mod amounts;
mod files;
mod find;
mod names;
mod plan;
#[cfg(test)]
mod tests;
mod totals;
mod values;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use glob::Pattern;

use super::Options;
use crate::diagnostics::{Place, Problem, did_you_mean};
use crate::notes::{FileNote, JoinQuestion, NotReadAlone, Note, Recognition, Relation, RelationUse};
use crate::sources::Input;

use files::File;
use plan::{Outcome, Plan};

/// Columns of a file that are a key together, by their places.
type Key = (usize, Vec<usize>);

/// Two keys that somebody says are the same: `--join lines.csv:order=orders.csv:id`.
#[derive(Debug, Clone)]
pub struct StatedJoin {
    from: StatedKey,
    to: StatedKey,
    /// As it was written.
    text: String,
}

#[derive(Debug, Clone)]
struct StatedKey {
    file: Pattern,
    columns: Vec<String>,
}

impl StatedJoin {
    /// Reads `FILE:COLUMN=FILE:COLUMN`; several columns of one key are separated by `+`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<StatedJoin, String> {
        let wrong = || format!("'{text}' is not FILE:COLUMN=FILE:COLUMN");
        let (from, to) = text.split_once('=').ok_or_else(wrong)?;
        let side = |side: &str| {
            let (file, columns) = side.rsplit_once(':').ok_or_else(wrong)?;
            let columns: Vec<String> = columns.split('+').map(|column| column.trim().to_string()).collect();
            if file.trim().is_empty() || columns.iter().any(String::is_empty) {
                return Err(wrong());
            }
            let file = Pattern::new(file.trim()).map_err(|error| error.msg.to_string())?;
            Ok(StatedKey { file, columns })
        };
        let (from, to) = (side(from)?, side(to)?);
        if from.columns.len() != to.columns.len() {
            return Err(format!("'{text}' has another number of columns on each side"));
        }
        Ok(StatedJoin {
            from,
            to,
            text: text.to_string(),
        })
    }

    /// The keys of the files that are meant, by their places.
    fn candidates(&self, files: &[File]) -> Result<Vec<(Key, Key)>> {
        let places = |key: &StatedKey| -> Result<Vec<Key>> {
            let is_meant = |file: &&File| {
                file.parts.iter().any(|part| {
                    let path = Path::new(part.input.file.name());
                    key.file.matches_path(path) || path.file_name().is_some_and(|name| key.file.matches_path(Path::new(name)))
                })
            };
            let meant: Vec<&File> = files.iter().filter(is_meant).collect();
            if meant.is_empty() {
                let what = format!("--join {}: none of the inputs that can be joined is {}", self.text, key.file);
                return Err(Problem::usage(what).into());
            }
            let mut found = Vec::new();
            for file in meant {
                let column = |name: &String| {
                    file.header().find(name).ok_or_else(|| {
                        let what = format!("--join {}: {} has no column {name}", self.text, file.name());
                        anyhow::Error::from(Problem::usage(what).hint(did_you_mean(name, &file.names)))
                    })
                };
                let columns = key.columns.iter().map(column).collect::<Result<Vec<usize>>>()?;
                let at = files.iter().position(|other| std::ptr::eq(other, file)).unwrap_or(0);
                found.push((at, columns));
            }
            Ok(found)
        };
        let (from, to) = (places(&self.from)?, places(&self.to)?);
        let pairs = from.iter().flat_map(|from| to.iter().map(move |to| (from.clone(), to.clone())));
        Ok(pairs.filter(|(from, to)| from.0 != to.0).collect())
    }
}

/// Files that were looked at together.
#[derive(Debug, Clone, Default)]
pub struct Joins {
    /// The keys that were found, and what was made of them.
    pub relations: Vec<(Relation, RelationUse)>,
    /// The files that are not read by themselves, and why.
    pub not_read: Vec<(String, NotReadAlone)>,
    /// Orders whose status says that they were cancelled and whose payments count: the file of the payments and the note.
    pub(super) cancelled: Vec<(String, FileNote, u64)>,
    /// Files whose amounts are refunds: the file and the note.
    pub(super) refunds: Vec<(String, FileNote)>,
    /// Files whose amounts are prices of a list: the file and the note.
    pub(super) of_amounts: Vec<(String, FileNote)>,
    /// Surveys with a record for each answer: the file, and what its questions are.
    pub(super) recognised: Vec<(String, Recognition)>,
    /// What has to be decided.
    pub questions: Vec<JoinQuestion>,
}

impl Joins {
    /// Whether nothing was found, and nothing is left out.
    pub fn is_nothing(&self) -> bool {
        self.relations.is_empty() && self.not_read.is_empty() && self.questions.is_empty()
    }

    /// Whether some of the files belong together.
    pub fn has_joined(&self) -> bool {
        !self.questions.is_empty() || self.relations.iter().any(|(_, used)| *used == RelationUse::Joined)
    }

    /// What is to be known about them.
    pub fn notes(&self) -> Vec<Note> {
        let joined = self
            .relations
            .iter()
            .filter(|(_, used)| *used == RelationUse::Joined)
            .map(|(relation, _)| {
                let relation = Box::new(relation.clone());
                Note::new(FileNote::Joined {
                    relation: relation.clone(),
                })
                .at(Place::file(&relation.from.file))
            });
        let not_read = self
            .not_read
            .iter()
            .filter(|(_, why)| !matches!(why, NotReadAlone::LookedUp { .. }));
        let not_read = not_read.map(|(file, why)| Note::new(FileNote::NotReadAlone { why: why.clone() }).at(Place::file(file)));
        let cancelled = self.cancelled.iter();
        let cancelled = cancelled.map(|(file, note, count)| Note::new(note.clone()).count(*count).at(Place::file(file)));
        let refunds = self
            .refunds
            .iter()
            .chain(&self.of_amounts)
            .map(|(file, note)| Note::new(note.clone()).at(Place::file(file)));
        let recognised = self.recognised.iter();
        let recognised = recognised.map(|(file, recognition)| {
            let recognition = recognition.clone();
            Note::new(FileNote::Recognised { recognition }).at(Place::file(file))
        });
        joined.chain(not_read).chain(cancelled).chain(refunds).chain(recognised).collect()
    }

    /// The first question, as an error of the data: until it is answered, no number can be right.
    pub fn problem(&self) -> Option<Problem> {
        self.questions.first().map(problem)
    }
}

/// A question about files as an error.
pub fn problem(question: &JoinQuestion) -> Problem {
    Problem::data(question.to_string())
        .hint(question.answer())
        .at(Place::file(question.file()))
}

/// The inputs, with those that belong together joined. `is_named` says whether a file was named itself, and not its folder or archive.
///
/// # Errors
/// When a file cannot be read, or a stated join fits no file.
pub fn join(
    inputs: Vec<Input>,
    is_named: &dyn Fn(&Input) -> bool,
    stated: &[StatedJoin],
    options: &Options,
) -> Result<(Vec<Input>, Joins)> {
    if inputs.len() < 2 && stated.is_empty() {
        return Ok((inputs, Joins::default()));
    }
    let files::Looked {
        files,
        empty,
        others,
        looks,
    } = files::files(&inputs, is_named, options)?;
    let is_one_table = files.len() < 2 && files.iter().all(|file| file.table().is_some());
    let (mut outcomes, mut joins) = (BTreeMap::new(), Joins::default());
    if !is_one_table || !stated.is_empty() {
        let (links, known) = find::links(&files, stated, options)?;
        let mut plan = Plan::new(&files, &links, &known, is_named, others, options);
        plan.make()?;
        (outcomes, joins) = plan.result();
    }
    drop(files);
    for at in empty {
        joins.not_read.push((inputs[at].file.name().to_string(), NotReadAlone::NoData));
        outcomes.insert(at, Outcome::NotAlone);
    }
    let looked = inputs.into_iter().zip(looks).enumerate();
    let joined = looked.flat_map(|(at, (input, look))| match outcomes.remove(&at) {
        None | Some(Outcome::AsItIs) => vec![Input { look, ..input }],
        Some(Outcome::Source(source)) => vec![Input::new(input.file, *source)],
        Some(Outcome::Sources(sources)) => {
            let of = |source| Input::new(input.file.clone(), source);
            sources.into_iter().map(of).collect()
        }
        Some(Outcome::NotAlone) => Vec::new(),
    });
    Ok((joined.collect(), joins))
}
