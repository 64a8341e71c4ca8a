//! Bytes to UTF-8.

use std::fmt;

use anyhow::Result;

use crate::io::{Reader, Source};

/// How a file's bytes stand for characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16 with the low byte first, told by its byte order mark.
    Utf16Le,
    /// UTF-16 with the high byte first, told by its byte order mark.
    Utf16Be,
    /// Bytes that are no UTF-8, read as windows-1252; the five that it leaves undefined become the control characters of the same
    /// number, so that nothing is lost.
    Windows1252,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf16Le => "UTF-16LE",
            Encoding::Utf16Be => "UTF-16BE",
            Encoding::Windows1252 => "windows-1252",
        })
    }
}

impl Encoding {
    /// The encoding that a byte order mark at the start says, and the length of the mark.
    fn marked(start: &[u8]) -> Option<(Encoding, usize)> {
        match start {
            [0xef, 0xbb, 0xbf, ..] => Some((Encoding::Utf8, 3)),
            [0xff, 0xfe, ..] => Some((Encoding::Utf16Le, 2)),
            [0xfe, 0xff, ..] => Some((Encoding::Utf16Be, 2)),
            _ => None,
        }
    }
}

/// A space that is filled with text; its bytes stay allocated and set from one filling to the next.
#[derive(Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    /// How many bytes hold text.
    pub filled: usize,
}

impl Buffer {
    pub(super) fn text(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }

    /// Starts anew with these bytes.
    pub(super) fn set(&mut self, bytes: &[u8]) {
        self.grow(bytes.len());
        self.bytes[..bytes.len()].copy_from_slice(bytes);
        self.filled = bytes.len();
    }

    fn grow(&mut self, size: usize) {
        if self.bytes.len() < size {
            self.bytes.resize(size, 0);
        }
    }
}

/// The text of an input, from its start. Text said to be UTF-8 is passed on as it is; whether it is, the reader of the blocks checks.
pub(super) struct Text {
    reader: Reader,
    pub encoding: Encoding,
    decoder: Option<encoding_rs::Decoder>,
    /// Bytes read but not yet passed on or decoded.
    raw: Vec<u8>,
    at: usize,
    at_end: bool,
    /// Whether something was no character in the encoding, and became U+FFFD.
    pub malformed: bool,
}

/// So many bytes are decoded at once.
const CHUNK: usize = 1 << 16;

impl Text {
    /// Opens an input; its byte order mark is skipped, and decides the encoding unless one is given.
    pub(super) fn open(source: &Source, encoding: Option<Encoding>) -> Result<Text> {
        let mut reader = source.open()?;
        let mut raw = vec![0; 3];
        let got = reader.fill(&mut raw)?;
        raw.truncate(got);
        let marked = Encoding::marked(&raw);
        let encoding = encoding.or(marked.map(|(e, _)| e)).unwrap_or(Encoding::Utf8);
        let decoder = match encoding {
            Encoding::Utf8 => None,
            Encoding::Utf16Le => Some(encoding_rs::UTF_16LE),
            Encoding::Utf16Be => Some(encoding_rs::UTF_16BE),
            Encoding::Windows1252 => Some(encoding_rs::WINDOWS_1252),
        };
        let decoder = decoder.map(|e| e.new_decoder_without_bom_handling());
        let at = marked.map_or(0, |(_, length)| length);
        Ok(Text {
            reader,
            encoding,
            decoder,
            raw,
            at,
            at_end: false,
            malformed: false,
        })
    }

    /// Fills a buffer up to a size, or a few bytes less; whether the text is over.
    pub(super) fn fill(&mut self, buffer: &mut Buffer, size: usize) -> Result<bool> {
        buffer.grow(size);
        let space = &mut buffer.bytes[..size];
        let Some(decoder) = &mut self.decoder else {
            let head = &self.raw[self.at..];
            let head = &head[..head.len().min(space.len() - buffer.filled)];
            space[buffer.filled..][..head.len()].copy_from_slice(head);
            buffer.filled += head.len();
            self.at += head.len();
            let got = self.reader.fill(&mut space[buffer.filled..])?;
            let over = buffer.filled + got < size;
            buffer.filled += got;
            return Ok(over);
        };
        loop {
            if self.at == self.raw.len() && !self.at_end {
                self.raw.resize(CHUNK, 0);
                let got = self.reader.fill(&mut self.raw)?;
                self.at_end = got < CHUNK;
                self.raw.truncate(got);
                self.at = 0;
            }
            let (result, ate, wrote, malformed) = decoder.decode_to_utf8(&self.raw[self.at..], &mut space[buffer.filled..], self.at_end);
            self.at += ate;
            buffer.filled += wrote;
            self.malformed |= malformed;
            match result {
                encoding_rs::CoderResult::OutputFull => return Ok(false),
                encoding_rs::CoderResult::InputEmpty if self.at_end => return Ok(true),
                encoding_rs::CoderResult::InputEmpty => {}
            }
        }
    }
}
