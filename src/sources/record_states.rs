//! Headers that show which of two records with one id is the later state, and which cells may differ between the two.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::folded;
use crate::toml_reader::embedded;

struct Words {
    updated: BTreeSet<String>,
    changing: BTreeSet<String>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    embedded("record_states.toml", include_str!("record_states.toml"), |reader, document| {
        reader.known(document, "of the states of records", &["updated", "changing"]);
        let [updated, changing] = ["updated", "changing"].map(|key| reader.strings(document, key).into_iter().collect());
        Words { updated, changing }
    })
});

/// Whether the header is that of the time at which a record was last changed or exported.
pub fn is_update_time(header: &str) -> bool {
    WORDS.updated.contains(&folded(header))
}

/// Whether the cells of a column with this header may change during the life of a record.
pub fn may_change(header: &str) -> bool {
    let header = folded(header);
    WORDS.updated.contains(&header)
        || header
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| WORDS.changing.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn update_times_are_named_in_seven_languages() {
        for header in [
            "Updated at",
            "LastModifiedDate",
            "Zuletzt geändert am",
            "Date de mise à jour",
            "Última actualización",
            "Atualizado em",
            "Data modifica",
            "Laatst gewijzigd",
        ] {
            assert!(is_update_time(header) && may_change(header), "{header}");
        }
        for header in ["Created at", "Order date", "update", "Status"] {
            assert!(!is_update_time(header), "{header}");
        }
    }

    #[test]
    fn a_state_may_change_and_a_product_may_not() {
        for header in ["Payment Status", "refunded_amount", "Rückerstattung", "Tags"] {
            assert!(may_change(header), "{header}");
        }
        for header in ["product", "amount", "Statement", "customer_id", "size"] {
            assert!(!may_change(header), "{header}");
        }
    }
}
