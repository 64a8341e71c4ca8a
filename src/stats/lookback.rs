//! How much history a number needs that looks back: the records begin at some time, and what was before is not known.
//!
//! A customer whose previous order was before the records looks new, and the gap before an order is not seen if it is longer than the records.
//! An early period has less to look back on than a later one, so the two differ although nothing changed. How much is observed: it is the
//! number of events of the later records that look back further than the early period could.

/// An event that looks back: when it was, and how far back what it looks at is, both in days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LookingBack {
    /// Days from the start of the records.
    pub at: f64,
    /// Days back to what it looks at; `None`: the records hold nothing earlier.
    pub back: Option<f64>,
}

/// What is counted by looking back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// The events that have nothing earlier: first orders.
    Firsts,
    /// The events themselves, or how far they look back.
    Events,
}

/// The largest bias that a comparison may have, in standard errors of the difference. With it, a test at 5 % has 5.7 %.
const BIAS: f64 = 0.25;

/// The days of history from which on periods can be compared; `None`: more than the records have.
///
/// With h days to look back on, an early period misses the events that look back further. How many there are in a period is estimated from the
/// second half of the records that have at least h days of history. The need is the smallest h from which on this is at most a quarter of the
/// standard error of a difference between two periods, with counts as Poisson's: of first events the larger of both periods counts, of others
/// sqrt(2 n). `length` is that of the records and `period` that of a period, in days; `scale` is the number of events that each one stands for.
pub fn needed_history(events: &[LookingBack], counted: Counted, length: f64, period: f64, scale: f64) -> Option<f64> {
    // The latest start of a period that another one follows.
    let longest = length - 2.0 * period;
    if longest < 0.0 {
        return None;
    }
    let half = length / 2.0;
    let recent = |event: &&LookingBack| event.at >= half;
    let per_period = scale * period;
    let rate = |count: usize, days: f64| per_period * count as f64 / days.max(period);
    let firsts = rate(
        events.iter().filter(recent).filter(|event| event.back.is_none()).count(),
        length - half,
    );
    let others = rate(
        events.iter().filter(recent).filter(|event| event.back.is_some()).count(),
        length - half,
    );
    // An event is among those that h days would miss for all h below this.
    let mut missed_below: Vec<f64> = events
        .iter()
        .filter_map(|event| Some(event.back?.min(2.0 * event.at - length)))
        .collect();
    missed_below.sort_by(f64::total_cmp);
    let is_enough = |h: f64| {
        let missed = missed_below.len() - missed_below.partition_point(|&below| below <= h);
        let bias = rate(missed, (length - h) / 2.0);
        let variance = match counted {
            Counted::Firsts => 2.0 * firsts + bias,
            Counted::Events => 2.0 * others,
        };
        missed == 0 || bias <= BIAS * variance.sqrt()
    };
    let days = (0..=longest.floor() as i64).rev().map(|h| h as f64);
    days.take_while(|&h| is_enough(h)).last()
}

#[cfg(test)]
mod tests {
    use super::super::random::SplitMix64;
    use super::*;

    /// The events of stakeholders who each order once every so many days from a first day on.
    fn regular(every: &[(f64, f64)], length: f64) -> Vec<LookingBack> {
        let of = |&(first, gap): &(f64, f64)| {
            (0..1000)
                .map(move |i| LookingBack {
                    at: first + f64::from(i) * gap,
                    back: (i > 0).then_some(gap),
                })
                .take_while(|event| event.at < length)
                .collect::<Vec<_>>()
        };
        every.iter().flat_map(of).collect()
    }

    #[test]
    fn a_regular_gap_is_the_need() {
        let circle: Vec<(f64, f64)> = (0..40).map(|i| (f64::from(i), 40.0)).collect();
        let events = regular(&circle, 400.0);
        for counted in [Counted::Firsts, Counted::Events] {
            assert_eq!(needed_history(&events, counted, 400.0, 30.0, 1.0), Some(40.0));
        }
        // Nobody comes back: nothing is missed.
        let once: Vec<(f64, f64)> = (0..400).map(|i| (f64::from(i), 1e9)).collect();
        assert_eq!(needed_history(&regular(&once, 400.0), Counted::Firsts, 400.0, 30.0, 1.0), Some(0.0));
        assert_eq!(needed_history(&[], Counted::Events, 400.0, 30.0, 1.0), Some(0.0));
    }

    #[test]
    fn gaps_as_long_as_the_records_need_more_than_they_have() {
        let circle: Vec<(f64, f64)> = (0..300).map(|i| (f64::from(i), 300.0)).collect();
        let events = regular(&circle, 330.0);
        assert_eq!(needed_history(&events, Counted::Firsts, 330.0, 30.0, 1.0), None);
        assert_eq!(needed_history(&[], Counted::Firsts, 50.0, 30.0, 1.0), None);
    }

    #[test]
    fn what_many_events_make_visible_few_do_not() {
        // One of a hundred gaps is long: of 10 events in a period that is nothing, of 10,000 it is 100.
        let mut draws = SplitMix64(5);
        let mut unit = || (draws.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let events: Vec<LookingBack> = (0..2000)
            .map(|_| {
                let at = 1000.0 * unit();
                let back = if unit() < 0.01 { 300.0 } else { 20.0 };
                LookingBack {
                    at,
                    back: (back < at).then_some(back),
                }
            })
            .collect();
        let need = |scale: f64| needed_history(&events, Counted::Events, 1000.0, 30.0, scale);
        assert!(need(0.1).unwrap() <= 20.0, "{:?}", need(0.1));
        assert_eq!(need(1000.0), Some(300.0));
    }
}
