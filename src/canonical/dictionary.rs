//! Texts as numbers: an [`Interner`] hands out codes while reading, a [`Dictionary`] is the sorted result.
//!
//! Codes of a finished dictionary are ranks: they depend on the set of texts alone, never on the order in which they were met,
//! so that sorting by code is the same on any number of threads and for any order of files and rows.

use std::fmt::Write;
use std::hash::BuildHasher;

use hashbrown::HashTable;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;
use rustc_hash::FxBuildHasher;

use crate::schema::NO_CODE;

/// Hands out codes; what they are says nothing, and [`Interner::finish`] makes ranks of them.
///
/// Ids are mostly running numbers behind a common prefix (`C10425`): there the number is the code, and nothing has to be looked up.
/// Ten million ids take a quarter of a second less than with a list of codes by number, which is too long for a processor's caches;
/// and interners of different threads and files need no translation.
#[derive(Debug, Default)]
pub struct Interner {
    numbered: Numbered,
    /// Their codes begin at [`DENSE`].
    others: Texts,
}

/// Texts that are one prefix and a number written plainly.
#[derive(Debug, Default)]
struct Numbered {
    /// The first text's prefix; `None` before the first text.
    prefix: Option<String>,
    /// One bit for each number that was met.
    met: Vec<u64>,
}

impl Numbered {
    /// The number of a text with the prefix, if it is not too large for the list.
    fn number(&mut self, text: &str) -> Option<u32> {
        let prefix = self
            .prefix
            .get_or_insert_with(|| text.trim_end_matches(|c: char| c.is_ascii_digit()).to_string());
        // Prefixes are too short to be worth a call, which comparing them whole would be.
        let (start, digits) = text.as_bytes().split_at_checked(prefix.len())?;
        if start.iter().zip(prefix.as_bytes()).any(|(a, b)| a != b) {
            return None;
        }
        if digits.is_empty() || digits.len() > 9 || (digits[0] == b'0' && digits.len() > 1) {
            return None;
        }
        let mut number = 0;
        for &digit in digits {
            if !digit.is_ascii_digit() {
                return None;
            }
            number = number * 10 + u32::from(digit - b'0');
        }
        (number < DENSE).then_some(number)
    }

    fn meet(&mut self, number: u32) {
        let word = number as usize / 64;
        if word >= self.met.len() {
            self.met.resize((word + 1).next_power_of_two(), 0);
        }
        self.met[word] |= 1 << (number % 64);
    }

    /// The numbers that were met, ascending.
    fn numbers(&self) -> Vec<u32> {
        let mut numbers = Vec::new();
        for (word, bits) in (0..).zip(&self.met) {
            numbers.extend((0..64).filter(|bit| bits >> bit & 1 == 1).map(|bit| word * 64 + bit));
        }
        numbers
    }
}

/// Numbers below it are codes.
const DENSE: u32 = 1 << 24;

/// Other codes for an interner's.
#[derive(Debug)]
pub struct Codes {
    /// For its numbers; `None` where they stay.
    numbered: Option<Vec<u32>>,
    /// For its other codes.
    others: Vec<u32>,
}

impl Codes {
    /// The new code of a code; that of [`NO_CODE`] is [`NO_CODE`].
    #[inline]
    pub fn of(&self, code: u32) -> u32 {
        match (code, &self.numbered) {
            (NO_CODE, _) => NO_CODE,
            (DENSE.., _) => self.others[(code - DENSE) as usize],
            (_, None) => code,
            (_, Some(numbered)) => numbered[code as usize],
        }
    }

    /// Whether every code stays what it is.
    pub fn are_same(&self) -> bool {
        self.numbered.as_ref().is_none_or(Vec::is_empty) && self.others.iter().zip(DENSE..).all(|(&new, old)| new == old)
    }
}

/// Texts with codes in the order of first sight. All lie in one buffer.
#[derive(Debug, Default)]
pub struct Texts {
    entries: HashTable<Entry>,
    buffer: String,
    ends: Vec<usize>,
}

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

impl Texts {
    /// The code of a text, the next one if it was never seen.
    pub fn code(&mut self, text: &str) -> u32 {
        let hash = FxBuildHasher.hash_one(text);
        let (buffer, ends) = (&self.buffer, &self.ends);
        let wanted = Entry::new(text, 0);
        let is_same =
            |e: &Entry| e.start == wanted.start && e.length == wanted.length && (text.len() <= 16 || slice(buffer, ends, e.code) == text);
        if let Some(entry) = self.entries.find(hash, is_same) {
            return entry.code;
        }
        let code = u32::try_from(self.ends.len()).expect("fewer than 2^32 distinct texts");
        self.buffer.push_str(text);
        self.ends.push(self.buffer.len());
        let (buffer, ends) = (&self.buffer, &self.ends);
        let entry = Entry { code, ..wanted };
        self.entries
            .insert_unique(hash, entry, |e| FxBuildHasher.hash_one(slice(buffer, ends, e.code)));
        code
    }

    fn len(&self) -> u32 {
        self.ends.len() as u32
    }

    fn text(&self, code: u32) -> &str {
        slice(&self.buffer, &self.ends, code)
    }
}

impl Interner {
    /// Whether any text may hold a character: one that is no running number does, or the prefix of those that are.
    pub fn may_hold(&self, character: char) -> bool {
        let others = (0..self.others.len())
            .into_par_iter()
            .any(|code| self.others.text(code).contains(character));
        others || self.numbered.prefix.as_ref().is_some_and(|prefix| prefix.contains(character))
    }

    /// The code of a text.
    pub fn code(&mut self, text: &str) -> u32 {
        match self.numbered.number(text) {
            Some(number) => {
                self.numbered.meet(number);
                number
            }
            None => {
                let code = DENSE.checked_add(self.others.code(text)).filter(|&code| code != NO_CODE);
                code.expect("fewer than 2^32 - 2^24 distinct texts")
            }
        }
    }

    /// Takes in the texts of another interner; the result gives this one's code for each of the other's.
    pub fn absorb(&mut self, other: &Interner) -> Codes {
        let (mine, theirs) = (&mut self.numbered, &other.numbered);
        let prefix = mine.prefix.get_or_insert_with(|| theirs.prefix.clone().unwrap_or_default());
        let numbered = if theirs.prefix.as_ref() == Some(prefix) {
            mine.met.resize(mine.met.len().max(theirs.met.len()), 0);
            mine.met.iter_mut().zip(&theirs.met).for_each(|(mine, theirs)| *mine |= theirs);
            None
        } else {
            let prefix = theirs.prefix.as_deref().unwrap_or_default();
            let numbers = theirs.numbers();
            let mut codes = vec![NO_CODE; numbers.last().map_or(0, |&last| last as usize + 1)];
            for number in numbers {
                codes[number as usize] = self.code(&format!("{prefix}{number}"));
            }
            Some(codes)
        };
        let others = (0..other.others.len()).map(|code| self.code(other.others.text(code))).collect();
        Codes { numbered, others }
    }

    /// The sorted dictionary, and the rank of each code.
    pub fn finish(self) -> (Dictionary, Codes) {
        let Interner { numbered, others } = self;
        let numbers = numbered.numbers();
        let prefix = numbered.prefix.as_deref().unwrap_or_default();
        let mut all = Dictionary {
            ends: Vec::with_capacity(numbers.len() + others.ends.len()),
            ..Dictionary::default()
        };
        numbers.iter().for_each(|number| all.push(format_args!("{prefix}{number}")));
        (0..others.len()).for_each(|code| all.push(format_args!("{}", others.text(code))));
        // Most texts are told apart by their first bytes, which are sorted as numbers.
        let first = |index: u32| {
            let text = slice(&all.buffer, &all.ends, index).as_bytes();
            let mut bytes = [0; 16];
            let kept = text.len().min(16);
            bytes[..kept].copy_from_slice(&text[..kept]);
            (u128::from_be_bytes(bytes), index)
        };
        let mut order: Vec<(u128, u32)> = (0..all.len() as u32).map(first).collect();
        order.par_sort_unstable_by(|a, b| {
            let text = |index| slice(&all.buffer, &all.ends, index);
            a.0.cmp(&b.0).then_with(|| text(a.1).cmp(text(b.1)))
        });
        let mut sorted = Dictionary {
            buffer: String::with_capacity(all.buffer.len()),
            ends: Vec::with_capacity(order.len()),
            meant: None,
        };
        let mut ranks = vec![NO_CODE; numbers.last().map_or(0, |&last| last as usize + 1)];
        let mut of_others = vec![0; others.ends.len()];
        for (rank, &(_, index)) in (0..).zip(&order) {
            match numbers.get(index as usize) {
                Some(&number) => ranks[number as usize] = rank,
                None => of_others[index as usize - numbers.len()] = rank,
            }
            sorted.buffer.push_str(slice(&all.buffer, &all.ends, index));
            sorted.ends.push(sorted.buffer.len());
        }
        let ranks = Codes {
            numbered: Some(ranks),
            others: of_others,
        };
        (sorted, ranks)
    }
}

fn slice<'a>(buffer: &'a str, ends: &[usize], code: u32) -> &'a str {
    let code = code as usize;
    let start = if code == 0 { 0 } else { ends[code - 1] };
    &buffer[start..ends[code]]
}

/// Sorted texts; a code is a rank.
///
/// With `--redact` what is shown of a text is a pseudonym ([`Dictionary::text`]), and codes are ranks of these. Conditions and vocabularies
/// are held against what the text means ([`Dictionary::code`], [`Dictionary::matching`], [`Dictionary::meaning`]), which nothing prints.
#[derive(Debug, Default)]
pub struct Dictionary {
    buffer: String,
    ends: Vec<usize>,
    /// Of a dictionary of pseudonyms: what they stand for.
    meant: Option<Box<Meant>>,
}

/// The texts behind pseudonyms.
#[derive(Default)]
struct Meant {
    texts: Dictionary,
    /// By rank of the text the code of its pseudonym.
    codes: Vec<u32>,
    /// By code of the pseudonym the rank of its text.
    ranks: Vec<u32>,
}

/// What is behind pseudonyms is never shown.
impl std::fmt::Debug for Meant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Meant")
    }
}

impl Dictionary {
    fn push(&mut self, text: std::fmt::Arguments) {
        // Writing into a string cannot fail.
        let _ = self.buffer.write_fmt(text);
        self.ends.push(self.buffer.len());
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The text of a code; `None` for [`NO_CODE`].
    pub fn text(&self, code: u32) -> Option<&str> {
        (code != NO_CODE).then(|| slice(&self.buffer, &self.ends, code))
    }

    /// The code of a text, if it is in the dictionary.
    pub fn code(&self, text: &str) -> Option<u32> {
        if let Some(meant) = &self.meant {
            return meant.texts.code(text).map(|rank| meant.codes[rank as usize]);
        }
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

    /// The codes of all texts for which `keep` holds, ascending.
    pub fn matching(&self, keep: &dyn Fn(&str) -> bool) -> Vec<u32> {
        (0..self.len() as u32)
            .filter(|&code| self.meaning(code, keep).unwrap_or(false))
            .collect()
    }

    /// What follows from the text of a code as it is in the data, whatever is shown of it; `None` for [`NO_CODE`]. No text may follow.
    pub fn meaning<T>(&self, code: u32, of: impl FnOnce(&str) -> T) -> Option<T> {
        match &self.meant {
            _ if code == NO_CODE => None,
            Some(meant) => meant.texts.text(meant.ranks[code as usize]).map(of),
            None => self.text(code).map(of),
        }
    }

    /// The rank of a code's text, as it is in the data, among all texts.
    pub fn rank(&self, code: u32) -> u32 {
        self.meant.as_ref().map_or(code, |meant| meant.ranks[code as usize])
    }

    /// The dictionary that shows another text for each of its codes, and the new code of each.
    pub fn showing(self, shown: &[String]) -> (Dictionary, Vec<u32>) {
        let mut order: Vec<u32> = (0..shown.len() as u32).collect();
        order.par_sort_unstable_by(|&a, &b| shown[a as usize].cmp(&shown[b as usize]).then(a.cmp(&b)));
        let mut dictionary = Dictionary::default();
        let mut codes = vec![0; order.len()];
        for (code, &rank) in (0..).zip(&order) {
            dictionary.push(format_args!("{}", shown[rank as usize]));
            codes[rank as usize] = code;
        }
        dictionary.meant = Some(Box::new(Meant {
            texts: self,
            codes: codes.clone(),
            ranks: order,
        }));
        (dictionary, codes)
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
        let (dictionary, ranks) = interner.finish();
        assert_eq!(codes.iter().map(|&c| ranks.of(c)).collect::<Vec<_>>(), [2, 1, 2, 0, 3]);
        assert_eq!(ranks.of(NO_CODE), NO_CODE);
        assert_eq!(
            (0..4).map(|c| dictionary.text(c).unwrap()).collect::<Vec<_>>(),
            ["", "east", "north", "west"]
        );
        assert_eq!(dictionary.code("north"), Some(2));
        assert_eq!(dictionary.code("south"), None);
        assert_eq!(dictionary.text(NO_CODE), None);
        assert_eq!(dictionary.matching(&|t| t.ends_with("st")), [1, 3]);
    }

    const ALIKE: [&str; 19] = [
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
        "C63",
        "C64",
        "customer of the north 1",
        "customer of the north",
        "customer of the north 01",
    ];

    #[test]
    fn numbers_and_what_only_looks_like_them_are_told_apart() {
        // Whichever text is first, and so says what the prefix is.
        for first in ALIKE {
            let mut interner = Interner::default();
            interner.code(first);
            let codes: Vec<u32> = ALIKE.iter().map(|t| interner.code(t)).collect();
            assert_eq!(ALIKE.iter().map(|t| interner.code(t)).collect::<Vec<_>>(), codes);
            let (dictionary, ranks) = interner.finish();
            assert_eq!(dictionary.len(), ALIKE.len());
            let texts: Vec<&str> = codes.iter().map(|&c| dictionary.text(ranks.of(c)).unwrap()).collect();
            assert_eq!(texts, ALIKE);
            assert!((1..ALIKE.len() as u32).all(|c| dictionary.text(c - 1) < dictionary.text(c)));
        }
    }

    #[test]
    fn absorbing_keeps_the_meaning_of_codes() {
        for (mine, theirs) in [
            (&ALIKE[..3], &ALIKE[..]),
            (&ALIKE[3..], &ALIKE[..5]),
            (&ALIKE[..0], &ALIKE[..]),
            (&ALIKE[..], &ALIKE[..0]),
        ] {
            let (mut a, mut b) = (Interner::default(), Interner::default());
            let of_a: Vec<u32> = mine.iter().map(|t| a.code(t)).collect();
            let of_b: Vec<u32> = theirs.iter().map(|t| b.code(t)).collect();
            let codes = a.absorb(&b);
            let of_b: Vec<u32> = of_b.into_iter().map(|c| codes.of(c)).collect();
            assert_eq!(codes.of(NO_CODE), NO_CODE);
            let (dictionary, ranks) = a.finish();
            let text = |c: &u32| dictionary.text(ranks.of(*c)).unwrap();
            assert_eq!(of_a.iter().map(text).collect::<Vec<_>>(), mine);
            assert_eq!(of_b.iter().map(text).collect::<Vec<_>>(), theirs);
        }
    }

    #[test]
    fn running_numbers_need_no_translation() {
        let (mut a, mut b) = (Interner::default(), Interner::default());
        let of_a: Vec<u32> = ["C7", "C9"].iter().map(|t| a.code(t)).collect();
        let of_b: Vec<u32> = ["C9", "C700"].iter().map(|t| b.code(t)).collect();
        assert!(a.absorb(&b).are_same());
        assert_eq!(of_a[1], of_b[0]);
        b.code("x");
        assert!(a.absorb(&b).are_same());
        a.code("y");
        b.code("z");
        b.code("y");
        assert!(!a.absorb(&b).are_same());
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
