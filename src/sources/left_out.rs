//! Records that a file itself shows to be none of its table: sums of other records among them, and answers given to try a survey.

use std::collections::BTreeSet;

use super::guess::{ColumnProfile, numbers};
use super::{From, Source, folded};
use crate::expr::{Expr, parse};
use crate::ingest::is_total_label;
use crate::notes::LeftOut;
use crate::schema::{Table, purchases};

impl Source {
    /// Sets the condition of the records that count, where nobody has described the file, and says why.
    pub fn leave_out(&mut self, headers: &[String], rows: &[Vec<String>]) {
        if self.place.is_some() || self.profile.is_some() || self.filter.is_some() {
            return;
        }
        let (filter, why) = match self.table {
            Some(Table::Surveys) => (without_trials(headers, rows), LeftOut::Trials),
            Some(Table::Purchases) => (without_totals(self, headers, rows), LeftOut::Totals),
            Some(Table::Interactions | Table::Stakeholders | Table::Referrals | Table::Supplies | Table::Identities) | None => return,
        };
        self.left_out = filter.is_some().then_some(why);
        self.filter = filter;
    }
}

fn quoted(header: &str) -> String {
    format!("\"{}\"", header.replace('"', "\"\""))
}

/// Leaves out the answers that the makers of a survey gave to try it: previews, and what a column of yes or no says is a test.
fn without_trials(headers: &[String], rows: &[Vec<String>]) -> Option<Expr> {
    const TRIALS: [&str; 2] = ["Survey Preview", "Survey Test"];
    const TESTS: [&str; 4] = ["test", "is_test", "test_response", "is_test_response"];
    let has_trials = |at: usize| {
        let mut cells = rows.iter().filter_map(|row| row.get(at));
        cells.any(|cell| TRIALS.contains(&cell.trim()))
    };
    let is_test = |at: usize| {
        let cells = || rows.iter().map(|row| row.get(at).map_or("", String::as_str)).collect::<Vec<_>>();
        TESTS.contains(&folded(&headers[at]).as_str()) && ColumnProfile::of(&headers[at], &cells()).is_bool()
    };
    let conditions: Vec<String> = (0..headers.len())
        .filter_map(|at| match () {
            () if has_trials(at) => Some(format!(
                "coalesce({}, '') not in ('Survey Preview', 'Survey Test')",
                quoted(&headers[at])
            )),
            () if is_test(at) => Some(format!(
                "lower(coalesce({}, '')) not in ('yes', 'y', 'true', 't', '1', 'x')",
                quoted(&headers[at])
            )),
            () => None,
        })
        .collect();
    parse(&conditions.join(" and ")).ok()
}

/// Leaves out the records that a cell calls a total, where their amounts prove it: each is the sum of its order, of what stands above it since
/// the last such record, or of all that stands above it.
fn without_totals(source: &Source, headers: &[String], rows: &[Vec<String>]) -> Option<Expr> {
    let place = |column: &str| match &source.map.get(column)?.from {
        From::Column(header) => headers.iter().position(|other| other == header),
        From::Expr(_) | From::Value(_) => None,
    };
    let amount = place(purchases::AMOUNT.name)?;
    let cells = |at: usize| -> Vec<&str> { rows.iter().map(|row| row.get(at).map_or("", |cell| cell.trim())).collect() };
    let orders = place(purchases::ORDER_ID.name).map(cells);
    let amounts = numbers(&cells(amount));
    let of_column = |at: usize| -> Option<Expr> {
        let labels = cells(at);
        let is_total: Vec<bool> = labels.iter().map(|label| is_total_label(label)).collect();
        let mut found = is_total.iter().enumerate().filter(|(_, is)| **is).map(|(row, _)| row).peekable();
        found.peek()?;
        let are_sums = found.all(|row| is_sum(row, &is_total, &amounts, orders.as_deref()));
        are_sums.then(|| no_label(&headers[at], &labels, &is_total)).flatten()
    };
    (0..headers.len()).filter(|at| *at != amount).find_map(of_column)
}

/// Whether the amount of a record that is called a total is the sum of two or more others.
fn is_sum(row: usize, is_total: &[bool], amounts: &[Option<f64>], orders: Option<&[&str]>) -> bool {
    /// Cents are rounded.
    const NEAR: f64 = 0.006;
    let Some(total) = amounts[row] else { return false };
    let sum = |is_in: &dyn Fn(usize) -> bool| {
        let summands = (0..row)
            .filter(|&other| !is_total[other] && is_in(other))
            .filter_map(|other| amounts[other]);
        summands.fold((0, 0.0), |(n, sum), amount| (n + 1, sum + amount))
    };
    let since = (0..row).rev().find(|&other| is_total[other]).map_or(0, |last| last + 1);
    let is_of_order = |other: usize| orders.is_some_and(|orders| !orders[row].is_empty() && orders[other] == orders[row]);
    let sums = [sum(&is_of_order), sum(&|other| other >= since), sum(&|_| true)];
    // The sum of one line alone proves nothing, and next to others it has its place.
    sums.iter().any(|(n, sum)| *n > 0 && (sum - total).abs() < NEAR) && sum(&|_| true).0 > 1
}

/// The condition that a cell is none of these labels. `Subtotal March` stands for those of other months.
fn no_label(header: &str, labels: &[&str], is_total: &[bool]) -> Option<Expr> {
    let found: BTreeSet<String> = labels
        .iter()
        .zip(is_total)
        .filter(|(_, is)| **is)
        .map(|(label, _)| label.to_lowercase())
        .collect();
    let cell = format!("lower(coalesce({}, ''))", quoted(header));
    let text = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let is_label = |label: &String| match label.split_once(' ') {
        Some((word, _)) if is_total_label(word) => format!("{cell} like {}", text(&format!("{word} %"))),
        _ => format!("{cell} = {}", text(label)),
    };
    let conditions: BTreeSet<String> = found.iter().map(is_label).collect();
    parse(&format!("not ({})", conditions.into_iter().collect::<Vec<_>>().join(" or "))).ok()
}
