//! Which file a path means, whatever it is called.

use std::fs::{self, Metadata};
use std::path::{Component, Path, PathBuf};

use super::folder_of;

/// What makes a file the one that it is: two paths with the same identity are one file, through links, `.` and `..`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identity {
    /// The device and the inode of a file that is there, where the system numbers files.
    #[cfg(unix)]
    Node(u64, u64),
    /// The folder without links and the name in it: of a file that is not there yet, and where files have no numbers.
    Path(PathBuf),
}

impl Identity {
    /// The identity of a file or folder, there or not; `None` for a device or a pipe, where nothing is kept that could be replaced.
    pub fn of(path: &Path) -> Option<Identity> {
        match fs::metadata(path) {
            Ok(found) if found.is_file() || found.is_dir() => Identity::of_node(&found).or_else(|| Some(by_path(path))),
            Ok(_) => None,
            Err(_) => Some(by_path(path)),
        }
    }

    /// The identity of the regular file that standard input, output or error is, if it is one.
    pub fn of_stream(stream: Stream) -> Option<Identity> {
        stream
            .metadata()
            .filter(Metadata::is_file)
            .and_then(|found| Identity::of_node(&found))
    }

    /// The identity by number, where the system numbers files.
    #[cfg(unix)]
    pub(super) fn of_node(found: &Metadata) -> Option<Identity> {
        use std::os::unix::fs::MetadataExt;
        Some(Identity::Node(found.dev(), found.ino()))
    }

    #[cfg(not(unix))]
    pub(super) fn of_node(_: &Metadata) -> Option<Identity> {
        None
    }
}

/// A stream that every program starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard input.
    Input,
    /// Standard output.
    Output,
    /// Standard error.
    Error,
}

impl Stream {
    #[cfg(unix)]
    fn metadata(self) -> Option<Metadata> {
        use std::os::fd::AsFd;
        let owned = match self {
            Stream::Input => std::io::stdin().as_fd().try_clone_to_owned(),
            Stream::Output => std::io::stdout().as_fd().try_clone_to_owned(),
            Stream::Error => std::io::stderr().as_fd().try_clone_to_owned(),
        };
        fs::File::from(owned.ok()?).metadata().ok()
    }

    #[cfg(not(unix))]
    fn metadata(self) -> Option<Metadata> {
        None
    }
}

fn by_path(path: &Path) -> Identity {
    let target = target(path);
    let name = target.file_name().map(PathBuf::from).unwrap_or_default();
    let whole = fs::canonicalize(&target).or_else(|_| fs::canonicalize(folder_of(&target)).map(|folder| folder.join(name)));
    Identity::Path(whole.unwrap_or_else(|_| plain(&target)))
}

/// Where a path leads: through links, also to a file that is not there yet.
pub(super) fn target(path: &Path) -> PathBuf {
    /// As many links as Linux follows.
    const LINKS: usize = 40;
    if let Ok(found) = fs::canonicalize(path) {
        return found;
    }
    let mut at = path.to_owned();
    for _ in 0..LINKS {
        match fs::read_link(&at) {
            Ok(next) => at = folder_of(&at).join(next),
            Err(_) => return at,
        }
    }
    path.to_owned()
}

/// The absolute path without `.` and `..`, of a path whose folder is not there.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_under_several_names() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("sub")).unwrap();
        fs::write(at("a.csv"), "x\n").unwrap();
        fs::write(at("b.csv"), "x\n").unwrap();
        fs::hard_link(at("a.csv"), at("hard.csv")).unwrap();
        let of = |name: &str| Identity::of(&at(name)).unwrap();
        for name in ["./a.csv", "sub/../a.csv"] {
            assert_eq!(of(name), of("a.csv"), "{name}");
        }
        assert_ne!(of("a.csv"), of("b.csv"));
        assert_ne!(of("a.csv"), of("new.csv"));
        // Of what is not there yet.
        assert_eq!(of("sub/../new.csv"), of("new.csv"));
        assert_ne!(of("sub/new.csv"), of("new.csv"));
        assert_eq!(of("no/../no/new.csv"), of("no/new.csv"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::symlink;
            symlink(at("a.csv"), at("link.csv")).unwrap();
            symlink("link.csv", at("link-to-link.csv")).unwrap();
            symlink("sub", at("folder")).unwrap();
            symlink("sub/later.csv", at("dangling.csv")).unwrap();
            symlink("loop", at("loop")).unwrap();
            for name in ["hard.csv", "link.csv", "link-to-link.csv", "folder/../a.csv"] {
                assert_eq!(of(name), of("a.csv"), "{name}");
            }
            assert_eq!(of("folder/new.csv"), of("sub/new.csv"));
            assert_eq!(of("dangling.csv"), of("sub/later.csv"));
            assert_eq!(of("loop"), of("./loop"));
            assert_eq!(Identity::of(Path::new("/dev/null")), None);
        }
    }
}
