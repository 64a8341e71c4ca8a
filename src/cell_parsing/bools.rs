//! Yes and no.

use super::ValueError;
use super::names::Word;

/// Reads yes or no, in capitals or not: true/false, yes/no, their first letters, 1/0 (also as 1.0/0.0), an `x` or a tick for yes, a cross
/// for no, and the words of Dutch, French, German, Italian, Portuguese and Spanish with their first letters.
///
/// # Errors
/// [`ValueError::NotBool`] for anything else, the empty cell included.
pub fn parse_bool(cell: &str) -> Result<bool, ValueError> {
    // Without their accents, as words are compared.
    const YES: [&str; 23] = [
        "true",
        "yes",
        "y",
        "t",
        "x",
        "ja",
        "j",
        "oui",
        "o",
        "si",
        "s",
        "sim",
        "wahr",
        "vrai",
        "waar",
        "verdadero",
        "verdadeiro",
        "vero",
        "tak",
        "ano",
        "evet",
        "igen",
        "kylla",
    ];
    const NO: [&str; 19] = [
        "false", "no", "n", "f", "nein", "non", "nao", "nee", "falsch", "faux", "falso", "onwaar", "nej", "nei", "nie", "ne", "hayir",
        "nem", "ei",
    ];
    let cell = cell.trim();
    match cell {
        "1" | "true" | "True" | "TRUE" | "1.0" | "✓" | "✔" | "☑" | "✅" => return Ok(true),
        "0" | "false" | "False" | "FALSE" | "0.0" | "✗" | "✘" | "☐" | "❌" => return Ok(false),
        _ => {}
    }
    let word = Word::at(cell.as_bytes())
        .filter(|word| word.width == cell.len())
        .ok_or(ValueError::NotBool)?;
    if YES.contains(&word.as_str()) {
        Ok(true)
    } else if NO.contains(&word.as_str()) {
        Ok(false)
    } else {
        Err(ValueError::NotBool)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_and_no() {
        for cell in [
            "true",
            "TRUE",
            "Yes",
            "y",
            "1",
            "t",
            "x",
            "X",
            "ja",
            "Oui",
            "si",
            "Sí",
            "SÍ",
            " yes ",
            "J",
            "S",
            "O",
            "1.0",
            "vero",
            "Verdadeiro",
            "✓",
        ] {
            assert_eq!(parse_bool(cell), Ok(true), "{cell:?}");
        }
        for cell in [
            "false", "No", "N", "0", "F", "nein", "NON", "não", "NÃO", "Faux", "nao", "falso", "onwaar", "0.0", "✗",
        ] {
            assert_eq!(parse_bool(cell), Ok(false), "{cell:?}");
        }
        for cell in ["", "2", "maybe", "yesno", "on", "yes.", "10", "n/a", "-1"] {
            assert_eq!(parse_bool(cell), Err(ValueError::NotBool), "{cell:?}");
        }
    }
}
