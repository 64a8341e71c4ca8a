//! The columns of the referral log: who recommended us to whom.

use super::Table;
use super::column::{Column, Role, columns};

columns! { Referrals:
    /// The stakeholder who recommended us.
    REFERRER_ID = Column::new("referrer_id", Role::Stakeholder).required();
    /// The stakeholder who was recommended to us.
    REFERRED_ID = Column::new("referred_id", Role::OtherStakeholder);
    /// When the referral was made.
    OCCURRED_AT = Column::new("occurred_at", Role::EventTime).required();
    /// When the referred became a stakeholder.
    CONVERTED_AT = Column::new("converted_at", Role::OutcomeTime).not_before(&OCCURRED_AT);
    /// What became of the referral.
    STATUS = Column::new("status", Role::Status);
}
