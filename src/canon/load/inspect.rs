//! What a file turns out to be: the same steps as reading it, each with what tells.

use anyhow::Result;

use super::{Budget, Options, load, look_at};
use crate::canon::{ColumnInspection, Inspection, Question, Recognised};
use crate::intake::Peek;
use crate::note::Note;
use crate::sources::guess::{ColumnProfile, Understanding};
use crate::sources::{self, Confidence, Described, From, Input, Mapped, Source};

/// Looks at files, each by itself: one inspection for each table that a file feeds. What is wrong with a file is part of what is told of
/// it, as long as its bytes can be read.
///
/// # Errors
/// A file that cannot be read at all.
pub fn inspect(inputs: &[Input], options: &Options) -> Result<Vec<Inspection>> {
    let mut inspections = Vec::new();
    for input in inputs {
        let (_, peek, found) = look_at(input, options)?;
        let columns = profiles(&peek);
        for source in &found.sources {
            let looked = Looked {
                input,
                source,
                peek: &peek,
                found: &found,
                columns: &columns,
                options,
            };
            inspections.push(looked.inspection());
        }
    }
    Ok(inspections)
}

/// What the cells of each column are among the first records.
fn profiles(peek: &Peek) -> Vec<ColumnProfile> {
    let names = peek.layout.header.names.iter().enumerate();
    let cells = |at: usize| -> Vec<&str> { peek.rows.iter().map(|row| row.fields.get(at).map_or("", String::as_str)).collect() };
    names.map(|(at, name)| ColumnProfile::of(name, &cells(at))).collect()
}

struct Looked<'a> {
    input: &'a Input,
    source: &'a Source,
    peek: &'a Peek,
    found: &'a Described,
    columns: &'a [ColumnProfile],
    options: &'a Options,
}

impl Looked<'_> {
    fn inspection(&self) -> Inspection {
        let mut inspection = Inspection {
            file: self.input.file.name().to_string(),
            reading: reading(self.peek, self.options.redact.is_none()),
            recognised: self.recognised(),
            columns: Vec::new(),
            questions: self.understanding().map(questions).unwrap_or_default(),
            account: None,
            unused: Vec::new(),
            notes: Vec::new(),
            problem: None,
        };
        if self.source.table.is_none() {
            inspection.problem = Some("it cannot be told which table it feeds".to_string());
        } else {
            self.read(&mut inspection);
        }
        inspection.columns = self.columns(&inspection.notes);
        inspection.notes.retain(|note| !matches!(note.code, "decided" | "recognised"));
        inspection
    }

    fn understanding(&self) -> Option<&Understanding> {
        self.found.understanding.as_ref()
    }

    /// Reads all of it, whatever is rejected.
    fn read(&self, inspection: &mut Inspection) {
        let input = Input {
            file: self.input.file.clone(),
            source: self.source.clone(),
        };
        let options = Options {
            budget: Budget::Number(u64::MAX),
            ..self.options.clone()
        };
        match load(&[input], &options) {
            Ok(loaded) => {
                if let Err(error) = loaded
                    .account
                    .iter()
                    .try_for_each(|account| self.options.budget.check_account(account))
                {
                    inspection.problem = Some(in_a_line(&error));
                }
                inspection.account = loaded.account.into_iter().next();
                inspection.unused = loaded.unused;
                inspection.notes = loaded.notes;
            }
            Err(error) => inspection.problem = Some(in_a_line(&error)),
        }
    }

    fn recognised(&self) -> Recognised {
        let table = self.source.table;
        let profile = self.source.profile.clone().filter(|id| id != "none");
        let stated = |evidence: &str| (1.0, vec![evidence.to_string()]);
        let (confidence, evidence) = match (&profile, self.understanding()) {
            (Some(id), _) if self.input.source.profile.is_none() => {
                let all = self.options.profiles.iter().chain(sources::profile::builtin());
                let profile = all.into_iter().find(|p| p.id == *id);
                let confidence = match profile.map(|p| p.confidence) {
                    Some(Confidence::Low) => 0.7,
                    Some(Confidence::Medium) => 0.9,
                    _ => 0.99,
                };
                let headers = profile.map(|p| p.headers.clone()).unwrap_or_default();
                let listed: Vec<String> = headers.iter().map(|header| format!("`{header}`")).collect();
                let evidence = match listed.is_empty() {
                    true => "another profile reads the same file".to_string(),
                    false => format!("it has the columns {}", listed.join(", ")),
                };
                (confidence, vec![evidence])
            }
            (Some(_), _) => stated("the configuration says so"),
            (None, Some(found)) => {
                let best = found.tables.iter().find(|(t, ..)| Some(*t) == table).or(found.tables.first());
                let mut evidence: Vec<String> = best.iter().map(|(_, _, evidence)| evidence.clone()).collect();
                evidence.extend(self.found.said.clone());
                (found.table.map_or(0.0, |(_, confidence)| confidence), evidence)
            }
            (None, None) => stated("the configuration maps it"),
        };
        Recognised {
            table,
            profile,
            confidence,
            evidence,
        }
    }

    /// The columns of the file, and what is mapped from no single one of them.
    fn columns(&self, notes: &[Note]) -> Vec<ColumnInspection> {
        let header = &self.peek.layout.header;
        let read_as = |name: &str| {
            let start = format!("{name}: ");
            let decided = notes.iter().filter(|note| note.code == "decided");
            decided
                .filter_map(|note| note.text.strip_prefix(&start))
                .collect::<Vec<_>>()
                .join("; ")
        };
        let mut columns: Vec<ColumnInspection> = Vec::new();
        for (at, profile) in self.columns.iter().enumerate() {
            let means = self.source.map.iter().find(|(_, mapped)| match &mapped.from {
                From::Column(name) => header.find(name) == Some(at) || sources::folded(name) == sources::folded(&header.names[at]),
                _ => false,
            });
            let guess = means.and_then(|(column, _)| self.understanding()?.guesses.iter().find(|g| g.column == column && g.header == at));
            let mut read = read_as(&header.names[at]);
            if read.is_empty() {
                read = looks(profile);
            }
            columns.push(ColumnInspection {
                number: Some(at + 1),
                header: header.names[at].clone(),
                means: means.map(|(column, _)| column.clone()),
                confidence: means.map(|_| guess.map_or(self.recognised().confidence, |g| g.confidence)),
                evidence: guess.map(|g| g.evidence.clone()).unwrap_or_default(),
                read_as: read,
                filled: profile.filled,
                looked_at: profile.rows,
                distinct: profile.distinct,
                samples: match self.options.redact {
                    Some(_) => Vec::new(),
                    None => profile.samples.iter().take(3).cloned().collect(),
                },
            });
        }
        let given = |mapped: &Mapped| match &mapped.from {
            From::Expr(expr) => Some(expr.text().to_string()),
            From::Value(value) => Some(format!("'{value}'")),
            From::Column(_) => None,
        };
        let others = self.source.map.iter().filter_map(|(column, mapped)| Some((column, given(mapped)?)));
        columns.extend(others.map(|(column, header)| ColumnInspection {
            read_as: read_as(column),
            header,
            means: Some(column.clone()),
            confidence: Some(self.recognised().confidence),
            ..ColumnInspection::default()
        }));
        columns
    }
}

/// An error on one line, with what to do about it.
fn in_a_line(error: &anyhow::Error) -> String {
    format!("{error:#}").replace("\nhint: ", "; ").replace('\n', " ")
}

/// What the cells look like, in a few words.
fn looks(profile: &ColumnProfile) -> String {
    let Some((kind, count)) = profile.kinds.first() else {
        return "empty".to_string();
    };
    let mut text = kind.name().to_string();
    if let Some(dates) = profile.dates {
        text.push_str(&format!(", {dates}"));
    }
    if *count < profile.filled {
        text.push_str(&format!(", mostly ({count} of {})", profile.filled));
    }
    text
}

fn questions(found: &Understanding) -> Vec<Question> {
    let question = |q: &sources::guess::Question| Question {
        text: q.text.clone(),
        option: q.option.clone(),
    };
    found.questions.iter().map(question).collect()
}

/// How the bytes become records; of lines around them the text, where it may be shown.
fn reading(peek: &Peek, with_text: bool) -> Vec<(&'static str, String)> {
    let layout = &peek.layout;
    let because = if layout.encoding_why.is_empty() {
        String::new()
    } else {
        format!(", {}", layout.encoding_why)
    };
    let mut reading = vec![
        ("encoding", format!("{}{because}", layout.encoding)),
        ("fields", layout.dialect.to_string()),
        ("line ends", layout.line_ends.to_string()),
    ];
    reading.push((
        "header",
        match layout.header.rows.len() {
            0 => "none; columns have numbers for names".to_string(),
            1 => "one row".to_string(),
            rows => format!("{rows} rows"),
        },
    ));
    let lines = |lines: &[crate::intake::Line]| {
        let shown: Vec<String> = lines
            .iter()
            .map(|line| match with_text {
                true => format!("line {}: {}", line.line, line.text),
                false => format!("line {}", line.line),
            })
            .collect();
        shown.join("; ")
    };
    if !layout.preamble.is_empty() {
        reading.push(("before it", lines(&layout.preamble)));
    }
    if !peek.footer.is_empty() {
        reading.push(("after the records", lines(&peek.footer)));
    }
    // Encoding and fields are told above.
    let told = |finding: &&String| !finding.starts_with("read as ") && !finding.contains(&layout.dialect.to_string());
    let findings: Vec<&str> = layout.findings.iter().filter(told).map(String::as_str).collect();
    if !findings.is_empty() {
        reading.push(("found", findings.join("; ")));
    }
    reading
}
