//! Survey answers.

use relhealth::api::schema::Table;

use super::{At, Data, Dims, Record, Row, talk};

/// The scale of an answer.
pub fn scale(record: &Record) -> Option<(f64, f64)> {
    if record.is("instrument", "nps") || record.is("instrument", "enps") {
        return Some((0.0, 10.0));
    }
    Some((record.number("scale_min")?, record.number("scale_max")?))
}

/// The score, unless it is void: off its scale, or of a recommendation and not whole.
pub fn score(record: &Record) -> Option<f64> {
    let score = record.number("score")?;
    let recommends = record.is("instrument", "nps") || record.is("instrument", "enps");
    let off = scale(record).is_some_and(|(min, max)| score < min || score > max);
    let void = off || (recommends && score.fract() != 0.0);
    (!void).then_some(score)
}

pub fn counted_at(data: &Data, record: &Record) -> i64 {
    data.time(record, "responded_at").or(data.time(record, "sent_at")).unwrap()
}

pub fn responses(data: &Data, dims: &Dims) -> Vec<Row> {
    let contacts = talk::all_contacts(data);
    let mut rows = Vec::new();
    for record in data.of(Table::Surveys) {
        let who = record.text("stakeholder_id");
        let Some(slice) = dims.of(data, Some(Table::Surveys), Some(record), who) else {
            continue;
        };
        let mut row = Row::new(who, Some(record.file), slice);
        let at = counted_at(data, record);
        let score = score(record);
        row.set("counted_at", At(at));
        row.set("answered", score.is_some());
        row.set(
            "responded",
            match data.tells(record, "score") {
                true => score.is_some(),
                false => data.time(record, "responded_at").is_some(),
            },
        );
        row.set("sent_at", data.time(record, "sent_at").map(At));
        row.set("responded_at", data.time(record, "responded_at").map(At));
        row.set("instrument", record.text("instrument"));
        row.set("score", score);
        if let (Some(score), Some((min, max))) = (score, scale(record)) {
            let part = (score - min) / (max - min);
            row.set("rescaled_score", part * 100.0);
            // 4 and 5 of five points are the upper quarter and more, too.
            row.set("favourable", part >= 0.75);
        }
        row.set(
            "weight",
            if data.tells(record, "weight") {
                record.number("weight")
            } else {
                Some(1.0)
            },
        );
        row.set("is_anonymous", who.is_none());
        let next = contacts
            .iter()
            .filter(|c| c.direction.as_deref() == Some("outbound") && c.who.as_deref() == who && who.is_some());
        let next = next.map(|c| c.at).filter(|t| *t > at).min();
        row.set("days_to_next_outbound", next.map(|t| data.day(t) - data.day(at)));
        rows.push(row);
    }
    rows
}
