//! Any bytes: reading them never panics, tells of every byte, and gives the same records on one thread and on two.

use relhealth::api::ingest::{FormatOverrides, Layout, for_each_record, peek};
use relhealth::api::io::Source;

use super::{Run, Seed, Target};

pub const TARGET: Target = Target {
    name: "intake",
    run: Run::Library(run),
    seeds: &[Seed::Files("testdata", &["csv", "tsv", "txt"])],
};

/// A record: its line, its number, its cells, its text, and whether the file ends within it.
type Kept = (u64, u64, Vec<String>, String, bool);

fn run(bytes: &[u8]) {
    let source = Source::memory("fuzz.csv", bytes);
    let Ok(peeked) = peek(&source, &FormatOverrides::default(), 20) else {
        return;
    };
    let Ok((one, number)) = records(&source, &peeked.layout, 1) else {
        return;
    };
    let (two, again) = records(&source, &peeked.layout, 2).expect("what one thread reads two can read");
    assert_eq!((&one, number), (&two, again), "the number of threads makes a difference");
    assert_eq!(number, one.len() as u64, "records are counted and not shown");
    for (n, (line, record, cells, text, _)) in one.iter().enumerate() {
        assert_eq!(*record, n as u64 + 1, "record numbers leave something out");
        assert!(!cells.is_empty(), "a record without a cell");
        let before = n.checked_sub(1).map(|n| &one[n]);
        let ends = before.map_or(1, |(line, _, _, text, _)| line + line_ends(text));
        assert!(*line >= ends, "line {line} after line {ends}");
        // What a cell holds stands in its record: reading may leave quotes and escapes out, and adds nothing.
        let letters: usize = cells.iter().map(|cell| cell.chars().count()).sum();
        assert!(letters <= text.chars().count(), "{cells:?} out of {text:?}");
    }
    // Nothing but line ends, blank space and what stands before the first data record is left out.
    for (shown, kept) in peeked.rows.iter().zip(&one) {
        assert_eq!(
            (shown.line, &shown.fields),
            (kept.0, &kept.2),
            "the start of a file is read otherwise than the file"
        );
    }
}

fn records(source: &Source, layout: &Layout, threads: usize) -> Result<(Vec<Kept>, u64), ()> {
    let outcome = for_each_record(source, layout, threads, Vec::new, |seen: &mut Vec<Kept>, record| {
        let cells = record.iter().map(str::to_string).collect();
        seen.push((record.line(), record.number(), cells, record.raw().to_string(), record.cut_off()));
        Ok(())
    });
    let outcome = outcome.map_err(drop)?;
    let mut all: Vec<Kept> = outcome.sinks.into_iter().flatten().collect();
    all.sort_by_key(|kept| kept.1);
    Ok((all, outcome.records))
}

fn line_ends(text: &str) -> u64 {
    text.replace("\r\n", "\n").chars().filter(|c| matches!(c, '\n' | '\r')).count() as u64
}
