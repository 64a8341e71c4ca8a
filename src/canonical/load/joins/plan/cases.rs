//! Messages of tickets, and answers about orders and tickets: whom they are from.

use anyhow::Result;

use super::authors::direction_beside_notes;
use super::{Plan, Role, key_mapping, renamed};
use crate::canonical::load::joins::files::Map;
use crate::canonical::load::joins::find::Link;
use crate::notes::{NotReadAlone, RelationUse};
use crate::schema::{ColumnType, Table, interactions, surveys};
use crate::sources::{From, Mapped, Source};

impl Plan<'_> {
    /// Joins messages to the tickets that they belong to, if this file has tickets and the messages show who wrote them; without that, or if
    /// the tickets have the response times, the tickets alone count.
    pub fn cases(&mut self, parent: usize) -> Result<()> {
        let tickets = self.file(parent);
        if tickets.table() != Some(Table::Interactions) || self.roles[parent].is_some() {
            return Ok(());
        }
        let map = tickets.as_table(Table::Interactions);
        let has = |map: &Map, column: &str| map.contains_key(column);
        let links: Vec<(usize, &Link)> = self.links.iter().enumerate().filter(|(_, link)| link.to == parent).collect();
        for (at, link) in links {
            let messages = self.file(link.from);
            let is_own = link.from == parent || self.roles[link.from].is_some();
            if is_own || !matches!(messages.table(), Some(Table::Interactions) | None) || !self.is_certain(at) {
                continue;
            }
            // Tickets have several messages; a file with one record each says more about the ticket.
            let mut own = messages.as_table(Table::Interactions);
            if !has(&own, interactions::OCCURRED_AT.name) || link.relation.several == 0 {
                continue;
            }
            let Some(person) = self.person(parent, &map, &link.of) else {
                continue;
            };
            let shows_authors = [
                interactions::DIRECTION.name,
                interactions::AUTHOR_TYPE.name,
                interactions::IN_REPLY_TO.name,
            ];
            let direction = match shows_authors.iter().any(|column| has(&own, column)) {
                true => None,
                false => self.direction_by_author(link, &own, &person)?,
            };
            let shows_authors = direction.is_some() || shows_authors.iter().any(|column| has(&own, column));
            let has_responses = [interactions::RESPONDED_AT.name, interactions::RESPONSE_MINUTES.name];
            let has_responses = has_responses.iter().any(|column| has(&map, column));
            // Tickets without a message would be lost.
            let are_all_there = link.relation.coverage() >= 0.95;
            if !tickets.is_complete() && !shows_authors {
                continue;
            }
            // What the messages do not begin with is in the tickets: both are read.
            let begin_later =
                tickets.is_complete() && shows_authors && !has_responses && self.lack_openings(link, &own, direction, &person)?;
            if tickets.is_complete() && (has_responses || !shows_authors || !are_all_there && !begin_later) {
                self.roles[link.from] = Some(Role::Not(NotReadAlone::CasesElsewhere {
                    counted: tickets.name().to_string(),
                }));
                continue;
            }
            let chain = self.chain(link.from, at, &person, false)?;
            let name_in = |file: usize, column: usize| chain.name(file, column);
            let who = interactions::STAKEHOLDER_ID.name;
            own.remove(who);
            for (canonical, mapped) in &map {
                let column = Table::Interactions.column(canonical);
                let is_number = column.is_some_and(|column| matches!(column.kind, ColumnType::Money | ColumnType::Number));
                let of_message = [
                    who,
                    interactions::OCCURRED_AT.name,
                    interactions::INTERACTION_ID.name,
                    interactions::DIRECTION.name,
                    interactions::AUTHOR_TYPE.name,
                    interactions::RESPONDED_AT.name,
                    interactions::RESPONSE_MINUTES.name,
                ];
                if is_number || of_message.contains(&canonical.as_str()) || own.contains_key(canonical) {
                    continue;
                }
                if let Some(mapped) = renamed(mapped, &|name| name_in(parent, tickets.header().find(name)?)) {
                    own.insert(canonical.clone(), mapped);
                }
            }
            let Some(of_person) = name_in(person.file, person.column) else {
                continue;
            };
            // The number of a message, whatever it is called: with it, times of the ticket do not make tickets of its messages.
            let is_number = |column: &usize| !link.key.contains(column) && messages.seems_unique(*column) && messages.may_be_key(*column);
            if let Some(number) = (0..messages.names.len())
                .find(is_number)
                .filter(|_| !has(&own, interactions::INTERACTION_ID.name))
            {
                own.insert(interactions::INTERACTION_ID.name.to_string(), key_mapping(messages, &[number]));
            }
            let said = messages.column(&own, interactions::DIRECTION.name);
            if let Some(direction) = said.and_then(|column| direction_beside_notes(messages, column)) {
                own.insert(interactions::DIRECTION.name.to_string(), Mapped::new(From::Expr(direction)));
            }
            if let Some(direction) = direction.and_then(|direction| direction.expression(messages, &of_person)) {
                own.insert(interactions::DIRECTION.name.to_string(), Mapped::new(From::Expr(direction)));
            }
            own.insert(who.to_string(), Mapped::new(From::Column(of_person)));
            own.insert(interactions::CASE_ID.name.to_string(), key_mapping(messages, &link.key));
            let mut source = Source {
                table: Some(Table::Interactions),
                map: own,
                is_mapped: true,
                lookup: chain.lookups.clone(),
                ..messages.source().clone()
            };
            source.values.extend(tickets.recognised().values.clone());
            source.values.extend(messages.recognised().values.clone());
            self.roles[link.from] = Some(Role::Joined(Box::new(source)));
            self.people.insert(link.from, (person.file, person.column));
            let by = messages.name().to_string();
            for &link in &chain.path {
                self.uses[link] = RelationUse::Joined;
                self.roles[self.links[link].to] = Some(Role::Not(NotReadAlone::LookedUp { by: by.clone() }));
            }
            self.paths.insert(link.from, chain.path);
            if begin_later {
                self.openings(parent, link);
            }
            return Ok(());
        }
        Ok(())
    }

    /// Reads tickets as the messages that they were opened with.
    fn openings(&mut self, tickets: usize, link: &Link) {
        let file = self.file(tickets);
        let mut map = file.recognised().map.clone();
        map.remove(interactions::INTERACTION_ID.name);
        map.insert(interactions::CASE_ID.name.to_string(), key_mapping(file, &link.of));
        let inbound = From::Value("inbound".to_string());
        map.insert(interactions::DIRECTION.name.to_string(), Mapped::new(inbound));
        self.roles[tickets] = Some(Role::Joined(Box::new(Source {
            map,
            is_mapped: true,
            ..file.recognised().clone()
        })));
    }

    /// Answers of surveys whose order or ticket says whom they are from.
    pub fn answers(&mut self, file: usize) -> Result<()> {
        let answers = self.file(file);
        if answers.table() != Some(Table::Surveys) || !answers.is_complete() || self.roles[file].is_some() {
            return Ok(());
        }
        let who = surveys::STAKEHOLDER_ID.name;
        let map = answers.as_table(Table::Surveys);
        if map.contains_key(who) {
            return Ok(());
        }
        for (at, link) in self.links_from(file) {
            let parent = self.file(link.to);
            let Some(table @ (Table::Purchases | Table::Interactions)) = parent.table() else {
                continue;
            };
            if !self.is_certain(at) {
                continue;
            }
            let Some(person) = self.person(link.to, &parent.as_table(table), &link.of) else {
                continue;
            };
            let chain = self.chain(file, at, &person, true)?;
            let Some(of_person) = chain.name(person.file, person.column) else {
                continue;
            };
            let mut map = map.clone();
            map.insert(who.to_string(), Mapped::new(From::Column(of_person)));
            chain.path.iter().for_each(|link| self.uses[*link] = RelationUse::Joined);
            let source = Source {
                map,
                is_mapped: true,
                lookup: chain.lookups.clone(),
                ..answers.recognised().clone()
            };
            self.paths.insert(file, chain.path);
            self.roles[file] = Some(Role::Joined(Box::new(source)));
            self.people.insert(file, (person.file, person.column));
            return Ok(());
        }
        Ok(())
    }
}
