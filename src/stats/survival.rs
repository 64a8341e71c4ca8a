//! Kaplan-Meier: how long something takes when part of it is not over yet.
//!
//! Leaving open cases out makes times look better the longer the backlog grows; here they count as censored, still at risk until now.

use super::distribution::normal_quantile;
use super::sums::{ClusterSums, design_effect};
use super::{Interval, Method, NoIntervalReason, Side};
use rustc_hash::FxHashMap;

/// Survival is a product of many fractions; a curve this close to a level has reached it.
const ROUNDING: f64 = 1e-10;

/// One row: how long it was watched, and whether the event ended it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// Time from the start to the event, or to the last look.
    pub time: f64,
    /// Whether the event happened; else the row is censored at `time`.
    pub event: bool,
    /// The stakeholder, `u32::MAX` for a row of its own.
    pub cluster: u32,
}

/// The curve from one event time to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The event time.
    pub time: f64,
    /// Rows still watched just before it; a row censored at this very time is one of them.
    pub at_risk: u64,
    /// Events at it.
    pub events: u64,
    /// The share without an event by now: S(t).
    pub survival: f64,
    /// Greenwood's sum of d / (n (n - d)) up to now: the variance of ln S(t); infinite once S(t) is 0.
    pub greenwood: f64,
    /// Design effect of the share of rows with an event by now; `None` below two stakeholders unless every row is one.
    pub deff: Option<f64>,
}

impl Step {
    /// The log-log limits of S(t), its variance multiplied by the design effect; `None` without one.
    ///
    /// Kalbfleisch and Prentice, *The Statistical Analysis of Failure Time Data* (1980), 15. Where S(t) is 0 the upper limit is not
    /// defined; it stays at 1.
    pub fn limits_at(&self, z: f64) -> Option<(f64, f64)> {
        let variance = self.greenwood * self.deff?;
        if self.survival <= 0.0 {
            return Some((0.0, 1.0));
        }
        let log = self.survival.ln();
        let spread = (z * variance.sqrt() / -log).exp();
        Some((self.survival.powf(spread), self.survival.powf(1.0 / spread)))
    }
}

/// So many rows are still open that the quantile lies beyond what was watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotReached;

/// A quantile of time to an event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Survival {
    /// The smallest time with S(t) <= 1 - q.
    pub estimate: Result<f64, NotReached>,
    /// The interval, an end open where it is not reached; at least one end is there.
    pub interval: Result<Interval, NoIntervalReason>,
    /// [`Method::KaplanMeier`].
    pub method: Method,
    /// The design effect at the estimate, or at the last event where it is not reached.
    pub deff: Option<f64>,
}

impl Survival {
    /// The quantile as one side of a difference, where it is reached and has an interval.
    pub fn side(&self) -> Option<Side> {
        Some(Side::new(self.estimate.ok()?, self.interval.ok()?))
    }
}

/// The Kaplan-Meier curve: one step for every time at which an event happened. Sorts the observations by time; events come before
/// censorings at the same time. Rows whose time is not a number count for nothing.
///
/// Kaplan and Meier, JASA 53 (1958), 457-481; Greenwood (1926) for the variance; the design effect after Rao and Scott (1992).
pub fn kaplan_meier(observations: &mut [Observation]) -> Vec<Step> {
    observations.sort_unstable_by(|a, b| a.time.total_cmp(&b.time));
    let first = observations.iter().position(|o| !o.time.is_nan()).unwrap_or(observations.len());
    let last = observations.iter().rposition(|o| !o.time.is_nan()).map_or(first, |i| i + 1);
    let watched = &observations[first..last];

    let mut tally = Tally::new(watched);
    let mut steps = Vec::new();
    let (mut survival, mut greenwood) = (1.0, 0.0);
    let mut left = watched.len() as u64;
    for together in watched.chunk_by(|a, b| a.time == b.time) {
        let at_risk = left;
        let events = together.iter().filter(|o| o.event).inspect(|o| tally.event(o.cluster)).count() as u64;
        left -= together.len() as u64;
        if events == 0 {
            continue;
        }
        let (n, d) = (at_risk as f64, events as f64);
        survival *= 1.0 - d / n;
        greenwood += d / (n * (n - d));
        steps.push(Step {
            time: together[0].time,
            at_risk,
            events,
            survival,
            greenwood,
            deff: tally.design_effect(),
        });
    }
    steps
}

/// The `q`-quantile of the time to an event: the smallest t with S(t) <= 1 - q, not interpolated; the limits are the smallest t at which the lower and
/// the upper log-log limit of S(t) are <= 1 - q, each open where that never happens. Sorts the observations.
///
/// Without events, or where neither limit is reached, or with one stakeholder of several rows: [`NoIntervalReason::TooFew`].
///
/// Brookmeyer and Crowley, Biometrics 38 (1982), 29-41, with the log-log limits of Kalbfleisch and Prentice (1980).
pub fn survival_quantile(observations: &mut [Observation], q: f64, level: f64) -> Survival {
    let mut found = Survival {
        estimate: Err(NotReached),
        interval: Err(NoIntervalReason::TooFew),
        method: Method::KaplanMeier,
        deff: None,
    };
    if !(0.0..=1.0).contains(&q) {
        found.interval = Err(NoIntervalReason::NotDefined);
        return found;
    }
    let steps = kaplan_meier(observations);
    let reached = |survival: f64| survival <= 1.0 - q + ROUNDING;
    let at_estimate = steps.iter().find(|step| reached(step.survival));
    found.estimate = at_estimate.map(|step| step.time).ok_or(NotReached);
    found.deff = at_estimate.or(steps.last()).and_then(|step| step.deff);

    let z = normal_quantile(level);
    let first = |limit: fn((f64, f64)) -> f64| {
        steps
            .iter()
            .find(|step| step.limits_at(z).map(limit).is_some_and(reached))
            .map(|step| step.time)
    };
    let interval = Interval {
        low: first(|limits| limits.0),
        high: first(|limits| limits.1),
    };
    if interval.low.is_some() || interval.high.is_some() {
        found.interval = Ok(interval);
    }
    found
}

/// Sums over stakeholders of x (their events so far) and n (their rows), kept up to date event by event.
struct Tally {
    sums: ClusterSums,
    rows: f64,
    /// Rows and events so far of a stakeholder; empty where every row is one of its own.
    clusters: FxHashMap<u32, (f64, f64)>,
}

impl Tally {
    fn new(watched: &[Observation]) -> Tally {
        let mut clusters: FxHashMap<u32, (f64, f64)> = FxHashMap::default();
        for o in watched.iter().filter(|o| o.cluster != u32::MAX) {
            clusters.entry(o.cluster).or_default().0 += 1.0;
        }
        // A sum of whole numbers, so the order of the map does not show.
        let squares: f64 = clusters.values().map(|(n, _)| n * n).sum();
        let anonymous = watched.iter().filter(|o| o.cluster == u32::MAX).count();
        let rows = watched.len() as f64;
        let sums = ClusterSums {
            clusters: (clusters.len() + anonymous) as u64,
            n: rows,
            nn: squares + anonymous as f64,
            ..ClusterSums::default()
        };
        if sums.clusters as usize == watched.len() {
            clusters.clear();
        }
        Tally { sums, rows, clusters }
    }

    fn event(&mut self, cluster: u32) {
        let (n, before) = match self.clusters.get_mut(&cluster) {
            Some((n, x)) => {
                *x += 1.0;
                (*n, *x - 1.0)
            }
            None => (1.0, 0.0),
        };
        self.sums.x += 1.0;
        self.sums.xx += 2.0 * before + 1.0;
        self.sums.xn += n;
    }

    fn design_effect(&self) -> Option<f64> {
        let p = self.sums.x / self.sums.n;
        design_effect(&self.sums, p * (1.0 - p), self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, ends};
    use super::*;
    use proptest::prelude::*;

    fn observations(times: &[(f64, bool)]) -> Vec<Observation> {
        times
            .iter()
            .map(|&(time, event)| Observation {
                time,
                event,
                cluster: u32::MAX,
            })
            .collect()
    }

    /// 1 2 2 3 4 5+ 6 8 10+ 12 15+ 20+
    fn small() -> Vec<Observation> {
        let censored = [5.0, 10.0, 15.0, 20.0];
        observations(&[1.0, 2.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0].map(|time| (time, !censored.contains(&time))))
    }

    #[test]
    fn a_small_example() {
        let median = survival_quantile(&mut small(), 0.5, 0.95);
        assert_eq!(median.estimate, Ok(6.0));
        assert_eq!(
            median.interval,
            Ok(Interval {
                low: Some(2.0),
                high: None
            })
        );
        assert_eq!(median.deff, Some(1.0));
        let p90 = survival_quantile(&mut small(), 0.9, 0.95);
        assert_eq!(p90.estimate, Err(NotReached));
        assert_eq!(
            p90.interval,
            Ok(Interval {
                low: Some(12.0),
                high: None
            })
        );
    }

    // from lifelines import KaplanMeierFitter
    // f = KaplanMeierFitter().fit([1, 2, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20], [1, 1, 1, 1, 1, 0, 1, 1, 0, 1, 0, 0])
    // f.survival_function_, f.confidence_interval_
    #[test]
    fn the_curve_matches_lifelines() {
        let steps = kaplan_meier(&mut small());
        let expected = [
            (1.0, 0.9166666666666667, 0.5389771805707405, 0.9878255654004581),
            (2.0, 0.7500000000000001, 0.4084159131515948, 0.9117204061256984),
            (3.0, 0.6666666666666665, 0.3370189325414018, 0.8597117990844396),
            (4.0, 0.5833333333333333, 0.2701389240854973, 0.8009401923333866),
            (6.0, 0.48611111111111105, 0.19187661961872818, 0.7296715697794853),
            (8.0, 0.38888888888888884, 0.1262720121953936, 0.6498174082893149),
            (12.0, 0.2592592592592592, 0.04842515282463114, 0.5477865476754318),
        ];
        assert_eq!(steps.len(), expected.len());
        for (step, (time, survival, low, high)) in steps.iter().zip(expected) {
            assert_eq!(step.time, time);
            close(step.survival, survival, 1e-12);
            let limits = step.limits_at(normal_quantile(0.95)).unwrap();
            close(limits.0, low, 1e-10);
            close(limits.1, high, 1e-10);
        }
        assert_eq!((steps[1].at_risk, steps[1].events), (11, 2));
        assert_eq!(steps[4].at_risk, 6, "the censored row is no longer at risk");
    }

    // i = np.arange(300); time, event = (i * 7919 % 211) / 4, i * 31 % 10 < 7
    // f = KaplanMeierFitter().fit(time, event); s, c = f.survival_function_.iloc[:, 0], f.confidence_interval_
    // [x.index[(x <= 1 - q).to_numpy()].min() for x in (s, c.iloc[:, 0], c.iloc[:, 1])]
    #[test]
    fn quantiles_match_lifelines() {
        let rows: Vec<_> = (0..300).map(|i| (f64::from(i * 7919 % 211) / 4.0, i * 31 % 10 < 7)).collect();
        for (q, estimate, low, high) in [
            (0.1, 7.25, 4.5, 10.0),
            (0.25, 18.25, 14.5, 20.75),
            (0.5, 32.5, 30.25, 36.0),
            (0.75, 44.75, 43.0, 47.75),
        ] {
            let found = survival_quantile(&mut observations(&rows), q, 0.95);
            assert_eq!(found.estimate, Ok(estimate), "q {q}");
            assert_eq!(ends(found.interval.unwrap()), (low, high), "q {q}");
        }
    }

    #[test]
    fn a_censored_row_at_the_time_of_an_event_is_at_risk() {
        let steps = kaplan_meier(&mut observations(&[(1.0, false), (1.0, true), (1.0, false), (2.0, true)]));
        assert_eq!((steps[0].at_risk, steps[0].survival), (4, 0.75));
        assert_eq!((steps[1].at_risk, steps[1].survival), (1, 0.0));
    }

    #[test]
    fn nothing_censored_gives_the_order_statistic() {
        let rows: Vec<_> = (1..=1000).map(|i| (f64::from(i), true)).collect();
        for (q, expected) in [(0.5, 500.0), (0.9, 900.0), (0.25, 250.0), (0.999, 999.0), (1.0, 1000.0)] {
            assert_eq!(survival_quantile(&mut observations(&rows), q, 0.95).estimate, Ok(expected));
        }
    }

    // ten stakeholders with six rows each, all alike: deff is the row count of one
    #[test]
    fn clusters_widen() {
        let rows: Vec<Observation> = (0..60)
            .map(|i| Observation {
                time: f64::from(i % 10 + 1),
                event: i % 10 != 9,
                cluster: 100 + i as u32 % 10,
            })
            .collect();
        let alone: Vec<_> = rows.iter().map(|&o| Observation { cluster: u32::MAX, ..o }).collect();
        let clustered = survival_quantile(&mut rows.clone(), 0.5, 0.95);
        let independent = survival_quantile(&mut alone.clone(), 0.5, 0.95);
        assert_eq!((clustered.estimate, independent.estimate), (Ok(5.0), Ok(5.0)));
        // Shares of 0 or 1 within every stakeholder: G / (G - 1) times the rows of one.
        close(clustered.deff.unwrap(), 6.0 * 10.0 / 9.0, 1e-12);
        assert_eq!(independent.deff, Some(1.0));
        let (low, high) = ends(independent.interval.unwrap());
        let wide = clustered.interval.unwrap();
        assert!(wide.low.unwrap() < low && wide.high.is_none_or(|h| h > high));
    }

    // The tally against the definition: x events so far, n rows, of stakeholders 1 (3 rows), 2 (2 rows) and one without a name.
    #[test]
    fn the_design_effect_follows_the_events() {
        let row = |time, event, cluster| Observation { time, event, cluster };
        let mut rows = [
            row(1.0, true, 1),
            row(2.0, true, 1),
            row(3.0, false, 1),
            row(3.0, true, 2),
            row(5.0, true, 2),
            row(4.0, true, u32::MAX),
        ];
        for step in kaplan_meier(&mut rows) {
            let mut sums = ClusterSums::default();
            for cluster in [1, 2, u32::MAX] {
                let own: Vec<_> = rows.iter().filter(|o| o.cluster == cluster).collect();
                sums.add(
                    own.iter().filter(|o| o.event && o.time <= step.time).count() as f64,
                    own.len() as f64,
                );
            }
            let p = sums.x / 6.0;
            let e: f64 = [1, 2, u32::MAX]
                .map(|cluster| {
                    let own: Vec<_> = rows.iter().filter(|o| o.cluster == cluster).collect();
                    own.iter().filter(|o| o.event && o.time <= step.time).count() as f64 - p * own.len() as f64
                })
                .iter()
                .map(|e| e * e)
                .sum();
            let expected = (1.5 * e / 36.0 / (p * (1.0 - p) / 6.0)).max(1.0);
            close(step.deff.unwrap(), expected, 1e-12);
        }
    }

    #[test]
    fn degenerate_observations() {
        let none = survival_quantile(&mut [], 0.5, 0.95);
        assert_eq!(
            (none.estimate, none.interval, none.deff),
            (Err(NotReached), Err(NoIntervalReason::TooFew), None)
        );
        let open = survival_quantile(&mut observations(&[(1.0, false), (2.0, false)]), 0.5, 0.95);
        assert_eq!((open.estimate, open.interval), (Err(NotReached), Err(NoIntervalReason::TooFew)));
        let one = survival_quantile(&mut observations(&[(3.0, true)]), 0.5, 0.95);
        assert_eq!(
            (one.estimate, one.interval),
            (
                Ok(3.0),
                Ok(Interval {
                    low: Some(3.0),
                    high: None
                })
            )
        );
        let mut alone = [
            Observation {
                time: 1.0,
                event: true,
                cluster: 7,
            },
            Observation {
                time: 2.0,
                event: true,
                cluster: 7,
            },
        ];
        let alone = survival_quantile(&mut alone, 0.5, 0.95);
        assert_eq!(
            (alone.estimate, alone.interval, alone.deff),
            (Ok(1.0), Err(NoIntervalReason::TooFew), None)
        );
        let steps = kaplan_meier(&mut observations(&[(f64::NAN, true), (1.0, true), (-f64::NAN, true), (2.0, false)]));
        assert_eq!(steps.len(), 1);
        assert_eq!(steps[0].at_risk, 2);
    }

    proptest! {
        #[test]
        fn an_estimate_lies_within_its_interval(
            rows in prop::collection::vec((1_u32..40, any::<bool>(), 0_u32..8), 1..60),
            q in 0.05..0.95,
        ) {
            let mut rows: Vec<_> = rows.into_iter().map(|(t, event, cluster)| Observation { time: f64::from(t), event, cluster }).collect();
            let found = survival_quantile(&mut rows, q, 0.95);
            if let (Ok(value), Ok(interval)) = (found.estimate, found.interval) {
                prop_assert!(interval.holds(value));
            }
            prop_assert!(found.deff.is_none_or(|deff| deff >= 1.0));
            for step in kaplan_meier(&mut rows) {
                prop_assert!((0.0..1.0).contains(&step.survival));
                if let Some((low, high)) = step.limits_at(normal_quantile(0.95)) {
                    prop_assert!(0.0 <= low && low <= step.survival && step.survival <= high && high <= 1.0);
                }
            }
        }
    }
}
