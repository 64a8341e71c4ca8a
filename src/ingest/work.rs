//! How many bytes were looked at, counted in tests, so that work that grows faster than its input is found without a clock.

/// Counts bytes that are looked at; costs nothing outside of tests.
#[expect(clippy::inline_always, reason = "outside of tests it must leave nothing behind")]
#[inline(always)]
pub(super) fn look(bytes: usize) {
    #[cfg(test)]
    counter::LOOKED.with(|looked| looked.set(looked.get() + bytes as u64));
    #[cfg(not(test))]
    let _ = bytes;
}

#[cfg(test)]
mod counter {
    use std::cell::Cell;

    thread_local! {
        pub(super) static LOOKED: Cell<u64> = const { Cell::new(0) };
    }
}

/// How many bytes are looked at while something is done on this thread.
#[cfg(test)]
pub(super) fn looked<T>(done: impl FnOnce() -> T) -> (u64, T) {
    let before = counter::LOOKED.get();
    let result = done();
    (counter::LOOKED.get() - before, result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::{FormatOverrides, for_each_record, peek};
    use crate::io::Source;

    /// Reads a file, or learns that it cannot be read.
    fn read(text: &str) {
        let source = Source::memory("shape.csv", text.as_bytes());
        if let Ok(peek) = peek(&source, &FormatOverrides::default(), 50) {
            for_each_record(&source, &peek.layout, 1, || (), |(), _| Ok(())).unwrap();
        }
    }

    #[test]
    fn what_is_looked_at_grows_with_the_file_whatever_its_shape() {
        const MOST: f64 = 5_000.0;
        type Shape = (&'static str, fn(usize) -> String);
        let shapes: [Shape; 14] = [
            ("a long name of a column", |n| format!("id,{}\n1,a\n2,b\n", "x".repeat(n))),
            ("a long cell", |n| format!("id,name\n1,{}\n2,b\n3,c\n", "x".repeat(n))),
            ("a JSON list", |n| {
                let one = |n: usize| format!("{{\"id\":{n},\"name\":\"a, b\",\"on\":\"2024-01-01\"}}");
                format!("[{}]", (0..n / 45).map(one).collect::<Vec<_>>().join(","))
            }),
            ("JSON lines", |n| {
                "{\"id\":1,\"name\":\"a, b\",\"on\":\"2024-01-01\"}\n".repeat(n / 45)
            }),
            ("only separators", |n| ",".repeat(n)),
            ("only quotes", |n| "\"".repeat(n)),
            ("a quote that is never closed", |n| {
                format!("id,name\n1,a\n2,\"b\n{}", "3,c\n".repeat(n / 4))
            }),
            ("quotes out of place", |n| format!("id,name,n\n{}", "\"a\"b,\"c,\n".repeat(n / 9))),
            ("quotes out of place in one line", |n| {
                format!("id,name,n\n{}\n1,a,2\n", "\"a\"b,\"c,".repeat(n / 8))
            }),
            ("quotes at the end of fields", |n| {
                format!("id,name,n\n{}", "1,5\" x\"\"y,\"2\"z\"\n".repeat(n / 16))
            }),
            ("quotes in and around fields", |n| {
                format!("a,b,c,d\n{}", "\",\"\",\"\"\",\",\"\",\n".repeat(n / 15))
            }),
            ("columns laid out by blanks", |n| format!("{}\n", "ab  ".repeat(n / 16)).repeat(4)),
            ("marks of every kind", |n| {
                (0..n).map(|n| char::from(b"!#&*+,:;<=>?^`|~"[n * n % 16])).collect()
            }),
            ("markup", |n| "<p class=\"a\">b, c; d</p>\n".repeat(n / 26)),
        ];
        let mut found = Vec::new();
        for (name, shape) in shapes {
            let per_byte = |size: usize| {
                let text = shape(size);
                looked(|| read(&text)).0 as f64 / text.len() as f64
            };
            let (small, large) = (per_byte(4_000), per_byte(16_000));
            found.push((
                large <= 1.3 * small + 10.0 && large <= MOST,
                format!("{name}: {small:.0} and {large:.0} looks for each byte"),
            ));
        }
        assert!(found.iter().all(|(is_linear, _)| *is_linear), "{found:#?}");
    }

    #[test]
    fn cells_beyond_what_may_be_are_not_made() {
        let source = Source::memory("wide.csv", "a,".repeat(300_000).into_bytes());
        let error = peek(&source, &FormatOverrides::default(), 5).err().map(|error| error.to_string());
        assert!(
            error
                .as_ref()
                .is_some_and(|error| error.starts_with("wide.csv has more than 16384 columns")),
            "{error:?}"
        );
        // Of a record that is too wide, in a table that is not, one cell too many is kept.
        let text = format!("id,name\n1,a\n2,b{}\n3,c\n4,d\n5,e\n", ",x".repeat(100_000));
        let peek = peek(&Source::memory("ragged.csv", text.into_bytes()), &FormatOverrides::default(), 5).unwrap();
        let widths: Vec<usize> = peek.rows.iter().map(|row| row.fields.len()).collect();
        assert_eq!((peek.layout.header.names.len(), widths), (2, vec![2, 16_385, 2, 2, 2]));
    }
}
