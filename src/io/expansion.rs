//! How far compressed data may expand: a few bytes can become more than any memory or disk holds.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The limits of what compressed data expand to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expansion {
    /// So many times the compressed bytes, from [`FREE`] on.
    pub ratio: u64,
    /// So many bytes.
    pub bytes: u64,
}

impl Default for Expansion {
    fn default() -> Expansion {
        Expansion {
            ratio: 100,
            bytes: 64 << 30,
        }
    }
}

/// Less than this is harmless, however few bytes it was before.
const FREE: u64 = 64 << 20;

/// Data that expand too far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooFar {
    /// To more than so many times their compressed size.
    Ratio(u64),
    /// To more than so many bytes.
    Bytes(u64),
}

impl TooFar {
    /// What to do about it.
    pub fn help(self) -> &'static str {
        match self {
            TooFar::Ratio(_) => "if it is what you expect, raise --max-ratio",
            TooFar::Bytes(_) => "if it is what you expect, raise --max-expanded",
        }
    }
}

impl fmt::Display for TooFar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TooFar::Ratio(ratio) => write!(f, "its compressed data expand to more than {ratio} times their size"),
            TooFar::Bytes(bytes) => write!(f, "its compressed data expand to more than {bytes} bytes"),
        }
    }
}

impl std::error::Error for TooFar {}

impl Expansion {
    /// Whether compressed data may become so many bytes.
    ///
    /// # Errors
    /// They may not.
    pub fn check(self, compressed: u64, expanded: u64) -> Result<(), TooFar> {
        if expanded > self.bytes {
            Err(TooFar::Bytes(self.bytes))
        } else if expanded > FREE.max(compressed.saturating_mul(self.ratio)) {
            Err(TooFar::Ratio(self.ratio))
        } else {
            Ok(())
        }
    }
}

/// Counts the bytes that are read.
pub(super) struct Counted<R> {
    pub inner: R,
    pub count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(space)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Reads decompressed data as far as they may expand.
pub(super) struct Limited<R> {
    pub inner: R,
    /// The compressed bytes that were read so far.
    pub compressed: Arc<AtomicU64>,
    pub expanded: u64,
    pub limits: Expansion,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(space)?;
        self.expanded += read as u64;
        let compressed = self.compressed.load(Ordering::Relaxed);
        self.limits.check(compressed, self.expanded).map_err(io::Error::other)?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_data_may_expand_and_large_ones_within_limits() {
        let limits = Expansion {
            ratio: 10,
            bytes: 4 * FREE,
        };
        assert_eq!(limits.check(1, FREE), Ok(()));
        assert_eq!(limits.check(1, FREE + 1), Err(TooFar::Ratio(10)));
        assert_eq!(limits.check(FREE / 10 + 1, FREE + 1), Ok(()));
        assert_eq!(limits.check(FREE, 4 * FREE), Ok(()));
        assert_eq!(limits.check(FREE, 4 * FREE + 1), Err(TooFar::Bytes(4 * FREE)));
        assert_eq!(limits.check(u64::MAX, u64::MAX), Err(TooFar::Bytes(4 * FREE)));
    }
}
