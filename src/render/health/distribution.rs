//! How scores are distributed, as a picture.

use super::{Sheet, left, right, whole};
use crate::catalog::MetricUnit;
use crate::render::document::{Axis, Chart, Document, Figure, Point, SeriesFigure, Table};
use crate::render::format::{Units, count, number};
use crate::render::text::Text;

/// Adds the share of stakeholders in each ten points.
pub fn add(document: &mut Document, sheet: &Sheet) {
    const BINS: usize = 10;
    // Protected people may be too few to be shown.
    let scores: Vec<f64> = sheet
        .assessment
        .rows
        .iter()
        .filter(|row| !row.is_protected)
        .filter_map(|row| row.score)
        .collect();
    if scores.is_empty() {
        return;
    }
    let mut counts = [0u64; BINS];
    for score in &scores {
        counts[((score / 10.0) as usize).min(BINS - 1)] += 1;
    }
    let all = scores.len() as f64;
    let labels: Vec<String> = (0..BINS).map(|bin| format!("{}-{}", bin * 10, bin * 10 + 10)).collect();
    let confidence = sheet.request.confidence;
    let point = |count: &u64| {
        let share = *count as f64 / all;
        let (low, high) = confidence.share.limits(share, all, confidence.level);
        Point {
            value: share,
            low: Some(low),
            high: Some(high),
        }
    };
    let points: Vec<Point> = counts.iter().map(point).collect();
    let scale = Units::default().scale(MetricUnit::Share, 0.0);
    let rows = labels.iter().zip(counts).zip(&points).map(|((label, count), point)| {
        let shown = format!("{} {}", scale.value(point.value), scale.interval(point.low, point.high));
        vec![Text::own(label), whole(count), Text::number(shown, point.value, MetricUnit::Share)]
    });
    let data = Table {
        caption: "Distribution of scores".into(),
        columns: vec![left("Score"), right("Stakeholders"), right("Share")],
        rows: rows.collect(),
        sparks: None,
    };
    let mut sorted = scores.clone();
    sorted.sort_by(f64::total_cmp);
    let median = crate::stats::quantile_type7(&sorted, 0.5);
    document.chart(Chart {
        anchor: "distribution".to_string(),
        title: "Distribution of scores".into(),
        statement: Text::own(format!(
            "Half of the {} scored stakeholders have at least {} points.",
            count(scores.len() as u64),
            number(median, 1)
        )),
        figure: Figure::Series(SeriesFigure {
            labels,
            points: points.into_iter().map(Some).collect(),
            open: vec![false; BINS],
            signals: vec![None; BINS],
            axis: Axis {
                title: "Share of stakeholders".to_string(),
                unit: MetricUnit::Share,
                ..Axis::default()
            },
            ..SeriesFigure::default()
        }),
        data,
    });
}
