//! What has to be measured: the metrics asked for and those they are computed from, grouped by fact and by how rows come into periods.

use std::collections::{BTreeMap, BTreeSet};

use super::ids::{Id, IdVec, MetricId};
use super::kinds::MeasuredKind;
use super::requirements;
use crate::canonical::{CanonicalTables, Rows};
use crate::catalog::kinds::{Exposure, Rate};
use crate::catalog::{Catalog, Kind, Metric, When};
use crate::facts;
use crate::facts::context::Settings;
use crate::report::AbsentReason;
use crate::schema::{Fact, FactSpec, Input, Known, Micros, Role, Shape, Table, Unit};

/// A metric that is to be measured.
#[derive(Debug)]
pub struct PlannedMetric<'a> {
    /// Its definition.
    pub metric: &'a Metric,
    /// Why it cannot be measured at all, if so.
    pub absent: Option<AbsentReason>,
    /// The sources whose rows it can be measured on; `None`: all.
    pub sources: Option<Vec<bool>>,
    /// Whether it depends on something that nobody dated, so that it cannot be set back to an earlier as-of.
    pub undated: bool,
    /// The metrics that it is computed from.
    pub parts: Vec<MetricId>,
    /// The metric whose counts it is finished from: itself, or an earlier one that ranks the same values of the same rows.
    pub counted_as: MetricId,
    /// Whether it, and all that it is computed from, can be compared with the other groups.
    pub has_other_groups: bool,
    /// Whether it is money of several currencies, and the rows of its fact do not say of which.
    pub is_mixed: bool,
    /// The time of the first record of what happened that it counts; `None` where a roster alone tells it.
    pub first_record: Option<Micros>,
    /// The start of the first day of which something is known.
    pub starts: Option<Micros>,
    /// The first civil day from which on its periods can be assessed, of a metric that looks back ([`super::history`]).
    pub assessed_from: Option<i32>,
}

impl PlannedMetric<'_> {
    /// What its kind does.
    pub fn kind(&self) -> &dyn MeasuredKind {
        super::kinds::measured(&self.metric.kind)
    }
}

/// Metrics of one fact whose rows come into periods the same way.
#[derive(Debug)]
pub struct View {
    /// How.
    pub when: When,
    /// The metrics that are counted.
    pub metrics: Vec<MetricId>,
}

/// All that is measured on one fact.
#[derive(Debug)]
pub struct FactPlan {
    /// The fact.
    pub spec: &'static FactSpec,
    /// The columns that some metric needs.
    pub wanted: BTreeSet<&'static str>,
    /// Its views.
    pub views: Vec<View>,
    /// A window that ends before it is made from less than later ones; `None`: no window is.
    pub complete_from: Option<Micros>,
}

/// Which sources a metric can be measured on (`None`: all), or what is missing.
type Usable<'u> = dyn Fn(&Metric, &FactSpec) -> Result<Option<Vec<bool>>, AbsentReason> + 'u;

/// What has to be measured.
#[derive(Debug)]
pub struct Plan<'a> {
    /// The metrics in the order of the catalogue: those asked for and those they are computed from.
    pub metrics: IdVec<MetricId, PlannedMetric<'a>>,
    /// By fact.
    pub facts: Vec<FactPlan>,
}

impl<'a> Plan<'a> {
    /// The plan for these metric ids, which exist in the catalogue, over what the tables and settings give.
    pub fn new(catalog: &'a Catalog, ids: &[String], canonical: &CanonicalTables, settings: &Settings) -> Plan<'a> {
        let mut plan = Plan::over(catalog, ids, canonical, &|metric, fact| {
            requirements::usable_sources(metric, fact, canonical, settings)
        });
        for id in plan.metrics.ids() {
            plan.metrics[id].undated = requirements::is_undated(plan.metrics[id].metric, canonical, settings);
        }
        for fact in &mut plan.facts {
            fact.complete_from = facts::complete_from(fact.spec, canonical, settings);
        }
        plan
    }

    /// The plan for a metric whose facts are given as they are, with nothing missing.
    pub fn given(catalog: &'a Catalog, id: &str, canonical: &CanonicalTables) -> Plan<'a> {
        Plan::over(catalog, &[id.to_string()], canonical, &|_, _| Ok(None))
    }

    fn over(catalog: &'a Catalog, ids: &[String], canonical: &CanonicalTables, usable: &Usable) -> Plan<'a> {
        let wanted = with_parts(catalog, ids);
        let metrics: Vec<&Metric> = catalog.iter().filter(|m| wanted.contains(m.id.as_str())).collect();
        let position = |id: &str| metrics.iter().position(|m| m.id == id).map(MetricId::of);
        let planned = metrics.iter().enumerate().map(|(index, &metric)| {
            let (absent, sources) = match metric.fact.map(|fact| usable(metric, fact)) {
                None => (None, None),
                Some(Ok(sources)) => (None, sources),
                Some(Err(absent)) => (Some(absent), None),
            };
            let first_record = first_record(canonical, metric);
            PlannedMetric {
                metric,
                first_record,
                starts: starts(canonical, metric, first_record),
                absent,
                sources,
                undated: false,
                parts: metric.parts().iter().filter_map(|id| position(id)).collect(),
                counted_as: MetricId::of(index),
                has_other_groups: super::kinds::measured(&metric.kind).has_other_groups(),
                is_mixed: metric
                    .fact
                    .is_some_and(|fact| fact.column("currency").is_none() && is_money(metric) && mixed_currencies(canonical, fact)),
                assessed_from: None,
            }
        });
        let mut plan = Plan {
            metrics: planned.collect(),
            facts: Vec::new(),
        };
        for id in plan.parts_first() {
            let parts = plan.metrics[id].parts.clone();
            // It lacks what its parts lack, and cannot be compared where one of them cannot.
            let missing = parts.iter().find_map(|part| plan.metrics[*part].absent.clone());
            let comparable = parts.iter().all(|part| plan.metrics[*part].has_other_groups);
            let counted_as = plan.first_alike(id);
            let planned = &mut plan.metrics[id];
            planned.absent = planned.absent.take().or(missing);
            planned.has_other_groups &= comparable;
            planned.counted_as = counted_as;
        }
        plan.facts = plan.fact_plans(canonical);
        plan
    }

    /// The id of a metric.
    pub fn id(&self, metric: &str) -> Option<MetricId> {
        self.metrics
            .iter()
            .find(|(_, planned)| planned.metric.id == metric)
            .map(|(id, _)| id)
    }

    /// The metrics in an order in which those that others are computed from come first.
    pub fn parts_first(&self) -> Vec<MetricId> {
        let mut order: Vec<MetricId> = Vec::new();
        while order.len() < self.metrics.len() {
            let is_ready = |id: &MetricId| !order.contains(id) && self.metrics[*id].parts.iter().all(|part| order.contains(part));
            let ready: Vec<MetricId> = self.metrics.ids().filter(is_ready).collect();
            // The catalogue has no cycles.
            if ready.is_empty() {
                break;
            }
            order.extend(ready);
        }
        order
    }

    /// The plan of a metric's fact, where something is counted on it.
    pub fn fact(&self, metric: &Metric) -> Option<&FactPlan> {
        let spec = metric.fact?;
        self.facts.iter().find(|plan| plan.spec.fact == spec.fact)
    }

    /// Whether the value of a metric on a fact is the exposure of a rate.
    pub fn has_exposure(&self, fact: &FactPlan) -> bool {
        let of_fact = |id: &String| {
            let exposure = self.id(id).map(|id| self.metrics[id].metric);
            exposure
                .and_then(|metric| metric.fact)
                .is_some_and(|spec| spec.fact == fact.spec.fact)
        };
        self.metrics.iter().any(|(_, planned)| match &planned.metric.kind {
            Kind::Rate(Rate {
                exposure: Exposure::Metric(id),
                ..
            }) => of_fact(id),
            _ => false,
        })
    }

    /// The first metric that ranks the same values of the same rows; else the metric itself.
    fn first_alike(&self, id: MetricId) -> MetricId {
        let ranked = |id: MetricId| {
            let planned = &self.metrics[id];
            let (metric, ranking) = (planned.metric, planned.kind().ranking()?);
            Some((
                metric.fact.map(|f| f.fact),
                &metric.when,
                ranking.of.sql(),
                metric.where_.as_ref().map(|w| w.sql()),
                &planned.sources,
                &planned.absent,
            ))
        };
        let Some(mine) = ranked(id) else { return id };
        self.metrics
            .ids()
            .take_while(|earlier| *earlier < id)
            .find(|earlier| ranked(*earlier).as_ref() == Some(&mine))
            .unwrap_or(id)
    }

    fn fact_plans(&self, canonical: &CanonicalTables) -> Vec<FactPlan> {
        let mut facts: BTreeMap<Fact, FactPlan> = BTreeMap::new();
        for (id, planned) in self.metrics.iter().filter(|(_, planned)| planned.absent.is_none()) {
            let metric = planned.metric;
            let Some(spec) = metric.fact else { continue };
            let plan = facts.entry(spec.fact).or_insert_with(|| FactPlan {
                spec,
                wanted: BTreeSet::new(),
                views: Vec::new(),
                complete_from: None,
            });
            for column in metric.columns() {
                plan.wanted.insert(column.name);
                if let Known::At(at) | Known::Lasting(at) = column.known {
                    plan.wanted.insert(at);
                }
            }
            if is_money(metric) && spec.column("currency").is_some() && mixed_currencies(canonical, spec) {
                plan.wanted.insert("currency");
            }
            if planned.counted_as != id {
                continue;
            }
            match plan.views.iter_mut().find(|v| v.when == metric.when) {
                Some(view) => view.metrics.push(id),
                None => plan.views.push(View {
                    when: metric.when.clone(),
                    metrics: vec![id],
                }),
            }
        }
        facts.into_values().collect()
    }
}

/// These metrics and all that they are computed from.
fn with_parts<'c>(catalog: &'c Catalog, ids: &'c [String]) -> BTreeSet<&'c str> {
    let mut wanted: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&str> = ids.iter().map(String::as_str).collect();
    while let Some(id) = open.pop() {
        if let Some(metric) = catalog.get(id)
            && wanted.insert(&metric.id)
        {
            open.extend(metric.parts().iter().filter_map(|id| catalog.get(id)).map(|m| m.id.as_str()));
        }
    }
    wanted
}

/// The first day of which something is known, as its start.
fn starts(canonical: &CanonicalTables, metric: &Metric, first_record: Option<Micros>) -> Option<Micros> {
    let tables = metric.fact.into_iter().flat_map(|fact| fact.tables.iter().copied());
    let first = first_record.or_else(|| first_event(canonical, tables))?;
    Some(canonical.zone.midnight(canonical.zone.day_of(first)))
}

/// The time of the first record of what happened, of what a metric needs: where it needs both contacts and orders, when both have begun. A
/// roster is left out, because it tells who is there, and reaches further back than what happened with them. A health score knows itself
/// which of its parts have data.
fn first_record(canonical: &CanonicalTables, metric: &Metric) -> Option<Micros> {
    let fact = metric.fact?;
    let of_roster = fact.shape == Shape::Event && fact.tables.contains(&Table::Stakeholders);
    if of_roster || fact.fact == Fact::Health {
        return None;
    }
    let needed = metric.columns().into_iter().flat_map(|column| column.needs);
    let begun = needed.filter_map(|group| {
        let tables = || group.iter().filter_map(Input::column).map(|column| column.table);
        let of_roster = tables().any(|table| !table.holds_events() && canonical.table(table).is_some());
        if of_roster { None } else { first_event(canonical, tables()) }
    });
    let events = fact.tables.iter().copied().filter(|table| table.holds_events());
    begun.max().or_else(|| first_event(canonical, events))
}

fn first_event(canonical: &CanonicalTables, tables: impl Iterator<Item = Table>) -> Option<Micros> {
    let present = tables.filter_map(|table| canonical.table(table));
    present.map(|rows| rows.first_event).filter(|at| *at != Micros::MAX).min()
}

/// Whether the metric adds money.
pub fn is_money(metric: &Metric) -> bool {
    metric.columns().iter().any(|c| c.unit == Unit::Money)
}

/// The currency of the amounts that a metric's fact is made from; `None` if they name none, or several.
pub fn currency<'a>(canonical: &'a CanonicalTables, metric: &Metric) -> Option<&'a str> {
    let mut tables: Vec<Table> = metric.fact?.tables.to_vec();
    if !is_money(metric) {
        tables.clear();
    }
    let mut found = None;
    for rows in tables.into_iter().filter_map(|table| canonical.table(table)) {
        for codes in rows.table.with_role(Role::Currency).map(|column| rows.codes(column)) {
            if !codes.exists() {
                continue;
            }
            for code in (0..rows.len).map(|row| codes.at(row)) {
                if *found.get_or_insert(code) != code || canonical.cannot_add(std::iter::once(code)) {
                    return None;
                }
            }
        }
    }
    canonical.texts.text(found?)
}

/// Whether the tables that a fact takes its money from hold several currencies.
pub fn mixed_currencies(canonical: &CanonicalTables, spec: &FactSpec) -> bool {
    let codes = |rows: &'_ Rows| {
        let columns = rows.table.with_role(Role::Currency).map(|column| rows.codes(column));
        let given = columns.filter(|codes| codes.exists());
        given
            .flat_map(|codes| (0..rows.len).map(move |row| codes.at(row)))
            .collect::<Vec<u32>>()
    };
    if spec.fact == Fact::Health {
        // What is at stake is revenue or spend, and both are added.
        let money = [Table::Purchases, Table::Supplies]
            .into_iter()
            .filter_map(|table| canonical.table(table));
        return canonical.cannot_add(money.flat_map(codes));
    }
    spec.tables.iter().filter_map(|t| canonical.table(*t)).any(|rows| {
        let mut currencies = rows.table.with_role(Role::Currency).map(|column| rows.codes(column));
        currencies.any(|codes| codes.exists() && canonical.cannot_add((0..rows.len).map(|row| codes.at(row))))
    })
}
