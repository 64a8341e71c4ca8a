//! The files that an argument names: one, those of a folder, those that a pattern matches, or standard input.

use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use anyhow::Result;
use glob::{MatchOptions, Pattern};

use super::identity::{Identity, Stream};
use super::{FileError, Source};

/// An input that nothing was read of yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
    /// A part of a file: a sheet of a workbook, or a file of an archive.
    Part(PathBuf, String),
}

impl Found {
    /// The name to show: the path as it was given, `-` for standard input.
    pub fn name(&self) -> String {
        match self {
            Found::Stdin => "-".to_string(),
            Found::File(path) => path.display().to_string(),
            Found::Part(path, part) => format!("{}#{part}", path.display()),
        }
    }

    /// The part of a file that is meant, if one is.
    pub fn part(&self) -> Option<&str> {
        match self {
            Found::Stdin | Found::File(_) => None,
            Found::Part(_, part) => Some(part),
        }
    }

    /// Which file it is, if it is one.
    pub fn identity(&self) -> Option<Identity> {
        match self {
            Found::Stdin => Identity::of_stream(Stream::Input),
            Found::Part(path, _) if is_stdin(path) => Identity::of_stream(Stream::Input),
            Found::File(path) | Found::Part(path, _) => Identity::of(path),
        }
    }

    /// Opens it.
    ///
    /// # Errors
    /// Those of [`Source::stdin`] and [`Source::file`].
    pub fn open(&self) -> Result<Source> {
        match self {
            Found::Stdin => Source::stdin(),
            Found::File(path) => Source::file(path),
            Found::Part(path, part) if is_stdin(path) => Ok(Source::stdin()?.with_part(part)),
            Found::Part(path, part) => Ok(Source::file(path)?.with_part(part)),
        }
    }
}

/// Whether a path stands for standard input.
fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// The inputs that an argument names: a file, a part of it (`orders.xlsx#October`), a folder (its exports, workbooks and archives, compressed or
/// not, hidden ones and subfolders left out), a glob pattern, or `-` for standard input, of which a part may be meant (`-#October`). Sorted by path.
///
/// # Errors
/// When nothing is there to read, the pattern is not one, or a folder that files may be in cannot be looked into.
pub fn find(input: &str) -> Result<Vec<Found>> {
    if input == "-" {
        return Ok(vec![Found::Stdin]);
    }
    if input.is_empty() {
        let help = "name a file, a folder or a pattern";
        return Err(FileError::new("an input without a name", "read", "the argument is empty", help).into());
    }
    let path = Path::new(input);
    if let Some(part) = part_of(input) {
        return Ok(vec![part]);
    }
    let paths = if path.is_dir() {
        of_folder(path)?
    } else if path.exists() || !input.contains(SPECIAL) {
        // A file may well be called `a[1].csv`: what exists is no pattern.
        vec![path.to_owned()]
    } else {
        matching(input)?
    };
    Ok(paths.into_iter().map(Found::File).collect())
}

/// A part of a file that is there, where there is no file with the whole name.
fn part_of(input: &str) -> Option<Found> {
    if Path::new(input).exists() {
        return None;
    }
    if let Some(part) = input.strip_prefix("-#") {
        return Some(Found::Part(PathBuf::from("-"), part.to_string()));
    }
    let places = input.match_indices('#').map(|(at, _)| at);
    let of_file = places
        .map(|at| (Path::new(&input[..at]), &input[at + 1..]))
        .find(|(path, _)| path.is_file());
    of_file.map(|(path, part)| Found::Part(path.to_owned(), part.to_string()))
}

/// Whether a file with this name may be an export, by its ending: a table as text or Parquet, compressed or not, or a workbook.
pub fn is_export(name: &str) -> bool {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase();
    let plain = file.strip_suffix(".gz").or_else(|| file.strip_suffix(".zst")).unwrap_or(&file);
    let endings = [".csv", ".tsv", ".txt", ".parquet", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"];
    endings.iter().any(|ending| plain.ends_with(ending)) && !file.starts_with('.') && !name.starts_with("__MACOSX")
}

/// What makes a pattern of a name.
const SPECIAL: [char; 3] = ['*', '?', '['];

/// The subfolders of a folder that is an input which have files that may be exports, in them or one folder below. Those that cannot be
/// looked into are left out: nothing of them is asked for.
pub fn subfolders(input: &str) -> Vec<PathBuf> {
    fn has_exports(folder: &Path, levels: usize) -> bool {
        let is_export_in = |entry: &PathBuf| {
            let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
            match fs::symlink_metadata(entry) {
                Ok(found) if found.is_dir() => levels > 0 && !name.starts_with('.') && has_exports(entry, levels - 1),
                Ok(_) => is_export(&name),
                Err(_) => false,
            }
        };
        listed(folder).is_ok_and(|entries| entries.iter().any(is_export_in))
    }
    let path = Path::new(input);
    if input.is_empty() || !path.is_dir() {
        return Vec::new();
    }
    let is_hidden = |entry: &PathBuf| entry.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let mut found = listed(path).unwrap_or_default();
    found.retain(|entry| entry.is_dir() && !is_hidden(entry) && has_exports(entry, 1));
    found
}

fn of_folder(path: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in listed(path)? {
        let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_archive = name.to_ascii_lowercase().ends_with(".zip") && !name.starts_with('.');
        if (is_archive || is_export(&name)) && !entry.is_dir() {
            found.push(entry);
        }
    }
    found.sort();
    if found.is_empty() {
        let why = "no .csv, .tsv, .txt, .parquet, .xlsx, .xls, .ods or .zip file is in this folder";
        let help = match subfolders(&path.to_string_lossy()).first() {
            Some(below) => format!("name its subfolders, such as {}", below.display()),
            None => "name another folder, or its files".to_string(),
        };
        return Err(FileError::new(path.display(), "read", why, &help).into());
    }
    Ok(found)
}

/// A part of a pattern between two separators.
enum Part {
    /// `**`: this folder and all below it.
    Folders,
    /// Names that match.
    Names(Pattern),
    /// A name, a root, `..`.
    Name(PathBuf),
}

fn matching(pattern: &str) -> Result<Vec<PathBuf>> {
    let no_pattern = |error: glob::PatternError| {
        let why = format!("no valid pattern: {} at {}", error.msg, error.pos + 1);
        FileError::new(pattern, "read", why, "* ? [...] are special")
    };
    // The whole is compiled first, so that a place in it is told as the user sees it.
    Pattern::new(pattern).map_err(no_pattern)?;
    let mut parts = Vec::new();
    for part in Path::new(pattern).components() {
        let text = part.as_os_str().to_string_lossy();
        match part {
            Component::CurDir => {}
            // Several of them are one.
            Component::Normal(_) if text == "**" && matches!(parts.last(), Some(Part::Folders)) => {}
            Component::Normal(_) if text == "**" => parts.push(Part::Folders),
            Component::Normal(_) if text.contains(SPECIAL) => parts.push(Part::Names(Pattern::new(&text).map_err(no_pattern)?)),
            part => parts.push(Part::Name(part.as_os_str().into())),
        }
    }
    let mut found = Vec::new();
    // What ends with a separator is a folder.
    if !pattern.ends_with(std::path::is_separator) {
        walk(Path::new(""), &parts, &mut Vec::new(), &mut found)?;
    }
    found.sort();
    found.dedup();
    if found.is_empty() {
        return Err(FileError::new(pattern, "read", "no file matches the pattern", "check it, or name a file").into());
    }
    Ok(found)
}

/// Adds the files below a folder that the parts of a pattern lead to. Hidden files and folders match only a pattern with a point. A folder
/// that cannot be looked into is an error: without its files the numbers would be too small, and nobody would know. `above` are the
/// folders that `**` went through: a link back to one of them leads to nothing new.
fn walk(at: &Path, parts: &[Part], above: &mut Vec<Identity>, found: &mut Vec<PathBuf>) -> Result<()> {
    let options = MatchOptions {
        case_sensitive: true,
        require_literal_separator: true,
        require_literal_leading_dot: true,
    };
    let Some((first, rest)) = parts.split_first() else {
        if !at.is_dir() {
            found.push(at.to_owned());
        }
        return Ok(());
    };
    let step = |next: &Path, above: &mut Vec<Identity>, found: &mut Vec<PathBuf>| {
        if rest.is_empty() || is_folder(next)? {
            walk(next, rest, above, found)?;
        }
        Ok(())
    };
    match first {
        Part::Name(name) => {
            let next = at.join(name);
            match fs::symlink_metadata(&next) {
                Ok(_) => step(&next, above, found),
                Err(cause) if matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(()),
                Err(cause) => Err(FileError::of(&next, "list", cause).into()),
            }
        }
        Part::Names(pattern) => {
            let names = |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned());
            let fits = |path: &PathBuf| names(path).is_some_and(|name| pattern.matches_with(&name, options));
            let mut entries = listed(at)?.into_iter().filter(fits);
            entries.try_for_each(|next| step(&next, above, found))
        }
        Part::Folders => {
            let here = Identity::of(if at == Path::new("") { Path::new(".") } else { at });
            if here.as_ref().is_some_and(|here| above.contains(here)) {
                return Ok(());
            }
            walk(at, rest, &mut Vec::new(), found)?;
            above.extend(here.clone());
            for next in listed(at)? {
                let is_hidden = next.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
                if !is_hidden && is_folder(&next)? {
                    walk(&next, parts, above, found)?;
                }
            }
            if here.is_some() {
                above.pop();
            }
            Ok(())
        }
    }
}

/// What lies in a folder, by name; the empty path is the working directory.
fn listed(folder: &Path) -> Result<Vec<PathBuf>> {
    let place = if folder == Path::new("") { Path::new(".") } else { folder };
    let fail = |cause| FileError::of(place, "list", cause);
    let mut names = fs::read_dir(place)
        .map_err(fail)?
        .map(|entry| Ok(folder.join(entry.map_err(fail)?.file_name())))
        .collect::<Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

/// Whether a path that a pattern goes through is a folder.
///
/// # Errors
/// Where that cannot be told: a link that leads nowhere may have led to a folder with files.
fn is_folder(path: &Path) -> Result<bool> {
    match fs::metadata(path) {
        Ok(found) => Ok(found.is_dir()),
        // It was removed while the folder was listed.
        Err(cause) if cause.kind() == ErrorKind::NotFound && fs::symlink_metadata(path).is_err() => Ok(false),
        Err(cause) => Err(FileError::of(path, "list", cause).into()),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    fn names(found: Vec<Found>) -> Vec<String> {
        let last = |found: &Found| found.name().rsplit('/').next().unwrap().to_string();
        found.iter().map(last).collect()
    }

    #[test]
    fn what_is_not_there() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("orders.csv"), "a\n").unwrap();
        let open = |name: &str| -> Result<Vec<Source>> {
            let found = find(&dir.path().join(name).display().to_string())?;
            found.iter().map(Found::open).collect()
        };
        let say = |name: &str| open(name).unwrap_err().to_string();
        assert!(say("order.csv").ends_with("orders.csv?"), "{}", say("order.csv"));
        assert!(say("xyzzy").contains("there is no such file; check the name"), "{}", say("xyzzy"));
        assert!(say("no/orders.csv").contains("there is no folder"), "{}", say("no/orders.csv"));
        assert!(say("*.tsv").contains("no file matches"), "{}", say("*.tsv"));
        assert!(say("[").contains("no valid pattern"), "{}", say("["));
        assert!(find("").unwrap_err().to_string().contains("empty"));
        let folder = Source::file(dir.path()).unwrap_err().to_string();
        assert!(folder.contains("it is a folder; name a file in it"), "{folder}");
        let empty = dir.path().join("empty");
        fs::create_dir(&empty).unwrap();
        assert!(
            say("empty").contains("no .csv, .tsv, .txt, .parquet, .xlsx, .xls, .ods or .zip file"),
            "{}",
            say("empty")
        );
        let root = open("order.csv").unwrap_err();
        assert_eq!(root.root_cause().downcast_ref::<io::Error>().unwrap().kind(), ErrorKind::NotFound);
    }

    #[test]
    fn folders_and_patterns() {
        let dir = tempfile::tempdir().unwrap();
        for name in [
            "b.csv",
            "a.CSV.gz",
            "c.txt.zst",
            "d.tsv",
            ".hidden.csv",
            "notes.md",
            "e[1].csv",
            "f.parquet",
        ] {
            fs::write(dir.path().join(name), "a\n").unwrap();
        }
        fs::create_dir(dir.path().join("sub.csv")).unwrap();
        let at = |name: &str| names(find(&dir.path().join(name).display().to_string()).unwrap());
        assert_eq!(at(""), ["a.CSV.gz", "b.csv", "c.txt.zst", "d.tsv", "e[1].csv", "f.parquet"]);
        assert_eq!(at("*.csv"), ["b.csv", "e[1].csv"]);
        assert_eq!(at(".h*"), [".hidden.csv"]);
        assert_eq!(at("e[1].csv"), ["e[1].csv"]);
        assert_eq!(at("b.csv"), ["b.csv"]);
        assert_eq!(find("-").unwrap(), [Found::Stdin]);
        assert_eq!(find("-#October").unwrap(), [Found::Part("-".into(), "October".into())]);
    }

    #[test]
    fn subfolders_with_exports() {
        let dir = tempfile::tempdir().unwrap();
        let place = |name: &str| dir.path().join(name);
        for (folder, file) in [
            ("2024", "orders.csv"),
            ("deep/2023", "orders.csv.gz"),
            ("pictures", "a.png"),
            (".git", "a.csv"),
        ] {
            fs::create_dir_all(place(folder)).unwrap();
            fs::write(place(folder).join(file), "a\n").unwrap();
        }
        let input = dir.path().to_string_lossy();
        assert_eq!(subfolders(&input), [place("2024"), place("deep")]);
        assert_eq!(subfolders(&place("2024/orders.csv").to_string_lossy()), Vec::<PathBuf>::new());
        let alone = find(&input).unwrap_err().to_string();
        assert!(
            alone.contains(&format!("name its subfolders, such as {}", place("2024").display())),
            "{alone}"
        );
    }

    /// Files by their path below a folder.
    fn tree(files: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "a\n").unwrap();
        }
        dir
    }

    fn below(dir: &tempfile::TempDir, pattern: &str) -> Result<Vec<String>> {
        let root = format!("{}/", dir.path().display());
        let found = find(&format!("{root}{pattern}"))?;
        Ok(found.iter().map(|found| found.name().replace(&root, "")).collect())
    }

    #[test]
    fn patterns_go_through_folders() {
        let dir = tree(&[
            "2024/a.csv",
            "2024/deep/b.csv",
            "2025/c.csv",
            "2025/.old/d.csv",
            "e.csv",
            "note.txt",
        ]);
        let of = |pattern: &str| below(&dir, pattern).unwrap();
        assert_eq!(of("*/*.csv"), ["2024/a.csv", "2025/c.csv"]);
        assert_eq!(of("202?/a.csv"), ["2024/a.csv"]);
        assert_eq!(of("2024/./*.csv"), ["2024/a.csv"]);
        assert_eq!(of("2024/../*.csv"), ["2024/../e.csv"]);
        assert_eq!(of("**/*.csv"), ["2024/a.csv", "2024/deep/b.csv", "2025/c.csv", "e.csv"]);
        assert_eq!(of("**/**/b.csv"), ["2024/deep/b.csv"]);
        assert_eq!(of("2025/.old/*.csv"), ["2025/.old/d.csv"]);
        assert!(below(&dir, "*.csv/").unwrap_err().to_string().contains("no file matches"));
        assert!(below(&dir, "**").unwrap_err().to_string().contains("no file matches"));
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_cannot_be_looked_into_is_an_error() {
        use std::os::unix::fs::symlink;
        // A link that leads to itself, and one that leads nowhere, fail for every user.
        for (target, why) in [("lost", "symbolic links"), ("gone", "leads nowhere")] {
            let dir = tree(&["2024/a.csv"]);
            symlink(target, dir.path().join("lost")).unwrap();
            for pattern in ["*/*.csv", "*/a.csv", "**/*.csv", "lost/*.csv"] {
                let error = below(&dir, pattern).unwrap_err().to_string();
                assert!(error.starts_with("cannot list ") && error.contains("/lost: "), "{pattern}: {error}");
                assert!(error.contains(why), "{pattern}: {error}");
            }
            // What the pattern does not go through does not matter.
            assert_eq!(below(&dir, "20*/*.csv").unwrap(), ["2024/a.csv"]);
        }
        // The error of a folder itself.
        let error = listed(Path::new("/dev/null")).unwrap_err().to_string();
        assert!(error.starts_with("cannot list /dev/null: "), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_folder_above_leads_to_nothing_new() {
        let dir = tree(&["2024/a.csv", "b.csv"]);
        std::os::unix::fs::symlink("..", dir.path().join("2024/up")).unwrap();
        assert_eq!(below(&dir, "**/*.csv").unwrap(), ["2024/a.csv", "b.csv"]);
    }
}
