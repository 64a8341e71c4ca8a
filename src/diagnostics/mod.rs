//! Places in files, errors as values, and the words that messages share.
//!
//! Nothing here prints. A [`Problem`] travels as an error to the command line, which turns its [`Class`] into the exit code. What is
//! worth knowing and ends nothing is a [`crate::notes::Note`].

mod excerpt;
mod place;
mod problem;
mod suggestion;
mod text;

pub use excerpt::{Excerpt, line_at};
pub use place::Place;
pub use problem::{Class, Message, Problem};
pub use suggestion::{did_you_mean, nearest};
pub use text::{bounded, counted, excerpt, listed, visible};

use text::is_hidden;
