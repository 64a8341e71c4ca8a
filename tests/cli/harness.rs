//! Runs the program in a folder of its own, with nothing in its environment, and holds it to what it should say.
//!
//! Unless a test says otherwise, a run is expected to succeed and to say nothing on stderr.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use snapbox::{assert_data_eq, data::Inline};

/// The built program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_relhealth");

/// A folder for the files of a test, gone afterwards.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a temporary folder"))
    }

    /// The folder with a file in it.
    pub fn with(self, name: &str, text: impl AsRef<[u8]>) -> Folder {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder for the file");
        std::fs::write(path, text).expect("the file can be written");
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("the file can be read")
    }

    /// The program with arguments, about to run in the folder.
    pub fn command(&self, args: &[&str]) -> Command {
        command(self.0.path(), args)
    }

    /// Runs the program.
    pub fn run(&self, args: &[&str]) -> Ran {
        let output = self.command(args).stdin(Stdio::null()).output().expect("the program can be run");
        Ran {
            output,
            args: args.join(" "),
        }
    }
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.env_clear().current_dir(folder).args(args);
    // Where a measurement of coverage writes to; everything else of the surroundings is kept out.
    if let Some(file) = std::env::var_os("LLVM_PROFILE_FILE") {
        command.env("LLVM_PROFILE_FILE", file);
    }
    command
}

/// Runs the program in a folder that is there.
pub fn run_in(folder: &Path, args: &[&str]) -> Ran {
    let output = command(folder, args).stdin(Stdio::null()).output().expect("the program can be run");
    Ran {
        output,
        args: args.join(" "),
    }
}

/// Runs the program in an empty folder.
pub fn run(args: &[&str]) -> Ran {
    Folder::new().run(args)
}

/// What a run did.
pub struct Ran {
    output: Output,
    args: String,
}

impl Ran {
    /// Checks the exit code.
    #[track_caller]
    pub fn code(self, code: i32) -> Ran {
        assert_eq!(
            self.output.status.code(),
            Some(code),
            "`relhealth {}`\n{}{}",
            self.args,
            self.out(),
            self.err()
        );
        self
    }

    /// Checks that the run succeeded and said nothing on stderr.
    #[track_caller]
    pub fn silent(self) -> Ran {
        let ran = self.code(0);
        assert_eq!(ran.err(), "", "`relhealth {}`", ran.args);
        ran
    }

    /// Checks that nothing went to stdout, and what went to stderr.
    #[track_caller]
    pub fn says(self, stderr: Inline) -> Ran {
        assert_eq!(self.out(), "", "`relhealth {}`", self.args);
        assert_data_eq!(self.err(), stderr);
        self
    }

    /// Checks what went to stdout of a run without complaints.
    #[track_caller]
    pub fn prints(self, stdout: Inline) -> Ran {
        let ran = self.silent();
        assert_data_eq!(ran.out(), stdout);
        ran
    }

    pub fn status(&self) -> Option<i32> {
        self.output.status.code()
    }

    pub fn out(&self) -> String {
        String::from_utf8(self.output.stdout.clone()).expect("UTF-8 on stdout")
    }

    pub fn err(&self) -> String {
        String::from_utf8(self.output.stderr.clone()).expect("UTF-8 on stderr")
    }

    /// Checks that stdout holds all of these.
    #[track_caller]
    pub fn holds(self, parts: &[&str]) -> Ran {
        for part in parts {
            assert!(
                self.out().contains(part),
                "`relhealth {}` does not print {part:?}:\n{}",
                self.args,
                self.out()
            );
        }
        self
    }
}
