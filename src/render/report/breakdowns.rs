//! Groups that differ: the groups of each dimension side by side, each compared with all others combined, and shares with their control
//! limits.

use super::{Report, anchor, left, right};
use crate::catalog::MetricUnit;
use crate::findings::{Breakdown, Found, Funnel};
use crate::render::displayed;
use crate::render::document::{Align, Axis, Chart, Document, Figure, FunnelFigure, Table};
use crate::render::format::count;
use crate::render::summary::capital;
use crate::render::text::{Text, Tone};
use crate::report::{AbsentReason, Cell, MetricInfo};
use crate::stats::Reading;
use crate::stats::funnel::Place;

/// Up to this number of groups are columns; more are rows.
const SIDE_BY_SIDE: usize = 7;

/// Adds a section for each dimension.
pub fn add(document: &mut Document, report: &Report) {
    if report.review.breakdowns.is_empty() {
        return;
    }
    document.heading(2, "Groups that differ".into());
    document.sentence(
        "Each group is compared with all other groups combined, never with a total that includes it. A label such as better or worse appears \
         only if the difference remains statistically significant after correction for all comparisons of this report. Groups are not \
         ranked, because small groups vary more."
            .into(),
    );
    document.list(super::sentences::told(report, |finding| {
        matches!(finding.found, Found::Differs { .. })
    }));
    for (at, breakdown) in report.review.breakdowns.iter().enumerate() {
        if !breakdown.metrics.iter().any(|metric| has_results(report, metric)) {
            continue;
        }
        document.heading(3, Text::own("By ").and_untrusted(capital(&breakdown.dimension).to_lowercase()));
        document.table(table(report, at, breakdown));
        if breakdown.left_out > 0 {
            let left_out = super::counted(breakdown.left_out, "value", "values");
            document.note(Text::own(format!("The table omits {left_out} with the fewest records.")));
        }
        let metrics = breakdown.metrics.iter().zip(&breakdown.funnels);
        for (metric, funnel) in metrics.filter(|(metric, _)| has_results(report, metric)) {
            if let Some(funnel) = funnel.as_ref().filter(|funnel| funnel.segments.len() > 4) {
                document.chart(chart(report, breakdown, metric, funnel));
            }
        }
    }
}

/// A table with a column for each group if there are few groups, otherwise with a row for each. A metric that counted nothing in any period
/// is listed as one without results instead.
fn table(report: &Report, at: usize, breakdown: &Breakdown) -> Table {
    let cells: Vec<Vec<Text>> = breakdown
        .metrics
        .iter()
        .zip(&breakdown.cells)
        .enumerate()
        .filter(|(_, (metric, _))| has_results(report, metric))
        .map(|(m, (metric, row))| {
            row.iter()
                .enumerate()
                .map(|(s, cell)| self::cell(report, (at, m, s), metric, cell.as_ref()))
                .collect()
        })
        .collect();
    let caption = Text::own("Metrics by ").and_untrusted(capital(&breakdown.dimension).to_lowercase());
    let title = |metric: &MetricInfo| Text::link(anchor(metric), &metric.title);
    let metrics = breakdown.metrics.iter().filter(|metric| has_results(report, metric));
    if breakdown.slices.len() <= SIDE_BY_SIDE {
        let slices = breakdown.slices.iter().map(|slice| (Text::untrusted(slice), Align::Right));
        let rows = metrics.zip(cells);
        return Table {
            caption,
            columns: std::iter::once(left("Metric")).chain(slices).collect(),
            rows: rows
                .map(|(metric, row)| std::iter::once(title(metric)).chain(row).collect())
                .collect(),
            sparks: None,
        };
    }
    let metrics = metrics.map(|metric| (title(metric), Align::Right));
    let rows = breakdown.slices.iter().enumerate().map(|(s, slice)| {
        let row = cells.iter().map(|row| row[s].clone());
        std::iter::once(Text::untrusted(slice)).chain(row).collect()
    });
    Table {
        caption,
        columns: std::iter::once((Text::untrusted(capital(&breakdown.dimension)), Align::Left))
            .chain(metrics)
            .collect(),
        rows: rows.collect(),
        sparks: None,
    }
}

/// Whether a metric counted anything in some period. If it did not, it is listed among the metrics without results, and its slices of 0 would
/// say the opposite. A metric without a value for another reason may still have values for single slices, such as those of one currency.
fn has_results(report: &Report, metric: &MetricInfo) -> bool {
    let mut absent = report.review.absent.iter();
    !absent.any(|(absent, reason)| absent.id == metric.id && *reason == AbsentReason::NoRows)
}

/// A value, and the label of its difference from all other groups if that is significant.
fn cell(report: &Report, place: (usize, usize, usize), metric: &MetricInfo, cell: Option<&Cell>) -> Text {
    let Some(cell) = cell else { return Text::default() };
    let Some(value) = cell.value else {
        return Text::own(cell.absent.as_ref().map_or("", displayed::absent));
    };
    let stands = report.review.findings.iter().find(|finding| {
        let (breakdown, metric, slice) = place;
        finding.found == Found::Differs { breakdown, metric, slice }
    });
    let text = report.value(metric, value);
    match stands.map(|finding| finding.reading) {
        Some(reading) => text.and(format!(" {}", displayed::label(reading))).toned(match reading {
            Reading::Better => Tone::Good,
            Reading::Worse => Tone::Bad,
            _ => Tone::Strong,
        }),
        None => text,
    }
}

fn chart(report: &Report, breakdown: &Breakdown, metric: &MetricInfo, funnel: &Funnel) -> Chart {
    let beyond: Vec<&str> = funnel
        .segments
        .iter()
        .filter(|s| s.place == Place::Beyond998)
        .map(|s| s.slice.as_str())
        .collect();
    let scale = report.scale(metric, funnel.centre);
    let title = Text::untrusted(&metric.title)
        .and(" by ")
        .and_untrusted(capital(&breakdown.dimension).to_lowercase());
    let spread = if funnel.dispersion > 1.0 {
        format!(
            " The limits are widened by a factor of {:.1}, because the groups differ by more than chance overall.",
            funnel.dispersion.sqrt()
        )
    } else {
        String::new()
    };
    let centre = scale.value(funnel.centre);
    let statement = title.clone().and(": ");
    let statement = match beyond[..] {
        [] => statement.and(format!(
            "all {} groups are within the 99.8% limits around {centre} for groups of their size.{spread}",
            funnel.segments.len()
        )),
        [one] => statement.and_untrusted(one).and(format!(
            " is outside the 99.8% limits around {centre} for a group of its size.{spread}"
        )),
        _ => statement.and_untrusted(beyond.join(", ")).and(format!(
            " are outside the 99.8% limits around {centre} for groups of their size.{spread}"
        )),
    };
    let mut limits: Vec<(f64, [f64; 4])> = funnel
        .segments
        .iter()
        .map(|s| (s.n, [s.limits[0].0, s.limits[0].1, s.limits[1].0, s.limits[1].1]))
        .collect();
    limits.sort_by(|a, b| a.0.total_cmp(&b.0));
    let rows = funnel.segments.iter().map(|s| {
        vec![
            Text::untrusted(&s.slice),
            Text::number(count(s.n.round() as u64), s.n, MetricUnit::Count),
            report.value(metric, s.value),
            report.value(metric, s.limits[0].0),
            report.value(metric, s.limits[0].1),
            report.value(metric, s.limits[1].0),
            report.value(metric, s.limits[1].1),
            Text::own(displayed::place(s.place)).toned(if s.place == Place::Beyond998 { Tone::Strong } else { Tone::Plain }),
        ]
    });
    Chart {
        anchor: format!("f-{}-{}", breakdown.dimension, metric.id),
        title: title.clone(),
        statement,
        figure: Figure::Funnel(FunnelFigure {
            segments: funnel
                .segments
                .iter()
                .map(|s| (s.slice.clone(), s.n, s.value, s.place as u8))
                .collect(),
            centre: funnel.centre,
            limits,
            size: "effective n".to_string(),
            axis: Axis {
                title: metric.title.clone(),
                unit: metric.unit,
                business_hours: false,
                currency: None,
            },
        }),
        data: Table {
            caption: title,
            columns: vec![
                (Text::untrusted(capital(&breakdown.dimension)), Align::Left),
                right("Effective n"),
                right("Value"),
                right("Lower 95%"),
                right("Upper 95%"),
                right("Lower 99.8%"),
                right("Upper 99.8%"),
                left("Position"),
            ],
            rows: rows.collect(),
            sparks: None,
        },
    }
}
