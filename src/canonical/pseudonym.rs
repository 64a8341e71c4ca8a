//! Pseudonyms: a keyed hash of an id or of another text, the same for the same key.
//!
//! The hash is HMAC-SHA-256, so that who does not have the key can neither find out what a pseudonym stands for by trying ids, nor
//! tell whether two pseudonyms under different keys are one person.

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::io::{Fingerprint, hex};

/// What a pseudonym stands for; the same text gives another pseudonym as another thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// The id of a stakeholder.
    Id,
    /// The id of a record, such as an order or a case.
    Record,
    /// Any other text: a name, an address, the word for a group.
    Text,
    /// The name of a column.
    Column,
}

impl Thing {
    /// What a pseudonym begins with.
    fn letter(self) -> char {
        match self {
            Thing::Id => 's',
            Thing::Record => 'r',
            Thing::Text => 't',
            Thing::Column => 'c',
        }
    }
}

/// What pseudonyms are made with.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; SIZE]);

/// A key is a secret: it is never shown.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

/// Bytes of a hash.
const SIZE: usize = 32;
/// Bytes that SHA-256 works at in one go.
const BLOCK: usize = 64;
/// A pseudonym has so many hexadecimal digits where no two are alike in them: 40 bits.
const DIGITS: usize = 10;

impl Key {
    /// A key from a secret of any length.
    pub fn of_secret(secret: &[u8]) -> Key {
        Key(hmac(secret, &[b"relhealth pseudonyms 1"]))
    }

    /// A key from the inputs themselves: the same for the same files, whatever their names and order. Who has the files can make it
    /// again; who has pseudonyms alone cannot.
    pub fn of_inputs(inputs: &[Fingerprint]) -> Key {
        let mut hashes: Vec<&str> = inputs.iter().map(|input| input.sha256.as_str()).collect();
        hashes.sort_unstable();
        hashes.dedup();
        Key::of_secret(hashes.concat().as_bytes())
    }

    fn hash(&self, thing: Thing, text: &str) -> [u8; SIZE] {
        hmac(&self.0, &[&[thing.letter() as u8], text.as_bytes()])
    }

    /// The pseudonym of one text.
    pub fn pseudonym(&self, thing: Thing, text: &str) -> String {
        format!("{}-{}", thing.letter(), &hex(&self.hash(thing, text))[..DIGITS])
    }

    /// What is shown instead of the fingerprint of a file: with the fingerprint itself, whoever guesses what is in a file could try it.
    pub fn fingerprint(&self, sha256: &str) -> String {
        hex(&hmac(&self.0, &[b"f", sha256.as_bytes()]))
    }

    /// The pseudonyms of different texts, in their order; no two are alike. Where the first ten digits do not tell two apart, all that
    /// share them get twenty, or all.
    pub fn pseudonyms(&self, thing: Thing, texts: &[&str]) -> Vec<String> {
        let hashes: Vec<[u8; SIZE]> = texts.par_iter().map(|text| self.hash(thing, text)).collect();
        told_apart(thing, &hashes)
    }
}

fn told_apart(thing: Thing, hashes: &[[u8; SIZE]]) -> Vec<String> {
    let mut digits = vec![DIGITS; hashes.len()];
    let mut alike: Vec<usize> = (0..hashes.len()).collect();
    for longer in [2 * DIGITS, 2 * SIZE] {
        let bytes = |&at: &usize| &hashes[at][..digits[at] / 2];
        alike.par_sort_unstable_by(|a, b| bytes(a).cmp(bytes(b)).then(a.cmp(b)));
        let groups = alike.chunk_by(|a, b| bytes(a) == bytes(b)).filter(|group| group.len() > 1);
        alike = groups.flatten().copied().collect();
        alike.iter().for_each(|&at| digits[at] = longer);
    }
    let shown = hashes.iter().zip(digits);
    shown
        .map(|(hash, digits)| format!("{}-{}", thing.letter(), &hex(hash)[..digits]))
        .collect()
}

/// HMAC with SHA-256 over the parts of a message. Krawczyk, Bellare and Canetti, RFC 2104 (1997), section 2.
fn hmac(key: &[u8], message: &[&[u8]]) -> [u8; SIZE] {
    let mut block = [0; BLOCK];
    if key.len() > BLOCK {
        block[..SIZE].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let pass = |pad: u8, parts: &[&[u8]]| -> [u8; SIZE] {
        let mut hash = Sha256::new();
        hash.update(block.map(|byte| byte ^ pad));
        parts.iter().for_each(|part| hash.update(part));
        hash.finalize().into()
    };
    pass(0x5c, &[&pass(0x36, message)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_vectors_of_rfc_4231() {
        let long = [0xaa; 131];
        for (key, message, expected) in [
            (
                &[0x0b; 20][..],
                &b"Hi There"[..],
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                &[0xaa; 20],
                &[0xdd; 50],
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
            ),
            (
                &long,
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
            (
                &long,
                b"This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.",
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
            ),
        ] {
            assert_eq!(hex(&hmac(key, &[message])), expected);
            let (start, end) = message.split_at(message.len() / 2);
            assert_eq!(hex(&hmac(key, &[start, end])), expected);
        }
    }

    #[test]
    fn a_pseudonym_is_the_same_for_the_same_key_alone() {
        let key = Key::of_secret(b"secret");
        let of = |key: &Key, thing: Thing, text: &str| key.pseudonyms(thing, &[text]).remove(0);
        let one = of(&key, Thing::Id, "C1");
        assert!(one.starts_with("s-") && one.len() == 12, "{one}");
        assert_eq!(one, of(&Key::of_secret(b"secret"), Thing::Id, "C1"));
        assert_ne!(one, of(&Key::of_secret(b"other"), Thing::Id, "C1"));
        assert_ne!(one[2..], of(&key, Thing::Text, "C1")[2..]);
        assert_eq!(key.pseudonym(Thing::Text, "Anna"), of(&key, Thing::Text, "Anna"));
        assert_ne!(key.fingerprint("00"), Key::of_secret(b"other").fingerprint("00"));
        assert_eq!(format!("{key:?}"), "Key");
        let input = |name: &str, sha256: &str| Fingerprint {
            name: name.into(),
            bytes: 1,
            sha256: sha256.into(),
        };
        let (a, b) = (input("a", "aa"), input("b", "bb"));
        assert_eq!(Key::of_inputs(&[a.clone(), b.clone()]), Key::of_inputs(&[b.clone(), a.clone()]));
        assert_ne!(Key::of_inputs(&[a]), Key::of_inputs(&[b]));
    }

    #[test]
    fn no_two_are_alike() {
        let hash = |first: u8, sixth: u8, last: u8| {
            let mut hash = [first; SIZE];
            hash[5] = sixth;
            hash[SIZE - 1] = last;
            hash
        };
        // Two alike in ten digits, two alike in twenty, one like no other.
        let hashes = [hash(1, 1, 1), hash(1, 2, 1), hash(2, 1, 1), hash(2, 1, 2), hash(3, 1, 1)];
        let shown = told_apart(Thing::Id, &hashes);
        assert_eq!(shown.iter().map(String::len).collect::<Vec<_>>(), [22, 22, 66, 66, 12]);
        assert_eq!(shown.iter().collect::<std::collections::BTreeSet<_>>().len(), 5);
        // Whatever the order.
        let turned: Vec<_> = hashes.iter().rev().copied().collect();
        assert!(told_apart(Thing::Id, &turned).iter().rev().eq(&shown));
    }
}
