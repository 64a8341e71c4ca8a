//! Lists to act on, as of the as-of date: stakeholders overdue for a contact, open complaints, unanswered cases, late commitments, lost
//! customers.
//!
//! Each list contains rows that a metric of the catalogue counts, found by the same facts, so that number and list always agree. A list has
//! the total count and the most urgent rows; equally urgent rows are in the order of ids. Protected people (employees, people of private
//! sources) are never listed or counted here: only groups of them are shown elsewhere.
//!
//! A fact is built once for all stakeholders, without the records of its rows. These are looked up for the few rows that are shown.

use std::cmp::Reverse;
use std::ops::Range;

use crate::canonical::{self, CanonicalTables};
use crate::facts::context::{Context, Settings, Slicing, Window};
use crate::facts::frame::Frame;
use crate::facts::messaging::Contacts;
use crate::facts::ordering::Orders;
use crate::facts::{self, Prepared, cases, commitments, customers, relations};
use crate::measure::{self, Private, window};
use crate::period::{Grain, Period};
use crate::report::AbsentReason;
use crate::schema::{
    Column, FactSpec, HOUR, Input, MONEY_SCALE, Micros, NO_CODE, NO_INT, NO_TIME, Table, interactions, purchases, stakeholders,
};

use super::{RosterTexts, Words, by_block};

/// The usual number of rows.
pub const LIMIT: usize = 20;

/// The most urgent rows of all.
#[derive(Debug, Clone, PartialEq)]
pub struct List<T> {
    /// The number of rows, shown or not, without protected people.
    pub total: u64,
    /// The most urgent ones.
    pub rows: Vec<T>,
    /// There are rows of protected people; they are neither counted nor shown.
    pub withheld: bool,
}

/// The stakeholder of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StakeholderRef {
    /// The id; `None` if it is not known.
    pub id: Option<String>,
    /// The roster's name.
    pub name: Option<String>,
    /// The owner of the relationship, from the roster.
    pub owner: Option<String>,
    /// The roster's tier.
    pub tier: Option<String>,
}

/// A stakeholder who should have been contacted by the as-of date.
#[derive(Debug, Clone, PartialEq)]
pub struct Overdue {
    /// Who.
    pub who: StakeholderRef,
    /// Civil day of the last contact, in days since 1970-01-01; `None` if there never was one.
    pub last_contact: Option<i32>,
    /// Days since then; if there never was a contact, since the start of the relationship.
    pub days_since: i64,
    /// Days within which there should be a contact.
    pub target_days: i64,
}

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

/// A customer who ordered in the previous period, but not in this one.
#[derive(Debug, Clone, PartialEq)]
pub struct Lost {
    /// Who.
    pub who: StakeholderRef,
    /// Civil day of the last order before the period's end.
    pub last_order: Option<i32>,
    /// Revenue in the previous period, in units of the currency; `None` if the table has several currencies.
    pub revenue_before: Option<f64>,
}

/// Stakeholders on the roster whose last contact is longer ago than their target, the most overdue first: the numerator of
/// `overdue_contact_rate` on the as-of date.
///
/// # Errors
/// What is missing for it.
pub fn overdue(canonical: &CanonicalTables, settings: &Settings, limit: usize) -> Result<List<Overdue>, AbsentReason> {
    need(canonical, &[&[stakeholders::STAKEHOLDER_ID], &[interactions::OCCURRED_AT]])?;
    if settings.contact_days.is_empty() {
        need(canonical, &[&[stakeholders::CONTACT_TARGET_DAYS]]).map_err(|_| {
            let either = [Input::Column(&stakeholders::CONTACT_TARGET_DAYS), Input::ContactTarget];
            AbsentReason::MissingInput(either.map(|input| input.name()).join(" or "))
        })?;
    }
    let today = canonical.zone.day_of(canonical.as_of);
    let windows = [Window {
        start: canonical.zone.midnight(today - 1),
        end: canonical.as_of,
        previous_start: canonical.zone.midnight(today - 2),
        previous_end: canonical.zone.midnight(today - 1),
        as_of: canonical.as_of,
        months: Vec::new(),
        period: Period::of(Grain::Day, today - 1, &canonical.zone),
    }];
    let search = Search {
        spec: &relations::SPEC,
        columns: &["on_roster", "is_overdue", "days_since_contact", "target_days"],
        windows: &windows,
    };
    let found = search.pick(canonical, settings, limit, |frame, row| {
        let yes = |name: &str| frame.flags(name).is_some_and(|flags| flags[row] == 1);
        let int = |name: &str| frame.ints(name).map_or(NO_INT, |ints| ints[row]);
        (yes("on_roster") && yes("is_overdue")).then(|| int("days_since_contact").saturating_sub(int("target_days")))
    });
    let (words, slicing) = (Words::new(canonical), Slicing::default());
    let context = search.context(canonical, settings, &slicing);
    let mut contacts = Contacts::new(&context);
    Ok(found.map(|picked| {
        let frame = search.again(&context, picked.stakeholder);
        let row = picked.ordinal;
        let int = |name: &str| frame.ints(name).map_or(0, |ints| ints[row]);
        let of_one = contacts.as_mut().map(|reader| reader.of(&context, picked.stakeholder));
        let last = of_one.and_then(|all| all.iter().rfind(|contact| contact.at < canonical.as_of));
        Overdue {
            who: who(canonical, &words, picked.stakeholder),
            last_contact: last.map(|contact| contact.day),
            days_since: int("days_since_contact"),
            target_days: int("target_days"),
        }
    }))
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

/// Customers who ordered in the previous period but not in this one, those with the most revenue then first: the ones that
/// `lost_customers` counts.
///
/// # Errors
/// What is missing for it.
pub fn lost_customers(canonical: &CanonicalTables, settings: &Settings, period: &Period, limit: usize) -> Result<List<Lost>, AbsentReason> {
    need(canonical, &[&[purchases::OCCURRED_AT]])?;
    let windows = [window(period, canonical.as_of)];
    let search = Search {
        spec: &customers::SPEC,
        columns: &["active", "active_before", "revenue_before"],
        windows: &windows,
    };
    let found = search.pick(canonical, settings, limit, |frame, row| {
        let is = |name: &str, flag: u8| frame.flags(name).is_some_and(|flags| flags[row] == flag);
        let is_unknown = frame.unknown_in("revenue_before").any(|(of, _)| of as usize == row);
        let revenue = if is_unknown {
            NOT_KNOWN
        } else {
            frame.ints("revenue_before").map_or(0, |ints| ints[row])
        };
        (is("active_before", 1) && is("active", 0)).then_some(revenue)
    });
    let mixed = canonical.table(Table::Purchases).is_some_and(|rows| {
        let codes = rows.codes(&purchases::CURRENCY);
        codes.exists() && canonical.cannot_add((0..rows.len).map(|row| codes.at(row)))
    });
    let (words, slicing) = (Words::new(canonical), Slicing::default());
    let context = search.context(canonical, settings, &slicing);
    let mut orders = Orders::new(&context);
    let end = context.windows[0].end;
    Ok(found.map(|picked| {
        let of_one = orders.as_mut().map(|reader| reader.of(&context, picked.stakeholder, |_| 0));
        let last = of_one.and_then(|all| all.iter().rfind(|order| order.is_order && order.at < end));
        Lost {
            who: who(canonical, &words, picked.stakeholder),
            last_order: last.map(|order| order.day),
            revenue_before: (!mixed && picked.urgency != NOT_KNOWN).then_some(picked.urgency as f64 / MONEY_SCALE as f64),
        }
    }))
}

/// What a revenue that is not known is listed with: before all others, and without a number.
const NOT_KNOWN: i64 = i64::MAX;

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
pub(super) fn columns_to_load() -> impl Iterator<Item = &'static str> {
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

/// Checks that of each group of columns one is mapped.
fn need(canonical: &CanonicalTables, groups: &[&[Column]]) -> Result<(), AbsentReason> {
    for columns in groups {
        let mut tables = columns.iter().map(|column| column.table);
        if let Some(table) = tables.find(|table| canonical.table(*table).is_none()) {
            return Err(AbsentReason::MissingInput(table.name().to_string()));
        }
        if !columns.iter().any(|column| canonical.is_mapped(column)) {
            let names: Vec<String> = columns.iter().map(Column::full_name).collect();
            return Err(AbsentReason::MissingInput(names.join(" or ")));
        }
    }
    Ok(())
}

/// The stakeholder of a code, as lists show it.
pub fn stakeholder(canonical: &CanonicalTables, code: u32) -> StakeholderRef {
    who(canonical, &Words::new(canonical), code)
}

fn who(canonical: &CanonicalTables, words: &Words, stakeholder: u32) -> StakeholderRef {
    let known = stakeholder != canonical.nobody();
    let RosterTexts { name, owner, tier } = if known { words.of(stakeholder) } else { RosterTexts::default() };
    StakeholderRef {
        id: if known {
            canonical.stakeholders.text(stakeholder).map(str::to_string)
        } else {
            None
        },
        name,
        owner,
        tier,
    }
}

/// A row of a fact that is to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Picked {
    urgency: i64,
    /// The one past the last for rows without one.
    stakeholder: u32,
    /// Its place among the rows of the stakeholder.
    ordinal: usize,
}

impl<T> List<T> {
    fn map<U>(self, show: impl FnMut(T) -> U) -> List<U> {
        List {
            total: self.total,
            rows: self.rows.into_iter().map(show).collect(),
            withheld: self.withheld,
        }
    }
}

/// The fact and the columns in which rows are looked for.
struct Search<'a> {
    spec: &'static FactSpec,
    columns: &'a [&'a str],
    windows: &'a [Window],
}

impl Search<'_> {
    fn context<'c>(&'c self, canonical: &'c CanonicalTables, settings: &'c Settings, slicing: &'c Slicing) -> Context<'c> {
        Context {
            canonical,
            settings,
            slicing,
            windows: self.windows,
        }
    }

    fn frame(&self, context: &Context, block: Range<u32>, with_origins: bool) -> Frame {
        let mut frame = Frame::new(self.spec, &|name| self.columns.contains(&name), with_origins);
        facts::build(self.spec, context, &Prepared::Nothing, block, &mut frame);
        frame
    }

    /// The rows of one stakeholder once more, with the records behind them.
    fn again(&self, context: &Context, stakeholder: u32) -> Frame {
        self.frame(context, stakeholder..stakeholder + 1, true)
    }

    /// The rows that have an urgency: how many, and the most urgent ones.
    fn pick(
        &self,
        canonical: &CanonicalTables,
        settings: &Settings,
        limit: usize,
        urgency: impl Fn(&Frame, usize) -> Option<i64> + Sync + Send,
    ) -> List<Picked> {
        let (private, slicing) = (Private::new(canonical), Slicing::default());
        let context = self.context(canonical, settings, &slicing);
        let best = |rows: &mut Vec<Picked>| {
            rows.sort_unstable_by_key(|p| (Reverse(p.urgency), p.stakeholder, p.ordinal));
            rows.truncate(limit);
        };
        let blocks = by_block(canonical, self.spec, |block| {
            let frame = self.frame(&context, block, false);
            let mut found = List {
                total: 0,
                rows: Vec::new(),
                withheld: false,
            };
            let (mut last, mut ordinal) = (None, 0);
            for row in 0..frame.len() {
                let stakeholder = frame.stakeholder[row];
                ordinal = if last.replace(stakeholder) == Some(stakeholder) {
                    ordinal + 1
                } else {
                    0
                };
                let Some(urgency) = urgency(&frame, row) else { continue };
                if private.is(stakeholder, frame.source[row]) {
                    found.withheld = true;
                    continue;
                }
                found.total += 1;
                found.rows.push(Picked {
                    urgency,
                    stakeholder: stakeholder.min(canonical.nobody()),
                    ordinal,
                });
            }
            best(&mut found.rows);
            found
        });
        let mut all = List {
            total: 0,
            rows: Vec::new(),
            withheld: false,
        };
        for block in blocks {
            all.total += block.total;
            all.withheld |= block.withheld;
            all.rows.extend(block.rows);
        }
        best(&mut all.rows);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::fixture::{Fixture, Rowed};
    use crate::catalog::Catalog;
    use crate::measure::{Request, measure};
    use crate::report::Cell;
    use crate::stats::Confidence;

    const OWN: &str = r#"
[metric.waits]
title = "w"
family = "contact"
fact = "cases"
at = "opened_at"
kind = "count"
where = "asked_at is not null and not answered and (resolved is null or not resolved)"
unit = "count"
good = "down"
text = "t"
source = "s"
[metric.asked]
title = "a"
family = "contact"
fact = "cases"
at = "opened_at"
kind = "count"
where = "asked_at is not null and not answered"
unit = "count"
good = "down"
text = "t"
source = "s"
[metric.late]
title = "l"
family = "contact"
fact = "commitments"
at = "made_at"
kind = "count"
where = "due_at <= as_of and not kept and resolved_at is null"
unit = "count"
good = "down"
text = "t"
source = "s"
"#;

    fn measured(canonical: &CanonicalTables, settings: &Settings, metric: &str, period: &str) -> Cell {
        let request = Request {
            metrics: vec![metric.to_string()],
            periods: vec![Period::parse(period, &canonical.zone, canonical.as_of).unwrap()],
            by: Vec::new(),
            filter: None,
            together: Vec::new(),
            total: false,
            compare: Vec::new(),
            series: false,
            p_values: false,
            contributors: false,
            confidence: Confidence::of(0.95),
        };
        let catalog = Catalog::builtin(facts::SPECS).with_user(OWN, "own", facts::SPECS).unwrap();
        measure(canonical, &catalog, settings, &request).unwrap().cells.remove(0)
    }

    fn ids<T>(list: &List<T>, who: impl Fn(&T) -> &StakeholderRef) -> Vec<String> {
        list.rows.iter().map(|row| who(row).id.clone().unwrap_or("-".into())).collect()
    }

    #[test]
    fn who_is_overdue_for_a_contact() {
        let roster = "stakeholder_id,name,owner,tier,type,started_at,ended_at,contact_target_days\n\
                      a,Anna,Otto,gold,customer,2024-01-01,,30\nb,Bert,Otto,gold,customer,2024-01-01,,\n\
                      c,Carl,,silver,customer,2026-02-01,,\nd,Dora,,silver,customer,2024-01-01,2025-12-31,10\n\
                      e,Emil,,,customer,2024-01-01,,\nf,Fred,,,customer,2025-06-15,,100\ng,Gert,,gold,employee,2024-01-01,,1\n\
                      h,Hans,,silver,customer,2024-01-01,,";
        let talk = "stakeholder_id,occurred_at,direction\n\
                    a,2026-01-10,inbound\na,2026-01-16,outbound\nb,2026-01-01,inbound\nd,2025-01-01,inbound\n\
                    g,2025-01-01,inbound\nh,2026-01-10,both";
        let settings = Settings {
            contact_days: [("gold".to_string(), 35), ("silver".to_string(), 36)].into(),
            ..Settings::default()
        };
        let canonical = Fixture::new("2026-02-16")
            .table(Table::Stakeholders, Rowed::Plain, roster)
            .table(Table::Interactions, Rowed::Plain, talk)
            .build(false);
        let found = overdue(&canonical, &settings, LIMIT).unwrap();
        // f: 246 days of 100, never met; b: 46 of 35; a: 31 of 30; h: 37 of 36, as urgent as a. c is new, d is gone, e has no target.
        assert_eq!(ids(&found, |o| &o.who), ["f", "b", "a", "h"]);
        assert_eq!((found.total, found.withheld), (4, true));
        let days: Vec<_> = found
            .rows
            .iter()
            .map(|o| (o.last_contact.is_some(), o.days_since, o.target_days))
            .collect();
        assert_eq!(days, [(false, 246, 100), (true, 46, 35), (true, 31, 30), (true, 37, 36)]);
        let b = &found.rows[1];
        assert_eq!(b.last_contact, Some(canonical.zone.day_of(canonical.as_of) - 46));
        assert_eq!(
            (b.who.name.as_deref(), b.who.owner.as_deref(), b.who.tier.as_deref()),
            (Some("Bert"), Some("Otto"), Some("gold"))
        );
        let few = overdue(&canonical, &settings, 2).unwrap();
        assert_eq!((few.total, ids(&few, |o| &o.who)), (4, vec!["f".to_string(), "b".into()]));
        // The metric counts the employee too, and would show her together with the list.
        let cell = measured(&canonical, &settings, "overdue_contact_rate", "2026-02");
        assert_eq!(cell.absent, Some(AbsentReason::Suppressed));
        let without = Fixture::new("2026-02-16")
            .table(Table::Stakeholders, Rowed::Plain, &roster.replace("employee", "customer"))
            .table(Table::Interactions, Rowed::Plain, talk)
            .build(true);
        let found = overdue(&without, &settings, LIMIT).unwrap();
        let cell = measured(&without, &settings, "overdue_contact_rate", "2026-02");
        assert_eq!((Some(found.total as f64), found.withheld), (cell.part, false));
        assert_eq!(found.rows.len() as u64, found.total);
        let missing = "stakeholders.contact_target_days or targets.contact_days".to_string();
        let bare = Fixture::new("2026-02-16")
            .table(Table::Stakeholders, Rowed::Plain, "stakeholder_id\na")
            .table(Table::Interactions, Rowed::Plain, "stakeholder_id,occurred_at\na,2026-01-01")
            .build(false);
        assert_eq!(overdue(&bare, &Settings::default(), 1), Err(AbsentReason::MissingInput(missing)));
        assert!(overdue(&bare, &settings, 1).is_ok());
    }

    const TICKETS: &str = "stakeholder_id,case_id,occurred_at,responded_at,resolved_at,kind,owner,status,due_at\n\
        a,1,2026-01-05T10:00,,,complaint,Otto,open,2026-01-07\n\
        a,2,2026-01-05T10:00,2026-01-06T10:00,,complaint,Otto,open,\n\
        b,3,2026-01-04T10:00,2026-01-05T10:00,2026-01-06T10:00,complaint,Otto,closed,\n\
        b,4,2026-01-03T10:00,,2026-01-06T10:00,question,Otto,closed,\n\
        c,5,2026-01-01T10:00,,,question,,open,\n\
        0,6,2026-01-05T10:00,,,complaint,,open,\n\
        e,7,2026-01-01T09:00,,,complaint,,open,";

    #[test]
    fn complaints_that_are_open_and_questions_that_wait() {
        let canonical = Fixture::new("2026-01-11")
            .table(Table::Interactions, Rowed::Tickets, TICKETS)
            .table(
                Table::Stakeholders,
                Rowed::Plain,
                "stakeholder_id,type,name\na,customer,Anna\ne,employee,Eve",
            )
            .build(false);
        let settings = Settings {
            first_response: Some(4 * HOUR),
            ..Settings::default()
        };
        let open = open_complaints(&canonical, &settings, LIMIT).unwrap();
        // Three are equally old: by id, then as they stand.
        assert_eq!(ids(&open, |w| &w.who), ["0", "a", "a"]);
        assert_eq!((open.total, open.withheld), (3, true));
        let a = &open.rows[1];
        assert_eq!(
            (a.lasted, a.kind.as_deref(), a.owner.as_deref()),
            (Lasted::Hours(134.0), Some("complaint"), Some("Otto"))
        );
        assert_eq!(
            (a.file.as_str(), a.status.as_deref(), a.who.name.as_deref()),
            ("0.csv", Some("open"), Some("Anna"))
        );
        assert_eq!(open.rows.iter().filter(|row| row.due_at.is_some()).count(), 1);
        let cell = measured(&canonical, &settings, "complaint_resolution_rate", "2026-01-01..2026-01-31");
        // The employee's is counted there, and would be the difference.
        assert_eq!(cell.absent, Some(AbsentReason::Suppressed));

        let waiting = unanswered(&canonical, &settings, 2).unwrap();
        assert_eq!((waiting.total, ids(&waiting, |w| &w.who)), (3, vec!["c".to_string(), "0".into()]));
        assert_eq!(waiting.rows[0].due_at, Some(waiting.rows[0].since + 4 * HOUR));
        assert_eq!(waiting.rows[0].lasted, Lasted::Hours(10.0 * 24.0 - 10.0));
        let without = Fixture::new("2026-01-11")
            .table(Table::Interactions, Rowed::Tickets, TICKETS)
            .build(false);
        let cell = measured(&without, &settings, "complaint_resolution_rate", "2026-01-01..2026-01-31");
        assert_eq!(cell.whole.unwrap() - cell.part.unwrap(), open.total as f64 + 1.0);
        assert_eq!(measured(&without, &settings, "waits", "2026-01-01..2026-01-31").value, Some(4.0));
    }

    #[test]
    fn messages_wait_too() {
        let text = "stakeholder_id,case_id,occurred_at,direction,kind\n\
                    a,1,2026-01-05T10:00,inbound,question\na,1,2026-01-05T12:00,outbound,\n\
                    b,2,2026-01-04T10:00,outbound,question\nb,2,2026-01-05T12:00,inbound,\nb,2,2026-01-06T12:00,inbound,\n\
                    c,3,2026-01-07T10:00,inbound,question";
        let canonical = Fixture::new("2026-01-11")
            .table(Table::Interactions, Rowed::Messages, text)
            .build(false);
        let settings = Settings::default();
        let found = unanswered(&canonical, &settings, LIMIT).unwrap();
        assert_eq!(ids(&found, |w| &w.who), ["b", "c"]);
        assert_eq!(found.rows[0].lasted, Lasted::Hours(132.0));
        assert_eq!(measured(&canonical, &settings, "asked", "2026-01-01..2026-01-31").value, Some(2.0));
        assert!(matches!(
            open_complaints(&canonical, &settings, 1),
            Err(AbsentReason::MissingInput(_))
        ));
    }

    #[test]
    fn promises_that_are_late() {
        let text = "stakeholder_id,occurred_at,kind,due_at,resolved_at,owner\n\
                    a,2026-01-01,commitment,2026-01-05,2026-01-04,\na,2026-01-01,commitment,2026-01-05,2026-01-07,\n\
                    b,2026-01-01,follow_up,2026-01-09,,Otto\nc,2026-01-01,commitment,2026-01-08,,\n\
                    d,2026-01-01,commitment,2026-01-21,,\ne,2026-01-01,meeting,2026-01-08,,";
        let canonical = Fixture::new("2026-01-11")
            .table(Table::Interactions, Rowed::Plain, text)
            .build(false);
        let found = late_commitments(&canonical, &Settings::default(), LIMIT).unwrap();
        assert_eq!(ids(&found, |w| &w.who), ["c", "b"]);
        assert_eq!(
            (found.rows[0].lasted, found.rows[1].owner.as_deref()),
            (Lasted::Hours(72.0), Some("Otto"))
        );
        let cell = measured(&canonical, &Settings::default(), "late", "2026-01-01..2026-01-31");
        assert_eq!(cell.value, Some(found.total as f64));
    }

    #[test]
    fn customers_who_were_lost() {
        let text = "stakeholder_id,order_id,occurred_at,amount\n\
                    a,1,2026-01-05,10\nb,2,2026-01-06,30\nb,3,2026-01-09,5\nc,4,2026-01-06,99\nc,5,2026-02-06,1\nd,6,2025-12-06,99\n\
                    e,7,2026-01-08,10\ne,r,2026-02-08,-10\nb,8,2026-03-01,7";
        let canonical = Fixture::new("2026-03-15").table(Table::Purchases, Rowed::Plain, text).build(false);
        let period = Period::parse("2026-02", &canonical.zone, canonical.as_of).unwrap();
        let found = lost_customers(&canonical, &Settings::default(), &period, LIMIT).unwrap();
        assert_eq!(ids(&found, |l| &l.who), ["b", "a", "e"]);
        assert_eq!(found.rows[0].revenue_before, Some(35.0));
        assert_eq!(found.rows[0].last_order, Some(crate::period::days_from_civil(2026, 1, 9)));
        let cell = measured(&canonical, &Settings::default(), "lost_customers", "2026-02");
        assert_eq!(cell.value, Some(found.total as f64));
    }
}
