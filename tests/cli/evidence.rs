//! Unknown files whose meaning other cells show: other columns, the order of the records, the period of the file, other files.

use crate::harness::Folder;
use serde_json::Value;

/// A metric of these inputs, and what was said.
fn measured(folder: &Folder, inputs: &[&str], metric: &str) -> (Option<f64>, String) {
    let args = [
        &["measure"][..],
        inputs,
        &["-m", metric, "--period", "2026", "--as-of", "2026-12-31", "-f", "json"],
    ]
    .concat();
    let ran = folder.run(&args).code(0);
    let found: Value = serde_json::from_str(&ran.out()).unwrap();
    (found["cells"][0]["value"].as_f64(), ran.err())
}

/// Invoices of the first twelve days of some months: no cell shows which part is the month.
fn invoices(dates: &[&str]) -> String {
    let mut text = "invoice_id,customer_id,invoice_date,amount\n".to_string();
    for (n, date) in dates.iter().enumerate() {
        text.push_str(&format!("I{n},C{},{date},{}.50\n", n % 3, 10 + n));
    }
    text
}

fn refused(text: &str) {
    let folder = Folder::new().with("invoices.csv", text);
    let said = folder.run(&["measure", "invoices.csv", "-m", "revenue"]).code(3).err();
    assert!(said.contains("ambiguous dates"), "{said}");
}

#[test]
fn another_column_in_the_same_writing_shows_the_order_of_dates() {
    let rows: String = (0..12)
        .map(|n| format!("I{n},C{},01/{:02}/2026,15/{:02}/2026,{}.50\n", n % 3, n + 1, n + 1, 10 + n))
        .collect();
    let header = "invoice_id,customer_id,invoice_date,due,amount\n";
    let folder = Folder::new().with("invoices.csv", format!("{header}{rows}"));
    // The second invoice is of February: 10.5 + 1 = 11.5.
    let (found, said) = measured(&folder, &["invoices.csv"], "revenue");
    let all: f64 = (0..12).map(|n| 10.5 + f64::from(n)).sum();
    assert_eq!(found, Some(all));
    assert!(
        said.contains("invoice_date: day, month, year, because column due is written in the same way, and '15/01/2026' on line 2 is a date only in this order"),
        "{said}"
    );
    let args = ["measure", "invoices.csv", "-m", "revenue", "--period", "2026-02", "-f", "json"];
    let found: Value = serde_json::from_str(&folder.run(&args).code(0).out()).unwrap();
    assert_eq!(found["cells"][0]["value"].as_f64(), Some(11.5));
    // It is written down, and holds for the next file.
    folder.run(&["init", "invoices.csv"]).code(0);
    let text = folder.read("relhealth.toml");
    assert!(text.contains("dates = \"dmy\""), "{text}");
    // Another writing shows nothing.
    let other: String = rows.lines().map(|line| line.replacen("15/", "15.", 1) + "\n").collect();
    let other: String = other
        .lines()
        .map(|line| {
            let (before, after) = line.split_once("15.").unwrap();
            format!("{before}15.{}\n", after.replacen('/', ".", 1))
        })
        .collect();
    let folder = Folder::new().with("invoices.csv", format!("{header}{other}"));
    let said = folder.run(&["measure", "invoices.csv", "-m", "revenue"]).code(3).err();
    assert!(said.contains("ambiguous dates"), "{said}");
}

#[test]
fn records_in_the_order_of_time_show_the_order_of_dates() {
    // The days 1 to 4 of January, February and March, as most of the world writes them.
    let dates: Vec<String> = (1..=3)
        .flat_map(|month| (1..=4).map(move |day| format!("{day:02}/{month:02}/2026")))
        .collect();
    let dates: Vec<&str> = dates.iter().map(String::as_str).collect();
    let folder = Folder::new().with("invoices.csv", invoices(&dates));
    let (_, said) = measured(&folder, &["invoices.csv"], "revenue");
    assert!(
        said.contains("day, month, year, because only so are the records in the order of time, in all 11 steps from one date to another"),
        "{said}"
    );
    // Sorted by their texts, they seem to be in the order of months in front, whatever they mean.
    let mut sorted = dates.clone();
    sorted.sort_unstable();
    refused(&invoices(&sorted));
    // In no order, they show nothing.
    let mixed: Vec<&str> = (0..12).map(|n| dates[n * 5 % 12]).collect();
    refused(&invoices(&mixed));
}

#[test]
fn the_period_of_a_file_shows_the_order_of_dates() {
    let dates: Vec<String> = (1..=3)
        .flat_map(|month| (1..=4).map(move |day| format!("{day:02}/{month:02}/2026")))
        .collect();
    let mixed: Vec<&str> = (0..12).map(|n| dates[n * 5 % 12].as_str()).collect();
    let folder = Folder::new().with(
        "invoices.csv",
        format!("Invoices from 2026-01-01 to 2026-03-31\n\n{}", invoices(&mixed)),
    );
    let (_, said) = measured(&folder, &["invoices.csv"], "revenue");
    assert!(
        said.contains("day, month, year, because only so are its dates within the period that the file is of (2026-01-01)"),
        "{said}"
    );
    // The name of the file says when it ended.
    let folder = Folder::new().with("invoices-2026-03.csv", invoices(&mixed));
    let (_, said) = measured(&folder, &["invoices-2026-03.csv"], "revenue");
    assert!(
        said.contains("within the period that the file is of (invoices-2026-03.csv)"),
        "{said}"
    );
    // A file of the whole year shows nothing.
    let folder = Folder::new().with(
        "invoices.csv",
        format!("Invoices from 2026-01-01 to 2026-12-31\n\n{}", invoices(&mixed)),
    );
    let said = folder.run(&["measure", "invoices.csv", "-m", "revenue"]).code(3).err();
    assert!(said.contains("ambiguous dates"), "{said}");
}

#[test]
fn dates_that_are_never_before_others_show_their_order() {
    // From the 3rd to the 9th, or from the 10th to the 2nd of the next month: with the month in front, the latter are from October to February.
    let rows: Vec<String> = (0..20)
        .map(|n| {
            let month = 1 + n / 2;
            let (ordered, delivered) = match n % 2 {
                0 => (format!("03/{month:02}"), format!("09/{month:02}")),
                _ => (format!("10/{month:02}"), format!("02/{:02}", month + 1)),
            };
            format!("I{n},C{},{ordered}/2026,{delivered}/2026,{}.50\n", n % 3, 10 + n)
        })
        .collect();
    // In no order of time.
    let rows: String = (0..20).map(|n| rows[n * 7 % 20].as_str()).collect();
    let folder = Folder::new().with(
        "orders.csv",
        format!("order_id,customer_id,order_date,delivered_date,amount\n{rows}"),
    );
    let (found, said) = measured(&folder, &["orders.csv"], "delivery_on_time_rate");
    assert_eq!(found, None);
    assert!(
        said.contains("order_date: day, month, year, because only so are its dates always on the same side of those of delivered_date"),
        "{said}"
    );
}

#[test]
fn dates_with_points_under_headers_of_another_language_begin_with_the_day() {
    let rows: String = (0..12)
        .map(|n| format!("R{n};K{};{:02}.{:02}.2026;{},50\n", n % 3, 1 + n * 5 % 12, 1 + n * 7 % 12, 10 + n))
        .collect();
    let folder = Folder::new().with("rechnungen.csv", format!("Rechnungsnr;Kundennr;Rechnungsdatum;Betrag\n{rows}"));
    let (_, said) = measured(&folder, &["rechnungen.csv"], "revenue");
    assert!(
        said.contains(
            "Rechnungsdatum: day, month, year, because the headers are German, and dates with points begin with the day where it is spoken"
        ),
        "{said}"
    );
    let english = rows
        .replace(';', ",")
        .lines()
        .map(|line| line.replacen(",50", ".50", 1) + "\n")
        .collect::<String>();
    let folder = Folder::new().with("x.csv", format!("invoice_id,customer_id,invoice_date,amount\n{english}"));
    let said = folder.run(&["measure", "x.csv", "-m", "revenue"]).code(3).err();
    assert!(said.contains("ambiguous dates"), "{said}");
}

#[test]
fn quantity_times_price_is_the_amount_that_no_column_has() {
    let rows = |more: &str| -> String {
        (0..30)
            .map(|n| {
                format!(
                    "L{};K{};{:02}.02.2026;Kies;{};{},50{more}\n",
                    n / 2,
                    n / 2 % 6,
                    1 + n / 2,
                    2 + n % 5,
                    3 + n % 7
                )
            })
            .collect()
    };
    let header = "Lieferschein;Kd.-Nr.;Datum;Artikel;Menge;EP (EUR)";
    let folder = Folder::new().with("lieferscheine.csv", format!("{header}\n{}", rows("")));
    let (found, said) = measured(&folder, &["lieferscheine.csv"], "revenue");
    let sum: f64 = (0..30).map(|n| f64::from(2 + n % 5) * (f64::from(3 + n % 7) + 0.5)).sum();
    assert_eq!(found, Some(sum));
    for part in [
        "note[computed-amount]: lieferscheine.csv: No column has the amount: it is \"Menge\" * \"EP (EUR)\"",
        "order_id is read from \"Lieferschein\": the records with the same number have one stakeholder and one date",
    ] {
        assert!(said.contains(part), "{said}");
    }
    let (orders, _) = measured(&folder, &["lieferscheine.csv"], "orders");
    assert_eq!(orders, Some(15.0));
    folder.run(&["init", "lieferscheine.csv"]).code(0);
    let (again, said) = measured(&folder, &[], "revenue");
    assert_eq!(again, Some(sum));
    assert!(!said.contains("computed-amount"), "{said}");
    // What a discount does to it is not known, and neither is a number that nobody knows.
    for (name, cell) in [("Rabatt", ";5"), ("Xq", ";1,5"), ("Nachl. %", ";10")] {
        let folder = Folder::new().with("lieferscheine.csv", format!("{header};{name}\n{}", rows(cell)));
        let said = folder.run(&["inspect", "lieferscheine.csv"]).code(3).out();
        assert!(said.contains("Is it"), "{name}: {said}");
        let said = folder.run(&["measure", "lieferscheine.csv", "-m", "revenue"]).code(3).err();
        assert!(said.contains("no column for amount"), "{name}: {said}");
    }
}

#[test]
fn a_question_in_two_languages_is_one_question() {
    let row = |n: usize| match n % 2 {
        0 => format!("{n};{:02}.03.2026;{};\n", 1 + n, n % 11),
        _ => format!("{n};{:02}.03.2026;;{}\n", 1 + n, n % 11),
    };
    let header = "Nr.;Datum;Wie wahrscheinlich ist es, dass Sie uns weiterempfehlen? (0-10);How likely are you to recommend us? (0-10)\n";
    let rows: String = (0..22).map(row).collect();
    let folder = Folder::new().with("umfrage.csv", format!("{header}{rows}"));
    // Each of the scores 0 to 10 twice: 4 promoters and 14 detractors of 22.
    let (found, said) = measured(&folder, &["umfrage.csv"], "nps");
    assert!((found.unwrap() - -1000.0 / 22.0).abs() < 1e-9, "{found:?}");
    assert!(
        said.contains("note[same-question]: umfrage.csv: These columns ask the same question, and no record answers it in two of them"),
        "{said}"
    );
    // Where one record has both, they are two questions.
    let folder = Folder::new().with("umfrage.csv", format!("{header}{rows}23;30.03.2026;5;9\n"));
    let said = folder.run(&["measure", "umfrage.csv", "-m", "nps", "--period", "2026"]).err();
    assert!(!said.contains("same-question"), "{said}");
}

#[test]
fn how_much_effort_it_was_is_not_how_easy_it_was() {
    let rows: String = (0..28).map(|n| format!("R{n},2026-02-{:02},{}\n", 1 + n, 1 + n % 7)).collect();
    let with = |question: &str| {
        let folder = Folder::new()
            .with("survey.csv", format!("RespondentID,SubmittedAt,{question}\n{rows}"))
            .with("relhealth.toml", "[ces]\nhigh_is_easy = true\n[[source]]\npath = \"survey.csv\"\n");
        measured(&folder, &[], "ces").0
    };
    // 5, 6 and 7 of 1 to 7.
    assert_eq!(with("How easy was it to get help? (1-7)"), Some(3.0 / 7.0));
    assert_eq!(
        with("How much effort did you have to put forth? (1 = very low; 7 = very high)"),
        None
    );
}

#[test]
fn orders_that_did_not_come_count_where_receipts_are_in_another_file() {
    let (mut orders, mut receipts) = (String::new(), String::new());
    for n in 0..40 {
        orders.push_str(&format!(
            "PO{n};S{};{:02}/01/2026;{:02}/02/2026;{}\n",
            n % 6,
            1 + n % 28,
            10 + n % 15,
            5 + n
        ));
        // Every fourth did not come, and every fourth came a day late.
        if n % 4 != 0 {
            receipts.push_str(&format!("R{n};PO{n};{:02}/02/2026;{}\n", 10 + n % 15 + n % 4 / 3, 5 + n));
        }
    }
    let folder = Folder::new()
        .with(
            "in/encomendas.csv",
            format!("N.º encomenda;Cód. fornecedor;Data encomenda;Entrega prevista;Quantidade\n{orders}"),
        )
        .with(
            "in/rececoes.csv",
            format!("N.º receção;N.º encomenda;Data receção;Qtd. recebida\n{receipts}"),
        );
    let (found, _) = measured(&folder, &["in"], "on_time_rate");
    assert_eq!(found, Some(0.5));
}

#[test]
fn deals_without_a_closing_date_are_on_their_way_whatever_their_stage_is_called() {
    let rows: String = (0..60)
        .map(|n| match n % 3 {
            0 => format!("O{n},A{},WON,2026-02-{:02},{}.00\n", n % 7, 1 + n % 28, 100 + n),
            1 => format!("O{n},A{},LOST,2026-02-{:02},{}.00\n", n % 7, 1 + n % 28, 100 + n),
            _ => format!("O{n},A{},PROP,,{}.00\n", n % 7, 100 + n),
        })
        .collect();
    let folder = Folder::new().with("opps.csv", format!("opp_no,acct_id,stage_cd,act_close_dt,tcv_usd\n{rows}"));
    let (found, said) = measured(&folder, &["opps.csv"], "revenue");
    let won: f64 = (0..60).filter(|n| n % 3 == 0).map(|n| f64::from(100 + n)).sum();
    assert_eq!(found, Some(won));
    assert!(said.contains("60 read = 20 used + 40 excluded (40 not-won)"), "{said}");
}

#[test]
fn a_sheet_of_a_workbook_from_standard_input_is_named() {
    let folder = Folder::new().with("orders.csv", invoices(&["2026-01-05", "2026-01-06"]));
    let input = std::fs::File::open(folder.path("orders.csv")).unwrap();
    let ran = folder
        .command(&["measure", "purchases=-#October", "-m", "orders"])
        .stdin(input)
        .output()
        .unwrap();
    // It is a table, and has no sheets: the name was understood.
    let said = String::from_utf8(ran.stderr).unwrap();
    assert!(said.contains("October"), "{said}");
}

#[test]
fn the_states_of_cases_show_when_they_were_closed() {
    // Opened on the n-th of a month, closed five days later or, every fourth, open.
    let rows: String = (0..40)
        .map(|n| {
            let (day, month) = (1 + n % 20, 1 + n / 20);
            let end = if n % 4 == 0 {
                String::new()
            } else {
                format!("{:02}/{month:02}/2026", day + 5)
            };
            let state = if n % 4 == 0 { "aperta" } else { "chiusa" };
            format!(
                "{n}/2026;Ada {}a;{day:02}/{month:02}/2026;buche;{end};{state}\n",
                char::from(b'B' + (n % 13) as u8)
            )
        })
        .collect();
    let folder = Folder::new().with("s.csv", format!("Prot.;Segnalante;Data segnalaz.;Tema;Data xyz;Esito\n{rows}"));
    let (opened, said) = measured(&folder, &["s.csv"], "cases_opened");
    assert_eq!(opened, Some(40.0), "{said}");
    assert!(
        said.contains(
            "resolved_at is read from \"Data xyz\": the records have it in some of the states in \"Esito\", and not in the others"
        ),
        "{said}"
    );
    assert_eq!(measured(&folder, &["s.csv"], "resolution_days_median").0, Some(5.0));
    assert_eq!(measured(&folder, &["s.csv"], "open_cases").0, Some(10.0));
}
