//! Any bytes as an export of which nothing is known: finding out what its columns mean never panics, every record is counted once, and
//! what cannot be decided can be shown.

use relhealth::api::sources::{Input, Source};

use super::table::load_one;
use super::{Run, Seed, Target};

pub const TARGET: Target = Target {
    name: "mapping",
    run: Run::Library(run),
    seeds: &[Seed::Files("testdata", &["csv"]), Seed::Files("testdata/profiles", &["csv"])],
};

fn run(bytes: &[u8]) {
    load_one(Input::new(relhealth::api::io::Source::memory("fuzz.csv", bytes), Source::default()));
}
