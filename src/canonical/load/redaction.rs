//! Loading with redaction: everything is read as it is, and then every text that is not known to be harmless is taken out of all that was
//! read, at once.
//!
//! Who is who is settled first, by the ids and addresses as they are. Notes say what their code means, reasons lose all texts of the
//! data, files get numbers.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::Result;

use super::file::reading::Unused;
use crate::canonical::load::{Loaded, Options, Reject, read};
use crate::canonical::pseudonym::Key;
use crate::canonical::redact::{Redaction, personal_texts};
use crate::canonical::{ColumnOrigin, Inspection};
use crate::diagnostics::Problem;
use crate::io;
use crate::notes::{Note, PseudonymKey, RunNote, Withheld};
use crate::sources::Input;

/// What is replaced by pseudonyms, and by which key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redact {
    /// A key of the user's: pseudonyms stay the same from run to run, whatever the inputs. Without one the key is made of the inputs' own
    /// bytes: pseudonyms are the same for the same files only.
    pub key: Option<Key>,
    /// The columns that stay readable.
    pub kept: BTreeSet<String>,
    /// Words of the configuration that stay readable, such as types of stakeholders.
    pub words: BTreeSet<String>,
}

impl Redact {
    /// Reads inputs and takes out of them what is not known to be harmless.
    ///
    /// # Errors
    /// Those of reading, without any text of the inputs.
    pub(super) fn load(&self, inputs: &[Input], options: &Options) -> Result<Loaded> {
        let mut options = options.clone();
        options.texts.extend(personal_texts().map(str::to_string));
        let loaded = read(inputs, &options).map_err(|error| numbered(error, inputs))?;
        let Loaded {
            mut canonical,
            mut account,
            mut unused,
            mut notes,
            files,
            looked_up,
        } = loaded;
        let (mut redaction, made) = self.start(inputs)?;
        for file in files.iter().map(|raw| &raw.file).chain(&looked_up) {
            redaction.file(file.whole_name());
        }
        for counts in &mut account {
            counts.file = redaction.file(&counts.file);
        }
        unused.iter_mut().for_each(|reject| withhold_reject(reject, &mut redaction));
        for note in &mut notes {
            note.generalise(&mut |file| redaction.file(file));
        }
        notes.push(Note::new(RunNote::Redacted { key: made }));
        canonical.redact(redaction);
        Ok(Loaded {
            canonical,
            account,
            unused,
            notes,
            files,
            looked_up,
        })
    }
}

impl Redact {
    /// Takes out of what files turned out to be everything that is not known to be harmless: also what shows what a column means, and
    /// what has to be asked, because both quote the file.
    ///
    /// # Errors
    /// When a file cannot be read any more.
    pub fn inspected(&self, inputs: &[Input], files: &mut [Inspection]) -> Result<()> {
        let (mut redaction, _) = self.start(inputs)?;
        for inspection in files {
            let Inspection {
                file,
                sampled: _,
                layout,
                footer,
                recognised,
                lookup,
                amount_on: _,
                columns,
                filter,
                left_out: _,
                questions,
                account,
                unused,
                notes,
                problem,
            } = inspection;
            *file = redaction.file(file);
            layout.preamble.iter_mut().chain(footer).for_each(|line| line.text.clear());
            layout.header.names.iter_mut().for_each(|name| *name = redaction.column(name));
            recognised.evidence.clear();
            lookup.clear();
            *filter = None;
            questions.clear();
            for column in columns {
                column.origin = match &column.origin {
                    ColumnOrigin::File(number, header) => ColumnOrigin::File(*number, redaction.column(header)),
                    ColumnOrigin::LookedUp(header) => ColumnOrigin::LookedUp(redaction.column(header)),
                    ColumnOrigin::Expression(_) => ColumnOrigin::Expression("[withheld]".to_string()),
                    ColumnOrigin::Constant(_) => ColumnOrigin::Constant("[withheld]".to_string()),
                };
                column.means = column.means.as_ref().map(|name| redaction.column(name));
                column.evidence.clear();
                column.decisions.clear();
                column.samples.clear();
            }
            account.iter_mut().for_each(|counts| counts.file = redaction.file(&counts.file));
            unused.iter_mut().for_each(|reject| withhold_reject(reject, &mut redaction));
            notes.iter_mut().for_each(|note| note.generalise(&mut |file| redaction.file(file)));
            *problem = problem.as_ref().map(|error| {
                let shown = match error.downcast_ref::<Problem>() {
                    Some(problem) => problem.redacted(&mut |name| Some(redaction.file(name))),
                    None => Problem::data("it cannot be read").hint("run inspect without --redact to see why"),
                };
                Arc::new(shown.into())
            });
        }
        Ok(())
    }

    /// What is shown in place of the names of these inputs and of all texts in them, and how the key was made.
    fn start(&self, inputs: &[Input]) -> Result<(Redaction, PseudonymKey)> {
        let (key, made) = match &self.key {
            Some(key) => (key.clone(), PseudonymKey::Given),
            None => (
                Key::of_inputs(&io::fingerprints(inputs.iter().map(|input| &input.file))?),
                PseudonymKey::Inputs,
            ),
        };
        let mut redaction = Redaction::new(key, &self.kept, &self.words);
        for input in inputs {
            redaction.file(input.file.name());
        }
        Ok((redaction, made))
    }
}

fn withhold_reject(reject: &mut Reject, redaction: &mut Redaction) {
    reject.file = redaction.file(&reject.file);
    reject.column = redaction.column(&reject.column);
    reject.raw = String::new();
    reject.reason.withhold(Withheld::EVERYTHING);
}

/// An error without texts of the inputs, with the number of its file.
fn numbered(error: anyhow::Error, inputs: &[Input]) -> anyhow::Error {
    let Some(problem) = error.downcast_ref::<Problem>() else {
        return error;
    };
    let mut names: Vec<&str> = Vec::new();
    for input in inputs {
        if !names.contains(&input.file.name()) {
            names.push(input.file.name());
        }
    }
    let number = |name: &str| names.iter().position(|known| *known == name).map(|at| format!("file {}", at + 1));
    problem.redacted(&mut |name| number(name)).into()
}

/// Keeps of an unused record where it is and why, without what is in it.
pub(super) fn withhold(unused: &mut Unused) {
    unused.raw = String::new();
    unused.reason.withhold(Withheld::ALL);
}
