//! Column names.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

/// The names of a file's columns, each one different.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// The names, in the order of the columns.
    pub names: Vec<String>,
    /// The columns whose name is not what the file says.
    pub renamed: Vec<Renamed>,
    /// The cells of the header rows, as the file has them; none if it has no header.
    pub rows: Vec<Vec<String>>,
    /// What a file that has types says of its columns; empty where all is text.
    pub stored: Vec<Stored>,
}

/// What a file says about the values of a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stored {
    /// They are texts, or what has no other kind here.
    #[default]
    Text,
    /// They are numbers, amounts or durations.
    Number,
    /// They are days or points in time.
    Time,
    /// They are yes or no.
    Flag,
}

/// A column that got another name, because its own is taken or empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// The column, from 0.
    pub column: usize,
    /// What the file says; empty where it says nothing.
    pub was: String,
    /// The name it has here.
    pub now: String,
}

impl Header {
    /// The header of these rows, whose cells over one column are joined by a blank; without rows, columns have numbers for names. A row
    /// for machines (`{"ImportId":...}`) is no part of the names.
    pub(super) fn of(rows: Vec<Vec<String>>, width: usize) -> Header {
        let for_people = |row: &&Vec<String>| {
            !row.iter().any(|cell| {
                ["{\"ImportId\"", "{'ImportId'"]
                    .iter()
                    .any(|start| cell.trim_start().starts_with(start))
            })
        };
        let people: Vec<Vec<String>> = rows.iter().filter(for_people).cloned().collect();
        let said = Header::joined(&people, rows.iter().map(Vec::len).max().unwrap_or(width));
        Header { rows, ..Header::new(said) }
    }

    /// The cells over each column, joined by a blank. What stands over the first column of a group stands over all of them.
    pub(super) fn joined(rows: &[Vec<String>], width: usize) -> Vec<String> {
        let width = rows.iter().map(Vec::len).max().unwrap_or(width);
        let rows = &of_groups(rows);
        let cells = |column: usize| rows.iter().filter_map(move |row| row.get(column)).map(|cell| cell.trim());
        let join = |column| cells(column).filter(|c| !c.is_empty()).collect::<Vec<_>>().join(" ");
        (0..width).map(join).collect()
    }

    /// Takes the columns away that stand at the end without a name, and in which nothing stands; how many there were.
    pub(super) fn drop_trailing(&mut self, filled: impl Fn(usize) -> bool) -> usize {
        let before = self.names.len();
        while let Some(last) = self.renamed.last()
            && last.was.is_empty()
            && last.column + 1 == self.names.len()
            && self.names.len() > 1
            && !self.rows.is_empty()
            && !filled(last.column)
        {
            self.renamed.pop();
            self.names.pop();
        }
        before - self.names.len()
    }

    /// What the file says about the values of a column.
    pub fn stored(&self, column: usize) -> Stored {
        self.stored.get(column).copied().unwrap_or_default()
    }

    /// Makes the names unique: outer blanks go, a name that comes again becomes `Name.2`, `Name.3`, and one that is empty becomes
    /// `column N`, counted from 1.
    pub(super) fn new(said: impl IntoIterator<Item = String>) -> Header {
        let said: Vec<String> = said.into_iter().map(|name| name.trim().to_owned()).collect();
        // A name that stands in the file goes to the column that it stands over, even where an earlier column is renamed.
        let mut first = FxHashMap::default();
        for (column, name) in said.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            first.entry(name.clone()).or_insert(column);
        }
        let mut taken = first.clone();
        let mut next: FxHashMap<String, usize> = FxHashMap::default();
        let mut header = Header::default();
        for (column, was) in said.into_iter().enumerate() {
            if first.get(&was) == Some(&column) {
                header.names.push(was);
                continue;
            }
            let number = next.entry(was.clone()).or_insert(2);
            let now = if was.is_empty() {
                format!("column {}", column + 1)
            } else {
                format!("{was}.{number}")
            };
            let mut now = now;
            while taken.contains_key(&now) {
                *number += 1;
                now = if was.is_empty() {
                    format!("column {}.{number}", column + 1)
                } else {
                    format!("{was}.{number}")
                };
            }
            taken.insert(now.clone(), column);
            header.names.push(now.clone());
            header.renamed.push(Renamed { column, was, now });
        }
        header
    }

    /// The column of that name: outer blanks trimmed, inner white space folded, capitals or not; the very name wins over one that
    /// differs in these. Where names are joined from several rows, also by what the first row alone says, or else another one, if one
    /// column only has it.
    pub fn find(&self, name: &str) -> Option<usize> {
        let wanted = fold(name);
        let exact = self.names.iter().position(|n| n == name);
        let folded = || self.names.iter().position(|n| fold(n) == wanted);
        let in_row = |row: &Vec<String>| {
            let mut columns = row
                .iter()
                .enumerate()
                .filter(|(_, cell)| fold(cell) == wanted)
                .map(|(column, _)| column);
            columns.next().filter(|_| columns.next().is_none() && !wanted.is_empty())
        };
        let several = self.rows.iter().filter(|_| self.rows.len() > 1);
        exact.or_else(folded).or_else(|| several.map(in_row).find_map(|column| column))
    }
}

impl Header {
    /// How many tables with the same columns stand next to each other, where the names of the first columns come again over all
    /// others.
    pub fn side_by_side(&self) -> Option<usize> {
        let mut said: Vec<String> = self.names.iter().map(|name| fold(name)).collect();
        for renamed in &self.renamed {
            said[renamed.column] = fold(&renamed.was);
        }
        // The first name comes again where the second table begins.
        let start = said.iter().position(|name| !name.is_empty())?;
        let width = 1 + said[start + 1..].iter().position(|name| *name == said[start])?;
        let first = &said[..width];
        let named: Vec<&String> = first.iter().filter(|name| !name.is_empty()).collect();
        let last = first.iter().rposition(|name| !name.is_empty())?;
        let is_whole = said.len().is_multiple_of(width) || said.len() % width > last;
        let come_again = said
            .chunks(width)
            .all(|table| table.iter().zip(first).all(|(name, first)| name == first));
        let differ = named.iter().collect::<BTreeSet<_>>().len() == named.len();
        (named.len() >= 2 && is_whole && come_again && differ).then(|| said.len().div_ceil(width))
    }

    /// The columns over which that name stands in the file, under the names they have here; the name itself where there is none.
    pub fn all(&self, name: &str) -> Vec<String> {
        let said = |column: usize| {
            // They are in the order of the columns.
            let renamed = self.renamed.binary_search_by_key(&column, |renamed| renamed.column);
            renamed.map_or(&self.names[column], |at| &self.renamed[at].was)
        };
        let wanted = fold(name);
        let found: Vec<String> = (0..self.names.len())
            .filter(|&column| fold(said(column)) == wanted)
            .map(|column| self.names[column].clone())
            .collect();
        if found.is_empty() { vec![name.to_owned()] } else { found }
    }
}

/// The rows, in which the name of a group, which stands over its first column alone, is repeated over the others: those that have no
/// name in that row and one in a row below it, as the first one has.
fn of_groups(rows: &[Vec<String>]) -> Vec<Vec<String>> {
    let says = |row: &[String], column: usize| row.get(column).is_some_and(|cell| !cell.trim().is_empty());
    let mut found = rows.to_vec();
    for (row, below) in (1..).zip(&mut found) {
        let named_below = |column: usize| rows[row..].iter().any(|row| says(row, column));
        for column in 1..below.len() {
            if !says(below, column) && says(below, column - 1) && named_below(column - 1) && named_below(column) {
                let (left, right) = below.split_at_mut(column);
                right[0].clone_from(&left[column - 1]);
            }
        }
    }
    found
}

fn fold(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(said: &[&str]) -> Vec<String> {
        Header::new(said.iter().map(|s| s.to_string())).names
    }

    #[test]
    fn unique() {
        assert_eq!(names(&[" a ", "b\u{a0}"]), ["a", "b"]);
        assert_eq!(names(&["Date", "x", "Date", "Date"]), ["Date", "x", "Date.2", "Date.3"]);
        assert_eq!(names(&["a", "a", "a.2"]), ["a", "a.3", "a.2"]);
        assert_eq!(names(&["", "a", " "]), ["column 1", "a", "column 3"]);
        assert_eq!(names(&["column 2", ""]), ["column 2", "column 2.3"]);
        let header = Header::new(["a", "", "a"].map(String::from));
        let renamed = |column, was: &str, now: &str| Renamed {
            column,
            was: was.into(),
            now: now.into(),
        };
        assert_eq!(header.renamed, [renamed(1, "", "column 2"), renamed(2, "a", "a.2")]);
    }

    #[test]
    fn found_by_what_people_write() {
        let header = Header::new(["Order  Date", "order date", "ID"].map(String::from));
        assert_eq!(header.find("order date"), Some(1));
        assert_eq!(header.find("ORDER DATE"), Some(0));
        assert_eq!(header.find(" id "), Some(2));
        assert_eq!(header.find("name"), None);
        let header = Header::new(["Comment", "x", "comment", "Comment", "Comment"].map(String::from));
        assert_eq!(header.all(" COMMENT"), ["Comment", "comment", "Comment.2", "Comment.3"]);
        assert_eq!(header.all("name"), ["name"]);
    }

    #[test]
    fn tables_next_to_each_other() {
        let tables = |said: &[&str]| Header::new(said.iter().map(|s| s.to_string())).side_by_side();
        assert_eq!(tables(&["Date", "Name", "EUR", "Date", "name", "EUR"]), Some(2));
        assert_eq!(tables(&["Date", "EUR", "", "Date", "EUR", "", "Date", "EUR"]), Some(3));
        assert_eq!(tables(&["Date", "EUR"]), None);
        assert_eq!(tables(&["Order", "Date", "Date"]), None);
        assert_eq!(tables(&["Comment", "Comment", "Comment", "Comment"]), None);
        assert_eq!(tables(&["Order", "Name", "City", "Name", "City"]), None);
        assert_eq!(tables(&["Date", "Name", "EUR", "Date", "Name"]), None);
        assert_eq!(tables(&["", ""]), None);
        assert_eq!(tables(&["", "Date", "EUR", "", "Date", "EUR"]), Some(2));
    }

    #[test]
    fn several_rows() {
        let rows = [["StartDate", "Q1", "Q1"], ["Start Date", "How?", " Why? "]].map(|r| r.map(String::from).to_vec());
        let header = Header::of(rows.to_vec(), 3);
        assert_eq!(header.names, ["StartDate Start Date", "Q1 How?", "Q1 Why?"]);
        assert_eq!(
            (header.find("startdate"), header.find("q1"), header.find("why?")),
            (Some(0), None, Some(2))
        );
        let groups = [
            ["Customer", "", "2024", "", "2025", "", "Note"],
            ["No.", "Name", "EUR", "Orders", "EUR", "Orders", ""],
        ];
        let header = Header::of(groups.map(|r| r.map(String::from).to_vec()).to_vec(), 7);
        assert_eq!(
            header.names,
            [
                "Customer No.",
                "Customer Name",
                "2024 EUR",
                "2024 Orders",
                "2025 EUR",
                "2025 Orders",
                "Note"
            ]
        );
        let unnamed = [["ID", "", "On"], ["", "Code", "Day"]].map(|r| r.map(String::from).to_vec());
        assert_eq!(Header::of(unnamed.to_vec(), 3).names, ["ID", "Code", "On Day"]);
        let machine = vec![r#"{"ImportId":"a"}"#.to_string()];
        assert_eq!(
            Header::of(vec![vec!["a".to_string()], vec!["b".to_string()], machine], 1).names,
            ["a b"]
        );
        assert_eq!(Header::of(Vec::new(), 2).names, ["column 1", "column 2"]);
    }
}
