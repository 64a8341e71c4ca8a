//! The columns of supplies: what suppliers delivered.

use super::Table;
use super::column::{Column, Role, columns};

columns! { Supplies:
    /// The supplier.
    STAKEHOLDER_ID = Column::new("stakeholder_id", Role::Stakeholder).required();
    /// The id of the order that the line belongs to.
    ORDER_ID = Column::new("order_id", Role::ParentId);
    /// The id of the line within its order.
    LINE_ID = Column::new("line_id", Role::RecordId);
    /// When it was ordered.
    ORDERED_AT = Column::new("ordered_at", Role::EventTime);
    /// By when the delivery was promised.
    PROMISED_AT = Column::new("promised_at", Role::Deadline).not_before(&ORDERED_AT);
    /// When it was received.
    RECEIVED_AT = Column::new("received_at", Role::OutcomeTime).not_before(&ORDERED_AT);
    /// How many units were ordered.
    QUANTITY = Column::new("quantity", Role::Quantity);
    /// How many units were received.
    QUANTITY_RECEIVED = Column::new("quantity_received", Role::Quantity);
    /// How many of the units received were rejected.
    QUANTITY_REJECTED = Column::new("quantity_rejected", Role::Quantity);
    /// The amount of the line.
    AMOUNT = Column::new("amount", Role::Money);
    /// The currency of the amount.
    CURRENCY = Column::new("currency", Role::Currency);
    /// The status in the system that the record comes from; what was cancelled before it was received does not count.
    STATUS = Column::new("status", Role::Status);
    /// Whether the line was cancelled, so that it does not count unless it was received.
    IS_VOID = Column::new("is_void", Role::Flag);
}
