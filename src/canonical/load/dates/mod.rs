//! What times are: which part is the day, whether they have a time of day, and which of them are none.

pub mod date_problems;
pub mod file_dates;
pub mod future_events;
pub mod placeholder_dates;
pub mod precision;
