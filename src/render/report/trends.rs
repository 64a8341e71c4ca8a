//! Trends: the values of each metric with their intervals, its control limits and its target.

use super::scorecard::families;
use super::{Report, anchor, left, right};
use crate::findings::{MetricSeries, is_good};
use crate::render::displayed;
use crate::render::document::{Axis, Chart, Document, Figure, Point, SeriesFigure, Table};
use crate::render::summary::capital;
use crate::render::text::{Text, Tone};
use crate::stats::process::{Direction, Rule, Season, Signal};

/// Adds a chart for each metric that has two points or more.
pub fn add(document: &mut Document, report: &Report) {
    let mut headed = false;
    for (family, scores) in families(report) {
        let charts: Vec<Chart> = scores.iter().filter_map(|score| chart(report, score)).collect();
        if charts.is_empty() {
            continue;
        }
        if !headed {
            document.heading(2, "Trends".into());
            document.sentence(
                "Every earlier period is shown with the same follow-up time as the last one. Control limits show the usual variation from \
                 period to period, computed from the first twelve points. A point outside them, or an unusual pattern, is a signal. A \
                 metric sometimes meets and sometimes misses its target if the target is within the limits."
                    .into(),
            );
            let is_unknown = |score: &MetricSeries| score.process.as_ref().is_some_and(|chart| chart.season == Some(Season::NotKnown));
            if report.review.scores.iter().any(is_unknown) {
                document.sentence(
                    "The records have fewer than two full seasons, so a season is not taken out of the limits. What was unusual in the \
                     same way a year before is no signal."
                        .into(),
                );
            }
            document.list(signals(report));
            headed = true;
        }
        document.heading(3, Text::untrusted(capital(family)));
        charts.into_iter().for_each(|chart| document.chart(chart));
    }
}

/// The signals of the period in a sentence, with the number expected by chance.
fn signals(report: &Report) -> Vec<Text> {
    let charts = report.review.scores.iter().filter(|score| score.process.is_some()).count();
    let signals: Vec<(&MetricSeries, &Signal)> = report
        .review
        .scores
        .iter()
        .filter_map(|score| Some((score, score.signals().next()?)))
        .collect();
    if signals.is_empty() {
        return Vec::new();
    }
    let by_chance = if report.review.periods.len() <= SIMULATED {
        format!("about {}", crate::render::format::number(charts as f64 * FALSE_ALARMS, 1))
    } else {
        "some".to_string()
    };
    let show = if signals.len() == 1 { "shows" } else { "show" };
    let text = Text::own(format!(
        "{} of {} {show} a signal in {}; {by_chance} would be expected by chance alone: ",
        signals.len(),
        super::counted(charts, "metric", "metrics"),
        report.review.period.label,
    ));
    let told = signals.into_iter().enumerate().fold(text, |text, (at, (score, signal))| {
        let text = if at > 0 { text.and("; ") } else { text };
        text.and_text(Text::link(anchor(&score.metric), &score.metric.title))
            .and(format!(" {}", words(signal)))
    });
    vec![told.and(".")]
}

/// The share of stable series of thirteen periods that show a signal at the last one: of normal values and shares, by simulation
/// ([`crate::stats::process`]); of skewed values it is higher.
const FALSE_ALARMS: f64 = 0.03;

/// The length of series that [`FALSE_ALARMS`] applies to; longer ones show more.
const SIMULATED: usize = 13;

/// The values of a score with their limits.
pub fn points(score: &MetricSeries) -> Vec<Option<Point>> {
    let point = |cell: &crate::report::Cell| {
        Some(Point {
            value: cell.value?,
            low: cell.low,
            high: cell.high,
        })
    };
    score.cells.iter().map(point).collect()
}

fn chart(report: &Report, score: &MetricSeries) -> Option<Chart> {
    let points = points(score);
    if points.iter().flatten().count() < 2 {
        return None;
    }
    let metric = &score.metric;
    let process = score.process.as_ref();
    let limits: Vec<(f64, f64)> = process.map_or_else(Vec::new, |chart| {
        let all = chart.limits.iter().map(|limits| limits.map(|l| (l.lower, l.upper)));
        // A period without a size has no limits; the chart continues those of its neighbour.
        let mut last = chart
            .limits
            .iter()
            .flatten()
            .next()
            .map_or((chart.mean, chart.mean), |l| (l.lower, l.upper));
        all.map(|limits| {
            last = limits.unwrap_or(last);
            last
        })
        .collect()
    });
    let signal = |at: usize| {
        let signal = process?.signals_at(at).next()?;
        Some(is_good(metric.good, signal.direction == Direction::Up))
    };
    Some(Chart {
        anchor: anchor(metric),
        title: Text::untrusted(&metric.title),
        statement: statement(report, score),
        figure: Figure::Series(SeriesFigure {
            labels: score.cells.iter().map(|cell| cell.period.label.clone()).collect(),
            points,
            predicted: Vec::new(),
            open: score.cells.iter().map(|cell| !cell.complete).collect(),
            centre: process.map(|chart| chart.mean),
            limits,
            target: score.goal.map(|goal| goal.value),
            signals: (0..score.cells.len()).map(signal).collect(),
            axis: Axis {
                title: metric.title.clone(),
                unit: metric.unit,
                business_hours: false,
                currency: report.currency.map(str::to_string),
            },
        }),
        data: data(report, score),
    })
}

/// What the chart shows.
fn statement(report: &Report, score: &MetricSeries) -> Text {
    let (metric, cell) = (&score.metric, score.cell());
    let shown = |value: f64| report.scale(metric, value).value(value);
    let now = match cell.value {
        Some(value) => format!(": {} in {}", shown(value), cell.period.label),
        None => format!(": no value in {}", cell.period.label),
    };
    let process = score.process.as_ref().filter(|_| cell.value.is_some());
    let series = match (process, score.signals().next()) {
        (None, _) => String::new(),
        (Some(chart), None) => {
            let limits = chart.limits.iter().rev().flatten().next();
            let within = limits.map_or(String::new(), |l| format!(" of {} to {}", shown(l.lower), shown(l.upper)));
            format!(", within its usual range{within}")
        }
        (Some(_), Some(signal)) => format!(", {}", words(signal)),
    };
    let trial = match &score.process {
        Some(chart) if chart.trial => format!(" (provisional limits, based on {} periods)", chart.baseline),
        _ => String::new(),
    };
    let adjusted = score
        .process
        .as_ref()
        .map_or("", |chart| match (chart.season, chart.autocorrelation) {
            (Some(Season::TakenOut), None) => "; its season is taken out",
            (Some(Season::TakenOut), Some(_)) => "; its season is taken out, and the limits follow the period before",
            (Some(Season::NotFound | Season::NotKnown) | None, Some(_)) => "; the limits follow the period before, which it resembles",
            (Some(Season::NotFound | Season::NotKnown) | None, None) => "",
        });
    let goal = match score.goal {
        Some(goal) => {
            let assurance = goal
                .assurance
                .map_or(String::new(), |assurance| format!(", which it {}", displayed::assurance(assurance)));
            format!("; its target is {}{assurance}", shown(goal.value))
        }
        None => String::new(),
    };
    Text::untrusted(&metric.title).and(format!("{now}{series}{trial}{goal}{adjusted}."))
}

/// A signal, in a few words.
pub fn words(signal: &Signal) -> String {
    let up = signal.direction == Direction::Up;
    let length = signal.at - signal.since + 1;
    match signal.rule {
        Rule::Outside if up => "above its usual range".to_string(),
        Rule::Outside => "below its usual range".to_string(),
        Rule::Trend if up => format!("rising over {length} periods in a row"),
        Rule::Trend => format!("falling over {length} periods in a row"),
        Rule::TwoOfThree if up => "two of the last three periods close to its upper limit".to_string(),
        Rule::TwoOfThree => "two of the last three periods close to its lower limit".to_string(),
        Rule::Run if up => format!("{length} periods in a row above its mean"),
        Rule::Run => format!("{length} periods in a row below its mean"),
    }
}

/// The tone of a signal: favourable or unfavourable.
pub fn tone(score: &MetricSeries, signal: &Signal) -> Tone {
    match is_good(score.metric.good, signal.direction == Direction::Up) {
        Some(true) => Tone::Good,
        Some(false) => Tone::Bad,
        None => Tone::Strong,
    }
}

fn data(report: &Report, score: &MetricSeries) -> Table {
    let metric = &score.metric;
    let number = |value: Option<f64>| value.map_or_else(Text::default, |value| report.value(metric, value));
    let rows = score.cells.iter().enumerate().map(|(at, cell)| {
        let limits = score.process.as_ref().and_then(|chart| chart.limits[at]);
        let mark = displayed::marks(cell);
        let value = match &cell.absent {
            Some(absent) => Text::own(displayed::absent(absent)),
            None => number(cell.value),
        };
        let signal = score.process.as_ref().and_then(|chart| chart.signals_at(at).next());
        vec![
            Text::own(&cell.period.label).and(mark),
            value,
            number(cell.low),
            number(cell.high),
            super::rows(cell.n),
            number(limits.map(|limits| limits.lower)),
            number(limits.map(|limits| limits.upper)),
            signal.map_or_else(Text::default, |signal| Text::own(words(signal)).toned(tone(score, signal))),
        ]
    });
    Table {
        caption: Text::untrusted(&metric.title).and(" by period"),
        columns: vec![
            left("Period"),
            right("Value"),
            right("Low"),
            right("High"),
            right("n"),
            right("Lower limit"),
            right("Upper limit"),
            left("Signal"),
        ],
        rows: rows.collect(),
        sparks: None,
    }
}
