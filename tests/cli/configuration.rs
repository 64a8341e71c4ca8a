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
error: relhealth.toml:1:1: unknown key `timezon` of the configuration
1 | timezon = "UTC"
  | ^^^^^^^
hint: did you mean `timezone`?

error: relhealth.toml:5:8: `purchase` is no value of `kind`
5 | kind = "purchase"
  |        ^^^^^^^^^^
hint: did you mean `purchases`?

error: relhealth.toml:6:13: [..]
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
        "relhealth.toml:1:9: `level` must lie",
        "relhealth.toml:3:1: ",
        "did you mean `title`?",
    ] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
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
            .contains("other.toml:1:12: `euro` is no currency")
    );
    assert!(folder.run(&["metrics", "--config", "bad.toml"]).code(2).err().contains("not UTF-8"));
    folder.run(&["metrics"]).silent();
}

#[test]
fn notes_are_said_unless_silence_is_asked_for() {
    let folder = Folder::new().with(
        "relhealth.toml",
        "\u{feff}[[source]]\npath = 'a'\nkind = 'purchases'\n[source.map]\nquantty = 'Q'\n",
    );
    let said = folder.run(&["metrics"]).code(0).err();
    assert_eq!(
        said,
        "note: relhealth.toml:5:1: `quantty` becomes a dimension of purchases; was `quantity` meant?\n"
    );
    folder.run(&["metrics", "--quiet"]).silent();
}
