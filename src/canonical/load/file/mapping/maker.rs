//! The columns to read, one after the other.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::errors::{missing_column, wrong_target};
use super::{ID, OTHER, RequestedColumns, bind, mark_of, order_of};
use crate::canonical::load::file::columns::{ColumnSource, Plan, Times};
use crate::cell_parsing::{DecimalMark, DurationUnit, Format, ScorePart, ScoreReading};
use crate::diagnostics::Problem;
use crate::ingest::{Header, Stored};
use crate::period::Zone;
use crate::schema::{Column, ColumnType, Role, Table, stakeholders};
use crate::sources::{self, From, Mapped, Source};

/// Makes the plans of the columns of one file.
pub(super) struct Maker<'a> {
    pub source: &'a Source,
    pub header: &'a Header,
    pub file: &'a str,
    pub names: &'a [String],
    /// Which of the columns of the file have a meaning by now.
    pub used: Vec<bool>,
    pub zone: Zone,
    pub wanted: &'a RequestedColumns<'a>,
    pub table: Table,
    pub plans: Vec<Plan>,
    pub mapped: BTreeSet<String>,
}

impl Maker<'_> {
    /// The place of a column of the file by its name.
    pub fn find(&self, name: &str) -> Option<usize> {
        let folded = || self.names.iter().position(|n| sources::folded(n) == sources::folded(name));
        self.header.find(name).or_else(folded)
    }

    /// Adds what somebody has mapped.
    pub fn add_written(&mut self) -> Result<()> {
        for (name, mapped) in &self.source.map {
            // Of a list the first that the file has.
            let has = |mapped: &&Mapped| mapped.columns().iter().all(|header| self.find(header).is_some());
            let mapped = std::iter::once(mapped).chain(&mapped.or).find(has).unwrap_or(mapped);
            if let Err(wrong) = sources::check_target(self.table, name, mapped) {
                return Err(wrong_target(self.file, wrong, mapped).into());
            }
            let take = match &mapped.from {
                From::Column(header) => {
                    let Some(index) = self.find(header) else {
                        return Err(missing_column(self.file, header, self.names, mapped.place.clone()).into());
                    };
                    self.used[index] = true;
                    ColumnSource::Field(index)
                }
                From::Value(text) => ColumnSource::Value(text.clone()),
                From::Expr(expr) => {
                    // What an expression is made of is not recognised once more: a refund turned into a negative amount would count twice.
                    let expr = match &mapped.first_of {
                        Some(column) => Cow::Owned(expr.first_of(column, &self.header.all(column))),
                        None => Cow::Borrowed(expr),
                    };
                    let bound = bind(&expr, self.names, self.file, &self.zone, mapped.place.as_ref())?;
                    for index in bound.columns().iter().filter(|i| **i < self.names.len()) {
                        self.used[*index] = true;
                    }
                    ColumnSource::Expr(bound)
                }
            };
            self.add(name, take, Some(mapped))?;
        }
        Ok(())
    }

    /// Adds what the headers say. A mapping that somebody wrote is the whole mapping; headers are asked only for what the table cannot do
    /// without, and not where it is known that the format may lack it: a header that seems to say it means something else.
    pub fn add_recognised(&mut self) -> Result<()> {
        let only_needed = self.source.is_mapped;
        let recognised = sources::columns(self.table, self.names, &|i| self.used[i]);
        for (name, index) in recognised {
            let column = self.table.column(name);
            let needed = column.is_some_and(|c| c.required);
            // Who a guest was, who has left, and what a machine wrote is looked for in every known format.
            let is_looked_for = |c: &Column| {
                c.role.is_contact() || c.role == Role::MachineMark || matches!(*c, stakeholders::STATUS | stakeholders::IS_ACTIVE)
            };
            let of_format = self.source.profile.is_some() && column.is_some_and(is_looked_for);
            let is_doubted = self.source.doubted.contains(&name);
            if !self.source.map.contains_key(name) && !is_doubted && ((needed && self.source.lacks.is_none()) || of_format || !only_needed)
            {
                self.used[index] = true;
                self.add(name, ColumnSource::Field(index), None)?;
            }
        }
        Ok(())
    }

    /// Adds the dimensions that are asked for. They keep the file's own name; a canonical column of that name is one already.
    pub fn add_dimensions(&mut self) -> Result<()> {
        for (index, name) in self.names.iter().enumerate() {
            let folded = name.trim().to_lowercase();
            if let Some(asked) = self.wanted.dimensions.get(&folded)
                && self.table.column(&folded).is_none_or(|c| c.kind == ColumnType::Text)
                && !self.plans.iter().any(|p| p.name.to_lowercase() == *asked)
            {
                self.add(&folded, ColumnSource::Field(index), None)?;
            }
        }
        Ok(())
    }

    /// Adds the columns that identify a record.
    pub fn add_key(&mut self) -> Result<()> {
        for name in &self.source.key {
            let is_read = |plan: &Plan| plan.name.eq_ignore_ascii_case(name);
            let is_known = self.plans.iter().any(is_read) || self.mapped.contains(&name.to_lowercase());
            if is_known {
                continue;
            }
            // Without it, records would be taken for one that are not.
            let Some(index) = self.find(name) else {
                return Err(missing_column(self.file, name, self.names, self.source.place.clone()).into());
            };
            self.add(&name.to_lowercase(), ColumnSource::Field(index), None)?;
        }
        Ok(())
    }

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
    pub fn keep_everything(&mut self) {
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
