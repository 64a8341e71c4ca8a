//! Jobs side by side whose results are taken one after the other.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::Result;

/// Does jobs on all threads, and takes what they give in the order of the jobs while others are still at work; what comes early
/// waits. Threads take the jobs in order too, so that little waits: no more than one result a thread, but for chance.
///
/// # Errors
/// The first error in the order of the jobs, of the work or of the taking.
pub fn in_order<J: Sync, R: Send>(
    jobs: &[J],
    work: impl Fn(&J) -> Result<R> + Sync,
    take: impl FnMut(R) -> Result<()> + Send,
) -> Result<()> {
    let next = AtomicUsize::new(0);
    let early: Mutex<BTreeMap<usize, Result<R>>> = Mutex::new(BTreeMap::new());
    let taker = Mutex::new((0, Ok(()), take));
    // Who finds somebody at it leaves the taking to them, or to whoever comes later.
    let take_ready = || {
        let Ok(mut taker) = taker.try_lock() else { return };
        let (at, outcome, take) = &mut *taker;
        while let Some(done) = early.lock().unwrap_or_else(PoisonError::into_inner).remove(at) {
            *at += 1;
            if outcome.is_ok() {
                *outcome = done.and_then(&mut *take);
                if outcome.is_err() {
                    next.store(jobs.len(), Ordering::Relaxed);
                }
            }
        }
    };
    rayon::broadcast(|_| {
        while let Some((index, job)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|i| Some((i, jobs.get(i)?))) {
            let done = work(job);
            early.lock().unwrap_or_else(PoisonError::into_inner).insert(index, done);
            take_ready();
        }
    });
    take_ready();
    taker.into_inner().unwrap_or_else(PoisonError::into_inner).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_side_by_side_is_taken_in_order() {
        let jobs: Vec<u64> = (0..500).collect();
        // The first jobs take longest.
        let work = |job: &u64| {
            std::hint::black_box((0..(500 - job) * 100).sum::<u64>());
            Ok(*job)
        };
        let mut taken = Vec::new();
        let take = |job| {
            taken.push(job);
            Ok(())
        };
        in_order(&jobs, work, take).unwrap();
        assert_eq!(taken, jobs);
    }

    #[test]
    fn the_first_error_ends_it() {
        let jobs: Vec<u64> = (0..500).collect();
        let work = |job: &u64| if job % 100 == 60 { anyhow::bail!("{job}") } else { Ok(*job) };
        let mut taken = Vec::new();
        let take = |job| {
            taken.push(job);
            Ok(())
        };
        let error = in_order(&jobs, work, take).unwrap_err();
        assert_eq!(error.to_string(), "60");
        assert_eq!(taken, (0..60).collect::<Vec<_>>());
    }
}
