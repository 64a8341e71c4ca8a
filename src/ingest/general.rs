//! Taking a record of any dialect apart.
//!
//! The rules are those of the `csv` crate for any delimiter, quote and escape: a quote opens only at the start of a field, what follows
//! the quote that closes belongs to the field, line ends outside of quotes end the record. Where a record breaks these rules (text
//! after a closing quote, or a quote that is never closed) and the width of the table is known, [`super::repair`] looks for the one
//! reading of it that has this width.

use memchr::{memchr2, memchr3};

use super::dialect::{Delimiter, Dialect};
use super::repair::repair;
use super::scan::{Scan, is_end};
use super::work;

/// How records are taken apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules<'d> {
    pub dialect: &'d Dialect,
    /// How many fields a record has as a rule; 0 where that is not known.
    pub width: usize,
}

/// The fields of a record, without their quotes, one after the other.
#[derive(Default)]
pub(super) struct Fields {
    pub bare: Vec<u8>,
    pub ends: Vec<usize>,
}

impl Fields {
    pub(super) fn clear(&mut self) {
        self.bare.clear();
        self.ends.clear();
    }

    /// A field as a whole.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.bare.extend_from_slice(bytes);
        self.close();
    }

    pub(super) fn close(&mut self) {
        self.ends.push(self.bare.len());
    }

    /// The field as it was copied so far.
    fn current(&self) -> &[u8] {
        &self.bare[self.ends.last().copied().unwrap_or(0)..]
    }
}

/// How a record was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parsed {
    /// Where its text ends, without the line end.
    pub end: usize,
    /// Whether the text ends within its quotes.
    pub open: bool,
    /// Whether it broke the rules and was read so that it has the width of the table.
    pub repaired: bool,
    /// Whether it was repaired by taking a quote in a field that is not quoted as text.
    pub astray: bool,
    /// Whether more text could lead to another reading.
    pub doubtful: bool,
}

/// Takes the record that starts there apart. `over` says whether the text is over at the end of the bytes.
pub(super) fn read_record(bytes: &[u8], start: usize, rules: Rules<'_>, over: bool, fields: &mut Fields) -> Parsed {
    let strict = read_strictly(bytes, start, rules, fields);
    work::look(strict.end - start);
    let mut parsed = Parsed {
        end: strict.end,
        open: strict.open,
        repaired: false,
        astray: strict.irregular,
        doubtful: false,
    };
    if (strict.irregular || strict.open) && rules.width > 1 {
        let found = repair(bytes, start, &strict, rules, over, fields);
        parsed.doubtful = found.doubtful;
        if let Some(end) = found.end {
            parsed.end = end;
            parsed.open = false;
            parsed.repaired = true;
            parsed.astray = found.astray;
        }
    }
    parsed
}

/// A record read by the rules alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strict {
    pub end: usize,
    pub open: bool,
    /// Whether text follows a closing quote.
    pub irregular: bool,
}

/// So many bytes beyond its first line a record is followed by the rules that it broke. Such a record is read otherwise, if it goes over
/// several lines; and where every line breaks the rules, each would lead through all that follow.
const BEYOND: usize = 1 << 12;

fn read_strictly(bytes: &[u8], start: usize, rules: Rules<'_>, fields: &mut Fields) -> Strict {
    let dialect = rules.dialect;
    fields.clear();
    let mut line = None;
    let mut found = Strict {
        end: start,
        open: false,
        irregular: false,
    };
    if let Delimiter::Columns(columns) = &dialect.delimiter {
        found.end = columns.cut(bytes, start, fields);
        return found;
    }
    let mut at = start;
    if dialect.delimiter == Delimiter::Blanks {
        at = skip_blanks(bytes, at);
    }
    loop {
        if dialect.padded {
            at = skip_blanks(bytes, at);
        }
        let quoted = dialect.quote.is_some() && bytes.get(at).copied() == dialect.quote;
        if quoted {
            match take_quoted(bytes, at + 1, dialect, &mut fields.bare) {
                Some(after) => at = after,
                None => {
                    found.open = true;
                    found.end = bytes.len();
                    fields.close();
                    return found;
                }
            }
        }
        let stop = field_end(bytes, at, dialect);
        let tail = &bytes[at..stop];
        if !(quoted && dialect.padded && tail.iter().all(|&b| b == b' ')) {
            found.irregular |= quoted && !tail.is_empty();
            fields.bare.extend_from_slice(tail);
            if dialect.padded && !quoted {
                let blanks = fields.current().iter().rev().take_while(|&&b| b == b' ').count();
                fields.bare.truncate(fields.bare.len() - blanks);
            }
        }
        fields.close();
        match delimiter_at(bytes, stop, dialect) {
            Some(length) => at = stop + length,
            None => {
                let blanks = dialect.delimiter == Delimiter::Blanks;
                found.end = if blanks { skip_blanks(bytes, stop) } else { stop };
                return found;
            }
        }
        if found.irregular && rules.width > 1 && at > *line.get_or_insert_with(|| line_end(bytes, start)) + BEYOND {
            found.end = at.min(bytes.len());
            return found;
        }
    }
}

/// Copies what stands within quotes; the place after the quote that closes, `None` if none does.
fn take_quoted(bytes: &[u8], from: usize, dialect: &Dialect, bare: &mut Vec<u8>) -> Option<usize> {
    let quote = dialect.quote?;
    let escape = dialect.escape.unwrap_or(quote);
    let mut at = from;
    loop {
        let Some(hit) = memchr2(quote, escape, &bytes[at..]) else {
            bare.extend_from_slice(&bytes[at..]);
            return None;
        };
        let special = at + hit;
        bare.extend_from_slice(&bytes[at..special]);
        let next = bytes.get(special + 1).copied();
        let escapes = match dialect.escape {
            None => next == Some(quote),
            Some(escape) => bytes[special] == escape && (next == Some(quote) || next == Some(escape)),
        };
        if escapes {
            bare.extend(next);
            at = special + 2;
        } else if bytes[special] == quote {
            return Some(special + 1);
        } else {
            bare.push(bytes[special]);
            at = special + 1;
        }
    }
}

pub(super) fn skip_blanks(bytes: &[u8], from: usize) -> usize {
    from + bytes[from..].iter().take_while(|&&b| b == b' ').count()
}

/// Where a field without quotes ends that starts there: at a delimiter, a line end or the end.
pub(super) fn field_end(bytes: &[u8], from: usize, dialect: &Dialect) -> usize {
    let first = dialect.first_byte();
    let mut at = from;
    while let Some(hit) = memchr3(first, b'\n', b'\r', &bytes[at..]) {
        let place = at + hit;
        if is_end(bytes[place]) || delimiter_at(bytes, place, dialect).is_some() {
            return place;
        }
        at = place + 1;
        // Blanks at the end of a line part nothing.
        if dialect.delimiter == Delimiter::Blanks {
            let after = skip_blanks(bytes, place);
            if bytes.get(after).is_none_or(|&b| is_end(b)) {
                return place;
            }
        }
    }
    bytes.len()
}

/// The length of the delimiter that stands there, if one does.
pub(super) fn delimiter_at(bytes: &[u8], at: usize, dialect: &Dialect) -> Option<usize> {
    match &dialect.delimiter {
        Delimiter::Text(text) => {
            let text = text.as_bytes();
            if bytes[at..].starts_with(text) {
                return Some(text.len());
            }
            // Editors cut blanks at the end of a line off, also those of a delimiter.
            let bare = text.trim_ascii_end();
            let cut = !bare.is_empty() && bare.len() < text.len() && text.ends_with(b" ");
            let ends = cut && bytes[at..].starts_with(bare) && bytes.get(at + bare.len()).is_none_or(|&b| is_end(b));
            ends.then_some(bare.len())
        }
        // Nothing stands between columns.
        Delimiter::Columns(_) => None,
        Delimiter::Blanks => {
            let after = skip_blanks(bytes, at);
            let parts = after - at >= 2 && bytes.get(after).is_some_and(|&b| !is_end(b));
            parts.then_some(after - at)
        }
    }
}

/// Where the line ends that goes on there: the place of its line end, or the end of the bytes.
pub(super) fn line_end(bytes: &[u8], from: usize) -> usize {
    memchr2(b'\n', b'\r', &bytes[from..]).map_or(bytes.len(), |hit| from + hit)
}

/// What a scan by the careful reader found besides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Repairs {
    /// Records that were repaired.
    pub count: u64,
    /// Where the first of them starts.
    pub first: Option<usize>,
}

/// Scans bytes that start at the start of a record as [`super::scan::scan`] does, record by record.
pub(super) fn scan(bytes: &[u8], rules: Rules<'_>, over: bool) -> (Scan, Repairs) {
    let mut found = Scan::default();
    let mut repairs = Repairs::default();
    let mut fields = Fields::default();
    let mut at = 0;
    loop {
        while bytes.get(at).is_some_and(|&b| is_end(b)) {
            at += 1;
            if at < bytes.len() || bytes[at - 1] == b'\n' {
                found.end = at;
            }
        }
        if at == bytes.len() {
            break;
        }
        found.started += 1;
        let parsed = read_record(bytes, at, rules, over, &mut fields);
        let whole = match bytes.get(parsed.end) {
            None => false,
            Some(b'\r') => parsed.end + 1 < bytes.len(),
            Some(_) => true,
        };
        if !over && (!whole || parsed.doubtful || parsed.open) {
            found.open = parsed.open;
            break;
        }
        found.open = parsed.open;
        if parsed.repaired {
            repairs.count += 1;
            repairs.first.get_or_insert(at);
        }
        if whole {
            found.records += 1;
        }
        at = parsed.end;
        if !whole {
            break;
        }
    }
    (found, repairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::record::Records;

    /// Line, fields and text of each record.
    fn all(text: &str, dialect: &Dialect, width: usize) -> Vec<Vec<String>> {
        let mut records = Records::careful(text, text.as_bytes(), Rules { dialect, width }, 1, 1, true);
        let mut found = Vec::new();
        while let Some(record) = records.read() {
            found.push(record.iter().map(str::to_owned).collect());
        }
        found
    }

    fn with(delimiter: &str) -> Dialect {
        Dialect::of(delimiter)
    }

    #[test]
    fn delimiters_of_several_characters() {
        assert_eq!(all("a||\"b||c\"||d|e\n", &with("||"), 0), [["a", "b||c", "d|e"]]);
        assert_eq!(
            all("a, \"b, c\", 1,5\nd, e, \nf, g,\n", &with(", "), 0),
            [["a", "b, c", "1,5"], ["d", "e", ""], ["f", "g", ""]]
        );
        assert_eq!(all("a+|b\r\nc+|+d\r", &with("+|"), 0), [["a", "b"], ["c", "+d"]]);
        assert_eq!(all("a§b", &with("§"), 0), [["a", "b"]]);
    }

    #[test]
    fn blanks_around_delimiters_belong_to_them() {
        let padded = Dialect { padded: true, ..with(",") };
        assert_eq!(
            all(" a , \"b , c\" ,d \n\"x\"  ,,  y\n", &padded, 0),
            [["a", "b , c", "d"], ["x", "", "y"]]
        );
    }

    #[test]
    fn text_laid_out_for_the_eye() {
        let blanks = Dialect {
            delimiter: Delimiter::Blanks,
            quote: None,
            ..with(",")
        };
        assert_eq!(
            all("Name        Qty\nBig  box      3  \n  Old cup   12\n", &blanks, 0)
                .concat()
                .join("|"),
            "Name|Qty|Big|box|3|Old cup|12"
        );
    }

    #[test]
    fn quotes_and_escapes() {
        let single = Dialect {
            quote: Some(b'\''),
            ..with(",")
        };
        assert_eq!(all("'a,''b''',\"c,d\"\n", &single, 0), [["a,'b'", "\"c", "d\""]]);
        let backslash = Dialect {
            escape: Some(b'\\'),
            ..with(",")
        };
        assert_eq!(
            all("\"a,\\\"b\\\"\",\"c\\\\\",\\N,\"8\\'9\"\n", &backslash, 0),
            [["a,\"b\"", "c\\", "\\N", "8\\'9"]]
        );
        let none = Dialect { quote: None, ..with("||") };
        assert_eq!(all("\"a||b\"\n", &none, 0), [["\"a", "b\""]]);
    }

    proptest::proptest! {
        #[test]
        fn a_plain_dialect_gives_the_records_of_the_csv_crate(text in "[,\"\n\ra é]{0,60}") {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let wanted: Vec<Vec<String>> = reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
            proptest::prop_assert_eq!(all(&text, &with(","), 0), wanted);
        }

        /// What keeps the rules is read by them, whatever the width of the table.
        #[test]
        fn what_keeps_the_rules_is_not_repaired(rows in proptest::collection::vec(proptest::collection::vec("[,\"\n\ra é]{0,6}", 1..5), 0..6), width in 0usize..5) {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            proptest::prop_assert_eq!(all(&text, &with(","), width), rows);
        }

        /// Wherever the bytes stop, the end found is one of a record, with as many records before it.
        #[test]
        fn ends_do_not_depend_on_what_follows(text in "[,\"\n\ra ]{0,60}", stop in 0usize..60, width in 0usize..4) {
            let dialect = with(",");
            let rules = Rules { dialect: &dialect, width };
            let stop = stop.min(text.len());
            let (found, _) = scan(&text.as_bytes()[..stop], rules, false);
            let (whole, rest) = text.split_at(found.end);
            let mut parts = all(whole, &dialect, 0).len();
            if width < 2 {
                proptest::prop_assert_eq!(found.records as usize, parts);
                parts += all(rest, &dialect, 0).len();
                proptest::prop_assert_eq!(parts, all(&text, &dialect, 0).len());
            }
        }
    }
}
