//! Which mark parts decimals in a column: only all its cells together can tell.

use super::number::{DecimalMark, Evidence, evidence};
use super::tally::{Example, Tally};
use super::{ValueError, is_no_value};

/// The vote on the decimal mark of a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DecimalVote {
    point: Tally,
    comma: Tally,
    either: Tally,
    unreadable: Tally,
    /// Cells of digits alone: of at most three, and of more.
    small: u64,
    large: u64,
}

/// What a column's cells say about its decimal mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecimalVerdict {
    /// No cell has a point or a comma that could mislead.
    Unmarked,
    /// Every cell that tells says the same.
    Clear {
        /// The mark.
        mark: DecimalMark,
        /// The first cell that tells.
        decided_by: Example,
    },
    /// Only groups of three digits: the mark follows from the file's delimiter, and that should be said.
    Assumed {
        /// The mark.
        mark: DecimalMark,
        /// The first cell that may be read both ways.
        example: Example,
    },
    /// Both marks occur: each cell is read by its own evidence, and those without are rejects.
    Mixed {
        /// The first cell with a decimal point.
        point: Example,
        /// The first cell with a decimal comma.
        comma: Example,
    },
}

impl DecimalVerdict {
    /// The mark to read the column's cells with.
    pub fn mark(&self) -> DecimalMark {
        match self {
            DecimalVerdict::Unmarked => DecimalMark::Point,
            DecimalVerdict::Clear { mark, .. } | DecimalVerdict::Assumed { mark, .. } => *mark,
            DecimalVerdict::Mixed { .. } => DecimalMark::Auto,
        }
    }
}

impl DecimalVote {
    /// A vote that has seen nothing.
    pub fn new() -> DecimalVote {
        DecimalVote::default()
    }

    /// Looks at one cell. Null cells do not count.
    pub fn see(&mut self, cell: &str, line: u64) {
        if cell.bytes().all(|b| b.is_ascii_digit()) || is_no_value(cell) {
            let digits = cell.bytes().filter(u8::is_ascii_digit).count();
            self.small += u64::from((1..=3).contains(&digits) && cell != "0");
            self.large += u64::from(digits > 3);
            return;
        }
        // Most cells of text have no digit, and what has none is no number.
        if cell.is_ascii() && !cell.bytes().any(|b| b.is_ascii_digit()) {
            self.unreadable.see(cell, line);
            return;
        }
        match evidence(cell) {
            Ok(Evidence::Nothing) => {}
            Ok(Evidence::Point) => self.point.see(cell, line),
            Ok(Evidence::Comma) => self.comma.see(cell, line),
            Ok(Evidence::Either(_)) => self.either.see(cell, line),
            Err(_) => self.unreadable.see(cell, line),
        }
    }

    /// Adds what another vote on the same column has seen.
    pub fn merge(&mut self, other: &DecimalVote) {
        self.point.merge(&other.point);
        self.comma.merge(&other.comma);
        self.either.merge(&other.either);
        self.unreadable.merge(&other.unreadable);
        self.small += other.small;
        self.large += other.large;
    }

    /// The first cell that is a thousand times as much if its mark separates thousands, where the column looks as if it did: `1.000` and
    /// `500`, but neither `1000` nor `1.5`. The file's delimiter speaks for decimals.
    pub fn may_be_thousands(&self, delimiter: u8) -> Option<&Example> {
        let DecimalVerdict::Assumed { mark, .. } = self.verdict(delimiter) else {
            return None;
        };
        let sign = if mark == DecimalMark::Comma { ',' } else { '.' };
        let example = self.either.first.as_ref().filter(|example| example.cell.contains(sign));
        example.filter(|_| self.small > 0 && self.large == 0)
    }

    /// How many cells are no number under any reading, the first of them, and why.
    pub fn unreadable(&self) -> Option<(u64, &Example, ValueError)> {
        let first = self.unreadable.first.as_ref()?;
        let reason = evidence(&first.cell).err().unwrap_or(ValueError::NoDigits);
        Some((self.unreadable.count, first, reason))
    }

    /// The verdict over all that was seen, in a file with that delimiter: where decimals have a comma, cells are parted by `;`.
    pub fn verdict(&self, delimiter: u8) -> DecimalVerdict {
        match (&self.point.first, &self.comma.first, &self.either.first) {
            (Some(point), Some(comma), _) => DecimalVerdict::Mixed {
                point: point.clone(),
                comma: comma.clone(),
            },
            (Some(example), None, _) => DecimalVerdict::Clear {
                mark: DecimalMark::Point,
                decided_by: example.clone(),
            },
            (None, Some(example), _) => DecimalVerdict::Clear {
                mark: DecimalMark::Comma,
                decided_by: example.clone(),
            },
            (None, None, Some(example)) => {
                let mark = if delimiter == b';' {
                    DecimalMark::Comma
                } else {
                    DecimalMark::Point
                };
                DecimalVerdict::Assumed {
                    mark,
                    example: example.clone(),
                }
            }
            (None, None, None) => DecimalVerdict::Unmarked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(line: u64, cell: &str) -> Example {
        Example { line, cell: cell.into() }
    }

    fn decimals(cells: &[&str], delimiter: u8) -> DecimalVerdict {
        let mut vote = DecimalVote::new();
        for (at, cell) in cells.iter().enumerate() {
            vote.see(cell, at as u64 + 2);
        }
        vote.verdict(delimiter)
    }

    #[test]
    fn whole_thousands_may_be_written_with_a_point() {
        let first = |cells: &[&str], delimiter: u8| {
            let mut vote = DecimalVote::new();
            cells.iter().for_each(|cell| vote.see(cell, 2));
            vote.may_be_thousands(delimiter).map(|example| example.cell.clone())
        };
        assert_eq!(first(&["1.000", "2.500", "500"], b',').as_deref(), Some("1.000"));
        assert_eq!(first(&["1,000", "500"], b';').as_deref(), Some("1,000"));
        // Amounts from a thousand on without a mark, other decimals, and a delimiter that speaks for thousands leave nothing open.
        assert_eq!(first(&["1.000", "500", "1500"], b','), None);
        assert_eq!(first(&["1.000", "500", "0.5"], b','), None);
        assert_eq!(first(&["1.000", "500.125"], b','), None);
        assert_eq!(first(&["1,000", "500"], b','), None);
        assert_eq!(first(&["1.000", "0"], b','), None);
    }

    #[test]
    fn the_decimal_mark() {
        use DecimalMark::{Auto, Comma, Point};
        for (cells, mark) in [
            (&["1.234,56"][..], Comma),
            (&["1,5"], Comma),
            (&["1,23", "1,234"], Comma),
            (&["1.234.567"], Comma),
            (&["0,125"], Comma),
            (&["1 234,567"], Comma),
            (&["1,234E+03"], Comma),
            (&["€ 5,00", "12"], Comma),
            (&["1,234.56"], Point),
            (&["1.5"], Point),
            (&["1,234,567"], Point),
            (&["12", "1'000"], Point),
            (&["1.5", "1,5", "1,234"], Auto),
        ] {
            assert_eq!(decimals(cells, b',').mark(), mark, "{cells:?}");
        }
        assert_eq!(
            decimals(&["1,234", "5"], b','),
            DecimalVerdict::Assumed {
                mark: Point,
                example: example(2, "1,234")
            }
        );
        assert_eq!(
            decimals(&["5", "1.234"], b';'),
            DecimalVerdict::Assumed {
                mark: Comma,
                example: example(3, "1.234")
            }
        );
        assert_eq!(decimals(&["5", "", "-7"], b';'), DecimalVerdict::Unmarked);
        let mut vote = DecimalVote::new();
        vote.see("12x", 7);
        assert_eq!(
            vote.unreadable(),
            Some((1, &example(7, "12x"), ValueError::NumberCharacter('x', 3)))
        );
    }

    proptest::proptest! {
        #[test]
        fn the_verdict_does_not_depend_on_how_the_column_is_cut(
            cells in proptest::collection::vec("[0-9]{1,3}[.,][0-9]{1,3}|x", 0..20),
            cut in 0usize..20,
        ) {
            let see = |range: &[(u64, &String)]| {
                let mut vote = DecimalVote::new();
                range.iter().for_each(|(line, cell)| vote.see(cell, *line));
                vote
            };
            let lines: Vec<(u64, &String)> = (2..).zip(&cells).collect();
            let whole = see(&lines);
            let cut = cut.min(lines.len());
            let mut late = see(&lines[cut..]);
            late.merge(&see(&lines[..cut]));
            proptest::prop_assert_eq!(late, whole);
        }
    }
}
