//! Inputs to start from, and those that the fuzzer found and that were kept.

use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use super::targets::{Program, Seed, Target};

/// The inputs that a target starts from, in an order that is always the same.
pub fn seeds(target: &Target, program: Program) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let of_seed = |seed: &Seed| match seed {
        Seed::Text(text) => vec![text.as_bytes().to_vec()],
        Seed::Made(make) => vec![make(program)],
        Seed::Files(folder, endings) => files(&root.join(folder), endings),
    };
    target.seeds.iter().flat_map(of_seed).collect()
}

/// The files of a folder, and of the folders in it, with one of these endings; of a long file its start.
fn files(folder: &Path, endings: &[&str]) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder of the project")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            found.extend(files(&path, endings));
        } else if path.extension().is_some_and(|ending| endings.iter().any(|known| ending == *known)) {
            let mut bytes = fs::read(&path).expect("a file of the project");
            bytes.truncate(1 << 13);
            found.push(bytes);
        }
    }
    found
}

/// The inputs that were kept for the target of that name, in the order of their names.
pub fn kept(name: &str) -> Vec<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz/kept")
        .join(format!("{name}.zip"));
    let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    (0..archive.len())
        .map(|at| {
            let mut bytes = Vec::new();
            archive.by_index(at).expect("a file").read_to_end(&mut bytes).expect("its bytes");
            bytes
        })
        .collect()
}

/// Writes inputs to a folder, as the fuzzer wants them.
pub fn write(folder: &Path, inputs: &[Vec<u8>]) {
    fs::create_dir_all(folder).expect("a folder");
    for (number, bytes) in inputs.iter().enumerate() {
        fs::write(folder.join(format!("seed-{number:03}")), bytes).expect("a file");
    }
}
