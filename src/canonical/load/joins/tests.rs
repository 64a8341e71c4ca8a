//! What is found in files that belong together.

use super::*;
use crate::canonical::load::testing::options;
use crate::io;
use crate::notes::{Cardinality, KeyNames};
use crate::sources::{LookupFile, Source, Unmatched};

fn input(name: &str, text: &str) -> Input {
    Input::new(io::Source::memory(name, text.as_bytes()), Source::default())
}

fn joined(files: &[(&str, &str)]) -> (Vec<Input>, Joins) {
    let inputs = files.iter().map(|(name, text)| input(name, text)).collect();
    join(inputs, &|_| false, &[], &options()).unwrap()
}

fn names(inputs: &[Input]) -> Vec<&str> {
    inputs.iter().map(|input| input.file.name()).collect()
}

const ORDERS: &str = "order_id,customer_id,order_date\n1,7,2024-01-05\n2,8,2024-01-06\n3,7,2024-02-05\n";
const LINES: &str = "order_id,product_id,quantity,unit_price\n1,4,2,5\n1,5,1,3\n2,4,1,5\n3,6,2,2\n9,6,2,2\n";

#[test]
fn a_relation_counts_records_and_keys() {
    let lines = (10..40).map(|n| format!("{n},4,1,1\n")).collect::<String>();
    let orders = (10..40).map(|n| format!("{n},8,2024-03-01\n")).collect::<String>();
    let (inputs, joins) = joined(&[
        ("orders.csv", &format!("{ORDERS}{orders}50,8,2024-03-02\n")),
        ("lines.csv", &format!("{LINES}{lines}")),
    ]);
    let (relation, used) = &joins.relations[0];
    assert_eq!(
        (*used, relation.names, relation.cardinality()),
        (RelationUse::Joined, KeyNames::Same, Cardinality::ManyToOne)
    );
    // 35 lines, one of which has no order; 34 different orders, one key of several lines; 34 orders, one without lines.
    assert_eq!((relation.rows, relation.matched, relation.empty), (35, 34, 0));
    assert_eq!((relation.distinct, relation.shared, relation.several), (34, 33, 1));
    assert_eq!((relation.of, relation.repeated), (34, 0));
    assert_eq!(names(&inputs), ["lines.csv"]);
    let [lookup] = &inputs[0].source.lookup[..] else {
        panic!("{:?}", inputs[0].source.lookup)
    };
    assert!(matches!(&lookup.from[..], [LookupFile::Input(input)] if input.0.name() == "orders.csv"));
    assert_eq!(
        (&lookup.key, &lookup.to, lookup.unmatched),
        (&vec!["order_id".to_string()], &vec!["order_id".to_string()], Unmatched::Reject)
    );
}

#[test]
fn lines_lead_to_orders_and_not_to_their_products() {
    // The products come first, and have an id of a supplier and a date as orders have.
    let products = "product_id,supplier_id,created_at,price\n4,1,2020-01-01,5\n5,2,2020-01-01,3\n6,1,2020-01-01,2\n";
    let lines = LINES.replace("9,6,2,2\n", "");
    for with_orders in [true, false] {
        let mut files = vec![("articles.csv", products), ("lines.csv", lines.as_str())];
        if with_orders {
            files.push(("orders.csv", ORDERS));
        }
        let (inputs, joins) = joined(&files);
        let dates: Vec<String> = inputs
            .iter()
            .filter_map(|input| input.source.map.get("occurred_at"))
            .flat_map(|mapped| mapped.columns())
            .collect();
        assert_eq!(
            dates,
            if with_orders { vec!["order_date"] } else { vec![] },
            "{:?}",
            joins.relations
        );
    }
}

#[test]
fn invoices_of_a_contract_keep_their_own_date() {
    let contracts =
        "subscription_id,customer_id,start_date,status\n1,7,2020-01-05,cancelled\n2,8,2020-01-06,active\n3,9,2020-01-07,active\n";
    let invoices =
        "invoice_id,subscription_id,invoice_date,amount\n1,1,2024-01-01,5\n2,1,2024-02-01,5\n3,2,2024-01-01,5\n4,3,2024-01-01,5\n";
    let (inputs, _) = joined(&[("subscriptions.csv", contracts), ("payments.csv", invoices)]);
    let payments = inputs.iter().find(|input| input.file.name() == "payments.csv").unwrap();
    let from = |column: &str| payments.source.map.get(column).map(|mapped| mapped.columns());
    assert_eq!(from("stakeholder_id"), Some(vec!["customer_id".to_string()]));
    assert_eq!(from("occurred_at"), Some(vec!["invoice_date".to_string()]));
    // That the contract was cancelled later does not undo what was paid.
    assert_eq!(from("status"), None);
}

#[test]
fn exports_of_one_table_and_complete_files_stay_as_they_are() {
    let complete = "order_id,customer_id,order_date,amount\n1,7,2024-01-05,5\n2,8,2024-01-06,6\n";
    let other = "order_id,customer_id,order_date,amount\n3,7,2024-02-05,5\n4,8,2024-02-06,6\n";
    let (inputs, joins) = joined(&[("a.csv", complete), ("b.csv", other)]);
    assert_eq!((names(&inputs), joins.is_nothing()), (vec!["a.csv", "b.csv"], true));
    assert!(
        inputs
            .iter()
            .all(|input| input.source.lookup.is_empty() && input.source.map.is_empty())
    );
    let roster = "customer_id,name,region\n7,Ann,north\n8,Ben,south\n9,Cid,south\n";
    let (inputs, joins) = joined(&[("a.csv", complete), ("customers.csv", roster)]);
    assert_eq!(names(&inputs), ["a.csv", "customers.csv"]);
    assert_eq!(
        joins.relations.iter().map(|(_, used)| *used).collect::<Vec<_>>(),
        [RelationUse::Roster]
    );
    assert!(joins.notes().is_empty());
}

#[test]
fn a_part_of_the_keys_shows_the_same() {
    // So many records that only one key in four would be kept, if the files were as large as is said.
    let orders: String = (0..4000).map(|n| format!("{n},{},2024-01-05\n", n % 50)).collect();
    let lines: String = (0..8000).map(|n| format!("{},{},1,5\n", n / 2, n % 9)).collect();
    let inputs = [
        input("orders.csv", &format!("order_id,customer_id,order_date\n{orders}")),
        input("lines.csv", &format!("order_id,product_id,quantity,unit_price\n{lines}")),
    ];
    let options = options();
    let files = files::files(&inputs, &|_| false, &options).unwrap().files;
    let key = |is_target: bool| {
        [values::Wanted {
            columns: vec![0],
            is_target,
        }]
    };
    let read = |largest: usize| {
        let orders = values::read(&files[0], &key(true), 1, largest).unwrap();
        let lines = values::read(&files[1], &key(false), 2, largest).unwrap();
        lines[0].within(&orders[0])
    };
    let (all, part) = (read(8000), read(16_000_000));
    assert_eq!((all.rows, all.matched, all.of, all.repeated), (8000, 8000, 4000, 0));
    assert!(part.rows > 1500 && part.rows < 2500, "{part:?}");
    assert_eq!(
        (part.matched, part.shared, part.several, part.repeated),
        (part.rows, part.of, part.of, 0)
    );
}

#[test]
fn tickets_whose_requester_no_name_shows_lead_to_the_contacts() {
    let contacts = "contact_id,name,email\nP-101,Ann,a@x.org\nP-102,Ben,b@x.org\nP-103,Cid,c@x.org\n";
    let tickets: String = (1..=30).map(|n| format!("{n},P-10{},2024-01-{n:02},open\n", 1 + n % 3)).collect();
    let people: String = (104..=130).map(|n| format!("P-{n},X {n},x{n}@x.org\n")).collect();
    let tickets = format!("ticket_id,raised_for_contact,created_at,status\n{tickets}");
    let (inputs, joins) = joined(&[("contacts.csv", &format!("{contacts}{people}")), ("tickets.csv", &tickets)]);
    assert_eq!(names(&inputs), ["contacts.csv", "tickets.csv"]);
    assert!(
        joins.relations.iter().any(|(_, used)| *used == RelationUse::Roster),
        "{:?}",
        joins.relations
    );
}
