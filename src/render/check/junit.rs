//! A check as JUnit XML: a test case for each verdict, those that pass too. What could not be judged is an error, what is excused is skipped.

use anyhow::Result;
use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::json::is_broken;
use super::messages::Words;
use crate::check::{CheckResult, Status, Subject, Verdict};
use crate::diagnostics::visible;

/// The check as XML. Without times, so that the same check gives the same bytes.
///
/// # Errors
/// Those of writing XML.
pub fn text(checked: &CheckResult, on_warnings: bool) -> Result<String> {
    let words = Words::of(checked);
    let mut suite = TestSuite::new("relhealth check");
    for (name, value) in &checked.terms {
        suite.add_property(Property::new(*name, visible(value)));
    }
    for verdict in &checked.verdicts {
        suite.add_test_case(case(checked, &words, verdict, on_warnings));
    }
    let mut report = Report::new("relhealth check");
    let skipped = suite.skipped;
    report.add_test_suite(suite);
    // The schema of Jenkins, which refuses what it does not know, has the number of skipped cases on a suite, but not on the root.
    Ok(report.to_string()?.replacen(&format!(" skipped=\"{skipped}\""), "", 1))
}

fn case(checked: &CheckResult, words: &Words, verdict: &Verdict, on_warnings: bool) -> TestCase {
    let why = words.why(verdict);
    let why = visible(&why);
    let mut status = match verdict.status {
        Status::Pass => TestCaseStatus::success(),
        _ if verdict.excuse.is_some() => TestCaseStatus::skipped(),
        Status::Insufficient => TestCaseStatus::non_success(NonSuccessKind::Error),
        _ if is_broken(verdict, on_warnings) => TestCaseStatus::non_success(NonSuccessKind::Failure),
        _ => TestCaseStatus::success(),
    };
    if verdict.status != Status::Pass {
        status.set_message(why.as_ref());
        status.set_type(verdict.status.as_str());
    }
    let class = match (verdict.subject, checked.metric(verdict)) {
        (_, Some(known)) => known.shown.id.clone(),
        (Subject::Rule(_), None) => "data".to_string(),
        (Subject::Waiver(_), None) => "waiver".to_string(),
    };
    let mut case = TestCase::new(visible(&words.name(verdict)), status);
    case.set_classname(class);
    case.set_system_out(format!("{}: {why}", verdict.status.as_str()));
    case
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn every_verdict_is_a_case_and_hostile_text_is_text() {
        let mut checked = testing::checked();
        checked.waivers[0].reason = "a <b> & \"c\" ]]> \u{1b}[0m".into();
        let xml = text(&checked, false).unwrap();
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
        assert_eq!(text(&checked, true).unwrap().matches("<failure").count(), 3);
    }
}
