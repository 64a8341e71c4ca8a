//! The start of an input, and how all of it would be read.

use anyhow::Result;

use super::decode::{Buffer, Encoding, Text};
use super::dialect::Dialect;
use super::header::Header;
use super::record::Records;
use super::scan::scan;
use crate::io::{FileError, Source};

/// So many bytes are looked at, or more where the first records are longer.
const SAMPLE: usize = 1 << 18;
/// No record is longer than this; a quote that is never closed would else swallow a file into memory.
pub(super) const LONGEST: usize = 1 << 28;

/// What is already known about an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wishes {
    /// The byte between fields, if it is stated.
    pub delimiter: Option<u8>,
    /// How many records at the start are names of columns; the names of one column are joined by a blank. 0: columns have no names.
    pub header_rows: usize,
}

impl Default for Wishes {
    fn default() -> Wishes {
        Wishes {
            delimiter: None,
            header_rows: 1,
        }
    }
}

/// How an input is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The encoding as far as the start of the file tells. Where it says UTF-8, reading all of the file may find otherwise and read
    /// it as windows-1252 instead: [`super::Outcome::encoding`] has the last word.
    pub encoding: Encoding,
    /// How fields are parted.
    pub dialect: Dialect,
    /// The names of the columns; none if the file is empty.
    pub header: Header,
    /// Records before the first data record.
    pub(super) before_data: u64,
}

/// The start of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peek {
    /// How all of it is read.
    pub layout: Layout,
    /// Whether the delimiter is stated, by the wishes or by a first line `sep=;`, or found by its regularity; false where nothing
    /// parts the records and the comma stands in.
    pub parted: bool,
    /// The first data records.
    pub rows: Vec<Row>,
    /// Whether these are all records of the input.
    pub complete: bool,
}

/// A record, kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line it starts on.
    pub line: u64,
    /// Its fields.
    pub fields: Vec<String>,
}

/// Looks at the start of an input: its layout, and up to so many of its first records.
///
/// # Errors
/// When it cannot be read, is no text file, or its first records are unreasonably long.
pub fn peek(source: &Source, wishes: &Wishes, rows: usize) -> Result<Peek> {
    let mut size = SAMPLE;
    // Where there is a data record, the header before it is complete.
    let wanted = rows.max(1);
    loop {
        let (text, encoding, over) = sample(source, size)?;
        let mut found = look(&text, encoding, over, wishes, wanted);
        if over || found.rows.len() == wanted {
            found.complete &= found.rows.len() <= rows;
            found.rows.truncate(rows);
            return Ok(found);
        }
        if size >= LONGEST {
            let why = format!(
                "its first {wanted} records are longer than {} MiB; is a quote never closed?",
                LONGEST >> 20
            );
            return Err(FileError::new(source.name(), "read", why, "").into());
        }
        size *= 4;
    }
}

/// The error for bytes that are no text.
pub(super) fn not_text(source: &Source, line: u64) -> anyhow::Error {
    let why = format!("it is not a text file (a zero byte in line {line})");
    FileError::new(source.name(), "read", why, "export it as CSV in UTF-8").into()
}

/// The decoded start of an input, its encoding, and whether that is all of it.
fn sample(source: &Source, size: usize) -> Result<(String, Encoding, bool)> {
    let mut buffer = Buffer::default();
    let mut text = Text::open(source, None)?;
    let mut over = text.fill(&mut buffer, size)?;
    let valid = match std::str::from_utf8(buffer.text()) {
        Ok(_) => buffer.filled,
        // A character cut at the end of the sample is none that is wrong.
        Err(e) if e.error_len().is_none() && !over => e.valid_up_to(),
        Err(_) => {
            text = Text::open(source, Some(Encoding::Windows1252))?;
            buffer.filled = 0;
            over = text.fill(&mut buffer, size)?;
            buffer.filled
        }
    };
    if let Some(zero) = memchr::memchr(0, buffer.text()) {
        return Err(not_text(source, 1 + super::scan::count_lines(&buffer.text()[..zero], None)));
    }
    Ok((String::from_utf8_lossy(&buffer.text()[..valid]).into_owned(), text.encoding, over))
}

fn look(text: &str, encoding: Encoding, over: bool, wishes: &Wishes, wanted: usize) -> Peek {
    let first_line = text.split_inclusive(['\r', '\n']).next().unwrap_or_default();
    let stated = Dialect::stated(first_line);
    let body = if stated.is_some() { &text[first_line.len()..] } else { text };
    let known = wishes.delimiter.or(stated).map(|delimiter| Dialect { delimiter });
    let found = known.or_else(|| Dialect::sniff(body, over));
    let dialect = found.unwrap_or_default();

    let text = if over { text } else { &text[..scan(text.as_bytes(), dialect).end] };
    let mut records = Records::of(text, dialect);
    let mut before_data = 0;
    if stated.is_some() && records.read().is_some() {
        before_data += 1;
    }
    let mut names: Vec<String> = Vec::new();
    for _ in 0..wishes.header_rows {
        let Some(record) = records.read() else { break };
        before_data += 1;
        names.resize(names.len().max(record.len()), String::new());
        for (name, more) in names.iter_mut().zip(record.iter()) {
            let more = more.trim();
            let blank = if name.is_empty() || more.is_empty() { "" } else { " " };
            *name = format!("{name}{blank}{more}");
        }
    }
    let mut rows = Vec::new();
    while rows.len() < wanted
        && let Some(record) = records.read()
    {
        rows.push(Row {
            line: record.line(),
            fields: record.iter().map(str::to_owned).collect(),
        });
    }
    if wishes.header_rows == 0 {
        names.resize(rows.first().map_or(0, |row| row.fields.len()), String::new());
    }
    let complete = over && records.read().is_none();
    Peek {
        layout: Layout {
            encoding,
            dialect,
            header: Header::new(names),
            before_data,
        },
        parted: found.is_some(),
        rows,
        complete,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: impl AsRef<[u8]>, wishes: Wishes, rows: usize) -> Peek {
        peek(&Source::memory("test.csv", bytes.as_ref()), &wishes, rows).unwrap()
    }

    fn plain(bytes: impl AsRef<[u8]>) -> Peek {
        of(bytes, Wishes::default(), 10)
    }

    #[test]
    fn header_and_first_records() {
        let peeked = plain("\n id ;name;name\n1;x;y\n\n2;\"z\nz\"\n");
        assert_eq!(peeked.layout.header.names, ["id", "name", "name.2"]);
        assert_eq!(peeked.layout.dialect.delimiter, b';');
        assert_eq!((peeked.parted, peeked.complete), (true, true));
        let rows: Vec<_> = peeked.rows.iter().map(|r| (r.line, r.fields.join("|"))).collect();
        assert_eq!(rows, [(3, "1|x|y".to_string()), (5, "2|z\nz".to_string())]);
        let short = of("a,b\n1,2\n3,4\n", Wishes::default(), 1);
        assert_eq!((short.rows.len(), short.complete), (1, false));
        assert_eq!(of("a,b\n1,2\n", Wishes::default(), 0).layout.header.names, ["a", "b"]);
    }

    #[test]
    fn stated_delimiters() {
        let peeked = plain("sep=;\r\na,b;c\r\n1,2;3\r\n");
        assert_eq!(
            (&peeked.layout.header.names[..], peeked.rows[0].line),
            (&["a,b".to_string(), "c".into()][..], 3)
        );
        let wishes = Wishes {
            delimiter: Some(b','),
            ..Wishes::default()
        };
        assert_eq!(of("sep=;\na,b;c\n", wishes, 1).layout.header.names, ["a", "b;c"]);
        let one = plain("name\nx\n");
        assert_eq!((one.layout.header.names.len(), one.parted), (1, false));
    }

    #[test]
    fn several_header_rows_or_none() {
        let text = "Q1,Q2,\nscore,,Id\n1,2,3\n";
        assert_eq!(
            of(
                text,
                Wishes {
                    header_rows: 2,
                    delimiter: None
                },
                1
            )
            .layout
            .header
            .names,
            ["Q1 score", "Q2", "Id"]
        );
        let none = of(
            text,
            Wishes {
                header_rows: 0,
                delimiter: None,
            },
            5,
        );
        assert_eq!(
            (none.layout.header.names.join(","), none.rows.len()),
            ("column 1,column 2,column 3".to_string(), 3)
        );
    }

    #[test]
    fn encodings() {
        assert_eq!(plain("\u{feff}é,b\n1,2\n").layout.header.names, ["é", "b"]);
        let old = plain(b"\xe9,b\n1,2\n");
        assert_eq!((old.layout.encoding, &old.layout.header.names[0][..]), (Encoding::Windows1252, "é"));
        let wide: Vec<u8> = std::iter::once(0xfeff)
            .chain("é,b\n".encode_utf16())
            .flat_map(u16::to_be_bytes)
            .collect();
        let wide = plain(wide);
        assert_eq!(
            (wide.layout.encoding, wide.layout.header.names.join("|")),
            (Encoding::Utf16Be, "é|b".to_string())
        );
        // A character that the end of the sample cuts in two.
        for shift in 0..3 {
            let text = format!("a,b\n{}{}", " ".repeat(shift), "€€,1\n".repeat(40_000));
            assert_eq!(plain(text).layout.encoding, Encoding::Utf8);
        }
    }

    #[test]
    fn what_is_no_table() {
        assert_eq!(plain("").layout.header.names, [""; 0]);
        let binary = peek(&Source::memory("a.xlsx", &b"PK\x03\x04\n\0\0"[..]), &Wishes::default(), 1)
            .unwrap_err()
            .to_string();
        assert!(binary.contains("a.xlsx: it is not a text file (a zero byte in line 2)"), "{binary}");
    }

    #[test]
    fn a_header_longer_than_the_sample() {
        let names: Vec<String> = (0..60_000).map(|n| format!("name{n}")).collect();
        let peeked = of(format!("{}\n1\n", names.join(",")), Wishes::default(), 0);
        assert_eq!(peeked.layout.header.names.len(), 60_000);
    }
}
