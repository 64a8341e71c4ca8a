//! What the stages of deals mean: only what was won is a purchase.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::placeholders::plain_words;
use crate::toml_reader::embedded;

/// What became of a deal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DealStage {
    /// It was won.
    Won,
    /// It was lost.
    Lost,
    /// It is on its way.
    Open,
}

struct Words {
    won: BTreeSet<String>,
    lost: BTreeSet<String>,
    open: BTreeSet<String>,
    disputes: BTreeSet<String>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    embedded("deal_stages.toml", include_str!("deal_stages.toml"), |reader, document| {
        let lists = ["won", "lost", "open", "disputes"];
        reader.known(document, "of the stages of deals", &lists);
        let [won, lost, open, disputes] = lists.map(|key| reader.strings(document, key).into_iter().collect());
        Words { won, lost, open, disputes }
    })
});

/// The longest text that is looked at, in bytes.
const LONGEST: usize = 60;

/// What a status says of a deal; `None` where it is not one of a deal.
pub fn deal_stage(status: &str) -> Option<DealStage> {
    if status.len() > LONGEST {
        return None;
    }
    let words = plain_words(status);
    let has = |list: &BTreeSet<String>| words.iter().any(|word| list.contains(word));
    // `Not won` is as little one as `lost or won`.
    let is_denied = words
        .iter()
        .any(|word| matches!(word.as_str(), "not" | "nicht" | "non" | "no" | "nao" | "niet" | "pas" | "or"));
    match (has(&WORDS.won), has(&WORDS.lost)) {
        _ if is_denied || has(&WORDS.disputes) => None,
        (true, false) => Some(DealStage::Won),
        (false, true) => Some(DealStage::Lost),
        (true, true) => None,
        (false, false) => WORDS.open.contains(&words.join(" ")).then_some(DealStage::Open),
    }
}

/// Whether these are the statuses of deals: some were won, or each of them was lost or is on its way. An order may be lost, too, but then
/// others are paid or delivered.
pub fn are_of_deals<'c>(statuses: impl Iterator<Item = &'c str> + Clone) -> bool {
    let mut stages = statuses
        .clone()
        .map(str::trim)
        .filter(|status| !status.is_empty())
        .map(deal_stage)
        .peekable();
    statuses.map(deal_stage).any(|stage| stage == Some(DealStage::Won)) || (stages.peek().is_some() && stages.all(|stage| stage.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use DealStage::{Lost, Open, Won};

    #[test]
    fn stages_are_known_in_seven_languages() {
        for (status, stage) in [
            ("Closed Won", Some(Won)),
            ("closedwon", Some(Won)),
            ("Abgeschlossen und gewonnen", Some(Won)),
            ("Cierre ganado", Some(Won)),
            ("Fermé gagné", Some(Won)),
            ("Fechado ganho", Some(Won)),
            ("Chiuso vinto", Some(Won)),
            ("Closed - Lost", Some(Lost)),
            ("Cierre perdido", Some(Lost)),
            ("Verloren", Some(Lost)),
            ("Negotiation/Review", Some(Open)),
            ("Presentación programada", Some(Open)),
            ("Angebot gesendet", Some(Open)),
            ("Offerte", Some(Open)),
            ("paid", None),
            ("pending", None),
            ("not won", None),
            ("wonderful", None),
            ("", None),
        ] {
            assert_eq!(deal_stage(status), stage, "{status}");
        }
    }

    #[test]
    fn a_lost_parcel_is_no_deal() {
        assert!(are_of_deals(["Won", "in review", ""].into_iter()));
        assert!(are_of_deals(["Lost", "Negotiation", ""].into_iter()));
        assert!(!are_of_deals(["delivered", "lost", "paid"].into_iter()));
        assert!(!are_of_deals([""].into_iter()));
        assert!(!are_of_deals(std::iter::empty()));
    }
}
