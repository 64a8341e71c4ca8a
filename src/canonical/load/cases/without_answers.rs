//! Exports of messages with one message for each case: the answers are not among them.

use rustc_hash::FxHashSet;

use crate::canonical::load::tables::building::Building;
use crate::canonical::{Dictionary, SourceInfo};
use crate::schema::{NO_CODE, NO_KEY, interactions};

/// From so many cases on, one message in each of them and none of ours is no accident.
const CASES: usize = 20;

impl Building {
    /// The sources whose messages are one for each case, all from the stakeholders. Some systems export a row for each message or for each
    /// conversation in the same columns; the second does not show whether a case was answered.
    pub fn without_answers(&self, sources: &[SourceInfo], texts: &Dictionary) -> Vec<usize> {
        let (cases, directions) = (self.rows.keys(&interactions::CASE_ID), self.rows.codes(&interactions::DIRECTION));
        if !cases.exists() || !directions.exists() {
            return Vec::new();
        }
        let [inbound, outbound] = ["inbound", "outbound"].map(|word| texts.code(word).unwrap_or(NO_CODE));
        // By source: the cases, or none once a second message or one of ours was seen.
        let mut of_sources: Vec<Option<FxHashSet<u64>>> = sources.iter().map(|source| source.messages.then(FxHashSet::default)).collect();
        for row in (0..self.rows.len).filter(|&row| self.keep[row]) {
            let of_source = &mut of_sources[usize::from(self.rows.source_of(row))];
            let Some(seen) = of_source else { continue };
            let case = cases.at(row);
            if case == NO_KEY || directions.at(row) != inbound || !seen.insert(case) {
                *of_source = None;
            }
        }
        // Tickets whose answers are in a file of their own are answered there.
        let is_ours = |row: &usize| self.keep[*row] && directions.at(*row) == outbound && cases.at(*row) != NO_KEY;
        let answered: FxHashSet<u64> = (0..self.rows.len).filter(is_ours).map(|row| cases.at(row)).collect();
        let is_without =
            |seen: &Option<FxHashSet<u64>>| seen.as_ref().is_some_and(|seen| seen.len() >= CASES && seen.is_disjoint(&answered));
        (0..sources.len()).filter(|&source| is_without(&of_sources[source])).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::canonical::load::testing::{load, notes};

    #[test]
    fn one_message_for_each_case_shows_no_answers() {
        let messages = |answer: &str| {
            let rows: String = (0..30)
                .map(|n| format!("m{n},c{n},k{},2026-01-{:02} 09:00,inbound\n", n % 7, 1 + n % 28))
                .collect();
            format!("message_id,conversation_id,customer_id,sent_at,direction\n{rows}{answer}")
        };
        let says = |text: &str| {
            let loaded = load(&[("m.csv", "interactions", text)]);
            (notes(&loaded, "one-message-each").len(), loaded.canonical.sources[0].has_answers)
        };
        assert_eq!(says(&messages("")), (1, false));
        assert_eq!(says(&messages("m99,c3,k3,2026-01-20 09:00,outbound\n")), (0, true));
        assert_eq!(says(&messages("m99,c3,k3,2026-01-20 09:00,inbound\n")), (0, true));
        // The answers are in another file.
        let answers = "message_id,conversation_id,customer_id,sent_at,direction,agent\nm99,c3,k3,2026-01-20 09:00,outbound,a\n";
        let loaded = load(&[("m.csv", "interactions", messages("").as_str()), ("a.csv", "interactions", answers)]);
        assert_eq!(notes(&loaded, "one-message-each").len(), 0);
    }
}
