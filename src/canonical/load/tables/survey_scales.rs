//! The scale of survey scores: what the answers show where no column says it, and scores on a scale that their instrument does not have.
//!
//! A score on the wrong scale is a plausible number, so nothing is converted. Recommendation is asked on 0 to 10 and effort on 1 to 7.
//! Answers that show another scale do not count for the instrument: they are read as answers to another question (`other`). If a
//! question of 0 to 10 has ten answers that are all at most 5, the scale has five points: even if only half of the true answers were
//! at most 5, this would happen by chance once in a thousand surveys.

use std::collections::BTreeMap;

use super::affected_rows::AffectedRows;
use super::building::Building;
use crate::canonical::load::file::cells::SEVERAL_ANSWERS;
use crate::canonical::{Data, Dictionary, Rows, SourceInfo};
use crate::notes::{DataIssue, Note, ScaleDoubt};
use crate::schema::{NO_CODE, surveys};

/// A flag that says neither yes nor no.
const NO_FLAG: u8 = 2;
/// So many answers that are all at most 5 are no answers from 0 to 10 or from 1 to 7.
const ENOUGH: u64 = 10;
/// So many answers that are all at most 7 are no answers from 0 to 10.
const ENOUGH_OF_SEVEN: u64 = 50;
/// Of those who would never recommend, most give the least score that there is: so many who give a 1, one of twenty of all, and none who gives
/// a 0 are unlikely where there is a 0.
const SEVERAL_ONES: u64 = 10;
/// Fewer answers leave it open, and so few are not worth a note.
const WORTH_A_NOTE: u64 = 3;

/// What the answers to an instrument are like in one source, with one declared scale.
#[derive(Default)]
struct Answers {
    rows: AffectedRows,
    all: Vec<u32>,
    count: u64,
    least: f64,
    most: f64,
    /// Whether they are whole numbers.
    are_whole: bool,
    /// How many are 1.
    ones: u64,
    /// How many are beyond the scale of the instrument, or beyond the declared one.
    beyond: u64,
}

/// What follows from it.
enum Verdict {
    /// The scale is right, or nothing is known about it.
    Fits,
    /// The scale follows from the answers.
    Is(f64, f64),
    /// The answers are not on the scale of the instrument.
    Misfit,
    /// They may be on another scale.
    Doubt(ScaleDoubt),
}

/// An instrument whose scale is looked at.
#[derive(Clone, Copy, PartialEq)]
enum Instrument {
    Recommendation,
    Satisfaction,
    Effort,
}

impl Instrument {
    const ALL: [(&'static str, Instrument); 4] = [
        ("nps", Instrument::Recommendation),
        ("enps", Instrument::Recommendation),
        ("csat", Instrument::Satisfaction),
        ("ces", Instrument::Effort),
    ];

    /// The highest score of its scale; satisfaction is asked on several.
    fn highest(self) -> Option<f64> {
        match self {
            Instrument::Recommendation => Some(10.0),
            Instrument::Effort => Some(7.0),
            Instrument::Satisfaction => None,
        }
    }

    /// Whether it can be asked on a declared scale.
    fn has(self, low: f64, high: f64) -> bool {
        match self {
            Instrument::Recommendation => high == 10.0 && (low == 0.0 || low == 1.0),
            Instrument::Effort => (low, high) == (1.0, 7.0),
            Instrument::Satisfaction => true,
        }
    }
}

/// Scores of cells with several answers become answers without a score.
pub fn mark_answers_without_score(building: &mut Building, sources: &mut [SourceInfo]) {
    let several: Vec<usize> = match building.rows.data(&surveys::SCORE) {
        Some(Data::Float(scores)) => (0..scores.len()).filter(|&row| scores[row] == SEVERAL_ANSWERS).collect(),
        _ => return,
    };
    if several.is_empty() {
        return;
    }
    for &row in &several {
        let source = &mut sources[building.rows.source_of(row) as usize];
        source.mapped.insert(surveys::ANSWERED.name.to_string());
    }
    if let Some(Data::Float(scores)) = building.rows.data_mut(&surveys::SCORE) {
        several.iter().for_each(|&row| scores[row] = f64::NAN);
    }
    let len = building.rows.len;
    let answered = building.rows.columns.entry(surveys::ANSWERED.name.to_string());
    if let Data::Flag(flags) = answered.or_insert_with(|| Data::Flag(vec![NO_FLAG; len])) {
        several.iter().for_each(|&row| flags[row] = 1);
    }
}

/// Settles the scales of the answers of each source, and says what was decided. Answers that do not fit become those of another
/// question; if they are of our own people, the source stays protected.
pub fn settle(building: &mut Building, sources: &mut [SourceInfo], texts: &Dictionary) -> Vec<Note> {
    let mut notes = Vec::new();
    for ((source, code, low, high), answers) in by_instrument(&building.rows, texts) {
        let Some((name, instrument)) = Instrument::ALL.into_iter().find(|(name, _)| texts.code(name) == Some(code)) else {
            continue;
        };
        let declared =
            (!f64::from_bits(low).is_nan() && !f64::from_bits(high).is_nan()).then(|| (f64::from_bits(low), f64::from_bits(high)));
        let (least, most) = (answers.least.to_bits(), answers.most.to_bits());
        // Where the file says the scale of other answers, an answer without one is not on a scale that can be told from the rest.
        let says_scales = sources[source as usize].mapped.contains(surveys::SCALE_MAX.name);
        let issue = match verdict(instrument, declared, says_scales, &answers) {
            Verdict::Fits => continue,
            Verdict::Is(low, high) => {
                declare(&mut building.rows, &mut sources[source as usize], &answers.all, low, high);
                DataIssue::ScaleAssumed {
                    instrument: name,
                    low: low.to_bits(),
                    high: high.to_bits(),
                }
            }
            Verdict::Misfit => {
                let other = texts.code("other").unwrap_or(NO_CODE);
                if let Some(Data::Code(codes)) = building.rows.data_mut(&surveys::INSTRUMENT) {
                    answers.all.iter().for_each(|row| codes[*row as usize] = other);
                }
                sources[source as usize].private |= surveys::INSTRUMENT.protected_words.contains(&name);
                DataIssue::ScaleMisfit {
                    instrument: name,
                    least,
                    most,
                    declared: declared.is_some(),
                }
            }
            Verdict::Doubt(doubt) => DataIssue::ScaleUnclear {
                instrument: name,
                least,
                most,
                doubt,
            },
        };
        notes.extend(answers.rows.notes(issue, sources));
    }
    notes
}

/// Source, instrument, and the bits of the declared lowest and highest score.
type Key = (u16, u32, u64, u64);

fn by_instrument(rows: &Rows, texts: &Dictionary) -> BTreeMap<Key, Answers> {
    let mut found: BTreeMap<Key, Answers> = BTreeMap::new();
    let instruments = rows.codes(&surveys::INSTRUMENT);
    let scores = rows.floats(&surveys::SCORE);
    let bounds = [&surveys::SCALE_MIN, &surveys::SCALE_MAX].map(|column| rows.floats(column));
    if !instruments.exists() || !scores.exists() {
        return found;
    }
    let highest: Vec<(Option<u32>, f64)> = Instrument::ALL
        .iter()
        .map(|(name, instrument)| (texts.code(name), instrument.highest().unwrap_or(f64::INFINITY)))
        .collect();
    for row in 0..rows.len {
        let (code, score) = (instruments.at(row), scores.at(row));
        let Some((_, highest)) = highest.iter().find(|(known, _)| *known == Some(code) && code != NO_CODE) else {
            continue;
        };
        if score.is_nan() {
            continue;
        }
        let [low, high] = bounds.map(|column| column.at(row));
        let of = found
            .entry((rows.source_of(row), code, low.to_bits(), high.to_bits()))
            .or_insert_with(|| Answers {
                least: f64::INFINITY,
                most: f64::NEG_INFINITY,
                are_whole: true,
                ..Answers::default()
            });
        of.rows.add(rows, row);
        of.all.push(row as u32);
        of.count += 1;
        of.least = of.least.min(score);
        of.most = of.most.max(score);
        of.ones += u64::from(score == 1.0);
        of.are_whole &= score.fract() == 0.0;
        of.beyond += u64::from(score > *highest || score > high || score < low);
    }
    found
}

fn verdict(instrument: Instrument, declared: Option<(f64, f64)>, says_scales: bool, answers: &Answers) -> Verdict {
    let Answers {
        count,
        least,
        most,
        are_whole,
        ones,
        beyond,
        ..
    } = *answers;
    // Single answers off the scale are ignored one by one; a fifth of them is another scale.
    let are_beyond = beyond >= 2 && beyond * 5 >= count;
    if let Some((low, high)) = declared {
        return if are_beyond || !instrument.has(low, high) {
            Verdict::Misfit
        } else {
            Verdict::Fits
        };
    }
    if are_beyond {
        return Verdict::Misfit;
    }
    match instrument {
        Instrument::Recommendation if most <= 5.0 && count >= ENOUGH => Verdict::Misfit,
        Instrument::Recommendation if most <= 7.0 && least >= 1.0 && count >= ENOUGH_OF_SEVEN => Verdict::Misfit,
        Instrument::Effort if most <= 5.0 && count >= ENOUGH => Verdict::Misfit,
        Instrument::Recommendation | Instrument::Effort if most <= 5.0 && least >= 1.0 && count >= WORTH_A_NOTE => {
            Verdict::Doubt(ScaleDoubt::FivePoints)
        }
        Instrument::Recommendation if (least, most) == (1.0, 10.0) && ones >= SEVERAL_ONES && 20 * ones >= count => {
            Verdict::Doubt(ScaleDoubt::StartsAtOne)
        }
        Instrument::Recommendation | Instrument::Effort => Verdict::Fits,
        Instrument::Satisfaction if !says_scales && are_whole && least >= 1.0 && most == 5.0 => Verdict::Is(1.0, 5.0),
        Instrument::Satisfaction => Verdict::Doubt(ScaleDoubt::Undeclared),
    }
}

/// Writes the scale next to the scores.
fn declare(rows: &mut Rows, source: &mut SourceInfo, answers: &[u32], low: f64, high: f64) {
    let len = rows.len;
    for (column, value) in [(&surveys::SCALE_MIN, low), (&surveys::SCALE_MAX, high)] {
        let data = rows
            .columns
            .entry(column.name.to_string())
            .or_insert_with(|| Data::Float(vec![f64::NAN; len]));
        if let Data::Float(values) = data {
            answers.iter().for_each(|row| values[*row as usize] = value);
        }
        source.mapped.insert(column.name.to_string());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::canonical::Loaded;
    use crate::canonical::load::testing::{input, load, load_inputs, note, notes, options};
    use crate::schema::{Table, surveys};
    use crate::sources::{From, Mapped};

    fn file(instrument: &str, scores: &[&str]) -> String {
        let rows: String = (1..)
            .zip(scores)
            .map(|(n, score)| format!("{n},c{n},2026-10-{:02},{instrument},\"{score}\"\n", 1 + n % 28))
            .collect();
        format!("response_id,customer_id,submitted_at,survey,score\n{rows}")
    }

    /// Instrument, score and highest score of each row, by the score.
    fn rows(loaded: &Loaded) -> Vec<(String, f64, f64)> {
        let rows = loaded.canonical.table(Table::Surveys).unwrap();
        let text = |row| {
            loaded
                .canonical
                .texts
                .text(rows.codes(&surveys::INSTRUMENT).at(row))
                .unwrap_or("")
                .to_string()
        };
        let mut all: Vec<(String, f64, f64)> = (0..rows.len)
            .map(|row| {
                (
                    text(row),
                    rows.floats(&surveys::SCORE).at(row),
                    rows.floats(&surveys::SCALE_MAX).at(row),
                )
            })
            .collect();
        all.sort_by(|a, b| a.1.total_cmp(&b.1));
        all
    }

    fn instruments(instrument: &str, scores: &[&str]) -> Vec<String> {
        let mut names: Vec<String> = rows(&load(&[("s.csv", "surveys", &file(instrument, scores))]))
            .into_iter()
            .map(|row| row.0)
            .collect();
        names.dedup();
        names
    }

    const FIVE: [&str; 10] = ["5", "1", "5", "4", "2", "5", "3", "5", "4", "1"];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        /// Ten or more answers on five points are never taken for recommendation, and answers that go beyond seven always are. Cells with two
        /// answers are answers without a score, wherever they stand.
        #[test]
        fn scores_count_on_their_scale_alone(scores in proptest::collection::vec(0..=10u32, 10..60), doubled in proptest::collection::vec(proptest::bool::ANY, 60), five in proptest::bool::ANY) {
            let mut text = "response_id,customer_id,submitted_at,survey,score\n".to_string();
            let score = |score: u32| if five { score % 5 + 1 } else { score };
            let mut single = 0;
            for (number, drawn) in scores.iter().enumerate() {
                let cell = match doubled[number] && number >= 10 {
                    true => format!("{};{}", score(*drawn), score(drawn / 2)),
                    false => { single += 1; score(*drawn).to_string() }
                };
                text += &format!("{number},c{number},2026-01-05,nps,{cell}\n");
            }
            let loaded = load(&[("s.csv", "surveys", &text)]);
            let rows = loaded.canonical.table(Table::Surveys).unwrap();
            let scored = (0..rows.len).filter(|&row| !rows.floats(&surveys::SCORE).at(row).is_nan()).count();
            let answered = (0..rows.len).filter(|&row| rows.flags(&surveys::ANSWERED).at(row) == 1).count();
            prop_assert_eq!((rows.len, scored, answered), (scores.len(), single, scores.len() - single));
            let nps = loaded.canonical.texts.code("nps");
            let is_scored = |row: &usize| !rows.floats(&surveys::SCORE).at(*row).is_nan();
            let is_nps = (0..rows.len).filter(is_scored).any(|row| Some(rows.codes(&surveys::INSTRUMENT).at(row)) == nps);
            let most = (0..rows.len).map(|row| rows.floats(&surveys::SCORE).at(row)).filter(|score| !score.is_nan()).fold(0.0, f64::max);
            if most > 7.0 {
                prop_assert!(is_nps, "{}", text);
            }
            if five {
                prop_assert!(!is_nps, "{}", text);
            }
        }
    }

    #[test]
    fn recommendation_and_effort_on_other_scales_are_no_such_scores() {
        assert_eq!(instruments("NPS", &FIVE), ["other"]);
        assert_eq!(instruments("ces", &FIVE), ["other"]);
        assert_eq!(instruments("NPS", &["85", "90", "7", "10"]), ["other"]);
        let loaded = load(&[("s.csv", "surveys", &file("NPS", &FIVE))]);
        let said = note(&loaded, "scale-misfit").text();
        assert!(
            said.contains("nps") && said.contains("from 1 to 5") && said.contains("scale_max"),
            "{said}"
        );
        // Few answers leave it open, one high answer shows the scale, and so do stars.
        assert_eq!(instruments("nps", &FIVE[..9]), ["nps"]);
        assert!(
            note(&load(&[("s.csv", "surveys", &file("nps", &FIVE[..9]))]), "scale-unclear")
                .text()
                .contains("five points")
        );
        assert_eq!(instruments("nps", &[&FIVE[..], &["9"]].concat()), ["nps"]);
        assert_eq!(instruments("nps", &["4/5", "5/5"]), ["other"]);
        assert_eq!(instruments("nps", &["9/10", "10/10"]), ["nps"]);
        assert_eq!(instruments("enps", &["★★★★☆", "★★★☆☆"]), ["other"]);
    }

    #[test]
    fn a_declared_scale_decides() {
        let declared = |instrument: &str, low: &str, high: &str| {
            let mut file = input("s.csv", "surveys", file(instrument, &FIVE));
            for (column, value) in [("scale_min", low), ("scale_max", high)] {
                file.source.map.insert(column.into(), Mapped::new(From::Value(value.into())));
            }
            rows(&load_inputs(&[file], &options()))[0].0.clone()
        };
        assert_eq!(
            (declared("nps", "0", "10"), declared("nps", "1", "5")),
            ("nps".to_string(), "other".to_string())
        );
        assert_eq!(
            (declared("ces", "1", "7"), declared("ces", "1", "5")),
            ("ces".to_string(), "other".to_string())
        );
        assert_eq!(
            (declared("csat", "1", "10"), declared("csat", "1", "3")),
            ("csat".to_string(), "other".to_string())
        );
    }

    #[test]
    fn satisfaction_has_the_scale_that_its_answers_show() {
        let of = |scores: &[&str]| load(&[("s.csv", "surveys", &file("csat", scores))]);
        let five = of(&["5", "4,5", "2", "3;4", "4"]);
        let scores: Vec<(f64, f64)> = rows(&five)
            .into_iter()
            .filter(|row| !row.1.is_nan())
            .map(|row| (row.1, row.2))
            .collect();
        assert_eq!(scores, [(2.0, 5.0), (4.0, 5.0), (5.0, 5.0)]);
        assert_eq!(note(&five, "several-answers").count, 2);
        assert!(note(&five, "scale-assumed").text().contains("1 to 5"));
        // Of more than five points, nothing is assumed: it is asked about.
        for scores in [&["9", "10", "3"][..], &["4", "3", "2"], &["0", "1", "1"]] {
            let open = of(scores);
            assert!(rows(&open).iter().all(|row| row.2.is_nan()), "{scores:?}");
            assert!(note(&open, "scale-unclear").text().contains("scale_max"), "{scores:?}");
        }
        // Nor of answers without a scale beside answers that have one.
        let text = "response_id,customer_id,submitted_at,survey,score,scale_min,scale_max\n\
                    1,a,2026-10-01,csat,5,,\n2,b,2026-10-02,csat,4,,\n3,c,2026-10-03,csat,9,0,10\n";
        let some = load(&[("s.csv", "surveys", text)]);
        assert_eq!(rows(&some).iter().filter(|row| row.2.is_nan()).count(), 2);
        let stars = of(&["★★★★☆", "3 stars", "5 von 5", "2/5"]);
        let scores: Vec<(f64, f64)> = rows(&stars).into_iter().map(|row| (row.1, row.2)).collect();
        assert_eq!(scores, [(2.0, 5.0), (3.0, 5.0), (4.0, 5.0), (5.0, 5.0)]);
        assert!(notes(&stars, "scale-unclear").is_empty());
    }
}
