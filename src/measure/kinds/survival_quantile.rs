//! How `survival_quantile` is measured.

use anyhow::Result;

use super::{Contribution, Difference, KindColumns, MeasuredKind, no_rows, number_entry, yes_or_no};
use crate::catalog::kinds::SurvivalQuantile;
use crate::measure::columns::{ColumnReader, Num};
use crate::measure::counting::{CellCount, CountTask, Counted, count_durations};
use crate::measure::finishing::{Context, Estimated, set_interval};
use crate::measure::rows::Entry;
use crate::report::{AbsentReason, Cell};
use crate::stats::{self, NotReached, Side};

struct Columns {
    /// The duration of a row that has ended.
    ended: Num,
    /// How long a row has lasted that has not.
    censored: Num,
    event: Vec<bool>,
}

impl Columns {
    #[inline]
    fn duration(&self, row: usize) -> &Num {
        if self.event[row] { &self.ended } else { &self.censored }
    }
}

impl MeasuredKind for SurvivalQuantile {
    fn read<'a>(&'a self, reader: &ColumnReader) -> Result<Box<dyn KindColumns + 'a>> {
        Ok(Box::new(Columns {
            ended: reader.number(&self.of)?,
            censored: reader.number(&self.censored_of)?,
            event: reader.flags(&self.event)?,
        }))
    }

    fn finish(&self, counted: Option<&mut CellCount>, context: &Context, cell: &mut Cell) -> Result<Estimated> {
        let Some(counted) = counted else { return Ok(no_rows(cell)) };
        let durations = counted.durations()?;
        let n = durations.observations.len() as u64;
        cell.n = Some(n);
        cell.part = Some(durations.observations.iter().filter(|o| o.event).count() as f64);
        cell.whole = Some(n as f64);
        cell.stakeholders = Some(durations.stakeholders());
        let survival = stats::survival_quantile(&mut durations.observations, self.q, context.confidence.level);
        cell.deff = survival.deff;
        cell.method = Some(survival.method);
        match survival.estimate {
            Ok(value) => cell.value = Some(value),
            Err(NotReached) => cell.absent = Some(AbsentReason::NotReached),
        }
        set_interval(cell, survival.interval);
        Ok(Estimated {
            side: survival.side(),
            ..Estimated::default()
        })
    }

    fn difference(&self) -> Difference {
        Difference::Ranked
    }

    fn has_other_groups(&self) -> bool {
        true
    }

    fn contribution(&self) -> Option<Contribution> {
        None
    }

    fn entry_names(&self) -> Vec<&'static str> {
        vec!["event", "time"]
    }

    fn ranked_side_at(&self, counted: &CellCount, level: f64) -> Option<Side> {
        stats::survival_quantile(&mut counted.observations()?.to_vec(), self.q, level).side()
    }
}

impl KindColumns for Columns {
    fn count(&self, task: &CountTask) -> Counted {
        count_durations(task, |row| Some((self.duration(row).at(row)?, self.event[row])))
    }

    fn is_counted(&self, row: usize, _: u32) -> bool {
        self.duration(row).at(row).is_some()
    }

    fn entries(&self, row: usize) -> Vec<Entry> {
        vec![yes_or_no(self.event[row]), number_entry(self.duration(row), row)]
    }
}
