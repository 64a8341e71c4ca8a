//! The frame a fact is built into: only the columns that some metric needs, filled row by row.

use polars::prelude::{BooleanChunked, Float64Chunked, Int64Chunked, UInt32Chunked};
use polars::prelude::{Column as PolarsColumn, DataFrame, IntoColumn, NamedFrom, NewChunkedArray, PolarsResult, Series};

use crate::schema::{FactColumn, FactSpec, NO_CODE, NO_INT, NO_KEY, Shape, Table, Unit};

/// A column of the frame under construction; of a column that nobody needs, every value is dropped.
#[derive(Clone, Copy, Debug)]
pub struct Handle(usize);

const UNWANTED: usize = usize::MAX;

impl Handle {
    /// Whether anybody needs the column.
    pub fn is_wanted(self) -> bool {
        self.0 != UNWANTED
    }
}

/// Why a value of a row is not known although there are data for it. What is computed from it is missing for that reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unknown {
    /// Its amounts are of several currencies.
    MixedCurrencies,
    /// The lines of an order differ in it, or it is known for the whole order while its lines are in several groups.
    LinesDiffer,
    /// It is larger than any that can be represented.
    TooLarge,
}

#[derive(Debug)]
enum Store {
    Int(Vec<i64>),
    Float(Vec<f64>),
    Code(Vec<u32>),
    Flag(Vec<u8>),
}

/// A fact's rows: who, which slice, which period where the fact has one, which source, and the wanted columns.
#[derive(Debug)]
pub struct Frame {
    shape: Shape,
    /// All columns of the fact, wanted or not.
    known: &'static [FactColumn],
    columns: Vec<(&'static str, Store)>,
    /// Code of the stakeholder of each row; [`NO_CODE`] where unknown.
    pub stakeholder: Vec<u32>,
    /// Slice of each row.
    pub slice: Vec<u32>,
    /// For facts of a stakeholder in a period: the index of the period in the lane.
    pub window: Vec<u32>,
    /// Source of each row.
    pub source: Vec<u16>,
    /// The canonical rows behind each row, where asked for.
    pub origins: Option<Vec<Vec<(Table, u32)>>>,
    /// Column and row of the values that are not known.
    unknown: Vec<(usize, u32, Unknown)>,
}

impl Frame {
    /// An empty frame with the wanted columns of a fact. Columns that the fact does not have are left out.
    pub fn new(spec: &FactSpec, wanted: &dyn Fn(&str) -> bool, with_origins: bool) -> Frame {
        let columns = spec
            .columns
            .iter()
            .filter(|c| wanted(c.name))
            .map(|c| {
                let store = match c.unit {
                    Unit::Number => Store::Float(Vec::new()),
                    Unit::Text => Store::Code(Vec::new()),
                    Unit::Bool => Store::Flag(Vec::new()),
                    _ => Store::Int(Vec::new()),
                };
                (c.name, store)
            })
            .collect();
        Frame {
            shape: spec.shape,
            known: spec.columns,
            columns,
            stakeholder: Vec::new(),
            slice: Vec::new(),
            window: Vec::new(),
            source: Vec::new(),
            origins: with_origins.then(Vec::new),
            unknown: Vec::new(),
        }
    }

    /// How the fact's rows come into periods.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.stakeholder.len()
    }

    /// The handle of a column of the fact.
    ///
    /// # Panics
    /// Where the fact has no column of that name: its builder would fill nothing.
    pub fn handle(&self, name: &str) -> Handle {
        assert!(
            self.known.iter().any(|column| column.name == name),
            "`{name}` is no column of the fact that is built"
        );
        Handle(self.columns.iter().position(|(n, _)| *n == name).unwrap_or(UNWANTED))
    }

    /// Starts a row of an event fact; every wanted column of it is null until set.
    pub fn begin(&mut self, stakeholder: u32, slice: u32, source: u16) {
        debug_assert!(self.shape == Shape::Event);
        self.open(stakeholder, slice, source);
    }

    /// Starts a row of a stakeholder in a period.
    pub fn begin_in(&mut self, stakeholder: u32, slice: u32, window: u32) {
        debug_assert!(self.shape == Shape::StakeholderPeriod);
        self.window.push(window);
        self.open(stakeholder, slice, 0);
    }

    fn open(&mut self, stakeholder: u32, slice: u32, source: u16) {
        self.stakeholder.push(stakeholder);
        self.slice.push(slice);
        self.source.push(source);
        for (_, store) in &mut self.columns {
            match store {
                Store::Int(v) => v.push(NO_INT),
                Store::Float(v) => v.push(f64::NAN),
                Store::Code(v) => v.push(NO_CODE),
                Store::Flag(v) => v.push(2),
            }
        }
        if let Some(origins) = &mut self.origins {
            origins.push(Vec::new());
        }
    }

    /// Sets a time, an amount of money, a duration, a number of days or a count of the current row; [`NO_INT`] is null.
    #[inline]
    pub fn int(&mut self, handle: Handle, value: i64) {
        if handle.is_wanted()
            && let Store::Int(v) = &mut self.columns[handle.0].1
            && let Some(last) = v.last_mut()
        {
            *last = value;
        }
    }

    /// Sets an amount that was added up, where it is known. One that a column cannot hold is null, and is remembered as too large: what is
    /// computed from it is missing for that reason, and never another number.
    #[inline]
    pub fn total(&mut self, handle: Handle, value: Option<i128>) {
        if !handle.is_wanted() {
            return;
        }
        match value.map(i64::try_from) {
            None => self.int(handle, NO_INT),
            Some(Ok(value)) if value != NO_INT => self.int(handle, value),
            Some(Ok(_) | Err(_)) => self.unknown(handle, Unknown::TooLarge),
        }
    }

    /// Makes a number or a text of the current row null, and remembers why it is not known.
    pub fn unknown(&mut self, handle: Handle, why: Unknown) {
        if !handle.is_wanted() {
            return;
        }
        match &mut self.columns[handle.0].1 {
            Store::Int(v) => v.last_mut().into_iter().for_each(|last| *last = NO_INT),
            Store::Float(v) => v.last_mut().into_iter().for_each(|last| *last = f64::NAN),
            Store::Code(v) => v.last_mut().into_iter().for_each(|last| *last = NO_CODE),
            Store::Flag(v) => v.last_mut().into_iter().for_each(|last| *last = 2),
        }
        self.unknown.push((handle.0, self.len() as u32 - 1, why));
    }

    /// The rows in which the value of a column is not known, and why.
    pub fn unknown_in(&self, name: &str) -> impl Iterator<Item = (u32, Unknown)> {
        let column = self.columns.iter().position(|(n, _)| *n == name);
        let rows = self.unknown.iter().filter(move |(of, ..)| Some(*of) == column);
        rows.map(|(_, row, why)| (*row, *why))
    }

    /// Sets an id of the current row.
    #[inline]
    pub fn key(&mut self, handle: Handle, value: u64) {
        self.int(handle, if value == NO_KEY { NO_INT } else { value as i64 });
    }

    /// Sets a number of the current row; NaN is null.
    #[inline]
    pub fn float(&mut self, handle: Handle, value: f64) {
        if handle.is_wanted()
            && let Store::Float(v) = &mut self.columns[handle.0].1
            && let Some(last) = v.last_mut()
        {
            *last = value;
        }
    }

    /// Sets a text of the current row.
    #[inline]
    pub fn code(&mut self, handle: Handle, value: u32) {
        if handle.is_wanted()
            && let Store::Code(v) = &mut self.columns[handle.0].1
            && let Some(last) = v.last_mut()
        {
            *last = value;
        }
    }

    /// Sets a yes or no of the current row.
    #[inline]
    pub fn flag(&mut self, handle: Handle, value: bool) {
        if handle.is_wanted()
            && let Store::Flag(v) = &mut self.columns[handle.0].1
            && let Some(last) = v.last_mut()
        {
            *last = u8::from(value);
        }
    }

    /// Names a canonical row behind the current row.
    #[inline]
    pub fn origin(&mut self, table: Table, row: usize) {
        if let Some(origins) = &mut self.origins
            && let Some(last) = origins.last_mut()
        {
            last.push((table, row as u32));
        }
    }

    /// The integers of a column (a time column, say), if it is wanted and holds integers.
    pub fn ints(&self, name: &str) -> Option<&[i64]> {
        self.columns.iter().find(|(n, _)| *n == name).and_then(|(_, store)| match store {
            Store::Int(v) => Some(v.as_slice()),
            _ => None,
        })
    }

    /// The codes of a text column, if it is wanted.
    pub fn codes(&self, name: &str) -> Option<&[u32]> {
        self.columns.iter().find(|(n, _)| *n == name).and_then(|(_, store)| match store {
            Store::Code(v) => Some(v.as_slice()),
            _ => None,
        })
    }

    /// The values of a yes-or-no column (0 no, 1 yes, 2 null), if it is wanted.
    pub fn flags(&self, name: &str) -> Option<&[u8]> {
        self.columns.iter().find(|(n, _)| *n == name).and_then(|(_, store)| match store {
            Store::Flag(v) => Some(v.as_slice()),
            _ => None,
        })
    }

    /// The columns as polars columns; `order` picks and repeats rows, `None` takes all as they are.
    ///
    /// # Errors
    /// When columns differ in length.
    pub fn to_polars(&self, order: Option<&[u32]>) -> PolarsResult<DataFrame> {
        let height = order.map_or(self.len(), <[u32]>::len);
        let columns = self.columns.iter().map(|(name, store)| polars_column(name, store, order)).collect();
        DataFrame::new(height, columns)
    }
}

fn polars_column(name: &str, store: &Store, order: Option<&[u32]>) -> PolarsColumn {
    fn each<T: Copy>(values: &[T], order: Option<&[u32]>, mut take: impl FnMut(T)) {
        match order {
            Some(order) => order.iter().for_each(|&i| take(values[i as usize])),
            None => values.iter().for_each(|&v| take(v)),
        }
    }
    let height = order.map_or(usize::MAX, <[u32]>::len);
    match store {
        Store::Int(v) => {
            let mut out = Vec::with_capacity(v.len().min(height));
            each(v, order, |x| out.push(x));
            int_column(name, &out)
        }
        Store::Float(v) => {
            let mut out = Vec::with_capacity(v.len().min(height));
            each(v, order, |x| out.push((!x.is_nan()).then_some(x)));
            Float64Chunked::from_iter_options(name.into(), out.into_iter()).into_column()
        }
        Store::Code(v) => {
            let mut out = Vec::with_capacity(v.len().min(height));
            each(v, order, |x| out.push((x != NO_CODE).then_some(x)));
            UInt32Chunked::from_iter_options(name.into(), out.into_iter()).into_column()
        }
        Store::Flag(v) => {
            let mut out = Vec::with_capacity(v.len().min(height));
            each(v, order, |x| out.push((x != 2).then_some(x == 1)));
            BooleanChunked::from_iter_options(name.into(), out.into_iter()).into_column()
        }
    }
}

/// A polars column of integers in which [`NO_INT`] is null.
pub fn int_column(name: &str, values: &[i64]) -> PolarsColumn {
    if values.contains(&NO_INT) {
        Int64Chunked::from_iter_options(name.into(), values.iter().map(|&x| (x != NO_INT).then_some(x))).into_column()
    } else {
        Series::new(name.into(), values).into_column()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::orders::SPEC;
    use proptest::prelude::*;

    fn limits() -> impl Strategy<Value = i128> {
        let of = |at: i64| (i128::from(at) - 2..=i128::from(at) + 2).boxed();
        prop_oneof![of(i64::MAX), of(i64::MIN), of(0), any::<i128>()]
    }

    proptest! {
        #[test]
        fn a_total_is_itself_or_too_large_and_never_another_number(totals in prop::collection::vec(prop::option::of(limits()), 0..30)) {
            let mut frame = Frame::new(&SPEC, &|name| name == "revenue" || name == "refund", false);
            let (revenue, refund, unwanted) = (frame.handle("revenue"), frame.handle("refund"), frame.handle("margin"));
            for &total in &totals {
                frame.begin(0, 0, 0);
                frame.total(revenue, total);
                frame.total(unwanted, total);
                frame.int(refund, 1);
            }
            let too_large: Vec<(u32, Unknown)> = frame.unknown_in("revenue").collect();
            prop_assert_eq!(frame.unknown_in("refund").count() + frame.unknown_in("margin").count(), 0);
            for (row, total) in totals.iter().enumerate() {
                let held = frame.ints("revenue").unwrap()[row];
                let fits = total.is_some_and(|total| total > i128::from(i64::MIN) && total <= i128::from(i64::MAX));
                if fits {
                    prop_assert_eq!(Some(i128::from(held)), *total);
                } else {
                    prop_assert_eq!(held, NO_INT);
                }
                prop_assert_eq!(too_large.contains(&(row as u32, Unknown::TooLarge)), total.is_some() && !fits);
            }
        }
    }
}
