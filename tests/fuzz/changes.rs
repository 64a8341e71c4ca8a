//! Inputs that are changed at random, the same on every machine.

#[path = "../reference/rng.rs"]
#[expect(dead_code, reason = "the file is shared with another test, which uses all of it")]
mod rng;

use rng::Rng;

/// What is put in: signs of every format that is read, and values at the limits of their types.
const PIECES: [&str; 40] = [
    "\"",
    "\"\"",
    ",",
    ";",
    "\t",
    "\n",
    "\r\n",
    "\r",
    "\0",
    "\u{feff}",
    "\u{1f}",
    "%",
    "-",
    "+",
    "0",
    "1e308",
    "-1e-320",
    "NaN",
    "inf",
    "9223372036854775807",
    "-9223372036854775808",
    "922337203685477.5807",
    "99999999999999999999999999999",
    "0001-01-01",
    "9999-12-31",
    "9999-12-31T23:59:59.999999Z",
    "31.12.1899",
    "2025-02-30",
    "25:61",
    "{",
    "}",
    "[",
    "]",
    "'",
    "\\",
    "\u{202e}",
    "ß",
    "é",
    "<",
    "&#0;",
];

/// So many inputs, each one of those that are given with up to four changes.
pub fn of<'a>(inputs: impl Iterator<Item = &'a Vec<u8>>, number: usize) -> Vec<Vec<u8>> {
    let inputs: Vec<&Vec<u8>> = inputs.filter(|bytes| bytes.len() <= 1 << 16).collect();
    let mut rng = Rng::new(20_251);
    (0..number)
        .map(|_| {
            let mut bytes = (*rng.pick(&inputs)).clone();
            for _ in 0..rng.int(1, 4) {
                let other = *rng.pick(&inputs);
                change(&mut bytes, other, &mut rng);
            }
            bytes
        })
        .collect()
}

fn change(bytes: &mut Vec<u8>, other: &[u8], rng: &mut Rng) {
    let mut place = |len: usize| rng.int(0, len as i64) as usize;
    let (a, b) = (place(bytes.len()), place(bytes.len()));
    let (low, high) = (a.min(b), a.max(b));
    let near = high.min(low + 64);
    let from = place(other.len());
    match rng.int(0, 6) {
        // A piece goes in, or takes the place of what is there.
        0 => drop(bytes.splice(low..low, rng.pick(&PIECES).bytes())),
        1 => drop(bytes.splice(low..near, rng.pick(&PIECES).bytes())),
        // Something is left out, or comes twice.
        2 => drop(bytes.drain(low..near)),
        3 => {
            let twice = bytes[low..near].to_vec();
            drop(bytes.splice(low..low, twice));
        }
        // A byte is another one.
        4 => {
            if let Some(byte) = bytes.get_mut(low) {
                *byte = rng.int(0, 255) as u8;
            }
        }
        // The rest is cut off, or that of another input.
        5 => bytes.truncate(low),
        _ => {
            bytes.truncate(low);
            bytes.extend_from_slice(&other[from..]);
        }
    }
}
