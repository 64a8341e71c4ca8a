//! `report`: every format of one run, what is wrong with a request, hostile cells, the same bytes.

use relhealth::api::catalog::Catalog;
use relhealth::api::facts::SPECS;
use relhealth::api::period::{date_text, days_from_civil};
use serde_json::Value;

use crate::harness::Folder;

/// Two years of orders of a few customers, and answers that fall at the end.
fn shop() -> Folder {
    let mut orders = String::from("order_id,stakeholder_id,occurred_at,amount,region\n");
    let mut answers = String::from("stakeholder_id,responded_at,instrument,score\n");
    for month in 0..14 {
        let (year, number) = (2025 + (8 + month) / 12, (8 + month) % 12 + 1);
        for customer in 0..40 {
            let day = 1 + (customer * 7 + month * 3) % 27;
            let region = ["north", "south", "east", "west"][customer % 4];
            orders.push_str(&format!(
                "{month}-{customer},c{customer:02},{year}-{number:02}-{day:02},{}.50,{region}\n",
                20 + (customer * 13 + month * 5) % 60
            ));
            let promoter = month < 13 && (customer + month) % 3 > 0;
            let score = if promoter { 10 } else { 4 };
            answers.push_str(&format!("c{customer:02},{year}-{number:02}-{day:02},nps,{score}\n"));
        }
    }
    Folder::new().with("purchases.csv", orders).with("surveys.csv", answers)
}

const INPUTS: [&str; 2] = ["purchases=purchases.csv", "surveys=surveys.csv"];

fn asked<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["report"][..], &INPUTS, &["--quiet", "--as-of", "2026-10-31"], more].concat()
}

fn json(folder: &Folder, file: &str) -> Value {
    serde_json::from_str(&folder.read(file)).expect("JSON")
}

#[test]
fn one_run_writes_every_format() {
    let folder = shop();
    let files = ["r.html", "r.md", "r.xlsx", "r.json", "r.csv", "r.txt"];
    let outputs: Vec<&str> = files.iter().flat_map(|file| ["-o", file]).collect();
    assert_eq!(folder.run(&asked(&outputs)).silent().out(), "");
    let report = json(&folder, "r.json");
    assert_eq!(report["schema"], "relhealth.report/1");
    assert_eq!(report["period"]["label"], "2026-10");
    let nps = &report["metrics"]
        .as_array()
        .unwrap()
        .iter()
        .find(|metric| metric["id"] == "nps")
        .unwrap()["process"];
    assert_eq!(nps["trial"], false);
    let findings = report["findings"].as_array().unwrap();
    let text = findings.iter().find(|finding| finding["metric"] == "nps").expect("nps fell")["text"]
        .as_str()
        .unwrap();
    assert!(text.starts_with("Net promoter score fell to -100.0"), "{text}");
    // The same sentence stands at the head of all reading formats.
    assert!(folder.read("r.txt").replace('\n', " ").contains(text));
    assert!(folder.read("r.md").contains("Net promoter score fell to -100.0"));
    let page = folder.read("r.html");
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("fell to -100.0"));
    assert!(page.contains("default-src 'none'") && page.len() < 300_000, "{}", page.len());
    assert!(std::fs::read(folder.path("r.xlsx")).unwrap().starts_with(b"PK"));
    // A row a cell, the cells of the JSON.
    let cells = report["cells"].as_array().unwrap().len();
    assert_eq!(folder.read("r.csv").lines().count(), cells + 1);
    let inputs = report["inputs"].as_array().unwrap();
    assert_eq!(inputs.len(), 2);
    assert!(inputs.iter().all(|input| input["sha256"].as_str().unwrap().len() == 64));
    assert!(
        report["command"]
            .as_str()
            .unwrap()
            .starts_with("relhealth report purchases=purchases.csv")
    );
}

#[test]
fn without_names_a_report_shows_the_key_metrics() {
    let folder = shop();
    folder.run(&asked(&["-o", "usual.json"])).silent();
    let catalog = Catalog::builtin(SPECS);
    let key: Vec<&str> = catalog
        .iter()
        .filter(|metric| metric.key)
        .map(|metric| metric.id.as_str())
        .collect();
    folder.run(&asked(&["-m", &key.join(","), "-o", "named.json"])).silent();
    let (usual, named) = (json(&folder, "usual.json"), json(&folder, "named.json"));
    assert!(usual["metrics"].as_array().is_some_and(|metrics| metrics.len() > 5), "{usual}");
    for part in ["metrics", "findings", "compared"] {
        assert_eq!(usual[part], named[part], "{part}");
    }
}

#[test]
fn the_same_bytes_on_any_number_of_threads() {
    let folder = shop();
    let written = |threads: &str| {
        let files = ["r.html", "r.md", "r.xlsx", "r.csv", "r.json", "r.txt"];
        let outputs = files.iter().flat_map(|file| ["-o", file]);
        let args: Vec<&str> = ["--threads", threads, "--by", "region"].into_iter().chain(outputs).collect();
        folder.run(&asked(&args)).silent();
        files.map(|file| std::fs::read(folder.path(file)).unwrap())
    };
    let one = written("1");
    assert!(one == written("1"));
    assert!(one == written("2"));
    assert!(one == written("7"));
}

#[test]
fn hostile_cells_are_harmless_everywhere() {
    let name = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let hostile = [
        "<script>alert(1)</script>".to_string(),
        "=HYPERLINK(\"http://evil.example\",\"x\")".to_string(),
        "\u{202e}gnp.exe".to_string(),
        "a|b\n# c".to_string(),
        "\u{1f469}\u{200d}\u{1f52c} \u{5e9}\u{5dc}\u{5d5}\u{5dd}".to_string(),
        "x".repeat(10_000),
    ];
    let mut orders = String::from("order_id,stakeholder_id,occurred_at,amount,region\n");
    for month in 1..=10 {
        for (i, text) in hostile.iter().enumerate() {
            for k in 0..6 {
                orders.push_str(&format!("{month}-{i}-{k},{},2026-{month:02}-1{k},10,{}\n", name(text), name(text)));
            }
        }
    }
    let folder = Folder::new().with("purchases.csv", orders);
    folder.run(&[
        "report",
        "purchases.csv",
        "--quiet",
        "--by",
        "region",
        "-o",
        "r.html",
        "-o",
        "r.md",
        "-o",
        "r.csv",
        "-o",
        "r.json",
        "-o",
        "r.xlsx",
        "-o",
        "r.txt",
    ]);
    let page = folder.read("r.html");
    assert!(!page.contains("<script") && !page.contains('\u{202e}'));
    assert!(page.contains("&lt;script&gt;alert(1)"));
    assert!(!page.contains(&"x".repeat(1000)));
    let markdown = folder.read("r.md");
    assert!(!markdown.replace("\\<", "").contains("<script") && !markdown.contains('\u{202e}'));
    assert!(folder.read("r.csv").contains(",\"'=HYPERLINK("));
    assert!(!folder.read("r.txt").contains('\u{202e}'));
    let cells = json(&folder, "r.json");
    let slices: Vec<&str> = cells["cells"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|cell| cell["by"]["region"].as_str())
        .collect();
    assert!(slices.contains(&hostile[5].as_str()), "machines get the whole text");
}

#[test]
fn the_first_screen_counts_metrics_and_names_who_needs_care() {
    let folder = shop();
    folder.run(&asked(&["-o", "r.json", "-o", "r.md"])).silent();
    let report = json(&folder, "r.json");
    let tally = &report["tally"];
    let words = ["better", "worse", "moved", "no_clear_change", "not_interpreted"];
    let all: u64 = words.iter().map(|word| tally[word].as_u64().unwrap()).sum();
    let not_of_inputs = |absent: &&Value| absent["reason"] != "missing input";
    let without = report["absent"].as_array().unwrap().iter().filter(not_of_inputs).count();
    assert_eq!(all as usize, report["metrics"].as_array().unwrap().len() + without);
    // A metric that is better or worse is one of the findings.
    let findings = report["findings"].as_array().unwrap();
    for word in ["better", "worse"] {
        let mut found: Vec<&str> = findings
            .iter()
            .filter(|finding| finding["kind"] == "moved" && finding["reading"] == word)
            .map(|finding| finding["metric"].as_str().unwrap())
            .collect();
        found.dedup();
        assert_eq!(tally[word].as_u64(), Some(found.len() as u64), "{findings:?}");
    }
    assert!(tally["worse"].as_u64() > Some(0));
    let text = folder.read("r.md");
    let line = format!("\n{all} metrics compared with 2026-09 or 2025-10: ");
    assert!(text.contains(&line), "{text}");

    let first = report["health"]["first"].as_array().unwrap();
    let at_stake: Vec<f64> = first.iter().map(|one| one["value_at_stake"].as_f64().unwrap()).collect();
    assert!(!first.is_empty() && at_stake.is_sorted_by(|a, b| a >= b), "{at_stake:?}");
    // They are those that the command for health puts first.
    let health = [
        &["health"][..],
        &INPUTS,
        &["--quiet", "--as-of", "2026-10-31", "--at-risk", "--top", "10"],
    ]
    .concat();
    let health = folder.run(&[&health[..], &["--format", "json"]].concat()).silent();
    let health: Value = serde_json::from_str(&health.out()).unwrap();
    let of = |rows: &Value, key: &str| -> Vec<Value> { rows.as_array().unwrap().iter().map(|row| row[key].clone()).collect() };
    for key in ["id", "score", "band", "previous_band", "value_at_stake"] {
        assert_eq!(of(&report["health"]["first"], key), of(&health["stakeholders"], key), "{key}");
    }
    assert_eq!(report["health"]["types"], health["types"]);
    let head = text.find("## Who needs care first").unwrap();
    let id = first[0]["id"].as_str().unwrap();
    assert!(head < text.find("## What changed").unwrap() && text[head..].contains(id));
    folder.run(&asked(&["--redact", "-o", "redacted.md"])).silent();
    let redacted = folder.read("redacted.md");
    assert!(redacted.contains("## Who needs care first") && !redacted.contains(&format!("{id}:")));
}

#[test]
fn a_layout_of_ones_own() {
    let folder = shop()
        .with(
            "own.md.j2",
            "{{ title }}: NPS {{ values.nps.shown }}, {{ 0.25 | shown('share') }}\n{% for s in sections %}{{ s.id }} {% endfor %}\n",
        )
        .with(
            "own.html",
            "<title>{{ title }}</title>{{ '<b>' }}{% for s in sections %}<h2>{{ s.title }}</h2>{{ s.body }}{% endfor %}",
        )
        .with("broken.html", "<p>\n{{ values.nps.shown }\n")
        .with("missing.html", "<p>\n\n{{ values.npss.shown }}\n");
    folder.run(&asked(&["--template", "own.md.j2", "-o", "r.md"]));
    let text = folder.read("r.md");
    assert!(
        text.starts_with("Relationship health, 2026-10: NPS -100.0, 25.0%\nwho-needs-care-first what-changed "),
        "{text}"
    );
    folder.run(&asked(&["--template", "own.html", "-o", "own-out.html"]));
    let page = folder.read("own-out.html");
    assert!(
        page.starts_with("<title>Relationship health, 2026-10</title>&lt;b&gt;<h2>Who needs care first</h2>"),
        "{page}"
    );
    for (template, line) in [("broken.html", "broken.html:2"), ("missing.html", "missing.html:3")] {
        let ran = folder.run(&asked(&["--template", template, "-o", "x.html"])).code(2);
        assert!(ran.err().contains(line), "{}", ran.err());
        assert!(!folder.path("x.html").exists());
    }
    let ran = folder.run(&asked(&["--template", "own.html", "-o", "x.md"])).code(2);
    assert!(ran.err().contains("lays out html, and none is asked for"), "{}", ran.err());
    let ran = folder.run(&asked(&["--template", "own.txt", "-o", "x.md"])).code(2);
    assert!(ran.err().contains("does not say what it writes"), "{}", ran.err());
}

#[test]
fn what_is_asked_for_wrongly_is_said_before_anything_is_read() {
    let folder = shop();
    for (args, what) in [
        (&["--period", "2026-13"][..], "2026-13"),
        (&["-m", "npss"], "did you mean `nps`?"),
        (&["--by", "regoin"], "did you mean `region`?"),
        (&["-o", "x.pdf"], "unknown format `x.pdf`"),
        (&["--open"], "--open needs a file"),
        (&["--last", "0"], "--last"),
    ] {
        let ran = folder.run(&asked(args)).code(2);
        assert!(ran.err().contains(what), "{args:?}: {}", ran.err());
    }
}

#[test]
fn a_target_and_a_title_come_from_the_configuration() {
    let folder = shop().with(
        "relhealth.toml",
        "[report]\ntitle = \"Board\"\nmetrics = [\"nps\", \"revenue\"]\nby = [\"region\"]\n[targets.metrics]\nnps = \"20 points\"\n",
    );
    folder.run(&asked(&["-o", "r.json", "-o", "r.md"]));
    let report = json(&folder, "r.json");
    let ids: Vec<&str> = report["metrics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|metric| metric["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["revenue", "nps"]);
    assert_eq!(report["metrics"][1]["target"]["value"], 20.0);
    assert_eq!(report["metrics"][1]["target"]["reading"], "worse");
    let text = folder.read("r.md");
    assert!(text.starts_with("# Board, 2026-10\n"));
    assert!(text.contains("Target missed: Net promoter score"), "{text}");
    assert!(text.contains("### By region"));
}

#[test]
fn nothing_to_report_is_no_error() {
    let folder = Folder::new().with("surveys.csv", "stakeholder_id,responded_at,instrument,score\na,2026-10-03,nps,9\n");
    let ran = folder.run(&["report", "surveys=surveys.csv", "--quiet", "--period", "2026-10"]);
    assert!(
        ran.out()
            .contains("No change from 2026-09-01..2026-09-03 or 2025-10-01..2025-10-03"),
        "{}",
        ran.out()
    );
    // A filter leaves out what is told of all.
    let folder = shop();
    folder.run(&asked(&["--where", "region = 'north'", "-o", "r.json"]));
    let report = json(&folder, "r.json");
    assert!(report.get("cohorts").is_none());
    let revenue = report["cells"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|cell| cell["metric"] == "orders" || cell["metric"] == "revenue");
    assert!(revenue.clone().count() > 0 && revenue.clone().all(|cell| cell["n"] == 10));
}

#[test]
fn a_year_is_compared_with_one_earlier_year() {
    let rows: String = (1..=40)
        .map(|i| {
            let score = if i % 2 == 0 { 9 } else { 3 };
            format!("s{i},2024-05-03,nps,{score}\ns{i},2025-05-03,nps,{score}\ns{i},2026-05-03,nps,{score}\n")
        })
        .collect();
    let folder = Folder::new().with("surveys.csv", format!("stakeholder_id,responded_at,instrument,score\n{rows}"));
    let args = [
        "report",
        "surveys=surveys.csv",
        "-q",
        "--period",
        "2026",
        "--as-of",
        "2026-12-31",
        "-m",
        "nps",
    ];
    let text = folder.run(&args).silent().out();
    assert!(
        text.contains("No significant change from 2025 was found.") && !text.contains("2025 or 2025"),
        "{text}"
    );
    folder.run(&[&args[..], &["-o", "r.md"]].concat());
    let scorecard = folder.read("r.md");
    let titles = scorecard.lines().find(|line| line.starts_with("| Metric | 2026 |")).unwrap();
    assert_eq!(titles.matches("2025").count(), 1, "{titles}");
    // Without an earlier year nothing was compared, and the report says so instead of counting no comparisons.
    let folder = Folder::new().with("surveys.csv", "stakeholder_id,responded_at,instrument,score\na,2026-10-03,nps,9\n");
    let text = folder.run(&args).silent().out().replace('\n', " ");
    assert!(text.contains("No change from 2025 could be assessed."), "{text}");
    assert!(
        text.contains("No comparison in this report has a confidence interval") && !text.contains("0 comparisons"),
        "{text}"
    );
}

#[test]
fn a_count_of_zero_is_in_one_place_and_each_sentence_names_its_metric() {
    let regions = ["north", "south", "east", "west", "centre"];
    let tickets: String = (0..200)
        .map(|i| format!("t{i},s{i},2026-10-05,question,{}\n", regions[i % 5]))
        .collect();
    let answers: String = (0..200)
        .map(|i| format!("s{i},2026-10-05,csat,{},1,5,{}\n", if i % 4 == 0 { 2 } else { 5 }, regions[i % 5]))
        .collect();
    let folder = Folder::new()
        .with("tickets.csv", format!("case_id,stakeholder_id,occurred_at,kind,region\n{tickets}"))
        .with(
            "answers.csv",
            format!("stakeholder_id,responded_at,instrument,score,scale_min,scale_max,region\n{answers}"),
        );
    let args = [
        "report",
        "interactions=tickets.csv",
        "surveys=answers.csv",
        "-q",
        "--period",
        "2026-10",
        "--as-of",
        "2026-10-31",
        "-m",
        "interactions,complaints,csat",
        "--by",
        "region",
    ];
    folder.run(&[&args[..], &["-o", "r.md"]].concat()).silent();
    let text = folder.read("r.md");
    let (before, absent) = text.split_once("## Metrics without results").expect("a section");
    let (_, groups) = before.split_once("## Groups that differ").expect("a section");
    assert!(groups.contains("| Contacts | 40 |") && !groups.contains("Complaints"), "{text}");
    assert!(
        groups.contains("CSAT by region: all 5 groups are within the 99.8% limits around 75.0% for groups of their size."),
        "{text}"
    );
    assert!(absent.contains("| no rows in any period; a count is 0 | Complaints |"), "{text}");
    // On a terminal, too, the sentence has the name of its metric.
    let terminal = folder.run(&args).silent().out();
    assert!(terminal.contains("\nCSAT by region: all 5 groups are within"), "{terminal}");
}

#[test]
fn a_report_of_a_week_says_on_which_day_weeks_start() {
    let orders = "order_id,customer_id,date,amount\n1,a,2026-10-04,10\n2,b,2026-10-05,20\n3,c,2026-10-11,40\n";
    let folder = Folder::new().with("o.csv", orders);
    let period = |args: &[&str]| -> Value {
        let all = [&["report", "purchases=o.csv", "--as-of", "2026-10-31", "--format", "json"], args].concat();
        let output = folder.command(&all).output().expect("the program can be run");
        let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        document["period"].clone()
    };
    assert_eq!(period(&["--period", "2026-W40"])["week_start"], "monday");
    let sunday = period(&["--period", "2026-W40", "--week-start", "sunday"]);
    assert_eq!(
        (&sunday["week_start"], &sunday["start"]),
        (&"sunday".into(), &"2026-10-04T00:00:00Z".into())
    );
    assert_eq!(period(&["--period", "2026-10"])["week_start"], Value::Null);
}

/// Customers who order one to five times, at distances of their own.
fn varied() -> Folder {
    let mut orders = String::from("order_id,stakeholder_id,occurred_at,amount\n");
    let first = days_from_civil(2025, 9, 1);
    for customer in 0..60 {
        for order in 0..=customer % 5 {
            let day = first + customer * 6 + order * (9 + customer % 7 * 11);
            if day < days_from_civil(2026, 11, 1) {
                let (date, amount) = (date_text(day), 10 + customer % 9 * 3 + order);
                orders.push_str(&format!("{customer}-{order},c{customer:02},{date},{amount}\n"));
            }
        }
    }
    Folder::new().with("purchases.csv", orders)
}

#[test]
fn sections_on_relationships_are_there_or_say_why_they_are_not() {
    let files = ["-o", "r.json", "-o", "r.md", "-o", "r.html", "-o", "r.xlsx"];
    let folder = varied();
    let args = [&["report", "purchases=purchases.csv", "-q", "--as-of", "2026-10-31"][..], &files].concat();
    folder.run(&args).silent();
    let found = &json(&folder, "r.json")["relationships"];
    assert_eq!(found["omitted"], serde_json::json!([]));
    let curve = &found["survival"][0]["curves"][0];
    assert_eq!(
        (&found["survival"][0]["event"], &curve["n"], &curve["events"]),
        (&"lapsed".into(), &60.into(), &29.into())
    );
    let segments = found["segments"]["segments"].as_array().unwrap();
    assert_eq!(segments.iter().map(|segment| segment["n"].as_u64().unwrap()).sum::<u64>(), 60);
    assert_eq!(
        (&found["forecast"]["customers"], &found["forecast"]["horizon"]),
        (&60.into(), &13.0.into())
    );
    let (markdown, html) = (folder.read("r.md"), folder.read("r.html"));
    for heading in ["How long customers go on ordering", "Segments", "Movement", "Forecast"] {
        assert!(markdown.contains(&format!("# {heading}\n")), "{heading}");
        assert!(html.contains(&format!(">{heading}</h")), "{heading}");
    }
    // Each customer orders once a month: nobody has lapsed, and all have as many orders.
    let folder = shop();
    folder.run(&asked(&["-o", "r.json", "-o", "r.md"])).silent();
    let omitted = json(&folder, "r.json")["relationships"]["omitted"].clone();
    assert_eq!(
        omitted,
        serde_json::json!([
            {"section": "lapses", "reason": "none ended", "forecast": null},
            {"section": "segments", "reason": "all equal", "forecast": null},
        ])
    );
    let markdown = folder.read("r.md");
    assert!(markdown.contains("| no relationship has ended | How long customers go on ordering |"));
    assert!(markdown.contains("| all customers are equal in recency, frequency or revenue | Segments |"));
    // Of few customers there is none of them.
    let few = Folder::new().with(
        "purchases.csv",
        "stakeholder_id,occurred_at,amount\na,2026-10-01,5\nb,2026-10-02,5\n",
    );
    few.run(&["report", "purchases=purchases.csv", "-q", "-o", "r.md"]).silent();
    let markdown = few.read("r.md");
    assert!(
        markdown.contains("| fewer than 25 relationships | How long customers go on ordering; Segments |"),
        "{markdown}"
    );
    assert!(
        markdown.contains("| at least 10 customers with repeat orders are required | Forecast |"),
        "{markdown}"
    );
}

// Half of the people have neither a region nor a tier; they answer 2, the others 9 or 10. NPS of those: -100, of the others: 100.
#[test]
fn people_without_a_value_in_two_dimensions_are_told_once() {
    let mut answers = String::from("stakeholder_id,responded_at,instrument,score,region,tier\n");
    for person in 0..80 {
        let (region, tier) = (["north", "south"][person % 2], ["gold", "silver", "basic"][person % 3]);
        match person % 4 {
            0 | 1 => answers.push_str(&format!("p{person},2026-10-{:02},nps,2,,\n", 1 + person % 28)),
            _ => answers.push_str(&format!(
                "p{person},2026-10-{:02},nps,{},{region},{tier}\n",
                1 + person % 28,
                9 + person % 2
            )),
        }
    }
    let folder = Folder::new().with("surveys.csv", answers);
    let args = [
        "report",
        "surveys=surveys.csv",
        "-q",
        "--as-of",
        "2026-10-31",
        "--metrics",
        "nps",
        "--by",
        "region",
        "--by",
        "tier",
        "-o",
        "r.md",
    ];
    folder.run(&args).silent();
    let markdown = folder.read("r.md");
    let sentence = " is -100.0 without a value for region and tier and 100.0 in all other groups: -200.0, worse.";
    assert_eq!(
        markdown.matches("without a value for").count(),
        2,
        "once at the head, once with the groups:\n{markdown}"
    );
    assert_eq!(markdown.matches(sentence).count(), 2, "{markdown}");
}
