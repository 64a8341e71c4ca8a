//! How records become canonical rows, as data: which file, which table, and where each column comes from.
//!
//! One description serves what a user writes in `relhealth.toml`, what `--map` says on the command line, and what is recognised
//! from the headers alone.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::cell_parsing::DurationUnit;
use crate::diagnostics::Place;
use crate::expr::Expr;
use crate::ingest::{FormatOverrides, Peek};
use crate::io;
use crate::schema::{Column, Table};

pub mod answer_columns;
pub mod automatic;
pub mod case_words;
pub mod countries;
pub mod deal_stages;
mod describe;
pub mod grammar;
pub mod guess;
mod header_questions;
pub mod held_words;
mod instruments;
pub mod leavers;
mod left_out;
pub mod long_form;
mod money_back;
mod one_question;
mod own;
pub mod placeholders;
pub mod profile;
pub mod purchase_words;
mod questions;
mod recognise;
pub mod record_states;
pub mod referral_words;
mod senders;
mod soft_credits;
pub mod spelling;
pub mod stakeholder_types;
pub mod status_words;
pub mod survey_states;
mod target;
pub mod undone;

pub use describe::{Described, describe, is_header, zone_of_header};
pub use guess::{AmountName, amount_name, countries as country_columns, currency_of_header, is_price};
pub use money_back::{MoneyBack, is_document_code, is_refund_code, is_refund_record, money_back};
pub use profile::{Confidence, Profile, not_read};
pub use questions::QUESTION;
pub use recognise::{columns, folded, is_known_header, table, word};
pub use soft_credits::{credit_type_column, is_soft, lists_soft_credits};
pub use target::{OtherTarget, WrongTarget, check_target};

/// Where a canonical column (or a dimension) of a table comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum From {
    /// A column of the file, by its header.
    Column(String),
    /// An expression over the file's columns.
    Expr(Expr),
    /// A constant.
    Value(String),
}

impl std::fmt::Display for From {
    /// As it is written: the header, the expression, or the constant in quotes.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            From::Column(name) => f.write_str(name),
            From::Expr(expr) => f.write_str(expr.text()),
            From::Value(value) => write!(f, "'{value}'"),
        }
    }
}

/// A mapping and the place where it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapped {
    /// Where the values come from.
    pub from: From,
    /// Formats of a time to try in order; empty: ISO, or a day-month-year order voted over all rows.
    pub formats: Vec<String>,
    /// Time zone of times without an offset.
    pub timezone: Option<String>,
    /// The header that several columns have, each of which the expression is tried with; the first value counts.
    pub first_of: Option<String>,
    /// Whether its times say a time of day; `None`: the cells show it.
    pub precision: Option<Precision>,
    /// The unit of a duration that is a bare number; `None`: minutes.
    pub unit: Option<DurationUnit>,
    /// What is taken instead where the file does not have this.
    pub or: Vec<Mapped>,
    /// What becomes of it where its name is no canonical column.
    pub other_target: OtherTarget,
    /// File, line and column of the mapping, for messages.
    pub place: Option<Place>,
}

impl Mapped {
    /// The columns of the file that it reads.
    pub fn columns(&self) -> Vec<String> {
        match &self.from {
            From::Column(name) => vec![name.clone()],
            From::Expr(expr) => expr.columns().into_iter().collect(),
            From::Value(_) => Vec::new(),
        }
    }

    /// A plain mapping.
    pub fn new(from: From) -> Mapped {
        Mapped {
            from,
            formats: Vec::new(),
            timezone: None,
            first_of: None,
            precision: None,
            unit: None,
            or: Vec::new(),
            other_target: OtherTarget::default(),
            place: None,
        }
    }
}

/// Whether the times of a column say a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// They are dates.
    Day,
    /// They are times, also where all of them are midnights.
    Time,
}

/// The order of day, month and year in dates that do not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dates {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
    /// Year, month, day.
    Ymd,
}

/// The columns of one record of another file, added to each record by a key.
#[derive(Debug, Clone)]
pub struct Lookup {
    /// The other file; several are one table, and have the same columns.
    pub from: Vec<LookupFile>,
    /// The columns that hold the key: of the file, or added by a lookup before this one.
    pub key: Vec<String>,
    /// The columns of the other file with the same values, in the same order.
    pub to: Vec<String>,
    /// What becomes of records whose key the other file does not have.
    pub unmatched: Unmatched,
    /// What becomes of several different records of the other file with one key.
    pub several: Several,
}

/// The file that is looked up.
#[derive(Debug, Clone)]
pub enum LookupFile {
    /// As it is written: a path, or a part of a file such as `orders.xlsx#October`.
    Path(PathBuf),
    /// One of the inputs, and how it falls into records.
    Input(Box<(io::Source, FormatOverrides)>),
}

impl Lookup {
    /// The names of its files, for messages.
    pub fn names(&self) -> Vec<String> {
        self.from.iter().map(LookupFile::name).collect()
    }
}

impl LookupFile {
    /// Its name, for messages.
    pub fn name(&self) -> String {
        match self {
            LookupFile::Path(path) => path.display().to_string(),
            LookupFile::Input(input) => input.0.name().to_string(),
        }
    }
}

/// Which of several different records of a file that is looked up has the columns of their key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Several {
    /// None: that there are several is an error.
    #[default]
    Refuse,
    /// The first in the file.
    First,
    /// The last in the file.
    Last,
}

impl Several {
    /// All, the default first.
    pub const ALL: [Several; 3] = [Several::Refuse, Several::First, Several::Last];

    /// Its word in a configuration.
    pub fn word(self) -> &'static str {
        match self {
            Several::Refuse => "refuse",
            Several::First => "first",
            Several::Last => "last",
        }
    }
}

/// What becomes of records whose key the other file does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unmatched {
    /// They are rejected.
    #[default]
    Reject,
    /// They are excluded.
    Exclude,
    /// They are used, with empty cells in the added columns.
    Keep,
}

impl Unmatched {
    /// All, the default first.
    pub const ALL: [Unmatched; 3] = [Unmatched::Reject, Unmatched::Exclude, Unmatched::Keep];

    /// Its word in a configuration.
    pub fn word(self) -> &'static str {
        match self {
            Unmatched::Reject => "reject",
            Unmatched::Exclude => "exclude",
            Unmatched::Keep => "keep",
        }
    }
}

/// What `amount` is the amount of; of the line, where nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AmountOn {
    /// Of the record.
    #[default]
    Line,
    /// Of the order: on its first record, or repeated on each.
    Order,
}

/// What records with one id are. Where nothing is said, the records decide it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameId {
    /// One record, whose latest state counts.
    Latest,
    /// Separate records, which all count.
    All,
}

/// What the quantity received of a supply line is that has several records. Where nothing is said, the quantities decide it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deliveries {
    /// What came with this delivery.
    Parts,
    /// What has come so far.
    Totals,
}

/// One `[[source]]`.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// Paths or globs of the files it describes; relative ones are relative to the configuration.
    pub paths: Vec<PathBuf>,
    /// The profile that it is based on; `none`: it is not to be recognised.
    pub profile: Option<String>,
    /// The table it feeds; `None`: recognised from the headers.
    pub table: Option<Table>,
    /// Canonical columns and dimensions.
    pub map: BTreeMap<String, Mapped>,
    /// The map is a whole one, as in a configuration: beside it only what the table cannot do without is recognised by its header.
    pub is_mapped: bool,
    /// Canonical columns that a column of the same name is not taken for, because its cells may be something else.
    pub doubted: Vec<&'static str>,
    /// Replacements of cell values by column: what the file says, what it means.
    pub values: BTreeMap<String, BTreeMap<String, String>>,
    /// Which records count, over the file's own columns; the rest is excluded.
    pub filter: Option<Expr>,
    /// The records that do not meet the condition are answers to other questions.
    pub is_of_question: bool,
    /// Why there is a condition that nobody has written.
    pub left_out: Option<crate::notes::LeftOut>,
    /// Canonical columns that together identify a record.
    pub key: Vec<String>,
    /// Other files with more columns, one after the other.
    pub lookup: Vec<Lookup>,
    /// Order of day, month and year.
    pub dates: Option<Dates>,
    /// How its files fall into records, as far as it is said.
    pub wishes: FormatOverrides,
    /// Decimal mark: a point or a comma.
    pub decimal: Option<char>,
    /// Time zone of times without an offset; default the report's.
    pub timezone: Option<String>,
    /// What an amount is the amount of.
    pub amount_on: Option<AmountOn>,
    /// Somebody has said which column is the amount, of files that were joined: their mapping does not show any more who wrote it.
    pub amount_is_stated: bool,
    /// Whether records without order, customer and date belong to the one above; `None`: the file shows it.
    pub fill_down: Option<bool>,
    /// What records with one id are.
    pub same_id: Option<SameId>,
    /// What the quantity received is of a supply line with several records.
    pub deliveries: Option<Deliveries>,
    /// Slices of its people are treated as small groups.
    pub private: bool,
    /// IDs that stand for many, although nothing shows it.
    pub placeholder_ids: Vec<String>,
    /// IDs that are one stakeholder, although they look like placeholders.
    pub person_ids: Vec<String>,
    /// Dates such as 1970-01-01 are dates, however impossible they are.
    pub keep_placeholder_dates: bool,
    /// Texts are kept as they are written, with the characters of HTML in them.
    pub keep_text: bool,
    /// So many tables with the same columns stand next to each other in it, and nobody has said which columns count.
    pub tables_beside: Option<usize>,
    /// What its columns leave open, for the message.
    pub questions: Vec<guess::Question>,
    /// Why files of this format may be without a column that their table needs, for the message.
    pub lacks: Option<String>,
    /// Where it was written.
    pub place: Option<Place>,
}

impl Source {
    /// Takes the quantity times the price as the amount that no column has, where nothing speaks against it.
    pub fn take_product(&mut self) {
        let product = self.questions.iter().find_map(guess::Question::clear_product);
        let is_open = self.table == Some(Table::Purchases) && !self.map.contains_key("amount");
        if let Some(expr) = product.filter(|_| is_open).and_then(|text| text.parse::<Expr>().ok()) {
            self.map.insert("amount".to_string(), Mapped::new(From::Expr(expr)));
            self.questions.retain(|question| question.clear_product().is_none());
        }
    }

    /// The column of stakeholders that the file has not, where its records can count without a person, and nobody has said whom they are about.
    pub fn names_nobody(&self) -> Option<&'static Column> {
        let column = self.questions.iter().find_map(guess::Question::clear_nobody)?;
        (self.table == Some(column.table) && !self.map.contains_key(column.name)).then_some(column)
    }

    /// Lets its records count for no person.
    pub fn take_nobody(&mut self, column: &Column) {
        self.map
            .insert(column.name.to_string(), Mapped::new(From::Value(guess::NOBODY.to_string())));
    }
}

/// A file to read, and how.
#[derive(Debug, Clone)]
pub struct Input {
    /// The file, or standard input.
    pub file: io::Source,
    /// The description that applies; a default one where nothing describes the file.
    pub source: Source,
    /// What was seen of it by that description, where it was looked at: a second look would see the same.
    pub look: Option<Arc<Look>>,
}

impl Input {
    /// A file that nobody has looked at.
    pub fn new(file: io::Source, source: Source) -> Input {
        Input { file, source, look: None }
    }
}

/// What the start of a file shows.
#[derive(Debug, Clone)]
pub struct Look {
    /// How it falls into records, as far as it is known.
    pub wishes: FormatOverrides,
    /// The start.
    pub peek: Peek,
    /// How it is read.
    pub found: Described,
}
