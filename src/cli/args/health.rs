//! The options of `health`.

use super::{Reading, level};
use crate::cli::formats::HealthFormat;
use crate::cli::output::Outputs;
use crate::period::Grain;

/// `health`.
#[derive(clap::Args, Debug)]
pub struct Health {
    /// Files, folders, globs, - for stdin, or KIND=PATH, such as purchases=orders.csv [default: all sources in the configuration]
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<String>,
    /// List only stakeholders at risk or critical
    #[arg(long)]
    pub at_risk: bool,
    /// List only stakeholders that are overdue for a contact, and show for how long
    #[arg(long)]
    pub overdue: bool,
    /// List at most this number of stakeholders, those with the most at stake first [default: all; 20 in table, markdown, html and xlsx]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub top: Option<u32>,
    /// Show groups, too, by columns of the roster, such as owner or tier
    #[arg(long, value_name = "DIMENSION,...", value_delimiter = ',')]
    pub by: Vec<String>,
    /// Include only the stakeholders that meet this condition, such as "region = 'north'"; the names are columns of the roster
    #[arg(long = "where", value_name = "SQL")]
    pub filter: Option<String>,
    /// Test on the past: compare the scores at the ends of earlier periods, by what was known then, with the losses in the 30, 60 and 90 days after
    #[arg(long, conflicts_with_all = ["at_risk", "overdue"])]
    pub backtest: bool,
    /// Test on the past, and propose weights for the parts by the losses; nothing is applied
    #[arg(long, conflicts_with_all = ["at_risk", "overdue"])]
    pub fit: bool,
    /// With --backtest or --fit: the largest number of ends of periods [default: 12]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=120))]
    pub last: Option<u16>,
    /// Length of the periods at whose ends bands are compared [default: month]
    #[arg(long, value_name = "GRAIN", value_parser = Grain::parse)]
    pub grain: Option<Grain>,
    /// Print the definition of a model, without reading data: customer, donor, investor, partner, supplier, employee, contact, or your own
    #[arg(long, value_name = "NAME", conflicts_with_all = ["inputs", "at_risk", "overdue", "top", "by", "filter", "grain", "backtest", "fit", "last"])]
    pub model: Option<String>,
    /// Confidence level of the intervals [default: 0.95]
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub level: Option<f64>,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub outputs: Outputs<HealthFormat>,
}
