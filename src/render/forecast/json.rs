//! A forecast as a document for programs, and its stakeholders as CSV.

use std::io::Write;

use super::ForecastSheet;
use crate::forecast::{self, GroupForecast, NoForecast, Parameter, Ranged, StakeholderForecast};
use crate::render::csv::{foreign, text};
use crate::stats::customer_base::DAYS;
use crate::wire::forecast::{Forecast, Frequency, Group, Holdout, Limits, NewCustomer, Parameters, Part, Spend, Stakeholder};
use crate::wire::{self, Day, Instant, Labels, SchemaId, Stream};

/// The document. Stakeholders are made while they are written.
pub fn document<'a>(sheet: &'a ForecastSheet<'a>) -> Forecast<'a> {
    let forecast = sheet.forecast;
    let request = &forecast.request;
    let group = |group: &'a GroupForecast| Group {
        by: Labels(group.by.clone()),
        part: part(sheet, group),
    };
    Forecast {
        schema: SchemaId::default(),
        as_of: Instant(sheet.canonical.as_of),
        timezone: sheet.canonical.zone.name().to_string(),
        currency: sheet.currency.map(str::to_string),
        level: request.level,
        filter: sheet.filter.map(str::to_string),
        model: request.model,
        unit: "weeks",
        calibration_end: Day(forecast.calibration_end),
        horizon: request.weeks(),
        discount: request.discount,
        acquisition_cost: request.acquisition_cost,
        days_without_value: forecast.days_without_value,
        all: part(sheet, &forecast.all),
        groups: forecast.groups.iter().map(group).collect(),
        account: sheet.account.iter().map(wire::RecordCounts::from).collect(),
        notes: sheet.notes.iter().map(wire::Note::from).collect(),
    }
}

/// What a report has of it: all customers together, and how the model did.
pub fn summary(forecast: &forecast::Forecast) -> wire::relationships::Forecast {
    let all = &forecast.all;
    let orders = all.orders.as_ref().ok();
    let (expected_total, expected_total_low, expected_total_high) = apart(orders.map(|orders| orders.expected));
    let (alive_total, alive_total_low, alive_total_high) = apart(orders.map(|orders| orders.alive));
    let spend = all.spend.as_ref().ok();
    let (revenue_total, revenue_total_low, revenue_total_high) = apart(spend.map(|spend| spend.revenue));
    let test = all.holdout.as_ref().ok();
    wire::relationships::Forecast {
        model: forecast.request.model,
        calibration_end: Day(forecast.calibration_end),
        horizon: forecast.request.weeks(),
        customers: all.stakeholders,
        expected_total,
        expected_total_low,
        expected_total_high,
        alive_total,
        alive_total_low,
        alive_total_high,
        revenue_total,
        revenue_total_low,
        revenue_total_high,
        predicted: test.map(|test| test.model.total),
        actual: test.map(|test| test.actual),
        error: test.map(|test| test.model.root_mean_square),
        naive_error: test.map(|test| test.naive.root_mean_square.min(test.mean.root_mean_square)),
    }
}

/// A value with its limits, each apart.
fn apart(ranged: Option<Ranged>) -> (Option<f64>, Option<f64>, Option<f64>) {
    let interval = ranged.and_then(|ranged| ranged.interval);
    let (low, high) = (interval.and_then(|i| i.low), interval.and_then(|i| i.high));
    (ranged.map(|ranged| ranged.value), low, high)
}

fn part<'a>(sheet: &'a ForecastSheet<'a>, group: &'a GroupForecast) -> Part<'a> {
    let orders = group.orders.as_ref().ok();
    let (expected_total, expected_total_low, expected_total_high) = apart(orders.map(|orders| orders.expected));
    let (alive_total, alive_total_low, alive_total_high) = apart(orders.map(|orders| orders.alive));
    let value = |parameter: Parameter| parameter.value.map(|ranged| ranged.value);
    let limits = |parameter: Parameter| {
        let interval = parameter.value.and_then(|ranged| ranged.interval);
        interval.map(|interval| Limits {
            low: interval.low,
            high: interval.high,
        })
    };
    Part {
        customers: group.stakeholders,
        repeating: group.repeating,
        parameters: parameters(group, &value),
        parameter_limits: parameters(group, &limits),
        log_likelihood: orders.map(|orders| orders.log_likelihood),
        absent: group.orders.as_ref().err().copied(),
        interval_absent: orders.and_then(|orders| orders.no_intervals),
        expected_total,
        expected_total_low,
        expected_total_high,
        alive_total,
        alive_total_low,
        alive_total_high,
        holdout: holdout(&group.holdout),
        refused: group.refused,
        spend: spend(group),
        new_customer: new_customer(group),
        withheld: group.withheld,
        stakeholders: Stream::by_index(group.each.len(), move |at| stakeholder(sheet, &group.each[at])),
    }
}

/// What there is of each parameter of both models.
fn parameters<T>(group: &GroupForecast, of: &dyn Fn(Parameter) -> Option<T>) -> Parameters<T> {
    let orders = group.orders.iter().flat_map(|orders| &orders.parameters);
    let spend = group.spend.iter().flat_map(|spend| &spend.parameters);
    let all: Vec<Parameter> = orders.chain(spend).copied().collect();
    let find = |name: &str| all.iter().find(|parameter| parameter.name == name).map(|parameter| of(*parameter));
    Parameters {
        r: find("r"),
        alpha: find("alpha"),
        a: find("a"),
        b: find("b"),
        s: find("s"),
        beta: find("beta"),
        p: find("p"),
        q: find("q"),
        v: find("v"),
    }
}

fn holdout(holdout: &Result<forecast::Holdout, NoForecast>) -> Holdout {
    let absent = holdout.as_ref().err().copied();
    let found = holdout.as_ref().ok();
    let [model, naive, mean] = [
        found.map(|found| found.model),
        found.map(|found| found.naive),
        found.map(|found| found.mean),
    ];
    let frequency = |of: &forecast::Frequency| Frequency {
        frequency: of.repeats,
        customers: of.stakeholders,
        predicted: of.predicted,
        actual: of.actual,
        naive: of.naive,
    };
    Holdout {
        absent,
        calibration_end: found.map(|found| Day(found.plan.split)),
        horizon: found.map(|found| found.plan.weeks()),
        customers: found.map(|found| found.stakeholders),
        predicted: model.map(|model| model.total),
        actual: found.map(|found| found.actual),
        naive: naive.map(|naive| naive.total),
        mean: mean.map(|mean| mean.total),
        error: model.map(|model| model.root_mean_square),
        naive_error: naive.map(|naive| naive.root_mean_square),
        mean_error: mean.map(|mean| mean.root_mean_square),
        bias: model.and_then(|model| model.bias),
        naive_bias: naive.and_then(|naive| naive.bias),
        mean_bias: mean.and_then(|mean| mean.bias),
        absolute_error: model.map(|model| model.mean_absolute),
        naive_absolute_error: naive.map(|naive| naive.mean_absolute),
        mean_absolute_error: mean.map(|mean| mean.mean_absolute),
        by_frequency: found.iter().flat_map(|found| &found.by_frequency).map(frequency).collect(),
    }
}

fn spend(group: &GroupForecast) -> Spend {
    let found = group.spend.as_ref().ok();
    // What follows for stakeholders is refused with them.
    let of_stakeholders = found.filter(|_| group.refused.is_none());
    let (mean, mean_low, mean_high) = apart(found.map(|spend| spend.mean));
    let (revenue_total, revenue_total_low, revenue_total_high) = apart(of_stakeholders.map(|spend| spend.revenue));
    let (value_total, value_total_low, value_total_high) = apart(of_stakeholders.map(|spend| spend.value));
    Spend {
        absent: group.spend.as_ref().err().copied(),
        interval_absent: found.and_then(|spend| spend.no_intervals),
        log_likelihood: found.map(|spend| spend.log_likelihood),
        customers: found.map(|spend| spend.stakeholders),
        correlation: found.and_then(|spend| spend.correlation),
        mean,
        mean_low,
        mean_high,
        revenue_total,
        revenue_total_low,
        revenue_total_high,
        value_total,
        value_total_low,
        value_total_high,
    }
}

fn new_customer(group: &GroupForecast) -> NewCustomer {
    let spend = group.spend.as_ref().ok().filter(|_| group.refused.is_none());
    let (expected, expected_low, expected_high) = apart(group.orders.as_ref().ok().map(|orders| orders.of_new));
    let (value, value_low, value_high) = apart(spend.map(|spend| spend.of_new));
    let (value_to_cost, value_to_cost_low, value_to_cost_high) = apart(spend.and_then(|spend| spend.to_cost));
    NewCustomer {
        expected,
        expected_low,
        expected_high,
        value,
        value_low,
        value_high,
        value_to_cost,
        value_to_cost_low,
        value_to_cost_high,
    }
}

fn stakeholder(sheet: &ForecastSheet, one: &StakeholderForecast) -> Stakeholder {
    let forecast = one.forecast.as_ref();
    let (alive, alive_low, alive_high) = apart(forecast.map(|forecast| forecast.alive));
    let (expected, expected_low, expected_high) = apart(forecast.map(|forecast| forecast.orders));
    let (value, value_low, value_high) = apart(forecast.and_then(|forecast| forecast.value));
    Stakeholder {
        id: sheet.id(one).to_string(),
        frequency: one.history.repeats,
        recency: f64::from(one.history.last) / DAYS,
        age: f64::from(one.history.age) / DAYS,
        alive,
        alive_low,
        alive_high,
        expected,
        expected_low,
        expected_high,
        revenue: forecast.and_then(|forecast| forecast.revenue),
        value,
        value_low,
        value_high,
    }
}

/// A line for each stakeholder, of each group where groups are asked for, after a header line.
///
/// # Errors
/// Those of the writer.
pub fn csv(sheet: &ForecastSheet, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    let columns = wire::columns::<Stakeholder>();
    let forecast = sheet.forecast;
    let dimensions = forecast.request.dimensions();
    let by = dimensions.iter().map(|dimension| format!("by.{dimension}"));
    csv.write_record(by.chain(columns.iter().cloned()).chain(["refused".to_string()]))?;
    let groups = if dimensions.is_empty() {
        std::slice::from_ref(&forecast.all)
    } else {
        forecast.groups.as_slice()
    };
    for group in groups {
        let labels: Vec<String> = group.by.iter().map(|(_, label)| foreign(label)).collect();
        let refused = group.refused.map_or("", NoForecast::as_str);
        for one in &group.each {
            let fields = serde_json::to_value(stakeholder(sheet, one))?;
            let plain = columns.iter().map(|column| text(&fields[column]));
            csv.write_record(labels.iter().cloned().chain(plain).chain([refused.to_string()]))?;
        }
    }
    csv.flush()?;
    Ok(())
}
