//! A fact's frame to numbers: polars evaluates each expression once for all the metrics that share it.

use anyhow::{Context as _, Result};
use polars::prelude::{DataFrame, DataType, IntoLazy, col, lit, when};
use rustc_hash::FxHashMap;

use super::plan::FactPlan;
use super::window::WindowSet;
use crate::canonical::{CanonicalTables, Rows, key_of};
use crate::catalog::{Entity, Exposure, Expression, Kind, Metric, Under, When};
use crate::expr::Lowering;
use crate::facts::context::Settings;
use crate::facts::frame::{Frame, int_column};
use crate::schema::{DAY, Known, NO_INT, Shape, Unit};

/// A number of each row.
#[derive(Debug, Clone, PartialEq)]
pub enum Num {
    /// Exact integers in steps of 1/scale of the unit; [`NO_INT`] is null.
    Int(Vec<i64>, i64),
    /// Numbers; NaN is null.
    Float(Vec<f64>),
}

impl Num {
    /// Steps in one unit; 1 for numbers.
    pub fn scale(&self) -> f64 {
        match self {
            Num::Int(_, scale) => *scale as f64,
            Num::Float(_) => 1.0,
        }
    }

    /// The number of a row in its unit; `None` where null.
    #[inline]
    pub fn at(&self, row: usize) -> Option<f64> {
        match self {
            Num::Int(values, scale) => (values[row] != NO_INT).then(|| values[row] as f64 / *scale as f64),
            Num::Float(values) => (!values[row].is_nan()).then(|| values[row]),
        }
    }
}

/// What a metric needs of each row; nulls of conditions are false already.
#[derive(Debug)]
pub struct Inputs {
    /// Whether the row counts.
    pub keep: Vec<bool>,
    /// Weight of each row.
    pub weight: Option<Vec<f64>>,
    /// Conditions: the part, or for and against, or the event.
    pub flags: Vec<Vec<bool>>,
    /// Numbers, in the order of the kind's fields.
    pub numbers: Vec<Num>,
    /// Groups or distinct things; [`NO_INT`] is null.
    pub things: Option<Vec<i64>>,
}

/// A frame's rows as they fall into the cells of a lane.
#[derive(Debug)]
pub struct Placed {
    /// Row of the frame.
    pub order: Vec<u32>,
    /// Index of the window in the lane.
    pub window: Vec<u32>,
}

/// Which rows lie in which windows of the lane.
pub fn place(frame: &Frame, when: &When, lane: &WindowSet) -> Placed {
    let mut placed = Placed {
        order: Vec::with_capacity(frame.len()),
        window: Vec::with_capacity(frame.len()),
    };
    let windows = &lane.windows;
    match when {
        When::InPeriod => {
            placed.order.extend(0..frame.len() as u32);
            placed.window.extend_from_slice(&frame.window);
        }
        When::At(column) => {
            let Some(times) = frame.ints(column) else { return placed };
            for (row, &at) in times.iter().enumerate() {
                let next = windows.partition_point(|w| w.start <= at);
                if next > 0 && at < windows[next - 1].end.min(windows[next - 1].as_of) {
                    placed.order.push(row as u32);
                    placed.window.push(next as u32 - 1);
                }
            }
        }
        When::Stock { from, until } => {
            let Some(from) = frame.ints(from) else { return placed };
            let until = frame.ints(until);
            for (row, &from) in from.iter().enumerate() {
                if from == NO_INT {
                    continue;
                }
                let first = windows.partition_point(|w| w.end <= from);
                for (index, window) in windows.iter().enumerate().skip(first) {
                    let end = until.map_or(NO_INT, |u| u[row]);
                    if end != NO_INT && end < window.end {
                        break;
                    }
                    placed.order.push(row as u32);
                    placed.window.push(index as u32);
                }
            }
        }
    }
    placed
}

/// Evaluates the expressions of some metrics of a view.
pub struct Evaluator<'a> {
    /// The canonical tables.
    pub canonical: &'a CanonicalTables,
    /// The run's settings.
    pub settings: &'a Settings,
    /// The fact and its wanted columns.
    pub plan: &'a FactPlan,
}

impl Evaluator<'_> {
    /// The inputs of these metrics for the rows placed.
    pub fn inputs(&self, metrics: &[&Metric], frame: &Frame, placed: &Placed, lane: &WindowSet, when: &When) -> Result<Vec<Inputs>> {
        let all = placed.order.len() == frame.len() && !matches!(when, When::Stock { .. });
        let order = (!all).then_some(placed.order.as_slice());
        let mut table = frame.to_polars(order).context("cannot build the frame")?;
        self.add_times(&mut table, metrics, frame, placed, lane, when)?;
        self.forget_unknown(&mut table, frame, placed, lane)?;
        let mut wanted = Wanted {
            texts: FxHashMap::default(),
            exprs: Vec::new(),
        };
        for metric in metrics {
            for expression in metric.expressions() {
                if expression.expr.as_column().is_none() {
                    wanted.add(expression, self)?;
                }
            }
        }
        let table = if wanted.exprs.is_empty() {
            table
        } else {
            table
                .lazy()
                .with_columns(wanted.exprs.clone())
                .collect()
                .context("cannot evaluate the metrics' expressions")?
        };
        let read = Reader {
            table: &table,
            names: &wanted.texts,
            plan: self.plan,
        };
        metrics.iter().map(|m| read.inputs(m)).collect()
    }

    /// The times at hand (as-of, the period's bounds) and the age of what is in stock.
    fn add_times(
        &self,
        table: &mut DataFrame,
        metrics: &[&Metric],
        frame: &Frame,
        placed: &Placed,
        lane: &WindowSet,
        when: &When,
    ) -> Result<()> {
        let named = |name: &str| {
            metrics
                .iter()
                .any(|m| m.expressions().any(|e| e.expr.columns().iter().any(|c| c == name)))
        };
        let windows = &lane.windows;
        for (name, of) in [
            ("as_of", (|w| w.as_of) as fn(&crate::facts::context::Window) -> i64),
            ("period_start", |w| w.start),
            ("period_end", |w| w.end),
        ] {
            if named(name) {
                let values: Vec<i64> = placed.window.iter().map(|&w| of(&windows[w as usize])).collect();
                table.with_column(int_column(name, &values)).context("cannot add times")?;
            }
        }
        if let When::Stock { from, .. } = when
            && named("age_hours")
            && let Some(from) = frame.ints(from)
        {
            let clock = &self.settings.clock;
            let ages: Vec<i64> = placed
                .order
                .iter()
                .zip(&placed.window)
                .map(|(&row, &w)| clock.between(from[row as usize], windows[w as usize].end))
                .collect();
            table.with_column(int_column("age_hours", &ages)).context("cannot add ages")?;
        }
        Ok(())
    }

    /// In a window that is seen from an earlier as-of, what became known later is not known.
    fn forget_unknown(&self, table: &mut DataFrame, frame: &Frame, placed: &Placed, lane: &WindowSet) -> Result<()> {
        if self.plan.spec.shape == Shape::StakeholderPeriod || lane.windows.iter().all(|w| w.as_of >= self.canonical.as_of) {
            return Ok(());
        }
        let as_of: Vec<i64> = placed.window.iter().map(|&w| lane.windows[w as usize].as_of).collect();
        for column in self.plan.spec.columns {
            if let Known::Lasting(from) = column.known
                && let (Some(lasted), Some(from)) = (frame.ints(column.name), frame.ints(from))
            {
                let rows = placed.order.iter().map(|&row| row as usize).zip(&as_of);
                let values: Vec<i64> = rows
                    .map(|(row, &as_of)| self.lasted_until(as_of, from[row], lasted[row], column.unit))
                    .collect();
                table
                    .with_column(int_column(column.name, &values))
                    .context("cannot set back durations")?;
            }
        }
        table.with_column(int_column("#as_of", &as_of)).context("cannot add as-of")?;
        let masked: Vec<_> = self
            .plan
            .spec
            .columns
            .iter()
            .filter(|c| self.plan.wanted.contains(c.name))
            .filter_map(|c| match c.known {
                Known::At(at) => {
                    // Without a time there is nothing to forget: it was known, nobody wrote down since when.
                    let unknown = col(at).gt_eq(col("#as_of"));
                    let nothing = if c.unit == Unit::Bool {
                        lit(false)
                    } else {
                        lit(polars::prelude::NULL)
                    };
                    Some(when(unknown).then(nothing).otherwise(col(c.name)).alias(c.name))
                }
                _ => None,
            })
            .collect();
        if !masked.is_empty() {
            *table = std::mem::take(table)
                .lazy()
                .with_columns(masked)
                .collect()
                .context("cannot set the as-of")?;
        }
        let as_of_only = "#as_of";
        table.drop_in_place(as_of_only).context("cannot drop as-of")?;
        Ok(())
    }

    /// How long something had lasted at an earlier as-of that has lasted so long at the run's: in days where it is told in days.
    fn lasted_until(&self, as_of: i64, from: i64, lasted: i64, unit: Unit) -> i64 {
        if from == NO_INT || lasted == NO_INT || from >= as_of {
            return NO_INT;
        }
        let zone = &self.canonical.zone;
        let days = i64::from(zone.day_of(self.canonical.as_of) - zone.day_of(as_of));
        let is_dated = |rows: &Rows| rows.table.event_columns().any(|column| rows.is_date(column));
        if unit == Unit::Days {
            lasted - days
        } else if lasted % DAY == 0 && self.plan.spec.rows.and_then(|t| self.canonical.table(t)).is_some_and(is_dated) {
            lasted - days * DAY
        } else {
            self.settings.clock.between(from, as_of)
        }
    }

    fn lowering<T>(&self, use_it: impl FnOnce(&Lowering) -> T) -> T {
        let unit = |name: &str| self.plan.spec.column(name).map_or(Unit::Time, |c| c.unit);
        let code = |text: &str| self.canonical.texts.code(text);
        let codes_matching = |keep: &dyn Fn(&str) -> bool| self.canonical.texts.matching(keep);
        let key = |id: &str| key_of(id) as i64;
        let clock = |at| self.canonical.zone.instant(at);
        use_it(&Lowering {
            unit: &unit,
            code: &code,
            codes_matching: &codes_matching,
            key: &key,
            clock: &clock,
        })
    }
}

/// Expressions to evaluate, each once.
struct Wanted {
    texts: FxHashMap<String, String>,
    exprs: Vec<polars::prelude::Expr>,
}

impl Wanted {
    fn add(&mut self, expression: &Expression, evaluator: &Evaluator) -> Result<()> {
        let text = expression.expr.to_sql();
        if self.texts.contains_key(&text) {
            return Ok(());
        }
        let name = format!("#{}", self.exprs.len());
        let lowered = evaluator
            .lowering(|l| expression.expr.lower(l))
            .map_err(|e| anyhow::anyhow!("{}: {}", expression.text, e.message))?;
        self.exprs.push(lowered.alias(name.as_str()));
        self.texts.insert(text, name);
        Ok(())
    }
}

/// Reads evaluated columns.
struct Reader<'a> {
    table: &'a DataFrame,
    names: &'a FxHashMap<String, String>,
    plan: &'a FactPlan,
}

impl Reader<'_> {
    fn inputs(&self, metric: &Metric) -> Result<Inputs> {
        let height = self.table.height();
        let mut inputs = Inputs {
            keep: Vec::new(),
            weight: None,
            flags: Vec::new(),
            numbers: Vec::new(),
            things: None,
        };
        inputs.keep = match &metric.where_ {
            Some(expression) => self.flags(expression)?,
            None => vec![true; height],
        };
        if let Some(weight) = &metric.weight {
            inputs.weight = Some(match self.numbers_of(weight)? {
                Num::Float(values) => values,
                Num::Int(values, scale) => values.iter().map(|&v| v as f64 / scale as f64).collect(),
            });
        }
        match &metric.kind {
            Kind::Count { distinct } => {
                if let Some(Entity::Column(column)) = distinct {
                    inputs.things = Some(self.things(column)?);
                }
            }
            Kind::Sum { of } | Kind::Mean { of } | Kind::Quantile { of, .. } => inputs.numbers.push(self.numbers(of)?),
            Kind::Share { part } => inputs.flags.push(self.flags(part)?),
            Kind::NetShare { plus, minus } => {
                inputs.flags.push(self.flags(plus)?);
                inputs.flags.push(self.flags(minus)?);
            }
            Kind::Ratio { over, under } => {
                inputs.numbers.push(self.numbers(over)?);
                match under {
                    Under::Sum(under) => inputs.numbers.push(self.numbers(under)?),
                    Under::Distinct(Entity::Column(column)) => inputs.things = Some(self.things(column)?),
                    Under::Distinct(Entity::Stakeholder) => {}
                }
            }
            Kind::Rate { part, exposure, .. } => {
                inputs.flags.push(self.flags(part)?);
                if let Exposure::Column(exposure) = exposure {
                    inputs.numbers.push(self.numbers(exposure)?);
                }
            }
            Kind::SurvivalQuantile {
                of, event, censored_of, ..
            } => {
                inputs.numbers.push(self.numbers(of)?);
                inputs.numbers.push(self.numbers(censored_of)?);
                inputs.flags.push(self.flags(event)?);
            }
            Kind::Concentration { of, group, .. } => {
                inputs.numbers.push(self.numbers(of)?);
                if let Entity::Column(column) = group {
                    inputs.things = Some(self.things(column)?);
                }
            }
            Kind::Derived { .. } => {}
        }
        Ok(inputs)
    }

    fn name<'n>(&'n self, expression: &'n Expression) -> &'n str {
        expression
            .expr
            .as_column()
            .unwrap_or_else(|| self.names[&expression.expr.to_sql()].as_str())
    }

    fn flags(&self, expression: &Expression) -> Result<Vec<bool>> {
        let column = self.table.column(self.name(expression)).context("missing column")?;
        Ok(column.bool().context("not a condition")?.iter().map(|v| v == Some(true)).collect())
    }

    fn numbers(&self, expression: &Expression) -> Result<Num> {
        if let Some(column) = expression.expr.as_column() {
            return self.numbers_of(column);
        }
        let column = self.table.column(self.name(expression)).context("missing column")?;
        if column.dtype() == &DataType::Boolean {
            return Ok(Num::Int(
                column
                    .bool()
                    .context("not a condition")?
                    .iter()
                    .map(|v| v.map_or(NO_INT, i64::from))
                    .collect(),
                1,
            ));
        }
        let column = column.cast(&DataType::Float64).context("not a number")?;
        Ok(Num::Float(
            column
                .f64()
                .context("not a number")?
                .iter()
                .map(|v| v.unwrap_or(f64::NAN))
                .collect(),
        ))
    }

    /// A bare column keeps its exact integers.
    fn numbers_of(&self, name: &str) -> Result<Num> {
        let unit = self.plan.spec.column(name).map_or(Unit::Time, |c| c.unit);
        let column = self.table.column(name).context("missing column")?;
        Ok(match unit {
            Unit::Number => Num::Float(
                column
                    .f64()
                    .context("not a number")?
                    .iter()
                    .map(|v| v.unwrap_or(f64::NAN))
                    .collect(),
            ),
            Unit::Bool => Num::Int(
                column
                    .bool()
                    .context("not a condition")?
                    .iter()
                    .map(|v| v.map_or(NO_INT, i64::from))
                    .collect(),
                1,
            ),
            _ => Num::Int(
                column
                    .i64()
                    .context("not an integer")?
                    .iter()
                    .map(|v| v.unwrap_or(NO_INT))
                    .collect(),
                unit.scale(),
            ),
        })
    }

    fn things(&self, name: &str) -> Result<Vec<i64>> {
        let column = self.table.column(name).context("missing column")?;
        Ok(match column.dtype() {
            DataType::UInt32 => column
                .u32()
                .context("not text")?
                .iter()
                .map(|v| v.map_or(NO_INT, i64::from))
                .collect(),
            _ => column.i64().context("not an id")?.iter().map(|v| v.unwrap_or(NO_INT)).collect(),
        })
    }
}
