//! What a file turns out to be: the same steps as reading it, each with its evidence.

use std::sync::Arc;

use anyhow::Result;

use super::file::left_out::shared_by_rejects;
use super::file::opening::look_at;
use crate::canonical::load::{Budget, Loaded, Options, load};
use crate::canonical::{CellsLookLike, ColumnInspection, ColumnOrigin, Inspection, Recognised, Sampled, Sampling, TableEvidence};
use crate::diagnostics::Problem;
use crate::ingest::Peek;
use crate::io;
use crate::notes::{Decision, FileNote, Note, NoteKind, Recognition};
use crate::sources::guess::{ColumnProfile, Guess, Understanding};
use crate::sources::{self, Confidence, Described, From, Input, Look, Lookup, Source};

/// Looks at files, each by itself: one inspection for each table that a file is loaded into. What is wrong with a file is part of its
/// inspection, as long as its bytes can be read. Of large files only the start is read, unless it leaves something open that all of
/// the file may decide.
///
/// # Errors
/// A file that cannot be read at all.
pub fn inspect(inputs: &[Input], options: &Options, sampling: Sampling) -> Result<Vec<Inspection>> {
    let mut inspections = Vec::new();
    for input in inputs {
        let Look { peek, found, .. } = look_at(input, options)?;
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
            layout: self.peek.layout.clone(),
            footer: self.peek.footer.clone(),
            recognised: self.recognised(),
            lookup: self.source.lookup.clone(),
            amount_on: self
                .source
                .amount_on
                .filter(|_| self.source.place.is_none() && self.source.profile.is_none()),
            columns: Vec::new(),
            questions: self.source.questions.clone(),
            filter: self
                .source
                .filter
                .as_ref()
                .filter(|_| self.source.is_of_question || self.source.left_out.is_some())
                .map(|filter| filter.text().to_string()),
            left_out: self.source.left_out,
            account: None,
            unused: Vec::new(),
            notes: Vec::new(),
            problem: None,
        };
        if self.source.table.is_none() {
            let problem = Problem::data("cannot determine which table it belongs to");
            inspection.problem = Some(Arc::new(problem.into()));
        } else {
            self.read(&mut inspection);
        }
        inspection.columns = self.columns(&inspection.notes);
        // These are with the columns, and with what the file is recognised as.
        let is_shown = |note: &Note| match &note.kind {
            NoteKind::File(FileNote::Decided { .. } | FileNote::Recognised { .. } | FileNote::Guessed { .. }) => true,
            NoteKind::File(_) | NoteKind::Cells(_) | NoteKind::Data(_) | NoteKind::People(_) | NoteKind::Run(_) => false,
        };
        inspection.notes.retain(|note| !is_shown(note));
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
        inspection.problem = problem.map(Arc::new);
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
        match load(&[Input::new(file, source)], &options) {
            Ok(loaded) => {
                let mut counts = loaded.account.iter();
                let is_hidden = self.source.private;
                let shared = || {
                    let unused = loaded.unused.iter().map(|unused| (unused.column.as_str(), &unused.reason));
                    let found = || shared_by_rejects(unused, &self.peek.layout.header.names, &self.peek.rows);
                    (!is_hidden).then(found).flatten()
                };
                let over = counts.try_for_each(|counts| self.options.budget.check_account(counts, shared));
                (Some(loaded), over.err())
            }
            Err(error) => (None, Some(error)),
        }
    }

    fn recognised(&self) -> Recognised {
        let table = self.source.table;
        let profile = self.source.profile.clone().filter(|id| id != "none");
        let set = |evidence: TableEvidence| (1.0, vec![evidence]);
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
                let evidence = match headers.is_empty() {
                    true => TableEvidence::OtherProfile,
                    false => TableEvidence::HasColumns(headers),
                };
                (confidence, vec![evidence])
            }
            (Some(_), _) => set(TableEvidence::ProfileIsSet),
            (None, Some(found)) => {
                let best = found.tables.iter().find(|(t, ..)| Some(*t) == table).or(found.tables.first());
                let mut evidence: Vec<TableEvidence> = best.iter().map(|(.., clues)| TableEvidence::Clues(clues.clone())).collect();
                let recognition = self.found.recognition.clone();
                // Its table follows from its questions.
                if matches!(recognition, Some(Recognition::AnswersToQuestions { .. })) {
                    evidence.clear();
                }
                evidence.extend(recognition.map(TableEvidence::Resembles));
                (found.table.map_or(0.0, |(_, confidence)| confidence), evidence)
            }
            (None, None) => set(match (&self.source.place, &self.source.lookup[..]) {
                (Some(_), _) => TableEvidence::ColumnsAreMapped,
                (None, []) => TableEvidence::Roster,
                (None, lookups) => TableEvidence::Joined(lookups.iter().flat_map(Lookup::names).collect()),
            }),
        };
        let mut evidence = evidence;
        evidence.extend(
            sources::long_form::question_of(self.source)
                .filter(|_| self.understanding().is_none())
                .map(TableEvidence::Question),
        );
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
        let decisions = |name: &str| -> Vec<Decision> {
            let decided = notes.iter().filter_map(|note| match &note.kind {
                NoteKind::File(FileNote::Decided { column, decision }) if column == name => Some(decision.clone()),
                NoteKind::File(_) | NoteKind::Cells(_) | NoteKind::Data(_) | NoteKind::People(_) | NoteKind::Run(_) => None,
            });
            decided.collect()
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
            let guesses = || self.understanding().into_iter().flat_map(|found| &found.guesses);
            // A date whose time of day stands in another column is mapped from both.
            let is_with_time = |g: &&Guess| {
                let from = self.source.map.get(g.column).map(|mapped| &mapped.from);
                g.header == at && g.rest.is_some() && matches!(from, Some(From::Expr(_)))
            };
            let dated = guesses().find(is_with_time).map(|guess| guess.column.to_string());
            let means = mapped.iter().find(|(_, place, name)| *place == Some(at) || *name == own);
            let means = means.map(|(column, ..)| (*column).clone()).or(dated);
            let guess = means
                .as_ref()
                .and_then(|column| guesses().find(|g| g.column == column.as_str() && g.header == at));
            columns.push(ColumnInspection {
                origin: ColumnOrigin::File(at + 1, header.names[at].clone()),
                confidence: means.as_ref().map(|_| guess.map_or(self.recognised().confidence, |g| g.confidence)),
                evidence: guess.map(|g| g.evidence.clone()).unwrap_or_default(),
                means,
                decisions: decisions(&header.names[at]),
                looks: looks(profile),
                filled: profile.filled,
                looked_at: profile.rows,
                distinct: profile.distinct,
                samples: profile.samples.iter().take(3).cloned().collect(),
            });
        }
        for (column, mapped) in &self.source.map {
            let origin = match &mapped.from {
                From::Column(name) => {
                    let is_own =
                        header.find(name).is_some() || header.names.iter().any(|own| sources::folded(own) == sources::folded(name));
                    if is_own || self.source.lookup.is_empty() {
                        continue;
                    }
                    ColumnOrigin::LookedUp(name.clone())
                }
                From::Expr(expr) => ColumnOrigin::Expression(expr.text().to_string()),
                From::Value(text) => ColumnOrigin::Constant(text.clone()),
            };
            let decided = match &origin {
                ColumnOrigin::LookedUp(name) => name,
                ColumnOrigin::File(..) | ColumnOrigin::Expression(_) | ColumnOrigin::Constant(_) => column,
            };
            columns.push(ColumnInspection {
                decisions: decisions(decided),
                means: Some(column.clone()),
                confidence: Some(self.recognised().confidence),
                ..ColumnInspection::of(origin)
            });
        }
        columns
    }
}

/// What the cells look like; `None`: they are empty.
fn looks(profile: &ColumnProfile) -> Option<CellsLookLike> {
    Some(CellsLookLike {
        kind: *profile.kinds.first()?,
        dates: profile.dates,
        filled: profile.filled,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{input, options};
    use super::*;
    use crate::notes::RejectReason;

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
        assert_eq!((text.len() > 1000, large.problem.is_some()), (true, false));
        let of = Some(text.len() as u64);
        assert_eq!(large.sampled, Some(Sampled { bytes: 400, of }));
        let whole = text[..400].rfind("\nC").unwrap();
        let records = text[..whole].matches("\nC").count() as u64;
        let account = large.account.unwrap();
        // The record at the cut is no reject: it is left out.
        assert_eq!((account.read, account.rejected), (records, records));
        assert!(large.unused.iter().all(|unused| unused.reason != RejectReason::CutOff.into()));
        assert_eq!(inspected(&text[..900]).sampled, None);
    }

    #[test]
    fn what_the_start_leaves_open_all_of_the_file_decides() {
        let text = orders(100, 12).replace("5\n,0", "5.0");
        let ambiguous = inspected(&text).problem.unwrap().to_string();
        assert!(ambiguous.contains("ambiguous dates"), "{ambiguous}");
        let clear = inspected(&orders(100, 28).replace("5\n,0", "5.0"));
        assert_eq!((clear.problem.is_some(), clear.sampled), (false, None));
        assert_eq!(clear.account.unwrap().read, 100);
    }
}
