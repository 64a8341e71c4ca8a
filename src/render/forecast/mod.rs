//! A forecast of a customer base as a document: totals, the test on days held back, groups, stakeholders, and the model.

mod json;

use super::displayed;
use super::document::{Align, Document, Table};
use super::format::{Units, count, number};
use super::record_counts;
use super::text::Text;
use crate::canonical::CanonicalTables;
use crate::catalog::MetricUnit;
use crate::forecast::{Errors, Forecast, GroupForecast, Holdout, MOST_REPEATS, NoForecast, Parameter, Ranged, StakeholderForecast};
use crate::notes::Note;
use crate::period::date_text;
use crate::report::RecordCounts;
use crate::stats::Interval;
use crate::stats::customer_base::DAYS;

pub use json::{csv, document as data};

/// Everything that the formats show.
pub struct ForecastSheet<'a> {
    /// The forecast.
    pub forecast: &'a Forecast,
    /// The canonical tables: ids of stakeholders.
    pub canonical: &'a CanonicalTables,
    /// Which groups count, as it was written.
    pub filter: Option<&'a str>,
    /// Currency of money, where it is known.
    pub currency: Option<&'a str>,
    /// How many stakeholders are shown to readers.
    pub top: usize,
    /// The record counts.
    pub account: &'a [RecordCounts],
    /// Findings.
    pub notes: &'a [Note],
}

impl<'a> ForecastSheet<'a> {
    fn id(&self, one: &StakeholderForecast) -> &'a str {
        self.canonical.stakeholders.text(one.stakeholder).unwrap_or_default()
    }

    /// The units of its values.
    pub fn units(&self) -> Units<'a> {
        Units {
            currency: self.currency,
            business_hours: false,
        }
    }

    fn value(&self, unit: MetricUnit, value: f64) -> Text {
        Text::number(self.units().scale(unit, value).value(value), value, unit)
    }

    fn interval(&self, unit: MetricUnit, value: f64, interval: Option<Interval>) -> Text {
        let scale = self.units().scale(unit, value);
        interval.map_or_else(Text::default, |interval| Text::own(scale.interval(interval.low, interval.high)))
    }
}

/// The document. A brief one has no record counts.
pub fn document(sheet: &ForecastSheet, whole: bool) -> Document {
    let mut document = Document::default();
    add(&mut document, sheet);
    if whole {
        record_counts::add(&mut document, sheet.account);
    }
    document
}

/// Adds the blocks of a forecast to a document.
fn add(document: &mut Document, sheet: &ForecastSheet) {
    let forecast = sheet.forecast;
    let request = &forecast.request;
    document.heading(
        1,
        Text::own(format!(
            "Forecast from {} to {}",
            date_text(forecast.calibration_end + 1),
            date_text(forecast.calibration_end + request.horizon)
        )),
    );
    document.sentence(basis(sheet));
    let all = &forecast.all;
    if let Some(why) = all.refused {
        document.note(Text::own(format!("No forecast of stakeholders: {}.", reason(why))));
    }
    document.heading(2, "Totals".into());
    document.table(totals(sheet, all));
    document.list(remarks(all));
    holdout(document, sheet, all);
    if !forecast.groups.is_empty() {
        document.heading(2, "Groups".into());
        document.sentence("Each group has a model and a test of its own. Without a forecast, the last column has the reason.".into());
        document.table(groups(sheet));
    }
    stakeholders(document, sheet);
    model(document, sheet);
}

/// What was fitted to what.
fn basis(sheet: &ForecastSheet) -> Text {
    let forecast = sheet.forecast;
    let all = &forecast.all;
    let people = match (all.stakeholders, all.repeating) {
        (Some(stakeholders), Some(repeating)) => {
            format!(
                "{} customers, of whom {} have ordered on more than one day",
                count(stakeholders),
                count(repeating)
            )
        }
        _ => "customers whose number is hidden".to_string(),
    };
    let text = Text::own(format!(
        "{} model of orders up to {}: {people}. Orders of one day are one order; what went back is taken off the day of its order.",
        forecast.request.model.title(),
        date_text(forecast.calibration_end),
    ));
    let text = match forecast.days_without_value {
        0 => text,
        days => text.and(format!(" {} order days were left with nothing and do not count.", count(days))),
    };
    match sheet.filter {
        Some(filter) => text.and(" Only where ").and_untrusted(filter).and("."),
        None => text,
    }
}

fn columns(titles: &[&str]) -> Vec<(Text, Align)> {
    let column = |(i, title): (usize, &&str)| (Text::own(*title), if i == 0 { Align::Left } else { Align::Right });
    titles.iter().enumerate().map(column).collect()
}

/// The totals of all stakeholders.
fn totals(sheet: &ForecastSheet, group: &GroupForecast) -> Table {
    let request = &sheet.forecast.request;
    let interval = format!("{} confidence interval", displayed::level(request.level));
    let mut rows = Vec::new();
    let mut row = |title: String, unit: MetricUnit, ranged: Option<Ranged>| {
        if let Some(Ranged { value, interval }) = ranged {
            rows.push(vec![
                Text::own(title),
                sheet.value(unit, value),
                sheet.interval(unit, value, interval),
            ]);
        }
    };
    let orders = group.orders.as_ref().ok();
    let spend = group.spend.as_ref().ok();
    // What follows for stakeholders is refused with them.
    let of_stakeholders = spend.filter(|_| group.refused.is_none());
    let discounted = discounted(request.discount);
    row(
        "Still customers (sum of P(alive))".into(),
        MetricUnit::Count,
        orders.map(|orders| orders.alive),
    );
    row("Expected orders".into(), MetricUnit::Count, orders.map(|orders| orders.expected));
    row(
        "Expected revenue".into(),
        MetricUnit::Money,
        of_stakeholders.map(|spend| spend.revenue),
    );
    row(
        format!("Value: expected revenue, {discounted}"),
        MetricUnit::Money,
        of_stakeholders.map(|spend| spend.value),
    );
    row("Mean amount of an order".into(), MetricUnit::Money, spend.map(|spend| spend.mean));
    row(
        "Repeat orders of a new customer".into(),
        MetricUnit::Ratio,
        orders.map(|orders| orders.of_new),
    );
    row(
        format!("Value of a new customer with the first order, {discounted}"),
        MetricUnit::Money,
        of_stakeholders.map(|spend| spend.of_new),
    );
    row(
        "Value of a new customer / acquisition cost".into(),
        MetricUnit::Ratio,
        of_stakeholders.and_then(|spend| spend.to_cost),
    );
    Table {
        columns: columns(&["", "Value", &interval]),
        rows,
        ..Table::default()
    }
}

fn discounted(rate: f64) -> String {
    if rate == 0.0 {
        "not discounted".to_string()
    } else {
        format!(
            "discounted by {}% a year",
            number(rate * 100.0, 2).trim_end_matches('0').trim_end_matches('.')
        )
    }
}

/// What a reader has to know about the totals.
fn remarks(group: &GroupForecast) -> Vec<Text> {
    let mut remarks = Vec::new();
    match &group.orders {
        Ok(orders) => {
            if orders.nobody_leaves {
                remarks.push(Text::own(
                    "The likelihood is highest if no customer ever leaves, so P(alive) is 1 for all, and the parameters of leaving have no value.",
                ));
            }
            if let Some(why) = orders.no_intervals {
                remarks.push(Text::own(format!("There are no intervals: {}.", reason(why))));
            }
        }
        Err(why) => remarks.push(Text::own(format!("There is no model of orders: {}.", reason(*why)))),
    }
    match &group.spend {
        Ok(spend) => {
            if let Some(correlation) = spend.correlation.filter(|correlation| correlation.abs() > 0.3) {
                remarks.push(Text::own(format!(
                    "The correlation of frequency and mean amount is {}, but the model of spend assumes that it is 0: revenue and value may be off.",
                    number(correlation, 2)
                )));
            }
        }
        Err(why) if group.orders.is_ok() => {
            remarks.push(Text::own(format!(
                "There is no model of spend, and so no revenue and no value: {}.",
                reason(*why)
            )));
        }
        Err(_) => {}
    }
    if group.withheld > 0 {
        remarks.push(Text::own(format!(
            "{} protected people count in the totals and are not shown one by one.",
            count(group.withheld)
        )));
    }
    if group.orders.is_ok() {
        remarks.push(Text::own(
            "Intervals show how far the expected values may be off because the model is fitted to these customers. They are not limits for \
             what a single customer will do.",
        ));
    }
    remarks
}

/// The test on days that the model did not see.
fn holdout(document: &mut Document, sheet: &ForecastSheet, group: &GroupForecast) {
    document.heading(2, "Test on days held back".into());
    let holdout = match &group.holdout {
        Ok(holdout) => holdout,
        Err(why) => {
            document.sentence(Text::own(format!("There is no test: {}.", reason(*why))));
            return;
        }
    };
    document.sentence(Text::own(format!(
        "Fitted to what was known on {}, the model predicts the orders of {} customers from {} to {}. They placed {} orders.",
        date_text(holdout.plan.split),
        count(holdout.stakeholders),
        date_text(holdout.plan.split + 1),
        date_text(holdout.plan.until),
        count(holdout.actual),
    )));
    document.sentence(verdict(holdout));
    let row = |title: &str, errors: &Errors| {
        let bias = errors.bias.map_or_else(Text::default, |bias| {
            let shown = format!("{}{}%", if bias > 0.0 { "+" } else { "" }, number(bias * 100.0, 1));
            Text::number(shown, bias, MetricUnit::Share)
        });
        vec![
            Text::own(title),
            Text::number(number(errors.total, 1), errors.total, MetricUnit::Count),
            bias,
            Text::number(number(errors.root_mean_square, 4), errors.root_mean_square, MetricUnit::Index),
            Text::number(number(errors.mean_absolute, 4), errors.mean_absolute, MetricUnit::Index),
        ]
    };
    document.table(Table {
        columns: columns(&["Rule", "Predicted orders", "Bias", "Root mean squared error", "Mean absolute error"]),
        rows: vec![
            row(sheet.forecast.request.model.title(), &holdout.model),
            row("Own past rate of each customer", &holdout.naive),
            row("Same rate for all (mean of history)", &holdout.mean),
        ],
        ..Table::default()
    });
    let last = holdout.by_frequency.len().saturating_sub(1);
    let rows = holdout.by_frequency.iter().enumerate().map(|(i, of)| {
        let more = if i == last && of.repeats == MOST_REPEATS { " or more" } else { "" };
        let mean = |value: f64| Text::number(number(value, 2), value, MetricUnit::Ratio);
        vec![
            Text::own(format!("{}{more}", of.repeats)),
            Text::own(count(of.stakeholders)),
            mean(of.predicted),
            mean(of.actual),
            mean(of.naive),
        ]
    });
    document.table(Table {
        caption: "Mean number of orders by the number of repeat orders before".into(),
        columns: columns(&["Repeat orders before", "Customers", "Predicted", "Actual", "Own past rate"]),
        rows: rows.collect(),
        ..Table::default()
    });
}

/// Whether the model is better than the naive rules.
fn verdict(holdout: &Holdout) -> Text {
    let (naive, mean) = (holdout.naive.root_mean_square, holdout.mean.root_mean_square);
    let (rule, error) = if naive <= mean {
        ("the own past rate of each customer", naive)
    } else {
        ("the same rate for all", mean)
    };
    let less = 1.0 - holdout.model.root_mean_square / error;
    if holdout.is_worse() {
        Text::own(format!(
            "The model is no better than {rule}, so it gives no forecast of stakeholders."
        ))
    } else {
        Text::own(format!(
            "Its root mean squared error is {}% smaller than that of the better naive rule, {rule}.",
            number(less * 100.0, 1)
        ))
    }
}

/// The groups, each by itself.
fn groups(sheet: &ForecastSheet) -> Table {
    let forecast = sheet.forecast;
    let dimensions = forecast.request.dimensions();
    let mut all: Vec<(Text, Align)> = dimensions
        .iter()
        .map(|dimension| (Text::untrusted(dimension), Align::Left))
        .collect();
    let titles = [
        "Customers",
        "Still customers",
        "Expected orders",
        "Interval",
        "Value",
        "Error",
        "Naive error",
    ];
    all.extend(titles.map(|title| (Text::own(title), Align::Right)));
    all.push(("Without a forecast".into(), Align::Left));
    let row = |group: &GroupForecast| {
        let mut row: Vec<Text> = group.by.iter().map(|(_, label)| Text::untrusted(label)).collect();
        let orders = group.orders.as_ref().ok();
        let holdout = group.holdout.as_ref().ok();
        let value = group
            .spend
            .as_ref()
            .ok()
            .filter(|_| group.refused.is_none())
            .map(|spend| spend.value);
        let number_of = |unit: MetricUnit, value: Option<f64>| value.map_or_else(Text::default, |value| sheet.value(unit, value));
        let error = |value: Option<f64>| value.map_or_else(Text::default, |value| Text::number(number(value, 3), value, MetricUnit::Index));
        row.push(group.stakeholders.map_or_else(Text::default, |n| Text::own(count(n))));
        row.push(number_of(MetricUnit::Count, orders.map(|orders| orders.alive.value)));
        row.push(number_of(MetricUnit::Count, orders.map(|orders| orders.expected.value)));
        row.push(orders.map_or_else(Text::default, |orders| {
            sheet.interval(MetricUnit::Count, orders.expected.value, orders.expected.interval)
        }));
        row.push(number_of(MetricUnit::Money, value.map(|value| value.value)));
        row.push(error(holdout.map(|holdout| holdout.model.root_mean_square)));
        row.push(error(
            holdout.map(|holdout| holdout.naive.root_mean_square.min(holdout.mean.root_mean_square)),
        ));
        row.push(group.refused.map_or_else(Text::default, |why| Text::own(why.as_str())));
        row
    };
    Table {
        columns: all,
        rows: forecast.groups.iter().map(row).collect(),
        ..Table::default()
    }
}

/// Those with the highest value, or the most expected orders where there is no value.
fn stakeholders(document: &mut Document, sheet: &ForecastSheet) {
    let all = &sheet.forecast.all;
    let mut each: Vec<(f64, &StakeholderForecast)> = all
        .each
        .iter()
        .filter_map(|one| {
            let forecast = one.forecast.as_ref()?;
            Some((forecast.value.map_or(forecast.orders.value, |value| value.value), one))
        })
        .collect();
    if each.is_empty() || sheet.top == 0 {
        return;
    }
    // The list is by id, and the sort keeps that order among equals.
    each.sort_by(|a, b| b.0.total_cmp(&a.0));
    document.heading(2, "Customers with the highest forecast".into());
    if each.len() > sheet.top {
        document.sentence(Text::own(format!(
            "The first {} of {}; JSON and CSV have all.",
            count(sheet.top as u64),
            count(each.len() as u64)
        )));
    }
    let row = |one: &StakeholderForecast| {
        let forecast = one.forecast.as_ref()?;
        let weeks = |days: u32| Text::number(number(f64::from(days) / DAYS, 1), f64::from(days) / DAYS, MetricUnit::Ratio);
        let money = |value: Option<f64>| value.map_or_else(Text::default, |value| sheet.value(MetricUnit::Money, value));
        Some(vec![
            Text::untrusted(sheet.id(one)),
            Text::own(count(u64::from(one.history.repeats))),
            weeks(one.history.last),
            weeks(one.history.age),
            sheet.value(MetricUnit::Share, forecast.alive.value),
            Text::number(number(forecast.orders.value, 2), forecast.orders.value, MetricUnit::Ratio),
            sheet.interval(MetricUnit::Ratio, forecast.orders.value, forecast.orders.interval),
            money(forecast.revenue),
            money(forecast.value.map(|value| value.value)),
        ])
    };
    let titles = [
        "Customer",
        "Repeat orders",
        "Weeks to the last",
        "Weeks since the first",
        "P(alive)",
        "Expected orders",
        "Interval",
        "Revenue",
        "Value",
    ];
    document.table(Table {
        columns: columns(&titles),
        rows: each.iter().take(sheet.top).filter_map(|(_, one)| row(one)).collect(),
        ..Table::default()
    });
}

/// The parameters.
fn model(document: &mut Document, sheet: &ForecastSheet) {
    let all = &sheet.forecast.all;
    let mut rows = Vec::new();
    let mut add = |model: &str, parameters: &[Parameter]| {
        for parameter in parameters {
            let Parameter { name, value } = parameter;
            let text = |value: f64| Text::number(number(value, 4), value, MetricUnit::Index);
            let interval = value.and_then(|ranged| ranged.interval);
            let limits = interval.map(|interval| (interval.low.unwrap_or(f64::NAN), interval.high.unwrap_or(f64::NAN)));
            rows.push(vec![
                Text::own(model),
                Text::own(*name),
                value.map_or_else(|| Text::own("no value"), |ranged| text(ranged.value)),
                limits.map_or_else(Text::default, |(low, high)| {
                    Text::own(format!("[{}, {}]", number(low, 4), number(high, 4)))
                }),
            ]);
        }
    };
    let mut likelihoods = Vec::new();
    if let Ok(orders) = &all.orders {
        add("Orders", &orders.parameters);
        likelihoods.push(format!("Log-likelihood of orders: {}.", number(orders.log_likelihood, 3)));
    }
    if let Ok(spend) = &all.spend {
        add("Spend (gamma-gamma)", &spend.parameters);
        likelihoods.push(format!(
            "Log-likelihood of spend: {}, of {} customers.",
            number(spend.log_likelihood, 3),
            count(spend.stakeholders)
        ));
    }
    if rows.is_empty() {
        return;
    }
    document.heading(2, "Model".into());
    document.sentence(Text::own(format!(
        "Maximum likelihood, with weeks as the unit of time. {}",
        likelihoods.join(" ")
    )));
    let mut table = Table {
        columns: columns(&["Model", "Parameter", "Value", "Interval"]),
        rows,
        ..Table::default()
    };
    table.columns[1].1 = Align::Left;
    document.table(table);
}

/// Why a forecast, or a part of it, is missing.
fn reason(why: NoForecast) -> &'static str {
    match why {
        NoForecast::NoRows => "nobody ordered anything",
        NoForecast::TooFew => "at least 10 customers with repeat orders are required",
        NoForecast::DidNotConverge => "the search for the parameters did not converge",
        NoForecast::AtBoundary => {
            "a parameter goes to 0 or to infinity, as where all customers order at nearly the same rate, so the model does not fit these data"
        }
        NoForecast::NoHoldout => "the data are too short to hold back at least two weeks",
        NoForecast::WorseThanNaive => "on the days held back, the model predicts no better than a naive rule",
        NoForecast::NoFiniteMean => "the fitted distribution of spend has no finite mean, because few customers spend most of the money",
        NoForecast::MixedCurrencies => "the amounts are of several currencies",
        NoForecast::Suppressed => "fewer than five people, all protected",
        NoForecast::Unstable => "more than 5% of the resamples could not be fitted",
    }
}
