//! Which keys of one file are in another: by the names of the columns first, then by all their values.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::StatedJoin;
use super::files::File;
use super::names;
use super::values::{self, Values, Wanted};
use crate::canonical::load::Options;
use crate::notes::{Cardinality, KeyColumns, KeyNames, Relation};
use crate::schema::{Table, purchases};

/// A relation between two of the files, by their places and those of the columns.
#[derive(Debug, Clone)]
pub struct Link {
    /// The file that refers to the other, and its key.
    pub from: usize,
    pub key: Vec<usize>,
    /// The other file, and its key.
    pub to: usize,
    pub of: Vec<usize>,
    /// What shows it.
    pub relation: Relation,
}

/// Two keys that may be the same.
struct Candidate {
    from: (usize, Vec<usize>),
    to: (usize, Vec<usize>),
    names: KeyNames,
}

/// What is known of the values of the files' columns.
pub struct Known {
    values: Vec<Vec<Values>>,
}

impl Known {
    /// Whether a column has a value in several records, and how many values it has; none if it was not read.
    pub fn repeats(&self, file: usize, column: usize) -> Option<(bool, u64)> {
        self.of(file, &[column]).map(Values::repeats)
    }

    fn of(&self, file: usize, columns: &[usize]) -> Option<&Values> {
        self.values[file].iter().find(|values| values.columns == columns)
    }
}

/// The relations between the files, in their order, and the values that were read for it.
///
/// # Errors
/// When a file cannot be read.
pub fn links(files: &[File], stated: &[StatedJoin], options: &Options) -> Result<(Vec<Link>, Known)> {
    let mut candidates = candidates(files);
    for join in stated {
        candidates.extend(join.candidates(files)?.into_iter().map(|(from, to)| Candidate {
            from,
            to,
            names: KeyNames::Stated,
        }));
    }
    let mut wanted: BTreeMap<usize, Vec<Wanted>> = BTreeMap::new();
    let mut want = |file: usize, columns: &[usize], is_target: bool| {
        let keys = wanted.entry(file).or_default();
        match keys.iter_mut().find(|known| known.columns == columns) {
            Some(known) => known.is_target |= is_target,
            None => keys.push(Wanted {
                columns: columns.to_vec(),
                is_target,
            }),
        }
    };
    for candidate in &candidates {
        want(candidate.from.0, &candidate.from.1, false);
        want(candidate.to.0, &candidate.to.1, true);
    }
    // Of a file that others refer to, other ids may be those of the people.
    let targets: Vec<usize> = candidates.iter().map(|candidate| candidate.to.0).collect();
    for &at in &targets {
        let file = &files[at];
        let ids = (0..file.names.len()).filter(|&column| is_id_of_person(file, column));
        ids.for_each(|column| want(at, &[column], false));
    }
    let largest = files.iter().map(File::expected_records).max().unwrap_or(0);
    let mut known = Known { values: Vec::new() };
    for (at, file) in files.iter().enumerate() {
        let keys = wanted.remove(&at).unwrap_or_default();
        known.values.push(values::read(file, &keys, options.threads, largest)?);
    }
    let mut links: Vec<Link> = Vec::new();
    for candidate in candidates {
        let (Some(from), Some(to)) = (
            known.of(candidate.from.0, &candidate.from.1),
            known.of(candidate.to.0, &candidate.to.1),
        ) else {
            continue;
        };
        let found = from.within(to);
        let (this, other) = (&files[candidate.from.0], &files[candidate.to.0]);
        let key_columns = |file: &File, columns: &[usize]| KeyColumns {
            file: file.name().to_string(),
            others: file.parts[1..].iter().map(|part| part.input.file.name().to_string()).collect(),
            columns: columns.iter().map(|&at| file.names[at].clone()).collect(),
        };
        let relation = Relation {
            from: key_columns(this, &candidate.from.1),
            to: key_columns(other, &candidate.to.1),
            names: candidate.names,
            rows: found.rows,
            matched: found.matched,
            empty: from.empty,
            distinct: found.distinct,
            shared: found.shared,
            several: found.several,
            of: found.of,
            repeated: found.repeated,
            is_part: found.rows < from.filled,
        };
        let is_shown = match candidate.names {
            KeyNames::Stated => true,
            KeyNames::Values => relation.is_almost_whole() && relation.is_to_one() && relation.shared >= 10,
            // What is the same number in all records, and is called no number, counts something.
            _ if found.distinct == 1 && found.rows >= 10 && found.of > 1 && !names::is_key(&this.words[candidate.from.1[0]]) => false,
            // A key has different values, and most records have one.
            KeyNames::Same | KeyNames::SameWords | KeyNames::IdOfFile | KeyNames::RoleOfFile => {
                let is_key = 2 * relation.repeated <= relation.of;
                relation.of > 1 && (if is_key { relation.share() >= 0.3 } else { relation.share() >= 0.9 })
            }
        };
        if is_shown {
            links.push(Link {
                from: candidate.from.0,
                key: candidate.from.1,
                to: candidate.to.0,
                of: candidate.to.1,
                relation,
            });
        }
    }
    links.extend(backwards(files, &links));
    Ok((best(links), known))
}

/// The way from orders to files that have one record for each of them, where the orders do not say who bought and the other file does.
fn backwards(files: &[File], links: &[Link]) -> Vec<Link> {
    let says_who = |file: &File| (0..file.names.len()).any(|column| is_id_of_person(file, column));
    let has_who = |file: &File| file.as_table(Table::Purchases).contains_key(purchases::STAKEHOLDER_ID.name);
    let is_one_each = |link: &&Link| {
        let (this, other) = (&files[link.from], &files[link.to]);
        let is_known = links
            .iter()
            .any(|back| (back.from, &back.key, back.to) == (link.to, &link.of, link.from));
        let is_whole = link.relation.is_almost_whole() && link.relation.coverage() >= 0.95;
        let is_needed = says_who(this) && !is_known && !has_who(other);
        link.relation.cardinality() == Cardinality::OneToOne && is_whole && is_needed && link.relation.names <= KeyNames::RoleOfFile
    };
    let back = |link: &Link| Link {
        from: link.to,
        key: link.of.clone(),
        to: link.from,
        of: link.key.clone(),
        relation: Relation {
            from: link.relation.to.clone(),
            to: link.relation.from.clone(),
            names: KeyNames::RoleOfFile,
            rows: link.relation.of,
            matched: link.relation.shared,
            empty: 0,
            distinct: link.relation.of,
            shared: link.relation.shared,
            several: 0,
            of: link.relation.distinct,
            repeated: 0,
            is_part: link.relation.is_part,
        },
    };
    links.iter().filter(is_one_each).map(back).collect()
}

/// Of the keys of another file that a column may be, the one with the clearest name, then with the most records; one column before
/// several that lead to one record as well.
fn best(links: Vec<Link>) -> Vec<Link> {
    let is_whole = |link: &Link| link.relation.is_to_one() && link.relation.is_almost_whole();
    let rank = |link: &Link| {
        let share = (1e6 * (1.0 - link.relation.share())) as u64;
        (
            link.relation.names != KeyNames::Stated,
            !is_whole(link),
            link.key.len(),
            link.relation.names,
            share,
            link.of.clone(),
        )
    };
    let mut kept: Vec<Link> = Vec::new();
    for link in &links {
        let is_beaten = links.iter().any(|other| {
            let is_same_pair = (other.from, other.to) == (link.from, link.to);
            // A combined key takes the place of its parts, or they its.
            let overlaps = other.key.iter().any(|column| link.key.contains(column));
            is_same_pair && overlaps && rank(other) < rank(link)
        });
        if !is_beaten {
            kept.push(link.clone());
        }
    }
    kept
}

/// Whether a column is an id of a person or an organisation by its name.
pub fn is_id_of_person(file: &File, column: usize) -> bool {
    let words = &file.words[column];
    words.iter().any(|word| crate::sources::guess::is_who(word)) && names::is_key(words) && file.may_be_key(column)
}

/// All pairs of columns whose names, or the cells of their first records, speak for one being the key of the other.
fn candidates(files: &[File]) -> Vec<Candidate> {
    let keys: Vec<Vec<usize>> = files
        .iter()
        .map(|file| (0..file.names.len()).filter(|&column| file.may_be_key(column)).collect())
        .collect();
    let mut candidates = Vec::new();
    for (from, this) in files.iter().enumerate() {
        for (to, other) in files.iter().enumerate() {
            // Exports with the same columns are one table in several files.
            if from == to || this.names == other.names || other.table() == Some(Table::Identities) {
                continue;
            }
            let mut shared: Vec<(usize, usize)> = Vec::new();
            for &key in &keys[from] {
                for &of in &keys[to] {
                    let by_name = names::speak_of(
                        (&this.names[key], &this.words[key]),
                        (&other.names[of], &other.words[of]),
                        &other.entity,
                        &other.own_entity,
                    );
                    // What numbers the records of a file is no number of others that its name contains: refunds of items, by their own number.
                    let by_name = by_name.filter(|names| *names != KeyNames::RoleOfFile || !numbers_itself(this, key));
                    if matches!(by_name, Some(KeyNames::Same | KeyNames::SameWords)) {
                        shared.push((key, of));
                    }
                    let by_values = || (this.is_rare(key) && other.is_rare(of)).then_some(KeyNames::Values);
                    let names = by_name.or_else(by_values).filter(|names| {
                        // Of orders and lines that cannot be read without each other, the key has to be asked about.
                        let is_needed = || !this.is_complete() && !other.is_complete() && names::is_key(&other.words[of]);
                        other.seems_unique(of) || (*names <= KeyNames::IdOfFile && is_needed())
                    });
                    candidates.extend(names.map(|names| Candidate {
                        from: (from, vec![key]),
                        to: (to, vec![of]),
                        names,
                    }));
                }
            }
            for combined in combinations(&shared, this) {
                candidates.push(Candidate {
                    from: (from, combined.iter().map(|pair| pair.0).collect()),
                    to: (to, combined.iter().map(|pair| pair.1).collect()),
                    names: KeyNames::Same,
                });
            }
        }
    }
    candidates
}

/// Whether a column numbers the records of its own file: each has another one, and it is called what the file lists.
fn numbers_itself(file: &File, column: usize) -> bool {
    let words = names::core(&file.words[column]);
    let is_called = |entity: &BTreeSet<String>| !entity.is_empty() && entity.is_subset(&words);
    file.seems_unique(column) && (is_called(&file.entity) || is_called(&file.own_entity))
}

/// Two or three of the columns that two files have in common, at least one of which is called a key.
fn combinations(shared: &[(usize, usize)], file: &File) -> Vec<Vec<(usize, usize)>> {
    /// More columns in common are hardly parts of one key.
    const MOST: usize = 4;
    // `Bon` is the number of a receipt, as `Bonnr` is.
    let is_key = |pair: &(usize, usize)| names::is_key(&file.words[pair.0]) || names::is_record(&file.words[pair.0]);
    let shared: Vec<(usize, usize)> = match shared.len() > MOST {
        true => shared.iter().copied().filter(is_key).take(MOST).collect(),
        false => shared.to_vec(),
    };
    let mut all = Vec::new();
    for a in 0..shared.len() {
        for b in a + 1..shared.len() {
            all.push(vec![shared[a], shared[b]]);
            all.extend((b + 1..shared.len()).map(|c| vec![shared[a], shared[b], shared[c]]));
        }
    }
    let differ = |pairs: &[(usize, usize)]| {
        let others = |at: usize| pairs[at + 1..].iter();
        (0..pairs.len()).all(|at| others(at).all(|other| other.0 != pairs[at].0 && other.1 != pairs[at].1))
    };
    all.retain(|pairs| pairs.iter().any(is_key) && differ(pairs));
    all
}
