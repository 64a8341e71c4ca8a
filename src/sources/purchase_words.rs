//! What the words of a status of a purchase mean: whether it took place.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::case_words::plain;
use crate::notes::SaleDocument;
use crate::toml_reader::embedded;

struct Words {
    cancelled: BTreeSet<String>,
    /// The words of that list without their last vowel.
    cancelled_stems: BTreeSet<String>,
    void: BTreeSet<String>,
    nobody_came: BTreeSet<String>,
    types: BTreeSet<String>,
    types_beside_documents: BTreeSet<String>,
    documents: BTreeSet<String>,
    states_beside_sales: BTreeSet<String>,
    sale_states: BTreeSet<String>,
    browsing: BTreeSet<String>,
    bought: BTreeSet<String>,
    supplies: BTreeSet<String>,
    orders: BTreeSet<String>,
    invoices: BTreeSet<String>,
    payments: BTreeSet<String>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    embedded("purchase_words.toml", include_str!("purchase_words.toml"), |reader, document| {
        let lists = [
            "cancelled",
            "void",
            "nobody_came",
            "types",
            "types_beside_documents",
            "documents",
            "states_beside_sales",
            "sale_states",
            "browsing",
            "bought",
            "supplies",
            "orders",
            "invoices",
            "payments",
        ];
        reader.known(document, "of the statuses of purchases", &lists);
        let [
            cancelled,
            void,
            nobody_came,
            types,
            types_beside_documents,
            documents,
            states_beside_sales,
            sale_states,
            browsing,
            bought,
            supplies,
            orders,
            invoices,
            payments,
        ] = lists.map(|key| reader.strings(document, key).iter().map(|word| plain(word)).collect());
        let cancelled: BTreeSet<String> = cancelled;
        Words {
            cancelled_stems: cancelled.iter().filter_map(|word| stem(word)).map(str::to_string).collect(),
            cancelled,
            void,
            nobody_came,
            types,
            types_beside_documents,
            documents,
            states_beside_sales,
            sale_states,
            browsing,
            bought,
            supplies,
            orders,
            invoices,
            payments,
        }
    })
});

/// Statuses of purchases that never became one: cancelled, void, failed, mere pledges and tests. What is pending or was refunded is a
/// purchase.
pub fn is_void(status: &str) -> bool {
    if status.len() > 80 {
        return false;
    }
    let status = plain(status);
    let status = without_shop(&status);
    let first = status.split(' ').next().unwrap_or("");
    WORDS.void.contains(status) || says_cancelled(status) || says_cancelled(first) || says_nobody_came(status)
}

/// Whether a status begins with words that say that nobody came, or ends with several: `No-show`, `Absent non excusé`, `Kunde nicht
/// erschienen`. Whoever was absent when a parcel came has bought it all the same.
pub fn says_nobody_came(status: &str) -> bool {
    if status.len() > 80 {
        return false;
    }
    let status = plain(status);
    let status = status.as_str();
    let blanks = || status.match_indices(' ').map(|(at, _)| at);
    let says = |part: &str| WORDS.nobody_came.contains(part);
    says(status) || blanks().any(|at| says(&status[..at]) || status[at + 1..].contains(' ') && says(&status[at + 1..]))
}

/// The words that say of a purchase that it was cancelled, whatever follows them.
pub fn cancelled_words() -> impl Iterator<Item = &'static str> {
    WORDS.cancelled.iter().map(String::as_str)
}

/// Whether a status says that something was cancelled, whatever follows the word.
pub fn is_cancelled(status: &str) -> bool {
    if status.len() > 80 {
        return false;
    }
    let status = plain(status);
    says_cancelled(&status) || says_cancelled(status.split(' ').next().unwrap_or(""))
}

/// Whether these words say that something was cancelled, in any gender: `stornována` says what `stornovaná` and `stornováno` do.
fn says_cancelled(words: &str) -> bool {
    WORDS.cancelled.contains(words) || stem(words).is_some_and(|stem| WORDS.cancelled_stems.contains(stem))
}

/// A word without the vowel that it ends with; none of several words, or of a short one.
fn stem(word: &str) -> Option<&str> {
    const SHORTEST: usize = 7;
    let stem = word.strip_suffix(['a', 'e', 'o', 'y', 'i', 'á', 'é', 'ý', 'í', 'ă', 'ů'])?;
    (stem.len() >= SHORTEST && !stem.contains(' ')).then_some(stem)
}

/// Whether the status of a supply line says that it was never ordered, or is not expected any more.
pub fn is_void_supply(status: &str) -> bool {
    is_cancelled(status) || (status.len() <= 80 && WORDS.supplies.contains(&plain(status)))
}

/// The words of a status without the mark that WooCommerce puts before its own: `wc-cancelled`.
pub fn without_shop(words: &str) -> &str {
    words.strip_prefix("wc ").unwrap_or(words)
}

/// Whether the type of a record says that it is no purchase, but a promise or an offer of one: a pledge, a quote.
pub fn is_void_type(record_type: &str) -> bool {
    is_one_of(record_type, &WORDS.types)
}

/// The same of a type that is an offer only where other records have types of documents: *oferta* is a gift in a church.
pub fn is_void_beside_documents(record_type: &str) -> bool {
    is_one_of(record_type, &WORDS.types_beside_documents)
}

/// Whether the type of a record is that of a document that is no offer, such as an invoice.
pub fn is_document(record_type: &str) -> bool {
    is_one_of(record_type, &WORDS.documents)
}

/// Whether a status says that an offer was sent, where others say that a sale was made: alone, *sent* says that the goods were.
pub fn is_void_beside_sales(status: &str) -> bool {
    is_one_of(status, &WORDS.states_beside_sales)
}

/// Whether a status says that an offer became a sale.
pub fn is_sale_state(status: &str) -> bool {
    is_one_of(status, &WORDS.sale_states)
}

/// Whether an event of a shop goes before a purchase: a view, a cart. It is one only where others say that something was bought: *Search* and
/// *Click* are ways to find a shop, too.
pub fn is_browsing(event: &str) -> bool {
    is_one_of(event, &WORDS.browsing)
}

/// Whether an event of a shop says that something was bought.
pub fn is_bought(event: &str) -> bool {
    is_one_of(event, &WORDS.bought)
}

/// Whether cells are the events of a shop: some say that something was bought, and others what went before it.
pub fn are_shop_events<'a>(cells: impl Iterator<Item = &'a str> + Clone) -> bool {
    cells.clone().any(is_browsing) && cells.clone().any(is_bought)
}

/// Whether a cell is one of these words, of which none is long.
fn is_one_of(cell: &str, words: &BTreeSet<String>) -> bool {
    cell.len() <= 80 && words.contains(&plain(cell))
}

/// The document of a sale that the type of a record says.
pub fn sale_document(record_type: &str) -> Option<SaleDocument> {
    if record_type.len() > 80 {
        return None;
    }
    let record_type = plain(record_type);
    let lists = [
        (SaleDocument::Invoice, &WORDS.invoices),
        (SaleDocument::Order, &WORDS.orders),
        (SaleDocument::Payment, &WORDS.payments),
    ];
    lists
        .into_iter()
        .find_map(|(document, words)| words.contains(&record_type).then_some(document))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_of_a_shop_says_nothing() {
        for status in ["wc-cancelled", "wc-failed", "WC_Cancelled"] {
            assert!(is_void(status), "{status}");
        }
        for status in ["wc-completed", "wc-processing", "wc", "wcancelled"] {
            assert!(!is_void(status), "{status}");
        }
    }

    #[test]
    fn whoever_did_not_come_or_only_waited_bought_nothing() {
        for status in [
            "No-show",
            "no_show",
            "Absent non excusé",
            "Élève absent",
            "Kunde nicht erschienen",
            "Não compareceu",
            "Gelmedi",
            "Uteblivit",
            "Warteliste",
            "Rezygnacja",
            "Stornována",
            "Anulowani",
        ] {
            assert!(is_void(status), "{status}");
        }
        for status in [
            "Destinataire absent",
            "recipient absent",
            "present",
            "absence excused",
            "shown",
            "no",
            "attended",
            "show",
            "Anwesend",
            "ritirato",
        ] {
            assert!(!is_void(status), "{status}");
        }
    }

    #[test]
    fn what_was_only_looked_at_was_not_bought() {
        assert!(are_shop_events(["view", "cart", "purchase", "view"].into_iter()));
        assert!(are_shop_events(["Page View", "add_to_cart", "Transaction"].into_iter()));
        assert!(are_shop_events(["pv", "buy"].into_iter()));
        // A basket type, and kinds of documents, say nothing of the kind.
        assert!(!are_shop_events(["order", "invoice", "payment"].into_iter()));
        assert!(!are_shop_events(["view", "click", "search"].into_iter()));
        // Where nothing was bought, a search is where customers came from.
        assert!(!are_shop_events(["search", "display", "email"].into_iter()));
        assert!(is_browsing("remove_from_cart") && is_browsing("View") && !is_browsing("purchase") && !is_browsing("visit"));
        assert!(!is_void_type("search") && !is_void_type("View"));
    }

    #[test]
    fn statuses_are_compared_as_words() {
        assert_eq!(plain(" In_Progress "), "in progress");
        assert_eq!(plain("CLOSED (by: agent)"), "closed by agent");
    }
}
