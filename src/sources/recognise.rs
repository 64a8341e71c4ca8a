//! What a file is by its headers alone: which table it feeds, and which of its columns mean which canonical column.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::case_words::no_case;
use crate::cell_parsing::composed;
use crate::schema::{Column, ColumnType, Role, Table, interactions, supplies, surveys};
use crate::toml_reader::{DeTable, Reader, embedded};

type Names = BTreeMap<String, Vec<String>>;

/// The embedded headers, file names and words.
struct Aliases {
    /// By table, the headers of its columns.
    headers: BTreeMap<Table, Names>,
    /// By table, the words in the names of its files.
    file_names: Names,
    /// By column and canonical word, what files write for it.
    words: BTreeMap<String, Names>,
}

static ALIASES: LazyLock<Aliases> = LazyLock::new(|| embedded("aliases.toml", include_str!("aliases.toml"), read));

fn read(reader: &mut Reader<'_>, document: &DeTable<'_>) -> Aliases {
    let names = Table::ALL.map(Table::name);
    reader.known(document, "of the aliases", &[&names[..], &["file_names", "words"]].concat());
    let mut lists = |table: &DeTable<'_>, key: &str| reader.table(table, key).map(|table| reader.lists(table)).unwrap_or_default();
    let headers = Table::ALL.into_iter().map(|table| (table, lists(document, table.name()))).collect();
    let file_names = lists(document, "file_names");
    let mut words = BTreeMap::new();
    if let Some(columns) = reader.table(document, "words") {
        for column in columns.keys() {
            let meanings = reader.table(columns, column.get_ref()).map(|table| reader.lists(table));
            words.insert(column.get_ref().to_string(), meanings.unwrap_or_default());
        }
    }
    Aliases {
        headers,
        file_names,
        words,
    }
}

impl Aliases {
    fn of(&self, table: Table) -> &Names {
        &self.headers[&table]
    }
}

/// The known names of a canonical column besides its own, the ones that win first.
pub(super) fn aliases(table: Table, column: &str) -> &'static [String] {
    ALIASES.of(table).get(column).map_or(&[], Vec::as_slice)
}

/// Whether a header is a canonical name or one of its known spellings, in some table.
pub fn is_known_header(header: &str) -> bool {
    let folded = folded(header);
    let is_known = |table: Table| {
        let is_canonical = table.column(&folded).is_some();
        is_canonical || ALIASES.of(table).values().flatten().any(|alias| *alias == folded)
    };
    Table::ALL.into_iter().any(is_known)
}

/// The word in a file's name that speaks for a table, if any.
pub(super) fn named_by(table: Table, file: &str) -> Option<&'static str> {
    let name = folded(file.rsplit(['/', '\\']).next().unwrap_or(file));
    let words = ALIASES.file_names[table.name()].iter();
    words.map(String::as_str).find(|word| name.contains(word))
}

/// A header in the form in which headers are compared: lower case, one `_` for every run of blanks, dashes, points and underscores.
pub fn folded(header: &str) -> String {
    let letters = composed(header);
    let header = letters.as_deref().unwrap_or(header);
    let mut out = String::with_capacity(header.len());
    for c in header.trim().chars() {
        if c.is_whitespace() || matches!(c, '-' | '_' | '.' | '/') {
            if !out.ends_with('_') {
                out.push('_');
            }
        } else {
            out.extend(c.to_lowercase());
        }
    }
    out.trim_matches('_').to_string()
}

/// Which canonical columns of a table these headers give: canonical name and index of the header. A header serves one column; the
/// canonical name itself wins over an alias, and columns listed first in the schema choose first.
pub fn columns(table: Table, headers: &[String], taken: &dyn Fn(usize) -> bool) -> BTreeMap<&'static str, usize> {
    let folded: Vec<String> = headers.iter().map(|h| folded(h)).collect();
    let mut used: Vec<bool> = (0..headers.len()).map(taken).collect();
    let mut found = BTreeMap::new();
    let mut claim = |name: &'static str, header: &str, found: &mut BTreeMap<&'static str, usize>| {
        if found.contains_key(name) {
            return;
        }
        if let Some(index) = (0..folded.len()).find(|&i| !used[i] && folded[i] == header) {
            used[index] = true;
            found.insert(name, index);
        }
    };
    for column in table.columns() {
        claim(column.name, column.name, &mut found);
    }
    // An id of the record itself says less than the columns that link; it takes what they leave.
    let mut later = Vec::new();
    for column in table.columns() {
        if column.role == Role::RecordId {
            later.push(column);
            continue;
        }
        for alias in ALIASES.of(table).get(column.name).into_iter().flatten() {
            claim(column.name, alias, &mut found);
        }
    }
    for column in later {
        for alias in ALIASES.of(table).get(column.name).into_iter().flatten() {
            claim(column.name, alias, &mut found);
        }
    }
    found
}

/// Whether columns make a table: those without which no record can be used, and those without which its numbers say nothing.
pub(super) fn is_complete(table: Table, has: &dyn Fn(&Column) -> bool) -> bool {
    let tells = match table {
        Table::Surveys => has(&surveys::SCORE) && (has(&surveys::RESPONDED_AT) || has(&surveys::SENT_AT)),
        Table::Supplies => has(&supplies::PROMISED_AT) || has(&supplies::RECEIVED_AT),
        Table::Interactions | Table::Purchases | Table::Stakeholders | Table::Referrals | Table::Identities => true,
    };
    tells && table.columns().iter().all(|column| !column.required || has(column))
}

/// Which table a file most likely feeds, by its headers and its name. `None` where no table's needed columns are there.
pub fn table(headers: &[String], file: &str) -> Option<Table> {
    let scored = Table::ALL.into_iter().filter_map(|table| {
        let found = columns(table, headers, &|_| false);
        let complete = is_complete(table, &|column| found.contains_key(column.name));
        let named = named_by(table, file).is_some();
        let kinds = found
            .keys()
            .filter(|c| table.column(c).is_some_and(|c| c.kind != ColumnType::Text || !c.words.is_empty()))
            .count();
        complete.then_some((2 * found.len() + kinds + if named { 8 } else { 0 }, table))
    });
    // The first of equals wins: the order of the tables is that of their importance.
    scored
        .fold(
            None,
            |best: Option<(usize, Table)>, next| if best.is_none_or(|b| next.0 > b.0) { Some(next) } else { best },
        )
        .map(|(_, t)| t)
}

/// The closed word of a column that a cell means, if any.
pub fn word(column: &str, words: &[&'static str], cell: &str) -> Option<&'static str> {
    let lower = cell.trim().to_lowercase();
    if let Some(word) = words.iter().find(|w| **w == lower) {
        return Some(word);
    }
    if let Some(word) = words.iter().find(|word| **word == interactions::NOT_A_CASE)
        && no_case(&lower).is_some()
    {
        return Some(word);
    }
    let synonyms = ALIASES.words.get(column)?;
    words
        .iter()
        .copied()
        .find(|w| synonyms.get(*w).is_some_and(|list| list.contains(&lower)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(text: &str) -> Vec<String> {
        text.split(',').map(str::to_string).collect()
    }

    #[test]
    fn aliases_name_real_columns_and_words() {
        for table in Table::ALL {
            for (column, aliases) in ALIASES.of(table) {
                assert!(table.column(column).is_some(), "{table}.{column}");
                aliases.iter().for_each(|a| assert_eq!(&folded(a), a, "{table}.{column}"));
            }
            assert!(ALIASES.file_names.contains_key(table.name()));
        }
        for (column, words) in &ALIASES.words {
            let known: Vec<&str> = Table::ALL
                .iter()
                .filter_map(|t| t.column(column))
                .flat_map(|c| c.words)
                .copied()
                .collect();
            words.keys().for_each(|w| assert!(known.contains(&w.as_str()), "{column}: {w}"));
            let mut all: Vec<&String> = words.values().flatten().collect();
            all.sort();
            all.windows(2)
                .for_each(|w| assert_ne!(w[0], w[1], "{column}: a word of two meanings"));
            all.iter()
                .for_each(|w| assert_eq!(**w, w.to_lowercase(), "{column}: words are compared in lower case"));
        }
    }

    #[test]
    fn tables_are_told_by_their_headers() {
        for (file, header, expected) in [
            (
                "a.csv",
                "order_id,customer_id,ordered_at,amount,currency,channel",
                Some(Table::Purchases),
            ),
            (
                "a.csv",
                "ticket_id,customer_id,created_at,first_response_at,resolved_at,channel,kind",
                Some(Table::Interactions),
            ),
            (
                "a.csv",
                "response_id,customer_id,sent_at,responded_at,score,instrument",
                Some(Table::Surveys),
            ),
            (
                "a.csv",
                "customer_id,name,type,region,started_at,referrer_id",
                Some(Table::Stakeholders),
            ),
            ("a.csv", "referrer_id,referred_id,occurred_at", Some(Table::Referrals)),
            (
                "a.csv",
                "supplier_id,po_number,order_date,promised_date,received_date,quantity",
                Some(Table::Supplies),
            ),
            ("a.csv", "alias,stakeholder_id", Some(Table::Identities)),
            ("a.csv", "colour,shape", None),
        ] {
            assert_eq!(table(&headers(header), file), expected, "{header}");
        }
    }

    #[test]
    fn a_header_serves_one_column() {
        let found = columns(Table::Interactions, &headers("ticket_id,Customer ID,Created  At,Type"), &|_| false);
        assert_eq!(
            found,
            BTreeMap::from([("case_id", 0), ("stakeholder_id", 1), ("occurred_at", 2), ("kind", 3)])
        );
    }

    #[test]
    fn words_have_synonyms() {
        let words = Table::Interactions.column("kind").unwrap().words;
        assert_eq!(word("kind", words, " Problem "), Some("incident"));
        assert_eq!(word("kind", words, "COMPLAINT"), Some("complaint"));
        assert_eq!(word("kind", words, "gibberish"), None);
        for (cell, expected) in [
            ("Beschwerde", "complaint"),
            ("Réclamation", "complaint"),
            ("Queja", "complaint"),
            ("Reclamação", "complaint"),
            ("Reclamo", "complaint"),
            ("Klacht", "complaint"),
        ] {
            assert_eq!(word("kind", words, cell), Some(expected), "{cell}");
        }
        let ways = Table::Interactions.column("direction").unwrap().words;
        for (cell, expected) in [
            ("Eingehend", "inbound"),
            ("sortant", "outbound"),
            ("SALIENTE", "outbound"),
            ("Entrada", "inbound"),
            ("in uscita", "outbound"),
            ("uitgaand", "outbound"),
        ] {
            assert_eq!(word("direction", ways, cell), Some(expected), "{cell}");
        }
    }
}
