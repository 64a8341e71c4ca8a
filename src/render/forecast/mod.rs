//! A forecast of a customer base as a document: totals, the test on days held back, groups, stakeholders, and the model.

mod evidence;
mod json;

use super::displayed;
use super::document::{Align, Detail, Document, Table};
use super::format::{Units, count, counted, number};
use super::record_counts;
use super::text::Text;
use super::top::first;
use crate::canonical::CanonicalTables;
use crate::catalog::MetricUnit;
use crate::forecast::{Forecast, GroupForecast, NoForecast, Ranged, StakeholderForecast};
use crate::notes::Note;
use crate::period::date_text;
use crate::report::RecordCounts;
use crate::stats::Interval;

pub use json::{csv, document as data, summary as json_summary};

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

    /// Everything as a document.
    pub fn document(&self, detail: Detail) -> Document {
        let forecast = self.forecast;
        let mut document = Document::default();
        document.heading(
            1,
            Text::own(format!(
                "Forecast from {} to {}",
                date_text(forecast.calibration_end + 1),
                date_text(forecast.calibration_end + forecast.request.horizon)
            )),
        );
        self.add(&mut document, detail);
        if detail != Detail::Brief {
            record_counts::add(&mut document, self.account);
            self.notes.iter().for_each(|note| document.note(Text::untrusted(note.to_string())));
        }
        document
    }

    /// Adds what a report shows: what is expected of all customers together, and how the model did on days held back.
    pub fn add_summary(&self, document: &mut Document) {
        let forecast = self.forecast;
        document.heading(2, "Forecast".into());
        document.sentence(Text::own(format!(
            "What is expected from {} to {} if customers go on as they did.",
            date_text(forecast.calibration_end + 1),
            date_text(forecast.calibration_end + forecast.request.horizon)
        )));
        document.sentence(basis(self));
        document.table(totals(self, &forecast.all, false));
        document.list(remarks(&forecast.all));
        evidence::tested(document, &forecast.all);
        document.note("The command forecast looks further ahead, and lists what is expected of each customer.".into());
    }

    /// Adds what the forecast is based on, and its sections: totals, the test on days held back, groups, customers, and the model.
    pub fn add(&self, document: &mut Document, detail: Detail) {
        let forecast = self.forecast;
        document.sentence(basis(self));
        let all = &forecast.all;
        if let Some(why) = all.refused {
            document.note(Text::own(format!("No forecast of stakeholders: {}.", reason(why))));
        }
        document.heading(2, "Totals".into());
        document.table(totals(self, all, true));
        document.list(remarks(all));
        evidence::holdout(document, self, all, detail);
        if !forecast.groups.is_empty() {
            document.heading(2, "Groups".into());
            document.sentence("Each group has a model and a test of its own. Without a forecast, the last column has the reason.".into());
            document.table(groups(self));
        }
        stakeholders(document, self);
        evidence::model(document, self);
    }
}

/// What was fitted to what.
fn basis(sheet: &ForecastSheet) -> Text {
    let forecast = sheet.forecast;
    let all = &forecast.all;
    let people = match (all.stakeholders, all.repeating) {
        (Some(stakeholders), Some(repeating)) => {
            format!(
                "{}, of whom {} have ordered on more than one day",
                counted(stakeholders, "customer", "customers"),
                count(repeating)
            )
        }
        (Some(stakeholders), None) => counted(stakeholders, "customer", "customers"),
        (None, _) => "customers whose number is hidden".to_string(),
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

/// The totals of all stakeholders; with `values`, discounted values and what a new customer is worth, too.
fn totals(sheet: &ForecastSheet, group: &GroupForecast, values: bool) -> Table {
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
    let spend_of_value = of_stakeholders.filter(|_| values);
    row(
        format!("Value: expected revenue, {discounted}"),
        MetricUnit::Money,
        spend_of_value.map(|spend| spend.value),
    );
    row("Mean amount of an order".into(), MetricUnit::Money, spend.map(|spend| spend.mean));
    row(
        "Repeat orders of a new customer".into(),
        MetricUnit::Ratio,
        orders.filter(|_| values).map(|orders| orders.of_new),
    );
    row(
        format!("Value of a new customer with the first order, {discounted}"),
        MetricUnit::Money,
        spend_of_value.map(|spend| spend.of_new),
    );
    row(
        "Value of a new customer / acquisition cost".into(),
        MetricUnit::Ratio,
        spend_of_value.and_then(|spend| spend.to_cost),
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
            if orders.is_limit {
                remarks.push(limit("orders"));
            }
            if let Some(why) = orders.no_intervals {
                remarks.push(Text::own(format!("There are no intervals: {}.", reason(why))));
            }
        }
        Err(why) => remarks.push(Text::own(format!("There is no model of orders: {}.", reason(*why)))),
    }
    match &group.spend {
        Ok(spend) => {
            if spend.is_limit {
                remarks.push(limit("spend"));
            }
            if let (Ok(orders), Some(why)) = (&group.orders, spend.no_intervals)
                && orders.no_intervals.is_none()
            {
                remarks.push(Text::own(format!(
                    "There are no intervals of money, because of the model of spend: {}.",
                    reason(why)
                )));
            }
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

/// What it means that parameters have no value.
fn limit(of: &str) -> Text {
    Text::own(format!(
        "The model of {of} has its best fit in the limit where some of its parameters go to 0 or infinity, because the customers differ too \
         little to estimate how they differ. These parameters have no value. The forecast uses the limit."
    ))
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
    let each: Vec<(f64, &StakeholderForecast)> = all
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
    document.heading(2, "Customers with the highest forecast".into());
    if each.len() > sheet.top {
        document.sentence(Text::own(format!(
            "The first {} of {}; JSON and CSV have all.",
            count(sheet.top as u64),
            count(each.len() as u64)
        )));
    }
    // The list is by id, and that order stays among equals.
    let each = first(each, sheet.top, |a, b| b.0.total_cmp(&a.0));
    let row = |one: &StakeholderForecast| {
        let forecast = one.forecast.as_ref()?;
        let value = forecast
            .value
            .map_or_else(Text::default, |value| sheet.value(MetricUnit::Money, value.value));
        Some(vec![
            Text::untrusted(sheet.id(one)),
            Text::own(count(u64::from(one.history.repeats))),
            sheet.value(MetricUnit::Share, forecast.alive.value),
            Text::number(number(forecast.orders.value, 2), forecast.orders.value, MetricUnit::Ratio),
            sheet.interval(MetricUnit::Ratio, forecast.orders.value, forecast.orders.interval),
            value,
        ])
    };
    let titles = ["Customer", "Repeats", "P(alive)", "Expected orders", "Interval", "Value"];
    document.table(Table {
        columns: columns(&titles),
        rows: each.iter().filter_map(|(_, one)| row(one)).collect(),
        ..Table::default()
    });
}

/// Why a forecast, or a part of it, is missing.
pub fn reason(why: NoForecast) -> &'static str {
    match why {
        NoForecast::NoRows => "nobody ordered anything",
        NoForecast::TooFew => "at least 10 customers with repeat orders are required",
        NoForecast::DidNotConverge => "the search for the parameters did not converge",
        NoForecast::AtBoundary => {
            "the likelihood rises without end as a parameter goes to 0 or infinity, so the model does not fit these data"
        }
        NoForecast::NoHoldout => "the data are too short to hold back at least two weeks",
        NoForecast::WorseThanNaive => "on the days held back, the model predicts no better than a naive rule",
        NoForecast::NoFiniteMean => "the fitted distribution of spend has no finite mean, because few customers spend most of the money",
        NoForecast::MixedCurrencies => "the amounts are of several currencies",
        NoForecast::LinesDiffer => {
            "only the amounts of whole orders are known, and these have lines in several groups or outside the condition"
        }
        NoForecast::Suppressed => "fewer than five people, all protected",
        NoForecast::Unstable => "more than 5% of the resamples could not be fitted",
        NoForecast::LevelTooHigh => "the confidence level needs more resamples than are made; set a lower --level",
    }
}
