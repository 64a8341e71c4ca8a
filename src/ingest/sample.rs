//! The decoded start of an input, or why it is no text.

use anyhow::Result;

use super::decode::{Buffer, Text};
use super::encoding::{self, Encoding};
use super::scan::count_lines;
use crate::io::{FileError, Source};

/// Kinds of files that are no text, by their first bytes: what they are, and what to do.
const BINARY: [(&[u8], &str, &str); 9] = [
    (
        b"PK\x03\x04",
        "a zip archive or a workbook (xlsx, ods)",
        "unpack it, or save the sheet as CSV in UTF-8",
    ),
    (
        b"\xd0\xcf\x11\xe0",
        "an old workbook or document (xls, doc)",
        "save the sheet as CSV in UTF-8",
    ),
    (b"%PDF", "a PDF document", "export the data as CSV instead"),
    (b"\x89PNG", "a picture", "export the data as CSV instead"),
    (b"\xff\xd8\xff", "a picture", "export the data as CSV instead"),
    (b"GIF8", "a picture", "export the data as CSV instead"),
    (b"PAR1", "a Parquet file", "convert it to CSV"),
    (b"SQLite format 3", "an SQLite database", "export the table as CSV"),
    (b"7z\xbc\xaf", "a 7z archive", "unpack it"),
];

/// The error for bytes that are no text.
pub(super) fn not_text(source: &Source, line: u64) -> anyhow::Error {
    let why = format!("it is not a text file (zero bytes, first in line {line})");
    FileError::new(source.name(), "read", why, "export it as CSV in UTF-8").into()
}

/// Whether so many zero bytes among so many are no slip but mean that the file is no text.
pub(super) fn too_many_zeros(zeros: u64, bytes: usize) -> bool {
    zeros > 4 && zeros * 20 > bytes as u64
}

/// The decoded start of an input.
pub(super) struct Sample {
    pub text: String,
    pub encoding: Encoding,
    /// Why it is taken to be in that.
    pub why: String,
    /// Whether that is all of it.
    pub over: bool,
    /// Whether there is no more to read, although the input goes on.
    pub cut: bool,
    /// Zero bytes, left out.
    pub zeros: u64,
    /// The first line with a byte that is no UTF-8, and how many there are.
    pub stray: Option<(u64, u64)>,
}

/// Reads and decodes so much of the start, in the encoding that is stated or else found.
pub(super) fn sample(source: &Source, size: usize, stated: Option<Encoding>) -> Result<Sample> {
    let mut bytes = vec![0; size];
    let mut reader = source.open()?;
    let got = reader.fill(&mut bytes)?;
    bytes.truncate(got);
    if let Some((_, what, help)) = BINARY.iter().find(|(magic, ..)| bytes.starts_with(magic)) {
        return Err(FileError::new(source.name(), "read", format!("it is not a text file but {what}"), *help).into());
    }
    if bytes.starts_with(b"\xff\xfe\0\0") || bytes.starts_with(b"\0\0\xfe\xff") {
        return Err(FileError::new(source.name(), "read", "it is in UTF-32", "export it as CSV in UTF-8").into());
    }
    let whole = got < size && !reader.is_cut();
    let found = match stated {
        Some(encoding) => encoding::stated(encoding, &bytes, whole),
        None => encoding::of_start(&bytes, whole),
    };
    let mut buffer = Buffer::default();
    let mut text = Text::open(source, found.encoding)?;
    let ended = text.fill(&mut buffer, size)?;
    let cut = ended && text.is_cut();
    let before = buffer.text().to_vec();
    let zeros = buffer.drop_zeros(0);
    if too_many_zeros(zeros, before.len()) {
        let first = memchr::memchr(0, &before).unwrap_or(0);
        return Err(not_text(source, 1 + count_lines(&before[..first], None)));
    }
    let valid = match std::str::from_utf8(buffer.text()) {
        Ok(_) => buffer.filled,
        Err(e) => e.valid_up_to(),
    };
    Ok(Sample {
        text: String::from_utf8_lossy(&buffer.text()[..valid]).into_owned(),
        encoding: text.encoding,
        why: found.why,
        over: ended && !cut,
        cut,
        zeros,
        stray: text.stray,
    })
}
