//! From TOML to metrics: each stanza by itself; what it says of other metrics is checked when all are read ([`super::link`]).

use super::did_you_mean;
use super::expression::{Columns, ExpectedType, Expression};
use super::link::{Draft, Reference, link};
use super::stanza::{Spot, Stanza};
use super::{BetterDirection, Catalog, Entity, Exposure, FAMILIES, Form, Kind, Metric, MetricUnit, Origin, Under, When, example, units};
use crate::expr;
use crate::schema::{FactSpec, Shape, Unit};
use crate::toml_reader::{ConfigError, Script};
use toml::de::DeTable;

/// The built-in catalogue.
pub(super) fn builtin(specs: &[&'static FactSpec]) -> Result<Catalog, Vec<ConfigError>> {
    let names: Vec<String> = FAMILIES.iter().map(|(family, _)| format!("{family}.toml")).collect();
    let mut drafts = Vec::new();
    let mut problems = Vec::new();
    for ((_, text), file) in FAMILIES.iter().zip(&names) {
        read(Script { file, text }, specs, false, &mut drafts, &mut problems);
    }
    link(Vec::new(), drafts, problems).map(Catalog::of)
}

/// These metrics and those of a user's file.
pub(super) fn add(metrics: Vec<Metric>, text: &str, file: &str, specs: &[&'static FactSpec]) -> Result<Vec<Metric>, Vec<ConfigError>> {
    let mut drafts = Vec::new();
    let mut problems = Vec::new();
    read(Script { file, text }, specs, true, &mut drafts, &mut problems);
    link(metrics, drafts, problems)
}

/// Problems one after the other, as people read them.
pub(super) fn joined(problems: &[ConfigError]) -> String {
    problems.iter().map(ConfigError::to_string).collect::<Vec<_>>().join("\n\n")
}

/// Reads the `metric` table of a file. `key`: what a metric is that does not say whether it is a key metric.
fn read<'a>(source: Script<'a>, specs: &[&'static FactSpec], key: bool, drafts: &mut Vec<Draft<'a>>, problems: &mut Vec<ConfigError>) {
    let (document, errors) = DeTable::parse_recoverable(source.text);
    if !errors.is_empty() {
        problems.extend(
            errors
                .iter()
                .map(|e| source.mistake(e.span().unwrap_or(0..0), e.message().replace('\n', "; "), None)),
        );
        return;
    }
    let Some(metrics) = document.get_ref().get("metric") else { return };
    let Some(table) = metrics.get_ref().as_table() else {
        problems.push(source.mistake(
            metrics.span(),
            "`metric` must be tables",
            Some("write [metric.your_id]".to_string()),
        ));
        return;
    };
    let mut stanzas: Vec<_> = table.iter().collect();
    stanzas.sort_by_key(|(name, _)| name.span().start);
    for (name, value) in stanzas {
        let name = Spot {
            value: name.get_ref().to_string(),
            span: name.span(),
        };
        match value.get_ref().as_table() {
            Some(table) => {
                let mut stanza = Stanza::new(name, source, table);
                drafts.push(draft(&mut stanza, source, specs, key));
                problems.append(&mut stanza.problems);
            }
            None => {
                let hint = format!("write [metric.{}] and its keys below", name.value);
                problems.push(source.mistake(value.span(), format!("metric `{}` must be a table", name.value), Some(hint)));
            }
        }
    }
}

/// Reads one stanza; the draft has no metric where something is wrong with it.
fn draft<'a>(stanza: &mut Stanza, source: Script<'a>, specs: &[&'static FactSpec], key: bool) -> Draft<'a> {
    let name = stanza.name.clone();
    if !is_id(&name.value) {
        let hint = "an id is lower-case letters, digits and `_`, and starts with a letter".to_string();
        stanza.problem(
            name.span.clone(),
            format!("`{}` cannot be the id of a metric", name.value),
            Some(hint),
        );
    }
    let mut reference = None;
    let metric = metric(stanza, specs, key, &mut reference).filter(|_| stanza.problems.is_empty());
    Draft {
        name,
        source,
        metric,
        reference,
    }
}

fn is_id(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn metric(stanza: &mut Stanza, specs: &[&'static FactSpec], key: bool, reference: &mut Option<Reference>) -> Option<Metric> {
    let grammar = stanza.grammar();
    let title = stanza.words("title");
    let family = stanza.words("family");
    let text = stanza.words("text");
    let unit = stanza.choice("unit", &MetricUnit::ALL, MetricUnit::word);
    let good = stanza.choice("good", &BetterDirection::ALL, BetterDirection::word);
    let hidden = stanza.truth("hidden").is_some_and(|h| h.value);
    let key = stanza.truth("key").map_or(key, |k| k.value);
    let window_days = stanza.whole("window_days").map(|w| w.value);
    let lookback_days = stanza.whole("lookback_days").map(|w| w.value);
    let source = stanza
        .words("source")
        .map_or_else(|| format!("defined in {}", stanza.source.file), |s| s.value);
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
        units::check(stanza, &kind, &unit);
    }
    Some(Metric {
        id: stanza.name.value.clone(),
        title: title?.value,
        family: family?.value,
        fact,
        when: when?,
        window_days,
        lookback_days,
        where_,
        kind,
        weight,
        unit: unit.value,
        good: good?.value,
        text: text?.value,
        source,
        hidden,
        key,
        examples,
        origin: Origin {
            file: stanza.source.file.to_string(),
            line: stanza.source.line(stanza.name.span.start),
        },
        definition: 0,
    })
}

/// The fact that the stanza names.
fn named_fact(stanza: &mut Stanza, specs: &[&'static FactSpec]) -> Option<&'static FactSpec> {
    let name = stanza.words("fact")?;
    if let Some(spec) = specs.iter().find(|s| s.name() == name.value) {
        return Some(spec);
    }
    let hint = did_you_mean(&name.value, specs.iter().map(|s| s.name()));
    stanza.problem(name.span, format!("there is no fact `{}`", name.value), hint);
    None
}

/// How rows come into periods: `at`, or `from` and `until`, or neither, as the fact's shape has it.
fn times(stanza: &mut Stanza, spec: &'static FactSpec) -> Option<When> {
    let given: Vec<&str> = ["at", "from", "until"].into_iter().filter(|key| stanza.has(key)).collect();
    match (spec.shape, given.as_slice()) {
        (Shape::StakeholderPeriod, []) => Some(When::InPeriod),
        (Shape::StakeholderPeriod, keys) => {
            for key in keys {
                let hint = "its rows are stakeholders in a period already".to_string();
                stanza.problem(stanza.key_span(key), format!("`{}` takes no `{key}`", spec.name()), Some(hint));
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
            let message = format!("metric `{}` needs either `at`, or `from` and `until`", stanza.name.value);
            stanza.problem(span, message, Some(format!("times of `{}` are {}", spec.name(), times.join(", "))));
            None
        }
    }
}

/// What is computed, for all kinds but derived.
fn kind(stanza: &mut Stanza, word: &str, spec: &'static FactSpec, reference: &mut Option<Reference>) -> Option<Kind> {
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
                    stanza.problem(span, "kind ratio needs one of `under` and `under_distinct`", None);
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
                stanza.problem(stanza.key_span("censored_of"), message, None);
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
fn exposure(stanza: &mut Stanza, spec: &'static FactSpec, reference: &mut Option<Reference>) -> Option<Exposure> {
    let spot = stanza.words("exposure")?;
    if is_id(&spot.value) && spec.column(&spot.value).is_none() {
        *reference = Some(Reference {
            span: spot.span,
            text: spot.value.clone(),
        });
        return Some(Exposure::Metric(spot.value));
    }
    stanza
        .expression("exposure", &Columns(spec), ExpectedType::Number)
        .map(Exposure::Column)
}

fn form(stanza: &mut Stanza) -> Option<Form> {
    let forms = ["hhi", "effective_number", "gini", "top", "fewest_to"];
    let form = stanza.choice("form", &forms, |f| f)?.value;
    for (key, owner) in [("k", "top"), ("share", "fewest_to")] {
        if stanza.has(key) && form != owner {
            stanza.problem(
                stanza.key_span(key),
                format!("form {form} takes no `{key}`"),
                Some(format!("it belongs to form {owner}")),
            );
        }
        if !stanza.has(key) && form == owner {
            stanza.problem(stanza.key_span("form"), format!("form {form} needs `{key}`"), None);
        }
    }
    match form {
        "hhi" => Some(Form::Hhi),
        "effective_number" => Some(Form::EffectiveNumber),
        "gini" => Some(Form::Gini),
        "top" => stanza.whole("k").map(|k| Form::Top(k.value)),
        _ => stanza.fraction("share").map(Form::FewestTo),
    }
}

/// An expression over metric ids; only its grammar is checked here.
fn derived(stanza: &mut Stanza, reference: &mut Option<Reference>) -> Option<Kind> {
    let spot = stanza.words("expr")?;
    match expr::parse(&spot.value) {
        Ok(expr) => {
            *reference = Some(Reference {
                span: spot.span,
                text: spot.value.clone(),
            });
            Some(Kind::Derived {
                expr: Expression {
                    text: spot.value,
                    expr,
                    unit: Unit::Number,
                },
            })
        }
        Err(error) => {
            stanza.bad_expression(spot.span, &spot.value, error);
            None
        }
    }
}

impl Stanza<'_> {
    /// The plain name of a column of one of these units.
    fn column(&mut self, key: &str, spec: &'static FactSpec, units: &[Unit]) -> Option<String> {
        let spot = self.words(key)?;
        let fitting = || spec.columns.iter().filter(|c| units.contains(&c.unit)).map(|c| c.name);
        let wanted = units.iter().map(|u| u.name()).collect::<Vec<_>>().join(" or ");
        match spec.column(&spot.value) {
            Some(column) if units.contains(&column.unit) => return Some(spot.value),
            Some(column) => {
                let hint = format!("columns of {wanted} are {}", fitting().collect::<Vec<_>>().join(", "));
                let message = format!(
                    "`{key}` must be a column of {wanted}, but `{}` is {}",
                    spot.value,
                    column.unit.name()
                );
                self.problem(spot.span, message, Some(hint));
            }
            None => {
                let hint = did_you_mean(&spot.value, spec.columns.iter().map(|c| c.name))
                    .unwrap_or_else(|| format!("columns of {wanted} are {}", fitting().collect::<Vec<_>>().join(", ")));
                self.problem(spot.span, format!("`{}` has no column `{}`", spec.name(), spot.value), Some(hint));
            }
        }
        None
    }

    /// `stakeholder_id`, or a column of text or ids.
    fn entity(&mut self, key: &str, spec: &'static FactSpec) -> Option<Entity> {
        if self.text(key)?.value == "stakeholder_id" {
            return Some(Entity::Stakeholder);
        }
        self.column(key, spec, &[Unit::Text, Unit::Key]).map(Entity::Column)
    }

    /// A number between 0 and 1, neither of them.
    fn fraction(&mut self, key: &str) -> Option<f64> {
        let spot = self.number(key)?;
        if spot.value > 0.0 && spot.value < 1.0 {
            return Some(spot.value);
        }
        self.problem(spot.span, format!("`{key}` must lie between 0 and 1"), None);
        None
    }

    /// A number above 0; `default` where the key is missing.
    fn positive(&mut self, key: &str, default: f64) -> Option<f64> {
        if !self.has(key) {
            return Some(default);
        }
        let spot = self.number(key)?;
        if spot.value > 0.0 {
            return Some(spot.value);
        }
        self.problem(spot.span, format!("`{key}` must be above 0"), None);
        None
    }
}
