//! The definition of a metric: everything that is known about it, as labelled lines of plain text.

use super::{BetterDirection, Example, Expect, Given, Metric, When};
use crate::schema::{Input, Unit};
use std::fmt;

/// The definition of a metric, in the order in which people ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The metric's short name.
    pub title: String,
    /// Its id.
    pub id: String,
    /// Label and text. The labels are keys of the JSON format; a text may have several lines, unwrapped.
    pub lines: Vec<(&'static str, String)>,
}

impl fmt::Display for Card {
    /// The labels in one column, the texts in the next; lines are not wrapped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.lines.iter().map(|(label, _)| label.len()).max().unwrap_or(0);
        writeln!(f, "{} ({})", self.title, self.id)?;
        for (label, text) in &self.lines {
            for (i, line) in text.lines().enumerate() {
                writeln!(f, "  {:width$}  {line}", if i == 0 { label } else { "" })?;
            }
        }
        Ok(())
    }
}

impl Metric {
    /// The metric's definition: text, formula, rows, inputs, time, interval, source and a worked example.
    pub fn card(&self) -> Card {
        let mut lines = vec![("definition", self.text.clone()), ("formula", self.formula())];
        if let Some(fact) = self.fact {
            lines.push(("rows", format!("{}: {}", fact.name(), fact.text)));
            lines.push(("inputs", self.inputs()));
            lines.push(("clock", self.clock()));
        }
        let better = match self.good {
            BetterDirection::Up => "higher values",
            BetterDirection::Down => "lower values",
            BetterDirection::Neither => "neither higher nor lower values",
        };
        lines.push(("better", better.to_string()));
        lines.push(("unit", self.unit.as_str().to_string()));
        lines.push(("interval", self.kind.interval().to_string()));
        lines.push(("source", self.source.clone()));
        lines.extend(self.examples.first().map(|e| ("example", worked(e))));
        Card {
            title: self.title.clone(),
            id: self.id.clone(),
            lines,
        }
    }

    /// The formula, in words around the expressions as they are written.
    pub fn formula(&self) -> String {
        let rows = self
            .where_
            .as_ref()
            .map_or_else(|| "all rows".to_string(), |w| format!("rows where {}", w.text));
        let weighed = self
            .weight
            .as_ref()
            .map_or_else(String::new, |w| format!(", each row weighted by {w}"));
        self.kind.definition().formula(&rows) + &weighed
    }

    /// The canonical columns that the metric requires: of each line, one of the names.
    fn inputs(&self) -> String {
        let mut groups: Vec<String> = Vec::new();
        for group in self.columns().iter().flat_map(|c| c.needs) {
            let group = group.iter().map(Input::name).collect::<Vec<_>>().join(" or ");
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        if groups.is_empty() {
            let tables = self.fact.map_or(&[][..], |f| f.tables);
            groups.push(tables.iter().map(|t| t.name()).collect::<Vec<_>>().join(" or "));
        }
        groups.join("\n")
    }

    fn clock(&self) -> String {
        let mut lines = vec![match &self.when {
            When::InPeriod => "each row is of one period".to_string(),
            When::At(at) => format!("a row counts in the period of its {at}"),
            When::Stock { from, until } => format!("a row counts at the end of a period if {from} is before it and {until} is not"),
        }];
        let units: Vec<Unit> = self.columns().iter().map(|c| c.unit).collect();
        if units.contains(&Unit::Hours) {
            lines.push("hours are calendar hours, or business hours if a business calendar is configured".to_string());
        }
        if units.contains(&Unit::Days) {
            lines.push("days are calendar days".to_string());
        }
        lines.extend(
            self.window_days
                .map(|days| format!("available from {days} days after the end of the period")),
        );
        lines.extend(
            self.lookback_days
                .map(|days| format!("available if the data start {days} days before the period")),
        );
        lines.join("\n")
    }
}

fn worked(example: &Example) -> String {
    let mut text = String::new();
    if let Some(period) = &example.period {
        text.push_str(&format!("period {period}"));
        text.push_str(
            &example
                .as_of
                .as_ref()
                .map_or_else(|| "\n".to_string(), |as_of| format!(", as of {as_of}\n")),
        );
    }
    match &example.given {
        Given::Rows(rows) => text.push_str(&format!("{}\n", rows.trim_end())),
        Given::Tables(tables) => {
            for (table, rows) in tables {
                text.push_str(&format!("{table}:\n{}\n", rows.trim_end()));
            }
        }
    }
    match &example.expect {
        Expect::Value(value) => text.push_str(&format!("gives {value}")),
        Expect::AbsentReason(reason) => text.push_str(&format!("has no value: {reason}")),
    }
    text
}
