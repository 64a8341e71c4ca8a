//! Why records are not used.

use std::fmt;

use super::personal::not_personal;
use super::{CellText, ExpressionFault, Personal, Withheld};
use crate::cell_parsing::ValueError;
use crate::diagnostics::{counted, visible};
use crate::schema::Table;

/// What becomes of a record that is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnusedStatus {
    /// It cannot be read.
    Rejected,
    /// It was read already.
    Duplicate,
    /// A rule excludes it.
    Excluded,
}

impl UnusedStatus {
    /// As machine formats write it.
    pub fn as_str(self) -> &'static str {
        match self {
            UnusedStatus::Rejected => "rejected",
            UnusedStatus::Duplicate => "duplicate",
            UnusedStatus::Excluded => "excluded",
        }
    }
}

/// Why a cell cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellFault {
    /// What is wrong with it.
    pub error: ValueError,
    /// The cell, or the number that an expression gave.
    pub cell: Option<CellText>,
}

impl Personal for CellFault {
    fn withhold(&mut self, what: Withheld) {
        self.cell.withhold(what);
    }
}

impl fmt::Display for CellFault {
    /// Without the cell no character of it is shown either.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.cell, self.error) {
            (Some(cell), error) => write!(f, "{error}: {cell}"),
            (None, ValueError::NumberCharacter(..)) => f.write_str("not a number"),
            (None, error) => write!(f, "{error}"),
        }
    }
}

/// What a record lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MissingValue {
    /// The value of this canonical column.
    Column(String),
    /// A time, which an answer to a survey needs.
    SurveyTime,
    /// A time, without which a supply line is of no period.
    SupplyTime,
    /// The amount of the order, which none of its records has.
    OrderAmount,
}

impl Personal for MissingValue {
    fn withhold(&mut self, what: Withheld) {
        match self {
            // The names of canonical columns are the program's own.
            MissingValue::Column(column) if Table::ALL.into_iter().all(|table| table.column(column).is_none()) => column.withhold(what),
            MissingValue::Column(_) | MissingValue::SurveyTime | MissingValue::SupplyTime | MissingValue::OrderAmount => {}
        }
    }
}

/// Why an interaction is not a case of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoCase {
    /// It was merged into another case.
    Merged,
    /// It is the same as another case.
    Duplicate,
    /// It is spam.
    Spam,
    /// It was deleted.
    Deleted,
    /// It is a test.
    Test,
    /// Its type says one of these.
    OfKind,
}

impl NoCase {
    fn sentence(self) -> &'static str {
        match self {
            NoCase::Merged => "it was merged into another case",
            NoCase::Duplicate => "it is a duplicate of another case",
            NoCase::Spam => "it is spam",
            NoCase::Deleted => "it was deleted",
            NoCase::Test => "it is a test",
            NoCase::OfKind => "it is spam, a duplicate or a test",
        }
    }
}

not_personal!(NoCase);

described! {
    /// Why a record cannot be read.
    pub enum RejectReason {
        /// A cell of money is not a number, can be read as two different numbers, or is too large.
        #[code = "bad-amount"]
        #[advice = "Correct the cell, or set `decimal` to \",\" or \".\" in [[source]]."]
        #[option = "decimal"]
        BadAmount { fault: CellFault } => |_| fault.to_string(),

        /// A cell is not a date, not a date of the calendar, or not written in the format that is set.
        #[code = "bad-date"]
        #[advice = "Correct the cell. If the whole column is like that, set `dates`, or a format in [source.map]."]
        #[option = "dates"]
        BadDate { fault: CellFault } => |_| fault.to_string(),

        /// A cell is not a duration such as 90, 1:30 or 1h 30m.
        #[code = "bad-duration"]
        #[advice = "Correct the cell, or set its unit in [source.map]."]
        BadDuration { fault: CellFault } => |_| fault.to_string(),

        /// An expression of the mapping cannot be computed from the cells of the record.
        #[code = "bad-expression"]
        #[advice = "See the reason. Correct the cells, or allow for them in the expression."]
        BadExpression { fault: ExpressionFault } => |_| fault.to_string(),

        /// A cell that has to be yes or no is something else.
        #[code = "bad-flag"]
        #[advice = "Set what it means in [source.values]."]
        BadFlag { fault: CellFault } => |_| fault.to_string(),

        /// A cell that has to be a number is not one.
        #[code = "bad-number"]
        #[advice = "Correct the cell, or set what it means in [source.values]."]
        BadNumber { fault: CellFault } => |_| fault.to_string(),

        /// The currency column names another currency than the amount, or two amounts of the record name different ones.
        #[code = "currency-mismatch"]
        #[advice = "Correct the record. If the column is not the currency of the amounts, set `currency` in [source.map] to another one."]
        #[option = "currency"]
        CurrencyMismatch { stated: String, written: String } => |_| {
            format!("two currencies in one record: {} and {}", visible(stated), visible(written))
        },

        /// The file ends within a quoted cell. It was cut off, or a quote is never closed.
        #[code = "cut-off"]
        #[advice = "Export the file again."]
        CutOff => |_| "the file ends within a quoted cell",

        /// A cell is longer than --max-field allows.
        #[code = "field-too-long"]
        #[advice = "See with `relhealth inspect` whether the file is read correctly, or allow more."]
        #[option = "--max-field"]
        FieldTooLong { limit: usize } => |_| format!("a cell has more than {limit} bytes"),

        /// The record lacks a value that every record of its table needs.
        #[code = "missing"]
        #[advice = "Fill in the cell. If the whole column is empty, map another one."]
        Missing { value: MissingValue } => |_| match value {
            MissingValue::Column(column) => format!("no {column}"),
            MissingValue::SurveyTime => "neither responded_at nor sent_at".to_string(),
            MissingValue::SupplyTime => "no ordered_at, promised_at or received_at".to_string(),
            MissingValue::OrderAmount => "no record of the order has an amount".to_string(),
        },

        /// The lookup file has no record with the key of this one.
        #[code = "no-lookup"]
        #[advice = "Export both files for the same period, or see whether the keys are written in the same way."]
        NoLookup { key: Option<CellText> } => |_| match key {
            Some(key) => format!("the lookup file has no record with the key {key}"),
            None => "the lookup file has no record with this key".to_string(),
        },

        /// The file has the order, the customer and the date on the first line of each order only, and no line above this one has them.
        #[code = "no-parent-above"]
        #[advice = "Export the file again, unsorted: its lines must follow the order that they belong to."]
        NoParentAbove => |_| "it belongs to the record above, and there is none",

        /// The referrer and the referred stakeholder are the same.
        #[code = "self-referral"]
        #[advice = "Nothing, or correct the IDs."]
        SelfReferral => |_| "the referrer and the referred stakeholder are the same",

        /// A quote character is where none can be, so it is not certain which cells the record has.
        #[code = "stray-quote"]
        #[advice = "Export the file with quotes doubled within cells, or set quote = \"\" if quotes are ordinary characters."]
        #[option = "quote"]
        StrayQuote => |_| "unexpected quote character: relhealth cannot determine where the cells of this record begin and end",

        /// The record has fewer cells than the header.
        #[code = "too-few-cells"]
        #[advice = "See whether a cell without quotes contains a delimiter or a line break. Export the file again."]
        TooFewCells { cells: usize, columns: usize } => |_| ragged(*cells, *columns),

        /// The record has more cells than the header.
        #[code = "too-many-cells"]
        #[advice = "See whether a cell without quotes contains a delimiter. Export the file again."]
        TooManyCells { cells: usize, columns: usize } => |_| ragged(*cells, *columns),
    }
}

fn ragged(cells: usize, columns: usize) -> String {
    format!("{}, and the header has {columns}", counted(cells as u64, "cell", "cells"))
}

described! {
    /// Why a record counts as read already.
    pub enum DuplicateReason {
        /// An earlier file has the same record, equal in all cells. Overlapping exports count once.
        #[code = "duplicate"]
        #[advice = "Nothing."]
        InOtherFile => |_| "equal in all cells to a record of another file",

        /// A later record has the same key and replaces this one.
        #[code = "duplicate-key"]
        #[advice = "Nothing, if the `key` of [[source]] is the right one."]
        #[option = "key"]
        Key => |_| "a later record has the same key",

        /// Another file has the same order: with its number, stakeholder and day.
        #[code = "order-in-other-file"]
        #[advice = "Nothing. To count the amounts of both files, set `same_id` to \"all\" in [[source]]."]
        #[option = "same_id"]
        OrderInOtherFile => |_| "another file has the same order, and its records count",

        /// An earlier record of the file is equal in all cells and has the same ID, which is otherwise unique in the file.
        #[code = "same-record"]
        #[advice = "Nothing. If they are separate records, set `same_id` to \"all\" in [[source]]."]
        #[option = "same_id"]
        SameRecord => |_| "equal in all cells to an earlier record of the file, with the same ID",

        /// Another record shows a later state of the same order, case, answer or stakeholder.
        #[code = "superseded"]
        #[advice = "Nothing. If they are separate records, set `same_id` to \"all\" in [[source]]."]
        #[option = "same_id"]
        Superseded => |_| "another record with the same ID shows a later state",
    }
}

described! {
    /// Which rule excludes a record.
    pub enum ExclusionReason {
        /// It happened at or after the as-of date that you set, so nothing of it was known then.
        #[code = "after-as-of"]
        #[advice = "Nothing, or set a later `as_of`."]
        #[option = "as_of"]
        AfterAsOf => |_| "it happened at or after the as-of date",

        /// The status or type of the purchase or supply line says that it was none: cancelled, void, failed, pledged, only offered, or a test.
        #[code = "cancelled"]
        #[advice = "Nothing. If the word means something else, set its meaning in [source.values.status]."]
        Cancelled => |_| "the status says that the purchase did not take place",

        /// The file has several documents of the same sales, such as orders and invoices: one kind of them counts.
        #[code = "other-document"]
        #[advice = "Nothing. If they are sales of their own, set the meaning of their type in [source.values.record_type]: \"Sales Order\" = \"sale\"."]
        #[option = "values"]
        OtherDocument => |_| "another document of the same sale counts",

        /// The meeting, event or call did not take place, or the stakeholder did not take part: it was cancelled or declined, or nobody came.
        #[code = "did-not-take-place"]
        #[advice = "Nothing. If the word means something else, set its meaning in [source.values.status]."]
        #[option = "values"]
        DidNotTakePlace => |_| "the contact did not take place",

        /// The `where` of its source excludes it.
        #[code = "filtered"]
        #[advice = "Nothing, if the condition is the right one."]
        #[option = "where"]
        Filtered => |_| "the `where` of the source excludes it",

        /// The `where` of its source cannot be computed from its cells, so it does not meet the condition.
        #[code = "filtered-unreadable"]
        #[advice = "See the reason. Correct the cells, or allow for them in the condition."]
        #[option = "where"]
        FilteredUnreadable { fault: ExpressionFault } => |_| fault.to_string(),

        /// It is the answer to a question that is not the one of an instrument, such as a comment.
        #[code = "other-question"]
        #[advice = "Nothing. If the question is the one of an instrument, name it with `--question`."]
        #[option = "--question"]
        OtherQuestion => |_| "it is the answer to another question",

        /// It is a deal that was lost or is not closed: only a deal that was won is a purchase.
        #[code = "not-won"]
        #[advice = "Nothing, if the records are deals. Otherwise set what the words mean in [source.values.status]."]
        #[option = "values"]
        NotWon => |_| "it is a deal that was not won",

        /// It has no stakeholder ID.
        #[code = "no-stakeholder"]
        #[advice = "Nothing, if there is none. Otherwise map the column that has it."]
        NoStakeholder => |_| "no stakeholder ID",

        /// The lookup file has no record with the key of this one, and `unmatched` excludes such records.
        #[code = "not-in-lookup"]
        #[advice = "Nothing, if both files are complete. Otherwise export them for the same period."]
        #[option = "lookup"]
        NotInLookup { key: Option<CellText> } => |_| match key {
            Some(key) => format!("the lookup file has no record with the key {key}"),
            None => "the lookup file has no record with this key".to_string(),
        },

        /// A merged, duplicate, deleted or test ticket, or spam, is not a case of its own.
        #[code = "not-a-case"]
        #[advice = "Nothing. If the word means something else, set its meaning in [source.values], or map the column to another one."]
        #[option = "values"]
        NotACase { column: &'static str, kind: NoCase } => |_| format!("`{column}` shows that {}", kind.sentence()),
        /// The invitation to the survey was not sent, or did not arrive: it bounced or could not be delivered. Nobody was asked.
        #[code = "not-asked"]
        #[advice = "Nothing. If the word means something else, set its meaning in [source.values.status]."]
        #[option = "values"]
        NotAsked => |_| "the invitation was not sent or did not arrive",

        /// It is a line of an order whose amount is on another line, and that line is not used.
        #[code = "order-excluded"]
        #[advice = "Nothing. The reason of that line is the reason of this one."]
        OrderExcluded => |_| "the record that has the amount of the order is not used",

        /// It is one of several deliveries of a supply line. Its quantity is part of the record that stands for the line.
        #[code = "partial-delivery"]
        #[advice = "Nothing. If each record is a line of its own, set `same_id` to \"all\" in [[source]]."]
        #[option = "same_id"]
        PartialDelivery => |_| "a partial delivery, which was added to the record of its line",

        /// It is one of several deliveries of a supply line whose received quantities can be read as parts or as totals.
        #[code = "unclear-delivery"]
        #[advice = "Set `deliveries` to \"parts\" or \"totals\" in [[source]]."]
        #[option = "deliveries"]
        UnclearDelivery => |_| "it is not certain whether the received quantity is a part or a total",

        /// It credits another person with a gift or order whose amount counts for the stakeholder of another record.
        #[code = "soft-credit"]
        #[advice = "Nothing. To count the person who is credited instead, export the gifts by that person."]
        SoftCredit => |_| "the gift or order counts for the stakeholder of another record",

        /// Its stakeholder is a placeholder such as `guest`, and the record says nothing of anything else: a row of the roster, or a referral.
        #[code = "placeholder-stakeholder"]
        #[advice = "Nothing, if it stands for many people. Otherwise list it in `person_ids` of [[source]]."]
        #[option = "person_ids"]
        PlaceholderStakeholder => |_| "its stakeholder is a placeholder, which stands for many",
    }
}

groups! {
    /// Why a record is not used.
    pub enum UnusedReason {
        /// It cannot be read.
        Rejected(RejectReason) "Rejected: records that cannot be read",
        /// It was read already.
        Duplicate(DuplicateReason) "Duplicate: records that were read already",
        /// A rule excludes it.
        Excluded(ExclusionReason) "Excluded: records that a rule leaves out",
    }
}

impl UnusedReason {
    /// What becomes of the record.
    pub fn status(&self) -> UnusedStatus {
        match self {
            UnusedReason::Rejected(_) => UnusedStatus::Rejected,
            UnusedReason::Duplicate(_) => UnusedStatus::Duplicate,
            UnusedReason::Excluded(_) => UnusedStatus::Excluded,
        }
    }

    /// Its code.
    pub fn code(&self) -> super::Code {
        self.description().code
    }
}

impl fmt::Display for UnusedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_lose_the_cell_and_every_character_of_it() {
        let fault = |error, cell| CellFault {
            error,
            cell: Some(CellText::of(cell)),
        };
        let key = Some(CellText::of("C1's"));
        let unreadable = ExpressionFault::Unreadable {
            column: "day".into(),
            expected: "a date",
            cell: Some(CellText::of("Ann's day")),
        };
        for (reason, with, without) in [
            (
                RejectReason::BadAmount {
                    fault: fault(ValueError::NumberCharacter('B', 1), "Bob"),
                },
                "not a number: letter 'B' at 1: 'Bob'",
                "not a number",
            ),
            (
                RejectReason::BadDate {
                    fault: fault(ValueError::NotDate, "C1's day"),
                },
                "not a date: 'C1's day'",
                "not a date",
            ),
            (
                RejectReason::NoLookup { key },
                "the lookup file has no record with the key 'C1's'",
                "the lookup file has no record with this key",
            ),
            (
                RejectReason::BadExpression { fault: unreadable },
                "`day` is not a date: 'Ann's day'",
                "`day` is not a date",
            ),
        ] {
            let mut reason = UnusedReason::from(reason);
            assert_eq!(reason.to_string(), with);
            reason.withhold(Withheld::ALL);
            assert_eq!(reason.to_string(), without);
        }
    }
}
