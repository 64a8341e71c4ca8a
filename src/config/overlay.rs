//! `--map`: one line of a `[source.map]` on the command line.

use std::path::Path;

use glob::Pattern;

use crate::diagnostics::Problem;
use crate::schema::Table;
use crate::sources::grammar::origin;
use crate::sources::{From, Input, Mapped, OtherTarget};
use crate::toml_reader::{ConfigErrors, Reader, SourceText};

/// A mapping for the files that a glob matches.
#[derive(Debug, Clone)]
pub struct Overlay {
    glob: Pattern,
    column: String,
    mapped: Mapped,
}

impl Overlay {
    /// Reads `FILE_GLOB:column=Header` or `FILE_GLOB:column={ a TOML table as in [source.map] }`.
    ///
    /// # Errors
    /// What is wrong with it, as wrong usage.
    pub fn parse(text: &str) -> anyhow::Result<Overlay> {
        let wrong = |why: &'static str| {
            let what = format!("cannot read --map {text}");
            Problem::usage(what)
                .why(why)
                .hint("write it like --map orders.csv:stakeholder_id='Customer Ref'")
        };
        let (target, header) = text.split_once('=').ok_or_else(|| wrong("no `=` found"))?;
        let (glob, column) = target
            .rsplit_once(':')
            .ok_or_else(|| wrong("no `:` found between file and column"))?;
        let (glob, column, header) = (glob.trim(), column.trim(), header.trim());
        if glob.is_empty() || column.is_empty() || header.is_empty() {
            return Err(wrong("file, column and header must not be empty").into());
        }
        let glob = Pattern::new(glob).map_err(|error| wrong(error.msg))?;
        let mapped = if header.starts_with('{') {
            table(column, header)?
        } else {
            plain(header)
        };
        let other_target = match mapped.other_target {
            OtherTarget::Dimension => OtherTarget::Dimension,
            OtherTarget::DimensionUnlessNear | OtherTarget::CanonicalElsewhere | OtherTarget::Nothing => OtherTarget::Nothing,
        };
        Ok(Overlay {
            glob,
            column: column.to_string(),
            mapped: Mapped { other_target, ..mapped },
        })
    }

    /// Whether a file is meant: by its path, or by its name alone.
    pub fn matches(&self, path: &Path) -> bool {
        self.glob.matches_path(path) || path.file_name().is_some_and(|name| self.glob.matches_path(Path::new(name)))
    }

    /// Puts the mappings over those of the inputs that they match; a later one wins.
    ///
    /// # Errors
    /// A mapping that matches no input, as wrong usage.
    pub fn apply(overlays: &[Overlay], inputs: &mut [Input]) -> anyhow::Result<()> {
        for overlay in overlays {
            // A mapping of a workbook or an archive is for all that is read of it.
            let meant = |input: &Input| {
                let names = [input.file.name(), input.file.whole_name()];
                names.iter().any(|name| overlay.matches(Path::new(name)))
            };
            let matched = inputs.iter().filter(|input| meant(input)).count();
            // One mapping for many files is for those of them whose table has the column.
            let is_canonical = Table::ALL.into_iter().any(|table| table.column(&overlay.column).is_some());
            let mut mapped = overlay.mapped.clone();
            if matched > 1 && is_canonical {
                mapped.other_target = mapped.other_target.of_several();
            }
            for input in inputs.iter_mut().filter(|input| meant(input)) {
                input.source.map.insert(overlay.column.clone(), mapped.clone());
            }
            if matched == 0 {
                let what = format!("--map {}:{} matches none of the inputs", overlay.glob, overlay.column);
                return Err(Problem::usage(what).into());
            }
        }
        Ok(())
    }
}

fn plain(header: &str) -> Mapped {
    let quoted = |quote: char| header.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    let name = quoted('\'').or_else(|| quoted('"')).unwrap_or(header);
    Mapped::new(From::Column(name.to_string()))
}

fn table(column: &str, text: &str) -> Result<Mapped, ConfigErrors> {
    let script = format!("map = {text}");
    let mut reader = Reader::new(SourceText {
        file: "--map",
        text: &script,
    });
    let document = reader.document();
    let mapped = document.get("map").and_then(|node| origin(&mut reader, column, node, None));
    match mapped {
        Some(mapped) if reader.errors.is_empty() => Ok(mapped),
        _ => Err(ConfigErrors::new(reader.errors)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_may_hold_anything() {
        for text in [
            "orders*.csv:stakeholder_id=Customer = Ref",
            "orders*.csv:stakeholder_id='Customer = Ref'",
        ] {
            let overlay = Overlay::parse(text).unwrap();
            assert!(overlay.matches(Path::new("in/orders-1.csv")) && !overlay.matches(Path::new("in/tickets.csv")));
            assert_eq!(overlay.mapped.from, From::Column("Customer = Ref".into()));
        }
        let overlay = Overlay::parse("o.csv:occurred_at={ column = 'Date', format = '%d.%m.%Y' }").unwrap();
        assert_eq!(overlay.mapped.from, From::Column("Date".into()));
        assert_eq!(overlay.mapped.formats, ["%d.%m.%Y"]);
        assert_eq!(
            Overlay::parse("o.csv:kind={value = 1}").unwrap().mapped.from,
            From::Value("1".into())
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        for text in ["orders.csv", "a=b", ":a=b", "a:=b", "a:b=", "[:a=b"] {
            assert!(Overlay::parse(text).unwrap_err().downcast_ref::<Problem>().is_some(), "{text}");
        }
        for text in ["a:b={}", "a:b={colum = 'x'}", "a:b={column = 'x'"] {
            assert!(Overlay::parse(text).unwrap_err().downcast_ref::<ConfigErrors>().is_some(), "{text}");
        }
    }

    #[test]
    fn overlays_win_over_what_is_written_and_must_match() {
        let mut inputs = vec![Input::new(
            crate::io::Source::memory("a.csv", *b""),
            crate::sources::Source::default(),
        )];
        let overlays: Vec<Overlay> = ["a.csv:x=A", "*.csv:x=B"].map(|text| Overlay::parse(text).unwrap()).into();
        Overlay::apply(&overlays, &mut inputs).unwrap();
        assert_eq!(inputs[0].source.map["x"], overlays[1].mapped);
        assert!(Overlay::apply(&[Overlay::parse("b.csv:x=A").unwrap()], &mut inputs).is_err());
    }
}
