//! What numbers of two runs must have in common to be compared: the terms of a run.
//!
//! Three of them are long: the working hours, the targets, the exchange rates. Of these a term has the hash of a text that says them in full,
//! one `key value` a line, in a fixed order: the first eight bytes of its SHA-256 in hexadecimal digits. The texts are part of the format of
//! baselines: a change of one would keep all baselines that people have saved from being compared.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::facts::context::Settings;
use crate::io::hex;
use crate::period::WeekStart;
use crate::schema::Table;
use crate::sources::Source;
use crate::{period, report};

/// The terms of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// The clock of durations.
    pub clock: report::Clock,
    named: BTreeMap<&'static str, String>,
}

impl Terms {
    /// The terms of a run in that zone and currency, under these settings, exchange rates and confidence level.
    pub fn new(timezone: &str, currency: Option<&str>, settings: &Settings, rates: &BTreeMap<String, f64>, level: f64) -> Terms {
        let clock = report::Clock::from(&settings.clock);
        let named = BTreeMap::from([
            ("timezone", timezone.to_string()),
            ("currency", currency.unwrap_or("none").to_string()),
            ("clock", clock.to_string()),
            ("hours", fingerprint(&hours(&settings.clock))),
            ("targets", fingerprint(&targets(settings))),
            ("rates", fingerprint(&self::rates(rates))),
            ("level", level.to_string()),
        ]);
        Terms { clock, named }
    }

    /// The same; weeks start on that day. Monday is what a baseline means that does not say it.
    pub fn with_weeks(mut self, weeks: WeekStart) -> Terms {
        if weeks != WeekStart::MONDAY {
            self.named.insert("week_start", weeks.name().to_string());
        }
        self
    }

    /// The same; conditions of sources leave out records. None is what a baseline means that does not say any.
    pub fn with_conditions(mut self, sources: &[Source]) -> Terms {
        let text = conditions(sources, &|_| true);
        if !text.is_empty() {
            self.named.insert("where", fingerprint(&text));
        }
        self
    }

    /// Name and text of each, by name.
    pub fn named(&self) -> &BTreeMap<&'static str, String> {
        &self.named
    }

    /// Name of the time zone.
    pub fn timezone(&self) -> &str {
        &self.named["timezone"]
    }
}

/// Few characters that differ where the text does.
pub(super) fn fingerprint(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes())[..8])
}

/// The clock of durations in full.
pub(super) fn hours(clock: &period::Clock) -> String {
    match clock {
        period::Clock::Calendar => "calendar\n".to_string(),
        period::Clock::Business(hours) => hours.definition(),
    }
}

/// The targets in full: times in microseconds.
fn targets(settings: &Settings) -> String {
    // A setting that is new has to be put here, or be left out with a reason.
    let Settings {
        clock: _, // A term of its own.
        first_response,
        resolution,
        supply_early_days,
        supply_late_days,
        supply_tolerance,
        contact_days,
        renewal_days,
        high_is_easy,
        health,
    } = settings;
    let or_none = |number: &Option<i64>| number.map_or("none".to_string(), |number| number.to_string());
    let mut text = format!(
        "first_response {}\nresolution {}\nsupply_early_days {}\nsupply_late_days {supply_late_days}\nsupply_tolerance {supply_tolerance}\n",
        or_none(first_response),
        or_none(resolution),
        or_none(supply_early_days),
    );
    for (tier, days) in contact_days {
        text.push_str(&format!("contact_days {tier} {days}\n"));
    }
    text.push_str(&format!("high_is_easy {high_is_easy}\n"));
    // Hashes of saved baselines do not have it.
    if *renewal_days != Settings::default().renewal_days {
        text.push_str(&format!("renewal_days {renewal_days}\n"));
    }
    if *health != Settings::default().health {
        text.push_str(&format!("health\n{}", health.definition()));
    }
    text
}

/// The exchange rates in full.
pub(super) fn rates(rates: &BTreeMap<String, f64>) -> String {
    rates.iter().map(|(currency, rate)| format!("{currency} {rate}\n")).collect()
}

/// The conditions of the sources of some tables in full, in the order of the sources. The names of files are not part of them: they may have the
/// date of an export. A source whose table is recognised may be one of any.
pub(super) fn conditions(sources: &[Source], is_of: &dyn Fn(Table) -> bool) -> String {
    let of_source = |source: &Source| {
        let filter = source.filter.as_ref().filter(|_| source.table.is_none_or(is_of))?;
        let table = source.table.map_or("recognised", Table::name);
        Some(format!("{table} {}\n", filter.text()))
    };
    sources.iter().filter_map(of_source).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::{BusinessHours, Zone, parse_date};
    use crate::schema::HOUR;

    fn settings() -> Settings {
        let zone = Zone::parse("Europe/Berlin").unwrap();
        let holidays = ["2026-12-25", "2026-12-26"].map(|day| parse_date(day).unwrap());
        let week = [("mon", "09:00-12:30,13:00-17:00"), ("fri", "09:00-24:00")];
        Settings {
            clock: BusinessHours::new(zone, week, holidays).unwrap().into(),
            first_response: Some(4 * HOUR),
            supply_tolerance: 0.05,
            contact_days: BTreeMap::from([("gold".to_string(), 30), ("a b".to_string(), 90)]),
            ..Settings::default()
        }
    }

    #[test]
    fn the_texts_say_everything_in_a_fixed_order() {
        // 2026-12-26 is a Saturday, which is closed anyway.
        assert_eq!(
            hours(&settings().clock),
            "business\nzone Europe/Berlin\nmon 09:00-12:30,13:00-17:00\nfri 09:00-24:00\nholiday 2026-12-25\n"
        );
        assert_eq!(
            targets(&settings()),
            "first_response 14400000000\nresolution none\nsupply_early_days none\nsupply_late_days 0\nsupply_tolerance 0.05\n\
             contact_days a b 90\ncontact_days gold 30\nhigh_is_easy false\n"
        );
        assert_eq!(
            rates(&BTreeMap::from([("USD".to_string(), 0.9), ("GBP".to_string(), 1.0)])),
            "GBP 1\nUSD 0.9\n"
        );
    }

    #[test]
    fn hashes_are_those_of_saved_baselines() {
        // Made once with `printf 'TEXT' | sha256sum | cut -c1-16`; they must never change.
        let rates = BTreeMap::from([("USD".to_string(), 0.9)]);
        let terms = Terms::new("UTC", Some("EUR"), &settings(), &rates, 0.95);
        let all: Vec<String> = terms.named().iter().map(|(name, text)| format!("{name} {text}")).collect();
        assert_eq!(
            all,
            [
                "clock business hours (Europe/Berlin)",
                "currency EUR",
                "hours 3610e88114d56d05",
                "level 0.95",
                "rates a21f6f5602fffea8",
                "targets 31b21a74b699631e",
                "timezone UTC",
            ]
        );
        let plain = Terms::new("UTC", None, &Settings::default(), &BTreeMap::new(), 0.95);
        assert_eq!(plain.named()["hours"], "d935058f8e1f7263");
        assert_eq!(plain.named()["targets"], "858f12af73e75837");
        assert_eq!(plain.named()["rates"], "e3b0c44298fc1c14");
    }
}
