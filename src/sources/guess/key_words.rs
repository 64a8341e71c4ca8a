//! Keys as databases name them: `CustomerKey`, `fk_customer` and `customer_sk` are the ID of a customer, and `o_custkey` is one of a table
//! whose columns all begin with `o_`.

use std::collections::BTreeSet;

use super::cut_words::CellsKind;

/// Tokens that say that a column is a key, before or after what it is the key of: a foreign, primary or surrogate key.
const MARKS: [&str; 3] = ["fk", "pk", "sk"];

/// What all names of a table begin with, up to and with the underscore, where it is too short to be a word.
pub(super) fn shared_prefix(names: &[String]) -> Option<&str> {
    const FEWEST: usize = 4;
    const LONGEST: usize = 3;
    let (first, rest) = names.split_first()?;
    let end = first.find('_').filter(|end| (1..=LONGEST).contains(end))?;
    let prefix = &first[..=end];
    let is_letters = prefix[..end].bytes().all(|b| b.is_ascii_alphabetic());
    let is_shared = rest.iter().all(|name| name.len() > prefix.len() && name.starts_with(prefix));
    (is_letters && is_shared && names.len() >= FEWEST && first.len() > prefix.len()).then_some(prefix)
}

/// The words of a header, with what marks it as a key as the word for an ID. The key of a date whose cells are dates is that date.
pub(super) fn with_keys(mut words: BTreeSet<String>, tokens: &[String], cells: CellsKind) -> BTreeSet<String> {
    if tokens.is_empty() || words.len() < 2 {
        return words;
    }
    // `time_id` over dates.
    if cells == CellsKind::Dates && words.len() == 2 && words.contains("date") {
        words.remove("id");
    }
    let ends = [tokens.first(), tokens.last()];
    let mark = MARKS.iter().find(|mark| ends.contains(&Some(&mark.to_string())));
    let is_key = tokens.last().is_some_and(|last| last.ends_with("key"));
    let word = match mark {
        Some(mark) => mark,
        None if is_key => "key",
        None => return words,
    };
    if words.remove(word) && !(words.contains("date") && cells == CellsKind::Dates) {
        words.insert("id".to_string());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::super::header_words::headers;
    use super::*;

    fn words(names: &[&str]) -> Vec<String> {
        let names: Vec<String> = names.iter().map(|name| name.to_string()).collect();
        let of = |words: BTreeSet<String>| words.into_iter().collect::<Vec<_>>().join(" ");
        headers(&names).into_iter().map(|header| of(header.words)).collect()
    }

    #[test]
    fn a_key_is_an_id() {
        for name in ["CustomerKey", "customer_sk", "fk_customer", "CUSTOMER_KEY", "custkey"] {
            assert_eq!(words(&[name]), ["customer id"], "{name}");
        }
        // Alone it says nothing of whose.
        assert_eq!(words(&["key"]), ["key"]);
    }

    #[test]
    fn what_all_columns_begin_with_says_nothing() {
        let all = words(&["g_orderkey", "g_custkey", "g_orderdate", "g_totalprice"]);
        assert_eq!(all, ["id order", "customer id", "date order", "price total"]);
        // Two of them do not.
        assert_eq!(words(&["g_orderkey", "custkey", "orderdate", "totalprice"])[1], "customer id");
        let names = |names: [&str; 4]| names.map(String::from);
        assert_eq!(shared_prefix(&names(["g_a", "g_b", "g_c", "g_d"])), Some("g_"));
        assert_eq!(shared_prefix(&names(["order_a", "order_b", "order_c", "order_d"])), None);
        assert_eq!(shared_prefix(&names(["g_a", "g_b", "g_c", "h_d"])), None);
        assert_eq!(shared_prefix(&names(["g_", "g_b", "g_c", "g_d"])), None);
    }
}
