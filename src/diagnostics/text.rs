//! Pieces of text: counts with their words, lists, and text from outside made safe to show.

use std::borrow::Cow;
use std::fmt;

/// A number with its words: those for one, or those for any other.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Text from outside made safe to show: control characters, bidirectional controls, zero-width and other invisible format
/// characters are written as escapes (`\n`, `\u{202e}`), so that a cell can neither steer a terminal nor hide or reorder what
/// stands in a message. Everything else stays as it is.
pub fn visible(text: &str) -> Cow<'_, str> {
    let Some((first, _)) = text.char_indices().find(|(_, c)| is_hidden(*c)) else {
        return Cow::Borrowed(text);
    };
    let mut shown = String::with_capacity(text.len() + 16);
    shown.push_str(&text[..first]);
    for c in text[first..].chars() {
        match c {
            '\n' | '\r' | '\t' => shown.extend(c.escape_default()),
            c if is_hidden(c) => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

pub(super) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' // soft hyphen
            | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' // bidirectional controls
            | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{feff}' // zero width
            | '\u{2028}' | '\u{2029}' // line and paragraph separator
            | '\u{206a}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' // deprecated, interlinear, tags
        )
}

/// Writes text of one or more lines, each of them [`visible`].
pub(crate) fn visible_lines(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    for (i, line) in text.split('\n').enumerate() {
        if i > 0 {
            f.write_str("\n")?;
        }
        f.write_str(&visible(line))?;
    }
    Ok(())
}

/// A text for a message: a long one is cut, so that the message stays one that can be read.
pub fn excerpt(text: &str) -> Cow<'_, str> {
    /// So many characters are shown.
    const SHOWN: usize = 200;
    match text.char_indices().nth(SHOWN) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{} ... ({} bytes)", &text[..end], text.len())),
    }
}

/// A message in which no line and no word is longer than one can read: what is quoted of a long text is cut.
pub fn bounded(text: &str) -> Cow<'_, str> {
    /// So many bytes of a line are shown.
    const LINE: usize = 4_000;
    /// So many bytes a word may have: a path may be long.
    const WORD: usize = 400;
    let is_long = |text: &str, limit: usize| text.len() > limit;
    if text
        .split('\n')
        .all(|line| !is_long(line, LINE) && line.split(' ').all(|word| !is_long(word, WORD)))
    {
        return Cow::Borrowed(text);
    }
    let line = |line: &str| {
        let words: Vec<Cow<'_, str>> = line
            .split(' ')
            .map(|word| if is_long(word, WORD) { excerpt(word) } else { Cow::Borrowed(word) })
            .collect();
        let line = words.join(" ");
        match (is_long(&line, LINE), line.char_indices().take_while(|(at, _)| *at <= LINE).last()) {
            (true, Some((end, _))) => format!("{} ... ({} bytes)", &line[..end], line.len()),
            _ => line,
        }
    };
    Cow::Owned(text.split('\n').map(line).collect::<Vec<_>>().join("\n"))
}

/// `a`, `a and b`, `a, b and c`.
pub fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn long_words_and_lines_are_cut() {
        let long = "x".repeat(20_000);
        let text = format!("error: `{long}` is wrong\nhint: see README.md");
        let shown = bounded(&text);
        assert!(
            shown.len() < 400 && shown.contains("(20002 bytes)") && shown.ends_with("is wrong\nhint: see README.md"),
            "{shown}"
        );
        let words = "é and ".repeat(5_000);
        assert!(bounded(&words).len() < 4_100);
        assert!(matches!(bounded("error: short"), Cow::Borrowed(_)));
    }

    #[test]
    fn hidden_characters_are_shown() {
        assert_eq!(visible("a\nb\tc\u{1b}[2J\u{7f}\u{9b}"), "a\\nb\\tc\\u{1b}[2J\\u{7f}\\u{9b}");
        assert_eq!(
            visible("user\u{202e}gpj.exe\u{2066}\u{200b}\u{feff}"),
            "user\\u{202e}gpj.exe\\u{2066}\\u{200b}\\u{feff}"
        );
        assert!(matches!(visible("Zoë, 日本, ❤️, \\n"), Cow::Borrowed("Zoë, 日本, ❤️, \\n")));
    }

    proptest! {
        #[test]
        fn visible_text_stays_visible_and_loses_nothing(text in any::<String>()) {
            let once = visible(&text).into_owned();
            prop_assert!(!once.chars().any(is_hidden));
            prop_assert_eq!(visible(&once), once.as_str());
            let plain = |s: &str| s.chars().filter(|c| !is_hidden(*c)).count();
            prop_assert!(once.chars().count() >= text.chars().count() && plain(&once) >= plain(&text));
        }
    }
}
