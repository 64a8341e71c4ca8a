//! What the names of files say about them, where their columns leave it open.

use std::collections::BTreeSet;

use crate::canonical::load::joins::files::File;
use crate::schema::Table;
use crate::sources::is_refund_record;

/// Whether the name of a file has one of these words.
fn says(file: &File, words: &[&str]) -> bool {
    words.iter().any(|word| file.entity.contains(*word))
}

/// Whether a file is called orders, sales or the like.
pub fn is_called_orders(file: &File) -> bool {
    let orders = [
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
    says(file, &orders)
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

/// Whether a file has orders: by its name, or because it is recognised as such and is not called contracts or the like.
pub fn are_orders(file: &File) -> bool {
    let recurs = [
        "subscription",
        "contract",
        "membership",
        "policy",
        "account",
        "plan",
        "lease",
        "pledge",
    ];
    let is_recognised = matches!(file.table(), Some(Table::Purchases | Table::Supplies));
    is_called_orders(file) || (is_recognised && !says(file, &recurs))
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

/// Whether a file lists refunds, by its name or the names of its columns: it has an id or a date of refunds.
pub fn is_about_refunds(file: &File) -> bool {
    let of_refund = |words: &BTreeSet<String>| words.contains("refund") && (words.contains("id") || words.contains("date"));
    says(file, &["refund"]) || is_refund_record(&file.stem()) || (!is_called_orders(file) && file.words.iter().any(of_refund))
}

/// Whether a file is about refunds, shipments or the like: its amounts are no sales.
pub fn is_about_something_else(file: &File) -> bool {
    let others = ["refund", "return", "shipment", "shipping", "tracking", "tax", "discount", "coupon"];
    says(file, &others)
}
