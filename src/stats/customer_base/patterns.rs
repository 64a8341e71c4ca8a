//! What the models see of a customer base: how often, how lately and how long, each distinct combination once.

use rayon::prelude::*;

/// Days of the unit of time of all models, a week.
pub const DAYS: f64 = 7.0;

/// What a model sees of one customer: a sufficient statistic of all models here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct History {
    /// Days with a purchase after the first one: x.
    pub repeats: u32,
    /// Days from the first purchase to the end of the observation: T.
    pub age: u32,
    /// Days from the first purchase to the last one: t_x.
    pub last: u32,
}

/// The distinct histories of a customer base, ascending, with the number of customers of each.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Patterns {
    /// The distinct histories.
    pub histories: Vec<History>,
    /// How many customers have each; a resample has other counts.
    pub counts: Vec<f64>,
    /// The distinct numbers of repeats, ascending.
    pub repeats: Vec<u32>,
    /// The distinct days of `last` and `age`, ascending.
    pub days: Vec<u32>,
    /// For each history the indices of its repeats, its age and its last day in these lists.
    pub places: Vec<Place>,
}

/// Where what depends on parts of a history is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Of the repeats.
    pub repeats: u32,
    /// Of the age.
    pub age: u32,
    /// Of the last day.
    pub last: u32,
}

impl Patterns {
    /// The patterns of these customers, and for each customer the index of its pattern.
    pub fn of(histories: &[History]) -> (Patterns, Vec<u32>) {
        let mut ordered: Vec<(History, u32)> = histories.iter().copied().zip(0..).collect();
        ordered.par_sort_unstable();
        let mut of_customer = vec![0; histories.len()];
        let (mut distinct, mut counts) = (Vec::new(), Vec::new());
        for run in ordered.chunk_by(|a, b| a.0 == b.0) {
            run.iter()
                .for_each(|(_, customer)| of_customer[*customer as usize] = distinct.len() as u32);
            distinct.push(run[0].0);
            counts.push(run.len() as f64);
        }
        (Patterns::counted(distinct, counts), of_customer)
    }

    fn counted(histories: Vec<History>, counts: Vec<f64>) -> Patterns {
        let sorted = |mut values: Vec<u32>| {
            values.sort_unstable();
            values.dedup();
            values
        };
        let repeats = sorted(histories.iter().map(|h| h.repeats).collect());
        let days = sorted(histories.iter().flat_map(|h| [h.age, h.last]).collect());
        let place = |values: &[u32], value: u32| values.partition_point(|v| *v < value) as u32;
        let places = histories.iter().map(|h| Place {
            repeats: place(&repeats, h.repeats),
            age: place(&days, h.age),
            last: place(&days, h.last),
        });
        Patterns {
            places: places.collect(),
            repeats,
            days,
            histories,
            counts,
        }
    }

    /// At most about so many of the patterns, evenly spread: enough to find where the likelihood is high.
    pub fn thinned(&self, most: usize) -> Patterns {
        let step = self.histories.len().div_ceil(most.max(1)).max(1);
        let every = |i: &usize| i.is_multiple_of(step);
        let kept: Vec<usize> = (0..self.histories.len()).filter(every).collect();
        Patterns::counted(
            kept.iter().map(|&i| self.histories[i]).collect(),
            kept.iter().map(|&i| self.counts[i]).collect(),
        )
    }

    /// Repeats per week, of all customers together.
    pub fn rate(&self) -> f64 {
        let sum = |value: &dyn Fn(&History) -> u32| -> f64 {
            let weighted = self.histories.iter().zip(&self.counts);
            weighted.map(|(history, count)| f64::from(value(history)) * count).sum()
        };
        sum(&|h| h.repeats) / (sum(&|h| h.age) / DAYS)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A history of repeats, last day and age.
    pub fn history(repeats: u32, last: u32, age: u32) -> History {
        History { repeats, age, last }
    }

    #[test]
    fn customers_with_the_same_history_are_one_pattern() {
        let (patterns, of_customer) = Patterns::of(&[history(2, 10, 70), history(0, 0, 35), history(2, 10, 70), history(1, 7, 70)]);
        assert_eq!(patterns.histories, [history(0, 0, 35), history(1, 7, 70), history(2, 10, 70)]);
        assert_eq!((patterns.counts.as_slice(), of_customer), (&[1.0, 1.0, 2.0][..], vec![2, 0, 2, 1]));
        assert_eq!(
            (patterns.repeats.as_slice(), patterns.days.as_slice()),
            (&[0, 1, 2][..], &[0, 7, 10, 35, 70][..])
        );
        assert_eq!(
            patterns.places[2],
            Place {
                repeats: 2,
                age: 4,
                last: 2
            }
        );
        assert_eq!(patterns.rate(), 5.0 / 35.0);
        assert_eq!(patterns.thinned(2).histories, [history(0, 0, 35), history(2, 10, 70)]);
    }
}
