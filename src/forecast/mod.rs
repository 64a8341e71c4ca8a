//! Forecasts of a customer base without contracts: who is still a customer, how many orders and how much revenue are to come.
//!
//! A model is fitted to what was known at the end of the calibration, for all stakeholders and for each group. It has to prove itself on days
//! that it did not see: where it predicts no better than the stakeholders' own past rates, or than the same rate for all, it gives no forecast
//! of any stakeholder. Intervals come from resampled stakeholders.

mod expectation;
mod histories;
mod holdout;

use std::collections::BTreeMap;

use crate::canonical::{CanonicalTables, Rows};
use crate::codes::codes;
use crate::diagnostics::Problem;
use crate::expr::Expr;
use crate::facts::context::{Settings, Slicing};
use crate::facts::orders;
use crate::measure::{FEWEST, Private, Slices};
use crate::period::Grain;
use crate::schema::{NO_CODE, Table, purchases};
use crate::stats::Interval;
use crate::stats::customer_base::{Base, DAYS, Fit, History, Model, NoMaximum};
use expectation::Expectation;
use histories::{Bought, Buyer, Purchases, last_day};
pub use holdout::{Errors, Frequency, Holdout, MOST_REPEATS};
use holdout::{Plan, Test};

/// Fewest stakeholders with a repeat purchase that a model is fitted to.
pub const FEWEST_REPEATING: usize = 10;

/// What is to be forecast.
#[derive(Debug, Clone)]
pub struct ForecastRequest {
    /// The model.
    pub model: Model,
    /// How many days are forecast.
    pub horizon: i32,
    /// The last day that the model sees; `None`: the last one before the as-of date.
    pub calibration_end: Option<i32>,
    /// The yearly rate by which revenue is discounted, such as 0.1.
    pub discount: f64,
    /// What it costs to win a customer, in units of the currency.
    pub acquisition_cost: Option<f64>,
    /// The dimensions of the groups.
    pub by: Vec<String>,
    /// Groups by the period of the first purchase.
    pub cohorts: Option<Grain>,
    /// Which groups count, over dimensions.
    pub filter: Option<Expr>,
    /// The confidence level of the intervals.
    pub level: f64,
}

/// A forecast.
#[derive(Debug)]
pub struct Forecast {
    /// What was asked for.
    pub request: ForecastRequest,
    /// The last day that the model sees; the forecast is of the days after it.
    pub calibration_end: i32,
    /// Order days that refunds left with nothing, which are no purchases.
    pub days_without_value: u64,
    /// All stakeholders together.
    pub all: GroupForecast,
    /// Each group by itself, by its labels.
    pub groups: Vec<GroupForecast>,
}

/// The name of the dimension of groups by first purchase.
pub const COHORT: &str = "cohort";

codes! {
    /// Why a forecast, or a part of it, is missing.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum NoForecast {
        /// Nobody bought anything.
        NoRows = "no rows",
        /// Fewer than ten stakeholders bought again.
        TooFew = "too few",
        /// The search for the parameters did not end at a maximum of the likelihood.
        DidNotConverge = "did not converge",
        /// The likelihood rises without end as a parameter goes to 0 or infinity.
        AtBoundary = "at the boundary",
        /// The data are too short to hold back any days for a test.
        NoHoldout = "no holdout",
        /// On the days held back, the model predicts no better than the naive rules.
        WorseThanNaive = "worse than naive",
        /// The fitted distribution of spend has no finite mean.
        NoFiniteMean = "no finite mean",
        /// Amounts of several currencies cannot be added.
        MixedCurrencies = "mixed currencies",
        /// Fewer than five people, all protected.
        Suppressed = "suppressed",
        /// Too many resamples could not be fitted.
        Unstable = "unstable",
        /// There are fewer resamples than the confidence level needs.
        LevelTooHigh = "level too high",
    }
}

impl From<NoMaximum> for NoForecast {
    fn from(why: NoMaximum) -> NoForecast {
        match why {
            NoMaximum::DidNotConverge => NoForecast::DidNotConverge,
            NoMaximum::AtBoundary => NoForecast::AtBoundary,
        }
    }
}

/// A value with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranged {
    /// The value.
    pub value: f64,
    /// Its interval, if there is one.
    pub interval: Option<Interval>,
}

impl Ranged {
    /// Multiplied by a positive number.
    fn times(self, factor: f64) -> Ranged {
        let limit = |limit: Option<f64>| limit.map(|limit| limit * factor);
        Ranged {
            value: self.value * factor,
            interval: self.interval.map(|interval| Interval {
                low: limit(interval.low),
                high: limit(interval.high),
            }),
        }
    }
}

/// A parameter of a model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// Its name in the literature.
    pub name: &'static str,
    /// Its value; `None`: it has none, as nobody leaves or it goes to 0 or infinity.
    pub value: Option<Ranged>,
}

/// A fitted model of purchases, and what it says of all stakeholders of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Orders {
    /// The parameters.
    pub parameters: Vec<Parameter>,
    /// The log-likelihood.
    pub log_likelihood: f64,
    /// Some parameters go to 0 or infinity and have no value.
    pub is_limit: bool,
    /// The fit has no stakeholder leaving.
    pub nobody_leaves: bool,
    /// Sum of the probabilities of being a customer still.
    pub alive: Ranged,
    /// Expected orders of all in the horizon.
    pub expected: Ranged,
    /// Expected repeat orders of a new customer in the horizon.
    pub of_new: Ranged,
    /// Why there are no intervals.
    pub no_intervals: Option<NoForecast>,
}

/// A fitted model of spend, and what follows from it for all stakeholders of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Spend {
    /// The parameters.
    pub parameters: Vec<Parameter>,
    /// The log-likelihood.
    pub log_likelihood: f64,
    /// Some parameters go to 0 or infinity and have no value.
    pub is_limit: bool,
    /// Stakeholders that it is fitted to: those with a repeat purchase and a positive amount.
    pub stakeholders: u64,
    /// Correlation of frequency and mean amount, which the model takes to be 0.
    pub correlation: Option<f64>,
    /// The mean amount of a purchase day.
    pub mean: Ranged,
    /// Expected revenue of all in the horizon.
    pub revenue: Ranged,
    /// The same, discounted: the value of all stakeholders.
    pub value: Ranged,
    /// The discounted value of a new customer in the horizon, with the first purchase.
    pub of_new: Ranged,
    /// That value divided by the acquisition cost.
    pub to_cost: Option<Ranged>,
}

/// What is expected of a stakeholder.
#[derive(Debug, Clone, PartialEq)]
pub struct StakeholderForecast {
    /// Code of the stakeholder.
    pub stakeholder: u32,
    /// How often, how lately and how long.
    pub history: History,
    /// The forecast, unless it is refused.
    pub forecast: Option<Expected>,
}

/// What is expected of a stakeholder whose forecast is not refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    /// The probability of being a customer still.
    pub alive: Ranged,
    /// Expected orders in the horizon.
    pub orders: Ranged,
    /// Expected revenue in the horizon, if there is a model of spend.
    pub revenue: Option<f64>,
    /// The same, discounted.
    pub value: Option<Ranged>,
}

/// The forecast of a group.
#[derive(Debug)]
pub struct GroupForecast {
    /// The group: dimension and value.
    pub by: Vec<(String, String)>,
    /// Stakeholders; `None` where they are hidden.
    pub stakeholders: Option<u64>,
    /// Stakeholders with a repeat purchase.
    pub repeating: Option<u64>,
    /// The model of purchases.
    pub orders: Result<Orders, NoForecast>,
    /// The model of spend.
    pub spend: Result<Spend, NoForecast>,
    /// The test on days held back.
    pub holdout: Result<Holdout, NoForecast>,
    /// Why no stakeholder has a forecast.
    pub refused: Option<NoForecast>,
    /// The stakeholders, by id, without protected people.
    pub each: Vec<StakeholderForecast>,
    /// Protected people, who count in the totals and are not shown one by one.
    pub withheld: u64,
}

/// A forecast of all stakeholders, and of each group.
///
/// # Errors
/// A calibration that ends after the as-of date, no purchases, a dimension that purchases do not have: as problems.
pub fn forecast(canonical: &CanonicalTables, settings: &Settings, request: ForecastRequest) -> anyhow::Result<Forecast> {
    let Some(rows) = canonical.table(Table::Purchases) else {
        let hint = "name a file of orders, payments or donations, such as purchases=orders.csv";
        return Err(Problem::data("a forecast needs purchases")
            .why("none of the inputs has any")
            .hint(hint)
            .into());
    };
    let newest = last_day(canonical, canonical.as_of);
    let calibration_end = request.calibration_end.unwrap_or(newest);
    if calibration_end > newest {
        let hint = "set an earlier --calibration-end, or a later --as-of";
        return Err(Problem::usage("the calibration ends after the as-of date").hint(hint).into());
    }
    let slices = Slices::new(canonical, &[&orders::SPEC], &request.by, request.filter.as_ref());
    let slicing = match slices.facts.get(orders::SPEC.name()) {
        Some(Ok((slicing, _))) => slicing,
        Some(Err(dimension)) => {
            let what = format!("a forecast cannot be grouped by `{dimension}`");
            return Err(Problem::usage(what)
                .why("it is neither a column of the purchases nor one of the roster")
                .into());
        }
        None => anyhow::bail!("{} was not sliced", orders::SPEC.name()),
    };
    let whole = together(slicing);
    let known = Known::read(canonical, settings, &whole, calibration_end, newest, request.horizon);
    let private = Private::new(canonical);
    let job = Job {
        request: &request,
        private: &private,
        cannot_add: canonical.cannot_add(currencies(canonical, rows, &whole, calibration_end).into_iter()),
    };
    let all = job.group(Vec::new(), &known.buyers, known.test());
    let groups = match (request.by.is_empty(), request.cohorts) {
        (true, None) => Vec::new(),
        (true, Some(_)) => job.groups(&known, &[]),
        (false, _) => {
            let known = Known::read(canonical, settings, slicing, calibration_end, newest, request.horizon);
            job.groups(&known, slices.labels.as_slice())
        }
    };
    Ok(Forecast {
        days_without_value: known.days_without_value,
        request,
        calibration_end,
        all,
        groups,
    })
}

/// All groups as one.
fn together(slicing: &Slicing) -> Slicing {
    let one = |groups: &Option<Vec<u32>>| {
        let of = |group: &u32| if *group == NO_CODE { NO_CODE } else { 0 };
        groups.as_ref().map(|groups| groups.iter().map(of).collect())
    };
    Slicing {
        rows: one(&slicing.rows),
        stakeholders: one(&slicing.stakeholders),
    }
}

/// The currencies of the purchases that count, by their codes.
fn currencies(canonical: &CanonicalTables, rows: &Rows, slicing: &Slicing, last_day: i32) -> Vec<u32> {
    let (times, currencies) = (rows.times(&purchases::OCCURRED_AT), rows.codes(&purchases::CURRENCY));
    let end = canonical.zone.midnight(last_day + 1).min(canonical.as_of);
    let mut found: Vec<u32> = Vec::new();
    if !currencies.exists() {
        return found;
    }
    for stakeholder in 0..canonical.nobody() {
        for row in rows.run(stakeholder) {
            let code = currencies.at(row);
            if times.at(row) < end && slicing.of_row(row, stakeholder) != NO_CODE && found.last() != Some(&code) && !found.contains(&code) {
                found.push(code);
            }
        }
    }
    found.sort_unstable();
    found
}

/// What is known of the buyers at the end of the calibration, and for the test.
struct Known {
    buyers: Vec<Buyer>,
    days_without_value: u64,
    /// The days held back for the test; `None`: the data are too short.
    plan: Option<Plan>,
    /// The buyers at the split, where it is not the end of the calibration.
    earlier: Option<Vec<Buyer>>,
    bought: Vec<Bought>,
}

impl Known {
    fn read(canonical: &CanonicalTables, settings: &Settings, slicing: &Slicing, end: i32, newest: i32, horizon: i32) -> Known {
        let purchases = Purchases {
            canonical,
            settings,
            slicing,
        };
        let (buyers, days_without_value) = purchases.buyers(end);
        let first = buyers.iter().map(|buyer| buyer.first_day).min();
        let plan = first.and_then(|first| Plan::new(end, newest, horizon, first));
        Known {
            earlier: plan.filter(|plan| plan.split != end).map(|plan| purchases.buyers(plan.split).0),
            bought: plan.map(|plan| purchases.bought(plan.split, plan.until)).unwrap_or_default(),
            buyers,
            days_without_value,
            plan,
        }
    }

    fn test(&self) -> Option<Test<'_>> {
        self.plan.map(|plan| Test {
            plan,
            earlier: self.earlier.as_deref(),
            bought: &self.bought,
        })
    }
}

/// What all groups share.
struct Job<'a> {
    request: &'a ForecastRequest,
    private: &'a Private,
    cannot_add: bool,
}

/// The buyers of a group, at the end of the calibration and at the split.
type Members = (Vec<Buyer>, Vec<Buyer>);

impl Job<'_> {
    /// Each group by itself.
    fn groups(&self, known: &Known, of_groups: &[Vec<String>]) -> Vec<GroupForecast> {
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
        let mut groups: Vec<GroupForecast> = groups.into_iter().map(group).collect();
        // What one hidden group has is all less the others, so the smallest of them is hidden with it.
        if groups.iter().filter(|group| group.stakeholders.is_none()).count() == 1
            && let Some(next) = groups
                .iter_mut()
                .filter(|group| group.stakeholders.is_some())
                .min_by_key(|group| group.stakeholders)
        {
            *next = GroupForecast::without(std::mem::take(&mut next.by), NoForecast::Suppressed);
        }
        groups
    }

    /// The forecast of a group.
    fn group(&self, by: Vec<(String, String)>, buyers: &[Buyer], test: Option<Test>) -> GroupForecast {
        let is_private = |buyer: &Buyer| self.private.is(buyer.stakeholder, 0);
        if buyers.is_empty() {
            return GroupForecast::without(by, NoForecast::NoRows);
        }
        if buyers.len() < FEWEST as usize && buyers.iter().all(is_private) {
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
        let mut group = GroupForecast {
            by,
            stakeholders: Some(buyers.len() as u64),
            repeating: Some(repeating as u64),
            orders: Err(NoForecast::NoRows),
            spend: Err(NoForecast::NoRows),
            holdout,
            refused,
            withheld: (buyers.len() - shown.len()) as u64,
            each: Vec::new(),
        };
        let mut each = Vec::new();
        match &fit {
            Ok(fit) => {
                let expectation = Expectation::new(self.request, buyers, &base, fit, self.cannot_add);
                let found = expectation.all();
                (group.orders, group.spend) = (Ok(found.orders), found.spend);
                each = found.each;
            }
            Err(why) => (group.orders, group.spend) = (Err(*why), Err(*why)),
        }
        let one = |i: usize| StakeholderForecast {
            stakeholder: buyers[i].stakeholder,
            history: buyers[i].history,
            forecast: each.get(i).filter(|_| refused.is_none()).cloned(),
        };
        group.each = shown.into_iter().map(one).collect();
        group
    }
}

impl ForecastRequest {
    /// The dimensions of the groups, with that of the first purchase.
    pub fn dimensions(&self) -> Vec<String> {
        self.by.iter().cloned().chain(self.cohorts.map(|_| COHORT.to_string())).collect()
    }

    /// The horizon in weeks.
    pub fn weeks(&self) -> f64 {
        f64::from(self.horizon) / DAYS
    }
}

impl GroupForecast {
    /// A group of which nothing is shown, and why.
    fn without(by: Vec<(String, String)>, why: NoForecast) -> GroupForecast {
        let count = (why != NoForecast::Suppressed).then_some(0);
        GroupForecast {
            by,
            stakeholders: count,
            repeating: count,
            orders: Err(why),
            spend: Err(why),
            holdout: Err(why),
            refused: Some(why),
            each: Vec::new(),
            withheld: 0,
        }
    }
}

/// The model fitted to these stakeholders, if enough of them bought again.
fn fit(base: &Base, repeating: usize) -> Result<Fit, NoForecast> {
    if repeating < FEWEST_REPEATING {
        return Err(NoForecast::TooFew);
    }
    Ok(base.fit()?)
}

fn repeating(buyers: &[Buyer]) -> usize {
    buyers.iter().filter(|buyer| buyer.history.repeats > 0).count()
}

fn histories(buyers: &[Buyer]) -> Vec<History> {
    buyers.iter().map(|buyer| buyer.history).collect()
}
