//! Which periods a run measures.

use clap::Args;

use crate::diagnostics::Problem;
use crate::period::{Grain, Period, Wanted, Zone};
use crate::schema::Micros;

/// How periods are asked for.
#[derive(Args, Debug, Default)]
pub struct PeriodArgs {
    /// 2026-10, 2026-Q3, 2026-W41, 2026, 2026-01-01..2026-03-31, last-month [default: the last complete month]
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,
    /// Cut --period into whole days, weeks, months, quarters or years; what --last counts
    #[arg(long, value_name = "GRAIN", value_parser = Grain::parse)]
    pub grain: Option<Grain>,
    /// The last so many complete periods of the grain [default grain: month]
    #[arg(long, value_name = "N", conflicts_with = "period", value_parser = clap::value_parser!(u16).range(1..))]
    pub last: Option<u16>,
    /// Keep periods that are not over at as-of, and mark them
    #[arg(long)]
    pub incomplete: bool,
}

impl PeriodArgs {
    /// Reads what was written, before any data are.
    ///
    /// # Errors
    /// A period that cannot be read, as wrong usage.
    pub fn wanted(&self) -> anyhow::Result<Option<Wanted>> {
        self.period
            .as_deref()
            .map(|text| Wanted::parse(text).map_err(|why| Problem::usage(why).into()))
            .transpose()
    }

    /// The periods, the earliest first.
    ///
    /// # Errors
    /// None is left, as wrong usage.
    pub fn periods(&self, wanted: Option<Wanted>, zone: &Zone, as_of: Micros) -> anyhow::Result<Vec<Period>> {
        let grain = self.grain.unwrap_or(Grain::Month);
        let Some(wanted) = wanted else {
            let count = usize::from(self.last.unwrap_or(1));
            let complete = Period::last_n(grain, count, as_of, zone);
            let running = Period::of(grain, zone.day_of(as_of.saturating_sub(1)), zone);
            if !self.incomplete || running.is_complete(as_of) {
                return Ok(complete);
            }
            return Ok(complete.into_iter().chain([running]).skip(1).collect());
        };
        let period = wanted.resolve(zone, as_of);
        // A period that is named alone is asked for, complete or not.
        let Some(grain) = self.grain else { return Ok(vec![period]) };
        let mut parts = period.split(grain);
        if parts.is_empty() {
            let what = format!("no whole {} lies in {}", grain.name(), period.label);
            return Err(Problem::usage(what).hint("name a longer period, or a shorter --grain").into());
        }
        parts.retain(|part| part.is_complete(as_of) || (self.incomplete && part.start < as_of));
        if parts.is_empty() {
            let what = format!("no {} of {} is over at as-of", grain.name(), period.label);
            return Err(Problem::usage(what).hint("name an earlier period, or add --incomplete").into());
        }
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::parse_as_of;

    fn labels(asked: &PeriodArgs) -> Result<String, String> {
        let zone = Zone::utc();
        let as_of = parse_as_of("2026-10-15", &zone).unwrap();
        let wanted = asked
            .wanted()
            .map_err(|error| error.downcast::<Problem>().expect("wrong usage").what)?;
        let periods = asked
            .periods(wanted, &zone, as_of)
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
    fn only_what_is_over_is_measured_unless_asked_for() {
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

    #[test]
    fn nothing_to_measure_is_said() {
        assert_eq!(
            labels(&asked("2026-12", Some(Grain::Month), None, true)).unwrap_err(),
            "no month of 2026-12 is over at as-of"
        );
        assert_eq!(
            labels(&asked("2026-09-02..2026-09-30", Some(Grain::Month), None, false)).unwrap_err(),
            "no whole month lies in 2026-09-02..2026-09-30"
        );
        assert!(labels(&asked("2026-13", None, None, false)).unwrap_err().contains("2026-13"));
    }
}
