//! Time zones as cells write them after a time: offsets, abbreviations, IANA names, and the long names of Rails, Windows and CLDR.
//!
//! An abbreviation stands for one offset, by the table below; one that several regions use for different offsets is refused. An IANA or
//! a long name stands for the zone with its summer time. So does Windows' `Eastern Standard Time`, which is its name of the zone, the
//! summer included.

use std::collections::HashMap;
use std::sync::{LazyLock, RwLock};

use super::ValueError;
use super::cursor::Cursor;
use crate::period::Zone;

/// What a cell says after its time of day about where that time holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shift {
    /// Seconds east of UTC.
    Seconds(i32),
    /// A zone with its changes.
    Zone(&'static Zone),
}

/// Abbreviations and minutes east of UTC.
const ABBREVIATIONS: &[(&str, i32)] = &[
    ("UTC", 0),
    ("GMT", 0),
    ("UT", 0),
    ("Z", 0),
    // North America
    ("NST", -210),
    ("NDT", -150),
    ("ADT", -180),
    ("EST", -300),
    ("EDT", -240),
    ("CST", -360),
    ("CDT", -300),
    ("MST", -420),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
    ("AKST", -540),
    ("AKDT", -480),
    ("HST", -600),
    // South America
    ("BRT", -180),
    ("BRST", -120),
    ("ART", -180),
    ("CLT", -240),
    ("CLST", -180),
    ("COT", -300),
    ("PET", -300),
    // Europe
    ("WET", 0),
    ("WEST", 60),
    ("BST", 60),
    ("CET", 60),
    ("CEST", 120),
    ("MEZ", 60),
    ("MESZ", 120),
    ("EET", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("TRT", 180),
    // Africa
    ("WAT", 60),
    ("CAT", 120),
    ("SAST", 120),
    ("EAT", 180),
    // Asia
    ("PKT", 300),
    ("ICT", 420),
    ("WIB", 420),
    ("HKT", 480),
    ("SGT", 480),
    ("PHT", 480),
    ("AWST", 480),
    ("JST", 540),
    ("KST", 540),
    // Australia and New Zealand
    ("ACST", 570),
    ("ACDT", 630),
    ("AEST", 600),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
];

/// Abbreviations in use for more than one offset, and what they may mean.
const AMBIGUOUS: &[(&str, &str)] = &[
    ("IST", "India, Israel or Ireland"),
    ("AST", "Atlantic or Arabia"),
    ("GST", "Gulf or South Georgia"),
    ("SST", "Samoa or Singapore"),
    ("ECT", "Ecuador or the Caribbean"),
    ("AMT", "Amazon or Armenia"),
];

/// Long names and the IANA zone of each.
const LONG: &[(&str, &str)] = &[
    ("pt", "America/Los_Angeles"),
    ("mt", "America/Denver"),
    ("ct", "America/Chicago"),
    ("et", "America/New_York"),
    // Rails, as Square, Zendesk and Shopify write them
    ("hawaii", "Pacific/Honolulu"),
    ("alaska", "America/Juneau"),
    ("pacific time (us & canada)", "America/Los_Angeles"),
    ("arizona", "America/Phoenix"),
    ("mountain time (us & canada)", "America/Denver"),
    ("central time (us & canada)", "America/Chicago"),
    ("eastern time (us & canada)", "America/New_York"),
    ("indiana (east)", "America/Indiana/Indianapolis"),
    ("atlantic time (canada)", "America/Halifax"),
    ("newfoundland", "America/St_Johns"),
    ("mexico city", "America/Mexico_City"),
    ("bogota", "America/Bogota"),
    ("lima", "America/Lima"),
    ("santiago", "America/Santiago"),
    ("brasilia", "America/Sao_Paulo"),
    ("buenos aires", "America/Argentina/Buenos_Aires"),
    ("lisbon", "Europe/Lisbon"),
    ("london", "Europe/London"),
    ("edinburgh", "Europe/London"),
    ("dublin", "Europe/Dublin"),
    ("amsterdam", "Europe/Amsterdam"),
    ("berlin", "Europe/Berlin"),
    ("bern", "Europe/Zurich"),
    ("zurich", "Europe/Zurich"),
    ("brussels", "Europe/Brussels"),
    ("copenhagen", "Europe/Copenhagen"),
    ("madrid", "Europe/Madrid"),
    ("paris", "Europe/Paris"),
    ("prague", "Europe/Prague"),
    ("rome", "Europe/Rome"),
    ("stockholm", "Europe/Stockholm"),
    ("vienna", "Europe/Vienna"),
    ("warsaw", "Europe/Warsaw"),
    ("athens", "Europe/Athens"),
    ("bucharest", "Europe/Bucharest"),
    ("helsinki", "Europe/Helsinki"),
    ("kyiv", "Europe/Kiev"),
    ("istanbul", "Europe/Istanbul"),
    ("moscow", "Europe/Moscow"),
    ("jerusalem", "Asia/Jerusalem"),
    ("riyadh", "Asia/Riyadh"),
    ("abu dhabi", "Asia/Dubai"),
    ("mumbai", "Asia/Kolkata"),
    ("new delhi", "Asia/Kolkata"),
    ("chennai", "Asia/Kolkata"),
    ("kolkata", "Asia/Kolkata"),
    ("bangkok", "Asia/Bangkok"),
    ("jakarta", "Asia/Jakarta"),
    ("beijing", "Asia/Shanghai"),
    ("hong kong", "Asia/Hong_Kong"),
    ("singapore", "Asia/Singapore"),
    ("taipei", "Asia/Taipei"),
    ("perth", "Australia/Perth"),
    ("tokyo", "Asia/Tokyo"),
    ("seoul", "Asia/Seoul"),
    ("adelaide", "Australia/Adelaide"),
    ("brisbane", "Australia/Brisbane"),
    ("melbourne", "Australia/Melbourne"),
    ("sydney", "Australia/Sydney"),
    ("canberra", "Australia/Melbourne"),
    ("auckland", "Pacific/Auckland"),
    ("wellington", "Pacific/Auckland"),
    // Windows, as Dynamics and Exchange write them
    ("hawaiian standard time", "Pacific/Honolulu"),
    ("alaskan standard time", "America/Anchorage"),
    ("pacific standard time", "America/Los_Angeles"),
    ("us mountain standard time", "America/Phoenix"),
    ("mountain standard time", "America/Denver"),
    ("central standard time", "America/Chicago"),
    ("canada central standard time", "America/Regina"),
    ("eastern standard time", "America/New_York"),
    ("us eastern standard time", "America/Indiana/Indianapolis"),
    ("atlantic standard time", "America/Halifax"),
    ("newfoundland standard time", "America/St_Johns"),
    ("sa pacific standard time", "America/Bogota"),
    ("e. south america standard time", "America/Sao_Paulo"),
    ("argentina standard time", "America/Argentina/Buenos_Aires"),
    ("gmt standard time", "Europe/London"),
    ("greenwich standard time", "Atlantic/Reykjavik"),
    ("w. europe standard time", "Europe/Berlin"),
    ("central europe standard time", "Europe/Budapest"),
    ("romance standard time", "Europe/Paris"),
    ("central european standard time", "Europe/Warsaw"),
    ("e. europe standard time", "Europe/Chisinau"),
    ("gtb standard time", "Europe/Bucharest"),
    ("fle standard time", "Europe/Kiev"),
    ("turkey standard time", "Europe/Istanbul"),
    ("russian standard time", "Europe/Moscow"),
    ("israel standard time", "Asia/Jerusalem"),
    ("arab standard time", "Asia/Riyadh"),
    ("arabian standard time", "Asia/Dubai"),
    ("india standard time", "Asia/Kolkata"),
    ("se asia standard time", "Asia/Bangkok"),
    ("china standard time", "Asia/Shanghai"),
    ("singapore standard time", "Asia/Singapore"),
    ("w. australia standard time", "Australia/Perth"),
    ("tokyo standard time", "Asia/Tokyo"),
    ("korea standard time", "Asia/Seoul"),
    ("cen. australia standard time", "Australia/Adelaide"),
    ("aus eastern standard time", "Australia/Sydney"),
    ("e. australia standard time", "Australia/Brisbane"),
    ("new zealand standard time", "Pacific/Auckland"),
    ("south africa standard time", "Africa/Johannesburg"),
    // CLDR, as browsers write them
    ("pacific time", "America/Los_Angeles"),
    ("mountain time", "America/Denver"),
    ("central time", "America/Chicago"),
    ("eastern time", "America/New_York"),
    ("pacific daylight time", "America/Los_Angeles"),
    ("mountain daylight time", "America/Denver"),
    ("central daylight time", "America/Chicago"),
    ("eastern daylight time", "America/New_York"),
    ("central european time", "Europe/Berlin"),
    ("central european summer time", "Europe/Berlin"),
    ("british summer time", "Europe/London"),
    ("greenwich mean time", "UTC"),
    ("coordinated universal time", "UTC"),
];

/// Zones that cells have named so far, and names that are none. Their number is bounded by that of the zones.
static KNOWN: LazyLock<RwLock<HashMap<String, Option<&'static Zone>>>> = LazyLock::new(RwLock::default);
/// So many names are remembered; a column of garbage must not fill the memory.
const REMEMBERED: usize = 2_000;

/// The zone of an IANA name, made once.
fn iana(name: &str) -> Option<&'static Zone> {
    if let Some(known) = KNOWN.read().ok()?.get(name) {
        return *known;
    }
    let zone = Zone::parse(name).ok();
    let mut known = KNOWN.write().ok()?;
    if let Some(known) = known.get(name) {
        return *known;
    }
    let zone = zone.map(|zone| {
        // Two spellings of a name share one zone.
        let same = known.values().flatten().copied().find(|k| **k == zone);
        same.unwrap_or_else(|| Box::leak(Box::new(zone)))
    });
    if known.len() < REMEMBERED {
        known.insert(name.to_string(), zone);
    }
    zone
}

/// What a zone's name, label or offset stands for.
fn named(text: &str) -> Result<Shift, ValueError> {
    let is = |word: &str| word.eq_ignore_ascii_case(text);
    if let Some((_, minutes)) = ABBREVIATIONS.iter().find(|(word, _)| is(word)) {
        return Ok(Shift::Seconds(minutes * 60));
    }
    if let Some(&(word, meanings)) = AMBIGUOUS.iter().find(|(word, _)| is(word)) {
        return Err(ValueError::AmbiguousZone(word, meanings));
    }
    let name = match LONG.iter().find(|(label, _)| is(label)) {
        Some((_, name)) => name,
        // The bundled database has other names without a slash; they are the abbreviations above, or `Cuba`.
        None if text.contains('/') && text.len() <= 40 => text,
        None => return Err(ValueError::UnknownZone),
    };
    iana(name).map(Shift::Zone).ok_or(ValueError::UnknownZone)
}

/// Reads all of what stands after a time of day, without outer blanks: nothing, an offset, a zone, either in parentheses or brackets.
/// After an offset a text in parentheses or brackets is a comment: the offset is the instant's.
pub(super) fn shift(text: &str) -> Result<Option<Shift>, ValueError> {
    if text.is_empty() {
        return Ok(None);
    }
    if text.len() > 120 {
        return Err(ValueError::UnknownZone);
    }
    let enclosed = |text: &str| (text.starts_with('(') && text.ends_with(')')) || (text.starts_with('[') && text.ends_with(']'));
    if enclosed(text) && !text[1..text.len() - 1].contains([')', ']']) {
        return shift(text[1..text.len() - 1].trim());
    }
    // `(GMT-08:00) Pacific Time (US & Canada)`: the offset is the winter's, the name is the zone.
    if let Some((offset, name)) = text.strip_prefix('(').and_then(|t| t.split_once(')'))
        && matches!(shift(offset.trim()), Ok(Some(Shift::Seconds(_))))
    {
        return shift(name.trim());
    }
    let Some((seconds, rest)) = offset(text)? else {
        return named(text).map(Some);
    };
    let rest = rest.trim_start();
    match rest.is_empty() || enclosed(rest) {
        true => Ok(Some(Shift::Seconds(seconds))),
        false => Err(ValueError::UnknownZone),
    }
}

/// The offset at the start of a text: `Z`, `+02`, `+0200`, `+02:00`, or `GMT+2`, `UTC-5:30`; and the rest.
fn offset(text: &str) -> Result<Option<(i32, &str)>, ValueError> {
    let word = text
        .get(..3)
        .filter(|w| w.eq_ignore_ascii_case("UTC") || w.eq_ignore_ascii_case("GMT"));
    if word.is_some()
        && let rest = text[3..].trim_start()
        && rest.starts_with(['+', '-', '\u{2212}'])
    {
        // One digit of hours is enough after the word.
        let sign = if rest.starts_with('+') { 1 } else { -1 };
        let rest = rest.trim_start_matches(['+', '-', '\u{2212}']);
        let mut cursor = Cursor::new(rest);
        let (hours, count) = cursor.digits(2);
        let colon = cursor.eat(b':');
        let (minutes, more) = cursor.digits(2);
        let whole = if colon { more == 2 } else { more == 0 || (more == 2 && count == 2) };
        if count == 0 || !whole || hours > 18 || minutes > 59 {
            return Err(ValueError::Offset);
        }
        return Ok(Some((sign * (hours as i32 * 3_600 + minutes as i32 * 60), &rest[cursor.at..])));
    }
    let signed = text.starts_with(['+', '-', '\u{2212}']);
    let zulu = text.eq_ignore_ascii_case("z") || text.strip_prefix(['Z', 'z']).is_some_and(|t| t.starts_with(['(', '[', ' ']));
    if !signed && !zulu && word.is_none_or(|w| text[w.len()..].starts_with(char::is_alphanumeric)) {
        return Ok(None);
    }
    let mut cursor = Cursor::new(text);
    let found = cursor.offset()?;
    Ok(found.map(|seconds| (seconds, &text[cursor.at..])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Option<i32> {
        match shift(text) {
            Ok(Some(Shift::Seconds(seconds))) => Some(seconds),
            _ => None,
        }
    }

    fn zone(text: &str) -> Option<&'static str> {
        match shift(text) {
            Ok(Some(Shift::Zone(zone))) => Some(zone.name()),
            _ => None,
        }
    }

    #[test]
    fn offsets() {
        for (text, hours) in [
            ("Z", 0.0),
            ("+0100", 1.0),
            ("+01:00", 1.0),
            ("-07", -7.0),
            ("GMT+2", 2.0),
            ("(GMT+1)", 1.0),
            ("UTC-5:30", -5.5),
            ("UTC +02:00", 2.0),
            ("(UTC)", 0.0),
            ("[UTC]", 0.0),
            ("GMT", 0.0),
            ("GMT+0200 (Central European Summer Time)", 2.0),
            ("+01:00[Europe/Berlin]", 1.0),
            ("Z[UTC]", 0.0),
            ("\u{2212}03:00", -3.0),
        ] {
            assert_eq!(seconds(text), Some((hours * 3600.0) as i32), "{text}");
        }
        for text in ["GMT+", "GMT+20", "+1", "+01:0", "GMT+2x", "+0100 x", "GMT+2:5"] {
            assert!(shift(text).is_err(), "{text}");
        }
        assert_eq!(shift(""), Ok(None));
    }

    #[test]
    fn abbreviations_are_one_offset_each() {
        for (text, hours) in [
            ("EST", -5.0),
            ("EDT", -4.0),
            ("pst", -8.0),
            ("PDT", -7.0),
            ("CET", 1.0),
            ("CEST", 2.0),
            ("BST", 1.0),
            ("JST", 9.0),
            ("ACST", 9.5),
            ("NZDT", 13.0),
            ("(CET)", 1.0),
        ] {
            assert_eq!(seconds(text), Some((hours * 3600.0) as i32), "{text}");
        }
        assert_eq!(shift("IST"), Err(ValueError::AmbiguousZone("IST", "India, Israel or Ireland")));
        assert_eq!(shift("XYZ"), Err(ValueError::UnknownZone));
        for (at, (word, _)) in ABBREVIATIONS.iter().enumerate() {
            assert!(ABBREVIATIONS[..at].iter().all(|(w, _)| w != word), "{word} stands twice");
            assert!(AMBIGUOUS.iter().all(|(w, _)| w != word), "{word}");
        }
    }

    #[test]
    fn names_are_zones() {
        assert_eq!(zone("Europe/Berlin"), Some("Europe/Berlin"));
        assert_eq!(zone("[europe/berlin]"), Some("Europe/Berlin"));
        assert_eq!(zone("Pacific Time (US & Canada)"), Some("America/Los_Angeles"));
        assert_eq!(zone("(GMT-08:00) Pacific Time (US & Canada)"), Some("America/Los_Angeles"));
        assert_eq!(zone("Romance Standard Time"), Some("Europe/Paris"));
        assert_eq!(shift("Europe/Nowhere"), Err(ValueError::UnknownZone));
        for (label, name) in LONG {
            assert_eq!(label.to_lowercase(), *label);
            assert!(Zone::parse(name).is_ok(), "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,20}|(GMT|UTC|Z)?[ (\\[]?[-+0-9:A-Za-z/]{0,8}[\\]) ]?\\PC{0,5}") {
            let _ = shift(text.trim());
        }
    }
}
