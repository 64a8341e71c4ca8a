//! Understanding a file that nobody has seen: which table it is, and what each of its columns means.
//!
//! Three kinds of evidence are weighed for every pair of a header and a canonical column. The **name** gives a first confidence: 0.98
//! for the column's own name, 0.94 for a known English alias, 0.88 for the same words in another order, spelling or language, and less
//! for each word too many. The **cells** then take a share of the remaining doubt away, or most of the confidence: a `Score` full of
//! sentences is no score. Last the columns speak about **each other**: an id that repeats, a time that is never before another, a
//! product. Where no name says anything, cells alone may, with a lower confidence.
//!
//! What reaches [`TAKE`] is a guess, with its evidence. What reaches [`ASK`], and what a table cannot do without, is a
//! [`Question`]. Nothing else is said: a wrong mapping costs more than a missing one.

use crate::notes::ShownByCells;
use crate::schema::{Column, ColumnType, Role, Table, interactions, purchases, stakeholders, surveys};

mod alone;
mod asking;
mod bystanders;
mod closings;
mod content;
mod cut_words;
mod dictionaries;
mod event_date;
mod evidence;
mod header_words;
mod inflections;
mod key_words;
mod meanings;
mod message_date;
mod only_amount;
mod open_items;
mod other_amount;
mod profile;
mod quantities;
mod questions;
mod record_number;
mod relations;
mod scale;
mod shape;
mod spells;
mod status_of_people;
mod sums;
mod supply_lines;
mod tables;
mod who;

pub use evidence::{CellsAre, ColumnEvidence, TableClue, listed};
pub use header_words::{Unit, countries, currency_of_header, language, words};
pub use meanings::{AmountName, amount_name, is_price, is_who};
pub use other_amount::other_amount;
pub use profile::{ColumnProfile, Kind};
pub use questions::{Answer, NOBODY, Question, accepted, command, product, quoted_if_needed};
pub(super) use relations::numbers;
pub use scale::MoneyUnit;

use content::Cells;
use header_words::Header;

/// From here on a guess is taken. A known name with cells that leave a doubt lies just above it; a name with one unknown word in it,
/// or cells without a name, lies just below.
pub const TAKE: f64 = 0.6;
/// From here on it is worth asking; below, a person would not know why they are asked.
pub const ASK: f64 = 0.35;
/// The only dates of a file, or an e-mail address for want of an id: taken, and said.
const SERVES: f64 = 0.65;
/// One of several that would serve: to be asked.
const MAYBE: f64 = 0.45;

/// A column of a file and what it means.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess {
    /// The canonical column.
    pub column: &'static str,
    /// The column of the file, counted from 0.
    pub header: usize,
    /// From 0 to 1.
    pub confidence: f64,
    /// Why, the name first.
    pub evidence: Vec<ColumnEvidence>,
    /// The time zone that the header names, of a time.
    pub timezone: Option<String>,
    /// The currency that the header names, of money.
    pub currency: Option<String>,
    /// The unit that the header names for its amounts, of money: cents, or thousands.
    pub money: Option<MoneyUnit>,
    /// The column of the file with the rest of it, counted from 0: the time of day of a date, or the first name of a person.
    pub rest: Option<usize>,
}

/// What a file is taken for.
#[derive(Debug, Clone)]
pub struct Understanding {
    /// The table and how sure that is; none below [`TAKE`].
    pub table: Option<(Table, f64)>,
    /// All tables that it may be, the likeliest first, with the evidence.
    pub tables: Vec<(Table, f64, Vec<TableClue>)>,
    /// The columns that are understood, in the schema's order; of the likeliest table where [`Self::table`] is none.
    pub guesses: Vec<Guess>,
    /// Names that the cells contradict: as guesses, but not to be taken.
    pub contradicted: Vec<Guess>,
    /// What has to be asked.
    pub questions: Vec<Question>,
    /// What the cells of each column are.
    pub columns: Vec<ColumnProfile>,
}

/// A header that may be a canonical column.
#[derive(Debug, Clone)]
struct Candidate {
    column: &'static Column,
    /// Place of the column in the schema.
    order: usize,
    header: usize,
    confidence: f64,
    is_exact: bool,
    /// Place of the name among the aliases.
    place: usize,
    evidence: Vec<ColumnEvidence>,
    /// The cells cannot be that.
    is_refuted: bool,
}

impl Candidate {
    fn new(column: &'static Column, header: usize, confidence: f64, why: ColumnEvidence) -> Candidate {
        Candidate {
            column,
            order: column.table.columns().iter().position(|other| other == column).unwrap_or(0),
            header,
            confidence,
            is_exact: false,
            place: 0,
            evidence: vec![why],
            is_refuted: false,
        }
    }

    /// Takes a share of the doubt away.
    fn raise(&mut self, share: f64, why: ColumnEvidence) {
        self.confidence += (1.0 - self.confidence) * share;
        self.evidence.push(why);
    }

    /// Leaves a share of the confidence.
    fn lower(&mut self, left: f64, why: ColumnEvidence) {
        self.confidence *= left;
        self.evidence.push(why);
    }

    /// Which goes first: known names that nothing contradicts, in the schema's order and that of the aliases, as they are recognised
    /// without looking at a cell; then the surest. An id of the record itself says less than the columns that link.
    fn rank(&self) -> (usize, bool, usize, usize, usize, usize) {
        let doubt = ((1.0 - self.confidence) * 1000.0).round() as usize;
        let is_own = self.column.role == Role::RecordId;
        if self.is_exact && self.confidence >= 0.9 {
            let group = usize::from(self.place > 0);
            (group, is_own && group > 0, self.order, self.place, 0, self.header)
        } else {
            (2, false, doubt + if is_own { 30 } else { 0 }, self.place, self.order, self.header)
        }
    }
}

/// Puts candidates for one column in the place of those for it that have the same headers.
fn replace(candidates: &mut Vec<Candidate>, new: Vec<Candidate>) {
    if let Some(first) = new.first() {
        candidates.retain(|c| c.column != first.column || !new.iter().any(|other| other.header == c.header));
    }
    candidates.extend(new);
}

/// A file as it is looked at for one table.
struct File<'a> {
    headers: &'a [Header],
    profiles: &'a [ColumnProfile],
    columns: &'a [Vec<&'a str>],
    /// Which columns are dates of birth by their shape.
    births: &'a [bool],
}

/// What somebody has said about a file.
#[derive(Debug, Clone, Default)]
pub struct Stated {
    /// Its table.
    pub table: Option<Table>,
    /// Canonical columns that are mapped, and the columns of the file that they are mapped from, counted from 0.
    pub columns: Vec<(String, Vec<usize>)>,
}

/// What each column would mean if the file were that table.
#[derive(Debug, Clone)]
struct Reading {
    table: Table,
    /// Columns that somebody has mapped.
    stated: Vec<&'static Column>,
    /// Whether something is mapped that the table does not have.
    lacks_stated: bool,
    /// All candidates, also those that came to nothing.
    candidates: Vec<Candidate>,
    taken: Vec<Candidate>,
}

impl Reading {
    fn of(table: Table, file: &File<'_>, said: &Stated) -> Reading {
        let mut candidates = Vec::new();
        let stated: Vec<&'static Column> = said.columns.iter().filter_map(|(name, _)| table.column(name)).collect();
        let is_stated = |index: usize| said.columns.iter().any(|(_, headers)| headers.contains(&index));
        for column in table.columns().iter().filter(|column| !stated.contains(column)) {
            for index in (0..file.headers.len()).filter(|&index| !is_stated(index)) {
                candidates.extend(candidate(column, index, file));
            }
        }
        // An empty column is none of something that another column has.
        let is_empty = |at: usize| file.profiles[at].filled == 0 && file.profiles[at].rows >= content::ENOUGH;
        let has = |column: &Column| {
            candidates
                .iter()
                .any(|c: &Candidate| c.column == column && c.confidence >= TAKE && !is_empty(c.header))
        };
        let outdone: Vec<&Column> = table.columns().iter().filter(|column| has(column)).collect();
        candidates.retain(|c| !is_empty(c.header) || !outdone.contains(&c.column));
        let (contacts, mut candidates): (Vec<Candidate>, Vec<Candidate>) = candidates.into_iter().partition(|c| c.column.role.is_contact());
        relations::relate(table, &mut candidates, file);
        status_of_people::relate(table, &mut candidates, file);
        supply_lines::relate(table, &mut candidates, file);
        event_date::relate(table, &mut candidates, file);
        message_date::relate(table, &mut candidates, file);
        alone::propose(table, &mut candidates, file);
        candidates.retain(|c| !stated.contains(&c.column) && !is_stated(c.header));
        let mut taken = assign(&candidates);
        alone::fall_back(table, &mut candidates, &mut taken, file);
        let is_free = |c: &Candidate| !stated.contains(&c.column) && !is_stated(c.header);
        candidates.retain(is_free);
        taken.retain(is_free);
        // Who it was where the id does not tell: by what the columns leave that say more. Without an id it is the question which one serves.
        let who = table.stakeholder_column();
        if stated.contains(&who) || taken.iter().any(|t| t.column == who) {
            taken = assign_free(&contacts, taken);
        }
        taken.sort_by_key(|c| c.order);
        Reading {
            table,
            // A name that no table has is a dimension.
            lacks_stated: said
                .columns
                .iter()
                .any(|(name, _)| table.column(name).is_none() && Table::ALL.iter().any(|other| other.column(name).is_some())),
            stated,
            candidates,
            taken,
        }
    }

    fn has(&self, column: &Column) -> bool {
        self.stated.contains(&column) || self.taken.iter().any(|c| c.column == column)
    }
}

/// Whether a flag decides what its record counts as.
fn changes_records(column: &Column) -> bool {
    matches!(
        *column,
        stakeholders::IS_ACTIVE
            | stakeholders::HAS_LEFT
            | purchases::IS_VOID
            | purchases::IS_VALID
            | purchases::IS_REFUNDED
            | interactions::IS_OPEN
            | interactions::IS_CLOSED
            | surveys::IS_UNDELIVERED
            | surveys::ANSWERED
    )
}

fn candidate(column: &'static Column, index: usize, file: &File<'_>) -> Option<Candidate> {
    let header = &file.headers[index];
    // With a word too many a flag says something else: `active_in_sequence` is not whether somebody is there.
    let named = meanings::named(column, header).filter(|named| !changes_records(column) || named.confidence >= TAKE)?;
    // A column without any value is none that each record needs, unless it is called so.
    let profile = &file.profiles[index];
    let is_needed = column.required || matches!(column.role, Role::RecordId | Role::ParentId);
    if is_needed && !named.is_exact && profile.filled == 0 && profile.rows >= content::ENOUGH {
        return None;
    }
    // What a program answered by itself is no response.
    let is_automatic = ["auto", "automatic", "automated"]
        .iter()
        .any(|word| header.words.contains(*word) || header.exact.split(|c: char| !c.is_alphanumeric()).any(|part| part == *word));
    if *column == interactions::RESPONDED_AT && is_automatic {
        return None;
    }
    let mut candidate = Candidate {
        is_exact: named.is_exact,
        place: named.place,
        ..Candidate::new(column, index, named.confidence, named.why)
    };
    match content::judge(column, named.is_exact, header, &file.profiles[index], &file.columns[index]) {
        Cells::Fit(share, why) => candidate.raise(share, why),
        Cells::Silent => {}
        Cells::Strange(left, why) => {
            candidate.is_refuted = left <= content::REFUTED && file.profiles[index].filled > 0 && named.confidence >= TAKE;
            candidate.lower(left, why);
        }
    }
    Some(candidate)
}

/// Gives each header to one column and each column one header, the surest first. Of two headers that say the same with the same
/// confidence neither is taken, unless they are known names, whose first wins.
fn assign(candidates: &[Candidate]) -> Vec<Candidate> {
    assign_free(candidates, Vec::new())
}

/// The same of the headers and columns that are not taken yet.
fn assign_free(candidates: &[Candidate], taken: Vec<Candidate>) -> Vec<Candidate> {
    let mut taken = taken;
    let mut sorted: Vec<&Candidate> = candidates.iter().filter(|c| c.confidence >= TAKE).collect();
    sorted.sort_by_key(|c| c.rank());
    let mut unsettled: Vec<&Column> = Vec::new();
    for (at, candidate) in sorted.iter().enumerate() {
        let is_free = |c: &Candidate, taken: &[Candidate]| !taken.iter().any(|t| t.header == c.header || t.column == c.column);
        if !is_free(candidate, &taken) || unsettled.contains(&candidate.column) {
            continue;
        }
        let twin = sorted[at + 1..].iter().any(|other| {
            let (mine, theirs) = (candidate.rank(), other.rank());
            other.column == candidate.column
                && is_free(other, &taken)
                && mine.0 == 2
                && (mine.0, mine.2, mine.3) == (theirs.0, theirs.2, theirs.3)
        });
        match twin {
            true => unsettled.push(candidate.column),
            false => taken.push((*candidate).clone()),
        }
    }
    taken
}

/// Understands a file by its name, its headers and a sample of its records, around what somebody has said about it.
///
/// Records may be shorter or longer than the headers; no records at all leaves the names to speak alone.
pub fn understand(file: &str, headers: &[String], rows: &[Vec<String>], stated: &Stated) -> Understanding {
    let columns: Vec<Vec<&str>> = (0..headers.len())
        .map(|i| rows.iter().map(|r| r.get(i).map_or("", String::as_str)).collect())
        .collect();
    let profiles: Vec<ColumnProfile> = headers.iter().zip(&columns).map(|(h, c)| ColumnProfile::of(h, c)).collect();
    let parsed = header_words::headers_of(headers, &profiles);
    let births = shape::births(&profiles, &columns);
    let seen = File {
        headers: &parsed,
        profiles: &profiles,
        columns: &columns,
        births: &births,
    };
    let tables: Vec<Table> = stated.table.map_or(Table::ALL.to_vec(), |t| vec![t]);
    let mut readings: Vec<Reading> = tables.into_iter().map(|t| Reading::of(t, &seen, stated)).collect();
    let ranked = tables::rank(file, headers, &seen, &readings, stated.table);
    // A table that nothing speaks for is not ranked.
    readings.sort_by_key(|r| ranked.iter().position(|(t, ..)| *t == r.table).unwrap_or(usize::MAX));
    // What number a record has says nothing of its table.
    let said: Vec<usize> = stated.columns.iter().flat_map(|(_, headers)| headers.clone()).collect();
    if let Some(purchases) = readings
        .first_mut()
        .filter(|r| r.table == Table::Purchases && !r.stated.contains(&&purchases::ORDER_ID))
    {
        record_number::number_of_record(&said, &mut purchases.candidates, &mut purchases.taken, &seen);
        purchases.taken.sort_by_key(|c| c.order);
    }
    let table = ranked.first().filter(|(_, sure, _)| *sure >= TAKE).map(|(t, sure, _)| (*t, *sure));
    let best = &readings[0];
    let is_taken = |header: usize| best.taken.iter().any(|t| t.header == header);
    let guess = |c: &Candidate| {
        let kind = c.column.kind;
        let time_of_day = shape::time_of_day(c.header, &seen).filter(|&at| kind == ColumnType::Time && !is_taken(at));
        let first_name = c.evidence.iter().find_map(|why| match why {
            ColumnEvidence::Shown(ShownByCells::WithFirstName(name)) => headers.iter().position(|header| header == name),
            _ => None,
        });
        Guess {
            rest: time_of_day.or(first_name),
            column: c.column.name,
            header: c.header,
            confidence: c.confidence,
            evidence: c
                .evidence
                .iter()
                .cloned()
                .chain(time_of_day.map(|at| ColumnEvidence::Shown(ShownByCells::TimeOfDayIn(headers[at].clone()))))
                .collect(),
            timezone: parsed[c.header].timezone.clone().filter(|_| kind == ColumnType::Time),
            currency: parsed[c.header].currency.clone().filter(|_| kind == ColumnType::Money),
            // Cents have no decimals of their own.
            money: parsed[c.header].money.filter(|unit| {
                kind == ColumnType::Money && (*unit != MoneyUnit::Hundredth || profiles[c.header].share(&[Kind::Integer]) >= 0.99)
            }),
        }
    };
    let is_doubted = |c: &Candidate| c.is_refuted || c.evidence.iter().any(ColumnEvidence::doubts_amount);
    let refuted = best
        .candidates
        .iter()
        .filter(|c| is_doubted(c) && !best.taken.iter().any(|t| t.header == c.header));
    Understanding {
        table,
        questions: asking::ask(file, best, table.is_some(), &ranked, &seen),
        guesses: best.taken.iter().map(guess).collect(),
        contradicted: refuted.map(guess).collect(),
        tables: ranked,
        columns: profiles.clone(),
    }
}

#[cfg(test)]
mod tests;
