//! Shapes that no export should have, each at two sizes: what a file costs grows with its size, whatever stands in it.
//!
//! `cargo bench --bench shapes`. After the times it prints how many times longer the larger file takes; four times the bytes should take
//! about four times as long, and never sixteen.
#![expect(clippy::print_stdout, reason = "the result of a benchmark is what it prints")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput};
use relhealth::api::ingest::{FormatOverrides, for_each_record, peek};
use relhealth::api::io::Source;
use relhealth::api::sources::{self, Source as Described};

/// The smaller size in bytes, and how many times larger the other one is.
const SMALL: usize = 100_000;
const TIMES: usize = 4;

/// A shape: its name, and a file of about so many bytes.
type Shape = (&'static str, fn(usize) -> String);

const SHAPES: [Shape; 12] = [
    ("a long name of a column", |size| {
        let half = "x".repeat(size / 2);
        format!("id,{half}\n1,{half}\n2,b\n")
    }),
    ("a name of many words", |size| {
        format!("id,{}\n1,a\n2,b\n", "order date ".repeat(size / 11))
    }),
    ("a JSON list", |size| {
        let one = |n: usize| format!("{{\"id\":{n},\"name\":\"a, b\",\"on\":\"2024-01-01\"}}");
        let list: Vec<String> = (0..size / 45).map(one).collect();
        format!("[{}]", list.join(","))
    }),
    ("only separators", |size| ",".repeat(size)),
    ("only quotes", |size| "\"".repeat(size)),
    ("quotes that never pair", |size| "\"a\"b,\"c,\n".repeat(size / 9)),
    ("a quote in every field", |size| {
        format!("id,name,n\n{}", "1,5\" x\"\"y,\"2\"z\"\n".repeat(size / 16))
    }),
    ("one long line of words", |size| "word ".repeat(size / 5)),
    ("columns laid out by blanks", |size| {
        let row = "ab  ".repeat(size / 16);
        format!("{row}\n").repeat(4)
    }),
    ("marks of every kind", |size| {
        let marks: Vec<u8> = (0..size).map(|n| b"!#&*+,:;<=>?^`|~"[n * n % 16]).collect();
        String::from_utf8(marks).expect("ASCII")
    }),
    ("lines before the table", |size| {
        format!("{}\nid,name\n1,a\n2,b\n", "About this export\n".repeat(size / 18))
    }),
    ("many columns of numbers", |size| {
        let columns = size / 40;
        let names: Vec<String> = (0..columns).map(|n| format!("n{n}")).collect();
        let row: Vec<String> = (0..columns).map(|n| format!("{}.5", n % 97)).collect();
        format!("{}\n{}", names.join(","), format!("{}\n", row.join(",")).repeat(8))
    }),
];

/// Finds out how a file is read and what its columns mean, and reads all of it. What cannot be read is told as fast as the rest.
fn understand(text: &str) -> usize {
    let source = Source::memory("shape.csv", text.as_bytes());
    let Ok(peek) = peek(&source, &FormatOverrides::default(), 200) else {
        return 0;
    };
    let rows: Vec<Vec<String>> = peek.rows.iter().map(|row| row.fields.clone()).collect();
    let found = sources::describe(&Described::default(), "shape.csv", &peek.layout.header, &rows, &[]);
    let read = for_each_record(
        &source,
        &peek.layout,
        1,
        || 0,
        |cells, record| {
            *cells += record.len();
            Ok(())
        },
    );
    found.sources.len() + read.map_or(0, |read| read.sinks.iter().sum())
}

fn shortest(text: &str) -> Duration {
    let once = || {
        let start = Instant::now();
        black_box(understand(black_box(text)));
        start.elapsed()
    };
    (0..5).map(|_| once()).min().unwrap_or_default()
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args().sample_size(10);
    let mut group = criterion.benchmark_group("shapes");
    for (name, shape) in SHAPES {
        for size in [SMALL, TIMES * SMALL] {
            let text = shape(size);
            group.throughput(Throughput::Bytes(text.len() as u64));
            group.bench_with_input(BenchmarkId::new(name, text.len()), &text, |b, text| {
                b.iter(|| understand(black_box(text)));
            });
        }
    }
    group.finish();
    criterion.final_summary();
    println!("times as long for {TIMES} times the bytes:");
    for (name, shape) in SHAPES {
        let (small, large) = (shape(SMALL), shape(TIMES * SMALL));
        let ratio = shortest(&large).as_secs_f64() / shortest(&small).as_secs_f64();
        println!("{ratio:6.1}  {name}");
    }
}
