//! Which numbers of a run may be shown: the protected people behind each are counted by all dimensions that the run uses.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::FEWEST;
use super::divisions::{Divisions, Published};
use crate::canonical::CanonicalTables;
use crate::catalog::Entity;
use crate::catalog::Kind;
use crate::facts::context::Settings;
use crate::measure::Request;
use crate::measure::counting::Build;
use crate::measure::finishing::cells::{Found, cells};
use crate::measure::finishing::suppress::hide_cell;
use crate::measure::ids::{Id, MetricId, PeriodId};
use crate::measure::plan::Plan;
use crate::measure::slices::Slices;
use crate::measure::window_sets::Compare;
use crate::period::{Grain, Period};
use crate::report::Cell;

/// A metric in a period, or in what the period is compared with.
type At = (MetricId, PeriodId, Option<Compare>);
/// The protected people of each group, by the labels of the group.
type People = BTreeMap<Vec<String>, u64>;

/// Dimensions with more subsets than these have are divided by each alone and by all together.
const MOST_DIMENSIONS: usize = 3;

/// Which numbers of a run may be shown.
#[derive(Debug, Default)]
pub struct Protection {
    by_number: BTreeMap<At, Decided>,
}

/// What is decided about the numbers of a metric in a period.
#[derive(Debug)]
struct Decided {
    /// The dimensions of each division.
    divisions: Vec<Vec<String>>,
    /// The number of each group, by the labels of the dimensions of its division.
    numbers: Vec<BTreeMap<Vec<String>, u32>>,
    published: Published,
    /// The atoms that the condition keeps; `None` without a condition.
    kept: Option<BTreeSet<Vec<Option<u32>>>>,
    /// Nothing about protected people may be shown.
    closed: bool,
    /// The groups of all divisions in which there are protected people.
    atoms: BTreeSet<Vec<Option<u32>>>,
}

/// What protected people are counted in.
pub struct Counting<'a> {
    /// The data.
    pub canonical: &'a CanonicalTables,
    /// The settings.
    pub settings: &'a Settings,
    /// How facts are built.
    pub build: &'a Build<'a>,
    /// What is asked for.
    pub request: &'a Request,
    /// What is measured.
    pub plan: &'a Plan<'a>,
}

impl Protection {
    /// Counts protected people, and decides what may be shown.
    ///
    /// # Errors
    /// Only defects.
    pub fn new(counting: &Counting) -> Result<Protection> {
        let (request, plan) = (counting.request, counting.plan);
        let lists = lists(request);
        let whole = counting.people(&[], false, &request.periods)?;
        let edges = counting.edges()?;
        let mut found = Protection::default();
        let mut by_dimensions: BTreeMap<Vec<String>, Vec<MetricId>> = BTreeMap::new();
        for id in plan.metrics.ids() {
            by_dimensions.entry(counting.dimensions(id, &lists)).or_default().push(id);
        }
        for (dimensions, metrics) in by_dimensions {
            let divisions = divisions(&lists, &dimensions);
            let all = counting.people(&dimensions, false, &request.periods)?;
            let kept = match request.filter {
                Some(_) => Some(counting.people(&dimensions, true, &request.periods)?),
                None => None,
            };
            let at_edges: Vec<(&Period, BTreeMap<At, People>)> = edges
                .iter()
                .map(|edge| Ok((edge, counting.people(&dimensions, false, std::slice::from_ref(edge))?)))
                .collect::<Result<_>>()?;
            for (&at, people) in all.iter().filter(|((id, ..), _)| metrics.contains(id)) {
                let mut decided = Decided::new(&dimensions, divisions.clone());
                let mut of = Divisions::default();
                for (labels, people) in people.iter().filter(|(_, people)| **people > 0) {
                    let atom = decided.atom(&dimensions, labels);
                    of.add(&atom, *people);
                    decided.atoms.insert(atom);
                }
                let everybody = whole.get(&at).map_or(0, |people| people.values().sum());
                decided.published = of.published_of(everybody);
                if let Some(kept) = &kept {
                    let labels = kept.get(&at).into_iter().flatten().filter(|(_, people)| **people > 0);
                    decided.kept = Some(labels.map(|(labels, _)| decided.atom_of(&dimensions, labels)).collect());
                }
                let few = |(edge, people): &(&Period, BTreeMap<At, People>)| {
                    counting.is_edge(edge, at) && {
                        let people = people.get(&(at.0, PeriodId::of(0), None));
                        people.into_iter().flatten().any(|(_, people)| (1..FEWEST).contains(people))
                    }
                };
                decided.closed = is_of_few(&plan.metrics[at.0].metric.kind) || at_edges.iter().any(few);
                found.by_number.insert(at, decided);
            }
        }
        Ok(found)
    }

    /// Hides cells of a metric and period, and their changes. How many were hidden that are about others, too; `protected` says how many of
    /// the people of each are protected.
    pub fn hide(&self, id: MetricId, period: PeriodId, cells: &mut [Cell], protected: &[u64]) -> u64 {
        let is_open = |compare: Option<Compare>, by: &[(String, String)]| {
            let decided = self.by_number.get(&(id, period, compare));
            decided.is_none_or(|decided| decided.shows(by))
        };
        let with_others = self.by_number.get(&(id, period, None)).is_none_or(Decided::shows_others);
        let mut mixed = 0;
        for (cell, protected) in cells.iter_mut().zip(protected) {
            if !is_open(None, &cell.by) {
                mixed += u64::from(cell.value.is_some() && cell.stakeholders.is_some_and(|all| all > *protected));
                hide_cell(cell);
                continue;
            }
            for compare in [Compare::Previous, Compare::YearAgo] {
                if !is_open(Some(compare), &cell.by) {
                    cell.changes.remove(compare.as_str());
                }
            }
            // One without a value says only why there is none.
            let others = Compare::OtherGroups.as_str();
            if !with_others && cell.changes.get(others).is_some_and(|change| change.value.is_some()) {
                cell.changes.remove(others);
            }
        }
        mixed
    }
}

impl Decided {
    fn new(dimensions: &[String], divisions: Vec<Vec<String>>) -> Decided {
        debug_assert!(divisions.iter().flatten().all(|name| dimensions.contains(name)));
        Decided {
            numbers: vec![BTreeMap::new(); divisions.len()],
            divisions,
            published: Divisions::default().published(),
            kept: None,
            closed: false,
            atoms: BTreeSet::new(),
        }
    }

    /// The group in each division of those with these labels of all dimensions; new groups get a number.
    fn atom(&mut self, dimensions: &[String], labels: &[String]) -> Vec<Option<u32>> {
        let groups = self.divisions.iter().zip(&mut self.numbers);
        let number = |(of, numbers): (&Vec<String>, &mut BTreeMap<Vec<String>, u32>)| {
            let next = numbers.len() as u32;
            Some(*numbers.entry(group(of, dimensions, labels)).or_insert(next))
        };
        groups.map(number).collect()
    }

    /// The same, of groups that have a number.
    fn atom_of(&self, dimensions: &[String], labels: &[String]) -> Vec<Option<u32>> {
        let groups = self.divisions.iter().zip(&self.numbers);
        groups
            .map(|(of, numbers)| numbers.get(&group(of, dimensions, labels)).copied())
            .collect()
    }

    /// Whether the number of a group may be shown; without dimensions, that of all that the condition keeps.
    fn shows(&self, by: &[(String, String)]) -> bool {
        let of_group = |atom: &[Option<u32>]| match self.number(by) {
            Group::All => true,
            Group::Number(division, number) => atom[division] == Some(number),
            Group::WithoutProtected => false,
        };
        if self.closed {
            let kept = |atom: &&Vec<Option<u32>>| self.kept.as_ref().is_none_or(|kept| kept.contains(*atom));
            return !self.atoms.iter().filter(kept).any(|atom| of_group(atom));
        }
        match (&self.kept, self.number(by)) {
            (_, Group::WithoutProtected) => true,
            (Some(kept), _) => self.published.shows_sum(|atom| kept.contains(atom) && of_group(atom)),
            (None, Group::All) => self.published.whole(),
            (None, Group::Number(division, number)) => self.published.shows(division, number),
        }
    }

    /// Whether all other groups of a group may be shown.
    fn shows_others(&self) -> bool {
        self.shows(&[]) && (self.kept.is_some() || self.published.union())
    }

    fn number(&self, by: &[(String, String)]) -> Group {
        if by.is_empty() {
            return Group::All;
        }
        let label = |dimension: &String| Some(by.iter().find(|(name, _)| name == dimension)?.1.clone());
        let is_same = |of: &Vec<String>| of.len() == by.len() && of.iter().all(|dimension| label(dimension).is_some());
        let found = self.divisions.iter().position(is_same).and_then(|division| {
            let labels: Option<Vec<String>> = self.divisions[division].iter().map(label).collect();
            Some((division, *self.numbers[division].get(&labels?)?))
        });
        found.map_or(Group::WithoutProtected, |(division, number)| Group::Number(division, number))
    }
}

/// A group of a division.
enum Group {
    /// Everybody.
    All,
    /// The division and the number of the group.
    Number(usize, u32),
    /// There are no protected people in it.
    WithoutProtected,
}

/// The labels of some of the dimensions.
fn group(of: &[String], dimensions: &[String], labels: &[String]) -> Vec<String> {
    let label = |name: &String| dimensions.iter().zip(labels).find(|(dimension, _)| *dimension == name);
    of.iter().filter_map(label).map(|(_, label)| label.clone()).collect()
}

impl Counting<'_> {
    /// The protected people of each metric, period and group.
    fn people(&self, by: &[String], with_filter: bool, periods: &[Period]) -> Result<BTreeMap<At, People>> {
        let request = Request {
            periods: periods.to_vec(),
            filter: self.request.filter.clone().filter(|_| with_filter),
            compare: match periods == self.request.periods {
                true => self
                    .request
                    .compare
                    .iter()
                    .copied()
                    .filter(|c| *c != Compare::OtherGroups)
                    .collect(),
                false => Vec::new(),
            },
            contributors: false,
            p_values: false,
            ..self.request.clone()
        };
        let mut found: BTreeMap<At, People> = BTreeMap::new();
        for (
            (id, period),
            Found {
                cell, protected, earlier, ..
            },
        ) in cells(self.canonical, self.settings, self.build, &request, by, self.plan)?
        {
            let labels: Vec<String> = cell.by.into_iter().map(|(_, label)| label).collect();
            for (compare, people) in earlier {
                found.entry((id, period, Some(compare))).or_default().insert(labels.clone(), people);
            }
            found.entry((id, period, None)).or_default().insert(labels, protected);
        }
        Ok(found)
    }

    /// The dimensions that the fact of a metric has, of all that are used.
    fn dimensions(&self, id: MetricId, lists: &[Vec<String>]) -> Vec<String> {
        let Some(fact) = self.plan.metrics[id].metric.fact else {
            return Vec::new();
        };
        let mut found: Vec<String> = Vec::new();
        for dimension in lists.iter().flatten() {
            let has = || {
                let slices = Slices::new(self.canonical, &[fact], std::slice::from_ref(dimension), None);
                slices.facts.get(fact.name()).is_some_and(Result::is_ok)
            };
            if !found.contains(dimension) && has() {
                found.push(dimension.clone());
            }
        }
        found
    }

    /// The days that are missing to whole calendar months at the ends of the periods, and of what they are compared with.
    fn edges(&self) -> Result<Vec<Period>> {
        let mut found: BTreeMap<(i32, i32), Period> = BTreeMap::new();
        for period in &self.request.periods {
            let earlier = self.request.compare.iter().map(|compare| compare.of(period, self.canonical.as_of));
            for edge in earlier.chain([period.clone()]).flat_map(|period| edges(&period)) {
                found.insert((edge.first_day, edge.last_day_exclusive), edge);
            }
        }
        Ok(found.into_values().collect())
    }

    /// Whether some days are missing at an end of a period.
    fn is_edge(&self, edge: &Period, (_, period, compare): At) -> bool {
        let period = &self.request.periods[period.index()];
        let of = compare.map_or_else(|| period.clone(), |compare| compare.of(period, self.canonical.as_of));
        edges(&of)
            .iter()
            .any(|other| other.first_day == edge.first_day && other.last_day_exclusive == edge.last_day_exclusive)
    }
}

/// The days before and after a period that is no calendar period, up to the ends of their months.
fn edges(period: &Period) -> Vec<Period> {
    if period.grain().is_some() {
        return Vec::new();
    }
    let (first, end) = (period.first_day, period.last_day_exclusive);
    let whole = [(Grain::Month.start(first), first), (end, Grain::Month.end(end - 1))];
    let missing = whole.into_iter().filter(|(from, until)| from < until);
    missing.map(|(from, until)| Period::range(from, until, period.zone())).collect()
}

/// Whether a value is about the few people who have most.
fn is_of_few(kind: &Kind) -> bool {
    matches!(kind, Kind::Concentration(concentration) if concentration.group == Entity::Stakeholder)
}

/// The lists of dimensions that are used together.
fn lists(request: &Request) -> Vec<Vec<String>> {
    let mut own = request.by.clone();
    for name in request.filter.iter().flat_map(|filter| filter.columns()) {
        if !own.iter().any(|dimension| dimension.eq_ignore_ascii_case(&name)) {
            own.push(name);
        }
    }
    let mut lists = request.together.clone();
    if !lists.contains(&own) {
        lists.push(own);
    }
    lists
}

/// The divisions that count as shown: by the subsets of each list, the smaller ones first, of dimensions that a fact has.
fn divisions(lists: &[Vec<String>], dimensions: &[String]) -> Vec<Vec<String>> {
    let mut found: Vec<Vec<String>> = Vec::new();
    let mut offer = |of: Vec<String>| {
        let is_same = |other: &Vec<String>| other.len() == of.len() && of.iter().all(|name| other.contains(name));
        if !of.is_empty() && !found.iter().any(is_same) {
            found.push(of);
        }
    };
    for list in lists {
        let list: Vec<&String> = list.iter().filter(|name| dimensions.contains(name)).collect();
        let mut subsets: Vec<Vec<String>> = (1_u32..1 << list.len().min(MOST_DIMENSIONS))
            .map(|set| (0..list.len()).filter(|at| set >> at & 1 == 1).map(|at| list[at].clone()).collect())
            .collect();
        if list.len() > MOST_DIMENSIONS {
            subsets = list.iter().map(|name| vec![(*name).clone()]).collect();
        }
        subsets.sort_by_key(Vec::len);
        subsets.push(list.into_iter().cloned().collect());
        subsets.into_iter().for_each(&mut offer);
    }
    found
}
