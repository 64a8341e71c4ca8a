//! Orders with several lines: totals that are repeated on lines, parents that are filled in once, and money that went back.

use super::harness::{Folder, Ran};

const ARGS: [&str; 6] = ["--period", "2026-10", "--as-of", "2026-10-31", "--format", "json"];

fn run(table: &str, text: &str, metrics: &str) -> Ran {
    let input = format!("{table}=file.csv");
    Folder::new()
        .with("file.csv", text)
        .run(&[&["measure", &input, "-m", metrics][..], &ARGS].concat())
}

/// The values of metrics, and what was said.
fn measured<const N: usize>(table: &str, text: &str, metrics: [&str; N]) -> ([f64; N], String) {
    let ran = run(table, text, &metrics.join(",")).code(0);
    let document: serde_json::Value = serde_json::from_str(&ran.out()).expect("JSON");
    let cells = document["cells"].as_array().expect("cells");
    let value = |metric: &str| {
        let cell = cells.iter().find(|cell| cell["metric"] == metric).expect("the metric");
        cell["value"].as_f64().unwrap_or(f64::NAN)
    };
    (metrics.map(value), ran.err())
}

/// Totals of 100, 50 and 90, each on every line of its order.
const TOTALS: &str = "order_id,customer_email,order_date,HEADER,item_name,item_qty,item_price\n\
    1,a@x.test,2026-10-01,100.00,Kettle,1,70.00\n1,a@x.test,2026-10-01,100.00,Filter,1,30.00\n2,b@x.test,2026-10-02,50.00,Mug,2,25.00\n\
    3,c@x.test,2026-10-03,90.00,Jug,1,40.00\n3,c@x.test,2026-10-03,90.00,Cup,5,10.00\n";

#[test]
fn a_total_that_is_repeated_on_lines_counts_once_for_each_order() {
    for header in ["order_total", "Total", "Amount", "Grand Total", "Total price", "Revenue"] {
        let (values, said) = measured("purchases", &TOTALS.replace("HEADER", header), ["revenue", "orders"]);
        assert_eq!(values, [240.0, 3.0], "{header}");
        assert!(said.contains("5 used; 2 amount-of-order"), "{said}");
        assert!(
            said.contains("sum of quantity times price over the lines in 2 of 2 orders"),
            "{said}"
        );
    }
    let german = "Bestellnummer;Kundennummer;Bestelldatum;Gesamtbetrag;Artikel\n\
        1;a;13.10.2026;100,50;K\n1;a;13.10.2026;100,50;F\n2;b;13.10.2026;50,00;M\n3;c;14.10.2026;90,00;J\n3;c;14.10.2026;90,00;C\n";
    assert_eq!(measured("purchases", german, ["revenue", "orders"]).0, [240.5, 3.0]);
    let supplies = "PO,Supplier,Order date,Promised date,Received date,Line,Order total\n\
        1,A,2026-10-01,2026-10-05,2026-10-04,1,100\n1,A,2026-10-01,2026-10-05,2026-10-04,2,100\n\
        2,B,2026-10-02,2026-10-05,2026-10-04,1,80\n2,B,2026-10-02,2026-10-05,2026-10-04,2,80\n";
    assert_eq!(measured("supplies", supplies, ["spend"]).0, [180.0]);
}

#[test]
fn amounts_of_lines_are_added_up() {
    let differ = "order_id,customer_id,order_date,total,item\n1,a,2026-10-01,70,K\n1,a,2026-10-01,30,F\n2,b,2026-10-02,50,M\n\
                  3,c,2026-10-03,45,J\n3,c,2026-10-03,45,C\n";
    assert_eq!(measured("purchases", differ, ["revenue"]).0, [240.0]);
    // Two lines that cost the same are proved to be lines by their price and quantity.
    let equal = "order_id,customer_id,order_date,line_value,item,quantity,unit_price\n1,a,2026-10-01,50,K,1,50\n1,a,2026-10-01,50,F,2,25\n\
                 2,b,2026-10-02,40,M,1,40\n2,b,2026-10-02,40,M,4,10\n";
    let mapped = Folder::new().with("file.csv", equal);
    let args = [
        "measure",
        "purchases=file.csv",
        "--map",
        "file.csv:amount=line_value",
        "-m",
        "revenue",
    ];
    let ran = mapped.run(&[&args[..], &ARGS].concat()).code(0);
    assert!(
        ran.out().contains("\"value\":180.0") || ran.out().contains("\"value\": 180.0"),
        "{}",
        ran.out()
    );
    let single = "order_id,customer_id,order_date,total\n1,a,2026-10-01,10\n2,b,2026-10-02,10\n";
    // The payments of a plan have one id, and each its date.
    let plans = "order_id,customer_id,order_date,total\n1,a,2026-10-01,10\n1,a,2026-10-08,10\n2,b,2026-10-02,20\n2,b,2026-10-09,20\n";
    assert_eq!(measured("purchases", plans, ["revenue"]).0, [60.0]);
    assert_eq!(measured("purchases", single, ["revenue"]).0, [20.0]);
}

#[test]
fn what_may_be_either_is_asked_and_the_answer_is_followed() {
    let tickets = "order_id,customer_id,order_date,amount,seat\n1,a,2026-10-01,10,A1\n1,a,2026-10-01,10,A2\n2,b,2026-10-02,10,B1\n";
    let ran = run("purchases", tickets, "revenue").code(3);
    assert!(
        ran.err().contains("amount may be the amount of the line or of the whole order"),
        "{}",
        ran.err()
    );
    assert!(ran.err().contains("amount_on = \"order\""), "{}", ran.err());
    for (answer, revenue) in [("line", "30.0"), ("order", "20.0")] {
        let config = format!("[[source]]\npath = \"file.csv\"\nkind = \"purchases\"\namount_on = \"{answer}\"\n");
        let folder = Folder::new().with("file.csv", tickets).with("relhealth.toml", config);
        let ran = folder.run(&[&["measure", "-m", "revenue"][..], &ARGS].concat()).code(0);
        let document: serde_json::Value = serde_json::from_str(&ran.out()).expect("JSON");
        assert_eq!(document["cells"][0]["value"].to_string(), revenue);
    }
}

#[test]
fn lines_belong_to_the_order_above() {
    let odoo = "Order Reference,Customer,Order Date,Order Lines/Product,Order Lines/Quantity,Order Lines/Subtotal\n\
        S1,Alder Ltd,2026-10-02 08:10:00,Desk,1,300.00\n,,,Chair,4,400.00\nS2,Birch GmbH,2026-10-09 09:00:00,Desk,2,600.00\n\
        S3,Cedar SA,2026-10-12 10:00:00,Shelf,1,150.00\n,,,Screws,10,5.00\n";
    let (values, said) = measured("purchases", odoo, ["revenue", "orders", "active_customers"]);
    assert_eq!(values, [1455.0, 3.0, 3.0]);
    assert!(said.contains("5 read = 5 used; 2 filled-from-above"), "{said}");
    // In Dutch, with a total that is on the first line only.
    let dutch = "Orderreferentie;Klantnummer;Orderdatum;Totaal;Orderregels/Product;Orderregels/Subtotaal\n\
        S1;K1;2026-10-02;700,00;Bureau;300,00\n;;;;Stoel;400,00\nS2;K2;2026-10-09;600,50;Bureau;600,50\n";
    let (values, said) = measured("purchases", dutch, ["revenue", "orders"]);
    assert_eq!(values, [1300.5, 2.0]);
    assert!(said.contains("[decided]"), "{said}");
    let supplies = "Order Reference,Vendor,Order Date,Promised Date,Received Date,Order Lines/Product,Order Lines/Subtotal\n\
        P1,Alder,2026-10-02,2026-10-09,2026-10-08,Desk,300\n,,,,,Chair,400\nP2,Birch,2026-10-03,2026-10-09,2026-10-08,Desk,600\n";
    assert_eq!(measured("supplies", supplies, ["spend"]).0, [1300.0]);
}

#[test]
fn what_is_no_line_of_an_order_is_not_filled_in() {
    let header = "order_id,customer_id,order_date,product,quantity,amount\n";
    // Sums are no lines, nor is a line at the start, nor what somebody bought who is not known.
    let sums = format!(
        "{header}1,a,2026-10-02,Desk,1,300\n,,,Chair,1,100\n,,,Subtotal,2,400\n2,b,2026-10-03,Desk,1,300\n3,c,2026-10-03,Desk,1,300\n"
    );
    let (values, said) = measured("purchases", &sums, ["revenue", "orders"]);
    assert_eq!(values, [1000.0, 3.0], "{said}");
    let orphan = format!("{header},,,Chair,4,400\n1,a,2026-10-02,Desk,1,300\n,,,Chair,4,400\n2,b,2026-10-03,Desk,1,300\n");
    let (values, said) = measured("purchases", &orphan, ["revenue", "orders"]);
    assert_eq!(values, [1000.0, 2.0]);
    assert!(said.contains("1 rejected (1 no-parent-above)"), "{said}");
    let guests = format!("{header}1,a,2026-10-02,Desk,1,300\n2,,2026-10-02,Chair,4,400\n");
    assert_eq!(measured("purchases", &guests, ["revenue", "orders"]).0, [300.0, 1.0]);
    // The configuration overrides what the file seems to say.
    let config = "[[source]]\npath = \"file.csv\"\nkind = \"purchases\"\nfill_down = false\n";
    let folder = Folder::new().with("file.csv", orphan).with("relhealth.toml", config);
    let ran = folder.run(&[&["measure", "-m", "revenue"][..], &ARGS].concat()).code(0);
    assert!(ran.err().contains("2 rejected (2 missing)"), "{}", ran.err());
}

#[test]
fn the_decisions_are_written_down() {
    let folder = Folder::new().with("file.csv", TOTALS.replace("HEADER", "Total"));
    folder.run(&["init", "purchases=file.csv"]).code(0);
    assert!(
        folder.read("relhealth.toml").contains("amount_on = \"order\""),
        "{}",
        folder.read("relhealth.toml")
    );
    let filled = "order_id,customer_id,order_date,product,amount\n1,a,2026-10-02,Desk,300\n,,,Chair,400\n2,b,2026-10-03,Desk,300\n";
    let folder = Folder::new().with("file.csv", filled);
    folder.run(&["init", "purchases=file.csv"]).code(0);
    assert!(
        folder.read("relhealth.toml").contains("fill_down = true"),
        "{}",
        folder.read("relhealth.toml")
    );
    let again = folder.run(&[&["measure", "-m", "revenue"][..], &ARGS].concat()).code(0);
    assert!(again.err().contains("1 filled-from-above"), "{}", again.err());
}

#[test]
fn money_that_went_back_by_its_status() {
    let orders = "order_id,customer_id,order_date,amount,status\n1,a,2026-10-01,10,paid\n2,b,2026-10-02,20,Refunded\n\
                  3,c,2026-10-03,40,charged back\n4,d,2026-10-04,80,partially refunded\n";
    let (values, said) = measured("purchases", orders, ["revenue", "orders", "refund_rate"]);
    assert_eq!(values, [90.0, 4.0, 0.4]);
    assert!(said.contains("[refunded-by-status]: file.csv: purchases: 2 records have"), "{said}");
    assert!(said.contains("[partial-refund]: file.csv: purchases: 1 record has"), "{said}");
    let gifts =
        "Spendennummer;Spender-ID;Spendendatum;Betrag;Status\n1;a;13.10.2026;10,00;erhalten\n2;b;13.10.2026;20,50;Rücklastschrift\n";
    assert_eq!(measured("purchases", gifts, ["revenue"]).0, [10.0]);
}

#[test]
fn a_gift_counts_once_whoever_is_credited_with_it() {
    let by_type =
        "gift_id,donor_id,gift_date,gift_amount,credit_type\n1,a,2026-10-01,100,Hard\n1,b,2026-10-01,100,Soft\n2,c,2026-10-02,50,Hard\n";
    let (values, said) = measured("purchases", by_type, ["revenue", "orders", "active_customers"]);
    assert_eq!(values, [150.0, 2.0, 2.0]);
    assert!(said.contains("1 excluded (1 soft-credit)"), "{said}");
    let by_person =
        "gift_id,donor_id,gift_date,gift_amount,soft_credit_name\n1,a,2026-10-01,100,Ann\n1,a,2026-10-01,100,Ben\n2,c,2026-10-02,50,\n";
    assert_eq!(measured("purchases", by_person, ["revenue", "orders"]).0, [150.0, 2.0]);
    let by_donor = "gift_id,donor_id,gift_date,gift_amount\n1,a,2026-10-01,100\n1,b,2026-10-01,100\n2,c,2026-10-02,50\n";
    assert_eq!(
        measured("purchases", by_donor, ["revenue", "orders", "active_customers"]).0,
        [150.0, 2.0, 2.0]
    );
}

#[test]
fn refunds_that_are_records_of_their_own_are_negative() {
    for (header, sale, refund) in [
        ("transaction_id,customer_id,date,amount,type", "payment", "refund"),
        ("Belegnummer,Kundennummer,Datum,Betrag,Belegart", "Rechnung", "Gutschrift"),
        ("numero_don,id_donateur,date,montant,type", "Don", "Remboursement"),
        ("id_pedido,id_cliente,data,valor,tipo", "venda", "estorno"),
    ] {
        let text = format!("{header}\nt1,k1,2026-10-01,10,{sale}\nt2,k2,2026-10-02,20,{sale}\nt3,k2,2026-10-05,20,{refund}\n");
        let (values, said) = measured("purchases", &text, ["revenue"]);
        assert_eq!(values, [10.0], "{header}");
        assert!(said.contains("note[refund-records]"), "{said}");
        // Where they are negative already, they stay.
        let (values, said) = measured("purchases", &text.replace("05,20,", "05,-20,"), ["revenue"]);
        assert_eq!(values, [10.0], "{header}");
        assert!(!said.contains("refund-records"), "{said}");
    }
    // The payment and the refund of one order are no lines with one total.
    let one = "order_id,customer_id,date,amount,type\n1,a,2026-10-01,10,sale\n2,b,2026-10-02,20,sale\n2,b,2026-10-02,20,refund\n";
    assert_eq!(measured("purchases", one, ["revenue"]).0, [10.0]);
}

#[test]
fn a_purchase_that_is_marked_as_refunded_went_back() {
    for (header, yes, no) in [
        ("order_id,customer_id,date,amount,refunded", "true", "false"),
        ("order_id,customer_id,date,amount,refunded", "1", "0"),
        ("Bestellnummer,Kundennummer,Datum,Betrag,retourniert", "ja", "nein"),
        ("gift_id,donor_id,gift_date,gift_amount,is_chargeback", "Y", "N"),
    ] {
        let text = format!("{header}\n1,k1,2026-10-01,10,{no}\n2,k2,2026-10-02,20,{yes}\n3,k3,2026-10-03,40,{no}\n");
        let (values, said) = measured("purchases", &text, ["revenue"]);
        assert_eq!(values, [50.0], "{header}: {said}");
        assert!(said.contains("note[refunded-by-status]"), "{said}");
    }
    // Amounts are amounts.
    let amounts = "order_id,customer_id,date,amount,refunded\n1,a,2026-10-01,10,0\n2,b,2026-10-02,20,5\n3,c,2026-10-03,40,1\n";
    assert_eq!(measured("purchases", amounts, ["revenue"]).0, [64.0]);
}

#[test]
fn flags_and_times_tell_what_did_not_take_place_or_went_back() {
    for (header, no, yes) in [
        ("order_id,customer_id,date,amount,cancelled", "false", "true"),
        ("order_id,customer_id,date,amount,cancelled_at", "", "2026-10-03"),
        ("order_id,customer_id,date,amount,refunded_at", "", "2026-10-03"),
        ("order_id,customer_id,date,amount,test", "0", "1"),
        ("Bestellnummer,Kundennummer,Datum,Betrag,storniert", "nein", "ja"),
    ] {
        let text = format!("{header}\n1,k1,2026-10-01,10,{no}\n2,k2,2026-10-02,20,{yes}\n3,k3,2026-10-03,40,{no}\n");
        let (values, said) = measured("purchases", &text, ["revenue"]);
        assert_eq!(values, [50.0], "{header}: {said}");
    }
}

#[test]
fn a_status_is_known_by_its_words_whatever_its_header() {
    for (header, paid, back, void) in [
        ("order_id,customer_id,date,amount,fulfilment", "shipped", "returned", "cancelled"),
        (
            "Bestellnummer,Kundennummer,Datum,Betrag,Zahlung",
            "bezahlt",
            "erstattet",
            "storniert",
        ),
    ] {
        let text = format!("{header}\n1,k1,2026-10-01,10,{paid}\n2,k2,2026-10-02,20,{back}\n3,k3,2026-10-03,40,{void}\n");
        assert_eq!(measured("purchases", &text, ["revenue"]).0, [10.0], "{header}");
    }
}

#[test]
fn what_one_export_leaves_open_another_one_shows() {
    let clear = "order_id,customer,order_date,total,item\n1,a,2026-09-01,100,K\n1,a,2026-09-01,100,F\n2,b,2026-09-02,50,M\n3,c,2026-09-03,90,M\n\
                 3,c,2026-09-03,90,L\n";
    let open = "order_id,customer,order_date,total,item\n4,a,2026-10-01,100,K\n4,a,2026-10-01,100,F\n";
    let lines = "order_id,customer,order_date,total,item\n1,a,2026-09-01,100,K\n1,a,2026-09-01,30,F\n2,b,2026-09-02,50,M\n";
    let revenue = |other: &str, inputs: [&str; 2]| {
        let folder = Folder::new().with("september.csv", other).with("october.csv", open);
        let inputs = inputs.map(|name| format!("purchases={name}"));
        let args = [&["measure", &inputs[0], &inputs[1], "-m", "revenue"][..], &ARGS].concat();
        let ran = folder.run(&args).code(0);
        let document: serde_json::Value = serde_json::from_str(&ran.out()).expect("JSON");
        (document["cells"][0]["value"].as_f64(), ran.err())
    };
    for inputs in [["september.csv", "october.csv"], ["october.csv", "september.csv"]] {
        let (value, said) = revenue(clear, inputs);
        assert_eq!(value, Some(100.0));
        assert!(said.contains("the exports with the same columns show it together in"), "{said}");
        assert_eq!(revenue(lines, inputs).0, Some(200.0));
    }
    run("purchases", open, "revenue").code(3);
}

#[test]
fn monthly_exports_decide_together() {
    let header = "order_id,customer,order_date,amount,item\n";
    let revenue = |months: &[&str]| {
        let names = ["july.csv", "august.csv", "september.csv"];
        let mut folder = Folder::new();
        for (name, rows) in names.iter().zip(months) {
            folder = folder.with(name, format!("{header}{rows}"));
        }
        let inputs: Vec<String> = names[..months.len()].iter().map(|name| format!("purchases={name}")).collect();
        let inputs = inputs.iter().map(String::as_str);
        let args: Vec<&str> = std::iter::once("measure")
            .chain(inputs)
            .chain(["-m", "revenue", "--period", "2026", "--format", "json"])
            .collect();
        let ran = folder.run(&args);
        match ran.out().is_empty() {
            true => ran.code(3).err(),
            false => {
                let document: serde_json::Value = serde_json::from_str(&ran.out()).expect("JSON");
                document["cells"][0]["value"].to_string()
            }
        }
    };
    // None of the three shows it alone: one order of several lines with the same amount.
    let (july, august, september) = (
        "1,a,2026-07-01,100,K\n1,a,2026-07-01,100,F\n2,b,2026-07-02,50,M\n",
        "3,a,2026-08-01,70,K\n3,a,2026-08-01,70,F\n",
        "4,c,2026-09-01,30,K\n4,c,2026-09-01,30,F\n4,c,2026-09-01,30,L\n",
    );
    assert_eq!(revenue(&[july, august, september]), "250.0");
    assert!(revenue(&[july]).contains("may be the amount of the line or of the whole order"));
    // Two orders with equal lines look like totals, but the next month shows that the amounts are those of lines.
    let equal = "1,a,2026-07-01,20,K\n1,a,2026-07-01,20,F\n2,b,2026-07-02,50,M\n2,b,2026-07-02,50,N\n";
    assert_eq!(revenue(&[equal]), "70.0");
    assert_eq!(revenue(&[equal, "3,a,2026-08-01,70,K\n3,a,2026-08-01,10,F\n"]), "220.0");
}

/// Cells of JSON as `metric group: value or reason`.
fn cells(folder: &Folder, args: &[&str], by: &str) -> Vec<String> {
    let ran = folder.run(&[&["measure"][..], args, &ARGS].concat()).code(0);
    let document: serde_json::Value = serde_json::from_str(&ran.out()).expect("JSON");
    let cells = document["cells"].as_array().expect("cells").iter();
    cells
        .map(|cell| {
            let value = cell["value"]
                .as_f64()
                .map_or_else(|| cell["absent"].as_str().expect("a reason").to_string(), |v| v.to_string());
            format!(
                "{} {}: {value}",
                cell["metric"].as_str().expect("a metric"),
                cell["by"][by].as_str().unwrap_or("all")
            )
        })
        .collect()
}

#[test]
fn a_total_of_an_order_is_not_that_of_its_first_product() {
    let total = "order_id,customer,order_date,order_total,product\n1,a,2026-10-01,50,apple\n1,a,2026-10-01,50,pear\n2,b,2026-10-02,20,pear\n\
                 3,a,2026-10-03,36,plum\n4,c,2026-10-04,35,apple\n4,c,2026-10-04,35,pear\n";
    let folder = Folder::new().with("orders.csv", total);
    let args = |metrics| ["purchases=orders.csv", "-m", metrics, "--by", "product", "--total"];
    assert_eq!(
        cells(&folder, &args("revenue,revenue_per_customer"), "product"),
        [
            "revenue apple: order lines differ",
            "revenue pear: order lines differ",
            "revenue plum: 36",
            "revenue all: 141",
            "revenue_per_customer apple: order lines differ",
            "revenue_per_customer pear: order lines differ",
            "revenue_per_customer plum: 36",
            "revenue_per_customer all: 47",
        ]
    );
    // How many orders have a product is known.
    assert_eq!(
        cells(&folder, &args("orders"), "product"),
        ["orders apple: 2", "orders pear: 3", "orders plum: 1", "orders all: 4"]
    );
    assert_eq!(
        cells(
            &folder,
            &["purchases=orders.csv", "-m", "revenue", "--where", "product = 'pear'"],
            "product"
        ),
        ["revenue all: order lines differ"]
    );
    // Amounts of lines are those of their products.
    let lines =
        "order_id,customer,order_date,line_total,product\n1,a,2026-10-01,30,apple\n1,a,2026-10-01,20,pear\n2,b,2026-10-02,20,pear\n";
    assert_eq!(
        cells(&Folder::new().with("orders.csv", lines), &args("revenue"), "product"),
        ["revenue apple: 30", "revenue pear: 40", "revenue all: 70"]
    );
    let supplies = "PO,Supplier,Order date,Promised date,Received date,Order total,Plant\n\
        1,A,2026-10-01,2026-10-05,2026-10-04,100,north\n1,A,2026-10-01,2026-10-05,2026-10-04,100,south\n\
        2,B,2026-10-02,2026-10-05,2026-10-04,80,south\n2,B,2026-10-02,2026-10-05,2026-10-04,80,south\n";
    assert_eq!(
        cells(
            &Folder::new().with("supplies.csv", supplies),
            &["supplies=supplies.csv", "-m", "spend", "--by", "Plant", "--total"],
            "Plant"
        ),
        [
            "spend north: order lines differ",
            "spend south: order lines differ",
            "spend all: 180"
        ]
    );
}

#[test]
fn a_metric_of_one_product_is_missing_where_orders_have_several() {
    let metric = "[metric.pears]\ntitle = \"Pears\"\nfamily = \"profitability\"\nfact = \"orders\"\nat = \"ordered_at\"\nkind = \"sum\"\nof = \"revenue\"\n\
                  where = \"product = 'pear'\"\nunit = \"money\"\ngood = \"up\"\ntext = \"Revenue of pears.\"\n";
    let pears = |rows: &str| {
        let text = format!("order_id,customer,order_date,line_total,product\n{rows}");
        let folder = Folder::new().with("orders.csv", text).with("relhealth.toml", metric);
        cells(&folder, &["purchases=orders.csv", "-m", "pears"], "product").remove(0)
    };
    let alone = "1,a,2026-10-01,30,apple\n2,b,2026-10-02,20,pear\n2,b,2026-10-02,5,pear\n2,b,2026-10-02,1,\n";
    assert_eq!(pears(alone), "pears all: 26");
    assert_eq!(
        pears("1,a,2026-10-01,30,apple\n1,a,2026-10-01,20,pear\n2,b,2026-10-02,20,pear\n"),
        "pears all: order lines differ"
    );
}

#[test]
fn a_flag_that_takes_purchases_out_is_shown() {
    let text = "order_id,customer,order_date,amount,test\n1,a,2026-10-01,10,no\n2,b,2026-10-02,20,yes\n";
    let (values, said) = measured("purchases", text, ["revenue"]);
    assert_eq!(values, [10.0]);
    assert!(
        said.contains("[marked-void]: file.csv: test: 1 purchase is marked as cancelled or as a test and does not count"),
        "{said}"
    );
    let folder = Folder::new().with("file.csv", text);
    let args = [
        "purchases=file.csv",
        "-m",
        "revenue",
        "--map",
        "file.csv:is_void={ value = \"no\" }",
    ];
    assert_eq!(cells(&folder, &args, "product"), ["revenue all: 30"]);
}

#[test]
fn flags_and_reasons_that_take_purchases_out_are_shown() {
    // Of 10 + 20 + 5, the 20 do not count.
    for (header, kept, out, code) in [
        ("Deleted", "0", "1", "marked-void"),
        ("Gelöscht", "nein", "ja", "marked-void"),
        ("Entwurf", "nein", "ja", "marked-void"),
        ("Cancellation reason", "", "out of stock", "marked-void"),
        ("valid", "yes", "no", "marked-not-valid"),
        ("Success", "true", "false", "marked-not-valid"),
        ("livemode", "1", "0", "marked-not-valid"),
    ] {
        let text = format!(
            "order_id,customer,order_date,amount,{header}\n1,a,2026-10-01,10,{kept}\n2,b,2026-10-02,20,{out}\n3,b,2026-10-03,5,{kept}\n"
        );
        let (values, said) = measured("purchases", &text, ["revenue"]);
        assert_eq!(values, [15.0], "{header}: {said}");
        assert!(said.contains(&format!("[{code}]")), "{header}: {said}");
    }
    // What is not completed may come yet, and counts.
    let text = "order_id,customer,order_date,amount,Completed\n1,a,2026-10-01,10,yes\n2,b,2026-10-02,20,no\n";
    let (values, said) = measured("purchases", text, ["revenue"]);
    assert_eq!(values, [30.0]);
    assert!(
        said.contains("[not-completed]: file.csv: Completed: what is marked with no counts like the rest"),
        "{said}"
    );
    let folder = Folder::new().with("file.csv", text);
    let args = ["purchases=file.csv", "-m", "revenue", "--map", "file.csv:is_valid=Completed"];
    assert_eq!(cells(&folder, &args, "product"), ["revenue all: 10"]);
    // Where a status says what was cancelled, a reason says no more.
    let text = "order_id,customer,order_date,amount,status,cancellation_reason\n1,a,2026-10-01,10,paid,\n2,b,2026-10-02,20,paid,first try failed\n\
                3,b,2026-10-03,5,paid,\n";
    assert_eq!(measured("purchases", text, ["revenue"]).0, [35.0]);
}

#[test]
fn amounts_in_cents_and_thousands_are_whole_units() {
    // 12.34 + 5.00 and 1,250 + 40.
    for (header, first, second, sum) in [
        ("amount_cents", "1234", "500", 17.34),
        ("Betrag in Cent", "1234", "500", 17.34),
        ("Montant (centimes)", "1234", "500", 17.34),
        ("Amount in thousands", "1.25", "0.04", 1290.0),
        ("Betrag in TEUR", "1.25", "0.04", 1290.0),
    ] {
        let text = format!("order_id,customer_id,order_date,{header}\n1,a,2026-10-01,{first}\n2,b,2026-10-02,{second}\n");
        let (values, said) = measured("purchases", &text, ["revenue"]);
        assert_eq!(values, [sum], "{header}: {said}");
        assert!(said.contains("[amount-unit]"), "{header}: {said}");
    }
    // With decimals they are no cents, whatever the header says; and what is mapped is taken as it is.
    let text = "order_id,customer_id,order_date,amount_cents\n1,a,2026-10-01,12.34\n2,b,2026-10-02,5.00\n";
    assert_eq!(measured("purchases", text, ["revenue"]).0, [17.34]);
    let folder = Folder::new().with("file.csv", text.replace("12.34", "1234").replace("5.00", "500"));
    let args = ["purchases=file.csv", "-m", "revenue", "--map", "file.csv:amount=amount_cents"];
    assert_eq!(cells(&folder, &args, "product"), ["revenue all: 1734"]);
}

#[test]
fn deals_are_purchases_when_they_are_won() {
    let english = "opportunity_id,account,deal_stage,created_on,close_date,close_value\n1,Acme,Won,2026-08-01,2026-10-15,1000\n2,Beta,Lost,2026-08-02,2026-10-16,500\n\
                   3,Gamma,Engaging,2026-10-03,2026-10-17,700\n4,Acme,Prospecting,2026-10-04,,\n5,Beta,Won,2026-10-05,2026-10-20,40\n";
    let spanish = "ID de registro,Nombre del negocio,Etapa del negocio,Fecha de cierre,Importe,Fecha de creación,ID de empresa\n\
                   1,A,Cierre ganado,2026-10-15,1000,2025-12-01,91\n2,B,Cierre perdido,2026-10-20,800,2026-10-11,92\n\
                   3,C,Presentación programada,2026-10-25,500,2026-10-01,93\n4,D,Cierre ganado,2026-10-25,40,2026-01-02,91\n";
    for text in [english, spanish] {
        let (values, said) = measured("purchases", text, ["revenue", "orders"]);
        assert_eq!(values, [1040.0, 2.0], "{said}");
        assert!(said.contains("not-won"), "{said}");
    }
    // Most deals of a pipeline have no date of closing yet.
    let open: String = (10..60).map(|n| format!("{n},Beta,Negotiation,2026-10-01,,{n}\n")).collect();
    let (values, said) = measured("purchases", &format!("{english}{open}"), ["revenue", "orders"]);
    assert_eq!(values, [1040.0, 2.0]);
    assert!(said.contains("55 read = 2 used + 53 excluded (53 not-won)"), "{said}");
    // A parcel that was lost was bought all the same.
    let parcels = "order_id,customer_id,order_date,amount,status\n1,a,2026-10-01,10,delivered\n2,b,2026-10-02,20,lost\n";
    assert_eq!(measured("purchases", parcels, ["revenue"]).0, [30.0]);
}

#[test]
fn a_sorted_file_is_not_filled_in() {
    let sorted = "Order Reference,Customer,Order Date,Product,Quantity,Subtotal\nS00041,Alder,2026-10-02,Armchair,1,300\n,,,Bed,1,60\n\
                  S00042,Birch,2026-10-09,Chair,4,400\n,,,Desk,2,600\nS00043,Cedar,2026-10-12,Screws,10,5\n,,,Shelf,1,150\n";
    let ran = run("purchases", sorted, "revenue").code(3);
    assert!(ran.err().contains("the file is sorted by Product"), "{}", ran.err());
    assert!(ran.err().contains("fill_down = true"), "{}", ran.err());
    // By an amount, where the orders themselves are in no order.
    let by_amount = "Auftrag;Kunde;Datum;Artikel;Betrag\nS3;Cedar;13.10.2026;Tisch;5,00\n;;;Stuhl;60,00\nS1;Alder;14.10.2026;Lampe;100,00\n\
                     ;;;Regal;200,00\nS2;Birch;12.10.2026;Bett;300,00\n;;;Sofa;400,00\n";
    assert!(run("purchases", by_amount, "revenue").code(3).err().contains("sorted by Betrag"));
    // Running numbers of lines ascend with their orders.
    let numbered = "Order Reference,Customer,Order Date,Line,Product,Subtotal\nS1,Alder,2026-10-02,1,Desk,300\n,,,2,Bed,60\nS2,Birch,2026-10-09,3,Chair,400\n\
                    ,,,4,Desk,600\nS3,Cedar,2026-10-12,5,Screws,5\n";
    assert_eq!(measured("purchases", numbered, ["revenue", "orders"]).0, [1365.0, 3.0]);
}

// A gift that is listed once more for whoever is credited with it is no gift of theirs.
#[test]
fn a_soft_credit_among_the_types_of_gifts_is_no_gift() {
    let gifts = "gift id,donor,date,amount,type\n1,a,2026-10-01,50,Gift\n2,b,2026-10-01,50,Soft Credit\n3,c,2026-10-02,50,Recurring Gift\n4,d,2026-10-03,50,Software\n";
    let folder = Folder::new().with("g.csv", gifts);
    let args = [
        "measure",
        "purchases=g.csv",
        "--period",
        "2026-10",
        "--as-of",
        "2026-10-31",
        "-m",
        "revenue",
        "-f",
        "json",
    ];
    let ran = folder.run(&args).code(0);
    let document: serde_json::Value = serde_json::from_str(&ran.out()).unwrap();
    assert_eq!(document["cells"][0]["value"], 150.0);
    assert!(ran.err().contains("soft-credit"), "{}", ran.err());
}

#[test]
fn totals_among_the_records_are_no_purchases() {
    let lines = |total: &dyn Fn(usize, u32) -> String| {
        let mut text = "order_id,customer_id,date,product,amount\n".to_string();
        for n in 0..20 {
            let mut sum = 0;
            for line in 0..2 + n as u32 % 3 {
                let amount = 10 + n as u32 + line;
                sum += amount;
                text.push_str(&format!("{n},C{},2026-01-{:02},Tea {line},{amount}.50\n", n % 7, 1 + n % 28));
            }
            text.push_str(&total(n, 2 * sum + 2 + n as u32 % 3));
        }
        text
    };
    let revenue = |text: String| {
        let folder = Folder::new().with("lines.csv", text);
        let ran = folder.run(&[
            "measure",
            "lines.csv",
            "-m",
            "revenue",
            "--period",
            "2026-01",
            "--incomplete",
            "-f",
            "json",
        ]);
        let cells: serde_json::Value = serde_json::from_str(&ran.out()).unwrap_or_else(|_| panic!("{}", ran.err()));
        (cells["cells"][0]["value"].as_f64().unwrap(), ran.err())
    };
    let (right, said) = revenue(lines(&|_, _| String::new()));
    assert!(!said.contains("left-out"), "{said}");
    // A total after the lines of each order, in halves of the currency's unit; one of each month; what was carried forward.
    let of_order = |label: &'static str| {
        move |n: usize, halves: u32| {
            format!(
                "{n},C{},2026-01-{:02},{label},{}.{}\n",
                n % 7,
                1 + n % 28,
                halves / 2,
                halves % 2 * 5
            )
        }
    };
    for label in ["Total", "Subtotal", "Summe", "TOTAL:"] {
        let (found, said) = revenue(lines(&of_order(label)));
        assert_eq!(found, right, "{label} {said}");
        assert!(
            said.contains("note[left-out]: lines.csv: Its sums of other records are excluded"),
            "{said}"
        );
        assert!(said.contains("20 excluded (20 filtered)"), "{said}");
    }
    // What is called so and is no sum is an article.
    let (found, said) = revenue(lines(&|n, _| format!("{n},C{},2026-01-{:02},Total,5.00\n", n % 7, 1 + n % 28)));
    assert_eq!(found, right + 100.0, "{said}");
    assert!(!said.contains("left-out"), "{said}");
    // Lines whose orders are in another file, which says when and for whom they were.
    let all = lines(&of_order("Total"));
    let cut = |columns: [usize; 3]| -> String {
        let mut rows: Vec<String> = all
            .lines()
            .map(|line| line.split(',').collect::<Vec<_>>())
            .map(|cells| columns.map(|at| cells[at]).join(",") + "\n")
            .collect();
        rows.dedup();
        rows.concat()
    };
    let folder = Folder::new()
        .with("in/orders.csv", cut([0, 1, 2]))
        .with("in/order_lines.csv", cut([0, 3, 4]));
    let ran = folder.run(&[
        "measure",
        "in",
        "-m",
        "revenue",
        "--period",
        "2026-01",
        "--incomplete",
        "-f",
        "json",
    ]);
    let cells: serde_json::Value = serde_json::from_str(&ran.out()).unwrap_or_else(|_| panic!("{}", ran.err()));
    assert_eq!(cells["cells"][0]["value"].as_f64(), Some(right), "{}", ran.err());
    assert!(ran.err().contains("note[left-out]: in/order_lines.csv"), "{}", ran.err());
    // What `init` writes counts the same.
    let folder = Folder::new().with("lines.csv", all);
    assert_eq!(folder.run(&["init", "lines.csv"]).status(), Some(0));
    let ran = folder.run(&["measure", "-m", "revenue", "--period", "2026-01", "--incomplete", "-f", "json"]);
    let cells: serde_json::Value = serde_json::from_str(&ran.out()).unwrap_or_else(|_| panic!("{}", ran.err()));
    assert_eq!(cells["cells"][0]["value"].as_f64(), Some(right), "{}", ran.err());
}
