//! Which texts are e-mail addresses.

/// The e-mail address that a text is, in lower case: without spaces and apostrophes around it, `mailto:`, or a name before angle
/// brackets. `None` if it is not an address. What follows a plus belongs to the address.
pub fn email(text: &str) -> Option<String> {
    if !text.contains('@') {
        return None;
    }
    let mut address = text.trim_matches(is_wrapping);
    if let Some(inner) = address.strip_suffix('>') {
        address = &inner[inner.rfind('<')? + 1..];
    }
    if let Some((scheme, rest)) = address.split_at_checked(7)
        && scheme.eq_ignore_ascii_case("mailto:")
    {
        address = rest;
    }
    let address = address.trim_matches(is_wrapping);
    let (local, domain) = address.split_once('@')?;
    let is_part = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || "@,;<>\"".contains(c));
    let has_dot = domain.trim_matches('.').contains('.');
    (is_part(local) && is_part(domain) && has_dot).then(|| address.to_lowercase())
}

fn is_wrapping(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\'' | '"' | '\u{2019}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_distinguished_from_similar_texts() {
        for text in [
            "ann@example.org",
            " Ann@Example.ORG ",
            "mailto:ann@example.org",
            "Mailto:Ann@example.org",
            "Ann Smith <ann@example.org>",
            "\"Smith, Ann\" <Mailto:ANN@example.org>",
            "'ann@example.org'",
            "<ann@example.org>",
        ] {
            assert_eq!(email(text).as_deref(), Some("ann@example.org"), "{text}");
        }
        assert_eq!(email("ann+shop@example.org").as_deref(), Some("ann+shop@example.org"));
        for text in [
            "",
            "ann",
            "@ann",
            "ann@",
            "ann@home",
            "a@b.c d",
            "a@b@c.d",
            "a@b.c;d@e.f",
            "ann@.org",
            "@",
        ] {
            assert_eq!(email(text), None, "{text}");
        }
    }
}
