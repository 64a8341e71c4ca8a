//! From a source's description and a file's header to the columns to read.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::columns::{ColumnSource, Plan, Times};
use super::filled_down::Parents;
use crate::canonical::load::money::currencies::FileCurrencies;
use crate::cell_parsing::{DecimalMark, DurationUnit, Format, Order, ScorePart, ScoreReading, is_null};
use crate::diagnostics::{Excerpt, Place, Problem, did_you_mean, excerpt};
use crate::expr::{Expr, ExprError};
use crate::ingest::{Header, Row, Stored};
use crate::period::Zone;
use crate::schema::{Column, ColumnType, Role, Table, interactions, purchases, stakeholders, supplies, surveys};
use crate::sources::case_words::{is_closed, is_open};
use crate::sources::deal_stages::{DealStage, deal_stage};
use crate::sources::{self, Dates, From, Mapped, Source, WrongTarget, guess};

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
    let find = |name: &str| {
        header
            .find(name)
            .or_else(|| names.iter().position(|n| sources::folded(n) == sources::folded(name)))
    };
    let zone = match &source.timezone {
        Some(name) => Zone::parse(name).map_err(|why| Problem::usage(format!("{file}: timezone")).why(why))?,
        None => wanted.zone.clone(),
    };
    let mut maker = Maker {
        source,
        header,
        file,
        names: &names,
        zone,
        wanted,
        table,
        plans: Vec::new(),
        mapped: BTreeSet::new(),
    };
    let mut used = vec![false; names.len()];
    for (name, mapped) in &source.map {
        // Of a list the first that the file has.
        let has = |mapped: &&Mapped| mapped.columns().iter().all(|header| find(header).is_some());
        let mapped = std::iter::once(mapped).chain(&mapped.or).find(has).unwrap_or(mapped);
        if let Err(wrong) = sources::check_target(table, name, mapped) {
            return Err(wrong_target(file, wrong, mapped).into());
        }
        let take = match &mapped.from {
            From::Column(header) => {
                let Some(index) = find(header) else {
                    return Err(missing_column(file, header, &names, mapped.place.clone()).into());
                };
                used[index] = true;
                ColumnSource::Field(index)
            }
            From::Value(text) => ColumnSource::Value(text.clone()),
            From::Expr(expr) => {
                // What an expression is made of is not recognised once more: a refund turned into a negative amount would count twice.
                let expr = match &mapped.first_of {
                    Some(column) => Cow::Owned(expr.first_of(column, &header.all(column))),
                    None => Cow::Borrowed(expr),
                };
                let bound = bind(&expr, &names, file, &maker.zone, mapped.place.as_ref())?;
                bound.columns().iter().filter(|i| **i < names.len()).for_each(|i| used[*i] = true);
                ColumnSource::Expr(bound)
            }
        };
        maker.add(name, take, Some(mapped))?;
    }
    // A mapping that somebody wrote is the whole mapping; headers are asked only for what the table cannot do without, and not where it
    // is known that the format may lack it: a header that seems to say it means something else.
    let only_needed = source.is_mapped;
    for (name, index) in sources::columns(table, &names, &|i| used[i]) {
        let column = table.column(name);
        let needed = column.is_some_and(|c| c.required);
        // Who a guest was, who has left, and what a machine wrote is looked for in every known format.
        let is_looked_for =
            |c: &Column| c.role.is_contact() || c.role == Role::MachineMark || matches!(*c, stakeholders::STATUS | stakeholders::IS_ACTIVE);
        let of_format = source.profile.is_some() && column.is_some_and(is_looked_for);
        if !source.map.contains_key(name) && ((needed && source.lacks.is_none()) || of_format || !only_needed) {
            used[index] = true;
            maker.add(name, ColumnSource::Field(index), None)?;
        }
    }
    // Dimensions keep the file's own name; a canonical column of that name is one already.
    for (index, name) in names.iter().enumerate() {
        let folded = name.trim().to_lowercase();
        if let Some(asked) = wanted.dimensions.get(&folded)
            && table.column(&folded).is_none_or(|c| c.kind == ColumnType::Text)
            && !maker.plans.iter().any(|p| p.name.to_lowercase() == *asked)
        {
            maker.add(&folded, ColumnSource::Field(index), None)?;
        }
    }
    for name in &source.key {
        let is_read = |plan: &Plan| plan.name.eq_ignore_ascii_case(name);
        let is_known = maker.plans.iter().any(is_read) || maker.mapped.contains(&name.to_lowercase());
        if is_known {
            continue;
        }
        // Without it, records would be taken for one that are not.
        let Some(index) = find(name) else {
            return Err(missing_column(file, name, &names, source.place.clone()).into());
        };
        maker.add(&name.to_lowercase(), ColumnSource::Field(index), None)?;
    }
    if wanted.everything {
        maker.keep_everything();
    }
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
    let is_shared = in_cases && shares_cases(&plans, wanted.rows);
    let spoken = has(&interactions::DIRECTION);
    let messages = has(&interactions::IN_REPLY_TO)
        || (in_cases && spoken && !timed)
        || (is_shared && (!timed || (spoken && has(&interactions::INTERACTION_ID))));
    // What is open or closed is a case, whatever numbers and times it has.
    let has_states = source.profile.is_none() && has_open_and_closed(&plans, wanted.rows);
    let tickets = !messages && (timed || in_cases || has_states);
    // Ids that link nothing here are known to be there, and not read.
    let is_order = |plan: &Plan| matches!(plan.column, Some(&purchases::ORDER_ID | &supplies::ORDER_ID | &supplies::LINE_ID));
    let links = |name: &str| messages || source.key.iter().any(|k| k == name) || wanted.texts.contains(name);
    plans.retain(|plan| plan.kind != ColumnType::Key || is_order(plan) || links(&plan.name));
    check_needed(source, table, &mapped, file, &names)?;
    if messages {
        let owner = match source.map.get(interactions::OWNER.name).map(|mapped| &mapped.from) {
            Some(From::Column(header)) => find(header),
            _ => None,
        };
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
        filter_open: source.filter.is_some() && filter_mark == DecimalMark::Auto,
        currencies,
        parents: Parents::default(),
        credit_type: sources::credit_type_column(&header.names).filter(|_| table == Table::Purchases),
    })
}

/// The columns of messages that may show machines beside their own meaning: the type of the message, and the name of who wrote it. `owner`
/// is the field of the latter.
fn machine_marks(plans: &[Plan], owner: Option<usize>) -> Vec<Plan> {
    let plan_of = |column: &Column| plans.iter().find(|plan| plan.column == Some(column));
    let kind = plan_of(&interactions::KIND).and_then(|plan| match plan.take {
        ColumnSource::Field(index) => Some(index),
        ColumnSource::Expr(_) | ColumnSource::Value(_) => None,
    });
    let Some(like) = plans.first() else { return Vec::new() };
    let mark = |column: &'static Column, field: Option<usize>| {
        let field = field.filter(|_| plan_of(column).is_none())?;
        Some(Plan {
            take: ColumnSource::Field(field),
            ..Plan::constant(column, "", &like.zone)
        })
    };
    let marks = [
        mark(&interactions::AUTOMATIC_TYPE, kind),
        mark(&interactions::AUTOMATIC_NAME, owner),
    ];
    marks.into_iter().flatten().collect()
}

/// Whether the states of these records are known words for cases, some of which are open and some closed.
fn has_open_and_closed(plans: &[Plan], rows: &[Row]) -> bool {
    let status = plans.iter().find(|plan| plan.column == Some(&interactions::STATUS));
    let fields: Vec<usize> = status.into_iter().flat_map(Plan::fields).collect();
    let cells = || {
        let cells = rows.iter().flat_map(|row| fields.iter().filter_map(|&at| row.fields.get(at)));
        cells.map(|cell| cell.trim()).filter(|cell| !is_null(cell))
    };
    cells().all(|cell| is_closed(cell) || is_open(cell)) && cells().any(is_closed) && cells().any(is_open)
}

/// Whether some of these records are deals that were won, and others deals that were lost.
fn has_won_and_lost(plans: &[Plan], rows: &[Row]) -> bool {
    let status = plans.iter().find(|plan| plan.column == Some(&purchases::STATUS));
    let fields: Vec<usize> = status.into_iter().flat_map(Plan::fields).collect();
    let stages = || {
        let cells = rows.iter().flat_map(|row| fields.iter().filter_map(|&at| row.fields.get(at)));
        cells.filter_map(|cell| deal_stage(cell))
    };
    stages().any(|stage| stage == DealStage::Won) && stages().any(|stage| stage == DealStage::Lost)
}

/// Whether some of these records have the same case id, and ids of their own where they have any.
fn shares_cases(plans: &[Plan], rows: &[Row]) -> bool {
    let index = |column: &Column| {
        let plan = plans.iter().find(|plan| plan.column.is_some_and(|of| of.name == column.name))?;
        match plan.take {
            ColumnSource::Field(index) => Some(index),
            ColumnSource::Expr(_) | ColumnSource::Value(_) => None,
        }
    };
    let Some(case) = index(&interactions::CASE_ID) else {
        return false;
    };
    let own = index(&interactions::INTERACTION_ID);
    let cell = |row: &'_ Row, index: usize| row.fields.get(index).map_or(String::new(), |cell| cell.trim().to_string());
    let mut first: BTreeMap<String, Option<String>> = BTreeMap::new();
    rows.iter().any(|row| {
        let (case, own) = (cell(row, case), own.map(|index| cell(row, index)));
        if is_null(&case) {
            return false;
        }
        match first.get(&case) {
            Some(earlier) => own.is_none() || *earlier != own,
            None => {
                first.insert(case, own);
                false
            }
        }
    })
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

fn expression_problem(expr: &Expr, error: &ExprError, file: &str, place: Option<&Place>) -> Problem {
    let written = place.map_or_else(|| "expression".to_string(), |place| format!("{place}, expression"));
    Problem::usage(format!("an expression does not fit the columns of {file}"))
        .why(error.message.clone())
        .hint(error.hint.clone().unwrap_or_default())
        .showing(Excerpt::new(&written, expr.text(), error.span.clone()))
}

fn wrong_target(file: &str, wrong: WrongTarget, mapped: &Mapped) -> Problem {
    let problem = Problem::usage(format!("the mapping of {file} cannot be used: {}", wrong.message)).hint(wrong.hint);
    match &mapped.place {
        Some(place) => problem.at(place.clone()),
        None => problem,
    }
}

fn missing_column(file: &str, header: &str, names: &[String], place: Option<Place>) -> Problem {
    let problem = Problem::usage(format!("{file} has no column {}", excerpt(header)))
        .why(format!("its columns are {}", listed(names)))
        .hint(did_you_mean(header, names));
    match place {
        Some(place) => problem.at(place),
        None => problem,
    }
}

fn check_needed(source: &Source, table: Table, mapped: &BTreeSet<String>, file: &str, names: &[String]) -> Result<()> {
    let has = |column: &Column| column.table == table && mapped.contains(column.name);
    let missing: Vec<&str> = table
        .columns()
        .iter()
        .filter(|c| c.required && !mapped.contains(c.name))
        .map(|c| c.name)
        .collect();
    let no_time = table == Table::Surveys && !has(&surveys::RESPONDED_AT) && !has(&surveys::SENT_AT);
    // Without the question that counts, nothing of the file does.
    let asked = source
        .questions
        .iter()
        .find(|question| matches!(question, guess::Question::Asked(_)));
    if let Some(question) = asked.filter(|_| missing.is_empty() && !no_time && !source.map.contains_key(surveys::INSTRUMENT.name)) {
        return Err(
            Problem::data(format!("{file} has a record for each answer, and it is not certain what counts"))
                .why(question.to_string())
                .hint(format!("name the question: {}", question.answer()))
                .into(),
        );
    }
    if missing.is_empty() && !no_time {
        return Ok(());
    }
    let what = if no_time {
        format!("{} or {}", surveys::RESPONDED_AT.name, surveys::SENT_AT.name)
    } else {
        missing.join(", ")
    };
    Err(Problem::data(format!("{file} cannot be read as {table}: no column for {what}"))
        .why(match &source.lacks {
            Some(why) => format!("{why}; its columns are {}", listed(names)),
            None => format!("its columns are {}", listed(names)),
        })
        .hint(likely(source, file).unwrap_or_else(|| {
            format!(
                "name it: --map '{file}:{}=COLUMN', or in [source.map] of relhealth.toml",
                missing.first().unwrap_or(&surveys::RESPONDED_AT.name)
            )
        }))
        .into())
}

/// What the columns are likely to mean, as options to accept it with; none where nothing is likely.
fn likely(source: &Source, file: &str) -> Option<String> {
    let accepted = guess::accepted(file, source.table, &source.questions)?;
    Some(format!(
        "`relhealth inspect {}` shows what its columns seem to mean; if that is right, give the file as {accepted}",
        guess::quoted_if_needed(file)
    ))
}

/// Names of columns for a message: the first of many.
pub fn listed(names: &[String]) -> String {
    const SHOWN: usize = 30;
    let shown: Vec<_> = names.iter().take(SHOWN).map(|name| excerpt(name)).collect();
    let shown = shown.join(", ");
    if names.is_empty() {
        "none".to_string()
    } else if names.len() > SHOWN {
        format!("{shown} and {} more", names.len() - SHOWN)
    } else {
        shown
    }
}

struct Maker<'a> {
    source: &'a Source,
    header: &'a Header,
    file: &'a str,
    names: &'a [String],
    zone: Zone,
    wanted: &'a RequestedColumns<'a>,
    table: Table,
    plans: Vec<Plan>,
    mapped: BTreeSet<String>,
}

impl Maker<'_> {
    fn add(&mut self, name: &str, take: ColumnSource, mapped: Option<&Mapped>) -> Result<()> {
        let canonical: Option<&'static Column> = self.table.column(name);
        if let Some(column) = canonical {
            self.mapped.insert(column.name.to_string());
        }
        let lower = name.to_lowercase();
        let asked = self.wanted.dimensions.contains(&lower)
            || (canonical.is_some() && self.wanted.texts.contains(&lower))
            // A key may be a column of the export's own; without it records of one person would be taken for one record.
            || self.source.key.iter().any(|key| key.to_lowercase() == lower);
        if !asked && !self.wanted.everything && canonical.is_none_or(Column::is_read_on_request) {
            return Ok(());
        }
        let (kind, words) = canonical.map_or((ColumnType::Text, &[] as &[&str]), |c| (c.kind, c.words));
        // An alias is compared with ids, so it is one.
        let role = canonical.map(|column| column.role);
        let kind = if role == Some(Role::Alias) { ColumnType::Stakeholder } else { kind };
        let header = match &take {
            ColumnSource::Field(index) => self.names[*index].clone(),
            _ => name.to_string(),
        };
        let (times, zone) = self.times(name, &take, mapped)?;
        // Where the file stores values of the column's own kind, no cell leaves open how it is written.
        let stored = match take {
            ColumnSource::Field(index) => self.header.stored(index),
            ColumnSource::Expr(_) | ColumnSource::Value(_) => Stored::Text,
        };
        let settled = match kind {
            ColumnType::Time => stored == Stored::Time,
            ColumnType::Money | ColumnType::Number => stored == Stored::Number,
            ColumnType::Key | ColumnType::Stakeholder => stored != Stored::Text,
            ColumnType::Text | ColumnType::Bool => false,
        };
        let times = if settled { Times::Iso } else { times };
        let mark = if settled { DecimalMark::Point } else { mark_of(self.source) };
        let is_time = kind == ColumnType::Time;
        let is_number = matches!(kind, ColumnType::Money | ColumnType::Number);
        let is_id = matches!(kind, ColumnType::Key | ColumnType::Stakeholder);
        // Of texts, `NA` alone leaves something open; where the words are given, it is none of them.
        let is_field = matches!(take, ColumnSource::Field(_));
        let is_open_text = is_field && kind == ColumnType::Text && words.is_empty() && role != Some(Role::Currency);
        let open = (is_time && !matches!(times, Times::Formats(_))) || (is_number && mark == DecimalMark::Auto) || is_id || is_open_text;
        let values = self.source.values.get(name).cloned().unwrap_or_default();
        self.plans.push(Plan {
            name: canonical.map_or_else(|| name.to_lowercase(), |c| c.name.to_string()),
            column: canonical,
            kind,
            required: canonical.is_some_and(|c| c.required),
            words,
            header,
            open: open && !settled && !matches!(take, ColumnSource::Value(_)),
            take,
            times,
            zone,
            report_zone: self.wanted.zone.clone(),
            mark,
            precision: mapped.and_then(|m| m.precision),
            unit: mapped.and_then(|m| m.unit).unwrap_or_default(),
            strip_point_zero: false,
            forgiving: role == Some(Role::Score),
            na_is_text: false,
            keep_text: self.source.keep_text,
            scores: ScoreReading::default(),
            score_part: ScorePart::Score,
            values,
            currency: None,
        });
        Ok(())
    }

    /// Adds the texts of ids, and the file's columns that no plan reads as they are.
    fn keep_everything(&mut self) {
        let ids: Vec<Plan> = self.plans.iter().filter(|p| p.kind == ColumnType::Key).cloned().collect();
        // Ids are read as those of stakeholders, so that they have texts.
        self.plans.extend(ids.into_iter().map(|id| Plan {
            name: format!("{ID}{}", id.name),
            column: None,
            kind: ColumnType::Stakeholder,
            required: false,
            ..id
        }));
        let taken: BTreeSet<String> = self.plans.iter().map(|p| p.name.to_lowercase()).collect();
        let lower: BTreeSet<String> = self.names.iter().map(|name| name.to_lowercase()).collect();
        // Words that are called otherwise, or replaced, can be wanted under their own name too.
        let as_it_is = |p: &Plan| match p.take {
            // What shows that a machine wrote it is a text for itself.
            _ if p.role() == Some(Role::MachineMark) => None,
            // Of what tells who it was only addresses, numbers and placeholders are read.
            ColumnSource::Field(index)
                if p.values.is_empty() && (!p.role().is_some_and(Role::is_contact) || self.names[index] == p.name) =>
            {
                (p.kind != ColumnType::Text || p.name == self.names[index].trim().to_lowercase()).then_some(index)
            }
            _ => None,
        };
        let as_they_are: BTreeSet<usize> = self.plans.iter().filter_map(as_it_is).collect();
        for (index, header) in self.names.iter().enumerate().filter(|(index, _)| !as_they_are.contains(index)) {
            let own = header.trim().to_lowercase();
            let mut names = std::iter::once(own.clone()).chain((2..).map(|n| format!("{own}.{n}")));
            let free = |name: &String| !taken.contains(name) && (*name == own || !lower.contains(name));
            let name = names.find(free).unwrap_or(own);
            self.plans.push(Plan {
                name: format!("{OTHER}{name}"),
                column: None,
                kind: ColumnType::Text,
                required: false,
                words: &[],
                header: header.clone(),
                take: ColumnSource::Field(index),
                times: Times::Iso,
                zone: self.zone.clone(),
                report_zone: self.wanted.zone.clone(),
                mark: DecimalMark::Point,
                strip_point_zero: false,
                open: false,
                forgiving: false,
                na_is_text: false,
                keep_text: true,
                scores: ScoreReading::default(),
                score_part: ScorePart::Score,
                precision: None,
                unit: DurationUnit::default(),
                values: BTreeMap::new(),
                currency: None,
            });
        }
    }

    /// The zone that one of the header rows over a column states.
    fn zone_of_header(&self, index: usize) -> Option<&str> {
        let cells = self.header.rows.iter().filter_map(|row| row.get(index));
        cells.chain([&self.names[index]]).find_map(|cell| sources::zone_of_header(cell))
    }

    fn times(&self, name: &str, take: &ColumnSource, mapped: Option<&Mapped>) -> Result<(Times, Zone)> {
        let mut zone = self.zone.clone();
        if let Some(Mapped {
            formats, timezone, place, ..
        }) = mapped
        {
            let at = |problem: Problem| match place {
                Some(place) => problem.at(place.clone()),
                None => problem,
            };
            if let Some(name) = timezone {
                zone = Zone::parse(name).map_err(|why| at(Problem::usage("timezone of a mapping").why(why)))?;
            }
            if !formats.is_empty() {
                let compiled = formats.iter().map(|f| Format::compile(f)).collect::<Result<Vec<_>, _>>();
                let compiled =
                    compiled.map_err(|e| at(Problem::usage(format!("{}: format of {name}: '{}'", self.file, e.format)).why(e.reason)))?;
                return Ok((Times::Formats(compiled), zone));
            }
        }
        // Nobody says in which zone it is: its header may.
        if let (ColumnSource::Field(index), None, None) = (take, &self.source.timezone, mapped.and_then(|m| m.timezone.as_ref()))
            && let Some(stated) = self.zone_of_header(*index)
        {
            zone = Zone::parse(stated).expect("a header's zone is one");
        }
        let times = match self.source.dates {
            Some(dates) => Times::Ordered(order_of(dates)),
            None => Times::Iso,
        };
        Ok((times, zone))
    }
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
