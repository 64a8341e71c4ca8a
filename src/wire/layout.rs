//! How a document is laid out: compact, but in lines that a person can read and that a comparison of two files can tell apart.

use std::io::{self, Write};

use serde_json::ser::{CompactFormatter, Formatter, Serializer};

use super::Document;

/// How a document is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Every value of a list of the document is a line.
    Lines,
    /// The same from the key of that name on, which begins a line as those after it do; what comes before it is one line.
    LinesFrom(&'static str),
    /// Every value is a line, indented.
    Indented,
}

/// Writes a document. Numbers are not rounded; what is no number is null.
///
/// # Errors
/// Those of the writer.
pub fn write<D: Document>(document: &D, out: &mut dyn Write) -> io::Result<()> {
    let mut out = out;
    let head = match D::LAYOUT {
        Layout::Indented => {
            serde_json::to_writer_pretty(&mut out, document)?;
            return writeln!(out);
        }
        Layout::Lines => None,
        Layout::LinesFrom(key) => Some(key),
    };
    let lines = LineFormatter {
        depth: 0,
        head,
        lines: head.is_none(),
        key: None,
    };
    document.serialize(&mut Serializer::with_formatter(&mut out, lines))?;
    writeln!(out)
}

/// Lays a document out in lines.
struct LineFormatter {
    /// Objects and lists that are open.
    depth: usize,
    /// The first key whose list is laid out in lines; `None`: all are.
    head: Option<&'static str>,
    /// Whether that key was written.
    lines: bool,
    /// A key of the document is about to be written, and whether it is the first.
    key: Option<bool>,
}

impl Formatter for LineFormatter {
    /// What is JSON already: see [`super::Stream`].
    fn write_byte_array<W: ?Sized + Write>(&mut self, out: &mut W, json: &[u8]) -> io::Result<()> {
        out.write_all(json)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth += 1;
        out.write_all(b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth -= 1;
        out.write_all(b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        CompactFormatter.begin_array_value(out, first)?;
        if self.lines && self.depth == 2 {
            out.write_all(b"\n  ")?;
        }
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth += 1;
        out.write_all(b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth -= 1;
        out.write_all(b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if self.depth == 1 {
            // What comes before a key of the document depends on which it is.
            self.key = Some(first);
            return Ok(());
        }
        CompactFormatter.begin_object_key(out, first)
    }

    fn begin_string<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        if self.key.is_some() {
            return Ok(());
        }
        out.write_all(b"\"")
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        if let Some(first) = self.key.take() {
            self.lines |= self.head == Some(fragment);
            let before = match (first, self.head.is_some(), self.lines) {
                (true, _, _) => "\"",
                (false, true, true) => ",\n\"",
                (false, true, false) => ",\"",
                (false, false, _) => ", \"",
            };
            out.write_all(before.as_bytes())?;
        }
        out.write_all(fragment.as_bytes())
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        let spaced = self.lines && self.depth == 1;
        out.write_all(if spaced { b": " } else { b":" })
    }
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::Serialize;

    use super::*;
    use crate::wire::{SchemaId, Stream};

    macro_rules! document {
        ($name:ident, $layout:expr) => {
            #[derive(Serialize, JsonSchema)]
            struct $name {
                schema: SchemaId<$name>,
                head: Vec<u8>,
                one: Option<f64>,
                list: Vec<(u8, Vec<u8>)>,
                empty: Vec<u8>,
            }

            impl Document for $name {
                const ID: &'static str = "x/1";
                const TITLE: &'static str = "X";
                const LAYOUT: Layout = $layout;
            }

            impl $name {
                fn text() -> String {
                    let document = $name {
                        schema: SchemaId::default(),
                        head: vec![1, 2],
                        one: Some(f64::NAN),
                        list: vec![(1, vec![2, 3]), (4, vec![])],
                        empty: vec![],
                    };
                    let mut bytes = Vec::new();
                    write(&document, &mut bytes).unwrap();
                    String::from_utf8(bytes).unwrap()
                }
            }
        };
    }
    document!(Lines, Layout::Lines);
    document!(From, Layout::LinesFrom("list"));
    document!(Indented, Layout::Indented);

    #[test]
    fn values_by_index_are_written_as_those_in_order() {
        #[derive(Serialize, JsonSchema)]
        struct Streamed<'a> {
            schema: SchemaId<Streamed<'a>>,
            #[schemars(with = "Vec<(u32, Vec<String>)>")]
            list: Stream<'a, (u32, Vec<String>)>,
        }
        impl Document for Streamed<'_> {
            const ID: &'static str = "x/1";
            const TITLE: &'static str = "X";
            const LAYOUT: Layout = Layout::Lines;
        }
        let value = |at: usize| (at as u32, vec![format!("\"{at}\n")]);
        let text = |list| {
            let mut bytes = Vec::new();
            let schema = SchemaId::default();
            write(&Streamed { schema, list }, &mut bytes).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        // More than are written at the same time.
        for len in [0, 1, 40_000] {
            assert_eq!(
                text(Stream::by_index(len, value)),
                text(Stream::of(move || (0..len).map(value))),
                "{len}"
            );
        }
        assert_eq!(
            text(Stream::by_index(2, value)),
            "{\"schema\": \"x/1\", \"list\": [\n  [0,[\"\\\"0\\n\"]],\n  [1,[\"\\\"1\\n\"]]]}\n"
        );
    }

    #[test]
    fn lists_are_in_lines() {
        assert_eq!(
            Lines::text(),
            "{\"schema\": \"x/1\", \"head\": [\n  1,\n  2], \"one\": null, \"list\": [\n  [1,[2,3]],\n  [4,[]]], \"empty\": []}\n"
        );
        assert_eq!(
            From::text(),
            "{\"schema\":\"x/1\",\"head\":[1,2],\"one\":null,\n\"list\": [\n  [1,[2,3]],\n  [4,[]]],\n\"empty\": []}\n"
        );
        assert!(Indented::text().starts_with("{\n  \"schema\": \"x/1\",\n  \"head\": [\n    1,"));
    }
}
