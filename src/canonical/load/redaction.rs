//! Loading without identities: ids, names and e-mail addresses become pseudonyms, and raw text is withheld.
//!
//! Who is who is settled first, by the ids and addresses as they are; then the tables are redacted as a whole. Notes and the reasons
//! why records are not used lose their examples, by the types of these.

use anyhow::Result;

use super::file::reading::Unused;
use crate::canonical::load::{Loaded, Options, read};
use crate::canonical::pseudonym::Key;
use crate::canonical::redact::personal_texts;
use crate::io;
use crate::notes::{Note, PseudonymKey, RunNote, Withheld};
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
        let (secret, key) = match self {
            Redact::By(key) => (key.clone(), PseudonymKey::Given),
            Redact::ByInputs => (
                Key::of_inputs(&io::fingerprints(inputs.iter().map(|input| &input.file))?),
                PseudonymKey::Inputs,
            ),
        };
        loaded.canonical.redact(&secret);
        loaded.notes.push(Note::new(RunNote::Redacted { key }));
        Ok(loaded)
    }
}

/// Keeps of an unused record where it is and why, without what is in it.
pub(super) fn withhold(unused: &mut Unused) {
    unused.raw = String::new();
    unused.reason.withhold(Withheld::ALL);
}
