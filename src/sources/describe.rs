//! How a file is read that is described only partly, or not at all: by the profile that it names or that its headers fit.

use rustc_hash::FxHashMap;

use super::guess::{ColumnEvidence, ColumnProfile, Guess, Kind, MoneyUnit, Stated, Understanding, understand, words};
use super::header_questions::{asked, asked_in_headers};
use super::profile::{self, Fit, Profile, fits};
use super::questions::{is_form, questions};
use super::senders::{OPENERS, map_direction};
use super::{From, Mapped, Source, folded, one_question, own, recognise};
use crate::expr::parse;
use crate::ingest::Header;
use crate::notes::Recognition;
use crate::period::Zone;
use crate::schema::{Column, ColumnType, Table, interactions, purchases, stakeholders, surveys};

/// What a file turned out to be.
#[derive(Debug, Clone)]
pub struct Described {
    /// How it is read: several sources where its format feeds several tables.
    pub sources: Vec<Source>,
    /// What was recognised, if something was.
    pub recognition: Option<Recognition>,
    /// What its columns seem to mean, where neither a person nor a profile says it.
    pub understanding: Option<Understanding>,
}

/// How a file with these headers and first records is read. A whole mapping stands as it is written; a profile that is named is taken,
/// or one that the headers fit; else each column tells what it means, as far as that is sure.
pub fn describe(written: &Source, file: &str, header: &Header, rows: &[Vec<String>], profiles: &[Profile]) -> Described {
    let short = short(header);
    let headers = &short[..];
    let all = || profiles.iter().chain(profile::builtin());
    let by_id = |id: &str| all().find(|profile| profile.id == id);
    let as_written = || Described {
        sources: vec![written.clone()],
        recognition: None,
        understanding: None,
    };
    let (profile, is_recognised) = match written.profile.as_deref() {
        Some("none") if !written.is_mapped => return by_columns(written, file, header, rows),
        Some("none") => return as_written(),
        Some(id) => match by_id(id) {
            Some(profile) => (profile, false),
            None => return as_written(),
        },
        None if written.is_mapped => return as_written(),
        None => {
            let of_kind = |profile: &&Profile| {
                let feeds = |p: &Profile| written.table.is_none() || p.source.table == written.table;
                feeds(profile) || profile.also.iter().filter_map(|id| by_id(id)).any(feeds)
            };
            // A first column of a common name alone gives nothing away.
            let is_likely = |fit: &Fit<'_>| !fit.profile.headers.is_empty() || is_form(header, rows);
            match fits(headers, all().filter(of_kind)).into_iter().find(is_likely) {
                Some(fit) if fit.is_certain => (fit.profile, true),
                Some(fit) => {
                    return Described {
                        recognition: Some(resembles(&fit, headers)),
                        ..by_columns(written, file, header, rows)
                    };
                }
                None => return by_columns(written, file, header, rows),
            }
        }
    };
    let together = std::iter::once(profile).chain(profile.also.iter().filter_map(|id| by_id(id)));
    let sources = together
        .filter(|p| written.table.is_none() || p.source.table == written.table)
        .filter_map(|p| {
            let source = in_full(
                own::told(p, headers, rows).fit(headers, written, profiles.iter().any(|own| own.id == p.id)),
                header,
                headers,
            );
            // What a format feeds beside its own table, it feeds where the file has the columns for it.
            (p.id == profile.id || p.questions || is_whole(&source)).then_some((p, source))
        })
        .flat_map(|(p, source)| {
            let asked = if p.questions && !source.map.contains_key(surveys::SCORE.name) {
                questions(&source, header, rows)
            } else {
                Vec::new()
            };
            if asked.is_empty() { vec![source] } else { asked }
        })
        .collect::<Vec<Source>>();
    let sources = serving_several(sources);
    // A format whose file calls a needed column otherwise: what the columns mean by themselves says which it is.
    if is_recognised && sources.len() == 1 && sources[0].lacks.is_none() && !is_whole(&sources[0]) {
        let by_columns = by_columns(written, file, header, rows);
        if by_columns
            .sources
            .iter()
            .all(|source| source.table == sources[0].table && is_whole(source))
        {
            return by_columns;
        }
    }
    let recognition = is_recognised.then(|| Recognition::As {
        title: profile.title.clone(),
        profile: profile.id.clone(),
        questions: asked(&sources),
    });
    Described {
        sources,
        recognition,
        understanding: None,
    }
}

/// The sources of one file, in which a mapping that is written for one table does not stand as an error for the others.
fn serving_several(mut sources: Vec<Source>) -> Vec<Source> {
    let tables: Vec<Table> = sources.iter().filter_map(|source| source.table).collect();
    for source in &mut sources {
        let others = tables.iter().filter(|table| Some(**table) != source.table);
        let is_elsewhere = |name: &str| others.clone().any(|table| table.column(name).is_some());
        for (name, mapped) in source.map.iter_mut().filter(|(name, _)| is_elsewhere(name)) {
            if source.table.is_some_and(|table| table.column(name).is_none()) {
                mapped.other_target = mapped.other_target.of_several();
            }
        }
    }
    sources
}

/// The file by what each of its columns seems to mean; what is written wins.
fn by_columns(written: &Source, file: &str, header: &Header, rows: &[Vec<String>]) -> Described {
    let groups = one_question::in_several_columns(&header.names, rows);
    if groups.is_empty() {
        return by_each_column(written, file, header, rows);
    }
    let mut found = by_each_column(written, file, header, &one_question::in_first(&groups, rows));
    found
        .sources
        .iter_mut()
        .for_each(|source| one_question::read_from_all(source, &groups, &header.names));
    found
}

/// The same where each question is asked in one column.
fn by_each_column(written: &Source, file: &str, header: &Header, rows: &[Vec<String>]) -> Described {
    let headers = &header.names[..];
    let places = |mapped: &Mapped| -> Vec<usize> {
        let named: Vec<String> = mapped.columns().iter().map(|name| folded(name)).collect();
        (0..headers.len()).filter(|&at| named.contains(&folded(&headers[at]))).collect()
    };
    let stated = Stated {
        table: written.table,
        columns: written
            .map
            .iter()
            .map(|(column, mapped)| (column.clone(), places(mapped)))
            .collect(),
    };
    let found = understand(file, headers, rows, &stated);
    let mut source = written.clone();
    let whole = |table: &Table| {
        table
            .columns()
            .iter()
            .all(|c| !c.required || headers.iter().any(|h| folded(h) == c.name))
    };
    // Known names of all that a table needs decide where the cells leave a doubt, if the columns are most like that table. A roster needs no
    // more than an id.
    let is_likeliest =
        |table: &Table| *table != Table::Stakeholders && found.tables.first().is_some_and(|(likeliest, ..)| likeliest == table);
    let by_names = || recognise::table(headers, file).filter(|table| whole(table) || is_likeliest(table));
    if let Some(table) = found.table.map(|(table, _)| table).or_else(by_names) {
        source.table = Some(table);
        // Columns that are named in what is written mean that, and nothing else.
        let taken: Vec<String> = written.map.values().flat_map(Mapped::columns).map(|name| folded(&name)).collect();
        for guess in &found.guesses {
            let header = &headers[guess.header];
            if !source.map.contains_key(guess.column) && !taken.contains(&folded(header)) {
                let rest = guess.rest.map(|at| &headers[at]).filter(|rest| !taken.contains(&folded(rest)));
                let mapped = Mapped {
                    timezone: guess.timezone.clone().filter(|zone| Zone::parse(zone).is_ok()),
                    ..Mapped::new(
                        rest.and_then(|rest| in_two_columns(table, guess.column, header, rest))
                            .or_else(|| guess.money.and_then(|unit| in_unit(header, unit)))
                            .unwrap_or(From::Column(header.clone())),
                    )
                };
                source.map.insert(guess.column.to_string(), mapped);
            }
        }
        // A canonical name means its column, whatever its cells are like; what is wrong with them is said of each.
        for column in table
            .columns()
            .iter()
            .filter(|column| !found.guesses.iter().any(|g| g.column == column.name))
        {
            let own = headers
                .iter()
                .find(|header| folded(header) == column.name && !taken.contains(&folded(header)));
            let is_doubted = |guess: &Guess| guess.column == column.name && guess.evidence.iter().any(ColumnEvidence::doubts_amount);
            let is_doubted = found.contradicted.iter().any(is_doubted);
            source.doubted.extend(is_doubted.then_some(column.name));
            if let (Some(header), false) = (own, is_doubted || source.map.contains_key(column.name)) {
                source
                    .map
                    .insert(column.name.to_string(), Mapped::new(From::Column(header.clone())));
            }
        }
        if table == Table::Interactions {
            let may_be_senders = |guess: &&Guess| {
                let sender = [&interactions::AUTOMATIC_SENDER, &interactions::AUTHOR_TYPE];
                sender.iter().any(|column| column.name == guess.column)
            };
            let senders = found.guesses.iter().chain(&found.contradicted).filter(may_be_senders);
            let openers = (0..headers.len()).filter(|&at| OPENERS.contains(&folded(&headers[at]).as_str()));
            let senders: Vec<usize> = senders.map(|guess| guess.header).chain(openers).collect();
            map_direction(&mut source, &senders, headers, rows);
        }
        map_marking_times(&mut source, table, headers, &found.columns);
        map_marking_texts(&mut source, table, headers, &found.columns);
        map_type_of_employees(&mut source, table);
        map_kind_of_complaints(&mut source, table);
        source.is_mapped = true;
    }
    // Where nothing else is likely, the words of a question together with its answers say what the records are.
    if source.table.is_none() && written.table.is_none() {
        let surveys = Source {
            table: Some(Table::Surveys),
            ..written.clone()
        };
        let answers = by_each_column(&surveys, file, header, rows);
        if matches!(answers.recognition, Some(Recognition::Asked { .. })) && answers.sources.iter().all(is_whole) {
            return answers;
        }
    }
    source.tables_beside = header.side_by_side().filter(|_| written.map.is_empty());
    source.questions.clone_from(&found.questions);
    let asked_for = asked_in_headers(written, &source, header, file, rows);
    let questions = asked(&asked_for);
    Described {
        sources: if asked_for.is_empty() { vec![source] } else { asked_for },
        recognition: (!questions.is_empty()).then_some(Recognition::Asked { questions }),
        understanding: Some(found),
    }
}

/// Amounts that are written in cents or thousands, as whole units of their currency.
fn in_unit(header: &str, unit: MoneyUnit) -> Option<From> {
    let name = header.replace('"', "\"\"");
    parse(&format!("\"{name}\" {}", unit.factor())).ok().map(From::Expr)
}

/// A date in one column with the time of day in another, or a last name with the first name.
fn in_two_columns(table: Table, column: &str, first: &str, rest: &str) -> Option<From> {
    let [first, rest] = [first, rest].map(|name| format!("\"{}\"", name.replace('"', "\"\"")));
    let is_time = table.column(column).is_some_and(|column| column.kind == ColumnType::Time);
    let joined = match is_time {
        true => format!("{first} || ' ' || {rest}"),
        // A company has one name.
        false => format!("{first} || coalesce(' ' || {rest}, '')"),
    };
    parse(&joined).ok().map(From::Expr)
}

/// Columns of times that mark their records, by the flag that they give: an invitation with a time at which it bounced did not arrive.
const MARKING_TIMES: [(&Column, &[&str]); 5] = [
    (
        &surveys::IS_UNDELIVERED,
        &[
            "bounced_at",
            "bounce_date",
            "bounced_on",
            "bounced_date",
            "bounce_time",
            "date_bounced",
        ],
    ),
    (
        &purchases::IS_REFUNDED,
        &[
            "refunded_at",
            "refund_date",
            "refunded_on",
            "refunded_date",
            "date_refunded",
            "returned_at",
            "return_date",
            "chargeback_date",
            "erstattet_am",
            "rückerstattet_am",
            "erstattungsdatum",
            "remboursé_le",
            "date_de_remboursement",
            "date_remboursement",
            "reembolsado_el",
            "fecha_de_reembolso",
            "fecha_reembolso",
            "reembolsado_em",
            "data_de_reembolso",
            "data_do_reembolso",
            "rimborsato_il",
            "data_rimborso",
            "data_di_rimborso",
            "terugbetaald_op",
            "datum_terugbetaling",
        ],
    ),
    (
        &purchases::IS_VOID,
        &[
            "cancelled_at",
            "canceled_at",
            "cancel_date",
            "cancelled_date",
            "canceled_date",
            "cancellation_date",
            "cancelled_on",
            "voided_at",
            "storniert_am",
            "stornodatum",
            "stornierungsdatum",
            "annulé_le",
            "date_d'annulation",
            "date_annulation",
            "cancelado_el",
            "anulado_el",
            "fecha_de_cancelación",
            "fecha_cancelación",
            "fecha_de_anulación",
            "cancelado_em",
            "data_de_cancelamento",
            "data_do_cancelamento",
            "annullato_il",
            "data_annullamento",
            "data_di_annullamento",
            "geannuleerd_op",
            "annuleringsdatum",
            "deleted_at",
            "deleted_on",
        ],
    ),
    (
        &interactions::IS_DELETED,
        &["deleted_at", "deleted_on", "gelöscht_am", "supprimé_le"],
    ),
    (&interactions::IS_MERGED, &["merged_at", "merged_on", "merge_date"]),
];

/// Maps flags to whether a time is there that marks their records, where no column of the flag is.
fn map_marking_times(source: &mut Source, table: Table, headers: &[String], columns: &[ColumnProfile]) {
    for (flag, names) in MARKING_TIMES.into_iter().filter(|(flag, _)| flag.table == table) {
        let is_taken = |header: &&String| {
            source
                .map
                .values()
                .any(|mapped| mapped.columns().iter().any(|column| column == *header))
        };
        let says = |header: &&String| {
            let profile = columns.iter().find(|profile| profile.header == **header);
            *flag == purchases::IS_VOID && profile.is_some_and(is_when_cancelled)
        };
        let marks = |header: &&String| (names.contains(&folded(header).as_str()) || says(header)) && !is_taken(header);
        let Some(header) = headers.iter().find(marks).filter(|_| !source.map.contains_key(flag.name)) else {
            continue;
        };
        source.map.insert(flag.name.to_string(), Mapped::new(From::Column(header.clone())));
    }
}

/// Columns that say why, or by whom, some of the purchases were cancelled, or why a payment failed.
const MARKING_TEXTS: [&str; 20] = [
    "cancel_reason",
    "cancellation_reason",
    "cancelled_reason",
    "canceled_reason",
    "reason_for_cancellation",
    "cancelled_by",
    "canceled_by",
    "failure_reason",
    "failure_message",
    "failure_code",
    "decline_reason",
    "stornogrund",
    "storniert_von",
    "motif_d'annulation",
    "motif_annulation",
    "motivo_de_cancelación",
    "motivo_cancelación",
    "motivo_de_cancelamento",
    "motivo_annullamento",
    "annuleringsreden",
];

/// Takes purchases that have a reason for it as cancelled, where neither a status nor a flag says that they were. A reason that most records
/// have is none.
fn map_marking_texts(source: &mut Source, table: Table, headers: &[String], columns: &[ColumnProfile]) {
    let says = [&purchases::STATUS, &purchases::IS_VOID, &purchases::IS_VALID];
    if table != Table::Purchases || says.iter().any(|column| source.map.contains_key(column.name)) {
        return;
    }
    let has_few = |header: &String| {
        let profile = columns.iter().find(|profile| profile.header == *header);
        profile.is_some_and(|profile| profile.filled > 0 && 2 * profile.filled < profile.rows)
    };
    let is_reason = |header: &&String| MARKING_TEXTS.contains(&folded(header).as_str()) && has_few(header);
    let Some(header) = headers.iter().find(is_reason) else { return };
    let name = header.replace('"', "\"\"");
    if let Ok(expr) = parse(&format!("\"{name}\" is not null")) {
        source
            .map
            .insert(purchases::IS_VOID.name.to_string(), Mapped::new(From::Expr(expr)));
    }
}

/// Whoever has the number of an employee is one.
fn map_type_of_employees(source: &mut Source, table: Table) {
    let id = source
        .map
        .get(stakeholders::STAKEHOLDER_ID.name)
        .map(Mapped::columns)
        .unwrap_or_default();
    let says = words(&id).iter().any(|words| words.contains("employee"));
    if table == Table::Stakeholders && says && !source.map.contains_key(stakeholders::TYPE.name) {
        let employee = From::Value(stakeholders::EMPLOYEE.to_string());
        source.map.insert(stakeholders::TYPE.name.to_string(), Mapped::new(employee));
    }
}

/// What has the number or the date of a complaint is one.
fn map_kind_of_complaints(source: &mut Source, table: Table) {
    let told = [interactions::CASE_ID, interactions::INTERACTION_ID, interactions::OCCURRED_AT];
    let headers: Vec<String> = told
        .iter()
        .filter_map(|column| source.map.get(column.name))
        .flat_map(Mapped::columns)
        .collect();
    let says = words(&headers).iter().any(|words| words.contains("complaint"));
    if table == Table::Interactions && says && !source.map.contains_key(interactions::KIND.name) {
        let complaint = From::Value("complaint".to_string());
        source.map.insert(interactions::KIND.name.to_string(), Mapped::new(complaint));
    }
}

/// Whether a column has the dates on which some of the records were cancelled, by the words of its header.
fn is_when_cancelled(profile: &ColumnProfile) -> bool {
    const OF: [&str; 8] = [
        "appointment",
        "booking",
        "cancelled",
        "customer",
        "date",
        "invoice",
        "order",
        "sale",
    ];
    let words = words(std::slice::from_ref(&profile.header)).remove(0);
    let is_named = ["cancelled", "date"].iter().all(|word| words.contains(*word)) && words.iter().all(|word| OF.contains(&word.as_str()));
    is_named && profile.filled > 0 && profile.filled < profile.rows && profile.share(&[Kind::Date]) >= 0.9
}

/// Whether these are the headers of a format that is known.
pub fn is_header(fields: &[String], profiles: &[Profile]) -> bool {
    let fits = fits(fields, profiles.iter().chain(profile::builtin()));
    fits.first().is_some_and(|fit| fit.is_certain)
}

/// What the columns are called where several header rows stand over them: what the first row says, where it says something, and of
/// one column only; else all rows together.
fn short(header: &Header) -> Vec<String> {
    let [first, _, ..] = &header.rows[..] else {
        return header.names.clone();
    };
    let mut times: FxHashMap<&str, usize> = FxHashMap::default();
    first.iter().for_each(|name| *times.entry(name.trim()).or_default() += 1);
    let is_one = |name: &str| !name.trim().is_empty() && times.get(name.trim()) == Some(&1);
    let name = |(column, name): (usize, &String)| match first.get(column) {
        Some(short) if is_one(short) => short.trim().to_string(),
        _ => name.clone(),
    };
    header.names.iter().enumerate().map(name).collect()
}

/// The source with the whole names of columns in place of short ones, in expressions too.
fn in_full(mut source: Source, header: &Header, short: &[String]) -> Source {
    if short == header.names {
        return source;
    }
    let full = |name: &str| {
        let at = short.iter().position(|other| folded(other) == folded(name))?;
        Some(header.names[at].clone())
    };
    for mapped in source.map.values_mut() {
        match &mut mapped.from {
            From::Column(name) => *name = full(name).unwrap_or_else(|| name.clone()),
            From::Expr(expr) => *expr = expr.renamed(&full).unwrap_or_else(|_| expr.clone()),
            From::Value(_) => {}
        }
    }
    source.filter = source.filter.map(|filter| filter.renamed(&full).unwrap_or(filter));
    source
}

/// Whether the mapping has what its table is of no use without.
fn is_whole(source: &Source) -> bool {
    let has = |column: &Column| source.map.contains_key(column.name);
    match source.table {
        Some(Table::Surveys) => has(&surveys::SCORE) && (has(&surveys::RESPONDED_AT) || has(&surveys::SENT_AT)),
        Some(table) => table.columns().iter().all(|column| !column.required || has(column)),
        None => true,
    }
}

/// What a file that only resembles a format lacks.
fn resembles(fit: &Fit<'_>, headers: &[String]) -> Recognition {
    let headers: Vec<String> = headers.iter().map(|h| folded(h)).collect();
    let lacking = fit.profile.headers.iter().filter(|name| !headers.contains(&folded(name)));
    Recognition::Resembles {
        title: fit.profile.title.clone(),
        profile: fit.profile.id.clone(),
        found: (fit.found, fit.of),
        lacking: lacking.cloned().collect(),
    }
}

/// The time zone that a header states: `Created (UTC)`, `Start [Europe/Berlin]`, or the third header row of a survey export with its
/// `"timeZone":"America/New_York"`.
pub fn zone_of_header(header: &str) -> Option<&str> {
    if let Some((_, rest)) = header.split_once("\"timeZone\":\"") {
        return rest.split('"').next().filter(|zone| is_zone(zone));
    }
    let inside = |open: char, close: char| {
        let (before, _) = header.trim_end().rsplit_once(close).filter(|(_, after)| after.is_empty())?;
        before.rsplit_once(open).map(|(_, inside)| inside.trim())
    };
    inside('(', ')').or_else(|| inside('[', ']')).filter(|zone| is_zone(zone))
}

fn is_zone(text: &str) -> bool {
    matches!(text, "UTC" | "GMT" | "Z") || (text.contains('/') && crate::period::Zone::parse(text).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(text: &str) -> Header {
        Header {
            names: text.split(',').map(str::to_string).collect(),
            ..Header::default()
        }
    }

    #[test]
    fn names_of_the_first_header_row_are_enough() {
        let rows = [
            "StartDate,RecordedDate,ResponseId,DistributionChannel,Status,RecipientEmail,ExternalReference,Q1",
            "Start Date,Recorded Date,Response ID,Distribution Channel,Response Type,Email,Reference,Do you recommend us?",
            r#"{"ImportId":"startDate"},{"ImportId":"recordedDate"},{"ImportId":"_recordId"},{"ImportId":"distributionChannel"},{"ImportId":"status"},{"ImportId":"e"},{"ImportId":"x"},{"ImportId":"QID1"}"#,
        ];
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.split(',').map(str::to_string).collect()).collect();
        let over = |column: usize| rows.iter().map(|row| row[column].as_str()).collect::<Vec<_>>().join(" ");
        let file = Header {
            names: (0..8).map(over).collect(),
            rows: rows.clone(),
            ..Header::default()
        };
        let answers = [["", "2024-01-01", "R_1", "email", "IP Address", "", "", "9"]
            .map(String::from)
            .to_vec()];
        let found = describe(&Source::default(), "export.csv", &file, &answers, &[]);
        let recognition = found.recognition.unwrap().to_string();
        assert!(
            recognition.ends_with("`Q1 Do you recommend us?` is nps from 0 to 10"),
            "{recognition}"
        );
        let source = &found.sources[0];
        assert_eq!(source.map["responded_at"].columns(), [file.names[1].clone()]);
        assert_eq!(source.map["score"].columns(), [file.names[7].clone()]);
        // Whoever binds them folds white space only.
        let filter = source.filter.as_ref().unwrap();
        filter.bind(&file.names, &|_| 0).unwrap();
        assert_eq!(
            source.map["stakeholder_id"].columns(),
            [file.names[6].clone(), file.names[5].clone()].to_vec()
        );
    }

    #[test]
    fn headers_state_zones() {
        for (header, zone) in [
            ("Created (UTC)", Some("UTC")),
            ("Created date [Europe/Berlin] ", Some("Europe/Berlin")),
            (
                r#"StartDate Start Date {"ImportId":"startDate","timeZone":"America/New_York"}"#,
                Some("America/New_York"),
            ),
            ("Amount (EUR)", None),
            ("Created (UTC) at", None),
            ("w/o (and/or)", None),
        ] {
            assert_eq!(zone_of_header(header), zone, "{header}");
        }
    }

    #[test]
    fn what_is_written_wins_over_what_is_recognised() {
        let file = headers("Summation column,Id,Requester id,Requester domain,Created at,First reply time in minutes");
        let found = describe(&Source::default(), "export.csv", &file, &[], &[]);
        assert_eq!(found.sources[0].profile.as_deref(), Some("zendesk-tickets"));
        assert!(found.recognition.unwrap().to_string().starts_with("Recognised as Zendesk"));
        let none = Source {
            profile: Some("none".into()),
            ..Source::default()
        };
        assert_eq!(describe(&none, "export.csv", &file, &[], &[]).recognition, None);
        let purchases = Source {
            table: Some(Table::Purchases),
            ..Source::default()
        };
        assert_eq!(describe(&purchases, "export.csv", &file, &[], &[]).sources[0].profile, None);
    }

    #[test]
    fn what_a_format_feeds_besides_needs_its_columns() {
        let with = |more: &str| {
            let file = headers(&format!(
                "Summation column,Id,Requester id,Requester domain,Created at,First reply time in minutes,{more}"
            ));
            let found = describe(&Source::default(), "export.csv", &file, &[], &[]).sources;
            found.iter().map(|source| source.table.unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(with("Satisfaction Score,Solved at"), [Table::Interactions, Table::Surveys]);
        assert_eq!(with("Satisfaction Score"), [Table::Interactions]);
        assert_eq!(with("Solved at"), [Table::Interactions]);
    }

    #[test]
    fn expressions_take_names_as_the_file_spells_them() {
        let file = headers("ID,WHOID,whatId,ActivityDate,TaskSubtype,AccountId,IsDeleted");
        let found = &describe(&Source::default(), "export.csv", &file, &[], &[]).sources[0];
        let super::super::From::Expr(expr) = &found.map["stakeholder_id"].from else {
            panic!("{:?}", found.map["stakeholder_id"])
        };
        assert_eq!(expr.text(), r#"coalesce("WHOID", "AccountId")"#);
        assert!(found.filter.as_ref().unwrap().text().contains(r#""IsDeleted""#));
    }

    #[test]
    fn a_renamed_header_is_asked_about() {
        let file = headers(
            "Summation,Id,Requester,Requester id,Requester domain,Submitter,Created at,First reply time in minutes,Solved at,Status,Tags,Via,Ticket type,Assignee,Reopens",
        );
        let found = describe(&Source::default(), "export.csv", &file, &[], &[]);
        assert!(found.recognition.unwrap().to_string().contains("lacks `Summation column`"));
        assert_eq!(found.sources[0].profile, None);
    }
}
