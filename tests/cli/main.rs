//! The program as people run it: arguments in; exit code, stdout and stderr out.

mod harness;
#[path = "../reference/rng.rs"]
#[expect(dead_code, reason = "the file is shared with another test, which uses all of it")]
mod rng;

mod cases;
mod check;
mod cohorts;
mod conditions;
mod configuration;
mod convert;
mod currencies;
mod database_exports;
mod diff;
mod evidence;
mod exports;
mod files;
mod files_beside;
mod forecast;
mod health;
mod health_metrics;
mod history;
mod inspect;
mod joined_files;
mod joins;
mod kinds_of_files;
mod measure;
mod metamorphic;
mod metrics;
mod orders;
mod pages;
mod people;
mod printed;
mod privacy;
mod records;
mod redact;
mod refunds;
mod relational;
mod report;
mod rows;
mod secrets;
mod segments;
mod sheets;
mod starved;
mod surroundings;
mod surveys;
mod test;
mod unknown_columns;
mod unknown_files;
mod unseen_trades;
mod workbook;
