//! Any cells below the columns of a table of ours: no command that computes something ends with the exit code of a defect.

use std::path::PathBuf;

use super::table::{self, TARGET as TABLE};
use super::{Program, Run, Target};

pub const TARGET: Target = Target {
    name: "program",
    run: Run::Program(run),
    seeds: TABLE.seeds,
};

const COMMANDS: [&str; 6] = ["measure", "report", "health", "cohorts", "segments", "forecast"];

/// The exit code of a defect.
const DEFECT: u8 = 70;

/// The second byte chooses the command.
fn run(bytes: &[u8], program: Program) {
    let Some((table, file)) = table::file(bytes) else {
        return;
    };
    let folder = Folder::new();
    let command = COMMANDS[bytes.get(1).map_or(0, |byte| usize::from(*byte)) % COMMANDS.len()];
    let input = format!("{}={}", table.name(), folder.with("fuzz.csv", &file));
    holds(program, &[command, &input, "--quiet", "--max-rejects", "100%", "-o", &folder.out()]);
}

/// Runs the program and requires that it ends as it should.
pub fn holds(program: Program, arguments: &[&str]) {
    let code = program(arguments);
    assert!(code.is_some_and(|code| code != DEFECT), "{arguments:?} ends with {code:?}");
}

/// A folder of its own for one input, which goes with it.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Folder {
        let shared = PathBuf::from("/dev/shm");
        let parent = if shared.is_dir() { shared } else { std::env::temp_dir() };
        let thread = format!("{:?}", std::thread::current().id());
        let number: String = thread.chars().filter(char::is_ascii_digit).collect();
        let folder = parent.join(format!("relhealth-fuzz-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        Folder(folder)
    }

    /// The path of a file in it.
    pub fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    /// Writes a file into it; its path.
    pub fn with(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("a file");
        path
    }

    /// Where the output goes.
    pub fn out(&self) -> String {
        self.path("out.json")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
