//! Whether periods vary by more than the sampling of their rows explains, for many metrics at once.
//!
//! What happens to all stakeholders at once, a holiday or a late invoice run, is in no interval. The series of a metric shows it: the usual
//! change between its periods is larger than the standard error of a change. But a series of a year says little of that, and a test with so few
//! degrees of freedom finds nothing. The metrics of a report are measured on the same stakeholders in the same periods, so each says something
//! of the others too. As Smyth does for many genes at once (Statistical Applications in Genetics and Molecular Biology 3 (2004), article 3),
//! a prior for the ratio of the two variances is estimated from all metrics, with the degrees of freedom that it is worth: many where the
//! ratios differ no more than chance makes them.
//!
//! Mean and variance of the ratios would not do for that: metrics that look back over overlapping times vary far less from period to period
//! than their rows, and a few vary far more. So the prior is that of the upper half of the ratios but for the largest, and a metric that varies
//! more than the prior explains stands alone (as in Phipson and others, Annals of Applied Statistics 10 (2016), 946-963).

use statrs::function::{beta::beta_reg, gamma::gamma_lr};

use super::Interval;
use super::distribution::{bisect, student_quantile};
use super::multiple::p_value;

/// Fewer metrics than this say too little of each other.
const METRICS_AT_LEAST: usize = 5;

/// The share of ratios below the one that tells how much they differ: there are metrics that vary far more than the others.
const UPPER: f64 = 0.75;

/// A ratio above so large a share of those that the prior explains is not explained by it.
const UNUSUAL: f64 = 0.975;

/// Metrics measured on the same stakeholders repeat each other: so large a part of their degrees of freedom counts.
const INDEPENDENT: f64 = 0.5;

/// How the variance of a usual change between two periods compares with the variance that sampling explains.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dispersion {
    /// The ratio of the variances; 1 where sampling explains everything.
    pub ratio: f64,
    /// Its degrees of freedom.
    pub df: f64,
}

impl Dispersion {
    /// Nothing is known.
    const UNKNOWN: Dispersion = Dispersion { ratio: 1.0, df: 0.0 };

    /// The prior that these dispersions of different metrics give for each other: a ratio of 1 or more, without degrees of freedom where the
    /// metrics are fewer than five.
    ///
    /// A ratio about the prior s is distributed as s F, with `df` and the prior's degrees of freedom. The prior s is the smallest one of which half
    /// of the ratios are in the lower half; its degrees of freedom are the most at which three quarters are in the lower three quarters, but no
    /// more than half of those of all metrics together.
    pub fn prior(observed: &[Dispersion]) -> Dispersion {
        let used: Vec<&Dispersion> = observed.iter().filter(|one| one.is_usable()).collect();
        if used.len() < METRICS_AT_LEAST {
            return Dispersion::UNKNOWN;
        }
        // The place of the ratio that has this share of all below it, among what a prior expects.
        let place = |share: f64, prior: Dispersion| {
            let mut places: Vec<f64> = used.iter().map(|one| one.place_under(prior)).collect();
            places.sort_by(f64::total_cmp);
            places[((used.len() as f64 * share).ceil() as usize).max(1) - 1]
        };
        let most = INDEPENDENT * used.iter().map(|one| one.df).sum::<f64>();
        let centred = |ln: f64| {
            let prior = Dispersion { ratio: ln.exp(), df: most };
            place(0.5, prior) <= 0.5
        };
        let largest = used.iter().map(|one| one.ratio).fold(1.0, f64::max).ln() + 5.0;
        let ratio = if centred(0.0) { 1.0 } else { bisect(centred, 0.0, largest).exp() };
        let explained = |df: f64| place(UPPER, Dispersion { ratio, df }) <= UPPER;
        let df = if explained(most) {
            most
        } else {
            bisect(|df| !explained(df), 0.0, most)
        };
        Dispersion { ratio, df }
    }

    /// This dispersion in the light of a prior: the mean of both, weighted by degrees of freedom. One that the prior does not explain stays as it
    /// is, and so does one that is not a positive number. A ratio below 1 counts as 1: a series that varied less than sampling makes it vary
    /// was lucky, or its periods share rows.
    pub fn moderated(self, prior: Dispersion) -> Dispersion {
        if !self.is_usable() || self.place_under(prior) > UNUSUAL {
            return self;
        }
        let df = self.df + prior.df;
        Dispersion {
            ratio: (self.df * self.ratio.max(1.0) + prior.df * prior.ratio) / df,
            df,
        }
    }

    /// The smallest 1 - level at which such a variation does not explain a change by `delta` whose standard error by sampling is `error`. The
    /// variance is that of the sampling at least. `None` where too little is known, below one degree of freedom.
    pub fn p_value(self, delta: f64, error: f64) -> Option<f64> {
        let deviation = error * self.ratio.max(1.0).sqrt();
        p_value(|level| {
            let margin = deviation * student_quantile(self.df, level);
            margin.is_finite().then(|| Interval::closed(delta - margin, delta + margin))
        })
    }

    fn is_usable(&self) -> bool {
        self.ratio.is_finite() && self.ratio > 0.0 && self.df > 0.0
    }

    /// The share of ratios that a prior expects below this one; 0 without a prior.
    fn place_under(&self, prior: Dispersion) -> f64 {
        let x = self.df * self.ratio / prior.ratio;
        if prior.df <= 0.0 {
            0.0
        } else if prior.df > 1e6 {
            gamma_lr(self.df / 2.0, x / 2.0)
        } else {
            beta_reg(self.df / 2.0, prior.df / 2.0, x / (x + prior.df))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::close;
    use super::*;

    fn of(ratios: &[f64], df: f64) -> Vec<Dispersion> {
        ratios.iter().map(|&ratio| Dispersion { ratio, df }).collect()
    }

    const ALIKE: [f64; 8] = [0.4, 0.7, 1.1, 1.6, 0.2, 0.9, 1.3, 0.05];

    const SHAKEN: [f64; 8] = [1.4, 4.7, 3.1, 7.6, 2.2, 0.9, 5.3, 22.0];

    // d = 7; scipy.stats.f.cdf(1.3, d, 28), scipy.stats.chi2.cdf(1.3 * d, d)
    #[test]
    fn places_golden_values() {
        let one = Dispersion { ratio: 1.3, df: 7.0 };
        close(one.place_under(Dispersion { ratio: 1.0, df: 28.0 }), 0.7133444370255112, 1e-12);
        close(one.place_under(Dispersion { ratio: 1.0, df: 1e9 }), 0.7544440011033253, 1e-12);
    }

    // of the sorted ratios the fourth and the sixth are x and y; d = 7; most = 28
    // s = x / scipy.stats.f.ppf(0.5, d, 28); df = brentq(lambda k: scipy.stats.f.cdf(y / s, d, k) - 0.75, 0.1, 28)
    #[test]
    fn prior_golden_values() {
        assert_eq!(Dispersion::prior(&of(&ALIKE, 7.0)), Dispersion { ratio: 1.0, df: 28.0 });
        let prior = Dispersion::prior(&of(&SHAKEN, 7.0));
        close(prior.ratio, 3.3380404909259322, 1e-9);
        close(prior.df, 9.40373324600898, 1e-6);
    }

    #[test]
    fn what_the_prior_explains_is_moderated() {
        let prior = Dispersion { ratio: 2.0, df: 21.0 };
        let one = Dispersion { ratio: 3.0, df: 7.0 };
        assert_eq!(one.moderated(prior), Dispersion { ratio: 2.25, df: 28.0 });
        let lucky = Dispersion { ratio: 0.1, df: 7.0 };
        assert_eq!(lucky.moderated(prior), Dispersion { ratio: 1.75, df: 28.0 });
        let wild = Dispersion { ratio: 12.0, df: 7.0 };
        assert_eq!(wild.moderated(prior), wild);
        assert_eq!(one.moderated(Dispersion::UNKNOWN), one);
        assert_eq!(Dispersion::prior(&of(&[1.0; 4], 7.0)), Dispersion::UNKNOWN, "few metrics");
        assert_eq!(Dispersion::prior(&of(&[1.0, 2.0, 3.0, 0.0, f64::NAN], 7.0)), Dispersion::UNKNOWN);
    }

    // 2 * scipy.stats.t.sf(3 / 1.5, 28), 2 * scipy.stats.t.sf(3, 28)
    #[test]
    fn p_golden_values() {
        let p = |ratio: f64| Dispersion { ratio, df: 28.0 }.p_value(3.0, 1.0).unwrap();
        close(p(2.25), 0.05528523764195693, 1e-6);
        close(p(0.3), 0.005617399079709114, 1e-6);
        assert_eq!(Dispersion::UNKNOWN.p_value(3.0, 1.0), None);
    }
}
