//! A slice against the rest, from the rows of both: what each stakeholder has here and there is added up directly.

use std::collections::{BTreeMap, BTreeSet};

use relhealth::api::catalog::{Entity, Exposure, Kind, Metric, Under, kinds};
use relhealth::api::expr::Value;
use relhealth::api::stats::{self, ClusterSums, CrossSums, Interval, Observation, Side};

use super::interval::Moments;
use super::metric::{Answer, Built, Naive, Of, is_true, number};
use super::{Row, Window};

const LEVEL: f64 = 0.95;

/// What a slice has more than the rest.
#[derive(Debug)]
pub struct Against {
    /// The rest.
    pub rest: Answer,
    pub delta: Option<f64>,
    pub interval: Option<Interval>,
}

/// Whether there is anything to compare.
pub fn is_comparable(naive: &Naive, metric: &Metric) -> bool {
    !matches!(metric.kind, Kind::Concentration(_))
        && metric
            .parts()
            .iter()
            .filter_map(|id| naive.catalog.get(id))
            .all(|m| is_comparable(naive, m))
}

/// The comparison of a slice with the rest.
pub fn against_rest(naive: &Naive, built: &mut Built, metric: &Metric, window: &Window, slice: &[String]) -> Against {
    let own = naive.answer(built, metric, window, slice);
    let rest = naive.answer_of(built, metric, window, Of::Rest(slice));
    let value = |answer: &Answer| answer.value.filter(|_| answer.absent.is_none());
    let delta = value(&own).zip(value(&rest)).map(|(own, rest)| own - rest);
    let interval = delta
        .filter(|_| is_comparable(naive, metric))
        .and_then(|delta| limits(naive, built, metric, window, slice, delta));
    Against { rest, delta, interval }
}

fn limits(naive: &Naive, built: &mut Built, metric: &Metric, window: &Window, slice: &[String], delta: f64) -> Option<Interval> {
    let fact = metric.fact?;
    let usable = naive.usable_files(metric, fact).unwrap();
    let exposure = match &metric.kind {
        Kind::Rate(kinds::Rate {
            exposure: Exposure::Metric(id),
            ..
        }) => {
            let exposure = naive.catalog.get(id).unwrap();
            let mut of = |of| naive.exposure(built, exposure, window, of).ok().flatten();
            Some((of(Of::Slice(slice))?, of(Of::Rest(slice))?))
        }
        _ => None,
    };
    let here: Vec<Row> = naive
        .meant(built, metric, window, Of::Slice(slice), usable.as_deref())
        .into_iter()
        .cloned()
        .collect();
    let there: Vec<Row> = naive
        .meant(built, metric, window, Of::Rest(slice), usable.as_deref())
        .into_iter()
        .cloned()
        .collect();
    match &metric.kind {
        Kind::Quantile(kinds::Quantile { of, q }) => {
            let values = |rows: &[Row]| {
                let mut values: Vec<(Option<String>, f64)> =
                    rows.iter().filter_map(|r| Some((r.who.clone(), number(of, r, window)?))).collect();
                values.sort_by(|a, b| a.0.cmp(&b.0));
                values
            };
            let (a, b) = (values(&here), values(&there));
            let (x, y) = (ranked(&a, *q)?, ranked(&b, *q)?);
            Some(stats::difference(&x, &y, rank_correlation((&a, x.value), (&b, y.value))).1)
        }
        Kind::SurvivalQuantile(kinds::SurvivalQuantile { of, event, censored_of, q }) => {
            let side = |rows: &[Row]| {
                let names: BTreeSet<&String> = rows.iter().filter_map(|r| r.who.as_ref()).collect();
                let mut observations: Vec<Observation> = rows
                    .iter()
                    .filter_map(|r| {
                        let event = is_true(event, r, window);
                        let time = number(if event { of } else { censored_of }, r, window)?;
                        let cluster = r
                            .who
                            .as_ref()
                            .map_or(u32::MAX, |who| names.iter().position(|n| *n == who).unwrap() as u32);
                        Some(Observation { time, event, cluster })
                    })
                    .collect();
                stats::survival_quantile(&mut observations, *q, LEVEL).side()
            };
            Some(stats::difference(&side(&here)?, &side(&there)?, 0.0).1)
        }
        _ => {
            let (a, b) = (Sums::of(metric, &here, window), Sums::of(metric, &there, window));
            let shared = a.shared(&b);
            if let Kind::Count(_) | Kind::Sum(_) = metric.kind {
                // Everybody's total here less their total there.
                let variance: f64 = a.alone.iter().chain(&b.alone).map(|(x, _)| x * x).sum::<f64>()
                    + (a.named.keys().chain(b.named.keys()).collect::<BTreeSet<_>>().into_iter())
                        .map(|who| {
                            let x = |sums: &Sums| sums.named.get(who).map_or(0.0, |(x, _)| *x);
                            (x(&a) - x(&b)).powi(2)
                        })
                        .sum::<f64>();
                return Some(stats::difference_of_totals(delta, variance, LEVEL));
            }
            let r = match &metric.kind {
                Kind::Rate(_) => a.events_in_common(&b),
                _ => shared.correlation(&a.clusters(), &b.clusters()),
            };
            if let Kind::Mean(_) | Kind::Ratio(_) = &metric.kind {
                let (low, high) = Moments::of(&a.each())?.less(&Moments::of(&b.each())?, r);
                return Some(Interval::closed(low, high));
            }
            let (here, there) = exposure.unzip();
            let (x, y) = (a.side(metric, here)?, b.side(metric, there)?);
            Some(stats::difference(&x, &y, r).1)
        }
    }
}

/// What everybody has of a part and a whole.
struct Sums {
    named: BTreeMap<String, (f64, f64)>,
    alone: Vec<(f64, f64)>,
    rows: f64,
    plus: f64,
    minus: f64,
}

impl Sums {
    fn of(metric: &Metric, rows: &[Row], window: &Window) -> Sums {
        let mut sums = Sums {
            named: BTreeMap::new(),
            alone: Vec::new(),
            rows: 0.0,
            plus: 0.0,
            minus: 0.0,
        };
        for row in rows {
            let flag = |e| f64::from(u8::from(is_true(e, row, window)));
            let weight = match metric.weight.as_ref().map(|column| row.get(column)) {
                None => 1.0,
                Some(Value::Number(weight)) => weight,
                Some(_) => continue,
            };
            let or_0 = |e| number(e, row, window).unwrap_or(0.0);
            let (x, n) = match &metric.kind {
                Kind::Count(_) => (1.0, 0.0),
                Kind::Sum(kinds::Sum { of, .. }) => (or_0(of), 0.0),
                Kind::Mean(kinds::Mean { of }) => match number(of, row, window) {
                    Some(value) => (weight * value, weight),
                    None => continue,
                },
                Kind::Share(kinds::Share { part }) => (weight * flag(part), weight),
                Kind::NetShare(kinds::NetShare { plus, minus }) => {
                    sums.plus += weight * flag(plus);
                    sums.minus += weight * flag(minus);
                    (weight * (flag(plus) - flag(minus)), weight)
                }
                Kind::Ratio(kinds::Ratio { over, under }) => (
                    or_0(over),
                    match under {
                        Under::Sum(under) => or_0(under),
                        Under::Distinct(_) => 0.0,
                    },
                ),
                Kind::Rate(kinds::Rate { part, exposure, .. }) => (
                    flag(part),
                    match exposure {
                        Exposure::Column(of) => or_0(of),
                        Exposure::Metric(_) => 0.0,
                    },
                ),
                _ => unreachable!("no sums"),
            };
            sums.rows += 1.0;
            let own = match &row.who {
                Some(who) => sums.named.entry(who.clone()).or_default(),
                None => {
                    sums.alone.push((0.0, 0.0));
                    sums.alone.last_mut().unwrap()
                }
            };
            *own = (own.0 + x, own.1 + n);
        }
        for own in sums.named.values_mut().chain(&mut sums.alone) {
            match &metric.kind {
                Kind::Count(kinds::Count {
                    distinct: Some(Entity::Stakeholder),
                }) => own.0 = 1.0,
                Kind::Ratio(kinds::Ratio {
                    under: Under::Distinct(_), ..
                }) => own.1 = 1.0,
                _ => {}
            }
            // Tenths that are added up are the same tenths in whatever order.
            *own = ((own.0 * 1e9).round() / 1e9, (own.1 * 1e9).round() / 1e9);
        }
        sums
    }

    fn each(&self) -> Vec<(f64, f64)> {
        self.named.values().chain(&self.alone).copied().collect()
    }

    fn clusters(&self) -> ClusterSums {
        let mut sums = ClusterSums::default();
        self.each().into_iter().for_each(|(x, n)| sums.add(x, n));
        sums
    }

    fn shared(&self, other: &Sums) -> CrossSums {
        let mut shared = CrossSums::default();
        for (who, own) in &self.named {
            if let Some(others) = other.named.get(who) {
                shared.add(*own, *others);
            }
        }
        shared
    }

    /// The correlation of the numbers of events of those who are in both.
    fn events_in_common(&self, other: &Sums) -> f64 {
        let squares = |sums: &Sums| sums.each().into_iter().map(|(x, _)| x * x).sum::<f64>();
        let in_both: f64 = (self.named.iter())
            .filter_map(|(who, own)| Some(own.0 * other.named.get(who)?.0))
            .sum();
        let all = squares(self) * squares(other);
        if all > 0.0 { in_both / all.sqrt() } else { 0.0 }
    }

    fn side(&self, metric: &Metric, exposure: Option<f64>) -> Option<Side> {
        let sums = self.clusters();
        let estimate = match &metric.kind {
            Kind::Share(_) => stats::share(&sums, self.rows, stats::Confidence::of(LEVEL)),
            Kind::NetShare(_) => stats::net_share(&sums, self.plus, self.minus, self.rows, LEVEL),
            Kind::Rate(kinds::Rate { per, .. }) => stats::rate(sums.x, sums.xx, exposure.unwrap_or(sums.n), *per, LEVEL),
            _ => unreachable!("no interval from sums"),
        };
        estimate.side()
    }
}

fn ranked(values: &[(Option<String>, f64)], q: f64) -> Option<Side> {
    let names: BTreeSet<&String> = values.iter().filter_map(|(who, _)| who.as_ref()).collect();
    let owners: Vec<u32> = values
        .iter()
        .map(|(who, _)| {
            who.as_ref()
                .map_or(u32::MAX, |who| names.iter().position(|n| *n == who).unwrap() as u32)
        })
        .collect();
    let mut values: Vec<f64> = values.iter().map(|(_, value)| *value).collect();
    stats::quantile(&mut values, &owners, q, LEVEL).side()
}

/// The correlation of how many more values than expected everybody has at or below the quantiles.
fn rank_correlation(here: (&[(Option<String>, f64)], f64), there: (&[(Option<String>, f64)], f64)) -> f64 {
    let residuals = |(values, at): (&[(Option<String>, f64)], f64)| {
        let p = values.iter().filter(|(_, v)| *v <= at).count() as f64 / values.len() as f64;
        let (mut named, mut squares) = (BTreeMap::new(), 0.0);
        for (who, value) in values {
            let residual = f64::from(u8::from(*value <= at)) - p;
            match who {
                Some(who) => *named.entry(who.clone()).or_insert(0.0) += residual,
                None => squares += residual * residual,
            }
        }
        squares += named.values().map(|e| e * e).sum::<f64>();
        (named, squares)
    };
    let ((a, aa), (b, bb)) = (residuals(here), residuals(there));
    let ab: f64 = a.iter().filter_map(|(who, e)| Some(e * b.get(who)?)).sum();
    if aa * bb > 0.0 { ab / (aa * bb).sqrt() } else { 0.0 }
}
