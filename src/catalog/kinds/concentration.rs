//! `concentration`: how unevenly a total is spread over groups.

use super::super::expression::{Columns, ExpectedType};
use super::{Entity, Expression, KindDefinition, MetricUnit, ReadContext, ReadKind, Stanza, ValueType};

/// How unevenly a total is spread over groups.
#[derive(Debug)]
pub struct Concentration {
    /// What is added up within a group.
    pub of: Expression,
    /// The groups.
    pub group: Entity,
    /// Which measure of unevenness.
    pub form: Form,
}

/// A measure of concentration over group totals that are not negative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    /// The sum of squared shares, 0 to 1.
    Hhi,
    /// One over the sum of squared shares.
    EffectiveNumber,
    /// The population Gini coefficient.
    Gini,
    /// The share of the k largest.
    Top(u32),
    /// The fewest groups that together hold this share.
    FewestTo(f64),
}

impl KindDefinition for Concentration {
    fn expressions(&self) -> Vec<&Expression> {
        vec![&self.of]
    }

    fn entity(&self) -> Option<&Entity> {
        Some(&self.group)
    }

    fn formula(&self, rows: &str) -> String {
        let groups = match &self.group {
            Entity::Stakeholder => "stakeholder",
            Entity::Column(name) => name,
        };
        let measure = match self.form {
            Form::Hhi => "the sum of squared shares".to_string(),
            Form::EffectiveNumber => "1 / the sum of squared shares".to_string(),
            Form::Gini => "the Gini coefficient".to_string(),
            Form::Top(1) => "the share of the largest".to_string(),
            Form::Top(k) => format!("the share of the {k} largest"),
            Form::FewestTo(share) => format!("the smallest number that together have a share of {share}"),
        };
        format!("{measure}, of the sum of {} by {groups}, over {rows}", self.of.text)
    }

    fn hashed_fields(&self) -> Vec<(&'static str, String)> {
        let form = match self.form {
            Form::Hhi => "hhi".to_string(),
            Form::EffectiveNumber => "effective_number".to_string(),
            Form::Gini => "gini".to_string(),
            Form::Top(k) => format!("top {k}"),
            Form::FewestTo(share) => format!("fewest_to {share}"),
        };
        vec![("of", self.of.sql()), ("group", self.group.name().to_string()), ("form", form)]
    }

    fn units(&self) -> &'static [MetricUnit] {
        match self.form {
            Form::Hhi | Form::Gini => &[MetricUnit::Index],
            Form::EffectiveNumber => &[MetricUnit::Ratio],
            Form::Top(_) => &[MetricUnit::Share],
            Form::FewestTo(_) => &[MetricUnit::Count],
        }
    }

    fn range(&self, _: MetricUnit) -> (Option<f64>, Option<f64>) {
        match self.form {
            Form::Hhi | Form::Gini | Form::Top(_) => (Some(0.0), Some(1.0)),
            Form::EffectiveNumber | Form::FewestTo(_) => (Some(0.0), None),
        }
    }
}

impl ReadKind for Concentration {
    const MEANING: &'static str = "How unevenly a total is spread over groups.";
    const VALUE_TYPE: ValueType = ValueType::Other;
    const INTERVAL: &'static str = "none; the value without the largest instead";
    const REQUIRED: &'static [&'static str] = &["of", "form"];
    const OPTIONAL: &'static [&'static str] = &["group", "k", "share"];
    const KEY_MEANINGS: &'static [(&'static str, &'static str)] = &[
        ("form", "The measure: hhi, effective_number, gini, top or fewest_to."),
        ("group", "The groups: `stakeholder`, which is the default, or a column."),
        ("k", "With form top: how many of the largest."),
        ("share", "With form fewest_to: the share that the fewest together hold."),
    ];

    fn read(stanza: &mut Stanza, over: &mut ReadContext) -> Option<Concentration> {
        let fact = over.fact?;
        let of = stanza.expression("of", &Columns(fact), ExpectedType::Number);
        let group = if stanza.has("group") {
            stanza.entity("group", fact)
        } else {
            Some(Entity::Stakeholder)
        };
        let form = form(stanza);
        Some(Concentration {
            of: of?,
            group: group?,
            form: form?,
        })
    }
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
