//! The stakeholders that are listed, and what takes their points.

use super::{Sheet, left, right, words};
use crate::catalog::MetricUnit;
use crate::catalog::health::Band;
use crate::health::Touch;
use crate::render::document::{Detail, Document, Table};
use crate::render::format::{Units, count, number};
use crate::render::text::{Text, Tone};
use crate::schema::MONEY_SCALE;

/// Adds the table of those that are listed.
pub fn add(document: &mut Document, sheet: &Sheet, detail: Detail) {
    let (assessment, request) = (sheet.assessment, sheet.request);
    let who = match (request.at_risk, request.overdue) {
        (false, false) => "Stakeholders",
        (true, false) => "Stakeholders at risk",
        (false, true) => "Stakeholders overdue for a contact",
        (true, true) => "Stakeholders at risk and overdue for a contact",
    };
    let any_value = assessment.listed.iter().any(|&at| assessment.rows[at].value.is_some());
    let order = if any_value || assessment.listable == 0 {
        "the most at stake"
    } else {
        "the lowest score"
    };
    let title = format!("{who}, those with {order} first");
    document.heading(2, Text::own(title.clone()));
    if assessment.listable == 0 {
        document.sentence(
            if assessment.rows.is_empty() {
                "There are no stakeholders."
            } else {
                "There are none."
            }
            .into(),
        );
    }
    let several = assessment.listed.windows(2).any(|pair| {
        let kind = |at: usize| sheet.type_of(&assessment.rows[at]);
        kind(pair[0]) != kind(pair[1])
    });
    let mut columns = vec![left("Stakeholder"), left("Name"), left("Owner"), left("Tier")];
    if several {
        columns.push(left("Type"));
    }
    columns.extend([right("Score"), left("Band"), left("Before")]);
    if request.overdue {
        columns.push(left("Touch"));
    }
    columns.extend([right("Coverage"), right("Value at stake")]);
    // A terminal has no room for sentences in a column.
    let in_column = detail != Detail::Brief;
    if in_column {
        columns.push(left("What takes points"));
    }
    let optional = |text: &Option<String>| text.as_ref().map_or_else(Text::default, Text::untrusted);
    let shown = assessment.listed.iter().zip(&assessment.who).zip(&assessment.explained);
    let rows = shown.map(|((&at, who), readings)| {
        let row = &assessment.rows[at];
        let mut texts = vec![
            who.id.as_ref().map_or_else(|| "(unknown)".into(), Text::untrusted),
            optional(&who.name),
            optional(&who.owner),
            optional(&who.tier),
        ];
        if several {
            texts.push(Text::untrusted(sheet.type_of(row)));
        }
        texts.push(match row.score {
            Some(score) => Text::number(number(score, 1), score, MetricUnit::Score),
            None => "no score".into(),
        });
        texts.push(row.band.map_or_else(Text::default, band));
        texts.push(row.before.1.map_or_else(Text::default, |band| Text::own(band.as_str())));
        if request.overdue {
            texts.push(match row.touch {
                Some(Touch::Losing) => Text::own("losing touch").toned(Tone::Bad),
                Some(Touch::Overdue) => "overdue".into(),
                None => Text::default(),
            });
        }
        let coverage = Units::default().scale(MetricUnit::Share, row.coverage).value(row.coverage);
        texts.push(Text::number(coverage, row.coverage, MetricUnit::Share));
        texts.push(
            row.value
                .map_or_else(Text::default, |value| sheet.money(value as f64 / MONEY_SCALE as f64)),
        );
        if in_column {
            texts.push(words::losses(&assessment.models[row.model], readings, row.score.is_some()));
        }
        texts
    });
    document.table(Table {
        caption: Text::own(title),
        columns,
        rows: rows.collect(),
        sparks: None,
    });
    if !in_column {
        let shown = assessment.listed.iter().zip(&assessment.who).zip(&assessment.explained);
        let said = shown.map(|((&at, who), readings)| {
            let row = &assessment.rows[at];
            let losses = words::losses(&assessment.models[row.model], readings, row.score.is_some());
            let who = who.id.as_ref().map_or_else(|| "(unknown)".into(), Text::untrusted);
            who.and(": ").and_text(losses)
        });
        let said: Vec<Text> = said.collect();
        if !said.is_empty() {
            document.sentence("What takes points, the most first; without a score, why parts have no data:".into());
        }
        document.list(said);
    }
    let shown = assessment.explained.len() as u64;
    if shown < assessment.listable {
        document.note(Text::own(format!(
            "Showing {} of {}. Set --top for more, or write all as csv or json.",
            count(shown),
            count(assessment.listable)
        )));
    }
    if assessment.withheld {
        document
            .note("Protected people, such as employees, are never listed. They are in the groups above if these are large enough.".into());
    }
}

fn band(band: Band) -> Text {
    let tone = match band {
        Band::Healthy => Tone::Good,
        Band::AtRisk => Tone::Plain,
        Band::Critical => Tone::Bad,
    };
    Text::own(band.as_str()).toned(tone)
}
