//! How `net_share` is measured.

use anyhow::Result;

use super::{Contribution, Difference, KindColumns, MeasuredKind, no_rows, set_counts, set_zero_whole, weighted};
use crate::catalog::kinds::NetShare;
use crate::measure::columns::{ColumnReader, RowWeight, Weight};
use crate::measure::counting::{Addition, CellCount, CountTask, Counted, Scales, StakeholderSums, SumsTask, count_sums};
use crate::measure::finishing::{Context, Estimated, set_estimate};
use crate::measure::rows::Entry;
use crate::report::Cell;
use crate::stats::{self, Confidence, Estimate, Side};

struct Columns {
    plus: Vec<bool>,
    minus: Vec<bool>,
    weight: Weight,
}

impl Columns {
    #[inline]
    fn addition(&self, row: usize) -> Option<Addition> {
        let weight = self.weight.of(row)?;
        let (plus, minus) = (self.plus[row], self.minus[row]);
        let one = match weight {
            RowWeight::One => 1.0,
            RowWeight::Of(w) => w,
        };
        Some(Addition {
            plus: if plus { one } else { 0.0 },
            minus: if minus { one } else { 0.0 },
            ..weighted(weight, i64::from(plus) - i64::from(minus))
        })
    }
}

fn estimate(sums: &StakeholderSums, confidence: Confidence) -> Estimate {
    stats::net_share(&sums.sums, sums.plus, sums.minus, sums.rows as f64, confidence.level)
}

impl MeasuredKind for NetShare {
    fn read<'a>(&'a self, reader: &ColumnReader) -> Result<Box<dyn KindColumns + 'a>> {
        Ok(Box::new(Columns {
            plus: reader.flags(&self.plus)?,
            minus: reader.flags(&self.minus)?,
            weight: reader.weight()?,
        }))
    }

    fn finish(&self, counted: Option<&mut CellCount>, context: &Context, cell: &mut Cell) -> Result<Estimated> {
        let Some(counted) = counted else { return Ok(no_rows(cell)) };
        let sums = counted.sums()?;
        let (_, whole) = set_counts(sums, context.scales, cell);
        let mut estimated = Estimated::of_sums(sums.clone());
        if whole == 0.0 {
            set_zero_whole(sums, cell);
            return Ok(estimated);
        }
        cell.part = Some(sums.plus);
        cell.part_minus = Some(sums.minus);
        cell.whole = Some(whole);
        estimated.side = set_estimate(cell, estimate(sums, context.confidence));
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
        let word = match (self.plus[row], self.minus[row]) {
            (true, true) => "plus and minus",
            (true, false) => "plus",
            (false, true) => "minus",
            (false, false) => "no",
        };
        let weight = self.weight.written(row).map(Entry::Number);
        std::iter::once(Entry::Word(word)).chain(weight).collect()
    }
}
