//! Rosters that do not say who left, and files that say nothing else: terminations of employees.

use anyhow::Result;

use super::chain::Chain;
use super::{Plan, Role};
use crate::canonical::load::joins::files::File;
use crate::canonical::load::joins::names::is_record;
use crate::notes::{JoinQuestion, KeyNames, NotReadAlone, Relation, RelationUse};
use crate::schema::{Table, stakeholders};
use crate::sources::guess::ColumnProfile;
use crate::sources::{From, Mapped, Several, Source};

/// What says that somebody left.
const ENDS: [&str; 4] = [
    stakeholders::ENDED_AT.name,
    stakeholders::STATUS.name,
    stakeholders::IS_ACTIVE.name,
    stakeholders::HAS_LEFT.name,
];

impl Plan<'_> {
    /// Adds to a roster when those on it left, if one file has that and not when they came, with one record for each who did.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn leavers(&mut self) -> Result<()> {
        for at in 0..self.files.len() {
            let roster = self.file(at);
            let map = &roster.recognised().map;
            let is_open = self.roles[at].is_none() && roster.table() == Some(Table::Stakeholders) && roster.is_complete();
            let says_start = map.contains_key(stakeholders::STARTED_AT.name);
            if !is_open || !says_start || ENDS.iter().any(|column| map.contains_key(*column)) {
                continue;
            }
            let id = roster.column(map, stakeholders::STAKEHOLDER_ID.name);
            let found = self.links.iter().enumerate().filter_map(|(link, found)| {
                let is_id = found.to == at && id.is_some_and(|id| found.of == [id]) && found.relation.names <= KeyNames::IdOfFile;
                let is_free = self.is_certain(link) && self.roles[found.from].is_none() && found.from != at;
                Some((link, left_at(self.file(found.from)).filter(|_| is_id && is_free)?))
            });
            let found: Vec<(usize, usize)> = found.collect();
            let [(link, ended)] = found[..] else { continue };
            // Who left several times came back, and nothing says when.
            if self.links[link].relation.several > 0 {
                let relation = self.links[link].relation.clone();
                let relation = Relation {
                    from: relation.to.clone(),
                    to: relation.from.clone(),
                    rows: relation.of,
                    matched: relation.shared,
                    empty: 0,
                    distinct: relation.of,
                    several: 0,
                    of: relation.distinct,
                    repeated: relation.several,
                    ..relation
                };
                self.joins.questions.push(JoinQuestion::Multiplies { relation });
                self.uses[link] = RelationUse::Question;
                continue;
            }
            let mut chain = Chain::of(self, at, Vec::new(), Vec::new())?;
            chain.push_back(link, Several::Refuse)?;
            let Some(name) = chain.name_back(ended) else { continue };
            let mut source = Source {
                is_mapped: true,
                lookup: chain.lookups,
                ..roster.recognised().clone()
            };
            source
                .map
                .insert(stakeholders::ENDED_AT.name.to_string(), Mapped::new(From::Column(name)));
            self.uses[link] = RelationUse::Joined;
            self.roles[self.links[link].from] = Some(Role::Not(NotReadAlone::LookedUp {
                by: roster.name().to_string(),
            }));
            self.roles[at] = Some(Role::Joined(Box::new(source)));
        }
        Ok(())
    }
}

/// Words of a header or a file that say that somebody left, as an end of anything does not.
const LEFT: [&str; 7] = ["left", "leaver", "termination", "resignation", "separation", "churn", "cancelled"];

/// The column of when people left, of a file of those who did. What has the number of an order or an appointment says when that ended, and
/// what has amounts lists more than leavers.
fn left_at(file: &File) -> Option<usize> {
    let map = file.as_table(Table::Stakeholders);
    let comes = map.contains_key(stakeholders::STARTED_AT.name);
    let is_of_records = file.words.iter().any(is_record) || file.profiles.iter().any(ColumnProfile::are_amounts);
    let may_be = matches!(file.table(), None | Some(Table::Stakeholders)) && !comes && !is_of_records;
    let ended = file.column(&map, stakeholders::ENDED_AT.name).filter(|_| may_be)?;
    let says_left = LEFT
        .iter()
        .any(|word| file.words[ended].contains(*word) || file.entity.contains(*word));
    says_left.then_some(ended)
}
