//! Whose numbers are protected: employees, and the people of sources marked private.

use crate::canonical::CanonicalTables;
use crate::catalog::Metric;
use crate::facts::context::{Slicing, is_out};
use crate::facts::roster;
use crate::report::Cell;
use crate::schema::stakeholders::TYPE;
use crate::schema::{NO_CODE, Table};

/// Which stakeholders and sources are protected as small groups.
#[derive(Debug)]
pub struct Private {
    stakeholders: Vec<bool>,
    sources: Vec<bool>,
}

impl Private {
    /// Reads it from the roster's types and the sources.
    pub fn new(canonical: &CanonicalTables) -> Private {
        let protected: Vec<u32> = TYPE.protected_words.iter().filter_map(|word| canonical.texts.code(word)).collect();
        let mut stakeholders: Vec<bool> = roster::current_values(canonical, TYPE.name)
            .into_iter()
            .map(|code| code != NO_CODE && protected.contains(&code))
            .collect();
        let sources: Vec<bool> = canonical.sources.iter().map(|s| s.private).collect();
        for rows in canonical.tables.values().filter(|_| sources.iter().any(|p| *p)) {
            for s in 0..canonical.nobody() {
                if rows.run(s).any(|row| sources[rows.source_of(row) as usize]) {
                    stakeholders[s as usize] = true;
                }
            }
        }
        Private { stakeholders, sources }
    }

    /// Whether a stakeholder, or a row without one of this source, is protected.
    pub fn is(&self, stakeholder: u32, source: u16) -> bool {
        if stakeholder == NO_CODE {
            self.sources.get(source as usize).copied().unwrap_or(false)
        } else {
            self.stakeholders[stakeholder as usize]
        }
    }

    /// Whether anybody is.
    pub fn any(&self) -> bool {
        self.stakeholders.iter().chain(&self.sources).any(|p| *p)
    }
}

/// Whether a condition keeps some records of protected people and leaves others out: a number about those that are kept, and one without the
/// condition, give one about the others. `table` has the records that are counted, and `kept` is what the condition keeps of them.
pub fn divides_protected(canonical: &CanonicalTables, table: Table, kept: &Slicing) -> bool {
    let private = Private::new(canonical);
    let Some(rows) = canonical.table(table).filter(|_| private.any()) else {
        return false;
    };
    let (mut some_in, mut some_out) = (false, false);
    for stakeholder in (0..canonical.nobody()).filter(|stakeholder| private.stakeholders[*stakeholder as usize]) {
        for row in rows.run(stakeholder) {
            match is_out(kept.of_row(row, stakeholder)) {
                true => some_out = true,
                false => some_in = true,
            }
        }
    }
    some_in && some_out
}

/// How many of the people of a cell are protected: all, if the metric is about protected people by its definition.
pub fn protected_people(metric: &Metric, cell: &Cell, protected: u64) -> u64 {
    match is_about_protected_people(metric) {
        true => cell.stakeholders.unwrap_or_default(),
        false => protected,
    }
}

/// Whether a metric is about protected people by its definition: the condition on its rows names a word that marks them, of a column
/// that holds such words. It does not matter how it names the word: what is said of all others reveals it too.
pub fn is_about_protected_people(metric: &Metric) -> bool {
    let (Some(fact), Some(condition)) = (metric.fact, &metric.where_) else {
        return false;
    };
    fact.columns.iter().any(|column| {
        let marks = column.words_of.map_or(&[][..], |words_of| words_of.protected_words);
        let texts = condition.expr.texts_beside(column.name);
        marks.iter().any(|mark| texts.iter().any(|text| text.eq_ignore_ascii_case(mark)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::facts::SPECS;

    #[test]
    fn a_metric_is_about_protected_people_if_its_condition_names_a_word_that_marks_them() {
        let metric = |id: &str, fact: &str, condition: &str| {
            format!(
                "[metric.{id}]\ntitle = 'x'\nfamily = 'x'\nfact = '{fact}'\nkind = 'count'\n{}where = \"{condition}\"\nunit = 'count'\n\
                 good = 'up'\ntext = 'x'\n",
                if fact == "responses" { "at = 'counted_at'\n" } else { "" }
            )
        };
        let cases = [
            ("by_type", "relations", "type = 'Employee'", true),
            ("others", "relations", "not (type = 'employee')", true),
            ("in_a_list", "responses", "instrument in ('nps', 'enps') and answered", true),
            ("customers", "relations", "type = 'customer'", false),
            ("of_no_such_column", "responses", "owner = 'employee' or owner = 'enps'", false),
            (
                "of_another_column",
                "responses",
                "instrument = 'nps' and owner = 'engagement'",
                false,
            ),
        ];
        let text: String = cases.iter().map(|(id, fact, condition, _)| metric(id, fact, condition)).collect();
        let catalog = Catalog::builtin(SPECS).with_user(&text, "own", SPECS).unwrap();
        for (id, .., expected) in cases {
            assert_eq!(is_about_protected_people(catalog.get(id).unwrap()), expected, "{id}");
        }
        assert!(is_about_protected_people(catalog.get("enps").unwrap()));
        assert!(!is_about_protected_people(catalog.get("nps").unwrap()));
    }
}
