//! Columns of other files: the record of each key, found for every record that is read.
//!
//! Only the cells that something needs are kept, in one text with their ends, and a key leads to a number: a file of a million records
//! costs little more than its keys.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::Result;
use rustc_hash::FxHashMap;

use super::mapping;
use crate::canonical::load::Options;
use crate::cell_parsing::{is_null, unguarded};
use crate::diagnostics::{Place, Problem, did_you_mean, excerpt, listed};
use crate::ingest::{self, Contents, FormatOverrides, Header, Layout, contents};
use crate::io;
use crate::notes::{CellText, ExclusionReason, RejectReason, UnusedReason};
use crate::sources::grammar::MOST_LOOKUPS;
use crate::sources::{Lookup, LookupFile, Several, Unmatched};

/// The columns that other files add to one.
#[derive(Default)]
pub struct LookedUp {
    /// Their names, those of the first file first.
    pub names: Vec<String>,
    steps: Vec<Step>,
}

/// One table that is looked up, in one file or in several with the same columns.
struct Step {
    files: Vec<(io::Source, Layout)>,
    /// The places of the key among the columns of the file that is read and those added before, and their names.
    keys: Vec<usize>,
    key_names: Vec<String>,
    /// The places of the key in the other file.
    theirs: Vec<usize>,
    /// The places in the other file of the columns that it adds, and of the first of them among all columns.
    added: Vec<usize>,
    first: usize,
    unmatched: Unmatched,
    several: Several,
    /// Its records; `None`: nothing needs them.
    records: Option<Records>,
}

/// The records of a file by their keys.
struct Records {
    numbers: FxHashMap<Box<str>, u32>,
    /// By the number of a key, the place of its record among those whose cells are kept.
    places: Vec<u32>,
    kept_records: u32,
    /// The cells that are kept, one after the other, and where each of them ends.
    cells: String,
    ends: Vec<usize>,
    /// By added column, its place among the kept cells of a record.
    kept: Vec<Option<usize>>,
    width: usize,
    /// Whether some record refers to it.
    referred: Vec<AtomicBool>,
}

/// The records that were found for one record.
pub struct Found([u32; MOST_LOOKUPS]);

const NOTHING: u32 = u32::MAX;

/// To which records of a table that is looked up some record of a file refers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referred {
    /// The files of that table, and the places of the key.
    pub files: Vec<String>,
    /// See [`Self::files`].
    pub key: Vec<usize>,
    /// By record of that table.
    pub records: Vec<bool>,
}

/// A record that is not used because its key is not in another file.
pub struct NotFound<'a> {
    /// The column of the key.
    pub column: &'a str,
    /// The reason.
    pub reason: UnusedReason,
}

impl LookedUp {
    /// The columns that these lookups add to a file with this header. No record is read yet.
    ///
    /// # Errors
    /// When a file cannot be read, or lacks a column of the key.
    pub fn open(lookups: &[Lookup], header: &Header, file: &str, options: &Options) -> Result<LookedUp> {
        let mut names: Vec<String> = Vec::new();
        let mut steps: Vec<Step> = Vec::new();
        let width = header.names.len();
        for lookup in lookups {
            let files = files(lookup, options)?;
            let (other, layout) = &files[0];
            let key = |name: &str| {
                let added = || names.iter().position(|added| added == name).map(|at| width + at);
                header.find(name).or_else(added).ok_or_else(|| {
                    let all: Vec<String> = header.names.iter().chain(&names).cloned().collect();
                    anyhow::Error::from(missing(file, name, &all))
                })
            };
            let keys = lookup.key.iter().map(|name| key(name)).collect::<Result<Vec<_>, _>>()?;
            let their = |name: &String| {
                layout
                    .header
                    .find(name)
                    .ok_or_else(|| anyhow::Error::from(missing(other.name(), name, &layout.header.names)))
            };
            let theirs = lookup.to.iter().map(their).collect::<Result<Vec<_>, _>>()?;
            let added: Vec<usize> = (0..layout.header.names.len()).filter(|at| !theirs.contains(at)).collect();
            let first = width + names.len();
            let new = added_names(&layout.header.names, &added, other.name(), header, &names);
            names.extend(new);
            steps.push(Step {
                files,
                keys,
                key_names: lookup.key.clone(),
                theirs,
                added,
                first,
                unmatched: lookup.unmatched,
                several: lookup.several,
                records: None,
            });
        }
        Ok(LookedUp { names, steps })
    }

    /// What a column of a file that is looked up is called among all columns, by the place of its lookup and its own; that of a key is
    /// called like the key of the file that is read.
    pub fn name_of(&self, lookup: usize, column: usize) -> Option<&str> {
        let step = self.steps.get(lookup)?;
        if let Some(at) = step.theirs.iter().position(|their| *their == column) {
            return Some(&step.key_names[at]);
        }
        let before: usize = self.steps[..lookup].iter().map(|step| step.added.len()).sum();
        let at = step.added.iter().position(|added| *added == column)?;
        Some(&self.names[before + at])
    }

    /// Reads the records, with the cells that are needed: by their places among the columns of the file and those added to it. A file
    /// that may lack a key, and of which nothing is needed, is not read.
    ///
    /// # Errors
    /// When a file cannot be read, or has two different records with one key.
    pub fn load(&mut self, needed: &BTreeSet<usize>, options: &Options) -> Result<()> {
        let mut needed = needed.clone();
        for step in self.steps.iter_mut().rev() {
            let has = |at: &usize| (step.first..step.first + step.added.len()).contains(at);
            if step.unmatched == Unmatched::Keep && !needed.iter().any(has) {
                continue;
            }
            needed.extend(&step.keys);
            step.records = Some(step.read(&needed, options)?);
        }
        Ok(())
    }

    /// The records of the other files that a record leads to.
    ///
    /// # Errors
    /// The first file that does not have its key, where that is a reason not to use it.
    pub fn find<'s: 'c, 'c>(&'s self, own: &dyn Fn(usize) -> &'c str, width: usize) -> Result<Found, NotFound<'s>> {
        let mut found = Found([NOTHING; MOST_LOOKUPS]);
        for (at, step) in self.steps.iter().enumerate() {
            let Some(records) = &step.records else { continue };
            let cell = |index: usize| -> &'c str {
                match index < width {
                    true => own(index),
                    false => self.cell(&found, index),
                }
            };
            let key = key(step.keys.iter().map(|&index| cell(index)));
            match key.as_deref().and_then(|key| records.numbers.get(key)) {
                Some(&number) => {
                    let referred = &records.referred[number as usize];
                    if !referred.load(Ordering::Relaxed) {
                        referred.store(true, Ordering::Relaxed);
                    }
                    found.0[at] = number;
                }
                None => {
                    let key = Some(CellText::of(
                        &step.keys.iter().map(|&index| cell(index).trim()).collect::<Vec<_>>().join(", "),
                    ));
                    let reason = match step.unmatched {
                        Unmatched::Keep => continue,
                        Unmatched::Reject => RejectReason::NoLookup { key }.into(),
                        Unmatched::Exclude => ExclusionReason::NotInLookup { key }.into(),
                    };
                    let column = &step.key_names[0];
                    return Err(NotFound { column, reason });
                }
            }
        }
        Ok(found)
    }

    /// The cell of an added column, by its place among all columns; empty if its record was not found.
    pub fn cell<'c>(&'c self, found: &Found, index: usize) -> &'c str {
        let steps = self.steps.iter().zip(found.0);
        let step = steps.filter(|(step, _)| step.records.is_some()).find_map(|(step, number)| {
            let at = index.checked_sub(step.first).filter(|at| *at < step.added.len())?;
            Some((step.records.as_ref()?, at, number))
        });
        match step {
            Some((records, at, number)) if number != NOTHING => records.cell(number, at),
            Some(_) | None => "",
        }
    }

    /// The files that are looked up.
    pub fn files(&self) -> impl Iterator<Item = &io::Source> {
        self.steps.iter().flat_map(|step| &step.files).map(|(file, _)| file)
    }

    /// To which records of the tables that are looked up some record refers, where a column without which no record counts comes from them.
    pub fn referred(&self, required: &BTreeSet<usize>) -> Vec<Referred> {
        let steps = self.steps.iter().filter(|step| {
            let range = step.first..step.first + step.added.len();
            required.iter().any(|at| range.contains(at))
        });
        let of_step = |step: &Step| {
            let records = step.records.as_ref()?;
            Some(Referred {
                files: step.names(),
                key: step.theirs.clone(),
                records: records.referred.iter().map(|is| is.load(Ordering::Relaxed)).collect(),
            })
        };
        steps.filter_map(of_step).collect()
    }
}

/// The files that a lookup names, at least one, and how they fall into records.
fn files(lookup: &Lookup, options: &Options) -> Result<Vec<(io::Source, Layout)>> {
    let mut sources = Vec::new();
    for from in &lookup.from {
        match from {
            LookupFile::Input(input) => sources.push((**input).clone()),
            LookupFile::Path(path) => {
                for found in io::find(&path.to_string_lossy())? {
                    sources.push(one_table(&found, path)?);
                }
            }
        }
    }
    let mut files: Vec<(io::Source, Layout)> = Vec::new();
    for (file, wishes) in sources {
        let layout = ingest::peek_within(&file, &wishes, 1, options.limits)?.layout;
        if let Some((first, of_first)) = files.first()
            && of_first.header.names != layout.header.names
        {
            let what = format!("lookup: {} and {} do not have the same columns", first.name(), file.name());
            return Err(Problem::usage(what)
                .hint("files that are looked up together are one table: leave one of them out")
                .into());
        }
        files.push((file, layout));
    }
    Ok(files)
}

/// The one table of a file that a path of a lookup leads to, and how it falls into records.
fn one_table(found: &io::Found, path: &Path) -> Result<(io::Source, FormatOverrides)> {
    let file = found.open()?;
    // `archive.zip#book.xlsx#Sheet` names a part of a part.
    let (part, rest) = match found.part() {
        None => (None, None),
        Some(part) => {
            let (part, rest) = part.split_once('#').unwrap_or((part, ""));
            (Some(part), Some(rest).filter(|rest| !rest.is_empty()))
        }
    };
    let one_table = |contents: Contents| match contents {
        Contents::Sheets(sheets) => match &sheets[..] {
            [sheet] => Some((sheet.table.clone(), FormatOverrides::of_sheet())),
            _ => None,
        },
        Contents::Table | Contents::Files(_) => None,
    };
    let of_part = |member: io::Source| -> Result<Option<(io::Source, FormatOverrides)>> {
        Ok(match contents(&member, rest)? {
            Contents::Table => Some((member, FormatOverrides::default())),
            other => one_table(other),
        })
    };
    let table = match contents(&file, part)? {
        Contents::Table => part.is_none().then(|| (file.clone(), FormatOverrides::default())),
        Contents::Files(files) => match &files[..] {
            [(_, member)] => of_part(member.clone())?,
            _ => None,
        },
        sheets @ Contents::Sheets(_) => one_table(sheets),
    };
    table.ok_or_else(|| {
        Problem::usage(format!("lookup: {} has not exactly one table", found.name()))
            .hint(format!("name a sheet or a file in it, for example '{}#NAME'", path.display()))
            .into()
    })
}

/// The names of the columns that a file adds. A name that is taken gets the name of the file before it: `orders.status`.
fn added_names(theirs: &[String], added: &[usize], file: &str, header: &Header, names: &[String]) -> Vec<String> {
    let last = file.rsplit('#').next().unwrap_or(file);
    let stem = Path::new(last).file_name().map_or(last.into(), |name| name.to_string_lossy());
    let stem = stem.split('.').next().unwrap_or("").to_string();
    let mut new: Vec<String> = Vec::new();
    for &at in added {
        let own = theirs[at].clone();
        let is_taken = |name: &str, new: &[String]| header.find(name).is_some() || names.iter().chain(new).any(|other| other == name);
        let mut candidates = std::iter::once(own.clone())
            .chain(std::iter::once(format!("{stem}.{own}")))
            .chain((2..).map(|n| format!("{stem}.{own}.{n}")));
        let name = candidates.find(|name| !is_taken(name, &new)).unwrap_or(own);
        new.push(name);
    }
    new
}

fn missing(file: &str, name: &str, names: &[String]) -> Problem {
    Problem::usage(format!("lookup: {file} has no column {}", excerpt(name)))
        .why(format!("its columns are {}", mapping::listed(names)))
        .hint(did_you_mean(name, names))
}

/// The text by which a key is found: without blanks around it and without the `.0` that a program adds to whole numbers; none if a part
/// of it is missing.
pub fn key<'c>(mut parts: impl Iterator<Item = &'c str>) -> Option<Cow<'c, str>> {
    let first = key_part(parts.next()?)?;
    let Some(second) = parts.next() else {
        return Some(Cow::Borrowed(first));
    };
    let mut key = first.to_string();
    for part in std::iter::once(second).chain(parts) {
        key.push('\u{1f}');
        key.push_str(key_part(part)?);
    }
    Some(Cow::Owned(key))
}

fn key_part(part: &str) -> Option<&str> {
    let part = unguarded(part.trim());
    if is_null(part) {
        return None;
    }
    let whole = part
        .strip_suffix(".0")
        .filter(|whole| !whole.is_empty() && whole.bytes().all(|b| b.is_ascii_digit()));
    Some(whole.unwrap_or(part))
}

impl Step {
    fn names(&self) -> Vec<String> {
        self.files.iter().map(|(file, _)| file.name().to_string()).collect()
    }

    fn read(&self, needed: &BTreeSet<usize>, options: &Options) -> Result<Records> {
        let mut width = 0;
        let kept: Vec<Option<usize>> = (0..self.added.len())
            .map(|at| {
                needed.contains(&(self.first + at)).then(|| {
                    width += 1;
                    width - 1
                })
            })
            .collect();
        let places: Vec<usize> = self
            .added
            .iter()
            .zip(&kept)
            .filter(|(_, kept)| kept.is_some())
            .map(|(at, _)| *at)
            .collect();
        let records = Mutex::new(Records {
            numbers: FxHashMap::default(),
            places: Vec::new(),
            kept_records: 0,
            cells: String::new(),
            ends: Vec::new(),
            kept,
            width,
            referred: Vec::new(),
        });
        for (file, layout) in &self.files {
            // One thread reads, so that the first of equal records is always the same one.
            ingest::for_each_record(
                file,
                layout,
                1,
                || (),
                |(), record| {
                    let records = &mut *records.lock().unwrap_or_else(PoisonError::into_inner);
                    let cell = |at: usize| record.get(at).unwrap_or("");
                    let Some(key) = key(self.theirs.iter().map(|&at| cell(at))) else {
                        return Ok(());
                    };
                    match records.numbers.get(key.as_ref()) {
                        // Two records that say the same are one, as far as anything here needs them.
                        Some(&first) if (0..width).all(|at| records.at(first, at) == unguarded(cell(places[at]))) => Ok(()),
                        Some(&first) => match self.several {
                            Several::Refuse => Err(self.twice(&key, file.name(), record.line(), options).into()),
                            Several::First => Ok(()),
                            Several::Last => {
                                records.places[first as usize] = records.keep(places.iter().map(|&at| unguarded(cell(at))));
                                Ok(())
                            }
                        },
                        None => {
                            let place = records.keep(places.iter().map(|&at| unguarded(cell(at))));
                            records
                                .numbers
                                .insert(key.into_owned().into_boxed_str(), records.places.len() as u32);
                            records.places.push(place);
                            Ok(())
                        }
                    }
                },
            )?;
        }
        let mut records = records.into_inner().unwrap_or_else(PoisonError::into_inner);
        records.referred = records.numbers.iter().map(|_| AtomicBool::new(false)).collect();
        Ok(records)
    }

    /// Two records with one key; it is shown if it may be shown.
    fn twice(&self, key: &str, file: &str, line: u64, options: &Options) -> Problem {
        let (names, files) = (self.key_names.join(", "), listed(&self.names()));
        Problem::data(match options.redact.is_none() {
            true => format!("lookup: {names} '{}' is in {files} twice", excerpt(&key.replace('\u{1f}', ", "))),
            false => format!("lookup: a {names} is in {files} twice"),
        })
        .why("a record can only take the columns of one record")
        .hint("make the key unique, or choose another one")
        .at(Place::line(file, line))
    }
}

impl Records {
    /// Keeps the cells of one more record; its place.
    fn keep<'c>(&mut self, cells: impl Iterator<Item = &'c str>) -> u32 {
        for cell in cells {
            self.cells.push_str(cell);
            self.ends.push(self.cells.len());
        }
        self.kept_records += 1;
        self.kept_records - 1
    }

    /// The kept cell of a record at this place.
    fn at(&self, number: u32, at: usize) -> &str {
        let end = self.places[number as usize] as usize * self.width + at;
        let start = if end == 0 { 0 } else { self.ends[end - 1] };
        &self.cells[start..self.ends[end]]
    }

    /// The cell of an added column; empty if it is not kept.
    fn cell(&self, number: u32, added: usize) -> &str {
        self.kept[added].map_or("", |at| self.at(number, at))
    }
}
