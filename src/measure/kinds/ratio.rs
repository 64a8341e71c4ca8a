//! How `ratio` is measured.

use anyhow::Result;

use super::{
    Contribution, Difference, KindColumns, MeasuredKind, finish_ratio, no_rows, number_entry, set_counts, steps_and_float, thing_entry,
};
use crate::catalog::Entity;
use crate::catalog::kinds::{Ratio, Under};
use crate::measure::columns::{ColumnReader, Num, Things};
use crate::measure::counting::{Addition, CellCount, CountTask, Counted, OncePerStakeholder, Scales, SumsTask, count_sums};
use crate::measure::finishing::{Context, Estimated};
use crate::measure::rows::Entry;
use crate::report::{AbsentReason, Cell};

struct Columns {
    over: Num,
    under: UnderColumn,
}

enum UnderColumn {
    Sum(Num),
    Stakeholders,
    Things(Things),
}

impl MeasuredKind for Ratio {
    fn read<'a>(&'a self, reader: &ColumnReader) -> Result<Box<dyn KindColumns + 'a>> {
        Ok(Box::new(Columns {
            over: reader.number(&self.over)?,
            under: match &self.under {
                Under::Sum(under) => UnderColumn::Sum(reader.number(under)?),
                Under::Distinct(Entity::Stakeholder) => UnderColumn::Stakeholders,
                Under::Distinct(Entity::Column(column)) => UnderColumn::Things(reader.things(column)?),
            },
        }))
    }

    fn finish(&self, counted: Option<&mut CellCount>, context: &Context, cell: &mut Cell) -> Result<Estimated> {
        let Some(counted) = counted else { return Ok(no_rows(cell)) };
        Ok(match &self.under {
            Under::Sum(_) | Under::Distinct(Entity::Stakeholder) => finish_ratio(counted.sums()?, context, cell),
            Under::Distinct(Entity::Column(_)) => {
                let counted = counted.distinct()?;
                let things = counted.things.len() as f64;
                let (over, _) = set_counts(&counted.sums, context.scales, cell);
                cell.whole = Some(things);
                if things == 0.0 {
                    cell.absent = Some(AbsentReason::ZeroDenominator);
                } else {
                    cell.value = Some(over / things);
                    cell.interval_absent = Some(AbsentReason::NotDefined);
                }
                Estimated::default()
            }
        })
    }

    fn difference(&self) -> Difference {
        Difference::Estimates
    }

    /// Of distinct things only sets are known, and the same thing may be in several groups.
    fn has_other_groups(&self) -> bool {
        match &self.under {
            Under::Sum(_) | Under::Distinct(Entity::Stakeholder) => true,
            Under::Distinct(Entity::Column(_)) => false,
        }
    }

    fn contribution(&self) -> Option<Contribution> {
        match &self.under {
            Under::Sum(_) | Under::Distinct(Entity::Stakeholder) => Some(Contribution::PartAndWhole),
            Under::Distinct(Entity::Column(_)) => None,
        }
    }

    fn entry_names(&self) -> Vec<&'static str> {
        match &self.under {
            Under::Sum(_) | Under::Distinct(Entity::Column(_)) => vec!["over", "under"],
            Under::Distinct(Entity::Stakeholder) => vec!["over"],
        }
    }
}

impl KindColumns for Columns {
    fn count(&self, task: &CountTask) -> Counted {
        let over = Scales::part(&self.over);
        let above = |row: usize| {
            let (part_steps, part) = steps_and_float(&self.over, row);
            Addition {
                part_steps,
                part,
                ..Addition::default()
            }
        };
        match &self.under {
            UnderColumn::Sum(under) => {
                let scales = Scales {
                    whole: under.scale(),
                    ..over
                };
                count_sums(task, &SumsTask::of(scales), |row| {
                    let (whole_steps, whole) = steps_and_float(under, row);
                    Some(Addition {
                        whole_steps,
                        whole,
                        ..above(row)
                    })
                })
            }
            UnderColumn::Stakeholders => {
                let sums = SumsTask {
                    once: OncePerStakeholder::Whole,
                    ..SumsTask::of(over)
                };
                count_sums(task, &sums, |row| Some(above(row)))
            }
            UnderColumn::Things(things) => {
                let sums = SumsTask {
                    things: Some(things),
                    ..SumsTask::of(over)
                };
                count_sums(task, &sums, |row| Some(above(row)))
            }
        }
    }

    fn is_counted(&self, _: usize, _: u32) -> bool {
        true
    }

    fn entries(&self, row: usize) -> Vec<Entry> {
        let under = match &self.under {
            UnderColumn::Sum(under) => Some(number_entry(under, row)),
            UnderColumn::Stakeholders => None,
            UnderColumn::Things(things) => Some(thing_entry(things, row)),
        };
        std::iter::once(number_entry(&self.over, row)).chain(under).collect()
    }
}
