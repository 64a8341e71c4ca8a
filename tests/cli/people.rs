//! Who is who: placeholders, addresses of guests, spellings of a name, placeholder dates and leavers without a date.

use serde_json::Value;

use crate::harness::{Folder, Ran};

fn measured(folder: &Folder, inputs: &[&str], metrics: &str) -> (Ran, Value) {
    let mut args = vec!["measure"];
    args.extend(inputs);
    args.extend(["--period", "2026-10", "--as-of", "2026-10-31", "-m", metrics, "--format", "json"]);
    let ran = folder.run(&args).code(0);
    let found = serde_json::from_str(&ran.out()).unwrap();
    (ran, found)
}

/// The value of a metric.
fn value(found: &Value, metric: &str) -> f64 {
    let cells = found["cells"].as_array().unwrap();
    cells.iter().find(|cell| cell["metric"] == metric).unwrap()["value"]
        .as_f64()
        .unwrap()
}

/// The count of the first note with a code.
fn noted(found: &Value, code: &str) -> Option<u64> {
    let notes = found["notes"].as_array().unwrap();
    notes.iter().find(|note| note["code"] == code)?["count"].as_u64()
}

const SALES: &str = "receipt_id,customer,date,total\n1,Walk-in Customer,2026-10-01,5\n2,Cash sale,2026-10-02,5\n3,Walk-in Customer,2026-10-03,5\n\
    4,Ann,2026-10-04,5\n5,Ann,2026-10-14,5\n6,Bob,2026-10-05,5\n";

#[test]
fn orders_of_a_placeholder_are_revenue_of_no_person() {
    let german = "Belegnr;Kundennr;Bestelldatum;Betrag\n1;Laufkundschaft;2026-10-01;5,00\n2;Barverkauf;2026-10-02;5,00\n3;Diverse Kunden;2026-10-03;5,00\n\
        4;K1;2026-10-04;5,00\n5;K1;2026-10-14;5,00\n6;K2;2026-10-05;5,00\n";
    for (name, text) in [("sales.csv", SALES), ("belege.csv", german)] {
        let folder = Folder::new().with(name, text);
        let input = format!("purchases={name}");
        let metrics = "revenue,orders,active_customers,repeat_purchase_rate,revenue_per_customer,revenue_top1_share";
        let (ran, found) = measured(&folder, &[&input], metrics);
        let values = [
            "revenue",
            "orders",
            "active_customers",
            "repeat_purchase_rate",
            "revenue_per_customer",
        ]
        .map(|metric| value(&found, metric));
        assert_eq!(values, [30.0, 6.0, 2.0, 0.5, 7.5], "{name}");
        // Of the 15 that persons spent, Ann spent 10.
        assert!((value(&found, "revenue_top1_share") - 2.0 / 3.0).abs() < 1e-9);
        assert_eq!(noted(&found, "placeholder-id"), Some(3));
        assert_eq!(found["account"][0]["without_person"], 3);
        assert!(
            ran.err().contains("6 read = 6 used; 3 of the used records count for no person"),
            "{}",
            ran.err()
        );
    }
}

#[test]
fn a_placeholder_can_be_declared_and_undeclared() {
    let config = "[[source]]\npath = \"sales.csv\"\nkind = \"purchases\"\nplaceholder_ids = [\"bob\"]\nperson_ids = [\"Cash sale\"]\n";
    let folder = Folder::new().with("sales.csv", SALES).with("relhealth.toml", config);
    let (_, found) = measured(&folder, &[], "active_customers,revenue");
    assert_eq!([value(&found, "active_customers"), value(&found, "revenue")], [2.0, 30.0]);
    assert_eq!(found["account"][0]["without_person"], 3);
}

#[test]
fn a_configuration_from_the_files_declares_what_was_found() {
    let orders = "order_id,customer_id,customer_email,order_date,total\n1,0,ann@x.test,2026-10-02,20\n2,0,bob@x.test,2026-10-03,30\n3,7,dee@x.test,2026-10-06,50\n\
        4,0,,2026-10-08,60\n";
    let folder = Folder::new().with("orders.csv", orders);
    folder.run(&["init", "orders.csv"]).code(0);
    let config = folder.read("relhealth.toml");
    assert!(
        config.contains("placeholder_ids = [\"0\"]") && config.contains("email = \"customer_email\""),
        "{config}"
    );
    let (_, found) = measured(&folder, &[], "active_customers,orders");
    assert_eq!([value(&found, "active_customers"), value(&found, "orders")], [3.0, 4.0]);
    assert_eq!(noted(&found, "person-by-contact"), Some(2));
}

#[test]
fn converted_tables_keep_the_placeholder() {
    let folder = Folder::new().with("sales.csv", SALES);
    folder.run(&["convert", "purchases=sales.csv", "-o", "out"]).code(0);
    let (_, found) = measured(&folder, &["purchases=out/purchases.csv"], "active_customers,revenue");
    assert_eq!([value(&found, "active_customers"), value(&found, "revenue")], [2.0, 30.0]);
}

#[test]
fn a_deleted_requester_has_tickets_but_is_nobody() {
    let tickets = "ticket_id,requester_id,created_at,first_response_at,status\n1,Deleted user,2026-10-01T10:00,2026-10-01T11:00,open\n\
        2,Usuario eliminado,2026-10-02T10:00,2026-10-02T13:00,open\n3,u1,2026-10-03T10:00,2026-10-03T15:00,open\n";
    let folder = Folder::new().with("tickets.csv", tickets);
    let (_, found) = measured(
        &folder,
        &["interactions=tickets.csv"],
        "first_response_time_median,active_stakeholders",
    );
    assert_eq!(
        [value(&found, "first_response_time_median"), value(&found, "active_stakeholders")],
        [3.0, 1.0]
    );
}

#[test]
fn na_is_a_region_among_regions_and_missing_among_words() {
    let orders =
        "order_id,customer_id,date,amount,region,stage\n1,a,2026-10-01,10,NA,Paid\n2,b,2026-10-02,20,EMEA,NA\n3,c,2026-10-03,40,NA,Paid\n";
    let folder = Folder::new().with("orders.csv", orders);
    let by = |dimension: &str| {
        let args = [
            "measure",
            "purchases=orders.csv",
            "--period",
            "2026-10",
            "--as-of",
            "2026-10-31",
            "-m",
            "revenue",
            "--by",
            dimension,
            "--format",
            "json",
        ];
        let found: Value = serde_json::from_str(&folder.run(&args).code(0).out()).unwrap();
        let cells = found["cells"].as_array().unwrap().iter();
        cells
            .map(|cell| {
                (
                    cell["by"][dimension].as_str().unwrap_or("-").to_string(),
                    cell["value"].as_f64().unwrap(),
                )
            })
            .collect::<Vec<_>>()
    };
    let mut regions = by("region");
    regions.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(regions, [("EMEA".to_string(), 20.0), ("NA".to_string(), 50.0)]);
    assert!(by("stage").iter().all(|(stage, _)| stage != "NA"));
}

#[test]
fn one_customer_in_html_and_in_plain_text_is_one() {
    let september = "order_id,customer,date,amount\n1,Smith &amp; Sons,2026-09-03,10\n2,MÃ¼ller,2026-09-04,20\n";
    let october = "order_id,customer,date,amount\n3,Smith & Sons,2026-10-03,10\n4,Müller,2026-10-04,20\n";
    let folder = Folder::new().with("a.csv", september).with("b.csv", october);
    let (_, found) = measured(&folder, &["purchases=a.csv", "purchases=b.csv"], "retention_rate,new_customers");
    assert_eq!([value(&found, "retention_rate"), value(&found, "new_customers")], [1.0, 0.0]);
    assert_eq!([noted(&found, "html-entities"), noted(&found, "encoded-twice")], [Some(1), Some(1)]);
    // A source that means what it writes.
    let config = "[[source]]\npath = \"*.csv\"\nkind = \"purchases\"\nkeep_text = true\n";
    let (_, found) = measured(&folder.with("relhealth.toml", config), &[], "new_customers");
    assert_eq!(value(&found, "new_customers"), 2.0);
}

#[test]
fn spellings_are_reported_and_merged_on_request() {
    let orders = "order_id,customer,date,amount\n1,Acme GmbH,2026-10-03,10\n2,ACME G.m.b.H.,2026-10-04,20\n3,Dupont S.A.,2026-10-04,20\n4,Dupont SA,2026-10-05,1\n\
        5,Rossi,2026-10-05,1\n";
    let folder = Folder::new().with("orders.csv", orders);
    let (_, found) = measured(&folder, &["purchases=orders.csv"], "active_customers");
    assert_eq!(
        (value(&found, "active_customers"), noted(&found, "probable-duplicates")),
        (5.0, Some(2))
    );
    let (_, found) = measured(
        &folder.with("relhealth.toml", "merge_spellings = true\n"),
        &["purchases=orders.csv"],
        "active_customers",
    );
    assert_eq!(
        (value(&found, "active_customers"), noted(&found, "probable-duplicates")),
        (3.0, None)
    );
    assert_eq!(noted(&found, "merged-by-spelling"), Some(2));
}

#[test]
fn placeholder_dates_are_missing_where_they_are_impossible() {
    let members = "member_id,start_date,end_date\na,2024-03-01,1970-01-01\nb,2025-06-01,9999-12-31\nc,2025-06-01,2026-10-15\nd,1900-01-01,2099-12-31\n";
    let folder = Folder::new().with("members.csv", members);
    let (_, found) = measured(&folder, &["stakeholders=members.csv"], "roster_retention_rate");
    assert_eq!(value(&found, "roster_retention_rate"), 0.75);
    assert_eq!(noted(&found, "placeholder-date"), Some(1));
    // A reply before its question, and an order in the year 9999.
    let tickets = "ticket_id,requester_id,created_at,first_response_at\n1,a,2026-10-03T10:00,1970-01-01T00:00\n2,b,2026-10-03T10:00,2026-10-03T12:00\n";
    let orders = "order_id,customer_id,date,amount\n1,a,2026-10-03,10\n2,b,9999-12-31,20\n";
    let folder = folder.with("tickets.csv", tickets).with("orders.csv", orders);
    let (_, found) = measured(
        &folder,
        &["interactions=tickets.csv", "purchases=orders.csv"],
        "first_response_time_mean,revenue",
    );
    assert_eq!([value(&found, "first_response_time_mean"), value(&found, "revenue")], [2.0, 10.0]);
    assert_eq!(found["account"][1]["rejected"], 1);
    // Without an as-of date the data end with the last order, not in the year 9999.
    let ran = folder
        .run(&["measure", "purchases=orders.csv", "-m", "revenue", "--format", "json"])
        .code(0);
    let found: Value = serde_json::from_str(&ran.out()).unwrap();
    assert_eq!(found["as_of"], "2026-10-04T00:00:00Z");
}

#[test]
fn a_history_that_goes_back_so_far_keeps_its_dates() {
    let members = "member_id,start_date,end_date\na,1968-03-01,1970-01-01\nb,1970-01-01,\nc,1985-06-01,2026-10-15\nd,1969-07-01,\n";
    let folder = Folder::new().with("members.csv", members);
    let (_, found) = measured(&folder, &["stakeholders=members.csv"], "roster_retention_rate");
    assert_eq!(
        (value(&found, "roster_retention_rate"), noted(&found, "placeholder-date")),
        (2.0 / 3.0, None)
    );
    // Where nothing shows that they are real, the configuration can say it.
    let short = "member_id,start_date,end_date\na,1970-01-01,2026-10-15\nb,2025-01-01,\nc,2025-02-01,\n";
    let config = "[[source]]\npath = \"short.csv\"\nkind = \"stakeholders\"\nkeep_placeholder_dates = true\n";
    let folder = Folder::new().with("short.csv", short).with("relhealth.toml", config);
    assert_eq!(noted(&measured(&folder, &[], "roster_retention_rate").1, "placeholder-date"), None);
}

#[test]
fn who_has_left_without_a_date_is_not_there() {
    let english = "employee_id,hire_date,termination_date,status\ne1,2020-01-01,,active\ne2,2021-05-01,,terminated\ne3,2022-01-01,2026-10-15,terminated\n\
        e4,2023-01-01,,active\ne5,2023-02-01,,Terminated for cause\ne6,2024-01-01,,active\ne7,2024-01-01,,active\ne8,2024-01-01,2026-10-20,Resigned\n\
        e9,2024-01-01,,active\ne10,2024-01-01,,active\n";
    let german = "Mitgliedsnummer;Eintrittsdatum;Austrittsdatum;Status\n1;2020-01-01;;aktiv\n2;2021-05-01;;gekündigt\n3;2022-01-01;2026-10-15;ausgetreten\n4;2023-01-01;;aktiv\n\
        5;2023-02-01;;verstorben\n6;2024-01-01;;ruhend\n";
    for (name, text) in [("employees.csv", english), ("mitglieder.csv", german)] {
        let folder = Folder::new().with(name, text);
        let (ran, found) = measured(&folder, &[&format!("stakeholders={name}")], "roster_retention_rate");
        assert_eq!(
            (value(&found, "roster_retention_rate"), noted(&found, "left-without-date")),
            (0.75, Some(2)),
            "{}",
            ran.err()
        );
    }
}

#[test]
fn a_short_gap_is_a_renewal() {
    let members =
        "member_id,start_date,end_date\na,2024-01-01,2026-09-20\na,2026-10-10,\nb,2024-01-01,\nc,2024-01-01,2026-09-20\nc,2026-10-25,\n";
    let folder = Folder::new().with("members.csv", members);
    // c was away for 34 days, and was not there on the first of October.
    let (_, found) = measured(&folder, &["stakeholders=members.csv"], "roster_retention_rate,turnover_rate");
    assert_eq!(value(&found, "roster_retention_rate"), 1.0);
    let cells = found["cells"].as_array().unwrap();
    assert_eq!(cells[0]["whole"].as_f64(), Some(2.0));
    let (_, found) = measured(
        &folder.with("relhealth.toml", "[roster]\nrenewal_days = 0\n"),
        &["stakeholders=members.csv"],
        "roster_retention_rate",
    );
    assert_eq!(found["cells"][0]["whole"].as_f64(), Some(1.0));
}

#[test]
fn who_is_marked_as_gone_without_a_date_is_not_there() {
    for (header, there, gone) in [
        ("member_id;start_date;end_date;is_active", "true", "false"),
        ("Mitgliedsnummer;Eintritt;Austritt;Aktiv", "ja", "nein"),
        ("member_id;start_date;end_date;cancelled", "no", "yes"),
        // A column of statuses is known by its words.
        ("member_id;joined;left;state", "Active", "Lapsed"),
        ("adherent;date_debut;date_fin;situation", "actif", "résilié"),
    ] {
        let text = format!(
            "{header}\ne1;2020-01-01;;{there}\ne2;2021-05-01;;{gone}\ne3;2022-01-01;2026-10-15;{gone}\ne4;2023-01-01;;{there}\n\
             e5;2023-02-01;;{gone}\ne6;2024-01-01;;{there}\n"
        );
        let folder = Folder::new().with("m.csv", text);
        let (ran, found) = measured(&folder, &["stakeholders=m.csv"], "roster_retention_rate");
        assert_eq!(value(&found, "roster_retention_rate"), 0.75, "{header}: {}", ran.err());
        assert_eq!(noted(&found, "left-without-date"), Some(2), "{header}");
    }
}

#[test]
fn a_column_of_customers_is_known_in_seven_languages() {
    for header in [
        "order_id;client;date;amount",
        "Bestellung;Kunde;Datum;Betrag",
        "commande;client;date;montant",
        "pedido;cliente;fecha;importe",
        "ordine;cliente;data;importo",
        "bestelling;klant;datum;bedrag",
        "pedido;cliente;data;valor",
    ] {
        let text = format!("{header}\n1;Ann Alder;2026-10-01;10\n2;Guest;2026-10-02;20\n3;Ann Alder;2026-10-03;40\n");
        let folder = Folder::new().with("o.csv", text);
        let (ran, found) = measured(&folder, &["purchases=o.csv"], "active_customers,revenue");
        assert_eq!(
            (value(&found, "active_customers"), value(&found, "revenue")),
            (1.0, 70.0),
            "{header}: {}",
            ran.err()
        );
    }
}

#[test]
fn dates_of_zeros_are_no_dates() {
    for (header, zero) in [
        ("member_id,start_date,end_date", "0000-00-00"),
        ("socio,fecha_alta,fecha_baja", "0000-00-00 00:00:00"),
    ] {
        let text = format!("{header}\na,2024-03-01,{zero}\nb,2025-06-01,{zero}\nc,2025-06-01,2026-10-15\nd,2025-07-01,{zero}\n");
        let folder = Folder::new().with("m.csv", text);
        let (ran, found) = measured(&folder, &["stakeholders=m.csv"], "roster_retention_rate");
        assert_eq!(value(&found, "roster_retention_rate"), 0.75, "{header}: {}", ran.err());
    }
}

#[test]
fn records_without_an_id_can_count_for_no_person() {
    let orders = "order_id,customer,date,amount\n1,a,2026-10-01,10\n2,,2026-10-02,20\n3,N/A,2026-10-03,40\n";
    let config = "as_of = 2026-10-31\n[[source]]\npath = \"o.csv\"\nkind = \"purchases\"\n";
    let folder = Folder::new().with("o.csv", orders).with("plain.toml", config).with(
        "counted.toml",
        format!("{config}[source.values.stakeholder_id]\n\"\" = \"Guest\"\n\"N/A\" = \"Guest\"\n"),
    );
    let revenue = |config: &str| {
        let args = [
            "measure",
            "--config",
            config,
            "--period",
            "2026-10",
            "-m",
            "revenue,active_customers",
            "--format",
            "json",
        ];
        let ran = folder.run(&args).code(0);
        let found: Value = serde_json::from_str(&ran.out()).expect("JSON");
        (value(&found, "revenue"), value(&found, "active_customers"), ran.err())
    };
    let (excluded, _, said) = revenue("plain.toml");
    assert_eq!(excluded, 10.0);
    assert!(said.contains("set \"\" = \"Guest\" in [source.values.stakeholder_id]"), "{said}");
    let (counted, people, _) = revenue("counted.toml");
    assert_eq!((counted, people), (70.0, 1.0));
}

// Five are staff, with orders of 50, and one is a customer, with one of 20.
#[test]
fn conditions_may_name_types_as_the_roster_writes_them() {
    let roster: String = ["a", "b", "c", "d", "e"].map(|id| format!("{id},Staff\n")).concat();
    let orders: String = ["a", "b", "c", "d", "e"].map(|id| format!("{id},o{id},2026-03-01,10\n")).concat();
    let folder = Folder::new()
        .with("roster.csv", format!("customer_id,type\n{roster}f,Kunde\n"))
        .with(
            "orders.csv",
            format!("customer_id,order_id,date,amount\n{orders}f,of,2026-03-05,20\n"),
        );
    let revenue = |condition: &str| {
        let args = [
            "measure",
            "stakeholders=roster.csv",
            "purchases=orders.csv",
            "-m",
            "revenue",
            "--period",
            "2026-03",
        ];
        let found = folder
            .run(&[&args[..], &["-q", "--format", "json", "--where", condition]].concat())
            .code(0)
            .out();
        let found: serde_json::Value = serde_json::from_str(&found).expect("JSON");
        found["cells"][0]["value"].as_f64()
    };
    for (condition, value) in [
        ("type = 'Staff'", 50.0),
        ("type = 'employee'", 50.0),
        ("type <> 'staff'", 20.0),
        ("type in ('STAFF', 'Kundin')", 70.0),
        ("not (type = 'Staff') and type is not null", 20.0),
        // A type that nobody has.
        ("type = 'volunteer'", 0.0),
    ] {
        assert_eq!(revenue(condition), Some(value), "{condition}");
    }
}
