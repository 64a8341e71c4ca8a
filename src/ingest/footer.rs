//! Lines after the last record that are no records: totals, notes, where the file comes from.
//!
//! Only the end of a file is looked at, and only what is plainly no record is taken for one: a line with a single filled cell in a table
//! of three columns or more that stands after a blank line or begins with words of a footer, a row of totals in which most other cells
//! are empty, and what a pattern that was stated fits; then all such lines that follow. A ragged last record is a record.

use std::collections::VecDeque;

use glob::Pattern;

use super::peek::Line;
use super::record::Records;

/// A footer has no more lines.
const MOST: usize = 30;

/// What a row of totals begins with.
const TOTALS: [&str; 46] = [
    "total",
    "totals",
    "grand total",
    "subtotal",
    "sub total",
    "sum",
    "overall",
    "summe",
    "gesamt",
    "gesamtsumme",
    "insgesamt",
    "zwischensumme",
    "total général",
    "totaux",
    "somme",
    "suma",
    "suma total",
    "total general",
    "soma",
    "total geral",
    "totale",
    "totale generale",
    "totaal",
    "eindtotaal",
    "sous-total",
    "sous total",
    "subtotale",
    "subtotaal",
    "razem",
    "łącznie",
    "celkem",
    "součet",
    "mezisoučet",
    "summa",
    "delsumma",
    "totalt",
    "i alt",
    "delsum",
    "yhteensä",
    "välisumma",
    "összesen",
    "részösszeg",
    "toplam",
    "ara toplam",
    "genel toplam",
    "suma częściowa",
];
/// What other lines of a footer begin with.
const NOTES: [&str; 45] = [
    "total",
    "totals",
    "grand total",
    "summe",
    "gesamt",
    "insgesamt",
    "totale",
    "totaal",
    "suma",
    "copyright",
    "©",
    "(c)",
    "confidential",
    "generated",
    "created by",
    "created on",
    "exported",
    "report",
    "source:",
    "note:",
    "notes:",
    "page ",
    "end of",
    "filtered by",
    "applied filters",
    "as of ",
    "downloaded",
    "disclaimer",
    "all rights reserved",
    "vertraulich",
    "erstellt",
    "exportiert",
    "quelle:",
    "hinweis:",
    "ende des",
    "confidentiel",
    "généré",
    "rapport",
    "confidencial",
    "generado",
    "informe",
    "gerado",
    "riservato",
    "generato",
    "gegenereerd",
];

/// Whether a cell says that its record is a sum of others, be it of a period: `Total`, `Summe 03/2024`, `Subtotal March`.
pub fn is_total_label(cell: &str) -> bool {
    let cell = cell.trim();
    if cell.len() > 40 {
        return false;
    }
    let lower = cell.to_lowercase();
    let text = lower.trim_end_matches(':');
    let of_period = |rest: &str| {
        let mut words = rest.split([' ', ':', '/', '.', '-']).filter(|word| !word.is_empty()).peekable();
        words.peek().is_some() && words.all(is_of_period)
    };
    let begins = |total: &&str| {
        text.strip_prefix(*total)
            .is_some_and(|rest| rest.starts_with([' ', ':']) && of_period(rest))
    };
    TOTALS.contains(&text) || TOTALS.iter().any(begins)
}

/// Whether a word is a part of the name of a period: a number, a quarter, a week, a month in one of many languages.
fn is_of_period(word: &str) -> bool {
    const MONTHS: [&str; 44] = [
        "jan", "janv", "ene", "gen", "sty", "led", "oca", "feb", "fév", "fev", "lut", "úno", "şub", "mar", "mär", "mrz", "maa", "bře",
        "apr", "avr", "abr", "kwi", "dub", "nis", "may", "mai", "mei", "maj", "kvě", "jun", "jui", "giu", "cze", "jul", "lug", "lip",
        "aug", "aoû", "sep", "set", "oct", "okt", "nov", "dec",
    ];
    let is_number = word.bytes().all(|b| b.is_ascii_digit());
    let is_numbered = |letter: &str| {
        word.strip_prefix(letter)
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    let is_unit = matches!(
        word,
        "kw" | "q" | "week" | "month" | "monat" | "quartal" | "mois" | "mes" | "mese" | "maand" | "de" | "for" | "im"
    );
    is_number || is_numbered("q") || is_numbered("kw") || is_unit || MONTHS.iter().any(|month| word.starts_with(month))
}

/// A record near the end.
struct Last {
    line: Line,
    /// Where it starts in the text.
    at: usize,
    fields: usize,
    filled: usize,
    first: String,
    after_blank: bool,
    cut_off: bool,
}

/// Where the footer of a text starts, the line it starts on, and its lines, if there is one. The text is the end of a file; its first
/// `skip` records are none of the data. `width` is how many fields a record has as a rule.
pub(super) fn find(text: &str, mut records: Records<'_>, skip: u64, width: usize, patterns: &[Pattern]) -> Option<(usize, Vec<Line>)> {
    let mut last: VecDeque<Last> = VecDeque::new();
    let (mut number, mut expected) = (0, 0);
    while let Some(record) = records.read() {
        number += 1;
        let after_blank = number > 1 && record.line() > expected;
        let breaks = super::scan::count_lines(record.raw().as_bytes(), None);
        expected = record.line() + breaks + 1;
        if number <= skip {
            continue;
        }
        let mut filled = record.iter().filter(|c| !c.trim().is_empty());
        let first = filled.next().map(|c| c.trim().to_string());
        if last.len() == MOST + 1 {
            last.pop_front();
        }
        last.push_back(Last {
            line: Line {
                line: record.line(),
                text: record.raw().to_string(),
            },
            at: record.raw().as_ptr() as usize - text.as_ptr() as usize,
            fields: record.len(),
            filled: usize::from(first.is_some()) + filled.count(),
            first: first.unwrap_or_default(),
            after_blank,
            cut_off: record.cut_off(),
        });
    }
    let last: Vec<Last> = last.into();
    let stated = |r: &Last| patterns.iter().any(|p| p.matches(&r.first));
    let lonely = |r: &Last| r.filled == 1 && width >= 3;
    let pair = |r: &Last| r.filled == 2 && r.fields < width && width >= 4;
    let total = |r: &Last| r.fields >= width.min(2) && width >= 2 && is_total(&r.first) && (width - r.filled.min(width)) * 2 >= width - 1;
    let could = |r: &Last| !r.cut_off && (r.filled == 0 || lonely(r) || pair(r) || total(r) || stated(r));
    let run = last.iter().rev().take_while(|r| could(r)).count();
    let from = last.len() - run;
    // A table of nothing but footer lines is a table.
    if from == 0 {
        let other = last.iter().all(|r| !stated(r));
        if other {
            return None;
        }
    }
    let after_gap = |i: usize| last[i].after_blank || (i > from && last[i - 1].filled == 0);
    let starts = |i: usize| {
        let r = &last[i];
        stated(r) || total(r) || ((lonely(r) || (pair(r) && r.after_blank)) && (after_gap(i) || is_note(&r.first)))
    };
    let mut start = (from..last.len()).find(|&i| starts(i))?;
    while start > from && last[start - 1].filled == 0 {
        start -= 1;
    }
    let at = last[start].at;
    Some((at, last.into_iter().skip(start).map(|r| r.line).collect()))
}

fn is_total(cell: &str) -> bool {
    let lower = cell.trim_end_matches([':', ' ']).to_lowercase();
    TOTALS.contains(&lower.as_str()) || lower.starts_with("grand total") || lower.starts_with("total for ")
}

/// Whether a cell begins with words of a footer, or counts records.
fn is_note(cell: &str) -> bool {
    let lower = cell.to_lowercase();
    let word = |note: &str| {
        lower.strip_prefix(note).is_some_and(|rest| {
            let ends_open = !note.ends_with(char::is_alphanumeric);
            ends_open || !rest.starts_with(char::is_alphanumeric)
        })
    };
    let count = lower.split_once(' ').is_some_and(|(n, what)| {
        n.bytes().all(|b| b.is_ascii_digit() || b == b',' || b == b'.')
            && !n.is_empty()
            && ["records", "rows", "record(s)", "row(s)", "zeilen", "datensätze"].contains(&what.trim_end_matches('.'))
    });
    count || NOTES.iter().any(|note| word(note))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_of_periods_are_totals() {
        for cell in [
            "Total",
            "Summe:",
            "Summe 03/2024",
            "Zwischensumme März 2024",
            "Subtotal Q1",
            "Total for March",
            "Razem 2024",
        ] {
            assert!(is_total_label(cell), "{cell}");
        }
        for cell in ["Total Care Shampoo", "Totally", "Summer 2024", "Sum 41 Album CD", ""] {
            assert!(!is_total_label(cell), "{cell}");
        }
    }
    use crate::ingest::dialect::Dialect;
    use crate::ingest::general::Rules;

    /// The lines of the footer of a table with three columns and a header row.
    fn of(text: &str) -> Vec<u64> {
        with(text, &[])
    }

    fn with(text: &str, patterns: &[&str]) -> Vec<u64> {
        let dialect = Dialect::default();
        let rules = Rules {
            dialect: &dialect,
            width: 3,
        };
        let records = Records::careful(text, text.as_bytes(), rules, 1, 1, true);
        let patterns: Vec<Pattern> = patterns.iter().map(|p| Pattern::new(p).unwrap()).collect();
        let found = find(text, records, 1, 3, &patterns);
        found.map_or(Vec::new(), |(at, lines)| {
            assert!(text[at..].starts_with(&lines[0].text));
            lines.iter().map(|l| l.line).collect()
        })
    }

    const TABLE: &str = "id,name,n\n1,a,5\n2,b,6\n";

    #[test]
    fn notes() {
        assert_eq!(of(&format!("{TABLE}\nAcme Inc.\nPrinted today\n")), [5, 6]);
        assert_eq!(of(&format!("{TABLE}Copyright (c) 2024\n")), [4]);
        assert_eq!(
            of(&format!("{TABLE}\n\"Confidential Information - Do Not Distribute\"\nCopyright\n")),
            [5, 6]
        );
        assert_eq!(of(&format!("{TABLE}Generated by X,,\n")), [4]);
        assert_eq!(of(&format!("{TABLE},,\nEnde,,\n")), [4, 5]);
        assert_eq!(of(&format!("{TABLE}Erstellt am 1.1.2024\n")), [4]);
        assert_eq!(of(&format!("{TABLE}2 rows\n")), [4]);
    }

    #[test]
    fn totals() {
        assert_eq!(of(&format!("{TABLE}TOTAL,,11\n")), [4]);
        assert_eq!(of(&format!("{TABLE},Summe:,11\n")), [4]);
        assert_eq!(of(&format!("{TABLE}Grand Total,,11\n\nCopyright\n")), [4, 6]);
        // A customer of that name.
        assert_eq!(of(&format!("{TABLE}Total Wine,b,11\n")), [0; 0]);
        assert_eq!(of(&format!("{TABLE}total,b,11\n")), [0; 0]);
    }

    #[test]
    fn records_stay() {
        assert_eq!(of(TABLE), [0; 0]);
        assert_eq!(of(&format!("{TABLE}3")), [0; 0]);
        assert_eq!(of(&format!("{TABLE}3,c")), [0; 0]);
        assert_eq!(of(&format!("{TABLE}3,\"c")), [0; 0]);
        assert_eq!(of(&format!("{TABLE}3,,\n")), [0; 0]);
        assert_eq!(of(&format!("{TABLE}Reporter,,\n")), [0; 0]);
        assert_eq!(of("id,name,n\n"), [0; 0]);
        assert_eq!(of("id,name,n\nTotal,,\n"), [0; 0]);
        assert_eq!(of(&format!("{TABLE}\n3,c,7\n")), [0; 0]);
    }

    #[test]
    fn what_is_stated() {
        assert_eq!(with(&format!("{TABLE}*** done,x,y\n"), &["[*]*"]), [4]);
        assert_eq!(with(&format!("{TABLE}*** done,x,y\n3,c,7\n"), &["[*]*"]), [0; 0]);
    }
}
