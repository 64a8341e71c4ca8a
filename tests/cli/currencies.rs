//! In which currency money is: signs, codes and words beside amounts, columns of currencies, and what is never added.

use super::harness::Folder;

/// The cells of `measure`, and what was said.
fn measured(table: &str, text: &str, more: &[&str]) -> (serde_json::Value, String) {
    let folder = Folder::new().with("money.csv", text);
    let input = format!("{table}=money.csv");
    let metrics = match table {
        "supplies" => "spend",
        _ => "revenue,orders",
    };
    let mut args = vec![
        "measure",
        &input,
        "--period",
        "2026-10",
        "--as-of",
        "2026-10-31",
        "-m",
        metrics,
        "--format",
        "json",
    ];
    args.extend(more);
    let ran = folder.run(&args).code(0);
    (serde_json::from_str(&ran.out()).expect("JSON"), ran.err())
}

/// The value of a metric, or the code of the reason for not having one.
fn value(document: &serde_json::Value, metric: &str) -> String {
    let cells = document["cells"].as_array().expect("cells");
    let cell = cells.iter().find(|cell| cell["metric"] == metric).expect("the metric");
    match cell["value"].as_f64() {
        Some(value) => value.to_string(),
        None => cell["absent"].as_str().expect("a reason").to_string(),
    }
}

const MIXED: &str = "mixed currencies";

#[test]
fn one_currency_in_many_spellings() {
    let orders = "order_id,customer_id,date,amount,currency\n1,a,2026-10-01,10,EUR\n2,b,2026-10-02,20,eur\n3,c,2026-10-03,40,€\n\
                  4,d,2026-10-04,80,Euro\n5,e,2026-10-05,160,Euro (EUR)\n6,f,2026-10-06,320,â‚¬\n";
    assert_eq!(value(&measured("purchases", orders, &[]).0, "revenue"), "630");
    assert_eq!(value(&measured("purchases", orders, &["--currency", "EUR"]).0, "revenue"), "630");
    let supplies = "Lieferant;Bestellnummer;Bestelldatum;Liefertermin;Wareneingang;Betrag;Währung\n\
                    L1;1;2026-10-01;2026-10-08;2026-10-07;10,00;CHF\nL2;2;2026-10-02;2026-10-08;2026-10-07;20,00;SFr.\n\
                    L2;3;2026-10-02;2026-10-08;2026-10-07;40,50;Schweizer Franken\n";
    assert_eq!(value(&measured("supplies", supplies, &[]).0, "spend"), "70.5");
}

#[test]
fn signs_codes_and_words_before_and_after_the_number() {
    for amounts in [
        ["€10.00", "EUR 20.00", "40.00 €", "80.00 euros"],
        ["EUR\u{a0}10.00", "20.00\u{202f}€", "€ 40.00", "Euro 80.00"],
        ["US$10.00", "20.00 USD", "US $ 40.00", "80.00 US dollars"],
        ["10,00 zł", "20,00 PLN", "zł 40,00", "80,00 zlotych"],
        ["R$ 10,00", "20,00 BRL", "R$40,00", "80,00 reais"],
        ["CHF 10.00", "20.00 SFr.", "Fr. 40.00", "80.00 Franken"],
        ["Â£10.00", "£20.00", "40.00 GBP", "80.00 pounds"],
        ["kr 10,00", "20,00 kr.", "40,00 kr", "Kr 80,00"],
        ["¥10", "￥20", "40 ¥", "80¥"],
    ] {
        let row = |(at, amount): (usize, &&str)| format!("{at},c{at},2026-10-0{},\"{amount}\"\n", at + 1);
        let rows: String = amounts.iter().enumerate().map(row).collect();
        let (document, said) = measured("purchases", &format!("order_id,customer_id,date,amount\n{rows}"), &[]);
        assert_eq!(value(&document, "revenue"), "150", "{amounts:?}: {said}");
        assert!(said.contains("[decided]"), "{said}");
    }
}

#[test]
fn two_currencies_are_never_added() {
    let within = "order_id,customer_id,date,amount\n1,a,2026-10-01,EUR 10.00\n2,b,2026-10-02,20.00 USD\n3,c,2026-10-03,£40.00\n";
    let column =
        "order_id,customer_id,date,amount,devise\n1,a,2026-10-01,10,EUR\n2,b,2026-10-02,20,USD\n3,c,2026-10-03,40,livre sterling\n";
    let header = "order_id,customer_id,date,Total (EUR)\n1,a,2026-10-01,10\n2,b,2026-10-02,$20\n";
    for text in [within, column, header] {
        for more in [&[][..], &["--currency", "EUR"], &["--currency", "CHF"]] {
            let (document, said) = measured("purchases", text, more);
            assert_eq!(value(&document, "revenue"), MIXED, "{more:?} {text}");
            // What was bought is known all the same.
            assert_eq!(value(&document, "orders"), (text.lines().count() - 1).to_string());
            assert_eq!(said.contains("[other-currency]"), !more.is_empty(), "{said}");
        }
    }
}

#[test]
fn all_of_another_currency_is_not_that_of_the_report() {
    let dollars = "order_id,customer_id,date,amount\n1,a,2026-10-01,US$10\n2,b,2026-10-02,US$20\n";
    assert_eq!(value(&measured("purchases", dollars, &[]).0, "revenue"), "30");
    assert_eq!(value(&measured("purchases", dollars, &["--currency", "USD"]).0, "revenue"), "30");
    assert_eq!(value(&measured("purchases", dollars, &["--currency", "EUR"]).0, "revenue"), MIXED);
    let rated = Folder::new()
        .with("money.csv", dollars)
        .with("relhealth.toml", "currency = \"EUR\"\n[rates]\nUSD = 0.5\n");
    let args = [
        "measure",
        "purchases=money.csv",
        "--period",
        "2026-10",
        "--as-of",
        "2026-10-31",
        "-m",
        "revenue",
        "--format",
        "json",
    ];
    let document: serde_json::Value = serde_json::from_str(&rated.run(&args).code(0).out()).expect("JSON");
    assert_eq!(value(&document, "revenue"), "15");
}

#[test]
fn a_shared_sign_is_decided_by_the_column_the_report_or_the_source() {
    let text = "order_id,customer_id,date,amount\n1,a,2026-10-01,$10\n2,b,2026-10-02,$20\n";
    let (document, said) = measured("purchases", text, &[]);
    assert_eq!(value(&document, "revenue"), "30");
    assert!(said.contains("It is not known which of several currencies `$` is"), "{said}");
    let (document, said) = measured("purchases", text, &["--currency", "CAD"]);
    assert_eq!(value(&document, "revenue"), "30");
    assert!(
        said.contains("`$` is read as CAD, because it is the currency of the report"),
        "{said}"
    );
    assert_eq!(value(&measured("purchases", text, &["--currency", "EUR"]).0, "revenue"), MIXED);
    // The column says it, and a record whose column says nothing takes what all others have.
    let column = "order_id,customer_id,date,amount,ccy\n1,a,2026-10-01,$10,AUD\n2,b,2026-10-02,$20,\n";
    let (document, said) = measured("purchases", column, &["--currency", "AUD"]);
    assert_eq!(value(&document, "revenue"), "30");
    assert!(
        said.contains("`$` is read as AUD, because the currency column has no other one that it can be"),
        "{said}"
    );
    // The configuration overrides all of that, and `init` writes it down.
    let config = "[[source]]\npath = \"money.csv\"\nkind = \"purchases\"\n[source.values.currency]\n\"$\" = \"MXN\"\n";
    let folder = Folder::new().with("money.csv", text).with("relhealth.toml", config);
    let args = [
        "measure",
        "--period",
        "2026-10",
        "--as-of",
        "2026-10-31",
        "-m",
        "revenue",
        "--format",
        "json",
        "--currency",
        "MXN",
    ];
    let ran = folder.run(&args).code(0);
    let document: serde_json::Value = serde_json::from_str(&ran.out()).expect("JSON");
    assert_eq!(value(&document, "revenue"), "30");
    assert!(
        ran.err().contains("`$` is read as MXN, because [source.values.currency] says so"),
        "{}",
        ran.err()
    );
    let folder = Folder::new().with("money.csv", text);
    folder.run(&["init", "purchases=money.csv", "--currency", "USD"]).code(0);
    let written = folder.read("relhealth.toml");
    assert!(written.contains("[source.values.currency]\n\"$\" = \"USD\"\n"), "{written}");
}

#[test]
fn the_lines_of_one_order_are_not_added_over_currencies() {
    let text = "order_id,customer_id,date,amount,currency\n1,a,2026-10-01,50,EUR\n1,a,2026-10-01,20,USD\n2,b,2026-10-02,20,USD\n";
    for more in [&[][..], &["--currency", "USD"]] {
        let (document, _) = measured("purchases", text, more);
        assert_eq!(
            (value(&document, "revenue"), value(&document, "orders")),
            (MIXED.into(), "2".into())
        );
    }
    // A refund in another currency than its order.
    let refund = "order_id,customer_id,date,amount,currency\n1,a,2026-10-01,50,EUR\n1,a,2026-10-01,-20,USD\n2,b,2026-10-02,20,EUR\n";
    assert_eq!(value(&measured("purchases", refund, &[]).0, "revenue"), MIXED);
    // A line that costs nothing needs no currency.
    let gift = "order_id,customer_id,date,amount,currency\n1,a,2026-10-01,50,EUR\n1,a,2026-10-01,0,\n2,b,2026-10-02,20,EUR\n";
    assert_eq!(value(&measured("purchases", gift, &[]).0, "revenue"), "70");
}

#[test]
fn a_shared_sign_of_several_countries_is_not_added() {
    let nordic = "order_id;customer_id;date;amount;Land\n1;a;2026-10-01;100 kr;Schweden\n2;b;2026-10-02;200 kr;Norwegen\n3;c;2026-10-03;40 kr;Schweden\n";
    let american = "order_id,customer_id,date,amount,ship country\n1,a,2026-10-01,$100,US\n2,b,2026-10-02,$200,CA\n";
    for (text, said_of) in [
        (nordic, "`kr` may be NOK or SEK, because Land"),
        (american, "`$` may be CAD or USD, because ship country"),
    ] {
        let (document, said) = measured("purchases", text, &[]);
        assert_eq!(value(&document, "revenue"), MIXED);
        assert!(said.contains(said_of), "{said}");
    }
    // The currency of the report does not say what the sign stands for; a constant does.
    assert_eq!(value(&measured("purchases", nordic, &["--currency", "SEK"]).0, "revenue"), MIXED);
    let constant = ["--map", "money.csv:currency={ value = \"SEK\" }"];
    assert_eq!(value(&measured("purchases", nordic, &constant).0, "revenue"), "340");
    let danish = nordic
        .replace("Land\n", "Landekode\n")
        .replace("Schweden", "SE")
        .replace("Norwegen", "DK");
    assert_eq!(value(&measured("purchases", &danish, &[]).0, "revenue"), MIXED);
    // One country, or countries of one currency, leave nothing open.
    assert_eq!(
        value(&measured("purchases", &nordic.replace("Norwegen", "Schweden"), &[]).0, "revenue"),
        "340"
    );
    assert_eq!(
        value(&measured("purchases", &nordic.replace("Norwegen", "Finnland"), &[]).0, "revenue"),
        "340"
    );
    assert_eq!(
        value(
            &measured("purchases", &nordic.replace("Norwegen", "NO").replace(" kr", " SEK"), &[]).0,
            "revenue"
        ),
        "340"
    );
    // Files of two countries, as their names say.
    let month = |amount| format!("order_id,customer_id,date,amount\n{amount},a,2026-10-01,kr {amount}\n");
    let folder = Folder::new().with("orders_se.csv", month(100)).with("orders_no.csv", month(200));
    let args = [
        "measure",
        "purchases=orders_se.csv",
        "purchases=orders_no.csv",
        "-m",
        "revenue",
        "--period",
        "2026-10",
        "--format",
        "json",
    ];
    let ran = folder.run(&args).code(0);
    let document: serde_json::Value = serde_json::from_str(&ran.out()).expect("JSON");
    assert_eq!(value(&document, "revenue"), MIXED);
    assert!(
        ran.err().contains("[unknown-currency]: Amounts in `kr` may be in NOK or SEK"),
        "{}",
        ran.err()
    );
}

#[test]
fn a_column_that_contradicts_the_sign_rejects_the_record() {
    let rows: String = (10..40).map(|n| format!("{n},c{n},2026-10-01,€1.00,EUR\n")).collect();
    let text = format!("order_id,customer_id,date,amount,currency\n1,a,2026-10-01,$10.00,EUR\n{rows}");
    let (document, said) = measured("purchases", &text, &[]);
    assert_eq!(value(&document, "revenue"), "30");
    assert!(said.contains("1 rejected (1 currency-mismatch)"), "{said}");
    // So does one that contradicts the header of the amounts.
    let rows: String = (10..40).map(|n| format!("{n},c{n},2026-10-01,1.00,EUR\n")).collect();
    let text = format!("order_id,customer_id,date,Amount (EUR),currency\n1,a,2026-10-01,10.00,USD\n{rows}");
    let (document, said) = measured("purchases", &text, &[]);
    assert_eq!(value(&document, "revenue"), "30");
    assert!(said.contains("1 rejected (1 currency-mismatch)"), "{said}");
}

#[test]
fn money_of_the_roster_and_of_contacts_is_not_added_either() {
    let roster = "customer_id,start_date,acquisition_cost\na,2026-10-01,€10\nb,2026-10-02,$20\n";
    let folder = Folder::new().with("roster.csv", roster);
    let args = [
        "measure",
        "stakeholders=roster.csv",
        "--period",
        "2026-10",
        "--as-of",
        "2026-10-31",
        "-m",
        "acquisition_cost_mean",
    ];
    let ran = folder.run(&[&args[..], &["--format", "json"]].concat()).code(0);
    let document: serde_json::Value = serde_json::from_str(&ran.out()).expect("JSON");
    assert_eq!(value(&document, "acquisition_cost_mean"), MIXED);
}
