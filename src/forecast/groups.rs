//! The forecast of all stakeholders, and of each group by itself.

use std::collections::BTreeMap;

use super::expectation::{Each, Expectation};
use super::histories::Buyer;
use super::holdout::{MOST_REPEATS, Test};
use super::known::Known;
use super::{ForecastRequest, GroupForecast, NoForecast, StakeholderForecast, fit, histories, repeating};
use crate::measure::{FEWEST, Private, hidden_groups};
use crate::stats::customer_base::Base;

/// What all groups share.
pub struct Job<'a> {
    /// What was asked for.
    pub request: &'a ForecastRequest,
    /// Who is protected.
    pub private: &'a Private,
    /// A condition keeps some protected people and leaves others out: nothing about those that it keeps is shown.
    pub is_divided: bool,
    /// Amounts are of several currencies.
    pub cannot_add: bool,
}

/// The buyers of a group, at the end of the calibration and at the split.
type Members = (Vec<Buyer>, Vec<Buyer>);

impl Job<'_> {
    /// Each group by itself.
    pub fn groups(&self, known: &Known, of_groups: &[Vec<String>]) -> Vec<GroupForecast> {
        let labels = |buyer: &Buyer| {
            let dimensions = of_groups.get(buyer.group as usize).cloned().unwrap_or_default();
            let cohort = self.request.cohorts.map(|grain| grain.label(buyer.first_day));
            dimensions.into_iter().chain(cohort).collect::<Vec<String>>()
        };
        let mut groups: BTreeMap<Vec<String>, Members> = BTreeMap::new();
        for buyer in &known.buyers {
            groups.entry(labels(buyer)).or_default().0.push(*buyer);
        }
        for buyer in known.earlier.iter().flatten() {
            groups.entry(labels(buyer)).or_default().1.push(*buyer);
        }
        let dimensions = self.request.dimensions();
        let group = |(labels, (buyers, earlier)): (Vec<String>, Members)| {
            let test = known.plan.map(|plan| Test {
                plan,
                earlier: known.earlier.is_some().then_some(earlier.as_slice()),
                bought: &known.bought,
            });
            self.group(dimensions.iter().cloned().zip(labels).collect(), &buyers, test)
        };
        let protected = |(buyers, _): &Members| buyers.iter().filter(|buyer| self.private.is(buyer.stakeholder, 0)).count() as u64;
        let protected: Vec<u64> = groups.values().map(protected).collect();
        let (hidden, _) = hidden_groups(&protected);
        let mut groups: Vec<GroupForecast> = groups.into_iter().map(group).collect();
        for (group, _) in groups.iter_mut().zip(hidden).filter(|(_, hidden)| *hidden) {
            *group = GroupForecast::without(std::mem::take(&mut group.by), NoForecast::Suppressed);
        }
        groups
    }

    /// The forecast of a group.
    pub fn group(&self, by: Vec<(String, String)>, buyers: &[Buyer], test: Option<Test>) -> GroupForecast {
        let is_private = |buyer: &Buyer| self.private.is(buyer.stakeholder, 0);
        if buyers.is_empty() {
            return GroupForecast::without(by, NoForecast::NoRows);
        }
        let protected = buyers.iter().filter(|buyer| is_private(buyer)).count() as u64;
        if (1..FEWEST).contains(&protected) || (self.is_divided && protected > 0) {
            return GroupForecast::without(by, NoForecast::Suppressed);
        }
        let repeating = repeating(buyers);
        let base = Base::of(self.request.model, &histories(buyers));
        let fit = fit(&base, repeating);
        let holdout = match test {
            Some(test) => test.run(self.request.model, buyers, (&base, &fit)),
            None => Err(NoForecast::NoHoldout),
        };
        let refused = match (&fit, &holdout) {
            (Err(why), _) | (Ok(_), Err(why)) => Some(*why),
            (Ok(_), Ok(holdout)) => holdout.is_worse().then_some(NoForecast::WorseThanNaive),
        };
        let shown: Vec<usize> = (0..buyers.len()).filter(|&i| !is_private(&buyers[i])).collect();
        // Parts of a group are divided again: of groups next to the total nothing is shown of them, and of the total what is about five.
        let earlier = test.and_then(|test| test.earlier).unwrap_or(buyers);
        let parts = parts(buyers, earlier, &is_private);
        let shows_parts = protected == 0 || (by.is_empty() && parts.iter().all(|people| *people == 0 || *people >= FEWEST));
        let holdout = match (shows_parts, holdout) {
            (false, Ok(_)) => Err(NoForecast::Suppressed),
            (_, holdout) => holdout,
        };
        let mut group = GroupForecast {
            by,
            stakeholders: Some(buyers.len() as u64),
            repeating: shows_parts.then_some(repeating as u64),
            orders: Err(NoForecast::NoRows),
            spend: Err(NoForecast::NoRows),
            holdout,
            refused,
            withheld: protected,
            each: Vec::new(),
        };
        let each = match &fit {
            Ok(fit) => {
                let found = Expectation::new(self.request, buyers, &base, fit, self.cannot_add).all();
                (group.orders, group.spend) = (Ok(found.orders), found.spend);
                found.each
            }
            Err(why) => {
                (group.orders, group.spend) = (Err(*why), Err(*why));
                Each::default()
            }
        };
        let one = |i: usize| StakeholderForecast {
            stakeholder: buyers[i].stakeholder,
            history: buyers[i].history,
            forecast: each.of(i).filter(|_| refused.is_none()),
        };
        group.each = shown.into_iter().map(one).collect();
        group
    }
}

/// The protected people of each part of a group that numbers are about: those who ordered again and those who did not, those who are new
/// since the split, and those of each number of repeats at the split.
fn parts(buyers: &[Buyer], earlier: &[Buyer], is_private: &dyn Fn(&Buyer) -> bool) -> Vec<u64> {
    let protected =
        |all: &[Buyer], is_in: &dyn Fn(&Buyer) -> bool| all.iter().filter(|buyer| is_private(buyer) && is_in(buyer)).count() as u64;
    let again = protected(buyers, &|buyer| buyer.history.repeats > 0);
    let (all, at_split) = (protected(buyers, &|_| true), protected(earlier, &|_| true));
    let of_repeats = |repeats: u32| protected(earlier, &|buyer| buyer.history.repeats.min(MOST_REPEATS) == repeats);
    let mut parts: Vec<u64> = (0..=MOST_REPEATS).map(of_repeats).collect();
    parts.extend([again, all - again, at_split, all.saturating_sub(at_split)]);
    parts
}
