//! What a point of a series is expected to be by those before it: seasons, and neighbours that resemble each other.
//!
//! The limits of a process behaviour chart are those of values without order. A series with a season, or one in which a high month follows a
//! high month, leaves them although nothing changed. So what the earlier points say of a point is subtracted first, and the chart is that of
//! the remainders (Alwan and Roberts, Journal of Business and Economic Statistics 6 (1988), 87-95: a special-cause control chart).
//!
//! - A **season** is taken out by the difference to the same period of the season before. It takes two whole seasons to see one: where the
//!   periods of one season go with those of the one before, when a straight line is subtracted from both, so that growth is no season
//!   (correlation above 0 at 1 %, one-sided).
//! - **Neighbours** that resemble each other are an autoregression of first order. Its coefficient is estimated within stretches of 12 points,
//!   of which a straight line is subtracted, so that a trend is no resemblance; the bias of so few points is corrected (Kendall, Biometrika 41
//!   (1954), 403-404, and Marriott and Pope, ibid. 390-402, for a mean; about twice as much for a line). A step looks like a resemblance in the
//!   stretch in which it is, and in no other: so there are two stretches at least, of a short series its halves, and the coefficient is the
//!   lower median of theirs. The last point has no part in it. Of series without resemblance about one in ten has a coefficient that is used.

use super::distribution::student_quantile;
use crate::codes::codes;

/// Points of the stretches within which neighbours are compared, where there are enough for two.
const STRETCH: usize = 12;

/// Stretches of fewer points say nothing of neighbours.
const LEAST: usize = 8;

/// The largest coefficient: what is nearer to 1 would make every level a remainder.
const LARGEST: f64 = 0.9;

/// Two-sided level of which one side is 1 %.
const ALIKE: f64 = 0.98;

/// How clear the coefficient of a stretch must be, in its standard deviations where there is no resemblance.
const CLEAR: f64 = 0.5;

codes! {
    /// What is known of the season of a series.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum Season {
        /// There is one, and it is taken out: each point is compared with the same period of the season before.
        TakenOut = "taken out",
        /// Two whole seasons show none.
        NotFound = "not found",
        /// There are fewer than two whole seasons, so one could not be taken out.
        NotKnown = "not known",
    }
}

/// What the points of a series are expected to be.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Expected {
    /// For each point what the earlier ones say of it; `None` where these are missing. All 0 where they say nothing.
    pub values: Vec<Option<f64>>,
    /// What is known of the season; `None` where periods have none.
    pub season: Option<Season>,
    /// How much of what a point is beyond its expectation is expected of the next one; `None`: nothing.
    pub autocorrelation: Option<f64>,
}

impl Expected {
    /// Whether anything is subtracted.
    pub fn is_plain(&self) -> bool {
        self.season != Some(Season::TakenOut) && self.autocorrelation.is_none()
    }
}

/// What is expected of points about a common mean of 0, of which `season` make one season.
pub(super) fn expected(points: &[Option<f64>], season: Option<usize>) -> Expected {
    let found = season.map(|length| (length, season_of(points, length)));
    let base: Vec<Option<f64>> = match found {
        Some((length, Season::TakenOut)) => (0..points.len()).map(|at| points[at.checked_sub(length)?]).collect(),
        Some((_, Season::NotFound | Season::NotKnown)) | None => vec![Some(0.0); points.len()],
    };
    let left: Vec<Option<f64>> = points.iter().zip(&base).map(|(point, base)| Some((*point)? - (*base)?)).collect();
    let autocorrelation = left.split_last().and_then(|(_, earlier)| resemblance(earlier));
    let values = match autocorrelation {
        None => base,
        Some(coefficient) => {
            let centre = mean(left.iter().flatten());
            let next = |at: usize| Some(base[at]? + coefficient * (left[at.checked_sub(1)?]? - centre));
            (0..points.len()).map(next).collect()
        }
    };
    Expected {
        values,
        season: found.map(|(_, season)| season),
        autocorrelation,
    }
}

/// Whether the points of a season go with those of the season before; one of the pairs may be missing.
fn season_of(points: &[Option<f64>], length: usize) -> Season {
    let pairs: Vec<(f64, f64)> = (length..points.len())
        .filter_map(|at| Some((points[at - length]?, points[at]?)))
        .collect();
    // The first period of records is seldom whole, so the first pair may be missing.
    if pairs.len() + 1 < length || points.len() < 2 * length {
        return Season::NotKnown;
    }
    let left = |of: fn(&(f64, f64)) -> f64| {
        let points: Vec<(f64, f64)> = (0..).map(f64::from).zip(pairs.iter().map(of)).collect();
        let line = line(&points);
        points.iter().map(|&(at, point)| point - line(at)).collect::<Vec<f64>>()
    };
    let (earlier, later) = (left(|pair| pair.0), left(|pair| pair.1));
    let sum = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let r = sum(&earlier, &later) / (sum(&earlier, &earlier) * sum(&later, &later)).sqrt();
    // A line takes one more degree of freedom than a mean.
    let df = pairs.len() as f64 - 3.0;
    let t = r * (df / (1.0 - r * r).max(f64::MIN_POSITIVE)).sqrt();
    if t > student_quantile(df, ALIKE) {
        Season::TakenOut
    } else {
        Season::NotFound
    }
}

/// How much neighbours resemble each other, if they do: in the lower half of the stretches at least, of which there are two.
fn resemblance(points: &[Option<f64>]) -> Option<f64> {
    // A gap ends a stretch: what changed in it is no resemblance either.
    let runs = points.split(Option::is_none);
    let stretches = runs
        .flat_map(|run| run.rchunks(run.len().div_ceil(2).clamp(LEAST, STRETCH)))
        .filter(|stretch| stretch.len() >= LEAST);
    let mut found: Vec<(f64, usize)> = stretches
        .filter_map(|stretch| {
            let present: Vec<(f64, f64)> = (0..).map(f64::from).zip(stretch.iter().copied().flatten()).collect();
            let line = line(&present);
            let left: Vec<f64> = present.iter().map(|&(at, point)| point - line(at)).collect();
            let squares: f64 = left.iter().map(|left| left * left).sum();
            let products: f64 = left.windows(2).map(|pair| pair[0] * pair[1]).sum();
            (squares > 0.0).then(|| (products / squares + 2.0 / left.len() as f64, left.len()))
        })
        .collect();
    if found.len() < 2 {
        return None;
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (coefficient, count) = found[(found.len() - 1) / 2];
    let is_clear = coefficient > CLEAR / f64::sqrt(count as f64 - 1.0);
    is_clear.then(|| (coefficient / (1.0 - 4.0 / count as f64)).min(LARGEST))
}

/// The straight line of least squares through points.
fn line(points: &[(f64, f64)]) -> impl Fn(f64) -> f64 + use<> {
    let (x, y) = (mean(points.iter().map(|point| &point.0)), mean(points.iter().map(|point| &point.1)));
    let sxx: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    let sxy: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    let slope = if sxx > 0.0 { sxy / sxx } else { 0.0 };
    move |at| y + slope * (at - x)
}

fn mean<'a>(values: impl Iterator<Item = &'a f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    sum / count
}

#[cfg(test)]
mod tests {
    use super::super::tests::close;
    use super::*;

    fn some(values: &[f64]) -> Vec<Option<f64>> {
        values.iter().copied().map(Some).collect()
    }

    const RESEMBLING: [f64; 24] = [
        0.3, 1.1, -0.4, 0.2, -0.9, -1.4, 0.5, -0.7, 0.2, 0.4, 1.1, 0.8, 0.1, -0.7, 0.6, -0.6, -0.3, 0.2, 0.9, 0.4, -0.1, -0.8, -0.5, 9.0,
    ];

    // for each stretch b of 11 and 12 points before the last one: r = b - np.polyval(np.polyfit(t, b, 1), t)
    // f = sum(r[1:] * r[:-1]) / sum(r**2) + 2 / n = 0.22757 and 0.25474; the first is above 0.5 / sqrt(10); f / (1 - 4 / 11)
    #[test]
    fn neighbours_that_resemble_each_other_predict_the_next() {
        let found = expected(&some(&RESEMBLING), None);
        close(found.autocorrelation.unwrap(), 0.3576177920440216, 1e-12);
        let centre = RESEMBLING.iter().sum::<f64>() / 24.0;
        close(found.values[23].unwrap(), 0.3576177920440216 * (-0.5 - centre), 1e-12);
        assert_eq!((found.values[0], found.is_plain()), (None, false));
        // A straight line, a step in a stretch and alternating values are no resemblance.
        let alternating = |at: usize| if at.is_multiple_of(2) { 0.5 } else { -0.5 };
        for of in [(|at| at as f64) as fn(usize) -> f64, |at| if at < 16 { 0.0 } else { 8.0 }, |_| 0.0] {
            let values: Vec<f64> = (0..24).map(|at| of(at) + alternating(at)).collect();
            assert_eq!(expected(&some(&values), None).autocorrelation, None);
        }
        assert_eq!(expected(&some(&RESEMBLING[..16]), None).autocorrelation, None);
        assert_eq!(expected(&[], Some(12)).values, []);
    }

    // Of 17 points before the last one the stretches have 8 and 9: f = 0.37942 and 0.38052; 0.37942 / (1 - 4 / 8)
    #[test]
    fn the_halves_of_a_short_series_are_its_stretches() {
        let waves = [
            0.2, 0.5, 0.9, 0.4, 0.1, -0.6, -0.3, -0.5, 0.1, 0.6, 0.4, 0.9, 0.3, -0.2, -0.6, -0.4, -0.7, 0.0,
        ];
        close(expected(&some(&waves), None).autocorrelation.unwrap(), 0.7588359151752142, 1e-12);
        assert_eq!(
            expected(&some(&waves[..16]), None).autocorrelation,
            None,
            "15 points have one stretch"
        );
        assert_eq!(
            expected(&some(&RESEMBLING[..18]), None).autocorrelation,
            None,
            "neither half shows it"
        );
    }

    #[test]
    fn a_season_is_seen_in_two_of_them() {
        let noise = |at: usize| RESEMBLING[(7 * at) % 23] / 10.0;
        let peak = |at: usize| if at % 12 == 11 { 2.0 } else { 0.0 };
        let values: Vec<f64> = (0..25).map(|at| peak(at) + noise(at)).collect();
        let found = expected(&some(&values), Some(12));
        assert_eq!(found.season, Some(Season::TakenOut));
        assert_eq!(found.values[11], None);
        if found.autocorrelation.is_none() {
            assert_eq!(found.values[23], Some(values[11]));
        }
        assert_eq!(expected(&some(&values[..23]), Some(12)).season, Some(Season::NotKnown));
        let flat: Vec<f64> = (0..24).map(noise).collect();
        assert_eq!(expected(&some(&flat), Some(12)).season, Some(Season::NotFound));
        assert_eq!(expected(&some(&values), None).season, None);
        // Gaps are no periods of a season.
        let mut gaps = some(&values[..24]);
        gaps[3] = None;
        assert_ne!(expected(&gaps, Some(12)).season, Some(Season::NotKnown), "one may be missing");
        gaps[5] = None;
        assert_eq!(expected(&gaps, Some(12)).season, Some(Season::NotKnown));
    }
}
