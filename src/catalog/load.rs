//! From TOML to metrics: each table by itself; what it says of other metrics is checked when all are read ([`super::link`]).

use super::expression::{Columns, ExpectedType, Expression};
use super::link::{Draft, link};
use super::stanza::Stanza;
use super::{BetterDirection, Entity, Exposure, FAMILIES, Form, Kind, Metric, MetricUnit, Origin, Under, When, example, units};
use crate::diagnostics::nearest;
use crate::schema::{FactSpec, Shape, Unit};
use crate::toml_reader::{ConfigError, DeTable, Help, Reader, SourceText, Text};

/// The built-in catalogue.
pub(super) fn builtin(specs: &[&'static FactSpec]) -> Result<Vec<Metric>, Vec<ConfigError>> {
    let names: Vec<String> = FAMILIES.iter().map(|(family, _)| format!("{family}.toml")).collect();
    let mut drafts = Vec::new();
    let mut problems = Vec::new();
    for ((_, text), file) in FAMILIES.iter().zip(&names) {
        let mut reader = Reader::new(SourceText { file, text });
        let document = reader.document();
        drafts.extend(read(&mut reader, &document, specs, false));
        problems.extend(reader.errors);
    }
    link(Vec::new(), drafts, problems)
}

/// These metrics and those of a user's file.
pub(super) fn add<'t>(
    metrics: Vec<Metric>,
    reader: &mut Reader<'t>,
    document: &DeTable<'t>,
    specs: &[&'static FactSpec],
) -> Result<Vec<Metric>, Vec<ConfigError>> {
    let before = reader.errors.len();
    let drafts = read(reader, document, specs, true);
    let problems = reader.errors.split_off(before);
    link(metrics, drafts, problems)
}

/// Reads the `metric` table of a file. `key`: what a metric is that does not say whether it is a key metric.
fn read<'t>(reader: &mut Reader<'t>, document: &DeTable<'t>, specs: &[&'static FactSpec], key: bool) -> Vec<Draft<'t>> {
    let Some(table) = reader.table(document, "metric") else {
        return Vec::new();
    };
    let mut stanzas: Vec<_> = table.iter().collect();
    stanzas.sort_by_key(|(name, _)| name.span().start);
    let mut drafts = Vec::new();
    for (name, value) in stanzas {
        let name = Text {
            text: name.get_ref().to_string(),
            span: name.span(),
        };
        let Some(table) = value.get_ref().as_table() else {
            let hint = format!("write [metric.{}] and its keys below", name.text);
            reader.wrong(value.span(), format!("metric `{}` must be a table", name.text), hint);
            continue;
        };
        let mut stanza = Stanza {
            name,
            table,
            reader: &mut *reader,
        };
        drafts.push(draft(&mut stanza, specs, key));
    }
    drafts
}

/// Reads one stanza; the draft has no metric where something is wrong with it.
fn draft<'t>(stanza: &mut Stanza<'_, 't>, specs: &[&'static FactSpec], key: bool) -> Draft<'t> {
    let before = stanza.reader.errors.len();
    let name = stanza.name.clone();
    if !is_id(&name.text) {
        let hint = "an id is lower-case letters, digits and `_`, and starts with a letter";
        stanza.problem(name.span.clone(), format!("`{}` is not a valid id of a metric", name.text), hint);
    }
    let mut reference = None;
    let metric = metric(stanza, specs, key, &mut reference).filter(|_| stanza.reader.errors.len() == before);
    Draft {
        name,
        source: stanza.reader.source,
        metric,
        reference,
    }
}

fn is_id(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn metric(stanza: &mut Stanza, specs: &[&'static FactSpec], key: bool, reference: &mut Option<Text>) -> Option<Metric> {
    let grammar = stanza.grammar();
    let title = stanza.words("title");
    let family = stanza.words("family");
    let text = stanza.words("text");
    let unit = stanza.choice("unit", &MetricUnit::ALL, MetricUnit::word);
    let good = stanza.choice("good", &BetterDirection::ALL, BetterDirection::word);
    let hidden = stanza.reader.flag(stanza.table, "hidden");
    let key = stanza.reader.boolean(stanza.table, "key").unwrap_or(key);
    let window_days = stanza.whole("window_days");
    let lookback_days = stanza.whole("lookback_days");
    let source = stanza
        .words("source")
        .map_or_else(|| format!("defined in {}", stanza.reader.source.file), |s| s.text);
    let word = grammar?.word;
    let mut fact = None;
    let mut when = Some(When::InPeriod);
    let mut where_ = None;
    let mut weight = None;
    let kind = if word == "derived" {
        derived(stanza, reference)
    } else {
        let spec = named_fact(stanza, specs)?;
        fact = Some(spec);
        when = times(stanza, spec);
        where_ = stanza.expression("where", &Columns(spec), ExpectedType::Truth);
        weight = stanza.column("weight", spec, &[Unit::Number]);
        kind(stanza, word, spec, reference)
    };
    let examples = example::read(stanza, fact);
    let (kind, unit) = (kind?, unit?);
    if reference.is_none() || word == "rate" {
        units::check(stanza, &kind, unit);
    }
    Some(Metric {
        id: stanza.name.text.clone(),
        title: title?.text,
        family: family?.text,
        fact,
        when: when?,
        window_days,
        lookback_days,
        where_,
        kind,
        weight,
        unit,
        good: good?,
        text: text?.text,
        source,
        hidden,
        key,
        examples,
        origin: Origin::of(stanza.reader.source, &stanza.name.span),
        definition: 0,
    })
}

/// The fact that the stanza names.
fn named_fact(stanza: &mut Stanza, specs: &[&'static FactSpec]) -> Option<&'static FactSpec> {
    let name = stanza.words("fact")?;
    let found = specs.iter().find(|s| s.name() == name.text);
    if found.is_none() {
        stanza.reader.unknown("fact", &name, specs.iter().map(|s| s.name()));
    }
    found.copied()
}

/// How rows come into periods: `at`, or `from` and `until`, or neither, as the fact's shape has it.
fn times(stanza: &mut Stanza, spec: &'static FactSpec) -> Option<When> {
    let given: Vec<&str> = ["at", "from", "until"].into_iter().filter(|key| stanza.has(key)).collect();
    match (spec.shape, given.as_slice()) {
        (Shape::StakeholderPeriod, []) => Some(When::InPeriod),
        (Shape::StakeholderPeriod, keys) => {
            for key in keys {
                let hint = "each of its rows is a stakeholder in a period";
                stanza.problem(stanza.key_span(key), format!("`{}` takes no `{key}`", spec.name()), hint);
            }
            None
        }
        (Shape::Event, ["at"]) => stanza.column("at", spec, &[Unit::Time]).map(When::At),
        (Shape::Event, ["from", "until"]) => {
            let from = stanza.column("from", spec, &[Unit::Time]);
            let until = stanza.column("until", spec, &[Unit::Time]);
            Some(When::Stock {
                from: from?,
                until: until?,
            })
        }
        (Shape::Event, keys) => {
            let times: Vec<&str> = spec.columns.iter().filter(|c| c.unit == Unit::Time).map(|c| c.name).collect();
            let span = keys.first().map_or(stanza.name.span.clone(), |key| stanza.key_span(key));
            let message = format!("metric `{}` needs either `at`, or `from` and `until`", stanza.name.text);
            stanza.problem(span, message, format!("times of `{}` are {}", spec.name(), times.join(", ")));
            None
        }
    }
}

/// What is computed, for all kinds but derived.
fn kind(stanza: &mut Stanza, word: &str, spec: &'static FactSpec, reference: &mut Option<Text>) -> Option<Kind> {
    let scope = &Columns(spec);
    match word {
        "count" => match stanza.has("distinct") {
            true => Some(Kind::Count {
                distinct: Some(stanza.entity("distinct", spec)?),
            }),
            false => Some(Kind::Count { distinct: None }),
        },
        "sum" => Some(Kind::Sum {
            of: stanza.expression("of", scope, ExpectedType::Number)?,
        }),
        "mean" => Some(Kind::Mean {
            of: stanza.expression("of", scope, ExpectedType::Number)?,
        }),
        "share" => Some(Kind::Share {
            part: stanza.expression("part", scope, ExpectedType::Truth)?,
        }),
        "net_share" => {
            let plus = stanza.expression("plus", scope, ExpectedType::Truth);
            let minus = stanza.expression("minus", scope, ExpectedType::Truth);
            Some(Kind::NetShare {
                plus: plus?,
                minus: minus?,
            })
        }
        "ratio" => {
            let over = stanza.expression("over", scope, ExpectedType::NumberOrTruth);
            let under = match (stanza.has("under"), stanza.has("under_distinct")) {
                (true, false) => stanza.expression("under", scope, ExpectedType::NumberOrTruth).map(Under::Sum),
                (false, true) => stanza.entity("under_distinct", spec).map(Under::Distinct),
                (both, _) => {
                    let span = if both {
                        stanza.key_span("under_distinct")
                    } else {
                        stanza.name.span.clone()
                    };
                    stanza.problem(span, "kind ratio needs one of `under` and `under_distinct`", "");
                    None
                }
            };
            Some(Kind::Ratio {
                over: over?,
                under: under?,
            })
        }
        "rate" => {
            let part = stanza.expression("part", scope, ExpectedType::Truth);
            let per = stanza.positive("per", 1.0);
            let exposure = exposure(stanza, spec, reference);
            Some(Kind::Rate {
                part: part?,
                per: per?,
                exposure: exposure?,
            })
        }
        "quantile" => {
            let of = stanza.expression("of", scope, ExpectedType::Number);
            let q = stanza.fraction("q");
            Some(Kind::Quantile { of: of?, q: q? })
        }
        "survival_quantile" => {
            let of = stanza.expression("of", scope, ExpectedType::Number);
            let event = stanza.expression("event", scope, ExpectedType::Truth);
            let censored_of = stanza.expression("censored_of", scope, ExpectedType::Number);
            let q = stanza.fraction("q");
            if let (Some(of), Some(censored)) = (&of, &censored_of)
                && of.unit != censored.unit
            {
                let message = format!(
                    "`of` is {} and `censored_of` is {}: they must be the same",
                    of.unit.name(),
                    censored.unit.name()
                );
                stanza.problem(stanza.key_span("censored_of"), message, "");
            }
            Some(Kind::SurvivalQuantile {
                of: of?,
                event: event?,
                censored_of: censored_of?,
                q: q?,
            })
        }
        "concentration" => {
            let of = stanza.expression("of", scope, ExpectedType::Number);
            let group = if stanza.has("group") {
                stanza.entity("group", spec)
            } else {
                Some(Entity::Stakeholder)
            };
            let form = form(stanza);
            Some(Kind::Concentration {
                of: of?,
                group: group?,
                form: form?,
            })
        }
        _ => None,
    }
}

/// An expression over the fact's columns; a bare name that is no column of it is the id of a metric.
fn exposure(stanza: &mut Stanza, spec: &'static FactSpec, reference: &mut Option<Text>) -> Option<Exposure> {
    let text = stanza.words("exposure")?;
    if is_id(&text.text) && spec.column(&text.text).is_none() {
        *reference = Some(text.clone());
        return Some(Exposure::Metric(text.text));
    }
    stanza
        .expression("exposure", &Columns(spec), ExpectedType::Number)
        .map(Exposure::Column)
}

fn form(stanza: &mut Stanza) -> Option<Form> {
    let forms = ["hhi", "effective_number", "gini", "top", "fewest_to"];
    let form = stanza.choice("form", &forms, |f| f)?;
    for (key, owner) in [("k", "top"), ("share", "fewest_to")] {
        if stanza.has(key) && form != owner {
            stanza.problem(
                stanza.key_span(key),
                format!("form {form} takes no `{key}`"),
                format!("it belongs to form {owner}"),
            );
        }
        if !stanza.has(key) && form == owner {
            stanza.problem(stanza.key_span("form"), format!("form {form} needs `{key}`"), "");
        }
    }
    match form {
        "hhi" => Some(Form::Hhi),
        "effective_number" => Some(Form::EffectiveNumber),
        "gini" => Some(Form::Gini),
        "top" => stanza.whole("k").map(Form::Top),
        _ => stanza.fraction("share").map(Form::FewestTo),
    }
}

/// An expression over metric ids; only its grammar is checked here.
fn derived(stanza: &mut Stanza, reference: &mut Option<Text>) -> Option<Kind> {
    let text = stanza.words("expr")?;
    let expr = stanza.reader.expression(&text)?;
    *reference = Some(text.clone());
    let unit = Unit::Number;
    let text = text.text;
    Some(Kind::Derived {
        expr: Expression { text, expr, unit },
    })
}

impl Stanza<'_, '_> {
    /// The plain name of a column of one of these units.
    fn column(&mut self, key: &str, spec: &'static FactSpec, units: &[Unit]) -> Option<String> {
        let name = self.words(key)?;
        let fitting = || spec.columns.iter().filter(|c| units.contains(&c.unit)).map(|c| c.name);
        let wanted = units.iter().map(|u| u.name()).collect::<Vec<_>>().join(" or ");
        match spec.column(&name.text) {
            Some(column) if units.contains(&column.unit) => return Some(name.text),
            Some(column) => {
                let hint = format!("columns of {wanted} are {}", fitting().collect::<Vec<_>>().join(", "));
                let message = format!(
                    "`{key}` must be a column of {wanted}, but `{}` is {}",
                    name.text,
                    column.unit.name()
                );
                self.problem(name.span, message, hint);
            }
            None => {
                let help = match nearest(&name.text, spec.columns.iter().map(|c| c.name)) {
                    Some(near) => Help::names(&name.text, [near]),
                    None => format!("columns of {wanted} are {}", fitting().collect::<Vec<_>>().join(", ")).into(),
                };
                self.problem(name.span, format!("`{}` has no column `{}`", spec.name(), name.text), help);
            }
        }
        None
    }

    /// `stakeholder_id`, or a column of text or ids.
    fn entity(&mut self, key: &str, spec: &'static FactSpec) -> Option<Entity> {
        if self.words(key)?.text == "stakeholder_id" {
            return Some(Entity::Stakeholder);
        }
        self.column(key, spec, &[Unit::Text, Unit::Key]).map(Entity::Column)
    }

    /// A number between 0 and 1, neither of them.
    fn fraction(&mut self, key: &str) -> Option<f64> {
        let (number, span) = self.reader.number(self.table, key)?;
        if number > 0.0 && number < 1.0 {
            return Some(number);
        }
        self.reader.out_of_range(span, key, "between 0 and 1");
        None
    }

    /// A number above 0; `default` where the key is missing.
    fn positive(&mut self, key: &str, default: f64) -> Option<f64> {
        if !self.has(key) {
            return Some(default);
        }
        let (number, span) = self.reader.number(self.table, key)?;
        if number > 0.0 {
            return Some(number);
        }
        self.reader.out_of_range(span, key, "above 0");
        None
    }
}
