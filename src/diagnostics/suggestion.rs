//! Hints for names that do not exist.

use super::{listed, visible};

/// The candidate that was most likely meant by a name, if any is near: equal but for case and separators, or at most a third of
/// the characters apart (Damerau-Levenshtein), or very much alike in the beginning (Jaro-Winkler of 0.9 and more). The first of
/// equals wins.
pub fn nearest<S: AsRef<str>>(name: &str, candidates: impl IntoIterator<Item = S>) -> Option<String> {
    let wanted = key(name);
    let length = wanted.chars().count();
    // Nobody mistypes a name that long, and the distance costs the square of it.
    if length == 0 || length > 100 {
        return None;
    }
    let mut best: Option<(usize, f64, String)> = None;
    for candidate in candidates {
        let candidate = candidate.as_ref();
        // Nothing twice as long is near; a character has four bytes at most.
        if candidate.len() > 8 * (length + 1) {
            continue;
        }
        let have = key(candidate);
        let apart = strsim::damerau_levenshtein(&wanted, &have);
        let alike = strsim::jaro_winkler(&wanted, &have);
        let near = apart <= (length / 3).max(1) && apart < length;
        if !near && (alike < 0.9 || length < 3) {
            continue;
        }
        if best
            .as_ref()
            .is_none_or(|(least, most, _)| apart < *least || (apart == *least && alike > *most))
        {
            best = Some((apart, alike, candidate.to_string()));
        }
    }
    best.map(|(_, _, candidate)| candidate)
}

/// A name without what people vary in it.
fn key(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}

/// A hint for a name that does not exist: the nearest candidate, else all of them where they are a dozen or fewer, else nothing.
pub fn did_you_mean<S: AsRef<str>>(name: &str, candidates: impl IntoIterator<Item = S>) -> String {
    let all: Vec<S> = candidates.into_iter().collect();
    if let Some(near) = nearest(name, &all) {
        return format!("did you mean `{}`?", visible(&near));
    }
    if all.is_empty() || all.len() > 12 {
        return String::new();
    }
    let names: Vec<String> = all.iter().map(|c| format!("`{}`", visible(c.as_ref()))).collect();
    format!("there {} {}", if names.len() == 1 { "is" } else { "are" }, listed(&names))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let names = ["retention_rate", "churn_rate", "revenue", "nps", "enps", "ces"];
        for (wrong, right) in [
            ("retnetion_rate", "retention_rate"),
            ("Retention-Rate", "retention_rate"),
            ("chrun_rate", "churn_rate"),
            ("revenu", "revenue"),
            ("NPS", "nps"),
            ("npss", "nps"),
            ("enp", "enps"),
            ("retention", "retention_rate"),
        ] {
            assert_eq!(nearest(wrong, names).as_deref(), Some(right), "{wrong}");
        }
        for far in ["", "x", "headcount", "zzz", "日本"] {
            assert_eq!(nearest(far, names), None, "{far}");
        }
        assert_eq!(nearest(&"a".repeat(5000), ["a"]), None);
        assert_eq!(nearest("x", ["y"]), None);
        // Of equally near ones the first.
        assert_eq!(nearest("cat", ["bat", "rat"]).as_deref(), Some("bat"));
    }

    #[test]
    fn hints_name_one_or_all_or_nothing() {
        assert_eq!(did_you_mean("jsn", ["json", "csv"]), "did you mean `json`?");
        assert_eq!(
            did_you_mean("parquet", ["json", "csv", "html"]),
            "there are `json`, `csv` and `html`"
        );
        assert_eq!(did_you_mean("parquet", ["csv"]), "there is `csv`");
        assert_eq!(did_you_mean("parquet", (0..20).map(|i| format!("column {i}"))), "");
        assert_eq!(did_you_mean::<&str>("x", []), "");
    }
}
