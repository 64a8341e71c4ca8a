//! Whether `NA` in a column is a text: what the other cells are.

use std::collections::BTreeSet;

use super::cells::NA;
use crate::cell_parsing::is_null;
use crate::sources::placeholders::{is_region, is_us_state};

/// What the cells of a column of texts are.
#[derive(Debug, Default, Clone)]
pub struct WordVote {
    /// Cells that are `NA`.
    pub na: u64,
    /// Cells that are codes of two to eight capital letters.
    codes: u64,
    /// Cells of letters without a digit.
    names: u64,
    /// All other cells that say something.
    filled: u64,
    /// The codes, each once; no more than [`MOST`].
    distinct: BTreeSet<String>,
}

/// Codes of regions and countries are few.
const MOST: usize = 400;
/// So many are shown as evidence.
const SHOWN: usize = 3;

impl WordVote {
    /// Looks at a cell.
    pub fn see(&mut self, cell: &str) {
        let cell = cell.trim();
        if cell == NA {
            self.na += 1;
            return;
        }
        if is_null(cell) {
            return;
        }
        self.filled += 1;
        if (2..=8).contains(&cell.len()) && cell.bytes().all(|b| b.is_ascii_uppercase()) {
            self.codes += 1;
            if self.distinct.len() < MOST && !self.distinct.contains(cell) {
                self.distinct.insert(cell.to_string());
            }
        }
        if cell.chars().any(char::is_alphabetic) && !cell.contains(|c: char| c.is_ascii_digit() || matches!(c, '@' | '_')) {
            self.names += 1;
        }
    }

    /// Takes in what others have seen.
    pub fn merge(&mut self, other: &WordVote) {
        self.na += other.na;
        self.codes += other.codes;
        self.names += other.names;
        self.filled += other.filled;
        self.distinct.extend(other.distinct.iter().cloned());
    }

    /// The codes that show that `NA` is one too: nearly all other cells are codes, and half of the codes have two letters or are known
    /// regions. Where the codes are states of the USA, `NA` is none of them.
    pub fn codes(&self) -> Option<Vec<String>> {
        let is_code = |code: &&String| code.len() == 2 || is_region(code);
        let alike = self.distinct.iter().filter(is_code).count();
        let are_states = self.distinct.len() >= 3 && self.distinct.iter().all(|code| is_us_state(code));
        let shows = self.na > 0 && self.codes > 0 && self.codes * 10 >= self.filled * 9 && alike * 2 >= self.distinct.len() && !are_states;
        shows.then(|| self.distinct.iter().filter(is_code).take(SHOWN).cloned().collect())
    }

    /// Whether the column holds names, by half of its other cells.
    pub fn are_names(&self) -> bool {
        self.na > 0 && self.names > 0 && self.names * 2 >= self.filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vote(cells: &str) -> WordVote {
        let mut vote = WordVote::default();
        cells.split(' ').for_each(|cell| vote.see(cell));
        vote
    }

    #[test]
    fn na_is_a_code_among_codes_of_regions_and_countries() {
        for cells in ["NA EMEA NA APAC", "NA DE NO", "EU NA LATAM APAC", "JB NA KL - N/A"] {
            assert!(vote(cells).codes().is_some(), "{cells}");
        }
        for cells in [
            "NA NA",
            "EMEA APAC",
            "NA Paid Open",
            "NA PAID OPEN",
            "TX NA CA NY",
            "NA 1 2",
            "DE NA Berlin Hamburg",
        ] {
            assert_eq!(vote(cells).codes(), None, "{cells}");
        }
        assert_eq!(vote("NA EMEA NA APAC").codes().unwrap(), ["APAC", "EMEA"]);
    }

    #[test]
    fn na_stands_in_a_column_of_names_where_half_of_the_others_are_names() {
        assert!(vote("NA Null None").are_names());
        assert!(!vote("NA C1 C2 Ann").are_names());
        assert!(!vote("Ann Bob").are_names());
    }
}
