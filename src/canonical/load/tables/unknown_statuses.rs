//! Statuses of purchases in words that are not known: whether such a purchase took place is not known either.

use rustc_hash::FxHashMap;

use super::building::Building;
use crate::canonical::{Dictionary, SourceInfo};
use crate::diagnostics::Place;
use crate::notes::{CellText, DataIssue, Note};
use crate::schema::{NO_CODE, purchases};
use crate::sources::Source;
use crate::sources::deal_stages::{are_of_deals, deal_stage};
use crate::sources::status_words::is_of_purchase;

/// A column with more words than this has no statuses.
const MOST: usize = 12;

/// A note for each source with such purchases. They count. `described` says how the sources are read: of formats that are known the words are
/// known, and whoever sets what some mean has looked at all.
pub fn find(building: &Building, described: &[Source], sources: &[SourceInfo], texts: &Dictionary) -> Vec<Note> {
    let statuses = building.rows.codes(&purchases::STATUS);
    if !statuses.exists() {
        return Vec::new();
    }
    let mut counts: FxHashMap<(u16, u32), u64> = FxHashMap::default();
    for row in (0..building.rows.len).filter(|&row| statuses.at(row) != NO_CODE) {
        *counts.entry((building.rows.source_of(row), statuses.at(row))).or_default() += 1;
    }
    let mut counts: Vec<((u16, u32), u64)> = counts.into_iter().collect();
    counts.sort_unstable();
    let of_source = counts.chunk_by(|one, next| one.0.0 == next.0.0);
    let note = |words: &[((u16, u32), u64)]| {
        let source = usize::from(words[0].0.0);
        let is_known = described[source].profile.as_deref().is_some_and(|id| id != "none");
        let is_set = described[source].values.contains_key(purchases::STATUS.name);
        let stages = || words.iter().filter_map(|((_, code), _)| texts.text(*code));
        if is_known || is_set || words.len() > MOST || are_of_deals(stages()) {
            return None;
        }
        let is_unknown = |word: &&((u16, u32), u64)| {
            let says = |text: &str| is_of_purchase(text) || deal_stage(text).is_some();
            texts.meaning(word.0.1, says) == Some(false)
        };
        let unknown: Vec<&((u16, u32), u64)> = words.iter().filter(is_unknown).collect();
        let of = |words: &mut dyn Iterator<Item = u64>| -> u64 { words.sum() };
        let (count, all) = (of(&mut unknown.iter().map(|word| word.1)), of(&mut words.iter().map(|word| word.1)));
        // Next to known exceptions, what most records have is the rule.
        if unknown.len() < words.len() && 2 * count > all {
            return None;
        }
        // What is rare is more likely to be an exception.
        let rarest = unknown.iter().min_by_key(|(_, count)| *count)?;
        let issue = DataIssue::UnknownStatuses {
            words: unknown.len() as u64,
            example: texts.text(rarest.0.1).map(CellText::of),
        };
        Some(Note::new(issue).count(count).at(Place::file(&sources[source].file)))
    };
    of_source.filter_map(note).collect()
}

#[cfg(test)]
mod tests {
    use crate::canonical::load::testing::{load, notes};

    /// The counts and sentences of the notes about orders with these statuses.
    fn noted(statuses: &[&str]) -> Vec<(u64, String)> {
        let orders: String = (1..)
            .zip(statuses)
            .map(|(n, status)| format!("{n},c{n},2026-01-{n:02},10,{status}\n"))
            .collect();
        let text = format!("order_id,customer_id,date,amount,status\n{orders}");
        let loaded = load(&[("o.csv", "purchases", &text)]);
        notes(&loaded, "unknown-statuses")
            .iter()
            .map(|note| (note.count, note.text()))
            .collect()
    }

    #[test]
    fn words_that_are_not_known_are_told() {
        let found = noted(&["paid", "Frobnicated", "paid", "Zorched", "Zorched", "paid"]);
        assert_eq!(found[0].0, 3);
        assert!(
            found[0].1.contains("'Frobnicated'") && found[0].1.contains("2 statuses"),
            "{}",
            found[0].1
        );
        assert!(
            noted(&["Frobnicated", "Frobnicated", "cancelled"]).is_empty(),
            "the rule, and an exception"
        );
        assert_eq!(noted(&["Frobnicated", "Frobnicated", "Zorched"])[0].0, 3);
        assert!(noted(&["paid", "cancelled", "Refunded", "On hold", "", "Stornováno", "iptal"]).is_empty());
        // Whoever sells in states and provinces has many.
        let many: Vec<String> = (0..20).map(|n| format!("w{n}")).collect();
        assert!(noted(&many.iter().map(String::as_str).collect::<Vec<_>>()).is_empty());
    }
}
