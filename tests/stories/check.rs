//! What checks say of the stories that have rules.

use serde_json::Value;

use super::harness::run;

/// By rule and slice the verdict, or what excuses it.
fn judged(story: &str, more: &[&str]) -> std::collections::BTreeMap<String, String> {
    let config = format!("examples/{story}/relhealth.toml");
    let ran = run(&[&["check", "--config", &config, "--format", "json", "-q"], more].concat());
    let checked: Value = serde_json::from_str(&ran.out()).expect("JSON");
    let verdicts = checked["verdicts"].as_array().expect("verdicts").iter().map(|verdict| {
        let slice: Vec<&str> = verdict["by"]
            .as_object()
            .expect("a slice")
            .values()
            .filter_map(Value::as_str)
            .collect();
        let name = [&[verdict["id"].as_str().expect("an id")], &slice[..]].concat().join(" ");
        let word = verdict["excuse"].as_str().or(verdict["verdict"].as_str()).expect("a word");
        (name, word.to_string())
    });
    verdicts.collect()
}

#[test]
fn checks_tell_the_stories_of_suppliers_and_support() {
    let suppliers = judged("suppliers", &[]);
    for (name, word) in [
        ("on_time_rate.below", "fail"),
        ("on_time_rate.worse-than-previous", "waived"),
        ("on_time_rate.below.by-region DE", "pass"),
        ("complaints.worse-than-year-ago", "pass"),
    ] {
        assert_eq!(suppliers.get(name).map(String::as_str), Some(word), "{name}: {suppliers:#?}");
    }
    // A month after its end the waiver fails.
    let later = judged("suppliers", &["--as-of", "2026-12-01", "--period", "2026-10"]);
    assert_eq!(later["on_time_rate.worse-than-previous"], "fail");
    assert_eq!(later["waiver.on_time_rate.worse-than-previous"], "fail");
    let (october, september) = (
        judged("software-company", &["--period", "2026-10"]),
        judged("software-company", &["--period", "2026-09"]),
    );
    let answered = "first_response_within_target_rate.below";
    assert_eq!((october[answered].as_str(), september[answered].as_str()), ("fail", "pass"));
    assert_eq!(october["nps.worse-than-previous"], "pass");
}
