//! Selects the findings. A metric is compared with the previous period and with the year before, a slice with all others combined. Of a
//! hundred such comparisons, a few are clear by chance alone. So a comparison is a finding only if it remains significant after Benjamini and
//! Hochberg's correction over all comparisons of the review. Periods differ by more than the sampling of their rows: whatever happens to all
//! stakeholders at once is in no interval. So where the series of the metrics show more variation than sampling explains, a change has to stand
//! out from that too ([`Dispersion`]). Where other metrics rose or fell since the period before as they did a year before, a metric whose series is
//! too short to show that of itself is no finding either.

use std::collections::BTreeMap;

use super::breakdown::Breakdown;
use super::metric_series::MetricSeries;
use crate::measure::Compare;
use crate::report::Change;
use crate::stats::process::{OfSeason, UsualChange};
use crate::stats::{self, Dispersion, Reading};

/// A finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What was found.
    pub found: Found,
    /// Whether it is favourable, unfavourable or neither.
    pub reading: Reading,
}

/// The type of a finding; scores and breakdowns by their index in the review.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// A metric changed compared with these earlier periods, in one direction.
    Moved {
        /// The score.
        score: usize,
        /// `previous`, `year-ago`.
        against: Vec<&'static str>,
    },
    /// A metric misses its target with its entire interval.
    Missed {
        /// The score.
        score: usize,
    },
    /// A slice differs from all others combined.
    Differs {
        /// The breakdown.
        breakdown: usize,
        /// The metric, by its place in the breakdown.
        metric: usize,
        /// The slice, by its place in the breakdown.
        slice: usize,
    },
}

/// The findings, the most urgent first, and the number of comparisons that were made.
pub fn findings(scores: &[MetricSeries], breakdowns: &[Breakdown], level: f64) -> (Vec<Finding>, usize) {
    let comparisons = comparisons(scores, breakdowns);
    let usual = usual_p(scores, &comparisons, level);
    let p: Vec<Option<f64>> = comparisons
        .iter()
        .zip(usual)
        .map(|((place, change), usual)| change.p.map(|p| p.max(exact_p(breakdowns, *place)).max(usual.unwrap_or_default())))
        .collect();
    let stands = stats::stands(&p, level);
    let mut found: Vec<Finding> = Vec::new();
    for (score, at) in scores.iter().zip(0..) {
        if score.goal.is_some_and(|goal| goal.reading == Reading::Worse) {
            found.push(Finding {
                found: Found::Missed { score: at },
                reading: Reading::Worse,
            });
        }
    }
    for ((place, change), stands) in comparisons.iter().zip(stands) {
        let clear = matches!(change.reading, Reading::Better | Reading::Worse | Reading::Higher | Reading::Lower);
        if !stands || !clear {
            continue;
        }
        match *place {
            Place::MetricSeries(at, key) => moved(&mut found, at, key, change.reading),
            Place::Slice(breakdown, metric, slice) => found.push(Finding {
                found: Found::Differs { breakdown, metric, slice },
                reading: change.reading,
            }),
        }
    }
    found.sort_by_key(|finding| (kind(&finding.found), rank(finding.reading)));
    (found, comparisons.len())
}

/// The subject of a comparison.
#[derive(Clone, Copy)]
enum Place {
    MetricSeries(usize, &'static str),
    Slice(usize, usize, usize),
}

/// Every comparison that could be made.
fn comparisons<'a>(scores: &'a [MetricSeries], breakdowns: &'a [Breakdown]) -> Vec<(Place, &'a Change)> {
    let mut all = Vec::new();
    for (at, score) in scores.iter().enumerate() {
        all.extend(
            score
                .cell()
                .changes
                .iter()
                .map(|(key, change)| (Place::MetricSeries(at, key), change)),
        );
    }
    for (at, breakdown) in breakdowns.iter().enumerate() {
        for (metric, slices) in breakdown.cells.iter().enumerate() {
            for (slice, cell) in slices.iter().enumerate() {
                let change = cell.as_ref().and_then(|cell| cell.changes.get("rest"));
                all.extend(change.map(|change| (Place::Slice(at, metric, slice), change)));
            }
        }
    }
    all.retain(|(_, change)| change.p.is_some());
    all
}

/// For each comparison with an earlier period, the p-value by the usual changes of the series of all metrics; `None`: they say nothing of it.
fn usual_p(scores: &[MetricSeries], comparisons: &[(Place, &Change)], level: f64) -> Vec<Option<f64>> {
    let has_season = shows_season(scores, comparisons, level);
    let changes: Vec<Option<ErrorAndUsual>> = comparisons
        .iter()
        .map(|(place, change)| match *place {
            Place::MetricSeries(at, key) => Some((standard_error(change, level)?, scores[at].usual_change(key, change, has_season))),
            Place::Slice(..) => None,
        })
        .collect();
    // The changes of one metric are not independent: the first speaks for it.
    let mut of_metrics: BTreeMap<usize, Dispersion> = BTreeMap::new();
    for ((place, _), known) in comparisons.iter().zip(&changes) {
        if let (Place::MetricSeries(at, _), Some((error, Some(usual)))) = (*place, known) {
            of_metrics.entry(at).or_insert_with(|| usual.dispersion(*error));
        }
    }
    let prior = Dispersion::prior(&of_metrics.into_values().collect::<Vec<_>>());
    comparisons
        .iter()
        .zip(changes)
        .map(|(comparison, known)| match known? {
            // Nobody knows whether this metric changed a season before, as others did.
            _ if has_season && of_season(scores, comparison) == Some(OfSeason::NotKnown) => Some(1.0),
            (error, Some(usual)) => usual.p_value(error, prior),
            // A metric whose own series is too short varies as the others do.
            (error, None) => prior.p_value(comparison.1.delta?, error),
        })
        .collect()
}

/// Whether most metrics that clearly changed since the period before did so a season before.
fn shows_season(scores: &[MetricSeries], comparisons: &[(Place, &Change)], level: f64) -> bool {
    let clear = comparisons.iter().filter(|(_, change)| change.p.is_some_and(|p| p <= 1.0 - level));
    let clear: Vec<OfSeason> = clear.filter_map(|comparison| of_season(scores, comparison)).collect();
    let number = |what: OfSeason| clear.iter().filter(|found| **found == what).count();
    number(OfSeason::Comes) > number(OfSeason::DoesNotCome)
}

/// Whether a change comes with the season; `None`: it is not one since the period before.
fn of_season(scores: &[MetricSeries], (place, change): &(Place, &Change)) -> Option<OfSeason> {
    match *place {
        Place::MetricSeries(at, key) if key == Compare::Previous.as_str() => Some(scores[at].of_season(change)),
        Place::MetricSeries(..) | Place::Slice(..) => None,
    }
}

/// The standard error of a change by the sampling of its rows, and the change against what is usual, if its series is long enough.
type ErrorAndUsual = (f64, Option<UsualChange>);

/// The standard error of a change, by the width of its interval.
fn standard_error(change: &Change, level: f64) -> Option<f64> {
    let width = change.high? - change.low?;
    (width > 0.0 && width.is_finite()).then(|| width / (2.0 * stats::normal_quantile(level)))
}

/// The p-value of a slice by the binomial limits of its funnel, which is exact where that of a difference of shares is approximate; 0: it has
/// none.
fn exact_p(breakdowns: &[Breakdown], place: Place) -> f64 {
    let Place::Slice(breakdown, metric, slice) = place else {
        return 0.0;
    };
    let breakdown = &breakdowns[breakdown];
    let name = &breakdown.slices[slice];
    let funnel = breakdown.funnels[metric].iter().flat_map(|funnel| &funnel.segments);
    funnel
        .filter(|segment| segment.slice == *name)
        .map(|segment| segment.p)
        .fold(0.0, f64::max)
}

/// Adds a change; changes of one metric with the same label are one finding.
fn moved(found: &mut Vec<Finding>, at: usize, key: &'static str, reading: Reading) {
    for finding in found.iter_mut().filter(|finding| finding.reading == reading) {
        if let Found::Moved { score, against } = &mut finding.found
            && *score == at
        {
            against.push(key);
            return;
        }
    }
    found.push(Finding {
        found: Found::Moved {
            score: at,
            against: vec![key],
        },
        reading,
    });
}

fn kind(found: &Found) -> u8 {
    match found {
        Found::Moved { .. } => 0,
        Found::Missed { .. } => 1,
        Found::Differs { .. } => 2,
    }
}

fn rank(reading: Reading) -> u8 {
    match reading {
        Reading::Worse => 0,
        Reading::Better => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::catalog::Catalog;
    use crate::catalog::MetricUnit;
    use crate::facts::SPECS;
    use crate::period::{Grain, Period, Zone, days_from_civil};
    use crate::report::{Cell, MetricInfo};
    use crate::stats::{BetterDirection, Side, difference, p_value, wilson};

    /// Draws between 0 and 1 (Steele, Lea and Flood's SplitMix64).
    struct Draws(u64);

    impl Draws {
        fn next(&mut self) -> f64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
        }

        fn parts(&mut self, n: u64, p: f64) -> u64 {
            (0..n).filter(|_| self.next() < p).count() as u64
        }
    }

    static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::builtin(SPECS));

    /// A share's cells over the periods, each with so many rows, and the changes of the last one.
    fn score(id: &str, periods: &[Period], parts: &[u64], n: u64) -> MetricSeries {
        let side = |parts: u64, level: f64| {
            let value = parts as f64 / n as f64;
            let (low, high) = wilson(value, n as f64, level);
            Side { value, low, high }
        };
        let mut cells: Vec<Cell> = periods
            .iter()
            .zip(parts)
            .map(|(period, &parts)| {
                let Side { value, low, high } = side(parts, 0.95);
                Cell {
                    value: Some(value),
                    low: Some(low),
                    high: Some(high),
                    n: Some(n),
                    stakeholders: Some(n),
                    ..Cell::blank(id, period)
                }
            })
            .collect();
        let last = parts.len() - 1;
        for (key, before) in [("previous", last - 1), ("year-ago", 0)] {
            let interval = |level: f64| difference(&side(parts[last], level), &side(parts[before], level), 0.0).1;
            let change = Change {
                period: periods[before].label.clone(),
                value: cells[before].value,
                delta: Some(cells[last].value.unwrap() - cells[before].value.unwrap()),
                low: interval(0.95).low,
                high: interval(0.95).high,
                reading: stats::reading(Some(&interval(0.95)), BetterDirection::Up),
                p: p_value(|level| Some(interval(level))),
                not_assessed: None,
            };
            cells[last].changes.insert(key, change);
        }
        let shown = MetricInfo {
            id: id.into(),
            title: id.into(),
            family: "retention".into(),
            unit: MetricUnit::Share,
            good: BetterDirection::Up,
            undated: false,
            assessed_from: None,
        };
        let shown_periods = cells.len();
        MetricSeries::new(
            shown,
            cells,
            shown_periods,
            CATALOG.get("retention_rate").unwrap(),
            &BTreeMap::new(),
        )
    }

    fn periods(count: usize) -> Vec<Period> {
        let zone = Zone::utc();
        Period::last_n(Grain::Month, count, zone.midnight(days_from_civil(2026, 11, 1)), &zone)
    }

    fn claims(scores: &[MetricSeries]) -> usize {
        findings(scores, &[], 0.95).0.len()
    }

    #[test]
    fn noise_is_no_news() {
        let periods = periods(13);
        let mut draws = Draws(20_261_101);
        const SERIES: usize = 1000;
        for (n, p) in [(200, 0.3), (60, 0.9), (1000, 0.5)] {
            let claimed = (0..SERIES).filter(|_| {
                let parts: Vec<u64> = (0..13).map(|_| draws.parts(n, p)).collect();
                claims(&[score("retention_rate", &periods, &parts, n)]) > 0
            });
            let claimed = claimed.count();
            assert!(claimed * 20 <= SERIES, "{claimed} of {SERIES} stable series of {n} are news");
        }
    }

    // The true value itself varies from period to period, by more than the sampling of the rows: this is not a finding either.
    #[test]
    fn usual_variation_is_no_news() {
        let periods = periods(13);
        let mut draws = Draws(3);
        const SERIES: usize = 1000;
        let mut clear = 0;
        let claimed = (0..SERIES).filter(|_| {
            let parts: Vec<u64> = (0..13)
                .map(|_| {
                    let p = 0.5 + 0.2 * (draws.next() + draws.next() + draws.next() - 1.5);
                    draws.parts(1000, p)
                })
                .collect();
            let score = score("retention_rate", &periods, &parts, 1000);
            clear += usize::from(score.cell().changes.values().any(|change| change.reading != Reading::NoClearChange));
            claims(&[score]) > 0
        });
        let claimed = claimed.count();
        assert!(claimed * 20 <= SERIES, "{claimed} of {SERIES}");
        assert!(clear * 2 > SERIES, "the rows alone would make news of most: {clear}");
    }

    #[test]
    fn a_report_of_many_metrics_is_seldom_wrong() {
        let periods = periods(13);
        let mut draws = Draws(9);
        const REPORTS: usize = 200;
        let wrong = (0..REPORTS).filter(|_| {
            let scores: Vec<MetricSeries> = (0..20)
                .map(|_| {
                    let parts: Vec<u64> = (0..13).map(|_| draws.parts(100, 0.6)).collect();
                    score("retention_rate", &periods, &parts, 100)
                })
                .collect();
            claims(&scores) > 0
        });
        let wrong = wrong.count();
        assert!(wrong * 20 <= REPORTS, "{wrong} of {REPORTS}");
    }

    // Of the short series nobody knows whether they rise every November; the long one shows that November is such a month.
    #[test]
    fn a_season_that_other_metrics_show_is_no_news_of_a_short_series() {
        let periods = periods(14);
        let of = |periods: &[Period], parts: &[u64]| {
            let mut score = score("retention_rate", periods, parts, 1000);
            score.cells.last_mut().unwrap().changes.remove("year-ago");
            score
        };
        let calm = [300, 305, 298, 302, 299, 304, 301, 297, 303, 300, 299, 302];
        let short = of(&periods[5..], &[&calm[..8], &[450]].concat());
        let long = |year_before: u64| of(&periods, &[&[300, year_before], &calm[1..], &[450]].concat());
        assert_eq!(claims(std::slice::from_ref(&short)), 1);
        assert_eq!(claims(&[long(455), short.clone()]), 0);
        assert_eq!(claims(&[long(301), short.clone()]), 2);
        // One that rose every year and one that did not: they show no season together.
        assert_eq!(claims(&[long(455), long(301), short]), 2);
    }

    // A difference that is not significant among the slices of its own metric is not a finding, whatever others are.
    #[test]
    fn a_difference_that_is_not_clear_is_no_finding() {
        let period = periods(1).remove(0);
        let cell = |reading: Reading| {
            let change = Change {
                period: period.label.clone(),
                value: Some(0.5),
                delta: Some(0.2),
                low: Some(0.01),
                high: Some(0.4),
                reading,
                p: Some(1e-9),
                not_assessed: None,
            };
            let mut cell = Cell::blank("csat", &period);
            cell.changes.insert("rest", change);
            Some(cell)
        };
        let breakdown = Breakdown {
            dimension: "region".into(),
            slices: vec!["a".into(), "b".into()],
            left_out: 0,
            metrics: Vec::new(),
            cells: vec![vec![cell(Reading::Better), cell(Reading::NoClearDifference)]],
            funnels: vec![None],
        };
        let (found, compared) = findings(&[], &[breakdown], 0.95);
        assert_eq!((found.len(), compared), (1, 2));
        assert!(matches!(found[0].found, Found::Differs { slice: 0, .. }));
    }

    #[test]
    fn a_real_drop_is_told_once() {
        let periods = periods(13);
        let mut parts = vec![80, 82, 78, 81, 79, 80, 83, 77, 80, 81, 79, 80];
        parts.push(40);
        let found = findings(&[score("retention_rate", &periods, &parts, 100)], &[], 0.95).0;
        let moved = Found::Moved {
            score: 0,
            against: vec!["previous", "year-ago"],
        };
        assert_eq!(found.len(), 1);
        assert_eq!((&found[0].found, found[0].reading), (&moved, Reading::Worse));
        // Without a series the comparison alone decides.
        let short = score("retention_rate", &periods[11..], &parts[11..], 100);
        assert!(short.process.is_none());
        assert_eq!(findings(&[short], &[], 0.95).0.len(), 1);
    }
}
