//! Files of kinds that are not known: what is taken with a note, what is asked, and what answers it.

use serde_json::Value;

use crate::harness::Folder;

/// Records of a practice: an appointment every second day, a fee where it took place.
fn practice(fee: impl Fn(usize) -> String, state: impl Fn(usize) -> &'static str) -> String {
    let mut text = "Termin-Nr;Pat.-Nr.;Patient;Geb.-Datum;Termin am;Uhrzeit;Status;Honorar (EUR);Bezahlt am\n".to_string();
    for n in 0..60 {
        let who = n * 7 % 17;
        let (month, day) = (1 + n / 14, 1 + n % 14 * 2);
        let paid = if n % 4 == 3 { String::new() } else { format!("28.{month:02}.2024") };
        text.push_str(&format!(
            "T{};P{};Ada {};{:02}.0{}.{};{day:02}.{month:02}.2024;{:02}:15;{};{};{paid}\n",
            1000 + n,
            100 + who,
            char::from(b'A' + u8::try_from(who).unwrap()),
            1 + who,
            1 + who % 9,
            1948 + 3 * who,
            8 + n % 9,
            state(n),
            fee(n),
        ));
    }
    text
}

#[test]
fn what_cells_show_is_taken_with_a_note() {
    let folder = Folder::new().with("praxis.csv", practice(|n| format!("{},50", 20 + n), |_| "erledigt"));
    let out = folder.run(&[
        "measure",
        "praxis.csv",
        "-m",
        "revenue",
        "--period",
        "2024",
        "--incomplete",
        "-f",
        "json",
    ]);
    let said = out.err();
    for part in [
        "note[guessed]: praxis.csv: amount is read from \"Honorar (EUR)\": the only column of amounts of money. If that is not right, set it with --map or in [source.map]",
        "note[guessed]: praxis.csv: occurred_at is read from \"Termin am\": with the time of day in \"Uhrzeit\"",
    ] {
        assert!(said.contains(part), "{said}");
    }
    let found: Value = serde_json::from_str(&out.out()).unwrap();
    let sum: usize = (0..60).map(|n| 20 + n).sum();
    assert_eq!(found["cells"][0]["value"].as_f64(), Some(sum as f64 + 30.0));
    // What is said is not guessed.
    let said = folder
        .run(&["measure", "praxis.csv", "-m", "revenue", "--map", "praxis.csv:amount=Honorar (EUR)"])
        .err();
    assert!(!said.contains("amount is read from"), "{said}");
}

#[test]
fn the_value_that_rejected_records_share_is_what_leaves_them_out() {
    let is_off = |n: usize| n.is_multiple_of(5);
    let fee = |n: usize| if is_off(n) { String::new() } else { format!("{},50", 20 + n) };
    let state = |n: usize| if is_off(n) { "zurückgestellt" } else { "erledigt" };
    let folder = Folder::new().with("praxis.csv", practice(fee, state));
    let asked = [
        "measure",
        "praxis.csv",
        "-m",
        "orders",
        "--period",
        "2024",
        "--incomplete",
        "--max-rejects",
        "1%",
    ];
    let all = folder.run(&asked);
    let said = all.err();
    assert!(!said.contains("where ="), "a dozen records do not stop the run: {said}");
    let said = folder.run(&[&asked[..7], &["--max-rejects", "3"]].concat()).code(3).err();
    let line = "where = \"\\\"Status\\\" <> 'zurückgestellt'\"";
    assert!(
        said.contains("all of these records have 'zurückgestellt' in the column \"Status\", and no other record has")
            && said.contains(line),
        "{said}"
    );
    let source = format!("[[source]]\npath = \"praxis.csv\"\nkind = \"purchases\"\n{line}\n");
    let folder = folder.with("relhealth.toml", source);
    let said = folder
        .run(&["measure", "-m", "orders", "--period", "2024", "--incomplete", "--max-rejects", "0"])
        .code(0)
        .err();
    assert!(said.contains("60 read = 48 used + 12 excluded (12 filtered)"), "{said}");
    // What may be personal is not repeated.
    let folder = Folder::new().with("praxis.csv", practice(fee, state));
    let said = folder
        .run(&["measure", "praxis.csv", "--redact", "--max-rejects", "3"])
        .code(3)
        .err();
    assert!(!said.contains("zurückgestellt"), "{said}");
}

/// A list of who, when and how much.
fn list(header: &str, has_amount: bool) -> String {
    let mut text = format!("{header}\n");
    for n in 0..40 {
        let amount = if has_amount { format!(",{}.25", 10 + n) } else { String::new() };
        text.push_str(&format!("C{},2024-{:02}-{:02}{amount}\n", n % 9, 1 + n / 20, 1 + n % 20));
    }
    text
}

#[test]
fn short_headers_are_one_question_that_one_command_answers() {
    for (header, accepted) in [
        (
            "c,d,v",
            "purchases=x.csv --map 'x.csv:stakeholder_id=c' --map 'x.csv:occurred_at=d' --map 'x.csv:amount=v'",
        ),
        (
            "cust,date",
            "interactions=x.csv --map 'x.csv:stakeholder_id=cust' --map 'x.csv:occurred_at=date'",
        ),
    ] {
        let folder = Folder::new().with("x.csv", list(header, header.ends_with('v')));
        let found: Value = serde_json::from_str(&folder.run(&["inspect", "x.csv", "-f", "json"]).code(3).out()).unwrap();
        let file = &found["files"][0];
        assert_eq!(file["questions"].as_array().map(Vec::len), Some(1), "{file}");
        assert_eq!(file["questions"][0]["option"], *accepted);
        assert_eq!(file["command"], format!("relhealth measure {accepted}"));
        let said = folder.run(&["measure", "x.csv"]).code(3).err();
        assert!(said.contains(&format!("give the file as {accepted}")), "{said}");
        let words: Vec<String> = accepted.split_whitespace().map(|word| word.replace('\'', "")).collect();
        let words: Vec<&str> = ["measure"].into_iter().chain(words.iter().map(String::as_str)).collect();
        folder.run(&words).code(0);
    }
    // A single question where most is known.
    let folder = Folder::new().with("x.csv", list("Id,Date,Price", true));
    let found: Value = serde_json::from_str(&folder.run(&["inspect", "x.csv", "-f", "json"]).code(3).out()).unwrap();
    assert_eq!(
        found["files"][0]["command"],
        "relhealth measure purchases=x.csv --map 'x.csv:stakeholder_id=Id'"
    );
}

#[test]
fn a_configuration_has_each_open_choice_as_a_line_to_uncomment() {
    let folder = Folder::new().with("x.csv", list("c,d,v", true));
    folder.run(&["init", "x.csv"]).code(0);
    let text = folder.read("relhealth.toml");
    let lines = [
        "# kind = \"purchases\"",
        "# [source.map]",
        "# stakeholder_id = \"c\"",
        "# occurred_at = \"d\"",
        "# amount = \"v\"",
    ];
    let mut open = text.clone();
    for line in lines {
        assert!(text.contains(line), "{line} is not in\n{text}");
        open = open.replace(line, &line[2..]);
    }
    let folder = folder.with("relhealth.toml", open);
    let found = folder
        .run(&["measure", "-m", "orders", "--period", "2024-01", "-f", "json", "-q"])
        .code(0)
        .out();
    let found: Value = serde_json::from_str(&found).unwrap();
    assert_eq!(found["cells"][0]["value"].as_f64(), Some(20.0));
}

#[test]
fn a_total_before_the_footer_is_no_record() {
    let text = format!(
        "{}Summe;;;;;;;2.970,00;\nErstellt am 01.06.2024\n",
        practice(|n| format!("{},00", 20 + n), |_| "erledigt")
    );
    let folder = Folder::new().with("praxis.csv", text);
    let said = folder.run(&["measure", "praxis.csv", "-m", "revenue"]).code(0).err();
    assert!(
        said.contains("praxis.csv: 60 read = 60 used")
            && said.contains("note[footer]: praxis.csv: The last 2 lines, from line 62, are not records"),
        "{said}"
    );
}

/// An account with the columns that PayPal has, in German: payments by customers and to others, and transfers to the bank.
#[test]
fn the_amounts_of_an_account_with_a_balance_are_asked_about() {
    let mut balance = 100_000;
    let records: String = (1..=20)
        .map(|n| {
            let (kind, amount) = match n % 5 {
                0 => ("Allgemeine Abbuchung", -20_000),
                3 => ("Zahlung an Händler", -1_500),
                _ => ("Website-Zahlung", 4_000 + 100 * n),
            };
            balance += amount;
            let money = |cents: i64| format!("{}{},{:02}", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100);
            format!(
                "\"{n:02}.03.2023\",\"Name {}\",\"{kind}\",\"Abgeschlossen\",\"EUR\",\"{}\",\"k{}@example.org\",\"1AA{n:03}\",\"{}\"\n",
                n % 6,
                money(amount),
                n % 6,
                money(balance)
            )
        })
        .collect();
    let header =
        "\"Datum\",\"Name\",\"Typ\",\"Status\",\"Währung\",\"Brutto\",\"Absender E-Mail-Adresse\",\"Transaktionscode\",\"Guthaben\"";
    let folder = Folder::new().with("konto.csv", format!("{header}\n{records}"));
    folder.run(&["measure", "konto.csv"]).code(3);
    let shown = folder.run(&["inspect", "konto.csv"]).code(3).out();
    let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in ["is the balance of an account", "where in"] {
        assert!(words.contains(part), "{part} is not in\n{shown}");
    }
}
