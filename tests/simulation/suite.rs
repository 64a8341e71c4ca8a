//! Simulated samples of a known truth, and how often intervals miss it: the bench `noise` runs all of it, the tests a small part.

use relhealth::api::stats::{self, ClusterSums, Confidence, CrossSums, GroupSample, Interval, Observation};

#[path = "draws.rs"]
mod draws;

pub use draws::Draws;

pub const LEVEL: f64 = 0.95;

/// What values are drawn from.
#[derive(Clone, Copy)]
pub enum Values {
    Normal,
    Exponential,
    Lognormal(f64),
}

impl Values {
    fn draw(self, draws: &mut Draws) -> f64 {
        match self {
            Values::Normal => 3.0 + draws.normal(),
            Values::Exponential => draws.exponential(),
            Values::Lognormal(sigma) => draws.lognormal(sigma),
        }
    }

    fn mean(self) -> f64 {
        match self {
            Values::Normal => 3.0,
            Values::Exponential => 1.0,
            Values::Lognormal(sigma) => (sigma * sigma / 2.0).exp(),
        }
    }

    fn name(self) -> String {
        match self {
            Values::Normal => "normal".to_string(),
            Values::Exponential => "exponential".to_string(),
            Values::Lognormal(sigma) => format!("lognormal({sigma})"),
        }
    }
}

type Sample = dyn Fn(&mut Draws, usize) -> Option<Interval>;

/// An interval of samples of a known truth.
pub struct Setting {
    /// What the interval is of, and how it is found.
    pub method: &'static str,
    /// What is drawn.
    pub sample: String,
    pub truth: f64,
    /// Draws a sample of so many stakeholders; `None` where it has no interval.
    pub interval: Box<Sample>,
}

/// How often an interval missed.
#[derive(Default)]
pub struct Missed {
    /// Samples with an interval.
    pub runs: usize,
    /// The truth was below the lower limit.
    pub below: usize,
    /// The truth was above the upper limit.
    pub above: usize,
    widths: Vec<f64>,
}

impl Missed {
    pub fn share(&self, of: usize) -> f64 {
        of as f64 / self.runs.max(1) as f64
    }

    pub fn coverage(&self) -> f64 {
        1.0 - self.share(self.below + self.above)
    }

    /// The median width of those that are closed.
    pub fn width(&mut self) -> f64 {
        self.widths.sort_unstable_by(f64::total_cmp);
        self.widths.get(self.widths.len() / 2).copied().unwrap_or(f64::NAN)
    }

    /// Twice the standard error of a share of so many samples.
    pub fn margin(&self, share: f64) -> f64 {
        2.0 * (share * (1.0 - share) / self.runs.max(1) as f64).sqrt()
    }
}

pub fn missed(setting: &Setting, n: usize, runs: usize) -> Missed {
    let mut draws = Draws(n as u64);
    let mut missed = Missed::default();
    for interval in (0..runs).filter_map(|_| (setting.interval)(&mut draws, n)) {
        missed.runs += 1;
        missed.below += usize::from(interval.low.is_some_and(|low| setting.truth < low));
        missed.above += usize::from(interval.high.is_some_and(|high| setting.truth > high));
        missed.widths.extend(interval.low.zip(interval.high).map(|(low, high)| high - low));
    }
    missed
}

pub fn sums(pairs: &[(f64, f64)]) -> ClusterSums {
    let mut sums = ClusterSums::default();
    pairs.iter().for_each(|&(x, n)| sums.add(x, n));
    sums
}

/// Two samples of the same stakeholders.
fn cross(newer: &[(f64, f64)], older: &[(f64, f64)]) -> CrossSums {
    let mut sums = CrossSums::default();
    newer.iter().zip(older).for_each(|(a, b)| sums.add(*a, *b));
    sums
}

fn share(pairs: &[(f64, f64)]) -> stats::Estimate {
    let sums = sums(pairs);
    stats::share(&sums, sums.n, Confidence::of(LEVEL))
}

/// One row each, in the part with this chance.
fn ones(draws: &mut Draws, n: usize, chance: f64) -> Vec<(f64, f64)> {
    (0..n).map(|_| (f64::from(u8::from(draws.unit() < chance)), 1.0)).collect()
}

/// Up to six rows each, in the part with a chance that is .2 higher or lower.
fn repeated(draws: &mut Draws, n: usize, chance: f64) -> Vec<(f64, f64)> {
    let one = |_| {
        let own = if draws.below(2) == 0 { chance + 0.2 } else { chance - 0.2 };
        let rows = 1 + draws.below(6);
        let part = (0..rows).filter(|_| draws.unit() < own).count();
        (part as f64, rows as f64)
    };
    (0..n).map(one).collect()
}

fn means(draws: &mut Draws, n: usize, values: Values) -> Vec<(f64, f64)> {
    (0..n).map(|_| (values.draw(draws), 1.0)).collect()
}

/// Orders of stakeholders, one or more each, and the amounts of each stakeholder are alike.
fn orders(draws: &mut Draws, n: usize, sigma: f64) -> Vec<(f64, f64)> {
    let one = |_| {
        let (mut count, own) = (1, draws.lognormal(0.5));
        while draws.below(2) == 0 {
            count += 1;
        }
        let spent: f64 = (0..count).map(|_| own * draws.lognormal(sigma)).sum();
        (spent, f64::from(count))
    };
    (0..n).map(one).collect()
}

fn net_share(draws: &mut Draws, n: usize) -> stats::Estimate {
    let answers = scores(draws, n);
    let count = |of: f64| answers.iter().filter(|(x, _)| *x == of).count() as f64;
    stats::net_share(&sums(&answers), count(1.0), count(-1.0), n as f64, LEVEL)
}

/// Answers of which half are for and a fifth against.
fn scores(draws: &mut Draws, n: usize) -> Vec<(f64, f64)> {
    let one = |at: f64| {
        if at < 0.5 {
            1.0
        } else if at < 0.7 {
            -1.0
        } else {
            0.0
        }
    };
    (0..n).map(|_| (one(draws.unit()), 1.0)).collect()
}

/// The logarithms of values with four rows for each stakeholder if `repeated`; half of their variance is between stakeholders.
fn quantile(draws: &mut Draws, n: usize, q: f64, repeated: bool) -> stats::Estimate {
    let (mut values, mut owners) = (Vec::new(), Vec::new());
    for who in 0..n as u32 {
        let own = draws.normal();
        for _ in 0..if repeated { 4 } else { 1 } {
            values.push((own + draws.normal()) / std::f64::consts::SQRT_2);
            owners.push(who);
        }
    }
    stats::quantile(&mut values, &owners, q, LEVEL)
}

/// Events of stakeholders who differ in their rates, and their number.
fn rate(draws: &mut Draws, n: usize, mean: f64) -> stats::Estimate {
    let events: Vec<f64> = (0..n)
        .map(|_| {
            let own = mean * draws.exponential();
            draws.poisson(own)
        })
        .collect();
    let (all, squares) = (events.iter().sum(), events.iter().map(|e| e * e).sum());
    stats::rate(all, squares, n as f64, 1.0, LEVEL)
}

/// Durations of which about a third are not over.
fn survival(draws: &mut Draws, n: usize) -> Option<Interval> {
    let one = |_| {
        let (ends, watched) = (draws.exponential(), 2.0 * draws.exponential());
        Observation {
            time: ends.min(watched),
            event: ends <= watched,
            cluster: u32::MAX,
        }
    };
    let mut all: Vec<Observation> = (0..n).map(one).collect();
    stats::survival_quantile(&mut all, 0.5, LEVEL).interval.ok()
}

/// Durations of stakeholders with three rows each, who differ by these factors; about a quarter is not over.
fn durations(draws: &mut Draws, own: &[f64]) -> Vec<Observation> {
    let rows = (0..).zip(own).flat_map(|(who, factor)| [(who, *factor); 3]);
    let one = |(cluster, factor): (u32, f64)| {
        let (ends, watched) = (factor * draws.exponential(), 3.0 * draws.exponential());
        Observation {
            time: ends.min(watched),
            event: ends <= watched,
            cluster,
        }
    };
    rows.map(one).collect()
}

/// The change of a Kaplan-Meier median, as the program finds it.
fn change_of_survival(mut newer: Vec<Observation>, mut older: Vec<Observation>) -> Option<Interval> {
    let (a, b) = (
        stats::survival_quantile(&mut newer, 0.5, LEVEL),
        stats::survival_quantile(&mut older, 0.5, LEVEL),
    );
    let influences = |of: &[Observation], at| stats::Influences::on_survival(of, at);
    let r = influences(&newer, a.estimate.ok()?).correlation(&influences(&older, b.estimate.ok()?));
    Some(stats::difference(&a.side()?, &b.side()?, r).1)
}

fn difference(newer: &stats::Estimate, older: &stats::Estimate, r: f64) -> Option<Interval> {
    Some(stats::difference(&newer.side()?, &older.side()?, r).1)
}

fn difference_of_means(newer: &[(f64, f64)], older: &[(f64, f64)], r: f64) -> Option<Interval> {
    let of = |pairs| stats::studentised_ratio(&sums(pairs)).ok();
    Some(stats::difference_of_ratios(&of(newer)?, &of(older)?, r, LEVEL))
}

fn setting(
    method: &'static str,
    sample: impl Into<String>,
    truth: f64,
    interval: impl Fn(&mut Draws, usize) -> Option<Interval> + 'static,
) -> Setting {
    Setting {
        method,
        sample: sample.into(),
        truth,
        interval: Box::new(interval),
    }
}

/// The intervals of values.
pub fn values() -> Vec<Setting> {
    let mut all = vec![
        setting("share (Wilson)", "85%", 0.85, |d, n| share(&ones(d, n, 0.85)).interval.ok()),
        setting("share (Wilson)", "75%, 1 to 6 rows each", 0.75, |d, n| {
            share(&repeated(d, n, 0.75)).interval.ok()
        }),
        setting("net share (adjusted Wald)", "50% for, 20% against", 30.0, |d, n| {
            net_share(d, n).interval.ok()
        }),
        setting("median (order statistics)", "normal", 0.0, |d, n| {
            quantile(d, n, 0.5, false).interval.ok()
        }),
        setting("median (order statistics)", "normal, 4 rows each", 0.0, |d, n| {
            quantile(d, n, 0.5, true).interval.ok()
        }),
        setting("p90 (order statistics)", "normal, 4 rows each", 1.281_551_565_544_6, |d, n| {
            quantile(d, n, 0.9, true).interval.ok()
        }),
        setting(
            "median (Kaplan-Meier)",
            "exponential, a third censored",
            std::f64::consts::LN_2,
            survival,
        ),
        setting("rate (exact Poisson, Byar)", "0.5 each, who differ", 0.5, |d, n| {
            rate(d, n, 0.5).interval.ok()
        }),
    ];
    for values in [Values::Normal, Values::Exponential, Values::Lognormal(1.0), Values::Lognormal(1.5)] {
        all.push(setting("mean (cubic)", values.name(), values.mean(), move |d, n| {
            stats::ratio(&sums(&means(d, n, values)), LEVEL).interval.ok()
        }));
    }
    all.push(setting("ratio (cubic)", "orders, lognormal(1)", (0.125_f64 + 0.5).exp(), |d, n| {
        stats::ratio(&sums(&orders(d, n, 1.0)), LEVEL).interval.ok()
    }));
    all
}

/// The intervals of changes and differences of which there are none.
pub fn differences() -> Vec<Setting> {
    let mut all = vec![
        setting("change of a share", "85%, other people", 0.0, |d, n| {
            difference(&share(&ones(d, n, 0.85)), &share(&ones(d, n, 0.85)), 0.0)
        }),
        setting("change of a share", "75%, the same people", 0.0, |d, n| {
            let chances: Vec<f64> = (0..n).map(|_| if d.below(2) == 0 { 0.95 } else { 0.55 }).collect();
            let mut rows = || -> Vec<(f64, f64)> { chances.iter().map(|c| (f64::from(u8::from(d.unit() < *c)), 1.0)).collect() };
            let (a, b) = (rows(), rows());
            difference(&share(&a), &share(&b), cross(&a, &b).correlation(&sums(&a), &sums(&b)))
        }),
        setting("change of a net share", "50% for, 20% against", 0.0, |d, n| {
            difference(&net_share(d, n), &net_share(d, n), 0.0)
        }),
        setting("change of a median", "normal, other people", 0.0, |d, n| {
            difference(&quantile(d, n, 0.5, false), &quantile(d, n, 0.5, false), 0.0)
        }),
        setting("change of a rate", "0.5 each, other people", 0.0, |d, n| {
            difference(&rate(d, n, 0.5), &rate(d, n, 0.5), 0.0)
        }),
        setting("change of a rate", "0.5 each, the same people", 0.0, |d, n| {
            let own: Vec<f64> = (0..n).map(|_| 0.5 * d.exponential()).collect();
            let mut events = || -> Vec<(f64, f64)> { own.iter().map(|mean| (d.poisson(*mean), 0.0)).collect() };
            let (newer, older) = (events(), events());
            let (a, b) = (sums(&newer), sums(&older));
            let of = |sums: &ClusterSums| stats::rate(sums.x, sums.xx, n as f64, 1.0, LEVEL);
            difference(&of(&a), &of(&b), cross(&newer, &older).correlation_of_counts(&a, &b))
        }),
        setting("change of a median (Kaplan-Meier)", "3 rows each, other people", 0.0, |d, n| {
            let own: Vec<f64> = (0..2 * n).map(|_| d.lognormal(0.8)).collect();
            let newer = durations(d, &own[..n]);
            let mut older = durations(d, &own[n..]);
            older.iter_mut().for_each(|o| o.cluster += n as u32);
            change_of_survival(newer, older)
        }),
        setting("change of a median (Kaplan-Meier)", "3 rows each, the same people", 0.0, |d, n| {
            let own: Vec<f64> = (0..n).map(|_| d.lognormal(0.8)).collect();
            change_of_survival(durations(d, &own), durations(d, &own))
        }),
    ];
    for (name, spread, part) in [
        ("lognormal(1), a Poisson number", 1.0, 1.0),
        ("lognormal(1.5), a Poisson number", 1.5, 1.0),
        ("lognormal(1.5), 40% fewer", 1.5, 0.6),
    ] {
        all.push(change_of_a_total(name, spread, part));
    }
    for values in [Values::Exponential, Values::Lognormal(1.0), Values::Lognormal(1.5)] {
        all.push(setting(
            "change of a mean",
            format!("{}, other people", values.name()),
            0.0,
            move |d, n| difference_of_means(&means(d, n, values), &means(d, n, values), 0.0),
        ));
    }
    all.push(setting("change of a mean", "lognormal(1.5), the same people", 0.0, |d, n| {
        let own: Vec<f64> = (0..n).map(|_| d.normal()).collect();
        let mut drawn = || -> Vec<(f64, f64)> { own.iter().map(|u| ((1.5 * (0.8 * u + 0.6 * d.normal())).exp(), 1.0)).collect() };
        let (a, b) = (drawn(), drawn());
        difference_of_means(&a, &b, cross(&a, &b).correlation(&sums(&a), &sums(&b)))
    }));
    all.push(setting("a mean against 19 times as many", "lognormal(1.5)", 0.0, |d, n| {
        difference_of_means(&means(d, n, Values::Lognormal(1.5)), &means(d, 19 * n, Values::Lognormal(1.5)), 0.0)
    }));
    all
}

/// The totals of `part * n` and of `n` stakeholders, on average; each has a lognormal value.
fn change_of_a_total(name: &'static str, spread: f64, part: f64) -> Setting {
    let of_one = part * (spread * spread / 2.0).exp() - (spread * spread / 2.0).exp();
    let total = move |d: &mut Draws, expected: f64| -> Vec<f64> {
        let count = expected + expected.sqrt() * d.normal();
        (0..count.round().max(0.0) as usize).map(|_| d.lognormal(spread)).collect()
    };
    // Per stakeholder, so that the truth is the same for every number of them.
    setting("change of a total", name, of_one, move |d, n| {
        let (a, b) = (total(d, part * n as f64), total(d, n as f64));
        let squares: f64 = a.iter().chain(&b).map(|y| y * y).sum();
        let delta = a.iter().sum::<f64>() - b.iter().sum::<f64>();
        let n = n as f64;
        Some(stats::difference_of_totals(delta / n, squares / (n * n), LEVEL))
    })
}

/// What the stakeholders of twenty groups have that are alike.
#[derive(Clone, Copy)]
pub enum Groups {
    /// Revenue of each customer.
    Revenue,
    /// Answers on a scale with promoters and detractors.
    NetShare,
    /// Satisfied or not.
    Share,
}

/// Whether any of twenty groups that are alike differs from the others after Benjamini and Hochberg's correction, as the program finds it: the
/// p-value of a clear difference is the larger one of its interval's and of the permutation test's.
pub fn any_of_twenty(draws: &mut Draws, groups: Groups, n: usize) -> bool {
    let all: Vec<Vec<(f64, f64)>> = (0..20)
        .map(|_| match groups {
            Groups::Revenue => means(draws, n, Values::Lognormal(1.2)),
            Groups::NetShare => scores(draws, n),
            Groups::Share => ones(draws, n, 0.85),
        })
        .collect();
    let samples: Vec<GroupSample> = all
        .iter()
        .map(|known| GroupSample {
            stakeholders: n as u64,
            known: known.clone(),
        })
        .collect();
    let estimate = |pairs: &[(f64, f64)], level: f64| {
        let sums = sums(pairs);
        let count = |of: f64| pairs.iter().filter(|(x, _)| *x == of).count() as f64;
        match groups {
            Groups::Revenue => stats::ratio(&sums, level),
            Groups::NetShare => stats::net_share(&sums, count(1.0), count(-1.0), sums.n, level),
            Groups::Share => stats::share(&sums, sums.n, Confidence::of(level)),
        }
    };
    let p = |at: usize| {
        let own = &all[at];
        let others: Vec<(f64, f64)> = (0..20).filter(|other| *other != at).flat_map(|other| all[other].clone()).collect();
        let (inside, outside) = (sums(own), sums(&others));
        let (a, b) = (stats::studentised_ratio(&inside), stats::studentised_ratio(&outside));
        let found = stats::p_value(|level| match (groups, &a, &b) {
            (Groups::Revenue, Ok(a), Ok(b)) => Some(stats::difference_of_ratios(a, b, 0.0, level)),
            _ => Some(stats::difference(&estimate(own, level).side()?, &estimate(&others, level).side()?, 0.0).1),
        })
        .unwrap_or(1.0);
        if found >= 1.0 - LEVEL {
            return found;
        }
        stats::permutation_p(&inside, &outside, &samples).map_or(found, |exact| exact.max(found))
    };
    let p: Vec<f64> = (0..20).map(p).collect();
    stats::benjamini_hochberg(&p).into_iter().any(|adjusted| adjusted < 1.0 - LEVEL)
}
