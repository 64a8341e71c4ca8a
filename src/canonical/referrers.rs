//! How stakeholders came: when each was first seen, who referred whom, and a referral log made of referrer columns where no
//! export brings one.

use std::collections::{BTreeMap, BTreeSet};

use super::{CanonicalTables, Data, Rows, Values};
use crate::schema::{Micros, NO_CODE, NO_KEY, NO_TIME, Table, purchases, referrals, stakeholders};

/// Something that one canonical row says about a stakeholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sourced<T> {
    /// What it says.
    pub value: T,
    /// The table of the row.
    pub table: Table,
    /// The row.
    pub row: usize,
}

/// Reads from the roster and the purchases how stakeholders came.
#[derive(Debug)]
pub struct Arrivals<'a> {
    canonical: &'a CanonicalTables,
    roster: Option<&'a Rows>,
    starts: Option<Values<'a, i64>>,
    roster_referrers: Option<Values<'a, u32>>,
    purchases: Option<&'a Rows>,
    purchase_referrers: Option<Values<'a, u32>>,
}

impl<'a> Arrivals<'a> {
    /// Over the tables that there are.
    pub fn new(canonical: &'a CanonicalTables) -> Arrivals<'a> {
        let (roster, purchases) = (canonical.table(Table::Stakeholders), canonical.table(Table::Purchases));
        let referrers = |rows: &'a Rows, column| Some(rows.codes(column)).filter(|c| c.exists());
        Arrivals {
            canonical,
            roster,
            starts: roster.map(|rows| rows.times(&stakeholders::STARTED_AT)).filter(|c| c.exists()),
            roster_referrers: roster.and_then(|rows| referrers(rows, &stakeholders::REFERRER_ID)),
            purchases,
            purchase_referrers: purchases.and_then(|rows| referrers(rows, &purchases::REFERRER_ID)),
        }
    }

    /// Whether any table has a column of referrers.
    pub fn has_referrers(&self) -> bool {
        self.roster_referrers.is_some() || self.purchase_referrers.is_some()
    }

    /// When a stakeholder was first seen: the earliest start of the roster, where it tells starts and the stakeholder is on it; else
    /// the first order. `None` where nothing tells, and where the roster leaves the start empty: that is before the data.
    pub fn joined(&self, stakeholder: u32) -> Option<Sourced<Micros>> {
        if let (Some(roster), Some(starts)) = (self.roster, self.starts) {
            let run = roster.run(stakeholder);
            if !run.is_empty() {
                // Rows come by start, those without one first.
                let value = starts.at(run.start);
                return (value != NO_TIME).then_some(Sourced {
                    value,
                    table: Table::Stakeholders,
                    row: run.start,
                });
            }
        }
        let purchases = self.purchases?;
        let row = self.first_line(stakeholder)?;
        Some(Sourced {
            value: purchases.times(&purchases::OCCURRED_AT).at(row),
            table: Table::Purchases,
            row,
        })
    }

    /// Who referred a stakeholder: the roster's word, else that of the lines of the first order. Of several orders at the first time, which
    /// are common where times are dates, each is a first one; if their lines name several people, the earliest line counts, and among lines of
    /// one time the first ID. Nobody refers himself.
    pub fn referrer(&self, stakeholder: u32) -> Option<Sourced<u32>> {
        let is_other = |referrer: u32| referrer != NO_CODE && referrer != stakeholder;
        if let (Some(roster), Some(referrers)) = (self.roster, self.roster_referrers)
            && let Some(row) = roster.run(stakeholder).find(|&row| is_other(referrers.at(row)))
        {
            return Some(Sourced {
                value: referrers.at(row),
                table: Table::Stakeholders,
                row,
            });
        }
        let referrers = self.purchase_referrers?;
        let times = self.purchases?.times(&purchases::OCCURRED_AT);
        let named = self.first_orders(stakeholder).filter(|&row| is_other(referrers.at(row)));
        // Codes are in the order of their IDs.
        let row = named.min_by_key(|&row| (times.at(row), referrers.at(row)))?;
        Some(Sourced {
            value: referrers.at(row),
            table: Table::Purchases,
            row,
        })
    }

    /// The lines of the orders that were a stakeholder's first: those with the id of a line of the first time, or those of its day where it
    /// has none. Refunds are no order.
    fn first_orders(&self, stakeholder: u32) -> impl Iterator<Item = usize> + '_ {
        let first = self.first_line(stakeholder);
        self.purchases.zip(first).into_iter().flat_map(move |(rows, first)| {
            let (times, ids, amounts) = (
                rows.times(&purchases::OCCURRED_AT),
                rows.keys(&purchases::ORDER_ID),
                rows.ints(&purchases::AMOUNT),
            );
            let (at, day) = (times.at(first), self.canonical.zone.day_of(times.at(first)));
            // Rows come by time.
            let at_first = (first..rows.run(stakeholder).end).take_while(move |&row| times.at(row) == at);
            let first_ids: BTreeSet<u64> = at_first.filter(|&row| amounts.at(row) >= 0).map(|row| ids.at(row)).collect();
            rows.run(stakeholder).filter(move |&row| {
                let same_day = || self.canonical.zone.day_of(times.at(row)) == day;
                let id = ids.at(row);
                amounts.at(row) >= 0 && first_ids.contains(&id) && (id != NO_KEY || same_day())
            })
        })
    }

    fn first_line(&self, stakeholder: u32) -> Option<usize> {
        let rows = self.purchases?;
        let amounts = rows.ints(&purchases::AMOUNT);
        rows.run(stakeholder).find(|&row| amounts.at(row) >= 0)
    }
}

/// By stakeholder code: whether the referral log lists the stakeholder as referred by somebody else.
pub fn referred(canonical: &CanonicalTables) -> Vec<bool> {
    let mut listed = vec![false; canonical.stakeholders.len()];
    if let Some(rows) = canonical.table(Table::Referrals) {
        let ids = rows.codes(&referrals::REFERRED_ID);
        for referrer in 0..=canonical.nobody() {
            for row in rows.run(referrer) {
                let id = ids.at(row);
                if id != NO_CODE && id != referrer {
                    listed[id as usize] = true;
                }
            }
        }
    }
    listed
}

/// A referral log made of the referrer columns of the roster and the purchases, where no export brings one: for each
/// stakeholder with a referrer one referral, at the time when the referred stakeholder was first seen. Whom nothing dates is left
/// out. `None` where there is a log, or no referrer column.
pub fn derive(canonical: &CanonicalTables) -> Option<Rows> {
    let arrivals = Arrivals::new(canonical);
    if canonical.table(Table::Referrals).is_some() || !arrivals.has_referrers() {
        return None;
    }
    let (mut referrers, mut referred, mut times, mut sources) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut bases = BTreeSet::new();
    for stakeholder in 0..canonical.nobody() {
        if let Some(referrer) = arrivals.referrer(stakeholder)
            && let Some(joined) = arrivals.joined(stakeholder)
        {
            referrers.push(referrer.value);
            referred.push(stakeholder);
            times.push(joined.value);
            sources.push(canonical.table(referrer.table)?.source_of(referrer.row));
            bases.insert(joined.table);
        }
    }
    let is_date = |table: &Table| {
        let column = if *table == Table::Stakeholders {
            &stakeholders::STARTED_AT
        } else {
            &purchases::OCCURRED_AT
        };
        canonical.table(*table).is_some_and(|rows| rows.is_date(column))
    };
    let dates = if !bases.is_empty() && bases.iter().all(is_date) {
        BTreeSet::from([referrals::OCCURRED_AT.name.to_string()])
    } else {
        BTreeSet::new()
    };
    let mut rows = Rows {
        table: Table::Referrals,
        len: times.len(),
        first_event: times.iter().copied().min().unwrap_or(NO_TIME),
        columns: BTreeMap::from([
            (referrals::OCCURRED_AT.name.to_string(), Data::Int(times)),
            (referrals::REFERRED_ID.name.to_string(), Data::Code(referred)),
        ]),
        starts: Vec::new(),
        source: Some(sources),
        only_source: 0,
        line: None,
        dates,
    };
    rows.sort_by_stakeholder(&referrers, canonical.stakeholders.len());
    Some(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::fixture::{Fixture, Rowed, time};
    use crate::period::Zone;

    fn plain(texts: &[(Table, &str)]) -> CanonicalTables {
        texts
            .iter()
            .fold(Fixture::new("2026-06-01"), |f, (table, text)| f.table(*table, Rowed::Plain, text))
            .build(false)
    }

    fn joined(canonical: &CanonicalTables, id: &str) -> Option<Micros> {
        Arrivals::new(canonical)
            .joined(canonical.stakeholders.code(id).unwrap())
            .map(|j| j.value)
    }

    fn at(text: &str) -> Option<Micros> {
        Some(time(&Zone::utc(), text))
    }

    #[test]
    fn the_roster_says_when_somebody_joined_and_else_the_first_order() {
        let purchases = "stakeholder_id,occurred_at,amount\na,2026-01-05,-3\na,2026-01-07,3\nb,2026-01-02,1\nc,2026-01-03,1";
        let canonical = plain(&[
            (
                Table::Stakeholders,
                "stakeholder_id,started_at\nb,2026-02-01\nb,2025-02-01\nc,\nc,2026-03-01",
            ),
            (Table::Purchases, purchases),
        ]);
        assert_eq!(joined(&canonical, "a"), at("2026-01-07"), "a refund is no first order");
        assert_eq!(joined(&canonical, "b"), at("2025-02-01"), "the earliest start counts");
        assert_eq!(joined(&canonical, "c"), None, "an empty start is before the data");
        let canonical = plain(&[
            (Table::Stakeholders, "stakeholder_id,region\nb,north"),
            (Table::Purchases, purchases),
        ]);
        assert_eq!(
            joined(&canonical, "b"),
            at("2026-01-02"),
            "a roster that tells no starts leaves it to the orders"
        );
    }

    #[test]
    fn the_lines_of_the_first_order_say_who_referred() {
        let canonical = plain(&[(
            Table::Purchases,
            "stakeholder_id,occurred_at,amount,order_id,referrer_id\n\
             a,2026-01-01,5,o1,\na,2026-01-01,5,o2,y\na,2026-01-03,5,o1,x\n\
             b,2026-01-01,5,o1,b\nb,2026-02-01,5,o2,x\n\
             c,2026-01-01T08:00,5,,\nc,2026-01-01T09:00,-5,,z\nc,2026-01-01T10:00,5,,y\nc,2026-01-02,5,,x\n\
             d,2026-01-01,5,o1,\nd,2026-01-03,5,o1,x\nd,2026-01-02,5,o2,y\n\
             e,2026-01-01,9,o1,z\ne,2026-01-01,5,o2,y\ne,2026-01-01,5,o3,",
        )]);
        let referrer = |id: &str| {
            let said = Arrivals::new(&canonical).referrer(canonical.stakeholders.code(id).unwrap());
            said.map(|s| canonical.stakeholders.text(s.value).unwrap().to_string())
        };
        assert_eq!(referrer("a").as_deref(), Some("y"), "the other one of two orders of the first time");
        assert_eq!(referrer("d").as_deref(), Some("x"), "a later line of the first order, by its id");
        assert_eq!(
            referrer("e").as_deref(),
            Some("y"),
            "the first ID of two orders of one time, whatever their amounts"
        );
        assert_eq!(referrer("b"), None, "nobody refers himself, and the second order does not count");
        assert_eq!(referrer("c").as_deref(), Some("y"), "a line of the first day that is no refund");
        assert_eq!(referrer("x"), None);
    }

    #[test]
    fn the_log_lists_who_was_referred() {
        let canonical = plain(&[(
            Table::Referrals,
            "referrer_id,referred_id,occurred_at\na,b,2026-01-01\nc,c,2026-01-01\na,,2026-01-02",
        )]);
        assert_eq!(referred(&canonical), [false, true, false]);
        assert!(derive(&canonical).is_none(), "there is a log");
    }

    #[test]
    fn a_log_is_made_of_referrer_columns() {
        let canonical = plain(&[
            (
                Table::Stakeholders,
                "stakeholder_id,started_at,referrer_id\na,2026-03-01,x\na,2026-01-01,\nb,2026-02-01,a\nc,,x\nd,2026-01-01,d\nx,2020-01-01,",
            ),
            (
                Table::Purchases,
                "stakeholder_id,occurred_at,amount,referrer_id\ne,2026-01-15,5,x\nb,2026-01-01,5,x",
            ),
        ]);
        // The fixture has put the derived log among the tables.
        let rows = canonical.table(Table::Referrals).unwrap();
        let listed = |id: &str| -> Vec<(String, Micros, u16)> {
            let run = rows.run(canonical.stakeholders.code(id).unwrap());
            run.map(|row| {
                let referred = canonical.stakeholders.text(rows.codes(&referrals::REFERRED_ID).at(row)).unwrap();
                (
                    referred.to_string(),
                    rows.times(&referrals::OCCURRED_AT).at(row),
                    rows.source_of(row),
                )
            })
            .collect()
        };
        assert_eq!(
            listed("x"),
            [
                ("a".into(), at("2026-01-01").unwrap(), 0),
                ("e".into(), at("2026-01-15").unwrap(), 1)
            ],
            "c is not dated"
        );
        assert_eq!(
            listed("a"),
            [("b".into(), at("2026-02-01").unwrap(), 0)],
            "the roster's word comes first"
        );
        assert_eq!(listed("d"), []);
        assert_eq!((rows.len, rows.first_event), (3, at("2026-01-01").unwrap()));
        assert_eq!(rows.run(canonical.nobody()).len(), 0);
        let bare = plain(&[(Table::Purchases, "stakeholder_id,occurred_at,amount\ne,2026-01-15,5")]);
        assert!(bare.table(Table::Referrals).is_none(), "no column of referrers, no log");
    }
}
