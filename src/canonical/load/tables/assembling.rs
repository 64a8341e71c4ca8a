//! The files' columns put together into the canonical tables: one id space, duplicates dropped, rules applied, sorted.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use rayon::prelude::*;

use super::accounts::{count_without_person, late_rejects, settle, withhold};
use super::building::{Building, Dropped};
use super::contradictions::{Records, activity_after_end};
use super::gathering::{Gathered, gather};
use super::survey_scales;
use crate::canonical::load::dates::future_events;
use crate::canonical::load::file::{ReadFile, file_notes};
use crate::canonical::load::money::currencies;
use crate::canonical::load::money::trials::settle_trials;
use crate::canonical::load::people::identities::{IdentityContext, identify};
use crate::canonical::load::people::{ids, placeholders};
use crate::canonical::load::repeats::duplicates::{Keys, repeated};
use crate::canonical::load::repeats::record_identity::Exports;
use crate::canonical::load::{Loaded, Options};
use crate::canonical::{CanonicalTables, Data, Dictionary, SourceInfo, messages, referrers};
use crate::diagnostics::Place;
use crate::notes::{DataIssue, FileNote, Note};
use crate::schema::{Role, Table, interactions, purchases, stakeholders as roster_columns};
use crate::sources::Source;

/// Makes the canonical tables of the files read.
pub fn assemble(read_files: Vec<ReadFile>, options: &Options, mut notes: Vec<Note>) -> Result<Loaded> {
    let Gathered {
        stakeholders,
        texts,
        mut tables,
        mut sources,
        mut account,
        files,
        looked_up,
        referred,
        mut unused,
        amount_on,
        amount_decisions,
        keys,
        questions,
        described,
        statements,
        read_more,
    } = gather(read_files, options);
    notes.extend(file_notes::not_referred_to(referred, &sources));
    if let Some(surveys) = tables.get_mut(&Table::Surveys) {
        survey_scales::mark_answers_without_score(surveys, &mut sources);
    }
    let mut dropped = Dropped::default();
    let keeps_dates: Vec<bool> = described.iter().map(|source| source.keep_placeholder_dates).collect();
    for building in tables.values_mut() {
        notes.extend(building.void_placeholder_dates(&keeps_dates, &options.zone, &sources, &mut dropped));
        notes.extend(building.mark_leavers(&texts, &sources));
    }
    let found = placeholders::find(&mut tables, &stakeholders, &texts, &sources, &described.iter().collect::<Vec<_>>());
    notes.extend(found.notes);
    let who = IdentityContext {
        stakeholders: &stakeholders,
        texts: &texts,
        is_placeholder: &found.is_placeholder,
        merge_spellings: options.merge_spellings,
    };
    notes.extend(identify(&mut tables, &who));
    if let Some(surveys) = tables.get_mut(&Table::Surveys) {
        notes.extend(survey_scales::settle(surveys, &mut sources, &texts));
    }
    let headers: Vec<&[String]> = files.iter().map(|file| file.layout.header.names.as_slice()).collect();
    find_cases(&tables, &mut sources, &texts);
    let exports = Exports {
        sources: &sources,
        keys: &keys,
        questions: &questions,
        headers: &headers,
        stated: &statements,
        stakeholders: &stakeholders,
        texts: &texts,
        as_of: options.as_of,
    };
    for building in tables.values_mut() {
        notes.extend(exports.settle(building, &mut dropped));
    }
    let declared = Keys {
        keys: &keys,
        questions: &questions,
        zone: &options.zone,
        division: options.division,
    };
    side_by_side(&mut tables, &mut dropped, |building, dropped| {
        building.drop_duplicates(&declared, dropped);
    });
    notes.extend(repeated(&tables, &sources));
    notes.extend(exports.same_id_differs(&tables));
    if let Some(purchases) = tables.get_mut(&Table::Purchases) {
        notes.extend(exports.settle_shared_orders(purchases, &mut dropped)?);
    }
    for building in tables.values_mut() {
        building.hashes = Vec::new();
        building.updated = Vec::new();
    }
    // They have told who it was; written out again are the addresses and phone numbers alone.
    let is_done = |role: Role| role.is_contact() && (role == Role::ContactName || !options.everything);
    for building in tables.values_mut() {
        for column in building.rows.table.columns().iter().filter(|column| is_done(column.role)) {
            building.rows.columns.remove(column.name);
        }
    }
    for (table, name) in &read_more {
        tables.get_mut(table).and_then(|building| building.rows.columns.remove(name));
    }
    let is_known: Vec<bool> = described
        .iter()
        .map(|source| source.profile.as_deref().is_some_and(|id| id != "none"))
        .collect();
    let is_set = |source: &Source| source.values.contains_key(purchases::STATUS.name);
    let is_said: Vec<bool> = described
        .iter()
        .zip(&is_known)
        .map(|(source, known)| *known || is_set(source))
        .collect();
    if let Some(purchases) = tables.get_mut(&Table::Purchases) {
        notes.extend(purchases.give_lines_their_status(&sources, &amount_on));
    }
    let mut unanswered = Vec::new();
    if let Some(interactions) = tables.get_mut(&Table::Interactions) {
        interactions.find_authors(&sources, &texts);
        unanswered = interactions.without_answers(&sources, &texts);
    }
    side_by_side(&mut tables, &mut dropped, |building, dropped| {
        if building.rows.table == Table::Interactions && sources.iter().any(|s| s.messages) {
            let is_message = |source: u16| sources[source as usize].messages;
            let cases = messages::resolve(&building.rows, &mut building.stakeholder, &is_message, &texts);
            building
                .rows
                .columns
                .insert(interactions::CASE_KEY.name.to_string(), Data::Key(cases));
        }
        building.drop_by_rule(&texts, &sources, &found.is_placeholder, &is_known, options, dropped);
    });
    for building in tables.values_mut() {
        notes.extend(building.count_sales_once(&texts, &sources, &is_known, &mut dropped));
        notes.extend(building.unknown_statuses(&texts, &is_said, &sources));
        notes.extend(building.refund_by_status(&texts, &sources));
        notes.extend(building.convert(&texts, options, &sources));
    }
    notes.extend(settle_trials(&mut tables, &sources));
    if let Some(interactions) = tables.get_mut(&Table::Interactions) {
        interactions.mark_closed(&texts, &sources);
    }
    notes.extend(file_notes::of_cases(&sources));
    let records = Records {
        tables: &tables,
        sources: &sources,
        texts: &texts,
        as_of: options.as_of,
        zone: &options.zone,
    };
    notes.extend(records.contradictions());
    if let Some(as_of) = options.as_of {
        let later = tables
            .values()
            .flat_map(|building| building.future_dates(as_of, &options.zone, &sources));
        notes.extend(later);
    }
    let as_of = options.as_of.unwrap_or_else(|| future_events::end_of_data(&tables, &options.zone));
    side_by_side(&mut tables, &mut dropped, |building, dropped| {
        building.forget_after(as_of, dropped, options.as_of.is_some());
        if building.rows.table == Table::Interactions {
            building.reopen(&texts);
        }
        building.amounts_once(&amount_on, dropped);
    });
    if let Some(supplies) = tables.get_mut(&Table::Supplies) {
        notes.extend(exports.add_deliveries(supplies, &mut dropped));
    }
    if options.as_of.is_none() {
        notes.extend(future_events::far_ahead(&tables, &options.zone));
    }
    find_used(&tables, &mut sources);
    for source in unanswered {
        sources[source].has_answers = false;
        notes.push(Note::new(FileNote::OneMessageEach).at(Place::file(&sources[source].file)));
    }
    settle(&mut account, &dropped);
    for building in tables.values() {
        let table = building.rows.table;
        for (source, rows) in &building.differing_amounts {
            let place = Place::file(&sources[usize::from(*source)].file);
            notes.push(Note::new(DataIssue::OrderAmountsDiffer { table }).count(*rows).at(place));
        }
    }
    for (source, lines) in tables.values().flat_map(|building| &building.counted_elsewhere) {
        let source = usize::from(*source);
        account[source].decided.extend(amount_decisions[source].map(|code| (code, *lines)));
    }
    count_without_person(&mut account, &tables);
    if options.keep_unused {
        unused.extend(late_rejects(&tables, &sources, &files, &dropped)?);
    }
    tables
        .values_mut()
        .collect::<Vec<_>>()
        .into_par_iter()
        .for_each(Building::apply_keep);
    if let Some(roster) = tables.get_mut(&Table::Stakeholders) {
        notes.extend(roster.split_rehired(&texts, &sources));
        // The stays have what it says.
        sources
            .iter_mut()
            .for_each(|source| _ = source.mapped.remove(roster_columns::REHIRED_AT.name));
    }
    tables.values_mut().collect::<Vec<_>>().into_par_iter().for_each(|building| {
        building.rows.sort_by_stakeholder(&building.stakeholder, stakeholders.len());
    });
    let mut canonical = CanonicalTables {
        stakeholders,
        texts,
        tables: tables.into_par_iter().map(|(t, b)| (t, b.finish())).collect(),
        referred: Vec::new(),
        sources,
        as_of,
        zone: options.zone.clone(),
        currency: options.currency.clone(),
        unknown_currencies: BTreeSet::new(),
        redaction: None,
    };
    notes.extend(currencies::find_unknown(&mut canonical));
    notes.extend(activity_after_end(&canonical));
    notes.extend(ids::doubtful(&canonical, &account));
    canonical.referred = referrers::referred(&canonical);
    if let Some(rows) = referrers::derive(&canonical) {
        canonical.tables.insert(Table::Referrals, rows);
    }
    for file in &account {
        anyhow::ensure!(file.adds_up(), "the record counts of {} do not add up: {file:?}", file.file);
    }
    withhold(&canonical.sources, &mut unused, &mut notes);
    unused.sort_by(|a, b| a.order().cmp(&b.order()));
    Ok(Loaded {
        canonical,
        account,
        unused,
        notes,
        files,
        looked_up,
    })
}

/// Finds the sources of interactions that have contacts alone.
fn find_cases(tables: &BTreeMap<Table, Building>, sources: &mut [SourceInfo], texts: &Dictionary) {
    let Some(Building { rows, keep, .. }) = tables.get(&Table::Interactions) else {
        return;
    };
    let contacts = interactions::CONTACTS_ONLY.map(|kind| texts.code(kind));
    let kinds = rows.codes(&interactions::KIND);
    let mut has_cases = vec![false; sources.len()];
    let of_table = sources
        .iter()
        .filter(|source| source.table == Table::Interactions && source.has_cases);
    let mut unknown = of_table.count();
    for row in (0..rows.len).filter(|&row| keep[row] && !contacts.contains(&Some(kinds.at(row)))) {
        let source = usize::from(rows.source_of(row));
        if !std::mem::replace(&mut has_cases[source], true) {
            unknown -= usize::from(sources[source].has_cases);
            if unknown == 0 {
                break;
            }
        }
    }
    for (source, has_cases) in sources
        .iter_mut()
        .zip(has_cases)
        .filter(|(source, _)| source.table == Table::Interactions)
    {
        source.has_cases &= has_cases;
    }
}

/// Finds the sources of which no record is used: all are excluded, superseded or duplicates.
fn find_used(tables: &BTreeMap<Table, Building>, sources: &mut [SourceInfo]) {
    sources.iter_mut().for_each(|source| source.is_used = false);
    for Building { rows, keep, .. } in tables.values() {
        (0..rows.len)
            .filter(|&row| keep[row])
            .for_each(|row| sources[usize::from(rows.source_of(row))].is_used = true);
    }
}

/// Works at all tables, and gathers what is dropped in the order of the tables.
fn side_by_side(tables: &mut BTreeMap<Table, Building>, dropped: &mut Dropped, work: impl Fn(&mut Building, &mut Dropped) + Sync) {
    let buildings: Vec<&mut Building> = tables.values_mut().collect();
    let of_tables: Vec<Dropped> = buildings
        .into_par_iter()
        .map(|building| {
            let mut dropped = Dropped::default();
            work(building, &mut dropped);
            dropped
        })
        .collect();
    of_tables.into_iter().for_each(|other| dropped.absorb(other));
}
