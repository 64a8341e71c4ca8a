//! The models of a customer base on many customers whose parameters are known: time of a fit and of its resamples, and how often intervals
//! hold the truth. Fewer customers: `cargo bench --bench customers -- 100000`.
//!
//! Python's `lifetimes` fits the same million customers, given as a file of frequency, recency and age, with `BetaGeoFitter.fit`;
//! `-- 1000000 customers.csv` writes that file.
#![expect(clippy::print_stdout, reason = "the result of a benchmark is what it prints")]

#[path = "../tests/customer_base/customers.rs"]
#[expect(dead_code, reason = "what happens after the forecast is read by tests/customer_base")]
mod customers;

use std::time::Instant;

use customers::{Rng, customers};
use relhealth::api::customer_base::{Base, History, Model, Parameters, Spending, fit_spending, percentiles, refit_spending, resample};

const MODELS: [(Model, [f64; 4]); 3] = [
    (Model::MbgNbd, [0.8, 6.0, 0.9, 2.0]),
    (Model::BgNbd, [0.6, 5.0, 0.8, 2.5]),
    (Model::ParetoNbd, [0.7, 9.0, 0.8, 15.0]),
];

fn main() {
    // Cargo adds `--bench`.
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let number = args.first().and_then(|arg| arg.parse().ok()).unwrap_or(1_000_000);
    for (model, truth) in MODELS {
        let people: Vec<History> = customers(model, truth, number, 1092, 1)
            .iter()
            .map(|customer| customer.history)
            .collect();
        if let (Some(file), Model::BgNbd) = (args.get(1), model) {
            write(file, &people);
        }
        fit(model, &people);
    }
    regular();
    spend("means around 45 that differ", number, |rng| rng.gamma(4.0, 4.0 / 45.0));
    spend("the same mean for all", number, |_| 45.0);
    for (model, truth) in MODELS {
        coverage(model, truth);
    }
}

fn write(file: &str, people: &[History]) {
    let week = |days: u32| f64::from(days) / 7.0;
    let line = |h: &History| format!("{},{},{}\n", h.repeats, week(h.last), week(h.age));
    let text: String = std::iter::once("frequency,recency,T\n".to_string())
        .chain(people.iter().map(line))
        .collect();
    std::fs::write(file, text).expect("the file can be written");
}

fn fit(model: Model, people: &[History]) {
    let start = Instant::now();
    let base = Base::of(model, people);
    let fitted = base.fit();
    let time = start.elapsed().as_secs_f64();
    println!(
        "{model:?}: {} customers, {} histories: {time:.2} s",
        people.len(),
        base.histories().len()
    );
    match fitted {
        Ok(fitted) => {
            println!("  {:?}, log-likelihood {}", fitted.parameters, fitted.log_likelihood);
            let start = Instant::now();
            let found = (0..10).filter(|&i| base.refit(&fitted, &resample(people.len(), i)).is_ok()).count();
            println!(
                "  {found} of 10 resamples fitted: {:.2} s each",
                start.elapsed().as_secs_f64() / 10.0
            );
        }
        Err(why) => println!("  {why:?}"),
    }
}

/// 289,000 customers who order 177 times in 452 days, give or take: the shape on which other programs do not converge.
fn regular() {
    let mut rng = Rng(9);
    let one = |_| {
        let rate = rng.gamma(60.0, 60.0 * 452.0 / 177.0);
        let gap = 1.0 / rate;
        let repeats = (452.0 / gap).min(452.0) as u32;
        History {
            repeats,
            age: 452,
            last: (f64::from(repeats) * gap).min(452.0) as u32,
        }
    };
    let people: Vec<History> = (0..289_000).map(one).collect();
    for model in Model::ALL {
        fit(model, &people);
    }
}

/// Spend around a mean of each customer: where the means are the same, how they differ has no estimate.
fn spend(title: &str, number: usize, mean_of: impl Fn(&mut Rng) -> f64) {
    let mut rng = Rng(17);
    let one = |i: usize| {
        let repeats = 1 + (i % 9) as u32;
        let mean = mean_of(&mut rng);
        (repeats, rng.gamma(3.0 * f64::from(repeats), 3.0 * f64::from(repeats) / mean))
    };
    let amounts: Vec<(u32, f64)> = (0..number).map(one).collect();
    let start = Instant::now();
    let spending = Spending::of(&amounts);
    let fitted = fit_spending(&spending);
    println!("Spend, {title}: {number} customers: {:.2} s", start.elapsed().as_secs_f64());
    match fitted {
        Ok(fitted) => {
            println!(
                "  p, q, v {:?} with values {:?}, log-likelihood {}",
                fitted.parameters, fitted.has_value, fitted.log_likelihood
            );
            let start = Instant::now();
            let found = (0..10)
                .filter(|&i| refit_spending(&spending, &fitted, &resample(number, i)).is_ok())
                .count();
            println!(
                "  {found} of 10 resamples fitted: {:.2} s each",
                start.elapsed().as_secs_f64() / 10.0
            );
        }
        Err(why) => println!("  {why:?}"),
    }
}

/// How often intervals of 95% hold the true parameters.
fn coverage(model: Model, truth: [f64; 4]) {
    const SAMPLES: u64 = 200;
    let (mut held, mut missing) = ([0; 4], 0);
    for sample in 0..SAMPLES {
        let people: Vec<History> = customers(model, truth, 1_000, 546, 5_000 + sample)
            .iter()
            .map(|c| c.history)
            .collect();
        let base = Base::of(model, &people);
        let Ok(fitted) = base.fit() else {
            missing += 1;
            continue;
        };
        let mut values: [Vec<f64>; 4] = Default::default();
        for i in 0..199 {
            if let Ok(Parameters::All(found)) = base.refit(&fitted, &resample(people.len(), i)) {
                (0..4).for_each(|at| values[at].push(found[at]));
            }
        }
        for at in 0..4 {
            held[at] += u64::from(percentiles(&mut values[at], 0.95).is_some_and(|interval| interval.holds(truth[at])));
        }
    }
    let shares = held.map(|held| format!("{:.1}%", held as f64 / (SAMPLES - missing) as f64 * 100.0));
    println!(
        "{model:?}: intervals of 95% hold {:?} in {shares:?} of {SAMPLES} samples; {missing} were not fitted",
        model.names()
    );
}
