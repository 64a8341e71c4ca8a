//! Who differs: each dimension's slices side by side, each against the rest, and the shares among the limits that chance alone gives.

use super::{Report, anchor, left, right};
use crate::findings::{Breakdown, Found, Funnel};
use crate::render::document::{Align, Axis, Chart, Document, Figure, FunnelFigure, Table};
use crate::render::format::count;
use crate::render::summary::capital;
use crate::render::text::{Text, Tone};
use crate::report::{Cell, MetricInfo};
use crate::stats::Reading;
use crate::stats::funnel::Place;

/// Up to so many slices stand side by side; more stand below one another.
const SIDE_BY_SIDE: usize = 7;

/// Adds a part for each dimension.
pub fn add(document: &mut Document, report: &Report) {
    if report.review.breakdowns.is_empty() {
        return;
    }
    document.heading(2, "Who differs".into());
    document.sentence(
        "Each slice is compared with all others together, never with a total that holds it. A mark stands only where the difference stands \
         after correction for all comparisons of this report; slices are not ranked, since small ones vary more."
            .into(),
    );
    document.list(super::sentences::told(report, |finding| {
        matches!(finding.found, Found::Differs { .. })
    }));
    for (at, breakdown) in report.review.breakdowns.iter().enumerate() {
        document.heading(3, Text::own("By ").and_untrusted(capital(&breakdown.dimension).to_lowercase()));
        document.table(table(report, at, breakdown));
        if breakdown.left_out > 0 {
            let left_out = super::counted(breakdown.left_out, "value", "values");
            document.note(Text::own(format!("{left_out} with the fewest records are left out of the table.")));
        }
        for (metric, funnel) in breakdown.metrics.iter().zip(&breakdown.funnels) {
            if let Some(funnel) = funnel.as_ref().filter(|funnel| funnel.segments.len() > 4) {
                document.chart(chart(report, breakdown, metric, funnel));
            }
        }
    }
}

/// Slices as columns where they are few, else as rows.
fn table(report: &Report, at: usize, breakdown: &Breakdown) -> Table {
    let cells: Vec<Vec<Text>> = breakdown
        .metrics
        .iter()
        .zip(&breakdown.cells)
        .enumerate()
        .map(|(m, (metric, row))| {
            row.iter()
                .enumerate()
                .map(|(s, cell)| self::cell(report, (at, m, s), metric, cell.as_ref()))
                .collect()
        })
        .collect();
    let caption = Text::own("Metrics by ").and_untrusted(capital(&breakdown.dimension).to_lowercase());
    let title = |metric: &MetricInfo| Text::link(anchor(metric), &metric.title);
    if breakdown.slices.len() <= SIDE_BY_SIDE {
        let slices = breakdown.slices.iter().map(|slice| (Text::untrusted(slice), Align::Right));
        let rows = breakdown.metrics.iter().zip(cells);
        return Table {
            caption,
            columns: std::iter::once(left("Metric")).chain(slices).collect(),
            rows: rows
                .map(|(metric, row)| std::iter::once(title(metric)).chain(row).collect())
                .collect(),
            sparks: None,
        };
    }
    let metrics = breakdown.metrics.iter().map(|metric| (title(metric), Align::Right));
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

/// A value, and what stands of its difference from the rest.
fn cell(report: &Report, place: (usize, usize, usize), metric: &MetricInfo, cell: Option<&Cell>) -> Text {
    let Some(cell) = cell else { return Text::default() };
    let Some(value) = cell.value else {
        return Text::own(cell.absent.as_ref().map_or("", |absent| absent.as_str()));
    };
    let stands = report.review.findings.iter().find(|finding| {
        let (breakdown, metric, slice) = place;
        finding.found == Found::Differs { breakdown, metric, slice }
    });
    let text = report.value(metric, value);
    match stands.map(|finding| finding.reading) {
        Some(reading @ Reading::Better) => text.and(format!(" {reading}")).toned(Tone::Good),
        Some(reading @ Reading::Worse) => text.and(format!(" {reading}")).toned(Tone::Bad),
        Some(reading) => text.and(format!(" {reading}")).toned(Tone::Strong),
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
            " The limits are widened by {:.1}, since slices differ by more than chance in general.",
            funnel.dispersion.sqrt()
        )
    } else {
        String::new()
    };
    let statement = match beyond[..] {
        [] => Text::own("No ")
            .and_untrusted(capital(&breakdown.dimension).to_lowercase())
            .and(format!(
                " lies further from {} than its size explains.{spread}",
                scale.value(funnel.centre)
            )),
        [one] => Text::untrusted(one).and(format!(
            " lies further from {} than its size explains.{spread}",
            scale.value(funnel.centre)
        )),
        _ => Text::untrusted(beyond.join(", ")).and(format!(
            " lie further from {} than their size explains.{spread}",
            scale.value(funnel.centre)
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
            Text::number(count(s.n.round() as u64), s.n, "count"),
            report.value(metric, s.value),
            report.value(metric, s.limits[0].0),
            report.value(metric, s.limits[0].1),
            report.value(metric, s.limits[1].0),
            report.value(metric, s.limits[1].1),
            Text::own(s.place.as_str()).toned(if s.place == Place::Beyond998 { Tone::Strong } else { Tone::Plain }),
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
                unit: metric.unit.clone(),
                currency: None,
            },
        }),
        data: Table {
            caption: title,
            columns: vec![
                (Text::untrusted(capital(&breakdown.dimension)), Align::Left),
                right("Effective n"),
                right("Value"),
                right("Lower 95 %"),
                right("Upper 95 %"),
                right("Lower 99.8 %"),
                right("Upper 99.8 %"),
                left("Place"),
            ],
            rows: rows.collect(),
            sparks: None,
        },
    }
}
