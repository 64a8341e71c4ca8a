//! `--rejects FILE`: every record that is not used, with the reason.

use std::path::Path;

use anyhow::Result;

use crate::canon::Reject;
use crate::io::write_whole;

/// Writes the records as CSV.
///
/// # Errors
/// When the file cannot be written.
pub fn write(file: &Path, unused: &[Reject]) -> Result<()> {
    write_whole(file, |out| {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(["file", "line", "record", "fate", "column", "code", "reason", "raw"])?;
        for r in unused {
            let number = |n: u64| if n == 0 { String::new() } else { n.to_string() };
            csv.write_record([&r.file, &r.line.to_string(), &number(r.record), r.fate, &r.column, &r.code, &r.reason, &r.raw])?;
        }
        csv.flush()?;
        Ok(())
    })
}
