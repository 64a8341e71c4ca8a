//! Which texts are e-mail addresses and phone numbers.

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

/// The phone number that a text is: its digits, with a plus in front if it has one or begins with 00. `None` if it is not a number of 7
/// to 15 digits (ITU-T E.164), or all of its digits are the same.
pub fn phone(text: &str) -> Option<String> {
    let text = text.trim();
    let is_known = |c: char| c.is_ascii_digit() || c.is_whitespace() || "+-./()'".contains(c);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let international = text.starts_with('+') || digits.starts_with("00");
    let digits = if text.starts_with('+') {
        digits.as_str()
    } else {
        digits.strip_prefix("00").unwrap_or(&digits)
    };
    let is_one_digit = digits.bytes().all(|b| Some(b) == digits.bytes().next());
    let is_number = text.chars().all(is_known) && (7..=15).contains(&digits.len()) && !is_one_digit;
    is_number.then(|| format!("{}{digits}", if international { "+" } else { "" }))
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

    #[test]
    fn phone_numbers_are_their_digits() {
        for text in ["+49 170 123-45-67", "0049 (170) 1234567", " +491701234567 "] {
            assert_eq!(phone(text).as_deref(), Some("+491701234567"), "{text}");
        }
        assert_eq!(phone("0170/1234567").as_deref(), Some("01701234567"));
        for text in ["", "0", "n/a", "123456", "0000000000", "ann 1234567", "12345678901234567"] {
            assert_eq!(phone(text), None, "{text}");
        }
    }
}
