//! Workbooks and archives as inputs: the same cells as from CSV, which sheet is read, and how far compressed data may expand.

use std::io::{Cursor, Write};

use rust_xlsxwriter::{Format, Workbook, Worksheet};
use serde_json::Value;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::harness::{Folder, Ran};

const HEADER: [&str; 6] = ["order_id", "customer_id", "order_date", "amount", "test_order", "note"];

/// Orders: id, customer, day, amount, whether it is a test, a note.
const ORDERS: [(&str, &str, &str, f64, bool, &str); 5] = [
    ("001", "a", "2026-10-01", 1000.5, false, "first, \"best\""),
    ("002", "b", "2026-10-02", 1.234, false, ""),
    ("003", "a", "2026-10-03", 20.0, true, "x"),
    ("004", "c", "2026-10-04", -5.25, false, "NA"),
    ("005", "b", "2026-11-05", 40.0, false, "007"),
];

fn csv() -> String {
    let rows =
        ORDERS.map(|(id, who, day, amount, test, note)| format!("{id},{who},{day},{amount:.4},{test},\"{}\"\n", note.replace('"', "\"\"")));
    HEADER.join(",") + "\n" + &rows.concat()
}

fn day(text: &str) -> (u16, u8, u8) {
    let parts: Vec<u16> = text.split('-').map(|part| part.parse().expect("a number")).collect();
    (parts[0], parts[1] as u8, parts[2] as u8)
}

fn fill(sheet: &mut Worksheet) {
    let date = Format::new().set_num_format("yyyy-mm-dd");
    for (column, name) in HEADER.iter().enumerate() {
        sheet.write(0, column as u16, *name).expect("a cell");
    }
    for (row, (id, who, on, amount, test, note)) in (1..).zip(ORDERS) {
        let (year, month, of_month) = day(on);
        let at = rust_xlsxwriter::ExcelDateTime::from_ymd(year, month, of_month).expect("a date");
        sheet.write(row, 0, id).expect("a cell");
        sheet.write(row, 1, who).expect("a cell");
        sheet.write_with_format(row, 2, &at, &date).expect("a cell");
        sheet.write(row, 3, amount).expect("a cell");
        sheet.write(row, 4, test).expect("a cell");
        sheet.write(row, 5, note).expect("a cell");
    }
}

fn xlsx(sheets: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    sheets(&mut workbook);
    workbook.save_to_buffer().expect("a workbook")
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, SimpleFileOptions::default()).expect("a file");
        archive.write_all(bytes).expect("its bytes");
    }
    archive.finish().expect("an archive").into_inner()
}

/// A workbook of OpenDocument with these rows of XML in its only sheet.
fn ods(rows: &str) -> Vec<u8> {
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\"><office:body>\
         <office:spreadsheet><table:table table:name=\"Orders\">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    );
    zipped(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", content.as_bytes()),
    ])
}

fn orders_as_ods() -> Vec<u8> {
    let text = |text: &str| match text {
        "" => "<table:table-cell/>".to_string(),
        text => format!(
            "<table:table-cell office:value-type=\"string\"><text:p>{}</text:p></table:table-cell>",
            text.replace('"', "&quot;")
        ),
    };
    let header = HEADER.map(text).concat();
    let rows = ORDERS.map(|(id, who, on, amount, test, note)| {
        format!(
            "<table:table-row>{}{}<table:table-cell office:value-type=\"date\" office:date-value=\"{on}\"><text:p>shown</text:p></table:table-cell>\
             <table:table-cell office:value-type=\"float\" office:value=\"{amount}\"><text:p>shown</text:p></table:table-cell>\
             <table:table-cell office:value-type=\"boolean\" office:boolean-value=\"{test}\"/>{}</table:table-row>",
            text(id),
            text(who),
            text(note)
        )
    });
    ods(&format!("<table:table-row>{header}</table:table-row>{}", rows.concat()))
}

/// A record of a binary workbook: its type and its length in bytes of seven bits, and what it holds ([MS-XLSB] 2.1.4).
fn record(kind: u16, body: &[u8]) -> Vec<u8> {
    let mut bytes = match kind {
        0..=0x7f => vec![kind as u8],
        _ => vec![(kind & 0x7f) as u8 | 0x80, (kind >> 7) as u8],
    };
    assert!(body.len() < 128);
    bytes.push(body.len() as u8);
    bytes.extend_from_slice(body);
    bytes
}

fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let length = (units.len() as u32).to_le_bytes();
    length.into_iter().chain(units.iter().flat_map(|unit| unit.to_le_bytes())).collect()
}

/// The same orders as a binary workbook: texts, dates as numbers in the second style, amounts and flags.
fn orders_as_xlsb() -> Vec<u8> {
    let at = |column: u32, style: u32| [column.to_le_bytes(), style.to_le_bytes()].concat();
    let text = |column: u32, text: &str| record(6, &[at(column, 0), wide(text)].concat());
    let number = |column: u32, style: u32, value: f64| record(5, &[&at(column, style)[..], &value.to_le_bytes()].concat());
    let row = |row: u32| record(0, &[&row.to_le_bytes()[..], &[0; 13]].concat());
    let mut sheet = [record(0x81, &[]), record(0x94, &[0; 16]), record(0x91, &[]), row(0)].concat();
    (0..).zip(HEADER).for_each(|(column, name)| sheet.extend(text(column, name)));
    for (at_row, (id, who, on, amount, test, note)) in (1..).zip(ORDERS) {
        let (_, month, of_month) = day(on);
        // 2026-10-01 is day 46296 of those that start with 1900.
        let serial = 46_295 + u32::from(of_month) + if month == 11 { 31 } else { 0 };
        let cells = [
            row(at_row),
            text(0, id),
            text(1, who),
            number(2, 1, f64::from(serial)),
            number(3, 0, amount),
            record(4, &[&at(4, 0)[..], &[u8::from(test)]].concat()),
            text(5, note),
        ];
        sheet.extend(cells.concat());
    }
    sheet.extend(record(0x92, &[]));
    // Two styles: general, and dates (format 14).
    let style = |format: u16| record(0x2f, &[&[0; 2][..], &format.to_le_bytes(), &[0; 12]].concat());
    let styles = [record(0x269, &2u32.to_le_bytes()), style(0), style(14)].concat();
    let listed = [&[0; 4][..], &1u32.to_le_bytes(), &wide("rId1"), &wide("Sheet1")].concat();
    let book = [
        record(0x83, &[]),
        record(0x8f, &[]),
        record(0x9c, &listed),
        record(0x90, &[]),
        record(0x9d, &[]),
    ]
    .concat();
    let relations = "<Relationships><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.bin\"/></Relationships>";
    zipped(&[
        ("xl/workbook.bin", &book),
        ("xl/_rels/workbook.bin.rels", relations.as_bytes()),
        ("xl/styles.bin", &styles),
        ("xl/worksheets/sheet1.bin", &sheet),
    ])
}

fn measure(folder: &Folder, input: &str, more: &[&str]) -> Ran {
    let args = [
        "measure",
        input,
        "-m",
        "revenue,orders,refund_rate",
        "--period",
        "2026",
        "--grain",
        "month",
        "--by",
        "note",
        "-f",
        "json",
    ];
    folder.run(&[&args[..], more].concat())
}

fn cells(ran: &Ran) -> Value {
    let document: Value = serde_json::from_str(&ran.out()).unwrap_or_else(|why| panic!("{why}: {}", ran.err()));
    document["cells"].clone()
}

#[test]
fn the_same_data_give_the_same_cells_in_every_format() {
    let folder = Folder::new()
        .with("orders.csv", csv())
        .with("orders.xlsx", xlsx(|book| fill(book.add_worksheet())))
        .with("orders.ods", orders_as_ods())
        .with("orders.xlsb", orders_as_xlsb())
        .with(
            "orders.zip",
            zipped(&[("read.me", b"nothing"), ("2026/orders.csv", csv().as_bytes())]),
        )
        .with("books.zip", zipped(&[("orders.xlsx", &xlsx(|book| fill(book.add_worksheet())))]));
    let expected = cells(&measure(&folder, "orders.csv", &[]).code(0));
    assert!(expected.to_string().contains("1000.5"), "{expected}");
    for input in [
        "orders.xlsx",
        "orders.ods",
        "orders.xlsb",
        "orders.zip",
        "books.zip",
        "purchases=orders.xlsx#Sheet1",
        "orders.zip#orders.csv",
    ] {
        let ran = measure(&folder, input, &[]).code(0);
        assert_eq!(cells(&ran), expected, "{input}");
        assert!(
            ran.err().contains("5 read = 4 used + 1 excluded (1 cancelled)"),
            "{input}: {}",
            ran.err()
        );
    }
    // A folder with all of them: the same records in several files count once.
    std::fs::remove_file(folder.path("books.zip")).expect("it was there");
    let all = measure(&folder, ".", &[]).code(0);
    assert_eq!(cells(&all), expected);
    assert!(all.err().contains("./orders.xlsx#Sheet1: 5 read"), "{}", all.err());
    // What is read is never written over.
    let ran = folder.run(&["measure", "orders.xlsx#Sheet1", "-o", "json=orders.xlsx"]).code(2);
    assert!(ran.err().contains("orders.xlsx"), "{}", ran.err());
}

#[test]
fn an_old_workbook_is_read_too() {
    let old = include_bytes!("../../testdata/orders.xls");
    let folder = Folder::new().with("orders.csv", csv()).with("orders.xls", old);
    assert_eq!(
        cells(&measure(&folder, "orders.xls", &[]).code(0)),
        cells(&measure(&folder, "orders.csv", &[]).code(0))
    );
}

/// A download that stopped, or a disk that lost some bytes: an error that names the file, and never a defect.
#[test]
fn a_damaged_old_workbook_is_an_error_that_names_it() {
    let whole = include_bytes!("../../testdata/orders.xls");
    let cut = (1..8).map(|eighth| whole[..whole.len() * eighth / 8].to_vec());
    let changed = (1..8).map(|eighth| {
        let mut bytes = whole.to_vec();
        let at = whole.len() * eighth / 8;
        bytes[at..].iter_mut().step_by(3).for_each(|byte| *byte = 0xff);
        bytes
    });
    let mut refused = 0;
    for bytes in cut.chain(changed) {
        let ran = Folder::new().with("old.xls", bytes).run(&["inspect", "old.xls"]);
        assert!(
            ran.status() == Some(0) || ran.status() == Some(3),
            "{:?}: {}",
            ran.status(),
            ran.err()
        );
        assert!(!ran.err().contains("bug"), "{}", ran.err());
        if ran.status() == Some(3) {
            assert!(ran.err().starts_with("error: cannot read old.xls"), "{}", ran.err());
            refused += 1;
        }
    }
    assert!(refused > 7, "{refused} of 14 damaged workbooks are refused");
}

#[test]
fn of_several_sheets_the_one_that_fits_is_read_or_it_is_asked() {
    let notes = |book: &mut Workbook| {
        let sheet = book.add_worksheet();
        sheet.set_name("Notes").expect("a name");
        sheet.write(0, 0, "Made by the shop on Monday").expect("a cell");
    };
    let named = |book: &mut Workbook, name: &str| {
        let sheet = book.add_worksheet();
        sheet.set_name(name).expect("a name");
        fill(sheet);
    };
    let one = xlsx(|book| {
        notes(book);
        named(book, "Orders");
        book.add_worksheet();
    });
    let two = xlsx(|book| {
        notes(book);
        named(book, "October");
        named(book, "Archive");
    });
    let hidden = xlsx(|book| {
        named(book, "October");
        named(book, "Archive");
        book.worksheet_from_name("Archive").expect("the sheet").set_hidden(true);
    });
    let none = xlsx(|book| {
        notes(book);
        let sheet = book.add_worksheet();
        sheet.write(0, 0, "x").expect("a cell");
    });
    let folder = Folder::new()
        .with("one.xlsx", one)
        .with("two.xlsx", two)
        .with("hidden.xlsx", hidden)
        .with("none.xlsx", none);
    assert!(measure(&folder, "one.xlsx", &[]).code(0).err().contains("one.xlsx#Orders: 5 read"));
    assert!(
        measure(&folder, "hidden.xlsx", &[])
            .code(0)
            .err()
            .contains("hidden.xlsx#October: 5 read")
    );
    assert!(
        measure(&folder, "hidden.xlsx#Archive", &[])
            .code(0)
            .err()
            .contains("hidden.xlsx#Archive: 5 read")
    );
    let asked = measure(&folder, "two.xlsx", &[]).code(3);
    let question = "several sheets of two.xlsx can be read: they are `October` and `Archive`\nhint: name the one that is meant, for example 'two.xlsx#October'";
    assert!(asked.err().contains(question), "{}", asked.err());
    assert_eq!(
        cells(&measure(&folder, "two.xlsx#Archive", &[]).code(0)),
        cells(&measure(&folder, "one.xlsx", &[]).code(0))
    );
    let unknown = measure(&folder, "two.xlsx#october", &[]).code(3);
    assert!(unknown.err().contains("did you mean two.xlsx#October?"), "{}", unknown.err());
    assert!(
        measure(&folder, "none.xlsx", &[])
            .code(3)
            .err()
            .contains("none of the sheets of none.xlsx is recognised")
    );
    // A configuration names a sheet, and `--map` the workbook.
    let config = "[[source]]\npath = \"two.xlsx#Archive\"\nkind = \"purchases\"\n";
    let folder = folder.with("relhealth.toml", config);
    for args in [
        &["measure", "-m", "revenue", "--period", "2026"][..],
        &["measure", "two.xlsx", "-m", "revenue", "--period", "2026"],
    ] {
        assert!(folder.run(args).code(0).err().contains("two.xlsx#Archive: 5 read"), "{args:?}");
    }
    let mapped = ["--map", "one.xlsx:is_void={ value = \"no\" }"];
    assert!(measure(&folder, "one.xlsx", &mapped).code(0).err().contains("5 read = 5 used"));
    folder.run(&["init", "one.xlsx", "--force"]).code(0);
    assert!(
        folder.read("relhealth.toml").contains("path = \"one.xlsx#Orders\""),
        "{}",
        folder.read("relhealth.toml")
    );
}

#[test]
fn a_midnight_among_times_is_a_time() {
    let book = xlsx(|book| {
        let sheet = book.add_worksheet();
        let format = Format::new().set_num_format("yyyy-mm-dd hh:mm");
        for (column, name) in ["ticket_id", "customer_id", "created_at", "resolved_at"].iter().enumerate() {
            sheet.write(0, column as u16, *name).expect("a cell");
        }
        for (row, hours) in (1..).zip([9.0, 0.0, 10.0, 15.0, 18.0]) {
            let at = |hours: f64| 46_000.0 + f64::from(row) + hours / 24.0;
            sheet.write(row, 0, f64::from(row)).expect("a cell");
            sheet.write(row, 1, "a").expect("a cell");
            sheet.write_with_format(row, 2, at(hours), &format).expect("a cell");
            sheet.write_with_format(row, 3, at(hours + 2.0), &format).expect("a cell");
        }
    });
    let folder = Folder::new().with("tickets.xlsx", book);
    let ran = folder
        .run(&[
            "measure",
            "tickets.xlsx",
            "-m",
            "resolution_time_mean",
            "--period",
            "2025-12",
            "-f",
            "json",
        ])
        .code(0);
    assert_eq!(cells(&ran)[0]["value"], 2.0, "{}", ran.err());
}

#[test]
fn an_archive_gives_all_its_exports() {
    let customers = "customer_id,name,started_at,region\na,Ann,2026-01-01,north\nb,Ben,2026-01-02,south\nc,Cem,2026-01-03,south\n";
    let archive = zipped(&[
        ("shop/orders.csv", csv().as_bytes()),
        ("shop/customers.csv", customers.as_bytes()),
        ("__MACOSX/shop/._orders.csv", b"junk"),
    ]);
    let nested = zipped(&[("inner.zip", &archive)]);
    let folder = Folder::new()
        .with("shop.zip", archive)
        .with("nested.zip", nested)
        .with("cut.zip", &zipped(&[("a.csv", csv().as_bytes())])[..60]);
    let ran = folder
        .run(&[
            "measure", "shop.zip", "-m", "revenue", "--by", "region", "--period", "2026", "-f", "json",
        ])
        .code(0);
    let values: Vec<f64> = cells(&ran)
        .as_array()
        .expect("cells")
        .iter()
        .filter_map(|cell| cell["value"].as_f64())
        .collect();
    assert_eq!(values, [1000.5, 35.984]);
    assert!(ran.err().contains("shop.zip#shop/customers.csv: 3 read"), "{}", ran.err());
    assert!(
        measure(&folder, "nested.zip", &[])
            .code(3)
            .err()
            .contains("nested.zip has no export in it")
    );
    assert!(measure(&folder, "cut.zip", &[]).code(3).err().contains("its zip data are damaged"));
    assert!(
        measure(&folder, "shop.zip#none.csv", &[])
            .code(3)
            .err()
            .contains("shop.zip has no part `none.csv`")
    );
}

/// Rows of orders, more than three megabytes of them.
fn many() -> String {
    let row = |n: usize| {
        format!(
            "{n},c{},2026-10-0{},1.00,false,a note that is the same in every row of the export\n",
            n % 7,
            n % 9 + 1
        )
    };
    HEADER.join(",") + "\n" + &(0..15_000).map(row).collect::<String>()
}

#[test]
fn what_expands_too_far_stops_with_the_option_that_allows_it() {
    let many = many();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(many.as_bytes()).expect("bytes");
    let book = xlsx(|book| {
        let sheet = book.add_worksheet();
        for (row, line) in many.lines().enumerate() {
            for (column, cell) in line.split(',').enumerate() {
                sheet.write(row as u32, column as u16, cell).expect("a cell");
            }
        }
    });
    // One cell, repeated over the largest sheet that there is.
    let cell = "<table:table-cell office:value-type=\"float\" office:value=\"1\" table:number-columns-repeated=\"16384\"/>";
    let repeated = format!("<table:table-row table:number-rows-repeated=\"1048576\">{cell}</table:table-row>");
    let folder = Folder::new()
        .with("many.csv", &many)
        .with("many.csv.gz", gzip.finish().expect("gzip"))
        .with("many.csv.zst", zstd::encode_all(many.as_bytes(), 1).expect("zstd"))
        .with("many.zip", zipped(&[("many.csv", many.as_bytes())]))
        .with("many.xlsx", book)
        .with("repeated.ods", ods(&repeated));
    let expected = cells(&measure(&folder, "many.csv", &["--max-expanded", "1"]).code(0));
    for input in ["many.csv.gz", "many.csv.zst", "many.zip", "many.xlsx"] {
        assert_eq!(cells(&measure(&folder, input, &[]).code(0)), expected, "{input}");
        let stopped = measure(&folder, input, &["--max-expanded", "1"]).code(3);
        let why = "its compressed data expand to more than 1048576 bytes; if it is what you expect, raise --max-expanded";
        assert!(
            stopped.err().contains(&format!("cannot read {input}")) && stopped.err().contains(why),
            "{}",
            stopped.err()
        );
    }
    let stopped = measure(&folder, "repeated.ods", &[]).code(3);
    assert!(
        stopped
            .err()
            .contains("more than 100 times their size; if it is what you expect, raise --max-ratio"),
        "{}",
        stopped.err()
    );
}

#[test]
fn a_cell_far_away_is_a_cell() {
    let far = xlsx(|book| {
        let sheet = book.add_worksheet();
        fill(sheet);
        sheet.write(1_048_575, 16_383, "far").expect("a cell");
    });
    let folder = Folder::new().with("far.xlsx", far);
    let ran = measure(&folder, "far.xlsx", &["--max-columns", "100"]).code(3);
    assert!(ran.err().contains("--max-columns"), "{}", ran.err());
}
