//! Records that are there more than once: equal ones, later states of one record, and parts of one delivery.

pub mod deliveries;
pub mod duplicates;
pub mod record_identity;
pub mod same_record;
pub mod shared_orders;
pub mod state_columns;
