//! The parts of a workbook as they are in its file.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use proptest::prelude::*;

use crate::catalog::MetricUnit;
use crate::render::document::{Align, Axis, Card, Chart, Document, Figure, FunnelFigure, Point, SeriesFigure, Spark, Sparks, Table};
use crate::render::format::Units;
use crate::render::text::{Text, Tone};

const UNITS: Units = Units {
    currency: Some("EUR"),
    business_hours: false,
};

/// 2026-10-31T23:00:00Z.
const AS_OF: i64 = 1_793_487_600_000_000;

const HOSTILE: [&str; 12] = [
    "=HYPERLINK(\"http://x.example\",\"y\")",
    "+1",
    "-1",
    "@x",
    "<script>alert(1)</script>",
    "a\0b\u{1}\u{fffe}\u{ffff}",
    "\u{202e}gpj.exe",
    "🦊 😀",
    "http://x.example/",
    "TRUE",
    "_x0041_",
    "<r><t>raw</t></r>",
];

fn bytes(document: &Document) -> Vec<u8> {
    let mut out = Vec::new();
    super::write(document, &UNITS, AS_OF, &mut out).unwrap();
    out
}

/// The files of a workbook by name.
fn files(document: &Document) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes(document))).unwrap();
    let mut files = BTreeMap::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        files.insert(file.name().unwrap().to_string(), text);
    }
    files
}

/// The shared strings, unescaped.
fn strings(files: &BTreeMap<String, String>) -> Vec<String> {
    let items = files["xl/sharedStrings.xml"].split("<si>").skip(1);
    items
        .map(|item| {
            let text = item.split_once('>').unwrap().1.rsplit_once("</t>").unwrap().0;
            text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        })
        .collect()
}

fn point(value: f64) -> Option<Point> {
    Some(Point {
        value,
        low: Some(value - 0.1),
        high: None,
    })
}

/// A document with every block and with hostile text at every place.
fn document(hostile: &str) -> Document {
    let text = || Text::untrusted(hostile);
    let mut document = Document::default();
    document.heading(1, text());
    document.sentence(text());
    document.heading(2, text());
    document.list(vec![text().toned(Tone::Bad), Text::link("m-a", hostile)]);
    document.heading(3, text());
    document.table(Table {
        caption: text(),
        columns: vec![(text(), Align::Left), (text(), Align::Right), (Text::own("Share"), Align::Right)],
        rows: vec![vec![
            Text::link("m-a", hostile),
            text(),
            Text::number("12.3%", 0.123_456_789_012_345_6, MetricUnit::Share)
                .and(" better")
                .toned(Tone::Heat(50)),
        ]],
        sparks: Some(Sparks {
            title: text(),
            rows: vec![Some(Spark {
                points: vec![point(0.1), None, point(1.0 / 3.0)],
                alternative: text(),
            })],
        }),
    });
    document.note(text());
    document.heading(2, text());
    let data = Table {
        caption: text(),
        columns: vec![(text(), Align::Left), ("Value".into(), Align::Right)],
        rows: vec![
            vec![text(), Text::number("1.00 EUR", 1.000_000_1, MetricUnit::Money)],
            vec![text(), Text::day(20_000)],
        ],
        sparks: None,
    };
    let axis = Axis {
        title: hostile.into(),
        unit: MetricUnit::Money,
        business_hours: false,
        currency: Some("EUR".into()),
    };
    document.chart(Chart {
        anchor: "m-a".into(),
        title: text(),
        statement: text(),
        figure: Figure::Series(SeriesFigure {
            labels: vec![hostile.into(), "2026-10".into()],
            points: vec![point(1.5), point(2.5)],
            predicted: vec![Some(1.4), None],
            open: vec![false, true],
            centre: Some(2.0),
            limits: vec![(0.5, 3.5); 2],
            target: Some(2.2),
            signals: vec![None, Some(Some(true))],
            axis: axis.clone(),
        }),
        data: data.clone(),
    });
    document.chart(Chart {
        anchor: "f-a".into(),
        title: text(),
        statement: text(),
        figure: Figure::Funnel(FunnelFigure {
            segments: vec![(hostile.into(), 10.0, 0.5, 2), ("b".into(), 20.0, 0.4, 0)],
            centre: 0.45,
            limits: vec![(10.0, [0.3, 0.6, 0.2, 0.7]), (20.0, [0.35, 0.55, 0.3, 0.6])],
            size: hostile.into(),
            axis,
        }),
        data,
    });
    document.heading(2, "Definitions".into());
    document.card(Card {
        anchor: "d-a".into(),
        title: text(),
        lines: vec![(text(), text())],
    });
    document
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let first = bytes(&document("x"));
    assert_eq!(first, bytes(&document("x")));
    let core = &files(&document("x"))["docProps/core.xml"];
    assert_eq!(core.matches("2026-10-31T23:00:00Z").count(), 2, "{core}");
}

#[test]
fn hostile_texts_are_strings_and_nothing_else() {
    for hostile in HOSTILE {
        let files = files(&document(hostile));
        let sheets: Vec<&String> = files
            .iter()
            .filter(|(name, _)| name.starts_with("xl/worksheets/sheet"))
            .map(|(_, text)| text)
            .collect();
        assert!(sheets.len() >= 4);
        for sheet in sheets {
            assert!(!sheet.contains("<f>") && !sheet.contains("<f "), "{hostile}");
            assert!(
                !sheet.contains("t=\"b\"") && !sheet.contains("t=\"str\"") && !sheet.contains("t=\"e\""),
                "{hostile}"
            );
        }
        for (name, text) in &files {
            // No part refers to anything outside the file, and none contains characters that XML does not allow.
            assert!(!text.contains("TargetMode=\"External\""), "{hostile}: {name}");
            let allowed = |c: char| matches!(c, '\n' | '\r' | '\t') || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'));
            assert!(text.chars().all(allowed), "{hostile}: {name}");
            assert!(!text.contains("<script"), "{hostile}: {name}");
            // The texts of a chart are read from cells.
            if name.starts_with("xl/charts/") {
                assert!(text.contains("<c:f>'Chart data'!"), "{name}");
                for reference in text.split("<c:f>").skip(1) {
                    assert!(reference.starts_with("'Chart data'!$"), "{hostile}: {reference}");
                }
            }
        }
    }
    let files = files(&document(HOSTILE[0]));
    assert!(strings(&files).iter().any(|text| text == HOSTILE[0]));
}

#[test]
fn text_that_looks_like_xml_stays_text() {
    let files = files(&document("<r><t>raw</t></r>"));
    let shared = &files["xl/sharedStrings.xml"];
    assert!(!shared.contains("<t>raw"), "{shared}");
    assert!(strings(&files).contains(&" <r><t>raw</t></r>".to_string()));
}

#[test]
fn overlong_texts_are_cut_and_say_so() {
    let files = files(&document(&"x".repeat(40_000)));
    let strings = strings(&files);
    assert!(strings.iter().all(|text| text.encode_utf16().count() <= 32_767));
    assert!(strings.iter().any(|text| text.len() > 32_000 && text.ends_with("x [cut]")));
    let names = files["xl/workbook.xml"].split("<sheet name=\"").skip(1);
    let names: Vec<&str> = names.map(|name| name.split('"').next().unwrap()).collect();
    assert!(names.iter().all(|name| name.len() <= 31), "{names:?}");
    assert!(names.contains(&"Chart data") && names.contains(&"Definitions"), "{names:?}");
}

#[test]
fn numbers_are_whole_and_dates_are_dates() {
    let files = files(&document("x"));
    let all: String = files
        .iter()
        .filter(|(name, _)| name.starts_with("xl/worksheets/sheet"))
        .map(|(_, text)| text.as_str())
        .collect();
    for number in [0.123_456_789_012_345_6, 1.000_000_1, 1.0 / 3.0, 20_000.0 + 25_569.0] {
        assert!(all.contains(&format!("<v>{number}</v>")), "{number}");
    }
    let styles = &files["xl/styles.xml"];
    for format in ["0.0%&quot; better&quot;", "#,##0.00&quot; EUR&quot;", "yyyy-mm-dd"] {
        assert!(styles.contains(&format!("formatCode=\"{format}\"")), "{format}");
    }
}

#[test]
fn tables_lines_charts_and_links_are_there() {
    let files = files(&document("Müller & Co"));
    let count = |prefix: &str| files.keys().filter(|name| name.starts_with(prefix)).count();
    assert_eq!((count("xl/tables/table"), count("xl/charts/chart")), (4, 2));
    // The first sentences are with the title; the next section has the table.
    let sheet = |at: usize| &files[&format!("xl/worksheets/sheet{at}.xml")];
    assert!(sheet(2).contains("<xm:f>'Chart data'!B2:D2</xm:f>"));
    assert!(sheet(2).contains("location=\"'Müller &amp; Co (2)'!A2\""), "{}", sheet(2));
    assert!(sheet(4).contains("<pane "));
    assert!(sheet(4).contains("orientation=\"landscape\""));
    let mut document = Document::default();
    document.heading(1, "Empty".into());
    assert_eq!(bytes(&document), bytes(&document));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_text_makes_a_workbook(text in any::<String>()) {
        let files = files(&document(&text));
        prop_assert!(files.values().all(|part| !part.contains('\0')));
        let inert = files.iter().filter(|(name, _)| name.starts_with("xl/worksheets/sheet")).all(|(_, sheet)| !sheet.contains("<f>"));
        prop_assert!(inert);
    }
}
