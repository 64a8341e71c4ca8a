//! Which settings and which currency a metric is based on: what has to be the same in two reports, so that a change between them is one of the
//! stakeholders. A report shows them for each metric, by name and in a text that differs where the setting does.

use std::collections::{BTreeMap, BTreeSet};

use super::judge::currency_of;
use super::terms::{conditions, fingerprint, hours, rates};
use crate::canonical::CanonicalTables;
use crate::catalog::{Catalog, Metric};
use crate::facts::context::Settings;
use crate::schema::{Fact, FactColumn, FactSpec, HOUR, Input, Shape, Table, Unit};
use crate::sources::Source;

/// The name of the currency of the amounts that a metric adds.
pub const CURRENCY: &str = "currency of its amounts";

/// What a metric is based on whose rows are stakeholders in a period, or that counts somebody once: in a longer one more of them order, come or
/// leave, and more often.
pub const PERIOD_LENGTH: &str = "length of the period";

/// A setting that metrics are based on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Setting {
    FirstResponse,
    Resolution,
    Supply,
    ContactDays,
    RenewalDays,
    HighIsEasy,
    Health,
    Hours,
    Rates,
    Currency,
    Conditions,
    PeriodLength,
}

/// All but the money: a health score may be based on each of them.
const OF_SCORES: [Setting; 8] = [
    Setting::FirstResponse,
    Setting::Resolution,
    Setting::Supply,
    Setting::ContactDays,
    Setting::RenewalDays,
    Setting::HighIsEasy,
    Setting::Health,
    Setting::Hours,
];

/// What the health of a stakeholder is made of that does not depend on the period.
const OF_A_DAY: [&str; 4] = ["score", "coverage", "value_at_stake", "type"];

/// What the metrics of a report are based on.
#[derive(Debug, Clone, Copy)]
pub struct RestsOn<'a> {
    /// All metrics.
    pub catalog: &'a Catalog,
    /// The tables, for the currency of their money.
    pub canonical: &'a CanonicalTables,
    /// The settings of the run.
    pub settings: &'a Settings,
    /// Exchange rates.
    pub rates: &'a BTreeMap<String, f64>,
    /// The sources, for the conditions that leave out records.
    pub sources: &'a [Source],
}

impl RestsOn<'_> {
    /// By name, the settings that a metric is based on, and the currency of its money if that is known.
    pub fn of(&self, metric: &Metric) -> BTreeMap<String, String> {
        let mut found = BTreeSet::from([Setting::Conditions]);
        self.collect(metric, &mut found);
        let text = |setting: Setting| Some((name(setting).to_string(), self.text(setting, metric)?));
        found.into_iter().filter_map(text).collect()
    }

    /// Whether records of the table may be among those that a metric is based on. Whose attributes divide the others are those of the roster.
    fn may_read(&self, metric: &Metric, table: Table) -> bool {
        let reads = |metric: &Metric| {
            let of_fact = |fact: &FactSpec| fact.tables.contains(&table) || fact.also_reads.contains(&table);
            metric.fact.is_some_and(of_fact)
        };
        let parts = metric.parts();
        let mut parts = parts.iter().filter_map(|id| self.catalog.get(id));
        matches!(table, Table::Stakeholders | Table::Identities) || reads(metric) || parts.any(|part| self.may_read(part, table))
    }

    fn collect(&self, metric: &Metric, found: &mut BTreeSet<Setting>) {
        if let Some(fact) = metric.fact {
            match fact.fact {
                Fact::Health => found.extend(OF_SCORES),
                Fact::Members | Fact::Relations => {
                    found.insert(Setting::RenewalDays);
                }
                Fact::Orders
                | Fact::Customers
                | Fact::Newcomers
                | Fact::Cases
                | Fact::Contacts
                | Fact::Commitments
                | Fact::Responses
                | Fact::SupplyLines
                | Fact::Referrals => {}
            }
            // The score of a stakeholder is that of a day, whatever the period that ends with it.
            let is_of_a_day = fact.fact == Fact::Health && metric.columns().iter().all(|column| OF_A_DAY.contains(&column.name));
            // In a longer period each customer of an order comes more often, and there are more of them.
            let counts_once = metric.kind.definition().entity().is_some();
            if counts_once || fact.shape == Shape::StakeholderPeriod && !is_of_a_day {
                found.insert(Setting::PeriodLength);
            }
            for column in metric.columns() {
                found.extend(of_column(fact.fact, column));
            }
        }
        // Parts of a metric are metrics that are not based on it.
        for part in metric.parts().iter().filter_map(|id| self.catalog.get(id)) {
            self.collect(part, found);
        }
    }

    /// The setting as a text; `None` if it is not known.
    fn text(&self, setting: Setting, metric: &Metric) -> Option<String> {
        let Settings {
            clock,
            first_response,
            resolution,
            supply_early_days,
            supply_late_days,
            supply_tolerance,
            contact_days,
            renewal_days,
            high_is_easy,
            health,
        } = self.settings;
        let none = || "none".to_string();
        let in_hours = |target: &Option<i64>| target.map_or_else(none, |micros| (micros as f64 / HOUR as f64).to_string());
        Some(match setting {
            Setting::FirstResponse => in_hours(first_response),
            Setting::Resolution => in_hours(resolution),
            Setting::Supply => {
                let early = supply_early_days.map_or("any".to_string(), |days| days.to_string());
                format!("early {early}, late {supply_late_days}, tolerance {supply_tolerance}")
            }
            Setting::ContactDays if contact_days.is_empty() => none(),
            Setting::ContactDays => {
                let tiers: Vec<String> = contact_days.iter().map(|(tier, days)| format!("{tier} {days}")).collect();
                tiers.join(", ")
            }
            Setting::RenewalDays => renewal_days.to_string(),
            Setting::HighIsEasy => high_is_easy.to_string(),
            Setting::Health if *health == Settings::default().health => "built-in".to_string(),
            Setting::Health => fingerprint(&health.definition()),
            Setting::Hours => match clock {
                crate::period::Clock::Calendar => "calendar".to_string(),
                crate::period::Clock::Business(_) => fingerprint(&hours(clock)),
            },
            Setting::Rates if self.rates.is_empty() => none(),
            Setting::Rates => fingerprint(&rates(self.rates)),
            Setting::Currency => currency_of(self.canonical, metric)?.to_string(),
            Setting::Conditions => match conditions(self.sources, &|table| self.may_read(metric, table)).as_str() {
                "" => none(),
                text => fingerprint(text),
            },
            // The report shows once for all metrics how long it is.
            Setting::PeriodLength => "yes".to_string(),
        })
    }
}

fn of_column(fact: Fact, column: &FactColumn) -> Vec<Setting> {
    let mut found = Vec::new();
    for input in column.needs.iter().copied().flatten() {
        match input {
            Input::Column(_) | Input::Cases => {}
            Input::FirstResponseTarget => found.extend([Setting::FirstResponse, Setting::Hours]),
            Input::ResolutionTarget => found.extend([Setting::Resolution, Setting::Hours]),
            Input::ContactTarget => found.push(Setting::ContactDays),
            Input::EffortDirection => found.push(Setting::HighIsEasy),
            Input::HealthParts => found.extend(OF_SCORES),
        }
    }
    match column.unit {
        Unit::Hours => found.push(Setting::Hours),
        Unit::Money => found.extend([Setting::Rates, Setting::Currency]),
        Unit::Days | Unit::Count | Unit::Number | Unit::Bool | Unit::Text | Unit::Key | Unit::Time => {}
    }
    if fact == Fact::SupplyLines && ["on_time", "in_full"].contains(&column.name) {
        found.push(Setting::Supply);
    }
    found
}

/// The name of a setting: that in `relhealth.toml`, if it has one.
fn name(setting: Setting) -> &'static str {
    match setting {
        Setting::FirstResponse => "targets.first_response_hours",
        Setting::Resolution => "targets.resolution_hours",
        Setting::Supply => "targets.supply",
        Setting::ContactDays => "targets.contact_days",
        Setting::RenewalDays => "renewal_days",
        Setting::HighIsEasy => "ces.high_is_easy",
        Setting::Health => "health",
        Setting::Hours => "hours",
        Setting::Rates => "rates",
        Setting::Currency => CURRENCY,
        Setting::Conditions => "where of its sources",
        Setting::PeriodLength => PERIOD_LENGTH,
    }
}
