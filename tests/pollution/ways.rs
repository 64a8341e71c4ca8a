//! The ways in which exports are damaged.

use super::export::{Escape, Letters, NAMES, ORDERS, Style, orders};
use super::variant::{Fate, Heading, Sheet, Variant};

const PLAIN: Style = Style::PLAIN;
const ALL: Style = Style { all: true, ..PLAIN };

/// All of them.
pub fn all() -> Vec<Variant> {
    let ways = [
        delimiters,
        line_ends,
        quote_characters,
        escapes,
        missing_separators,
        extra_separators,
        extra_quotes,
        missing_quotes,
        rows_parted_otherwise,
        headers,
        preambles,
        footers,
        few_rows,
        several_tables,
        encodings,
        dimensions,
        cut_off,
    ];
    ways.into_iter().flat_map(|way| way()).collect()
}

/// How a piece of text is shown in a name.
fn shown(text: &str) -> String {
    text.escape_debug().to_string().replace(' ', "_")
}

/// What stands between the cells.
fn delimiters() -> Vec<Variant> {
    let all = [
        ",", ";", "\t", "|", " ", ", ", "; ", " | ", ";;", "||", "+|", "^", "~", ":", "::", "\t\t", "\u{1f}", "¦",
    ];
    let mut variants = Vec::new();
    for delimiter in all {
        for style in [PLAIN, ALL] {
            let style = Style { delimiter, ..style };
            let name = format!("{}{}", shown(delimiter), if style.all { " all quoted" } else { "" });
            variants.push(Sheet::new("delimiter", name, style).done());
        }
    }
    // Tab-separated values without any quotes: cells hold no tabs and no line ends, and quotes are letters.
    let bare = orders(Letters::Plain, ORDERS).into_iter().map(|order| {
        let cells = order.into_iter();
        cells
            .map(|cell| cell.replace('\n', " ").trim_start_matches('"').to_string())
            .collect()
    });
    let tabs = Style {
        delimiter: "\t",
        quote: None,
        ..PLAIN
    };
    variants.push(Sheet::of("delimiter", "\\t never quoted", tabs, bare.collect()).done());
    for delimiter in [",", ";", "\t", "|"] {
        let style = Style { delimiter, ..PLAIN };
        variants.push(
            Sheet::new("delimiter", format!("{} at the end of each row", shown(delimiter)), style)
                .each_row(|_, text| format!("{text}{delimiter}"))
                .done(),
        );
    }
    variants
}

/// What ends a record, and the last of them.
fn line_ends() -> Vec<Variant> {
    let ends: [(&str, &'static [&'static str]); 6] = [
        ("LF", &["\n"]),
        ("CRLF", &["\r\n"]),
        ("CR", &["\r"]),
        ("LF and CRLF", &["\n", "\r\n"]),
        ("LF, CRLF and CR", &["\r", "\n", "\r\n"]),
        ("CRLF, once LF", &["\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\n"]),
    ];
    let mut variants = Vec::new();
    for (name, ends) in ends {
        for style in [PLAIN, ALL] {
            let style = Style { ends, ..style };
            let all = if style.all { " all quoted" } else { "" };
            let twice = match ends[0] {
                "\n" => "\n\n",
                "\r" => "\r\r",
                _ => "\r\n\r\n",
            };
            for (last, end) in [("", ends[0]), (", last one missing", ""), (", last one doubled", twice)] {
                let sheet = Sheet::new("line ends", format!("{name}{last}{all}"), style).last_end(end);
                variants.push(sheet.done());
            }
        }
    }
    for every in [1, 5] {
        let blank = Sheet::new("line ends", format!("a blank line after every {every}"), PLAIN);
        let lines: Vec<usize> = (1..=ORDERS).rev().step_by(every).collect();
        let blank = lines.into_iter().fold(blank, |sheet, row| sheet.between(row, &[""]));
        variants.push(blank.done());
    }
    variants
}

/// What stands around cells.
fn quote_characters() -> Vec<Variant> {
    let mut variants = Vec::new();
    for quote in ['"', '\''] {
        for delimiter in [",", ";", "\t", "|"] {
            for style in [PLAIN, ALL] {
                let style = Style {
                    quote: Some(quote),
                    delimiter,
                    ..style
                };
                let all = if style.all { "all" } else { "where needed" };
                variants.push(Sheet::new("quotes", format!("{quote} {all}, {}", shown(delimiter)), style).done());
            }
        }
    }
    for (column, name) in NAMES.iter().enumerate() {
        let style = Style {
            column: Some(column),
            ..PLAIN
        };
        variants.push(Sheet::new("quotes", format!("around {name} always"), style).done());
    }
    variants
}

/// How quotes within quotes are written.
fn escapes() -> Vec<Variant> {
    let mut variants = Vec::new();
    for escape in [Escape::Doubled, Escape::Backslash, Escape::Nothing] {
        for delimiter in [",", ";", "\t", "|"] {
            for style in [PLAIN, ALL] {
                let style = Style {
                    delimiter,
                    escape,
                    ..style
                };
                let all = if style.all { " all quoted" } else { "" };
                let sheet = Sheet::new("escapes", format!("{escape:?} {}{all}", shown(delimiter)), style);
                // What is not escaped cannot always be told from the end of the cell.
                let open = |order: &Vec<String>| escape == Escape::Nothing && order.iter().any(|cell| cell.contains('"'));
                variants.push(sheet.fate_where(Fate::Damaged, open).done());
            }
        }
    }
    variants
}

fn missing_separators() -> Vec<Variant> {
    let places = (0..=ORDERS).flat_map(|row| (1..NAMES.len()).map(move |column| (row, column)));
    let variants = places.map(|(row, column)| {
        Sheet::new("missing separator", format!("row {row} before {}", NAMES[column]), PLAIN)
            .damage(row, Fate::Damaged, |tokens| tokens[2 * column - 1].clear())
            .done()
    });
    variants.collect()
}

fn extra_separators() -> Vec<Variant> {
    let places = (0..=ORDERS).flat_map(|row| (0..=NAMES.len()).map(move |column| (row, column)));
    let variants = places.map(|(row, column)| {
        let place = NAMES.get(column).map_or("at the end".to_string(), |name| format!("before {name}"));
        Sheet::new("extra separator", format!("row {row} {place}"), PLAIN)
            .damage(row, Fate::Damaged, |tokens| {
                tokens.insert(2 * column.min(NAMES.len()) - usize::from(column == NAMES.len()), ",".into());
            })
            .done()
    });
    variants.collect()
}

fn extra_quotes() -> Vec<Variant> {
    let places = (0..=ORDERS).flat_map(|row| (0..NAMES.len()).map(move |column| (row, column)));
    let variants = places.map(|(row, column)| {
        Sheet::new("extra quote", format!("row {row} in {}", NAMES[column]), PLAIN)
            .damage(row, Fate::Quoted(column), |tokens| tokens[2 * column].insert(0, '"'))
            .done()
    });
    variants.collect()
}

/// The first or the last quote of a cell is gone: the first where row and column add up to an even number. All cells of its column are
/// quoted; in every eighth row all cells of the file.
fn missing_quotes() -> Vec<Variant> {
    let places = (0..=ORDERS).flat_map(|row| (0..NAMES.len()).map(move |column| (row, column)));
    let variants = places.map(|(row, column)| {
        let first = (row + column) % 2 == 0;
        let which = if first { "opening" } else { "closing" };
        let style = Style {
            all: row % 8 == 0,
            column: Some(column),
            ..PLAIN
        };
        Sheet::new("missing quote", format!("row {row}, {which} one of {}", NAMES[column]), style)
            .damage(row, Fate::Quoted(column), |tokens| {
                let cell = &mut tokens[2 * column];
                if first {
                    cell.remove(0);
                } else {
                    cell.pop();
                }
            })
            .done()
    });
    variants.collect()
}

/// One row has another delimiter than the rest.
fn rows_parted_otherwise() -> Vec<Variant> {
    let places = (0..=ORDERS).flat_map(|row| [" ", ";"].map(|delimiter| (row, delimiter)));
    let variants = places.map(|(row, delimiter)| {
        Sheet::new("row parted otherwise", format!("row {row} by {}", shown(delimiter)), PLAIN)
            .damage(row, Fate::Damaged, |tokens| {
                tokens.iter_mut().skip(1).step_by(2).for_each(|token| *token = delimiter.into());
            })
            .done()
    });
    variants.collect()
}

fn headers() -> Vec<Variant> {
    let mut variants = Vec::new();
    for delimiter in [",", ";", "\t", "|"] {
        for style in [PLAIN, ALL] {
            let style = Style { delimiter, ..style };
            let all = if style.all { " all quoted" } else { "" };
            for rows in 0..=3 {
                let sheet = Sheet::new("header", format!("{rows} rows, {}{all}", shown(delimiter)), style);
                variants.push(sheet.header_rows(rows).done());
            }
        }
    }
    // Exports glued together: the header comes again.
    let names = NAMES.join(",");
    for after in [1, ORDERS / 2, ORDERS] {
        let sheet = Sheet::new("header", format!("again after row {after}"), PLAIN);
        variants.push(sheet.between(1 + after, &[&names]).done());
    }
    variants
}

fn preambles() -> Vec<Variant> {
    let titles: [(&str, &[&str]); 10] = [
        ("a title", &["Orders"]),
        ("a title and a blank line", &["Orders of the shop", ""]),
        ("three lines", &["Orders", "printed 2026-10-01 08:00", "all shops"]),
        (
            "three lines and a blank one",
            &["Orders", "Period: 2026-03-01 to 2026-11-30", "all shops", ""],
        ),
        ("cells", &["PREAMBLE,,,,,,,,", ",,,,,,,,"]),
        ("a title in cells", &["Orders,,,,,,,,"]),
        ("name and value", &["Report:,Orders", "Filter:,\"status, paid\"", ""]),
        ("comments", &["# Orders", "# made by the shop"]),
        ("sep=", &["sep=,"]),
        ("blank lines", &["", ""]),
    ];
    let mut variants = Vec::new();
    for (name, lines) in titles {
        for (ends, end) in [("LF", &["\n"]), ("CRLF", &["\r\n"])] {
            let style = Style { ends: end, ..PLAIN };
            variants.push(Sheet::new("preamble", format!("{name}, {ends}"), style).preamble(lines).done());
        }
    }
    variants
}

fn footers() -> Vec<Variant> {
    let feet: [(&str, &[&str]); 9] = [
        ("a total", &["TOTAL,,,,,34012.50,EUR,,"]),
        ("a short total", &["Grand total,34012.50"]),
        ("a blank line and a total", &["", "Total,,,,,34012.50,,,"]),
        ("a line", &["48 rows"]),
        (
            "a company's lines",
            &[
                "",
                "Orders of the quarter",
                "Copyright (c) 2026 Shop Ltd.",
                "Confidential Information - Do Not Distribute",
            ],
        ),
        ("cells", &[",,,,,,,,", "FOOTNOTE,,,,,,,,"]),
        ("empty cells", &[",,,,,,,,", ",,,,,,,,"]),
        ("a comment", &["# end of file"]),
        ("white space", &["   ", "\t"]),
    ];
    let mut variants = Vec::new();
    for (name, lines) in feet {
        for (ends, end) in [("LF", &["\n"]), ("CRLF", &["\r\n"])] {
            let style = Style { ends: end, ..PLAIN };
            variants.push(Sheet::new("footer", format!("{name}, {ends}"), style).footer(lines).done());
        }
    }
    variants
}

fn few_rows() -> Vec<Variant> {
    let mut variants = Vec::new();
    for delimiter in [",", ";", "\t"] {
        let style = Style { delimiter, ..PLAIN };
        for rows in 0..=3 {
            let sheet = Sheet::of(
                "few rows",
                format!("{rows}, {}", shown(delimiter)),
                style,
                orders(Letters::Plain, rows),
            );
            variants.push(sheet.done());
            let sheet = Sheet::of(
                "few rows",
                format!("{rows}, {}, no last line end", shown(delimiter)),
                style,
                orders(Letters::Plain, rows),
            );
            variants.push(sheet.last_end("").done());
        }
    }
    for (name, bytes) in [
        ("nothing", ""),
        ("a line end", "\n"),
        ("line ends", "\r\n\r\n\r\n"),
        ("blanks", "  \n"),
        ("a mark", "\u{feff}"),
    ] {
        variants.push(Variant {
            way: "few rows",
            name: format!("few rows {name}"),
            bytes: bytes.into(),
            heading: Heading::Whole,
            told: Vec::new(),
            other: vec![1],
            more: 0,
            one_row: false,
        });
    }
    variants
}

/// A table of something else comes after the orders.
fn several_tables() -> Vec<Variant> {
    let tables: [(&str, &[&str]); 3] = [
        (
            "of fewer columns",
            &[
                "product,pieces,revenue",
                "Tent,12,1200.50",
                "Kids' hat,4,99.00",
                "\"Lamp, small\",1,7.25",
            ],
        ),
        (
            "of as many columns",
            &[
                "product,pieces,revenue,a,b,c,d,e,f",
                "Tent,12,1200.50,x,x,x,x,x,x",
                "Kids' hat,4,99.00,x,x,x,x,x,x",
            ],
        ),
        (
            "of more columns",
            &[
                "product,pieces,revenue,a,b,c,d,e,f,g",
                "Tent,12,1200.50,x,x,x,x,x,x,x",
                "Kids' hat,4,99.00,x,x,x,x,x,x,x",
            ],
        ),
    ];
    let mut variants = Vec::new();
    for (name, table) in tables {
        for (how, before) in [
            ("", &[][..]),
            (", after a blank line", &[""]),
            (", after a title", &["", "Products"]),
        ] {
            for (ends, end) in [("LF", &["\n"]), ("CRLF", &["\r\n"])] {
                let style = Style { ends: end, ..PLAIN };
                let sheet = Sheet::new("second table", format!("{name}{how}, {ends}"), style);
                variants.push(sheet.footer(before).footer(table).done());
            }
        }
    }
    variants
}

fn wide(text: &str, mark: bool, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let mark = mark.then_some(0xfeff);
    mark.into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
}

fn old(text: &str, encoding: &'static encoding_rs::Encoding) -> Vec<u8> {
    let (bytes, _, lost) = encoding.encode(text);
    assert!(!lost, "{} has no such letters", encoding.name());
    bytes.into_owned()
}

fn encodings() -> Vec<Variant> {
    type Encode = fn(&str) -> Vec<u8>;
    let all: [(&str, Letters, Encode); 12] = [
        ("ASCII", Letters::Plain, |t| t.into()),
        ("UTF-8", Letters::Western, |t| t.into()),
        ("UTF-8, Japanese", Letters::Japanese, |t| t.into()),
        ("UTF-8 with a mark", Letters::Western, |t| format!("\u{feff}{t}").into()),
        ("UTF-16LE with a mark", Letters::Western, |t| wide(t, true, u16::to_le_bytes)),
        ("UTF-16BE with a mark", Letters::Western, |t| wide(t, true, u16::to_be_bytes)),
        ("UTF-16LE with a mark, Japanese", Letters::Japanese, |t| {
            wide(t, true, u16::to_le_bytes)
        }),
        ("UTF-16LE", Letters::Western, |t| wide(t, false, u16::to_le_bytes)),
        ("UTF-16BE", Letters::Western, |t| wide(t, false, u16::to_be_bytes)),
        ("windows-1252", Letters::Western, |t| old(t, encoding_rs::WINDOWS_1252)),
        ("MacRoman", Letters::Western, |t| old(t, encoding_rs::MACINTOSH)),
        ("Shift-JIS", Letters::Japanese, |t| old(t, encoding_rs::SHIFT_JIS)),
    ];
    let mut variants = Vec::new();
    for (name, letters, encode) in all {
        let ends: [(&str, &'static [&'static str]); 3] = [("LF", &["\n"]), ("CRLF", &["\r\n"]), ("CR", &["\r"])];
        for (end, ends) in ends {
            for delimiter in [",", ";", "\t"] {
                let style = Style { delimiter, ends, ..PLAIN };
                let name = format!("{name}, {end}, {}", shown(delimiter));
                variants.push(Sheet::of("encoding", name, style, orders(letters, ORDERS)).encoded(encode));
            }
        }
    }
    variants
}

fn dimensions() -> Vec<Variant> {
    let mut variants = Vec::new();
    for columns in [1, 10, 100, 1000] {
        let sheet = Sheet::new("dimensions", format!("{columns} columns more"), PLAIN).each_row(|row, text| {
            let cells = (0..columns).map(|n| if row == 0 { format!(",extra {n}") } else { format!(",{}", row * n) });
            text.to_string() + &cells.collect::<String>()
        });
        variants.push(sheet.more_columns(columns).done());
    }
    for rows in [500, 5000] {
        let sheet = Sheet::of("dimensions", format!("{rows} rows"), PLAIN, orders(Letters::Plain, rows));
        variants.push(sheet.done());
    }
    let mut long = orders(Letters::Plain, ORDERS);
    for (n, order) in long.iter_mut().enumerate().filter(|(n, _)| n % 20 == 7) {
        order[8] = format!("note {n}, \"long\"\n").repeat(6000);
    }
    variants.push(Sheet::of("dimensions", "notes longer than the sample", PLAIN, long).done());
    variants
}

/// The file ends before its end. What was cut off within the first of its cells is not an order any more.
fn cut_off() -> Vec<Variant> {
    let whole = Sheet::new("cut off", "", PLAIN).done();
    let (mut variants, length) = (Vec::new(), whole.bytes.len());
    for n in 0..60 {
        let end = length / 3 + n * 41;
        let text = std::str::from_utf8(&whole.bytes[..end]).expect("ASCII");
        let lines = 1 + super::export::line_ends(text);
        let mut told: Vec<_> = whole.told.iter().filter(|t| t.line <= lines).cloned().collect();
        // After a line end the next order has not begun, unless that line end stands in a note.
        told.retain(|t| t.line < lines || !text.ends_with('\n'));
        if let Some(last) = told.last_mut().filter(|last| last.last >= lines) {
            (last.fate, last.last) = (Fate::Damaged, lines);
        }
        variants.push(Variant {
            name: format!("cut off after byte {end}"),
            bytes: whole.bytes[..end].to_vec(),
            told,
            ..whole.clone()
        });
    }
    variants
}
