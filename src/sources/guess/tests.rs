//! Made-up exports in seven languages, and columns that look like what they are not.

use super::questions::Answer;
use super::*;

const EXPORTS: &str = include_str!("exports.txt");
const TRADES: &str = include_str!("trades.txt");
const RECORDS: usize = 40;

/// The columns of the file that a question names, counted from 0.
fn candidates(question: &Question) -> Vec<usize> {
    match question {
        Question::Column { candidates, .. } => candidates.iter().map(|candidate| candidate.header).collect(),
        Question::Table { .. } | Question::List { .. } | Question::Product { .. } | Question::Nobody { .. } | Question::Asked(_) => {
            Vec::new()
        }
    }
}

/// The cell of a record, by a short pattern: `u:X` codes that differ, `r:X` codes that repeat, `d` dates (`/`, `.`, `-` day first; `t` with
/// a time; `+N` so many days later), `m` money, `p` prices, `q` quantities, `qp` their product, `s5`, `s10` scores, `w:a/b` words in turn ...
fn cell(pattern: &str, i: usize) -> String {
    let repeated = i * 7 % 17;
    if let Some(prefix) = pattern.strip_prefix("u:") {
        return format!("{prefix}{}", 1000 + i);
    }
    if let Some(prefix) = pattern.strip_prefix("r:") {
        return format!("{prefix}{}", 100 + repeated);
    }
    // Dates of birth, one for each code that repeats; payments, of which every fourth is open.
    if let Some(style) = pattern.strip_prefix("dob") {
        return written(style, -9000 + 1177 * repeated as i64);
    }
    if let Some(style) = pattern.strip_prefix("pay") {
        return if i % 4 == 3 { String::new() } else { date(&format!("d{style}"), i) };
    }
    // Eight days after the date, or up to three days earlier or later; every ninth has not come.
    if let Some(style) = pattern.strip_prefix("came") {
        return if i % 9 == 8 {
            String::new()
        } else {
            date(&format!("d{style}+{}", 5 + i * 5 % 7), i)
        };
    }
    if pattern == "qr" && i % 9 == 8 {
        return String::new();
    }
    if let Some(words) = pattern.strip_prefix("w:") {
        let words: Vec<&str> = words.split('/').collect();
        return words[i % words.len()].to_string();
    }
    let (pattern, comma) = pattern.strip_suffix(',').map_or((pattern, false), |p| (p, true));
    let decimal = |hundredths: usize| {
        let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
        if comma { text.replace('.', ",") } else { text }
    };
    let (quantity, price) = (1 + i % 4, 250 + 35 * (i % 11));
    let letters = |i: usize| ((b'a' + (i % 26) as u8) as char).to_string().repeat(1 + i / 26);
    match pattern {
        "n" => (5000 + i).to_string(),
        "m" => decimal(1995 + 1303 * (i % 23)),
        "q" => quantity.to_string(),
        "qo" => (5 + 7 * i % 40).to_string(),
        "qr" => (5 + 7 * i % 40 - if i % 6 == 5 { 2 } else { 0 }).to_string(),
        "p" => decimal(price),
        "qp" | "net" => decimal(quantity * price),
        "vat" => decimal(quantity * price / 5),
        "gross" => decimal(quantity * price * 6 / 5),
        "s10" => (i * 7 % 11).to_string(),
        "s5" => (1 + i % 5).to_string(),
        "z" => (i % 2).to_string(),
        "min" => (5 + 13 * i).to_string(),
        "hh" => format!("{:02}:{:02}:00", i % 30, i % 60),
        "e" => format!("{}@example.org", letters(repeated)),
        "eu" => format!("{}@example.org", letters(i)),
        "nm" => format!("Anna {} Berg", letters(i).to_uppercase()),
        "nr" => format!("Anna {} Berg", letters(repeated).to_uppercase()),
        "hm" => format!("{:02}:{:02}", 8 + i % 9, 15 * (i % 4)),
        "t" => format!("The parcel number {i} came late and was open"),
        "b" => ["yes", "no"][i % 2].to_string(),
        "c" => ["EUR", "USD"][i % 2].to_string(),
        "ph" => format!("+49 30 12345{i:02}"),
        "pc" => format!("{}", 10000 + 137 * i),
        "x" => String::new(),
        _ => date(pattern, i),
    }
}

fn date(pattern: &str, i: usize) -> String {
    let (style, later) = pattern.split_once('+').map_or((pattern, 0), |(s, n)| (s, n.parse().unwrap()));
    let (style, timed) = style.strip_suffix('t').map_or((style, false), |s| (s, true));
    let Some(style) = style.strip_prefix('d') else {
        panic!("no such pattern: {pattern}")
    };
    let text = written(style, 19_700 + 3 * i as i64 + later);
    if timed { format!("{text} {:02}:15", 8 + i % 9) } else { text }
}

/// A day since 1970 with these marks between its parts; ISO 8601 without.
fn written(marks: &str, days: i64) -> String {
    let (year, month, day) = civil(days);
    match marks {
        "" => format!("{year}-{month:02}-{day:02}"),
        "." | "/" | "-" => format!("{day:02}{marks}{month:02}{marks}{year}"),
        _ => panic!("no such marks: {marks}"),
    }
}

/// Days since 1970 to year, month and day (Hinnant 2013).
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
}

struct Export {
    table: Table,
    file: String,
    /// Header, pattern, what it is.
    columns: Vec<(String, String, String)>,
}

impl Export {
    fn parse(line: &str) -> Export {
        let mut parts = line.split(" | ");
        let (table, file) = parts.next().unwrap().split_once(' ').unwrap();
        let column = |text: &str| {
            let fields: Vec<&str> = text.split('~').collect();
            (fields[0].to_string(), fields[1].to_string(), fields[2].to_string())
        };
        Export {
            table: Table::parse(table).unwrap(),
            file: file.to_string(),
            columns: parts.map(column).collect(),
        }
    }

    fn all() -> Vec<Export> {
        Export::each(EXPORTS)
    }

    fn each(text: &str) -> Vec<Export> {
        text.lines().filter(|l| !l.starts_with('#')).map(Export::parse).collect()
    }

    fn understood(&self, stated: Option<Table>) -> Understanding {
        let headers: Vec<String> = self.columns.iter().map(|c| c.0.clone()).collect();
        let rows: Vec<Vec<String>> = (0..RECORDS).map(|i| self.columns.iter().map(|c| cell(&c.1, i)).collect()).collect();
        understand(
            &self.file,
            &headers,
            &rows,
            &Stated {
                table: stated,
                ..Stated::default()
            },
        )
    }

    /// What is understood otherwise than expected.
    fn wrong(&self, understanding: &Understanding) -> Vec<String> {
        let mut wrong = Vec::new();
        for (index, (header, _, expected)) in self.columns.iter().enumerate() {
            let found: Vec<&str> = understanding
                .guesses
                .iter()
                .filter(|g| g.header == index)
                .map(|g| g.column)
                .collect();
            let right = match expected.as_str() {
                "-" => found.is_empty(),
                asked if asked.starts_with('?') => {
                    found.is_empty()
                        && understanding
                            .questions
                            .iter()
                            .any(|q| q.column() == Some(&asked[1..]) && candidates(q).contains(&index))
                }
                column => found.contains(&column),
            };
            if !right {
                wrong.push(format!("{header}: {found:?} instead of {expected}"));
            }
        }
        wrong
    }
}

#[test]
fn exports_are_understood() {
    let mut wrong = Vec::new();
    let all = Export::all();
    assert!(all.len() >= 60);
    for export in &all {
        let free = export.understood(None);
        let found = free.table.map(|t| t.0);
        if found != Some(export.table) {
            let tables: Vec<String> = free
                .tables
                .iter()
                .take(3)
                .map(|(t, p, w)| format!("{t} {p:.2} {}", listed(w)))
                .collect();
            wrong.push(format!("{}: {found:?} instead of {}: {tables:#?}", export.file, export.table));
        }
        for text in export.wrong(&export.understood(Some(export.table))) {
            wrong.push(format!("{} {}: {text}", export.table, export.file));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What became of the export of a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Understood {
    /// Its table and all columns that are judged.
    Right,
    /// Something has to be asked before it can be used, and nothing is taken for what it is not.
    Asked,
    /// Something is taken for what it is not.
    Wrong,
}

impl Export {
    fn outcome(&self) -> (Understood, Vec<String>) {
        let found = self.understood(None);
        let mut wrong = Vec::new();
        let mut is_whole = found.table.is_some();
        if let Some((table, _)) = found.table.filter(|(table, _)| *table != self.table) {
            wrong.push(format!("{table} instead of {}", self.table));
        }
        // A number that each record has by itself changes nothing: each record is one by itself without it.
        let is_own_number = |index: usize| self.columns[index].1.starts_with("u:") || self.columns[index].1 == "n";
        for (index, (header, _, expected)) in self.columns.iter().enumerate().filter(|(_, column)| column.2 != ".") {
            let means: Vec<&str> = found.guesses.iter().filter(|g| g.header == index).map(|g| g.column).collect();
            match (expected.as_str(), &means[..]) {
                ("-", []) => {}
                (column, means) if means.contains(&column) => {}
                (_, []) => is_whole &= is_own_number(index),
                (column, means) => wrong.push(format!("{header}: {means:?} instead of {column}")),
            }
        }
        match (wrong.is_empty(), is_whole) {
            (false, _) => (Understood::Wrong, wrong),
            (true, true) => (Understood::Right, wrong),
            (true, false) => (Understood::Asked, wrong),
        }
    }
}

#[test]
fn exports_of_trades_are_understood_or_asked_about() {
    let trades = Export::each(TRADES);
    let mut counts = std::collections::BTreeMap::new();
    let mut wrong = Vec::new();
    for export in &trades {
        let (understood, why) = export.outcome();
        *counts.entry(understood).or_insert(0) += 1;
        wrong.extend(why.into_iter().map(|why| format!("{}: {why}", export.file)));
        if understood == Understood::Asked && export.understood(None).questions.is_empty() {
            wrong.push(format!("{}: nothing is asked", export.file));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let share = f64::from(counts[&Understood::Right]) / trades.len() as f64;
    assert!(share >= 0.85, "{counts:?}");
}

/// What somebody has said who takes the likeliest answer to each question.
fn accepted_of(understanding: &Understanding, export: &Export) -> Stated {
    let at = |header: &str| export.columns.iter().position(|column| column.0 == header).unwrap();
    let mut stated = Stated {
        table: understanding.table.map(|(table, _)| table),
        ..Stated::default()
    };
    let mut map = |column: &str, headers: &[&str]| {
        let headers = headers.iter().map(|header| at(header)).collect();
        stated.columns.push((column.to_string(), headers));
    };
    let mut table = None;
    for question in &understanding.questions {
        match (question, question.answer()) {
            (Question::Product { quantity, price, .. }, _) => map("amount", &[quantity.as_str(), price.as_str()]),
            (_, Answer::Input(found, _)) => table = found,
            (_, Answer::List(found, _, columns)) => {
                table = Some(found);
                columns.iter().for_each(|(column, header)| map(column, &[header.as_str()]));
            }
            (Question::Column { column, candidates, .. }, _) => map(column.name, &[export.columns[candidates[0].header].0.as_str()]),
            (_, Answer::Map(..) | Answer::Nobody(..) | Answer::Expression(..) | Answer::Question(..)) => {}
        }
    }
    stated.table = table.or(stated.table);
    stated
}

#[test]
fn what_the_command_of_inspect_accepts_is_not_asked_again() {
    let mut asked = 0;
    for export in Export::all().iter().chain(&Export::each(TRADES)) {
        let first = export.understood(None);
        let table = first.table.map(|(table, _)| table);
        if command(&export.file, table, &first.questions).is_none() {
            continue;
        }
        asked += 1;
        let stated = accepted_of(&first, export);
        let headers: Vec<String> = export.columns.iter().map(|c| c.0.clone()).collect();
        let rows: Vec<Vec<String>> = (0..RECORDS)
            .map(|i| export.columns.iter().map(|c| cell(&c.1, i)).collect())
            .collect();
        let then = understand(&export.file, &headers, &rows, &stated);
        let left: Vec<String> = then.questions.iter().map(ToString::to_string).collect();
        assert!(left.is_empty(), "{}: {left:?}", export.file);
    }
    assert!(asked >= 5, "{asked}");
}

#[test]
fn of_amounts_that_add_up_the_sum_is_the_amount() {
    let amount = |line: &str| {
        let understood = Export::parse(line).understood(Some(Table::Purchases));
        understood
            .guesses
            .iter()
            .find(|g| g.column == "amount")
            .map(|g| (g.header, listed(&g.evidence)))
    };
    let told = Some((4, "\"Xyq\" and \"Xyr\" add up to it".to_string()));
    assert_eq!(
        amount("purchases x.csv | Customer~r:C~- | Date~d~- | Xyq~net~- | Xyr~vat~- | Xys~gross~-"),
        told
    );
    // A net amount is a part of it; a known name of the amount says more.
    let named = |header: &str| {
        amount(&format!(
            "purchases x.csv | Customer~r:C~- | Date~d~- | {header}~net~- | VAT~vat~- | Xys~gross~-"
        ))
    };
    assert_eq!(named("Xq net amount").map(|(at, _)| at), Some(4));
    assert_eq!(named("Amount").map(|(at, _)| at), Some(2));
    // Numbers that do not add up tell nothing.
    assert_eq!(
        amount("purchases x.csv | Customer~r:C~- | Date~d~- | Xyq~net~- | Xyr~vat~- | Xys~m~-"),
        None
    );
}

#[test]
fn of_several_dates_named_as_the_event_it_is_the_first() {
    let date = |columns: &str| {
        let understood = Export::parse(&format!("purchases x.csv | Customer~r:C~- | {columns} | Amount~m~-")).understood(None);
        understood.guesses.iter().find(|g| g.column == "occurred_at").map(|g| g.header)
    };
    assert_eq!(date("Spendendatum~d.~- | Quittung am~d.+15~-"), Some(1));
    assert_eq!(date("Quittung am~d.+15~- | Spendendatum~d.~-"), Some(2));
    // What was paid later, with gaps, is not when it happened; nor is a date of fixed terms after another.
    assert_eq!(date("Xq-Datum~d~- | Zahlungsdatum~pay+7~-"), Some(1));
    assert_eq!(date("Xq~d~- | Xr~d+30~-"), Some(1));
    // Without another date of each record the payment is all there is.
    assert_eq!(date("Zahlungsdatum~d~-"), Some(1));
}

#[test]
fn a_number_that_repeats_is_no_person_by_itself() {
    let who = |header: &str| {
        let line = format!("purchases x.csv | Receipt~u:R~- | {header}~r:9~- | Date~d~- | Product~w:a/b~- | Amount~m~-");
        let understood = Export::parse(&line).understood(None);
        let asked = understood.questions.iter().any(|q| q.column() == Some("stakeholder_id"));
        (understood.guesses.iter().any(|g| g.column == "stakeholder_id"), asked)
    };
    assert_eq!(who("Room no."), (false, true));
    assert_eq!(who("Machine no."), (false, true));
    assert_eq!(who("Card no."), (true, false));
}

#[test]
fn people_with_a_number_and_a_name_each_are_a_roster_and_answers_are_none() {
    let people = Export::parse("stakeholders x.csv | Xq no~u:7~- | Full name~nm~- | Xr~d~- | Team~w:a/b~-");
    let found = people.understood(Some(Table::Stakeholders));
    let means = |column: &str| found.guesses.iter().find(|g| g.column == column).map(|g| g.header);
    assert_eq!((means("stakeholder_id"), means("started_at")), (Some(0), Some(2)));
    let table = |line: &str| Export::parse(line).understood(None).table.map(|(table, _)| table);
    // Each record has its own id, but the people repeat.
    assert_ne!(
        table("surveys x.csv | ID~u:7~- | Start date~dt~- | Email~e~- | How was it? (1-5)~s5~-"),
        Some(Table::Stakeholders)
    );
}

#[test]
fn a_scale_in_a_header_makes_it_a_score() {
    let score = |header: &str| {
        let line = format!("surveys x.csv | Customer~r:C~- | Response date~d~- | {header}~s5~-");
        let understood = Export::parse(&line).understood(Some(Table::Surveys));
        understood.guesses.iter().any(|g| g.column == "score")
    };
    assert!(score("Valoración general (1-5)") && score("Wie zufrieden waren Sie insgesamt? (1-5)"));
    assert!(!score("Priority (1-5)") && !score("Group size (1-5)"));
}

#[test]
fn a_date_of_birth_is_no_event_whatever_it_is_called() {
    let line = "purchases x.csv | Nr~r:~- | Zorp~dob.~- | Amount~m~-";
    for stated in [None, Some(Table::Purchases), Some(Table::Interactions)] {
        let understood = Export::parse(line).understood(stated);
        let asked = understood.questions.iter().flat_map(candidates).collect::<Vec<_>>();
        assert!(
            !asked.contains(&1) && !understood.guesses.iter().any(|g| g.header == 1),
            "{understood:#?}"
        );
    }
    // Gifts of thirty years are in no order when a file is sorted by donor, and they are no births.
    let dates: Vec<Vec<String>> = (0..40)
        .map(|i: i64| vec![format!("D{}", i / 4), written("", 8000 + 1177 * (i * 7 % 11)), "5.00".to_string()])
        .collect();
    let headers = ["Donor ID", "Gift date", "Amount"].map(str::to_string);
    let understood = understand("gifts.csv", &headers, &dates, &Stated::default());
    assert!(
        understood.guesses.iter().any(|g| g.header == 1 && g.column == "occurred_at"),
        "{understood:#?}"
    );
}

#[test]
fn a_time_of_day_beside_its_date_belongs_to_it() {
    let time = |cells: &str, header: &str| {
        let line = format!("purchases x.csv | Order ID~u:O~- | Customer ID~r:C~- | Order date~d~- | {header}~{cells}~- | Total~m~-");
        let understood = Export::parse(&line).understood(None);
        understood.guesses.iter().find(|g| g.column == "occurred_at").unwrap().rest
    };
    assert_eq!(
        (time("hm", "Time"), time("hm", "Order time"), time("hm", "Uhrzeit")),
        (Some(3), Some(3), Some(3))
    );
    // How long it took is no time of day, and neither is 29:05.
    assert_eq!(
        (time("hm", "Duration"), time("hh", "Time"), time("hm", "Delivery time")),
        (None, None, None)
    );
}

#[test]
fn what_is_mapped_is_not_asked_again() {
    let export = Export::each(TRADES)
        .into_iter()
        .find(|export| export.file == "boat_hire.csv")
        .unwrap();
    let headers: Vec<String> = export.columns.iter().map(|c| c.0.clone()).collect();
    let mut rows: Vec<Vec<String>> = (0..RECORDS)
        .map(|i| export.columns.iter().map(|c| cell(&c.1, i)).collect())
        .collect();
    // For one to ten days: a term that is always the same would tell which date is first, and so would another order.
    rows.iter_mut()
        .enumerate()
        .for_each(|(i, row)| row[4] = cell(&format!("d/+{}", 1 + i / 4), i));
    let mapped = |columns: &[(&str, usize)]| Stated {
        table: None,
        columns: columns.iter().map(|(name, at)| ((*name).to_string(), vec![*at])).collect(),
    };
    let asked = |stated: &Stated| understand("boat_hire.csv", &headers, &rows, stated).questions.len();
    assert!(asked(&Stated::default()) > 0);
    assert_eq!(asked(&mapped(&[("occurred_at", 3)])), 0);
    assert_eq!(asked(&mapped(&[("occurred_at", 4), ("amount", 6), ("stakeholder_id", 1)])), 0);
}

#[test]
fn the_order_of_columns_does_not_matter() {
    for export in Export::all() {
        let mut turned = Export {
            table: export.table,
            file: export.file.clone(),
            columns: export.columns.clone(),
        };
        turned.columns.reverse();
        let names = |export: &Export| {
            let understood = export.understood(Some(export.table));
            let mut names: Vec<(&str, String)> = understood
                .guesses
                .iter()
                .map(|g| (g.column, export.columns[g.header].0.clone()))
                .collect();
            names.sort();
            names
        };
        assert_eq!(names(&export), names(&turned), "{}", export.file);
    }
}

#[test]
fn a_renamed_header_is_understood_or_asked_about() {
    // The customer column under a name that nobody knows.
    let export = |header: &str| {
        let line = format!(
            "purchases orders.csv | Order #~u:O~order_id | {header}~r:C~stakeholder_id | Order date~d~occurred_at | Total~m~amount"
        );
        Export::parse(&line)
    };
    for header in [
        "Customer No",
        "cust_no",
        "Cust. Ref.",
        "Client",
        "Purchaser ID",
        "Buyer number",
        "Kundennr",
        "Acct. customer no",
        "Debtor key",
    ] {
        assert_eq!(
            export(header).wrong(&export(header).understood(None)),
            Vec::<String>::new(),
            "{header}"
        );
    }
    for header in ["Frobnicator", "XK_17", "Ref A", "Obligor key"] {
        let understood = export(header).understood(None);
        let question = understood
            .questions
            .iter()
            .find(|q| q.column() == Some("stakeholder_id"))
            .unwrap_or_else(|| panic!("{header}: {understood:#?}"));
        assert_eq!(candidates(question).first(), Some(&1), "{header}");
        assert_eq!(question.answer().to_string(), format!("--map orders.csv:stakeholder_id='{header}'"));
    }
    // A column of dates under such a name is asked about, and taken where the name speaks of a time.
    for (header, is_taken) in [("Zeta", false), ("When", true), ("_synced", false)] {
        let line = format!("purchases orders.csv | Order #~u:O~- | Customer No~r:C~- | {header}~d~- | Total~m~-");
        let understood = Export::parse(&line).understood(None);
        let taken = understood.guesses.iter().any(|g| g.column == "occurred_at");
        let question = understood.questions.iter().find(|q| q.column() == Some("occurred_at"));
        assert_eq!((taken, question.is_none()), (is_taken, is_taken), "{header}");
    }
    let number_of_candidates = |header: &str| {
        let line = format!("purchases orders.csv | Order #~u:O~- | Customer No~r:C~- | {header}~d~- | Total~m~-");
        let questions = Export::parse(&line).understood(None).questions;
        let question = questions.iter().find(|q| q.column() == Some("occurred_at"));
        candidates(question.unwrap()).len()
    };
    assert_eq!((number_of_candidates("Zeta"), number_of_candidates("_synced")), (1, 0));
}

/// Columns that look like what they are not: never taken as the column that their name resembles.
#[test]
fn false_friends() {
    let base = [
        (Table::Interactions, "Ticket ID~u:T~- | Customer ID~r:C~-"),
        (Table::Purchases, "Order ID~u:O~- | Customer ID~r:C~-"),
        (Table::Surveys, "Customer ID~r:C~- | Submitted at~dt~-"),
        (Table::Stakeholders, "Customer ID~u:C~-"),
        (Table::Supplies, "Vendor ID~r:V~- | Order ID~u:O~-"),
        (Table::Referrals, "Referrer ID~r:C~-"),
    ];
    let cases = [
        (Table::Interactions, "Date of birth~d", "occurred_at"),
        (Table::Interactions, "Last modified date~dt", "occurred_at"),
        (Table::Interactions, "Updated at~dt", "occurred_at"),
        (Table::Interactions, "Expiry date~d", "occurred_at"),
        (Table::Interactions, "Next contact date~d", "occurred_at"),
        (Table::Interactions, "Created by~w:Ann Lee/Bo Chan", "occurred_at"),
        (Table::Interactions, "Parent ticket ID~u:T", "in_reply_to"),
        (Table::Interactions, "Created at~t", "occurred_at"),
        (Table::Interactions, "Time spent~min", "occurred_at"),
        (Table::Interactions, "First response time~min", "responded_at"),
        (Table::Interactions, "First response time~dt+1", "response_minutes"),
        (Table::Interactions, "First response time (hours)~min", "response_minutes"),
        (Table::Interactions, "First response time~hh", "response_minutes"),
        (Table::Interactions, "Resolution~t", "resolved_at"),
        (Table::Interactions, "Resolution time (in hrs)~hh", "resolution_minutes"),
        (Table::Interactions, "Is closed~b", "resolved_at"),
        (Table::Interactions, "Direction~w:north/south/east", "direction"),
        (Table::Interactions, "Outcome~t", "outcome"),
        (Table::Interactions, "Automated~t", "automated"),
        (Table::Interactions, "Geburtsdatum~d.", "occurred_at"),
        (Table::Interactions, "Änderungsdatum~d.", "occurred_at"),
        (Table::Interactions, "Fecha de nacimiento~d/", "occurred_at"),
        (Table::Interactions, "Date de modification~d/", "occurred_at"),
        (Table::Purchases, "Tax amount~m", "amount"),
        (Table::Purchases, "Discount amount~m", "amount"),
        (Table::Purchases, "Shipping cost~m", "cost"),
        (Table::Purchases, "Total~t", "amount"),
        (Table::Purchases, "Currency~t", "currency"),
        (Table::Purchases, "Quantity~t", "quantity"),
        (Table::Purchases, "Refund ID~u:R", "refund"),
        (Table::Purchases, "Country code~w:DE/FR", "currency"),
        (Table::Purchases, "Order status date~d", "status"),
        (Table::Purchases, "Date of birth~d", "occurred_at"),
        (Table::Purchases, "Expected delivery~t", "promised_at"),
        (Table::Purchases, "_synced_at~dt", "occurred_at"),
        (Table::Surveys, "Score~t", "score"),
        (Table::Surveys, "Rating~pc", "score"),
        (Table::Surveys, "Survey~t", "instrument"),
        (Table::Surveys, "Score date~d", "score"),
        (Table::Stakeholders, "Tax ID~u:X", "stakeholder_id"),
        (Table::Stakeholders, "Phone number~ph", "stakeholder_id"),
        (Table::Stakeholders, "Number of employees~q", "stakeholder_id"),
        (Table::Stakeholders, "Parent account ID~r:C", "stakeholder_id"),
        (Table::Stakeholders, "Last name~nm", "name"),
        (Table::Stakeholders, "Email opt-in~b", "email"),
        (Table::Stakeholders, "E-mail~nm", "email"),
        (Table::Stakeholders, "Account created by~nm", "started_at"),
        (Table::Stakeholders, "Contract expires~d", "ended_at"),
        (Table::Stakeholders, "Birthday~d", "started_at"),
        (Table::Stakeholders, "Join time~dt", "started_at"),
        (Table::Stakeholders, "Postcode~pc", "stakeholder_id"),
        (Table::Supplies, "Invoice due date~d", "received_at"),
        (Table::Supplies, "Received by~nm", "received_at"),
        (Table::Referrals, "Referral code~u:R", "referred_id"),
    ];
    let mut wrong = Vec::new();
    for (table, friend, column) in cases {
        let others = base.iter().find(|b| b.0 == table).unwrap().1;
        // Beside its real neighbours, and in front of them.
        for line in [
            format!("{table} f.csv | {others} | {friend}~-"),
            format!("{table} f.csv | {friend}~- | {others}"),
        ] {
            let export = Export::parse(&line);
            let at = export
                .columns
                .iter()
                .position(|c| friend.starts_with(&format!("{}~", c.0)))
                .unwrap();
            let understood = export.understood(Some(table));
            for guess in understood.guesses.iter().filter(|g| g.header == at && g.column == column) {
                wrong.push(format!("{friend} is taken as {column}: {guess:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn known_names_keep_their_confidence_and_their_order() {
    for export in Export::all() {
        let headers: Vec<String> = export.columns.iter().map(|c| c.0.clone()).collect();
        let known = crate::sources::columns(export.table, &headers, &|_| false);
        let understood = understand(
            &export.file,
            &headers,
            &[],
            &Stated {
                table: Some(export.table),
                ..Stated::default()
            },
        );
        for (column, header) in known {
            let guess = understood.guesses.iter().find(|g| g.column == column);
            // An address that is the id for want of one does not serve twice.
            let is_id = |g: &Guess| g.column == export.table.stakeholder_column().name && g.header == header;
            if matches!(column, "email" | "phone") && understood.guesses.iter().any(is_id) {
                continue;
            }
            assert!(
                guess.is_some_and(|g| g.header == header && g.confidence >= 0.9),
                "{}: {column} is {} by its known name, and {guess:?}",
                export.file,
                headers[header]
            );
        }
    }
}

#[test]
fn what_a_header_says_beside_its_name_is_handed_on() {
    let export = Export::parse("purchases o.csv | Order no~u:O~- | Customer ID~r:C~- | Order date (UTC)~dt~- | Total [EUR]~m~-");
    let understood = export.understood(None);
    let guess = |column: &str| {
        understood
            .guesses
            .iter()
            .find(|g| g.column == column)
            .unwrap_or_else(|| panic!("{column}: {understood:#?}"))
    };
    assert_eq!(guess("occurred_at").timezone.as_deref(), Some("UTC"));
    assert_eq!(guess("amount").currency.as_deref(), Some("EUR"));
    assert_eq!(guess("order_id").timezone, None);
}

#[test]
fn questions_say_what_to_write() {
    let export = Export::parse("purchases o.csv | Order no~u:O~- | Customer ID~r:C~- | Order date~d~- | Qty~q~- | Unit price~p~-");
    let question = export
        .understood(Some(Table::Purchases))
        .questions
        .into_iter()
        .find(|q| q.column() == Some("amount"))
        .unwrap();
    assert_eq!(
        question.answer().to_string(),
        r#"--map 'o.csv:amount={ expr = '\''"Qty" * "Unit price"'\'' }'"#
    );
    let export =
        Export::parse("interactions t.csv | Ticket ID~u:T~- | Customer ID~r:C~- | Created at~dt~- | First response time (in hrs)~min~-");
    let understood = export.understood(None);
    let question = understood
        .questions
        .iter()
        .find(|q| q.column() == Some("response_minutes"))
        .unwrap();
    assert_eq!(
        question.answer().to_string(),
        r#"--map 't.csv:response_minutes={ expr = '\''"First response time (in hrs)" * 60'\'' }'"#
    );
    assert!(question.to_string().contains("hours"), "{question}");
    let nothing = understand("x.csv", &["colour".to_string(), "shape".to_string()], &[], &Stated::default());
    assert!(nothing.table.is_none() && nothing.guesses.is_empty());
    assert_eq!(nothing.questions.len(), 1);
    let answer = nothing.questions[0].answer().to_string();
    assert!(answer.ends_with("=x.csv"), "{answer}");
}

#[test]
fn cells_tell_where_names_do_not() {
    let export = Export::parse(
        "interactions log.csv | Ref~u:A~interaction_id | Person~r:C~stakeholder_id | When~dt~occurred_at | Way~w:inbound/outbound~direction",
    );
    assert_eq!(export.wrong(&export.understood(Some(Table::Interactions))), Vec::<String>::new());
    let contradicted = Export::parse("surveys s.csv | Customer ID~r:C~- | Date~d~- | Score~t~-").understood(Some(Table::Surveys));
    assert!(contradicted.contradicted.iter().any(|g| g.column == "score" && g.header == 2));
    assert!(contradicted.questions.iter().any(|q| q.column() == Some("score")));
    // An address is the id where there is none, and a name only asks.
    let mails = Export::parse("purchases o.csv | Order~u:O~- | E-mail~e~stakeholder_id | Date~d~- | Total~m~-");
    let understood = mails.understood(None);
    assert_eq!(
        understood
            .guesses
            .iter()
            .filter(|g| g.column == "stakeholder_id")
            .map(|g| g.header)
            .collect::<Vec<_>>(),
        [1]
    );
    let names = Export::parse("purchases o.csv | Order~u:O~- | Contact name~nm~?stakeholder_id | Date~d~- | Total~m~-");
    assert_eq!(candidates(&names.understood(None).questions[0]), [1]);
}

#[test]
fn times_and_products_tell_columns_apart() {
    // The second date is before the first: it is no delivery of that order.
    let rows = |days: [i64; 2]| {
        Export::parse(&format!(
            "purchases o.csv | Order~u:O~- | Customer ID~r:C~- | Order date~d+{}~- | Delivery date~d+{}~- | Total~m~-",
            days[0], days[1]
        ))
    };
    let has = |export: &Export| {
        export
            .understood(Some(Table::Purchases))
            .guesses
            .iter()
            .any(|g| g.column == "delivered_at")
    };
    assert!(has(&rows([0, 4])));
    assert!(!has(&rows([40, 4])));
    // `Price` is a known name of the amount, but it is the price of one here.
    let export = Export::parse(
        "purchases o.csv | Order~u:O~order_id | Customer ID~r:C~- | Date~d~- | Qty~q~quantity | Price~p~unit_amount | Worth~qp~amount",
    );
    let found = export.understood(Some(Table::Purchases));
    for (column, header) in [("quantity", 3), ("unit_amount", 4), ("amount", 5)] {
        assert!(
            found.guesses.iter().any(|g| g.column == column && g.header == header),
            "{column}: {:#?}",
            found.guesses
        );
    }
}

#[test]
fn a_list_of_things_is_no_roster() {
    let table = |line: &str| Export::parse(line).understood(None).table.map(|t| t.0);
    assert_eq!(
        table("stakeholders list.csv | id~u:P~- | name~nm~- | type~w:good/service~- | created~d~-"),
        None
    );
    assert_eq!(
        table("stakeholders list.csv | coupon id~u:P~- | percent off~q~- | valid until~d~-"),
        None
    );
    assert_eq!(
        table("stakeholders list.csv | member id~u:P~- | name~nm~- | type~w:full/guest~- | created~d~-"),
        Some(Table::Stakeholders)
    );
}

#[test]
fn an_address_has_a_state_that_is_no_status() {
    let has = |headers: &str| {
        let line = format!("purchases o.csv | Order~u:O~- | Customer ID~r:C~- | Date~d~- | Total~m~- | {headers}");
        Export::parse(&line).understood(None).guesses.iter().any(|g| g.column == "status")
    };
    assert!(has("State~w:open/paid~-"));
    assert!(!has("City~w:Rome/Bonn~- | State~w:Ohio/Utah~-"));
}

#[test]
fn ragged_and_strange_records_do_no_harm() {
    let headers: Vec<String> = ["", "Customer ID", "Größe\u{0}", "(", "日付", "Total ["].map(String::from).to_vec();
    let rows: Vec<Vec<String>> = vec![
        vec![],
        vec!["é".into()],
        vec![
            "\u{feff}".into(),
            "x".into(),
            "1".into(),
            "2".into(),
            "3".into(),
            "4".into(),
            "5".into(),
        ],
    ];
    let understood = understand("", &headers, &rows, &Stated::default());
    assert_eq!(understood.columns.len(), headers.len());
    assert!(understood.guesses.iter().all(|g| (0.0..=1.0).contains(&g.confidence)));
}

#[test]
fn a_date_of_birth_is_never_when_something_happened() {
    let purchases = Stated {
        table: Some(Table::Purchases),
        ..Stated::default()
    };
    let headers = ["Id", "Customer Id", "Amount", "X", "Y"].map(str::to_string);
    let rows: Vec<Vec<String>> = (0..24)
        .map(|n| {
            let (born, came) = (format!("{}-03-1{}", 1951 + 2 * n, n % 9), format!("2026-0{}-1{}", 1 + n % 6, n % 9));
            vec![format!("{n}"), format!("c{}", n % 7), format!("{n}.50"), born, came]
        })
        .collect();
    let found = understand("list.csv", &headers, &rows, &purchases);
    let asked = found
        .questions
        .iter()
        .find(|question| question.column() == Some("occurred_at"))
        .expect("a question");
    assert_eq!(candidates(asked), [4]);
    // An abbreviation of the word says so, whatever the dates are.
    let headers = ["Kunden-Nr.", "Betrag", "Geb.-Datum", "Z"].map(str::to_string);
    let rows: Vec<Vec<String>> = (0..9)
        .map(|n| vec![format!("K{n}"), format!("{n},50"), format!("1{n}.03.1980"), format!("1{n}.01.2026")])
        .collect();
    let found = understand("liste.csv", &headers, &rows, &purchases);
    let asked = found
        .questions
        .iter()
        .find(|question| question.column() == Some("occurred_at"))
        .expect("a question");
    assert_eq!(candidates(asked), [3]);
}

#[test]
fn the_date_of_an_order_on_its_lines_is_no_date_of_a_person() {
    let headers = ["Pedido", "Cliente", "Fecha", "Total", "Producto", "Cantidad"].map(str::to_string);
    let line = |n: usize| {
        let order = n / 2;
        let date = format!("{}/10/2026", 12 + order);
        let cells = [
            format!("B{order}"),
            format!("K{}", order % 5),
            date,
            format!("{order},50"),
            format!("P{n}"),
            "1".to_string(),
        ];
        cells.to_vec()
    };
    let rows: Vec<Vec<String>> = (0..24).map(line).collect();
    let purchases = Stated {
        table: Some(Table::Purchases),
        ..Stated::default()
    };
    let found = understand("pedidos.csv", &headers, &rows, &purchases);
    let date = found.guesses.iter().find(|guess| guess.column == "occurred_at");
    assert_eq!(date.map(|guess| guess.header), Some(2));
}
