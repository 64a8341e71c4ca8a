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

/// Sales over a counter, and their sum; the header of their numbers, if they have one.
fn till(number: Option<&str>) -> (String, f64) {
    let mut text = format!(
        "{}Style,Branch,Unit price,Quantity,Total,Date,Payment\n",
        number.map_or(String::new(), |number| format!("{number},"))
    );
    let mut sum = 0.0;
    for n in 0..60 {
        let (price, quantity) = (f64::from(3 + n % 11) + 0.5, f64::from(1 + n % 4));
        sum += price * quantity;
        let number = number.map_or(String::new(), |_| format!("I-{n},"));
        text.push_str(&format!(
            "{number}JN{},A,{price},{quantity},{},{},Cash\n",
            100 + n * 7 % 23,
            price * quantity,
            day(n as usize)
        ));
    }
    (text, sum)
}

/// What is measured of sales that count for no person.
fn counts_for_nobody(folder: &Folder, input: &[&str], sum: f64) {
    assert_eq!(measured(folder, input, "revenue").0, Some(sum));
    assert_eq!(measured(folder, input, "orders").0, Some(60.0));
    for metric in ["active_customers", "active_stakeholders", "retention_rate"] {
        let (value, why) = measured(folder, input, metric);
        assert_eq!(value, None, "{metric}");
        assert!(why.contains("purchases.stakeholder_id"), "{metric}: {why}");
    }
}

#[test]
fn numbered_sales_that_name_nobody_count_for_no_person() {
    let (text, sum) = till(Some("Invoice ID"));
    let folder = Folder::new().with("till sales.csv", text);
    counts_for_nobody(&folder, &["till sales.csv"], sum);
    let said = folder.run(&["measure", "till sales.csv"]).err();
    assert!(
        said.contains("60 read = 60 used; 60 of the used records count for no person"),
        "{said}"
    );
    assert!(
        said.contains(
            "note[names-nobody]: till sales.csv: No column looks like stakeholder_id, so the records count for no person, and what is counted of \
             people is missing. If a column names them: --map 'till sales.csv:stakeholder_id=COLUMN'"
        ),
        "{said}"
    );
    assert!(!said.contains("placeholder-id"), "{said}");
    // Commands on single relationships have none to look at.
    for command in ["health", "segments", "cohorts", "forecast"] {
        let ran = folder.run(&[command, "till sales.csv"]);
        assert_eq!((ran.status(), ran.out().as_str()), (Some(3), ""), "{command}");
        assert_eq!(
            ran.err(),
            "error: there are no relationships to look at, because no record says whom it is about: 60 used records count for no person\n\
             hint: if a column names people, map it: --map FILE:stakeholder_id=COLUMN\n",
            "{command}"
        );
    }
    // What is said of it is what counts.
    let named = ["till sales.csv", "--map", "till sales.csv:stakeholder_id=Style"];
    assert_eq!(measured(&folder, &named, "active_customers").0, Some(23.0));
    // What `init` writes works at once, and has the choice next to it.
    assert_eq!(folder.run(&["init", "till sales.csv"]).status(), Some(0));
    let config = std::fs::read_to_string(folder.path("relhealth.toml")).unwrap();
    assert!(
        config.contains("If none is, the records count for no person\nstakeholder_id = { value = \"Guest\" }"),
        "{config}"
    );
    counts_for_nobody(&folder, &[], sum);
}

#[test]
fn sales_that_name_nobody_are_asked_about_where_something_else_is_open() {
    // Without numbers it is not known which lines were sold together.
    let (text, sum) = till(None);
    let folder = Folder::new().with("till.csv", text);
    assert_eq!(folder.run(&["measure", "till.csv"]).status(), Some(3));
    let args = accepted(&folder, "till.csv");
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    counts_for_nobody(&folder, &args, sum);
    // A roster next to it lists people of whom the sales may have been.
    let (text, _) = till(Some("Invoice ID"));
    let folder = Folder::new().with("till.csv", text).with(
        "customers.csv",
        "customer_id,name,joined_on\nC1,Ann Alder,2023-01-01\nC2,Ben Birch,2023-02-01\n",
    );
    let asked = folder.run(&["measure", "till.csv", "customers.csv"]);
    assert_eq!(asked.status(), Some(3), "{}", asked.err());
    assert!(asked.err().contains("no column for stakeholder_id"), "{}", asked.err());
}

#[test]
fn what_goes_through_an_account_is_asked_about() {
    for header in [
        "Transaction ID,Date,Description,Amount",
        "Receipt No,Date,Expense Type,Amount",
        "Invoice No,Date,Expense,Amount",
    ] {
        let mut text = format!("{header}\n");
        for n in 0..60 {
            text.push_str(&format!("T-{n},{},Rent,{}.50\n", day(n), 10 + n));
        }
        let folder = Folder::new().with("account.csv", text);
        let asked = folder.run(&["measure", "account.csv"]);
        assert_eq!(asked.status(), Some(3), "{header} {}", asked.err());
    }
    for sides in ["Debit,Credit", "Soll,Haben", "Débit,Crédit", "Debe,Haber", "Dare,Avere"] {
        let mut text = format!("Journal No,Date,Account,{sides},Amount\n");
        for n in 0..60 {
            text.push_str(&format!(
                "J-{n},{},{},{}.50,0.00,{}.50\n",
                day(n),
                ["Rent", "Sales", "Bank"][n % 3],
                10 + n,
                10 + n
            ));
        }
        let folder = Folder::new().with("journal.csv", text);
        let asked = folder.run(&["measure", "journal.csv"]);
        assert_eq!(asked.status(), Some(3), "{sides} {}", asked.err());
        let inspected = folder.run(&["inspect", "journal.csv"]).out().replace('\n', " ");
        assert!(inspected.contains("account"), "{sides} {inspected}");
    }
}

#[test]
fn how_many_people_there_were_is_nobodys_id() {
    let file = |header: &str| {
        let mut text = format!("Order No,Date,{header},Product,Quantity,Amount\n");
        for n in 0..120 {
            text.push_str(&format!("O-{n},{},{},Tea,{},{}.50\n", day(n), 1 + n * 7 % 39, 1 + n % 4, 10 + n));
        }
        Folder::new().with("orders.csv", text)
    };
    for number in [
        "Guests",
        "Customers",
        "Gäste",
        "Kunden",
        "Clients",
        "Clientes",
        "Clienti",
        "Klanten",
        "Employee hours",
        "Customer orders",
    ] {
        let (value, why) = measured(&file(number), &["orders.csv"], "active_customers");
        assert_eq!((value, why.contains("purchases.stakeholder_id")), (None, true), "{number} {why}");
        assert_eq!(measured(&file(number), &["orders.csv"], "orders").0, Some(120.0), "{number}");
    }
    for id in ["Guest", "Customer", "Kunde", "Client ID", "Cliente", "Klant"] {
        assert_eq!(measured(&file(id), &["orders.csv"], "active_customers").0, Some(39.0), "{id}");
    }
    // Who sold is not who bought; whether employees bought is asked.
    for seller in ["Cashier ID", "Driver ID", "Stylist ID"] {
        assert_eq!(measured(&file(seller), &["orders.csv"], "active_customers").0, None, "{seller}");
    }
    for asked in ["Employee ID", "Mitarbeiter-Nr"] {
        let ran = file(asked).run(&["measure", "orders.csv"]);
        assert_eq!(ran.status(), Some(3), "{asked}");
        assert!(ran.err().contains(asked), "{asked} {}", ran.err());
    }
}

#[test]
fn reports_of_citizens_are_cases_of_nobody() {
    let mut text = "Unique Key,Created Date,Closed Date,Agency,Complaint Type,Status,Due Date,Resolution Description\n".to_string();
    for n in 0..60 {
        text.push_str(&format!(
            "{},{} 08:00,{} 20:00,Parks,Noise,Closed,{} 08:00,Somebody went there\n",
            7000 + n,
            day(n),
            day(n),
            day(n + 1)
        ));
    }
    let folder = Folder::new().with("requests.csv", text);
    assert_eq!(measured(&folder, &["requests.csv"], "cases_opened").0, Some(60.0));
    assert_eq!(measured(&folder, &["requests.csv"], "resolution_time_median").0, Some(12.0));
    let (value, why) = measured(&folder, &["requests.csv"], "active_stakeholders");
    assert_eq!((value, why.contains("interactions.stakeholder_id")), (None, true), "{why}");
}

#[test]
fn the_sender_of_a_ticket_opened_it_and_that_of_a_message_may_be_ours() {
    let mut tickets = "Ticket Number,Date Created,Subject,From,From Email,Current Status,Closed Date,Agent Assigned\n".to_string();
    let mut messages = "Ticket Number,Date Created,Subject,From,From Email,Body\n".to_string();
    for n in 0..60 {
        let k = n * 7 % 17;
        let (number, opened) = (5000 + n, day(n));
        tickets.push_str(&format!(
            "{number},{opened} 08:00,Login,Sender {k},s{k}@client.example,Closed,{opened} 20:00,Jane Agent\n"
        ));
        messages.push_str(&format!("{number},{opened} 08:00,Login,Sender {k},s{k}@client.example,Help\n"));
        messages.push_str(&format!("{number},{opened} 09:00,Re: Login,Jane Agent,jane@desk.example,Done\n"));
    }
    let folder = Folder::new().with("tickets.csv", tickets).with("messages.csv", messages);
    assert_eq!(measured(&folder, &["tickets.csv"], "active_stakeholders").0, Some(17.0));
    assert_eq!(folder.run(&["measure", "messages.csv"]).status(), Some(3));
}

#[test]
fn the_name_of_an_article_is_nobodys() {
    let mut text = "Client Name,Invoice #,Date Issued,Item Name,Line Total\n".to_string();
    for n in 0..60 {
        let (k, article) = (n * 7 % 17, n % 5);
        text.push_str(&format!("Client {k},{n},{},Article {article},{}.00\n", day(n), 10 + n));
    }
    let folder = Folder::new().with("invoices.csv", text);
    assert_eq!(measured(&folder, &["invoices.csv"], "active_customers").0, Some(17.0));
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
