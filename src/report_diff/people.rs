//! The stakeholders who have most to do with a change.

use std::collections::BTreeMap;

use super::decomposition::{Amount, Change};
use crate::wire::report::{Contributor, Contributors};

/// So many are told of.
pub const MOST: usize = 10;

/// Who moved a value most.
#[derive(Debug, Clone, PartialEq)]
pub struct People {
    /// Those with most influence on the change, the largest first.
    pub most: Vec<Person>,
    /// What they make of the change together, as far as it is known.
    pub together: f64,
    /// Whether both reports list everybody, so that who is not listed had no part.
    pub complete: bool,
    /// Whether nobody at all is listed in both, though both list somebody: the reports may not call them by the same names.
    pub strangers: bool,
}

/// A stakeholder and what it has to do with a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// Its id.
    pub id: String,
    /// What it had then.
    pub then: Had,
    /// What it has now.
    pub now: Had,
    /// How much of the change it is, in the units of the value; what is not known counts as nothing.
    pub influence: f64,
}

/// What a stakeholder has of a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Had {
    /// Its part, and its whole where that is counted with it.
    This(f64, Option<f64>),
    /// Nothing: everybody is listed, and it is not.
    Nothing,
    /// It is not among the largest, and so not listed.
    NotListed,
}

impl Had {
    fn part(self) -> f64 {
        match self {
            Had::This(part, _) => part,
            Had::Nothing | Had::NotListed => 0.0,
        }
    }

    fn amount(self) -> Amount {
        match self {
            Had::This(part, whole) => Amount {
                part,
                whole: whole.unwrap_or_default(),
            },
            Had::Nothing | Had::NotListed => Amount { part: 0.0, whole: 0.0 },
        }
    }

    fn is_without_whole(self) -> bool {
        matches!(self, Had::This(_, None))
    }
}

/// Who moved a value most, of what both reports list; `None` where either lists nobody though there is somebody, or nobody moved it.
pub fn people(change: &Change, then: &Contributors, now: &Contributors) -> Option<People> {
    let (before, after) = (by_id(then), by_id(now));
    let (all_then, all_now) = (then.others.stakeholders == 0, now.others.stakeholders == 0);
    let had = |found: Option<&&Contributor>, all: bool| match found {
        Some(one) => Had::This(one.part, one.whole),
        None if all => Had::Nothing,
        None => Had::NotListed,
    };
    let mut ids: Vec<&str> = before.keys().chain(after.keys()).copied().collect();
    ids.sort_unstable();
    ids.dedup();
    let person = |id: &str| {
        let (then, now) = (had(before.get(id), all_then), had(after.get(id), all_now));
        let influence = if then.is_without_whole() || now.is_without_whole() {
            change.influence_of_part(then.part(), now.part())
        } else {
            change.influence(then.amount(), now.amount())
        };
        Person {
            id: id.to_string(),
            then,
            now,
            influence,
        }
    };
    let strangers = !before.is_empty() && !after.is_empty() && !before.keys().any(|id| after.contains_key(id));
    let mut most: Vec<Person> = ids.into_iter().map(person).filter(|person| person.influence != 0.0).collect();
    most.sort_by(|a, b| b.influence.abs().total_cmp(&a.influence.abs()).then_with(|| a.id.cmp(&b.id)));
    most.truncate(MOST);
    (!most.is_empty()).then(|| People {
        together: most.iter().map(|person| person.influence).sum(),
        most,
        complete: all_then && all_now,
        strangers,
    })
}

/// The variance of the difference of two totals, from the squares of all and the products of those who are listed in both; never below nothing.
pub fn variance(then: &Contributors, now: &Contributors) -> f64 {
    let before = by_id(then);
    let products = now
        .largest
        .iter()
        .filter_map(|one| Some(one.part * before.get(one.id.as_str())?.part));
    (then.squares + now.squares - 2.0 * products.sum::<f64>()).max(0.0)
}

fn by_id(of: &Contributors) -> BTreeMap<&str, &Contributor> {
    of.largest.iter().map(|one| (one.id.as_str(), one)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::decomposition::Shape;
    use super::*;
    use crate::wire::report::Others;

    fn listed(others: u64, largest: &[(&str, f64, Option<f64>)]) -> Contributors {
        Contributors {
            metric: "m".into(),
            period: "2026-10".into(),
            stakeholders: others + largest.len() as u64,
            part: largest.iter().map(|(_, part, _)| part).sum(),
            whole: None,
            squares: largest.iter().map(|(_, part, _)| part * part).sum(),
            others: Others {
                stakeholders: others,
                part: 0.0,
                whole: None,
            },
            largest: largest
                .iter()
                .map(|(id, part, whole)| Contributor {
                    id: id.to_string(),
                    part: *part,
                    whole: *whole,
                })
                .collect(),
        }
    }

    fn amount(part: f64, whole: f64) -> Amount {
        Amount { part, whole }
    }

    #[test]
    fn a_total_moves_by_what_each_has_more() {
        let change = Change {
            shape: Shape::Total,
            then: amount(13.0, 0.0),
            now: amount(9.0, 0.0),
        };
        let then = listed(0, &[("a", 10.0, None), ("b", 3.0, None)]);
        let now = listed(0, &[("b", 3.0, None), ("a", 4.0, None), ("c", 2.0, None)]);
        let found = people(&change, &then, &now).unwrap();
        let told: Vec<(&str, f64, Had)> = found.most.iter().map(|p| (p.id.as_str(), p.influence, p.then)).collect();
        assert_eq!(told, [("a", -6.0, Had::This(10.0, None)), ("c", 2.0, Had::Nothing)]);
        assert_eq!((found.together, found.complete, found.strangers), (-4.0, true, false));
        // (10 - 4)^2 + (3 - 3)^2 + 2^2
        assert_eq!(variance(&then, &now), 40.0);
    }

    #[test]
    fn a_ratio_moves_by_influences_that_add_up() {
        // 3 of 4, then 2 of 5
        let change = Change {
            shape: Shape::Ratio(1.0),
            then: amount(3.0, 4.0),
            now: amount(2.0, 5.0),
        };
        let then = listed(0, &[("a", 1.0, Some(1.0)), ("b", 2.0, Some(3.0))]);
        let now = listed(0, &[("b", 0.0, Some(3.0)), ("c", 2.0, Some(2.0))]);
        let found = people(&change, &then, &now).unwrap();
        let of = |id: &str| found.most.iter().find(|p| p.id == id).unwrap().influence;
        let middle = (0.75 + 0.4) / 2.0;
        assert!((of("a") - -(1.0 - middle) / 4.0).abs() < 1e-12);
        assert!((of("b") - ((0.0 - 3.0 * middle) / 5.0 - (2.0 - 3.0 * middle) / 4.0)).abs() < 1e-12);
        assert!((found.together - (0.4 - 0.75)).abs() < 1e-12);
        assert_eq!(found.most[0].id, "b");
    }

    #[test]
    fn who_is_not_listed_is_not_taken_for_nobody() {
        let change = Change {
            shape: Shape::Ratio(100.0),
            then: amount(3.0, 100.0),
            now: amount(5.0, 100.0),
        };
        let found = people(&change, &listed(7, &[("a", 1.0, None)]), &listed(0, &[("b", 4.0, None)])).unwrap();
        let b = &found.most[0];
        assert_eq!((b.id.as_str(), b.then, b.influence), ("b", Had::NotListed, 4.0));
        assert_eq!((found.most[1].now, found.complete, found.strangers), (Had::Nothing, false, true));
        assert_eq!(people(&change, &listed(7, &[]), &listed(7, &[])), None);
    }
}
