//! What is counted of a metric in one cell: sums over stakeholders, values to be ranked, durations, or totals by group.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use super::sample::Sample;
use crate::measure::columns::Num;
use crate::measure::ids::CellId;
use crate::schema::NO_CODE;
use crate::stats::{ClusterSums, CrossSums, Influences, Observation};

/// The exact steps in one unit of a part and of a whole; 1 for numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scales {
    /// Of the part.
    pub part: f64,
    /// Of the whole.
    pub whole: f64,
}

impl Default for Scales {
    fn default() -> Scales {
        Scales { part: 1.0, whole: 1.0 }
    }
}

impl Scales {
    /// Of a part that is the sum of a column.
    pub fn part(of: &Num) -> Scales {
        Scales {
            part: of.scale(),
            whole: 1.0,
        }
    }
}

/// What one row adds: to the part and to the whole, each in exact steps or as a number.
#[derive(Debug, Clone, Copy, Default)]
pub struct Addition {
    /// The part, in exact steps.
    pub part_steps: i64,
    /// The whole, in exact steps.
    pub whole_steps: i64,
    /// The part, as a number.
    pub part: f64,
    /// The whole, as a number.
    pub whole: f64,
    /// Weighted rows that count for.
    pub plus: f64,
    /// Weighted rows that count against.
    pub minus: f64,
}

/// What one stakeholder adds to a cell. Steps are wide enough for more rows than there can be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StakeholderEntry {
    /// The stakeholder; [`NO_CODE`] for a row without one.
    pub stakeholder: u32,
    /// The cell.
    pub cell: CellId,
    /// Rows in the whole.
    pub rows: u32,
    /// The part, in exact steps.
    pub part_steps: i128,
    /// The whole, in exact steps.
    pub whole_steps: i128,
    /// The part, as a number.
    pub part: f64,
    /// The whole, as a number.
    pub whole: f64,
    /// Weighted rows that count for.
    pub plus: f64,
    /// Weighted rows that count against.
    pub minus: f64,
}

impl StakeholderEntry {
    /// Of a stakeholder that has added nothing yet.
    pub fn new(stakeholder: u32, cell: CellId) -> StakeholderEntry {
        StakeholderEntry {
            stakeholder,
            cell,
            rows: 0,
            part_steps: 0,
            whole_steps: 0,
            part: 0.0,
            whole: 0.0,
            plus: 0.0,
            minus: 0.0,
        }
    }

    /// Adds a row.
    #[inline]
    pub fn add(&mut self, row: &Addition) {
        self.rows += 1;
        self.part_steps += i128::from(row.part_steps);
        self.whole_steps += i128::from(row.whole_steps);
        self.part += row.part;
        self.whole += row.whole;
        self.plus += row.plus;
        self.minus += row.minus;
    }

    /// Adds what the same stakeholder has elsewhere.
    pub fn join(&mut self, other: &StakeholderEntry) {
        self.rows += other.rows;
        self.part_steps += other.part_steps;
        self.whole_steps += other.whole_steps;
        self.part += other.part;
        self.whole += other.whole;
        self.plus += other.plus;
        self.minus += other.minus;
    }

    /// The part and the whole in their units.
    pub fn units(&self, scales: Scales) -> (f64, f64) {
        (
            in_units(self.part_steps, scales.part, self.part),
            in_units(self.whole_steps, scales.whole, self.whole),
        )
    }
}

/// Exact steps in their unit, where there are any; else the number.
fn in_units(steps: i128, scale: f64, number: f64) -> f64 {
    if steps != 0 { steps as f64 / scale } else { number }
}

/// Sums over stakeholders of a part and a whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StakeholderSums {
    /// Rows in the whole.
    pub rows: u64,
    /// Distinct stakeholders in the whole; a row without one counts as its own.
    pub stakeholders: u64,
    /// Sums, squares and products over stakeholders.
    pub sums: ClusterSums,
    /// The exact part.
    pub part_steps: i128,
    /// The exact whole.
    pub whole_steps: i128,
    /// Weighted rows that count for.
    pub plus: f64,
    /// Weighted rows that count against.
    pub minus: f64,
    /// Some stakeholders, where what lies in the other groups is wanted.
    pub sample: Sample,
    /// Stakeholders who are protected as a small group.
    pub protected: u64,
}

impl StakeholderSums {
    /// Adds a stakeholder.
    pub fn add(&mut self, entry: &StakeholderEntry, scales: Scales, is_protected: bool) {
        let (part, whole) = entry.units(scales);
        self.rows += u64::from(entry.rows);
        self.stakeholders += 1;
        self.sums.add(part, whole);
        self.part_steps += entry.part_steps;
        self.whole_steps += entry.whole_steps;
        self.plus += entry.plus;
        self.minus += entry.minus;
        self.protected += u64::from(is_protected);
    }

    /// Adds the stakeholders of a later block.
    pub fn merge(&mut self, later: &StakeholderSums) {
        self.rows += later.rows;
        self.stakeholders += later.stakeholders;
        self.sums.merge(&later.sums);
        self.part_steps += later.part_steps;
        self.whole_steps += later.whole_steps;
        self.plus += later.plus;
        self.minus += later.minus;
        self.sample.merge(&later.sample);
        self.protected += later.protected;
    }

    /// The part and the whole in their units: exact where they are integers.
    pub fn totals(&self, scales: Scales) -> (f64, f64) {
        (
            in_units(self.part_steps, scales.part, self.sums.x),
            in_units(self.whole_steps, scales.whole, self.sums.n),
        )
    }
}

/// Distinct things, with the sums of what stands above the line of a ratio.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DistinctThings {
    /// The things, as codes of texts or hashes of ids.
    pub things: BTreeSet<i64>,
    /// The sums over stakeholders.
    pub sums: StakeholderSums,
}

/// Values to be ranked, with the stakeholder of each.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Values {
    /// The values; one stakeholder's are next to each other.
    pub values: Vec<f64>,
    /// The stakeholder of each; [`NO_CODE`] where unknown.
    pub owners: Vec<u32>,
    /// Stakeholders who are protected as a small group.
    pub protected: u64,
}

impl Values {
    /// Number of distinct stakeholders; a value without one counts as its own.
    pub fn stakeholders(&self) -> u64 {
        let runs = self.owners.chunk_by(|a, b| a == b && *a != NO_CODE);
        runs.count() as u64
    }

    /// How much each stakeholder adds to the share of values at or below a quantile.
    pub fn influences(&self, quantile: f64) -> Influences {
        Influences::on_share_below(&self.values, &self.owners, quantile)
    }
}

/// Durations to an event, some of them censored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Durations {
    /// The durations.
    pub observations: Vec<Observation>,
    /// Stakeholders who are protected as a small group.
    pub protected: u64,
}

impl Durations {
    /// Number of distinct stakeholders; a duration without one counts as its own.
    pub fn stakeholders(&self) -> u64 {
        let mut owners: Vec<u32> = self.observations.iter().map(|o| o.cluster).collect();
        owners.sort_unstable();
        owners.chunk_by(|a, b| a == b && *a != NO_CODE).count() as u64
    }
}

/// The total of a group: in exact steps, and as a number.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Total {
    /// In exact steps.
    pub steps: i128,
    /// As a number.
    pub number: f64,
}

/// Totals by group.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GroupTotals {
    /// The total of each group.
    pub totals: BTreeMap<u64, Total>,
    /// Rows in the whole.
    pub rows: u64,
    /// Distinct stakeholders.
    pub stakeholders: u64,
    /// Stakeholders who are protected as a small group.
    pub protected: u64,
}

impl GroupTotals {
    /// The totals in their unit.
    pub fn in_units(&self, scales: Scales) -> impl Iterator<Item = f64> {
        self.totals
            .values()
            .map(move |total| in_units(total.steps, scales.part, total.number))
    }

    fn merge(&mut self, later: GroupTotals) {
        for (group, total) in later.totals {
            let sum = self.totals.entry(group).or_default();
            sum.steps += total.steps;
            sum.number += total.number;
        }
        self.rows += later.rows;
        self.stakeholders += later.stakeholders;
        self.protected += later.protected;
    }
}

/// What is counted of a metric in one cell.
#[derive(Debug, Clone, PartialEq)]
pub enum CellCount {
    /// A part and a whole by stakeholder.
    Sums(Box<StakeholderSums>),
    /// Distinct things, with sums over stakeholders.
    Distinct(Box<DistinctThings>),
    /// Values to be ranked.
    Values(Box<Values>),
    /// Durations to an event.
    Durations(Durations),
    /// Totals by group.
    GroupTotals(GroupTotals),
}

impl CellCount {
    fn name(&self) -> &'static str {
        match self {
            CellCount::Sums(_) => "sums over stakeholders",
            CellCount::Distinct(_) => "distinct things",
            CellCount::Values(_) => "values",
            CellCount::Durations(_) => "durations",
            CellCount::GroupTotals(_) => "totals by group",
        }
    }

    /// Adds what a later block counted.
    ///
    /// # Errors
    /// Counts of another kind; that is a defect of the program.
    pub fn merge(&mut self, later: CellCount) -> Result<()> {
        match (self, later) {
            (CellCount::Sums(a), CellCount::Sums(b)) => a.merge(&b),
            (CellCount::Distinct(a), CellCount::Distinct(b)) => {
                a.things.extend(b.things);
                a.sums.merge(&b.sums);
            }
            (CellCount::Values(a), CellCount::Values(mut b)) => {
                a.values.append(&mut b.values);
                a.owners.append(&mut b.owners);
                a.protected += b.protected;
            }
            (CellCount::Durations(a), CellCount::Durations(mut b)) => {
                a.observations.append(&mut b.observations);
                a.protected += b.protected;
            }
            (CellCount::GroupTotals(a), CellCount::GroupTotals(b)) => a.merge(b),
            (earlier, later) => bail!("{} cannot be merged with {}", earlier.name(), later.name()),
        }
        Ok(())
    }

    /// The sums over stakeholders.
    ///
    /// # Errors
    /// Counts of another kind; that is a defect of the program.
    pub fn sums(&self) -> Result<&StakeholderSums> {
        match self {
            CellCount::Sums(sums) => Ok(sums),
            other => bail!("sums over stakeholders are wanted, and {} were counted", other.name()),
        }
    }

    /// The distinct things.
    ///
    /// # Errors
    /// Counts of another kind; that is a defect of the program.
    pub fn distinct(&self) -> Result<&DistinctThings> {
        match self {
            CellCount::Distinct(distinct) => Ok(distinct),
            other => bail!("distinct things are wanted, and {} were counted", other.name()),
        }
    }

    /// The values to be ranked.
    ///
    /// # Errors
    /// Counts of another kind; that is a defect of the program.
    pub fn values(&self) -> Result<&Values> {
        match self {
            CellCount::Values(values) => Ok(values),
            other => bail!("values are wanted, and {} were counted", other.name()),
        }
    }

    /// The durations, to be sorted.
    ///
    /// # Errors
    /// Counts of another kind; that is a defect of the program.
    pub fn durations(&mut self) -> Result<&mut Durations> {
        match self {
            CellCount::Durations(durations) => Ok(durations),
            other => bail!("durations are wanted, and {} were counted", other.name()),
        }
    }

    /// The durations, where that is what was counted.
    pub fn observations(&self) -> Option<&[Observation]> {
        match self {
            CellCount::Durations(durations) => Some(&durations.observations),
            CellCount::Sums(_) | CellCount::Distinct(_) | CellCount::Values(_) | CellCount::GroupTotals(_) => None,
        }
    }

    /// How much each stakeholder adds to a quantile of the values or durations, where that is what was counted.
    pub fn influences(&self, quantile: f64) -> Option<Influences> {
        match self {
            CellCount::Values(values) => Some(values.influences(quantile)),
            CellCount::Durations(durations) => Some(Influences::on_survival(&durations.observations, quantile)),
            CellCount::Sums(_) | CellCount::Distinct(_) | CellCount::GroupTotals(_) => None,
        }
    }

    /// How many values or durations there are to be ranked, where that is what was counted.
    pub fn len_to_rank(&self) -> Option<usize> {
        match self {
            CellCount::Values(values) => Some(values.values.len()),
            CellCount::Durations(durations) => Some(durations.observations.len()),
            CellCount::Sums(_) | CellCount::Distinct(_) | CellCount::GroupTotals(_) => None,
        }
    }

    /// The totals by group.
    ///
    /// # Errors
    /// Counts of another kind; that is a defect of the program.
    pub fn group_totals(&self) -> Result<&GroupTotals> {
        match self {
            CellCount::GroupTotals(totals) => Ok(totals),
            other => bail!("totals by group are wanted, and {} were counted", other.name()),
        }
    }

    /// Stakeholders who are protected as a small group.
    pub fn protected(&self) -> u64 {
        match self {
            CellCount::Sums(sums) => sums.protected,
            CellCount::Distinct(distinct) => distinct.sums.protected,
            CellCount::Values(values) => values.protected,
            CellCount::Durations(durations) => durations.protected,
            CellCount::GroupTotals(totals) => totals.protected,
        }
    }
}

/// The products of what the same stakeholders add to two cells that are compared: both lists are in the order of stakeholders.
pub fn cross(newer: &[StakeholderEntry], older: &[StakeholderEntry], scales: Scales) -> BTreeMap<CellId, CrossSums> {
    let mut out: BTreeMap<CellId, CrossSums> = BTreeMap::new();
    let mut i = 0;
    let mut j = 0;
    while i < newer.len() && j < older.len() {
        let (a, b) = (newer[i].stakeholder, older[j].stakeholder);
        if a == NO_CODE || b == NO_CODE {
            break;
        }
        match a.cmp(&b) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                let (i_end, j_end) = (run_end(newer, i), run_end(older, j));
                for x in &newer[i..i_end] {
                    for y in older[j..j_end].iter().filter(|y| y.cell == x.cell) {
                        out.entry(x.cell).or_default().add(x.units(scales), y.units(scales));
                    }
                }
                (i, j) = (i_end, j_end);
            }
        }
    }
    out
}

fn run_end(entries: &[StakeholderEntry], start: usize) -> usize {
    let stakeholder = entries[start].stakeholder;
    entries[start..]
        .iter()
        .position(|entry| entry.stakeholder != stakeholder)
        .map_or(entries.len(), |n| start + n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::ids::Id;
    use proptest::prelude::*;

    const ONE: Scales = Scales { part: 1.0, whole: 1.0 };

    /// The sums of stakeholders whose rows have these parts and wholes.
    fn sums(stakeholders: &[Vec<(i64, i64)>]) -> StakeholderSums {
        let mut sums = StakeholderSums::default();
        for (who, rows) in stakeholders.iter().enumerate() {
            let mut entry = StakeholderEntry::new(who as u32, CellId::of(0));
            for &(part_steps, whole_steps) in rows {
                entry.add(&Addition {
                    part_steps,
                    whole_steps,
                    ..Addition::default()
                });
            }
            sums.add(&entry, ONE, false);
        }
        sums
    }

    fn limits() -> impl Strategy<Value = i64> {
        prop_oneof![Just(i64::MAX), Just(i64::MIN + 1), Just(i64::MAX - 1), Just(0), any::<i64>()]
    }

    proptest! {
        #[test]
        fn totals_at_the_limits_are_exact_and_never_wrap(
            rows in prop::collection::vec(prop::collection::vec((limits(), limits()), 0..20), 0..20)
        ) {
            let sums = sums(&rows);
            let total = |of: fn(&(i64, i64)) -> i64| rows.iter().flatten().map(|row| i128::from(of(row))).sum::<i128>();
            prop_assert_eq!((sums.part_steps, sums.whole_steps), (total(|r| r.0), total(|r| r.1)));
            if sums.part_steps != 0 {
                prop_assert_eq!(sums.totals(ONE).0, sums.part_steps as f64);
            }
        }

        #[test]
        fn merging_is_counting_all(
            rows in prop::collection::vec(prop::collection::vec((-1000_i64..1000, 0_i64..1000), 0..4), 0..300), cut in 0_usize..300
        ) {
            let cut = cut.min(rows.len());
            let mut merged = CellCount::Sums(Box::new(sums(&rows[..cut])));
            merged.merge(CellCount::Sums(Box::new(sums(&rows[cut..])))).unwrap();
            // Sums of whole numbers this small are exact, so blocks leave the same to the last bit.
            prop_assert_eq!(merged, CellCount::Sums(Box::new(sums(&rows))));
        }

        #[test]
        fn group_totals_at_the_limits_are_exact(steps in prop::collection::vec((0_u64..3, limits()), 0..40), cut in 0_usize..40) {
            let totals = |steps: &[(u64, i64)]| {
                let mut totals = GroupTotals::default();
                for (group, steps) in steps {
                    totals.totals.entry(*group).or_default().steps += i128::from(*steps);
                }
                CellCount::GroupTotals(totals)
            };
            let cut = cut.min(steps.len());
            let mut merged = totals(&steps[..cut]);
            merged.merge(totals(&steps[cut..])).unwrap();
            for (group, total) in &merged.group_totals().unwrap().totals {
                let all: i128 = steps.iter().filter(|(of, _)| of == group).map(|(_, steps)| i128::from(*steps)).sum();
                prop_assert_eq!(total.steps, all);
            }
        }
    }

    #[test]
    fn counts_of_two_kinds_are_never_merged() {
        let mut sums = CellCount::Sums(Box::default());
        let why = sums.merge(CellCount::Values(Box::default())).unwrap_err();
        assert_eq!(why.to_string(), "sums over stakeholders cannot be merged with values");
        assert!(sums.values().is_err() && sums.sums().is_ok());
    }

    #[test]
    fn who_owns_several_values_is_one_stakeholder() {
        let values = Values {
            values: vec![1.0; 6],
            owners: vec![4, 4, NO_CODE, NO_CODE, 5, 4],
            protected: 0,
        };
        assert_eq!(values.stakeholders(), 5);
        let observation = |cluster| Observation {
            time: 1.0,
            event: true,
            cluster,
        };
        let durations = Durations {
            observations: [4, NO_CODE, 5, 4, NO_CODE].map(observation).to_vec(),
            protected: 0,
        };
        assert_eq!(durations.stakeholders(), 4);
    }
}
