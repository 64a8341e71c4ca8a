//! What a run is at, for somebody who waits at a terminal: a line on stderr, once it takes longer than a second.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::io::{Meter, Source};

/// Nothing is shown before so long, and what is shown is brought up to date so often.
const PATIENCE: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(100);

/// The one line of the process.
static LINE: Mutex<Option<ProgressBar>> = Mutex::new(None);
static QUIET: AtomicBool = AtomicBool::new(false);
static METER: LazyLock<Arc<Meter>> = LazyLock::new(Arc::default);
static TOTAL: AtomicU64 = AtomicU64::new(0);

/// Says nothing from now on.
pub fn be_quiet() {
    QUIET.store(true, Ordering::Relaxed);
}

/// The sources, so that what is read of them is shown.
pub fn reading(sources: impl Iterator<Item = Source>) -> Vec<Source> {
    let metered: Vec<Source> = sources.map(|source| source.metered(&METER)).collect();
    let total = metered.iter().map(|source| source.size().unwrap_or(0)).sum();
    TOTAL.store(total, Ordering::Relaxed);
    at("Reading");
    metered
}

/// What the run is at from now on.
pub fn at(what: &'static str) {
    let mut line = LINE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(bar) = &*line {
        bar.set_prefix(what);
        return;
    }
    if QUIET.load(Ordering::Relaxed) {
        return;
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    // Nobody watches a pipe.
    if bar.is_hidden() {
        return;
    }
    bar.set_style(ProgressStyle::with_template("{spinner} {prefix} {msg}").unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.set_prefix(what);
    *line = Some(bar.clone());
    std::thread::spawn(move || {
        std::thread::sleep(PATIENCE);
        while !bar.is_finished() {
            let (read, total) = (METER.bytes(), TOTAL.load(Ordering::Relaxed));
            if bar.prefix() == "Reading" && total > 0 {
                bar.set_message(format!("{} of {}", HumanBytes(read.min(total)), HumanBytes(total)));
            } else {
                bar.set_message("");
            }
            bar.tick();
            std::thread::sleep(TICK);
        }
    });
}

/// Takes the line away, before anything else is written.
pub fn done() {
    // A panic while the line is being changed is told of too.
    if let Some(bar) = LINE.try_lock().ok().and_then(|mut line| line.take()) {
        bar.finish_and_clear();
    }
}
