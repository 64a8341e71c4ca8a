//! What a file turns out to be: the same steps as reading it, each with what tells.

use anyhow::Result;

use super::opening::look_at;
use super::{Budget, Loaded, Options, load};
use crate::canonical::{ColumnInspection, Inspection, Question, Recognised, Sampled, Sampling};
use crate::diagnostics::{Note, excerpt};
use crate::ingest::Peek;
use crate::io;
use crate::sources::guess::{ColumnProfile, Understanding};
use crate::sources::{self, Confidence, Described, From, Input, Mapped, Source};

/// Looks at files, each by itself: one inspection for each table that a file feeds. What is wrong with a file is part of what is told of
/// it, as long as its bytes can be read. Of large files only the start is read, unless it leaves something open that all of the file
/// may decide.
///
/// # Errors
/// A file that cannot be read at all.
pub fn inspect(inputs: &[Input], options: &Options, sampling: Sampling) -> Result<Vec<Inspection>> {
    let mut inspections = Vec::new();
    for input in inputs {
        let (_, peek, found) = look_at(input, options)?;
        let sampled = sampled(&input.file, sampling)?;
        let columns = profiles(&peek);
        for source in &found.sources {
            let looked = Looked {
                input,
                source,
                peek: &peek,
                found: &found,
                columns: &columns,
                options,
                sampled,
            };
            inspections.push(looked.inspection());
        }
    }
    Ok(inspections)
}

/// How much of a file is read; `None`: all.
fn sampled(file: &io::Source, sampling: Sampling) -> Result<Option<Sampled>> {
    if !file.is_longer_than(sampling.over)? {
        return Ok(None);
    }
    // What is damaged behind the part that is read is told all the same.
    file.check_compressed()?;
    let of = if file.is_compressed()? { None } else { file.size() };
    Ok(Some(Sampled { bytes: sampling.bytes, of }))
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
    sampled: Option<Sampled>,
}

impl Looked<'_> {
    fn inspection(&self) -> Inspection {
        let mut inspection = Inspection {
            file: self.input.file.name().to_string(),
            sampled: None,
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

    /// Reads it, whatever is rejected. Whether dates are ambiguous, or too much is rejected, only all of a file can tell: where its start
    /// has such a problem, all of it is read.
    fn read(&self, inspection: &mut Inspection) {
        inspection.sampled = self.sampled;
        let (loaded, problem) = match self.sampled {
            None => self.load(self.input.file.clone()),
            Some(sampled) => match self.load(self.input.file.start(sampled.bytes)) {
                (_, Some(_)) => {
                    inspection.sampled = None;
                    self.load(self.input.file.clone())
                }
                read => read,
            },
        };
        inspection.problem = problem.as_ref().map(in_a_line);
        if let Some(loaded) = loaded {
            inspection.account = loaded.account.into_iter().next();
            inspection.unused = loaded.unused;
            inspection.notes = loaded.notes;
        }
    }

    /// What can be read, and why it cannot be used as it is.
    fn load(&self, file: io::Source) -> (Option<Loaded>, Option<anyhow::Error>) {
        let source = self.source.clone();
        let options = Options {
            budget: Budget::Number(u64::MAX),
            ..self.options.clone()
        };
        match load(&[Input { file, source }], &options) {
            Ok(loaded) => {
                let mut accounts = loaded.account.iter();
                let over = accounts.try_for_each(|account| self.options.budget.check_account(account));
                (Some(loaded), over.err())
            }
            Err(error) => (None, Some(error)),
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
        let decided: Vec<&Note> = notes.iter().filter(|note| note.code == "decided").collect();
        let read_as = |name: &str| {
            let start = format!("{name}: ");
            decided
                .iter()
                .filter_map(|note| note.text.strip_prefix(&start))
                .collect::<Vec<_>>()
                .join("; ")
        };
        // What is mapped from a column, with its place and its name as names are compared.
        let mapped: Vec<(&String, Option<usize>, String)> = (self.source.map.iter())
            .filter_map(|(column, mapped)| match &mapped.from {
                From::Column(name) => Some((column, header.find(name), sources::folded(name))),
                From::Expr(_) | From::Value(_) => None,
            })
            .collect();
        let mut columns: Vec<ColumnInspection> = Vec::new();
        for (at, profile) in self.columns.iter().enumerate() {
            let own = sources::folded(&header.names[at]);
            let means = mapped.iter().find(|(_, place, name)| *place == Some(at) || *name == own);
            let guess = means.and_then(|(column, ..)| {
                self.understanding()?
                    .guesses
                    .iter()
                    .find(|g| g.column == column.as_str() && g.header == at)
            });
            let mut read = read_as(&header.names[at]);
            if read.is_empty() {
                read = looks(profile);
            }
            columns.push(ColumnInspection {
                number: Some(at + 1),
                header: header.names[at].clone(),
                means: means.map(|(column, ..)| column.to_string()),
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
        let given = |mapped: &Mapped| (!matches!(mapped.from, From::Column(_))).then(|| mapped.from.to_string());
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
    let lines = |lines: &[crate::ingest::Line]| {
        let shown: Vec<String> = lines
            .iter()
            .map(|line| match with_text {
                true => format!("line {}: {}", line.line, excerpt(&line.text)),
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

#[cfg(test)]
mod tests {
    use super::super::testing::{input, options};
    use super::*;

    const SAMPLING: Sampling = Sampling { over: 1000, bytes: 400 };

    fn inspected(text: &str) -> Inspection {
        inspect(&[input("orders.csv", "purchases", text)], &options(), SAMPLING)
            .unwrap()
            .remove(0)
    }

    /// Lines of a file whose days of the month go up to this one.
    fn orders(records: usize, last_day: usize) -> String {
        let line = |n: usize| format!("C{n},{:02}/01/2024,\"5\n,0\"\n", 1 + n * last_day / records);
        format!("Customer,Date,Amount\n{}", (0..records).map(line).collect::<String>())
    }

    #[test]
    fn of_a_large_file_the_start_is_read_and_said_so() {
        let text = orders(50, 1).replace("01/01/2024", "2024-01-01");
        let large = inspected(&text);
        assert_eq!((text.len() > 1000, large.problem.clone()), (true, None));
        let of = Some(text.len() as u64);
        assert_eq!(large.sampled, Some(Sampled { bytes: 400, of }));
        let whole = text[..400].rfind("\nC").unwrap();
        let records = text[..whole].matches("\nC").count() as u64;
        let account = large.account.unwrap();
        // The record at the cut is no reject: it is left out.
        assert_eq!((account.read, account.rejected), (records, records));
        assert!(large.unused.iter().all(|unused| unused.code != "cut-off"));
        assert_eq!(inspected(&text[..900]).sampled, None);
    }

    #[test]
    fn what_the_start_leaves_open_all_of_the_file_decides() {
        let text = orders(100, 12).replace("5\n,0", "5.0");
        let ambiguous = inspected(&text).problem.unwrap();
        assert!(ambiguous.contains("more than one way"), "{ambiguous}");
        let clear = inspected(&orders(100, 28).replace("5\n,0", "5.0"));
        assert_eq!((clear.problem, clear.sampled), (None, None));
        assert_eq!(clear.account.unwrap().read, 100);
    }
}
