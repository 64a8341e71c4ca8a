//! Whose status a column has: that of the record, or that of the customer whom it is about.

use std::collections::BTreeMap;

use super::{ASK, Candidate, File};
use crate::schema::{ColumnType, Role, Table};

/// Who has a status for a time, whatever they buy. That of a guest or a patient is mostly the state of a visit.
const PEOPLE: [&str; 12] = [
    "customer",
    "account",
    "company",
    "organization",
    "donor",
    "user",
    "member",
    "employee",
    "investor",
    "partner",
    "supplier",
    "tenant",
];

/// Leaves out what a header calls the status of a customer, a member or the like: an order counts whatever became of its customer. If records
/// of one customer have different ones, it may be that of the record.
pub(super) fn relate(table: Table, candidates: &mut Vec<Candidate>, file: &File<'_>) {
    match table {
        Table::Purchases | Table::Interactions | Table::Supplies | Table::Referrals => {}
        // There it is the status of people, or of invitations of people.
        Table::Stakeholders | Table::Identities | Table::Surveys => return,
    }
    let is_person = |c: &&Candidate| c.column.kind == ColumnType::Stakeholder && c.confidence >= ASK && !c.is_refuted;
    let person = candidates
        .iter()
        .filter(is_person)
        .max_by(|a, b| a.confidence.total_cmp(&b.confidence));
    let person = person.map(|found| found.header);
    let names_people = |at: usize| {
        let words = &file.headers[at].words;
        words.contains("status") && PEOPLE.iter().any(|word| words.contains(*word))
    };
    let is_of_people =
        |at: usize| names_people(at) && person.is_none_or(|person| !differs_within(&file.columns[person], &file.columns[at]));
    candidates.retain(|c| c.column.role != Role::Status || !is_of_people(c.header));
}

/// Whether records of one person have different cells.
fn differs_within(people: &[&str], cells: &[&str]) -> bool {
    let mut known: BTreeMap<&str, &str> = BTreeMap::new();
    let filled = people
        .iter()
        .zip(cells)
        .filter(|(person, cell)| !person.is_empty() && !cell.is_empty());
    filled
        .into_iter()
        .any(|(person, cell)| *known.entry(person).or_insert(cell) != *cell)
}
