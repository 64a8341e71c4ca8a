//! All records of an input, on several threads.
//!
//! Whichever thread is free takes the next block: it reads, decodes and cuts it at the end of a record while holding a lock, and takes
//! it apart after letting go. So there is no thread that only reads, memory is one block a thread, and where blocks begin and end
//! depends on the input alone, not on the number of threads.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::Result;

use super::decode::{Buffer, Text};
use super::encoding::{self, Encoding};
use super::peek::{LONGEST, Layout, Line};
use super::record::{Record, Records};
use super::repair::SPAN;
use super::sample::{not_text, too_many_zeros};
use super::scan::{count_lines, scan};
use super::{footer, general, parquet, workers};
use crate::io::{FileError, Source};
use crate::notes::FileNote;

/// The usual size of a block.
const BLOCK: usize = 1 << 21;

/// What came of reading an input.
#[derive(Debug)]
pub struct Outcome<S> {
    /// What each thread has collected, in no order; the number of a [`Record`] tells where it was.
    pub sinks: Vec<S>,
    /// How all of the input was decoded; put into the layout, it spares the next reading a second start.
    pub encoding: Encoding,
    /// Whether something was no character in the encoding, and became U+FFFD.
    pub malformed: bool,
    /// The number of data records.
    pub records: u64,
    /// The lines after the last record that are none.
    pub footer: Vec<Line>,
    /// Zero bytes, which are left out.
    pub zeros: u64,
    /// Of UTF-8 with stray bytes: the first line that has one, and how many there are.
    pub stray: Option<(u64, u64)>,
    /// Records whose quotes break the rules, read so that they have the width of the table: the first line, and how many there are.
    pub repaired: Option<(u64, u64)>,
}

impl<S> Outcome<S> {
    /// Notes about how the input was read.
    pub fn notes(&self) -> Vec<FileNote> {
        let mut notes = Vec::new();
        let encoding = self.encoding.name();
        if self.encoding != Encoding::Utf8 {
            notes.push(FileNote::Encoding { encoding });
        }
        if let Some((line, bytes)) = self.stray {
            notes.push(FileNote::StrayBytes { bytes, line });
        }
        if self.malformed {
            notes.push(FileNote::Malformed { encoding });
        }
        if self.zeros > 0 {
            notes.push(FileNote::ZeroBytes { bytes: self.zeros });
        }
        if let Some((line, records)) = self.repaired {
            notes.push(FileNote::Quotes { records, line });
        }
        if let Some(first) = self.footer.first() {
            notes.push(FileNote::Footer {
                lines: self.footer.len() as u64,
                first: first.line,
            });
        }
        notes
    }
}

/// Shows every data record of an input to `visit`, on so many threads: each makes itself a sink with `new`. One thread is the
/// caller's own.
///
/// If an input that looked like UTF-8 turns out not to be, all sinks are dropped and it is read again from the start, in the encoding
/// that all of it tells, with new sinks: a sink must not leave marks elsewhere that a second reading would double.
///
/// # Errors
/// When the input cannot be read, is no text, or holds a record of more than 256 MiB; and the first error, in the order of the input,
/// of `visit`, whatever the number of threads.
pub fn for_each_record<S: Send>(
    source: &Source,
    layout: &Layout,
    threads: usize,
    new: impl Fn() -> S + Sync,
    visit: impl Fn(&mut S, &Record<'_>) -> Result<()> + Sync,
) -> Result<Outcome<S>> {
    let each = |sink: &mut S, mut records: Records<'_>| {
        while let Some(record) = records.read() {
            visit(sink, &record)?;
        }
        Ok(())
    };
    if layout.is_parquet {
        return parquet::read_blocks(source, threads, &new, &each);
    }
    read_sized(source, layout, threads, BLOCK, &new, &each)
}

fn read_sized<S: Send>(
    source: &Source,
    layout: &Layout,
    threads: usize,
    block_size: usize,
    new: &(impl Fn() -> S + Sync),
    each: &(impl Fn(&mut S, Records<'_>) -> Result<()> + Sync),
) -> Result<Outcome<S>> {
    let mut encoding = layout.encoding;
    loop {
        let run = Run {
            layout,
            cutter: Mutex::new(Cutter::new(source, layout, encoding, block_size)?),
            stop: AtomicBool::new(false),
            failure: Mutex::new(None),
        };
        let work = || {
            let mut sink = new();
            run.work(|records| each(&mut sink, records));
            sink
        };
        let sinks = workers::each(threads, work);
        match run.failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some((_, Failure::NotUtf8)) => encoding = encoding::of_file(source)?.encoding,
            Some((_, Failure::Other(error))) => return Err(error),
            None => {
                let cutter = run.cutter.into_inner().unwrap_or_else(PoisonError::into_inner);
                let Text {
                    encoding,
                    malformed,
                    stray,
                    ..
                } = cutter.text;
                return Ok(Outcome {
                    sinks,
                    encoding,
                    malformed,
                    records: cutter.next_record - 1,
                    footer: cutter.footer,
                    zeros: cutter.zeros,
                    stray,
                    repaired: cutter.repaired,
                });
            }
        }
    }
}

/// Why a block could not be used.
enum Failure {
    NotUtf8,
    Other(anyhow::Error),
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Failure {
        Failure::Other(error)
    }
}

/// One reading of an input, shared by its threads.
struct Run<'a> {
    layout: &'a Layout,
    cutter: Mutex<Cutter<'a>>,
    stop: AtomicBool,
    /// The failure of the earliest block. Blocks are given out in order, and each that is given out is finished, so that it does not
    /// depend on the threads which failure this is.
    failure: Mutex<Option<(usize, Failure)>>,
}

impl Run<'_> {
    fn work(&self, mut each: impl FnMut(Records<'_>) -> Result<()>) {
        let mut buffer = Buffer::default();
        while !self.stop.load(Ordering::Relaxed) {
            let (index, cut) = {
                let mut cutter = self.cutter.lock().unwrap_or_else(PoisonError::into_inner);
                (cutter.index, cutter.next(&mut buffer))
            };
            let done = match cut {
                Ok(None) => return,
                Ok(Some(cut)) => self.block(cut, &buffer, &mut each),
                Err(error) => Err(error.into()),
            };
            if let Err(failure) = done {
                self.stop.store(true, Ordering::Relaxed);
                let mut first = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
                if first.as_ref().is_none_or(|(earlier, _)| index < *earlier) {
                    *first = Some((index, failure));
                }
                return;
            }
        }
    }

    fn block(&self, cut: Cut, buffer: &Buffer, each: &mut impl FnMut(Records<'_>) -> Result<()>) -> Result<(), Failure> {
        let text = std::str::from_utf8(&buffer.text()[..cut.end]).map_err(|_| Failure::NotUtf8)?;
        let mut records = match (self.layout.dialect.plain(), cut.careful) {
            (Some(plain), None) => Records::new(text, plain, cut.first_line, cut.first_record, cut.open),
            (_, seen) => {
                let (ahead, over) = seen.unwrap_or((cut.end, true));
                let ahead = &buffer.text()[..ahead];
                Records::careful(text, ahead, self.layout.rules(), cut.first_line, cut.first_record, over)
            }
        };
        records.skip_header(cut.skip);
        Ok(each(records)?)
    }
}

/// Where a block ends and what is in it.
struct Cut {
    end: usize,
    first_line: u64,
    first_record: u64,
    records: u64,
    /// Header rows before the data records.
    skip: u64,
    open: bool,
    /// Where the general reader is needed: how many bytes told where the block ends, and whether nothing follows them.
    careful: Option<(usize, bool)>,
}

/// Cuts an input into blocks.
struct Cutter<'a> {
    source: &'a Source,
    text: Text,
    layout: &'a Layout,
    block_size: usize,
    /// What was read but belongs to the next block.
    carry: Vec<u8>,
    index: usize,
    next_line: u64,
    next_record: u64,
    /// Header rows still to come.
    skip: u64,
    over: bool,
    /// Whether it is over because only the start of the input is read.
    cut: bool,
    footer: Vec<Line>,
    zeros: u64,
    repaired: Option<(u64, u64)>,
}

/// A stretch of text in which the last record ends.
struct Stretch {
    end: usize,
    records: u64,
    open: bool,
    careful: Option<(usize, bool)>,
    repairs: general::Repairs,
}

impl<'a> Cutter<'a> {
    fn new(source: &'a Source, layout: &'a Layout, encoding: Encoding, block_size: usize) -> Result<Cutter<'a>> {
        Ok(Cutter {
            source,
            text: Text::open(source, encoding)?,
            layout,
            block_size,
            carry: Vec::new(),
            index: 0,
            next_line: 1,
            next_record: 1,
            skip: layout.before_data,
            over: false,
            cut: false,
            footer: Vec::new(),
            zeros: 0,
            repaired: None,
        })
    }

    /// Fills the buffer and cuts it after its last whole record; `None` after the last block.
    fn next(&mut self, buffer: &mut Buffer) -> Result<Option<Cut>> {
        if self.over {
            return Ok(None);
        }
        buffer.set(&self.carry);
        let mut size = self.block_size.max(self.carry.len());
        let stretch = loop {
            // A little more is read than the block has: where the input ends there, the block ends with it, so that the last one has
            // more than a few records and the footer is not cut.
            let from = buffer.filled;
            self.over = self.text.fill(buffer, size + self.block_size / 32)?;
            // Where only the start of an input is read, the record that goes over its end is left out.
            self.cut = self.over && self.text.is_cut();
            self.drop_zeros(buffer, from)?;
            let text = if self.over {
                buffer.text()
            } else {
                &buffer.text()[..size.min(buffer.filled)]
            };
            let stretch = self.stretch(text, self.over && !self.cut);
            if stretch.end > 0 || self.over {
                break stretch;
            }
            if size >= LONGEST {
                let why = format!(
                    "the record that starts in line {} is longer than {} MiB",
                    self.next_line,
                    LONGEST >> 20
                );
                return Err(FileError::new(self.source.name(), "read", why, "is a quote there never closed?").into());
            }
            size *= 2;
        };
        let Stretch {
            mut end,
            mut records,
            open,
            careful,
            repairs,
        } = stretch;
        if end == 0 {
            return Ok(None);
        }
        self.carry.clear();
        self.carry.extend_from_slice(&buffer.text()[end..]);
        let skip = self.skip.min(records);
        if let Some(at) = repairs.first {
            let line = self.next_line + count_lines(&buffer.text()[..at], None);
            let (_, count) = self.repaired.get_or_insert((line, 0));
            *count += repairs.count;
        }
        if self.over && !self.cut {
            self.take_footer(buffer, &mut end, &mut records, careful.is_some(), skip);
        }
        let cut = Cut {
            end,
            first_line: self.next_line,
            first_record: self.next_record,
            records: records - skip,
            skip,
            open,
            careful,
        };
        self.index += 1;
        self.next_line += count_lines(&buffer.text()[..end], None);
        self.next_record += cut.records;
        self.skip -= skip;
        Ok(Some(cut))
    }

    /// Where the last record of a text ends. Plain text whose quotes keep the rules is scanned fast; the rest is read record by record.
    /// Where nothing follows the text, its end is that of the last record.
    fn stretch(&self, text: &[u8], over: bool) -> Stretch {
        if let Some(plain) = self.layout.dialect.plain() {
            let found = scan(text, plain);
            let open_long = found.open && (over || text.len() - found.opened >= SPAN);
            if !(self.layout.width > 1 && (found.irregular || open_long)) {
                return Stretch {
                    end: if over { text.len() } else { found.end },
                    records: if over { found.started } else { found.records },
                    open: found.open && over,
                    careful: None,
                    repairs: general::Repairs::default(),
                };
            }
        }
        let (found, repairs) = general::scan(text, self.layout.rules(), over);
        Stretch {
            end: if over { text.len() } else { found.end },
            records: if over { found.started } else { found.records },
            open: found.open && over,
            careful: Some((text.len(), over)),
            repairs,
        }
    }

    /// Zero bytes within text are left out; text with many of them is none.
    fn drop_zeros(&mut self, buffer: &mut Buffer, from: usize) -> Result<()> {
        let Some(first) = memchr::memchr(0, &buffer.text()[from..]) else {
            return Ok(());
        };
        let line = self.next_line + count_lines(&buffer.text()[..from + first], None);
        let size = buffer.filled;
        let zeros = buffer.drop_zeros(from);
        if too_many_zeros(zeros, size) {
            return Err(not_text(self.source, line));
        }
        self.zeros += zeros;
        Ok(())
    }

    /// Takes the footer off the last block.
    fn take_footer(&mut self, buffer: &Buffer, end: &mut usize, records: &mut u64, careful: bool, skip: u64) {
        let bytes = &buffer.text()[..*end];
        // Text that is no UTF-8 is read again in another encoding.
        let Ok(text) = std::str::from_utf8(bytes) else {
            return;
        };
        let (line, rules) = (self.next_line, self.layout.rules());
        let all = match self.layout.dialect.plain() {
            Some(plain) if !careful => Records::new(text, plain, line, 1, false),
            _ => Records::careful(text, bytes, rules, line, 1, true),
        };
        let patterns = &self.layout.footer;
        if let Some((at, lines)) = footer::find(text, all, skip, self.layout.width, patterns) {
            *end = at;
            *records -= lines.len() as u64;
            self.footer = lines;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::dialect::Dialect;
    use crate::ingest::{FormatOverrides, peek};

    /// A record as it was delivered: line, number, fields, raw text, whether it was cut off.
    type Kept = (u64, u64, Vec<String>, String, bool);

    fn read(source: &Source, layout: &Layout, threads: usize, block_size: usize) -> Result<(Vec<Kept>, Outcome<()>)> {
        let keep = |sink: &mut Vec<(u64, Vec<Kept>)>, mut records: Records<'_>| {
            let mut kept = Vec::new();
            while let Some(r) = records.read() {
                kept.push((
                    r.line(),
                    r.number(),
                    r.iter().map(str::to_owned).collect(),
                    r.raw().to_owned(),
                    r.cut_off(),
                ));
            }
            sink.extend(kept.first().map(|first| first.1).map(|number| (number, kept)));
            Ok(())
        };
        let Outcome {
            sinks,
            encoding,
            malformed,
            records,
            footer,
            zeros,
            stray,
            repaired,
        } = read_sized(source, layout, threads, block_size, &Vec::new, &keep)?;
        let mut blocks: Vec<_> = sinks.into_iter().flatten().collect();
        blocks.sort_by_key(|(number, _)| *number);
        let kept: Vec<Kept> = blocks.into_iter().flat_map(|(_, kept)| kept).collect();
        assert_eq!(kept.len() as u64, records);
        assert!((1..).zip(&kept).all(|(number, record)| record.1 == number));
        Ok((
            kept,
            Outcome {
                sinks: Vec::new(),
                encoding,
                malformed,
                records,
                footer,
                zeros,
                stray,
                repaired,
            },
        ))
    }

    /// Lines and fields of the data records below one header row, the same for every number of threads and size of blocks.
    fn rows(bytes: &[u8]) -> Vec<(u64, Vec<String>)> {
        let source = Source::memory("test.csv", bytes);
        let layout = peek(&source, &FormatOverrides::default(), 5).unwrap().layout;
        let (kept, _) = read(&source, &layout, 1, BLOCK).unwrap();
        for (threads, size) in [(1, 1), (2, 7), (3, 16)] {
            assert_eq!(
                read(&source, &layout, threads, size).unwrap().0,
                kept,
                "{threads} threads, blocks of {size}"
            );
        }
        assert!(kept.iter().zip(1..).all(|(row, number)| row.1 == number));
        kept.into_iter().map(|(line, _, fields, _, _)| (line, fields)).collect()
    }

    fn row(line: u64, fields: &[&str]) -> (u64, Vec<String>) {
        (line, fields.iter().map(|f| f.to_string()).collect())
    }

    #[test]
    fn all_line_ends() {
        for (text, lines) in [
            ("a,b\n1,2\n3,4\n", [2, 3]),
            ("a,b\r\n1,2\r\n3,4", [2, 3]),
            ("a,b\r1,2\r3,4\r", [2, 3]),
            ("a,b\r\n1,2\r3,4\n", [2, 3]),
            ("\n\na,b\r\r1,2\n\r\n3,4\n\n", [5, 7]),
        ] {
            assert_eq!(
                rows(text.as_bytes()),
                [row(lines[0], &["1", "2"]), row(lines[1], &["3", "4"])],
                "{text:?}"
            );
        }
    }

    #[test]
    fn quotes_breaks_and_ragged_records() {
        let text = "id,note,x\n1,\"two\r\nlines, \"\"quoted\"\"\",y\n2,in \"the\" middle,z\n3\n4,b,c,d\n\"5\"tail,,\n";
        let wanted = [
            row(2, &["1", "two\r\nlines, \"quoted\"", "y"]),
            row(4, &["2", "in \"the\" middle", "z"]),
            row(5, &["3"]),
            row(6, &["4", "b", "c", "d"]),
            row(7, &["5tail", "", ""]),
        ];
        assert_eq!(rows(text.as_bytes()), wanted);
        assert_eq!(rows(format!("\u{feff}{text}").as_bytes()), wanted);
        for (mark, big) in [([0xff, 0xfe], false), ([0xfe, 0xff], true)] {
            let mut bytes = mark.to_vec();
            bytes.extend(
                text.encode_utf16()
                    .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }),
            );
            assert_eq!(rows(&bytes), wanted);
        }
        assert_eq!(rows(&zstd::encode_all(text.as_bytes(), 1).unwrap()), wanted);
    }

    #[test]
    fn nothing_or_only_a_header() {
        assert_eq!(rows(b""), []);
        assert_eq!(rows(b"\n\r\n"), []);
        assert_eq!(rows(b"a,b"), []);
        assert_eq!(rows(b"sep=;\na;b\n1;2\n"), [row(3, &["1", "2"])]);
    }

    #[test]
    fn a_quote_that_is_never_closed() {
        let source = Source::memory("test.csv", &b"a,b\n1,2\n3,\"4\n5,6\n"[..]);
        let layout = peek(&source, &FormatOverrides::default(), 0).unwrap().layout;
        for size in [1, BLOCK] {
            let (kept, _) = read(&source, &layout, 2, size).unwrap();
            assert_eq!(kept.len(), 2);
            assert!(!kept[0].4);
            assert_eq!(kept[1], (3, 2, vec!["3".into(), "4\n5,6\n".into()], "3,\"4\n5,6\n".into(), true));
        }
        // A quote closed at the very end is whole.
        let whole = Source::memory("test.csv", &b"a,b\n1,2\n3,\"4\""[..]);
        assert!(!read(&whole, &layout, 1, BLOCK).unwrap().0[1].4);
    }

    #[test]
    fn stray_bytes_found_late() {
        let mut bytes = b"name,n\n".to_vec();
        for n in 0..100_000 {
            bytes.extend(format!("caf\u{e9},{n}\n").bytes());
        }
        bytes.extend(b"caf\xe9 \x80 \x81,x\n");
        let source = Source::memory("test.csv", bytes);
        let peeked = peek(&source, &FormatOverrides::default(), 1).unwrap();
        assert_eq!((peeked.layout.encoding, &peeked.rows[0].fields[0][..]), (Encoding::Utf8, "café"));
        for threads in [1, 2] {
            let (kept, outcome) = read(&source, &peeked.layout, threads, 1 << 16).unwrap();
            assert_eq!((outcome.encoding, kept.len()), (Encoding::Mixed, 100_001));
            assert_eq!((&kept[0].2[0][..], &kept[100_000].2[0][..]), ("café", "café € \u{81}"));
        }
    }

    #[test]
    fn zero_bytes_are_left_out_or_mean_that_it_is_no_text() {
        let mut bytes = b"a,b\n".repeat(100_000);
        bytes.extend(b"\0\"c\0,d\"\0,e");
        let source = Source::memory("photo.csv", &bytes[..]);
        let layout = peek(&source, &FormatOverrides::default(), 1).unwrap().layout;
        for threads in [1, 2] {
            let (kept, outcome) = read(&source, &layout, threads, 1 << 12).unwrap();
            assert_eq!(
                (outcome.zeros, &kept.last().unwrap().2[..]),
                (3, &["c,d".to_string(), "e".to_string()][..])
            );
        }
        bytes.extend([0; 5000]);
        let source = Source::memory("photo.csv", bytes);
        for threads in [1, 2] {
            let error = read(&source, &layout, threads, 1 << 12).unwrap_err().to_string();
            assert!(
                error.contains("photo.csv: it is not a text file (zero bytes, first in line 100001)"),
                "{error}"
            );
        }
    }

    #[test]
    fn odd_dialects_repairs_and_footers_do_not_depend_on_threads_or_blocks() {
        let mut text = "Report\n\nid||name||on||n\n".to_string();
        for n in 0..3000 {
            let name = if n % 100 == 7 {
                "\"a, \"b|| c\"".to_string()
            } else {
                format!("\"name {n}|| x\ny\"")
            };
            text.push_str(&format!("{n}||{name}||2024-01-01||{n}\n"));
        }
        text.push_str("Total||||||9\n\nCopyright\n");
        let source = Source::memory("test.csv", text.into_bytes());
        let layout = peek(&source, &FormatOverrides::default(), 1).unwrap().layout;
        assert_eq!((layout.dialect.delimiter(), layout.preamble.len(), layout.width), ("||", 1, 4));
        let (kept, outcome) = read(&source, &layout, 1, BLOCK).unwrap();
        assert_eq!(
            (kept.len(), &kept[7].2[1][..], &kept[8].2[1][..]),
            (3000, "a, \"b|| c", "name 8|| x\ny")
        );
        assert_eq!((outcome.footer.len(), outcome.repaired.map(|(_, n)| n)), (2, Some(30)));
        for (threads, size) in [(2, 1 << 17), (3, 1 << 18)] {
            let (again, other) = read(&source, &layout, threads, size).unwrap();
            assert!(again == kept, "{threads} threads, blocks of {size}");
            assert_eq!((other.footer, other.repaired), (outcome.footer.clone(), outcome.repaired));
        }
    }

    #[test]
    fn malformed_utf_16_is_said() {
        let source = Source::memory("test.csv", &b"\xff\xfea\0\n\0\x00\xd8b\0\n\0"[..]);
        let layout = peek(&source, &FormatOverrides::default(), 1).unwrap().layout;
        let (kept, outcome) = read(&source, &layout, 1, BLOCK).unwrap();
        assert_eq!((outcome.malformed, &kept[0].2[0][..]), (true, "\u{fffd}b"));
    }

    #[test]
    fn a_truncated_file_gives_no_records() {
        use std::io::Write;
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(&b"a,b\n1,2\n".repeat(200_000)).unwrap();
        let gz = gz.finish().unwrap();
        let source = Source::memory("test.csv.gz", &gz[..gz.len() - 20]);
        let layout = peek(&source, &FormatOverrides::default(), 1).unwrap().layout;
        for threads in [1, 2] {
            let error = read(&source, &layout, threads, 1 << 12).unwrap_err().to_string();
            assert!(error.contains("test.csv.gz: its gzip data end early"), "{error}");
        }
    }

    #[test]
    fn the_first_error_of_the_file_is_told_whatever_the_threads() {
        let source = Source::memory("test.csv", b"a,b\n".repeat(10_000));
        let layout = peek(&source, &FormatOverrides::default(), 1).unwrap().layout;
        let each = |(): &mut (), mut records: Records<'_>| {
            let number = records.read().map_or(0, |record| record.number());
            // The later blocks fail at once, the first that fails takes longest.
            std::thread::sleep(std::time::Duration::from_micros(200 - number.min(200)));
            if number > 75 {
                anyhow::bail!("record {number}")
            }
            Ok(())
        };
        let error = |threads| read_sized(&source, &layout, threads, 100, &|| (), &each).unwrap_err().to_string();
        // One thread reads the blocks in their order.
        let first = error(1);
        for threads in [2, 4] {
            for _ in 0..20 {
                assert_eq!(error(threads), first);
            }
        }
    }

    #[test]
    fn every_record_once() {
        let text: String = (0..5_000).map(|n| format!("{n},\"{}\"\n", "x\n".repeat(n % 50))).collect();
        let source = Source::memory("test.csv", format!("n,x\n{text}").into_bytes());
        let layout = peek(&source, &FormatOverrides::default(), 1).unwrap().layout;
        for threads in [1, 2, 3] {
            let sum = |sum: &mut u64, record: &Record<'_>| {
                *sum += record.get(0).unwrap().parse::<u64>()?;
                Ok(())
            };
            let outcome = for_each_record(&source, &layout, threads, || 0, sum).unwrap();
            assert_eq!((outcome.records, outcome.sinks.iter().sum::<u64>()), (5_000, 4_999 * 2_500));
        }
    }

    proptest::proptest! {
        #[test]
        fn blocks_hold_the_records_of_the_csv_crate(text in "[;\"\n\ra é]{0,60}", size in 1usize..30, threads in 1usize..4) {
            let mut layout = peek(&Source::memory("none.csv", &b""[..]), &FormatOverrides::default(), 0).unwrap().layout;
            layout.dialect = Dialect::of(";");
            let (kept, _) = read(&Source::memory("test.csv", text.clone().into_bytes()), &layout, threads, size).unwrap();
            let mut reader = csv::ReaderBuilder::new().delimiter(b';').has_headers(false).flexible(true).from_reader(text.as_bytes());
            let wanted: Vec<Vec<String>> = reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
            proptest::prop_assert_eq!(kept.iter().map(|k| k.2.clone()).collect::<Vec<_>>(), wanted);
            // Raw texts stand in the file one after the other, each on the line that an editor shows.
            let mut at = 0;
            for (number, (line, said, _, raw, _)) in kept.iter().enumerate() {
                proptest::prop_assert_eq!(*said, number as u64 + 1);
                while text[at..].starts_with(['\n', '\r']) {
                    at += 1;
                }
                proptest::prop_assert!(text[at..].starts_with(raw.as_str()));
                let before = text[..at].replace("\r\n", "\n").replace('\r', "\n");
                proptest::prop_assert_eq!(*line, 1 + before.matches('\n').count() as u64);
                at += raw.len();
            }
            proptest::prop_assert!(text[at..].chars().all(|c| c == '\n' || c == '\r'));
        }
    }

    #[test]
    fn the_start_of_an_input_ends_with_a_whole_record() {
        let text = "id,näme\r\n1,\"€\n\"\"x\"\r\n\r\n2,é\r\n3,\"ß,\"\r\n4,end\r\nTotal,\r\n";
        let wide: Vec<u8> = std::iter::once(0xfeff)
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        let mut mixed = text.as_bytes().to_vec();
        mixed.extend(b"5,\xe9\r\n6,\xc3\xa9\r\n");
        let (old, ..) = encoding_rs::SHIFT_JIS.encode("id,name\n1,\u{65e5}\u{672c}\n2,\"\u{8a9e}\n\"\n3,x\n");
        for (bytes, label) in [
            (text.as_bytes(), None),
            (&wide, None),
            (&mixed, Some("utf-8")),
            (&mixed, None),
            (&old, Some("shift_jis")),
        ] {
            let source = Source::memory("test.csv", bytes);
            let wishes = FormatOverrides {
                encoding: label.map(str::to_string),
                ..FormatOverrides::default()
            };
            let layout = peek(&source, &wishes, 5).unwrap().layout;
            let (all, _) = read(&source, &layout, 1, BLOCK).unwrap();
            let mut least = 0;
            for cut in 1..bytes.len() as u64 {
                for (threads, size) in [(1, BLOCK), (2, 7)] {
                    let (some, outcome) = read(&source.start(cut), &layout, threads, size).unwrap();
                    assert!(all.starts_with(&some), "{cut}: {some:?}");
                    assert!(!outcome.malformed && outcome.footer.is_empty(), "{cut}");
                    assert!(some.len() >= least, "{cut}: a longer start has fewer records");
                    least = some.len();
                }
            }
            assert!(all.len() - least <= 1, "more than the record at the cut is left out");
        }
    }
}
