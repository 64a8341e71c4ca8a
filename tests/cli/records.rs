//! Records that are there twice or in several states, and cells of scores that are no scores: what a user sees of them.

use serde_json::Value;

use crate::harness::Folder;

/// The value of a metric, and what stderr says.
fn measured(folder: &Folder, args: &[&str], metric: &str) -> (Value, String) {
    let mut all = vec!["measure"];
    all.extend(args);
    all.extend(["--period", "2026-10", "--as-of", "2026-10-31", "-m", metric, "--format", "json"]);
    let output = folder.command(&all).output().expect("the program can be run");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|why| panic!("{why}: {said}"));
    (document["cells"][0]["value"].clone(), said)
}

const LATE: &str = "Bestellnummer,Kundennummer,Bestelldatum,Betrag,Erstattet,Status\n1,a,2026-10-01,100,40,erstattet\n2,b,2026-10-02,50,0,bezahlt\n3,c,2026-10-30,10,0,bezahlt\n";

#[test]
fn an_order_in_two_exports_counts_in_its_later_state() {
    let early =
        "Bestellnummer,Kundennummer,Bestelldatum,Betrag,Erstattet,Status\n1,a,2026-10-01,100,0,bezahlt\n2,b,2026-10-02,50,0,bezahlt\n";
    let config = "[[source]]\npath = ['early.csv', 'late.csv']\nkind = 'purchases'\nsame_id = 'all'\n";
    let folder = Folder::new()
        .with("early.csv", early)
        .with("late.csv", LATE)
        .with("all.toml", config);
    let (revenue, said) = measured(&folder, &["purchases=late.csv", "purchases=early.csv"], "revenue");
    assert_eq!(revenue, 120.0);
    assert!(said.contains("2 read = 0 used + 2 duplicate (1 duplicate, 1 superseded)"), "{said}");
    assert!(said.contains("note[earlier-state]") && said.contains("same_id = \"all\""), "{said}");
    let (revenue, said) = measured(&folder, &["--config", "all.toml"], "revenue");
    assert_eq!(revenue, 220.0);
    assert!(!said.contains("superseded"), "{said}");
}

#[test]
fn a_repeated_page_is_shown_by_inspect_and_written_down_by_init() {
    let orders =
        "order_id,customer_id,date,amount\n1,a,2026-10-01,10\n2,b,2026-10-02,20\n3,c,2026-10-03,40\n2,b,2026-10-02,20\n3,c,2026-10-03,40\n";
    let folder = Folder::new().with("orders.csv", orders);
    let (revenue, said) = measured(&folder, &["purchases=orders.csv"], "revenue");
    assert_eq!(revenue, 70.0);
    assert!(said.contains("2 duplicate (2 same-record)"), "{said}");
    for (command, expected) in [
        (
            &["inspect", "purchases=orders.csv"][..],
            "2 records are equal to an earlier record of the file in all cells",
        ),
        (&["init", "purchases=orders.csv", "--output", "-"], "# same_id = \"all\""),
        (&["help", "codes"], "repeated-record"),
    ] {
        let output = folder.command(command).output().expect("the program can be run");
        let text = String::from_utf8_lossy(&output.stdout).replace("\n ", " ");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(expected), "{command:?}: {text}");
    }
}

#[test]
fn deliveries_of_a_line_add_up() {
    let receipts = "Bestellnummer;Position;Lieferant;Bestelldatum;Liefertermin;Wareneingang;Bestellmenge;Liefermenge\n\
                    4711;10;L1;01.09.2026;15.10.2026;14.10.2026;100;60\n4711;10;L1;01.09.2026;15.10.2026;20.10.2026;100;40\n\
                    4711;20;L1;13.09.2026;15.10.2026;13.10.2026;5;5\n";
    let folder = Folder::new().with("receipts.csv", receipts);
    let (rate, said) = measured(&folder, &["supplies=receipts.csv"], "on_time_in_full_rate");
    assert_eq!(rate, 0.5);
    assert!(
        said.contains("1 excluded (1 partial-delivery)") && said.contains("note[partial-deliveries]"),
        "{said}"
    );
}

#[test]
fn only_scores_on_the_scale_of_the_question_count() {
    let survey = |instrument: &str, scores: &[&str]| {
        let rows = (1..)
            .zip(scores)
            .map(|(n, score)| format!("{n},c{n},2026-10-{:02},{instrument},\"{score}\"\n", 1 + n % 28));
        Folder::new().with(
            "s.csv",
            "response_id,customer_id,submitted_at,survey,score\n".to_string() + &rows.collect::<String>(),
        )
    };
    let of = |instrument: &str, scores: &[&str], metric: &str| measured(&survey(instrument, scores), &["surveys=s.csv"], metric);
    let (nps, said) = of("NPS", &["5", "1", "5", "4", "2", "5", "3", "5", "4", "1", "5", "5"], "nps");
    assert!(nps.is_null() && said.contains("note[scale-misfit]"), "{said}");
    let (csat, said) = of("csat", &["5", "4,5", "2", "3;4", "4"], "csat");
    assert_eq!(csat, 2.0 / 3.0);
    assert!(
        said.contains("2 cells have several answers") && said.contains("note[scale-assumed]"),
        "{said}"
    );
    let (csat, _) = of("csat", &["★★★★☆", "★★☆☆☆", "5 von 5", "1/5"], "csat");
    assert_eq!(csat, 0.5);
}

#[test]
fn invitations_that_did_not_arrive_were_not_asked() {
    for (header, failed, sent) in [
        ("customer_id,sent_at,delivery_status,answered_at,score", "Hard bounce", "delivered"),
        ("id_client,envoyé_le,statut,répondu_le,note", "non distribué", "livré"),
        ("customer_id,sent_at,zustellstatus,answered_at,score", "unzustellbar", "zugestellt"),
    ] {
        let rows = format!(
            "a,2026-10-01,{sent},2026-10-02,9\nb,2026-10-01,{failed},,\nc,2026-10-01,{sent},,\nd,2026-10-01,{sent},2026-10-05,3\ne,2026-10-01,{sent},,\n"
        );
        let folder = Folder::new().with("s.csv", format!("{header}\n{rows}"));
        let (rate, said) = measured(&folder, &["surveys=s.csv"], "survey_response_rate");
        assert_eq!(rate, 0.5, "{header}: {said}");
        assert!(said.contains("1 not-asked"), "{said}");
    }
    // Without a score the status or the time of the answer says who answered.
    let folder = Folder::new().with(
        "s.csv",
        "customer_id,sent_at,status\na,2026-10-01,completed\nb,2026-10-01,not completed\nc,2026-10-01,bounced\n",
    );
    assert_eq!(measured(&folder, &["surveys=s.csv"], "survey_response_rate").0, 0.5);
}

#[test]
fn weeks_start_on_the_day_that_is_set() {
    // Sunday 4 October is the first day of the week from Sunday, and the last day of the ISO week before.
    let orders = "order_id,customer_id,date,amount\n1,a,2026-10-04,10\n2,b,2026-10-05,20\n3,c,2026-10-11,40\n";
    let folder = Folder::new().with("o.csv", orders).with("sunday.toml", "week_start = \"sunday\"\n");
    let revenue = |args: &[&str]| {
        let all = [
            &[
                "measure",
                "purchases=o.csv",
                "-m",
                "revenue",
                "--format",
                "json",
                "--as-of",
                "2026-10-31",
            ],
            args,
        ]
        .concat();
        let output = folder.command(&all).output().expect("the program can be run");
        let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        document["cells"][0]["value"].clone()
    };
    assert_eq!(revenue(&["--period", "2026-W40"]), 10.0);
    assert_eq!(revenue(&["--period", "2026-W41"]), 60.0);
    for sunday in [&["--week-start", "sunday"][..], &["--config", "sunday.toml"]] {
        assert_eq!(revenue(&[&["--period", "2026-W40"][..], sunday].concat()), 30.0);
        let weeks = [&["--period", "2026-10-04..2026-10-10", "--grain", "week"][..], sunday].concat();
        assert_eq!(revenue(&weeks), 30.0);
    }
}

#[test]
fn errors_quote_a_bounded_part_of_a_long_text() {
    let long = "x".repeat(20_000);
    let config = format!("[[rule]]\nmetric = \"{long}\"\nfail_above = 1\n");
    let folder = Folder::new()
        .with("o.csv", "order_id,customer_id,date,amount\n1,a,2026-10-04,10\n")
        .with("long.toml", config);
    for args in [
        &["measure", "purchases=o.csv", "-m", &long][..],
        &["measure", "purchases=o.csv", "--by", &long],
        &["measure", "purchases=o.csv", "--period", &long],
        &["measure", "purchases=o.csv", "--timezone", &long],
        &["measure", "purchases=o.csv", "--format", &long],
        &["check", "purchases=o.csv", "--config", "long.toml"],
        &["measure", &long],
        &[&long],
    ] {
        let output = folder.command(args).output().expect("the program can be run");
        let said = String::from_utf8_lossy(&output.stderr);
        let longest = said.lines().map(str::len).max().unwrap_or(0);
        assert!(
            output.status.code() != Some(0) && longest < 5_000,
            "{longest}: {}",
            &args[0][..10.min(args[0].len())]
        );
    }
}

#[test]
fn without_any_date_no_period_is_made_up() {
    let folder = Folder::new().with("o.csv", "order_id,customer_id,date,amount\n");
    let output = folder
        .command(&["measure", "purchases=o.csv", "-m", "revenue"])
        .output()
        .expect("the program can be run");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(
        said.contains("set --period") && !String::from_utf8_lossy(&output.stdout).contains("1969"),
        "{said}"
    );
}

#[test]
fn an_answer_with_two_scores_was_given() {
    for header in [
        "response_id,customer_id,sent_at,submitted_at,survey,score",
        "Antwort,Kundennummer,Versendet,Beantwortet am,Umfrage,Bewertung",
    ] {
        let text = format!(
            "{header}\n1,k1,2026-10-01,2026-10-01,csat,5\n2,k2,2026-10-02,2026-10-02,csat,\"4;5\"\n3,k3,2026-10-03,,csat,\n4,k4,2026-10-04,2026-10-05,csat,2\n"
        );
        let folder = Folder::new().with("s.csv", text);
        let args = ["surveys=s.csv"];
        let (cell, said) = measured(&folder, &args, "survey_response_rate");
        assert_eq!(cell, 0.75, "{header}: {said}");
        assert_eq!(measured(&folder, &args, "csat").0, 0.5);
    }
}

#[test]
fn invitations_are_marked_as_bounced_in_several_ways() {
    for (header, no, yes) in [
        (
            "invitation_id,customer_id,survey,sent_at,bounced,responded_at,score",
            "false",
            "true",
        ),
        (
            "invitation_id,customer_id,survey,sent_at,bounced_at,responded_at,score",
            "",
            "2026-10-01",
        ),
        (
            "invitation_id,customer_id,survey,sent_at,mailing,responded_at,score",
            "delivered",
            "hard bounce",
        ),
        (
            "Einladung,Kundennummer,Umfrage,Versendet,Zustellung,Beantwortet,Bewertung",
            "zugestellt",
            "unzustellbar",
        ),
    ] {
        let text = format!("{header}\n1,k1,nps,2026-10-01,{no},2026-10-02,9\n2,k2,nps,2026-10-01,{yes},,\n3,k3,nps,2026-10-01,{no},,\n");
        let folder = Folder::new().with("s.csv", text);
        let args = ["surveys=s.csv"];
        let (cell, said) = measured(&folder, &args, "survey_response_rate");
        assert_eq!(cell, 0.5, "{header}: {said}");
    }
}

#[test]
fn scores_stand_beside_what_they_mean() {
    for (header, [high, low, middle]) in [
        (
            "response_id,customer_id,submitted_at,survey,score",
            ["5 - Very satisfied", "2 - Dissatisfied", "4 - Satisfied"],
        ),
        (
            "Antwort,Kundennummer,Datum,Umfrage,Bewertung",
            ["Sehr zufrieden (5)", "Unzufrieden (2)", "Zufrieden (4)"],
        ),
        ("id_reponse,id_client,date,enquete,note", ["5 sur 5", "2 sur 5", "4 sur 5"]),
    ] {
        let text = format!("{header}\n1,k1,2026-10-01,csat,{high}\n2,k2,2026-10-02,csat,{low}\n3,k3,2026-10-03,csat,{middle}\n");
        let folder = Folder::new().with("s.csv", text);
        let args = ["surveys=s.csv"];
        let (cell, said) = measured(&folder, &args, "csat");
        assert_eq!(cell.as_f64().map(|value| (value * 3.0).round()), Some(2.0), "{header}: {said}");
    }
}

#[test]
fn a_condition_sees_names_as_they_were_meant() {
    let text = "order_id,customer,order_date,amount\n1,Smith &amp; Sons,2026-10-01,10\n2,MÃ¼ller,2026-10-02,20\n3,Jones,2026-10-03,40\n";
    for (condition, left) in [
        ("customer <> 'Smith & Sons'", 60.0),
        ("customer = 'Müller'", 20.0),
        ("customer in ('Smith & Sons', 'Jones')", 50.0),
        // As it is in the file.
        ("customer = 'Smith &amp; Sons'", 10.0),
    ] {
        let config = format!("[[source]]\npath = \"orders.csv\"\nkind = \"purchases\"\nwhere = \"{condition}\"\n");
        let folder = Folder::new().with("orders.csv", text).with("relhealth.toml", config);
        let (value, _) = measured(&folder, &["orders.csv"], "revenue");
        assert_eq!(value.as_f64(), Some(left), "{condition}");
    }
}
