//! A comparison of two reports as a document for programs: [`crate::wire::diff::Diff`].

use super::{ComparisonWriter, Detail, sentences};
use crate::report_diff::people::{self, People};
use crate::report_diff::{self, Comparison, Decomposition, Moved};
use crate::wire::diff::{
    Amount, Diff, Dimension, Had, Head, InputChange, Known, Metric, Named, Redefined, Restated, Setting, Slice, Stakeholder, Stakeholders,
    Targets, Undivided,
};
use crate::wire::{Instant, SchemaId};

/// The comparison as a document.
pub fn document(comparison: &Comparison) -> Diff {
    let told = ComparisonWriter {
        comparison,
        detail: Detail::Page,
    };
    let named = |(id, title): &(String, String)| Named {
        id: id.clone(),
        title: title.clone(),
    };
    let setting = |setting: &report_diff::Setting| Setting {
        what: setting.what.to_string(),
        then: setting.then.clone(),
        now: setting.now.clone(),
    };
    let input = |input: &report_diff::InputChange| InputChange {
        name: input.name.clone(),
        then: input.then.clone(),
        now: input.now.clone(),
    };
    let redefined = |metric: &report_diff::Redefined| Redefined {
        id: metric.id.clone(),
        title: metric.title.clone(),
        what: metric.what.clone(),
    };
    Diff {
        schema: SchemaId::default(),
        then: head(&comparison.reports[0]),
        now: head(&comparison.reports[1]),
        same: comparison.is_same(),
        same_period: comparison.same_period,
        settings: comparison.settings.iter().map(setting).collect(),
        inputs: comparison.inputs.iter().map(input).collect(),
        redefined: comparison.redefined.iter().map(redefined).collect(),
        only_then: comparison.only_then.iter().map(named).collect(),
        only_now: comparison.only_now.iter().map(named).collect(),
        metrics: comparison.metrics.iter().map(|one| metric(&told, one)).collect(),
    }
}

fn head(head: &report_diff::Head) -> Head {
    Head {
        file: head.file.clone(),
        period: head.period.clone(),
        start: Instant(head.span.0),
        end: Instant(head.span.1),
        complete: head.complete,
        as_of: Instant(head.as_of),
        timezone: head.timezone.clone(),
        currency: head.currency.clone(),
        clock: head.clock.clone(),
        level: head.level,
        command: head.command.clone(),
    }
}

fn metric(told: &ComparisonWriter, moved: &Moved) -> Metric {
    let undivided = moved.undivided.iter().map(|(dimension, why)| Undivided {
        dimension: dimension.clone(),
        why: why.as_str().to_string(),
    });
    Metric {
        id: moved.id.clone(),
        title: moved.title.clone(),
        family: moved.family.clone(),
        unit: moved.unit,
        good: moved.good,
        then: known(&moved.values[0]),
        now: known(&moved.values[1]),
        target: Targets {
            then: moved.targets[0],
            now: moved.targets[1],
        },
        then_at_same_age: moved.at_same_age,
        delta: moved.delta,
        low: moved.interval.as_ref().and_then(|interval| interval.low),
        high: moved.interval.as_ref().and_then(|interval| interval.high),
        basis: moved.basis,
        reading: moved.reading,
        stands: moved.stands,
        text: sentences::value(told, moved).terminal(),
        dimensions: moved.divided.iter().map(|divided| dimension(told, moved, divided)).collect(),
        undivided: undivided.collect(),
        stakeholders: moved.people.as_ref().map(stakeholders),
        restated: moved.restated.iter().map(restated).collect(),
    }
}

fn stakeholders(people: &People) -> Stakeholders {
    let stakeholder = |person: &people::Person| Stakeholder {
        id: person.id.clone(),
        then: had(person.then),
        now: had(person.now),
        influence: person.influence,
    };
    Stakeholders {
        together: people.together,
        complete: people.complete,
        most: people.most.iter().map(stakeholder).collect(),
    }
}

fn dimension(told: &ComparisonWriter, moved: &Moved, divided: &Decomposition) -> Dimension {
    let amount = |of: report_diff::decomposition::Amount| Amount {
        part: of.part,
        whole: of.whole,
    };
    let whole = divided.rate_and_mix();
    let slice = |slice: &report_diff::Slice| Slice {
        slice: slice.name.clone(),
        then: slice.then.map(amount),
        now: slice.now.map(amount),
        rate: slice.effect.rate,
        mix: slice.effect.mix,
        contribution: slice.effect.both,
    };
    Dimension {
        dimension: divided.dimension.clone(),
        rate: whole.map(|(rate, _)| rate),
        mix: whole.map(|(_, mix)| mix),
        text: sentences::divided(told, moved, divided).map(|text| text.terminal()),
        slices: divided.slices.iter().map(slice).collect(),
    }
}

fn known(known: &report_diff::Known) -> Known {
    Known {
        value: known.value,
        low: known.low,
        high: known.high,
        absent: known.absent,
        n: known.n,
        stakeholders: known.stakeholders,
        part: known.part,
        whole: known.whole,
    }
}

fn had(had: people::Had) -> Had {
    let (listed, part, whole) = match had {
        people::Had::This(part, whole) => (true, Some(part), whole),
        people::Had::Nothing => (true, Some(0.0), None),
        people::Had::NotListed => (false, None, None),
    };
    Had { listed, part, whole }
}

fn restated(restated: &report_diff::Restated) -> Restated {
    Restated {
        period: restated.period.clone(),
        then: known(&restated.values[0]),
        now: known(&restated.values[1]),
        known_then: Instant(restated.known[0]),
        known_now: Instant(restated.known[1]),
    }
}
