//! What the status of a referral says: whether the referred person became a stakeholder.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::placeholders::plain_words;
use crate::toml_reader::embedded;

struct Words {
    converted: BTreeSet<String>,
    other: BTreeSet<String>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    embedded("referral_words.toml", include_str!("referral_words.toml"), |reader, document| {
        reader.known(document, "of the statuses of referrals", &["converted", "other"]);
        let [converted, other] = ["converted", "other"].map(|key| reader.strings(document, key).into_iter().collect());
        Words { converted, other }
    })
});

/// Whether the referred person became a stakeholder; `None` where it is not known what the status says.
pub fn is_conversion(status: &str) -> Option<bool> {
    const LONGEST: usize = 60;
    let words = (status.len() <= LONGEST).then(|| plain_words(status).join(" "))?;
    let is_converted = WORDS.converted.contains(&words);
    (is_converted || WORDS.other.contains(&words)).then_some(is_converted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversions_are_told_in_many_languages() {
        for status in [
            "Converted",
            "closed-won",
            "SIGNED UP",
            "Konvertiert",
            "erfolgreich",
            "Eingelöst",
            "convertie",
            "Gagné",
            "Ganado",
            "concluído",
            "Convertito",
            "iscritta",
            "geconverteerd",
            "Klant geworden",
            "Zarejestrowany",
            "registrerad",
        ] {
            assert_eq!(is_conversion(status), Some(true), "{status}");
        }
        for status in [
            "pending",
            "not converted",
            "Invitation sent",
            "Ausstehend",
            "nicht konvertiert",
            "En attente",
            "refusée",
            "Pendiente",
            "recusado",
            "In attesa",
            "Verlopen",
            "Oczekujący",
            "väntande",
        ] {
            assert_eq!(is_conversion(status), Some(false), "{status}");
        }
        for status in ["", "stage 2", "qualified", "gwahoddwyd"] {
            assert_eq!(is_conversion(status), None, "{status}");
        }
    }

    #[test]
    fn no_word_says_both() {
        assert!(
            WORDS.converted.is_disjoint(&WORDS.other),
            "{:?}",
            WORDS.converted.intersection(&WORDS.other)
        );
    }
}
