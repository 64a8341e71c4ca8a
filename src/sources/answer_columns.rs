//! Which columns of a survey with a record for each answer say what was asked, and which what was answered.

use std::collections::BTreeSet;

use super::folded;
use super::instruments::{INSTRUMENTS, Instrument};

/// What a file lists that questions are looked for in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lists {
    /// Answers, of which many have one question.
    Answers,
    /// The questions themselves.
    Questions,
}

/// Which columns may say what was asked, by their names or by their first cells.
pub fn question_columns(lists: Lists, names: &[String], cell: &dyn Fn(usize, usize) -> String, rows: usize) -> Vec<usize> {
    const NAMES: &[&str] = &[
        "question",
        "frage",
        "pregunta",
        "pergunta",
        "domanda",
        "vraag",
        "pytanie",
        "fråga",
        "spørgsmål",
        "sporgsmal",
        "otázka",
        "otazka",
        "soru",
    ];
    let is_named = |name: &str| tokens(name).iter().any(|token| NAMES.iter().any(|word| token.starts_with(word)));
    let shows = |column: usize| {
        let cells: Vec<String> = (0..rows)
            .map(|row| cell(row, column))
            .filter(|cell| !cell.trim().is_empty())
            .collect();
        let different: BTreeSet<&String> = cells.iter().collect();
        // `Very satisfied` is an answer.
        let is_long = |text: &str| text.split_whitespace().count() >= 3;
        let asks = |text: &String| {
            let folded = folded(text);
            let asks = |instrument: &Instrument| instrument.is_named(&folded) || is_long(text) && instrument.asks(&folded);
            INSTRUMENTS.iter().any(asks)
        };
        let repeat = lists == Lists::Questions || 2 * different.len() <= cells.len();
        repeat && different.iter().any(|text| asks(text))
    };
    let may_be = |column: &usize| is_named(&names[*column]) || !is_answer(&names[*column]) && shows(*column);
    (0..names.len()).filter(may_be).collect()
}

/// Which columns may have the answers: those that are called so, or all others if none is.
pub fn answer_columns(names: &[String], questions: &[usize]) -> Vec<usize> {
    let others: Vec<usize> = (0..names.len()).filter(|column| !questions.contains(column)).collect();
    let named: Vec<usize> = others.iter().copied().filter(|&column| is_answer(&names[column])).collect();
    if named.is_empty() { others } else { named }
}

fn tokens(name: &str) -> Vec<String> {
    let parts = name.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(str::to_lowercase).collect()
}

/// Whether a column is called as answers are, and not as their ids or times.
pub fn is_answer(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "answer",
        "response",
        "antwort",
        "réponse",
        "reponse",
        "respuesta",
        "risposta",
        "resposta",
        "antwoord",
        "odpowied",
        "svar",
        "odpověď",
        "odpoved",
        "cevap",
        "yanıt",
        "score",
        "value",
        "wert",
        "valeur",
        "valor",
        "waarde",
        "wartość",
        "värde",
        "værdi",
        "hodnota",
        "değer",
        "puan",
        "rating",
        "point",
        "punkt",
        "punt",
        "ocena",
        "betyg",
        "bewertung",
        "note",
        "nota",
        "choice",
        "selected",
    ];
    const OTHERWISE: &[&str] = &[
        "id",
        "ids",
        "nr",
        "no",
        "num",
        "number",
        "nummer",
        "key",
        "date",
        "datum",
        "dato",
        "data",
        "fecha",
        "tarih",
        "tarihi",
        "time",
        "zeit",
        "at",
        "am",
        "by",
        "von",
        "type",
        "typ",
        "comment",
        "kommentar",
    ];
    let tokens = tokens(name);
    tokens.iter().any(|token| NAMES.iter().any(|word| token.starts_with(word)))
        && !tokens.iter().any(|token| OTHERWISE.contains(&token.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_questions_are_told_by_their_names_or_cells() {
        let columns = |names: &[&str], row: &[&str], lists: Lists| {
            let names: Vec<String> = names.iter().map(|name| name.to_string()).collect();
            question_columns(lists, &names, &|_, column| row[column].to_string(), 4)
        };
        let row = ["Wie zufrieden sind Sie?", "Sehr zufrieden", "Sehr zufrieden", "NPS"];
        assert_eq!(columns(&["a", "Antwort", "b", "c"], &row, Lists::Answers), [0, 3]);
        assert_eq!(
            columns(&["Fragetext", "Antwort", "b", "Otázka"], &["", "", "", ""], Lists::Questions),
            [0, 3]
        );
        assert_eq!(answer_columns(&["Frage", "Antwort-ID", "Antwort"].map(str::to_string), &[0]), [2]);
        assert_eq!(answer_columns(&["Frage", "x", "y"].map(str::to_string), &[0]), [1, 2]);
    }
}
