//! A comparison of two reports as JSON: `relhealth.diff/1`, described by `diff.schema.json` beside this file.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{ComparisonWriter, Detail, sentences};
use crate::period::instant_text;
use crate::render::json::list;
use crate::report_diff::decomposition::Amount;
use crate::report_diff::people::Had;
use crate::report_diff::{Comparison, Decomposition, Head, Known, Moved, Restated};

/// The name and version of the format.
pub const SCHEMA: &str = "relhealth.diff/1";

/// Writes a comparison as one object. Numbers are not rounded; what is not there is null.
///
/// # Errors
/// Those of the writer.
pub fn write(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    let named = |(id, title): &(String, String)| json!({"id": id, "title": title});
    let head = json!({
        "schema": SCHEMA,
        "then": self::head(&comparison.reports[0]),
        "now": self::head(&comparison.reports[1]),
        "same": comparison.is_same(),
        "same_period": comparison.same_period,
        "settings": comparison.settings.iter().map(|s| json!({"what": s.what, "then": s.then, "now": s.now})).collect::<Vec<_>>(),
        "inputs": comparison.inputs.iter().map(|i| json!({"name": i.name, "then": i.then, "now": i.now})).collect::<Vec<_>>(),
        "redefined": comparison.redefined.iter().map(|r| json!({"id": r.id, "title": r.title, "what": r.what})).collect::<Vec<_>>(),
        "only_then": comparison.only_then.iter().map(named).collect::<Vec<_>>(),
        "only_now": comparison.only_now.iter().map(named).collect::<Vec<_>>(),
    });
    let head = head.to_string();
    write!(out, "{},\n\"metrics\": ", head.strip_suffix('}').unwrap_or(&head))?;
    let told = ComparisonWriter {
        comparison,
        detail: Detail::Whole,
    };
    list(out, comparison.metrics.iter().map(|one| metric(&told, one)))?;
    writeln!(out, "}}")
}

fn head(head: &Head) -> Value {
    json!({
        "file": head.file,
        "period": head.period,
        "start": instant_text(head.span.0),
        "end": instant_text(head.span.1),
        "complete": head.complete,
        "as_of": instant_text(head.as_of),
        "timezone": head.timezone,
        "currency": head.currency,
        "clock": head.clock,
        "level": head.level,
        "command": head.command,
    })
}

fn metric(told: &ComparisonWriter, moved: &Moved) -> Value {
    json!({
        "id": moved.id,
        "title": moved.title,
        "family": moved.family,
        "unit": moved.unit,
        "good": moved.good.word(),
        "then": known(&moved.values[0]),
        "now": known(&moved.values[1]),
        "target": {"then": moved.targets[0], "now": moved.targets[1]},
        "then_at_same_age": moved.at_same_age,
        "delta": moved.delta,
        "low": moved.interval.as_ref().and_then(|interval| interval.low),
        "high": moved.interval.as_ref().and_then(|interval| interval.high),
        "basis": moved.basis.as_str(),
        "reading": moved.reading.as_str(),
        "stands": moved.stands,
        "text": sentences::value(told, moved).terminal(),
        "dimensions": moved.divided.iter().map(|divided| dimension(told, moved, divided)).collect::<Vec<_>>(),
        "undivided": moved.undivided.iter().map(|(of, why)| json!({"dimension": of, "why": why.as_str()})).collect::<Vec<_>>(),
        "stakeholders": moved.people.as_ref().map(|people| json!({
            "together": people.together,
            "complete": people.complete,
            "most": people.most.iter().map(|person| json!({
                "id": person.id,
                "then": had(person.then),
                "now": had(person.now),
                "influence": person.influence,
            })).collect::<Vec<_>>(),
        })),
        "restated": moved.restated.iter().map(restated).collect::<Vec<_>>(),
    })
}

fn dimension(told: &ComparisonWriter, moved: &Moved, divided: &Decomposition) -> Value {
    let amount = |of: Option<Amount>| of.map(|of| json!({"part": of.part, "whole": of.whole}));
    let whole = divided.rate_and_mix();
    json!({
        "dimension": divided.dimension,
        "rate": whole.map(|(rate, _)| rate),
        "mix": whole.map(|(_, mix)| mix),
        "text": sentences::divided(told, moved, divided).map(|text| text.terminal()),
        "slices": divided.slices.iter().map(|slice| json!({
            "slice": slice.name,
            "then": amount(slice.then),
            "now": amount(slice.now),
            "rate": slice.effect.rate,
            "mix": slice.effect.mix,
            "contribution": slice.effect.both,
        })).collect::<Vec<_>>(),
    })
}

fn known(known: &Known) -> Value {
    json!({
        "value": known.value,
        "low": known.low,
        "high": known.high,
        "absent": known.absent,
        "n": known.n,
        "stakeholders": known.stakeholders,
        "part": known.part,
        "whole": known.whole,
    })
}

fn had(had: Had) -> Value {
    match had {
        Had::This(part, whole) => json!({"listed": true, "part": part, "whole": whole}),
        Had::Nothing => json!({"listed": true, "part": 0.0, "whole": null}),
        Had::NotListed => json!({"listed": false, "part": null, "whole": null}),
    }
}

fn restated(restated: &Restated) -> Value {
    json!({
        "period": restated.period,
        "then": known(&restated.values[0]),
        "now": known(&restated.values[1]),
        "known_then": instant_text(restated.known[0]),
        "known_now": instant_text(restated.known[1]),
    })
}
