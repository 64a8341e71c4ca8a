//! How `concentration` is measured.

use anyhow::Result;

use super::{Contribution, Difference, KindColumns, MeasuredKind, no_rows, number_entry, steps_and_float, thing_entry};
use crate::catalog::Entity;
use crate::catalog::kinds::{Concentration, Form};
use crate::measure::columns::{ColumnReader, Num, Things};
use crate::measure::counting::{CellCount, CountTask, Counted, count_group_totals};
use crate::measure::finishing::{Context, Estimated};
use crate::measure::rows::Entry;
use crate::report::{AbsentReason, Cell};
use crate::schema::NO_CODE;
use crate::stats::concentration;

struct Columns {
    of: Num,
    /// `None` where stakeholders are the groups.
    groups: Option<Things>,
}

impl MeasuredKind for Concentration {
    fn read<'a>(&'a self, reader: &ColumnReader) -> Result<Box<dyn KindColumns + 'a>> {
        Ok(Box::new(Columns {
            of: reader.number(&self.of)?,
            groups: match &self.group {
                Entity::Stakeholder => None,
                Entity::Column(column) => Some(reader.things(column)?),
            },
        }))
    }

    fn finish(&self, counted: Option<&mut CellCount>, context: &Context, cell: &mut Cell) -> Result<Estimated> {
        let Some(counted) = counted else { return Ok(no_rows(cell)) };
        let counted = counted.group_totals()?;
        cell.n = Some(counted.rows);
        cell.stakeholders = Some(counted.stakeholders);
        let totals: Vec<f64> = counted.in_units(context.scales).filter(|total| *total >= 0.0).collect();
        cell.whole = Some(totals.iter().sum());
        cell.value = value(self.form, &totals);
        cell.interval_absent = Some(AbsentReason::NotDefined);
        if cell.value.is_none() {
            cell.absent = Some(AbsentReason::ZeroDenominator);
        }
        Ok(Estimated::default())
    }

    fn difference(&self) -> Difference {
        Difference::Estimates
    }

    /// It depends on how many share in a total, and the other groups have more of them together.
    fn has_other_groups(&self) -> bool {
        false
    }

    fn contribution(&self) -> Option<Contribution> {
        None
    }

    fn entry_names(&self) -> Vec<&'static str> {
        match &self.group {
            Entity::Stakeholder => vec!["value"],
            Entity::Column(_) => vec!["value", "group"],
        }
    }
}

/// A measure of concentration; `None` where the totals add up to nothing.
fn value(form: Form, totals: &[f64]) -> Option<f64> {
    match form {
        Form::Hhi => concentration::hhi(totals),
        Form::EffectiveNumber => concentration::effective_number(totals),
        Form::Gini => concentration::gini(totals),
        Form::Top(k) => concentration::top_share(totals, k as usize),
        Form::FewestTo(share) => concentration::fewest_to(totals, share).map(|n| n as f64),
    }
}

impl KindColumns for Columns {
    fn count(&self, task: &CountTask) -> Counted {
        match &self.groups {
            None => count_group_totals(
                task,
                self.of.scale(),
                // Rows without a stakeholder are of many, and no group.
                |_, stakeholder| (stakeholder != NO_CODE).then_some(u64::from(stakeholder)),
                |row| steps_and_float(&self.of, row),
            ),
            Some(things) => count_group_totals(
                task,
                self.of.scale(),
                |row, _| things.at(row).map(|thing| thing as u64),
                |row| steps_and_float(&self.of, row),
            ),
        }
    }

    fn is_counted(&self, row: usize, stakeholder: u32) -> bool {
        match &self.groups {
            None => stakeholder != NO_CODE,
            Some(things) => things.at(row).is_some(),
        }
    }

    fn entries(&self, row: usize) -> Vec<Entry> {
        let group = self.groups.as_ref().map(|things| thing_entry(things, row));
        std::iter::once(number_entry(&self.of, row)).chain(group).collect()
    }
}
