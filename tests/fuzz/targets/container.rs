//! Any bytes as a file that holds tables in another form: Parquet, workbooks, archives and compressed files. Reading never panics.

use std::io::{Cursor, Write};

use relhealth::api::ingest::{Contents, FormatOverrides, contents, for_each_record, peek};
use relhealth::api::io::Source;

use super::program::{Folder, holds};
use super::{Program, Run, Seed, Target};

pub const TARGET: Target = Target {
    name: "container",
    run: Run::Library(run),
    seeds: &[
        Seed::Made(parquet),
        Seed::Made(workbook),
        Seed::Made(document),
        Seed::Made(archive),
        Seed::Made(gzip),
        Seed::Made(zstandard),
        Seed::Files("testdata", &["xls"]),
    ],
};

const ORDERS: &[u8] = b"stakeholder_id,order_id,occurred_at,amount\na,1,2025-01-05,10\nb,2,2025-01-09,20\na,3,2025-02-03,30\n";

/// The first bytes tell what it is; the name does not matter.
fn run(bytes: &[u8]) {
    look_into(&Source::memory("fuzz.bin", bytes));
}

/// Reads all tables that a file holds.
pub fn look_into(file: &Source) {
    let tables = match contents(file, None) {
        Ok(Contents::Table) => vec![file.clone()],
        Ok(Contents::Sheets(sheets)) => sheets.into_iter().map(|sheet| sheet.table).collect(),
        Ok(Contents::Files(files)) => files.into_iter().map(|(_, file)| file).collect(),
        Err(error) => {
            assert!(!format!("{error:#}").is_empty(), "an error without words");
            return;
        }
    };
    for table in tables {
        let Ok(peeked) = peek(&table, &FormatOverrides::default(), 20) else {
            continue;
        };
        let read = for_each_record(
            &table,
            &peeked.layout,
            1,
            || 0_u64,
            |number, _| {
                *number += 1;
                Ok(())
            },
        );
        if let Ok(outcome) = read {
            assert_eq!(
                outcome.sinks.iter().sum::<u64>(),
                outcome.records,
                "records are counted and not shown"
            );
        }
    }
}

fn parquet(program: Program) -> Vec<u8> {
    let folder = Folder::new();
    let orders = folder.with("orders.csv", ORDERS);
    let tables = folder.path("tables");
    holds(
        program,
        &[
            "convert",
            &format!("purchases={orders}"),
            "--format",
            "parquet",
            "--quiet",
            "-o",
            &tables,
        ],
    );
    std::fs::read(folder.path("tables/purchases.parquet")).expect("a table")
}

fn workbook(_: Program) -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (row, line) in std::str::from_utf8(ORDERS).expect("text").lines().enumerate() {
        for (column, cell) in line.split(',').enumerate() {
            sheet.write_string(row as u32, column as u16, cell).expect("a cell");
        }
    }
    workbook.save_to_buffer().expect("a workbook")
}

fn document(_: Program) -> Vec<u8> {
    let cells = |line: &str| {
        let cell = |text: &str| format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>");
        line.split(',').map(cell).collect::<String>()
    };
    let rows: String = std::str::from_utf8(ORDERS)
        .expect("text")
        .lines()
        .map(|line| format!("<table:table-row>{}</table:table-row>", cells(line)))
        .collect();
    let content = format!(
        "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\">\
         <office:body><office:spreadsheet><table:table table:name=\"Orders\">{rows}</table:table></office:spreadsheet></office:body>\
         </office:document-content>"
    );
    zipped(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", content.as_bytes()),
    ])
}

fn archive(_: Program) -> Vec<u8> {
    zipped(&[("orders.csv", ORDERS), ("more/orders.csv", ORDERS)])
}

fn gzip(_: Program) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    encoder.write_all(ORDERS).expect("memory");
    encoder.finish().expect("memory")
}

fn zstandard(_: Program) -> Vec<u8> {
    zstd::stream::encode_all(ORDERS, 1).expect("memory")
}

/// An archive of these files, which are not compressed, so that changed bytes are changed content.
pub fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in files {
        archive.start_file(*name, stored).expect("memory");
        archive.write_all(bytes).expect("memory");
    }
    archive.finish().expect("memory").into_inner()
}
