//! A report in a layout of one's own: a template in the language of Jinja, over the values of the report and its parts.
//!
//! A template has
//! - `report`: the report as `--format json` gives it;
//! - `values`: by metric id the reported period: `title`, `value`, `low`, `high`, `n`, and as people read them `shown` and `interval`;
//! - `title`, `lead` and `sections`, each section with its `id`, `title` and `body`, in the format of the template; `style`, in HTML;
//! - the filter `shown`, which writes a number of a unit as people read it: `{{ 0.853 | shown("share") }}`.
//!
//! In HTML everything that a template prints is escaped, except `title`, `lead`, `style` and the parts of sections, which are HTML.

use std::path::Path;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, ErrorKind, Value, context};

use super::document::{Block, Document};
use super::html;
use super::markdown;
use super::report::{Report, json};
use crate::catalog::MetricUnit;
use crate::diagnostics::{Place, Problem};

/// Most steps that a template may take: a report of a thousand cells takes about ten for each.
const STEPS: u64 = 20_000_000;
/// Most bytes that a template may write.
const BYTES: usize = 64 << 20;

/// What a template wrote, as long as it is not too much.
#[derive(Default)]
struct Bounded(Vec<u8>);

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > BYTES {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What a template writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// A page.
    Html,
    /// A text.
    Markdown,
}

impl Layout {
    /// What a template of that name writes: `.html` or `.md`, also before `.j2` and `.jinja`.
    ///
    /// # Errors
    /// Another ending, as wrong usage.
    pub fn of(path: &Path) -> anyhow::Result<Layout> {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().to_lowercase())
            .unwrap_or_default();
        let name = [".j2", ".jinja"]
            .iter()
            .find_map(|ending| name.strip_suffix(ending))
            .unwrap_or(&name);
        match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("html" | "htm") => Ok(Layout::Html),
            Some("md" | "markdown") => Ok(Layout::Markdown),
            _ => Err(Problem::usage(format!("{} does not say what it writes", path.display()))
                .hint("name the template with .html or .md, also before .j2")
                .into()),
        }
    }
}

/// The report in the layout of a template.
///
/// # Errors
/// What is wrong with the template, with its line, as wrong usage.
pub fn text(file: &str, template: &str, layout: Layout, report: &Report, document: &Document, page: &html::Page) -> anyhow::Result<String> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(STEPS));
    environment.set_auto_escape_callback(move |_| match layout {
        Layout::Html => AutoEscape::Html,
        Layout::Markdown => AutoEscape::None,
    });
    let currency = report.currency.map(str::to_string);
    environment.add_filter("shown", move |value: f64, unit: &str| {
        let units = super::format::Units {
            currency: currency.as_deref(),
            business_hours: false,
        };
        // What is no unit of the catalogue is a bare number.
        let known = MetricUnit::ALL.into_iter().find(|known| known.as_str() == unit);
        units.scale(known.unwrap_or(MetricUnit::Ratio), value).value(value)
    });
    let values = Value::from(Serde(serde_json::to_value(json::document(report))?));
    let parts = parts(layout, document, page);
    let context = context! {
        report => values,
        values => Value::from(Serde(json::values(report))),
        ..parts
    };
    let mut written = Bounded::default();
    let rendered = environment
        .template_from_named_str(file, template)
        .and_then(|template| template.render_captured_to(context, &mut written).map(drop));
    rendered.map_err(|error| wrong(file, &error))?;
    Ok(String::from_utf8(written.0)?)
}

/// Title, lead and sections in the format of the template.
fn parts(layout: Layout, document: &Document, page: &html::Page) -> Value {
    match layout {
        Layout::Html => {
            let parts = html::parts(document, page);
            let sections: Vec<Value> = parts
                .sections
                .into_iter()
                .map(|part| context! { id => part.name, title => safe(part.title), body => safe(part.body) })
                .collect();
            context! {
                title => safe(parts.title),
                lead => safe(parts.lead),
                sections => sections,
                style => safe(html::style().to_string()),
            }
        }
        Layout::Markdown => {
            let mut title = String::new();
            let mut pieces: Vec<(String, String, Document)> = vec![(String::new(), String::new(), Document::default())];
            for block in &document.blocks {
                match block {
                    Block::Heading(1, text) => title = text.markdown(),
                    Block::Heading(2, text) => pieces.push((slug(&text.terminal()), text.markdown(), Document::default())),
                    other => pieces.last_mut().expect("a piece").2.blocks.push(other.clone()),
                }
            }
            let lead = markdown::text(&pieces.remove(0).2);
            let sections: Vec<Value> = pieces
                .into_iter()
                .map(|(id, title, body)| context! { id => id, title => title, body => markdown::text(&body) })
                .collect();
            context! { title => title, lead => lead, sections => sections }
        }
    }
}

fn safe(html: String) -> Value {
    Value::from_safe_string(html)
}

/// A heading as the name of its place.
fn slug(title: &str) -> String {
    let words: Vec<String> = title
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("-")
}

fn wrong(file: &str, error: &minijinja::Error) -> Problem {
    let what = match error.kind() {
        ErrorKind::SyntaxError => "the template cannot be read",
        _ => "the template cannot be filled",
    };
    let why = match error.kind() {
        ErrorKind::OutOfFuel => format!("it takes more than {STEPS} steps"),
        ErrorKind::WriteFailure => format!("it writes more than {} MiB", BYTES >> 20),
        kind => error.detail().map_or_else(|| kind.to_string(), str::to_string),
    };
    let problem = Problem::usage(what).why(why);
    match error.line() {
        Some(line) => problem.at(Place::line(file, line as u64)),
        None => problem.at(Place::file(file)),
    }
}
