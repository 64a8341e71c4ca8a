//! `inspect`: how files would be read, what their columns mean, and what is wrong with them.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

use super::args::{Global, Inspect, Reading};
use super::output;
use super::{data, setup};
use crate::canonical::{self, Inspection, Joins};
use crate::config::Config;
use crate::diagnostics::{Class, Problem};
use crate::measure;
use crate::render::inspection::Allowed;
use crate::sources::Input;

/// What is written: what the files turned out to be, and what they allow.
pub struct Output {
    pub files: Vec<Inspection>,
    pub joins: Joins,
    pub allowed: Allowed,
}

/// Runs the command. Files that cannot be used as they are give the exit code of data that cannot be used.
///
/// # Errors
/// Wrong usage or configuration, a file that cannot be read, an output that cannot be written.
pub fn run(global: &Global, args: &Inspect) -> anyhow::Result<ExitCode> {
    let targets = args.outputs.targets()?;
    let config = setup::config(global, args.reading.overrides())?;
    let (inputs, joins, mut inspections) = inspections(&args.inputs, &args.reading, &config)?;
    let allowed = match allowed(&inputs, &inspections, &args.reading, &config) {
        Ok(allowed) => allowed,
        Err(error) => {
            asked_together(error, &mut inspections)?;
            Allowed::default()
        }
    };
    let mut output = Output {
        allowed,
        files: inspections,
        joins,
    };
    let usable = output.joins.questions.is_empty() && output.files.iter().all(|file| file.problem.is_none());
    if let Some(redact) = data::options(&args.reading, &config)?.redact {
        redact.inspected(&inputs, &mut output.files)?;
        // What files have in common is named by their columns.
        output.joins = Joins::default();
    }
    output::write(&targets, global, |format, style, out| format.write(&output, style, out))?;
    Ok(if usable {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(Class::Data.exit_code())
    })
}

/// What is asked of files that can each be used by itself, such as whether two have the same orders: it is with the file that it is about.
///
/// # Errors
/// Any other error.
fn asked_together(error: anyhow::Error, inspections: &mut [Inspection]) -> anyhow::Result<()> {
    let place = error.downcast_ref::<Problem>().and_then(|problem| problem.place.as_ref());
    let named = place.map(|place| place.file.clone());
    match inspections.iter_mut().find(|file| Some(&file.file) == named.as_ref()) {
        Some(file) => file.problem = Some(Arc::new(error)),
        None => return Err(error),
    }
    Ok(())
}

/// What each input turns out to be.
///
/// # Errors
/// As [`run`].
pub fn inspections(named: &[String], reading: &Reading, config: &Config) -> anyhow::Result<(Vec<Input>, Joins, Vec<Inspection>)> {
    let (inputs, joins) = data::inputs(named, reading, config)?;
    let options = canonical::Options {
        redact: None,
        ..data::options(reading, config)?
    };
    let mut inspections = canonical::inspect(&inputs, &options, canonical::Sampling::default())?;
    // Until it is decided how a file belongs to another, it cannot be used.
    for question in &joins.questions {
        for file in inspections.iter_mut().filter(|inspection| inspection.file == question.file()) {
            file.problem = Some(Arc::new(canonical::join_problem(question).into()));
        }
    }
    Ok((inputs, joins, inspections))
}

/// What those that can be used allow together, by as much of them as was inspected.
fn allowed(inputs: &[Input], inspections: &[Inspection], reading: &Reading, config: &Config) -> anyhow::Result<Allowed> {
    let inspected = |input: &Input| {
        let mut of_file = inspections.iter().filter(|i| i.file == input.file.name());
        let usable = of_file.clone().all(|inspection| inspection.problem.is_none());
        let sampled = of_file.find_map(|inspection| inspection.sampled);
        let file = sampled.map_or_else(|| input.file.clone(), |sampled| input.file.start(sampled.bytes));
        let source = input.source.clone();
        usable.then_some(Input::new(file, source))
    };
    let inputs: Vec<Input> = inputs.iter().filter_map(inspected).collect();
    if inputs.is_empty() {
        return Ok(Allowed::default());
    }
    let metrics: Vec<_> = config.catalog.iter().filter(|metric| !metric.hidden).collect();
    let texts = measure::columns_to_load(&config.catalog, metrics.iter().copied());
    let options = canonical::Options {
        texts,
        ..data::options(reading, config)?
    };
    let loaded = canonical::load(&inputs, &options)?;
    let missing: BTreeMap<String, String> = measure::missing(&config.catalog, &loaded.canonical, &config.settings)
        .into_iter()
        .filter_map(|(id, absent)| Some((id, absent.detail()?.to_string())))
        .collect();
    let mut allowed = Allowed::default();
    for metric in metrics {
        let (list, key) = match missing.get(&metric.id) {
            Some(what) => (&mut allowed.missing, what),
            None => (&mut allowed.measurable, &metric.family),
        };
        match list.iter_mut().find(|(known, _)| known == key) {
            Some((_, ids)) => ids.push(metric.id.clone()),
            None => list.push((key.clone(), vec![metric.id.clone()])),
        }
    }
    Ok(allowed)
}
