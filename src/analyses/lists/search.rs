//! The rows of a fact that are most urgent, and what they need.

use std::cmp::Reverse;
use std::ops::Range;

use super::List;
use crate::analyses::by_block;
use crate::canonical::CanonicalTables;
use crate::facts::context::{Context, Settings, Slicing, Window};
use crate::facts::frame::Frame;
use crate::facts::{self, Prepared};
use crate::measure::Private;
use crate::report::AbsentReason;
use crate::schema::{Column, FactSpec};

/// Checks that of each group of columns one is mapped.
pub fn need(canonical: &CanonicalTables, groups: &[&[Column]]) -> Result<(), AbsentReason> {
    for columns in groups {
        let mut tables = columns.iter().map(|column| column.table);
        if let Some(table) = tables.find(|table| canonical.table(*table).is_none()) {
            return Err(AbsentReason::MissingInput(table.name().to_string()));
        }
        if !columns.iter().any(|column| canonical.is_mapped(column)) {
            let names: Vec<String> = columns.iter().map(Column::full_name).collect();
            return Err(AbsentReason::MissingInput(names.join(" or ")));
        }
    }
    Ok(())
}

/// A row of a fact that is to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Picked {
    /// How urgent it is.
    pub urgency: i64,
    /// The one past the last for rows without one.
    pub stakeholder: u32,
    /// Its place among the rows of the stakeholder.
    pub ordinal: usize,
}

impl<T> List<T> {
    /// The same list of what is shown for each row.
    pub fn map<U>(self, show: impl FnMut(T) -> U) -> List<U> {
        List {
            total: self.total,
            rows: self.rows.into_iter().map(show).collect(),
            withheld: self.withheld,
        }
    }
}

/// The fact and the columns in which rows are looked for.
pub struct Search<'a> {
    /// The fact.
    pub spec: &'static FactSpec,
    /// Its columns.
    pub columns: &'a [&'a str],
    /// The periods that it is built for.
    pub windows: &'a [Window],
}

impl Search<'_> {
    /// What the fact is built from.
    pub fn context<'c>(&'c self, canonical: &'c CanonicalTables, settings: &'c Settings, slicing: &'c Slicing) -> Context<'c> {
        Context {
            canonical,
            settings,
            slicing,
            windows: self.windows,
        }
    }

    fn frame(&self, context: &Context, block: Range<u32>, with_origins: bool) -> Frame {
        let mut frame = Frame::new(self.spec, &|name| self.columns.contains(&name), with_origins);
        facts::build(self.spec, context, &Prepared::Nothing, block, &mut frame);
        frame
    }

    /// The rows of one stakeholder once more, with the records behind them.
    pub fn again(&self, context: &Context, stakeholder: u32) -> Frame {
        self.frame(context, stakeholder..stakeholder + 1, true)
    }

    /// The rows that have an urgency: how many, and the most urgent ones.
    pub fn pick(
        &self,
        canonical: &CanonicalTables,
        settings: &Settings,
        limit: usize,
        urgency: impl Fn(&Frame, usize) -> Option<i64> + Sync + Send,
    ) -> List<Picked> {
        let (private, slicing) = (Private::new(canonical), Slicing::default());
        let context = self.context(canonical, settings, &slicing);
        let best = |rows: &mut Vec<Picked>| {
            rows.sort_unstable_by_key(|p| (Reverse(p.urgency), p.stakeholder, p.ordinal));
            rows.truncate(limit);
        };
        let blocks = by_block(canonical, self.spec, |block| {
            let frame = self.frame(&context, block, false);
            let mut found = List {
                total: 0,
                rows: Vec::new(),
                withheld: false,
            };
            let (mut last, mut ordinal) = (None, 0);
            for row in 0..frame.len() {
                let stakeholder = frame.stakeholder[row];
                ordinal = if last.replace(stakeholder) == Some(stakeholder) {
                    ordinal + 1
                } else {
                    0
                };
                let Some(urgency) = urgency(&frame, row) else { continue };
                if private.is(stakeholder, frame.source[row]) {
                    found.withheld = true;
                    continue;
                }
                found.total += 1;
                found.rows.push(Picked {
                    urgency,
                    stakeholder: stakeholder.min(canonical.nobody()),
                    ordinal,
                });
            }
            best(&mut found.rows);
            found
        });
        let mut all = List {
            total: 0,
            rows: Vec::new(),
            withheld: false,
        };
        for block in blocks {
            all.total += block.total;
            all.withheld |= block.withheld;
            all.rows.extend(block.rows);
        }
        best(&mut all.rows);
        all
    }
}
