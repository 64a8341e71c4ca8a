//! Who a value of a total or a ratio comes from: the stakeholders with most of its part and whole, and all others together.

use crate::canonical::CanonicalTables;
use crate::catalog::Metric;
use crate::measure::counting::{Largest, Owned, Scales, StakeholderSums};
use crate::measure::kinds::Contribution;
use crate::measure::private::is_about_protected_people;
use crate::measure::protection::FEWEST;
use crate::report::{Cell, Contributor, Contributors, Others};

/// The contributors of a cell; `None` where they may not be shown: protected people are never named, and where they are fewer than five
/// among the others, what is shown of the others would be about them.
pub fn contributors(
    largest: Largest,
    (metric, contribution): (&Metric, Contribution),
    sums: &StakeholderSums,
    scales: Scales,
    cell: &Cell,
    canonical: &CanonicalTables,
) -> Option<Contributors> {
    let few = (1..FEWEST).contains(&sums.protected);
    if few || is_about_protected_people(metric) || cell.value.is_none() {
        return None;
    }
    let with_whole = contribution == Contribution::PartAndWhole;
    let (part, whole) = sums.totals(scales);
    let ratio = if with_whole && whole != 0.0 { part / whole } else { 0.0 };
    let named = largest.by(|owned| (owned.part - ratio * owned.whole).abs());
    if named.is_empty() && sums.stakeholders > 0 {
        return None;
    }
    let remainder = |all: f64, scale: f64, is_exact: bool, of: fn(&Owned) -> f64| {
        let has = named.iter().map(of);
        // In whole steps nothing is lost.
        if is_exact {
            ((all * scale).round() - has.map(|has| (has * scale).round()).sum::<f64>()) / scale
        } else if sums.stakeholders == named.len() as u64 {
            0.0
        } else {
            all - has.sum::<f64>()
        }
    };
    let others = Others {
        stakeholders: sums.stakeholders - named.len() as u64,
        part: remainder(part, scales.part, sums.part_steps != 0, |o| o.part),
        whole: with_whole.then(|| remainder(whole, scales.whole, sums.whole_steps != 0, |o| o.whole)),
    };
    let contributor = |owned: &Owned| Contributor {
        id: canonical.stakeholders.text(owned.stakeholder).unwrap_or_default().to_string(),
        part: owned.part,
        whole: with_whole.then_some(owned.whole),
    };
    Some(Contributors {
        metric: metric.id.clone(),
        period: cell.period.clone(),
        stakeholders: sums.stakeholders,
        part,
        whole: cell.whole,
        squares: sums.sums.xx,
        others,
        largest: named.iter().map(contributor).collect(),
    })
}
