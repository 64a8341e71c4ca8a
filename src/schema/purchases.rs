//! The columns of purchases: orders, order lines, payments, donations.

use super::Table;
use super::column::{Column, Role, columns};

columns! { Purchases:
    /// Who bought or gave.
    STAKEHOLDER_ID = Column::new("stakeholder_id", Role::Stakeholder).required();
    /// When it was ordered, paid or given.
    OCCURRED_AT = Column::new("occurred_at", Role::EventTime).required();
    /// The amount of the line or, with amount_on = "order", of the order; a refund is negative.
    AMOUNT = Column::new("amount", Role::Money).required();
    /// The id of the order that the line belongs to.
    ORDER_ID = Column::new("order_id", Role::ParentId);
    /// The id of the line within its order.
    LINE_ID = Column::new("line_id", Role::RecordId);
    /// How many units were bought.
    QUANTITY = Column::new("quantity", Role::Quantity);
    /// The price of one unit.
    UNIT_AMOUNT = Column::new("unit_amount", Role::Money);
    /// What was paid back of the amount.
    REFUND = Column::new("refund", Role::Money);
    /// What the goods or services cost us.
    COST = Column::new("cost", Role::Money);
    /// The currency of the amounts.
    CURRENCY = Column::new("currency", Role::Currency);
    /// The currency of the refund, if a column of its own has it. A refund in another currency than the sale cannot be subtracted.
    REFUND_CURRENCY = Column::new("refund_currency", Role::Category).always_read();
    /// The status in the system that the record comes from; what was cancelled does not count.
    STATUS = Column::new("status", Role::Status);
    /// Whether all of its money went back.
    IS_REFUNDED = Column::new("is_refunded", Role::Flag);
    /// Whether it did not take place, because it was cancelled or was a test.
    IS_VOID = Column::new("is_void", Role::Flag);
    /// Whether it is a purchase at all: a payment that succeeded, a record that is valid and no test. What is not does not count.
    IS_VALID = Column::new("is_valid", Role::Flag);
    /// What the record is, such as a payment or a refund. A refund that is listed with a positive amount counts as a negative one.
    RECORD_TYPE = Column::new("record_type", Role::Category).always_read();
    /// What was bought.
    PRODUCT = Column::new("product", Role::Category);
    /// Where it was bought, such as shop or online.
    CHANNEL = Column::new("channel", Role::Category);
    /// The stakeholder who recommended us to the buyer.
    REFERRER_ID = Column::new("referrer_id", Role::OtherStakeholder);
    /// By when the delivery was promised.
    PROMISED_AT = Column::new("promised_at", Role::Deadline).not_before(&OCCURRED_AT);
    /// When it was delivered.
    DELIVERED_AT = Column::new("delivered_at", Role::DeliveryTime).not_before(&OCCURRED_AT);
    /// The e-mail address of the stakeholder. It is the stakeholder where stakeholder_id is empty or a placeholder.
    EMAIL = Column::new("email", Role::ContactEmail);
    /// The phone number of the stakeholder. It is the stakeholder where there is neither an id nor an e-mail address.
    PHONE = Column::new("phone", Role::ContactPhone);
    /// The name of the stakeholder. If it is one such as `Guest` or `Walk-in customer`, the record is of no person.
    STAKEHOLDER_NAME = Column::new("stakeholder_name", Role::ContactName);
}
