//! Whether records of a file share their ids. A large file is searched for records that it has twice only then: it takes a hash of every
//! record.

use std::hash::Hasher;

use rayon::prelude::*;

use super::mapping::Mapping;
use super::reading::Rowset;
use crate::canonical::Data;
use crate::canonical::load::repeats::record_identity::{hash_cells, is_whole, record_ids};
use crate::schema::{NO_CODE, NO_KEY, Role};

/// How many records of a file share their ids with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharedIds {
    /// None do, or they have no ids.
    None,
    /// Some do, and should not.
    Some,
    /// Many do by right, as lines of an order.
    Lines,
}

/// Where more than one of so many records shares its order with another, the records are lines.
const LINES: usize = 20;

impl SharedIds {
    /// How many records of a file that was read share their ids.
    pub fn of(mapping: &Mapping, rowset: &Rowset) -> SharedIds {
        let Some(ids) = record_ids(mapping.table, &mapping.mapped, mapping.tickets) else {
            return SharedIds::None;
        };
        let columns = || mapping.plans.iter().zip(&rowset.fillings);
        let of_ids: Vec<&Data> = ids
            .iter()
            .filter_map(|id| columns().find(|(plan, _)| plan.column == Some(id)))
            .map(|(_, filling)| &filling.data)
            .collect();
        let of_people = columns().filter(|(plan, _)| plan.role() == Some(Role::Stakeholder));
        let all: Vec<&Data> = of_ids.iter().copied().chain(of_people.map(|(_, filling)| &filling.data)).collect();
        if of_ids.len() < ids.len().min(1) || all.is_empty() {
            return SharedIds::None;
        }
        let mut hashes: Vec<u64> = (0..rowset.rows)
            .into_par_iter()
            .filter(|&row| has_value(all[0], row))
            .map(|row| {
                let mut hash = rustc_hash::FxHasher::default();
                hash_cells(&all, row, &mut hash);
                hash.finish()
            })
            .collect();
        hashes.par_sort_unstable();
        let shared = hashes.par_windows(2).filter(|pair| pair[0] == pair[1]).count();
        match shared {
            0 => SharedIds::None,
            _ if !is_whole(ids) && shared * LINES > rowset.rows => SharedIds::Lines,
            _ => SharedIds::Some,
        }
    }
}

fn has_value(data: &Data, row: usize) -> bool {
    match data {
        Data::Key(keys) => keys[row] != NO_KEY,
        Data::Code(codes) => codes[row] != NO_CODE,
        Data::Int(_) | Data::Float(_) | Data::Flag(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use crate::canonical::load::testing::{input, load_inputs, note, notes, options};
    use crate::canonical::load::{Loaded, Options};

    /// A file that is large in the sense of the options, of so many records and these at the end.
    fn large(table: &str, header: &str, record: impl Fn(usize) -> String, last: &[&str]) -> Loaded {
        let mut text = format!("{header}\n");
        (0..60).for_each(|i| text += &format!("{}\n", record(i)));
        last.iter().for_each(|line| text += &format!("{line}\n"));
        let options = Options { large: 20, ..options() };
        load_inputs(&[input("large.csv", table, text)], &options)
    }

    fn orders(last: &[&str]) -> Loaded {
        let order = |i: usize| format!("{},{i},2026-01-{:02},{}", i % 7, 1 + i % 28, 10 + i);
        large("purchases", "customer_id,order_id,ordered_at,amount", order, last)
    }

    fn used(loaded: &Loaded) -> u64 {
        loaded.account.iter().map(|counts| counts.used).sum()
    }

    #[test]
    fn a_large_file_without_shared_ids_is_read_once_and_needs_no_note() {
        let loaded = orders(&[]);
        assert_eq!((used(&loaded), loaded.notes.len()), (60, 0), "{:?}", loaded.notes);
    }

    // One record is there twice; of a ticket there is a later state, and of another an equal record.
    #[test]
    fn records_that_stand_in_a_large_file_twice_count_once() {
        let loaded = orders(&["4,11,2026-01-12,21"]);
        assert_eq!(used(&loaded), 60);
        assert_eq!(note(&loaded, "repeated-record").count, 1);
        let ticket = |i: usize| format!("{},t{i},2026-01-{:02},", i % 7, 1 + i % 28);
        let header = "customer_id,ticket_id,created_at,resolved_at";
        let loaded = large(
            "interactions",
            header,
            ticket,
            &["4,t11,2026-01-12,2026-01-20", "5,t12,2026-01-13,"],
        );
        assert_eq!(used(&loaded), 60);
        assert_eq!(note(&loaded, "earlier-state").count, 1);
        assert_eq!(note(&loaded, "repeated-record").count, 1);
    }

    #[test]
    fn lines_of_orders_in_a_large_file_are_not_compared_and_it_says_so() {
        let line = |i: usize| format!("{},{},2026-01-05,{}", i / 3 % 7, i / 3, 10 + i % 3);
        let loaded = large("purchases", "customer_id,order_id,ordered_at,amount", line, &[]);
        assert_eq!(used(&loaded), 60);
        assert!(note(&loaded, "not-searched").text().contains("60 records"));
    }

    #[test]
    fn names_of_people_in_a_large_file_are_not_read_and_it_says_so() {
        let roster = |i: usize| format!("c{i},Ann {i},2025-01-{:02}", 1 + i % 28);
        let loaded = large("stakeholders", "customer_id,name,start_date", roster, &[]);
        assert_eq!(notes(&loaded, "names-not-read").len(), 1);
        assert!(notes(&orders(&[]), "names-not-read").is_empty());
    }
}
