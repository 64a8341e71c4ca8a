//! The files that may belong together, each as it is understood by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;

use super::names;
use crate::canonical::load::Options;
use crate::canonical::load::file::opening::look_at;
use crate::ingest::{FormatOverrides, Layout, Peek};
use crate::io;
use crate::schema::{Table, surveys};
use crate::sources::guess::{ColumnProfile, Kind, words};
use crate::sources::{Described, From, Input, Mapped, Profile, Source, describe};

/// A mapping: canonical columns, and where they come from.
pub type Map = BTreeMap<String, Mapped>;

/// A file among several.
pub struct File<'a> {
    /// Its place among the inputs.
    pub at: usize,
    /// The file, and what is written about it.
    pub input: &'a Input,
    /// How it falls into records.
    pub wishes: FormatOverrides,
    peek: Peek,
    found: Described,
    /// Its columns, their words, and what their first cells are.
    pub names: Vec<String>,
    pub words: Vec<BTreeSet<String>>,
    pub profiles: Vec<ColumnProfile>,
    /// What it lists, by its name.
    pub entity: BTreeSet<String>,
    user_profiles: &'a [Profile],
}

/// The inputs that may belong together: those that no `[[source]]` describes, and that are not the complete export of a known system.
///
/// # Errors
/// When a file cannot be read.
pub fn files<'a>(inputs: &'a [Input], options: &'a Options) -> Result<Vec<File<'a>>> {
    let mut files = Vec::new();
    for (at, input) in inputs.iter().enumerate() {
        let source = &input.source;
        if source.place.is_some() || source.profile.is_some() || !source.lookup.is_empty() || source.is_mapped {
            continue;
        }
        let (wishes, peek, found) = look_at(input, options)?;
        let names = peek.layout.header.names.clone();
        let is_one = found.sources.len() == 1;
        let of_known = found.sources.iter().any(|source| source.profile.is_some());
        // Whose table is said, and who has all that it needs, is read as it is.
        let is_said = source.table.is_some();
        if names.is_empty() || !is_one || (of_known || is_said) && is_complete(&found.sources[0]) {
            continue;
        }
        let cells = |at: usize| -> Vec<&str> { peek.rows.iter().map(|row| row.fields.get(at).map_or("", String::as_str)).collect() };
        let profiles = names
            .iter()
            .enumerate()
            .map(|(at, name)| ColumnProfile::of(name, &cells(at)))
            .collect();
        files.push(File {
            at,
            input,
            wishes,
            words: words(&names),
            profiles,
            names,
            peek,
            found,
            entity: BTreeSet::new(),
            user_profiles: &options.profiles,
        });
    }
    let stems: Vec<BTreeSet<String>> = files.iter().map(|file| words(&[stem(file.name())]).remove(0)).collect();
    for (file, entity) in files.iter_mut().zip(names::entities(&stems)) {
        file.entity = entity;
    }
    Ok(files)
}

/// The name of a file or a sheet without folder and ending.
fn stem(name: &str) -> String {
    let last = name.rsplit('#').next().unwrap_or(name);
    let last = Path::new(last).file_name().map_or(last.into(), |name| name.to_string_lossy());
    last.split('.').next().unwrap_or("").to_string()
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
    /// Its name.
    pub fn name(&self) -> &str {
        self.input.file.name()
    }

    /// Its bytes.
    pub fn source(&self) -> &io::Source {
        &self.input.file
    }

    /// How its bytes become records.
    pub fn layout(&self) -> &Layout {
        &self.peek.layout
    }

    /// Its first records.
    pub fn rows(&self) -> &[crate::ingest::Row] {
        &self.peek.rows
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

    /// What its columns mean if it is that table.
    pub fn as_table(&self, table: Table) -> Map {
        let source = &self.found.sources[0];
        let is_known = source.profile.is_some();
        if source.table == Some(table) && !is_known {
            return source.map.clone();
        }
        let written = Source {
            table: Some(table),
            profile: Some("none".to_string()),
            ..self.input.source.clone()
        };
        let rows: Vec<Vec<String>> = self.peek.rows.iter().map(|row| row.fields.clone()).collect();
        let found = describe(&written, self.name(), &self.peek.layout.header, &rows, self.user_profiles);
        let mut map = found.sources[0].map.clone();
        if source.table == Some(table) {
            map.extend(source.map.clone());
        }
        map
    }

    /// The place of the column that a canonical column is mapped to.
    pub fn column(&self, map: &Map, canonical: &str) -> Option<usize> {
        match &map.get(canonical)?.from {
            From::Column(name) => self.peek.layout.header.find(name),
            From::Expr(_) | From::Value(_) => None,
        }
    }

    /// Whether the cells of a column may be keys: ids, codes, names of one word; not dates, amounts or texts.
    pub fn may_be_key(&self, column: usize) -> bool {
        let profile = &self.profiles[column];
        let of_keys = [Kind::Integer, Kind::Code, Kind::Uuid, Kind::Email, Kind::Words, Kind::Phone];
        let is_whole = || self.cells(column).all(|cell| cell.is_empty() || cell.ends_with(".0"));
        let is_named = || names::is_key(&self.words[column]) && profile.share(&[Kind::Text, Kind::Json, Kind::Url, Kind::Bool]) < 0.1;
        profile.filled > 0 && (profile.share(&of_keys) >= 0.9 || is_whole() || is_named())
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
        self.peek
            .rows
            .iter()
            .map(move |row| row.fields.get(column).map_or("", |cell| cell.trim()))
    }
}
