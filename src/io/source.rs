//! An input: opened as often as needed, decompressed, within limits.

use std::fs::{self, File};
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;

use super::digest::Bytes;
use super::error::FileError;
use super::expansion::{Counted, Expansion, Limited, TooFar};
use super::pipe::{self, WAIT};
use super::scratch::{At, Scratch};
use super::steady::{Changed, State};

/// An input that can be read from the start as often as needed.
#[derive(Clone, Debug)]
pub struct Source {
    pub(super) name: String,
    pub(super) place: Place,
    /// So many bytes are read of it, decompressed; `None`: all.
    pub(super) limit: Option<u64>,
    /// Counts what is read of it.
    pub(super) meter: Option<Arc<Meter>>,
    /// The part of it that is meant, such as a sheet.
    pub(super) part: Option<String>,
    /// The file that it is a part of.
    pub(super) whole: Option<Arc<Source>>,
    /// How far compressed data may expand.
    pub(super) expansion: Expansion,
}

/// How many bytes were read so far, of all sources that it is given to; for those who wait.
#[derive(Debug, Default)]
pub struct Meter(AtomicU64);

impl Meter {
    /// The bytes, decompressed.
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[derive(Clone, Debug)]
pub(super) enum Place {
    /// A file, and what it was like when it was named.
    File(PathBuf, State),
    Scratch(Arc<File>),
    Memory(Arc<[u8]>),
}

impl Source {
    /// A file. A pipe gives its bytes only once, so they are copied to scratch space. A file that changes while it is read is an error of
    /// whatever reads it.
    ///
    /// # Errors
    /// When it does not exist, is a folder or a device, or may not be read, and when nobody opens the other end of a pipe within
    /// [`WAIT`].
    pub fn file(path: &Path) -> Result<Source> {
        let fail = |cause| FileError::of(path, "read", cause);
        let kind = fs::metadata(path).map_err(fail)?;
        if kind.is_dir() {
            return Err(fail(ErrorKind::IsADirectory.into()).into());
        }
        let name = path.display().to_string();
        if pipe::is_device(&kind) {
            let help = "name a file; - reads standard input";
            return Err(FileError::new(&name, "read", "it is a device, and not a file or a pipe", help).into());
        }
        if !kind.is_file() {
            let from = pipe::opened_within(WAIT, path, |path| File::open(path)).map_err(fail)?;
            return Source::spool(name, from);
        }
        let state = State::of(&kind);
        // Whether it may be read is told at once.
        state.open(path).map_err(fail)?;
        Ok(Source::at(name, Place::File(path.to_owned(), state)))
    }

    pub(super) fn at(name: String, place: Place) -> Source {
        Source {
            name,
            place,
            limit: None,
            meter: None,
            part: None,
            whole: None,
            expansion: Expansion::default(),
        }
    }

    /// Standard input, copied to scratch space.
    ///
    /// # Errors
    /// When it cannot be read, or the scratch space is full.
    pub fn stdin() -> Result<Source> {
        Source::spool("-".into(), io::stdin().lock())
    }

    /// Bytes in memory under a name.
    pub fn memory(name: &str, bytes: impl Into<Arc<[u8]>>) -> Source {
        Source::at(name.into(), Place::Memory(bytes.into()))
    }

    /// The source, with what is read of it counted.
    pub fn metered(self, meter: &Arc<Meter>) -> Source {
        Source {
            meter: Some(meter.clone()),
            ..self
        }
    }

    fn spool(name: String, mut from: impl Read) -> Result<Source> {
        let mut scratch = Scratch::new()?;
        io::copy(&mut from, &mut scratch).map_err(|cause| FileError::of(Path::new(&name), "copy", cause))?;
        scratch.into_source(&name)
    }

    /// The name to show: the path as it was given, `-` for standard input.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The path, unless the bytes come from elsewhere.
    pub fn path(&self) -> Option<&Path> {
        match &self.place {
            Place::File(path, _) => Some(path),
            Place::Scratch(_) | Place::Memory(_) => None,
        }
    }

    /// The size in bytes as it lies there, compressed or not, or that of the start that is read; `None` where it cannot be told.
    pub fn size(&self) -> Option<u64> {
        let size = match &self.place {
            Place::File(_, state) => Some(state.size),
            Place::Scratch(_) => None,
            Place::Memory(bytes) => Some(bytes.len() as u64),
        };
        size.map(|size| size.min(self.limit.unwrap_or(u64::MAX)))
    }

    /// The start of the input under the same name: so many bytes of it, decompressed. Its readers tell where they stop for that
    /// ([`Reader::is_cut`]).
    #[must_use]
    pub fn start(&self, bytes: u64) -> Source {
        Source {
            limit: Some(self.limit.unwrap_or(u64::MAX).min(bytes)),
            ..self.clone()
        }
    }

    /// Whether it has more than so many bytes, decompressed. Of compressed data so many have to be read.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn is_longer_than(&self, bytes: u64) -> Result<bool> {
        let mut reader = self.start(bytes.saturating_add(1)).open()?;
        if let (Some(size), None) = (self.size(), reader.compression) {
            return Ok(size > bytes);
        }
        io::copy(&mut reader.bytes, &mut io::sink()).map_err(|cause| reader.fail(cause))?;
        Ok(reader.is_cut())
    }

    /// Whether its bytes are compressed as they lie there.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn is_compressed(&self) -> Result<bool> {
        Ok(self.open()?.compression.is_some())
    }

    /// Reads all of compressed data, so that those that end early or are damaged are found.
    ///
    /// # Errors
    /// When it cannot be read to its end.
    pub fn check_compressed(&self) -> Result<()> {
        let mut reader = self.open()?;
        if reader.compression.is_some() {
            io::copy(&mut reader.bytes, &mut io::sink()).map_err(|cause| reader.fail(cause))?;
        }
        Ok(())
    }

    /// Starts reading at the first byte, decompressed.
    ///
    /// # Errors
    /// When the file cannot be opened or its first bytes cannot be read.
    pub fn open(&self) -> Result<Reader> {
        let mut bytes = self.raw()?;
        let fail = |cause| FileError::of(Path::new(&self.name), "read", cause);
        let mut magic = [0; 4];
        let got = read_full(&mut bytes, &mut magic).map_err(fail)?;
        // What was cut within the first bytes is no text: none starts so.
        for (start, compression) in [(GZIP, "gzip"), (ZSTD, "zstd")] {
            if (2..start.len()).contains(&got) && start.starts_with(&magic[..got]) {
                return Err(ends_early(&self.name, compression).into());
            }
        }
        let bytes = io::Cursor::new(magic).take(got as u64).chain(bytes);
        let compressed = Arc::new(AtomicU64::new(0));
        let counted = |inner| Counted {
            inner,
            count: compressed.clone(),
        };
        let (bytes, compression): (Bytes, _) = match &magic {
            [..] if magic.starts_with(GZIP) => {
                let decoder = flate2::bufread::MultiGzDecoder::new(buffered(counted(bytes)));
                (self.limited(decoder, &compressed), Some("gzip"))
            }
            [..] if magic == ZSTD => {
                let decoder = zstd::Decoder::with_buffer(buffered(counted(bytes))).map_err(fail)?;
                (self.limited(decoder, &compressed), Some("zstd"))
            }
            _ => (Box::new(bytes), None),
        };
        Ok(Reader {
            name: self.name.clone(),
            bytes: bytes.take(self.limit.unwrap_or(u64::MAX)),
            compression,
            meter: self.meter.clone(),
        })
    }

    /// What a decoder gives, as far as it may.
    fn limited(&self, inner: impl Read + Send + 'static, compressed: &Arc<AtomicU64>) -> Bytes {
        Box::new(Limited {
            inner,
            compressed: compressed.clone(),
            expanded: 0,
            limits: self.expansion,
        })
    }

    /// The bytes as they are, compressed or not.
    pub(super) fn raw(&self) -> Result<Bytes> {
        Ok(match &self.place {
            Place::File(path, state) => Box::new(state.open(path).map_err(|cause| FileError::of(path, "read", cause))?),
            Place::Scratch(file) => Box::new(At { file: file.clone(), at: 0 }),
            Place::Memory(bytes) => Box::new(io::Cursor::new(bytes.clone())),
        })
    }

    /// All bytes, decompressed.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        let mut reader = self.open()?;
        let mut bytes = Vec::new();
        reader.bytes.read_to_end(&mut bytes).map_err(|cause| reader.fail(cause))?;
        Ok(bytes)
    }

    /// All bytes, decompressed, even where only the start of the input is read: for a kind of file that is read from its end.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn all_bytes(&self) -> Result<Vec<u8>> {
        let whole = Source {
            limit: None,
            ..self.clone()
        };
        whole.bytes()
    }

    /// How many bytes are read at most, where it is only the start of an input.
    pub fn limit(&self) -> Option<u64> {
        self.limit
    }

    /// The whole text, which must be UTF-8; for configurations.
    ///
    /// # Errors
    /// When it cannot be read or is not UTF-8.
    pub fn text(&self) -> Result<String> {
        String::from_utf8(self.bytes()?).map_err(|_| FileError::new(&self.name, "read", "it is not UTF-8 text", "save it as UTF-8").into())
    }
}

/// What gzip and zstd data start with (RFC 1952, RFC 8878).
const GZIP: &[u8] = &[0x1f, 0x8b, 0x08];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

fn ends_early(name: &str, compression: &str) -> FileError {
    FileError::new(name, "read", format!("its {compression} data end early"), "copy or export it again")
}

fn buffered<R: Read>(bytes: R) -> BufReader<R> {
    BufReader::with_capacity(1 << 18, bytes)
}

/// Fills as much of the space as there is left to read.
pub(super) fn read_full(from: &mut dyn Read, space: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < space.len() {
        match from.read(&mut space[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}

/// An input being read, decompressed.
pub struct Reader {
    name: String,
    pub(super) bytes: io::Take<Bytes>,
    compression: Option<&'static str>,
    meter: Option<Arc<Meter>>,
}

impl Reader {
    /// Fills the space from the input: the number of bytes, less than asked for only at the end.
    ///
    /// # Errors
    /// When reading fails, or compressed data are damaged or end early.
    pub fn fill(&mut self, space: &mut [u8]) -> Result<usize> {
        let read = read_full(&mut self.bytes, space).map_err(|cause| self.fail(cause))?;
        if let Some(meter) = &self.meter {
            meter.0.fetch_add(read as u64, Ordering::Relaxed);
        }
        Ok(read)
    }

    /// Whether it stopped where the start that is asked for ends, not where the input does.
    pub fn is_cut(&self) -> bool {
        self.bytes.limit() == 0
    }

    /// Why reading failed.
    pub(super) fn fail(&self, cause: io::Error) -> FileError {
        let Some(compression) = self.compression else {
            return FileError::of(Path::new(&self.name), "read", cause);
        };
        // An error of the operating system has a number, and a file that changed is told as such; the others are the decompressor's.
        if cause.raw_os_error().is_some() || cause.get_ref().is_some_and(|inner| inner.is::<Changed>()) {
            return FileError::of(Path::new(&self.name), "read", cause);
        }
        if let Some(why) = cause.get_ref().and_then(|inner| inner.downcast_ref::<TooFar>()) {
            return FileError::new(&self.name, "read", why.to_string(), why.help());
        }
        let cut = cause.kind() == ErrorKind::UnexpectedEof || cause.to_string().contains("incomplete frame");
        let why = format!("its {compression} data are damaged ({cause})");
        let error = if cut {
            ends_early(&self.name, compression)
        } else {
            FileError::new(&self.name, "read", why, "copy or export it again")
        };
        FileError {
            cause: Some(cause),
            ..error
        }
    }
}
