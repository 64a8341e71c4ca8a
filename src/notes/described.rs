//! Declaring a note, a reason or a decision: everything about it in one place.

use std::borrow::Borrow;
use std::fmt;

use serde::{Serialize, Serializer};

/// The stable word for a note, a reason or a decision, as machine formats write it. Ordered as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub(super) &'static str);

impl Code {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A map by codes can be asked for a word.
impl Borrow<str> for Code {
    fn borrow(&self) -> &str {
        self.0
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

/// What a code means, and what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Description {
    /// The code.
    pub code: Code,
    /// The lines of the documentation of its variant.
    pub(super) means: &'static [&'static str],
    /// What to do about it.
    pub advice: &'static str,
    /// The setting that decides instead, if there is one.
    pub option: Option<&'static str>,
}

impl Description {
    /// What it means, and what follows from it.
    pub fn means(&self) -> String {
        self.means.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
    }
}

/// The descriptions of one enum, with a title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// What they are about.
    pub title: &'static str,
    /// All of them.
    pub descriptions: &'static [Description],
}

/// Declares an enum of notes, reasons or decisions. Each variant is one row: its documentation is what `relhealth help codes` prints
/// as the meaning; then come its code, what to do about it, optionally the setting that decides instead, its fields, and its sentence
/// for a number of rows.
///
/// The enum gets `ALL`, `description`, `text` and `withhold`. Every field has a type that says whether it is personal
/// ([`super::Personal`]).
macro_rules! described {
    (@option) => { None };
    (@option $option:literal) => { Some($option) };
    (
        $(#[doc = $about:literal])+
        $(#[derive($($derive:ident),+)])?
        pub enum $name:ident {
            $(
                $(#[doc = $means:literal])+
                #[code = $code:literal]
                #[advice = $advice:literal]
                $(#[option = $option:literal])?
                $variant:ident $({ $($field:ident: $type:ty),+ $(,)? })? => |$count:pat_param| $text:expr,
            )+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, PartialEq, Eq $($(, $derive)+)?)]
        #[allow(missing_docs, reason = "the sentence of a variant shows what its fields are")]
        pub enum $name {
            $( $(#[doc = $means])+ $variant $({ $($field: $type),+ })?, )+
        }

        impl $name {
            /// The descriptions of all variants.
            pub const ALL: &'static [$crate::notes::Description] = &[$(
                $crate::notes::Description {
                    code: $crate::notes::Code($code),
                    means: &[$($means),+],
                    advice: $advice,
                    option: described!(@option $($option)?),
                },
            )+];

            /// Its code, what it means and what to do about it.
            pub fn description(&self) -> &'static $crate::notes::Description {
                match self {
                    $( Self::$variant { .. } => &$crate::notes::Description {
                        code: $crate::notes::Code($code),
                        means: &[$($means),+],
                        advice: $advice,
                        option: described!(@option $($option)?),
                    }, )+
                }
            }

            /// Its sentence, for a number of rows or values.
            pub fn text(&self, count: u64) -> String {
                match self {
                    $( Self::$variant $({ $($field),+ })? => {
                        let $count = count;
                        String::from($text)
                    } )+
                }
            }

            /// Takes personal data out of it.
            pub fn withhold(&mut self, what: $crate::notes::Withheld) {
                let _ = what;
                match self {
                    $( Self::$variant $({ $($field),+ })? => {
                        $( $( $crate::notes::Personal::withhold($field, what); )+ )?
                    } )+
                }
            }
        }
    };
}

/// Declares an enum that puts several of [`described!`] together, each with the title of its codes.
macro_rules! groups {
    (
        $(#[$about:meta])+
        pub enum $name:ident {
            $( $(#[$doc:meta])+ $variant:ident($type:ty) $title:literal, )+
        }
    ) => {
        $(#[$about])+
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum $name {
            $( $(#[$doc])+ $variant($type), )+
        }

        impl $name {
            /// All descriptions, in groups.
            pub const GROUPS: &'static [$crate::notes::Group] = &[$(
                $crate::notes::Group { title: $title, descriptions: <$type>::ALL },
            )+];

            /// Its code, what it means and what to do about it.
            pub fn description(&self) -> &'static $crate::notes::Description {
                match self { $( Self::$variant(kind) => kind.description(), )+ }
            }

            /// Its sentence, for a number of rows or values.
            pub fn text(&self, count: u64) -> String {
                match self { $( Self::$variant(kind) => kind.text(count), )+ }
            }

            /// Takes personal data out of it.
            pub fn withhold(&mut self, what: $crate::notes::Withheld) {
                match self { $( Self::$variant(kind) => kind.withhold(what), )+ }
            }
        }

        $(
            impl From<$type> for $name {
                fn from(kind: $type) -> $name {
                    $name::$variant(kind)
                }
            }
        )+
    };
}
