//! From TOML to models. What a table says changes the model of its name; a new model starts from the one that it is `like`.

use std::ops::RangeInclusive;

use super::{Anchor, Band, Curve, GENERAL, Loss, Measure, Model, Models, Part, ValueAtStake};
use crate::sources::stakeholder_types::stakeholder_type;
use crate::toml_reader::{DeTable, Fault, Help, Reader, Text, key_span, number_of};

const KEYS: &[&str] = &[
    "like",
    "title",
    "text",
    "types",
    "minimum_coverage",
    "bands",
    "hysteresis",
    "overdue",
    "loss",
    "value",
    "part",
];
const PART_KEYS: &[&str] = &["measure", "days", "weight", "curve"];
/// More days than any history has.
const MOST_DAYS: i64 = 99_999;

/// These models and those of a table: a key for each model, in the order in which they are written.
pub(super) fn models(models: Models, reader: &mut Reader<'_>, table: &DeTable<'_>) -> Models {
    let mut models = models.0;
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    for (name, node) in entries {
        let Some(table) = node.get_ref().as_table() else {
            reader.mistyped(node, name.get_ref(), "a table");
            continue;
        };
        let name = Text {
            text: name.get_ref().to_string(),
            span: name.span(),
        };
        let known = models.iter().position(|model| model.name == name.text);
        let base = base(reader, table, &models, known);
        let Some(model) = model(reader, table, &name, base) else { continue };
        match known {
            Some(at) => models[at] = model,
            None => models.push(model),
        }
    }
    one_model_for_each_type(reader, table, &models);
    types_that_stakeholders_have(reader, table, &models);
    Models(models)
}

/// What a model is before its table changes it: itself, the model that it is like, or the general one.
fn base(reader: &mut Reader<'_>, table: &DeTable<'_>, models: &[Model], known: Option<usize>) -> Option<Model> {
    if let Some(like) = reader.text(table, "like") {
        let found = models.iter().find(|model| model.name == like.text);
        if found.is_none() {
            reader.unknown("model", &like, models.iter().map(|model| &model.name));
        }
        return found.cloned();
    }
    match known {
        Some(at) => Some(models[at].clone()),
        None => models.iter().find(|model| model.name == GENERAL).cloned(),
    }
}

fn model(reader: &mut Reader<'_>, table: &DeTable<'_>, name: &Text, base: Option<Model>) -> Option<Model> {
    let before = reader.errors.len();
    reader.known(table, "of a health model", KEYS);
    let is_new = base.as_ref().is_none_or(|base| base.name != name.text);
    let mut model = base.unwrap_or_else(|| Model {
        name: name.text.clone(),
        title: name.text.clone(),
        text: String::new(),
        types: Vec::new(),
        minimum_coverage: 0.4,
        edges: [70.0, 40.0],
        hysteresis: 3.0,
        overdue: [1.0, 2.0],
        loss: Loss::NoOrder,
        value: ValueAtStake::Revenue,
        parts: Vec::new(),
    });
    if is_new {
        model.name.clone_from(&name.text);
        model.title.clone_from(&name.text);
        model.types = vec![name.text.clone()];
    }
    if let Some(title) = reader.filled_text(table, "title") {
        model.title = title.text;
    }
    if let Some(text) = reader.filled_text(table, "text") {
        model.text = text.text;
    }
    if table.contains_key("types") {
        model.types = reader.strings(table, "types");
    }
    if let Some(coverage) = reader.number_within(table, "minimum_coverage", 0.0..=1.0) {
        model.minimum_coverage = coverage;
    }
    if let Some(hysteresis) = reader.number_within(table, "hysteresis", 0.0..=50.0) {
        model.hysteresis = hysteresis;
    }
    model.loss = reader
        .choice(table, "loss", &Loss::ALL.map(|loss| (loss.as_str(), loss)))
        .unwrap_or(model.loss);
    let values = ValueAtStake::ALL.map(|value| (value.as_str(), value));
    model.value = reader.choice(table, "value", &values).unwrap_or(model.value);
    if let Some(bands) = reader.table(table, "bands") {
        model.edges = pair(reader, bands, "of the bands", ["healthy", "at_risk"], model.edges, 0.0..=100.0);
        if model.edges[0] < model.edges[1] {
            let fault = format!(
                "the edge of `{}` must not be below that of `{}`",
                Band::Healthy.as_str(),
                Band::AtRisk.as_str()
            );
            reader.wrong(table["bands"].span(), fault, Help::None);
        }
    }
    if let Some(overdue) = reader.table(table, "overdue") {
        let keys = ["overdue", "losing_touch"];
        model.overdue = pair(reader, overdue, "of overdue", keys, model.overdue, 0.0..=1e6);
        if model.overdue[0] > model.overdue[1] {
            reader.wrong(table["overdue"].span(), "`losing_touch` must not be below `overdue`", Help::None);
        }
    }
    if let Some(parts) = reader.table(table, "part") {
        self::parts(reader, parts, &mut model.parts);
    }
    if reader.errors.len() == before && model.parts.is_empty() {
        reader.wrong(
            name.span.clone(),
            format!("model `{}` has no parts", name.text),
            "add [health.MODEL.part.PART]",
        );
    }
    (reader.errors.len() == before).then_some(model)
}

/// Two numbers of a table, each of which may be missing.
fn pair(
    reader: &mut Reader<'_>,
    table: &DeTable<'_>,
    owner: &'static str,
    keys: [&str; 2],
    default: [f64; 2],
    bounds: RangeInclusive<f64>,
) -> [f64; 2] {
    reader.known(table, owner, &keys);
    [0, 1].map(|at| reader.number_within(table, keys[at], bounds.clone()).unwrap_or(default[at]))
}

/// Changes the parts of a model; one whose weight is 0 goes.
fn parts(reader: &mut Reader<'_>, table: &DeTable<'_>, parts: &mut Vec<Part>) {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    for (name, node) in entries {
        let Some(table) = node.get_ref().as_table() else {
            reader.mistyped(node, name.get_ref(), "a table");
            continue;
        };
        let known = parts.iter().position(|part| part.name == **name.get_ref());
        let base = known.map(|at| parts[at].clone());
        let name = Text {
            text: name.get_ref().to_string(),
            span: name.span(),
        };
        let weight = reader.number_within(table, "weight", 0.0..=1e6);
        match (part(reader, table, &name, base, weight), known) {
            (Some(_), Some(at)) if weight == Some(0.0) => {
                parts.remove(at);
            }
            (Some(_), None) if weight == Some(0.0) => {}
            (Some(part), Some(at)) => parts[at] = part,
            (Some(part), None) => parts.push(part),
            (None, _) => {}
        }
    }
}

fn part(reader: &mut Reader<'_>, table: &DeTable<'_>, name: &Text, base: Option<Part>, weight: Option<f64>) -> Option<Part> {
    let before = reader.errors.len();
    reader.known(table, "of a part", PART_KEYS);
    let measures = Measure::ALL.map(|measure| (measure.as_str(), measure));
    let given = reader.choice(table, "measure", &measures);
    let named = measures.iter().find(|(word, _)| *word == name.text).map(|(_, measure)| *measure);
    let measure = given.or(base.as_ref().map(|base| base.measure)).or(named);
    if measure.is_none() && !table.contains_key("measure") {
        let names = Help::names(&name.text, measures.map(|(word, _)| word));
        let fault = Fault::Missing {
            owner: format!("part `{}`", name.text),
            key: "measure",
        };
        reader.wrong(name.span.clone(), fault, names);
    }
    let days = reader.whole(table, "days", 1..=MOST_DAYS);
    let of_base = base.as_ref().filter(|base| Some(base.measure) == measure);
    let has_days = measure.is_some_and(Measure::has_days);
    match (
        has_days,
        days.is_some() || of_base.is_some_and(|base| base.days > 0),
        table.contains_key("days"),
    ) {
        (true, false, false) => reader.missing(name.span.clone(), format!("part `{}`", name.text), "days", Help::None),
        (false, _, true) if measure.is_some() => {
            let span = table["days"].span();
            reader.wrong(span, "this measure has no number of days", Help::None);
        }
        _ => {}
    }
    let weight = weight.or(base.as_ref().map(|base| base.weight));
    if weight.is_none() && !table.contains_key("weight") {
        reader.missing(name.span.clone(), format!("part `{}`", name.text), "weight", Help::None);
    }
    let curve = if table.contains_key("curve") {
        curve(reader, table)
    } else {
        let found = of_base.map(|base| base.curve.clone());
        if found.is_none() {
            let help = "write it like curve = [{ name = \"good\", at = 1, points = 100 }, { name = \"bad\", at = 4, points = 0 }]";
            reader.missing(name.span.clone(), format!("part `{}`", name.text), "curve", help);
        }
        found
    };
    let part = Part {
        name: name.text.clone(),
        measure: measure?,
        days: if has_days {
            days.or(of_base.map(|base| base.days)).unwrap_or_default()
        } else {
            0
        },
        weight: weight?,
        curve: curve?,
    };
    (reader.errors.len() == before).then_some(part)
}

fn curve(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Option<Curve> {
    let before = reader.errors.len();
    let node = &table["curve"];
    let expected = "a list of at least two anchors such as { name = \"good\", at = 1, points = 100 }";
    let Some(nodes) = node.get_ref().as_array() else {
        reader.mistyped(node, "curve", expected);
        return None;
    };
    let mut anchors = Vec::new();
    for node in nodes {
        let Some(table) = node.get_ref().as_table() else {
            reader.mistyped(node, "curve", expected);
            continue;
        };
        reader.known(table, "of an anchor", &["name", "at", "points"]);
        let name = reader.filled_text(table, "name");
        let at = reader.typed(table, "at", "a number", number_of);
        let points = reader.number_within(table, "points", 0.0..=100.0);
        for key in ["name", "at", "points"] {
            if !table.contains_key(key) {
                reader.missing(node.span(), "an anchor", key, Help::None);
            }
        }
        if let (Some(name), Some(at), Some(points)) = (name, at, points) {
            anchors.push(Anchor {
                name: name.text,
                at,
                points,
            });
        }
    }
    if reader.errors.len() > before {
        return None;
    }
    let curve = Curve::new(anchors);
    if curve.is_none() {
        reader.wrong(node.span(), "a curve needs at least two anchors whose `at` ascends", Help::None);
    }
    curve
}

/// Records a type that no stakeholder has, because the roster's word for it is read as another one.
fn types_that_stakeholders_have(reader: &mut Reader<'_>, table: &DeTable<'_>, models: &[Model]) {
    for model in models {
        let Some(node) = table.get(model.name.as_str()) else { continue };
        for name in &model.types {
            if let Some(read_as) = stakeholder_type(name).filter(|kind| !kind.eq_ignore_ascii_case(name)) {
                let own = node.get_ref().as_table().filter(|own| own.contains_key("types"));
                let span = own.map_or(node.span(), |own| key_span(own, "types"));
                let fault = format!("model `{}` is for the type `{name}`, which is read as `{read_as}`", model.name);
                reader.wrong(
                    span,
                    fault,
                    format!("write `{read_as}` in `types`, or name the type otherwise in [source.values.type]"),
                );
            }
        }
    }
}

/// Records a type of stakeholders that two models are for.
fn one_model_for_each_type(reader: &mut Reader<'_>, table: &DeTable<'_>, models: &[Model]) {
    for (at, model) in models.iter().enumerate() {
        let Some(node) = table.get(model.name.as_str()) else { continue };
        for name in &model.types {
            let is_for = |other: &Model| other.types.iter().any(|known| known.eq_ignore_ascii_case(name));
            let other = models.iter().enumerate().find(|(other, model)| *other != at && is_for(model));
            if let Some((_, other)) = other {
                let fault = format!("models `{}` and `{}` are both for the type `{name}`", model.name, other.name);
                let own = node.get_ref().as_table().filter(|own| own.contains_key("types"));
                let span = own.map_or(node.span(), |own| key_span(own, "types"));
                reader.wrong(span, fault, "set `types` of one of them");
            }
        }
    }
}
