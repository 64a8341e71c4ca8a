//! What the program says about itself: help, exit codes, manual pages, completions.

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::Args;
use super::failure::{CHECK_CODES, EXIT_CODES};
use super::output::print;
use super::reference;
use crate::diagnostics::{Problem, did_you_mean, visible};
use crate::notes;

/// Prints the completions of a shell.
///
/// # Errors
/// Those of printing.
pub fn completions(shell: Shell) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "relhealth", &mut bytes);
    print(&bytes)
}

/// Prints a manual page.
///
/// # Errors
/// A command that does not exist; those of printing.
pub fn man(command: Option<&str>) -> anyhow::Result<()> {
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
    print(&bytes)
}

/// Something that the program tells about itself besides its commands.
struct Topic {
    name: &'static str,
    title: &'static str,
    text: fn() -> String,
}

/// The topics, in the order in which they are listed.
const TOPICS: &[Topic] = &[
    Topic {
        name: "exit-codes",
        title: "Exit codes",
        text: exit_codes,
    },
    Topic {
        name: "codes",
        title: "Codes of rejects and notes",
        text: codes,
    },
    Topic {
        name: "tables",
        title: "Canonical tables and their columns",
        text: reference::tables,
    },
    Topic {
        name: "facts",
        title: "Facts and their columns",
        text: reference::facts,
    },
    Topic {
        name: "kinds",
        title: "Kinds of metrics and their keys",
        text: reference::kinds_of_metrics,
    },
];

/// The list of topics, as it stands at the end of the help.
pub fn topics() -> String {
    let line = |topic: &Topic| format!("{}: relhealth help {}", topic.title, topic.name);
    TOPICS.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn exit_codes() -> String {
    let codes = EXIT_CODES.iter().map(|(code, text)| format!("{code:>2}  {text}\n"));
    codes.chain([CHECK_CODES.to_string()]).collect()
}

/// Prints the help of the program or of a topic.
///
/// # Errors
/// A topic that does not exist; those of printing.
pub fn help(topic: Option<&str>) -> anyhow::Result<()> {
    let text = match topic {
        None => Args::command().render_long_help().to_string(),
        Some(name) => match TOPICS.iter().find(|topic| topic.name == name) {
            Some(topic) => (topic.text)(),
            None => {
                let names: Vec<&str> = TOPICS.iter().map(|topic| topic.name).collect();
                subcommand(name, &names)?.render_long_help().to_string()
            }
        },
    };
    print(text.as_bytes())
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
