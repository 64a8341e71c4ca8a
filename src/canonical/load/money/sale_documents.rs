//! Orders, invoices and payments of the same sales in one file: each sale counts once.
//!
//! The types of the records say which is which. That they are of the same sales is shown by stakeholders and amounts: most documents of one kind
//! have those of a document of the other. Then the invoices count, or the orders where there are none: what was billed is the sale.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::canonical::load::tables::affected_rows::AffectedRows;
use crate::canonical::load::tables::building::{Building, Dropped};
use crate::canonical::{Dictionary, SourceInfo};
use crate::notes::{DataIssue, ExclusionReason, Note, SaleDocument};
use crate::schema::{NO_INT, Table, purchases};
use crate::sources::purchase_words::sale_document;

impl Building {
    /// Leaves out the documents of sales that other documents of the same file count, and says so. `is_known` says which sources are exports of a
    /// known format, which say themselves what counts.
    pub fn count_sales_once(&mut self, texts: &Dictionary, sources: &[SourceInfo], is_known: &[bool], dropped: &mut Dropped) -> Vec<Note> {
        let types = self.rows.codes(&purchases::RECORD_TYPE);
        if self.rows.table != Table::Purchases || !types.exists() {
            return Vec::new();
        }
        let documents = self.codes_that_mean(&purchases::RECORD_TYPE, texts, &sale_document);
        let amounts = self.rows.ints(&purchases::AMOUNT);
        let mut of_source: BTreeMap<u16, BTreeMap<SaleDocument, Vec<usize>>> = BTreeMap::new();
        for row in (0..self.rows.len).filter(|&row| self.keep[row] && amounts.at(row) != NO_INT) {
            if let Some(document) = documents.get(&types.at(row)) {
                let source = self.rows.source_of(row);
                of_source.entry(source).or_default().entry(*document).or_default().push(row);
            }
        }
        of_source.retain(|source, _| !is_known[usize::from(*source)]);
        let mut notes = Vec::new();
        for mut kinds in of_source.into_values() {
            let Some((counted, rows)) = kinds.pop_first() else { continue };
            for (others, rows_of_others) in kinds {
                let alike = self.alike(&rows, &rows_of_others);
                let fewer = rows.len().min(rows_of_others.len()) as u64;
                let mut found = AffectedRows::default();
                rows_of_others.iter().for_each(|&row| found.add(&self.rows, row));
                let issue = if alike * 2 >= fewer {
                    for &row in &rows_of_others {
                        self.drop_row(row, &ExclusionReason::OtherDocument.into(), dropped);
                    }
                    let of = rows_of_others.len() as u64;
                    DataIssue::DocumentsOfOneSale {
                        counted,
                        others,
                        alike,
                        of,
                    }
                } else {
                    DataIssue::DocumentsAdded { counted, others, alike }
                };
                notes.extend(found.notes(issue, sources));
            }
        }
        notes
    }

    /// How many of the others have the stakeholder and the amount, whatever its sign, of one of these rows, each of which is one of one.
    fn alike(&self, rows: &[usize], others: &[usize]) -> u64 {
        let amounts = self.rows.ints(&purchases::AMOUNT);
        let sale = |row: usize| (self.stakeholder[row], amounts.at(row).unsigned_abs());
        let mut open: FxHashMap<(u32, u64), u64> = FxHashMap::default();
        rows.iter().for_each(|&row| *open.entry(sale(row)).or_default() += 1);
        let mut is_one = |row: &usize| match open.get_mut(&sale(*row)) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            Some(_) | None => false,
        };
        others.iter().filter(|row| is_one(row)).count() as u64
    }
}

#[cfg(test)]
mod tests {
    use crate::canonical::load::testing::{load, notes};
    use crate::schema::{Table, purchases};

    /// What counts, in whole units of the currency, and what is said.
    fn counted(text: &str) -> (Vec<i64>, Vec<String>) {
        let loaded = load(&[("o.csv", "purchases", text)]);
        let rows = loaded.canonical.table(Table::Purchases).unwrap();
        let mut amounts: Vec<i64> = (0..rows.len).map(|row| rows.ints(&purchases::AMOUNT).at(row) / 10_000).collect();
        amounts.sort_unstable();
        let said = ["documents-of-one-sale", "documents-added"];
        let said = said
            .into_iter()
            .flat_map(|code| notes(&loaded, code))
            .map(|note| note.text())
            .collect();
        (amounts, said)
    }

    #[test]
    fn invoices_count_and_not_their_orders_and_payments() {
        // The order of c was not billed yet.
        let (amounts, said) = counted(
            "type,number,customer,date,amount\n\
             Invoice,I1,a,2026-10-05,100\nSales Order,S1,a,2026-10-01,100\nInvoice,I2,b,2026-10-06,50\nSales Order,S2,b,2026-10-02,50\n\
             Sales Order,S3,c,2026-10-30,70\nPayment,P1,a,2026-10-20,-100\nPayment,P2,b,2026-10-20,-50\n",
        );
        assert_eq!((amounts, said.len()), (vec![50, 100], 2));
        assert!(
            said[0].starts_with("2 of 3 orders have the stakeholder and the amount of one of the invoices"),
            "{said:?}"
        );
        assert!(said[1].ends_with("The invoices count, and 2 payments are excluded"), "{said:?}");
        // Without invoices, what was ordered.
        let (amounts, _) = counted(
            "Belegart;Kunde;Datum;Betrag\nAuftrag;a;15.10.2026;100\nZahlung;a;16.10.2026;100\nAuftrag;b;17.10.2026;30\nAuftrag;b;18.10.2026;31\n",
        );
        assert_eq!(amounts, [30, 31, 100]);
    }

    #[test]
    fn other_sales_count_as_they_are() {
        // Orders of the shop and invoices of the wholesale have other customers and amounts.
        let (amounts, said) = counted(
            "type,customer,date,amount\nInvoice,a,2026-10-05,100\nOrder,b,2026-10-01,30\nInvoice,c,2026-10-06,50\nOrder,d,2026-10-02,7\n",
        );
        assert_eq!((amounts, said.len()), (vec![7, 30, 50, 100], 1));
        assert!(said[0].starts_with("2 orders count beside the invoices"), "{said:?}");
        // A receipt is a sale that nobody billed; one kind alone says nothing.
        for types in [["Invoice", "Sales Receipt"], ["Payment", "Payment"], ["Sale", "Order"]] {
            let text = format!(
                "type,customer,date,amount\n{},a,2026-10-05,5\n{},a,2026-10-06,5\n",
                types[0], types[1]
            );
            assert_eq!(counted(&text), (vec![5, 5], Vec::new()), "{types:?}");
        }
    }
}
