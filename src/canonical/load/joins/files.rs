//! The files that may belong together, each as it is understood by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;

use super::names;
use super::plan::OtherInputs;
use crate::canonical::load::Options;
use crate::canonical::load::file::expected_records;
use crate::canonical::load::file::long_form::one_question;
use crate::canonical::load::file::opening::look_at_columns;
use crate::ingest::{FormatOverrides, Header, Layout, Peek, Record, Row, for_each_record};
use crate::notes::ShownByCells;
use crate::schema::{Table, purchases, surveys};
use crate::sources::guess::{ColumnEvidence, ColumnProfile, Guess, Kind, words};
use crate::sources::{Described, From, Input, Look, Mapped, Profile, Source, describe};

/// A mapping: canonical columns, and where they come from.
pub type Map = BTreeMap<String, Mapped>;

/// An input that is a table, or a part of it.
pub struct Part<'a> {
    /// Its place among the inputs.
    pub at: usize,
    /// The file, and what is written about it.
    pub input: &'a Input,
    /// How it falls into records.
    pub wishes: FormatOverrides,
    layout: Layout,
}

/// A table among several: a file, or files with the same columns, such as the orders of each year.
pub struct File<'a> {
    /// The files, at least one.
    pub parts: Vec<Part<'a>>,
    /// The first records of all of them.
    rows: Vec<Row>,
    found: Described,
    /// Its columns, their words, and what their first cells are.
    pub names: Vec<String>,
    pub words: Vec<BTreeSet<String>>,
    pub profiles: Vec<ColumnProfile>,
    /// What it lists, by its name.
    pub entity: BTreeSet<String>,
    /// The same without the name of the shop or the module that several of the files begin with; empty where it is the same.
    pub own_entity: BTreeSet<String>,
    user_profiles: &'a [Profile],
}

/// What is known of the inputs before they are put together.
pub struct Looked<'a> {
    /// Those that may belong together.
    pub files: Vec<File<'a>>,
    /// The places of those without records, in a folder or an archive.
    pub empty: Vec<usize>,
    /// The other ones.
    pub others: OtherInputs,
    /// What each input shows by itself, of those that were looked at.
    pub looks: Vec<Option<Arc<Look>>>,
}

/// The inputs that may belong together: those that no `[[source]]` describes, and that are not the complete export of a known system.
///
/// # Errors
/// When a file cannot be read.
pub fn files<'a>(inputs: &'a [Input], is_named: &dyn Fn(&Input) -> bool, options: &'a Options) -> Result<Looked<'a>> {
    let (mut files, mut empty, mut others): (Vec<File>, Vec<usize>, OtherInputs) = (Vec::new(), Vec::new(), OtherInputs::None);
    let mut looks = vec![None; inputs.len()];
    for (at, input) in inputs.iter().enumerate() {
        let source = &input.source;
        if source.place.is_some() || source.profile.is_some() || !source.lookup.is_empty() || source.is_mapped {
            others = OtherInputs::Described;
            continue;
        }
        let look = look_at_columns(input, options)?;
        looks[at] = Some(Arc::new(look.clone()));
        let Look { wishes, peek, found } = look;
        if peek.rows.is_empty() && !is_named(input) {
            empty.push(at);
            continue;
        }
        let found = without_own_numbers(found);
        let names = peek.layout.header.names.clone();
        let is_one = found.sources.len() == 1;
        let of_known = found.sources.iter().any(|source| source.profile.is_some());
        // Whose table is said, and who has all that it needs, is read as it is.
        let is_said = source.table.is_some();
        if names.is_empty() || !is_one || (of_known || is_said) && is_complete(&found.sources[0]) {
            if others == OtherInputs::None {
                others = OtherInputs::Known;
            }
            continue;
        }
        let Peek { layout, rows, .. } = peek;
        let part = Part { at, input, wishes, layout };
        let is_same_table = |file: &&mut File| {
            let of_first = &file.parts[0].input.source;
            file.names == names && file.found.sources[0].table == found.sources[0].table && of_first.table == source.table
        };
        if let Some(file) = files.iter_mut().find(is_same_table) {
            file.parts.push(part);
            file.rows.extend(rows);
            continue;
        }
        files.push(File {
            parts: vec![part],
            rows,
            words: words(&names),
            profiles: Vec::new(),
            names,
            found,
            entity: BTreeSet::new(),
            own_entity: BTreeSet::new(),
            user_profiles: &options.profiles,
        });
    }
    for file in &mut files {
        let cells = |at: usize| -> Vec<&str> { file.rows.iter().map(|row| row.fields.get(at).map_or("", String::as_str)).collect() };
        let profiles = file.names.iter().enumerate();
        file.profiles = profiles.map(|(at, name)| ColumnProfile::of(name, &cells(at))).collect();
    }
    // What a file is called is in the language of its headers.
    let words_of = |file: &File, stem: String| words(&[&[stem], &file.names[..]].concat()).remove(0);
    let stems: Vec<String> = files.iter().map(|file| stem(file.name())).collect();
    let whole: Vec<BTreeSet<String>> = files.iter().zip(&stems).map(|(file, stem)| words_of(file, stem.clone())).collect();
    let shorter = names::without_module(&stems).into_iter();
    let own: Vec<BTreeSet<String>> = files
        .iter()
        .zip(shorter)
        .map(|(file, stem)| stem.map_or_else(BTreeSet::new, |stem| words_of(file, stem)))
        .collect();
    let entities = names::entities(&whole).into_iter().zip(names::entities(&own));
    for (file, (entity, own_entity)) in files.iter_mut().zip(entities) {
        file.entity = entity;
        file.own_entity = own_entity;
    }
    without_staff(&mut files);
    // Without any other, what is wrong with them is to be said.
    if files.is_empty() && others == OtherInputs::None {
        empty.clear();
    }
    Ok(Looked {
        files,
        empty,
        others,
        looks,
    })
}

/// Without the number that serves as that of the order because each record has another one: among several files, the keys show what it is.
fn without_own_numbers(mut found: Described) -> Described {
    let is_own = |guess: &Guess| {
        let shown = [ShownByCells::OneEach, ShownByCells::OneOrder].map(ColumnEvidence::Shown);
        guess.evidence.iter().any(|why| shown.contains(why))
    };
    let columns = found
        .understanding
        .iter()
        .flat_map(|found| found.guesses.iter().filter(|guess| is_own(guess)));
    let columns: Vec<&str> = columns.map(|guess| guess.column).collect();
    found
        .sources
        .iter_mut()
        .for_each(|source| source.map.retain(|name, _| !columns.contains(&name.as_str())));
    found
}

/// Without the employee as the buyer in lines whose orders, by a key that both have, say who bought: the employee served.
fn without_staff(files: &mut [File]) {
    let who = purchases::STAKEHOLDER_ID.name;
    let buyer = |file: &File| {
        let is_sale = file.table() == Some(Table::Purchases);
        file.column(&file.recognised().map, who).filter(|_| is_sale)
    };
    let is_staff = |file: &File, column: usize| file.words[column].contains("employee");
    let served: Vec<usize> = (0..files.len())
        .filter(|&at| {
            let file = &files[at];
            let Some(staff) = buyer(file).filter(|column| is_staff(file, *column)) else {
                return false;
            };
            let is_shared = |other: &File, name: &String| {
                let named = |file: &File| file.names.iter().position(|own| own == name).filter(|&key| file.may_be_key(key));
                *name != file.names[staff] && named(file).is_some_and(|key| names::is_key(&file.words[key])) && named(other).is_some()
            };
            files.iter().enumerate().any(|(of, other)| {
                let has_buyer = buyer(other).is_some_and(|column| !is_staff(other, column) && !file.names.contains(&other.names[column]));
                of != at && has_buyer && other.names.iter().any(|name| is_shared(other, name))
            })
        })
        .collect();
    for at in served {
        files[at].found.sources[0].map.remove(who);
    }
}

/// The name of a file or a sheet without folder and ending, and without what only says that it is a table: `tblOrders`.
fn stem(name: &str) -> String {
    let last = name.rsplit('#').next().unwrap_or(name);
    let last = Path::new(last).file_name().map_or(last.into(), |name| name.to_string_lossy());
    let stem = last.split('.').next().unwrap_or("");
    let is_word = |rest: &&str| rest.len() > 2 && rest.starts_with(char::is_alphabetic);
    stem.strip_prefix("tbl").filter(is_word).unwrap_or(stem).to_string()
}

/// Whether a mapping has all that its table needs.
fn is_complete(source: &Source) -> bool {
    let has = |name: &str| source.map.contains_key(name);
    match source.table {
        None => false,
        Some(table) => {
            let is_timed = table != Table::Surveys || has(surveys::RESPONDED_AT.name) || has(surveys::SENT_AT.name);
            is_timed && table.columns().iter().all(|column| !column.required || has(column.name))
        }
    }
}

impl File<'_> {
    /// Its name; that of the first of several.
    pub fn name(&self) -> &str {
        self.parts[0].input.file.name()
    }

    /// Its name without folder and ending.
    pub fn stem(&self) -> String {
        stem(self.name())
    }

    /// What is written about it.
    pub fn source(&self) -> &Source {
        &self.parts[0].input.source
    }

    /// Its header.
    pub fn header(&self) -> &Header {
        &self.parts[0].layout.header
    }

    /// The first byte of what separates its cells.
    pub fn delimiter(&self) -> u8 {
        self.parts[0].layout.dialect.first_byte()
    }

    /// About how many records it has.
    pub fn expected_records(&self) -> usize {
        self.parts.iter().map(|part| expected_records(&part.input.file, &self.rows)).sum()
    }

    /// Looks at each record of all parts; what comes of it, by part and thread.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn for_each_record<S: Send>(
        &self,
        threads: usize,
        new: impl Fn() -> S + Sync,
        visit: impl Fn(&mut S, &Record<'_>) -> Result<()> + Sync,
    ) -> Result<Vec<S>> {
        let mut all = Vec::new();
        for part in &self.parts {
            all.extend(for_each_record(&part.input.file, &part.layout, threads, &new, &visit)?.sinks);
        }
        Ok(all)
    }

    /// The table that it is recognised as.
    pub fn table(&self) -> Option<Table> {
        self.found.sources[0].table
    }

    /// Whether it can be read alone.
    pub fn is_complete(&self) -> bool {
        is_complete(&self.found.sources[0])
    }

    /// The source as it is recognised.
    pub fn recognised(&self) -> &Source {
        &self.found.sources[0]
    }

    /// What its columns mean if its records are answers to the questions in a column, of which one response has several.
    pub fn as_answers(&self, question: usize) -> Map {
        let rows = one_question(self.rows.iter().map(|row| &row.fields), question);
        self.understood_as(Table::Surveys, &rows)
    }

    /// What its columns mean if it is that table.
    pub fn as_table(&self, table: Table) -> Map {
        let source = &self.found.sources[0];
        let is_known = source.profile.is_some();
        if source.table == Some(table) && !is_known {
            return source.map.clone();
        }
        let rows: Vec<Vec<String>> = self.rows.iter().map(|row| row.fields.clone()).collect();
        let mut map = self.understood_as(table, &rows);
        if source.table == Some(table) {
            map.extend(source.map.clone());
        }
        map
    }

    /// What its columns mean if it is that table and these are its records.
    fn understood_as(&self, table: Table, rows: &[Vec<String>]) -> Map {
        let written = Source {
            table: Some(table),
            profile: Some("none".to_string()),
            ..self.source().clone()
        };
        let found = describe(&written, self.name(), self.header(), rows, self.user_profiles);
        without_own_numbers(found).sources[0].map.clone()
    }

    /// The place of the column that a canonical column is mapped to.
    pub fn column(&self, map: &Map, canonical: &str) -> Option<usize> {
        match &map.get(canonical)?.from {
            From::Column(name) => self.header().find(name),
            From::Expr(_) | From::Value(_) => None,
        }
    }

    /// Whether the cells of a column may be keys: ids, codes, names of one word; not dates, amounts or texts.
    pub fn may_be_key(&self, column: usize) -> bool {
        let profile = &self.profiles[column];
        let of_keys = [Kind::Integer, Kind::Code, Kind::Uuid, Kind::Email, Kind::Words, Kind::Phone];
        let is_whole = || self.cells(column).all(|cell| cell.is_empty() || cell.ends_with(".0"));
        let is_named = || names::is_key(&self.words[column]) && profile.share(&[Kind::Text, Kind::Json, Kind::Url, Kind::Bool]) < 0.1;
        // Single letters look like yes and no, too.
        let are_letters = || profile.distinct > 2 && profile.share(&[Kind::Bool, Kind::Words]) >= 0.9;
        profile.filled > 0 && (profile.share(&of_keys) >= 0.9 || is_whole() || is_named() || are_letters())
    }

    /// Whether the cells of a column are so rare by themselves that values in common are hardly chance.
    pub fn is_rare(&self, column: usize) -> bool {
        let profile = &self.profiles[column];
        profile.share(&[Kind::Code, Kind::Uuid, Kind::Email]) >= 0.9 && profile.distinct >= 10
    }

    /// Whether the cells of a column are nearly all different among the first records.
    pub fn seems_unique(&self, column: usize) -> bool {
        let profile = &self.profiles[column];
        profile.filled > 0 && 10 * profile.distinct >= 8 * profile.filled && 10 * profile.filled >= 9 * profile.rows
    }

    /// The first cells of a column.
    pub fn cells(&self, column: usize) -> impl Iterator<Item = &str> {
        self.rows
            .iter()
            .map(move |row| row.fields.get(column).map_or("", |cell| cell.trim()))
    }
}
