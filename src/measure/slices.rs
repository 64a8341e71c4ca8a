//! Dimensions: which slice each row and each stakeholder lies in, and what `--where` leaves out.
//!
//! A dimension is a column of the fact's own table, or a column of the roster, where a stakeholder's current value counts. What
//! is in no slice of a dimension is in the slice `(none)`; no row is dropped.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::ids::{GroupId, Id, IdVec};
use super::private::Private;
use crate::canonical::{CanonicalTables, Data, Values};
use crate::expr::{Expr, Value};
use crate::facts::context::Slicing;
use crate::facts::{self, roster};
use crate::notes::{Note, RunNote};
use crate::schema::{FactSpec, NO_CODE, NO_KEY, Table, purchases, stakeholders};

/// What the slice of a row without a value is called.
pub const NONE: &str = "(none)";

/// The slices of a run, and how each fact falls into them.
#[derive(Debug)]
pub struct Slices {
    /// Labels of each group, in the order of the dimensions asked for; sorted.
    pub labels: IdVec<GroupId, Vec<String>>,
    /// By fact: its slicing, and the slices that it has; or the dimension that it lacks.
    pub facts: BTreeMap<&'static str, Result<(Slicing, BTreeSet<GroupId>), String>>,
    /// By fact that has none of the dimensions: what the filter keeps of it, which is in no group more than in another.
    pub undivided: BTreeMap<&'static str, Slicing>,
}

/// Where a fact takes a dimension from.
#[derive(Clone, Copy)]
enum Origin {
    Rows,
    Roster,
}

impl Slices {
    /// The slices of these facts by the dimensions asked for, of what `filter` keeps.
    pub fn new(canonical: &CanonicalTables, specs: &[&'static FactSpec], by: &[String], filter: Option<&Expr>) -> Slices {
        let mut dimensions: Vec<String> = by.to_vec();
        for name in filter.map(Expr::columns).unwrap_or_default() {
            if !dimensions.iter().any(|d| d.eq_ignore_ascii_case(&name)) {
                dimensions.push(name);
            }
        }
        if dimensions.is_empty() {
            let all = specs
                .iter()
                .map(|f| (f.name(), Ok((Slicing::default(), BTreeSet::from([GroupId::of(0)])))))
                .collect();
            return Slices {
                labels: vec![Vec::new()].into(),
                facts: all,
                undivided: BTreeMap::new(),
            };
        }
        let mut seen = Tuples {
            kept: FxHashMap::default(),
            labels: Vec::new(),
            by: by.len(),
            canonical,
            dimensions: &dimensions,
            filter,
        };
        let mut sliced = BTreeMap::new();
        for fact in specs {
            sliced.insert(fact.name(), slicing(canonical, fact, &dimensions, &mut seen));
        }
        let labels = seen.labels;
        // Slices are numbered by their labels, not by who met them first.
        let mut order: Vec<usize> = (0..labels.len()).collect();
        order.sort_by(|&a, &b| labels[a].cmp(&labels[b]));
        let mut rank = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            rank[old] = new as u32;
        }
        let renumber = |slices: &mut Option<Vec<u32>>| {
            slices
                .iter_mut()
                .flatten()
                .filter(|s| **s != NO_CODE)
                .for_each(|s| *s = rank[*s as usize]);
        };
        let facts = sliced
            .into_iter()
            .map(|(fact, result)| {
                let result = result.map(|mut slicing| {
                    renumber(&mut slicing.rows);
                    renumber(&mut slicing.stakeholders);
                    let present: BTreeSet<GroupId> = slicing
                        .rows
                        .iter()
                        .chain(&slicing.stakeholders)
                        .flatten()
                        .copied()
                        .filter(|s| *s != NO_CODE)
                        .map(|s| GroupId::of(s as usize))
                        .collect();
                    (slicing, present)
                });
                (fact, result)
            })
            .collect();
        let mut facts: BTreeMap<_, _> = facts;
        if by.is_empty() && labels.is_empty() {
            // Nothing is left: that is said of the whole.
            facts.values_mut().flatten().for_each(|(_, present)| {
                present.insert(GroupId::of(0));
            });
            return Slices {
                labels: vec![Vec::new()].into(),
                facts,
                undivided: BTreeMap::new(),
            };
        }
        let lacks_all =
            |fact: &&&'static FactSpec| !by.is_empty() && by.iter().all(|dimension| origin(canonical, fact.rows, dimension).is_err());
        let undivided = specs.iter().filter(lacks_all);
        Slices {
            labels: order.into_iter().map(|i| labels[i].clone()).collect(),
            facts,
            undivided: undivided
                .filter_map(|fact| Some((fact.name(), kept(canonical, fact, filter).ok()?)))
                .collect(),
        }
    }
}

/// Which rows and stakeholders of a fact a condition keeps: all others are out.
///
/// # Errors
/// The name of a dimension that the fact lacks.
pub fn kept(canonical: &CanonicalTables, fact: &'static FactSpec, filter: Option<&Expr>) -> Result<Slicing, String> {
    let mut slices = Slices::new(canonical, &[fact], &[], filter);
    let found = slices.facts.remove(fact.name()).expect("the fact that was asked for");
    found.map(|(slicing, _)| slicing)
}

/// The group of each stakeholder by dimensions of the roster, of those whom `filter` keeps: the labels of the groups, and by code of a
/// stakeholder the number of its group, or [`NO_CODE`] if it is left out.
///
/// # Errors
/// A dimension that the roster does not have.
pub fn stakeholder_groups(
    canonical: &CanonicalTables,
    by: &[String],
    filter: Option<&Expr>,
) -> Result<(Vec<Vec<String>>, Vec<u32>), String> {
    let mut slices = Slices::new(canonical, &[&facts::relations::SPEC], by, filter);
    let all = canonical.stakeholders.len() + 1;
    let (slicing, _) = slices
        .facts
        .remove(facts::relations::SPEC.name())
        .unwrap_or_else(|| Ok(Default::default()))?;
    let groups = slicing.stakeholders.unwrap_or_else(|| vec![0; all]);
    Ok((slices.labels.as_slice().to_vec(), groups))
}

/// The tuples of dimension values met so far.
struct Tuples<'a> {
    kept: FxHashMap<Vec<u32>, u32>,
    labels: Vec<Vec<String>>,
    by: usize,
    canonical: &'a CanonicalTables,
    dimensions: &'a [String],
    filter: Option<&'a Expr>,
}

impl Tuples<'_> {
    /// The slice of a tuple of codes; [`NO_CODE`] where the filter leaves it out.
    fn slice(&mut self, tuple: &[u32]) -> u32 {
        if let Some(&slice) = self.kept.get(tuple) {
            return slice;
        }
        let slice = if self.keeps(tuple) {
            let labels: Vec<String> = tuple[..self.by]
                .iter()
                .map(|&c| self.canonical.texts.text(c).unwrap_or(NONE).to_string())
                .collect();
            match self.labels.iter().position(|l| *l == labels) {
                Some(index) => index as u32,
                None => {
                    self.labels.push(labels);
                    self.labels.len() as u32 - 1
                }
            }
        } else {
            NO_CODE
        };
        self.kept.insert(tuple.to_vec(), slice);
        slice
    }

    fn keeps(&self, tuple: &[u32]) -> bool {
        let Some(filter) = self.filter else { return true };
        let column = |name: &str| {
            let index = self.dimensions.iter().position(|d| d.eq_ignore_ascii_case(name));
            let text = |text: &str| Value::Text(text.to_string().into());
            index
                .and_then(|i| self.canonical.texts.meaning(tuple[i], text))
                .unwrap_or(Value::Null)
        };
        matches!(filter.eval(&column, &|at| self.canonical.zone.instant(at)), Value::Bool(true))
    }
}

/// Where a dimension comes from: the rows of a fact's own table, or the roster.
///
/// # Errors
/// The name of a dimension that neither has.
fn origin(canonical: &CanonicalTables, table: Option<Table>, dimension: &str) -> Result<Origin, String> {
    let dimension = dimension.to_lowercase();
    let rows = table.and_then(|table| canonical.table(table));
    if rows.is_some_and(|rows| matches!(rows.columns.get(&dimension), Some(Data::Code(_))))
        && dimension != table.map_or("", |table| table.stakeholder_column().name)
    {
        return Ok(Origin::Rows);
    }
    let roster = canonical.table(Table::Stakeholders);
    if dimension == stakeholders::TYPE.name || roster.is_some_and(|rows| rows.dimension(&dimension).exists()) {
        return Ok(Origin::Roster);
    }
    Err(dimension)
}

/// The group of each stakeholder, who is in one group only: by dimensions of the roster, where the current value counts, and by those of
/// the rows of a table, where the value of one row of the stakeholder counts.
#[derive(Debug)]
pub struct StakeholderGroups<'a> {
    canonical: &'a CanonicalTables,
    dimensions: Vec<GroupValues<'a>>,
}

#[derive(Debug)]
enum GroupValues<'a> {
    Roster(Vec<u32>),
    Rows(Values<'a, u32>),
}

impl<'a> StakeholderGroups<'a> {
    /// The groups by these dimensions of a table or of the roster.
    ///
    /// # Errors
    /// The name of a dimension that neither has.
    pub fn new(canonical: &'a CanonicalTables, table: Table, by: &[String]) -> Result<StakeholderGroups<'a>, String> {
        let values = |dimension: &String| {
            let name = dimension.to_lowercase();
            Ok(match (origin(canonical, Some(table), dimension)?, canonical.table(table)) {
                // The rows of the roster itself: the current one counts.
                (Origin::Rows, Some(rows)) if table != Table::Stakeholders => GroupValues::Rows(rows.dimension(&name)),
                (Origin::Rows | Origin::Roster, _) => GroupValues::Roster(roster::current_values(canonical, &name)),
            })
        };
        let dimensions = by.iter().map(values).collect::<Result<_, String>>()?;
        Ok(StakeholderGroups { canonical, dimensions })
    }

    /// The group of a stakeholder as the codes of its texts, by this row of the table.
    pub fn of(&self, stakeholder: u32, row: u32) -> Vec<u32> {
        let code = |values: &GroupValues| match values {
            GroupValues::Roster(values) => values[stakeholder as usize],
            GroupValues::Rows(values) => values.at(row as usize),
        };
        self.dimensions.iter().map(code).collect()
    }

    /// The texts of a group.
    pub fn labels(&self, group: &[u32]) -> Vec<String> {
        let label = |code: &u32| self.canonical.texts.text(*code).unwrap_or(NONE).to_string();
        group.iter().map(label).collect()
    }
}

/// That orders have lines in several groups of dimensions of the purchases, where a customer is in the group of one line; `None`: no order has.
pub fn divided_orders(canonical: &CanonicalTables, by: &[String]) -> Option<Note> {
    let rows = canonical.table(Table::Purchases)?;
    let ids = rows.keys(&purchases::ORDER_ID);
    let is_of_rows = |name: &&String| matches!(origin(canonical, Some(Table::Purchases), name), Ok(Origin::Rows));
    let columns: Vec<_> = by
        .iter()
        .filter(is_of_rows)
        .map(|name| rows.dimension(&name.to_lowercase()))
        .collect();
    // How many orders of protected people are divided is about few of them, too.
    let private = Private::new(canonical);
    let mut divided = 0;
    for stakeholder in (0..canonical.nobody()).filter(|stakeholder| !private.is(*stakeholder, 0)) {
        let mut seen: FxHashMap<u64, (usize, bool)> = FxHashMap::default();
        for row in rows.run(stakeholder).filter(|row| ids.at(*row) != NO_KEY) {
            let (first, is_divided) = seen.entry(ids.at(row)).or_insert((row, false));
            // A line that says nothing does not differ: some exports have the texts of an order on its first line alone.
            let differs = |column: &Values<'_, u32>| {
                let [one, other] = [column.at(*first), column.at(row)];
                one != other && one != NO_CODE && other != NO_CODE
            };
            if !*is_divided && columns.iter().any(differs) {
                *is_divided = true;
                divided += 1;
            }
        }
    }
    (divided > 0).then(|| Note::new(RunNote::DividedOrders).count(divided))
}

/// How one fact falls into slices, numbered by first sight; or the dimension that it lacks.
fn slicing(canonical: &CanonicalTables, fact: &FactSpec, dimensions: &[String], seen: &mut Tuples) -> Result<Slicing, String> {
    let rows = fact.rows.and_then(|t| canonical.table(t));
    let origins: Vec<Origin> = dimensions
        .iter()
        .map(|dimension| origin(canonical, fact.rows, dimension))
        .collect::<Result<_, String>>()?;
    let of_stakeholder: Vec<Vec<u32>> = dimensions
        .iter()
        .zip(&origins)
        .map(|(dimension, origin)| match origin {
            Origin::Rows => Vec::new(),
            Origin::Roster => roster::current_values(canonical, &dimension.to_lowercase()),
        })
        .collect();
    let count = canonical.stakeholders.len() + 1;
    let mut tuple = vec![NO_CODE; dimensions.len()];
    let by_row = origins.iter().any(|o| matches!(o, Origin::Rows));
    if !by_row {
        // Only who has a row of the fact's tables makes a slice.
        let tables: Vec<_> = fact.tables.iter().filter_map(|t| canonical.table(*t)).collect();
        let slices = (0..count)
            .map(|s| {
                if tables.iter().all(|rows| rows.run(s as u32).is_empty()) {
                    return NO_CODE;
                }
                tuple.iter_mut().zip(&of_stakeholder).for_each(|(t, values)| *t = values[s]);
                seen.slice(&tuple)
            })
            .collect();
        return Ok(Slicing {
            rows: None,
            stakeholders: Some(slices),
        });
    }
    let rows = rows.expect("a dimension of rows has rows");
    let columns: Vec<_> = dimensions.iter().map(|d| rows.dimension(&d.to_lowercase())).collect();
    let mut slices = Vec::with_capacity(rows.len);
    for s in 0..count as u32 {
        for row in rows.run(s) {
            for (i, origin) in origins.iter().enumerate() {
                tuple[i] = match origin {
                    Origin::Rows => columns[i].at(row),
                    Origin::Roster => of_stakeholder[i][s as usize],
                };
            }
            slices.push(seen.slice(&tuple));
        }
    }
    Ok(Slicing {
        rows: Some(slices),
        stakeholders: None,
    })
}
