//! Options of `forecast`.

use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::{Reading, level};
use crate::cli::formats::ForecastFormat;
use crate::cli::output::Outputs;
use crate::period::Grain;
use crate::stats::customer_base::Model;

/// `forecast`.
#[derive(clap::Args, Debug)]
pub struct Forecast {
    /// Files, folders, globs, - for stdin, or KIND=PATH, such as purchases=orders.csv [default: all sources in the configuration]
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<String>,
    /// The model of orders. With mbg-nbd a customer may leave after any order, with bg-nbd after any but the first, with pareto-nbd at any time
    #[arg(long, value_name = "MODEL", value_parser = model(), default_value = Model::MbgNbd.as_str())]
    pub model: Model,
    /// How far to look ahead, in days or weeks, such as 90d or 39w
    #[arg(long, value_name = "TIME", value_parser = horizon, default_value = "52w")]
    pub horizon: i32,
    /// The last day that the model sees; what happened after it tests the forecast [default: the last day before the as-of date; the test
    /// then holds back as many days as the horizon has, at most half of the data]
    #[arg(long, value_name = "DATE")]
    pub calibration_end: Option<String>,
    /// Yearly rate by which future revenue is discounted, such as 0.1 or 10%
    #[arg(long, value_name = "RATE", value_parser = discount, default_value = "10%")]
    pub discount: f64,
    /// What it costs to win a customer; the value of a new customer is compared with it [default: acquisition_cost in the forecast table of the
    /// configuration]
    #[arg(long, value_name = "AMOUNT", value_parser = cost)]
    pub acquisition_cost: Option<f64>,
    /// Dimensions to group by, such as region or tier; each group has its own model
    #[arg(long, value_name = "DIMENSION,...", value_delimiter = ',')]
    pub by: Vec<String>,
    /// Also group by the period of the first order: month, quarter or year; each group has its own model
    #[arg(long, value_name = "GRAIN", value_parser = Grain::parse)]
    pub cohorts: Option<Grain>,
    /// Include only the groups that meet this condition, such as "region = 'north'"; the names are dimensions
    #[arg(long = "where", value_name = "SQL")]
    pub filter: Option<String>,
    /// Number of customers in tables for reading, those with the highest forecast first
    #[arg(long, value_name = "N", default_value = "20")]
    pub top: usize,
    /// Confidence level of the intervals [default: 0.95]
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub level: Option<f64>,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub outputs: Outputs<ForecastFormat>,
}

/// The models, by their names.
fn model() -> impl TypedValueParser<Value = Model> {
    PossibleValuesParser::new(Model::ALL.map(Model::as_str)).map(|name| {
        let found = Model::ALL.into_iter().find(|model| model.as_str() == name);
        found.expect("only names of models are let through")
    })
}

/// Twenty years: further than any forecast of single customers.
const MOST_DAYS: i32 = 7305;

/// A number of days from `90d` or `39w`.
fn horizon(text: &str) -> Result<i32, String> {
    let days = match text.strip_suffix('w') {
        Some(weeks) => weeks.parse::<i32>().ok().and_then(|weeks| weeks.checked_mul(7)),
        None => text.strip_suffix('d').and_then(|days| days.parse().ok()),
    };
    let days = days.filter(|days| (1..=MOST_DAYS).contains(days));
    days.ok_or_else(|| format!("a number of days or weeks such as 90d or 39w, at most {MOST_DAYS}d"))
}

/// A rate from `0.1` or `10%`.
fn discount(text: &str) -> Result<f64, String> {
    let rate = match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().map(|percent| percent / 100.0),
        None => text.parse(),
    };
    let rate = rate.ok().filter(|rate| (0.0..=1.0).contains(rate));
    rate.ok_or_else(|| "a yearly rate from 0 to 1, such as 0.1 or 10%".to_string())
}

/// A positive amount.
fn cost(text: &str) -> Result<f64, String> {
    let cost = text.parse::<f64>().ok().filter(|cost| *cost > 0.0 && cost.is_finite());
    cost.ok_or_else(|| "a positive amount in the currency of the report".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn horizons_and_rates_are_read_and_checked() {
        assert_eq!((horizon("39w"), horizon("90d")), (Ok(273), Ok(90)));
        for wrong in ["39", "0d", "-3w", "1.5w", "9999999999w", "7306d", "w", ""] {
            assert!(horizon(wrong).is_err(), "{wrong}");
        }
        assert_eq!((discount("0.1"), discount("10%"), discount("0")), (Ok(0.1), Ok(0.1), Ok(0.0)));
        for wrong in ["-0.1", "110%", "NaN", "x", "1.01"] {
            assert!(discount(wrong).is_err(), "{wrong}");
        }
        assert_eq!(cost("40.5"), Ok(40.5));
        for wrong in ["0", "-1", "inf", "NaN", "x"] {
            assert!(cost(wrong).is_err(), "{wrong}");
        }
    }
}
