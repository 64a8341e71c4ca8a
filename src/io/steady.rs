//! Files that must not change while they are read.
//!
//! A run reads a file several times: its start, all of it, and once more for its fingerprint. What it says holds for one state of the
//! file. So the state is kept when the file is named, and whenever its end is reached, or it is opened again, it must be the same.

use std::fmt;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::time::SystemTime;

use super::identity::Identity;

/// What a file was like when it was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    /// Its size in bytes.
    pub size: u64,
    changed: Option<SystemTime>,
    node: Option<Identity>,
}

impl State {
    pub(super) fn of(found: &Metadata) -> State {
        State {
            size: found.len(),
            changed: found.modified().ok(),
            node: Identity::of_node(found),
        }
    }

    /// Opens the file again.
    ///
    /// # Errors
    /// When it cannot be opened, or is another one by now.
    pub(super) fn open(&self, path: &Path) -> io::Result<Steady> {
        let file = File::open(path)?;
        self.compare(&file.metadata()?)?;
        Ok(Steady {
            file,
            state: self.clone(),
            read: 0,
        })
    }

    fn compare(&self, found: &fs::Metadata) -> io::Result<()> {
        let now = State::of(found);
        let how = if now.node != self.node {
            "was replaced"
        } else if now.size < self.size {
            "became shorter"
        } else if now.size > self.size {
            "grew"
        } else if now.changed != self.changed {
            "was written to"
        } else {
            return Ok(());
        };
        Err(Changed(how).into())
    }
}

/// A file that is another one than it was: how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Changed(pub &'static str);

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it {} while it was read", self.0)
    }
}

impl std::error::Error for Changed {}

impl From<Changed> for io::Error {
    fn from(changed: Changed) -> io::Error {
        io::Error::other(changed)
    }
}

/// A file that is read from its start, and whose bytes are all there at its end.
#[derive(Debug)]
pub(super) struct Steady {
    file: File,
    state: State,
    read: u64,
}

impl Read for Steady {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let got = self.file.read(space)?;
        self.read += got as u64;
        if self.read > self.state.size {
            return Err(Changed("grew").into());
        }
        if got == 0 && !space.is_empty() {
            if self.read < self.state.size {
                return Err(Changed("became shorter").into());
            }
            self.state.compare(&self.file.metadata()?)?;
        }
        Ok(got)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::Source;
    use super::super::digest::fingerprint;
    use super::*;

    const TEXT: &[u8] = b"id,name\n1,a\n2,b\n";

    /// Reads the start of a file, lets something happen to it, and reads on: the first error.
    fn error_after(happens: impl Fn(&Path), bytes: &[u8]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orders.csv");
        fs::write(&path, bytes).unwrap();
        let source = Source::file(&path).unwrap();
        let mut reader = source.open().unwrap();
        reader.fill(&mut [0; 5]).unwrap();
        happens(&path);
        let error = reader.fill(&mut vec![0; 1 << 20]).and_then(|_| source.bytes()).unwrap_err();
        let again = fingerprint(&source).unwrap_err();
        assert!(again.to_string().contains(" while it was read; "), "{again}");
        assert!(
            error.to_string().starts_with(&format!("cannot read {}: it ", path.display())),
            "{error}"
        );
        error.to_string()
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_is_an_error() {
        let append = |path: &Path| {
            let mut file = fs::OpenOptions::new().append(true).open(path).unwrap();
            file.write_all(b"3,c\n").unwrap();
        };
        let cut = |path: &Path| fs::OpenOptions::new().write(true).open(path).unwrap().set_len(8).unwrap();
        let replace = |path: &Path| {
            let other = path.with_extension("new");
            fs::write(&other, TEXT).unwrap();
            fs::rename(other, path).unwrap();
        };
        let touch = |path: &Path| {
            let file = fs::OpenOptions::new().append(true).open(path).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        };
        let packed = zstd::encode_all(TEXT, 1).unwrap();
        for bytes in [TEXT, &packed] {
            assert!(error_after(append, bytes).contains("it grew while it was read; run again when nothing writes to it"));
            assert!(error_after(cut, bytes).contains("it became shorter while it was read"));
            assert!(error_after(touch, bytes).contains("it was written to while it was read"));
        }
        #[cfg(unix)]
        assert!(error_after(replace, TEXT).contains("it was replaced while it was read"));
    }

    #[test]
    fn a_file_that_stays_is_read_as_often_as_needed() {
        let folder = tempfile::tempdir().unwrap();
        for bytes in [TEXT, b""] {
            let path = folder.path().join("orders.csv");
            fs::write(&path, bytes).unwrap();
            let source = Source::file(&path).unwrap();
            assert_eq!((source.bytes().unwrap(), source.bytes().unwrap()), (bytes.to_vec(), bytes.to_vec()));
            assert_eq!(source.start(3).bytes().unwrap(), bytes[..bytes.len().min(3)]);
        }
    }
}
