//! The health of stakeholders for programs.

use std::io::Write;

use super::Sheet;
use crate::analyses::lists;
use crate::catalog::health::{Band, Model, Part};
use crate::health::backtest::{Backtest, Horizon, Portion};
use crate::health::fit::Fit;
use crate::health::{Group, Row, Shares, Touch};
use crate::render::text::Untrusted;
use crate::schema::MONEY_SCALE;
use crate::stats::discrimination::Area;
use crate::stats::{Estimate, Interval};
use crate::wire::health::{self, Health, Number};
use crate::wire::{self, Instant, Labels, SchemaId, Stream};

/// The health of stakeholders as a document for programs.
pub fn json<'a>(sheet: &'a Sheet<'a>) -> Health<'a> {
    let assessment = sheet.assessment;
    let used = |at: &usize| assessment.rows.iter().any(|row| row.model == *at);
    let models = (0..assessment.models.len()).filter(used);
    Health {
        schema: SchemaId::default(),
        as_of: Some(Instant(sheet.canonical.as_of)),
        previous: Some(Instant(assessment.previous)),
        timezone: sheet.origin.timezone.to_string(),
        level: sheet.request.confidence.level,
        currency: sheet.origin.currency.map(str::to_string),
        models: models.map(|at| model(&assessment.models[at], &assessment.missing[at])).collect(),
        listable: assessment.listable,
        stakeholders: Stream::by_index(assessment.listed.len(), move |at| stakeholder(sheet, at)),
        withheld: assessment.withheld,
        left: assessment.left,
        types: assessment.types.iter().map(group).collect(),
        groups: assessment.groups.iter().map(group).collect(),
        stability: assessment
            .stability
            .iter()
            .map(|(at, stability)| health::Stability {
                model: assessment.models[*at].name.clone(),
                stakeholders: stability.stakeholders,
                is_sample: stability.is_sample,
                lowest_rank_correlation: stability.correlation,
                part: stability.part.0.clone(),
                raised: stability.part.1,
                other_band: stability.other_band,
                lowest_tenth_kept: stability.lowest_tenth_kept,
            })
            .collect(),
        backtest: sheet
            .backtests
            .iter()
            .flat_map(|tested| tested.each.iter())
            .flat_map(|one| backtest(sheet, one))
            .collect(),
        fit: sheet
            .backtests
            .iter()
            .flat_map(|tested| &tested.fits)
            .map(|found| fit(&assessment.models[found.model], found))
            .collect(),
        account: sheet.account.iter().map(wire::RecordCounts::from).collect(),
        notes: sheet.notes.iter().map(wire::Note::from).collect(),
    }
}

/// A model as a document for programs.
pub fn json_of_model<'a>(of: &Model) -> Health<'a> {
    Health {
        schema: SchemaId::default(),
        as_of: None,
        previous: None,
        timezone: "UTC".to_string(),
        level: crate::config::LEVEL,
        currency: None,
        models: vec![model(of, &vec![None; of.parts.len()])],
        listable: 0,
        stakeholders: Stream::of(std::iter::empty),
        withheld: false,
        left: 0,
        types: Vec::new(),
        groups: Vec::new(),
        stability: Vec::new(),
        backtest: Vec::new(),
        fit: Vec::new(),
        account: Vec::new(),
        notes: Vec::new(),
    }
}

fn model(of: &Model, missing: &[Option<String>]) -> health::Model {
    let part = |(part, missing): (&Part, &Option<String>)| health::ModelPart {
        part: part.name.clone(),
        kind: part.measure,
        definition: part.measure.definition(part.days),
        days: part.measure.has_days().then_some(part.days),
        weight: part.weight,
        curve: part
            .curve
            .anchors()
            .iter()
            .map(|anchor| health::Anchor {
                name: anchor.name.clone(),
                at: anchor.at,
                points: anchor.points,
            })
            .collect(),
        missing: missing.clone(),
    };
    health::Model {
        model: of.name.clone(),
        types: of.types.clone(),
        minimum_coverage: of.minimum_coverage,
        healthy: of.edges[0],
        at_risk: of.edges[1],
        hysteresis: of.hysteresis,
        loss: of.loss,
        value: of.value,
        parts: of.parts.iter().zip(missing).map(part).collect(),
    }
}

fn stakeholder<'a>(sheet: &'a Sheet, at: usize) -> health::Stakeholder<'a> {
    let assessment = sheet.assessment;
    let row = &assessment.rows[assessment.listed[at]];
    let who = lists::stakeholder(sheet.canonical, row.stakeholder);
    let model = &assessment.models[row.model];
    let mut parts = Vec::new();
    let mut missing = Vec::new();
    for ((part, value), points) in model.parts.iter().zip(assessment.values(row)).zip(assessment.points(row)) {
        match (value, points) {
            (Ok(value), Some((points, lost))) => parts.push(health::Part {
                part: &part.name,
                measure: *value,
                points,
                weight: part.weight,
                lost,
            }),
            (Err(reason), _) => missing.push(health::Missing {
                part: &part.name,
                reason: *reason,
            }),
            (Ok(_), None) => {}
        }
    }
    health::Stakeholder {
        id: who.id,
        name: who.name,
        owner: who.owner,
        tier: who.tier,
        kind: sheet.type_of(row),
        model: &model.name,
        score: row.score,
        band: row.band,
        previous_score: row.before.0,
        previous_band: row.before.1,
        coverage: row.coverage,
        value_at_stake: money(row),
        touch: row.touch.map(|touch| match touch {
            Touch::Overdue => health::Touch::Overdue,
            Touch::Losing => health::Touch::Losing,
        }),
        parts,
        missing,
    }
}

fn money(row: &Row) -> Option<f64> {
    row.value.map(|value| value as f64 / MONEY_SCALE as f64)
}

/// The health of a group.
pub fn group(group: &Group) -> health::Group {
    let shown = group.shown.as_ref();
    let share = |share: fn(&crate::health::GroupHealth) -> Option<&Shares>| {
        shown
            .and_then(share)
            .map_or_else(Number::default, |shares| number(&shares.estimate))
    };
    health::Group {
        by: Labels(group.by.clone()),
        suppressed: shown.is_none(),
        stakeholders: shown.map(|shown| shown.stakeholders),
        scored: shown.map(|shown| shown.scored),
        coverage: shown.map(|shown| shown.coverage),
        mean: shown.and_then(|shown| shown.mean.as_ref()).map_or_else(Number::default, number),
        healthy: share(|shown| shown.bands[0].as_ref()),
        at_risk: share(|shown| shown.bands[1].as_ref()),
        critical: share(|shown| shown.bands[2].as_ref()),
        worse: share(|shown| shown.worse.as_ref()),
        overdue: share(|shown| shown.overdue.as_ref()),
        value_at_stake: shown.and_then(|shown| shown.value),
        value_at_risk: shown.and_then(|shown| shown.value_at_risk),
        share_of_value_at_risk: shown
            .and_then(|shown| shown.share_of_value.as_ref())
            .map_or_else(Number::default, number),
    }
}

fn number(estimate: &Estimate) -> Number {
    let Interval { low, high } = estimate.interval.unwrap_or(Interval { low: None, high: None });
    Number {
        value: Some(estimate.value),
        low,
        high,
    }
}

fn backtest(sheet: &Sheet, tested: &Backtest) -> Vec<health::Backtest> {
    let model = &sheet.assessment.models[tested.model];
    let one = |horizon: &Horizon| health::Backtest {
        model: model.name.clone(),
        loss: tested.loss,
        horizon_days: horizon.days,
        ends: tested.ends[..horizon.ends].iter().map(|end| Instant(*end)).collect(),
        n: horizon.all.whole,
        stakeholders: horizon.all.stakeholders,
        lost: portion(&horizon.all),
        unscored: tested.unscored,
        below_minimum_coverage: tested.below_minimum,
        auc: area(horizon.auc),
        recency_auc: area(horizon.recency_auc),
        auc_difference: area(horizon.difference),
        lift_worst_decile: horizon.lift,
        bands: Band::ALL
            .into_iter()
            .zip(&horizon.bands)
            .map(|(band, found)| {
                let Number { value, low, high } = portion(found);
                health::BandOutcome {
                    band,
                    n: (found.whole == 0 || found.estimate.is_some()).then_some(found.whole),
                    lost: value,
                    low,
                    high,
                }
            })
            .collect(),
        misses: portion(&horizon.misses),
        false_alarms: portion(&horizon.false_alarms),
        calibration: (0..)
            .zip(&horizon.calibration)
            .map(|(bin, found)| {
                let Number { value, low, high } = portion(found);
                health::Calibration {
                    from: f64::from(bin * 10),
                    until: f64::from(bin * 10 + 10),
                    n: found.whole,
                    lost: value,
                    low,
                    high,
                }
            })
            .collect(),
        parts: model
            .parts
            .iter()
            .zip(&horizon.parts)
            .map(|(part, (n, found))| health::PartOutcome {
                part: part.name.clone(),
                n: *n,
                auc: area(*found),
            })
            .collect(),
        finding: horizon.finding,
    };
    tested.horizons.iter().map(one).collect()
}

fn fit(model: &Model, found: &Fit) -> health::Fit {
    let weights = model
        .parts
        .iter()
        .zip(&found.weights)
        .filter_map(|(part, weight)| Some((part, (*weight)?)));
    health::Fit {
        model: model.name.clone(),
        horizon_days: found.days,
        tested_dates: found.tested_ends as u64,
        n: found.tested,
        is_sample: found.is_sample,
        auc: area(found.auc),
        fitted_auc: area(found.fitted_auc),
        auc_difference: area(found.difference),
        finding: found.finding,
        weights: weights
            .map(|(part, (current, proposed))| health::Weight {
                part: part.name.clone(),
                current,
                proposed,
            })
            .collect(),
    }
}

fn portion(portion: &Portion) -> Number {
    portion.estimate.as_ref().map_or_else(Number::default, number)
}

fn area(area: Option<Area>) -> Number {
    let Some(area) = area else { return Number::default() };
    let Interval { low, high } = area.interval.unwrap_or(Interval { low: None, high: None });
    Number {
        value: Some(area.value),
        low,
        high,
    }
}

/// A line for each number of each backtest.
///
/// # Errors
/// Those of the writer.
pub fn csv_of_backtests(sheet: &Sheet, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["model", "loss", "horizon_days", "number", "of", "n", "value", "low", "high"])?;
    let tested = sheet.backtests.iter().flat_map(|tested| tested.each.iter());
    for one in tested.flat_map(|one| backtest(sheet, one)) {
        let float = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
        let of = |from: Option<f64>, low, high| Number { value: from, low, high };
        let n = Some(one.n);
        let mut lines: Vec<(&str, String, Option<u64>, Number)> = vec![
            ("lost", String::new(), n, one.lost),
            ("auc", String::new(), n, one.auc),
            ("recency_auc", String::new(), n, one.recency_auc),
            ("auc_difference", String::new(), n, one.auc_difference),
            ("lift_worst_decile", String::new(), n, of(one.lift_worst_decile, None, None)),
            ("misses", String::new(), None, one.misses),
            ("false_alarms", String::new(), None, one.false_alarms),
        ];
        let bands = one.bands.iter();
        lines.extend(bands.map(|band| ("band", band.band.as_str().to_string(), band.n, of(band.lost, band.low, band.high))));
        let bins = one.calibration.iter();
        lines.extend(bins.map(|bin| {
            (
                "calibration",
                format!("{}-{}", bin.from, bin.until),
                Some(bin.n),
                of(bin.lost, bin.low, bin.high),
            )
        }));
        let parts = one.parts.iter();
        lines.extend(parts.map(|part| ("part_auc", foreign(&part.part), Some(part.n), part.auc)));
        for (number, about, n, value) in lines {
            csv.write_record([
                foreign(&one.model),
                one.loss.as_str().to_string(),
                one.horizon_days.to_string(),
                number.to_string(),
                about,
                n.map(|n| n.to_string()).unwrap_or_default(),
                float(value.value),
                float(value.low),
                float(value.high),
            ])?;
        }
    }
    csv.flush()?;
    Ok(())
}

/// A line for each stakeholder that is listed; of each part the value, the points, and what it takes.
///
/// # Errors
/// Those of the writer.
pub fn csv(sheet: &Sheet, out: &mut dyn Write) -> anyhow::Result<()> {
    let assessment = sheet.assessment;
    let mut names: Vec<&str> = Vec::new();
    for model in assessment
        .models
        .iter()
        .enumerate()
        .filter(|(at, _)| assessment.rows.iter().any(|row| row.model == *at))
    {
        for part in &model.1.parts {
            if !names.contains(&part.name.as_str()) {
                names.push(&part.name);
            }
        }
    }
    let mut csv = csv::Writer::from_writer(out);
    let mut header: Vec<String> = [
        "id",
        "name",
        "owner",
        "tier",
        "type",
        "model",
        "score",
        "band",
        "previous_score",
        "previous_band",
        "coverage",
        "value_at_stake",
        "touch",
    ]
    .map(str::to_string)
    .to_vec();
    for name in &names {
        header.extend(["measure", "points", "lost"].map(|what| foreign(&format!("{name}.{what}"))));
    }
    csv.write_record(&header)?;
    for at in 0..assessment.listed.len() {
        let one = stakeholder(sheet, at);
        let text = |text: &Option<String>| text.as_deref().map(foreign).unwrap_or_default();
        let float = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
        let mut line = vec![
            text(&one.id),
            text(&one.name),
            text(&one.owner),
            text(&one.tier),
            foreign(one.kind),
            foreign(one.model),
            float(one.score),
            one.band.map(|band| band.as_str().to_string()).unwrap_or_default(),
            float(one.previous_score),
            one.previous_band.map(|band| band.as_str().to_string()).unwrap_or_default(),
            one.coverage.to_string(),
            float(one.value_at_stake),
            one.touch.map(|touch| touch.as_str().to_string()).unwrap_or_default(),
        ];
        for name in &names {
            let part = one.parts.iter().find(|part| part.part == *name);
            line.extend(
                [
                    part.map(|part| part.measure),
                    part.map(|part| part.points),
                    part.map(|part| part.lost),
                ]
                .map(float),
            );
        }
        csv.write_record(&line)?;
    }
    csv.flush()?;
    Ok(())
}

/// A line for each anchor of each part.
///
/// # Errors
/// Those of the writer.
pub fn csv_of_model(model: &Model, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["model", "part", "kind", "days", "weight", "at", "points", "name"])?;
    for part in &model.parts {
        let days = if part.measure.has_days() {
            part.days.to_string()
        } else {
            String::new()
        };
        for anchor in part.curve.anchors() {
            csv.write_record([
                foreign(&model.name),
                foreign(&part.name),
                part.measure.as_str().to_string(),
                days.clone(),
                part.weight.to_string(),
                anchor.at.to_string(),
                anchor.points.to_string(),
                foreign(&anchor.name),
            ])?;
        }
    }
    csv.flush()?;
    Ok(())
}

fn foreign(text: &str) -> String {
    Untrusted::new(text).csv().into_owned()
}
