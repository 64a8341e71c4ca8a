//! What scores have meant in the past, as a section of a document.

use super::words::spaced;
use super::{Detail, Sheet, estimate, left, right, whole};
use crate::catalog::MetricUnit;
use crate::catalog::health::{Band, Loss, Model};
use crate::health::backtest::{Backtest, Backtests, Finding, HISTORY_DAYS, Horizon, LOOKBACK_DAYS, Portion};
use crate::health::fit::{Fit, FitFinding};
use crate::render::displayed;
use crate::render::document::{Align, Axis, Chart, Document, Figure, Point, SeriesFigure, Table};
use crate::render::format::{Units, count, counted, number};
use crate::render::text::{Text, Tone};
use crate::stats::Interval;
use crate::stats::discrimination::Area;

/// Adds the backtests of all models.
pub fn add(document: &mut Document, sheet: &Sheet, backtests: &Backtests, detail: Detail) {
    document.heading(2, "What scores meant in the past".into());
    for model in &backtests.hidden {
        document.sentence(
            Text::untrusted(&sheet.assessment.models[*model].title)
                .and(": the test is hidden, because it would show something about fewer than five protected people."),
        );
    }
    if backtests.each.iter().all(|one| one.horizons.is_empty()) && !backtests.hidden.is_empty() {
        return;
    }
    if backtests.each.iter().all(|one| one.horizons.is_empty()) {
        document.sentence(Text::own(format!(
            "There is nothing to test. A test needs orders, or end dates on the roster, and an end of a period with {HISTORY_DAYS} days of data \
             before it and 30 days after it."
        )));
        return;
    }
    document.sentence(
        "At the end of each period, stakeholders are scored by what was known then. Then it is counted who was lost in the days after it. The AUC is \
         the probability that of two stakeholders, one of whom was lost, that one had the lower score: 0.5 is chance, 1 is perfect."
            .into(),
    );
    for one in backtests.each.iter().filter(|one| !one.horizons.is_empty()) {
        model(document, sheet, one, detail);
        for found in backtests.fits.iter().filter(|found| found.model == one.model) {
            proposal(document, &sheet.assessment.models[one.model], found);
        }
    }
}

/// The weights that the past proposes.
fn proposal(document: &mut Document, model: &Model, found: &Fit) {
    document.heading(3, Text::untrusted(&model.title).and(": weights that the past proposes"));
    let of = |area: Option<Area>| area.map(|found| area_text(&found)).unwrap_or_default();
    let test = format!(
        "Out of sample, on {} at {} dates that the weights had not seen, the AUC for losses within {} days is {} by the weights of the model \
         and {} by the proposed ones",
        counted(found.tested, "score", "scores"),
        found.tested_ends,
        found.days,
        of(found.auc),
        of(found.fitted_auc),
    );
    let difference = found.difference.map(|area| signed(&area)).unwrap_or_default();
    let (said, tone) = match found.finding {
        FitFinding::TooFew => (
            "Too few stakeholders were lost or kept, or there are too few dates, to propose weights.".to_string(),
            Tone::Plain,
        ),
        FitFinding::NoPart => (
            "No part has points that go with fewer losses, so no weights are proposed.".to_string(),
            Tone::Bad,
        ),
        FitFinding::Better => (format!("{test}: better by {difference}."), Tone::Good),
        FitFinding::NotBetter => (
            format!("{test}: no clear difference ({difference}), so there is no reason to change the weights."),
            Tone::Plain,
        ),
        FitFinding::Worse => (format!("{test}: worse by {difference}. Keep the weights."), Tone::Bad),
    };
    document.sentence(Text::own(said).toned(tone));
    if found.is_sample {
        document.sentence("Weights were fitted on some of the stakeholders, taken evenly.".into());
    }
    let weights = model.parts.iter().zip(&found.weights);
    let rows = weights.filter_map(|(part, weight)| {
        let (current, proposed) = (*weight)?;
        let shown = |value: f64| Text::number(number(value, 1), value, MetricUnit::Score);
        Some(vec![Text::untrusted(spaced(&part.name)), shown(current), shown(proposed)])
    });
    document.table(Table {
        caption: "Weights".into(),
        columns: vec![left("Part"), right("Weight in the model"), right("Proposed weight")],
        rows: rows.collect(),
        sparks: None,
    });
    if found.weights.iter().any(Option::is_some) {
        document.note(
            "Weights are of 100, over the parts with data. Nothing is applied: to use them, set `weight` in [health.MODEL.part.PART] of \
             relhealth.toml."
                .into(),
        );
    }
}

fn model(document: &mut Document, sheet: &Sheet, tested: &Backtest, detail: Detail) {
    let model = &sheet.assessment.models[tested.model];
    document.heading(3, Text::untrusted(&model.title));
    document.sentence(basis(sheet, tested));
    if tested.below_minimum {
        document.sentence(
            Text::own(format!(
                "The inputs give parts with less than {}% of the weights, so stakeholders have no scores. The mean of the parts that have data is \
                 tested instead.",
                number(model.minimum_coverage * 100.0, 0)
            ))
            .toned(Tone::Bad),
        );
    }
    document.list(tested.horizons.iter().map(|horizon| finding(horizon, tested.loss)).collect());
    ranking(document, tested);
    outcomes(document, tested);
    parts(document, model, tested);
    if detail != Detail::Brief {
        calibration(document, sheet, model, tested);
    }
}

fn basis(sheet: &Sheet, tested: &Backtest) -> Text {
    let ends = match tested.ends.as_slice() {
        [] => String::new(),
        [one] => format!("at {}", sheet.known_until(*one)),
        [first, .., last] => format!(
            "at {} dates from {} to {}",
            tested.ends.len(),
            sheet.known_until(*first),
            sheet.known_until(*last)
        ),
    };
    let who = match tested.loss {
        Loss::NoOrder => {
            format!("Lost is who did not order in the days after the date, of those who ordered in the {LOOKBACK_DAYS} days before it")
        }
        Loss::LeftRoster => "Lost is who left the roster in the days after the date, of those who were on it".to_string(),
    };
    let unscored = match tested.unscored {
        None | Some(0) => String::new(),
        Some(unscored) => format!(" {} times a stakeholder had no score; these do not count.", count(unscored)),
    };
    Text::own(format!(
        "Scores {ends}. {who}. Only dates count whose days after them are over.{unscored}"
    ))
}

/// What is compared with the score.
fn rule(loss: Loss) -> &'static str {
    match loss {
        Loss::NoOrder => "the days since the last order",
        Loss::LeftRoster => "the days since the last activity",
    }
}

/// What a horizon says of the score, in a sentence.
fn finding(horizon: &Horizon, loss: Loss) -> Text {
    let auc = horizon.auc.map(|auc| area_text(&auc)).unwrap_or_default();
    let difference = horizon.difference.map(|area| signed(&area)).unwrap_or_default();
    let rule = rule(loss);
    let (said, tone) = match horizon.finding {
        Finding::TooFew => (
            "too few stakeholders were lost, or too few kept, to say anything.".to_string(),
            Tone::Plain,
        ),
        Finding::Nothing => (
            format!("the score finds nothing: its AUC of {auc} cannot be distinguished from chance."),
            Tone::Bad,
        ),
        Finding::WrongWay => (
            format!("stakeholders with high scores were lost more often (AUC {auc})."),
            Tone::Bad,
        ),
        Finding::NotBetterThanRecency => (
            format!("the score is no better than {rule} alone: AUC {auc}, difference {difference}."),
            Tone::Bad,
        ),
        Finding::WorseThanRecency => (
            format!("the score is worse than {rule} alone: AUC {auc}, difference {difference}."),
            Tone::Bad,
        ),
        Finding::BetterThanRecency => (
            format!("the score ranks losses better than {rule} alone: AUC {auc}, difference {difference}."),
            Tone::Good,
        ),
    };
    Text::own(format!("{} days: {said}", horizon.days)).toned(tone)
}

fn area(area: &Area) -> Text {
    Text::number(area_text(area), area.value, MetricUnit::Index)
}

fn area_text(area: &Area) -> String {
    let interval = match area.interval {
        Ok(Interval {
            low: Some(low),
            high: Some(high),
        }) => format!(" [{}, {}]", number(low, 3), number(high, 3)),
        Ok(_) | Err(_) => String::new(),
    };
    number(area.value, 3) + &interval
}

fn signed(difference: &Area) -> String {
    let sign = if difference.value > 0.0 { "+" } else { "" };
    format!("{sign}{}", area_text(difference))
}

fn optional(found: Option<&Area>) -> Text {
    found.map_or_else(Text::default, area)
}

fn days(horizon: &Horizon) -> Text {
    Text::number(horizon.days.to_string(), f64::from(horizon.days), MetricUnit::Count)
}

fn portion(portion: &Portion) -> Text {
    portion
        .estimate
        .as_ref()
        .map_or_else(Text::default, |found| estimate(found, MetricUnit::Share))
}

fn ranking(document: &mut Document, tested: &Backtest) {
    let rows = tested.horizons.iter().map(|horizon| {
        vec![
            days(horizon),
            whole(horizon.ends as u64),
            whole(horizon.all.whole),
            portion(&horizon.all),
            optional(horizon.auc.as_ref()),
            optional(horizon.recency_auc.as_ref()),
            horizon
                .difference
                .as_ref()
                .map_or_else(Text::default, |area| Text::number(signed(area), area.value, MetricUnit::Index)),
            horizon
                .lift
                .map_or_else(Text::default, |lift| Text::number(number(lift, 2), lift, MetricUnit::Ratio)),
        ]
    });
    document.table(Table {
        caption: "How well scores rank".into(),
        columns: vec![
            right("Days"),
            right("Dates"),
            right("Scores"),
            right("Lost"),
            right("AUC of the score"),
            right("AUC of recency"),
            right("Difference"),
            right("Lift of the lowest tenth"),
        ],
        rows: rows.collect(),
        sparks: None,
    });
}

fn outcomes(document: &mut Document, tested: &Backtest) {
    let mut columns: Vec<(Text, Align)> = vec![right("Days")];
    columns.extend(Band::ALL.map(|band| (Text::own(format!("Lost of {}", band.as_str())), Align::Right)));
    columns.extend([right("Missed: lost though healthy"), right("False alarms: not lost")]);
    let of = |found: &Portion| match found.estimate {
        Some(_) => portion(found).and(format!(" of {}", count(found.whole))),
        None => Text::default(),
    };
    let rows = tested.horizons.iter().map(|horizon| {
        let mut row = vec![days(horizon)];
        row.extend(horizon.bands.iter().map(of));
        row.extend([of(&horizon.misses), of(&horizon.false_alarms)]);
        row
    });
    document.table(Table {
        caption: "What bands have meant".into(),
        columns,
        rows: rows.collect(),
        sparks: None,
    });
}

fn parts(document: &mut Document, model: &Model, tested: &Backtest) {
    let mut columns: Vec<(Text, Align)> = vec![left("Part alone")];
    columns.extend(
        tested
            .horizons
            .iter()
            .map(|horizon| (Text::own(format!("AUC, {} days", horizon.days)), Align::Right)),
    );
    columns.push(right("Scores with data"));
    let has_data = |part: usize| tested.horizons.iter().any(|horizon| horizon.parts[part].1.is_some());
    let rows = model.parts.iter().enumerate().filter(|(at, _)| has_data(*at)).map(|(at, part)| {
        let mut row = vec![Text::untrusted(spaced(&part.name))];
        row.extend(tested.horizons.iter().map(|horizon| optional(horizon.parts[at].1.as_ref())));
        row.push(
            tested
                .horizons
                .first()
                .map_or_else(Text::default, |horizon| whole(horizon.parts[at].0)),
        );
        row
    });
    document.table(Table {
        caption: "How well each part ranks alone".into(),
        columns,
        rows: rows.collect(),
        sparks: None,
    });
}

/// The share that was lost by score: where scores are worth their name it falls.
fn calibration(document: &mut Document, sheet: &Sheet, model: &Model, tested: &Backtest) {
    for horizon in tested.horizons.iter().filter(|horizon| !horizon.calibration.is_empty()) {
        let labels: Vec<String> = (0..10).map(|bin| format!("{}-{}", bin * 10, bin * 10 + 10)).collect();
        let points = horizon.calibration.iter().map(|found| {
            let found = found.estimate?;
            let Interval { low, high } = found.interval.unwrap_or(Interval { low: None, high: None });
            Some(Point {
                value: found.value,
                low,
                high,
            })
        });
        let rows = labels
            .iter()
            .zip(&horizon.calibration)
            .map(|(label, found)| vec![Text::own(label), whole(found.whole), portion(found)]);
        let lost = horizon.all.estimate.map_or(0.0, |all| all.value);
        let shown = Units::default().scale(MetricUnit::Share, lost).value(lost);
        document.chart(Chart {
            anchor: format!("calibration-{}-{}", model.name, horizon.days),
            title: Text::untrusted(&model.title).and(format!(": lost within {} days, by score", horizon.days)),
            statement: Text::own(format!(
                "Of all, {shown} were lost. The shade shows {} confidence intervals.",
                displayed::level(sheet.request.confidence.level)
            )),
            figure: Figure::Series(SeriesFigure {
                points: points.collect(),
                open: vec![false; labels.len()],
                signals: vec![None; labels.len()],
                centre: Some(lost),
                axis: Axis {
                    title: format!("Lost within {} days", horizon.days),
                    unit: MetricUnit::Share,
                    ..Axis::default()
                },
                labels: labels.clone(),
                ..SeriesFigure::default()
            }),
            data: Table {
                caption: Text::own(format!("Lost within {} days, by score", horizon.days)),
                columns: vec![left("Score"), right("Scores"), right("Lost")],
                rows: rows.collect(),
                sparks: None,
            },
        });
    }
}
