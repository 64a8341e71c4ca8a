//! Surveys with a record for each answer: which of the questions counts, and what becomes of the answers to the others.

use serde_json::Value;
use snapbox::str;

use crate::harness::{Folder, Ran};

const RECOMMEND: &str = "Wie wahrscheinlich ist es, dass Sie uns weiterempfehlen?";
const SATISFIED: &str = "Wie zufrieden sind Sie insgesamt?";
/// Recommendation and satisfaction of ten people. By hand: 5 promoters (10, 9, 9, 10, 9) and 3 detractors (6, 0, 3) of 10 give 20; 6 of the 8
/// who answered are satisfied (4 or 5).
const ANSWERS: [(&str, &str); 10] = [
    ("10", "5"),
    ("9", "4"),
    ("9", ""),
    ("10", "5"),
    ("9", "4"),
    ("8", "4"),
    ("7", ""),
    ("6", "3"),
    ("0", "1"),
    ("3", "4"),
];

/// NPS and CSAT, as they are written out.
fn numbers(ran: &Ran) -> [f64; 2] {
    let json: Value = serde_json::from_str(&ran.out()).unwrap_or_else(|error| panic!("{error}\n{}{}", ran.out(), ran.err()));
    ["nps", "csat"].map(|metric| {
        let cells = json["cells"].as_array().expect("cells");
        let cell = cells.iter().find(|cell| cell["metric"] == metric).expect("the metric");
        cell["value"].as_f64().unwrap_or_else(|| panic!("{cell}"))
    })
}

fn measure(folder: &Folder, args: &[&str]) -> Ran {
    let more = ["--period", "2025-05", "-m", "nps,csat", "--format", "json"];
    folder.run(&[&["measure"], args, &more].concat())
}

/// One record for each person and question, in the order of the questions: the one that counts comes after 200 others.
fn one_file() -> String {
    let mut text = "Teilnehmer;Datum;Frage;Antwort\n".to_string();
    let day = |n: usize| format!("{:02}.05.2025", 1 + n % 28);
    (0..220).for_each(|n| text += &format!("T{n};{};Was können wir besser machen?;mehr {n}\n", day(n)));
    for (n, (recommends, satisfied)) in ANSWERS.iter().enumerate() {
        text += &format!(
            "T{n};{};{RECOMMEND};{recommends}\nT{n};{};{SATISFIED};{satisfied}\n",
            day(n),
            day(n)
        );
    }
    text
}

#[test]
fn each_question_of_an_instrument_counts_and_the_others_are_excluded() {
    let folder = Folder::new().with("umfrage.csv", one_file());
    let ran = measure(&folder, &["umfrage.csv"]).code(0);
    assert_eq!(numbers(&ran), [20.0, 0.75]);
    snapbox::assert_data_eq!(
        ran.err(),
        str![[r#"
umfrage.csv: 240 read = 10 used + 230 excluded (230 other-question)
umfrage.csv: 240 read = 10 used + 230 excluded (230 other-question)
note[recognised]: umfrage.csv: Each record is the answer in "Antwort" to the question in "Frage", of 3 questions: `Wie wahrscheinlich ist es, dass Sie uns weiterempfehlen?` is nps from 0 to 10, `Wie zufrieden sind Sie insgesamt?` is csat from 1 to 5; the answers to other questions are excluded
...
"#]]
    );
    let shown = folder.run(&["inspect", "umfrage.csv"]).code(0).out().replace('\n', " ");
    assert!(shown.contains("`Wie zufrieden sind Sie insgesamt?` is csat from 1 to 5"), "{shown}");
    // What init writes gives the same, and can be changed.
    folder.run(&["init", "umfrage.csv"]).code(0);
    assert_eq!(numbers(&measure(&folder, &[]).code(0)), [20.0, 0.75]);
    let config = folder.read("relhealth.toml");
    let changed = config.replace("value = \"csat\"", "value = \"other\"");
    assert_ne!(changed, config);
    std::fs::write(folder.path("relhealth.toml"), changed).expect("written");
    assert!(measure(&folder, &[]).code(0).out().contains("\"value\":null"));
}

#[test]
fn questions_are_cells_and_withheld_like_them() {
    let folder = Folder::new().with("umfrage.csv", one_file());
    let ran = measure(&folder, &["umfrage.csv", "--redact"]).code(0);
    assert_eq!(numbers(&ran), [20.0, 0.75]);
    for word in ["weiterempfehlen", "insgesamt", "Antwort", "Frage"] {
        assert!(!ran.err().contains(word) && !ran.out().contains(word), "{}", ran.err());
    }
}

/// Answers, questions and responses in a file each.
fn three_files() -> Folder {
    let mut answers = "antwort_id;rueckmeldung;frage;wert\n".to_string();
    let mut responses = "rueckmeldung;kunde;abgegeben am\n".to_string();
    for (n, (recommends, satisfied)) in ANSWERS.iter().enumerate() {
        responses += &format!("{};K{n};{:02}.05.2025 10:15\n", 700 + n, 10 + n);
        for (question, answer) in [("F1", recommends), ("F2", satisfied), ("F3", &"ja")] {
            answers += &format!("{n}{question};{};{question};{answer}\n", 700 + n);
        }
    }
    let questions = format!("frage;text\nF1;{RECOMMEND}\nF2;{SATISFIED}\nF3;Kommen Sie wieder?\n");
    Folder::new()
        .with("in/antworten.csv", answers)
        .with("in/fragen.csv", questions)
        .with("in/rueckmeldungen.csv", responses)
        .with("in/kunden.csv", "kundennummer;name;region\nK0;Ann;nord\nK1;Ben;nord\nK2;Cem;süd\nK3;Dee;süd\nK4;Eva;süd\nK5;Fay;süd\nK6;Gil;süd\nK7;Hal;süd\nK8;Ida;süd\nK9;Jon;süd\n")
}

#[test]
fn questions_and_respondents_may_be_in_files_of_their_own() {
    let folder = three_files();
    let ran = measure(&folder, &["in"]).code(0);
    assert_eq!(numbers(&ran), [20.0, 0.75]);
    assert!(
        ran.err()
            .contains("in/antworten.csv: 30 read = 10 used + 20 excluded (20 other-question)"),
        "{}",
        ran.err()
    );
    // Two promoters of two, by the roster.
    let by = folder.run(&[
        "measure",
        "in",
        "--period",
        "2025-05",
        "-m",
        "nps",
        "--by",
        "region",
        "--where",
        "region = 'nord'",
        "-q",
        "--format",
        "json",
    ]);
    assert!(by.code(0).out().contains("\"value\":100"));
    folder.run(&["init", "in"]).code(0);
    assert_eq!(numbers(&measure(&folder, &[]).code(0)), [20.0, 0.75]);
    // Without the questions nothing of it is a score, and nothing is guessed.
    std::fs::remove_file(folder.path("in/fragen.csv")).expect("removed");
    std::fs::remove_file(folder.path("relhealth.toml")).expect("removed");
    let without = measure(&folder, &["in"]);
    assert!(!without.out().contains("\"value\":20"), "{}", without.out());
}

#[test]
fn it_is_asked_which_of_two_questions_counts() {
    let mut text = "respondent_id,date,question,answer\n".to_string();
    for (n, (_, satisfied)) in ANSWERS.iter().enumerate() {
        text += &format!("{n},2025-05-{:02},How satisfied were you with the food?,{satisfied}\n", n + 1);
        text += &format!("{n},2025-05-{:02},How satisfied were you with the room?,5\n", n + 1);
    }
    let folder = Folder::new().with("a.csv", text);
    measure(&folder, &["a.csv"]).code(3).says(str![[r#"
error: a.csv has a record for each answer, and it is not certain what counts: Which question is csat: `How satisfied were you with the food?` or `How satisfied were you with the room?`?
hint: name the question: --question 'csat=How satisfied were you with the food?'

"#]]);
    let csat = |question: &str| {
        let ran = folder.run(&[
            "measure",
            "a.csv",
            "--period",
            "2025-05",
            "-m",
            "csat",
            "--format",
            "json",
            "--question",
            question,
        ]);
        let json: Value = serde_json::from_str(&ran.code(0).out()).expect("JSON");
        json["cells"][0]["value"].as_f64()
    };
    assert_eq!(
        (csat("csat=How satisfied were you with the food?"), csat("csat=room")),
        (Some(0.75), Some(1.0))
    );
    // The configuration names both as comments.
    folder.run(&["init", "a.csv"]).code(0);
    let config = folder.read("relhealth.toml");
    assert_eq!(config.matches("# where = ").count(), 2, "{config}");
    assert!(config.contains("instrument = { value = \"csat\" }"), "{config}");
}

// Two of the four who answered are promoters, and one is a detractor: 25. The makers of the survey tried it with 0.
#[test]
fn answers_of_those_who_try_a_survey_do_not_count() {
    for (header, real, trial) in [
        ("Response type", "IP Address", "Survey Preview"),
        ("Test", "no", "yes"),
        ("is_test", "0", "1"),
    ] {
        let rows = [("10", real), ("9", real), ("8", real), ("3", real), ("0", trial), ("0", trial)];
        let rows: String = rows
            .iter()
            .map(|(score, kind)| format!("a@x.example,2025-05-10,{score},{kind}\n"))
            .collect();
        let text = format!("Email,Submitted at,How likely are you to recommend us to a friend?,{header}\n{rows}");
        let folder = Folder::new().with("answers.csv", text);
        let ran = folder
            .run(&["measure", "answers.csv", "--period", "2025-05", "-m", "nps", "--format", "json"])
            .code(0);
        let json: Value = serde_json::from_str(&ran.out()).unwrap();
        assert_eq!(json["cells"][0]["value"].as_f64(), Some(25.0), "{header}: {}", ran.err());
        assert!(ran.err().contains("2 excluded"), "{header}: {}", ran.err());
    }
}
