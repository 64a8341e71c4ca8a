//! What the status of a meeting, an event or a call says about whether it took place.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::placeholders::plain_words;
use super::purchase_words::is_cancelled;
use crate::toml_reader::embedded;

/// Longer texts are no statuses.
const LONGEST: usize = 80;

/// What a status says about whether a contact took place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It took place, or will.
    TookPlace,
    /// It is planned: if other contacts of the file took place, this one has not.
    Planned,
    /// Nobody was reached. Of the side that called it is a contact.
    Attempt,
    /// It did not take place, or the stakeholder did not take part.
    Never,
}

struct Words {
    never: BTreeSet<String>,
    attempts: BTreeSet<String>,
    planned: BTreeSet<String>,
    held: BTreeSet<String>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    embedded("held_words.toml", include_str!("held_words.toml"), |reader, document| {
        let lists = ["never", "attempts", "planned", "held"];
        reader.known(document, "of the statuses of contacts", &lists);
        let [never, attempts, planned, held] = lists.map(|key| reader.strings(document, key).into_iter().collect());
        Words {
            never,
            attempts,
            planned,
            held,
        }
    })
});

/// What a status says about whether a contact took place; `None` if it says nothing about that.
pub fn held(status: &str) -> Option<Held> {
    if status.len() > LONGEST {
        return None;
    }
    let words = plain_words(status).join(" ");
    if WORDS.never.contains(&words) || is_cancelled(status) {
        Some(Held::Never)
    } else if WORDS.attempts.contains(&words) {
        Some(Held::Attempt)
    } else if WORDS.planned.contains(&words) {
        Some(Held::Planned)
    } else {
        WORDS.held.contains(&words).then_some(Held::TookPlace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_did_not_take_place_is_known_in_many_languages() {
        for status in [
            "No-show",
            "no show",
            "NO_SHOW",
            "Cancelled by customer",
            "Canceled",
            "Declined",
            "Waitlisted",
            "abgesagt",
            "Nicht erschienen",
            "storniert",
            "Annulé",
            "absente",
            "no asistió",
            "Não compareceu",
            "assente",
            "niet verschenen",
            "nieobecny",
            "Aflyst",
            "gelmedi",
        ] {
            assert_eq!(held(status), Some(Held::Never), "{status}");
        }
        for status in ["Attended", "Held", "completed", "stattgefunden", "Présente", "asistió", "aanwezig"] {
            assert_eq!(held(status), Some(Held::TookPlace), "{status}");
        }
        for status in ["No answer", "nicht erreicht", "Missed"] {
            assert_eq!(held(status), Some(Held::Attempt), "{status}");
        }
        for status in ["Scheduled", "geplant", "planifié"] {
            assert_eq!(held(status), Some(Held::Planned), "{status}");
        }
        for status in ["", "open", "P1", "not cancelled"] {
            assert_eq!(held(status), None, "{status}");
        }
    }
}
