//! Measures the health of an organisation's relationships from the CSV exports of the systems it already has.
//!
//! The flow, one floor above the other; a module imports only from floors below its own:
//!
//! ```text
//! files - intake - sources - canon --- facts - measure - report - render
//!         bytes    mapping   typed     orders  metrics   cells    terminal csv json markdown
//!         decode             tables    cases   periods
//!         records            account   ...     slices
//! ```
#![warn(missing_docs)]

// Floor 0: words that everything else is said in.
pub mod io;
pub mod period;
pub mod schema;
pub mod script;
// Floor 1: small values.
pub mod account;
pub mod expr;
pub mod note;
pub mod value;
// Floor 2: bytes to records, how records are read, and statistics on plain numbers.
pub mod intake;
pub mod sources;
pub mod stats;
// Floor 3: the canonical tables, and the metric catalogue.
pub mod canon;
pub mod catalog;
// Floor 4: derived frames, and the plain values that come out.
pub mod facts;
pub mod report;
// Floor 5: the engine, and what a report tells beside metrics.
pub mod measure;
pub mod models;
// Floor 6: what the cells say together, and whether they are as they should be.
pub mod check;
pub mod review;
// Floor 7: what a person or a machine reads, and what a person writes.
pub mod config;
pub mod render;
// Floor 8: the commands.
pub mod cli;
