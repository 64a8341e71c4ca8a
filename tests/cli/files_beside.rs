//! Files beside the orders, tickets and rosters of an export: payments, customers of orders, lists of statuses, leavers, answers. The
//! expected numbers are sums over the generators of the records.

use serde_json::Value;

use crate::harness::{Folder, Ran};

/// The values of metrics of 2024, and what was said.
fn measured<const N: usize>(folder: &Folder, metrics: [&str; N]) -> ([Option<f64>; N], String) {
    let args = [
        "measure",
        "in",
        "-m",
        &metrics.join(","),
        "--period",
        "2024",
        "--as-of",
        "2024-12-31",
        "-f",
        "json",
    ];
    let ran: Ran = folder.run(&args).code(0);
    let found: Value = serde_json::from_str(&ran.out()).expect("JSON");
    let value = |metric: &str| found["cells"].as_array()?.iter().find(|cell| cell["metric"] == metric)?["value"].as_f64();
    (metrics.map(value), ran.err())
}

const SALES: [&str; 3] = ["revenue", "orders", "active_customers"];

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
    let rows = lines((0..12).map(|n| format!("{},Ann{n},Berg{n},c{n}@mail.example\n", 500 + n)));
    format!("customer_id,first_name,last_name,email\n{rows}")
}

/// Forty invoices of 10, 11, ... 49, and payments of the first thirty of them.
fn paid(payments: impl Fn(usize) -> String) -> Folder {
    let invoices = lines((0..40).map(|n| format!("{},{},{},{}.00\n", 900 + n, 500 + n % 12, day(n), 10 + n)));
    Folder::new()
        .with("in/invoices.csv", format!("invoice_no,customer_id,invoice_date,total\n{invoices}"))
        .with(
            "in/payments.csv",
            format!(
                "payment_id,invoice_no,customer_id,payment_date,amount,method\n{}",
                lines((0..30).map(payments))
            ),
        )
        .with("in/customers.csv", customers())
}

#[test]
fn payments_that_name_their_invoices_count_once() {
    let payment = |n: usize| format!("{},{},{},{},{}.00,card\n", 1 + n, 900 + n, 500 + n % 12, day(n + 9), 10 + n);
    // 10 + 11 + ... + 49.
    let (found, said) = measured(&paid(payment), SALES);
    assert_eq!(found, [Some(1180.0), Some(40.0), Some(12.0)], "{said}");
    assert!(
        said.contains("in/payments.csv: It is not used: most of its payments are totals"),
        "{said}"
    );
    // Each is paid in two halves.
    let halves = |n: usize| {
        let half = |part: usize| {
            let of = [900 + n, 500 + n % 12];
            format!(
                "{},{},{},{},{}.50,card\n",
                1 + 2 * n + part,
                of[0],
                of[1],
                day(n + 9 * part),
                (10 + n) / 2
            )
        };
        half(0) + &half(1)
    };
    let (found, said) = measured(&paid(halves), SALES);
    assert_eq!(found[0], Some(1180.0), "{said}");
}

#[test]
fn payments_of_a_till_with_numbers_of_its_own_are_sales_too() {
    // The numbers are those of invoices, and the people are others: each is another sale, of 200.
    let payment = |n: usize| format!("{},{},{},{},200.00,cash\n", 1 + n, 900 + n, 500 + (n + 5) % 12, day(n + 9));
    let (found, said) = measured(&paid(payment), SALES);
    assert_eq!(found[0], Some(1180.0 + 6000.0), "{said}");
}

#[test]
fn what_a_supplier_charged_is_not_spent_again() {
    let orders = lines((0..40).map(|n| format!("P{n},S{},{},{},EUR,{}.00\n", n % 6, day(n), day(n + 10), 100 + n)));
    let charged = lines((0..40).map(|n| format!("R{n},P{n},S{},{},{}.00\n", n % 6, day(n + 12), 100 + n)));
    let folder = Folder::new()
        .with(
            "in/purchase_orders.csv",
            format!("po_number,supplier_id,order_date,promised_date,currency,amount\n{orders}"),
        )
        .with(
            "in/supplier_invoices.csv",
            format!("invoice_no,po_number,supplier_id,invoice_date,amount\n{charged}"),
        );
    // 100 + 101 + ... + 139.
    let (found, said) = measured(&folder, ["spend"]);
    assert_eq!(found, [Some(4780.0)], "{said}");
}

/// Forty orders of 12, 24, ... with tax and 5 for shipping, and one line of each with its amount before tax.
fn with_tax(headers: &str, more: impl Fn(usize) -> String) -> Folder {
    let orders = lines((0..40).map(|n| {
        let net = 10 * (1 + n);
        let of = format!("{},{},{}", 900 + n, 500 + n % 12, day(n));
        format!("{of},{}.00,{}.00,5.00,{}.00\n", net, net / 5, net + net / 5 + 5)
    }));
    let items = lines((0..40).map(|n| format!("{},A{},1,{}.00,{}\n", 900 + n, n % 5, 10 * (1 + n), more(n))));
    Folder::new()
        .with(
            "in/orders.csv",
            format!("order_id,customer_id,order_date,subtotal,tax,shipping,order_total\n{orders}"),
        )
        .with(
            "in/order_lines.csv",
            format!("order_id,article,quantity,amount_net,{headers}\n{items}"),
        )
}

#[test]
fn totals_with_tax_are_the_sums_of_amounts_with_tax() {
    // 12 + 24 + ... + 480, and 40 times 5.
    let folder = with_tax("amount_gross", |n| format!("{}.00", 12 * (1 + n)));
    let (found, said) = measured(&folder, SALES);
    assert_eq!(found[0], Some(9840.0 + 200.0), "{said}");
}

/// Forty orders without customers, and a file with one record for each.
fn beside(header: &str, record: impl Fn(usize) -> String) -> Folder {
    let orders = lines((0..40).map(|n| format!("{},{},{}.00,{}\n", 700 + n, day(n), 10 + n, 1 + n % 4)));
    let states = "id,name\n1,Open\n2,Paid\n3,Cancelled\n4,Shipped\n";
    Folder::new()
        .with("in/order.csv", format!("id,order_date,total,status_id\n{orders}"))
        .with("in/order_status.csv", states)
        .with("in/order_people.csv", format!("{header}\n{}", lines((0..40).map(record))))
}

#[test]
fn the_customer_of_an_order_may_be_in_a_file_beside_it() {
    let folder = beside("id,order_id,customer_id,email", |n| {
        format!("{},{},{},c{}@mail.example\n", 1 + n, 700 + n, 500 + n % 12, n % 12)
    });
    // Every fourth order from the third on is cancelled: 12 + 16 + ... + 48 of 1180.
    let (found, said) = measured(&folder, SALES);
    assert_eq!(found, [Some(880.0), Some(30.0), Some(9.0)], "{said}");
    assert!(said.contains("30 used + 10 excluded (10 cancelled)"), "{said}");
}

#[test]
fn the_employee_of_an_order_did_not_buy_it() {
    let folder = beside("id,order_id,employee_id", |n| format!("{},{},{}\n", 1 + n, 700 + n, 20 + n % 3));
    let question = asked(&folder);
    assert!(question.contains("no column for stakeholder_id"), "{question}");
}

/// Forty orders of twelve customers of which every fourth has the number 3, and a list of what the numbers are.
fn with_states(column: &str, list: &str, states: &str) -> Folder {
    let orders = lines((0..40).map(|n| format!("{},{},{},{}.00,{}\n", 700 + n, 500 + n % 12, day(n), 10 + n, 1 + n % 4)));
    Folder::new()
        .with("in/orders.csv", format!("order_id,customer_id,order_date,total,{column}\n{orders}"))
        .with(&format!("in/{list}.csv"), states)
        .with("in/customers.csv", customers())
}

#[test]
fn numbers_of_statuses_are_read_by_their_list() {
    let states = "id,name\n1,Open\n2,Paid\n3,Cancelled\n4,Shipped\n";
    let (found, said) = measured(&with_states("order_status_id", "order_status", states), SALES);
    assert_eq!(found[..2], [Some(880.0), Some(30.0)], "{said}");
    let letters = with_states(
        "order_status",
        "states",
        "order_status_code,order_status_name\nO,Open\nP,Paid\nX,Cancelled\nS,Shipped\n",
    );
    let text = lines((0..40).map(|n| {
        let state = ["O", "P", "X", "S"][n % 4];
        format!("{},{},{},{}.00,{state}\n", 700 + n, 500 + n % 12, day(n), 10 + n)
    }));
    let letters = letters.with(
        "in/orders.csv",
        format!("order_id,customer_id,order_date,total,order_status\n{text}"),
    );
    let (found, said) = measured(&letters, SALES);
    assert_eq!(found[..2], [Some(880.0), Some(30.0)], "{said}");
}

#[test]
fn the_status_of_a_parcel_or_a_customer_is_none_of_the_order() {
    let states = "id,name\n1,Waiting\n2,Sent\n3,Cancelled\n4,Arrived\n";
    for column in ["shipment_status_id", "payment_status_id", "customer_status_id"] {
        let list = column.trim_end_matches("_id");
        let (found, said) = measured(&with_states(column, list, states), SALES);
        assert_eq!(found[..2], [Some(1180.0), Some(40.0)], "{column} {said}");
    }
    // Half of the customers left.
    let people = lines((0..12).map(|n| format!("{},Ann{n},Berg{n},{}\n", 500 + n, 1 + n % 2)));
    let folder = with_states("shop", "status", "id,name\n1,Active\n2,Cancelled\n")
        .with("in/customers.csv", format!("customer_id,first_name,last_name,status_id\n{people}"));
    let (found, said) = measured(&folder, SALES);
    assert_eq!(found[..2], [Some(1180.0), Some(40.0)], "{said}");
}

#[test]
fn addresses_and_customers_are_no_orders_of_what_names_them() {
    // Each order names the address that its bill goes to, which was entered in the year before.
    let orders = lines((0..40).map(|n| format!("{},{},{},{},{}.00\n", 700 + n, 500 + n % 12, 60 + n % 12, day(n), 10 + n)));
    let addresses = lines((0..12).map(|n| format!("{},Ann{n},Berg{n},c{n}@mail.example,2023-05-0{}\n", 60 + n, 1 + n % 9)));
    let folder = Folder::new()
        .with(
            "in/Order.csv",
            format!("Id,CustomerId,BillingAddressId,CreatedOnUtc,OrderTotal\n{orders}"),
        )
        .with("in/Address.csv", format!("Id,FirstName,LastName,Email,CreatedOnUtc\n{addresses}"));
    let (found, said) = measured(&folder, SALES);
    assert_eq!(found, [Some(1180.0), Some(40.0), Some(12.0)], "{said}");
}

#[test]
fn orders_that_were_deleted_do_not_count() {
    for (header, marks) in [
        ("deleted", ["0", "1"]),
        ("is_deleted", ["false", "true"]),
        ("deleted_at", ["", "2024-12-01 10:00:00"]),
    ] {
        let orders = lines((0..40).map(|n| {
            format!(
                "{},{},{},{}.00,{}\n",
                700 + n,
                500 + n % 12,
                day(n),
                10 + n,
                marks[usize::from(n % 4 == 2)]
            )
        }));
        let folder = Folder::new().with("in/orders.csv", format!("order_id,customer_id,order_date,total,{header}\n{orders}"));
        let (found, said) = measured(&folder, SALES);
        assert_eq!(found[..2], [Some(880.0), Some(30.0)], "{header} {said}");
    }
}

#[test]
fn who_sold_is_not_who_bought() {
    // Three users of the firm closed deals with twelve persons.
    let deals = lines((0..40).map(|n| format!("{},{}.00,won,{},{},{}\n", 1 + n, 10 + n, 500 + n % 12, 1 + n % 3, day(n))));
    let folder = Folder::new().with("in/deals.csv", format!("id,value,status,person_id,user_id,close_time\n{deals}"));
    let (found, said) = measured(&folder, SALES);
    assert_eq!(found, [Some(1180.0), Some(40.0), Some(12.0)], "{said}");
    // In a shop of which nothing else is known, the users buy.
    let orders = lines((0..40).map(|n| format!("{},{}.00,{},{}\n", 1 + n, 10 + n, 500 + n % 12, day(n))));
    let folder = Folder::new().with("in/orders.csv", format!("order_id,total,user_id,order_date\n{orders}"));
    assert_eq!(measured(&folder, SALES).0[2], Some(12.0));
    // The lines name who served, their receipts who bought.
    let sales = lines((0..40).map(|n| format!("{},{},{},{}.00\n", 900 + n, day(n), 500 + n % 12, 10 + n)));
    let items = lines((0..40).map(|n| format!("{},{},A{},{},1,{}.00,{}\n", 1 + n, 900 + n, n % 5, 20 + n % 3, 10 + n, day(n))));
    let folder = Folder::new()
        .with("in/Sale.csv", format!("saleID,createTime,customerID,total\n{sales}"))
        .with(
            "in/SaleLine.csv",
            format!("saleLineID,saleID,item,employeeID,quantity,amount,createTime\n{items}"),
        );
    let (found, said) = measured(&folder, SALES);
    assert_eq!(found, [Some(1180.0), Some(40.0), Some(12.0)], "{said}");
}

/// Forty employees since 2023, and when some of them left.
fn staff(terminations: &str) -> Folder {
    let people = lines((0..40).map(|n| format!("{},Ann{n},Berg{n},2023-03-05,1\n", 100 + n)));
    Folder::new()
        .with(
            "in/employees.csv",
            format!("employee_id,first_name,last_name,hire_date,department_id\n{people}"),
        )
        .with(
            "in/terminations.csv",
            format!("termination_id,employee_id,termination_date\n{terminations}"),
        )
        .with(
            "in/salaries.csv",
            format!(
                "employee_id,amount\n{}",
                lines((0..40).map(|n| format!("{},{}\n", 100 + n, 40_000 + n)))
            ),
        )
}

#[test]
fn those_who_left_are_in_a_file_of_their_own() {
    let left = lines((0..10).map(|n| format!("{},{},2024-07-15\n", 1 + n, 100 + n)));
    let (found, said) = measured(&staff(&left), ["employee_turnover_rate"]);
    // Ten left; the mean headcount is (6 * 40 + 35 + 5 * 30) / 12.
    assert!((found[0].unwrap() - 10.0 / (425.0 / 12.0)).abs() < 1e-9, "{found:?} {said}");
    // Somebody left twice: when they came back is not known.
    let question = asked(&staff(&format!("{left}11,100,2024-10-15\n")));
    assert!(
        question.contains("Which record of in/terminations.csv belongs to each of in/employees.csv?"),
        "{question}"
    );
}

#[test]
fn the_end_of_a_course_is_not_when_somebody_left() {
    let people = lines((0..40).map(|n| format!("{},Ann{n},Berg{n},2023-03-05\n", 100 + n)));
    let courses = lines((0..10).map(|n| format!("{},{},2024-07-15\n", 1 + n, 100 + n)));
    let folder = Folder::new()
        .with("in/employees.csv", format!("employee_id,first_name,last_name,hire_date\n{people}"))
        .with("in/courses.csv", format!("course_id,employee_id,end_date\n{courses}"));
    let (found, said) = measured(&folder, ["employee_turnover_rate"]);
    assert_ne!(found[0], Some(0.25), "{said}");
    assert!(!said.contains("Joined"), "{said}");
}

/// Forty tickets with answers after an hour, and the message that they were opened with if it is stored.
fn tickets(opening: impl Fn(usize) -> String) -> Folder {
    let tickets = lines((0..40).map(|n| format!("{},{},{} 08:00:00\n", 1 + n, 500 + n % 12, day(n))));
    let answers = lines((0..40).map(|n| {
        let note = format!("{},{},false,true,{} 08:10:00\n", 1000 + 2 * n, 1 + n, day(n));
        format!("{}{note}{},{},false,false,{} 09:00:00\n", opening(n), 1001 + 2 * n, 1 + n, day(n))
    }));
    Folder::new()
        .with("in/tickets.csv", format!("id,requester_id,created_at\n{tickets}"))
        .with(
            "in/conversations.csv",
            format!("id,ticket_id,incoming,private,created_at\n{answers}"),
        )
}

#[test]
fn messages_may_begin_with_the_answers() {
    let metrics = ["cases_opened", "first_response_time_median"];
    // Notes among ourselves are no answers.
    let (found, said) = measured(&tickets(|_| String::new()), metrics);
    assert_eq!(found, [Some(40.0), Some(1.0)], "{said}");
    let (found, said) = measured(
        &tickets(|n| format!("{},{},true,false,{} 08:00:00\n", 5000 + n, 1 + n, day(n))),
        metrics,
    );
    assert_eq!(found, [Some(40.0), Some(1.0)], "{said}");
    // What we opened ourselves is no case of theirs.
    let (found, said) = measured(
        &tickets(|n| format!("{},{},false,false,{} 08:00:00\n", 5000 + n, 1 + n, day(n))),
        metrics,
    );
    assert_eq!(found[0], Some(0.0), "{said}");
}
