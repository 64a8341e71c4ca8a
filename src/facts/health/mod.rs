//! The health of stakeholders: for each of them a score at a date, by what was known at that date.
//!
//! A score is a function of the tables and a date: [`Moment`] is what was known of all stakeholders, [`history::History`] what happened
//! with one of them, and [`parts`] has the measures. Whatever happened, or became known, at or after the date does not count, so that a
//! score of the past is what it would have been then. Scores of several dates are computed from one reading of the tables.

mod fact;
pub mod history;
mod moment;
mod parts;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::context::{Context, Settings, Slicing};
use super::relations::Targets;
use super::{cases, commitments, contacts, orders, referrals, responses, supply_lines};
use crate::canonical::CanonicalTables;
use crate::catalog::health::{Band, Measure, Model, Models, Part, VALUE_DAYS, ValueAtStake};
use crate::schema::{FactSpec, Input, Micros, NO_CODE, NO_INT, NO_TIME, Table, stakeholders};
pub use fact::{EARLIER, SPEC, Timeline, build};
use history::{Histories, History, Wanted};
pub use moment::{Moment, moments};
pub use parts::{Gap, Measured};
use parts::{Scratch, Standing};

static NO_SLICES: Slicing = Slicing {
    rows: None,
    stakeholders: None,
};

/// The fact that a measure is made from, and the columns of it that the inputs have to give.
pub fn rests_on(measure: Measure) -> Option<(&'static FactSpec, &'static [&'static str])> {
    match measure {
        Measure::ContactRecency | Measure::ContactRegularity | Measure::Reciprocity => Some((&contacts::SPEC, &["occurred_at"])),
        Measure::PurchaseRecency => Some((&orders::SPEC, &["ordered_at"])),
        Measure::RevenueTrend => Some((&orders::SPEC, &["revenue"])),
        Measure::Satisfaction | Measure::SatisfactionTrend => Some((&responses::SPEC, &["score"])),
        Measure::Responsiveness => Some((&cases::SPEC, &["response_due_at", "answered"])),
        Measure::Conflict => Some((&cases::SPEC, &["kind"])),
        Measure::Commitments => Some((&commitments::SPEC, &["kept"])),
        Measure::Referrals => Some((&referrals::SPEC, &["referred_at"])),
        Measure::SupplyOnTime => Some((&supply_lines::SPEC, &["on_time"])),
        Measure::SupplyRejects => Some((&supply_lines::SPEC, &["quantity_rejected"])),
        Measure::Tenure => None,
    }
}

/// The input that a measure lacks, if it lacks one.
pub fn missing_input(measure: Measure, canonical: &CanonicalTables, settings: &Settings) -> Option<String> {
    let (spec, columns) = rests_on(measure)?;
    if !spec.tables.iter().any(|table| canonical.table(*table).is_some()) {
        return spec.tables.first().map(|table| table.name().to_string());
    }
    let groups = columns.iter().filter_map(|name| spec.column(name)).flat_map(|column| column.needs);
    groups
        .filter(|group| !group.iter().any(|input| settings.gives(input, canonical)))
        .map(|group| group.iter().map(Input::name).collect::<Vec<_>>().join(" or "))
        .next()
}

/// Whether the inputs give enough for a score of any stakeholder: of the models that its types have, one whose parts with data reach the
/// minimum coverage.
pub fn can_score(canonical: &CanonicalTables, settings: &Settings) -> bool {
    used(canonical, settings).into_iter().any(|model| {
        let given = model
            .parts
            .iter()
            .filter(|part| missing_input(part.measure, canonical, settings).is_none());
        let weight: f64 = given.map(|part| part.weight).sum();
        weight > 0.0 && is_covered(model, weight / model.weight())
    })
}

/// The models that the stakeholders may have.
fn used<'s>(canonical: &CanonicalTables, settings: &'s Settings) -> Vec<&'s Model> {
    let models = &settings.health;
    let types = canonical
        .table(Table::Stakeholders)
        .map(|rows| (rows.len, rows.codes(&stakeholders::TYPE)));
    let codes: BTreeSet<u32> = types.iter().flat_map(|(len, types)| (0..*len).map(|row| types.at(row))).collect();
    let model = |name: &str| models.of_type(name).0;
    let named = codes.into_iter().filter_map(|code| canonical.texts.meaning(code, model));
    // Off the roster everybody is a customer, or a supplier.
    let used: BTreeSet<usize> = named.chain([stakeholders::CUSTOMER, stakeholders::SUPPLIER].map(model)).collect();
    used.into_iter().map(|model| &models.all()[model]).collect()
}

/// From when on scores are made from all the parts that those at the as-of date are made from, each over all the days that it looks at. A
/// score before it does not say the same: a table had no record yet, complaints could not be known, or there was no revenue to compare
/// with.
pub fn complete_from(canonical: &CanonicalTables, settings: &Settings) -> Option<Micros> {
    let zone = &canonical.zone;
    let from = |part: &Part| {
        let first = canonical.table(table_of(part.measure)?)?.first_event;
        if first == Micros::MAX || missing_input(part.measure, canonical, settings).is_some() {
            return None;
        }
        let looks_back = match part.measure {
            // No record of them is a value too.
            Measure::Conflict | Measure::Referrals => part.days,
            Measure::RevenueTrend => 2 * part.days,
            // Without a record the part does not count.
            Measure::ContactRecency
            | Measure::ContactRegularity
            | Measure::PurchaseRecency
            | Measure::Satisfaction
            | Measure::SatisfactionTrend
            | Measure::Responsiveness
            | Measure::Commitments
            | Measure::Reciprocity
            | Measure::Tenure
            | Measure::SupplyOnTime
            | Measure::SupplyRejects => 0,
        };
        let from = zone.midnight(zone.day_of(first).saturating_add(i32::try_from(looks_back).unwrap_or(i32::MAX)));
        // A trend that is not there at the as-of date is nowhere.
        (part.measure != Measure::RevenueTrend || from <= canonical.as_of).then_some(from)
    };
    used(canonical, settings)
        .into_iter()
        .flat_map(|model| &model.parts)
        .filter_map(from)
        .max()
}

/// Whether a share of the weights is enough for a score.
fn is_covered(model: &Model, coverage: f64) -> bool {
    coverage >= model.minimum_coverage - 1e-12
}

/// The table whose records a measure counts: before its first record nothing is known.
fn table_of(measure: Measure) -> Option<Table> {
    match measure {
        Measure::ContactRecency
        | Measure::ContactRegularity
        | Measure::Reciprocity
        | Measure::Responsiveness
        | Measure::Conflict
        | Measure::Commitments => Some(Table::Interactions),
        Measure::PurchaseRecency | Measure::RevenueTrend => Some(Table::Purchases),
        Measure::Satisfaction | Measure::SatisfactionTrend => Some(Table::Surveys),
        Measure::Referrals => Some(Table::Referrals),
        Measure::SupplyOnTime | Measure::SupplyRejects => Some(Table::Supplies),
        Measure::Tenure => None,
    }
}

/// What the measures of the models read.
fn wanted(models: &Models) -> Wanted {
    let mut wanted = Wanted::default();
    for measure in models.all().iter().flat_map(|model| &model.parts).map(|part| part.measure) {
        match measure {
            Measure::ContactRecency | Measure::ContactRegularity | Measure::Reciprocity => wanted.contacts = true,
            Measure::PurchaseRecency | Measure::RevenueTrend => wanted.purchases = true,
            Measure::Satisfaction | Measure::SatisfactionTrend => wanted.answers = true,
            Measure::Responsiveness | Measure::Conflict => wanted.cases = true,
            Measure::Commitments => wanted.promises = true,
            Measure::Referrals => wanted.referrals = true,
            Measure::SupplyOnTime | Measure::SupplyRejects => wanted.supplies = true,
            Measure::Tenure => {
                wanted.purchases = true;
                wanted.contacts = true;
                wanted.answers = true;
            }
        }
    }
    for model in models.all() {
        match model.value {
            ValueAtStake::Revenue => wanted.purchases = true,
            ValueAtStake::Spend => wanted.supplies = true,
            ValueAtStake::None => {}
        }
    }
    wanted
}

/// Reads histories, and knows which model a stakeholder has.
struct Reader<'a> {
    context: Context<'a>,
    histories: Histories<'a>,
    models: Arc<Models>,
    /// The type of each row of the roster.
    types: Option<crate::canonical::Values<'a, u32>>,
    customer: usize,
    supplier: usize,
    /// By code of a type its model.
    by_type: Vec<(u32, usize)>,
}

impl<'a> Reader<'a> {
    fn new(canonical: &'a CanonicalTables, settings: &'a Settings, wanted: Wanted) -> Reader<'a> {
        let context = Context {
            canonical,
            settings,
            slicing: &NO_SLICES,
            windows: &[],
        };
        let models = Arc::clone(&settings.health);
        let types = canonical.table(Table::Stakeholders).map(|rows| rows.codes(&stakeholders::TYPE));
        let mut by_type: Vec<(u32, usize)> = Vec::new();
        if let (Some(rows), Some(types)) = (canonical.table(Table::Stakeholders), types) {
            for row in 0..rows.len {
                let code = types.at(row);
                if code != NO_CODE && !by_type.iter().any(|(known, _)| *known == code) {
                    let model = canonical.texts.meaning(code, |text| models.of_type(text).0).unwrap_or(0);
                    by_type.push((code, model));
                }
            }
        }
        Reader {
            histories: Histories::new(&context, wanted),
            context,
            types,
            customer: models.of_type(stakeholders::CUSTOMER).0,
            supplier: models.of_type(stakeholders::SUPPLIER).0,
            models,
            by_type,
        }
    }

    fn read(&mut self, stakeholder: u32) {
        self.histories.read(&self.context, stakeholder);
    }

    /// The code of the type that the roster gives at a time; [`NO_CODE`] if it gives none.
    fn type_of(&self, history: &History, at: Micros) -> u32 {
        match (history.roster_row(at), self.types) {
            (Some(row), Some(types)) => types.at(row as usize),
            (None, _) | (_, None) => NO_CODE,
        }
    }

    /// The model of a stakeholder at a time: that of its type on the roster; without a type it is a customer, or a supplier if there are only
    /// supplies.
    fn model_of(&self, history: &History, at: Micros) -> usize {
        let code = self.type_of(history, at);
        if let Some((_, model)) = self.by_type.iter().find(|(known, _)| *known == code) {
            return *model;
        }
        let known = |first: Micros| first != NO_TIME && first < at;
        if known(history.first_supply) && !known(history.first_seen) {
            self.supplier
        } else {
            self.customer
        }
    }
}

/// A stakeholder at a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Presence {
    /// Nothing is known of it yet.
    Unknown,
    /// It was on the roster, and is no longer.
    Left,
    /// It is there.
    Here {
        /// The index of its model.
        model: usize,
        /// The code of its type on the roster; [`NO_CODE`] if it has none.
        type_code: u32,
    },
}

/// The value of a part, or why there is none.
pub type Reading = Result<Measured, Gap>;

/// The score of a stakeholder.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// The share of the weights that have data, 0 to 1.
    pub coverage: f64,
    /// Between 0 and 100; `None` if the coverage is below the minimum of the model.
    pub score: Option<f64>,
}

/// Scores stakeholders one after the other, each at any number of moments.
pub struct Scorer<'a> {
    reader: Reader<'a>,
    targets: Option<Targets<'a>>,
    scratch: Scratch,
    /// By model and part: whether the inputs lack what it is made from.
    lacking: Vec<Vec<bool>>,
    first_events: Vec<(Table, Micros)>,
    stakeholder: u32,
    /// The readings of the parts of the model, of the last moment.
    pub readings: Vec<Reading>,
}

impl<'a> Scorer<'a> {
    /// Over the tables, by the models of the settings.
    pub fn new(canonical: &'a CanonicalTables, settings: &'a Settings) -> Scorer<'a> {
        let reader = Reader::new(canonical, settings, wanted(&settings.health));
        let lacks = |model: &Model| {
            let lacks = |measure| missing_input(measure, canonical, settings).is_some();
            model.parts.iter().map(|part| lacks(part.measure)).collect()
        };
        Scorer {
            targets: Targets::new(&reader.context),
            scratch: Scratch::default(),
            lacking: settings.health.all().iter().map(lacks).collect(),
            first_events: canonical.tables.iter().map(|(table, rows)| (*table, rows.first_event)).collect(),
            stakeholder: 0,
            readings: Vec::new(),
            reader,
        }
    }

    /// The models.
    pub fn models(&self) -> &Models {
        &self.reader.models
    }

    /// Reads a stakeholder.
    pub fn read(&mut self, stakeholder: u32) {
        self.stakeholder = stakeholder;
        self.reader.read(stakeholder);
    }

    /// What happened with the stakeholder last read.
    pub fn history(&self) -> &History {
        &self.reader.histories.history
    }

    /// The end of the spell on the roster that the stakeholder last read is in at a time, by all that is known.
    pub fn end_of_spell(&mut self, at: Micros) -> Micros {
        self.reader.histories.end_of_spell(self.stakeholder, at)
    }

    /// Whether the stakeholder last read is there at a moment; if it is, [`Scorer::readings`] are filled.
    pub fn at(&mut self, moment: &Moment) -> Presence {
        self.readings.clear();
        let histories = &mut self.reader.histories;
        let row = histories.history.roster_row(moment.at);
        let mut standing = Standing {
            target_days: NO_INT,
            start: NO_TIME,
            model: 0,
        };
        if let Some(row) = row {
            let Some(start) = histories.spell_at(self.stakeholder, moment.at) else {
                return Presence::Left;
            };
            standing.start = start;
            standing.target_days = self.targets.as_ref().map_or(NO_INT, |targets| targets.of_row(row as usize));
        } else {
            let history = &histories.history;
            let known = |first: Micros| first != NO_TIME && first < moment.at;
            if !known(history.first_seen) && !known(history.first_supply) {
                return Presence::Unknown;
            }
        }
        let history = &self.reader.histories.history;
        standing.model = self.reader.model_of(history, moment.at);
        let model = &self.reader.models.all()[standing.model];
        for (part, lacks) in model.parts.iter().zip(&self.lacking[standing.model]) {
            let begun = |table| self.first_events.iter().any(|(known, first)| *known == table && *first < moment.at);
            let reading = if *lacks {
                Err(Gap::MissingInput)
            } else if table_of(part.measure).is_some_and(|table| !begun(table)) {
                Err(Gap::NoRecords)
            } else {
                parts::measure(part, history, standing, moment, &mut self.scratch)
            };
            self.readings.push(reading);
        }
        Presence::Here {
            model: standing.model,
            type_code: self.reader.type_of(history, moment.at),
        }
    }

    /// The score of the readings of a model.
    pub fn score(&self, model: usize) -> Score {
        score(&self.models().all()[model], &self.readings)
    }

    /// The mean of the points of the readings of a model by weight, whatever their coverage; `None` without data.
    pub fn mean_of_parts(&self, model: usize) -> Option<f64> {
        let (weight, sum) = weighted(&self.models().all()[model], &self.readings);
        (weight > 0.0).then(|| sum / weight)
    }

    /// What is at stake with the stakeholder last read, in 1/10,000: revenue or spend of the last 365 days, as the model has it; `None` if there
    /// are no amounts, or some that cannot be added. What is at stake with all stakeholders is added, so all amounts have to be of one currency.
    pub fn value_at_stake(&self, model: usize, moment: &Moment) -> Option<i128> {
        if moment.cannot_add {
            return None;
        }
        let canonical = self.reader.histories.canonical();
        let history = self.history();
        match self.models().all()[model].value {
            ValueAtStake::None => None,
            ValueAtStake::Revenue => {
                canonical.table(Table::Purchases)?;
                let mut sum = 0;
                parts::revenue(history, moment, |age, amount| {
                    if age <= VALUE_DAYS {
                        sum += amount;
                    }
                });
                Some(sum)
            }
            ValueAtStake::Spend => {
                let since = moment.midnight_before(VALUE_DAYS);
                let recent = |at: Micros| since <= at && at < moment.at;
                let lines = history
                    .supplies
                    .iter()
                    .filter(|line| recent(line.ordered_at) && line.amount != NO_INT);
                canonical.table(Table::Supplies)?;
                Some(lines.map(|line| i128::from(line.amount)).sum())
            }
        }
    }
}

/// The score of readings of the parts of a model: the mean of their points by weight, over the parts that have data.
pub fn score(model: &Model, readings: &[Reading]) -> Score {
    let (weight, sum) = weighted(model, readings);
    let coverage = weight / model.weight();
    let is_covered = weight > 0.0 && is_covered(model, coverage);
    Score {
        coverage,
        score: is_covered.then(|| sum / weight),
    }
}

/// The weights of the parts that have data, and their points by weight, added up.
fn weighted(model: &Model, readings: &[Reading]) -> (f64, f64) {
    let (mut weight, mut sum) = (0.0, 0.0);
    for (part, reading) in model.parts.iter().zip(readings) {
        if let Ok(measured) = reading {
            weight += part.weight;
            sum += part.weight * part.curve.points(measured.value);
        }
    }
    (weight, sum)
}

/// The band at the last of some moments, by the scores at these moments, which are asked for from the last one backwards: as far as the band
/// depends on them, which is seldom far. The same as the last of [`bands`].
pub fn last_band(model: &Model, moments: usize, mut score_at: impl FnMut(usize) -> Option<f64>) -> Option<Band> {
    // From the last moment backwards; each score only says its band together with the band before.
    let mut open = Vec::new();
    let mut band = None;
    for moment in (0..moments).rev() {
        let Some(score) = score_at(moment) else { break };
        let without = model.band(score, None);
        if Band::ALL.iter().all(|before| model.band(score, Some(*before)) == without) {
            band = Some(without);
            break;
        }
        open.push(score);
    }
    for score in open.into_iter().rev() {
        band = Some(model.band(score, band));
    }
    band
}

/// The bands of scores at moments that follow each other: each has to pass an edge of the band before it. After a moment without a score the
/// next one starts anew.
pub fn bands(model: &Model, scores: impl IntoIterator<Item = Option<f64>>) -> Vec<Option<Band>> {
    let mut before = None;
    let band = |score: Option<f64>| {
        before = score.map(|score| model.band(score, before));
        before
    };
    scores.into_iter().map(band).collect()
}
