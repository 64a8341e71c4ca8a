//! Reads a damaged export as the program does, and holds what came out against what was written.

use std::collections::{BTreeMap, BTreeSet};

use relhealth::api::canonical::{Budget, Loaded, Options, key_of, load};
use relhealth::api::cell_parsing::parse_iso;
use relhealth::api::ingest::{FormatOverrides, Layout, for_each_record, peek};
use relhealth::api::io;
use relhealth::api::period::{Division, Grain, Zone};
use relhealth::api::schema::{MONEY_SCALE, Micros, Table, purchases};
use relhealth::api::sources::{From, Input, Mapped, Source};

use super::export::NAMES;
use super::variant::{Fate, Heading, Told, Variant};

/// What is to be said of a variant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Every order is used as it was written; a damaged one may be rejected at its line.
    Right,
    /// Nothing is lost, but something that could have been read is not: refused, rejected, or read with other cells.
    Short(String),
    /// An order is lost without a word, or used with values that it does not have.
    Silent(String),
}

/// Judges a variant by its raw records and by its table.
pub fn judge(variant: &Variant) -> Verdict {
    let file = io::Source::memory("orders.csv", variant.bytes.clone());
    let input = Input::new(file.clone(), stated(variant));
    let loaded = load(&[input], &options());
    let layout = match &loaded {
        Ok(loaded) => Ok(loaded.files[0].layout.clone()),
        Err(_) => peek(&file, &FormatOverrides::default(), 50).map(|peeked| peeked.layout),
    };
    let raw = layout
        .map_err(|e| format!("peek: {e:#}"))
        .and_then(|layout| records(variant, &file, &layout));
    let table = table(variant, loaded);
    if let Err(Verdict::Silent(why)) = &table {
        return Verdict::Silent(why.clone());
    }
    match (raw, table) {
        (Ok(()), Ok(())) => Verdict::Right,
        // Where the names are damaged nobody can tell what the columns mean: all records are there, and none is used wrongly.
        (Ok(()), Err(_)) if variant.heading == Heading::Damaged => Verdict::Right,
        (Err(why), Ok(())) => Verdict::Short(format!("records: {why}")),
        (Ok(()), Err(verdict)) => verdict,
        (Err(why), Err(Verdict::Short(more))) => Verdict::Short(format!("records: {why}; table: {more}")),
        (_, Err(verdict)) => verdict,
    }
}

/// The orders that start at these lines.
fn by_line(told: &[Told]) -> BTreeMap<u64, usize> {
    let lines = told.iter().enumerate();
    lines.flat_map(|(n, t)| (t.line..=t.last).map(move |line| (line, n))).collect()
}

/// Whether the records of the file are those that were written.
fn records(variant: &Variant, file: &io::Source, layout: &Layout) -> Result<(), String> {
    let outcome = for_each_record(file, layout, 1, Vec::new, |seen, record| {
        let cells: Vec<String> = record.iter().map(str::to_string).collect();
        seen.push((record.line(), cells));
        Ok(())
    });
    let seen = outcome.map_err(|e| format!("{e:#}"))?.sinks.remove(0);
    if variant.heading == Heading::Whole && !variant.told.is_empty() {
        let names = &layout.header.names;
        if names.len() != NAMES.len() + variant.more || names[..NAMES.len()] != NAMES {
            return Err(format!("the header is {:?}", &names[..names.len().min(12)]));
        }
    }
    let lines = by_line(&variant.told);
    let mut found = vec![0; variant.told.len()];
    for (line, cells) in &seen {
        let Some(&n) = lines.get(line) else {
            if variant.other.contains(line) {
                continue;
            }
            return Err(format!("line {line} holds no record, and {cells:?} is said to start there"));
        };
        let told = &variant.told[n];
        found[n] += 1;
        if told.fate == Fate::Whole && variant.heading != Heading::Damaged {
            let (own, more) = cells.split_at(cells.len().min(NAMES.len()));
            if own != told.cells || *line != told.line || more.len() < variant.more {
                return Err(format!("line {line}: {own:?} instead of {:?}", told.cells));
            }
        }
    }
    let expected = |told: &Told, times: usize| times == 1 || times > 1 && told.fate != Fate::Whole;
    match variant.told.iter().zip(&found).find(|(told, times)| !expected(told, **times)) {
        Some((told, times)) => Err(format!("the record of line {} is there {times} times", told.line)),
        None => Ok(()),
    }
}

/// Whether every order is used once with its values, or not used, at its line.
fn table(variant: &Variant, loaded: anyhow::Result<Loaded>) -> Result<(), Verdict> {
    let short = |why: String| Err(Verdict::Short(why));
    let loaded = match loaded {
        Ok(loaded) => loaded,
        // A file without an order holds nothing that could be lost.
        Err(_) if variant.told.is_empty() => return Ok(()),
        Err(error) => return short(format!("refused: {error:#}")),
    };
    let silent = |why: String| Err(Verdict::Silent(why));
    for account in &loaded.account {
        if !account.adds_up() {
            return silent(format!("the account does not add up: {account:?}"));
        }
    }
    let lines = by_line(&variant.told);
    let mut fates: Vec<Vec<&str>> = vec![Vec::new(); variant.told.len()];
    let mut accounted = 0;
    for unused in &loaded.unused {
        accounted += 1;
        match lines.get(&unused.line) {
            Some(&n) => fates[n].push(unused.reason.code().as_str()),
            None if variant.other.contains(&unused.line) => {}
            None => {
                return short(format!(
                    "line {}: {} where nothing starts ({})",
                    unused.line,
                    unused.reason.status().as_str(),
                    unused.reason
                ));
            }
        }
    }
    let mut used = BTreeSet::new();
    if let Some(rows) = loaded.canonical.table(Table::Purchases) {
        let line_of = rows.line.as_ref().expect("lines are kept");
        let (times, amounts) = (rows.times(&purchases::OCCURRED_AT), rows.ints(&purchases::AMOUNT));
        let (ids, products) = (rows.keys(&purchases::ORDER_ID), rows.codes(&purchases::PRODUCT));
        let (quantities, currencies) = (rows.floats(&purchases::QUANTITY), rows.codes(&purchases::CURRENCY));
        // What a damaged header does not name is not there to be wrong.
        let named = |column| variant.heading != Heading::Damaged || rows.data(column).is_some();
        let text = |code: u32| loaded.canonical.texts.text(code).unwrap_or("");
        for who in 0..loaded.canonical.stakeholders.len() as u32 {
            let customer = loaded.canonical.stakeholders.text(who).unwrap_or("");
            for row in rows.run(who) {
                accounted += 1;
                let line = u64::from(line_of[row]);
                let Some(&n) = lines.get(&line) else {
                    return silent(format!("line {line} is used, and no order starts there"));
                };
                let told = &variant.told[n];
                if line != told.line {
                    return silent(format!("line {line} is used, and the order starts on line {}", told.line));
                }
                if !used.insert(n) {
                    return silent(format!("the order of line {line} is used twice"));
                }
                let wrong = [
                    (0, named(&purchases::ORDER_ID) && !told.may_be(0, |id| key_of(id) == ids.at(row))),
                    (1, !told.may_be(1, |id| id == customer)),
                    (3, micros(&told.cells[3]) != times.at(row)),
                    (4, named(&purchases::QUANTITY) && told.cells[4].parse() != Ok(quantities.at(row))),
                    (5, money(&told.cells[5]) != amounts.at(row)),
                    (
                        6,
                        named(&purchases::CURRENCY) && !told.may_be(6, |word| word == text(currencies.at(row))),
                    ),
                    (
                        7,
                        named(&purchases::PRODUCT) && !told.may_be(7, |word| word == text(products.at(row))),
                    ),
                ];
                if let Some((column, _)) = wrong.iter().find(|(_, wrong)| *wrong) {
                    return silent(format!("line {line} is used with another {} than it has", NAMES[*column]));
                }
            }
        }
    }
    let read: u64 = loaded.account.iter().map(|a| a.read).sum();
    if read != accounted {
        return silent(format!("{read} records were read, and {accounted} are told of"));
    }
    for (n, told) in variant.told.iter().enumerate() {
        match (used.contains(&n), fates[n].first()) {
            (false, None) => return silent(format!("nothing is told of the order of line {}", told.line)),
            (true, None) => {}
            (true, Some(code)) if told.fate == Fate::Whole => return silent(format!("line {} is used and {code}", told.line)),
            (_, Some(code)) if told.fate == Fate::Whole && variant.heading != Heading::Damaged => {
                return short(format!("line {}: {code}", told.line));
            }
            _ => {}
        }
    }
    Ok(())
}

impl Told {
    /// Whether the cell may have been read as something for which this holds.
    fn may_be(&self, column: usize, holds: impl Fn(&str) -> bool) -> bool {
        let cell = &self.cells[column];
        holds(cell) || self.fate == Fate::Quoted(column) && (holds(&format!("\"{cell}")) || holds(&format!("{cell}\"")))
    }
}

fn micros(cell: &str) -> Micros {
    parse_iso(cell).unwrap().utc().unwrap()
}

fn money(cell: &str) -> i64 {
    let (whole, cents) = cell.split_once('.').unwrap();
    whole.parse::<i64>().unwrap() * MONEY_SCALE + cents.parse::<i64>().unwrap() * MONEY_SCALE / 100
}

/// What a user states of the file: nothing but its kind; or its columns, where their names do not tell, and where single rows are
/// damaged, for then recognising formats is not what is looked at.
fn stated(variant: &Variant) -> Source {
    let mut source = Source {
        table: Some(Table::Purchases),
        ..Source::default()
    };
    let rows = match variant.heading {
        Heading::Rows(rows) => rows,
        _ if variant.one_row => 1,
        _ => return source,
    };
    let canonical = [
        "order_id",
        "stakeholder_id",
        "",
        "occurred_at",
        "quantity",
        "amount",
        "currency",
        "product",
    ];
    for (n, name) in canonical.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        let column = match rows {
            0 => format!("column {}", n + 1),
            _ => vec![NAMES[n]; rows].join(" "),
        };
        source.map.insert(name.to_string(), Mapped::new(From::Column(column)));
    }
    source.is_mapped = true;
    source.profile = Some("none".to_string());
    source
}

fn options() -> Options {
    Options {
        threads: 1,
        zone: Zone::utc(),
        as_of: None,
        division: Division::Grain(Grain::Month),
        dimensions: BTreeSet::new(),
        texts: BTreeSet::from(["product".to_string(), "currency".to_string()]),
        keep_lines: true,
        everything: false,
        keep_unused: true,
        profiles: Vec::new(),
        questions: Vec::new(),
        budget: Budget::Number(u64::MAX),
        currency: None,
        rates: BTreeMap::new(),
        redact: None,
        limits: relhealth::api::ingest::Limits::default(),
        merge_spellings: false,
        large: usize::MAX,
    }
}
