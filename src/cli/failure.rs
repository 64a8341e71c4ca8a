//! What becomes of an error: a message on stderr and an exit code.

use std::borrow::Cow;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use super::printed;
use super::progress::Progress;
use crate::config::ConfigErrors;
use crate::diagnostics::{Class, Message, Problem, bounded, listed, visible};
use crate::io::FileError;

/// The exit code of a bug in relhealth.
pub const DEFECT: u8 = 70;

/// The exit codes and what they mean.
pub const EXIT_CODES: [(u8, &str); 5] = [
    (0, "done, and every rule passed (warnings allowed)"),
    (
        1,
        "a rule or an example failed, or a rule could not be evaluated and is not marked optional, or warned under --fail-on warn",
    ),
    (2, "wrong usage or configuration, or the output cannot be written"),
    (3, "the data cannot be used: unreadable, ambiguous dates, too many rejects"),
    (DEFECT, "a bug in relhealth; please report it"),
];

/// The codes that the system gives.
pub const SYSTEM_CODES: &str = "
Where the memory runs out, the system stops the program, and a shell shows 134 or 137. No output is
written then. Give the program more memory, or fewer threads (--threads 1).
";

/// How a check comes to its code.
pub const CHECK_CODES: &str = "
Of `check`, by the results of its rules; the most severe result decides:
  pass          0
  warn          0; 1 with --fail-on warn
  fail          1
  insufficient  1: the data are too few to evaluate the rule; 0 where the rule is optional, and in
                one group of several of a rule with `by`, of which others could be evaluated
A waiver waives all of these for its rule, so that they count as 0. An expired waiver fails, an
unused one warns. After an error (2, 3, 70) no rule is evaluated and no output is written. A closed
pipe does not change the exit code of a check.
";

/// Writes to stderr. Where that fails, there is no one to tell.
pub fn say(progress: &Progress, text: &str) {
    progress.done();
    let _ = match printed::is_job() {
        true => writeln!(std::io::stderr(), "{}", printed::without_commands(text)),
        false => writeln!(std::io::stderr(), "{text}"),
    };
}

/// What messages show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Everything.
    All,
    /// Nothing that may come from a file, the configuration or the command line.
    OwnWords,
}

/// Turns panics into a plain message, below the line of that progress.
pub fn catch_panics(progress: Progress, shown: Shown) {
    std::panic::set_hook(Box::new(move |info| {
        let what = match shown {
            Shown::All => info.payload_as_str().unwrap_or("unknown"),
            Shown::OwnWords => "--redact withholds the message",
        };
        let place = info
            .location()
            .map_or(String::new(), |at| format!(" ({}:{})", at.file(), at.line()));
        let text = format!(
            "error: this is a bug in relhealth {}, please report it: {what}{place}",
            env!("CARGO_PKG_VERSION")
        );
        say(&progress, &text);
    }));
}

/// Shows wrong arguments, or the help that was asked for.
pub fn usage(error: &clap::Error, shown: Shown) -> ExitCode {
    if error.use_stderr() && shown == Shown::OwnWords {
        let problem = Problem::usage("the command line is not valid").why(Message::own(error.kind().to_string()));
        say(&Progress::default(), &format!("error: {}", withheld(problem)));
        return ExitCode::from(Class::Usage.exit_code());
    }
    let text = error.render().to_string();
    let printed = match bounded(&text) {
        Cow::Owned(text) => write!(std::io::stderr(), "{}", printed::without_commands(&text)),
        Cow::Borrowed(text) if error.use_stderr() && printed::is_job() => {
            write!(std::io::stderr(), "{}", printed::without_commands(text))
        }
        // As it is, it has colours.
        Cow::Borrowed(_) => error.print().and_then(|()| std::io::stdout().flush()),
    };
    match printed {
        _ if error.use_stderr() => ExitCode::from(Class::Usage.exit_code()),
        // Help into a closed pipe is as good as read.
        Err(why) if why.kind() != std::io::ErrorKind::BrokenPipe => {
            let _ = writeln!(std::io::stderr(), "error: cannot write to standard output: {why}");
            ExitCode::from(Class::Usage.exit_code())
        }
        Ok(()) | Err(_) => ExitCode::SUCCESS,
    }
}

/// Shows an error and gives its exit code; a pipe that was closed is not an error.
pub fn report(progress: &Progress, error: &anyhow::Error, shown: Shown) -> ExitCode {
    if is_pipe_closed(error) {
        return ExitCode::SUCCESS;
    }
    let message = match shown {
        Shown::All => message(error),
        Shown::OwnWords => format!("error: {}", in_own_words(error)),
    };
    say(progress, &bounded(&message));
    ExitCode::from(exit_code(error))
}

/// Whether all that went wrong is that nobody reads what is printed.
pub fn is_pipe_closed(error: &anyhow::Error) -> bool {
    error.chain().any(is_closed_pipe)
}

fn is_closed_pipe(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

/// Each thing that is wrong, from `error: ` on; what was being done comes first, why it failed below.
fn message(error: &anyhow::Error) -> String {
    let mut text = String::from("error: ");
    for (i, cause) in error.chain().enumerate() {
        if let Some(errors) = cause.downcast_ref::<ConfigErrors>() {
            let each: Vec<String> = errors.iter().map(|error| format!("error: {error}")).collect();
            return each.join("\n\n");
        }
        if i > 0 {
            text.push_str("\n  because ");
        }
        if cause.is::<Problem>() {
            // Escapes what it shows itself.
            return text + &cause.to_string();
        }
        text.push_str(&visible(&cause.to_string()));
        if cause.is::<FileError>() {
            // Says why in words of its own.
            return text;
        }
    }
    text + "\nhint: this looks like a bug in relhealth; please report it"
}

/// What is wrong, without any text that is not the program's own.
fn in_own_words(error: &anyhow::Error) -> Problem {
    for cause in error.chain() {
        if let Some(errors) = cause.downcast_ref::<ConfigErrors>() {
            let places: Vec<String> = errors
                .iter()
                .map(|error| format!("line {}, column {}", error.excerpt.line, error.excerpt.column))
                .collect();
            let why = Message::own(format!("it is at {}", listed(&places)));
            return withheld(Problem::usage("the configuration or an expression is not valid").why(why));
        }
        if let Some(problem) = cause.downcast_ref::<Problem>() {
            return problem.redacted(&mut |_| None);
        }
        if let Some(file) = cause.downcast_ref::<FileError>() {
            return withheld(Problem::usage(Message::own(format!("cannot {} a file", file.tried))));
        }
    }
    withheld(Problem::usage("this looks like a bug in relhealth"))
}

fn withheld(problem: Problem) -> Problem {
    problem.hint("--redact withholds the rest of this message. Run the command without --redact to read it")
}

fn exit_code(error: &anyhow::Error) -> u8 {
    for cause in error.chain() {
        if cause.is::<ConfigErrors>() {
            return Class::Usage.exit_code();
        }
        if let Some(problem) = cause.downcast_ref::<Problem>() {
            return problem.class.exit_code();
        }
        if let Some(file) = cause.downcast_ref::<FileError>() {
            return if file.tried == "write" { Class::Usage } else { Class::Data }.exit_code();
        }
    }
    DEFECT
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn every_kind_of_error_has_its_code_and_words() {
        let data = anyhow::Error::from(Problem::data("cannot read `a.csv`").why("it is empty").hint("export it again"));
        assert_eq!(
            (exit_code(&data), message(&data).as_str()),
            (3, "error: cannot read `a.csv`: it is empty\nhint: export it again")
        );
        let deep = Err::<(), _>(Problem::usage("no")).context("while measuring").unwrap_err();
        assert_eq!(
            (exit_code(&deep), message(&deep).as_str()),
            (2, "error: while measuring\n  because no")
        );
        let defect = anyhow::anyhow!("a\u{1b}b");
        assert_eq!(exit_code(&defect), 70);
        assert_eq!(
            message(&defect),
            "error: a\\u{1b}b\nhint: this looks like a bug in relhealth; please report it"
        );
        let missing = crate::io::Source::file(std::path::Path::new("no/such.csv")).unwrap_err();
        assert_eq!(exit_code(&missing), 3);
        assert_eq!(
            message(&missing),
            "error: cannot read no/such.csv: there is no folder no; check the path"
        );
    }

    #[test]
    fn a_closed_pipe_is_not_an_error() {
        let error = anyhow::Error::from(std::io::Error::from(ErrorKind::BrokenPipe)).context("cannot write");
        assert_eq!(
            format!("{:?}", report(&Progress::default(), &error, Shown::All)),
            format!("{:?}", ExitCode::SUCCESS)
        );
    }
}
