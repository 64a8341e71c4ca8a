//! Pipes with a name, at whose other end nobody may be.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

/// So long is waited for somebody to open the other end of a pipe. Who has opened it may take as long as it likes.
pub const WAIT: Duration = Duration::from_secs(10);

/// Opens a pipe, which the system does only when somebody opens its other end.
///
/// # Errors
/// When that takes longer than `wait`, and those of opening.
pub(super) fn opened_within(
    wait: Duration,
    path: &Path,
    open: impl FnOnce(&Path) -> io::Result<File> + Send + 'static,
) -> io::Result<File> {
    let (tell, told) = mpsc::channel();
    let path = path.to_owned();
    // A thread that waits in vain ends with the program.
    std::thread::Builder::new().spawn(move || tell.send(open(&path)))?;
    told.recv_timeout(wait).unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()))
}

/// Whether it is a device: a terminal, a disk, `/dev/zero`.
#[cfg(unix)]
pub(super) fn is_device(found: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    let kind = found.file_type();
    kind.is_char_device() || kind.is_block_device()
}

#[cfg(not(unix))]
pub(super) fn is_device(_: &Metadata) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::{Read, Write};
    use std::process::Command;

    use super::*;

    fn pipe(folder: &tempfile::TempDir) -> std::path::PathBuf {
        let path = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        path
    }

    #[test]
    fn a_pipe_without_another_end_is_an_error_and_no_hang() {
        let folder = tempfile::tempdir().unwrap();
        let path = pipe(&folder);
        let short = Duration::from_millis(50);
        let error = opened_within(short, &path, |path| File::open(path)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }

    #[test]
    fn a_writer_may_come_late_and_be_slow() {
        let folder = tempfile::tempdir().unwrap();
        let path = pipe(&folder);
        let writer = std::thread::spawn({
            let path = path.clone();
            move || {
                std::thread::sleep(Duration::from_millis(50));
                let mut to = std::fs::OpenOptions::new().write(true).open(path).unwrap();
                to.write_all(b"a,b\n").unwrap();
                std::thread::sleep(Duration::from_millis(100));
                to.write_all(b"1,2\n").unwrap();
            }
        });
        let mut text = String::new();
        let mut from = opened_within(WAIT, &path, |path| File::open(path)).unwrap();
        from.read_to_string(&mut text).unwrap();
        writer.join().unwrap();
        assert_eq!(text, "a,b\n1,2\n");
    }
}
