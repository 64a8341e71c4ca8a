//! The kinds of metrics at work: which columns each reads, how its rows are counted, how a value is estimated from the counts, and how its
//! rows are explained. The definition of a kind is in `catalog/kinds`, in a file of the same name.
//!
//! A metric is measured in two stages. **Counting** ([`KindColumns::count`], `measure/counting`) goes once through the rows and knows no
//! statistics; what it leaves can be merged with what was counted of other stakeholders. **Finishing** ([`MeasuredKind::finish`],
//! `measure/finishing`) turns merged counts into a value with its interval, or says why there is none.

mod concentration;
mod count;
mod derived;
mod mean;
mod net_share;
mod quantile;
mod rate;
mod ratio;
mod share;
mod sum;
mod survival_quantile;

use anyhow::Result;

use super::columns::{ColumnReader, Num, RowWeight, Things};
use super::counting::{Addition, CellCount, CountTask, Counted, Scales, StakeholderSums};
use super::finishing::{Context, Estimated, set_estimate};
use super::rows::Entry;
use crate::catalog::{Expression, Kind};
use crate::report::{AbsentReason, Cell};
use crate::schema::NO_INT;
use crate::stats::{self, Confidence, Side};

/// What the engine does with a kind of metric.
pub trait MeasuredKind: Sync {
    /// Reads the columns that counting needs, each by its name.
    ///
    /// # Errors
    /// A column that was not built; that is a defect of the program.
    fn read<'a>(&'a self, reader: &ColumnReader) -> Result<Box<dyn KindColumns + 'a>>;

    /// Fills the cell from what was counted; `None` where nothing was. No row in the whole is "no rows", but for counts and sums, of which
    /// nothing is zero; rows whose denominators add up to nothing are "zero denominator".
    ///
    /// # Errors
    /// Counts of another kind; that is a defect of the program.
    fn finish(&self, counted: Option<&mut CellCount>, context: &Context, cell: &mut Cell) -> Result<Estimated>;

    /// How two values of it are compared.
    fn difference(&self) -> Difference;

    /// Whether a value over the other groups is there that a group's own can be compared with.
    fn has_other_groups(&self) -> bool;

    /// What a stakeholder contributes to the value; `None` where it is no sum over stakeholders.
    fn contribution(&self) -> Option<Contribution>;

    /// What the entries of a row are, in the order of [`KindColumns::entries`]; of a weighted metric `weight` comes after them.
    fn entry_names(&self) -> Vec<&'static str>;

    /// What is ranked, where the value is a quantile of ranked values.
    fn ranking(&self) -> Option<Ranking<'_>> {
        None
    }

    /// The value with its limits at another level, where they follow from sums at once.
    fn side_at(&self, _: &Estimated, _: Confidence) -> Option<Side> {
        None
    }

    /// The value with its limits at another level, where the counted values have to be ranked for that.
    fn ranked_side_at(&self, _: &CellCount, _: f64) -> Option<Side> {
        None
    }
}

/// The evaluated columns of a metric, one item for each placed row.
pub trait KindColumns {
    /// Counts the rows. This is the hot loop: each kind has its own copy of it.
    fn count(&self, task: &CountTask) -> Counted;

    /// Whether a row whose condition holds is one of the n of its cell.
    fn is_counted(&self, row: usize, stakeholder: u32) -> bool;

    /// What a row adds, as it is shown to people.
    fn entries(&self, row: usize) -> Vec<Entry>;
}

/// What the engine does with a kind.
pub fn measured(kind: &Kind) -> &dyn MeasuredKind {
    match kind {
        Kind::Count(kind) => kind,
        Kind::Sum(kind) => kind,
        Kind::Mean(kind) => kind,
        Kind::Share(kind) => kind,
        Kind::NetShare(kind) => kind,
        Kind::Ratio(kind) => kind,
        Kind::Rate(kind) => kind,
        Kind::Quantile(kind) => kind,
        Kind::SurvivalQuantile(kind) => kind,
        Kind::Concentration(kind) => kind,
        Kind::Derived(kind) => kind,
    }
}

/// How two values of a kind are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// As totals over stakeholders: the variance follows from the squares of these.
    Totals,
    /// As two estimates, from their intervals.
    Estimates,
    /// As two estimates of ranked values, whose limits at other levels have to be ranked anew.
    Ranked,
}

/// What a stakeholder contributes to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contribution {
    /// A part of a total.
    Part,
    /// A part, and a share of the whole that parts are divided by.
    PartAndWhole,
}

/// A quantile of values that are ranked.
#[derive(Debug, Clone, Copy)]
pub struct Ranking<'a> {
    /// What is ranked.
    pub of: &'a Expression,
    /// Which quantile, between 0 and 1.
    pub q: f64,
}

/// What a row adds above and below the line: one of the parts and wholes.
pub(super) fn weighted(weight: RowWeight, part: i64) -> Addition {
    match weight {
        RowWeight::One => Addition {
            part_steps: part,
            whole_steps: 1,
            ..Addition::default()
        },
        RowWeight::Of(w) => Addition {
            part: w * part as f64,
            whole: w,
            ..Addition::default()
        },
    }
}

/// A number of a row in exact steps where it is an integer, or else as a float; null adds nothing.
#[inline]
pub(super) fn steps_and_float(number: &Num, row: usize) -> (i64, f64) {
    match number {
        Num::Int(values, _) if values[row] != NO_INT => (values[row], 0.0),
        Num::Float(values) if !values[row].is_nan() => (0, values[row]),
        Num::Int(..) | Num::Float(_) => (0, 0.0),
    }
}

/// The counts that every kind shows which is made of sums over stakeholders.
pub(super) fn set_counts(sums: &StakeholderSums, scales: Scales, cell: &mut Cell) -> (f64, f64) {
    let (part, whole) = sums.totals(scales);
    cell.n = Some(sums.rows);
    cell.stakeholders = Some(sums.stakeholders);
    cell.part = Some(part);
    (part, whole)
}

/// Why there is no value where the whole is zero.
pub(super) fn set_zero_whole(sums: &StakeholderSums, cell: &mut Cell) {
    cell.whole = Some(0.0);
    cell.absent = Some(if sums.rows == 0 {
        AbsentReason::NoRows
    } else {
        AbsentReason::ZeroDenominator
    });
}

/// Of a kind that has no value where nothing was counted.
pub(super) fn no_rows(cell: &mut Cell) -> Estimated {
    cell.absent = Some(AbsentReason::NoRows);
    Estimated::of_sums(StakeholderSums::default())
}

/// Of a kind that is zero where nothing was counted.
pub(super) fn zero(cell: &mut Cell) -> Estimated {
    cell.value = Some(0.0);
    cell.part = Some(0.0);
    cell.interval_absent = Some(AbsentReason::NotDefined);
    Estimated::of_sums(StakeholderSums::default())
}

/// A part divided by a whole, both sums over stakeholders: a mean or a ratio.
pub(super) fn finish_ratio(sums: &StakeholderSums, context: &Context, cell: &mut Cell) -> Estimated {
    let (part, whole) = set_counts(sums, context.scales, cell);
    let mut estimated = Estimated::of_sums(sums.clone());
    if whole == 0.0 {
        set_zero_whole(sums, cell);
        return estimated;
    }
    cell.whole = Some(whole);
    estimated.side = set_estimate(cell, stats::ratio(&sums.sums, context.confidence.level));
    cell.studentised = stats::studentised_ratio(&sums.sums).ok();
    // Sums of integers are exact: the quotient is taken of them, not of sums of quotients.
    cell.value = Some(part / whole);
    estimated
}

/// A number of a row for people.
pub(super) fn number_entry(number: &Num, row: usize) -> Entry {
    number.at(row).map_or(Entry::Nothing, Entry::Number)
}

/// A condition of a row for people.
pub(super) fn yes_or_no(flag: bool) -> Entry {
    Entry::Word(if flag { "yes" } else { "no" })
}

/// A thing of a row for people.
pub(super) fn thing_entry(things: &Things, row: usize) -> Entry {
    match (things, things.at(row)) {
        (_, None) => Entry::Nothing,
        (Things::Texts(_), Some(code)) => Entry::Text(code as u32),
        (Things::Ids(_), Some(key)) => Entry::Thing(key as u64),
    }
}
