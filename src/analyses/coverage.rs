//! Coverage of the data: the records of each table and each file by period, and whether in a period without records nothing happened or
//! nothing was exported.
//!
//! The time of a record is in the event column that orders its table. A period that ends before a file's first event, or begins after its
//! last one, is outside the file: nothing is known about it. Inside, an empty period is a gap if it is unlikely to be empty by chance: the
//! expected count is the mean of the nearest periods with records, one on each side, and the probability of none by a Poisson distribution
//! is below 0.1% (that is, the mean is above 6.9). Otherwise it is a zero. By the same rule a period is partly covered if its part before
//! the first event, or after the last one, is unlikely to be empty at the rate of the neighbouring period. Days are compared with the same
//! weekday of the neighbouring weeks, because many organisations do not work on weekends.
//!
//! The rule is simple on purpose. If counts vary more than by chance (holidays, campaigns), a quiet period can become a gap. A gap is a
//! reason to check the export, and its probability is given.

use crate::codes::codes;
use rayon::prelude::*;

use crate::canonical::{CanonicalTables, Rows, Values};
use crate::period::{Grain, Period};
use crate::schema::{Micros, NO_TIME, Table};

/// If the probability of no records is below this, an empty period is a gap.
pub const IMPROBABLE: f64 = 0.001;

codes! {
    /// The coverage of a period.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Verdict {
        /// There are records, and no sign that any are missing.
        Covered = "covered",
        /// There are records, but the part of the period before the first or after the last event of the file is unlikely to be empty by chance.
        Partly = "partly covered",
        /// There are none, which can be due to chance.
        Zero = "zero",
        /// There are none: the period is before the first event, so nothing is known about it.
        Before = "before the data",
        /// There are none: the period is after the last event, so nothing is known about it.
        After = "after the data",
        /// There are none inside the file's span, which is unlikely to be due to chance.
        Gap = "gap",
    }
}

/// The records of a period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Count {
    /// Their number.
    pub records: u64,
    /// The coverage.
    pub verdict: Verdict,
    /// If there are none inside the span: the probability of that at the rate of the neighbours.
    pub chance: Option<f64>,
}

/// The records of a table or of one of its files.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// The file; `None` of the table as a whole.
    pub file: Option<String>,
    /// All records that are used, at any time.
    pub records: u64,
    /// Of these, the records without a time.
    pub undated: u64,
    /// The first event; `None` without any.
    pub first: Option<Micros>,
    /// The last event.
    pub last: Option<Micros>,
    /// By period, in the order of [`Coverage::periods`].
    pub counts: Vec<Count>,
}

/// The records of a table, and of each of its files.
#[derive(Debug, Clone, PartialEq)]
pub struct Covered {
    /// The table.
    pub table: Table,
    /// All of it.
    pub whole: Span,
    /// Its files, in the order in which they were read.
    pub files: Vec<Span>,
}

/// The coverage of all tables.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    /// The periods, the earliest first.
    pub periods: Vec<Period>,
    /// The tables that have events.
    pub tables: Vec<Covered>,
}

/// The coverage of the last periods that have ended by `until` and by the as-of date.
pub fn coverage(canonical: &CanonicalTables, grain: Grain, last: usize, until: Micros) -> Coverage {
    let periods = Period::last_n(grain, last, until.min(canonical.as_of), &canonical.zone);
    // Neighbours outside the shown periods are counted too.
    let beside = if grain == Grain::Day { WEEK } else { 1 };
    let mut all: Vec<Period> = std::iter::successors(periods.first().map(Period::previous), |p| Some(p.previous()))
        .take(beside)
        .collect();
    all.reverse();
    all.extend(periods.iter().cloned());
    for _ in 0..beside {
        all.extend(all.last().map(|p| Period::of(grain, p.last_day_exclusive, &canonical.zone)));
    }
    let tables = canonical.tables.iter().filter_map(|(table, rows)| {
        let column = table.event_columns().map(|column| rows.times(column)).find(Values::exists)?;
        // A table that was derived from another table's column has no file.
        let sources: Vec<usize> = (0..canonical.sources.len())
            .filter(|&s| canonical.sources[s].table == *table)
            .collect();
        let tallies = count(rows, column, canonical.sources.len(), &all);
        let whole = sources.iter().fold(Tally::new(all.len()), |mut sum, &source| {
            sum.add(&tallies[source]);
            sum
        });
        let span = |file: Option<String>, tally: &Tally| Span {
            file,
            records: tally.records,
            undated: tally.undated,
            first: (tally.first <= tally.last).then_some(tally.first),
            last: (tally.first <= tally.last).then_some(tally.last),
            counts: (beside..beside + periods.len())
                .map(|at| judge(tally, &all, at, grain, canonical.as_of))
                .collect(),
        };
        (!sources.is_empty()).then(|| Covered {
            table: *table,
            whole: span(None, &whole),
            files: sources
                .iter()
                .map(|&s| span(Some(canonical.sources[s].file.clone()), &tallies[s]))
                .collect(),
        })
    });
    Coverage {
        tables: tables.collect(),
        periods,
    }
}

/// Days are compared with the same weekday.
const WEEK: usize = 7;

/// The counts of one file.
#[derive(Debug, Clone)]
struct Tally {
    records: u64,
    undated: u64,
    first: Micros,
    last: Micros,
    counts: Vec<u64>,
}

impl Tally {
    fn new(periods: usize) -> Tally {
        Tally {
            records: 0,
            undated: 0,
            first: Micros::MAX,
            last: Micros::MIN,
            counts: vec![0; periods],
        }
    }

    fn add(&mut self, other: &Tally) {
        self.records += other.records;
        self.undated += other.undated;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.counts.iter_mut().zip(&other.counts).for_each(|(a, b)| *a += b);
    }
}

/// One pass over the rows of a table: the counts of each source.
fn count(rows: &Rows, times: Values<Micros>, sources: usize, periods: &[Period]) -> Vec<Tally> {
    const ROWS: usize = 1 << 16;
    let empty = || vec![Tally::new(periods.len()); sources];
    let chunks = (0..rows.len.div_ceil(ROWS)).into_par_iter();
    let counted = chunks.fold(empty, |mut tallies, chunk| {
        for row in chunk * ROWS..rows.len.min((chunk + 1) * ROWS) {
            let tally = &mut tallies[rows.source_of(row) as usize];
            let at = times.at(row);
            tally.records += 1;
            if at == NO_TIME {
                tally.undated += 1;
                continue;
            }
            tally.first = tally.first.min(at);
            tally.last = tally.last.max(at);
            let next = periods.partition_point(|p| p.start <= at);
            if next > 0 && at < periods[next - 1].end {
                tally.counts[next - 1] += 1;
            }
        }
        tallies
    });
    counted.reduce(empty, |mut all, some| {
        all.iter_mut().zip(&some).for_each(|(a, b)| a.add(b));
        all
    })
}

fn judge(tally: &Tally, periods: &[Period], at: usize, grain: Grain, as_of: Micros) -> Count {
    let (period, records) = (&periods[at], tally.counts[at]);
    let count = |verdict, chance| Count { records, verdict, chance };
    if tally.first > tally.last || period.end <= tally.first {
        return count(Verdict::Before, None);
    }
    if period.start > tally.last {
        return count(Verdict::After, None);
    }
    let step = if grain == Grain::Day { WEEK } else { 1 };
    let has_some = |i: &usize| tally.counts[*i] > 0;
    let before = (0..at).rev().skip(step - 1).step_by(step).find(has_some);
    let after = (at + step..periods.len()).step_by(step).find(has_some);
    if records == 0 {
        let beside: Vec<f64> = [before, after].into_iter().flatten().map(|i| tally.counts[i] as f64).collect();
        if beside.is_empty() {
            return count(Verdict::Zero, None);
        }
        let chance = chance_of_none(beside.iter().sum::<f64>() / beside.len() as f64);
        let verdict = if chance < IMPROBABLE { Verdict::Gap } else { Verdict::Zero };
        return count(verdict, Some(chance));
    }
    // A part that is empty because nothing is known about it; a day is too short for parts.
    let days = |from: Micros, until: Micros| (until - from).max(0) as f64;
    let rate = |i: Option<usize>| i.map_or(0.0, |i| tally.counts[i] as f64 / days(periods[i].start, periods[i].end));
    let start = days(period.start, tally.first) * rate(after);
    let end = days(tally.last, period.end.min(as_of)) * rate(before);
    let is_partly = grain != Grain::Day && chance_of_none(start.max(end)) < IMPROBABLE;
    count(if is_partly { Verdict::Partly } else { Verdict::Covered }, None)
}

/// The probability that a Poisson count is 0.
fn chance_of_none(expected: f64) -> f64 {
    (-expected).exp()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::fixture::{Fixture, Rowed};

    /// Purchases on so many days of each month of 2026, the first one on the given day.
    fn purchases(months: &[(u32, u32, u32)]) -> String {
        let mut text = "stakeholder_id,occurred_at,amount\n".to_string();
        for &(month, first, count) in months {
            for i in 0..count {
                text.push_str(&format!("c{i},2026-{month:02}-{:02},1\n", first + i));
            }
        }
        text
    }

    fn shown(span: &Span) -> Vec<String> {
        let text = |c: &Count| format!("{} {}", c.records, c.verdict.as_str());
        span.counts.iter().map(text).collect()
    }

    #[test]
    fn zero_is_told_from_no_coverage() {
        // e^-6.9 = 0.00101, e^-7 = 0.00091: beside seven records a month, an empty one is a gap; beside six it is a zero.
        for (beside, empty) in [(7, "0 gap"), (6, "0 zero")] {
            let text = purchases(&[(2, 1, beside), (4, 1, beside), (5, 1, 2), (7, 1, 1)]);
            let canonical = Fixture::new("2026-10-01").table(Table::Purchases, Rowed::Plain, &text).build(false);
            let found = coverage(&canonical, Grain::Month, 9, Micros::MAX);
            let labels: Vec<&str> = found.periods.iter().map(|p| p.label.as_str()).collect();
            assert_eq!((labels[0], labels[8]), ("2026-01", "2026-09"));
            let file = &found.tables[0].files[0];
            let february = format!("{beside} covered");
            assert_eq!(
                shown(file),
                [
                    "0 before the data",
                    &february,
                    empty,
                    &february,
                    "2 covered",
                    "0 zero",
                    "1 covered",
                    "0 after the data",
                    "0 after the data"
                ]
            );
            let march = file.counts[2].chance.unwrap();
            assert!((march - (-f64::from(beside)).exp()).abs() < 1e-15, "{march}");
            // June lies between a month of two and one of one.
            assert_eq!(file.counts[5].chance, Some((-1.5f64).exp()));
            assert_eq!((file.records, file.undated), (u64::from(2 * beside + 3), 0));
        }
    }

    #[test]
    fn a_gap_of_several_periods_is_one() {
        let text = purchases(&[(1, 1, 20), (5, 10, 20)]);
        let canonical = Fixture::new("2026-06-01").table(Table::Purchases, Rowed::Plain, &text).build(false);
        let found = coverage(&canonical, Grain::Month, 5, Micros::MAX);
        assert_eq!(
            shown(&found.tables[0].whole),
            ["20 covered", "0 gap", "0 gap", "0 gap", "20 covered"]
        );
        // What lies just outside of the periods shown counts as a neighbour.
        let found = coverage(&canonical, Grain::Month, 4, Micros::MAX);
        assert_eq!(shown(&found.tables[0].whole)[0], "0 gap");
    }

    #[test]
    fn a_file_that_begins_or_ends_in_a_period_covers_it_partly() {
        // Twenty in a full month: eleven days without one have a chance of about e^-7.
        let text = purchases(&[(1, 15, 10), (2, 1, 20), (3, 1, 20), (4, 1, 10)]);
        let canonical = Fixture::new("2026-05-01").table(Table::Purchases, Rowed::Plain, &text).build(false);
        let found = coverage(&canonical, Grain::Month, 4, Micros::MAX);
        assert_eq!(
            shown(&found.tables[0].whole),
            ["10 partly covered", "20 covered", "20 covered", "10 partly covered"]
        );
        // As-of on the day after the last event: nothing is missing yet.
        let text = purchases(&[(1, 1, 20), (2, 1, 20)]);
        let canonical = Fixture::new("2026-03-01").table(Table::Purchases, Rowed::Plain, &text).build(false);
        let found = coverage(&canonical, Grain::Month, 2, Micros::MAX);
        assert_eq!(shown(&found.tables[0].whole), ["20 covered", "20 covered"]);
    }

    #[test]
    fn files_are_told_apart_and_add_up() {
        let canonical = Fixture::new("2026-04-01")
            .table(Table::Purchases, Rowed::Plain, &purchases(&[(1, 1, 9), (2, 1, 8)]))
            .table(Table::Purchases, Rowed::Plain, &purchases(&[(2, 20, 2), (3, 15, 9)]))
            .table(Table::Stakeholders, Rowed::Plain, "stakeholder_id,started_at\na,2026-02-03\nb,")
            .build(false);
        let found = coverage(&canonical, Grain::Month, 3, Micros::MAX);
        let tables: Vec<Table> = found.tables.iter().map(|t| t.table).collect();
        assert_eq!(tables, [Table::Purchases, Table::Stakeholders]);
        let purchases = &found.tables[0];
        assert_eq!(shown(&purchases.whole), ["9 covered", "10 covered", "9 covered"]);
        assert_eq!(shown(&purchases.files[0]), ["9 covered", "8 covered", "0 after the data"]);
        assert_eq!(shown(&purchases.files[1])[0], "0 before the data");
        assert_eq!(purchases.files[1].file.as_deref(), Some("1.csv"));
        let roster = &found.tables[1].whole;
        assert_eq!((roster.records, roster.undated), (2, 1));
        assert_eq!(shown(roster), ["0 before the data", "1 covered", "0 after the data"]);
    }

    #[test]
    fn days_are_held_against_their_weekday() {
        // Ten on each working day of three weeks from Monday 5 January, but on the second Wednesday.
        let mut text = "stakeholder_id,occurred_at,amount\n".to_string();
        for day in (5..26).filter(|day| (day - 5) % 7 < 5 && *day != 14) {
            (0..10).for_each(|i| text.push_str(&format!("c{i},2026-01-{day:02},1\n")));
        }
        let canonical = Fixture::new("2026-01-24").table(Table::Purchases, Rowed::Plain, &text).build(false);
        let found = coverage(&canonical, Grain::Day, 14, Micros::MAX);
        let odd: Vec<String> = found
            .periods
            .iter()
            .zip(&found.tables[0].whole.counts)
            .filter(|(_, c)| c.verdict != Verdict::Covered)
            .map(|(p, c)| format!("{p} {}", c.verdict.as_str()))
            .collect();
        assert_eq!(
            odd,
            [
                "2026-01-10 zero",
                "2026-01-11 zero",
                "2026-01-14 gap",
                "2026-01-17 zero",
                "2026-01-18 zero"
            ]
        );
    }
}
