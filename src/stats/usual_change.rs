//! How much two periods of a process usually differ: what a change between them is held against.
//!
//! The series shows it by its moving ranges, without what is expected of its points ([`super::expected`]). A change that comes with the season is
//! held against the same change a season before: one of which at least half came a season before, and any in the same direction where other series
//! show the season.

use super::dispersion::Dispersion;

/// A change that was at least so large a part of itself a season before comes with the season.
const SEASONAL: f64 = 0.5;

/// How much a process varies from period to period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UsualVariation {
    /// The standard deviation of what remains of a point when what was expected of it is subtracted, in the unit of the last point.
    pub(super) deviation: f64,
    /// Its degrees of freedom.
    pub(super) df: f64,
    /// How much of the distance of a point from what was expected is expected of the next one.
    pub(super) autocorrelation: f64,
    /// What the season says of how the last point rose since the period before.
    pub(super) seasonal: SeasonalChange,
}

/// What a season says of how the last point rose since the period before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum SeasonalChange {
    /// The season is taken out.
    TakenOut {
        /// How much more the point rose than a season before; `None`: a point is missing.
        beyond: Option<f64>,
    },
    /// There is none, or too few periods to take it out: how much the point of a season before rose, where it is known.
    Before(Option<f64>),
}

/// Whether a change since the period before comes with the season.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfSeason {
    /// It rose or fell in the same way a season before.
    Comes,
    /// It did not, a season before.
    DoesNotCome,
    /// What happened a season before is not known.
    NotKnown,
}

/// What a change is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// The period before.
    PeriodBefore,
    /// The period before, where other series show that such a change comes with the season.
    PeriodBeforeInSeason,
    /// The same period of the season before.
    SeasonBefore,
    /// Another period.
    Other,
}

/// A change between two periods of a process, as against the changes that are usual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UsualChange {
    /// The change without what the season explains of it.
    pub delta: f64,
    /// The standard deviation of such changes.
    pub deviation: f64,
    /// Its degrees of freedom.
    pub df: f64,
    /// Of how many differences between two periods it is made: the change itself, and that of the season before if this is subtracted.
    differences: f64,
}

impl UsualVariation {
    /// The last point's change by `delta` against what is usual; `None` where the series has a gap in the place of what it takes.
    pub fn of_change(&self, delta: f64, since: Since) -> Option<UsualChange> {
        let of_two = std::f64::consts::SQRT_2 * self.deviation;
        let (delta, deviation, differences) = match (self.seasonal, since) {
            // What remains of a point is a difference already.
            (SeasonalChange::TakenOut { beyond }, Since::PeriodBefore | Since::PeriodBeforeInSeason) => (beyond?, of_two, 2.0),
            (SeasonalChange::TakenOut { .. }, Since::SeasonBefore) => (delta, self.deviation, 1.0),
            (SeasonalChange::Before(before), Since::PeriodBefore | Since::PeriodBeforeInSeason) => {
                let same_way = |before: f64| since == Since::PeriodBeforeInSeason && before * delta >= 0.0;
                match before.filter(|&before| same_way(before) || is_part(before, delta)) {
                    Some(before) => (delta - before, std::f64::consts::SQRT_2 * of_two, 2.0),
                    None => (delta, of_two, 1.0),
                }
            }
            (SeasonalChange::TakenOut { .. }, Since::Other) | (SeasonalChange::Before(_), Since::SeasonBefore | Since::Other) => {
                (delta, of_two, 1.0)
            }
        };
        // What remains varies less than the points themselves, where neighbours resemble each other.
        let deviation = deviation / (1.0 - self.autocorrelation.powi(2)).sqrt();
        (delta.is_finite() && deviation.is_finite()).then_some(UsualChange {
            delta,
            deviation,
            df: self.df,
            differences,
        })
    }
}

impl UsualVariation {
    /// Whether the last point's change by `delta` since the period before comes with the season.
    pub fn of_season(&self, delta: f64) -> OfSeason {
        let before = match self.seasonal {
            SeasonalChange::TakenOut { beyond } => beyond.map(|beyond| delta - beyond),
            SeasonalChange::Before(before) => before,
        };
        match before {
            Some(before) if is_part(before, delta) => OfSeason::Comes,
            Some(_) => OfSeason::DoesNotCome,
            None => OfSeason::NotKnown,
        }
    }
}

/// Whether a change a season before is so large a part of one in the same direction that this comes with the season.
fn is_part(before: f64, delta: f64) -> bool {
    before * delta > 0.0 && before.abs() >= SEASONAL * delta.abs()
}

impl UsualChange {
    /// How its variance compares with that of the sampling of its rows, where `error` is the standard error of the difference of two periods.
    pub fn dispersion(&self, error: f64) -> Dispersion {
        Dispersion {
            ratio: (self.deviation / self.error(error)).powi(2),
            df: self.df,
        }
    }

    /// The smallest 1 - level at which neither the sampling of its rows nor what is usual explains it, in the light of a prior of all metrics.
    pub fn p_value(&self, error: f64, prior: Dispersion) -> Option<f64> {
        self.dispersion(error).moderated(prior).p_value(self.delta, self.error(error))
    }

    fn error(&self, of_difference: f64) -> f64 {
        of_difference * self.differences.sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::super::process::Season;
    use super::super::process::tests::{CALM, individual};
    use super::super::tests::close;
    use super::*;

    // mr = 25 / 11 of CALM; d = np.sqrt(2) * mr / 1.128; 2 * scipy.stats.t.sf(8 / d, 0.62 * 11), 2 * scipy.stats.norm.sf(8 / 4)
    #[test]
    fn usual_changes_are_those_before_the_last_point() {
        let usual = |value: f64| individual(&[&CALM[..], &[value]].concat()).chart().unwrap().usual.unwrap();
        assert_eq!(usual(6.0), usual(-60.0));
        let change = usual(6.0).of_change(8.0, Since::PeriodBefore).unwrap();
        assert_eq!(Some(change), usual(6.0).of_change(8.0, Since::SeasonBefore));
        close(change.deviation, 2.849398699172097, 1e-12);
        let own = change.dispersion(1.0);
        close(own.p_value(change.delta, 1.0).unwrap(), 0.026952041126797846, 1e-7);
        // Where sampling explains more than the series shows, it counts.
        let sampling = Dispersion { ratio: 0.5, df: 1e9 };
        close(sampling.p_value(change.delta, 4.0).unwrap(), 0.04550026389635839, 1e-7);
        assert_eq!(individual(&CALM[..6]).chart().unwrap().usual, None, "four ranges are too few");
    }

    // Three years with a peak in December, the last one as high as those before: it rose as it always does.
    #[test]
    fn a_change_that_comes_every_year_is_usual() {
        let noise = |at: usize| ((at * 7) % 5) as f64 / 10.0;
        let peak = |at: usize| if at % 12 == 11 { 10.0 } else { 0.0 };
        let values: Vec<f64> = (0..36).map(|at| peak(at) + noise(at)).collect();
        let chart = individual(&values).chart_after(12, Some(12)).unwrap();
        assert_eq!(chart.season, Some(Season::TakenOut));
        let usual = chart.usual.unwrap();
        let from = |back: usize| values[35] - values[35 - back];
        let previous = usual.of_change(from(1), Since::PeriodBefore).unwrap();
        close(previous.delta, from(1) - (values[23] - values[22]), 1e-12);
        assert_eq!(usual.of_season(from(1)), OfSeason::Comes);
        let year = usual.of_change(from(12), Since::SeasonBefore).unwrap();
        assert_eq!(year.delta, from(12));
        close(previous.deviation / year.deviation, std::f64::consts::SQRT_2, 1e-12);
        // One year and a half shows no season, but the same month a year before.
        let short = individual(&values[18..]).chart_after(0, Some(12)).unwrap();
        assert_eq!(short.season, Some(Season::NotKnown));
        let change = short.usual.unwrap().of_change(from(1), Since::PeriodBefore).unwrap();
        close(change.delta, from(1) - (values[23] - values[22]), 1e-12);
        assert_eq!(short.usual.unwrap().of_season(from(1)), OfSeason::Comes);
        assert_eq!(short.usual.unwrap().of_season(-from(1)), OfSeason::DoesNotCome);
        // Of a rise of 25 only 9.9 came a year before, which is not half of it. Where other series show the season, that is subtracted all the same.
        let before = values[23] - values[22];
        let larger = short.usual.unwrap().of_change(25.0, Since::PeriodBefore).unwrap();
        let in_season = short.usual.unwrap().of_change(25.0, Since::PeriodBeforeInSeason).unwrap();
        assert_eq!((larger.delta, in_season.delta), (25.0, 25.0 - before));
        let fell = short.usual.unwrap().of_change(-25.0, Since::PeriodBeforeInSeason).unwrap();
        assert_eq!(fell.delta, -25.0);
        let shorter = individual(&values[25..]).chart_after(0, Some(12)).unwrap();
        assert_eq!(shorter.usual.unwrap().of_season(from(1)), OfSeason::NotKnown);
        // A standard error of 1 is sqrt(2) of the difference of two changes: 10 of it are no chance, the season explains 9 and more.
        let exact = Dispersion { ratio: 1.0, df: 1e9 };
        assert!(change.p_value(1.0, exact).unwrap() > 0.5);
        let fell = short.usual.unwrap().of_change(-from(1), Since::PeriodBefore).unwrap();
        assert_eq!(fell.delta, -from(1), "it rose a year before");
    }
}
