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
pub mod codes;
pub mod io;
pub mod period;
pub mod schema;
// Layer 1: small values, and the languages that people write.
pub mod cell_parsing;
pub mod diagnostics;
pub mod expr;
pub mod notes;
pub mod record_counts;
pub mod toml_reader;
// Layer 2: bytes to records, known formats and mappings, and statistics on plain numbers.
pub mod ingest;
pub mod sources;
pub mod stats;
// Layer 3: the canonical tables, and the metric catalogue.
pub mod canonical;
pub mod catalog;
// Layer 4: derived frames, and the plain values that come out.
pub mod facts;
pub mod report;
// Layer 5: the engine, and the analyses that a report shows in addition to metrics.
pub mod analyses;
pub mod measure;
// Layer 6: what the cells mean together, and whether the rules hold.
pub mod check;
pub mod findings;
// Layer 7: the documents that programs read, as structs with their schemas.
pub mod wire;
// Layer 8: what changed between two reports.
pub mod report_diff;
// Layer 9: output formats, and the configuration.
pub mod config;
pub mod render;
// Layer 10: the commands.
pub mod cli;
