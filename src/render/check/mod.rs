//! A check in every format: for people, for pipelines, for dashboards.

pub mod document;
pub mod github;
pub mod json;
pub mod junit;
pub mod openmetrics;
pub mod sarif;
mod saying;
#[cfg(test)]
mod testing;
pub mod words;
