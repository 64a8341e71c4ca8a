//! How `derived` is measured: it is finished from the values of other metrics, and counts nothing.

use anyhow::{Result, bail};

use super::{Contribution, Difference, KindColumns, MeasuredKind};
use crate::catalog::kinds::Derived;
use crate::expr::Value;
use crate::measure::columns::ColumnReader;
use crate::measure::counting::CellCount;
use crate::measure::finishing::{Context, Estimated};
use crate::report::{AbsentReason, Cell};

impl MeasuredKind for Derived {
    fn read<'a>(&'a self, _: &ColumnReader) -> Result<Box<dyn KindColumns + 'a>> {
        bail!("a derived metric has no rows");
    }

    fn finish(&self, _: Option<&mut CellCount>, context: &Context, cell: &mut Cell) -> Result<Estimated> {
        cell.interval_absent = Some(AbsentReason::NotDefined);
        let value_of = |id: &str| (context.value_of)(id).map_or(Value::Null, Value::Number);
        match self.expr.expr.eval(&value_of, &|_| 0) {
            Value::Number(value) => cell.value = Some(value),
            Value::Null | Value::Bool(_) | Value::Text(_) | Value::Time(_) => {
                let absent: Vec<AbsentReason> = self.expr.names().iter().filter_map(|id| (context.value_of)(id).err()).collect();
                let unknown = [AbsentReason::MixedCurrencies, AbsentReason::LinesDiffer, AbsentReason::TooLarge];
                let nothing = || match absent.is_empty() {
                    true => AbsentReason::ZeroDenominator,
                    false => AbsentReason::NoRows,
                };
                cell.absent = Some(unknown.into_iter().find(|why| absent.contains(why)).unwrap_or_else(nothing));
            }
        }
        Ok(Estimated::default())
    }

    fn difference(&self) -> Difference {
        Difference::Estimates
    }

    fn has_other_groups(&self) -> bool {
        true
    }

    fn contribution(&self) -> Option<Contribution> {
        None
    }

    fn entry_names(&self) -> Vec<&'static str> {
        Vec::new()
    }
}
