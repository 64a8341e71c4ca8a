//! The parts of a change, which add up to it exactly.
//!
//! A ratio p = X / N of sums over slices moves because slices do better or worse (rate), and because more or less of the whole lies in good
//! ones (mix). With w = n / N the share of a slice in the whole, its rate effect is the mean of w then and now times the change of its own
//! ratio, and its mix effect the change of w times how far the mean of its ratio lies above the mean of the ratio of all. Nothing is left
//! over. Kitagawa, Journal of the American Statistical Association 50 (1955), 1168-1194; Das Gupta, Standardization and Divided of
//! Rates, U.S. Bureau of the Census P23-186 (1993). Both effects of a slice together are (x - p0 n) / N now less the same then, with p0 the
//! mean of both ratios: what a stakeholder has to do with the change is that too.

/// A part, and the whole that it is of; totals have none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Amount {
    /// The part.
    pub part: f64,
    /// The whole; 0 for totals.
    pub whole: f64,
}

impl Amount {
    /// The ratio; `None` without a whole.
    pub fn ratio(&self) -> Option<f64> {
        (self.whole != 0.0).then(|| self.part / self.whole)
    }
}

/// How a value follows from its parts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// It is the part.
    Total,
    /// So many times the part by the whole.
    Ratio(f64),
}

/// What both values are made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// How.
    pub shape: Shape,
    /// All then.
    pub then: Amount,
    /// All now.
    pub now: Amount,
}

/// What a slice has to do with a change, in the units of the value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// That it does better or worse; of a ratio.
    pub rate: Option<f64>,
    /// That more or less of the whole lies in it; of a ratio.
    pub mix: Option<f64>,
    /// Both; of a total how much more it has.
    pub both: f64,
}

impl Change {
    /// The value then and now; `None` where a ratio has no whole.
    pub fn values(&self) -> Option<(f64, f64)> {
        match self.shape {
            Shape::Total => Some((self.then.part, self.now.part)),
            Shape::Ratio(scale) => Some((scale * self.then.ratio()?, scale * self.now.ratio()?)),
        }
    }

    /// What one who has these of all then and now has to do with the change.
    pub fn influence(&self, then: Amount, now: Amount) -> f64 {
        match self.shape {
            Shape::Total => now.part - then.part,
            Shape::Ratio(scale) => {
                let middle = self.middle();
                let of = |one: Amount, all: Amount| {
                    if all.whole == 0.0 {
                        0.0
                    } else {
                        (one.part - middle * one.whole) / all.whole
                    }
                };
                scale * (of(now, self.now) - of(then, self.then))
            }
        }
    }

    /// The same of one whose whole is not known: by its part alone, so that how the whole of all moved is in each of them.
    pub fn influence_of_part(&self, then: f64, now: f64) -> f64 {
        match self.shape {
            Shape::Total => now - then,
            Shape::Ratio(_) if self.then.whole == 0.0 || self.now.whole == 0.0 => 0.0,
            Shape::Ratio(scale) => scale * (now / self.now.whole - then / self.then.whole),
        }
    }

    /// What a slice has to do with the change; a slice that is in one of them only has its ratio in the other too, so that all of it is mix.
    pub fn effect(&self, then: Option<Amount>, now: Option<Amount>) -> Effect {
        let nothing = Amount { part: 0.0, whole: 0.0 };
        let (before, after) = (then.unwrap_or(nothing), now.unwrap_or(nothing));
        let both = self.influence(before, after);
        let Shape::Ratio(scale) = self.shape else {
            return Effect {
                rate: None,
                mix: None,
                both,
            };
        };
        let rate = match (before.ratio(), after.ratio()) {
            (Some(p), Some(q)) => scale * (before.whole / self.then.whole + after.whole / self.now.whole) / 2.0 * (q - p),
            _ => 0.0,
        };
        Effect {
            rate: Some(rate),
            mix: Some(both - rate),
            both,
        }
    }

    fn middle(&self) -> f64 {
        (self.then.ratio().unwrap_or_default() + self.now.ratio().unwrap_or_default()) / 2.0
    }
}

/// What all have beyond the slices that are named: `None` if that is nothing, which the number of rows shows.
///
/// # Errors
/// When the slices do not add up to all, because the same thing is in several of them.
pub fn rest(all: (Amount, u64), slices: &[(Amount, u64)], shape: Shape) -> Result<Option<Amount>, Overlap> {
    let rows = slices.iter().try_fold(0u64, |sum, (_, n)| sum.checked_add(*n)).ok_or(Overlap)?;
    let left = all.1.checked_sub(rows).ok_or(Overlap)?;
    let sum = |of: fn(&Amount) -> f64| slices.iter().map(|(amount, _)| of(amount)).sum::<f64>();
    let size = |of: fn(&Amount) -> f64| slices.iter().map(|(amount, _)| of(amount).abs()).sum::<f64>() + of(&all.0).abs();
    let near = |value: f64, size: f64| if value.abs() <= 1e-9 * size { 0.0 } else { value };
    let rest = Amount {
        part: near(all.0.part - sum(|a| a.part), size(|a| a.part)),
        whole: near(all.0.whole - sum(|a| a.whole), size(|a| a.whole)),
    };
    // A rate's exposure may have slices without any event, which have no rows.
    let is_sound = match shape {
        Shape::Total => left > 0 || rest.part == 0.0,
        Shape::Ratio(_) => rest.part == 0.0 && rest.whole >= 0.0 || left > 0 && rest.whole > 0.0,
    };
    if !is_sound {
        return Err(Overlap);
    }
    Ok((rest.part != 0.0 || rest.whole != 0.0).then_some(rest))
}

/// The slices do not add up to all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(part: f64, whole: f64) -> Amount {
        Amount { part, whole }
    }

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} is not {b}");
    }

    /// Two slices by hand: north 80 of 100, then 30 of 50; south 40 of 100, then 75 of 150.
    #[test]
    fn a_ratio_falls_by_rate_and_mix() {
        let change = Change {
            shape: Shape::Ratio(1.0),
            then: of(120.0, 200.0),
            now: of(105.0, 200.0),
        };
        let north = change.effect(Some(of(80.0, 100.0)), Some(of(30.0, 50.0)));
        // mean weight (0.5 + 0.25) / 2 = 0.375, own change -0.2
        close(north.rate.unwrap(), -0.075);
        // change of weight -0.25, mean ratio 0.7 above (0.6 + 0.525) / 2 = 0.5625
        close(north.mix.unwrap(), -0.25 * (0.7 - 0.5625));
        let south = change.effect(Some(of(40.0, 100.0)), Some(of(75.0, 150.0)));
        close(south.rate.unwrap(), 0.625 * 0.1);
        close(south.mix.unwrap(), 0.25 * (0.45 - 0.5625));
        close(north.both + south.both, 0.525 - 0.6);
    }

    #[test]
    fn a_new_slice_is_all_mix_and_a_total_has_neither() {
        let change = Change {
            shape: Shape::Ratio(100.0),
            then: of(6.0, 10.0),
            now: of(6.0, 20.0),
        };
        let old = change.effect(Some(of(6.0, 10.0)), Some(of(6.0, 10.0)));
        let new = change.effect(None, Some(of(0.0, 10.0)));
        close(old.rate.unwrap(), 0.0);
        close(new.rate.unwrap(), 0.0);
        // weight 0.5 more, ratio 0 against 0.45
        close(new.mix.unwrap(), -22.5);
        close(old.both + new.both, -30.0);
        let total = Change {
            shape: Shape::Total,
            then: of(5.0, 0.0),
            now: of(9.0, 0.0),
        };
        assert_eq!(
            total.effect(None, Some(of(4.0, 0.0))),
            Effect {
                rate: None,
                mix: None,
                both: 4.0
            }
        );
    }

    #[test]
    fn what_is_beyond_the_slices_is_one_more_or_an_overlap() {
        let shape = Shape::Ratio(1.0);
        let all = (of(10.0, 20.0), 20);
        assert_eq!(rest(all, &[(of(4.0, 8.0), 8), (of(6.0, 12.0), 12)], shape), Ok(None));
        assert_eq!(rest(all, &[(of(4.0, 8.0), 8)], shape), Ok(Some(of(6.0, 12.0))));
        // A customer of two channels is retained in neither and yet by all: the whole adds up, the part does not.
        assert_eq!(rest(all, &[(of(4.0, 8.0), 8), (of(5.0, 12.0), 12)], shape), Err(Overlap));
        assert_eq!(rest(all, &[(of(4.0, 18.0), 8), (of(4.0, 12.0), 12)], shape), Err(Overlap));
        assert_eq!(rest(all, &[(of(4.0, 8.0), 30)], shape), Err(Overlap));
        // Customers of two channels count in both.
        assert_eq!(
            rest((of(10.0, 0.0), 20), &[(of(7.0, 0.0), 10), (of(7.0, 0.0), 10)], Shape::Total),
            Err(Overlap)
        );
        // A region without a complaint has no rows, but stakeholders.
        assert_eq!(rest((of(3.0, 50.0), 3), &[(of(3.0, 40.0), 3)], shape), Ok(Some(of(0.0, 10.0))));
        assert_eq!(
            rest((of(3.0, 50.0), 3), &[(of(3.0, 50.0), u64::MAX), (of(0.0, 0.0), 1)], shape),
            Err(Overlap)
        );
    }

    fn slice() -> impl Strategy<Value = Option<Amount>> {
        proptest::option::of((0.0..500.0, 1.0..500.0).prop_map(|(part, whole)| Amount { part, whole }))
    }

    proptest! {
        #[test]
        fn the_parts_add_up(slices in proptest::collection::vec((slice(), slice()), 1..12), scale in 0.5..200.0) {
            let sum = |side: usize| {
                slices.iter().filter_map(|&(a, b)| [a, b][side]).fold(Amount { part: 0.0, whole: 0.0 }, |a, b| Amount { part: a.part + b.part, whole: a.whole + b.whole })
            };
            for shape in [Shape::Ratio(scale), Shape::Total] {
                let change = Change { shape, then: sum(0), now: sum(1) };
                let Some((before, after)) = change.values() else { continue };
                let effects: Vec<Effect> = slices.iter().map(|(a, b)| change.effect(*a, *b)).collect();
                let total: f64 = effects.iter().map(|e| e.both).sum();
                prop_assert!((total - (after - before)).abs() < 1e-7 * (1.0 + after.abs() + before.abs()));
                if let Shape::Ratio(_) = shape {
                    for ((a, b), effect) in slices.iter().zip(&effects) {
                        prop_assert!((effect.rate.unwrap() + effect.mix.unwrap() - effect.both).abs() < 1e-9);
                        // The textbook's form of the mix.
                        let (w, v) = (a.map_or(0.0, |a| a.whole) / change.then.whole, b.map_or(0.0, |b| b.whole) / change.now.whole);
                        let own = match (a.and_then(|a| a.ratio()), b.and_then(|b| b.ratio())) {
                            (Some(p), Some(q)) => (p + q) / 2.0,
                            (one, other) => one.or(other).unwrap_or_default(),
                        };
                        let mix = scale * (v - w) * (own - change.middle());
                        prop_assert!((effect.mix.unwrap() - mix).abs() < 1e-6 * (1.0 + mix.abs() + scale * own), "{:?} {mix}", effect);
                    }
                }
            }
        }
    }
}
