//! How often reports and signals claim something where nothing changed, and how often they find a real change: the rates that the README
//! states. `cargo bench --bench claims -- 200` makes 200 reports of each world; `--profile dev` needs no release build.
#![expect(clippy::print_stdout, reason = "the result of a benchmark is what it prints")]

#[path = "../tests/claims/worlds.rs"]
mod worlds;

use relhealth::api::stats::{Direction, Interval, Point, Series};
use worlds::{Draws, Months, Population, Reports, World, claimed};

const USUAL: World = World {
    customers: 300,
    orders: 0.6,
    population: Population::Open,
    months: Months::Alike,
    length: 25,
};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let number = args.first().and_then(|arg| arg.parse().ok()).unwrap_or(60);
    let only = args.get(1).cloned().unwrap_or_default();
    if "signals".contains(&only) {
        signals(100 * number);
    }
    let reports = Reports::new();
    println!("| {number} reports of each world | nominal | claim something | what |\n| --- | --- | --- | --- |");
    for (name, world) in quiet() {
        row(&reports, number, &only, &format!("quiet: {name}"), "5%", world);
    }
    for (name, world) in changed() {
        row(&reports, number, &only, &format!("change: {name}"), "", world);
    }
}

/// A line of the table.
fn row(reports: &Reports, number: u64, only: &str, name: &str, nominal: &str, world: World) {
    if !name.contains(only) {
        return;
    }
    let mut claims = 0;
    let mut what: std::collections::BTreeMap<String, usize> = Default::default();
    for seed in 1..=number {
        let found = claimed(&reports.of(&world, seed));
        claims += usize::from(!found.is_empty());
        found.into_iter().for_each(|id| *what.entry(id).or_default() += 1);
    }
    let rate = 100.0 * claims as f64 / number as f64;
    println!("| {name} | {nominal} | {rate:.1}% | {what:?} |");
}

/// Worlds in which nothing changes.
fn quiet() -> Vec<(String, World)> {
    let mut all = Vec::new();
    for population in [Population::Fixed, Population::Open] {
        for length in [6, 10, 14, 16, 18, 22, 26] {
            let name = format!("{population:?} population, {length} months");
            all.push((
                name,
                World {
                    population,
                    length,
                    ..USUAL
                },
            ));
        }
    }
    for months in [
        Months::Shocks(0.15),
        Months::Shocks(0.3),
        Months::Correlated(0.2, 0.5),
        Months::Correlated(0.2, 0.8),
        Months::Cosine(0.25),
        Months::December(1.6),
    ] {
        for length in [14, 18, 24, 36] {
            all.push((format!("{months:?}, {length} months"), World { months, length, ..USUAL }));
        }
    }
    all
}

/// Worlds in which the last month has less.
fn changed() -> Vec<(String, World)> {
    let orders = USUAL.customers as f64 * USUAL.orders;
    let three_errors = 3.0 * (2.0 / orders).sqrt();
    let drops = [("three standard errors", three_errors), ("26%", 0.26), ("40%", 0.4)];
    let mut all = Vec::new();
    for length in [18, 25] {
        for (name, drop) in drops {
            let world = World {
                months: Months::Drop(drop),
                length,
                ..USUAL
            };
            all.push((format!("{name} fewer orders, {length} months"), world));
        }
    }
    all
}

/// The last of so many months of a process.
struct Process {
    name: &'static str,
    length: usize,
    draw: fn(&mut Draws, usize, &mut f64) -> f64,
}

/// Correlated values with this coefficient.
fn correlated(draws: &mut Draws, last: &mut f64, coefficient: f64) -> f64 {
    *last = coefficient * *last + (1.0 - coefficient * coefficient).sqrt() * draws.normal();
    *last
}

fn processes() -> Vec<Process> {
    let mut all = Vec::new();
    for length in [18, 24, 36] {
        all.extend([
            Process {
                name: "normal",
                length,
                draw: |draws, _, _| draws.normal(),
            },
            Process {
                name: "exponential",
                length,
                draw: |draws, _, _| draws.exponential(),
            },
            Process {
                name: "yearly cosine of 25% with noise of 10%",
                length,
                draw: |draws, at, _| 1.0 + 0.25 * (std::f64::consts::TAU * at as f64 / 12.0).cos() + 0.1 * draws.normal(),
            },
            Process {
                name: "1.6 times as much each December, in December",
                length,
                draw: |draws, at, _| if at % 12 == 11 { 1.6 } else { 1.0 } + 0.1 * draws.normal(),
            },
            Process {
                name: "AR(1) of 0.5",
                length,
                draw: |draws, _, last| correlated(draws, last, 0.5),
            },
            Process {
                name: "AR(1) of 0.8",
                length,
                draw: |draws, _, last| correlated(draws, last, 0.8),
            },
        ]);
    }
    all
}

/// New signals at the last month of a series as `check` has it: 24 months, and up to 12 before them.
fn signals(number: u64) {
    println!("| signals of {number} series | new, either direction | up | down |\n| --- | --- | --- | --- |");
    for process in processes() {
        let mut found = [0, 0];
        let mut either = 0;
        for seed in 1..=number {
            let mut draws = Draws(seed.wrapping_mul(0x9876_5432_1234_5671));
            let mut last = draws.normal();
            // The last month of a series is a December where seasons are looked at.
            let from = 12 * 12 - process.length;
            let points = (from..from + process.length).map(|at| (process.draw)(&mut draws, at, &mut last));
            let points: Vec<Option<Point>> = points.map(|value| Some(Point { value, n: 1.0 })).collect();
            let before = process.length.saturating_sub(24);
            let series = Series {
                points,
                share: false,
                range: Interval { low: None, high: None },
            };
            let Ok(chart) = series.chart_after(before, Some(12)) else {
                continue;
            };
            let at = process.length - before - 1;
            let up = chart.new_at(at).any(|signal| signal.direction == Direction::Up);
            let down = chart.new_at(at).any(|signal| signal.direction == Direction::Down);
            found[0] += usize::from(up);
            found[1] += usize::from(down);
            either += usize::from(up || down);
        }
        let rate = |count: usize| format!("{:.1}%", 100.0 * count as f64 / number as f64);
        println!(
            "| {}, {} months | {} | {} | {} |",
            process.name,
            process.length,
            rate(either),
            rate(found[0]),
            rate(found[1])
        );
    }
}
