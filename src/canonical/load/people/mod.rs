//! Who is who: ids, addresses and names that are one stakeholder, and those that are nobody.

pub mod email;
pub mod identities;
pub mod ids;
pub mod leavers;
pub mod placeholders;
pub mod rehired;
pub mod spellings;
