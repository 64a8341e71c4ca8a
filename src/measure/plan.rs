//! What has to be measured: the metrics asked for and those they rest on, grouped by fact and by how rows come into periods.

use std::collections::{BTreeMap, BTreeSet};

use crate::canonical::CanonicalTables;
use crate::catalog::{Catalog, Kind, Metric, When};
use crate::facts::context::Settings;
use crate::report::AbsentReason;
use crate::schema::{ColumnType, Fact, FactSpec, Input, Known, Role, Unit};

/// Metrics of one fact whose rows come into periods the same way.
#[derive(Debug)]
pub struct View {
    /// How.
    pub when: When,
    /// Indexes into [`Plan::metrics`].
    pub metrics: Vec<usize>,
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
}

/// Which sources a metric can be measured on (`None`: all), or what is missing.
type Usable<'u> = dyn Fn(&Metric, &FactSpec) -> Result<Option<Vec<bool>>, String> + 'u;

/// What has to be measured.
pub struct Plan<'a> {
    /// The metrics in the order of the catalogue: those asked for and those they rest on.
    pub metrics: Vec<&'a Metric>,
    /// For each metric why it cannot be measured at all, if so.
    pub absent: Vec<Option<AbsentReason>>,
    /// For each metric the sources whose rows it can be measured on; `None`: all.
    pub sources: Vec<Option<Vec<bool>>>,
    /// By fact.
    pub facts: Vec<FactPlan>,
    /// For each metric whether it rests on something that nobody dated, so that it cannot be set back to an earlier as-of.
    pub undated: Vec<bool>,
}

impl<'a> Plan<'a> {
    /// The plan for these metric ids, which exist in the catalogue, over what the tables and settings give.
    pub fn new(catalog: &'a Catalog, ids: &[String], canonical: &CanonicalTables, settings: &Settings) -> Plan<'a> {
        let mut plan = Plan::over(catalog, ids, canonical, &|metric, fact| {
            usable_sources(metric, fact, canonical, settings)
        });
        plan.undated = plan.metrics.iter().map(|m| is_undated(m, canonical, settings)).collect();
        plan
    }

    /// The plan for a metric whose facts are given as they are, with nothing missing.
    pub fn given(catalog: &'a Catalog, id: &str, canonical: &CanonicalTables) -> Plan<'a> {
        Plan::over(catalog, &[id.to_string()], canonical, &|_, _| Ok(None))
    }

    fn over(catalog: &'a Catalog, ids: &[String], canonical: &CanonicalTables, usable: &Usable) -> Plan<'a> {
        let mut wanted: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<&str> = ids.iter().map(String::as_str).collect();
        while let Some(id) = open.pop() {
            if let Some(metric) = catalog.get(id)
                && wanted.insert(&metric.id)
            {
                open.extend(metric.parts().iter().filter_map(|id| catalog.get(id)).map(|m| m.id.as_str()));
            }
        }
        let metrics: Vec<&Metric> = catalog.iter().filter(|m| wanted.contains(m.id.as_str())).collect();
        let mut plan = Plan {
            absent: Vec::new(),
            sources: Vec::new(),
            facts: Vec::new(),
            undated: vec![false; metrics.len()],
            metrics,
        };
        for metric in &plan.metrics {
            let (absent, sources) = match metric.fact {
                None => (None, None),
                Some(fact) => match usable(metric, fact) {
                    Ok(sources) => (None, sources),
                    Err(missing) => (Some(AbsentReason::MissingInput(missing)), None),
                },
            };
            plan.absent.push(absent);
            plan.sources.push(sources);
        }
        // A derived metric misses what its parts miss.
        for index in 0..plan.metrics.len() {
            if let Kind::Derived { .. } | Kind::Rate { .. } = plan.metrics[index].kind {
                let missing = plan.metrics[index]
                    .parts()
                    .iter()
                    .find_map(|id| plan.index(id).and_then(|i| plan.absent[i].clone()));
                plan.absent[index] = plan.absent[index].take().or(missing);
            }
        }
        plan.facts = fact_plans(&plan.metrics, &plan.absent, canonical);
        plan
    }

    /// The index of a metric.
    pub fn index(&self, id: &str) -> Option<usize> {
        self.metrics.iter().position(|m| m.id == id)
    }
}

fn is_undated(metric: &Metric, canonical: &CanonicalTables, settings: &Settings) -> bool {
    let Some(fact) = metric.fact else { return false };
    let is_told = |column: &str| {
        let mut needs = fact.column(column).into_iter().flat_map(|c| c.needs);
        needs.all(|group| group.iter().any(|input| is_given(input, canonical, settings)))
    };
    metric.columns().iter().any(|c| match c.known {
        Known::Undated => true,
        Known::At(at) => !is_told(at),
        Known::Always | Known::Lasting(_) => false,
    })
}

fn fact_plans(metrics: &[&Metric], absent: &[Option<AbsentReason>], canonical: &CanonicalTables) -> Vec<FactPlan> {
    let mut facts: BTreeMap<Fact, FactPlan> = BTreeMap::new();
    for (index, metric) in metrics.iter().enumerate().filter(|(i, _)| absent[*i].is_none()) {
        let Some(spec) = metric.fact else { continue };
        let plan = facts.entry(spec.fact).or_insert_with(|| FactPlan {
            spec,
            wanted: BTreeSet::new(),
            views: Vec::new(),
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
        match plan.views.iter_mut().find(|v| v.when == metric.when) {
            Some(view) => view.metrics.push(index),
            None => plan.views.push(View {
                when: metric.when.clone(),
                metrics: vec![index],
            }),
        }
    }
    facts.into_values().collect()
}

/// The texts of the canonical tables that these metrics, and those they rest on, are made from: what a load has to keep for them.
pub fn texts<'m>(catalog: &'m Catalog, metrics: impl IntoIterator<Item = &'m Metric>) -> BTreeSet<String> {
    let mut waiting: Vec<&Metric> = metrics.into_iter().collect();
    let mut texts = BTreeSet::new();
    let mut seen = BTreeSet::new();
    while let Some(metric) = waiting.pop() {
        if !seen.insert(&metric.id) {
            continue;
        }
        waiting.extend(metric.parts().iter().filter_map(|id| catalog.get(id)));
        for column in metric.columns() {
            let read = column.canonical_columns().chain(column.words_of);
            texts.extend(read.filter(|c| c.kind == ColumnType::Text).map(|c| c.name.to_string()));
        }
    }
    texts
}

/// Whether the metric adds money.
pub fn is_money(metric: &Metric) -> bool {
    metric.columns().iter().any(|c| c.unit == Unit::Money)
}

/// Whether the table that a fact takes its money from holds several currencies.
pub fn mixed_currencies(canonical: &CanonicalTables, spec: &FactSpec) -> bool {
    spec.tables.iter().filter_map(|t| canonical.table(*t)).any(|rows| {
        let mut currencies = rows.table.with_role(Role::Currency).map(|column| rows.codes(column));
        currencies.any(|codes| codes.exists() && (1..rows.len).any(|row| codes.at(row) != codes.at(0)))
    })
}

/// Which sources a metric can be measured on, or what is missing.
fn usable_sources(metric: &Metric, fact: &FactSpec, canonical: &CanonicalTables, settings: &Settings) -> Result<Option<Vec<bool>>, String> {
    if !fact.tables.iter().any(|t| canonical.table(*t).is_some()) {
        let names: Vec<&str> = fact.tables.iter().map(|t| t.name()).collect();
        return Err(names.join(" or "));
    }
    let columns = metric.columns();
    let mut usable = vec![true; canonical.sources.len()];
    let mut restricted = false;
    for group in columns.iter().flat_map(|c| c.needs.iter()) {
        if !group.iter().any(|input| is_given(input, canonical, settings)) {
            return Err(group.iter().map(Input::name).collect::<Vec<_>>().join(" or "));
        }
        // What one table's rows need, each of its sources must map by itself.
        let Some(table) = fact.rows.filter(|table| {
            group
                .iter()
                .all(|input| input.column().is_some_and(|column| column.table == *table))
        }) else {
            continue;
        };
        for (index, source) in canonical.sources.iter().enumerate().filter(|(_, s)| s.table == table) {
            if !group.iter().filter_map(Input::column).any(|column| source.maps(column)) {
                usable[index] = false;
                restricted = true;
            }
        }
    }
    if !restricted {
        return Ok(None);
    }
    let table = fact.rows.expect("only facts with a table of their own are restricted");
    if canonical.sources.iter().zip(&usable).any(|(s, ok)| s.table == table && *ok) {
        Ok(Some(usable))
    } else {
        let needs: BTreeSet<String> = columns.iter().flat_map(|c| c.needs).copied().flatten().map(Input::name).collect();
        Err(format!("{} in one source", needs.into_iter().collect::<Vec<_>>().join(" and ")))
    }
}

/// Whether an input is there: a column that some source maps, a target, or a declaration.
fn is_given(input: &Input, canonical: &CanonicalTables, settings: &Settings) -> bool {
    match input {
        Input::Column(column) => canonical.is_mapped(column),
        Input::FirstResponseTarget => settings.first_response.is_some(),
        Input::ResolutionTarget => settings.resolution.is_some(),
        Input::ContactTarget => !settings.contact_days.is_empty(),
        Input::EffortDirection => settings.high_is_easy,
    }
}
