//! Loading so that nobody can be told by what comes out: ids, names and e-mail addresses are pseudonyms, raw text is withheld.
//!
//! Who is who is settled first, by the ids and addresses as they are; then the tables are redacted as a whole. Notes give no cells as
//! examples, and what is told of records that are not used gives neither their text nor the cell that was wrong.

use anyhow::Result;

use super::file::Unused;
use super::{Loaded, Options, read};
use crate::canonical::pseudonym::Key;
use crate::canonical::redact::{personal_texts, without_cell};
use crate::diagnostics::Note;
use crate::io;
use crate::sources::Input;

/// By which key pseudonyms are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redact {
    /// By a key of the user's: pseudonyms stay the same from run to run, whatever the inputs.
    By(Key),
    /// By the inputs' own bytes: pseudonyms are the same for the same files only.
    ByInputs,
}

impl Redact {
    /// Reads inputs and takes people's identity out of them.
    ///
    /// # Errors
    /// Those of reading.
    pub(super) fn load(&self, inputs: &[Input], options: &Options) -> Result<Loaded> {
        let mut options = options.clone();
        options.texts.extend(personal_texts().map(str::to_string));
        let mut loaded = read(inputs, &options)?;
        let (key, told) = match self {
            Redact::By(key) => (key.clone(), "by the key given"),
            Redact::ByInputs => (
                Key::of_inputs(&io::fingerprints(inputs.iter().map(|input| &input.file))?),
                "by a key made of the inputs, so that they stay the same for the same files only",
            ),
        };
        loaded.canonical.redact(&key);
        let text = format!("ids, names and e-mail addresses of stakeholders are pseudonyms {told}; raw text and comments are withheld");
        loaded.notes.push(Note::new("redacted", text));
        Ok(loaded)
    }
}

/// Leaves of an unused record where it stands and why, without what is in it.
pub(super) fn withhold(unused: &mut Unused) {
    unused.raw = String::new();
    unused.reason = without_cell(&unused.reason);
}
