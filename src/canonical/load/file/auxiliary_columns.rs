//! Columns that nobody asked for and that findings need: what tells one record from the others, and the roster's e-mail addresses.

use anyhow::Result;

use super::columns::{ColumnSource, names};
use super::expected_records;
use super::mapping::Mapping;
use super::opening::{Opened, map};
use crate::canonical::load::Options;
use crate::canonical::load::repeats::record_identity::record_ids;
use crate::schema::Role;

impl Opened<'_> {
    /// Takes in the ids of the records, the names of people where there are few, and the addresses of a roster where somebody
    /// is named by one. They are gone once they were looked at.
    ///
    /// # Errors
    /// Those of [`map`].
    pub fn read_more(&mut self, options: &Options, may_have_emails: bool) -> Result<()> {
        let table = self.mapping.table;
        let ids = record_ids(table, &self.mapping.mapped, self.mapping.tickets);
        let mut wanted: Vec<&str> = ids.into_iter().flatten().map(|column| column.name).collect();
        // The name of an ID tells whether it is a placeholder, and whether two IDs may be one stakeholder.
        if expected_records(self.file, &self.peek.rows) <= options.large {
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

/// The names of people that a file has and that are not read.
pub fn unread_names(mapping: &Mapping) -> Vec<&'static str> {
    let read = names(&mapping.plans);
    let all = mapping.table.with_role(Role::PersonName).map(|column| column.name);
    all.filter(|name| mapping.mapped.contains(*name) && !read.contains(*name)).collect()
}
