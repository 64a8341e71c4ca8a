//! Survey exports with a record for each answer: one column says what was asked, another what was answered.
//!
//! Which question is the one of an instrument is told as for a column of its own: by its words and by its answers together. What two
//! questions may be, none of them is until somebody says which.

use std::collections::{BTreeMap, BTreeSet};

use super::answer_columns::is_answer;
use super::instruments::{INSTRUMENTS, says_overall};
use super::questions::{QUESTION, Reading, Recognised, Scale, as_stated, asked_in_words, ends, recognised, survey_question};
use super::{From, Mapped, Source};
use crate::expr;
use crate::notes::{SurveyQuestion, UnclearQuestion};
use crate::schema::surveys;

/// More different answers than this are no points of a scale.
const MOST_ANSWERS: usize = 24;
/// More different questions than this are none.
const MOST_QUESTIONS: usize = 500;

/// What the records of a file say about one question.
#[derive(Debug, Clone, Default)]
struct Answered {
    records: u64,
    /// In lower case; none where there are too many.
    answers: Option<BTreeSet<String>>,
}

/// The answers to each question in each column that may have them. Filled by all records, and then looked at.
#[derive(Debug, Clone)]
pub struct Answers {
    /// By column that may have the answers, by question.
    columns: BTreeMap<usize, BTreeMap<String, Answered>>,
    has_too_many: bool,
}

impl Answers {
    /// Of answers in these columns.
    pub fn new(columns: &[usize]) -> Answers {
        Answers {
            columns: columns.iter().map(|column| (*column, BTreeMap::new())).collect(),
            has_too_many: false,
        }
    }

    /// Counts a record.
    pub fn add<'r>(&mut self, question: &str, cell: impl Fn(usize) -> &'r str) {
        let question = question.trim();
        if self.has_too_many || crate::cell_parsing::is_null(question) {
            return;
        }
        for (column, questions) in &mut self.columns {
            if !questions.contains_key(question) {
                self.has_too_many |= questions.len() == MOST_QUESTIONS;
                let new = Answered {
                    answers: Some(BTreeSet::new()),
                    ..Answered::default()
                };
                questions.insert(question.to_string(), new);
            }
            let Some(of_question) = questions.get_mut(question) else { continue };
            of_question.records += 1;
            let answer = cell(*column).trim();
            if crate::cell_parsing::is_null(answer) {
                continue;
            }
            if let Some(answers) = &mut of_question.answers {
                answers.insert(answer.to_lowercase());
                if answers.len() > MOST_ANSWERS {
                    of_question.answers = None;
                }
            }
        }
    }

    /// With those of other records.
    #[must_use]
    pub fn and(mut self, other: Answers) -> Answers {
        self.has_too_many |= other.has_too_many;
        for (column, questions) in other.columns {
            let of_column = self.columns.entry(column).or_default();
            for (question, theirs) in questions {
                match of_column.get_mut(&question) {
                    None => {
                        of_column.insert(question, theirs);
                    }
                    Some(ours) => {
                        ours.records += theirs.records;
                        ours.answers = ours.answers.take().zip(theirs.answers).map(|(ours, theirs)| &ours | &theirs);
                        ours.answers = ours.answers.take().filter(|answers| answers.len() <= MOST_ANSWERS);
                    }
                }
            }
        }
        self.has_too_many |= self.columns.values().any(|questions| questions.len() > MOST_QUESTIONS);
        self
    }
}

/// A question that somebody has named: the instrument, and the question or a part of it that no other has.
pub type StatedQuestion = (&'static str, String);

/// Reads `INSTRUMENT=QUESTION`.
///
/// # Errors
/// What is wrong with it.
pub fn stated(text: &str) -> Result<StatedQuestion, String> {
    let (instrument, question) = text
        .split_once('=')
        .ok_or("write it like nps='How likely are you to recommend us?'")?;
    let known = surveys::INSTRUMENT
        .words
        .iter()
        .find(|known| **known == instrument.trim().to_lowercase());
    let known = known.ok_or_else(|| format!("the instruments are {}", surveys::INSTRUMENT.words.join(", ")))?;
    match question.trim() {
        "" => Err("the question is missing".to_string()),
        question => Ok((known, question.to_string())),
    }
}

/// A question whose answers are scores.
#[derive(Debug, Clone)]
struct Scored {
    question: String,
    instrument: &'static str,
    scale: Option<Scale>,
    reading: Reading,
}

/// What the records of a file are answers to.
#[derive(Debug, Clone)]
pub struct LongForm {
    /// The column with the answers.
    pub answer: usize,
    /// How many questions there are.
    pub questions: usize,
    scored: Vec<Scored>,
    /// Instruments that several questions may be of.
    pub unclear: Vec<UnclearQuestion>,
}

/// What records are the answers to, if some question is the one of an instrument, or may be. `names` are those of the columns.
pub fn long_form(found: &Answers, names: &[String], stated: &[StatedQuestion]) -> Option<LongForm> {
    if found.has_too_many {
        return None;
    }
    let looked: Vec<LongForm> = found
        .columns
        .iter()
        .map(|(column, questions)| look(*column, questions, stated))
        .collect();
    let rank = |form: &LongForm| {
        let plain = form.scored.iter().filter(|scored| scored.reading == Reading::Numbers).count();
        (form.scored.len() + form.unclear.len(), plain)
    };
    let is_of_instruments = |form: &&LongForm| !form.scored.is_empty() || form.unclear.iter().any(|unclear| unclear.instrument.is_some());
    let is_called_so = |form: &LongForm| is_answer(&names[form.answer]);
    let best = looked
        .iter()
        .filter(is_of_instruments)
        .max_by_key(|form| (is_called_so(form), rank(form), std::cmp::Reverse(form.answer)));
    // Without a name that says it, numbers that fit may be anything: one column alone has to fit.
    let fitting = looked.iter().filter(is_of_instruments).count();
    let is_certain = |form: &&LongForm| fitting == 1 || is_called_so(form);
    best.filter(is_certain)
        .or_else(|| looked.iter().find(|form| is_called_so(form) && !form.unclear.is_empty()))
        .cloned()
}

/// What each question is, if the answers are in this column.
fn look(answer: usize, questions: &BTreeMap<String, Answered>, stated: &[StatedQuestion]) -> LongForm {
    let mut scored: Vec<Scored> = Vec::new();
    // Questions in the words of an instrument whose few answers do not show their scale.
    let mut possible: Vec<(&'static str, String)> = Vec::new();
    // A part of a question names it, unless another is the same as that part.
    let stated_as = |text: &str| {
        let is_meant = |(_, part): &&StatedQuestion| match questions.contains_key(part) {
            true => part == text,
            false => text.to_lowercase().contains(&part.to_lowercase()),
        };
        stated.iter().find(is_meant).map(|(instrument, _)| *instrument)
    };
    let is_stated = |instrument: &str| stated.iter().any(|(name, _)| *name == instrument);
    // A question that somebody has named and that is not here does not make another one of its instrument certain.
    let is_here = |instrument: &str| questions.keys().any(|question| stated_as(question) == Some(instrument));
    for (question, of_question) in questions {
        let answers = of_question.answers.as_ref();
        let (instrument, (scale, reading)) = match (stated_as(question), answers) {
            (Some(instrument), answers) => (instrument, as_stated(instrument, question, answers)),
            (None, Some(answers)) => match recognised(question, answers) {
                Some(found) if !is_here(found.instrument) => {
                    let Recognised {
                        instrument,
                        scale,
                        reading,
                    } = found;
                    (instrument, (Some(scale), reading))
                }
                Some(_) => continue,
                None => {
                    let is_rating = ends(answers).is_some_and(|(least, most)| least >= 0 && most <= 10);
                    possible.extend(
                        asked_in_words(question)
                            .filter(|_| is_rating)
                            .map(|instrument| (instrument, question.clone())),
                    );
                    continue;
                }
            },
            (None, None) => continue,
        };
        scored.push(Scored {
            question: question.clone(),
            instrument,
            scale,
            reading,
        });
    }
    let of_nothing = |scored: &Scored| scored.instrument == "other" && stated_as(&scored.question).is_none();
    // Next to the question about all of it, those about its parts are other questions.
    let overall: Vec<String> = scored
        .iter()
        .filter(|scored| scored.instrument == "csat" && says_overall(&scored.question))
        .map(|scored| scored.question.clone())
        .collect();
    if let [overall] = &overall[..] {
        scored.retain(|scored| scored.instrument != "csat" || scored.question == *overall || stated_as(&scored.question).is_some());
        possible.retain(|(instrument, _)| *instrument != "csat");
    }
    scored.retain(|scored| !of_nothing(scored));
    let mut unclear = Vec::new();
    for instrument in INSTRUMENTS {
        let shown = scored.iter().filter(|scored| scored.instrument == instrument.name);
        let may_be = possible.iter().filter(|(name, _)| *name == instrument.name);
        let mut of_it: Vec<String> = shown.map(|scored| scored.question.clone()).collect();
        let is_shown = of_it.len() == 1;
        of_it.extend(may_be.map(|(_, question)| question.clone()));
        let is_certain = of_it.is_empty() || is_shown && of_it.len() == 1 && !is_stated(instrument.name);
        if !is_certain && !is_here(instrument.name) {
            unclear.push(UnclearQuestion {
                instrument: Some(instrument.name),
                questions: of_it,
            });
        }
    }
    scored.retain(|scored| unclear.iter().all(|unclear| unclear.instrument != Some(scored.instrument)));
    // Questions that are answered by a few numbers may be ones of instruments in words that are not known.
    if scored.is_empty() && unclear.is_empty() {
        let is_rating = |answered: &Answered| {
            let numbers = answered.answers.as_ref().and_then(ends);
            numbers.is_some_and(|(least, most)| least >= 0 && (4..=10).contains(&most))
        };
        let ratings: Vec<String> = questions
            .iter()
            .filter(|(_, answered)| is_rating(answered))
            .map(|(question, _)| question.clone())
            .collect();
        if !ratings.is_empty() {
            unclear.push(UnclearQuestion {
                instrument: None,
                questions: ratings,
            });
        }
    }
    LongForm {
        answer,
        questions: questions.len(),
        scored,
        unclear,
    }
}

impl LongForm {
    /// Whether some question is the one of an instrument.
    pub fn has_scores(&self) -> bool {
        !self.scored.is_empty()
    }

    /// The questions that are those of instruments.
    pub fn asked(&self) -> Vec<SurveyQuestion> {
        let shown = |scored: &Scored| SurveyQuestion {
            question: scored.question.clone(),
            instrument: scored.instrument.to_string(),
            scale: scored.scale.map(|(low, high)| (low.to_string(), high.to_string())),
        };
        self.scored.iter().map(shown).collect()
    }

    /// One source for each question of an instrument: the records with it, their scores, instrument and scale. `question` and `answer` are the
    /// names of the columns.
    pub fn sources(&self, source: &Source, question: &str, answer: &str) -> Vec<Source> {
        let of = |scored: &Scored| {
            let mut source = source.clone();
            let filter = condition(question, &scored.question);
            let filter = match &source.filter {
                Some(written) => format!("({}) and {filter}", written.text()),
                None => filter,
            };
            source.filter = Some(expr::parse(&filter).ok()?);
            source.is_of_question = true;
            let mut put = |name: &str, from: From| source.map.insert(name.to_string(), Mapped::new(from));
            put(
                surveys::SCORE.name,
                scored.reading.score_in_full(&answer.to_string(), scored.scale)?,
            );
            put(surveys::INSTRUMENT.name, From::Value(scored.instrument.to_string()));
            if let Some((low, high)) = scored.scale {
                put(surveys::SCALE_MIN.name, From::Value(low.to_string()));
                put(surveys::SCALE_MAX.name, From::Value(high.to_string()));
            }
            put(QUESTION, From::Value(scored.question.clone()));
            Some(source)
        };
        self.scored.iter().filter_map(of).collect()
    }
}

/// The question that the records of a source are answers to.
pub fn question_of(source: &Source) -> Option<SurveyQuestion> {
    source.is_of_question.then(|| survey_question(source)).flatten()
}

/// The condition of the records that are answers to a question.
pub fn condition(column: &str, question: &str) -> String {
    format!("{} = '{}'", quoted(column), question.replace('\'', "''"))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found in answers to these questions, in one column called `answer`.
    fn found(records: &[(&str, &str)], stated: &[StatedQuestion]) -> Option<LongForm> {
        let names = ["question", "answer"].map(str::to_string);
        let mut answers = Answers::new(&[1]);
        records.iter().for_each(|(question, answer)| answers.add(question, |_| answer));
        long_form(&answers, &names, stated)
    }

    fn asked(form: Option<LongForm>) -> Vec<String> {
        form.map_or(Vec::new(), |form| form.asked().iter().map(ToString::to_string).collect())
    }

    const RECOMMEND: &str = "Poleciłby nas Pan znajomym?";
    const SATISFIED: [&str; 2] = ["How satisfied are you with the food?", "How satisfied are you with the room?"];

    #[test]
    fn the_question_of_an_instrument_is_told_by_its_words_and_its_answers() {
        let form = found(&[(RECOMMEND, "9"), ("Uwagi", "tak"), (RECOMMEND, "3")], &[]);
        assert_eq!(asked(form.clone()), ["`Poleciłby nas Pan znajomym?` is nps from 0 to 10"]);
        let sources = form.unwrap().sources(&Source::default(), "question", "answer");
        assert_eq!(
            sources[0].filter.as_ref().unwrap().text(),
            r#""question" = 'Poleciłby nas Pan znajomym?'"#
        );
        assert_eq!(question_of(&sources[0]).unwrap().instrument, "nps");
        // From one to five it may be another scale, and words are no scores.
        let form = found(&[(RECOMMEND, "3"), (RECOMMEND, "5")], &[]).unwrap();
        assert_eq!((form.has_scores(), form.unclear[0].instrument), (false, Some("nps")));
        assert!(found(&[(RECOMMEND, "3"), (RECOMMEND, "tak")], &[]).is_none());
    }

    #[test]
    fn two_questions_that_may_be_it_are_asked_about() {
        let records = [(SATISFIED[0], "5"), (SATISFIED[1], "2"), (SATISFIED[0], "1"), (RECOMMEND, "10")];
        let form = found(&records, &[]).unwrap();
        assert_eq!(asked(Some(form.clone())), ["`Poleciłby nas Pan znajomym?` is nps from 0 to 10"]);
        assert_eq!(form.unclear[0].questions, SATISFIED);
        assert_eq!(form.unclear[0].answer(), "--question 'csat=How satisfied are you with the food?'");
        // A part of its text names it; the other is none then.
        let form = found(&records, &[stated("csat=the room").unwrap()]).unwrap();
        let questions: Vec<String> = form.asked().into_iter().map(|asked| asked.question).collect();
        assert_eq!(
            (questions, form.unclear.len()),
            (vec![SATISFIED[1].to_string(), RECOMMEND.to_string()], 0)
        );
        // One that no question has is asked about, and the others stay what they are.
        let form = found(&records, &[stated("nps=reccomend").unwrap()]).unwrap();
        assert!(!form.has_scores());
        let nps = form.unclear.iter().find(|unclear| unclear.instrument == Some("nps")).unwrap();
        assert_eq!(nps.answer(), "--question 'nps=Poleciłby nas Pan znajomym?'");
        // Of the whole and its parts it is the whole.
        let form = found(&[("Overall, how satisfied are you?", "5"), (SATISFIED[0], "1")], &[]);
        assert_eq!(asked(form), ["`Overall, how satisfied are you?` is csat from 1 to 5"]);
    }

    #[test]
    fn ratings_in_unknown_words_are_asked_about_and_can_be_named() {
        let records = [("Mitä mieltä olet?", "5"), ("Mitä mieltä olet?", "2"), ("Nimi", "Aino")];
        let form = found(&records, &[]).unwrap();
        assert!(!form.has_scores());
        assert_eq!(form.unclear[0].answer(), "--question 'INSTRUMENT=Mitä mieltä olet?'");
        let form = found(&records, &[stated("csat=Mitä").unwrap()]);
        assert_eq!(asked(form), ["`Mitä mieltä olet?` is csat"], "five points, or ten");
        assert!(found(&[("Nimi", "Aino"), ("Ikä", "34")], &[]).is_none());
        assert!(stated("cast=x").unwrap_err().contains("nps, enps, csat"));
        assert!(stated("csat= ").is_err() && stated("csat").is_err());
    }

    #[test]
    fn words_are_scores_in_the_expression() {
        let form = found(
            &[
                ("Wie zufrieden sind Sie?", "Sehr zufrieden"),
                ("Wie zufrieden sind Sie?", "unzufrieden"),
            ],
            &[],
        )
        .unwrap();
        let source = &form.sources(&Source::default(), "question", "answer")[0];
        let From::Expr(expr) = &source.map["score"].from else {
            panic!("no expression")
        };
        assert!(
            expr.text().contains("when lower(\"answer\") in ('sehr zufrieden') then '5'"),
            "{}",
            expr.text()
        );
    }

    #[test]
    fn numbers_that_fit_are_no_answers_if_several_columns_have_them() {
        let names = ["question", "page", "points given"].map(str::to_string);
        let mut answers = Answers::new(&[1, 2]);
        for (page, points) in [("7", "10"), ("8", "3"), ("9", "6")] {
            answers.add(RECOMMEND, |column| if column == 1 { page } else { points });
        }
        assert_eq!(long_form(&answers, &names, &[]).unwrap().answer, 2, "it is called so");
        let names = ["question", "page", "x"].map(str::to_string);
        assert!(long_form(&answers, &names, &[]).is_none());
    }
}
