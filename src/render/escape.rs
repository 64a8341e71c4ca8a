//! Escapes for Markdown: a backslash before a character that Markdown would interpret at its position, and before no other, so that the
//! source stays readable too.
//!
//! The rules are those of CommonMark 0.31 with GitHub's extensions: tables, strikethrough, autolinks, mentions, references to issues,
//! emoji and formulas.

/// Text from outside within a line: nothing in it is interpreted, whatever own text is next to it.
pub fn inline(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut escaped = String::with_capacity(text.len() + 8);
    for (at, &c) in chars.iter().enumerate() {
        if is_interpreted(&chars, at) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Own text within a line. Its brackets are those of intervals; only links need them escaped.
pub fn own(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut escaped = String::with_capacity(text.len() + 8);
    for (at, &c) in chars.iter().enumerate() {
        let is_bracket = matches!(c, '[' | ']') && chars.get(at + 1) != Some(&'(');
        if is_interpreted(&chars, at) && !is_bracket && !(c == '(' && at == 0) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// A line that is escaped already, as the beginning of a block: it is no heading, quotation, list, rule or underline of a heading.
pub fn block_start(line: &str) -> String {
    let indent = line.len() - line.trim_start().len();
    let (blank, rest) = line.split_at(indent);
    let ends_word = |at: usize| rest[at..].chars().next().is_none_or(char::is_whitespace);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let first = rest.chars().next();
    let marks = first.map_or(0, |first| rest.chars().take_while(|c| *c == first).count());
    let escaped_at = match first {
        Some('>' | '=') => Some(0),
        Some('#') if (1..=6).contains(&marks) && ends_word(marks) => Some(0),
        Some('+') if ends_word(1) => Some(0),
        // Also a rule or an underline, which may have spaces between its marks.
        Some('-') if ends_word(1) || rest.chars().all(|c| c == '-' || c.is_whitespace()) => Some(0),
        Some('0'..='9') if digits <= 9 && rest[digits..].starts_with(['.', ')']) && ends_word(digits + 1) => Some(digits),
        _ => None,
    };
    match escaped_at {
        // Four spaces would make a block of code.
        Some(at) => format!("{}\\{}", &rest[..at], &rest[at..]),
        None if blank.is_empty() => line.to_string(),
        None => rest.to_string(),
    }
}

/// Whether the character has a meaning in Markdown at its position. Text next to the ends is not known.
fn is_interpreted(chars: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| chars[before]);
    let after = chars.get(at + 1).copied();
    let rest = &chars[at + 1..];
    let is = |c: Option<char>, of: fn(char) -> bool| c.is_some_and(of);
    match chars[at] {
        // A backslash before a letter is a backslash; at the end it would escape what follows.
        '\\' => after.is_none_or(|c| c.is_ascii_punctuation()),
        '`' | '[' | ']' | '|' => true,
        // The destination of a link, if a bracket stands before this text.
        '(' => before.is_none(),
        // Between spaces it neither opens nor closes an emphasis.
        '*' | '~' => !(is(before, char::is_whitespace) && is(after, char::is_whitespace)),
        // Within a word, too, a low line means nothing.
        '_' => {
            let outside = |c: &&char| **c != '_';
            let left = chars[..at].iter().rev().find(outside);
            let right = rest.iter().find(outside);
            !(left.is_some_and(|c| c.is_alphanumeric()) && right.is_some_and(|c| c.is_alphanumeric()))
        }
        '<' => after.is_none_or(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')),
        '&' => is_entity(rest),
        // A mention, or an address.
        '@' => is(after, |c| c.is_alphanumeric() || c == '_'),
        // A reference to an issue; within an entity the ampersand is escaped.
        '#' => is(after, |c| c.is_ascii_digit()) && !(before == Some('&') && is_entity(&chars[at..])),
        ':' => (after == Some('/') && chars.get(at + 2) == Some(&'/')) || is_emoji(rest),
        // An address without a scheme.
        '.' => {
            at >= 3
                && chars[at - 3..at].iter().all(|c| c.eq_ignore_ascii_case(&'w'))
                && !is(at.checked_sub(4).map(|i| chars[i]), char::is_alphanumeric)
        }
        // A formula.
        '$' => chars.iter().filter(|c| **c == '$').count() > 1 || after == Some('`'),
        _ => false,
    }
}

/// `amp;`, `#65;`.
fn is_entity(rest: &[char]) -> bool {
    let name = rest.iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '#').count();
    name > 0 && rest.get(name) == Some(&';')
}

/// `smile:`. Of numbers only two are emoji: times of day are not.
fn is_emoji(rest: &[char]) -> bool {
    let name: String = rest
        .iter()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-'))
        .collect();
    let is_number = name.bytes().all(|b| b.is_ascii_digit());
    rest.get(name.len()) == Some(&':') && !name.is_empty() && (!is_number || matches!(name.as_str(), "100" | "1234"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_nothing_is_not_escaped() {
        for text in [
            "retention_rate.below",
            "/path/to/a-b.csv:12",
            "a@ b, c & d; 100% (x) {y} \"z\" 'q' +1 -1 =2 ~ 3 * 4 # 5?!",
            "$1,040.00",
            "2026-10-05 12:30:45",
            "C:\\users\\ann",
            "a < b > c",
            "AT&T",
            "awww.x",
            "a__b",
            "Müller_2",
        ] {
            assert_eq!(inline(text), text);
        }
    }

    #[test]
    fn what_would_be_interpreted_is_escaped() {
        for (text, escaped) in [
            ("a|b", r"a\|b"),
            (r"a\|b", r"a\\\|b"),
            (r"a\", r"a\\"),
            (r"a\_b_", r"a\\\_b\_"),
            ("<script>alert(1)</script>", r"\<script>alert(1)\</script>"),
            ("<https://x.y>", r"\<https\://x.y>"),
            ("<!-- a", r"\<!-- a"),
            ("<", r"\<"),
            ("[x](http://y.z)", r"\[x\](http\://y.z)"),
            ("![x](y)", r"!\[x\](y)"),
            ("(http:", r"\(http:"),
            ("[^1]", r"\[^1\]"),
            ("**a** _b_ __c__", r"\*\*a\*\* \_b\_ \_\_c\_\_"),
            ("a*b*c", r"a\*b\*c"),
            ("~a~", r"\~a\~"),
            ("`a`", r"\`a\`"),
            ("&lt;b&gt; &#60;", r"\&lt;b\&gt; \&#60;"),
            ("ann@example.com @bob", r"ann\@example.com \@bob"),
            ("see #12", r"see \#12"),
            (":smile: :+1: 1:100:2", r"\:smile: \:+1: 1\:100:2"),
            ("www.x.y WWW.x", r"www\.x.y WWW\.x"),
            ("$a$", r"\$a\$"),
        ] {
            assert_eq!(inline(text), escaped, "{text}");
        }
    }

    #[test]
    fn own_text_keeps_its_intervals() {
        assert_eq!(own("54.5% [41.1, 67.4]: -33.2 pp (n 55)"), "54.5% [41.1, 67.4]: -33.2 pp (n 55)");
        assert_eq!(own("a|b [x](y) <br> `c`"), r"a\|b [x\](y) \<br> \`c\`");
    }

    #[test]
    fn nothing_begins_a_block() {
        for (line, escaped) in [
            ("# a", r"\# a"),
            ("###### a", r"\###### a"),
            ("#a", "#a"),
            ("- a", r"\- a"),
            ("-5", "-5"),
            ("-", r"\-"),
            ("- - -", r"\- - -"),
            ("---", r"\---"),
            ("+ a", r"\+ a"),
            ("+1", "+1"),
            ("> a", r"\> a"),
            ("==", r"\=="),
            ("12. a", r"12\. a"),
            ("3) a", r"3\) a"),
            ("2026.5", "2026.5"),
            ("1234567890. a", "1234567890. a"),
            ("    code", "code"),
            ("   # a", r"\# a"),
            ("", ""),
        ] {
            assert_eq!(block_start(line), escaped, "{line}");
        }
    }
}
