//! The architecture: imports point to the layers below, and only the upper layers touch the world.

mod dependencies;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The layers from the bottom up. A module imports from the layers below its own, or from its own layer without a circle.
const LAYERS: [&[&str]; 11] = [
    &["codes", "schema", "period", "io"],
    &["record_counts", "notes", "diagnostics", "cell_parsing", "expr", "toml_reader"],
    &["ingest", "sources", "stats"],
    &["canonical", "catalog"],
    &["facts", "report"],
    &["measure", "analyses", "cohorts", "forecast", "health", "segments"],
    &["findings", "check"],
    &["wire"],
    &["report_diff"],
    &["render", "config"],
    &["cli", "api"],
];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

/// The top-level module that each file belongs to, with its code: no comments, and nothing that is compiled for tests only.
fn files() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    found.sort();
    let for_tests = ["fixture.rs", "testing.rs", "tests.rs"];
    let files = found
        .into_iter()
        .filter(|path| !for_tests.contains(&path.file_name().unwrap().to_str().unwrap()))
        .map(|path| {
            let inside = path.strip_prefix(&root).unwrap();
            let module = inside.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_string();
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            let code = code
                .lines()
                .map(|line| line.split("//").next().unwrap())
                .collect::<Vec<_>>()
                .join("\n");
            (module, path.clone(), code)
        });
    files.filter(|(module, _, _)| module != "lib" && module != "main").collect()
}

/// The top-level modules that a piece of code names.
fn named(code: &str) -> BTreeSet<String> {
    let mut modules = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        // `use crate::{a, b::c}` names several.
        let list = rest.strip_prefix('{').map_or(rest, |list| list.split('}').next().unwrap());
        let names: Vec<&str> = if rest.starts_with('{') {
            list.split(',').collect()
        } else {
            vec![rest]
        };
        for name in names {
            let name: String = name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if layer(&name).is_some() {
                modules.insert(name);
            }
        }
    }
    modules
}

#[test]
fn every_module_has_a_layer() {
    for (module, path, _) in files() {
        assert!(layer(&module).is_some(), "{} is in no layer", path.display());
    }
}

#[test]
fn lib_rs_shows_the_layers() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let mut shown: Vec<BTreeSet<&str>> = Vec::new();
    for line in text.lines() {
        if line.starts_with("// Layer ") {
            assert!(line.starts_with(&format!("// Layer {}: ", shown.len())), "{line}");
            shown.push(BTreeSet::new());
        } else if let Some(module) = line.trim_start_matches("pub ").strip_prefix("mod ") {
            shown.last_mut().unwrap().insert(module.trim_end_matches(';'));
        }
    }
    let layers: Vec<BTreeSet<&str>> = LAYERS.iter().map(|modules| modules.iter().copied().collect()).collect();
    assert_eq!(shown, layers);
}

#[test]
fn imports_point_down() {
    let mut sideways = BTreeSet::new();
    let mut wrong = Vec::new();
    for (module, path, code) in files() {
        for other in named(&code).into_iter().filter(|other| *other != module) {
            match layer(&other).cmp(&layer(&module)) {
                std::cmp::Ordering::Greater => {
                    wrong.push(format!("{}: {module} imports {other}, which is in a layer above", path.display()));
                }
                std::cmp::Ordering::Equal => {
                    sideways.insert((module.clone(), other));
                }
                std::cmp::Ordering::Less => {}
            }
        }
    }
    for (a, b) in &sideways {
        if sideways.contains(&(b.clone(), a.clone())) {
            wrong.push(format!("{a} and {b} import each other"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_upper_layers_touch_the_world() {
    let world = [
        "println!",
        "eprintln!",
        "print!(",
        "std::env",
        "SystemTime::now",
        "Instant::now",
        "process::exit",
    ];
    let mut wrong = Vec::new();
    for (module, path, code) in files() {
        if layer(&module) < layer("render") {
            wrong.extend(
                world
                    .iter()
                    .filter(|w| code.contains(*w))
                    .map(|w| format!("{}: {w}", path.display())),
            );
        }
        if module != "io" {
            let opens = ["std::fs", "File::open", "File::create", "fs::read", "fs::write"];
            wrong.extend(
                opens
                    .iter()
                    .filter(|w| code.contains(*w))
                    .map(|w| format!("{}: {w} outside io", path.display())),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_test_sees_what_it_looks_for() {
    assert_eq!(
        named("use crate::measure::x; fn f() { crate::{canonical, facts::y}; }"),
        BTreeSet::from(["canonical", "facts", "measure"].map(String::from))
    );
}
