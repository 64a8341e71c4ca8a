//! What a chart consists of, before it is written as SVG.

/// The parts of a picture, in the order in which they are drawn. The units are the picture's own, y points down.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// The width.
    pub width: f64,
    /// The height.
    pub height: f64,
    /// Groups, marks and texts.
    pub elements: Vec<Element>,
}

impl Scene {
    /// An empty scene of that size.
    pub fn new(width: f64, height: f64) -> Scene {
        Scene {
            width,
            height,
            elements: Vec::new(),
        }
    }

    /// Adds an element on top of those that are there.
    pub fn add(&mut self, element: Element) {
        self.elements.push(element);
    }
}

/// One part of a picture.
#[derive(Debug, Clone, PartialEq)]
pub enum Element {
    /// A group starts: what follows belongs to a class of the page's style, and may have a title that shows over it.
    GroupStart {
        /// The class.
        class: String,
        /// The title, unescaped.
        title: Option<String>,
    },
    /// The group that was started last ends.
    GroupEnd,
    /// The part of the scene starts that is stretched to the width there is, and cut at the scene's edges.
    StretchedStart,
    /// The stretched part ends.
    StretchedEnd,
    /// A line through points, or the area inside if it is closed.
    Path {
        /// The points.
        points: Vec<(f64, f64)>,
        /// Whether it returns to the first point.
        closed: bool,
    },
    /// A straight line.
    Line {
        /// Where it starts.
        from: (f64, f64),
        /// Where it ends.
        to: (f64, f64),
    },
    /// A round mark.
    Circle {
        /// The middle.
        at: (f64, f64),
        /// The radius.
        radius: f64,
    },
    /// A square mark, whose upper left corner is at its position.
    Square {
        /// The corner.
        at: (f64, f64),
        /// The length of a side.
        side: f64,
    },
    /// A text.
    Text {
        /// Its place on the base line.
        at: (f64, f64),
        /// The part of it that is at its position.
        anchor: Anchor,
        /// The text, unescaped.
        content: String,
    },
}

/// The part of a text that is at its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Its start.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}
