//! A small line in characters, for formats that cannot draw.

use super::document::Spark;

/// From the lowest value to the highest. The heights between are not used: in many fonts they are not on the same line.
const BLOCKS: [char; 5] = ['▁', '▂', '▃', '▅', '▇'];
/// A missing value.
const NOTHING: char = '·';

/// A block for each point, the lowest value of the line at the bottom and its highest at the top; a line that is flat is in the middle.
pub fn blocks(spark: &Spark) -> String {
    let values = || spark.points.iter().flatten().map(|point| point.value);
    let low = values().fold(f64::INFINITY, f64::min);
    let high = values().fold(f64::NEG_INFINITY, f64::max);
    let block = |value: f64| {
        let part = if Spark::moves(low, high) {
            (value - low) / (high - low)
        } else {
            0.5
        };
        BLOCKS[((part * BLOCKS.len() as f64) as usize).min(BLOCKS.len() - 1)]
    };
    let points = spark.points.iter().map(|point| point.map_or(NOTHING, |point| block(point.value)));
    points.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::document::Point;
    use crate::render::text::Text;

    fn drawn(values: &[Option<f64>]) -> String {
        let point = |value: f64| Point {
            value,
            low: None,
            high: None,
        };
        blocks(&Spark {
            points: values.iter().map(|value| value.map(point)).collect(),
            alternative: Text::default(),
        })
    }

    #[test]
    fn lines_go_from_their_lowest_to_their_highest() {
        assert_eq!(drawn(&[Some(1.0), Some(2.0), Some(3.0), Some(4.0), Some(5.0)]), "▁▂▃▅▇");
        assert_eq!(drawn(&[Some(-5.0), None, Some(1e9)]), "▁·▇");
        assert_eq!(drawn(&[Some(7.0), Some(7.0)]), "▃▃");
        assert_eq!(drawn(&[Some(0.3), Some(0.1 + 0.2), Some(0.3)]), "▃▃▃");
        assert_eq!(drawn(&[]), "");
    }
}
