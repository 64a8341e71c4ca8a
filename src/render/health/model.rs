//! The definition of a model.

use super::words::spaced;
use super::{left, plain, right};
use crate::catalog::health::{Band, Loss, Model, VALUE_DAYS, ValueAtStake};
use crate::render::document::{Document, Table};
use crate::render::text::Text;

/// The definition of a model as a document.
pub fn definition(model: &Model) -> Document {
    let mut document = Document::default();
    document.heading(
        1,
        Text::own("Health model ")
            .and_untrusted(&model.name)
            .and(": ")
            .and_untrusted(&model.title),
    );
    document.sentence(Text::untrusted(&model.text));
    document.list(rules(model));
    document.heading(2, "Parts".into());
    let all = model.weight();
    let rows = model.parts.iter().map(|part| {
        let anchors: Vec<String> = part
            .curve
            .anchors()
            .iter()
            .map(|anchor| format!("{} ({}): {}", plain(anchor.at), anchor.name, plain(anchor.points)))
            .collect();
        vec![
            Text::untrusted(spaced(&part.name)),
            Text::own(format!("{} of {}", plain(part.weight), plain(all))),
            Text::untrusted(anchors.join("; ")),
        ]
    });
    document.table(Table {
        caption: "Parts".into(),
        columns: vec![left("Part"), right("Weight"), left("Value (what it is): points")],
        rows: rows.collect(),
        sparks: None,
    });
    document.heading(2, "What the parts measure".into());
    let measured = model.parts.iter().map(|part| {
        let name = Text::untrusted(spaced(&part.name));
        name.and(": ").and(part.measure.definition(part.days))
    });
    document.list(measured.collect());
    document
}

fn rules(model: &Model) -> Vec<Text> {
    let [healthy, at_risk] = model.edges.map(plain);
    let mut types = Text::own("It is for stakeholders of the type ")
        .and_untrusted(model.types.join(", "))
        .and(".");
    if model.name == crate::catalog::health::GENERAL {
        types = types.and(" It is also for all types that no other model is for.");
    }
    let value = match model.value {
        ValueAtStake::Revenue => format!("Value at stake: the revenue of the last {VALUE_DAYS} days, less refunds."),
        ValueAtStake::Spend => format!("Value at stake: the amounts of supplies ordered in the last {VALUE_DAYS} days."),
        ValueAtStake::None => "Value at stake: none.".to_string(),
    };
    let loss = match model.loss {
        Loss::NoOrder => "A backtest counts as lost who does not order in the days after the date.",
        Loss::LeftRoster => "A backtest counts as lost who leaves the roster in the days after the date.",
    };
    vec![
        types,
        Text::own(format!(
            "Score: the mean of the points of the parts by weight, over the parts that have data. Points lie on straight lines between the \
             values below, and are constant outside of them. If parts with less than {}% of the weights have data, there is no score.",
            plain(model.minimum_coverage * 100.0)
        )),
        Text::own(format!(
            "Bands: {} from {healthy} points, {} from {at_risk}, {} below. A band changes only if the score passes the edge by {} points; that \
             is followed over the ends of the last 12 periods.",
            Band::Healthy.as_str(),
            Band::AtRisk.as_str(),
            Band::Critical.as_str(),
            plain(model.hysteresis)
        )),
        Text::own(format!(
            "Overdue for a contact: contact recency above {}; losing touch: above {}.",
            plain(model.overdue[0]),
            plain(model.overdue[1])
        )),
        Text::own(value),
        Text::own(loss),
        "Days are civil days of the report's time zone, counted to the day after the last known one: an event on the last day is 1 day ago. \
         Only what was known at the date counts; cases closed, answers given and money paid back later do not."
            .into(),
    ]
}
