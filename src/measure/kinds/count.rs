//! How `count` is measured.

use anyhow::Result;

use super::{Contribution, Difference, KindColumns, MeasuredKind, set_counts, thing_entry, yes_or_no, zero};
use crate::catalog::{Entity, kinds::Count};
use crate::measure::columns::{ColumnReader, Things};
use crate::measure::counting::{Addition, CellCount, CountTask, Counted, OncePerStakeholder, Scales, SumsTask, count_sums};
use crate::measure::finishing::{Context, Estimated};
use crate::measure::rows::Entry;
use crate::report::{AbsentReason, Cell};

struct Columns {
    things: Option<Things>,
    once: OncePerStakeholder,
}

impl MeasuredKind for Count {
    fn read<'a>(&'a self, reader: &ColumnReader) -> Result<Box<dyn KindColumns + 'a>> {
        Ok(Box::new(match &self.distinct {
            None => Columns {
                things: None,
                once: OncePerStakeholder::Nothing,
            },
            Some(Entity::Stakeholder) => Columns {
                things: None,
                once: OncePerStakeholder::Part,
            },
            Some(Entity::Column(column)) => Columns {
                things: Some(reader.things(column)?),
                once: OncePerStakeholder::Nothing,
            },
        }))
    }

    fn finish(&self, counted: Option<&mut CellCount>, context: &Context, cell: &mut Cell) -> Result<Estimated> {
        let Some(counted) = counted else { return Ok(zero(cell)) };
        cell.interval_absent = Some(AbsentReason::NotDefined);
        Ok(match &self.distinct {
            Some(Entity::Column(_)) => {
                let counted = counted.distinct()?;
                let things = counted.things.len() as f64;
                set_counts(&counted.sums, context.scales, cell);
                cell.part = Some(things);
                cell.value = Some(things);
                Estimated::default()
            }
            Some(Entity::Stakeholder) => {
                let sums = counted.sums()?;
                set_counts(sums, context.scales, cell);
                cell.value = Some(sums.stakeholders as f64);
                Estimated::of_sums(sums.clone())
            }
            None => {
                let sums = counted.sums()?;
                let (rows, _) = set_counts(sums, context.scales, cell);
                cell.value = Some(rows);
                Estimated::of_sums(sums.clone())
            }
        })
    }

    fn difference(&self) -> Difference {
        Difference::Totals
    }

    /// Of distinct things only sets are known, and the same thing may be in several groups.
    fn has_other_groups(&self) -> bool {
        match &self.distinct {
            None | Some(Entity::Stakeholder) => true,
            Some(Entity::Column(_)) => false,
        }
    }

    fn contribution(&self) -> Option<Contribution> {
        match &self.distinct {
            None | Some(Entity::Stakeholder) => Some(Contribution::Part),
            Some(Entity::Column(_)) => None,
        }
    }

    fn entry_names(&self) -> Vec<&'static str> {
        match &self.distinct {
            None | Some(Entity::Stakeholder) => vec!["in_part"],
            Some(Entity::Column(_)) => vec!["in_part", "thing"],
        }
    }
}

impl KindColumns for Columns {
    fn count(&self, task: &CountTask) -> Counted {
        let sums = SumsTask {
            scales: Scales::default(),
            once: self.once,
            things: self.things.as_ref(),
        };
        count_sums(task, &sums, |_| {
            Some(Addition {
                part_steps: 1,
                ..Addition::default()
            })
        })
    }

    fn is_counted(&self, _: usize, _: u32) -> bool {
        true
    }

    fn entries(&self, row: usize) -> Vec<Entry> {
        let thing = self.things.as_ref().map(|things| thing_entry(things, row));
        std::iter::once(yes_or_no(true)).chain(thing).collect()
    }
}
