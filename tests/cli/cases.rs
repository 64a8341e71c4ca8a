//! What is a case, who wrote its messages, and how long it took: from files as helpdesks write them to the numbers.

use serde_json::Value;

use crate::harness::Folder;

/// The values of metrics of October 2026, or the reasons why they are missing, and what stderr says.
fn measured(text: &str, metrics: &str) -> (Vec<String>, String) {
    let folder = Folder::new().with("cases.csv", text);
    let args = [
        "measure",
        "interactions=cases.csv",
        "--period",
        "2026-10",
        "--as-of",
        "2026-10-31",
        "-m",
        metrics,
        "--format",
        "json",
    ];
    let ran = folder.run(&args).code(0);
    let document: Value = serde_json::from_str(&ran.out()).expect("JSON");
    let cells = document["cells"].as_array().expect("cells");
    let value = |id: &str| {
        let cell = cells.iter().find(|cell| cell["metric"] == id).expect("a cell of each metric");
        cell["value"]
            .as_f64()
            .map_or_else(|| cell["absent"].to_string(), |value| value.to_string())
    };
    (metrics.split(',').map(value).collect(), ran.err())
}

const STATES: &str = "cases_opened,unanswered_rate,open_cases,cases_resolved";

/// Four tickets: one solved, one merged, one opened again after a resolution, and one that is no case.
fn four_tickets(header: &str, [solved, merged, again, none]: [&str; 4]) -> String {
    format!(
        "{header}\n\
         1,k10,2026-10-05 09:00,2026-10-05 10:00,2026-10-06 09:00,{solved}\n\
         2,k10,2026-10-05 09:10,,,{merged}\n\
         3,k20,2026-10-07 09:00,2026-10-07 11:00,2026-10-08 09:00,{again}\n\
         4,k30,2026-10-08 09:00,,2026-10-08 09:20,{none}\n"
    )
}

#[test]
fn the_state_of_a_case_is_read_in_seven_languages() {
    for (header, words) in [
        (
            "ticket_id,customer_id,created_at,first_response_at,resolved_at,status",
            ["Solved", "Merged", "Re-opened", "Spam"],
        ),
        (
            "Vorgang,Kunde,Erstellt am,Erste Antwort am,Gelöst am,Zustand",
            ["Geschlossen", "Zusammengeführt", "Wiedereröffnet", "Papierkorb"],
        ),
        (
            "ticket_id,client,date de création,date de première réponse,date de résolution,statut",
            ["Fermé", "Fusionné", "En cours", "Doublon"],
        ),
        (
            "ID de ticket,ID de cliente,Fecha de creación,Primera respuesta,Fecha de resolución,Estado",
            ["Cerrado", "Fusionado", "Reabierto", "Eliminado"],
        ),
        (
            "ID do chamado,Cliente,Data de criação,Data da primeira resposta,Data de resolução,Situação",
            ["Fechado", "Mesclado", "Em andamento", "Excluído"],
        ),
        (
            "numero ticket,cliente,data creazione,data prima risposta,data risoluzione,stato",
            ["Chiuso", "Unito", "Riaperto", "Duplicato"],
        ),
        (
            "ticketnummer,klant,aangemaakt op,eerste reactie op,opgelost op,staat",
            ["Gesloten", "Samengevoegd", "Heropend", "Verwijderd"],
        ),
    ] {
        let (values, notes) = measured(&four_tickets(header, words), STATES);
        assert_eq!(values, ["2", "0", "1", "1"], "{header}\n{notes}");
        assert!(notes.contains("4 read = 2 used + 2 excluded (2 not-a-case)"), "{notes}");
        assert!(notes.contains("note[open-with-resolution]"), "{notes}");
    }
}

#[test]
fn tags_types_and_links_show_what_is_not_a_case_and_the_configuration_overrides_it() {
    let text = "ticket_id,customer_id,created_at,first_response_at,resolved_at,status,tags,type,merged_into\n\
                1,a,2026-10-05 09:00,2026-10-05 10:00,2026-10-06 09:00,closed,vip,Question,\n\
                2,a,2026-10-05 09:10,,2026-10-05 09:11,closed,\"vip, merged\",Question,\n\
                3,b,2026-10-07 09:00,2026-10-07 11:00,2026-10-08 09:00,in_progress,spam filter,Incident,0\n\
                4,c,2026-10-08 09:00,,2026-10-08 09:20,closed,spam,Question,\n\
                5,c,2026-10-08 09:00,,2026-10-08 09:20,closed,,Spam,\n\
                6,d,2026-10-08 09:00,,2026-10-08 09:20,Test,,,\n\
                7,d,2026-10-08 09:00,,2026-10-08 09:20,closed,,,1\n";
    assert_eq!(measured(text, STATES).0, ["2", "0", "1", "1"]);
    let config = "[[source]]\npath = \"cases.csv\"\nkind = \"interactions\"\n[source.values.status]\nTest = \"Phase of tests\"\n";
    let folder = Folder::new().with("cases.csv", text).with("relhealth.toml", config);
    let ran = folder
        .run(&["measure", "--period", "2026-10", "--as-of", "2026-10-31", "-m", "cases_opened"])
        .code(0);
    assert!(ran.err().contains("7 read = 3 used + 4 excluded (4 not-a-case)"), "{}", ran.err());
}

#[test]
fn phases_of_the_work_on_a_case_are_no_test_tickets() {
    let text = "Issue,Reporter,Created,Resolved,Status\n\
                1,u10,2026-10-05 09:00,,Testing\n2,u20,2026-10-05 09:00,,In Test\n3,u30,2026-10-05 09:00,,Ready for test\n";
    let text = text.replace("Issue,Reporter,Created,Resolved", "ticket_id,customer_id,created_at,resolved_at");
    assert_eq!(measured(&text, "cases_opened,open_cases").0, ["3", "3"]);
}

const ANSWERS: &str = "cases_opened,unanswered_rate,first_response_time_median";

#[test]
fn a_machine_is_never_a_first_response() {
    for text in [
        "message_id,conversation_id,customer_id,created_at,author_type\n\
         1,c1,k1,2026-10-05 09:00,customer\n2,c1,k1,2026-10-05 09:01,bot\n3,c1,k1,2026-10-05 11:00,agent\n\
         4,c2,k2,2026-10-06 09:00,customer\n5,c2,k2,2026-10-06 09:01,system\n",
        "Nachricht-ID,Konversation,Kunde,Gesendet am,Verfasser\n\
         1,c1,k10,2026-10-05 09:00,Kunde\n2,c1,k10,2026-10-05 09:01,Automation\n3,c1,k10,2026-10-05 11:00,Mitarbeiter\n\
         4,c2,k20,2026-10-06 09:00,Kunde\n5,c2,k20,2026-10-06 09:01,Abwesenheitsnotiz\n",
        "message_id,thread_id,customer_id,sent_at,role\n\
         1,c1,k1,2026-10-05 09:00,End-user\n2,c1,k1,2026-10-05 09:01,Bot\n3,c1,k1,2026-10-05 11:00,Agent\n\
         4,c2,k2,2026-10-06 09:00,End-user\n5,c2,k2,2026-10-06 09:01,Automation\n",
        "message_id,conversation_id,customer_id,created_at,direction,subject\n\
         1,c1,k1,2026-10-05 09:00,inbound,Invoice\n2,c1,k1,2026-10-05 09:01,outbound,Automatic reply: Invoice\n\
         3,c1,k1,2026-10-05 11:00,outbound,Re: Invoice\n4,c2,k2,2026-10-06 09:00,inbound,Hello\n\
         5,c2,k2,2026-10-06 09:01,outbound,Automatische Antwort\n",
        "message_id,conversation_id,customer_id,created_at,direction,from\n\
         1,c1,k1,2026-10-05 09:00,inbound,ann@x.example\n2,c1,k1,2026-10-05 09:01,outbound,noreply@shop.example\n\
         3,c1,k1,2026-10-05 11:00,outbound,otto@shop.example\n4,c2,k2,2026-10-06 09:00,inbound,ben@y.example\n\
         5,c2,k2,2026-10-06 09:01,outbound,Shop <no-reply@shop.example>\n",
        "message_id,conversation_id,customer_id,created_at,direction,Auto-Submitted\n\
         1,c1,k1,2026-10-05 09:00,inbound,no\n2,c1,k1,2026-10-05 09:01,outbound,auto-replied\n\
         3,c1,k1,2026-10-05 11:00,outbound,\n4,c2,k2,2026-10-06 09:00,inbound,no\n5,c2,k2,2026-10-06 09:01,outbound,auto-generated\n",
    ] {
        let (values, notes) = measured(text, ANSWERS);
        assert_eq!(values, ["2", "0.5", "2"], "{text}\n{notes}");
        assert!(
            notes.contains("note[automatic-messages]: cases.csv: interactions: 2 records were written by a machine"),
            "{notes}"
        );
    }
}

#[test]
fn messages_without_authors_are_counted_by_case_and_their_responses_are_missing() {
    let text = "message_id,conversation_id,customer_id,created_at,body\n\
                1,c1,k1,2026-10-05 09:00,hello there\n2,c1,k1,2026-10-05 09:01,we got it\n3,c1,k1,2026-10-05 11:00,fixed now\n\
                4,c2,k2,2026-10-06 09:00,another one\n";
    let (values, notes) = measured(text, ANSWERS);
    assert_eq!(values, ["2", "\"missing input\"", "\"missing input\""]);
    assert!(notes.contains("note[authors-unknown]"), "{notes}");
}

#[test]
fn a_case_that_an_agent_opened_does_not_wait_for_an_answer() {
    let text = "ticket_id,customer_id,created_at,first_response_at,created_by_type\n\
                1,a,2026-10-05 14:00,,agent\n2,b,2026-10-06 09:00,2026-10-06 10:00,customer\n";
    assert_eq!(measured(text, "cases_opened,unanswered_rate").0, ["1", "0"]);
}

const DURATIONS: &str = "resolution_time_median,resolution_time_p90,resolution_days_median";

#[test]
fn hours_from_or_to_a_date_are_missing_and_days_are_there() {
    for text in [
        // Opened at a time, closed on a day.
        "ticket_id,customer_id,created_at,resolved_at\n1,a,2026-10-05 14:00,2026-10-05\n2,b,2026-10-06 09:00,2026-10-08\n3,c,2026-10-07 16:00,2026-10-09\n",
        // Dates alone.
        "ticket_id,customer_id,created_at,resolved_at\n1,a,2026-10-05,2026-10-05\n2,b,2026-10-06,2026-10-08\n3,c,2026-10-07,2026-10-09\n",
        // Midnights of UTC, and of India.
        "ticket_id,customer_id,created_at,resolved_at\n1,a,2026-10-05T00:00:00Z,2026-10-05T00:00:00Z\n2,b,2026-10-06T00:00:00Z,2026-10-08T00:00:00Z\n\
         3,c,2026-10-07T00:00:00Z,2026-10-09T00:00:00Z\n",
        "ticket_id,customer_id,created_at,resolved_at\n1,a,2026-10-05T00:00:00+05:30,2026-10-05T00:00:00+05:30\n\
         2,b,2026-10-06T00:00:00+05:30,2026-10-08T00:00:00+05:30\n3,c,2026-10-07T00:00:00+05:30,2026-10-09T00:00:00+05:30\n",
    ] {
        let (values, notes) = measured(text, DURATIONS);
        assert_eq!(values, ["\"days only\"", "\"days only\"", "2"], "{text}\n{notes}");
    }
    let mixed = "ticket_id,customer_id,created_at,resolved_at\n1,a,2026-10-05 14:00,2026-10-05\n2,b,2026-10-06 09:00,2026-10-08 10:00\n\
                 3,c,2026-10-07 16:00,2026-10-09\n";
    let (values, notes) = measured(mixed, DURATIONS);
    assert_eq!(values, ["\"days only\"", "\"days only\"", "2"], "{notes}");
    assert!(
        notes.contains("resolved_at: 2 of 3 are dates without a time of day, so durations with this column are known in days only"),
        "{notes}"
    );
}

#[test]
fn the_precision_of_a_column_can_be_set_and_init_writes_it_down() {
    let tickets = "ticket_id,customer_id,created_at,resolved_at\n1,a,2026-10-05T00:00:00Z,2026-10-05T00:00:00Z\n\
                   2,b,2026-10-06T00:00:00Z,2026-10-07T00:00:00Z\n3,c,2026-10-07T00:00:00Z,2026-10-09T00:00:00Z\n";
    let folder = Folder::new().with("tickets.csv", tickets);
    folder.run(&["init", "tickets.csv"]).code(0);
    let config = folder.read("relhealth.toml");
    assert!(
        config.contains("resolved_at = { column = \"resolved_at\", precision = \"day\" }"),
        "{config}"
    );
    let args = [
        "measure",
        "--period",
        "2026-10",
        "-m",
        "resolution_time_median,resolution_days_median",
        "--format",
        "csv",
    ];
    assert!(folder.run(&args).code(0).out().contains("days only"));
    let folder = folder.with("relhealth.toml", config.replace("precision = \"day\"", "precision = \"time\""));
    let out = folder.run(&args).code(0).out();
    assert!(!out.contains("days only"), "{out}");
}

#[test]
fn a_rule_in_hours_does_not_pass_on_dates() {
    let tickets = "ticket_id,customer_id,created_at,resolved_at\n1,a,2026-10-05 14:00,2026-10-05\n2,b,2026-10-06 09:00,2026-10-07\n";
    let config = "as_of = 2026-10-31\n[[source]]\npath = \"tickets.csv\"\nkind = \"interactions\"\n[targets]\nresolution_hours = 4\n\
                  [metric.quick]\ntitle = \"Quick\"\nfamily = \"own\"\nfact = \"cases\"\nat = \"opened_at\"\nkind = \"share\"\nunit = \"share\"\n\
                  good = \"up\"\ntext = \"Within four hours.\"\npart = \"hours_between(opened_at, resolved_at) <= 4\"\n\
                  [[rule]]\nmetric = \"resolution_time_median\"\nfail_above = \"4h\"\nbasis = \"point\"\n\
                  [[rule]]\nmetric = \"resolution_within_target_rate\"\nfail_below = \"50%\"\nbasis = \"point\"\n\
                  [[rule]]\nmetric = \"quick\"\nfail_below = \"50%\"\nbasis = \"point\"\n\
                  [[rule]]\nmetric = \"resolution_days_median\"\nfail_above = \"2 days\"\nbasis = \"point\"\n";
    let folder = Folder::new().with("tickets.csv", tickets).with("relhealth.toml", config);
    let ran = folder.run(&["check", "--period", "2026-10"]).code(1);
    assert!(
        ran.out().contains("4 rules, 4 results: 1 passed, 3 could not be evaluated"),
        "{}",
        ran.out()
    );
}

#[test]
fn days_from_a_time_to_a_date_are_missing() {
    let config = "as_of = 2026-10-31\n[[source]]\npath = \"tickets.csv\"\nkind = \"interactions\"\n\
                  [metric.days]\ntitle = \"Days\"\nfamily = \"own\"\nfact = \"cases\"\nat = \"opened_at\"\nkind = \"mean\"\nunit = \"days\"\n\
                  good = \"down\"\ntext = \"Days.\"\nof = \"days_between(opened_at, resolved_at)\"\n";
    let header = "ticket_id,customer_id,created_at,resolved_at";
    for (records, expected) in [
        // Half a day from the afternoon to the midnight before the next day is no day of the calendar, and none of 24 hours.
        ("1,a,2026-10-05 14:00,2026-10-06\n2,b,2026-10-06 09:00,2026-10-08\n", None),
        ("1,a,2026-10-05 14:00,2026-10-06\n2,b,2026-10-06 09:00,2026-10-08 21:00\n", None),
        // Dates alone, and times alone.
        ("1,a,2026-10-05,2026-10-06\n2,b,2026-10-06,2026-10-08\n", Some(1.5)),
        (
            "1,a,2026-10-05 14:00,2026-10-06 14:00\n2,b,2026-10-06 09:00,2026-10-08 21:00\n",
            Some(1.75),
        ),
    ] {
        let folder = Folder::new()
            .with("tickets.csv", format!("{header}\n{records}"))
            .with("relhealth.toml", config);
        let ran = folder.run(&["measure", "--period", "2026-10", "-m", "days", "-f", "json"]).code(0);
        let document: Value = serde_json::from_str(&ran.out()).expect("JSON");
        let cell = &document["cells"][0];
        assert_eq!(cell["value"].as_f64(), expected, "{records}{cell}");
        assert_eq!(cell["absent"] == "days only", expected.is_none(), "{cell}");
    }
}

#[test]
fn a_file_of_dates_is_named_where_another_file_has_times() {
    let times = "ticket_id,customer_id,created_at,resolved_at\n1,a,2026-10-05 14:00,2026-10-05 16:00\n";
    let dates = "ticket_id,customer_id,created_at,resolved_at\n7,a,2026-10-05,2026-10-09\n";
    let folder = Folder::new().with("times.csv", times).with("dates.csv", dates);
    let args = [
        "measure",
        "interactions=times.csv",
        "interactions=dates.csv",
        "--period",
        "2026-10",
        "-m",
        "resolution_time_median",
        "--format",
        "json",
    ];
    let ran = folder.run(&args).code(0);
    let document: Value = serde_json::from_str(&ran.out()).expect("JSON");
    assert_eq!(document["cells"][0]["value"], 2.0);
    assert!(
        ran.err().contains(
            "note[days-only]: dates.csv: occurred_at and resolved_at have dates without a time of day, so its cases are not in metrics of hours"
        ),
        "{}",
        ran.err()
    );
}

#[test]
fn a_closed_case_without_a_time_is_not_open_and_has_no_resolution_time() {
    let metrics = "cases_opened,open_cases,cases_resolved,resolution_time_median,resolution_time_median_with_open";
    for (header, [closed, cancelled, open]) in [
        (
            "ticket_id,customer_id,created_at,resolved_at,status",
            ["closed by agent", "Cancelled", "open"],
        ),
        (
            "Vorgang,Kunde,Erstellt am,Gelöst am,Zustand",
            ["Abgeschlossen", "Storniert", "in Bearbeitung"],
        ),
        (
            "ID de ticket,ID de cliente,Fecha de creación,Fecha de resolución,Estado",
            ["Cerrado", "Rechazado", "Pendiente"],
        ),
    ] {
        let text = format!(
            "{header}\n1,k1,2026-10-05 09:00,2026-10-06 09:00,{closed}\n2,k2,2026-10-05 09:00,,{closed}\n3,k3,2026-10-06 09:00,,{cancelled}\n\
             4,k4,2026-10-07 09:00,,{open}\n"
        );
        let (values, said) = measured(&text, metrics);
        assert_eq!(values, ["4", "1", "1", "24", "24"], "{header}");
        assert!(said.contains("note[closed-without-time]"), "{said}");
        assert!(said.contains("2 records have a status that says resolved or closed"), "{said}");
    }
    // A complaint that was closed at an unknown time is a resolved complaint, and is on no list of open ones.
    let complaints = "ticket_id,customer_id,created_at,resolved_at,status,type\n1,k1,2026-10-05 09:00,,closed,complaint\n\
                      2,k2,2026-10-06 09:00,,open,complaint\n";
    let (values, _) = measured(complaints, "complaint_resolution_rate,open_cases");
    assert_eq!(values, ["0.5", "1"]);
}

#[test]
fn flags_and_times_tell_whether_a_case_is_open() {
    for (header, [over, again, open]) in [
        ("ticket_id,customer_id,created_at,resolved_at,is_open", ["false", "true", "true"]),
        ("ticket_id,customer_id,created_at,resolved_at,is_closed", ["yes", "no", "no"]),
        (
            "ticket_id,customer_id,created_at,resolved_at,reopened_at",
            ["2026-10-05 12:00", "2026-10-07 09:00", ""],
        ),
        (
            "Vorgang,Kunde,Erstellt am,Gelöst am,wiedereröffnet am",
            ["", "2026-10-07 09:00", ""],
        ),
    ] {
        let text = format!(
            "{header}\n1,k1,2026-10-05 09:00,2026-10-06 09:00,{over}\n2,k2,2026-10-05 09:00,2026-10-06 09:00,{again}\n3,k3,2026-10-06 09:00,,{open}\n"
        );
        let (values, said) = measured(&text, "cases_opened,open_cases,cases_resolved");
        assert_eq!(values, ["3", "2", "1"], "{header}: {said}");
        assert!(said.contains("open-with-resolution"), "{said}");
    }
}

#[test]
fn the_status_of_a_case_is_known_by_its_words_whatever_its_header() {
    for (header, words) in [
        ("ticket_id,customer_id,created_at,resolved_at,phase", ["closed", "reopened", "spam"]),
        (
            "ticket_id,customer_id,created_at,resolved_at,Etappe",
            ["gelöst", "wieder offen", "Dublette"],
        ),
    ] {
        let [closed, again, none] = words;
        let text = format!(
            "{header}\n1,k1,2026-10-05 09:00,2026-10-06 09:00,{closed}\n2,k2,2026-10-05 09:00,2026-10-06 09:00,{again}\n\
             3,k3,2026-10-06 09:00,,{none}\n"
        );
        assert_eq!(measured(&text, "cases_opened,open_cases").0, ["2", "1"], "{header}");
    }
}

#[test]
fn a_machine_is_known_by_its_name_and_by_the_type_of_its_message() {
    let lines = |header: &str, machine: &str, person: &str| {
        format!(
            "{header}\n1,c1,k1,2026-10-05 09:00,in,{person}\n2,c1,k1,2026-10-05 09:01,out,{machine}\n3,c1,k1,2026-10-05 11:00,out,{person}\n"
        )
    };
    for (header, machine, person) in [
        (
            "message_id,conversation_id,customer_id,created_at,direction,sender_name",
            "Support Bot",
            "Eva",
        ),
        (
            "message_id,conversation_id,customer_id,created_at,direction,agent",
            "ChatBot",
            "Eva",
        ),
        (
            "message_id,conversation_id,customer_id,created_at,direction,Absender",
            "Automatische Antwort",
            "Eva",
        ),
        (
            "message_id,conversation_id,customer_id,created_at,direction,message_type",
            "auto_reply",
            "text",
        ),
        (
            "message_id,conversation_id,customer_id,created_at,direction,Typ",
            "Eingangsbestätigung",
            "Frage",
        ),
    ] {
        let (values, said) = measured(&lines(header, machine, person), "first_response_time_median");
        assert_eq!(values, ["2"], "{header}: {said}");
        assert!(said.contains("automatic-messages"), "{header}: {said}");
    }
    // A person of that name is none.
    let header = "message_id,conversation_id,customer_id,created_at,direction,sender_name";
    let (values, said) = measured(&lines(header, "Ben Bot", "Eva"), "first_response_time_median");
    assert_eq!((values[0].parse::<f64>().unwrap() * 60.0).round(), 1.0);
    assert!(!said.contains("automatic-messages"), "{said}");
}

#[test]
fn messages_below_the_first_of_a_case_belong_to_it() {
    let english = "ticket_id,customer,message_at,direction\nt1,a,2026-10-01 09:00,in\n,,2026-10-01 11:00,out\nt2,b,2026-10-02 09:00,in\n\
                   ,,2026-10-02 13:00,out\nt3,c,2026-10-03 09:00,in\n";
    let german = "Ticket;Kunde;Zeitpunkt;Richtung;Text\nT1;Anna A;2026-10-01 09:00;eingehend;Hallo\n;;2026-10-01 11:00;ausgehend;Ja\n\
                  T2;Bert B;2026-10-02 09:00;eingehend;Hm\n;;2026-10-02 13:00;ausgehend;So\nT3;Carl C;2026-10-03 09:00;eingehend;Na\n";
    for text in [english, german] {
        let (values, said) = measured(text, "cases_opened,unanswered_rate,first_response_time_median");
        assert_eq!(values[..2], ["3", "0.3333333333333333"], "{said}");
        assert_eq!(values[2], "3", "{said}");
        assert!(said.contains("5 used; 2 filled-from-above"), "{said}");
    }
    // Where a case is named again further down, its messages name it: one without a case is of none.
    let named = english.replace("t3,c,2026-10-03 09:00,in", "t1,a,2026-10-03 09:00,in");
    let (_, said) = measured(&named, "cases_opened");
    assert!(said.contains("2 excluded (2 no-stakeholder)"), "{said}");
    assert!(said.contains("note[records-of-nobody]"), "{said}");
}

#[test]
fn what_a_machine_opens_is_no_case_and_what_an_employee_enters_is_a_complaint() {
    let text = "stakeholder_id,case_id,occurred_at,kind,direction,automated,resolved_at\n\
        a,1,2026-10-05T09:00:00Z,complaint,inbound,no,2026-10-06T09:00:00Z\n\
        b,2,2026-10-06T09:00:00Z,complaint,outbound,no,2026-10-07T09:00:00Z\n\
        c,3,2026-10-07T09:00:00Z,complaint,inbound,yes,2026-10-08T09:00:00Z\n";
    let (values, said) = measured(text, "complaints,cases_opened");
    // Cases opened are those of stakeholders.
    assert_eq!(values, ["2", "1"], "{said}");
    assert!(
        said.contains(
            "note[automatic-tickets]: cases.csv: interactions: 1 ticket was opened by a machine. It is counted neither as a case nor as a contact"
        ),
        "{said}"
    );
}

// Tickets of a week in which none was closed: the column is empty, and all of them are open. The second file has no such column at all, so nothing
// is known of its two.
#[test]
fn a_column_of_closings_that_is_empty_leaves_its_cases_open() {
    let early = "case,client,opened,closed,status\n1,a,2026-10-01 09:00,,Open\n2,b,2026-10-02 09:00,,Open\n";
    let late = "case,client,opened,closed,status\n3,a,2026-10-11 09:00,2026-10-12 09:00,Closed\n4,b,2026-10-12 09:00,,Open\n";
    let other = "ticket,client,opened,topic\n5,a,2026-10-11 09:00,x\n6,b,2026-10-12 09:00,y\n";
    let folder = Folder::new()
        .with("early.csv", early)
        .with("late.csv", late)
        .with("other.csv", other);
    let open = |inputs: &[&str]| {
        let args = [
            "measure",
            "--period",
            "2026-10",
            "--as-of",
            "2026-10-31",
            "-m",
            "open_cases",
            "-f",
            "json",
        ];
        let ran = folder.run(&[&args[..], inputs].concat()).code(0);
        let document: serde_json::Value = serde_json::from_str(&ran.out()).unwrap();
        (
            document["cells"][0]["value"].as_f64(),
            ran.err().contains("note[cases-without-times]"),
        )
    };
    assert_eq!(open(&["interactions=early.csv"]), (Some(2.0), false));
    assert_eq!(open(&["interactions=early.csv", "interactions=late.csv"]), (Some(3.0), false));
    assert_eq!(open(&["interactions=late.csv", "interactions=other.csv"]), (Some(1.0), true));
}

// The only times that may be responses are those of a program.
#[test]
fn an_automatic_reply_is_no_first_response() {
    let text =
        "ticket_id,customer_id,created_at,auto_reply_at\n1,a,2026-10-05 09:00,2026-10-05 09:01\n2,b,2026-10-06 09:00,2026-10-06 09:01\n";
    let (found, said) = measured(text, "first_response_time_mean");
    assert!(found[0].contains("missing input"), "{found:?} {said}");
}
