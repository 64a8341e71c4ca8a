//! How `rate` is measured.

use anyhow::Result;

use super::{
    Contribution, Difference, KindColumns, MeasuredKind, no_rows, number_entry, set_counts, set_zero_whole, steps_and_float, yes_or_no,
};
use crate::catalog::kinds::{Exposure, Rate};
use crate::measure::columns::{ColumnReader, Num};
use crate::measure::counting::{Addition, CellCount, CountTask, Counted, Scales, StakeholderSums, SumsTask, count_sums};
use crate::measure::finishing::{Context, Estimated, set_estimate};
use crate::measure::rows::Entry;
use crate::report::{AbsentReason, Cell};
use crate::stats::{self, Confidence, Estimate, Side};

struct Columns {
    part: Vec<bool>,
    /// `None` where events are divided by the value of another metric.
    exposure: Option<Num>,
}

fn estimate(rate: &Rate, events: &StakeholderSums, exposure: f64, level: f64) -> Estimate {
    stats::rate(events.sums.x, events.sums.xx, exposure, rate.per, level)
}

/// A rate whose exposure is the value of another metric of the same cell; no events of no exposure are "no rows".
fn of_metric(rate: &Rate, events: &StakeholderSums, exposure: Result<f64, AbsentReason>, level: f64, cell: &mut Cell) -> Estimated {
    cell.n = Some(events.rows);
    cell.stakeholders = Some(events.stakeholders);
    cell.part = Some(events.sums.x);
    cell.whole = exposure.as_ref().ok().copied();
    match exposure {
        Ok(exposure) if exposure > 0.0 => {
            let side = set_estimate(cell, estimate(rate, events, exposure, level));
            Estimated {
                side,
                exposure: Some(exposure),
                ..Estimated::of_sums(events.clone())
            }
        }
        // Groups that the exposure does not have.
        Err(missing @ AbsentReason::MissingInput(_)) => {
            cell.absent = Some(missing);
            Estimated::default()
        }
        Ok(_) | Err(_) => {
            cell.absent = Some(if events.rows == 0 {
                AbsentReason::NoRows
            } else {
                AbsentReason::ZeroDenominator
            });
            Estimated::default()
        }
    }
}

impl MeasuredKind for Rate {
    fn read<'a>(&'a self, reader: &ColumnReader) -> Result<Box<dyn KindColumns + 'a>> {
        Ok(Box::new(Columns {
            part: reader.flags(&self.part)?,
            exposure: match &self.exposure {
                Exposure::Column(exposure) => Some(reader.number(exposure)?),
                Exposure::Metric(_) => None,
            },
        }))
    }

    fn finish(&self, counted: Option<&mut CellCount>, context: &Context, cell: &mut Cell) -> Result<Estimated> {
        let nothing = StakeholderSums::default();
        let events = match counted {
            Some(counted) => Some(counted.sums()?),
            None => None,
        };
        if let Exposure::Metric(id) = &self.exposure {
            let exposure = (context.value_of)(id);
            return Ok(of_metric(
                self,
                events.unwrap_or(&nothing),
                exposure,
                context.confidence.level,
                cell,
            ));
        }
        let Some(events) = events else { return Ok(no_rows(cell)) };
        let (_, exposure) = set_counts(events, context.scales, cell);
        if exposure == 0.0 {
            set_zero_whole(events, cell);
            return Ok(Estimated::of_sums(events.clone()));
        }
        cell.whole = Some(exposure);
        let side = set_estimate(cell, estimate(self, events, exposure, context.confidence.level));
        Ok(Estimated {
            side,
            exposure: Some(exposure),
            ..Estimated::of_sums(events.clone())
        })
    }

    fn difference(&self) -> Difference {
        Difference::Estimates
    }

    fn has_other_groups(&self) -> bool {
        true
    }

    fn contribution(&self) -> Option<Contribution> {
        Some(match &self.exposure {
            Exposure::Column(_) => Contribution::PartAndWhole,
            Exposure::Metric(_) => Contribution::Part,
        })
    }

    fn entry_names(&self) -> Vec<&'static str> {
        match &self.exposure {
            Exposure::Column(_) => vec!["in_part", "exposure"],
            Exposure::Metric(_) => vec!["in_part"],
        }
    }

    fn side_at(&self, estimated: &Estimated, confidence: Confidence) -> Option<Side> {
        estimate(self, estimated.sums.as_ref()?, estimated.exposure?, confidence.level).side()
    }
}

impl KindColumns for Columns {
    fn count(&self, task: &CountTask) -> Counted {
        let event = |row: usize| Addition {
            part_steps: i64::from(self.part[row]),
            ..Addition::default()
        };
        match &self.exposure {
            None => count_sums(task, &SumsTask::of(Scales::default()), |row| Some(event(row))),
            Some(exposure) => {
                let scales = Scales {
                    whole: exposure.scale(),
                    ..Scales::default()
                };
                count_sums(task, &SumsTask::of(scales), |row| {
                    let (whole_steps, whole) = steps_and_float(exposure, row);
                    Some(Addition {
                        whole_steps,
                        whole,
                        ..event(row)
                    })
                })
            }
        }
    }

    fn is_counted(&self, _: usize, _: u32) -> bool {
        true
    }

    fn entries(&self, row: usize) -> Vec<Entry> {
        let exposure = self.exposure.as_ref().map(|exposure| number_entry(exposure, row));
        std::iter::once(yes_or_no(self.part[row])).chain(exposure).collect()
    }
}
