//! From TOML to metrics: each table by itself; what it says of other metrics is checked when all are read ([`super::link`]).

use super::expression::{Columns, ExpectedType};
use super::kinds::ReadContext;
use super::link::{Draft, link};
use super::stanza::Stanza;
use super::{BetterDirection, Entity, FAMILIES, Metric, MetricUnit, Origin, When, example, units};
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

/// Whether a file is one of the built-in catalogue.
pub(super) fn is_builtin(file: &str) -> bool {
    file.strip_suffix(".toml")
        .is_some_and(|name| FAMILIES.iter().any(|(family, _)| *family == name))
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

/// Whether a name can be the id of a metric.
pub(super) fn is_id(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn metric(stanza: &mut Stanza, specs: &[&'static FactSpec], key: bool, reference: &mut Option<Text>) -> Option<Metric> {
    let grammar = stanza.grammar();
    let title = stanza.words("title");
    let family = stanza.words("family");
    let text = stanza.words("text");
    let unit = stanza.choice("unit", &MetricUnit::ALL, MetricUnit::as_str);
    let good = stanza.choice("good", &BetterDirection::ALL, BetterDirection::as_str);
    let hidden = stanza.reader.flag(stanza.table, "hidden");
    let key = stanza.reader.boolean(stanza.table, "key").unwrap_or(key);
    let on_request = stanza.reader.flag(stanza.table, "on_request");
    let instead_of = stanza.has("instead_of").then(|| stanza.words("instead_of")).flatten();
    let window_days = stanza.whole("window_days");
    let lookback_days = stanza.whole("lookback_days");
    let source = stanza
        .words("source")
        .map_or_else(|| format!("defined in {}", stanza.reader.source.file), |s| s.text);
    let grammar = grammar?;
    let mut over = ReadContext {
        fact: None,
        reference: None,
    };
    let mut when = Some(When::InPeriod);
    let mut where_ = None;
    let mut weight = None;
    if grammar.on_fact {
        let spec = named_fact(stanza, specs)?;
        over.fact = Some(spec);
        when = times(stanza, spec);
        where_ = stanza.expression("where", &Columns(spec), ExpectedType::Truth);
        weight = stanza.column("weight", spec, &[Unit::Number]);
    }
    let kind = (grammar.read)(stanza, &mut over);
    let fact = over.fact;
    *reference = over.reference;
    let examples = example::read(stanza, fact);
    let (kind, unit) = (kind?, unit?);
    // The unit of an expression over other metrics is known when these are linked.
    if reference.is_none() || grammar.on_fact {
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
        on_request,
        instead_of: instead_of.map(|id| id.text),
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

impl Stanza<'_, '_> {
    /// The plain name of a column of one of these units.
    pub(super) fn column(&mut self, key: &str, spec: &'static FactSpec, units: &[Unit]) -> Option<String> {
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
    pub(super) fn entity(&mut self, key: &str, spec: &'static FactSpec) -> Option<Entity> {
        if self.words(key)?.text == "stakeholder_id" {
            return Some(Entity::Stakeholder);
        }
        self.column(key, spec, &[Unit::Text, Unit::Key]).map(Entity::Column)
    }

    /// A number between 0 and 1, neither of them.
    pub(super) fn fraction(&mut self, key: &str) -> Option<f64> {
        let (number, span) = self.reader.number(self.table, key)?;
        if number > 0.0 && number < 1.0 {
            return Some(number);
        }
        self.reader.out_of_range(span, key, "between 0 and 1");
        None
    }

    /// A number above 0; `default` where the key is missing.
    pub(super) fn positive(&mut self, key: &str, default: f64) -> Option<f64> {
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
