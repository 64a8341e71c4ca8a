//! What a fact is built with: the tables, the settings, the slices and the periods.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::health;
use crate::canonical::CanonicalTables;
use crate::catalog::health::Models;
use crate::period::{Clock, Period};
use crate::schema::{Input, Micros, NO_CODE};

/// The longest gap between two spells that is a renewal, where nothing is set: a month, the usual grace period of memberships and
/// subscriptions.
const RENEWAL_DAYS: i32 = 30;

/// Settings of a run that change what facts say.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Calendar hours, or business hours, for response, resolution and open-case durations.
    pub clock: Clock,
    /// Target of the first response, in microseconds of that clock.
    pub first_response: Option<i64>,
    /// Target of the resolution, in microseconds of that clock.
    pub resolution: Option<i64>,
    /// Days that a supply may come early; `None`: any.
    pub supply_early_days: Option<i64>,
    /// Days that a supply may come late.
    pub supply_late_days: i64,
    /// Share of the ordered quantity that may be missing from a full delivery.
    pub supply_tolerance: f64,
    /// Days between contacts by tier.
    pub contact_days: BTreeMap<String, i64>,
    /// The longest gap in days between two spells on the roster that is a renewal: who came back within it has not left.
    pub renewal_days: i32,
    /// Effort scores are declared: a high score is easy.
    pub high_is_easy: bool,
    /// How the health of stakeholders is scored.
    pub health: Arc<Models>,
}

impl Settings {
    /// Whether an input is there: a column that some source maps, a target, a declaration, or enough of several.
    pub fn gives(&self, input: &Input, canonical: &CanonicalTables) -> bool {
        match input {
            Input::Column(column) => canonical.is_mapped(column),
            Input::FirstResponseTarget => self.first_response.is_some(),
            Input::ResolutionTarget => self.resolution.is_some(),
            Input::ContactTarget => !self.contact_days.is_empty(),
            Input::EffortDirection => self.high_is_easy,
            Input::Cases => canonical.sources.iter().any(|source| source.has_cases),
            Input::HealthParts => health::can_score(canonical, self),
        }
    }
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            clock: Clock::Calendar,
            first_response: None,
            resolution: None,
            supply_early_days: None,
            supply_late_days: 0,
            supply_tolerance: 0.0,
            contact_days: BTreeMap::new(),
            renewal_days: RENEWAL_DAYS,
            high_is_easy: false,
            health: Models::builtin(),
        }
    }
}

/// A period as it is measured: its bounds, those of the period before, and what is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Start, inclusive.
    pub start: Micros,
    /// End, exclusive.
    pub end: Micros,
    /// Start of the period before.
    pub previous_start: Micros,
    /// End of the period before: the start of this one or, if this one has not ended, the end of as many days of the period before.
    pub previous_end: Micros,
    /// Nothing at or after it is known in this window.
    pub as_of: Micros,
    /// The months (or the one period, when shorter) over which a mean headcount is taken.
    pub months: Vec<(Micros, Micros)>,
    /// The whole period: its calendar goes on beyond the period before.
    pub period: Period,
}

/// The slice of each row or stakeholder: an index, or [`NO_CODE`] for what `--where` leaves out.
#[derive(Debug, Clone, Default)]
pub struct Slicing {
    /// By row of the fact's own table, where a dimension is one of its columns.
    pub rows: Option<Vec<u32>>,
    /// By stakeholder code (the last entry is for rows without one), where all dimensions are the roster's.
    pub stakeholders: Option<Vec<u32>>,
}

impl Slicing {
    /// The slice of a row of the fact's own table.
    #[inline]
    pub fn of_row(&self, row: usize, stakeholder: u32) -> u32 {
        match &self.rows {
            Some(rows) => rows[row],
            None => self.of(stakeholder),
        }
    }

    /// The slice of a stakeholder. Meaningful only where no dimension comes from rows.
    #[inline]
    pub fn of(&self, stakeholder: u32) -> u32 {
        match &self.stakeholders {
            Some(stakeholders) => stakeholders[stakeholder as usize],
            None => 0,
        }
    }
}

/// Whether a slice is left out.
#[inline]
pub fn is_out(slice: u32) -> bool {
    slice == NO_CODE
}

/// Everything that a fact is built with.
#[derive(Debug)]
pub struct Context<'a> {
    /// The canonical tables.
    pub canonical: &'a CanonicalTables,
    /// The run's settings.
    pub settings: &'a Settings,
    /// The slices, as this fact sees them.
    pub slicing: &'a Slicing,
    /// The periods of the lane, sorted and disjoint; empty for event facts.
    pub windows: &'a [Window],
}

impl Context<'_> {
    /// The window that contains a time.
    #[inline]
    pub fn window_of(&self, at: Micros) -> Option<usize> {
        let next = self.windows.partition_point(|w| w.start <= at);
        (next > 0 && at < self.windows[next - 1].end).then(|| next - 1)
    }

    /// The window whose period before contains a time.
    #[inline]
    pub fn window_after(&self, at: Micros) -> Option<usize> {
        let next = self.windows.partition_point(|w| w.previous_start <= at);
        (next > 0 && at < self.windows[next - 1].previous_end).then(|| next - 1)
    }
}
