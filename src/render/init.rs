//! A configuration made from files: each source with its mapping, and the reason next to each line.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Component, Path, PathBuf};

use crate::canonical::{ColumnInspection, ColumnOrigin, Inspection, Joins};
use crate::cell_parsing::Order;
use crate::diagnostics::visible;
use crate::notes::{DateFormat, Decision, JoinQuestion, NoteKind, PeopleIssue, PlaceholderEvidence, UnclearQuestion};
use crate::schema::Table;
use crate::sources::guess::Question;
use crate::sources::long_form::condition;
use crate::sources::placeholders::is_placeholder;
use crate::sources::{AmountOn, QUESTION, Several, Unmatched};

/// The text of a configuration that lies in a folder, for these files.
pub fn text(inspections: &[Inspection], joins: &Joins, folder: &Path, zone: &str, currency: Option<&str>) -> String {
    let mut out = String::from("# What relhealth measures, and how the files are read. `relhealth inspect` shows why.\n\n");
    let _ = writeln!(out, "timezone = {}            # of the report", quoted(zone));
    match currency {
        Some(currency) => {
            let _ = writeln!(out, "currency = {}", quoted(currency));
        }
        None => out.push_str("# currency = \"EUR\"\n"),
    }
    out.push_str("# as_of = 2026-10-31            # default: the end of the newest event's day\n");
    // What counts for nobody when it is measured does so with the configuration.
    let is_clear = |question: &Question| question.clear_nobody().is_some();
    let names_nobody = inspections.iter().all(|file| file.questions.iter().any(is_clear));
    for file in inspections {
        let mut text = String::new();
        source(&mut text, file, joins, folder, names_nobody);
        let totals = joins
            .questions
            .iter()
            .find(|question| question.totals_of() == Some(file.file.as_str()));
        match totals {
            None => out.push_str(&text),
            // Until it is decided what counts, nothing of it does.
            Some(question) => {
                out.push('\n');
                remark(&mut out, &format!("? {question}"));
                remark(&mut out, &question.answer());
                for line in text.lines().filter(|line| !line.is_empty()) {
                    let _ = writeln!(out, "# {line}");
                }
            }
        }
    }
    if !joins.not_read.is_empty() {
        out.push('\n');
        remark(&mut out, "Files that are not read by themselves:");
        for (file, why) in &joins.not_read {
            remark(&mut out, &format!("{}: {why}", relative(file, folder)));
        }
    }
    out
}

/// The files that are looked up, each with what shows that it is the right one. What has to be decided is a comment.
fn lookups(out: &mut String, file: &Inspection, joins: &Joins, folder: &Path) {
    let asked = joins.questions.iter().find(|question| question.file() == file.file);
    if let Some(question) = asked {
        remark(out, &format!("? {question}"));
        remark(out, &question.answer());
    }
    if file.lookup.is_empty() {
        return;
    }
    let start = if asked.is_some_and(|question| question.relation().is_some()) {
        "# "
    } else {
        ""
    };
    let _ = writeln!(out, "{start}lookup = [");
    for lookup in &file.lookup {
        let relation = joins.relations.iter().map(|(relation, _)| relation).find(|relation| {
            let (from, to) = match lookup.several {
                Several::Refuse => (&relation.from, &relation.to),
                Several::First | Several::Last => (&relation.to, &relation.from),
            };
            lookup.names().contains(&to.file) && to.columns == lookup.to && from.columns == lookup.key
        });
        let columns = |names: &[String]| match names {
            [name] => quoted(name),
            names => format!("[{}]", names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")),
        };
        let to = if lookup.to == lookup.key {
            String::new()
        } else {
            format!(", to = {}", columns(&lookup.to))
        };
        let unmatched = match lookup.unmatched {
            Unmatched::Reject => String::new(),
            other => format!(", unmatched = {}", quoted(other.word())),
        };
        let several = match lookup.several {
            Several::Refuse => String::new(),
            other => format!(", several = {}", quoted(other.word())),
        };
        let paths: Vec<String> = lookup.names().iter().map(|name| relative(name, folder)).collect();
        let path = columns(&paths);
        let why = relation.map_or(String::new(), |relation| format!("  # {}", visible(&relation.evidence())));
        let _ = writeln!(
            out,
            "{start}  {{ path = {path}, key = {}{to}{unmatched}{several} }},{why}",
            columns(&lookup.key)
        );
    }
    let _ = writeln!(out, "{start}]");
}

/// The IDs that stand for many and whose words do not show it.
fn placeholders(out: &mut String, file: &Inspection) {
    let found = file.notes.iter().filter_map(|note| match &note.kind {
        NoteKind::People(PeopleIssue::PlaceholderId { evidence, example, .. }) => match evidence {
            PlaceholderEvidence::Word => None,
            PlaceholderEvidence::Name
            | PlaceholderEvidence::Number
            | PlaceholderEvidence::ManyAddresses { .. }
            | PlaceholderEvidence::Share { .. }
            | PlaceholderEvidence::Declared => example.as_ref(),
        },
        NoteKind::People(PeopleIssue::PersonByContact { placeholder, .. }) => placeholder.as_ref(),
        NoteKind::File(_) | NoteKind::Cells(_) | NoteKind::Data(_) | NoteKind::People(_) | NoteKind::Run(_) => None,
    });
    let ids: BTreeSet<String> = found.filter(|id| !is_placeholder(&id.0)).map(|id| quoted(&id.0)).collect();
    if !ids.is_empty() {
        let ids: Vec<String> = ids.into_iter().collect();
        let _ = writeln!(
            out,
            "placeholder_ids = [{}]  # they stand for many; person_ids would say that they do not",
            ids.join(", ")
        );
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_string()).to_string()
}

/// A remark that no text from outside can end.
fn remark(out: &mut String, text: &str) {
    let _ = writeln!(out, "# {}", visible(text));
}

fn source(out: &mut String, file: &Inspection, joins: &Joins, folder: &Path, names_nobody: bool) {
    out.push('\n');
    let found = &file.recognised;
    let sure = (found.confidence * 100.0).round();
    if let Some(table) = found.table {
        let evidence: Vec<String> = found.evidence.iter().map(ToString::to_string).collect();
        remark(out, &format!("{table}, confidence {sure}%: {}", evidence.join("; ")));
    }
    if let Some(sampled) = &file.sampled {
        remark(out, &format!("based on {}", super::inspection::part(sampled)));
    }
    if let Some(problem) = &file.problem {
        remark(out, &super::inspection::problem(problem));
    }
    let _ = writeln!(out, "[[source]]\npath = {}", quoted(&relative(&file.file, folder)));
    if let Some(profile) = &found.profile {
        let _ = writeln!(out, "profile = {}", quoted(profile));
    }
    match (found.table, &found.profile) {
        (Some(table), _) => {
            let _ = writeln!(out, "kind = {}", quoted(table.name()));
        }
        (None, _) => {
            let likely = file.questions.iter().find_map(Question::table).unwrap_or(Table::Purchases);
            let _ = writeln!(out, "# kind = {}  # set the table", quoted(likely.name()));
        }
    }
    lookups(out, file, joins, folder);
    if let Some(filter) = &file.filter {
        let why = file
            .left_out
            .map_or("the answers to other questions".to_string(), |why| why.to_string());
        let _ = writeln!(out, "where = {}  # {why} are excluded", quoted(filter));
    }
    match file.amount_on {
        Some(AmountOn::Line) => out.push_str("amount_on = \"line\"  # the amounts are those of the records of this file\n"),
        Some(AmountOn::Order) => out.push_str("amount_on = \"order\"\n"),
        None => {}
    }
    for decision in file.columns.iter().flat_map(|column| &column.decisions) {
        let key = match decision {
            Decision::AmountOfOrder { .. } => "amount_on = \"order\"",
            Decision::FilledFromAbove { .. } => "fill_down = true",
            Decision::Dates { .. }
            | Decision::Decimals { .. }
            | Decision::IdsWithoutPointZero { .. }
            | Decision::JoinedAnswers { .. }
            | Decision::Currency { .. }
            | Decision::MidnightsAreDates { .. }
            | Decision::DatesAndTimes { .. }
            | Decision::FewDates { .. }
            | Decision::NaIsText { .. } => {
                continue;
            }
        };
        let _ = writeln!(out, "{key}  # {}", visible(&decision.text(0)));
    }
    date_order(out, file);
    stated_in_notes(out, file);
    let is_of_columns = |question: &&Question| !question.settings().is_empty();
    for question in file.questions.iter().filter(|question| !is_of_columns(question)) {
        remark(out, &format!("? {question}"));
        if let Question::Asked(unclear) = question {
            which_question(out, file, unclear);
        }
    }
    if found.table.is_some() {
        placeholders(out, file);
    }
    // A profile continues to map its columns; what is set here takes precedence.
    let is_expression = |c: &ColumnInspection| matches!(c.origin, ColumnOrigin::Expression(_));
    // A date with its time of day in another column is mapped by an expression, and stands with its evidence in its own line too.
    let is_in_expression = |c: &ColumnInspection| !is_expression(c) && file.columns.iter().any(|e| is_expression(e) && e.means == c.means);
    let mapped: Vec<&ColumnInspection> = file
        .columns
        .iter()
        .filter(|c| found.table.is_some() && c.means.is_some() && !is_in_expression(c))
        .collect();
    let is_comment = found.profile.is_some() || mapped.is_empty();
    let open: Vec<&Question> = file.questions.iter().filter(is_of_columns).collect();
    if mapped.is_empty() && open.is_empty() {
        return;
    }
    let start = if is_comment { "# " } else { "" };
    let _ = writeln!(out, "{start}[source.map]");
    for column in mapped {
        let Some(means) = &column.means else { continue };
        let from = match &column.origin {
            ColumnOrigin::File(_, header) | ColumnOrigin::LookedUp(header)
                if column.decisions.iter().any(|d| matches!(d, Decision::MidnightsAreDates { .. })) =>
            {
                format!("{{ column = {}, precision = \"day\" }}", quoted(header))
            }
            ColumnOrigin::File(_, header) | ColumnOrigin::LookedUp(header) => quoted(header),
            ColumnOrigin::Constant(value) => format!("{{ value = {} }}", quoted(value)),
            ColumnOrigin::Expression(expr) => format!("{{ expr = {} }}", quoted(expr)),
        };
        let sure = column.confidence.map_or(String::new(), |c| format!("{:.0}%", c * 100.0));
        let read_as = column.read_as();
        let evidence = column.evidence.first().map_or(String::new(), ToString::to_string);
        let why: Vec<&str> = [sure.as_str(), &evidence, &read_as]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect();
        let _ = writeln!(
            out,
            "{start}{means} = {}  # {}",
            from.replace('\n', "\\n"),
            visible(&why.join("; "))
        );
    }
    for amount in joins
        .questions
        .iter()
        .filter(|question| question.file() == file.file)
        .flat_map(JoinQuestion::amounts)
    {
        let _ = writeln!(out, "# amount = {{ expr = {} }}", quoted(&amount));
    }
    for question in open {
        remark(out, &format!("? {question}"));
        let start = match question.clear_nobody() {
            Some(_) if names_nobody => start,
            _ => "# ",
        };
        for line in question.settings() {
            let _ = writeln!(out, "{start}{}", visible(&line));
        }
    }
    if found.table.is_none() {
        return;
    }
    let others: Vec<String> = file
        .columns
        .iter()
        .filter(|c| c.means.is_none())
        .map(|c| c.origin.to_string())
        .collect();
    if !others.is_empty() {
        remark(out, &format!("dimensions under their own names: {}", others.join(", ")));
    }
    shared_signs(out, file);
}

/// The order of day and month that no cell of a column shows, where no other column has another one: the next file may not show it.
fn date_order(out: &mut String, file: &Inspection) {
    let formats = || {
        let decisions = file.columns.iter().flat_map(|column| &column.decisions);
        decisions.filter_map(|decision| match decision {
            Decision::Dates { reading } => Some((&reading.format, decision)),
            _ => None,
        })
    };
    let shown = formats().find_map(|(format, decision)| match format {
        DateFormat::Shown(order, _) => Some((*order, decision)),
        DateFormat::Order(..) | DateFormat::Way(..) | DateFormat::OwnOrder | DateFormat::Several(..) => None,
    });
    let Some((order, decision)) = shown else { return };
    let agrees = |format: &DateFormat| match format {
        DateFormat::Order(other, _) | DateFormat::Shown(other, _) => *other == order,
        DateFormat::Way(..) | DateFormat::OwnOrder => true,
        DateFormat::Several(..) => false,
    };
    if formats().all(|(format, _)| agrees(format)) {
        let word = match order {
            Order::Dmy => "dmy",
            Order::Mdy => "mdy",
            Order::Ymd => "ymd",
        };
        let _ = writeln!(out, "dates = {}  # {}", quoted(word), visible(&decision.text(0)));
    }
}

/// The conditions of the questions of which one counts, and how its instrument is set.
fn which_question(out: &mut String, file: &Inspection, unclear: &UnclearQuestion) {
    let asks = file.columns.iter().find(|column| column.means.as_deref() == Some(QUESTION));
    let Some(ColumnOrigin::File(_, column) | ColumnOrigin::LookedUp(column)) = asks.map(|column| &column.origin) else {
        return;
    };
    for question in &unclear.questions {
        let _ = writeln!(out, "# where = {}", visible(&quoted(&condition(column, question))));
    }
    let instrument = unclear.instrument.unwrap_or("INSTRUMENT");
    remark(
        out,
        &format!("and in [source.map]: instrument = {{ value = {} }}", quoted(instrument)),
    );
}

/// What the signs of currencies stand for that several share; those of which it is not known are left to be filled in.
fn shared_signs(out: &mut String, file: &Inspection) {
    let decisions = file.columns.iter().flat_map(|column| &column.decisions);
    let readings = decisions.filter_map(|decision| match decision {
        Decision::Currency { reading } => Some(reading),
        _ => None,
    });
    let signs: BTreeMap<&str, Option<&str>> = readings.flat_map(|reading| reading.shared()).collect();
    if signs.is_empty() {
        return;
    }
    let is_known = signs.values().any(Option::is_some);
    let _ = writeln!(out, "{}[source.values.currency]", if is_known { "" } else { "# " });
    for (sign, code) in signs {
        let start = if code.is_some() { "" } else { "# " };
        let sign = toml::Value::String(sign.to_string());
        let _ = writeln!(out, "{start}{sign} = {}", quoted(code.unwrap_or("")));
    }
}

/// What was decided about records with one id, next to the keys that decide it otherwise.
fn stated_in_notes(out: &mut String, file: &Inspection) {
    for note in &file.notes {
        let otherwise = match note.kind.description().option {
            Some("same_id") => "same_id = \"all\"",
            Some("deliveries") => "deliveries = \"parts\"     # or \"totals\"",
            Some(_) | None => continue,
        };
        remark(out, &note.text());
        let _ = writeln!(out, "# {otherwise}");
    }
}

/// A path as the configuration in that folder names it.
fn relative(file: &str, folder: &Path) -> String {
    let absolute = |path: &Path| -> PathBuf {
        let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        whole.components().filter(|part| *part != Component::CurDir).collect()
    };
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let (file_path, folder) = (absolute(Path::new(file)), absolute(here));
    file_path
        .strip_prefix(&folder)
        .map_or_else(|_| file.to_string(), |inside| inside.display().to_string())
}
