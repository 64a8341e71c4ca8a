//! The intervals of a share, and of a mean or a ratio, straight from their formulas.

use std::collections::BTreeMap;

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// The Wilson interval at 95 % of rows (stakeholder, in the part); rows without a stakeholder are on their own.
pub fn wilson(rows: &[(Option<String>, bool)]) -> Option<(f64, f64)> {
    let n = rows.len() as f64;
    if rows.is_empty() {
        return None;
    }
    let p = rows.iter().filter(|(_, part)| *part).count() as f64 / n;
    let mut clusters: Vec<(Option<&String>, f64, f64)> = Vec::new();
    for (who, part) in rows {
        let part = f64::from(u8::from(*part));
        match clusters.iter_mut().find(|(w, _, _)| w.is_some() && *w == who.as_ref()) {
            Some((_, x, count)) => (*x, *count) = (*x + part, *count + 1.0),
            None => clusters.push((who.as_ref(), part, 1.0)),
        }
    }
    let g = clusters.len() as f64;
    let z = Normal::new(0.0, 1.0).unwrap().inverse_cdf(0.975);
    let mut effective = n;
    if clusters.len() < rows.len() {
        if clusters.len() < 2 {
            return None;
        }
        let v = g / (g - 1.0) * clusters.iter().map(|(_, x, count)| (x - p * count).powi(2)).sum::<f64>() / (n * n);
        let deff = if p == 0.0 || p == 1.0 {
            n / g
        } else {
            (v / (p * (1.0 - p) / n)).max(1.0)
        };
        let t = StudentsT::new(0.0, 1.0, g - 1.0).unwrap().inverse_cdf(0.975);
        effective = n / deff * (z / t).powi(2);
    }
    let n = effective;
    let centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    Some(((centre - half).max(0.0), (centre + half).min(1.0)))
}

/// What everybody has of a part and a whole, of rows (stakeholder, part, whole); rows without a stakeholder are on their own.
pub fn pairs(rows: &[(Option<String>, f64, f64)]) -> Vec<(f64, f64)> {
    let mut named: BTreeMap<&String, (f64, f64)> = BTreeMap::new();
    let mut all = Vec::new();
    for (who, x, n) in rows {
        match who {
            Some(who) => {
                let own = named.entry(who).or_default();
                *own = (own.0 + x, own.1 + n);
            }
            None => all.push((*x, *n)),
        }
    }
    all.extend(named.into_values());
    all
}

/// What the cubic transformation needs of sum x / sum n.
pub struct Moments {
    pub value: f64,
    error: f64,
    skew: f64,
    lean: f64,
    people: f64,
    floor: bool,
}

impl Moments {
    /// Of what everybody has; `None` where there is no interval.
    pub fn of(pairs: &[(f64, f64)]) -> Option<Moments> {
        let pairs: Vec<(f64, f64)> = pairs.iter().copied().filter(|pair| *pair != (0.0, 0.0)).collect();
        let total = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>();
        let (people, whole) = (pairs.len() as f64, total(|(_, n)| *n));
        let value = total(|(x, _)| *x) / whole;
        let residuals: Vec<f64> = pairs.iter().map(|(x, n)| x - value * n).collect();
        let power = |k: i32| residuals.iter().map(|e| e.powi(k)).sum::<f64>();
        let size: f64 = pairs.iter().map(|(x, n)| x * x + value * value * n * n).sum();
        let varies = power(2) > 1e-12 * size;
        // Third moments of smaller residuals are lost among the digits of the sums.
        let shows = if power(2) > 1e-5 * size { 1.0 } else { 0.0 };
        (pairs.len() >= 10 && varies).then(|| Moments {
            value,
            error: (people / (people - 1.0) * power(2)).sqrt() / whole,
            skew: shows * power(3) / power(2).powf(1.5),
            lean: shows * residuals.iter().zip(&pairs).map(|(e, (_, n))| e * n).sum::<f64>() / (power(2).sqrt() * whole),
            people,
            floor: pairs.iter().all(|(x, n)| *x >= 0.0 && *n >= 0.0),
        })
    }

    fn t(&self) -> f64 {
        StudentsT::new(0.0, 1.0, self.people - 1.0).unwrap().inverse_cdf(0.975)
    }

    /// The interval at 95 %.
    pub fn limits(&self) -> (f64, f64) {
        let low = self.value - self.error * arm(-self.skew, -self.lean, self.people, self.t());
        let high = self.value + self.error * arm(self.skew, self.lean, self.people, self.t());
        (if self.floor { low.max(0.0) } else { low }, high)
    }

    /// The interval at 95 % of this less another one.
    pub fn less(&self, other: &Moments, r: f64) -> (f64, f64) {
        let together = |a: f64, b: f64| (a * a - 2.0 * r * a * b + b * b).max(0.0).sqrt();
        let error = together(self.error, other.error);
        let z = together(self.t() * self.error, other.t() * other.error) / error;
        let all = self.people + other.people;
        let weigh = |own: f64, others: f64| own * (other.people / all).powf(1.5) - others * (self.people / all).powf(1.5);
        let (skew, lean) = (weigh(self.skew, other.skew), weigh(self.lean, other.lean));
        let (delta, people) = (self.value - other.value, self.people.min(other.people));
        (
            delta - error * arm(-skew, -lean, people, z),
            delta + error * arm(skew, lean, people, z),
        )
    }
}

/// The distance of the upper limit in standard errors, found by halving; that of the lower one is the upper one's of the mirror image.
fn arm(skew: f64, lean: f64, people: f64, z: f64) -> f64 {
    let own = if skew > 0.0 { skew * (1.0 + 3.0 * skew * skew) } else { skew };
    let (a, b) = (own / 3.0 - lean, own / 6.0);
    // How far below zero the transformed statistic of a distance is: a cubic up to its turning point, then a line.
    let cubic = |d: f64| d - a * d * d + a * a * d * d * d / 3.0 - b;
    let of = |d: f64| {
        if a > 0.0 && d > 1.0 / a {
            cubic(1.0 / a) + (d - 1.0 / a) / (1.0 + 10.0 / people)
        } else {
            cubic(d)
        }
    };
    let (mut low, mut high) = (0.0, 1e6);
    for _ in 0..200 {
        let middle = (low + high) / 2.0;
        if of(middle) >= z { high = middle } else { low = middle }
    }
    high
}

#[test]
fn the_golden_values() {
    let rows = |parts: &[usize], wholes: &[usize]| -> Vec<(Option<String>, bool)> {
        let of = |g: usize| (0..wholes[g]).map(move |i| (Some(format!("s{g}")), i));
        (0..parts.len())
            .flat_map(|g| of(g).map(move |(who, i)| (who, i < parts[g])))
            .collect()
    };
    let close = |found: (f64, f64), wanted: (f64, f64)| (found.0 - wanted.0).abs() < 1e-6 && (found.1 - wanted.1).abs() < 1e-6;
    let (low, high) = wilson(&rows(&[3, 1, 6, 2, 0, 5, 4, 2, 7, 1], &[4, 5, 6, 5, 2, 5, 4, 6, 8, 3])).unwrap();
    assert!(close((low, high), (0.388941, 0.839338)), "{low} {high}");
    let alone: Vec<(Option<String>, bool)> = (0..10).map(|i| (None, i < 8)).collect();
    assert!(close(wilson(&alone).unwrap(), (0.490162, 0.943318)));
    assert_eq!(wilson(&rows(&[1], &[3])), None);
}
