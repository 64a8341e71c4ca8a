//! `--redact`: whatever comes out, nobody can be told by it, and every number stays what it was.

use serde_json::Value;

use crate::harness::Folder;

const ROSTER: &str = "stakeholder_id,name,email,type,segment,owner,started_at,ended_at,contact_target_days\n\
    ID-zeta,Nameone Secret,mailone@secret.example,customer,vip,Ownerwoman,2025-01-01,,5\n\
    ID-alfa,Nametwo Secret,mailtwo@secret.example,customer,vip,Nameone Secret,2025-01-01,2025-12-31,5\n\
    ID-mike,Namethree Secret,MailThree@Secret.example,customer,base,boss@secret.example,2025-02-01,,5\n";
const ORDERS: &str = "stakeholder_id,order_id,occurred_at,amount,channel,Buyer\n\
    ID-zeta,O-1,2026-01-05,10.00,web,Nameone Secret\nID-alfa,O-2,2026-01-06,20.00,shop,Nametwo Secret\n\
    mailthree@secret.example,O-3,2026-01-07,30.00,web,Namethree Secret\nID-zeta,O-4,2026-01-08,secretword,web,Nameone Secret\n\
    ID-alien,O-5,2026-01-08,5.00,web,Other\nOLD-id,O-6,2026-01-09,7.00,web,Other\nID-zeta,O-7,2025-12-09,7.00,web,Other\n";
const TICKETS: &str = "stakeholder_id,case_id,occurred_at,responded_at,kind,owner\n\
    ID-zeta,T-1,2026-01-05 10:00,2026-01-05 12:00,question,Ownerwoman\n\
    ID-mike,T-2,2026-01-06 10:00,,complaint,Write to boss@secret.example.\n";
const ANSWERS: &str =
    "stakeholder_id,responded_at,instrument,score,comment\nID-zeta,2026-01-09,nps,9,secretcomment\nID-alfa,2026-01-09,nps,secretscore,\n";
const ALIASES: &str = "alias,stakeholder_id\nOLD-id,ID-alfa\n";

/// What must not come out anywhere: lower case, so that no other way of writing it passes.
const SECRETS: [&str; 10] = [
    "id-zeta",
    "id-alfa",
    "id-mike",
    "id-alien",
    "old-id",
    "nameone",
    "nametwo",
    "namethree",
    "secret",
    "boss@",
];

fn folder() -> Folder {
    Folder::new()
        .with("roster.csv", ROSTER)
        .with("orders.csv", ORDERS)
        .with("tickets.csv", TICKETS)
        .with("answers.csv", ANSWERS)
        .with("aliases.csv", ALIASES)
}

const INPUTS: [&str; 5] = [
    "stakeholders=roster.csv",
    "purchases=orders.csv",
    "interactions=tickets.csv",
    "surveys=answers.csv",
    "identities=aliases.csv",
];

/// Runs a command over the files: stdout, and stdout and stderr together in lower case.
fn run(folder: &Folder, key: Option<&str>, args: &[&str]) -> (String, String) {
    let mut command = folder.command(&[args, &INPUTS[..]].concat());
    if let Some(key) = key {
        command.env("RELHEALTH_REDACT_KEY", key);
    }
    let output = command.output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{args:?}: {err}");
    let said = format!("{out}{err}").to_lowercase();
    (out, said)
}

#[track_caller]
fn tells_nobody(said: &str) {
    for secret in SECRETS {
        assert!(!said.to_lowercase().contains(secret), "{secret} in {said}");
    }
}

#[test]
fn nobody_is_told_in_any_output() {
    let folder = folder();
    for args in [
        &["measure", "--period", "2026-01", "--by", "segment", "--total"][..],
        &[
            "measure",
            "--period",
            "2026-01",
            "-m",
            "revenue,interactions",
            "--by",
            "name",
            "-f",
            "json",
        ],
        &["measure", "--period", "2026-01", "-m", "revenue", "--by", "owner", "-f", "csv"],
        &["measure", "--period", "2026-01", "-m", "revenue", "--by", "buyer", "-f", "markdown"],
        &["measure", "--period", "2026-01", "-m", "interactions", "--by", "owner"],
        &["rows", "revenue", "--period", "2026-01"],
        &["rows", "revenue", "--period", "2026-01", "-f", "csv"],
        &["rows", "nps", "--period", "2026-01", "-f", "json"],
        &["metrics", "revenue", "--with"],
        &["inspect"],
        &["inspect", "-f", "json"],
    ] {
        let (_, open) = run(&folder, None, args);
        let (_, said) = run(&folder, None, &redacted(args));
        tells_nobody(&said);
        // Without it something is told, or the test would see nothing.
        let is_told = SECRETS.iter().any(|secret| open.contains(secret));
        assert!(is_told, "{args:?}: {open}");
        assert!(args[0] == "inspect" || said.contains("pseudonym"), "{said}");
    }
}

/// The same command with the option.
fn redacted<'a>(args: &[&'a str]) -> Vec<&'a str> {
    let mut args = args.to_vec();
    args.insert(1, "--redact");
    args
}

#[test]
fn tables_and_rejects_tell_nobody_either() {
    let folder = folder();
    for format in ["csv", "parquet"] {
        let args = [
            "convert",
            "--redact",
            "-o",
            "out",
            "--force",
            "-f",
            format,
            "--rejects",
            "rejects.csv",
        ];
        let (_, said) = run(&folder, None, &args);
        tells_nobody(&said);
        let files: Vec<_> = std::fs::read_dir(folder.path("out")).unwrap().map(|f| f.unwrap().path()).collect();
        assert!(files.len() >= 6, "{files:?}");
        for file in files.iter().chain([&folder.path("rejects.csv")]) {
            tells_nobody(&String::from_utf8_lossy(&std::fs::read(file).unwrap()));
        }
    }
    assert_eq!(
        folder.read("rejects.csv"),
        "file,line,record,fate,column,code,reason,raw\nfile 2,5,4,rejected,amount,bad-amount,not a number,\n"
    );
    // Ids of orders lead back to people, and words for groups may be names: only what is kept stays.
    let orders = folder.read("out/purchases.csv");
    assert!(orders.contains("r-") && orders.contains("t-"), "{orders}");
    for hidden in ["O-1", "O-7", "web", "shop"] {
        assert!(!orders.contains(hidden), "{hidden} in {orders}");
    }
    let keep = [
        &["convert", "--redact", "--keep", "channel,SEGMENT", "-o", "kept", "-q"][..],
        &INPUTS[..],
    ]
    .concat();
    folder.run(&keep).silent();
    let (orders, roster) = (folder.read("kept/purchases.csv"), folder.read("kept/stakeholders.csv"));
    assert!(
        orders.contains("web") && orders.contains("shop") && !orders.contains("O-1"),
        "{orders}"
    );
    assert!(roster.contains("vip"), "{roster}");
    tells_nobody(&(orders + &roster));
    // What was written is read as it was: the same numbers come out.
    let of = |args: &[&str]| values(&folder.run(args).out());
    let measure = |inputs: &[&str]| {
        of(&[
            &["measure", "--period", "2026-01", "-f", "json", "-q", "--as-of", "2026-01-09"],
            inputs,
        ]
        .concat())
    };
    let tables = ["out/purchases.csv", "out/stakeholders.csv", "out/identities.csv"];
    let again = folder
        .run(&[&["convert", "--redact", "-o", "out", "--force", "-q"], &INPUTS[..]].concat())
        .silent();
    assert_eq!(again.out(), "");
    let open = measure(&["purchases=orders.csv", "stakeholders=roster.csv", "identities=aliases.csv"]);
    let tables: Vec<String> = ["purchases", "stakeholders", "identities"]
        .iter()
        .zip(tables)
        .map(|(kind, path)| format!("{kind}={path}"))
        .collect();
    let hidden = measure(&tables.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(open, hidden);
    assert!(!open.is_empty());
    folder
        .run(&["convert", "--raw", "--redact", "orders.csv"])
        .code(2)
        .says(snapbox::str![[r#"
error: --raw writes records as they are, and --redact keeps people's identity out
hint: convert to tables: relhealth convert INPUT... -o DIR --redact

"#]]);
}

/// The values of all cells.
fn values(json: &str) -> Vec<(String, Value, Value, Value)> {
    let measured: Value = serde_json::from_str(json).unwrap();
    let cells = measured["cells"].as_array().unwrap();
    let cell = |c: &Value| (c["metric"].to_string(), c["value"].clone(), c["n"].clone(), c["low"].clone());
    cells.iter().map(cell).collect()
}

#[test]
fn every_number_stays() {
    let folder = folder();
    let all = ["measure", "--period", "2026-01", "--by", "segment", "--total", "-f", "json", "-q"];
    let (open, _) = run(&folder, None, &all);
    // Groups are sorted by what is shown of them, so their words are kept to compare cell by cell.
    let kept = [&redacted(&all)[..], &["--keep", "segment"]].concat();
    let (hidden, _) = run(&folder, None, &kept);
    assert_eq!(values(&open), values(&hidden));
    assert!(values(&open).iter().filter(|(_, value, ..)| value.is_number()).count() > 40);
    // Bootstraps and ties go by the order of ids, and must not.
    for threads in ["1", "3"] {
        let again = [&kept[..], &["--threads", threads]].concat();
        assert_eq!(run(&folder, None, &again).0, hidden);
    }
}

#[test]
fn pseudonyms_stay_the_same_for_the_same_key() {
    let folder = folder();
    let rows = ["rows", "--redact", "revenue", "--period", "2026-01", "-f", "csv", "-q"];
    let (one, _) = run(&folder, Some("my key of sixteen bytes"), &rows);
    assert_eq!(one, run(&folder, Some("my key of sixteen bytes"), &rows).0);
    assert_ne!(one, run(&folder, Some("another key of sixteen bytes"), &rows).0);
    let (plain, told) = run(&folder, None, &rows[..7]);
    assert!(told.contains("made from the contents of the inputs"), "{told}");
    // Other inputs, another key where there is none of the user's; the same pseudonyms where there is one.
    let ids = |csv: &str| -> Vec<String> {
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let at = reader.headers().unwrap().iter().position(|name| name == "stakeholder_id").unwrap();
        let mut ids: Vec<String> = reader.records().map(|r| r.unwrap()[at].to_string()).collect();
        ids.sort();
        ids
    };
    let before = ids(&one);
    assert_eq!(before.len(), 5);
    assert!(before.iter().all(|id| id.len() == 12 && id.starts_with("s-")), "{before:?}");
    let folder = folder.with("answers.csv", ANSWERS.replace(",9,", ",8,"));
    assert_eq!(ids(&run(&folder, Some("my key of sixteen bytes"), &rows).0), before);
    assert_ne!(ids(&run(&folder, None, &rows).0), ids(&plain));
}

#[test]
fn limits_of_what_is_read() {
    let folder = Folder::new().with(
        "orders.csv",
        "stakeholder_id,order_id,occurred_at,amount\na,1,2026-01-05,10\nabcdefghijklmnop,2,2026-01-05,10\n",
    );
    let measure = |more: &[&str]| {
        let args = [
            "measure",
            "purchases=orders.csv",
            "-m",
            "revenue",
            "--period",
            "2026-01",
            "--as-of",
            "2026-01-31",
            "-f",
            "csv",
        ];
        folder.run(&[&args, more].concat())
    };
    assert!(measure(&["--max-field", "16"]).code(0).err().contains("2 read = 2 used"));
    let cut = measure(&["--max-field", "15"]).code(0).err();
    assert!(cut.contains("1 field-too-long"), "{cut}");
    measure(&["--max-columns", "4"]).code(0);
    measure(&["--max-columns", "3"]).code(3).says(snapbox::str![[r#"
error: orders.csv has 4 columns: the limit is 3 (--max-columns)
hint: see with `relhealth inspect` whether it is read correctly, or allow more

"#]]);
    measure(&["--max-field", "0"]).code(2);
}
