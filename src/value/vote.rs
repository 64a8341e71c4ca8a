//! What only a whole column can tell: the order of day, month and year, and the decimal mark.
//!
//! A vote sees every cell of a column, in any order and in as many parts as there are threads, and gives the same verdict: it keeps
//! counts, and for each finding the example with the lowest line.

use super::number::{DecimalMark, Evidence, evidence};
use super::{Civil, Order, Parts, ValueError, is_null, parse_iso};

/// A cell to show, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Example {
    /// Its line in the file, 1-based.
    pub line: u64,
    /// Its text, at most 60 characters of it.
    pub cell: String,
}

/// Keeps the example that comes first in the file.
fn keep_first(kept: &mut Option<Example>, cell: &str, line: u64) {
    if kept.as_ref().is_none_or(|e| line < e.line) {
        *kept = Some(Example {
            line,
            cell: cell.trim().chars().take(60).collect(),
        });
    }
}

fn merge_first(kept: &mut Option<Example>, other: &Option<Example>) {
    if let Some(other) = other
        && kept.as_ref().is_none_or(|e| other < e)
    {
        *kept = Some(other.clone());
    }
}

/// How many cells, and the first of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Tally {
    count: u64,
    first: Option<Example>,
}

impl Tally {
    fn see(&mut self, cell: &str, line: u64) {
        self.count += 1;
        keep_first(&mut self.first, cell, line);
    }

    fn merge(&mut self, other: &Tally) {
        self.count += other.count;
        merge_first(&mut self.first, &other.first);
    }
}

/// The vote on the order of day, month and year of a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DateVote {
    /// By the set of orders that fit (bit 0 day first, 1 month first, 2 year first); set 0 is no date at all.
    fits: [Tally; 8],
    /// Cells that two orders read as different days: day and month first, day and year first, month and year first.
    differ: [Tally; 3],
    /// Which first and last parts were seen where all parts have two digits and a dash between them.
    ends: (u128, u128),
}

/// What a column's cells say about the order of day, month and year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DateVerdict {
    /// One order fits every cell that is a date, or all that fit read every cell alike.
    Clear {
        /// The order.
        order: Order,
        /// The first cell that another order cannot read; none where the cells themselves say their order.
        decided_by: Option<Example>,
        /// How many cells are no date in any order: they become rejects.
        misfits: u64,
        /// The first of them.
        first_misfit: Option<Example>,
    },
    /// Several orders fit every cell that is a date, and read some of them differently.
    Ambiguous {
        /// The first cell that is read differently.
        example: Example,
        /// What each order makes of it.
        readings: Vec<(Order, Civil)>,
    },
    /// Every order fails on cells that another one reads.
    Mixed {
        /// For each order how many cells it reads, and the first date that it does not read.
        orders: Vec<(Order, u64, Example)>,
    },
    /// No cell is a date.
    NoDates {
        /// How many cells there are, null ones left out.
        cells: u64,
        /// The first of them.
        first: Option<Example>,
    },
}

impl DateVote {
    /// A vote that has seen nothing.
    pub fn new() -> DateVote {
        DateVote::default()
    }

    /// Looks at one cell. Null cells do not count.
    pub fn see(&mut self, cell: &str, line: u64) {
        if parse_iso(cell).is_ok() {
            self.fits[7].see(cell, line);
            return;
        }
        if is_null(cell) {
            return;
        }
        let Ok(parts) = Parts::scan(cell) else {
            self.fits[0].see(cell, line);
            return;
        };
        let readings = parts.readings();
        let set = (0..3).map(|o| usize::from(readings[o].is_some()) << o).sum::<usize>();
        self.fits[set].see(cell, line);
        for (tally, (one, other)) in self.differ.iter_mut().zip([(0, 1), (0, 2), (1, 2)]) {
            if readings[one].is_some() && readings[other].is_some() && readings[one] != readings[other] {
                tally.see(cell, line);
            }
        }
        if set != 0
            && let Some((first, last)) = parts.short_ends()
        {
            self.ends.0 |= 1 << first;
            self.ends.1 |= 1 << last;
        }
    }

    /// Adds what another vote on the same column has seen.
    pub fn merge(&mut self, other: &DateVote) {
        for (mine, theirs) in self.fits.iter_mut().zip(&other.fits) {
            mine.merge(theirs);
        }
        for (mine, theirs) in self.differ.iter_mut().zip(&other.differ) {
            mine.merge(theirs);
        }
        self.ends.0 |= other.ends.0;
        self.ends.1 |= other.ends.1;
    }

    /// The verdict over all that was seen.
    pub fn verdict(&self) -> DateVerdict {
        let cells: u64 = self.fits.iter().map(|t| t.count).sum();
        if cells == self.fits[0].count {
            return DateVerdict::NoDates {
                cells,
                first: self.fits[0].first.clone(),
            };
        }
        let seen = (1..8).filter(|&set| self.fits[set].count > 0);
        let mut fitting = seen.fold(7, |all, set| all & set);
        if fitting == 0 {
            let orders = Order::ALL.into_iter().enumerate().filter_map(|(o, order)| {
                let read: u64 = (1..8).filter(|set| set >> o & 1 == 1).map(|set| self.fits[set].count).sum();
                let unread = self.first_without(o)?;
                (read > 0).then_some((order, read, unread))
            });
            return DateVerdict::Mixed { orders: orders.collect() };
        }
        // Days take many values and years few. A column `25-10-24, 03-11-24, ...` of at least eight first parts, and at most half as
        // many last ones, has its year at the end. The other way round nothing follows: a year-end date is the 31st in every year.
        let (firsts, lasts) = (self.ends.0.count_ones(), self.ends.1.count_ones());
        if fitting & 5 == 5 && self.differ[1].count > 0 && firsts >= 8 && firsts >= 2 * lasts {
            fitting &= 3;
        }
        let pairs = [(0, 3), (1, 5), (2, 6)];
        let open = pairs.iter().filter(|&&(_, pair)| fitting & pair == pair);
        let example = open.filter_map(|&(at, _)| self.differ[at].first.clone()).min();
        if let Some(example) = example {
            let all = Parts::scan(&example.cell).map_or([None; 3], |parts| parts.readings());
            let readings = (0..3)
                .filter(|o| fitting >> o & 1 == 1)
                .filter_map(|o| Some((Order::ALL[o], all[o]?)));
            return DateVerdict::Ambiguous {
                readings: readings.collect(),
                example,
            };
        }
        let chosen = fitting.trailing_zeros() as usize;
        DateVerdict::Clear {
            order: Order::ALL[chosen],
            decided_by: (0..2).filter(|&o| o != chosen).filter_map(|o| self.first_without(o)).min(),
            misfits: self.fits[0].count,
            first_misfit: self.fits[0].first.clone(),
        }
    }

    /// The first date that the order of that bit does not read.
    fn first_without(&self, o: usize) -> Option<Example> {
        (1..8)
            .filter(|set| set >> o & 1 == 0)
            .filter_map(|set| self.fits[set].first.clone())
            .min()
    }
}

/// The vote on the decimal mark of a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DecimalVote {
    point: Tally,
    comma: Tally,
    either: Tally,
    unreadable: Tally,
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
        if cell.bytes().all(|b| b.is_ascii_digit()) || is_null(cell) {
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

    fn dates(cells: &[&str]) -> DateVerdict {
        let mut vote = DateVote::new();
        for (at, cell) in cells.iter().enumerate() {
            vote.see(cell, at as u64 + 2);
        }
        vote.verdict()
    }

    fn clear(cells: &[&str]) -> Option<Order> {
        match dates(cells) {
            DateVerdict::Clear { order, .. } => Some(order),
            _ => None,
        }
    }

    fn example(line: u64, cell: &str) -> Example {
        Example { line, cell: cell.into() }
    }

    #[test]
    fn one_cell_decides() {
        assert_eq!(clear(&["01/02/2024", "13/02/2024", ""]), Some(Order::Dmy));
        assert_eq!(clear(&["01/02/2024", "02-13-2024", "1.2.24"]), Some(Order::Mdy));
        assert_eq!(clear(&["2024/01/02", "2024-01-03"]), Some(Order::Dmy));
        assert_eq!(clear(&["03 Oct 2024", "2024-10-03", "13/10/2024"]), Some(Order::Dmy));
        assert_eq!(clear(&["25/10/24"]), Some(Order::Dmy));
        assert_eq!(clear(&["99-10-24", "01-02-03"]), Some(Order::Ymd));
        let verdict = dates(&["01/02/2024", "13/02/2024", "14/02/2024", "?", "soon"]);
        let DateVerdict::Clear {
            order: Order::Dmy,
            decided_by,
            misfits: 2,
            first_misfit,
        } = verdict
        else {
            panic!("{verdict:?}")
        };
        assert_eq!((decided_by, first_misfit), (Some(example(3, "13/02/2024")), Some(example(5, "?"))));
    }

    #[test]
    fn iso_needs_no_decision() {
        let verdict = dates(&["2024-01-02", "2024-01-03T10:20:30Z"]);
        assert!(
            matches!(
                verdict,
                DateVerdict::Clear {
                    decided_by: None,
                    misfits: 0,
                    ..
                }
            ),
            "{verdict:?}"
        );
    }

    #[test]
    fn both_orders_fit() {
        let verdict = dates(&["05/05/2024", "01/02/2024", "02/01/2024"]);
        let DateVerdict::Ambiguous { example: first, readings } = verdict else {
            panic!("{verdict:?}")
        };
        assert_eq!(first, example(3, "01/02/2024"));
        assert_eq!(
            readings,
            [
                (Order::Dmy, Civil::date(2024, 2, 1).unwrap()),
                (Order::Mdy, Civil::date(2024, 1, 2).unwrap())
            ]
        );
        // Where both read every cell alike there is nothing to ask.
        assert_eq!(clear(&["05/05/2024", "06/06/2024"]), Some(Order::Dmy));
        assert!(matches!(dates(&["24-10-03", "24-10-28"]), DateVerdict::Ambiguous { .. }));
    }

    #[test]
    fn many_days_and_few_years_tell_where_the_year_is() {
        let cells: Vec<String> = (1..=28).map(|day| format!("{day:02}-10-24")).collect();
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        assert_eq!(clear(&cells[12..]), Some(Order::Dmy));
        // Month first is still open below the 13th.
        assert!(matches!(dates(&cells[..12]), DateVerdict::Ambiguous { .. }));
        // One day in many years says nothing.
        let ends: Vec<String> = (10..=24).map(|year| format!("31-12-{year}")).collect();
        assert!(matches!(
            dates(&ends.iter().map(String::as_str).collect::<Vec<_>>()),
            DateVerdict::Ambiguous { .. }
        ));
    }

    #[test]
    fn two_styles_in_one_column() {
        let verdict = dates(&["13/02/2024", "02/14/2024", "01/02/2024", "15/02/2024"]);
        let DateVerdict::Mixed { orders } = verdict else {
            panic!("{verdict:?}")
        };
        assert_eq!(
            orders,
            [(Order::Dmy, 3, example(3, "02/14/2024")), (Order::Mdy, 2, example(2, "13/02/2024"))]
        );
    }

    #[test]
    fn no_dates_at_all() {
        assert_eq!(
            dates(&["", "soon", "NA"]),
            DateVerdict::NoDates {
                cells: 1,
                first: Some(example(3, "soon"))
            }
        );
        assert_eq!(
            dates(&["99/99/9999"]),
            DateVerdict::NoDates {
                cells: 1,
                first: Some(example(2, "99/99/9999"))
            }
        );
        assert_eq!(dates(&[]), DateVerdict::NoDates { cells: 0, first: None });
    }

    fn decimals(cells: &[&str], delimiter: u8) -> DecimalVerdict {
        let mut vote = DecimalVote::new();
        for (at, cell) in cells.iter().enumerate() {
            vote.see(cell, at as u64 + 2);
        }
        vote.verdict(delimiter)
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
            cells in proptest::collection::vec("[0-9]{1,2}[-/][0-9]{1,2}[-/](20)?2[0-9]|[0-9]{1,3}[.,][0-9]{1,3}|x", 0..20),
            cut in 0usize..20,
        ) {
            let see = |range: &[(u64, &String)]| {
                let (mut dates, mut decimals) = (DateVote::new(), DecimalVote::new());
                for (line, cell) in range {
                    dates.see(cell, *line);
                    decimals.see(cell, *line);
                }
                (dates, decimals)
            };
            let lines: Vec<(u64, &String)> = (2..).zip(&cells).collect();
            let (dates, decimals) = see(&lines);
            let cut = cut.min(lines.len());
            let (head, tail) = (see(&lines[..cut]), see(&lines[cut..]));
            let (mut late_dates, mut late_decimals) = (tail.0, tail.1);
            late_dates.merge(&head.0);
            late_decimals.merge(&head.1);
            proptest::prop_assert_eq!(late_dates, dates);
            proptest::prop_assert_eq!(late_decimals, decimals);
        }
    }
}
