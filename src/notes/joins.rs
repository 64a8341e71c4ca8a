//! What files have in common: keys of one that are in another, what was made of them, and what has to be asked about them.

use std::fmt;

use super::personal::not_personal;
use crate::codes::codes;
use crate::diagnostics::{counted, excerpt, listed, visible};

codes! {
    /// How the names of two columns speak for one being the key of the other.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub enum KeyNames {
        /// An option names them.
        Stated = "stated",
        /// They have the same name.
        Same = "same name",
        /// Their names have the same words.
        SameWords = "same words",
        /// One is the ID of what the other file lists: `customer_id` and the `id` of customers.
        IdOfFile = "ID of what the file lists",
        /// The same with more words: `billing_customer_id`.
        RoleOfFile = "ID of what the file lists, with more words",
        /// Only their values do.
        Values = "values only",
    }
}

codes! {
    /// How many records of one file belong to one of the other.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Cardinality {
        /// One to each.
        OneToOne = "one-to-one",
        /// Several to one.
        ManyToOne = "many-to-one",
        /// One to several: a join would multiply records.
        OneToMany = "one-to-many",
        /// Several to several: a join would multiply records.
        ManyToMany = "many-to-many",
    }
}

/// Columns of a file that are a key together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyColumns {
    /// The file.
    pub file: String,
    /// The files with the same columns that are one table with it.
    pub others: Vec<String>,
    /// Its columns.
    pub columns: Vec<String>,
}

impl KeyColumns {
    /// The files of the table.
    pub fn files(&self) -> String {
        let all = std::iter::once(&self.file).chain(&self.others);
        listed(&all.map(|file| visible(file).into_owned()).collect::<Vec<_>>())
    }
}

impl fmt::Display for KeyColumns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: Vec<String> = self.columns.iter().map(|column| visible(column).to_string()).collect();
        write!(f, "{} of {}", columns.join(" + "), self.files())
    }
}

/// A key of one file whose values are in a key of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// The key of the records that refer to others.
    pub from: KeyColumns,
    /// The key of those others.
    pub to: KeyColumns,
    /// What their names show.
    pub names: KeyNames,
    /// Records of the first file that have the key, and how many of them have one that the other file has.
    pub rows: u64,
    /// See [`Self::rows`].
    pub matched: u64,
    /// Records of the first file without the key.
    pub empty: u64,
    /// Different keys of the first file, how many of them the other file has, and how many of them several records have.
    pub distinct: u64,
    /// See [`Self::distinct`].
    pub shared: u64,
    /// See [`Self::distinct`].
    pub several: u64,
    /// Different keys of the other file, and how many of them have several different records.
    pub of: u64,
    /// See [`Self::of`].
    pub repeated: u64,
    /// Whether only a part of the keys was compared, because there are very many.
    pub is_part: bool,
}

not_personal!(Relation, Box<Relation>);

impl Relation {
    /// The share of records, with those without a key, whose key the other file has.
    pub fn share(&self) -> f64 {
        let all = self.rows + self.empty;
        if all == 0 { 0.0 } else { self.matched as f64 / all as f64 }
    }

    /// The share of the other file's keys that some record refers to.
    pub fn coverage(&self) -> f64 {
        if self.of == 0 { 0.0 } else { self.shared as f64 / self.of as f64 }
    }

    /// How many records belong to one of the other file.
    pub fn cardinality(&self) -> Cardinality {
        match (self.several > 0, self.repeated > 0) {
            (false, false) => Cardinality::OneToOne,
            (true, false) => Cardinality::ManyToOne,
            (false, true) => Cardinality::OneToMany,
            (true, true) => Cardinality::ManyToMany,
        }
    }

    /// Whether almost all records have a key that the other file has: 95%, or all but two of at least ten.
    pub fn is_almost_whole(&self) -> bool {
        let without = self.rows + self.empty - self.matched;
        self.matched > 0 && (self.share() >= 0.95 || (without <= 2 && self.share() >= 0.9))
    }

    /// Whether each record leads to one record of the other file at most.
    pub fn is_to_one(&self) -> bool {
        self.repeated == 0
    }

    /// What shows it, in a sentence without an end.
    pub fn evidence(&self) -> String {
        let all = self.rows + self.empty;
        let share = 100.0 * self.share();
        // 99.96% is not all.
        let share = if self.matched < all { (share * 10.0).floor() / 10.0 } else { share };
        let mut text = format!(
            "{}, {}; {} of {} ({share}%) have a key that {} {}",
            self.cardinality().as_str(),
            match self.names {
                KeyNames::Stated => "named in --join",
                KeyNames::Same => "the columns have the same name",
                KeyNames::SameWords => "the names have the same words",
                KeyNames::IdOfFile => "it is named after what the other file lists",
                KeyNames::RoleOfFile => "its name contains what the other file lists",
                KeyNames::Values => "only the values show it",
            },
            self.matched,
            counted(all, "record", "records"),
            self.to.files(),
            if self.to.others.is_empty() { "has" } else { "have" },
        );
        match self.repeated {
            0 => {}
            repeated => text.push_str(&format!(
                "; {repeated} of the {} there have several records",
                counted(self.of, "key", "keys")
            )),
        }
        if self.is_part {
            text.push_str("; only a part of the keys was compared");
        }
        text
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}: {}", self.from, self.to, self.evidence())
    }
}

codes! {
    /// What was made of a relation.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub enum RelationUse {
        /// The records take what they need from the other file.
        Joined = "joined",
        /// The other file is the roster of those whom the records are about.
        Roster = "roster",
        /// The columns of the other file are dimensions.
        Attributes = "attributes",
        /// It has to be decided.
        Question = "question",
        /// Nothing: it is not needed.
        NotNeeded = "not needed",
    }
}

/// Why a file among several is not read by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotReadAlone {
    /// Its records are looked up for those of another file.
    LookedUp {
        /// That file.
        by: String,
    },
    /// Its columns are dimensions of the records of another file.
    Attributes {
        /// That file.
        by: String,
    },
    /// The amounts of the same orders are counted from another file.
    AmountsElsewhere {
        /// That file.
        counted: String,
    },
    /// Its records are payments of the sales in another file.
    PaymentsOf {
        /// That file.
        counted: String,
    },
    /// Its messages may be of the cases in another file, and nothing shows of which.
    ThreadsOf {
        /// That file.
        cases: String,
    },
    /// They are the totals of the orders in another file.
    TotalsElsewhere {
        /// That file.
        counted: String,
        /// The orders that were compared, and those whose total is the sum of the lines.
        compared: u64,
        /// See above.
        agree: u64,
        /// Other columns of the orders that make up the difference.
        with: Vec<String>,
    },
    /// The other file has the response times of the same cases.
    CasesElsewhere {
        /// That file.
        counted: String,
    },
    /// Its records belong to those of another file, and have nothing that counts.
    AddsNothing {
        /// That file.
        of: String,
    },
    /// What was refunded of the orders is in another file.
    RefundsElsewhere {
        /// That file.
        counted: String,
    },
    /// It has no records.
    NoData,
    /// A configuration describes other files and not this one, which cannot be read by itself.
    NotDescribed,
    /// It belongs to no table, and nothing refers to it.
    NoTable,
}

not_personal!(NotReadAlone);

impl NotReadAlone {
    /// Whether nothing of it is used.
    pub fn is_not_used(&self) -> bool {
        !matches!(self, NotReadAlone::LookedUp { .. } | NotReadAlone::Attributes { .. })
    }
}

impl fmt::Display for NotReadAlone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotReadAlone::LookedUp { by } => write!(f, "It is looked up for the records of {}", visible(by)),
            NotReadAlone::Attributes { by } => write!(f, "Its columns are dimensions of the records of {}", visible(by)),
            NotReadAlone::PaymentsOf { counted } => write!(
                f,
                "It is not used: most of its payments are totals of the orders that are counted from {}",
                visible(counted)
            ),
            NotReadAlone::ThreadsOf { cases } => write!(
                f,
                "It is not used: its messages may be of the cases in {}, and nothing shows of which. To use it, add the number of the case",
                visible(cases)
            ),
            NotReadAlone::AmountsElsewhere { counted } => {
                write!(f, "It is not used: the amounts of the same orders are counted from {}", visible(counted))
            }
            NotReadAlone::TotalsElsewhere {
                counted,
                compared,
                agree,
                with,
            } => {
                write!(f, "It is not used: {} has the totals of the orders. They are the sums of its amounts", visible(counted))?;
                if !with.is_empty() {
                    let with: Vec<String> = with.iter().map(|name| excerpt(name).into_owned()).collect();
                    write!(f, " and {}", with.join(" and "))?;
                }
                write!(f, " in {agree} of {}", self::counted(*compared, "order", "orders"))
            }
            NotReadAlone::CasesElsewhere { counted } => {
                write!(f, "It is not used: {} has the cases, and when they were answered", visible(counted))
            }
            NotReadAlone::AddsNothing { of } => write!(
                f,
                "It is not used: its records belong to those of {}, and nothing shows that they are purchases, contacts or answers themselves",
                visible(of)
            ),
            NotReadAlone::RefundsElsewhere { counted } => {
                write!(f, "It is not used: {} has what was refunded of the same orders", visible(counted))
            }
            NotReadAlone::NoData => f.write_str("It is not used: it has no data"),
            NotReadAlone::NotDescribed => f.write_str(
                "It is not used: the configuration does not describe it, and it cannot be read by itself. To use it, add a [[source]] for it, \
                 or name it in the `lookup` of one",
            ),
            NotReadAlone::NoTable => f.write_str(
                "It is not used: relhealth cannot determine which table it belongs to, and none of the files that are used refers to it. To use \
                 it, name its table, for example purchases=FILE",
            ),
        }
    }
}

/// What has to be decided about files that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JoinQuestion {
    /// Fewer than almost all records have a key that the other file has.
    Partial {
        /// The relation.
        relation: Relation,
    },
    /// A key of the other file has several records.
    Multiplies {
        /// The relation.
        relation: Relation,
    },
    /// Whether the totals of the orders count, or the amounts of the lines.
    Totals {
        /// The relation from lines to orders.
        relation: Relation,
        /// The column of the totals.
        total: String,
        /// The orders that were compared, and those whose total is the sum of the lines.
        compared: u64,
        /// See above.
        agree: u64,
    },
    /// Whether payments are of the same sales as orders.
    PaymentsApart {
        /// The file of the payments.
        file: String,
        /// The file of the orders, or of their lines.
        orders: String,
    },
    /// Whether a discount is a percentage or an amount.
    Discount {
        /// The file of the lines.
        file: String,
        /// The column of the discount.
        column: String,
        /// The amount if it is a percentage, as an expression.
        percent: String,
        /// The amount if it is an amount of money, as an expression.
        money: String,
    },
    /// Some discounts have a percent sign and others are numbers without one.
    MixedDiscount {
        /// The file of the lines.
        file: String,
        /// The column of the discount.
        column: String,
        /// How many have the sign, and how many do not.
        shares: u64,
        /// See above.
        numbers: u64,
        /// The amount if all are shares of the price, as an expression.
        share: String,
    },
}

not_personal!(JoinQuestion);

impl JoinQuestion {
    /// The file whose records cannot be used until it is answered.
    pub fn file(&self) -> &str {
        match self {
            JoinQuestion::Partial { relation } | JoinQuestion::Multiplies { relation } | JoinQuestion::Totals { relation, .. } => {
                &relation.from.file
            }
            JoinQuestion::PaymentsApart { file, .. } | JoinQuestion::Discount { file, .. } | JoinQuestion::MixedDiscount { file, .. } => {
                file
            }
        }
    }

    /// The relation that it is about, if it is about one.
    pub fn relation(&self) -> Option<&Relation> {
        match self {
            JoinQuestion::Partial { relation } | JoinQuestion::Multiplies { relation } | JoinQuestion::Totals { relation, .. } => {
                Some(relation)
            }
            JoinQuestion::PaymentsApart { .. } | JoinQuestion::Discount { .. } | JoinQuestion::MixedDiscount { .. } => None,
        }
    }

    /// The file of the orders whose totals may count; none if it is about something else.
    pub fn totals_of(&self) -> Option<&str> {
        match self {
            JoinQuestion::Totals { relation, .. } => Some(&relation.to.file),
            JoinQuestion::Partial { .. }
            | JoinQuestion::Multiplies { .. }
            | JoinQuestion::PaymentsApart { .. }
            | JoinQuestion::Discount { .. }
            | JoinQuestion::MixedDiscount { .. } => None,
        }
    }

    /// The amounts of the lines that it may mean, as expressions.
    pub fn amounts(&self) -> Vec<String> {
        match self {
            JoinQuestion::Discount { percent, money, .. } => vec![percent.clone(), money.clone()],
            JoinQuestion::MixedDiscount { share, .. } => vec![share.clone()],
            JoinQuestion::Partial { .. }
            | JoinQuestion::Multiplies { .. }
            | JoinQuestion::Totals { .. }
            | JoinQuestion::PaymentsApart { .. } => Vec::new(),
        }
    }

    /// The option that takes the likeliest answer; none where several are as likely, or the files have to be written in another way.
    pub fn option(&self) -> Option<String> {
        match self {
            JoinQuestion::Partial { relation } | JoinQuestion::Totals { relation, .. } => Some(format!("--join {}", join_option(relation))),
            JoinQuestion::Multiplies { .. }
            | JoinQuestion::PaymentsApart { .. }
            | JoinQuestion::Discount { .. }
            | JoinQuestion::MixedDiscount { .. } => None,
        }
    }

    /// What to write to answer it.
    pub fn answer(&self) -> String {
        match self {
            JoinQuestion::Partial { relation } => format!(
                "--join {} joins them, and the records without a match are excluded and counted; if the key is another one, name that one",
                join_option(relation)
            ),
            JoinQuestion::Multiplies { relation } => format!(
                "export {} with one record for each key, or name a key that is unique there, such as --join {}",
                visible(&relation.to.file),
                quoted(&format!(
                    "{}:{}+COLUMN={}:{}+COLUMN",
                    relation.from.file,
                    relation.from.columns.join("+"),
                    relation.to.file,
                    relation.to.columns.join("+")
                ))
            ),
            JoinQuestion::Totals { relation, .. } => format!(
                "--join {} counts the amounts of the lines; to count the totals of the orders, leave {} out of the inputs",
                join_option(relation),
                visible(&relation.from.file)
            ),
            JoinQuestion::PaymentsApart { file, orders } => format!(
                "to count the orders, leave {} out of the inputs; to count the payments, leave {} out; if they are other sales, give both with \
                 their table: purchases={}",
                visible(file),
                visible(orders),
                visible(file)
            ),
            JoinQuestion::Discount { file, percent, money, .. } => {
                format!(
                    "a percentage: {}; an amount: {}",
                    amount_option(file, percent),
                    amount_option(file, money)
                )
            }
            JoinQuestion::MixedDiscount { file, share, .. } => format!(
                "write all of them in one way; if the numbers without a sign are shares too, from 0 to 1: {}",
                amount_option(file, share)
            ),
        }
    }
}

impl fmt::Display for JoinQuestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JoinQuestion::Partial { relation } => write!(f, "Is {} really {}? {}", relation.from, relation.to, relation.evidence()),
            JoinQuestion::Multiplies { relation } => write!(
                f,
                "Which record of {} belongs to each of {}? {} is not unique there: {}",
                visible(&relation.to.file),
                visible(&relation.from.file),
                relation.to,
                relation.evidence()
            ),
            JoinQuestion::Totals {
                relation,
                total,
                compared,
                agree,
            } => write!(
                f,
                "Do the totals in {} of {} count, or the amounts in {}? They agree in {agree} of {} only",
                excerpt(total),
                visible(&relation.to.file),
                visible(&relation.from.file),
                counted(*compared, "order", "orders")
            ),
            JoinQuestion::PaymentsApart { file, orders } => write!(
                f,
                "Are the payments in {} for the orders in {}? They are of the same customers, and do not say which orders they are for",
                visible(file),
                visible(orders)
            ),
            JoinQuestion::Discount { file, column, .. } => {
                write!(
                    f,
                    "Is {} of {} a percentage or an amount? Its numbers can be both",
                    excerpt(column),
                    visible(file)
                )
            }
            JoinQuestion::MixedDiscount {
                file,
                column,
                shares,
                numbers,
                ..
            } => write!(
                f,
                "Are the numbers in {} of {} percentages or amounts? {} a percent sign, and {} none",
                excerpt(column),
                visible(file),
                counted(*shares, "cell has", "cells have"),
                counted(*numbers, "has", "have"),
            ),
        }
    }
}

/// The option that maps the amount to an expression.
pub(super) fn amount_option(file: &str, expr: &str) -> String {
    format!("--map {}", quoted(&format!("{file}:amount={{ expr = {} }}", literal(expr))))
}

/// A relation as `--join` takes it.
fn join_option(relation: &Relation) -> String {
    let side = |key: &KeyColumns| format!("{}:{}", key.file, key.columns.join("+"));
    quoted(&format!("{}={}", side(&relation.from), side(&relation.to)))
}

/// A text within single quotes of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A text as TOML writes it.
fn literal(text: &str) -> String {
    toml::Value::String(text.to_string()).to_string()
}
