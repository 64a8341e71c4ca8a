//! The program as people run it: arguments in; exit code, stdout and stderr out.

mod harness;

mod cases;
mod check;
mod cohorts;
mod configuration;
mod convert;
mod currencies;
mod diff;
mod files;
mod forecast;
mod health;
mod health_metrics;
mod history;
mod inspect;
mod joins;
mod measure;
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
mod segments;
mod sheets;
mod starved;
mod surroundings;
mod test;
mod unknown_files;
mod workbook;
