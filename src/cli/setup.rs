//! The configuration of a run: the file, and the options that win over it.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::args::Global;
use crate::config::{Config, Overrides, SourceText};
use crate::diagnostics::{Class, Problem};
use crate::io::{Identity, Source};

/// The configuration that is looked for in the working directory.
pub const FILE: &str = "relhealth.toml";

/// Reads the configuration, if there is one; what options say wins over it.
///
/// # Errors
/// A file that cannot be read, or everything that is wrong in it; as wrong usage.
pub fn config(global: &Global, overrides: Overrides) -> anyhow::Result<Config> {
    read(global.config.as_deref(), overrides)
}

/// Reads this configuration, else the one that lies in the working directory.
///
/// # Errors
/// Those of [`config`].
pub fn read(path: Option<&Path>, overrides: Overrides) -> anyhow::Result<Config> {
    let Some((path, text)) = written(path)? else {
        return Ok(Config::none(overrides));
    };
    let name = path.display().to_string();
    let source = SourceText { file: &name, text: &text };
    Ok(Config::parse(source, path.parent().unwrap_or(Path::new("")), overrides)?)
}

/// The text of this configuration, else of the one that lies in the working directory.
///
/// # Errors
/// A file that cannot be read; as wrong usage.
pub fn written(path: Option<&Path>) -> anyhow::Result<Option<(PathBuf, String)>> {
    let path = match path {
        Some(path) => path.to_path_buf(),
        None if Path::new(FILE).exists() => PathBuf::from(FILE),
        None => return Ok(None),
    };
    let mut piped = PIPED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, text)) = piped.iter().find(|(known, _)| *known == path) {
        return Ok(Some((path, text.clone())));
    }
    let text = Source::file(&path).and_then(|source| source.text());
    let text = text.map_err(|error| Problem::from_error(Class::Usage, error))?;
    if text.len() > LARGEST {
        let what = format!("{} is too large for a configuration", path.display());
        return Err(Problem::usage(what)
            .why(format!("it has {} bytes, and {LARGEST} are allowed", text.len()))
            .into());
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_string();
    if Identity::of(&path).is_none() {
        piped.push((path.clone(), text.clone()));
    }
    Ok(Some((path, text)))
}

/// Most bytes of a configuration.
const LARGEST: usize = 1 << 20;

/// The configurations that came through a pipe, which gives its bytes only once.
static PIPED: Mutex<Vec<(PathBuf, String)>> = Mutex::new(Vec::new());
