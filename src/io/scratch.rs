//! Scratch space on disk.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;

use super::error::FileError;
use super::expansion::Expansion;
use super::source::{Place, Source};

/// Scratch space on disk: write to it, then read it as often as needed. It has no name and is gone with the program, however that
/// ends.
#[derive(Debug)]
pub struct Scratch {
    file: BufWriter<File>,
    written: u64,
    /// How far what is written may expand, and from how many compressed bytes.
    limits: Option<(Expansion, u64)>,
}

impl Scratch {
    /// Empty scratch space in the system's folder for temporary files.
    ///
    /// # Errors
    /// When no file can be made there.
    pub fn new() -> Result<Scratch> {
        let file = tempfile::tempfile().map_err(|cause| FileError {
            help: "set TMPDIR to a folder with space that this user may write to".into(),
            ..FileError::of(Path::new("a temporary file"), "write", cause)
        })?;
        Ok(Scratch {
            file: BufWriter::with_capacity(1 << 18, file),
            written: 0,
            limits: None,
        })
    }

    /// The same for what compressed data expand to.
    ///
    /// # Errors
    /// When no file can be made there.
    pub fn of(source: &Source) -> Result<Scratch> {
        Ok(Scratch {
            limits: Some((source.expansion, source.packed_size()?)),
            ..Scratch::new()?
        })
    }

    /// What was written, to be read under that name.
    ///
    /// # Errors
    /// When the last bytes cannot be written.
    pub fn into_source(self, name: &str) -> Result<Source> {
        let file = self
            .file
            .into_inner()
            .map_err(|e| FileError::of(Path::new(name), "copy", e.into()))?;
        Ok(Source::at(name.into(), Place::Scratch(Arc::new(file))))
    }
}

impl Write for Scratch {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.written += written as u64;
        if let Some((limits, compressed)) = self.limits {
            limits.check(compressed, self.written).map_err(io::Error::other)?;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A reader of a shared file with a place of its own.
pub(super) struct At {
    pub(super) file: Arc<File>,
    pub(super) at: u64,
}

impl Read for At {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let got = std::os::unix::fs::FileExt::read_at(&*self.file, space, self.at)?;
        #[cfg(windows)]
        let got = std::os::windows::fs::FileExt::seek_read(&*self.file, space, self.at)?;
        self.at += got as u64;
        Ok(got)
    }
}
