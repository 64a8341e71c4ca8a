//! Finding the dialect of a file from its start.
//!
//! Every candidate (delimiter, quote, escape) takes the first records apart. It is the better the more records have the same number of
//! fields, the more fields that is, and the more cells look like something: a number, a time, an address, words. These are the pattern
//! and type scores of van den Burg, Nazabal and Sutton, "Wrangling messy CSV files by detecting row and type patterns" (2019), here
//! with repaired quotes counted against a candidate. A usual dialect that fits perfectly, alone among the usual ones, is taken at once.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::cell::{Kind, kind};
use super::columns::Columns;
use super::dialect::{Delimiter, Dialect, QUOTE};
use super::general::{Rules, line_end};
use super::record::Records;
use super::scan::is_end;
use super::work;

/// So many records are looked at.
const RECORDS: usize = 200;
/// So many bytes are looked at, if they hold at least a few records.
const BYTES: usize = 1 << 17;
/// So many where they do not: a line that is longer is cut there, and only what it is found to be is held against all of it.
const LONG: usize = 1 << 20;
/// The usual delimiters; the earlier wins where the evidence is equal.
const USUAL: [&str; 4] = [",", ";", "\t", "|"];
/// Others that are tried.
const OTHERS: [&str; 12] = [":", "^", "~", "\u{1}", "\u{1f}", "\u{1e}", "\u{a7}", "\u{a6}", "#", "&", "*", " "];

/// What is stated of a dialect; what is not is found.
#[derive(Clone, Debug, Default)]
pub(super) struct DialectOverrides {
    pub delimiter: Option<String>,
    /// The quote; `Some(None)` where there is none.
    pub quote: Option<Option<u8>>,
    /// The escape; `Some(None)` where quotes are doubled.
    pub escape: Option<Option<u8>>,
}

/// A dialect, and how well it explains the file.
#[derive(Clone, Debug)]
pub(super) struct Sniffed {
    pub dialect: Dialect,
    pub score: f64,
    /// How many fields most records have.
    pub width: usize,
    /// How many records have that many, of how many.
    pub fitting: (usize, usize),
    /// Whether the first record has.
    pub first_fits: bool,
    /// Whether quotes stand in the records, and nowhere but where the rules have them.
    pub strict: bool,
    /// Whether records end with different numbers of empty fields.
    pub uneven_ends: bool,
}

/// The dialect of a text that starts at the start of a record; `None` where nothing parts the records into fields. `complete` says
/// whether the text is all of the file.
pub(super) fn sniff(text: &str, complete: bool, stated: &DialectOverrides) -> Option<Sniffed> {
    let whole = (text, complete);
    let Cut {
        text,
        complete,
        within_line,
    } = cut(text, complete);
    let nothing_stated = stated.quote.is_none() && stated.escape.is_none() && stated.delimiter.is_none();
    if nothing_stated && let Some(found) = at_once(text, complete) {
        return if within_line {
            score(whole.0, whole.1, found.dialect)
        } else {
            Some(found)
        };
    }
    let scored: Vec<Sniffed> = candidates(text, stated)
        .into_iter()
        .filter_map(|dialect| score(text, complete, dialect))
        .collect();
    let better = |best: &Sniffed, next: &Sniffed| next.score > best.score + 1e-9;
    let mut best = scored.iter().reduce(|best, next| if better(best, next) { next } else { best })?;
    // A delimiter written twice parts every second column off as an empty one, when it is taken for two.
    let twice = best.dialect.delimiter().repeat(2);
    let doubled = scored
        .iter()
        .filter(|s| s.dialect.delimiter() == twice && s.dialect.quote == best.dialect.quote);
    let as_good = |s: &&Sniffed| s.width * 2 == best.width + 1 && s.fitting.0 * 10 >= best.fitting.0 * 9;
    if let Some(double) = doubled
        .filter(as_good)
        .reduce(|best, next| if better(best, next) { next } else { best })
    {
        best = double;
    }
    let mut best = best.clone();
    if within_line {
        best = score(whole.0, whole.1, best.dialect)?;
    }
    let certain = stated.delimiter.is_some();
    (certain || best.score > alone(text, complete, &best)).then_some(best)
}

/// The start of a text.
struct Cut<'t> {
    text: &'t str,
    /// Whether that is all of the file.
    complete: bool,
    /// Whether it ends amid a line.
    within_line: bool,
}

/// The start of a text, cut after a line where it has a few, and else where it is long enough to tell.
fn cut(text: &str, complete: bool) -> Cut<'_> {
    let at = |end: usize, within_line| Cut {
        text: &text[..end],
        complete: complete && end == text.len(),
        within_line,
    };
    if text.len() <= BYTES {
        return at(text.len(), false);
    }
    let bytes = text.as_bytes();
    let last = bytes[..BYTES].iter().rposition(|&b| is_end(b));
    match last.filter(|&last| bytes[..last].iter().filter(|&&b| is_end(b)).count() >= 4) {
        Some(last) => at(last + 1, false),
        None if text.len() <= LONG => at(text.len(), false),
        None => at(text.floor_char_boundary(LONG), true),
    }
}

/// A usual dialect in which all records have the same number of fields and keep the rules, if no other usual one comes near.
fn at_once(text: &str, complete: bool) -> Option<Sniffed> {
    let mut perfect = None;
    for delimiter in USUAL {
        let tried = count(text, complete, &Dialect::of(delimiter), 0);
        let Some((width, times)) = tried.common() else {
            continue;
        };
        if tried.counts.len() >= 3 && times == tried.counts.len() && tried.odd_quotes == 0 && tried.astray == 0 {
            if perfect.is_some() {
                return None;
            }
            perfect = Some(Sniffed {
                dialect: Dialect::of(delimiter),
                score: 1.0,
                width,
                fitting: (times, times),
                first_fits: true,
                strict: tried.quoted > 0 && tried.astray == 0,
                uneven_ends: tried.counts.iter().any(|&fields| fields != width),
            });
        } else if times * 2 > tried.counts.len() {
            return None;
        }
    }
    let doubtful = perfect.as_ref().is_some_and(|p| {
        let mark = p.dialect.delimiter();
        let marks = [format!("{mark} \""), format!("{mark} '"), format!("{mark}'"), "\\\"".to_string()];
        p.width < 3 || marks.iter().any(|m| text.contains(m.as_str())) || of_several(text).iter().any(|d| d.contains(mark))
    });
    perfect.filter(|_| !doubtful)
}

/// The dialects to try.
fn candidates(text: &str, stated: &DialectOverrides) -> Vec<Dialect> {
    let mut delimiters: Vec<Delimiter> = Vec::new();
    match &stated.delimiter {
        Some(text) => delimiters.push(Delimiter::Text(text.clone())),
        None => {
            delimiters.extend(USUAL.iter().map(|d| Delimiter::Text(d.to_string())));
            delimiters.extend(of_several(text).into_iter().map(Delimiter::Text));
            let there = OTHERS.iter().filter(|d| text.contains(**d));
            delimiters.extend(there.map(|d| Delimiter::Text(d.to_string())));
            if text.contains("   ") {
                delimiters.push(Delimiter::Blanks);
                delimiters.extend(Columns::of(text).map(Delimiter::Columns));
            }
        }
    }
    let mut found = Vec::new();
    for delimiter in delimiters {
        let base = Dialect {
            delimiter,
            ..Dialect::default()
        };
        let mark = base.delimiter().to_string();
        let near = |quote: char| {
            let (before, after) = (format!("{mark}{quote}"), format!("{quote}{mark}"));
            let at_line = |at: usize| at == 0 || is_end(text.as_bytes()[at - 1]);
            text.contains(&before) || text.contains(&after) || text.match_indices(quote).take(100).any(|(at, _)| at_line(at))
        };
        let quotes: Vec<Option<u8>> = match stated.quote {
            Some(quote) => vec![quote],
            None if matches!(base.delimiter, Delimiter::Blanks | Delimiter::Columns(_)) => vec![None],
            None => {
                let mut quotes = vec![Some(QUOTE)];
                if near('\'') {
                    quotes.push(Some(b'\''));
                }
                quotes
            }
        };
        for quote in quotes {
            let shown = quote.map_or('"', char::from);
            let escapes = match stated.escape {
                Some(escape) => vec![escape],
                None if quote.is_some() && text.contains(&format!("\\{shown}")) => vec![None, Some(b'\\')],
                None => vec![None],
            };
            for escape in escapes {
                let dialect = Dialect {
                    quote,
                    escape,
                    ..base.clone()
                };
                let blanks =
                    !mark.contains(' ') && (text.contains(&format!("{mark} {shown}")) || text.contains(&format!("{shown} {mark}")));
                found.push(dialect.clone());
                if blanks && quote.is_some() {
                    found.push(Dialect { padded: true, ..dialect });
                }
            }
        }
    }
    found
}

/// Delimiters of two or three characters, of marks and tabs, or a mark and a blank: those that stand in half of the lines or more, and in
/// nearly every one that has their first mark. The lines that a quoted field goes on over have none of them.
fn of_several(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.split(['\n', '\r']).filter(|l| !l.trim().is_empty()).take(30).collect();
    let is_mark = |b: u8| (b.is_ascii_punctuation() && !b"\"'\\/.()[]{}_-$%@".contains(&b)) || b == b'\t' || b < 0x09;
    let mut tally: BTreeMap<&[u8], usize> = BTreeMap::new();
    // In how many lines each byte stands.
    let mut marked = [0; 256];
    for line in &lines {
        work::look(line.len());
        let mut seen: FxHashSet<&[u8]> = FxHashSet::default();
        let mut there = [false; 256];
        line.bytes().for_each(|byte| there[usize::from(byte)] = true);
        marked.iter_mut().zip(there).for_each(|(lines, there)| *lines += usize::from(there));
        for length in [2, 3] {
            for window in line.as_bytes().windows(length) {
                let (first, last) = (window[0], window[length - 1]);
                let inner = window[1..length - 1].iter().all(|&b| is_mark(b));
                if is_mark(first) && inner && (is_mark(last) || (last == b' ' && length == 2)) {
                    seen.insert(window);
                }
            }
        }
        #[expect(clippy::iter_over_hash_type, reason = "counts add up in any order")]
        for window in seen {
            *tally.entry(window).or_default() += 1;
        }
    }
    let mut found: Vec<(usize, String)> = tally
        .into_iter()
        .filter(|&(window, times)| times * 2 >= lines.len() && times * 10 >= marked[usize::from(window[0])] * 8)
        .filter_map(|(window, times)| Some((times, std::str::from_utf8(window).ok()?.to_string())))
        .collect();
    found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    found.into_iter().map(|(_, text)| text).take(8).collect()
}

/// The records of a sample, counted.
#[derive(Default)]
struct Counted {
    /// The number of fields of each record.
    counts: Vec<usize>,
    /// The same without empty ones at its end.
    filled: Vec<usize>,
    /// Records in which a field holds a quote that should not be there.
    odd_quotes: usize,
    /// The value of all cells together, and how many there are: 1 for what is clearly something, less for words, least for debris.
    cells: (f64, usize),
    /// By column: how many cells are empty, as long as all are.
    empty: Vec<usize>,
    /// Records with quotes, and those with a quote in a field that is not quoted.
    quoted: usize,
    astray: usize,
}

impl Counted {
    /// The most common number of fields, at least two, and how many records have it: that of the first record, if it is about as common
    /// as any other, as where a second table follows the first.
    fn common(&self) -> Option<(usize, usize)> {
        let mut tally = BTreeMap::new();
        for &count in self.counts.iter().filter(|&&c| c > 1) {
            *tally.entry(count).or_insert(0) += 1;
        }
        let first = self.counts.first().and_then(|&fields| Some((fields, *tally.get(&fields)?)));
        let most = tally.into_iter().max_by_key(|&(fields, times)| (times, fields))?;
        let common = first.filter(|&(_, times)| times * 2 > most.1).unwrap_or(most);
        // Some programs write more delimiters at the end of some lines: the names of the columns say how many there are.
        let names = self.filled.first().copied().filter(|&names| names > 1);
        let padded = names.map(|names| (names, self.fitting(names)));
        Some(padded.filter(|&(_, times)| 5 * times > 6 * common.1).unwrap_or(common))
    }

    /// How many records have so many fields, or more of which the last are empty.
    fn fitting(&self, width: usize) -> usize {
        let records = self.counts.iter().zip(&self.filled);
        records.filter(|&(&fields, &filled)| fields >= width && filled <= width).count()
    }
}

fn count(text: &str, complete: bool, dialect: &Dialect, width: usize) -> Counted {
    let mut found = Counted::default();
    let mut records = Records::careful(text, text.as_bytes(), Rules { dialect, width }, 1, 1, true);
    while found.counts.len() < RECORDS
        && let Some(record) = records.read()
    {
        // The last record may go on beyond the sample.
        let last = record.raw().as_ptr() as usize - text.as_ptr() as usize + record.raw().len() == text.len();
        if last && !complete && !found.counts.is_empty() {
            break;
        }
        found.counts.push(record.len());
        let empty_at_end = (0..record.len())
            .rev()
            .take_while(|&at| record.get(at).is_some_and(|cell| cell.trim().is_empty()));
        found.filled.push(record.len() - empty_at_end.count());
        let quote = dialect.quote.map_or('"', char::from);
        let raw = record.raw();
        let (mut odd, mut debris) = (record.cut_off() || record.repaired(), false);
        if raw.contains(quote) || raw.contains('"') {
            let mut open = 0;
            for cell in record.iter() {
                let edges = usize::from(cell.starts_with('"')) + usize::from(cell.ends_with('"'));
                debris |= edges == 2 && cell.len() > 1 && dialect.quote != Some(QUOTE);
                open += edges % 2;
            }
            odd |= debris || (open > 0 && raw.matches(quote).count() % 2 == 1);
        }
        found.odd_quotes += usize::from(odd);
        found.quoted += usize::from(raw.contains(quote));
        found.astray += usize::from(record.repaired() || record.stray_quote(dialect));
        // A few columns tell enough of a wide table.
        for (column, cell) in record.iter().take(200).enumerate() {
            let empty = cell.trim().is_empty();
            if found.empty.len() <= column {
                found.empty.resize(column + 1, 0);
            }
            if empty && found.empty[column] != usize::MAX {
                found.empty[column] += 1;
            } else if !empty {
                found.empty[column] = usize::MAX;
            }
            found.cells.0 += match kind(cell) {
                Kind::Number | Kind::Time | Kind::Address => 1.0,
                Kind::Empty => 0.8,
                Kind::Code => 0.8,
                Kind::Text => 0.7,
                Kind::Odd => 0.1,
            };
            found.cells.1 += 1;
        }
    }
    // A column in which nothing stands at all, not even a name, is no column but half a delimiter.
    let never: usize = found.empty.iter().filter(|&&n| n != usize::MAX).sum();
    found.cells.0 -= 0.7 * never as f64;
    found
}

/// How well a dialect explains the records; `None` where it parts nothing.
fn score(text: &str, complete: bool, dialect: Dialect) -> Option<Sniffed> {
    let first = count(text, complete, &dialect, 0);
    let (width, _) = first.common()?;
    let counted = count(text, complete, &dialect, width);
    let all = counted.counts.len();
    // Where most records have that many, more of them are more than there should be.
    let exactly = counted.counts.iter().filter(|&&c| c == width).count();
    let uneven_ends = 5 * counted.fitting(width) > 6 * exactly;
    let fitting = if uneven_ends { counted.fitting(width) } else { exactly };
    let share = fitting as f64 / all as f64;
    let types = counted.cells.0 / counted.cells.1.max(1) as f64;
    let columns = (width - 1) as f64 / width as f64;
    let first_fits = counted.counts.first() == Some(&width);
    let clean = 1.0 - 0.25 * counted.odd_quotes as f64 / all as f64;
    let mut score = share * share * types * columns.sqrt() * clean;
    if !first_fits {
        score *= 0.9;
    }
    // Quotes and escapes that are no better than the usual ones are not there.
    if dialect.quote != Some(QUOTE) && dialect.quote.is_some() {
        score *= 0.98;
    }
    if dialect.escape.is_some() {
        score *= 0.999;
    }
    if dialect.padded {
        score *= 0.995;
    }
    // Where no cell is empty, blanks part cells as well as their places do.
    if matches!(dialect.delimiter, Delimiter::Columns(_)) {
        score *= 0.99;
    }
    score *= match dialect.delimiter() {
        "," | ";" | "\t" | "|" => 1.0,
        // Words are parted by blanks, clocks by colons, and neither makes a table.
        " " | ":" if !first_fits || width < 3 => 0.3,
        " " => 0.6,
        ":" | "#" | "&" | "*" => 0.7,
        // A pair of marks that the first record does not have is more likely part of its texts.
        other if other.len() > 1 && !first_fits => 0.5,
        _ => 0.97,
    };
    Some(Sniffed {
        dialect,
        score,
        width,
        fitting: (fitting, all),
        first_fits,
        // Some records may be damaged, but few.
        strict: counted.quoted >= 5 && counted.astray * 10 <= counted.quoted,
        uneven_ends,
    })
}

/// How well the lines explain themselves as single cells.
fn alone(text: &str, complete: bool, rival: &Sniffed) -> f64 {
    let bytes = text.as_bytes();
    let (mut typed, mut all, mut at) = (0, 0, 0);
    while all < RECORDS {
        while bytes.get(at).is_some_and(|&b| is_end(b)) {
            at += 1;
        }
        let end = line_end(bytes, at);
        if at == bytes.len() || (end == bytes.len() && !complete) {
            break;
        }
        all += 1;
        typed += usize::from(kind(&text[at..end]).is_data());
        at = end;
    }
    // All lines but a name are numbers or times as they are: `1,5` is one number.
    if typed + 1 >= all && typed > 0 && rival.width == 2 && !rival.first_fits {
        0.75
    } else {
        0.12
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<Dialect> {
        sniff(text, true, &DialectOverrides::default()).map(|s| s.dialect)
    }

    fn delimiter(text: &str) -> Option<String> {
        found(text).map(|d| d.delimiter().to_string())
    }

    fn parts(text: &str, wanted: &str) {
        assert_eq!(delimiter(text).as_deref(), Some(wanted), "{text:?}");
    }

    #[test]
    fn usual_delimiters() {
        parts("a,b\n1,2\n", ",");
        parts("a;b;c\n1,5;2,5;x\n1,7;2,9;y\n", ";");
        parts("a\tb\nx, y\tz, w\n", "\t");
        parts("a|b\r1|2\r", "|");
        parts("a,b\n\"x;y;z\nu;v;w\",1\n\"p;q;r\",2\n", ",");
        assert_eq!(delimiter("name\nx\ny\n"), None);
        assert_eq!(delimiter("name\nJohn Smith\nMary Jones\n"), None);
        assert_eq!(delimiter("time\n12:30\n13:45\n"), None);
        assert_eq!(delimiter("price\n1,5\n2,75\n3,1\n"), None);
        assert_eq!(delimiter(""), None);
        // A ragged row or a note with commas does not turn the vote.
        parts("id;note\n1;a, b, c\n2;d\n3;e, f\n4\n", ";");
        // The header decides where decimals are as regular as delimiters.
        parts("a;b\n1,5;2,5\n1,7;2,7\n", ";");
    }

    #[test]
    fn lines_may_end_with_more_delimiters_than_others() {
        let text = "id,name,n\n1,x,2\n3,y,4,\n5,z,6,,\n7,u,8\n9,v,1,\n2,w,3,,\n";
        let sniffed = sniff(text, true, &DialectOverrides::default()).unwrap();
        assert_eq!(
            (sniffed.dialect.delimiter(), sniffed.width, sniffed.fitting, sniffed.uneven_ends),
            (",", 3, (7, 7), true)
        );
    }

    #[test]
    fn the_last_record_of_a_sample_may_be_cut() {
        let sniffed = sniff("a;b;c\n1;2;3\n4;5", false, &DialectOverrides::default()).unwrap();
        assert_eq!((sniffed.dialect, sniffed.width), (Dialect::of(";"), 3));
    }

    #[test]
    fn unusual_delimiters() {
        parts("id^name^n\n1^x y^2\n3^z, w^4\n", "^");
        parts("id~name~n\n1~x y~2\n3~z~4\n", "~");
        parts("id\u{1}name\n1\u{1}x\n2\u{1}y\n", "\u{1}");
        parts("id:name:n\n1:x:2\n3:y:4\n", ":");
        parts("id name n\n1 x 2\n3 y 4\n", " ");
        parts("id||name||n\n1||x|y||2\n3||z||4\n", "||");
        parts("id::name::n\n1::x::2\n3::z::4\n", "::");
        parts("id+|name+|n\n1+|x+|2\n3+|z+|4\n", "+|");
        // Lines within quotes have no delimiter.
        parts("id;;note\n1;;\"two\nlines\"\n2;;\"and\nmore\"\n3;;x\n", ";;");
        parts("id\t\tname\t\tn\n1\t\tx\t\t2\n3\t\tz\t\t4\n", "\t\t");
        parts("id, name, price\n1, \"x, y\", 1,5\n2, z, 2,5\n", ", ");
    }

    #[test]
    fn quotes_and_escapes() {
        let single = found("id,name,note\n1,'a, b','it won''t'\n2,'c, d','x'\n").unwrap();
        assert_eq!((single.quote, single.delimiter()), (Some(b'\''), ","));
        let escaped = found("id,name,n\n1,\"5\\\" pipe, long\",2\n2,\"6\\\" pipe\",3\n3,c,4\n").unwrap();
        assert_eq!((escaped.quote, escaped.escape), (Some(b'"'), Some(b'\\')));
        let padded = found("id , name , n\n1 , \"a, b\" , 2\n2 , \"c, d\" , 3\n").unwrap();
        assert_eq!((padded.padded, padded.delimiter()), (true, ","));
        let plain = found("id,name,n\n1,it's,2\n2,Men's,3\n").unwrap();
        assert_eq!(plain, Dialect::of(","));
    }

    #[test]
    fn text_laid_out_for_the_eye() {
        let text = "Name          City            Amount\nAnn Lee       New York          12.50\nBob           Rome               3.00\n";
        assert_eq!(found(text).unwrap().delimiter, Delimiter::Blanks);
    }

    #[test]
    fn columns_with_empty_cells() {
        let text = "Name          City            Amount\nAnn Lee       New York          12.50\nBob                              3.00\nEve           Rome               4.25\n\
            Joe                              1.00\nMax           Oslo\n";
        let sniffed = sniff(text, true, &DialectOverrides::default()).unwrap();
        assert!(matches!(sniffed.dialect.delimiter, Delimiter::Columns(_)), "{:?}", sniffed.dialect);
        assert_eq!((sniffed.width, sniffed.fitting), (3, (6, 6)));
        assert_eq!(
            sniffed.dialect.to_string(),
            "fields start at the characters 1, 15, 31 of each line, quotes are text"
        );
        // Fields of CSV that is padded for the eye are parted by its commas.
        parts("id , name    ,  n\n1  , Ann     ,  5\n2  ,         , 15\n3  , Bob     ,   \n", ",");
    }
}
