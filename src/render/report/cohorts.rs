//! Retention by cohort as heat tables: a row for each cohort, a column for each age. A cell whose period has not ended is empty.

use super::{Report, relationships, right};
use crate::catalog::MetricUnit;
use crate::cohorts::section::{Basis, Cohort, Cohorts};
use crate::period::Grain;
use crate::render::cohorts::{heat, spread};
use crate::render::document::{Align, Document, Table};
use crate::render::format::count;
use crate::render::text::Text;

/// Adds the tables.
pub fn add(document: &mut Document, report: &Report) {
    let all = report.review.beside.iter().flat_map(|beside| &beside.cohorts);
    let shown: Vec<&Cohorts> = all
        .filter(|cohorts| cohorts.rows.iter().any(|row| row.size.is_some_and(|size| size > 0)))
        .collect();
    if shown.is_empty() && !relationships::any_survival(report) {
        return;
    }
    document.heading(2, "Cohorts".into());
    for cohorts in shown {
        let unit = cohorts.grain.name();
        let kind = cohorts.kind.as_deref();
        let (heading, sentence) = match cohorts.basis {
            Basis::Purchases => (
                Text::own("By first order"),
                format!("Of the customers whose first order was in a {unit}, the share who ordered in each of the following {unit}s."),
            ),
            Basis::Roster => (
                kind.map_or_else(|| Text::own("By start"), |kind| Text::own("By start: ").and_untrusted(kind)),
                format!(
                    "Of those who joined in a {unit}, the share still on the roster at the end of that {unit} (+0) and of the following {unit}s."
                ),
            ),
        };
        document.heading(3, heading.clone());
        document.sentence(Text::own(format!(
            "{sentence} Periods that have not ended are empty.{}",
            spread(cohorts.rows.iter().filter_map(|row| row.kept.get(1)?.as_ref()))
        )));
        document.table(table(cohorts, heading));
        if cohorts.rows.iter().any(|row| row.left_truncated) {
            document.note("+ the cohort starts before the data: some of its members may not be new".into());
        }
        if cohorts.rows.iter().any(|row| row.suppressed) {
            document.note("Cohorts of fewer than five people are hidden.".into());
        }
    }
    relationships::add_survival(document, report);
}

fn table(cohorts: &Cohorts, caption: Text) -> Table {
    let ages = cohorts.rows.iter().map(|row| row.kept.len()).max().unwrap_or(0);
    // At age 0 of purchases the share is always 100%; of the roster it is the share at the end of the first period.
    let from = usize::from(cohorts.basis == Basis::Purchases);
    let mut columns = vec![(Text::own(capital(cohorts.grain)), Align::Left), right("Size")];
    columns.extend((from..ages).map(|age| (Text::own(format!("+{age}")), Align::Right)));
    let row = |row: &Cohort| {
        let mark = if row.left_truncated { " +" } else { "" };
        let size = match row.size {
            Some(size) => Text::number(count(size), size as f64, MetricUnit::Count),
            None => "hidden".into(),
        };
        let mut texts = vec![Text::own(row.period.label.as_str()).and(mark), size];
        texts.extend((from..ages).map(|age| {
            row.kept
                .get(age)
                .and_then(Option::as_ref)
                .map_or_else(Text::default, |share| heat(share.value()))
        }));
        texts
    };
    Table {
        caption,
        columns,
        rows: cohorts.rows.iter().map(row).collect(),
        sparks: None,
    }
}

fn capital(grain: Grain) -> String {
    crate::render::summary::capital(grain.name())
}
