//! A check as JUnit XML: a test case for each verdict, those that pass too. What could not be judged is an error, what is excused is skipped.

use anyhow::Result;
use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use crate::check::Status;
use crate::diagnostics::visible;
use crate::render::output_format::{OutputFormat, Stdout};
use crate::wire::check::{About, Check, Verdict};

/// JUnit XML.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "junit",
    aliases: &[],
    endings: &["xml"],
    about: "For pipelines: a test case for each verdict",
    stdout: Stdout::Text,
};

/// The check as XML. Without times, so that the same check gives the same bytes.
///
/// # Errors
/// Those of writing XML.
pub fn text(check: &Check, on_warnings: bool) -> Result<String> {
    let mut suite = TestSuite::new("relhealth check");
    for (name, value) in &check.terms {
        suite.add_property(Property::new(name.as_str(), visible(value)));
    }
    for verdict in &check.verdicts {
        suite.add_test_case(case(verdict, on_warnings));
    }
    let mut report = Report::new("relhealth check");
    let skipped = suite.skipped;
    report.add_test_suite(suite);
    // The schema of Jenkins, which refuses what it does not know, has the number of skipped cases on a suite, but not on the root.
    Ok(report.to_string()?.replacen(&format!(" skipped=\"{skipped}\""), "", 1))
}

fn case(verdict: &Verdict, on_warnings: bool) -> TestCase {
    let why = visible(&verdict.why);
    let mut status = match verdict.verdict {
        Status::Pass => TestCaseStatus::success(),
        Status::Warn | Status::Fail | Status::Insufficient if verdict.excuse.is_some() => TestCaseStatus::skipped(),
        Status::Insufficient => TestCaseStatus::non_success(NonSuccessKind::Error),
        Status::Warn | Status::Fail if verdict.is_broken(on_warnings) => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Status::Warn | Status::Fail => TestCaseStatus::success(),
    };
    if verdict.verdict != Status::Pass {
        status.set_message(why.as_ref());
        status.set_type(verdict.verdict.as_str());
    }
    let class = verdict.metric.as_deref().unwrap_or(match verdict.about {
        // A rule on a metric that is not known is one on the data, as far as anybody can tell.
        About::Metric | About::Data => About::Data.as_str(),
        About::Waiver => About::Waiver.as_str(),
    });
    let mut case = TestCase::new(visible(&verdict.name), status);
    case.set_classname(class);
    case.set_system_out(format!("{}: {why}", verdict.verdict.as_str()));
    case
}

#[cfg(test)]
mod tests {
    use super::super::{json, testing};
    use super::*;

    #[test]
    fn every_verdict_is_a_case_and_hostile_text_is_text() {
        let mut checked = testing::checked();
        checked.waivers[0].reason = "a <b> & \"c\" ]]> \u{1b}[0m".into();
        let check = json::document(&checked, true);
        let xml = text(&check, false).unwrap();
        assert_eq!(xml.matches("<testcase ").count(), checked.verdicts.len());
        assert_eq!(xml.matches("<failure").count(), 1, "{xml}");
        assert_eq!(xml.matches("<error").count(), 1, "{xml}");
        assert_eq!(xml.matches("<skipped").count(), 1, "{xml}");
        assert!(xml.contains("failures=\"1\" errors=\"1\""), "{xml}");
        assert!(
            !xml.contains('\u{1b}') && !xml.contains("<b>") && xml.contains("&lt;b&gt;"),
            "{xml}"
        );
        let root = xml.lines().find(|line| line.starts_with("<testsuites ")).unwrap();
        assert!(
            !root.contains("skipped") && xml.contains("<testsuite name=") && xml.contains(" skipped=\"1\""),
            "{xml}"
        );
        // Warnings fail where they are told to.
        assert_eq!(text(&check, true).unwrap().matches("<failure").count(), 3);
    }
}
