//! The values of columns that may be keys: how many records have them, how many differ, and how many of them another file has.
//!
//! Each file is read once, and of each cell a hash is kept. Of very large files only the hashes are kept that end in zeros, on both
//! sides of a comparison: the same values of both, so that what is contained stays contained, and the memory is bounded.

use anyhow::Result;

use super::files::File;
use crate::canonical::key_of;
use crate::canonical::load::file::lookups::key;

/// So many hashes of a column are kept at most, about.
const KEPT: usize = 4_000_000;

/// The values of one or several columns of a file, as a key.
#[derive(Debug, Clone)]
pub struct Values {
    /// The columns.
    pub columns: Vec<usize>,
    /// Hash of the key and of the whole record, sorted.
    hashes: Vec<(u64, u64)>,
    /// The bits that are zero in the hashes that are kept.
    mask: u64,
    /// Records with the key, and records without it.
    pub filled: u64,
    pub empty: u64,
}

/// What the values of a key in one file show about those in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Containment {
    /// Records that have the key, and how many of them the other file has it of. Of large files those that were compared.
    pub rows: u64,
    pub matched: u64,
    /// Different keys that both have.
    pub shared: u64,
    /// Different keys of the file.
    pub distinct: u64,
    /// Different keys of the other file, and how many of them have several different records.
    pub of: u64,
    pub repeated: u64,
    /// Keys of the file that several records have.
    pub several: u64,
}

/// Columns of a file that are a key together, and whether other files may refer to it.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub columns: Vec<usize>,
    pub is_target: bool,
}

/// Of one key: the hashes that are kept, the records that have it, and those that do not.
type Found = (Vec<(u64, u64)>, u64, u64);

/// The values of these keys.
///
/// # Errors
/// When the file cannot be read.
pub fn read(file: &File, keys: &[Wanted], threads: usize, largest: usize) -> Result<Vec<Values>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mask = (largest.div_ceil(KEPT)).next_power_of_two() as u64 - 1;
    let new = || vec![(Vec::new(), 0u64, 0u64); keys.len()];
    let width = file.names.len();
    let sinks = file.for_each_record(threads, new, |sink: &mut Vec<Found>, record| {
        if record.len() < width {
            return Ok(());
        }
        let mut whole = None;
        for (wanted, (hashes, filled, empty)) in keys.iter().zip(sink.iter_mut()) {
            let Some(key) = key(wanted.columns.iter().map(|&at| record.get(at).unwrap_or(""))) else {
                *empty += 1;
                continue;
            };
            *filled += 1;
            let hash = key_of(&key);
            if hash & mask == 0 {
                // Whether several records of a key are one record twice matters only where others refer to it.
                let record = match wanted.is_target {
                    true => *whole.get_or_insert_with(|| key_of(record.raw().trim_end())),
                    false => 0,
                };
                hashes.push((hash, record));
            }
        }
        Ok(())
    })?;
    let mut values: Vec<Values> = keys
        .iter()
        .map(|wanted| Values {
            columns: wanted.columns.clone(),
            hashes: Vec::new(),
            mask,
            filled: 0,
            empty: 0,
        })
        .collect();
    for sink in sinks {
        for (values, (hashes, filled, empty)) in values.iter_mut().zip(sink) {
            values.hashes.extend(hashes);
            values.filled += filled;
            values.empty += empty;
        }
    }
    values.iter_mut().for_each(|values| values.hashes.sort_unstable());
    Ok(values)
}

impl Values {
    /// Each different key once, with the number of its records and of its different records.
    fn groups(&self) -> impl Iterator<Item = (u64, u64, u64)> + '_ {
        self.hashes.chunk_by(|a, b| a.0 == b.0).map(|group| {
            let different = group.chunk_by(|a, b| a.1 == b.1).count();
            (group[0].0, group.len() as u64, different as u64)
        })
    }

    /// Whether some key has several records, and how many keys there are.
    pub fn repeats(&self) -> (bool, u64) {
        let all = self.groups().count() as u64;
        (all < self.hashes.len() as u64, all)
    }

    /// What these values of one file show about those of another.
    pub fn within(&self, other: &Values) -> Containment {
        debug_assert_eq!(self.mask, other.mask);
        let mut found = Containment {
            rows: 0,
            matched: 0,
            shared: 0,
            distinct: 0,
            of: 0,
            repeated: 0,
            several: 0,
        };
        for (_, _, different) in other.groups() {
            found.of += 1;
            found.repeated += u64::from(different > 1);
        }
        let mut theirs = other.groups().peekable();
        for (hash, rows, _) in self.groups() {
            found.distinct += 1;
            found.rows += rows;
            found.several += u64::from(rows > 1);
            while theirs.next_if(|other| other.0 < hash).is_some() {}
            if theirs.peek().is_some_and(|other| other.0 == hash) {
                found.matched += rows;
                found.shared += 1;
            }
        }
        found
    }
}
