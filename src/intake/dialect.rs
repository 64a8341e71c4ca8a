//! How a file parts its fields, and finding that out from its start.

use std::collections::BTreeMap;

use super::record::Records;

/// How a file parts its fields. Quotes are `"`, doubled within quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Dialect {
    /// The byte between two fields.
    pub delimiter: u8,
}

/// The quote character.
pub(super) const QUOTE: u8 = b'"';

/// Delimiters looked for; the earlier wins where the evidence is equal.
const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];
/// So many records are looked at.
const RECORDS: usize = 200;

impl Default for Dialect {
    fn default() -> Dialect {
        Dialect { delimiter: b',' }
    }
}

impl Dialect {
    /// The dialect in which the start of a file falls into records of the same number of fields, at least two; `None` where no
    /// delimiter does that. `complete` says whether the text is all of the file.
    pub(super) fn sniff(text: &str, complete: bool) -> Option<Dialect> {
        let mut best: Option<((bool, u64, usize), u8)> = None;
        for delimiter in CANDIDATES {
            let Some(score) = score(text, complete, Dialect { delimiter }) else {
                continue;
            };
            if best.is_none_or(|(leader, _)| score > leader) {
                best = Some((score, delimiter));
            }
        }
        best.map(|(_, delimiter)| Dialect { delimiter })
    }

    /// The delimiter that a first line `sep=;` states, as spreadsheets write it, quoted or not.
    pub(super) fn stated(first_line: &str) -> Option<u8> {
        let line = first_line.trim_end_matches(['\r', '\n']);
        let line = line.strip_prefix('"').and_then(|l| l.strip_suffix('"')).unwrap_or(line);
        let (key, value) = line.split_at_checked(4)?;
        match value.as_bytes() {
            [delimiter] if key.eq_ignore_ascii_case("sep=") && !delimiter.is_ascii_alphanumeric() => Some(*delimiter),
            _ => None,
        }
    }
}

/// How well a delimiter explains the records: whether the first record has the most common number of fields, how many in a thousand
/// have it, and that number. `None` where it parts nothing.
fn score(text: &str, complete: bool, dialect: Dialect) -> Option<(bool, u64, usize)> {
    let mut counts = Vec::with_capacity(RECORDS);
    let mut records = Records::of(text, dialect);
    while counts.len() <= RECORDS
        && let Some(record) = records.read()
    {
        counts.push(record.len());
    }
    // The last record may go on beyond the sample.
    if !complete && counts.len() > 1 && counts.len() <= RECORDS {
        counts.pop();
    }
    let mut tally = BTreeMap::new();
    for &count in &counts {
        *tally.entry(count).or_insert(0u64) += 1;
    }
    let (fields, times) = tally
        .into_iter()
        .filter(|&(fields, _)| fields > 1)
        .max_by_key(|&(fields, times)| (times, fields))?;
    Some((counts[0] == fields, times * 1000 / counts.len() as u64, fields))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniff(text: &str) -> Option<char> {
        Dialect::sniff(text, true).map(|d| d.delimiter as char)
    }

    #[test]
    fn delimiters() {
        assert_eq!(sniff("a,b\n1,2\n"), Some(','));
        assert_eq!(sniff("a;b;c\n1,5;2,5;x\n1,7;2,9;y\n"), Some(';'));
        assert_eq!(sniff("a\tb\nx, y\tz, w\n"), Some('\t'));
        assert_eq!(sniff("a|b\r1|2\r"), Some('|'));
        assert_eq!(sniff("a,b\n\"x;y;z\nu;v;w\",1\n\"p;q;r\",2\n"), Some(','));
        assert_eq!(sniff("name\nx\ny\n"), None);
        assert_eq!(sniff(""), None);
        // A ragged row or a note with commas does not turn the vote.
        assert_eq!(sniff("id;note\n1;a, b, c\n2;d\n3;e, f\n4\n"), Some(';'));
        // The header decides where decimals are as regular as delimiters.
        assert_eq!(sniff("a;b\n1,5;2,5\n1,7;2,7\n"), Some(';'));
    }

    #[test]
    fn the_last_record_of_a_sample_may_be_cut() {
        assert_eq!(Dialect::sniff("a;b;c\n1;2;3\n4;5", false), Some(Dialect { delimiter: b';' }));
    }

    #[test]
    fn a_first_line_that_states_it() {
        assert_eq!(Dialect::stated("sep=;\r\n"), Some(b';'));
        assert_eq!(Dialect::stated("\"SEP=\t\"\n"), Some(b'\t'));
        assert_eq!(Dialect::stated("sep=\n"), None);
        assert_eq!(Dialect::stated("sep=ab"), None);
        assert_eq!(Dialect::stated("separator"), None);
        assert_eq!(Dialect::stated("sép"), None);
    }
}
