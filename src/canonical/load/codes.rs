//! The codes of what is said about records that are not used, and about how files are read: what each means and what to do about it.

use super::data_issues::{FindingKind, kind};
use super::file::UnusedStatus;

/// Why records are not used: what becomes of them, and every code, by fate and code.
pub const UNUSED: &[(UnusedStatus, FindingKind)] = &[
    (
        UnusedStatus::Rejected,
        kind(
            "bad-amount",
            "a cell of money holds no number, one that can be read in two ways, or one that is too large",
            "mend the cell, or state decimal = \",\" or \".\" in [[source]]",
        ),
    ),
    (
        UnusedStatus::Rejected,
        kind(
            "bad-date",
            "a cell is no date, none of the calendar, or not of the stated format",
            "mend the cell; where the whole column is so, state dates or a format in [source.map]",
        ),
    ),
    (
        UnusedStatus::Rejected,
        kind(
            "bad-duration",
            "a cell is no duration such as 90, 1:30 or 1h 30m",
            "mend the cell, or state its unit in [source.map]",
        ),
    ),
    (
        UnusedStatus::Rejected,
        kind(
            "bad-expression",
            "an expression of the mapping cannot be computed from the cells of the record",
            "see the reason: mend the cells, or let the expression allow for them",
        ),
    ),
    (
        UnusedStatus::Rejected,
        kind(
            "bad-flag",
            "a cell that should say yes or no says something else",
            "say what it means in [source.values]",
        ),
    ),
    (
        UnusedStatus::Rejected,
        kind(
            "bad-number",
            "a cell that should be a number is none",
            "mend the cell, or say what it means in [source.values]",
        ),
    ),
    (
        UnusedStatus::Rejected,
        kind(
            "cut-off",
            "the file ends within a quoted cell: it was cut off, or a quote is never closed",
            "export the file again",
        ),
    ),
    (
        UnusedStatus::Rejected,
        kind(
            "field-too-long",
            "a cell is longer than --max-field allows",
            "see whether the file is read as it is meant, or allow more",
        ),
    ),
    (
        UnusedStatus::Rejected,
        kind(
            "missing",
            "the record lacks something that every record of its table has",
            "fill in the cell; where the whole column is empty, map another one",
        ),
    ),
    (
        UnusedStatus::Rejected,
        kind(
            "no-lookup",
            "the looked-up file has no record with the key of this one",
            "export both files over the same time, or see whether the keys are written alike",
        ),
    ),
    (
        UnusedStatus::Rejected,
        kind(
            "self-referral",
            "referrer and referred are the same stakeholder",
            "nothing, or mend the ids",
        ),
    ),
    (
        UnusedStatus::Rejected,
        kind(
            "stray-quote",
            "a quote stands within the record where it means nothing, so which cells it has is not sure",
            "export with quotes doubled within cells, or state quote = \"\" where quotes are letters",
        ),
    ),
    (
        UnusedStatus::Rejected,
        kind(
            "too-few-cells",
            "the record has fewer cells than the header",
            "see whether a delimiter or a line end stands in a cell without quotes; export again",
        ),
    ),
    (
        UnusedStatus::Rejected,
        kind(
            "too-many-cells",
            "the record has more cells than the header",
            "see whether a delimiter stands in a cell without quotes; export again",
        ),
    ),
    (
        UnusedStatus::Duplicate,
        kind(
            "duplicate",
            "a record that an earlier file has as well, equal in all cells: overlapping exports count once",
            "nothing",
        ),
    ),
    (
        UnusedStatus::Duplicate,
        kind(
            "duplicate-key",
            "a later record has the same key, and counts in its place",
            "nothing, if the key of [[source]] is the right one",
        ),
    ),
    (
        UnusedStatus::Excluded,
        kind(
            "after-as-of",
            "it happened at or after the stated as-of, when nothing of it was known",
            "nothing, or state a later as_of",
        ),
    ),
    (
        UnusedStatus::Excluded,
        kind(
            "cancelled",
            "the status of the purchase says cancelled, void, failed, pledged or a test",
            "nothing; where the word means something else, say so in [source.values.status]",
        ),
    ),
    (
        UnusedStatus::Excluded,
        kind(
            "filtered",
            "the where of its source leaves it out",
            "nothing, if the condition is the right one",
        ),
    ),
    (
        UnusedStatus::Excluded,
        kind(
            "filtered-unreadable",
            "the where of its source cannot be computed from its cells, so it is not fulfilled",
            "see the reason: mend the cells, or let the condition allow for them",
        ),
    ),
    (
        UnusedStatus::Excluded,
        kind(
            "no-stakeholder",
            "it does not say whose it is",
            "nothing, if nobody is meant; else map the column that says who it was",
        ),
    ),
    (
        UnusedStatus::Excluded,
        kind(
            "order-excluded",
            "it is a line of an order whose amount stands on a line that is left out",
            "nothing; the reason of that line is the reason of this one",
        ),
    ),
    (
        UnusedStatus::Excluded,
        kind(
            "other-currency",
            "its money is in a currency that no rate converts",
            "add the rate to [rates], or ask for another currency",
        ),
    ),
];

/// What is said of how a file is read, by code.
pub const READING: &[FindingKind] = &[
    kind(
        "cleaned-ids",
        "ids are read without invisible characters and a spreadsheet's guards",
        "nothing, if what is left is the id",
    ),
    kind(
        "clock-change",
        "times that the clocks of their zone jumped over, or showed twice",
        "export times with their offset, or in UTC",
    ),
    kind(
        "decided",
        "how a column is read, and the cell that decided it",
        "nothing; where it is wrong, state dates, decimal or a format in [[source]]",
    ),
    kind(
        "decimal-mark",
        "decimal points and commas both occur in a column; each cell is read by its own evidence",
        "see whether two exports were put together; state decimal in [[source]] if one is wrong",
    ),
    kind(
        "duplicate-header",
        "a name stands over several columns; the later ones are told apart by a number",
        "map the right one of them",
    ),
    kind(
        "encoding",
        "the file is not UTF-8, and read as what its bytes tell",
        "nothing, if names read well; else state encoding in [[source]]",
    ),
    kind(
        "footer",
        "lines at the end are no records, such as totals",
        "nothing; where they are records, look at their cells",
    ),
    kind(
        "malformed",
        "some bytes are no characters of the encoding, and became U+FFFD",
        "state the right encoding in [[source]], or export again",
    ),
    kind(
        "quotes",
        "records whose quotes break the rules are read so that they have the width of the table",
        "look at the first of them; export with quotes doubled within cells",
    ),
    kind(
        "recognised",
        "what a file was taken for that nobody described",
        "nothing; where it is wrong, describe it in [[source]]",
    ),
    kind("rounded", "amounts beyond four decimals are rounded to 1/10,000", "nothing"),
    kind(
        "rounded-ids",
        "a spreadsheet rounded ids to a few digits: different ones may have become equal",
        "export ids as text, and do not open the file in a spreadsheet",
    ),
    kind(
        "sheet-error",
        "errors of a spreadsheet's formulas, such as #REF!, are read as nothing",
        "mend the formulas, and export again",
    ),
    kind(
        "stray-bytes",
        "single bytes of a UTF-8 file are no UTF-8, and read as windows-1252",
        "nothing, if the text reads well; else export again",
    ),
    kind(
        "voided",
        "cells that cannot be what their column holds are read as nothing; the records stay",
        "see the example: mend the cells, or map another column",
    ),
    kind(
        "zero-bytes",
        "zero bytes are left out of the text",
        "nothing, if the file is whole; else export again",
    ),
    kind(
        "zero-date",
        "dates that stand for none, such as 0000-00-00, are read as nothing",
        "nothing",
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::data_issues::FINDINGS;
    use super::*;

    /// Code without its tests.
    fn plain(file: &str) -> &str {
        file.split("#[cfg(test)]\nmod tests").next().unwrap()
    }

    /// The literals that come right after one of these.
    fn after<'a>(text: &'a str, starts: &[&str]) -> BTreeSet<&'a str> {
        let of = |start| text.split(start).skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"'));
        let literals = starts.iter().flat_map(|start| of(*start).collect::<Vec<_>>());
        literals.filter_map(|rest| rest.split('"').next()).collect()
    }

    #[test]
    fn every_code_has_its_place_and_says_what_to_do() {
        assert!(UNUSED.is_sorted_by(|a, b| (a.0, a.1.code) < (b.0, b.1.code)));
        assert!(READING.is_sorted_by(|a, b| a.code < b.code));
        let all: Vec<&FindingKind> = UNUSED.iter().map(|(_, kind)| kind).chain(READING).chain(FINDINGS).collect();
        let codes: BTreeSet<&str> = all.iter().map(|kind| kind.code).collect();
        assert_eq!(codes.len(), all.len(), "a code with two meanings");
        for FindingKind { code, means, advice } in all {
            assert!(code.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{code}");
            assert!(
                !means.is_empty() && !advice.is_empty() && !means.ends_with('.') && !advice.ends_with('.'),
                "{code}"
            );
        }
    }

    #[test]
    fn the_list_of_reasons_is_whole() {
        let files = [
            include_str!("file.rs"),
            include_str!("columns.rs"),
            include_str!("rules.rs"),
            include_str!("duplicates.rs"),
        ];
        let code: String = files.map(plain).concat();
        let starts = [
            "rejected(",
            "code: ",
            "Bad(",
            "number_trouble(",
            "UnusedStatus::Rejected,",
            "UnusedStatus::Duplicate,",
            "UnusedStatus::Excluded,",
        ];
        let used = after(&code, &starts);
        assert_eq!(used, UNUSED.iter().map(|(_, kind)| kind.code).collect());
    }

    #[test]
    fn the_list_of_readings_is_whole() {
        let outcome = plain(include_str!("../../ingest/read.rs"));
        let filling = include_str!("filling.rs");
        let cells = &filling[filling.find("pub fn code(").unwrap()..filling.find("pub fn words(").unwrap()];
        let mut used = after(outcome, &["said.push(("]);
        used.extend(after(cells, &["=> "]));
        for file in [include_str!("mod.rs"), include_str!("opening.rs")] {
            used.extend(after(plain(file), &["Note::new("]));
        }
        assert_eq!(used, READING.iter().map(|kind| kind.code).collect());
    }
}
