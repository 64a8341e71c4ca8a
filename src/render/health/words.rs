//! What the parts of a score say, in words.

use crate::catalog::health::{Measure, Model};
use crate::facts::health::{Gap, Measured, Reading, score};
use crate::render::format::{count, number};
use crate::render::text::Text;

/// Smaller losses are not worth a word.
const LEAST: f64 = 0.05;

/// The name of a part as people read it.
pub fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

/// What each part takes from 100 points, the largest first; without a score, why parts have no data.
pub fn losses(model: &Model, readings: &[Reading], has_score: bool) -> Text {
    let parts = model.parts.iter().zip(readings);
    if !has_score {
        let gaps: Vec<String> = parts
            // Missing inputs are the same for all, and said once.
            .filter_map(|(part, reading)| Some((part, reading.err().filter(|gap| *gap != Gap::MissingInput)?)))
            .map(|(part, reason)| format!("{}: {}", spaced(&part.name), gap(reason)))
            .collect();
        return match gaps.is_empty() {
            true => Text::own("missing inputs"),
            false => Text::untrusted(gaps.join("; ")),
        };
    }
    let weight = score(model, readings).coverage * model.weight();
    let lost = |(part, reading): (&crate::catalog::health::Part, &Reading)| {
        let measured = reading.ok()?;
        let lost = part.weight / weight * (100.0 - part.curve.points(measured.value));
        let said = format!(
            "-{} {}: {}",
            number(lost, 1),
            spaced(&part.name),
            measured_words(part.measure, part.days, measured)
        );
        (lost >= LEAST).then_some((lost, said))
    };
    let mut losses: Vec<(f64, String)> = parts.filter_map(lost).collect();
    losses.sort_by(|a, b| b.0.total_cmp(&a.0));
    let said: Vec<String> = losses.into_iter().map(|(_, said)| said).collect();
    if said.is_empty() {
        Text::own("nothing")
    } else {
        Text::untrusted(said.join("; "))
    }
}

/// Why a part has no data.
pub fn gap(gap: Gap) -> &'static str {
    match gap {
        Gap::MissingInput => "missing input",
        Gap::NoRecords => "no records yet",
        Gap::NoContact => "no contact",
        Gap::NoTarget => "no target and no rhythm of contacts",
        Gap::NoGaps => "no gap between contacts",
        Gap::NoOrder => "no order",
        Gap::NoRhythm => "no rhythm of orders",
        Gap::NoRevenueBefore => "no earlier revenue",
        Gap::DataStartLater => "the data start later",
        Gap::SeveralCurrencies => "several currencies",
        Gap::NoAnswer => "no answer",
        Gap::NoEarlierAnswer => "no earlier answer",
        Gap::NoCaseDue => "no case was due",
        Gap::NoCommitmentDue => "no commitment was due",
        Gap::NoDirectedContact => "no inbound or outbound contact",
        Gap::NoStart => "no start date",
        Gap::NoSupply => "no delivery was due",
    }
}

fn measured_words(measure: Measure, days: i64, measured: Measured) -> String {
    let Measured { value, part, whole } = measured;
    let n = |value: f64| count(value.max(0.0) as u64);
    let ago = |days: f64| match days {
        1.0 => "1 day ago".to_string(),
        days => format!("{} days ago", n(days)),
    };
    let gap = |days: f64| number(days, usize::from(days.fract() != 0.0));
    let of = |what: &str| format!("{} of {} {what} in {days} days", n(part), n(whole));
    match measure {
        Measure::ContactRecency => format!(
            "last contact {}, {} times the {} days wished for",
            ago(part),
            number(value, 1),
            gap(whole)
        ),
        Measure::ContactRegularity => of("gaps between contacts were short enough"),
        Measure::PurchaseRecency => format!("last order {}, {} times the usual {} days", ago(part), number(value, 1), gap(whole)),
        Measure::RevenueTrend => format!("revenue of {days} days is {}% of that before", number(value * 100.0, 0)),
        Measure::Satisfaction => format!("latest answer {} of 100, {}", number(value, 0), ago(part)),
        Measure::SatisfactionTrend => format!("latest answer {} of 100, before {}", number(part, 0), number(whole, 0)),
        Measure::Responsiveness => of("cases were answered in time"),
        Measure::Conflict => match (part, whole) {
            (1.0, 0.0) => format!("1 complaint in {days} days, resolved"),
            (1.0, _) => format!("1 complaint in {days} days, open"),
            (_, 0.0) => format!("{} complaints in {days} days, all resolved", n(part)),
            (_, _) => format!("{} complaints in {days} days, {} open", n(part), n(whole)),
        },
        Measure::Commitments => of("commitments were kept"),
        Measure::Reciprocity => format!("{} contacts from them and {} from us in {days} days", n(part), n(whole)),
        Measure::Tenure => format!("{} years", number(value, 1)),
        Measure::Referrals => match part {
            1.0 => format!("1 referral in {days} days"),
            _ => format!("{} referrals in {days} days", n(part)),
        },
        Measure::SupplyOnTime => of("supply lines came on time"),
        Measure::SupplyRejects => format!("{}% of the quantity received was rejected", number(value * 100.0, 1)),
    }
}
