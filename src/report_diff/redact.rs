//! Taking the names out of a saved report before it is compared with another one: what is compared has the same pseudonyms in both, so that
//! no number changes. They are those that `report --redact` makes with the same key.

use crate::canonical::Redaction;
use crate::measure::NONE;
use crate::wire::report::Report;

/// The command of a report that was written with `--redact`: its texts are pseudonyms already.
pub const REDACTED: &str = "relhealth report --redact";

/// Replaces the texts of a report that a comparison shows: ids, groups and their dimensions, files, the condition, the command. Titles and
/// definitions are the configuration's.
pub fn redact(report: &mut Report, redaction: &mut Redaction) {
    for input in &mut report.inputs {
        input.name = redaction.file(&input.name);
    }
    if report.command == REDACTED {
        return;
    }
    report.command = REDACTED.to_string();
    for input in &mut report.inputs {
        input.sha256 = redaction.fingerprint(&input.sha256);
    }
    report.filter = report.filter.as_deref().map(|condition| redaction.text(condition));
    for cell in &mut report.cells {
        for (dimension, text) in &mut cell.by.0 {
            if !redaction.keeps(dimension) && text != NONE {
                *text = redaction.text(text);
            }
            *dimension = redaction.column(dimension);
        }
    }
    for contributor in report.contributors.iter_mut().flat_map(|of| &mut of.largest) {
        contributor.id = redaction.person(&contributor.id);
    }
}
