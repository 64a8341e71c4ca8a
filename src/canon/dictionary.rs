//! Texts as numbers: an [`Interner`] hands out codes while reading, a [`Dictionary`] is the sorted result.
//!
//! Codes of a finished dictionary are ranks: they depend on the set of texts alone, never on the order in which they were met,
//! so that sorting by code is the same on any number of threads and for any order of files and rows.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use rayon::slice::ParallelSliceMut;
use rustc_hash::FxBuildHasher;

use crate::schema::NO_CODE;

/// Hands out codes in the order of first sight. All texts lie in one buffer.
///
/// Ids are mostly running numbers behind a common prefix (`C10425`): those are found by their number in a plain list, which is a
/// tenth of the work of a hash table once there are more ids than fit a processor's caches.
#[derive(Debug, Default)]
pub struct Interner {
    numbered: Numbered,
    entries: HashTable<Entry>,
    buffer: String,
    ends: Vec<usize>,
}

/// Codes of texts that are one prefix and a number written plainly.
#[derive(Debug, Default)]
struct Numbered {
    /// The first text's prefix; `None` before the first text.
    prefix: Option<Vec<u8>>,
    /// By number.
    codes: Vec<u32>,
}

impl Numbered {
    /// The number of a text with the prefix, if it is not too large for the list.
    fn number(&mut self, text: &str) -> Option<usize> {
        let bytes = text.as_bytes();
        let prefix = self.prefix.get_or_insert_with(|| {
            let digits = bytes.iter().rev().take_while(|b| b.is_ascii_digit()).count();
            bytes[..bytes.len() - digits].to_vec()
        });
        let digits = bytes.strip_prefix(prefix.as_slice())?;
        if digits.is_empty() || digits.len() > 9 || (digits[0] == b'0' && digits.len() > 1) {
            return None;
        }
        let mut number = 0usize;
        for &digit in digits {
            if !digit.is_ascii_digit() {
                return None;
            }
            number = number * 10 + usize::from(digit - b'0');
        }
        (number < DENSE).then_some(number)
    }
}

/// Numbers below it go into the list: at most 64 MiB of it.
const DENSE: usize = 1 << 24;

/// A text in the table. Short ones, which ids nearly always are, stand in the entry itself: a look-up then touches one place in memory.
#[derive(Debug, Clone, Copy)]
struct Entry {
    start: [u8; 16],
    length: u32,
    code: u32,
}

impl Entry {
    fn new(text: &str, code: u32) -> Entry {
        let mut start = [0; 16];
        let kept = text.len().min(16);
        start[..kept].copy_from_slice(&text.as_bytes()[..kept]);
        Entry {
            start,
            length: text.len() as u32,
            code,
        }
    }
}

impl Interner {
    /// The code of a text, a new one if it was never seen.
    pub fn code(&mut self, text: &str) -> u32 {
        let number = self.numbered.number(text);
        if let Some(number) = number {
            match self.numbered.codes.get(number) {
                Some(&code) if code != NO_CODE => return code,
                Some(_) => {}
                None => self.numbered.codes.resize((number + 1).next_power_of_two(), NO_CODE),
            }
            let code = self.add(text);
            self.numbered.codes[number] = code;
            return code;
        }
        self.look_up(text)
    }

    /// A text that was never seen.
    fn add(&mut self, text: &str) -> u32 {
        let code = u32::try_from(self.ends.len()).expect("fewer than 2^32 distinct texts");
        self.buffer.push_str(text);
        self.ends.push(self.buffer.len());
        code
    }

    fn look_up(&mut self, text: &str) -> u32 {
        let hash = FxBuildHasher.hash_one(text);
        let (buffer, ends) = (&self.buffer, &self.ends);
        let wanted = Entry::new(text, 0);
        let is_same =
            |e: &Entry| e.start == wanted.start && e.length == wanted.length && (text.len() <= 16 || slice(buffer, ends, e.code) == text);
        if let Some(entry) = self.entries.find(hash, is_same) {
            return entry.code;
        }
        let code = self.add(text);
        let (buffer, ends) = (&self.buffer, &self.ends);
        let entry = Entry { code, ..wanted };
        self.entries
            .insert_unique(hash, entry, |e| FxBuildHasher.hash_one(slice(buffer, ends, e.code)));
        code
    }

    /// How many texts were seen.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether none was seen.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text of a code.
    pub fn text(&self, code: u32) -> &str {
        slice(&self.buffer, &self.ends, code)
    }

    /// Takes in the texts of another interner; the result gives this one's code for each of the other's.
    pub fn absorb(&mut self, other: &Interner) -> Vec<u32> {
        (0..other.len() as u32).map(|code| self.code(other.text(code))).collect()
    }

    /// The sorted dictionary, and the rank of each code.
    pub fn finish(self) -> (Dictionary, Vec<u32>) {
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        order.par_sort_unstable_by(|&a, &b| self.text(a).cmp(self.text(b)));
        let mut ranks = vec![0; order.len()];
        let mut sorted = Dictionary {
            buffer: String::with_capacity(self.buffer.len()),
            ends: Vec::with_capacity(order.len()),
        };
        for (rank, &code) in order.iter().enumerate() {
            ranks[code as usize] = rank as u32;
            sorted.buffer.push_str(self.text(code));
            sorted.ends.push(sorted.buffer.len());
        }
        (sorted, ranks)
    }
}

fn slice<'a>(buffer: &'a str, ends: &[usize], code: u32) -> &'a str {
    let code = code as usize;
    let start = if code == 0 { 0 } else { ends[code - 1] };
    &buffer[start..ends[code]]
}

/// Sorted texts; a code is a rank.
#[derive(Debug, Default)]
pub struct Dictionary {
    buffer: String,
    ends: Vec<usize>,
}

impl Dictionary {
    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text of a code; `None` for [`NO_CODE`].
    pub fn text(&self, code: u32) -> Option<&str> {
        (code != NO_CODE).then(|| slice(&self.buffer, &self.ends, code))
    }

    /// The code of a text, if it is in the dictionary.
    pub fn code(&self, text: &str) -> Option<u32> {
        let (mut low, mut high) = (0, self.len() as u32);
        while low < high {
            let middle = low + (high - low) / 2;
            match slice(&self.buffer, &self.ends, middle).cmp(text) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }

    /// The codes of all texts for which `keep` holds.
    pub fn matching(&self, keep: &dyn Fn(&str) -> bool) -> Vec<u32> {
        (0..self.len() as u32)
            .filter(|&code| keep(slice(&self.buffer, &self.ends, code)))
            .collect()
    }
}

/// The key of an id that is only ever compared: a 64-bit hash, never [`crate::schema::NO_KEY`]. Two different ids of one
/// stakeholder share a key with a probability below n^2 / 2^65: one in a billion for 200,000 orders of one customer.
pub fn key_of(id: &str) -> u64 {
    // FNV-1a over 8-byte words with a murmur-style finish: spread well enough that ids that differ in one digit never collide.
    let mut hash = 0xcbf2_9ce4_8422_2325u64 ^ (id.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for word in id.as_bytes().chunks(8) {
        let mut bytes = [0; 8];
        bytes[..word.len()].copy_from_slice(word);
        hash = mix(hash ^ u64::from_le_bytes(bytes));
    }
    hash.max(1)
}

fn mix(mut x: u64) -> u64 {
    x ^= x >> 32;
    x = x.wrapping_mul(0xe903_7ed1_a0b4_28db);
    x ^= x >> 29;
    x = x.wrapping_mul(0x8ebc_6af0_9c88_c6e3);
    x ^ (x >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_become_ranks() {
        let mut interner = Interner::default();
        let codes: Vec<u32> = ["north", "east", "north", "", "west"].iter().map(|t| interner.code(t)).collect();
        assert_eq!(codes, [0, 1, 0, 2, 3]);
        let (dictionary, ranks) = interner.finish();
        assert_eq!(ranks, [2, 1, 0, 3]);
        assert_eq!(
            (0..4).map(|c| dictionary.text(c).unwrap()).collect::<Vec<_>>(),
            ["", "east", "north", "west"]
        );
        assert_eq!(dictionary.code("north"), Some(2));
        assert_eq!(dictionary.code("south"), None);
        assert_eq!(dictionary.text(NO_CODE), None);
        assert_eq!(dictionary.matching(&|t| t.ends_with("st")), [1, 3]);
    }

    #[test]
    fn numbers_and_what_only_looks_like_them_are_told_apart() {
        let mut interner = Interner::default();
        let texts = [
            "C1",
            "C01",
            "C",
            "1",
            "C16777216",
            "C16777215",
            "C1x",
            "c1",
            "C1 ",
            "C0",
            "C00",
            "C999999999",
            "C9999999999",
            "",
        ];
        let codes: Vec<u32> = texts.iter().map(|t| interner.code(t)).collect();
        assert_eq!(codes, (0..texts.len() as u32).collect::<Vec<_>>());
        assert_eq!(texts.iter().map(|t| interner.code(t)).collect::<Vec<_>>(), codes);
        assert!(codes.iter().zip(texts).all(|(&code, text)| interner.text(code) == text));
    }

    #[test]
    fn absorbing_keeps_the_meaning_of_codes() {
        let mut a = Interner::default();
        a.code("x");
        a.code("y");
        let mut b = Interner::default();
        b.code("y");
        b.code("z");
        assert_eq!(a.absorb(&b), [1, 2]);
        assert_eq!(a.text(2), "z");
    }

    #[test]
    fn keys_of_many_similar_ids_differ() {
        let mut seen: Vec<u64> = (0..1_000_000).map(|i| key_of(&format!("O{i}"))).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 1_000_000);
        assert_ne!(key_of("a"), key_of("a\0"));
    }
}
