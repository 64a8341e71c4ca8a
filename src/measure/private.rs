//! Whose numbers are protected: employees, and the people of sources marked private.

use crate::canonical::CanonicalTables;
use crate::catalog::Metric;
use crate::facts::roster;
use crate::report::Cell;
use crate::schema::NO_CODE;

/// Which stakeholders and sources are protected as small groups.
#[derive(Debug)]
pub struct Private {
    stakeholders: Vec<bool>,
    sources: Vec<bool>,
}

impl Private {
    /// Reads it from the roster's types and the sources.
    pub fn new(canonical: &CanonicalTables) -> Private {
        let employee = canonical.texts.code("employee");
        let mut stakeholders: Vec<bool> = roster::current_values(canonical, "type")
            .into_iter()
            .map(|code| code != NO_CODE && Some(code) == employee)
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

/// Whether a cell tells about protected people: all of its people are (so many of them), or the metric is about employees by its
/// definition.
pub fn protects(metric: &Metric, cell: &Cell, private: u64) -> bool {
    let people = cell.stakeholders.unwrap_or_default();
    people > 0 && (is_about_employees(metric) || private == people)
}

/// Whether a metric is about employees by its definition.
pub fn is_about_employees(metric: &Metric) -> bool {
    metric.where_.as_ref().is_some_and(|w| {
        let text = w.text.to_ascii_lowercase();
        ["'employee'", "'enps'", "'engagement'"].iter().any(|word| text.contains(word))
    })
}
