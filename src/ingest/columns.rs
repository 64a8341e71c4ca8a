//! Text laid out for the eye: columns that stand at the same characters of every line, so that a cell may be empty.
//!
//! Where columns stand, the places tell that are blank in all lines, or nearly all of many: two of them side by side part two columns. A
//! line that leaves those places blank is cut there. In any other a cell has outgrown its column; its pieces, parted by two blanks or
//! more, belong to the columns that they reach into, and where that is not clear the line has the cells that its pieces are.

use std::ops::Range;

use super::general::{Fields, line_end};

/// Where the columns of a text stand: the first character of each, from 0, and the one after its last, as far as the lines showed that
/// told of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Columns(Vec<Range<usize>>);

/// So many lines are looked at.
const LINES: usize = 200;
/// One line in so many may reach over the edge of a column.
const TOLERANT: usize = 50;

impl Columns {
    /// The columns of a text, whose first line that is parted at all names them; `None` where lines do not show any.
    pub(super) fn of(text: &str) -> Option<Columns> {
        if text.contains('\t') {
            return None;
        }
        let lines: Vec<&str> = text
            .split(['\n', '\r'])
            .filter(|line| !line.trim().is_empty())
            .take(LINES)
            .collect();
        // Titles before the table and notes after it are not parted.
        let parted = |line: &&str| line.trim().contains("  ");
        let first = lines.iter().position(parted)?;
        let last = lines.iter().rposition(parted)?;
        let lines = &lines[first..=last];
        if lines.len() < 3 {
            return None;
        }
        let mut taken: Vec<usize> = Vec::new();
        for line in lines {
            for (at, _) in line.chars().enumerate().filter(|(_, c)| *c != ' ') {
                if taken.len() <= at {
                    taken.resize(at + 1, 0);
                }
                taken[at] += 1;
            }
        }
        let few = lines.len() / TOLERANT;
        let mut found: Vec<Range<usize>> = Vec::new();
        for at in (0..taken.len()).filter(|&at| taken[at] > few) {
            match found.last_mut() {
                Some(column) if at - column.end < 2 => column.end = at + 1,
                _ => found.push(at..at + 1),
            }
        }
        let names: Vec<char> = lines[0].chars().collect();
        let named = |column: &Range<usize>| names.iter().take(column.end).skip(column.start).any(|c| *c != ' ');
        (found.len() > 1 && found.iter().all(named)).then_some(Columns(found))
    }

    /// The first characters of the columns, from 1.
    pub fn starts(&self) -> impl Iterator<Item = usize> {
        self.0.iter().map(|column| column.start + 1)
    }

    /// Takes the line that starts there apart; where it ends.
    pub(super) fn cut(&self, bytes: &[u8], start: usize, fields: &mut Fields) -> usize {
        let end = line_end(bytes, start);
        let line = &bytes[start..end];
        let pieces = pieces(line);
        let cells = match pieces.len() {
            // A line of one text only is a title or a note.
            0 | 1 => None,
            _ => self.by_place(line).or_else(|| self.by_piece(&pieces)),
        };
        match cells {
            Some(cells) => cells.into_iter().for_each(|cell| fields.add(&line[cell])),
            None if pieces.is_empty() => fields.add(&[]),
            None => pieces.into_iter().for_each(|piece| fields.add(&line[piece.bytes])),
        }
        end
    }

    /// The cells of a line that leaves the places between columns blank, as places of bytes.
    fn by_place(&self, line: &[u8]) -> Option<Vec<Range<usize>>> {
        let mut cells = vec![0..0; self.0.len()];
        let mut column = 0;
        for (at, character) in characters(line).enumerate() {
            if line[character.start] == b' ' {
                continue;
            }
            // What the last column has no line showed the end of.
            while column + 1 < self.0.len() && at >= self.0[column].end {
                column += 1;
            }
            if at < self.0[column].start {
                return None;
            }
            let cell = &mut cells[column];
            // No character ends where the line starts: that is a cell without any.
            let start = if cell.end == 0 { character.start } else { cell.start };
            *cell = start..character.end;
        }
        Some(cells)
    }

    /// The cells of a line each of whose pieces reaches into a column of its own.
    fn by_piece(&self, pieces: &[Piece]) -> Option<Vec<Range<usize>>> {
        let mut cells = vec![0..0; self.0.len()];
        for piece in pieces {
            // Columns stand one after the other: the first that ends behind where the piece starts, and no other, has to begin before it ends.
            let column = self.0.partition_point(|column| column.end <= piece.start);
            let reaches = |column: usize| self.0.get(column).is_some_and(|column| column.start < piece.end);
            if !reaches(column) || reaches(column + 1) {
                return None;
            }
            if cells[column].end > 0 {
                return None;
            }
            cells[column] = piece.bytes.clone();
        }
        Some(cells)
    }
}

/// Text without two blanks in it: its first character and the one after its last, and its bytes.
struct Piece {
    start: usize,
    end: usize,
    bytes: Range<usize>,
}

/// The texts of a line that two blanks or more part.
fn pieces(line: &[u8]) -> Vec<Piece> {
    let mut found: Vec<Piece> = Vec::new();
    for (at, character) in characters(line).enumerate().filter(|(_, c)| line[c.start] != b' ') {
        match found.last_mut() {
            Some(piece) if at - piece.end < 2 => {
                piece.end = at + 1;
                piece.bytes.end = character.end;
            }
            _ => found.push(Piece {
                start: at,
                end: at + 1,
                bytes: character,
            }),
        }
    }
    found
}

/// The bytes of each character; of text that is no UTF-8, which is read again otherwise, any that stand together.
fn characters(line: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let goes_on = |at: usize| line.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at;
        if start == line.len() {
            return None;
        }
        at += 1;
        while goes_on(at) {
            at += 1;
        }
        Some(start..at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
Name          City            Amount
Ann Lee       New York          12.50
Zoë           Rome               3.00
Bob                              4.25
Eve Novák     Oslo
";

    fn cut(columns: &Columns, line: &str) -> Vec<String> {
        let mut fields = Fields::default();
        assert_eq!(columns.cut(line.as_bytes(), 0, &mut fields), line.trim_end_matches('\n').len());
        let mut start = 0;
        let text = |end: &usize| {
            let cell = String::from_utf8(fields.bare[start..*end].to_vec()).unwrap();
            start = *end;
            cell
        };
        fields.ends.iter().map(text).collect()
    }

    #[test]
    fn columns_stand_where_no_line_leaves_the_places_between_them_blank() {
        let columns = Columns::of(TEXT).unwrap();
        assert_eq!(columns.starts().collect::<Vec<_>>(), [1, 15, 31]);
        let titled = format!("All of May\n\n{TEXT}end of report\n");
        assert_eq!(Columns::of(&titled), Some(columns));
        for text in [
            "a,b\n1,2\n3,4\n",
            "a  b\n1  2\n",
            "a\tb  c\n1\t2  3\n4\t5  6\n",
            "Name          Amount\nAnn   x       5\nBob   y       6\nEve   z       7\n",
            "",
        ] {
            assert_eq!(Columns::of(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_cell_may_be_empty() {
        let columns = Columns::of(TEXT).unwrap();
        assert_eq!(cut(&columns, "Bob                              4.25\n"), ["Bob", "", "4.25"]);
        assert_eq!(cut(&columns, "Eve Novák     Oslo\n"), ["Eve Novák", "Oslo", ""]);
        // Letters of two bytes count as one.
        assert_eq!(cut(&columns, "ééééééééé     ßß                1.00"), ["ééééééééé", "ßß", "1.00"]);
        assert_eq!(cut(&columns, "              Rome               3.00"), ["", "Rome", "3.00"]);
        // A cell that goes on to the right of its column, and one with blanks in it.
        assert_eq!(
            cut(&columns, "Bob                             4.25 EUR or so"),
            ["Bob", "", "4.25 EUR or so"]
        );
        assert_eq!(cut(&columns, "A   B         Rome               3.00"), ["A   B", "Rome", "3.00"]);
    }

    #[test]
    fn a_cell_that_outgrew_its_column_is_not_cut() {
        let columns = Columns::of(TEXT).unwrap();
        assert_eq!(
            cut(&columns, "Bob           Rome         12 345 678.00"),
            ["Bob", "Rome", "12 345 678.00"]
        );
        assert_eq!(
            cut(&columns, "Bob                        12 345 678.00"),
            ["Bob", "", "12 345 678.00"]
        );
        // One blank between two columns leaves open which text is whose.
        assert_eq!(
            cut(&columns, "Bartholomew Q Rome               3.00"),
            ["Bartholomew Q Rome", "3.00"]
        );
        assert_eq!(cut(&columns, "Total for May"), ["Total for May"]);
    }
}
