//! The only place that touches the file system: finding inputs, opening them, undoing gzip and zstd, writing output whole or not
//! at all, and scratch space.
//!
//! Every failure says which file, what was tried, why it failed and what to do about it. Compressed files are known by their first
//! bytes, whatever their name; one that ends early or is damaged is an error, never a shorter file.

mod digest;
mod error;
mod expansion;
mod find;
mod folder;
mod identity;
mod parts;
mod pipe;
mod scratch;
mod source;
mod steady;
mod whole;

pub use digest::{Fingerprint, fingerprints, hex};
pub use error::FileError;
use error::folder_of;
pub use expansion::{Expansion, TooFar};
pub use find::{Found, find, is_export, subfolders};
pub use folder::OutputFolder;
pub use identity::{Identity, Stream};
pub use parts::Seekable;
pub use pipe::WAIT;
use scratch::At;
pub use scratch::Scratch;
pub use source::{Meter, Reader, Source};
use source::{Place, read_full};
pub use whole::{Staged, stage, write_bytes, write_whole};

#[cfg(test)]
mod tests;
