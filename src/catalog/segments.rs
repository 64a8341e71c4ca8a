//! Segments of customers: how recency, frequency and money are scored, and the named segments, as data.
//!
//! The built-in segments are in `segments.toml` next to this module. Those of `relhealth.toml` are read in the same grammar and replace
//! them.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::codes::codes;
use crate::expr::{Expr, ExprError, Scope, Value};
use crate::schema::Unit;
use crate::stats::scores::BEST;
use crate::toml_reader::{DeTable, Reader, embedded, number_of};

/// The built-in segments.
const BUILTIN: &str = include_str!("segments.toml");

/// The names that conditions may use: the scores.
const SCORES: [&str; 3] = ["r", "f", "m"];

codes! {
    /// What frequency counts.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub enum Frequency {
        /// Orders.
        #[default]
        Orders = "orders",
        /// Days with an order.
        OrderDays = "order-days",
    }
}

/// The scores of a customer, each from 1 (worst) to 5 (best).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scores {
    /// Of recency.
    pub r: u8,
    /// Of frequency.
    pub f: u8,
    /// Of money; `None` if revenue cannot be added up.
    pub m: Option<u8>,
}

/// Fixed limits of the scores, four ascending numbers each; `None`: quintiles of the customers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Limits {
    /// The most days since the last order for a score of 5, 4, 3 and 2.
    pub recency: Option<[f64; 4]>,
    /// The fewest orders for a score of 2, 3, 4 and 5.
    pub frequency: Option<[f64; 4]>,
    /// The least revenue for a score of 2, 3, 4 and 5, in units of the currency.
    pub monetary: Option<[f64; 4]>,
}

/// A named segment.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Its name.
    pub name: String,
    /// Who is in it, over the scores `r`, `f` and `m`.
    pub condition: Expr,
    /// What it means.
    pub text: Option<String>,
}

/// How customers are scored and which segments there are.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentModel {
    /// What frequency counts.
    pub frequency: Frequency,
    /// The limits of the scores.
    pub limits: Limits,
    /// The segments; a customer belongs to the first whose condition holds.
    pub segments: Vec<Segment>,
}

impl SegmentModel {
    /// The built-in segments, scored by quintiles.
    ///
    /// # Panics
    /// If the embedded segments are not valid; that is a bug in relhealth.
    pub fn builtin() -> SegmentModel {
        SegmentModel {
            frequency: Frequency::default(),
            limits: Limits::default(),
            segments: embedded("segments.toml", BUILTIN, segments),
        }
    }

    /// What `[segments]` and `[[segment]]` of a configuration say; without a `[[segment]]` the segments are the built-in ones.
    pub fn read(reader: &mut Reader<'_>, document: &DeTable<'_>) -> SegmentModel {
        let mut model = SegmentModel::builtin();
        let own = segments(reader, document);
        if !own.is_empty() {
            model.segments = own;
        }
        let Some(table) = reader.table(document, "segments") else {
            return model;
        };
        reader.known(
            table,
            "of [segments]",
            &["frequency", "recency_limits", "frequency_limits", "monetary_limits"],
        );
        let choices = Frequency::ALL.map(|frequency| (frequency.as_str(), frequency));
        model.frequency = reader.choice(table, "frequency", &choices).unwrap_or_default();
        model.limits = Limits {
            recency: limits(reader, table, "recency_limits"),
            frequency: limits(reader, table, "frequency_limits"),
            monetary: limits(reader, table, "monetary_limits"),
        };
        model
    }

    /// The segment of every combination of scores, to be looked up by [`SegmentTable::of`].
    pub fn table(&self) -> SegmentTable {
        let mut segments = Vec::new();
        for r in 1..=BEST {
            for f in 1..=BEST {
                for m in 0..=BEST {
                    let scores = Scores {
                        r,
                        f,
                        m: (m > 0).then_some(m),
                    };
                    segments.push(self.segments.iter().position(|segment| segment.holds(scores)));
                }
            }
        }
        SegmentTable(segments)
    }
}

/// The segment of every combination of scores.
#[derive(Debug)]
pub struct SegmentTable(Vec<Option<usize>>);

impl SegmentTable {
    /// The segment, as an index into those of the model; `None`: no condition holds.
    pub fn of(&self, scores: Scores) -> Option<usize> {
        let (r, f, m) = (scores.r - 1, scores.f - 1, scores.m.unwrap_or(0));
        let (best, of_money) = (usize::from(BEST), usize::from(BEST) + 1);
        self.0[(usize::from(r) * best + usize::from(f)) * of_money + usize::from(m)]
    }
}

impl Segment {
    fn holds(&self, scores: Scores) -> bool {
        let score = |name: &str| match name {
            "r" => Value::Number(f64::from(scores.r)),
            "f" => Value::Number(f64::from(scores.f)),
            "m" => scores.m.map_or(Value::Null, |m| Value::Number(f64::from(m))),
            _ => Value::Null,
        };
        // Conditions over numbers name no date, so what the clock says does not matter.
        matches!(self.condition.eval(&score, &|_| 0), Value::Bool(true))
    }
}

/// The names of conditions: the scores.
struct ScoreNames;

impl Scope for ScoreNames {
    fn unit(&self, name: &str) -> Option<(String, Unit)> {
        let known = SCORES.iter().find(|known| known.eq_ignore_ascii_case(name))?;
        Some((known.to_string(), Unit::Count))
    }

    fn names(&self) -> Vec<String> {
        SCORES.map(str::to_string).to_vec()
    }
}

/// Reads the `[[segment]]` tables.
fn segments(reader: &mut Reader<'_>, document: &DeTable<'_>) -> Vec<Segment> {
    let mut names = BTreeSet::new();
    let mut segments = Vec::new();
    for (table, span) in reader.tables(document, "segment") {
        reader.known(table, "of a segment", &["name", "where", "text"]);
        let text = reader.filled_text(table, "text").map(|text| text.text);
        let name = required(reader, table, &span, "name");
        let condition = required(reader, table, &span, "where");
        let (Some(name), Some(condition)) = (name, condition) else {
            continue;
        };
        if !names.insert(name.text.clone()) {
            reader.wrong(name.span, format!("there are two segments named `{}`", name.text), "");
            continue;
        }
        let Some(expr) = reader.expression(&condition) else { continue };
        match condition_of(&expr) {
            Ok(expr) => segments.push(Segment {
                name: name.text,
                condition: expr,
                text,
            }),
            Err(error) => reader.wrong_expression(&condition, error),
        }
    }
    segments
}

fn required(reader: &mut Reader<'_>, table: &DeTable<'_>, span: &Range<usize>, key: &'static str) -> Option<crate::toml_reader::Text> {
    if !table.contains_key(key) {
        reader.missing(span.clone(), "a segment", key, "");
    }
    reader.filled_text(table, key)
}

/// The expression with its names resolved, if it is a condition over the scores.
fn condition_of(expr: &Expr) -> Result<Expr, ExprError> {
    match expr.check(&ScoreNames)? {
        Unit::Bool => expr.resolve(&ScoreNames),
        unit => {
            let error = ExprError::new(0..expr.text().len(), format!("expected a condition, found {}", unit.name()));
            Err(error.hint("write one like r >= 4 and f >= 4"))
        }
    }
}

/// Reads four ascending numbers.
fn limits(reader: &mut Reader<'_>, table: &DeTable<'_>, key: &str) -> Option<[f64; 4]> {
    reader.typed(table, key, "four ascending numbers, such as [30, 90, 180, 365]", |value| {
        let numbers: Option<Vec<f64>> = value.as_array()?.iter().map(|node| number_of(node.get_ref())).collect();
        ascending(&numbers?)
    })
}

/// Four numbers, each larger than the one before it.
pub fn ascending(numbers: &[f64]) -> Option<[f64; 4]> {
    let limits: [f64; 4] = numbers.try_into().ok()?;
    limits.windows(2).all(|pair| pair[0] < pair[1]).then_some(limits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toml_reader::{ConfigErrors, SourceText};

    fn read(text: &str) -> Result<SegmentModel, String> {
        let mut reader = Reader::new(SourceText {
            file: "relhealth.toml",
            text,
        });
        let document = reader.document();
        let model = SegmentModel::read(&mut reader, &document);
        if reader.errors.is_empty() {
            Ok(model)
        } else {
            Err(ConfigErrors::new(reader.errors).to_string())
        }
    }

    fn name_of(model: &SegmentModel, r: u8, f: u8, m: Option<u8>) -> Option<&str> {
        model.table().of(Scores { r, f, m }).map(|at| model.segments[at].name.as_str())
    }

    #[test]
    fn the_built_in_segments_cover_every_pair_of_scores_once() {
        let model = SegmentModel::builtin();
        for r in 1..=BEST {
            for f in 1..=BEST {
                for m in [None, Some(1), Some(5)] {
                    let holding = model.segments.iter().filter(|segment| segment.holds(Scores { r, f, m })).count();
                    assert_eq!(holding, 1, "r {r}, f {f}");
                }
            }
        }
        assert_eq!(name_of(&model, 5, 5, None), Some("Champions"));
        assert_eq!(name_of(&model, 1, 1, Some(5)), Some("Hibernating"));
        assert_eq!(name_of(&model, 2, 5, Some(5)), Some("Cannot lose"));
    }

    #[test]
    fn own_segments_replace_the_built_in_ones_and_the_first_that_holds_counts() {
        let model = read(
            "[segments]\nfrequency = \"order-days\"\nrecency_limits = [30, 60, 90, 180.5]\n\
             [[segment]]\nname = \"Big\"\nwhere = \"M >= 4\"\ntext = \"Much revenue.\"\n\
             [[segment]]\nname = \"Recent\"\nwhere = \"r >= 4\"",
        )
        .unwrap();
        assert_eq!(
            (model.frequency, model.limits.recency),
            (Frequency::OrderDays, Some([30.0, 60.0, 90.0, 180.5]))
        );
        assert_eq!(model.limits.monetary, None);
        assert_eq!(name_of(&model, 5, 1, Some(4)), Some("Big"));
        assert_eq!(name_of(&model, 5, 1, Some(3)), Some("Recent"));
        // Without money no condition on it holds.
        assert_eq!(name_of(&model, 5, 1, None), Some("Recent"));
        assert_eq!(name_of(&model, 1, 5, None), None);
        assert_eq!(read("").unwrap(), SegmentModel::builtin());
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        for (text, said) in [
            ("[[segment]]\nname = \"A\"\nwhere = \"recency > 3\"", "recency"),
            ("[[segment]]\nname = \"A\"\nwhere = \"r + 1\"", "expected a condition"),
            ("[[segment]]\nwhere = \"r > 1\"", "name"),
            ("[[segment]]\nname = \"A\"", "where"),
            (
                "[[segment]]\nname = \"A\"\nwhere = \"r > 1\"\n[[segment]]\nname = \"A\"\nwhere = \"r > 2\"",
                "two segments named `A`",
            ),
            ("[segments]\nmonetary_limits = [1, 2, 2, 3]", "four ascending numbers"),
            ("[segments]\nfrequency_limits = [1, 2, 3]", "four ascending numbers"),
            ("[segments]\nfrequency = \"visits\"", "visits"),
            ("[segments]\nlimits = []", "limits"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(said) && error.contains("relhealth.toml:"), "{error}");
        }
    }
}
