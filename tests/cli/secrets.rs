//! `--redact`, searched: a generated organisation whose people, agents, ids, addresses and phone numbers are in every place of every kind of
//! input, each in many spellings. Every command is run in every format, also where it fails, and nothing that comes out has any of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Read, Write as _};
use std::path::Path;

use rust_xlsxwriter::Workbook;
use serde_json::Value;

use crate::harness::Folder;

const KEY: &str = "a key of more than sixteen bytes";

/// Somebody of the organisation.
struct Person {
    first: String,
    last: String,
    /// The last name without accents.
    plain: String,
    id: String,
    phone: String,
    email: String,
}

/// Numbers that are the same on every machine (SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }
}

/// People whose names are no words of any language.
fn people(count: usize, chance: &mut Chance) -> Vec<Person> {
    const SYLLABLES: [&str; 12] = [
        "zor", "quim", "vax", "jyl", "wuk", "pfex", "kriq", "xen", "bzul", "ghoj", "myxo", "tyv",
    ];
    let mut name = |accented: bool| {
        let mut text: String = (0..3).map(|_| SYLLABLES[chance.below(12)]).collect();
        if accented {
            text.push('é');
        }
        text[..1].to_uppercase() + &text[1..]
    };
    let mut all = Vec::new();
    for at in 0..count {
        let (first, last) = (name(false), name(true));
        let plain = last.replace('é', "e");
        all.push(Person {
            id: format!("XKQ{}", 481_337 + 7919 * at),
            phone: format!("0{}", 7_913_570_246u64 + 10_456_789 * at as u64),
            email: format!("{}.{}@mailqx.example", first.to_lowercase(), plain.to_lowercase()),
            first,
            last,
            plain,
        });
    }
    all
}

impl Person {
    /// The name in many spellings; the first is the one of the roster.
    fn spellings(&self) -> Vec<String> {
        let Person { first, last, plain, .. } = self;
        vec![
            format!("{first} {last}"),
            format!("{first} {last}").to_uppercase(),
            format!("{first} {last}").to_lowercase(),
            format!("{last}, {first}"),
            format!("Dr. {first} {last}"),
            format!("{first} {plain}"),
            format!("  {first}   {last} "),
            format!("{first}_{plain}"),
            format!("{}. {last}", &first[..1]),
            format!("{first} {}", last.replace('é', "&eacute;")),
            format!("{first}%20{}", last.replace('é', "%C3%A9")),
            self.email.split('@').next().unwrap_or_default().to_string(),
            format!("closed by {first} {last}"),
            format!("{last} ({})", self.email.to_uppercase()),
        ]
    }

    /// The phone number as people write it.
    fn phones(&self) -> [String; 3] {
        let digits = &self.phone;
        [
            digits.clone(),
            format!("{} {} {}", &digits[..4], &digits[4..7], &digits[7..]),
            format!("+49-{}-{}", &digits[1..4], &digits[4..]),
        ]
    }
}

/// Everything that must not come out, as a search of plain letters and digits finds it.
fn secrets(people: &[Person]) -> Vec<String> {
    let of = |person: &Person| {
        [
            person.first.to_lowercase(),
            person.plain.to_lowercase(),
            person.id.to_lowercase(),
            // Order and case ids, which lead back to a person.
            person.id.to_lowercase().replace("xkq", "oqz"),
            person.id.to_lowercase().replace("xkq", "cqz"),
            person.phone[2..].to_string(),
        ]
    };
    people.iter().flat_map(of).chain(["mailqx".to_string()]).collect()
}

/// A text as letters and digits alone: without case, accents, marks, entities and what is encoded as in URLs.
fn plain(text: &str) -> String {
    let decoded = text
        .replace("&eacute;", "e")
        .replace("&#233;", "e")
        .replace("%C3%A9", "e")
        .replace("%20", " ")
        .replace("\\u00e9", "e");
    let letters = decoded.chars().flat_map(char::to_lowercase).map(|c| if c == 'é' { 'e' } else { c });
    letters.filter(|c| c.is_alphanumeric()).collect()
}

/// The files, in a folder that bears a name too.
struct World {
    folder: Folder,
    people: Vec<Person>,
    inputs: Vec<String>,
}

/// A cell of CSV.
fn cell(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn world() -> World {
    let mut chance = Chance(7);
    let people = people(24, &mut chance);
    let (clients, agents) = people.split_at(16);
    let kind = |at: usize| if at < 3 { "partner" } else { "customer" };
    let of = |person: &Person, chance: &mut Chance| {
        let spellings = person.spellings();
        cell(&spellings[chance.below(spellings.len())])
    };
    let header = of(&agents[0], &mut chance);
    let mut roster = format!(
        "stakeholder_id,name,email,phone number,type,segment,owner,status,region,tier,acquisition_source,started_at,ended_at,end_reason,Account manager,{header}\n"
    );
    for (at, person) in clients.iter().enumerate() {
        let (owner, manager, other) = (
            of(&agents[at % 8], &mut chance),
            of(&agents[(at + 1) % 8], &mut chance),
            of(&clients[(at + 3) % 16], &mut chance),
        );
        let ended = if at % 7 == 6 { "2026-02-10" } else { "" };
        writeln!(
            roster,
            "{},{},{},{},{},{},{owner},{},{},{},{other},2025-{:02}-03,{ended},{},{manager},{}",
            person.id,
            cell(&person.spellings()[0]),
            person.email,
            person.phones()[at % 3],
            kind(at),
            if at % 2 == 0 { "vip".to_string() } else { other.clone() },
            if at % 3 == 0 { "active".to_string() } else { manager.clone() },
            ["north", "south"][at % 2],
            ["gold", "silver", "basic"][at % 3],
            1 + at % 12,
            if ended.is_empty() { "" } else { "voluntary" },
            other,
        )
        .expect("into memory");
    }
    let mut orders = "stakeholder_id,order_id,occurred_at,amount,status,channel,product,Buyer,plan,Mobile\n".to_string();
    let mut tickets =
        "stakeholder_id,case_id,occurred_at,responded_at,resolved_at,kind,direction,channel,status,owner,category,subject\n".to_string();
    let mut answers = "stakeholder_id,responded_at,instrument,score,owner,comment,Interviewer\n".to_string();
    for month in 4..14 {
        for (at, person) in clients.iter().enumerate() {
            let (year, month_of_year) = (2025 + month / 12, 1 + month % 12);
            let day = format!("{year}-{month_of_year:02}-{:02}", 2 + at);
            let id = match (at + month) % 4 {
                0 => person.email.clone(),
                _ => person.id.clone(),
            };
            let number = person.id.replace("XKQ", "");
            let agent = of(&agents[(at + month) % 8], &mut chance);
            writeln!(
                orders,
                "{id},OQZ{number}-{month},{day},{}.50,{},{},{},{},{},{}",
                20 + at * 3 + month,
                if at % 5 == 0 { agent.clone() } else { "paid".to_string() },
                if at % 3 == 0 {
                    "web".to_string()
                } else {
                    of(&agents[at % 2], &mut chance)
                },
                of(&clients[(at + 1) % 16], &mut chance),
                of(person, &mut chance),
                if at % 2 == 0 { "pro" } else { "base" },
                person.phones()[month % 3],
            )
            .expect("into memory");
            writeln!(
                tickets,
                "{},CQZ{number}-{month},{day} 09:00,{day} 1{}:00,{},{},inbound,{},{},{agent},{},{}",
                person.id,
                at % 9,
                if at % 4 == 0 { String::new() } else { format!("{day} 18:00") },
                if at % 6 == 0 { agent.clone() } else { "question".to_string() },
                of(&clients[(at + 5) % 16], &mut chance),
                if at % 4 == 0 { agent.clone() } else { "closed".to_string() },
                of(person, &mut chance),
                of(person, &mut chance),
            )
            .expect("into memory");
            writeln!(
                answers,
                "{},{day},nps,{},{agent},{},{}",
                person.id,
                (at + month) % 11,
                of(person, &mut chance),
                of(&agents[month % 8], &mut chance),
            )
            .expect("into memory");
        }
    }
    // Some cells that cannot be read, with names, ids and numbers in them.
    for (at, person) in clients.iter().enumerate() {
        let bad = [
            cell(&person.spellings()[3]),
            person.phones()[1].clone(),
            person.id.clone(),
            person.email.clone(),
        ][at % 4]
            .clone();
        writeln!(orders, "{},OQZ1{at},2026-02-{:02},{bad},paid,web,x,y,pro,", person.id, 1 + at).expect("into memory");
        writeln!(orders, "{},OQZ2{at},{bad},5.00,paid,web,x,y,pro,", person.id).expect("into memory");
        writeln!(answers, "{},2026-02-05,nps,{bad},,,", person.id).expect("into memory");
    }
    let mut referrals = "referrer_id,referred_id,occurred_at,status\n".to_string();
    let mut aliases = "alias,stakeholder_id\n".to_string();
    for (at, person) in clients.iter().enumerate() {
        writeln!(
            referrals,
            "{},{},2026-01-0{},{}",
            person.id,
            clients[(at + 2) % 16].id,
            1 + at % 9,
            if at % 2 == 0 {
                "converted".to_string()
            } else {
                of(&agents[at % 8], &mut chance)
            }
        )
        .expect("into memory");
        writeln!(aliases, "OLD-{},{}", person.id, person.id).expect("into memory");
    }
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet
        .set_name(format!("{} {}", clients[5].first, clients[5].plain))
        .expect("a name");
    for (row, line) in referrals.lines().enumerate() {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
        for (column, cell) in reader.records().next().expect("a line").expect("cells").iter().enumerate() {
            sheet.write_string(row as u32, column as u16, cell).expect("a cell");
        }
    }
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let member = format!("{}.csv", clients[6].spellings()[7]);
    archive
        .start_file(&member, zip::write::SimpleFileOptions::default())
        .expect("a file");
    archive.write_all(answers.as_bytes()).expect("its bytes");
    let place = |at: usize, ending: &str| format!("{}/{}.{ending}", agents[2].spellings()[0], clients[at].spellings()[at]);
    let names = [
        place(0, "csv"),
        place(1, "csv"),
        place(2, "csv"),
        place(3, "zip"),
        place(4, "xlsx"),
        place(5, "csv"),
    ];
    let kinds = ["stakeholders", "purchases", "interactions", "surveys", "referrals", "identities"];
    let config = format!(
        "as_of = 2026-02-28\n\n[report]\nby = ['region', 'owner']\n\n\
         [[rule]]\nmetric = 'revenue'\nby = ['owner']\nfail_below = 1000000\n\n\
         [[rule]]\nmetric = 'orders'\nwhere = \"product = '{}'\"\nfail_below = 1000000\n\n\
         [[rule]]\nmetric = 'revenue'\nby = ['channel']\nfail_if_worse_than = 'previous'\n\n\
         [[rule]]\nmax_rejects = 0\n",
        clients[1].spellings()[0].replace('\'', "''")
    );
    let folder = Folder::new()
        .with(&names[0], roster)
        .with(&names[1], orders)
        .with(&names[2], tickets)
        .with(&names[3], archive.finish().expect("an archive").into_inner())
        .with(&names[4], book.save_to_buffer().expect("a workbook"))
        .with(&names[5], aliases)
        .with("relhealth.toml", config);
    let inputs = kinds.iter().zip(&names).map(|(kind, name)| format!("{kind}={name}")).collect();
    World { folder, people, inputs }
}

/// What a run gave: its exit code, and everything that it wrote.
struct Gave {
    code: i32,
    texts: BTreeMap<String, String>,
}

impl World {
    /// Runs a command with its outputs in a fresh folder.
    fn run(&self, args: &[&str], redact: bool) -> Gave {
        let out = self.folder.path("out");
        if out.exists() {
            std::fs::remove_dir_all(&out).expect("an old folder");
        }
        std::fs::create_dir(&out).expect("a folder");
        let mut all: Vec<&str> = args.to_vec();
        if redact {
            all.push("--redact");
        }
        let output = self
            .folder
            .command(&all)
            .env("RELHEALTH_REDACT_KEY", KEY)
            .output()
            .expect("the program runs");
        let mut texts = BTreeMap::new();
        texts.insert("stdout".to_string(), String::from_utf8_lossy(&output.stdout).into_owned());
        texts.insert("stderr".to_string(), String::from_utf8_lossy(&output.stderr).into_owned());
        self.gather(&out, &mut texts);
        Gave {
            code: output.status.code().expect("an exit code"),
            texts,
        }
    }

    /// The text of every file in a folder: of the parts of archives, and of Parquet as CSV.
    fn gather(&self, folder: &Path, texts: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.display().to_string();
            if path.is_dir() {
                self.gather(&path, texts);
                continue;
            }
            let bytes = std::fs::read(&path).expect("a file");
            match path.extension().and_then(|ending| ending.to_str()) {
                Some("xlsx") => {
                    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a workbook");
                    for at in 0..archive.len() {
                        let mut part = archive.by_index(at).expect("a part");
                        let mut text = String::new();
                        part.read_to_string(&mut text).expect("text");
                        texts.insert(format!("{name}#{at}"), text);
                    }
                }
                Some("parquet") => {
                    let ran = self.folder.run(&["convert", "--raw", &name, "-q"]).code(0);
                    texts.insert(name, ran.out() + &String::from_utf8_lossy(&bytes));
                }
                _ => {
                    texts.insert(name, String::from_utf8_lossy(&bytes).into_owned());
                }
            }
        }
    }

    fn inputs(&self) -> Vec<&str> {
        self.inputs.iter().map(String::as_str).collect()
    }

    /// What of the secrets is in the outputs, with what is around it.
    fn found(&self, gave: &Gave) -> Vec<String> {
        let secrets = secrets(&self.people);
        let mut found = Vec::new();
        for (name, text) in &gave.texts {
            let plain = plain(text);
            for secret in &secrets {
                if let Some(at) = plain.find(secret.as_str()) {
                    let around: String = plain[..at].chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect();
                    found.push(format!("{secret} in {name}, after {around}"));
                }
            }
        }
        found
    }
}

/// The numbers of a document, in the order in which they are there.
fn numbers(value: &Value, into: &mut Vec<f64>) {
    match value {
        Value::Number(number) => into.extend(number.as_f64()),
        Value::Array(items) => items.iter().for_each(|item| numbers(item, into)),
        Value::Object(entries) => entries.values().for_each(|item| numbers(item, into)),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// The commands, each with the formats that it writes.
fn commands<'a>(where_owner: &'a str, where_buyer: &'a str, header: &'a str) -> Vec<(Vec<&'a str>, &'a [&'a str])> {
    const ALL: &[&str] = &[
        "table=a.txt",
        "html=a.html",
        "markdown=a.md",
        "xlsx=a.xlsx",
        "json=a.json",
        "csv=a.csv",
    ];
    const MEASURES: &[&str] = &["table=a.txt", "csv=a.csv", "json=a.json", "markdown=a.md"];
    const CHECKS: &[&str] = &[
        "table=a.txt",
        "json=a.json",
        "junit=a.xml",
        "github=a.github",
        "markdown=a.md",
        "sarif=a.sarif",
        "openmetrics=a.prom",
    ];
    let tolerant = ["--max-rejects", "50%"];
    let with = |args: &[&'a str]| [args, &tolerant].concat();
    vec![
        (
            with(&["measure", "--period", "2026-01", "--by", "owner", "--total", "--where", where_owner]),
            MEASURES,
        ),
        (
            with(&[
                "measure",
                "--period",
                "2026-01",
                "--by",
                "product,channel",
                "--compare",
                "previous,rest",
            ]),
            MEASURES,
        ),
        (
            with(&[
                "measure",
                "--period",
                "2026-01",
                "-m",
                "revenue",
                "--by",
                "buyer",
                "--where",
                where_buyer,
            ]),
            MEASURES,
        ),
        (
            with(&[
                "measure",
                "--period",
                "2026-01",
                "-m",
                "active_stakeholders,churn_rate,active_customers",
                "--by",
                header,
            ]),
            MEASURES,
        ),
        (
            with(&[
                "rows",
                "revenue",
                "--period",
                "2026-01",
                "--by",
                "owner,product,status",
                "--where",
                where_buyer,
            ]),
            &["table=a.txt", "csv=a.csv", "json=a.json"],
        ),
        (
            with(&["rows", "cases_opened", "--period", "2026-01", "--by", "owner,category,name"]),
            &["table=a.txt", "csv=a.csv", "json=a.json"],
        ),
        (with(&["report", "--period", "2026-01", "--last", "6"]), ALL),
        (
            with(&[
                "report",
                "--period",
                "2026-01",
                "--last",
                "3",
                "--by",
                "category,channel",
                "--where",
                where_owner,
            ]),
            ALL,
        ),
        (
            with(&["check", "--period", "2026-01", "--explain", "--save-baseline", "out/base.json"]),
            CHECKS,
        ),
        (with(&["cohorts", "--by", "owner", "--where", where_owner]), ALL),
        (with(&["cohorts", "--cohort", "acquisition_source", "--grain", "quarter"]), ALL),
        (with(&["segments", "--by", "owner"]), ALL),
        (with(&["health", "--by", "segment", "--top", "50"]), ALL),
        (with(&["forecast", "--by", "owner", "--top", "50"]), ALL),
        (with(&["inspect"]), &["table=a.txt", "json=a.json", "markdown=a.md"]),
        (with(&["metrics", "--with"]), &[]),
    ]
}

#[test]
fn nothing_of_anybody_is_found_and_no_number_changes() {
    let world = world();
    let (agent, client) = (&world.people[17], &world.people[2]);
    let where_owner = format!("owner <> '{}'", agent.spellings()[0]);
    let where_buyer = format!("buyer like '{}%' or plan = 'pro'", client.first);
    let mut reader = csv::Reader::from_reader(
        std::fs::File::open(world.folder.path(world.inputs[0].split_once('=').expect("a kind").1)).expect("the roster"),
    );
    let header = reader
        .headers()
        .expect("a header")
        .iter()
        .next_back()
        .expect("a column")
        .trim()
        .to_string();
    let mut wrong = Vec::new();
    for (args, formats) in commands(&where_owner, &where_buyer, &header) {
        let mut args = args;
        let outputs: Vec<String> = formats.iter().map(|format| format.replacen('=', "=out/", 1)).collect();
        if args[0] == "metrics" {
            args.splice(2..2, world.inputs());
        } else {
            args.extend(world.inputs());
        }
        outputs.iter().for_each(|output| args.extend(["-o", output.as_str()]));
        if args[0] != "metrics" && args[0] != "inspect" {
            args.extend(["--rejects", "out/rejects.csv"]);
        }
        let (open, redacted) = (world.run(&args, false), world.run(&args, true));
        assert!(open.code <= 1 || args[0] == "inspect", "{args:?}: {}", open.texts["stderr"]);
        // Without the option something is found, or the search would find nothing.
        assert!(!world.found(&open).is_empty(), "{args:?} {:?}", open.texts["stdout"]);
        assert_eq!(open.code, redacted.code, "{args:?}: {}", redacted.texts["stderr"]);
        wrong.extend(
            world
                .found(&redacted)
                .into_iter()
                .map(|found| format!("{}: {found}", args[..4.min(args.len())].join(" "))),
        );
        // Groups may be in another order, the numbers are the same.
        if !["inspect", "metrics"].contains(&args[0]) {
            let of = |gave: &Gave| {
                let json = gave.texts.iter().find(|(name, _)| name.ends_with("a.json")).expect("JSON").1;
                let mut document: Value = serde_json::from_str(json).expect("JSON");
                let entries = document.as_object_mut().expect("an object");
                // How many notes there are, and where, is not a number about the organisation.
                entries.remove("notes");
                if args[0] == "report" {
                    // Of equally large groups a report shows those whose names come first.
                    let is_total = |cell: &Value| cell["by"].as_object().is_none_or(serde_json::Map::is_empty);
                    let cells = entries["cells"]
                        .as_array()
                        .expect("cells")
                        .iter()
                        .filter(|cell| is_total(cell))
                        .cloned();
                    document = Value::Array(cells.collect());
                }
                let mut all = Vec::new();
                numbers(&document, &mut all);
                all.sort_by(f64::total_cmp);
                all
            };
            let (one, other) = (of(&open), of(&redacted));
            assert!(one.len() > 10, "{args:?}");
            // Sums of the same numbers in another order differ in their last digits.
            let are_equal = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-9 * a.abs().max(1.0);
            if one.len() != other.len() || !one.iter().zip(&other).all(are_equal) {
                wrong.push(format!("numbers of {}: {} and {}", args[..6].join(" "), one.len(), other.len()));
            }
        }
    }
    for format in ["csv", "parquet"] {
        let args = [
            &["convert", "-o", "out/tables", "-f", format, "--max-rejects", "50%"][..],
            &world.inputs(),
        ]
        .concat();
        let gave = world.run(&args, true);
        assert_eq!(gave.code, 0, "{}", gave.texts["stderr"]);
        assert!(gave.texts.len() > 6);
        wrong.extend(world.found(&gave).into_iter().map(|found| format!("convert: {found}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn errors_name_nobody() {
    let world = world();
    let inputs = world.inputs();
    let (name, id) = (world.people[3].spellings()[0].clone(), world.people[4].id.clone());
    let missing = format!("{name}.csv");
    let (filter, unknown, join, map) = (
        format!("\"{name}\" = '{id}'"),
        format!("owner = '{name}' and"),
        format!("{}:{name}=x.csv:id", inputs[1]),
        format!("*.csv:amount={name}"),
    );
    let period = ["--period", "2026-01"];
    let cases: Vec<(Vec<&str>, i32)> = vec![
        ([&["measure"], &inputs[..], &period].concat(), 3),
        ([&["measure", "--strict"], &inputs[..], &period].concat(), 3),
        ([&["report"], &inputs[..], &period].concat(), 3),
        ([&["check"], &inputs[..], &period].concat(), 3),
        (vec!["measure", &missing], 3),
        ([&["measure", "--max-rejects", "50%", "--where", &filter], &inputs[..]].concat(), 2),
        ([&["measure", "--where", &unknown], &inputs[..]].concat(), 2),
        ([&["measure", "--max-rejects", "50%", "--by", &name], &inputs[..]].concat(), 2),
        ([&["measure", "--join", &join], &inputs[..]].concat(), 2),
        ([&["measure", "--map", &map], &inputs[..]].concat(), 2),
        ([&["measure", "-m", &name], &inputs[..]].concat(), 2),
        ([&["check", "--only", &name], &inputs[..]].concat(), 2),
        ([&["health", "--max-rejects", "50%", "--by", &name], &inputs[..]].concat(), 2),
        ([&["inspect"], &inputs[1..2]].concat(), 3),
        ([&["init", "-o", "out/new.toml"], &inputs[..]].concat(), 2),
        ([&["convert", "--raw"], &inputs[1..2]].concat(), 2),
    ];
    for (args, code) in cases {
        let gave = world.run(&args, true);
        assert_eq!(gave.code, code, "{args:?}: {}{}", gave.texts["stdout"], gave.texts["stderr"]);
        let found = world.found(&gave);
        assert!(found.is_empty(), "{args:?}: {}\n{}", found.join("\n"), gave.texts["stderr"]);
        assert!(
            gave.code != 2 || gave.texts["stderr"].contains("--redact"),
            "{args:?}: {}",
            gave.texts["stderr"]
        );
    }
}

#[test]
fn a_key_is_long_enough_or_an_error() {
    let folder = Folder::new().with("orders.csv", "stakeholder_id,occurred_at,amount\na,2026-01-05,10\n");
    for (key, code) in [("", 2), ("fifteen bytes..", 2), ("sixteen bytes...", 0)] {
        let args = [
            "measure",
            "purchases=orders.csv",
            "--redact",
            "-m",
            "revenue",
            "--as-of",
            "2026-01-31",
            "-q",
        ];
        let output = folder
            .command(&args)
            .env("RELHEALTH_REDACT_KEY", key)
            .output()
            .expect("the program runs");
        assert_eq!(output.status.code(), Some(code), "{key:?}");
        let said = String::from_utf8(output.stderr).expect("text");
        assert!(code == 0 || said.contains("RELHEALTH_REDACT_KEY needs at least 16 bytes"), "{said}");
        assert!(!said.contains("fifteen"), "{said}");
    }
}
