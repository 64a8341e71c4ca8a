//! The interval of a share, straight from its formula.

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
