//! One question in several columns, of which each record has the answer in one: a survey in two languages.

use super::instruments::{INSTRUMENTS, named_instrument};
use super::{From, Source};
use crate::cell_parsing::is_null;
use crate::expr::parse;
use crate::schema::surveys;

/// So many answers in each column show that it is asked in both.
const FEW: usize = 3;

/// The columns that ask the question of one instrument, and of which no record has two: each a list of places.
pub(super) fn in_several_columns(names: &[String], rows: &[Vec<String>]) -> Vec<Vec<usize>> {
    let is_filled = |row: &Vec<String>, at: usize| row.get(at).is_some_and(|cell| !is_null(cell));
    let asks = |at: usize, instrument: &str| named_instrument(&names[at]).is_some_and(|found| found.name == instrument);
    let groups = INSTRUMENTS.iter().map(|instrument| {
        let asked = (0..names.len()).filter(|&at| asks(at, instrument.name));
        asked
            .filter(|&at| rows.iter().any(|row| is_filled(row, at)))
            .collect::<Vec<usize>>()
    });
    let is_one = |columns: &Vec<usize>| {
        let answers = |at: usize| rows.iter().filter(|row| is_filled(row, at)).count();
        let is_answered_once = |row: &Vec<String>| columns.iter().filter(|&&at| is_filled(row, at)).count() <= 1;
        columns.len() > 1 && columns.iter().all(|&at| answers(at) >= FEW) && rows.iter().all(is_answered_once)
    };
    groups.filter(is_one).collect()
}

/// The records with all answers of each group in the first of its columns.
pub(super) fn in_first(groups: &[Vec<usize>], rows: &[Vec<String>]) -> Vec<Vec<String>> {
    let mut rows = rows.to_vec();
    for row in &mut rows {
        for columns in groups {
            let Some((&first, others)) = columns.split_first() else { continue };
            for &other in others {
                match row.get_mut(other).map(std::mem::take) {
                    Some(answer) if !is_null(&answer) => row[first] = answer,
                    _ => {}
                }
            }
        }
    }
    rows
}

/// Reads the scores of a source from all columns of the group that it is asked in.
pub(super) fn read_from_all(source: &mut Source, groups: &[Vec<usize>], names: &[String]) {
    let Some(score) = source.map.get_mut(surveys::SCORE.name) else {
        return;
    };
    let From::Column(header) = &score.from else { return };
    let Some(columns) = groups
        .iter()
        .find(|columns| columns.first().is_some_and(|&at| names[at] == *header))
    else {
        return;
    };
    let quoted: Vec<String> = columns
        .iter()
        .map(|&at| format!("\"{}\"", names[at].replace('"', "\"\"")))
        .collect();
    if let Ok(expr) = parse(&format!("coalesce({})", quoted.join(", "))) {
        score.from = From::Expr(expr);
    }
}
