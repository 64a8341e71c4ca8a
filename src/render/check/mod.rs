//! A check in every format: for people, for pipelines, for dashboards.

pub mod document;
pub mod github;
pub mod json;
pub mod junit;
pub mod messages;
pub mod openmetrics;
mod rule_description;
pub mod sarif;
#[cfg(test)]
mod testing;
