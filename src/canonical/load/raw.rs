//! Records as they stand in their files, read again: of a row that is used a run keeps nothing but its line.

use anyhow::Result;

use crate::diagnostics::{Place, Problem};
use crate::ingest::{Layout, for_each_record};
use crate::io;

/// A file as it was read, ready to be read again in the same way.
#[derive(Debug, Clone)]
pub struct RawFile {
    /// The file.
    pub file: io::Source,
    /// How it was read; its encoding is that of the whole file.
    pub layout: Layout,
}

/// Some records of a file.
#[derive(Debug, Default)]
pub struct RawRecords {
    text: String,
    /// Line, number among the data records, and end in the text of each record, by line.
    found: Vec<(u64, u64, usize)>,
}

impl RawFile {
    /// The records that start on these lines, which are ascending.
    ///
    /// # Errors
    /// When the file cannot be read, or no record starts on one of the lines any more.
    pub fn records(&self, lines: &[u64]) -> Result<RawRecords> {
        if lines.is_empty() {
            return Ok(RawRecords::default());
        }
        // One thread, so that records come by line.
        let outcome = for_each_record(&self.file, &self.layout, 1, RawRecords::default, |records, record| {
            if lines.get(records.found.len()) == Some(&record.line()) {
                records.text.push_str(record.raw());
                records.found.push((record.line(), record.number(), records.text.len()));
            }
            Ok(())
        })?;
        let records = outcome.sinks.into_iter().next().unwrap_or_default();
        match lines.get(records.found.len()) {
            None => Ok(records),
            Some(&line) => Err(Problem::data(format!("{} changed while it was read", self.file.name()))
                .why("no record starts any more where one did")
                .hint("run again when nothing writes to it")
                .at(Place::line(self.file.name(), line))
                .into()),
        }
    }
}

impl RawRecords {
    /// The record that starts on a line: its number among the data records, from 1, and its text without the line end.
    pub fn get(&self, line: u64) -> Option<(u64, &str)> {
        let index = self.found.binary_search_by_key(&line, |(line, ..)| *line).ok()?;
        let start = index.checked_sub(1).map_or(0, |before| self.found[before].2);
        let (_, number, end) = self.found[index];
        Some((number, &self.text[start..end]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::{FormatOverrides, peek};

    fn raw(bytes: &[u8]) -> RawFile {
        let file = io::Source::memory("a.csv", bytes);
        let layout = peek(&file, &FormatOverrides::default(), 5).unwrap().layout;
        RawFile { file, layout }
    }

    #[test]
    fn records_are_found_by_the_line_they_start_on() {
        let file = raw(b"a;b\r\n1;\"two\nlines\"\r\n\r\n2;\"x\"\"y\"\r\n3;caf\xe9\r\n");
        let records = file.records(&[2, 5, 6]).unwrap();
        assert_eq!(records.get(2), Some((1, "1;\"two\nlines\"")));
        assert_eq!(records.get(5), Some((2, "2;\"x\"\"y\"")));
        assert_eq!(records.get(6), Some((3, "3;café")));
        assert_eq!((records.get(1), records.get(3), records.get(7)), (None, None, None));
        let some = file.records(&[6]).unwrap();
        assert_eq!((some.get(6), some.get(2)), (Some((3, "3;café")), None));
        assert!(file.records(&[]).unwrap().found.is_empty());
    }

    #[test]
    fn a_line_that_is_gone_is_said() {
        let error = raw(b"a\n1\n2\n").records(&[3, 4]).unwrap_err();
        assert!(error.to_string().contains("a.csv:4: a.csv changed while it was read"), "{error}");
    }
}
