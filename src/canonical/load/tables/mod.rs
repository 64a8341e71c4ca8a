//! The columns of all files put together into the canonical tables, and the rules on their records.

mod accounts;
pub mod affected_rows;
pub mod assembling;
pub mod building;
pub mod contradictions;
mod gathering;
pub mod joining;
mod order_statuses;
pub mod rules;
pub mod survey_scales;
mod unknown_statuses;
