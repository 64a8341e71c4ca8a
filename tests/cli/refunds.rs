//! Files of refunds among the files of an export: they lower the revenue of the orders that they refund, and are no orders.

use crate::harness::{Folder, Ran};
use crate::joins::{measure, numbers, twenty};

const REFUNDS: &str = "refund_id,order_id,refund_date,amount\n1,3,2024-02-01,4.00\n2,5,2024-02-03,10.00\n";

fn said(ran: &Ran, part: &str) {
    assert!(ran.err().contains(part), "{part} is not in\n{}", ran.err());
}

#[test]
fn refunds_of_orders_and_their_lines_are_negative() {
    let (orders, lines) = twenty();
    let folder = Folder::new()
        .with("orders.csv", &orders)
        .with("order_lines.csv", &lines)
        .with("refunds.csv", REFUNDS);
    let ran = measure(&folder, &["."]).code(0);
    assert_eq!(numbers(&ran)[..2], [186.0, 20.0]);
    said(
        &ran,
        "note[refunds]: ./refunds.csv: Its amounts, in amount, are refunds of the orders in ./orders.csv, and count as negative",
    );
    // Orders without a refund are not missing.
    assert!(!ran.err().contains("not-referred-to"), "{}", ran.err());
    // The same by what init writes.
    folder.run(&["init", "."]).code(0);
    assert_eq!(numbers(&measure(&folder, &[]).code(0))[..2], [186.0, 20.0]);
}

#[test]
fn refunds_of_orders_that_are_whole_are_negative_whatever_their_sign() {
    let whole: String = twenty()
        .0
        .lines()
        .enumerate()
        .map(|(at, line)| format!("{line},{}\n", if at == 0 { "total" } else { "10.00" }))
        .collect();
    let negative = REFUNDS.replace("4.00", "-4.00").replace("10.00", "-10.00");
    let named = "refund_id,order_id,customer_id,refund_date,refund_amount\n1,3,103,2024-02-01,4.00\n2,5,105,2024-02-03,10.00\n";
    // By itself it would look like purchases.
    let like_sales = "order_id,customer_id,date,amount\n3,103,2024-02-01,4.00\n5,105,2024-02-03,10.00\n";
    for (name, refunds) in [
        ("refunds.csv", REFUNDS),
        ("refunds.csv", negative.as_str()),
        ("refunds.csv", named),
        ("refunds.csv", like_sales),
        ("Gutschriften.csv", like_sales),
    ] {
        let folder = Folder::new().with("orders.csv", &whole).with(name, refunds);
        let ran = measure(&folder, &["."]).code(0);
        assert_eq!(numbers(&ran)[..2], [186.0, 20.0], "{name} {refunds}");
        said(&ran, "note[refunds]");
    }
}

#[test]
fn payments_with_a_date_of_a_refund_are_payments() {
    let (orders, _) = twenty();
    let payment = |n: u32| {
        format!(
            "{n},{n},{},2024-01-{n:02},10.00,{}\n",
            100 + n % 7,
            if n == 3 { "2024-02-01" } else { "" }
        )
    };
    let payments = format!(
        "payment_id,order_id,customer_id,paid_at,amount,refund_date\n{}",
        (1..=20).map(payment).collect::<String>()
    );
    let folder = Folder::new().with("orders.csv", orders).with("payments.csv", payments);
    let ran = measure(&folder, &["."]).code(0);
    // The one payment with such a date went back.
    assert_eq!(numbers(&ran)[..2], [190.0, 20.0]);
    assert!(!ran.err().contains("note[refunds]"), "{}", ran.err());
}

#[test]
fn refunds_of_orders_that_were_cancelled_do_not_count() {
    let (orders, lines) = twenty();
    let cancelled: String = orders
        .lines()
        .enumerate()
        .map(|(at, line)| format!("{line},{}\n", ["status", "paid", "paid", "cancelled"].get(at).unwrap_or(&"paid")))
        .collect();
    let folder = Folder::new()
        .with("orders.csv", cancelled)
        .with("order_lines.csv", lines)
        .with("refunds.csv", REFUNDS);
    let ran = measure(&folder, &["."]).code(0);
    // Nineteen orders of 10, and a refund of 10.
    assert_eq!(numbers(&ran)[..2], [180.0, 19.0]);
    said(&ran, "./refunds.csv: 2 read = 1 used + 1 excluded (1 cancelled)");
}

#[test]
fn refunds_that_the_orders_have_count_once() {
    let whole: String = twenty()
        .0
        .lines()
        .enumerate()
        .map(|(at, line)| match at {
            0 => format!("{line},total,refunded_amount\n"),
            3 => format!("{line},10.00,4.00\n"),
            5 => format!("{line},10.00,10.00\n"),
            _ => format!("{line},10.00,0\n"),
        })
        .collect();
    let folder = Folder::new().with("orders.csv", whole).with("refunds.csv", REFUNDS);
    let ran = measure(&folder, &["."]).code(0);
    assert_eq!(numbers(&ran)[..2], [186.0, 20.0]);
    said(
        &ran,
        "refunds.csv: It is not used: ./orders.csv has what was refunded of the same orders",
    );
}

#[test]
fn amounts_before_and_after_tax_are_said_to_be_two() {
    let rows = |header: &str, one: &str| {
        let row = |n: u32| format!("{n};k{};{n:02}.01.2024;{one}\n", n % 4);
        format!("{header}\n{}", (1..=20).map(row).collect::<String>())
    };
    let german = rows(
        "Bestellnummer;Kundennummer;Bestelldatum;Betrag netto;Betrag brutto",
        "100,00;119,00",
    );
    let folder = Folder::new().with("bestellungen.csv", german);
    // What was paid counts, as it does where the tax has a column of its own, whichever column is the first.
    let ran = measure(&folder, &["bestellungen.csv"]).code(0);
    assert_eq!(numbers(&ran)[..2], [2380.0, 20.0]);
    said(
        &ran,
        "note[other-amount]: bestellungen.csv: Its amounts are those in Betrag brutto, and not those in Betrag netto. \
         To count the others: --map 'bestellungen.csv:amount=Betrag netto'",
    );
    let ran = measure(&folder, &["bestellungen.csv", "--map", "bestellungen.csv:amount=Betrag netto"]).code(0);
    assert_eq!(numbers(&ran)[..2], [2000.0, 20.0]);
    assert!(!ran.err().contains("other-amount"), "{}", ran.err());
}
