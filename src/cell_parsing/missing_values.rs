//! What says that there is no value.
//!
//! A few words say so in every column. Others do so only where a number, a time, or yes or no is expected: somebody may be called `None`,
//! and a product `Nil`, but no amount is.

/// Whether a cell says nothing, whatever its column: blank, or alone in it `NA`, `N/A`, `n/a`, `NULL`, `null`, `#N/A`, `-` or `?`.
pub fn is_null(cell: &str) -> bool {
    // The longest of the words has four letters, so that a longer cell without outer blanks is decided at once.
    let bytes = cell.as_bytes();
    if bytes.len() > 4 && bytes[0].is_ascii_graphic() && bytes[bytes.len() - 1].is_ascii_graphic() {
        return false;
    }
    matches!(cell.trim(), "" | "-" | "?" | "NA" | "N/A" | "n/a" | "NULL" | "null" | "#N/A")
}

/// What formulas that failed leave in a cell.
const SHEET_ERRORS: [&str; 11] = [
    "#REF!",
    "#VALUE!",
    "#DIV/0!",
    "#NAME?",
    "#NUM!",
    "#NULL!",
    "#N/A",
    "#SPILL!",
    "#CALC!",
    "#ERROR!",
    "#GETTING_DATA",
];

/// Whether a cell holds the error of a spreadsheet's formula: nothing, in every column but a text.
pub fn is_sheet_error(cell: &str) -> bool {
    let cell = cell.trim();
    cell.starts_with('#') && SHEET_ERRORS.iter().any(|word| word.eq_ignore_ascii_case(cell))
}

/// Whether a cell is what databases and tools write for nothing and nobody is called: `\N`, `<NA>`, `(blank)`, `(null)`. No id either.
pub fn is_marked_nothing(cell: &str) -> bool {
    const WORDS: [&str; 9] = [
        "\\N", "<NA>", "<null>", "<none>", "<blank>", "<empty>", "(null)", "(blank)", "(empty)",
    ];
    let cell = cell.trim();
    matches!(cell.as_bytes().first(), Some(b'\\' | b'<' | b'(')) && WORDS.iter().any(|word| word.eq_ignore_ascii_case(cell))
}

/// Whether a cell says nothing where a number, a time, or yes or no is expected: as [`is_null`], [`is_sheet_error`] and
/// [`is_marked_nothing`], only dashes, or `None`, `NaN`, `nil`, `n.a.` and their like in any case.
pub fn is_no_value(cell: &str) -> bool {
    const WORDS: [&str; 21] = [
        "na",
        "n/a",
        "n.a.",
        "n.a",
        "null",
        "none",
        "(none)",
        "nan",
        "nil",
        "nat",
        "undefined",
        "?",
        "unknown",
        "unbekannt",
        "inconnu",
        "desconocido",
        "sconosciuto",
        "error",
        "k.a.",
        "n/d",
        "n.d.",
    ];
    let cell = cell.trim();
    match cell.as_bytes().first() {
        None => true,
        Some(b'0'..=b'9') => false,
        Some(_) => {
            (cell.len() <= 15 && cell.chars().all(|c| matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')))
                || WORDS.iter().any(|word| word.eq_ignore_ascii_case(cell))
                || is_sheet_error(cell)
                || is_marked_nothing(cell)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_said() {
        for cell in [
            "", "  ", "\t", "\u{a0}", "NA", " N/A ", "n/a", "NULL", "null", "#N/A", "-", " - ", "?",
        ] {
            assert!(is_null(cell), "{cell:?}");
            assert!(is_no_value(cell), "{cell:?}");
        }
        for cell in ["0", "--", "Na", "Null", "Nullable", "none", "A", "- -", "-1", "N/A2"] {
            assert!(!is_null(cell), "{cell:?}");
        }
    }

    #[test]
    fn no_value_where_one_is_expected() {
        for cell in [
            "--", "---", "—", "(blank)", "None", "none", "NaN", "nan", "nil", "\\N", "<NA>", "#VALUE!", "#DIV/0!", "#REF!", "#NAME?",
            "#NUM!", "#NULL!", " #ref! ", "NaT", "UNKNOWN", "Error",
        ] {
            assert!(is_no_value(cell), "{cell:?}");
        }
        for cell in ["0", "-1", "no", "nine", "unlimited", "#1", "(1)", "\\", "- -", "."] {
            assert!(!is_no_value(cell), "{cell:?}");
        }
    }

    #[test]
    fn nobody_is_called_that() {
        for cell in ["\\N", "<NA>", "(blank)", "(null)"] {
            assert!(is_marked_nothing(cell), "{cell}");
        }
        for cell in ["None", "NaN", "nil", "(Bob)", "<bob@x.org>", "-", "#12"] {
            assert!(!is_marked_nothing(cell) && !is_sheet_error(cell), "{cell}");
        }
        assert!(is_sheet_error("#REF!") && is_sheet_error(" #div/0! "));
    }
}
