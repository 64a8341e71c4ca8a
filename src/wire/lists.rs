//! Lists to act on, which a report has beside its metrics.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Day, Instant};
use crate::analyses::lists::{self, StakeholderRef};
use crate::findings::Supplements;

/// A list to act on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "list", rename_all = "snake_case")]
pub enum List {
    /// Stakeholders overdue for a contact.
    Overdue(Rows<Overdue>),
    /// Open complaints.
    OpenComplaints(Rows<Waiting>),
    /// Cases without an answer.
    Unanswered(Rows<Waiting>),
    /// Promises that are late.
    LateCommitments(Rows<Waiting>),
    /// Customers who did not come back.
    LostCustomers(Rows<Lost>),
}

/// The rows of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Rows<T> {
    /// How many rows there are, shown or not; without those who are protected.
    pub total: u64,
    /// There are rows of people who are protected; they are neither counted nor shown.
    pub withheld: bool,
    /// The most urgent ones.
    pub rows: Vec<T>,
}

/// Whom a row is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct About {
    /// The id; null: nobody knows.
    pub stakeholder_id: Option<String>,
    /// The roster's name.
    pub name: Option<String>,
    /// Who looks after the relationship, by the roster.
    pub looked_after_by: Option<String>,
    /// The roster's tier.
    pub tier: Option<String>,
}

/// A stakeholder who should have been contacted by now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Overdue {
    /// Who.
    #[serde(flatten)]
    pub about: About,
    /// Day of the last contact; null: there never was one.
    pub last_contact: Option<Day>,
    /// Days since then, or since the start of the relationship.
    pub days_since: i64,
    /// Days within which there should be a contact.
    pub target_days: i64,
}

/// A case, or a promise, that waits for somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Waiting {
    /// Whose it is.
    #[serde(flatten)]
    pub about: About,
    /// The export's own id of the case.
    pub case_id: Option<String>,
    /// The file of its first record.
    pub file: String,
    /// The line of its first record.
    pub line: Option<u32>,
    /// What kind of case or promise.
    pub kind: Option<String>,
    /// The channel of its first record.
    pub channel: Option<String>,
    /// Who works at it.
    pub owner: Option<String>,
    /// What the export says of its state.
    pub status: Option<String>,
    /// When it was opened, asked or promised.
    pub since: Instant,
    /// How long it waits, in hours of the report's clock; of a promise, hours since it was due; null: known in days only.
    pub hours: Option<f64>,
    /// How long it waits, in calendar days, where it is known in days only; otherwise null.
    pub days: Option<i64>,
    /// When it is due; null: nobody said.
    pub due_at: Option<Instant>,
}

/// A customer who did not come back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Lost {
    /// Who.
    #[serde(flatten)]
    pub about: About,
    /// Day of the last order before the period's end.
    pub last_order: Option<Day>,
    /// Revenue in the period before.
    pub revenue_before: Option<f64>,
}

impl<T, Row: for<'a> From<&'a T>> From<&lists::List<T>> for Rows<Row> {
    fn from(list: &lists::List<T>) -> Rows<Row> {
        Rows {
            total: list.total,
            withheld: list.withheld,
            rows: list.rows.iter().map(Row::from).collect(),
        }
    }
}

impl From<&StakeholderRef> for About {
    fn from(who: &StakeholderRef) -> About {
        About {
            stakeholder_id: who.id.clone(),
            name: who.name.clone(),
            looked_after_by: who.owner.clone(),
            tier: who.tier.clone(),
        }
    }
}

impl From<&lists::Overdue> for Overdue {
    fn from(row: &lists::Overdue) -> Overdue {
        Overdue {
            about: (&row.who).into(),
            last_contact: row.last_contact.map(Day),
            days_since: row.days_since,
            target_days: row.target_days,
        }
    }
}

impl From<&lists::Waiting> for Waiting {
    fn from(row: &lists::Waiting) -> Waiting {
        Waiting {
            about: (&row.who).into(),
            case_id: row.case_id.clone(),
            file: row.file.clone(),
            line: row.line,
            kind: row.kind.clone(),
            channel: row.channel.clone(),
            owner: row.owner.clone(),
            status: row.status.clone(),
            since: Instant(row.since),
            hours: match row.lasted {
                lists::Lasted::Hours(hours) => Some(hours),
                lists::Lasted::Days(_) => None,
            },
            days: match row.lasted {
                lists::Lasted::Hours(_) => None,
                lists::Lasted::Days(days) => Some(days),
            },
            due_at: row.due_at.map(Instant),
        }
    }
}

impl From<&lists::Lost> for Lost {
    fn from(row: &lists::Lost) -> Lost {
        Lost {
            about: (&row.who).into(),
            last_order: row.last_order.map(Day),
            revenue_before: row.revenue_before,
        }
    }
}

/// The lists that there are, in the order in which a report shows them.
pub fn lists(beside: &Supplements) -> Vec<List> {
    let lists = &beside.lists;
    [
        lists.overdue.as_ref().map(|list| List::Overdue(list.into())),
        lists.complaints.as_ref().map(|list| List::OpenComplaints(list.into())),
        lists.unanswered.as_ref().map(|list| List::Unanswered(list.into())),
        lists.commitments.as_ref().map(|list| List::LateCommitments(list.into())),
        lists.lost.as_ref().map(|list| List::LostCustomers(list.into())),
    ]
    .into_iter()
    .flatten()
    .collect()
}
