//! How far scores can be relied on: parts without data, and how much the order depends on the weights.

use super::{Sheet, left, right, whole, words};
use crate::catalog::MetricUnit;
use crate::health::Stability;
use crate::render::document::{Document, Table};
use crate::render::format::{Units, count, number};
use crate::render::text::Text;

/// The parts that no stakeholder has data for, because an input is missing.
pub fn missing(document: &mut Document, sheet: &Sheet) {
    let assessment = sheet.assessment;
    let mut texts = Vec::new();
    for (at, model) in assessment.models.iter().enumerate() {
        if !assessment.rows.iter().any(|row| row.model == at) {
            continue;
        }
        let lacking = model.parts.iter().zip(&assessment.missing[at]);
        let lacking: Vec<String> = lacking
            .filter_map(|(part, input)| Some(format!("{} ({})", words::spaced(&part.name), input.as_ref()?)))
            .collect();
        if !lacking.is_empty() {
            texts.push(Text::untrusted(&model.title).and(": ").and_untrusted(lacking.join("; ")));
        }
    }
    if !texts.is_empty() {
        document.heading(2, "Parts without data".into());
        document.sentence(
            "These parts do not count, because the inputs in brackets are missing. The other weights count in proportion.".into(),
        );
        document.list(texts);
    }
}

/// How much the order of stakeholders changes with the weights.
pub fn stability(document: &mut Document, sheet: &Sheet) {
    if sheet.assessment.stability.is_empty() {
        return;
    }
    document.heading(2, "Dependence on the weights".into());
    document
        .sentence("Each weight is raised and lowered by 20%, one at a time. The least favourable result counts for each number.".into());
    let rows = sheet.assessment.stability.iter().map(|(at, stability)| {
        let Stability {
            stakeholders,
            is_sample,
            correlation,
            part: (part, up),
            other_band,
            lowest_tenth_kept,
        } = stability;
        let percent = |share: f64| {
            let shown = Units::default().scale(MetricUnit::Share, share).value(share);
            Text::number(shown, share, MetricUnit::Share)
        };
        vec![
            Text::untrusted(&sheet.assessment.models[*at].title),
            match is_sample {
                true => Text::number(
                    format!("{} (sample)", count(*stakeholders)),
                    *stakeholders as f64,
                    MetricUnit::Count,
                ),
                false => whole(*stakeholders),
            },
            correlation.map_or_else(Text::default, |correlation| {
                Text::number(number(correlation, 3), correlation, MetricUnit::Index)
            }),
            Text::untrusted(words::spaced(part)).and(if *up { ", raised" } else { ", lowered" }),
            percent(*other_band),
            percent(*lowest_tenth_kept),
        ]
    });
    document.table(Table {
        caption: "Dependence on the weights".into(),
        columns: vec![
            left("Model"),
            right("Stakeholders"),
            right("Lowest rank correlation"),
            left("By the weight of"),
            right("Would be in another band"),
            right("Lowest tenth that remains"),
        ],
        rows: rows.collect(),
        sparks: None,
    });
}
