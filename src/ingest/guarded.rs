//! Decoders of other formats. Some panic over damaged files, which is no defect of the program, so that nothing is said of it as one.

use std::cell::Cell;
use std::panic;
use std::sync::Once;

thread_local! {
    /// Whether the thread is decoding.
    static DECODING: Cell<bool> = const { Cell::new(false) };
}

/// Runs a decoder that belongs to others; `None` where it panics.
pub(super) fn guarded<T>(decode: impl FnOnce() -> T) -> Option<T> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |what| {
            if !DECODING.get() {
                before(what);
            }
        }));
    });
    DECODING.set(true);
    let decoded = panic::catch_unwind(panic::AssertUnwindSafe(decode));
    DECODING.set(false);
    decoded.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_elsewhere_is_still_told() {
        assert_eq!(guarded(|| 7), Some(7));
        assert_eq!(guarded(|| -> u8 { panic!("a damaged page") }), None);
        assert!(!DECODING.get());
    }
}
