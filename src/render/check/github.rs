//! A check as annotations of GitHub Actions: workflow commands, one a line.
//!
//! A step shows ten annotations of each kind and drops the others without a word; so of more than ten the last says how many there are.
//!
//! Workflow commands, <https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>.

use crate::check::Status;
use crate::diagnostics::visible;
use crate::render::output_format::{OutputFormat, Stdout};
use crate::wire::check::{Check, Verdict};

/// Annotations of GitHub Actions.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "github",
    aliases: &[],
    endings: &[],
    about: "For GitHub Actions: annotations, also beside another result on stdout",
    stdout: Stdout::AmongOthers,
};

/// A step shows so many annotations of a kind.
const MOST: usize = 10;

/// The kinds of annotations, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Error,
    Warning,
    Notice,
}

impl Kind {
    const ALL: [Kind; 3] = [Kind::Error, Kind::Warning, Kind::Notice];

    fn of(verdict: &Verdict, on_warnings: bool) -> Kind {
        if verdict.is_broken(on_warnings) {
            Kind::Error
        } else if verdict.waiver.is_some() {
            Kind::Notice
        } else {
            Kind::Warning
        }
    }

    fn command(self) -> &'static str {
        match self {
            Kind::Error => "error",
            Kind::Warning => "warning",
            Kind::Notice => "notice",
        }
    }
}

/// The check as workflow commands; nothing where nothing has to be said.
pub fn text(check: &Check, on_warnings: bool) -> String {
    let told: Vec<&Verdict> = check
        .verdicts
        .iter()
        .filter(|verdict| verdict.excuse.is_none() || verdict.waiver.is_some())
        .filter(|verdict| verdict.verdict != Status::Pass)
        .collect();
    let mut text = String::new();
    for kind in Kind::ALL {
        let of: Vec<&&Verdict> = told.iter().filter(|verdict| Kind::of(verdict, on_warnings) == kind).collect();
        let shown = if of.len() > MOST { MOST - 1 } else { of.len() };
        for verdict in &of[..shown] {
            text.push_str(&annotation(verdict, kind));
        }
        if of.len() > shown {
            let rest = of.len() - shown;
            let names: Vec<&str> = of[shown..].iter().map(|verdict| verdict.name.as_str()).collect();
            let message = format!("and {rest} more: {}", visible(&names.join(", ")));
            text.push_str(&format!("::{} title=relhealth::{}\n", kind.command(), escaped(&message)));
        }
    }
    text
}

fn annotation(verdict: &Verdict, kind: Kind) -> String {
    let why = format!("{}: {}", verdict.verdict.as_str(), verdict.why);
    // A preset is no file that could be annotated.
    let place = if verdict.is_in_file() {
        format!("file={},line={},", property(&verdict.file), verdict.line)
    } else {
        String::new()
    };
    let (kind, title) = (kind.command(), property(&visible(&verdict.name)));
    format!("::{kind} {place}title={title}::{}\n", escaped(&visible(&why)))
}

/// A message in which no character has a meaning.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property in which no character has a meaning.
fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::{json, testing};
    use super::*;

    #[test]
    fn annotations_are_escaped() {
        let mut checked = testing::checked();
        checked.rules[0].id = "a,b:c%\n::error::x".into();
        checked.rules[0].origin.file = "dir,1/rel:health.toml".into();
        let text = text(&json::document(&checked, true), false);
        let first = text.lines().next().unwrap();
        assert!(
            first.starts_with("::error file=dir%2C1/rel%3Ahealth.toml,line=3,title=a%2Cb%3Ac%25\\n%3A%3Aerror%3A%3Ax::fail%3A")
                || first.starts_with("::error file=dir%2C1/rel%3Ahealth.toml,line=3,title=a%2Cb%3Ac%25\\n%3A%3Aerror%3A%3Ax::fail: "),
            "{first}"
        );
        assert!(text.lines().all(|line| line.starts_with("::")));
        // Percent signs of amounts are escaped too.
        assert!(first.contains("70.0%25"), "{first}");
    }

    #[test]
    fn of_more_than_ten_the_last_says_how_many() {
        let mut checked = testing::checked();
        let failed = checked.verdicts[0].clone();
        checked.verdicts = vec![failed; 25];
        let text = text(&json::document(&checked, true), false);
        assert_eq!(text.lines().count(), 10);
        assert!(
            text.lines().last().unwrap().starts_with("::error title=relhealth::and 16 more: "),
            "{text}"
        );
        checked.verdicts.truncate(10);
        assert_eq!(super::text(&json::document(&checked, true), false).lines().count(), 10);
        assert!(!super::text(&json::document(&checked, true), false).contains("more:"));
    }
}
