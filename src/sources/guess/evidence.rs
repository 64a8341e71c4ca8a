//! What speaks for and against the meaning of a column, and for the table of a file.

use std::fmt;

use serde::{Serialize, Serializer};

use super::Unit;
use super::profile::{ColumnProfile, Kind};
use crate::diagnostics::excerpt;
use crate::notes::ShownByCells;

/// What the cells of a column are: their most frequent kind, and how many of the filled cells are of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellsAre {
    kind: Option<(Kind, usize)>,
    filled: usize,
}

impl CellsAre {
    pub(super) fn of(profile: &ColumnProfile) -> CellsAre {
        CellsAre {
            kind: profile.kinds.first().copied(),
            filled: profile.filled,
        }
    }
}

impl fmt::Display for CellsAre {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            None => f.write_str("no cell is filled"),
            Some((kind, count)) if count == self.filled => write!(f, "its cells are {}", kind.name()),
            Some((kind, count)) => write!(f, "{count} of {} cells are {}", self.filled, kind.name()),
        }
    }
}

/// Something that speaks for or against the meaning of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnEvidence {
    /// Its name is that of the canonical column.
    OwnName,
    /// Its name is a known one.
    KnownName,
    /// Its name contains a known one.
    ContainsKnownName(String),
    /// The words of its name: those of the canonical column, others, and the language that they come from.
    NameWords(Vec<String>, Vec<String>, Option<&'static str>),
    /// What its cells are.
    Cells(CellsAre),
    /// Its cells are dates, written in that way.
    Dates(CellsAre, &'static str),
    /// Its numbers may be dates, written in that way.
    MayBeDates(&'static str),
    /// Its numbers are within these limits.
    Range(CellsAre, f64, f64),
    /// Its cells are whole numbers within these limits.
    WholeNumbers(f64, f64),
    /// It is a duration in this unit.
    DurationIn(Unit),
    /// Its cells are durations such as 1:30.
    ClockDurations,
    /// Its numbers are durations, and nothing shows their unit.
    NumbersWithoutUnit,
    /// It is a duration, and no cell shows its unit.
    NoCellShowsUnit,
    /// It is a time or a duration, and no cell shows which.
    NoCellShowsTime,
    /// It is an id or a name, and no cell shows which.
    NoCellShowsId,
    /// Its cells are currencies.
    Currencies,
    /// So many of so many cells are words for these canonical ones.
    WordsFor(usize, usize, Vec<&'static str>),
    /// All its cells are words for these canonical ones.
    AllWordsFor(Vec<&'static str>),
    /// So many of so many cells are words that the column can contain.
    KnownWords(usize, usize),
    /// All its cells are different.
    AllDifferent,
    /// It has so many different values only.
    FewValues(usize),
    /// Its cells are names, by which suppliers are known.
    NamesAsIds,
    /// Its cells look like names, which two people can share.
    LikeNames,
    /// It is a name, and there is no id.
    NameForLackOfId,
    /// Its cells are e-mail addresses, which identify stakeholders.
    EmailsAsIds,
    /// It is an e-mail address, and there is no id.
    EmailForLackOfId,
    /// It asks for a recommendation, with a scale from 0 to 10.
    Recommendation,
    /// Its cells are statuses of such records.
    AreStatuses,
    /// It is the only column of dates.
    OnlyDates,
    /// Its cells are dates.
    AreDates,
    /// It is after another date that may be it.
    AfterAnother,
    /// Another date says when it was ordered, and this one when it was entered.
    EntryOfSale,
    /// It is called a value, and other columns say what was paid.
    ValueOfSomething,
    /// It is mostly 1, and this column has prices: it may be how many there were.
    MayBeCount(String),
    /// It is a price, and this column may be how many there were.
    PriceOfCount(String),
    /// Its dates spread over decades, or each person has one: they are dates of birth.
    DatesOfBirth,
    /// Its cells are single words, and another column has whole names.
    GivenNames,
    /// A few people beside numbers that repeat may be those who serve.
    MayServe,
    /// It says how many people there were, or how long or how much it was for them, and not who they were.
    NumberOf,
    /// A few companies next to many customers sell or make what these buy.
    FewBesideCustomers,
    /// So many of so many records have it.
    MostlyEmpty(usize, usize),
    /// It is of a survey about the record.
    OfSurvey,
    /// Another date of the same people, which may be the end as well, is later.
    BeforeTheEnd(String),
    /// So many numbers stand in so many records, those of one with one time of opening: they are states of cases.
    StatesOfCases(usize, usize),
    /// Its cells say whether something was bought or only looked at.
    BoughtOrLookedAt,
    /// Its cells show it, together with other columns.
    Shown(ShownByCells),
    /// So many of so many codes are different.
    RepeatedCodes(usize, usize),
    /// Other columns are parts of an address.
    PartOfAddress,
    /// Each record has its own value, as a roster has.
    UniqueOnRoster,
    /// Each record has its own value.
    Unique,
    /// So few of so many records of a roster have a different value.
    FewOnRoster(usize, usize),
    /// So few of so many records have a different value.
    Few(usize, usize),
    /// So many of so many records have a different value, as ids of stakeholders do.
    Repeats(usize, usize),
    /// It is never before this canonical column.
    NeverBefore(&'static str),
    /// It is before this canonical column in so many of so many records.
    OftenBefore(&'static str, usize, usize),
    /// It is when deals were closed, which is when they became purchases.
    Closing,
    /// Deals became purchases when they were closed.
    NotTheClosing,
    /// The balance in this column runs with the amounts: the records are those of an account.
    RunningBalance(String),
    /// These columns are the two sides of an account: the records are those of its books.
    SidesOfAccount(String, String),
    /// It is a part of another amount.
    PartOfAmount,
    /// It is 0 in half of the records, and another amount is not.
    MostlyNothing,
    /// What was received, in the second of these columns, is what was ordered, in the first, or less.
    PartlyReceived(String, String),
    /// A quantity, a price and an amount agree in so many of so many records.
    Product([String; 3], usize, usize),
}

impl ColumnEvidence {
    /// Whether it says that what is called an amount may be something else: how many there were, or the value of another thing.
    pub fn doubts_amount(&self) -> bool {
        matches!(self, ColumnEvidence::MayBeCount(_) | ColumnEvidence::ValueOfSomething)
    }
}

impl fmt::Display for ColumnEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use ColumnEvidence as E;
        f.write_str(match self {
            E::OwnName => "the column's own name",
            E::KnownName => "a known name of it",
            E::ContainsKnownName(name) => return write!(f, "a known name of it: {name}"),
            E::NameWords(words, others, language) => {
                write!(f, "its words are {}", words.join(" + "))?;
                if !others.is_empty() {
                    let others: Vec<_> = others.iter().map(|word| excerpt(word)).collect();
                    write!(f, ", in addition to {}", others.join(", "))?;
                }
                return language.map_or(Ok(()), |language| write!(f, ", from {language}"));
            }
            E::Cells(cells) => return write!(f, "{cells}"),
            E::Dates(cells, style) => return write!(f, "{cells} ({style})"),
            E::MayBeDates(style) => return write!(f, "its numbers may be {style}"),
            E::Range(cells, low, high) => return write!(f, "{cells} from {low} to {high}"),
            E::WholeNumbers(low, high) => return write!(f, "its cells are whole numbers from {low} to {high}"),
            E::DurationIn(unit) => return write!(f, "a duration in {}", unit.name()),
            E::ClockDurations => "its cells are durations as hours and minutes",
            E::NumbersWithoutUnit => "its numbers are durations of unknown unit",
            E::NoCellShowsUnit => "a duration of unknown unit: no cell shows it",
            E::NoCellShowsTime => "a point in time or a duration: no cell shows which",
            E::NoCellShowsId => "an ID or a name: no cell shows which",
            E::Currencies => "its cells are currencies",
            E::WordsFor(known, filled, words) => return write!(f, "{known} of {filled} cells are words for {}", words.join(", ")),
            E::AllWordsFor(words) => return write!(f, "its cells are words for {}", words.join(", ")),
            E::KnownWords(known, filled) => return write!(f, "{known} of {filled} cells are words that it can contain"),
            E::AllDifferent => "all its cells are different",
            E::FewValues(distinct) => return write!(f, "only {distinct} different values"),
            E::NamesAsIds => "its cells are names, which identify suppliers",
            E::LikeNames => "its cells look like names: two people with the same name would count as one",
            E::NameForLackOfId => "a name, as there is no ID: two people with the same name would count as one",
            E::EmailsAsIds => "its cells are e-mail addresses, which can identify stakeholders",
            E::EmailForLackOfId => "there is no ID, so the e-mail address is used",
            E::AreStatuses => "its cells are statuses of such records",
            E::Recommendation => "it asks for a recommendation, and its cells are 0 to 10",
            E::OnlyDates => "the only column of dates",
            E::AreDates => "its cells are dates",
            E::AfterAnother => "after another date that may be it",
            E::EntryOfSale => "another column has when it was ordered",
            E::ValueOfSomething => "it may be the value of anything, and other columns say what was paid",
            E::MayBeCount(price) => return write!(f, "mostly 1, next to \"{}\": it may be a quantity", excerpt(price)),
            E::PriceOfCount(count) => return write!(f, "prices, next to \"{}\", which may be a quantity", excerpt(count)),
            E::DatesOfBirth => "its dates are those of births",
            E::GivenNames => "single words, next to a column of whole names",
            E::MayServe => "it may be who served, and not who was served",
            E::NumberOf => "it may say how many, how long or how much, and not who",
            E::FewBesideCustomers => "a few companies next to many customers",
            E::MostlyEmpty(filled, rows) => return write!(f, "only {filled} of {rows} records have it"),
            E::OfSurvey => "about a survey of the case, not about the case",
            E::BeforeTheEnd(end) => return write!(f, "\"{}\" is later", excerpt(end)),
            E::StatesOfCases(distinct, rows) => {
                return write!(f, "{distinct} numbers in {rows} records, those of each number with one time of opening");
            }
            E::BoughtOrLookedAt => "its cells say whether something was bought or only looked at",
            E::Shown(shown) => return write!(f, "{shown}"),
            E::RepeatedCodes(distinct, filled) => return write!(f, "its cells are codes that repeat: {distinct} different in {filled}"),
            E::PartOfAddress => "next to other parts of an address",
            E::UniqueOnRoster => "each record has its own, as a roster has",
            E::Unique => "each record has its own",
            E::FewOnRoster(distinct, filled) => return write!(f, "only {distinct} different in {filled} records of a roster"),
            E::Few(distinct, filled) => return write!(f, "only {distinct} different in {filled} records"),
            E::Repeats(distinct, filled) => {
                return write!(
                    f,
                    "{distinct} different in {filled} records: it repeats, as the ID of a stakeholder does"
                );
            }
            E::NeverBefore(first) => return write!(f, "never before {first}"),
            E::OftenBefore(first, early, of) => return write!(f, "before {first} in {early} of {of} records"),
            E::Closing => "deals become purchases when they are closed",
            E::NotTheClosing => "another column has when the deals were closed",
            E::PartOfAmount => "a part of another amount",
            E::MostlyNothing => "0 in half of the records, as what is still to be paid",
            E::RunningBalance(balance) => {
                return write!(
                    f,
                    "\"{}\" is the balance of an account, so payments to others and transfers are among the records: exclude them with where in \
                     [[source]]",
                    excerpt(balance)
                );
            }
            E::SidesOfAccount(debit, credit) => {
                return write!(
                    f,
                    "\"{}\" and \"{}\" are the sides of an account, so payments to others and transfers are among the records: exclude them \
                     with where in [[source]]",
                    excerpt(debit),
                    excerpt(credit)
                );
            }
            E::PartlyReceived(ordered, received) => {
                return write!(f, "\"{}\" is as much as \"{}\", or less", excerpt(received), excerpt(ordered));
            }
            E::Product([quantity, price, amount], fits, all) => {
                let [quantity, price, amount] = [quantity, price, amount].map(|name| excerpt(name));
                return write!(f, "{quantity} x {price} = {amount} in {fits} of {all} records");
            }
        })
    }
}

impl Serialize for ColumnEvidence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Something that speaks for or against the table of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableClue {
    /// A setting or an option names it.
    Set,
    /// It has known names of all that the table needs.
    KnownNames,
    /// These canonical columns are mapped.
    Mapped(Vec<&'static str>),
    /// It has these canonical columns.
    Has(Vec<&'static str>),
    /// Its headers mention these words.
    Mentions(Vec<&'static str>),
    /// The name of the file contains this word.
    FileName(&'static str),
    /// Every record has another stakeholder.
    OneEach,
    /// Nothing shows that it lists people or organisations.
    MayListThings,
    /// Each record has its own id, and the names or addresses of people repeat.
    PeopleRepeat,
    /// No column has amounts.
    NoAmounts,
    /// It lacks some of what the table needs.
    Incomplete,
}

impl fmt::Display for TableClue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TableClue::Set => "the table is set",
            TableClue::KnownNames => "known names of all that it needs",
            TableClue::Mapped(columns) => return write!(f, "{} mapped", columns.join(", ")),
            TableClue::Has(columns) => return write!(f, "it has {}", columns.join(", ")),
            TableClue::Mentions(words) => return write!(f, "its headers mention {}", words.join(", ")),
            TableClue::FileName(word) => return write!(f, "its name has \"{word}\""),
            TableClue::OneEach => "every record has another stakeholder",
            TableClue::MayListThings => "nothing shows that it lists people or organisations",
            TableClue::PeopleRepeat => "each record has its own ID, and the names or addresses repeat",
            TableClue::NoAmounts => "it has no amounts",
            TableClue::Incomplete => "it lacks some of what the table needs",
        })
    }
}

/// The evidence as one text, as a table of columns and a question show it.
pub fn listed<T: fmt::Display>(evidence: &[T]) -> String {
    evidence.iter().map(T::to_string).collect::<Vec<_>>().join("; ")
}
