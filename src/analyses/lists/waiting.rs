//! Complaints that are open, cases that wait for an answer, commitments that are late.

use super::search::{Search, need};
use super::{List, StakeholderRef, who};
use crate::analyses::Words;
use crate::canonical::{self, CanonicalTables};
use crate::facts::context::{Settings, Slicing};
use crate::facts::frame::Frame;
use crate::facts::{cases, commitments};
use crate::measure;
use crate::report::AbsentReason;
use crate::schema::{Column, HOUR, Micros, NO_CODE, NO_INT, NO_TIME, Table, interactions};

/// A case without an answer or resolution, or a commitment that is not kept yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// The stakeholder.
    pub who: StakeholderRef,
    /// The case id of the export, if texts of ids were kept when the inputs were read.
    pub case_id: Option<String>,
    /// The file of its first record, and the line, if lines were kept.
    pub file: String,
    /// See `file`.
    pub line: Option<u32>,
    /// The type of case or commitment.
    pub kind: Option<String>,
    /// The channel of its first record.
    pub channel: Option<String>,
    /// Whom it is assigned to.
    pub owner: Option<String>,
    /// Its status in the export.
    pub status: Option<String>,
    /// When it was opened, asked or promised.
    pub since: Micros,
    /// How long it has been open; of a commitment, how long ago it was due.
    pub lasted: Lasted,
    /// When it is due: the resolution of a complaint, the answer to a question, the promise; `None` if not given.
    pub due_at: Option<Micros>,
}

/// How long something has lasted until the as-of date.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Lasted {
    /// In hours of the report's clock: calendar or business hours.
    Hours(f64),
    /// In calendar days, because its start is a date without a time of day.
    Days(i64),
}

/// Complaints that are not resolved, the oldest first.
///
/// # Errors
/// What is missing for it.
pub fn open_complaints(canonical: &CanonicalTables, settings: &Settings, limit: usize) -> Result<List<Waiting>, AbsentReason> {
    need(
        canonical,
        &[
            &[interactions::KIND],
            &[interactions::RESOLVED_AT, interactions::RESOLUTION_MINUTES],
        ],
    )?;
    let complaint = canonical.texts.code("complaint");
    waiting(
        canonical,
        settings,
        limit,
        &CASES,
        ("opened_at", Some(("open_hours", "open_days")), "due_at"),
        |frame, row| {
            let kind = frame.codes("kind").map(|codes| codes[row]);
            let is_open = frame.flags("resolved").is_some_and(|flags| flags[row] == 0);
            is_open && kind.is_some() && kind == complaint
        },
    )
}

/// Cases that are neither answered nor resolved, the oldest first. A case that was closed without an answer still counts in
/// `unanswered_rate`, but is not listed here.
///
/// # Errors
/// What is missing for it.
pub fn unanswered(canonical: &CanonicalTables, settings: &Settings, limit: usize) -> Result<List<Waiting>, AbsentReason> {
    need(
        canonical,
        &[&[
            interactions::RESPONDED_AT,
            interactions::RESPONSE_MINUTES,
            interactions::IN_REPLY_TO,
            interactions::DIRECTION,
        ]],
    )?;
    let times = ("asked_at", Some(("waiting_hours", "waiting_days")), "response_due_at");
    waiting(canonical, settings, limit, &CASES, times, |frame, row| {
        let not = |name: &str| frame.flags(name).is_none_or(|flags| flags[row] != 1);
        // If a source has no information about answers, it is not known whether a case was answered.
        let tells = frame.flags("answered").is_some_and(|flags| flags[row] == 0);
        tells && not("resolved") && frame.ints("asked_at").is_some_and(|times| times[row] != NO_TIME)
    })
}

/// Commitments and follow-ups that were due by the as-of date and are not completed, the most overdue first: of those that
/// `commitment_kept_rate` counts as not kept, the ones that can still be completed.
///
/// # Errors
/// What is missing for it.
pub fn late_commitments(canonical: &CanonicalTables, settings: &Settings, limit: usize) -> Result<List<Waiting>, AbsentReason> {
    need(
        canonical,
        &[
            &[interactions::KIND],
            &[interactions::DUE_AT],
            &[interactions::RESOLVED_AT, interactions::RESOLUTION_MINUTES],
        ],
    )?;
    waiting(canonical, settings, limit, &PROMISES, ("made_at", None, "due_at"), |frame, row| {
        let due = frame.ints("due_at").map_or(NO_TIME, |times| times[row]);
        let tells = frame.flags("kept").is_some_and(|flags| flags[row] == 0);
        let is_done = frame.ints("resolved_at").is_some_and(|times| times[row] != NO_TIME);
        tells && !is_done && due <= canonical.as_of
    })
}

/// Where cases are found.
const CASES: Search<'static> = Search {
    spec: &cases::SPEC,
    columns: &[
        "opened_at",
        "asked_at",
        "answered",
        "waiting_hours",
        "waiting_days",
        "resolved",
        "open_hours",
        "open_days",
        "response_due_at",
        "due_at",
        "kind",
        "channel",
        "owner",
        "status",
    ],
    windows: &[],
};

/// Where promises are found.
const PROMISES: Search<'static> = Search {
    spec: &commitments::SPEC,
    columns: &["made_at", "due_at", "resolved_at", "kept", "kind", "channel", "owner", "status"],
    windows: &[],
};

/// The canonical columns that the columns of the lists are made from and that are read only on request.
pub fn columns_to_load() -> impl Iterator<Item = &'static str> {
    [CASES, PROMISES].into_iter().flat_map(|search| {
        let columns = search.columns.iter().filter_map(|name| search.spec.column(name));
        let kept = columns.flat_map(measure::kept_for);
        kept.filter(|column| column.is_read_on_request()).map(|column| column.name)
    })
}

/// Rows for which `counts` holds, those that wait longest first: since when, how long (in hours and in days), and when due are columns of
/// the fact. Without a column of hours they are those since the due time.
fn waiting(
    canonical: &CanonicalTables,
    settings: &Settings,
    limit: usize,
    search: &Search,
    (since, durations, due): (&str, Option<(&str, &str)>, &str),
    counts: impl Fn(&Frame, usize) -> bool + Sync + Send,
) -> Result<List<Waiting>, AbsentReason> {
    let int = |frame: &Frame, name: &str, row: usize| frame.ints(name).map_or(NO_INT, |ints| ints[row]);
    let key = if durations.is_none() { due } else { since };
    let found = search.pick(canonical, settings, limit, |frame, row| {
        counts(frame, row).then(|| canonical.as_of.saturating_sub(int(frame, key, row)))
    });
    let (words, slicing) = (Words::new(canonical), Slicing::default());
    let context = search.context(canonical, settings, &slicing);
    let rows = canonical.table(Table::Interactions);
    Ok(found.map(|picked| {
        let frame = search.again(&context, picked.stakeholder);
        let row = picked.ordinal;
        let text = |name: &str| {
            canonical
                .texts
                .text(frame.codes(name).map_or(NO_CODE, |codes| codes[row]))
                .map(str::to_string)
        };
        let time = |name: &str| Some(int(&frame, name, row)).filter(|at| *at != NO_TIME);
        let in_hours = |micros: i64| Lasted::Hours(micros.max(0) as f64 / HOUR as f64);
        let lasted = match durations.map(|(hours, days)| (int(&frame, hours, row), int(&frame, days, row))) {
            None => in_hours(settings.clock.between(int(&frame, due, row), canonical.as_of)),
            Some((NO_INT, days)) => Lasted::Days(days.max(0)),
            Some((hours, _)) => in_hours(hours),
        };
        let first = frame
            .origins
            .as_ref()
            .and_then(|origins| origins[row].first())
            .map(|&(_, at)| at as usize);
        let id = first.zip(rows).map_or(NO_CODE, |(at, rows)| {
            let of_column = |column: &Column| rows.dimension(&format!("{}{}", canonical::ID, column.name)).at(at);
            match of_column(&interactions::CASE_ID) {
                NO_CODE => of_column(&interactions::INTERACTION_ID),
                case => case,
            }
        });
        Waiting {
            who: who(canonical, &words, picked.stakeholder),
            case_id: canonical.stakeholders.text(id).map(str::to_string),
            file: canonical.sources[usize::from(frame.source[row])].file.clone(),
            line: first.zip(rows).and_then(|(at, rows)| Some(rows.line.as_ref()?[at])),
            kind: text("kind"),
            channel: text("channel"),
            owner: text("owner"),
            status: text("status"),
            since: int(&frame, since, row),
            lasted,
            due_at: time(due),
        }
    }))
}
