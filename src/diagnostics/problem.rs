//! Errors for people: what was tried, why it failed and what to do.

use std::fmt;
use std::sync::Arc;

use super::text::visible_lines;
use super::{Excerpt, Place, visible};

/// Who has to act on a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The caller: wrong usage or configuration.
    Usage,
    /// Whoever delivers the data: they cannot be used.
    Data,
    /// Whoever answers for the numbers: a rule failed or could not be evaluated.
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

/// A part of a message, and whether it is in the program's own words. What is known when the program is built cannot quote a file or a
/// configuration; every other text may.
#[derive(Clone, Debug)]
pub struct Message {
    text: String,
    is_own: bool,
}

impl Message {
    /// A text that was put together of the program's own words and of numbers.
    pub fn own(text: impl Into<String>) -> Message {
        Message {
            text: text.into(),
            is_own: true,
        }
    }
}

impl From<&'static str> for Message {
    fn from(text: &'static str) -> Message {
        Message::own(text)
    }
}

impl From<String> for Message {
    fn from(text: String) -> Message {
        Message { text, is_own: false }
    }
}

/// An error for people: what was tried, why it failed, and what to do.
///
/// Every part is shown with control characters escaped; line breaks stay, so untrusted text in it goes through
/// [`super::visible`] first.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Who has to act on it.
    pub class: Class,
    /// What was tried, or what is wrong.
    pub what: String,
    why: Option<String>,
    /// What to do.
    pub hint: Option<String>,
    /// Where.
    pub place: Option<Place>,
    /// The line that it is about, if that is known; it names the place.
    pub excerpt: Option<Box<Excerpt>>,
    /// The error that it came from.
    source: Option<Arc<anyhow::Error>>,
    /// The parts that are in the program's own words.
    own: OwnWords,
}

/// Which parts of a problem are in the program's own words.
#[derive(Clone, Copy, Debug, Default)]
struct OwnWords {
    what: bool,
    why: bool,
    hint: bool,
    place: bool,
}

impl Problem {
    fn new(class: Class, what: impl Into<Message>) -> Problem {
        let what = what.into();
        Problem {
            class,
            own: OwnWords {
                what: what.is_own,
                ..OwnWords::default()
            },
            what: what.text,
            why: None,
            hint: None,
            place: None,
            excerpt: None,
            source: None,
        }
    }

    /// Wrong usage or configuration.
    pub fn usage(what: impl Into<Message>) -> Problem {
        Problem::new(Class::Usage, what)
    }

    /// Data that cannot be used.
    pub fn data(what: impl Into<Message>) -> Problem {
        Problem::new(Class::Data, what)
    }

    /// An error that happened on the way, in the class of what failed because of it. Its own text is shown.
    pub fn from_error(class: Class, error: impl Into<anyhow::Error>) -> Problem {
        Problem::new(class, "").because(error)
    }

    /// The problem, with the error that it came from. Its text is shown as the reason, unless another reason is given.
    pub fn because(self, error: impl Into<anyhow::Error>) -> Problem {
        Problem {
            source: Some(Arc::new(error.into())),
            ..self
        }
    }

    /// The problem, with why it came about; an empty text says nothing.
    pub fn why(self, why: impl Into<Message>) -> Problem {
        let why = why.into();
        Problem {
            own: OwnWords {
                why: why.is_own,
                ..self.own
            },
            why: said(why.text),
            ..self
        }
    }

    /// Why it came about: as given, or as the error says that it came from.
    pub fn reason(&self) -> Option<String> {
        match (&self.why, &self.source) {
            (Some(why), _) => Some(why.clone()),
            (None, Some(source)) => Some(format!("{source:#}")),
            (None, None) => None,
        }
    }

    /// The problem, with what to do about it; an empty text says nothing.
    pub fn hint(self, hint: impl Into<Message>) -> Problem {
        let hint = hint.into();
        Problem {
            own: OwnWords {
                hint: hint.is_own,
                ..self.own
            },
            hint: said(hint.text),
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

    /// The problem without any text that may come from a file, a configuration or the command line: what is left are the program's own
    /// words, and the place under the name that `file` gives its file. Without a name only the line is left.
    #[must_use]
    pub fn redacted(&self, file: &mut dyn FnMut(&str) -> Option<String>) -> Problem {
        let own = self.own;
        let kept = |part: &Option<String>, is_own: bool| part.clone().filter(|_| is_own);
        let place = match (&self.excerpt, &self.place) {
            (Some(excerpt), _) => Some(excerpt.place()),
            (None, place) => place.clone(),
        };
        let place = place
            .filter(|_| !own.place)
            .and_then(|place| match (file(&place.file), place.line) {
                (Some(file), _) => Some(Place { file, ..place }),
                (None, Some(_)) => Some(Place {
                    file: "input".to_string(),
                    ..place
                }),
                (None, None) => None,
            });
        let is_withheld = !own.what || (self.why.is_some() && !own.why) || self.source.is_some() || (self.hint.is_some() && !own.hint);
        let advice = "--redact withholds a part of this message, which may quote the inputs or the configuration. Run the command without \
                      --redact to read it";
        Problem {
            class: self.class,
            what: kept(&Some(self.what.clone()), own.what && !self.what.is_empty())
                .unwrap_or_else(|| "the command cannot be run".to_string()),
            why: kept(&self.why, own.why),
            hint: match (kept(&self.hint, own.hint), is_withheld) {
                (Some(hint), true) => Some(format!("{hint}\nhint: {advice}")),
                (Some(hint), false) => Some(hint),
                (None, true) => Some(advice.to_string()),
                (None, false) => None,
            },
            place: if own.place { self.place.clone() } else { place },
            excerpt: None,
            source: None,
            own: OwnWords {
                what: true,
                why: true,
                hint: true,
                place: true,
            },
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
    /// `place: what: why`, and the hint on a separate line. If the line of the file is known, it is shown below with carets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(excerpt) = &self.excerpt {
            let why = self.reason().map_or(String::new(), |why| format!(": {}", visible(&why)));
            let hint = self.hint.as_deref().map(visible);
            return f.write_str(&excerpt.render(&format!("{}{why}", visible(&self.what)), hint.as_deref()));
        }
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        visible_lines(f, &self.what)?;
        if let Some(reason) = self.reason() {
            f.write_str(if self.what.is_empty() { "" } else { ": " })?;
            visible_lines(f, &reason)?;
        }
        if let Some(hint) = &self.hint {
            f.write_str("\nhint: ")?;
            visible_lines(f, hint)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source: &(dyn std::error::Error + Send + Sync + 'static) = (**self.source.as_ref()?).as_ref();
        Some(source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_travel_in_anyhow_and_keep_their_exit_code() {
        let failing = || -> anyhow::Result<()> { Err(Problem::data("cannot read `a.csv`").why("it is empty").hint("export it again"))? };
        let error = failing().unwrap_err().context("while measuring");
        let problem = error.downcast_ref::<Problem>().unwrap();
        assert_eq!(problem.class.exit_code(), 3);
        assert_eq!(problem.to_string(), "cannot read `a.csv`: it is empty\nhint: export it again");
        assert_eq!(Problem::usage("x").class.exit_code(), 2);
    }

    #[test]
    fn the_place_comes_first_and_an_empty_hint_is_not_shown() {
        let problem = Problem::usage("unknown key `metrc`")
            .at(Place::column("relhealth.toml", 3, 5))
            .hint("");
        assert_eq!(problem.to_string(), "relhealth.toml:3:5: unknown key `metrc`");
        let forged = Problem::data(format!("cell `{}`", visible("x\nerror: all is lost"))).to_string();
        assert_eq!(forged.lines().count(), 1);
    }

    #[test]
    fn the_error_behind_a_problem_stays_an_error() {
        let cause = || std::io::Error::new(std::io::ErrorKind::BrokenPipe, "pipe\u{1b} closed");
        let problem = Problem::usage("cannot write to standard output").because(cause());
        assert_eq!(problem.to_string(), "cannot write to standard output: pipe\\u{1b} closed");
        let error = anyhow::Error::from(problem.clone());
        let kinds: Vec<_> = error.chain().filter_map(|e| e.downcast_ref::<std::io::Error>()).collect();
        assert_eq!(kinds.len(), 1);
        assert_eq!(
            problem.why("the disk is full").to_string(),
            "cannot write to standard output: the disk is full"
        );
        let plain = Problem::from_error(Class::Usage, cause()).hint("try again");
        assert_eq!(plain.to_string(), "pipe\\u{1b} closed\nhint: try again");
    }
}
