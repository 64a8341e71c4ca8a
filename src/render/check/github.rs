//! A check as annotations of GitHub Actions: workflow commands, one a line.
//!
//! A step shows ten annotations of each kind and drops the others without a word; so of more than ten the last says how many there are.
//!
//! Workflow commands, <https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>.

use super::json::is_broken;
use super::messages::Words;
use crate::check::{CheckResult, Subject, Verdict};
use crate::diagnostics::visible;

/// A step shows so many annotations of a kind.
const MOST: usize = 10;

/// The check as workflow commands; nothing where nothing has to be said.
pub fn text(checked: &CheckResult, on_warnings: bool) -> String {
    let words = Words::of(checked);
    let kind = |verdict: &Verdict| {
        if is_broken(verdict, on_warnings) {
            "error"
        } else if verdict.waiver().is_some() {
            "notice"
        } else {
            "warning"
        }
    };
    let told: Vec<&Verdict> = checked
        .verdicts
        .iter()
        .filter(|verdict| verdict.excuse.is_none() || verdict.waiver().is_some())
        .filter(|verdict| verdict.status != crate::check::Status::Pass)
        .collect();
    let mut text = String::new();
    for wanted in ["error", "warning", "notice"] {
        let of: Vec<&&Verdict> = told.iter().filter(|verdict| kind(verdict) == wanted).collect();
        let shown = if of.len() > MOST { MOST - 1 } else { of.len() };
        for verdict in &of[..shown] {
            text.push_str(&annotation(checked, &words, verdict, wanted));
        }
        if of.len() > shown {
            let rest = of.len() - shown;
            let names: Vec<String> = of[shown..].iter().map(|verdict| words.name(verdict)).collect();
            let message = format!("and {rest} more: {}", visible(&names.join(", ")));
            text.push_str(&format!("::{wanted} title=relhealth::{}\n", escaped(&message)));
        }
    }
    text
}

fn annotation(checked: &CheckResult, words: &Words, verdict: &Verdict, kind: &str) -> String {
    let origin = match verdict.subject {
        Subject::Rule(at) => &checked.rules[at].origin,
        Subject::Waiver(at) => &checked.waivers[at].origin,
    };
    let name = words.name(verdict);
    let why = format!("{}: {}", verdict.status.as_str(), words.why(verdict));
    // A preset is no file that could be annotated.
    let place = if origin.file.starts_with("preset ") {
        String::new()
    } else {
        format!("file={},line={},", property(&origin.file), origin.line)
    };
    format!("::{kind} {place}title={}::{}\n", property(&visible(&name)), escaped(&visible(&why)))
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
    use super::super::testing;
    use super::*;

    #[test]
    fn annotations_are_escaped() {
        let mut checked = testing::checked();
        checked.rules[0].id = "a,b:c%\n::error::x".into();
        checked.rules[0].origin.file = "dir,1/rel:health.toml".into();
        let text = text(&checked, false);
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
        let text = text(&checked, false);
        assert_eq!(text.lines().count(), 10);
        assert!(
            text.lines().last().unwrap().starts_with("::error title=relhealth::and 16 more: "),
            "{text}"
        );
        checked.verdicts.truncate(10);
        assert_eq!(super::text(&checked, false).lines().count(), 10);
        assert!(!super::text(&checked, false).contains("more:"));
    }
}
