//! The stakeholder of a record that no header names: an address, a number that repeats, a telephone, a name.

use std::collections::BTreeSet;

use super::alone::is_ours;
use super::dictionaries::plain;
use super::header_words::Header;
use super::profile::Kind;
use super::{ASK, Candidate, ColumnEvidence, File, MAYBE, SERVES, content, meanings, replace, shape};
use crate::notes::ShownByCells;
use crate::schema::{Role, Table, interactions};

/// Whose ids are no stakeholder's.
pub(super) const THINGS: [&str; 26] = [
    "order",
    "product",
    "line",
    "item",
    "ticket",
    "case",
    "deal",
    "payment",
    "type",
    "invoice",
    "transaction",
    "source",
    "campaign",
    "amount",
    "sku",
    "message",
    "style",
    "model",
    "variant",
    "serial",
    "article",
    "part",
    "asin",
    "ean",
    "barcode",
    "batch",
];

/// Adds what serves as the stakeholder, and takes it where nothing else does.
pub(super) fn stakeholder(table: Table, candidates: &mut Vec<Candidate>, taken: &mut Vec<Candidate>, file: &File<'_>) {
    let column = table.stakeholder_column();
    if by_email(table, candidates, taken, file) {
        return;
    }
    if table == Table::Stakeholders
        && let Some(at) = shape::id_of_people(file)
        && !taken.iter().any(|t| t.header == at)
    {
        let found = Candidate::new(column, at, SERVES, ColumnEvidence::UniqueOnRoster);
        taken.push(found.clone());
        replace(candidates, vec![found]);
        return;
    }
    let known: BTreeSet<usize> = candidates
        .iter()
        .filter(|c| c.column == column && c.confidence >= ASK)
        .map(|c| c.header)
        .collect();
    if known.is_empty()
        && table != Table::Stakeholders
        && let Some(at) = phone_of_customer(table, file)
    {
        let found = Candidate::new(column, at, SERVES, ColumnEvidence::Shown(ShownByCells::OnlyPhone));
        taken.push(found.clone());
        candidates.push(found);
        return;
    }
    let is_refused = |why: &ColumnEvidence| matches!(why, ColumnEvidence::FewBesideCustomers | ColumnEvidence::MostlyEmpty(..));
    let refused: BTreeSet<usize> = candidates
        .iter()
        .filter(|c| c.column == column && c.evidence.iter().any(is_refused))
        .map(|c| c.header)
        .collect();
    let before = candidates.len();
    for (index, profile) in file.profiles.iter().enumerate() {
        let header = &file.headers[index];
        let is_used = taken
            .iter()
            .any(|t| t.header == index && !matches!(t.column.role, Role::PersonName | Role::Owner));
        // Who owns an animal, a car or a house is whom the record is about; who owns a ticket is not.
        let is_own = is_of_owner(header) && header.words.contains("id") && profile.distinct > 10;
        if is_used || is_ours(table, index, file) && !is_own || known.contains(&index) || refused.contains(&index) {
            continue;
        }
        let repeats = profile.filled >= content::ENOUGH && 10 * profile.distinct < 9 * profile.filled && profile.distinct > 5;
        let is_things = header.words.iter().any(|w| THINGS.contains(&w.as_str()));
        let is_id = profile.share(&[Kind::Code, Kind::Uuid]) >= 0.9
            // What counts something begins with nothing: `NumVisits`.
            || (header.words.contains("id") && profile.share(&[Kind::Integer]) >= 0.9 && profile.range.is_none_or(|(low, _)| low > 0.0))
            || header.words.contains("card") && are_long_numbers(index, file);
        let only_whose = header
            .words
            .iter()
            .all(|w| w == "name" || w == "full" || meanings::is_who(w) || w == "supplier");
        let is_name = only_whose && (profile.filled == 0 || profile.share(&[Kind::Words, Kind::Text]) >= 0.5) || are_of_many(index, file);
        if repeats && is_id && !is_things {
            let why = ColumnEvidence::RepeatedCodes(profile.distinct, profile.filled);
            candidates.push(Candidate::new(column, index, MAYBE, why));
        } else if is_name && !header.words.is_empty() {
            let why = ColumnEvidence::NameForLackOfId;
            candidates.push(Candidate::new(column, index, MAYBE - 0.05, why));
        }
    }
    if known.is_empty()
        && candidates.len() == before
        && table != Table::Stakeholders
        && let Some(at) = numbered(taken, file)
    {
        let profile = &file.profiles[at];
        let why = ColumnEvidence::RepeatedCodes(profile.distinct, profile.filled);
        candidates.push(Candidate::new(column, at, MAYBE - 0.05, why));
        return;
    }
    // A file with one number of cards that repeats, and without anybody's name, is about whose cards they are. Other numbers may be those of
    // rooms or machines.
    let is_card = |index: usize| {
        file.headers[index]
            .words
            .iter()
            .all(|word| matches!(word.as_str(), "id" | "card" | "loyalty") || word == "owner" && is_of_owner(&file.headers[index]))
    };
    let is_many = |index: usize| {
        let profile = &file.profiles[index];
        profile.distinct > 10 && 4 * profile.distinct >= profile.filled
    };
    let has_names = |found: usize| {
        let others = file.headers.iter().enumerate().filter(|(at, _)| *at != found);
        // Who serves the others is named too.
        let is_served = |word: &str| meanings::is_who(word) && !["employee", "volunteer", "partner"].contains(&word);
        // The name of a product or a campaign is nobody's.
        let is_of_thing = |header: &Header| header.words.iter().any(|word| THINGS.contains(&word.as_str()));
        others.into_iter().any(|(_, header)| {
            let is_name = header.words.contains("name") && !is_of_thing(header);
            is_name || header.words.iter().any(|word| is_served(word))
        })
    };
    // A reference may be to anything.
    let is_number = |at: usize| {
        let header = &file.headers[at];
        let is_coded = header.words.contains("card") && (file.profiles[at].share(&[Kind::Code]) >= 0.9 || are_long_numbers(at, file));
        (header.words.contains("id") || is_coded) && !["ref", "key", "code", "cod"].iter().any(|part| header.exact.contains(part))
    };
    // `Customer name` says whose name it is, as `Customer` does.
    let says_whose = |at: usize| {
        let (header, profile) = (&file.headers[at], &file.profiles[at]);
        let repeats = profile.filled >= content::ENOUGH && 10 * profile.distinct < 9 * profile.filled && profile.distinct > 5;
        repeats && header.words.iter().any(|word| meanings::is_who(word)) && !has_names(at) || are_of_many(at, file) && !has_names(at)
    };
    let has_codes = candidates[before..]
        .iter()
        .any(|c| matches!(c.evidence[..], [ColumnEvidence::RepeatedCodes(..)]));
    if known.iter().all(|&at| is_part_of_name(at, file))
        && !has_codes
        && table != Table::Stakeholders
        && let Some((last, first)) = names_of_people(file)
    {
        let why = ColumnEvidence::Shown(ShownByCells::WithFirstName(file.headers[first].name.clone()));
        let found = Candidate::new(column, last, SERVES, why);
        taken.retain(|t| t.header != last && t.header != first);
        taken.push(found.clone());
        candidates.retain(|c| c.column != column);
        candidates.push(found);
        return;
    }
    if let [found] = &candidates[before..]
        && found.evidence[..] == [ColumnEvidence::NameForLackOfId]
        && known.iter().all(|at| *at == found.header)
        && table != Table::Stakeholders
        && says_whose(found.header)
    {
        let found = Candidate::new(column, found.header, SERVES, ColumnEvidence::Shown(ShownByCells::OnlyName));
        taken.retain(|t| t.header != found.header);
        taken.push(found.clone());
        replace(candidates, vec![found]);
        return;
    }
    if let [found] = &candidates[before..]
        && matches!(found.evidence[..], [ColumnEvidence::RepeatedCodes(..)])
        && known.is_empty()
        && is_number(found.header)
        && !has_names(found.header)
        && is_card(found.header)
        && is_many(found.header)
    {
        let found = Candidate::new(
            column,
            found.header,
            SERVES,
            ColumnEvidence::Shown(ShownByCells::OnlyNumberThatRepeats),
        );
        taken.retain(|t| t.header != found.header);
        taken.push(found.clone());
        replace(candidates, vec![found]);
    }
}

/// Adds the addresses, of which the only one serves; whether there is any.
fn by_email(table: Table, candidates: &mut Vec<Candidate>, taken: &mut Vec<Candidate>, file: &File<'_>) -> bool {
    let column = table.stakeholder_column();
    let plain = ["email", "billing", "primary", "recipient"];
    let is_email = |i: usize| match file.profiles[i].filled {
        0 => {
            file.headers[i].words.contains("email")
                && file.headers[i]
                    .words
                    .iter()
                    .all(|w| plain.contains(&w.as_str()) || meanings::is_who(w))
        }
        _ => file.profiles[i].share(&[Kind::Email]) >= 0.9,
    };
    // In a list of further addresses the address is the alias.
    let emails: Vec<usize> = (0..file.headers.len())
        .filter(|&i| is_email(i) && !is_ours(table, i, file) && table != Table::Identities)
        .collect();
    // Of several the one that names a stakeholder.
    let whose: Vec<usize> = emails
        .iter()
        .copied()
        .filter(|&i| file.headers[i].words.iter().any(|w| meanings::is_who(w)))
        .collect();
    let chosen = match (emails.as_slice(), whose.as_slice()) {
        ([one], _) | (_, [one]) => Some(*one),
        _ => None,
    };
    // An address that many records of a roster share is that of an office.
    let is_shared = |at: &usize| {
        let profile = &file.profiles[*at];
        table == Table::Stakeholders && profile.filled >= content::ENOUGH && 2 * profile.distinct < profile.filled
    };
    let chosen = chosen.filter(|at| !is_shared(at));
    let mut served = Vec::new();
    for &index in &emails {
        let sure = chosen == Some(index);
        let why = ColumnEvidence::EmailForLackOfId;
        let found = Candidate::new(column, index, if sure { SERVES } else { MAYBE }, why);
        // The address may be the roster's `email` as well, and a machine may have opened a ticket in its own name.
        let is_free = taken
            .iter()
            .all(|t| t.header != index || t.column.role == Role::Email || t.column.role == Role::MachineMark && are_tickets(taken, file));
        if sure && is_free {
            taken.push(found.clone());
        }
        served.push(found);
    }
    replace(candidates, served);
    !emails.is_empty()
}

/// Whether a header speaks of who owns something, and not of who is responsible, such as a driver or a cashier.
fn is_of_owner(header: &Header) -> bool {
    const OWNERS: [&str; 15] = [
        "owner",
        "besitzer",
        "eigentumer",
        "halter",
        "proprietaire",
        "propietario",
        "proprietario",
        "dueno",
        "eigenaar",
        "wlasciciel",
        "agare",
        "ejer",
        "eier",
        "majitel",
        "sahib",
    ];
    header.words.contains("owner") && OWNERS.iter().any(|owner| plain(&header.name, false).contains(owner))
}

/// Whether each record is a case with a number of its own, so that whoever it came from opened it. A message may be ours.
fn are_tickets(taken: &[Candidate], file: &File<'_>) -> bool {
    let cases = taken.iter().find(|t| *t.column == interactions::CASE_ID);
    cases.is_some_and(|t| {
        file.profiles[t.header].filled >= content::ENOUGH && file.profiles[t.header].distinct == file.profiles[t.header].filled
    })
}

/// The only column of what is numbered and repeats, such as a dwelling, a vehicle or a contract: it may stand for somebody where nothing
/// else does.
fn numbered(taken: &[Candidate], file: &File<'_>) -> Option<usize> {
    let may_stand = |at: &usize| {
        let (header, profile) = (&file.headers[*at], &file.profiles[*at]);
        let is_known = header.words.iter().any(|word| meanings::vocabulary().contains(word));
        let repeats = profile.filled >= content::ENOUGH && 10 * profile.distinct < 9 * profile.filled && profile.distinct > 10;
        let is_numbered = |cell: &str| cell.trim().is_empty() || cell.contains(|c: char| c.is_ascii_digit());
        let are_numbers =
            || file.columns[*at].iter().all(|cell| is_numbered(cell)) && profile.share(&[Kind::Words, Kind::Code, Kind::Text]) >= 0.9;
        let is_thing = header.words.iter().any(|word| THINGS.contains(&word.as_str()));
        !is_known && !is_thing && repeats && !taken.iter().any(|t| t.header == *at) && are_numbers()
    };
    let found: Vec<usize> = (0..file.headers.len()).filter(may_stand).collect();
    match found[..] {
        [one] => Some(one),
        _ => None,
    }
}

/// Whether a column whose header nobody knows has the whole names of people, and of more than those who serve others would be.
fn are_of_many(at: usize, file: &File<'_>) -> bool {
    let (header, profile) = (&file.headers[at], &file.profiles[at]);
    let is_unknown = !header.words.iter().any(|word| meanings::vocabulary().contains(word));
    let are_many = profile.filled >= content::ENOUGH && (profile.distinct > 25 || 3 * profile.distinct >= profile.filled);
    is_unknown && are_many && profile.share(&[Kind::Words]) >= 0.9 && shape::are_names(&file.columns[at])
}

/// The only telephone number of a file, which repeats, where no number of a customer does.
fn phone_of_customer(table: Table, file: &File<'_>) -> Option<usize> {
    let repeats = |at: usize| {
        let profile = &file.profiles[at];
        profile.filled >= content::ENOUGH && 10 * profile.distinct < 9 * profile.filled && profile.distinct > 5
    };
    let is_phone = |at: &usize| {
        let is = file.profiles[*at].share(&[Kind::Phone]) >= 0.9;
        let named = file.headers[*at].words.contains("phone") && file.profiles[*at].share(&[Kind::Phone, Kind::Integer]) >= 0.9;
        (is && file.profiles[*at].filled > 0 || named) && !is_ours(table, *at, file)
    };
    let is_code = |at: usize| {
        let things = file.headers[at].words.iter().any(|word| THINGS.contains(&word.as_str()));
        !things && repeats(at) && file.profiles[at].share(&[Kind::Code, Kind::Uuid]) >= 0.9
    };
    // Numbers with dashes look like it, too: one that is called so is it.
    let mut phones: Vec<usize> = (0..file.headers.len()).filter(is_phone).collect();
    if phones.iter().any(|at| file.headers[*at].words.contains("phone")) {
        phones.retain(|at| file.headers[*at].words.contains("phone"));
    }
    match phones[..] {
        [one] if repeats(one) && !(0..file.headers.len()).any(is_code) => Some(one),
        _ => None,
    }
}

/// Whether cells are numbers of one length, which is longer than what is printed of the card that something was paid with.
fn are_long_numbers(at: usize, file: &File<'_>) -> bool {
    let mut cells = file.columns[at].iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
    let length = cells.clone().next().map_or(0, str::len);
    length > 4 && cells.all(|cell| cell.len() == length && cell.bytes().all(|digit| digit.is_ascii_digit()))
}

/// Whether a column has a part of the names of people: first or last names.
fn is_part_of_name(at: usize, file: &File<'_>) -> bool {
    let words = &file.headers[at].words;
    words.contains("name") && (words.contains("first") || words.contains("last")) || is_bare_name(at, file)
}

fn is_bare_name(at: usize, file: &File<'_>) -> bool {
    let words = &file.headers[at].words;
    words.contains("name") && words.iter().all(|word| word == "name" || meanings::is_who(word))
}

/// The only column of last names and the only one of first names, of people who have several records. `Nom` beside `Prénom` is the last name.
fn names_of_people(file: &File<'_>) -> Option<(usize, usize)> {
    let has = |at: usize, part: &str| file.headers[at].words.contains("name") && file.headers[at].words.contains(part);
    let only = |is: &dyn Fn(usize) -> bool| {
        let mut found = (0..file.headers.len()).filter(|&at| is(at) && file.profiles[at].share(&[Kind::Words]) >= 0.9);
        found.next().filter(|_| found.next().is_none())
    };
    let first = only(&|at| has(at, "first"))?;
    let last = only(&|at| has(at, "last")).or_else(|| only(&|at| is_bare_name(at, file)))?;
    let people: BTreeSet<(&str, &str)> = file.columns[last]
        .iter()
        .copied()
        .zip(file.columns[first].iter().copied())
        .collect();
    let filled = file.profiles[last].filled;
    (filled >= content::ENOUGH && people.len() > 5 && 10 * people.len() < 9 * filled).then_some((last, first))
}
