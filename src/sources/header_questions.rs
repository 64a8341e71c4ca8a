//! Surveys whose headers ask: `nps`, `Satisfaction (1-5)`, `How likely are you to recommend us?`.

use super::guess::words;
use super::instruments::{Instrument, named_instrument};
use super::questions::{QUESTION, questions, survey_question};
use super::{From, Mapped, Source};
use crate::ingest::Header;
use crate::notes::SurveyQuestion;
use crate::schema::{Table, surveys};

/// The answers to the question that a header of a survey asks, as in `nps` or `How likely are you to recommend us?`, where no column and
/// nobody says which instrument they are of: one source for each question.
pub fn asked_in_headers(written: &Source, source: &Source, header: &Header, file: &str, rows: &[Vec<String>]) -> Vec<Source> {
    let is_said = [&surveys::SCORE, &surveys::INSTRUMENT]
        .iter()
        .any(|column| written.map.contains_key(column.name));
    if source.table != Some(Table::Surveys) || is_said || source.map.contains_key(surveys::INSTRUMENT.name) {
        return Vec::new();
    }
    let mut without_score = source.clone();
    without_score.map.remove(surveys::SCORE.name);
    let found = questions(&without_score, header, rows);
    let mut found = match source.map.get(surveys::SCORE.name).map(|mapped| &mapped.from) {
        // The header says it, although some answers are on no scale of the instrument.
        Some(From::Column(score)) if found.is_empty() => of_header(source, score)
            .or_else(|| of_file(source, score, file, header, rows))
            .into_iter()
            .collect(),
        _ => found,
    };
    // The satisfaction of employees may be about their work.
    if words(&header.names).iter().any(|words| words.contains("employee")) {
        found.retain(is_of_employees);
    }
    found.into_iter().map(without_usual_scale).collect()
}

/// Whether the instrument of a source is one for employees.
fn is_of_employees(source: &Source) -> bool {
    let instrument = source.map.get(surveys::INSTRUMENT.name).map(|mapped| &mapped.from);
    matches!(instrument, Some(From::Value(name)) if matches!(name.as_str(), "enps" | "engagement"))
}

/// The source with the instrument and its usual scale that the header of its scores names.
fn of_header(source: &Source, score: &str) -> Option<Source> {
    Some(with_instrument(source, score, named_instrument(score)?))
}

fn with_instrument(source: &Source, score: &str, instrument: &Instrument) -> Source {
    let mut source = source.clone();
    let scale = instrument.scale;
    for (column, value) in [
        (surveys::INSTRUMENT.name, instrument.name.to_string()),
        (surveys::SCALE_MIN.name, scale.0.to_string()),
        (surveys::SCALE_MAX.name, scale.1.to_string()),
        (QUESTION, score.to_string()),
    ] {
        source
            .map
            .entry(column.to_string())
            .or_insert_with(|| Mapped::new(From::Value(value)));
    }
    source
}

/// The same of a file that is called like an instrument, such as `satisfaction.csv` or `nps_2024.csv`, if its scores are on the usual scale.
fn of_file(source: &Source, score: &str, file: &str, header: &Header, rows: &[Vec<String>]) -> Option<Source> {
    let at = header.find(score)?;
    let instrument = named_instrument(file.rsplit(['/', '\\', '#']).next().unwrap_or(file))?;
    let (least, most) = instrument.scale;
    let cells = || {
        rows.iter()
            .filter_map(|row| row.get(at))
            .map(|cell| cell.trim())
            .filter(|cell| !cell.is_empty())
    };
    let is_on = |cell: &str| cell.parse::<i64>().is_ok_and(|answer| (least..=most).contains(&answer));
    let is_whole = cells().all(is_on) && cells().any(|cell| cell.parse() == Ok(most));
    is_whole.then(|| with_instrument(source, score, instrument))
}

/// Without the usual scale of an instrument where the answers are numbers: whether they are on it is decided over all of them.
fn without_usual_scale(mut source: Source) -> Source {
    let is_plain = source
        .map
        .get(surveys::SCORE.name)
        .is_some_and(|mapped| matches!(&mapped.from, From::Column(header) if !header.contains(|c: char| c.is_ascii_digit())));
    if is_plain && !source.values.contains_key(surveys::SCORE.name) {
        source.map.remove(surveys::SCALE_MIN.name);
        source.map.remove(surveys::SCALE_MAX.name);
    }
    source
}

/// The questions of a survey that were found.
pub fn asked(sources: &[Source]) -> Vec<SurveyQuestion> {
    sources.iter().filter_map(survey_question).collect()
}

#[cfg(test)]
mod tests {
    use crate::ingest::Header;
    use crate::schema::{Table, surveys};
    use crate::sources::describe::{Described, describe};
    use crate::sources::{From, Source};

    /// A survey with this header over its answers.
    fn described(person: &str, header: &str, answers: &[&str]) -> Described {
        let file = Header {
            names: ["Id", person, "Date", header].map(str::to_string).to_vec(),
            ..Header::default()
        };
        let row = |(n, answer): (usize, &&str)| {
            let cells = [
                format!("{n}"),
                format!("p{n}"),
                format!("2026-10-{:02}", 13 + n % 9),
                (*answer).to_string(),
            ];
            cells.to_vec()
        };
        let rows: Vec<Vec<String>> = answers.iter().enumerate().map(row).collect();
        let surveys_only = Source {
            table: Some(Table::Surveys),
            ..Source::default()
        };
        describe(&surveys_only, "answers.csv", &file, &rows, &[])
    }

    /// Its constants: the instrument, and the most of its scale.
    fn asked(person: &str, header: &str, answers: &[&str]) -> [Option<String>; 2] {
        let found = described(person, header, answers);
        [surveys::INSTRUMENT.name, surveys::SCALE_MAX.name].map(|column| {
            match found.sources[0].map.get(column).map(|mapped| &mapped.from) {
                Some(From::Value(text)) => Some(text.clone()),
                _ => None,
            }
        })
    }

    #[test]
    fn a_header_shows_the_instrument() {
        let tens = ["10", "7", "3", "9", "0", "8", "10", "6", "9"];
        let fives = ["5", "4", "1", "2", "5", "3", "4", "5", "2"];
        let is = |name: &str, most: Option<&str>| [Some(name.to_string()), most.map(str::to_string)];
        // Whether the answers are on the usual scale is decided over all of them.
        assert_eq!(asked("Customer", "nps", &tens), is("nps", None));
        assert_eq!(asked("Customer", "How likely are you to recommend us?", &tens), is("nps", None));
        assert_eq!(asked("Cliente", "Satisfacción (1-5)", &fives), is("csat", Some("5")));
        assert_eq!(asked("Customer", "Result", &fives), [None, None]);
    }

    #[test]
    fn what_a_header_asks_is_shown() {
        let shown = |header: &str, answers: &[&str]| described("Customer", header, answers).recognition.map(|found| found.to_string());
        let asks = "Recognised as answers to what the header asks";
        assert_eq!(shown("nps", &["10", "7", "3"]), Some(format!("{asks}: `nps` is nps")));
        assert_eq!(
            shown("Satisfaction (1-5)", &["5", "4", "1"]),
            Some(format!("{asks}: `Satisfaction (1-5)` is csat from 1 to 5"))
        );
        assert_eq!(shown("Result", &["5", "4", "1"]), None);
    }

    #[test]
    fn the_satisfaction_of_employees_may_be_about_their_work() {
        let tens = ["10", "7", "3", "9", "0", "8", "10", "6", "9"];
        let fives = ["5", "4", "1", "2", "5", "3", "4", "5", "2"];
        let place = "How likely are you to recommend us as a place to work?";
        assert_eq!(asked("Employee", place, &tens)[0].as_deref(), Some("enps"));
        assert_eq!(asked("Employee", "Satisfaction (1-5)", &fives)[0], None);
        assert_eq!(asked("Customer", "Satisfaction (1-5)", &fives)[0].as_deref(), Some("csat"));
    }
}
