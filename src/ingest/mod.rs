//! Bytes to records: encoding, dialect, header, footer, and the fast reading of whole files on several threads.
//!
//! [`peek()`] looks at the start of an input and says how it would be read (a [`Layout`]); [`for_each_record`] reads all of it that way.
//!
//! Records are those of the `csv` crate: quotes open only at the start of a field, doubled quotes stand for one, CR,
//! LF and CRLF end a record, blank lines are no records and are counted nowhere but in line numbers. Other delimiters, quotes and
//! escapes follow the same rules; records that break them are read so that they have the width of the table, where that is possible.
//! Ragged records are delivered as they are, and a record whose quote is never closed is delivered and marked; what to do about them is
//! the caller's decision. Lines before the header and after the last record are not delivered but kept.
//!
//! A Parquet file has records too: each field has its text, and its value as it is stored ([`StoredValue`]). The sheets of workbooks and the
//! files of archives are inputs of their own ([`contents`]).

mod cell;
mod columns;
mod container;
mod decode;
mod dialect;
mod encoding;
mod evidence;
mod footer;
mod general;
mod guarded;
mod header;
mod parquet;
mod peek;
mod raw;
mod read;
mod record;
mod repair;
mod sample;
mod scan;
mod shape;
mod sniff;
mod wishes;
mod work;
mod workers;

pub use container::{Contents, Sheet, contents};
pub use encoding::Encoding;
pub use footer::is_total_label;
pub use header::{Header, Renamed, Stored};
pub use parquet::StoredValue;
pub use peek::{Layout, Limits, Line, Peek, Row, peek, peek_within};
pub use raw::write_raw;
pub use read::{Outcome, for_each_record};
pub use record::Record;
pub use wishes::FormatOverrides;
