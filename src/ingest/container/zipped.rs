//! Zip archives: how far they expand, and the exports in them.

use std::io::{self as std_io, Read, Write};

use anyhow::Result;
use zip::ZipArchive;

use super::{damaged, unreadable};
use crate::io::{self, FileError, Scratch, Seekable, TooFar};

/// What is held in memory of a workbook, such as its texts: so many bytes of one part at most.
const IN_MEMORY: u64 = 1 << 30;

/// Decompresses all parts of a workbook once, so that none of them expands further than it may before anything is made of it.
///
/// # Errors
/// When a part is damaged or expands too far.
pub fn check(file: &io::Source, archive: &mut ZipArchive<Seekable>) -> Result<()> {
    let mut expanded = 0;
    let size = file.packed_size()?;
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(|error| damaged(file, &error))?;
        let name = part.name().map_err(|error| damaged(file, &error))?.into_owned();
        // Sheets are read row by row.
        let is_streamed = name.starts_with("xl/worksheets/") || name == "content.xml";
        let before = expanded;
        let mut space = vec![0; 1 << 16];
        loop {
            let got = part.read(&mut space).map_err(|error| broken(file, &name, &error))?;
            if got == 0 {
                break;
            }
            expanded += got as u64;
            file.expansion().check(size, expanded).map_err(|why| too_far(file, why))?;
            if !is_streamed && expanded - before > IN_MEMORY {
                return Err(unreadable(file, format!("its part {name} has more than {IN_MEMORY} bytes"), "export it as CSV").into());
            }
        }
    }
    Ok(())
}

fn too_far(file: &io::Source, why: TooFar) -> FileError {
    unreadable(file, why.to_string(), why.help())
}

fn broken(file: &io::Source, name: &str, error: &std_io::Error) -> FileError {
    unreadable(file, format!("its part {name} is damaged ({error})"), "copy or export it again")
}

/// The exports in an archive, by their names, in the order of these. Folders, hidden files and other kinds of files are left out.
///
/// # Errors
/// When a file is damaged, protected or expands too far, or there is no export.
pub fn files(file: &io::Source, archive: &mut ZipArchive<Seekable>, wanted: Option<&str>) -> Result<Vec<(String, io::Source)>> {
    let size = file.packed_size()?;
    let mut expanded = 0;
    let mut found = Vec::new();
    for at in 0..archive.len() {
        let mut member = archive.by_index(at).map_err(|error| damaged(file, &error))?;
        let name = member.name().map_err(|error| damaged(file, &error))?.into_owned();
        if member.is_dir() || !io::is_export(&name) || wanted.is_some_and(|wanted| !is_named(&name, wanted)) {
            continue;
        }
        let mut content = Scratch::new()?;
        let mut space = vec![0; 1 << 16];
        loop {
            let got = member.read(&mut space).map_err(|error| broken(file, &name, &error))?;
            if got == 0 {
                break;
            }
            expanded += got as u64;
            file.expansion().check(size, expanded).map_err(|why| too_far(file, why))?;
            content.write_all(&space[..got]).map_err(|error| file.cannot_hold(error))?;
        }
        found.push((name.clone(), file.holding(&name, content)?));
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(found)
}

/// Whether a file of an archive has a name: its whole path, or the last part of it.
pub fn is_named(name: &str, wanted: &str) -> bool {
    name == wanted || name.rsplit('/').next() == Some(wanted)
}
