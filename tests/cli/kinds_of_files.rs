//! Files of kinds that many systems and public collections have: which of their records and columns count, and what nobody can know.

use serde_json::Value;

use crate::harness::Folder;

/// Twelve months of 2024, one day in each week or so.
fn day(n: usize) -> String {
    format!("2024-{:02}-{:02}", 1 + n / 5 % 12, 1 + n % 5 * 6)
}

/// The value of a metric, and why it is missing.
fn measured(folder: &Folder, input: &[&str], metric: &str) -> (Option<f64>, String) {
    let args = [
        &["measure"],
        input,
        &["-m", metric, "--period", "2024", "--incomplete", "-f", "json"],
    ]
    .concat();
    let ran = folder.run(&args);
    let found: Value = serde_json::from_str(&ran.out()).unwrap_or_else(|_| panic!("{}", ran.err()));
    let cell = &found["cells"][0];
    (cell["value"].as_f64(), format!("{} {}", cell["absent"], cell["missing"]))
}

/// The options that `inspect` prints to accept its proposals, as a shell takes them apart.
fn accepted(folder: &Folder, file: &str) -> Vec<String> {
    let inspected: Value = serde_json::from_str(&folder.run(&["inspect", file, "-f", "json"]).out()).unwrap();
    let command = inspected["files"][0]["command"]
        .as_str()
        .unwrap_or_else(|| panic!("{inspected:#}"))
        .to_string();
    let mut args = vec![String::new()];
    let mut is_quoted = false;
    for c in command.chars() {
        match c {
            '\'' => is_quoted = !is_quoted,
            ' ' if !is_quoted => args.push(String::new()),
            c => args.last_mut().unwrap().push(c),
        }
    }
    args.drain(..2);
    args
}

#[test]
fn only_purchases_of_a_log_of_what_visitors_do_are_purchases() {
    let mut text = "event_time,event_type,product_id,price,user_id,user_session\n".to_string();
    let mut bought = 0;
    for n in 0..60 {
        let event = ["view", "view", "cart", "purchase", "view", "remove_from_cart"][n % 6];
        bought += if event == "purchase" { 10 + n } else { 0 };
        text.push_str(&format!(
            "{} 10:0{}:00 UTC,{event},{},{}.00,{},s{n}-a\n",
            day(n),
            n % 10,
            500 + n % 7,
            10 + n,
            9000 + n * 7 % 17
        ));
    }
    let folder = Folder::new().with("events.csv", text);
    assert_eq!(measured(&folder, &["events.csv"], "revenue").0, Some(bought as f64));
    assert_eq!(measured(&folder, &["events.csv"], "orders").0, Some(10.0));
}

#[test]
fn an_address_that_a_roster_shares_is_no_id() {
    let person = |n: usize| format!("Ann{n} Berg{n},office{}@mail.example,2023-01-{:02}\n", n % 2, 1 + n % 28);
    let text = format!("Full Name,Email,Hire Date\n{}", (0..40).map(person).collect::<String>());
    let folder = Folder::new().with("staff.csv", text);
    // Forty people would be two.
    let ran = folder.run(&["measure", "stakeholders=staff.csv", "--period", "2024"]).code(3);
    assert!(ran.err().contains("no column for stakeholder_id"), "{}", ran.err());
}

#[test]
fn where_customers_came_from_is_no_event_of_a_shop() {
    for name in ["type", "record_type"] {
        let from = ["Search", "Display", "Click", "Favorite"];
        let records = (0..60).map(|n| format!("{},{},{},{},{}\n", 1000 + n, 500 + n % 12, day(n), 10 + n, from[n % 4]));
        let text = format!("order_id,customer_id,order_date,amount,{name}\n{}", records.collect::<String>());
        let folder = Folder::new().with("orders.csv", text);
        // 10 + 11 + ... + 69
        assert_eq!(measured(&folder, &["orders.csv"], "revenue").0, Some(2370.0), "{name}");
    }
}

#[test]
fn a_status_on_the_first_line_is_that_of_the_order() {
    // 20 orders of three lines; every fourth order was cancelled.
    let file = |status: &dyn Fn(usize, usize) -> &'static str| {
        let line = |n: usize| {
            let (order, line) = (n / 3, n % 3);
            format!(
                "A{order},{},{},{},P{line},{}\n",
                500 + order % 7,
                day(order),
                status(order, line),
                10 + n
            )
        };
        let text = (0..60).map(line).collect::<String>();
        Folder::new().with(
            "lines.csv",
            format!("order_id,customer_id,order_date,status,product,line_total\n{text}"),
        )
    };
    let state = |order: usize| if order.is_multiple_of(4) { "Cancelled" } else { "Completed" };
    let folder = file(&|order, line| if line == 0 { state(order) } else { "" });
    let kept: usize = (0..60).filter(|n| n / 3 % 4 != 0).map(|n| 10 + n).sum();
    assert_eq!(measured(&folder, &["lines.csv"], "revenue").0, Some(kept as f64));
    assert_eq!(measured(&folder, &["lines.csv"], "orders").0, Some(15.0));
    let said = folder.run(&["measure", "lines.csv", "--period", "2024"]).err();
    assert!(
        said.contains("note[status-of-order]: lines.csv: purchases: 40 lines of orders have no status"),
        "{said}"
    );
    // Where lines of the same order have statuses of their own, one without a status has none.
    let folder = file(&|_, line| if line == 0 { "Cancelled" } else { ["", "Completed"][line - 1] });
    let kept: usize = (0..60).filter(|n| n % 3 != 0).map(|n| 10 + n).sum();
    assert_eq!(measured(&folder, &["lines.csv"], "revenue").0, Some(kept as f64));
    // Where only cancelled lines have a status, the others are none of them.
    let folder = file(&|order, line| if order % 4 == 0 && line == 1 { "Cancelled" } else { "" });
    let kept: usize = (0..60).filter(|n| !(n / 3 % 4 == 0 && n % 3 == 1)).map(|n| 10 + n).sum();
    assert_eq!(measured(&folder, &["lines.csv"], "revenue").0, Some(kept as f64));
}

#[test]
fn the_maker_of_what_was_bought_is_not_who_bought_it() {
    let mut text = "Sale_id,Date,Customer Name,Dealer_Name,Company,Price ($),Phone\n".to_string();
    for n in 0..60 {
        let (name, company) = (["Ann", "Bo", "Cy", "Di", "Ed", "Flo"][n % 6], ["Ford", "Fiat"][n % 2]);
        text.push_str(&format!(
            "S{n},{},{name},Main Street Cars,{company},{},80{:05}\n",
            day(n),
            9000 + n,
            n * 7 % 29
        ));
    }
    let folder = Folder::new().with("cars.csv", text);
    assert_eq!(measured(&folder, &["cars.csv"], "active_customers").0, Some(29.0));
}

#[test]
fn when_a_survey_was_answered_is_no_answer_to_the_case() {
    let mut text = "Ticket id,Created at,Closed at,Survey replied date,Customer email\n".to_string();
    for n in 0..40 {
        let day = day(n);
        text.push_str(&format!("{n},{day} 09:00,{day} 12:00,{day} 18:00,p{}@mail.example\n", n * 7 % 17));
    }
    let folder = Folder::new().with("tickets.csv", text);
    assert_eq!(measured(&folder, &["tickets.csv"], "first_response_time_median").0, None);
    assert_eq!(measured(&folder, &["tickets.csv"], "resolution_time_median").0, Some(3.0));
}

#[test]
fn who_has_given_notice_is_there_until_the_end() {
    // Ten people since 2020. Four give notice in 2023, of whom two leave in that year and two in the next.
    let mut text = "Pers.-Nr.;Name;Einstellungsdatum;Kündigungsdatum;Vertragsende\n".to_string();
    for n in 0..10 {
        let left = [
            "01.03.2023;30.06.2023",
            "01.09.2023;31.12.2023",
            "15.11.2023;29.02.2024",
            "01.12.2023;31.05.2024",
        ];
        let left = left.get(n).copied().unwrap_or(";");
        text.push_str(&format!(
            "{};Ada {};0{}.02.2020;{left}\n",
            700 + n,
            char::from(b'A' + n as u8),
            1 + n % 9
        ));
    }
    let folder = Folder::new().with("Mitarbeiter.csv", text);
    // Eight were there on the first day of 2024, and six of them on the last.
    assert_eq!(
        measured(&folder, &["Mitarbeiter.csv", "--as-of", "2025-01-31"], "roster_retention_rate").0,
        Some(0.75)
    );
}

#[test]
fn a_file_that_names_nobody_is_asked_about_and_has_no_number_of_customers() {
    let mut text = "Invoice ID,Branch,Unit price,Quantity,Total,Date,Payment\n".to_string();
    let mut sum = 0;
    for n in 0..60 {
        let (price, quantity) = (3 + n % 11, 1 + n % 4);
        sum += price * quantity;
        text.push_str(&format!(
            "I-{n},A,{price}.50,{quantity},{}.{},{},Cash\n",
            price * quantity + quantity / 2,
            quantity % 2 * 5,
            day(n)
        ));
    }
    let halves: usize = (0..60).map(|n| 1 + n % 4).sum();
    let folder = Folder::new().with("till sales.csv", text);
    let asked = folder.run(&["measure", "till sales.csv"]);
    assert_eq!(asked.status(), Some(3));
    let args = accepted(&folder, "till sales.csv");
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    assert_eq!(measured(&folder, &args, "revenue").0, Some(sum as f64 + halves as f64 / 2.0));
    assert_eq!(measured(&folder, &args, "orders").0, Some(60.0));
    for metric in ["active_customers", "active_stakeholders", "retention_rate"] {
        let (value, why) = measured(&folder, &args, metric);
        assert_eq!(value, None, "{metric}");
        assert!(why.contains("purchases.stakeholder_id"), "{metric}: {why}");
    }
}

#[test]
fn what_was_paid_to_suppliers_is_no_revenue() {
    let mut text = "Directorate,Expense Type,Payment Date,Transaction Number,Net Amount,Supplier Name,Supplier ID\n".to_string();
    for n in 0..60 {
        let k = n * 7 % 17;
        text.push_str(&format!(
            "Care,Fees,{},{},{}.25,Supplier {k} Ltd,{}\n",
            day(n),
            5000 + n,
            100 + n,
            300 + k
        ));
    }
    let folder = Folder::new().with("payments.csv", text);
    let sum: f64 = (0..60).map(|n| 100.25 + f64::from(n)).sum();
    assert_eq!(measured(&folder, &["payments.csv"], "spend").0, Some(sum));
    assert_eq!(measured(&folder, &["payments.csv"], "revenue").0, None);
}

#[test]
fn what_cost_nothing_agrees_with_every_quantity_and_tells_nothing() {
    let mut text =
        "Order Number,Customer ID,Ordered On,Items,Handling (inc tax),Handling (ex tax),Order Total (inc tax),Order Total (ex tax)\n"
            .to_string();
    for n in 0..60 {
        text.push_str(&format!(
            "{n},C{},{},{},0,0,{}.00,{}.00\n",
            n * 7 % 17,
            day(n),
            1 + n % 4,
            110 + 11 * (n % 9),
            100 + 10 * (n % 9)
        ));
    }
    let sum: usize = (0..60).map(|n| 110 + 11 * (n % 9)).sum();
    let folder = Folder::new().with("orders.csv", text);
    assert_eq!(measured(&folder, &["orders.csv"], "revenue").0, Some(sum as f64));
}

#[test]
fn the_records_of_a_log_of_changes_are_states_of_cases() {
    let mut text = "number,state,caller,opened_at,resolved_at,sys_updated_at\n".to_string();
    for n in 0..30 {
        let day = day(n);
        let resolved = if n % 6 == 5 { "?".to_string() } else { format!("{day} 13:30") };
        for (state, at) in [("New", "09:30"), ("Active", "10:00"), ("Resolved", "13:30")] {
            let state = if state == "Resolved" && n % 6 == 5 { "Active" } else { state };
            text.push_str(&format!(
                "INC{:05},{state},Caller {},{day} 09:30,{resolved},{day} {at}\n",
                100 + n,
                n * 7 % 17
            ));
        }
    }
    let folder = Folder::new().with("incidents.csv", text);
    assert_eq!(measured(&folder, &["incidents.csv"], "cases_opened").0, Some(30.0));
    assert_eq!(measured(&folder, &["incidents.csv"], "resolution_time_median").0, Some(4.0));
}

#[test]
fn seconds_since_1970_under_a_time_are_times() {
    let mut text = "Id,ProductId,UserId,Score,Time,Text\n".to_string();
    for n in 0..60_u64 {
        // From 2024-01-01 on, every third day.
        text.push_str(&format!(
            "{n},B{},A{},{},{},\"It is fine, thanks\"\n",
            n % 7,
            n * 7 % 17,
            1 + n % 5,
            1_704_067_200 + n * 3 * 86_400
        ));
    }
    let folder = Folder::new().with("Reviews.csv", text);
    // Of five scores two are favourable. Which score it is nobody says.
    let asked = ["Reviews.csv", "--map", "Reviews.csv:instrument={ value = \"csat\" }"];
    assert_eq!(measured(&folder, &asked, "csat").0, Some(0.4));
}
