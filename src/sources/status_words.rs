//! Whether the cells of a column are statuses of the records of a table, whatever its header is.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::case_words::{is_closed, is_open, no_case};
use super::deal_stages::{DealStage, deal_stage};
use super::held_words::{Held, held};
use super::leavers::has_left;
use super::money_back::{money_back, says_not_refunded};
use super::placeholders::plain_words;
use super::purchase_words::{is_cancelled, is_void, is_void_supply, says_nobody_came, without_shop};
use super::referral_words::is_conversion;
use super::survey_states::{is_answered, is_undelivered};
use crate::schema::Table;
use crate::toml_reader::embedded;

struct Words {
    there: BTreeSet<String>,
    paid: BTreeSet<String>,
    sent: BTreeSet<String>,
    supplied: BTreeSet<String>,
    received: BTreeSet<String>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    embedded("status_words.toml", include_str!("status_words.toml"), |reader, document| {
        let lists = ["there", "paid", "sent", "supplied", "received"];
        reader.known(document, "of the ordinary statuses", &lists);
        let [there, paid, sent, supplied, received] = lists.map(|key| reader.strings(document, key).into_iter().collect());
        Words {
            there,
            paid,
            sent,
            supplied,
            received,
        }
    })
});

/// Whether a text is one word that the program knows as the state of some record, such as `open`, `paid` or `cancelled`.
pub fn is_known_state(text: &str) -> bool {
    if text.len() > 40 || !text.chars().all(char::is_alphabetic) {
        return false;
    }
    let lists = [&WORDS.there, &WORDS.paid, &WORDS.sent];
    let is_listed = || lists.iter().any(|words| words.contains(&plain_words(text).join(" ")));
    let tells = || has_left(text) || is_void(text) || is_undelivered(text) || is_answered(text) || is_closed(text) || is_open(text);
    let is_case = || no_case(text).is_some();
    is_listed() || tells() || is_case() || money_back(text).is_some() || deal_stage(text).is_some()
}

/// Whether the status of a supply line says that it was received.
pub fn is_received(status: &str) -> bool {
    status.len() <= 40 && WORDS.received.contains(&plain_words(status).join(" "))
}

/// Whether it is known what a status says of a record of a table.
pub fn is_understood(table: Table, status: &str) -> bool {
    is_exception(table, status) || is_ordinary(table, status) || table == Table::Purchases && says_not_refunded(status)
}

/// Whether a status says that its record does not count as the others do.
pub fn is_exception(table: Table, cell: &str) -> bool {
    match table {
        Table::Stakeholders => has_left(cell),
        Table::Purchases => {
            is_void(cell) || money_back(cell).is_some() || matches!(deal_stage(cell), Some(DealStage::Won | DealStage::Lost))
        }
        Table::Surveys => is_undelivered(cell),
        Table::Interactions => is_closed(cell) || no_case(cell).is_some() || matches!(held(cell), Some(Held::Never | Held::Attempt)),
        Table::Referrals => is_conversion(cell) == Some(true),
        Table::Supplies => is_void_supply(cell),
        Table::Identities => false,
    }
}

fn is_ordinary(table: Table, cell: &str) -> bool {
    let is_one_of = |words: &BTreeSet<String>| words.contains(&plain_words(cell).join(" "));
    match table {
        Table::Stakeholders => is_one_of(&WORDS.there),
        Table::Purchases => WORDS.paid.contains(without_shop(&plain_words(cell).join(" "))) || deal_stage(cell).is_some(),
        Table::Surveys => is_answered(cell) || is_one_of(&WORDS.sent),
        Table::Interactions => is_open(cell) || held(cell).is_some(),
        Table::Referrals => is_conversion(cell) == Some(false),
        Table::Supplies => is_one_of(&WORDS.supplied) || is_one_of(&WORDS.paid),
        Table::Identities => false,
    }
}

/// Whether these cells are statuses of the records of a table, and one of them at least says that its record does not count as the others
/// do: that it is over, cancelled, refunded, not a case, or was not sent.
pub fn are_statuses<'c>(table: Table, cells: impl Iterator<Item = &'c str>) -> bool {
    let filled: BTreeSet<&str> = cells.map(str::trim).filter(|cell| !cell.is_empty()).collect();
    // Without a letter it is no status: most cells of numbers and dates are decided here.
    let is_an_exception = |cell: &str| cell.contains(char::is_alphabetic) && is_exception(table, cell);
    let is_known = |cell: &&str| is_an_exception(cell) || is_ordinary(table, cell);
    // Stages of deals are named as one likes; that some were won tells.
    let has_won = || table == Table::Purchases && filled.iter().any(|cell| deal_stage(cell) == Some(DealStage::Won));
    let are_known = || filled.iter().all(is_known) || has_won() || table == Table::Purchases && are_states_of_records(&filled, &is_known);
    filled.iter().any(|cell| is_an_exception(cell)) && are_known()
}

/// Whether a few words, at least half of which are known, say of some records that they were cancelled or that nobody came: whatever the
/// others are, they are not that. Of a card or a parcel no record was cancelled.
fn are_states_of_records(words: &BTreeSet<&str>, is_known: &dyn Fn(&&str) -> bool) -> bool {
    const MOST: usize = 10;
    let never = words.iter().any(|word| is_cancelled(word) || says_nobody_came(word));
    never && words.len() <= MOST && 2 * words.iter().filter(|word| is_known(word)).count() >= words.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_statuses_are_known_by_their_cells() {
        let are = |table, cells: &[&str]| are_statuses(table, cells.iter().copied());
        assert!(are(Table::Stakeholders, &["Active", "", "Lapsed", "active"]));
        assert!(are(Table::Stakeholders, &["actif", "résilié", "suspendu"]));
        assert!(are(Table::Purchases, &["bezahlt", "storniert", "erstattet", "offen"]));
        assert!(are(Table::Purchases, &["pagado", "reembolsado"]));
        assert!(are(Table::Interactions, &["aperto", "chiuso", "Spam"]));
        assert!(are(Table::Surveys, &["delivered", "bounced"]));
        // Ordinary statuses alone change nothing, and other words are no statuses.
        assert!(!are(Table::Stakeholders, &["active", "active"]));
        assert!(are(Table::Purchases, &["Closed Won", "Closed Lost", "Paperwork"]));
        assert!(!are(Table::Purchases, &["paid", "card", "refunded"]));
        assert!(are(Table::Purchases, &["mitgemacht", "abgesagt", "nicht erschienen"]));
        assert!(!are(Table::Purchases, &["Post", "Abholung", "storniert"]));
        assert!(!are(Table::Stakeholders, &["left", "right"]));
        assert!(!are(Table::Interactions, &["open", "pending"]));
        assert!(are(Table::Supplies, &["cancelled", "received"]));
        assert!(are(Table::Interactions, &["Attended", "No Show"]));
        assert!(!are(Table::Supplies, &["received", "paid"]));
        assert!(!are(Table::Interactions, &[""]));
    }
}
