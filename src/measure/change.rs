//! How a cell differs from an earlier one, or from the rest of its period: the difference with its interval, and what that says.

use super::finish::Known;
use super::tally::{Tally, Values};
use super::window::Compare;
use crate::catalog::{BetterDirection, Kind, Metric};
use crate::report::{Cell, Change};
use crate::schema::NO_CODE;
use crate::stats::{self, CrossSums, Interval, Reading, Side, reading};

/// How two cells are compared.
#[derive(Debug, Clone, Copy)]
pub struct How {
    /// Against what.
    pub with: Compare,
    /// Whether the metric rests on what nobody dated.
    pub undated: bool,
    /// Confidence level.
    pub level: f64,
    /// Whether the p-value is wanted.
    pub p: bool,
}

/// The change of a cell against the same cell of an earlier period as known at the same age, or against the rest of its period.
///
/// What is undated has a value, but nothing can be read from how it moved since an earlier period. A total is not judged against the
/// rest: that the rest has more of it says no more than that it is larger.
pub fn change(metric: &Metric, how: How, newer: (&Cell, &Known), older: (&Cell, &Known), shared: Shared) -> Change {
    let mut change = Change {
        period: older.0.period.label.clone(),
        value: older.0.value,
        delta: None,
        low: None,
        high: None,
        reading: Reading::Unclear,
        p: None,
    };
    let (Some(new), Some(old)) = (newer.0.value, older.0.value) else {
        return change;
    };
    let delta = new - old;
    change.delta = Some(delta);
    // What rests on a column without a date cannot be set back to the same age.
    if how.undated && how.with != Compare::Rest {
        return change;
    }
    let is_total = matches!(metric.kind, Kind::Count { .. } | Kind::Sum { .. });
    let interval = match (&newer.1.pairs, &older.1.pairs, &newer.1.side, &older.1.side) {
        (Some(a), Some(b), _, _) if is_total => {
            let products = match shared {
                Shared::Sums(sums) => sums.x1x2,
                _ => 0.0,
            };
            let variance = a.sums.xx + b.sums.xx - 2.0 * products;
            let at = |level| Some(stats::difference_of_totals(delta, variance, level));
            change.p = how.p.then(|| stats::p_value(at)).flatten();
            at(how.level)
        }
        (_, _, Some(a), Some(b)) => {
            let r = match (shared, &newer.1.pairs, &older.1.pairs) {
                (Shared::Sums(sums), Some(p), Some(q)) => sums.correlation(&p.sums, &q.sums),
                (Shared::Ranks(r), _, _) => r,
                _ => 0.0,
            };
            let interval = stats::difference(a, b, r).1;
            change.p = how
                .p
                .then(|| p_value(metric, newer, older, r, (delta, &interval), how.level))
                .flatten();
            Some(interval)
        }
        _ => None,
    };
    if let Some(Interval { low, high }) = interval {
        change.low = low.filter(|l| l.is_finite());
        change.high = high.filter(|h| h.is_finite());
    }
    let good = if is_total && how.with == Compare::Rest {
        BetterDirection::Neither
    } else {
        metric.good
    };
    change.reading = reading(interval.as_ref(), good);
    change
}

/// The p-value of a difference: from its intervals at all levels. Where these cost more than sums, only a clear difference is worth that;
/// of any other the p-value is above 1 - level, so that no adjustment asks for more than an estimate of it.
fn p_value(metric: &Metric, newer: (&Cell, &Known), older: (&Cell, &Known), r: f64, known: (f64, &Interval), level: f64) -> Option<f64> {
    let cheap = |level| {
        let (a, b) = (newer.1.side_at(metric, level)?, older.1.side_at(metric, level)?);
        Some(stats::difference(&a, &b, r).1)
    };
    if cheap(level).is_some() {
        return stats::p_value(cheap);
    }
    if !known.1.holds(0.0) {
        let resampled = [newer.1.resampled(metric), older.1.resampled(metric)];
        if resampled.iter().any(Option::is_some) {
            // Resampling ends at some level, and what lies beyond rules nothing out.
            let side = |i: usize, of: &Known, level| match (&resampled[i], &of.side) {
                (Some(all), Some(side)) => Some(Side::new(side.value, all.interval(level).ok()?)),
                _ => of.side_at(metric, level),
            };
            return stats::p_value(|level| {
                let (a, b) = (side(0, newer.1, level)?, side(1, older.1, level)?);
                Some(stats::difference(&a, &b, r).1)
            });
        }
    }
    let fewer = newer.0.stakeholders.min(older.0.stakeholders).unwrap_or_default();
    stats::scaled_p_value(known.0, known.1, fewer as f64 - 1.0, level)
}

/// More values than these are ranked once only: of so many, the interval at one level tells those at all others.
const MANY: usize = 20_000;

/// The p-value of a clear difference of two quantiles, or of two by Kaplan and Meier, from what was counted; each with its side at `level`.
/// The arms of an interval between ranks do not grow with the level as a normal one's do: durations are skewed.
pub fn ranked_p_value(metric: &Metric, newer: (&Tally, &Known), older: (&Tally, &Known), shared: Shared, level: f64) -> Option<f64> {
    let r = match shared {
        Shared::Ranks(r) => r,
        _ => 0.0,
    };
    let side = |(tally, known): (&Tally, &Known), at: f64| match (tally, &metric.kind) {
        (Tally::Values(v), Kind::Quantile { q, .. }) if v.values.len() <= MANY => {
            stats::quantile(&mut v.values.clone(), &v.owners, *q, at).side()
        }
        (Tally::Survival(o, _), Kind::SurvivalQuantile { q, .. }) if o.len() <= MANY => {
            stats::survival_quantile(&mut o.clone(), *q, at).side()
        }
        _ => {
            let known = known.side.as_ref()?;
            let grown = stats::normal_quantile(at) / stats::normal_quantile(level);
            Some(Side {
                value: known.value,
                low: known.value - grown * (known.value - known.low),
                high: known.value + grown * (known.high - known.value),
            })
        }
    };
    stats::p_value(|at| Some(stats::difference(&side(newer, at)?, &side(older, at)?, r).1))
}

/// Of all slices of a metric in a period, which readings against the rest stand: the others become "no clear difference".
///
/// Of twenty slices that are all alike one is clearly different by chance alone. Benjamini and Hochberg's adjustment keeps the expected share
/// of such findings among all below 1 - level.
pub fn stand(cells: &mut [Cell], level: f64) {
    let rest = Compare::Rest.as_str();
    let mut changes: Vec<&mut Change> = cells.iter_mut().filter_map(|cell| cell.changes.get_mut(rest)).collect();
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
    /// The correlation of the shares of ranked values at or below the quantiles.
    Ranks(f64),
}

/// The correlation of two quantiles through shared stakeholders: of each one's residual number of values at or below the
/// quantile, sum(1[v <= q] - p).
pub fn rank_correlation(newer: &Values, at_newer: f64, older: &Values, at_older: f64) -> f64 {
    let (a, b) = (residuals(newer, at_newer), residuals(older, at_older));
    let square = |list: &[(u32, f64)]| list.iter().map(|(_, e)| e * e).sum::<f64>();
    let scale = (square(&a) * square(&b)).sqrt();
    let (mut i, mut j, mut products) = (0, 0, 0.0);
    while i < a.len() && j < b.len() {
        match a[i].0.cmp(&b[j].0) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal if a[i].0 == NO_CODE => break,
            std::cmp::Ordering::Equal => {
                products += a[i].1 * b[j].1;
                i += 1;
                j += 1;
            }
        }
    }
    if scale > 0.0 { products / scale } else { 0.0 }
}

fn residuals(values: &Values, at: f64) -> Vec<(u32, f64)> {
    let n = values.values.len() as f64;
    let p = values.values.iter().filter(|v| **v <= at).count() as f64 / n;
    let mut out: Vec<(u32, f64)> = Vec::new();
    for (value, &owner) in values.values.iter().zip(&values.owners) {
        let residual = f64::from(*value <= at) - p;
        match out.last_mut() {
            Some((last, sum)) if *last == owner && owner != NO_CODE => *sum += residual,
            _ => out.push((owner, residual)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::finish;
    use super::super::other_groups::{Adding, Rests};
    use super::super::tally::{Flush, Pairs};
    use super::*;
    use crate::catalog::Catalog;
    use crate::facts;
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
        });
        Cell {
            metric: "m".into(),
            period: Period::parse("2026-10", &Zone::utc(), 0).unwrap(),
            complete: true,
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
            changes: change.into_iter().map(|change| ("rest", change)).collect(),
        }
    }

    #[test]
    fn readings_stand_among_all_slices() {
        let said = |slices: &[(Reading, Option<f64>)]| {
            let mut cells: Vec<Cell> = slices.iter().map(|of| cell(Some(*of))).collect();
            cells.push(cell(None));
            stand(&mut cells, LEVEL);
            cells
                .iter()
                .filter_map(|c| Some(c.changes.get("rest")?.reading))
                .collect::<Vec<_>>()
        };
        let (better, worse) = (Reading::Better, Reading::Worse);
        assert_eq!(said(&[(better, Some(0.04))]), [better]);
        // 2 x 0.04 and 2 x 0.03 are too much; of 0.02 and 0.04 both stand
        assert_eq!(
            said(&[(better, Some(0.03)), (Reading::NoClearChange, Some(0.4))]),
            [Reading::NoClearDifference; 2]
        );
        assert_eq!(said(&[(better, Some(0.02)), (worse, Some(0.04))]), [better, worse]);
        // What has no interval is not one of the many.
        assert_eq!(said(&[(better, Some(0.04)), (Reading::Unclear, None)]), [better, Reading::Unclear]);
        assert_eq!(said(&[]), []);
    }

    /// What is known of stakeholders with a part and a whole each.
    fn known(metric: &Metric, each: &[(i64, i64)]) -> (Cell, Known) {
        let mut pairs = Pairs::default();
        for &(xi, ni) in each {
            let flush = Flush {
                rows: ni as u32,
                xi,
                ni,
                ..Flush::default()
            };
            pairs.add(&flush, (1.0, 1.0), false);
        }
        let mut cell = cell(None);
        let known = finish::finish(metric, Some(&mut Tally::Pairs(Box::new(pairs))), None, (1.0, 1.0), LEVEL, &mut cell);
        (cell, known)
    }

    // 2 * norm.sf(6 / sqrt(16)); for the share the p whose interval ends at 0, found with scipy.optimize.brentq over Wilson's limits
    #[test]
    fn a_change_has_a_p_where_it_is_asked_for() {
        let catalog = Catalog::builtin(facts::SPECS);
        let p_of = |id: &str, with, p, newer: &[(i64, i64)], older: &[(i64, i64)]| {
            let metric = catalog.get(id).unwrap();
            let how = How {
                with,
                undated: false,
                level: LEVEL,
                p,
            };
            let (new, old) = (known(metric, newer), known(metric, older));
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
        // A total is judged against an earlier one, not against the rest.
        let (few, many) = ([(1, 0); 3], [(1, 0); 200]);
        let reading = |with| p_of("complaints", with, true, &few, &many).reading;
        assert_eq!(
            (reading(Compare::Previous), reading(Compare::Rest)),
            (Reading::Better, Reading::Lower)
        );
        // Of a share at all levels; of ten means from the one that was resampled.
        let ones = |x: usize, n: usize| (0..n).map(|i| (i64::from(i < x), 1)).collect::<Vec<_>>();
        let share = p_of("csat", Compare::Rest, true, &ones(56, 70), &ones(48, 80));
        assert!((share.p.unwrap() - 0.008133140358606796).abs() < 1e-6, "{share:?}");
        let spread: Vec<(i64, i64)> = (0..20).map(|i| (i * i % 7, 1)).collect();
        let higher: Vec<(i64, i64)> = spread.iter().map(|(x, n)| (x + 20, *n)).collect();
        let mean = p_of("csat_mean", Compare::Rest, true, &higher, &spread);
        // As far as two thousand resamples tell.
        assert!(
            (mean.p.unwrap() - 0.001).abs() < 1e-4 && mean.reading == Reading::Better,
            "{mean:?}"
        );
        assert!(p_of("csat_mean", Compare::Rest, true, &spread, &spread).p.unwrap() > 0.999);
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

    /// The p-values of five slices against the rest: 60 people of two kinds with rows in up to three of them, of whom as many are in the
    /// part everywhere, but for `lift` percent more in the first.
    fn simulated(draws: &mut Draws, lift: u64) -> Vec<f64> {
        const SLICES: u32 = 5;
        let mut rests = Rests::new(SLICES);
        let mut own: BTreeMap<u32, Pairs> = BTreeMap::new();
        let adding = Adding {
            scales: (1.0, 1.0),
            once: &|_| {},
            private: &|_, _| false,
        };
        for stakeholder in 0..60 {
            let chance = [20, 60][draws.below(2) as usize];
            let mut has: BTreeMap<u32, Flush> = BTreeMap::new();
            for _ in 0..1 + draws.below(3) {
                let cell = draws.below(u64::from(SLICES)) as u32;
                let flush = has.entry(cell).or_insert(Flush {
                    stakeholder,
                    cell,
                    ..Flush::default()
                });
                for _ in 0..1 + draws.below(3) {
                    flush.rows += 1;
                    flush.ni += 1;
                    flush.xi += i64::from(draws.below(100) < chance + if cell == 0 { lift } else { 0 });
                }
            }
            let flushes: Vec<(Flush, u16)> = has.into_values().map(|flush| (flush, 0)).collect();
            rests.add(&flushes, &adding);
            flushes
                .iter()
                .for_each(|(flush, _)| own.entry(flush.cell).or_default().add(flush, adding.scales, false));
        }
        let p = |(cell, pairs): (&u32, &Pairs)| {
            let rest = rests.pairs(*cell)?;
            let r = rests.cross(*cell).correlation(&pairs.sums, &rest.sums);
            let side = |of: &Pairs, level| -> Option<Side> { stats::share(&of.sums, of.rows as f64, level).side() };
            stats::p_value(|level| Some(stats::difference(&side(pairs, level)?, &side(&rest, level)?, r).1))
        };
        own.iter().filter_map(p).collect()
    }

    #[test]
    fn slices_that_are_alike_are_seldom_told_apart_and_one_that_is_not_often_is() {
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
