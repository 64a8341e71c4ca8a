//! Concentration of a period's revenue or spend: the largest stakeholders with their shares, and measures of concentration with and without
//! the largest one.
//!
//! The numbers are those of the catalogue's metrics: totals by stakeholder of the same rows, negative totals are excluded and counted,
//! totals of zero are kept. A measure of concentration depends on a few stakeholders, so it has no interval; instead, the same measure
//! without the largest stakeholder is shown next to it.

use crate::canonical::CanonicalTables;
use crate::codes::codes;
use crate::facts::context::{Context, Settings, Slicing};
use crate::facts::frame::Frame;
use crate::facts::{self, Prepared, orders, supply_lines};
use crate::measure::{Private, reason};
use crate::period::Period;
use crate::report::AbsentReason;
use crate::schema::{Column, FactSpec, MONEY_SCALE, NO_CODE, NO_INT, NO_TIME, Role, purchases, supplies};
use crate::stats::concentration::{effective_number, hhi, top_share, without_largest};

use super::{Words, by_block};

codes! {
    /// The total whose concentration is measured.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum ConcentrationOf {
        /// Revenue, by customer.
        Revenue = "revenue",
        /// Spend, by supplier.
        Spend = "spend",
    }
}

impl ConcentrationOf {
    fn fact(self) -> (&'static FactSpec, &'static Column, &'static str, &'static str) {
        match self {
            ConcentrationOf::Revenue => (&orders::SPEC, &purchases::AMOUNT, "ordered_at", "revenue"),
            ConcentrationOf::Spend => (&supply_lines::SPEC, &supplies::AMOUNT, "spent_at", "amount"),
        }
    }
}

/// One of the largest.
#[derive(Debug, Clone, PartialEq)]
pub struct Large {
    /// Its place, from 1.
    pub rank: usize,
    /// Its id.
    pub id: String,
    /// Its name, if the roster has one.
    pub name: Option<String>,
    /// Its total, in units of the currency.
    pub amount: f64,
    /// Its share of the sum, 0 to 1.
    pub share: f64,
    /// The cumulative share: of it and all larger ones.
    pub cumulative: f64,
}

/// A measure, and the same without the largest stakeholder.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WithAndWithoutLargest {
    /// Over all.
    pub value: f64,
    /// Without the largest; `None` if no stakeholder is left.
    pub without_largest: Option<f64>,
}

/// The concentration of a total in a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Concentration {
    /// The total.
    pub of: ConcentrationOf,
    /// The period.
    pub period: Period,
    /// The sum of the totals that count, in units of the currency.
    pub sum: f64,
    /// The number of stakeholders whose total counts, including totals of zero.
    pub stakeholders: u64,
    /// The number of stakeholders with a negative total, who are excluded.
    pub negative: u64,
    /// The Herfindahl-Hirschman index, 0 to 1.
    pub hhi: WithAndWithoutLargest,
    /// The number of equal stakeholders with the same index.
    pub effective_number: WithAndWithoutLargest,
    /// The share of the largest.
    pub top1: WithAndWithoutLargest,
    /// The share of the ten largest.
    pub top10: WithAndWithoutLargest,
    /// The largest, by their totals and then by id.
    pub largest: Vec<Large>,
    /// Protected people (employees, private sources) have a total; they are left out of everything here.
    pub withheld: bool,
}

/// The concentration in a period, and the `top` largest. Totals include only data before the as-of date.
///
/// # Errors
/// The reason why there is none, as for the catalogue's metrics; suppressed if all are protected.
pub fn concentration(
    canonical: &CanonicalTables,
    settings: &Settings,
    of: ConcentrationOf,
    period: &Period,
    top: usize,
) -> Result<Concentration, AbsentReason> {
    let (spec, money, at, amount) = of.fact();
    let Some(rows) = canonical.table(money.table) else {
        return Err(AbsentReason::MissingInput(money.table.name().to_string()));
    };
    if !canonical.is_mapped(money) {
        return Err(AbsentReason::MissingInput(money.full_name()));
    }
    let has_currencies = rows.table.with_role(Role::Currency).any(|column| rows.codes(column).exists());
    let slicing = Slicing::default();
    let context = Context {
        canonical,
        settings,
        slicing: &slicing,
        windows: &[],
    };
    let wanted = |name: &str| name == at || name == amount || (name == "currency" && has_currencies);
    let end = period.end.min(canonical.as_of);
    let blocks = by_block(canonical, spec, |block| {
        let mut frame = Frame::new(spec, &wanted, false);
        facts::build(spec, &context, &Prepared::Nothing, block, &mut frame);
        totals(&frame, (at, amount), |time| period.start <= time && time < end)
    });
    let mut totals: Vec<(u32, i128)> = Vec::new();
    let mut currencies: Vec<u32> = Vec::new();
    for block in blocks {
        let (some, mut met) = block?;
        totals.extend(some);
        currencies.append(&mut met);
    }
    currencies.sort_unstable();
    currencies.dedup();
    if totals.is_empty() {
        return Err(AbsentReason::NoRows);
    }
    if canonical.cannot_add(currencies.into_iter()) {
        return Err(AbsentReason::MixedCurrencies);
    }
    let private = Private::new(canonical);
    // A measure of concentration is about the few who have most: each of them could be found from it.
    let all = totals.len();
    totals.retain(|(who, _)| !private.is(*who, 0));
    let people = totals.len();
    if people == 0 {
        return Err(AbsentReason::Suppressed);
    }
    totals.retain(|(_, total)| *total >= 0);
    let negative = (people - totals.len()) as u64;
    let amounts: Vec<f64> = totals.iter().map(|(_, total)| *total as f64 / MONEY_SCALE as f64).collect();
    let beside = |measure: &dyn Fn(&[f64]) -> Option<f64>| {
        let value = measure(&amounts).ok_or(AbsentReason::ZeroDenominator)?;
        let without_largest = without_largest(&amounts, measure);
        Ok(WithAndWithoutLargest { value, without_largest })
    };
    let sum: f64 = amounts.iter().sum();
    let mut found = Concentration {
        of,
        period: period.clone(),
        sum,
        stakeholders: amounts.len() as u64,
        negative,
        hhi: beside(&hhi)?,
        effective_number: beside(&effective_number)?,
        top1: beside(&|x| top_share(x, 1))?,
        top10: beside(&|x| top_share(x, 10))?,
        largest: Vec::new(),
        withheld: people < all,
    };
    // Codes are ranks of the ids.
    totals.sort_unstable_by_key(|&(who, total)| (std::cmp::Reverse(total), who));
    let names = Words::new(canonical);
    let mut running = 0;
    for (place, &(who, total)) in totals.iter().take(top).enumerate() {
        running += total;
        let amount = total as f64 / MONEY_SCALE as f64;
        found.largest.push(Large {
            rank: place + 1,
            id: canonical.stakeholders.text(who).unwrap_or_default().to_string(),
            name: names.of(who).name,
            amount,
            share: amount / sum,
            cumulative: running as f64 / MONEY_SCALE as f64 / sum,
        });
    }
    Ok(found)
}

/// The totals of stakeholders, and the currencies that they are in.
type Totals = (Vec<(u32, i128)>, Vec<u32>);

/// The exact total of each stakeholder of a block over the rows that count, and the currencies of these.
///
/// # Errors
/// An amount that is not known, such as one of several currencies.
fn totals(frame: &Frame, (at, amount): (&str, &str), counts: impl Fn(i64) -> bool) -> Result<Totals, AbsentReason> {
    let (Some(times), Some(amounts)) = (frame.ints(at), frame.ints(amount)) else {
        return Ok(Default::default());
    };
    // What was bought without a stakeholder is of many, and no total of one.
    let is_counted = |row: usize| frame.stakeholder[row] != NO_CODE && times[row] != NO_TIME && counts(times[row]);
    let unknown = frame.unknown_in(amount).filter(|(row, _)| is_counted(*row as usize));
    if let Some(why) = unknown.map(|(_, why)| why).min() {
        return Err(reason(why));
    }
    let (mut totals, mut currencies) = Totals::default();
    let codes = frame.codes("currency");
    for row in (0..frame.len()).filter(|&row| is_counted(row)) {
        let who = frame.stakeholder[row];
        let value = if amounts[row] == NO_INT { 0 } else { i128::from(amounts[row]) };
        // The rows of a stakeholder are neighbours.
        match totals.last_mut() {
            Some((last, total)) if *last == who => *total += value,
            _ => totals.push((who, value)),
        }
        if let Some(code) = codes.map(|codes| codes[row])
            && currencies.last() != Some(&code)
            && !currencies.contains(&code)
        {
            currencies.push(code);
        }
    }
    Ok((totals, currencies))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::fixture::{Fixture, Rowed};
    use crate::catalog::Catalog;
    use crate::measure::{Request, measure};
    use crate::schema::Table;
    use crate::stats::Confidence;

    fn measured(canonical: &CanonicalTables, metric: &str, period: &Period) -> Option<f64> {
        let request = Request {
            metrics: vec![metric.to_string()],
            periods: vec![period.clone()],
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
        measure(canonical, &catalog, &Settings::default(), &request).unwrap().cells[0].value
    }

    fn of(canonical: &CanonicalTables, of: ConcentrationOf, period: &str) -> Result<Concentration, AbsentReason> {
        let period = Period::parse(period, &canonical.zone, canonical.as_of).unwrap();
        concentration(canonical, &Settings::default(), of, &period, 3)
    }

    const ORDERS: &str = "stakeholder_id,order_id,occurred_at,amount,name\n\
        a,1,2026-01-05,10,\na,2,2026-01-15,20,\nb,3,2026-01-06,30,\nc,4,2026-01-07,20,\nd,5,2026-01-08,20,\n\
        e,r1,2026-01-08,-50,\nf,6,2026-01-09,0,\nb,7,2026-02-01,1000,\nb,8,2025-12-31,1000,";

    #[test]
    fn the_golden_case_with_and_without_the_largest() {
        let canonical = Fixture::new("2026-02-15")
            .table(Table::Purchases, Rowed::Plain, ORDERS)
            .table(Table::Stakeholders, Rowed::Plain, "stakeholder_id,name\nb,Bee\nc,Cee")
            .build(false);
        let found = of(&canonical, ConcentrationOf::Revenue, "2026-01").unwrap();
        assert_eq!((found.sum, found.stakeholders, found.negative), (100.0, 5, 1));
        let near = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(near(found.hhi.value, 0.26) && near(found.effective_number.value, 1.0 / 0.26));
        // 30, 20 and 20 of 70.
        assert!(near(found.hhi.without_largest.unwrap(), (9.0 + 4.0 + 4.0) / 49.0));
        assert!(near(found.top1.value, 0.3) && near(found.top1.without_largest.unwrap(), 3.0 / 7.0));
        assert_eq!((found.top10.value, found.top10.without_largest), (1.0, Some(1.0)));
        let largest: Vec<_> = found
            .largest
            .iter()
            .map(|l| (l.rank, l.id.as_str(), l.name.as_deref(), l.amount))
            .collect();
        assert_eq!(
            largest,
            [(1, "a", None, 30.0), (2, "b", Some("Bee"), 30.0), (3, "c", Some("Cee"), 20.0)]
        );
        assert!(near(found.largest[2].share, 0.2) && near(found.largest[2].cumulative, 0.8) && !found.withheld);
    }

    #[test]
    fn the_numbers_are_the_catalogues() {
        let mut text = "stakeholder_id,order_id,occurred_at,amount\n".to_string();
        let mut supplies = "stakeholder_id,ordered_at,promised_at,amount\n".to_string();
        for i in 0u64..400 {
            let (who, day) = (i * i * 7919 % 61, i * 31 % 59 + 1);
            let day = format!("2026-{:02}-{:02}", (day - 1) / 28 + 1, (day - 1) % 28 + 1);
            let amount = (i * 7907 % 1009) as f64 / 7.0 - 20.0;
            text.push_str(&format!("c{who},{i},{day},{amount:.2}\n"));
            supplies.push_str(&format!("v{who},{},{day},{amount:.2}\n", if i % 5 == 0 { "" } else { &day }));
        }
        let canonical = Fixture::new("2026-02-20")
            .table(Table::Purchases, Rowed::Plain, &text)
            .table(Table::Supplies, Rowed::Plain, &supplies)
            .build(false);
        // February is cut at as-of.
        for period in ["2026-01", "2026-02"] {
            let at = Period::parse(period, &canonical.zone, canonical.as_of).unwrap();
            for (of_what, word) in [(ConcentrationOf::Revenue, "revenue"), (ConcentrationOf::Spend, "spend")] {
                let found = of(&canonical, of_what, period).unwrap();
                for (name, value) in [("hhi", found.hhi), ("top1_share", found.top1), ("top10_share", found.top10)] {
                    assert_eq!(
                        Some(value.value),
                        measured(&canonical, &format!("{word}_{name}"), &at),
                        "{word}_{name} {period}"
                    );
                    assert_ne!(Some(value.value), value.without_largest);
                }
                assert!(found.negative > 0 && found.stakeholders > 10, "{found:?}");
            }
        }
    }

    #[test]
    fn what_cannot_be_told_is_said() {
        let canonical = Fixture::new("2026-02-15")
            .table(Table::Purchases, Rowed::Plain, ORDERS)
            .build(false);
        assert_eq!(of(&canonical, ConcentrationOf::Revenue, "2026-03"), Err(AbsentReason::NoRows));
        assert_eq!(
            of(&canonical, ConcentrationOf::Spend, "2026-01"),
            Err(AbsentReason::MissingInput("supplies".into()))
        );
        let mixed =
            "stakeholder_id,order_id,occurred_at,amount,currency\na,1,2026-01-05,10,EUR\nb,2,2026-01-15,20,USD\nb,3,2026-02-02,20,USD";
        let canonical = Fixture::new("2026-02-15").table(Table::Purchases, Rowed::Plain, mixed).build(false);
        assert_eq!(
            of(&canonical, ConcentrationOf::Revenue, "2026-01"),
            Err(AbsentReason::MixedCurrencies)
        );
        assert!(of(&canonical, ConcentrationOf::Revenue, "2026-02").is_ok());
        let roster = "stakeholder_id,type\na,employee\nb,employee\nc,customer\nd,customer";
        let sold = "stakeholder_id,order_id,occurred_at,amount\na,1,2026-01-05,10\nb,2,2026-01-05,10\nc,3,2026-02-05,10\na,4,2026-02-05,20";
        let canonical = Fixture::new("2026-02-15")
            .table(Table::Purchases, Rowed::Plain, sold)
            .table(Table::Stakeholders, Rowed::Plain, roster)
            .build(false);
        assert_eq!(of(&canonical, ConcentrationOf::Revenue, "2026-01"), Err(AbsentReason::Suppressed));
        let found = of(&canonical, ConcentrationOf::Revenue, "2026-02").unwrap();
        let largest: Vec<_> = found.largest.iter().map(|l| (l.rank, l.id.as_str())).collect();
        assert_eq!((largest, found.withheld), (vec![(1, "c")], true));
    }
}
