//! Records whose quotes break the rules.
//!
//! A quote too many, or one that was not doubled, makes text follow a closing quote, or leaves a quote open. Such a record is read in
//! the first of these ways that gives it the width of the table: within its line, quotes closing only before a delimiter or the line
//! end, and opening quotes as text where they must be; by the rules; over several lines, unless a quote within such a field could end a
//! record and start another one. Where none does, a quote that is open is text
//! if the lines after it are whole records; else the record stays as the rules read it, and its width says that something is wrong.

use rustc_hash::FxHashSet;

use super::dialect::{Delimiter, Dialect};
use super::general::{Fields, Rules, Strict, delimiter_at, field_end, line_end, skip_blanks};
use super::scan::is_end;
use super::work;

/// A reading goes no further than this.
pub(super) const SPAN: usize = 1 << 16;
/// So many fields and endings are tried for one record.
const TRIES: usize = 20_000;
/// So much work is done for one record, and so much for each byte of its line: a record that has no reading costs no more than that,
/// however many ways there are to try. A quote that is looked at is a work of [`PER_QUOTE`], as many bytes without one are a work of 1.
const WORK: usize = 1 << 13;
const WORK_PER_BYTE: usize = 500;
const PER_QUOTE: usize = 16;
/// So many closing quotes are tried for one field.
const CLOSES: usize = 16;
/// So many lines that follow are looked at.
const LINES: usize = 8;

/// What came of it.
pub(super) struct Repair {
    /// Where the record ends, if there is a reading other than that of the rules; the fields are those of it.
    pub end: Option<usize>,
    /// Whether more text could change the decision.
    pub doubtful: bool,
    /// Whether a quote stands in a field that is not quoted.
    pub astray: bool,
}

/// Looks for another reading of a record that breaks the rules.
pub(super) fn repair(bytes: &[u8], start: usize, strict: &Strict, rules: Rules<'_>, over: bool, fields: &mut Fields) -> Repair {
    // Where the end of the bytes is near and more can follow, the next block decides.
    if !over && bytes.len() - start < SPAN {
        return Repair {
            end: None,
            doubtful: true,
            astray: false,
        };
    }
    let kept = |end, astray| Repair {
        end,
        doubtful: false,
        astray,
    };
    let in_line = strict.end == line_end(bytes, start);
    let quote = rules.dialect.quote.unwrap_or(0);
    if in_line && !strict.open && fields.ends.len() == rules.width && !fields.bare.contains(&quote) {
        return kept(None, false);
    }
    let stop = line_end(bytes, start);
    let most = WORK + WORK_PER_BYTE * (stop - start);
    let goes_on = goes_on(bytes, stop, rules);
    // A file that ends within quotes may be cut off: then nothing regular follows.
    let alone = bytes[stop..].iter().all(|&b| is_end(b)) && stop < bytes.len() && bytes[stop - 1] == quote;
    if (!strict.open || goes_on || alone)
        && let Some(found) = search(bytes, start, stop, rules, most)
    {
        return kept(Some(found.fill(bytes, rules.dialect, fields)), found.astray(bytes, rules.dialect));
    }
    // What breaks the rules and goes over several lines may be two records: a width that fits says nothing then.
    if !strict.open && in_line && fields.ends.len() == rules.width {
        return kept(None, false);
    }
    let far = bytes.len().min(start + SPAN);
    if stop < far && !goes_on {
        let found = search(bytes, start, far, rules, most).filter(|r| r.end() < far || far == bytes.len());
        if let Some(found) = found.filter(|r| !strict.open && !r.joins(bytes, rules.dialect)) {
            return kept(Some(found.fill(bytes, rules.dialect, fields)), found.astray(bytes, rules.dialect));
        }
    }
    if goes_on && strict.open || !strict.open && strict.end > stop {
        let text = Dialect {
            quote: None,
            ..rules.dialect.clone()
        };
        return kept(Some(as_text(bytes, start, &text, fields)), true);
    }
    kept(None, false)
}

/// Whether the lines after one are whole records: at least two, the next among them, and three in four of those looked at.
fn goes_on(bytes: &[u8], stop: usize, rules: Rules<'_>) -> bool {
    let (mut lines, mut whole) = (0, 0);
    let mut at = stop;
    while lines < LINES {
        while bytes.get(at).is_some_and(|&b| is_end(b)) {
            at += 1;
        }
        if at >= bytes.len() {
            break;
        }
        let end = line_end(bytes, at);
        lines += 1;
        let most = WORK + WORK_PER_BYTE * (end - at);
        whole += usize::from(search(bytes, at, end, rules, most).is_some());
        if whole == 0 {
            return false;
        }
        at = end;
    }
    lines >= 2 && whole * 4 >= lines * 3
}

/// The line as a record without quotes.
fn as_text(bytes: &[u8], start: usize, dialect: &Dialect, fields: &mut Fields) -> usize {
    fields.clear();
    let mut at = start;
    loop {
        let stop = field_end(bytes, at, dialect);
        fields.bare.extend_from_slice(&bytes[at..stop]);
        fields.close();
        match delimiter_at(bytes, stop, dialect) {
            Some(length) => at = stop + length,
            None => return stop,
        }
    }
}

/// One field of a reading: its content, what of it stands after the closing quote, and where it ends.
#[derive(Clone, Copy, Debug)]
struct Piece {
    from: usize,
    to: usize,
    quoted: bool,
    /// Text between the closing quote and the end of the field.
    tail: bool,
    end: usize,
}

impl Piece {
    /// Whether its quoted content holds a quote that is neither doubled nor escaped.
    fn is_lone(&self, bytes: &[u8], dialect: &Dialect) -> bool {
        let quote = dialect.quote.unwrap_or(0);
        let content = &bytes[self.from..self.to];
        let mut at = 0;
        while self.quoted && at < content.len() {
            let next = content.get(at + 1) == Some(&quote);
            if next && (content[at] == quote || Some(content[at]) == dialect.escape || content[at] == b'\\') {
                at += 2;
            } else if content[at] == quote {
                return true;
            } else {
                at += 1;
            }
        }
        false
    }
}

/// A reading of a record.
struct Reading {
    pieces: Vec<Piece>,
}

impl Reading {
    fn end(&self) -> usize {
        self.pieces.last().map_or(0, |p| p.end)
    }

    /// Whether a quote stands where it means nothing: in an unquoted field, after a closing quote, or alone within quotes.
    fn astray(&self, bytes: &[u8], dialect: &Dialect) -> bool {
        let quote = dialect.quote.unwrap_or(0);
        self.pieces
            .iter()
            .any(|p| p.tail || (!p.quoted && bytes[p.from..p.to].contains(&quote)) || p.is_lone(bytes, dialect))
    }

    /// Whether a field that goes over several lines holds a quote that is not doubled: two records may have become one there.
    fn joins(&self, bytes: &[u8], dialect: &Dialect) -> bool {
        let over_lines = |p: &Piece| bytes[p.from..p.to].iter().any(|&b| is_end(b));
        self.pieces.iter().any(|p| over_lines(p) && (p.tail || p.is_lone(bytes, dialect)))
    }

    /// Copies its fields; where it ends.
    fn fill(&self, bytes: &[u8], dialect: &Dialect, fields: &mut Fields) -> usize {
        let quote = dialect.quote.unwrap_or(0);
        let escape = dialect.escape.unwrap_or(b'\\');
        fields.clear();
        for piece in &self.pieces {
            let mut content = &bytes[piece.from..piece.to];
            if !piece.quoted {
                if dialect.padded {
                    content = content.trim_ascii();
                }
                fields.bare.extend_from_slice(content);
            }
            while piece.quoted
                && let Some((&first, rest)) = content.split_first()
            {
                let doubled = first == quote && rest.first() == Some(&quote);
                let escaped =
                    first == escape && (rest.first() == Some(&quote) || (dialect.escape.is_some() && rest.first() == Some(&escape)));
                if doubled || escaped {
                    fields.bare.push(rest[0]);
                    content = &rest[1..];
                } else {
                    fields.bare.push(first);
                    content = rest;
                }
            }
            if piece.tail {
                fields.bare.extend_from_slice(&bytes[piece.to + 1..piece.end]);
            }
            fields.close();
        }
        self.end()
    }
}

/// The first reading of the record that starts there with the width of the table, going no further than `stop`; none where so much
/// work does not find it.
fn search(bytes: &[u8], start: usize, stop: usize, rules: Rules<'_>, most: usize) -> Option<Reading> {
    let Rules { dialect, width } = rules;
    let bytes = &bytes[..stop];
    let mut pieces: Vec<Piece> = Vec::with_capacity(width.min(64));
    // Where there was a choice: how many fields stood before, and what is left to try, the next last.
    let mut choices: Vec<(usize, Vec<Piece>)> = Vec::new();
    let mut hopeless: FxHashSet<(usize, usize)> = FxHashSet::default();
    let (mut tries, mut done) = (0, 0);
    let mut at = start;
    loop {
        tries += 1;
        if tries > TRIES || done > most {
            return None;
        }
        let piece = if pieces.len() >= width || !hopeless.insert((at, pieces.len())) {
            None
        } else {
            let (mut ways, work) = ways(bytes, at, dialect, most - done);
            done += work;
            work::look(work);
            let first = ways.pop();
            if !ways.is_empty() {
                choices.push((pieces.len(), ways));
            }
            first
        };
        let mut next = piece;
        loop {
            match next {
                Some(piece) => {
                    pieces.push(piece);
                    match delimiter_at(bytes, piece.end, dialect) {
                        Some(length) => {
                            at = piece.end + length;
                            break;
                        }
                        None if pieces.len() == width => return Some(Reading { pieces }),
                        None => next = None,
                    }
                }
                None => {
                    let (before, ways) = choices.last_mut()?;
                    pieces.truncate(*before);
                    next = ways.pop();
                    if ways.is_empty() {
                        choices.pop();
                    }
                }
            }
        }
    }
}

/// The ways to read the field that starts there, the likeliest last, and the work that it was to find them: it ends when that is
/// more than `most`.
fn ways(bytes: &[u8], start: usize, dialect: &Dialect, most: usize) -> (Vec<Piece>, usize) {
    let at = if dialect.padded { skip_blanks(bytes, start) } else { start };
    let literal_end = field_end(bytes, at, dialect);
    let literal = Piece {
        from: at,
        to: literal_end,
        quoted: false,
        tail: false,
        end: literal_end,
    };
    let Some(quote) = dialect.quote.filter(|&q| bytes.get(at) == Some(&q)) else {
        return (vec![literal], PER_QUOTE + (literal_end - start) / PER_QUOTE);
    };
    let from = at + 1;
    let mut closes = Vec::new();
    let mut after_pairs = Vec::new();
    let mut tail = None;
    // Closing quotes before which, after a delimiter, another field seems to open: less likely than that the first quote is text.
    let mut late = Vec::new();
    let mut opens_within = false;
    let mut place = from;
    let (mut quotes, mut looked) = (1, literal_end - start);
    while closes.len() + after_pairs.len() + late.len() < CLOSES
        && quotes * PER_QUOTE <= most
        && let Some(hit) = memchr::memchr(quote, &bytes[place..])
    {
        let here = place + hit;
        quotes += 1;
        let ends = |after: usize| {
            let end = if dialect.padded { skip_blanks(bytes, after) } else { after };
            let ends = bytes.get(end).is_none_or(|&b| is_end(b)) || delimiter_at(bytes, end, dialect).is_some();
            ends.then_some(end)
        };
        let piece = |to, end| Piece {
            from,
            to,
            quoted: true,
            tail: false,
            end,
        };
        let escaped = here > from && dialect.escape.is_some_and(|e| bytes[here - 1] == e);
        if escaped {
            place = here + 1;
        } else if bytes.get(here + 1) == Some(&quote) {
            if let Some(end) = ends(here + 2) {
                after_pairs.push(piece(here + 1, end));
            }
            place = here + 2;
        } else {
            match ends(here + 1) {
                Some(end) if opens_within => late.push(piece(here, end)),
                Some(end) => closes.push(piece(here, end)),
                None if tail.is_none() && closes.is_empty() => {
                    let end = field_end(bytes, here + 1, dialect);
                    looked += end - here;
                    let clean = !bytes[here + 1..end].contains(&quote);
                    tail = Some(Piece {
                        from,
                        to: here,
                        quoted: true,
                        tail: true,
                        end,
                    })
                    .filter(|_| clean);
                }
                None => {}
            }
            if let Delimiter::Text(mark) = &dialect.delimiter {
                opens_within |= here > from && bytes[from..here].ends_with(mark.as_bytes()) && ends(here + 1).is_none();
            }
            place = here + 1;
        }
    }
    looked += place - from;
    if closes.len() + after_pairs.len() + late.len() < CLOSES && quotes * PER_QUOTE <= most {
        // No other quote stands in the rest.
        looked += bytes.len() - place;
    }
    let mut ways: Vec<Piece> = tail.into_iter().collect();
    late.reverse();
    ways.extend(late);
    ways.push(literal);
    after_pairs.reverse();
    ways.extend(after_pairs);
    closes.reverse();
    ways.extend(closes);
    (ways, quotes * PER_QUOTE + looked / PER_QUOTE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::record::Records;

    fn read(text: &str, width: usize) -> Vec<String> {
        read_as(text, width, &Dialect::default())
    }

    fn read_as(text: &str, width: usize, dialect: &Dialect) -> Vec<String> {
        let mut records = Records::careful(text, text.as_bytes(), Rules { dialect, width }, 1, 1, true);
        let mut found = Vec::new();
        while let Some(record) = records.read() {
            let mark = if record.cut_off() { "!" } else { "" };
            found.push(format!("{}{mark}: {}", record.line(), record.iter().collect::<Vec<_>>().join("|")));
        }
        found
    }

    #[test]
    fn a_quote_too_many() {
        assert_eq!(read("\"a,1,\"x,y\",z\nb,2,c,d\n", 4), ["1: \"a|1|x,y|z", "2: b|2|c|d"]);
        assert_eq!(read("a,\"1,\"x,y\",z\n", 4), ["1: a|\"1|x,y|z"]);
        assert_eq!(read("a,\"b,\"c, d\",\"e, f\"\n", 4), ["1: a|\"b|c, d|e, f"]);
        assert_eq!(read("a,1,\"\"x,y\",z\n", 4), ["1: a|1|\"x,y|z"]);
        assert_eq!(read("a,1,x,\"\nb,\"2,3\",c,d\n", 4), ["1: a|1|x|\"", "2: b|2,3|c|d"]);
    }

    #[test]
    fn quotes_that_are_not_doubled() {
        assert_eq!(read("a,\"round 48\"\",\"made, so\",x\n", 4), ["1: a|round 48\"|made, so|x"]);
        assert_eq!(read("a,\"5\" seam\",\"b, c\",x\n", 4), ["1: a|5\" seam|b, c|x"]);
        assert_eq!(read("a,\"5\\\" seam, x\",\"b\",x\n", 4), ["1: a|5\" seam, x|b|x"]);
        // Over lines such a quote could as well be the end of one record and the start of another: each line stands for itself.
        assert_eq!(
            read("1,\"he said \"hi\" and\nleft\",x\n", 3),
            ["1: 1|he said hi\" and", "2: left\"|x"]
        );
        assert_eq!(read("\"5\"tail,,\n", 3), ["1: 5tail||"]);
    }

    #[test]
    fn apostrophes_within_quotes() {
        let single = Dialect {
            quote: Some(b'\''),
            ..Dialect::default()
        };
        assert_eq!(read_as("1,'it won't, no','x'\n", 3, &single), ["1: 1|it won't, no|x"]);
    }

    #[test]
    fn a_quote_that_is_never_closed_does_not_swallow_the_file() {
        assert_eq!(read("1,\"a,2\n3,b,4\n5,c,6\n", 3), ["1: 1|\"a|2", "2: 3|b|4", "3: 5|c|6"]);
        // Its own line is ragged, those after it are not.
        assert_eq!(read("1,\"a\n3,b,4\n5,c,6\n", 3), ["1: 1|\"a", "2: 3|b|4", "3: 5|c|6"]);
        // Cut off: nothing regular follows.
        assert_eq!(
            read("1,b,4\n5,c,\"a long\nnote that\n", 3),
            ["1: 1|b|4", "2!: 5|c|a long\nnote that\n"]
        );
    }

    #[test]
    fn what_has_no_reading_stays_as_the_rules_have_it() {
        assert_eq!(read("\"a\"x,\"b\"y\n", 5), ["1: ax|by"]);
    }
}
