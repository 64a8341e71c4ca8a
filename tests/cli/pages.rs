//! What the program says about itself.

use std::collections::BTreeSet;
use std::io::Read;
use std::process::Stdio;

use snapbox::str;

use crate::harness::{Folder, run};

#[test]
fn help_lists_what_there_is() {
    let long = run(&["--help"]).silent();
    let same = run(&["help"]).silent();
    assert_eq!(long.out(), same.out());
    long.holds(&[
        "Usage: relhealth",
        "metrics",
        "completions",
        "man",
        "Types of stakeholders: their exports, metrics and rules: relhealth help stakeholders [NAME]",
        "Exit codes: relhealth help exit-codes",
        "Codes of rejects and notes: relhealth help codes",
        "Canonical tables and their columns: relhealth help tables",
        "Facts and their columns: relhealth help facts",
        "Kinds of metrics and their keys: relhealth help kinds",
        "Output formats and JSON Schemas: relhealth help formats",
    ]);
    run(&["help", "metrics"])
        .silent()
        .holds(&["Usage: relhealth metrics", "--format", "--config"]);
    assert_eq!(
        run(&["--version"]).silent().out(),
        concat!("relhealth ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn help_has_a_page_for_each_type_of_stakeholder() {
    let list = run(&["help", "stakeholders"]).silent().out();
    for name in [
        "customers",
        "employees",
        "suppliers",
        "partners",
        "investors",
        "donors",
        "communities",
    ] {
        assert!(list.contains(&format!("\n{name}\n")), "{list}");
        run(&["help", "stakeholders", name]).silent().holds(&[
            "Exports, and what they give",
            "The report\n  relhealth report ",
            "[[rule]]",
            "Examples with data",
        ]);
    }
    run(&["help", "stakeholders", "employees"]).silent().holds(&[
        "  recognised: Employee roster, as Workday and BambooHR write it; HRDataset_v14 (public data set)\n",
        "    employee_turnover_rate                     Employee turnover\n",
        "  preset = \"employer\"\n",
    ]);
    run(&["help", "stakeholders", "suplier"]).code(2).says(str![[r#"
error: there is no type of stakeholder `suplier`
hint: did you mean `suppliers`?

"#]]);
    run(&["help", "tables", "purchases"]).code(2).says(str![[r#"
error: `purchases` is one topic too many
hint: relhealth help stakeholders takes a type of stakeholder, relhealth help schema takes a document

"#]]);
}

#[test]
fn help_has_the_exit_codes() {
    run(&["help", "exit-codes"]).prints(str![[r#"
 0  done, and every rule passed (warnings allowed)
 1  a rule or an example failed, or a rule could not be evaluated and is not marked optional, or warned under --fail-on warn
 2  wrong usage or configuration, or the output cannot be written
 3  the data cannot be used: unreadable, ambiguous dates, too many rejects
70  a bug in relhealth; please report it

Where the memory runs out, the system stops the program, and a shell shows 134 or 137. No output is
written then. Give the program more memory, or fewer threads (--threads 1).

Of `check`, by the results of its rules; the most severe result decides:
  pass          0
  warn          0; 1 with --fail-on warn
  fail          1
  insufficient  1: the data are too few to evaluate the rule; 0 where the rule is optional, and in
                one group of several of a rule with `by`, of which others could be evaluated
A waiver waives all of these for its rule, so that they count as 0. An expired waiver fails, an
unused one warns. After an error (2, 3, 70) no rule is evaluated and no output is written. A closed
pipe does not change the exit code of a check.

"#]]);
}

#[test]
fn help_has_every_code_with_what_to_do() {
    run(&["help", "codes"]).silent().holds(&[
        "Rejected: records that cannot be read\n  bad-amount\n",
        "  no-stakeholder\n      It has no stakeholder ID.\n      What to do: Nothing, if there is none.",
        "  stray-bytes\n",
        "  not-on-roster\n      Stakeholders of a file are not on the roster.\n      What to do: See whether",
        "  exposure\n",
        "  date-format\n",
        "      Option: dates\n",
    ]);
}

#[test]
fn help_has_the_canonical_tables() {
    run(&["help", "tables"]).silent().holds(&[
        "\npurchases: An order, a line of an order, a payment or a donation.\n",
        "  amount               money, required\n      The amount of the line or,",
        "  referrer_id          stakeholder id, another stakeholder\n      The stakeholder who recommended us to the buyer.\n",
        "  delivered_at         time, time of delivery\n      When it was delivered.\n      not before occurred_at\n",
        "      one of: inbound, outbound, internal, both\n",
        "  email                text, personal: e-mail address\n",
        "      people with these words are protected as small groups: employee\n",
    ]);
}

#[test]
fn help_has_the_facts() {
    run(&["help", "facts"]).silent().holds(&[
        "\nresponses: a survey row: an invitation, an answer, or both\n  made from surveys; a row counts in the period",
        "  margin                         money\n      revenue less cost, where a cost is known\n      needs purchases.cost\n",
        "      needs interactions.occurred_at and (stakeholders.contact_target_days or targets.contact_days)\n",
        "  waiting_days                   days\n      days from order to as-of\n      needs supplies.ordered_at\n      lasts from ordered_at until as-of\n",
    ]);
}

#[test]
fn help_has_the_kinds_of_metrics() {
    run(&["help", "kinds"]).silent().holds(&[
        "  title            required: A short name for tables.\n",
        "good is one of up, down, neither\n",
        "\nkind = \"quantile\": A quantile of an expression, such as the median.\n  of               required: The expression",
        "  q                required: Which quantile, between 0 and 1",
    ]);
}

#[test]
fn help_has_the_formats_of_every_command_and_the_schemas_of_documents() {
    let ran = run(&["help", "formats"]).silent().holds(&[
        "measure:\n  table        .txt            For people, on a terminal\n",
        "  json         .json           For programs: everything, not rounded, with a schema\n",
        "relhealth.report/1: relhealth help schema report\n",
        "  github                       For GitHub Actions",
        "convert -o DIR, a file for each table:\n  csv          .csv ",
    ]);
    // Every document has a format, and every schema that is named can be printed and says which document it is of.
    let out = ran.out();
    let named: BTreeSet<&str> = out
        .lines()
        .filter_map(|line| line.split_once("relhealth help schema "))
        .map(|(_, name)| name)
        .collect();
    let listed = run(&["help", "schema"]).silent().out();
    let documents = listed.lines().filter(|line| line.starts_with("  "));
    assert_eq!(named, documents.filter_map(|line| line.split_whitespace().next()).collect());
    for name in named {
        assert!(listed.contains(&format!("  {name:<8} relhealth.{name}/1")), "{listed}");
        let schema: serde_json::Value = serde_json::from_str(&run(&["help", "schema", name]).silent().out()).unwrap();
        let id = format!("relhealth.{name}/1");
        assert_eq!(
            (&schema["$id"], &schema["properties"]["schema"]["const"]),
            (&id.as_str().into(), &id.as_str().into())
        );
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(
            run(&["help", "schema", &id]).silent().out(),
            run(&["help", "schema", name]).silent().out()
        );
    }
    let wrong = run(&["help", "schema", "measre"]).code(2);
    assert_eq!(wrong.err(), "error: there is no document `measre`\nhint: did you mean `measure`?\n");
    run(&["help", "formats", "csv"]).code(2);
}

#[test]
fn help_of_a_command_has_its_formats() {
    let topic = run(&["help", "formats"]).silent().out();
    let mut checked = 0;
    for section in topic.split("\n\n").skip(1) {
        let (title, formats) = section.split_once(":\n").expect("a title");
        // Lines that are indented further name a schema.
        let names = formats
            .lines()
            .filter(|line| !line.starts_with("   "))
            .filter_map(|line| line.split_whitespace().next());
        let names: Vec<&str> = names.collect();
        let command = title.split([' ', ',']).next().expect("a command");
        let help = run(&[command, "-h"]).silent().out();
        let values = format!("[possible values: {}]", names.join(", "));
        // `check --list` has fewer formats than `check`, whose help shows those of both.
        let is_listed = help.split_whitespace().collect::<Vec<_>>().join(" ").contains(&values);
        assert!(is_listed || title == "check --list", "{title}: {values}: {help}");
        checked += usize::from(is_listed);
    }
    assert!(checked >= 8, "{topic}");
    run(&["measure", "--help"])
        .silent()
        .holds(&["- csv:", "For spreadsheets and data frames"]);
}

#[test]
fn a_topic_that_is_not_there_is_wrong_usage() {
    run(&["help", "metrcs"]).code(2).says(str![[r#"
error: there is no command `metrcs`
hint: did you mean `metrics`?

"#]]);
    run(&["man", "help-me"]).code(2);
    assert!(run(&["metrcs"]).code(2).err().contains("metrics"));
    assert!(run(&[]).code(2).err().contains("Usage: relhealth"));
}

#[test]
fn shells_get_their_completions() {
    for (shell, part) in [
        ("bash", "_relhealth()"),
        ("zsh", "#compdef relhealth"),
        ("fish", "complete -c relhealth"),
    ] {
        run(&["completions", shell]).silent().holds(&[part, "metrics"]);
    }
    run(&["completions", "cmd"]).code(2);
}

#[test]
fn manual_pages_are_pages() {
    run(&["man"]).silent().holds(&[".TH relhealth 1", ".SH SYNOPSIS", "metrics"]);
    run(&["man", "metrics"])
        .silent()
        .holds(&[".TH relhealth-metrics 1", "\\-\\-format"]);
}

#[test]
fn a_closed_pipe_is_no_error() {
    let folder = Folder::new();
    let mut child = folder
        .command(&["completions", "zsh"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_said() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = Folder::new().command(&["man"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: cannot write to standard output: "));
}
