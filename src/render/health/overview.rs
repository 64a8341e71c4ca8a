//! Groups of stakeholders next to each other.

use super::{estimate, money, right, whole};
use crate::catalog::MetricUnit;
use crate::health::{Group, Shares};
use crate::render::document::{Align, Detail, Document, Table};
use crate::render::format::{Units, count};
use crate::render::text::Text;

/// A table of groups next to each other.
pub fn overview(document: &mut Document, units: &Units, title: &'static str, groups: &[Group], detail: Detail) {
    let mut columns: Vec<(Text, Align)> = Vec::new();
    let dimensions: Vec<&str> = groups
        .iter()
        .map(|group| &group.by)
        .max_by_key(|by| by.len())
        .map_or(Vec::new(), |by| by.iter().map(|(dimension, _)| dimension.as_str()).collect());
    columns.extend(dimensions.iter().map(|dimension| (Text::untrusted(*dimension), Align::Left)));
    columns.extend([
        right("Scored"),
        right("Mean score"),
        right("Healthy"),
        right("At risk"),
        right("Critical"),
        right("Got worse"),
    ]);
    if detail != Detail::Brief {
        columns.extend([right("Overdue"), right("Coverage")]);
    }
    columns.extend([right("Value at stake"), right("Value at risk"), right("Share at risk")]);
    let row = |group: &Group| {
        let mut row: Vec<Text> = match group.by.as_slice() {
            [] if !dimensions.is_empty() => {
                let mut row = vec![Text::own("all")];
                row.resize(dimensions.len(), Text::default());
                row
            }
            by => by.iter().map(|(_, value)| Text::untrusted(value)).collect(),
        };
        let Some(health) = &group.shown else {
            row.push("hidden".into());
            row.resize(columns.len(), Text::default());
            return row;
        };
        let scored = if health.scored == health.stakeholders {
            whole(health.scored)
        } else {
            let shown = format!("{} of {}", count(health.scored), count(health.stakeholders));
            Text::number(shown, health.scored as f64, MetricUnit::Count)
        };
        row.push(scored);
        row.push(
            health
                .mean
                .as_ref()
                .map_or_else(Text::default, |mean| estimate(mean, MetricUnit::Score)),
        );
        row.extend(health.bands.iter().map(|shares| share(shares.as_ref())));
        row.push(share(health.worse.as_ref()));
        if detail != Detail::Brief {
            row.push(share(health.overdue.as_ref()));
            let coverage = Units::default().scale(MetricUnit::Share, health.coverage).value(health.coverage);
            row.push(Text::number(coverage, health.coverage, MetricUnit::Share));
        }
        let worth = |value: Option<f64>| value.map_or_else(Text::default, |value| money(units, value));
        row.push(worth(health.value));
        row.push(worth(health.value_at_risk));
        let of_value = health.share_of_value.as_ref();
        row.push(of_value.map_or_else(Text::default, |share| estimate(share, MetricUnit::Share)));
        row
    };
    let rows: Vec<Vec<Text>> = groups.iter().map(row).collect();
    document.heading(2, title.into());
    document.table(Table {
        caption: title.into(),
        columns: columns.clone(),
        rows,
        sparks: None,
    });
    if groups.iter().any(|group| group.shown.is_none()) {
        document.note(
            "Groups of fewer than five protected people are hidden, and as many others as it takes that nobody can subtract them.".into(),
        );
    }
}

fn share(shares: Option<&Shares>) -> Text {
    shares.map_or_else(Text::default, |shares| estimate(&shares.estimate, MetricUnit::Share))
}
