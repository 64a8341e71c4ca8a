//! Who a value of a total or a ratio comes from: the stakeholders with most of its part and whole, and all others together.
//!
//! What a stakeholder has to do with a ratio p of X to N is `x - p n`, and p is known only when all are counted. So while counting those
//! are kept who have most above the line, most below it, or most below it that is not above; whoever has much of the influence has much of
//! one of these. What is kept is bounded, and the same in whatever order stakeholders are counted.

use std::collections::BTreeSet;

use super::private::is_about_protected_people;
use super::suppress::FEWEST;
use super::tally::{Flush, Pairs};
use crate::canonical::CanonicalTables;
use crate::catalog::{Entity, Exposure, Kind, Metric, Under};
use crate::report::{Cell, Contributor, Contributors, Others};
use crate::schema::NO_CODE;

/// So many stakeholders are told of.
const MOST: usize = 200;

/// One stakeholder, with its part and whole.
type Owned = (u32, f64, f64);

/// Those who may be among the largest.
#[derive(Debug, Default, Clone)]
pub struct Largest(Vec<Owned>);

/// Whether a metric is a sum over stakeholders of a part, or of a part and a whole.
pub fn has_contributors(metric: &Metric) -> bool {
    match &metric.kind {
        Kind::Count { distinct } => !matches!(distinct, Some(Entity::Column(_))),
        Kind::Ratio { under, .. } => !matches!(under, Under::Distinct(Entity::Column(_))),
        Kind::Sum { .. } | Kind::Share { .. } | Kind::NetShare { .. } | Kind::Mean { .. } | Kind::Rate { .. } => true,
        Kind::Quantile { .. } | Kind::SurvivalQuantile { .. } | Kind::Concentration { .. } | Kind::Derived { .. } => false,
    }
}

/// Whether what a stakeholder has below the line is not counted with what it has above.
fn is_without_whole(metric: &Metric) -> bool {
    matches!(
        metric.kind,
        Kind::Count { .. }
            | Kind::Sum { .. }
            | Kind::Rate {
                exposure: Exposure::Metric(_),
                ..
            }
    )
}

impl Largest {
    /// Those of what stakeholders added to a cell who are known by name and may be told of.
    pub fn of<'f>(flushes: impl Iterator<Item = &'f Flush>, scales: (f64, f64), private: &dyn Fn(u32, u16) -> bool) -> Largest {
        let mut largest = Largest::default();
        for flush in flushes {
            // Whether a stakeholder is protected does not hang on the source of a row.
            if flush.stakeholder != NO_CODE && !private(flush.stakeholder, 0) {
                let (x, n) = flush.units(scales);
                largest.0.push((flush.stakeholder, x, n));
            }
        }
        largest.prune();
        largest
    }

    /// Adds those of a later block.
    pub fn merge(&mut self, later: Largest) {
        self.0.extend(later.0);
        if self.0.len() > 8 * MOST {
            self.prune();
        }
    }

    /// Leaves those who are among the largest by one of the measures.
    fn prune(&mut self) {
        if self.0.len() <= MOST {
            return;
        }
        let measures: [fn(&Owned) -> f64; 3] = [|o| o.1.abs(), |o| o.2.abs(), |o| (o.2 - o.1).abs()];
        let mut kept = BTreeSet::new();
        for measure in measures {
            self.rank(measure);
            kept.extend(self.0.iter().take(MOST).map(|owned| owned.0));
        }
        self.0.retain(|owned| kept.contains(&owned.0));
    }

    fn rank(&mut self, measure: impl Fn(&Owned) -> f64) {
        self.0.sort_by(|a, b| measure(b).total_cmp(&measure(a)).then(a.0.cmp(&b.0)));
    }

    /// The contributors of a cell; `None` where they cannot be told, or may not be: protected people are never named, and where they are
    /// fewer than five among the others, what is said of the others would tell of them.
    pub fn told(
        mut self,
        metric: &Metric,
        pairs: &Pairs,
        scales: (f64, f64),
        cell: &Cell,
        canonical: &CanonicalTables,
    ) -> Option<Contributors> {
        let few = (1..FEWEST).contains(&pairs.private);
        if few || is_about_protected_people(metric) || !has_contributors(metric) || cell.value.is_none() {
            return None;
        }
        self.prune();
        let (part, whole) = pairs.totals(scales);
        let ratio = if is_without_whole(metric) || whole == 0.0 {
            0.0
        } else {
            part / whole
        };
        self.rank(|(_, x, n)| (x - ratio * n).abs());
        self.0.truncate(MOST);
        if self.0.is_empty() && pairs.stakeholders > 0 {
            return None;
        }
        let whole_of = |whole: f64| (!is_without_whole(metric)).then_some(whole);
        let rest = |all: f64, scale: f64, is_exact: bool, of: fn(&Owned) -> f64| {
            let named = self.0.iter().map(of);
            // In whole steps nothing is lost.
            if is_exact {
                ((all * scale).round() - named.map(|has| (has * scale).round()).sum::<f64>()) / scale
            } else if pairs.stakeholders == self.0.len() as u64 {
                0.0
            } else {
                all - named.sum::<f64>()
            }
        };
        Some(Contributors {
            metric: metric.id.clone(),
            period: cell.period.clone(),
            stakeholders: pairs.stakeholders,
            part,
            whole: cell.whole,
            squares: pairs.sums.xx,
            others: Others {
                stakeholders: pairs.stakeholders - self.0.len() as u64,
                part: rest(part, scales.0, pairs.xi != 0, |o| o.1),
                whole: whole_of(rest(whole, scales.1, pairs.ni != 0, |o| o.2)),
            },
            largest: self
                .0
                .iter()
                .map(|&(stakeholder, part, whole)| Contributor {
                    id: canonical.stakeholders.text(stakeholder).unwrap_or_default().to_string(),
                    part,
                    whole: whole_of(whole),
                })
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn flushes(has: &[(i64, i64)]) -> Vec<Flush> {
        let flush = |(at, &(xi, ni)): (usize, &(i64, i64))| Flush {
            stakeholder: at as u32,
            rows: 1,
            xi,
            ni,
            ..Flush::default()
        };
        has.iter().enumerate().map(flush).collect()
    }

    fn nobody(_: u32, _: u16) -> bool {
        false
    }

    fn ids(mut largest: Largest) -> Vec<u32> {
        largest.prune();
        let mut ids: Vec<u32> = largest.0.iter().map(|o| o.0).collect();
        ids.sort_unstable();
        ids
    }

    #[test]
    fn nobody_who_is_protected_or_unknown_is_kept() {
        let mut all = flushes(&[(1, 2), (9, 9), (3, 3)]);
        all[2].stakeholder = NO_CODE;
        let largest = Largest::of(all.iter(), (1.0, 1.0), &|who, _| who == 1);
        assert_eq!(largest.0, [(0, 1.0, 2.0)]);
    }

    #[test]
    fn the_largest_of_many_are_kept_on_either_side() {
        // 1,000 with one row each, one with many hits, one with many misses
        let mut has = vec![(1, 1); 1_000];
        has[700] = (50, 50);
        has[800] = (0, 40);
        let kept = ids(Largest::of(flushes(&has).iter(), (1.0, 1.0), &nobody));
        assert!(kept.contains(&700) && kept.contains(&800));
        assert!(kept.len() <= 3 * MOST);
    }

    proptest! {
        #[test]
        fn blocks_change_nothing(has in proptest::collection::vec((-20i64..20, 0i64..30), 0..900), cut in 0usize..900) {
            let all = flushes(&has);
            let cut = cut.min(all.len());
            let mut parts = Largest::of(all[..cut].iter(), (1.0, 1.0), &nobody);
            parts.merge(Largest::of(all[cut..].iter(), (1.0, 1.0), &nobody));
            prop_assert_eq!(ids(parts), ids(Largest::of(all.iter(), (1.0, 1.0), &nobody)));
        }
    }
}
