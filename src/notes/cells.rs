//! Notes about cells of a column.

use super::personal::not_personal;
use super::{CellText, Description, Personal, Withheld};
use crate::diagnostics::counted;

/// Why a local time is not one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClockChange {
    /// The clocks of the file's zone were put forward over it.
    Skipped,
    /// The clocks of the file's zone showed it twice.
    Repeated,
    /// The cell names a zone whose clocks jumped over it or showed it twice.
    OfNamedZone,
}

/// What the cells of a column have to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expected {
    /// Numbers.
    Number,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

not_personal!(ClockChange, Expected);

described! {
    /// What is remarkable about a cell that is read, or ignored without its record.
    #[derive(Copy, PartialOrd, Ord)]
    pub enum CellNote {
        /// Dates such as 0000-00-00 mean that there is no date. They are treated as empty.
        #[code = "zero-date"]
        #[advice = "Nothing."]
        ZeroDate => |count| counted(count, "date means that there is none, and is treated as empty", "dates mean that there is none, and are treated as empty"),

        /// Texts have characters as HTML writes them, such as `&amp;`. They are read as the characters that are meant.
        #[code = "html-entities"]
        #[advice = "Nothing. If a text is meant to have them, set `keep_text` in [[source]]."]
        #[option = "keep_text"]
        HtmlEntities => |count| counted(
            count,
            "text has characters as HTML writes them, and is read with the characters that are meant",
            "texts have characters as HTML writes them, and are read with the characters that are meant"
        ),

        /// Texts were encoded twice, so that `Müller` became `MÃ¼ller`. They are read as they were before.
        #[code = "encoded-twice"]
        #[advice = "Nothing. If a text is meant to be so, set `keep_text` in [[source]]."]
        #[option = "keep_text"]
        EncodedTwice => |count| counted(
            count,
            "text was encoded twice, and is read as it was before",
            "texts were encoded twice, and are read as they were before"
        ),

        /// Errors of spreadsheet formulas, such as #REF!, are treated as empty.
        #[code = "sheet-error"]
        #[advice = "Correct the formulas, and export the file again."]
        SheetError => |count| counted(count, "error of a spreadsheet formula is treated as empty", "errors of spreadsheet formulas are treated as empty"),

        /// Times at which the clocks of their time zone changed: they do not exist, or occurred twice.
        #[code = "clock-change"]
        #[advice = "Export times with their offset from UTC, or in UTC."]
        ClockChange { change: ClockChange } => |count| match change {
            ClockChange::Skipped => format!(
                "{} because the clocks were put forward. They are read as if the clocks had not changed",
                counted(count, "time does not exist,", "times do not exist,")
            ),
            ClockChange::Repeated => format!(
                "{} because the clocks were put back. The earlier one is used",
                counted(count, "time occurred twice,", "times occurred twice,")
            ),
            ClockChange::OfNamedZone => format!(
                "{} a time zone whose clocks changed at that time. The offset before the change is used",
                counted(count, "time names", "times name")
            ),
        },

        /// IDs contained invisible characters or the marks that spreadsheets put around text. These characters are removed.
        #[code = "cleaned-ids"]
        #[advice = "Nothing, if what remains is the ID."]
        CleanedId => |count| counted(
            count,
            "ID had invisible characters or spreadsheet marks, which were removed",
            "IDs had invisible characters or spreadsheet marks, which were removed"
        ),

        /// A spreadsheet rounded IDs to a few digits. Different IDs may have become equal.
        #[code = "rounded-ids"]
        #[advice = "Export IDs as text, and do not open the file in a spreadsheet."]
        RoundedId => |count| counted(
            count,
            "ID was rounded by a spreadsheet, so different IDs may have become equal",
            "IDs were rounded by a spreadsheet, so different IDs may have become equal"
        ),

        /// Amounts with more than four decimals are rounded to 1/10,000, and halves to the even neighbour.
        #[code = "rounded"]
        #[advice = "Nothing."]
        Rounded => |count| counted(
            count,
            "amount has more than four decimals and was rounded to 1/10,000",
            "amounts have more than four decimals and were rounded to 1/10,000"
        ),

        /// Amounts were encoded twice, so that `£` became `Â£`. They are read as they were before.
        #[code = "repaired-amounts"]
        #[advice = "Nothing. Export the file as UTF-8 if names look wrong, too."]
        RepairedAmount => |count| counted(
            count,
            "amount was encoded twice and is read as it was before",
            "amounts were encoded twice and are read as they were before"
        ),

        /// Several answers are in one cell of scores. They are no answer, and the record is kept.
        #[code = "several-answers"]
        #[advice = "Nothing, if the question allows one answer. Otherwise map each answer to a source of its own."]
        SeveralAnswers => |count| counted(
            count,
            "cell has several answers, which are no score; the record is kept",
            "cells have several answers, which are no scores; the records are kept"
        ),

        /// No cell of a column has a word that is known, such as a kind of contact. The column is not used, and metrics that need it are missing.
        #[code = "no-known-word"]
        #[advice = "Say what the words mean in [source.values], or map another column."]
        #[option = "values"]
        NoKnownWord { expected: Expected } => |count| format!(
            "{} an unknown word and none has a known one, so the column is not used{}",
            counted(count, "cell has", "cells have"),
            match expected {
                Expected::OneOf(words) => format!(". The words are {}", words.join(", ")),
                Expected::Number => String::new(),
            }
        ),

        /// Types of stakeholders are written in other words than those that metrics and health models name, such as `Kundin`. They are read as
        /// those.
        #[code = "type-words"]
        #[advice = "Nothing, if they mean the same. Otherwise say what they mean in [source.values.type]. Conditions have to name the types that they are read as."]
        #[option = "values"]
        TypeInOtherWords => |count| counted(
            count,
            "type is written in another word than customer, supplier, employee, donor, investor or partner, and read as that",
            "types are written in other words than customer, supplier, employee, donor, investor or partner, and read as these"
        ),

        /// Cells that are not what their column has to hold are ignored. The records are kept.
        #[code = "voided"]
        #[advice = "Look at the example. Correct the cells, or map another column."]
        Ignored { expected: Expected } => |count| match expected {
            Expected::Number => counted(
                count,
                "cell is not a number and is ignored; the record is kept",
                "cells are not numbers and are ignored; the records are kept"
            ),
            Expected::OneOf(words) => {
                let fate = if words.contains(&"other") { "counted as 'other'" } else { "ignored" };
                format!(
                    "{} {fate}; the records are kept. The words are {}",
                    counted(count, "cell has an unknown word and is", "cells have an unknown word and are"),
                    words.join(", ")
                )
            }
        },
    }
}

/// Cells of a column with the same note, and one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cells {
    /// The column's header.
    pub column: String,
    /// What is to be said about them.
    pub note: CellNote,
    /// One of them.
    pub example: Option<CellText>,
}

impl Cells {
    /// The descriptions of all notes about cells.
    pub const ALL: &'static [Description] = CellNote::ALL;

    /// Its code, what it means and what to do about it.
    pub fn description(&self) -> &'static Description {
        self.note.description()
    }

    /// Its sentence, for a number of cells.
    pub fn text(&self, count: u64) -> String {
        let example = self
            .example
            .as_ref()
            .map_or(String::new(), |example| format!(". Example: {example}"));
        format!("{}: {}{example}", self.column, self.note.text(count))
    }

    /// Takes personal data out of it.
    pub fn withhold(&mut self, what: Withheld) {
        self.example.withhold(what);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_comes_last_and_can_be_withheld() {
        let mut cells = Cells {
            column: "id".into(),
            note: CellNote::RoundedId,
            example: Some(CellText::of("1.23457E+11")),
        };
        let text = "id: 1 ID was rounded by a spreadsheet, so different IDs may have become equal";
        assert_eq!(cells.text(1), format!("{text}. Example: '1.23457E+11'"));
        cells.withhold(Withheld::ALL);
        assert_eq!(cells.text(1), text);
    }

    #[test]
    fn an_unknown_word_is_ignored_unless_the_list_has_a_place_for_it() {
        let text = |words| {
            CellNote::Ignored {
                expected: Expected::OneOf(words),
            }
            .text(2)
        };
        assert_eq!(
            text(&["in", "out"]),
            "2 cells have an unknown word and are ignored; the records are kept. The words are in, out"
        );
        assert!(text(&["visit", "other"]).contains("counted as 'other'"));
    }
}
