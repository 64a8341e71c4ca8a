//! Notes about one file: how it was read, and what is remarkable about its cells.

use super::column_scan::ColumnDecision;
use super::columns::{ColumnSource, Plan};
use super::filling::Filling;
use super::lookups::Referred;
use crate::canonical::{Data, SourceInfo};
use crate::cell_parsing::DecimalMark;
use crate::diagnostics::{Place, listed};
use crate::ingest::{Layout, Outcome};
use crate::notes::{CellNote, Cells, Decision, FileNote, Note};
use crate::schema::{Column, ColumnType, interactions, purchases};
use crate::sources::Source;

/// Columns whose names were taken, and which are read under other ones.
pub fn renamed_columns(layout: &Layout, file: &str) -> Vec<Note> {
    let renamed = layout.header.renamed.iter().filter(|renamed| !renamed.was.is_empty());
    let note = |renamed: &crate::ingest::Renamed| FileNote::DuplicateHeader {
        number: renamed.column + 1,
        name: renamed.now.clone(),
        first: renamed.was.clone(),
    };
    renamed.map(|renamed| Note::new(note(renamed)).at(Place::file(file))).collect()
}

/// Records of tables that are looked up to which no record refers, by the first source that looks them up. Records that are read by themselves
/// count anyway.
pub fn not_referred_to(referred: Vec<(usize, Referred)>, sources: &[SourceInfo]) -> Vec<Note> {
    let mut all: Vec<(usize, Referred)> = Vec::new();
    for (source, found) in referred {
        let known = all
            .iter_mut()
            .find(|(_, known)| (&known.files, &known.key) == (&found.files, &found.key));
        match known {
            Some((_, known)) => known.records.iter_mut().zip(found.records).for_each(|(all, one)| *all |= one),
            None => all.push((source, found)),
        }
    }
    let is_read = |found: &Referred| found.files.iter().all(|name| sources.iter().any(|source| source.file == *name));
    let note = |(source, found): (usize, Referred)| {
        let count = found.records.iter().filter(|is| !**is).count() as u64;
        let note = FileNote::NotReferredTo {
            file: listed(&found.files),
            of: found.records.len() as u64,
        };
        (count > 0 && !is_read(&found)).then(|| Note::new(note).count(count).at(Place::file(&sources[source].file)))
    };
    all.into_iter().filter_map(note).collect()
}

/// What was decided about its columns, by their names, and how its bytes were read.
pub fn of_file<S>(mut decided: Vec<ColumnDecision>, outcome: &Outcome<S>, plans: &[Plan], file: &str) -> Vec<Note> {
    decided.sort_by(|a, b| a.0.cmp(&b.0));
    let decided = decided.into_iter().map(|(column, decision)| FileNote::Decided { column, decision });
    let mut notes: Vec<FileNote> = decided.chain(outcome.notes()).collect();
    if plans.iter().any(mixes_decimal_marks) {
        notes.push(FileNote::BothDecimalMarks);
    }
    notes.into_iter().map(|note| Note::new(note).at(Place::file(file))).collect()
}

/// What its cells showed about the times of a column of the file.
pub fn of_precision(plan: &Plan, decision: Decision, file: &str) -> Option<Note> {
    let is_of_file = matches!(plan.take, ColumnSource::Field(_));
    let column = plan.header.clone();
    is_of_file.then(|| Note::new(FileNote::Decided { column, decision }).at(Place::file(file)))
}

/// What a case may have a time of, and whether a file has it.
type TimeOfCases = (&'static str, fn(&SourceInfo) -> bool);

/// The messages of a case show when it was answered.
const TIMES_OF_CASES: [TimeOfCases; 2] = [
    ("the first response", |source| {
        source.messages || source.maps(&interactions::RESPONDED_AT) || source.maps(&interactions::RESPONSE_MINUTES)
    }),
    ("the resolution", |source| {
        source.maps(&interactions::RESOLVED_AT) || source.maps(&interactions::RESOLUTION_MINUTES)
    }),
];

/// What a file does not show about its cases: who wrote their messages, and how many hours they took while another file shows it.
pub fn of_cases(sources: &[SourceInfo]) -> Vec<Note> {
    let has_cases = |source: &&SourceInfo| source.has_cases;
    let dates = |source: &SourceInfo| -> Vec<&'static str> {
        let columns = interactions::TIMED_BY_HOURS.into_iter().filter(|column| source.has_dates(column));
        columns.map(|column| column.name).collect()
    };
    let is_timed = sources.iter().filter(has_cases).any(|source| dates(source).is_empty());
    let mut notes = Vec::new();
    for source in sources.iter().filter(has_cases) {
        let place = || Place::file(&source.file);
        let columns = dates(source);
        let what: Vec<&'static str> = TIMES_OF_CASES
            .into_iter()
            // Messages are never resolved.
            .filter(|(_, is_there)| !source.messages && !is_there(source) && sources.iter().filter(has_cases).any(is_there))
            .map(|(what, _)| what)
            .collect();
        if !what.is_empty() {
            notes.push(Note::new(FileNote::CasesWithoutTimes { what }).at(place()));
        }
        // Of a column of both, it was said with the column.
        if is_timed && !columns.is_empty() && source.some_dates.is_empty() {
            notes.push(Note::new(FileNote::DaysOnly { columns }).at(place()));
        }
        if source.messages
            && ![&interactions::DIRECTION, &interactions::IN_REPLY_TO]
                .iter()
                .any(|column| source.maps(column))
        {
            notes.push(Note::new(FileNote::AuthorsUnknown).at(place()));
        }
    }
    notes
}

/// Whether a column that no setting names marks purchases as not having taken place.
pub fn of_marks(plans: &[Plan], fillings: &[Filling], source: &Source, file: &str) -> Option<Note> {
    of_mark(
        &purchases::IS_VOID,
        1,
        |column| FileNote::MarkedVoid { column },
        plans,
        fillings,
        source,
        file,
    )
    .or_else(|| {
        of_mark(
            &purchases::IS_VALID,
            0,
            |column| FileNote::MarkedNotValid { column },
            plans,
            fillings,
            source,
            file,
        )
    })
}

/// The note on the records that a flag which no setting names marks in this way.
fn of_mark(
    flag: &'static Column,
    marks: u8,
    note: impl Fn(String) -> FileNote,
    plans: &[Plan],
    fillings: &[Filling],
    source: &Source,
    file: &str,
) -> Option<Note> {
    let is_guessed = source.map.get(flag.name).is_some_and(|mapped| mapped.place.is_none());
    let is_mark = |plan: &Plan| plan.column == Some(flag) && matches!(plan.take, ColumnSource::Field(_) | ColumnSource::Expr(_));
    let (plan, filling) = plans.iter().zip(fillings).find(|(plan, _)| is_guessed && is_mark(plan))?;
    let Data::Flag(flags) = &filling.data else { return None };
    let marked = flags.iter().map(|flag| u64::from(*flag == marks)).sum::<u64>();
    (marked > 0).then(|| Note::new(note(plan.header.clone())).count(marked).at(Place::file(file)))
}

/// Whether an expression reads numbers of both marks: no decision of a column says so.
fn mixes_decimal_marks(plan: &Plan) -> bool {
    plan.mark == DecimalMark::Auto
        && matches!(plan.take, ColumnSource::Expr(_))
        && matches!(plan.kind, ColumnType::Money | ColumnType::Number)
        && !plan.open
}

/// What is remarkable about its cells, column by column, with an example of each.
pub fn of_cells(plans: &[Plan], fillings: &mut [Filling], file: &str) -> Vec<Note> {
    let mut notes = Vec::new();
    for (plan, filling) in plans.iter().zip(fillings) {
        let cells = |note, example| Cells {
            column: plan.header.clone(),
            note,
            example,
        };
        if filling.rounded > 0 {
            notes.push(Note::new(cells(CellNote::Rounded, None)).count(filling.rounded));
        }
        for (note, (count, example)) in std::mem::take(&mut filling.notes) {
            notes.push(Note::new(cells(note, Some(example))).count(count));
        }
    }
    notes.into_iter().map(|note| note.at(Place::file(file))).collect()
}
