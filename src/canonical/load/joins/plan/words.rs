//! What the names of files say about them, where their columns leave it open.

use std::collections::BTreeSet;

use crate::canonical::load::joins::files::File;
use crate::schema::Table;
use crate::sources::guess::is_who;
use crate::sources::is_refund_record;

/// Whether the name of a file has one of these words.
fn says(file: &File, words: &[&str]) -> bool {
    words.iter().any(|word| file.entity.contains(*word))
}

/// What orders are called.
pub const ORDERS: [&str; 9] = [
    "order",
    "sale",
    "purchase",
    "invoice",
    "transaction",
    "booking",
    "deal",
    "receipt",
    "bill",
];

/// Whether a file is called orders, sales or the like.
pub fn is_called_orders(file: &File) -> bool {
    says(file, &ORDERS)
}

/// Whether a file is called payments, and not payments of orders.
pub fn is_called_payments(file: &File) -> bool {
    says(file, &["payment", "paid"]) && !is_called_orders(file)
}

/// Whether a file is called what suppliers charge or are paid, and not what was ordered from them.
pub fn is_called_charges(file: &File) -> bool {
    says(file, &["invoice", "bill", "payment", "paid"]) && !says(file, &["order", "purchase"])
}

/// Whether a file lists people, organisations or their addresses by its name, and not what they bought or have.
pub fn is_called_people(file: &File) -> bool {
    let is_one = |word: &String| is_who(word) || word == "address";
    file.entity.iter().any(is_one) && !is_called_orders(file) && !says(file, &RECURS)
}

/// Whether a file is called tickets, calls or the like.
pub fn is_called_contacts(file: &File) -> bool {
    let contacts = [
        "ticket",
        "case",
        "conversation",
        "message",
        "call",
        "issue",
        "incident",
        "request",
        "thread",
    ];
    says(file, &contacts)
}

/// What is paid for again and again.
const RECURS: [&str; 8] = [
    "subscription",
    "contract",
    "membership",
    "policy",
    "account",
    "plan",
    "lease",
    "pledge",
];

/// Whether a file has orders: by its name, or because it is recognised as such and is not called contracts or the like.
pub fn are_orders(file: &File) -> bool {
    let is_recognised = matches!(file.table(), Some(Table::Purchases | Table::Supplies));
    is_called_orders(file) || (is_recognised && !are_contracts(file))
}

/// Whether a file has contracts, each of which is paid for again and again: by its name, or by an amount of each month.
pub fn are_contracts(file: &File) -> bool {
    let is_each_month = |words: &BTreeSet<String>| {
        let has = |list: &[&str]| list.iter().any(|word| words.contains(*word));
        has(&["monthly", "recurring", "mrr"]) && has(&["amount", "price", "fee", "charges", "revenue", "mrr"])
    };
    !is_called_orders(file) && (says(file, &RECURS) || file.words.iter().any(is_each_month))
}

/// Whether a file is called what is sold: products, and not orders of them.
pub fn is_called_goods(file: &File) -> bool {
    says(file, &["product", "article", "item", "sku", "variant", "price", "catalog"]) && !is_called_orders(file)
}

/// Whether a key is that of things or places: their records are no events.
pub fn is_of_things(file: &File, key: &[usize]) -> bool {
    let things = [
        "product",
        "article",
        "sku",
        "store",
        "shop",
        "supplier",
        "category",
        "campaign",
        "employee",
        "warehouse",
        "location",
        "department",
        "team",
        "agent",
        "owner",
        "project",
    ];
    let is_thing = |words: &BTreeSet<String>| things.iter().any(|word| words.contains(*word));
    key.iter().any(|&column| is_thing(&file.words[column])) || (is_thing(&file.entity) && !is_called_orders(file))
}

/// Whether a file lists refunds: by its name, or because each record begins with the id of a refund. A date of a refund is in lists of
/// payments too.
pub fn is_about_refunds(file: &File) -> bool {
    let first = &file.words[0];
    let has_own_id = first.contains("refund") && first.contains("id") && file.seems_unique(0);
    let is_credit_note = says(file, &["credit"]) && says(file, &["note", "memo"]);
    says(file, &["refund"]) || is_credit_note || is_refund_record(&file.stem()) || has_own_id
}

/// Whether a file is about refunds, shipments or the like: its amounts are no sales.
pub fn is_about_something_else(file: &File) -> bool {
    let others = ["refund", "return", "shipment", "shipping", "tracking", "tax", "discount", "coupon"];
    says(file, &others)
}
