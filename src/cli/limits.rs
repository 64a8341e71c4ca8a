//! What the system allows the program.

/// Lets a write beyond the largest size of a file (`ulimit -f`) be an error like any other, with a message and nothing left behind. Otherwise the
/// system would end the program.
pub fn outlive_largest_file() {
    #[cfg(unix)]
    {
        // Whoever handles the signal gets the error where it writes; the flag itself is not needed.
        let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, std::sync::Arc::default());
    }
}
