//! The row account: what became of every record of every file.

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
        let reasons: Vec<String> = file
            .reasons
            .iter()
            .map(|(code, rows)| format!("{} {}", count(*rows), visible(code)))
            .collect();
        line.push_str(&format!(" ({})", reasons.join(", ")));
    }
    line
}

/// Adds the account as a table.
pub fn add(document: &mut Document, account: &[RecordCounts]) {
    if account.is_empty() {
        return;
    }
    document.heading(2, "Records".into());
    let titles = ["Read", "Used", "Rejected", "Duplicate", "Excluded"];
    let mut columns: Vec<(Text, Align)> = vec![("File".into(), Align::Left), ("Table".into(), Align::Left)];
    columns.extend(titles.map(|title| (Text::own(title), Align::Right)));
    let row = |file: &RecordCounts| {
        let mut row = vec![Text::untrusted(&file.file), Text::untrusted(&file.kind)];
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

    #[test]
    fn a_line_says_where_every_record_went() {
        let mut file = RecordCounts {
            file: "or\u{1b}ders.csv".into(),
            kind: "purchases".into(),
            read: 541_909,
            used: 541_901,
            rejected: 6,
            duplicate: 0,
            excluded: 2,
            reasons: [("bad-date".to_string(), 6), ("no stakeholder".to_string(), 2)].into(),
        };
        assert!(file.adds_up());
        let text = "or\\u{1b}ders.csv: 541,909 read = 541,901 used + 6 rejected + 2 excluded (6 bad-date, 2 no stakeholder)";
        assert_eq!(line(&file), text);
        file.reasons.clear();
        assert!(line(&file).ends_with("+ 2 excluded"));
    }
}
