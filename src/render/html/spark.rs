//! A small line in a table.

use super::axis::extent;
use super::scene::Scene;
use super::series::{finite, runs};
use super::svg;
use crate::render::document::{Point, Spark};

const WIDTH: f64 = 112.0;
const HEIGHT: f64 = 26.0;
/// Room for half a mark at each side.
const MARGIN: f64 = 3.5;

/// The small line, named by its alternative text; empty without a value.
pub fn svg(spark: &Spark, label: &str) -> String {
    let points: Vec<Option<Point>> = spark.points.iter().map(|point| point.and_then(finite)).collect();
    let Some(values) = extent(points.iter().flatten().map(|point| point.value)) else {
        return String::new();
    };
    let limits = points.iter().flatten().flat_map(|point| [point.low, point.high]).flatten();
    let all = extent(limits.chain([values.0, values.1])).unwrap_or(values);
    // Intervals of tiny groups may not press the line flat.
    let room = values.1 - values.0;
    let (low, high) = if Spark::moves(values.0, values.1) {
        (all.0.max(values.0 - 2.0 * room), all.1.min(values.1 + 2.0 * room))
    } else {
        all
    };
    let step = (WIDTH - 2.0 * MARGIN) / (points.len().max(2) - 1) as f64;
    let height = |value: f64| match Spark::moves(low, high) {
        true => HEIGHT - MARGIN - (value.clamp(low, high) - low) / (high - low) * (HEIGHT - 2.0 * MARGIN),
        false => HEIGHT / 2.0,
    };
    let place = |period: usize, value: f64| (MARGIN + period as f64 * step, height(value));

    let mut scene = Scene::new(WIDTH, HEIGHT);
    let both: Vec<Option<(f64, f64)>> = points.iter().map(|point| point.and_then(|p| Some((p.low?, p.high?)))).collect();
    svg::open(&mut scene, "band");
    for run in runs(&both).into_iter().filter(|run| run.len() > 1) {
        let side = |take: fn((f64, f64)) -> f64| -> Vec<(f64, f64)> {
            run.clone().filter_map(|period| Some(place(period, take(both[period]?)))).collect()
        };
        svg::area(&mut scene, &side(|limits| limits.1), &side(|limits| limits.0));
    }
    svg::close(&mut scene);
    svg::open(&mut scene, "course");
    for run in runs(&points).into_iter().filter(|run| run.len() > 1) {
        let places = run.filter_map(|period| Some(place(period, points[period]?.value))).collect();
        svg::polyline(&mut scene, places);
    }
    svg::close(&mut scene);
    svg::open(&mut scene, "dots");
    for run in runs(&points) {
        // The last value of all, and those that no line shows.
        let period = run.end - 1;
        let is_last = run.end == points.len();
        if let Some(point) = points[period].filter(|_| is_last || run.len() == 1) {
            svg::dot(&mut scene, place(period, point.value), if is_last { 2.5 } else { 1.2 });
        }
    }
    svg::close(&mut scene);
    svg::fixed(&scene, "spark", label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::text::Text;

    fn spark(points: &[Option<(f64, f64, f64)>]) -> Spark {
        let point = |(value, low, high): (f64, f64, f64)| Point {
            value,
            low: Some(low),
            high: Some(high),
        };
        Spark {
            points: points.iter().map(|p| p.map(point)).collect(),
            alternative: Text::own("a line"),
        }
    }

    #[test]
    fn a_line_has_gaps_and_ends_in_a_mark() {
        let svg = svg(
            &spark(&[Some((1.0, 0.0, 2.0)), Some((2.0, 1.0, 3.0)), None, Some((3.0, 2.0, 4.0))]),
            "a line",
        );
        assert!(
            svg.starts_with("<svg class=\"spark\" viewBox=\"0 0 112 26\" width=\"112\" height=\"26\" role=\"img\" aria-label=\"a line\">")
        );
        assert_eq!((svg.matches("<path").count(), svg.matches("<circle").count()), (2, 1), "{svg}");
    }

    #[test]
    fn lines_that_do_not_move_are_level() {
        let svg = svg(&spark(&[Some((1.0, 1.0, 1.0)), Some((1.0, 1.0, 1.0))]), "level");
        assert!(svg.contains("<path d=\"M3.5 13L108.5 13\"/>"), "{svg}");
        let nearly = super::svg(&spark(&[Some((0.3, 0.3, 0.3)), Some((0.1 + 0.2, 0.3, 0.3))]), "level");
        assert!(nearly.contains("<path d=\"M3.5 13L108.5 13\"/>"), "{nearly}");
        assert_eq!(super::svg(&spark(&[None]), "none"), "");
    }

    #[test]
    fn wide_intervals_leave_the_line_its_height() {
        let svg = svg(&spark(&[Some((1.0, -1e9, 1e9)), Some((2.0, -1e9, 1e9))]), "wide");
        assert!(svg.contains("<path d=\"M3.5 14.9L108.5 11.1\"/>"), "{svg}");
    }
}
