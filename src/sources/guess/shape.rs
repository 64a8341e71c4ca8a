//! What columns show by their shape and by how they determine one another, whatever they are called: dates of birth, and ids that belong
//! to names.

use std::collections::BTreeMap;

use super::header_words::Header;
use super::profile::{ColumnProfile, Kind};
use super::relations::instants;
use super::{File, meanings};
use crate::cell_parsing::Civil;
use crate::schema::DAY;

/// Fewer cells than this show no shape.
const FEW: usize = 8;
/// Dates of birth of customers spread over more years than the records of most systems do.
const BIRTH_DAYS: i64 = 25 * 365;
/// Fewer years, where the youngest are that much older than the newest record.
const BORN_BEFORE: (i64, i64) = (15 * 365, 5 * 365);
/// So many columns are compared with one another: the work stays linear in the columns of a wide file.
const COMPARED: usize = 48;

/// Which columns are dates of birth by their shape: they spread over decades, and the newest is years before the newest of other dates;
/// or they are in no order, while the other dates of the file spread much less, or each person has one.
pub(super) fn births(profiles: &[ColumnProfile], columns: &[Vec<&str>]) -> Vec<bool> {
    let dates: Vec<(usize, Vec<Option<i64>>)> = (0..profiles.len())
        .filter(|&i| profiles[i].filled >= FEW && profiles[i].share(&[Kind::Date]) >= 0.9)
        .take(COMPARED)
        .map(|i| (i, days(&columns[i])))
        .collect();
    let limits: Vec<(i64, i64)> = dates.iter().map(|(_, days)| limits(days)).collect();
    let mut births = vec![false; profiles.len()];
    for (at, (index, days)) in dates.iter().enumerate() {
        let (first, last) = limits[at];
        let span = last - first;
        let others = || {
            limits
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != at)
                .map(|(_, limits)| *limits)
        };
        let is_long_ago = || others().any(|(from, to)| to - last > BORN_BEFORE.1 && to - from < span);
        let is_widest = || others().any(|(from, to)| to > from) && others().all(|(from, to)| 3 * (to - from) < span);
        births[*index] = span > BORN_BEFORE.0 && is_long_ago()
            || span >= BIRTH_DAYS && !is_in_order(days) && (is_widest() || is_one_each(*index, profiles, columns, |_| true));
    }
    births
}

/// The days of cells, since 1970-01-01.
fn days(cells: &[&str]) -> Vec<Option<i64>> {
    let day = |civil: &Civil| civil.local_micros().div_euclid(DAY);
    instants(cells).iter().map(|instant| instant.as_ref().map(day)).collect()
}

/// The first and the last day.
fn limits(days: &[Option<i64>]) -> (i64, i64) {
    let filled = || days.iter().flatten().copied();
    (filled().min().unwrap_or(0), filled().max().unwrap_or(0))
}

fn is_in_order(days: &[Option<i64>]) -> bool {
    let filled: Vec<i64> = days.iter().flatten().copied().collect();
    filled.is_sorted() || filled.iter().rev().is_sorted()
}

/// Whether each value of a column that repeats, and that may show it, has one value of this column, and there are several of both.
fn is_one_each(index: usize, profiles: &[ColumnProfile], columns: &[Vec<&str>], may_show: impl Fn(usize) -> bool) -> bool {
    let may_be_who = |profile: &ColumnProfile| {
        profile.distinct > 5
            && 10 * profile.distinct < 9 * profile.filled
            && profile.share(&[Kind::Code, Kind::Integer, Kind::Uuid, Kind::Email, Kind::Words]) >= 0.9
    };
    (0..profiles.len())
        .filter(|&i| i != index && may_show(i) && may_be_who(&profiles[i]))
        .take(COMPARED)
        .any(|i| determines(&columns[i], &columns[index]) && 2 * profiles[index].distinct > profiles[i].distinct)
}

/// Words of headers of the numbers of records. On the lines of an order they repeat, and each has one date: that of the order.
const RECORDS: [&str; 9] = [
    "booking",
    "case",
    "donation",
    "gift",
    "invoice",
    "order",
    "receipt",
    "ticket",
    "transaction",
];

/// Whether a column of dates is about the stakeholder and not about the record: each value of a column that repeats has one date.
pub(super) fn is_of_somebody(index: usize, file: &File<'_>) -> bool {
    let profile = &file.profiles[index];
    let is_who = |i: usize| file.headers[i].words.iter().any(|word| meanings::is_who(word));
    // The number of an order has one customer, too, who has several orders.
    let has_one_person = |i: usize| {
        let distinct = file.profiles[i].distinct;
        let mut people = (0..file.headers.len())
            .filter(|&who| who != i && is_who(who) && 5 < file.profiles[who].distinct)
            .take(COMPARED);
        !is_who(i) && people.any(|who| file.profiles[who].distinct < distinct && determines(&file.columns[i], &file.columns[who]))
    };
    let says_record = |i: usize| file.headers[i].words.iter().any(|word| RECORDS.contains(&word.as_str()));
    let is_of_person = |i: usize| !says_record(i) && !has_one_person(i);
    10 * profile.distinct < 9 * profile.filled && is_one_each(index, file.profiles, file.columns, is_of_person)
}

/// Whether records with the same cell in the one column have the same in the other.
pub(super) fn determines(these: &[&str], others: &[&str]) -> bool {
    let mut meaning: BTreeMap<&str, &str> = BTreeMap::new();
    these
        .iter()
        .zip(others)
        .filter(|(this, _)| !this.trim().is_empty())
        .all(|(this, other)| *meaning.entry(this.trim()).or_insert(other.trim()) == other.trim())
}

/// The columns of codes or numbers that stand for stakeholders, and the column that shows it: each code has one name and each name one
/// code, or each code has one date of birth, and both repeat.
pub(super) fn ids_of_names(file: &File<'_>) -> Vec<(usize, usize)> {
    let repeats = |i: usize| {
        let profile = &file.profiles[i];
        profile.filled >= FEW && profile.distinct > 5 && 10 * profile.distinct < 9 * profile.filled
    };
    let names_people = |header: &Header| {
        header.words.iter().any(|word| meanings::is_who(word))
            && header
                .words
                .iter()
                .all(|word| meanings::is_who(word) || matches!(word.as_str(), "name" | "full" | "first" | "last"))
    };
    // `Einsteller` and `Einsteller-Nr.`: whatever the word means, the one has the names of what the other numbers.
    let is_numbered = |header: &Header| {
        let numbers = |other: &Header| other.words.contains("id") && other.words.len() == header.words.len() + 1;
        let mut others = file.headers.iter().filter(|other| numbers(other));
        !header.words.is_empty() && others.any(|other| header.words.is_subset(&other.words))
    };
    let names: Vec<usize> = (0..file.headers.len())
        .filter(|&i| repeats(i) && file.profiles[i].share(&[Kind::Words]) >= 0.9)
        .filter(|&i| {
            let cells = &file.columns[i];
            names_people(&file.headers[i])
                || is_numbered(&file.headers[i]) && are_names(cells)
                || says_name_alone(&file.headers[i]) && are_last_names_first(cells)
        })
        .take(COMPARED)
        .collect();
    // Who has one date of birth is a person, whatever the columns are called.
    let births = (0..file.headers.len()).filter(|&i| file.births[i] && repeats(i)).take(COMPARED);
    let births: Vec<usize> = births.collect();
    let mut found = Vec::new();
    for (index, profile) in file.profiles.iter().enumerate().take(4 * COMPARED) {
        let is_code = profile.share(&[Kind::Code, Kind::Integer, Kind::Uuid]) >= 0.95;
        if !is_code || !repeats(index) {
            continue;
        }
        // Two companies may have one name, and each has its number for taxes.
        let words = &file.headers[index].words;
        let is_of_taxes = words.contains("tax") && words.contains("id") && profile.filled == profile.rows;
        let of = names.iter().find(|&&name| {
            determines(&file.columns[index], &file.columns[name]) && (is_of_taxes || determines(&file.columns[name], &file.columns[index]))
        });
        let is_born = |&&birth: &&usize| {
            determines(&file.columns[index], &file.columns[birth]) && 4 * file.profiles[birth].distinct >= 3 * profile.distinct
        };
        found.extend(of.or_else(|| births.iter().find(is_born)).map(|&told| (index, told)));
    }
    found
}

/// The only number of a list of people: each record has its own, and its own date of birth or name of a person.
pub(super) fn id_of_people(file: &File<'_>) -> Option<usize> {
    let is_unique = |i: usize| file.profiles[i].filled >= FEW && file.profiles[i].is_unique();
    let is_nearly_unique = |i: usize| file.profiles[i].filled >= FEW && 10 * file.profiles[i].distinct >= 9 * file.profiles[i].filled;
    let is_person = |i: usize| {
        // Things have names too.
        let says = |word: &String| meanings::is_who(word) || matches!(word.as_str(), "full" | "first" | "last");
        let is_name = || file.headers[i].words.iter().any(says) && are_names(&file.columns[i]);
        is_nearly_unique(i) && (file.births[i] || is_name())
    };
    let is_number = |i: &usize| {
        file.headers[*i].words.contains("id") && is_unique(*i) && file.profiles[*i].share(&[Kind::Code, Kind::Integer, Kind::Uuid]) >= 0.95
    };
    let numbers: Vec<usize> = (0..file.headers.len()).filter(is_number).collect();
    let [number] = numbers[..] else { return None };
    // Two births: those of people, and not of one person's children.
    let has_people = (0..file.headers.len()).take(4 * COMPARED).any(is_person);
    (has_people && file.births.iter().filter(|is_birth| **is_birth).count() <= 1).then_some(number)
}

/// Whether a header says nothing but that there are names under it.
fn says_name_alone(header: &Header) -> bool {
    !header.words.is_empty() && header.words.iter().all(|word| matches!(word.as_str(), "name" | "full"))
}

/// Whether cells are names of people with the last name first: `Quinn, Grace`. What is sold is hardly called so.
fn are_last_names_first(cells: &[&str]) -> bool {
    let is_so = |cell: &&&str| cell.matches(", ").count() == 1;
    let filled = cells.iter().filter(|cell| !cell.trim().is_empty());
    10 * filled.clone().filter(is_so).count() >= 9 * filled.count() && are_names(cells)
}

/// Whether cells are names as people have them: two to four words that each begin with a capital letter.
pub(super) fn are_names(cells: &[&str]) -> bool {
    let is_name = |cell: &&&str| {
        let words: Vec<&str> = cell.split([' ', ',']).filter(|word| !word.is_empty()).collect();
        (2..=4).contains(&words.len())
            && words
                .iter()
                .all(|word| word.starts_with(char::is_uppercase) && !word.contains(|c: char| c.is_ascii_digit()))
    };
    let filled = cells.iter().filter(|cell| !cell.trim().is_empty());
    10 * filled.clone().filter(is_name).count() >= 9 * filled.count()
}

/// The least and the greatest answer that a header names: `Overall (1-5)`, `Recommend? 0 to 10`, `Note /10`.
pub(super) fn named_scale(header: &str) -> Option<(f64, f64)> {
    let numbers: Vec<f64> = header
        .split(|c: char| !c.is_ascii_digit())
        .filter(|digits| !digits.is_empty() && digits.len() < 3)
        .filter_map(|digits| digits.parse().ok())
        .collect();
    match numbers[..] {
        [low, high] if (low == 0.0 || low == 1.0) && [5.0, 7.0, 10.0].contains(&high) => Some((low, high)),
        _ => None,
    }
}

/// The column with the time of day of a column of dates: next to it, with hours and minutes of a day in each record that has a date, and
/// with a name that says nothing else.
pub(super) fn time_of_day(date: usize, file: &File<'_>) -> Option<usize> {
    let has_dates = file.profiles[date].filled >= FEW && file.profiles[date].share(&[Kind::Date]) >= 0.9;
    let is_bare = || file.columns[date].iter().all(|cell| !cell.contains(':'));
    if !has_dates || !is_bare() {
        return None;
    }
    let says = |at: usize| {
        let mut words = file.headers[at]
            .words
            .iter()
            .filter(|word| !file.headers[date].words.contains(*word));
        words.all(|word| matches!(word.as_str(), "clock" | "time" | "date" | "start"))
            && file.headers[at].unit.is_none()
            && (file.headers[at].time || file.headers[at].words.iter().any(|word| matches!(word.as_str(), "clock" | "start")))
    };
    let fits = |at: usize| {
        let profile = &file.profiles[at];
        let pairs = || {
            file.columns[date]
                .iter()
                .zip(&file.columns[at])
                .filter(|(day, _)| !day.trim().is_empty())
        };
        says(at) && profile.share(&[Kind::Clock]) == 1.0 && pairs().all(|(_, time)| is_time_of_day(time))
    };
    let beside = [date.checked_add(1), date.checked_sub(1)].into_iter().flatten();
    beside.filter(|&at| at < file.headers.len()).find(|&at| fits(at))
}

/// Whether a cell is a time of day: `9:05`, `17:30:00`.
fn is_time_of_day(cell: &str) -> bool {
    let parts: Vec<Option<u32>> = cell.trim().split([':', 'h']).map(|part| part.parse().ok()).collect();
    match parts[..] {
        [Some(hour), Some(minute)] => hour < 24 && minute < 60,
        [Some(hour), Some(minute), Some(second)] => hour < 24 && minute < 60 && second < 60,
        _ => false,
    }
}
