//! The measures of the parts of a health model: what each is for a stakeholder at a date, by what was known then.

use super::history::{CaseTimes, History};
use super::moment::Moment;
use crate::catalog::health::{Measure, Part};
use crate::codes::codes;
use crate::schema::{Micros, NO_INT, NO_TIME};

/// Years are counted in days.
const DAYS_OF_YEAR: f64 = 365.25;
/// On fewer days with orders a stakeholder has no rhythm of its own.
const FEWEST_ORDER_DAYS: usize = 3;

/// A measure and what it is made of, to be told in words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// The value, which the curve turns into points.
    pub value: f64,
    /// What the value compares or counts: of a share or a ratio the upper number, else the days or the number that it is about.
    pub part: f64,
    /// The lower number, or what the upper one is compared with; NaN if there is none.
    pub whole: f64,
}

codes! {
    /// Why a stakeholder has no value for a part.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Gap {
        /// The inputs lack what the measure is made from.
        MissingInput = "missing input",
        /// The table has no record before the date.
        NoRecords = "no records yet",
        /// There was no contact.
        NoContact = "no contact",
        /// Neither a target nor two days of contact are known.
        NoTarget = "no target and no rhythm",
        /// Too few gaps between contacts ended in the days.
        NoGaps = "no gap between contacts",
        /// There was no order.
        NoOrder = "no order",
        /// Nobody has ordered on two days.
        NoRhythm = "no rhythm",
        /// There was no revenue to compare with.
        NoRevenueBefore = "no revenue before",
        /// The data do not reach back far enough.
        DataStartLater = "data start later",
        /// Amounts are of several currencies.
        SeveralCurrencies = "several currencies",
        /// There was no answer with a scale.
        NoAnswer = "no answer",
        /// There was no earlier answer.
        NoEarlierAnswer = "no earlier answer",
        /// No case was due.
        NoCaseDue = "no case due",
        /// No commitment was due.
        NoCommitmentDue = "no commitment due",
        /// No contact was inbound or outbound.
        NoDirectedContact = "no inbound or outbound contact",
        /// The start is not known.
        NoStart = "no start",
        /// No supply line was due, or none received.
        NoSupply = "no supply",
    }
}

/// What the measures of a stakeholder need beside its history.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// Days within which there should be a contact; [`NO_INT`] without a target.
    pub target_days: i64,
    /// Start of the spell on the roster; [`NO_TIME`] if not known, or off the roster.
    pub start: Micros,
    /// Index of the model.
    pub model: usize,
}

/// Memory that is used again for each stakeholder.
#[derive(Debug, Default)]
pub struct Scratch(Vec<i32>);

/// The measure of a part at a moment.
///
/// # Errors
/// Why there is none.
pub fn measure(part: &Part, history: &History, standing: Standing, moment: &Moment, scratch: &mut Scratch) -> Result<Measured, Gap> {
    match part.measure {
        Measure::ContactRecency => contact_recency(history, standing, moment, scratch),
        Measure::ContactRegularity => contact_regularity(part, history, standing, moment, scratch),
        Measure::PurchaseRecency => purchase_recency(history, standing, moment, scratch),
        Measure::RevenueTrend => revenue_trend(part, history, moment),
        Measure::Satisfaction => satisfaction(part, history, moment),
        Measure::SatisfactionTrend => satisfaction_trend(part, history, moment),
        Measure::Responsiveness => responsiveness(part, history, moment),
        Measure::Conflict => Ok(conflict(part, history, moment)),
        Measure::Commitments => commitments(part, history, moment),
        Measure::Reciprocity => reciprocity(part, history, moment),
        Measure::Tenure => tenure(history, standing, moment),
        Measure::Referrals => Ok(referrals(part, history, moment)),
        Measure::SupplyOnTime => supply_on_time(part, history, moment),
        Measure::SupplyRejects => supply_rejects(part, history, moment),
    }
}

/// A share or a ratio.
fn ratio(part: f64, whole: f64) -> Measured {
    Measured {
        value: part / whole,
        part,
        whole,
    }
}

/// The median of days; `None` of none. It puts them in order.
fn median(days: &mut [i32]) -> Option<f64> {
    if days.is_empty() {
        return None;
    }
    let middle = days.len() / 2;
    let is_even = days.len().is_multiple_of(2);
    let (below, &mut upper, _) = days.select_nth_unstable(middle);
    let lower = if is_even {
        below.iter().max().copied().unwrap_or(upper)
    } else {
        upper
    };
    Some((f64::from(lower) + f64::from(upper)) / 2.0)
}

/// The gaps between distinct days that come in order.
fn gaps(days: impl Iterator<Item = i32>, into: &mut Vec<i32>) {
    into.clear();
    let mut last: Option<i32> = None;
    for day in days {
        if let Some(last) = last.filter(|last| *last != day) {
            into.push(day - last);
        }
        last = Some(day);
    }
}

/// Days between contacts that are wished for: the target, else twice the median of the own gaps.
fn wished_gap(history: &History, standing: Standing, moment: &Moment, scratch: &mut Scratch) -> Result<f64, Gap> {
    if standing.target_days != NO_INT {
        return Ok(standing.target_days as f64);
    }
    let known = history.contacts.iter().take_while(|contact| contact.at < moment.at);
    gaps(known.map(|contact| contact.day), &mut scratch.0);
    median(&mut scratch.0).map(|median| 2.0 * median).ok_or(Gap::NoTarget)
}

fn contact_recency(history: &History, standing: Standing, moment: &Moment, scratch: &mut Scratch) -> Result<Measured, Gap> {
    let known = history.contacts.partition_point(|contact| contact.at < moment.at);
    let last = known.checked_sub(1).map(|last| history.contacts[last].day);
    let last = last.or_else(|| {
        let has_target = standing.target_days != NO_INT && standing.start != NO_TIME;
        has_target.then(|| moment.day_of(standing.start))
    });
    let days = f64::from(moment.today - last.ok_or(Gap::NoContact)?);
    Ok(ratio(days, wished_gap(history, standing, moment, scratch)?))
}

fn contact_regularity(part: &Part, history: &History, standing: Standing, moment: &Moment, scratch: &mut Scratch) -> Result<Measured, Gap> {
    let wished = wished_gap(history, standing, moment, scratch)?;
    let from = moment.today - part.days as i32;
    let (mut all, mut within, mut last) = (0.0, 0.0, None);
    for contact in history.contacts.iter().take_while(|contact| contact.at < moment.at) {
        if let Some(last) = last.filter(|last| *last != contact.day)
            && contact.day >= from
        {
            all += 1.0;
            within += f64::from(u8::from(f64::from(contact.day - last) <= wished));
        }
        last = Some(contact.day);
    }
    if all == 0.0 { Err(Gap::NoGaps) } else { Ok(ratio(within, all)) }
}

fn purchase_recency(history: &History, standing: Standing, moment: &Moment, scratch: &mut Scratch) -> Result<Measured, Gap> {
    let known = history.orders.partition_point(|order| order.at < moment.at);
    let orders = &history.orders[..known];
    let last = orders.last().ok_or(Gap::NoOrder)?;
    gaps(orders.iter().map(|order| order.day), &mut scratch.0);
    let own = if scratch.0.len() + 1 >= FEWEST_ORDER_DAYS {
        median(&mut scratch.0)
    } else {
        None
    };
    let rhythm = own.or(moment.order_gap(standing.model)).ok_or(Gap::NoRhythm)?;
    Ok(ratio(f64::from(moment.today - last.day), rhythm))
}

/// Adds up the money known at a moment by the days since, for as many days as it is asked for; the currencies that met.
pub fn revenue(history: &History, moment: &Moment, mut add: impl FnMut(i64, i128)) -> bool {
    let mut currency = None;
    let mut several = false;
    for line in history.money.iter().filter(|line| line.at < moment.at) {
        // A line counts with its order, and before that is there on its own day.
        let day = line.order.filter(|order| order.at < moment.at).map_or(line.day, |order| order.day);
        add(i64::from(moment.today - day), line.amount);
        several |= *currency.get_or_insert(line.currency) != line.currency;
    }
    several
}

fn revenue_trend(part: &Part, history: &History, moment: &Moment) -> Result<Measured, Gap> {
    if moment.purchases_since > moment.midnight_before(2 * part.days) {
        return Err(Gap::DataStartLater);
    }
    let (mut recent, mut before) = (0i128, 0i128);
    let several = revenue(history, moment, |age, amount| match age {
        age if age <= part.days => recent += amount,
        age if age <= 2 * part.days => before += amount,
        _ => {}
    });
    if several {
        Err(Gap::SeveralCurrencies)
    } else if before <= 0 {
        Err(Gap::NoRevenueBefore)
    } else {
        Ok(ratio(recent as f64, before as f64))
    }
}

/// The latest answer in the days before a moment, as its time and the mean of what was answered then.
fn latest_answer(days: i64, history: &History, moment: &Moment) -> Option<(Micros, f64)> {
    let since = moment.midnight_before(days);
    let in_days = |at: Micros| since <= at && at < moment.at;
    let latest = history.answers.iter().map(|(at, _)| *at).filter(|at| in_days(*at)).max()?;
    let scores = history.answers.iter().filter(|(at, _)| *at == latest).map(|(_, score)| *score);
    mean(scores).map(|mean| (latest, mean))
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = values.fold((0.0, 0.0), |(sum, n), value| (sum + value, n + 1.0));
    (n > 0.0).then_some(sum / n)
}

fn satisfaction(part: &Part, history: &History, moment: &Moment) -> Result<Measured, Gap> {
    let (at, score) = latest_answer(part.days, history, moment).ok_or(Gap::NoAnswer)?;
    Ok(Measured {
        value: score,
        part: f64::from(moment.today - moment.day_of(at)),
        whole: f64::NAN,
    })
}

fn satisfaction_trend(part: &Part, history: &History, moment: &Moment) -> Result<Measured, Gap> {
    let (latest, score) = latest_answer(part.days, history, moment).ok_or(Gap::NoAnswer)?;
    let from = moment.zone().midnight(moment.day_of(latest) - part.days as i32);
    let earlier = history.answers.iter().filter(|(at, _)| from <= *at && *at < latest);
    let before = mean(earlier.map(|(_, score)| *score)).ok_or(Gap::NoEarlierAnswer)?;
    Ok(Measured {
        value: score - before,
        part: score,
        whole: before,
    })
}

impl CaseTimes {
    /// When the first response is due, as far as that is known at a moment.
    fn due_at(&self, moment: &Moment) -> Micros {
        let (due, known) = self.due;
        if due != NO_TIME && known < moment.at {
            due
        } else {
            self.due_by_target
        }
    }
}

fn responsiveness(part: &Part, history: &History, moment: &Moment) -> Result<Measured, Gap> {
    let since = moment.midnight_before(part.days);
    let (mut due_cases, mut answered) = (0.0, 0.0);
    for case in history.cases.iter().filter(|case| case.is_inbound && case.tells_response) {
        let due = case.due_at(moment);
        if case.opened_at < since || case.opened_at >= moment.at || due == NO_TIME || due > moment.at {
            continue;
        }
        due_cases += 1.0;
        let is_answered = case.responded_at != NO_TIME && case.responded_at < moment.at && case.responded_at <= due;
        answered += f64::from(u8::from(is_answered));
    }
    if due_cases == 0.0 {
        Err(Gap::NoCaseDue)
    } else {
        Ok(ratio(answered, due_cases))
    }
}

fn conflict(part: &Part, history: &History, moment: &Moment) -> Measured {
    let since = moment.midnight_before(part.days);
    let is_recent = |case: &&CaseTimes| {
        let is_known = case.complaint_at != NO_TIME && case.complaint_at < moment.at;
        is_known && since <= case.opened_at && case.opened_at < moment.at
    };
    let (mut complaints, mut open) = (0.0, 0.0);
    for case in history.cases.iter().filter(is_recent) {
        complaints += 1.0;
        let is_resolved = case.resolved_at != NO_TIME && case.resolved_at < moment.at;
        open += f64::from(u8::from(case.tells_resolution && !is_resolved));
    }
    Measured {
        value: complaints + open,
        part: complaints,
        whole: open,
    }
}

fn commitments(part: &Part, history: &History, moment: &Moment) -> Result<Measured, Gap> {
    let since = moment.midnight_before(part.days);
    let (mut due, mut kept) = (0.0, 0.0);
    for promise in &history.promises {
        if promise.made_at < moment.at && since <= promise.due_at && promise.due_at <= moment.at {
            due += 1.0;
            let is_kept = promise.done_at != NO_TIME && promise.done_at < moment.at && promise.done_at <= promise.due_at;
            kept += f64::from(u8::from(is_kept));
        }
    }
    if due == 0.0 {
        Err(Gap::NoCommitmentDue)
    } else {
        Ok(ratio(kept, due))
    }
}

fn reciprocity(part: &Part, history: &History, moment: &Moment) -> Result<Measured, Gap> {
    let from = moment.today - part.days as i32;
    let (mut inbound, mut outbound) = (0.0_f64, 0.0_f64);
    for contact in history.contacts.iter().take_while(|contact| contact.at < moment.at) {
        if contact.day >= from {
            inbound += f64::from(u8::from(contact.is_inbound));
            outbound += f64::from(u8::from(contact.is_outbound));
        }
    }
    if inbound + outbound == 0.0 {
        return Err(Gap::NoDirectedContact);
    }
    Ok(Measured {
        value: 2.0 * inbound.min(outbound) / (inbound + outbound),
        part: inbound,
        whole: outbound,
    })
}

fn tenure(history: &History, standing: Standing, moment: &Moment) -> Result<Measured, Gap> {
    let firsts = [
        history.orders.first().map(|order| order.at),
        history.contacts.first().map(|contact| contact.at),
        history.answers.iter().map(|(at, _)| *at).min(),
    ];
    let first = firsts.into_iter().flatten().min();
    let start = Some(standing.start).filter(|start| *start != NO_TIME).or(first);
    let start = start.filter(|start| *start < moment.at).ok_or(Gap::NoStart)?;
    let days = f64::from(moment.today - moment.day_of(start));
    Ok(Measured {
        value: days / DAYS_OF_YEAR,
        part: days,
        whole: f64::NAN,
    })
}

fn referrals(part: &Part, history: &History, moment: &Moment) -> Measured {
    let since = moment.midnight_before(part.days);
    let made = history.referrals.iter().filter(|at| since <= **at && **at < moment.at).count() as f64;
    Measured {
        value: made,
        part: made,
        whole: f64::NAN,
    }
}

fn supply_on_time(part: &Part, history: &History, moment: &Moment) -> Result<Measured, Gap> {
    let since = moment.midnight_before(part.days);
    let (mut due, mut on_time) = (0.0, 0.0);
    for line in &history.supplies {
        let is_known = line.ordered_at == NO_TIME || line.ordered_at < moment.at;
        if is_known && line.promised_at != NO_TIME && since <= line.promised_at && line.promised_at <= moment.at {
            due += 1.0;
            on_time += f64::from(u8::from(line.is_on_time && line.received_at < moment.at));
        }
    }
    if due == 0.0 { Err(Gap::NoSupply) } else { Ok(ratio(on_time, due)) }
}

fn supply_rejects(part: &Part, history: &History, moment: &Moment) -> Result<Measured, Gap> {
    let since = moment.midnight_before(part.days);
    let (mut received, mut rejected) = (0.0, 0.0);
    for line in &history.supplies {
        let is_recent = line.received_at != NO_TIME && since <= line.received_at && line.received_at < moment.at;
        if is_recent && !line.received.is_nan() && !line.rejected.is_nan() {
            received += line.received;
            rejected += line.rejected;
        }
    }
    if received > 0.0 {
        Ok(ratio(rejected, received))
    } else {
        Err(Gap::NoSupply)
    }
}
