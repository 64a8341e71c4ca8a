//! Survey exports with a column a question: which of them are scores, and of which instrument.
//!
//! A question is told by the words of its header and by its answers together; a column that only one of the two speaks for is left
//! alone, because a score of the wrong instrument is worse than none.

use super::{From, Mapped, Source, folded};

/// An instrument: its name, words of its questions (folded), its scale, and what its answers are called from the lowest to the highest.
struct Instrument {
    name: &'static str,
    words: &'static [&'static str],
    scale: (i64, i64),
    labels: &'static [&'static [&'static str]],
}

const INSTRUMENTS: &[Instrument] = &[
    Instrument {
        name: "nps",
        words: &[
            "nps",
            "recommend",
            "net_promoter",
            "weiterempfehl",
            "recommand",
            "recomend",
            "consigli",
            "raccomand",
            "aanbevel",
            "aanraden",
        ],
        scale: (0, 10),
        labels: &[],
    },
    Instrument {
        name: "ces",
        words: &[
            "effort",
            "how_easy",
            "easy_was_it",
            "made_it_easy",
            "easy_to",
            "wie_einfach",
            "facile",
            "facil",
            "makkelijk",
            "gemakkelijk",
        ],
        scale: (1, 7),
        labels: &[&[
            "strongly disagree",
            "disagree",
            "somewhat disagree",
            "neither agree nor disagree",
            "somewhat agree",
            "agree",
            "strongly agree",
        ]],
    },
    Instrument {
        name: "csat",
        words: &[
            "csat",
            "satisf",
            "satisfied",
            "zufrieden",
            "satisfait",
            "satisfech",
            "satisfeit",
            "soddisf",
            "tevreden",
        ],
        scale: (1, 5),
        labels: &[
            &["very dissatisfied", "dissatisfied", "neutral", "satisfied", "very satisfied"],
            &["very unsatisfied", "unsatisfied", "neutral", "satisfied", "very satisfied"],
            &[
                "very dissatisfied",
                "somewhat dissatisfied",
                "neither satisfied nor dissatisfied",
                "somewhat satisfied",
                "very satisfied",
            ],
            &["sehr unzufrieden", "unzufrieden", "neutral", "zufrieden", "sehr zufrieden"],
        ],
    },
];

/// One source for each question of a survey export: its scores, their instrument and scale. None, where no column is one.
pub fn questions(source: &Source, headers: &[String], rows: &[Vec<String>]) -> Vec<Source> {
    let taken: Vec<String> = source.map.values().flat_map(Mapped::columns).map(|name| folded(&name)).collect();
    let mut found = Vec::new();
    for (index, header) in headers.iter().enumerate().filter(|(_, h)| !taken.contains(&folded(h))) {
        let folded = folded(header);
        let answers: Vec<String> = rows
            .iter()
            .filter_map(|row| row.get(index))
            .map(|cell| cell.trim().to_lowercase())
            .filter(|cell| !crate::value::is_null(cell))
            .collect();
        let asked = INSTRUMENTS.iter().find(|i| i.words.iter().any(|word| folded.contains(word)));
        let Some((instrument, labels)) = asked.and_then(|i| Some((i, i.fits(&answers)?))) else {
            continue;
        };
        let mut source = source.clone();
        let mut put = |column: &str, from: From| source.map.insert(column.to_string(), Mapped::new(from));
        put("score", From::Column(header.clone()));
        put("instrument", From::Value(instrument.name.to_string()));
        put("scale_min", From::Value(instrument.scale.0.to_string()));
        put("scale_max", From::Value(instrument.scale.1.to_string()));
        let values = source.values.entry("score".to_string()).or_default();
        for (label, score) in labels.iter().zip(instrument.scale.0..) {
            let mut capital = label.to_string();
            capital[..1].make_ascii_uppercase();
            values.insert(label.to_string(), score.to_string());
            values.insert(capital, score.to_string());
        }
        found.push(source);
    }
    found
}

impl Instrument {
    /// Whether these are its answers: whole numbers on its scale, or its labels, which are given then.
    fn fits(&self, answers: &[String]) -> Option<&'static [&'static str]> {
        if answers.is_empty() {
            return None;
        }
        let number = |answer: &String| {
            answer
                .parse::<f64>()
                .is_ok_and(|n| n.fract() == 0.0 && (self.scale.0 as f64..=self.scale.1 as f64).contains(&n))
        };
        if answers.iter().all(number) {
            return Some(&[]);
        }
        self.labels
            .iter()
            .copied()
            .find(|labels| answers.iter().all(|answer| labels.contains(&answer.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(headers: &[&str], rows: &[&[&str]]) -> Vec<(String, String)> {
        let headers: Vec<String> = headers.iter().map(|h| h.to_string()).collect();
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| cell.to_string()).collect()).collect();
        let value = |source: &Source, column: &str| match &source.map[column].from {
            From::Column(name) | From::Value(name) => name.clone(),
            From::Expr(_) => unreachable!("questions are no expressions"),
        };
        let sources = questions(&Source::default(), &headers, &rows);
        sources.iter().map(|s| (value(s, "score"), value(s, "instrument"))).collect()
    }

    #[test]
    fn words_and_answers_together_tell() {
        let headers = [
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
        let expected = [
            ("How likely are you to recommend us?", "nps"),
            ("How satisfied are you?", "csat"),
            ("Wie zufrieden?", "csat"),
        ];
        assert_eq!(found(&headers, &rows), expected.map(|(a, b)| (a.to_string(), b.to_string())));
    }

    #[test]
    fn labels_are_scores() {
        let headers = vec!["Satisfaction".to_string()];
        let rows = vec![vec!["Very dissatisfied".to_string()], vec!["neutral".to_string()]];
        let sources = questions(&Source::default(), &headers, &rows);
        assert_eq!(sources[0].values["score"]["Very dissatisfied"], "1");
        assert_eq!(sources[0].values["score"]["neutral"], "3");
    }

    #[test]
    fn a_column_without_answers_is_no_question_yet() {
        assert_eq!(found(&["NPS"], &[&[""]]), []);
    }
}
