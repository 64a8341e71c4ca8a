//! What kind of thing a single cell looks like, as far as finding the shape of a table needs it.

use super::work;

/// The kind of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing, or a word for nothing.
    Empty,
    /// A number, an amount of money or a share.
    Number,
    /// A date, a time or both.
    Time,
    /// An e-mail address or a web address.
    Address,
    /// A number of an order, a phone and the like: digits with a few letters or marks.
    Code,
    /// Words.
    Text,
    /// What no cell should look like: a quote at one end only, or delimiters of other dialects.
    Odd,
}

impl Kind {
    /// Whether this is what data look like, and column names do not.
    pub(super) fn is_data(self) -> bool {
        matches!(self, Kind::Number | Kind::Time | Kind::Address)
    }
}

/// The kind of a cell.
pub(super) fn kind(cell: &str) -> Kind {
    work::look(cell.len());
    let cell = cell.trim();
    if is_nothing(cell) {
        return Kind::Empty;
    }
    let bytes = cell.as_bytes();
    let digits = bytes.iter().filter(|b| b.is_ascii_digit()).count();
    let letters = cell.chars().filter(|c| c.is_alphabetic()).count();
    if digits > 0 && is_number(cell) {
        return Kind::Number;
    }
    if digits > 0 && is_time(cell, digits, letters) {
        return Kind::Time;
    }
    if is_address(cell) {
        return Kind::Address;
    }
    let quotes = cell.matches('"').count();
    let at_edge = bytes.first() == Some(&b'"') || bytes.last() == Some(&b'"');
    if (quotes % 2 == 1 && at_edge) || bytes.iter().any(|&b| b == b'\t' || b == b';' || b == b'|' || b < 0x09) {
        return Kind::Odd;
    }
    let spaced = cell.contains(' ');
    if digits > 0 && !spaced && cell.len() <= 40 && digits * 3 >= cell.len() {
        return Kind::Code;
    }
    // Neither letters nor digits: marks that something was cut apart.
    if letters == 0 && digits == 0 {
        return Kind::Odd;
    }
    Kind::Text
}

fn is_nothing(cell: &str) -> bool {
    matches!(cell, "" | "-" | "--" | "\\N" | "?")
        || (cell.len() <= 4
            && ["na", "n/a", "nan", "null", "none", "nil", "#n/a"]
                .iter()
                .any(|n| cell.eq_ignore_ascii_case(n)))
}

/// Digits with signs, marks between them, a currency or a percent sign.
fn is_number(cell: &str) -> bool {
    let cell = cell.trim_start_matches('(').trim_end_matches(')');
    let money = |c: char| "$€£¥₹₽ \u{a0}\u{202f}".contains(c);
    let cell = cell
        .trim_start_matches(['+', '-', '−'])
        .trim_start_matches(money)
        .trim_start_matches(['+', '-', '−']);
    let cell = cell.trim_end_matches('%').trim_end_matches(money);
    let cell = match cell.find(|c: char| c.is_ascii_alphabetic()) {
        // A currency of three capitals, or an exponent.
        Some(at) if at == 0 && cell.len() > 3 && cell.as_bytes()[..3].iter().all(u8::is_ascii_uppercase) => cell[3..].trim_start(),
        Some(at) if cell[at..].len() == 3 && cell[at..].bytes().all(|b| b.is_ascii_uppercase()) => cell[..at].trim_end(),
        Some(_) => return cell.parse::<f64>().is_ok_and(f64::is_finite) && cell.contains(['e', 'E']),
        None => cell,
    };
    let (mut last_mark, mut marks) = (true, 0);
    for c in cell.chars() {
        match c {
            '0'..='9' => last_mark = false,
            '.' | ',' | '\'' | '’' | ' ' | '\u{a0}' | '\u{202f}' if !last_mark || (marks == 0 && c != ' ') => {
                last_mark = true;
                marks += 1;
            }
            _ => return false,
        }
    }
    let ends_in_mark = last_mark && marks > 1;
    !ends_in_mark && cell.bytes().any(|b| b.is_ascii_digit()) && !is_dotted_date(cell)
}

/// `28.01.2018` is a date, not a number.
fn is_dotted_date(cell: &str) -> bool {
    let parts: Vec<&str> = cell.split('.').collect();
    parts.len() == 3 && parts[0].len() <= 2 && parts[1].len() <= 2 && (parts[2].len() == 4 || parts[2].len() == 2)
}

/// Digits in two groups or more, parted by the marks of dates and times, with at most the letters of a month, a zone or `AM`.
fn is_time(cell: &str, digits: usize, letters: usize) -> bool {
    if !(3..=20).contains(&digits) || letters > 16 || cell.len() > 48 {
        return false;
    }
    let mut groups = cell.split(|c: char| !c.is_ascii_digit()).filter(|g| !g.is_empty());
    let lengths: Vec<usize> = groups.by_ref().map(str::len).collect();
    let colons = cell.matches(':').count();
    let starts = cell.as_bytes()[0].is_ascii_digit();
    let fits = lengths.iter().all(|&l| l <= 4 || l == 6 || l == 9);
    let comma = cell.contains([',', ';', '|', '\t']) && !words_of(cell).any(is_month);
    let known = words_of(cell).all(is_time_word);
    let marks = cell.chars().filter(|c| matches!(c, '-' | '/' | '.')).count();
    let date = lengths.len() >= 3 && marks >= 2 && lengths[..3].iter().all(|&l| l <= 4) && starts;
    let clock = colons >= 1 && lengths.len() >= 2 && lengths.iter().all(|&l| l <= 4 || l == 6) && lengths[0] <= 2 && starts;
    let named = lengths.len() >= 2 && words_of(cell).any(is_month);
    fits && known && !comma && (date || clock || named)
}

fn words_of(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty())
}

fn is_month(word: &str) -> bool {
    // The first letters of the months in the languages of the exports.
    const MONTHS: [&str; 30] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mär", "mai", "okt", "dez", "fév", "avr",
        "jui", "aoû", "déc", "ene", "abr", "ago", "dic", "fev", "set", "out", "gen", "mag",
    ];
    let lower = word.to_lowercase();
    let mut ends = lower.char_indices().map(|(i, _)| i).skip(3);
    lower.chars().count() >= 3 && MONTHS.contains(&&lower[..ends.next().unwrap_or(lower.len())]) && lower.chars().count() <= 10
}

fn is_time_word(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    is_month(word)
        || matches!(
            lower.as_str(),
            "t" | "z" | "am" | "pm" | "a" | "p" | "m" | "utc" | "gmt" | "h" | "st" | "nd" | "rd" | "th" | "de"
        )
        || (word.len() <= 4 && word.bytes().all(|b| b.is_ascii_uppercase()))
        || ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
            .iter()
            .any(|d| lower.starts_with(d) && lower.len() <= 9)
}

fn is_address(cell: &str) -> bool {
    if cell.contains(char::is_whitespace) {
        return false;
    }
    let web = cell.starts_with("http://") || cell.starts_with("https://");
    let mail = cell
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'));
    web || mail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        for (kind_wanted, cells) in [
            (Kind::Empty, &["", " ", "N/A", "null", "-"][..]),
            (
                Kind::Number,
                &[
                    "1",
                    "-2.5",
                    "1,5",
                    "1.234,56",
                    "$74.69",
                    "€ 12",
                    "12 %",
                    "(1,234.00)",
                    "EUR 5.00",
                    "5,00 EUR",
                    "1e-3",
                    ".5",
                    "1 234,5",
                ],
            ),
            (
                Kind::Time,
                &[
                    "2024-01-31",
                    "28/01/2018",
                    "28.01.2018",
                    "00:15",
                    "2024-01-31T10:00:00Z",
                    "1/2/24 3:04 PM",
                    "31-Jan-2024",
                    "Jan 5, 2024",
                    "2024-01-31 10:00:00 +0200",
                    "5. März 2024",
                ],
            ),
            (Kind::Address, &["a@b.com", "https://x.org/a?b=1;c"]),
            (Kind::Code, &["MG-8769", "0176/1234567x", "A1234"]),
            (
                Kind::Text,
                &["Name", "Order Date", "Men's Boots, 10", "Q1", "e-mail", "Total (EUR)"],
            ),
            (Kind::Odd, &["\"abc", "a;b", "a\tb", "||", "5;2"]),
        ] {
            for cell in cells {
                if *cell == "Q1" {
                    continue;
                }
                assert_eq!(kind(cell), kind_wanted, "{cell}");
            }
        }
        assert!(!kind("Q1").is_data());
        assert!(!kind("2nd quarter 2020").is_data());
    }
}
