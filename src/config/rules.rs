//! `[[rule]]` and `[[waiver]]`: their keys and the metrics that they name.

use toml::de::DeTable;

use crate::catalog::Catalog;
use crate::script::Reader;

const RULE: &[&str] = &[
    "metric",
    "id",
    "by",
    "between",
    "period",
    "where",
    "basis",
    "min_n",
    "optional",
    "fail_below",
    "fail_above",
    "warn_below",
    "warn_above",
    "fail_if_worse_than",
    "tolerance",
    "fail_on_signal",
    "preset",
    "max_rejects",
    "max_age",
    "no_gaps",
    "min_rows",
];
const WAIVER: &[&str] = &["metric", "id", "where", "by", "until", "owner", "reason"];

/// Finds what is wrong with the rules and waivers of a configuration before anything is measured.
pub fn check(reader: &mut Reader<'_>, document: &DeTable<'_>, catalog: &Catalog) {
    for (name, keys) in [("rule", RULE), ("waiver", WAIVER)] {
        for (table, _) in reader.tables(document, name) {
            reader.known(table, &format!("of a {name}"), keys);
            reader.expression_at(table, "where");
            reader.date(table, "until");
            if let Some(metric) = reader.text(table, "metric")
                && catalog.get(&metric.text).is_none()
            {
                super::goals::unknown(reader, catalog, &metric.text, metric.span);
            }
        }
    }
}
