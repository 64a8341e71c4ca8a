//! A rate: events for a given exposure, such as complaints per 100 customers.

use super::distribution::{bisect, normal_quantile};
use super::{Estimate, Interval, Method, NoIntervalReason};
use statrs::function::gamma::{gamma_lr, gamma_ur};

/// From this number of events on Byar's approximation is as good as the exact limits.
const BYAR_FROM: f64 = 10.0;

/// The rate `per` x events / exposure, with the limits of a Poisson count: exact below 10 events, Byar's from 10 on.
///
/// `events_squared` is the sum over stakeholders of their squared numbers of events. Where some have several, the count varies by
/// phi = max(1, events_squared / events) more than a Poisson count (it is a compound one), and its limits are those of events / phi events
/// times phi; phi is the design effect. An exposure of 0 leaves the rate undefined.
///
/// Garwood, Biometrika 28 (1936), 437-442; Byar in Breslow and Day, *Statistical Methods in Cancer Research* II (1987), 69; phi as the
/// quasi-Poisson dispersion of a compound Poisson count.
pub fn rate(events: f64, events_squared: f64, exposure: f64, per: f64, level: f64) -> Estimate {
    let value = events / exposure * per;
    if !(exposure > 0.0 && events >= 0.0 && value.is_finite()) {
        return Estimate::undefined();
    }
    let phi = (events_squared / events).max(1.0);
    let independent = events / phi;
    let (method, (low, high)) = if independent < BYAR_FROM {
        (Method::PoissonExact, poisson_exact(independent, level))
    } else {
        (Method::Byar, poisson_byar(independent, level))
    };
    let scale = phi / exposure * per;
    let (low, high) = ((low * scale).min(value), (high * scale).max(value));
    let interval = if high.is_finite() {
        Ok(Interval::closed(low, high))
    } else {
        Err(NoIntervalReason::NotDefined)
    };
    Estimate {
        value,
        interval,
        method: Some(method),
        deff: Some(phi),
    }
}

/// The exact limits of the mean of a Poisson count: half the chi-square quantiles at alpha / 2 with 2 O and at 1 - alpha / 2 with
/// 2 O + 2 degrees of freedom. `events` need not be whole. Garwood, Biometrika 28 (1936), 437-442.
pub fn poisson_exact(events: f64, level: f64) -> (f64, f64) {
    let tail = ((1.0 - level) / 2.0).clamp(f64::EPSILON, 0.5);
    // Chi-square tails reach further than normal ones; 20 standard deviations and 80 hold any limit that a level can ask for.
    let far = events + 20.0 * events.sqrt() + 80.0;
    // P(at least O events | mean) rises with the mean to alpha / 2, P(at most O events | mean) falls to it.
    let low = if events > 0.0 {
        bisect(|mean| gamma_lr(events, mean) >= tail, 0.0, far)
    } else {
        0.0
    };
    let high = bisect(|mean| gamma_ur(events + 1.0, mean) <= tail, 0.0, far);
    (low, high)
}

/// Byar's approximation to the exact limits, good from about 10 events on. Breslow and Day (1987), 69, after Rothman and Boice (1979).
pub fn poisson_byar(events: f64, level: f64) -> (f64, f64) {
    let z = normal_quantile(level);
    let limit = |events: f64, z: f64| events * (1.0 - 1.0 / (9.0 * events) + z / (3.0 * events.sqrt())).powi(3);
    let low = if events > 0.0 { limit(events, -z).max(0.0) } else { 0.0 };
    (low, limit(events + 1.0, z))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, ends};
    use super::*;
    use proptest::prelude::*;

    // from scipy.stats import chi2
    // chi2.ppf(.025, 2 * o) / 2, chi2.isf(.025, 2 * o + 2) / 2
    #[test]
    fn exact_limits_match_scipy() {
        for (events, low, high) in [
            (0.0, 0.0, 3.6889),
            (1.0, 0.0253, 5.5716),
            (5.0, 1.6235, 11.6683),
            (10.0, 4.7954, 18.3904),
        ] {
            let limits = poisson_exact(events, 0.95);
            close(limits.0, low, 5e-5);
            close(limits.1, high, 5e-5);
        }
        for (events, level, low, high) in [
            (2.5, 0.95, 0.4156058067433315, 8.006382137314663),
            (9.9, 0.8, 6.141916541469936, 15.287010060184924),
            (3.0, 0.998, 0.19053337756840327, 13.06224077918807),
            (0.2, 0.95, 6.37253992002979e-09, 4.097368216808117),
            (100.0, 0.95, 81.36399125092315, 121.62679379242638),
            (1.0, 1.0 - 1e-9, 4.999999859840333e-10, 24.661401002166805),
        ] {
            let limits = poisson_exact(events, level);
            close(limits.0 / low, 1.0, 1e-6);
            close(limits.1 / high, 1.0, 1e-8);
        }
    }

    // o * (1 - 1 / (9 * o) - z / (3 * sqrt(o)))**3; o + 1 with + z
    #[test]
    fn byars_limits() {
        for (events, low, high) in [(10.0, 4.7874, 18.3915), (65.0, 50.1632, 82.8491), (100.0, 81.3621, 121.6279)] {
            let limits = poisson_byar(events, 0.95);
            close(limits.0, low, 5e-5);
            close(limits.1, high, 5e-5);
        }
    }

    #[test]
    fn the_method_changes_at_ten_events_and_carries_the_unit() {
        let estimate = rate(5.0, 5.0, 250.0, 100.0, 0.95);
        assert_eq!(
            (estimate.value, estimate.method, estimate.deff),
            (2.0, Some(Method::PoissonExact), Some(1.0))
        );
        let (low, high) = ends(estimate.interval.unwrap());
        close(low, 1.6235 * 0.4, 5e-5);
        close(high, 11.6683 * 0.4, 5e-5);
        assert_eq!(rate(9.0, 9.0, 250.0, 1.0, 0.95).method, Some(Method::PoissonExact));
        assert_eq!(rate(10.0, 10.0, 250.0, 1.0, 0.95).method, Some(Method::Byar));
    }

    #[test]
    fn several_events_of_one_stakeholder_count_less() {
        // Ten stakeholders with two events each: as precise as ten events, twice as high.
        let estimate = rate(20.0, 40.0, 1.0, 1.0, 0.95);
        let (low, high) = ends(estimate.interval.unwrap());
        assert_eq!((estimate.deff, estimate.method), (Some(2.0), Some(Method::Byar)));
        close(low, 2.0 * 4.7874, 1e-4);
        close(high, 2.0 * 18.3915, 1e-4);
    }

    #[test]
    fn degenerate_rates() {
        assert_eq!(rate(3.0, 3.0, 0.0, 1.0, 0.95), Estimate::undefined());
        assert_eq!(rate(f64::NAN, 3.0, 1.0, 1.0, 0.95), Estimate::undefined());
        let none = rate(0.0, 0.0, 10.0, 1.0, 0.95);
        assert_eq!((none.value, none.deff), (0.0, Some(1.0)));
        let (low, high) = ends(none.interval.unwrap());
        assert_eq!(low, 0.0);
        close(high, 0.36889, 5e-6);
        assert_eq!(poisson_byar(0.0, 0.95).0, 0.0);
    }

    proptest! {
        #[test]
        fn a_rate_lies_within_its_interval(events in 0.0..500.0, spread in 1.0..5.0, exposure in 0.1..1e6, level in 0.0..1.0) {
            let events = f64::floor(events);
            let estimate = rate(events, events * spread, exposure, 100.0, level);
            let (low, high) = ends(estimate.interval.unwrap());
            prop_assert!(0.0 <= low && low <= estimate.value && estimate.value <= high);
        }
    }
}
