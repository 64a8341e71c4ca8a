//! Draws of simulations with a fixed seed.
#![allow(dead_code, reason = "no program draws from all distributions")]

/// Splitmix64.
pub struct Draws(pub u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn unit(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub fn exponential(&mut self) -> f64 {
        -self.unit().ln()
    }

    pub fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }

    pub fn lognormal(&mut self, sigma: f64) -> f64 {
        (sigma * self.normal()).exp()
    }

    pub fn poisson(&mut self, mean: f64) -> f64 {
        self.arrivals(mean) as f64
    }

    /// The number of arrivals of a Poisson process in a time in which there are so many on average.
    pub fn arrivals(&mut self, mean: f64) -> usize {
        let mut at = self.exponential();
        let mut count = 0;
        while at < mean {
            count += 1;
            at += self.exponential();
        }
        count
    }
}
