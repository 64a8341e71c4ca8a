//! Questions about a file, and what answers them.

use std::fmt;

use super::{ColumnEvidence, TAKE, Unit, listed};
use crate::diagnostics::excerpt;
use crate::notes::UnclearQuestion;
use crate::schema::{Column, ColumnType, Role, Table, identities, interactions, purchases, referrals, stakeholders, supplies, surveys};

/// A column of the file that may be the canonical one.
#[derive(Debug, Clone, PartialEq)]
pub struct PossibleColumn {
    /// Its place in the file, counted from 0.
    pub header: usize,
    /// Its name.
    pub name: String,
    /// From 0 to 1.
    pub confidence: f64,
    /// What speaks for it and against it, the name first.
    pub evidence: Vec<ColumnEvidence>,
    /// The unit that its name has.
    pub(super) unit: Option<Unit>,
}

/// Something that the file does not show clearly enough.
#[derive(Debug, Clone)]
pub enum Question {
    /// Which table it belongs to.
    Table {
        /// The file.
        file: String,
        /// The tables that it may belong to, with their confidence, the likeliest first.
        tables: Vec<(Table, f64)>,
    },
    /// Whether a file of a few columns that are hardly named is a list of who, when and how much.
    List {
        /// The file.
        file: String,
        /// The table that it would be.
        table: Table,
        /// Canonical columns, each with the column of the file that may be it.
        columns: Vec<(&'static Column, PossibleColumn)>,
    },
    /// Whether the amount is a quantity times a price.
    Product {
        /// The file.
        file: String,
        /// The column with the quantity.
        quantity: String,
        /// The column with the price.
        price: String,
        /// A column that may change the product, such as a discount; without one it is taken.
        unless: Option<String>,
    },
    /// Which question of a survey with a record for each answer is the one of an instrument.
    Asked(UnclearQuestion),
    /// Which of its columns says whom a record is about, where none looks like it. The records may be about nobody who is known: what was
    /// sold over a counter, or what citizens report.
    Nobody {
        /// The file.
        file: String,
        /// The canonical column.
        column: &'static Column,
        /// Whether all else that the table needs is so clear that the records can count without a person.
        is_clear: bool,
    },
    /// Which of its columns is a canonical one.
    Column {
        /// The file.
        file: String,
        /// The canonical column.
        column: &'static Column,
        /// Columns that may be it, the likeliest first.
        candidates: Vec<PossibleColumn>,
    },
}

/// What answers a question, if the likeliest candidate is the right one; displayed as it is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The file as an input of a table. Without one, the table is to be filled in.
    Input(Option<Table>, String),
    /// Both: the file as an input of a table, and `--map` for canonical columns with their headers.
    List(Table, String, Vec<(&'static str, String)>),
    /// `--map` on the command line, with the file, the canonical column and the header. Without one, the header is to be filled in.
    Map(String, &'static str, Option<String>),
    /// `--map` that says that no column names anybody: the records count for no person.
    Nobody(String, &'static str),
    /// The same with an expression over the columns.
    Expression(String, &'static str, String),
    /// `--question`, with the instrument, if it is known, and the question.
    Question(Option<&'static str>, String),
}

/// The value of a column of stakeholders where no column names anybody: an ID that stands for many people.
pub const NOBODY: &str = "Guest";

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Input(table, file) => write!(f, "{}={file}", table.map_or("KIND", Table::name)),
            Answer::List(table, file, columns) => {
                write!(f, "{}={}", table.name(), quoted_if_needed(file))?;
                columns
                    .iter()
                    .try_for_each(|(column, header)| write!(f, " {}", mapped(file, column, header)))
            }
            Answer::Map(file, column, Some(header)) if quoted_if_needed(file) != *file => write!(f, "{}", mapped(file, column, header)),
            Answer::Map(file, column, Some(header)) => write!(f, "--map {file}:{column}={}", quoted(header)),
            Answer::Nobody(file, column) => write!(f, "{}", mapped(file, column, &constant(NOBODY))),
            Answer::Map(file, column, None) => write!(f, "--map {}", quoted(&format!("{file}:{column}=COLUMN"))),
            Answer::Expression(file, column, text) => write!(f, "{}", mapped(file, column, &expression(text))),
            Answer::Question(instrument, question) => {
                write!(
                    f,
                    "--question {}",
                    quoted(&format!("{}={question}", instrument.unwrap_or("INSTRUMENT")))
                )
            }
        }
    }
}

/// The option that maps a column, as a shell takes it.
fn mapped(file: &str, column: &str, header: &str) -> String {
    format!("--map {}", quoted(&format!("{file}:{column}={header}")))
}

/// A constant as `[source.map]` and `--map` take it.
fn constant(text: &str) -> String {
    format!("{{ value = {} }}", toml::Value::String(text.to_string()))
}

/// An expression as `[source.map]` and `--map` take it.
fn expression(text: &str) -> String {
    format!("{{ expr = {} }}", toml::Value::String(text.to_string()))
}

/// The command that takes the likeliest answer to each question of a file; none where something has to be filled in, or no table is likely.
pub fn command(file: &str, table: Option<Table>, questions: &[Question]) -> Option<String> {
    Some(format!("relhealth measure {}", accepted(file, table, questions)?))
}

/// The file as an argument of a command, with the options that take the likeliest answer to each question.
pub fn accepted(file: &str, table: Option<Table>, questions: &[Question]) -> Option<String> {
    /// A table that is less likely is hardly the right one.
    const LIKELY: f64 = 0.3;
    let mut input = quoted_if_needed(file);
    let mut options = Vec::new();
    if let Some(table) = table {
        input = format!("{}={input}", table.name());
    }
    // Where neither the table nor anybody in it is known, the file is not understood.
    let is_nobody = |question: &Question| matches!(question.answer(), Answer::Nobody(..));
    if questions.iter().any(is_nobody) && questions.iter().any(|question| question.table().is_some()) {
        return None;
    }
    for question in questions {
        if let Question::Table { tables, .. } = question {
            tables.first().filter(|(_, confidence)| *confidence >= LIKELY)?;
        }
        match question.answer() {
            Answer::Input(Some(table), _) => input = format!("{}={}", table.name(), quoted_if_needed(file)),
            list @ Answer::List(..) => input = list.to_string(),
            Answer::Map(file, column, Some(header)) => options.push(mapped(&file, column, &header)),
            named @ Answer::Question(Some(_), _) => options.push(named.to_string()),
            stated @ (Answer::Expression(..) | Answer::Nobody(..)) => options.push(stated.to_string()),
            Answer::Input(None, _) | Answer::Map(_, _, None) | Answer::Question(None, _) => return None,
        }
    }
    let parts = std::iter::once(input).chain(options);
    (!questions.is_empty()).then(|| parts.collect::<Vec<_>>().join(" "))
}

impl Question {
    /// The amount as quantity times price, where nothing speaks against it.
    pub fn clear_product(&self) -> Option<String> {
        match self {
            Question::Product {
                quantity,
                price,
                unless: None,
                ..
            } => Some(product(quantity, price)),
            Question::Product { .. }
            | Question::Table { .. }
            | Question::List { .. }
            | Question::Asked(_)
            | Question::Nobody { .. }
            | Question::Column { .. } => None,
        }
    }

    /// The column of stakeholders that a file has not, where its records can count without a person.
    pub fn clear_nobody(&self) -> Option<&'static Column> {
        match self {
            Question::Nobody {
                column, is_clear: true, ..
            } => Some(column),
            Question::Nobody { .. }
            | Question::Product { .. }
            | Question::Table { .. }
            | Question::List { .. }
            | Question::Asked(_)
            | Question::Column { .. } => None,
        }
    }

    /// The canonical column that it is about; none if it is about the table.
    pub fn column(&self) -> Option<&'static str> {
        match self {
            Question::Table { .. } | Question::List { .. } => None,
            Question::Asked(_) => Some(surveys::SCORE.name),
            Question::Product { .. } => Some(purchases::AMOUNT.name),
            Question::Nobody { column, .. } | Question::Column { column, .. } => Some(column.name),
        }
    }

    /// The likeliest table, if it is about the table.
    pub fn table(&self) -> Option<Table> {
        match self {
            Question::Table { tables, .. } => tables.first().map(|(table, _)| *table),
            Question::List { table, .. } => Some(*table),
            Question::Asked(_) => Some(Table::Surveys),
            Question::Product { .. } | Question::Nobody { .. } | Question::Column { .. } => None,
        }
    }

    /// The lines of `[source.map]` that answer it, one for each candidate, the likeliest first; none for a question about the table.
    pub fn settings(&self) -> Vec<String> {
        let text = |text: &str| toml::Value::String(text.to_string()).to_string();
        match self {
            Question::Table { .. } | Question::Asked(_) => Vec::new(),
            Question::List { columns, .. } => {
                let line = |(column, from): &(&Column, PossibleColumn)| format!("{} = {}", column.name, text(&from.name));
                columns.iter().map(line).collect()
            }
            Question::Product { quantity, price, .. } => {
                vec![format!("{} = {}", purchases::AMOUNT.name, expression(&product(quantity, price)))]
            }
            Question::Nobody { column, .. } => vec![format!("{} = {}", column.name, constant(NOBODY))],
            Question::Column { column, candidates, .. } if candidates.is_empty() => vec![format!("{} = \"\"", column.name)],
            Question::Column { column, candidates, .. } => {
                let line = |possible: &PossibleColumn| match possible.unit.filter(|_| is_duration(column)) {
                    Some(unit) => format!("{} = {}", column.name, expression(&in_minutes(&possible.name, unit))),
                    None => format!("{} = {}", column.name, text(&possible.name)),
                };
                candidates.iter().map(line).collect()
            }
        }
    }

    /// What answers it, if the likeliest candidate is the right one.
    pub fn answer(&self) -> Answer {
        match self {
            Question::Table { file, tables } => Answer::Input(tables.first().map(|(table, _)| *table), file.clone()),
            Question::List { file, table, columns } => Answer::List(
                *table,
                file.clone(),
                columns.iter().map(|(column, from)| (column.name, from.name.clone())).collect(),
            ),
            Question::Asked(unclear) => Answer::Question(unclear.instrument, unclear.questions.first().cloned().unwrap_or_default()),
            Question::Product { file, quantity, price, .. } => {
                Answer::Expression(file.clone(), purchases::AMOUNT.name, product(quantity, price))
            }
            Question::Nobody { file, column, .. } => Answer::Nobody(file.clone(), column.name),
            Question::Column { file, column, candidates } => match candidates.first() {
                Some(PossibleColumn {
                    name, unit: Some(unit), ..
                }) if is_duration(column) => Answer::Expression(file.clone(), column.name, in_minutes(name, *unit)),
                best => Answer::Map(file.clone(), column.name, best.map(|best| best.name.clone())),
            },
        }
    }
}

impl fmt::Display for Question {
    /// The question, with what speaks for the candidates.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Question::Table { file, tables } if tables.is_empty() => {
                write!(f, "Which table does {file} belong to? None of its columns was recognised")
            }
            Question::Table { file, tables } => {
                let likely = tables.iter().take(3);
                let listed: Vec<String> = likely
                    .map(|(table, confidence)| format!("{table} ({:.0}%)", confidence * 100.0))
                    .collect();
                write!(f, "Which table does {file} belong to? It may be {}", listed.join(", "))
            }
            Question::List { file, table, columns } => {
                let part = |(column, from): &(&Column, PossibleColumn)| {
                    format!(
                        "\"{}\" is {} ({}; {})",
                        excerpt(&from.name),
                        column.name,
                        meaning(column),
                        listed(&from.evidence)
                    )
                };
                let parts: Vec<String> = columns.iter().map(part).collect();
                write!(f, "Does {file} list {table}? Then {}", parts.join(", "))
            }
            Question::Asked(unclear) => write!(f, "{unclear}"),
            Question::Product {
                quantity, price, unless, ..
            } => {
                write!(f, "No column is the amount. Is it \"{quantity}\" times \"{price}\"?")?;
                match unless {
                    Some(other) => write!(f, " It is not known what \"{}\" does to it", excerpt(other)),
                    None => Ok(()),
                }
            }
            Question::Nobody { column, .. } => write!(
                f,
                "Which column is {} ({})? None looks like it. If none is, the records count for no person",
                column.name,
                meaning(column)
            ),
            Question::Column { column, candidates, .. } => {
                let (name, meaning) = (column.name, meaning(column));
                match &candidates[..] {
                    [] => write!(f, "Which column is {name} ({meaning})? None looks like it")?,
                    [one] => write!(f, "Is \"{}\" {name} ({meaning})? {}", excerpt(&one.name), listed(&one.evidence))?,
                    several => {
                        let shown = several.iter().take(LISTED);
                        let mut shown: Vec<String> = shown
                            .map(|c| format!("\"{}\" ({})", excerpt(&c.name), listed(&c.evidence)))
                            .collect();
                        if several.len() > LISTED {
                            shown.push(format!("one of {} more", several.len() - LISTED));
                        }
                        write!(f, "Which column is {name} ({meaning}): {}?", shown.join(" or "))?;
                    }
                }
                let is_closed = column.kind == ColumnType::Text && !column.words.is_empty();
                if is_closed && candidates.iter().any(|candidate| candidate.confidence < TAKE) {
                    let words = column.words.join(", ");
                    write!(f, ". It can contain {words}; other words need [source.values.{name}]")?;
                }
                Ok(())
            }
        }
    }
}

/// Quantity times price, as an expression over the columns.
pub fn product(quantity: &str, price: &str) -> String {
    let [quantity, price] = [quantity, price].map(|name| name.replace('"', "\"\""));
    format!("\"{quantity}\" * \"{price}\"")
}

fn in_minutes(name: &str, unit: Unit) -> String {
    format!("\"{name}\" {}", unit.minutes())
}

fn is_duration(column: &Column) -> bool {
    column.role == Role::Duration
}

/// So many columns are named that something may be.
const LISTED: usize = 12;

/// How a question names a canonical column.
fn meaning(column: &Column) -> &'static str {
    match *column {
        interactions::OCCURRED_AT | purchases::OCCURRED_AT | referrals::OCCURRED_AT => "when it happened",
        interactions::RESPONDED_AT | surveys::RESPONDED_AT => "when it was answered",
        purchases::AMOUNT | supplies::AMOUNT => "the amount",
        surveys::SCORE => "the score",
        referrals::REFERRER_ID | stakeholders::REFERRER_ID | purchases::REFERRER_ID => "who referred",
        referrals::REFERRED_ID => "who was referred",
        identities::ALIAS => "the other id or address",
        _ if column.role == Role::Stakeholder => "whom the record is about",
        _ => column.name,
    }
}

/// A name as a shell takes it.
pub fn quoted_if_needed(name: &str) -> String {
    let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
    if is_plain { name.to_string() } else { quoted(name) }
}

/// A text within single quotes of a shell.
fn quoted(header: &str) -> String {
    format!("'{}'", header.replace('\'', "'\\''"))
}
