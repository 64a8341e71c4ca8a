//! Bytes to records: encoding, dialect, header, and the fast reading of whole files on several threads.
//!
//! [`peek`] looks at the start of an input and says how it would be read (a [`Layout`]); [`read_blocks`] and [`for_each_record`] read
//! all of it that way. Records are those of the `csv` crate: quotes open only at the start of a field, doubled quotes stand for one, CR,
//! LF and CRLF end a record, blank lines are no records and are counted nowhere but in line numbers. Ragged records are delivered as
//! they are, and a record whose quote is never closed is delivered and marked; what to do about them is the caller's decision.

mod decode;
mod dialect;
mod header;
mod parquet;
mod peek;
mod read;
mod record;
mod scan;

pub use decode::Encoding;
pub use dialect::Dialect;
pub use header::{Header, Renamed};
pub use parquet::as_text;
pub use peek::{Layout, Peek, Row, Wishes, peek};
pub use read::{Block, Outcome, for_each_record, read_blocks};
pub use record::{Record, Records};
