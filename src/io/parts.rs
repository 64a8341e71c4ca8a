//! Sources that hold others: the sheets of a workbook, the files of an archive.

use std::fs::{self, File};
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;

use super::{At, Expansion, FileError, Place, Scratch, Source, TooFar};

impl Source {
    /// The source, of which one part is meant: a sheet, or a file of an archive.
    #[must_use]
    pub fn with_part(self, part: &str) -> Source {
        Source {
            part: Some(part.to_string()),
            ..self
        }
    }

    /// The part that is meant, if one is named.
    pub fn part(&self) -> Option<&str> {
        self.part.as_deref()
    }

    /// The name of the file that it is, or that it is a part of.
    pub fn whole_name(&self) -> &str {
        self.whole.as_ref().map_or(self.name(), |whole| whole.whole_name())
    }

    /// The file as it lies there: itself, or the one that it is a part of.
    pub fn whole(&self) -> &Source {
        self.whole.as_ref().map_or(self, |whole| whole.whole())
    }

    /// A part of it with that content, named like `orders.xlsx#October`.
    ///
    /// # Errors
    /// When the last bytes of the content cannot be written.
    pub fn holding(&self, part: &str, content: Scratch) -> Result<Source> {
        let held = content.into_source(&format!("{}#{part}", self.name()))?;
        Ok(Source {
            whole: Some(Arc::new(self.clone())),
            expansion: self.expansion,
            ..held
        })
    }

    /// The source, with other limits of what compressed data expand to.
    #[must_use]
    pub fn within(self, expansion: Expansion) -> Source {
        Source { expansion, ..self }
    }

    /// The limits of what compressed data expand to.
    pub fn expansion(&self) -> Expansion {
        self.expansion
    }

    /// The bytes of the file as it lies there.
    ///
    /// # Errors
    /// When it cannot be looked at.
    pub fn packed_size(&self) -> Result<u64> {
        match &self.place {
            Place::File(_, state) => Ok(state.size),
            Place::Memory(bytes) => Ok(bytes.len() as u64),
            Place::Scratch(file) => {
                let found = file.metadata();
                Ok(found.map_err(|cause| FileError::of(Path::new(&self.name), "read", cause))?.len())
            }
        }
    }

    /// The input, decompressed, to be read from any place.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn seekable(&self) -> Result<Seekable> {
        let fail = |cause| FileError::of(Path::new(&self.name), "read", cause);
        if self.is_compressed()? {
            let mut scratch = Scratch::of(self)?;
            let mut reader = self.open()?;
            io::copy(&mut reader.bytes, &mut scratch).map_err(|cause| reader.fail(cause))?;
            return scratch.into_source(&self.name)?.seekable();
        }
        Ok(Seekable(match &self.place {
            Place::File(path, state) => {
                // Whether it is still the file that was named.
                state.open(path).map_err(fail)?;
                Kind::File(File::open(path).map_err(fail)?)
            }
            Place::Scratch(file) => Kind::Scratch(
                At { file: file.clone(), at: 0 },
                file.metadata()
                    .as_ref()
                    .map(fs::Metadata::len)
                    .map_err(|cause| fail(io::Error::from(cause.kind())))?,
            ),
            Place::Memory(bytes) => Kind::Memory(Cursor::new(bytes.clone())),
        }))
    }

    /// Why what it holds cannot be copied.
    pub fn cannot_hold(&self, cause: io::Error) -> FileError {
        match cause.get_ref().and_then(|inner| inner.downcast_ref::<TooFar>()) {
            Some(why) => FileError::new(&self.name, "read", why.to_string(), why.help()),
            None => FileError::of(Path::new(&self.name), "copy", cause),
        }
    }
}

/// An input that is read from any place.
pub struct Seekable(Kind);

enum Kind {
    File(File),
    Scratch(At, u64),
    Memory(Cursor<Arc<[u8]>>),
}

impl Read for Seekable {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            Kind::File(file) => file.read(space),
            Kind::Scratch(at, _) => at.read(space),
            Kind::Memory(bytes) => bytes.read(space),
        }
    }
}

impl Seek for Seekable {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match &mut self.0 {
            Kind::File(file) => file.seek(to),
            Kind::Scratch(at, len) => {
                let from = |base: u64, offset: i64| {
                    base.checked_add_signed(offset)
                        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))
                };
                at.at = match to {
                    SeekFrom::Start(place) => place,
                    SeekFrom::End(offset) => from(*len, offset)?,
                    SeekFrom::Current(offset) => from(at.at, offset)?,
                };
                Ok(at.at)
            }
            Kind::Memory(bytes) => bytes.seek(to),
        }
    }
}
