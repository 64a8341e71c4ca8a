//! `--dates`: the order of day, month and year in dates that do not say it.

use std::path::Path;

use glob::Pattern;

use crate::diagnostics::Problem;
use crate::sources::{Dates, Input};

/// The order of dates of the inputs, or of those that a glob matches.
#[derive(Debug, Clone)]
pub struct StatedDates {
    glob: Option<Pattern>,
    dates: Dates,
}

impl StatedDates {
    /// Reads `ORDER` or `FILE=ORDER`; FILE may be a glob.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<StatedDates, String> {
        let (glob, order) = match text.rsplit_once('=') {
            Some((glob, order)) => (Some(Pattern::new(glob.trim()).map_err(|error| error.msg.to_string())?), order),
            None => (None, text),
        };
        let dates = match order.trim() {
            "dmy" => Dates::Dmy,
            "mdy" => Dates::Mdy,
            "ymd" => Dates::Ymd,
            _ => return Err("dmy, mdy or ymd, or FILE=dmy for one file".to_string()),
        };
        Ok(StatedDates { glob, dates })
    }

    fn is_of(&self, input: &Input) -> bool {
        let matches = |glob: &Pattern, name: &str| {
            let path = Path::new(name);
            glob.matches_path(path) || path.file_name().is_some_and(|name| glob.matches_path(Path::new(name)))
        };
        let names = [input.file.name(), input.file.whole_name()];
        self.glob.as_ref().is_none_or(|glob| names.iter().any(|name| matches(glob, name)))
    }

    /// Puts the orders over those of the inputs that they are for; a later one wins.
    ///
    /// # Errors
    /// An order for a file that is no input, as wrong usage.
    pub fn apply(stated: &[StatedDates], inputs: &mut [Input]) -> anyhow::Result<()> {
        for order in stated {
            let mut of = inputs.iter_mut().filter(|input| order.is_of(input)).peekable();
            if let (Some(glob), None) = (&order.glob, of.peek()) {
                return Err(Problem::usage(format!("--dates {glob}=... matches none of the inputs")).into());
            }
            of.for_each(|input| input.source.dates = Some(order.dates));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_for_all_inputs_or_for_one() {
        let input = |name: &str| Input::new(crate::io::Source::memory(name, *b""), Default::default());
        let mut inputs = [input("in/a.csv"), input("b.csv")];
        let stated = ["mdy", "a.csv=dmy"].map(|text| StatedDates::parse(text).unwrap());
        StatedDates::apply(&stated, &mut inputs).unwrap();
        assert_eq!(inputs.map(|input| input.source.dates), [Some(Dates::Dmy), Some(Dates::Mdy)]);
        assert!(StatedDates::apply(&[StatedDates::parse("c.csv=dmy").unwrap()], &mut [input("a.csv")]).is_err());
        for wrong in ["", "dym", "a.csv=", "a.csv"] {
            assert!(StatedDates::parse(wrong).is_err(), "{wrong}");
        }
    }
}
