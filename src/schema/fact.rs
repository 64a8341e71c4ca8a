//! Facts: which there are, and the shape of a fact's description.

use super::{Column, HOUR, MONEY_SCALE, Table};

/// A fact: a frame that metrics are measured on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// Orders.
    Orders,
    /// Stakeholders in a period, seen through orders.
    Customers,
    /// Stakeholders first seen.
    Newcomers,
    /// Stakeholders of the roster in a period.
    Members,
    /// Tickets, and the messages of a case.
    Cases,
    /// Interactions that a person had with a stakeholder.
    Contacts,
    /// Promises and follow-ups with a due time.
    Commitments,
    /// Survey invitations and answers.
    Responses,
    /// Lines ordered from a supplier.
    SupplyLines,
    /// Recommendations of the organisation.
    Referrals,
    /// Stakeholders in a period, seen through everything.
    Relations,
    /// Stakeholders at the end of a period, with their health scores.
    Health,
}

impl Fact {
    /// All facts, in the order in which they are listed.
    pub const ALL: [Fact; 12] = [
        Fact::Orders,
        Fact::Customers,
        Fact::Newcomers,
        Fact::Members,
        Fact::Cases,
        Fact::Contacts,
        Fact::Commitments,
        Fact::Responses,
        Fact::SupplyLines,
        Fact::Referrals,
        Fact::Relations,
        Fact::Health,
    ];

    /// Its name in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Fact::Orders => "orders",
            Fact::Customers => "customers",
            Fact::Newcomers => "newcomers",
            Fact::Members => "members",
            Fact::Cases => "cases",
            Fact::Contacts => "contacts",
            Fact::Commitments => "commitments",
            Fact::Responses => "responses",
            Fact::SupplyLines => "supply_lines",
            Fact::Referrals => "referrals",
            Fact::Relations => "relations",
            Fact::Health => "health",
        }
    }
}

/// Something that a fact's column is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A canonical column that a source maps.
    Column(&'static Column),
    /// The target of the first response in the configuration.
    FirstResponseTarget,
    /// The target of the resolution in the configuration.
    ResolutionTarget,
    /// The targets of days between contacts in the configuration.
    ContactTarget,
    /// The direction of effort scores, which the configuration declares.
    EffortDirection,
    /// A file of interactions that has cases: tickets, or messages that belong together.
    Cases,
    /// As many parts of a health model of the stakeholders as a score needs.
    HealthParts,
}

impl Input {
    /// The canonical column, where it is one.
    pub fn column(&self) -> Option<&'static Column> {
        match self {
            Input::Column(column) => Some(column),
            Input::FirstResponseTarget
            | Input::ResolutionTarget
            | Input::ContactTarget
            | Input::EffortDirection
            | Input::Cases
            | Input::HealthParts => None,
        }
    }

    /// Its name: `table.column`, the key of the configuration, or what it is.
    pub fn name(&self) -> String {
        match self {
            Input::Column(column) => column.full_name(),
            Input::FirstResponseTarget => "targets.first_response_hours".to_string(),
            Input::ResolutionTarget => "targets.resolution_hours".to_string(),
            Input::ContactTarget => "targets.contact_days".to_string(),
            Input::EffortDirection => "ces.high_is_easy".to_string(),
            Input::Cases => "interactions with cases, which have a case_id, responses or resolutions".to_string(),
            Input::HealthParts => "data for enough parts of a health score, see relhealth health".to_string(),
        }
    }
}

/// What a column of a fact is made from: of every group at least one.
pub type Needs = &'static [&'static [Input]];

/// What a fact's column measures. Integers are stored in [`Unit::scale`] parts of the unit, so that sums are exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Money, stored in 1/10,000 (i64).
    Money,
    /// A duration in hours, stored in microseconds (i64).
    Hours,
    /// Whole calendar days (i64).
    Days,
    /// A count (i64).
    Count,
    /// Any other number (f64).
    Number,
    /// True, false or null.
    Bool,
    /// A word, stored as the code of the run's dictionary (u32).
    Text,
    /// An id that is only compared, stored as its hash (i64).
    Key,
    /// A point in time, stored in microseconds (i64).
    Time,
}

impl Unit {
    /// Parts of the unit in one stored integer step: value = stored / scale.
    pub fn scale(self) -> i64 {
        match self {
            Unit::Money => MONEY_SCALE,
            Unit::Hours => HOUR,
            _ => 1,
        }
    }

    /// Whether values of this unit can be added.
    pub fn is_number(self) -> bool {
        matches!(self, Unit::Money | Unit::Hours | Unit::Days | Unit::Count | Unit::Number)
    }

    /// The unit's name as error messages say it.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Money => "money",
            Unit::Hours => "hours",
            Unit::Days => "days",
            Unit::Count => "count",
            Unit::Number => "number",
            Unit::Bool => "true/false",
            Unit::Text => "text",
            Unit::Key => "id",
            Unit::Time => "time",
        }
    }
}

/// When the value of a fact's column became known: what makes earlier periods comparable at the same age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// With the row itself.
    Always,
    /// At the time in that column of the same fact; before it the value is null (a boolean: false).
    At(&'static str),
    /// It lasts from the time in that column of the same fact until as-of: at an earlier as-of it was shorter.
    Lasting(&'static str),
    /// Some time, nobody wrote down when: changes that rest on it read as `unclear`.
    Undated,
}

/// Which times of day a value rests on. Where a source gives one of them as a date without a time, a duration is known in days only, and
/// two times of one day cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimesOfDay {
    /// On none.
    Unneeded,
    /// It is a duration in hours.
    Duration {
        /// The time at which it begins.
        from: &'static Column,
        /// The time at which it ends, if it does not end at as-of or with the period.
        to: Option<&'static Column>,
        /// The column that gives the duration itself, where a source has it.
        given: Option<&'static Column>,
    },
    /// It is a deadline, with which the time at which something was reached is compared.
    Deadline {
        /// The column that gives the deadline itself; where a source has none, the deadline is a target in hours after `from`.
        due: &'static Column,
        /// The time from which the target counts.
        from: &'static Column,
        /// The time that is compared with it.
        to: &'static Column,
        /// The column that gives the duration from `from` to `to` itself, where a source has it.
        given: &'static Column,
    },
}

/// Which earlier events a value depends on, beyond those of its period and the period before it. Where the records begin too late to hold
/// them, the value is not what it would be with longer records: at the start of the records, everybody looks new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Past {
    /// On none.
    None,
    /// On whether the stakeholder ordered before, however long ago.
    EarlierOrder,
    /// On when the stakeholder was first seen: by the start on the roster, otherwise by the first order.
    Arrival,
    /// On when a referred stakeholder was first seen, where there is no log of referrals.
    Referral,
    /// On the stakeholder's previous order.
    PreviousOrder,
    /// On the stakeholder's previous contact.
    PreviousContact,
    /// On the stakeholder's previous complaint.
    PreviousComplaint,
    /// On supplies that were ordered before and received in the period.
    EarlierSupply,
    /// On whether there was a contact within the target of days between contacts.
    ContactWithinTarget,
}

/// One column of a fact.
#[derive(Debug, Clone, Copy)]
pub struct FactColumn {
    /// Its name.
    pub name: &'static str,
    /// What it measures.
    pub unit: Unit,
    /// What it means, for cards and errors.
    pub text: &'static str,
    /// What it is made from.
    pub needs: Needs,
    /// When it became known.
    pub known: Known,
    /// The canonical column whose words it holds, of a column of text.
    pub words_of: Option<&'static Column>,
    /// Which times of day it rests on.
    pub times_of_day: TimesOfDay,
    /// Which earlier events it depends on.
    pub past: Past,
}

impl FactColumn {
    /// A column whose value is known with the row itself. A text that is made from one canonical column holds its words.
    pub const fn new(name: &'static str, unit: Unit, text: &'static str, needs: Needs) -> FactColumn {
        FactColumn {
            name,
            unit,
            text,
            needs,
            known: Known::Always,
            words_of: match (unit, needs) {
                (Unit::Text, [[Input::Column(column)]]) => Some(column),
                _ => None,
            },
            times_of_day: TimesOfDay::Unneeded,
            past: Past::None,
        }
    }

    /// The column as one that depends on earlier events.
    pub const fn depends_on(self, past: Past) -> FactColumn {
        FactColumn { past, ..self }
    }

    /// The column as one that rests on times of day.
    pub const fn rests_on(self, times_of_day: TimesOfDay) -> FactColumn {
        FactColumn { times_of_day, ..self }
    }

    /// The column with another time at which it became known.
    pub const fn known(self, known: Known) -> FactColumn {
        FactColumn { known, ..self }
    }

    /// The column as one that holds the words of a canonical column.
    pub const fn words_of(self, column: &'static Column) -> FactColumn {
        FactColumn {
            words_of: Some(column),
            ..self
        }
    }

    /// The canonical columns that it is made from.
    pub fn canonical_columns(&self) -> impl Iterator<Item = &'static Column> {
        self.needs.iter().copied().flatten().filter_map(Input::column)
    }
}

/// How the rows of a fact come into periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A row has times; a metric's `at` (or `from` and `until`) assigns it to periods.
    Event,
    /// A row is a stakeholder in a period.
    StakeholderPeriod,
}

/// The description of a fact: everything that absent reasons, cards and errors derive from.
#[derive(Debug)]
pub struct FactSpec {
    /// Which fact it is.
    pub fact: Fact,
    /// What one row is.
    pub text: &'static str,
    /// How rows come into periods.
    pub shape: Shape,
    /// The table whose own columns can be dimensions of the fact; roster columns always can.
    pub rows: Option<Table>,
    /// The tables of which at least one must be there.
    pub tables: &'static [Table],
    /// Tables that are walked beside them: what a row says of others than its own.
    pub also_reads: &'static [Table],
    /// Whether a row of period P also looks at the period before it.
    pub looks_back: bool,
    /// The time columns at which a row enters the records, the first of them that of its beginning. A metric that assigns rows to periods by
    /// another time, such as that of a resolution, misses the rows that began before the records. None of a fact that is not of events.
    pub recorded_at: &'static [&'static str],
    /// Its columns.
    pub columns: &'static [FactColumn],
}

impl FactSpec {
    /// The fact's name.
    pub fn name(&self) -> &'static str {
        self.fact.name()
    }

    /// The column of that name, if the fact has it.
    pub fn column(&self, name: &str) -> Option<&'static FactColumn> {
        self.columns.iter().find(|c| c.name == name)
    }
}
