//! The decoded start of an input, or why it is no text.

use anyhow::Result;

use super::decode::{Buffer, Text};
use super::encoding::{self, Encoding};
use super::evidence::EncodingEvidence;
use super::scan::count_lines;
use crate::io::{FileError, Source};

/// Kinds of files that are no text, by their first bytes: what they are, and what to do.
const BINARY: [(&[u8], &str, &str); 10] = [
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
    (b"SQLite format 3", "an SQLite database", "export the table as CSV"),
    (b"7z\xbc\xaf", "a 7z archive", "unpack it"),
    (b"\xfd7zXZ", "compressed by xz", "unpack it, or compress it with gzip or zstd"),
    (b"BZh91AY&SY", "compressed by bzip2", "unpack it, or compress it with gzip or zstd"),
];

/// The error for bytes that are no text.
pub(super) fn not_text(source: &Source, line: u64) -> anyhow::Error {
    no_text(source, "zero bytes", line)
}

fn no_text(source: &Source, what: &str, line: u64) -> anyhow::Error {
    let why = format!("it is not a text file ({what}, first in line {line})");
    FileError::new(source.name(), "read", why, "export it as CSV in UTF-8").into()
}

/// Whether so many zero bytes among so many are no slip but mean that the file is no text.
pub(super) fn too_many_zeros(zeros: u64, bytes: usize) -> bool {
    zeros > 4 && zeros * 20 > bytes as u64
}

/// Where the first control character stands in a text that is none: of pictures, archives and programs one byte in ten is such a
/// character, and any of them may be. Text that uses some as marks uses a few of them.
fn first_control(text: &str) -> Option<usize> {
    const KINDS: usize = 8;
    let is_control = |b: u8| b < b' ' && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0b | 0x0c | 0x1b);
    let mut seen = [false; 32];
    let mut count = 0;
    for byte in text.bytes().filter(|&b| is_control(b)) {
        seen[usize::from(byte)] = true;
        count += 1;
    }
    let is_none = count * 50 > text.len() && seen.iter().filter(|&&seen| seen).count() >= KINDS;
    is_none.then(|| text.bytes().position(is_control)).flatten()
}

/// The decoded start of an input.
pub(super) struct Sample {
    pub text: String,
    pub encoding: Encoding,
    /// Why it is taken to be in that.
    pub why: EncodingEvidence,
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
    let decoded = String::from_utf8_lossy(&buffer.text()[..valid]).into_owned();
    if let Some(first) = first_control(&decoded) {
        return Err(no_text(
            source,
            "control characters",
            1 + count_lines(&decoded.as_bytes()[..first], None),
        ));
    }
    Ok(Sample {
        text: decoded,
        encoding: text.encoding,
        why: found.why,
        over: ended && !cut,
        cut,
        zeros,
        stray: text.stray,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_known_by_its_control_characters() {
        // What a linear congruential generator draws (Knuth's MMIX), as compressed data look.
        let mut state = 7u64;
        let mut bytes = b"id,name\n".to_vec();
        bytes.extend((0..4_000).map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        }));
        let error = |bytes: &[u8]| {
            sample(&Source::memory("a.csv", bytes), 1 << 16, None)
                .err()
                .map(|error| error.to_string())
        };
        assert!(
            error(&bytes)
                .unwrap()
                .contains("it is not a text file (control characters, first in line 2)")
        );
        // Marks between fields and between records are a few kinds, and a slip is rare.
        let marked = "id\u{1f}name\u{1e}1\u{1f}a\u{1e}".repeat(100);
        assert_eq!(error(marked.as_bytes()), None);
        let slips = format!("id,name\n{}\n{}", "1,a\n".repeat(1_000), "\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}\u{8}");
        assert_eq!(error(slips.as_bytes()), None);
        for (start, what) in [("\u{fffd}", None), ("BZh91AY&SY", Some("compressed by bzip2"))] {
            let found = error(start.as_bytes());
            assert_eq!(found.is_some(), what.is_some());
            assert!(what.is_none_or(|what| found.unwrap().contains(what)));
        }
    }
}
