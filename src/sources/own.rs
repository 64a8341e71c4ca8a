//! Whose export it is: messages name sender and recipient, and only who of the two keeps the archive tells which way they went.

use super::profile::Profile;
use super::{From, Mapped, folded};

/// What the owner is called in a profile's expressions.
const OWN: &str = "own";

/// The profile with the owner of these records in place of `own`. Where not exactly one person stands in every record, nothing is
/// mapped: a direction that is not known would be taken for one.
pub fn told(profile: &Profile, headers: &[String], rows: &[Vec<String>]) -> Profile {
    let mut told = profile.clone();
    if let Some(owner) = owner(&profile.own, headers, rows) {
        let put = |mapped: &mut Mapped| {
            if let From::Expr(expr) = &mapped.from
                && let Ok(told) = expr.with_text(OWN, &owner)
            {
                mapped.from = From::Expr(told);
            }
        };
        for mapped in told.source.map.values_mut() {
            put(mapped);
            mapped.or.iter_mut().for_each(put);
        }
    } else if !profile.own.is_empty() {
        told.source.map.clear();
    }
    told
}

/// The one who stands in every record, in one of these columns; a cell may list several.
fn owner(columns: &[String], headers: &[String], rows: &[Vec<String>]) -> Option<String> {
    let columns: Vec<usize> = columns
        .iter()
        .filter_map(|name| headers.iter().position(|header| folded(header) == folded(name)))
        .collect();
    let people = |row: &Vec<String>| -> Vec<String> {
        let cells = columns.iter().filter_map(|&index| row.get(index));
        let listed = cells.flat_map(|cell| cell.split([',', ';']));
        listed.map(|one| one.trim().to_string()).filter(|one| !one.is_empty()).collect()
    };
    let (first, rest) = rows.split_first()?;
    let mut left = people(first);
    left.sort();
    left.dedup();
    for row in rest {
        let here = people(row);
        left.retain(|one| here.contains(one));
    }
    match &left[..] {
        [owner] => Some(owner.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[[&str; 2]]) -> Option<String> {
        let headers = ["From", "TO"].map(String::from);
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.map(String::from).to_vec()).collect();
        owner(&["FROM".into(), "To".into()], &headers, &rows)
    }

    #[test]
    fn the_one_in_every_record_owns_them() {
        assert_eq!(of(&[["me", "a"], ["b", "me"], ["c", "d, me"]]).as_deref(), Some("me"));
        assert_eq!(of(&[["me", "a"], ["a", "me"]]), None, "one of two, and nothing tells which");
        assert_eq!(of(&[["me", "a"], ["b", "c"]]), None, "nobody");
        assert_eq!(of(&[["me", ""], ["", "me"]]).as_deref(), Some("me"));
        assert_eq!(of(&[]), None);
    }
}
