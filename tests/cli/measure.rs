//! `measure`: from files to numbers in every format.

use serde_json::Value;
use snapbox::str;

use crate::harness::Folder;

const ORDERS: &str = "\
order_id,customer_id,ordered_at,amount,region
1,a,2026-08-01,10.00,north
2,a,2026-09-02,20.00,north
3,b,2026-09-03,30.50,south
4,c,2026-09-30,40.00,=south
5,,2026-09-30,1.00,south
";

fn shop() -> Folder {
    Folder::new().with("orders.csv", ORDERS)
}

#[test]
fn a_table_for_people_and_the_account_beside_it() {
    let ran = shop()
        .run(&["measure", "orders.csv", "-m", "revenue,orders,nps", "--currency", "EUR"])
        .code(0);
    assert_eq!(
        ran.err(),
        "orders.csv: 5 read = 4 used + 1 excluded (1 no-stakeholder)\n\
         note: orders.csv: 20.0 % of its records are purchases of nobody; they are left out\n"
    );
    snapbox::assert_data_eq!(
        ran.out(),
        str![[r#"
2026-09
As of the end of 2026-09-30, UTC, intervals of 95 %.

Loyalty
Metric  Value  n
Orders      3  3

Profitability
Metric       Value  n
Revenue  90.50 EUR  3

Not available
missing input (surveys): Net promoter score

"#]]
    );
}

#[test]
fn machines_get_the_same_numbers_whatever_the_number_of_threads() {
    let folder = shop();
    let args = [
        "measure",
        "orders.csv",
        "-q",
        "-m",
        "revenue",
        "--by",
        "region",
        "--total",
        "--format",
        "json",
        "--threads",
    ];
    let one = folder.run(&[&args[..], &["1"]].concat()).silent().out();
    assert_eq!(one, folder.run(&[&args[..], &["3"]].concat()).silent().out());
    let value: Value = serde_json::from_str(&one).unwrap();
    let cells = value["cells"].as_array().unwrap();
    let slices: Vec<(&Value, &Value)> = cells.iter().map(|cell| (&cell["by"], &cell["n"])).collect();
    assert_eq!(cells.len(), 4, "{slices:?}");
    assert!(
        cells
            .iter()
            .any(|cell| cell["by"] == serde_json::json!({}) && cell["value"] == 90.5),
        "{value:#}"
    );
    assert_eq!(
        (&value["account"][0]["read"], &value["account"][0]["excluded"]),
        (&5.into(), &1.into())
    );
}

#[test]
fn files_get_what_stdout_does_not() {
    let folder = shop();
    let args = [
        "measure",
        "orders.csv",
        "-q",
        "-m",
        "orders",
        "--by",
        "region",
        "-o",
        "csv=cells.csv",
        "-o",
        "markdown=cells.md",
    ];
    folder.run(&args).silent();
    assert!(folder.read("cells.csv").lines().any(|line| line.contains("'=south")));
    assert!(folder.read("cells.md").contains("| \\=south |"));
    assert!(folder.read("cells.md").contains("| orders\\.csv | purchases | 5 | 4 | 0 | 0 | 1 |"));
}

#[test]
fn what_was_asked_for_wrongly_is_said_with_the_right_name() {
    let folder = shop();
    for (args, said) in [
        (
            &["-m", "revenu"][..],
            "error: unknown metric `revenu`\nhint: did you mean `revenue`?\n",
        ),
        (
            &["--by", "regio"],
            "error: unknown dimension `regio`\nhint: did you mean `region`?\n",
        ),
        (&["--where", "region = "], "error: --where:1:"),
        (&["--where", "regon = 'north'"], "hint: did you mean `region`?"),
        (&["--where", "region"], "error: --where region is no condition\n"),
        (&["--period", "2026-13"], "error: `2026-13` is no period: "),
        (&["--as-of", "soon"], "error: cannot read --as-of: "),
        (&["--timezone", "Europe/Berln"], "did you mean `Europe/Berlin`?"),
        (&["--level", "95"], "a number between 0.5 and 0.9999"),
        (&["--map", "orders.csv"], "cannot read --map orders.csv"),
        (
            &["--map", "x.csv:amount=a"],
            "error: --map x.csv:amount matches none of the inputs\n",
        ),
        (&["--compare", "last-year"], "year-ago"),
    ] {
        let ran = folder.run(&[&["measure", "orders.csv", "-q"], args].concat()).code(2);
        assert!(ran.err().contains(said), "{args:?}: {}", ran.err());
    }
    folder.run(&["measure"]).code(2).says(str![[r#"
error: there is nothing to read
hint: name files, folders or globs, or describe them as [[source]] in relhealth.toml

"#]]);
}

#[test]
fn data_that_cannot_be_used_end_the_run_with_3() {
    let folder = shop()
        .with("empty.csv", "")
        .with("binary.csv", [0u8, 159, 146, 150, 0, 1, 2])
        .with("other.csv", "x,y\n1,2\n");
    for name in ["no-such.csv", "empty.csv", "binary.csv", "other.csv"] {
        let ran = folder.run(&["measure", name]).code(3);
        assert!(
            ran.err().starts_with("error: ") && ran.err().contains(name),
            "{name}: {}",
            ran.err()
        );
    }
}

#[test]
fn rejects_are_written_even_when_there_are_too_many() {
    let folder = shop().with("bad.csv", ORDERS.replace("20.00", "twenty"));
    folder
        .run(&["measure", "bad.csv", "-m", "orders", "--rejects", "few.csv", "-q"])
        .silent();
    let ran = folder
        .run(&["measure", "bad.csv", "-m", "orders", "--strict", "--rejects", "all.csv"])
        .code(3);
    assert!(ran.err().contains("1 of 5 records of bad.csv cannot be used"), "{}", ran.err());
    assert_eq!(folder.read("few.csv"), folder.read("all.csv"));
    assert!(
        folder.read("all.csv").contains("bad.csv,3,2,rejected,"),
        "{}",
        folder.read("all.csv")
    );
}

#[test]
fn a_configuration_describes_the_inputs_and_the_command_line_wins() {
    let folder = Folder::new()
        .with("in/o.csv", "Ref;Tag;Summe\nA;03.09.2026;1.234,50\nB;04.09.2026;1,00\n")
        .with(
            "in/relhealth.toml",
            "currency = 'EUR'\n[[source]]\npath = 'o.csv'\nkind = 'purchases'\ndecimal = ','\n[source.map]\nstakeholder_id = 'Ref'\n\
             occurred_at = { column = 'Tag', format = '%d.%m.%Y' }\namount = 'Summe'\n",
        );
    let args = [
        "measure",
        "-q",
        "--config",
        "in/relhealth.toml",
        "-m",
        "revenue",
        "--period",
        "2026-09",
    ];
    folder.run(&args).silent().holds(&["1,235.50 EUR"]);
    let mapped = [&args[..], &["--map", "o.csv:amount={ expr = '1 + 1' }"]].concat();
    folder.run(&mapped).silent().holds(&["4.00 EUR"]);
}

#[test]
fn metrics_say_what_the_inputs_lack() {
    let folder = shop();
    let ran = folder.run(&["metrics", "-q", "--with", "orders.csv"]).silent();
    let line = |id: &str| {
        ran.out()
            .lines()
            .find(|line| line.starts_with(&format!("{id} ")))
            .unwrap()
            .to_string()
    };
    assert!(line("revenue").ends_with("can be measured"), "{}", line("revenue"));
    assert!(line("nps").ends_with("needs surveys"), "{}", line("nps"));
    folder
        .run(&["metrics", "nps", "-q", "--with", "orders.csv"])
        .silent()
        .holds(&["These inputs", "needs surveys"]);
}

#[test]
fn a_condition_that_keeps_nothing_leaves_nothing_and_says_so() {
    let ran = shop()
        .run(&[
            "measure",
            "orders.csv",
            "-m",
            "orders,average_order_value",
            "--where",
            "region = 'west'",
            "-q",
        ])
        .code(0);
    snapbox::assert_data_eq!(
        ran.out(),
        str![[r#"
2026-09
As of the end of 2026-09-30, UTC, intervals of 95 %.

Loyalty
Metric  Value  n
Orders      0  0

Not available
no rows: Average order value

"#]]
    );
}
