//! What `inspect` shows of a file, for people and for machines: its document is [`Inspect`].

use super::document::{Align, Document, Table};
use super::record_counts;
use super::text::{Text, Tone};
use crate::canonical::{ColumnInspection, ColumnOrigin, Inspection, Joins, Reject, Sampled};
use crate::diagnostics::{Problem, excerpt};
use crate::ingest::Line;
use crate::notes::{Decision, KeyColumns, Note, Relation, RelationUse};
use crate::schema;
use crate::sources::guess::{Question, accepted, command, listed, quoted_if_needed};
use crate::wire::inspection::Inspect;
use crate::wire::{self, Labels, RecordCounts, SchemaId};

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
pub fn document(inspections: &[Inspection], joins: &Joins, allowed: &Allowed) -> Document {
    let mut document = Document::default();
    let is_one = inspections.len() == 1 && joins.is_nothing();
    for file in inspections {
        add(&mut document, file);
        if let Some(command) = command(&file.file, file.recognised.table, &file.questions).filter(|_| is_one) {
            document.sentence(taking_all(command));
        }
        add_columns(&mut document, file);
    }
    add_joins(&mut document, joins);
    if let Some(command) = command_of_all(inspections, joins).filter(|_| !is_one) {
        document.sentence(taking_all(command));
    }
    document.heading(2, "What it can be used for".into());
    if allowed.measurable.is_empty() {
        document.sentence("Nothing can be measured yet.".into());
    }
    document.table(Table {
        columns: vec![("Family".into(), Align::Left), ("Metrics".into(), Align::Left)],
        rows: allowed
            .measurable
            .iter()
            .map(|(family, ids)| vec![Text::untrusted(super::summary::capital(family)), listed_ids(ids, usize::MAX)])
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
                .map(|(what, ids)| vec![Text::untrusted(what), listed_ids(ids, NAMED)])
                .collect(),
            ..Table::default()
        });
    }
    document
}

fn taking_all(command: String) -> Text {
    Text::own("This command takes all of these answers: ").and_untrusted(command)
}

/// The command that reads all of several files and takes the likeliest answer to each question; none where there is no question, or one
/// without a likeliest answer.
fn command_of_all(inspections: &[Inspection], joins: &Joins) -> Option<String> {
    if joins.questions.is_empty() && inspections.iter().all(|file| file.questions.is_empty()) {
        return None;
    }
    let mut parts = vec!["relhealth measure".to_string()];
    for file in inspections {
        parts.push(match file.questions.is_empty() {
            true => quoted_if_needed(&file.file),
            false => accepted(&file.file, file.recognised.table, &file.questions)?,
        });
    }
    let is_inspected = |name: &str| inspections.iter().any(|file| file.file == name);
    // What belongs to nothing cannot be read where it is named.
    let others = joins
        .not_read
        .iter()
        .filter(|(name, why)| !is_inspected(name) && !why.belongs_to_none());
    parts.extend(others.map(|(name, _)| quoted_if_needed(name)));
    for question in &joins.questions {
        parts.push(question.option()?);
    }
    Some(parts.join(" "))
}

/// How the files belong together.
fn add_joins(document: &mut Document, joins: &Joins) {
    if joins.is_nothing() {
        return;
    }
    document.heading(2, "How the files belong together".into());
    let row = |(relation, used): &(Relation, RelationUse)| {
        vec![
            Text::untrusted(relation.from.to_string()),
            Text::untrusted(relation.to.to_string()),
            Text::own(used.as_str()),
            Text::untrusted(relation.evidence()),
        ]
    };
    if !joins.relations.is_empty() {
        document.table(Table {
            columns: vec![
                ("Key".into(), Align::Left),
                ("Is".into(), Align::Left),
                ("Used as".into(), Align::Left),
                ("Evidence".into(), Align::Left),
            ],
            rows: joins.relations.iter().map(row).collect(),
            ..Table::default()
        });
    }
    if !joins.not_read.is_empty() {
        document.table(Table {
            columns: vec![("File".into(), Align::Left), ("Not read by itself".into(), Align::Left)],
            rows: joins
                .not_read
                .iter()
                .map(|(file, why)| vec![Text::untrusted(file), Text::untrusted(why.to_string())])
                .collect(),
            ..Table::default()
        });
    }
    if !joins.questions.is_empty() {
        document.heading(3, "Questions".into());
        document.table(Table {
            columns: vec![("Question".into(), Align::Left), ("Answer it with".into(), Align::Left)],
            rows: joins
                .questions
                .iter()
                .map(|question| vec![Text::untrusted(question.to_string()), Text::untrusted(question.answer())])
                .collect(),
            ..Table::default()
        });
    }
}

fn listed_ids(ids: &[String], most: usize) -> Text {
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
    format!("The file is large, so only {part} was read. All counts here are of that part. Other commands read the whole file.")
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
        (Some(table), Some(profile)) => Text::own(format!("Table: {table}, by the profile ")).and_untrusted(profile),
        (Some(table), None) => Text::own(format!("Table: {table}")),
        (None, _) => Text::own("Table: not recognised"),
    };
    let confidence = if found.table.is_some() {
        format!(" (confidence {})", percent(found.confidence))
    } else {
        String::new()
    };
    let mut what = what.and(confidence);
    for (index, evidence) in found.evidence.iter().enumerate() {
        what = what.and(if index == 0 { ": " } else { "; " }).and_untrusted(evidence.to_string());
    }
    document.sentence(what.and("."));
    if let Some(sampled) = &file.sampled {
        document.sentence(Text::own(part_read(sampled)).toned(Tone::Strong));
    }
    document.table(Table {
        columns: vec![(Text::default(), Align::Left), (Text::default(), Align::Left)],
        rows: reading(file)
            .into_iter()
            .map(|(what, text)| vec![Text::own(super::summary::capital(what)), Text::untrusted(text)])
            .collect(),
        ..Table::default()
    });
    if let Some(error) = &file.problem {
        document.sentence(
            Text::own("The file cannot be used: ")
                .and_untrusted(problem(error))
                .toned(Tone::Bad),
        );
    }
    if !file.questions.is_empty() {
        document.heading(3, "Questions".into());
        document.table(Table {
            columns: vec![("Question".into(), Align::Left), ("Answer it with".into(), Align::Left)],
            rows: file
                .questions
                .iter()
                .map(|question| {
                    vec![
                        Text::untrusted(question.to_string()),
                        Text::untrusted(question.answer().to_string()),
                    ]
                })
                .collect(),
            ..Table::default()
        });
    }
}

/// Its columns and its records.
fn add_columns(document: &mut Document, file: &Inspection) {
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
                        Text::own(r.reason.code().to_string()),
                        Text::untrusted(r.reason.to_string()),
                    ]
                })
                .collect(),
            ..Table::default()
        });
    }
    file.notes.iter().for_each(|note| document.note(noted(note)));
}

fn noted(note: &Note) -> Text {
    Text::own(format!("{}: ", note.code())).and_untrusted(note.text())
}

/// Why a file cannot be used and what to do, on one line.
pub(super) fn problem(error: &anyhow::Error) -> String {
    let Some(problem) = error.downcast_ref::<Problem>() else {
        return format!("{error:#}");
    };
    let place = problem.place.as_ref().map_or(String::new(), |place| format!("{place}: "));
    let why = problem.reason().map_or(String::new(), |why| format!(": {why}"));
    let hint = problem.hint.as_ref().map_or(String::new(), |hint| format!("; {hint}"));
    format!("{place}{}{why}{hint}", problem.what).replace('\n', " ")
}

/// How the bytes of a file become records: what is described, and the description.
fn reading(file: &Inspection) -> Vec<(&'static str, String)> {
    let layout = &file.layout;
    let header = match layout.header.rows.len() {
        0 => "none; columns have numbers for names".to_string(),
        1 => "one row".to_string(),
        rows => format!("{rows} rows"),
    };
    let mut reading = vec![
        ("encoding", format!("{}, {}", layout.encoding, layout.encoding_evidence)),
        ("fields", layout.dialect.to_string()),
        ("line ends", layout.line_ends.to_string()),
        ("header", header),
    ];
    for (what, lines) in [("before it", &layout.preamble), ("after the records", &file.footer)] {
        if !lines.is_empty() {
            reading.push((what, lines.iter().map(shown_line).collect::<Vec<_>>().join("; ")));
        }
    }
    if !layout.evidence.is_empty() {
        let evidence: Vec<String> = layout.evidence.iter().map(ToString::to_string).collect();
        reading.push(("found", evidence.join("; ")));
    }
    reading
}

/// A line with its text, unless that is withheld.
fn shown_line(line: &Line) -> String {
    match line.text.is_empty() {
        true => format!("line {}", line.line),
        false => format!("line {}: {}", line.line, excerpt(&line.text)),
    }
}

fn columns(columns: &[ColumnInspection]) -> Table {
    let row = |column: &ColumnInspection| {
        let means = column.means.as_deref().map_or(Text::default(), Text::untrusted);
        let why = [listed(&column.evidence), column.read_as()];
        let why: Vec<String> = why.into_iter().filter(|text| !text.is_empty()).collect();
        vec![
            Text::own(number(column).map_or(String::new(), |n| n.to_string())),
            Text::untrusted(column.origin.to_string()),
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
            ("Confidence".into(), Align::Right),
            ("Evidence, and how its cells are read".into(), Align::Left),
            ("Examples".into(), Align::Left),
        ],
        rows: columns.iter().map(row).collect(),
        ..Table::default()
    }
}

/// The number of a column of the file.
fn number(column: &ColumnInspection) -> Option<usize> {
    match &column.origin {
        ColumnOrigin::File(number, _) => Some(*number),
        ColumnOrigin::LookedUp(_) | ColumnOrigin::Expression(_) | ColumnOrigin::Constant(_) => None,
    }
}

fn cut(sample: &str) -> String {
    if sample.chars().count() <= SAMPLE {
        return sample.to_string();
    }
    format!("{}...", sample.chars().take(SAMPLE - 3).collect::<String>())
}

/// The same for programs.
pub fn inspect(inspections: &[Inspection], joins: &Joins, allowed: &Allowed) -> Inspect {
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
        files: inspections.iter().map(file_document).collect(),
        joins: joins.relations.iter().map(join_document).collect(),
        not_read: joins
            .not_read
            .iter()
            .map(|(file, why)| wire::inspection::NotRead {
                file: file.clone(),
                is_used: !why.is_not_used(),
                text: why.to_string(),
            })
            .collect(),
        questions: joins
            .questions
            .iter()
            .map(|question| wire::inspection::Question {
                text: question.to_string(),
                option: question.answer(),
            })
            .collect(),
        measurable: allowed.measurable.iter().map(family).collect(),
        missing: allowed.missing.iter().map(missing).collect(),
    }
}

fn join_document((relation, used): &(Relation, RelationUse)) -> wire::inspection::Join {
    let key = |key: &KeyColumns| wire::inspection::Key {
        file: key.file.clone(),
        other_files: key.others.clone(),
        columns: key.columns.clone(),
    };
    wire::inspection::Join {
        from: key(&relation.from),
        to: key(&relation.to),
        used: *used,
        names: relation.names,
        cardinality: relation.cardinality(),
        records: relation.rows + relation.empty,
        matched: relation.matched,
        without_key: relation.empty,
        keys: relation.distinct,
        shared_keys: relation.shared,
        other_keys: relation.of,
        other_repeated_keys: relation.repeated,
        is_part: relation.is_part,
        evidence: relation.evidence(),
    }
}

fn file_document(file: &Inspection) -> wire::inspection::File {
    let decision = |decision: &Decision| wire::inspection::Decision {
        code: decision.description().code.to_string(),
        text: decision.text(0),
        proven: decision.is_proven(),
        option: decision.description().option.map(str::to_string),
    };
    let column = |column: &ColumnInspection| wire::inspection::Column {
        number: number(column).map(|number| number as u64),
        header: column.origin.to_string(),
        means: column.means.clone(),
        confidence: column.confidence,
        evidence: column.evidence.iter().map(ToString::to_string).collect(),
        read_as: column.read_as(),
        decisions: column.decisions.iter().map(decision).collect(),
        filled: column.filled as u64,
        looked_at: column.looked_at as u64,
        distinct: column.distinct as u64,
        samples: column.samples.clone(),
    };
    let question = |question: &Question| wire::inspection::Question {
        text: question.to_string(),
        option: question.answer().to_string(),
    };
    let unused = |record: &Reject| wire::inspection::Unused {
        line: record.line,
        record: record.record,
        fate: record.reason.status().as_str(),
        column: record.column.clone(),
        code: record.reason.code().to_string(),
        reason: record.reason.to_string(),
        raw: record.raw.clone(),
    };
    let note = |note: &Note| wire::inspection::FileNote {
        code: note.code().to_string(),
        text: note.text(),
        count: note.count,
    };
    wire::inspection::File {
        file: file.file.clone(),
        sampled: file.sampled.map(|sampled| wire::inspection::Sampled {
            bytes: sampled.bytes,
            of: sampled.of,
        }),
        recognised: wire::inspection::Recognised {
            table: file.recognised.table.map(schema::Table::name),
            profile: file.recognised.profile.clone(),
            confidence: file.recognised.confidence,
            evidence: file.recognised.evidence.iter().map(ToString::to_string).collect(),
        },
        reading: Labels(reading(file).into_iter().map(|(what, text)| (what.to_string(), text)).collect()),
        columns: file.columns.iter().map(column).collect(),
        questions: file.questions.iter().map(question).collect(),
        command: command(&file.file, file.recognised.table, &file.questions),
        account: file.account.as_ref().map(RecordCounts::from),
        unused: file.unused.iter().map(unused).collect(),
        notes: file.notes.iter().map(note).collect(),
        problem: file.problem.as_ref().map(|error| problem(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::canonical::{self, Budget, Options, Recognised, Sampling, TableEvidence};
    use crate::ingest;
    use crate::io::Source;
    use crate::notes::FileNote;
    use crate::period::{Division, Grain, Zone};
    use crate::render::terminal;
    use crate::sources::guess::TableClue;
    use crate::sources::{self, Input};
    use crate::wire::validate::broken_document;

    fn odd() -> Inspection {
        Inspection {
            file: "odd\u{1b}.csv".into(),
            sampled: Some(Sampled {
                bytes: 16_000_000,
                of: Some(915_298_383),
            }),
            layout: ingest::peek(
                &Source::memory("odd.csv", &b"Kunde,Menge\n1,2\n"[..]),
                &ingest::FormatOverrides::default(),
                1,
            )
            .unwrap()
            .layout,
            footer: Vec::new(),
            recognised: Recognised {
                table: Some(crate::schema::Table::Purchases),
                confidence: 0.874,
                evidence: vec![TableEvidence::Clues(vec![
                    TableClue::Mentions(vec!["order", "currency"]),
                    TableClue::OneEach,
                ])],
                ..Recognised::default()
            },
            lookup: Vec::new(),
            amount_on: None,
            columns: vec![ColumnInspection {
                means: Some("stakeholder_id".into()),
                confidence: Some(0.9),
                samples: vec!["a very long name of a customer indeed".into()],
                ..ColumnInspection::of(ColumnOrigin::File(1, "Kunde".into()))
            }],
            filter: None,
            left_out: None,
            questions: Vec::new(),
            account: None,
            unused: Vec::new(),
            notes: vec![Note::new(FileNote::ZeroBytes { bytes: 3 })],
            problem: None,
        }
    }

    #[test]
    fn a_file_says_what_it_is_and_what_is_to_be_decided() {
        let file = odd();
        let document = document(std::slice::from_ref(&file), &Joins::default(), &Allowed::default());
        let text = terminal::text(
            &document,
            terminal::Style {
                width: 100,
                color: false,
                blocks: false,
            },
        );
        // Where lines end is up to the width.
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in [
            "odd\\u{1b}.csv",
            "Table: purchases (confidence 87%): its headers mention order, currency; every record has another stakeholder.",
            "only the first 16 MB of 915.3 MB was read",
            "stakeholder_id 90%",
            "a very long name of a...",
            "zero-bytes: 3 zero bytes are omitted",
            "Nothing can be measured yet.",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
        let json = serde_json::to_value(inspect(&[file], &Joins::default(), &Allowed::default())).unwrap();
        assert_eq!(json["files"][0]["recognised"]["table"], "purchases");
        assert_eq!(json["files"][0]["columns"][0]["means"], "stakeholder_id");
    }

    #[test]
    fn the_shape_is_the_documented_one() {
        // A file that fills everything, as it is found, beside one whose records could not be read.
        let text = "ticket_id,customer_id,created_at,mail\n1,C1,2024-01-01,a\n2,C2,soon,b\n3,,2024-01-03,c\n";
        let input = Input::new(Source::memory("tickets.csv", text.as_bytes()), sources::Source::default());
        let options = Options {
            redact: None,
            limits: crate::ingest::Limits::default(),
            merge_spellings: false,
            large: canonical::LARGE,
            profiles: Vec::new(),
            questions: Vec::new(),
            threads: 1,
            zone: Zone::utc(),
            as_of: None,
            division: Division::Grain(Grain::Month),
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
            questions: vec![Question::Product {
                file: "a.csv".into(),
                quantity: "Menge".into(),
                price: "Preis".into(),
                unless: None,
            }],
            problem: Some(Arc::new(Problem::data("ambiguous dates").hint("set dates").into())),
            ..odd()
        });
        let allowed = Allowed {
            measurable: vec![("contact".into(), vec!["contacts".into()])],
            missing: vec![("a roster".into(), vec!["turnover_rate".into()])],
        };
        let mut value = serde_json::to_value(inspect(&files, &Joins::default(), &allowed)).unwrap();
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
