//! Runs of the program on exports.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::generate::Export;

/// Measures exports and gives the program's JSON.
pub fn measure(exports: &[Export], options: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let inputs: Vec<String> = exports.iter().map(|e| e.write(folder.path())).collect();
    measure_files(folder.path(), &inputs, options)
}

/// Scores the stakeholders of exports with a configuration and gives the program's JSON.
pub fn health(exports: &[Export], config: &str, options: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let inputs: Vec<String> = exports.iter().map(|e| e.write(folder.path())).collect();
    std::fs::write(folder.path().join("relhealth.toml"), config).unwrap();
    run("health", folder.path(), &inputs, options)
}

/// Measures files in a folder.
pub fn measure_files(folder: &Path, inputs: &[String], options: &[&str]) -> Value {
    run("measure", folder, inputs, options)
}

fn run(name: &str, folder: &Path, inputs: &[String], options: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_relhealth"));
    command
        .current_dir(folder)
        .arg(name)
        .args(inputs)
        .args(["--format", "json", "--max-rejects", "100%"])
        .args(options);
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{options:?}: {errors}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{options:?}: {e}\n{}", String::from_utf8_lossy(&output.stdout)))
}
