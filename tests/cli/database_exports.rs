//! Exports of databases: keys and tables named as databases name them, offers, payments and statuses next to the orders. The expected numbers
//! are sums over the generators of the records.

use serde_json::Value;

use crate::harness::{Folder, Ran};

/// The revenue, the orders and the active customers of 2024, and what was said.
fn measured(folder: &Folder) -> ([Option<f64>; 3], String) {
    let metrics = "revenue,orders,active_customers";
    let ran: Ran = folder
        .run(&["measure", "in", "-m", metrics, "--period", "2024", "--incomplete", "-f", "json"])
        .code(0);
    let found: Value = serde_json::from_str(&ran.out()).expect("JSON");
    let value = |metric: &str| found["cells"].as_array()?.iter().find(|cell| cell["metric"] == metric)?["value"].as_f64();
    (["revenue", "orders", "active_customers"].map(value), ran.err())
}

/// What the program asks instead of measuring.
fn asked(folder: &Folder) -> String {
    folder.run(&["measure", "in", "--period", "2024"]).code(3).err()
}

fn day(n: usize) -> String {
    format!("2024-{:02}-{:02}", 1 + n / 28, 1 + n % 28)
}

fn lines(of: impl Iterator<Item = String>) -> String {
    of.collect()
}

/// Twelve customers, by number.
fn customers() -> String {
    lines((0..12).map(|n| format!("{},Ann{n},Berg{n},c{n}@mail.example\n", 500 + n)))
}

#[test]
fn keys_are_ids() {
    // Sales of twelve members, each with a key, and dates as whole numbers; all columns of the sales begin with `fz_`.
    let sales = lines((0..60).map(|n| {
        let date = day(n).replace('-', "");
        format!("{},{date},{},{},,{}.50\n", 9000 + n, 500 + n % 12, 3 + n % 2, 10 + n)
    }));
    let members = lines((0..12).map(|n| format!("{},Ann{n},Berg{n},c{n}@mail.example\n", 500 + n)));
    let folder = Folder::new()
        .with(
            "in/fact_sales.csv",
            format!("fz_ordernumber,fz_orderdatekey,fz_memberkey,fz_branchkey,fz_memberpono,fz_amount\n{sales}"),
        )
        .with("in/dim_member.csv", format!("MemberKey,FirstName,LastName,Email\n{members}"));
    // 10.5 + 11.5 + ... + 69.5. The empty number of a member's own order is no ID of a member.
    let (found, said) = measured(&folder);
    assert_eq!(found, [Some(2400.0), Some(60.0), Some(12.0)], "{said}");
}

#[test]
fn files_of_one_module_are_known_by_the_rest_of_their_names() {
    let heads = lines((0..40).map(|n| format!("{},{},{}\n", 1 + n, 500 + n % 12, day(n))));
    let items = lines((0..80).map(|n| format!("{},{},{},2,{}.25\n", 7000 + n, 1 + n / 2, n % 5, 3 + n % 4)));
    let folder = Folder::new()
        .with("in/qx_order.csv", format!("rowid,fk_customer,order_date\n{heads}"))
        .with("in/qx_order_line.csv", format!("rowid,fk_order,fk_product,qty,unit_price\n{items}"))
        .with("in/qx_customer.csv", format!("rowid,first_name,last_name,email\n{}", customers()));
    // Twice 20 times 3.25 + 4.25 + 5.25 + 6.25.
    let (found, said) = measured(&folder);
    assert_eq!(found, [Some(760.0), Some(40.0), Some(12.0)], "{said}");
}

#[test]
fn offers_that_orders_accept_are_not_their_lines() {
    let offers = lines((0..40).map(|n| format!("{},{},{}.00\n", 1 + n, 5 + n % 3, 900 + n)));
    let sales = lines((0..40).map(|n| format!("{},{},{},{},{}.00\n", 300 + n, 1 + n, 500 + n % 12, day(n), 10 + n)));
    let folder = Folder::new()
        .with("in/offers.csv", format!("offerid,pieces,totalprice\n{offers}"))
        .with("in/sales.csv", format!("saleid,offerid,buyerid,saledate,pricepaid\n{sales}"));
    // 10 + 11 + ... + 49, and nothing of what was offered.
    let (found, said) = measured(&folder);
    assert_eq!(found[0], Some(1180.0), "{said}");
}

/// Orders of twelve customers with one line each, and payments of them in a file of their own.
fn paid(amount: impl Fn(usize) -> usize) -> Folder {
    let orders = lines((0..40).map(|n| format!("{},{},{}\n", 100 + n, 500 + n % 12, day(n))));
    let items = lines((0..40).map(|n| format!("{},A{},2,{}.00\n", 100 + n, n % 5, 10 + n)));
    let payments = lines((0..30).map(|n| format!("{},K{},{},{}.00\n", 500 + n % 12, 7000 + n * 3, day(n + 5), amount(n))));
    Folder::new()
        .with("in/orders.csv", format!("order_no,customer_no,order_date\n{orders}"))
        .with("in/order_lines.csv", format!("order_no,article,quantity,unit_price\n{items}"))
        .with("in/payments.csv", format!("customer_no,check_no,payment_date,amount\n{payments}"))
        .with(
            "in/customers.csv",
            format!("customer_no,first_name,last_name,email\n{}", customers()),
        )
}

#[test]
fn payments_of_the_same_sales_count_once() {
    // Each is what an order costs: twice 10, 11, ...
    let (found, said) = measured(&paid(|n| 2 * (10 + n)));
    // Twice 10 + 11 + ... + 49.
    assert_eq!(found, [Some(2360.0), Some(40.0), Some(12.0)], "{said}");
    assert!(said.contains("most of its payments are totals of the orders"), "{said}");
    // None is: it is asked whether they are of the same sales, and each answer can be followed.
    let folder = paid(|n| 1001 + 2 * n);
    let question = asked(&folder);
    assert!(
        question.contains("Are the payments in in/payments.csv for the orders in in/order_lines.csv?"),
        "{question}"
    );
    let (found, said) = measured_of(&folder, &["in/orders.csv", "in/order_lines.csv", "in/customers.csv"]);
    assert_eq!(found[0], Some(2360.0), "{said}");
    let all = [
        "in/orders.csv",
        "in/order_lines.csv",
        "in/customers.csv",
        "purchases=in/payments.csv",
    ];
    // With 1001 + 1003 + ... + 1059.
    let (found, said) = measured_of(&folder, &all);
    assert_eq!(found[0], Some(2360.0 + 30_900.0), "{said}");
}

fn measured_of(folder: &Folder, inputs: &[&str]) -> ([Option<f64>; 1], String) {
    let rest = ["-m", "revenue", "--period", "2024", "--incomplete", "-f", "json"];
    let ran = folder.run(&[&["measure"], inputs, &rest[..]].concat()).code(0);
    let found: Value = serde_json::from_str(&ran.out()).expect("JSON");
    ([found["cells"][0]["value"].as_f64()], ran.err())
}

#[test]
fn lines_with_all_that_they_need_are_cancelled_with_their_orders() {
    let items = lines((0..40).map(|n| format!("{},{},{},{},{}.00\n", 7000 + n, 100 + n, 500 + n % 12, day(n), 10 + n)));
    let state = |n: usize| if n % 10 == 9 { "cancelled" } else { "completed" };
    let orders = lines((0..40).map(|n| format!("{},{},1\n", 100 + n, state(n))));
    let folder = Folder::new()
        .with(
            "in/order_products.csv",
            format!("line_no,order_id,customer_id,order_date,amount\n{items}"),
        )
        .with("in/order_states.csv", format!("order_id,status,pieces\n{orders}"));
    // 10 + ... + 49 without 19, 29, 39 and 49.
    let (found, said) = measured(&folder);
    assert_eq!(found, [Some(1044.0), Some(36.0), Some(12.0)], "{said}");
}

#[test]
fn a_net_price_is_what_was_paid_and_a_list_price_is_of_one() {
    let orders = lines((0..40).map(|n| format!("{},{},{}\n", 100 + n, 500 + n % 12, day(n))));
    let heads = format!("order_no,customer_no,order_date\n{orders}");
    let net = lines((0..40).map(|n| format!("{},A{},{},10.00,{}.00\n", 100 + n, n % 5, 1 + n % 4, 10 - n % 3)));
    let folder = Folder::new().with("in/orders.csv", heads.clone()).with(
        "in/order_rows.csv",
        format!("order_no,article,quantity,unit_price,net_price\n{net}"),
    );
    let expected: usize = (0..40).map(|n| (1 + n % 4) * (10 - n % 3)).sum();
    let (found, said) = measured(&folder);
    assert_eq!(found[0], Some(expected as f64), "{said}");
    let listed = lines((0..40).map(|n| format!("{},A{},{},{}.00,0.{}\n", 100 + n, n % 5, 1 + n % 4, 10 + n, n % 3)));
    let folder = Folder::new().with("in/orders.csv", heads).with(
        "in/order_rows.csv",
        format!("order_no,article,quantity,list_price,discount\n{listed}"),
    );
    let expected: f64 = (0..40).map(|n| f64::from((1 + n % 4) * (10 + n) * (10 - n % 3)) / 10.0).sum();
    let (found, said) = measured(&folder);
    assert!((found[0].unwrap() - expected).abs() < 1e-6, "{said}");
}

#[test]
fn an_offer_that_was_sent_is_no_sale() {
    let file = |states: [&'static str; 4]| {
        let orders = lines((0..40).map(|n| format!("{},{},{},{},{}\n", 100 + n, 500 + n % 12, day(n), states[n % 4], 10 + n)));
        Folder::new().with(
            "in/orders.csv",
            format!("order_no,customer_no,order_date,state,amount_total\n{orders}"),
        )
    };
    let of = |kept: &[usize]| Some((0..40).filter(|n| kept.contains(&(n % 4))).map(|n| (10 + n) as f64).sum::<f64>());
    let (found, said) = measured(&file(["sale", "sent", "draft", "done"]));
    assert_eq!(found[0], of(&[0, 3]), "{said}");
    // Without sales among the states, the goods were sent.
    let (found, said) = measured(&file(["paid", "sent", "draft", "completed"]));
    assert_eq!(found[0], of(&[0, 1, 3]), "{said}");
}

#[test]
fn a_price_without_tax_is_no_price_after_a_discount() {
    let orders = lines((0..40).map(|n| format!("{},{},{}\n", 100 + n, 500 + n % 12, day(n))));
    // A fifth is tax on each line: 12 and 10, 18 and 15, ...
    let rows = lines((0..40).map(|n| format!("{},A{},{},{}.00,{}.00\n", 100 + n, n % 5, 1 + n % 4, 12 + 6 * n, 10 + 5 * n)));
    let folder = Folder::new()
        .with("in/orders.csv", format!("order_no,customer_no,order_date\n{orders}"))
        .with(
            "in/order_rows.csv",
            format!("order_no,article,quantity,unit_price,net_price\n{rows}"),
        );
    let sum = |first: usize, step: usize| (0..40).map(|n| ((1 + n % 4) * (first + step * n)) as f64).sum::<f64>();
    let (found, said) = measured(&folder);
    assert_eq!(found[0], Some(sum(12, 6)), "{said}");
    let note = "note[other-price]: in/order_rows.csv: Its amounts are \"quantity\" * \"unit_price\". It has another price, too; to count \
                \"quantity\" * \"net_price\": --map ";
    let option = said
        .split(note)
        .nth(1)
        .and_then(|rest| rest.lines().next())
        .unwrap_or_else(|| panic!("{said}"));
    // As a shell takes it apart.
    let option = option.trim_matches('\'').replace("'\\''", "'");
    // What the note proposes counts the other one.
    let ran = folder.run(&[
        "measure",
        "in",
        "--map",
        &option,
        "-m",
        "revenue",
        "--period",
        "2024",
        "--incomplete",
        "-f",
        "json",
    ]);
    let found: Value = serde_json::from_str(&ran.out()).unwrap_or_else(|_| panic!("{}", ran.err()));
    assert_eq!(found["cells"][0]["value"], sum(10, 5), "{}", ran.err());
}

#[test]
fn ids_are_no_factors_of_amounts() {
    // Each visit is one with the same number as the order, of product 1, and every coupon is of 0.
    let orders = lines((0..40).map(|n| format!("{},{},{},{},1,0,0,{}.50\n", 1 + n, 1 + n, 500 + n % 12, day(n), 10 + n)));
    let folder = Folder::new().with(
        "in/orders.csv",
        format!("order_id,visit_id,customer_id,order_date,product_id,variant_id,coupon,total\n{orders}"),
    );
    // 10.5 + 11.5 + ... + 49.5.
    let (found, said) = measured(&folder);
    assert_eq!(found, [Some(1200.0), Some(40.0), Some(12.0)], "{said}");
}

#[test]
fn deals_of_a_crm_are_purchases_when_won() {
    let stage = |n: usize| ["Closed Won", "Closed Lost", "Prospecting", "Closed Won"][n % 4];
    let closed = |n: usize| if n % 4 == 2 { "false" } else { "true" };
    let deals = lines((0..40).map(|n| {
        let (stage, closed) = (stage(n), closed(n));
        format!(
            "D{n:03},A{:02},Deal {n},{stage},{}.0,{},New,{closed},2023-11-05\n",
            n % 12,
            100 + n,
            day(n)
        )
    }));
    let folder = Folder::new().with(
        "in/deals.csv",
        format!("Id,AccountId,Name,StageName,Amount,CloseDate,Type,IsClosed,CreatedDate\n{deals}"),
    );
    let expected: usize = (0..40).filter(|n| [0, 3].contains(&(n % 4))).map(|n| 100 + n).sum();
    let (found, said) = measured(&folder);
    assert_eq!(found[..2], [Some(expected as f64), Some(20.0)], "{said}");
}

#[test]
fn a_number_that_each_person_has_one_of_is_no_order() {
    // The address on the invoices of a customer is the same on all days.
    let sales = lines((0..60).map(|n| format!("{},{},{},{}.50\n", 500 + n % 12, 800 + n % 12, day(n), 10 + n)));
    let folder = Folder::new().with("in/sales.csv", format!("customer_id,partner_invoice_id,sale_date,total\n{sales}"));
    // 10.5 + 11.5 + ... + 69.5 in 60 orders of a day each.
    let (found, said) = measured(&folder);
    assert_eq!(found, [Some(2400.0), Some(60.0), Some(12.0)], "{said}");
}

#[test]
fn an_amount_that_is_mostly_one_next_to_prices_is_asked_about() {
    let sales = lines((0..60).map(|n| format!("{},{},A{},{},{}\n", 500 + n % 12, day(n), n % 5, [1, 1, 2][n % 3], 20 + n)));
    let folder = Folder::new().with("in/sales.csv", format!("customer_id,sale_date,article,amount,sales_price\n{sales}"));
    let question = asked(&folder);
    assert!(question.contains("amount"), "{question}");
    let told = [
        "measure",
        "in",
        "--map",
        "sales.csv:amount=sales_price",
        "--map",
        "sales.csv:quantity=amount",
    ];
    let rest = ["-m", "revenue", "--period", "2024", "--incomplete", "-f", "json"];
    let ran = folder.run(&[&told[..], &rest[..]].concat()).code(0);
    let found: Value = serde_json::from_str(&ran.out()).expect("JSON");
    // 20 + 21 + ... + 79.
    assert_eq!(found["cells"][0]["value"].as_f64(), Some(2970.0), "{}", ran.err());
}

#[test]
fn heads_and_lines_that_both_have_all_that_they_need_count_once() {
    // The lines name the orders by their `id`, and are rounded each by itself.
    let heads = lines((0..40).map(|n| format!("{},{},{},{}.01\n", 1 + n, 500 + n % 12, day(n), 2 * (10 + n))));
    let items = lines((0..80).map(|n| {
        format!(
            "{},{},{},{},{}.00\n",
            7000 + n,
            1 + n / 2,
            500 + n / 2 % 12,
            day(n / 2),
            9 + n / 2 + 2 * (n % 2)
        )
    }));
    let folder = Folder::new()
        .with("in/shop_order.csv", format!("id,customer_id,order_date,total\n{heads}"))
        .with(
            "in/shop_order_line.csv",
            format!("id,order_id,customer_id,created_date,amount\n{items}"),
        )
        .with("in/shop_customer.csv", format!("id,first_name,last_name,email\n{}", customers()));
    let (found, said) = measured(&folder);
    // Twice 10 + 11 + ... + 49; the totals have a cent more each.
    assert!(
        [Some(2360.0), Some(2360.4)].contains(&found[0].map(|v| (v * 100.0).round() / 100.0)),
        "{found:?} {said}"
    );
    assert_eq!(found[1..], [Some(40.0), Some(12.0)], "{said}");
}

#[test]
fn refunds_have_the_currency_that_their_header_names() {
    let orders = lines((0..40).map(|n| format!("{},{},{}\n", 100 + n, 500 + n % 12, day(n))));
    let items = lines((0..40).map(|n| format!("{},{},A{},{}.00\n", 7000 + n, 100 + n, n % 5, 10 + n)));
    // The number of a refund is also that of an item, which it is not about.
    let refunds = lines((0..4).map(|n| format!("{},{},{},{}.00\n", 7001 + n, 7000 + 10 * n, 100 + 10 * n, 10 + 10 * n)));
    let folder = Folder::new()
        .with("in/orders.csv", format!("order_no,customer_no,order_date\n{orders}"))
        .with("in/order_items.csv", format!("order_item_id,order_no,article,price_usd\n{items}"))
        .with(
            "in/order_item_refunds.csv",
            format!("order_item_refund_id,order_item_id,order_no,refund_amount_usd\n{refunds}"),
        );
    // 10 + 11 + ... + 49 less 10, 20, 30 and 40, each of its own order.
    let (found, said) = measured(&folder);
    assert_eq!(found, [Some(1080.0), Some(40.0), Some(12.0)], "{said}");
}

#[test]
fn totals_of_orders_show_what_the_amounts_of_their_lines_are() {
    // Lines with a price that may be of one, a discount of money, and totals with shipping.
    let heads = |each: fn(usize) -> usize| {
        let orders = lines((0..40).map(|n| format!("{},{},{},{}.00,3.00\n", 1 + n, 500 + n % 12, day(n), each(n) + 3)));
        format!("id,customer_id,order_date,total,shipping\n{orders}")
    };
    let parts = lines((0..40).map(|n| format!("{},{},{},{}.00\n", 7000 + n, 1 + n, 1 + n % 3, 10 + n)));
    let folder = Folder::new()
        .with("in/tblOrders.csv", heads(|n| (1 + n % 3) * (10 + n)))
        .with("in/tblOrderLines.csv", format!("id,order_id,quantity,price\n{parts}"));
    let expected: usize = (0..40).map(|n| (1 + n % 3) * (10 + n) + 3).sum();
    let (found, said) = measured(&folder);
    assert_eq!(found, [Some(expected as f64), Some(40.0), Some(12.0)], "{said}");
    let parts = lines((0..40).map(|n| format!("{},{},{},{}.00,{}.00\n", 7000 + n, 1 + n, 1 + n % 3, 10 + n, n % 4)));
    let folder = Folder::new().with("in/orders.csv", heads(|n| 10 + n - n % 4)).with(
        "in/order_lines.csv",
        format!("id,order_id,pieces,row_total,discount_amount\n{parts}"),
    );
    // 10 + 11 + ... + 49 less ten times 0 + 1 + 2 + 3, with 40 times 3.
    let (found, said) = measured(&folder);
    assert_eq!(found, [Some(1240.0), Some(40.0), Some(12.0)], "{said}");
}

#[test]
fn messages_without_the_number_of_their_case_are_no_cases() {
    let tickets = lines((0..40).map(|n| format!("{},{},Help {n},{}\n", 900 + n, 500 + n % 12, day(n))));
    let entries = lines((0..80).map(|n| format!("{},{},{},Hello,{}\n", 1 + n, 1 + n / 2, 500 + n / 2 % 12, day(n / 2))));
    let folder = Folder::new()
        .with("in/ticket.csv", format!("ticket_id,user_id,subject,created_at\n{tickets}"))
        .with("in/entries.csv", format!("id,thread_id,user_id,body,created_at\n{entries}"));
    let metrics = [
        "measure",
        "in",
        "-m",
        "cases_opened",
        "--period",
        "2024",
        "--incomplete",
        "-f",
        "json",
    ];
    let ran = folder.run(&metrics).code(0);
    let found: Value = serde_json::from_str(&ran.out()).expect("JSON");
    assert_eq!(found["cells"][0]["value"].as_f64(), Some(40.0), "{}", ran.err());
    assert!(
        ran.err().contains("its messages may be of the cases in in/ticket.csv"),
        "{}",
        ran.err()
    );
}
