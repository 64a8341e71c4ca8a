//! Retention by cohort as a section of a report: the last cohorts by first order, and those of each type of stakeholder by the start on the
//! roster. What is counted is that of [`super::retention`].

use super::retention::{self, Request, retention};
use super::{Measure, NoCohorts, Start};
use crate::analyses::Share;
use crate::canonical::CanonicalTables;
use crate::codes::codes;
use crate::facts::context::Settings;
use crate::period::{Grain, Period};
use crate::report::AbsentReason;
use crate::schema::{Micros, NO_CODE, stakeholders};
use crate::stats::Confidence;

/// The usual number of cohorts: a year of months and the month before it.
pub const LAST: usize = 13;

codes! {
    /// The definition of a cohort and of retention.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Basis {
        /// The first order, and orders.
        Purchases = "purchases",
        /// The start on the roster, and being on it.
        Roster = "roster",
    }
}

/// The cohorts to compute.
#[derive(Debug, Clone, Copy)]
pub struct CohortRequest {
    /// What makes a cohort.
    pub basis: Basis,
    /// The length of its period, and of ages.
    pub grain: Grain,
    /// The number of cohorts, the last ones.
    pub last: usize,
    /// The last period ends by this time and by the as-of date.
    pub until: Micros,
    /// How the confidence intervals are found.
    pub confidence: Confidence,
}

/// Cohorts of one type of stakeholder.
#[derive(Debug, Clone, PartialEq)]
pub struct Cohorts {
    /// What makes a cohort.
    pub basis: Basis,
    /// The length of its period.
    pub grain: Grain,
    /// The type of its members, if cohorts are separated by type; on the roster, `None` means without a type.
    pub kind: Option<String>,
    /// The cohorts, the earliest first.
    pub rows: Vec<Cohort>,
}

/// Those who joined in one period.
#[derive(Debug, Clone, PartialEq)]
pub struct Cohort {
    /// The period.
    pub period: Period,
    /// The number of members; `None` if suppressed.
    pub size: Option<u64>,
    /// Suppressed: few protected people (employees, private sources) are among them, or numbers of few others would follow from it.
    pub suppressed: bool,
    /// The period starts before the data: members may not be new, or part of the period is missing.
    pub left_truncated: bool,
    /// The share retained, by age in periods from 0. `None` if the period has not ended, the cohort is empty, or it is suppressed.
    pub kept: Vec<Option<Share>>,
}

/// Cohorts by purchases in one table; by the roster one table for each type of stakeholder that has a cohort.
///
/// # Errors
/// The reason why there are none: a required table or column is missing.
pub fn cohorts(canonical: &CanonicalTables, settings: &Settings, ask: &CohortRequest) -> Result<Vec<Cohorts>, AbsentReason> {
    let (start, measure, by) = match ask.basis {
        Basis::Purchases => (Start::FirstOrder, Measure::Ordered, Vec::new()),
        Basis::Roster => (Start::JoinDate, Measure::Present, vec![stakeholders::TYPE.name.to_string()]),
    };
    let request = Request {
        start,
        dimension: None,
        measure,
        on_or_after: false,
        grain: ask.grain,
        last: Some(ask.last),
        until: ask.until,
        by,
        filter: None,
        confidence: ask.confidence,
    };
    let groups = retention(canonical, settings, &request).map_err(|why| match why {
        NoCohorts::Absent(reason) => reason,
        NoCohorts::Dimension(name) => AbsentReason::MissingInput(name),
    });
    let mut groups = groups?.groups;
    let periods = Period::last_n(ask.grain, ask.last, ask.until.min(canonical.as_of), &canonical.zone);
    let has_ended = |cohort: &retention::Cohort| cohort.complete && cohort.size != Some(0);
    groups.retain(|group| group.cohorts.iter().any(has_ended) || group.codes.is_empty());
    if groups.is_empty() {
        groups.push(retention::Group {
            codes: vec![NO_CODE],
            labels: Vec::new(),
            cohorts: Vec::new(),
        });
    }
    let known_from = retention::known_from(canonical, start);
    let row = |period: &Period, cohorts: &[retention::Cohort]| {
        let number = ask.grain.number(period.first_day);
        let found = cohorts.iter().find(|cohort| cohort.period == Some(number));
        Cohort {
            period: period.clone(),
            size: found.map_or(Some(0), |cohort| cohort.size),
            suppressed: found.is_some_and(|cohort| cohort.suppressed),
            left_truncated: period.first_day < known_from,
            // The last period has ended, so a cohort has one age for itself and one for each following period.
            kept: (0..periods.len()).map(|age| found.and_then(|cohort| cohort.share(age))).collect(),
        }
    };
    let table = |group: retention::Group| Cohorts {
        basis: ask.basis,
        grain: ask.grain,
        kind: group.codes.first().and_then(|code| canonical.texts.text(*code)).map(str::to_string),
        rows: periods.iter().map(|period| row(period, &group.cohorts)).collect(),
    };
    Ok(groups.into_iter().map(table).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::canonical::fixture::{Fixture, Rowed};
    use crate::catalog::Catalog;
    use crate::facts;
    use crate::measure::{Request, measure};
    use crate::schema::Table;

    fn table(canonical: &CanonicalTables, basis: Basis, last: usize) -> Vec<Cohorts> {
        let ask = CohortRequest {
            basis,
            grain: Grain::Month,
            last,
            until: Micros::MAX,
            confidence: Confidence::of(0.95),
        };
        cohorts(canonical, &Settings::default(), &ask).unwrap()
    }

    /// `2026-01 size: part part -`, hidden ones as `?`, truncated ones with a star.
    fn shown(cohorts: &Cohorts) -> Vec<String> {
        let line = |c: &Cohort| {
            let size = c.size.map_or("?".to_string(), |s| s.to_string());
            let star = if c.left_truncated { "*" } else { "" };
            let kept: Vec<String> = c.kept.iter().map(|k| k.map_or("-".to_string(), |s| s.part.to_string())).collect();
            format!("{}{star} {size}: {}", c.period, kept.join(" "))
        };
        cohorts.rows.iter().map(line).collect()
    }

    #[test]
    fn who_bought_first_when_and_came_back() {
        let canonical = Fixture::new("2026-05-11")
            .table(
                Table::Purchases,
                Rowed::Plain,
                "stakeholder_id,order_id,occurred_at,amount\n\
                 a,1,2026-01-05,10\na,2,2026-02-01,10\na,3,2026-02-28,10\na,4,2026-04-01,10\n\
                 b,5,2026-01-31,10\nb,6,2026-05-05,10\n\
                 c,r,2026-01-02,-5\nc,7,2026-03-01,10\nc,8,2026-03-31,10\nc,9,2026-04-30,10\n\
                 d,r2,2026-02-02,-5\n\
                 e,10,2026-05-02,10",
            )
            .build(false);
        let found = table(&canonical, Basis::Purchases, 4);
        assert_eq!(found.len(), 1);
        // May has not ended: it is neither a cohort nor an age. A refund is not a first order.
        assert_eq!(
            shown(&found[0]),
            [
                "2026-01* 2: 2 1 0 1",
                "2026-02 0: - - - -",
                "2026-03 1: 1 1 - -",
                "2026-04 0: - - - -"
            ]
        );
        let share = found[0].rows[0].kept[1].unwrap();
        assert_eq!((share.part, share.whole, share.value()), (1, 2, 0.5));
        let (low, high) = crate::stats::wilson(0.5, 2.0, 0.95);
        assert_eq!((share.low, share.high), (low, high));
        // Cohorts from before the table are omitted, and their members are not new later.
        assert_eq!(shown(&table(&canonical, Basis::Purchases, 1)[0]), ["2026-04 0: -"]);
        let none = Fixture::new("2026-05-11")
            .table(Table::Stakeholders, Rowed::Plain, "stakeholder_id\na")
            .build(false);
        let ask = CohortRequest {
            basis: Basis::Purchases,
            grain: Grain::Month,
            last: 3,
            until: Micros::MAX,
            confidence: Confidence::of(0.95),
        };
        assert_eq!(
            cohorts(&none, &Settings::default(), &ask),
            Err(AbsentReason::MissingInput("purchases".into()))
        );
        let ask = CohortRequest {
            basis: Basis::Roster,
            ..ask
        };
        assert_eq!(
            cohorts(&none, &Settings::default(), &ask),
            Err(AbsentReason::MissingInput("stakeholders.started_at".into()))
        );
    }

    #[test]
    fn who_joined_when_and_stayed() {
        let canonical = Fixture::new("2026-05-01")
            .table(
                Table::Stakeholders,
                Rowed::Plain,
                "stakeholder_id,type,started_at,ended_at\n\
                 a,customer,2026-02-01,2026-03-31\n\
                 b,customer,2026-02-15,2026-02-20\nb,customer,2026-04-02,\n\
                 c,customer,2026-02-28,2026-03-30\nc,customer,2026-03-31,\n\
                 d,customer,,2026-03-01\n\
                 e,supplier,2026-03-01,\n\
                 f,employee,2026-02-01,\ng,employee,2026-03-01,\nh,employee,2026-03-01,\ni,employee,2026-03-01,\n\
                 j,employee,2026-03-01,\nk,employee,2026-03-02,2026-03-31",
            )
            .dates(Table::Stakeholders, "ended_at")
            .build(false);
        let found = table(&canonical, Basis::Roster, 3);
        let kinds: Vec<_> = found.iter().map(|c| c.kind.as_deref()).collect();
        assert_eq!(kinds, [Some("customer"), Some("employee"), Some("supplier")]);
        // a's last day is 31 March, so a is gone when March has ended; b comes back in April; c never left; d was there before.
        assert_eq!(shown(&found[0]), ["2026-02 3: 2 1 2", "2026-03 0: - - -", "2026-04 0: - - -"]);
        // One employee is hidden, and the five others, because one is all six without them.
        assert_eq!(shown(&found[1]), ["2026-02 ?: - - -", "2026-03 ?: - - -", "2026-04 0: - - -"]);
        assert!(found[1].rows[0].suppressed);
        assert_eq!(shown(&found[2]), ["2026-02 0: - - -", "2026-03 1: 1 1 -", "2026-04 0: - - -"]);
    }

    /// A small generator of numbers, seeded.
    fn next(state: &mut u64) -> u64 {
        *state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        *state >> 33
    }

    /// Orders of 250 customers over two years: id, month (from 0), day, whether a refund.
    fn orders_of(seed: u64) -> Vec<(u64, u64, u64, bool)> {
        let mut state = seed;
        (0..400)
            .map(|_| {
                (
                    next(&mut state) % 250,
                    next(&mut state) % 24,
                    next(&mut state) % 28 + 1,
                    next(&mut state).is_multiple_of(9),
                )
            })
            .collect()
    }

    fn day((month, day): (u64, u64)) -> String {
        format!("{}-{:02}-{day:02}", 2024 + month / 12, month % 12 + 1)
    }

    #[test]
    fn a_second_way_to_count_gives_the_same() {
        for seed in 1..6 {
            let orders = orders_of(seed);
            let mut text = "stakeholder_id,order_id,occurred_at,amount\n".to_string();
            for (i, (who, month, d, refund)) in orders.iter().enumerate() {
                text.push_str(&format!("c{who},{i},{},{}\n", day((*month, *d)), if *refund { -5 } else { 10 }));
            }
            let canonical = Fixture::new("2025-12-15")
                .table(Table::Purchases, Rowed::Plain, &text)
                .build(seed % 2 == 0);
            let found = table(&canonical, Basis::Purchases, LAST);
            // By sets: the months in which each customer ordered, up to as-of.
            let mut months: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
            for (who, month, _, _) in orders.iter().filter(|o| !o.3) {
                months.entry(*who).or_default().insert(*month);
            }
            for (i, cohort) in found[0].rows.iter().enumerate() {
                // The last complete month is November 2025, the 23rd.
                let month = 22 - LAST as u64 + 1 + i as u64;
                assert_eq!(cohort.period.label, day((month, 1))[..7]);
                let members: Vec<_> = months.values().filter(|m| m.first() == Some(&month)).collect();
                assert_eq!(cohort.size, Some(members.len() as u64));
                for (age, kept) in cohort.kept.iter().enumerate() {
                    let at = month + age as u64;
                    let expected = members.iter().filter(|m| m.contains(&at)).count() as u64;
                    let expected = (at <= 22 && !members.is_empty()).then_some((expected, members.len() as u64));
                    assert_eq!(kept.map(|k| (k.part, k.whole)), expected, "{} at {age}", cohort.period);
                }
            }
        }
    }

    #[test]
    fn cohorts_are_as_large_as_the_catalogue_says() {
        let mut text = "stakeholder_id,order_id,occurred_at,amount\n".to_string();
        for (i, (who, month, d, refund)) in orders_of(9).iter().enumerate() {
            text.push_str(&format!("c{who},{i},{},{}\n", day((*month, *d)), if *refund { -5 } else { 10 }));
        }
        let canonical = Fixture::new("2026-01-01").table(Table::Purchases, Rowed::Plain, &text).build(false);
        let found = table(&canonical, Basis::Purchases, LAST);
        let request = Request {
            metrics: vec!["new_customers".into()],
            periods: found[0].rows.iter().map(|c| c.period.clone()).collect(),
            by: Vec::new(),
            filter: None,
            together: Vec::new(),
            total: false,
            compare: Vec::new(),
            series: false,
            p_values: false,
            contributors: false,
            confidence: Confidence::of(0.95),
        };
        let catalog = Catalog::builtin(facts::SPECS);
        let outcome = measure(&canonical, &catalog, &Settings::default(), &request).unwrap();
        let measured: Vec<_> = outcome.cells.iter().map(|c| c.value.unwrap() as u64).collect();
        let sizes: Vec<_> = found[0].rows.iter().map(|c| c.size.unwrap()).collect();
        assert_eq!(sizes, measured);
        assert!(sizes.iter().sum::<u64>() > 50);
    }
}
