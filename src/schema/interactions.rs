//! The columns of interactions: contacts, tickets and messages.

use super::Table;
use super::column::{Column, Role, columns};

/// The kind of records that are not cases: spam, duplicates, tests. They are excluded.
pub const NOT_A_CASE: &str = "not_a_case";

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
    /// Who wrote the message or opened the ticket. A `user` is the customer, or an agent where the file has customers besides.
    AUTHOR_TYPE = Column::new("author_type", Role::Category).one_of(&["customer", "agent", "user", "bot", "system", "auto_reply"]);
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
        NOT_A_CASE,
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
    /// Whether the case is open, whatever times it has.
    IS_OPEN = Column::new("is_open", Role::Flag);
    /// Whether the case is over, with or without a time of resolution.
    IS_CLOSED = Column::new("is_closed", Role::Flag);
    /// When the case was last opened again. If it was not resolved after that, it is open.
    REOPENED_AT = Column::new("reopened_at", Role::OutcomeTime).not_before(&OCCURRED_AT);
    /// Why the case was closed, or what its resolution was, such as a duplicate.
    CLOSE_REASON = Column::new("close_reason", Role::Category).always_read();
    /// Its tags or labels; those that say merged, duplicate, spam, deleted or test exclude it.
    TAGS = Column::new("tags", Role::Category).always_read();
    /// The id of the case that it was merged into, or of which it is a duplicate.
    MERGED_INTO = Column::new("merged_into", Role::Category).always_read();
    /// Whether it is spam, so that it is not a case.
    IS_SPAM = Column::new("is_spam", Role::Flag);
    /// Whether it was deleted, so that it is not a case.
    IS_DELETED = Column::new("is_deleted", Role::Flag);
    /// Whether it is a duplicate, so that it is not a case.
    IS_DUPLICATE = Column::new("is_duplicate", Role::Flag);
    /// Whether it was merged into another case, so that it is not a case itself.
    IS_MERGED = Column::new("is_merged", Role::Flag);
    /// Whether it is a test, so that it is not a case.
    IS_TEST = Column::new("is_test", Role::Flag);
    /// Whether the stakeholder took part in the meeting or event. Who did not had no contact.
    ATTENDED = Column::new("attended", Role::Flag);
    /// Whether the meeting, event or call did not take place, so that it is no contact.
    IS_CANCELLED = Column::new("is_cancelled", Role::Flag);
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
    /// Whether its subject is that of an automatic reply, such as `Out of office`.
    AUTOMATIC_SUBJECT = Column::new("automatic_subject", Role::MachineMark);
    /// Whether the address of its sender is one that nobody writes from, such as `noreply@`.
    AUTOMATIC_SENDER = Column::new("automatic_sender", Role::MachineMark);
    /// Whether a header of the mail, such as Auto-Submitted, says that a machine sent it.
    AUTOMATIC_HEADER = Column::new("automatic_header", Role::MachineMark);
    /// Whether the name of its author is that of a machine, such as `Support Bot`.
    AUTOMATIC_NAME = Column::new("automatic_name", Role::MachineMark);
    /// Whether the type of the message is that of an automatic one, such as `auto_reply`.
    AUTOMATIC_TYPE = Column::new("automatic_type", Role::MachineMark);
}

/// The kinds of interactions that are contacts, and no cases.
pub const CONTACTS_ONLY: [&str; 5] = ["meeting", "event", "collaboration", "commitment", "follow_up"];

/// Those of them in which both sides take part.
pub const JOINT: [&str; 3] = ["meeting", "event", "collaboration"];

/// Those of them that are promised for later.
pub const PROMISES: [&str; 2] = ["commitment", "follow_up"];

/// The times between which durations in hours are measured.
pub const TIMED_BY_HOURS: [&Column; 3] = [&OCCURRED_AT, &RESPONDED_AT, &RESOLVED_AT];

/// Whether the status of a case says that it is over, while no time says since when; no export has it.
pub const CLOSED_WITHOUT_TIME: Column =
    Column::new("#closed", Role::Flag).of(Table::Interactions, "whether the case was closed at a time that is not known");

/// The key of the case that a message belongs to, which the loader works out; no export has it.
pub const CASE_KEY: Column = Column::new("#case", Role::ParentId).of(Table::Interactions, "the case of a message, as it was worked out");
