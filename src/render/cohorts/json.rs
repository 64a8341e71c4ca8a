//! Cohorts and survival for programs: JSON, and CSV with a line for each cell.

use std::io::Write;

use super::curves::no_projection;
use super::{Sheet, Survival};
use crate::cohorts::retention::{Cell, Cohort, Group};
use crate::cohorts::survival::{Band, Curve, CurvePoint, ProjectedPoint};
use crate::cohorts::{Event, NoCohorts};
use crate::render::text::Untrusted;
use crate::report::{AbsentCode, AbsentReason};
use crate::stats::{LogRank, NoIntervalReason, NotReached};
use crate::wire::{self, Instant, Labels, SchemaId};

impl Survival<'_> {
    /// The curves for programs.
    pub fn json(&self) -> wire::relationships::Survival {
        let curve = |curve: &Curve| {
            let (median, low, high) = median(curve);
            wire::relationships::Curve {
                by: Sheet::labels(&self.asked.by, &curve.labels),
                n: curve.n,
                events: curve.ended,
                median,
                median_low: low,
                median_high: high,
                points: curve.points.iter().map(json_point).collect(),
            }
        };
        wire::relationships::Survival {
            event: self.asked.event,
            time_unit: self.lifetimes.unit,
            curves: self.curves.curves.iter().map(curve).collect(),
        }
    }
}

/// The median of a curve with its limits.
fn median(curve: &Curve) -> (Option<f64>, Option<f64>, Option<f64>) {
    let median = curve.median.as_ref();
    let interval = median.and_then(|median| median.interval.ok());
    let (low, high) = (
        interval.and_then(|interval| interval.low),
        interval.and_then(|interval| interval.high),
    );
    (median.and_then(|median| median.estimate.ok()), low, high)
}

impl Sheet<'_> {
    /// Everything as a document for programs.
    pub fn json(&self) -> wire::cohorts::Cohorts {
        let absent = |why: &NoCohorts| match why {
            NoCohorts::Absent(reason) => (reason.code(), reason.detail().map(str::to_string)),
            NoCohorts::Dimension(name) => (AbsentCode::MissingInput, Some(name.clone())),
        };
        let (cohorts_absent, cohorts_missing) = self.retention.err().map(absent).unzip();
        let (survival_absent, survival_missing) = self.survival.as_ref().err().map(|why| absent(why)).unzip();
        let found = self.survival.as_ref().ok();
        let lifetimes = found.map(|(lifetimes, _)| lifetimes);
        wire::cohorts::Cohorts {
            schema: SchemaId::default(),
            as_of: self.as_of.map(Instant),
            timezone: self.canonical.zone.name().to_string(),
            level: self.curves.level,
            filter: self.filter.map(str::to_string),
            grain: self.asked.grain.name().to_string(),
            start: self.asked.start,
            dimension: self.asked.dimension.clone(),
            measure: self.asked.measure,
            on_or_after: self.asked.on_or_after,
            currency: self.currency.map(str::to_string),
            cohorts: self
                .retention
                .iter()
                .flat_map(|found| &found.groups)
                .flat_map(|group| with_members(group).map(move |cohort| self.cohort(group, cohort)))
                .collect(),
            earlier: self.retention.map_or(Some(0), |found| found.earlier),
            cohorts_absent,
            cohorts_missing: cohorts_missing.flatten(),
            event: self.lifetimes.event,
            lapse_days: (self.lifetimes.event == Event::Lapsed).then_some(self.lifetimes.lapse_days),
            time_unit: lifetimes.map(|found| found.unit),
            without_start: lifetimes.map_or(Some(0), |found| found.shown(found.without_start)),
            left_without_date: lifetimes.map_or(Some(0), |found| found.shown(found.left_without_date)),
            returned: lifetimes.map_or(Some(0), |found| found.shown(found.returned)),
            survival: found
                .iter()
                .flat_map(|(_, curves)| &curves.curves)
                .map(|curve| self.curve(curve))
                .collect(),
            survival_absent,
            survival_missing: survival_missing.flatten(),
            log_rank: found
                .and_then(|(_, curves)| curves.log_rank)
                .map(|LogRank { chi2, degrees, p }| wire::cohorts::LogRank {
                    chi2,
                    degrees_of_freedom: degrees,
                    p_value: p,
                }),
            account: self.account.iter().map(wire::RecordCounts::from).collect(),
            notes: self.notes.iter().map(wire::Note::from).collect(),
        }
    }

    fn labels(by: &[String], labels: &[String]) -> Labels {
        Labels(by.iter().cloned().zip(labels.iter().cloned()).collect())
    }

    fn cohort(&self, group: &Group, cohort: &Cohort) -> wire::cohorts::Cohort {
        let cells = cohort.cells.iter().zip(0..);
        wire::cohorts::Cohort {
            cohort: cohort.label.clone(),
            by: Self::labels(&self.asked.by, &group.labels),
            size: cohort.size,
            complete: cohort.complete,
            left_truncated: cohort.left_truncated,
            suppressed: cohort.suppressed,
            cells: cells.map(|(cell, n)| json_cell(cell, n, cohort.suppressed)).collect(),
        }
    }

    fn curve(&self, curve: &Curve) -> wire::cohorts::Survival {
        let (value, low, high) = median(curve);
        wire::cohorts::Survival {
            slice: if curve.labels.is_empty() {
                "all".to_string()
            } else {
                curve.labels.join(", ")
            },
            by: Self::labels(&self.lifetimes.by, &curve.labels),
            n: curve.n,
            events: curve.ended,
            median: value,
            median_low: low,
            median_high: high,
            median_absent: match curve.median.as_ref().map(|median| median.estimate) {
                None => Some(AbsentCode::Suppressed),
                Some(Err(NotReached)) => Some(AbsentCode::NotReached),
                Some(Ok(_)) => None,
            },
            suppressed: curve.n.is_none(),
            points: curve.points.iter().map(json_point).collect(),
            tenure_bands: curve.bands.iter().map(json_band).collect(),
            projection: curve.projection.as_ref().ok().map(|found| wire::cohorts::Projection {
                alpha: found.fit.alpha,
                beta: found.fit.beta,
                log_likelihood: found.fit.log_likelihood,
                periods: found.observed,
                largest_gap: found.largest_gap,
                fits: found.fits,
                points: found.points.iter().map(projected).collect(),
            }),
            projection_absent: curve.projection.as_ref().err().map(|why| no_projection(*why).to_string()),
        }
    }
}

fn json_cell(cell: &Cell, n: u32, suppressed: bool) -> wire::cohorts::Cell {
    let value = if suppressed {
        Err(&AbsentReason::Suppressed)
    } else {
        cell.value.as_ref()
    };
    let is_there = value.is_ok();
    let limits = cell.limits.ok().filter(|_| is_there);
    wire::cohorts::Cell {
        n,
        value: value.ok().copied(),
        low: limits.map(|(low, _)| low),
        high: limits.map(|(_, high)| high),
        part: is_there.then_some(cell.part),
        whole: is_there.then_some(cell.whole),
        absent: value.err().map(AbsentReason::code),
        interval_absent: cell.limits.err().filter(|_| is_there).map(|why| match why {
            NoIntervalReason::TooFew => AbsentCode::TooFew,
            NoIntervalReason::ZeroVariance => AbsentCode::ZeroVariance,
            NoIntervalReason::NotDefined => AbsentCode::NotDefined,
        }),
    }
}

fn json_point(point: &CurvePoint) -> wire::cohorts::Point {
    wire::cohorts::Point {
        time: point.time,
        survival: point.survival,
        low: point.limits.map(|(low, _)| low),
        high: point.limits.map(|(_, high)| high),
        at_risk: point.at_risk,
        events: point.events,
    }
}

fn json_band(band: &Band) -> wire::cohorts::Band {
    wire::cohorts::Band {
        from: band.from,
        until: band.until,
        reached: band.reached,
        events: band.ended,
        current: band.current,
        share: band.lost,
        low: band.limits.map(|(low, _)| low),
        high: band.limits.map(|(_, high)| high),
    }
}

fn projected(point: &ProjectedPoint) -> wire::cohorts::ProjectedPoint {
    wire::cohorts::ProjectedPoint {
        n: point.n,
        survival: point.survival,
        low: point.limits.map(|(low, _)| low),
        high: point.limits.map(|(_, high)| high),
        observed: point.observed,
    }
}

/// The cohorts that have members: of nobody there is nothing to tell.
fn with_members(group: &Group) -> impl Iterator<Item = &Cohort> {
    group.cohorts.iter().filter(|cohort| cohort.size != Some(0))
}

/// A header line, and a line for each cell of a cohort.
pub(super) fn csv(sheet: &Sheet, out: &mut dyn Write) -> csv::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    let text = |text: &str| Untrusted::new(text).csv().into_owned();
    let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
    let code = |code: Option<AbsentCode>| code.map_or("", AbsentCode::as_str).to_string();
    let mut header = vec!["cohort".to_string()];
    header.extend(sheet.asked.by.iter().map(|dimension| format!("by.{dimension}")));
    header.extend(["size", "n", "value", "low", "high", "part", "whole", "absent", "interval_absent"].map(str::to_string));
    csv.write_record(&header)?;
    for group in sheet.retention.iter().flat_map(|found| &found.groups) {
        for cohort in with_members(group) {
            let mut start = vec![text(&cohort.label)];
            start.extend(group.labels.iter().map(|label| text(label)));
            start.push(cohort.size.map_or(String::new(), |size| size.to_string()));
            for (cell, n) in cohort.cells.iter().zip(0..) {
                let cell = json_cell(cell, n, cohort.suppressed);
                let mut line = start.clone();
                line.push(cell.n.to_string());
                line.extend([cell.value, cell.low, cell.high, cell.part].map(number));
                line.push(cell.whole.map_or(String::new(), |whole| whole.to_string()));
                line.extend([code(cell.absent), code(cell.interval_absent)]);
                csv.write_record(&line)?;
            }
        }
    }
    csv.flush()?;
    Ok(())
}
