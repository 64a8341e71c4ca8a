//! Exports damaged in every way that exports come damaged: more than 2,000 of them. Of each, every order is once used as it was written,
//! or rejected at its line; nothing is lost without a word; and nearly all are read fully right.
//!
//! The ways are those of Vitagliano et al., "Pollock: A Data Loading Benchmark" (VLDB 2023), and some more; the data are our own.

mod export;
mod judge;
mod layouts;
#[path = "../reference/rng.rs"]
#[expect(dead_code, reason = "the file is shared with another test, which uses all of it")]
mod rng;
mod variant;
mod ways;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use judge::{Verdict, judge};
use rayon::prelude::*;

/// So many of a hundred variants have to be read fully right.
const RIGHT: f64 = 97.0;

#[test]
fn nothing_is_lost_and_nearly_all_is_right() {
    let mut variants = ways::all();
    variants.extend(layouts::all());
    assert!(variants.len() > 2000, "{} variants", variants.len());
    // For a look at some of them: those whose names start so.
    if let Ok(start) = std::env::var("POLLUTION_ONLY") {
        variants.retain(|variant| variant.name.starts_with(&start));
    }
    let verdicts: Vec<Verdict> = variants.par_iter().map(judge).collect();

    let mut ways: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (variant, verdict) in variants.iter().zip(&verdicts) {
        let (right, all) = ways.entry(variant.way).or_default();
        *right += usize::from(*verdict == Verdict::Right);
        *all += 1;
    }
    let right: usize = ways.values().map(|(right, _)| right).sum();
    let share = 100.0 * right as f64 / variants.len() as f64;
    let mut said = format!("{right} of {} damaged exports are read fully right: {share:.2} %\n", variants.len());
    for (way, (right, all)) in &ways {
        let _ = writeln!(said, "{way:22} {right:4} of {all:4}  {:6.2} %", 100.0 * *right as f64 / *all as f64);
    }
    println!("{said}");
    write_wrong(&variants, &verdicts);

    let mut silent = 0;
    for (variant, verdict) in variants.iter().zip(&verdicts) {
        let _ = match verdict {
            Verdict::Right => Ok(()),
            Verdict::Short(why) => writeln!(said, "not right: {}: {}", variant.name, brief(why)),
            Verdict::Silent(why) => {
                silent += 1;
                writeln!(said, "SILENT: {}: {}", variant.name, brief(why))
            }
        };
    }
    assert!(silent == 0, "{silent} damaged exports are read wrongly without a word\n{said}");
    assert!(share >= RIGHT, "fewer than {RIGHT} % are read fully right\n{said}");
}

/// Writes what is not right to the folder that `POLLUTION_DIR` names, for a look at it; `POLLUTION_ONLY` may choose among the variants.
fn write_wrong(variants: &[variant::Variant], verdicts: &[Verdict]) {
    let Some(folder) = std::env::var_os("POLLUTION_DIR") else {
        return;
    };
    let folder = std::path::Path::new(&folder);
    std::fs::create_dir_all(folder).unwrap();
    for (variant, _) in variants.iter().zip(verdicts).filter(|(_, verdict)| **verdict != Verdict::Right) {
        let name = variant
            .name
            .replace(|c: char| !c.is_ascii_alphanumeric() && !",;|^~'+-:".contains(c), "_");
        std::fs::write(folder.join(format!("{name}.csv")), &variant.bytes).unwrap();
    }
}

/// The start of a message, on one line.
fn brief(why: &str) -> String {
    let line = why.replace(['\n', '\r'], " ");
    line.chars().take(200).collect()
}

#[test]
fn the_judge_sees_what_is_wrong() {
    let plain = || variant::Sheet::new("", "", export::Style::PLAIN);
    assert_eq!(judge(&plain().done()), Verdict::Right);
    // An order that is not in the file, one that is in it twice, another amount, another line.
    let mut lost = plain().done();
    let mut more = lost.told[3].clone();
    (more.line, more.last) = (9000, 9000);
    lost.told.push(more);
    assert!(matches!(judge(&lost), Verdict::Silent(_)));
    let text = String::from_utf8(plain().done().bytes).unwrap();
    let (first, rest) = text.split_once('\n').unwrap();
    let (second, _) = rest.split_once('\n').unwrap();
    let mut twice = plain().done();
    twice.bytes = format!("{first}\n{second}\n{rest}").into();
    assert!(matches!(judge(&twice), Verdict::Silent(_)));
    let mut other = plain().done();
    other.told[5].cells[5] = "1.00".into();
    assert!(matches!(judge(&other), Verdict::Silent(_)));
    let mut shifted = plain().done();
    shifted.bytes.insert(0, b'\n');
    assert!(matches!(judge(&shifted), Verdict::Silent(_) | Verdict::Short(_)));
    // A note that no table shows is seen in the records.
    let mut note = plain().done();
    note.told[0].cells[8] = "another".into();
    assert!(matches!(judge(&note), Verdict::Short(_)));
}
