//! From a fact's frame to the columns that metrics count: polars evaluates each expression once for all the metrics that share it.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;

use anyhow::{Context as _, Result};
use polars::prelude::{
    BooleanChunked, ChunkCompareIneq, ChunkFull, Column, DataFrame, DataType, Int64Chunked, IntoColumn, IntoSeries, Series,
};
use rustc_hash::FxHashMap;

use super::ids::{Id, IdVec, WindowId};
use super::kinds::{KindColumns, measured};
use super::plan::FactPlan;
use super::window_sets::WindowSet;
use crate::canonical::{CanonicalTables, key_of};
use crate::catalog::{Expression, Metric, When};
use crate::expr::FrameColumns;
use crate::facts::context::Settings;
use crate::facts::frame::{Frame, Unknown, int_column};
use crate::report::AbsentReason;
use crate::schema::{Known, NO_CODE, NO_INT, Shape, Unit};

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

/// The weight of each row, where rows are weighted.
#[derive(Debug)]
pub struct Weight(Option<Vec<f64>>);

/// How a row counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RowWeight {
    /// As one row.
    One,
    /// As so many.
    Of(f64),
}

impl Weight {
    /// The weight of a row; `None` where it is unknown or not above zero: such an answer says nothing about the population.
    #[inline]
    pub fn of(&self, row: usize) -> Option<RowWeight> {
        match &self.0 {
            None => Some(RowWeight::One),
            Some(weights) => Some(weights[row]).filter(|w| *w > 0.0 && w.is_finite()).map(RowWeight::Of),
        }
    }

    /// The weight as it is written in the row, where rows are weighted.
    pub fn written(&self, row: usize) -> Option<f64> {
        self.0.as_ref().map(|weights| weights[row])
    }
}

/// What is counted once each, or what rows are grouped by; [`NO_INT`] is null.
#[derive(Debug)]
pub enum Things {
    /// Texts of the data, by their codes.
    Texts(Vec<i64>),
    /// Ids, of which only hashes are known.
    Ids(Vec<i64>),
}

impl Things {
    /// The thing of a row; `None` where null.
    #[inline]
    pub fn at(&self, row: usize) -> Option<i64> {
        let (Things::Texts(values) | Things::Ids(values)) = self;
        Some(values[row]).filter(|thing| *thing != NO_INT)
    }
}

/// What one metric needs of each placed row.
pub struct MetricColumns<'a> {
    /// Whether a row counts; `None`: all do.
    pub keep: Option<Vec<bool>>,
    /// The columns of its kind.
    pub kind: Box<dyn KindColumns + 'a>,
    /// The placed rows in which a value that it uses is not known, and why.
    pub unknown: Vec<(usize, Unknown)>,
}

/// A frame's rows as they fall into the windows of a set.
#[derive(Debug)]
pub struct Placed {
    /// Row of the frame.
    pub order: Vec<u32>,
    /// Its window.
    pub window: Vec<WindowId>,
}

/// Which rows lie in which windows of the set. Rows that are in no group are left out.
///
/// # Errors
/// A time that the frame was not built with; that is a defect of the program.
pub fn place(frame: &Frame, when: &When, set: &WindowSet) -> Result<Placed> {
    let mut placed = Placed {
        order: Vec::with_capacity(frame.len()),
        window: Vec::with_capacity(frame.len()),
    };
    let mut put = |row: usize, window: WindowId| {
        if frame.slice[row] != NO_CODE {
            placed.order.push(row as u32);
            placed.window.push(window);
        }
    };
    let windows = set.windows.as_slice();
    let times = |column: &str| {
        frame
            .ints(column)
            .with_context(|| format!("the frame was built without the time `{column}`"))
    };
    match when {
        When::InPeriod => {
            for (row, &window) in frame.window.iter().enumerate() {
                put(row, WindowId::of(window as usize));
            }
        }
        When::At(column) => {
            for (row, &at) in times(column)?.iter().enumerate() {
                let next = windows.partition_point(|w| w.start <= at);
                if next > 0 && at < windows[next - 1].end.min(windows[next - 1].as_of) {
                    put(row, WindowId::of(next - 1));
                }
            }
        }
        When::Stock { from, until } => {
            let until = times(until)?;
            for (row, &from) in times(from)?.iter().enumerate() {
                if from == NO_INT {
                    continue;
                }
                let first = windows.partition_point(|w| w.end <= from);
                for (index, window) in windows.iter().enumerate().skip(first) {
                    if until[row] != NO_INT && until[row] < window.end {
                        break;
                    }
                    put(row, WindowId::of(index));
                }
            }
        }
    }
    Ok(placed)
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
    /// The columns of these metrics for the rows placed.
    pub fn columns<'m>(
        &self,
        metrics: &[&'m Metric],
        frame: &Frame,
        placed: &Placed,
        set: &WindowSet,
        when: &When,
    ) -> Result<Vec<MetricColumns<'m>>> {
        let can_repeat = match when {
            When::InPeriod | When::At(_) => false,
            When::Stock { .. } => true,
        };
        let all = placed.order.len() == frame.len() && !can_repeat;
        let order = (!all).then_some(placed.order.as_slice());
        let mut table = frame.to_polars(order).context("cannot build the frame")?;
        self.add_times(&mut table, metrics, frame, placed, set, when)?;
        self.forget_unknown(&mut table, frame, placed, set)?;
        let mut evaluated = FxHashMap::default();
        for metric in metrics {
            for expression in metric.expressions().filter(|e| e.expr.as_column().is_none()) {
                if let Entry::Vacant(place) = evaluated.entry(expression.expr.to_sql()) {
                    place.insert(self.evaluate(expression, &table)?);
                }
            }
        }
        let columns = |metric: &&'m Metric| {
            let reader = ColumnReader {
                metric,
                table: &table,
                evaluated: &evaluated,
                plan: self.plan,
            };
            let keep = metric.where_.as_ref().map(|condition| reader.flags(condition)).transpose()?;
            Ok(MetricColumns {
                keep,
                kind: measured(&metric.kind).read(&reader)?,
                unknown: unknown(metric, frame, placed),
            })
        };
        let columns: Result<Vec<MetricColumns>> = metrics.iter().map(columns).collect();
        columns
    }

    /// The times at hand (as-of, the period's bounds) and the age of what is in stock.
    fn add_times(
        &self,
        table: &mut DataFrame,
        metrics: &[&Metric],
        frame: &Frame,
        placed: &Placed,
        set: &WindowSet,
        when: &When,
    ) -> Result<()> {
        let named = |name: &str| {
            metrics
                .iter()
                .any(|m| m.expressions().any(|e| e.expr.columns().iter().any(|c| c == name)))
        };
        let windows: &IdVec<WindowId, _> = &set.windows;
        for (name, of) in [
            ("as_of", (|w| w.as_of) as fn(&crate::facts::context::Window) -> i64),
            ("period_start", |w| w.start),
            ("period_end", |w| w.end),
        ] {
            if named(name) {
                let values: Vec<i64> = placed.window.iter().map(|&w| of(&windows[w])).collect();
                table.with_column(int_column(name, &values)).context("cannot add times")?;
            }
        }
        if let When::Stock { from, .. } = when
            && let Some(from) = frame.ints(from)
        {
            let (clock, zone) = (&self.settings.clock, &self.canonical.zone);
            let hours = |from: i64, end: i64| clock.between(from, end);
            let days = |from: i64, end: i64| i64::from(zone.day_of(end) - zone.day_of(from));
            for (name, age) in [("age_hours", &hours as &dyn Fn(i64, i64) -> i64), ("age_days", &days)] {
                if named(name) {
                    let rows = placed.order.iter().zip(&placed.window);
                    let ages: Vec<i64> = rows.map(|(&row, &w)| age(from[row as usize], windows[w].end)).collect();
                    table.with_column(int_column(name, &ages)).context("cannot add ages")?;
                }
            }
        }
        Ok(())
    }

    /// In a window that is seen from an earlier as-of, what became known later is not known.
    fn forget_unknown(&self, table: &mut DataFrame, frame: &Frame, placed: &Placed, set: &WindowSet) -> Result<()> {
        if self.plan.spec.shape == Shape::StakeholderPeriod || set.windows.as_slice().iter().all(|w| w.as_of >= self.canonical.as_of) {
            return Ok(());
        }
        let as_of: Vec<i64> = placed.window.iter().map(|&w| set.windows[w].as_of).collect();
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
        let mut forgotten = Vec::new();
        let as_of = Int64Chunked::from_vec("as_of".into(), as_of);
        for column in self.plan.spec.columns.iter().filter(|c| self.plan.wanted.contains(c.name)) {
            let Known::At(at) = column.known else { continue };
            let held = table.column(column.name).context("cannot set the as-of")?.as_materialized_series();
            // Without a time there is nothing to forget: it was known, nobody wrote down since when.
            let at = table.column(at).and_then(Column::i64).context("cannot set the as-of")?;
            let unknown = at.gt_eq(&as_of);
            let nothing = if column.unit == Unit::Bool {
                BooleanChunked::full(column.name.into(), false, 1).into_series()
            } else {
                Series::full_null(column.name.into(), 1, held.dtype())
            };
            let masked = nothing.zip_with(&unknown, held).context("cannot set the as-of")?;
            forgotten.push(masked.into_column());
        }
        // A column that says when another became known is looked at before it is forgotten itself.
        for column in forgotten {
            table.with_column(column).context("cannot set the as-of")?;
        }
        Ok(())
    }

    /// How long something had lasted at an earlier as-of that has lasted so long at the run's: in days if its unit is days.
    fn lasted_until(&self, as_of: i64, from: i64, lasted: i64, unit: Unit) -> i64 {
        if from == NO_INT || lasted == NO_INT || from >= as_of {
            return NO_INT;
        }
        let zone = &self.canonical.zone;
        let days = i64::from(zone.day_of(self.canonical.as_of) - zone.day_of(as_of));
        if unit == Unit::Days {
            lasted - days
        } else {
            self.settings.clock.between(from, as_of)
        }
    }

    /// The value of an expression in each row of the table.
    fn evaluate(&self, expression: &Expression, table: &DataFrame) -> Result<Column> {
        let unit = |name: &str| self.plan.spec.column(name).map_or(Unit::Time, |c| c.unit);
        let code = |text: &str| self.canonical.texts.code(text);
        let codes_matching = |keep: &dyn Fn(&str) -> bool| self.canonical.texts.matching(keep);
        let rank = |code: u32| self.canonical.texts.rank(code);
        let key = |id: &str| key_of(id) as i64;
        let clock = |at| self.canonical.zone.instant(at);
        let columns = FrameColumns {
            frame: table,
            unit: &unit,
            code: &code,
            codes_matching: &codes_matching,
            rank: &rank,
            key: &key,
            clock: &clock,
        };
        let evaluated = expression.expr.eval_columns(&columns);
        evaluated.map_err(|e| anyhow::anyhow!("{}: {}", expression.text, e.message))
    }
}

/// The placed rows in which the value of a column of the metric is not known, and why.
fn unknown(metric: &Metric, frame: &Frame, placed: &Placed) -> Vec<(usize, Unknown)> {
    let rows: BTreeMap<u32, Unknown> = metric.columns().iter().flat_map(|column| frame.unknown_in(column.name)).collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let order = placed.order.iter().enumerate();
    order.filter_map(|(at, row)| Some((at, *rows.get(row)?))).collect()
}

/// The reason that cells show where a value of a row is not known.
pub fn reason(why: Unknown) -> AbsentReason {
    match why {
        Unknown::MixedCurrencies => AbsentReason::MixedCurrencies,
        Unknown::LinesDiffer => AbsentReason::LinesDiffer,
        Unknown::TooLarge => AbsentReason::TooLarge,
    }
}

/// Reads the columns of one metric, once they are evaluated. A column that is not there is a defect of the program.
pub struct ColumnReader<'a> {
    metric: &'a Metric,
    table: &'a DataFrame,
    /// The values of the expressions that are not a bare column, by their text.
    evaluated: &'a FxHashMap<String, Column>,
    plan: &'a FactPlan,
}

impl ColumnReader<'_> {
    fn column(&self, name: &str) -> Result<&Column> {
        let missing = || {
            format!(
                "`{}` uses `{name}` of {}, which was not built",
                self.metric.id,
                self.plan.spec.name()
            )
        };
        self.table.column(name).with_context(missing)
    }

    fn evaluated(&self, expression: &Expression) -> Result<&Column> {
        match expression.expr.as_column() {
            Some(column) => self.column(column),
            None => {
                let found = self.evaluated.get(&expression.expr.to_sql());
                found.with_context(|| format!("`{}` of `{}` was not evaluated", expression.text, self.metric.id))
            }
        }
    }

    /// The weight of each row, where the metric has one.
    pub fn weight(&self) -> Result<Weight> {
        let Some(name) = &self.metric.weight else {
            return Ok(Weight(None));
        };
        Ok(Weight(Some(match self.number_of(name)? {
            Num::Float(values) => values,
            Num::Int(values, scale) => values.iter().map(|&v| v as f64 / scale as f64).collect(),
        })))
    }

    /// A condition; null is false.
    pub fn flags(&self, expression: &Expression) -> Result<Vec<bool>> {
        let column = self.evaluated(expression)?;
        Ok(column.bool().context("not a condition")?.iter().map(|v| v == Some(true)).collect())
    }

    /// A number; a condition counts as 1.
    pub fn number(&self, expression: &Expression) -> Result<Num> {
        if let Some(column) = expression.expr.as_column() {
            return self.number_of(column);
        }
        let column = self.evaluated(expression)?;
        if column.dtype() == &DataType::Boolean {
            return ones(column);
        }
        floats(&column.cast(&DataType::Float64).context("not a number")?)
    }

    /// A bare column keeps its exact integers.
    fn number_of(&self, name: &str) -> Result<Num> {
        let column = self.column(name)?;
        match self.plan.spec.column(name).map_or(Unit::Time, |c| c.unit) {
            Unit::Number => floats(column),
            Unit::Bool => ones(column),
            unit @ (Unit::Money | Unit::Hours | Unit::Days | Unit::Count | Unit::Time | Unit::Key | Unit::Text) => {
                Ok(Num::Int(integers(column)?, unit.scale()))
            }
        }
    }

    /// The things of a column of texts or ids.
    pub fn things(&self, name: &str) -> Result<Things> {
        let column = self.column(name)?;
        Ok(match column.dtype() {
            DataType::UInt32 => Things::Texts(
                column
                    .u32()
                    .context("not text")?
                    .iter()
                    .map(|v| v.map_or(NO_INT, i64::from))
                    .collect(),
            ),
            _ => Things::Ids(integers(column)?),
        })
    }
}

fn integers(column: &Column) -> Result<Vec<i64>> {
    let values = column.i64().context("not an integer")?;
    Ok(values.iter().map(|v| v.unwrap_or(NO_INT)).collect())
}

fn ones(column: &Column) -> Result<Num> {
    let values = column.bool().context("not a condition")?;
    Ok(Num::Int(values.iter().map(|v| v.map_or(NO_INT, i64::from)).collect(), 1))
}

fn floats(column: &Column) -> Result<Num> {
    let values = column.f64().context("not a number")?;
    Ok(Num::Float(values.iter().map(|v| v.unwrap_or(f64::NAN)).collect()))
}
