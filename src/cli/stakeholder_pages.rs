//! `help stakeholders`: for each type of stakeholder, which exports to take, what can be measured with them, and rules to start from.

use serde::Deserialize;

use crate::catalog::Catalog;
use crate::diagnostics::{Problem, did_you_mean, visible};
use crate::facts::SPECS;
use crate::schema::Table;
use crate::sources::profile;

/// The pages, as they are written.
const PAGES: &str = include_str!("topics/stakeholders.toml");
/// Columns of the text.
const WIDTH: usize = 100;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pages {
    page: Vec<Page>,
}

/// One type of stakeholder.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    name: String,
    title: String,
    /// The model of health scores.
    model: String,
    /// Folders of examples.
    example: String,
    /// The questions that the metrics answer.
    text: String,
    /// The command that makes a report of these exports.
    command: String,
    /// Rules for the configuration.
    rules: String,
    export: Vec<Export>,
}

/// An export that such an organisation has.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Export {
    /// The canonical table that it becomes.
    table: String,
    text: String,
    /// The columns that matter, those that are needed first.
    columns: Vec<String>,
    /// The formats that are recognised.
    formats: Vec<String>,
    /// The metrics that it gives, those to look at first.
    metrics: Vec<String>,
}

fn pages() -> anyhow::Result<Vec<Page>> {
    Ok(toml::from_str::<Pages>(PAGES)?.page)
}

/// The page of a type of stakeholder; without a name, which there are.
///
/// # Errors
/// A type that has no page, with the nearest name.
pub fn page(of: Option<&str>) -> anyhow::Result<String> {
    let pages = pages()?;
    let Some(name) = of else {
        let lines = pages.iter().map(|page| format!("{}\n{}", page.name, wrapped("    ", &page.text)));
        return Ok(format!(
            "Types of stakeholders, and what to measure of each by relhealth help stakeholders TYPE:\n\n{}",
            lines.collect::<String>()
        ));
    };
    let found = pages
        .iter()
        .find(|page| [&page.name, &page.model].iter().any(|known| *known == name));
    match found {
        Some(page) => Ok(text(page)),
        None => Err(Problem::usage(format!("there is no type of stakeholder `{}`", visible(name)))
            .hint(did_you_mean(name, pages.iter().map(|page| page.name.as_str())))
            .into()),
    }
}

fn text(page: &Page) -> String {
    let catalog = Catalog::builtin(SPECS);
    let mut text = format!("{}\n\n{}", page.title, wrapped("", &page.text));
    text.push_str("\nExports, and what they give\n");
    for export in &page.export {
        let table = Table::ALL.into_iter().find(|table| table.name() == export.table);
        text.push_str(&format!("\n{}\n", export.table));
        text.push_str(&wrapped("  ", &export.text));
        let column = |name: &String| match table.and_then(|table| table.column(name)) {
            Some(column) if column.required => format!("{name} (required)"),
            _ => name.clone(),
        };
        text.push_str(&listed("columns", export.columns.iter().map(column)));
        let title = |id: &String| {
            profile::builtin()
                .iter()
                .find(|profile| profile.id == *id)
                .map(|profile| profile.title.clone())
        };
        text.push_str(&listed("recognised", export.formats.iter().filter_map(title)));
        text.push_str("  metrics\n");
        for id in &export.metrics {
            let title = catalog.get(id).map_or("", |metric| &metric.title);
            text.push_str(&format!("    {id:<42} {title}\n"));
        }
    }
    text.push_str(&format!("\nThe report\n  {}\n", page.command));
    text.push_str(&format!(
        "\nThe health of each of them: `relhealth health`; how they are scored: relhealth health --model {}\n",
        page.model
    ));
    text.push_str("\nRules to start from, for relhealth.toml\n");
    for line in page.rules.lines() {
        text.push_str(format!("  {line}").trim_end());
        text.push('\n');
    }
    text.push_str(&format!("\nExamples with data and output: {}\n", page.example));
    text
}

/// A list in words; nothing where it is empty.
fn listed(name: &str, items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    if items.is_empty() {
        return String::new();
    }
    wrapped("  ", &format!("{name}: {}", items.join("; ")))
}

/// The text in lines of at most [`WIDTH`] letters, each behind `margin`.
fn wrapped(margin: &str, text: &str) -> String {
    let mut all = String::new();
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && margin.len() + line.len() + 1 + word.len() > WIDTH {
            all.push_str(&format!("{margin}{line}\n"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    all + &format!("{margin}{line}\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::catalog::health::Models;
    use crate::config::{Config, Overrides};
    use crate::schema::FactSpec;
    use crate::toml_reader::SourceText;

    /// Whatever a page names is there, and its exports allow the metrics that stand below them, or those above them do.
    #[test]
    fn pages_name_what_exists() {
        let catalog = Catalog::builtin(SPECS);
        let pages = pages().unwrap();
        assert_eq!(pages.len(), 7);
        for page in &pages {
            let mut tables = BTreeSet::new();
            for export in &page.export {
                let table = Table::ALL.into_iter().find(|table| table.name() == export.table).unwrap();
                tables.insert(table.name());
                for column in &export.columns {
                    assert!(table.column(column).is_some(), "{}: {table} has no {column}", page.name);
                }
                for id in &export.formats {
                    let profile = profile::builtin().iter().find(|profile| profile.id == *id);
                    assert!(profile.is_some(), "{}: {id} is no format", page.name);
                }
            }
            let exports = page.export.iter();
            for id in exports.flat_map(|export| &export.metrics) {
                let metric = catalog.get(id).unwrap_or_else(|| panic!("{}: {id} is no metric", page.name));
                let allows = |spec: &FactSpec| spec.tables.iter().any(|table| tables.contains(table.name()));
                assert!(metric.fact.is_none_or(allows), "{}: the exports do not give {id}", page.name);
            }
            let source = SourceText {
                file: "relhealth.toml",
                text: &page.rules,
            };
            let config =
                Config::parse(source, Path::new("."), Overrides::default()).unwrap_or_else(|errors| panic!("{}: {errors}", page.name));
            assert!(!config.rules.is_empty(), "{}", page.name);
            for folder in page.example.split(", ") {
                assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).is_dir(), "{folder}");
            }
            assert!(text(page).lines().all(|line| line.chars().count() <= 120), "{}", text(page));
        }
    }

    /// Every model of health scores belongs to a page.
    #[test]
    fn every_model_has_a_page() {
        let models: BTreeSet<String> = pages().unwrap().into_iter().map(|page| page.model).collect();
        let known: BTreeSet<String> = Models::builtin().all().iter().map(|model| model.name.clone()).collect();
        assert_eq!(models, known);
    }
}
