//! What `inspect` shows of a file, for people and for machines: its document is [`Inspect`].

use super::document::{Align, Document, Table};
use super::record_counts;
use super::text::{Text, Tone};
use crate::canonical::{ColumnInspection, Inspection, Sampled};
use crate::diagnostics::Note;
use crate::wire::inspection::Inspect;
use crate::wire::{self, SchemaId};

/// What the files together allow.
#[derive(Debug, Clone, Default)]
pub struct Allowed {
    /// Metrics that can be measured, by family: name of the family, and ids.
    pub measurable: Vec<(String, Vec<String>)>,
    /// What is missing, and the ids of the metrics that need it.
    pub missing: Vec<(String, Vec<String>)>,
}

/// Samples longer than this are cut.
const SAMPLE: usize = 24;
/// So many metrics are named beside what they lack.
const NAMED: usize = 4;

/// Everything that was found, file by file, and what all of them allow.
pub fn document(inspections: &[Inspection], allowed: &Allowed) -> Document {
    let mut document = Document::default();
    inspections.iter().for_each(|file| add(&mut document, file));
    document.heading(2, "What it can be used for".into());
    if allowed.measurable.is_empty() {
        document.sentence("Nothing can be measured yet.".into());
    }
    document.table(Table {
        columns: vec![("Family".into(), Align::Left), ("Metrics".into(), Align::Left)],
        rows: allowed
            .measurable
            .iter()
            .map(|(family, ids)| vec![Text::untrusted(super::summary::capital(family)), listed(ids, usize::MAX)])
            .collect(),
        ..Table::default()
    });
    if !allowed.missing.is_empty() {
        document.heading(3, "What else would allow more".into());
        document.table(Table {
            columns: vec![("Missing".into(), Align::Left), ("For".into(), Align::Left)],
            rows: allowed
                .missing
                .iter()
                .map(|(what, ids)| vec![Text::untrusted(what), listed(ids, NAMED)])
                .collect(),
            ..Table::default()
        });
    }
    document
}

fn listed(ids: &[String], most: usize) -> Text {
    let mut text = Text::default();
    for (index, id) in ids.iter().take(most).enumerate() {
        text = text.and(if index > 0 { ", " } else { "" }).and_untrusted(id);
    }
    match ids.len().saturating_sub(most) {
        0 => text,
        more => text.and(format!(" and {more} more")),
    }
}

/// That only a part was read, and what that means.
fn part_read(sampled: &Sampled) -> String {
    let part = part(sampled);
    format!("It is large, so only {part} was read: all counts here are of that part. Other commands read all of it.")
}

/// The part that was read.
pub(super) fn part(sampled: &Sampled) -> String {
    let megabytes = |bytes: u64| {
        let tenths = (bytes as f64 / 1e5).round() / 10.0;
        format!("{tenths} MB")
    };
    let of = sampled
        .of
        .map_or("decompressed".to_string(), |all| format!("of {}", megabytes(all)));
    format!("the first {} {of}", megabytes(sampled.bytes))
}

fn percent(confidence: f64) -> String {
    format!("{:.0}%", confidence * 100.0)
}

fn add(document: &mut Document, file: &Inspection) {
    document.heading(2, Text::untrusted(&file.file));
    let found = &file.recognised;
    let what = match (found.table, &found.profile) {
        (Some(table), Some(profile)) => Text::own(format!("Feeds {table}, by the profile ")).and_untrusted(profile),
        (Some(table), None) => Text::own(format!("Feeds {table}")),
        (None, _) => Text::own("It is not clear what it holds"),
    };
    let sure = if found.table.is_some() {
        format!(", {} sure", percent(found.confidence))
    } else {
        String::new()
    };
    let mut what = what.and(sure);
    for (index, evidence) in found.evidence.iter().enumerate() {
        what = what.and(if index == 0 { ": " } else { "; " }).and_untrusted(evidence);
    }
    document.sentence(what.and("."));
    if let Some(sampled) = &file.sampled {
        document.sentence(Text::own(part_read(sampled)).toned(Tone::Strong));
    }
    document.table(Table {
        columns: vec![(Text::default(), Align::Left), (Text::default(), Align::Left)],
        rows: file
            .reading
            .iter()
            .map(|(what, text)| vec![Text::own(super::summary::capital(what)), Text::untrusted(text)])
            .collect(),
        ..Table::default()
    });
    if let Some(problem) = &file.problem {
        document.sentence(Text::own("It cannot be used as it is: ").and_untrusted(problem).toned(Tone::Bad));
    }
    if !file.questions.is_empty() {
        document.heading(3, "To be decided".into());
        document.table(Table {
            columns: vec![("Question".into(), Align::Left), ("Answer it with".into(), Align::Left)],
            rows: file
                .questions
                .iter()
                .map(|q| vec![Text::untrusted(&q.text), Text::untrusted(&q.option)])
                .collect(),
            ..Table::default()
        });
    }
    document.heading(3, "Columns".into());
    document.table(columns(&file.columns));
    if let Some(account) = &file.account {
        document.sentence(Text::own(record_counts::line(account)));
    }
    if !file.unused.is_empty() {
        document.heading(3, "Records that are not used, the first of each reason".into());
        document.table(Table {
            columns: vec![
                ("Line".into(), Align::Right),
                ("Column".into(), Align::Left),
                ("Code".into(), Align::Left),
                ("Reason".into(), Align::Left),
            ],
            rows: file
                .unused
                .iter()
                .map(|r| {
                    vec![
                        Text::own(r.line.to_string()),
                        Text::untrusted(&r.column),
                        Text::untrusted(&r.code),
                        Text::untrusted(&r.reason),
                    ]
                })
                .collect(),
            ..Table::default()
        });
    }
    file.notes.iter().for_each(|note| document.note(noted(note)));
}

fn noted(note: &Note) -> Text {
    let times = if note.count > 1 {
        format!(" ({} times)", note.count)
    } else {
        String::new()
    };
    Text::own(format!("{}: ", note.code)).and_untrusted(&note.text).and(times)
}

fn columns(columns: &[ColumnInspection]) -> Table {
    let row = |column: &ColumnInspection| {
        let means = column.means.as_deref().map_or(Text::default(), Text::untrusted);
        let why = [column.evidence.join("; "), column.read_as.clone()];
        let why: Vec<String> = why.into_iter().filter(|text| !text.is_empty()).collect();
        vec![
            Text::own(column.number.map_or(String::new(), |n| n.to_string())),
            Text::untrusted(&column.header),
            means,
            Text::own(column.confidence.map_or(String::new(), percent)),
            Text::untrusted(why.join("; ")),
            Text::untrusted(column.samples.iter().map(|s| cut(s)).collect::<Vec<_>>().join(" · ")),
        ]
    };
    Table {
        columns: vec![
            ("#".into(), Align::Right),
            ("Column".into(), Align::Left),
            ("Means".into(), Align::Left),
            ("Sure".into(), Align::Right),
            ("Because, and read as".into(), Align::Left),
            ("Such as".into(), Align::Left),
        ],
        rows: columns.iter().map(row).collect(),
        ..Table::default()
    }
}

fn cut(sample: &str) -> String {
    if sample.chars().count() <= SAMPLE {
        return sample.to_string();
    }
    format!("{}...", sample.chars().take(SAMPLE - 3).collect::<String>())
}

/// The same for programs.
pub fn inspect(inspections: &[Inspection], allowed: &Allowed) -> Inspect {
    let family = |(family, metrics): &(String, Vec<String>)| wire::inspection::Family {
        family: family.clone(),
        metrics: metrics.clone(),
    };
    let missing = |(what, metrics): &(String, Vec<String>)| wire::inspection::Missing {
        what: what.clone(),
        metrics: metrics.clone(),
    };
    Inspect {
        schema: SchemaId::default(),
        files: inspections.iter().map(wire::inspection::File::from).collect(),
        measurable: allowed.measurable.iter().map(family).collect(),
        missing: allowed.missing.iter().map(missing).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::json;

    use super::*;
    use crate::canonical::{self, Budget, Options, Question, Recognised, Sampling};
    use crate::period::Zone;
    use crate::render::terminal;
    use crate::sources::{Input, Source};
    use crate::wire::validate::broken_document;

    fn odd() -> Inspection {
        Inspection {
            file: "odd\u{1b}.csv".into(),
            sampled: Some(Sampled {
                bytes: 16_000_000,
                of: Some(915_298_383),
            }),
            reading: vec![("encoding", "UTF-8".into())],
            recognised: Recognised {
                table: Some(crate::schema::Table::Purchases),
                confidence: 0.874,
                evidence: vec!["a date, an amount and an id that repeats".into()],
                ..Recognised::default()
            },
            columns: vec![ColumnInspection {
                number: Some(1),
                header: "Kunde".into(),
                means: Some("stakeholder_id".into()),
                confidence: Some(0.9),
                samples: vec!["a very long name of a customer indeed".into()],
                ..ColumnInspection::default()
            }],
            questions: Vec::new(),
            account: None,
            unused: Vec::new(),
            notes: vec![Note::new("encoding", "not UTF-8").count(3)],
            problem: None,
        }
    }

    #[test]
    fn a_file_says_what_it_is_and_what_is_to_be_decided() {
        let file = odd();
        let document = document(std::slice::from_ref(&file), &Allowed::default());
        let text = terminal::text(
            &document,
            terminal::Style {
                width: 100,
                color: false,
                blocks: false,
            },
        );
        for part in [
            "odd\\u{1b}.csv",
            "Feeds purchases, 87% sure: a date, an amount and an id that repeats.",
            "only the first 16 MB of 915.3 MB was read",
            "stakeholder_id   90%",
            "a very long name of a...",
            "encoding: not UTF-8 (3 times)",
            "Nothing can be measured yet.",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
        let json = serde_json::to_value(inspect(&[file], &Allowed::default())).unwrap();
        assert_eq!(json["files"][0]["recognised"]["table"], "purchases");
        assert_eq!(json["files"][0]["columns"][0]["means"], "stakeholder_id");
    }

    #[test]
    fn the_shape_is_the_documented_one() {
        // A file that fills everything, as it is found, beside one whose records could not be read.
        let text = "ticket_id,customer_id,created_at,mail\n1,C1,2024-01-01,a\n2,C2,soon,b\n3,,2024-01-03,c\n";
        let input = Input {
            file: crate::io::Source::memory("tickets.csv", text.as_bytes()),
            source: Source::default(),
        };
        let options = Options {
            redact: None,
            limits: crate::ingest::Limits::default(),
            profiles: Vec::new(),
            threads: 1,
            zone: Zone::utc(),
            as_of: None,
            dimensions: BTreeSet::new(),
            texts: BTreeSet::new(),
            everything: false,
            keep_lines: false,
            keep_unused: false,
            budget: Budget::Number(u64::MAX),
            currency: None,
            rates: BTreeMap::new(),
        };
        let mut files = canonical::inspect(&[input], &options, Sampling::default()).unwrap();
        assert!(!files[0].unused.is_empty() && files[0].account.is_some());
        files.push(Inspection {
            questions: vec![Question {
                text: "which?".into(),
                option: "dates = \"dmy\"".into(),
            }],
            problem: Some("it cannot be told".into()),
            ..odd()
        });
        let allowed = Allowed {
            measurable: vec![("contact".into(), vec!["contacts".into()])],
            missing: vec![("a roster".into(), vec!["turnover_rate".into()])],
        };
        let mut value = serde_json::to_value(inspect(&files, &allowed)).unwrap();
        assert_eq!(broken_document::<Inspect>(&value), Vec::<String>::new());
        // The check itself can fail.
        value["files"][0]["columns"][0]["filled"] = json!(-1);
        value["files"][0]["unused"][0]["fate"] = json!("lost");
        value["files"][1]["sampled"]["of"] = json!("all");
        value["files"][1]["recognised"]["table"] = json!("cats");
        let found = broken_document::<Inspect>(&value).join("\n");
        for part in [
            "columns[0].filled breaks minimum",
            "unused[0].fate breaks enum",
            "files[1].sampled.of breaks type",
            "files[1].recognised.table breaks enum",
        ] {
            assert!(found.contains(part), "{part} is not in\n{found}");
        }
    }
}
