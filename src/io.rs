//! The only place that touches the file system: finding inputs, opening them, undoing gzip and zstd, writing output whole or not
//! at all, and scratch space.
//!
//! Every failure says which file, what was tried, why it failed and what to do about it. Compressed files are known by their first
//! bytes, whatever their name; one that ends early or is damaged is an error, never a shorter file.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;

mod digest;
mod expansion;
mod find;
mod identity;
mod parts;
mod pipe;
mod steady;
mod whole;

use digest::Bytes;
pub use digest::{Fingerprint, fingerprints, hex};
use expansion::{Counted, Limited};
pub use expansion::{Expansion, TooFar};
pub use find::{Found, find, is_export};
pub use identity::{Identity, Stream};
pub use parts::Seekable;
pub use pipe::WAIT;
use steady::{Changed, State};
pub use whole::{Staged, stage, write_bytes, write_whole};

/// Why a file could not be read or written, in full sentences' worth: the file, what was tried, why not, what to do.
#[derive(Debug)]
pub struct FileError {
    /// The file as it was named.
    pub path: String,
    /// What was tried: `read`, `list`, `write`.
    pub tried: &'static str,
    /// Why it failed.
    pub why: String,
    /// What to do about it; may be empty.
    pub help: String,
    cause: Option<io::Error>,
}

impl FileError {
    /// A failure that the operating system knows nothing of.
    pub(crate) fn new(path: impl ToString, tried: &'static str, why: impl Into<String>, help: impl Into<String>) -> FileError {
        FileError {
            path: path.to_string(),
            tried,
            why: why.into(),
            help: help.into(),
            cause: None,
        }
    }

    /// The same for an error of the operating system.
    fn of(path: &Path, tried: &'static str, cause: io::Error) -> FileError {
        let (why, help) = match cause.kind() {
            ErrorKind::NotFound => missing(path),
            ErrorKind::PermissionDenied => ("permission denied".into(), format!("let this user {tried} it")),
            ErrorKind::IsADirectory => ("it is a folder".into(), "name a file in it".into()),
            ErrorKind::NotADirectory => ("a part of its path is a file, not a folder".into(), "check the path".into()),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ("no space left".into(), "free some space or write elsewhere".into()),
            ErrorKind::TimedOut => (
                format!("it is a pipe, and nobody opened its other end within {} seconds", WAIT.as_secs()),
                "start what writes to it or reads from it first".into(),
            ),
            ErrorKind::ReadOnlyFilesystem => ("its file system is read-only".into(), "write elsewhere".into()),
            _ if cause.get_ref().is_some_and(|inner| inner.is::<Changed>()) => {
                (cause.to_string(), "run again when nothing writes to it".into())
            }
            _ => (cause.to_string(), String::new()),
        };
        FileError {
            cause: Some(cause),
            ..FileError::new(path.display(), tried, why, help)
        }
    }
}

impl std::fmt::Display for FileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot {} {}: {}", self.tried, self.path, self.why)?;
        if self.help.is_empty() {
            Ok(())
        } else {
            write!(f, "; {}", self.help)
        }
    }
}

impl std::error::Error for FileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as _)
    }
}

/// Why a path leads nowhere, and the nearest that does exist.
fn missing(path: &Path) -> (String, String) {
    if fs::symlink_metadata(path).is_ok() {
        return (
            "it is a link that leads nowhere".into(),
            "restore what it leads to, or remove it".into(),
        );
    }
    let folder = folder_of(path);
    if !folder.is_dir() {
        return (format!("there is no folder {}", folder.display()), "check the path".into());
    }
    let wanted = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let names = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = names
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'));
    let scored = names.map(|name| (strsim::jaro_winkler(&wanted, &name.to_lowercase()), name));
    let nearest = scored
        .filter(|(score, _)| *score >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(&a.1)));
    let help = nearest.map(|(_, name)| format!("did you mean {}?", path.with_file_name(name).display()));
    ("there is no such file".into(), help.unwrap_or_else(|| "check the name".into()))
}

/// The folder a path is in; the working directory for a bare name.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// An input that can be read from the start as often as needed.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    place: Place,
    /// So many bytes are read of it, decompressed; `None`: all.
    limit: Option<u64>,
    /// Counts what is read of it.
    meter: Option<Arc<Meter>>,
    /// The part of it that is meant, such as a sheet.
    part: Option<String>,
    /// The file that it is a part of.
    whole: Option<Arc<Source>>,
    /// How far compressed data may expand.
    expansion: Expansion,
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
enum Place {
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

    fn at(name: String, place: Place) -> Source {
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
    fn raw(&self) -> Result<Bytes> {
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
fn read_full(from: &mut dyn Read, space: &mut [u8]) -> io::Result<usize> {
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
    bytes: io::Take<Bytes>,
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

    fn fail(&self, cause: io::Error) -> FileError {
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

/// Makes a folder, and those that it lies in, unless it is there.
///
/// # Errors
/// When a file stands in its place, or it cannot be made.
pub fn make_folder(path: &Path) -> Result<()> {
    let made = fs::create_dir_all(path);
    made.map_err(|cause| match cause.kind() {
        ErrorKind::AlreadyExists => FileError::new(path.display(), "write", "it is a file, not a folder", "name a folder").into(),
        _ => FileError::of(path, "write", cause).into(),
    })
}

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
struct At {
    file: Arc<File>,
    at: u64,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &Source) -> Result<Vec<u8>> {
        let mut reader = source.open()?;
        let mut all = Vec::new();
        let mut space = [0; 7];
        loop {
            match reader.fill(&mut space)? {
                0 => return Ok(all),
                n => all.extend_from_slice(&space[..n]),
            }
        }
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        to.write_all(bytes).unwrap();
        to.finish().unwrap()
    }

    #[test]
    fn the_start_of_an_input() {
        let text = "0123456789".repeat(1000);
        for (bytes, size) in [
            (text.as_bytes().to_vec(), Some(10_000)),
            (gzip(text.as_bytes()), None),
            (zstd::encode_all(text.as_bytes(), 3).unwrap(), None),
        ] {
            let whole = Source::memory("digits.csv", bytes);
            let longer = |than| whole.is_longer_than(than).unwrap();
            assert_eq!(
                (longer(0), longer(9_999), longer(10_000), longer(u64::MAX)),
                (true, true, false, false)
            );
            assert_eq!(whole.is_compressed().unwrap(), size.is_none());
            let start = whole.start(25);
            assert_eq!(start.text().unwrap(), text[..25]);
            assert_eq!(start.start(30).start(7).text().unwrap(), text[..7]);
            assert!(size.is_none() || start.size() == Some(25));
            let mut reader = start.open().unwrap();
            let mut space = [0; 20];
            assert_eq!((reader.fill(&mut space).unwrap(), reader.is_cut()), (20, false));
            assert_eq!((reader.fill(&mut space).unwrap(), reader.is_cut()), (5, true));
            assert!(!whole.open().unwrap().is_cut());
        }
    }

    #[test]
    fn compressed_or_not() {
        let text = b"a,b\n1,2\n".repeat(50);
        let zst = zstd::encode_all(&text[..], 3).unwrap();
        for (name, bytes) in [("plain", text.clone()), ("gz", gzip(&text)), ("zst", zst.clone())] {
            assert_eq!(read(&Source::memory(name, bytes)).unwrap(), text, "{name}");
        }
        let mut twice = gzip(&text[..100]);
        twice.extend(gzip(&text[100..]));
        assert_eq!(read(&Source::memory("members", twice)).unwrap(), text);
        for short in [&b""[..], b"a", b"("] {
            assert_eq!(read(&Source::memory("short", short)).unwrap(), short);
        }
        for (short, what) in [
            (&b"\x1f\x8b"[..], "gzip"),
            (b"\x1f\x8b\x08", "gzip"),
            (b"\x28\xb5", "zstd"),
            (b"\x28\xb5\x2f", "zstd"),
        ] {
            let error = read(&Source::memory("short", short)).unwrap_err().to_string();
            assert!(error.contains(&format!("its {what} data end early")), "{error}");
        }
    }

    #[test]
    fn damaged_compression_is_an_error_that_names_the_file() {
        let text = b"a,b\n1,2\n".repeat(50);
        let mut damaged = gzip(&text);
        let middle = damaged.len() / 2;
        damaged[middle] ^= 0xff;
        let mut garbage = gzip(&text);
        garbage.extend(b"garbage after the end");
        let zst = zstd::encode_all(&text[..], 3).unwrap();
        let gz = gzip(&text);
        for (bytes, why) in [
            (&gz[..gz.len() - 9], "gzip data end early"),
            (&gz[..gz.len() - 1], "gzip data end early"),
            (&gz[..12], "gzip data end early"),
            (&zst[..zst.len() - 1], "zstd data end early"),
            (&damaged, "gzip data are damaged"),
            (&garbage, "gzip data are damaged"),
        ] {
            let error = read(&Source::memory("orders.csv.gz", bytes)).unwrap_err().to_string();
            assert!(
                error.starts_with("cannot read orders.csv.gz: its ") && error.contains(why),
                "{error}"
            );
        }
    }

    #[test]
    fn scratch_is_read_as_often_as_needed() {
        let mut scratch = Scratch::new().unwrap();
        scratch.write_all(b"a,b\n1,2\n").unwrap();
        let source = scratch.into_source("-").unwrap();
        let mut first = source.open().unwrap();
        first.fill(&mut [0; 3]).unwrap();
        assert_eq!(read(&source).unwrap(), b"a,b\n1,2\n");
        assert_eq!(first.fill(&mut [0; 100]).unwrap(), 5);
        assert_eq!((source.name(), source.path()), ("-", None));
    }

    #[test]
    fn whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out.csv");
        let entries = || fs::read_dir(dir.path()).unwrap().count();
        write_bytes(&path, b"one").unwrap();
        let failed = write_whole(&path, |to| {
            to.write_all(b"two")?;
            anyhow::bail!("the numbers ran out")
        });
        assert_eq!(
            format!("{:#}", failed.unwrap_err()),
            format!("cannot write {}: the numbers ran out", path.display())
        );
        assert_eq!((fs::read(&path).unwrap(), entries()), (b"one".to_vec(), 1));
        write_bytes(&path, b"three").unwrap();
        assert_eq!((fs::read(&path).unwrap(), entries()), (b"three".to_vec(), 1));
        let nowhere = write_bytes(&dir.path().join("no/out.csv"), b"x").unwrap_err().to_string();
        assert!(nowhere.contains("there is no folder"), "{nowhere}");
        let folder = write_bytes(dir.path(), b"x").unwrap_err().to_string();
        assert!(folder.contains("it is a folder"), "{folder}");
        assert_eq!(entries(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_permissions_and_devices_stay_what_they_are() {
        use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("file"), dir.path().join("link"));
        fs::write(&file, "one").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&file, &link).unwrap();
        write_bytes(&link, b"two").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"two");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        write_bytes(Path::new("/dev/null"), b"x").unwrap();
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
        // What may never end is not read.
        for device in ["/dev/null", "/dev/zero"] {
            let error = Source::file(Path::new(device)).unwrap_err().to_string();
            assert_eq!(
                error,
                format!("cannot read {device}: it is a device, and not a file or a pipe; name a file; - reads standard input")
            );
        }
        // A link to nothing leads to the new file.
        let (later, dangling) = (dir.path().join("later"), dir.path().join("dangling"));
        symlink("later", &dangling).unwrap();
        write_bytes(&dangling, b"three").unwrap();
        assert_eq!(
            (fs::read(&later).unwrap(), fs::symlink_metadata(&dangling).unwrap().is_symlink()),
            (b"three".to_vec(), true)
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_said() {
        let full = write_bytes(Path::new("/dev/full"), b"x").unwrap_err();
        assert_eq!(
            full.to_string(),
            "cannot write /dev/full: no space left; free some space or write elsewhere"
        );
        assert_eq!(
            full.root_cause().downcast_ref::<io::Error>().unwrap().kind(),
            ErrorKind::StorageFull
        );
    }
}
