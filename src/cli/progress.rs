//! What a run is at, for somebody who waits at a terminal: a line on stderr, once it takes longer than a second.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::io::{Meter, Source};

/// Nothing is shown before so long, and what is shown is brought up to date so often.
const PATIENCE: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(100);

/// The line of a run. Its copies are the same line.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<State>);

#[derive(Debug, Default)]
struct State {
    /// What is drawn, from the first stage of the run until something else is written.
    line: Mutex<Option<ProgressBar>>,
    quiet: AtomicBool,
    /// What was read so far.
    meter: Arc<Meter>,
    /// The bytes of all sources.
    total: AtomicU64,
}

impl Progress {
    /// Draws nothing from now on.
    pub fn be_quiet(&self) {
        self.0.quiet.store(true, Ordering::Relaxed);
    }

    /// The sources, so that what is read of them is shown.
    pub fn reading(&self, sources: impl Iterator<Item = Source>) -> Vec<Source> {
        let metered: Vec<Source> = sources.map(|source| source.metered(&self.0.meter)).collect();
        let total = metered.iter().map(|source| source.size().unwrap_or(0)).sum();
        self.0.total.store(total, Ordering::Relaxed);
        self.at("Reading");
        metered
    }

    /// What the run is at from now on.
    pub fn at(&self, what: &'static str) {
        let mut line = self.0.line.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = &*line {
            bar.set_prefix(what);
            return;
        }
        if self.0.quiet.load(Ordering::Relaxed) {
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
        let state = self.0.clone();
        // Without a thread there is no line, and nothing else is missing.
        let _ = std::thread::Builder::new().spawn(move || state.draw(&bar));
    }

    /// Takes the line away, before anything else is written.
    pub fn done(&self) {
        // A panic while the line is being changed is told of too.
        if let Some(bar) = self.0.line.try_lock().ok().and_then(|mut line| line.take()) {
            bar.finish_and_clear();
        }
    }
}

impl State {
    /// Keeps the line up to date until it is taken away.
    fn draw(&self, bar: &ProgressBar) {
        std::thread::sleep(PATIENCE);
        while !bar.is_finished() {
            let (read, total) = (self.meter.bytes(), self.total.load(Ordering::Relaxed));
            if bar.prefix() == "Reading" && total > 0 {
                bar.set_message(format!("{} of {}", HumanBytes(read.min(total)), HumanBytes(total)));
            } else {
                bar.set_message("");
            }
            bar.tick();
            std::thread::sleep(TICK);
        }
    }
}
