//! A clean export of orders, and writing it down in any style.

use super::rng::Rng;

/// The columns.
pub const NAMES: [&str; 9] = [
    "order_id",
    "customer_id",
    "customer_name",
    "ordered_at",
    "quantity",
    "amount",
    "currency",
    "product",
    "notes",
];
/// How many orders the export has.
pub const ORDERS: usize = 48;

/// Which letters names and notes are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letters {
    /// ASCII only.
    Plain,
    /// With accents, as old European code pages have them.
    Western,
    /// Japanese.
    Japanese,
}

/// An order, cell by cell.
pub type Order = Vec<String>;

/// The orders: names with commas, quotes and apostrophes, notes with line breaks, some of them empty; no two alike.
pub fn orders(letters: Letters, count: usize) -> Vec<Order> {
    let mut rng = Rng::new(20_260_301);
    let (firsts, lasts): (&[&str], &[&str]) = match letters {
        Letters::Plain => (&["Anne", "Bo", "Carla", "Dev", "Eve"], &["O'Brien", "Smith", "van Dam", "Lee"]),
        Letters::Western => (&["Zoë", "André", "Jürgen", "Maïra"], &["Müller", "Núñez", "Lefèvre", "Åberg"]),
        Letters::Japanese => (&["花子", "太郎", "さくら"], &["山田", "鈴木", "佐藤"]),
    };
    let products: &[&str] = match letters {
        Letters::Plain => &[
            "Boots, tall 24\"",
            "Kids' hat",
            "Desk \"Oslo\", oak",
            "Tent",
            "Lamp; two-pack",
            "Rope | 10 m",
        ],
        Letters::Western => &[
            "Caf\u{e9} cr\u{e8}me",
            "M\u{fc}sli, gro\u{df}",
            "Ch\u{e2}teau \"Bl\u{e9}\"",
            "Jamón",
        ],
        Letters::Japanese => &["お茶、緑", "茶碗 \"大\"", "机, 木", "本"],
    };
    let notes = [
        "",
        "call first",
        "leave at the door,\nring twice",
        "",
        "\"fragile\", this side up",
        "gift: yes; card: no",
        "second line\n\nafter a blank one",
    ];
    (0..count)
        .map(|n| {
            let minute = n as i64 * 97 + rng.int(0, 90);
            let (day, hour, minute) = (minute / 1440, minute / 60 % 24, minute % 60);
            vec![
                format!("SO-{}", 100_100 + n),
                format!("C-{:04}", rng.int(1, 40)),
                format!("{}, {}", rng.pick(lasts), rng.pick(firsts)),
                format!("2026-{:02}-{:02}T{hour:02}:{minute:02}:00Z", 3 + day / 28 % 9, 1 + day % 28),
                rng.int(1, 12).to_string(),
                format!("{}.{:02}", rng.int(13, 900), rng.int(0, 99)),
                "EUR".to_string(),
                rng.pick(products).to_string(),
                rng.pick(&notes).to_string(),
            ]
        })
        .collect()
}

/// How quotes within quotes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// Twice.
    Doubled,
    /// After a backslash.
    Backslash,
    /// As they are.
    Nothing,
}

/// How an export is written.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Between two cells.
    pub delimiter: &'static str,
    /// Around cells that need it; none: no cell is quoted.
    pub quote: Option<char>,
    /// Whether all cells are quoted, the header too.
    pub all: bool,
    /// A column whose cells are quoted whether they need it or not.
    pub column: Option<usize>,
    /// How quotes within quotes are written.
    pub escape: Escape,
    /// The ends of lines, used in turn.
    pub ends: &'static [&'static str],
}

impl Style {
    /// Commas, double quotes where they are needed, LF.
    pub const PLAIN: Style = Style {
        delimiter: ",",
        quote: Some('"'),
        all: false,
        column: None,
        escape: Escape::Doubled,
        ends: &["\n"],
    };

    /// The cell of a column as it is written.
    pub fn cell(&self, column: usize, text: &str) -> String {
        let Some(quote) = self.quote else {
            return text.to_string();
        };
        let needs = |c: char| matches!(c, '\n' | '\r') || c == quote || self.delimiter.contains(c);
        let always = self.all || self.column == Some(column);
        let blank = text.trim() != text || text.is_empty() && self.delimiter.trim().is_empty();
        if !(always || blank || text.contains(needs)) {
            return text.to_string();
        }
        let inner = match self.escape {
            Escape::Doubled => text.replace(quote, &format!("{quote}{quote}")),
            Escape::Backslash => text.replace('\\', "\\\\").replace(quote, &format!("\\{quote}")),
            Escape::Nothing => text.to_string(),
        };
        format!("{quote}{inner}{quote}")
    }

    /// The cells of a record with delimiters between them: cells at even places, delimiters at odd ones.
    pub fn tokens(&self, cells: &[String]) -> Vec<String> {
        let mut tokens = Vec::with_capacity(2 * cells.len());
        for (n, cell) in cells.iter().enumerate() {
            if n > 0 {
                tokens.push(self.delimiter.to_string());
            }
            tokens.push(self.cell(n, cell));
        }
        tokens
    }
}

/// So many lines a text adds: CR, LF and CRLF each end one.
pub fn line_ends(text: &str) -> u64 {
    text.replace("\r\n", "\n").chars().filter(|c| matches!(c, '\n' | '\r')).count() as u64
}
