//! Time zones with their changes of offset laid out in a table, so that a conversion costs a few nanoseconds.
//!
//! jiff reads the bundled tz database once, when a zone is made. From then on a zone is a list of stretches of constant offset
//! over 1900..2100; an instant before or after has the offset of the first or the last stretch.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::calendar::days_from_civil;
use crate::schema::{DAY, Micros};

const SECOND: Micros = 1_000_000;
/// The index has one entry for 2^41 microseconds, 25 days: hardly ever more than one change of offset in each.
const BUCKET_BITS: u32 = 41;
/// The widest fixed offset that is taken for one: 18 hours.
const MAX_FIXED: i64 = 18 * 3600;

/// A time zone. Clones share one table.
#[derive(Clone)]
pub struct Zone(Arc<Table>);

struct Table {
    name: String,
    /// When each stretch starts; the first one at the beginning of time.
    starts: Vec<Micros>,
    /// The offset of each stretch, in microseconds east of UTC.
    offsets: Vec<Micros>,
    /// The stretch at the start of each bucket of time, from `first_bucket` on.
    buckets: Vec<u16>,
    first_bucket: i64,
    max_offset: Micros,
}

/// How a civil time falls on the line of instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It happened once.
    Unique,
    /// Clocks jumped over it.
    Gap,
    /// It happened twice.
    Fold,
}

/// An instant found for a civil time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Local {
    /// The instant. In a gap the civil time is moved forward by the gap's length; in a fold it is the earlier of the two.
    pub at: Micros,
    /// Whether there was one such instant, none, or two.
    pub fit: Fit,
}

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Zone {
        Zone::fixed("UTC".into(), 0)
    }

    /// The zone of an IANA name (upper and lower case are the same), of `UTC` or `Z`, or of a fixed offset such as `+02:00`.
    ///
    /// # Errors
    /// What is wrong, for an offset of 18 hours or more and for an unknown name, then with the nearest one there is.
    pub fn parse(text: &str) -> Result<Zone, String> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("utc") || text.eq_ignore_ascii_case("z") {
            return Ok(Zone::utc());
        }
        if text.starts_with(['+', '-']) {
            let seconds = fixed_offset(text).ok_or_else(|| format!("`{text}` is not a valid offset; write it like +02:00"))?;
            let (sign, size) = (if seconds < 0 { '-' } else { '+' }, seconds.abs());
            return Ok(Zone::fixed(
                format!("{sign}{:02}:{:02}", size / 3600, size / 60 % 60),
                seconds * SECOND,
            ));
        }
        // The bundled database, never the machine's: the same input gives the same output everywhere.
        let database = TimeZoneDatabase::bundled();
        let known = database.available().find(|name| name.as_str().eq_ignore_ascii_case(text));
        let Some(name) = known else {
            let nearest = nearest_name(text, database.available().map(|name| name.to_string()));
            let hint = nearest.map_or(String::new(), |name| format!("; did you mean `{name}`?"));
            return Err(format!(
                "`{text}` is not a known time zone (an IANA name such as Europe/Berlin, UTC, or an offset such as +02:00){hint}"
            ));
        };
        let zone = database.get(name.as_str()).map_err(|e| format!("time zone `{name}`: {e}"))?;
        Ok(Zone::from_table(name.to_string(), &zone))
    }

    fn fixed(name: String, offset: Micros) -> Zone {
        Zone(Arc::new(Table {
            name,
            starts: vec![Micros::MIN],
            offsets: vec![offset],
            buckets: vec![0],
            first_bucket: 0,
            max_offset: offset,
        }))
    }

    fn from_table(name: String, zone: &TimeZone) -> Zone {
        let from = Timestamp::new(i64::from(days_from_civil(1900, 1, 1)) * 86_400, 0).expect("1900 is a timestamp");
        let until = i64::from(days_from_civil(2100, 1, 1)) * DAY;
        let mut starts = vec![Micros::MIN];
        let mut offsets = vec![i64::from(zone.to_offset(from).seconds()) * SECOND];
        for change in zone.following(from) {
            let at = change.timestamp().as_microsecond();
            if at >= until {
                break;
            }
            let offset = i64::from(change.offset().seconds()) * SECOND;
            // The database also lists changes of the abbreviation alone.
            if offsets.last() != Some(&offset) {
                starts.push(at);
                offsets.push(offset);
            }
        }
        let first_bucket = starts.get(1).map_or(0, |at| at >> BUCKET_BITS);
        let last_bucket = starts
            .last()
            .filter(|at| **at != Micros::MIN)
            .map_or(0, |at| (at >> BUCKET_BITS) + 1);
        let buckets = (first_bucket..=last_bucket)
            .map(|bucket| (starts.partition_point(|start| *start <= bucket << BUCKET_BITS) - 1) as u16)
            .collect();
        let max_offset = offsets.iter().copied().max().unwrap_or(0);
        Zone(Arc::new(Table {
            name,
            starts,
            offsets,
            buckets,
            first_bucket,
            max_offset,
        }))
    }

    /// The name: as the tz database spells it, `UTC`, or `+02:00`.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// When the stretches of constant offset start, the first at the beginning of time.
    pub(super) fn stretches(&self) -> &[Micros] {
        &self.0.starts
    }

    /// The offset of a stretch, in microseconds east of UTC.
    #[inline]
    pub(super) fn stretch_offset(&self, stretch: usize) -> Micros {
        self.0.offsets[stretch]
    }

    /// The stretch that holds an instant.
    #[inline]
    pub(super) fn stretch(&self, at: Micros) -> usize {
        let table = &*self.0;
        if table.starts.len() == 1 {
            return 0;
        }
        let bucket = (at >> BUCKET_BITS) - table.first_bucket;
        if bucket < 0 {
            return 0;
        }
        let mut stretch = table.buckets[(bucket as usize).min(table.buckets.len() - 1)] as usize;
        while stretch + 1 < table.starts.len() && table.starts[stretch + 1] <= at {
            stretch += 1;
        }
        stretch
    }

    /// An instant on the civil line: microseconds since 1970-01-01T00:00 by the zone's clocks.
    #[inline]
    fn local(&self, at: Micros) -> Micros {
        at.saturating_add(self.0.offsets[self.stretch(at)])
    }

    /// The offset at an instant, in seconds east of UTC.
    #[inline]
    pub fn offset_at(&self, at: Micros) -> i64 {
        self.0.offsets[self.stretch(at)] / SECOND
    }

    /// The civil day of an instant, in days since 1970-01-01.
    #[inline]
    pub fn day_of(&self, at: Micros) -> i32 {
        self.local(at).div_euclid(DAY) as i32
    }

    /// The civil day of an instant, and the microseconds by the clock since that day's 00:00.
    #[inline]
    pub fn civil(&self, at: Micros) -> (i32, Micros) {
        let local = self.local(at);
        (local.div_euclid(DAY) as i32, local.rem_euclid(DAY))
    }

    /// The first instant of a civil day. Where clocks jump over midnight it is the instant of the jump; a day that a zone
    /// skipped altogether starts, and ends, there. Where clocks go back over midnight it is the first of the two midnights; the
    /// repeated time before the second one then shows the day before ([`Zone::day_of`]) but lies after this instant.
    pub fn midnight(&self, day: i32) -> Micros {
        let local = i64::from(day).saturating_mul(DAY);
        match self.place(local) {
            (stretch, Fit::Gap) => self.0.starts[stretch],
            (stretch, _) => local.saturating_sub(self.0.offsets[stretch]),
        }
    }

    /// Whether an instant means a bare date: its clock shows 00:00, or it is the first instant of a day without a 00:00.
    #[inline]
    pub fn is_midnight(&self, at: Micros) -> bool {
        let stretch = self.stretch(at);
        let local = at.saturating_add(self.0.offsets[stretch]);
        local.rem_euclid(DAY) == 0 || (self.0.starts[stretch] == at && self.midnight(local.div_euclid(DAY) as i32) == at)
    }

    /// The instant of a date and time on this zone's clocks, as [`Zone::to_utc`] settles gaps and folds.
    pub fn instant(&self, at: jiff::civil::DateTime) -> Micros {
        let day = super::days_from_civil(i32::from(at.year()), at.month() as u32, at.day() as u32);
        let seconds = i64::from(at.hour()) * 3600 + i64::from(at.minute()) * 60 + i64::from(at.second());
        self.to_utc(day, seconds * 1_000_000 + i64::from(at.subsec_nanosecond()) / 1000).at
    }

    /// The instant of a civil time, given as a day and the microseconds by the clock since its 00:00.
    pub fn to_utc(&self, day: i32, micros_of_day: Micros) -> Local {
        let local = i64::from(day).saturating_mul(DAY).saturating_add(micros_of_day);
        let (stretch, fit) = self.place(local);
        // In a gap the offset before it holds on, which lands as far behind the gap as the time lay within it.
        let offset = self.0.offsets[if fit == Fit::Gap { stretch - 1 } else { stretch }];
        Local {
            at: local.saturating_sub(offset),
            fit,
        }
    }

    /// The earliest stretch in which clocks show a civil time; of one in a gap, the stretch after the gap.
    #[inline]
    fn place(&self, local: Micros) -> (usize, Fit) {
        let table = &*self.0;
        // With the widest offset no stretch that comes later can be missed.
        let mut stretch = self.stretch(local.saturating_sub(table.max_offset));
        while stretch + 1 < table.starts.len() && local.saturating_sub(table.offsets[stretch]) >= table.starts[stretch + 1] {
            stretch += 1;
        }
        let shown_from = |stretch: usize| table.starts[stretch].saturating_add(table.offsets[stretch]);
        if stretch > 0 && local < shown_from(stretch) {
            (stretch, Fit::Gap)
        } else if stretch + 1 < table.starts.len() && local >= shown_from(stretch + 1) {
            (stretch, Fit::Fold)
        } else {
            (stretch, Fit::Unique)
        }
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Zone) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Zone {}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.0.name)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.name)
    }
}

/// Seconds of `+2`, `+02`, `+0200` or `+02:00`.
fn fixed_offset(text: &str) -> Option<i64> {
    let (sign, digits) = text.split_at_checked(1)?;
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) if minutes.len() == 2 && hours.len() == 2 => (hours, minutes),
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None if digits.len() <= 2 => (digits, "0"),
        _ => return None,
    };
    let number = |s: &str| s.bytes().all(|b| b.is_ascii_digit()).then(|| s.parse::<i64>().ok()).flatten();
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let seconds = hours * 3600 + minutes * 60;
    (minutes < 60 && seconds < MAX_FIXED).then_some(if sign == "-" { -seconds } else { seconds })
}

/// The name most like what was written, as a whole or by its last part, so that `Berlin` and `Europe/Brelin` both find Berlin.
fn nearest_name(wanted: &str, names: impl Iterator<Item = String>) -> Option<String> {
    let key = |name: &str| name.to_lowercase().replace([' ', '-'], "_");
    // No zone has a name that long, and likeness costs the product of the lengths.
    if wanted.len() > 100 {
        return None;
    }
    let wanted = key(wanted);
    let mut best = (0.8, None);
    for name in names {
        let whole = key(&name);
        let last = whole.rsplit('/').next().unwrap_or(&whole);
        let likeness = strsim::jaro_winkler(&wanted, &whole).max(strsim::jaro_winkler(&wanted, last));
        if likeness > best.0 {
            best = (likeness, Some(name));
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::HOUR;
    use jiff::civil::DateTime;
    use jiff::tz::AmbiguousOffset;
    use proptest::prelude::*;

    const ZONES: [&str; 15] = [
        "America/Toronto",
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kathmandu",
        "Pacific/Apia",
        "America/Sao_Paulo",
        "Australia/Lord_Howe",
        "America/St_Johns",
        "Africa/Casablanca",
        "Pacific/Kwajalein",
        "America/Havana",
        "Africa/Monrovia",
        "Asia/Tehran",
        "Etc/UTC",
        "Antarctica/Troll",
    ];

    fn both(name: &str) -> (Zone, TimeZone) {
        (Zone::parse(name).unwrap(), TimeZoneDatabase::bundled().get(name).unwrap())
    }

    fn day(y: i32, m: u32, d: u32) -> i32 {
        days_from_civil(y, m, d)
    }

    /// The civil time of a day and a time of day, as jiff has it.
    fn datetime(day: i32, micros: Micros) -> DateTime {
        let at = Timestamp::from_microsecond(i64::from(day) * DAY + micros).unwrap();
        TimeZone::UTC.to_datetime(at)
    }

    fn agrees_at(zone: &Zone, tz: &TimeZone, at: Micros) {
        let stamp = Timestamp::from_microsecond(at).unwrap();
        assert_eq!(zone.offset_at(at), i64::from(tz.to_offset(stamp).seconds()), "{zone} at {stamp}");
        let (d, micros) = zone.civil(at);
        assert_eq!(datetime(d, micros), tz.to_datetime(stamp), "{zone} at {stamp}");
        assert_eq!(zone.day_of(at), d);
    }

    fn agrees_local(zone: &Zone, tz: &TimeZone, d: i32, micros: Micros) {
        let civil = datetime(d, micros);
        let ambiguous = tz.to_ambiguous_timestamp(civil);
        let fit = match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => Fit::Unique,
            AmbiguousOffset::Gap { .. } => Fit::Gap,
            AmbiguousOffset::Fold { .. } => Fit::Fold,
        };
        let at = ambiguous.compatible().unwrap().as_microsecond();
        assert_eq!(zone.to_utc(d, micros), Local { at, fit }, "{zone} {civil}");
    }

    /// The law of [`Zone::midnight`], from the instants alone: the clock shows the day or a later one there for the first time.
    fn midnight_law(zone: &Zone, d: i32) {
        let at = zone.midnight(d);
        assert!(zone.day_of(at) >= d, "{zone} {d}");
        let mut before = at - 1;
        while before > at - 30 * HOUR {
            assert!(zone.day_of(before) < d, "{zone} day {d} at {before}");
            before -= HOUR / 12;
        }
        assert!(zone.is_midnight(at), "{zone} {d}");
    }

    #[test]
    fn every_change_agrees_with_jiff_on_both_sides() {
        for name in ZONES {
            let (zone, tz) = both(name);
            for start in &zone.stretches()[1..] {
                for step in [-DAY, -HOUR, -1, 0, 1, HOUR, DAY] {
                    agrees_at(&zone, &tz, start + step);
                }
                let (d, micros) = zone.civil(*start);
                for step in [-2 * HOUR, -HOUR, -HOUR / 2, -1, 0, 1, HOUR / 2, HOUR, 2 * HOUR] {
                    let local = i64::from(d) * DAY + micros + step;
                    agrees_local(&zone, &tz, local.div_euclid(DAY) as i32, local.rem_euclid(DAY));
                }
                for near in d - 2..=d + 2 {
                    midnight_law(&zone, near);
                }
            }
        }
    }

    #[test]
    fn midnights_at_the_edges() {
        let apia = Zone::parse("Pacific/Apia").unwrap();
        // Samoa had no 30 December 2011.
        assert_eq!(apia.midnight(day(2011, 12, 30)), apia.midnight(day(2011, 12, 31)));
        assert_eq!(apia.to_utc(day(2011, 12, 30), 12 * HOUR).fit, Fit::Gap);
        let sao_paulo = Zone::parse("America/Sao_Paulo").unwrap();
        // Clocks jumped from 00:00 to 01:00 on 4 November 2018.
        let first = sao_paulo.midnight(day(2018, 11, 4));
        assert_eq!(sao_paulo.civil(first), (day(2018, 11, 4), HOUR));
        assert!(sao_paulo.is_midnight(first));
        assert!(!sao_paulo.is_midnight(first + HOUR));
        assert_eq!(sao_paulo.midnight(day(2018, 11, 5)) - first, 23 * HOUR);
        // On 30 March 1919 clocks jumped from 23:30 to 00:30: the 31st starts in the middle of its first hour.
        let toronto = Zone::parse("America/Toronto").unwrap();
        assert_eq!(toronto.civil(toronto.midnight(day(1919, 3, 31))), (day(1919, 3, 31), HOUR / 2));
        // On 17 February 2018 clocks went back from 24:00 to 23:00: that day has 25 hours.
        assert_eq!(
            sao_paulo.midnight(day(2018, 2, 18)) - sao_paulo.midnight(day(2018, 2, 17)),
            25 * HOUR
        );
    }

    #[test]
    fn names_and_offsets() {
        assert_eq!(Zone::parse("europe/berlin").unwrap().name(), "Europe/Berlin");
        assert_eq!(Zone::parse(" utc ").unwrap(), Zone::utc());
        for (text, name, seconds) in [
            ("+02:00", "+02:00", 7200),
            ("-0530", "-05:30", -19_800),
            ("+2", "+02:00", 7200),
            ("+00:00", "+00:00", 0),
            ("-00:30", "-00:30", -1800),
        ] {
            let zone = Zone::parse(text).unwrap();
            assert_eq!((zone.name(), zone.offset_at(0)), (name, seconds));
        }
        for wrong in ["+", "+24:00", "+02:60", "+02:0", "+2:00", "+ 2", "+-2", "-02:00:00", "+1é"] {
            assert!(Zone::parse(wrong).unwrap_err().contains("not a valid offset"), "{wrong}");
        }
        for (wrong, hint) in [
            ("Europe/Brelin", "Europe/Berlin"),
            ("Berlin", "Europe/Berlin"),
            ("new york", "America/New_York"),
            ("Asia/Katmando", "Asia/Katmandu"),
        ] {
            let error = Zone::parse(wrong).unwrap_err();
            assert!(error.contains(&format!("did you mean `{hint}`?")), "{error}");
        }
        let nothing = Zone::parse("§§§").unwrap_err();
        assert!(!nothing.contains("did you mean"), "{nothing}");
        assert!(Zone::parse("Etc/Unknown").is_err());
        assert!(Zone::parse("").is_err());
    }

    #[test]
    fn absent_and_extreme_times_do_not_panic() {
        for name in ["UTC", "Europe/Berlin", "-12:00", "+14:00"] {
            let zone = Zone::parse(name).unwrap();
            for at in [Micros::MIN, Micros::MAX, 0] {
                zone.civil(at);
                zone.is_midnight(at);
            }
            for d in [i32::MIN, i32::MAX] {
                zone.midnight(d);
                zone.to_utc(d, 0);
            }
        }
    }

    proptest! {
        #[test]
        fn instants_agree_with_jiff(which in 0..ZONES.len(), at in -2_208_988_800_000_000i64..4_102_444_800_000_000) {
            let (zone, tz) = both(ZONES[which]);
            agrees_at(&zone, &tz, at);
            let (d, micros) = zone.civil(at);
            agrees_local(&zone, &tz, d, micros);
            let local = zone.to_utc(d, micros);
            prop_assert!(local.at == at || local.fit == Fit::Fold);
        }

        #[test]
        fn days_start_when_their_date_appears(which in 0..ZONES.len(), d in -25_000i32..47_000) {
            midnight_law(&Zone::parse(ZONES[which]).unwrap(), d);
        }
    }
}
