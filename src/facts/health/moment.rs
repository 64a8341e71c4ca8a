//! Dates at which stakeholders are scored, with what was known of the whole population then.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::Reader;
use super::history::Wanted;
use crate::canonical::CanonicalTables;
use crate::catalog::health::{Measure, Model, ValueAtStake};
use crate::facts::context::Settings;
use crate::period::Zone;
use crate::schema::{Micros, NO_INT, NO_TIME, Table};

/// Stakeholders that are counted together.
const CHUNK: u32 = 8_192;
/// Gaps of up to so many days are counted in a list.
const USUAL_DAYS: usize = 4_096;

/// A date at which stakeholders are scored.
#[derive(Debug, Clone)]
pub struct Moment {
    /// Nothing at or after it is known.
    pub at: Micros,
    /// The civil day after the last one that is known.
    pub today: i32,
    /// The first purchase of all.
    pub purchases_since: Micros,
    /// What is known by then of purchases and supplies is money that cannot be added: of several currencies, or not of the report's.
    pub cannot_add: bool,
    zone: Zone,
    /// Midnights that are asked for, by the number of days before.
    midnights: Vec<(i64, Micros)>,
    /// By model, the median gap between order days of all its stakeholders.
    order_gaps: Vec<Option<f64>>,
}

impl Moment {
    /// The midnight so many days before.
    pub fn midnight_before(&self, days: i64) -> Micros {
        let known = self.midnights.iter().find(|(of, _)| *of == days);
        known.map_or_else(|| midnight_before(&self.zone, self.today, days), |(_, at)| *at)
    }

    /// The civil day of a time.
    pub fn day_of(&self, at: Micros) -> i32 {
        self.zone.day_of(at)
    }

    /// The zone whose days count.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The median gap between order days of all stakeholders of a model; `None` if none has ordered on two days.
    pub fn order_gap(&self, model: usize) -> Option<f64> {
        self.order_gaps.get(model).copied().flatten()
    }
}

fn midnight_before(zone: &Zone, today: i32, days: i64) -> Micros {
    zone.midnight(today.saturating_sub(i32::try_from(days).unwrap_or(i32::MAX)))
}

/// The civil day after the last one that is known before a time.
pub fn day_after(zone: &Zone, at: Micros) -> i32 {
    zone.day_of(at.saturating_sub(1)) + 1
}

/// Moments at these times, ascending, with what the purchases known by then say.
pub fn moments(canonical: &CanonicalTables, settings: &Settings, times: &[Micros]) -> Vec<Moment> {
    let models = settings.health.all();
    let days = models.iter().flat_map(|model| model.parts.iter().map(|part| part.days));
    let mut days: Vec<i64> = days.filter(|days| *days > 0).flat_map(|days| [days, 2 * days]).collect();
    days.sort_unstable();
    days.dedup();
    let known = population(canonical, settings, times);
    let purchases = canonical.table(Table::Purchases);
    let moment = |(&at, known): (&Micros, Known)| {
        let zone = canonical.zone.clone();
        let today = day_after(&zone, at);
        Moment {
            at,
            today,
            purchases_since: purchases.map_or(Micros::MAX, |rows| rows.first_event),
            cannot_add: known
                .currencies
                .is_some_and(|(low, high)| canonical.cannot_add([low, high].into_iter())),
            midnights: days.iter().map(|&days| (days, midnight_before(&zone, today, days))).collect(),
            order_gaps: known.gaps.iter().map(Gaps::median).collect(),
            zone,
        }
    };
    times.iter().zip(known).map(moment).collect()
}

/// What the purchases and supplies known at a time say of all stakeholders; or how that differs from the time before.
#[derive(Debug, Clone)]
struct Known {
    /// By model.
    gaps: Vec<Gaps>,
    /// Lowest and highest code of a currency.
    currencies: Option<(u32, u32)>,
}

impl Known {
    fn nothing(models: usize) -> Known {
        Known {
            gaps: vec![Gaps::default(); models],
            currencies: None,
        }
    }

    fn met(&mut self, currency: u32) {
        let (low, high) = self.currencies.unwrap_or((currency, currency));
        self.currencies = Some((low.min(currency), high.max(currency)));
    }

    fn add(&mut self, other: &Known) {
        for (own, other) in self.gaps.iter_mut().zip(&other.gaps) {
            own.merge(other);
        }
        for currency in other.currencies.into_iter().flat_map(|(low, high)| [low, high]) {
            self.met(currency);
        }
    }
}

/// How often each gap of days occurs; or by how much more often than at the time before.
#[derive(Debug, Clone, Default)]
struct Gaps {
    usual: Vec<i64>,
    long: BTreeMap<i32, i64>,
}

impl Gaps {
    fn add(&mut self, days: i32, number: i64) {
        let at = days as usize;
        if at < USUAL_DAYS {
            if self.usual.len() <= at {
                self.usual.resize(at + 1, 0);
            }
            self.usual[at] += number;
        } else {
            *self.long.entry(days).or_default() += number;
        }
    }

    fn merge(&mut self, other: &Gaps) {
        if self.usual.len() < other.usual.len() {
            self.usual.resize(other.usual.len(), 0);
        }
        self.usual.iter_mut().zip(&other.usual).for_each(|(own, other)| *own += other);
        for (days, count) in &other.long {
            *self.long.entry(*days).or_default() += count;
        }
    }

    /// The median; of an even number the mean of the two in the middle.
    fn median(&self) -> Option<f64> {
        let counts = || {
            let usual = self.usual.iter().enumerate().map(|(days, count)| (days as f64, *count));
            usual.chain(self.long.iter().map(|(days, count)| (f64::from(*days), *count)))
        };
        let all: i64 = counts().map(|(_, count)| count).sum();
        let nth = |rank: i64| {
            let mut below = 0;
            counts().find_map(|(days, count)| {
                below += count;
                (rank < below).then_some(days)
            })
        };
        let last = (all > 0).then(|| all - 1)?;
        Some((nth(last / 2)? + nth(all / 2)?) / 2.0)
    }
}

/// By time, ascending, what the purchases and supplies say; nothing if no model asks for it.
fn population(canonical: &CanonicalTables, settings: &Settings, times: &[Micros]) -> Vec<Known> {
    let models = settings.health.all();
    let nothing = || vec![Known::nothing(models.len()); times.len()];
    let asks = |model: &Model| {
        let rhythm = || model.parts.iter().any(|part| part.measure == Measure::PurchaseRecency);
        model.value != ValueAtStake::None || rhythm()
    };
    let wanted = Wanted {
        purchases: canonical.table(Table::Purchases).is_some(),
        supplies: canonical.table(Table::Supplies).is_some(),
        ..Wanted::default()
    };
    if wanted == Wanted::default() || !models.iter().any(asks) {
        return nothing();
    }
    let chunks: Vec<u32> = (0..canonical.nobody()).step_by(CHUNK as usize).collect();
    let reader = || (Reader::new(canonical, settings, wanted), Vec::new());
    let counted = chunks.into_par_iter().map_init(reader, |(reader, gaps), start| {
        let mut news = nothing();
        for stakeholder in start..(start + CHUNK).min(canonical.nobody()) {
            reader.read(stakeholder);
            add_news(reader, times, gaps, &mut news);
        }
        news
    });
    let merge = |mut one: Vec<Known>, other: Vec<Known>| {
        one.iter_mut().zip(&other).for_each(|(one, other)| one.add(other));
        one
    };
    let mut known = counted.reduce(nothing, merge);
    // From what is new at each time to what is known.
    for at in 1..known.len() {
        let (before, after) = known.split_at_mut(at);
        after[0].add(&before[at - 1]);
    }
    known
}

/// Adds what the records of the stakeholder last read say at each time that they did not say at the time before. `gaps` is memory that is
/// used again.
fn add_news(reader: &Reader, times: &[Micros], gaps: &mut Vec<i32>, news: &mut [Known]) {
    let history = &reader.histories.history;
    let mut orders = history.orders.iter().peekable();
    let (mut last, mut model_before): (Option<i32>, Option<usize>) = (None, None);
    gaps.clear();
    for (at, news) in times.iter().zip(news.iter_mut()) {
        if history.orders.first().is_none_or(|first| first.at >= *at) {
            continue;
        }
        let model = reader.model_of(history, *at);
        // The gaps of a stakeholder are those of its model at the time.
        if let Some(before) = model_before.filter(|before| *before != model) {
            for gap in gaps.iter() {
                news.gaps[before].add(*gap, -1);
                news.gaps[model].add(*gap, 1);
            }
        }
        model_before = Some(model);
        while let Some(order) = orders.next_if(|order| order.at < *at) {
            if let Some(last) = last.filter(|last| *last != order.day) {
                let gap = order.day - last;
                news.gaps[model].add(gap, 1);
                gaps.push(gap);
            }
            last = Some(order.day);
        }
    }
    let bought = history.money.iter().map(|line| (line.at, line.currency));
    let delivered = history
        .supplies
        .iter()
        .filter(|line| line.amount != NO_INT && line.ordered_at != NO_TIME);
    for (at, currency) in bought.chain(delivered.map(|line| (line.ordered_at, line.currency))) {
        let from = times.partition_point(|time| *time <= at);
        if let Some(news) = news.get_mut(from) {
            news.met(currency);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaps(days: &[i32]) -> Gaps {
        let mut gaps = Gaps::default();
        days.iter().for_each(|days| gaps.add(*days, 1));
        gaps
    }

    #[test]
    fn the_median_gap_is_that_of_the_list() {
        assert_eq!(gaps(&[]).median(), None);
        assert_eq!(gaps(&[7]).median(), Some(7.0));
        assert_eq!(gaps(&[9, 1, 30]).median(), Some(9.0));
        assert_eq!(gaps(&[4, 1, 9, 30]).median(), Some(6.5));
        assert_eq!(gaps(&[5_000, 1, 6_000, 6_001]).median(), Some(5_500.0));
        let mut merged = gaps(&[1, 5_000]);
        merged.merge(&gaps(&[4, 5_000, 20]));
        assert_eq!(merged.median(), Some(20.0));
        merged.merge(&gaps(&[1, 4, 1]));
        merged.usual[1] -= 3;
        merged.long.insert(5_000, 1);
        assert_eq!(merged.median(), Some(12.0));
    }
}
