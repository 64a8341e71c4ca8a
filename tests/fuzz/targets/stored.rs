//! Any bytes as a report that was saved, or as the numbers of an earlier check: reading never panics, and what is read can be compared.

use super::program::{Folder, holds};
use super::{Program, Run, Seed, Target};

pub const TARGET: Target = Target {
    name: "stored",
    run: Run::Program(run),
    seeds: &[Seed::Made(report), Seed::Made(baseline)],
};

const ORDERS: &str =
    "stakeholder_id,order_id,occurred_at,amount\na,1,2025-01-05,10\nb,2,2025-01-09,20\na,3,2025-02-03,30\nc,4,2025-02-11,5\n";

const RULES: &str = "[[rule]]\nmetric = \"revenue\"\nfail_if_worse_than = \"baseline\"\n";

fn run(bytes: &[u8], program: Program) {
    let folder = Folder::new();
    let stored = folder.with("stored.json", bytes);
    if bytes.windows(8).any(|part| part == b"baseline") {
        check(&folder, program, "--baseline", &stored);
    } else {
        holds(program, &["diff", &stored, &stored, "--quiet", "-o", &folder.out()]);
    }
}

/// A small report.
fn report(program: Program) -> Vec<u8> {
    let folder = Folder::new();
    let orders = folder.with("orders.csv", ORDERS.as_bytes());
    let out = folder.out();
    holds(
        program,
        &["report", &format!("purchases={orders}"), "--last", "2", "--quiet", "-o", &out],
    );
    std::fs::read(out).expect("a report")
}

/// The numbers of a check.
fn baseline(program: Program) -> Vec<u8> {
    let folder = Folder::new();
    let saved = folder.path("saved.json");
    check(&folder, program, "--save-baseline", &saved);
    std::fs::read(saved).expect("a baseline")
}

/// A check with that option, whose value is a file.
fn check(folder: &Folder, program: Program, option: &str, file: &str) {
    let input = format!("purchases={}", folder.with("orders.csv", ORDERS.as_bytes()));
    let rules = folder.with("relhealth.toml", RULES.as_bytes());
    holds(
        program,
        &["check", &input, "--config", &rules, option, file, "--quiet", "-o", &folder.out()],
    );
}
