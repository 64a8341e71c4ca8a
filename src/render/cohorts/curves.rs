//! Survival: the medians of groups, their curves, the share lost by tenure, and the projection.

use super::{Sheet, counted, group, limits, point, share};
use crate::catalog::MetricUnit;
use crate::cohorts::Event;
use crate::cohorts::lifetimes::{self, Lifetimes, TimeUnit};
use crate::cohorts::survival::{Band, Curve, CurvePoint, Curves, NoProjection};
use crate::render::displayed;
use crate::render::document::{Align, Axis, Chart, Document, Figure, SeriesFigure, Table};
use crate::render::format::{count, counted as counted_noun, number};
use crate::render::text::Text;
use crate::stats::NotReached;
use crate::stats::shifted_beta_geometric::NotFitted;

/// More curves than this are not drawn.
const DRAWN: usize = 12;
/// The number of points of a drawn curve.
const GRID: usize = 25;

/// Lifetimes with their curves, to be shown.
#[derive(Debug, Clone, Copy)]
pub struct Survival<'a> {
    /// The lifetimes.
    pub lifetimes: &'a Lifetimes,
    /// Their curves.
    pub curves: &'a Curves,
    /// Which lifetimes were asked for.
    pub asked: &'a lifetimes::Request,
    /// The confidence level of the curves.
    pub level: f64,
    /// The days of a renewal: who comes back within them has not left.
    pub renewal_days: i32,
}

impl Sheet<'_> {
    pub(super) fn add_survival(&self, document: &mut Document) {
        document.heading(2, "Survival".into());
        let (lifetimes, curves) = match self.survival {
            Ok(found) => found,
            Err(why) => {
                document.sentence(Text::own(format!("There is no survival curve: {}.", Self::reason(why))));
                return;
            }
        };
        let survival = Survival {
            lifetimes,
            curves,
            asked: self.lifetimes,
            level: self.curves.level,
            renewal_days: self.renewal_days,
        };
        survival.add(document);
    }
}

impl Survival<'_> {
    /// Adds what a report shows: medians and curves, with this text in the ids of the charts.
    pub fn add_summary(&self, document: &mut Document, id: &str) {
        self.add_medians(document);
        let shown = self.curves.curves.iter().enumerate().filter(|(_, curve)| curve.n.is_some());
        for (at, curve) in shown.take(DRAWN) {
            self.add_chart(document, curve, format!("survival-{id}-{at}"));
        }
    }

    /// Adds everything: medians, curves, bands of tenure and projections.
    fn add(&self, document: &mut Document) {
        if self.lifetimes.all.is_empty() {
            document.sentence(Text::own(self.event()));
            self.left_out(document);
            document.sentence("No relationship has started by the as-of date.".into());
            return;
        }
        self.add_medians(document);
        for (at, curve) in self.curves.curves.iter().enumerate().filter(|(_, curve)| curve.n.is_some()) {
            if !curve.labels.is_empty() {
                document.heading(3, group(&curve.labels));
            }
            if at < DRAWN {
                self.add_chart(document, curve, format!("survival-{at}"));
            }
            self.add_bands(document, curve);
            self.add_projection(document, curve, at);
        }
    }

    /// Adds what a relationship is, the medians, and whether groups differ.
    fn add_medians(&self, document: &mut Document) {
        document.sentence(Text::own(self.event()));
        self.left_out(document);
        self.medians(document);
        if let Some(test) = &self.curves.log_rank {
            let level = displayed::level(self.level);
            let differ = if test.p < 1.0 - self.level {
                format!("The differences between the curves of the groups are statistically significant at a confidence level of {level}")
            } else {
                format!(
                    "The differences between the curves of the groups are not statistically significant at a confidence level of {level}: they \
                     could be due to chance"
                )
            };
            document.sentence(Text::own(format!(
                "{differ} (log-rank test: chi-square {} with {}).",
                number(test.chi2, 2),
                counted_noun(u64::from(test.degrees), "degree of freedom", "degrees of freedom")
            )));
        }
    }

    /// What ends a relationship, and how that is known.
    fn event(&self) -> String {
        let event = match self.asked.event {
            Event::Left if self.lifetimes.is_undated => {
                "A relationship has lasted as long as the roster says, and has ended if its status says so (left).".to_string()
            }
            Event::Left => format!(
                "A relationship starts with the start on the roster and ends with the last day on it (left). Whoever comes back within {} \
                 days has not left.",
                self.renewal_days
            ),
            Event::Lapsed => format!(
                "A relationship starts with the first order. It ends when {} days have passed without another one, for the first time \
                 (lapsed); these days are part of its time.",
                self.asked.lapse_days
            ),
            Event::SecondOrder => {
                "The curve shows the share of customers without a second order yet, on a later day than the first (second-order)."
                    .to_string()
            }
        };
        format!("{event} Relationships that have not ended by the as-of date count for as long as they have lasted (Kaplan-Meier).")
    }

    /// What is true of relationships that have not ended: as a title, and as a verb.
    fn remains(&self) -> (&'static str, &'static str) {
        match self.asked.event {
            Event::Left => ("Still there", "are still there"),
            Event::Lapsed => ("Not lapsed", "have not lapsed"),
            Event::SecondOrder => ("No second order", "have no second order"),
        }
    }

    fn left_out(&self, document: &mut Document) {
        let lifetimes = self.lifetimes;
        let mut said = Vec::new();
        let stakeholders = |n: u64| format!("{} {}", count(n), if n == 1 { "stakeholder" } else { "stakeholders" });
        let said_of = |n: u64| lifetimes.shown(n).filter(|n| *n > 0);
        if let Some(n) = said_of(lifetimes.without_start) {
            said.push(format!("Start or tenure unknown: {}, not counted.", stakeholders(n)));
        }
        if let Some(n) = said_of(lifetimes.left_without_date) {
            said.push(format!(
                "Left at an unknown time: {}, not counted, so the curve is too high. Enter the end dates.",
                stakeholders(n)
            ));
        }
        if let Some(n) = said_of(lifetimes.returned) {
            said.push(format!(
                "Left and came back later: {}, counted with the first time.",
                stakeholders(n)
            ));
        }
        document.list(said.into_iter().map(Text::own).collect());
    }

    fn medians(&self, document: &mut Document) {
        let (lifetimes, curves) = (self.lifetimes, self.curves);
        let row = |curve: &Curve| {
            let name = if curve.labels.is_empty() {
                "All".into()
            } else {
                group(&curve.labels)
            };
            let mut row = vec![name];
            let (Some(n), Some(ended), Some(median)) = (curve.n, curve.ended, &curve.median) else {
                row.extend(["hidden".into(), Text::default(), Text::default(), Text::default()]);
                return row;
            };
            let value = match median.estimate {
                Ok(time) => time_text(time, lifetimes.unit),
                Err(NotReached) => "not reached".into(),
            };
            let interval = match median.interval {
                Ok(interval) => {
                    let limit = |limit: Option<f64>| limit.map_or("not reached".to_string(), plain);
                    Text::own(format!("[{}, {}]", limit(interval.low), limit(interval.high)))
                }
                Err(_) => Text::default(),
            };
            row.extend([counted(n), counted(ended), value, interval]);
            row
        };
        document.table(Table {
            caption: "Median lifetime".into(),
            columns: vec![
                ("Group".into(), Align::Left),
                ("Relationships".into(), Align::Right),
                ("Ended".into(), Align::Right),
                (Text::own(format!("Median, {}", lifetimes.unit.as_str())), Align::Right),
                ("Interval".into(), Align::Left),
            ],
            rows: curves.curves.iter().map(row).collect(),
            sparks: None,
        });
        if curves.curves.iter().any(|curve| curve.n.is_none()) {
            document.note("Groups of fewer than five protected people are hidden, and those from which their size would follow.".into());
        }
    }

    fn add_chart(&self, document: &mut Document, curve: &Curve, anchor: String) {
        let unit = self.lifetimes.unit;
        let grid = grid(&curve.points);
        if grid.len() < 2 {
            return;
        }
        let last = grid[grid.len() - 1];
        let name = if curve.labels.is_empty() {
            Text::own("All relationships")
        } else {
            group(&curve.labels)
        };
        document.chart(Chart {
            anchor,
            title: name.clone(),
            statement: name.and(format!(
                ": after {} {}, {} {}.",
                plain(last.0),
                unit.as_str(),
                share(last.1.survival).terminal(),
                self.remains().1
            )),
            figure: Figure::Series(SeriesFigure {
                labels: grid.iter().map(|(time, _)| plain(*time)).collect(),
                points: grid.iter().map(|(_, of)| Some(point(of.survival, of.limits))).collect(),
                open: vec![false; grid.len()],
                signals: vec![None; grid.len()],
                axis: Axis {
                    title: format!("Share that has not ended, by {}", unit.as_str()),
                    unit: MetricUnit::Share,
                    ..Axis::default()
                },
                ..SeriesFigure::default()
            }),
            data: Table {
                caption: "Survival".into(),
                columns: vec![
                    (Text::own(capital_unit(unit)), Align::Right),
                    ("Share".into(), Align::Right),
                    ("Interval".into(), Align::Left),
                    ("At risk".into(), Align::Right),
                ],
                rows: grid
                    .iter()
                    .map(|(time, of)| vec![time_text(*time, unit), share(of.survival), limits(of.limits), counted(of.at_risk)])
                    .collect(),
                sparks: None,
            },
        });
    }

    fn add_bands(&self, document: &mut Document, curve: &Curve) {
        let unit = self.lifetimes.unit;
        let longest = curve.points.last().map_or(0.0, |point| point.time);
        let still_there = |until: f64| {
            let known = curve.points.iter().rfind(|point| point.time <= until)?;
            (longest >= until || known.survival <= 0.0).then_some(known.survival)
        };
        let row = |band: &Band| {
            let name = match band.until {
                Some(until) => format!("{} to {}", plain(band.from), plain(until)),
                None => format!("over {}", plain(band.from)),
            };
            vec![
                Text::own(name),
                counted(band.reached),
                counted(band.ended),
                band.lost.map_or_else(Text::default, share),
                limits(band.limits),
                band.until.and_then(still_there).map_or_else(Text::default, share),
                counted(band.current),
            ]
        };
        document.table(Table {
            caption: "Ended by tenure".into(),
            columns: vec![
                (Text::own(format!("Tenure, {}", unit.as_str())), Align::Left),
                ("Reached".into(), Align::Right),
                ("Ended".into(), Align::Right),
                ("Share ended".into(), Align::Right),
                ("Interval".into(), Align::Left),
                (Text::own(self.remains().0), Align::Right),
                ("In it now".into(), Align::Right),
            ],
            rows: curve.bands.iter().map(row).collect(),
            sparks: None,
        });
    }

    fn add_projection(&self, document: &mut Document, curve: &Curve, at: usize) {
        let grain = self.asked.grain.name();
        let found = match &curve.projection {
            Ok(found) => found,
            Err(why) => {
                document.sentence(Text::own(format!("No projection: {}.", no_projection(*why))));
                return;
            }
        };
        let Some(last) = found.points.last() else { return };
        document.sentence(Text::own(format!(
            "Projection by the shifted-beta-geometric model (alpha {}, beta {}; log-likelihood {}): {} are still there after {} {grain}s{}.",
            number(found.fit.alpha, 3),
            number(found.fit.beta, 3),
            number(found.fit.log_likelihood, 2),
            share(last.survival).terminal(),
            last.n,
            last.limits.map_or(String::new(), |both| format!(" {}", limits(Some(both)).terminal())),
        )));
        let fits = match found.fits {
            true => "",
            false => " After the last period observed, it is outside the interval of the observed share: do not rely on it.",
        };
        document.sentence(Text::own(format!(
            "The model differs from the observed shares by up to {} percentage points.{fits}",
            number(found.largest_gap * 100.0, 1)
        )));
        let step = found.points.len().div_ceil(GRID).max(1);
        let shown: Vec<_> = found
            .points
            .iter()
            .filter(|point| point.n == last.n || (point.n as usize).is_multiple_of(step))
            .collect();
        document.chart(Chart {
            anchor: format!("projection-{at}"),
            title: "Projection".into(),
            statement: Text::own(format!("The {grain}s after the first {} are projected.", found.observed)),
            figure: Figure::Series(SeriesFigure {
                labels: shown.iter().map(|point| point.n.to_string()).collect(),
                points: shown.iter().map(|of| Some(point(of.survival, of.limits))).collect(),
                open: shown.iter().map(|of| of.observed.is_none()).collect(),
                signals: vec![None; shown.len()],
                axis: Axis {
                    title: format!("Share that is still there, by {grain}s"),
                    unit: MetricUnit::Share,
                    ..Axis::default()
                },
                ..SeriesFigure::default()
            }),
            data: Table {
                caption: "Projection".into(),
                columns: vec![
                    (Text::own(crate::render::summary::capital(&format!("{grain}s"))), Align::Right),
                    ("Model".into(), Align::Right),
                    ("Interval".into(), Align::Left),
                    ("Observed".into(), Align::Right),
                ],
                rows: shown
                    .iter()
                    .map(|of| {
                        vec![
                            Text::number(of.n.to_string(), f64::from(of.n), MetricUnit::Count),
                            share(of.survival),
                            limits(of.limits),
                            of.observed.map_or_else(Text::default, share),
                        ]
                    })
                    .collect(),
                sparks: None,
            },
        });
    }
}

/// Why there is no projection, in words.
pub(super) fn no_projection(why: NoProjection) -> &'static str {
    match why {
        NoProjection::NotContractual => "orders do not tell who has left for good, which the model requires",
        NoProjection::Suppressed => "hidden to protect few people",
        NoProjection::NotFitted(NotFitted::TooFew) => "fewer than two periods or two losses",
        NoProjection::NotFitted(NotFitted::NotHeterogeneous) => {
            "the share that leaves does not fall with tenure, so the model does not fit"
        }
        NoProjection::NotFitted(NotFitted::AllAtOnce) => "all losses are early and none is later, so the model does not fit",
        NoProjection::NotFitted(NotFitted::NotConverged) => "the fit did not converge",
    }
}

/// A time as people write it: without needless decimals.
fn plain(time: f64) -> String {
    number(time, usize::from(time.fract() != 0.0))
}

fn time_text(time: f64, unit: TimeUnit) -> Text {
    match unit {
        TimeUnit::Days => Text::number(plain(time), time, MetricUnit::Days),
        TimeUnit::Months => Text::number(plain(time), time, MetricUnit::Count),
    }
}

fn capital_unit(unit: TimeUnit) -> String {
    crate::render::summary::capital(unit.as_str())
}

/// The curve at evenly spaced times from 0 to the last one, in round steps.
fn grid(points: &[CurvePoint]) -> Vec<(f64, CurvePoint)> {
    let Some(last) = points.last().map(|point| point.time).filter(|last| *last > 0.0) else {
        return Vec::new();
    };
    let step = round_up(last / (GRID - 1) as f64);
    let mut times: Vec<f64> = (0..GRID).map(|at| at as f64 * step).take_while(|time| *time < last).collect();
    times.push(last);
    let at = |time: f64| {
        let next = points.partition_point(|point| point.time <= time);
        let known = points[next.saturating_sub(1)];
        // Those at risk at a time are those of the next point that was observed.
        let at_risk = if known.time == time {
            known.at_risk
        } else {
            points.get(next).map_or(0, |point| point.at_risk)
        };
        (time, CurvePoint { time, at_risk, ..known })
    };
    times.into_iter().map(at).collect()
}

/// The next of 1, 2, 5, 10, 20, 50 ...
fn round_up(step: f64) -> f64 {
    let scale = 10_f64.powf(step.max(1.0).log10().floor());
    let found = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|round| round * scale)
        .find(|round| *round >= step);
    found.unwrap_or(10.0 * scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawn_curve_has_round_times_and_the_last_one() {
        assert_eq!([0.2, 1.0, 1.1, 14.0, 50.0, 51.0].map(round_up), [1.0, 1.0, 2.0, 20.0, 50.0, 100.0]);
        let point = |time: f64, survival, at_risk| CurvePoint {
            time,
            survival,
            limits: None,
            at_risk,
            events: 0,
        };
        let points = [point(0.0, 1.0, 9), point(3.0, 0.8, 9), point(4.0, 0.8, 7), point(30.0, 0.5, 2)];
        let grid = grid(&points);
        let times: Vec<f64> = grid.iter().map(|(time, _)| *time).collect();
        assert_eq!(times[..3], [0.0, 2.0, 4.0]);
        assert_eq!(times.last(), Some(&30.0));
        assert_eq!((grid[1].1.survival, grid[1].1.at_risk), (1.0, 9));
        assert_eq!((grid[2].1.survival, grid[2].1.at_risk), (0.8, 7));
        assert_eq!((grid[3].1.survival, grid[3].1.at_risk), (0.8, 2));
    }
}
