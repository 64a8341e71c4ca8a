//! What the cells of a column say about a canonical column: they fit it, they do not, or they are silent.

use std::collections::BTreeSet;

use super::header_words::{Header, Unit};
use super::meanings::is_who;
use super::profile::{ColumnProfile, Kind};
use super::{CellsAre, ColumnEvidence};
use crate::cell_parsing::{Currency, ScoreCell, ScoreReading, is_no_value, score_cell};
use crate::notes::SaleDocument;
use crate::schema::{Column, ColumnType, Role, Table, interactions, purchases};
use crate::sources::purchase_words::{are_shop_events, is_document, is_void_beside_documents, is_void_type, sale_document};
use crate::sources::{is_document_code, is_refund_record, word};

/// The verdict of the cells.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cells {
    /// They fit: the share of the remaining doubt that they take away.
    Fit(f64, ColumnEvidence),
    /// They say nothing.
    Silent,
    /// They are strange: what is left of the confidence.
    Strange(f64, ColumnEvidence),
}

/// What is left of a name's confidence when the cells cannot be what it says: nothing is asked about it any more.
pub(super) const REFUTED: f64 = 0.1;
/// What is left when the cells may be that, but it has to be asked: even an exact alias falls below [`super::TAKE`].
const ASKED: f64 = 0.6;
/// Many things are dates or numbers: that they are one here says a little.
const LITTLE: f64 = 0.2;
/// Few things are direction words, currencies or e-mail addresses: that they are says much.
const MUCH: f64 = 0.5;
/// From this many filled cells on, all of them different or all the same is no accident.
pub(super) const ENOUGH: usize = 20;

use Cells::{Fit, Silent, Strange};
use Kind::{Bool, Clock, Code, Date, Decimal, Email, Integer, Json, Money, Percent, Phone, Text, Url, Uuid, Words};

/// Whether all cells are scores, and some are written with the points that there are, or with several answers.
fn are_written_scores(cells: &[&str]) -> bool {
    let read = |cell: &str| score_cell(cell, ScoreReading::default());
    let is_number = |cell: &str| !cell.is_empty() && cell.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','));
    let filled = || cells.iter().map(|cell| cell.trim()).filter(|cell| !is_no_value(cell));
    filled().any(|cell| read(cell) != ScoreCell::Number) && filled().all(|cell| is_number(cell) || read(cell) != ScoreCell::Number)
}

/// What the cells of a column say about it as that canonical column.
pub(super) fn judge(column: &Column, is_exact: bool, header: &Header, profile: &ColumnProfile, cells: &[&str]) -> Cells {
    let table = column.table;
    let lasts = column.role == Role::Duration;
    let tells = matches!(*column, interactions::RESPONDED_AT | interactions::RESOLVED_AT);
    if profile.filled == 0 {
        return match (lasts, tells, header.unit) {
            (true, _, Some(Unit::Minutes)) => Silent,
            (true, _, Some(unit)) => Strange(ASKED, ColumnEvidence::DurationIn(unit)),
            (_, true, Some(unit)) => Strange(REFUTED, ColumnEvidence::DurationIn(unit)),
            // What was resolved has a time; a resolution may have one, or take one.
            (_, true, None) if header.time && !is_exact && ["response", "resolution"].iter().any(|w| header.words.contains(*w)) => {
                Strange(ASKED, ColumnEvidence::NoCellShowsTime)
            }
            (true, _, None) => Strange(ASKED, ColumnEvidence::NoCellShowsUnit),
            // Whether a case is closed stands in each record; when it was closed stands in none of those that are open.
            _ if *column == interactions::IS_CLOSED && !cells.is_empty() && !header.words.contains("is") => {
                Strange(0.5, ColumnEvidence::Cells(CellsAre::of(profile)))
            }
            _ if column.kind == ColumnType::Stakeholder
                && !is_exact
                && table != Table::Supplies
                && !column.role.is_contact()
                && !["id", "email"].iter().any(|w| header.words.contains(*w)) =>
            {
                Strange(0.65, ColumnEvidence::NoCellShowsId)
            }
            _ => Silent,
        };
    }
    let cells_are = ColumnEvidence::Cells(CellsAre::of(profile));
    let strange = |left: f64| Strange(left, cells_are.clone());
    let fit = |taken: f64| Fit(taken, cells_are.clone());
    let is = |kinds: &[Kind]| profile.share(kinds) >= 0.9;
    let numbers = [Integer, Decimal, Money];
    if column.kind == ColumnType::Stakeholder
        && !column.role.is_contact()
        && let Some(left) = names_a_number(table, header, profile)
    {
        return Strange(left, ColumnEvidence::NumberOf);
    }
    match column.kind {
        ColumnType::Time => {
            let dates = profile.share(&[Date]);
            if dates >= 0.9 {
                Fit(
                    LITTLE,
                    ColumnEvidence::Dates(CellsAre::of(profile), profile.dates.unwrap_or("dates")),
                )
            } else if let Some(style) = profile.dates.filter(|_| header.unit.is_none()) {
                Strange(0.95, ColumnEvidence::MayBeDates(style))
            } else if dates >= 0.6 {
                strange(0.8)
            } else {
                strange(REFUTED)
            }
        }
        ColumnType::Number if lasts => match header.unit {
            _ if !is(&numbers) && is(&[Clock]) => Strange(ASKED, ColumnEvidence::ClockDurations),
            _ if !is(&numbers) => strange(REFUTED),
            Some(Unit::Minutes) => fit(LITTLE),
            Some(unit) => Strange(ASKED, ColumnEvidence::DurationIn(unit)),
            None => Strange(ASKED, ColumnEvidence::NumbersWithoutUnit),
        },
        ColumnType::Number if column.role == Role::Score => {
            if profile.is_scale(0.0, 10.0) {
                Fit(0.4, range_of(profile))
            } else if are_written_scores(cells) {
                fit(0.4)
            } else if is(&[Integer, Decimal]) && profile.range.is_some_and(|(low, high)| low >= -100.0 && high <= 100.0) {
                Fit(LITTLE, range_of(profile))
            } else {
                strange(if is(&numbers) { 0.3 } else { REFUTED })
            }
        }
        // Whether it was refunded, and not how much.
        ColumnType::Money if *column == purchases::REFUND && profile.is_scale(0.0, 1.0) && profile.distinct == 2 => strange(REFUTED),
        ColumnType::Number | ColumnType::Money => {
            let looks_like_id = column.kind == ColumnType::Number && profile.range.is_some_and(|(_, high)| high >= 1e9);
            if is(&numbers) && !looks_like_id {
                fit(if column.kind == ColumnType::Money && profile.main() != Some(Integer) {
                    0.3
                } else {
                    LITTLE
                })
            } else {
                strange(REFUTED)
            }
        }
        ColumnType::Bool if *column == interactions::AUTOMATIC_SENDER => match profile.share(&[Email]) >= 0.8 {
            true => fit(LITTLE),
            false => strange(REFUTED),
        },
        ColumnType::Bool if *column == interactions::AUTOMATIC_NAME && profile.share(&[Email]) >= 0.5 => strange(REFUTED),
        ColumnType::Bool if column.role == Role::MachineMark => match profile.share(&[Date, Integer, Decimal, Money, Json]) >= 0.5 {
            true => strange(REFUTED),
            false => Silent,
        },
        ColumnType::Bool => match profile.is_bool() {
            true => fit(MUCH),
            false => strange(REFUTED),
        },
        ColumnType::Stakeholder if column.role == Role::ContactEmail => match profile.share(&[Email]) >= 0.8 {
            true => fit(MUCH),
            false => strange(REFUTED),
        },
        ColumnType::Stakeholder if column.role == Role::ContactPhone => match profile.share(&[Phone, Integer]) >= 0.8 {
            true => fit(LITTLE),
            false => strange(REFUTED),
        },
        ColumnType::Stakeholder if column.role == Role::ContactName => no_time_or_money(profile),
        ColumnType::Stakeholder => stakeholder(table, is_exact, header, profile),
        ColumnType::Key => {
            if is(&[Words]) && !profile.samples.iter().any(|s| s.bytes().any(|b| b.is_ascii_digit())) {
                strange(0.3)
            } else if is(&[Decimal]) && are_whole(cells) {
                few(profile).unwrap_or(Silent)
            } else if profile.share(&[Date, Bool, Percent, Money, Json, Text, Clock, Decimal]) >= 0.5 {
                strange(REFUTED)
            } else {
                few(profile).unwrap_or(Silent)
            }
        }
        ColumnType::Text if !column.words.is_empty() => closed(column, profile, cells),
        ColumnType::Text => match column.role {
            Role::Currency => {
                let named = cells.iter().filter(|cell| Currency::named(cell).is_some()).count();
                match named * 10 >= profile.filled * 9 {
                    true => Fit(MUCH, ColumnEvidence::Currencies),
                    false => strange(REFUTED),
                }
            }
            Role::Email => match profile.share(&[Email]) >= 0.8 {
                true => fit(MUCH),
                false => strange(REFUTED),
            },
            Role::PersonName => match profile.share(&[Date, Integer, Decimal, Money, Email, Url, Uuid, Clock, Json]) >= 0.5 {
                true => strange(0.2),
                false => Silent,
            },
            Role::FreeText => match profile.share(&[Text, Words]) >= 0.5 {
                true => fit(0.1),
                false => strange(0.3),
            },
            Role::Owner | Role::Alias => no_time_or_money(profile),
            _ if *column == purchases::PRODUCT => no_time_or_money(profile),
            // A type of payments, such as `Card`, says nothing of this.
            _ if *column == purchases::RECORD_TYPE && !is_exact && !tell_of_records(cells) => strange(REFUTED),
            _ if profile.share(&[Date, Clock, Json, Money, Decimal, Email, Url, Uuid, Text, Phone]) >= 0.5 => strange(0.2),
            _ if profile.filled >= ENOUGH && profile.is_unique() => Strange(0.4, ColumnEvidence::AllDifferent),
            _ => Silent,
        },
    }
}

/// Whether all cells are whole numbers of several digits with `.0` behind them, as tools write numbers of a column that had gaps.
fn are_whole(cells: &[&str]) -> bool {
    let is_whole = |cell: &str| {
        let whole = cell.strip_suffix(".0");
        whole.is_some_and(|whole| whole.len() >= 4 && whole.bytes().all(|b| b.is_ascii_digit()))
    };
    let mut filled = cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
    filled.all(is_whole)
}

/// Whether some of these types of records say that a record counts otherwise than the others.
fn tell_of_records(cells: &[&str]) -> bool {
    let mut filled = cells.iter().filter(|cell| !cell.trim().is_empty());
    let documents: BTreeSet<SaleDocument> = cells.iter().filter_map(|cell| sale_document(cell)).collect();
    let has_offers = || cells.iter().any(|cell| is_void_beside_documents(cell)) && cells.iter().any(|cell| is_document(cell));
    cells.iter().any(|cell| is_refund_record(cell) || is_void_type(cell))
        || documents.len() > 1
        || has_offers()
        || are_shop_events(cells.iter().copied())
        || filled.all(|cell| is_document_code(cell))
}

/// A text that can be anything but a time or money.
fn no_time_or_money(profile: &ColumnProfile) -> Cells {
    match profile.share(&[Date, Clock, Json, Money]) >= 0.5 {
        true => Strange(REFUTED, ColumnEvidence::Cells(CellsAre::of(profile))),
        false => Silent,
    }
}

fn range_of(profile: &ColumnProfile) -> ColumnEvidence {
    let (low, high) = profile.range.unwrap_or_default();
    ColumnEvidence::Range(CellsAre::of(profile), low, high)
}

/// A column with the same one or two values everywhere is no id.
fn few(profile: &ColumnProfile) -> Option<Cells> {
    (profile.filled >= ENOUGH && profile.distinct <= 2).then_some(Strange(0.5, ColumnEvidence::FewValues(profile.distinct)))
}

/// How little a header that speaks of people is one of their IDs because it says how many they were, or for how long or how much: `Guests`,
/// `Employee hours`.
fn names_a_number(table: Table, header: &Header, profile: &ColumnProfile) -> Option<f64> {
    /// Hardly ever so many come together.
    const MANY: f64 = 1000.0;
    if header.unit.is_some() || header.currency.is_some() {
        return Some(REFUTED);
    }
    let are_whole = profile.share(&[Integer]) >= 0.9;
    let high = profile.range.map(|(_, high)| high)?;
    // A roster may be called after those on it.
    if !header.is_plural || !are_whole || table == Table::Stakeholders {
        return None;
    }
    match high <= MANY {
        true => Some(REFUTED),
        // The number of the buyer is in the genitive in some languages, which looks like the plural.
        false => (!header.words.contains("id")).then_some(ASKED),
    }
}

fn stakeholder(table: Table, is_exact: bool, header: &Header, profile: &ColumnProfile) -> Cells {
    let cells_are = ColumnEvidence::Cells(CellsAre::of(profile));
    let strange = |left: f64| Strange(left, cells_are.clone());
    if profile.share(&[Date, Bool, Percent, Money, Decimal, Json, Text, Clock]) >= 0.5 {
        return strange(REFUTED);
    }
    // Where purchases name an employee, it is more often who sold than who bought.
    let is_seller = |word: &str| matches!(word, "employee" | "staff");
    if table == Table::Purchases && header.words.iter().any(|word| is_seller(word)) && !header.words.contains("customer") {
        return Strange(ASKED, ColumnEvidence::MayServe);
    }
    let names = profile.share(&[Words]) >= 0.5 && !header.words.contains("id");
    // Suppliers are few, and their names are what lists of deliveries know them by.
    if names && table == Table::Supplies {
        return Strange(0.9, ColumnEvidence::NamesAsIds);
    }
    if names {
        // `Kunde` is as good a name for it as `customer`.
        let is_plain = header.words.len() == 1 && header.words.iter().all(|word| is_who(word));
        return Strange(if is_exact || is_plain { 0.7 } else { 0.5 }, ColumnEvidence::LikeNames);
    }
    if profile.share(&[Email]) >= 0.9 {
        return Fit(0.05, ColumnEvidence::EmailsAsIds);
    }
    // A shop may have two customers, or one and its guests: a known name stays one.
    let few = few(profile).filter(|_| !is_exact);
    if profile.share(&[Code, Integer, Uuid]) >= 0.9 {
        return few.unwrap_or_else(|| Fit(0.1, cells_are.clone()));
    }
    few.unwrap_or(Silent)
}

/// How many of the filled cells are words of a closed list, and which of the words.
pub(super) fn known_words(column: &Column, cells: &[&str]) -> (usize, Vec<&'static str>) {
    let mut found = Vec::new();
    let mut known = 0;
    for meant in cells.iter().filter_map(|c| word(column.name, column.words, c)) {
        known += 1;
        if !found.contains(&meant) {
            found.push(meant);
        }
    }
    (known, found)
}

fn closed(column: &Column, profile: &ColumnProfile, cells: &[&str]) -> Cells {
    let (known, found) = known_words(column, cells);
    let share = known as f64 / profile.filled as f64;
    if share >= 0.5 {
        let taken = if share >= 0.9 { MUCH } else { 0.1 };
        return Fit(taken, ColumnEvidence::WordsFor(known, profile.filled, found));
    }
    // Kinds are free in many systems; what is no word of the list is kept as it is.
    let free = *column == interactions::KIND && profile.share(&[Words, Code]) >= 0.8 && !(profile.filled >= ENOUGH && profile.is_unique());
    match free {
        true => Silent,
        // There is nothing to ask where no word is one of the list.
        false if known == 0 && profile.filled >= ENOUGH => Strange(0.35, ColumnEvidence::KnownWords(known, profile.filled)),
        false => Strange(
            if profile.share(&[Words, Code, Bool]) >= 0.8 {
                ASKED
            } else {
                REFUTED
            },
            ColumnEvidence::KnownWords(known, profile.filled),
        ),
    }
}
