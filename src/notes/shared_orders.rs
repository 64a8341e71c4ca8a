//! What two files have in common whose orders have the same numbers.

use super::personal::not_personal;
use crate::diagnostics::{counted, visible};
use crate::schema::MONEY_SCALE;

/// The orders of a file whose numbers another file has too.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct OrderOverlap {
    /// The other file.
    pub other: String,
    /// Orders whose number the other file has. Of very many orders a part is compared.
    pub numbers: u64,
    /// How many of them have the same stakeholder there.
    pub same: u64,
    /// How many of these are of the same day, and how many have the same total.
    pub same_day: u64,
    /// See [`Self::same_day`].
    pub same_total: u64,
    /// The totals of the orders with the same stakeholder in both files, in ten thousandths.
    pub totals: (i64, i64),
}

not_personal!(OrderOverlap);

impl OrderOverlap {
    /// How many of the orders that both files have agree.
    pub(super) fn evidence(&self) -> String {
        format!(
            "{} of {} with the same number and stakeholder are of the same day, and {} have the same total",
            self.same_day,
            counted(self.same, "order", "orders"),
            self.same_total
        )
    }

    /// Whether the orders of two files are the same.
    pub fn question(&self, one: &str, other: &str) -> String {
        let money = |amount: i64| format!("{:.2}", amount as f64 / MONEY_SCALE as f64);
        format!(
            "Are the orders of {} and {} the same? {}. Their amounts are {} and {}; added up, the same orders would count twice",
            visible(one),
            visible(other),
            self.evidence(),
            money(self.totals.0),
            money(self.totals.1),
        )
    }

    /// What to do to answer it.
    pub fn answer(&self) -> &'static str {
        "if they are the same, leave out the file whose amounts should not count; if each file has a part of the amounts, set same_id = \"all\" \
         in the [[source]] of both, and they are added up"
    }
}
