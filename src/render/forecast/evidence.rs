//! How the model did on days that it did not see, and what it is made of.

use super::{ForecastSheet, columns, reason};
use crate::catalog::MetricUnit;
use crate::forecast::{Errors, Frequency, GroupForecast, Holdout, MOST_REPEATS, Parameter};
use crate::period::date_text;
use crate::render::document::{Align, Axis, Chart, Detail, Document, Figure, Point, SeriesFigure, Table};
use crate::render::format::{count, number};
use crate::render::text::Text;
use crate::stats::Interval;

/// The test on days that the model did not see, with errors and numbers of orders.
pub fn holdout(document: &mut Document, sheet: &ForecastSheet, group: &GroupForecast, detail: Detail) {
    document.heading(2, "Test on days held back".into());
    tested(document, group);
    let Ok(holdout) = &group.holdout else { return };
    table(document, sheet, holdout, detail);
}

/// What was tested, and how the model did, in sentences.
pub fn tested(document: &mut Document, group: &GroupForecast) {
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
}

/// The errors of the model and of the naive rules, and orders by repeats.
fn table(document: &mut Document, sheet: &ForecastSheet, holdout: &Holdout, detail: Detail) {
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
    match detail {
        Detail::Brief => document.table(by_frequency(holdout)),
        Detail::Page | Detail::Whole => document.chart(predicted_and_actual(holdout)),
    }
}

/// What stakeholders with the same number of repeats are called.
fn label(of: &Frequency) -> String {
    let more = if of.repeats == MOST_REPEATS { " or more" } else { "" };
    format!("{}{more}", of.repeats)
}

/// What the model predicted and what happened, by the number of repeats.
fn by_frequency(holdout: &Holdout) -> Table {
    let row = |of: &Frequency| {
        let mean = |value: f64| Text::number(number(value, 2), value, MetricUnit::Ratio);
        vec![
            Text::own(label(of)),
            Text::own(count(of.stakeholders)),
            mean(of.predicted),
            mean(of.actual),
            mean(of.naive),
        ]
    };
    Table {
        caption: "Mean number of orders by the number of repeat orders before".into(),
        columns: columns(&["Repeat orders before", "Customers", "Predicted", "Actual", "Own past rate"]),
        rows: holdout.by_frequency.iter().map(row).collect(),
        ..Table::default()
    }
}

/// The same as a picture.
fn predicted_and_actual(holdout: &Holdout) -> Chart {
    let all = &holdout.by_frequency;
    let actual = |of: &Frequency| {
        Some(Point {
            value: of.actual,
            low: None,
            high: None,
        })
    };
    let orders = |mean: fn(&Frequency) -> f64| all.iter().map(|of| mean(of) * of.stakeholders as f64).sum::<f64>();
    Chart {
        anchor: "holdout".to_string(),
        title: "Predicted and actual orders".into(),
        statement: Text::own(format!(
            "Mean number of orders in the days held back, by the number of repeat orders before: in all {} predicted, {} actual.",
            number(orders(|of| of.predicted), 1),
            number(orders(|of| of.actual), 0),
        )),
        figure: Figure::Series(SeriesFigure {
            labels: all.iter().map(label).collect(),
            points: all.iter().map(actual).collect(),
            predicted: all.iter().map(|of| Some(of.predicted)).collect(),
            open: vec![false; all.len()],
            signals: vec![None; all.len()],
            axis: Axis {
                title: "Mean number of orders, by repeat orders before".to_string(),
                unit: MetricUnit::Ratio,
                ..Axis::default()
            },
            ..SeriesFigure::default()
        }),
        data: by_frequency(holdout),
    }
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

/// The parameters.
pub fn model(document: &mut Document, sheet: &ForecastSheet) {
    let all = &sheet.forecast.all;
    let mut rows = Vec::new();
    let limits = |interval: Interval| {
        let limit = |limit: Option<f64>| limit.map_or("...".to_string(), |limit| number(limit, 4));
        Text::own(format!("[{}, {}]", limit(interval.low), limit(interval.high)))
    };
    let mut add = |model: &str, parameters: &[Parameter]| {
        for parameter in parameters {
            let Parameter { name, value } = parameter;
            let text = |value: f64| Text::number(number(value, 4), value, MetricUnit::Index);
            let interval = value.and_then(|ranged| ranged.interval);
            rows.push(vec![
                Text::own(model),
                Text::own(*name),
                value.map_or_else(|| Text::own("no value"), |ranged| text(ranged.value)),
                interval.map_or_else(Text::default, limits),
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
