//! Records as they are read, for everybody to check: UTF-8, commas, doubled quotes, LF; nothing left out and nothing made up.

use std::io::Write;
use std::sync::mpsc::{SyncSender, sync_channel};

use anyhow::Result;

use crate::intake::{Layout, Wishes, for_each_record, peek};
use crate::io::Source;

/// So much text is put together before it is written.
const CHUNK: usize = 1 << 18;

/// Writes all records of an input, those of the header too, ragged ones as they are. An input without records gives nothing.
///
/// # Errors
/// When the input cannot be read or is no text, and those of `out`.
pub fn write(source: &Source, delimiter: Option<u8>, out: &mut dyn Write) -> Result<()> {
    // Without header rows every record is one to show, with the blanks that its names have.
    let wishes = Wishes { delimiter, header_rows: 0 };
    let peeked = peek(source, &wishes, 1)?;
    let mut layout = peeked.layout;
    if !peeked.complete {
        // What was written cannot be taken back: whether all of it can be read, and in which encoding, is found out before.
        layout.encoding = for_each_record(source, &layout, 1, || (), |(), _| Ok(()))?.encoding;
    }
    let (to_writer, chunks) = sync_channel::<Vec<u8>>(4);
    std::thread::scope(|scope| {
        let layout = &layout;
        let reader = scope.spawn(move || read(source, layout, to_writer));
        let written = chunks.iter().try_for_each(|chunk| out.write_all(&chunk));
        // A reader whose chunks nobody takes any more stops at the next one.
        drop(chunks);
        let read = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        written?;
        read
    })
}

/// Sends the records in chunks.
fn read(source: &Source, layout: &Layout, to_writer: SyncSender<Vec<u8>>) -> Result<()> {
    let outcome = for_each_record(source, layout, 1, chunk, |chunk, record| {
        chunk.write_record(record.iter())?;
        if chunk.get_ref().len() >= CHUNK {
            to_writer.send(std::mem::replace(chunk, self::chunk()).into_inner()?)?;
        }
        Ok(())
    })?;
    for last in outcome.sinks {
        to_writer.send(last.into_inner()?)?;
    }
    Ok(())
}

fn chunk() -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new().flexible(true).from_writer(Vec::new())
}
