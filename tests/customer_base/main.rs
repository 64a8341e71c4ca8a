//! The models of a customer base on customers whose parameters are known. `benches/customers.rs` does the same with more of them.

mod customers;

use customers::{Customer, Rng, customers, seen};
use relhealth::api::customer_base::{Base, History, Model, Parameters, Spending, fit_spending, percentiles, refit_spending, resample};

const CASES: [(Model, [f64; 4]); 3] = [
    (Model::MbgNbd, [0.8, 6.0, 0.9, 2.0]),
    (Model::BgNbd, [0.6, 5.0, 0.8, 2.5]),
    (Model::ParetoNbd, [0.7, 9.0, 0.8, 15.0]),
];

fn histories(customers: &[Customer]) -> Vec<History> {
    customers.iter().map(|customer| customer.history).collect()
}

fn all(parameters: Parameters) -> [f64; 4] {
    match parameters {
        Parameters::All(all) => all,
        Parameters::NobodyLeaves(two) => panic!("nobody leaves: {two:?}"),
    }
}

/// With 5,000 customers the estimates are within a third of the truth.
#[test]
fn the_parameters_of_many_customers_are_found_again() {
    for (model, truth) in CASES {
        let fit = Base::of(model, &histories(&customers(model, truth, 5_000, 546, 11))).fit().unwrap();
        for (found, truth) in all(fit.parameters).iter().zip(truth) {
            assert!((found / truth).ln().abs() < 0.3, "{model:?}: {found} instead of {truth}");
        }
    }
}

/// P(alive) of 0.7 means that seven of ten have not left, and an expected order is an order.
#[test]
fn probabilities_and_expectations_come_true() {
    for (model, truth) in CASES {
        let people = customers(model, truth, 20_000, 546, 5);
        let base = Base::of(model, &histories(&people));
        let prediction = base.predict(Parameters::All(truth));
        let mut groups = [Group::default(); 5];
        for (customer, &history) in people.iter().zip(base.of_customer()) {
            let History { repeats, age, .. } = customer.history;
            let alive = prediction.alive(history as usize);
            let expected = alive * prediction.expected_if_alive(repeats, age, 39.0);
            let came = f64::from(seen(&customer.days, age + 273).repeats - repeats);
            let group = &mut groups[((alive * 5.0) as usize).min(4)];
            group.customers += 1.0;
            group.alive += alive;
            group.are += f64::from(u8::from(customer.is_alive));
            group.expected += expected;
            group.came += came;
            group.squares += (came - expected) * (came - expected);
        }
        for group in groups.into_iter().filter(|group| group.customers > 100.0) {
            let (p, is) = (group.alive / group.customers, group.are / group.customers);
            let error = (p * (1.0 - p) / group.customers).sqrt();
            assert!((p - is).abs() < 3.5 * error + 0.005, "{model:?}: P(alive) {p}, {is} are");
            let miss = (group.expected - group.came).abs();
            assert!(miss < 3.5 * group.squares.sqrt() + 0.01 * group.came, "{model:?}: {group:?}");
        }
    }
}

/// Customers with a similar P(alive), together.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    customers: f64,
    alive: f64,
    are: f64,
    expected: f64,
    came: f64,
    squares: f64,
}

/// Intervals of 90% hold the truth in about 90% of the samples: the parameters, and the expected orders of all.
#[test]
fn intervals_hold_the_truth_as_often_as_they_should() {
    const SAMPLES: u64 = 20;
    let (model, truth) = CASES[0];
    let mut held = [0; 5];
    for sample in 0..SAMPLES {
        let people = customers(model, truth, 500, 546, 1000 + sample);
        let base = Base::of(model, &histories(&people));
        let fit = base.fit().unwrap();
        let expected = |parameters: Parameters| -> f64 {
            let prediction = base.predict(parameters);
            let of = |&history: &u32| {
                let History { repeats, age, .. } = base.histories()[history as usize];
                prediction.alive(history as usize) * prediction.expected_if_alive(repeats, age, 39.0)
            };
            base.of_customer().iter().map(of).sum()
        };
        let resamples = (0..99).map(|i| base.refit(&fit, &resample(people.len(), i)).unwrap());
        let mut values: Vec<Vec<f64>> = vec![Vec::new(); 5];
        for parameters in resamples {
            let Parameters::All(found) = parameters else { panic!() };
            (0..4).for_each(|i| values[i].push(found[i]));
            values[4].push(expected(parameters));
        }
        let truths = truth.into_iter().chain([expected(Parameters::All(truth))]);
        for (held, (values, truth)) in held.iter_mut().zip(values.iter_mut().zip(truths)) {
            *held += u64::from(percentiles(values, 0.9).unwrap().holds(truth));
        }
    }
    // Of 20, fewer than 14 are held with a probability of 0.2% where each is with 90%.
    assert!(held.iter().all(|held| *held >= 14), "{held:?} of {SAMPLES}");
}

/// Amounts of customers who all spend alike, around the same mean of 45: how much they differ cannot be estimated, and some samples even fit
/// best with no difference at all. What they spend is known well, and resamples of it can be fitted.
#[test]
fn intervals_of_spend_hold_the_truth_where_customers_do_not_differ() {
    const SAMPLES: u64 = 20;
    const RESAMPLES: u64 = 99;
    let mut held = 0;
    let mut limits = 0;
    for sample in 0..SAMPLES {
        let mut rng = Rng(300 + sample);
        let one = |i: u32| {
            let repeats = 1 + i % 6;
            (repeats, rng.gamma(3.0 * f64::from(repeats), f64::from(repeats) / 15.0))
        };
        let amounts: Vec<(u32, f64)> = (0..400).map(one).collect();
        let spending = Spending::of(&amounts);
        let fit = fit_spending(&spending).unwrap();
        limits += u32::from(fit.is_limit);
        assert!(!fit.is_limit || fit.has_value == [true, false, false], "{fit:?}");
        let mean = |[p, q, v]: [f64; 3]| p * v / (q - 1.0);
        assert!((mean(fit.parameters) / 45.0 - 1.0).abs() < 0.1, "{fit:?}");
        let refitted = (0..RESAMPLES).map(|i| refit_spending(&spending, &fit, &resample(amounts.len(), i)));
        let mut means: Vec<f64> = refitted.map(|found| mean(found.unwrap())).collect();
        held += u32::from(percentiles(&mut means, 0.9).unwrap().holds(45.0));
    }
    assert!(
        (5..20).contains(&limits),
        "{limits} of {SAMPLES} have no estimate of the difference"
    );
    // Of 20, fewer than 14 are held with a probability of 0.2%.
    assert!(held >= 14, "{held} of {SAMPLES}");
}

/// Each of some values as often as it was drawn.
fn drawn_of<T: Copy>(values: &[T], drawn: &[u8]) -> Vec<T> {
    let each = values.iter().zip(drawn);
    each.flat_map(|(one, times)| vec![*one; usize::from(*times)]).collect()
}

/// A refit to a resample is a fit to the customers who were drawn, each as often as it was drawn.
#[test]
fn refits_are_fits_to_those_who_were_drawn() {
    let close = |found: &[f64], expected: &[f64]| {
        for (found, expected) in found.iter().zip(expected) {
            assert!((found / expected - 1.0).abs() < 0.01, "{found} is not {expected}");
        }
    };
    let mut rng = Rng(6);
    let one = |i: u32| {
        let (repeats, mean) = (f64::from(1 + i % 5), 30.0 / rng.gamma(4.0, 4.0));
        (1 + i % 5, rng.gamma(4.0 * repeats, 4.0 * repeats / mean))
    };
    let amounts: Vec<(u32, f64)> = (0..300).map(one).collect();
    let spending = Spending::of(&amounts);
    let fit = fit_spending(&spending).unwrap();
    for number in 0..8 {
        let drawn = resample(amounts.len(), number);
        let expected = fit_spending(&Spending::of(&drawn_of(&amounts, &drawn))).unwrap();
        close(&refit_spending(&spending, &fit, &drawn).unwrap(), &expected.parameters);
    }
    let (model, truth) = CASES[0];
    let people = histories(&customers(model, truth, 600, 546, 12));
    let base = Base::of(model, &people);
    let fit = base.fit().unwrap();
    for number in 0..4 {
        let drawn = resample(people.len(), number);
        let expected = Base::of(model, &drawn_of(&people, &drawn)).fit().unwrap();
        close(&all(base.refit(&fit, &drawn).unwrap()), &all(expected.parameters));
    }
}

/// The same customers in another order, or fitted twice, give the same bits.
#[test]
fn the_order_of_customers_does_not_matter() {
    let (model, truth) = CASES[1];
    let mut people = histories(&customers(model, truth, 300, 546, 3));
    let fit = Base::of(model, &people).fit().unwrap();
    people.reverse();
    assert_eq!(Base::of(model, &people).fit().unwrap(), fit);
}

/// Orders every two or three days for more than a year, as of subscribers: the shape on which other programs stop without a result.
#[test]
fn very_regular_customers_are_fitted_in_the_limit() {
    let mut rng = Rng(8);
    let regular = |_| {
        let gap = 2.2 + 0.7 * rng.uniform();
        let days = (452.0 / gap) as u32;
        History {
            repeats: days,
            age: 452,
            last: (f64::from(days) * gap) as u32,
        }
    };
    let people: Vec<History> = (0..2_000).map(regular).collect();
    let mean = people.iter().map(|history| f64::from(history.repeats)).sum::<f64>() / people.len() as f64;
    assert!((170.0..185.0).contains(&mean), "{mean}");
    for model in Model::ALL {
        let base = Base::of(model, &people);
        let fit = base.fit().unwrap();
        assert!(matches!(fit.parameters, Parameters::NobodyLeaves(_)), "{model:?}: {fit:?}");
        let prediction = base.predict(fit.parameters);
        let History { repeats, age, .. } = people[0];
        let expected = prediction.expected_if_alive(repeats, age, 52.0);
        assert!((expected / (f64::from(repeats) / 452.0 * 364.0) - 1.0).abs() < 0.05, "{expected}");
    }
}

/// Where all order at the same rate, the shape of the rates has no finite value, but the forecast has one.
#[test]
fn customers_who_are_all_alike_are_forecast_in_the_limit() {
    let mut rng = Rng(4);
    let alike = |i: u32| {
        let mut days = vec![0];
        let mut at = 0.0;
        // More regular than chance: gaps of ten weeks, give or take one.
        loop {
            at += 63.0 + 14.0 * rng.uniform();
            if at > 700.0 {
                break;
            }
            days.push(at as u32);
        }
        seen(&days, 600 + i % 100)
    };
    let people: Vec<History> = (0..500).map(alike).collect();
    for model in Model::ALL {
        let base = Base::of(model, &people);
        let fit = base.fit().unwrap();
        assert!(fit.is_limit, "{model:?}: {fit:?}");
        let prediction = base.predict(fit.parameters);
        let expected = prediction.expected_if_alive(people[0].repeats, people[0].age, 52.0);
        assert!((expected - 5.2).abs() < 0.3, "{model:?}: {expected}");
    }
}
