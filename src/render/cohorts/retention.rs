//! The tables of cohorts: a row for each, a column for each number of periods since the start.

use super::{Sheet, counted, heat, spread_of};
use crate::catalog::MetricUnit;
use crate::cohorts::retention::{Cell, Cohort, Group, Retention};
use crate::cohorts::{Measure, Start};
use crate::render::document::{Align, Detail, Document, Table};
use crate::render::format::count;
use crate::render::summary::capital;
use crate::render::text::Text;
use crate::report::AbsentReason;

/// The largest number of cohorts, and of periods after the start, in a table.
fn periods(detail: Detail) -> usize {
    match detail {
        Detail::Brief => 13,
        Detail::Page => 37,
        Detail::Whole => 1_200,
    }
}

impl Sheet<'_> {
    pub(super) fn add_retention(&self, document: &mut Document, detail: Detail) {
        document.heading(2, "Cohorts".into());
        let Retention { groups, earlier } = match self.retention {
            Ok(found) => found,
            Err(why) => {
                document.sentence(Text::own(format!("There are no cohorts: {}.", Self::reason(why))));
                return;
            }
        };
        let cohorts = || groups.iter().flat_map(|group| &group.cohorts);
        if let Some(earlier @ 1..) = earlier {
            document.sentence(Text::own(format!(
                "Relationships that started before these periods are in no cohort: {}. Set --last to include more.",
                count(*earlier)
            )));
        }
        if cohorts().next().is_none() {
            document.sentence("No relationship has started in these periods.".into());
            return;
        }
        let spread = match self.asked.measure.is_share() {
            true => spread_of(
                cohorts()
                    .filter(|cohort| !cohort.suppressed)
                    .filter_map(|cohort| cohort.cells.get(1)?.limits.ok()),
            ),
            false => String::new(),
        };
        document.sentence(Text::own(format!(
            "{} Periods that have not ended are empty.{spread}",
            self.defined()
        )));
        let has = |reason: &AbsentReason| {
            cohorts()
                .flat_map(|cohort| &cohort.cells)
                .any(|cell| cell.value.as_ref().err() == Some(reason))
        };
        if has(&AbsentReason::MixedCurrencies) {
            document.sentence("Revenue has several currencies, which cannot be added up. Set --currency and [rates].".into());
        }
        if has(&AbsentReason::LinesDiffer) {
            document.sentence(
                "Revenue is missing: only the amounts of whole orders are known, and the condition leaves out some of their lines.".into(),
            );
        }
        for group in groups.iter().filter(|group| !group.cohorts.is_empty()) {
            if !group.labels.is_empty() {
                document.heading(3, super::group(&group.labels));
            }
            self.add_table(document, group, detail);
        }
        if cohorts().any(|cohort| cohort.left_truncated) {
            document.note("+ the cohort starts before the data: some of its members may not be new".into());
        }
        if cohorts().any(|cohort| !cohort.complete) {
            document.note("* the period of the cohort has not ended: more may join".into());
        }
        if cohorts().any(|cohort| cohort.suppressed) {
            document.note("Cohorts of fewer than five protected people are hidden, and those from which their size would follow.".into());
        }
    }

    /// What the cells are, in a sentence.
    fn defined(&self) -> String {
        let unit = self.asked.grain.name();
        let who = match (self.asked.start, &self.asked.dimension) {
            (Start::FirstOrder, None) => format!("Of the customers whose first order was in a {unit}"),
            (Start::JoinDate, None) => format!("Of those who joined in a {unit}"),
            (Start::FirstOrder, Some(_)) => "Of the customers of each cohort, who are followed from their first order".to_string(),
            (Start::JoinDate, Some(_)) => "Of the members of each cohort, who are followed from their start".to_string(),
        };
        let later = if self.asked.on_or_after { " or later" } else { "" };
        // In the period of the first order everyone orders: it is not shown.
        let first = match self.asked.dimension {
            Some(_) => format!("the {unit} of their own start (+0)"),
            None => format!("that {unit} (+0)"),
        };
        let periods = format!("{first} and each of the {unit}s after it");
        match self.asked.measure {
            Measure::Ordered => format!("{who}, the share who ordered in each of the {unit}s after it{later}."),
            Measure::Active => {
                format!("{who}, the share who were active (a contact, an order, an answer or a supply) in {periods}{later}.")
            }
            Measure::Present => format!("{who}, the share on the roster at the end of {periods}{later}."),
            Measure::Orders => format!("{who}, the number of orders per member in {periods}."),
            Measure::Revenue => format!("{who}, the revenue per member in {periods}."),
        }
    }

    fn add_table(&self, document: &mut Document, group: &Group, detail: Detail) {
        let most = periods(detail);
        let all = group.cohorts.len();
        let shown = &group.cohorts[if self.asked.dimension.is_none() {
            all.saturating_sub(most)
        } else {
            0
        }..];
        // Everyone orders in the period of the first order.
        let from = usize::from(self.asked.start == Start::FirstOrder && self.asked.measure == Measure::Ordered);
        let valued = |cohort: &Cohort| cohort.cells.iter().rposition(|cell| cell.value.is_ok()).map_or(0, |last| last + 1);
        let known = shown.iter().filter(|cohort| !cohort.suppressed).map(valued).max().unwrap_or(0);
        let ages = known.min(match (detail, from) {
            // A terminal has room for so many columns of 100%, or of smaller shares.
            (Detail::Brief, 0) => 10,
            (Detail::Brief | Detail::Page | Detail::Whole, _) => most,
        });
        if all > shown.len() || known > ages {
            document.sentence(Text::own(format!(
                "The last {} of {} cohorts, through {} of {} periods. CSV, JSON and XLSX have all.",
                count(shown.len() as u64),
                count(all as u64),
                count(ages.saturating_sub(from) as u64),
                count(known.saturating_sub(from) as u64)
            )));
        }
        let mut columns = vec![(self.title(), Align::Left), ("Size".into(), Align::Right)];
        columns.extend((from..ages).map(|age| (Text::own(format!("+{age}")), Align::Right)));
        let row = |cohort: &Cohort| {
            let mark = match (cohort.left_truncated, cohort.complete) {
                (true, _) => " +",
                (false, true) => "",
                (false, false) => " *",
            };
            let label = match cohort.period {
                Some(_) => Text::own(cohort.label.as_str()),
                None => Text::untrusted(&cohort.label),
            };
            let mut row = vec![label.and(mark), cohort.size.map_or_else(|| "hidden".into(), counted)];
            row.extend((from..ages).map(|age| match cohort.cells.get(age).filter(|_| !cohort.suppressed) {
                Some(cell) => self.cell(cell),
                None => Text::default(),
            }));
            row
        };
        document.table(Table {
            caption: if group.labels.is_empty() {
                "Cohorts".into()
            } else {
                super::group(&group.labels)
            },
            columns,
            rows: shown.iter().map(row).collect(),
            sparks: None,
        });
    }

    fn title(&self) -> Text {
        match &self.asked.dimension {
            Some(dimension) => Text::untrusted(capital(dimension)),
            None => Text::own(capital(self.asked.grain.name())),
        }
    }

    fn cell(&self, cell: &Cell) -> Text {
        let Ok(value) = cell.value else { return Text::default() };
        match self.asked.measure {
            Measure::Ordered | Measure::Present | Measure::Active => heat(value),
            Measure::Orders => Text::number(self.units().scale(MetricUnit::Ratio, value).value(value), value, MetricUnit::Ratio),
            // The currency would not fit the columns; it is known.
            Measure::Revenue => Text::number(crate::render::format::number(value, 2), value, MetricUnit::Money),
        }
    }
}
