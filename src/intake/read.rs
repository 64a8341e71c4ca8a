//! All records of an input, on several threads.
//!
//! Whichever thread is free takes the next block: it reads, decodes and cuts it at the end of a record while holding a lock, and takes
//! it apart after letting go. So there is no thread that only reads, memory is one block a thread, and where blocks begin and end
//! depends on the input alone, not on the number of threads.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::Result;

use super::decode::{Buffer, Encoding, Text};
use super::dialect::Dialect;
use super::peek::{LONGEST, Layout, not_text};
use super::record::{Record, Records};
use super::scan::{count_lines, scan};
use crate::io::{FileError, Source};

/// The usual size of a block.
const BLOCK: usize = 1 << 21;

/// A stretch of an input that holds whole records.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// Its number in the input, from 0: the order of blocks is that of their records.
    pub index: usize,
    /// The number of its first data record, from 1.
    pub first_record: u64,
    /// The line it starts on, from 1.
    pub first_line: u64,
    /// How many data records it holds.
    pub records: u64,
    /// Its text, header rows and blank lines included.
    pub text: &'a str,
}

/// What came of reading an input.
#[derive(Debug)]
pub struct Outcome<S> {
    /// What each thread has collected; which blocks it had is in what it noted of [`Block::index`].
    pub sinks: Vec<S>,
    /// How all of the input was decoded.
    pub encoding: Encoding,
    /// Whether something was no character in UTF-16, and became U+FFFD.
    pub malformed: bool,
    /// The number of data records.
    pub records: u64,
}

/// Reads all data records of an input on so many threads: each makes itself a sink with `new`, and calls `each` with it for every
/// block it takes. One thread is the caller's own.
///
/// If an input that looked like UTF-8 turns out not to be, all sinks are dropped and it is read again from the start, as
/// windows-1252, with new sinks: a sink must not leave marks elsewhere that a second reading would double.
///
/// # Errors
/// When the input cannot be read, is no text, or holds a record of more than 256 MiB; and the first error, in the order of the input,
/// of `each`, whatever the number of threads.
pub fn read_blocks<S: Send>(
    source: &Source,
    layout: &Layout,
    threads: usize,
    new: impl Fn() -> S + Sync,
    each: impl Fn(&mut S, &Block<'_>, Records<'_>) -> Result<()> + Sync,
) -> Result<Outcome<S>> {
    read_sized(source, layout, threads, BLOCK, &new, &each)
}

/// Shows every data record of an input to `visit`; otherwise as [`read_blocks`].
///
/// # Errors
/// As there.
pub fn for_each_record<S: Send>(
    source: &Source,
    layout: &Layout,
    threads: usize,
    new: impl Fn() -> S + Sync,
    visit: impl Fn(&mut S, &Record<'_>) -> Result<()> + Sync,
) -> Result<Outcome<S>> {
    read_blocks(source, layout, threads, new, |sink, _, mut records| {
        while let Some(record) = records.read() {
            visit(sink, &record)?;
        }
        Ok(())
    })
}

fn read_sized<S: Send>(
    source: &Source,
    layout: &Layout,
    threads: usize,
    block_size: usize,
    new: &(impl Fn() -> S + Sync),
    each: &(impl Fn(&mut S, &Block<'_>, Records<'_>) -> Result<()> + Sync),
) -> Result<Outcome<S>> {
    let mut encoding = layout.encoding;
    loop {
        let run = Run {
            source,
            dialect: layout.dialect,
            cutter: Mutex::new(Cutter::new(source, layout, encoding, block_size)?),
            stop: AtomicBool::new(false),
            failure: Mutex::new(None),
        };
        let work = || {
            let mut sink = new();
            run.work(|block, records| each(&mut sink, block, records));
            sink
        };
        let sinks = match threads {
            0 | 1 => vec![work()],
            _ => std::thread::scope(|scope| {
                let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
                let joined = handles.into_iter().map(|handle| handle.join());
                joined
                    .map(|sink| sink.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                    .collect()
            }),
        };
        match run.failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some((_, Failure::NotUtf8)) => encoding = Encoding::Windows1252,
            Some((_, Failure::Other(error))) => return Err(error),
            None => {
                let cutter = run.cutter.into_inner().unwrap_or_else(PoisonError::into_inner);
                let Text { encoding, malformed, .. } = cutter.text;
                return Ok(Outcome {
                    sinks,
                    encoding,
                    malformed,
                    records: cutter.next_record - 1,
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
    source: &'a Source,
    dialect: Dialect,
    cutter: Mutex<Cutter<'a>>,
    stop: AtomicBool,
    /// The failure of the earliest block. Blocks are given out in order, and each that is given out is finished, so that it does not
    /// depend on the threads which failure this is.
    failure: Mutex<Option<(usize, Failure)>>,
}

impl Run<'_> {
    fn work(&self, mut each: impl FnMut(&Block<'_>, Records<'_>) -> Result<()>) {
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

    fn block(&self, cut: Cut, buffer: &Buffer, each: &mut impl FnMut(&Block<'_>, Records<'_>) -> Result<()>) -> Result<(), Failure> {
        let bytes = &buffer.text()[..cut.end];
        if let Some(zero) = memchr::memchr(0, bytes) {
            return Err(not_text(self.source, cut.first_line + count_lines(&bytes[..zero], None)).into());
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Failure::NotUtf8)?;
        let mut records = Records::new(text, self.dialect, cut.first_line, cut.first_record, cut.open);
        records.skip_header(cut.skip);
        let block = Block {
            index: cut.index,
            first_record: cut.first_record,
            first_line: cut.first_line,
            records: cut.records,
            text,
        };
        Ok(each(&block, records)?)
    }
}

/// Where a block ends and what is in it.
struct Cut {
    index: usize,
    end: usize,
    first_line: u64,
    first_record: u64,
    records: u64,
    /// Header rows before the data records.
    skip: u64,
    open: bool,
}

/// Cuts an input into blocks.
struct Cutter<'a> {
    source: &'a Source,
    text: Text,
    dialect: Dialect,
    block_size: usize,
    /// What was read but belongs to the next block.
    carry: Vec<u8>,
    index: usize,
    next_line: u64,
    next_record: u64,
    /// Header rows still to come.
    skip: u64,
    over: bool,
}

impl<'a> Cutter<'a> {
    fn new(source: &'a Source, layout: &Layout, encoding: Encoding, block_size: usize) -> Result<Cutter<'a>> {
        Ok(Cutter {
            source,
            text: Text::open(source, Some(encoding))?,
            dialect: layout.dialect,
            block_size,
            carry: Vec::new(),
            index: 0,
            next_line: 1,
            next_record: 1,
            skip: layout.before_data,
            over: false,
        })
    }

    /// Fills the buffer and cuts it after its last whole record; `None` after the last block.
    fn next(&mut self, buffer: &mut Buffer) -> Result<Option<Cut>> {
        if self.over {
            return Ok(None);
        }
        buffer.set(&self.carry);
        let mut size = self.block_size.max(self.carry.len());
        let (end, records, open) = loop {
            self.over = self.text.fill(buffer, size)?;
            let found = scan(buffer.text(), self.dialect);
            if self.over {
                break (buffer.filled, found.started, found.open);
            }
            if found.end > 0 {
                break (found.end, found.records, false);
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
        if end == 0 {
            return Ok(None);
        }
        self.carry.clear();
        self.carry.extend_from_slice(&buffer.text()[end..]);
        let skip = self.skip.min(records);
        let cut = Cut {
            index: self.index,
            end,
            first_line: self.next_line,
            first_record: self.next_record,
            records: records - skip,
            skip,
            open,
        };
        self.index += 1;
        self.next_line += count_lines(&buffer.text()[..end], None);
        self.next_record += cut.records;
        self.skip -= skip;
        Ok(Some(cut))
    }
}
