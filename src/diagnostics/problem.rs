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
            source: None,
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

    /// An error that happened on the way, in the class of what failed because of it. Its own text is shown.
    pub fn from_error(class: Class, error: impl Into<anyhow::Error>) -> Problem {
        Problem::new(class, String::new()).because(error)
    }

    /// The problem, with the error that it came from. Its text is shown as the reason, unless another reason is given.
    pub fn because(self, error: impl Into<anyhow::Error>) -> Problem {
        Problem {
            source: Some(Arc::new(error.into())),
            ..self
        }
    }

    /// The problem, with why it came about; an empty text says nothing.
    pub fn why(self, why: impl Into<String>) -> Problem {
        Problem {
            why: said(why.into()),
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
