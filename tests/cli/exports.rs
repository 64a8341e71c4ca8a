//! Exports about people other than customers, and about what did not come about: from files as their systems write them to the numbers.

use serde_json::Value;

use snapbox::str;

use crate::harness::Folder;

/// The values of metrics of January 2026, or the reasons why they are missing, and what stderr says.
fn measured(table: &str, text: &str, metrics: &str) -> (Vec<String>, String) {
    let folder = Folder::new().with("f.csv", text);
    let input = format!("{table}=f.csv");
    let args = [
        "measure",
        &input,
        "--period",
        "2026-01",
        "--as-of",
        "2026-01-31",
        "--format",
        "json",
        "-m",
        metrics,
    ];
    let ran = folder.run(&args).code(0);
    let found: Value = serde_json::from_str(&ran.out()).expect("JSON");
    let cells = found["cells"].as_array().expect("cells");
    let value = |id: &str| {
        let cell = cells.iter().find(|cell| cell["metric"] == id).expect("a cell of each metric");
        cell["value"]
            .as_f64()
            .map_or_else(|| cell["absent"].to_string(), |value| value.to_string())
    };
    (metrics.split(',').map(value).collect(), ran.err())
}

// Two of the five came; the words are those of attendance lists in six languages.
#[test]
fn who_did_not_come_had_no_contact() {
    for [came, stayed_away, cancelled, waiting] in [
        ["Attended", "No Show", "Cancelled", "Waitlisted"],
        ["teilgenommen", "nicht erschienen", "abgesagt", "Warteliste"],
        ["Présente", "Absente", "Annulé", "En liste d'attente"],
        ["Asistió", "No asistió", "Cancelado", "Lista de espera"],
        ["Presente", "Assente", "Annullato", "Lista d'attesa"],
        ["Aanwezig", "Afwezig", "Geannuleerd", "Wachtlijst"],
    ] {
        let text = format!(
            "member_id,event_date,attendance\na,2026-01-10,{came}\nb,2026-01-10,{stayed_away}\nc,2026-01-10,{came}\nd,2026-01-10,{cancelled}\n\
             e,2026-01-10,{waiting}\n"
        );
        let (values, said) = measured("interactions", &text, "interactions,active_stakeholders");
        assert_eq!(values, ["2", "2"], "{came}");
        assert!(said.contains("2 used + 3 excluded (3 did-not-take-place)"), "{said}");
    }
}

// Of five lines three were delivered, two of them in time, for 300. A cancelled line that came before it was cancelled counts.
#[test]
fn a_cancelled_supply_line_is_not_late_and_costs_nothing() {
    for [received, cancelled, rejected] in [
        ["Received", "Cancelled", "Draft"],
        ["geliefert", "storniert", "Entwurf"],
        ["reçu", "annulé", "brouillon"],
    ] {
        let text = format!(
            "po_number,supplier,order_date,promised_date,received_date,amount,status\n1,a,2026-01-02,2026-01-10,2026-01-09,100,{received}\n\
             2,a,2026-01-03,2026-01-12,2026-01-15,100,{received}\n3,b,2026-01-04,2026-01-14,,100,{cancelled}\n4,b,2026-01-05,2026-01-20,,100,{rejected}\n\
             5,b,2026-01-06,2026-01-21,2026-01-20,100,{cancelled}\n"
        );
        let (values, said) = measured("supplies", &text, "on_time_rate,spend");
        assert_eq!(values, ["0.6666666666666666", "300"], "{received}");
        assert!(said.contains("3 used + 2 excluded (2 cancelled)"), "{said}");
    }
    let flags = "po_number,supplier,order_date,promised_date,received_date,amount,cancelled\n1,a,2026-01-02,2026-01-10,2026-01-09,100,no\n2,a,2026-01-03,2026-01-12,,100,yes\n";
    assert_eq!(measured("supplies", flags, "on_time_rate,spend").0, ["1", "100"]);
}

#[test]
fn a_line_that_was_delivered_on_no_known_day_is_noted() {
    let text = "po_number,supplier,order_date,promised_date,received_date,status\n1,a,2026-01-02,2026-01-10,2026-01-09,Delivered\n2,a,2026-01-03,2026-01-12,,Delivered\n";
    let (_, said) = measured("supplies", text, "on_time_rate");
    assert!(said.contains("note[received-without-time]"), "{said}");
}

// The list of contacts says nothing about cases: neither that there were some nor that there were none.
#[test]
fn a_list_of_contacts_says_nothing_about_cases() {
    let contacts = "contact_id,date,kind\na,2026-01-10,meeting\nb,2026-01-10,complaint\nc,2026-01-11,\n";
    let (values, _) = measured(
        "interactions",
        contacts,
        "interactions,cases_opened,complaints,open_cases,complaint_rate,service_recovery_rate_90d",
    );
    assert_eq!(values[0], "3");
    assert!(values[1..].iter().all(|value| value.contains("missing input")), "{values:?}");
    let tickets = "ticket_id,customer_id,created_at,resolved_at,type\n1,a,2026-01-10 09:00,2026-01-11 09:00,complaint\n";
    assert_eq!(measured("interactions", tickets, "cases_opened,complaints").0, ["1", "1"]);
}

// 100 + 60: of the second sale it is not known what is left of it.
#[test]
fn a_refund_in_another_currency_is_not_subtracted() {
    let text = "order_id,customer_id,date,amount,currency,refund,refund_currency\n1,a,2026-01-05,100,EUR,,\n2,b,2026-01-06,50,EUR,20,USD\n3,c,2026-01-07,60,EUR,10,EUR\n";
    let (values, said) = measured("purchases", text, "revenue");
    assert_eq!(values, ["150"]);
    assert!(said.contains("1 rejected (1 currency-mismatch)"), "{said}");
}

#[test]
fn orders_of_a_day_without_numbers_are_one_and_a_note_says_so() {
    let (values, said) = measured(
        "purchases",
        "customer_id,date,amount\na,2026-01-05,10\na,2026-01-05,20\nb,2026-01-06,30\n",
        "orders,revenue",
    );
    assert_eq!(values, ["2", "60"]);
    assert!(
        said.contains("note[one-order-a-day]: f.csv: purchases: 1 record has no order number"),
        "{said}"
    );
    let (_, said) = measured(
        "purchases",
        "customer_id,date,amount\na,2026-01-05,10\na,2026-01-06,20\na,2026-01-06,-5\n",
        "orders,revenue",
    );
    assert!(!said.contains("one-order-a-day"), "{said}");
}

// Gifts of 100 and 50. What was promised, written off or left in a will has not been given.
#[test]
fn promises_deliveries_and_payouts_are_no_purchases() {
    let gifts = "gift_id,donor_id,gift_date,gift_amount,gift_type\n1,a,2026-01-05,100,Cash\n2,b,2026-01-06,50000,Planned Gift\n3,c,2026-01-07,500,Pledge\n4,c,2026-01-20,500,Write-Off\n5,d,2026-01-11,50,Check\n";
    assert_eq!(measured("purchases", gifts, "revenue,orders").0, ["150", "2"]);
    let calls = "investor_id,date,type,amount\ni,2026-01-05,Commitment,1000000\ni,2026-01-20,Capital Call,100000\nj,2026-01-21,Capital Call,50000\ni,2026-01-28,Distribution,30000\n";
    assert_eq!(measured("purchases", calls, "revenue").0, ["150000"]);
    let documents = "Belegnr;Belegart;Kunde;Datum;Betrag\n1;Angebot;a;05.01.2026;50,00\n2;Rechnung;a;16.01.2026;50,00\n3;Lieferschein;b;17.01.2026;70,00\n4;Rechnung;b;18.01.2026;70,00\n";
    assert_eq!(measured("purchases", documents, "revenue").0, ["120"]);
}

// 50 + 30 + 40; the chargeback is a refund, and a dispute that was won is none.
#[test]
fn a_dispute_that_was_won_is_no_deal() {
    let text = "order_id,customer_id,date,total,status\n1,a,2026-01-05,50,Paid\n2,b,2026-01-06,20,Chargeback\n3,c,2026-01-07,30,Dispute won\n4,d,2026-01-08,40,Paid\n";
    assert_eq!(measured("purchases", text, "revenue").0, ["120"]);
}

#[test]
fn totals_of_one_order_that_differ_are_noted() {
    let orders = "customer_id,order_id,date,total\na,1,2026-01-05,30\na,1,2026-01-05,40\nb,2,2026-01-06,50\n";
    let folder = Folder::new().with("o.csv", orders).with(
        "relhealth.toml",
        "[[source]]\npath = \"o.csv\"\nkind = \"purchases\"\namount_on = \"order\"\n",
    );
    let ran = folder
        .run(&["measure", "-m", "revenue", "--period", "2026-01", "--as-of", "2026-01-31"])
        .code(0);
    assert!(
        ran.err()
            .contains("note[order-amounts-differ]: o.csv: purchases: 1 record has another amount"),
        "{}",
        ran.err()
    );
}

// A branch beside the other: 10.50 + 11.50 on the left, 5 + 6 on the right. The left ones alone are no revenue of the file.
#[test]
fn tables_next_to_each_other_are_not_read_as_the_first_of_them() {
    let records = "2026-01-05;Ann;10,50;;2026-01-06;Bob;5,00\n2026-01-07;Cid;11,50;;2026-01-08;Dee;6,00\n";
    let names = "Date;Customer;Amount;;Date;Customer;Amount\n";
    let folder = Folder::new()
        .with("f.csv", format!("{names}{records}"))
        .with("named.csv", format!("North;;;;South;;\n{names}{records}"));
    let args = |file: &'static str| ["measure", file, "-m", "revenue", "--as-of", "2026-01-31", "--format", "csv"];
    folder.run(&args("f.csv")).code(3).says(str![[r#"
error: f.csv has 2 tables with the same columns next to each other: the names of the columns come again from column 5 on
hint: put all records below each other, or name the columns that count with --map

"#]]);
    let mut chosen = args("purchases=f.csv").to_vec();
    chosen.extend(["--map", "f.csv:amount=Amount"]);
    let ran = folder.run(&chosen).code(0);
    assert!(ran.out().contains(",22,"), "{}", ran.out());
    // With names above them, they are columns of different names, and which of them count is a question.
    let ran = folder.run(&args("named.csv")).code(3);
    assert!(
        ran.err()
            .contains("its columns are North Date, North Customer, North Amount, column 4, South Date"),
        "{}",
        ran.err()
    );
}
