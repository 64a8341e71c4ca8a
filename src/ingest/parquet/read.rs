//! All records of a Parquet file, on several threads: whichever is free decodes the next stretch of rows while holding a lock, and reads
//! them after letting go.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::Result;
use arrow_array::RecordBatch;

use super::Decoder;
use crate::ingest::encoding::Encoding;
use crate::ingest::read::Outcome;
use crate::ingest::record::Records;
use crate::ingest::workers;
use crate::io::Source;

/// So many rows are decoded at a time: enough that threads seldom meet at the lock, few enough that memory stays small.
const ROWS: usize = 1 << 14;

/// Rows with their place in the file.
struct Stretch {
    first_record: u64,
    rows: RecordBatch,
}

/// The file, as its threads take stretches from it.
struct Cutter<'a> {
    file: Decoder<'a>,
    index: usize,
    records: u64,
    /// So many bytes are still read, where only the start of the file is.
    left: u64,
}

impl Cutter<'_> {
    fn next(&mut self) -> Result<Option<Stretch>> {
        if self.left == 0 {
            return Ok(None);
        }
        let Some(rows) = self.file.next_batch()? else {
            return Ok(None);
        };
        let stretch = Stretch {
            first_record: self.records + 1,
            rows,
        };
        self.index += 1;
        self.records += stretch.rows.num_rows() as u64;
        self.left = self.left.saturating_sub(stretch.rows.get_array_memory_size() as u64);
        Ok(Some(stretch))
    }
}

/// Reads all records of a Parquet file on so many threads, as [`crate::ingest::for_each_record`] does for text; of the start of a file, the
/// records of so many bytes, decoded.
///
/// # Errors
/// When it cannot be read or is damaged; and the first error, in the order of the file, of `each`.
pub fn read_blocks<S: Send>(
    source: &Source,
    threads: usize,
    new: &(impl Fn() -> S + Sync),
    each: &(impl Fn(&mut S, Records<'_>) -> Result<()> + Sync),
) -> Result<Outcome<S>> {
    let cutter = Mutex::new(Cutter {
        file: Decoder::open(source, ROWS)?,
        index: 0,
        records: 0,
        left: source.limit().unwrap_or(u64::MAX),
    });
    let stop = AtomicBool::new(false);
    // Stretches are given out in order, and each that is given out is finished, so that the earliest failure does not depend on threads.
    let failure: Mutex<Option<(usize, anyhow::Error)>> = Mutex::new(None);
    let work = || {
        let mut sink = new();
        while !stop.load(Ordering::Relaxed) {
            let (index, cut) = {
                let mut cutter = cutter.lock().unwrap_or_else(PoisonError::into_inner);
                (cutter.index, cutter.next())
            };
            let done = match cut {
                Ok(None) => break,
                Ok(Some(stretch)) => each(&mut sink, Records::stored(&stretch.rows, stretch.first_record)),
                Err(error) => Err(error),
            };
            if let Err(error) = done {
                stop.store(true, Ordering::Relaxed);
                let mut first = failure.lock().unwrap_or_else(PoisonError::into_inner);
                if first.as_ref().is_none_or(|(earlier, _)| index < *earlier) {
                    *first = Some((index, error));
                }
                break;
            }
        }
        sink
    };
    let sinks = workers::each(threads, work);
    if let Some((_, error)) = failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    let cutter = cutter.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Outcome {
        sinks,
        encoding: Encoding::Utf8,
        malformed: false,
        records: cutter.records,
        footer: Vec::new(),
        zeros: 0,
        stray: None,
        repaired: None,
    })
}
