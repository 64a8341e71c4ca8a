//! Survey exports with a column a question: which of them are scores, and of which instrument.
//!
//! A question is told by its words and by its answers together; a column that only one of the two speaks for is left alone, because
//! a score of the wrong instrument is worse than none. So is one whose answers fit several scales: 3, 4 and 5 may be of five points or
//! of seven, "agree" may be the last but one of five or of seven.

use std::collections::{BTreeMap, BTreeSet};

use super::instruments::{INSTRUMENTS, Instrument, NO_SCORES, numbered, says_overall};
use super::{From, Mapped, Source, folded};
use crate::cell_parsing::{ScoreCell, ScoreReading, is_null, score_cell};
use crate::expr;
use crate::ingest::Header;
use crate::notes::SurveyQuestion;
use crate::schema::surveys;

/// The dimension that says what was asked.
pub const QUESTION: &str = "question";

/// The first and the last point of a scale.
pub(super) type Scale = (i64, i64);

/// What was asked, and the columns with the answers: one, or one for each answer that could be ticked.
struct Question {
    columns: Vec<usize>,
    text: String,
    answers: BTreeSet<String>,
}

/// What a question is.
pub(super) struct Recognised {
    /// The name of its instrument.
    pub instrument: &'static str,
    /// The scale of the answers.
    pub scale: Scale,
    /// How they are read.
    pub reading: Reading,
}

/// How answers become scores.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Reading {
    /// They are numbers.
    Numbers,
    /// They are labels with a number in them: `10 - Extremely likely`.
    Numbered,
    /// They are words, in lower case.
    Words(BTreeMap<String, i64>),
}

/// One source for each question of a survey export: its scores, their instrument and scale, and the question as a dimension. None,
/// where no column is one.
pub fn questions(source: &Source, header: &Header, rows: &[Vec<String>]) -> Vec<Source> {
    let taken: Vec<usize> = source
        .map
        .values()
        .flat_map(Mapped::columns)
        .filter_map(|name| header.find(&name))
        .collect();
    let mut found = Vec::new();
    let asked: Vec<Question> = asked(header, rows, &taken);
    let recognised: Vec<_> = asked
        .iter()
        .filter_map(|question| Some((question, recognised(&question.text, &question.answers)?)))
        .collect();
    // Beside the question about all of it, those about its parts are other questions.
    let is_overall = |(question, found): &&(&Question, Recognised)| found.instrument == "csat" && says_overall(&question.text);
    let has_overall = recognised.iter().filter(is_overall).count() == 1;
    for (
        question,
        Recognised {
            instrument,
            scale,
            reading,
        },
    ) in recognised
    {
        let is_part = has_overall && instrument == "csat" && !says_overall(&question.text);
        let instrument = if is_part { "other" } else { instrument };
        let names: Vec<String> = question.columns.iter().map(|c| header.names[*c].clone()).collect();
        let Some(from) = reading.score(&names, Some(scale)) else {
            continue;
        };
        let mut source = source.clone();
        let mut put = |name: &str, from: From| source.map.insert(name.to_string(), Mapped::new(from));
        put(surveys::SCORE.name, from);
        put(surveys::INSTRUMENT.name, From::Value(instrument.to_string()));
        put(surveys::SCALE_MIN.name, From::Value(scale.0.to_string()));
        put(surveys::SCALE_MAX.name, From::Value(scale.1.to_string()));
        put(QUESTION, From::Value(question.text.clone()));
        if let Reading::Words(words) = reading {
            let words = words.into_iter().map(|(word, score)| (word, score.to_string()));
            source.values.entry(surveys::SCORE.name.to_string()).or_default().extend(words);
        }
        found.push(source);
    }
    found
}

/// Whether a file whose first column is called as in a form's answers is one: it asks something, in words, and its times are not those
/// that programs write to programs.
pub fn is_form(header: &Header, rows: &[Vec<String>]) -> bool {
    let is_iso = |cell: &str| {
        let mut parts = cell.splitn(3, '-');
        parts.next().is_some_and(|year| year.len() == 4) && parts.next().is_some_and(|month| month.len() == 2)
    };
    let mut times = rows
        .iter()
        .filter_map(|row| row.first())
        .map(|cell| cell.trim())
        .filter(|cell| !cell.is_empty());
    let sentence = |question: &Question| question.text.split_whitespace().count() >= 3;
    times.next().is_some_and(|first| !is_iso(first))
        && times.all(|cell| !is_iso(cell))
        && asked(header, rows, &[0])
            .iter()
            .any(|q| sentence(q) && recognised(&q.text, &q.answers).is_some())
}

/// The questions of a file. With two header rows the first says what was asked, over the first of its columns only, and the second an
/// answer or the part of the question that the column is about.
fn asked(header: &Header, rows: &[Vec<String>], taken: &[usize]) -> Vec<Question> {
    let cell = |row: usize, column: usize| {
        let cell = header.rows.get(row).and_then(|cells| cells.get(column));
        cell.map_or("", |cell| cell.trim())
    };
    let several = header.rows.len() > 1;
    let mut carried = String::new();
    let mut asked: Vec<(String, String)> = Vec::new();
    for (column, name) in header.names.iter().enumerate() {
        if !several {
            asked.push((name.clone(), String::new()));
            continue;
        }
        if !cell(0, column).is_empty() {
            carried = cell(0, column).to_string();
        }
        // What a tool writes where there is but one column.
        let label = Some(cell(1, column)).filter(|label| !matches!(*label, "Response" | "Open-Ended Response"));
        asked.push((carried.clone(), label.unwrap_or_default().to_string()));
    }
    // A cell with several answers is none on any scale.
    let is_one = |cell: &&str| !matches!(score_cell(cell, ScoreReading::default()), ScoreCell::Several);
    let answers = |column: usize| -> BTreeSet<String> {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.trim());
        cells.filter(|cell| !is_null(cell)).filter(is_one).map(str::to_lowercase).collect()
    };
    let mut found = Vec::new();
    let mut column = 0;
    while column < asked.len() {
        let run = asked[column..].iter().take_while(|(said, _)| *said == asked[column].0).count();
        let columns: Vec<usize> = (column..column + run).filter(|c| !taken.contains(c)).collect();
        column += run;
        // A column with nothing but its own label in it is an answer that was ticked.
        let ticked = |c: &&usize| {
            let label = asked[**c].1.to_lowercase();
            !label.is_empty() && answers(**c).iter().all(|answer| *answer == label)
        };
        let options: Vec<usize> = columns.iter().filter(ticked).copied().collect();
        let labels = || options.iter().map(|c| asked[*c].1.to_lowercase()).collect::<BTreeSet<String>>();
        let one = (options.len() >= 3).then(|| Question {
            text: asked[options[0]].0.clone(),
            answers: labels(),
            columns: options.clone(),
        });
        if let Some(one) = one.filter(|one| recognised(&one.text, &one.answers).is_some()) {
            found.push(one);
            continue;
        }
        found.extend(columns.into_iter().map(|c| {
            Question {
                columns: vec![c],
                text: [&asked[c].0, &asked[c].1]
                    .map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "))
                    .join(" ")
                    .trim()
                    .to_string(),
                answers: answers(c),
            }
        }));
    }
    found
}

/// The instrument of a question with these answers, in lower case.
pub(super) fn recognised(question: &str, answers: &BTreeSet<String>) -> Option<Recognised> {
    let text = folded(question);
    if answers.is_empty() || NO_SCORES.iter().any(|word| text.contains(word)) {
        return None;
    }
    let instrument = INSTRUMENTS.iter().find(|instrument| instrument.asks(&text))?;
    let (scale, reading) = read(instrument, question, answers)?;
    // Effort is counted from 5 of 7 points on; on another scale it is another score.
    let name = if instrument.name == "ces" && scale != instrument.scale {
        "other"
    } else {
        instrument.name
    };
    Some(Recognised {
        instrument: name,
        scale,
        reading,
    })
}

/// The instrument whose words a question has.
pub(super) fn asked_in_words(question: &str) -> Option<&'static str> {
    let text = folded(question);
    let found = INSTRUMENTS.iter().find(|instrument| instrument.asks(&text));
    found
        .filter(|_| !NO_SCORES.iter().any(|word| text.contains(word)))
        .map(|instrument| instrument.name)
}

/// The question that a source has the answers to, by its constants.
pub(super) fn survey_question(source: &Source) -> Option<SurveyQuestion> {
    let value = |name: &str| match source.map.get(name).map(|mapped| &mapped.from) {
        Some(From::Value(text)) => Some(text.clone()),
        Some(From::Column(_) | From::Expr(_)) | None => None,
    };
    Some(SurveyQuestion {
        question: value(QUESTION)?,
        instrument: value(surveys::INSTRUMENT.name)?,
        scale: value(surveys::SCALE_MIN.name).zip(value(surveys::SCALE_MAX.name)),
    })
}

/// The scale of a question that somebody has named, and how its answers are read. Satisfaction is asked on several scales: if neither
/// the question nor the answers say which, it is left open.
pub(super) fn as_stated(instrument: &str, question: &str, answers: Option<&BTreeSet<String>>) -> (Option<Scale>, Reading) {
    let known = INSTRUMENTS.iter().find(|known| known.name == instrument);
    if let (Some(known), Some(answers)) = (known, answers)
        && answers.iter().any(|answer| number(answer).is_none())
    {
        if let Some((scale, reading)) = words(known, answers) {
            return (Some(scale), reading);
        }
        if answers.iter().all(|answer| numbered(answer).is_some()) {
            return (Some(stated(question).unwrap_or(known.scale)), Reading::Numbered);
        }
    }
    let usual = known.filter(|known| known.name != "csat").map(|known| known.scale);
    (stated(question).or(usual), Reading::Numbers)
}

/// The least and the most of answers that are all whole numbers.
pub(super) fn ends(answers: &BTreeSet<String>) -> Option<Scale> {
    let numbers = answers.iter().map(|answer| number(answer)).collect::<Option<Vec<i64>>>()?;
    Some((*numbers.iter().min()?, *numbers.iter().max()?))
}

/// The scale of these answers, where they can be of one scale only.
fn read(instrument: &Instrument, text: &str, answers: &BTreeSet<String>) -> Option<(Scale, Reading)> {
    let plain = answers.iter().map(|answer| number(answer)).collect::<Option<Vec<i64>>>();
    let (numbers, reading) = match plain {
        Some(numbers) => (Some(numbers), Reading::Numbers),
        None => (answers.iter().map(|answer| numbered(answer)).collect(), Reading::Numbered),
    };
    let Some(numbers) = numbers else {
        return words(instrument, answers);
    };
    let (least, most) = (*numbers.iter().min()?, *numbers.iter().max()?);
    let stated = stated(text);
    let scale = stated.unwrap_or(instrument.scale);
    let fits = (scale.0..=scale.1).contains(&least) && (scale.0..=scale.1).contains(&most);
    let is_known = stated.is_some() || instrument.is_shown(least, most, &folded(text));
    let suits = instrument.name != "nps" && instrument.name != "enps" || scale.1 == 10;
    (fits && is_known && suits).then_some((scale, reading))
}

/// A whole number, as a cell says it.
fn number(answer: &str) -> Option<i64> {
    answer
        .parse::<f64>()
        .ok()
        .filter(|n| n.fract() == 0.0 && n.abs() < 1000.0)
        .map(|n| n as i64)
}

/// The scale that a question states: `(1-5)`, `from 0 to 10`, `1 = very hard, 7 = very easy`.
fn stated(text: &str) -> Option<Scale> {
    const BETWEEN: &[&str] = &["-", "–", "—", "to", "bis", "à", "a", "al", "tot", "e", "y", "and", "und"];
    let mut numbers: Vec<(i64, &str)> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let digits = &rest[start..];
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        rest = &digits[end..];
        let after = rest.find(|c: char| c.is_ascii_digit()).map_or(rest, |next| &rest[..next]);
        numbers.push((digits[..end].parse().ok()?, after));
    }
    numbers.windows(2).find_map(|pair| {
        let [(first, between), (last, after)] = pair else { return None };
        let between = between.trim();
        let joined = BETWEEN.contains(&between.to_lowercase().as_str());
        let equated = between.starts_with('=') && after.trim_start().starts_with('=');
        (matches!(first, 0 | 1) && (3..=10).contains(last) && (joined || equated)).then_some((*first, *last))
    })
}

/// The scale of answers in words: every list of words that has them all must say the same.
fn words(instrument: &Instrument, answers: &BTreeSet<String>) -> Option<(Scale, Reading)> {
    let point = |list: &[&str], answer: &str| list.iter().position(|words| words.split('|').any(|word| word == answer));
    let mut found: Option<(Scale, BTreeMap<String, i64>)> = None;
    for list in instrument.words {
        if !answers.iter().all(|answer| point(list, answer).is_some()) {
            continue;
        }
        let scale = (1, list.len() as i64);
        let said = |answer: &String| point(list, answer).map(|at| at as i64 + 1);
        let agrees = |(known, scores): &(Scale, BTreeMap<String, i64>)| {
            *known == scale && answers.iter().all(|answer| scores.get(answer).copied() == said(answer))
        };
        if !found.as_ref().is_none_or(agrees) {
            return None;
        }
        let (_, scores) = found.get_or_insert_with(|| (scale, BTreeMap::new()));
        for (at, words) in (1..).zip(*list) {
            for word in words.split('|') {
                scores.entry(word.to_string()).or_insert(at);
            }
        }
    }
    found.map(|(scale, scores)| (scale, Reading::Words(scores)))
}

impl Reading {
    /// Where the score comes from, out of one or several columns. The scores of words are in [`Reading::Words`].
    pub fn score(&self, columns: &[String], scale: Option<Scale>) -> Option<From> {
        let quoted = |name: &String| format!("\"{}\"", name.replace('"', "\"\""));
        let cell = match columns {
            [name] if *self == Reading::Numbers => return Some(From::Column(name.clone())),
            [name] => quoted(name),
            several => format!("coalesce({})", several.iter().map(quoted).collect::<Vec<_>>().join(", ")),
        };
        let text = match self {
            Reading::Numbers => cell,
            Reading::Words(_) => format!("lower({cell})"),
            Reading::Numbered => {
                let says = |n: i64| {
                    let ways = ["{n} %", "{n}-%", "{n}=%", "{n}:%", "{n}.%", "{n})%", "% {n}", "%({n})"];
                    let ways = ways.map(|way| format!("{cell} like '{}'", way.replace("{n}", &n.to_string())));
                    format!("when {} then '{n}'", ways.join(" or "))
                };
                let (low, high) = scale?;
                let cases: Vec<String> = (low..=high).map(says).collect();
                format!("case {} else {cell} end", cases.join(" "))
            }
        };
        expr::parse(&text).ok().map(From::Expr)
    }

    /// The same with the scores of words in the expression.
    pub fn score_in_full(&self, column: &String, scale: Option<Scale>) -> Option<From> {
        let Reading::Words(words) = self else {
            return self.score(std::slice::from_ref(column), scale);
        };
        let cell = format!("\"{}\"", column.replace('"', "\"\""));
        let mut by_score: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        for (word, score) in words {
            by_score.entry(*score).or_default().push(format!("'{}'", word.replace('\'', "''")));
        }
        let case = |(score, words): (&i64, &Vec<String>)| format!("when lower({cell}) in ({}) then '{score}'", words.join(", "));
        let cases: Vec<String> = by_score.iter().map(case).collect();
        expr::parse(&format!("case {} else {cell} end", cases.join(" ")))
            .ok()
            .map(From::Expr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(rows: &[&[&str]]) -> Header {
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| cell.to_string()).collect()).collect();
        let over = |column: usize| {
            rows.iter()
                .map(|row| row[column].as_str())
                .collect::<Vec<_>>()
                .join(" ")
                .trim()
                .to_string()
        };
        Header {
            names: (0..rows[0].len()).map(over).collect(),
            rows,
            ..Header::default()
        }
    }

    fn sources(rows: &[&[&str]], answers: &[&[&str]]) -> Vec<Source> {
        let answers: Vec<Vec<String>> = answers
            .iter()
            .map(|row| row.iter().map(|cell| cell.to_string()).collect())
            .collect();
        questions(&Source::default(), &header(rows), &answers)
    }

    fn said(source: &Source, column: &str) -> String {
        match &source.map[column].from {
            From::Column(name) | From::Value(name) => name.clone(),
            From::Expr(expr) => expr.text().to_string(),
        }
    }

    /// What is found in one column: instrument and scale.
    fn one(question: &str, answers: &[&str]) -> Option<(String, String)> {
        let cells: Vec<[&str; 1]> = answers.iter().map(|answer| [*answer]).collect();
        let rows: Vec<&[&str]> = cells.iter().map(|cell| &cell[..]).collect();
        let found = sources(&[&[question]], &rows);
        found
            .first()
            .map(|s| (said(s, "instrument"), format!("{}..{}", said(s, "scale_min"), said(s, "scale_max"))))
    }

    fn is(instrument: &str, scale: &str) -> Option<(String, String)> {
        Some((instrument.to_string(), scale.to_string()))
    }

    #[test]
    fn words_and_answers_together_tell() {
        let asked: [&str; 6] = [
            "How likely are you to recommend us?",
            "How satisfied are you?",
            "NPS group",
            "Your age",
            "Q4_NPS",
            "Wie zufrieden?",
        ];
        let rows: [&[&str]; 2] = [
            &["10", "Satisfied", "Promoter", "9", "11", "2"],
            &["", "Very satisfied", "Passive", "7", "3", "5"],
        ];
        let found = sources(&[&asked], &rows);
        let found: Vec<[String; 2]> = found
            .iter()
            .map(|s| ["score", "instrument"].map(|column| said(s, column)))
            .collect();
        let expected = [
            ["How likely are you to recommend us?", "nps"],
            ["lower(\"How satisfied are you?\")", "csat"],
            ["Wie zufrieden?", "csat"],
        ];
        assert_eq!(found, expected.map(|pair| pair.map(String::from)));
    }

    #[test]
    fn a_scale_is_stated_or_shown() {
        assert_eq!(one("Would you recommend us?", &["5", "3", "4"]), None, "of 5 or of 10");
        assert_eq!(one("Would you recommend us?", &["5", "3", "0"]), is("nps", "0..10"));
        assert_eq!(
            one("Would you recommend us? (1-5)", &["5", "3", "4"]),
            None,
            "five points are no NPS"
        );
        assert_eq!(one("Would you recommend us, from 1 to 10?", &["5", "3"]), is("nps", "1..10"));
        assert_eq!(one("NPS", &["5", "3"]), is("nps", "0..10"));
        assert_eq!(one("How easy was it?", &["5", "4"]), None, "of 5 or of 7");
        assert_eq!(one("How easy was it?", &["5", "7"]), is("ces", "1..7"));
        assert_eq!(one("How easy was it? 1 = hard, 5 = easy", &["5", "4"]), is("other", "1..5"));
        assert_eq!(one("How satisfied are you (1-10)?", &["9", "4"]), is("csat", "1..10"));
        assert_eq!(one("How satisfied are you (1-10)?", &["9", "11"]), None);
        assert_eq!(one("Q1_NPS_GROUP", &["1", "3"]), None, "codes of groups");
        assert_eq!(one("Q1_NPS_GROUP", &["10", "9"]), None);
        assert_eq!(one("Would you recommend us as a place to work?", &["10", "9"]), is("enps", "0..10"));
        assert_eq!(one("NPS", &[""]), None, "nobody answered");
    }

    #[test]
    fn labels_are_scores() {
        let found = sources(&[&["Satisfaction"]], &[&["Very dissatisfied"], &["neutral"]]);
        assert_eq!(found[0].values["score"]["very dissatisfied"], "1");
        assert_eq!(found[0].values["score"]["neutral"], "3");
        assert_eq!(
            found[0].values["score"]["satisfied"], "4",
            "also those that the first records do not have"
        );
        assert_eq!(
            one("How satisfied?", &["Somewhat satisfied", "Very satisfied"]),
            None,
            "4 and 5, or 3 and 4"
        );
        assert_eq!(
            one("How satisfied?", &["Somewhat satisfied", "Very satisfied", "Not so satisfied"]),
            is("csat", "1..5")
        );
        assert_eq!(one("They made it easy", &["Agree", "Strongly agree"]), None, "of 5 or of 7");
        assert_eq!(one("They made it easy", &["Agree", "Somewhat agree"]), is("ces", "1..7"));
    }

    #[test]
    fn numbers_in_labels_are_scores() {
        assert_eq!(one("Recommend?", &["10 - Extremely likely", "7"]), is("nps", "0..10"));
        assert_eq!(
            one("Recommend?", &["Extremely likely - 10", "Not at all likely - 0"]),
            is("nps", "0..10")
        );
        assert_eq!(one("Satisfied?", &["Very satisfied (5)", "Bad (1)"]), is("csat", "1..5"));
        assert_eq!(one("Recommend?", &["10 of 10", "7"]), None);
        assert_eq!(one("Recommend?", &["after 10 years", "7"]), None);
        let found = sources(&[&["a \"b\" recommend"]], &[&["10 - yes"]]);
        let From::Expr(expr) = &found[0].map["score"].from else {
            panic!("no expression")
        };
        let header = [r#"a "b" recommend"#];
        let bound = expr.bind(&header, &|_| 0).unwrap();
        let reading = crate::expr::Reading {
            is_null: &|cell| cell.is_empty(),
            amount: &|_| None,
            time: &|_, _| None,
        };
        for (cell, score) in [
            ("10 - yes", "10"),
            ("1 - no", "1"),
            ("rather (3)", "3"),
            ("so - 0", "0"),
            ("4", "4"),
        ] {
            assert_eq!(
                bound.eval(&|_| cell, &reading).unwrap(),
                crate::expr::Cell::Text(score.into()),
                "{cell}"
            );
        }
    }

    #[test]
    fn answers_that_are_ticked_are_one_question() {
        let ask = "How satisfied are you?";
        let rows: [&[&str]; 2] = [
            &["Id", ask, "", "", "", "", "Would you recommend us?"],
            &[
                "",
                "Very dissatisfied",
                "Dissatisfied",
                "Neutral",
                "Satisfied",
                "Very satisfied",
                "Response",
            ],
        ];
        let found = sources(
            &rows,
            &[
                &["1", "", "", "", "Satisfied", "", "9"],
                &["2", "", "Dissatisfied", "", "", "", "3"],
            ],
        );
        assert_eq!(found.len(), 2);
        assert_eq!(said(&found[0], "question"), ask);
        assert!(said(&found[0], "score").starts_with("lower(coalesce("));
        assert_eq!(said(&found[1], "instrument"), "nps");
        // The parts of a question are questions of their own.
        let rows: [&[&str]; 2] = [&["How satisfied are you with", "", ""], &["Price", "Service", "Delivery"]];
        let found = sources(&rows, &[&["5", "4", ""], &["3", "4", ""]]);
        let texts: Vec<String> = found.iter().map(|source| said(source, "question")).collect();
        assert_eq!(texts, ["How satisfied are you with Price", "How satisfied are you with Service"]);
        let found = sources(&[&["Satisfaction with the price", "Overall satisfaction"]], &[&["5", "4"]]);
        let instruments: Vec<String> = found.iter().map(|source| said(source, "instrument")).collect();
        assert_eq!(instruments, ["other", "csat"], "the parts are not the whole");
    }

    #[test]
    fn forms_ask_in_words_and_their_times_are_for_people() {
        let is = |asked: &str, time: &str| is_form(&header(&[&["Timestamp", asked]]), &[vec![time.into(), "9".into()]]);
        assert!(is("Would you recommend us?", "2024/01/31 6:31:58 PM EST"));
        assert!(is("Would you recommend us?", "31/01/2024 14:05:09"));
        assert!(!is("Would you recommend us?", "2024-01-31T14:05:09Z"));
        assert!(!is("nps", "31/01/2024 14:05:09"));
        assert!(!is("How many are you?", "31/01/2024 14:05:09"));
    }
}
