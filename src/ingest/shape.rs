//! Where a table starts in its file: the lines before it, and how many of its rows are names of columns.
//!
//! Lines before the table have another width than its records, or next to nothing in them. A row is a header if its cells are words
//! where the cells below are numbers, times or addresses; where all is words, if its words do not come again below it. More header rows
//! follow where a survey tool says so (`{"ImportId":...}`, `Response`), where the names are repeated, where a row has words in several
//! columns of numbers or times, or where it names the columns of a group. A row above that names the groups of columns that have one name
//! belongs to the header as well. A record without any value tells nothing.

use super::cell::{Kind, kind};
use super::evidence::{HeaderEvidence, LayoutEvidence, MoreHeader};
use super::header::Header;

/// A record at the start of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// The line it starts on.
    pub line: u64,
    /// Its text.
    pub raw: String,
    /// Its fields.
    pub cells: Vec<String>,
    /// Whether a blank line stands before it.
    pub after_blank: bool,
}

impl Seen {
    fn filled(&self) -> usize {
        self.cells.iter().filter(|c| !c.trim().is_empty()).count()
    }

    fn is_empty(&self) -> bool {
        self.filled() == 0
    }
}

/// How many records are what at the start of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    /// Records before the table.
    pub preamble: usize,
    /// Header rows after these.
    pub header: usize,
    /// Why.
    pub why: Vec<LayoutEvidence>,
}

/// The preamble is sought in so many records.
const PREAMBLE: usize = 30;
/// No table has more header rows.
const HEADER: usize = 3;

/// The shape of a table whose records have so many fields as a rule. `preamble` and `header` are what is stated: how many lines stand
/// before the table, and how many header rows it has.
pub(super) fn shape(records: &[Seen], width: usize, preamble: Option<usize>, header: Option<usize>) -> Shape {
    let mut shape = Shape {
        preamble: match preamble {
            Some(lines) => records.iter().take_while(|r| r.line <= lines as u64).count(),
            None => table_start(records, width),
        },
        ..Shape::default()
    };
    let table = &records[shape.preamble..];
    let Some((first, rest)) = table.split_first() else {
        return shape;
    };
    if let Some(rows) = header {
        shape.header = rows.min(table.len());
        return shape;
    }
    let (named, why) = is_header(first, rest);
    shape.why.push(LayoutEvidence::Header(why));
    if named {
        let (more, why) = more_rows(first, rest, width);
        shape.header = 1 + more;
        shape.why.extend(why);
        if preamble.is_none()
            && let Some(above) = shape.preamble.checked_sub(1).map(|row| &records[row])
            && names_groups(above, first, width)
        {
            shape.preamble -= 1;
            shape.header += 1;
            shape.why.push(LayoutEvidence::MoreHeader(above.line, MoreHeader::NamesGroups));
        }
    }
    shape
}

/// How many records stand before the table.
fn table_start(records: &[Seen], width: usize) -> usize {
    if width < 2 {
        return 0;
    }
    let of_table = records.iter().filter(|r| r.cells.len() == width && !r.is_empty());
    let mut filled: Vec<usize> = of_table.map(Seen::filled).collect();
    filled.sort_unstable();
    let usual = filled.get(filled.len() / 2).copied().unwrap_or(width);
    let belongs = |r: &Seen| {
        let sparse = r.filled() * 3 <= width && r.filled() * 2 < usual;
        r.cells.len() == width && r.filled() >= 2.min(usual) && !(width >= 3 && sparse)
    };
    let Some(start) = records.iter().take(PREAMBLE).position(belongs) else {
        return 0;
    };
    // A header that is longer or shorter than the records: right above them, filled, and they do not look like a header themselves.
    let Some(above) = start.checked_sub(1).map(|i| &records[i]) else {
        return 0;
    };
    let close = !records[start].after_blank && above.filled() >= (width / 2).max(2);
    let words = above.cells.iter().all(|c| !kind(c).is_data());
    if close && words && !is_header(&records[start], &records[start + 1..]).0 {
        return start - 1;
    }
    start
}

/// What stands in a column.
struct Column {
    /// Cells with something in them.
    filled: usize,
    /// Cells that are numbers, times or addresses.
    data: usize,
    /// Cells that are codes.
    codes: usize,
}

fn column(body: &[&Seen], index: usize) -> Column {
    let mut found = Column {
        filled: 0,
        data: 0,
        codes: 0,
    };
    for cell in body.iter().filter_map(|r| r.cells.get(index)) {
        let kind = kind(cell);
        found.filled += usize::from(kind != Kind::Empty);
        found.data += usize::from(kind.is_data());
        found.codes += usize::from(kind == Kind::Code);
    }
    found
}

/// Whether a row is a header of those below it, and why.
fn is_header(row: &Seen, below: &[Seen]) -> (bool, HeaderEvidence) {
    // The same row again tells nothing.
    let body: Vec<&Seen> = below.iter().filter(|r| r.cells != row.cells).take(100).collect();
    let kinds: Vec<Kind> = row.cells.iter().map(|c| kind(c)).collect();
    let filled = kinds.iter().filter(|k| **k != Kind::Empty).count();
    let data = kinds
        .iter()
        .zip(&row.cells)
        .filter(|(k, cell)| k.is_data() && !is_year(cell))
        .count();
    if body.is_empty() {
        let named = data * 3 < filled.max(1);
        let why = if named {
            HeaderEvidence::OnlyRowHasNoData
        } else {
            HeaderEvidence::OnlyRowIsData
        };
        return (named, why);
    }
    let (mut pro, mut contra) = (0.0, 0.0);
    for (index, (cell, kind)) in row.cells.iter().zip(&kinds).enumerate().take(500) {
        let below = column(&body, index);
        if *kind == Kind::Empty || below.filled == 0 {
            continue;
        }
        let of_data = below.data * 10 >= below.filled * 8;
        let of_codes = below.codes * 10 >= below.filled * 8;
        let again = body.iter().any(|r| r.cells.get(index).is_some_and(|c| c.trim() == cell.trim()));
        match kind {
            Kind::Number | Kind::Time if of_data && is_year(cell) && !again => {}
            k if k.is_data() && of_data => contra += 1.0,
            k if k.is_data() => contra += 0.5,
            Kind::Code if of_data => pro += 0.5,
            _ if of_data => pro += 1.0,
            _ if again => contra += 0.5,
            Kind::Text if of_codes && !cell.bytes().any(|b| b.is_ascii_digit()) => pro += 0.5,
            _ => {}
        }
    }
    let named = if pro == 0.0 && contra == 0.0 {
        data * 2 < filled.max(1)
    } else {
        pro > contra
    };
    let why = match (named, pro > 0.0) {
        (true, true) => HeaderEvidence::WordsOverData,
        (true, false) => HeaderEvidence::WordsOccurOnce,
        (false, _) => HeaderEvidence::LikeTheRest,
    };
    (named, why)
}

fn is_year(cell: &str) -> bool {
    let cell = cell.trim();
    cell.len() == 4 && cell.parse().is_ok_and(|y: u16| (1900..=2100).contains(&y))
}

/// Whether a row above a header row has the names of its groups: it tells apart all columns that have one name.
fn names_groups(above: &Seen, first: &Seen, width: usize) -> bool {
    let doubles = |names: &[String]| {
        let mut names: Vec<&str> = names.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        all - names.len()
    };
    let words = above.cells.iter().all(|cell| !kind(cell).is_data() || is_year(cell));
    above.cells.len() == width
        && !first.after_blank
        && words
        && above.filled() >= 2
        && doubles(&first.cells) > 0
        && doubles(&Header::joined(&[above.cells.clone(), first.cells.clone()], width)) == 0
}

/// How many header rows follow the first, and why.
fn more_rows(first: &Seen, below: &[Seen], width: usize) -> (usize, Option<LayoutEvidence>) {
    let imported = below.iter().take(HEADER - 1).position(|r| {
        r.cells
            .iter()
            .any(|c| c.trim_start().starts_with("{\"ImportId\"") || c.trim_start().starts_with("{'ImportId'"))
    });
    if let Some(index) = imported {
        return (
            index + 1,
            Some(LayoutEvidence::MoreHeader(below[index].line, MoreHeader::ImportIds)),
        );
    }
    let (mut more, mut named) = (0, 1);
    let mut why = None;
    while named < HEADER {
        let empty = below[more..].iter().take_while(|r| r.is_empty()).count();
        let Some((row, body)) = below[more + empty..].split_first() else {
            break;
        };
        let Some(reason) = continues(first, row, body, width) else {
            break;
        };
        why = Some(LayoutEvidence::MoreHeader(row.line, reason));
        more += empty + 1;
        named += 1;
    }
    (more, why)
}

/// Why a row below a header row is one too.
fn continues(first: &Seen, row: &Seen, body: &[Seen], width: usize) -> Option<MoreHeader> {
    if row.cells.len() != width || width < 2 || row.cells.iter().any(|c| kind(c).is_data()) {
        return None;
    }
    if row.cells == first.cells {
        return Some(MoreHeader::RepeatsNames);
    }
    if body.is_empty() {
        return None;
    }
    let body: Vec<&Seen> = body
        .iter()
        .filter(|r| r.cells != row.cells && r.cells != first.cells)
        .take(100)
        .collect();
    let (mut words_over_data, mut empty_over_filled, mut only_here) = (0, 0, 0);
    for (index, cell) in row.cells.iter().enumerate() {
        let below = column(&body, index);
        let above = first.cells.get(index).is_some_and(|c| !c.trim().is_empty());
        let empty = cell.trim().is_empty();
        let word = matches!(kind(cell), Kind::Text);
        words_over_data += usize::from(word && below.filled > 0 && below.data * 10 >= below.filled * 8);
        empty_over_filled += usize::from(empty && above && below.filled * 10 >= body.len() * 9 && below.filled > 0);
        only_here += usize::from(word && !above);
    }
    let answers = [
        "response",
        "open-ended response",
        "antwort",
        "réponse",
        "respuesta",
        "resposta",
        "risposta",
    ];
    let answer = row.cells.iter().any(|c| answers.contains(&c.trim().to_lowercase().as_str()));
    if empty_over_filled >= 1 && (answer || only_here > 0) {
        return Some(MoreHeader::NamesAnswers);
    }
    if only_here >= 2 && words_over_data >= 1 {
        return Some(MoreHeader::NamesGroup);
    }
    (words_over_data >= 2).then_some(MoreHeader::WordsOverData)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Preamble and header rows of lines with fields parted by commas.
    fn of(text: &str) -> (usize, usize) {
        let mut blank = false;
        let mut records = Vec::new();
        for (line, text) in (1..).zip(text.lines()) {
            if text.is_empty() {
                blank = true;
                continue;
            }
            records.push(Seen {
                line,
                raw: text.to_string(),
                cells: text.split(',').map(str::to_string).collect(),
                after_blank: std::mem::take(&mut blank),
            });
        }
        let mut widths: Vec<usize> = records.iter().map(|r| r.cells.len()).collect();
        widths.sort_unstable();
        let count = |w: usize| widths.iter().filter(|&&x| x == w).count();
        let width = widths.iter().copied().max_by_key(|&w| (count(w), w)).unwrap_or(0);
        let shape = shape(&records, width, None, None);
        (shape.preamble, shape.header)
    }

    #[test]
    fn one_header_row_or_none() {
        assert_eq!(of("id,name,on\n1,Ann,2024-01-01\n2,Bob,2024-01-02"), (0, 1));
        assert_eq!(of("1,Ann,2024-01-01\n2,Bob,2024-01-02\n3,Cid,2024-01-03"), (0, 0));
        assert_eq!(of("name,city\nAnn,Rome\nBob,Rome"), (0, 1));
        assert_eq!(of("Ann,Rome\nBob,Rome\nCid,Rome"), (0, 0));
        assert_eq!(of("id,name,on"), (0, 1));
        assert_eq!(of("1,Ann,2024-01-01"), (0, 0));
        assert_eq!(of("region,2019,2020\nnorth,5,7\nsouth,8,9"), (0, 1));
        assert_eq!(of("a\n1\n2"), (0, 1));
        assert_eq!(of(""), (0, 0));
        assert_eq!(of("id,name\n1,Ann"), (0, 1));
    }

    #[test]
    fn lines_before_the_table() {
        assert_eq!(
            of("Sales report\nAs of 2024-01-31\n\nid,name,on\n1,Ann,2024-01-01\n2,Bob,2024-01-02"),
            (2, 1)
        );
        assert_eq!(of("Title,,\n,,\nid,name,on\n1,Ann,2024-01-01\n2,Bob,2024-01-02"), (2, 1));
        assert_eq!(
            of("Meeting,Topic\n12,Talk\n\nName,Mail,Joined\nAnn,a@b.c,10:00\nBob,b@b.c,10:01"),
            (2, 1)
        );
        assert_eq!(
            of("Report:,Sales,,,,\nid,name,on,n,m,k\n1,Ann,2024-01-01,1,2,3\n2,Bob,2024-01-02,1,2,3"),
            (1, 1)
        );
        // A header with a name too few is one.
        assert_eq!(of("id,name,on\n1,Ann,2024-01-01,x\n2,Bob,2024-01-02,y"), (0, 1));
    }

    #[test]
    fn several_header_rows() {
        assert_eq!(of("id,name,on\nid,name,on\n1,Ann,2024-01-01\n2,Bob,2024-01-02"), (0, 2));
        assert_eq!(
            of(
                "StartDate,Q1,Q2\nStart Date,How?,Why?\n{\"ImportId\":\"startDate\"},{\"ImportId\":\"QID1\"},{\"ImportId\":\"QID2\"}\n2024-01-01,9,x"
            ),
            (0, 3)
        );
        assert_eq!(
            of("Respondent ID,Start,How likely?,Which?,\n,,Response,Phone,Mail\n11,2024-01-01,9,Phone,\n12,2024-01-02,10,,Mail"),
            (0, 2)
        );
        assert_eq!(of("name,price,weight\ntext,in EUR,in kg\ncup,1.50,0.2\njar,2.50,0.3"), (0, 2));
        // The names of a group of columns stand below it, also after a record without any value.
        let groups = "\
            DATES,PURPOSE,TRAVEL,,,Total\n,,,,,\n,,Air,Rail,Taxi,\n13.04.12,Visit,,135.70,,135.7\n,Talk,,,,\n14.04.12,Visit,,,4.20,4.2\n,Talk,,,,";
        assert_eq!(of(groups), (0, 3));
        assert_eq!(of(&format!("Costs of travel,,,,,\n,,,,,\n{groups}\n,,,,,\n,,,,,\n,,,,,")), (2, 3));
        assert_eq!(of("Name,City,,\nAnn,Rome,calls,writes\nBob,Rome,,writes\nCid,Bonn,calls,"), (0, 1));
        // The names of groups stand above the header, too, where they tell apart columns of one name.
        let orders = "No.,Name,EUR,Orders,EUR,Orders\n1,Ann,2.50,1,3.50,2\n2,Bob,4.50,1,,";
        assert_eq!(of(&format!(",,2024,,2025,\n{orders}")), (0, 2));
        assert_eq!(of(&format!("Orders,,,,,\n,,Spring,,Autumn,\n{orders}")), (1, 2));
        assert_eq!(of(&format!("Report:,Orders,,,,\n{orders}")), (1, 1));
        assert_eq!(of(&format!(",,2024,,2025,\n\n{orders}")), (1, 1));
        // A first record that misses its numbers is a record.
        assert_eq!(of("name,price,weight\ncup,n/a,n/a\njar,2.50,0.3\nbox,2.50,0.3"), (0, 1));
    }

    #[test]
    fn what_is_stated_wins() {
        let records: Vec<Seen> = ["a,b", "c,d", "1,2"]
            .iter()
            .zip(1..)
            .map(|(text, line)| Seen {
                line,
                raw: text.to_string(),
                cells: text.split(',').map(str::to_string).collect(),
                after_blank: false,
            })
            .collect();
        let shape = shape(&records, 2, Some(1), Some(0));
        assert_eq!((shape.preamble, shape.header), (1, 0));
    }
}
