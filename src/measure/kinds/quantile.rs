//! How `quantile` is measured.

use anyhow::{Context as _, Result};

use super::{Contribution, Difference, KindColumns, MeasuredKind, Ranking, no_rows, number_entry};
use crate::catalog::kinds::Quantile;
use crate::measure::columns::{ColumnReader, Num};
use crate::measure::counting::{CellCount, CountTask, Counted, count_values};
use crate::measure::finishing::{Context, Estimated, set_ranked};
use crate::measure::rows::Entry;
use crate::report::Cell;
use crate::stats::{self, Side};

struct Columns {
    of: Num,
}

impl MeasuredKind for Quantile {
    fn read<'a>(&'a self, reader: &ColumnReader) -> Result<Box<dyn KindColumns + 'a>> {
        Ok(Box::new(Columns {
            of: reader.number(&self.of)?,
        }))
    }

    fn finish(&self, counted: Option<&mut CellCount>, context: &Context, cell: &mut Cell) -> Result<Estimated> {
        let Some(counted) = counted else { return Ok(no_rows(cell)) };
        let values = counted.values()?;
        let ranked = context.ranked.context("its values were not ranked")?;
        Ok(set_ranked(cell, values.values.len() as u64, values.stakeholders(), ranked))
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
        vec!["value"]
    }

    fn ranking(&self) -> Option<Ranking<'_>> {
        Some(Ranking { of: &self.of, q: self.q })
    }

    fn ranked_side_at(&self, counted: &CellCount, level: f64) -> Option<Side> {
        let values = counted.values().ok()?;
        stats::quantile(&mut values.values.clone(), &values.owners, self.q, level).side()
    }
}

impl KindColumns for Columns {
    fn count(&self, task: &CountTask) -> Counted {
        count_values(task, |row| self.of.at(row))
    }

    fn is_counted(&self, row: usize, _: u32) -> bool {
        self.of.at(row).is_some()
    }

    fn entries(&self, row: usize) -> Vec<Entry> {
        vec![number_entry(&self.of, row)]
    }
}
