//! A chart of groups by their size, with the control limits for each size.

use super::axis::{HEIGHT, Numbers, Scale, extent, scale, size_ticks, ticks, value_range};
use super::labels::{Label, move_apart};
use super::scene::{Anchor, Scene};
use super::series::{Drawn, short};
use super::svg;
use crate::diagnostics::visible;
use crate::render::document::FunnelFigure;
use crate::render::format::number;

/// At most this number of groups are named; the table next to the chart names them all.
const NAMED: usize = 12;

/// The longest name in the chart.
const LONGEST: usize = 22;

/// The width that labels are laid out for; on a narrower page they move together a little.
const LAID_OUT_FOR: f64 = 460.0;

/// Draws a funnel; `None`: there is nothing to draw.
pub fn draw(figure: &FunnelFigure) -> Option<Drawn> {
    let segments: Vec<&(String, f64, f64, u8)> = figure
        .segments
        .iter()
        .filter(|(_, size, value, _)| size.is_finite() && *size >= 0.0 && value.is_finite())
        .collect();
    let sizes = extent(segments.iter().map(|segment| segment.1))?;
    let centre = Some(figure.centre).filter(|centre| centre.is_finite());
    let must = extent(segments.iter().map(|segment| segment.2).chain(centre))?;
    let may = extent(figure.limits.iter().flat_map(|(_, limits)| *limits).chain([must.0, must.1]))?;
    let numbers = Numbers::new(&figure.axis, [must.0, must.1].into_iter());
    let by = |(low, high): (f64, f64)| (low * numbers.factor, high * numbers.factor);
    let range = value_range(figure.axis.unit, by(must), by(may));
    let is_log = sizes.0 > 0.0 && sizes.1 / sizes.0 > 50.0;
    let along = if is_log {
        (sizes.0 / 1.3, sizes.1 * 1.3)
    } else {
        (0.0, sizes.1.max(f64::MIN_POSITIVE) * 1.06)
    };
    let mut chart = Funnel {
        figure,
        segments,
        numbers,
        scale: scale(along, range, is_log),
        scene: svg::scene(HEIGHT),
    };
    chart.grid(range, along, is_log);
    chart.limits();
    chart.marks();
    chart.names();
    Some(Drawn {
        is_named: false,
        key: chart.key(),
        scene: chart.scene,
    })
}

struct Funnel<'a> {
    figure: &'a FunnelFigure,
    segments: Vec<&'a (String, f64, f64, u8)>,
    numbers: Numbers,
    scale: Scale,
    scene: Scene,
}

impl Funnel<'_> {
    fn place(&self, size: f64, value: f64) -> (f64, f64) {
        (self.scale.map_x(size), self.scale.map_y(value * self.numbers.factor))
    }

    fn grid(&mut self, range: (f64, f64), along: (f64, f64), is_log: bool) {
        svg::open(&mut self.scene, "grid");
        for (value, text) in ticks(self.numbers, range) {
            let y = self.scale.map_y(value);
            svg::line(&mut self.scene, (0.0, y), (svg::WIDTH, y));
            svg::text(&mut self.scene, (0.0, y + 4.0), Anchor::End, text);
        }
        svg::close(&mut self.scene);
        svg::open(&mut self.scene, "sizes");
        let mut free = f64::NEG_INFINITY;
        for (size, text) in size_ticks(along, is_log) {
            let x = self.scale.map_x(size);
            // Ticks of sizes may be close together; on a narrow page they must not touch.
            let half = (text.chars().count() as f64 * 6.6 + 10.0) / 2.0 * svg::WIDTH / 260.0;
            if x - half >= free {
                free = x + half;
                svg::text(&mut self.scene, (x, HEIGHT + 18.0), Anchor::Middle, text);
            }
        }
        svg::close(&mut self.scene);
    }

    fn limits(&mut self) {
        svg::open_stretched(&mut self.scene);
        if self.figure.centre.is_finite() {
            let y = self.place(1.0, self.figure.centre).1;
            svg::open(&mut self.scene, "centre");
            svg::polyline(&mut self.scene, vec![(0.0, y), (svg::WIDTH, y)]);
            svg::close(&mut self.scene);
        }
        for (class, which) in [("inner", [0, 1]), ("outer", [2, 3])] {
            svg::open(&mut self.scene, class);
            for i in which {
                let mut places: Vec<(f64, f64)> = Vec::new();
                for (size, limits) in self
                    .figure
                    .limits
                    .iter()
                    .filter(|(size, limits)| size.is_finite() && limits[i].is_finite())
                {
                    let place = self.place(*size, limits[i]);
                    // Neighbours nearer than a third of a step cannot be distinguished.
                    if places.last().is_none_or(|last| place.0 - last.0 >= 3.0) {
                        places.push(place);
                    }
                }
                svg::polyline(&mut self.scene, places);
            }
            svg::close(&mut self.scene);
        }
        svg::close_stretched(&mut self.scene);
    }

    /// Groups; their shape distinguishes those within the limits from those outside.
    fn marks(&mut self) {
        for (class, out) in [("dots within", 0), ("beyond inner", 1), ("beyond outer", 2)] {
            let segments: Vec<_> = self.segments.iter().copied().filter(|segment| segment.3.min(2) == out).collect();
            for (name, size, value, _) in segments {
                let place = self.place(*size, *value);
                let said = self.said(name, *size, *value);
                svg::open_titled(&mut self.scene, class, Some(said));
                match out {
                    0 => svg::dot(&mut self.scene, place, 3.0),
                    _ => svg::diamond(&mut self.scene, place, 8.0),
                }
                svg::close(&mut self.scene);
            }
        }
    }

    fn said(&self, name: &str, size: f64, value: f64) -> String {
        let axis = &self.figure.axis;
        let size = number(size, usize::from(size.fract() != 0.0));
        format!(
            "{}: {}, {} {size}",
            short(name, 100),
            axis.units().scale(axis.unit, value).value(value),
            visible(&self.figure.size)
        )
    }

    /// Names of the groups outside the limits, the farthest first, as long as there is room.
    fn names(&mut self) {
        let mut named: Vec<_> = self.segments.iter().copied().filter(|segment| segment.3 > 0).collect();
        named.sort_by(|a, b| b.3.cmp(&a.3).then(b.1.total_cmp(&a.1)).then_with(|| a.0.cmp(&b.0)));
        named.truncate(NAMED);
        let across = LAID_OUT_FOR / svg::WIDTH;
        let mut labels: Vec<Label> = Vec::new();
        for (name, size, value, _) in &named {
            let (x, y) = self.place(*size, *value);
            let half_width = short(name, LONGEST).chars().count() as f64 * 3.2;
            let mark = (x * across, y);
            // Away from the middle, near the other groups.
            let side = if *value >= self.figure.centre { -1.0 } else { 1.0 };
            labels.push(Label {
                mark,
                half: (half_width, 7.0),
                middle: (mark.0, y + side * 14.0),
            });
        }
        move_apart(&mut labels, (0.0, -8.0, LAID_OUT_FOR, HEIGHT), 120);
        svg::open(&mut self.scene, "name");
        for (label, (name, ..)) in labels.iter().zip(named) {
            let (x, y) = (label.middle.0 / across, label.middle.1 + 4.0);
            // Anchored at the side that is nearer, a name stays within a narrower page too.
            let (x, anchor) = match x / svg::WIDTH {
                share if share < 0.35 => ((label.middle.0 - label.half.0) / across, Anchor::Start),
                share if share > 0.65 => ((label.middle.0 + label.half.0) / across, Anchor::End),
                _ => (x, Anchor::Middle),
            };
            svg::text(&mut self.scene, (x, y), anchor, short(name, LONGEST));
        }
        svg::close(&mut self.scene);
    }

    fn key(&self) -> Vec<(&'static str, &'static str)> {
        let is_out = |out: u8| self.segments.iter().any(|segment| segment.3.min(2) == out);
        let has_limits = !self.figure.limits.is_empty();
        [
            (self.figure.centre.is_finite(), "centre", "all groups"),
            (has_limits, "inner", "95% limits"),
            (has_limits, "outer", "99.8% limits"),
            (is_out(1), "beyond inner", "outside 95%"),
            (is_out(2), "beyond outer", "outside 99.8%"),
        ]
        .into_iter()
        .filter_map(|(is_there, class, text)| is_there.then_some((class, text)))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::svg::{Label, fluid};
    use super::*;
    use crate::catalog::MetricUnit;
    use crate::render::document::Axis;

    fn figure(segments: &[(&str, f64, f64, u8)]) -> FunnelFigure {
        let limits = |size: f64| {
            let (inner, outer) = (0.98 / size.sqrt(), 1.55 / size.sqrt());
            (size, [0.5 - inner, 0.5 + inner, 0.5 - outer, 0.5 + outer])
        };
        FunnelFigure {
            segments: segments
                .iter()
                .map(|(name, size, value, out)| (name.to_string(), *size, *value, *out))
                .collect(),
            centre: 0.5,
            limits: (1..=40).map(|i| limits(f64::from(i) * 10.0)).collect(),
            size: "Orders".into(),
            axis: Axis {
                unit: MetricUnit::Share,
                business_hours: false,
                ..Axis::default()
            },
        }
    }

    fn svg_of(figure: &FunnelFigure) -> String {
        let label = Label {
            names: ("t", "d"),
            title: "T",
            description: "D",
        };
        fluid(&draw(figure).unwrap().scene, "plot", label)
    }

    #[test]
    fn only_segments_beyond_the_limits_are_named() {
        let svg = svg_of(&figure(&[
            ("north", 100.0, 0.5, 0),
            ("south", 200.0, 0.61, 1),
            ("<east>", 300.0, 0.3, 2),
        ]));
        assert!(
            !svg.contains(">north<") && svg.contains(">south<") && svg.contains(">&lt;east&gt;<"),
            "{svg}"
        );
        assert!(
            svg.contains("<g class=\"dots within\"><title>north: 50.0%, Orders 100</title><circle"),
            "{svg}"
        );
        assert_eq!(svg.matches("<rect").count(), 2);
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert!(draw(&figure(&[])).is_none());
        assert!(draw(&figure(&[("a", f64::NAN, 0.5, 0)])).is_none());
    }

    #[test]
    fn many_names_are_cut_and_kept_apart() {
        let names: Vec<String> = (0..30).map(|i| format!("segment {i:02} {}", "long".repeat(20))).collect();
        let segments: Vec<(&str, f64, f64, u8)> = names.iter().map(|name| (name.as_str(), 200.0, 0.9, 2)).collect();
        let svg = svg_of(&figure(&segments));
        assert_eq!(svg.matches("\u{2026}</text>").count(), NAMED);
        assert!(!svg.contains("NaN"), "{svg}");
    }

    #[test]
    fn sizes_far_apart_stand_on_a_scale_of_ratios() {
        let svg = svg_of(&figure(&[("a", 5.0, 0.5, 0), ("b", 5_000.0, 0.5, 0)]));
        for tick in [">10<", ">100<", ">1,000<"] {
            assert!(svg.contains(tick), "{tick} in {svg}");
        }
    }
}
