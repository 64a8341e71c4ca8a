//! What the cells of a column are, by themselves: how many there are, how they differ, and what they look like.

use std::collections::{BTreeMap, BTreeSet};

use crate::cell_parsing::{
    DateVerdict, DateVote, DecimalMark, DecimalVote, Order, Parts, is_null, is_sheet_error, is_zero_date, parse_bool, parse_iso,
    parse_money, parse_ordered,
};

/// What a cell looks like. Each cell is of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A date, or a date and a time.
    Date,
    /// Hours and minutes, without a day: a time of day or a duration.
    Clock,
    /// A whole number.
    Integer,
    /// A number with decimals.
    Decimal,
    /// A number with a currency's sign or code.
    Money,
    /// A percentage.
    Percent,
    /// An e-mail address.
    Email,
    /// A web address.
    Url,
    /// A telephone number.
    Phone,
    /// A UUID.
    Uuid,
    /// Letters and digits without a blank: `C-1042`, `0012ab`.
    Code,
    /// Yes or no, in words.
    Bool,
    /// One to four words.
    Words,
    /// More words than that.
    Text,
    /// An object or a list in JSON.
    Json,
}

impl Kind {
    /// The kind's name in sentences, in the plural.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Date => "dates",
            Kind::Clock => "hours and minutes",
            Kind::Integer => "whole numbers",
            Kind::Decimal => "numbers with decimals",
            Kind::Money => "amounts of money",
            Kind::Percent => "percentages",
            Kind::Email => "e-mail addresses",
            Kind::Url => "web addresses",
            Kind::Phone => "telephone numbers",
            Kind::Uuid => "UUIDs",
            Kind::Code => "codes",
            Kind::Bool => "yes or no",
            Kind::Words => "a few words",
            Kind::Text => "free text",
            Kind::Json => "JSON",
        }
    }
}

/// What a column's cells are.
#[derive(Debug, Clone)]
pub struct ColumnProfile {
    /// The header.
    pub header: String,
    /// Records looked at.
    pub rows: usize,
    /// Cells that say something.
    pub filled: usize,
    /// Different ones among them.
    pub distinct: usize,
    /// The first five different ones.
    pub samples: Vec<String>,
    /// Kinds with their number of cells, the most frequent first.
    pub kinds: Vec<(Kind, usize)>,
    /// The least and the greatest number, if there are numbers.
    pub range: Option<(f64, f64)>,
    /// How dates are written, if there are dates, or numbers that may be dates: `ISO`, `day first`, `epoch seconds` ...
    pub dates: Option<&'static str>,
}

impl ColumnProfile {
    /// The profile of one column of the records.
    pub fn of(header: &str, cells: &[&str]) -> ColumnProfile {
        // `0000-00-00` is what some systems write for no date.
        let says = |c: &&str| !is_null(c) && !is_sheet_error(c) && !is_zero_date(c);
        let filled: Vec<&str> = cells.iter().map(|c| c.trim()).filter(says).collect();
        let mut votes = (DecimalVote::new(), DateVote::new());
        filled.iter().for_each(|c| votes.0.see(c, 0));
        filled.iter().for_each(|c| votes.1.see(c, 0));
        let mark = votes.0.verdict(b';').mark();
        let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
        let mut range: Option<(f64, f64)> = None;
        for cell in &filled {
            let kind = kind(cell, mark);
            *counts.entry(kind).or_default() += 1;
            if matches!(kind, Kind::Integer | Kind::Decimal | Kind::Money)
                && let Some(n) = number(cell, mark)
            {
                range = Some(range.map_or((n, n), |(low, high)| (low.min(n), high.max(n))));
            }
        }
        // Long numbers that tools wrote with a point and a nought, because some are missing, are whole.
        let is_long = |cell: &&str| cell.strip_suffix(".0").is_some_and(|whole| whole.len() >= 8);
        if let Some(decimal) = counts.get(&Kind::Decimal).copied().filter(|_| filled.iter().all(is_long)) {
            counts.remove(&Kind::Decimal);
            *counts.entry(Kind::Integer).or_default() += decimal;
        }
        let mut kinds: Vec<(Kind, usize)> = counts.into_iter().collect();
        kinds.sort_by_key(|&(kind, count)| (std::cmp::Reverse(count), kind));
        let mut seen = BTreeSet::new();
        let mut samples = Vec::new();
        for cell in &filled {
            if seen.insert(*cell) && samples.len() < 5 {
                samples.push((*cell).to_string());
            }
        }
        let dates = match kinds.first() {
            Some((Kind::Date, _)) => Some(style(&votes.1.verdict(), &filled)),
            Some((Kind::Integer | Kind::Decimal, _)) if kinds.iter().all(|(k, _)| matches!(k, Kind::Integer | Kind::Decimal)) => {
                range.and_then(|r| numbered_dates(&filled, r))
            }
            _ => None,
        };
        ColumnProfile {
            header: header.to_string(),
            rows: cells.len(),
            filled: filled.len(),
            distinct: seen.len(),
            samples,
            kinds,
            range,
            dates,
        }
    }

    /// The share of the filled cells that are of one of these kinds; 0 where none is filled.
    pub fn share(&self, kinds: &[Kind]) -> f64 {
        let of: usize = self.kinds.iter().filter(|(k, _)| kinds.contains(k)).map(|(_, n)| n).sum();
        if self.filled == 0 { 0.0 } else { of as f64 / self.filled as f64 }
    }

    /// Whether the cells are amounts by their look: numbers with decimals, or with a currency.
    pub fn are_amounts(&self) -> bool {
        self.share(&[Kind::Decimal, Kind::Money]) >= 0.9
    }

    /// Whether every filled cell is there once.
    pub fn is_unique(&self) -> bool {
        self.filled > 0 && self.distinct == self.filled
    }

    /// The most frequent kind.
    pub fn main(&self) -> Option<Kind> {
        self.kinds.first().map(|k| k.0)
    }

    /// Whether all cells are whole numbers from `low` to `high`.
    pub fn is_scale(&self, low: f64, high: f64) -> bool {
        self.share(&[Kind::Integer]) == 1.0 && self.range.is_some_and(|(l, h)| l >= low && h <= high)
    }

    /// Whether the cells are yes or no, in words or as 0 and 1.
    pub fn is_bool(&self) -> bool {
        self.share(&[Kind::Bool]) >= 0.95 || self.is_scale(0.0, 1.0)
    }
}

/// A cell as a number, whatever sign stands beside it.
pub(super) fn number(cell: &str, mark: DecimalMark) -> Option<f64> {
    parse_money(cell, mark).ok().map(|m| m.stored as f64 / 10_000.0)
}

fn kind(cell: &str, mark: DecimalMark) -> Kind {
    if is_date(cell) {
        return Kind::Date;
    }
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    let bytes = cell.as_bytes();
    if digits > 0
        && cell.bytes().all(|b| b.is_ascii_digit() || b == b'-')
        && bytes.iter().rposition(|b| *b == b'-').is_none_or(|at| at == 0)
    {
        return Kind::Integer;
    }
    let starts_json = matches!(bytes.first(), Some(b'{' | b'['));
    // `[deleted]` is a word in brackets.
    let is_word = || cell.chars().all(|c| c.is_alphabetic() || matches!(c, '[' | ']' | ' ' | '-' | '_'));
    if starts_json && matches!(bytes.last(), Some(b'}' | b']')) && !(bytes[0] == b'[' && is_word()) {
        return Kind::Json;
    }
    if cell.ends_with('%') && digits > 0 {
        return Kind::Percent;
    }
    if is_clock(cell) {
        return Kind::Clock;
    }
    if let Ok(money) = parse_money(cell, mark) {
        return match money.currency {
            Some(_) => Kind::Money,
            None if money.stored % 10_000 == 0 && !cell.contains(['.', ',']) => Kind::Integer,
            None => Kind::Decimal,
        };
    }
    let lower = cell.to_ascii_lowercase();
    if lower.starts_with("http://") || lower.starts_with("https://") || lower.starts_with("www.") {
        return Kind::Url;
    }
    if is_email(cell) {
        return Kind::Email;
    }
    if is_uuid(cell) {
        return Kind::Uuid;
    }
    if digits >= 7 && cell.chars().all(|c| c.is_ascii_digit() || " +-()./".contains(c)) {
        return Kind::Phone;
    }
    if parse_bool(cell).is_ok() {
        return Kind::Bool;
    }
    match cell.split_whitespace().count() {
        1 if digits > 0 => Kind::Code,
        0..=4 if cell.chars().count() <= 60 => Kind::Words,
        _ => Kind::Text,
    }
}

/// Month names beyond the English ones, as their first letters without accents.
const MONTHS: &[&str] = &[
    "jan", "feb", "mar", "apr", "mai", "may", "mei", "jun", "jul", "aug", "sep", "oct", "okt", "nov", "dec", "dez", "janv", "fevr", "avr",
    "juin", "juil", "aout", "ene", "abr", "ago", "dic", "fev", "set", "out", "gen", "mag", "giu", "lug", "ott", "maa", "mrt", "mrz",
];

/// Whether a cell is a date in any order, with month names of any of the languages, and a zone's letters behind it.
pub(super) fn is_date(cell: &str) -> bool {
    // Most cells of text have no digit.
    if cell.is_ascii() && !cell.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let is_ordered = || match Parts::scan(cell) {
        Ok(parts) => Order::ALL.iter().any(|&order| parts.read(order).is_ok()),
        // Digits without marks between them are in no order.
        Err(_) => parse_ordered(cell, Order::Ymd).is_ok(),
    };
    if parse_iso(cell).is_ok() || is_ordered() {
        return true;
    }
    if cell.len() > 40 || !cell.is_char_boundary(cell.len()) {
        return false;
    }
    // `2024-03-01 10:00 CET`
    if let Some((front, zone)) = cell.rsplit_once(' ')
        && (2..=5).contains(&zone.len())
        && zone.bytes().all(|b| b.is_ascii_uppercase())
        && front.len() >= 8
    {
        return is_date(front);
    }
    let words: Vec<String> = cell
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
        .collect();
    let is_month = |w: &String| {
        let plain: String = w
            .chars()
            .map(|c| {
                if c == 'é' {
                    'e'
                } else if c == 'û' {
                    'u'
                } else if c == 'ä' {
                    'a'
                } else if c == 'ç' {
                    'c'
                } else {
                    c
                }
            })
            .collect();
        w.chars().all(char::is_alphabetic) && (3..=10).contains(&w.chars().count()) && MONTHS.iter().any(|m| plain.starts_with(m))
    };
    let is_number = |w: &String| w.bytes().all(|b| b.is_ascii_digit());
    let numbers = words.iter().filter(|w| is_number(w)).count();
    let rest = words
        .iter()
        .filter(|w| !is_number(w) && !is_month(w) && !matches!(w.as_str(), "de" | "am" | "pm" | "uhr" | "del" | "h"))
        .count();
    words.iter().filter(|w| is_month(w)).count() == 1 && (2..=6).contains(&numbers) && rest == 0
}

fn is_clock(cell: &str) -> bool {
    // `14h30`, as French writes it.
    let parts: Vec<&str> = cell.split([':', 'h']).collect();
    (2..=3).contains(&parts.len())
        && parts
            .iter()
            .all(|p| (1..=4).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()))
}

fn is_email(cell: &str) -> bool {
    cell.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && !cell.contains(['<', '>'])
            && domain.contains('.')
            && !domain.ends_with('.')
            && !cell.contains(char::is_whitespace)
            && !domain.contains('@')
    })
}

fn is_uuid(cell: &str) -> bool {
    cell.len() == 36
        && cell.bytes().enumerate().all(|(i, b)| {
            if matches!(i, 8 | 13 | 18 | 23) {
                b == b'-'
            } else {
                b.is_ascii_hexdigit()
            }
        })
}

fn style(verdict: &DateVerdict, cells: &[&str]) -> &'static str {
    if cells.iter().all(|c| c.len() == 8 && c.bytes().all(|b| b.is_ascii_digit())) {
        return "year, month and day in eight digits";
    }
    if cells.iter().all(|c| parse_iso(c).is_ok()) {
        return "ISO";
    }
    if cells.iter().all(|c| c.chars().filter(|c| c.is_alphabetic()).count() >= 3) {
        return "month names";
    }
    match verdict {
        DateVerdict::Clear { order: Order::Dmy, .. } => "day first",
        DateVerdict::Clear { order: Order::Mdy, .. } => "month first",
        DateVerdict::Clear { order: Order::Ymd, .. } => "year first",
        DateVerdict::Ambiguous { .. } => "day and month in an order that the cells do not tell",
        DateVerdict::Mixed { .. } | DateVerdict::Halved { .. } => "mixed orders",
        DateVerdict::NoDates { .. } => "month names",
    }
}

/// Numbers that may be dates: `20240131`, epoch seconds and milliseconds from 2001 on, days since 1900 as spreadsheets count them (from
/// 1982 to 2064). A number alone is never taken for a date; its header has to say so.
fn numbered_dates(cells: &[&str], (low, high): (f64, f64)) -> Option<&'static str> {
    let compact = |c: &&str| c.len() == 8 && c.is_ascii() && parse_iso(&format!("{}-{}-{}", &c[..4], &c[4..6], &c[6..])).is_ok();
    if cells.iter().all(compact) {
        Some("year, month and day in eight digits")
    } else if low >= 1e12 && high < 4e12 {
        Some("epoch milliseconds")
    } else if low >= 1e9 && high < 4e9 {
        Some("epoch seconds")
    } else if low >= 30_000.0 && high < 60_000.0 {
        Some("a spreadsheet's day numbers")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_whole_numbers_that_a_tool_wrote_with_a_point_are_whole() {
        let kind = |cells: &[&str]| ColumnProfile::of("number", cells).kinds[0].0;
        assert_eq!(kind(&["20240001.0", "20240002.0", "", "20240005.0"]), Kind::Integer);
        // Short ones may be amounts, and so may those of which one has a fraction.
        assert_eq!(kind(&["12.0", "13.0", "15.0"]), Kind::Decimal);
        assert_eq!(kind(&["20240001.0", "20240002.5", "20240005.0"]), Kind::Decimal);
    }

    #[test]
    fn every_cell_has_its_kind() {
        for (cell, expected) in [
            ("2024-01-31", Kind::Date),
            ("31/01/2024 10:20", Kind::Date),
            ("3. März 2024", Kind::Date),
            ("12 août 2023", Kind::Date),
            ("5 de mayo de 2024", Kind::Date),
            ("2024-01-31 10:00 CET", Kind::Date),
            ("12:30:00", Kind::Clock),
            ("104:15", Kind::Clock),
            ("14h30", Kind::Clock),
            ("42", Kind::Integer),
            ("-3", Kind::Integer),
            ("12.50", Kind::Decimal),
            ("€ 12.50", Kind::Money),
            ("12 %", Kind::Percent),
            ("a.b@example.org", Kind::Email),
            ("https://example.org/x", Kind::Url),
            ("+49 (0)30 1234567", Kind::Phone),
            ("123e4567-e89b-12d3-a456-426614174000", Kind::Uuid),
            ("C-1042", Kind::Code),
            ("yes", Kind::Bool),
            ("Anna Maria Schmidt", Kind::Words),
            ("The parcel came late and it was open", Kind::Text),
            ("{\"a\": 1}", Kind::Json),
            ("Mark 3 of 4", Kind::Words),
        ] {
            assert_eq!(kind(cell, DecimalMark::Auto), expected, "{cell}");
        }
    }

    #[test]
    fn a_profile_counts() {
        let profile = ColumnProfile::of("Score", &["9", "10", "", "N/A", "9"]);
        assert_eq!((profile.rows, profile.filled, profile.distinct), (5, 3, 2));
        assert!(profile.is_scale(0.0, 10.0) && !profile.is_scale(0.0, 9.0) && !profile.is_unique() && !profile.is_bool());
        assert_eq!(profile.samples, ["9", "10"]);
        assert_eq!(ColumnProfile::of("a", &["31/01/2024", "01/02/2024"]).dates, Some("day first"));
        assert_eq!(ColumnProfile::of("a", &["1700000000"]).dates, Some("epoch seconds"));
        assert_eq!(
            ColumnProfile::of("a", &["20240131"]).dates,
            Some("year, month and day in eight digits")
        );
        assert_eq!(
            ColumnProfile::of("a", &["45000", "45001.5"]).dates,
            Some("a spreadsheet's day numbers")
        );
        assert_eq!(ColumnProfile::of("a", &["17"]).dates, None);
    }
}
