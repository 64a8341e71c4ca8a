//! The line of a text that an error is about, with carets below the part.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Place, is_hidden, visible};

/// A longer line is cut around the part that the error is about.
const WIDTH: usize = 120;

/// A line of a text that a person wrote, and the part of it that an error is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The file as it was named, or what the text was given to, such as `--where`.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The text of the line, without characters that steer a terminal or cannot be seen.
    text: String,
    /// The bytes of the line that the error is about.
    part: Range<usize>,
}

impl Excerpt {
    /// These bytes of a text; of a range over several lines the first line.
    pub fn new(file: &str, text: &str, span: Range<usize>) -> Excerpt {
        let start = text.floor_char_boundary(span.start);
        let begin = text[..start].rfind('\n').map_or(0, |i| i + 1);
        let end = text[start..].find('\n').map_or(text.len(), |i| start + i);
        let line = text[begin..end].trim_end_matches('\r');
        let start_in_line = (start - begin).min(line.len());
        let end_in_line = text
            .floor_char_boundary(span.end)
            .saturating_sub(begin)
            .clamp(start_in_line, line.len());
        let [before, part, after] = [0..start_in_line, start_in_line..end_in_line, end_in_line..line.len()].map(|part| shown(&line[part]));
        Excerpt {
            file: file.to_string(),
            line: line_at(text, begin),
            column: line[..start_in_line].chars().count() + 1,
            part: before.len()..before.len() + part.len(),
            text: before + &part + &after,
        }
    }

    /// Where it is.
    pub fn place(&self) -> Place {
        Place::column(self.file.as_str(), self.line as u64, self.column as u64)
    }

    /// What is wrong, the place, the line with carets, and the hint, without a line end.
    pub(super) fn render(&self, title: &str, hint: Option<&str>) -> String {
        let path = visible(&self.file);
        let snippet = Snippet::source(self.text.as_str())
            .path(path.as_ref())
            .line_start(self.line)
            .annotation(AnnotationKind::Primary.span(self.part.clone()));
        let mut report = vec![Level::ERROR.no_name().primary_title(title).element(snippet)];
        report.extend(hint.map(|hint| Group::with_title(Level::HELP.with_name(Some("hint")).secondary_title(hint))));
        Renderer::plain().term_width(WIDTH).render(&report)
    }
}

/// The line of a byte of a text, from 1.
pub fn line_at(text: &str, at: usize) -> usize {
    memchr::memchr_iter(b'\n', &text.as_bytes()[..at.min(text.len())]).count() + 1
}

/// The text with a sign in place of each character that steers a terminal or cannot be seen; a tab stays.
fn shown(text: &str) -> String {
    let replaced = |c| {
        if c != '\t' && is_hidden(c) {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    };
    text.chars().map(replaced).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rendered(text: &str, part: &str) -> String {
        let at = text.find(part).unwrap();
        Excerpt::new("relhealth.toml", text, at..at + part.len()).render("wrong", Some("right"))
    }

    #[test]
    fn carets_are_below_what_is_wrong() {
        assert_eq!(
            rendered("# größer\ntitel = \"Answers\"\r\n", "titel"),
            "wrong\n --> relhealth.toml:2:1\n  |\n2 | titel = \"Answers\"\n  | ^^^^^\n  |\nhint: right"
        );
        // A wide character takes two columns of a terminal, a tab four.
        assert!(
            rendered("日本\t= 'é'", "'é'").contains("1 | 日本    = 'é'\n  |           ^^^\n"),
            "{}",
            rendered("日本\t= 'é'", "'é'")
        );
        let excerpt = Excerpt::new("f", "ä\tö = [\n1,\n2]", 3..14);
        assert_eq!((excerpt.line, excerpt.column, &excerpt.text[excerpt.part.clone()]), (1, 3, "ö = ["));
    }

    #[test]
    fn a_long_line_is_cut_around_the_part() {
        let text = format!("a = [{} bad, {}]", "1, ".repeat(7000), "2, ".repeat(7000));
        let shown = rendered(&text, "bad");
        assert!(shown.contains(" bad, ") && shown.contains("^^^"), "{shown}");
        assert!(shown.contains("--> relhealth.toml:1:21007"), "{shown}");
        assert!(shown.lines().all(|line| line.chars().count() <= WIDTH + 12), "{shown}");
    }

    #[test]
    fn nothing_steers_a_terminal() {
        let excerpt = Excerpt::new("a\u{1b}.toml", "a\u{1b}[31m\u{202e}b\u{9b}", 0..1);
        let shown = excerpt.render("wrong", None);
        assert!(
            !shown.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'),
            "{shown:?}"
        );
        assert!(shown.contains("a\\u{1b}.toml"), "{shown}");
    }

    proptest! {
        #[test]
        fn any_part_of_any_text_is_shown(text in "[aé\\n\\r\\t 日]{0,12}|.{0,12}", start in 0usize..40, length in 0usize..40) {
            let excerpt = Excerpt::new("f", &text, start..start + length);
            prop_assert!(excerpt.text.get(excerpt.part.clone()).is_some());
            prop_assert!(excerpt.render("w", None).contains('^'));
        }
    }
}
