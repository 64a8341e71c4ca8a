//! Words of headers that are cut off with a full stop: `Forn.`, `Dt. cons. prev.`, `Lief.-Nr.`.
//!
//! Such a word is the beginning of one of the language of the headers. Where words of several meanings begin so, those that the cells of
//! the column cannot have are left out: `Ric.` over dates is when something came, and over names it is who asked for it.

use std::collections::BTreeSet;

use super::dictionaries::{beginnings, plain};
use super::meanings;
use super::profile::{ColumnProfile, Kind};

/// Shorter ones begin too many words.
const SHORTEST: usize = 3;

/// What the cells of a column are, as far as it leaves meanings out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellsKind {
    Dates,
    Numbers,
    /// Codes, or whole numbers under a header that speaks of a number, most of which stand in three records or more.
    ManyTimes,
    /// The same, each in one record.
    Once,
    /// The same otherwise.
    Codes,
    Words,
    /// Nothing is left out.
    Any,
}

impl CellsKind {
    pub fn of(profile: &ColumnProfile) -> CellsKind {
        let is = |kinds: &[Kind]| profile.filled > 0 && profile.share(kinds) >= 0.9;
        if is(&[Kind::Date]) {
            CellsKind::Dates
        } else if is(&[Kind::Code, Kind::Uuid, Kind::Integer]) {
            match (profile.distinct, profile.filled) {
                (distinct, filled) if distinct == filled => CellsKind::Once,
                (distinct, filled) if 3 * distinct <= filled => CellsKind::ManyTimes,
                _ => CellsKind::Codes,
            }
        } else if is(&[Kind::Decimal, Kind::Money, Kind::Integer]) {
            CellsKind::Numbers
        } else if is(&[Kind::Words, Kind::Text, Kind::Code, Kind::Email]) {
            CellsKind::Words
        } else {
            CellsKind::Any
        }
    }

    /// Whether such cells may be what these words mean.
    fn may_mean(self, meaning: &[String], is_number: bool) -> bool {
        const NO_DATES: [&str; 20] = [
            "supplier",
            "subject",
            "owner",
            "amount",
            "total",
            "price",
            "tax",
            "quantity",
            "unit",
            "id",
            "name",
            "gender",
            "recommend",
            "rejected",
            "score",
            "document",
            "type",
            "status",
            "department",
            "description",
        ];
        const NO_NUMBERS: [&str; 9] = [
            "supplier",
            "subject",
            "owner",
            "date",
            "name",
            "gender",
            "department",
            "description",
            "status",
        ];
        const NO_WORDS: [&str; 14] = [
            "delivered",
            "received",
            "promised",
            "expected",
            "closed",
            "opened",
            "created",
            "left",
            "joined",
            "arrival",
            "completed",
            "date",
            "quantity",
            "amount",
        ];
        let says = |words: &[&str]| meaning.iter().any(|word| words.contains(&word.as_str()));
        let is_somebody = meaning.iter().any(|word| meanings::is_who(word) || word == "supplier");
        match self {
            CellsKind::Dates => !says(&NO_DATES) && !is_somebody,
            CellsKind::Numbers => !says(&NO_NUMBERS) && !is_somebody,
            // Without a word for a number, small whole numbers count.
            CellsKind::ManyTimes if is_number => is_somebody,
            CellsKind::Once if is_number => !is_somebody && !says(&NO_WORDS),
            CellsKind::ManyTimes | CellsKind::Once | CellsKind::Codes => true,
            CellsKind::Words => !says(&NO_WORDS),
            CellsKind::Any => true,
        }
    }
}

/// The words of a header that are cut off.
pub(super) struct Cut {
    words: BTreeSet<String>,
    cells: CellsKind,
    /// Whether the header speaks of a number, such as `Lief.-Nr.`.
    is_number: bool,
}

impl Cut {
    pub fn of(header: &str, cells: CellsKind) -> Cut {
        let mut words = BTreeSet::new();
        let mut rest = header;
        while let Some(at) = rest.find('.') {
            let before = &rest[..at];
            let start = before
                .char_indices()
                .rev()
                .take_while(|(_, c)| c.is_alphabetic())
                .last()
                .map_or(at, |(start, _)| start);
            let word = plain(&before[start..], false);
            if word.len() >= SHORTEST {
                words.insert(word);
            }
            rest = &rest[at + 1..];
        }
        let numbers = ["nr", "no", "num", "n", "nro", "cod", "id", "c"];
        let is_number = plain(header, false)
            .split(|c: char| !c.is_alphanumeric())
            .any(|part| numbers.contains(&part))
            || header.contains(['#', 'º', '°', '№']);
        Cut { words, cells, is_number }
    }

    /// The words that are cut off.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }

    /// What a word that is cut off means in one of the languages, the first that knows it, if it is one thing.
    pub fn meaning(&self, word: &str, languages: &[usize]) -> Option<(Vec<String>, usize)> {
        if !self.words.contains(word) {
            return None;
        }
        languages.iter().find_map(|&language| {
            let mut found = beginnings(word, language);
            found.retain(|meaning| self.cells.may_mean(meaning, self.is_number));
            match &found[..] {
                [one] => Some(((*one).clone(), language)),
                _ => None,
            }
        })
    }
}
