//! Who is who: one stakeholder under several ids and e-mail addresses.
//!
//! Three things say that two ids are one stakeholder: an identities table, two ids that are the same e-mail address but for capitals
//! and wrapping, and an id that is the e-mail address of exactly one stakeholder of the roster. What is said outright wins over what
//! is concluded from an address, and where two are meant nothing is merged: it is a finding.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::email::email;
use super::spellings;
use crate::canonical::load::tables::building::Building;
use crate::canonical::{Data, Dictionary, Interner};
use crate::notes::{CellText, Id, Note, PeopleIssue};
use crate::schema::identities::ALIAS;
use crate::schema::{NO_CODE, Role, Table, stakeholders};

/// What identities are told from.
pub struct IdentityContext<'a> {
    /// The ids.
    pub stakeholders: &'a Dictionary,
    /// The texts, among them the roster's addresses.
    pub texts: &'a Dictionary,
    /// By code: whether an ID stands for many.
    pub is_placeholder: &'a [bool],
    /// Whether names that differ only in their spelling are one stakeholder.
    pub merge_spellings: bool,
}

/// Whether any id may be an e-mail address.
pub fn may_have_emails(ids: &Interner) -> bool {
    ids.may_hold('@')
}

/// Gives all rows of one stakeholder the same id, and tells what was merged.
pub fn identify(tables: &mut BTreeMap<Table, Building>, who: &IdentityContext) -> Vec<Note> {
    let count = who.stakeholders.len() as u32;
    let mut emails: Vec<(String, u32)> = (0..count)
        .into_par_iter()
        .filter_map(|code| Some((email(who.stakeholders.text(code)?)?, code)))
        .collect();
    let aliases = aliases(tables);
    let mut spellings = spellings::groups(who.stakeholders, &|code| !who.is_placeholder[code as usize]);
    if let Some(roster) = tables.get(&Table::Stakeholders) {
        spellings.extend(spellings::of_roster(roster, who.texts));
    }
    if emails.is_empty() && aliases.is_empty() && spellings.is_empty() {
        return Vec::new();
    }
    let is_used = used(tables, count as usize);
    for group in &mut spellings {
        group.retain(|&code| is_used[code as usize]);
    }
    spellings.retain(|group| group.len() > 1);
    emails.par_sort_unstable();
    let mut on_roster = vec![false; count as usize];
    if let Some(roster) = tables.get(&Table::Stakeholders) {
        roster
            .stakeholder
            .iter()
            .filter(|c| **c != NO_CODE)
            .for_each(|c| on_roster[*c as usize] = true);
    }
    let mut same = IdentityMerge {
        who,
        on_roster,
        leader: (0..count).collect(),
        notes: Vec::new(),
    };
    same.fold(&emails);
    let folded = same.leader.clone();
    same.follow(aliases);
    let stated = same.leader.clone();
    same.by_roster(&emails, tables.get(&Table::Stakeholders));
    let by_roster = same.leader.clone();
    same.by_spelling(&spellings);
    let IdentityMerge { leader, mut notes, .. } = same;
    let merged = |is: &dyn Fn(usize) -> bool| (0..count as usize).filter(|&c| is_used[c] && is(c)).count() as u64;
    for (issue, count) in [
        (PeopleIssue::MergedByIdentities, merged(&|c| stated[c] != folded[c])),
        (
            PeopleIssue::MergedByEmail,
            merged(&|c| folded[c] as usize != c || by_roster[c] != stated[c]),
        ),
    ] {
        if count > 0 {
            notes.push(Note::new(issue).count(count));
        }
    }
    apply(tables, &leader);
    notes.sort_by_key(Note::code);
    notes
}

/// What the identities table says: alias and stakeholder, sorted, each once.
fn aliases(tables: &BTreeMap<Table, Building>) -> BTreeSet<(u32, u32)> {
    let Some(identities) = tables.get(&Table::Identities) else {
        return BTreeSet::new();
    };
    let Some(Data::Code(aliases)) = identities.rows.data(&ALIAS) else {
        return BTreeSet::new();
    };
    let pairs = aliases.iter().copied().zip(identities.stakeholder.iter().copied());
    pairs.filter(|(alias, of)| *alias != NO_CODE && *of != NO_CODE).collect()
}

/// By id: the one it stands for, so far.
struct IdentityMerge<'a> {
    who: &'a IdentityContext<'a>,
    on_roster: Vec<bool>,
    /// Always resolved: the leader of a leader is itself.
    leader: Vec<u32>,
    notes: Vec<Note>,
}

impl IdentityMerge<'_> {
    /// Of ids that are one stakeholder, the one whose name stays: one of the roster, else the least.
    fn first(&self, codes: impl Iterator<Item = u32>) -> u32 {
        codes.min_by_key(|&c| (!self.on_roster[c as usize], c)).unwrap_or(NO_CODE)
    }

    /// The first few of these ids, as examples.
    fn ids(&self, codes: impl IntoIterator<Item = u32>) -> Vec<Id> {
        let ids = codes.into_iter().filter_map(|code| self.who.stakeholders.text(code));
        ids.take(EXAMPLES).map(|id| Id(id.to_string())).collect()
    }

    /// Ids that are the same address are one stakeholder.
    fn fold(&mut self, emails: &[(String, u32)]) {
        for group in emails.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
            let plain = |code: u32| self.who.stakeholders.text(code) == Some(group[0].0.as_str());
            let leader = group
                .iter()
                .map(|(_, code)| *code)
                .min_by_key(|&c| (!self.on_roster[c as usize], !plain(c), c));
            let leader = leader.unwrap_or(group[0].1);
            group.iter().for_each(|(_, code)| self.leader[*code as usize] = leader);
        }
    }

    /// Follows what the identities say, over any number of steps. Those of a circle are one stakeholder; an alias of two different
    /// ones stands for itself.
    fn follow(&mut self, aliases: BTreeSet<(u32, u32)>) {
        let folded = aliases.into_iter().map(|(a, b)| (self.leader[a as usize], self.leader[b as usize]));
        let stated: BTreeSet<(u32, u32)> = folded.filter(|(a, b)| a != b).collect();
        let stated: Vec<(u32, u32)> = stated.into_iter().collect();
        let mut next: BTreeMap<u32, u32> = BTreeMap::new();
        let mut unclear: Vec<&[(u32, u32)]> = Vec::new();
        for of_one in stated.chunk_by(|a, b| a.0 == b.0) {
            match of_one {
                [(alias, stakeholder)] => drop(next.insert(*alias, *stakeholder)),
                _ => unclear.push(of_one),
            }
        }
        let circles = self.open_circles(&mut next);
        let root = |next: &BTreeMap<u32, u32>, mut code: u32| {
            while let Some(&further) = next.get(&code) {
                code = further;
            }
            code
        };
        let mut left: Vec<&[(u32, u32)]> = Vec::new();
        for of_one in unclear {
            let alias = of_one[0].0;
            let mut ends = of_one.iter().map(|(_, s)| root(&next, *s)).filter(|end| *end != alias);
            match ends.next() {
                Some(end) if ends.all(|other| other == end) => drop(next.insert(alias, end)),
                Some(_) => left.push(of_one),
                None => {}
            }
        }
        // One walk an alias: what was found on the way is remembered.
        for &alias in next.keys() {
            let mut walked = vec![alias];
            let mut code = alias;
            while let Some(&further) = next.get(&code) {
                code = further;
                if self.leader[code as usize] != code {
                    code = self.leader[code as usize];
                    break;
                }
                walked.push(code);
            }
            walked.into_iter().for_each(|c| self.leader[c as usize] = code);
        }
        // Those folded into an alias go where it goes.
        let leaders = self.leader.clone();
        self.leader.iter_mut().for_each(|c| *c = leaders[*c as usize]);
        if let Some(members) = circles.first() {
            let members = self.ids(members.iter().copied());
            let note = Note::new(PeopleIssue::IdentityCircle { members });
            self.notes.push(note.count(circles.len() as u64));
        }
        if let Some(of_one) = left.first() {
            let issue = PeopleIssue::AliasOfSeveral {
                alias: self.ids([of_one[0].0]).pop(),
                stakeholders: self.ids(of_one.iter().map(|(_, stakeholder)| *stakeholder)),
            };
            self.notes.push(Note::new(issue).count(left.len() as u64));
        }
    }

    /// Cuts each circle open at the member whose name stays; gives the circles.
    fn open_circles(&self, next: &mut BTreeMap<u32, u32>) -> Vec<Vec<u32>> {
        let mut circles = Vec::new();
        let mut walked_from: BTreeMap<u32, u32> = BTreeMap::new();
        for start in next.keys().copied().collect::<Vec<_>>() {
            let mut code = start;
            while let Some(&further) = next.get(&code) {
                match walked_from.get(&code) {
                    None => drop(walked_from.insert(code, start)),
                    Some(&from) if from != start => break,
                    Some(_) => {
                        let mut members = vec![code];
                        let mut at = further;
                        while at != code {
                            members.push(at);
                            at = next[&at];
                        }
                        members.sort_unstable();
                        next.remove(&self.first(members.iter().copied()));
                        circles.push(members);
                        break;
                    }
                }
                code = further;
            }
        }
        circles
    }

    /// Names in several spellings are one stakeholder where the configuration says so; otherwise they are reported.
    fn by_spelling(&mut self, spellings: &[Vec<u32>]) {
        let apart = |group: &&Vec<u32>| {
            group
                .iter()
                .any(|&code| self.leader[code as usize] != self.leader[group[0] as usize])
        };
        let groups: Vec<&Vec<u32>> = spellings.iter().filter(apart).collect();
        let Some(&example) = groups.first() else { return };
        let ids = self.ids(example.iter().copied());
        if !self.who.merge_spellings {
            let note = Note::new(PeopleIssue::ProbableDuplicates { ids });
            self.notes.push(note.count(groups.len() as u64));
            return;
        }
        // By stakeholder: the one that it was merged into, so far.
        let mut links: BTreeMap<u32, u32> = BTreeMap::new();
        let end = |links: &BTreeMap<u32, u32>, mut code: u32| {
            while let Some(&next) = links.get(&code) {
                code = next;
            }
            code
        };
        for group in groups {
            let ends: BTreeSet<u32> = group.iter().map(|&code| end(&links, self.leader[code as usize])).collect();
            let first = self.first(ends.iter().copied());
            links.extend(ends.into_iter().filter(|code| *code != first).map(|code| (code, first)));
        }
        self.leader.iter_mut().for_each(|code| *code = end(&links, *code));
        let merged = links.len() as u64;
        self.notes.push(Note::new(PeopleIssue::MergedBySpelling { ids }).count(merged));
    }

    /// An id that is the address of exactly one stakeholder of the roster is that stakeholder.
    fn by_roster(&mut self, emails: &[(String, u32)], roster: Option<&Building>) {
        let Some(roster) = roster else { return };
        let Some(Data::Code(addresses)) = roster.rows.data(&stakeholders::EMAIL) else {
            return;
        };
        let told = addresses.par_iter().zip(&roster.stakeholder);
        let told = told.filter_map(|(text, who)| match *who {
            NO_CODE => None,
            who => Some((email(self.who.texts.text(*text)?)?, self.leader[who as usize])),
        });
        let mut told: Vec<(String, u32)> = told.collect();
        // An id of the roster may be an address itself.
        let ids = emails.iter().filter(|(_, code)| self.on_roster[*code as usize]);
        told.extend(ids.map(|(address, code)| (address.clone(), self.leader[*code as usize])));
        told.par_sort_unstable();
        told.dedup();
        let mut is_there = vec![false; self.leader.len()];
        for (code, _) in self.on_roster.iter().enumerate().filter(|(_, on)| **on) {
            is_there[self.leader[code] as usize] = true;
        }
        let mut shared: Vec<&[(String, u32)]> = Vec::new();
        let mut links: BTreeMap<u32, u32> = BTreeMap::new();
        for of_one in told.chunk_by(|a, b| a.0 == b.0) {
            if of_one.len() > 1 {
                shared.push(of_one);
                continue;
            }
            let (address, stakeholder) = &of_one[0];
            let Ok(at) = emails.binary_search_by(|(e, _)| e.cmp(address)) else {
                continue;
            };
            let id = emails[at].1;
            let leader = self.leader[id as usize];
            // What is on the roster by itself, or was said to be somebody, is that.
            let is_free = !is_there[leader as usize] && email(self.who.stakeholders.text(leader).unwrap_or("")).as_ref() == Some(address);
            if is_free && leader != *stakeholder {
                links.insert(leader, *stakeholder);
            }
        }
        self.leader
            .par_iter_mut()
            .for_each(|code| *code = links.get(code).copied().unwrap_or(*code));
        if let Some(of_one) = shared.first() {
            let issue = PeopleIssue::SharedEmail {
                address: Some(CellText::of(&of_one[0].0)),
                stakeholders: self.ids(of_one.iter().map(|(_, code)| *code)),
            };
            self.notes.push(Note::new(issue).count(shared.len() as u64));
        }
    }
}

/// So many ids are shown as examples.
const EXAMPLES: usize = 4;

/// Which ids stand anywhere but in the identities table.
fn used(tables: &BTreeMap<Table, Building>, count: usize) -> Vec<bool> {
    let mut used = vec![false; count];
    for (_, building) in tables.iter().filter(|(table, _)| **table != Table::Identities) {
        let others = building.rows.table.with_role(Role::OtherStakeholder);
        let others = others.filter_map(|column| match building.rows.data(column) {
            Some(Data::Code(codes)) => Some(codes),
            _ => None,
        });
        for codes in others.chain([&building.stakeholder]) {
            codes.iter().filter(|c| **c != NO_CODE).for_each(|c| used[*c as usize] = true);
        }
    }
    used
}

fn apply(tables: &mut BTreeMap<Table, Building>, leader: &[u32]) {
    if leader.iter().enumerate().all(|(code, of)| code as u32 == *of) {
        return;
    }
    let rename = |codes: &mut Vec<u32>| {
        codes
            .par_iter_mut()
            .filter(|c| **c != NO_CODE)
            .for_each(|c| *c = leader[*c as usize]);
    };
    for (_, building) in tables.iter_mut().filter(|(table, _)| **table != Table::Identities) {
        rename(&mut building.stakeholder);
        for column in building.rows.table.with_role(Role::OtherStakeholder) {
            if let Some(Data::Code(codes)) = building.rows.data_mut(column) {
                rename(codes);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::load::testing::{load, note, notes, owners};

    const ROSTER: &str = "customer_id,name,email\nC1,Ann,Ann@Example.org\nC2,Bob,\nC3,Cem,office@example.org\nC4,Dee,OFFICE@example.org\n";

    #[test]
    fn an_address_of_one_stakeholder_of_the_roster_is_that_stakeholder() {
        let orders = "customer_id,order_id,ordered_at,amount\n\
                      ann@example.org,1,2026-01-01,1\nMailto:ANN@EXAMPLE.ORG,2,2026-01-02,1\nC1,3,2026-01-03,1\n\
                      Ann <ann@example.org>,4,2026-01-04,1\nann+x@example.org,5,2026-01-05,1\noffice@example.org,6,2026-01-06,1\n";
        let loaded = load(&[("roster.csv", "stakeholders", ROSTER), ("orders.csv", "purchases", orders)]);
        assert_eq!(
            owners(&loaded, Table::Purchases),
            [("C1", 4), ("ann+x@example.org", 1), ("office@example.org", 1)]
        );
        assert_eq!(note(&loaded, "merged-by-email").count, 3);
        let shared = note(&loaded, "shared-email");
        assert_eq!(shared.count, 1);
        let example = "'office@example.org' is that of 'C3' and 'C4'";
        assert!(shared.text().contains(example), "{}", shared.text());
        // Nothing of it is left behind as a dimension that nobody asked for.
        assert!(
            !loaded
                .canonical
                .table(Table::Stakeholders)
                .unwrap()
                .columns
                .contains_key(stakeholders::EMAIL.name)
        );
    }

    #[test]
    fn the_roster_s_addresses_are_read_only_where_an_id_is_one() {
        let orders = "customer_id,order_id,ordered_at,amount\nC1,1,2026-01-01,1\n";
        let loaded = load(&[("roster.csv", "stakeholders", ROSTER), ("orders.csv", "purchases", orders)]);
        assert!(notes(&loaded, "shared-email").is_empty());
        assert_eq!(loaded.canonical.texts.code("Ann@Example.org"), None);
    }

    #[test]
    fn addresses_that_differ_in_capitals_alone_are_one_stakeholder() {
        let orders = "customer_id,order_id,ordered_at,amount\nB@x.org,1,2026-01-01,1\nb@X.org,2,2026-01-02,1\nb@x.org,3,2026-01-03,1\n";
        let loaded = load(&[("orders.csv", "purchases", orders)]);
        assert_eq!(owners(&loaded, Table::Purchases), [("b@x.org", 3)]);
        assert_eq!(note(&loaded, "merged-by-email").count, 2);
        // One of the roster keeps its name there.
        let roster = "customer_id,name\nB@x.org,Bob\n";
        let loaded = load(&[("orders.csv", "purchases", orders), ("roster.csv", "stakeholders", roster)]);
        assert_eq!(owners(&loaded, Table::Purchases), [("B@x.org", 3)]);
    }

    #[test]
    fn aliases_of_aliases_lead_to_their_end_however_far() {
        let mut identities = "alias,stakeholder_id\n".to_string();
        (0..40).for_each(|i| identities.push_str(&format!("a{i},a{}\n", i + 1)));
        let orders = "customer_id,order_id,ordered_at,amount\na0,1,2026-01-01,1\na39,2,2026-01-02,1\na40,3,2026-01-03,1\n";
        let loaded = load(&[("orders.csv", "purchases", orders), ("ids.csv", "identities", &identities)]);
        assert_eq!(owners(&loaded, Table::Purchases), [("a40", 3)]);
        // Only ids that stand in the data count as merged.
        assert_eq!(note(&loaded, "merged-by-identities").count, 2);
        assert!(notes(&loaded, "identity-circle").is_empty());
    }

    #[test]
    fn those_of_a_circle_are_one_stakeholder_and_it_is_said() {
        let identities = "alias,stakeholder_id\nc,b\nb,a\na,c\nd,b\nx,x\n";
        let orders = "customer_id,order_id,ordered_at,amount\na,1,2026-01-01,1\nb,2,2026-01-02,1\nc,3,2026-01-03,1\nd,4,2026-01-04,1\nx,5,2026-01-04,1\n";
        let files = [("orders.csv", "purchases", orders), ("ids.csv", "identities", identities)];
        let loaded = load(&files);
        assert_eq!(owners(&loaded, Table::Purchases), [("a", 4), ("x", 1)]);
        let circle = note(&loaded, "identity-circle");
        assert_eq!(
            (circle.count, circle.text().contains("for example 'a', 'b' and 'c'.")),
            (1, true),
            "{}",
            circle.text()
        );
        // The one of the roster keeps its name, wherever the circle is entered.
        let roster = "customer_id,name\nb,Bob\n";
        let loaded = load(&[files[0], files[1], ("roster.csv", "stakeholders", roster)]);
        assert_eq!(owners(&loaded, Table::Purchases), [("b", 4), ("x", 1)]);
    }

    #[test]
    fn an_alias_of_two_stakeholders_is_left_as_it_is() {
        let identities = "alias,stakeholder_id\nx,a\nx,b\ny,a\ny,z\nz,a\n";
        let orders = "customer_id,order_id,ordered_at,amount\nx,1,2026-01-01,1\ny,2,2026-01-02,1\n";
        let loaded = load(&[("orders.csv", "purchases", orders), ("ids.csv", "identities", identities)]);
        // Both of y's lead to one.
        assert_eq!(owners(&loaded, Table::Purchases), [("a", 1), ("x", 1)]);
        let several = note(&loaded, "alias-of-several");
        assert_eq!(
            (several.count, several.text().contains("'x' is listed for 'a' and 'b'")),
            (1, true),
            "{}",
            several.text()
        );
    }

    #[test]
    fn what_the_identities_say_wins_over_an_address() {
        let identities = "alias,stakeholder_id\nann@example.org,C2\nOld@example.org,ann@EXAMPLE.org\n";
        let orders = "customer_id,order_id,ordered_at,amount\nANN@example.org,1,2026-01-01,1\nold@example.org,2,2026-01-01,1\n";
        let loaded = load(&[
            ("roster.csv", "stakeholders", ROSTER),
            ("orders.csv", "purchases", orders),
            ("ids.csv", "identities", identities),
        ]);
        assert_eq!(owners(&loaded, Table::Purchases), [("C2", 2)]);
    }

    #[test]
    fn an_alias_of_an_address_reaches_the_roster() {
        let identities = "alias,stakeholder_id\n4711,ann@example.org\n";
        let orders = "customer_id,order_id,ordered_at,amount\n4711,1,2026-01-01,1\nann@example.org,2,2026-01-01,1\n";
        let loaded = load(&[
            ("roster.csv", "stakeholders", ROSTER),
            ("orders.csv", "purchases", orders),
            ("ids.csv", "identities", identities),
        ]);
        assert_eq!(owners(&loaded, Table::Purchases), [("C1", 2)]);
        assert_eq!(note(&loaded, "merged-by-identities").count, 1);
    }

    #[test]
    fn an_address_on_the_roster_by_itself_is_nobody_else() {
        let roster = "customer_id,name,email\nann@old.org,Ann,ann@new.org\nann@new.org,Anna,\n";
        let orders = "customer_id,order_id,ordered_at,amount\nann@new.org,1,2026-01-01,1\nANN@old.org,2,2026-01-01,1\n";
        let loaded = load(&[("roster.csv", "stakeholders", roster), ("orders.csv", "purchases", orders)]);
        assert_eq!(owners(&loaded, Table::Purchases), [("ann@new.org", 1), ("ann@old.org", 1)]);
        assert_eq!(note(&loaded, "shared-email").count, 1);
    }

    #[test]
    fn names_in_several_spellings_are_reported_and_merged_on_request() {
        let roster = "customer_id,name\nC1,Acme GmbH\nC2,ACME G.m.b.H.\nC3,John Smith\nC4,John Smith\n";
        let orders = "customer_id,order_id,ordered_at,amount\nC1,1,2026-01-01,1\nC2,2,2026-01-02,1\nC3,3,2026-01-03,1\nC4,4,2026-01-04,1\n\
                      Dupont SA,5,2026-01-05,1\nDupont S.A.,6,2026-01-06,1\n";
        let files = [("orders.csv", "purchases", orders), ("roster.csv", "stakeholders", roster)];
        let loaded = load(&files);
        // Two of the very same name may be two people.
        assert_eq!(note(&loaded, "probable-duplicates").count, 2);
        assert_eq!(owners(&loaded, Table::Purchases).len(), 6);
        let merging = crate::canonical::load::Options {
            merge_spellings: true,
            ..crate::canonical::load::testing::options()
        };
        let inputs = files.map(|(name, table, text)| crate::canonical::load::testing::input(name, table, text));
        let loaded = crate::canonical::load::testing::load_inputs(&inputs, &merging);
        assert_eq!(
            owners(&loaded, Table::Purchases),
            [("C1", 2), ("C3", 1), ("C4", 1), ("Dupont S.A.", 2)]
        );
        assert_eq!(note(&loaded, "merged-by-spelling").count, 2);
    }
}
