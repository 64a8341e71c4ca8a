//! Curves of survival: the share of relationships that have not ended after a time, with its median, the share lost in bands of tenure, a
//! comparison of groups, and a projection beyond what was observed.

use std::collections::BTreeMap;

use super::Event;
use super::lifetimes::{Lifetime, Lifetimes, TimeUnit};
use crate::measure::{FEWEST, StakeholderGroups, hidden_groups};
use crate::stats::shifted_beta_geometric::{Fit, NotFitted, Renewals};
use crate::stats::{LogRank, Observation, Step, Survival, kaplan_meier, log_rank, normal_quantile, survival_quantile};

/// The bands of tenure in days: a month, a quarter, half a year, one, two, five years.
const BANDS_OF_DAYS: [f64; 6] = [30.0, 90.0, 180.0, 365.0, 730.0, 1825.0];
/// The bands of tenure in months: the same.
const BANDS_OF_MONTHS: [f64; 6] = [1.0, 3.0, 6.0, 12.0, 24.0, 60.0];

/// How curves are made.
#[derive(Debug, Clone)]
pub struct Request {
    /// What ends a relationship.
    pub event: Event,
    /// The upper ends of the bands of tenure, ascending; empty: the usual ones.
    pub bands: Vec<f64>,
    /// The number of periods that are projected beyond the last one observed.
    pub horizon: u32,
    /// The confidence level.
    pub level: f64,
}

/// The curves of all groups.
#[derive(Debug, Clone, PartialEq)]
pub struct Curves {
    /// One for each group, in the order of the groups.
    pub curves: Vec<Curve>,
    /// Whether the groups that are shown differ; `None` if there are not two, or none has an event.
    pub log_rank: Option<LogRank>,
}

/// The curve of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// The text of each dimension.
    pub labels: Vec<String>,
    /// The number of relationships; `None` if suppressed.
    pub n: Option<u64>,
    /// How many of them have ended; `None` if suppressed.
    pub ended: Option<u64>,
    /// The time after which half of them have ended, by the curve; `None` if suppressed.
    pub median: Option<Survival>,
    /// The share that has not ended after each time that was observed, from 0 on; of protected people as long as five are at risk.
    pub points: Vec<CurvePoint>,
    /// The share lost by tenure.
    pub bands: Vec<Band>,
    /// The projection; or why there is none.
    pub projection: Result<Projection, NoProjection>,
}

/// A point of a curve. Between two points the share stays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// The time.
    pub time: f64,
    /// The share that has not ended just after it.
    pub survival: f64,
    /// The log-log limits; `None` before the first event.
    pub limits: Option<(f64, f64)>,
    /// The relationships that were observed just before it and had not ended.
    pub at_risk: u64,
    /// Those that ended at it.
    pub events: u64,
}

/// A band of tenure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// It begins after this time.
    pub from: f64,
    /// It ends with this time; `None`: it does not end.
    pub until: Option<f64>,
    /// The relationships that have lasted longer than its begin.
    pub reached: u64,
    /// Those that ended in it.
    pub ended: u64,
    /// Those that have not ended and are in it at the as-of date.
    pub current: u64,
    /// Of those who reach it, the share that ends in it, by Kaplan and Meier; `None` if nobody has been observed to its end.
    pub lost: Option<f64>,
    /// The log-log limits of that share; `None` without an event.
    pub limits: Option<(f64, f64)>,
}

/// The shifted-beta-geometric model of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    /// The fit.
    pub fit: Fit,
    /// The number of periods that were observed.
    pub observed: u32,
    /// The largest difference between the shares of the model and those observed.
    pub largest_gap: f64,
    /// After the last period observed, the share of the model is within the confidence interval of the observed one.
    pub fits: bool,
    /// The share that is still there after each number of periods, from 1.
    pub points: Vec<ProjectedPoint>,
}

/// A point of a projection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProjectedPoint {
    /// The number of periods.
    pub n: u32,
    /// The share by the model.
    pub survival: f64,
    /// Its limits.
    pub limits: Option<(f64, f64)>,
    /// The share by Kaplan and Meier, in whole periods; `None` beyond what was observed.
    pub observed: Option<f64>,
}

/// Why there is no projection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoProjection {
    /// The model is one of contracts: that somebody leaves is known. Orders do not tell it.
    NotContractual,
    /// There are few people, all protected.
    Suppressed,
    /// The model cannot be fitted.
    NotFitted(NotFitted),
}

impl Curves {
    /// The curves of lifetimes.
    pub fn of(lifetimes: &Lifetimes, groups: &StakeholderGroups, ask: &Request) -> Curves {
        let mut by_group: BTreeMap<&[u32], Vec<&Lifetime>> = BTreeMap::new();
        for lifetime in &lifetimes.all {
            by_group.entry(lifetime.group.as_slice()).or_default().push(lifetime);
        }
        if by_group.is_empty() {
            by_group.insert(&[], Vec::new());
        }
        let protected = |all: &Vec<&Lifetime>| all.iter().filter(|one| one.private).count() as u64;
        let protected: Vec<u64> = by_group.values().map(protected).collect();
        let (mut hidden, _) = hidden_groups(&protected);
        let groups_of = hidden.iter_mut().zip(&protected);
        groups_of.for_each(|(hidden, protected)| *hidden |= lifetimes.is_divided && *protected > 0);
        let mut shown: Vec<Vec<Observation>> = by_group
            .values()
            .zip(&hidden)
            .filter(|(_, hidden)| !**hidden)
            .map(|(all, _)| observations(all))
            .collect();
        let curves = by_group.iter().zip(hidden).map(|((codes, all), hidden)| {
            let labels = groups.labels(codes);
            if hidden {
                Curve::hidden(labels)
            } else {
                Curve::of(labels, all, lifetimes.unit, ask)
            }
        });
        Curves {
            curves: curves.collect(),
            log_rank: log_rank(&mut shown),
        }
    }
}

/// One row for each relationship; relationships are independent.
fn observations(all: &[&Lifetime]) -> Vec<Observation> {
    all.iter()
        .map(|one| Observation {
            time: one.time,
            event: one.ended,
            cluster: u32::MAX,
        })
        .collect()
}

impl Curve {
    fn hidden(labels: Vec<String>) -> Curve {
        Curve {
            labels,
            n: None,
            ended: None,
            median: None,
            points: Vec::new(),
            bands: Vec::new(),
            projection: Err(NoProjection::Suppressed),
        }
    }

    fn of(labels: Vec<String>, all: &[&Lifetime], unit: TimeUnit, ask: &Request) -> Curve {
        let mut rows = observations(all);
        let median = survival_quantile(&mut rows, 0.5, ask.level);
        let steps = kaplan_meier(&mut rows);
        let mut points = points(&rows, &steps, ask.level);
        let usual = match unit {
            TimeUnit::Days => &BANDS_OF_DAYS,
            TimeUnit::Months => &BANDS_OF_MONTHS,
        };
        let ends = if ask.bands.is_empty() { usual } else { ask.bands.as_slice() };
        let mut bands = bands(&rows, ends, ask.level);
        // Few protected people are at risk late in the curve.
        let mut protected: Vec<f64> = all.iter().filter(|one| one.private).map(|one| one.time).collect();
        protected.sort_unstable_by(f64::total_cmp);
        let is_of_few = |at_risk: usize| (1..FEWEST).contains(&(at_risk as u64));
        points.retain(|point| !is_of_few(protected.len() - protected.partition_point(|time| *time < point.time)));
        bands.retain(|band| {
            let before = |time: &f64| band.from > 0.0 && *time <= band.from;
            !is_of_few(protected.len() - protected.partition_point(before))
        });
        Curve {
            labels,
            n: Some(all.len() as u64),
            ended: Some(all.iter().filter(|one| one.ended).count() as u64),
            median: Some(median),
            points,
            bands,
            projection: match ask.event {
                Event::Left => Projection::of(all, ask).map_err(NoProjection::NotFitted),
                Event::Lapsed | Event::SecondOrder => Err(NoProjection::NotContractual),
            },
        }
    }
}

/// The curve at time 0 and at every time at which something ended or was last observed. The rows are sorted by time.
fn points(rows: &[Observation], steps: &[Step], level: f64) -> Vec<CurvePoint> {
    let z = normal_quantile(level);
    let mut times: Vec<f64> = std::iter::once(0.0).chain(rows.iter().map(|row| row.time)).collect();
    times.dedup();
    let mut steps = steps.iter().peekable();
    let mut last: Option<&Step> = None;
    let point = |time: f64| {
        let mut events = 0;
        while let Some(step) = steps.next_if(|step| step.time <= time) {
            if step.time == time {
                events = step.events;
            }
            last = Some(step);
        }
        CurvePoint {
            time,
            survival: last.map_or(1.0, |step| step.survival),
            limits: last.and_then(|step| step.limits_at(z)),
            at_risk: (rows.len() - rows.partition_point(|row| row.time < time)) as u64,
            events,
        }
    };
    times.into_iter().map(point).collect()
}

/// The bands that end at these times, and one beyond them. The rows are sorted by time.
fn bands(rows: &[Observation], ends: &[f64], level: f64) -> Vec<Band> {
    let z = normal_quantile(level);
    let mut bands = Vec::new();
    let mut from = 0.0;
    for (at, until) in ends.iter().copied().map(Some).chain([None]).enumerate() {
        // The first band has those whose relationship ended on its first day, too.
        let reached = if at == 0 { 0 } else { rows.partition_point(|row| row.time <= from) };
        let mut reached = rows[reached..].to_vec();
        let within = |row: &&Observation| until.is_none_or(|until| row.time <= until);
        let (ended, current) = (
            reached.iter().filter(within).filter(|row| row.event).count() as u64,
            reached.iter().filter(within).filter(|row| !row.event).count() as u64,
        );
        let n = reached.len() as u64;
        let longest = reached.last().map_or(0.0, |row| row.time);
        let steps = kaplan_meier(&mut reached);
        let last = steps.iter().take_while(|step| until.is_none_or(|until| step.time <= until)).last();
        let survival = last.map_or(1.0, |step| step.survival);
        // A band without an end, or one whose end nobody has reached, has no share yet; one in which all have ended has.
        let is_observed = n > 0 && (survival <= 0.0 || until.is_some_and(|until| longest >= until));
        bands.push(Band {
            from,
            until,
            reached: n,
            ended,
            current,
            lost: is_observed.then_some(1.0 - survival),
            limits: last
                .and_then(|step| step.limits_at(z))
                .filter(|_| is_observed)
                .map(|(low, high)| (1.0 - high, 1.0 - low)),
        });
        from = until.unwrap_or(from);
    }
    // Nobody has been there that long.
    while bands.len() > 1 && bands.last().is_some_and(|band| band.reached == 0) {
        bands.pop();
    }
    bands
}

impl Projection {
    /// Fits the model to the periods of lifetimes.
    fn of(all: &[&Lifetime], ask: &Request) -> Result<Projection, NotFitted> {
        let longest = all.iter().map(|one| one.periods).max().unwrap_or(0) as usize;
        let mut ends = vec![Renewals::default(); longest];
        // Who has left in period t was at risk in t periods, and who is still there after c periods in c.
        for one in all.iter().filter(|one| one.periods > 0) {
            let last = &mut ends[one.periods as usize - 1];
            last.at_risk += 1;
            last.lost += u64::from(one.ended);
        }
        for at in (0..longest.saturating_sub(1)).rev() {
            ends[at].at_risk += ends[at + 1].at_risk;
        }
        let fit = Fit::of(&ends)?;
        let mut in_periods: Vec<Observation> = all
            .iter()
            .map(|one| Observation {
                time: f64::from(one.periods),
                event: one.ended,
                cluster: u32::MAX,
            })
            .collect();
        let steps = kaplan_meier(&mut in_periods);
        let step_at = |n: u32| steps.iter().rfind(|step| step.time <= f64::from(n));
        let known: Vec<f64> = (1..=longest as u32).map(|n| step_at(n).map_or(1.0, |step| step.survival)).collect();
        let gap = |(n, observed): (u32, &f64)| (fit.survival(n) - observed).abs();
        let last = fit.survival(longest as u32);
        let limits = steps.last().and_then(|step| step.limits_at(normal_quantile(ask.level)));
        let point = |n: u32| ProjectedPoint {
            n,
            survival: fit.survival(n),
            limits: fit.limits(n, ask.level).and_then(|limits| limits.low.zip(limits.high)),
            observed: known.get(n as usize - 1).copied(),
        };
        Ok(Projection {
            fit,
            observed: longest as u32,
            largest_gap: (1..).zip(&known).map(gap).fold(0.0, f64::max),
            fits: limits.is_some_and(|(low, high)| low <= last && last <= high),
            points: (1..=longest as u32 + ask.horizon).map(point).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lived(time: f64, ended: bool) -> Lifetime {
        Lifetime {
            group: Vec::new(),
            private: false,
            time,
            ended,
            periods: time as u32,
        }
    }

    fn request(event: Event) -> Request {
        Request {
            event,
            bands: vec![2.0, 5.0, 8.0, 15.0],
            horizon: 3,
            level: 0.95,
        }
    }

    /// 1 2 2 3 4 5+ 6 8 10+ 12 15+ 20+
    fn small() -> Vec<Lifetime> {
        let times = [1.0, 2.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0];
        times.map(|time| lived(time, ![5.0, 10.0, 15.0, 20.0].contains(&time))).to_vec()
    }

    fn curve(all: &[Lifetime], private: bool) -> Curve {
        let all: Vec<Lifetime> = all.iter().map(|one| Lifetime { private, ..one.clone() }).collect();
        Curve::of(Vec::new(), &all.iter().collect::<Vec<_>>(), TimeUnit::Months, &request(Event::Left))
    }

    // lifelines: KaplanMeierFitter().fit(time, event); survival_function_, confidence_interval_, event_table
    #[test]
    fn a_curve_has_a_point_for_each_time_that_was_observed() {
        let found = curve(&small(), false);
        let times: Vec<f64> = found.points.iter().map(|point| point.time).collect();
        assert_eq!(times, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0]);
        let point = |at: usize| found.points[at];
        assert_eq!(
            (point(0).survival, point(0).limits, point(0).at_risk, point(0).events),
            (1.0, None, 12, 0)
        );
        assert_eq!((point(2).at_risk, point(2).events), (11, 2));
        // At 5 somebody was last observed: the share stays, and so do its limits.
        assert_eq!(
            (point(5).survival, point(5).limits, point(5).at_risk),
            (point(4).survival, point(4).limits, 7)
        );
        assert!((point(6).survival - 0.486_111_111_111_111_05).abs() < 1e-12);
        let (low, high) = point(6).limits.unwrap();
        assert!((low - 0.191_876_619_618_728_18).abs() < 1e-10 && (high - 0.729_671_569_779_471_5).abs() < 1e-10);
        assert_eq!((found.n, found.ended), (Some(12), Some(8)));
        assert_eq!(found.median.unwrap().estimate, Ok(6.0));
    }

    // By hand: of the 9 beyond 2, S(5) / S(2) = 8/9 * 7/8 = 7/9; of the 6 beyond 5, 5/6 * 4/5 = 4/6; of the 4 beyond 8, with one
    // last observed at 10, 2/3. Nobody was observed beyond 20.
    #[test]
    fn bands_say_what_share_of_those_who_reach_them_is_lost_in_them() {
        let found = curve(&small(), false);
        let of = |band: &Band| {
            (
                band.from,
                band.until,
                band.reached,
                band.ended,
                band.current,
                band.lost.map(|lost| (lost * 1e9).round() / 1e9),
            )
        };
        assert_eq!(
            found.bands.iter().map(of).collect::<Vec<_>>(),
            [
                (0.0, Some(2.0), 12, 3, 0, Some(0.25)),
                (2.0, Some(5.0), 9, 2, 1, Some(0.222_222_222)),
                (5.0, Some(8.0), 6, 2, 0, Some(0.333_333_333)),
                (8.0, Some(15.0), 4, 1, 2, Some(0.333_333_333)),
                (15.0, None, 1, 0, 1, None),
            ]
        );
        for band in &found.bands {
            if let (Some(lost), Some((low, high))) = (band.lost, band.limits) {
                assert!(0.0 <= low && low <= lost && lost <= high && high <= 1.0);
            }
        }
        // Together with those who are in them, the bands have everyone.
        let all: u64 = found.bands.iter().map(|band| band.ended + band.current).sum();
        assert_eq!(all, 12);
    }

    #[test]
    fn of_protected_people_there_is_a_curve_as_long_as_five_are_at_risk() {
        let found = curve(&small(), true);
        assert_eq!(found.points.iter().map(|point| point.at_risk).min(), Some(5));
        assert!(found.bands.iter().all(|band| band.reached >= 5));
    }

    #[test]
    fn a_projection_says_how_far_it_is_from_what_was_observed() {
        // 1,000 customers as Fader and Hardie's regular ones, seven years.
        let lost = [369, 163, 86, 56, 37, 27, 21];
        let mut all: Vec<Lifetime> = Vec::new();
        for (at, lost) in lost.into_iter().enumerate() {
            all.extend((0..lost).map(|_| lived(at as f64 + 1.0, true)));
        }
        all.extend((0..241).map(|_| lived(7.0, false)));
        let found = curve(&all, false).projection.unwrap();
        assert!((found.fit.alpha - 0.704_077).abs() < 1e-5 && (found.fit.beta - 1.182_043).abs() < 1e-5);
        assert_eq!((found.observed, found.points.len()), (7, 10));
        assert!(found.fits && found.largest_gap < 0.02);
        assert_eq!(
            (
                found.points[6].observed.map(|share| (share * 1e6).round()),
                found.points[7].observed
            ),
            (Some(241_000.0), None)
        );
        // Nobody leaves for three years, then many do at once: the model has no such curve.
        let mut late: Vec<Lifetime> = (0..500).map(|i| lived(1.0, i < 60)).collect();
        late.extend((0..100).map(|_| lived(5.0, true)));
        late.extend((0..50).map(|_| lived(5.0, false)));
        match curve(&late, false).projection {
            Ok(found) => assert!(!found.fits),
            Err(why) => assert_eq!(why, NoProjection::NotFitted(NotFitted::NotHeterogeneous)),
        }
        let orders = Curve::of(Vec::new(), &all.iter().collect::<Vec<_>>(), TimeUnit::Days, &request(Event::Lapsed));
        assert_eq!(orders.projection, Err(NoProjection::NotContractual));
    }

    #[test]
    fn nobody_and_one() {
        let none = curve(&[], false);
        assert_eq!((none.n, none.points.len()), (Some(0), 1));
        assert_eq!(none.projection, Err(NoProjection::NotFitted(NotFitted::TooFew)));
        let one = curve(&[lived(0.0, false)], false);
        assert_eq!((one.points.len(), one.points[0].survival, one.points[0].at_risk), (1, 1.0, 1));
        let gone = curve(&[lived(3.0, true)], false);
        assert_eq!((gone.points[1].survival, gone.bands[1].lost), (0.0, Some(1.0)));
    }
}
