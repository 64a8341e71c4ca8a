//! A canonical column: what it is, declared once, where it stands in its table.

use super::Table;

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

impl ColumnType {
    /// The type's name as people read it.
    pub fn name(self) -> &'static str {
        match self {
            ColumnType::Stakeholder => "stakeholder id",
            ColumnType::Key => "id",
            ColumnType::Time => "time",
            ColumnType::Money => "money",
            ColumnType::Number => "number",
            ColumnType::Text => "text",
            ColumnType::Bool => "yes or no",
        }
    }
}

/// What a canonical column is for. All that treats columns alike (redaction, as-of, recognition of headers, deadlines) goes by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The id of the stakeholder whom the record is about.
    Stakeholder,
    /// The id of another stakeholder.
    OtherStakeholder,
    /// Another id, or an e-mail address, of the stakeholder.
    Alias,
    /// The id of the record itself.
    RecordId,
    /// The id of what the record is a part of or answers: an order, a case, a message.
    ParentId,
    /// When the record's event happened.
    EventTime,
    /// When something that follows on the event happened: an answer, a resolution, a receipt.
    OutcomeTime,
    /// When something was delivered. It may be estimated, so it does not show how far the data reach.
    DeliveryTime,
    /// By when something is due or promised; a date means the end of that day.
    Deadline,
    /// When the relationship started.
    StartTime,
    /// When the relationship ended or will end.
    EndTime,
    /// An amount of money.
    Money,
    /// How much of something.
    Quantity,
    /// How many minutes something took.
    Duration,
    /// A survey score.
    Score,
    /// Any other number.
    Number,
    /// Yes or no.
    Flag,
    /// A text that may show that a machine sent the record: read as yes where it does.
    MachineMark,
    /// The name of the stakeholder: personal.
    PersonName,
    /// The e-mail address of the stakeholder: personal.
    Email,
    /// An e-mail address with a record of an event. It is the stakeholder where the record has no id, or a placeholder: personal.
    ContactEmail,
    /// A phone number with a record of an event, for the same purpose: personal.
    ContactPhone,
    /// A name with a record of an event. It tells whether the id is that of a placeholder such as `Walk-in customer`: personal.
    ContactName,
    /// The person or team of ours who is responsible; may name somebody who is on the roster.
    Owner,
    /// Free text, which may hold anything about anybody.
    FreeText,
    /// A currency code.
    Currency,
    /// The status of the record in the system that it comes from.
    Status,
    /// What kind of stakeholder it is.
    StakeholderType,
    /// A word by which numbers can be broken down.
    Category,
}

impl Role {
    /// How cells of a column with this role are read.
    pub const fn kind(self) -> ColumnType {
        match self {
            Role::Stakeholder | Role::OtherStakeholder | Role::ContactEmail | Role::ContactPhone | Role::ContactName => {
                ColumnType::Stakeholder
            }
            Role::RecordId | Role::ParentId => ColumnType::Key,
            Role::EventTime | Role::OutcomeTime | Role::DeliveryTime | Role::Deadline | Role::StartTime | Role::EndTime => ColumnType::Time,
            Role::Money => ColumnType::Money,
            Role::Quantity | Role::Duration | Role::Score | Role::Number => ColumnType::Number,
            Role::Flag | Role::MachineMark => ColumnType::Bool,
            Role::Alias
            | Role::PersonName
            | Role::Email
            | Role::Owner
            | Role::FreeText
            | Role::Currency
            | Role::Status
            | Role::StakeholderType
            | Role::Category => ColumnType::Text,
        }
    }

    /// Whether a time with this role is that of an event that has happened: it orders the records, and the newest one tells how far
    /// the data reach. Deadlines, ends and deliveries can lie ahead.
    pub const fn is_event(self) -> bool {
        match self {
            Role::EventTime | Role::OutcomeTime | Role::StartTime => true,
            Role::Stakeholder
            | Role::OtherStakeholder
            | Role::Alias
            | Role::RecordId
            | Role::ParentId
            | Role::DeliveryTime
            | Role::Deadline
            | Role::EndTime
            | Role::Money
            | Role::Quantity
            | Role::Duration
            | Role::Score
            | Role::Number
            | Role::Flag
            | Role::MachineMark
            | Role::PersonName
            | Role::Email
            | Role::ContactEmail
            | Role::ContactPhone
            | Role::ContactName
            | Role::Owner
            | Role::FreeText
            | Role::Currency
            | Role::Status
            | Role::StakeholderType
            | Role::Category => false,
        }
    }

    /// Whether a column with this role names a stakeholder by an id of the run.
    pub const fn names_stakeholder(self) -> bool {
        matches!(
            self,
            Role::Stakeholder | Role::OtherStakeholder | Role::Alias | Role::ContactEmail | Role::ContactPhone | Role::ContactName
        )
    }

    /// Whether it tells who it was where the id does not.
    pub const fn is_contact(self) -> bool {
        matches!(self, Role::ContactEmail | Role::ContactPhone | Role::ContactName)
    }

    /// The role in a few words.
    pub fn text(self) -> &'static str {
        match self {
            Role::Stakeholder => "the stakeholder of the record",
            Role::OtherStakeholder => "another stakeholder",
            Role::Alias => "another id of the stakeholder",
            Role::RecordId => "of the record itself",
            Role::ParentId => "of what the record belongs to",
            Role::EventTime => "time of the event",
            Role::OutcomeTime => "time of what followed",
            Role::DeliveryTime => "time of delivery",
            Role::Deadline => "deadline",
            Role::StartTime => "start of the relationship",
            Role::EndTime => "end of the relationship",
            Role::Money => "money",
            Role::Quantity => "quantity",
            Role::Duration => "duration in minutes",
            Role::Score => "score",
            Role::Number => "number",
            Role::Flag => "yes or no",
            Role::MachineMark => "yes where the text shows that a machine sent it",
            Role::PersonName => "personal: name",
            Role::Email => "personal: e-mail address",
            Role::ContactEmail => "e-mail address, which is the stakeholder where the id is missing or a placeholder",
            Role::ContactName => "name, which shows whether the id is a placeholder",
            Role::ContactPhone => "phone number, which is the stakeholder where the id is missing or a placeholder",
            Role::Owner => "responsible person of ours",
            Role::FreeText => "free text, withheld by --redact",
            Role::Currency => "currency",
            Role::Status => "status",
            Role::StakeholderType => "type of stakeholder",
            Role::Category => "category",
        }
    }
}

/// One canonical column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// The table that it belongs to.
    pub table: Table,
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub role: Role,
    /// How its cells are read.
    pub kind: ColumnType,
    /// A record without it cannot be used.
    pub required: bool,
    /// The words it may hold; empty where any text will do.
    pub words: &'static [&'static str],
    /// Words that the program looks for in a column that may hold any text.
    pub known_words: &'static [&'static str],
    /// Words that mark people whose numbers are protected as small groups.
    pub protected_words: &'static [&'static str],
    /// The time that this one cannot lie before.
    pub not_before: Option<&'static Column>,
    /// Whether it is read even where nobody asks for it. Other texts are read only where they are needed.
    pub is_always_read: bool,
    /// What it means, in a sentence.
    meaning: &'static str,
}

impl Column {
    /// A column that may be missing and that holds any value of its type; [`Column::of`] puts it into a table.
    pub(super) const fn new(name: &'static str, role: Role) -> Column {
        Column {
            table: Table::Identities,
            name,
            role,
            kind: role.kind(),
            required: false,
            words: &[],
            known_words: &[],
            protected_words: &[],
            not_before: None,
            // A text is read where it is asked for, but for those that decide what a record is.
            is_always_read: match role {
                Role::PersonName | Role::Email | Role::Owner | Role::FreeText | Role::Category => false,
                Role::Stakeholder
                | Role::OtherStakeholder
                | Role::Alias
                | Role::ContactEmail
                | Role::ContactPhone
                | Role::ContactName
                | Role::RecordId
                | Role::ParentId
                | Role::EventTime
                | Role::OutcomeTime
                | Role::DeliveryTime
                | Role::Deadline
                | Role::StartTime
                | Role::EndTime
                | Role::Money
                | Role::Quantity
                | Role::Duration
                | Role::Score
                | Role::Number
                | Role::Flag
                | Role::MachineMark
                | Role::Currency
                | Role::Status
                | Role::StakeholderType => true,
            },
            meaning: "",
        }
    }

    /// A record without it cannot be used.
    pub(super) const fn required(self) -> Column {
        Column { required: true, ..self }
    }

    /// It holds one of these words.
    pub(super) const fn one_of(self, words: &'static [&'static str]) -> Column {
        Column {
            words,
            is_always_read: true,
            ..self
        }
    }

    /// The program looks for these words in it.
    pub(super) const fn knows(self, known_words: &'static [&'static str]) -> Column {
        Column { known_words, ..self }
    }

    /// These words mark people whose numbers are protected.
    pub(super) const fn protects(self, protected_words: &'static [&'static str]) -> Column {
        Column { protected_words, ..self }
    }

    /// It cannot lie before that time.
    pub(super) const fn not_before(self, earlier: &'static Column) -> Column {
        Column {
            not_before: Some(earlier),
            ..self
        }
    }

    /// It is read even where nobody asks for it.
    pub(super) const fn always_read(self) -> Column {
        Column {
            is_always_read: true,
            ..self
        }
    }

    /// The column as one of a table, with what it means.
    pub(super) const fn of(self, table: Table, meaning: &'static str) -> Column {
        Column { table, meaning, ..self }
    }

    /// What it means, in a sentence.
    pub fn meaning(&self) -> &'static str {
        self.meaning.trim()
    }

    /// Its name with that of its table: `purchases.amount`.
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.table.name(), self.name)
    }

    /// Whether it is a column of text that is read only where somebody asks for it.
    pub fn is_read_on_request(&self) -> bool {
        self.kind == ColumnType::Text && !self.is_always_read
    }
}

/// Declares the columns of a table, one each: its documentation is its meaning in `relhealth help tables`.
macro_rules! columns {
    ($table:ident: $($(#[doc = $line:literal])+ $id:ident = $declared:expr;)+) => {
        $($(#[doc = $line])+ pub const $id: Column = $declared.of(Table::$table, concat!($($line),+));)+

        /// All columns, in the order in which they are listed and in which headers are given to them.
        pub(super) static COLUMNS: &[Column] = &[$($id),+];
    };
}
pub(super) use columns;
