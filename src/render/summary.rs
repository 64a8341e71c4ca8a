//! The result of `measure` as a document: one table for each family for a single period, one table for each metric if there are several
//! periods or groups, and a line for each reason why metrics are not available.

use std::collections::BTreeSet;

use super::displayed;
use super::document::{Align, Document, Table};
use super::format::{Scale, Units, count};
use super::record_counts;
use super::text::{Text, Tone};
use crate::period::{Zone, date_text, instant_text};
use crate::report::{AbsentReason, Cell, Change, MeasureResult, MetricInfo};
use crate::schema::Micros;
use crate::stats::Reading;

/// The document of a measure. With `whole` it includes the record counts and the notes; on a terminal they go to stderr.
pub fn document(measured: &MeasureResult, whole: bool) -> Document {
    let summary = Summary {
        measured,
        units: Units {
            currency: measured.currency.as_deref(),
            business_hours: measured.clock.is_business(),
        },
        against: measured.cells.iter().flat_map(|cell| cell.changes.keys().copied()).collect(),
    };
    let mut document = Document::default();
    document.heading(1, summary.title());
    document.sentence(summary.basis());
    if summary.periods().len() < 2 && measured.dimensions.is_empty() {
        summary.by_family(&mut document);
    } else {
        summary.by_metric(&mut document);
    }
    summary.absent(&mut document);
    summary.remarks(&mut document);
    if whole {
        record_counts::add(&mut document, &measured.account);
        for note in &measured.notes {
            document.note(Text::untrusted(note.to_string()));
        }
    }
    document
}

/// The as-of date in words: `the end of 2026-10-31`, or the instant.
pub fn as_of_text(as_of: Micros, zone: &Zone) -> String {
    if zone.is_midnight(as_of) {
        format!("the end of {}", date_text(zone.day_of(as_of) - 1))
    } else {
        instant_text(as_of)
    }
}

struct Summary<'a> {
    measured: &'a MeasureResult,
    units: Units<'a>,
    against: BTreeSet<&'static str>,
}

impl Summary<'_> {
    fn periods(&self) -> Vec<&str> {
        let mut labels: Vec<&str> = Vec::new();
        for cell in &self.measured.cells {
            if !labels.contains(&cell.period.label.as_str()) {
                labels.push(&cell.period.label);
            }
        }
        labels
    }

    fn title(&self) -> Text {
        match self.periods()[..] {
            [] => Text::own("No periods"),
            [one] => Text::own(one),
            [first, .., last] => Text::own(format!("{first} to {last}")),
        }
    }

    fn basis(&self) -> Text {
        let as_of = self.measured.as_of;
        let zone = self.measured.cells.first().map(|cell| cell.period.zone());
        let known = zone.map_or_else(|| instant_text(as_of), |zone| as_of_text(as_of, zone));
        let level = displayed::level(self.measured.level);
        let clock = if self.units.business_hours {
            format!(" Durations are in {}.", self.measured.clock)
        } else {
            String::new()
        };
        Text::own(format!(
            "Data as of {known} ({}). Intervals are {level} confidence intervals.{clock}",
            self.measured.timezone
        ))
    }

    fn cells<'c>(&'c self, id: &'c str) -> impl Iterator<Item = &'c Cell> {
        self.measured.cells.iter().filter(move |cell| cell.metric == id)
    }

    /// The metrics that have a value in at least one cell, by family.
    fn families(&self) -> Vec<(&str, Vec<&MetricInfo>)> {
        let mut families: Vec<(&str, Vec<&MetricInfo>)> = Vec::new();
        for metric in self
            .measured
            .metrics
            .iter()
            .filter(|metric| self.cells(&metric.id).any(|cell| cell.value.is_some()))
        {
            match families.iter_mut().find(|(family, _)| *family == metric.family) {
                Some((_, metrics)) => metrics.push(metric),
                None => families.push((&metric.family, vec![metric])),
            }
        }
        families
    }

    fn by_family(&self, document: &mut Document) {
        for (family, metrics) in self.families() {
            document.heading(2, Text::untrusted(capital(family)));
            let cells: Vec<&Cell> = metrics.iter().flat_map(|metric| self.cells(&metric.id)).collect();
            let rows = metrics
                .iter()
                .zip(&cells)
                .map(|(metric, cell)| vec![Text::untrusted(&metric.title).and(displayed::marks(cell))]);
            self.tables(document, vec![("Metric".into(), Align::Left)], rows.collect(), &cells);
        }
    }

    fn by_metric(&self, document: &mut Document) {
        let several = self.periods().len() > 1;
        for (family, metrics) in self.families() {
            document.heading(2, Text::untrusted(capital(family)));
            for metric in metrics {
                document.heading(3, Text::untrusted(&metric.title));
                let mut heads: Vec<(Text, Align)> = Vec::new();
                if several {
                    heads.push(("Period".into(), Align::Left));
                }
                heads.extend(
                    self.measured
                        .dimensions
                        .iter()
                        .map(|name| (Text::untrusted(capital(name)), Align::Left)),
                );
                let cells: Vec<&Cell> = self.cells(&metric.id).collect();
                let rows = cells.iter().map(|cell| self.row_head(cell, several)).collect();
                self.tables(document, heads, rows, &cells);
            }
        }
    }

    fn row_head(&self, cell: &Cell, several: bool) -> Vec<Text> {
        let mut texts = Vec::new();
        if several {
            texts.push(Text::own(cell.period.label.as_str()).and(displayed::marks(cell)));
        }
        for (i, dimension) in self.measured.dimensions.iter().enumerate() {
            let value = cell.by.iter().find(|(name, _)| name == dimension);
            let text = value.map_or_else(|| Text::own("(total)"), |(_, value)| Text::untrusted(value));
            texts.push(if i == 0 && !several {
                text.and(displayed::marks(cell))
            } else {
                text
            });
        }
        texts
    }

    /// The table of some cells with the first comparison; each further comparison has a separate table.
    fn tables(&self, document: &mut Document, heads: Vec<(Text, Align)>, rows: Vec<Vec<Text>>, cells: &[&Cell]) {
        let mut against = self.against.iter().copied();
        let mut table = Table {
            columns: heads.clone(),
            rows: rows.clone(),
            ..Table::default()
        };
        table.columns.extend([
            ("Value".into(), Align::Right),
            ("Interval".into(), Align::Left),
            ("n".into(), Align::Right),
        ]);
        for (row, cell) in table.rows.iter_mut().zip(cells) {
            row.extend(self.numbers(cell));
        }
        if let Some(first) = against.next() {
            self.add_changes(&mut table, cells, first);
        }
        document.table(table);
        for further in against {
            let mut table = Table {
                columns: heads.clone(),
                rows: rows.clone(),
                ..Table::default()
            };
            table.columns.push(("Value".into(), Align::Right));
            for (row, cell) in table.rows.iter_mut().zip(cells) {
                row.extend(self.numbers(cell).into_iter().take(1));
            }
            self.add_changes(&mut table, cells, further);
            document.table(table);
        }
    }

    fn scale(&self, cell: &Cell) -> Scale<'_> {
        self.units.scale(self.measured.metric(cell).unit, cell.value.unwrap_or_default())
    }

    /// Whether the metric of a cell uses data without a date.
    fn is_undated(&self, cell: &Cell) -> bool {
        self.measured
            .metrics
            .iter()
            .any(|metric| metric.id == cell.metric && metric.undated)
    }

    fn numbers(&self, cell: &Cell) -> [Text; 3] {
        let scale = self.scale(cell);
        let Some(value) = cell.value else {
            let reason = cell.absent.as_ref().map_or("", displayed::absent);
            return [Text::own(reason), Text::default(), Text::own(cell.n.map_or(String::new(), count))];
        };
        let interval = match &cell.interval_absent {
            None => scale.interval(cell.low, cell.high) + displayed::interval_mark(cell),
            // A type of metric that never has an interval needs no words in every row.
            Some(AbsentReason::NotDefined) => String::new(),
            Some(reason) => displayed::absent(reason).to_string(),
        };
        [
            Text::own(scale.value(value)),
            Text::own(interval),
            Text::own(cell.n.map_or(String::new(), count)),
        ]
    }

    fn add_changes(&self, table: &mut Table, cells: &[&Cell], against: &str) {
        let changes: Vec<Option<&Change>> = cells.iter().map(|cell| cell.changes.get(against)).collect();
        let mut labels: Vec<&str> = changes.iter().flatten().map(|change| change.period.as_str()).collect();
        labels.dedup();
        let is_rest = against == "rest";
        // If all rows are compared with the same period, its name is clearer than the option's word.
        let title = if let ([label], false) = (&labels[..], is_rest) {
            label.to_string()
        } else if is_rest {
            "All others".to_string()
        } else {
            capital(against)
        };
        let known = changes.iter().flatten().any(|change| change.value.is_some());
        let change = if is_rest {
            "Difference".to_string()
        } else if known {
            "Change".to_string()
        } else {
            format!("Change from {title}")
        };
        table
            .columns
            .extend([(Text::own(title), Align::Right), (Text::own(change), Align::Left)]);
        for ((row, cell), change) in table.rows.iter_mut().zip(cells).zip(changes) {
            let scale = self.scale(cell);
            let earlier = change
                .and_then(|change| change.value)
                .map_or(String::new(), |value| scale.value(value));
            row.push(Text::own(earlier));
            row.push(change.map_or_else(Text::default, |change| moved(change, cell, self.is_undated(cell), &scale)));
        }
    }

    /// The metrics without a value in any cell, a line for each reason.
    fn absent(&self, document: &mut Document) {
        let mut reasons: Vec<(Text, Vec<&str>)> = Vec::new();
        for metric in &self.measured.metrics {
            let mut cells = self.cells(&metric.id).peekable();
            let Some(reason) = cells.peek().and_then(|cell| cell.absent.as_ref()) else {
                continue;
            };
            if cells.any(|cell| cell.value.is_some()) {
                continue;
            }
            let reason = match reason.detail() {
                Some(detail) => Text::own(displayed::absent(reason)).and(" (").and_untrusted(detail).and(")"),
                None => Text::own(displayed::absent(reason)),
            };
            match reasons.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, titles)) => titles.push(&metric.title),
                None => reasons.push((reason, vec![&metric.title])),
            }
        }
        if !reasons.is_empty() {
            document.heading(2, "Not available".into());
        }
        for (reason, titles) in reasons {
            document.sentence(reason.and(": ").and_untrusted(titles.join("; ")));
        }
    }

    fn remarks(&self, document: &mut Document) {
        let any = |is: fn(&Cell) -> bool| self.measured.cells.iter().any(|cell| cell.value.is_some() && is(cell));
        if any(|cell| !cell.complete) {
            document.note("* the period has not ended by the as-of date".into());
        }
        if any(|cell| cell.left_truncated) {
            document.note(displayed::BEFORE_THE_DATA.into());
        }
        let cells = self.measured.cells.iter().map(|cell| (self.measured.metric(cell), cell));
        if let Some(note) = displayed::short_history(cells) {
            document.note(note);
        }
        for note in displayed::interval_notes(self.measured.cells.iter()) {
            document.note(Text::own(note));
        }
    }
}

fn moved(change: &Change, cell: &Cell, undated: bool, scale: &Scale<'_>) -> Text {
    let tone = match change.reading {
        Reading::Better => Tone::Good,
        Reading::Worse => Tone::Bad,
        _ => Tone::Plain,
    };
    let delta = change.delta.map_or(String::new(), |delta| format!("{} ", scale.change(delta)));
    Text::own(delta).and(displayed::change_label(change, cell, undated)).toned(tone)
}

/// A word as a title: with a capital first letter, and spaces for `_` and `-`.
pub fn capital(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    first + &chars.as_str().replace(['_', '-'], " ")
}

#[cfg(test)]
pub(super) fn sample() -> MeasureResult {
    tests::sample()
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::catalog::{BetterDirection, MetricUnit};
    use crate::notes::{DataIssue, Note, RejectReason, UnusedReason};
    use crate::period::{Period, Zone};
    use crate::render::{markdown, terminal};
    use crate::report::{Clock, RecordCounts};
    use crate::stats::Method;

    fn shown(id: &str, title: &str, family: &str, unit: MetricUnit) -> MetricInfo {
        MetricInfo {
            id: id.into(),
            title: title.into(),
            family: family.into(),
            unit,
            good: BetterDirection::Up,
            undated: false,
            assessed_from: None,
        }
    }

    fn cell(metric: &str, period: &Period) -> Cell {
        Cell {
            interval_absent: Some(AbsentReason::NotDefined),
            ..Cell::blank(metric, period)
        }
    }

    pub(in crate::render) fn sample() -> MeasureResult {
        let zone = Zone::utc();
        let period = Period::parse("2026-10", &zone, 0).unwrap();
        let change = Change {
            period: "2026-09".into(),
            value: Some(42.56),
            delta: Some(-1.3),
            low: Some(-8.0),
            high: Some(5.4),
            reading: Reading::NoClearChange,
            p: None,
            not_assessed: None,
        };
        let nps = Cell {
            value: Some(41.2562),
            low: Some(35.5509),
            high: Some(46.6577),
            interval_absent: None,
            n: Some(812),
            stakeholders: Some(790),
            deff: Some(1.02),
            part: Some(497.0),
            part_minus: Some(162.0),
            whole: Some(812.0),
            method: Some(Method::AdjustedWald),
            studentised: None,
            changes: [("previous", change)].into(),
            ..cell("nps", &period)
        };
        let revenue = Cell {
            value: Some(8_911_407.904),
            n: Some(18_532),
            left_truncated: true,
            ..cell("revenue", &period)
        };
        let missing = Some(AbsentReason::MissingInput("interactions.responded_at".into()));
        let first = Cell {
            absent: missing.clone(),
            ..cell("first_response_time_median", &period)
        };
        let p90 = Cell {
            absent: missing,
            ..cell("first_response_time_p90", &period)
        };
        let rate = Cell {
            absent: Some(AbsentReason::NoRows),
            ..cell("referral_rate", &period)
        };
        MeasureResult {
            as_of: period.end,
            timezone: "UTC".into(),
            level: 0.95,
            currency: Some("EUR".into()),
            clock: Clock::Calendar,
            dimensions: Vec::new(),
            metrics: vec![
                shown("nps", "NPS", "satisfaction", MetricUnit::Points),
                shown("revenue", "Revenue", "profitability", MetricUnit::Money),
                shown(
                    "first_response_time_median",
                    "First response time, median",
                    "responsiveness",
                    MetricUnit::Hours,
                ),
                shown(
                    "first_response_time_p90",
                    "First response time, 90th percentile",
                    "responsiveness",
                    MetricUnit::Hours,
                ),
                shown("referral_rate", "Referral rate", "loyalty", MetricUnit::Share),
            ],
            cells: vec![nps, revenue, first, p90, rate],
            account: vec![RecordCounts {
                file: "surveys.csv".into(),
                kind: crate::schema::Table::Surveys,
                read: 1000,
                used: 990,
                rejected: 6,
                duplicate: 2,
                excluded: 2,
                without_person: 0,
                reasons: [(UnusedReason::from(RejectReason::CutOff).code(), 6)].into(),
                decided: Default::default(),
            }],
            notes: vec![Note::new(DataIssue::OffScale).count(3)],
        }
    }

    #[test]
    fn one_period_is_a_table_a_family() {
        let text = terminal::text(
            &document(&sample(), false),
            terminal::Style {
                width: 80,
                color: false,
                blocks: false,
            },
        );
        assert_eq!(
            text,
            "\
2026-10
Data as of the end of 2026-10-31 (UTC). Intervals are 95% confidence intervals.

Satisfaction
Metric  Value  Interval        n  2026-09  Change
NPS      41.3  [35.6, 46.7]  812     42.6  -1.3 no clear change

Profitability
Metric                Value       n
Revenue +  8,911,407.90 EUR  18,532

Not available
missing input (interactions.responded_at): First response time, median; First
response time, 90th percentile
no rows: Referral rate

+ the period, or the earlier period that it uses, starts before the data
"
        );
    }

    #[test]
    fn markdown_has_the_account_and_the_notes() {
        let text = markdown::text(&document(&sample(), true));
        assert!(
            text.contains("| NPS | 41.3 | [35.6, 46.7] | 812 | 42.6 | -1.3 no clear change |"),
            "{text}"
        );
        assert!(text.contains("| surveys.csv | surveys | 1,000 | 990 | 6 | 2 | 2 |"), "{text}");
        assert!(text.contains("3 records have a score outside its scale"), "{text}");
    }

    #[test]
    fn periods_and_slices_are_rows() {
        let mut measured = sample();
        measured.dimensions = vec!["region".into()];
        measured.metrics.truncate(1);
        measured.cells.truncate(1);
        let november = Period::parse("2026-11", &Zone::utc(), 0).unwrap();
        measured.cells[0].by = vec![("region".into(), "nor\u{1b}th".into())];
        let mut second = Cell {
            period: november,
            complete: false,
            ..measured.cells[0].clone()
        };
        second.value = None;
        second.absent = Some(AbsentReason::Suppressed);
        second.changes.clear();
        measured.cells.push(second);
        let text = terminal::text(
            &document(&measured, false),
            terminal::Style {
                width: 100,
                color: false,
                blocks: false,
            },
        );
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "2026-10 to 2026-11");
        let table = lines.iter().position(|line| line.starts_with("Period")).unwrap();
        assert_eq!(
            lines[table],
            "Period     Region            Value  Interval        n  2026-09  Change"
        );
        assert_eq!(
            lines[table + 1],
            "2026-10    nor\\u{1b}th        41.3  [35.6, 46.7]  812     42.6  -1.3 no clear change"
        );
        assert!(
            lines[table + 2].starts_with("2026-11 *  nor\\u{1b}th  suppressed"),
            "{}",
            lines[table + 2]
        );
    }

    #[test]
    fn all_other_groups_have_a_column() {
        let mut measured = sample();
        measured.dimensions = vec!["region".into()];
        measured.metrics.truncate(1);
        measured.cells.truncate(1);
        measured.cells[0].by = vec![("region".into(), "north".into())];
        let mut change = measured.cells[0].changes.remove("previous").unwrap();
        change.reading = Reading::NoClearDifference;
        measured.cells[0].changes.insert("rest", change);
        let mut hidden = measured.cells[0].clone();
        (hidden.value, hidden.n, hidden.absent) = (None, None, Some(AbsentReason::Suppressed));
        hidden.changes.clear();
        measured.cells.push(hidden);
        let text = terminal::text(
            &document(&measured, false),
            terminal::Style {
                width: 100,
                color: false,
                blocks: false,
            },
        );
        let lines: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("Region")).take(3).collect();
        assert_eq!(
            lines,
            [
                "Region       Value  Interval        n  All others  Difference",
                "north         41.3  [35.6, 46.7]  812        42.6  -1.3 no clear difference",
                "north   suppressed",
            ]
        );
    }

    #[test]
    fn every_line_fits_and_colours_are_only_added() {
        let mut measured = sample();
        measured.cells[0].changes.get_mut("previous").unwrap().reading = Reading::Worse;
        let year = Change {
            period: "2025-10".into(),
            reading: Reading::Better,
            ..measured.cells[0].changes["previous"].clone()
        };
        measured.cells[0].changes.insert("year-ago", year);
        let document = document(&measured, false);
        for width in [60, 80, 120] {
            let plain = terminal::text(
                &document,
                terminal::Style {
                    width,
                    color: false,
                    blocks: false,
                },
            );
            assert!(plain.lines().all(|line| line.chars().count() <= width), "{plain}");
            assert!(plain.contains("2025-10"));
            let colored = terminal::text(
                &document,
                terminal::Style {
                    width,
                    color: true,
                    blocks: false,
                },
            );
            assert!(colored.contains("\u{1b}[31m-1.3 worse\u{1b}[0m"), "{colored}");
            let stripped = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[31m", "\u{1b}[32m"]
                .iter()
                .fold(colored, |text, code| text.replace(code, ""));
            assert_eq!(stripped, plain);
        }
    }
}
