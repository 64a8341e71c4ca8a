//! What a case is, its state, and who wrote its messages.

pub mod authors;
pub mod case_states;
pub mod not_held;
pub mod without_answers;
