//! Scenes as inline SVG: small, in the colours of the page, and as wide as the page lets them be.
//!
//! In a picture of one width, letters shrink on a telephone. Here a scene's width is the width that there is: across, marks and
//! letters are at shares of it and keep their size; stretched elements (lines and areas) keep the width of their strokes. Classes of
//! groups name what things are; the page's style sets how they look, in light, in dark and on paper.

use std::fmt::Write;

use super::scene::{Anchor, Element, Scene};
use crate::diagnostics::visible;
use crate::render::text::html_escaped;

/// Widths of scenes, in their own units.
pub const WIDTH: f64 = 1000.0;

/// What a picture is called, for those who do not see it.
#[derive(Debug, Clone, Copy)]
pub struct Label<'a> {
    /// Names of the elements that contain title and description.
    pub names: (&'a str, &'a str),
    /// The title, escaped.
    pub title: &'a str,
    /// The description, escaped.
    pub description: &'a str,
}

/// An empty scene of [`WIDTH`] and some height.
pub fn scene(height: f64) -> Scene {
    Scene::new(WIDTH, height)
}

/// Opens a group of a class.
pub fn open(scene: &mut Scene, class: &str) {
    open_titled(scene, class, None);
}

/// Opens a group of a class, with what shows over it.
pub fn open_titled(scene: &mut Scene, class: &str, title: Option<String>) {
    let class = class.to_string();
    scene.add(Element::GroupStart { class, title });
}

/// Closes the group.
pub fn close(scene: &mut Scene) {
    scene.add(Element::GroupEnd);
}

/// Opens the part that is stretched and cut at the scene's edges.
pub fn open_stretched(scene: &mut Scene) {
    scene.add(Element::StretchedStart);
}

/// Closes the stretched part.
pub fn close_stretched(scene: &mut Scene) {
    scene.add(Element::StretchedEnd);
}

/// A line through points.
pub fn polyline(scene: &mut Scene, points: Vec<(f64, f64)>) {
    scene.add(Element::Path { points, closed: false });
}

/// The area between an upper and a lower line.
pub fn area(scene: &mut Scene, upper: &[(f64, f64)], lower: &[(f64, f64)]) {
    let points = upper.iter().chain(lower.iter().rev()).copied().collect();
    scene.add(Element::Path { points, closed: true });
}

/// A straight line.
pub fn line(scene: &mut Scene, from: (f64, f64), to: (f64, f64)) {
    scene.add(Element::Line { from, to });
}

/// A round mark.
pub fn dot(scene: &mut Scene, at: (f64, f64), radius: f64) {
    scene.add(Element::Circle { at, radius });
}

/// A mark with corners: a square that the page's style moves to its middle and turns.
pub fn diamond(scene: &mut Scene, at: (f64, f64), side: f64) {
    scene.add(Element::Square { at, side });
}

/// A text at a place.
pub fn text(scene: &mut Scene, at: (f64, f64), anchor: Anchor, content: impl Into<String>) {
    let content = content.into();
    scene.add(Element::Text { at, anchor, content });
}

/// The scene as wide as there is room.
pub fn fluid(scene: &Scene, class: &str, label: Label) -> String {
    let (title, description) = label.names;
    let mut out = format!(
        "<svg class=\"{class}\" height=\"{}\" role=\"img\" aria-labelledby=\"{title}\" aria-describedby=\"{description}\">\
         <title id=\"{title}\">{}</title><desc id=\"{description}\">{}</desc>",
        short(scene.height, 1),
        label.title,
        label.description
    );
    let mut stretched = false;
    for element in &scene.elements {
        match element {
            Element::StretchedStart => {
                stretched = true;
                let (width, height) = (short(scene.width, 1), short(scene.height, 1));
                write_to(
                    &mut out,
                    format_args!("<svg viewBox=\"0 0 {width} {height}\" preserveAspectRatio=\"none\" width=\"100%\" height=\"{height}\">"),
                );
            }
            Element::StretchedEnd => {
                stretched = false;
                out.push_str("</svg>");
            }
            element => write_element(&mut out, element, |x| match stretched {
                true => short(x, 1),
                false => short(x / scene.width * 100.0, 2) + "%",
            }),
        }
    }
    out + "</svg>"
}

/// The scene at its own size.
pub fn fixed(scene: &Scene, class: &str, label: &str) -> String {
    let (width, height) = (short(scene.width, 1), short(scene.height, 1));
    let mut out = format!(
        "<svg class=\"{class}\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{label}\">"
    );
    for element in &scene.elements {
        write_element(&mut out, element, |x| short(x, 1));
    }
    out + "</svg>"
}

fn write_element(out: &mut String, element: &Element, across: impl Fn(f64) -> String) {
    match element {
        Element::GroupStart { class, title } => {
            write_to(out, format_args!("<g class=\"{class}\">"));
            if let Some(title) = title {
                write_to(out, format_args!("<title>{}</title>", html_escaped(&visible(title))));
            }
        }
        Element::GroupEnd => out.push_str("</g>"),
        Element::Path { points, closed } => {
            let end = if *closed { "Z" } else { "" };
            write_to(out, format_args!("<path d=\"{}{end}\"/>", path(points)));
        }
        Element::Line { from, to } => {
            let (x1, y1, x2, y2) = (across(from.0), short(from.1, 1), across(to.0), short(to.1, 1));
            write_to(out, format_args!("<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"/>"));
        }
        Element::Circle { at, radius } => {
            let (x, y, r) = (across(at.0), short(at.1, 1), short(*radius, 1));
            write_to(out, format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\"/>"));
        }
        Element::Square { at, side } => {
            let (x, y, side) = (across(at.0), short(at.1, 1), short(*side, 1));
            write_to(out, format_args!("<rect x=\"{x}\" y=\"{y}\" width=\"{side}\" height=\"{side}\"/>"));
        }
        Element::Text { at, anchor, content } => {
            let anchor = match anchor {
                Anchor::Start => "",
                Anchor::Middle => " text-anchor=\"middle\"",
                Anchor::End => " text-anchor=\"end\"",
            };
            let (x, y, content) = (across(at.0), short(at.1, 1), html_escaped(&visible(content)));
            write_to(out, format_args!("<text x=\"{x}\" y=\"{y}\"{anchor}>{content}</text>"));
        }
        // Only a scene as wide as there is room has a part that is stretched to it.
        Element::StretchedStart | Element::StretchedEnd => {}
    }
}

fn write_to(out: &mut String, text: std::fmt::Arguments) {
    out.write_fmt(text).expect("a string takes everything");
}

/// The path through points.
fn path(points: &[(f64, f64)]) -> String {
    let mut path = String::with_capacity(points.len() * 10);
    for (i, &(x, y)) in points.iter().enumerate() {
        path.push(if i == 0 { 'M' } else { 'L' });
        path.push_str(&short(x, 1));
        path.push(' ');
        path.push_str(&short(y, 1));
    }
    path
}

/// A coordinate with no more decimals than it needs.
fn short(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    if text == "-0" { "0".to_string() } else { text.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABEL: Label = Label {
        names: ("a-title", "a-text"),
        title: "A",
        description: "B",
    };

    #[test]
    fn coordinates_are_short() {
        for (value, text) in [
            (0.0, "0"),
            (-0.01, "0"),
            (10.0, "10"),
            (100.0, "100"),
            (0.25, "0.2"),
            (-7.56, "-7.6"),
        ] {
            assert_eq!(short(value, 1), text);
        }
        assert_eq!(short(100.0, 0), "100");
    }

    #[test]
    fn marks_stand_at_shares_of_the_width_and_lines_are_stretched() {
        let mut scene = scene(180.0);
        open_stretched(&mut scene);
        open(&mut scene, "line");
        polyline(&mut scene, vec![(0.0, 1.0), (1000.0, 2.25)]);
        close(&mut scene);
        close_stretched(&mut scene);
        dot(&mut scene, (125.0, 90.0), 3.5);
        assert_eq!(
            fluid(&scene, "plot", LABEL),
            "<svg class=\"plot\" height=\"180\" role=\"img\" aria-labelledby=\"a-title\" aria-describedby=\"a-text\">\
             <title id=\"a-title\">A</title><desc id=\"a-text\">B</desc>\
             <svg viewBox=\"0 0 1000 180\" preserveAspectRatio=\"none\" width=\"100%\" height=\"180\">\
             <g class=\"line\"><path d=\"M0 1L1000 2.2\"/></g></svg><circle cx=\"12.5%\" cy=\"90\" r=\"3.5\"/></svg>"
        );
    }

    #[test]
    fn letters_mean_nothing() {
        let mut scene = scene(10.0);
        text(&mut scene, (0.0, 0.0), Anchor::End, "<script>$a$</script>");
        let svg = fluid(&scene, "plot", LABEL);
        assert!(svg.contains("text-anchor=\"end\">&lt;script&gt;$a$&lt;/script&gt;</text>"), "{svg}");
    }
}
