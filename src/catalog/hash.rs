//! What a metric computes, in one canonical text, and the hash of it: two numbers compare only where these are equal.

use super::{Metric, When};
use std::collections::HashMap;

/// Gives every metric the hash of its definition; there are no cycles among them.
pub(super) fn define(metrics: &mut [Metric]) {
    let places: HashMap<String, usize> = metrics.iter().enumerate().map(|(i, m)| (m.id.clone(), i)).collect();
    let mut done: Vec<Option<u64>> = vec![None; metrics.len()];
    for i in 0..metrics.len() {
        resolve(i, metrics, &places, &mut done);
    }
    for (metric, hash) in metrics.iter_mut().zip(done) {
        metric.definition = hash.unwrap_or_default();
    }
}

fn resolve(i: usize, metrics: &[Metric], places: &HashMap<String, usize>, done: &mut [Option<u64>]) -> u64 {
    if let Some(hash) = done[i] {
        return hash;
    }
    let mut text = canonical(&metrics[i]);
    for id in metrics[i].parts() {
        if let Some(&part) = places.get(&id) {
            let hash = resolve(part, metrics, places, done);
            text.push_str(&format!("part {id}={hash:016x}\n"));
        }
    }
    let hash = fnv1a(text.as_bytes());
    done[i] = Some(hash);
    hash
}

/// All that changes the answer, one `key value` a line, in a fixed order. A change here changes every hash: baselines that people
/// have saved would no longer compare.
fn canonical(metric: &Metric) -> String {
    let mut lines = vec![("kind", metric.kind.name().as_str().to_string())];
    if let Some(fact) = metric.fact {
        lines.push(("fact", fact.name().to_string()));
    }
    match &metric.when {
        When::InPeriod => {}
        When::At(at) => lines.push(("at", at.clone())),
        When::Stock { from, until } => lines.extend([("from", from.clone()), ("until", until.clone())]),
    }
    lines.extend(metric.window_days.map(|days| ("window_days", days.to_string())));
    lines.extend(metric.lookback_days.map(|days| ("lookback_days", days.to_string())));
    lines.extend(metric.where_.as_ref().map(|e| ("where", e.sql())));
    lines.extend(metric.weight.as_ref().map(|w| ("weight", w.clone())));
    lines.extend(metric.kind.definition().hashed_fields());
    lines.iter().map(|(key, value)| format!("{key} {value}\n")).collect()
}

/// Fowler, Noll and Vo's hash, variant 1a, of 64 bits: the same on every machine and in every version.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn matches_the_published_test_values() {
        // From the authors' table of test vectors.
        assert_eq!(super::fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(super::fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(super::fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
