//! Waivers: what they excuse, which have expired, and which excuse nothing.

use super::rule::{Rule, Waiver};
use super::verdict::{Evidence, Excuse, Status, Subject, ThresholdResult, Verdict};

/// Excuses what waivers cover that holds on `today`, the last civil day that is known, and adds a verdict for each that has expired, which
/// fails, or is not needed, which warns.
pub fn waive(verdicts: &mut Vec<Verdict>, rules: &[Rule], waivers: &[Waiver], today: i32) {
    let mut of_waivers = Vec::new();
    for (at, waiver) in waivers.iter().enumerate() {
        if waiver.until < today {
            of_waivers.push(verdict(at, waiver, Status::Fail));
            continue;
        }
        let mut is_used = false;
        for verdict in verdicts.iter_mut().filter(|verdict| verdict.status != Status::Pass) {
            let Subject::Rule(rule) = verdict.subject else { continue };
            if !waiver.covers(&rules[rule], &verdict.by) {
                continue;
            }
            is_used = true;
            verdict.excuse.get_or_insert(Excuse::Waived(at));
        }
        if !is_used {
            of_waivers.push(verdict(at, waiver, Status::Warn));
        }
    }
    verdicts.extend(of_waivers);
}

fn verdict(at: usize, waiver: &Waiver, status: Status) -> Verdict {
    Verdict {
        subject: Subject::Waiver(at),
        status,
        excuse: None,
        period: None,
        by: waiver.by.clone(),
        cell: None,
        value: None,
        low: None,
        high: None,
        n: None,
        threshold: None,
        basis: None,
        finding: if status == Status::Fail {
            ThresholdResult::Beyond
        } else {
            ThresholdResult::Within
        },
        evidence: Evidence::Waiver,
    }
}
