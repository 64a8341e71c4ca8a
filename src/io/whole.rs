//! Files that are written whole or not at all.
//!
//! What is written has no name until it is whole, where the system has files without names (`O_TMPFILE` of Linux): however the program ends,
//! nothing is left behind. Elsewhere it is a file `.relhealth-XXXXXX` in the same folder, locked as long as it is written to. One that a
//! program left behind when it was stopped is not locked any more, and the next run that writes into the folder removes it.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;

use super::{FileError, WAIT, folder_of, identity, pipe};

/// How temporary files begin.
const PREFIX: &str = ".relhealth-";
/// A temporary file that is younger may not be locked yet.
const SETTLED: Duration = Duration::from_mins(1);

/// Writes a file whole or not at all: what is written takes its place when all is there. A device or a pipe is written to directly. An
/// existing file keeps its permissions.
///
/// # Errors
/// Those of `write`, and when the folder does not exist, may not be written to, or is full. Nothing is left behind then, and what
/// was there before is as it was.
pub fn write_whole(path: &Path, write: impl FnOnce(&mut (dyn Write + Send)) -> Result<()>) -> Result<()> {
    stage(path, write)?.commit()
}

/// Writes bytes with [`write_whole`].
///
/// # Errors
/// As there.
pub fn write_bytes(path: &Path, bytes: &[u8]) -> Result<()> {
    write_whole(path, |to| Ok(to.write_all(bytes)?))
}

/// A file that is written, and not in its place yet. It is gone if it is dropped.
pub struct Staged {
    path: PathBuf,
    target: PathBuf,
    /// `None`: it was written to where it is.
    written: Option<Written>,
}

enum Written {
    /// A file without a name.
    #[cfg(target_os = "linux")]
    Unnamed(File),
    Named(tempfile::NamedTempFile),
}

impl Written {
    fn file(&self) -> &File {
        match self {
            #[cfg(target_os = "linux")]
            Written::Unnamed(file) => file,
            Written::Named(file) => file.as_file(),
        }
    }
}

/// Keeps what went wrong with the file: whoever writes may wrap it in an error of its own.
struct Kept<W: Write> {
    out: W,
    failure: Option<io::Error>,
}

impl<W: Write> Kept<W> {
    fn keep<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            let kind = error.kind();
            if kind != ErrorKind::Interrupted {
                self.failure = Some(error);
            }
            kind.into()
        })
    }
}

impl<W: Write> Write for Kept<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.out.write(bytes);
        self.keep(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.out.flush();
        self.keep(result)
    }
}

/// Writes a file that takes its place with [`Staged::commit`].
///
/// # Errors
/// Those of [`write_whole`].
pub fn stage(path: &Path, write: impl FnOnce(&mut (dyn Write + Send)) -> Result<()>) -> Result<Staged> {
    let fail = |cause| FileError::of(path, "write", cause);
    // A link keeps pointing where it does, also where nothing is yet.
    let target = identity::target(path);
    let before = fs::metadata(&target).ok();
    if before.as_ref().is_some_and(|m| m.is_dir()) {
        return Err(fail(ErrorKind::IsADirectory.into()).into());
    }
    let say = |e: anyhow::Error| match e.downcast::<io::Error>() {
        Ok(cause) => fail(cause).into(),
        Err(e) => e.context(format!("cannot write {}", path.display())),
    };
    let staged = |written| Staged {
        path: path.to_path_buf(),
        target: target.clone(),
        written,
    };
    if before.as_ref().is_some_and(|m| !m.is_file()) {
        let open = |path: &Path| fs::OpenOptions::new().write(true).open(path);
        let mut file = BufWriter::new(pipe::opened_within(WAIT, &target, open).map_err(fail)?);
        write(&mut file).map_err(say)?;
        file.flush().map_err(fail)?;
        return Ok(staged(None));
    }
    let folder = folder_of(&target);
    remove_left_behind(folder);
    let written = new(folder).map_err(fail)?;
    let mut file = Kept {
        out: BufWriter::with_capacity(1 << 16, written.file().try_clone().map_err(fail)?),
        failure: None,
    };
    let done = write(&mut file).and_then(|()| Ok(file.flush()?));
    if let Some(failure) = file.failure {
        return Err(fail(failure).into());
    }
    done.map_err(say)?;
    if let Some(before) = before {
        written.file().set_permissions(before.permissions()).map_err(fail)?;
    }
    // Some file systems report a full disk only now.
    written.file().sync_all().map_err(fail)?;
    Ok(staged(Some(written)))
}

impl Staged {
    /// Puts the file in its place.
    ///
    /// # Errors
    /// When it cannot be put there.
    pub fn commit(self) -> Result<()> {
        let put = match self.written {
            None => Ok(()),
            Some(Written::Named(file)) => file.persist(&self.target).map(drop).map_err(|error| error.error),
            #[cfg(target_os = "linux")]
            Some(Written::Unnamed(file)) => put(&file, &self.target),
        };
        Ok(put.map_err(|cause| FileError::of(&self.path, "write", cause))?)
    }
}

/// A new file in a folder.
fn new(folder: &Path) -> io::Result<Written> {
    #[cfg(target_os = "linux")]
    if let Some(file) = unnamed(folder) {
        return Ok(Written::Unnamed(file));
    }
    let mut options = tempfile::Builder::new();
    options.prefix(PREFIX);
    #[cfg(unix)]
    options.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let file = options.tempfile_in(folder).map_err(|error| match error.raw_os_error() {
        // Without the temporary path.
        Some(number) => io::Error::from_raw_os_error(number),
        None => error.kind().into(),
    })?;
    // Where files cannot be locked, none is ever removed.
    let _ = file.as_file().lock();
    Ok(Written::Named(file))
}

/// A file without a name; `None` where the file system or the system has none, or they could not be given one.
#[cfg(target_os = "linux")]
fn unnamed(folder: &Path) -> Option<File> {
    use std::os::unix::fs::OpenOptionsExt;

    let open = || {
        let flags = rustix::fs::OFlags::TMPFILE.bits() as i32;
        fs::OpenOptions::new().write(true).mode(0o666).custom_flags(flags).open(folder)
    };
    Path::new("/proc/self/fd").is_dir().then(open)?.ok()
}

/// Gives a file without a name its name. What is there already can only be replaced by a file with a name: it has one for a moment.
#[cfg(target_os = "linux")]
fn put(file: &File, target: &Path) -> io::Result<()> {
    use std::os::fd::AsRawFd;

    use rustix::fs::{AtFlags, CWD, linkat};

    let open = format!("/proc/self/fd/{}", file.as_raw_fd());
    let link = |to: &Path| -> io::Result<()> { Ok(linkat(CWD, open.as_str(), CWD, to, AtFlags::SYMLINK_FOLLOW)?) };
    match link(target) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        done => return done,
    }
    let named = tempfile::Builder::new().prefix(PREFIX).make_in(folder_of(target), link)?;
    named.into_temp_path().persist(target).map_err(|error| error.error)
}

/// Removes temporary files of programs that were stopped. What cannot be removed is left: it is in nobody's way.
fn remove_left_behind(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_temporary = entry
            .file_name()
            .to_str()
            .is_some_and(|name| name.strip_prefix(PREFIX).is_some_and(|rest| rest.len() == 6));
        let is_settled = || {
            let data = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            Some(data.modified().ok()?.elapsed().ok()? > SETTLED)
        };
        if !is_temporary || is_settled() != Some(true) {
            continue;
        }
        let is_free = |file: File| file.try_lock().is_ok();
        if File::options().write(true).open(entry.path()).is_ok_and(is_free) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn nothing_has_a_name_before_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        for (text, before) in [("first", None), ("second", Some("first"))] {
            write_whole(&path, |out| {
                out.write_all(text.as_bytes())?;
                out.flush()?;
                assert_eq!(fs::read_to_string(&path).ok().as_deref(), before);
                #[cfg(target_os = "linux")]
                assert_eq!(names(folder.path()).len(), usize::from(before.is_some()));
                Ok(())
            })
            .unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(names(folder.path()), ["a.csv"]);
        // What is staged and not committed is gone.
        drop(stage(&path, |out| Ok(out.write_all(b"third")?)).unwrap());
        assert_eq!(
            (names(folder.path()), fs::read_to_string(&path).unwrap()),
            (vec!["a.csv".to_string()], "second".into())
        );
    }

    #[test]
    fn what_was_left_behind_is_removed_unless_it_is_in_use() {
        let folder = tempfile::tempdir().unwrap();
        let old = std::time::SystemTime::now() - 2 * SETTLED;
        let left = |name: &str| {
            let file = File::create(folder.path().join(name)).unwrap();
            file.set_modified(old).unwrap();
            file
        };
        let used = left(".relhealth-aaaaaa");
        used.lock().unwrap();
        left(".relhealth-bbbbbb");
        left(".relhealth-other-file");
        File::create(folder.path().join(".relhealth-cccccc")).unwrap();
        write_bytes(&folder.path().join("a"), b"x").unwrap();
        assert_eq!(
            names(folder.path()),
            [".relhealth-aaaaaa", ".relhealth-cccccc", ".relhealth-other-file", "a"]
        );
    }

    #[test]
    fn an_error_of_the_file_is_told_as_such_whatever_it_is_wrapped_in() {
        let folder = tempfile::tempdir().unwrap();
        let error = write_whole(&folder.path().join("none").join("a"), |_| Ok(())).unwrap_err();
        assert!(error.to_string().contains("there is no folder"), "{error}");
        let mut kept = Kept {
            out: BufWriter::with_capacity(1, File::open(folder.path()).unwrap()),
            failure: None,
        };
        assert!(kept.write_all(b"abc").is_err() && kept.failure.is_some());
    }
}
