//! A document with all there is: twenty metrics, thirteen periods, and cells that mean harm.

use crate::catalog::MetricUnit;
use crate::render::document::{Align, Axis, Card, Chart, Document, Figure, FunnelFigure, Point, SeriesFigure, Spark, Sparks, Table};
use crate::render::format::{Units, count};
use crate::render::text::{Text, Tone};

/// Texts that a careless page would run, follow, turn around or break on.
pub const HOSTILE: [&str; 9] = [
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    "=HYPERLINK(\"http://evil.example\";\"click\")",
    "\" onmouseover=\"alert(1)",
    "שלום עולם <b>",
    "شركة الأمل للتجارة",
    "🦊🚀 Ünïcøde",
    "nul\0and\u{202e}reversed\u{7}",
    "-- <!-- ]]> $x_1$ &amp; ",
];

const UNITS: Units = Units {
    currency: Some("EUR"),
    business_hours: false,
};

/// Title, unit, usual value, and how much it varies.
const METRICS: [(&str, MetricUnit, f64, f64); 20] = [
    ("Retention rate", MetricUnit::Share, 0.812, 0.02),
    ("Repeat purchase rate", MetricUnit::Share, 0.341, 0.03),
    ("Active customers", MetricUnit::Count, 4_120.0, 160.0),
    ("New customers", MetricUnit::Count, 612.0, 70.0),
    ("Revenue", MetricUnit::Money, 1_912_407.9, 120_000.0),
    ("Revenue per customer", MetricUnit::Money, 464.2, 21.0),
    ("Average order value", MetricUnit::Money, 71.4, 3.0),
    ("Refund rate", MetricUnit::Share, 0.031, 0.006),
    ("Customer satisfaction (CSAT)", MetricUnit::Share, 0.871, 0.02),
    ("Net promoter score", MetricUnit::Score, 32.4, 6.0),
    ("Promoter share", MetricUnit::Share, 0.51, 0.03),
    ("Detractor share", MetricUnit::Share, 0.19, 0.03),
    ("Time to first response, median", MetricUnit::Hours, 3.2, 0.7),
    ("Time to first response, 90% of cases", MetricUnit::Hours, 26.0, 4.0),
    ("First response within target", MetricUnit::Share, 0.78, 0.04),
    ("Time to resolution, median", MetricUnit::Hours, 61.0, 8.0),
    ("Reopened cases", MetricUnit::Share, 0.064, 0.01),
    ("Complaints per 1,000 orders", MetricUnit::Ratio, 4.2, 0.8),
    ("Backlog at the end", MetricUnit::Count, 214.0, 30.0),
    ("On-time delivery", MetricUnit::Share, 0.933, 0.015),
];

const PERIODS: usize = 13;

/// Numbers that look like chance and are always the same.
fn noise(seed: usize) -> f64 {
    let mut hash = (seed as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for factor in [0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb] {
        hash = (hash ^ (hash >> 29)).wrapping_mul(factor);
    }
    ((hash ^ (hash >> 31)) >> 11) as f64 / (1u64 << 53) as f64 * 2.0 - 1.0
}

fn labels() -> Vec<String> {
    (0..PERIODS)
        .map(|i| format!("{}-{:02}", 2025 + (i + 9) / 12, (i + 9) % 12 + 1))
        .collect()
}

fn points(metric: usize) -> Vec<Option<Point>> {
    let (_, unit, usual, varies) = METRICS[metric];
    let point = |period: usize| {
        let value = usual + varies * noise(metric * 31 + period);
        let value = if unit == MetricUnit::Count { value.round() } else { value };
        let half = varies * 0.9;
        let high = if unit == MetricUnit::Share {
            (value + half).min(1.0)
        } else {
            value + half
        };
        Point {
            value,
            low: Some((value - half).max(if unit == MetricUnit::Score { -100.0 } else { 0.0 })),
            high: Some(high),
        }
    };
    (0..PERIODS)
        .map(|period| (metric != 9 || period != 4).then(|| point(period)))
        .collect()
}

fn series(metric: usize) -> Chart {
    let (title, unit, usual, varies) = METRICS[metric];
    let points = points(metric);
    let with_limits = metric.is_multiple_of(2);
    let mut signals = vec![None; PERIODS];
    match metric {
        0 => signals[11] = Some(Some(false)),
        4 => (signals[6], signals[10]) = (Some(Some(true)), Some(None)),
        _ => {}
    }
    let mut open = vec![false; PERIODS];
    open[PERIODS - 1] = metric.is_multiple_of(3);
    let limits = (0..PERIODS).map(|i| {
        let wide = varies * if metric == 8 { 1.2 + 0.2 * noise(i) } else { 1.3 };
        (usual - wide, usual + wide)
    });
    let figure = SeriesFigure {
        labels: labels(),
        open,
        centre: with_limits.then_some(usual),
        limits: if with_limits { limits.collect() } else { Vec::new() },
        target: (metric.is_multiple_of(4) && unit == MetricUnit::Share).then_some((usual * 50.0).round() / 50.0 + 0.01),
        signals,
        axis: Axis {
            title: match unit {
                MetricUnit::Money => "EUR".into(),
                MetricUnit::Share => "Share of cases".into(),
                _ => String::new(),
            },
            unit,
            business_hours: false,
            currency: Some("EUR".into()),
        },
        points: points.clone(),
        predicted: Vec::new(),
    };
    let row = |(label, point): (String, Option<Point>)| {
        let scale = UNITS.scale(unit, usual);
        let value = point.map_or_else(Text::default, |p| Text::number(scale.value(p.value), p.value, unit));
        let interval = point.map_or_else(String::new, |p| scale.interval(p.low, p.high));
        vec![Text::own(label), value, Text::own(interval), Text::own("4,120")]
    };
    Chart {
        anchor: format!("chart-{metric}"),
        title: title.into(),
        statement: match metric {
            0 => Text::own("Fell below its limits in 2026-09: 79.9% of those who were customers stayed, 1,932 fewer than a year before.")
                .toned(Tone::Bad),
            _ => Text::own("No clear change against the month before; within the limits of chance since 2025-10."),
        },
        figure: Figure::Series(figure),
        data: Table {
            caption: Text::default(),
            columns: vec![
                ("Period".into(), Align::Left),
                ("Value".into(), Align::Right),
                ("95% interval".into(), Align::Right),
                ("n".into(), Align::Right),
            ],
            rows: labels().into_iter().zip(points).map(row).collect(),
            sparks: None,
        },
    }
}

/// The scorecard and the charts of twenty metrics and thirteen periods.
pub fn twenty_metrics() -> Document {
    let mut document = Document::default();
    document.heading(1, "Relationship health, October 2026".into());
    scorecard(&mut document);
    document.heading(2, "Month by month".into());
    (0..METRICS.len()).for_each(|metric| document.chart(series(metric)));
    document
}

fn scorecard(document: &mut Document) {
    document.heading(2, "Scorecard".into());
    for (family, metrics) in [
        ("Retention and loyalty", 0..4),
        ("Revenue", 4..8),
        ("Satisfaction", 8..12),
        ("Service", 12..20),
    ] {
        document.heading(3, family.into());
        let columns = [
            "Metric",
            "October 2026",
            "95% interval",
            "n",
            "Target",
            "Against September",
            "Against October 2025",
        ];
        let aligned = |title: &'static str| (title.into(), if title == "Metric" { Align::Left } else { Align::Right });
        let row = |metric: usize| {
            let (title, unit, usual, varies) = METRICS[metric];
            let last = points(metric)[PERIODS - 1].unwrap();
            let scale = UNITS.scale(unit, usual);
            let reading = |text: &str, tone| Text::own(format!("{} {text}", scale.change(varies * noise(metric)))).toned(tone);
            vec![
                Text::link(format!("card-{metric}"), title),
                Text::number(scale.value(last.value), last.value, unit),
                Text::own(scale.interval(last.low, last.high)),
                Text::own(count(4_000 + 37 * metric as u64)),
                Text::own(if unit == MetricUnit::Share {
                    scale.value(usual)
                } else {
                    String::new()
                }),
                match metric % 5 {
                    1 => reading("better", Tone::Good),
                    3 => reading("worse", Tone::Bad),
                    _ => reading("no clear change", Tone::Plain),
                },
                reading("no clear change", Tone::Plain),
            ]
        };
        let spark = |metric: usize| {
            Some(Spark {
                points: points(metric),
                alternative: Text::own("From 81.2% in 2025-10 to 80.9% in 2026-10"),
            })
        };
        document.table(Table {
            caption: Text::own(format!("{family}: October 2026")),
            columns: columns.into_iter().map(aligned).collect(),
            rows: metrics.clone().map(row).collect(),
            sparks: Some(Sparks {
                title: "13 months".into(),
                rows: metrics.map(spark).collect(),
            }),
        });
    }
}

fn funnel() -> Chart {
    let size = |i: usize| (20.0 * 1.22_f64.powi(i as i32)).round();
    let segments: Vec<(String, f64, f64, u8)> = (0..24)
        .map(|i| {
            let spread = 0.45 / size(i).sqrt();
            let (value, out) = match i {
                9 => (0.81 - 3.6 * spread, 2),
                15 => (0.81 + 2.4 * spread, 1),
                20 => (0.81 - 2.5 * spread, 1),
                21 => (0.81 - 3.4 * spread, 2),
                i => (0.81 + 1.2 * spread * noise(i), 0),
            };
            let name = if i == 9 { HOSTILE[0].to_string() } else { format!("Region {i}") };
            (name, size(i), value, out)
        })
        .collect();
    let limits = |i: usize| {
        let size = 15.0 * 1.1_f64.powi(i as i32);
        let spread = 0.39 / size.sqrt();
        let limit = |z: f64| (0.81 + z * spread).clamp(0.0, 1.0);
        (size, [limit(-1.96), limit(1.96), limit(-3.09), limit(3.09)])
    };
    let rows = segments
        .iter()
        .map(|(name, size, value, out)| {
            let reading = ["", "outside 95%", "outside 99.8%"][usize::from(*out)];
            vec![
                Text::untrusted(name.as_str()),
                Text::own(count(*size as u64)),
                Text::own(UNITS.scale(MetricUnit::Share, *value).value(*value)),
                Text::own(reading),
            ]
        })
        .collect();
    Chart {
        anchor: "funnel".into(),
        title: "Retention rate by region".into(),
        statement: Text::own("Two regions lie outside of what chance alone would show: ")
            .and_untrusted(HOSTILE[0])
            .and(" and ")
            .and_untrusted("Region 21")
            .and("."),
        figure: Figure::Funnel(FunnelFigure {
            segments,
            centre: 0.81,
            limits: (0..50).map(limits).collect(),
            size: "Customers at the start".into(),
            axis: Axis {
                title: "Share of customers who stayed".into(),
                unit: MetricUnit::Share,
                business_hours: false,
                currency: None,
            },
        }),
        data: Table {
            columns: vec![
                ("Region".into(), Align::Left),
                ("Customers".into(), Align::Right),
                ("Stayed".into(), Align::Right),
                ("Reading".into(), Align::Left),
            ],
            rows,
            ..Table::default()
        },
    }
}

fn cohorts() -> Table {
    let months = 10;
    let row = |i: usize| {
        let share = |j: usize| (100.0 * 0.86_f64.powi(j as i32) + 4.0 * noise(i * 17 + j)).clamp(0.0, 100.0);
        let cell = |j: usize| match i + j < months {
            true => Text::own(format!("{:.0}%", share(j))).toned(Tone::Heat(share(j).round() as u8)),
            false => Text::default(),
        };
        let mut row = vec![Text::own(labels()[i].clone()), Text::own(count(612 - 9 * i as u64))];
        row.extend((0..months).map(cell));
        row
    };
    let mut columns: Vec<(Text, Align)> = vec![("Joined".into(), Align::Left), ("People".into(), Align::Right)];
    columns.extend((0..months).map(|j| (Text::own(format!("+{j}")), Align::Right)));
    Table {
        caption: "Of those who joined in a month, the share who bought again in the months after; blank: not over yet".into(),
        columns,
        rows: (0..months).map(row).collect(),
        sparks: None,
    }
}

/// Blocks of all types, with hostile texts in every place for texts from outside.
pub fn rich() -> Document {
    let mut document = Document::default();
    document.heading(
        1,
        Text::own("Relationship health, October 2026: ").and_untrusted("Nordwind & Söhne"),
    );
    document.sentence("Fewer customers stayed, and those who wrote waited longer. Revenue and satisfaction show no clear change.".into());
    document.sentence("From 541,909 orders, 12,406 cases and 3,201 answers until 31 October 2026, 24:00 Europe/Berlin.".into());
    document.heading(2, "What changed".into());
    document.list(vec![
        Text::link("chart-0", "Retention rate")
            .and(" fell to 79.9% [78.6, 81.1] from 82.3%: worse, and below its limits.")
            .toned(Tone::Bad),
        Text::link("card-1", "Repeat purchase rate")
            .and(" rose by 2.1 pp [0.4, 3.8]: better.")
            .toned(Tone::Good),
        Text::own("Eighteen other metrics show no clear change."),
        Text::untrusted("x".repeat(10_000))
            .and(" has no place to lead to: ")
            .and_text(Text::link("nowhere", HOSTILE[0])),
    ]);
    document.note("A change is named only where the interval of the difference leaves out zero.".into());
    document.blocks.extend(twenty_metrics().blocks.into_iter().skip(1));
    document.heading(2, "By region".into());
    document.chart(funnel());
    document.heading(2, "Cohorts".into());
    document.table(cohorts());
    document.heading(2, "To act on".into());
    let overdue = |(i, name): (usize, &&str)| {
        vec![
            Text::untrusted(*name),
            Text::untrusted(format!("K-{i:05}")),
            Text::own(count(12 + i as u64)),
        ]
    };
    document.table(Table {
        caption: "Contacts that are overdue".into(),
        columns: vec![
            ("Customer".into(), Align::Left),
            ("Number".into(), Align::Left),
            ("Days".into(), Align::Right),
        ],
        rows: HOSTILE
            .iter()
            .enumerate()
            .map(overdue)
            .chain([vec![Text::untrusted("W".repeat(10_000)), Text::default(), "1".into()]])
            .collect(),
        sparks: None,
    });
    document.heading(2, "Data quality".into());
    document.table(Table {
        columns: vec![(Text::default(), Align::Left), (Text::default(), Align::Right)],
        rows: vec![
            vec!["Records read".into(), "541,909".into()],
            vec!["Rejected: no date that can be read".into(), "1,204".into()],
            vec![Text::default(), "0".into()],
        ],
        ..Table::default()
    });
    document.heading(4, Text::own("Reproduce it"));
    document.sentence(Text::untrusted(
        "relhealth report exports/ --period 2026-10 --as-of 2026-10-31 -o october.html",
    ));
    document.heading(2, Text::untrusted(HOSTILE[1]));
    for (metric, (title, unit, ..)) in METRICS.iter().enumerate() {
        document.card(Card {
            anchor: format!("card-{metric}"),
            title: Text::untrusted(*title),
            lines: vec![
                (
                    "Definition".into(),
                    "Customers with an order in the period who had one in the period before, over those who had one in the period before."
                        .into(),
                ),
                ("Unit".into(), Text::untrusted(unit.as_str())),
                (
                    "Source".into(),
                    Text::untrusted(HOSTILE[metric % HOSTILE.len()]).and("\nsecond line"),
                ),
            ],
        });
    }
    document
}
