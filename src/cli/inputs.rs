//! Which files are read, and how: what INPUT names, and which `[[source]]` describes it.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use glob::{MatchOptions, Pattern};

use crate::diagnostics::{Problem, nearest, visible};
use crate::io::{self, Expansion, Found, Identity, find};
use crate::schema::Table;
use crate::sources::{Input, Source};

/// The files that the arguments name, each once for every source that describes it; without arguments, the files of all sources.
/// `KIND=PATH` keeps the sources of that kind, or states the kind where there is none. Nothing is read before all are found.
///
/// # Errors
/// Nothing to read, an unknown kind, a path that leads nowhere.
pub fn resolve(args: &[String], sources: &[Source], expansion: Expansion) -> anyhow::Result<Vec<Input>> {
    // A file is opened once.
    let mut opened: BTreeMap<Found, io::Source> = BTreeMap::new();
    let mut inputs = Vec::new();
    for Named { found, source } in named(args, sources)? {
        let file = match opened.entry(found) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(new) => {
                let file = new.key().open()?.within(expansion);
                new.insert(file).clone()
            }
        };
        inputs.push(Input::new(file, source));
    }
    Ok(inputs)
}

/// The files that an argument names, whatever kind it states.
///
/// # Errors
/// An unknown kind, a path that leads nowhere.
pub fn files(arg: &str) -> anyhow::Result<Vec<Found>> {
    find(stated_kind(arg)?.1)
}

/// Whether one of the arguments names this file itself, and not its folder, a pattern or what it is a part of.
pub fn names(args: &[String], file: &str) -> bool {
    args.iter().any(|arg| stated_kind(arg).is_ok_and(|(_, path)| path == file))
}

/// The subfolders with exports of the folders that are inputs, where no input lies in them: what is in them is not read.
pub fn subfolders(args: &[String], sources: &[Source], inputs: &[Input]) -> Vec<String> {
    let of_sources = || {
        sources
            .iter()
            .flat_map(|source| &source.paths)
            .map(|path| path.to_string_lossy().into_owned())
    };
    let folders: Vec<String> = match args {
        [] => of_sources().collect(),
        args => args.iter().filter_map(|arg| Some(stated_kind(arg).ok()?.1.to_string())).collect(),
    };
    let read: Vec<PathBuf> = inputs.iter().map(|input| clean(Path::new(input.file.name()))).collect();
    let is_read = |folder: &PathBuf| read.iter().any(|file| file.starts_with(clean(folder)));
    let found: BTreeSet<PathBuf> = folders
        .iter()
        .flat_map(|folder| io::subfolders(folder))
        .filter(|folder| !is_read(folder))
        .collect();
    found.into_iter().map(|folder| folder.to_string_lossy().into_owned()).collect()
}

/// A file, and what describes it.
struct Named {
    found: Found,
    source: Source,
}

fn named(args: &[String], sources: &[Source]) -> anyhow::Result<Vec<Named>> {
    if args.is_empty() && sources.is_empty() {
        let hint = "name files, folders or globs, or describe them as [[source]] in relhealth.toml";
        return Err(Problem::usage("there is nothing to read").hint(hint).into());
    }
    let mut all = Once::default();
    if args.is_empty() {
        for source in sources {
            for path in &source.paths {
                for found in find(&path.to_string_lossy())? {
                    all.add(found, source.clone());
                }
            }
        }
        return Ok(all.named);
    }
    for arg in args {
        let (kind, name) = stated_kind(arg)?;
        for found in find(name)? {
            let is_of_kind = |source: &&Source| kind.is_none() || source.table.is_none() || source.table == kind;
            let of_kind = |mut source: Source| {
                source.table = source.table.or(kind);
                source
            };
            // A source may describe a part of the file.
            let mut parts = Vec::new();
            for source in sources.iter().filter(is_of_kind) {
                let of_found = source.paths.iter().filter_map(|path| part(path, &found));
                parts.extend(of_found.map(|part| (part, of_kind(source.clone()))));
            }
            let describes = |source: &&Source| describes(source, &found.name());
            let mut fitting: Vec<Source> = sources.iter().filter(is_of_kind).filter(describes).cloned().map(of_kind).collect();
            // What a source looks up is no input of its own, unless it is named itself.
            let is_looked_up = || {
                let lookups = sources.iter().flat_map(|source| &source.lookup);
                let names: Vec<String> = lookups.into_iter().flat_map(|lookup| lookup.names()).collect();
                names
                    .iter()
                    .any(|name| matches(&clean(Path::new(name)), &clean(Path::new(&found.name()))))
            };
            if fitting.is_empty() && parts.is_empty() && kind.is_none() && found.name() != name && is_looked_up() {
                continue;
            }
            let has_parts = !parts.is_empty();
            parts.into_iter().for_each(|(part, source)| all.add(part, source));
            if fitting.is_empty() && !has_parts {
                fitting.push(Source {
                    table: kind,
                    ..Source::default()
                });
            }
            fitting.into_iter().for_each(|source| all.add(found.clone(), source));
        }
    }
    Ok(all.named)
}

/// Files, each once for every source that describes it, whatever names it has.
#[derive(Default)]
struct Once {
    named: Vec<Named>,
    /// Which file each of them is.
    identities: Vec<Option<Identity>>,
}

impl Once {
    fn add(&mut self, found: Found, source: Source) {
        let identity = found.identity();
        let place = clean(Path::new(&found.name()));
        let is_same = |(other, of_other): (&Named, &Option<Identity>)| {
            let is_file = clean(Path::new(&other.found.name())) == place || (identity.is_some() && *of_other == identity);
            is_file && other.found.part() == found.part() && other.source.place == source.place && other.source.table == source.table
        };
        if !self.named.iter().zip(&self.identities).any(is_same) {
            self.named.push(Named { found, source });
            self.identities.push(identity);
        }
    }
}

/// Splits `KIND=PATH`; a path may hold `=` as well.
fn stated_kind(arg: &str) -> anyhow::Result<(Option<Table>, &str)> {
    let Some((kind, path)) = arg.split_once('=').filter(|_| !Path::new(arg).exists()) else {
        return Ok((None, arg));
    };
    if let Some(kind) = Table::parse(kind) {
        return Ok((Some(kind), path));
    }
    if kind.contains(['/', '\\', '*', '?', '[', '.']) {
        return Ok((None, arg));
    }
    let names = Table::ALL.map(Table::name);
    let hint = nearest(kind, names).map_or_else(
        || format!("the kinds are {}", names.join(", ")),
        |near| format!("did you mean `{near}`?"),
    );
    Err(Problem::usage(format!("unknown kind `{}` in `{}`", visible(kind), visible(arg)))
        .hint(hint)
        .into())
}

/// The part of a file that a path of a source names, as in `orders.xlsx#October`.
fn part(path: &Path, found: &Found) -> Option<Found> {
    let Found::File(file) = found else { return None };
    let named = find(&path.to_string_lossy()).ok()?;
    match &named[..] {
        [Found::Part(of, part)] if clean(of) == clean(file) => Some(Found::Part(file.clone(), part.clone())),
        _ => None,
    }
}

/// Whether a source describes a file: one of its paths is the file, the file's folder, or a glob that matches it.
fn describes(source: &Source, file: &str) -> bool {
    let file = clean(Path::new(file));
    source.paths.iter().any(|path| {
        let path = clean(path);
        file.parent() == Some(path.as_path()) || matches(&path, &file)
    })
}

/// Whether a path is that of a file, or a glob that matches it.
fn matches(path: &Path, file: &Path) -> bool {
    let options = MatchOptions {
        case_sensitive: true,
        require_literal_separator: true,
        require_literal_leading_dot: true,
    };
    path == file || Pattern::new(&path.to_string_lossy()).is_ok_and(|glob| glob.matches_path_with(file, options))
}

/// The absolute path without `.` and `..`; standard input is `-`.
fn clean(path: &Path) -> PathBuf {
    if path == Path::new("-") {
        return path.to_path_buf();
    }
    let mut clean = PathBuf::new();
    for part in std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            part => clean.push(part),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Place;

    fn source(line: u64, path: PathBuf, table: Option<Table>) -> Source {
        Source {
            paths: vec![path],
            table,
            place: Some(Place::line("relhealth.toml", line)),
            ..Source::default()
        }
    }

    /// Name, line of the source, and table of each input.
    fn shown(args: &[String], sources: &[Source]) -> Vec<(String, Option<u64>, Option<Table>)> {
        let inputs = resolve(args, sources, Expansion::default()).unwrap();
        let name = |input: &Input| input.file.name().rsplit('/').next().unwrap_or_default().to_string();
        inputs
            .iter()
            .map(|i| (name(i), i.source.place.as_ref().and_then(|place| place.line), i.source.table))
            .collect()
    }

    #[test]
    fn files_meet_the_sources_that_describe_them() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("sub")).unwrap();
        for name in ["orders-1.csv", "orders-2.csv", "roster.csv", "a=b.csv"] {
            std::fs::write(at(name), "x\n").unwrap();
        }
        let (purchases, roster) = (Some(Table::Purchases), Some(Table::Stakeholders));
        let sources = [
            source(1, at("orders-*.csv"), purchases),
            source(2, at("./sub/../orders-1.csv"), roster),
            source(3, at("roster.csv"), None),
        ];
        let text = |name: &str| at(name).to_string_lossy().into_owned();
        let first = |line, table| ("orders-1.csv".to_string(), Some(line), table);
        let second = ("orders-2.csv".to_string(), Some(1), purchases);
        // Without arguments: the files of all sources.
        let all = vec![
            first(1, purchases),
            second.clone(),
            first(2, roster),
            ("roster.csv".to_string(), Some(3), None),
        ];
        assert_eq!(shown(&[], &sources), all);
        // A file of two sources is read for each of them, and once however often it is named.
        assert_eq!(
            shown(&[text("orders-1.csv"), text("orders-?.csv")], &sources),
            [first(1, purchases), first(2, roster), second]
        );
        assert_eq!(
            shown(&[format!("stakeholders={}", text("orders-1.csv"))], &sources),
            [first(2, roster)]
        );
        assert_eq!(
            shown(&[format!("surveys={}", text("roster.csv"))], &sources),
            [("roster.csv".into(), Some(3), Some(Table::Surveys))]
        );
        assert_eq!(
            shown(&[format!("surveys={}", text("orders-2.csv"))], &sources),
            [("orders-2.csv".into(), None, Some(Table::Surveys))]
        );
        assert_eq!(shown(&[text("a=b.csv")], &sources), [("a=b.csv".into(), None, None)]);
        assert_eq!(shown(&[folder.path().to_string_lossy().into_owned()], &[]).len(), 4);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_with_two_names_is_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("a.csv"), "x\n").unwrap();
        std::fs::write(at("b.csv"), "x\n").unwrap();
        std::fs::hard_link(at("a.csv"), at("hard.csv")).unwrap();
        std::os::unix::fs::symlink("a.csv", at("link.csv")).unwrap();
        let all = shown(&[folder.path().to_string_lossy().into_owned()], &[]);
        assert_eq!(all, [("a.csv".into(), None, None), ("b.csv".into(), None, None)]);
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        for (args, what) in [
            (vec![], "there is nothing to read"),
            (vec!["purchase=x.csv".to_string()], "did you mean `purchases`?"),
            (vec!["zzz=x.csv".to_string()], "the kinds are interactions"),
            (vec!["purchases=no-such.csv".to_string()], "there is no such file"),
        ] {
            let error = resolve(&args, &[], Expansion::default()).unwrap_err().to_string();
            assert!(error.contains(what), "{error}");
        }
    }
}
