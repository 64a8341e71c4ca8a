//! How many bytes were looked at, counted in tests, so that work that grows faster than its input is found without a clock.

/// Counts bytes that are looked at; costs nothing outside of tests.
#[inline(always)]
pub(super) fn look(bytes: usize) {
    #[cfg(test)]
    counter::LOOKED.with(|looked| looked.set(looked.get() + bytes as u64));
    #[cfg(not(test))]
    let _ = bytes;
}

#[cfg(test)]
mod counter {
    use std::cell::Cell;

    thread_local! {
        pub(super) static LOOKED: Cell<u64> = const { Cell::new(0) };
    }
}

/// How many bytes are looked at while something is done on this thread.
#[cfg(test)]
pub(super) fn looked<T>(done: impl FnOnce() -> T) -> (u64, T) {
    let before = counter::LOOKED.get();
    let result = done();
    (counter::LOOKED.get() - before, result)
}
