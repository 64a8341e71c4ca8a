//! `metrics`: the list, the cards, and what they are written as.

use snapbox::str;

use crate::harness::{Folder, run};

#[test]
fn the_list_is_by_family_and_fits() {
    let ran = run(&["metrics"])
        .silent()
        .holds(&["Retention\n", "retention_rate", "Satisfaction\n", "nps"]);
    for line in ran.out().lines() {
        assert!(line.chars().count() <= 80, "{line}");
        assert_eq!(line, line.trim_end());
    }
    let place = |text: &str| ran.out().find(text).unwrap();
    assert!(place("Retention\n") < place("Loyalty\n") && place("Loyalty\n") < place("Satisfaction\n"));
}

#[test]
fn a_card_says_what_a_metric_is() {
    let ran = run(&["metrics", "nps", "retention_rate"]).silent();
    let ran = ran.holds(&[
        "(nps)",
        "(retention_rate)",
        "Definition",
        "Formula",
        "Source",
        "Example",
        "promoter",
    ]);
    assert!(ran.out().lines().all(|line| line.chars().count() <= 80), "{}", ran.out());
}

#[test]
fn machines_get_json_and_documents_markdown() {
    let folder = Folder::new();
    folder
        .run(&["metrics", "-o", "json=all.json", "-o", "markdown=all.md"])
        .prints(str![""]);
    let all: serde_json::Value = serde_json::from_str(&folder.read("all.json")).unwrap();
    assert_eq!(all["schema"], "relhealth.metrics/1");
    let nps = all["metrics"]
        .as_array()
        .unwrap()
        .iter()
        .find(|metric| metric["id"] == "nps")
        .unwrap();
    assert_eq!(
        (&nps["unit"], &nps["good"], &nps["kind"]),
        (&"points".into(), &"up".into(), &"net_share".into())
    );
    assert!(folder.read("all.md").contains("| nps | "));
    let one = folder.run(&["metrics", "nps", "--format", "json"]).silent();
    let one: serde_json::Value = serde_json::from_str(&one.out()).unwrap();
    assert_eq!(one["metrics"].as_array().unwrap().len(), 1);
}

#[test]
fn unknown_metrics_and_formats_are_wrong_usage() {
    run(&["metrics", "npss"]).code(2).says(str![[r#"
error: unknown metric `npss`
hint: did you mean `nps`?

"#]]);
    run(&["metrics", "zzzzzz"]).code(2).says(str![[r#"
error: unknown metric `zzzzzz`
hint: `relhealth metrics` lists them all

"#]]);
    run(&["metrics", "--format", "jsn"]).code(2).says(str![[r#"
error: unknown format `jsn`
hint: did you mean `json`?

"#]]);
    run(&["metrics", "-o", "json=no/such/folder/m.json"]).code(2);
}

#[test]
fn metrics_of_the_user_are_listed() {
    let folder = Folder::new().with(
        "relhealth.toml",
        "[metric.fast]\ntitle = 'Fast first response'\nfamily = 'responsiveness'\nfact = 'cases'\nat = 'opened_at'\nkind = 'share'\n\
         part = 'response_hours <= 1'\nunit = 'share'\ngood = 'up'\ntext = 'Answered within an hour.'\nsource = 'the team'\n",
    );
    folder.run(&["metrics"]).silent().holds(&["Fast first response"]);
    folder
        .run(&["metrics", "fast"])
        .silent()
        .holds(&["(fast)", "response_hours <= 1", "the team"]);
}
