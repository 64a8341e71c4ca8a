//! With which currency people pay in a country, where several currencies share a sign.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::placeholders::plain_words;
use crate::toml_reader::{DeTable, Reader, embedded};

static CURRENCIES: LazyLock<FxHashMap<String, String>> = LazyLock::new(|| {
    let read = |reader: &mut Reader<'_>, document: &DeTable<'_>| {
        let lists = reader.lists(document);
        let named = |(currency, countries): (String, Vec<String>)| countries.into_iter().map(move |country| (country, currency.clone()));
        lists.into_iter().flat_map(named).collect()
    };
    embedded("countries.toml", include_str!("countries.toml"), read)
});

/// The currency of the country that a text names.
pub fn currency_of_country(text: &str) -> Option<&'static str> {
    if text.len() > 40 {
        return None;
    }
    CURRENCIES.get(&plain_words(text).join(" ")).map(String::as_str)
}

/// The currencies of the countries that the name of a file has among its words: `orders_se.csv`, `Norge 2026.xlsx`.
pub fn currencies_in_name(file: &str) -> impl Iterator<Item = &'static str> {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = name.split('.').next().unwrap_or(name);
    plain_words(stem)
        .into_iter()
        .filter_map(|word| CURRENCIES.get(&word).map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_by_code_and_by_name_in_seven_languages() {
        for (country, currency) in [
            ("SE", "SEK"),
            ("Norwegen", "NOK"),
            ("DANEMARK", "DKK"),
            ("Suède", "SEK"),
            ("México", "MXN"),
            ("Stati Uniti", "USD"),
            ("Nieuw-Zeeland", "NZD"),
            ("U.S.A.", "USD"),
            (" Ísland ", "ISK"),
        ] {
            assert_eq!(currency_of_country(country), Some(currency), "{country}");
        }
        for text in ["", "north", "Germany", "seven", "12"] {
            assert_eq!(currency_of_country(text), None, "{text}");
        }
    }

    #[test]
    fn the_name_of_a_file_may_name_a_country() {
        let found = |name: &str| currencies_in_name(name).collect::<Vec<_>>();
        assert_eq!(found("exports/orders_se.csv"), ["SEK"]);
        assert_eq!(found("Norge 2026.csv.gz"), ["NOK"]);
        assert!(found("exports.se/orders.csv").is_empty());
    }
}
