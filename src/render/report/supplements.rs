//! The sections of a report that are not metrics, as JSON.

use serde_json::{Value, json};

use super::Report;
use crate::analyses::Share;
use crate::analyses::channels::{Channel, Mix};
use crate::analyses::cohorts::{Basis, Cohorts};
use crate::analyses::concentration::{self, Concentration, ConcentrationOf};
use crate::analyses::coverage::{Coverage, Span};
use crate::analyses::lists::{List, Lost, Overdue, StakeholderRef, Waiting};
use crate::findings::Supplements;
use crate::period::{date_text, instant_text};

/// The sections: name and entries; none if the review has none.
pub fn sections(report: &Report) -> Vec<(&'static str, Vec<Value>)> {
    let Some(beside) = &report.review.beside else { return Vec::new() };
    let Supplements {
        cohorts,
        concentrations,
        mix,
        lists,
        coverage,
    } = beside;
    let named = |name: &'static str, list: Value| json!({ "list": name, "total": list["total"], "withheld": list["withheld"], "rows": list["rows"] });
    let mut found = Vec::new();
    found.extend(lists.overdue.as_ref().map(|list| named("overdue", self::list(list, overdue))));
    for (name, cases) in [
        ("open_complaints", &lists.complaints),
        ("unanswered", &lists.unanswered),
        ("late_commitments", &lists.commitments),
    ] {
        found.extend(cases.as_ref().map(|cases| named(name, list(cases, waiting))));
    }
    found.extend(lists.lost.as_ref().map(|list| named("lost_customers", self::list(list, lost))));
    vec![
        ("cohorts", cohorts.iter().map(self::cohorts).collect()),
        ("concentration", concentrations.iter().map(concentration).collect()),
        ("channels", mix.as_ref().map_or_else(Vec::new, channels)),
        ("lists", found),
        ("coverage", self::coverage(coverage)),
    ]
}

fn share(share: &Share) -> Value {
    json!({ "value": share.value(), "low": share.low, "high": share.high, "part": share.part, "whole": share.whole })
}

fn cohorts(cohorts: &Cohorts) -> Value {
    let rows = cohorts.rows.iter().map(|row| {
        json!({
            "period": row.period.label,
            "size": row.size,
            "suppressed": row.suppressed,
            "left_truncated": row.left_truncated,
            "kept": row.kept.iter().map(|kept| kept.as_ref().map(share)).collect::<Vec<_>>(),
        })
    });
    json!({
        "basis": match cohorts.basis {
            Basis::Purchases => "purchases",
            Basis::Roster => "roster",
        },
        "grain": cohorts.grain.name(),
        "type": cohorts.kind,
        "cohorts": rows.collect::<Vec<_>>(),
    })
}

fn concentration(few: &Concentration) -> Value {
    let beside = |of: &concentration::WithAndWithoutLargest| json!({ "value": of.value, "without_largest": of.without_largest });
    json!({
        "of": match few.of {
            ConcentrationOf::Revenue => "revenue",
            ConcentrationOf::Spend => "spend",
        },
        "period": few.period.label,
        "sum": few.sum,
        "stakeholders": few.stakeholders,
        "negative": few.negative,
        "hhi": beside(&few.hhi),
        "effective_number": beside(&few.effective_number),
        "top1_share": beside(&few.top1),
        "top10_share": beside(&few.top10),
        "withheld": few.withheld,
        "largest": few.largest.iter().map(|large| json!({
            "rank": large.rank,
            "stakeholder_id": large.id,
            "name": large.name,
            "amount": large.amount,
            "share": large.share,
            "cumulative": large.cumulative,
        })).collect::<Vec<_>>(),
    })
}

fn channels(mix: &Mix) -> Vec<Value> {
    let part = |part: &crate::analyses::channels::Part| {
        let cell = &part.cell;
        let change = cell.changes.get("previous");
        json!({
            "channel": match &part.channel {
                Channel::Named(name) => Some(name.clone()),
                Channel::Others(_) | Channel::Unknown => None,
            },
            "others": match part.channel {
                Channel::Others(channels) => channels,
                _ => 0,
            },
            "contacts": cell.part,
            "share": cell.value,
            "low": cell.low,
            "high": cell.high,
            "previous": change.and_then(|change| change.value),
            "delta": change.and_then(|change| change.delta),
            "delta_low": change.and_then(|change| change.low),
            "delta_high": change.and_then(|change| change.high),
            "reading": change.map(|change| change.reading.as_str()),
        })
    };
    mix.parts.iter().map(part).collect()
}

fn list<T>(list: &List<T>, row: impl Fn(&T) -> Value) -> Value {
    json!({ "total": list.total, "withheld": list.withheld, "rows": list.rows.iter().map(row).collect::<Vec<_>>() })
}

/// A row with its stakeholder.
fn about(who: &StakeholderRef, row: Value) -> Value {
    let mut value = json!({ "stakeholder_id": who.id, "name": who.name, "looked_after_by": who.owner, "tier": who.tier });
    if let (Some(value), Value::Object(row)) = (value.as_object_mut(), row) {
        value.extend(row);
    }
    value
}

fn overdue(row: &Overdue) -> Value {
    let rest = json!({
        "last_contact": row.last_contact.map(date_text),
        "days_since": row.days_since,
        "target_days": row.target_days,
    });
    about(&row.who, rest)
}

fn waiting(row: &Waiting) -> Value {
    let rest = json!({
        "case_id": row.case_id,
        "file": row.file,
        "line": row.line,
        "kind": row.kind,
        "channel": row.channel,
        "owner": row.owner,
        "status": row.status,
        "since": instant_text(row.since),
        "hours": row.hours,
        "due_at": row.due_at.map(instant_text),
    });
    about(&row.who, rest)
}

fn lost(row: &Lost) -> Value {
    let rest = json!({ "last_order": row.last_order.map(date_text), "revenue_before": row.revenue_before });
    about(&row.who, rest)
}

fn coverage(coverage: &Coverage) -> Vec<Value> {
    let mut all = Vec::new();
    for covered in &coverage.tables {
        for span in std::iter::once(&covered.whole).chain(&covered.files) {
            all.push(self::span(coverage, covered.table.name(), span));
        }
    }
    all
}

fn span(coverage: &Coverage, table: &str, span: &Span) -> Value {
    let counts = coverage.periods.iter().zip(&span.counts);
    json!({
        "table": table,
        "file": span.file,
        "records": span.records,
        "undated": span.undated,
        "first": span.first.map(instant_text),
        "last": span.last.map(instant_text),
        "periods": counts.map(|(period, of)| json!({
            "period": period.label,
            "records": of.records,
            "verdict": of.verdict.as_str(),
        })).collect::<Vec<_>>(),
    })
}
