//! What the status of an invitation to a survey says: whether it arrived, and whether it was answered.

use std::sync::LazyLock;

use super::case_words::lower;
use crate::toml_reader::embedded;

/// Phrases, each as its words.
type Phrases = Vec<Vec<String>>;

struct Words {
    undelivered: Phrases,
    answered: Phrases,
    not: Vec<String>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    embedded("survey_states.toml", include_str!("survey_states.toml"), |reader, document| {
        reader.known(document, "of the states of invitations", &["undelivered", "answered", "not"]);
        let [undelivered, answered, not] = ["undelivered", "answered", "not"].map(|key| reader.strings(document, key));
        let words = |phrase: String| phrase.split(' ').map(str::to_string).collect();
        Words {
            undelivered: undelivered.into_iter().map(words).collect(),
            answered: answered.into_iter().map(words).collect(),
            not,
        }
    })
});

/// Longer texts are no status.
const LONGEST: usize = 80;

/// Whether nobody was asked: the invitation was not sent, bounced or could not be delivered.
pub fn is_undelivered(status: &str) -> bool {
    says(status, &WORDS.undelivered)
}

/// Whether the survey was answered.
pub fn is_answered(status: &str) -> bool {
    says(status, &WORDS.answered)
}

/// Whether a status has one of these phrases as whole words, not after a word that turns it round.
fn says(status: &str, phrases: &Phrases) -> bool {
    if status.len() > LONGEST {
        return false;
    }
    let lower = lower(status);
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    phrases.iter().any(|phrase| {
        let found = words.windows(phrase.len()).position(|window| window == phrase);
        found.is_some_and(|at| at == 0 || !WORDS.not.iter().any(|not| not == words[at - 1]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invitations_that_did_not_arrive_are_told_in_many_languages() {
        for status in [
            "bounced",
            "Hard bounce: mailbox full",
            "FAILED",
            "delivery_failed",
            "Unzustellbar",
            "Zustellung fehlgeschlagen",
            "Non distribué",
            "Échec d'envoi",
            "Rebotado",
            "no entregado",
            "Não entregue",
            "devolvido",
            "non consegnato",
            "respinto",
            "niet bezorgd",
            "Onbestelbaar",
            "Niedostarczone",
            "inte levererad",
            "Nedoručeno",
            "Başarısız",
        ] {
            assert!(is_undelivered(status), "{status}");
        }
        for status in [
            "delivered",
            "OK",
            "sent",
            "opened",
            "unsubscribed",
            "responded",
            "not bounced",
            "zugestellt",
            "livré",
            "entregado",
            "entregue",
            "consegnato",
            "bezorgd",
            "",
        ] {
            assert!(!is_undelivered(status), "{status}");
        }
    }

    #[test]
    fn answers_are_told_from_their_absence() {
        for status in ["Completed", "beantwortet", "Répondu", "respondida", "completato", "ingevuld"] {
            assert!(is_answered(status), "{status}");
        }
        for status in [
            "not completed",
            "nicht beantwortet",
            "non répondu",
            "no respondido",
            "niet ingevuld",
            "sent",
            "incomplete",
            "unanswered",
        ] {
            assert!(!is_answered(status), "{status}");
        }
    }
}
