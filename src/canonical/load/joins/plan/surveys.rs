//! Surveys with a record for each answer, in several files: the questions in one, who answered and when in another.

use anyhow::Result;
use rustc_hash::FxHashMap;

use super::chain::Chain;
use super::{Plan, Role, renamed};
use crate::canonical::key_of;
use crate::canonical::load::file::long_form::{is_open, recognition, sources_of};
use crate::canonical::load::file::lookups::key;
use crate::canonical::load::joins::files::{File, Map};
use crate::ingest::Record;
use crate::notes::{NotReadAlone, RelationUse};
use crate::schema::{Table, surveys};
use crate::sources::answer_columns::{Lists, answer_columns, question_columns};
use crate::sources::long_form::{Answers, LongForm, long_form};
use crate::sources::{From, Mapped, Source, Unmatched};

/// Where the questions of a file of answers are: in a column of its own, or in one of a file that a link leads to.
struct Asked {
    link: Option<usize>,
    column: usize,
    form: LongForm,
}

/// What a file of answers takes from others.
struct Respondents {
    /// The links that lead there, and the file with the times.
    links: Vec<usize>,
    file: usize,
    /// What its columns mean.
    map: Map,
    /// The column of whom the answers are from: file and place.
    person: Option<(usize, usize)>,
}

impl Plan<'_> {
    /// Joins answers to their questions, and to the responses that they are parts of, as far as the file does not have them itself.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn survey_answers(&mut self, at: usize) -> Result<()> {
        let file = self.file(at);
        if self.roles[at].is_some() || !is_open(file.source()) {
            return Ok(());
        }
        let Some(asked) = self.asked(at)? else { return Ok(()) };
        // The column that says which question it is, or leads to it.
        let asked_in = asked.link.map_or(asked.column, |link| self.links[link].key[0]);
        let mut own = file.as_answers(asked_in);
        for column in [surveys::SCORE.name, surveys::INSTRUMENT.name] {
            own.remove(column);
        }
        let is_time = |map: &Map| {
            [surveys::RESPONDED_AT.name, surveys::SENT_AT.name]
                .iter()
                .any(|time| map.contains_key(*time))
        };
        let lacks_time = !is_time(&own);
        let respondents = match lacks_time || !own.contains_key(surveys::STAKEHOLDER_ID.name) {
            true => self.respondents(at, lacks_time, &is_time),
            false => None,
        };
        if lacks_time && respondents.is_none() {
            return Ok(());
        }
        let own_person = file.column(&own, surveys::STAKEHOLDER_ID.name).map(|column| (at, column));
        let mut chain = Chain::of(self, at, Vec::new(), Vec::new())?;
        if let Some(link) = asked.link {
            chain.push(link, Unmatched::Keep)?;
        }
        for &link in respondents.iter().flat_map(|respondents| &respondents.links) {
            let is_whole = self.links[link].relation.is_almost_whole() && !self.is_stated(link);
            chain.push(link, if is_whole { Unmatched::Reject } else { Unmatched::Exclude })?;
        }
        if let Some(found) = &respondents {
            let other = self.file(found.file);
            for (canonical, mapped) in &found.map {
                let is_new = !own.contains_key(canonical) && ![surveys::SCORE.name, surveys::INSTRUMENT.name].contains(&canonical.as_str());
                if let Some(mapped) = renamed(mapped, &|name| chain.name(found.file, other.header().find(name)?)).filter(|_| is_new) {
                    own.insert(canonical.clone(), mapped);
                }
            }
            if let Some(who) = found.person.and_then(|(file, column)| chain.name(file, column)) {
                own.entry(surveys::STAKEHOLDER_ID.name.to_string())
                    .or_insert_with(|| Mapped::new(From::Column(who)));
            }
        }
        let of_question = asked.link.map_or(at, |link| self.links[link].to);
        let (Some(question), answer) = (chain.name(of_question, asked.column), &file.names[asked.form.answer]) else {
            return Ok(());
        };
        own.retain(|_, mapped| !mapped.columns().contains(answer));
        let source = Source {
            table: Some(Table::Surveys),
            map: own,
            is_mapped: true,
            lookup: chain.lookups.clone(),
            ..file.source().clone()
        };
        let sources = sources_of(source, &asked.form, &question, answer);
        self.joins
            .recognised
            .push((file.name().to_string(), recognition(&asked.form, &question, answer)));
        self.roles[at] = Some(Role::Answers(sources));
        let by = file.name().to_string();
        for &link in &chain.path {
            self.uses[link] = RelationUse::Joined;
            self.roles[self.links[link].to] = Some(Role::Not(NotReadAlone::LookedUp { by: by.clone() }));
        }
        if let Some(person) = own_person.or(respondents.and_then(|found| found.person)) {
            self.people.insert(at, person);
        }
        self.paths.insert(at, chain.path);
        Ok(())
    }

    /// The questions that the records of a file are answers to, if one of them is that of an instrument, or may be.
    fn asked(&self, at: usize) -> Result<Option<Asked>> {
        let file = self.file(at);
        let own = question_columns_of(file, Lists::Answers);
        let mut found: Vec<Asked> = Vec::new();
        for &column in &own {
            let answers = answers(
                file,
                &answer_columns(&file.names, &own),
                self.options.threads,
                &AskedIn::Column(column),
            )?;
            let form = long_form(&answers, &file.names, &self.options.questions);
            found.extend(form.map(|form| Asked { link: None, column, form }));
        }
        for (link, leads) in self.links_from(at) {
            let other = self.file(leads.to);
            if !self.is_certain(link) || leads.key.len() != 1 {
                continue;
            }
            let mut not_answers = own.clone();
            not_answers.push(leads.key[0]);
            let columns = answer_columns(&file.names, &not_answers);
            for column in question_columns_of(other, Lists::Questions)
                .into_iter()
                .filter(|column| !leads.of.contains(column))
            {
                let asked_in = AskedIn::Other(leads.key[0], texts(other, leads.of[0], column)?);
                let answers = answers(file, &columns, self.options.threads, &asked_in)?;
                let form = long_form(&answers, &file.names, &self.options.questions);
                found.extend(form.map(|form| Asked {
                    link: Some(link),
                    column,
                    form,
                }));
            }
        }
        Ok(found
            .into_iter()
            .max_by_key(|asked| (asked.form.has_scores(), asked.link.is_none(), std::cmp::Reverse(asked.column))))
    }

    /// The file that says when the answers were given, or from whom they are.
    fn respondents(&self, at: usize, needs_time: bool, is_time: &dyn Fn(&Map) -> bool) -> Option<Respondents> {
        let found = |(link, leads): (usize, &crate::canonical::load::joins::find::Link)| {
            let other = self.file(leads.to);
            let map = other.as_table(Table::Surveys);
            // Surveys that were sent and not answered have no answers here: the times at which they were sent would be those of the answered ones.
            let is_dated = match map.contains_key(surveys::RESPONDED_AT.name) {
                true => true,
                false => is_time(&map) && leads.relation.coverage() >= 1.0,
            };
            if !self.is_certain(link) || self.roles[leads.to].is_some() || (needs_time && !is_dated) {
                return None;
            }
            let person = self.person(leads.to, &map, &leads.of);
            if !needs_time && person.is_none() {
                return None;
            }
            let mut links = vec![link];
            links.extend(person.iter().flat_map(|person| &person.links));
            let mut map = map;
            map.remove(surveys::RESPONSE_ID.name);
            if map.contains_key(surveys::RESPONDED_AT.name) {
                map.remove(surveys::SENT_AT.name);
            }
            map.remove(surveys::STAKEHOLDER_ID.name);
            Some(Respondents {
                links,
                file: leads.to,
                map,
                person: person.map(|person| (person.file, person.column)),
            })
        };
        let mut all: Vec<Respondents> = self.links_from(at).filter_map(found).collect();
        all.sort_by_key(|respondents| respondents.person.is_none());
        (!all.is_empty()).then(|| all.swap_remove(0))
    }
}

fn question_columns_of(file: &File, lists: Lists) -> Vec<usize> {
    let cells: Vec<Vec<String>> = (0..file.names.len())
        .map(|column| file.cells(column).map(str::to_string).collect())
        .collect();
    let rows = cells.first().map_or(0, Vec::len);
    question_columns(lists, &file.names, &|row, column| cells[column][row].clone(), rows)
}

/// What is asked by each id.
fn texts(file: &File, id: usize, text: usize) -> Result<FxHashMap<u64, String>> {
    let found = file.for_each_record(1, FxHashMap::<u64, String>::default, |found, record| {
        let cell = |at: usize| record.get(at).unwrap_or("");
        if let Some(id) = key([cell(id)].into_iter()) {
            found.insert(key_of(&id), cell(text).trim().to_string());
        }
        Ok(())
    })?;
    Ok(found.into_iter().flatten().collect())
}

/// Where the question of an answer is.
enum AskedIn {
    /// In a column.
    Column(usize),
    /// In another file, by the id in a column.
    Other(usize, FxHashMap<u64, String>),
}

impl AskedIn {
    fn text<'r>(&'r self, record: &'r Record<'_>) -> &'r str {
        let cell = |at: usize| record.get(at).unwrap_or("");
        match self {
            AskedIn::Column(at) => cell(*at),
            AskedIn::Other(at, texts) => {
                let id = key([cell(*at)].into_iter());
                id.and_then(|id| texts.get(&key_of(&id))).map_or("", String::as_str)
            }
        }
    }
}

/// All answers, by the question of their record.
fn answers(file: &File, columns: &[usize], threads: usize, asked_in: &AskedIn) -> Result<Answers> {
    let new = || Answers::new(columns);
    let found = file.for_each_record(threads, new, |found, record| {
        found.add(asked_in.text(record), |column| record.get(column).unwrap_or(""));
        Ok(())
    })?;
    Ok(found.into_iter().fold(new(), Answers::and))
}
