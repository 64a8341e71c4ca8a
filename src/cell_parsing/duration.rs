//! Durations: `3:25:10`, `1d 2h 5m`, `2 hours 5 minutes`, `90 min`, `PT1H30M`, and plain numbers of a stated unit.

use super::names::Word;
use super::{DecimalMark, ValueError, cleaned, parse_number};

/// What a plain number in a column of durations counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum DurationUnit {
    /// Seconds.
    Seconds,
    /// Minutes.
    #[default]
    Minutes,
    /// Hours.
    Hours,
    /// Days of 24 hours.
    Days,
}

impl DurationUnit {
    /// All units.
    pub const ALL: [DurationUnit; 4] = [
        DurationUnit::Seconds,
        DurationUnit::Minutes,
        DurationUnit::Hours,
        DurationUnit::Days,
    ];

    /// How a configuration names it.
    pub fn word(self) -> &'static str {
        match self {
            DurationUnit::Seconds => "seconds",
            DurationUnit::Minutes => "minutes",
            DurationUnit::Hours => "hours",
            DurationUnit::Days => "days",
        }
    }

    /// So many of the unit, in minutes. Seconds are divided: a sixtieth is no float.
    pub fn minutes(self, value: f64) -> f64 {
        match self {
            DurationUnit::Seconds => value / 60.0,
            DurationUnit::Minutes => value,
            DurationUnit::Hours => value * 60.0,
            DurationUnit::Days => value * 1_440.0,
        }
    }
}

/// Units by their names, in the languages of months, in lower case and without accents; in seconds.
const UNITS: [(&[&str], f64); 6] = [
    (&["ms", "msec", "msecs", "millisecond", "milliseconds", "millis"], 0.001),
    (
        &[
            "s", "sec", "secs", "second", "seconds", "sek", "sekunde", "sekunden", "seconde", "secondes", "seconden", "segundo",
            "segundos", "seg", "segs", "secondo", "secondi",
        ],
        1.0,
    ),
    (
        &[
            "m", "min", "mins", "minute", "minutes", "minuten", "minuto", "minutos", "minuti", "minuut", "mn",
        ],
        60.0,
    ),
    (
        &[
            "h", "hr", "hrs", "hour", "hours", "std", "stunde", "stunden", "heure", "heures", "hora", "horas", "hs", "ora", "ore", "uur",
            "uren", "u",
        ],
        3_600.0,
    ),
    (
        &[
            "d", "day", "days", "tag", "tage", "tagen", "t", "jour", "jours", "j", "dia", "dias", "giorno", "giorni", "gg", "dag", "dagen",
        ],
        86_400.0,
    ),
    (
        &[
            "w",
            "week",
            "weeks",
            "wk",
            "wks",
            "woche",
            "wochen",
            "semaine",
            "semaines",
            "sem",
            "semana",
            "semanas",
            "settimana",
            "settimane",
            "weken",
        ],
        604_800.0,
    ),
];

/// Words between two parts.
const AND: [&str; 6] = ["and", "und", "et", "y", "e", "en"];

/// Reads a duration, in minutes: a clock `H:MM`, `H:MM:SS` or `D:HH:MM:SS` (hours may exceed 24) with days before it or not (`1 day,
/// 2:05:00`), numbers with units, ISO 8601, or a plain number of the unit. A minus before it, or parentheses around it, is kept: a deadline
/// that was missed by so much.
///
/// # Errors
/// When the cell has another shape, or names months or years, whose length is not fixed; as [`parse_number`] for a plain number.
pub fn parse_duration(cell: &str, unit: DurationUnit, mark: DecimalMark) -> Result<f64, ValueError> {
    let error = match parse_number(cell, mark) {
        Ok(number) => return Ok(unit.minutes(number)),
        Err(error) => error,
    };
    let clean = cleaned(cell);
    let (negative, text) = match clean.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest.trim_start()),
        None => match clean.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
            Some(inner) => (true, inner.trim()),
            None => (false, &*clean),
        },
    };
    let seconds = match text.strip_prefix(['P', 'p']) {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit() || c == 'T' || c == 't') => iso(rest),
        _ => parts(text, mark),
    };
    match seconds {
        Some(seconds) => Ok(if negative { -seconds } else { seconds } / 60.0),
        // A plain number that is none has a better reason than that it is no duration.
        None if text.contains(|c: char| c.is_alphabetic() || c == ':') => Err(ValueError::Duration),
        None => Err(error),
    }
}

/// `1DT2H30M`, after its `P`: seconds. Months and years are refused.
fn iso(text: &str) -> Option<f64> {
    let (days, time) = match text.split_once(['T', 't']) {
        Some((_, "")) => return None,
        Some((days, time)) => (days, time),
        None => (text, ""),
    };
    let mut total = 0.0;
    for (mut text, units) in [
        (days, &[('W', 604_800.0), ('D', 86_400.0)][..]),
        (time, &[('H', 3_600.0), ('M', 60.0), ('S', 1.0)]),
    ] {
        let mut units = units.iter();
        while !text.is_empty() {
            let end = text.find(|c: char| c.is_ascii_alphabetic())?;
            let letter = text.as_bytes()[end].to_ascii_uppercase() as char;
            // Each unit once, from the longest to the shortest.
            let (_, seconds) = units.find(|(name, _)| *name == letter)?;
            total += decimal(&text[..end])? * seconds;
            text = &text[end + 1..];
        }
    }
    Some(total)
}

/// Digits with at most one point or comma, as a clock or ISO 8601 has them.
fn decimal(text: &str) -> Option<f64> {
    let digits = text.strip_suffix(|c: char| c.is_ascii_digit())?;
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',') && text.starts_with(|c: char| c.is_ascii_digit());
    plain.then(|| text.replace(',', ".").parse().ok()).flatten()
}

/// `2:05`, `26:05:10.5`, `1:02:03:04`: seconds.
fn clock(text: &str) -> Option<f64> {
    let parts: Vec<&str> = text.split(':').collect();
    let scales: &[f64] = match parts.len() {
        2 => &[3_600.0, 60.0],
        3 => &[3_600.0, 60.0, 1.0],
        4 => &[86_400.0, 3_600.0, 60.0, 1.0],
        _ => return None,
    };
    let mut total = 0.0;
    for (at, (part, scale)) in parts.iter().zip(scales).enumerate() {
        // Only seconds have decimals; only the first part may have any number of digits and exceed what it counts.
        let whole = part.split(['.', ',']).next().unwrap_or("");
        let value = decimal(part).filter(|_| *scale == 1.0 || whole.len() == part.len())?;
        let most = if *scale == 3_600.0 { 24.0 } else { 60.0 };
        if at > 0 && (whole.len() != 2 || value >= most) {
            return None;
        }
        total += value * scale;
    }
    Some(total)
}

/// Numbers with units, and a clock at the end or not: seconds. Units come from the longest to the shortest, each once.
fn parts(text: &str, mark: DecimalMark) -> Option<f64> {
    let mut rest = text;
    let mut total = 0.0;
    let mut below = f64::INFINITY;
    loop {
        if rest.contains(':') && !rest.contains(char::is_alphabetic) && below > 3_600.0 {
            return Some(total + clock(rest.trim())?);
        }
        let end = rest.find(|c: char| c.is_alphabetic())?;
        // A comma after a unit and before the next number is none of the number's.
        let number = rest[..end].trim();
        let word = Word::at(&rest.as_bytes()[end..])?;
        let (_, scale) = UNITS.iter().find(|(names, _)| names.contains(&word.as_str()))?;
        if *scale >= below {
            return None;
        }
        let value = parse_number(number, mark).ok().filter(|v| *v >= 0.0 && !number.contains('%'))?;
        total += value * scale;
        below = *scale;
        rest = rest[end + word.width..].trim_start_matches(['.', ',', ';', ' ']);
        if let Some(word) = Word::at(rest.as_bytes()).filter(|word| AND.contains(&word.as_str())) {
            rest = rest[word.width..].trim_start();
        }
        if rest.is_empty() {
            return Some(total);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DurationUnit::{Days, Hours, Minutes, Seconds};

    fn read(cell: &str) -> Result<f64, ValueError> {
        parse_duration(cell, Minutes, DecimalMark::Auto)
    }

    #[test]
    fn many_ways_to_say_how_long() {
        for (cell, minutes) in [
            ("90", 90.0),
            ("1.5", 1.5),
            ("2:18", 138.0),
            ("22:17", 1_337.0),
            ("03:25:10", 205.0 + 1.0 / 6.0),
            ("26:00:00", 1_560.0),
            ("126:30", 7_590.0),
            ("0:00:30.5", 30.5 / 60.0),
            ("1:02:03:04", 1_440.0 + 123.0 + 4.0 / 60.0),
            ("-2:18", -138.0),
            ("(2:18)", -138.0),
            ("1d 2h 5m", 1_565.0),
            ("1d2h5m", 1_565.0),
            ("2 hours 5 minutes", 125.0),
            ("2 hours, 5 minutes and 30 seconds", 125.5),
            ("90 min", 90.0),
            ("90 min.", 90.0),
            ("1.5 h", 90.0),
            ("1,5 Std.", 90.0),
            ("1 day, 2:05:00", 1_565.0),
            ("2 days 03:04:05", 2.0 * 1_440.0 + 184.0 + 5.0 / 60.0),
            ("1 Tag 2 Stunden", 1_560.0),
            ("2 heures et 5 minutes", 125.0),
            ("1 día 2 horas", 1_560.0),
            ("3 ore e 5 minuti", 185.0),
            ("2 uur en 5 minuten", 125.0),
            ("1 semana", 10_080.0),
            ("250 ms", 0.25 / 60.0),
            ("PT1H30M", 90.0),
            ("P1DT2H", 1_560.0),
            ("PT0.5H", 30.0),
            ("-PT90S", -1.5),
            ("P2W", 20_160.0),
        ] {
            let read = read(cell).unwrap_or_else(|error| panic!("{cell}: {error}"));
            assert!((read - minutes).abs() < 1e-9, "{cell}: {read}");
        }
    }

    #[test]
    fn plain_numbers_count_the_unit() {
        let minutes = |unit| parse_duration("90", unit, DecimalMark::Point);
        assert_eq!((minutes(Seconds), minutes(Minutes)), (Ok(1.5), Ok(90.0)));
        assert_eq!((minutes(Hours), minutes(Days)), (Ok(5_400.0), Ok(129_600.0)));
        // A clock says its unit itself.
        assert_eq!(parse_duration("1:30", Hours, DecimalMark::Point), Ok(90.0));
        assert_eq!(parse_duration("1.234,5", Hours, DecimalMark::Comma), Ok(74_070.0));
        assert_eq!(
            parse_duration("1,234", Hours, DecimalMark::Auto),
            Err(ValueError::AmbiguousSeparator(','))
        );
    }

    #[test]
    fn no_durations() {
        for cell in [
            "soon",
            "1:75",
            "1:2",
            "1:02:60",
            "1:02:03:04:05",
            "P1M",
            "P1Y",
            "PT",
            "PT1M1H",
            "P1H",
            "1 month",
            "2 years",
            "5m 1h",
            "1h 1h",
            "h",
            "1.5:30",
            "12:30 PM",
            "1 day 2 apples",
            "ten minutes",
        ] {
            assert_eq!(read(cell), Err(ValueError::Duration), "{cell}");
        }
        assert_eq!(read(""), Err(ValueError::Empty));
        assert_eq!(read("5 5"), Err(ValueError::Grouping(' ')));
    }

    proptest::proptest! {
        #[test]
        fn clocks_are_sums(hours in 0u32..500, minutes in 0u32..60, seconds in 0u32..60) {
            let read = parse_duration(&format!("{hours}:{minutes:02}:{seconds:02}"), Days, DecimalMark::Auto).unwrap();
            let wanted = f64::from(hours * 3_600 + minutes * 60 + seconds) / 60.0;
            proptest::prop_assert!((read - wanted).abs() < 1e-9);
        }

        #[test]
        fn any_text_is_read_or_refused(cell in "\\PC{0,20}|-?P?T?[0-9:.,]{0,6}[hmsdHMSDTW :]{0,3}[0-9:]{0,5}[a-z ]{0,6}") {
            let _ = parse_duration(&cell, Minutes, DecimalMark::Auto);
        }
    }
}
