//! Names of one stakeholder in several spellings: capitals, spaces, full stops, a legal form more or less.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use crate::toml_reader::{DeTable, Reader, embedded};

static FORMS: LazyLock<FxHashSet<String>> = LazyLock::new(|| {
    let read = |reader: &mut Reader<'_>, document: &DeTable<'_>| {
        reader.known(document, "of the legal forms", &["forms"]);
        reader.strings(document, "forms").into_iter().collect()
    };
    embedded("legal_forms.toml", include_str!("legal_forms.toml"), read)
});

/// A legal form has so many words at most.
const LONGEST: usize = 4;

/// What is left of a name without what spellings differ in: lower case, without spaces, full stops, commas and a legal form at its end.
/// `None` of what is no name but a code or an address: without a space, a digit makes it one.
pub fn name_key(text: &str) -> Option<String> {
    let is_code = text.contains(['@', '_', '/', '\\', ':']) || (text.bytes().any(|b| b.is_ascii_digit()) && !text.contains(' '));
    if is_code || text.chars().filter(|c| c.is_alphabetic()).count() < 3 {
        return None;
    }
    let lower = text.to_lowercase().replace(['.', ','], "");
    let words: Vec<&str> = lower.split_whitespace().collect();
    let mut kept = words.len();
    // The longest form at the end; a name that is nothing but a form keeps it.
    while let Some(length) = (1..=LONGEST.min(kept.saturating_sub(1)))
        .rev()
        .find(|length| FORMS.contains(&words[kept - length..kept].join(" ")))
    {
        kept -= length;
    }
    Some(words[..kept].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_have_one_key() {
        for same in [
            &[
                "Acme GmbH",
                "ACME GMBH",
                "Acme",
                "acme G.m.b.H.",
                "Acme  GmbH",
                "Acme GmbH & Co. KG",
            ][..],
            &["Smith & Sons Ltd.", "Smith & Sons Limited", "smith & sons"],
            &["Dupont S.A.", "Dupont SA", "DUPONT SARL"],
            &["Rossi S.r.l.", "Rossi Srl"],
            &["de Vries B.V.", "De Vries BV"],
            &["Silva, Lda.", "Silva Lda"],
            &["Ann Lee", "ANN LEE", "AnnLee", "ann  lee"],
            &["3M Company", "3M Co."],
        ] {
            let keys: Vec<Option<String>> = same.iter().map(|name| name_key(name)).collect();
            assert!(keys[0].is_some() && keys.iter().all(|key| *key == keys[0]), "{same:?}: {keys:?}");
        }
    }

    #[test]
    fn other_names_and_codes_have_none_or_another_one() {
        assert_ne!(name_key("Müller"), name_key("Muller"));
        assert_ne!(name_key("Ann Lee"), name_key("Anna Lee"));
        assert_ne!(name_key("Acme North GmbH"), name_key("Acme South GmbH"));
        assert_eq!(name_key("Co Ltd").as_deref(), Some("co"));
        for code in ["C1", "a1b2C3", "ann@example.org", "guest_user", "AB", "", "0015000000abcDE"] {
            assert_eq!(name_key(code), None, "{code}");
        }
    }
}
