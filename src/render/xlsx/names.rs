//! Names and texts within the limits that workbooks have.

/// The longest text of a cell, in UTF-16 units.
const CELL: usize = 32_767;

/// What marks a text that was cut.
const CUT: &str = " [cut]";

/// A text of at most this number of UTF-16 units; a longer one is cut, and says so.
pub fn cut(text: &str, most: usize) -> String {
    if text.len() <= most || text.encode_utf16().count() <= most {
        return text.to_string();
    }
    format!("{}{CUT}", head(text, most - CUT.len()))
}

/// Its beginning, of at most this number of UTF-16 units.
fn head(text: &str, most: usize) -> &str {
    let mut used = 0;
    let end = text.char_indices().find(|(_, c)| {
        used += c.len_utf16();
        used > most
    });
    &text[..end.map_or(text.len(), |(at, _)| at)]
}

/// The text of a cell. The writer takes a text between these two marks for one that is already XML: a blank in front makes it a text again.
pub fn cell(text: &str) -> String {
    let text = cut(text, CELL - 1);
    if text.starts_with("<r>") { format!(" {text}") } else { text }
}

/// The name of a sheet: at most 31 units, without what has a meaning in references, unlike those before it.
pub fn sheet(wanted: &str, taken: &[String]) -> String {
    let clean: String = wanted
        .chars()
        .map(|c| {
            if matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\n') {
                ' '
            } else {
                c
            }
        })
        .collect();
    let clean = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    let clean = head(&clean, 31).trim_matches(|c: char| c == '\'' || c.is_whitespace());
    // The name of the change history, which no sheet may have.
    let clean = if clean.is_empty() || clean.eq_ignore_ascii_case("history") {
        "Sheet"
    } else {
        clean
    };
    unlike(clean, 31, taken)
}

/// Titles of a table's columns: texts of one line of at most 255 units, none of them empty or like another. A table keeps its titles a
/// second time, where `_x41_` means a letter; so similar text is split.
pub fn titles(wanted: impl Iterator<Item = String>) -> Vec<String> {
    let mut titles: Vec<String> = Vec::new();
    for (text, number) in wanted.zip(1..) {
        let text = parted(&cell(&text.replace(['\n', '\r', '\t'], " ")));
        let text = if text.trim().is_empty() { format!("Column {number}") } else { text };
        titles.push(unlike(&cut(&text, 255), 255, &titles));
    }
    titles
}

/// The text with a blank in each `_x0041_`.
fn parted(text: &str) -> String {
    let is_escape = |at: usize| {
        let code = text.as_bytes().get(at + 2..at + 7);
        code.is_some_and(|code| code[..4].iter().all(u8::is_ascii_hexdigit) && code[4] == b'_')
    };
    let mut parted = String::with_capacity(text.len());
    let mut from = 0;
    for (at, _) in text.match_indices("_x").filter(|(at, _)| is_escape(*at)) {
        parted.push_str(&text[from..=at]);
        parted.push(' ');
        from = at + 1;
    }
    parted.push_str(&text[from..]);
    parted
}

/// The name, with a number if the name is taken; upper and lower case are the same.
fn unlike(name: &str, most: usize, taken: &[String]) -> String {
    let is_taken = |name: &str| taken.iter().any(|other| other.to_lowercase() == name.to_lowercase());
    if !is_taken(name) {
        return name.to_string();
    }
    let numbered = (2..).map(|number| {
        let number = format!(" ({number})");
        format!("{}{number}", head(name, most - number.len()).trim_end())
    });
    numbered.into_iter().find(|name| !is_taken(name)).expect("a number that is free")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_within_what_a_cell_holds() {
        assert_eq!(cell("=1+1"), "=1+1");
        assert_eq!(cell("<r>x</r>"), " <r>x</r>");
        let long = cell(&"\u{1f600}".repeat(40_000));
        assert!(long.encode_utf16().count() <= CELL && long.ends_with(" [cut]"), "{}", long.len());
        let exact = "x".repeat(CELL - 1);
        assert_eq!(cell(&exact), exact);
        assert_eq!(cut("abcdefgh", 7), "a [cut]");
    }

    #[test]
    fn names_of_sheets_are_allowed_and_unlike() {
        assert_eq!(sheet("What changed", &[]), "What changed");
        assert_eq!(sheet("'a[b]:c*d?e/f\\g'", &[]), "a b c d e f g");
        assert_eq!(sheet("", &[]), "Sheet");
        assert_eq!(sheet("History", &["Sheet".into()]), "Sheet (2)");
        let long = sheet(&"é".repeat(40), &[]);
        assert_eq!(long.chars().count(), 31);
        assert_eq!(
            sheet(&"É".repeat(40), std::slice::from_ref(&long)),
            format!("{} (2)", "É".repeat(27))
        );
    }

    #[test]
    fn titles_of_columns_are_unlike() {
        let titles = titles(["n", "N", "", "n", "_x0041_", "a\nb", "tier_x"].map(String::from).into_iter());
        assert_eq!(titles, ["n", "N (2)", "Column 3", "n (3)", "_ x0041_", "a b", "tier_x"]);
    }
}
