//! The numbers of the period, one table for each family: value, interval, n, target, changes with their labels, and a small chart of the
//! last periods.

use super::{Detail, Report, anchor, left, right};
use crate::findings::MetricSeries;
use crate::measure::Compare;
use crate::render::displayed;
use crate::render::document::{Align, Document, Point, Spark, Sparks, Table};
use crate::render::summary::capital;
use crate::render::text::{Text, Tone};
use crate::report::{AbsentReason, Change};
use crate::stats::Reading;

/// The families of the scores in their order, each with its scores.
pub fn families<'r>(report: &'r Report) -> Vec<(&'r str, Vec<&'r MetricSeries>)> {
    let mut families: Vec<(&str, Vec<&MetricSeries>)> = Vec::new();
    for score in &report.review.scores {
        match families.iter_mut().find(|(family, _)| *family == score.metric.family) {
            Some((_, scores)) => scores.push(score),
            None => families.push((&score.metric.family, vec![score])),
        }
    }
    families
}

/// Adds the scorecard.
pub fn add(document: &mut Document, report: &Report, detail: Detail) {
    document.heading(2, "Scorecard".into());
    if report.review.scores.is_empty() {
        document.sentence("No metric has a value. The reasons are listed under Metrics without results.".into());
    }
    for (family, scores) in families(report) {
        document.heading(3, Text::untrusted(capital(family)));
        document.table(table(report, family, &scores, detail));
    }
    let any = |is: fn(&MetricSeries) -> bool| report.review.scores.iter().any(is);
    if any(|score| score.cell().left_truncated) {
        document.note(displayed::BEFORE_THE_DATA.into());
    }
    let cells = report.review.scores.iter().map(|score| (&score.metric, score.cell()));
    if let Some(note) = displayed::short_history(cells) {
        document.note(note);
    }
    if any(|score| score.metric.undated) {
        document
            .note("~ uses data without a date. Earlier periods show the latest state of these data, so changes are not assessed".into());
    }
    for note in displayed::interval_notes(report.review.scores.iter().map(MetricSeries::cell)) {
        document.note(Text::own(note));
    }
}

fn table(report: &Report, family: &str, scores: &[&MetricSeries], detail: Detail) -> Table {
    let period = &report.review.period;
    let previous = Compare::Previous.of(period, report.as_of).label;
    let year_ago = Compare::YearAgo.of(period, report.as_of).label;
    let mut columns = vec![
        left("Metric"),
        (Text::own(&period.label), Align::Right),
        (Text::own(report.interval_title()), Align::Left),
        right("n"),
        left("Target"),
        (Text::own(previous), Align::Right),
        left("Change"),
    ];
    if detail != Detail::Brief && !is_yearly(report) {
        columns.extend([(Text::own(year_ago), Align::Right), left("Change in a year")]);
    }
    columns.push(left("Series"));
    let rows = scores.iter().map(|score| row(report, score, detail)).collect();
    let sparks = scores.iter().map(|score| spark(report, score)).collect();
    Table {
        caption: Text::untrusted(capital(family)).and(format!(" in {}", period.label)),
        columns,
        rows,
        sparks: Some(Sparks {
            title: Text::own(format!("Last {}", report.review.periods.len())),
            rows: sparks,
        }),
    }
}

fn row(report: &Report, score: &MetricSeries, detail: Detail) -> Vec<Text> {
    let (metric, cell) = (&score.metric, score.cell());
    let undated = if metric.undated { " ~" } else { "" };
    let mark = format!("{}{undated}", displayed::marks_of_records(cell));
    let scale = report.scale(metric, cell.value.unwrap_or_default());
    let value = match (cell.value, &cell.absent) {
        (Some(value), _) => report.value(metric, value),
        (None, Some(absent)) => Text::own(displayed::absent(absent)),
        (None, None) => Text::default(),
    };
    let interval = match &cell.interval_absent {
        None => scale.interval(cell.low, cell.high) + displayed::interval_mark(cell),
        // A type of metric that never has an interval needs no words in every row.
        Some(AbsentReason::NotDefined) => String::new(),
        Some(reason) => displayed::absent(reason).to_string(),
    };
    let mut row = vec![
        Text::link(anchor(metric), &metric.title).and(mark),
        value,
        Text::own(interval),
        super::rows(cell.n),
        target(report, score),
    ];
    let against: &[&str] = match detail {
        Detail::Page | Detail::Whole if !is_yearly(report) => &["previous", "year-ago"],
        Detail::Brief | Detail::Page | Detail::Whole => &["previous"],
    };
    for key in against {
        let change = cell.changes.get(*key);
        row.push(
            change
                .and_then(|change| change.value)
                .map_or_else(Text::default, |value| Text::number(scale.value(value), value, metric.unit)),
        );
        row.push(change.map_or_else(Text::default, |change| moved(change, score, &scale)));
    }
    row.push(series(score));
    row
}

/// Whether the previous period is also the period a year before, so that one comparison shows both.
fn is_yearly(report: &Report) -> bool {
    let period = &report.review.period;
    period.previous() == period.year_ago()
}

fn target(report: &Report, score: &MetricSeries) -> Text {
    let Some(goal) = score.goal else { return Text::default() };
    let (words, tone) = match goal.reading {
        Reading::Better => ("met", Tone::Good),
        Reading::Worse => ("missed", Tone::Bad),
        Reading::NoClearChange => ("inconclusive", Tone::Plain),
        _ => ("", Tone::Plain),
    };
    let value = report.scale(&score.metric, goal.value).value(goal.value);
    let assurance = goal
        .assurance
        .map_or(String::new(), |assurance| format!("; {}", displayed::assurance(assurance)));
    let words = if words.is_empty() { String::new() } else { format!(" {words}") };
    Text::own(format!("{value}{words}{assurance}")).toned(tone)
}

fn moved(change: &Change, score: &MetricSeries, scale: &crate::render::format::Scale) -> Text {
    let tone = match change.reading {
        Reading::Better => Tone::Good,
        Reading::Worse => Tone::Bad,
        _ => Tone::Plain,
    };
    let delta = change.delta.map_or(String::new(), |delta| format!("{} ", scale.change(delta)));
    Text::own(delta)
        .and(displayed::change_label(change, score.cell(), score.metric.undated))
        .toned(tone)
}

/// The signal of the period in its series.
fn series(score: &MetricSeries) -> Text {
    if score.cell().value.is_none() {
        return Text::default();
    }
    match (&score.process, score.signals().next()) {
        (None, _) => Text::default(),
        (Some(_), None) => "within its usual range".into(),
        (Some(_), Some(signal)) => Text::own(super::trends::words(signal)).toned(super::trends::tone(score, signal)),
    }
}

fn spark(report: &Report, score: &MetricSeries) -> Option<Spark> {
    let points: Vec<Option<Point>> = super::trends::points(score);
    let known: Vec<(usize, &Point)> = points.iter().enumerate().filter_map(|(i, p)| Some((i, p.as_ref()?))).collect();
    let (&(from, first), &(to, last)) = (known.first()?, known.last()?);
    if from == to {
        return None;
    }
    let label = |at: usize| score.cells[at].period.label.as_str();
    let shown = |value: f64| report.scale(&score.metric, value).value(value);
    let alternative = format!("{} in {}, {} in {}", shown(first.value), label(from), shown(last.value), label(to));
    Some(Spark {
        points,
        alternative: Text::own(alternative),
    })
}
