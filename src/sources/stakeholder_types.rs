//! Which word of the roster means which type of stakeholder. Health models, metrics and the protection of people go by the types, so that a
//! `Mitarbeiterin` has to be the employee that she is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::placeholders::plain_words;
use crate::expr::fits_pattern;
use crate::toml_reader::embedded;

/// The types that have words.
const TYPES: [&str; 6] = ["customer", "supplier", "employee", "donor", "investor", "partner"];

/// Longer texts are no types.
const LONGEST: usize = 40;

static WORDS: LazyLock<BTreeMap<String, &'static str>> = LazyLock::new(|| {
    embedded(
        "stakeholder_types.toml",
        include_str!("stakeholder_types.toml"),
        |reader, document| {
            reader.known(document, "of the types of stakeholders", &TYPES);
            let words = |kind: &'static str| {
                reader
                    .strings(document, kind)
                    .into_iter()
                    .map(move |word| (word, kind))
                    .collect::<Vec<_>>()
            };
            TYPES.into_iter().flat_map(words).collect()
        },
    )
});

/// The type that a text means; `None` if it is a type of its own.
pub fn stakeholder_type(text: &str) -> Option<&'static str> {
    let words = (text.len() <= LONGEST).then(|| plain_words(text).join(" "))?;
    WORDS.get(&words).copied()
}

/// The text as which a type is stored: the word that metrics use for it, or its own in small letters, because capitals say nothing.
pub fn stored_type(text: &str) -> String {
    stakeholder_type(text).map_or_else(|| text.to_lowercase(), str::to_string)
}

/// The types of which a word fits a pattern of `like`. The words themselves are not stored.
pub fn types_that_fit(pattern: &str) -> Vec<String> {
    let pattern = pattern.to_lowercase();
    let fitting = WORDS
        .iter()
        .filter(|(words, _)| fits_pattern(&pattern, words))
        .map(|(_, kind)| *kind);
    fitting.collect::<BTreeSet<_>>().into_iter().map(str::to_string).collect()
}

/// Whether a text is one of the words that metrics use for types, whatever its capitals.
pub fn is_type_word(text: &str) -> bool {
    TYPES.iter().any(|word| word.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::stakeholders::{CUSTOMER, EMPLOYEE, SUPPLIER};

    #[test]
    fn types_are_recognised_in_many_languages() {
        for word in [
            "Employee",
            "STAFF",
            "Staff member",
            "Mitarbeiterin",
            "Mitarbeiter:innen",
            "salarié",
            "Empleada",
            "funcionário",
        ] {
            assert_eq!(stakeholder_type(word), Some(EMPLOYEE), "{word}");
        }
        for word in [
            "dipendente",
            "Medewerker",
            "pracownik",
            "zaměstnanec",
            "çalışan",
            "anställd",
            "työntekijä",
            "employée",
        ] {
            assert_eq!(stakeholder_type(word), Some(EMPLOYEE), "{word}");
        }
        for word in ["customer", "Client", "Kundin", "cliente", "klant", "zákazník", "müşteri", "asiakas"] {
            assert_eq!(stakeholder_type(word), Some(CUSTOMER), "{word}");
        }
        for word in ["Vendor", "Lieferant", "fournisseur", "proveedor", "fornitore", "leverandør"] {
            assert_eq!(stakeholder_type(word), Some(SUPPLIER), "{word}");
        }
        assert_eq!(stakeholder_type("Spenderin"), Some("donor"));
        assert_eq!(stakeholder_type("inversores"), Some("investor"));
        assert_eq!(stakeholder_type("Partenaire"), Some("partner"));
    }

    #[test]
    fn other_texts_are_types_of_their_own() {
        for word in [
            "",
            "member",
            "volunteer",
            "contact",
            "former employee",
            "customer success",
            "employee of a customer",
            "x".repeat(90).as_str(),
        ] {
            assert_eq!(stakeholder_type(word), None, "{word}");
        }
    }

    #[test]
    fn no_word_means_two_types() {
        let count = |kind: &str| WORDS.values().filter(|of| **of == kind).count();
        let file = include_str!("stakeholder_types.toml");
        for kind in TYPES {
            let listed = file
                .split_once(&format!("\n{kind} = ["))
                .map(|(_, after)| after.split_once(']').map_or(after, |(list, _)| list));
            let mut words: Vec<&str> = listed.into_iter().flat_map(|list| list.split('"').skip(1).step_by(2)).collect();
            words.sort_unstable();
            words.dedup();
            assert_eq!(count(kind), words.len(), "{kind}");
            assert!(words.iter().all(|word| plain_words(word).join(" ") == *word), "{kind}: {words:?}");
        }
    }
}
