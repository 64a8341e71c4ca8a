//! Verdicts: what came of each rule in each slice, with everything that it rests on.

use crate::codes::codes;
use std::collections::BTreeMap;

use super::rule::{Basis, Rule, Waiver};
use super::terms::Terms;
use crate::notes::Note;
use crate::record_counts::RecordCounts;
use crate::report::{AbsentReason, Cell, Change, MetricInfo};
use crate::schema::Micros;
use crate::stats::process::{Direction, Season, Signal};

codes! {
    /// What a rule comes to. The order is that of gravity.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Status {
        /// Nothing speaks against it.
        Pass = "pass",
        /// The value is beyond a threshold that warns.
        Warn = "warn",
        /// There is too little to judge by.
        Insufficient = "insufficient",
        /// It is broken.
        Fail = "fail",
    }
}

/// A threshold, in the unit of what is judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    /// Which side of it is bad.
    pub bad: Side,
    /// Its value. Of a change for the worse it is the largest fall, or rise, that is allowed: 0 or less on the side below.
    pub value: f64,
}

codes! {
    /// A side of a threshold.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Side {
        /// Smaller values.
        Below = "below",
        /// Larger values.
        Above = "above",
    }
}

/// What a number, or a change of it, is in the light of a threshold.
#[derive(Debug, Clone, PartialEq)]
pub enum ThresholdResult {
    /// It lies on the good side.
    Within,
    /// It lies on the bad side, but its interval reaches the threshold.
    Reaches,
    /// It lies on the bad side with its whole interval, but so may one of this many slices by chance.
    Chance {
        /// Slices that were judged together.
        family: usize,
    },
    /// It lies on the bad side: with its whole interval, or as a point where that is the basis.
    Beyond,
    /// It cannot be said.
    NotEvaluated(NotEvaluatedReason),
}

/// Why something cannot be judged.
#[derive(Debug, Clone, PartialEq)]
pub enum NotEvaluatedReason {
    /// There is no value.
    NoValue(AbsentReason),
    /// There are fewer rows than the rule asks for.
    Few {
        /// Rows that there are.
        n: u64,
        /// Rows that it asks for.
        min: u64,
    },
    /// The value lies on the bad side, and there is no interval to tell whether that is chance.
    NoInterval(AbsentReason),
    /// The period that it is compared with has no value.
    NoEarlier(String),
    /// The metric rests on something without a date, so that earlier values are not known.
    Undated,
    /// The metric looks back further than the records do, in the period or in the one that it is compared with.
    ShortHistory {
        /// The first civil day of the first period that will be evaluated.
        from: i32,
    },
    /// No baseline was named.
    NoBaseline,
    /// The baseline has no such number.
    NotInBaseline,
    /// The baseline was saved by an earlier version of the program, which did not say its terms in a way that could be compared.
    UnknownTerms,
    /// The baseline was made under other terms; says which, and what they were and are.
    OtherTerms(Vec<(String, String, String)>),
    /// The period, or the period of the baseline that is named here, had not ended, and they are not known up to the same day of the period.
    OtherDays(String),
    /// The series has no chart, or its limits are not locked yet: so many points of the number that it takes.
    NoChart {
        /// Whole periods with a value.
        points: usize,
        /// How many it takes.
        needed: usize,
    },
    /// The points of the series scarcely vary, so that no limits can be told.
    NoVariation,
    /// The period is not over at as-of, or starts before the data do, so that it is no point of the series.
    NotWhole,
    /// No file or table that the rule could be about was read.
    NoTable,
    /// No slice is left to judge.
    NoSlice,
    /// The table has no event with a time.
    NoEvents,
}

/// What a verdict rests on.
#[derive(Debug, Clone, PartialEq)]
pub enum Evidence {
    /// A value against thresholds.
    Value,
    /// A change against a tolerance.
    Change(Change),
    /// The signals that the last point of the series completes, the gravest first; and how many points there are.
    Signals {
        /// In the bad direction.
        bad: Vec<(Signal, Direction)>,
        /// In the good direction.
        good: Vec<(Signal, Direction)>,
        /// Points of the series.
        points: usize,
        /// Mean of the process.
        mean: f64,
        /// Its limits at the last point.
        limits: (f64, f64),
        /// What is known of its season; `None` where periods have none.
        season: Option<Season>,
        /// Whether the limits allow for neighbouring periods that resemble each other.
        autocorrelation: bool,
    },
    /// Rejected records of those that were read.
    Rejects {
        /// Rejected.
        rejected: u64,
        /// Read.
        read: u64,
    },
    /// The newest event of a table.
    Newest(Micros),
    /// Days, weeks or months without an event, the first few of them by name, of so many.
    Gaps {
        /// Labels of the first few.
        first: Vec<String>,
        /// How many there are.
        missing: u64,
        /// Of how many.
        of: u64,
    },
    /// Records of a table, and those of the baseline where they are compared.
    Rows {
        /// Now.
        rows: u64,
        /// In the baseline.
        before: Option<u64>,
    },
    /// The end of a waiver.
    Waiver,
    /// Nothing was there to look at.
    Nothing,
}

/// What keeps a verdict that is not good from counting against the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excuse {
    /// A waiver, by its place among them.
    Waived(usize),
    /// It could not be judged, and need not be.
    Optional,
    /// It is one slice of several, of which others could be judged.
    OneOfMany,
}

/// What a verdict is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A rule, by its place.
    Rule(usize),
    /// A waiver, by its place.
    Waiver(usize),
}

/// What came of a rule in a slice, or of a waiver.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// What it is about.
    pub subject: Subject,
    /// What it comes to.
    pub status: Status,
    /// Why it does not count against the run, if it does not.
    pub excuse: Option<Excuse>,
    /// The period, where there is one.
    pub period: Option<String>,
    /// The slice, file or table: dimension and value.
    pub by: Vec<(String, String)>,
    /// The number of a metric with all that is known of it.
    pub cell: Option<Cell>,
    /// What is judged: the value, the change, a share of rejects, days, rows.
    pub value: Option<f64>,
    /// Lower limit of it.
    pub low: Option<f64>,
    /// Upper limit of it.
    pub high: Option<f64>,
    /// Rows behind it.
    pub n: Option<u64>,
    /// The threshold that decided, else the one that comes first.
    pub threshold: Option<Threshold>,
    /// What had to lie on the bad side; a point where the metric has no interval, whatever the rule asks for.
    pub basis: Option<Basis>,
    /// What it is in the light of that threshold.
    pub finding: ThresholdResult,
    /// What it rests on.
    pub evidence: Evidence,
}

impl Verdict {
    /// Whether it counts against the run.
    pub fn counts(&self) -> bool {
        self.excuse.is_none() && matches!(self.status, Status::Fail | Status::Insufficient)
    }

    /// The waiver that excuses it.
    pub fn waiver(&self) -> Option<usize> {
        match self.excuse {
            Some(Excuse::Waived(at)) => Some(at),
            _ => None,
        }
    }
}

/// How many verdicts there are of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Rules that were judged, or should have been.
    pub rules: usize,
    /// That pass.
    pub pass: usize,
    /// That warn, and count.
    pub warn: usize,
    /// That fail, and count.
    pub fail: usize,
    /// That could not be judged, and count.
    pub insufficient: usize,
    /// That do not pass, but are waived.
    pub waived: usize,
    /// That could not be judged, but need not be.
    pub spared: usize,
    /// Waivers.
    pub waivers: usize,
    /// Waivers that excuse nothing.
    pub unused: usize,
    /// Waivers that have expired.
    pub expired: usize,
}

/// A metric as rules know it.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The metric as reports show it.
    pub shown: MetricInfo,
    /// The hash of its definition.
    pub definition: String,
    /// The currency of its amounts, if it adds some and it is known.
    pub currency: Option<String>,
}

/// The outcome of a check: everything that a format can show.
#[derive(Debug)]
pub struct CheckResult {
    /// Nothing at or after it is known.
    pub as_of: Micros,
    /// Confidence level of the intervals.
    pub level: f64,
    /// What numbers of two runs must have in common to be compared: time zone, currency, clock, ...
    pub terms: Terms,
    /// Currency of money, where it is known.
    pub currency: Option<String>,
    /// The rules, in the order in which they are written.
    pub rules: Vec<Rule>,
    /// The waivers, in the order in which they are written.
    pub waivers: Vec<Waiver>,
    /// The metrics of the rules, by id.
    pub metrics: BTreeMap<String, Known>,
    /// The verdicts: by rule in their order, then by slice; then those of waivers.
    pub verdicts: Vec<Verdict>,
    /// The row account.
    pub account: Vec<RecordCounts>,
    /// Findings.
    pub notes: Vec<Note>,
}

impl CheckResult {
    /// Rules that are not judged, to tell of them.
    pub fn unjudged(rules: Vec<Rule>, terms: Terms, currency: Option<String>, level: f64) -> CheckResult {
        CheckResult {
            as_of: 0,
            level,
            terms,
            currency,
            rules,
            waivers: Vec::new(),
            metrics: BTreeMap::new(),
            verdicts: Vec::new(),
            account: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The rule of a verdict.
    pub fn rule(&self, verdict: &Verdict) -> Option<&Rule> {
        match verdict.subject {
            Subject::Rule(at) => self.rules.get(at),
            Subject::Waiver(_) => None,
        }
    }

    /// The metric of a verdict.
    pub fn metric(&self, verdict: &Verdict) -> Option<&Known> {
        self.metrics.get(&self.rule(verdict)?.metric()?.metric)
    }

    /// Its name: that of the rule, or of the waiver.
    pub fn name(&self, verdict: &Verdict) -> String {
        match verdict.subject {
            Subject::Rule(at) => self.rules[at].id.clone(),
            Subject::Waiver(at) => self.waivers[at].name(),
        }
    }

    /// How many verdicts there are of each kind.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts {
            rules: self.rules.len(),
            waivers: self.waivers.len(),
            ..Counts::default()
        };
        for verdict in &self.verdicts {
            let counted = match (verdict.status, verdict.excuse) {
                (Status::Pass, _) => &mut counts.pass,
                (_, Some(Excuse::Waived(_))) => &mut counts.waived,
                (_, Some(_)) => &mut counts.spared,
                (Status::Warn, None) => &mut counts.warn,
                (Status::Fail, None) => &mut counts.fail,
                (Status::Insufficient, None) => &mut counts.insufficient,
            };
            *counted += 1;
            if let Subject::Waiver(_) = verdict.subject {
                match verdict.status {
                    Status::Fail => counts.expired += 1,
                    _ => counts.unused += 1,
                }
            }
        }
        counts
    }

    /// Whether nothing at all has to be said: no rule fails, warns or could not be judged, but for what is excused.
    pub fn is_well(&self) -> bool {
        self.verdicts
            .iter()
            .all(|verdict| verdict.excuse.is_some() || verdict.status == Status::Pass)
    }

    /// Whether the run fails; with `on_warnings`, also where a rule only warns.
    pub fn fails(&self, on_warnings: bool) -> bool {
        let warns = |verdict: &Verdict| on_warnings && verdict.status == Status::Warn && verdict.excuse.is_none();
        self.verdicts.iter().any(|verdict| verdict.counts() || warns(verdict))
    }
}
