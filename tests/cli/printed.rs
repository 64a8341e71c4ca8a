//! What is printed is data: no line of it is a command to the program that reads the log of a job.

use crate::harness::Folder;

const ORDERS: &str = "region,stakeholder_id,order_id,occurred_at,amount\n\
    ::error::cell,a,1,2026-10-05,10\n##[error]cell,b,2,2026-10-06,20\n##vso[task.complete]cell,c,3,2026-10-07,30\n\
    \"a\n::stop-commands::cell\",d,4,2026-10-08,40\n::1,e,5,2026-10-09,50\n::error::reject,f,6,2026-10-09,x\n";

fn folder() -> Folder {
    Folder::new().with("::error::file.csv", ORDERS)
}

/// The lines of both streams, run in a job.
fn lines(folder: &Folder, variable: &str, args: &[&str]) -> Vec<String> {
    let output = folder.command(args).env(variable, "true").output().expect("the program can be run");
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    text.join("\n").split(['\n', '\r']).map(str::to_string).collect()
}

#[test]
fn no_printed_line_is_a_command() {
    let folder = folder();
    let file = "purchases=::error::file.csv";
    let measure = ["measure", "-m", "revenue", "--by", "region", "--period", "2026-10", file, "-f"];
    let mut runs: Vec<Vec<&str>> = vec![
        vec!["convert", "--raw", "::error::file.csv"],
        vec!["inspect", file],
        vec!["init", "::error::file.csv", "-o", "-"],
        vec!["rows", "revenue", "--period", "2026-10", "--by", "region", "-f", "csv", file],
        vec!["measure", "--strict", file],
        vec!["measure", "::error::missing.csv"],
        vec!["measure", "x\n::error::argument.csv"],
        vec!["measure", "--by", "x\n::error::argument", file],
        vec!["::error::command"],
    ];
    for format in ["table", "csv", "json", "markdown"] {
        runs.push([&measure[..], &[format]].concat());
    }
    for format in ["table", "markdown", "html", "json"] {
        runs.push(vec!["report", "--by", "region", "--period", "2026-10", "-f", format, file]);
    }
    let mut met = 0;
    for args in runs {
        for variable in ["GITHUB_ACTIONS", "TF_BUILD"] {
            for line in lines(&folder, variable, &args) {
                let begun = line.trim_start();
                let commands = ["::error", "::stop", "##[", "##vso["];
                assert!(!commands.iter().any(|command| begun.starts_with(command)), "{args:?}: {line}");
                met += usize::from(begun.starts_with('\\'));
            }
        }
    }
    // It would be no test without lines that were commands.
    assert!(met > 10, "{met}");
}

#[test]
fn outside_of_jobs_and_in_files_the_bytes_are_as_they_are() {
    let folder = folder();
    let raw = folder.run(&["convert", "--raw", "::error::file.csv", "-q"]).out();
    assert!(raw.contains("\n::error::cell,a,1,"), "{raw}");
    let output = folder
        .command(&["convert", "--raw", "::error::file.csv", "-q", "-o", "out.csv"])
        .env("CI", "1")
        .output();
    assert!(output.expect("the program can be run").status.success());
    assert_eq!(folder.read("out.csv"), raw);
}
