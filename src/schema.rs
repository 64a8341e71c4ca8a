//! The canonical tables and columns, the units of fact columns, and the shape of a fact's description.
//!
//! A column is spelled once, here. Canonical tables are what every export is turned into; facts are the frames that metrics
//! are measured on.

use std::fmt;

/// A point in time: microseconds since 1970-01-01T00:00:00Z. [`NO_TIME`] stands for "none".
pub type Micros = i64;
/// The absent time, and the absent amount: sorts before everything.
pub const NO_TIME: Micros = i64::MIN;
/// The absent integer of a column (money, durations, counts).
pub const NO_INT: i64 = i64::MIN;
/// The absent code of a text or stakeholder column.
pub const NO_CODE: u32 = u32::MAX;
/// The absent key (hash of an id).
pub const NO_KEY: u64 = 0;
/// Microseconds in one day.
pub const DAY: Micros = 86_400_000_000;
/// Microseconds in one hour.
pub const HOUR: Micros = 3_600_000_000;
/// Money is counted in integers of 1/10,000 of the currency's unit.
pub const MONEY_SCALE: i64 = 10_000;

/// The canonical tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Contacts, tickets and messages.
    Interactions,
    /// Survey invitations and answers.
    Surveys,
    /// Orders or order lines.
    Purchases,
    /// The roster.
    Stakeholders,
    /// Who referred whom.
    Referrals,
    /// What suppliers delivered.
    Supplies,
    /// Further ids and e-mail addresses of a stakeholder.
    Identities,
}

impl Table {
    /// All tables, in the order in which they are listed to people.
    pub const ALL: [Table; 7] = [
        Table::Interactions,
        Table::Surveys,
        Table::Purchases,
        Table::Stakeholders,
        Table::Referrals,
        Table::Supplies,
        Table::Identities,
    ];

    /// The table's name as people write it.
    pub fn name(self) -> &'static str {
        match self {
            Table::Interactions => "interactions",
            Table::Surveys => "surveys",
            Table::Purchases => "purchases",
            Table::Stakeholders => "stakeholders",
            Table::Referrals => "referrals",
            Table::Supplies => "supplies",
            Table::Identities => "identities",
        }
    }

    /// The table of that name, if there is one.
    pub fn parse(name: &str) -> Option<Table> {
        Table::ALL.into_iter().find(|t| t.name() == name)
    }

    /// The table's canonical columns.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Table::Interactions => INTERACTIONS,
            Table::Surveys => SURVEYS,
            Table::Purchases => PURCHASES,
            Table::Stakeholders => STAKEHOLDERS,
            Table::Referrals => REFERRALS,
            Table::Supplies => SUPPLIES,
            Table::Identities => IDENTITIES,
        }
    }

    /// The canonical column of that name, if the table has it.
    pub fn column(self, name: &str) -> Option<&'static Column> {
        self.columns().iter().find(|c| c.name == name)
    }

    /// The time columns that say when a record happened, best first: they order a table and feed the default as-of.
    /// Plans (`due_at`, `promised_at`, `ended_at`) are never among them.
    pub fn event_columns(self) -> &'static [&'static str] {
        match self {
            Table::Interactions => &["occurred_at", "responded_at", "resolved_at"],
            Table::Surveys => &["responded_at", "sent_at"],
            Table::Purchases => &["occurred_at"],
            Table::Stakeholders => &["started_at"],
            Table::Referrals => &["occurred_at", "converted_at"],
            Table::Supplies => &["ordered_at", "received_at"],
            Table::Identities => &[],
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How the cells of a canonical column are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// The id of a stakeholder; one id space for the whole run.
    Stakeholder,
    /// An id that is only ever compared for equality.
    Key,
    /// A date or a time stamp.
    Time,
    /// An amount of money, exact to 1/10,000.
    Money,
    /// A number.
    Number,
    /// Words; a closed list where [`Column::words`] is not empty.
    Text,
    /// Yes or no.
    Bool,
}

/// One canonical column.
#[derive(Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// How its cells are read.
    pub kind: ColumnType,
    /// A record without it cannot be used.
    pub required: bool,
    /// The words it may hold; empty where any text will do.
    pub words: &'static [&'static str],
}

const fn col(name: &'static str, kind: ColumnType) -> Column {
    Column {
        name,
        kind,
        required: false,
        words: &[],
    }
}
const fn req(name: &'static str, kind: ColumnType) -> Column {
    Column {
        name,
        kind,
        required: true,
        words: &[],
    }
}
const fn words(name: &'static str, words: &'static [&'static str]) -> Column {
    Column {
        name,
        kind: ColumnType::Text,
        required: false,
        words,
    }
}

use ColumnType::{Bool, Key, Money, Number, Stakeholder, Text, Time};

static INTERACTIONS: &[Column] = &[
    req("stakeholder_id", Stakeholder),
    req("occurred_at", Time),
    col("interaction_id", Key),
    col("case_id", Key),
    col("in_reply_to", Key),
    words("direction", &["inbound", "outbound", "internal", "both"]),
    col("channel", Text),
    words(
        "kind",
        &[
            "question",
            "complaint",
            "incident",
            "request",
            "meeting",
            "event",
            "collaboration",
            "commitment",
            "follow_up",
            "other",
        ],
    ),
    col("owner", Text),
    col("responded_at", Time),
    col("response_minutes", Number),
    col("response_due_at", Time),
    col("resolved_at", Time),
    col("resolution_minutes", Number),
    col("due_at", Time),
    col("reopens", Number),
    col("status", Text),
    words("outcome", &["successful", "unsuccessful"]),
    col("cost", Money),
    col("automated", Bool),
];

static SURVEYS: &[Column] = &[
    col("stakeholder_id", Stakeholder),
    col("responded_at", Time),
    col("sent_at", Time),
    col("response_id", Key),
    words("instrument", &["nps", "enps", "csat", "ces", "engagement", "other"]),
    col("score", Number),
    col("scale_min", Number),
    col("scale_max", Number),
    col("weight", Number),
    col("case_id", Key),
    col("owner", Text),
    col("comment", Text),
];

static PURCHASES: &[Column] = &[
    req("stakeholder_id", Stakeholder),
    req("occurred_at", Time),
    req("amount", Money),
    col("order_id", Key),
    col("line_id", Key),
    col("quantity", Number),
    col("unit_amount", Money),
    col("refund", Money),
    col("cost", Money),
    col("currency", Text),
    col("status", Text),
    col("product", Text),
    col("channel", Text),
    col("referrer_id", Stakeholder),
    col("promised_at", Time),
    col("delivered_at", Time),
];

static STAKEHOLDERS: &[Column] = &[
    req("stakeholder_id", Stakeholder),
    col("type", Text),
    col("name", Text),
    col("email", Text),
    col("started_at", Time),
    col("ended_at", Time),
    words("end_reason", &["voluntary", "involuntary", "other"]),
    col("segment", Text),
    col("tier", Text),
    col("region", Text),
    col("owner", Text),
    col("referrer_id", Stakeholder),
    col("acquisition_source", Text),
    col("acquisition_cost", Money),
    col("recurring_amount", Money),
    col("contact_target_days", Number),
];

static REFERRALS: &[Column] = &[
    req("referrer_id", Stakeholder),
    col("referred_id", Stakeholder),
    req("occurred_at", Time),
    col("converted_at", Time),
    col("status", Text),
];

static SUPPLIES: &[Column] = &[
    req("stakeholder_id", Stakeholder),
    col("order_id", Key),
    col("line_id", Key),
    col("ordered_at", Time),
    col("promised_at", Time),
    col("received_at", Time),
    col("quantity", Number),
    col("quantity_received", Number),
    col("quantity_rejected", Number),
    col("amount", Money),
    col("currency", Text),
];

static IDENTITIES: &[Column] = &[req("alias", Text), req("stakeholder_id", Stakeholder)];

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

/// One column of a fact.
#[derive(Debug)]
pub struct FactColumn {
    /// Its name.
    pub name: &'static str,
    /// What it measures.
    pub unit: Unit,
    /// What it means, for cards and errors.
    pub text: &'static str,
    /// Canonical columns it is made from: every group must be mapped by at least one of its `table.column` names.
    pub needs: &'static [&'static [&'static str]],
    /// When it became known.
    pub known: Known,
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
    /// Its name.
    pub name: &'static str,
    /// What one row is.
    pub text: &'static str,
    /// How rows come into periods.
    pub shape: Shape,
    /// The table whose own columns can be dimensions of the fact; roster columns always can.
    pub rows: Option<Table>,
    /// The tables of which at least one must be there.
    pub tables: &'static [Table],
    /// Whether a row of period P also looks at the period before it.
    pub looks_back: bool,
    /// Its columns.
    pub columns: &'static [FactColumn],
}

impl FactSpec {
    /// The column of that name, if the fact has it.
    pub fn column(&self, name: &str) -> Option<&'static FactColumn> {
        self.columns.iter().find(|c| c.name == name)
    }
}
