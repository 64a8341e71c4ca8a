//! How `share` is measured.

use anyhow::Result;

use super::{Contribution, Difference, KindColumns, MeasuredKind, no_rows, set_counts, set_zero_whole, weighted, yes_or_no};
use crate::catalog::kinds::Share;
use crate::measure::columns::{ColumnReader, Weight};
use crate::measure::counting::{Addition, CellCount, CountTask, Counted, Scales, StakeholderSums, SumsTask, count_sums};
use crate::measure::finishing::{Context, Estimated, set_estimate};
use crate::measure::rows::Entry;
use crate::report::Cell;
use crate::stats::{self, Confidence, Estimate, Side};

struct Columns {
    part: Vec<bool>,
    weight: Weight,
}

impl Columns {
    #[inline]
    fn addition(&self, row: usize) -> Option<Addition> {
        Some(weighted(self.weight.of(row)?, i64::from(self.part[row])))
    }
}

fn estimate(sums: &StakeholderSums, confidence: Confidence) -> Estimate {
    stats::share(&sums.sums, sums.rows as f64, confidence)
}

impl MeasuredKind for Share {
    fn read<'a>(&'a self, reader: &ColumnReader) -> Result<Box<dyn KindColumns + 'a>> {
        Ok(Box::new(Columns {
            part: reader.flags(&self.part)?,
            weight: reader.weight()?,
        }))
    }

    fn finish(&self, counted: Option<&mut CellCount>, context: &Context, cell: &mut Cell) -> Result<Estimated> {
        let Some(counted) = counted else { return Ok(no_rows(cell)) };
        let sums = counted.sums()?;
        let (part, whole) = set_counts(sums, context.scales, cell);
        let mut estimated = Estimated::of_sums(sums.clone());
        if whole == 0.0 {
            set_zero_whole(sums, cell);
            return Ok(estimated);
        }
        cell.whole = Some(whole);
        estimated.side = set_estimate(cell, estimate(sums, context.confidence));
        // Counts are exact: the quotient is taken of them, not of sums of quotients.
        cell.value = Some(part / whole);
        Ok(estimated)
    }

    fn difference(&self) -> Difference {
        Difference::Estimates
    }

    fn has_other_groups(&self) -> bool {
        true
    }

    fn contribution(&self) -> Option<Contribution> {
        Some(Contribution::PartAndWhole)
    }

    fn entry_names(&self) -> Vec<&'static str> {
        vec!["in_part"]
    }

    fn side_at(&self, estimated: &Estimated, confidence: Confidence) -> Option<Side> {
        estimate(estimated.sums.as_ref()?, confidence).side()
    }
}

impl KindColumns for Columns {
    fn count(&self, task: &CountTask) -> Counted {
        count_sums(task, &SumsTask::of(Scales::default()), |row| self.addition(row))
    }

    fn is_counted(&self, row: usize, _: u32) -> bool {
        self.weight.of(row).is_some()
    }

    fn entries(&self, row: usize) -> Vec<Entry> {
        let weight = self.weight.written(row).map(Entry::Number);
        std::iter::once(yes_or_no(self.part[row])).chain(weight).collect()
    }
}
