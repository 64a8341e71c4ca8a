//! Columns of closed words, such as the kinds of contacts, of which no cell has a word that is known: they say nothing.

use std::collections::BTreeSet;

use super::columns::{ColumnSource, Plan};
use super::filling::Filling;
use crate::canonical::Data;
use crate::notes::{CellNote, Expected};
use crate::schema::{NO_CODE, surveys};

/// Takes the columns of which no word is known out of what the file maps, so that metrics that need them are missing. Read as words that
/// mean nothing, they would make a count of 0, such as that of complaints in a language that is not known.
pub fn leave_out(plans: &[Plan], fillings: &mut [Filling], mapped: &mut BTreeSet<String>) {
    for (plan, filling) in plans.iter().zip(fillings) {
        // Other surveys than those of the known instruments are surveys all the same.
        let is_closed = !plan.words.is_empty() && plan.column != Some(&surveys::INSTRUMENT);
        if !is_closed || !matches!(plan.take, ColumnSource::Field(_)) {
            continue;
        }
        let expected = Expected::OneOf(plan.words);
        let unknown = CellNote::Ignored { expected };
        let ignored = filling.notes.get(&unknown).map_or(0, |(count, _)| *count);
        let Data::Code(codes) = &mut filling.data else { continue };
        let others = codes.iter().filter(|code| **code != NO_CODE).count() as u64;
        // Unknown words count as `other` where there is one, and as nothing elsewhere.
        let counted = if plan.words.contains(&"other") { ignored } else { 0 };
        if ignored == 0 || others != counted {
            continue;
        }
        codes.fill(NO_CODE);
        mapped.remove(&plan.name);
        if let Some(cells) = filling.notes.remove(&unknown) {
            filling.notes.insert(CellNote::NoKnownWord { expected }, cells);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::canonical::load::testing::{load, note, notes};

    #[test]
    fn a_column_without_a_known_word_is_not_used() {
        let tickets = "ticket_id,customer_id,created_at,type\n1,a,2026-10-05 09:00,Cwyn\n2,b,2026-10-05 09:00,Cwestiwn\n";
        let loaded = load(&[("t.csv", "interactions", tickets)]);
        assert!(!loaded.canonical.sources[0].mapped.contains("kind"));
        assert_eq!(note(&loaded, "no-known-word").count, 2);
        let members = "member_id,started_at,ended_at,end_reason\n1,2020-01-01,2024-01-01,o ddewis\n2,2020-01-01,,\n";
        let loaded = load(&[("m.csv", "stakeholders", members)]);
        assert!(!loaded.canonical.sources[0].mapped.contains("end_reason"));
    }

    #[test]
    fn one_known_word_is_enough() {
        let tickets = "ticket_id,customer_id,created_at,type\n1,a,2026-10-05 09:00,Complaint\n2,b,2026-10-05 09:00,Cwestiwn\n";
        let loaded = load(&[("t.csv", "interactions", tickets)]);
        assert!(loaded.canonical.sources[0].mapped.contains("kind"));
        assert_eq!(note(&loaded, "voided").count, 1);
        // Other words stand for `other`, and so does `other` itself.
        let tickets = "ticket_id,customer_id,created_at,type\n1,a,2026-10-05 09:00,Other\n2,b,2026-10-05 09:00,Cwestiwn\n";
        let loaded = load(&[("t.csv", "interactions", tickets)]);
        assert!(loaded.canonical.sources[0].mapped.contains("kind") && notes(&loaded, "no-known-word").is_empty());
    }
}
