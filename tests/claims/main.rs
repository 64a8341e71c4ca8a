//! What reports claim where nothing changed, and where something did. `benches/claims.rs` does the same with more reports and worlds.

#[expect(dead_code, reason = "the worlds that only the bench looks at")]
mod worlds;

use worlds::{Months, Population, Reports, World, claimed};

const USUAL: World = World {
    customers: 80,
    orders: 1.0,
    population: Population::Fixed,
    months: Months::Alike,
    length: 14,
};

/// The number of reports, of so many, that claim something.
fn claims(reports: &Reports, number: u64, world: World) -> usize {
    (1..=number).filter(|&seed| !claimed(&reports.of(&world, seed)).is_empty()).count()
}

// Before the need for history was known, each report on a fixed circle with 14 months claimed that there were fewer new customers.
#[test]
fn a_quiet_year_makes_no_news_at_the_start_of_the_records() {
    let reports = Reports::new();
    for population in [Population::Fixed, Population::Open] {
        let world = World { population, ..USUAL };
        let found = claims(&reports, 3, world);
        assert!(found <= 1, "{found} of 3 reports on {population:?} customers claim something");
    }
}

#[test]
fn what_happens_to_all_customers_at_once_is_seldom_news_and_a_large_drop_is() {
    let reports = Reports::new();
    let quiet = World {
        months: Months::Shocks(0.3),
        length: 18,
        ..USUAL
    };
    let found = claims(&reports, 3, quiet);
    assert!(found <= 1, "{found} of 3 reports claim something");
    let drop = World {
        months: Months::Drop(0.6),
        length: 18,
        ..USUAL
    };
    let found = claims(&reports, 3, drop);
    assert!(found >= 2, "{found} of 3 reports claim a drop of 60%");
}
