//! From a source's description and a file's header to the columns to read.

mod errors;
mod maker;
mod shown;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::columns::{Plan, Times};
use super::filled_down::Parents;
use crate::canonical::load::money::currencies::FileCurrencies;
use crate::cell_parsing::{DecimalMark, Order};
use crate::diagnostics::{Place, Problem};
use crate::expr::Expr;
use crate::ingest::{Header, Row};
use crate::period::Zone;
use crate::schema::{Column, ColumnType, Role, Table, interactions, purchases, supplies};
use crate::sources::{self, Dates, From, Source};

pub use errors::expression_problem;
pub use errors::listed;
use errors::{check_needed, check_single, likely};
use maker::Maker;
use shown::{has_open_and_closed, has_won_and_lost, machine_marks, shares_cases};

/// Before the name of a column of ids that are kept as texts: as a key an id is only compared.
pub const ID: &str = "#id ";
/// Before the name of a column of the file that is kept as it is.
pub const OTHER: &str = "#other ";

/// The columns to read of one file.
#[derive(Debug)]
pub struct Mapping {
    /// The table that the file feeds.
    pub table: Table,
    /// The columns, canonical ones and dimensions.
    pub plans: Vec<Plan>,
    /// Canonical columns that the file has, read or not.
    pub mapped: BTreeSet<String>,
    /// Its records are messages of cases.
    pub messages: bool,
    /// Its records are tickets: each is a case of its own.
    pub tickets: bool,
    /// Decimal mark of the cells that the source's condition reads; until the file was looked at, each cell by its own evidence.
    pub filter_mark: DecimalMark,
    /// Whether that is to be looked at.
    pub filter_open: bool,
    /// By field: how the dates are written that the source's condition reads, once the file was looked at.
    pub filter_times: BTreeMap<usize, Times>,
    /// In which currencies its amounts are.
    pub currencies: FileCurrencies,
    /// Its first records have deals that were won and deals that were lost.
    pub has_won_and_lost: bool,
    /// The column that says whether a gift is one of its stakeholder or only credited.
    pub credit_type: Option<usize>,
    /// Whether its records say themselves what they belong to.
    pub parents: Parents,
}

impl Mapping {
    /// The column of currencies that the amounts of a file give where it has none of its own; a table without one gives `None`.
    pub fn currency_column(table: Table, zone: &Zone) -> Option<Plan> {
        let column = table.with_role(Role::Currency).next()?;
        Some(Plan::constant(column, "", zone))
    }
}

/// What a mapping is made for.
#[derive(Debug)]
pub struct RequestedColumns<'a> {
    /// The report's zone.
    pub zone: &'a Zone,
    /// Dimensions that are asked for, in lower case.
    pub dimensions: &'a BTreeSet<String>,
    /// Free texts that some metric needs, in lower case.
    pub texts: &'a BTreeSet<String>,
    /// Whether everything is kept: all texts, ids as texts, other columns.
    pub everything: bool,
    /// Its first records.
    pub rows: &'a [Row],
}

/// The table whose columns a mapping names: the only one that has all of the canonical columns in it, and needs none besides.
fn by_mapping(source: &Source) -> Option<Table> {
    let is_canonical = |name: &&String| Table::ALL.into_iter().any(|table| table.column(name).is_some());
    let named: Vec<&String> = source.map.keys().filter(is_canonical).collect();
    let fits = |table: &Table| {
        let needed = table.columns().iter().filter(|column| column.required);
        named.iter().all(|name| table.column(name).is_some()) && needed.into_iter().all(|column| source.map.contains_key(column.name))
    };
    let mut fitting = Table::ALL.into_iter().filter(fits);
    fitting.next().filter(|_| !named.is_empty() && fitting.next().is_none())
}

/// Settles the table and the columns of a file.
///
/// # Errors
///
/// When the table that the file belongs to cannot be determined, when a mapping names a column that the file does not have, and when a needed
/// column is missing.
pub fn map(source: &Source, file: &str, header: &Header, looked_up: &[String], wanted: &RequestedColumns) -> Result<Mapping> {
    let names: Vec<String> = header.names.iter().chain(looked_up).cloned().collect();
    // Where the columns were weighed and none of the tables was likely enough, known names alone do not decide either.
    let by_names = || sources::table(&names, file).filter(|_| source.is_mapped || source.profile.is_some());
    let Some(table) = source.table.or_else(|| by_mapping(source)).or_else(by_names) else {
        return Err(Problem::data(format!("cannot determine which table {file} belongs to"))
            .why(format!("its columns are {}", listed(&header.names)))
            .hint(likely(source, file).unwrap_or_else(|| {
                format!(
                    "name the table, for example purchases={file}, or map its columns in relhealth.toml; the tables are {}",
                    Table::ALL.map(Table::name).join(", ")
                )
            }))
            .into());
    };
    check_single(source, header, file)?;
    let zone = match &source.timezone {
        Some(name) => Zone::parse(name).map_err(|why| Problem::usage(format!("{file}: timezone")).why(why))?,
        None => wanted.zone.clone(),
    };
    let mut maker = Maker {
        source,
        header,
        file,
        used: vec![false; names.len()],
        names: &names,
        zone,
        wanted,
        table,
        plans: Vec::new(),
        mapped: BTreeSet::new(),
    };
    maker.add_written()?;
    maker.add_recognised()?;
    maker.add_dimensions()?;
    maker.add_key()?;
    if wanted.everything {
        maker.keep_everything();
    }
    let owner = match source.map.get(interactions::OWNER.name).map(|mapped| &mapped.from) {
        Some(From::Column(header)) => maker.find(header),
        _ => None,
    };
    let Maker { mut plans, mut mapped, .. } = maker;
    // The type of the author shows who spoke, and it and other columns whether a machine did.
    let is_mark = |name: &String| table.column(name).is_some_and(|column| column.role == Role::MachineMark);
    let has_author = table == Table::Interactions && mapped.contains(interactions::AUTHOR_TYPE.name);
    if has_author {
        mapped.insert(interactions::DIRECTION.name.to_string());
    }
    if has_author || mapped.iter().any(is_mark) {
        mapped.insert(interactions::AUTOMATED.name.to_string());
    }
    let has = |column: &Column| column.table == table && mapped.contains(column.name);
    let (messages, tickets) = messages_or_tickets(&has, &plans, source, wanted.rows);
    // Ids that link nothing here are known to be there, and not read.
    let is_order = |plan: &Plan| matches!(plan.column, Some(&purchases::ORDER_ID | &supplies::ORDER_ID | &supplies::LINE_ID));
    let links = |name: &str| messages || source.key.iter().any(|k| k == name) || wanted.texts.contains(name);
    plans.retain(|plan| plan.kind != ColumnType::Key || is_order(plan) || links(&plan.name));
    check_needed(source, table, &mapped, file, &names)?;
    if messages {
        let marks = machine_marks(&plans, owner);
        mapped.extend(marks.iter().map(|plan| plan.name.clone()));
        if !marks.is_empty() {
            mapped.insert(interactions::AUTOMATED.name.to_string());
        }
        plans.extend(marks);
    }
    let currencies = FileCurrencies::of(
        &mut plans,
        Mapping::currency_column(table, wanted.zone),
        sources::currency_of_header,
    );
    mapped.extend(currencies.column().map(|at| plans[at].name.clone()));
    let filter_mark = mark_of(source);
    let has_won_and_lost = has_won_and_lost(&plans, wanted.rows);
    Ok(Mapping {
        has_won_and_lost,
        table,
        plans,
        mapped,
        messages,
        tickets,
        filter_mark,
        filter_times: BTreeMap::new(),
        filter_open: source.filter.is_some(),
        currencies,
        parents: Parents::default(),
        credit_type: sources::credit_type_column(&header.names).filter(|_| table == Table::Purchases),
    })
}

/// Whether records are messages of cases, and whether each is a case of its own.
fn messages_or_tickets(has: &dyn Fn(&Column) -> bool, plans: &[Plan], source: &Source, rows: &[Row]) -> (bool, bool) {
    let timed = [
        interactions::RESPONDED_AT,
        interactions::RESPONSE_MINUTES,
        interactions::RESOLVED_AT,
        interactions::RESOLUTION_MINUTES,
    ]
    .iter()
    .any(has);
    let in_cases = has(&interactions::CASE_ID);
    // Records that share a case are its messages, where they have no times that only a ticket has.
    let is_shared = in_cases && shares_cases(plans, rows);
    let spoken = has(&interactions::DIRECTION);
    let messages = has(&interactions::IN_REPLY_TO)
        || (in_cases && spoken && !timed)
        || (is_shared && (!timed || (spoken && has(&interactions::INTERACTION_ID))));
    // What is open or closed is a case, whatever numbers and times it has.
    let has_states = source.profile.is_none() && has_open_and_closed(plans, rows);
    (messages, !messages && (timed || in_cases || has_states))
}

/// Binds an expression to a file's columns.
///
/// # Errors
///
/// A name that the file does not have, with the nearest that it has.
pub fn bind(expr: &Expr, names: &[String], file: &str, zone: &Zone, place: Option<&Place>) -> Result<crate::expr::Bound> {
    expr.bind(names, &|at| zone.instant(at))
        .map_err(|error| expression_problem(expr, &error, file, place).into())
}

fn mark_of(source: &Source) -> DecimalMark {
    match source.decimal {
        Some(',') => DecimalMark::Comma,
        Some(_) => DecimalMark::Point,
        None => DecimalMark::Auto,
    }
}

/// The order that a configuration states.
pub fn order_of(dates: Dates) -> Order {
    match dates {
        Dates::Dmy => Order::Dmy,
        Dates::Mdy => Order::Mdy,
        Dates::Ymd => Order::Ymd,
    }
}
