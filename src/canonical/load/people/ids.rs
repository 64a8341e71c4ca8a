//! Ids that do not say who somebody is: not on the roster, a list, one that may stand for many, two that look alike.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::canonical::{CanonicalTables, Rows};
use crate::diagnostics::Place;
use crate::notes::{ExclusionReason, Id, Note, PeopleIssue, UnusedReason};
use crate::record_counts::RecordCounts;
use crate::schema::{NO_CODE, Table, stakeholders};

/// Everything that the ids of a run make one doubt.
pub fn doubtful(canonical: &CanonicalTables, account: &[RecordCounts]) -> Vec<Note> {
    let mut notes = not_on_roster(canonical);
    notes.extend(without_id(account));
    notes.extend(lookalikes(canonical));
    notes.extend(lists(canonical));
    for table in [Table::Purchases, Table::Interactions] {
        if let Some(rows) = canonical.table(table) {
            notes.extend(dominating(canonical, rows));
        }
    }
    notes
}

fn everybody(canonical: &CanonicalTables) -> std::ops::Range<u32> {
    0..canonical.stakeholders.len() as u32
}

fn id(canonical: &CanonicalTables, code: u32) -> Option<Id> {
    canonical.stakeholders.text(code).map(|id| Id(id.to_string()))
}

/// How many stakeholders of each file are not on the roster, where there is one of their kind.
fn not_on_roster(canonical: &CanonicalTables) -> Vec<Note> {
    let Some(roster) = canonical.table(Table::Stakeholders).filter(|rows| rows.len > 0) else {
        return Vec::new();
    };
    let (types, supplier) = (roster.codes(&stakeholders::TYPE), canonical.texts.code(stakeholders::SUPPLIER));
    let suppliers = (0..roster.len).filter(|&row| Some(types.at(row)) == supplier).count();
    let untyped = (0..roster.len).all(|row| types.at(row) == NO_CODE);
    let customers = [Table::Purchases, Table::Interactions, Table::Surveys];
    let of_suppliers = suppliers > 0 || (untyped && customers.iter().all(|table| canonical.table(*table).is_none()));
    let mut notes = Vec::new();
    for (table, rows) in &canonical.tables {
        let has_roster = match table {
            Table::Stakeholders | Table::Identities => false,
            Table::Supplies => of_suppliers,
            _ => suppliers < roster.len,
        };
        // What was derived from a column of the roster has no file of its own.
        if !has_roster || !canonical.sources.iter().any(|s| s.table == *table) {
            continue;
        }
        let sources = canonical.sources.len();
        let mut seen = vec![NO_CODE; sources];
        let (mut all, mut missing) = (vec![0u64; sources], vec![0u64; sources]);
        let mut first = vec![NO_CODE; sources];
        for who in everybody(canonical) {
            let is_missing = roster.run(who).is_empty();
            let run = rows.run(who);
            // One source, or the rows of a stakeholder, one by one.
            let looked_at = if rows.source.is_some() { run.len() } else { run.len().min(1) };
            for source in run.take(looked_at).map(|row| rows.source_of(row) as usize) {
                if seen[source] != who {
                    seen[source] = who;
                    all[source] += 1;
                    missing[source] += u64::from(is_missing);
                    if is_missing && first[source] == NO_CODE {
                        first[source] = who;
                    }
                }
            }
        }
        for source in (0..sources).filter(|&s| missing[s] > 0) {
            let issue = PeopleIssue::NotOnRoster {
                stakeholders: all[source],
                example: id(canonical, first[source]),
            };
            let place = Place::file(&canonical.sources[source].file);
            notes.push(Note::new(issue).count(missing[source]).at(place));
        }
    }
    notes
}

/// The purchases, interactions and supplies without a stakeholder ID.
fn without_id(counts: &[RecordCounts]) -> impl Iterator<Item = Note> {
    let code = UnusedReason::from(ExclusionReason::NoStakeholder).code();
    counts.iter().filter_map(move |file| {
        let count = *file.reasons.get(&code)?;
        let (table, records) = (file.kind, file.read);
        let issue = match table {
            Table::Purchases => PeopleIssue::PurchasesWithoutId { records },
            Table::Interactions | Table::Supplies => PeopleIssue::RecordsWithoutId { table, records },
            Table::Surveys | Table::Stakeholders | Table::Referrals | Table::Identities => return None,
        };
        Some(Note::new(issue).count(count).at(Place::file(&file.file)))
    })
}

/// An id without what people and spreadsheets put on or take off: blanks and apostrophes, zeros before a number.
fn bare(id: &str) -> Cow<'_, str> {
    let trimmed = id.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\'' | '`' | '\u{2019}' | '\u{b4}'));
    let digits = trimmed.trim_start_matches('0');
    let is_number = !trimmed.is_empty() && trimmed.bytes().all(|b| b.is_ascii_digit());
    Cow::Borrowed(match (is_number, digits) {
        (false, _) => trimmed,
        (true, "") => "0",
        (true, digits) => digits,
    })
}

/// Ids of different files that differ in what [`bare`] takes off.
fn lookalikes(canonical: &CanonicalTables) -> Option<Note> {
    let text = |code: u32| canonical.stakeholders.text(code).unwrap_or("");
    let is_dressed = |code: u32| bare(text(code)).len() != text(code).len();
    if canonical.sources.len() < 2 || !everybody(canonical).into_par_iter().any(is_dressed) {
        return None;
    }
    let mut by_bare: Vec<(u64, u32)> = everybody(canonical)
        .into_par_iter()
        .map(|code| (crate::canonical::key_of(&bare(text(code))), code))
        .collect();
    by_bare.par_sort_unstable();
    // Two that one file has are two there.
    let sources = |code: u32| -> BTreeSet<u16> {
        let tables = canonical.tables.iter().filter(|(table, _)| **table != Table::Identities);
        tables.flat_map(|(_, rows)| rows.run(code).map(|row| rows.source_of(row))).collect()
    };
    let are_apart = |group: &&[(u64, u32)]| {
        let of_each: Vec<_> = group.iter().map(|(_, code)| sources(*code)).filter(|s| !s.is_empty()).collect();
        let all: BTreeSet<u16> = of_each.iter().flatten().copied().collect();
        of_each.len() > 1 && all.len() == of_each.iter().map(BTreeSet::len).sum::<usize>()
    };
    let mut groups: Vec<&[(u64, u32)]> = by_bare
        .par_chunk_by(|a, b| a.0 == b.0)
        .filter(|group| group.len() > 1)
        .filter(are_apart)
        .collect();
    groups.sort_unstable_by_key(|group| group[0].1);
    let ids = groups.first()?.iter().filter_map(|(_, code)| id(canonical, *code)).collect();
    Some(Note::new(PeopleIssue::LookalikeIds { ids }).count(groups.len() as u64))
}

/// Ids that are lists of ids.
fn lists(canonical: &CanonicalTables) -> Option<Note> {
    let is_list = |code: &u32| {
        let id = canonical.stakeholders.text(*code).unwrap_or("");
        let is_known = |part: &str| canonical.stakeholders.code(part).is_some();
        let of = |separator: char| id.split(separator).map(str::trim).collect::<Vec<_>>();
        // A comma or a slash stands in names too: there the parts have to be ids themselves.
        [(';', false), ('|', false), (',', true), ('/', true)]
            .iter()
            .any(|&(separator, needs_known)| {
                id.contains(separator) && {
                    let parts = of(separator);
                    let is_short = |part: &&str| part.bytes().any(|b| b.is_ascii_digit() || b == b'@');
                    parts.iter().all(|part| !part.is_empty())
                        && (parts.iter().all(|part| is_known(part)) || (!needs_known && parts.iter().all(is_short)))
                }
            })
    };
    let found: Vec<u32> = everybody(canonical).into_par_iter().filter(is_list).collect();
    let example = id(canonical, *found.first()?);
    Some(Note::new(PeopleIssue::ListOfIds { example }).count(found.len() as u64))
}

/// One id with more than a fifth of all records, ten times and more what most have.
fn dominating(canonical: &CanonicalTables, rows: &Rows) -> Option<Note> {
    let mut counts: Vec<(usize, u32)> = everybody(canonical)
        .map(|code| (rows.run(code).len(), code))
        .filter(|(count, _)| *count > 0)
        .collect();
    let all: usize = counts.iter().map(|(count, _)| count).sum();
    let &(most, who) = counts.iter().max_by_key(|(count, code)| (*count, std::cmp::Reverse(*code)))?;
    let middle = counts.len() / 2;
    let (_, &mut (median, _), _) = counts.select_nth_unstable(middle);
    if counts.len() < 10 || most * 5 <= all || most < 10 * median {
        return None;
    }
    let issue = PeopleIssue::OneIdDominates {
        table: rows.table,
        records: all as u64,
        median: median as u64,
        example: id(canonical, who),
    };
    Some(Note::new(issue).count(most as u64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::load::testing::{load, note, notes, places};
    use crate::notes::NoteKind;

    fn orders(ids: &[&str]) -> String {
        let rows = ids.iter().enumerate().map(|(i, id)| format!("{id},{i},2026-01-01,1\n"));
        "customer_id,order_id,ordered_at,amount\n".to_string() + &rows.collect::<String>()
    }

    #[test]
    fn those_that_are_not_on_the_roster_are_counted_by_file() {
        let roster = "customer_id,name\na,Ann\nb,Bob\n";
        let files = [
            ("roster.csv", "stakeholders", roster),
            ("1.csv", "purchases", &orders(&["a", "x", "x", "y"])),
            ("2.csv", "purchases", &orders(&["a", "b"]).replace("2026-01-01", "2026-01-02")),
            ("3.csv", "interactions", "customer_id,date\nq,2026-01-01\n"),
        ];
        let loaded = load(&files);
        assert_eq!(places(&loaded, "not-on-roster"), [("3.csv".into(), 1), ("1.csv".into(), 2)]);
        let kinds: Vec<NoteKind> = notes(&loaded, "not-on-roster").iter().map(|n| n.kind.clone()).collect();
        let issue = |stakeholders, id: &str| {
            let example = Some(Id(id.to_string()));
            NoteKind::People(PeopleIssue::NotOnRoster { stakeholders, example })
        };
        assert_eq!(kinds, [issue(1, "q"), issue(3, "x")]);
        assert!(notes(&load(&files[1..]), "not-on-roster").is_empty());
    }

    #[test]
    fn suppliers_are_looked_for_on_a_roster_of_suppliers() {
        let supplies = ("s.csv", "supplies", "supplier_id,order_date\ns,2026-01-01\nt,2026-01-01\n");
        let of = |roster: &str, others: &[(&str, &str, &str)]| {
            let files = [&[supplies, ("roster.csv", "stakeholders", roster)], others].concat();
            notes(&load(&files), "not-on-roster").len()
        };
        assert_eq!(of("customer_id,type\ns,supplier\n", &[]), 1);
        assert_eq!(of("customer_id,type\na,customer\n", &[]), 0);
        assert_eq!(of("customer_id,name\ns,Steel\n", &[]), 1);
        assert_eq!(of("customer_id,name\na,Ann\n", &[("o.csv", "purchases", &orders(&["a"]))]), 0);
        // Customers are not looked for among suppliers.
        assert_eq!(
            of(
                "customer_id,type\ns,supplier\nt,supplier\n",
                &[("o.csv", "purchases", &orders(&["a"]))]
            ),
            0
        );
    }

    #[test]
    fn the_share_of_purchases_of_nobody_is_said() {
        let loaded = load(&[("o.csv", "purchases", &orders(&["a", "", "b", "N/A"]))]);
        let found = note(&loaded, "purchases-of-nobody");
        assert_eq!(
            found.text(),
            "2 purchases (50.0% of the file) have no stakeholder ID and were excluded. To count them for no person, set \"\" = \"Guest\" in \
             [source.values.stakeholder_id]"
        );
        // The same is said of other records.
        let tickets = "customer_id,ticket_id,created_at,resolved_at\na,1,2026-01-01,\n,2,2026-01-01,\n";
        let loaded = load(&[("t.csv", "interactions", tickets)]);
        let text = note(&loaded, "records-of-nobody").text();
        assert!(
            text.starts_with("interactions: 1 record (50.0% of the file) has no stakeholder ID"),
            "{text}"
        );
        assert!(notes(&load(&[("o.csv", "purchases", &orders(&["a"]))]), "purchases-of-nobody").is_empty());
    }

    #[test]
    fn ids_that_look_alike_in_different_files_are_not_merged_but_noted() {
        assert_eq!(
            ["00123", "'123", "123 ", "000", "A01", "\u{2019}A01", ""].map(bare),
            ["123", "123", "123", "0", "A01", "A01", ""]
        );
        let roster = "customer_id,name\n00123,Ann\n00124,Bob\nX7,Cem\n00125,Dee\n125,Eve\n";
        let loaded = load(&[
            ("roster.csv", "stakeholders", roster),
            ("o.csv", "purchases", &orders(&["123", "124", "'X7", "125", "00125"])),
        ]);
        let found = note(&loaded, "lookalike-ids");
        // 125 and 00125 are two in one file.
        let ids = ["'X7", "X7"].map(|id| Id(id.to_string())).to_vec();
        assert_eq!(
            (found.count, &found.kind),
            (3, &NoteKind::People(PeopleIssue::LookalikeIds { ids }))
        );
        assert_eq!(crate::canonical::load::testing::owners(&loaded, Table::Purchases).len(), 5);
    }

    #[test]
    fn lists_of_ids_are_told_from_names_with_commas() {
        let loaded = load(&[(
            "o.csv",
            "purchases",
            &orders(&[
                "C1",
                "C2",
                "C1;C2",
                "\"C1, C2\"",
                "\"Smith, John\"",
                "C7|C8",
                "a@b.c; d@e.f",
                "Acme; Co",
                "C1;",
            ]),
        )]);
        let found = note(&loaded, "list-of-ids");
        let example = Some(Id("C1, C2".to_string()));
        assert_eq!(
            (found.count, &found.kind),
            (4, &NoteKind::People(PeopleIssue::ListOfIds { example }))
        );
    }

    #[test]
    fn an_id_that_may_stand_for_many_is_noted_and_kept() {
        let mut ids = vec!["C0"; 30];
        let others: Vec<String> = (1..=40).map(|i| format!("C{i}")).collect();
        ids.extend(others.iter().map(String::as_str));
        // One of the others has four: the share is large, and not impossible.
        ids.extend(["C7"; 3]);
        let loaded = load(&[("o.csv", "purchases", &orders(&ids))]);
        let found = note(&loaded, "one-id-dominates");
        let start = "purchases: one ID ('C0') has 41.1% of all records, while half of the other IDs have at most 1.";
        assert_eq!((found.count, found.text().starts_with(start)), (30, true), "{}", found.text());
        assert_eq!((loaded.account[0].used, loaded.account[0].without_person), (73, 0));
        // Nine customers, or one with a sixth of the orders, are no such thing.
        assert!(notes(&load(&[("o.csv", "purchases", &orders(&ids[..38]))]), "one-id-dominates").is_empty());
        assert!(notes(&load(&[("o.csv", "purchases", &orders(&ids[21..]))]), "one-id-dominates").is_empty());
    }
}
