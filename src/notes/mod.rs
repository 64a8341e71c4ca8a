//! What a run has to say about the data, as values: notes, reasons for not using records, and decisions about columns.
//!
//! Each kind is a variant of an enum, with typed fields. The macro `described!` keeps everything about it in one place: the code, what
//! it means, what to do about it, and its sentence. Nothing here prints, and no other module takes a sentence apart. To add a kind, add
//! a variant with its row; it then appears in `relhealth help codes`, and the compiler names every place that has to decide about it.

#[macro_use]
mod described;
mod cells;
mod data_issues;
mod decision;
mod expression;
mod files;
mod join_questions;
mod joins;
mod money;
mod not_read;
mod people_issues;
mod personal;
mod run;
mod shared_orders;
mod unused;

use std::fmt;

use crate::diagnostics::{Place, counted, visible};

pub use cells::{CellNote, Cells, ClockChange, Expected};
pub use data_issues::{DataIssue, DateEvidence, ExampleRecord, LaterBy, SaleDocument, ScaleDoubt};
pub use decision::{DateFormat, DateReading, Decision, OrderShown};
pub use described::{Code, Description, Group};
pub use expression::ExpressionFault;
pub use files::{FileNote, LeftOut, Recognition, ShownByCells, SurveyQuestion, UnclearQuestion};
pub use join_questions::JoinQuestion;
pub use joins::{Cardinality, KeyColumns, KeyNames, Relation, RelationUse};
pub use money::{CurrencyFound, CurrencyReading, CurrencySource, FilledFromAbove, OrderAmountReading, OrderAmountShown};
pub use not_read::NotReadAlone;
pub use people_issues::{PeopleIssue, PlaceholderEvidence};
pub use personal::{CellText, Id, Personal, Withheld};
pub use run::{AsOfDoubt, PseudonymKey, QuintileDoubt, RunNote};
pub use shared_orders::OrderOverlap;
pub use unused::{CellFault, DuplicateReason, ExclusionReason, MissingValue, NoCase, RejectReason, UnusedReason, UnusedStatus};

groups! {
    /// Something worth knowing about a run that does not end it.
    pub enum NoteKind {
        /// How a file is read.
        File(FileNote) "Notes: how files are read",
        /// What is remarkable about the cells of a column.
        Cells(Cells) "Notes: cells",
        /// What is doubtful in the records.
        Data(DataIssue) "Notes: records",
        /// What is doubtful about who is who, or was decided about it.
        People(PeopleIssue) "Notes: who is who",
        /// What is to be known about the settings and the results of a run.
        Run(RunNote) "Notes: settings and results",
    }
}

/// A note: what it says, how many rows or values it is about, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What it says.
    pub kind: NoteKind,
    /// How many rows or values it is about; 0 if it is not about any.
    pub count: u64,
    /// Where, or where first.
    pub place: Option<Place>,
    /// Whether its sentence is the general meaning of its code, without anything of the data.
    is_general: bool,
}

impl Note {
    /// A note about no rows and no place in particular.
    pub fn new(kind: impl Into<NoteKind>) -> Note {
        Note {
            kind: kind.into(),
            count: 0,
            place: None,
            is_general: false,
        }
    }

    /// The note, about that many rows or values.
    pub fn count(self, count: u64) -> Note {
        Note { count, ..self }
    }

    /// The note, about that place.
    pub fn at(self, place: Place) -> Note {
        Note {
            place: Some(place),
            ..self
        }
    }

    /// The stable word for machines, such as `negative-duration`.
    pub fn code(&self) -> Code {
        self.kind.description().code
    }

    /// Its sentence, without the place; the count is in it.
    pub fn text(&self) -> String {
        match (self.is_general, self.count) {
            (false, count) => self.kind.text(count),
            (true, 0) => self.kind.description().means(),
            (true, count) => format!(
                "{} This was found {}.",
                self.kind.description().means(),
                counted(count, "time", "times")
            ),
        }
    }

    /// The note as a line on stderr shows it, after the word `note`: `[code]: place: text`.
    pub fn with_code(&self) -> String {
        format!("[{}]: {self}", self.code())
    }

    /// Takes personal data out of it.
    pub fn withhold(&mut self, what: Withheld) {
        self.kind.withhold(what);
    }

    /// Says only what its code means, and how often: nothing of what it found. `file` gives the name that is shown for its file.
    pub fn generalise(&mut self, file: &mut dyn FnMut(&str) -> String) {
        self.is_general = true;
        if let Some(place) = &mut self.place {
            place.file = file(&place.file);
        }
    }
}

impl fmt::Display for Note {
    /// `place: text`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&visible(&self.text()))
    }
}

/// Every code of a run, in groups with their titles: the reasons for not using records, the notes, and the decisions about columns.
pub fn codes() -> Vec<Group> {
    let decisions = Group {
        title: "Decisions about columns: notes with the code `decided`, and `inspect`",
        descriptions: Decision::ALL,
    };
    [UnusedReason::GROUPS, NoteKind::GROUPS, &[decisions]].concat()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::schema::Table;

    #[test]
    fn a_note_shows_its_code_its_place_and_a_sentence_with_the_count() {
        let note = Note::new(DataIssue::NegativeQuantity { table: Table::Purchases })
            .count(4)
            .at(Place::line("a\u{1b}[31m.csv", 7));
        let text = "a\\u{1b}[31m.csv:7: purchases: 4 records have a negative quantity and a positive amount. The amounts count unchanged";
        assert_eq!(note.to_string(), text);
        assert_eq!(note.with_code(), format!("[negative-quantity]: {text}"));
        assert_eq!(note.code().as_str(), "negative-quantity");
    }

    #[test]
    fn hidden_characters_of_names_are_shown() {
        let note = Note::new(FileNote::DuplicateHeader {
            number: 2,
            name: "a\u{202e}".to_string(),
            first: "a".to_string(),
        });
        assert!(note.to_string().contains("a\\u{202e}"), "{note}");
    }

    /// Every code has one meaning, one spelling, and whole sentences.
    #[test]
    fn every_code_says_what_it_means_and_what_to_do() {
        let groups = codes();
        assert_eq!(groups.len(), UnusedReason::GROUPS.len() + NoteKind::GROUPS.len() + 1);
        let all: Vec<&Description> = groups.iter().flat_map(|group| group.descriptions).collect();
        let codes: BTreeSet<Code> = all.iter().map(|described| described.code).collect();
        assert_eq!(codes.len(), all.len(), "a code with two meanings");
        for described in all {
            let (code, means) = (described.code.as_str(), described.means());
            assert!(code.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{code}");
            for text in [means.as_str(), described.advice] {
                assert!(text.starts_with(|c: char| c.is_uppercase() || c == '`'), "{code}: {text}");
            }
            assert!(means.ends_with('.') && described.advice.ends_with('.'), "{code}");
        }
    }

    /// Codes are read by programs, so none may change or vanish unnoticed.
    #[test]
    fn the_codes_are_those_that_were_published() {
        let titles = |group: &Group| -> Vec<&str> { group.descriptions.iter().map(|described| described.code.as_str()).collect() };
        let [rejected, duplicate, excluded, file, cells, data, people, run, decisions] = &codes()[..] else {
            panic!("another number of groups: {}", codes().len())
        };
        let rejects = "bad-amount bad-date bad-duration bad-expression bad-flag bad-number currency-mismatch cut-off field-too-long missing no-lookup no-parent-above \
                       self-referral stray-quote too-few-cells too-many-cells";
        let exclusions = "after-as-of cancelled did-not-take-place filtered filtered-unreadable other-question no-stakeholder not-in-lookup not-a-case not-asked not-won order-excluded other-document partial-delivery \
                       unclear-delivery placeholder-stakeholder soft-credit";
        let of_files = "decided guessed authors-unknown cases-without-times days-only decimal-mark duplicate-header encoding footer malformed cancelled-paid computed-amount list-prices same-question joined left-out names-nobody not-read-alone amount-unit marked-void not-completed marked-not-valid nothing-left not-referred-to not-read-column not-searched names-not-read one-message-each other-amount other-price quotes recognised refunds stray-bytes zero-bytes";
        let of_cells = "zero-date html-entities encoded-twice sheet-error clock-change cleaned-ids rounded-ids rounded \
                       repaired-amounts several-answers type-words voided no-known-word";
        let of_data = "activity-after-end automatic-messages automatic-tickets closed-without-time earlier-state \
                       end-reason-without-end future-date left-without-date negative-duration negative-quantity \
                       came-back documents-added documents-of-one-sale no-contact-target off-scale one-order-a-day order-amounts-differ open-with-resolution placeholder-date other-currency partial-refund \
                       partial-deliveries received-without-time refund-records refunded-by-status refund-over-amount repeated \
                       repeated-record same-id-differs same-orders separate-orders shared-orders scale-assumed scale-misfit \
                       scale-unclear status-of-order trial-after-paying unclear-deliveries unknown-currency unknown-status";
        let of_people = "alias-of-several identity-circle list-of-ids lookalike-ids merged-by-email merged-by-identities \
                       merged-by-spelling not-on-roster one-id-dominates person-by-contact placeholder-id probable-duplicates \
                       purchases-of-nobody records-of-nobody shared-email";
        let of_run = "absent as-of divided-orders exposure few-protected general-model left-roster low-coverage money-not-added no-example no-rest not-opened quintiles rates-not-used redacted unknown-value";
        let of_decisions = "date-format decimal-separator joined-answers midnights-are-dates dates-and-times few-dates ids-without-point-zero na-is-text currency filled-from-above \
                       amount-of-order";
        for (group, expected) in [
            (rejected, rejects),
            (duplicate, "duplicate duplicate-key order-in-other-file same-record superseded"),
            (excluded, exclusions),
            (file, of_files),
            (cells, of_cells),
            (data, of_data),
            (people, of_people),
            (run, of_run),
            (decisions, of_decisions),
        ] {
            let (found, expected): (BTreeSet<&str>, BTreeSet<&str>) =
                (titles(group).into_iter().collect(), expected.split_whitespace().collect());
            assert_eq!(found, expected, "{}", group.title);
        }
    }
}
