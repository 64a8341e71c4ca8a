//! The records of an input as they are read, written as plain CSV, so that anyone can check how a file is understood.

use std::io::Write;
use std::sync::mpsc::{SyncSender, sync_channel};

use anyhow::Result;

use super::header::Header;
use super::peek::{Layout, Line};
use super::read::{Outcome, for_each_record};
use crate::io::Source;
use crate::notes::FileNote;

/// What was not written, and what there is to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    /// The lines before the table.
    pub preamble: Vec<Line>,
    /// The lines after the last record.
    pub footer: Vec<Line>,
    /// The number of data records that were written.
    pub records: u64,
    /// Records of several fields without a value in any of them.
    pub empty: u64,
    /// What was unusual about its bytes.
    pub notes: Vec<FileNote>,
}

/// Writes the header and all records as they are read: in UTF-8, with commas, quotes doubled where they are needed, and LF. Ragged
/// records stay as they are; several header rows are joined by a blank; a file without a header is written without one; preamble and
/// footer are returned instead, and records without any value are counted.
///
/// # Errors
/// When the input cannot be read, or the output not be written.
pub fn write_raw(source: &Source, layout: &Layout, out: &mut dyn Write) -> Result<Raw> {
    // What was written cannot be taken back: whether all of it can be read, and in which encoding, is found out before.
    let all = for_each_record(source, layout, 1, || (), |(), _| Ok(()))?;
    let layout = Layout {
        encoding: all.encoding,
        ..layout.clone()
    };
    let mut header = chunk();
    match &layout.header.rows[..] {
        [] => {}
        [row] => header.write_record(row)?,
        rows => header.write_record(Header::joined(rows, layout.width))?,
    }
    out.write_all(&header.into_inner()?)?;
    let (to_writer, chunks) = sync_channel::<Vec<u8>>(4);
    let done = std::thread::scope(|scope| {
        let layout = &layout;
        let reader = std::thread::Builder::new().spawn_scoped(scope, move || read(source, layout, to_writer))?;
        let written = chunks.iter().try_for_each(|chunk| out.write_all(&chunk));
        // A reader whose chunks nobody takes any more stops at the next one.
        drop(chunks);
        let read = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        written?;
        read
    })?;
    let notes = done.notes();
    let empty = done.sinks.iter().map(|sink| sink.empty).sum();
    Ok(Raw {
        preamble: layout.preamble,
        footer: done.footer,
        records: done.records - empty,
        empty,
        notes,
    })
}

/// So much text is put together before it is written.
const CHUNK: usize = 1 << 18;

/// What is put together of the records.
struct Chunk {
    writer: csv::Writer<Vec<u8>>,
    /// Records without any value, which are not written.
    empty: u64,
}

/// Sends the records in chunks.
fn read(source: &Source, layout: &Layout, to_writer: SyncSender<Vec<u8>>) -> Result<Outcome<Chunk>> {
    let start = || Chunk { writer: chunk(), empty: 0 };
    let mut outcome = for_each_record(source, layout, 1, start, |chunk, record| {
        if record.len() > 1 && record.iter().all(|cell| cell.trim().is_empty()) {
            chunk.empty += 1;
            return Ok(());
        }
        chunk.writer.write_record(record.iter())?;
        if chunk.writer.get_ref().len() >= CHUNK {
            to_writer.send(std::mem::replace(&mut chunk.writer, self::chunk()).into_inner()?)?;
        }
        Ok(())
    })?;
    for last in &mut outcome.sinks {
        to_writer.send(std::mem::replace(&mut last.writer, chunk()).into_inner()?)?;
    }
    Ok(outcome)
}

fn chunk() -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new().flexible(true).has_headers(false).from_writer(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::{FormatOverrides, peek};

    fn raw(bytes: &[u8]) -> (String, Raw) {
        let source = Source::memory("a.csv", bytes);
        let layout = peek(&source, &FormatOverrides::default(), 5).unwrap().layout;
        let mut out = Vec::new();
        let raw = write_raw(&source, &layout, &mut out).unwrap();
        (String::from_utf8(out).unwrap(), raw)
    }

    #[test]
    fn plain_csv_whatever_comes_in() {
        let text = "Report of May\r\n\r\nName;Amount;Paid on\r\nM\u{fc}ller, Ann;1,5;2024-05-01\r\n\"a;\"\"b\"\"\";2,5;2024-05-02\r\n3;4\r\nTotal;4,0;\r\n";
        let bytes: Vec<u8> = text.chars().map(|c| c as u8).collect();
        let (out, raw) = raw(&bytes);
        assert_eq!(
            out,
            "Name,Amount,Paid on\n\"Müller, Ann\",\"1,5\",2024-05-01\n\"a;\"\"b\"\"\",\"2,5\",2024-05-02\n3,4\n"
        );
        let lines = |lines: &[Line]| lines.iter().map(|l| format!("{}: {}", l.line, l.text)).collect::<Vec<_>>();
        assert_eq!(
            (lines(&raw.preamble), lines(&raw.footer)),
            (vec!["1: Report of May".to_string()], vec!["7: Total;4,0;".to_string()])
        );
        assert_eq!(raw.records, 3);
        let encoding = "windows-1252";
        assert!(raw.notes.contains(&FileNote::Encoding { encoding }), "{:?}", raw.notes);
    }

    #[test]
    fn records_without_a_value_are_counted() {
        let (out, raw) = raw(b"id,n\n1,2\n,\n ,\n3,\n");
        assert_eq!((out.as_str(), raw.records, raw.empty), ("id,n\n1,2\n3,\n", 2, 2));
        assert_eq!(self::raw(b"n\n1\n\"\"\n2\n").0, "n\n1\n\"\"\n2\n");
    }

    #[test]
    fn header_rows() {
        assert_eq!(raw(b"id,n\nid,n\n1,2\n").0, "id id,n n\n1,2\n");
        assert_eq!(raw(b"1,2024-01-01\n2,2024-01-02\n").0, "1,2024-01-01\n2,2024-01-02\n");
        assert_eq!(raw(b"").0, "");
    }
}
