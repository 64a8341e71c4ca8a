//! IDs that are names, and names of one stakeholder in several spellings: reported, and merged where the configuration asks for it.

use rayon::prelude::*;

use crate::canonical::load::tables::building::Building;
use crate::canonical::{Data, Dictionary};
use crate::schema::{NO_CODE, stakeholders};
use crate::sources::spelling::name_key;

/// The IDs that may be names and differ only in their spelling, in groups.
pub fn groups(ids: &Dictionary, may_be_name: &(impl Fn(u32) -> bool + Sync)) -> Vec<Vec<u32>> {
    let key = |code: u32| Some((name_key(ids.text(code)?)?, code));
    let mut keys: Vec<(String, u32)> = (0..ids.len() as u32)
        .into_par_iter()
        .filter(|code| may_be_name(*code))
        .filter_map(key)
        .collect();
    keys.par_sort_unstable();
    let several = keys.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1);
    let mut groups: Vec<Vec<u32>> = several.map(|group| group.iter().map(|(_, code)| *code).collect()).collect();
    groups.sort_unstable();
    groups
}

/// The IDs of a roster whose names differ only in their spelling, in groups. Two of the very same name may be two people.
pub fn of_roster(roster: &Building, texts: &Dictionary) -> Vec<Vec<u32>> {
    let Some(Data::Code(names)) = roster.rows.data(&stakeholders::NAME) else {
        return Vec::new();
    };
    let named = roster.stakeholder.par_iter().copied().zip(names.par_iter().copied());
    let key = |(who, name): (u32, u32)| Some((name_key(texts.text(name)?)?, name, who));
    let mut keys: Vec<(String, u32, u32)> = named.filter(|(who, _)| *who != NO_CODE).filter_map(key).collect();
    keys.par_sort_unstable();
    keys.dedup();
    let differ = |group: &&[(String, u32, u32)]| {
        let (_, name, who) = group[0];
        group.iter().any(|one| one.1 != name) && group.iter().any(|one| one.2 != who)
    };
    let groups = keys.chunk_by(|a, b| a.0 == b.0).filter(differ);
    groups.map(|group| group.iter().map(|(.., who)| *who).collect()).collect()
}
