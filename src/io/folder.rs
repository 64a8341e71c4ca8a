//! A folder that is made for outputs, and gone again if these are not written.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::FileError;

/// A folder to write into. What was made for it is removed again when this is dropped, unless something is in it, or it was kept.
#[derive(Debug)]
pub struct OutputFolder {
    /// The folders that were not there, the innermost first.
    made: Vec<PathBuf>,
}

impl OutputFolder {
    /// Makes a folder, and those that it lies in, unless they are there.
    ///
    /// # Errors
    /// When there is a file in its place, or it cannot be made.
    pub fn make(path: &Path) -> Result<OutputFolder> {
        let missing = path.ancestors().filter(|folder| !folder.as_os_str().is_empty());
        let made = missing.take_while(|folder| !folder.exists()).map(Path::to_path_buf).collect();
        let folder = OutputFolder { made };
        fs::create_dir_all(path).map_err(|cause| match cause.kind() {
            ErrorKind::AlreadyExists => FileError::new(path.display(), "write", "it is a file, not a folder", "name a folder"),
            _ => FileError::of(path, "write", cause),
        })?;
        Ok(folder)
    }

    /// Lets it stay: all that belongs into it is there.
    pub fn keep(mut self) {
        self.made.clear();
    }
}

impl Drop for OutputFolder {
    fn drop(&mut self) {
        for folder in &self.made {
            // One that is not empty stays, and so do those around it.
            let _ = fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_made_and_is_empty_goes_again() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("there")).unwrap();
        drop(OutputFolder::make(&at("there")).unwrap());
        assert!(at("there").is_dir());
        drop(OutputFolder::make(&at("there/a/b")).unwrap());
        assert!(!at("there/a").exists() && at("there").is_dir());
        let used = OutputFolder::make(&at("there/a/b")).unwrap();
        fs::write(at("there/a/used.csv"), "").unwrap();
        drop(used);
        assert!(!at("there/a/b").exists() && at("there/a/used.csv").exists());
        OutputFolder::make(&at("there/c")).unwrap().keep();
        assert!(at("there/c").is_dir());
    }

    #[test]
    fn a_file_in_its_place_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::write(&path, "").unwrap();
        let error = OutputFolder::make(&path).unwrap_err().to_string();
        assert!(error.contains("a file, not a folder"), "{error}");
        assert!(path.is_file());
    }
}
