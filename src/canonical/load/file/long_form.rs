//! Surveys with a record for each answer, in one file: all of its records show which questions there are.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::canonical::load::Options;
use crate::ingest::{Layout, Peek, for_each_record};
use crate::notes::Recognition;
use crate::schema::{Table, surveys};
use crate::sources::answer_columns::{Lists, answer_columns, question_columns};
use crate::sources::guess::Question;
use crate::sources::long_form::{Answers, LongForm, long_form};
use crate::sources::{self, Described, From, Input, Mapped, QUESTION, Source};

/// Whether nobody has said which column has the scores, and of what.
pub fn is_open(source: &Source) -> bool {
    let is_said = [surveys::SCORE.name, surveys::INSTRUMENT.name, QUESTION]
        .iter()
        .any(|name| source.map.contains_key(*name));
    !source.is_mapped
        && !is_said
        && source.profile.as_deref().is_none_or(|id| id == "none")
        && matches!(source.table, None | Some(Table::Surveys))
}

/// Which columns of a file may say what was asked, by their names and their first records.
pub fn questions_of(peek: &Peek) -> Vec<usize> {
    let cell = |row: usize, column: usize| peek.rows[row].fields.get(column).cloned().unwrap_or_default();
    question_columns(Lists::Answers, &peek.layout.header.names, &cell, peek.rows.len())
}

/// What the file turns out to be, if each of its records is the answer to a question; by how it is understood otherwise.
///
/// # Errors
/// When the file cannot be read.
pub fn look(input: &Input, written: &Source, peek: &Peek, found: &Described, options: &Options) -> Result<Option<Described>> {
    let is_known = found
        .sources
        .iter()
        .any(|source| source.profile.as_deref().is_some_and(|id| id != "none"));
    if is_known || !is_open(written) {
        return Ok(None);
    }
    let columns = questions_of(peek);
    let names = &peek.layout.header.names;
    // Words of instruments in a column of their own are read as they are.
    let is_plain = |column: &usize| {
        let words = surveys::INSTRUMENT.words;
        let mut cells = peek
            .rows
            .iter()
            .filter_map(|row| row.fields.get(*column))
            .filter(|cell| !cell.trim().is_empty());
        cells.all(|cell| sources::word(surveys::INSTRUMENT.name, words, cell).is_some())
    };
    let mut forms: Vec<(usize, LongForm)> = Vec::new();
    for question in columns.iter().copied().filter(|column| !is_plain(column)) {
        let answers = scan(input, &peek.layout, question, &answer_columns(names, &columns), options)?;
        forms.extend(long_form(&answers, names, &options.questions).map(|form| (question, form)));
    }
    // The words of a question say more than its number.
    let Some((question, form)) = forms
        .into_iter()
        .max_by_key(|(column, form)| (form.has_scores(), std::cmp::Reverse(*column)))
    else {
        return Ok(None);
    };
    Ok(Some(described(written, input.file.name(), peek, (question, form), options)))
}

fn scan(input: &Input, layout: &Layout, question: usize, answers: &[usize], options: &Options) -> Result<Answers> {
    let new = || Answers::new(answers);
    let found = for_each_record(&input.file, layout, options.threads, new, |found: &mut Answers, record| {
        found.add(record.get(question).unwrap_or(""), |column| record.get(column).unwrap_or(""));
        Ok(())
    })?;
    Ok(found.sinks.into_iter().fold(Answers::new(answers), Answers::and))
}

/// The sources of a file with these questions: one for each that is the one of an instrument.
fn described(written: &Source, file: &str, peek: &Peek, (question_at, form): (usize, LongForm), options: &Options) -> Described {
    let header = &peek.layout.header;
    let [question, answer] = [question_at, form.answer].map(|column| header.names[column].clone());
    let mut base = Source {
        table: Some(Table::Surveys),
        ..written.clone()
    };
    for (column, name) in [(QUESTION, &question), (surveys::SCORE.name, &answer)] {
        base.map.insert(column.to_string(), Mapped::new(From::Column(name.clone())));
    }
    let rows = one_question(peek.rows.iter().map(|row| &row.fields), question_at);
    let base_found = sources::describe(&base, file, header, &rows, &options.profiles);
    let mut source = base_found.sources.into_iter().next().unwrap_or(base);
    source.map.remove(surveys::INSTRUMENT.name);
    let sources = sources_of(source, &form, &question, &answer);
    Described {
        sources,
        recognition: Some(recognition(&form, &question, &answer)),
        understanding: base_found.understanding,
    }
}

/// The records that are answers to the most frequent question: one of each response, as in other surveys.
pub fn one_question<'r>(rows: impl Iterator<Item = &'r Vec<String>> + Clone, question: usize) -> Vec<Vec<String>> {
    let asked = |row: &'r Vec<String>| row.get(question).map_or("", |cell| cell.trim());
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    rows.clone().for_each(|row| *times.entry(asked(row)).or_default() += 1);
    let most = times.into_iter().max_by_key(|(_, times)| *times).map_or("", |(asked, _)| asked);
    rows.filter(|row| asked(row) == most).cloned().collect()
}

/// One source for each question that counts, or one that asks which does.
pub fn sources_of(mut source: Source, form: &LongForm, question: &str, answer: &str) -> Vec<Source> {
    source.questions.extend(form.unclear.iter().cloned().map(Question::Asked));
    match form.has_scores() {
        true => form.sources(&source, question, answer),
        false => vec![source],
    }
}

/// What is to be known about it.
pub fn recognition(form: &LongForm, question: &str, answer: &str) -> Recognition {
    Recognition::AnswersToQuestions {
        columns: (question.to_string(), answer.to_string()),
        of: form.questions,
        questions: form.asked(),
        unclear: form.unclear.clone(),
    }
}
