//! In which currency the amounts of a record are: as its currency column says it, as it is written beside the amounts or in their header,
//! or as the settings say it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use crate::canonical::CanonicalTables;
use crate::canonical::load::Options;
use crate::canonical::load::file::column_scan::ColumnDecision;
use crate::canonical::load::file::columns::{ColumnSource, Plan};
use crate::canonical::load::file::reading::Job;
use crate::cell_parsing::{Currency, Example, currency_of, is_null, unguarded};
use crate::ingest::for_each_record;
use crate::notes::{CurrencyFound, CurrencyReading, CurrencySource, DataIssue, Decision, Note, RejectReason};
use crate::schema::{ColumnType, Role};
use crate::sources::countries::{currencies_in_name, currency_of_country};
use crate::sources::{Source, country_columns};

/// How the currencies of a file are read.
#[derive(Debug, Clone, Default)]
pub struct FileCurrencies {
    /// The column of currencies among the plans, whether the file has it or the amounts give it.
    column: Option<usize>,
    /// What the signs that several currencies share stand for, as far as the file was looked at.
    shared: BTreeMap<&'static str, &'static Currency>,
    /// The currency of amounts that name none.
    unmarked: Option<&'static Currency>,
    /// The shared signs of which nothing says what they stand for, each with the currencies of the countries of its amounts.
    pub unknown: BTreeMap<&'static str, BTreeSet<&'static str>>,
    /// Whether all of the file was looked at.
    looked: bool,
    /// What was decided.
    pub decisions: Vec<ColumnDecision>,
}

/// The currency that is written beside the amounts of a record.
#[derive(Debug, Clone, Copy, Default)]
pub struct Written {
    currency: Option<&'static Currency>,
    /// Two of them that contradict each other.
    contradiction: Option<(&'static Currency, &'static Currency)>,
}

impl Written {
    /// Whether no amount names one.
    pub fn is_nothing(self) -> bool {
        self.currency.is_none()
    }

    /// With what is beside another amount.
    pub fn and(self, other: Option<&'static Currency>) -> Written {
        let (Some(known), Some(other)) = (self.currency, other) else {
            return Written {
                currency: self.currency.or(other),
                ..self
            };
        };
        let agreed = Currency::agreed(known, other);
        Written {
            currency: agreed.or(self.currency),
            contradiction: self.contradiction.or(agreed.is_none().then_some((known, other))),
        }
    }

    /// With what is beside several other amounts.
    pub fn and_all(self, others: Written) -> Written {
        let all = self.and(others.currency);
        Written {
            contradiction: all.contradiction.or(others.contradiction),
            ..all
        }
    }
}

/// The currency of a record.
pub enum RecordCurrency {
    /// What its column has, or none.
    AsRead,
    /// This one.
    Is(&'static str),
    /// All of the file has to be looked at first.
    NotDecided,
}

impl FileCurrencies {
    /// How the currencies of these columns are read before any record is. Headers that name a currency say it of their amounts.
    pub fn of(plans: &mut Vec<Plan>, column: Option<Plan>, header_currency: impl Fn(&str) -> Option<&'static Currency>) -> FileCurrencies {
        let is_currency = |plan: &Plan| plan.role() == Some(Role::Currency);
        let mut currencies = FileCurrencies {
            column: plans.iter().position(is_currency),
            ..FileCurrencies::default()
        };
        // A constant is what somebody says of the whole file.
        let is_constant = currencies.column.is_some_and(|at| matches!(plans[at].take, ColumnSource::Value(_)));
        for plan in plans.iter_mut().filter(|plan| plan.kind == ColumnType::Money && !is_constant) {
            if let ColumnSource::Field(_) = plan.take {
                plan.currency = header_currency(&plan.header);
            }
        }
        let named = plans.iter().find(|plan| plan.currency.is_some());
        if let (None, Some(column), Some(named)) = (currencies.column, column, named) {
            currencies.decisions = of_header(named);
            currencies.column = Some(plans.len());
            plans.push(column);
        }
        currencies
    }

    /// The column of currencies among the plans.
    pub fn column(&self) -> Option<usize> {
        self.column
    }

    /// The currency of a record whose column and whose amounts say this.
    ///
    /// # Errors
    /// They contradict each other.
    pub fn of_record(&self, stated: Option<&'static Currency>, written: Written) -> Result<RecordCurrency, RejectReason> {
        if let Some((one, other)) = written.contradiction {
            return Err(mismatch(one, other));
        }
        let named = match (stated, written.currency) {
            (Some(stated), Some(written)) => match Currency::agreed(stated, written) {
                Some(agreed) => Some(agreed),
                None => return Err(mismatch(stated, written)),
            },
            (Some(stated), None) if !stated.is_shared() => return Ok(RecordCurrency::AsRead),
            (stated, written) => stated.or(written).or(self.unmarked),
        };
        let Some(named) = named else { return Ok(RecordCurrency::AsRead) };
        if self.column.is_none() {
            return Ok(RecordCurrency::NotDecided);
        }
        Ok(match (named.is_shared(), self.shared.get(named.name())) {
            (false, _) => RecordCurrency::Is(named.name()),
            (true, Some(decided)) => RecordCurrency::Is(decided.name()),
            (true, None) if self.looked => RecordCurrency::Is(named.name()),
            (true, None) => RecordCurrency::NotDecided,
        })
    }
}

/// Why a record of two currencies is not used.
fn mismatch(stated: &Currency, written: &Currency) -> RejectReason {
    RejectReason::CurrencyMismatch {
        stated: stated.name().to_string(),
        written: written.name().to_string(),
    }
}

/// The decision that a header makes.
fn of_header(plan: &Plan) -> Vec<ColumnDecision> {
    let named = plan.currency.filter(|currency| !currency.is_shared());
    let reading = named.map(|currency| CurrencyReading {
        found: vec![CurrencyFound {
            written: currency.name().to_string(),
            is: Some(currency.name().to_string()),
            source: CurrencySource::Header,
            amounts: 0,
            countries: None,
        }],
        example: None,
        unmarked: None,
    });
    reading
        .map(|reading| (plan.header.clone(), Decision::Currency { reading }))
        .into_iter()
        .collect()
}

/// What all amounts of a file have beside them.
#[derive(Default)]
struct Seen {
    /// By name, how many amounts have it, and the first of them.
    written: BTreeMap<&'static str, (u64, &'static Currency, Example)>,
    /// Amounts that have none.
    unmarked: u64,
    /// What the currency column says.
    stated: BTreeMap<&'static str, &'static Currency>,
    /// By shared sign, the currencies that may be meant by the countries of its amounts, each with the field of the country.
    countries: BTreeMap<&'static str, BTreeMap<&'static str, usize>>,
}

impl Seen {
    fn add(&mut self, currency: &'static Currency, amounts: u64, example: Example) {
        let (count, _, first) = self
            .written
            .entry(currency.name())
            .or_insert_with(|| (0, currency, example.clone()));
        *count += amounts;
        if example.line < first.line {
            *first = example;
        }
    }
}

/// Looks at all amounts of a file, and decides in which currencies they are. `column` is the column that they give where the file has
/// none.
///
/// # Errors
/// The file cannot be read.
pub fn look(job: &Job, plans: &mut Vec<Plan>, column: Option<Plan>, source: &Source, options: &Options) -> Result<FileCurrencies> {
    let seen = seen(job, plans)?;
    let mut currencies = FileCurrencies {
        column: job.mapping.currencies.column,
        looked: true,
        ..FileCurrencies::default()
    };
    let amounts = plans.iter().find(|plan| plan.kind == ColumnType::Money && plan.column.is_some());
    let header = amounts.map_or(String::new(), |plan| plan.header.clone());
    let shared = seen
        .written
        .values()
        .map(|(_, currency, _)| *currency)
        .chain(seen.stated.values().copied());
    let mut sources: BTreeMap<&'static str, CurrencySource> = BTreeMap::new();
    currencies.unknown = BTreeMap::new();
    for sign in shared.filter(|currency| currency.is_shared()) {
        let (is, source) = meaning(sign, &seen, source, options);
        currencies.shared.insert(sign.name(), is);
        if is.is_shared() {
            let of_countries = seen.countries.get(sign.name()).map(|seen| seen.keys().copied().collect());
            currencies.unknown.insert(sign.name(), of_countries.unwrap_or_default());
        }
        sources.insert(sign.name(), source);
    }
    let is = |currency: &'static Currency| currencies.shared.get(currency.name()).copied().unwrap_or(currency);
    let different: BTreeSet<&'static Currency> = seen.written.values().map(|(_, currency, _)| is(currency)).collect();
    let only = different.first().copied().filter(|_| different.len() == 1);
    if currencies.column.is_none() {
        currencies.unmarked = only;
        if let Some(column) = column {
            currencies.column = Some(plans.len());
            plans.push(column);
        }
    }
    let names = &job.layout.header.names;
    let countries = |sign: &str| {
        let seen = seen
            .countries
            .get(sign)
            .filter(|_| sources.get(sign) == Some(&CurrencySource::Countries))?;
        let field = *seen.values().next()?;
        Some((names[field].clone(), seen.keys().map(|code| (*code).to_string()).collect()))
    };
    let found = |name: &'static str, amounts: u64, currency: &'static Currency| {
        let is = is(currency);
        CurrencyFound {
            written: name.to_string(),
            is: (!is.is_shared()).then(|| is.name().to_string()),
            source: sources.get(name).copied().unwrap_or(CurrencySource::Written),
            amounts,
            countries: countries(name),
        }
    };
    let of_column = seen
        .stated
        .values()
        .filter(|sign| sign.is_shared() && !seen.written.contains_key(sign.name()));
    let found: Vec<CurrencyFound> = (seen
        .written
        .iter()
        .map(|(name, (amounts, currency, _))| found(name, *amounts, currency)))
    .chain(of_column.map(|sign| found(sign.name(), 0, sign)))
    .collect();
    let unmarked = currencies.unmarked.filter(|_| seen.unmarked > 0);
    let reading = CurrencyReading {
        found,
        example: seen
            .written
            .into_values()
            .map(|(.., example)| example)
            .min_by_key(|example| example.line),
        unmarked: unmarked.map(|currency| (seen.unmarked, currency.name().to_string())),
    };
    currencies.decisions.push((header, Decision::Currency { reading }));
    Ok(currencies)
}

fn seen(job: &Job, plans: &[Plan]) -> Result<Seen> {
    let width = job.layout.header.names.len();
    let money = plans.iter().filter(|plan| plan.kind == ColumnType::Money);
    let fields: BTreeMap<usize, Option<&'static Currency>> = money
        .flat_map(|plan| plan.fields().into_iter().map(|index| (index, plan.currency)))
        .collect();
    let stated = plans.iter().find(|plan| plan.role() == Some(Role::Currency));
    let countries = country_columns(&job.layout.header.names);
    let outcome = for_each_record(job.file, job.layout, job.threads, Seen::default, |seen, record| {
        if record.len() < width {
            return Ok(());
        }
        for (&index, header) in fields.iter().filter(|(index, _)| **index < width) {
            let cell = unguarded(record.get(index).unwrap_or(""));
            if is_null(cell) {
                continue;
            }
            match currency_of(cell).or(*header) {
                Some(currency) => {
                    let (line, cell) = (record.line(), cell.trim().chars().take(SHOWN).collect());
                    seen.add(currency, 1, Example { line, cell });
                    if currency.is_shared() {
                        let of = |field: &usize| Some((currency_of_country(record.get(*field)?)?, *field));
                        let meant = countries
                            .iter()
                            .filter_map(of)
                            .filter(|(code, _)| currency.may_be().iter().any(|known| known == code));
                        let known = seen.countries.entry(currency.name()).or_default();
                        for (code, field) in meant {
                            let first = known.entry(code).or_insert(field);
                            *first = field.min(*first);
                        }
                    }
                }
                None => seen.unmarked += u64::from(cell.contains(|c: char| c.is_ascii_digit())),
            }
        }
        if let Some(ColumnSource::Field(index)) = stated.map(|plan| &plan.take)
            && let Some(currency) = record.get(*index).and_then(Currency::named)
        {
            seen.stated.insert(currency.name(), currency);
        }
        Ok(())
    })?;
    let mut all = Seen::default();
    for sink in outcome.sinks {
        sink.written
            .into_values()
            .for_each(|(amounts, currency, first)| all.add(currency, amounts, first));
        all.stated.extend(sink.stated);
        for (sign, meant) in sink.countries {
            let known = all.countries.entry(sign).or_default();
            for (code, field) in meant {
                let first = known.entry(code).or_insert(field);
                *first = field.min(*first);
            }
        }
        all.unmarked += sink.unmarked;
    }
    Ok(all)
}

/// So many characters of an amount are shown.
const SHOWN: usize = 40;

/// What a sign that several currencies share stands for in a file, and what says so: the source's own list, the currency column, the
/// currency of the report, its rates, or what the sign usually means. Otherwise it is a currency of its own: amounts with the same sign
/// are of one currency, unless they are of countries that pay with different ones.
fn meaning(sign: &'static Currency, seen: &Seen, source: &Source, options: &Options) -> (&'static Currency, CurrencySource) {
    let can_be = |code: &str| sign.may_be().iter().any(|known| known == code);
    let of_code = |code: &String| Currency::of_code(code).filter(|_| can_be(code));
    let listed = source.values.get("currency").and_then(|values| values.get(sign.name()));
    if let Some(currency) = listed.and_then(|code| Currency::named(code)) {
        return (currency, CurrencySource::Values);
    }
    let one = |codes: &mut dyn Iterator<Item = &'static Currency>| {
        let first = codes.next();
        first.filter(|_| codes.next().is_none())
    };
    let in_column = &mut seen
        .stated
        .values()
        .copied()
        .filter(|currency| !currency.is_shared() && can_be(currency.name()));
    if let Some(currency) = one(in_column) {
        return (currency, CurrencySource::Column);
    }
    // That the report is in one of them does not show that amounts of several countries are.
    if seen.countries.get(sign.name()).is_some_and(|meant| meant.len() > 1) {
        return (sign, CurrencySource::Countries);
    }
    if let Some(currency) = options.currency.as_ref().and_then(of_code) {
        return (currency, CurrencySource::Report);
    }
    if let Some(currency) = one(&mut options.rates.keys().filter_map(of_code)) {
        return (currency, CurrencySource::Rates);
    }
    match sign.usual().and_then(Currency::of_code) {
        Some(currency) => (currency, CurrencySource::Usual),
        None => (sign, CurrencySource::NotKnown),
    }
}

/// The currencies, by their codes among the texts, that may be several: signs that several currencies share, where nothing says which one
/// is meant, and the amounts of all files together are of countries that pay with different ones. What one file shows was said with it.
pub fn find_unknown(canonical: &mut CanonicalTables) -> Vec<Note> {
    let mut signs: BTreeMap<&str, (BTreeSet<String>, usize)> = BTreeMap::new();
    for source in &canonical.sources {
        for (sign, meant) in &source.unknown_currencies {
            let can_be = |code: &&str| Currency::named(sign).is_some_and(|sign| sign.may_be().iter().any(|known| known == code));
            let of_name = currencies_in_name(&source.file).filter(can_be).map(str::to_string);
            let (all, most) = signs.entry(sign).or_default();
            all.extend(meant.iter().cloned().chain(of_name));
            *most = meant.len().max(*most);
        }
    }
    let mut notes = Vec::new();
    let mut unknown = BTreeSet::new();
    for (sign, (meant, of_one_file)) in signs.into_iter().filter(|(_, (meant, _))| meant.len() > 1) {
        unknown.extend(canonical.texts.code(sign));
        if of_one_file < 2 {
            notes.push(Note::new(DataIssue::UnknownCurrency {
                sign: sign.to_string(),
                currencies: meant.into_iter().collect(),
            }));
        }
    }
    canonical.unknown_currencies = unknown;
    notes
}
