//! Any cells below the columns of a table of ours: loading never panics, and every record is counted once.

use std::collections::{BTreeMap, BTreeSet};

use relhealth::api::canonical::{Budget, Options, load};
use relhealth::api::ingest::Limits;
use relhealth::api::period::{Division, Grain, Zone};
use relhealth::api::schema::Table;
use relhealth::api::sources::{Input, Source};

use super::{Run, Seed, Target};

pub const TARGET: Target = Target {
    name: "table",
    run: Run::Library(run),
    seeds: &[
        Seed::Text("0c1,o1,2025-03-01,10.00,EUR,paid,1,shirt\nc2,o2,2025-03-02,1e3,USD,refunded,2,\n"),
        Seed::Text("1c1,t1,2025-03-01T09:00:00Z,2025-03-01T10:00:00Z,2025-03-03,open,complaint,inbound\n"),
        Seed::Text("2c1,r1,2025-03-01,nps,9,10,fine\nc2,r2,2025-03-02,csat,4,5,\n"),
        Seed::Text("3c1,Ada,customer,2024-01-01,,gold\nc2,Bo,employee,2020-02-29,2025-01-01,\n"),
        Seed::Text("4c1,2025-03-01,2025-03-05,10,9,1\n"),
        Seed::Text("5c1,c2,2025-03-01,converted\n"),
    ],
};

/// The tables, and the first line of a file of each.
pub const HEADERS: [(Table, &str); 6] = [
    (
        Table::Purchases,
        "stakeholder_id,order_id,occurred_at,amount,currency,status,quantity,product",
    ),
    (
        Table::Interactions,
        "stakeholder_id,case_id,occurred_at,responded_at,resolved_at,status,kind,direction",
    ),
    (
        Table::Surveys,
        "stakeholder_id,response_id,responded_at,instrument,score,scale_max,comment",
    ),
    (Table::Stakeholders, "stakeholder_id,name,type,started_at,ended_at,tier"),
    (
        Table::Supplies,
        "stakeholder_id,promised_at,received_at,quantity,quantity_received,quantity_rejected",
    ),
    (Table::Referrals, "referrer_id,referred_id,occurred_at,status"),
];

/// The table that the first byte chooses, and a file of it with the other bytes as its records.
pub fn file(bytes: &[u8]) -> Option<(Table, Vec<u8>)> {
    let (first, rest) = bytes.split_first()?;
    let (table, header) = HEADERS[usize::from(first.wrapping_sub(b'0')) % HEADERS.len()];
    Some((table, [header.as_bytes(), b"\n", rest].concat()))
}

fn run(bytes: &[u8]) {
    let Some((table, file)) = file(bytes) else {
        return;
    };
    load_one(Input::new(
        relhealth::api::io::Source::memory("fuzz.csv", file),
        Source {
            table: Some(table),
            ..Source::default()
        },
    ));
}

/// Loads one file.
pub fn load_one(input: Input) {
    let options = Options {
        threads: 1,
        zone: Zone::parse("Europe/Berlin").expect("a zone"),
        as_of: None,
        division: Division::Grain(Grain::Month),
        dimensions: BTreeSet::new(),
        texts: BTreeSet::from(["product".to_string(), "currency".to_string()]),
        keep_lines: true,
        everything: false,
        keep_unused: true,
        profiles: Vec::new(),
        questions: Vec::new(),
        budget: Budget::Number(u64::MAX),
        currency: None,
        rates: BTreeMap::new(),
        redact: None,
        limits: Limits::default(),
        merge_spellings: true,
        large: usize::MAX,
    };
    match load(&[input], &options) {
        Ok(loaded) => {
            for counts in &loaded.account {
                assert!(counts.adds_up(), "a record is counted twice or not at all: {counts:?}");
            }
        }
        Err(error) => assert!(!format!("{error:#}").is_empty(), "an error without words"),
    }
}
