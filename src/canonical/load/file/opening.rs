//! A file before it is read: which export it is, what its columns mean, and what is looked up for it.

use std::collections::BTreeSet;

use anyhow::Result;

use super::long_form;
use super::lookups::LookedUp;
use super::mapping::{self, Mapping, RequestedColumns};
use crate::canonical::load::Options;
use crate::cell_parsing::parse_bool;
use crate::diagnostics::{Place, Problem};
use crate::ingest::{self, Peek};
use crate::io;
use crate::notes::{FileNote, Note};
use crate::schema::{Table, purchases, supplies, surveys};
use crate::sources::guess::{self, ColumnEvidence, ColumnProfile, Guess, Understanding, words};
use crate::sources::{self, From, Input, Look, Source};

/// The inputs with their formats recognised, one for each table that a file feeds, and the start of each.
pub fn describe(inputs: &[Input], options: &Options, notes: &mut Vec<Note>) -> Result<Vec<(Input, Peek)>> {
    let mut described = Vec::new();
    for input in inputs {
        let Look { wishes, peek, found } = look_at(input, options)?;
        notes.extend(
            found
                .recognition
                .map(|recognition| Note::new(FileNote::Recognised { recognition }).at(Place::file(input.file.name()))),
        );
        notes.extend(guessed(input, &peek, found.understanding.as_ref(), &found.sources));
        notes.extend(found.sources.iter().filter_map(|source| other_amount(input, &peek, source)));
        notes.extend(found.sources.iter().filter_map(|source| computed_amount(input, source)));
        notes.extend(found.sources.iter().filter_map(|source| same_question(input, source)));
        notes.extend(found.sources.iter().filter_map(|source| left_out(input, source)));
        let columns = found.understanding.as_ref().map_or(&[][..], |understood| &understood.columns);
        notes.extend(
            found
                .sources
                .iter()
                .filter_map(|source| not_completed(input, source, columns, &peek)),
        );
        notes.extend(found.sources.iter().flat_map(|source| not_read(input, &peek, source, options)));
        for source in found.sources {
            let file = input.file.clone();
            // Finding out how a file is parted takes time: it is done again only where more is known by now.
            let peek = match source.wishes == wishes {
                true => peek.clone(),
                false => ingest::peek_within(&file, &source.wishes, SAMPLE, options.limits)?,
            };
            described.push((Input::new(file, source), peek));
        }
    }
    notes.extend(let_count_for_nobody(&mut described));
    Ok(described)
}

/// Lets the records of files that name nobody count without a person, where no other file may know better.
fn let_count_for_nobody(described: &mut [(Input, Peek)]) -> Vec<Note> {
    if !described.iter().all(|(input, _)| input.source.names_nobody().is_some()) {
        return Vec::new();
    }
    let mut notes = Vec::new();
    for (input, _) in described {
        if let Some(column) = input.source.names_nobody() {
            input.source.take_nobody(column);
            let file = input.file.name().to_string();
            let place = Place::file(&file);
            let note = FileNote::NamesNobody { column: column.name, file };
            notes.push(Note::new(note).at(place));
        }
    }
    notes
}

/// The columns that are taken for what their cells show and their names do not.
fn guessed(input: &Input, peek: &Peek, understood: Option<&Understanding>, sources: &[Source]) -> Vec<Note> {
    let is_taken = |guess: &&Guess| {
        let is_mapped = |source: &Source| source.map.contains_key(guess.column);
        !is_mapped(&input.source) && sources.iter().any(is_mapped)
    };
    let mut notes = Vec::new();
    for guess in understood.into_iter().flat_map(|found| &found.guesses).filter(is_taken) {
        for evidence in &guess.evidence {
            if let ColumnEvidence::Shown(shown) = evidence {
                let note = FileNote::Guessed {
                    column: guess.column,
                    header: peek.layout.header.names[guess.header].clone(),
                    shown: shown.clone(),
                };
                notes.push(Note::new(note).at(Place::file(input.file.name())));
            }
        }
    }
    notes
}

/// Columns of a known format that are filled and cannot be read.
fn not_read(input: &Input, peek: &Peek, source: &Source, options: &Options) -> Vec<Note> {
    let Some(id) = &source.profile else { return Vec::new() };
    let names = &peek.layout.header.names;
    let is_filled = |at: usize| {
        peek.rows
            .iter()
            .any(|row| row.fields.get(at).is_some_and(|cell| !cell.trim().is_empty()))
    };
    let found = sources::not_read(id, names, &options.profiles)
        .into_iter()
        .filter(|(at, _)| is_filled(*at));
    let note = |(at, why): (usize, &str)| {
        let note = FileNote::NotReadColumn {
            column: names[at].clone(),
            why: why.to_string(),
        };
        Note::new(note).at(Place::file(input.file.name()))
    };
    found.map(note).collect()
}

/// Another amount of the same records, net or gross, where nobody has said which one counts.
fn other_amount(input: &Input, peek: &Peek, source: &Source) -> Option<Note> {
    let amount = match source.table? {
        Table::Purchases => source.map.get(purchases::AMOUNT.name)?,
        Table::Supplies => source.map.get(supplies::AMOUNT.name)?,
        Table::Interactions | Table::Surveys | Table::Stakeholders | Table::Referrals | Table::Identities => return None,
    };
    // Of files that were joined, the mapping is that of the input.
    let is_stated = !input.source.is_mapped && input.source.map.contains_key(purchases::AMOUNT.name);
    if is_stated || source.amount_is_stated {
        return None;
    }
    let is_known = source.profile.as_deref().is_some_and(|id| id != "none");
    let names = &peek.layout.header.names;
    let (From::Column(column), None, false) = (&amount.from, &amount.place, is_known) else {
        return None;
    };
    let cells = |at: usize| -> Vec<&str> { peek.rows.iter().map(|row| row.fields.get(at).map_or("", String::as_str)).collect() };
    let profiles: Vec<ColumnProfile> = names
        .iter()
        .enumerate()
        .map(|(at, name)| ColumnProfile::of(name, &cells(at)))
        .collect();
    let other = guess::other_amount(names, &profiles, peek.layout.header.find(column)?)?;
    let note = FileNote::OtherAmount {
        column: column.clone(),
        other: names[other].clone(),
        file: input.file.name().to_string(),
    };
    Some(Note::new(note).at(Place::file(input.file.name())))
}

/// The start of a file, what was known of it then, and how it is read.
pub fn look_at(input: &Input, options: &Options) -> Result<Look> {
    let Look { wishes, peek, mut found } = match &input.look {
        Some(look) => Look::clone(look),
        None => look_at_columns(input, options)?,
    };
    let rows: Vec<Vec<String>> = peek.rows.iter().map(|row| row.fields.clone()).collect();
    found
        .sources
        .iter_mut()
        .for_each(|source| source.leave_out(&peek.layout.header.names, &rows));
    let answers = long_form::look(input, &input.source, &peek, &found, options)?;
    let mut found = answers.unwrap_or(found);
    found.sources.iter_mut().for_each(Source::take_product);
    if let Some(understanding) = found.understanding.as_mut().filter(|understanding| understanding.table.is_some()) {
        understanding.questions.retain(|question| question.clear_product().is_none());
    }
    Ok(Look { wishes, peek, found })
}

/// That a question is asked in several columns, where nobody says so.
fn same_question(input: &Input, source: &Source) -> Option<Note> {
    let score = source.map.get(surveys::SCORE.name)?;
    let is_unknown = source.profile.is_none() && input.source.profile.is_none() && !input.source.map.contains_key(surveys::SCORE.name);
    match &score.from {
        From::Expr(expr) if is_unknown && score.place.is_none() && source.table == Some(Table::Surveys) => {
            let note = FileNote::SameQuestion {
                columns: expr.columns().into_iter().collect(),
            };
            Some(Note::new(note).at(Place::file(input.file.name())))
        }
        From::Expr(_) | From::Column(_) | From::Value(_) => None,
    }
}

/// That a column says of some purchases that they were not completed or confirmed, which count all the same: an order that is not done yet is
/// one, and a sale that is still open may be none.
fn not_completed(input: &Input, source: &Source, columns: &[ColumnProfile], peek: &Peek) -> Option<Note> {
    const WORDS: [&str; 6] = ["completed", "confirmed", "accepted", "approved", "attended", "finalized"];
    let says = [&purchases::STATUS, &purchases::IS_VALID];
    if source.table != Some(Table::Purchases) || says.iter().any(|column| source.map.contains_key(column.name)) {
        return None;
    }
    let is_of_completion = |header: &str| {
        words(&[header.to_string()])[0]
            .iter()
            .all(|word| word == "is" || WORDS.contains(&word.as_str()))
    };
    let is_used = |header: &str| source.map.values().any(|mapped| mapped.columns().iter().any(|used| used == header));
    let (at, profile) = columns.iter().enumerate().find(|(_, profile)| {
        profile.distinct == 2 && profile.is_bool() && !is_used(&profile.header) && is_of_completion(&profile.header)
    })?;
    let is_open = peek
        .rows
        .iter()
        .filter_map(|row| row.fields.get(at))
        .any(|cell| parse_bool(cell) == Ok(false));
    let note = FileNote::NotCompleted {
        column: profile.header.clone(),
        file: input.file.name().to_string(),
    };
    is_open.then(|| Note::new(note).at(Place::file(input.file.name())))
}

/// That a condition which nobody has written leaves records out.
fn left_out(input: &Input, source: &Source) -> Option<Note> {
    let note = FileNote::LeftOut {
        condition: source.filter.as_ref()?.text().to_string(),
        why: source.left_out.filter(|_| input.source.left_out.is_none())?,
    };
    Some(Note::new(note).at(Place::file(input.file.name())))
}

/// That the amount is computed, where nobody says so.
fn computed_amount(input: &Input, source: &Source) -> Option<Note> {
    let amount = source.map.get(purchases::AMOUNT.name)?;
    let is_unknown = source.profile.is_none() && input.source.profile.is_none() && !input.source.map.contains_key(purchases::AMOUNT.name);
    match &amount.from {
        From::Expr(expr) if is_unknown && amount.place.is_none() => {
            let (formula, file) = (expr.text().to_string(), input.file.name().to_string());
            let note = match &expr.columns().into_iter().collect::<Vec<_>>()[..] {
                [column] => FileNote::AmountUnit {
                    column: column.clone(),
                    formula,
                    file,
                },
                _ => FileNote::ComputedAmount { formula, file },
            };
            Some(Note::new(note).at(Place::file(input.file.name())))
        }
        From::Expr(_) | From::Column(_) | From::Value(_) => None,
    }
}

/// The same without a look at what the records say about each other.
pub fn look_at_columns(input: &Input, options: &Options) -> Result<Look> {
    let mut source = input.source.clone();
    let mut peek = ingest::peek_within(&input.file, &source.wishes, SAMPLE, options.limits)?;
    // Some put a small table of what the export is about before the one that counts, whose header stands further down then.
    let asked = source.wishes.preamble.is_none() && !source.is_mapped;
    if asked && !sources::is_header(&peek.layout.header.names, &options.profiles) {
        let mut first = peek.rows.iter().take(HEADER_WITHIN);
        if let Some(header) = first.find(|row| sources::is_header(&row.fields, &options.profiles)) {
            source.wishes.preamble = Some(header.line as usize - 1);
            peek = ingest::peek_within(&input.file, &source.wishes, SAMPLE, options.limits)?;
        }
    }
    let described = |peek: &Peek| {
        let rows: Vec<Vec<String>> = peek.rows.iter().map(|row| row.fields.clone()).collect();
        sources::describe(&source, input.file.name(), &peek.layout.header, &rows, &options.profiles)
    };
    let found = described(&peek);
    // A format may know more of the file than the file tells by itself.
    let known = found
        .sources
        .first()
        .map(|found| found.wishes.clone())
        .filter(|known| *known != source.wishes);
    let Some(wishes) = known else {
        return Ok(Look {
            wishes: source.wishes,
            peek,
            found,
        });
    };
    let peek = ingest::peek_within(&input.file, &wishes, SAMPLE, options.limits)?;
    let found = described(&peek);
    Ok(Look { wishes, peek, found })
}

/// The header of a format is sought in so many records below the first that looks like one.
const HEADER_WITHIN: usize = 5;

/// So many records tell what a file is.
const SAMPLE: usize = 200;

/// A file before it is read: its start, its columns, and what is looked up for it.
pub struct Opened<'a> {
    /// The file.
    pub file: &'a io::Source,
    /// How it is read.
    pub source: &'a Source,
    /// Its start.
    pub peek: Peek,
    /// Its columns.
    pub mapping: Mapping,
    /// The columns of other files.
    pub lookup: Option<LookedUp>,
    /// Columns that are read for findings alone.
    pub more: BTreeSet<String>,
}

pub fn open<'a>(input: &'a Input, peek: Peek, options: &Options) -> Result<Opened<'a>> {
    let file = input.file.name();
    if peek.layout.header.names.is_empty() {
        return Err(Problem::data(format!("{file} is empty"))
            .why("there is no header line")
            .hint("export it again, or remove it from the inputs")
            .into());
    }
    let lookup = match &input.source.lookup[..] {
        [] => None,
        lookups => Some(LookedUp::open(lookups, &peek.layout.header, file, options)?),
    };
    let mapping = map(&input.source, file, &peek, lookup.as_ref(), options, &[])?;
    Ok(Opened {
        source: &input.source,
        peek,
        mapping,
        lookup,
        file: &input.file,
        more: BTreeSet::new(),
    })
}

/// The columns of a file that are read, with these texts beside those that are asked for.
pub fn map(source: &Source, file: &str, peek: &Peek, lookup: Option<&LookedUp>, options: &Options, more: &[&str]) -> Result<Mapping> {
    let added = lookup.map_or(&[][..], |l| l.names.as_slice());
    let lower = |names: &BTreeSet<String>| names.iter().map(|t| t.to_lowercase()).collect::<BTreeSet<String>>();
    let (dimensions, mut texts) = (lower(&options.dimensions), lower(&options.texts));
    texts.extend(more.iter().map(|name| name.to_string()));
    let wanted = RequestedColumns {
        zone: &options.zone,
        dimensions: &dimensions,
        texts: &texts,
        everything: options.everything,
        rows: &peek.rows,
    };
    mapping::map(source, file, &peek.layout.header, added, &wanted)
}
