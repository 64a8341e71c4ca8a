use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use anyhow::Result;

use super::*;

fn read(source: &Source) -> Result<Vec<u8>> {
    let mut reader = source.open()?;
    let mut all = Vec::new();
    let mut space = [0; 7];
    loop {
        match reader.fill(&mut space)? {
            0 => return Ok(all),
            n => all.extend_from_slice(&space[..n]),
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    to.write_all(bytes).unwrap();
    to.finish().unwrap()
}

#[test]
fn the_start_of_an_input() {
    let text = "0123456789".repeat(1000);
    for (bytes, size) in [
        (text.as_bytes().to_vec(), Some(10_000)),
        (gzip(text.as_bytes()), None),
        (zstd::encode_all(text.as_bytes(), 3).unwrap(), None),
    ] {
        let whole = Source::memory("digits.csv", bytes);
        let longer = |than| whole.is_longer_than(than).unwrap();
        assert_eq!(
            (longer(0), longer(9_999), longer(10_000), longer(u64::MAX)),
            (true, true, false, false)
        );
        assert_eq!(whole.is_compressed().unwrap(), size.is_none());
        let start = whole.start(25);
        assert_eq!(start.text().unwrap(), text[..25]);
        assert_eq!(start.start(30).start(7).text().unwrap(), text[..7]);
        assert!(size.is_none() || start.size() == Some(25));
        let mut reader = start.open().unwrap();
        let mut space = [0; 20];
        assert_eq!((reader.fill(&mut space).unwrap(), reader.is_cut()), (20, false));
        assert_eq!((reader.fill(&mut space).unwrap(), reader.is_cut()), (5, true));
        assert!(!whole.open().unwrap().is_cut());
    }
}

#[test]
fn compressed_or_not() {
    let text = b"a,b\n1,2\n".repeat(50);
    let zst = zstd::encode_all(&text[..], 3).unwrap();
    for (name, bytes) in [("plain", text.clone()), ("gz", gzip(&text)), ("zst", zst.clone())] {
        assert_eq!(read(&Source::memory(name, bytes)).unwrap(), text, "{name}");
    }
    let mut twice = gzip(&text[..100]);
    twice.extend(gzip(&text[100..]));
    assert_eq!(read(&Source::memory("members", twice)).unwrap(), text);
    for short in [&b""[..], b"a", b"("] {
        assert_eq!(read(&Source::memory("short", short)).unwrap(), short);
    }
    for (short, what) in [
        (&b"\x1f\x8b"[..], "gzip"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\x28\xb5", "zstd"),
        (b"\x28\xb5\x2f", "zstd"),
    ] {
        let error = read(&Source::memory("short", short)).unwrap_err().to_string();
        assert!(error.contains(&format!("its {what} data end early")), "{error}");
    }
}

#[test]
fn damaged_compression_is_an_error_that_names_the_file() {
    let text = b"a,b\n1,2\n".repeat(50);
    let mut damaged = gzip(&text);
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0xff;
    let mut garbage = gzip(&text);
    garbage.extend(b"garbage after the end");
    let zst = zstd::encode_all(&text[..], 3).unwrap();
    let gz = gzip(&text);
    for (bytes, why) in [
        (&gz[..gz.len() - 9], "gzip data end early"),
        (&gz[..gz.len() - 1], "gzip data end early"),
        (&gz[..12], "gzip data end early"),
        (&zst[..zst.len() - 1], "zstd data end early"),
        (&damaged, "gzip data are damaged"),
        (&garbage, "gzip data are damaged"),
    ] {
        let error = read(&Source::memory("orders.csv.gz", bytes)).unwrap_err().to_string();
        assert!(
            error.starts_with("cannot read orders.csv.gz: its ") && error.contains(why),
            "{error}"
        );
    }
}

#[test]
fn scratch_is_read_as_often_as_needed() {
    let mut scratch = Scratch::new().unwrap();
    scratch.write_all(b"a,b\n1,2\n").unwrap();
    let source = scratch.into_source("-").unwrap();
    let mut first = source.open().unwrap();
    first.fill(&mut [0; 3]).unwrap();
    assert_eq!(read(&source).unwrap(), b"a,b\n1,2\n");
    assert_eq!(first.fill(&mut [0; 100]).unwrap(), 5);
    assert_eq!((source.name(), source.path()), ("-", None));
}

#[test]
fn whole_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("out.csv");
    let entries = || fs::read_dir(dir.path()).unwrap().count();
    write_bytes(&path, b"one").unwrap();
    let failed = write_whole(&path, |to| {
        to.write_all(b"two")?;
        anyhow::bail!("the numbers ran out")
    });
    assert_eq!(
        format!("{:#}", failed.unwrap_err()),
        format!("cannot write {}: the numbers ran out", path.display())
    );
    assert_eq!((fs::read(&path).unwrap(), entries()), (b"one".to_vec(), 1));
    write_bytes(&path, b"three").unwrap();
    assert_eq!((fs::read(&path).unwrap(), entries()), (b"three".to_vec(), 1));
    let nowhere = write_bytes(&dir.path().join("no/out.csv"), b"x").unwrap_err().to_string();
    assert!(nowhere.contains("there is no folder"), "{nowhere}");
    let folder = write_bytes(dir.path(), b"x").unwrap_err().to_string();
    assert!(folder.contains("it is a folder"), "{folder}");
    assert_eq!(entries(), 1);
}

#[cfg(unix)]
#[test]
fn links_permissions_and_devices_stay_what_they_are() {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
    let dir = tempfile::tempdir().unwrap();
    let (file, link) = (dir.path().join("file"), dir.path().join("link"));
    fs::write(&file, "one").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&file, &link).unwrap();
    write_bytes(&link, b"two").unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"two");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    write_bytes(Path::new("/dev/null"), b"x").unwrap();
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    // What may never end is not read.
    for device in ["/dev/null", "/dev/zero"] {
        let error = Source::file(Path::new(device)).unwrap_err().to_string();
        assert_eq!(
            error,
            format!("cannot read {device}: it is a device, and not a file or a pipe; name a file; - reads standard input")
        );
    }
    // A link to nothing leads to the new file.
    let (later, dangling) = (dir.path().join("later"), dir.path().join("dangling"));
    symlink("later", &dangling).unwrap();
    write_bytes(&dangling, b"three").unwrap();
    assert_eq!(
        (fs::read(&later).unwrap(), fs::symlink_metadata(&dangling).unwrap().is_symlink()),
        (b"three".to_vec(), true)
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() {
    let full = write_bytes(Path::new("/dev/full"), b"x").unwrap_err();
    assert_eq!(
        full.to_string(),
        "cannot write /dev/full: no space left; free some space or write elsewhere"
    );
    assert_eq!(
        full.root_cause().downcast_ref::<io::Error>().unwrap().kind(),
        ErrorKind::StorageFull
    );
}
