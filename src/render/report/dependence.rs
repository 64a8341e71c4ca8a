//! Concentration of revenue and spend, with and without the largest; and the mix of channels.

use super::{Report, left, right};
use crate::analyses::channels::{Channel, Mix};
use crate::analyses::concentration::{Concentration, ConcentrationOf, Large, WithAndWithoutLargest};
use crate::catalog::MetricUnit;
use crate::render::displayed;
use crate::render::document::{Document, Table};
use crate::render::format::{Units, count};
use crate::render::text::{Text, Tone};
use crate::stats::Reading;

/// Adds a section for each.
pub fn add(document: &mut Document, report: &Report) {
    let Some(beside) = &report.review.beside else { return };
    let shown: Vec<&Concentration> = beside.concentrations.iter().filter(|c| c.stakeholders > 1 && c.sum > 0.0).collect();
    if !shown.is_empty() {
        document.heading(2, "Concentration".into());
    }
    for concentration in shown {
        self::concentration(document, report, concentration);
    }
    if let Some(mix) = beside.mix.as_ref().filter(|mix| mix.parts.len() > 1) {
        self::mix(document, report, mix);
    }
}

fn concentration(document: &mut Document, report: &Report, few: &Concentration) {
    let (what, who, whose) = match few.of {
        ConcentrationOf::Revenue => ("Revenue", "Customer", "customers"),
        ConcentrationOf::Spend => ("Spend", "Supplier", "suppliers"),
    };
    let units = Units {
        currency: report.currency,
        ..Units::default()
    };
    let share = units.scale(MetricUnit::Share, few.top1.value);
    let money = |value: f64| Text::number(units.scale(MetricUnit::Money, value).value(value), value, MetricUnit::Money);
    let percent = |value: f64| Text::number(units.scale(MetricUnit::Share, value).value(value), value, MetricUnit::Share);
    document.heading(3, what.into());
    let without = few
        .effective_number
        .without_largest
        .map_or(String::new(), |value| format!("; {} without the largest", decimal(value)));
    document.sentence(Text::own(format!(
        "The largest of {} {whose} accounts for {} of {lower}. {what} is as concentrated as with {} equal {whose} (the effective \
         number{without}).",
        count(few.stakeholders),
        share.value(few.top1.value),
        decimal(few.effective_number.value),
        lower = what.to_lowercase(),
    )));
    let row = |large: &Large| {
        vec![
            Text::number(large.rank.to_string(), large.rank as f64, MetricUnit::Count),
            Text::untrusted(&large.id),
            large.name.as_ref().map_or_else(Text::default, Text::untrusted),
            money(large.amount),
            percent(large.share),
            percent(large.cumulative),
        ]
    };
    document.table(Table {
        caption: Text::own(format!("The largest {whose} by {}", what.to_lowercase())),
        columns: vec![
            right("Rank"),
            left(who),
            left("Name"),
            right(what),
            right("Share"),
            right("Cumulative"),
        ],
        rows: few.largest.iter().map(row).collect(),
        sparks: None,
    });
    if few.withheld {
        document.note("Protected people are left out of these numbers.".into());
    }
    let measure = |title: &'static str, beside: &WithAndWithoutLargest, unit: MetricUnit| {
        let shown = |value: f64| Text::number(units.scale(unit, value).value(value), value, unit);
        vec![
            Text::own(title),
            shown(beside.value),
            beside.without_largest.map_or_else(Text::default, shown),
        ]
    };
    document.table(Table {
        caption: Text::own(format!("Concentration of {}", what.to_lowercase())),
        columns: vec![left("Measure"), right("All"), right("Without the largest")],
        rows: vec![
            measure("Herfindahl-Hirschman index", &few.hhi, MetricUnit::Index),
            measure("Effective number", &few.effective_number, MetricUnit::Ratio),
            measure("Share of the largest", &few.top1, MetricUnit::Share),
            measure("Share of the ten largest", &few.top10, MetricUnit::Share),
        ],
        sparks: None,
    });
    if few.negative > 0 {
        document.note(Text::own(format!(
            "{}.",
            super::counted(
                few.negative as usize,
                "stakeholder with a negative total is excluded",
                "stakeholders with a negative total are excluded"
            )
        )));
    }
}

fn decimal(value: f64) -> String {
    crate::render::format::number(value, 1)
}

fn mix(document: &mut Document, report: &Report, mix: &Mix) {
    document.heading(2, "Channels".into());
    let units = Units::default();
    let rows = mix.parts.iter().map(|part| {
        let cell = &part.cell;
        let scale = units.scale(MetricUnit::Share, cell.value.unwrap_or_default());
        let percent = |value: f64| Text::number(scale.value(value), value, MetricUnit::Share);
        let change = cell.changes.get("previous");
        let moved = change.map_or_else(Text::default, |change| {
            let delta = change.delta.map_or(String::new(), |delta| format!("{} ", scale.change(delta)));
            let tone = if matches!(change.reading, Reading::Higher | Reading::Lower) {
                Tone::Strong
            } else {
                Tone::Plain
            };
            Text::own(delta).and(displayed::change_label(change, cell, false)).toned(tone)
        });
        let contacts = cell.part.unwrap_or_default();
        vec![
            match &part.channel {
                Channel::Named(name) => Text::untrusted(name),
                Channel::Others(channels) => Text::own(super::counted(*channels, "other channel", "other channels")),
                Channel::Unknown => "(none)".into(),
            },
            Text::number(count(contacts as u64), contacts, MetricUnit::Count),
            cell.value.map_or_else(Text::default, percent),
            Text::own(scale.interval(cell.low, cell.high)),
            change.and_then(|change| change.value).map_or_else(Text::default, percent),
            moved,
        ]
    });
    document.table(Table {
        caption: Text::own(format!("Contacts by channel in {}", report.review.period.label)),
        columns: vec![
            left("Channel"),
            right("Contacts"),
            right("Share"),
            (Text::own(report.interval_title()), crate::render::document::Align::Left),
            (Text::own(&mix.previous.label), crate::render::document::Align::Right),
            left("Change"),
        ],
        rows: rows.collect(),
        sparks: None,
    });
}
