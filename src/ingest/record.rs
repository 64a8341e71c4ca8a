//! Taking records apart.
//!
//! A record without quotes, as nearly all are, is parted where the delimiter stands, in place and without copying; one with quotes is
//! taken apart by `csv-core`. Both are the same where both apply, which the tests show. Records of other dialects, and those of a
//! stretch in which quotes break the rules, are taken apart by [`super::general`].

use arrow_array::RecordBatch;
use csv_core::ReadRecordResult;
use memchr::{memchr, memchr2};

use super::dialect::{Dialect, Plain, QUOTE};
use super::general::{Fields, Rules, delimiter_at, field_end, read_record};
use super::parquet::{StoredValue, value};
use super::scan::count_lines;

/// The records of a stretch of text that starts at the start of a record, one after the other.
pub struct Records<'a> {
    text: &'a str,
    delimiter: u8,
    /// Where the next record or the line ends before it start.
    at: usize,
    /// The line there.
    line: u64,
    /// The number of the next record.
    number: u64,
    /// Whether the text ends within quotes.
    open: bool,
    /// The next quote at or after `at`; the length of the text if there is none.
    quote: usize,
    /// Ends of the current record's fields.
    ends: Vec<usize>,
    /// The current record's fields, where quotes had to be taken off.
    bare: Vec<u8>,
    core: csv_core::Reader,
    /// How the general reader takes the records apart, where it does.
    careful: Option<Careful<'a>>,
    /// The rows that are the records, where there is no text.
    rows: Option<Rows<'a>>,
}

/// Rows of values that are stored as such.
struct Rows<'a> {
    batch: &'a RecordBatch,
    /// The next of them.
    next: usize,
    /// The texts of the current one, one after the other, and as a line of CSV.
    fields: String,
    raw: String,
}

/// What the general reader needs.
struct Careful<'a> {
    rules: Rules<'a>,
    /// The text and what of the input is known to follow it.
    ahead: &'a [u8],
    /// Whether nothing follows that.
    over: bool,
    fields: Fields,
}

/// One record.
#[derive(Clone, Copy, Debug)]
pub struct Record<'r> {
    fields: &'r str,
    ends: &'r [usize],
    /// Bytes between the end of a field and the start of the next.
    gap: usize,
    raw: &'r str,
    line: u64,
    number: u64,
    cut_off: bool,
    repaired: bool,
    astray: bool,
    /// The values that it is made of, where they are stored as such: rows, and which of them.
    row: Option<(&'r RecordBatch, usize)>,
}

impl<'a> Records<'a> {
    /// The records of a text whose first line and record have these numbers; `open` says whether the text ends within quotes.
    pub(super) fn new(text: &'a str, plain: Plain, line: u64, number: u64, open: bool) -> Records<'a> {
        let mut core = csv_core::ReaderBuilder::new().delimiter(plain.delimiter).build();
        // At its very start csv-core would take a byte order mark off; here it is in the middle of a file, where it is text.
        core.read_record(b"\n", &mut [0], &mut [0]);
        Records {
            text,
            delimiter: plain.delimiter,
            at: 0,
            line,
            number,
            open,
            quote: if plain.quoted { 0 } else { text.len() },
            ends: Vec::new(),
            bare: Vec::new(),
            core,
            careful: None,
            rows: None,
        }
    }

    /// Rows of values that are stored as such, the first of which has this number; a header stands on the line before them.
    pub(super) fn stored(batch: &'a RecordBatch, number: u64) -> Records<'a> {
        let plain = Plain {
            delimiter: b',',
            quoted: false,
        };
        let rows = Rows {
            batch,
            next: 0,
            fields: String::new(),
            raw: String::new(),
        };
        Records {
            rows: Some(rows),
            ..Records::new("", plain, number + 1, number, false)
        }
    }

    /// The next row as a record.
    fn read_row(&mut self) -> Option<Record<'_>> {
        let rows = self.rows.as_mut().filter(|rows| rows.next < rows.batch.num_rows())?;
        rows.fields.clear();
        rows.raw.clear();
        self.ends.clear();
        for (column, values) in rows.batch.columns().iter().enumerate() {
            let text = value(values, rows.next).text();
            rows.fields.push_str(&text);
            self.ends.push(rows.fields.len());
            if column > 0 {
                rows.raw.push(',');
            }
            if text.contains(['"', ',', '\n', '\r']) {
                rows.raw.push('"');
                rows.raw.push_str(&text.replace('"', "\"\""));
                rows.raw.push('"');
            } else {
                rows.raw.push_str(&text);
            }
        }
        let (row, line, number) = ((rows.batch, rows.next), self.line, self.number);
        rows.next += 1;
        self.line += 1;
        self.number += 1;
        Some(Record {
            fields: &rows.fields,
            ends: &self.ends,
            gap: 0,
            raw: &rows.raw,
            line,
            number,
            cut_off: false,
            repaired: false,
            astray: false,
            row: Some(row),
        })
    }

    /// The same by the general reader; `ahead` is the text with what is known to follow it, `over` whether nothing else does.
    pub(super) fn careful(text: &'a str, ahead: &'a [u8], rules: Rules<'a>, line: u64, number: u64, over: bool) -> Records<'a> {
        let plain = Plain {
            delimiter: b',',
            quoted: false,
        };
        let fields = Fields::default();
        Records {
            careful: Some(Careful {
                rules,
                ahead,
                over,
                fields,
            }),
            ..Records::new(text, plain, line, number, false)
        }
    }

    /// The next record by the general reader.
    fn read_carefully(&mut self) -> Option<Record<'_>> {
        let careful = self.careful.as_mut()?;
        let (start, line, number) = (self.at, self.line, self.number);
        let parsed = read_record(careful.ahead, start, careful.rules, careful.over, &mut careful.fields);
        let raw = &self.text[start..parsed.end.min(self.text.len())];
        self.at = start + raw.len();
        self.line += count_lines(raw.as_bytes(), None);
        self.number += 1;
        let fields = &careful.fields;
        Some(Record {
            // Only whole characters were left out, so that the rest of valid text is valid.
            fields: std::str::from_utf8(&fields.bare).expect("fields of valid text"),
            ends: &fields.ends,
            gap: 0,
            raw,
            line,
            number,
            cut_off: parsed.open,
            repaired: parsed.repaired,
            astray: parsed.astray,
            row: None,
        })
    }

    /// Passes over header rows, which have no number.
    pub(super) fn skip_header(&mut self, rows: u64) {
        let first = self.number;
        for _ in 0..rows {
            self.read();
        }
        self.number = first;
    }

    /// The next record, or `None` after the last.
    pub fn read(&mut self) -> Option<Record<'_>> {
        if self.rows.is_some() {
            return self.read_row();
        }
        let bytes = self.text.as_bytes();
        self.skip_line_ends();
        let start = self.at;
        if start == bytes.len() {
            return None;
        }
        if self.careful.is_some() {
            return self.read_carefully();
        }
        if self.quote <= start {
            self.quote = memchr(QUOTE, &bytes[start..]).map_or(bytes.len(), |hit| start + hit);
        }
        let line_end = memchr2(b'\n', b'\r', &bytes[start..]).map_or(bytes.len(), |hit| start + hit);
        let (line, number) = (self.line, self.number);
        self.number += 1;
        self.ends.clear();
        if self.quote >= line_end {
            let raw = &self.text[start..line_end];
            split(raw.as_bytes(), self.delimiter, &mut self.ends);
            self.ends.push(raw.len());
            self.at = line_end;
            return Some(Record {
                fields: raw,
                ends: &self.ends,
                gap: 1,
                raw,
                line,
                number,
                cut_off: false,
                repaired: false,
                astray: false,
                row: None,
            });
        }
        let (end, length) = self.take_quotes_off(start);
        let raw = &self.text[start..end];
        self.at = end;
        if end > line_end {
            self.line += count_lines(raw.as_bytes(), None);
        }
        // Only ASCII characters were left out, so that the rest of valid text is valid.
        let fields = std::str::from_utf8(&self.bare[..length]).expect("fields of valid text");
        Some(Record {
            fields,
            ends: &self.ends,
            gap: 0,
            raw,
            line,
            number,
            cut_off: self.open && end == bytes.len(),
            repaired: false,
            astray: false,
            row: None,
        })
    }

    /// Skips line ends, each of which ends a line or is a blank one.
    fn skip_line_ends(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(&byte @ (b'\n' | b'\r')) = bytes.get(self.at) {
            self.at += 1;
            if byte == b'\r' && bytes.get(self.at) == Some(&b'\n') {
                self.at += 1;
            }
            self.line += 1;
        }
    }

    /// Takes the record that starts there apart: where its text ends, without the line end, and the length of its bare fields.
    fn take_quotes_off(&mut self, start: usize) -> (usize, usize) {
        let bytes = self.text.as_bytes();
        let (mut read, mut written, mut fields) = (start, 0, 0);
        // No more than records usually need: after one with very many fields, room for as many would be cleared for each that follows.
        self.ends.resize(64, 0);
        self.bare.resize(self.bare.len().max(256), 0);
        loop {
            let (result, ate, wrote, ended) = self
                .core
                .read_record(&bytes[read..], &mut self.bare[written..], &mut self.ends[fields..]);
            read += ate;
            written += wrote;
            fields += ended;
            match result {
                // With nothing left to read the next call ends the record.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.bare.resize(self.bare.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record | ReadRecordResult::End => {
                    self.ends.truncate(fields);
                    // The line end was eaten, unless the text was over before.
                    return (if ate > 0 { read - 1 } else { read }, written);
                }
            }
        }
    }
}

/// Adds the places of the delimiter, eight bytes at a time: fields are so short that a call for each costs more than the search.
#[inline]
fn split(bytes: &[u8], delimiter: u8, ends: &mut Vec<usize>) {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let wanted = u64::from_ne_bytes([delimiter; 8]);
    let (words, rest) = bytes.as_chunks::<8>();
    let mut base = 0;
    for word in words {
        // A byte equal to the delimiter becomes 0x80, every other one 0 (Warren, "Hacker's Delight", 6-1).
        let other = u64::from_le_bytes(*word) ^ wanted;
        let mut hits = !(((other & LOW) + LOW) | other | LOW);
        while hits != 0 {
            ends.push(base + hits.trailing_zeros() as usize / 8);
            hits &= hits - 1;
        }
        base += 8;
    }
    ends.extend(
        rest.iter()
            .enumerate()
            .filter(|&(_, &byte)| byte == delimiter)
            .map(|(at, _)| base + at),
    );
}

impl<'r> Record<'r> {
    /// The number of fields, at least one.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// A field, without its quotes; `None` beyond the last.
    #[inline]
    pub fn get(&self, field: usize) -> Option<&'r str> {
        let end = *self.ends.get(field)?;
        let start = if field == 0 { 0 } else { self.ends[field - 1] + self.gap };
        Some(&self.fields[start..end])
    }

    /// The fields.
    pub fn iter(&self) -> impl Iterator<Item = &'r str> {
        let record = *self;
        (0..self.len()).filter_map(move |field| record.get(field))
    }

    /// The value of a field, where the file stores it with its type and not as text.
    #[inline]
    pub fn stored(&self, field: usize) -> Option<StoredValue<'r>> {
        let (batch, row) = self.row?;
        batch.columns().get(field).map(|values| value(values, row))
    }

    /// The record as it stands in the file (decoded), without its line end; of values that are no text, the line of CSV that says them.
    pub fn raw(&self) -> &'r str {
        self.raw
    }

    /// The line it starts on, as a text editor counts: from 1, with CR, LF and CRLF each ending one.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Its number among the file's data records, from 1; header rows do not count.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Whether the file ends within its quotes.
    pub fn cut_off(&self) -> bool {
        self.cut_off
    }

    /// Whether its quotes broke the rules, and it was read so that it has the width of the table.
    pub fn repaired(&self) -> bool {
        self.repaired
    }

    /// Whether its quotes break the rules: text follows a closing one, or one had to be taken otherwise.
    pub fn breaks_rules(&self) -> bool {
        self.repaired || self.astray
    }

    /// Whether a field seems to begin with a quote.
    pub fn quotes_fields(&self, dialect: &Dialect) -> bool {
        let Some(quote) = dialect.quote.map(char::from) else {
            return false;
        };
        let after = format!("{}{quote}", dialect.delimiter());
        self.raw.starts_with(quote) || self.raw.contains(&after)
    }

    /// Whether a quote stands in a field that is not quoted. In a file that quotes by the rules such a field is damaged: a delimiter
    /// is missing before it, or a quote is too many.
    pub fn stray_quote(&self, dialect: &Dialect) -> bool {
        let Some(quote) = dialect.quote else {
            return false;
        };
        if self.repaired || self.astray {
            return self.astray;
        }
        // Without quotes in the fields, none is stray; and the record stands for its fields where there are none at all.
        if self.gap == 1 || memchr(quote, self.fields.as_bytes()).is_none() {
            return false;
        }
        let blank = |b: &u8| *b == b' ' && dialect.padded;
        let bytes = self.raw.as_bytes();
        let mut at = 0;
        loop {
            at += bytes[at..].iter().take_while(|&b| blank(b)).count();
            if bytes.get(at) == Some(&quote) {
                // Through the quoted field, past its quotes that are text.
                at += 1;
                while let Some(hit) = memchr(quote, &bytes[at..]) {
                    let escaped = dialect.escape.is_some_and(|e| hit > 0 && bytes[at + hit - 1] == e);
                    at += hit + 1;
                    if escaped {
                        continue;
                    }
                    if bytes.get(at) != Some(&quote) {
                        break;
                    }
                    at += 1;
                }
            }
            let end = field_end(bytes, at, dialect);
            if memchr(quote, &bytes[at..end]).is_some()
                || (at < end && at > 0 && bytes[at - 1] == quote && !bytes[at..end].iter().all(blank))
            {
                return true;
            }
            match delimiter_at(bytes, end, dialect) {
                Some(length) => at = end + length,
                None => return false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMA: Plain = Plain {
        delimiter: b',',
        quoted: true,
    };

    fn of(text: &str) -> Records<'_> {
        Records::new(text, COMMA, 1, 1, false)
    }

    fn all(text: &str) -> Vec<(u64, Vec<&str>, &str)> {
        let mut records = of(text);
        let mut found = Vec::new();
        while let Some(record) = records.read() {
            let raw_at = record.raw().as_ptr() as usize - text.as_ptr() as usize;
            // Fields live as long as the reader's buffer; here they are looked up in the text.
            let fields = record.iter().map(|f| &text[text.find(f).unwrap()..][..f.len()]).collect();
            found.push((record.line(), fields, &text[raw_at..][..record.raw().len()]));
        }
        found
    }

    #[test]
    fn fields_lines_and_raw_text() {
        assert_eq!(
            all("a,b\r\n\r\nc,,d\re\n"),
            [(1, vec!["a", "b"], "a,b"), (3, vec!["c", "", "d"], "c,,d"), (4, vec!["e"], "e")]
        );
        assert_eq!(all("x,\"p\nq\"\n\ny"), [(1, vec!["x", "p\nq"], "x,\"p\nq\""), (4, vec!["y"], "y")]);
        assert_eq!(all("a\"b,c\nd"), [(1, vec!["a\"b", "c"], "a\"b,c"), (2, vec!["d"], "d")]);
        assert_eq!(all(",\n\",\""), [(1, vec!["", ""], ","), (2, vec![","], "\",\"")]);
        assert_eq!(all("\n\r\n\r"), []);
    }

    #[test]
    fn many_and_long_fields_with_quotes() {
        let long = "x".repeat(5000);
        let text = format!("\"{long}\"{}\n", ",é".repeat(300));
        let mut records = of(&text);
        let record = records.read().unwrap();
        assert_eq!(
            (record.len(), record.get(0), record.get(300), record.get(301)),
            (301, Some(&long[..]), Some("é"), None)
        );
        assert!(records.read().is_none());
    }

    #[test]
    fn a_byte_order_mark_in_the_middle_is_text() {
        let mut records = of("\u{feff}\"a\"\n");
        assert_eq!(records.read().unwrap().get(0), Some("\u{feff}\"a\""));
    }

    proptest::proptest! {
        #[test]
        fn records_are_those_of_the_csv_crate(text in "[,\"\n\ra é]{0,60}") {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let mut wanted = reader.records().map(|r| r.unwrap());
            let mut records = of(&text);
            let mut line_ends_before = 0;
            while let Some(record) = records.read() {
                let wanted = wanted.next();
                proptest::prop_assert_eq!(Some(record.iter().collect::<Vec<_>>()), wanted.as_ref().map(|r| r.iter().collect()));
                let at = record.raw().as_ptr() as usize - text.as_ptr() as usize;
                let before = text[..at].replace("\r\n", "\n").replace('\r', "\n");
                proptest::prop_assert_eq!(record.line(), 1 + before.matches('\n').count() as u64);
                proptest::prop_assert!(line_ends_before <= at);
                line_ends_before = at + record.raw().len();
            }
            proptest::prop_assert!(wanted.next().is_none());
        }
    }
}
