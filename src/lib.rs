//! Measures the health of an organisation's relationships from the CSV exports of the systems it already has.
//!
//! The data flow from left to right. A module imports only from the layers below its own, and `tests/architecture` enforces that:
//!
//! ```text
//! files - ingest - sources - canonical - facts - measure - report - render
//!         bytes    mapping   typed       orders  metrics   cells    terminal csv json markdown
//!         decode             tables      cases   periods            html xlsx junit ...
//!         records            counts      ...     groups
//! ```
#![warn(missing_docs)]
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

// Layer 0: the vocabulary of all others.
mod codes;
mod io;
mod period;
mod schema;
// Layer 1: small values, and the languages that people write.
mod cell_parsing;
mod diagnostics;
mod expr;
mod notes;
mod record_counts;
mod toml_reader;
// Layer 2: bytes to records, known formats and mappings, and statistics on plain numbers.
mod ingest;
mod sources;
mod stats;
// Layer 3: the canonical tables, and the metric catalogue.
mod canonical;
mod catalog;
// Layer 4: derived frames, and the plain values that come out.
mod facts;
mod report;
// Layer 5: the engine, the analyses that a report shows in addition to metrics, and those of each relationship.
mod analyses;
mod cohorts;
mod forecast;
mod health;
mod measure;
mod segments;
// Layer 6: what the cells mean together, and whether the rules hold.
mod check;
mod findings;
// Layer 7: the documents that programs read, as structs with their schemas.
mod wire;
// Layer 8: what changed between two reports.
mod report_diff;
// Layer 9: output formats, and the configuration.
mod config;
mod render;
// Layer 10: the commands, and what tests, benches and other programs may use of the rest.
pub mod api;
pub mod cli;
