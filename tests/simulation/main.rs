//! A small part of the simulations of `benches/noise.rs`: enough to notice an interval that no longer holds.

mod suite;

use suite::{Draws, Groups, Setting, any_of_twenty, differences, missed, values};

/// Samples of each setting.
const RUNS: usize = 400;

/// Asserts that an interval of samples of 50 stakeholders covers at least 92.5 % and misses at most 6 % on each side, up to three standard
/// errors of so many samples.
fn hold(settings: Vec<Setting>) {
    for setting in settings {
        let mut found = missed(&setting, 50, RUNS);
        let name = format!("{}, {}", setting.method, setting.sample);
        assert_eq!(found.runs, RUNS, "{name}");
        let (coverage, below, above) = (found.coverage(), found.share(found.below), found.share(found.above));
        let (of_coverage, of_side) = (1.5 * found.margin(0.925), 1.5 * found.margin(0.06));
        assert!(
            coverage > 0.925 - of_coverage && below < 0.06 + of_side && above < 0.06 + of_side,
            "{name}: {coverage} ({below}, {above})"
        );
        // An interval that is always right says nothing.
        assert!(
            coverage < 0.999 && found.width().is_finite(),
            "{name}: {coverage} in {}",
            found.width()
        );
    }
}

#[test]
fn intervals_of_values_hold() {
    hold(values());
}

#[test]
fn intervals_of_differences_hold() {
    hold(differences());
}

#[test]
fn twenty_groups_that_are_alike_seldom_differ() {
    for (groups, n, runs) in [(Groups::Revenue, 50, 60), (Groups::NetShare, 20, 100), (Groups::Share, 10, 100)] {
        let mut draws = Draws(7);
        let differ = (0..runs).filter(|_| any_of_twenty(&mut draws, groups, n)).count();
        // Three standard errors of so many runs.
        let most = 0.05 * f64::from(runs) + 3.0 * (0.05 * 0.95 * f64::from(runs)).sqrt();
        assert!((differ as f64) <= most, "{differ} of {runs}");
    }
}
