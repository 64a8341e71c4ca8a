//! How `sum` is measured.

use anyhow::Result;

use super::{Contribution, Difference, KindColumns, MeasuredKind, no_rows, number_entry, set_counts, steps_and_float, zero};
use crate::catalog::kinds::Sum;
use crate::measure::columns::{ColumnReader, Num};
use crate::measure::counting::{Addition, CellCount, CountTask, Counted, Scales, SumsTask, count_sums};
use crate::measure::finishing::{Context, Estimated};
use crate::measure::rows::Entry;
use crate::report::{AbsentReason, Cell};

struct Columns {
    of: Num,
}

impl MeasuredKind for Sum {
    fn read<'a>(&'a self, reader: &ColumnReader) -> Result<Box<dyn KindColumns + 'a>> {
        Ok(Box::new(Columns {
            of: reader.number(&self.of)?,
        }))
    }

    fn finish(&self, counted: Option<&mut CellCount>, context: &Context, cell: &mut Cell) -> Result<Estimated> {
        let sums = counted.as_deref().map(CellCount::sums).transpose()?;
        let Some(sums) = sums.filter(|sums| sums.rows > 0 || !self.absent_without_rows) else {
            return Ok(if self.absent_without_rows { no_rows(cell) } else { zero(cell) });
        };
        let (sum, _) = set_counts(sums, context.scales, cell);
        cell.value = Some(sum);
        cell.interval_absent = Some(AbsentReason::NotDefined);
        Ok(Estimated::of_sums(sums.clone()))
    }

    fn difference(&self) -> Difference {
        Difference::Totals
    }

    fn has_other_groups(&self) -> bool {
        true
    }

    fn contribution(&self) -> Option<Contribution> {
        Some(Contribution::Part)
    }

    fn entry_names(&self) -> Vec<&'static str> {
        vec!["value"]
    }
}

impl KindColumns for Columns {
    fn count(&self, task: &CountTask) -> Counted {
        let sums = SumsTask::of(Scales::part(&self.of));
        count_sums(task, &sums, |row| {
            let (part_steps, part) = steps_and_float(&self.of, row);
            Some(Addition {
                part_steps,
                part,
                ..Addition::default()
            })
        })
    }

    fn is_counted(&self, _: usize, _: u32) -> bool {
        true
    }

    fn entries(&self, row: usize) -> Vec<Entry> {
        vec![number_entry(&self.of, row)]
    }
}
