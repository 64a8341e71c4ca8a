//! Scores as people and systems write them: `4`, `4/5`, `4 out of 5`, `★★★★☆`, `4 Sterne`; and cells with several answers, which are none.
//!
//! Whether `4,5` is a number or the answers 4 and 5, and whether `4/5` is four points of five, only all cells of the column together can
//! tell.

use std::collections::BTreeSet;

use super::is_no_value;
use super::tally::{Example, Tally};

/// What a cell of scores holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScoreCell {
    /// A number, or anything else that is no score by itself.
    Number,
    /// So many points of so many.
    Of(u32, u32),
    /// So many points, in words: `4 stars`.
    Points(u32),
    /// So many points with what they mean: `5 - Very satisfied`. It does not say how many points there are.
    Labelled(u32),
    /// Several answers.
    Several,
}

/// How the cells of a column of scores are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct ScoreReading {
    /// `4,5` is two answers.
    pub comma_joins: bool,
    /// `4/5` is two answers.
    pub slash_joins: bool,
}

/// What of a cell of scores a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ScorePart {
    /// The score.
    #[default]
    Score,
    /// The lowest score that there is, where the cell says how many there are.
    Lowest,
    /// The highest score that there is.
    Highest,
}

/// Stars without empty ones among them are of five.
const USUAL_STARS: u32 = 5;

impl ScorePart {
    /// The part of a score of so many points of so many, if they are known.
    pub fn of(self, points: u32, all: Option<u32>) -> Option<u32> {
        let all = all.or((points <= USUAL_STARS).then_some(USUAL_STARS));
        match self {
            ScorePart::Score => Some(points),
            ScorePart::Lowest => all.map(|_| points.min(1)),
            ScorePart::Highest => all,
        }
    }
}

/// Between points and the points that there are, in lower case; English, German, French, Spanish, Portuguese, Italian, Dutch.
const OF: &[&str] = &["out of", "of", "von", "sur", "de", "su", "van", "uit"];

/// What points are called, in lower case.
const STARS: &[&str] = &[
    "star",
    "stars",
    "stern",
    "sterne",
    "sternen",
    "étoile",
    "étoiles",
    "etoile",
    "etoiles",
    "estrella",
    "estrellas",
    "estrela",
    "estrelas",
    "stella",
    "stelle",
    "ster",
    "sterren",
    "point",
    "points",
    "punkt",
    "punkte",
    "punto",
    "puntos",
    "punti",
    "ponto",
    "pontos",
    "punt",
    "punten",
];

/// No scale of answers is longer.
const MOST: u32 = 100;

fn whole(text: &str) -> Option<u32> {
    let text = text.trim();
    let is_whole = !text.is_empty() && text.len() <= 3 && text.bytes().all(|b| b.is_ascii_digit());
    is_whole.then(|| text.parse().ok()).flatten().filter(|number| *number <= MOST)
}

/// What a cell holds; one whose column has to tell is read as the reading says.
pub fn score_cell(cell: &str, reading: ScoreReading) -> ScoreCell {
    let cell = cell.trim();
    if cell.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return ScoreCell::Number;
    }
    if let Some(signs) = signs(cell) {
        return signs;
    }
    let parts = |separator: &str| -> Option<Vec<u32>> {
        cell.split(separator)
            .map(whole)
            .collect::<Option<Vec<_>>>()
            .filter(|parts| parts.len() > 1)
    };
    if [";", "|", "&", "+", "\n", ", "]
        .into_iter()
        .any(|separator| parts(separator).is_some())
    {
        return ScoreCell::Several;
    }
    match parts(",").as_deref() {
        Some([_, _]) if !reading.comma_joins => return ScoreCell::Number,
        Some(_) => return ScoreCell::Several,
        None => {}
    }
    match parts("/").as_deref() {
        Some([points, all]) if !reading.slash_joins && points <= all => return ScoreCell::Of(*points, *all),
        Some(_) => return ScoreCell::Several,
        None => {}
    }
    in_words(&cell.to_lowercase())
        .or_else(|| labelled(cell))
        .unwrap_or(ScoreCell::Number)
}

/// `5 - Very satisfied`, `5: sehr zufrieden`, `5 (Excellent)`, `Very satisfied (5)`: a number and, apart from it, what it means in words
/// without any other number.
fn labelled(cell: &str) -> Option<ScoreCell> {
    const MARKS: [char; 9] = ['-', '–', '—', ':', '=', '(', ')', '.', ','];
    let is_label = |text: &str| {
        let text = text.trim_matches(|c: char| c.is_whitespace() || MARKS.contains(&c));
        text.chars().any(char::is_alphabetic) && !text.chars().any(|c| c.is_ascii_digit())
    };
    let end = cell.find(|c: char| !c.is_ascii_digit()).unwrap_or(cell.len());
    let after = &cell[end..];
    // `5th`, `5 kg` and `4.5` are none of these.
    let is_apart = after.trim_start().starts_with(['-', '–', '—', ':', '=', '(']) || after.starts_with(". ") || after.starts_with(") ");
    if let Some(points) = whole(&cell[..end]).filter(|_| is_apart && is_label(after)) {
        return Some(ScoreCell::Labelled(points));
    }
    let (label, number) = cell.strip_suffix(')')?.rsplit_once('(')?;
    whole(number).filter(|_| is_label(label)).map(ScoreCell::Labelled)
}

/// `★★★★☆`: of five signs four are filled. Filled ones alone do not say how many there are.
fn signs(cell: &str) -> Option<ScoreCell> {
    let (mut filled, mut empty) = (0, 0);
    for sign in cell.chars() {
        match sign {
            '★' | '⭐' | '🌟' | '✭' | '✮' => filled += 1,
            '☆' | '✩' | '✰' => empty += 1,
            // A variation selector, and blanks.
            '\u{fe0f}' | '\u{fe0e}' | ' ' => {}
            _ => return None,
        }
    }
    match (filled, empty) {
        (0, 0) => None,
        (filled, 0) => Some(ScoreCell::Points(filled)),
        (filled, empty) => Some(ScoreCell::Of(filled, filled + empty)),
    }
}

/// `4 out of 5`, `4 von 5 Sternen`, `4 stars`.
fn in_words(cell: &str) -> Option<ScoreCell> {
    let (number, rest) = cell.split_at(cell.find(|c: char| !c.is_ascii_digit())?);
    let points = whole(number)?;
    let rest = rest.trim();
    let without_name = STARS.iter().find_map(|name| rest.strip_suffix(name)).map_or(rest, str::trim_end);
    if without_name.is_empty() {
        return Some(ScoreCell::Points(points));
    }
    // `4 stars out of 5`
    let before = STARS
        .iter()
        .filter_map(|name| without_name.strip_prefix(name))
        .find(|rest| rest.starts_with(' '));
    let rest = before.unwrap_or(without_name).trim_start();
    let all = OF
        .iter()
        .find_map(|word| rest.strip_prefix(word).filter(|rest| rest.starts_with(' ')))
        .and_then(whole)?;
    (points <= all).then_some(ScoreCell::Of(points, all))
}

/// The vote on how the scores of a column are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScoreVote {
    /// Cells that join answers whatever the others are.
    several: Tally,
    /// Two whole numbers around a comma, each of which may be an answer.
    pairs: Tally,
    /// Cells with a comma that can only be numbers.
    decimals: Tally,
    /// Whether the second number of every pair is the greater one, and whether it is always 5.
    ascending: Option<bool>,
    halves: Option<bool>,
    /// The greatest answer that stands alone or first, and the greatest that stands second.
    greatest: (u32, u32),
    /// The numbers behind slashes.
    behind_slash: BTreeSet<u32>,
    /// Whether a cell says how many points there are.
    has_points: bool,
}

impl ScoreVote {
    /// Looks at one cell. Null cells do not count.
    pub fn see(&mut self, cell: &str, line: u64) {
        let cell = cell.trim();
        if let Some(number) = whole(cell) {
            self.greatest.0 = self.greatest.0.max(number);
            return;
        }
        if is_no_value(cell) {
            return;
        }
        let pair = |separator: char| cell.split_once(separator).and_then(|(a, b)| Some((whole(a)?, whole(b)?, b)));
        if let Some((_, all, _)) = pair('/') {
            self.behind_slash.insert(all);
            return;
        }
        match pair(',') {
            // `4, 5` has a blank, which no number has.
            Some((first, second, text)) if !text.starts_with(' ') => {
                // Answers of two digits end in the scale of ten; `3,25` is a number.
                if second == 0 || first == second || text.starts_with('0') || second > 10 {
                    self.decimals.see(cell, line);
                } else {
                    self.pairs.see(cell, line);
                    self.greatest = (self.greatest.0.max(first), self.greatest.1.max(second));
                    self.ascending = Some(self.ascending.unwrap_or(true) && first < second);
                    self.halves = Some(self.halves.unwrap_or(true) && second == 5);
                }
            }
            Some(_) => self.several.see(cell, line),
            None => match score_cell(cell, ScoreReading::default()) {
                ScoreCell::Several => self.several.see(cell, line),
                ScoreCell::Number if cell.contains(',') => self.decimals.see(cell, line),
                ScoreCell::Of(..) | ScoreCell::Points(_) => self.has_points = true,
                ScoreCell::Number | ScoreCell::Labelled(_) => {}
            },
        }
    }

    /// Adds what another vote on the same column has seen.
    pub fn merge(&mut self, other: &ScoreVote) {
        let both = |a: Option<bool>, b: Option<bool>| match (a, b) {
            (Some(a), Some(b)) => Some(a && b),
            (a, b) => a.or(b),
        };
        self.several.merge(&other.several);
        self.pairs.merge(&other.pairs);
        self.decimals.merge(&other.decimals);
        self.ascending = both(self.ascending, other.ascending);
        self.halves = both(self.halves, other.halves);
        self.greatest = (self.greatest.0.max(other.greatest.0), self.greatest.1.max(other.greatest.1));
        self.behind_slash.extend(&other.behind_slash);
        self.has_points |= other.has_points;
    }

    /// Whether cells say how many points there are, as `4/5` does.
    pub fn has_points(&self) -> bool {
        self.has_points || (!self.behind_slash.is_empty() && !self.slash_joins())
    }

    /// Whether a slash parts answers. Two questions can have two scales; answers that are joined end in any number. An answer alone that is beyond
    /// the number behind a slash shows that this is no scale, unless it is the answer to another question.
    fn slash_joins(&self) -> bool {
        let is_scale = |all: &u32| [5, 7, 10, 100].contains(all);
        let is_no_scale = |all: &u32| *all < 3 || (!is_scale(all) && self.greatest.0 > *all);
        self.behind_slash.iter().any(is_no_scale) || (self.behind_slash.len() > 1 && !self.behind_slash.iter().all(is_scale))
    }

    /// How the column is read, in a file with that delimiter, and the cells that join answers with a comma: the first of them and the
    /// one that shows it. Numbers have a comma where cells are parted by something else; a number whose second part is no answer,
    /// such as `4,0` or `3,25`, shows that the others are numbers too.
    pub fn verdict(&self, delimiter: u8) -> (ScoreReading, Option<(Example, Option<Example>)>) {
        let is_beyond = self.greatest.1 > self.greatest.0;
        let joins = match (&self.several.first, &self.pairs.first) {
            (_, None) => None,
            (Some(shown), Some(first)) => Some((first.clone(), Some(shown.clone()))),
            (None, Some(_)) if self.decimals.count > 0 => None,
            (None, Some(_)) if delimiter != b',' && (is_beyond || self.ascending == Some(false) || self.halves == Some(true)) => None,
            (None, Some(first)) => Some((first.clone(), None)),
        };
        let reading = ScoreReading {
            comma_joins: joins.is_some(),
            slash_joins: self.slash_joins(),
        };
        (reading, joins)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(cells: &[&str], delimiter: u8) -> ScoreReading {
        let mut vote = ScoreVote::default();
        for (at, cell) in cells.iter().enumerate() {
            vote.see(cell, at as u64 + 2);
        }
        vote.verdict(delimiter).0
    }

    #[test]
    fn points_are_read_in_signs_and_words() {
        let read = |cell| score_cell(cell, ScoreReading::default());
        for (cell, expected) in [
            ("★★★★☆", ScoreCell::Of(4, 5)),
            ("⭐⭐⭐", ScoreCell::Points(3)),
            ("☆☆☆☆☆", ScoreCell::Of(0, 5)),
            ("4/5", ScoreCell::Of(4, 5)),
            ("9 / 10", ScoreCell::Of(9, 10)),
            ("4 von 5", ScoreCell::Of(4, 5)),
            ("4 out of 5 stars", ScoreCell::Of(4, 5)),
            ("3 sur 5", ScoreCell::Of(3, 5)),
            ("4 de 5 estrellas", ScoreCell::Of(4, 5)),
            ("4 Sterne", ScoreCell::Points(4)),
            ("1 star", ScoreCell::Points(1)),
            ("5 Sterne von 5", ScoreCell::Of(5, 5)),
            ("4 su 5", ScoreCell::Of(4, 5)),
            ("4 van 5 sterren", ScoreCell::Of(4, 5)),
            ("4", ScoreCell::Number),
            ("4.5", ScoreCell::Number),
            ("4,5", ScoreCell::Number),
            ("good", ScoreCell::Number),
            ("4 days", ScoreCell::Number),
            ("6/5", ScoreCell::Several),
            ("4;5", ScoreCell::Several),
            ("3, 5", ScoreCell::Several),
            ("4|2", ScoreCell::Several),
            ("1,2,3", ScoreCell::Several),
            ("4 & 5", ScoreCell::Several),
        ] {
            assert_eq!(read(cell), expected, "{cell}");
        }
    }

    #[test]
    fn a_comma_joins_answers_or_parts_decimals() {
        let joins = |cells: &[&str], delimiter| reading(cells, delimiter).comma_joins;
        assert!(joins(&["5", "4,5", "2", "3;4"], b','));
        assert!(joins(&["5", "4,5", "2"], b','));
        assert!(joins(&["5", "2,3", "4,5"], b';'));
        // Decimals that no answer is, half points, and parts that are beyond the scale.
        assert!(!joins(&["5,0", "4,5"], b','));
        assert!(!joins(&["3,25", "4,5"], b','));
        assert!(!joins(&["5", "4,5", "3,5"], b';'));
        assert!(!joins(&["5", "4,2", "3,8"], b';'));
        assert!(!joins(&["5", "4"], b','));
    }

    #[test]
    fn a_slash_parts_points_from_the_scale_if_it_is_one_scale() {
        assert!(!reading(&["4/5", "3/5"], b',').slash_joins);
        assert!(!reading(&["4/5", "9/10"], b',').slash_joins);
        assert!(reading(&["4/5", "3/4"], b',').slash_joins);
        assert!(reading(&["1/2"], b',').slash_joins);
        // A 5 that stands alone is beyond four points; one of another question, of ten points, is not.
        assert!(reading(&["5", "3 / 4", "2"], b'\t').slash_joins);
        assert!(!reading(&["4", "3/4", "2"], b',').slash_joins);
        assert!(!reading(&["9", "4/5", "10"], b',').slash_joins);
    }
}
