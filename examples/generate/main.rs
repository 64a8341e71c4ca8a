//! Writes the CSV files of the example stories: `cargo run --example generate -- examples`.
//!
//! All people and organisations are invented. The same program gives the same bytes on every machine: the numbers come from a
//! seeded generator of its own, and only from arithmetic that IEEE 754 defines to the last bit.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program of its own, which says what it wrote"
)]

mod stories;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("usage: generate FOLDER");
        return ExitCode::from(2);
    };
    for story in stories::all() {
        for (name, bytes) in &story.files {
            let path = Path::new(&folder).join(story.folder).join(name);
            let written = std::fs::create_dir_all(path.parent().expect("joined above")).and_then(|()| std::fs::write(&path, bytes));
            if let Err(error) = written {
                eprintln!("cannot write {}: {error}", path.display());
                return ExitCode::FAILURE;
            }
            println!("{}", path.display());
        }
    }
    ExitCode::SUCCESS
}
