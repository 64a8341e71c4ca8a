//! What the program is built of, as `cargo tree` tells it. `Cargo.lock` cannot: it also lists what features that are not in use would
//! need.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

fn banned() -> BTreeSet<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(".deny.toml");
    let config: toml::Table = std::fs::read_to_string(file).unwrap().parse().unwrap();
    let names = config["bans"]["deny"].as_array().unwrap().iter();
    names.map(|name| name.as_str().unwrap().to_string()).collect()
}

/// What `cargo tree` lists along edges of these kinds on this machine, one package a line.
fn tree(edges: &str, format: &str) -> BTreeSet<String> {
    let tree = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--offline",
            "--prefix",
            "none",
            "--edges",
            edges,
            "--format",
            format,
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let text = String::from_utf8(tree.stdout).unwrap();
    text.lines().map(|line| line.trim_end_matches(" (*)").to_string()).collect()
}

#[test]
fn no_network_stack_is_built_in() {
    let packages = tree("normal,build", "{p}");
    let built: BTreeSet<String> = packages
        .iter()
        .filter_map(|package| package.split(' ').next())
        .map(str::to_string)
        .collect();
    let banned = banned();
    assert!(built.contains("polars-core") && built.contains("parquet"), "{built:?}");
    assert!(banned.contains("rustls") && banned.contains("hyper"), "{banned:?}");
    let found: Vec<&String> = built.intersection(&banned).collect();
    assert!(found.is_empty(), "built in, and banned by .deny.toml: {found:?}");
}

#[test]
fn tests_are_built_on_the_same_dependencies_as_the_program() {
    let (program, tests) = (tree("normal,build", "{p} [{f}]"), tree("normal,build,dev", "{p} [{f}]"));
    let twice: Vec<&String> = program.difference(&tests).collect();
    assert!(
        twice.is_empty(),
        "these would be built a second time for the tests, with other features, and all that depends on them: {twice:?}"
    );
}
