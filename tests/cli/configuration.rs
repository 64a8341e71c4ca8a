//! What is wrong in a configuration, and where it is found.

use snapbox::str;

use crate::harness::Folder;

#[test]
fn every_slip_is_shown_with_its_line() {
    let folder = Folder::new().with(
        "relhealth.toml",
        "timezon = \"UTC\"\n\n[[source]]\npath = \"a.csv\"\nkind = \"purchase\"\nwhere = \"a >\"\n",
    );
    folder.run(&["metrics"]).code(2).says(str![[r#"
error: unknown key `timezon` of the configuration
 --> relhealth.toml:1:1
  |
1 | timezon = "UTC"
  | ^^^^^^^
  |
hint: did you mean `timezone`?

error: `purchase` is not a valid value of `kind`
 --> relhealth.toml:5:8
  |
5 | kind = "purchase"
  |        ^^^^^^^^^^
  |
hint: did you mean `purchases`?

error: [..]
 --> relhealth.toml:6:13
  |
6 | where = "a >"
  |             ^
...
"#]]);
}

#[test]
fn slips_in_metrics_are_shown_beside_the_others() {
    let folder = Folder::new().with("relhealth.toml", "level = 2\n[metric.x]\ntitel = 'X'\n");
    let said = folder.run(&["metrics"]).code(2).err();
    for part in [
        "error: `level` must be between 0.5 and 0.9999\n --> relhealth.toml:1:9",
        " --> relhealth.toml:3:1\n",
        "did you mean `title`?",
    ] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
}

#[test]
fn an_expression_that_does_not_fit_a_file_is_shown() {
    let folder = Folder::new()
        .with("o.csv", "Who,When,Total\na,2026-01-05,5\n")
        .with(
            "relhealth.toml",
            "[[source]]\npath = 'o.csv'\nkind = 'purchases'\n[source.map]\nstakeholder_id = 'Who'\noccurred_at = 'When'\namount = { expr = \"Totl * 2\" }\n",
        );
    folder.run(&["measure", "-q"]).code(2).says(str![[r#"
error: an expression does not fit the columns of o.csv: unknown column `Totl`
 --> relhealth.toml:7:1, expression:1:1
  |
1 | Totl * 2
  | ^^^^
  |
hint: did you mean `Total`?

"#]]);
    let map = ["measure", "o.csv", "-q", "--map", "o.csv:amount={ colum = 'Total' }"];
    folder.run(&map).code(2).says(str![[r#"
error: the mapping of `amount` needs exactly one of `column`, `expr` and `value`
 --> --map:1:7
  |
1 | map = { colum = 'Total' }
  |       ^^^^^^^^^^^^^^^^^^^

error: unknown key `colum` of a mapping
 --> --map:1:9
  |
1 | map = { colum = 'Total' }
  |         ^^^^^
  |
hint: did you mean `column`?

"#]]);
}

#[test]
fn a_configuration_that_is_named_must_be_there() {
    let folder = Folder::new()
        .with("other.toml", "currency = 'euro'\n")
        .with("bad.toml", b"a = \"\xff\"\n");
    assert!(
        folder
            .run(&["metrics", "--config", "othr.toml"])
            .code(2)
            .err()
            .contains("did you mean other.toml?")
    );
    assert!(
        folder
            .run(&["metrics", "--config", "other.toml"])
            .code(2)
            .err()
            .contains("`euro` is not a valid currency\n --> other.toml:1:12\n")
    );
    assert!(folder.run(&["metrics", "--config", "bad.toml"]).code(2).err().contains("not UTF-8"));
    folder.run(&["metrics"]).silent();
}

#[test]
fn a_misspelled_column_is_an_error_unless_it_is_declared_a_dimension() {
    let source = "\u{feff}[[source]]\npath = 'a'\nkind = 'purchases'\n[source.map]\n";
    let folder = Folder::new().with("relhealth.toml", format!("{source}quantty = 'Q'\n"));
    let said = folder.run(&["metrics"]).code(2).err();
    assert!(
        said.contains("error: purchases has no column `quantty`\n --> relhealth.toml:5:1\n"),
        "{said}"
    );
    assert!(said.contains("did you mean `quantity`?"), "{said}");
    Folder::new()
        .with(
            "relhealth.toml",
            format!("{source}quantty = {{ column = 'Q', dimension = true }}\n"),
        )
        .run(&["metrics"])
        .silent();
}

#[test]
fn a_mapping_of_the_command_line_names_a_column_or_a_declared_dimension() {
    let folder = Folder::new().with(
        "orders.csv",
        "stakeholder_id,occurred_at,Total,Shop\na,2026-01-05,5,north\nb,2026-01-06,7,south\n",
    );
    let measured = |map: &str| {
        folder.run(&[
            "measure",
            "orders.csv",
            "-m",
            "orders",
            "--by",
            "shop",
            "--map",
            "orders.csv:amount=Total",
            "--map",
            map,
        ])
    };
    for (map, told) in [
        ("orders.csv:amuont=Total", "did you mean `amount`?"),
        ("orders.csv:customer_id=Shop", "did you mean `stakeholder_id`?"),
        ("orders.csv:shop=Shop", "shop = { column = \"...\", dimension = true }"),
    ] {
        let said = measured(map).code(2).err();
        assert!(said.contains("purchases has no column") && said.contains(told), "{said}");
    }
    measured("orders.csv:shop={ column = 'Shop', dimension = true }")
        .code(0)
        .holds(&["north", "south"]);
}
