//! A damaged export and what has to become of each of its orders.

use super::export::{Letters, ORDERS};
use super::export::{NAMES, Order, Style, line_ends, orders};

/// What may become of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is whole: it has to be used as it was written.
    Whole,
    /// It is damaged: it is used with its right values, or rejected at its line.
    Damaged,
    /// A quote came into this cell, at its start: the cell is read with it or without it, or the order is rejected at its line.
    Quoted(usize),
}

/// An order of the damaged export.
#[derive(Clone, Debug)]
pub struct Told {
    /// The line that it starts on, from 1.
    pub line: u64,
    /// The line that it ends on.
    pub last: u64,
    /// What it said before it was damaged.
    pub cells: Order,
    /// What may become of it.
    pub fate: Fate,
}

/// What the header is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heading {
    /// One row, whole.
    Whole,
    /// So many rows of the same names, or none at all.
    Rows(usize),
    /// Damaged: the whole file may be refused, or all of it rejected.
    Damaged,
}

/// A damaged export.
#[derive(Clone, Debug)]
pub struct Variant {
    /// The way in which it is damaged.
    pub way: &'static str,
    /// The way and its particulars.
    pub name: String,
    /// The file.
    pub bytes: Vec<u8>,
    /// Its header.
    pub heading: Heading,
    /// Its orders.
    pub told: Vec<Told>,
    /// Lines that hold what is no order: a second table, a footer.
    pub other: Vec<u64>,
    /// Columns of the file beyond those of the export.
    pub more: usize,
    /// Whether a single row is damaged.
    pub one_row: bool,
}

/// What stands in a file: a stretch of text that ends before a line end.
enum Piece {
    Header,
    Order(usize, Fate),
    Preamble,
    Other,
}

/// An export under construction.
pub struct Sheet {
    way: &'static str,
    name: String,
    style: Style,
    orders: Vec<Order>,
    pieces: Vec<(Piece, String)>,
    heading: Heading,
    last_end: Option<&'static str>,
    more: usize,
    damaged: usize,
}

impl Sheet {
    /// The clean export in a style.
    pub fn new(way: &'static str, name: impl Into<String>, style: Style) -> Sheet {
        Sheet::of(way, name, style, orders(Letters::Plain, ORDERS))
    }

    /// These orders in a style.
    pub fn of(way: &'static str, name: impl Into<String>, style: Style, orders: Vec<Order>) -> Sheet {
        let names: Vec<String> = NAMES.iter().map(|n| n.to_string()).collect();
        let mut pieces = vec![(Piece::Header, style.tokens(&names).concat())];
        for (n, order) in orders.iter().enumerate() {
            pieces.push((Piece::Order(n, Fate::Whole), style.tokens(order).concat()));
        }
        Sheet {
            way,
            name: format!("{way} {}", name.into()),
            style,
            orders,
            pieces,
            heading: Heading::Whole,
            last_end: None,
            more: 0,
            damaged: 0,
        }
    }

    /// The header (row 0) or an order (from 1) written from changed tokens.
    pub fn damage(mut self, row: usize, fate: Fate, change: impl FnOnce(&mut Vec<String>)) -> Sheet {
        let names: Vec<String> = NAMES.iter().map(|n| n.to_string()).collect();
        let cells = if row == 0 { &names } else { &self.orders[row - 1] };
        let mut tokens = self.style.tokens(cells);
        change(&mut tokens);
        self.pieces[row].1 = tokens.concat();
        self.damaged += 1;
        match row {
            0 => self.heading = Heading::Damaged,
            _ => self.pieces[row].0 = Piece::Order(row - 1, fate),
        }
        self
    }

    /// Takes this for all orders for which it holds.
    pub fn fate_where(mut self, fate: Fate, holds: impl Fn(&Order) -> bool) -> Sheet {
        for (piece, _) in &mut self.pieces {
            if let Piece::Order(n, kept) = piece
                && holds(&self.orders[*n])
            {
                *kept = fate;
            }
        }
        self
    }

    /// Changes the text of every row, the header's too.
    pub fn each_row(mut self, change: impl Fn(usize, &str) -> String) -> Sheet {
        for (row, (_, text)) in self.pieces.iter_mut().enumerate() {
            *text = change(row, text);
        }
        self
    }

    /// So many rows of names.
    pub fn header_rows(mut self, rows: usize) -> Sheet {
        let (_, text) = self.pieces.remove(0);
        for _ in 0..rows {
            self.pieces.insert(0, (Piece::Header, text.clone()));
        }
        self.heading = Heading::Rows(rows);
        self
    }

    /// Lines before the header.
    pub fn preamble(mut self, lines: &[&str]) -> Sheet {
        for (n, line) in lines.iter().enumerate() {
            self.pieces.insert(n, (Piece::Preamble, line.to_string()));
        }
        self
    }

    /// Lines after the orders.
    pub fn footer(mut self, lines: &[&str]) -> Sheet {
        self.pieces.extend(lines.iter().map(|line| (Piece::Other, line.to_string())));
        self
    }

    /// Lines between the rows, after so many of them.
    pub fn between(mut self, after: usize, lines: &[&str]) -> Sheet {
        for line in lines.iter().rev() {
            self.pieces.insert(after, (Piece::Other, line.to_string()));
        }
        self
    }

    /// What stands at the end of the last line.
    pub fn last_end(mut self, end: &'static str) -> Sheet {
        self.last_end = Some(end);
        self
    }

    /// So many columns more than the export has.
    pub fn more_columns(mut self, more: usize) -> Sheet {
        self.more = more;
        self
    }

    /// The file in UTF-8.
    pub fn done(self) -> Variant {
        self.encoded(|text| text.as_bytes().to_vec())
    }

    /// The file in another encoding.
    pub fn encoded(self, encode: impl FnOnce(&str) -> Vec<u8>) -> Variant {
        let (mut text, mut line) = (String::new(), 1);
        let (mut told, mut other) = (Vec::new(), Vec::new());
        let last = self.pieces.len().saturating_sub(1);
        for (n, (piece, body)) in self.pieces.into_iter().enumerate() {
            let ends = line + line_ends(&body);
            match piece {
                Piece::Order(order, fate) => told.push(Told {
                    line,
                    last: ends,
                    cells: self.orders[order].clone(),
                    fate,
                }),
                Piece::Other => other.extend(line..=ends),
                Piece::Header | Piece::Preamble => {}
            }
            let end = match self.last_end {
                Some(end) if n == last => end,
                _ => self.style.ends[n % self.style.ends.len()],
            };
            text.push_str(&body);
            text.push_str(end);
            line = ends + line_ends(end);
        }
        Variant {
            way: self.way,
            name: self.name,
            bytes: encode(&text),
            heading: self.heading,
            told,
            other,
            more: self.more,
            one_row: self.damaged == 1,
        }
    }
}
