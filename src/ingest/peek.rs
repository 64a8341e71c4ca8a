//! The start of an input, and how all of it would be read.

use anyhow::Result;
use glob::Pattern;

use super::dialect::{Delimiter, Dialect};
use super::encoding::Encoding;
use super::evidence::{EncodingEvidence, LayoutEvidence};
use super::footer;
use super::general::{Rules, scan};
use super::header::Header;
use super::parquet;
use super::record::Records;
use super::sample::{Sample, sample};
use super::scan::count_lines;
use super::shape::{Seen, Shape, shape};
use super::sniff::{Sniffed, sniff};
use super::wishes::{FormatOverrides, Known};
use crate::diagnostics::{Place, Problem};
use crate::io::{FileError, Source};

/// So many bytes are looked at, or more where the first records are longer.
const SAMPLE: usize = 1 << 18;
/// No record is longer than this; a quote that is never closed would else swallow a file into memory.
pub(super) const LONGEST: usize = 1 << 28;
/// So many records tell the shape of a table.
const RECORDS: usize = 230;
/// From so many bytes on a single data record is enough to see.
const ENOUGH: usize = 1 << 24;
/// The name of a column may have so many bytes, whatever cells may have.
const NAME: usize = 1 << 10;

/// What a file may have at most. More is not read, so that no file takes more time and memory than its size gives reason for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Columns: names in its header, and fields in its records.
    pub columns: usize,
    /// Bytes of a cell, in UTF-8.
    pub field: usize,
}

impl Default for Limits {
    /// As many columns as a worksheet can have, and cells of a mebibyte: more than any export is known to have.
    fn default() -> Limits {
        Limits {
            columns: 16_384,
            field: 1 << 20,
        }
    }
}

/// A line that is no record, or a record as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1, as a text editor counts.
    pub line: u64,
    /// Its text, without the line end.
    pub text: String,
}

/// What ends the records at the start of an input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineEnds {
    /// Records that end with LF.
    pub lf: u64,
    /// Records that end with CR and LF.
    pub crlf: u64,
    /// Records that end with CR.
    pub cr: u64,
}

impl std::fmt::Display for LineEnds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts = [("LF", self.lf), ("CRLF", self.crlf), ("CR", self.cr)];
        let there: Vec<_> = counts.iter().filter(|(_, n)| *n > 0).collect();
        match there[..] {
            [] => f.write_str("none"),
            [(name, _)] => f.write_str(name),
            _ => {
                let each: Vec<String> = there.iter().map(|(name, n)| format!("{name} ({n})")).collect();
                write!(f, "mixed: {}", each.join(", "))
            }
        }
    }
}

/// How an input is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The encoding as far as the start of the file tells. Where it says UTF-8, reading all of the file may find otherwise and read
    /// it as another one instead: [`super::Outcome::encoding`] has the last word.
    pub encoding: Encoding,
    /// How the encoding is known.
    pub encoding_evidence: EncodingEvidence,
    /// How fields are parted.
    pub dialect: Dialect,
    /// What ends records.
    pub line_ends: LineEnds,
    /// The lines before the table, blank ones left out.
    pub preamble: Vec<Line>,
    /// The names of the columns; none if the file is empty.
    pub header: Header,
    /// How many fields a record has as a rule; 0 if there are no records.
    pub width: usize,
    /// Whether the records at the start use quotes by the rules, hardly any excepted: then a quote in a field that is not quoted means
    /// that the record is damaged ([`super::Record::stray_quote`]).
    pub strict_quotes: bool,
    /// Whether the records at the start end with different numbers of empty fields, which are none of a column.
    pub uneven_ends: bool,
    /// What else was found out about the file.
    pub evidence: Vec<LayoutEvidence>,
    /// Whether it is Parquet, of which the other answers say only what is true of its records as texts.
    pub(super) is_parquet: bool,
    /// Records before the first data record.
    pub(super) before_data: u64,
    /// Stated patterns of footer lines.
    pub(super) footer: Vec<Pattern>,
}

impl Layout {
    /// How records are taken apart.
    pub(super) fn rules(&self) -> Rules<'_> {
        Rules {
            dialect: &self.dialect,
            width: self.width,
        }
    }

    /// Whether the file has names of columns.
    pub fn has_header(&self) -> bool {
        !self.header.rows.is_empty()
    }
}

/// The start of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peek {
    /// How all of it is read.
    pub layout: Layout,
    /// Whether the delimiter is stated, by the wishes or by a first line `sep=;`, or found by its regularity; false where nothing
    /// parts the records.
    pub parted: bool,
    /// The first data records.
    pub rows: Vec<Row>,
    /// Whether these are all records of the input.
    pub complete: bool,
    /// The lines after the last record, where the start reaches as far; reading all of the input gives them in any case.
    pub footer: Vec<Line>,
}

/// A record, kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line it starts on.
    pub line: u64,
    /// Its fields.
    pub fields: Vec<String>,
}

/// Looks at the start of an input: its layout, and up to so many of its first records. Of Parquet there is nothing to wish for.
///
/// # Errors
/// When it cannot be read, is no text file, its first records are unreasonably long, it has more columns or longer names of columns
/// than [`Limits`] allow by default, or a wish makes no sense.
pub fn peek(source: &Source, wishes: &FormatOverrides, rows: usize) -> Result<Peek> {
    peek_within(source, wishes, rows, Limits::default())
}

/// The same within other limits.
///
/// # Errors
/// As there.
pub fn peek_within(source: &Source, wishes: &FormatOverrides, rows: usize, limits: Limits) -> Result<Peek> {
    if parquet::is_parquet(source)? {
        let found = parquet::peek(source, rows)?;
        let names = &found.layout.header.names;
        if names.len() > limits.columns {
            return Err(too_wide(source.name(), Some(names.len()), limits));
        }
        if names.iter().any(|name| name.len() > limits.field.max(NAME)) {
            return Err(too_long(source.name(), 1, limits));
        }
        return Ok(found);
    }
    let known = Known::of(wishes)?;
    let mut size = SAMPLE;
    // Where there is a data record, the header before it is complete.
    let wanted = rows.max(1);
    loop {
        let sample = sample(source, size, known.encoding)?;
        let mut found = look(source.name(), &sample, &known, wanted, limits)?;
        let is_enough = found.rows.len() == wanted || (size >= ENOUGH && !found.rows.is_empty());
        if sample.over || sample.cut || is_enough {
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

/// A dialect for text in which nothing parts the fields: one whose delimiter does not occur.
fn undivided(text: &str) -> Dialect {
    let free = [",", "\t", ";", "|", "\u{1f}"].into_iter().find(|d| !text.contains(d));
    Dialect::of(free.unwrap_or(","))
}

/// What to do about more columns, or longer cells, than may be.
const TOO_MUCH: &str = "see with `relhealth inspect` whether it is read correctly, or allow more";

/// `columns` is how many there are, where that is known: of a record that goes on only the start was read.
fn too_wide(file: &str, columns: Option<usize>, limits: Limits) -> anyhow::Error {
    let why = format!("the limit is {} (--max-columns)", limits.columns);
    let columns = columns.map_or(format!("more than {}", limits.columns), |columns| columns.to_string());
    Problem::data(format!("{file} has {columns} columns"))
        .why(why)
        .hint(TOO_MUCH)
        .into()
}

fn too_long(file: &str, line: u64, limits: Limits) -> anyhow::Error {
    let why = format!("the limit is {} (--max-field); is a quote there never closed?", limits.field);
    Problem::data(format!("a name of a column has more than {} bytes", limits.field.max(NAME)))
        .why(why)
        .hint(TOO_MUCH)
        .at(Place::line(file, line))
        .into()
}

fn look(file: &str, sample: &Sample, known: &Known, wanted: usize, limits: Limits) -> Result<Peek> {
    let (text, over) = (sample.text.as_str(), sample.over);
    let mut evidence = Vec::new();
    let first_line = text.split_inclusive(['\r', '\n']).next().unwrap_or_default();
    let said = Dialect::stated(first_line);
    let body = if said.is_some() { &text[first_line.len()..] } else { text };
    let mut stated = known.stated.clone();
    if stated.delimiter.is_none() {
        stated.delimiter = said.map(str::to_string);
    }
    let sniffed = sniff(body, over, &stated);
    let parted = sniffed.is_some() || stated.delimiter.is_some();
    let dialect = match (&sniffed, &stated.delimiter) {
        (Some(sniffed), _) => sniffed.dialect.clone(),
        (None, Some(delimiter)) => Dialect {
            delimiter: Delimiter::Text(delimiter.clone()),
            quote: stated.quote.unwrap_or(Some(super::dialect::QUOTE)),
            escape: stated.escape.flatten(),
            padded: false,
        },
        (None, None) => undivided(body),
    };
    if !parted {
        evidence.push(LayoutEvidence::NoDelimiter);
    }
    let width = sniffed.as_ref().map_or(1, |s: &Sniffed| s.width);
    let rules = Rules { dialect: &dialect, width };
    let bytes = text.as_bytes();
    let whole = if over { text } else { &text[..scan(bytes, rules, false).0.end] };
    let read = || Records::careful(whole, bytes, rules, 1, 1, over);
    let Collected {
        records: first,
        widths,
        line_ends,
    } = collect(bytes, read(), RECORDS, limits);
    let is_partial = whole.is_empty() && !over;
    if width > limits.columns {
        return Err(too_wide(file, Some(width).filter(|_| !is_partial), limits));
    }
    if is_partial && body.len() > limits.field.max(NAME) {
        // The first record goes on beyond what was read: it may be too much already.
        let mut records = Records::careful(text, bytes, rules, 1, 1, true);
        if let Some(record) = records.read() {
            if record.len() > limits.columns {
                return Err(too_wide(file, None, limits));
            }
            if record.iter().any(|cell| cell.len() > limits.field.max(NAME)) {
                return Err(too_long(file, record.line(), limits));
            }
        }
    }
    let said_rows = usize::from(said.is_some() && !first.is_empty());
    let Shape { preamble, header, why } = shape(&first[said_rows..], width, known.preamble, known.header_rows);
    let preamble = preamble + said_rows;
    evidence.extend(why);
    let before_data = (preamble + header) as u64;
    for (row, &width) in first[preamble..].iter().zip(&widths[preamble..]).take(header) {
        if width > limits.columns {
            return Err(too_wide(file, Some(width), limits));
        }
        if row.cells.iter().any(|cell| cell.len() > limits.field.max(NAME)) {
            return Err(too_long(file, row.line, limits));
        }
    }

    let footer = if over {
        footer::find(whole, read(), before_data, width, &known.footer)
    } else {
        None
    };
    let (end, footer) = footer.unwrap_or((whole.len(), Vec::new()));
    let mut records = Records::careful(&whole[..end], bytes, rules, 1, 1, over);
    records.skip_header(before_data);
    let mut rows = Vec::new();
    while rows.len() < wanted
        && let Some(record) = records.read()
    {
        rows.push(Row {
            line: record.line(),
            fields: record.iter().take(limits.columns + 1).map(str::to_owned).collect(),
        });
    }
    let complete = over && records.read().is_none();
    let names: Vec<Vec<String>> = first[preamble..preamble + header].iter().map(|r| r.cells.clone()).collect();
    let columns = rows.first().map_or(0, |row| row.fields.len());
    let filled = |column: usize| {
        first[preamble + header..]
            .iter()
            .any(|r| r.cells.get(column).is_some_and(|c| !c.trim().is_empty()))
    };
    let mut header = Header::of(names, if parted { columns.max(width) } else { columns });
    if columns == 0 && header.rows.is_empty() {
        header = Header::default();
    }
    let unnamed = header.drop_trailing(filled);
    if unnamed > 0 {
        evidence.push(LayoutEvidence::EmptyColumns(unnamed as u64));
    }
    if sample.zeros > 0 {
        evidence.push(LayoutEvidence::ZeroBytes(sample.zeros));
    }
    if let Some((line, _)) = sample.stray {
        evidence.push(LayoutEvidence::StrayByte(line));
    }
    let lines = |records: &[Seen]| {
        let line = |r: &Seen| Line {
            line: r.line,
            text: r.raw.clone(),
        };
        records.iter().map(line).collect::<Vec<_>>()
    };
    Ok(Peek {
        layout: Layout {
            encoding: sample.encoding,
            encoding_evidence: sample.why,
            line_ends,
            preamble: lines(&first[..preamble]),
            header,
            width: if first.is_empty() { 0 } else { width },
            strict_quotes: sniffed.as_ref().is_some_and(|s| s.strict),
            uneven_ends: sniffed.as_ref().is_some_and(|s| s.uneven_ends),
            evidence,
            is_parquet: false,
            before_data,
            footer: known.footer.clone(),
            dialect,
        },
        parted,
        rows,
        complete,
        footer,
    })
}

/// The first records.
#[derive(Default)]
struct Collected {
    /// Those of more fields than may be have one field too many, and no more.
    records: Vec<Seen>,
    /// How many fields each of them has.
    widths: Vec<usize>,
    /// What ends them.
    line_ends: LineEnds,
}

/// The first records, so many of them.
fn collect(bytes: &[u8], mut records: Records<'_>, most: usize, limits: Limits) -> Collected {
    let mut found = Collected::default();
    let mut expected = 1;
    while found.records.len() < most
        && let Some(record) = records.read()
    {
        let raw = record.raw();
        let after = raw.as_ptr() as usize - bytes.as_ptr() as usize + raw.len();
        match bytes.get(after..).unwrap_or_default() {
            [b'\r', b'\n', ..] => found.line_ends.crlf += 1,
            [b'\r', ..] => found.line_ends.cr += 1,
            [b'\n', ..] => found.line_ends.lf += 1,
            _ => {}
        }
        found.widths.push(record.len());
        found.records.push(Seen {
            line: record.line(),
            raw: raw.to_string(),
            cells: record.iter().take(limits.columns + 1).map(str::to_owned).collect(),
            after_blank: record.line() > expected,
        });
        expected = record.line() + count_lines(raw.as_bytes(), None) + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: impl AsRef<[u8]>, wishes: FormatOverrides, rows: usize) -> Peek {
        peek(&Source::memory("test.csv", bytes.as_ref()), &wishes, rows).unwrap()
    }

    fn plain(bytes: impl AsRef<[u8]>) -> Peek {
        of(bytes, FormatOverrides::default(), 10)
    }

    #[test]
    fn header_and_first_records() {
        let peeked = plain("\n id ;name;name\n1;x;y\n\n2;\"z\nz\"\n");
        assert_eq!(peeked.layout.header.names, ["id", "name", "name.2"]);
        assert_eq!(peeked.layout.dialect, Dialect::of(";"));
        assert_eq!((peeked.parted, peeked.complete), (true, true));
        let rows: Vec<_> = peeked.rows.iter().map(|r| (r.line, r.fields.join("|"))).collect();
        assert_eq!(rows, [(3, "1|x|y".to_string()), (5, "2|z\nz".to_string())]);
        let short = of("a,b\n1,2\n3,4\n", FormatOverrides::default(), 1);
        assert_eq!((short.rows.len(), short.complete), (1, false));
        assert_eq!(of("a,b\n1,2\n", FormatOverrides::default(), 0).layout.header.names, ["a", "b"]);
    }

    #[test]
    fn stated_delimiters() {
        let peeked = plain("sep=;\r\na,b;c\r\n1,2;3\r\n");
        assert_eq!(
            (&peeked.layout.header.names[..], peeked.rows[0].line),
            (&["a,b".to_string(), "c".into()][..], 3)
        );
        let wishes = FormatOverrides {
            delimiter: Some(",".into()),
            ..FormatOverrides::default()
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
                FormatOverrides {
                    header_rows: Some(2),
                    ..FormatOverrides::default()
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
            FormatOverrides {
                header_rows: Some(0),
                ..FormatOverrides::default()
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
        assert_eq!(
            (old.layout.encoding, &old.layout.header.names[0][..]),
            (Encoding::Library(encoding_rs::WINDOWS_1252), "é")
        );
        let wide: Vec<u8> = std::iter::once(0xfeff)
            .chain("é,b\n".encode_utf16())
            .flat_map(u16::to_be_bytes)
            .collect();
        let wide = plain(wide);
        assert_eq!(
            (wide.layout.encoding, wide.layout.header.names.join("|")),
            (Encoding::Library(encoding_rs::UTF_16BE), "é|b".to_string())
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
        let binary = peek(&Source::memory("a.xlsx", &b"PK\x03\x04\n\0\0"[..]), &FormatOverrides::default(), 1)
            .unwrap_err()
            .to_string();
        assert!(
            binary.contains("a.xlsx: it is not a text file but a zip archive or a workbook (xlsx, ods)"),
            "{binary}"
        );
    }

    #[test]
    fn a_header_longer_than_the_sample() {
        let names: Vec<String> = (0..60_000).map(|n| format!("name{n}")).collect();
        let source = Source::memory("test.csv", format!("{}\n1\n", names.join(",")).into_bytes());
        let limits = Limits {
            columns: 60_000,
            ..Limits::default()
        };
        let peeked = peek_within(&source, &FormatOverrides::default(), 0, limits).unwrap();
        assert_eq!(peeked.layout.header.names.len(), 60_000);
        let error = peek(&source, &FormatOverrides::default(), 0).unwrap_err().to_string();
        assert!(
            error.starts_with("test.csv has more than 16384 columns: the limit is 16384 (--max-columns)"),
            "{error}"
        );
    }

    #[test]
    fn a_name_of_a_column_that_is_too_long() {
        let limits = Limits { field: 2_000, columns: 3 };
        let of = |text: &str| peek_within(&Source::memory("test.csv", text.as_bytes()), &FormatOverrides::default(), 1, limits);
        let long = "x".repeat(2_001);
        let error = of(&format!("about\n\nid,{long}\n1,2\n2,3\n")).unwrap_err().to_string();
        assert!(
            error.starts_with("test.csv:3: a name of a column has more than 2000 bytes"),
            "{error}"
        );
        // What is too long elsewhere is not refused with the whole file.
        assert_eq!(
            of(&format!("id,name\n1,{long}\n2,b\n3,c\n")).unwrap().layout.header.names,
            ["id", "name"]
        );
        assert!(
            of("a,b,c,d\n1,2,3,4\n")
                .unwrap_err()
                .to_string()
                .contains("has 4 columns: the limit is 3")
        );
    }
}
