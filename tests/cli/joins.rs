//! Exports in several files: what belongs together is joined, and what is not certain is asked.

use std::io::{Cursor, Write};

use rust_xlsxwriter::Workbook;
use serde_json::Value;
use snapbox::str;

use crate::harness::{Folder, Ran};

const ORDERS: &str = "order_id,customer_id,order_date,status\n1,10,2024-01-05,shipped\n2,11,2024-01-09,shipped\n3,10,2024-02-02,cancelled\n\
                      4,10,2024-02-10,shipped\n";
/// Quantity times price less discount: 20 and 4; 27; 5, cancelled; 10 and 5. Without the cancelled order 66.
const LINES: &str = "order_id,product_id,quantity,unit_price,discount\n1,100,2,10.00,0\n1,101,1,5.00,0.2\n2,100,3,10.00,0.1\n3,101,1,5.00,0\n\
                     4,102,4,2.50,0\n4,101,1,5.00,0\n";
const CUSTOMERS: &str = "customer_id,name,region\n10,Ada,north\n11,Bo,south\n12,Cy,south\n";
const PRODUCTS: &str = "product_id,product_name,category\n100,Cup,kitchen\n101,Pen,office\n102,Pot,kitchen\n";

fn shop() -> Folder {
    Folder::new()
        .with("shop/orders.csv", ORDERS)
        .with("shop/order_lines.csv", LINES)
        .with("shop/customers.csv", CUSTOMERS)
        .with("shop/products.csv", PRODUCTS)
}

const YEAR: [&str; 4] = ["--period", "2024", "--incomplete", "--format=json"];

/// Measures the metrics of purchases in 2024.
pub fn measure(folder: &Folder, inputs: &[&str]) -> Ran {
    let metrics = ["-m", "revenue,orders,active_customers,repeat_purchase_rate"];
    let args: Vec<&str> = ["measure"].iter().chain(inputs).chain(&YEAR).chain(&metrics).copied().collect();
    folder.run(&args)
}

/// Revenue, orders, customers and the share of those with two orders.
#[track_caller]
pub fn numbers(ran: &Ran) -> [f64; 4] {
    let json: Value = serde_json::from_str(&ran.out()).unwrap_or_else(|error| panic!("{error}\n{}{}", ran.out(), ran.err()));
    ["revenue", "orders", "active_customers", "repeat_purchase_rate"].map(|metric| {
        let cells = json["cells"].as_array().expect("cells");
        let cell = cells.iter().find(|cell| cell["metric"] == metric).expect("the metric");
        cell["value"].as_f64().unwrap_or_else(|| panic!("{cell}"))
    })
}

const SHOP: [f64; 4] = [66.0, 3.0, 2.0, 0.5];

#[test]
fn orders_lines_and_customers_are_one_export() {
    let ran = measure(&shop(), &["shop"]).code(0);
    assert_eq!(numbers(&ran), SHOP);
    snapbox::assert_data_eq!(
        ran.err(),
        str![[r#"
shop/customers.csv: 3 read = 3 used
shop/order_lines.csv: 6 read = 5 used + 1 excluded (1 cancelled)
note[joined]: shop/order_lines.csv: Joined with shop/orders.csv by order_id: many-to-one, the columns have the same name; 6 of 6 records (100%) have a key that shop/orders.csv has
note[not-read-alone]: shop/products.csv: Its columns are dimensions of the records of shop/order_lines.csv

"#]]
    );
}

#[test]
fn columns_of_the_other_files_are_dimensions() {
    let folder = shop();
    for (by, expected) in [
        ("category", [("kitchen", 57.0), ("office", 9.0)]),
        ("region", [("north", 39.0), ("south", 27.0)]),
    ] {
        let args = ["measure", "shop", "-q", "-m", "revenue", "--by", by];
        let ran = folder.run(&args.iter().chain(&YEAR).copied().collect::<Vec<_>>()).code(0);
        let json: Value = serde_json::from_str(&ran.out()).expect("JSON");
        let value = |group: &str| {
            let cells = json["cells"].as_array().expect("cells");
            cells
                .iter()
                .find(|cell| cell["by"][by] == group)
                .and_then(|cell| cell["value"].as_f64())
        };
        expected
            .iter()
            .for_each(|(group, revenue)| assert_eq!(value(group), Some(*revenue), "{by} {group}"));
    }
}

#[test]
fn arguments_archives_and_sheets_are_the_same_as_a_folder() {
    let folder = shop();
    let files = ["shop/orders.csv", "shop/order_lines.csv", "shop/customers.csv", "shop/products.csv"];
    assert_eq!(numbers(&measure(&folder, &files).code(0)), SHOP);
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut book = Workbook::new();
    for (name, text) in [
        ("orders", ORDERS),
        ("order_lines", LINES),
        ("customers", CUSTOMERS),
        ("products", PRODUCTS),
    ] {
        archive
            .start_file(format!("{name}.csv"), zip::write::SimpleFileOptions::default())
            .expect("a file");
        archive.write_all(text.as_bytes()).expect("its bytes");
        let sheet = book.add_worksheet();
        sheet.set_name(name).expect("a name");
        for (row, line) in text.lines().enumerate() {
            for (column, cell) in line.split(',').enumerate() {
                let (row, column) = (row as u32, column as u16);
                match cell.parse::<f64>() {
                    Ok(number) => sheet.write_number(row, column, number),
                    Err(_) => sheet.write_string(row, column, cell),
                }
                .expect("a cell");
            }
        }
    }
    let folder = folder
        .with("shop.zip", archive.finish().expect("an archive").into_inner())
        .with("shop.xlsx", book.save_to_buffer().expect("a workbook"));
    for input in ["shop.zip", "shop.xlsx"] {
        assert_eq!(numbers(&measure(&folder, &[input]).code(0)), SHOP, "{input}");
    }
    // What init writes of a part of a file is found again.
    for input in ["shop.zip", "shop.xlsx"] {
        folder.run(&["init", input, "--force"]).code(0);
        assert_eq!(numbers(&measure(&folder, &["-q"]).code(0)), SHOP, "{input}");
        std::fs::remove_file(folder.path("relhealth.toml")).expect("the configuration is there");
    }
}

#[test]
fn init_writes_the_joins_and_they_give_the_same() {
    let folder = shop();
    folder.run(&["init", "shop"]).code(0);
    let config = folder.read("relhealth.toml");
    for part in [
        "lookup = [\n  { path = \"shop/orders.csv\", key = \"order_id\" },  # many-to-one, ",
        "  { path = \"shop/products.csv\", key = \"product_id\", unmatched = \"keep\" },",
        "amount_on = \"line\"",
        "stakeholder_id = \"customer_id\"",
        "amount = { expr = '\"quantity\" * \"unit_price\" * (1 - \"discount\")' }",
    ] {
        assert!(config.contains(part), "{part} is not in\n{config}");
    }
    for inputs in [&[][..], &["shop"]] {
        let ran = measure(&folder, inputs).code(0);
        assert_eq!(numbers(&ran), SHOP);
        assert!(ran.err().contains("6 read = 5 used + 1 excluded"), "{}", ran.err());
    }
}

#[test]
fn inspect_shows_the_joins_with_their_evidence() {
    let folder = shop();
    let shown = folder.run(&["inspect", "shop"]).silent().out();
    let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "How the files belong together",
        "it is joined with shop/orders.csv",
        "Used as",
        "roster",
    ] {
        assert!(words.contains(part), "{part} is not in\n{shown}");
    }
    let ran = folder.run(&["inspect", "shop", "--format=json"]).silent();
    let json: Value = serde_json::from_str(&ran.out()).expect("JSON");
    let join = &json["joins"].as_array().expect("joins")[0];
    assert_eq!(
        join["from"],
        serde_json::json!({ "file": "shop/order_lines.csv", "other_files": [], "columns": ["order_id"] })
    );
    assert_eq!(
        join["to"],
        serde_json::json!({ "file": "shop/orders.csv", "other_files": [], "columns": ["order_id"] })
    );
    assert_eq!(
        (join["used"].as_str(), join["cardinality"].as_str()),
        (Some("joined"), Some("many-to-one"))
    );
    assert_eq!(
        (join["records"].as_u64(), join["matched"].as_u64(), join["other_keys"].as_u64()),
        (Some(6), Some(6), Some(4))
    );
    let uses: Vec<&str> = json["joins"]
        .as_array()
        .expect("joins")
        .iter()
        .filter_map(|join| join["used"].as_str())
        .collect();
    assert_eq!(uses, ["joined", "attributes", "roster"]);
    let not_read = json["not_read"].as_array().expect("files");
    assert_eq!(not_read.len(), 2);
}

#[test]
fn keys_have_other_names_in_the_other_file() {
    // `order` of the items is `id` of the orders, and `customer` is `id` of the customers.
    let folder = Folder::new()
        .with(
            "orders.csv",
            "id,customer,placed_at,status\n7,1,2024-01-05,paid\n8,2,2024-01-06,paid\n9,1,2024-03-06,paid\n",
        )
        .with("order_items.csv", "id,order,qty,unit_price\n1,7,2,3\n2,7,1,4\n3,8,5,2\n4,9,1,1\n")
        .with("customers.csv", "id,full_name,city\n1,Ann,Oslo\n2,Ben,Rome\n3,Cid,Bern\n");
    assert_eq!(numbers(&measure(&folder, &["."]).code(0)), [21.0, 3.0, 2.0, 0.5]);
}

#[test]
fn other_languages_and_text_keys() {
    let folder = Folder::new()
        .with(
            "wawi/Auftraege.csv",
            "Auftragsnr;Kundennr;Auftragsdatum\nA-1;K1;05.01.2024\nA-2;K2;17.01.2024\nA-3;K1;28.02.2024\n",
        )
        .with(
            "wawi/Positionen.csv",
            "Auftragsnr;Pos;Artikelnr;Menge;Einzelpreis;Rabatt %\nA-1;1;X1;2;10,50;0\nA-1;2;X2;1;4,00;25\nA-2;1;X1;1;10,50;10\nA-3;1;X3;3;1,20;0\n",
        )
        .with("wawi/Kunden.csv", "Kundennr;Name;Ort\nK1;Abel;Köln\nK2;Beck;Bonn\n");
    // 21 + 3; 9.45; 3.60.
    assert_eq!(numbers(&measure(&folder, &["wawi"]).code(0)), [37.05, 3.0, 2.0, 0.5]);
    let folder = Folder::new()
        .with(
            "fr/commandes.csv",
            "num_commande;code_client;date_commande\n1;CL-A;05/01/2024\n2;CL-B;17/01/2024\n3;CL-A;28/02/2024\n",
        )
        .with(
            "fr/lignes_commande.csv",
            "num_commande;ref_produit;quantité;prix_unitaire;remise\n1;P1;2;10,50;0\n1;P2;1;4,00;0,25\n2;P1;1;10,50;0,1\n3;P3;3;1,20;0\n",
        )
        .with("fr/clients.csv", "code_client;nom;ville\nCL-A;Alba;Lyon\nCL-B;Borel;Nice\n");
    assert_eq!(numbers(&measure(&folder, &["fr"]).code(0)), [37.05, 3.0, 2.0, 0.5]);
}

#[test]
fn several_columns_are_one_key() {
    // The numbers of orders start again in each branch.
    let folder = Folder::new()
        .with(
            "orders.csv",
            "branch,order_no,customer_no,order_date\nA,1,C1,2024-01-05\nA,2,C2,2024-01-06\nB,1,C1,2024-02-05\nB,2,C3,2024-02-06\n",
        )
        .with(
            "order_lines.csv",
            "branch,order_no,line_no,article,quantity,unit_price\nA,1,1,x,1,10\nA,1,2,y,1,5\nA,2,1,x,2,10\nB,1,1,z,1,7\nB,2,1,x,3,10\n",
        );
    let ran = measure(&folder, &["."]).code(0);
    assert_eq!(numbers(&ran), [72.0, 4.0, 3.0, 1.0 / 3.0]);
    assert!(ran.err().contains("by branch + order_no: many-to-one"), "{}", ran.err());
    folder.run(&["init", "."]).code(0);
    assert!(folder.read("relhealth.toml").contains("key = [\"branch\", \"order_no\"]"));
    assert_eq!(numbers(&measure(&folder, &[]).code(0)), [72.0, 4.0, 3.0, 1.0 / 3.0]);
}

const PAID: &str = "order_id,payment_no,payment_type,payment_value\n1,1,card,12.00\n1,2,voucher,12.00\n2,1,card,27.00\n4,1,card,15.00\n";

#[test]
fn payments_count_where_there_are_no_lines_and_never_in_addition() {
    let orders = "order_id,customer_id,order_date\n1,10,2024-01-05\n2,11,2024-01-09\n4,10,2024-02-10\n";
    let folder = Folder::new().with("orders.csv", orders).with("payments.csv", PAID);
    assert_eq!(numbers(&measure(&folder, &["."]).code(0)), SHOP);
    let lines: String = LINES
        .lines()
        .filter(|line| !line.starts_with("3,"))
        .map(|line| format!("{line}\n"))
        .collect();
    let folder = folder.with("order_lines.csv", lines);
    let ran = measure(&folder, &["."]).code(0);
    assert_eq!(numbers(&ran), SHOP);
    let said = "payments.csv: It is not used: the amounts of the same orders are counted from ./order_lines.csv";
    assert!(ran.err().contains(said), "{}", ran.err());
    // Lines of a third of the orders only: the payments tell of all.
    let few = "order_id,product_id,quantity,unit_price\n2,100,3,10.00\n";
    let folder = Folder::new()
        .with("orders.csv", orders)
        .with("payments.csv", PAID)
        .with("order_lines.csv", few);
    assert_eq!(numbers(&measure(&folder, &["."]).code(0)), SHOP);
}

#[test]
fn what_was_paid_for_cancelled_orders_counts_and_is_said() {
    let folder = Folder::new()
        .with("orders.csv", ORDERS)
        .with("payments.csv", format!("{PAID}3,1,card,5.00\n"));
    let ran = measure(&folder, &["."]).code(0);
    assert_eq!(numbers(&ran), [71.0, 4.0, 2.0, 0.5]);
    let said = "1 order of ./orders.csv has the status 'cancelled'. What was paid for them counts";
    assert!(ran.err().contains(said), "{}", ran.err());
}

#[test]
fn a_customer_id_of_each_order_leads_to_the_person() {
    // Each order has a customer id of its own; `customer_unique_id` repeats.
    let folder = Folder::new()
        .with(
            "orders.csv",
            "order_id,customer_id,order_date\no1,c1,2024-01-05\no2,c2,2024-01-09\no3,c3,2024-02-10\n",
        )
        .with(
            "customers.csv",
            "customer_id,customer_unique_id,customer_state\nc1,u1,SP\nc2,u2,RJ\nc3,u1,SP\n",
        )
        .with(
            "payments.csv",
            "order_id,payment_no,payment_value\no1,1,12\no1,2,12\no2,1,27\no3,1,15\n",
        );
    assert_eq!(numbers(&measure(&folder, &["."]).code(0)), SHOP);
}

/// Twenty orders with one line of 10 each.
pub fn twenty() -> (String, String) {
    let orders = |n: u32| format!("{n},{},2024-01-{n:02}\n", 100 + n % 7);
    let lines = |n: u32| format!("{n},{},1,10.00\n", 500 + n % 3);
    (
        format!("order_id,customer_id,order_date\n{}", (1..=20).map(orders).collect::<String>()),
        format!(
            "order_id,product_id,quantity,unit_price\n{}",
            (1..=20).map(lines).collect::<String>()
        ),
    )
}

#[test]
fn a_key_that_matches_too_few_records_is_a_question() {
    let (orders, lines) = twenty();
    let some: String = orders.lines().take(17).map(|line| format!("{line}\n")).collect();
    let folder = Folder::new().with("orders.csv", &some).with("order_lines.csv", &lines);
    folder.run(&["measure", "."]).code(3).says(str![[r#"
error: ./order_lines.csv: Is order_id of ./order_lines.csv really order_id of ./orders.csv? one-to-one, the columns have the same name; 16 of 20 records (80%) have a key that ./orders.csv has
hint: --join './order_lines.csv:order_id=./orders.csv:order_id' joins them, and the records without a match are excluded and counted; if the key is another one, name that one

"#]]);
    let json: Value = serde_json::from_str(&folder.run(&["inspect", ".", "--format=json"]).code(3).out()).expect("JSON");
    assert_eq!(
        (json["joins"][0]["used"].as_str(), json["questions"].as_array().map(Vec::len)),
        (Some("question"), Some(1))
    );
    // The answer of the hint is taken, and what does not match is counted.
    let ran = measure(&folder, &[".", "--join", "./order_lines.csv:order_id=./orders.csv:order_id"]).code(0);
    assert_eq!(numbers(&ran)[..2], [160.0, 16.0]);
    assert!(
        ran.err().contains("20 read = 16 used + 4 excluded (4 not-in-lookup)"),
        "{}",
        ran.err()
    );
    // What init writes is open too, until its comments are taken in.
    folder.run(&["init", "."]).code(0);
    measure(&folder, &[]).code(2);
    let config = folder.read("relhealth.toml");
    let answered = config
        .replace("# lookup = [", "lookup = [")
        .replace("#   {", "  {")
        .replace("\n# ]", "\n]");
    std::fs::write(folder.path("relhealth.toml"), answered).expect("written");
    assert_eq!(numbers(&measure(&folder, &[]).code(0))[..2], [160.0, 16.0]);
}

#[test]
fn a_join_that_would_multiply_records_is_a_question() {
    let (orders, lines) = twenty();
    let folder = Folder::new()
        .with("orders.csv", format!("{orders}20,100,2024-02-01\n"))
        .with("order_lines.csv", &lines);
    folder.run(&["measure", "."]).code(3).says(str![[r#"
error: ./order_lines.csv: Which record of ./orders.csv belongs to each of ./order_lines.csv? order_id of ./orders.csv is not unique there: one-to-many, the columns have the same name; 20 of 20 records (100%) have a key that ./orders.csv has; 1 of the 20 keys there have several records
hint: export ./orders.csv with one record for each key, or name a key that is unique there, such as --join './order_lines.csv:order_id+COLUMN=./orders.csv:order_id+COLUMN'

"#]]);
    // The same where each order has two records, such as one for each of its states.
    let twice: String = orders
        .lines()
        .enumerate()
        .map(|(at, line)| match at {
            0 => format!("{line},state\n"),
            _ => format!("{line},new\n{line},done\n"),
        })
        .collect();
    let folder = Folder::new().with("orders.csv", twice).with("order_lines.csv", &lines);
    let said = folder.run(&["measure", "."]).code(3).err();
    let question = "Which record of ./orders.csv belongs to each of ./order_lines.csv? order_id of ./orders.csv is not unique there";
    assert!(
        said.contains(question) && said.contains("--join './order_lines.csv:order_id+COLUMN=./orders.csv:order_id+COLUMN'"),
        "{said}"
    );
    // One record that is there twice is one.
    let folder = Folder::new()
        .with("orders.csv", format!("{orders}20,106,2024-01-20\n"))
        .with("order_lines.csv", &lines);
    assert_eq!(numbers(&measure(&folder, &["."]).code(0))[..2], [200.0, 20.0]);
}

#[test]
fn lines_without_orders_and_orders_without_lines_are_counted() {
    let (orders, lines) = twenty();
    let folder = Folder::new()
        .with("orders.csv", format!("{orders}21,100,2024-02-01\n22,100,2024-02-02\n"))
        .with("order_lines.csv", format!("{lines}99,500,1,10.00\n"));
    let ran = measure(&folder, &["."]).code(0);
    assert_eq!(numbers(&ran)[..2], [200.0, 20.0]);
    for part in [
        "21 read = 20 used + 1 rejected (1 no-lookup)",
        "2 of the 22 records of ./orders.csv do not count, because no record refers to them",
    ] {
        assert!(ran.err().contains(part), "{part} is not in\n{}", ran.err());
    }
}

#[test]
fn totals_of_orders_count_once() {
    let (orders, lines) = twenty();
    let with_total = |total: &dyn Fn(usize) -> String, header: &str| {
        let rows = orders.lines().enumerate().map(|(at, line)| match at {
            0 => format!("{line},{header}\n"),
            _ => format!("{line},{}\n", total(at)),
        });
        rows.collect::<String>()
    };
    let folder = |orders: String| Folder::new().with("orders.csv", orders).with("order_lines.csv", &lines);
    // The totals are the sums of the lines, or those and what was shipped.
    for (total, header, revenue, with) in [
        ("10.00", "total", 200.0, "They are the sums of its amounts in 20 of 20 orders"),
        (
            "4.90,14.90",
            "shipping,total",
            298.0,
            "They are the sums of its amounts and shipping in 20 of 20 orders",
        ),
    ] {
        let ran = measure(&folder(with_total(&|_| total.to_string(), header)), &["."]).code(0);
        assert_eq!(numbers(&ran)[..2], [revenue, 20.0]);
        assert!(ran.err().contains(with), "{}", ran.err());
    }
    // Where they are something else, somebody has to say what counts.
    let differing = folder(with_total(&|at| format!("{}.00", 7 + at), "total"));
    differing.run(&["measure", "."]).code(3).says(str![[r#"
error: ./order_lines.csv: Do the totals in total of ./orders.csv count, or the amounts in ./order_lines.csv? They agree in 1 of 20 orders only
hint: --join './order_lines.csv:order_id=./orders.csv:order_id' counts the amounts of the lines; to count the totals of the orders, leave ./order_lines.csv out of the inputs

"#]]);
    let join = "./order_lines.csv:order_id=./orders.csv:order_id";
    assert_eq!(numbers(&measure(&differing, &[".", "--join", join]).code(0))[..2], [200.0, 20.0]);
    // 8 + ... + 27.
    assert_eq!(numbers(&measure(&differing, &["orders.csv"]).code(0))[..2], [350.0, 20.0]);
    // What init writes does not decide it either.
    differing.run(&["init", "."]).code(0);
    assert!(
        differing.read("relhealth.toml").contains("\n# [[source]]\n"),
        "{}",
        differing.read("relhealth.toml")
    );
}

#[test]
fn a_discount_that_may_be_money_is_a_question() {
    let (orders, _) = twenty();
    let line = |n: u32| format!("{n},500,1,60.00,{}\n", 10 * (n % 3));
    let lines = format!(
        "order_id,product_id,quantity,unit_price,discount\n{}",
        (1..=20).map(line).collect::<String>()
    );
    let folder = Folder::new().with("orders.csv", &orders).with("order_lines.csv", lines);
    let said = folder.run(&["measure", "."]).code(3).err();
    let option = said
        .split("a percentage: --map '")
        .nth(1)
        .and_then(|rest| rest.split(" }'").next())
        .expect("an answer");
    let option = format!("{} }}", option.replace("'\\''", "'"));
    // Seven lines with 10% off, seven with 20%, of 60 each, and six without.
    assert_eq!(numbers(&measure(&folder, &[".", "--map", &option]).code(0))[..2], [1074.0, 20.0]);
}

#[test]
fn a_percent_sign_makes_a_discount_a_share_of_the_price() {
    let (orders, _) = twenty();
    let lines = |cell: &dyn Fn(u32) -> &'static str| {
        let line = |n: u32| format!("{n},500,2,30.00,{}\n", cell(n));
        format!(
            "order_id,product_id,quantity,unit_price,discount\n{}",
            (1..=20).map(line).collect::<String>()
        )
    };
    let of_sign = lines(&|n| ["10%", "", "25 %"][n as usize % 3]);
    let folder = Folder::new().with("orders.csv", &orders).with("order_lines.csv", of_sign);
    // Six lines with 10% off, seven without and seven with 25% off, of 60 each.
    assert_eq!(numbers(&measure(&folder, &["."]).code(0))[..2], [1059.0, 20.0]);
    // Of numbers without a sign next to them nobody knows what they are.
    let mixed = lines(&|n| ["10%", "5.00", ""][n as usize % 3]);
    let folder = Folder::new().with("orders.csv", &orders).with("order_lines.csv", mixed);
    let said = folder.run(&["measure", "."]).code(3).err();
    let question = "Are the numbers in discount of ./order_lines.csv percentages or amounts? 6 cells have a percent sign, and 7 have none";
    assert!(
        said.contains(question) && said.contains("--map './order_lines.csv:amount="),
        "{said}"
    );
}

#[test]
fn messages_take_the_contact_from_their_ticket() {
    let folder = Folder::new()
        .with(
            "tickets.csv",
            "ticket_id,contact_id,created_at,status,resolved_at\n1,7,2024-01-01 08:00,closed,2024-01-02 08:00\n2,8,2024-01-03 08:00,open,\n\
             3,7,2024-01-05 08:00,closed,2024-01-05 20:00\n",
        )
        .with(
            "messages.csv",
            "message_id,ticket_id,sent_at,direction\n1,1,2024-01-01 08:00,inbound\n2,1,2024-01-01 11:00,outbound\n3,2,2024-01-03 08:00,inbound\n\
             4,3,2024-01-05 08:00,inbound\n5,3,2024-01-05 09:00,outbound\n",
        )
        .with("contacts.csv", "contact_id,name,tier\n7,Ann,gold\n8,Ben,silver\n");
    let metrics = ["-m", "cases_opened,first_response_time_median,resolution_time_median"];
    let args: Vec<&str> = ["measure", "."].iter().chain(&YEAR).chain(&metrics).copied().collect();
    let ran = folder.run(&args).code(0);
    let json: Value = serde_json::from_str(&ran.out()).expect("JSON");
    let value = |metric: &str| {
        let cells = json["cells"].as_array().expect("cells");
        cells
            .iter()
            .find(|cell| cell["metric"] == metric)
            .and_then(|cell| cell["value"].as_f64())
    };
    // Answered after 3 and 1 hours, resolved after 24 and 12.
    assert_eq!(value("cases_opened"), Some(3.0));
    assert_eq!(value("first_response_time_median"), Some(2.0));
    assert_eq!(value("resolution_time_median"), Some(18.0));
    assert!(ran.err().contains("messages.csv: 5 read = 5 used"), "{}", ran.err());
}

#[test]
fn campaigns_are_dimensions_of_gifts_and_not_donors() {
    let folder = Folder::new()
        .with(
            "gifts.csv",
            "gift_id,donor_id,campaign_id,gift_date,amount\n1,D1,C1,2024-01-05,20\n2,D2,C2,2024-01-09,27\n3,D1,C2,2024-02-10,19\n",
        )
        .with("donors.csv", "donor_id,name,city\nD1,Ann,Oslo\nD2,Ben,Rome\nD3,Cid,Bern\n")
        .with(
            "campaigns.csv",
            "campaign_id,campaign_name,start_date,goal_amount\nC1,Spring,2024-01-01,1000\nC2,Food,2024-01-01,500\n",
        );
    let ran = measure(&folder, &["."]).code(0);
    assert_eq!(numbers(&ran), SHOP);
    assert!(
        ran.err()
            .contains("campaigns.csv: Its columns are dimensions of the records of ./gifts.csv"),
        "{}",
        ran.err()
    );
    let by = ["measure", ".", "-q", "-m", "revenue", "--by", "campaign_name"];
    let ran = folder.run(&by.iter().chain(&YEAR).copied().collect::<Vec<_>>()).code(0);
    assert!(ran.out().contains("Spring"), "{}", ran.out());
}

#[test]
fn files_that_belong_to_nothing_are_named() {
    let folder = Folder::new()
        .with(
            "in/orders.csv",
            "order_id,customer_id,order_date,amount\n1,10,2024-01-05,24\n2,11,2024-01-09,27\n4,10,2024-02-10,15\n",
        )
        .with("in/weather.csv", "station,temperature,rain\nS1,3,0.1\nS2,4,0.2\n");
    let ran = measure(&folder, &["in"]).code(0);
    assert_eq!(numbers(&ran), SHOP);
    assert!(
        ran.err().contains("note[not-read-alone]: in/weather.csv: It is not used"),
        "{}",
        ran.err()
    );
    // Whoever names it is told.
    measure(&folder, &["in/orders.csv", "in/weather.csv"]).code(3);
}

#[test]
fn lookups_are_chained_renamed_and_may_lack_records() {
    let config = |unmatched: &str| {
        format!(
            "[[source]]\npath = 'lines.csv'\nkind = 'purchases'\nlookup = [\n  {{ path = 'orders.csv', key = 'order', to = 'id'{unmatched} }},\n  \
             {{ path = 'people.csv', key = 'who', to = 'id', unmatched = 'keep' }},\n]\n[source.map]\norder_id = 'order'\n\
             stakeholder_id = 'who'\noccurred_at = 'orders.day'\namount = 'price'\n"
        )
    };
    let folder = Folder::new()
        .with("lines.csv", "order,price,day\n1,24,x\n2.0,27,x\n4,15,x\n5,99,x\n")
        .with("orders.csv", "id,who,day\n1,a,2024-01-05\n2,b,2024-01-09\n4,a,2024-02-10\n")
        .with("people.csv", "id,team\na,red\n");
    for (unmatched, counts) in [
        ("", "4 read = 3 used + 1 rejected (1 no-lookup)"),
        (", unmatched = 'exclude'", "4 read = 3 used + 1 excluded (1 not-in-lookup)"),
    ] {
        std::fs::write(folder.path("relhealth.toml"), config(unmatched)).expect("written");
        let ran = measure(&folder, &[]).code(0);
        assert_eq!(numbers(&ran), SHOP);
        assert!(ran.err().contains(counts), "{}", ran.err());
    }
    let by = ["measure", "-q", "-m", "revenue", "--by", "team"];
    let ran = folder.run(&by.iter().chain(&YEAR).copied().collect::<Vec<_>>()).code(0);
    assert!(ran.out().contains("\"red\"") && ran.out().contains("\"(none)\""), "{}", ran.out());
    let wrong = "[[source]]\npath = 'lines.csv'\nlookup = [{ path = 'orders.csv', key = ['a', 'b'], to = 'id' }, 3]\n";
    std::fs::write(folder.path("relhealth.toml"), wrong).expect("written");
    let said = folder.run(&["measure"]).code(2).err();
    for part in [
        "`key` and `to` of a lookup need the same number of columns",
        "a table with `path` and `key`, or a list of them",
    ] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
}

#[test]
fn options_that_fit_no_file_are_wrong_usage() {
    let folder = shop();
    for (join, what) in [
        ("a.csv:x=b.csv:y", "none of the inputs that can be joined is a.csv"),
        ("order_lines.csv:order=orders.csv:order_id", "has no column order"),
        ("order_lines.csv", "is not FILE:COLUMN=FILE:COLUMN"),
        ("a.csv:x+y=b.csv:z", "has another number of columns on each side"),
    ] {
        let said = folder.run(&["measure", "shop", "--join", join]).code(2).err();
        assert!(said.contains(what), "{said}");
    }
}

#[test]
fn invoices_of_contracts_are_each_their_own() {
    // A price of each month is no total: three customers, of whom two paid more than once.
    let contracts = "Abo-Nr;Kundennr;Beginn;Monatspreis\nA1;K1;05.01.2024;19,00\nA2;K2;20.01.2024;29,00\nA3;K3;25.02.2024;29,00\n";
    let invoices = "Rechnungsnr;Abo-Nr;Rechnungsdatum;Betrag\n1;A1;05.01.2024;19,00\n2;A1;05.02.2024;19,00\n3;A1;15.03.2024;19,00\n\
                    4;A2;20.01.2024;29,00\n5;A2;20.02.2024;29,00\n6;A3;25.02.2024;29,00\n";
    let folder = Folder::new().with("abos.csv", contracts).with("rechnungen.csv", invoices);
    assert_eq!(numbers(&measure(&folder, &["."]).code(0)), [144.0, 6.0, 3.0, 2.0 / 3.0]);
}

#[test]
fn an_amount_that_was_named_is_not_asked_about_in_joined_files_either() {
    let orders = "order_id,customer_id,order_date\n1,7,2024-01-05\n2,8,2024-02-06\n3,7,2024-03-07\n";
    let lines = "line_id,order_id,product,total_net,total_gross\n1,1,A,10.00,12.00\n2,2,B,20.00,24.00\n3,3,A,30.00,36.00\n";
    let folder = Folder::new().with("orders.csv", orders).with("order_lines.csv", lines);
    let said = |more: &[&str]| {
        let args = [&["measure", ".", "-m", "revenue", "--period", "2024"], more].concat();
        folder.run(&args).code(0).err()
    };
    let open = said(&[]);
    assert!(open.contains("note[other-amount]"), "{open}");
    let named = said(&["--map", "order_lines.csv:amount=total_gross"]);
    assert!(!named.contains("other-amount"), "{named}");
}
