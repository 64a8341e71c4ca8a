//! How a column writes its dates: only all its cells together can tell.
//!
//! A vote sees every cell of a column, in any order and in as many parts as there are threads, and gives the same verdict: it keeps
//! counts, and for each finding the example with the lowest line.
//!
//! The order of day and month is that of all cells together, if one order reads them all. If not, dates of different shapes may come
//! from different systems, each with an order of its own: `13.02.2024` beside `02/14/2024`. Whatever a cell leaves open after that is
//! not guessed: the column is refused. Bare numbers are told by their size ([`Count::of`]).

use std::fmt;

use super::column_date_format::{Pick, Style};
use super::date_parts::CLASSES;
use super::serial_dates::{Count, parse_compact};
use super::tally::{Example, Tally};
use super::{Civil, Order, Parts, is_no_value, is_zero_date, parse_iso};

/// What was seen of the dates of one shape.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Shape {
    /// By the set of orders that fit (bit 0 day first, 1 month first, 2 year first); set 0 is no date at all.
    fits: [Tally; 8],
    /// Cells that two orders read as different days: day and month first, day and year first, month and year first.
    differ: [Tally; 3],
    /// Which first and last parts were seen where all parts have two digits and a dash between them.
    ends: (u128, u128),
    /// Dates that every order reads alike: most of them say their order themselves.
    own: Tally,
}

/// The vote on how the dates of a column are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DateVote {
    iso: Tally,
    compact: Tally,
    /// By [`Count::TOLD`].
    counts: [Tally; Count::TOLD.len()],
    shapes: [Shape; CLASSES],
    unreadable: Tally,
    zeros: Tally,
    /// Days of the month of ISO dates and of a spreadsheet's days: dates that a program has read once before.
    days: u32,
}

/// A way of writing dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateWay {
    /// ISO 8601.
    Iso,
    /// Eight digits: year, month and day without separators.
    Compact,
    /// A number that counts days or seconds.
    Count(Count),
    /// Dates that show their own order of day, month and year.
    OwnOrder,
    /// Dates that have this order.
    Order(Order),
    /// Dates each of which only one order makes a date.
    OneByOne,
}

impl fmt::Display for DateWay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DateWay::Iso => f.write_str("ISO 8601"),
            DateWay::Compact => f.write_str("year, month and day without separators"),
            DateWay::Count(count) => f.write_str(count.words()),
            DateWay::OwnOrder => f.write_str("dates that show their own order"),
            DateWay::Order(order) => write!(f, "{order}"),
            DateWay::OneByOne => f.write_str("dates that only one order can read"),
        }
    }
}

/// What a column's cells say about how its dates are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DateVerdict {
    /// Every cell that is a date can be read in one way only.
    Clear {
        /// The order, of most dates where they have several.
        order: Order,
        /// How to read each cell.
        style: Style,
        /// The first cell that another order cannot read; none where the cells themselves say their order.
        decided_by: Option<Example>,
        /// How many cells are no date in any order: they become rejects.
        misfits: u64,
        /// The first of them.
        first_misfit: Option<Example>,
        /// Each way of writing a date that occurs: how many cells, and the first of them.
        ways: Vec<(DateWay, u64, Example)>,
    },
    /// Several orders fit every cell that is a date, and read some of them differently.
    Ambiguous {
        /// The first cell that is read differently.
        example: Example,
        /// What each order makes of it.
        readings: Vec<(Order, Civil)>,
    },
    /// Every order fails on cells that another one reads, and some cells could be read in both.
    Mixed {
        /// For each order how many cells it reads, and the first date that it does not read.
        orders: Vec<(Order, u64, Example)>,
        /// The first cell that is read differently, if there is one.
        example: Option<Example>,
        /// What each order makes of it.
        readings: Vec<(Order, Civil)>,
    },
    /// A program has read the dates whose day may be a month, and left the others as they were: its dates all lie on the 1st to the
    /// 12th, and the texts all after the 12th. It has most likely taken days for months.
    Halved {
        /// How many texts, and the first.
        texts: (u64, Example),
        /// How many dates of the program, and the first.
        read: (u64, Example),
    },
    /// No cell is a date.
    NoDates {
        /// How many cells there are, null ones left out.
        cells: u64,
        /// The first of them.
        first: Option<Example>,
    },
}

/// So many dates of either kind make [`DateVerdict::Halved`] no chance: one column in a hundred thousand has eight dates on the 1st to
/// the 12th and eight others after it by chance.
const MANY: u64 = 8;

impl Shape {
    fn see(&mut self, parts: &Parts, cell: &str, line: u64) {
        let readings = parts.readings();
        let set = (0..3).map(|o| usize::from(readings[o].is_some()) << o).sum::<usize>();
        self.fits[set].see(cell, line);
        if set == 7 && readings[0] == readings[1] && readings[1] == readings[2] {
            self.own.see(cell, line);
        }
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

    fn merge(&mut self, other: &Shape) {
        for (mine, theirs) in self.fits.iter_mut().zip(&other.fits) {
            mine.merge(theirs);
        }
        for (mine, theirs) in self.differ.iter_mut().zip(&other.differ) {
            mine.merge(theirs);
        }
        self.ends.0 |= other.ends.0;
        self.ends.1 |= other.ends.1;
        self.own.merge(&other.own);
    }

    fn dates(&self) -> u64 {
        self.fits[1..].iter().map(|t| t.count).sum()
    }

    /// Its dates that do not say their order themselves.
    fn open_dates(&self) -> Tally {
        let mut open = Tally::default();
        self.fits[1..7].iter().for_each(|tally| open.merge(tally));
        // Those that fit every order, and differ.
        let count = self.dates() - self.own.count - open.count;
        if let Some(first) = self.differ.iter().filter_map(|t| t.first.as_ref()).min().filter(|_| count > 0) {
            open.merge(&Tally {
                count,
                first: Some(first.clone()),
            });
        }
        open
    }

    /// The orders that read every date, and the first cell on which they differ.
    fn fitting(&self) -> (usize, Option<&Example>) {
        let seen = (1..8).filter(|&set| self.fits[set].count > 0);
        let mut fitting = seen.fold(7, |all, set| all & set);
        // Days take many values and years few. A column `25-10-24, 03-11-24, ...` of at least eight first parts, and at most half as
        // many last ones, has its year at the end. The other way round nothing follows: a year-end date is the 31st in every year.
        let (firsts, lasts) = (self.ends.0.count_ones(), self.ends.1.count_ones());
        if fitting & 5 == 5 && self.differ[1].count > 0 && firsts >= 8 && firsts >= 2 * lasts {
            fitting &= 3;
        }
        (fitting, self.open(fitting))
    }

    /// The first cell that two of these orders read differently.
    fn open(&self, orders: usize) -> Option<&Example> {
        let pairs = [(0, 3), (1, 5), (2, 6)];
        let open = pairs.iter().filter(|&&(_, pair)| orders & pair == pair);
        open.filter_map(|&(at, _)| self.differ[at].first.as_ref()).min()
    }

    /// The first date that the order of that bit does not read.
    fn first_without(&self, o: usize) -> Option<Example> {
        (1..8)
            .filter(|set| set >> o & 1 == 0)
            .filter_map(|set| self.fits[set].first.clone())
            .min()
    }

    /// How to read its dates, where that is clear; each cell alone, where the orders differ but no cell is open.
    fn pick(&self) -> Option<Pick> {
        match self.fitting() {
            (0, _) if self.open(7).is_none() => Some(Pick::Alone),
            (0, _) | (_, Some(_)) => None,
            (fitting, None) => Some(Pick::Order(Order::ALL[fitting.trailing_zeros() as usize])),
        }
    }
}

/// What the orders of a set make of a cell.
fn readings_of(example: &Example, orders: usize) -> Vec<(Order, Civil)> {
    let all = Parts::scan(&example.cell).map_or([None; 3], |parts| parts.readings());
    let wanted = (0..3).filter(|o| orders >> o & 1 == 1);
    wanted.filter_map(|o| Some((Order::ALL[o], all[o]?))).collect()
}

impl DateVote {
    /// A vote that has seen nothing.
    pub fn new() -> DateVote {
        DateVote::default()
    }

    /// Looks at one cell. Null cells, and dates that stand for none, do not count.
    pub fn see(&mut self, cell: &str, line: u64) {
        if let Ok(civil) = parse_iso(cell) {
            if civil.is_zero() {
                self.zeros.see(cell, line);
            } else {
                self.days |= 1 << civil.ymd().2;
                self.iso.see(cell, line);
            }
        } else if is_no_value(cell) {
        } else if is_zero_date(cell) {
            self.zeros.see(cell, line);
        } else if cell.is_ascii() && !cell.bytes().any(|b| b.is_ascii_digit()) {
            // Most cells of text have no digit, and what has none is no date.
            self.unreadable.see(cell, line);
        } else if let Some(count) = Count::of(cell) {
            if let (Count::Excel, Ok(civil)) = (count, count.parse(cell)) {
                self.days |= 1 << civil.ymd().2;
            }
            let place = Count::TOLD.iter().position(|c| *c == count).unwrap_or(0);
            self.counts[place].see(cell, line);
        } else if let Ok(parts) = Parts::scan(cell) {
            // Zero dates in other shapes: `30/12/1899`.
            if parts.readings().iter().flatten().any(Civil::is_zero) {
                self.zeros.see(cell, line);
            } else {
                self.shapes[parts.class()].see(&parts, cell, line);
            }
        } else if parse_compact(cell).is_ok() {
            self.compact.see(cell, line);
        } else {
            self.unreadable.see(cell, line);
        }
    }

    /// Adds what another vote on the same column has seen.
    pub fn merge(&mut self, other: &DateVote) {
        self.iso.merge(&other.iso);
        self.compact.merge(&other.compact);
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            mine.merge(theirs);
        }
        for (mine, theirs) in self.shapes.iter_mut().zip(&other.shapes) {
            mine.merge(theirs);
        }
        self.unreadable.merge(&other.unreadable);
        self.zeros.merge(&other.zeros);
        self.days |= other.days;
    }

    /// How many cells hold a date that stands for none (`0000-00-00`), and the first of them.
    pub fn zeros(&self) -> Option<(u64, &Example)> {
        self.zeros.first.as_ref().map(|first| (self.zeros.count, first))
    }

    /// The orders that its cells leave open, where that is all that they leave open.
    pub fn open_orders(&self) -> Option<Vec<Order>> {
        let is_dated_otherwise = self.iso.count + self.compact.count + self.counts.iter().map(|tally| tally.count).sum::<u64>() > 0;
        match self.verdict() {
            DateVerdict::Ambiguous { readings, .. } if !is_dated_otherwise => Some(readings.into_iter().map(|(order, _)| order).collect()),
            _ => None,
        }
    }

    /// How many cells are no dates, and the first of them.
    pub fn misfits(&self) -> Option<(u64, Example)> {
        let mut misfits = self.unreadable.clone();
        self.shapes.iter().for_each(|shape| misfits.merge(&shape.fits[0]));
        misfits.first.map(|first| (misfits.count, first))
    }

    /// The verdict over all that was seen.
    pub fn verdict(&self) -> DateVerdict {
        self.verdict_in(None)
    }

    /// The verdict where the order of day, month and year is stated, or, if it is not, over all that was seen.
    pub fn verdict_in(&self, stated: Option<Order>) -> DateVerdict {
        let mut all = Shape::default();
        self.shapes.iter().for_each(|shape| all.merge(shape));
        let mut misfits = self.unreadable.clone();
        misfits.merge(&all.fits[0]);
        let counted: u64 = self.counts.iter().map(|t| t.count).sum();
        if self.iso.count + self.compact.count + counted + all.dates() == 0 {
            return DateVerdict::NoDates {
                cells: misfits.count,
                first: misfits.first,
            };
        }
        let (fitting, open) = all.fitting();
        let mut style = Style::ordered(Order::ALL[fitting.trailing_zeros().min(2) as usize]);
        style.counts = counted > 0;
        match (stated, fitting, open) {
            (Some(order), ..) => style.picks = [Pick::Order(order); CLASSES],
            (None, 0, _) => {
                let picks: Vec<Option<Pick>> = self
                    .shapes
                    .iter()
                    .map(|s| if s.dates() == 0 { Some(Pick::Alone) } else { s.pick() })
                    .collect();
                match picks.into_iter().collect::<Option<Vec<Pick>>>().and_then(|p| p.try_into().ok()) {
                    Some(picks) => style.picks = picks,
                    None => return all.mixed(),
                }
            }
            (None, _, Some(example)) => {
                return DateVerdict::Ambiguous {
                    readings: readings_of(example, fitting),
                    example: example.clone(),
                };
            }
            (None, _, None) => {}
        }
        if let (None, Some(halved)) = (stated, self.halved(&all)) {
            return halved;
        }
        let order = match style.picks.iter().zip(&self.shapes).max_by_key(|(_, s)| s.dates()) {
            Some((Pick::Order(order), _)) => *order,
            _ => Order::Dmy,
        };
        let chosen = order as usize;
        DateVerdict::Clear {
            order,
            style,
            decided_by: (0..2).filter(|&o| o != chosen).filter_map(|o| all.first_without(o)).min(),
            misfits: misfits.count,
            first_misfit: misfits.first,
            ways: self.ways(&style),
        }
    }

    /// Each way of writing a date that occurs.
    fn ways(&self, style: &Style) -> Vec<(DateWay, u64, Example)> {
        let mut ways: Vec<(DateWay, Tally)> = Vec::new();
        let mut add = |way: DateWay, tally: &Tally| match ways.iter_mut().find(|(known, _)| *known == way) {
            Some((_, known)) => known.merge(tally),
            None if tally.count > 0 => ways.push((way, tally.clone())),
            None => {}
        };
        add(DateWay::Iso, &self.iso);
        add(DateWay::Compact, &self.compact);
        for (count, tally) in Count::TOLD.iter().zip(&self.counts) {
            add(DateWay::Count(*count), tally);
        }
        for (shape, pick) in self.shapes.iter().zip(&style.picks) {
            add(DateWay::OwnOrder, &shape.own);
            match pick {
                Pick::Order(order) => add(DateWay::Order(*order), &shape.open_dates()),
                Pick::Alone => add(DateWay::OneByOne, &shape.open_dates()),
            }
        }
        let listed = ways.into_iter().filter_map(|(way, tally)| Some((way, tally.count, tally.first?)));
        listed.collect()
    }

    /// Whether a program has read one half of the dates, and which.
    fn halved(&self, all: &Shape) -> Option<DateVerdict> {
        // Bit 0 is of no day; the 1st to the 12th are the bits after it.
        let early = self.days != 0 && self.days >> 13 == 0;
        let [excel, ..] = &self.counts;
        let read = self.iso.count + excel.count;
        let late = [1, 2].into_iter().find(|&set| all.fits[set].count == all.dates())?;
        if !early || read < MANY || all.dates() < MANY {
            return None;
        }
        let first = [&self.iso.first, &excel.first].into_iter().flatten().min()?;
        Some(DateVerdict::Halved {
            texts: (all.dates(), all.fits[late].first.clone()?),
            read: (read, first.clone()),
        })
    }
}

impl Shape {
    /// The verdict that no order reads all of these dates.
    fn mixed(&self) -> DateVerdict {
        let orders = Order::ALL.into_iter().enumerate().filter_map(|(o, order)| {
            let read: u64 = (1..8).filter(|set| set >> o & 1 == 1).map(|set| self.fits[set].count).sum();
            let unread = self.first_without(o)?;
            (read > 0).then_some((order, read, unread))
        });
        let example = self.open(7).cloned();
        DateVerdict::Mixed {
            orders: orders.collect(),
            readings: example.as_ref().map_or(Vec::new(), |e| readings_of(e, 7)),
            example,
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
        let verdict = dates(&["01/02/2024", "13/02/2024", "14/02/2024", "later", "soon"]);
        let DateVerdict::Clear {
            order: Order::Dmy,
            decided_by,
            misfits: 2,
            first_misfit,
            ..
        } = verdict
        else {
            panic!("{verdict:?}")
        };
        assert_eq!(
            (decided_by, first_misfit),
            (Some(example(3, "13/02/2024")), Some(example(5, "later")))
        );
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
        let DateVerdict::Mixed {
            orders,
            example: open,
            readings,
        } = verdict
        else {
            panic!("{verdict:?}")
        };
        assert_eq!(
            orders,
            [(Order::Dmy, 3, example(3, "02/14/2024")), (Order::Mdy, 2, example(2, "13/02/2024"))]
        );
        assert_eq!(open, Some(example(4, "01/02/2024")));
        assert_eq!(
            readings,
            [
                (Order::Dmy, Civil::date(2024, 2, 1).unwrap()),
                (Order::Mdy, Civil::date(2024, 1, 2).unwrap())
            ]
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

    /// The ways of a clear column, and how it reads these cells.
    fn ways(cells: &[&str]) -> (Vec<(DateWay, u64, u64)>, Style) {
        match dates(cells) {
            DateVerdict::Clear { style, ways, .. } => (
                ways.into_iter().map(|(way, count, first)| (way, count, first.line)).collect(),
                style,
            ),
            verdict => panic!("{verdict:?}"),
        }
    }

    #[test]
    fn two_shapes_with_an_order_each() {
        let (ways, style) = ways(&[
            "13.02.2024",
            "01.02.2024",
            "02/14/2024",
            "01/02/2024",
            "03-05-2024 1:00 PM",
            "05-13-2024 1:00 PM",
        ]);
        assert_eq!(ways, [(DateWay::Order(Order::Mdy), 4, 4), (DateWay::Order(Order::Dmy), 2, 2)]);
        assert_eq!(style.parse("01.02.2024"), parse_iso("2024-02-01"));
        assert_eq!(style.parse("01/02/2024"), parse_iso("2024-01-02"));
        assert_eq!(style.parse("03-05-2024 1:00 PM"), parse_iso("2024-03-05 13:00"));
        // A shape of which nothing is known is not read with another's order where the two known ones differ.
        assert!(matches!(
            dates(&["13.02.2024", "02/14/2024", "01-02-2024"]),
            DateVerdict::Mixed { .. }
        ));
    }

    #[test]
    fn two_orders_in_one_shape_where_each_cell_is_clear() {
        let (ways, style) = ways(&["13/02/2024", "02/14/2024", "05/05/2024"]);
        assert_eq!(ways.len(), 1);
        assert_eq!((ways[0].1, ways[0].2), (3, 2));
        assert_eq!(style.parse("13/02/2024"), parse_iso("2024-02-13"));
        assert_eq!(style.parse("02/14/2024"), parse_iso("2024-02-14"));
        assert!(style.parse("01/02/2024").is_err());
    }

    #[test]
    fn numbers_among_dates() {
        let (found, style) = ways(&["2024-04-02", "45384", "45385.5", "1713497396", "20240402", "", "n/a"]);
        assert_eq!(
            found,
            [
                (DateWay::Iso, 1, 2),
                (DateWay::Compact, 1, 6),
                (DateWay::Count(Count::Excel), 2, 3),
                (DateWay::Count(Count::Seconds), 1, 5),
            ]
        );
        assert_eq!(style.parse("45384"), parse_iso("2024-04-02"));
        let (found, style) = ways(&["1713497396000", "1713497396250"]);
        assert_eq!(
            (found.len(), style.parse("1713497396250")),
            (1, parse_iso("2024-04-19T03:29:56.25Z"))
        );
        // Other numbers are no dates.
        assert!(matches!(dates(&["17", "2024", "3.5"]), DateVerdict::NoDates { cells: 3, .. }));
    }

    #[test]
    fn zero_dates_do_not_vote() {
        let mut vote = DateVote::new();
        for (at, cell) in ["0000-00-00", "30/12/1899", "12/30/1899", "1900-01-00", "0001-01-01", "1970-01-01"]
            .iter()
            .enumerate()
        {
            vote.see(cell, at as u64 + 2);
        }
        assert_eq!(vote.zeros(), Some((5, &example(2, "0000-00-00"))));
        assert!(matches!(
            vote.verdict(),
            DateVerdict::Clear {
                decided_by: None,
                misfits: 0,
                ..
            }
        ));
    }

    #[test]
    fn a_stated_order_leaves_only_numbers_open() {
        let mut vote = DateVote::new();
        ["01/02/2024", "45384"]
            .iter()
            .zip(2..)
            .for_each(|(cell, line)| vote.see(cell, line));
        let DateVerdict::Clear { style, .. } = vote.verdict_in(Some(Order::Mdy)) else {
            panic!()
        };
        assert_eq!(style.parse("01/02/2024"), parse_iso("2024-01-02"));
        assert_eq!(style.parse("45384"), parse_iso("2024-04-02"));
    }

    #[test]
    fn days_that_were_taken_for_months() {
        let texts: Vec<String> = (13..=28).map(|day| format!("{day}/02/2024")).collect();
        let mut cells: Vec<&str> = texts.iter().map(String::as_str).collect();
        let read = ["45323", "45352", "45383", "45413", "45444", "45474", "45505", "45536"];
        cells.extend(read);
        // All on the first of a month: the 2nd of January to the 2nd of September, each taken for the 1st of February and so on.
        let DateVerdict::Halved { texts, read } = dates(&cells) else {
            panic!("{:?}", dates(&cells))
        };
        assert_eq!((texts, read), ((16, example(2, "13/02/2024")), (8, example(18, "45323"))));
        // One date after the 12th, or one text before the 13th, and nothing is to be said.
        cells.push("45350");
        assert!(matches!(dates(&cells), DateVerdict::Clear { .. }));
        cells.pop();
        cells.push("01/02/2024");
        assert!(matches!(dates(&cells), DateVerdict::Clear { .. }));
    }

    proptest::proptest! {
        #[test]
        fn the_verdict_does_not_depend_on_how_the_column_is_cut(
            cells in proptest::collection::vec("[0-9]{1,2}[-/][0-9]{1,2}[-/](20)?2[0-9]|4[0-9]{4}|0000-00-00|2024-0[1-9]-0[1-9]|x", 0..20),
            cut in 0usize..20,
        ) {
            let see = |range: &[(u64, &String)]| {
                let mut vote = DateVote::new();
                range.iter().for_each(|(line, cell)| vote.see(cell, *line));
                vote
            };
            let lines: Vec<(u64, &String)> = (2..).zip(&cells).collect();
            let whole = see(&lines);
            let cut = cut.min(lines.len());
            let mut late = see(&lines[cut..]);
            late.merge(&see(&lines[..cut]));
            proptest::prop_assert_eq!(late.verdict(), whole.verdict());
            proptest::prop_assert_eq!(late, whole);
        }

        #[test]
        fn a_clear_column_reads_every_cell_that_voted(
            cells in proptest::collection::vec("[0-3]?[0-9][./-][01]?[0-9][./-](20)?2[0-9]( 1?[0-9]:[0-5][0-9] [AP]M)?|4[0-9]{4}|2024-0[1-9]-0[1-9]", 1..12),
        ) {
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            if let DateVerdict::Clear { style, misfits, .. } = dates(&cells) {
                let unread = cells.iter().filter(|cell| style.parse(cell).is_err()).count() as u64;
                proptest::prop_assert_eq!(unread, misfits);
            }
        }
    }
}
