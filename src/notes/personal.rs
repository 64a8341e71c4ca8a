//! Examples from the data, with types that say what they may tell of a person.

use std::fmt;

use crate::cell_parsing::Example;
use crate::diagnostics::{listed, visible};
use crate::schema::{Micros, Table};

/// An id of a stakeholder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id(pub String);

/// The text of a cell, shortened. It may hold anything, also a name or an address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellText(pub String);

impl CellText {
    /// At most this many characters of a cell are shown.
    const SHOWN: usize = 40;

    /// A cell as a message shows it.
    pub fn of(cell: &str) -> CellText {
        let cell = cell.trim();
        CellText(if cell.chars().count() <= CellText::SHOWN {
            cell.to_string()
        } else {
            format!("{}...", cell.chars().take(CellText::SHOWN).collect::<String>())
        })
    }
}

/// In single quotes, so that spaces at the ends are seen.
impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", visible(&self.0))
    }
}

/// In single quotes, so that spaces at the ends are seen.
impl fmt::Display for CellText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", visible(&self.0))
    }
}

/// Which personal data are taken out of notes and reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Withheld {
    /// Ids of stakeholders.
    pub ids: bool,
    /// The texts of cells.
    pub cells: bool,
    /// Every other text that may come from a file, such as the name of a column.
    pub names: bool,
}

impl Withheld {
    /// What tells of a person in a file whose columns are as usual.
    pub const ALL: Withheld = Withheld {
        ids: true,
        cells: true,
        names: false,
    };
    /// Every text that is not the program's own.
    pub const EVERYTHING: Withheld = Withheld {
        ids: true,
        cells: true,
        names: true,
    };
}

/// A field of a note, a reason or a decision, which knows what of it is personal.
pub trait Personal {
    /// Takes out what is to be withheld.
    fn withhold(&mut self, what: Withheld);
}

/// A type with nothing of a person in it.
macro_rules! not_personal {
    ($($type:ty),+ $(,)?) => {
        $( impl $crate::notes::Personal for $type { fn withhold(&mut self, _: $crate::notes::Withheld) {} } )+
    };
}
pub(super) use not_personal;

not_personal!(u32, u64, usize, i32, bool, &'static str, Vec<&'static str>, Table, Micros);
// A cell that was read as a date or a number: redaction keeps what happened, when, and how much it was.
not_personal!(Example, Option<Example>);

/// What is shown in place of a text that is withheld.
const INSTEAD: &str = "[withheld]";

impl Personal for String {
    fn withhold(&mut self, what: Withheld) {
        if what.names {
            *self = INSTEAD.to_string();
        }
    }
}

impl Personal for Option<String> {
    fn withhold(&mut self, what: Withheld) {
        if let Some(text) = self {
            text.withhold(what);
        }
    }
}

impl Personal for Vec<String> {
    fn withhold(&mut self, what: Withheld) {
        self.iter_mut().for_each(|text| text.withhold(what));
    }
}

impl Personal for Option<Id> {
    fn withhold(&mut self, what: Withheld) {
        if what.ids {
            *self = None;
        }
    }
}

impl Personal for Vec<Id> {
    fn withhold(&mut self, what: Withheld) {
        if what.ids {
            self.clear();
        }
    }
}

impl Personal for Option<CellText> {
    fn withhold(&mut self, what: Withheld) {
        if what.cells {
            *self = None;
        }
    }
}

/// Examples at the end of a clause: `, for example 'a' and 'b'`; nothing if there are none.
pub(super) fn for_example<T: fmt::Display>(examples: &[T]) -> String {
    let examples: Vec<String> = examples.iter().map(T::to_string).collect();
    match examples.is_empty() {
        true => String::new(),
        false => format!(", for example {}", listed(&examples)),
    }
}

/// Examples within a clause about so many things: `, for example 'a',`; of a single one ` ('a')`.
pub(super) fn such_as<T: fmt::Display>(count: u64, examples: &[T]) -> String {
    let shown: Vec<String> = examples.iter().map(T::to_string).collect();
    match (shown.is_empty(), count) {
        (true, _) => String::new(),
        (false, 1) => format!(" ({})", listed(&shown)),
        (false, _) => format!("{},", for_example(examples)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn personal_data_are_withheld_by_their_type() {
        let ids_only = Withheld {
            ids: true,
            cells: false,
            names: false,
        };
        let (mut id, mut cell, mut column) = (Some(Id("C1".into())), Some(CellText::of("x")), "amount".to_string());
        id.withhold(ids_only);
        cell.withhold(ids_only);
        column.withhold(Withheld::ALL);
        assert_eq!((id, cell.is_some(), column.as_str()), (None, true, "amount"));
        column.withhold(Withheld::EVERYTHING);
        assert_eq!(column, INSTEAD);
        let (mut ids, mut cell) = (vec![Id("C1".into())], Some(CellText::of("x")));
        ids.withhold(Withheld::ALL);
        cell.withhold(Withheld::ALL);
        assert_eq!((ids.len(), cell), (0, None));
    }

    #[test]
    fn examples_are_quoted_and_cut() {
        assert_eq!(CellText::of(&" x".repeat(60)).to_string().chars().count(), 45);
        assert_eq!(Id("a\u{1b} ".into()).to_string(), "'a\\u{1b} '");
        let ids = ["a", "b"].map(|id| Id(id.to_string()));
        assert_eq!(for_example(&ids), ", for example 'a' and 'b'");
        assert_eq!(such_as(2, &ids[..1]), ", for example 'a',");
        assert_eq!(such_as(1, &ids[..1]), " ('a')");
        assert_eq!(such_as::<Id>(1, &[]), "");
    }
}
