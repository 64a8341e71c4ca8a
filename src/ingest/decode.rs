//! Bytes to UTF-8.

use anyhow::Result;

use super::encoding::{Encoding, mixed_character};
use crate::io::{Reader, Source};

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

    /// Takes the zero bytes out that stand at or after a place; how many there were.
    pub(super) fn drop_zeros(&mut self, from: usize) -> u64 {
        let Some(first) = memchr::memchr(0, &self.bytes[from..self.filled]) else {
            return 0;
        };
        let first = from + first;
        let mut kept = first;
        for at in first..self.filled {
            if self.bytes[at] != 0 {
                self.bytes[kept] = self.bytes[at];
                kept += 1;
            }
        }
        let dropped = self.filled - kept;
        self.filled = kept;
        dropped as u64
    }

    fn grow(&mut self, size: usize) {
        if self.bytes.is_empty() {
            // Zeroed memory comes for nothing; filling it with zeros does not.
            self.bytes = vec![0; size];
        } else if self.bytes.len() < size {
            self.bytes.resize(size, 0);
        }
    }
}

/// How bytes become characters.
enum Decoder {
    /// They are UTF-8 as they are; whether this is so, the reader of the blocks checks.
    None,
    Library(encoding_rs::Decoder),
    /// One character for each byte from 0x80 on.
    Table(&'static [char; 128]),
    /// UTF-8 where it is valid, windows-1252 for each other byte.
    Mixed,
}

/// The text of an input, from its start. Text said to be UTF-8 is passed on as it is; whether it is, the reader of the blocks checks.
pub(super) struct Text {
    reader: Reader,
    pub encoding: Encoding,
    decoder: Decoder,
    /// Bytes read but not yet passed on or decoded.
    raw: Vec<u8>,
    at: usize,
    at_end: bool,
    /// Whether something was no character in the encoding, and became U+FFFD.
    pub malformed: bool,
    /// The line in which a byte of mixed text is no UTF-8 for the first time, and how many there are.
    pub stray: Option<(u64, u64)>,
    /// Line ends passed in mixed text.
    lines: u64,
    after_cr: bool,
}

/// So many bytes are decoded at once.
const CHUNK: usize = 1 << 16;

impl Text {
    /// Opens an input; its byte order mark is skipped.
    pub(super) fn open(source: &Source, encoding: Encoding) -> Result<Text> {
        let mut reader = source.open()?;
        let mut raw = vec![0; 3];
        let got = reader.fill(&mut raw)?;
        raw.truncate(got);
        let decoder = match encoding {
            Encoding::Utf8 => Decoder::None,
            Encoding::Library(library) => Decoder::Library(library.new_decoder_without_bom_handling()),
            Encoding::Cp437 | Encoding::Cp850 => Decoder::Table(encoding.table()),
            Encoding::Mixed => Decoder::Mixed,
        };
        let at = Encoding::marked(&raw).map_or(0, |(_, length)| length);
        Ok(Text {
            reader,
            encoding,
            decoder,
            raw,
            at,
            at_end: false,
            malformed: false,
            stray: None,
            lines: 0,
            after_cr: false,
        })
    }

    /// Whether the text is over where the start of the input that is asked for is, and the last record is not whole.
    pub(super) fn is_cut(&self) -> bool {
        self.reader.is_cut()
    }

    /// Fills a buffer up to a size, or a few bytes less; whether the text is over.
    pub(super) fn fill(&mut self, buffer: &mut Buffer, size: usize) -> Result<bool> {
        buffer.grow(size);
        let space = &mut buffer.bytes[..size];
        if let Decoder::None = self.decoder {
            let head = &self.raw[self.at..];
            let head = &head[..head.len().min(space.len() - buffer.filled)];
            space[buffer.filled..][..head.len()].copy_from_slice(head);
            buffer.filled += head.len();
            self.at += head.len();
            let got = self.reader.fill(&mut space[buffer.filled..])?;
            let over = buffer.filled + got < size;
            buffer.filled += got;
            return Ok(over);
        }
        loop {
            if !self.at_end && self.raw.len() - self.at < 4 {
                self.raw.drain(..self.at);
                self.at = 0;
                let kept = self.raw.len();
                self.raw.resize(kept + CHUNK, 0);
                let got = self.reader.fill(&mut self.raw[kept..])?;
                self.at_end = got < CHUNK;
                self.raw.truncate(kept + got);
            }
            // Half a character at a cut is none that the input has.
            let last = self.at_end && !self.is_cut();
            let space = &mut space[buffer.filled..];
            let (full, wrote) = match &mut self.decoder {
                Decoder::None => return Ok(false),
                Decoder::Library(decoder) => {
                    let (result, ate, wrote, malformed) = decoder.decode_to_utf8(&self.raw[self.at..], space, last);
                    self.at += ate;
                    self.malformed |= malformed;
                    (result == encoding_rs::CoderResult::OutputFull, wrote)
                }
                Decoder::Table(table) => {
                    let table = *table;
                    self.translate(space, last, |bytes, _| match bytes {
                        [byte, ..] if *byte >= 0x80 => Some((table[usize::from(*byte - 0x80)], 1, false)),
                        [byte, ..] => Some((char::from(*byte), 1, false)),
                        [] => None,
                    })
                }
                Decoder::Mixed => self.translate(space, last, mixed_character),
            };
            buffer.filled += wrote;
            if full {
                return Ok(false);
            }
            if self.at_end && (self.at == self.raw.len() || !last) {
                return Ok(true);
            }
        }
    }

    /// Decodes character by character: `next` gives the first character of some bytes, its length there, and whether it is a stray
    /// byte; `None` where more bytes are needed. Whether the space is full, and how much was written.
    fn translate(&mut self, space: &mut [u8], last: bool, next: impl Fn(&[u8], bool) -> Option<(char, usize, bool)>) -> (bool, usize) {
        let mut wrote = 0;
        while let Some((character, length, stray)) = next(&self.raw[self.at..], last) {
            let Some(room) = space.get_mut(wrote..wrote + character.len_utf8()) else {
                return (true, wrote);
            };
            character.encode_utf8(room);
            wrote += room.len();
            self.at += length;
            let ends_line = character == '\r' || (character == '\n' && !self.after_cr);
            self.lines += u64::from(ends_line);
            self.after_cr = character == '\r';
            if stray {
                let (_, count) = self.stray.get_or_insert((self.lines + 1, 0));
                *count += 1;
            }
        }
        (false, wrote)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8], encoding: Encoding, size: usize) -> (String, Option<(u64, u64)>) {
        let mut text = Text::open(&Source::memory("test.csv", bytes), encoding).unwrap();
        let (mut all, mut buffer) = (Vec::new(), Buffer::default());
        while !text.fill(&mut buffer, size).unwrap() {
            all.extend_from_slice(buffer.text());
            buffer.filled = 0;
        }
        all.extend_from_slice(buffer.text());
        (String::from_utf8(all).unwrap(), text.stray)
    }

    #[test]
    fn mixed_text_loses_nothing() {
        let bytes = b"a\r\n\xc3\xa9\n\xe9 \x81\xe2\x82\xac\xe2\x82\n\xff";
        for size in [4, 5, 100] {
            let (text, stray) = decoded(bytes, Encoding::Mixed, size);
            assert_eq!(text, "a\r\né\né \u{81}€â‚\nÿ", "{size}");
            assert_eq!(stray, Some((3, 5)));
        }
        let long = "é€".repeat(100_000);
        assert_eq!(decoded(long.as_bytes(), Encoding::Mixed, 1000), (long, None));
    }

    #[test]
    fn tables() {
        assert_eq!(decoded(b"caf\x82 \xd0", Encoding::Cp850, 10).0, "café ð");
        assert_eq!(decoded(b"caf\x82 \xd0", Encoding::Cp437, 10).0, "café ╨");
    }

    #[test]
    fn zero_bytes() {
        let mut buffer = Buffer::default();
        buffer.set(b"a\0b\0\0c");
        assert_eq!((buffer.drop_zeros(2), buffer.text()), (2, &b"a\0bc"[..]));
        assert_eq!((buffer.drop_zeros(0), buffer.text()), (1, &b"abc"[..]));
        assert_eq!(buffer.drop_zeros(0), 0);
    }
}
