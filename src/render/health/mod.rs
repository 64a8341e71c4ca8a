//! The health of stakeholders as a document, as JSON and as CSV.

mod backtest;
mod data;
mod model;
mod words;

use super::displayed;
use super::document::{Align, Axis, Chart, Detail, Document, Figure, Point, SeriesFigure, Table};
use super::format::{Units, count, number};
use super::record_counts;
use super::text::{Text, Tone};
use crate::canonical::CanonicalTables;
use crate::catalog::MetricUnit;
use crate::catalog::health::{Band, ValueAtStake};
use crate::health::backtest::Backtests;
use crate::health::{Assessment, Group, Request, Row, Shares, Stability, Touch};
use crate::notes::Note;
use crate::period::{date_text, instant_text};
use crate::report::RecordCounts;
use crate::schema::{MONEY_SCALE, Micros};
use crate::stats::{Estimate, Interval};
pub use data::{csv, csv_of_backtests, csv_of_model, group, json, json_of_model};
pub use model::definition;
pub use words::losses;

/// Where the numbers come from.
#[derive(Debug)]
pub struct Origin<'a> {
    /// Name of the report's time zone.
    pub timezone: &'a str,
    /// Currency of amounts, if it is known.
    pub currency: Option<&'a str>,
    /// Which stakeholders count, as it was written.
    pub filter: Option<&'a str>,
}

/// Everything that the formats show.
#[derive(Debug)]
pub struct Sheet<'a> {
    /// The results.
    pub assessment: &'a Assessment,
    /// The canonical tables.
    pub canonical: &'a CanonicalTables,
    /// What was asked for.
    pub request: &'a Request,
    /// What scores have meant in the past, where that is asked for.
    pub backtests: Option<&'a Backtests>,
    /// Where the numbers come from.
    pub origin: Origin<'a>,
    /// The record counts.
    pub account: &'a [RecordCounts],
    /// Findings.
    pub notes: &'a [Note],
}

impl Sheet<'_> {
    /// The units of its values.
    pub fn units(&self) -> Units<'_> {
        Units {
            currency: self.origin.currency,
            business_hours: false,
        }
    }

    fn money(&self, value: f64) -> Text {
        money(&self.units(), value)
    }

    /// The last day that is known before a time; another time as it is.
    fn known_until(&self, at: Micros) -> String {
        let zone = &self.canonical.zone;
        if zone.is_midnight(at) {
            format!("the end of {}", date_text(zone.day_of(at) - 1))
        } else {
            instant_text(at)
        }
    }

    fn type_of(&self, row: &Row) -> &str {
        let text = self.canonical.texts.text(row.type_code);
        text.unwrap_or(&self.assessment.models[row.model].name)
    }
}

/// The health of stakeholders as a document. On a terminal it has no charts, and no record counts, which go to stderr.
pub fn document(sheet: &Sheet, detail: Detail) -> Document {
    let mut document = Document::default();
    document.heading(1, "Health of stakeholders".into());
    document.sentence(basis(sheet));
    document.sentence(reading_aid(sheet));
    overview(&mut document, &sheet.units(), "All stakeholders", &sheet.assessment.types, detail);
    if !sheet.assessment.groups.is_empty() {
        overview(&mut document, &sheet.units(), "Groups", &sheet.assessment.groups, detail);
    }
    if let Some(backtests) = sheet.backtests {
        backtest::add(&mut document, sheet, backtests, detail);
        missing(&mut document, sheet);
        remarks(&mut document, sheet, detail);
        return document;
    }
    if detail != Detail::Brief {
        distribution(&mut document, sheet);
    }
    listed(&mut document, sheet, detail);
    missing(&mut document, sheet);
    stability(&mut document, sheet);
    remarks(&mut document, sheet, detail);
    document
}

/// The record counts and the notes; on a terminal they go to stderr.
fn remarks(document: &mut Document, sheet: &Sheet, detail: Detail) {
    if detail != Detail::Brief {
        record_counts::add(document, sheet.account);
        for note in sheet.notes {
            document.note(Text::untrusted(note.to_string()));
        }
    }
}

fn basis(sheet: &Sheet) -> Text {
    let level = displayed::level(sheet.request.confidence.level);
    let text = Text::own(format!(
        "Scores from 0 to 100 by what was known at {} ({}); changes since {}. Square brackets show {level} confidence intervals.",
        sheet.known_until(sheet.canonical.as_of),
        sheet.origin.timezone,
        sheet.known_until(sheet.assessment.previous),
    ));
    match sheet.origin.filter {
        Some(filter) => text.and(" Only stakeholders with ").and_untrusted(filter).and("."),
        None => text,
    }
}

/// What scores, bands, points and value at stake mean.
fn reading_aid(sheet: &Sheet) -> Text {
    let assessment = sheet.assessment;
    let used: Vec<usize> = (0..assessment.models.len())
        .filter(|&at| assessment.rows.iter().any(|row| row.model == at))
        .collect();
    let mut texts = Vec::new();
    if let Some(model) = used.first().map(|&at| &assessment.models[at]) {
        let same = used.iter().all(|&at| {
            let other = &assessment.models[at];
            (other.edges, other.hysteresis) == (model.edges, model.hysteresis)
        });
        if same {
            texts.push(format!(
                "A stakeholder is healthy from {} points and at risk from {}; below that it is critical. A band changes only if the score \
                 passes its edge by {}.",
                plain(model.edges[0]),
                plain(model.edges[1]),
                plain(model.hysteresis)
            ));
        }
    }
    let is_used = |value: ValueAtStake| used.iter().any(|&at| assessment.models[at].value == value);
    match (is_used(ValueAtStake::Revenue), is_used(ValueAtStake::Spend)) {
        (true, false) => texts.push("Value at stake is the revenue of the last 365 days.".to_string()),
        (false, true) => texts.push("Value at stake is the spend of the last 365 days.".to_string()),
        (true, true) => texts.push("Value at stake is the revenue of the last 365 days; of suppliers it is the spend.".to_string()),
        (false, false) => {}
    }
    texts.push("Points are counted from 100: what a part takes is its share of the weights times the points that it lacks.".to_string());
    Text::own(texts.join(" "))
}

/// A number that people wrote, without needless decimals.
fn plain(value: f64) -> String {
    let decimals = (0..6).find(|decimals| (value * 10f64.powi(*decimals)).fract().abs() < 1e-9);
    number(value, decimals.unwrap_or(6) as usize)
}

fn right(title: &'static str) -> (Text, Align) {
    (title.into(), Align::Right)
}

fn left(title: &'static str) -> (Text, Align) {
    (title.into(), Align::Left)
}

fn whole(value: u64) -> Text {
    Text::number(count(value), value as f64, MetricUnit::Count)
}

/// A number with its interval.
fn estimate(estimate: &Estimate, unit: MetricUnit) -> Text {
    let scale = Units::default().scale(unit, estimate.value);
    let interval = match estimate.interval {
        Ok(Interval { low, high }) => format!(" {}", scale.interval(low, high)),
        Err(_) => String::new(),
    };
    Text::number(scale.value(estimate.value) + &interval, estimate.value, unit)
}

fn share(shares: Option<&Shares>) -> Text {
    shares.map_or_else(Text::default, |shares| estimate(&shares.estimate, MetricUnit::Share))
}

fn money(units: &Units, value: f64) -> Text {
    let shown = units.scale(MetricUnit::Money, value).value(value);
    Text::number(shown, value, MetricUnit::Money)
}

/// A table of groups next to each other.
pub fn overview(document: &mut Document, units: &Units, title: &'static str, groups: &[Group], detail: Detail) {
    let mut columns: Vec<(Text, Align)> = Vec::new();
    let dimensions: Vec<&str> = groups
        .iter()
        .map(|group| &group.by)
        .max_by_key(|by| by.len())
        .map_or(Vec::new(), |by| by.iter().map(|(dimension, _)| dimension.as_str()).collect());
    columns.extend(dimensions.iter().map(|dimension| (Text::untrusted(*dimension), Align::Left)));
    columns.extend([
        right("Scored"),
        right("Mean score"),
        right("Healthy"),
        right("At risk"),
        right("Critical"),
        right("Got worse"),
    ]);
    if detail != Detail::Brief {
        columns.extend([right("Overdue"), right("Coverage")]);
    }
    columns.extend([right("Value at stake"), right("Value at risk"), right("Share at risk")]);
    let row = |group: &Group| {
        let mut row: Vec<Text> = match group.by.as_slice() {
            [] if !dimensions.is_empty() => {
                let mut row = vec![Text::own("all")];
                row.resize(dimensions.len(), Text::default());
                row
            }
            by => by.iter().map(|(_, value)| Text::untrusted(value)).collect(),
        };
        let Some(health) = &group.shown else {
            row.push("hidden".into());
            row.resize(columns.len(), Text::default());
            return row;
        };
        let scored = if health.scored == health.stakeholders {
            whole(health.scored)
        } else {
            let shown = format!("{} of {}", count(health.scored), count(health.stakeholders));
            Text::number(shown, health.scored as f64, MetricUnit::Count)
        };
        row.push(scored);
        row.push(
            health
                .mean
                .as_ref()
                .map_or_else(Text::default, |mean| estimate(mean, MetricUnit::Score)),
        );
        row.extend(health.bands.iter().map(|shares| share(shares.as_ref())));
        row.push(share(health.worse.as_ref()));
        if detail != Detail::Brief {
            row.push(share(health.overdue.as_ref()));
            let coverage = Units::default().scale(MetricUnit::Share, health.coverage).value(health.coverage);
            row.push(Text::number(coverage, health.coverage, MetricUnit::Share));
        }
        let worth = |value: Option<f64>| value.map_or_else(Text::default, |value| money(units, value));
        row.push(worth(health.value));
        row.push(worth(health.value_at_risk));
        let of_value = health.share_of_value.as_ref();
        row.push(of_value.map_or_else(Text::default, |share| estimate(share, MetricUnit::Share)));
        row
    };
    let rows: Vec<Vec<Text>> = groups.iter().map(row).collect();
    document.heading(2, title.into());
    document.table(Table {
        caption: title.into(),
        columns: columns.clone(),
        rows,
        sparks: None,
    });
    if groups.iter().any(|group| group.shown.is_none()) {
        document.note(
            "Groups of fewer than five protected people are hidden, and as many others as it takes that nobody can subtract them.".into(),
        );
    }
}

/// How scores are distributed: the share of stakeholders in each ten points.
fn distribution(document: &mut Document, sheet: &Sheet) {
    const BINS: usize = 10;
    // Protected people may be too few to be shown.
    let scores: Vec<f64> = sheet
        .assessment
        .rows
        .iter()
        .filter(|row| !row.is_protected)
        .filter_map(|row| row.score)
        .collect();
    if scores.is_empty() {
        return;
    }
    let mut counts = [0u64; BINS];
    for score in &scores {
        counts[((score / 10.0) as usize).min(BINS - 1)] += 1;
    }
    let all = scores.len() as f64;
    let labels: Vec<String> = (0..BINS).map(|bin| format!("{}-{}", bin * 10, bin * 10 + 10)).collect();
    let confidence = sheet.request.confidence;
    let point = |count: &u64| {
        let share = *count as f64 / all;
        let (low, high) = confidence.share.limits(share, all, confidence.level);
        Point {
            value: share,
            low: Some(low),
            high: Some(high),
        }
    };
    let points: Vec<Point> = counts.iter().map(point).collect();
    let scale = Units::default().scale(MetricUnit::Share, 0.0);
    let rows = labels.iter().zip(counts).zip(&points).map(|((label, count), point)| {
        let shown = format!("{} {}", scale.value(point.value), scale.interval(point.low, point.high));
        vec![Text::own(label), whole(count), Text::number(shown, point.value, MetricUnit::Share)]
    });
    let data = Table {
        caption: "Distribution of scores".into(),
        columns: vec![left("Score"), right("Stakeholders"), right("Share")],
        rows: rows.collect(),
        sparks: None,
    };
    let mut sorted = scores.clone();
    sorted.sort_by(f64::total_cmp);
    let median = crate::stats::quantile_type7(&sorted, 0.5);
    document.chart(Chart {
        anchor: "distribution".to_string(),
        title: "Distribution of scores".into(),
        statement: Text::own(format!(
            "Half of the {} scored stakeholders have at least {} points.",
            count(scores.len() as u64),
            number(median, 1)
        )),
        figure: Figure::Series(SeriesFigure {
            labels,
            points: points.into_iter().map(Some).collect(),
            open: vec![false; BINS],
            signals: vec![None; BINS],
            axis: Axis {
                title: "Share of stakeholders".to_string(),
                unit: MetricUnit::Share,
                ..Axis::default()
            },
            ..SeriesFigure::default()
        }),
        data,
    });
}

/// The stakeholders that are listed.
fn listed(document: &mut Document, sheet: &Sheet, detail: Detail) {
    let (assessment, request) = (sheet.assessment, sheet.request);
    let title = match (request.at_risk, request.overdue) {
        (false, false) => "Stakeholders, those with the most at stake first",
        (true, false) => "Stakeholders at risk, those with the most at stake first",
        (false, true) => "Stakeholders overdue for a contact, those with the most at stake first",
        (true, true) => "Stakeholders at risk and overdue for a contact, those with the most at stake first",
    };
    document.heading(2, title.into());
    if assessment.listable == 0 {
        document.sentence(
            if assessment.rows.is_empty() {
                "There are no stakeholders."
            } else {
                "There are none."
            }
            .into(),
        );
    }
    let several = assessment.listed.windows(2).any(|pair| {
        let kind = |at: usize| sheet.type_of(&assessment.rows[at]);
        kind(pair[0]) != kind(pair[1])
    });
    let mut columns = vec![left("Stakeholder"), left("Name"), left("Owner"), left("Tier")];
    if several {
        columns.push(left("Type"));
    }
    columns.extend([right("Score"), left("Band"), left("Before")]);
    if request.overdue {
        columns.push(left("Touch"));
    }
    columns.extend([right("Coverage"), right("Value at stake")]);
    // A terminal has no room for sentences in a column.
    let in_column = detail != Detail::Brief;
    if in_column {
        columns.push(left("What takes points"));
    }
    let optional = |text: &Option<String>| text.as_ref().map_or_else(Text::default, Text::untrusted);
    let shown = assessment.listed.iter().zip(&assessment.who).zip(&assessment.explained);
    let rows = shown.map(|((&at, who), readings)| {
        let row = &assessment.rows[at];
        let mut texts = vec![
            who.id.as_ref().map_or_else(|| "(unknown)".into(), Text::untrusted),
            optional(&who.name),
            optional(&who.owner),
            optional(&who.tier),
        ];
        if several {
            texts.push(Text::untrusted(sheet.type_of(row)));
        }
        texts.push(match row.score {
            Some(score) => Text::number(number(score, 1), score, MetricUnit::Score),
            None => "no score".into(),
        });
        texts.push(row.band.map_or_else(Text::default, band));
        texts.push(row.before.1.map_or_else(Text::default, |band| Text::own(band.as_str())));
        if request.overdue {
            texts.push(match row.touch {
                Some(Touch::Losing) => Text::own("losing touch").toned(Tone::Bad),
                Some(Touch::Overdue) => "overdue".into(),
                None => Text::default(),
            });
        }
        let coverage = Units::default().scale(MetricUnit::Share, row.coverage).value(row.coverage);
        texts.push(Text::number(coverage, row.coverage, MetricUnit::Share));
        texts.push(
            row.value
                .map_or_else(Text::default, |value| sheet.money(value as f64 / MONEY_SCALE as f64)),
        );
        if in_column {
            texts.push(words::losses(&assessment.models[row.model], readings, row.score.is_some()));
        }
        texts
    });
    document.table(Table {
        caption: title.into(),
        columns,
        rows: rows.collect(),
        sparks: None,
    });
    if !in_column {
        let shown = assessment.listed.iter().zip(&assessment.who).zip(&assessment.explained);
        let said = shown.map(|((&at, who), readings)| {
            let row = &assessment.rows[at];
            let losses = words::losses(&assessment.models[row.model], readings, row.score.is_some());
            let who = who.id.as_ref().map_or_else(|| "(unknown)".into(), Text::untrusted);
            who.and(": ").and_text(losses)
        });
        let said: Vec<Text> = said.collect();
        if !said.is_empty() {
            document.sentence("What takes points, the most first; without a score, why parts have no data:".into());
        }
        document.list(said);
    }
    let shown = assessment.explained.len() as u64;
    if shown < assessment.listable {
        document.note(Text::own(format!(
            "Showing {} of {}. Set --top for more, or write all as csv or json.",
            count(shown),
            count(assessment.listable)
        )));
    }
    if assessment.withheld {
        document
            .note("Protected people, such as employees, are never listed. They are in the groups above if these are large enough.".into());
    }
}

fn band(band: Band) -> Text {
    let tone = match band {
        Band::Healthy => Tone::Good,
        Band::AtRisk => Tone::Plain,
        Band::Critical => Tone::Bad,
    };
    Text::own(band.as_str()).toned(tone)
}

/// The parts that no stakeholder has data for, because an input is missing.
fn missing(document: &mut Document, sheet: &Sheet) {
    let assessment = sheet.assessment;
    let mut texts = Vec::new();
    for (at, model) in assessment.models.iter().enumerate() {
        if !assessment.rows.iter().any(|row| row.model == at) {
            continue;
        }
        let lacking = model.parts.iter().zip(&assessment.missing[at]);
        let lacking: Vec<String> = lacking
            .filter_map(|(part, input)| Some(format!("{} ({})", words::spaced(&part.name), input.as_ref()?)))
            .collect();
        if !lacking.is_empty() {
            texts.push(Text::untrusted(&model.title).and(": ").and_untrusted(lacking.join("; ")));
        }
    }
    if !texts.is_empty() {
        document.heading(2, "Parts without data".into());
        document.sentence(
            "These parts do not count, because the inputs in brackets are missing. The other weights count in proportion.".into(),
        );
        document.list(texts);
    }
}

fn stability(document: &mut Document, sheet: &Sheet) {
    if sheet.assessment.stability.is_empty() {
        return;
    }
    document.heading(2, "Dependence on the weights".into());
    document
        .sentence("Each weight is raised and lowered by 20%, one at a time. The least favourable result counts for each number.".into());
    let rows = sheet.assessment.stability.iter().map(|(at, stability)| {
        let Stability {
            stakeholders,
            is_sample,
            correlation,
            part: (part, up),
            other_band,
            lowest_tenth_kept,
        } = stability;
        let percent = |share: f64| {
            let shown = Units::default().scale(MetricUnit::Share, share).value(share);
            Text::number(shown, share, MetricUnit::Share)
        };
        vec![
            Text::untrusted(&sheet.assessment.models[*at].title),
            match is_sample {
                true => Text::number(
                    format!("{} (sample)", count(*stakeholders)),
                    *stakeholders as f64,
                    MetricUnit::Count,
                ),
                false => whole(*stakeholders),
            },
            correlation.map_or_else(Text::default, |correlation| {
                Text::number(number(correlation, 3), correlation, MetricUnit::Index)
            }),
            Text::untrusted(words::spaced(part)).and(if *up { ", raised" } else { ", lowered" }),
            percent(*other_band),
            percent(*lowest_tenth_kept),
        ]
    });
    document.table(Table {
        caption: "Dependence on the weights".into(),
        columns: vec![
            left("Model"),
            right("Stakeholders"),
            right("Lowest rank correlation"),
            left("By the weight of"),
            right("Would be in another band"),
            right("Lowest tenth that remains"),
        ],
        rows: rows.collect(),
        sparks: None,
    });
}
