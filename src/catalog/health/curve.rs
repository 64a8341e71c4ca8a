//! A curve from values of a measure to points: straight lines between anchors, constant outside the outer ones.

/// A named point of a curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Anchor {
    /// What a stakeholder at this value is, in a few words.
    pub name: String,
    /// The value of the measure.
    pub at: f64,
    /// The points, 0 to 100.
    pub points: f64,
}

/// A piecewise-linear curve through at least two anchors with ascending values.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve(Vec<Anchor>);

impl Curve {
    /// A curve through anchors; `None` if there are fewer than two, or if their values do not ascend.
    pub fn new(anchors: Vec<Anchor>) -> Option<Curve> {
        let ascends = anchors.len() >= 2 && anchors.windows(2).all(|pair| pair[0].at < pair[1].at);
        ascends.then_some(Curve(anchors))
    }

    /// Its anchors, by value.
    pub fn anchors(&self) -> &[Anchor] {
        &self.0
    }

    /// The points for a value.
    pub fn points(&self, value: f64) -> f64 {
        let next = self.0.partition_point(|anchor| anchor.at <= value);
        match (next.checked_sub(1).map(|before| &self.0[before]), self.0.get(next)) {
            (None, Some(first)) => first.points,
            (Some(last), None) => last.points,
            (Some(a), Some(b)) => a.points + (b.points - a.points) * (value - a.at) / (b.at - a.at),
            (None, None) => f64::NAN,
        }
    }
}
