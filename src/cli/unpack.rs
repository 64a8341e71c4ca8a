//! Workbooks and archives among the inputs: which of their tables are read.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::diagnostics::{Problem, listed, nearest, visible};
use crate::ingest::{Contents, Limits, Sheet, contents, peek_within};
use crate::io;
use crate::sources::{Input, Profile, Source, describe};

/// The inputs with their workbooks and archives as the tables in them: of a workbook the sheet that is named, or the one whose header fits a
/// table, and of an archive all exports. A file is unpacked once.
///
/// # Errors
/// When a file is damaged, protected or expands too far, has no part of the name that is given, or has several sheets that may be meant.
pub fn unpack(inputs: Vec<Input>, profiles: &[Profile], limits: Limits) -> Result<Unpacked> {
    let mut known: BTreeMap<(String, Option<String>), Vec<Held>> = BTreeMap::new();
    let (mut unpacked, mut all) = (Ok(Vec::new()), Vec::new());
    for Input { file, source, .. } in inputs {
        let key = (file.name().to_string(), file.part().map(str::to_string));
        if !known.contains_key(&key) {
            known.insert(key.clone(), held(&file)?);
        }
        let chooser = Chooser {
            source: &source,
            profiles,
            limits,
        };
        for held in &known[&key] {
            if let Ok(inputs) = &mut unpacked {
                match chooser.input(&file, held) {
                    Ok(input) => inputs.push(input),
                    Err(error) => unpacked = Err(error),
                }
            }
            all.extend(chooser.all(&file, held));
        }
    }
    let has_more = unpacked.as_ref().map_or(true, |inputs| inputs.len() < all.len());
    Ok(Unpacked {
        inputs: unpacked,
        all: has_more.then_some(all),
    })
}

/// The tables of inputs.
pub struct Unpacked {
    /// Of a workbook the one sheet that is meant, if it is clear.
    pub inputs: Result<Vec<Input>>,
    /// The same with all sheets of workbooks that have several, if any has: they may belong together.
    pub all: Option<Vec<Input>>,
}

/// What a file, or a file of an archive, holds.
enum Held {
    Table(io::Source),
    Sheets(io::Source, Vec<Sheet>),
}

fn held(file: &io::Source) -> Result<Vec<Held>> {
    // `archive.zip#book.xlsx#Sheet` names a part of a part.
    let (part, rest) = match file.part().map(|part| part.split_once('#').unwrap_or((part, ""))) {
        None => (None, None),
        Some((part, rest)) => (Some(part), Some(rest).filter(|rest| !rest.is_empty())),
    };
    match contents(file, part)? {
        Contents::Table => match part {
            None => Ok(vec![Held::Table(file.clone())]),
            Some(part) => Err(no_part(file, part, &[])),
        },
        Contents::Sheets(sheets) => match part.filter(|_| sheets.is_empty()) {
            None => Ok(vec![Held::Sheets(file.clone(), sheets)]),
            Some(part) => Err(no_part(file, part, &names(file)?)),
        },
        Contents::Files(files) => {
            if files.is_empty() {
                return Err(match part {
                    Some(part) => no_part(file, part, &names(file)?),
                    None => Problem::data(format!("{} has no export in it", file.name()))
                        .hint("it may have .csv, .tsv, .txt, .parquet, .xlsx, .xls and .ods files, compressed or not")
                        .into(),
                });
            }
            let mut all = Vec::new();
            for (_, member) in files {
                let of_member = match contents(&member, rest)? {
                    Contents::Table => Held::Table(member),
                    Contents::Sheets(sheets) => Held::Sheets(member, sheets),
                    Contents::Files(_) => {
                        let help = "unpack it first";
                        return Err(Problem::data(format!("{} is an archive in an archive", member.name()))
                            .hint(help)
                            .into());
                    }
                };
                all.push(of_member);
            }
            Ok(all)
        }
    }
}

/// The names of the sheets or files that a file holds.
fn names(file: &io::Source) -> Result<Vec<String>> {
    Ok(match contents(file, None)? {
        Contents::Table => Vec::new(),
        Contents::Sheets(sheets) => sheets.into_iter().map(|sheet| sheet.name).collect(),
        Contents::Files(files) => files.into_iter().map(|(name, _)| name).collect(),
    })
}

/// A part that a file does not have.
fn no_part(file: &io::Source, part: &str, parts: &[String]) -> anyhow::Error {
    let problem = Problem::data(format!("{} has no part `{}` with cells", file.name(), visible(part)));
    let hint = match (nearest(part, parts), parts) {
        (Some(near), _) => format!("did you mean {}#{near}?", file.name()),
        (None, []) => "only workbooks and archives have parts".to_string(),
        (None, _) => format!("it has {}", shown(parts.iter().map(String::as_str))),
    };
    problem.hint(hint).into()
}

fn shown<'a>(names: impl Iterator<Item = &'a str>) -> String {
    listed(&names.map(|name| format!("`{}`", visible(name))).collect::<Vec<_>>())
}

/// The sheets that are not hidden, or all if all are.
fn shown_ones(sheets: &[Sheet]) -> Vec<&Sheet> {
    let shown: Vec<&Sheet> = sheets.iter().filter(|sheet| !sheet.is_hidden).collect();
    if shown.is_empty() { sheets.iter().collect() } else { shown }
}

/// Finds the sheet that is meant.
struct Chooser<'a> {
    source: &'a Source,
    profiles: &'a [Profile],
    limits: Limits,
}

/// So many rows show what a sheet is.
const SAMPLE: usize = 200;

impl Chooser<'_> {
    fn input(&self, file: &io::Source, held: &Held) -> Result<Input> {
        match held {
            Held::Table(table) => Ok(Input::new(table.clone(), self.source.clone())),
            Held::Sheets(workbook, sheets) => {
                let sheet = self.sheet(if file.part().is_some() { file } else { workbook }, sheets)?;
                Ok(Input::new(sheet.table.clone(), self.written()))
            }
        }
    }

    /// All sheets of a workbook that nothing describes and of which none is named.
    fn all(&self, file: &io::Source, held: &Held) -> Vec<Input> {
        let input = |table: &io::Source, source: Source| Input::new(table.clone(), source);
        match held {
            Held::Table(table) => vec![input(table, self.source.clone())],
            Held::Sheets(workbook, sheets) => {
                let is_open = self.source.place.is_none() && self.source.table.is_none() && file.part().is_none();
                match is_open {
                    true => shown_ones(sheets)
                        .into_iter()
                        .map(|sheet| input(&sheet.table, self.written()))
                        .collect(),
                    false => self
                        .input(if file.part().is_some() { file } else { workbook }, held)
                        .into_iter()
                        .collect(),
                }
            }
        }
    }

    /// The sheet that is named, the only one, or the only one that fits a table.
    fn sheet<'s>(&self, file: &io::Source, sheets: &'s [Sheet]) -> Result<&'s Sheet> {
        let candidates = shown_ones(sheets);
        if let [only] = candidates[..] {
            return Ok(only);
        }
        let fitting: Vec<&Sheet> = candidates.iter().copied().filter(|sheet| self.fits(sheet)).collect();
        let of = |sheets: &[&Sheet]| shown(sheets.iter().map(|sheet| sheet.name.as_str()));
        let problem = match fitting[..] {
            [only] => return Ok(only),
            [] if candidates.is_empty() => return Err(Problem::data(format!("{} has no sheet with cells", file.name())).into()),
            [] => {
                Problem::data(format!("none of the sheets of {} is recognised", file.name())).why(format!("they are {}", of(&candidates)))
            }
            _ => Problem::data(format!("several sheets of {} can be read", file.name())).why(format!("they are {}", of(&fitting))),
        };
        let example = fitting.first().or(candidates.first()).map_or("SHEET", |sheet| sheet.name.as_str());
        Err(problem
            .hint(format!("name the one that is meant, for example '{}#{example}'", file.name()))
            .into())
    }

    /// How a sheet is written out is known.
    fn written(&self) -> Source {
        let mut source = self.source.clone();
        source.wishes = source.wishes.as_sheet();
        source
    }

    /// Whether a sheet has what is mapped, or is recognised as a table.
    fn fits(&self, sheet: &Sheet) -> bool {
        let source = self.written();
        let Ok(peek) = peek_within(&sheet.table, &source.wishes, SAMPLE, self.limits) else {
            return false;
        };
        let header = &peek.layout.header;
        if source.is_mapped {
            let columns = source.map.values().flat_map(|mapped| mapped.columns());
            return columns.into_iter().all(|column| header.find(&column).is_some());
        }
        let rows: Vec<Vec<String>> = peek.rows.iter().map(|row| row.fields.clone()).collect();
        let found = describe(&source, sheet.table.name(), header, &rows, self.profiles);
        match self.source.table {
            // The table is stated: the columns have to be those of it.
            Some(_) => found.understanding.is_none_or(|understanding| understanding.questions.is_empty()),
            None => found.sources.iter().any(|source| source.table.is_some()),
        }
    }
}
