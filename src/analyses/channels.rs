//! The mix of contacts by channel: each channel's share of a period's contacts, compared with the previous period.
//!
//! Each share is a metric in the catalogue's grammar, measured by the engine. So its interval, and that of its change, take into account that
//! contacts of one stakeholder are similar and that both periods share stakeholders. All shares have the same denominator: every contact of
//! the period, including those without a channel.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::canonical::CanonicalTables;
use crate::catalog::Catalog;
use crate::facts;
use crate::facts::context::Settings;
use crate::measure::{self, Compare, FEWEST, Private, Request};
use crate::period::Period;
use crate::report::{AbsentReason, Cell};
use crate::schema::{Column, NO_CODE, Table, interactions};
use crate::stats::Confidence;

/// The column with the channels.
pub(super) const COLUMN: &Column = &interactions::CHANNEL;

/// The default number of channels that are shown separately.
pub const MOST: usize = 12;

/// The channel of a share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Channel {
    /// A channel.
    Named(String),
    /// All channels that are not shown separately, with their number.
    Others(usize),
    /// Contacts without a channel.
    Unknown,
}

/// The share of a channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The channel.
    pub channel: Channel,
    /// The share: value, limits, contacts of the channel as `part` and of all as `whole`, and the change from the previous period under
    /// `previous`. Its metric's id is a number without a meaning elsewhere.
    pub cell: Cell,
}

/// The mix of a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Mix {
    /// The period.
    pub period: Period,
    /// The period that it is compared with, as it was known at the same age.
    pub previous: Period,
    /// The shares, the largest first; then all others, then those without a channel, if there are any in either period.
    pub parts: Vec<Part>,
}

/// The mix of a period's contacts; the `most` frequent channels of both periods are shown separately.
///
/// # Errors
/// A bug in the program. If the data lack something, the inner result has the reason.
pub fn mix(
    canonical: &CanonicalTables,
    settings: &Settings,
    period: &Period,
    most: usize,
    confidence: Confidence,
) -> Result<Result<Mix, AbsentReason>> {
    if !canonical.is_mapped(COLUMN) {
        return Ok(Err(AbsentReason::MissingInput(COLUMN.full_name())));
    }
    let previous = Compare::Previous.of(period, canonical.as_of);
    if [period, &previous].into_iter().any(|period| has_few_protected(canonical, period)) {
        return Ok(Err(AbsentReason::Suppressed));
    }
    let mut named = frequent(canonical, &[period, &previous]);
    let others = named.split_off(most.min(named.len())).len();
    let quoted: Vec<String> = named.iter().map(|name| format!("'{}'", name.replace('\'', "''"))).collect();
    let mut channels: Vec<(Channel, String)> = Vec::new();
    for (name, quoted) in named.iter().zip(&quoted) {
        channels.push((Channel::Named(name.clone()), format!("channel = {quoted}")));
    }
    if others > 0 {
        let part = match quoted.as_slice() {
            [] => "channel is not null".to_string(),
            told_apart => format!("channel not in ({})", told_apart.join(", ")),
        };
        channels.push((Channel::Others(others), part));
    }
    channels.push((Channel::Unknown, "channel is null".to_string()));
    let stanzas: Vec<String> = channels.iter().enumerate().map(|(i, (_, part))| stanza(i, part)).collect();
    let catalog = Catalog::builtin(facts::SPECS)
        .with_user(&stanzas.concat(), "channels", facts::SPECS)
        .map_err(|mistakes| anyhow::anyhow!("the stanzas of channels are broken: {mistakes:?}"))?;
    let request = Request {
        metrics: (0..channels.len()).map(id).collect(),
        periods: vec![period.clone()],
        by: Vec::new(),
        filter: None,
        together: Vec::new(),
        total: false,
        compare: vec![Compare::Previous],
        series: false,
        p_values: false,
        contributors: false,
        confidence,
    };
    let measured = measure::measure(canonical, &catalog, settings, &request)?;
    let mut cells: BTreeMap<String, Cell> = measured.cells.into_iter().map(|cell| (cell.metric.clone(), cell)).collect();
    let mut parts: Vec<Part> = Vec::new();
    for (i, (channel, _)) in channels.into_iter().enumerate() {
        let Some(cell) = cells.remove(&id(i)) else { continue };
        if let Some(absent) = cell.absent {
            return Ok(Err(absent));
        }
        let before = cell.changes.get(Compare::Previous.as_str()).and_then(|change| change.value);
        if cell.part.unwrap_or(0.0) > 0.0 || before.unwrap_or(0.0) > 0.0 {
            parts.push(Part { channel, cell });
        }
    }
    let place = |part: &Part| match part.channel {
        Channel::Named(_) => 0,
        Channel::Others(_) => 1,
        Channel::Unknown => 2,
    };
    // Sorting is stable: equal shares are in the order of their names.
    parts.sort_by(|a, b| {
        place(a)
            .cmp(&place(b))
            .then(b.cell.part.unwrap_or(0.0).total_cmp(&a.cell.part.unwrap_or(0.0)))
    });
    Ok(Ok(Mix {
        period: period.clone(),
        previous,
        parts,
    }))
}

fn id(index: usize) -> String {
    format!("channel_share_{index}")
}

fn stanza(index: usize, part: &str) -> String {
    let part = toml::Value::String(part.to_string());
    format!(
        "[metric.{}]\ntitle = \"Share of a channel\"\nfamily = \"contact\"\nfact = \"contacts\"\nat = \"occurred_at\"\nkind = \"share\"\npart = {part}\n\
         unit = \"share\"\ngood = \"neither\"\ntext = \"Contacts of one channel, of all contacts of the period.\"\nsource = \"Share of contacts by channel\"\n\n",
        id(index)
    )
}

/// The channels of the interactions in these periods, the most frequent first, then by name.
fn frequent(canonical: &CanonicalTables, periods: &[&Period]) -> Vec<String> {
    let Some(rows) = canonical.table(Table::Interactions) else {
        return Vec::new();
    };
    let (times, codes) = (rows.times(&interactions::OCCURRED_AT), rows.codes(COLUMN));
    let mut counts = vec![0u64; canonical.texts.len()];
    for row in 0..rows.len {
        let code = codes.at(row);
        if code != NO_CODE && periods.iter().any(|p| p.contains(times.at(row))) {
            counts[code as usize] += 1;
        }
    }
    let mut counts: Vec<(u32, u64)> = (0..).zip(counts).filter(|(_, count)| *count > 0).collect();
    counts.sort_by_key(|&(code, count)| (std::cmp::Reverse(count), code));
    counts
        .into_iter()
        .filter_map(|(code, _)| canonical.texts.text(code).map(str::to_string))
        .collect()
}

/// Whether a channel of a period has contacts of one to four protected people: its share would be about them.
fn has_few_protected(canonical: &CanonicalTables, period: &Period) -> bool {
    let private = Private::new(canonical);
    let Some(rows) = canonical.table(Table::Interactions).filter(|_| private.any()) else {
        return false;
    };
    let (times, codes) = (rows.times(&interactions::OCCURRED_AT), rows.codes(COLUMN));
    let mut people: BTreeMap<u32, u64> = BTreeMap::new();
    for stakeholder in 0..=canonical.nobody() {
        let is_protected = |row: &usize| {
            private.is(
                if stakeholder == canonical.nobody() { NO_CODE } else { stakeholder },
                rows.source_of(*row),
            )
        };
        let of_period = rows
            .run(stakeholder)
            .filter(|row| period.contains(times.at(*row)) && is_protected(row));
        let mut channels: Vec<u32> = of_period.map(|row| codes.at(row)).collect();
        channels.sort_unstable();
        // Of contacts without a stakeholder each may be of somebody else.
        if stakeholder != canonical.nobody() {
            channels.dedup();
        }
        channels.into_iter().for_each(|channel| *people.entry(channel).or_default() += 1);
    }
    people.values().any(|people| (1..FEWEST).contains(people))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::fixture::{Fixture, Rowed};
    use crate::stats::wilson;

    fn contacts(periods: &[(&str, &[(&str, usize)])]) -> String {
        let mut text = "stakeholder_id,occurred_at,direction,channel\n".to_string();
        let mut who = 0;
        for (month, channels) in periods {
            for (channel, count) in *channels {
                for _ in 0..*count {
                    who += 1;
                    text.push_str(&format!("s{who},{month}-10,inbound,{channel}\n"));
                }
            }
        }
        text
    }

    fn of(text: &str, most: usize) -> Mix {
        let canonical = Fixture::new("2026-03-01")
            .table(Table::Interactions, Rowed::Plain, text)
            .build(false);
        let period = Period::parse("2026-02", &canonical.zone, canonical.as_of).unwrap();
        mix(&canonical, &Settings::default(), &period, most, Confidence::of(0.95))
            .unwrap()
            .unwrap()
    }

    /// `channel part/whole`.
    fn shown(mix: &Mix) -> Vec<String> {
        let line = |p: &Part| format!("{:?} {}/{}", p.channel, p.cell.part.unwrap(), p.cell.whole.unwrap());
        mix.parts.iter().map(line).collect()
    }

    #[test]
    fn shares_of_one_whole_against_the_period_before() {
        let text = contacts(&[
            ("2026-01", &[("email", 60), ("phone", 20), ("fax", 20)]),
            ("2026-02", &[("email", 20), ("phone", 50), ("o'chat", 5), ("", 25)]),
        ]);
        let found = of(&text, MOST);
        assert_eq!(
            shown(&found),
            [
                "Named(\"phone\") 50/100",
                "Named(\"email\") 20/100",
                "Named(\"o'chat\") 5/100",
                "Named(\"fax\") 0/100",
                "Unknown 25/100"
            ]
        );
        assert_eq!((found.period.label.as_str(), found.previous.label.as_str()), ("2026-02", "2026-01"));
        let email = &found.parts[1].cell;
        // Each stakeholder was in contact once, so the limits are Wilson's.
        assert_eq!((email.low.unwrap(), email.high.unwrap()), wilson(0.2, 100.0, 0.95));
        let change = &email.changes["previous"];
        assert!(
            (change.delta.unwrap() + 0.4).abs() < 1e-12 && change.high.unwrap() < 0.0,
            "{change:?}"
        );
        assert_eq!(found.parts[4].cell.changes["previous"].value, Some(0.0));
    }

    #[test]
    fn rare_channels_are_one() {
        let text = contacts(&[("2026-02", &[("a", 5), ("b", 4), ("c", 3), ("d", 3)])]);
        assert_eq!(shown(&of(&text, 2)), ["Named(\"a\") 5/15", "Named(\"b\") 4/15", "Others(2) 6/15"]);
        assert_eq!(shown(&of(&text, 0)), ["Others(4) 15/15"]);
    }

    #[test]
    fn what_is_missing_is_said() {
        let canonical = Fixture::new("2026-03-01")
            .table(Table::Interactions, Rowed::Plain, "stakeholder_id,occurred_at\na,2026-01-05")
            .build(false);
        let period = Period::parse("2026-02", &canonical.zone, canonical.as_of).unwrap();
        let found = mix(&canonical, &Settings::default(), &period, MOST, Confidence::of(0.95)).unwrap();
        assert_eq!(found, Err(AbsentReason::MissingInput("interactions.channel".into())));
        let canonical = Fixture::new("2026-03-01")
            .table(Table::Interactions, Rowed::Plain, &contacts(&[("2026-01", &[("a", 1)])]))
            .build(false);
        assert_eq!(
            mix(&canonical, &Settings::default(), &period, MOST, Confidence::of(0.95)).unwrap(),
            Err(AbsentReason::NoRows)
        );
    }
}
