//! Positions of names next to their marks: no name overlaps another or a mark, and each is as near to its own mark as possible.
//!
//! The names push each other and are pushed by the marks, along the axis on which they overlap least; a weak spring draws each back
//! to its own mark (the method of ggrepel and adjustText). This is repeated a fixed number of times, so equal charts are
//! laid out equally.

/// A name: its own mark, half its size, and the place of its middle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Label {
    /// The mark.
    pub mark: (f64, f64),
    /// Half its width and half its height.
    pub half: (f64, f64),
    /// Its middle.
    pub middle: (f64, f64),
}

/// What is left free around a name.
const FREE: f64 = 2.0;
/// The share of the way to its mark that a spring draws a name back.
const SPRING: f64 = 0.02;
/// The share of a push that is followed at once.
const FOLLOWED: f64 = 0.6;

/// How a rectangle moves so that it no longer overlaps: along the axis with the smaller overlap, away from what is at that distance.
/// `up` decides the direction when neither is above the other.
fn push((dx, dy): (f64, f64), (width, height): (f64, f64), up: f64) -> (f64, f64) {
    let away = |distance: f64, otherwise: f64| if distance == 0.0 { otherwise } else { distance.signum() };
    let overlap = (width + FREE - dx.abs(), height + FREE - dy.abs());
    if overlap.0 <= 0.0 || overlap.1 <= 0.0 {
        (0.0, 0.0)
    } else if overlap.0 <= overlap.1 {
        (overlap.0 * away(dx, 1.0), 0.0)
    } else {
        (0.0, overlap.1 * away(dy, up))
    }
}

/// Moves the names apart, `rounds` times, within an area of `(left, top, right, bottom)`.
pub fn move_apart(labels: &mut [Label], (left, top, right, bottom): (f64, f64, f64, f64), rounds: usize) {
    for _ in 0..rounds {
        let mut force = vec![(0.0, 0.0); labels.len()];
        for i in 0..labels.len() {
            for j in i + 1..labels.len() {
                let (a, b) = (labels[i], labels[j]);
                let distance = (a.middle.0 - b.middle.0, a.middle.1 - b.middle.1);
                let (x, y) = push(distance, (a.half.0 + b.half.0, a.half.1 + b.half.1), 1.0);
                force[i] = (force[i].0 + x * 0.5, force[i].1 + y * 0.5);
                force[j] = (force[j].0 - x * 0.5, force[j].1 - y * 0.5);
            }
        }
        for (label, force) in labels.iter().zip(&mut force) {
            for other in labels.iter() {
                let distance = (label.middle.0 - other.mark.0, label.middle.1 - other.mark.1);
                // A name exactly on a mark moves up.
                let (x, y) = push(distance, label.half, -1.0);
                *force = (force.0 + x, force.1 + y);
            }
        }
        for (label, force) in labels.iter_mut().zip(force) {
            let (mark, half, middle) = (label.mark, label.half, &mut label.middle);
            middle.0 += (force.0 + SPRING * (mark.0 - middle.0)) * FOLLOWED;
            middle.1 += (force.1 + SPRING * (mark.1 - middle.1)) * FOLLOWED;
            middle.0 = middle.0.clamp(left + half.0, right - half.0);
            middle.1 = middle.1.clamp(top + half.1, bottom - half.1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: (f64, f64, f64, f64) = (0.0, 0.0, 400.0, 200.0);

    fn label(x: f64, y: f64) -> Label {
        Label {
            mark: (x, y),
            half: (20.0, 7.0),
            middle: (x, y),
        }
    }

    #[test]
    fn names_at_one_place_part() {
        let mut labels = [label(200.0, 100.0), label(200.0, 100.0), label(202.0, 101.0)];
        move_apart(&mut labels, AREA, 300);
        for (i, a) in labels.iter().enumerate() {
            for b in &labels[i + 1..] {
                let (dx, dy) = (a.middle.0 - b.middle.0, a.middle.1 - b.middle.1);
                assert!(dx.abs() > 37.0 || dy.abs() > 11.0, "{a:?} lies on {b:?}");
            }
        }
    }

    #[test]
    fn a_name_leaves_its_mark_free_and_stays_beside_it() {
        let mut labels = [label(200.0, 100.0)];
        move_apart(&mut labels, AREA, 120);
        let (x, y) = labels[0].middle;
        assert_eq!(x, 200.0);
        assert!((88.0..94.0).contains(&y), "{y}");
    }

    #[test]
    fn names_stay_within_the_area() {
        let mut labels = [label(399.0, 199.0), label(399.0, 199.0), label(0.0, 0.0)];
        move_apart(&mut labels, AREA, 120);
        for label in labels {
            assert!(
                (20.0..=380.0).contains(&label.middle.0) && (7.0..=193.0).contains(&label.middle.1),
                "{label:?}"
            );
        }
    }
}
