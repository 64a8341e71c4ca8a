//! The columns of the roster: customers, members, donors, suppliers, employees.

use super::Table;
use super::column::{Column, Role, columns};

/// The type of who buys, and of who has bought without being on the roster.
pub const CUSTOMER: &str = "customer";
/// The type of who delivers, and of who has delivered without being on the roster.
pub const SUPPLIER: &str = "supplier";
/// The type of who works for the organisation.
pub const EMPLOYEE: &str = "employee";
/// The acquisition source of who came by a referral.
pub const REFERRAL: &str = "referral";

columns! { Stakeholders:
    /// The id of the person or organisation.
    STAKEHOLDER_ID = Column::new("stakeholder_id", Role::Stakeholder).required();
    /// What the stakeholder is to us, such as customer, member, supplier or employee.
    TYPE = Column::new("type", Role::StakeholderType)
        .knows(&[CUSTOMER, SUPPLIER, EMPLOYEE])
        .protects(&[EMPLOYEE]);
    /// The name of the person or organisation.
    NAME = Column::new("name", Role::PersonName);
    /// The e-mail address.
    EMAIL = Column::new("email", Role::Email);
    /// When the relationship started.
    STARTED_AT = Column::new("started_at", Role::StartTime);
    /// The last day of the relationship; empty for who is still there.
    ENDED_AT = Column::new("ended_at", Role::EndTime).not_before(&STARTED_AT);
    /// When somebody who had left came back. With an earlier end date, the record is two stays: one until the end date, one from the return on.
    REHIRED_AT = Column::new("rehired_at", Role::StartTime).not_before(&STARTED_AT);
    /// The status in the system that the record comes from; who is terminated, cancelled or lapsed there is gone, with or without an end date.
    STATUS = Column::new("status", Role::Status);
    /// Whether the stakeholder is still there. Who is not is gone, with or without an end date.
    IS_ACTIVE = Column::new("is_active", Role::Flag);
    /// Whether the stakeholder has left, with or without an end date.
    HAS_LEFT = Column::new("has_left", Role::Flag);
    /// How many months the relationship has lasted, in a roster without dates; the status says whether it has ended.
    TENURE_MONTHS = Column::new("tenure_months", Role::Number);
    /// How many days it has lasted, in a roster without dates.
    TENURE_DAYS = Column::new("tenure_days", Role::Number);
    /// Why the relationship ended.
    END_REASON = Column::new("end_reason", Role::Category).one_of(&["voluntary", "involuntary", "other"]);
    /// A group that the stakeholder belongs to, such as an industry or a department.
    SEGMENT = Column::new("segment", Role::Category);
    /// How important the relationship is; targets of contact go by it.
    TIER = Column::new("tier", Role::Category).always_read();
    /// Where the stakeholder is.
    REGION = Column::new("region", Role::Category);
    /// The person or team of ours who looks after the stakeholder.
    OWNER = Column::new("owner", Role::Owner);
    /// The stakeholder who recommended us to this one.
    REFERRER_ID = Column::new("referrer_id", Role::OtherStakeholder);
    /// How the stakeholder was won, such as ads, web or referral.
    ACQUISITION_SOURCE = Column::new("acquisition_source", Role::Category).knows(&[REFERRAL]).always_read();
    /// What winning the stakeholder cost.
    ACQUISITION_COST = Column::new("acquisition_cost", Role::Money);
    /// What the stakeholder pays or is paid each month.
    RECURRING_AMOUNT = Column::new("recurring_amount", Role::Money);
    /// The currency of the amounts.
    CURRENCY = Column::new("currency", Role::Currency);
    /// Whether it is a trial that nobody pays for yet. Its amount counts only for somebody who paid before.
    TRIAL = Column::new("trial", Role::Flag);
    /// The longest time in days that should pass between two contacts.
    CONTACT_TARGET_DAYS = Column::new("contact_target_days", Role::Number);
}

/// Whether a number of days is a target that can be kept: a day at least.
pub fn is_contact_target(days: f64) -> bool {
    days >= 1.0
}

/// Whether a status says that the stakeholder has left, while no date says when; no export has it.
pub const LEFT_WITHOUT_DATE: Column =
    Column::new("#left", Role::Flag).of(Table::Stakeholders, "whether the stakeholder has left at a time that is not known");
