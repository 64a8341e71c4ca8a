//! A chart of values by period.

use super::axis::{HEIGHT, Numbers, Scale, apart, extent, scale, ticks, value_range};
use super::scene::{Anchor, Scene};
use super::svg;
use crate::diagnostics::visible;
use crate::render::document::{Point, SeriesFigure};

/// The smallest widths of narrow, normal and wide charts, and the class of the elements shown at each.
const WIDTHS: [(f64, &str); 3] = [(320.0, "xs"), (416.0, "xm"), (672.0, "xl")];

/// What numbers and names at the sides take of a chart's width.
const SIDES: (f64, f64) = (76.0, 64.0);

/// The drawing of a series, and the words that belong to it.
#[derive(Debug)]
pub struct Drawn {
    /// The chart.
    pub scene: Scene,
    /// Whether there are words at its right.
    pub is_named: bool,
    /// What its marks mean: class of the mark, and words.
    pub key: Vec<(&'static str, &'static str)>,
}

/// Draws a series; `None`: there is nothing to draw.
pub fn draw(figure: &SeriesFigure) -> Option<Drawn> {
    let count = figure.points.len();
    let shown: Vec<Option<Point>> = figure.points.iter().map(|point| point.and_then(finite)).collect();
    let values = || shown.iter().flatten().map(|point| point.value);
    let limits = || figure.limits.iter().take(count).flat_map(|(low, high)| [*low, *high]);
    let predicted = || figure.predicted.iter().take(count).flatten().copied();
    let lines = || {
        let single = figure.centre.into_iter().chain(figure.target);
        single.chain(predicted()).filter(|value| value.is_finite())
    };
    extent(values())?;
    let must = extent(values().chain(lines()).chain(limits()))?;
    let numbers = Numbers::new(&figure.axis, [must.0, must.1].into_iter());
    let intervals = shown.iter().flatten().flat_map(|point| [point.low, point.high]).flatten();
    let may = extent(intervals.chain([must.0, must.1]))?;
    let by = |(low, high): (f64, f64)| (low * numbers.factor, high * numbers.factor);
    let range = value_range(figure.axis.unit, by(must), by(may));
    let scale = scale((0.0, count as f64), range, false);

    let mut chart = Series {
        figure,
        shown,
        numbers,
        scale,
        scene: svg::scene(HEIGHT),
    };
    chart.grid(range);
    svg::open_stretched(&mut chart.scene);
    chart.intervals();
    chart.process();
    chart.course();
    chart.predicted();
    svg::close_stretched(&mut chart.scene);
    chart.marks();
    let is_named = chart.names();
    chart.periods(is_named);
    Some(Drawn {
        is_named,
        key: chart.key(),
        scene: chart.scene,
    })
}

struct Series<'a> {
    figure: &'a SeriesFigure,
    shown: Vec<Option<Point>>,
    numbers: Numbers,
    scale: Scale,
    scene: Scene,
}

impl Series<'_> {
    /// The place of a value in the middle of its period.
    fn place(&self, period: usize, value: f64) -> (f64, f64) {
        (self.scale.map_x(period as f64 + 0.5), self.height(value))
    }

    fn height(&self, value: f64) -> f64 {
        self.scale.map_y(value * self.numbers.factor)
    }

    fn is_open(&self, period: usize) -> bool {
        self.figure.open.get(period).copied().unwrap_or(false)
    }

    fn grid(&mut self, range: (f64, f64)) {
        let ticks = ticks(self.numbers, range);
        svg::open(&mut self.scene, "grid");
        for (value, text) in &ticks {
            let y = self.scale.map_y(*value);
            svg::line(&mut self.scene, (0.0, y), (svg::WIDTH, y));
            let side = Anchor::End;
            svg::text(&mut self.scene, (0.0, y + 4.0), side, text.clone());
        }
        svg::close(&mut self.scene);
        if range.0 <= 0.0 && range.1 >= 0.0 {
            let y = self.scale.map_y(0.0);
            svg::open(&mut self.scene, "zero");
            svg::line(&mut self.scene, (0.0, y), (svg::WIDTH, y));
            svg::close(&mut self.scene);
        }
    }

    /// Intervals: an area over neighbours with both limits, a bar if there is no such neighbour or a limit is missing.
    fn intervals(&mut self) {
        let both = |point: &Option<Point>| point.and_then(|point| Some((point.low?, point.high?)));
        let limits: Vec<Option<(f64, f64)>> = self.shown.iter().map(both).collect();
        let mut bars = Vec::new();
        svg::open(&mut self.scene, "band");
        for run in runs(&limits) {
            if run.len() == 1 {
                bars.push(run.start);
                continue;
            }
            let places = |take: fn((f64, f64)) -> f64| -> Vec<(f64, f64)> {
                let limit = |period: usize| take(limits[period].expect("a run has limits"));
                run.clone().map(|period| self.place(period, limit(period))).collect()
            };
            let (lower, upper) = (places(|limits| limits.0), places(|limits| limits.1));
            svg::area(&mut self.scene, &upper, &lower);
        }
        svg::close(&mut self.scene);
        let one_sided =
            |period: &usize| limits[*period].is_none() && self.shown[*period].is_some_and(|p| p.low.is_some() || p.high.is_some());
        bars.extend((0..self.shown.len()).filter(one_sided));
        if bars.is_empty() {
            return;
        }
        svg::open(&mut self.scene, "bars");
        for period in bars {
            let point = self.shown[period].expect("a bar has a value");
            let low = self.place(period, point.low.unwrap_or(point.value));
            let high = self.place(period, point.high.unwrap_or(point.value));
            svg::polyline(&mut self.scene, vec![low, high]);
        }
        svg::close(&mut self.scene);
    }

    /// Limits, centre and target. Each period has separate limits, drawn as steps.
    fn process(&mut self) {
        let (figure, count) = (self.figure, self.shown.len());
        if !figure.limits.is_empty() {
            svg::open(&mut self.scene, "limits");
            for take in [|limits: &(f64, f64)| limits.0, |limits: &(f64, f64)| limits.1] {
                let mut places: Vec<(f64, f64)> = Vec::new();
                for (period, limits) in figure.limits.iter().take(count).enumerate() {
                    let y = self.height(take(limits));
                    if places.last().is_some_and(|last| last.1 == y) {
                        places.pop();
                    } else {
                        places.push((self.scale.map_x(period as f64), y));
                    }
                    places.push((self.scale.map_x(period as f64 + 1.0), y));
                }
                svg::polyline(&mut self.scene, places);
            }
            svg::close(&mut self.scene);
        }
        for (value, class) in [(figure.centre, "centre"), (figure.target, "target")] {
            let Some(value) = value.filter(|value| value.is_finite()) else {
                continue;
            };
            let y = self.height(value);
            svg::open(&mut self.scene, class);
            svg::polyline(&mut self.scene, vec![(0.0, y), (svg::WIDTH, y)]);
            svg::close(&mut self.scene);
        }
    }

    /// The line through the values, with gaps for missing values; the line to a period that has not ended is drawn separately.
    fn course(&mut self) {
        let over: Vec<Option<f64>> = self.values_where(|period| !self.is_open(period));
        let all: Vec<Option<f64>> = self.values_where(|_| true);
        svg::open(&mut self.scene, "course");
        for run in runs(&over).into_iter().filter(|run| run.len() > 1) {
            let places = run.map(|period| self.place(period, over[period].expect("a run has values")));
            let places = places.collect();
            svg::polyline(&mut self.scene, places);
        }
        svg::close(&mut self.scene);
        let to_open: Vec<Vec<(f64, f64)>> = (1..all.len())
            .filter(|period| self.is_open(*period))
            .filter_map(|period| Some(vec![self.place(period - 1, all[period - 1]?), self.place(period, all[period]?)]))
            .collect();
        if !to_open.is_empty() {
            svg::open(&mut self.scene, "course open");
            for places in to_open {
                svg::polyline(&mut self.scene, places);
            }
            svg::close(&mut self.scene);
        }
    }

    /// The line through what was predicted.
    fn predicted(&mut self) {
        let predicted = self.figure.predicted.iter().take(self.shown.len());
        let values: Vec<Option<f64>> = predicted.map(|value| value.filter(|value| value.is_finite())).collect();
        if values.iter().all(Option::is_none) {
            return;
        }
        svg::open(&mut self.scene, "predicted");
        for run in runs(&values) {
            let places = run.map(|period| self.place(period, values[period].expect("a run has values")));
            let places = places.collect();
            svg::polyline(&mut self.scene, places);
        }
        svg::close(&mut self.scene);
    }

    fn values_where(&self, keep: impl Fn(usize) -> bool) -> Vec<Option<f64>> {
        let value = |(period, point): (usize, &Option<Point>)| point.filter(|_| keep(period)).map(|point| point.value);
        self.shown.iter().enumerate().map(value).collect()
    }

    /// The values themselves. The shape distinguishes signals from usual values, and favourable signals from unfavourable ones.
    fn marks(&mut self) {
        let radius = if self.shown.len() > 30 { 2.0 } else { 3.5 };
        for (period, point) in self.shown.clone().into_iter().enumerate() {
            let Some(point) = point else {
                continue;
            };
            let place = self.place(period, point.value);
            let signal = self.figure.signals.get(period).copied().flatten();
            let (class, said) = (mark_class(signal, self.is_open(period)), self.said(period, point));
            svg::open_titled(&mut self.scene, class, Some(said));
            match signal {
                Some(_) => svg::diamond(&mut self.scene, place, 9.0),
                None => svg::dot(&mut self.scene, place, radius),
            }
            svg::close(&mut self.scene);
        }
    }

    /// A value in words, as tables write it.
    fn said(&self, period: usize, point: Point) -> String {
        let axis = &self.figure.axis;
        let units = axis.units();
        let scale = units.scale(axis.unit, point.value);
        let label = self.figure.labels.get(period).map(String::as_str).unwrap_or_default();
        let said = format!(
            "{}: {} {}",
            visible(label),
            scale.value(point.value),
            scale.interval(point.low, point.high)
        );
        said.trim_end().to_string()
    }

    /// The periods along the foot: as many as there is room for, and always the last.
    fn periods(&mut self, is_named: bool) {
        let labels: Vec<String> = self
            .figure
            .labels
            .iter()
            .take(self.shown.len())
            .map(|label| short(label, 16))
            .collect();
        let Some(longest) = labels.iter().map(|label| label.chars().count()).max() else {
            return;
        };
        let sides = if is_named { SIDES.0 + SIDES.1 } else { SIDES.0 };
        let each = |(width, _): &(f64, &str)| {
            ((longest as f64 * 6.6 + 12.0) * labels.len() as f64 / (width - sides))
                .ceil()
                .max(1.0) as usize
        };
        let steps = WIDTHS.each_ref().map(each);
        for (period, label) in labels.iter().enumerate() {
            let from_last = labels.len() - 1 - period;
            let shown = WIDTHS.iter().zip(steps).filter(|(_, step)| from_last.is_multiple_of(*step));
            let classes: Vec<&str> = shown.map(|((_, class), _)| *class).collect();
            if classes.is_empty() {
                continue;
            }
            svg::open(&mut self.scene, &format!("x {}", classes.join(" ")));
            let place = (self.scale.map_x(period as f64 + 0.5), HEIGHT + 18.0);
            svg::text(&mut self.scene, place, Anchor::Middle, label.clone());
            svg::close(&mut self.scene);
        }
    }

    /// Lines are named at their ends.
    fn names(&mut self) -> bool {
        let name = |value: f64, text: String, class| value.is_finite().then(|| (self.height(value), text, class));
        let said = |value: f64| self.numbers.single(value * self.numbers.factor);
        let mut names = Vec::new();
        names.extend(
            self.figure
                .target
                .and_then(|target| name(target, format!("Target {}", said(target)), "target")),
        );
        names.extend(self.figure.centre.and_then(|centre| name(centre, "Mean".to_string(), "centre")));
        if let Some((low, high)) = self.figure.limits.iter().take(self.shown.len()).next_back() {
            names.extend(
                [*low, *high]
                    .into_iter()
                    .filter_map(|limit| name(limit, "Limit".to_string(), "limits")),
            );
        }
        let is_named = !names.is_empty();
        for (y, text, class) in apart(names, 13.0) {
            svg::open(&mut self.scene, &format!("name {class}"));
            svg::text(&mut self.scene, (svg::WIDTH, y + 4.0), Anchor::Start, text);
            svg::close(&mut self.scene);
        }
        is_named
    }

    fn key(&self) -> Vec<(&'static str, &'static str)> {
        let signals = || {
            self.figure
                .signals
                .iter()
                .zip(&self.shown)
                .filter(|(_, point)| point.is_some())
                .filter_map(|(signal, _)| *signal)
        };
        let has_interval = self.shown.iter().flatten().any(|point| point.low.is_some() || point.high.is_some());
        let has_prediction = self.figure.predicted.iter().any(Option::is_some);
        let has_open = (0..self.shown.len()).any(|period| self.is_open(period) && self.shown[period].is_some());
        [
            (has_interval, "band", "confidence interval"),
            (has_prediction, "course", "actual"),
            (has_prediction, "predicted", "predicted"),
            (has_open, "open", "period not ended"),
            (signals().any(|good| good == Some(true)), "signal good", "signal: favourable"),
            (signals().any(|good| good == Some(false)), "signal bad", "signal: unfavourable"),
            (signals().any(|good| good.is_none()), "signal even", "signal"),
        ]
        .into_iter()
        .filter_map(|(is_there, class, text)| is_there.then_some((class, text)))
        .collect()
    }
}

fn mark_class(signal: Option<Option<bool>>, is_open: bool) -> &'static str {
    match (signal, is_open) {
        (Some(Some(true)), _) => "signal good",
        (Some(Some(false)), _) => "signal bad",
        (Some(None), _) => "signal even",
        (None, true) => "dots open",
        (None, false) => "dots",
    }
}

/// A point whose value is a finite number; a limit that is not finite is unknown.
pub fn finite(point: Point) -> Option<Point> {
    point.value.is_finite().then(|| Point {
        low: point.low.filter(|limit| limit.is_finite()),
        high: point.high.filter(|limit| limit.is_finite()),
        ..point
    })
}

/// The runs of neighbours that are there.
pub fn runs<T>(items: &[Option<T>]) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for i in (0..items.len()).filter(|i| items[*i].is_some()) {
        match runs.last_mut() {
            Some(run) if run.end == i => run.end = i + 1,
            _ => runs.push(i..i + 1),
        }
    }
    runs
}

/// Text from outside in a chart: hidden characters visible, and no longer than it has room for.
pub fn short(text: &str, longest: usize) -> String {
    let shown = visible(text);
    if shown.chars().count() <= longest {
        return shown.into_owned();
    }
    let start: String = shown.chars().take(longest - 1).collect();
    start + "\u{2026}"
}

#[cfg(test)]
mod tests {
    use super::super::svg::{Label, fluid};
    use super::*;
    use crate::catalog::MetricUnit;
    use crate::render::document::Axis;

    const LABEL: Label = Label {
        names: ("t", "d"),
        title: "T",
        description: "D",
    };

    fn point(value: f64) -> Option<Point> {
        Some(Point {
            value,
            low: Some(value - 0.05),
            high: Some(value + 0.05),
        })
    }

    fn figure(points: Vec<Option<Point>>) -> SeriesFigure {
        SeriesFigure {
            labels: (1..=points.len()).map(|i| format!("2026-{i:02}")).collect(),
            open: vec![false; points.len()],
            signals: vec![None; points.len()],
            points,
            axis: Axis {
                unit: MetricUnit::Share,
                business_hours: false,
                ..Axis::default()
            },
            ..SeriesFigure::default()
        }
    }

    fn svg_of(figure: &SeriesFigure) -> String {
        fluid(&draw(figure).unwrap().scene, "plot", LABEL)
    }

    /// The content of the groups of a class.
    fn group<'a>(svg: &'a str, class: &str) -> &'a str {
        let start = svg
            .split_once(&format!("<g class=\"{class}\">"))
            .unwrap_or_else(|| panic!("no {class} in {svg}"))
            .1;
        start.split_once("</g>").unwrap().0
    }

    #[test]
    fn a_gap_is_no_line() {
        let svg = svg_of(&figure(vec![
            point(0.5),
            point(0.6),
            None,
            point(0.7),
            None,
            point(0.4),
            point(0.5),
        ]));
        assert_eq!(group(&svg, "course").matches("<path").count(), 2, "{svg}");
        assert_eq!(group(&svg, "band").matches("<path").count(), 2);
        assert_eq!(
            group(&svg, "bars").matches("<path").count(),
            1,
            "the value between two gaps has a bar"
        );
        assert_eq!(svg.matches("<circle").count(), 5);
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert!(draw(&figure(vec![None, None])).is_none());
        assert!(draw(&figure(vec![])).is_none());
        let odd = Point {
            value: f64::NAN,
            low: None,
            high: None,
        };
        assert!(draw(&figure(vec![Some(odd)])).is_none());
    }

    #[test]
    fn a_period_that_is_not_over_stands_apart() {
        let mut figure = figure(vec![point(0.5), point(0.6), point(0.7)]);
        figure.open[2] = true;
        let svg = svg_of(&figure);
        assert_eq!(group(&svg, "course"), "<path d=\"M166.7 143.6L500 90\"/>");
        assert_eq!(group(&svg, "course open"), "<path d=\"M500 90L833.3 36.4\"/>");
        assert!(
            svg.contains("<g class=\"dots open\"><title>2026-03: 70.0% [65.0, 75.0]</title><circle"),
            "{svg}"
        );
    }

    #[test]
    fn a_prediction_is_a_second_line_with_its_key() {
        let mut figure = figure(vec![point(0.5), point(0.6), point(0.7)]);
        figure.predicted = vec![Some(0.5), Some(0.65), None];
        let drawn = draw(&figure).unwrap();
        let svg = fluid(&drawn.scene, "plot", LABEL);
        assert_eq!(group(&svg, "predicted").matches("<path").count(), 1, "{svg}");
        let key: Vec<&str> = drawn.key.iter().map(|(_, text)| *text).collect();
        assert_eq!(key, ["confidence interval", "actual", "predicted"]);
        // Values far from the line of what happened are within the picture, too.
        figure.predicted = vec![Some(0.05), None, None];
        let lowest = svg_of(&figure);
        assert_ne!(group(&lowest, "course"), group(&svg, "course"));
    }

    #[test]
    fn signals_have_a_shape_and_a_word() {
        let mut figure = figure(vec![point(0.5), point(0.6), point(0.7), point(0.7)]);
        figure.signals = vec![None, Some(Some(true)), Some(Some(false)), Some(None)];
        let drawn = draw(&figure).unwrap();
        let svg = fluid(&drawn.scene, "plot", LABEL);
        for class in ["signal good", "signal bad", "signal even"] {
            assert!(group(&svg, class).contains("<rect"), "{class}");
            assert!(drawn.key.iter().any(|(shown, _)| *shown == class), "{class}");
        }
        assert_eq!(svg.matches("<circle").count(), 1);
    }

    #[test]
    fn limits_are_steps_and_lines_are_named() {
        let mut figure = figure(vec![point(0.5), point(0.6), point(0.7)]);
        figure.limits = vec![(0.4, 0.8), (0.4, 0.8), (0.45, 0.75)];
        (figure.centre, figure.target) = (Some(0.6), Some(0.65));
        let drawn = draw(&figure).unwrap();
        assert!(drawn.is_named);
        let svg = fluid(&drawn.scene, "plot", LABEL);
        let lower = group(&svg, "limits").split("/>").next().unwrap().matches('L').count();
        assert_eq!(lower, 3, "equal limits are one step: {svg}");
        for name in [">Target 65%<", ">Mean<", ">Limit<"] {
            assert!(svg.contains(name), "{name} in {svg}");
        }
    }

    #[test]
    fn limits_may_be_open() {
        let open = Point {
            value: 0.5,
            low: Some(0.4),
            high: None,
        };
        let infinite = Point {
            value: 0.5,
            low: None,
            high: Some(f64::INFINITY),
        };
        let svg = svg_of(&figure(vec![point(0.5), point(0.5), Some(open), Some(infinite)]));
        assert_eq!(group(&svg, "bars").matches("<path").count(), 1);
        assert!(!svg.contains("inf") && !svg.contains("NaN"), "{svg}");
    }

    #[test]
    fn the_last_period_is_always_named() {
        let periods = figure((0..53).map(|i| point(0.5 + f64::from(i) * 0.001)).collect());
        let svg = svg_of(&periods);
        assert!(
            svg.contains("<g class=\"x xs xm xl\"><text x=\"99.06%\" y=\"198\" text-anchor=\"middle\">2026-53"),
            "{svg}"
        );
        assert!(svg.matches("<g class=\"x ").count() < 20);
    }
}
