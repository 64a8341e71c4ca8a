//! Loading literal files, for tests of what is found in them.

use std::collections::{BTreeMap, BTreeSet};

use crate::canonical::load::{Budget, LARGE, Loaded, Options};
use crate::io;
use crate::notes::Note;
use crate::period::{Division, Grain, Zone};
use crate::schema::Table;
use crate::sources::{Dates, Input, Source};

/// Plain options: one thread, UTC, everything else left open.
pub fn options() -> Options {
    Options {
        everything: false,
        threads: 1,
        zone: Zone::utc(),
        as_of: None,
        division: Division::Grain(Grain::Month),
        dimensions: BTreeSet::new(),
        texts: BTreeSet::new(),
        keep_lines: false,
        keep_unused: false,
        budget: Budget::Number(u64::MAX),
        currency: None,
        rates: BTreeMap::new(),
        profiles: Vec::new(),
        questions: Vec::new(),
        redact: None,
        limits: crate::ingest::Limits::default(),
        merge_spellings: false,
        large: LARGE,
    }
}

/// What becomes of one file of a table, with a time zone and an order of dates; every unused record is kept.
pub fn load_table(table: Table, text: &str, zone: &str, dates: Option<Dates>) -> anyhow::Result<Loaded> {
    let source = Source {
        table: Some(table),
        dates,
        ..Source::default()
    };
    let file = io::Source::memory("file.csv", text.as_bytes());
    let options = Options {
        zone: Zone::parse(zone).unwrap(),
        keep_unused: true,
        budget: Budget::default(),
        ..options()
    };
    super::load(&[Input::new(file, source)], &options)
}

/// The text and count of the first note with a code.
pub fn noted(loaded: &Loaded, code: &str) -> Option<(String, u64)> {
    let note = loaded.notes.iter().find(|n| n.code().as_str() == code)?;
    Some((note.text(), note.count))
}

/// A file of a table.
pub fn input(name: &str, table: &str, text: impl AsRef<[u8]>) -> Input {
    let source = Source {
        table: Table::parse(table),
        ..Source::default()
    };
    Input::new(io::Source::memory(name, text.as_ref()), source)
}

/// Loads files given as name, table and text; once on one thread and once on three with lines, which must make no difference but for
/// the lines.
pub fn load(files: &[(&str, &str, &str)]) -> Loaded {
    let inputs: Vec<Input> = files.iter().map(|(name, table, text)| input(name, table, text)).collect();
    load_inputs(&inputs, &options())
}

/// The same of inputs, with options.
pub fn load_inputs(inputs: &[Input], options: &Options) -> Loaded {
    let plain = super::load(inputs, options).unwrap();
    let lined = Options {
        threads: 3,
        keep_lines: true,
        ..options.clone()
    };
    let lined = super::load(inputs, &lined).unwrap();
    let notes = |loaded: &Loaded| loaded.notes.iter().map(|n| (n.kind.clone(), n.count)).collect::<Vec<_>>();
    assert_eq!(notes(&plain), notes(&lined));
    assert_eq!(plain.account, lined.account);
    lined
}

/// The notes with a code.
pub fn notes<'a>(loaded: &'a Loaded, code: &str) -> Vec<&'a Note> {
    loaded.notes.iter().filter(|n| n.code().as_str() == code).collect()
}

/// The one note with a code.
#[track_caller]
pub fn note<'a>(loaded: &'a Loaded, code: &str) -> &'a Note {
    match notes(loaded, code)[..] {
        [note] => note,
        _ => panic!("not one {code}: {:?}", loaded.notes),
    }
}

/// Place and count of each note with a code.
pub fn places(loaded: &Loaded, code: &str) -> Vec<(String, u64)> {
    let place = |n: &&Note| (n.place.as_ref().map_or(String::new(), ToString::to_string), n.count);
    notes(loaded, code).iter().map(place).collect()
}

/// How many rows of a table each stakeholder has.
pub fn owners(loaded: &Loaded, table: Table) -> Vec<(&str, usize)> {
    let rows = loaded.canonical.table(table).unwrap();
    let all = 0..loaded.canonical.stakeholders.len() as u32;
    let named = all.map(|code| (loaded.canonical.stakeholders.text(code).unwrap(), rows.run(code).len()));
    named.filter(|(_, rows)| *rows > 0).collect()
}
