//! How the dates of a whole column are read, once it was looked at.

use super::date_parts::CLASSES;
use super::serial_dates::{Count, parse_compact};
use super::{Civil, Order, Parts, ValueError, parse_iso};

/// How dates of one shape are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pick {
    /// In this order.
    Order(Order),
    /// Each cell in the one order that makes it a date; a cell that has several is an error.
    Alone,
}

/// How a column's dates are read: the order of day, month and year in dates of each shape, and whether bare numbers are dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    pub(super) picks: [Pick; CLASSES],
    pub(super) counts: bool,
}

impl Style {
    /// All dates in one order, and no bare numbers.
    pub fn ordered(order: Order) -> Style {
        Style {
            picks: [Pick::Order(order); CLASSES],
            counts: false,
        }
    }

    /// The order, where that says all: then [`super::parse_ordered`] reads the column.
    pub fn order(&self) -> Option<Order> {
        match self.picks[0] {
            Pick::Order(order) if *self == Style::ordered(order) => Some(order),
            _ => None,
        }
    }

    /// Reads a date, or a date and time.
    ///
    /// # Errors
    /// When the cell has another shape, may be read in several orders, or names a day or time that does not exist.
    pub fn parse(&self, cell: &str) -> Result<Civil, ValueError> {
        if let Ok(civil) = parse_iso(cell) {
            return Ok(civil);
        }
        if self.counts
            && let Some(count) = Count::of(cell)
        {
            return count.parse(cell);
        }
        let error = match Parts::scan(cell) {
            Ok(parts) => return self.read(&parts),
            Err(error) => error,
        };
        match parse_compact(cell) {
            Err(ValueError::NotDate) => Err(error),
            compact => compact,
        }
    }

    fn read(&self, parts: &Parts) -> Result<Civil, ValueError> {
        match self.picks[parts.class()] {
            Pick::Order(order) => parts.read(order),
            Pick::Alone => {
                let mut readings = parts.readings().into_iter().flatten();
                match readings.next() {
                    None => parts.read(Order::Dmy),
                    Some(first) if readings.all(|other| other == first) => Ok(first),
                    Some(_) => Err(ValueError::AmbiguousOrder),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shape_in_its_own_way() {
        let mut style = Style::ordered(Order::Dmy);
        assert_eq!(style.order(), Some(Order::Dmy));
        assert_eq!(style.parse("45384"), Err(ValueError::NotDate));
        style.counts = true;
        style.picks[2] = Pick::Order(Order::Mdy);
        style.picks[4] = Pick::Alone;
        assert_eq!(style.order(), None);
        for (cell, iso) in [
            ("2024-02-01", "2024-02-01"),
            ("01/02/2024", "2024-02-01"),
            ("02.01.2024", "2024-02-01"),
            ("13-02-2024", "2024-02-13"),
            ("02-13-2024", "2024-02-13"),
            ("05-05-2024", "2024-05-05"),
            ("20240201", "2024-02-01"),
            ("45323", "2024-02-01"),
            ("45323.5", "2024-02-01 12:00"),
            ("1706745600", "2024-02-01T00:00:00Z"),
            ("1. Februar 2024", "2024-02-01"),
        ] {
            assert_eq!(style.parse(cell), parse_iso(iso), "{cell}");
        }
        assert_eq!(style.parse("01-02-2024"), Err(ValueError::AmbiguousOrder));
        assert_eq!(style.parse("12"), Err(ValueError::NotDate));
        assert_eq!(style.parse("20240230"), Err(ValueError::Day(30, 2)));
    }
}
