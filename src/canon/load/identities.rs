//! Who is who: one stakeholder under several ids and e-mail addresses.

use std::collections::BTreeMap;

use super::building::Building;
use crate::canon::{Data, Dictionary};
use crate::schema::{NO_CODE, Table};

/// One stakeholder under several ids: an identities table says which alias stands for whom.
pub fn identify(tables: &mut BTreeMap<Table, Building>, stakeholders: &Dictionary) {
    let Some(identities) = tables.get(&Table::Identities) else { return };
    let Some(Data::Code(aliases)) = identities.rows.columns.get("alias") else {
        return;
    };
    let mut same: Vec<u32> = (0..stakeholders.len() as u32).collect();
    for (&alias, &stakeholder) in aliases.iter().zip(&identities.stakeholder) {
        if alias != NO_CODE && stakeholder != NO_CODE && alias != stakeholder {
            same[alias as usize] = stakeholder;
        }
    }
    // An alias of an alias; a circle ends after as many steps as there are stakeholders in it.
    let resolve = |mut code: u32| {
        for _ in 0..16 {
            if same[code as usize] == code {
                break;
            }
            code = same[code as usize];
        }
        code
    };
    for (table, building) in tables.iter_mut() {
        if *table != Table::Identities {
            building
                .stakeholder
                .iter_mut()
                .filter(|c| **c != NO_CODE)
                .for_each(|c| *c = resolve(*c));
        }
        for name in ["referrer_id", "referred_id"] {
            if let Some(Data::Code(codes)) = building.rows.columns.get_mut(name) {
                codes.iter_mut().filter(|c| **c != NO_CODE).for_each(|c| *c = resolve(*c));
            }
        }
    }
}
