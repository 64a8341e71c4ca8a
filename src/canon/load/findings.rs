//! Findings about the records as a whole: what stands twice, what contradicts itself, what lies off its scale or far ahead.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::building::Building;
use crate::canon::{Data, Dictionary, SourceInfo};
use crate::note::Note;
use crate::schema::{Micros, NO_TIME, Table};

pub fn events(tables: &BTreeMap<Table, Building>) -> impl Iterator<Item = Micros> + '_ {
    tables
        .values()
        .flat_map(|b| {
            b.rows
                .table
                .event_columns()
                .iter()
                .filter_map(|name| match b.rows.columns.get(*name) {
                    Some(Data::Int(v)) => Some(
                        v.iter()
                            .enumerate()
                            .filter(|(row, t)| **t != NO_TIME && b.keep[*row])
                            .map(|(_, t)| *t),
                    ),
                    _ => None,
                })
        })
        .flatten()
}

/// If the newest 0.1 % of the events lie more than 31 days after the rest, as-of is probably wrong.
pub fn far_ahead(tables: &BTreeMap<Table, Building>, zone: &crate::period::Zone) -> Option<Note> {
    let mut newest: Vec<Micros> = Vec::new();
    let all = events(tables).inspect(|_| ()).count();
    let few = (all / 1000).max(1);
    if all < 20 {
        return None;
    }
    newest.extend(events(tables));
    let (_, &mut rest, ahead) = newest.select_nth_unstable(all - few - 1);
    let first_ahead = ahead.iter().copied().min()?;
    (first_ahead - rest > 31 * crate::schema::DAY).then(|| {
        let day = |t| crate::period::date_text(zone.day_of(t));
        Note::new(
            "as-of",
            format!(
                "the newest {few} of {all} events lie on or after {}, the others end on {}: state as_of if these are slips",
                day(first_ahead),
                day(rest)
            ),
        )
    })
}

/// Records that equal an earlier one of the same file in all their cells: they are kept, and noted. Large files are not looked at
/// for this: it takes a hash of every record.
pub fn repeated(tables: &BTreeMap<Table, Building>, sources: &[SourceInfo]) -> Vec<Note> {
    let mut counts: BTreeMap<u16, u64> = BTreeMap::new();
    for building in tables.values().filter(|b| b.hashes.len() == b.rows.len) {
        let mut all: Vec<(u16, u128)> = building
            .hashes
            .iter()
            .enumerate()
            .map(|(row, hash)| (building.rows.source_of(row), *hash))
            .collect();
        all.sort_unstable();
        for pair in all.windows(2).filter(|pair| pair[0] == pair[1]) {
            *counts.entry(pair[0].0).or_default() += 1;
        }
    }
    let note = |(source, count): (u16, u64)| {
        Note::new(
            "repeated",
            "records that stand in the file already are kept (a key in [[source]] would drop them)",
        )
        .count(count)
        .at(crate::note::Place::file(&sources[source as usize].file))
    };
    counts.into_iter().map(note).collect()
}

/// Scores that their scale does not have: the answer is void, the row stays.
pub fn off_scale(tables: &BTreeMap<Table, Building>, texts: &Dictionary) -> Option<Note> {
    let rows = &tables.get(&Table::Surveys)?.rows;
    let (scores, instruments) = (rows.floats("score"), rows.codes("instrument"));
    let (lowest, highest) = (rows.floats("scale_min"), rows.floats("scale_max"));
    let recommends = ["nps", "enps"].map(|word| texts.code(word));
    let is_off = |row: &usize| {
        let score = scores.at(*row);
        let recommendation = recommends.contains(&Some(instruments.at(*row)));
        let broken = recommendation && (score.fract() != 0.0 || !(0.0..=10.0).contains(&score));
        !score.is_nan() && (broken || score < lowest.at(*row) || score > highest.at(*row))
    };
    let count = (0..rows.len).filter(is_off).count() as u64;
    (count > 0).then(|| {
        Note::new(
            "off-scale",
            "surveys: scores outside their scale; these answers are void, the rows stay",
        )
        .count(count)
    })
}

/// Counted contradictions between columns of one row; the row stays, what follows from the contradiction is void.
pub fn contradictions(tables: &BTreeMap<Table, Building>) -> Vec<Note> {
    const PAIRS: [(Table, &str, &str); 6] = [
        (Table::Interactions, "occurred_at", "responded_at"),
        (Table::Interactions, "occurred_at", "resolved_at"),
        (Table::Surveys, "sent_at", "responded_at"),
        (Table::Supplies, "ordered_at", "received_at"),
        (Table::Stakeholders, "started_at", "ended_at"),
        (Table::Purchases, "occurred_at", "delivered_at"),
    ];
    let found = PAIRS.into_par_iter().flat_map_iter(|(table, from, to)| {
        let mut per_source: BTreeMap<u16, u64> = BTreeMap::new();
        if let Some(rows) = tables.get(&table).map(|b| &b.rows) {
            let (first, second) = (rows.times(from), rows.times(to));
            let dates = rows.is_date(from) || rows.is_date(to);
            let slack = if dates { crate::schema::DAY } else { 0 };
            for row in (0..rows.len).filter(|_| first.exists() && second.exists()) {
                let (a, b) = (first.at(row), second.at(row));
                if a != NO_TIME && b != NO_TIME && b + slack < a + i64::from(dates) {
                    *per_source.entry(rows.source_of(row)).or_default() += 1;
                }
            }
        }
        per_source.into_values().map(move |count| {
            let text = format!("{table}: {to} lies before {from}; that duration is void, the row stays");
            Note::new("negative-duration", text).count(count)
        })
    });
    let mut notes: Vec<Note> = found.collect();
    notes.sort_by(|a, b| (a.code, &a.text).cmp(&(b.code, &b.text)));
    notes
}
