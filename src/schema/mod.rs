//! The canonical tables and columns, the facts, and the shape of a fact's description.
//!
//! Canonical tables are what every export is turned into; facts are the frames that metrics are measured on. A column is declared once,
//! in the module of its table: its name, what it is for ([`Role`]), the words that it may hold and what it means. All else names it by
//! its constant, such as [`purchases::AMOUNT`], so that a misspelling does not compile.

use std::fmt;

mod column;
mod fact;
pub mod identities;
pub mod interactions;
pub mod purchases;
pub mod referrals;
pub mod stakeholders;
pub mod supplies;
pub mod surveys;

pub use column::{Column, ColumnType, Role};
pub use fact::{Fact, FactColumn, FactSpec, Input, Known, Needs, Past, Shape, TimesOfDay, Unit};

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

    /// Whether its rows are what happened at a time, which an export may have from some day on; a roster tells who is there.
    pub fn holds_events(self) -> bool {
        match self {
            Table::Interactions | Table::Surveys | Table::Purchases | Table::Referrals | Table::Supplies => true,
            Table::Stakeholders | Table::Identities => false,
        }
    }

    /// The table of that name, if there is one.
    pub fn parse(name: &str) -> Option<Table> {
        Table::ALL.into_iter().find(|t| t.name() == name)
    }

    /// The table's canonical columns.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Table::Interactions => interactions::COLUMNS,
            Table::Surveys => surveys::COLUMNS,
            Table::Purchases => purchases::COLUMNS,
            Table::Stakeholders => stakeholders::COLUMNS,
            Table::Referrals => referrals::COLUMNS,
            Table::Supplies => supplies::COLUMNS,
            Table::Identities => identities::COLUMNS,
        }
    }

    /// What a record of the table is.
    pub fn meaning(self) -> &'static str {
        match self {
            Table::Interactions => "A contact, a ticket or a message.",
            Table::Surveys => "A survey invitation, an answer, or both.",
            Table::Purchases => "An order, a line of an order, a payment or a donation.",
            Table::Stakeholders => "A person or organisation on the roster; two records of one are two stretches of time.",
            Table::Referrals => "A recommendation of the organisation to somebody.",
            Table::Supplies => "A line ordered from a supplier.",
            Table::Identities => "A further id or e-mail address of a stakeholder.",
        }
    }

    /// The canonical column of that name, if the table has it.
    pub fn column(self, name: &str) -> Option<&'static Column> {
        self.columns().iter().find(|c| c.name == name)
    }

    /// The columns with a role, in the order of the schema.
    pub fn with_role(self, role: Role) -> impl Iterator<Item = &'static Column> {
        self.columns().iter().filter(move |column| column.role == role)
    }

    /// The column that says whose a record is.
    pub fn stakeholder_column(self) -> &'static Column {
        match self {
            Table::Interactions => &interactions::STAKEHOLDER_ID,
            Table::Surveys => &surveys::STAKEHOLDER_ID,
            Table::Purchases => &purchases::STAKEHOLDER_ID,
            Table::Stakeholders => &stakeholders::STAKEHOLDER_ID,
            Table::Referrals => &referrals::REFERRER_ID,
            Table::Supplies => &supplies::STAKEHOLDER_ID,
            Table::Identities => &identities::STAKEHOLDER_ID,
        }
    }

    /// The time columns that say when a record happened, best first: they order a table and feed the default as-of. Plans, ends and
    /// deliveries are never among them ([`Role::is_event`]).
    pub fn event_columns(self) -> impl Iterator<Item = &'static Column> + Clone {
        self.columns().iter().filter(|column| column.role.is_event())
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The words that the program itself looks for in texts: those of closed lists, and those that it knows in open ones.
pub fn program_words() -> impl Iterator<Item = &'static str> {
    let columns = Table::ALL.into_iter().flat_map(Table::columns);
    columns.flat_map(|column| column.words.iter().chain(column.known_words)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn tables_and_columns_are_declared_soundly() {
        for table in Table::ALL {
            assert_eq!(Table::parse(table.name()), Some(table));
            let mut names = BTreeSet::new();
            for column in table.columns() {
                let name = column.full_name();
                assert!(names.insert(column.name), "{name} is declared twice");
                assert_eq!(column.table, table, "{name}");
                assert_eq!(column.kind, column.role.kind(), "{name}");
                assert!(
                    column.meaning().ends_with('.') && column.meaning().len() > 10,
                    "{name} has no meaning"
                );
                assert!(
                    column.words.is_empty() || column.known_words.is_empty(),
                    "{name}: a closed list is known"
                );
                let is_word = |word: &&str| column.words.contains(word) || column.known_words.contains(word);
                assert!(column.protected_words.iter().all(is_word), "{name}");
                let is_earlier =
                    |earlier: &Column| earlier.table == table && earlier.kind == ColumnType::Time && column.kind == ColumnType::Time;
                assert!(column.not_before.is_none_or(is_earlier), "{name}");
            }
            let stakeholders: Vec<&Column> = table.with_role(Role::Stakeholder).collect();
            assert_eq!(stakeholders, [table.stakeholder_column()], "{table}");
            assert!(table.with_role(Role::Currency).count() <= 1, "{table}");
        }
    }

    #[test]
    fn events_are_in_the_past_and_come_best_first() {
        let events = |table: Table| table.event_columns().map(|column| column.name).collect::<Vec<_>>();
        for (table, expected) in [
            (
                Table::Interactions,
                &["occurred_at", "responded_at", "resolved_at", "reopened_at"][..],
            ),
            (Table::Surveys, &["responded_at", "sent_at"]),
            (Table::Purchases, &["occurred_at"]),
            (Table::Stakeholders, &["started_at", "rehired_at"]),
            (Table::Referrals, &["occurred_at", "converted_at"]),
            (Table::Supplies, &["ordered_at", "received_at"]),
            (Table::Identities, &[]),
        ] {
            assert_eq!(events(table), expected);
        }
    }

    #[test]
    fn texts_are_read_where_they_are_asked_for_but_for_those_that_decide_what_a_record_is() {
        let always = Table::ALL.into_iter().flat_map(Table::columns);
        let always = always.filter(|column| column.kind == ColumnType::Text && !column.is_read_on_request());
        let names: BTreeSet<&str> = always.map(|column| column.name).collect();
        let expected = [
            "kind",
            "direction",
            "author_type",
            "close_reason",
            "tags",
            "merged_into",
            "instrument",
            "outcome",
            "record_type",
            "refund_currency",
            "end_reason",
            "type",
            "tier",
            "status",
            "currency",
            "acquisition_source",
            "alias",
        ];
        assert_eq!(names, expected.into_iter().collect());
    }

    #[test]
    fn each_fact_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = Fact::ALL.into_iter().map(Fact::name).collect();
        assert_eq!(names.len(), Fact::ALL.len());
    }
}
