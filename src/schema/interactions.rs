//! The columns of interactions: contacts, tickets and messages.

use super::Table;
use super::column::{Column, Role, columns};

columns! { Interactions:
    /// The stakeholder whom the contact, ticket or message was with.
    STAKEHOLDER_ID = Column::new("stakeholder_id", Role::Stakeholder).required();
    /// When the contact took place, the ticket was opened or the message was sent.
    OCCURRED_AT = Column::new("occurred_at", Role::EventTime).required();
    /// The id of the contact, ticket or message.
    INTERACTION_ID = Column::new("interaction_id", Role::RecordId);
    /// The id of the case that the record belongs to.
    CASE_ID = Column::new("case_id", Role::ParentId);
    /// The interaction_id of the message that this message answers.
    IN_REPLY_TO = Column::new("in_reply_to", Role::ParentId);
    /// Who spoke: the stakeholder (inbound), we (outbound), we among ourselves (internal), or both.
    DIRECTION = Column::new("direction", Role::Category).one_of(&["inbound", "outbound", "internal", "both"]);
    /// How it reached the other side, such as mail, phone or chat.
    CHANNEL = Column::new("channel", Role::Category);
    /// What it was about, or what it was.
    KIND = Column::new("kind", Role::Category).one_of(&[
        "question",
        "complaint",
        "incident",
        "request",
        "meeting",
        "event",
        "collaboration",
        "commitment",
        "follow_up",
        "other",
    ]);
    /// The person or team of ours who handled it.
    OWNER = Column::new("owner", Role::Owner);
    /// When a ticket was first answered.
    RESPONDED_AT = Column::new("responded_at", Role::OutcomeTime).not_before(&OCCURRED_AT);
    /// How long the first answer took, where the time of it is not given.
    RESPONSE_MINUTES = Column::new("response_minutes", Role::Duration);
    /// By when the first answer is due.
    RESPONSE_DUE_AT = Column::new("response_due_at", Role::Deadline).not_before(&OCCURRED_AT);
    /// When it was resolved or done.
    RESOLVED_AT = Column::new("resolved_at", Role::OutcomeTime).not_before(&OCCURRED_AT);
    /// How long the resolution took, where the time of it is not given.
    RESOLUTION_MINUTES = Column::new("resolution_minutes", Role::Duration);
    /// By when it is to be resolved or done.
    DUE_AT = Column::new("due_at", Role::Deadline).not_before(&OCCURRED_AT);
    /// How often the case was opened again.
    REOPENS = Column::new("reopens", Role::Number);
    /// The status in the system that the record comes from.
    STATUS = Column::new("status", Role::Status);
    /// Whether the contact reached what it was for.
    OUTCOME = Column::new("outcome", Role::Category).one_of(&["successful", "unsuccessful"]);
    /// What handling it cost.
    COST = Column::new("cost", Role::Money);
    /// The currency of the cost.
    CURRENCY = Column::new("currency", Role::Currency);
    /// Whether a machine sent it.
    AUTOMATED = Column::new("automated", Role::Flag);
    /// The e-mail address of the stakeholder. It is the stakeholder where stakeholder_id is empty or a placeholder.
    EMAIL = Column::new("email", Role::ContactEmail);
    /// The phone number of the stakeholder. It is the stakeholder where there is neither an id nor an e-mail address.
    PHONE = Column::new("phone", Role::ContactPhone);
    /// The name of the stakeholder. If it is one such as `Guest` or `Walk-in customer`, the record is of no person.
    STAKEHOLDER_NAME = Column::new("stakeholder_name", Role::ContactName);
}

/// The key of the case that a message belongs to, which the loader works out; no export has it.
pub const CASE_KEY: Column = Column::new("#case", Role::ParentId).of(Table::Interactions, "the case of a message, as it was worked out");
