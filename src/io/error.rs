//! Why a file cannot be read or written, and what to do about it.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use super::pipe::WAIT;
use super::steady::Changed;

/// Why a file could not be read or written, in full sentences' worth: the file, what was tried, why not, what to do.
#[derive(Debug)]
pub struct FileError {
    /// The file as it was named.
    pub path: String,
    /// What was tried: `read`, `list`, `write`.
    pub tried: &'static str,
    /// Why it failed.
    pub why: String,
    /// What to do about it; may be empty.
    pub help: String,
    pub(super) cause: Option<io::Error>,
}

impl FileError {
    /// A failure that the operating system knows nothing of.
    pub(crate) fn new(path: impl ToString, tried: &'static str, why: impl Into<String>, help: impl Into<String>) -> FileError {
        FileError {
            path: path.to_string(),
            tried,
            why: why.into(),
            help: help.into(),
            cause: None,
        }
    }

    /// The same for an error of the operating system.
    pub(super) fn of(path: &Path, tried: &'static str, cause: io::Error) -> FileError {
        let (why, help) = match cause.kind() {
            ErrorKind::NotFound => missing(path),
            ErrorKind::PermissionDenied => ("permission denied".into(), format!("let this user {tried} it")),
            ErrorKind::IsADirectory => ("it is a folder".into(), "name a file in it".into()),
            ErrorKind::NotADirectory => ("a part of its path is a file, not a folder".into(), "check the path".into()),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ("no space left".into(), "free some space or write elsewhere".into()),
            ErrorKind::FileTooLarge => (
                "the file would be larger than the system allows".into(),
                "raise the limit (ulimit -f) or write elsewhere".into(),
            ),
            ErrorKind::TimedOut => (
                format!("it is a pipe, and nobody opened its other end within {} seconds", WAIT.as_secs()),
                "start what writes to it or reads from it first".into(),
            ),
            ErrorKind::ReadOnlyFilesystem => ("its file system is read-only".into(), "write elsewhere".into()),
            _ if cause.get_ref().is_some_and(|inner| inner.is::<Changed>()) => {
                (cause.to_string(), "run again when nothing writes to it".into())
            }
            _ => (cause.to_string(), String::new()),
        };
        FileError {
            cause: Some(cause),
            ..FileError::new(path.display(), tried, why, help)
        }
    }
}

impl std::fmt::Display for FileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot {} {}: {}", self.tried, self.path, self.why)?;
        if self.help.is_empty() {
            Ok(())
        } else {
            write!(f, "; {}", self.help)
        }
    }
}

impl std::error::Error for FileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as _)
    }
}

/// Why a path leads nowhere, and the nearest that does exist.
fn missing(path: &Path) -> (String, String) {
    if fs::symlink_metadata(path).is_ok() {
        return (
            "it is a link that leads nowhere".into(),
            "restore what it leads to, or remove it".into(),
        );
    }
    let folder = folder_of(path);
    if !folder.is_dir() {
        return (format!("there is no folder {}", folder.display()), "check the path".into());
    }
    let wanted = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let names = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = names
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'));
    let scored = names.map(|name| (strsim::jaro_winkler(&wanted, &name.to_lowercase()), name));
    let nearest = scored
        .filter(|(score, _)| *score >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(&a.1)));
    let help = nearest.map(|(_, name)| format!("did you mean {}?", path.with_file_name(name).display()));
    ("there is no such file".into(), help.unwrap_or_else(|| "check the name".into()))
}

/// The folder a path is in; the working directory for a bare name.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
