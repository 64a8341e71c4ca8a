//! Customers whose parameters are known: a small simulator of the models.

use relhealth::api::customer_base::{History, Model};

/// A seeded generator of numbers (Steele, Lea and Flood, OOPSLA 2014).
pub struct Rng(pub u64);

impl Rng {
    /// Between 0 and 1, neither of both.
    pub fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64 + f64::EPSILON / 4.0
    }

    pub fn exponential(&mut self, rate: f64) -> f64 {
        -self.uniform().ln() / rate
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Marsaglia and Tsang, *ACM Transactions on Mathematical Software* 26 (2000).
    pub fn gamma(&mut self, shape: f64, rate: f64) -> f64 {
        if shape < 1.0 {
            return self.gamma(shape + 1.0, rate) * self.uniform().powf(1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        loop {
            let x = self.normal();
            let v = (1.0 + x / (9.0 * d).sqrt()).powi(3);
            if v > 0.0 && self.uniform().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v / rate;
            }
        }
    }

    pub fn beta(&mut self, a: f64, b: f64) -> f64 {
        let x = self.gamma(a, 1.0);
        x / (x + self.gamma(b, 1.0))
    }
}

/// A simulated customer.
pub struct Customer {
    /// What is seen until the age.
    pub history: History,
    /// Days with orders, from the first, which is day 0, until the end of the future.
    pub days: Vec<u32>,
    /// Has not left at the age.
    pub is_alive: bool,
}

/// A customer of a model with these parameters, of this age in days, and its future of so many days. Orders of one day are one.
pub fn customer(model: Model, [first, second, third, fourth]: [f64; 4], age: u32, future: u32, rng: &mut Rng) -> Customer {
    let rate = rng.gamma(first, second) / 7.0;
    let (chance, end) = match model {
        Model::MbgNbd | Model::BgNbd => (rng.beta(third, fourth), f64::INFINITY),
        Model::ParetoNbd => {
            let leaving = rng.gamma(third, fourth) / 7.0;
            (0.0, rng.exponential(leaving))
        }
    };
    let (mut at, mut days) = (0.0, vec![0]);
    let mut left = match model {
        Model::MbgNbd => (rng.uniform() < chance).then_some(0.0),
        Model::BgNbd => None,
        Model::ParetoNbd => Some(end),
    };
    let all = f64::from(age + future + 1);
    loop {
        at += rng.exponential(rate);
        if at >= all || left.is_some_and(|left| at > left) {
            break;
        }
        days.push(at as u32);
        if rng.uniform() < chance {
            left = Some(at);
        }
    }
    days.dedup();
    Customer {
        history: seen(&days, age),
        is_alive: left.is_none_or(|left| left >= f64::from(age + 1)),
        days,
    }
}

/// What is seen of order days until an age.
pub fn seen(days: &[u32], age: u32) -> History {
    let seen: Vec<u32> = days.iter().copied().filter(|day| *day <= age).collect();
    History {
        repeats: seen.len() as u32 - 1,
        age,
        last: *seen.last().expect("the first order"),
    }
}

/// Customers who came one after the other in the first third of the time.
pub fn customers(model: Model, parameters: [f64; 4], number: usize, days: u32, seed: u64) -> Vec<Customer> {
    let mut rng = Rng(seed);
    let age = |i: usize| days - (i as u64 * u64::from(days / 3) / number as u64) as u32;
    (0..number)
        .map(|i| customer(model, parameters, age(i), days / 2, &mut rng))
        .collect()
}
