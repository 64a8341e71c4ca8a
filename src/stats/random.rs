//! Random draws with a fixed seed, so that the same data give the same numbers.

/// Steele, Lea and Flood's generator (OOPSLA 2014): tiny, and good enough to draw samples with.
pub(super) struct SplitMix64(pub(super) u64);

impl SplitMix64 {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The first outputs of the reference implementation for seed 1234567.
    #[test]
    fn the_generator_is_splitmix64() {
        let mut draws = SplitMix64(1234567);
        assert_eq!(
            [draws.next(), draws.next(), draws.next()],
            [6457827717110365317, 3203168211198807973, 9817491932198370423]
        );
    }
}
