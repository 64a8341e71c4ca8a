//! The program as people run it: arguments in; exit code, stdout and stderr out.

mod harness;

mod configuration;
mod metrics;
mod pages;
