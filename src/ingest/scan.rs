//! Finding where records end in raw bytes, without taking them apart.
//!
//! A quote opens a quoted field exactly where the byte before it is a delimiter, a line end or nothing; within quotes the next quote
//! that is not doubled closes. These are the rules of `csv-core`, so that a cut made here is a boundary there.

use memchr::{memchr, memrchr2};

use super::dialect::{Plain, QUOTE};

/// What a stretch of bytes that starts at the start of a record holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Scan {
    /// Bytes up to and with the line end of the last complete record; a CR at the very end is not yet an end, an LF may follow.
    pub end: usize,
    /// Records that start before `end`.
    pub records: u64,
    /// Records that start anywhere in the bytes.
    pub started: u64,
    /// Whether all bytes together end within quotes.
    pub open: bool,
    /// Whether quotes break the rules somewhere: text follows a closing quote.
    pub irregular: bool,
    /// Near the quote that is not closed: where the run of quoted fields starts that ends open.
    pub opened: usize,
}

pub(super) fn is_end(byte: u8) -> bool {
    byte == b'\n' || byte == b'\r'
}

/// Scans bytes that start at the start of a record.
pub(super) fn scan(bytes: &[u8], plain: Plain) -> Scan {
    let mut found = Scan::default();
    let mut at = 0;
    loop {
        // Outside of quotes: up to the next quote that opens, it included, or the end.
        let quote = if plain.quoted {
            next_opening(bytes, at, plain.delimiter)
        } else {
            None
        };
        let stop = quote.map_or(bytes.len(), |q| q + 1);
        found.started += count_starts(bytes, at, stop);
        if let Some(end) = last_end(bytes, at, stop) {
            found.end = end;
        }
        let Some(quote) = quote else { break };
        // Inside: up to the quote that closes, and through the fields that follow at once, where nothing but the delimiter is outside.
        let mut close = closing(bytes, quote + 1);
        while let Some(before) = close
            && bytes[before + 1..].starts_with(&[plain.delimiter, QUOTE])
        {
            close = closing(bytes, before + 3);
        }
        let Some(close) = close else {
            found.open = true;
            found.opened = quote;
            break;
        };
        at = close + 1;
        found.irregular |= bytes.get(at).is_some_and(|&b| b != plain.delimiter && !is_end(b));
    }
    // What follows the last end is one record that has started, unless it is a lone CR.
    let unfinished = bytes.get(found.end).is_some_and(|&b| !is_end(b));
    found.records = found.started - u64::from(unfinished);
    found
}

/// The next quote from there on that opens a field.
pub(super) fn next_opening(bytes: &[u8], from: usize, delimiter: u8) -> Option<usize> {
    let mut at = from;
    while let Some(hit) = memchr(QUOTE, &bytes[at..]) {
        let quote = at + hit;
        if quote == 0 || bytes[quote - 1] == delimiter || is_end(bytes[quote - 1]) {
            return Some(quote);
        }
        at = quote + 1;
    }
    None
}

/// The quote that closes a field whose content starts there.
pub(super) fn closing(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let quote = at + memchr(QUOTE, &bytes[at..])?;
        if bytes.get(quote + 1) != Some(&QUOTE) {
            return Some(quote);
        }
        at = quote + 2;
    }
}

/// The place after the last line end in a range.
fn last_end(bytes: &[u8], from: usize, to: usize) -> Option<usize> {
    let last = from + memrchr2(b'\n', b'\r', &bytes[from..to])?;
    if bytes[last] == b'\r' && last + 1 == bytes.len() {
        let before = from + memrchr2(b'\n', b'\r', &bytes[from..last])?;
        return Some(before + 1);
    }
    Some(last + 1)
}

/// How many records start in a range outside of quotes: bytes that end no line, at the start or after one that does.
fn count_starts(bytes: &[u8], from: usize, to: usize) -> u64 {
    let first = u64::from(from == 0 && to > 0 && !is_end(bytes[0]));
    let from = from.max(1);
    if to <= from {
        return first;
    }
    first + count_pairs(&bytes[from - 1..to], |before, byte| is_end(before) & !is_end(byte))
}

/// How many lines end in these bytes: LF, CR or both together each end one. `next` is the byte after them.
pub(super) fn count_lines(bytes: &[u8], next: Option<u8>) -> u64 {
    let Some(&last) = bytes.last() else { return 0 };
    let within = count_pairs(bytes, |byte, after| (byte == b'\n') | ((byte == b'\r') & (after != b'\n')));
    within + u64::from(last == b'\n' || (last == b'\r' && next != Some(b'\n')))
}

/// Counts the neighbours that satisfy a test; in lanes of bytes, so that the compiler can use wide registers.
#[inline]
fn count_pairs(bytes: &[u8], test: impl Fn(u8, u8) -> bool) -> u64 {
    let (left, right) = (&bytes[..bytes.len() - 1], &bytes[1..]);
    let mut total = 0;
    for (left, right) in left.chunks(128).zip(right.chunks(128)) {
        let mut few = 0u8;
        for (&a, &b) in left.iter().zip(right) {
            few += u8::from(test(a, b));
        }
        total += u64::from(few);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMA: Plain = Plain {
        delimiter: b',',
        quoted: true,
    };

    fn of(text: &str) -> (usize, u64, bool) {
        let Scan { end, records, open, .. } = scan(text.as_bytes(), COMMA);
        (end, records, open)
    }

    #[test]
    fn ends() {
        assert_eq!(of(""), (0, 0, false));
        assert_eq!(of("a,b"), (0, 0, false));
        assert_eq!(of("a,b\n"), (4, 1, false));
        assert_eq!(of("a,b\n\n\nc"), (6, 1, false));
        assert_eq!(of("a\r\nb\r\nc"), (6, 2, false));
        assert_eq!(of("a\rb\rc"), (4, 2, false));
        // An LF may follow.
        assert_eq!(of("a\rb\r"), (2, 1, false));
        assert_eq!(of("\r"), (0, 0, false));
        assert_eq!(of("a,\"x\ny\"\nb"), (8, 1, false));
        assert_eq!(of("a,\"x\ny"), (0, 0, true));
        assert_eq!(of("a\n\"x\"\"\ny"), (2, 1, true));
        assert_eq!(of("a\"b\nc \"d\n"), (9, 2, false));
        assert_eq!(of("\"a\"b\"\nc"), (6, 1, false));
    }

    #[test]
    fn lines() {
        assert_eq!(count_lines(b"", None), 0);
        assert_eq!(count_lines(b"a\nb\r\nc\rd", None), 3);
        assert_eq!(count_lines(b"a\r", Some(b'\n')), 0);
        assert_eq!(count_lines(b"a\r", Some(b'b')), 1);
        assert_eq!(count_lines(b"\n\r\n\r", None), 3);
        assert_eq!(count_lines(&b"a\r\n".repeat(1000), None), 1000);
    }

    proptest::proptest! {
        /// Wherever the bytes stop, the end found is a boundary between two records of the csv crate, with as many records before it.
        #[test]
        fn ends_are_those_of_the_csv_crate(text in "[,\"\n\ra ]{0,40}") {
            let found = scan(text.as_bytes(), COMMA);
            let count = |bytes: &[u8]| {
                let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
                reader.byte_records().map(|r| r.unwrap()).collect::<Vec<_>>()
            };
            let (head, tail) = text.as_bytes().split_at(found.end);
            let mut parts = count(head);
            proptest::prop_assert_eq!(parts.len() as u64, found.records);
            let rest = count(tail);
            proptest::prop_assert!(rest.len() <= 1);
            parts.extend(rest);
            proptest::prop_assert_eq!(parts, count(text.as_bytes()));
        }
    }
}
