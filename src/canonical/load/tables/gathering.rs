//! The columns of all files, one file after the other, in the tables that they feed, with one dictionary of stakeholders and one of texts.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::accounts::{amount_of_order, open_account};
use super::building::Building;
use crate::canonical::load::dates::precision::{ColumnPrecision, TimeCounts};
use crate::canonical::load::file::lookups::Referred;
use crate::canonical::load::file::{ReadFile, column_names};
use crate::canonical::load::record_counts::Reject;
use crate::canonical::load::repeats::record_identity::Statement;
use crate::canonical::load::{Options, RawFile};
use crate::canonical::{Codes, Data, Dictionary, Interner, SourceInfo};
use crate::io;
use crate::notes::Code;
use crate::record_counts::RecordCounts;
use crate::schema::{ColumnType, NO_CODE, NO_TIME, Table, surveys};
use crate::sources::{AmountOn, From, QUESTION, Source};

/// What all files gave. What is by source has one entry for each file, in their order.
pub(super) struct Gathered {
    pub stakeholders: Dictionary,
    pub texts: Dictionary,
    pub tables: BTreeMap<Table, Building>,
    /// By source.
    pub sources: Vec<SourceInfo>,
    /// By source.
    pub account: Vec<RecordCounts>,
    /// By source.
    pub files: Vec<RawFile>,
    /// Files with more columns, which were looked up.
    pub looked_up: Vec<io::Source>,
    /// What was looked up, with the source that did it.
    pub referred: Vec<(usize, Referred)>,
    /// Records that were not used when they were read.
    pub unused: Vec<Reject>,
    /// By source: what its amounts are the amounts of.
    pub amount_on: Vec<AmountOn>,
    /// By source: the code of the decision that amounts are those of orders.
    pub amount_decisions: Vec<Option<Code>>,
    /// By source: the columns that identify a record.
    pub keys: Vec<Vec<String>>,
    /// By source: the question that it reads the answers to.
    pub questions: Vec<String>,
    /// By source: how it is described.
    pub described: Vec<Source>,
    /// By source: what is stated about records that come again.
    pub statements: Vec<Statement>,
    /// Columns that were read to settle something, and that nobody asked for.
    pub read_more: BTreeSet<(Table, String)>,
}

/// Puts the columns of all files together.
pub(super) fn gather(read_files: Vec<ReadFile>, options: &Options) -> Gathered {
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
    Gathered {
        stakeholders,
        texts,
        tables,
        sources,
        account,
        files,
        looked_up: all_looked_up,
        referred: all_referred,
        unused,
        amount_on,
        amount_decisions,
        keys,
        questions,
        described,
        statements,
        read_more: read_more.difference(&asked).cloned().collect(),
    }
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
