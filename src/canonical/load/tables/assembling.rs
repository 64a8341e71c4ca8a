//! The files' columns put together into the canonical tables: one id space, duplicates dropped, rules applied, sorted.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use rayon::prelude::*;

use super::building::{Building, Dropped, DroppedRows};
use super::contradictions::{Records, activity_after_end};
use super::survey_scales;
use crate::canonical::load::dates::future_events;
use crate::canonical::load::dates::precision::{ColumnPrecision, TimeCounts};
use crate::canonical::load::file::file_notes;
use crate::canonical::load::file::lookups::Referred;
use crate::canonical::load::file::reading::Rowset;
use crate::canonical::load::file::{ReadFile, column_names};
use crate::canonical::load::money::currencies;
use crate::canonical::load::money::trials::settle_trials;
use crate::canonical::load::people::identities::{IdentityContext, identify};
use crate::canonical::load::people::{ids, placeholders};
use crate::canonical::load::record_counts::Reject;
use crate::canonical::load::repeats::duplicates::{Keys, repeated};
use crate::canonical::load::repeats::record_identity::{Exports, Statement};
use crate::canonical::load::{Loaded, Options, RawFile};
use crate::canonical::{CanonicalTables, Codes, Data, Dictionary, Interner, SourceInfo, messages, referrers};
use crate::diagnostics::Place;
use crate::io;
use crate::notes::{Code, DataIssue, Decision, FileNote, Note, UnusedStatus, Withheld};
use crate::record_counts::RecordCounts;
use crate::schema::{ColumnType, NO_CODE, NO_TIME, Role, Table, interactions, purchases, stakeholders as roster_columns, surveys};
use crate::sources::{AmountOn, From, QUESTION, Source};

/// What the threads of one file gave, as one.
pub fn join(mut sinks: Vec<Rowset>) -> Rowset {
    let mut all = sinks.remove(0);
    for mut sink in sinks {
        let stakeholders = all.interners.stakeholders.absorb(&sink.interners.stakeholders);
        let texts = all.interners.texts.absorb(&sink.interners.texts);
        all.fillings.par_iter_mut().zip(sink.fillings).for_each(|(mine, mut theirs)| {
            if let Data::Code(codes) = &mut theirs.data {
                // The same column of the same file: stakeholder or text is told by the plan, and both maps are by code.
                let map = if theirs.is_stakeholder { &stakeholders } else { &texts };
                if !map.are_same() {
                    codes.iter_mut().for_each(|c| *c = map.of(*c));
                }
            }
            mine.data.append(theirs.data);
            mine.times.add(theirs.times);
            mine.rounded += theirs.rounded;
            mine.add_notes(theirs.notes);
        });
        all.lines.append(&mut sink.lines);
        all.hashes.append(&mut sink.hashes);
        all.fixed.append(&mut sink.fixed);
        all.updated.append(&mut sink.updated);
        all.rows += sink.rows;
        all.filled += sink.filled;
        all.unused.append(&mut sink.unused);
        for (key, count) in sink.counts {
            *all.counts.entry(key).or_default() += count;
        }
    }
    // Threads take blocks as they come; where lines are kept, records stand in the order of the file.
    if !all.lines.is_sorted() {
        let mut order: Vec<u32> = (0..all.rows as u32).collect();
        order.sort_unstable_by_key(|&row| all.lines[row as usize]);
        for filling in &mut all.fillings {
            filling.data.reorder(&order, &mut Default::default());
        }
        reorder(&mut all.hashes, &order);
        reorder(&mut all.fixed, &order);
        reorder(&mut all.updated, &order);
        all.lines.sort_unstable();
    }
    all
}

/// Puts values into another order, where there are any.
fn reorder<T: Copy>(values: &mut Vec<T>, order: &[u32]) {
    if !values.is_empty() {
        *values = order.iter().map(|&row| values[row as usize]).collect();
    }
}

/// Makes the canonical tables of the files read.
pub fn assemble(read_files: Vec<ReadFile>, options: &Options, mut notes: Vec<Note>) -> Result<Loaded> {
    let (stakeholders, stakeholder_ranks, texts, text_ranks) = dictionaries(&read_files, options.currency.as_deref());
    let mut sources: Vec<SourceInfo> = Vec::new();
    let mut account: Vec<RecordCounts> = Vec::new();
    let mut files: Vec<RawFile> = Vec::new();
    let mut all_looked_up: Vec<io::Source> = Vec::new();
    let mut all_referred: Vec<(usize, Referred)> = Vec::new();
    let mut unused: Vec<Reject> = Vec::new();
    let mut tables: BTreeMap<Table, Building> = BTreeMap::new();
    let mut amount_on: Vec<AmountOn> = Vec::new();
    let mut amount_decisions: Vec<Option<Code>> = Vec::new();
    let mut keys: Vec<Vec<String>> = Vec::new();
    let mut described: Vec<Source> = Vec::new();
    let mut statements: Vec<Statement> = Vec::new();
    let questions = questions(&read_files);
    let (mut read_more, mut asked) = (BTreeSet::new(), BTreeSet::new());
    let mut wholes: BTreeMap<Table, BTreeMap<String, TimeCounts>> = BTreeMap::new();
    for (index, file) in read_files.into_iter().enumerate() {
        let present = column_names(&file);
        let ReadFile {
            info,
            source,
            plans,
            rowset,
            read,
            raw,
            looked_up,
            referred,
            more,
            decisions,
            update_column,
        } = file;
        for name in &more {
            read_more.insert((info.table, name.clone()));
        }
        // What another file of the table is asked for stays.
        asked.extend(present.difference(&more).map(|name| (info.table, name.clone())));
        files.push(raw);
        all_looked_up.extend(looked_up);
        all_referred.extend(referred.into_iter().map(|found| (index, found)));
        account.push(open_account(&info, read, &rowset, &decisions));
        amount_decisions.push(decisions.iter().find_map(amount_of_order));
        unused.extend(rowset.unused.iter().map(|u| Reject {
            file: info.file.clone(),
            line: u.line,
            record: u.record,
            column: u.column.clone(),
            reason: u.reason.clone(),
            raw: u.raw.clone(),
        }));
        amount_on.push(source.amount_on.unwrap_or_default());
        keys.push(source.key.clone());
        statements.push(Statement {
            same_id: source.same_id,
            deliveries: source.deliveries,
            update_column,
            is_in_order: !rowset.lines.is_empty(),
        });
        described.push(source);
        let table = info.table;
        let building = tables.entry(table).or_insert_with(|| Building::new(table));
        let before = building.rows.len;
        let who = table.stakeholder_column().name;
        let mut stakeholder = None;
        for (plan, filling) in plans.iter().zip(rowset.fillings) {
            let whole = wholes.entry(table).or_default().entry(plan.name.clone()).or_default();
            whole.add(filling.times);
            let mut data = filling.data;
            if let Data::Code(codes) = &mut data {
                let (maps, ranks) = if plan.kind == ColumnType::Stakeholder {
                    &stakeholder_ranks
                } else {
                    &text_ranks
                };
                let map = &maps[index];
                codes.par_iter_mut().for_each(|c| *c = ranks.of(map.of(*c)));
            }
            if plan.name == who {
                if let Data::Code(codes) = data {
                    stakeholder = Some(codes);
                }
                continue;
            }
            building.append(&plan.name, data, before);
        }
        building.finish_source(&present, before, rowset.rows, index);
        let stakeholder = stakeholder.unwrap_or_else(|| vec![NO_CODE; rowset.rows]);
        match building.stakeholder.is_empty() {
            true => building.stakeholder = stakeholder,
            false => building.stakeholder.extend(stakeholder),
        }
        building.hashes.extend(rowset.hashes);
        building.fixed.extend(rowset.fixed);
        if !rowset.updated.is_empty() {
            building.updated.resize(before, NO_TIME);
            building.updated.extend(rowset.updated);
        }
        if options.keep_lines || options.keep_unused {
            building.rows.line.get_or_insert_default().extend(rowset.lines);
        }
        sources.push(info);
    }
    for (table, building) in &mut tables {
        let columns = &wholes[table];
        building.rows.dates = columns
            .iter()
            .filter(|(_, counts)| counts.precision() == ColumnPrecision::Dates)
            .map(|(n, _)| n.clone())
            .collect();
    }
    notes.extend(file_notes::not_referred_to(all_referred, &sources));
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
    for (table, name) in read_more.difference(&asked) {
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
        looked_up: all_looked_up,
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

/// Takes out of rejects and notes what tells of the people of private sources, or of anyone if ids become pseudonyms. Ids of one
/// source may be those of another, so no id is shown as soon as one source is private.
fn withhold(sources: &[SourceInfo], unused: &mut [Reject], notes: &mut [Note]) {
    let withheld = |source: &&SourceInfo| source.private || source.redacted;
    let files: BTreeSet<&str> = sources.iter().filter(withheld).map(|source| source.file.as_str()).collect();
    if files.is_empty() {
        return;
    }
    for reject in unused.iter_mut().filter(|reject| files.contains(reject.file.as_str())) {
        reject.raw = String::new();
        reject.reason.withhold(Withheld::ALL);
    }
    for note in notes {
        let of_others = note.place.as_ref().is_some_and(|place| !files.contains(place.file.as_str()));
        note.withhold(Withheld {
            ids: true,
            cells: !of_others,
            names: false,
        });
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

/// For the codes of each file those of an interner of all of them, and the ranks of these.
type Ranks = (Vec<Codes>, Codes);

/// One dictionary of stakeholders and one of texts over all files, and the ranks of the codes of each file.
fn dictionaries(read_files: &[ReadFile], currency: Option<&str>) -> (Dictionary, Ranks, Dictionary, Ranks) {
    let mut stakeholders = Interner::default();
    let mut texts = Interner::default();
    for table in Table::ALL {
        table.columns().iter().flat_map(|c| c.words).for_each(|w| {
            texts.code(w);
        });
    }
    for word in ["customer", "supplier", "employee", "referral"].into_iter().chain(currency) {
        texts.code(word);
    }
    let (mut of_stakeholders, mut of_texts) = (Vec::new(), Vec::new());
    for file in read_files {
        of_stakeholders.push(stakeholders.absorb(&file.rowset.interners.stakeholders));
        of_texts.push(texts.absorb(&file.rowset.interners.texts));
    }
    let (stakeholders, ranks) = stakeholders.finish();
    let (texts, text_ranks) = texts.finish();
    (stakeholders, (of_stakeholders, ranks), texts, (of_texts, text_ranks))
}

/// The question that each source reads the answers to, as far as that tells it from others: a constant where it has one, else where the
/// scores come from, if a survey's file is read for several of its columns.
fn questions(read_files: &[ReadFile]) -> Vec<String> {
    let scores = |file: &ReadFile| file.source.map.get(surveys::SCORE.name).map(|mapped| mapped.from.to_string());
    let mut of_file: BTreeMap<&str, BTreeSet<Option<String>>> = BTreeMap::new();
    for file in read_files.iter().filter(|file| file.info.table == Table::Surveys) {
        of_file.entry(&file.info.file).or_default().insert(scores(file));
    }
    let several = of_file.values().any(|origins| origins.len() > 1);
    let question = |file: &ReadFile| match file.source.map.get(QUESTION).map(|mapped| &mapped.from) {
        Some(From::Value(text)) => text.clone(),
        _ if several && file.info.table == Table::Surveys => scores(file).unwrap_or_default(),
        _ => String::new(),
    };
    read_files.iter().map(question).collect()
}

fn open_account(info: &SourceInfo, read: u64, rowset: &Rowset, decisions: &[Decision]) -> RecordCounts {
    let of = |fate| rowset.counts.iter().filter(|((f, _), _)| *f == fate).map(|(_, n)| n).sum::<u64>();
    RecordCounts {
        file: info.file.clone(),
        kind: info.table,
        read,
        used: rowset.rows as u64,
        rejected: of(UnusedStatus::Rejected),
        duplicate: 0,
        excluded: of(UnusedStatus::Excluded),
        without_person: 0,
        reasons: rowset.counts.iter().map(|((_, code), n)| (*code, *n)).collect(),
        decided: decisions
            .iter()
            .find_map(filled_from_above)
            .map(|code| (code, rowset.filled))
            .into_iter()
            .collect(),
    }
}

/// The code of the decision that lines belong to the record above.
fn filled_from_above(decision: &Decision) -> Option<Code> {
    matches!(decision, Decision::FilledFromAbove { .. }).then(|| decision.description().code)
}

/// The code of the decision that amounts are those of orders.
fn amount_of_order(decision: &Decision) -> Option<Code> {
    matches!(decision, Decision::AmountOfOrder { .. }).then(|| decision.description().code)
}

/// Sets the account right for what was dropped after reading.
fn settle(account: &mut [RecordCounts], dropped: &Dropped) {
    for DroppedRows { source, reason, rows } in dropped.iter() {
        let file = &mut account[*source];
        let count = rows.len() as u64;
        file.used -= count;
        match reason.status() {
            UnusedStatus::Rejected => file.rejected += count,
            UnusedStatus::Duplicate => file.duplicate += count,
            UnusedStatus::Excluded => file.excluded += count,
        }
        *file.reasons.entry(reason.code()).or_default() += count;
    }
}

/// Counts the used records that count for no person.
fn count_without_person(account: &mut [RecordCounts], tables: &BTreeMap<Table, Building>) {
    for building in tables.values() {
        for row in building.without_person.iter().filter(|row| building.keep[**row as usize]) {
            account[building.rows.source_of(*row as usize) as usize].without_person += 1;
        }
    }
}

/// Tells of each record that was dropped after reading; its text is read again.
fn late_rejects(tables: &BTreeMap<Table, Building>, sources: &[SourceInfo], files: &[RawFile], dropped: &Dropped) -> Result<Vec<Reject>> {
    let mut rejects = Vec::new();
    for (source, (info, file)) in sources.iter().zip(files).enumerate() {
        let Some(lines) = tables.get(&info.table).and_then(|b| b.rows.line.as_ref()) else {
            continue;
        };
        let of_source = || dropped.iter().filter(|dropped| dropped.source == source);
        let line = |row: &u32| u64::from(lines[*row as usize]);
        let mut wanted: Vec<u64> = of_source().flat_map(|dropped| dropped.rows.iter().map(line)).collect();
        wanted.sort_unstable();
        // Raw text is not even read where it may not be shown.
        let records = match info.redacted {
            true => Default::default(),
            false => file.records(&wanted)?,
        };
        for DroppedRows { reason, rows, .. } in of_source() {
            rejects.extend(rows.iter().map(line).map(|line| {
                let (record, raw) = records.get(line).unwrap_or_default();
                Reject {
                    file: info.file.clone(),
                    line,
                    record,
                    column: String::new(),
                    reason: reason.clone(),
                    raw: raw.to_string(),
                }
            }));
        }
    }
    Ok(rejects)
}
