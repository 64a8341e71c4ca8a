//! How a cell differs from an earlier one, or from the other groups of its period: the difference with its interval, and what that says.

use super::RANKED_AGAIN_UP_TO;
use super::estimated::Estimated;
use crate::catalog::{BetterDirection, Metric};
use crate::measure::counting::CellCount;
use crate::measure::kinds::{Difference, MeasuredKind, measured};
use crate::measure::window_sets::Compare;
use crate::report::{Cell, Change};
use crate::stats::{self, Confidence, CrossSums, Interval, Reading, Side, reading};

/// How two cells are compared.
#[derive(Debug, Clone, Copy)]
pub struct How {
    /// With what.
    pub with: Compare,
    /// Whether the metric depends on what nobody dated.
    pub undated: bool,
    /// How intervals are found.
    pub confidence: Confidence,
    /// Whether the p-value is wanted.
    pub with_p: bool,
}

/// A cell with what was estimated of it.
pub type Finished<'a> = (&'a Cell, &'a Estimated);

/// The change of a cell against the same cell of an earlier period as known at the same age, or against the other groups of its period.
///
/// What is undated has a value, but nothing can be read from how it moved since an earlier period. A total is not judged against the
/// other groups: that they have more of it says no more than that they are larger.
pub fn change(metric: &Metric, how: How, newer: Finished, older: Finished, shared: Shared) -> Change {
    let mut change = Change {
        period: older.0.period.label.clone(),
        value: older.0.value,
        delta: None,
        low: None,
        high: None,
        reading: Reading::Unclear,
        p: None,
        not_assessed: None,
    };
    let (Some(new), Some(old)) = (newer.0.value, older.0.value) else {
        return change;
    };
    let delta = new - old;
    change.delta = Some(delta);
    let against_earlier = match how.with {
        Compare::Previous | Compare::YearAgo => true,
        Compare::OtherGroups => false,
    };
    // What depends on a column without a date cannot be set back to the same age.
    if how.undated && against_earlier {
        return change;
    }
    let kind = measured(&metric.kind);
    let (interval, p) = match kind.difference() {
        Difference::Totals => of_totals(delta, newer.1, older.1, shared, how),
        Difference::Estimates | Difference::Ranked => of_estimates(kind, delta, newer, older, shared, how),
    };
    change.p = p;
    if let Some(Interval { low, high }) = interval {
        change.low = low.filter(|l| l.is_finite());
        change.high = high.filter(|h| h.is_finite());
    }
    let good = match kind.difference() {
        Difference::Totals if !against_earlier => BetterDirection::Neither,
        Difference::Totals | Difference::Estimates | Difference::Ranked => metric.good,
    };
    change.reading = reading(interval.as_ref(), good);
    change
}

fn of_totals(delta: f64, newer: &Estimated, older: &Estimated, shared: Shared, how: How) -> (Option<Interval>, Option<f64>) {
    let (Some(a), Some(b)) = (&newer.sums, &older.sums) else {
        return (None, None);
    };
    let products = match shared {
        Shared::Sums(sums) => sums.x1x2,
        Shared::None | Shared::Ranks(_) => 0.0,
    };
    let variance = a.sums.xx + b.sums.xx - 2.0 * products;
    let at = |level| Some(stats::difference_of_totals(delta, variance, level));
    (at(how.confidence.level), how.with_p.then(|| stats::p_value(at)).flatten())
}

fn of_estimates(
    kind: &dyn MeasuredKind,
    delta: f64,
    newer: Finished,
    older: Finished,
    shared: Shared,
    how: How,
) -> (Option<Interval>, Option<f64>) {
    let (Some(a), Some(b)) = (&newer.1.side, &older.1.side) else {
        return (None, None);
    };
    let correlation = match (shared, &newer.1.sums, &older.1.sums) {
        (Shared::Sums(sums), Some(p), Some(q)) if newer.1.exposure.is_some() => sums.correlation_of_counts(&p.sums, &q.sums),
        (Shared::Sums(sums), Some(p), Some(q)) => sums.correlation(&p.sums, &q.sums),
        (Shared::Ranks(correlation), _, _) => correlation,
        (Shared::None | Shared::Sums(_), _, _) => 0.0,
    };
    let interval = match (&newer.0.studentised, &older.0.studentised) {
        (Some(a), Some(b)) => stats::difference_of_ratios(a, b, correlation, how.confidence.level),
        _ => stats::difference(a, b, correlation).1,
    };
    let p = || p_value(kind, newer, older, correlation, (delta, &interval), how.confidence);
    (Some(interval), how.with_p.then(p).flatten())
}

/// The p-value of a difference: from its intervals at all levels. Of ranked values these cost too much, and the one that is known is scaled.
fn p_value(
    kind: &dyn MeasuredKind,
    newer: Finished,
    older: Finished,
    correlation: f64,
    known: (f64, &Interval),
    confidence: Confidence,
) -> Option<f64> {
    if let (Some(a), Some(b)) = (&newer.0.studentised, &older.0.studentised) {
        return stats::p_value(|level| Some(stats::difference_of_ratios(a, b, correlation, level)));
    }
    let from_sums = |level| {
        let (a, b) = (
            kind.side_at(newer.1, confidence.at(level))?,
            kind.side_at(older.1, confidence.at(level))?,
        );
        Some(stats::difference(&a, &b, correlation).1)
    };
    if from_sums(confidence.level).is_some() {
        return stats::p_value(from_sums);
    }
    let fewer = newer.0.stakeholders.min(older.0.stakeholders).unwrap_or_default();
    stats::scaled_p_value(known.0, known.1, fewer as f64 - 1.0, confidence.level)
}

/// The p-value of a clear difference of two ranked values, from what was counted; each with its side at `level`. The arms of an interval
/// between ranks do not grow with the level as a normal one's do: durations are skewed.
pub fn ranked_p_value(
    kind: &dyn MeasuredKind,
    newer: (&CellCount, &Estimated),
    older: (&CellCount, &Estimated),
    shared: Shared,
    level: f64,
) -> Option<f64> {
    let correlation = match shared {
        Shared::Ranks(correlation) => correlation,
        Shared::None | Shared::Sums(_) => 0.0,
    };
    let side = |(count, estimated): (&CellCount, &Estimated), at: f64| {
        if count.len_to_rank().is_some_and(|n| n <= RANKED_AGAIN_UP_TO) {
            return kind.ranked_side_at(count, at);
        }
        let known = estimated.side.as_ref()?;
        let grown = stats::normal_quantile(at) / stats::normal_quantile(level);
        Some(Side {
            value: known.value,
            low: known.value - grown * (known.value - known.low),
            high: known.value + grown * (known.high - known.value),
        })
    };
    stats::p_value(|at| Some(stats::difference(&side(newer, at)?, &side(older, at)?, correlation).1))
}

/// Of all groups of a metric in a period, which readings against the other groups remain significant after correction for their number: the
/// others become "no clear difference".
///
/// Of twenty groups that are all alike one is clearly different by chance alone. Benjamini and Hochberg's adjustment keeps the expected share
/// of such findings among all below 1 - level.
pub fn apply_benjamini_hochberg(cells: &mut [Cell], level: f64) {
    let others = Compare::OtherGroups.as_str();
    let mut changes: Vec<&mut Change> = cells.iter_mut().filter_map(|cell| cell.changes.get_mut(others)).collect();
    changes.retain(|change| change.reading != Reading::Unclear);
    let p: Vec<f64> = changes.iter().map(|change| change.p.unwrap_or(1.0)).collect();
    for (change, adjusted) in changes.into_iter().zip(stats::benjamini_hochberg(&p)) {
        if adjusted >= 1.0 - level || change.reading == Reading::NoClearChange {
            change.reading = Reading::NoClearDifference;
        }
    }
}

/// What two cells share through the same stakeholders.
#[derive(Debug, Clone, Copy)]
pub enum Shared {
    /// Nothing.
    None,
    /// Products of parts and wholes.
    Sums(CrossSums),
    /// The correlation of the shares at or below the quantiles.
    Ranks(f64),
}

#[cfg(test)]
mod tests {
    use super::super::Context;
    use super::*;
    use crate::catalog::{Catalog, ValueType};
    use crate::facts;
    use crate::measure::counting::{Adding, OncePerStakeholder, OtherGroups, Scales, StakeholderEntry, StakeholderSums};
    use crate::measure::ids::{CellId, Grid, Id};
    use crate::period::{Period, Zone};
    use crate::report::AbsentReason;
    use std::collections::BTreeMap;

    const LEVEL: f64 = 0.95;

    fn cell(against: Option<(Reading, Option<f64>)>) -> Cell {
        let change = against.map(|(reading, p)| Change {
            period: "2026-10".into(),
            value: Some(1.0),
            delta: Some(1.0),
            low: None,
            high: None,
            reading,
            p,
            not_assessed: None,
        });
        Cell {
            metric: "m".into(),
            period: Period::parse("2026-10", &Zone::utc(), 0).unwrap(),
            complete: true,
            value_type: ValueType::Other,
            left_truncated: false,
            by: Vec::new(),
            value: Some(2.0),
            absent: None,
            low: None,
            high: None,
            interval_absent: Some(AbsentReason::NotDefined),
            n: Some(3),
            stakeholders: Some(3),
            deff: None,
            part: None,
            part_minus: None,
            whole: None,
            method: None,
            studentised: None,
            not_assessed: None,
            changes: change.into_iter().map(|change| ("rest", change)).collect(),
        }
    }

    #[test]
    fn readings_are_corrected_for_the_number_of_groups() {
        let said = |groups: &[(Reading, Option<f64>)]| {
            let mut cells: Vec<Cell> = groups.iter().map(|of| cell(Some(*of))).collect();
            cells.push(cell(None));
            apply_benjamini_hochberg(&mut cells, LEVEL);
            cells
                .iter()
                .filter_map(|c| Some(c.changes.get("rest")?.reading))
                .collect::<Vec<_>>()
        };
        let (better, worse) = (Reading::Better, Reading::Worse);
        assert_eq!(said(&[(better, Some(0.04))]), [better]);
        // 2 x 0.04 and 2 x 0.03 are too much; of 0.02 and 0.04 both remain
        assert_eq!(
            said(&[(better, Some(0.03)), (Reading::NoClearChange, Some(0.4))]),
            [Reading::NoClearDifference; 2]
        );
        assert_eq!(said(&[(better, Some(0.02)), (worse, Some(0.04))]), [better, worse]);
        // What has no interval is not one of the many.
        assert_eq!(said(&[(better, Some(0.04)), (Reading::Unclear, None)]), [better, Reading::Unclear]);
        assert_eq!(said(&[]), []);
    }

    fn entry(stakeholder: u32, cell: CellId, part: i64, whole: i64) -> StakeholderEntry {
        StakeholderEntry {
            rows: whole as u32,
            part_steps: i128::from(part),
            whole_steps: i128::from(whole),
            ..StakeholderEntry::new(stakeholder, cell)
        }
    }

    /// What is estimated of stakeholders with a part and a whole each.
    fn estimated(metric: &Metric, each: &[(i64, i64)]) -> (Cell, Estimated) {
        let mut sums = StakeholderSums::default();
        for &(part, whole) in each {
            sums.add(&entry(0, CellId::of(0), part, whole), Scales::default(), false);
        }
        let mut cell = cell(None);
        let context = Context {
            scales: Scales::default(),
            confidence: Confidence::of(LEVEL),
            ranked: None,
            value_of: &|_| Err(AbsentReason::NoRows),
        };
        let counted = &mut CellCount::Sums(Box::new(sums));
        let estimated = measured(&metric.kind).finish(Some(counted), &context, &mut cell).unwrap();
        (cell, estimated)
    }

    // 2 * norm.sf(6 / sqrt(16)); for the share the p whose interval ends at 0, found with scipy.optimize.brentq over Wilson's limits
    #[test]
    fn a_change_has_a_p_where_it_is_asked_for() {
        let catalog = Catalog::builtin(facts::SPECS);
        let p_of = |id: &str, with, with_p, newer: &[(i64, i64)], older: &[(i64, i64)]| {
            let metric = catalog.get(id).unwrap();
            let how = How {
                with,
                undated: false,
                confidence: Confidence::of(LEVEL),
                with_p,
            };
            let (new, old) = (estimated(metric, newer), estimated(metric, older));
            change(metric, how, (&new.0, &new.1), (&old.0, &old.1), Shared::None)
        };
        let fell = p_of(
            "complaints",
            Compare::Previous,
            true,
            &[(1, 0), (1, 0)],
            &[(2, 0), (2, 0), (2, 0), (1, 0), (1, 0)],
        );
        assert!((fell.p.unwrap() - 0.133_614_402_537_716).abs() < 1e-6, "{fell:?}");
        assert_eq!(p_of("complaints", Compare::Previous, false, &[(1, 0)], &[(9, 0)]).p, None);
        // A total is judged against an earlier one, not against the other groups.
        let (few, many) = ([(1, 0); 3], [(1, 0); 200]);
        let reading = |with| p_of("complaints", with, true, &few, &many).reading;
        assert_eq!(
            (reading(Compare::Previous), reading(Compare::OtherGroups)),
            (Reading::Better, Reading::Lower)
        );
        // Of a share and of a mean at all levels.
        let ones = |x: usize, n: usize| (0..n).map(|i| (i64::from(i < x), 1)).collect::<Vec<_>>();
        let share = p_of("csat", Compare::OtherGroups, true, &ones(56, 70), &ones(48, 80));
        assert!((share.p.unwrap() - 0.008133140358606796).abs() < 1e-6, "{share:?}");
        let spread: Vec<(i64, i64)> = (0..20).map(|i| (i * i % 7, 1)).collect();
        let higher: Vec<(i64, i64)> = spread.iter().map(|(x, n)| (x + 20, *n)).collect();
        let mean = p_of("csat_mean", Compare::OtherGroups, true, &higher, &spread);
        // Both are skewed alike: 2 * t.sf(20 / np.sqrt(2 * np.var(i * i % 7, ddof=1) / 20), 19), with i = np.arange(20)
        assert!(mean.p.unwrap() < 1e-11 && mean.reading == Reading::Better, "{mean:?}");
        assert!(p_of("csat_mean", Compare::OtherGroups, true, &spread, &spread).p.unwrap() > 0.999);
    }

    struct Draws(u64);

    impl Draws {
        fn below(&mut self, n: u64) -> u64 {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            (z ^ (z >> 31)) % n
        }
    }

    /// The p-values of five groups against the others: 60 people of two kinds with rows in up to three of them, of whom as many are in the
    /// part everywhere, but for `lift` percent more in the first.
    fn simulated(draws: &mut Draws, lift: u64) -> Vec<f64> {
        const GROUPS: u64 = 5;
        let mut other_groups = OtherGroups::new(Grid::new(1, GROUPS as usize));
        let mut own: BTreeMap<CellId, StakeholderSums> = BTreeMap::new();
        let adding = Adding {
            scales: Scales::default(),
            once: OncePerStakeholder::Nothing,
            is_protected: &|_, _| false,
        };
        for stakeholder in 0..60 {
            let chance = [20, 60][draws.below(2) as usize];
            let mut has: BTreeMap<CellId, StakeholderEntry> = BTreeMap::new();
            for _ in 0..=draws.below(3) {
                let cell = CellId::of(draws.below(GROUPS) as usize);
                let entry = has.entry(cell).or_insert_with(|| entry(stakeholder, cell, 0, 0));
                for _ in 0..=draws.below(3) {
                    entry.rows += 1;
                    entry.whole_steps += 1;
                    entry.part_steps += i128::from(draws.below(100) < chance + if cell.index() == 0 { lift } else { 0 });
                }
            }
            let entries: Vec<(StakeholderEntry, u16)> = has.into_values().map(|entry| (entry, 0)).collect();
            other_groups.add(&entries, &adding);
            for (entry, _) in &entries {
                own.entry(entry.cell).or_default().add(entry, adding.scales, false);
            }
        }
        let p = |(cell, sums): (&CellId, &StakeholderSums)| {
            let others = other_groups.sums(*cell)?;
            let r = other_groups.cross(*cell).correlation(&sums.sums, &others.sums);
            let side =
                |of: &StakeholderSums, level| -> Option<Side> { stats::share(&of.sums, of.rows as f64, Confidence::of(level)).side() };
            stats::p_value(|level| Some(stats::difference(&side(sums, level)?, &side(&others, level)?, r).1))
        };
        own.iter().filter_map(p).collect()
    }

    #[test]
    fn groups_that_are_alike_seldom_differ_significantly_and_one_that_is_not_often_does() {
        let mut draws = Draws(11);
        let (mut readings, mut clear, mut stood, mut runs_with) = (0, 0, 0, 0);
        const RUNS: usize = 150;
        for _ in 0..RUNS {
            let p = simulated(&mut draws, 0);
            let adjusted = stats::benjamini_hochberg(&p);
            readings += p.len();
            clear += p.iter().filter(|p| **p < 1.0 - LEVEL).count();
            let standing = adjusted.iter().filter(|p| **p < 1.0 - LEVEL).count();
            stood += standing;
            runs_with += usize::from(standing > 0);
        }
        let share = |count: usize, of: usize| count as f64 / of as f64;
        assert!(share(stood, readings) <= 1.0 - LEVEL, "{stood} of {readings} stand");
        // Two standard errors of so many runs.
        assert!(
            share(runs_with, RUNS) <= 0.05 + 2.0 * (0.05_f64 * 0.95 / RUNS as f64).sqrt(),
            "{runs_with} of {RUNS}"
        );
        assert!(
            share(clear, readings) > 0.02 && share(clear, readings) < 0.07,
            "{clear} of {readings}"
        );
        let found = (0..30)
            .filter(|_| stats::benjamini_hochberg(&simulated(&mut draws, 40))[0] < 1.0 - LEVEL)
            .count();
        assert!(found > 20, "{found} of 30");
    }
}
