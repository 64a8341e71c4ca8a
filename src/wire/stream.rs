//! Long lists of a document, whose values are made while they are written.

use rayon::prelude::*;
use serde::ser::{Error, SerializeSeq};
use serde::{Serialize, Serializer};

/// So many values are written one after the other.
const CHUNK: usize = 512;
/// So many chunks are written at the same time, before any of them goes out.
const CHUNKS: usize = 64;

/// Values that are made while they are written, so that there are only few of them at a time.
pub struct Stream<'a, T>(Values<'a, T>);

enum Values<'a, T> {
    /// One after the other.
    InOrder(Box<dyn Fn() -> Box<dyn Iterator<Item = T> + 'a> + 'a>),
    /// Each by its index, of so many.
    ByIndex(usize, Box<dyn Fn(usize) -> T + Sync + 'a>),
}

impl<'a, T> Stream<'a, T> {
    /// The values that an iterator gives; it is made anew each time they are written.
    pub fn of<I: Iterator<Item = T> + 'a>(values: impl Fn() -> I + 'a) -> Stream<'a, T> {
        Stream(Values::InOrder(Box::new(move || Box::new(values()))))
    }

    /// So many values, each by its index; several are made at the same time.
    pub fn by_index(len: usize, value: impl Fn(usize) -> T + Sync + 'a) -> Stream<'a, T> {
        Stream(Values::ByIndex(len, Box::new(value)))
    }
}

impl<T: Serialize> Serialize for Stream<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Values::InOrder(values) => serializer.collect_seq(values()),
            Values::ByIndex(len, value) => by_index(*len, value, serializer),
        }
    }
}

fn by_index<T: Serialize, S: Serializer>(len: usize, value: &(dyn Fn(usize) -> T + Sync), serializer: S) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(Some(len))?;
    let starts: Vec<usize> = (0..len).step_by(CHUNK).collect();
    for some in starts.chunks(CHUNKS) {
        let written = some.par_iter().map(|&start| Chunk::of(start..(start + CHUNK).min(len), value));
        let written: Vec<serde_json::Result<Chunk>> = written.collect();
        for chunk in written {
            let chunk = chunk.map_err(S::Error::custom)?;
            let mut start = 0;
            for &end in &chunk.ends {
                list.serialize_element(&Json(&chunk.text[start..end]))?;
                start = end;
            }
        }
    }
    list.end()
}

/// Values as JSON, one behind the other.
#[derive(Default)]
struct Chunk {
    text: Vec<u8>,
    /// Where each of them ends.
    ends: Vec<usize>,
}

impl Chunk {
    fn of<T: Serialize>(range: std::ops::Range<usize>, value: &(dyn Fn(usize) -> T + Sync)) -> serde_json::Result<Chunk> {
        let mut chunk = Chunk::default();
        for at in range {
            serde_json::to_writer(&mut chunk.text, &value(at))?;
            chunk.ends.push(chunk.text.len());
        }
        Ok(chunk)
    }
}

/// A value that is JSON already. The layout in lines writes bytes as they are, and no other value of a document is bytes.
struct Json<'a>(&'a [u8]);

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}
