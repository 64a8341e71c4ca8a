//! What files have in common: keys of one that are in another, and what was made of them.

use std::fmt;

use super::personal::not_personal;
use crate::codes::codes;
use crate::diagnostics::{counted, listed, visible};

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
