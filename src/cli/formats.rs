//! The output formats of each command: an enum of the command, with a line for each format that says what it is and how it is written.
//!
//! A new format of a command is a file of its own in [`crate::render`], with its name, its endings and its renderer, and a line here.
//! `--help`, `relhealth help formats`, completions and error messages read these enums.

use std::fmt::Debug;
use std::io::Write;

use super::{check, health, inspect, metrics, report};
use crate::render::check::{document as check_document, github, json as check_json, junit, openmetrics, sarif};
use crate::render::cohorts;
use crate::render::document::{Detail, Document};
use crate::render::forecast::{self, ForecastSheet};
use crate::render::output_format::OutputFormat;
use crate::render::report::json as report_json;
use crate::render::report_diff::{self, json as diff_json};
use crate::render::rows::Sheet;
use crate::render::segments;
use crate::render::template::Layout;
use crate::render::terminal::Style;
use crate::render::{csv, definitions, html, inspection, json, markdown, parquet, rows, summary, tables, terminal, xlsx};
use crate::report::MeasureResult;
use crate::wire::{self, Document as _};

/// The output formats of a command.
pub trait Formats: Copy + Eq + Debug + Send + Sync + 'static {
    /// The command.
    const COMMAND: &'static str;
    /// All of them; the first is what stdout gets where nothing is said.
    const ALL: &'static [Self];

    /// What a format is.
    fn format(self) -> &'static OutputFormat;

    /// Name and version of the document that is written, where it has a schema.
    fn schema(self) -> Option<&'static str>;
}

/// Defines the formats of a command: `Variant = FORMAT, schema ID => how it is written`.
macro_rules! formats {
    ($(#[$meta:meta])* enum $name:ident of $command:literal writes $input:ty { $($formats:tt)+ }) => {
        formats! { $(#[$meta])* enum $name of $command writes ($input) to (dyn Write) { $($formats)+ } }
    };
    ($(#[$meta:meta])* enum $name:ident of $command:literal writes ($input:ty) to ($out:ty) {
        $($variant:ident = $format:expr $(, schema $schema:expr)? => $write:expr;)+
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($variant,)+
        }

        impl Formats for $name {
            const COMMAND: &'static str = $command;
            const ALL: &'static [$name] = &[$($name::$variant),+];

            fn format(self) -> &'static OutputFormat {
                match self {
                    $($name::$variant => &$format,)+
                }
            }

            fn schema(self) -> Option<&'static str> {
                match self {
                    $($name::$variant => None$(.or(Some($schema)))?,)+
                }
            }
        }

        impl $name {
            /// Writes a result in the format.
            ///
            /// # Errors
            /// Those of the writer and the renderer.
            pub fn write(self, result: &$input, style: Style, out: &mut $out) -> anyhow::Result<()> {
                match self {
                    $($name::$variant => {
                        let write: fn(&$input, Style, &mut $out) -> anyhow::Result<()> = $write;
                        write(result, style, out)
                    })+
                }
            }
        }
    };
}

fn text(out: &mut dyn Write, text: &str) -> anyhow::Result<()> {
    Ok(out.write_all(text.as_bytes())?)
}

/// A document for programs.
fn data<D: wire::Document>(out: &mut dyn Write, document: &D) -> anyhow::Result<()> {
    Ok(wire::write(document, out)?)
}

/// A document for people, on a terminal.
fn table(out: &mut dyn Write, document: &Document, style: Style) -> anyhow::Result<()> {
    text(out, &terminal::text(document, style))
}

/// A document for people, as a page.
fn page(out: &mut dyn Write, document: &Document) -> anyhow::Result<()> {
    text(out, &html::text(document, &html::Page::CURRENT))
}

formats! {
    /// What `measure` writes.
    enum MeasureFormat of "measure" writes MeasureResult {
        Table = terminal::FORMAT => |measured, style, out| table(out, &summary::document(measured, false), style);
        Csv = csv::FORMAT => |measured, _, out| csv::write(measured, out);
        Json = json::FORMAT, schema wire::measure::Measure::ID => |measured, _, out| data(out, &wire::measure::Measure::from(measured));
        Markdown = markdown::FORMAT => |measured, _, out| text(out, &markdown::text(&summary::document(measured, true)));
    }
}

formats! {
    /// What `report` writes.
    enum ReportFormat of "report" writes report::Output<'_> {
        Table = terminal::FORMAT => |output, style, out| table(out, &output.document(Detail::Brief), style);
        Html = html::FORMAT => |output, _, out| match output.in_layout(Layout::Html)? {
            Some(own) => text(out, &own),
            None => page(out, &output.document(Detail::Page)),
        };
        Markdown = markdown::FORMAT => |output, _, out| match output.in_layout(Layout::Markdown)? {
            Some(own) => text(out, &own),
            None => text(out, &markdown::within(&output.document(Detail::Page), markdown::LIMIT)),
        };
        Xlsx = xlsx::FORMAT => |output, _, out| xlsx::write(&output.document(Detail::Whole), &output.told.units(), output.told.as_of, out);
        Json = json::FORMAT, schema wire::report::Report::ID => |output, _, out| data(out, &report_json::document(&output.told));
        Csv = csv::FORMAT => |output, _, out| csv::write(&report_json::measured(&output.told), out);
    }
}

formats! {
    /// What `diff` writes.
    enum DiffFormat of "diff" writes crate::report_diff::Comparison {
        Table = terminal::FORMAT => |compared, style, out| table(out, &report_diff::document(compared, Detail::Brief), style);
        Html = html::FORMAT => |compared, _, out| page(out, &report_diff::document(compared, Detail::Page));
        Markdown = markdown::FORMAT => |compared, _, out| text(out, &markdown::text(&report_diff::document(compared, Detail::Page)));
        Json = json::FORMAT, schema wire::diff::Diff::ID => |compared, _, out| data(out, &diff_json::document(compared));
    }
}

formats! {
    /// What `check` writes.
    enum CheckFormat of "check" writes check::Output<'_> {
        Table = terminal::FORMAT => |output, style, out| match output.says_nothing {
            true => Ok(()),
            false => table(out, &check_document::document(output.checked, output.show(false)), style),
        };
        Json = json::FORMAT, schema wire::check::Check::ID => |output, _, out| data(out, &output.document);
        Junit = junit::FORMAT => |output, _, out| text(out, &junit::text(&output.document, output.on_warnings)?);
        Github = github::FORMAT => |output, _, out| text(out, &github::text(&output.document, output.on_warnings));
        Markdown = markdown::FORMAT => |output, _, out| {
            text(out, &markdown::text(&check_document::document(output.checked, output.show(true))))
        };
        Sarif = sarif::FORMAT => |output, _, out| text(out, &sarif::text(output.checked, &output.document)?);
        Openmetrics = openmetrics::FORMAT => |output, _, out| text(out, &openmetrics::text(&output.document, check::now()));
    }
}

formats! {
    /// What `check --list` writes.
    enum RulesFormat of "check --list" writes crate::check::CheckResult {
        Table = terminal::FORMAT => |listed, style, out| table(out, &check_document::list(listed), style);
        Json = json::FORMAT, schema wire::check::Rules::ID => |listed, _, out| data(out, &check_json::rules(listed));
    }
}

formats! {
    /// What `metrics` writes.
    enum MetricsFormat of "metrics" writes metrics::Output<'_> {
        Table = terminal::FORMAT => |output, style, out| table(out, &output.document(), style);
        Json = json::FORMAT, schema wire::metrics::Metrics::ID => |output, _, out| {
            data(out, &definitions::document(&output.metrics, output.missing))
        };
        Markdown = markdown::FORMAT => |output, _, out| text(out, &markdown::text(&output.document()));
    }
}

formats! {
    /// What `rows` writes.
    enum RowsFormat of "rows" writes Sheet<'_> {
        Table = terminal::FORMAT => |sheet, style, out| Ok(rows::table(sheet, style, out)?);
        Csv = csv::FORMAT => |sheet, _, out| Ok(rows::csv(sheet, out)?);
        Json = json::FORMAT, schema wire::rows::Rows::ID => |sheet, _, out| data(out, &rows::document(sheet));
    }
}

formats! {
    /// What `health` writes.
    enum HealthFormat of "health" writes health::Output<'_> {
        Table = terminal::FORMAT => |output, style, out| table(out, &output.document(Detail::Brief), style);
        Csv = csv::FORMAT => |output, _, out| output.csv(out);
        Json = json::FORMAT, schema wire::health::Health::ID => |output, _, out| output.json(out);
        Markdown = markdown::FORMAT => |output, _, out| text(out, &markdown::text(&output.document(Detail::Page)));
        Html = html::FORMAT => |output, _, out| page(out, &output.document(Detail::Page));
        Xlsx = xlsx::FORMAT => |output, _, out| {
            xlsx::write(&output.document(Detail::Whole), &output.units(), output.as_of(), out)
        };
    }
}

formats! {
    /// What `forecast` writes.
    enum ForecastFormat of "forecast" writes ForecastSheet<'_> {
        Table = terminal::FORMAT => |sheet, style, out| table(out, &sheet.document(Detail::Brief), style);
        Csv = csv::FORMAT => |sheet, _, out| forecast::csv(sheet, out);
        Json = json::FORMAT, schema wire::forecast::Forecast::ID => |sheet, _, out| data(out, &forecast::data(sheet));
        Markdown = markdown::FORMAT => |sheet, _, out| text(out, &markdown::text(&sheet.document(Detail::Page)));
        Xlsx = xlsx::FORMAT => |sheet, _, out| {
            xlsx::write(&sheet.document(Detail::Whole), &sheet.units(), sheet.canonical.as_of, out)
        };
        Html = html::FORMAT => |sheet, _, out| page(out, &sheet.document(Detail::Page));
    }
}

formats! {
    /// What `inspect` writes.
    enum InspectFormat of "inspect" writes inspect::Output {
        Table = terminal::FORMAT => |output, style, out| table(out, &inspection::document(&output.files, &output.joins, &output.allowed), style);
        Json = json::FORMAT, schema wire::inspection::Inspect::ID => |output, _, out| {
            data(out, &inspection::inspect(&output.files, &output.joins, &output.allowed))
        };
        Markdown = markdown::FORMAT => |output, _, out| text(out, &markdown::text(&inspection::document(&output.files, &output.joins, &output.allowed)));
    }
}

formats! {
    /// What `cohorts` writes.
    enum CohortsFormat of "cohorts" writes cohorts::Sheet<'_> {
        Table = terminal::FORMAT => |sheet, style, out| table(out, &sheet.document(Detail::Brief), style);
        Html = html::FORMAT => |sheet, _, out| page(out, &sheet.document(Detail::Page));
        Markdown = markdown::FORMAT => |sheet, _, out| text(out, &markdown::text(&sheet.document(Detail::Page)));
        Xlsx = xlsx::FORMAT => |sheet, _, out| {
            xlsx::write(&sheet.document(Detail::Whole), &sheet.units(), sheet.canonical.as_of, out)
        };
        Json = json::FORMAT, schema wire::cohorts::Cohorts::ID => |sheet, _, out| data(out, &sheet.json());
        Csv = csv::FORMAT => |sheet, _, out| Ok(sheet.csv(out)?);
    }
}

formats! {
    /// What `segments` writes.
    enum SegmentsFormat of "segments" writes segments::Sheet<'_> {
        Table = terminal::FORMAT => |sheet, style, out| table(out, &sheet.document(Detail::Brief), style);
        Html = html::FORMAT => |sheet, _, out| page(out, &sheet.document(Detail::Page));
        Markdown = markdown::FORMAT => |sheet, _, out| text(out, &markdown::text(&sheet.document(Detail::Page)));
        Xlsx = xlsx::FORMAT => |sheet, _, out| {
            xlsx::write(&sheet.document(Detail::Whole), &sheet.units(), sheet.canonical.as_of, out)
        };
        Json = json::FORMAT, schema wire::segments::Segments::ID => |sheet, _, out| data(out, &sheet.json());
        Csv = csv::FORMAT => |sheet, _, out| Ok(sheet.csv(out)?);
    }
}

formats! {
    /// What `convert` writes each table as.
    enum TableFormat of "convert" writes (tables::Sheet<'_>) to (dyn Write + Send) {
        Csv = csv::FORMAT => |sheet, _, out| Ok(sheet.csv(out)?);
        Parquet = parquet::FORMAT => |sheet, _, out| parquet::write(sheet, out);
    }
}

/// A format of a command, as help shows it.
pub struct Offered {
    /// The format.
    pub format: &'static OutputFormat,
    /// Name and version of the document, where it has a schema.
    pub schema: Option<&'static str>,
}

/// A command and its formats.
pub struct CommandFormats {
    /// The command.
    pub command: &'static str,
    /// Its formats; the first is what stdout gets where nothing is said.
    pub formats: fn() -> Vec<Offered>,
}

const fn of<F: Formats>() -> CommandFormats {
    CommandFormats {
        command: F::COMMAND,
        formats: || {
            let offered = |format: &F| Offered {
                format: format.format(),
                schema: format.schema(),
            };
            F::ALL.iter().map(offered).collect()
        },
    }
}

/// The commands that print results.
pub const COMMANDS: [CommandFormats; 12] = [
    of::<InspectFormat>(),
    of::<MeasureFormat>(),
    of::<ReportFormat>(),
    of::<DiffFormat>(),
    of::<CheckFormat>(),
    of::<RulesFormat>(),
    of::<MetricsFormat>(),
    of::<RowsFormat>(),
    of::<CohortsFormat>(),
    of::<SegmentsFormat>(),
    of::<HealthFormat>(),
    of::<ForecastFormat>(),
];

/// The command that writes a file for each table.
pub const TABLES: CommandFormats = of::<TableFormat>();
