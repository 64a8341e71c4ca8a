//! Runs the program from the project's folder, and holds files to what they show.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A run of the program.
pub struct Ran(Output);

/// Runs the program with arguments from the project's folder, with nothing in its environment.
pub fn run(args: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_relhealth"));
    command.env_clear().current_dir(root()).args(args).stdin(Stdio::null());
    // Where a measurement of coverage writes to; everything else of the surroundings is kept out.
    if let Some(file) = std::env::var_os("LLVM_PROFILE_FILE") {
        command.env("LLVM_PROFILE_FILE", file);
    }
    Ran(command.output().expect("the program can be run"))
}

impl Ran {
    /// The exit code.
    pub fn code(&self) -> i32 {
        self.0.status.code().expect("ended by itself")
    }

    /// What went to stdout.
    pub fn out(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).expect("UTF-8 on stdout")
    }

    /// What went to stderr.
    pub fn err(&self) -> String {
        String::from_utf8(self.0.stderr.clone()).expect("UTF-8 on stderr")
    }

    /// Checks that it succeeded.
    #[track_caller]
    pub fn succeeded(self) -> Ran {
        assert_eq!(self.code(), 0, "{}", self.err());
        self
    }
}

/// Whether shown outputs are to be written anew: `UPDATE_SHOWN=1 cargo test --test stories`.
pub fn is_update() -> bool {
    std::env::var_os("UPDATE_SHOWN").is_some()
}

/// Checks a text against a file beside the tests.
#[track_caller]
pub fn golden(name: &str, text: &str) {
    let path = root().join("tests/stories/golden").join(name);
    if is_update() {
        std::fs::create_dir_all(path.parent().expect("joined above")).expect("a folder");
        std::fs::write(&path, text).expect("can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(
        expected == text,
        "{} shows\n{expected}\nbut it is\n{text}\nUPDATE_SHOWN=1 writes it anew",
        path.display()
    );
}

/// The example stories' folders.
pub fn stories() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("examples")).expect("the examples");
    let mut folders: Vec<PathBuf> = entries
        .map(|e| e.expect("readable").path())
        .filter(|p| p.join("relhealth.toml").exists())
        .collect();
    folders.sort();
    folders
}
