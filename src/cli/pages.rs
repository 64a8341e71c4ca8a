//! What the program says about itself: help, exit codes, manual pages, completions.

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::{Args, Global};
use super::failure::{CHECK_CODES, EXIT_CODES, SYSTEM_CODES};
use super::formats::{COMMANDS, CommandFormats, TABLES};
use super::reference;
use super::stakeholder_pages;
use super::stdout::print;
use crate::diagnostics::{Problem, did_you_mean, visible};
use crate::notes;
use crate::wire::DOCUMENTS;

/// Prints the completions of a shell.
///
/// # Errors
/// Those of printing.
pub fn completions(global: &Global, shell: Shell) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "relhealth", &mut bytes);
    print(global, &bytes)
}

/// Prints a manual page.
///
/// # Errors
/// A command that does not exist; those of printing.
pub fn man(global: &Global, command: Option<&str>) -> anyhow::Result<()> {
    let mut page = match command {
        None => Args::command(),
        Some(name) => {
            let command = subcommand(name, &[])?;
            command.display_name(format!("relhealth-{name}"))
        }
    };
    page.build();
    let mut bytes = Vec::new();
    clap_mangen::Man::new(page).render(&mut bytes)?;
    print(global, &bytes)
}

/// Something that the program tells about itself besides its commands.
struct Topic {
    name: &'static str,
    title: &'static str,
    text: Text,
}

/// The text of a topic.
enum Text {
    /// One page.
    Whole(fn() -> String),
    /// A page for each name, and without a name the list of them.
    Of {
        what: &'static str,
        page: fn(Option<&str>) -> anyhow::Result<String>,
    },
}

/// The topics, in the order in which they are listed.
const TOPICS: &[Topic] = &[
    Topic {
        name: "stakeholders",
        title: "Types of stakeholders: their exports, metrics and rules",
        text: Text::Of {
            what: "type of stakeholder",
            page: stakeholder_pages::page,
        },
    },
    Topic {
        name: "exit-codes",
        title: "Exit codes",
        text: Text::Whole(exit_codes),
    },
    Topic {
        name: "codes",
        title: "Codes of rejects and notes",
        text: Text::Whole(codes),
    },
    Topic {
        name: "tables",
        title: "Canonical tables and their columns",
        text: Text::Whole(reference::tables),
    },
    Topic {
        name: "facts",
        title: "Facts and their columns",
        text: Text::Whole(reference::facts),
    },
    Topic {
        name: "kinds",
        title: "Kinds of metrics and their keys",
        text: Text::Whole(reference::kinds_of_metrics),
    },
    Topic {
        name: "formats",
        title: "Output formats and JSON Schemas",
        text: Text::Whole(formats),
    },
    Topic {
        name: "privacy",
        title: "Small groups of protected people, and --redact",
        text: Text::Whole(|| include_str!("topics/privacy.txt").to_string()),
    },
    Topic {
        name: "schema",
        title: "JSON Schema of a document",
        text: Text::Of {
            what: "document",
            page: schema,
        },
    },
];

/// The list of topics, as it stands at the end of the help.
pub fn topics() -> String {
    let line = |topic: &Topic| match topic.text {
        Text::Whole(_) => format!("{}: relhealth help {}", topic.title, topic.name),
        Text::Of { .. } => format!("{}: relhealth help {} [NAME]", topic.title, topic.name),
    };
    TOPICS.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn exit_codes() -> String {
    let codes = EXIT_CODES.iter().map(|(code, text)| format!("{code:>2}  {text}\n"));
    codes.chain([SYSTEM_CODES, CHECK_CODES].map(str::to_string)).collect()
}

/// Prints the help of the program or of a topic.
///
/// # Errors
/// A topic that does not exist; those of printing.
pub fn help(global: &Global, topic: Option<&str>, of: Option<&str>) -> anyhow::Result<()> {
    let found = topic.and_then(|name| TOPICS.iter().find(|topic| topic.name == name));
    let text = match (topic, found.map(|topic| &topic.text)) {
        (_, Some(Text::Of { page, .. })) => page(of)?,
        _ if of.is_some() => return Err(one_too_many(of.unwrap_or_default())),
        (_, Some(Text::Whole(text))) => text(),
        (None, None) => Args::command().render_long_help().to_string(),
        (Some(name), None) => {
            let names: Vec<&str> = TOPICS.iter().map(|topic| topic.name).collect();
            subcommand(name, &names)?.render_long_help().to_string()
        }
    };
    print(global, text.as_bytes())
}

/// A second name behind a topic that takes none.
fn one_too_many(of: &str) -> anyhow::Error {
    let takes = TOPICS.iter().filter_map(|topic| match topic.text {
        Text::Of { what, .. } => Some(format!("relhealth help {} takes a {what}", topic.name)),
        Text::Whole(_) => None,
    });
    Problem::usage(format!("`{}` is one topic too many", visible(of)))
        .hint(takes.collect::<Vec<_>>().join(", "))
        .into()
}

/// Every code of a reason, a note or a decision: what it means, and what to do about it.
fn codes() -> String {
    let mut text = String::from("Codes of record counts, of --rejects, of notes and of `inspect`\n");
    for group in notes::codes() {
        text.push_str(&format!("\n{}\n", group.title));
        for described in group.descriptions {
            let (code, means, advice) = (described.code, described.means(), described.advice);
            text.push_str(&format!("  {code}\n      {means}\n      What to do: {advice}\n"));
            if let Some(option) = described.option {
                text.push_str(&format!("      Option: {option}\n"));
            }
        }
    }
    text
}

/// The output formats of every command: name, endings of files, what it is for, schema.
fn formats() -> String {
    let mut text = String::from(
        "Output formats by command: --format NAME prints to stdout, --output FILE writes by the ending of the file,\n\
         --output NAME=FILE whatever its ending. The first of each command is what stdout gets where nothing is said.\n",
    );
    let mut list = |title: &str, command: &CommandFormats| {
        text.push_str(&format!("\n{title}:\n"));
        for offered in (command.formats)() {
            let format = offered.format;
            let endings: Vec<String> = format.endings.iter().map(|ending| format!(".{ending}")).collect();
            text.push_str(format!("  {:<12} {:<15} {}", format.name, endings.join(" "), format.about).trim_end());
            text.push('\n');
            if let Some(id) = offered.schema {
                let document = DOCUMENTS.iter().find(|document| document.id == id);
                let name = document.map_or(id, |document| document.name);
                text.push_str(&format!("{:31}{id}: relhealth help schema {name}\n", ""));
            }
        }
    };
    for command in &COMMANDS {
        list(command.command, command);
    }
    list(&format!("{} -o DIR, a file for each table", TABLES.command), &TABLES);
    text
}

/// The JSON Schema of a document; without a name, which there are.
///
/// # Errors
/// A document that does not exist, with the nearest name.
fn schema(of: Option<&str>) -> anyhow::Result<String> {
    let Some(name) = of else {
        let lines = DOCUMENTS
            .iter()
            .map(|document| format!("  {:<8} {:<22} {}\n", document.name, document.id, document.title));
        return Ok(format!(
            "JSON documents, and their JSON Schemas by relhealth help schema DOCUMENT:\n\n{}",
            lines.collect::<String>()
        ));
    };
    let found = DOCUMENTS.iter().find(|document| [document.name, document.id].contains(&name));
    let document = found.ok_or_else(|| {
        Problem::usage(format!("there is no document `{}`", visible(name)))
            .hint(did_you_mean(name, DOCUMENTS.iter().map(|document| document.name)))
    })?;
    Ok(format!("{:#}\n", (document.schema)()))
}

/// A command with all its options, those of every command too.
fn subcommand(name: &str, topics: &[&str]) -> anyhow::Result<clap::Command> {
    let mut program = Args::command();
    program.build();
    let found = program.find_subcommand(name).cloned();
    found.ok_or_else(|| {
        let names = program
            .get_subcommands()
            .map(|command| command.get_name())
            .chain(topics.iter().copied());
        Problem::usage(format!("there is no command `{}`", visible(name)))
            .hint(did_you_mean(name, names))
            .into()
    })
}
