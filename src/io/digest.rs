//! Fingerprints of inputs: name, size and SHA-256 of each file as it lies there, so that a report says what it was made from.

use std::io::Read;
use std::path::Path;

use anyhow::Result;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::{FileError, Source, read_full};

/// What identifies the bytes of an input.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint {
    /// The name as it was given; `-` for standard input.
    pub name: String,
    /// How many bytes there are, as the file lies there: compressed where it is.
    pub bytes: u64,
    /// Their SHA-256 (FIPS 180-4) in hexadecimal digits.
    pub sha256: String,
}

/// So many bytes are read at once: the hash is what takes the time.
const BLOCK: usize = 1 << 20;

/// The fingerprint of an input.
///
/// # Errors
/// When it cannot be read.
pub fn fingerprint(source: &Source) -> Result<Fingerprint> {
    let source = source.whole();
    let mut bytes = source.raw()?;
    let mut hash = Sha256::new();
    let mut space = vec![0; BLOCK];
    let mut size = 0;
    loop {
        let got = read_full(&mut bytes, &mut space).map_err(|cause| FileError::of(Path::new(source.name()), "read", cause))?;
        if got == 0 {
            break;
        }
        hash.update(&space[..got]);
        size += got as u64;
    }
    Ok(Fingerprint {
        name: source.name().to_string(),
        bytes: size,
        sha256: hex(&hash.finalize()),
    })
}

/// The fingerprints of inputs, each name once, in the order of their first mention; files are read side by side.
///
/// # Errors
/// The first in that order that cannot be read.
pub fn fingerprints<'a>(sources: impl IntoIterator<Item = &'a Source>) -> Result<Vec<Fingerprint>> {
    let mut once: Vec<&Source> = Vec::new();
    for source in sources {
        if !once.iter().any(|known| known.whole_name() == source.whole_name()) {
            once.push(source);
        }
    }
    let found: Vec<Result<Fingerprint>> = once.into_par_iter().map(fingerprint).collect();
    found.into_iter().collect()
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Anything that gives bytes.
pub(super) type Bytes = Box<dyn Read + Send>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        // FIPS 180-4 examples of NIST's Cryptographic Standards: one block, two blocks, a million letters; and nothing.
        let million = vec![b'a'; 1_000_000];
        for (bytes, sha256) in [
            (&b""[..], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            ),
            (&million, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
        ] {
            let found = fingerprint(&Source::memory("x", bytes)).unwrap();
            assert_eq!((found.sha256.as_str(), found.bytes), (sha256, bytes.len() as u64));
        }
    }

    #[test]
    fn compressed_files_count_as_they_lie() {
        let dir = tempfile::tempdir().unwrap();
        let packed = zstd::encode_all(&b"a,b\n1,2\n"[..], 3).unwrap();
        let (plain, zst) = (dir.path().join("a.csv"), dir.path().join("a.csv.zst"));
        std::fs::write(&plain, "a,b\n1,2\n").unwrap();
        std::fs::write(&zst, &packed).unwrap();
        let open = |path: &Path| Source::file(path).unwrap();
        let found = fingerprints([&open(&zst), &open(&plain), &open(&zst)]).unwrap();
        let of_memory = |bytes: &[u8]| fingerprint(&Source::memory("x", bytes)).unwrap().sha256;
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].bytes, found[0].sha256.clone()), (packed.len() as u64, of_memory(&packed)));
        assert_eq!((found[1].bytes, found[1].sha256.clone()), (8, of_memory(b"a,b\n1,2\n")));
    }
}
