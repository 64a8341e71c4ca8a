//! `health`: a score for each stakeholder, who is at risk, and the definitions of the models.

use std::io::Write;

use super::args::{Global, Health};
use super::data::{self, Asked, Grouped};
use super::output;
use super::periods::need_as_of;
use super::setup;
use crate::catalog::health::{Model, Models};
use crate::diagnostics::{Problem, nearest, visible};
use crate::expr::Expr;
use crate::health::{self, Assessment, Request, backtest};
use crate::measure;
use crate::period::{Division, Grain};
use crate::render::document::{Detail, Document};
use crate::render::format::Units;
use crate::render::health::{self as rendered, Origin, Sheet};
use crate::schema::Micros;
use crate::wire;

/// What is written.
pub enum Output<'a> {
    /// The health of stakeholders.
    Assessed(Sheet<'a>),
    /// The definition of a model.
    Model(&'a Model),
}

impl Output<'_> {
    /// As a document for people.
    pub fn document(&self, detail: Detail) -> Document {
        match self {
            Output::Assessed(sheet) => rendered::document(sheet, detail),
            Output::Model(model) => rendered::definition(model),
        }
    }

    /// As a document for programs.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn json(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        Ok(match self {
            Output::Assessed(sheet) => wire::write(&rendered::json(sheet), out),
            Output::Model(model) => wire::write(&rendered::json_of_model(model), out),
        }?)
    }

    /// As comma-separated values: a line for each stakeholder, for each number of a backtest, or for each anchor of a model.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn csv(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        match self {
            Output::Assessed(sheet) if sheet.backtests.is_some() => rendered::csv_of_backtests(sheet, out),
            Output::Assessed(sheet) => rendered::csv(sheet, out),
            Output::Model(model) => rendered::csv_of_model(model, out),
        }
    }

    /// The units of its values.
    pub fn units(&self) -> Units<'_> {
        match self {
            Output::Assessed(sheet) => sheet.units(),
            Output::Model(_) => Units::default(),
        }
    }

    /// The time that a workbook is dated by.
    pub fn as_of(&self) -> Micros {
        match self {
            Output::Assessed(sheet) => sheet.canonical.as_of,
            Output::Model(_) => 0,
        }
    }
}

/// How many stakeholders reading formats list where nothing is said.
const SHOWN: usize = 20;
/// How many ends of periods a backtest looks at where nothing is said.
const LAST: u16 = 12;

/// Runs the command.
///
/// # Errors
/// Wrong usage or configuration, data that cannot be used, an output that cannot be written.
pub fn run(global: &Global, args: &Health) -> anyhow::Result<()> {
    let targets = args.outputs.targets()?;
    let config = setup::config(global, args.reading.overrides())?;
    if let Some(name) = &args.model {
        let output = Output::Model(find(&config.settings.health, name)?);
        return output::write(&targets, global, |format, style, out| format.write(&output, style, out));
    }
    let grain = args.grain.unwrap_or(Grain::Month).with_weeks(config.week_start);
    let asked = Asked {
        inputs: &args.inputs,
        reading: &args.reading,
        by: &args.by,
        filter: args.filter.as_deref(),
        columns: health::columns_to_load(&config.settings),
        metrics: &[],
        division: Division::Grain(grain),
    };
    let Grouped { loaded, by, filter } = data::load_grouped(global, &config, asked)?;
    let canonical = &loaded.canonical;
    need_as_of(args.reading.states_as_of(&config), canonical)?;
    let (labels, group_of) = measure::stakeholder_groups(canonical, &by, filter.as_ref()).map_err(not_on_the_roster)?;
    global.progress.at("Scoring");
    let shown = args.top.map_or(SHOWN, |top| top as usize);
    let request = Request {
        grain,
        by,
        labels,
        group_of,
        is_filtered: filter.is_some(),
        at_risk: args.at_risk,
        overdue: args.overdue,
        top: args.top.map(|top| top as usize),
        explained: shown,
        confidence: config.confidence_at(args.level),
    };
    let assessment: Assessment = health::assess(canonical, &config.settings, &request);
    let tested = (args.backtest || args.fit).then(|| {
        global.progress.at("Testing on the past");
        let request = backtest::Request {
            grain,
            last: usize::from(args.last.unwrap_or(LAST)),
            group_of: request.group_of.clone(),
            fit: args.fit,
            confidence: request.confidence,
        };
        backtest::backtests(canonical, &config.settings, &request)
    });
    let mut notes = loaded.notes;
    notes.extend(assessment.notes());
    data::tell(global, &loaded.account, &notes);
    let output = Output::Assessed(Sheet {
        assessment: &assessment,
        canonical,
        request: &request,
        backtests: tested.as_ref(),
        origin: Origin {
            timezone: config.zone.name(),
            currency: args.reading.currency.as_deref().or(config.currency.as_deref()),
            filter: filter.as_ref().map(Expr::text),
        },
        account: &loaded.account,
        notes: &notes,
    });
    output::stream(&targets, global, |format, style, out| format.write(&output, style, out))
}

/// The model of a name.
///
/// # Errors
/// None of that name, with the nearest that there is; as wrong usage.
fn find<'m>(models: &'m Models, name: &str) -> anyhow::Result<&'m Model> {
    models.get(name).ok_or_else(|| {
        let names: Vec<&str> = models.all().iter().map(|model| model.name.as_str()).collect();
        let hint = match nearest(name, names.iter().map(|name| name.to_string())) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", names.join(", ")),
        };
        Problem::usage(format!("unknown model `{}`", visible(name))).hint(hint).into()
    })
}

fn not_on_the_roster(dimension: String) -> anyhow::Error {
    Problem::usage(format!("`{}` is not a column of the roster", visible(&dimension)))
        .why("scores are of stakeholders, so they are grouped and filtered by columns of the table of stakeholders, or by type")
        .into()
}
