//! What was received of the lines of purchase orders, where another file says it.

use anyhow::Result;

use super::chain::Chain;
use super::{Plan, Role, renamed};
use crate::notes::{NotReadAlone, RelationUse};
use crate::schema::{Table, supplies};
use crate::sources::Source;
use crate::sources::Unmatched;
use crate::sources::grammar::MOST_LOOKUPS;

/// The columns that a receipt adds to the line that it is of.
const OF_RECEIPTS: [&str; 3] = [
    supplies::RECEIVED_AT.name,
    supplies::QUANTITY_RECEIVED.name,
    supplies::QUANTITY_REJECTED.name,
];

impl Plan<'_> {
    /// Whether a file has what came of the lines of another one, which says itself from whom, how much or by when was ordered.
    pub fn are_receipts(&self, file: usize, lines: usize) -> bool {
        let (theirs, ours) = (self.file(file).as_table(Table::Supplies), self.file(lines).recognised());
        let came = OF_RECEIPTS.iter().any(|column| theirs.contains_key(*column));
        let is_ordered = |map: &super::Map| {
            [&supplies::QUANTITY, &supplies::PROMISED_AT]
                .iter()
                .any(|column| map.contains_key(column.name))
        };
        came && !is_ordered(&theirs) && self.file(lines).is_complete() && is_ordered(&ours.map)
    }

    /// Adds to lines of purchase orders that stand alone what was received of them, if another file has one record for each line that was
    /// received; whether one has.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn with_receipts(&mut self, lines: usize) -> Result<bool> {
        let to_lines = self.links.iter().filter(|link| link.to == lines);
        let receipts: Vec<usize> = to_lines
            .map(|link| link.from)
            .filter(|&file| self.roles[file].is_none() && self.are_receipts(file, lines))
            .collect();
        if receipts.is_empty() {
            return Ok(false);
        }
        let source = Source {
            is_mapped: true,
            ..self.file(lines).recognised().clone()
        };
        let before = source.map.len();
        self.roles[lines] = Some(Role::Joined(Box::new(source)));
        self.receipts(lines, &receipts)?;
        let is_added = matches!(&self.roles[lines], Some(Role::Joined(source)) if source.map.len() > before);
        if !is_added {
            self.roles[lines] = None;
        }
        Ok(is_added)
    }

    /// Adds to the lines of purchase orders what was received of them, from the one of these files that has one record for each line that
    /// was received. Lines without a receipt were not received. Several receipts of a line would multiply it: they are left as they are.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn receipts(&mut self, lines: usize, others: &[usize]) -> Result<()> {
        let Some(Role::Joined(source)) = self.roles[lines].clone() else {
            return Ok(());
        };
        let is_open = |map: &super::Map| !OF_RECEIPTS.iter().any(|column| map.contains_key(*column));
        if !is_open(&source.map) || source.lookup.len() >= MOST_LOOKUPS {
            return Ok(());
        }
        let receipts = self.links_from(lines).find(|(_, link)| {
            let back = self.links_from(link.to).any(|(at, back)| {
                let is_reverse = back.to == lines && back.key == link.of && back.of == link.key;
                is_reverse && self.is_certain(at)
            });
            others.contains(&link.to) && link.relation.is_to_one() && back && !is_open(&self.file(link.to).as_table(Table::Supplies))
        });
        let Some((at, link)) = receipts else { return Ok(()) };
        let path = self.paths.get(&lines).cloned().unwrap_or_default();
        let mut chain = Chain::of(self, lines, source.lookup.clone(), path)?;
        if !chain.push(at, Unmatched::Keep)? {
            return Ok(());
        }
        let theirs = self.file(link.to);
        let mut source = source;
        for column in OF_RECEIPTS {
            let name_in = |name: &str| chain.name(link.to, theirs.header().find(name)?);
            let mapped = theirs
                .as_table(Table::Supplies)
                .get(column)
                .and_then(|mapped| renamed(mapped, &name_in));
            if let Some(mapped) = mapped {
                source.map.insert(column.to_string(), mapped);
            }
        }
        source.lookup = chain.lookups;
        self.uses[at] = RelationUse::Joined;
        self.paths.insert(lines, chain.path);
        self.roles[lines] = Some(Role::Joined(source));
        let by = self.file(lines).name().to_string();
        self.roles[link.to] = Some(Role::Not(NotReadAlone::LookedUp { by }));
        Ok(())
    }
}
