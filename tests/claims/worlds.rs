//! Worlds whose truth is known: customers who order, ask and answer at rates that do not change, or change as stated; and what a report
//! claims of their records.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use relhealth::api::canonical::{Budget, Options, load};
use relhealth::api::catalog::Metric;
use relhealth::api::config::{Config, Overrides};
use relhealth::api::findings::{Found, Review, ReviewRequest, SegmentModel, review_of_metrics};
use relhealth::api::io;
use relhealth::api::period::{Division, Grain, Period, Zone, date_text, days_from_civil};
use relhealth::api::schema::Table;
use relhealth::api::sources::{Input, Source};

#[path = "../simulation/draws.rs"]
mod draws;

pub use draws::Draws;

/// Who the customers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Population {
    /// The same from the beginning to the end.
    Fixed,
    /// New ones come as others leave, after two years on average; their number stays the same.
    Open,
}

/// What all customers do more or less of in a month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Months {
    /// Every month is like the others.
    Alike,
    /// Each is higher or lower by chance, with this standard deviation of the logarithm.
    Shocks(f64),
    /// The same where each month resembles the one before: the correlation.
    Correlated(f64, f64),
    /// A yearly cosine of this amplitude.
    Cosine(f64),
    /// So many times as much in December.
    December(f64),
    /// The last month has so much fewer orders.
    Drop(f64),
}

/// A world.
#[derive(Clone, Copy, Debug)]
pub struct World {
    /// How many customers there are at a time.
    pub customers: usize,
    /// Orders of a customer in a month, on average; customers differ as an exponential distribution does.
    pub orders: f64,
    pub population: Population,
    pub months: Months,
    /// Months of records.
    pub length: usize,
}

/// The first month of all records, as year and month.
const BEGIN: (i32, u32) = (2024, 1);

impl World {
    /// The activity of each month.
    fn activity(&self, draws: &mut Draws) -> Vec<f64> {
        let mut last = draws.normal();
        let mut of = |at: usize| match self.months {
            Months::Alike => 1.0,
            Months::Shocks(deviation) => (deviation * draws.normal()).exp(),
            Months::Correlated(deviation, correlation) => {
                last = correlation * last + (1.0 - correlation * correlation).sqrt() * draws.normal();
                (deviation * last).exp()
            }
            Months::Cosine(amplitude) => 1.0 + amplitude * (std::f64::consts::TAU * at as f64 / 12.0).cos(),
            Months::December(factor) if at % 12 == 11 => factor,
            Months::December(_) => 1.0,
            Months::Drop(share) if at + 1 == self.length => 1.0 - share,
            Months::Drop(_) => 1.0,
        };
        (0..self.length).map(&mut of).collect()
    }

    /// Orders, tickets and answers as exports.
    fn records(&self, draws: &mut Draws) -> [(Table, String); 3] {
        let mut orders = String::from("stakeholder_id,order_id,occurred_at,amount\n");
        let mut tickets = String::from("stakeholder_id,case_id,occurred_at,resolved_at,kind\n");
        let mut answers = String::from("stakeholder_id,responded_at,instrument,score,scale_min,scale_max\n");
        let activity = self.activity(draws);
        let months: Vec<(i32, i32)> = (0..self.length).map(month).collect();
        let (first, end) = (months[0].0, months[self.length - 1].1);
        let lives = self.lives(draws, first, end);
        let mut count = 0;
        for (id, (from, until)) in lives.into_iter().enumerate() {
            let rate = self.orders * draws.exponential();
            for (&(start, stop), &activity) in months.iter().zip(&activity) {
                let (start, stop) = (f64::from(start).max(from), f64::from(stop).min(until));
                if start >= stop {
                    continue;
                }
                let time = (stop - start) / 30.44;
                // What is asked and answered does not drop with the orders.
                let contacts = match self.months {
                    Months::Drop(_) => time,
                    Months::Alike | Months::Shocks(_) | Months::Correlated(..) | Months::Cosine(_) | Months::December(_) => time * activity,
                };
                let day = |draws: &mut Draws| (start + draws.unit() * (stop - start)) as i32;
                for _ in 0..draws.arrivals(rate * time * activity) {
                    count += 1;
                    let amount = 20.0 * (0.5 * draws.normal()).exp();
                    let _ = writeln!(orders, "c{id},o{count},{},{amount:.2}", date_text(day(draws)));
                }
                for _ in 0..draws.arrivals(0.3 * contacts) {
                    count += 1;
                    let opened = day(draws);
                    let resolved = opened + (12.0 * draws.exponential()) as i32;
                    let resolved = if resolved < end { date_text(resolved) } else { String::new() };
                    let kind = if draws.unit() < 0.3 { "complaint" } else { "question" };
                    let _ = writeln!(tickets, "c{id},t{count},{},{resolved},{kind}", date_text(opened));
                }
                for _ in 0..draws.arrivals(0.3 * contacts) {
                    let score = if draws.unit() < 0.8 { 5 } else { 2 };
                    let _ = writeln!(answers, "c{id},{},csat,{score},1,5", date_text(day(draws)));
                }
            }
        }
        [
            (Table::Purchases, orders),
            (Table::Interactions, tickets),
            (Table::Surveys, answers),
        ]
    }

    /// From when until when each customer is there, in days.
    fn lives(&self, draws: &mut Draws, first: i32, end: i32) -> Vec<(f64, f64)> {
        let always = (f64::from(first), f64::from(end));
        match self.population {
            Population::Fixed => vec![always; self.customers],
            Population::Open => {
                let life = 730.0;
                let mut lives: Vec<(f64, f64)> = (0..self.customers)
                    .map(|_| (always.0, always.0 + life * draws.exponential()))
                    .collect();
                let mut at = always.0 + life / self.customers as f64 * draws.exponential();
                while at < always.1 {
                    lives.push((at, at + life * draws.exponential()));
                    at += life / self.customers as f64 * draws.exponential();
                }
                lives
            }
        }
    }
}

/// The first civil day of a month of the records, and of the one after it.
fn month(at: usize) -> (i32, i32) {
    let start = |at: usize| days_from_civil(BEGIN.0 + (at / 12) as i32, BEGIN.1 + (at % 12) as u32, 1);
    (start(at), start(at + 1))
}

/// What reports are made with.
pub struct Reports {
    config: Config,
    metrics: Vec<String>,
}

/// Metrics that a report has only where they are named: most of them look back.
const NAMED: [&str; 7] = [
    "orders",
    "reactivated_customers",
    "returning_customer_share",
    "second_purchase_rate_90d",
    "days_between_purchases_median",
    "contact_gap_median",
    "cases_resolved",
];

impl Reports {
    pub fn new() -> Reports {
        let config = Config::none(Overrides::default());
        let is_shown = |metric: &&Metric| !metric.hidden && (metric.key && !metric.on_request || NAMED.contains(&metric.id.as_str()));
        let metrics = config.catalog.iter().filter(is_shown).map(|metric| metric.id.clone()).collect();
        Reports { config, metrics }
    }

    /// The report on the last month of the world.
    pub fn of(&self, world: &World, seed: u64) -> Review {
        let mut draws = Draws(seed.wrapping_mul(0x1234_5678_9ABC_DEF1));
        let inputs = world.records(&mut draws).map(|(table, text)| {
            Input::new(
                io::Source::memory(&format!("{table:?}.csv"), text.into_bytes()),
                Source {
                    table: Some(table),
                    ..Source::default()
                },
            )
        });
        let (_, end) = month(world.length - 1);
        let loaded = load(&inputs, &options(Zone::utc().midnight(end))).expect("the records can be read");
        let last = Period::last_n(Grain::Month, 13, loaded.canonical.as_of, &Zone::utc());
        let ask = ReviewRequest {
            metrics: self.metrics.clone(),
            periods: last,
            by: Vec::new(),
            filter: None,
            confidence: self.config.confidence_at(None),
            contributors: false,
            goals: Default::default(),
            segments: SegmentModel::builtin(),
        };
        review_of_metrics(&loaded.canonical, &self.config.catalog, &self.config.settings, &ask).expect("the report can be made")
    }
}

/// The ids of the metrics of which a report claims a change.
pub fn claimed(review: &Review) -> BTreeSet<String> {
    let moved = review.findings.iter().filter_map(|finding| match finding.found {
        Found::Moved { score, .. } => Some(review.scores[score].metric.id.clone()),
        Found::Missed { .. } | Found::Differs { .. } => None,
    });
    moved.collect()
}

fn options(as_of: i64) -> Options {
    Options {
        threads: 1,
        zone: Zone::utc(),
        as_of: Some(as_of),
        division: Division::Grain(Grain::Month),
        dimensions: BTreeSet::new(),
        texts: BTreeSet::from(["kind".to_string(), "instrument".to_string(), "status".to_string()]),
        keep_lines: false,
        everything: false,
        keep_unused: false,
        profiles: Vec::new(),
        questions: Vec::new(),
        budget: Budget::Number(u64::MAX),
        currency: None,
        rates: Default::default(),
        redact: None,
        limits: relhealth::api::ingest::Limits::default(),
        merge_spellings: false,
        large: usize::MAX,
    }
}
