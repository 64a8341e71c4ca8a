//! The columns of surveys: invitations and answers.

use super::Table;
use super::column::{Column, Role, columns};

columns! { Surveys:
    /// Who was asked; empty for an anonymous answer.
    STAKEHOLDER_ID = Column::new("stakeholder_id", Role::Stakeholder);
    /// When it was answered. One of responded_at and sent_at has to be there.
    RESPONDED_AT = Column::new("responded_at", Role::OutcomeTime).not_before(&SENT_AT);
    /// When the survey was sent.
    SENT_AT = Column::new("sent_at", Role::EventTime);
    /// The id of the answer.
    RESPONSE_ID = Column::new("response_id", Role::RecordId);
    /// What the question measures.
    INSTRUMENT = Column::new("instrument", Role::Category)
        .one_of(&["nps", "enps", "csat", "ces", "engagement", "other"])
        .protects(&["enps", "engagement"]);
    /// The answer as a number; empty where nobody answered.
    SCORE = Column::new("score", Role::Score);
    /// The lowest score of the scale.
    SCALE_MIN = Column::new("scale_min", Role::Number);
    /// The highest score of the scale.
    SCALE_MAX = Column::new("scale_max", Role::Number);
    /// The survey weight of the answer; 1 where there is none.
    WEIGHT = Column::new("weight", Role::Number);
    /// The case that the survey is about.
    CASE_ID = Column::new("case_id", Role::ParentId);
    /// The person or team of ours whom the survey is about.
    OWNER = Column::new("owner", Role::Owner);
    /// What became of the invitation; one that did not reach anybody does not count.
    STATUS = Column::new("status", Role::Status);
    /// Whether the invitation did not reach anybody, so that it does not count.
    IS_UNDELIVERED = Column::new("is_undelivered", Role::Flag);
    /// Whether it was answered, where the score does not show it, such as a cell with two answers.
    ANSWERED = Column::new("answered", Role::Flag);
    /// What was written beside the score.
    COMMENT = Column::new("comment", Role::FreeText);
    /// The e-mail address of the stakeholder. It is the stakeholder where stakeholder_id is empty or a placeholder.
    EMAIL = Column::new("email", Role::ContactEmail);
    /// The phone number of the stakeholder. It is the stakeholder where there is neither an id nor an e-mail address.
    PHONE = Column::new("phone", Role::ContactPhone);
    /// The name of the stakeholder. If it is one such as `Guest` or `Walk-in customer`, the record is of no person.
    STAKEHOLDER_NAME = Column::new("stakeholder_name", Role::ContactName);
}
