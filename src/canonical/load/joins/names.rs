//! What names show about keys: `customer_id` in one file is `id` in the file of customers, and `Kundennr.` is `Kunden-Nr`.

use std::collections::BTreeSet;

use crate::notes::KeyNames;
use crate::sources::folded;

type Words = BTreeSet<String>;

/// Words of a column that say no more than that it is a key.
const OF_KEYS: [&str; 13] = [
    "id",
    "number",
    "code",
    "key",
    "no",
    "nr",
    "ref",
    "reference",
    "pk",
    "uuid",
    "guid",
    "identifier",
    "sequence",
];

/// Words in the names of files that say nothing about what they list.
const OF_FILES: [&str; 19] = [
    "record", "dataset", "data", "export", "table", "list", "dump", "tbl", "csv", "dim", "fact", "all", "sheet", "file", "report", "clean",
    "raw", "sample", "full",
];

/// The words of a column without those that only say that it is a key.
pub fn core(words: &Words) -> Words {
    words.iter().filter(|word| !OF_KEYS.contains(&word.as_str())).cloned().collect()
}

/// Whether the words say that a column is a key.
pub fn is_key(words: &Words) -> bool {
    words.iter().any(|word| OF_KEYS.contains(&word.as_str()))
}

/// Whether the words say that a column is of the documents or records that others belong to.
pub fn is_record(words: &Words) -> bool {
    const RECORDS: [&str; 8] = [
        "booking",
        "case",
        "document",
        "invoice",
        "order",
        "receipt",
        "ticket",
        "transaction",
    ];
    words.iter().any(|word| RECORDS.contains(&word.as_str()))
}

/// What a file lists, by its name: its words, without those that all of the files have.
pub fn entities(stems: &[Words]) -> Vec<Words> {
    // What one of them is called is no name of a shop: `order`, `order_item` and `order_status`.
    let is_file = |word: &String| stems.iter().any(|words| words.len() == 1 && words.contains(word));
    let is_common = |word: &String| stems.len() > 2 && !is_file(word) && stems.iter().all(|words| words.contains(word));
    let of = |words: &Words| {
        let says = |word: &&String| !OF_FILES.contains(&word.as_str()) && !is_common(word) && !word.bytes().all(|b| b.is_ascii_digit());
        words.iter().filter(says).cloned().collect()
    };
    stems.iter().map(of).collect()
}

/// The names of files without what several of them begin with, such as that of the shop or the module that they are from: `sale_order` and
/// `sale_order_line` are orders and their lines. None where nothing is left, or another file is called that.
pub fn without_module(stems: &[String]) -> Vec<Option<String>> {
    let parts = |stem: &str| -> Vec<String> { stem.split(['_', ' ', '-', '.']).map(folded).collect() };
    let all: Vec<Vec<String>> = stems.iter().map(|stem| parts(stem)).collect();
    let is_shared = |prefix: &[String]| {
        all.iter()
            .filter(|other| other.len() > prefix.len() && other.starts_with(prefix))
            .count()
            > 1
    };
    let shorter = all.iter().map(|own| {
        let shared = (1..own.len()).take_while(|&length| is_shared(&own[..length])).last()?;
        // `sale_order` is what `sale_order_line` begins with, and more than the module.
        let is_file = |length: usize| all.iter().any(|other| other.len() == length && own.starts_with(other));
        let length = (1..=shared).take_while(|&length| !is_file(length)).last()?;
        let rest = own[length..].join(" ");
        (!all.iter().any(|other| other.join(" ") == rest)).then_some(rest)
    });
    shorter.collect()
}

/// How the name of a column speaks for its being the key of another file: by the header and words of both, and by what the other file
/// lists, by its whole name and by that without the module. `None`: it does not.
pub fn speak_of(from: (&str, &Words), to: (&str, &Words), entity: &Words, own_entity: &Words) -> Option<KeyNames> {
    let by_name = speak(from, to, entity);
    let is_id = || is_key(to.1) && core(to.1).is_subset(own_entity) && core(from.1) == *own_entity;
    by_name.or_else(|| (!own_entity.is_empty() && is_id()).then_some(KeyNames::IdOfFile))
}

/// How the name of a column speaks for its being the key of another file: by the header and words of both, and by what the other file
/// lists. `None`: it does not.
fn speak(from: (&str, &Words), to: (&str, &Words), entity: &Words) -> Option<KeyNames> {
    let (own, theirs) = (core(from.1), core(to.1));
    if !own.is_empty() {
        if folded(from.0) == folded(to.0) {
            return Some(KeyNames::Same);
        }
        if own == theirs {
            return Some(KeyNames::SameWords);
        }
    }
    // `Bokning` and `Bokningsnr`, whatever they mean.
    let is_number_of = |number: &str, of: &str| number != of && without_number(number).is_some_and(|thing| thing == of);
    let (from_name, to_name) = (letters(from.0), letters(to.0));
    if is_number_of(&from_name, &to_name) || is_number_of(&to_name, &from_name) {
        return Some(KeyNames::SameWords);
    }
    let is_id_of_entity = (theirs.is_empty() || theirs.is_subset(entity)) && is_key(to.1);
    if !entity.is_empty() && is_id_of_entity {
        if own == *entity {
            return Some(KeyNames::IdOfFile);
        }
        if entity.is_subset(&own) {
            return Some(KeyNames::RoleOfFile);
        }
    }
    // The list of what a status is may be called after what has one: `status_id` in `order_status`.
    let is_status = own.len() == 1 && own.iter().all(|word| word == "status" || word == "state") && own.is_subset(entity);
    if is_status && is_key(from.1) && theirs.is_empty() && is_key(to.1) {
        return Some(KeyNames::RoleOfFile);
    }
    // `billing_customer_id` and `customer_id`.
    (!theirs.is_empty() && is_key(from.1) && theirs.is_subset(&own)).then_some(KeyNames::RoleOfFile)
}

/// The letters and digits of a header.
fn letters(header: &str) -> String {
    folded(header).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// A header without the ending that says that it is the number of something, and without what links it to the word.
fn without_number(letters: &str) -> Option<&str> {
    const ENDINGS: [&str; 10] = ["snummer", "nummer", "number", "snr", "nr", "no", "sid", "id", "code", "kod"];
    const SHORTEST: usize = 4;
    let thing = ENDINGS.iter().find_map(|ending| letters.strip_suffix(ending))?;
    (thing.len() >= SHORTEST).then_some(thing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::guess::words;

    fn said(from: &str, to: &str, file: &str) -> Option<KeyNames> {
        let [a, b, f] = [from, to, file].map(|text| words(&[text.to_string()]).remove(0));
        speak((from, &a), (to, &b), &entities(&[f])[0])
    }

    #[test]
    fn what_several_files_begin_with_is_no_part_of_what_they_list() {
        let of = |stems: &[&str]| {
            let stems: Vec<String> = stems.iter().map(|stem| stem.to_string()).collect();
            without_module(&stems)
                .into_iter()
                .map(Option::unwrap_or_default)
                .collect::<Vec<_>>()
        };
        assert_eq!(of(&["sale_order", "sale_order_line", "partner"]), ["order", "order line", ""]);
        assert_eq!(of(&["x_shop_orders", "x_shop_customers"]), ["orders", "customers"]);
        // Orders are no module of their items.
        assert_eq!(of(&["order", "order_items", "order_payments"]), ["", "", ""]);
        // What is called so already is another file.
        assert_eq!(of(&["shop_orders", "shop_items", "orders"]), ["", "items", ""]);
    }

    #[test]
    fn names_speak_for_keys() {
        for (from, to, file, expected) in [
            ("order_id", "order_id", "orders", Some(KeyNames::Same)),
            ("customer_id", "id", "customers", Some(KeyNames::IdOfFile)),
            ("Kundennr.", "Kunden-Nr", "Kunden", Some(KeyNames::SameWords)),
            ("billing_customer_id", "customer_id", "customers", Some(KeyNames::RoleOfFile)),
            ("order_id", "id", "order_items", None),
            ("Bokning", "Bokningsnr", "bokningar", Some(KeyNames::SameWords)),
            ("Vorgangs-ID", "Vorgang", "Vorgänge", Some(KeyNames::SameWords)),
            ("piano", "pia", "pianos", None),
            ("id", "id", "orders", None),
            ("customer_id", "id", "products", None),
        ] {
            assert_eq!(said(from, to, file), expected, "{from} {to} {file}");
        }
    }
}
