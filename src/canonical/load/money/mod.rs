//! What amounts are: their currency, whether they are of a line or of an order, and what was paid back or never due.

pub mod currencies;
pub mod money_back;
pub mod order_amounts;
pub mod sale_documents;
pub mod trials;
