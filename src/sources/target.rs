//! What a mapping names: a canonical column, or a dimension of the user's own.
//!
//! Every name that is no canonical column of the table can be a dimension. One that is nearly a canonical column is more likely a slip, and
//! so is any on the command line, where a mapping is written to correct a reading. Both are errors unless `dimension = true` says that a
//! dimension is meant.

use super::recognise::aliases;
use super::{Mapped, folded};
use crate::diagnostics::{nearest, visible};
use crate::schema::{Column, Table};

/// What becomes of a mapping whose name is no canonical column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OtherTarget {
    /// A dimension, unless the name is nearly that of a canonical column: a mapping of a configuration.
    #[default]
    DimensionUnlessNear,
    /// A dimension: `dimension = true` is written.
    Dimension,
    /// A dimension: the same mapping serves several tables, and is a canonical column of another one.
    CanonicalElsewhere,
    /// Nothing, it is an error: a mapping of the command line.
    Nothing,
}

impl OtherTarget {
    /// What becomes of it where the mapping serves other tables too, of one of which its name is a canonical column.
    #[must_use]
    pub fn of_several(self) -> OtherTarget {
        match self {
            OtherTarget::Dimension => OtherTarget::Dimension,
            OtherTarget::DimensionUnlessNear | OtherTarget::CanonicalElsewhere | OtherTarget::Nothing => OtherTarget::CanonicalElsewhere,
        }
    }
}

/// Why a name cannot be mapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongTarget {
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub hint: String,
}

/// Checks the name of a mapping for a table.
///
/// # Errors
/// A name that is more likely a slip than a dimension, and a canonical column that is declared a dimension.
pub fn check_target(table: Table, name: &str, mapped: &Mapped) -> Result<(), WrongTarget> {
    let is_canonical = table.column(name).is_some();
    let near = match (mapped.other_target, is_canonical) {
        (OtherTarget::DimensionUnlessNear | OtherTarget::CanonicalElsewhere | OtherTarget::Nothing, true)
        | (OtherTarget::Dimension | OtherTarget::CanonicalElsewhere, false) => return Ok(()),
        (OtherTarget::Dimension, true) => {
            return Err(WrongTarget {
                message: format!("`{name}` is a column of {table}, so it cannot be a dimension"),
                hint: "leave out `dimension = true`, or call the dimension otherwise".to_string(),
            });
        }
        (OtherTarget::DimensionUnlessNear, false) => match slip(table, name) {
            Some(column) => Some(column.name.to_string()),
            None => return Ok(()),
        },
        (OtherTarget::Nothing, false) => meant(table, name),
    };
    let shown = visible(name);
    let message = format!("{table} has no column `{shown}`");
    let columns = || {
        let names: Vec<&str> = table.columns().iter().map(|column| column.name).collect();
        format!("its columns are {}", names.join(", "))
    };
    let meant = near.map_or_else(columns, |near| format!("did you mean `{near}`?"));
    let hint = format!("{meant} For a dimension of that name write {shown} = {{ column = \"...\", dimension = true }}");
    Err(WrongTarget { message, hint })
}

/// The canonical column that a name misspells: one letter in four may be wrong, missing or swapped, and capitals do not count.
pub fn slip(table: Table, name: &str) -> Option<&'static Column> {
    let name = folded(name);
    let most = (name.chars().count() / 4).max(1);
    let apart = |column: &Column| strsim::damerau_levenshtein(column.name, &name);
    let columns = table.columns().iter().filter(|column| apart(column) <= most);
    columns.min_by_key(|column| apart(column))
}

/// The canonical column that a name may mean: one that it misspells, one that exports call so, or the nearest.
fn meant(table: Table, name: &str) -> Option<String> {
    let wanted = folded(name);
    let is_alias = |column: &&Column| aliases(table, column.name).contains(&wanted);
    let known = slip(table, name).or_else(|| table.columns().iter().find(is_alias));
    let near = || nearest(name, table.columns().iter().map(|column| column.name));
    known.map(|column| column.name.to_string()).or_else(near)
}

#[cfg(test)]
mod tests {
    use super::super::From;
    use super::*;

    fn hint(table: Table, name: &str, other_target: OtherTarget) -> Option<String> {
        let mapped = Mapped {
            other_target,
            ..Mapped::new(From::Column("x".into()))
        };
        check_target(table, name, &mapped).err().map(|wrong| wrong.hint)
    }

    #[test]
    fn a_slip_is_an_error_and_a_name_of_its_own_a_dimension() {
        for (table, name, near) in [
            (Table::Purchases, "amuont", "amount"),
            (Table::Purchases, "Amount", "amount"),
            (Table::Purchases, "ocurred_at", "occurred_at"),
            (Table::Surveys, "store", "score"),
            (Table::Interactions, "occured-at", "occurred_at"),
        ] {
            let hint = hint(table, name, OtherTarget::DimensionUnlessNear).unwrap();
            assert!(hint.starts_with(&format!("did you mean `{near}`? ")), "{hint}");
        }
        for (table, name) in [
            (Table::Purchases, "amount"),
            (Table::Purchases, "store"),
            (Table::Purchases, "product_group"),
            (Table::Purchases, "state"),
            (Table::Stakeholders, "team"),
            (Table::Surveys, "question"),
        ] {
            assert_eq!(hint(table, name, OtherTarget::DimensionUnlessNear), None, "{name}");
        }
    }

    #[test]
    fn the_command_line_maps_canonical_columns_and_declared_dimensions() {
        let on_command_line = |name| hint(Table::Purchases, name, OtherTarget::Nothing);
        assert_eq!(on_command_line("amount"), None);
        for (name, told) in [
            ("amuont", "did you mean `amount`?"),
            ("customer_id", "did you mean `stakeholder_id`?"),
            ("store", "its columns are stakeholder_id, occurred_at,"),
        ] {
            let hint = on_command_line(name).unwrap();
            assert!(hint.starts_with(told) && hint.ends_with("dimension = true }"), "{hint}");
        }
        assert_eq!(hint(Table::Purchases, "store", OtherTarget::Dimension), None);
        assert_eq!(hint(Table::Surveys, "store", OtherTarget::Dimension), None);
        assert!(hint(Table::Purchases, "amount", OtherTarget::Dimension).is_some());
        for (table, name) in [(Table::Stakeholders, "amount"), (Table::Purchases, "amount")] {
            assert_eq!(hint(table, name, OtherTarget::Nothing.of_several()), None);
        }
    }
}
