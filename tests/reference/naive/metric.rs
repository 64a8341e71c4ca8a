//! Any metric of the catalogue, by loops over the rows of its fact.

use std::collections::{BTreeMap, BTreeSet};

use relhealth::api::catalog::{Catalog, Entity, Exposure, Expression, Form, Kind, Metric, Under, When, kinds};
use relhealth::api::expr::Value;
use relhealth::api::schema::{DAY, FactSpec, Input, Known, Table, Unit};

use super::interval::Moments;
use super::{Data, Dims, Row, V, Window, fact, interval, talk};

/// What comes out of a metric in a window and a slice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    pub value: Option<f64>,
    pub absent: Option<&'static str>,
    pub n: usize,
    pub stakeholders: usize,
    pub part: Option<f64>,
    pub part_minus: Option<f64>,
    pub whole: Option<f64>,
    /// Of a share without weights.
    pub interval: Option<Option<(f64, f64)>>,
    /// Who is in the whole.
    pub people: BTreeSet<String>,
}

/// Facts that were built already, by fact and window.
#[derive(Default)]
pub struct Built(BTreeMap<(String, i64, i64, i64), Vec<Row>>);

/// Which rows of a window are meant.
#[derive(Clone, Copy)]
pub enum Of<'a> {
    /// Those of a slice.
    Slice(&'a [String]),
    /// Those of all other slices.
    Rest(&'a [String]),
    /// Those of all slices.
    All,
}

impl Of<'_> {
    fn holds(self, row: &Row) -> bool {
        match self {
            Of::Slice(slice) => row.slice == slice,
            Of::Rest(slice) => row.slice != slice,
            Of::All => true,
        }
    }
}

/// All that a metric needs.
pub struct Naive<'a> {
    pub data: &'a Data,
    pub catalog: &'a Catalog,
    pub dims: &'a Dims,
}

impl Naive<'_> {
    /// The rows of a fact in a window, as they were known then.
    pub fn rows<'b>(&self, built: &'b mut Built, spec: &FactSpec, window: &Window) -> &'b [Row] {
        let key = (spec.name().to_string(), window.period.start, window.end, window.as_of);
        let known = |row: &Row| as_known(row, spec, window.as_of);
        built
            .0
            .entry(key)
            .or_insert_with(|| fact(spec.name(), self.data, self.dims, window).iter().map(known).collect())
    }

    /// The answer for one slice.
    pub fn answer(&self, built: &mut Built, metric: &Metric, window: &Window, slice: &[String]) -> Answer {
        self.answer_of(built, metric, window, Of::Slice(slice))
    }

    /// The first time of a record of what happened, of what the metric needs; a roster does not tell from when on it is kept.
    fn first_record(&self, metric: &Metric, fact: &FactSpec) -> Option<i64> {
        if ["newcomers", "referrals", "health"].contains(&fact.name()) {
            return None;
        }
        let is_roster = |table: Table| matches!(table, Table::Stakeholders | Table::Identities);
        let first_of = |table: Table| {
            let columns = table.event_columns().map(|column| column.name);
            let times = columns.flat_map(|name| self.data.of(table).iter().filter_map(move |row| self.data.time(row, name)));
            times.min()
        };
        let mut latest = None;
        for group in metric.columns().iter().flat_map(|column| column.needs) {
            let tables: Vec<Table> = group.iter().filter_map(|input| Some(input.column()?.table)).collect();
            if tables.iter().any(|table| is_roster(*table) && self.data.has(*table)) {
                continue;
            }
            latest = latest.max(tables.into_iter().filter_map(first_of).min());
        }
        let events = fact.tables.iter().copied().filter(|table| !is_roster(*table));
        latest.or_else(|| events.filter_map(first_of).min())
    }

    /// The answer for one slice, or for all others.
    pub fn answer_of(&self, built: &mut Built, metric: &Metric, window: &Window, of: Of) -> Answer {
        if let Kind::Derived(kinds::Derived { expr }) = &metric.kind {
            return self.derived(built, metric, expr, window, of);
        }
        let fact = metric.fact.unwrap();
        if !matches!(of, Of::All) && self.dims.missing(self.data, fact.rows) {
            return Answer {
                absent: Some("missing input"),
                ..Answer::default()
            };
        }
        let usable = match self.usable_files(metric, fact) {
            Ok(files) => files,
            Err(reason) => {
                return Answer {
                    absent: Some(reason),
                    ..Answer::default()
                };
            }
        };
        if self
            .first_record(metric, fact)
            .is_some_and(|first| window.end.min(window.period.end) <= first)
        {
            return Answer {
                absent: Some("before the data"),
                ..Answer::default()
            };
        }
        if let Some(days) = metric.window_days
            && window.period.end + i64::from(days) * DAY > window.as_of
        {
            return Answer {
                absent: Some("incomplete window"),
                ..Answer::default()
            };
        }
        if let Some(days) = metric.lookback_days {
            let first = self
                .data
                .of(Table::Interactions)
                .iter()
                .filter_map(|r| self.data.time(r, "occurred_at"))
                .min();
            if first.is_some_and(|first| window.period.start - i64::from(days) * DAY < self.data.zone.midnight(self.data.day(first))) {
                return Answer {
                    absent: Some("incomplete window"),
                    ..Answer::default()
                };
            }
        }
        let rows = self.meant(built, metric, window, of, usable.as_deref());
        let mut answer = evaluate(metric, &rows, window);
        if let Kind::Rate(kinds::Rate {
            exposure: Exposure::Metric(id),
            per,
            ..
        }) = &metric.kind
        {
            let exposure = self.exposure(built, self.catalog.get(id).unwrap(), window, of);
            answer.whole = exposure.ok().flatten();
            match answer.whole {
                _ if exposure.is_err() => answer.absent = exposure.err(),
                Some(exposure) if exposure > 0.0 => answer.value = Some(answer.part.unwrap_or(0.0) / exposure * per),
                _ => answer.absent = Some(if answer.n == 0 { "no rows" } else { "zero denominator" }),
            }
        }
        answer
    }

    /// The exposure of a slice: everybody's, where nobody is in a slice but what happened is.
    pub fn exposure(&self, built: &mut Built, metric: &Metric, window: &Window, of: Of) -> Result<Option<f64>, &'static str> {
        let table = metric.fact.unwrap().rows;
        let of = match (self.dims.is_undivided(self.data, table), self.dims.missing(self.data, table)) {
            (true, _) => Of::All,
            (false, true) => return Err("missing input"),
            (false, false) => of,
        };
        Ok(self.answer_of(built, metric, window, of).value)
    }

    /// The rows that a metric with a fact is measured on.
    pub fn meant<'b>(&self, built: &'b mut Built, metric: &Metric, window: &Window, of: Of, usable: Option<&[usize]>) -> Vec<&'b Row> {
        (self.rows(built, metric.fact.unwrap(), window).iter())
            .filter(|row| of.holds(row))
            .filter(|row| usable.is_none_or(|files| row.file.is_none_or(|f| files.contains(&f))))
            .filter(|row| lies_in(row, metric, window))
            .filter(|row| metric.where_.as_ref().is_none_or(|w| eval(w, row, window) == Value::Bool(true)))
            .collect()
    }

    fn derived(&self, built: &mut Built, metric: &Metric, expr: &Expression, window: &Window, of: Of) -> Answer {
        let parts: BTreeMap<String, Answer> = metric
            .parts()
            .into_iter()
            .map(|id| (id.clone(), self.answer_of(built, self.catalog.get(&id).unwrap(), window, of)))
            .collect();
        let column = |id: &str| parts[id].value.map_or(Value::Null, Value::Number);
        match expr.expr.eval(&column, &|_| 0) {
            Value::Number(value) => Answer {
                value: Some(value),
                ..Answer::default()
            },
            _ if parts.values().any(|a| a.absent == Some("days only")) => Answer {
                absent: Some("days only"),
                ..Answer::default()
            },
            _ if parts.values().any(|a| a.absent == Some("missing input")) => Answer {
                absent: Some("missing input"),
                ..Answer::default()
            },
            _ if parts.values().any(|a| a.value.is_none()) => Answer {
                absent: Some("no rows"),
                ..Answer::default()
            },
            _ => Answer {
                absent: Some("zero denominator"),
                ..Answer::default()
            },
        }
    }

    /// The files whose rows the metric can be measured on (nothing: all of them), or why it cannot be.
    pub fn usable_files(&self, metric: &Metric, fact: &FactSpec) -> Result<Option<Vec<usize>>, &'static str> {
        if !fact.tables.iter().any(|t| self.data.has(*t)) {
            return Err("missing input");
        }
        // Nothing is configured here, so only columns are given.
        let mapped = |input: &Input| match input {
            Input::HealthParts => self.data.gives_scores(),
            Input::Cases => self.data.of(Table::Interactions).iter().any(|r| talk::is_of_case(self.data, r)),
            input => input.column().is_some_and(|c| self.data.is_mapped(c.table, c.name)),
        };
        let groups: Vec<&[Input]> = metric.columns().iter().flat_map(|c| c.needs.iter().copied()).collect();
        if groups.iter().any(|group| !group.iter().any(mapped)) {
            return Err("missing input");
        }
        let Some(table) = fact.rows else { return Ok(None) };
        let is_own = |input: &Input| input.column().is_some_and(|column| column.table == table);
        let own: Vec<&&[Input]> = groups.iter().filter(|group| group.iter().all(is_own)).collect();
        let tells_all = |columns: &BTreeSet<String>| {
            let tells = |input: &Input| input.column().is_some_and(|column| columns.contains(column.name));
            own.iter().all(|group| group.iter().any(tells))
        };
        let files: Vec<usize> = (self.data.files.iter().enumerate())
            .filter(|(_, (t, columns))| *t == table && tells_all(columns))
            .map(|(i, _)| i)
            .collect();
        if files.is_empty() && self.data.has(table) {
            return Err("missing input");
        }
        // Dates of mere contacts say nothing about cases.
        let is_of_cases = metric.fact.is_some_and(|fact| fact.name() == "cases");
        let gives_rows = |file: usize| !is_of_cases || self.data.of(table).iter().any(|r| r.file == file && talk::is_of_case(self.data, r));
        let is_in_days = |file: usize| gives_rows(file) && self.is_in_days(metric, file);
        let in_hours: Vec<usize> = files.iter().copied().filter(|file| !is_in_days(*file)).collect();
        if in_hours.len() < files.len() && !in_hours.iter().any(|file| gives_rows(*file)) {
            Err("days only")
        } else {
            Ok(Some(in_hours))
        }
    }

    /// Whether the metric asks for hours, or for a deadline of hours, of cases in a file that gives days.
    fn is_in_days(&self, metric: &Metric, file: usize) -> bool {
        let day = |column: &str| self.data.gives_days(file, column);
        // Without a deadline of its own, a file has one of hours after the opening.
        let deadline = |due: &str, reached: &str| match self.data.files[file].1.contains(due) {
            true => !day(due) && day(reached),
            false => day("occurred_at") || day(reached),
        };
        metric.columns().iter().any(|column| match column.name {
            "waiting_hours" | "open_hours" | "age_hours" | "direct_reply_hours" => day("occurred_at"),
            "response_hours" => day("occurred_at") || day("responded_at"),
            "resolution_hours" => day("occurred_at") || day("resolved_at"),
            "response_due_at" => deadline("response_due_at", "responded_at"),
            "due_at" if metric.fact.is_some_and(|fact| fact.name() == "cases") => deadline("due_at", "resolved_at"),
            "kept" => !day("due_at") && day("resolved_at"),
            _ => false,
        })
    }
}

/// The row as it was known before `as_of`.
fn as_known(row: &Row, fact: &FactSpec, as_of: i64) -> Row {
    let mut known = row.clone();
    for column in fact.columns {
        if let Known::At(at) = column.known
            && let Value::Time(at) = row.get(at)
            && at >= as_of
        {
            let unknown = if column.unit == Unit::Bool {
                Value::Bool(false)
            } else {
                Value::Null
            };
            known.cells.insert(column.name, unknown);
        }
    }
    known
}

fn lies_in(row: &Row, metric: &Metric, window: &Window) -> bool {
    match &metric.when {
        When::InPeriod => true,
        When::At(at) => matches!(row.get(at), Value::Time(at) if window.holds(at)),
        When::Stock { from, until } => {
            let t1 = window.end;
            matches!(row.get(from), Value::Time(from) if from < t1) && !matches!(row.get(until), Value::Time(until) if until < t1)
        }
    }
}

pub fn eval(expression: &Expression, row: &Row, window: &Window) -> V {
    let column = |name: &str| match name {
        "as_of" => Value::Time(window.as_of),
        "period_start" => Value::Time(window.period.start),
        "period_end" => Value::Time(window.end),
        _ => row.get(name),
    };
    match expression.expr.eval(&column, &|_| 0) {
        Value::Null => Value::Null,
        Value::Bool(b) => Value::Bool(b),
        Value::Number(x) => Value::Number(x),
        Value::Time(t) => Value::Time(t),
        Value::Text(text) => Value::Text(text.into_owned().into()),
    }
}

pub fn is_true(expression: &Expression, row: &Row, window: &Window) -> bool {
    eval(expression, row, window) == Value::Bool(true)
}

pub fn number(expression: &Expression, row: &Row, window: &Window) -> Option<f64> {
    match eval(expression, row, window) {
        Value::Number(x) => Some(x),
        Value::Bool(b) => Some(f64::from(u8::from(b))),
        _ => None,
    }
}

/// Distinct stakeholders; rows without one are their own.
fn stakeholders(rows: &[&Row]) -> usize {
    rows.iter().filter_map(|r| r.who.as_ref()).collect::<BTreeSet<_>>().len() + rows.iter().filter(|r| r.who.is_none()).count()
}

/// The metric over the rows of a cell.
pub fn evaluate(metric: &Metric, rows: &[&Row], window: &Window) -> Answer {
    let all: Vec<&Row> = rows.to_vec();
    let sum = |of: &Expression| all.iter().filter_map(|r| number(of, r, window)).sum::<f64>();
    let weight = |row: &Row| match &metric.weight {
        None => 1.0,
        Some(column) => match row.get(column) {
            Value::Number(w) => w,
            _ => 0.0,
        },
    };
    let weighted = |rows: &[&Row], of: &dyn Fn(&Row) -> f64| rows.iter().map(|r| weight(r) * of(r)).sum::<f64>();
    let over = |rows: &[&Row], part: f64, whole: f64| {
        let absent = if rows.is_empty() {
            Some("no rows")
        } else {
            (whole == 0.0).then_some("zero denominator")
        };
        (absent.is_none().then(|| part / whole), absent)
    };
    let mut answer = Answer {
        n: all.len(),
        stakeholders: stakeholders(&all),
        ..Answer::default()
    };
    let mut counted = all.clone();
    match &metric.kind {
        Kind::Count(kinds::Count { distinct: None }) => {
            answer.value = Some(all.len() as f64);
            answer.part = answer.value;
        }
        Kind::Count(kinds::Count {
            distinct: Some(Entity::Stakeholder),
        }) => answer.value = Some(answer.stakeholders as f64),
        Kind::Count(kinds::Count {
            distinct: Some(Entity::Column(_)),
        }) => unreachable!("no built-in metric counts the values of a column"),
        Kind::Sum(kinds::Sum { of, absent_without_rows }) => {
            let is_known = !all.is_empty() || !absent_without_rows;
            answer.value = is_known.then(|| sum(of));
            answer.absent = if is_known { None } else { Some("no rows") };
            answer.part = answer.value;
        }
        Kind::Mean(kinds::Mean { of }) => {
            counted.retain(|r| number(of, r, window).is_some());
            answer.n = counted.len();
            answer.stakeholders = stakeholders(&counted);
            let (part, whole) = (
                weighted(&counted, &|r| number(of, r, window).unwrap()),
                weighted(&counted, &|_| 1.0),
            );
            (answer.value, answer.absent) = over(&counted, part, whole);
            (answer.part, answer.whole) = (Some(part), Some(whole));
            let rows: Vec<_> = (counted.iter())
                .map(|r| (r.who.clone(), weight(r) * number(of, r, window).unwrap(), weight(r)))
                .collect();
            answer.interval = Some(Moments::of(&interval::pairs(&rows)).map(|of| of.limits()));
        }
        Kind::Share(kinds::Share { part }) => {
            let (x, n) = (
                weighted(&all, &|r| f64::from(u8::from(is_true(part, r, window)))),
                weighted(&all, &|_| 1.0),
            );
            (answer.value, answer.absent) = over(&all, x, n);
            (answer.part, answer.whole) = (Some(x), Some(n));
            if all.iter().all(|r| weight(r) == 1.0) {
                let pairs: Vec<_> = all.iter().map(|r| (r.who.clone(), is_true(part, r, window))).collect();
                answer.interval = Some(interval::wilson(&pairs));
            }
        }
        Kind::NetShare(kinds::NetShare { plus, minus }) => {
            let of = |e: &Expression| weighted(&all, &|r| f64::from(u8::from(is_true(e, r, window))));
            let (plus, minus, n) = (of(plus), of(minus), weighted(&all, &|_| 1.0));
            (answer.value, answer.absent) = over(&all, 100.0 * (plus - minus), n);
            (answer.part, answer.part_minus, answer.whole) = (Some(plus), Some(minus), Some(n));
        }
        Kind::Ratio(kinds::Ratio { over: above, under }) => {
            let below = match under {
                Under::Sum(below) => sum(below),
                Under::Distinct(_) => answer.stakeholders as f64,
            };
            (answer.value, answer.absent) = over(&all, sum(above), below);
            (answer.part, answer.whole) = (Some(sum(above)), Some(below));
            let or_0 = |of: &Expression, r: &Row| number(of, r, window).unwrap_or(0.0);
            let rows: Vec<_> = (all.iter())
                .map(|r| match under {
                    Under::Sum(below) => (r.who.clone(), or_0(above, r), or_0(below, r)),
                    Under::Distinct(_) => (r.who.clone(), or_0(above, r), 0.0),
                })
                .collect();
            let mut pairs = interval::pairs(&rows);
            if let Under::Distinct(_) = under {
                pairs.iter_mut().for_each(|pair| pair.1 = 1.0);
            }
            answer.interval = Some(Moments::of(&pairs).map(|of| of.limits()));
        }
        Kind::Rate(kinds::Rate { part, per, exposure }) => {
            let events = all.iter().filter(|r| is_true(part, r, window)).count() as f64;
            answer.part = Some(events);
            if let Exposure::Column(exposure) = exposure {
                let exposure = sum(exposure);
                (answer.value, answer.absent) = over(&all, events * per, exposure);
                answer.whole = Some(exposure);
            }
        }
        Kind::Quantile(kinds::Quantile { of, q }) => {
            counted.retain(|r| number(of, r, window).is_some());
            let mut values: Vec<f64> = counted.iter().filter_map(|r| number(of, r, window)).collect();
            values.sort_by(f64::total_cmp);
            answer.n = values.len();
            answer.stakeholders = stakeholders(&counted);
            answer.whole = Some(values.len() as f64);
            if values.is_empty() {
                answer.absent = Some("no rows");
            } else {
                let rank = (values.len() - 1) as f64 * q;
                let (low, high) = (values[rank.floor() as usize], values[rank.ceil() as usize]);
                answer.value = Some(low + (high - low) * (rank - rank.floor()));
            }
        }
        Kind::SurvivalQuantile(kinds::SurvivalQuantile { of, event, censored_of, q }) => {
            let time = |r: &Row| number(if is_true(event, r, window) { of } else { censored_of }, r, window);
            counted.retain(|r| time(r).is_some());
            let times: Vec<(f64, bool)> = counted.iter().map(|r| (time(r).unwrap(), is_true(event, r, window))).collect();
            answer.n = times.len();
            answer.stakeholders = stakeholders(&counted);
            answer.part = Some(times.iter().filter(|(_, e)| *e).count() as f64);
            answer.whole = Some(times.len() as f64);
            answer.value = kaplan_meier(&times, *q);
            if answer.value.is_none() {
                answer.absent = Some(if times.is_empty() { "no rows" } else { "not reached" });
            }
        }
        Kind::Concentration(kinds::Concentration { of, group, form }) => {
            let mut totals: BTreeMap<String, f64> = BTreeMap::new();
            counted.retain(|r| group_of(group, r).is_some());
            for row in &counted {
                *totals.entry(group_of(group, row).unwrap()).or_default() += number(of, row, window).unwrap_or(0.0);
            }
            answer.n = counted.len();
            answer.stakeholders = stakeholders(&counted);
            // Sums of cents that should be nothing may miss it by a trillionth.
            let kept: Vec<f64> = totals
                .values()
                .map(|t| (t * 10_000.0).round() / 10_000.0)
                .filter(|t| *t >= 0.0)
                .collect();
            answer.whole = Some(kept.iter().sum());
            answer.value = concentrated(*form, kept);
            if answer.value.is_none() {
                answer.absent = Some(if counted.is_empty() { "no rows" } else { "zero denominator" });
            }
        }
        Kind::Derived(_) => unreachable!("derived metrics have no rows"),
    }
    answer.people = counted.iter().filter_map(|r| r.who.clone()).collect();
    answer
}

fn group_of(group: &Entity, row: &Row) -> Option<String> {
    match group {
        Entity::Stakeholder => row.who.clone(),
        Entity::Column(name) => match row.get(name) {
            Value::Text(text) => Some(text.into_owned()),
            _ => None,
        },
    }
}

/// The smallest time at which at most 1 - q are left.
fn kaplan_meier(times: &[(f64, bool)], q: f64) -> Option<f64> {
    let mut events: Vec<f64> = times.iter().filter(|(_, e)| *e).map(|(t, _)| *t).collect();
    events.sort_by(f64::total_cmp);
    events.dedup();
    let mut left = 1.0;
    for t in events {
        let at_risk = times.iter().filter(|(u, _)| *u >= t).count() as f64;
        let ended = times.iter().filter(|(u, e)| *u == t && *e).count() as f64;
        left *= 1.0 - ended / at_risk;
        if left <= 1.0 - q + 1e-9 {
            return Some(t);
        }
    }
    None
}

fn concentrated(form: Form, mut totals: Vec<f64>) -> Option<f64> {
    let all: f64 = totals.iter().sum();
    if all <= 0.0 {
        return None;
    }
    totals.sort_by(|a, b| b.total_cmp(a));
    let n = totals.len() as f64;
    let hhi: f64 = totals.iter().map(|t| (t / all).powi(2)).sum();
    Some(match form {
        Form::Hhi => hhi,
        Form::EffectiveNumber => 1.0 / hhi,
        Form::Top(k) => totals.iter().take(k as usize).sum::<f64>() / all,
        // Ranks go from the smallest.
        Form::Gini => {
            (totals.iter().rev().enumerate())
                .map(|(i, t)| (2.0 * (i as f64 + 1.0) - n - 1.0) * t)
                .sum::<f64>()
                / (n * all)
        }
        Form::FewestTo(share) => (1..=totals.len())
            .find(|k| totals.iter().take(*k).sum::<f64>() >= share * all - 1e-9)
            .unwrap() as f64,
    })
}

#[test]
fn kaplan_meier_of_the_golden_values() {
    let times = [1, 2, 2, 3, 4, -5, 6, 8, -10, 12, -15, -20].map(|t: i32| (f64::from(t.abs()), t > 0));
    assert_eq!(kaplan_meier(&times, 0.5), Some(6.0));
    assert_eq!(kaplan_meier(&times, 0.9), None);
}

#[test]
fn concentration_of_the_golden_values() {
    let totals = vec![30.0, 30.0, 20.0, 20.0];
    assert!((concentrated(Form::Hhi, totals.clone()).unwrap() - 0.26).abs() < 1e-12);
    assert_eq!(concentrated(Form::FewestTo(0.8), totals.clone()), Some(3.0));
    assert_eq!(concentrated(Form::Gini, vec![5.0, 5.0]), Some(0.0));
    assert_eq!(concentrated(Form::Top(1), vec![0.0, 0.0]), None);
}
