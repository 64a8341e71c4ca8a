//! Threads that share the work of one input.

/// Does a piece of work on so many threads at once, this one among them, and gives what each has made. Where the system gives fewer threads,
/// those that there are do all of it.
pub(super) fn each<S: Send>(threads: usize, work: impl Fn() -> S + Sync) -> Vec<S> {
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads)
            .map_while(|_| std::thread::Builder::new().spawn_scoped(scope, &work).ok())
            .collect();
        let mut made = vec![work()];
        for other in others {
            made.push(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        made
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn the_work_is_divided_and_nothing_of_it_is_lost() {
        for threads in [0, 1, 2, 7] {
            let left = AtomicUsize::new(1000);
            let take = || {
                let mut taken = 0;
                while left
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
                    .is_ok()
                {
                    taken += 1;
                }
                taken
            };
            let made = each(threads, take);
            assert_eq!((made.len(), made.iter().sum::<usize>()), (threads.max(1), 1000));
        }
    }

    #[test]
    #[should_panic(expected = "broken")]
    fn a_panic_of_a_worker_is_one_of_the_run() {
        let at = AtomicUsize::new(0);
        each(2, || assert!(at.fetch_add(1, Ordering::Relaxed) == 0, "broken"));
    }
}
