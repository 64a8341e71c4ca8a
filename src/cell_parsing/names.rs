//! Months and weekdays by name: English, German, French, Spanish, Portuguese, Italian and Dutch, in full or cut short, with or without
//! their accents.
//!
//! A shortened name is any beginning of a full one that fits one month only: `Sep`, `Sept`, `aoû`, `mär`, and not `jui`, which may be
//! `juin` or `juillet`. Weekdays only check a date, so that a beginning may fit several of them (`ma` is Monday in Dutch and Tuesday
//! in French).

use super::cursor::Cursor;

/// The longest name has ten letters.
const LONGEST: usize = 12;

/// Names of the months in lower case without accents, and shortened forms that are no beginnings of them.
const MONTHS: [&[&str]; 12] = [
    &["january", "januar", "janner", "janvier", "enero", "janeiro", "gennaio", "januari"],
    &[
        "february",
        "februar",
        "feber",
        "fevrier",
        "febrero",
        "fevereiro",
        "febbraio",
        "februari",
    ],
    &["march", "marz", "maerz", "mars", "marzo", "marco", "maart", "mrz", "mrt"],
    &["april", "avril", "abril", "aprile"],
    &["may", "mai", "mayo", "maio", "maggio", "mei"],
    &["june", "juni", "juin", "junio", "junho", "giugno"],
    &["july", "juli", "juillet", "julio", "julho", "luglio"],
    &["august", "aout", "agosto", "augustus"],
    &["september", "septembre", "septiembre", "setembro", "settembre", "setiembre"],
    &["october", "oktober", "octobre", "octubre", "outubro", "ottobre"],
    &["november", "novembre", "noviembre", "novembro"],
    &["december", "dezember", "decembre", "diciembre", "dezembro", "dicembre"],
];

/// Names of the weekdays, Monday first.
const WEEKDAYS: [&[&str]; 7] = [
    &["monday", "montag", "lundi", "lunes", "segunda", "lunedi", "maandag"],
    &["tuesday", "dienstag", "mardi", "martes", "terca", "martedi", "dinsdag"],
    &["wednesday", "mittwoch", "mercredi", "miercoles", "quarta", "mercoledi", "woensdag"],
    &["thursday", "donnerstag", "jeudi", "jueves", "quinta", "giovedi", "donderdag"],
    &["friday", "freitag", "vendredi", "viernes", "sexta", "venerdi", "vrijdag"],
    &["saturday", "samstag", "sonnabend", "samedi", "sabado", "sabato", "zaterdag"],
    &["sunday", "sonntag", "dimanche", "domingo", "domenica", "zondag"],
];

/// A run of letters in lower case and without accents, and how many bytes of the text it takes.
pub(super) struct Word {
    letters: [u8; LONGEST],
    count: usize,
    /// Bytes in the text.
    pub width: usize,
}

impl Word {
    /// The letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.letters[..self.count]).unwrap_or_default()
    }

    /// The word at the start of a text; `None` if it starts otherwise, or with a word longer than any name.
    pub fn at(text: &[u8]) -> Option<Word> {
        // Of a text that goes on after the longest name with all its accents no more is looked at.
        let text = &text[..text.len().min(6 * LONGEST)];
        let text = match std::str::from_utf8(text) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&text[..error.valid_up_to()]).ok()?,
        };
        let mut word = Word {
            letters: [0; LONGEST],
            count: 0,
            width: 0,
        };
        for (at, c) in text.char_indices() {
            // An accent that follows its letter.
            if ('\u{300}'..='\u{36f}').contains(&c) && word.count > 0 {
                word.width = at + c.len_utf8();
                continue;
            }
            let Some(letter) = plain(c) else { break };
            *word.letters.get_mut(word.count)? = letter;
            word.count += 1;
            word.width = at + c.len_utf8();
        }
        (word.count > 0).then_some(word)
    }
}

/// A letter in lower case and without its accent.
fn plain(c: char) -> Option<u8> {
    Some(match c {
        'a'..='z' | 'A'..='Z' => c.to_ascii_lowercase() as u8,
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'À' | 'Á' | 'Â' | 'Ã' | 'Ä' => b'a',
        'ç' | 'Ç' => b'c',
        'è' | 'é' | 'ê' | 'ë' | 'È' | 'É' | 'Ê' | 'Ë' => b'e',
        'ì' | 'í' | 'î' | 'ï' | 'Ì' | 'Í' | 'Î' | 'Ï' => b'i',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'Ò' | 'Ó' | 'Ô' | 'Õ' | 'Ö' => b'o',
        'ù' | 'ú' | 'û' | 'ü' | 'Ù' | 'Ú' | 'Û' | 'Ü' => b'u',
        _ => return None,
    })
}

/// The set of rows (bit 0 the first) with a name that begins with the word.
fn matching(rows: &[&[&str]], word: &str, least: usize) -> u16 {
    let Some(first) = word.bytes().next().filter(|_| word.len() >= least) else {
        return 0;
    };
    let fits = |names: &[&str]| names.iter().any(|name| name.as_bytes()[0] == first && name.starts_with(word));
    rows.iter().enumerate().map(|(at, names)| u16::from(fits(names)) << at).sum()
}

/// Reads a month name of at least three letters: 1 to 12.
pub(super) fn month_name(cursor: &mut Cursor<'_>) -> Option<u32> {
    let word = Word::at(cursor.rest())?;
    let months = matching(&MONTHS, word.as_str(), 3);
    if months.count_ones() != 1 {
        return None;
    }
    cursor.at += word.width;
    Some(months.trailing_zeros() + 1)
}

/// Reads a weekday of at least two letters: the set of days it may be, bit 0 for Monday. `-feira` goes with the Portuguese ones.
pub(super) fn weekday_name(cursor: &mut Cursor<'_>) -> Option<u8> {
    let word = Word::at(cursor.rest())?;
    let days = matching(&WEEKDAYS, word.as_str(), 2);
    if days == 0 {
        return None;
    }
    cursor.at += word.width;
    if cursor.rest().get(..6).is_some_and(|rest| rest.eq_ignore_ascii_case(b"-feira")) {
        cursor.at += 6;
    }
    Some(days as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> Option<u32> {
        month_name(&mut Cursor::new(text))
    }

    #[test]
    fn months_in_seven_languages() {
        for (names, number) in [
            ("January Januar Jänner janvier enero janeiro gennaio januari jan ene gen", 1),
            ("February Februar février febrero fevereiro febbraio februari Feb fév fev", 2),
            ("March März Maerz mars marzo março maart Mar mrz mrt mär maa", 3),
            ("April avril abril aprile apr avr abr", 4),
            ("May Mai mayo maio maggio mei mag", 5),
            ("June Juni juin junio junho giugno jun giu", 6),
            ("July Juli juillet julio julho luglio jul juil lug", 7),
            ("August août aout aoû agosto augustus aug ago", 8),
            ("September septembre septiembre setembro settembre sep Sept set", 9),
            ("October Oktober octobre octubre outubro ottobre oct okt out ott", 10),
            ("November novembre noviembre novembro NOV", 11),
            ("December Dezember décembre diciembre dezembro dicembre DEC dez déc dic", 12),
        ] {
            for name in names.split(' ') {
                assert_eq!(month(name), Some(number), "{name}");
            }
        }
        // The accent after its letter, as some systems write it.
        assert_eq!(month("aou\u{302}t"), Some(8));
        for name in [
            "jui",
            "ju",
            "m",
            "",
            "ma",
            "Maybe",
            "xyz",
            "Septembers",
            "aaaaaaaaaaaaaaaaa",
            "三月",
        ] {
            assert_eq!(month(name), None, "{name}");
        }
    }

    #[test]
    fn no_two_months_share_a_name() {
        for (at, names) in MONTHS.iter().enumerate() {
            for name in *names {
                assert_eq!(matching(&MONTHS, name, 3), 1 << at, "{name}");
            }
        }
    }

    #[test]
    fn weekdays_may_leave_several_days() {
        let days = |text: &str| weekday_name(&mut Cursor::new(text));
        assert_eq!(days("Mon"), Some(1));
        assert_eq!(days("mercredi"), Some(1 << 2));
        assert_eq!(days("ma"), Some(0b11));
        assert_eq!(days("Do"), Some(1 << 3 | 1 << 6));
        assert_eq!(days("sáb"), Some(1 << 5));
        assert_eq!(days("x"), None);
        let mut cursor = Cursor::new("segunda-feira, 4");
        assert_eq!((weekday_name(&mut cursor), cursor.rest()), (Some(1), &b", 4"[..]));
    }
}
