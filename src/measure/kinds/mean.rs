//! How `mean` is measured.

use anyhow::Result;

use super::{Contribution, Difference, KindColumns, MeasuredKind, finish_ratio, no_rows, number_entry, steps_and_float};
use crate::catalog::kinds::Mean;
use crate::measure::columns::{ColumnReader, Num, RowWeight, Weight};
use crate::measure::counting::{Addition, CellCount, CountTask, Counted, Scales, SumsTask, count_sums};
use crate::measure::finishing::{Context, Estimated};
use crate::measure::rows::Entry;
use crate::report::Cell;

struct Columns {
    of: Num,
    weight: Weight,
}

impl Columns {
    #[inline]
    fn addition(&self, row: usize) -> Option<Addition> {
        let weight = self.weight.of(row)?;
        let value = self.of.at(row)?;
        Some(match weight {
            RowWeight::One => {
                let (part_steps, part) = steps_and_float(&self.of, row);
                Addition {
                    part_steps,
                    part,
                    whole_steps: 1,
                    ..Addition::default()
                }
            }
            RowWeight::Of(w) => Addition {
                part: w * value,
                whole: w,
                ..Addition::default()
            },
        })
    }
}

impl MeasuredKind for Mean {
    fn read<'a>(&'a self, reader: &ColumnReader) -> Result<Box<dyn KindColumns + 'a>> {
        Ok(Box::new(Columns {
            of: reader.number(&self.of)?,
            weight: reader.weight()?,
        }))
    }

    fn finish(&self, counted: Option<&mut CellCount>, context: &Context, cell: &mut Cell) -> Result<Estimated> {
        let Some(counted) = counted else { return Ok(no_rows(cell)) };
        Ok(finish_ratio(counted.sums()?, context, cell))
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
        vec!["value"]
    }
}

impl KindColumns for Columns {
    fn count(&self, task: &CountTask) -> Counted {
        count_sums(task, &SumsTask::of(Scales::part(&self.of)), |row| self.addition(row))
    }

    fn is_counted(&self, row: usize, _: u32) -> bool {
        self.addition(row).is_some()
    }

    fn entries(&self, row: usize) -> Vec<Entry> {
        let weight = self.weight.written(row).map(Entry::Number);
        std::iter::once(number_entry(&self.of, row)).chain(weight).collect()
    }
}
