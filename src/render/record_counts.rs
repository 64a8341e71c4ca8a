//! Record counts: what became of every record of every file.

use super::document::{Align, Document, Table};
use super::format::count;
use super::text::Text;
use crate::diagnostics::visible;
use crate::report::RecordCounts;

/// A line for a file: `orders.csv: 1,000 read = 990 used + 6 rejected + 2 duplicate + 2 excluded`; what is zero is left out.
pub fn line(file: &RecordCounts) -> String {
    let parts = [
        ("rejected", file.rejected),
        ("duplicate", file.duplicate),
        ("excluded", file.excluded),
    ];
    let mut line = format!("{}: {} read = {} used", visible(&file.file), count(file.read), count(file.used));
    for (name, rows) in parts.into_iter().filter(|(_, rows)| *rows > 0) {
        line.push_str(&format!(" + {} {name}", count(rows)));
    }
    if !file.reasons.is_empty() {
        let reasons: Vec<String> = file.reasons.iter().map(|(code, rows)| format!("{} {code}", count(*rows))).collect();
        line.push_str(&format!(" ({})", reasons.join(", ")));
    }
    let decided: Vec<String> = file.decided.iter().map(|(code, rows)| format!("{} {code}", count(*rows))).collect();
    if !decided.is_empty() {
        line.push_str(&format!("; {}", decided.join(", ")));
    }
    if file.without_person > 0 {
        line.push_str(&format!("; {} of the used records count for no person", count(file.without_person)));
    }
    line
}

/// Adds the record counts as a table.
pub fn add(document: &mut Document, account: &[RecordCounts]) {
    if account.is_empty() {
        return;
    }
    document.heading(2, "Records".into());
    let titles = ["Read", "Used", "Rejected", "Duplicate", "Excluded"];
    let mut columns: Vec<(Text, Align)> = vec![("File".into(), Align::Left), ("Table".into(), Align::Left)];
    columns.extend(titles.map(|title| (Text::own(title), Align::Right)));
    let row = |file: &RecordCounts| {
        let mut row = vec![Text::untrusted(&file.file), Text::own(file.kind.name())];
        row.extend([file.read, file.used, file.rejected, file.duplicate, file.excluded].map(|rows| Text::own(count(rows))));
        row
    };
    document.table(Table {
        columns,
        rows: account.iter().map(row).collect(),
        ..Table::default()
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notes::{ExclusionReason, RejectReason, UnusedReason};

    #[test]
    fn a_line_says_where_every_record_went() {
        let self_referral = UnusedReason::from(RejectReason::SelfReferral);
        let no_stakeholder = UnusedReason::from(ExclusionReason::NoStakeholder);
        let mut file = RecordCounts {
            file: "or\u{1b}ders.csv".into(),
            kind: crate::schema::Table::Purchases,
            read: 541_909,
            used: 541_901,
            rejected: 6,
            duplicate: 0,
            excluded: 2,
            without_person: 0,
            reasons: [(no_stakeholder.code(), 2), (self_referral.code(), 6)].into(),
            decided: Default::default(),
        };
        assert!(file.adds_up());
        let text = "or\\u{1b}ders.csv: 541,909 read = 541,901 used + 6 rejected + 2 excluded (2 no-stakeholder, 6 self-referral)";
        assert_eq!(line(&file), text);
        file.reasons.clear();
        assert!(line(&file).ends_with("+ 2 excluded"));
        file.without_person = 1_204;
        assert!(line(&file).ends_with("+ 2 excluded; 1,204 of the used records count for no person"));
    }
}
