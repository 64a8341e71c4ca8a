//! Columns that nobody asked for and that findings need: what tells one record from the others, and the roster's e-mail addresses.

use anyhow::Result;

use super::columns::{ColumnSource, names};
use super::opening::{Opened, map};
use super::{MOST_HASHED, expected_records};
use crate::canonical::load::Options;
use crate::canonical::load::repeats::record_identity::record_ids;
use crate::schema::Role;

impl Opened<'_> {
    /// Takes in the ids of the records, where several files have some or there are few, and the addresses of a roster where somebody
    /// is named by one. They are gone once they were looked at.
    ///
    /// # Errors
    /// Those of [`map`].
    pub fn read_more(&mut self, options: &Options, several: bool, may_have_emails: bool) -> Result<()> {
        let table = self.mapping.table;
        let mut wanted: Vec<&str> = Vec::new();
        if several || expected_records(self.file, &self.peek.rows) <= MOST_HASHED {
            let ids = record_ids(table, &self.mapping.mapped, self.mapping.tickets);
            wanted.extend(ids.into_iter().flatten().map(|column| column.name));
        }
        // The name of an ID tells whether it is a placeholder, and whether two IDs may be one stakeholder.
        if expected_records(self.file, &self.peek.rows) <= MOST_HASHED {
            wanted.extend(table.with_role(Role::PersonName).map(|column| column.name));
        }
        if may_have_emails {
            wanted.extend(table.with_role(Role::Email).map(|column| column.name));
        }
        let read = names(&self.mapping.plans);
        wanted.retain(|name| self.mapping.mapped.contains(*name) && !read.contains(*name));
        if wanted.is_empty() {
            return Ok(());
        }
        let mut mapping = map(self.source, self.file.name(), &self.peek, self.lookup.as_ref(), options, &wanted)?;
        // No record may fail for what nobody asked for: an expression could.
        mapping.plans.retain(|plan| {
            let is_more = wanted.contains(&plan.name.as_str());
            read.contains(&plan.name) || (is_more && !matches!(plan.take, ColumnSource::Expr(_)))
        });
        for plan in mapping.plans.iter_mut().filter(|plan| !read.contains(&plan.name)) {
            plan.open = false;
            self.more.insert(plan.name.clone());
        }
        self.mapping = mapping;
        Ok(())
    }
}
