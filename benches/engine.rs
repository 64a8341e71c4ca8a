//! How fast files become tables, and tables numbers: a shop's orders, generated into a temporary folder.

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const ROWS: usize = 200_000;

/// Orders of a tenth as many customers, spread over two years.
fn orders() -> String {
    let mut state = 42u64;
    let mut next = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut text = String::from("customer_id,order_id,ordered_at,amount,channel\n");
    for order in 0..ROWS {
        let (customer, month, day) = (next(ROWS as u64 / 10), next(24), 1 + next(28));
        let (hour, minute, cents) = (next(24), next(60), next(30_000));
        let channel = ["web", "store", "phone"][next(3) as usize];
        let (year, month) = (2025 + month / 12, month % 12 + 1);
        let amount = format!("{}.{:02}", cents / 100, cents % 100);
        writeln!(
            text,
            "c{customer},{order},{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:00,{amount},{channel}"
        )
        .expect("into memory");
    }
    text
}

/// The program on a file.
fn measure(file: &Path, more: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_relhealth"));
    let input = format!("purchases={}", file.display());
    command
        .env_clear()
        .args(["measure", &input, "--quiet", "--as-of", "2026-12-31"])
        .args(more)
        .stdout(Stdio::null());
    assert!(command.status().expect("the program can be run").success());
}

fn engine(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("orders.csv");
    let text = orders();
    std::fs::write(&file, &text).expect("can be written");

    let mut group = criterion.benchmark_group("orders");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("read", |b| {
        b.iter(|| measure(black_box(&file), &["-m", "orders", "--period", "2026"]));
    });
    group.throughput(Throughput::Elements(ROWS as u64));
    group.bench_function("all metrics of a year", |b| {
        b.iter(|| measure(black_box(&file), &["--period", "2026"]));
    });
    let monthly = [
        "--period",
        "2025-01-01..2026-12-31",
        "--grain",
        "month",
        "--by",
        "channel",
        "--compare",
        "previous",
    ];
    group.bench_function("all metrics by month and channel, compared", |b| {
        b.iter(|| measure(black_box(&file), &monthly));
    });
    group.finish();
}

criterion_group!(benches, engine);
criterion_main!(benches);
