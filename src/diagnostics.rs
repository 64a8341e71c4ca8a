//! Findings as values: notes that a run collects, problems that end it, and the words to say them in.
//!
//! Nothing here prints. A [`Note`] goes into the report; a [`Problem`] travels as an error to the command line, which turns its
//! [`Class`] into the exit code.

mod excerpt;

use std::borrow::Cow;
use std::fmt;

pub use excerpt::Excerpt;

/// A place in a file, as a text editor shows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file's path, as it was given.
    pub file: String,
    /// The line, from 1; none where the finding is about the file.
    pub line: Option<u64>,
    /// The column in characters, from 1; none where the finding is about the line.
    pub column: Option<u64>,
}

impl Place {
    /// A file as a whole.
    pub fn file(file: impl Into<String>) -> Place {
        Place {
            file: file.into(),
            line: None,
            column: None,
        }
    }

    /// A line of a file.
    pub fn line(file: impl Into<String>, line: u64) -> Place {
        Place {
            file: file.into(),
            line: Some(line),
            column: None,
        }
    }

    /// A line and column of a file.
    pub fn column(file: impl Into<String>, line: u64, column: u64) -> Place {
        Place {
            file: file.into(),
            line: Some(line),
            column: Some(column),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&visible(&self.file))?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        Ok(())
    }
}

/// Something worth knowing about a run that does not end it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// A stable word for machines, such as `negative-duration`.
    pub code: &'static str,
    /// What was found, for people.
    pub text: String,
    /// How many rows or values it is about; 0 where it is not about any.
    pub count: u64,
    /// Where, or where first.
    pub place: Option<Place>,
}

impl Note {
    /// A note about no rows and no place in particular.
    pub fn new(code: &'static str, text: impl Into<String>) -> Note {
        Note {
            code,
            text: text.into(),
            count: 0,
            place: None,
        }
    }

    /// The note, about that many rows or values.
    pub fn count(self, count: u64) -> Note {
        Note { count, ..self }
    }

    /// The note, about that place.
    pub fn at(self, place: Place) -> Note {
        Note {
            place: Some(place),
            ..self
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        visible_lines(f, &self.text)
    }
}

/// Who has to act on a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The caller: wrong usage or configuration.
    Usage,
    /// Whoever delivers the data: they cannot be used.
    Data,
    /// Whoever answers for the numbers: a rule failed or could not be judged.
    Check,
}

impl Class {
    /// The exit code of a run that ends so.
    pub fn exit_code(self) -> u8 {
        match self {
            Class::Check => 1,
            Class::Usage => 2,
            Class::Data => 3,
        }
    }
}

/// An error for people: what was tried, why it failed, and what to do.
///
/// Every part is shown with control characters escaped; line breaks stay, so untrusted text in it goes through [`visible`] first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Who has to act on it.
    pub class: Class,
    /// What was tried, or what is wrong.
    pub what: String,
    /// Why it failed.
    pub why: Option<String>,
    /// What to do.
    pub hint: Option<String>,
    /// Where.
    pub place: Option<Place>,
    /// The line that it is about, where that is known; it names the place.
    pub excerpt: Option<Box<Excerpt>>,
}

impl Problem {
    fn new(class: Class, what: String) -> Problem {
        Problem {
            class,
            what,
            why: None,
            hint: None,
            place: None,
            excerpt: None,
        }
    }

    /// Wrong usage or configuration.
    pub fn usage(what: impl Into<String>) -> Problem {
        Problem::new(Class::Usage, what.into())
    }

    /// Data that cannot be used.
    pub fn data(what: impl Into<String>) -> Problem {
        Problem::new(Class::Data, what.into())
    }

    /// A rule that failed or could not be judged.
    pub fn check(what: impl Into<String>) -> Problem {
        Problem::new(Class::Check, what.into())
    }

    /// The problem, with why it came about; an empty text says nothing.
    pub fn why(self, why: impl Into<String>) -> Problem {
        Problem {
            why: said(why.into()),
            ..self
        }
    }

    /// The problem, with what to do about it; an empty text says nothing.
    pub fn hint(self, hint: impl Into<String>) -> Problem {
        Problem {
            hint: said(hint.into()),
            ..self
        }
    }

    /// The problem, at that place.
    pub fn at(self, place: Place) -> Problem {
        Problem {
            place: Some(place),
            ..self
        }
    }

    /// The problem, with the line that it is about.
    pub fn showing(self, excerpt: Excerpt) -> Problem {
        Problem {
            excerpt: Some(Box::new(excerpt)),
            ..self
        }
    }
}

fn said(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

impl fmt::Display for Problem {
    /// `place: what: why`, and the hint on a line of its own; where the line is known, it is shown below with carets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(excerpt) = &self.excerpt {
            let why = self.why.as_ref().map_or(String::new(), |why| format!(": {}", visible(why)));
            let hint = self.hint.as_deref().map(visible);
            return f.write_str(&excerpt.render(&format!("{}{why}", visible(&self.what)), hint.as_deref()));
        }
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        visible_lines(f, &self.what)?;
        if let Some(why) = &self.why {
            f.write_str(": ")?;
            visible_lines(f, why)?;
        }
        if let Some(hint) = &self.hint {
            f.write_str("\nhint: ")?;
            visible_lines(f, hint)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

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

/// A text for a message: a long one is cut, so that the message stays one that can be read.
pub fn excerpt(text: &str) -> Cow<'_, str> {
    /// So many characters are shown.
    const SHOWN: usize = 200;
    match text.char_indices().nth(SHOWN) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{} ... ({} bytes)", &text[..end], text.len())),
    }
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

/// `a`, `a and b`, `a, b and c`.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

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

fn is_hidden(c: char) -> bool {
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
fn visible_lines(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    for (i, line) in text.split('\n').enumerate() {
        if i > 0 {
            f.write_str("\n")?;
        }
        f.write_str(&visible(line))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn problems_travel_in_anyhow_and_keep_their_exit_code() {
        let failing = || -> anyhow::Result<()> { Err(Problem::data("cannot read `a.csv`").why("it is empty").hint("export it again"))? };
        let error = failing().unwrap_err().context("while measuring");
        let problem = error.downcast_ref::<Problem>().unwrap();
        assert_eq!(problem.class.exit_code(), 3);
        assert_eq!(problem.to_string(), "cannot read `a.csv`: it is empty\nhint: export it again");
        assert_eq!(Problem::usage("x").class.exit_code(), 2);
        assert_eq!(Problem::check("x").class.exit_code(), 1);
    }

    #[test]
    fn places_read_as_editors_do() {
        let problem = Problem::usage("unknown key `metrc`")
            .at(Place::column("relhealth.toml", 3, 5))
            .hint("");
        assert_eq!(problem.to_string(), "relhealth.toml:3:5: unknown key `metrc`");
        let note = Note::new("ragged", "rows with a cell too many")
            .count(4)
            .at(Place::line("a\u{1b}[31m.csv", 7));
        assert_eq!(note.to_string(), "a\\u{1b}[31m.csv:7: rows with a cell too many");
        assert_eq!(note.count, 4);
        assert_eq!(Place::file("a.csv").to_string(), "a.csv");
    }

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

    #[test]
    fn hidden_characters_are_shown() {
        assert_eq!(visible("a\nb\tc\u{1b}[2J\u{7f}\u{9b}"), "a\\nb\\tc\\u{1b}[2J\\u{7f}\\u{9b}");
        assert_eq!(
            visible("user\u{202e}gpj.exe\u{2066}\u{200b}\u{feff}"),
            "user\\u{202e}gpj.exe\\u{2066}\\u{200b}\\u{feff}"
        );
        assert!(matches!(visible("Zoë, 日本, ❤️, \\n"), Cow::Borrowed("Zoë, 日本, ❤️, \\n")));
        let forged = Problem::data(format!("cell `{}`", visible("x\nerror: all is lost"))).to_string();
        assert_eq!(forged.lines().count(), 1);
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
