//! Stakeholders who should have been contacted.

use super::search::{Search, need};
use super::{List, StakeholderRef, who};
use crate::analyses::Words;
use crate::canonical::CanonicalTables;
use crate::facts::context::{Settings, Slicing, Window};
use crate::facts::messaging::Contacts;
use crate::facts::relations;
use crate::period::{Grain, Period};
use crate::report::AbsentReason;
use crate::schema::{Input, NO_INT, interactions, stakeholders};

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
