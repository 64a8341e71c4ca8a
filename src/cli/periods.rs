//! The periods that a run measures.

use clap::Args;

use crate::canonical::CanonicalTables;
use crate::diagnostics::Problem;
use crate::period::{Division, Grain, Period, Wanted, WeekStart, Zone};
use crate::schema::Micros;

/// The options for periods.
#[derive(Args, Debug, Default)]
pub struct PeriodArgs {
    /// The period: 2026-10, 2026-Q3, 2026-W41, 2026, 2026-01-01..2026-03-31 or last-month [default: the last complete month; the running month if the records begin in it]
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,
    /// Split --period into whole days, weeks, months, quarters or years; also the unit of --last
    #[arg(long, value_name = "GRAIN", value_parser = Grain::parse)]
    pub grain: Option<Grain>,
    /// Number of complete periods to measure, ending with the last one [default grain: month]
    #[arg(long, value_name = "N", conflicts_with = "period", value_parser = clap::value_parser!(u16).range(1..))]
    pub last: Option<u16>,
    /// Include periods that have not ended by the as-of date, and mark them
    #[arg(long)]
    pub incomplete: bool,
}

impl PeriodArgs {
    /// Reads the options, before any data.
    ///
    /// # Errors
    /// A period that is not valid, as wrong usage.
    pub fn wanted(&self, weeks: WeekStart) -> anyhow::Result<Option<Wanted>> {
        self.period
            .as_deref()
            .map(|text| Wanted::parse(text, weeks).map_err(|why| Problem::usage(why).into()))
            .transpose()
    }

    /// The periods, the earliest first.
    ///
    /// # Errors
    /// No period is left, as wrong usage.
    pub fn periods(&self, wanted: Option<Wanted>, weeks: WeekStart, zone: &Zone, known: Span) -> anyhow::Result<Vec<Period>> {
        let Span { first_record, as_of } = known;
        let grain = self.grain.unwrap_or(Grain::Month).with_weeks(weeks);
        let Some(wanted) = wanted else {
            let count = usize::from(self.last.unwrap_or(1));
            let complete = Period::last_n(grain, count, as_of, zone);
            let running = Period::of(grain, zone.day_of(as_of.saturating_sub(1)), zone);
            let nothing_is_known = Period::latest(grain, as_of, first_record, zone) == running;
            if running.is_complete(as_of) || !(self.incomplete || nothing_is_known) {
                return Ok(complete);
            }
            return Ok(complete.into_iter().chain([running]).skip(1).collect());
        };
        let period = wanted.resolve(zone, as_of);
        // A period without a grain is measured even if it is not complete.
        if self.grain.is_none() {
            return Ok(vec![period]);
        }
        let mut parts = period.split(grain);
        if parts.is_empty() {
            let what = format!("{} does not contain a whole {}", period.label, grain.name());
            return Err(Problem::usage(what).hint("set a longer --period or a shorter --grain").into());
        }
        parts.retain(|part| part.is_complete(as_of) || (self.incomplete && part.start < as_of));
        if parts.is_empty() {
            let what = format!("no {} of {} has ended by the as-of date", grain.name(), period.label);
            return Err(Problem::usage(what).hint("set an earlier --period, or add --incomplete").into());
        }
        Ok(parts)
    }
}

/// From when until when something is known.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// The time of the first record.
    pub first_record: Micros,
    /// Nothing at or after it counts.
    pub as_of: Micros,
}

impl Span {
    /// That of the tables.
    pub fn of(canonical: &CanonicalTables) -> Span {
        Span {
            first_record: canonical.first_record(),
            as_of: canonical.as_of,
        }
    }
}

/// Whether the last period is known: it is the last one before the as-of date, which follows from the newest event if nothing else says it.
///
/// # Errors
/// No period is named, no as-of date is set, and no record has a date.
pub fn may_choose(wanted: Option<&Wanted>, is_as_of_stated: bool, canonical: &CanonicalTables) -> anyhow::Result<()> {
    let is_named = match wanted {
        Some(Wanted::Days(..)) => true,
        Some(Wanted::Last(_) | Wanted::This(_)) | None => false,
    };
    if is_named || knows_as_of(is_as_of_stated, canonical) {
        return Ok(());
    }
    Err(Problem::data("no record has a date, so the last period is not known")
        .why("the inputs have no records, or none that could be used")
        .hint("set --period, such as --period 2026-10, or --as-of")
        .into())
}

/// Whether the as-of date is set, or follows from the newest event.
pub fn knows_as_of(is_as_of_stated: bool, canonical: &CanonicalTables) -> bool {
    is_as_of_stated || canonical.tables.values().any(|rows| rows.first_event != Micros::MAX)
}

/// For commands that take no period: the as-of date is known.
///
/// # Errors
/// It is not set, and no record has a date.
pub fn need_as_of(is_as_of_stated: bool, canonical: &CanonicalTables) -> anyhow::Result<()> {
    if knows_as_of(is_as_of_stated, canonical) {
        return Ok(());
    }
    Err(Problem::data("no record has a date, so the as-of date is not known")
        .why("the inputs have no records, or none that could be used")
        .hint("set --as-of")
        .into())
}

/// The periods that are measured, as far as it is known before the data are.
pub fn division(wanted: Option<&Wanted>, grain: Option<Grain>, weeks: WeekStart) -> Division {
    match (grain, wanted) {
        (Some(grain), _) => Division::Grain(grain.with_weeks(weeks)),
        (None, None) => Division::Grain(Grain::Month),
        (None, Some(wanted)) => wanted.clone().resolve(&Zone::utc(), 0).division(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::parse_as_of;

    fn labels(asked: &PeriodArgs) -> Result<String, String> {
        let zone = Zone::utc();
        let known = Span {
            first_record: parse_as_of("2026-03-04", &zone).unwrap(),
            as_of: parse_as_of("2026-10-15", &zone).unwrap(),
        };
        labels_of(asked, known)
    }

    fn labels_of(asked: &PeriodArgs, known: Span) -> Result<String, String> {
        let zone = Zone::utc();
        let wanted = asked
            .wanted(WeekStart::MONDAY)
            .map_err(|error| error.downcast::<Problem>().expect("wrong usage").what)?;
        let periods = asked
            .periods(wanted, WeekStart::MONDAY, &zone, known)
            .map_err(|error| error.downcast::<Problem>().expect("wrong usage").what)?;
        Ok(periods.iter().map(|period| period.label.as_str()).collect::<Vec<_>>().join(" "))
    }

    fn asked(period: &str, grain: Option<Grain>, last: Option<u16>, incomplete: bool) -> PeriodArgs {
        PeriodArgs {
            period: Some(period.to_string()).filter(|period| !period.is_empty()),
            grain,
            last,
            incomplete,
        }
    }

    #[test]
    fn only_complete_periods_are_measured_unless_asked_for() {
        for (asked, expected) in [
            (asked("", None, None, false), "2026-09"),
            (asked("", None, None, true), "2026-10"),
            (asked("", None, Some(2), false), "2026-08 2026-09"),
            (asked("", None, Some(2), true), "2026-09 2026-10"),
            (asked("", Some(Grain::Quarter), Some(1), false), "2026-Q3"),
            (asked("", Some(Grain::Day), None, true), "2026-10-15"),
            (asked("2026-10", None, None, false), "2026-10"),
            (asked("last-month", None, None, false), "2026-09"),
            (asked("2026-08-15..2026-12-31", Some(Grain::Month), None, false), "2026-09"),
            (asked("2026-08-15..2026-12-31", Some(Grain::Month), None, true), "2026-09 2026-10"),
            (asked("2014-01-01..2017-12-31", None, None, false), "2014-01-01..2017-12-31"),
        ] {
            assert_eq!(labels(&asked).as_deref(), Ok(expected), "{asked:?}");
        }
    }

    /// The records of one month that has not ended: nothing is known of the month before it.
    #[test]
    fn records_of_a_running_month_only_show_that_month() {
        let zone = Zone::utc();
        let day = |text| parse_as_of(text, &zone).unwrap();
        let known = |first, last| Span {
            first_record: day(first) - 1,
            as_of: day(last),
        };
        let latest = |known| labels_of(&asked("", None, None, false), known);
        assert_eq!(latest(known("2026-10-02", "2026-10-15")).as_deref(), Ok("2026-10"));
        assert_eq!(latest(known("2026-09-30", "2026-10-15")).as_deref(), Ok("2026-09"));
        assert_eq!(latest(known("2026-10-02", "2026-10-31")).as_deref(), Ok("2026-10"));
        let last_two = labels_of(&asked("", None, Some(2), false), known("2026-10-02", "2026-10-15"));
        assert_eq!(last_two.as_deref(), Ok("2026-09 2026-10"));
    }

    #[test]
    fn a_period_without_anything_to_measure_is_an_error() {
        assert_eq!(
            labels(&asked("2026-12", Some(Grain::Month), None, true)).unwrap_err(),
            "no month of 2026-12 has ended by the as-of date"
        );
        assert_eq!(
            labels(&asked("2026-09-02..2026-09-30", Some(Grain::Month), None, false)).unwrap_err(),
            "2026-09-02..2026-09-30 does not contain a whole month"
        );
        assert!(labels(&asked("2026-13", None, None, false)).unwrap_err().contains("2026-13"));
    }
}
