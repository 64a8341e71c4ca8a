//! The models against other programs, and against customers whose parameters are known.

use super::beta_geometric::{Leaving, expected};
use super::patterns::tests::history;
use super::*;

/// Repeats, last day, age in days, and number of customers: 150 simulated customers.
#[rustfmt::skip]
const CUSTOMERS: [(u32, u32, u32, usize); 98] = [
    (0, 0, 140, 14), (0, 0, 175, 6), (0, 0, 210, 8), (0, 0, 245, 7), (0, 0, 280, 5), (0, 0, 315, 8), (0, 0, 350, 3), (0, 0, 385, 9),
    (1, 67, 140, 1), (1, 122, 140, 1), (1, 124, 140, 1), (1, 7, 175, 1), (1, 27, 175, 1), (1, 71, 175, 1), (1, 93, 175, 1),
    (1, 95, 175, 1), (1, 19, 210, 1), (1, 28, 210, 1), (1, 38, 210, 1), (1, 53, 210, 1), (1, 85, 210, 1), (1, 139, 210, 1),
    (1, 174, 210, 1), (1, 191, 210, 1), (1, 54, 245, 1), (1, 140, 245, 1), (1, 194, 245, 1), (1, 278, 279, 1), (1, 1, 280, 1),
    (1, 9, 280, 1), (1, 47, 280, 1), (1, 190, 280, 1), (1, 9, 315, 1), (1, 10, 315, 1), (1, 11, 315, 1), (1, 35, 315, 1),
    (1, 112, 315, 1), (1, 2, 350, 1), (1, 27, 350, 1), (1, 31, 350, 1), (1, 58, 350, 1), (1, 229, 350, 1), (1, 28, 385, 1),
    (1, 102, 385, 1), (2, 93, 140, 1), (2, 111, 140, 1), (2, 162, 165, 1), (2, 8, 175, 1), (2, 38, 210, 1), (2, 185, 210, 1),
    (2, 199, 210, 1), (2, 13, 245, 1), (2, 50, 245, 1), (2, 98, 245, 1), (2, 179, 245, 1), (2, 239, 245, 1), (2, 58, 280, 1),
    (2, 154, 280, 1), (2, 20, 315, 1), (2, 48, 315, 1), (2, 88, 315, 1), (2, 129, 315, 1), (2, 197, 350, 1), (2, 17, 385, 1),
    (2, 21, 385, 1), (2, 169, 385, 1), (3, 78, 175, 1), (3, 79, 175, 1), (3, 51, 245, 1), (3, 90, 280, 1), (3, 222, 315, 1),
    (3, 26, 350, 1), (3, 84, 385, 1), (4, 178, 206, 1), (4, 93, 210, 1), (4, 117, 210, 1), (4, 165, 245, 1), (4, 244, 245, 1),
    (4, 370, 385, 1), (5, 124, 175, 1), (5, 213, 245, 1), (5, 220, 245, 1), (5, 307, 315, 1), (5, 163, 385, 1), (5, 328, 385, 1),
    (5, 352, 385, 1), (6, 133, 350, 1), (6, 149, 385, 1), (7, 203, 280, 1), (7, 296, 385, 1), (8, 152, 175, 1), (8, 218, 241, 1),
    (8, 270, 280, 1), (9, 65, 175, 1), (9, 178, 210, 1), (17, 370, 385, 1), (21, 249, 269, 1), (21, 331, 350, 1),
];

/// Repeats and mean amounts of 80 simulated customers.
#[rustfmt::skip]
const AMOUNTS: [(u32, f64); 80] = [
    (4, 17.87), (3, 12.99), (1, 9.7), (3, 37.97), (3, 14.45), (4, 23.34), (3, 12.53), (4, 23.72), (5, 19.43), (3, 21.75), (1, 25.66),
    (4, 28.84), (3, 7.87), (3, 16.49), (3, 22.19), (4, 18.59), (5, 17.29), (5, 18.17), (4, 27.17), (4, 20.95), (5, 55.65), (2, 38.76),
    (2, 42.73), (5, 11.77), (4, 13.99), (2, 35.89), (4, 27.39), (3, 12.76), (1, 32.22), (5, 18.88), (5, 34.13), (4, 13.35), (3, 9.68),
    (5, 37.92), (2, 58.52), (4, 18.48), (1, 11.5), (5, 27.66), (4, 30.4), (2, 21.35), (5, 66.87), (3, 42.26), (5, 50.41), (2, 20.29),
    (1, 5.96), (2, 18.18), (2, 44.83), (3, 12.87), (4, 27.22), (1, 37.65), (2, 29.19), (5, 42.71), (4, 21.03), (4, 37.5), (4, 21.25),
    (4, 44.36), (5, 21.82), (1, 19.7), (2, 54.53), (2, 36.18), (3, 62.09), (4, 135.04), (2, 51.8), (3, 15.23), (4, 22.71), (3, 85.53),
    (2, 54.23), (4, 14.19), (5, 25.4), (3, 7.24), (5, 66.28), (1, 40.19), (3, 54.99), (5, 16.91), (2, 32.51), (5, 27.22), (4, 11.8),
    (2, 23.84), (3, 24.01), (5, 21.19),
];

fn customers() -> Vec<History> {
    let of = |&(repeats, last, age, n): &(u32, u32, u32, usize)| vec![history(repeats, last, age); n];
    CUSTOMERS.iter().flat_map(of).collect()
}

#[track_caller]
fn close(actual: f64, expected: f64, tolerance: f64) {
    assert!(
        (actual - expected).abs() <= tolerance * expected.abs().max(1e-9),
        "{actual} is not {expected}"
    );
}

// Python's math.lgamma: the sum of n (lgamma(r + x) - lgamma(r) + r log(alpha) - (r + x) log(alpha + age / 7)).
#[test]
fn the_likelihood_where_nobody_leaves_is_that_of_the_negative_binomial() {
    let (patterns, _) = Patterns::of(&customers());
    let staying = Staying {
        patterns: &patterns,
        counts: &patterns.counts,
    };
    for (r, alpha, expected) in [(0.5, 6.0, -1037.720512928287), (2.0, 30.0, -1052.0692946357158)] {
        close(staying.at([f64::ln(r), f64::ln(alpha)]).value, expected, 1e-12);
    }
}

/// The likelihoods of Fader, Hardie and Lee (2005), of BTYDplus and of Fader and Hardie (2005), with scipy's gammaln and hyp2f1, maximised by
/// scipy 1.17 from four starts; the sums over customers of expected purchases in 39 weeks and of P(alive) by lifetimes 0.11.3.
#[test]
fn fits_and_forecasts_are_those_of_scipy_and_lifetimes() {
    for (model, parameters, log_likelihood, expected, alive) in [
        (
            Model::BgNbd,
            [0.4130115840138364, 3.8369963021609936, 0.8736552482538312, 2.4433937012852938],
            -990.3179037586112,
            153.4563138802069,
            99.44584040738842,
        ),
        (
            Model::MbgNbd,
            [1.1655247840266223, 7.707025933448757, 1.1938333069782585, 2.5600409401189483],
            -989.5777105651306,
            139.29760787259994,
            50.43156666774193,
        ),
        (
            Model::ParetoNbd,
            [1.1414724949873427, 11.988578171538126, 1.087497612887638, 22.04852460302793],
            -991.1006869657339,
            142.43949971881062,
            54.157883790617205,
        ),
    ] {
        let base = Base::of(model, &customers());
        let fit = base.fit().unwrap();
        let Parameters::All(found) = fit.parameters else {
            panic!("{model:?}")
        };
        found
            .iter()
            .zip(parameters)
            .for_each(|(found, expected)| close(*found, expected, 1e-4));
        close(fit.log_likelihood, log_likelihood, 1e-10);
        let prediction = base.predict(fit.parameters);
        let sum = |of: &dyn Fn(usize, &History) -> f64| -> f64 {
            base.histories()
                .iter()
                .enumerate()
                .zip(&base.patterns.counts)
                .map(|((i, h), n)| n * of(i, h))
                .sum()
        };
        close(sum(&|i, _| prediction.alive(i)), alive, 1e-4);
        close(
            sum(&|i, h| prediction.alive(i) * prediction.expected_if_alive(h.repeats, h.age, 39.0)),
            expected,
            1e-4,
        );
    }
}

/// How often each of so many is drawn: 0 to 3 times.
fn weights(number: usize) -> Vec<f64> {
    (0..number).map(|i| ((i * i + 3 * i) % 4) as f64).collect()
}

/// The slope that is put together from sums is the derivative of the likelihood.
#[test]
fn slopes_are_those_of_the_likelihood() {
    for model in [Model::BgNbd, Model::MbgNbd] {
        let base = Base::of(model, &customers());
        let counts = weights(base.histories().len());
        let likelihood = base.likelihood(&counts);
        for at in [[0.4, 3.8, 0.9, 2.4], [30.0, 200.0, 1e-3, 0.1]] {
            let at = at.map(f64::ln);
            likelihood
                .slope(at)
                .iter()
                .zip(likelihood.at(at).slope)
                .for_each(|(slope, expected)| close(*slope, expected, 1e-10));
        }
    }
}

/// Many parameters at once say the same as each of them alone.
#[test]
fn predictions_of_many_parameters_are_those_of_each() {
    for model in Model::ALL {
        let base = Base::of(model, &customers());
        let parameters = [[0.4, 3.8, 0.9, 2.4], [1.2, 7.7, 1.2, 25.0], [2.0, 9.0, 0.1, 0.2]].map(Parameters::All);
        let all = base.predict_all(&parameters);
        let (mut alive, mut expected) = ([0.0; 3], [0.0; 3]);
        for (i, history) in base.histories().iter().enumerate() {
            all.alive(i, &mut alive);
            all.expected_if_alive(history.repeats, history.age, 39.0, &mut expected);
            for (k, parameters) in parameters.iter().enumerate() {
                let one = base.predict(*parameters);
                close(alive[k], one.alive(i), 1e-12);
                close(expected[k], one.expected_if_alive(history.repeats, history.age, 39.0), 1e-15);
            }
        }
        let mut alive = [0.0; 2];
        base.predict_all(&[Parameters::NobodyLeaves([1.0, 2.0]); 2]).alive(3, &mut alive);
        assert_eq!(alive, [1.0, 1.0]);
    }
}

/// The formulas of the papers with the hypergeometric function of mpmath 1.4 at 40 digits.
#[test]
fn expected_purchases_have_all_digits_also_at_a_of_1_and_for_many_repeats() {
    for (parameters, repeats, age, weeks, bg, mbg) in [
        ([0.5248, 6.1831, 0.8914, 1.6140], 2, 272, 39.0, 1.72205246123021, 1.78821875122569),
        ([0.2426, 4.4136, 1.0, 2.4259], 0, 272, 39.0, 0.190782349587334, 0.196182208233792),
        ([2.0, 5.0, 3.0, 40.0], 177, 452, 52.0, 67.2857033197521, 67.4460902718197),
        ([0.3, 0.05, 0.7, 1.2], 0, 0, 39.0, 10.0616132748373, 14.7232068441991),
        ([5.0, 30.0, 0.2, 0.4], 3, 70, 520.0, 61.34318381399344, 64.41951561205688),
    ] {
        close(expected(Leaving::AfterRepeats, parameters, (repeats, age), weeks), bg, 1e-12);
        close(expected(Leaving::AfterAny, parameters, (repeats, age), weeks), mbg, 1e-12);
    }
}

/// The sum of P(N > j) where even P(N = 0) is no float: x of 5,000 in 500 weeks, with hardly anybody leaving.
#[test]
fn thousands_of_purchases_are_no_overflow() {
    let parameters = [3.0, 1.0, 1e-6, 10.0];
    let many = expected(Leaving::AfterAny, parameters, (5000, 3500), 52.0);
    // Nobody leaves: (r + x) t / (alpha + T).
    close(many, 5003.0 * 52.0 / 501.0, 1e-5);
}

/// scipy 1.17, by Nelder-Mead and BFGS.
#[test]
fn spending_is_that_of_scipy() {
    let spending = Spending::of(&AMOUNTS);
    let fit = fit_spending(&spending).unwrap();
    let expected = [3.7678309759243698, 4.6812373846618, 29.388953104550907];
    fit.parameters
        .iter()
        .zip(expected)
        .for_each(|(found, expected)| close(*found, expected, 1e-4));
    close(fit.log_likelihood, -327.7156960079654, 1e-10);
    close(spending.correlation().unwrap(), 0.025199166024835292, 1e-9);
    close(expected_spend(fit.parameters, 0, 0.0).unwrap(), 30.08026820511298, 1e-4);
    close(expected_spend(fit.parameters, 4, 17.87).unwrap(), 20.266947014449244, 1e-4);
    assert_eq!(expected_spend([2.0, 0.9, 5.0], 3, 10.0), None);
}
