//! The names of places in a page. Each is unique and contains only characters without a special meaning.

use std::collections::{BTreeMap, BTreeSet};

/// The longest name that is made from a text.
const LONGEST: usize = 60;

/// The names that are taken, and which of them belong to the anchors of the document.
#[derive(Debug, Default)]
pub struct Names {
    taken: BTreeSet<String>,
    places: BTreeMap<String, String>,
}

impl Names {
    /// A unique name, as similar to the wanted one as possible: lower-case letters, digits, `-` and `_`.
    pub fn take(&mut self, wanted: &str) -> String {
        let mut stem = String::new();
        for c in wanted.chars().take(LONGEST).map(|c| c.to_ascii_lowercase()) {
            match c {
                'a'..='z' | '0'..='9' | '_' => stem.push(c),
                _ if !stem.is_empty() && !stem.ends_with('-') => stem.push('-'),
                _ => {}
            }
        }
        let stem = stem.trim_end_matches('-');
        let stem = if stem.is_empty() { "place" } else { stem };
        let mut name = stem.to_string();
        let mut number = 2;
        while !self.taken.insert(name.clone()) {
            name = format!("{stem}-{number}");
            number += 1;
        }
        name
    }

    /// A name for an anchor of the document, which links find; if two places have the same anchor, links lead to the first.
    pub fn anchor(&mut self, anchor: &str) -> String {
        let name = self.take(anchor);
        self.places.entry(anchor.to_string()).or_insert_with(|| name.clone());
        name
    }

    /// The name of the place with an anchor, if there is one.
    pub fn place(&self, anchor: &str) -> Option<&str> {
        self.places.get(anchor).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_mean_nothing() {
        let mut names = Names::default();
        assert_eq!(names.take("Data quality: rows & cells"), "data-quality-rows-cells");
        assert_eq!(names.take("data quality, rows/cells!"), "data-quality-rows-cells-2");
        assert_eq!(names.take("\"><script>"), "script");
        assert_eq!((names.take("שלום"), names.take("")), ("place".into(), "place-2".into()));
        assert_eq!(names.take(&"a".repeat(10_000)).len(), LONGEST);
    }

    #[test]
    fn links_find_the_first_place_of_an_anchor() {
        let mut names = Names::default();
        names.take("csat");
        assert_eq!(names.anchor("csat"), "csat-2");
        assert_eq!(names.anchor("csat"), "csat-3");
        assert_eq!((names.place("csat"), names.place("nps")), (Some("csat-2"), None));
    }
}
