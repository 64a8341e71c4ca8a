//! Groups of stakeholders next to each other.

use super::{estimate, money, right, whole};
use crate::catalog::MetricUnit;
use crate::health::{Group, GroupHealth, Shares};
use crate::render::document::{Align, Detail, Document, Table};
use crate::render::format::{Units, count};
use crate::render::text::Text;
use crate::stats::Estimate;

/// So many groups are columns; of more, each is a row.
const COLUMNS: usize = 4;

/// A table of groups next to each other.
pub fn overview(document: &mut Document, units: &Units, title: &'static str, groups: &[Group], detail: Detail) {
    document.heading(2, title.into());
    let measures = measures(units, groups, detail);
    let table = if groups.len() <= COLUMNS {
        groups_as_columns(groups, measures)
    } else {
        groups_as_rows(groups, measures)
    };
    document.table(Table {
        caption: title.into(),
        ..table
    });
    if groups.iter().any(|group| group.shown.is_none()) {
        document.note(
            "Groups of fewer than five protected people are hidden, and as many others as it takes that nobody can subtract them.".into(),
        );
    }
}

/// A measure with the text of each group.
struct Measure {
    title: &'static str,
    of_groups: Vec<Text>,
}

fn measures(units: &Units, groups: &[Group], detail: Detail) -> Vec<Measure> {
    let worth = |value: Option<f64>| value.map_or_else(Text::default, |value| money(units, value));
    let score = |mean: Option<&Estimate>| mean.map_or_else(Text::default, |mean| estimate(mean, MetricUnit::Score));
    let percent = |share: Option<&Estimate>| share.map_or_else(Text::default, |share| estimate(share, MetricUnit::Share));
    let measure = |title: &'static str, text: &dyn Fn(&GroupHealth) -> Text| Measure {
        title,
        of_groups: groups
            .iter()
            .map(|group| group.shown.as_ref().map_or_else(Text::default, text))
            .collect(),
    };
    let mut measures = vec![
        Measure {
            title: "Scored",
            of_groups: groups.iter().map(scored).collect(),
        },
        measure("Mean score", &|health| score(health.mean.as_ref())),
        measure("Healthy", &|health| share(health.bands[0].as_ref())),
        measure("At risk", &|health| share(health.bands[1].as_ref())),
        measure("Critical", &|health| share(health.bands[2].as_ref())),
        measure("Got worse", &|health| share(health.worse.as_ref())),
    ];
    if detail != Detail::Brief {
        measures.push(measure("Overdue", &|health| share(health.overdue.as_ref())));
        measures.push(measure("Coverage", &|health| {
            let coverage = Units::default().scale(MetricUnit::Share, health.coverage).value(health.coverage);
            Text::number(coverage, health.coverage, MetricUnit::Share)
        }));
    }
    measures.push(measure("Value at stake", &|health| worth(health.value)));
    measures.push(measure("Value at risk", &|health| worth(health.value_at_risk)));
    measures.push(measure("Share of value at risk", &|health| percent(health.share_of_value.as_ref())));
    measures
}

/// How many have a score, of how many.
fn scored(group: &Group) -> Text {
    match &group.shown {
        None => "hidden".into(),
        Some(health) if health.scored == health.stakeholders => whole(health.scored),
        Some(health) => {
            let shown = format!("{} of {}", count(health.scored), count(health.stakeholders));
            Text::number(shown, health.scored as f64, MetricUnit::Count)
        }
    }
}

/// Few groups: the measures one below the other, so that intervals have room.
fn groups_as_columns(groups: &[Group], measures: Vec<Measure>) -> Table {
    let name = |group: &Group| {
        let labels = group.by.iter().enumerate();
        labels.fold(Text::default(), |text, (at, (_, label))| {
            let text = if at > 0 { text.and(", ") } else { text };
            text.and_untrusted(label)
        })
    };
    let titles = groups
        .iter()
        .map(|group| if group.by.is_empty() { "all".into() } else { name(group) });
    let with_text = measures
        .into_iter()
        .filter(|measure| measure.of_groups.iter().any(|text| !text.is_empty()));
    Table {
        columns: std::iter::once((Text::default(), Align::Left))
            .chain(titles.map(|title| (title, Align::Right)))
            .collect(),
        rows: with_text
            .map(|measure| std::iter::once(measure.title.into()).chain(measure.of_groups).collect())
            .collect(),
        ..Table::default()
    }
}

/// Many groups: one below the other.
fn groups_as_rows(groups: &[Group], measures: Vec<Measure>) -> Table {
    let dimensions: Vec<&str> = groups
        .iter()
        .map(|group| &group.by)
        .max_by_key(|by| by.len())
        .map_or(Vec::new(), |by| by.iter().map(|(dimension, _)| dimension.as_str()).collect());
    let labels = |group: &Group| -> Vec<Text> {
        let mut labels: Vec<Text> = match group.by.as_slice() {
            [] if !dimensions.is_empty() => vec!["all".into()],
            by => by.iter().map(|(_, value)| Text::untrusted(value)).collect(),
        };
        labels.resize(dimensions.len(), Text::default());
        labels
    };
    let row = |(at, group): (usize, &Group)| {
        let texts = measures.iter().map(|measure| measure.of_groups[at].clone());
        labels(group).into_iter().chain(texts).collect()
    };
    Table {
        columns: dimensions
            .iter()
            .map(|dimension| (Text::untrusted(*dimension), Align::Left))
            .chain(measures.iter().map(|measure| right(measure.title)))
            .collect(),
        rows: groups.iter().enumerate().map(row).collect(),
        ..Table::default()
    }
}

fn share(shares: Option<&Shares>) -> Text {
    shares.map_or_else(Text::default, |shares| estimate(&shares.estimate, MetricUnit::Share))
}
