//! Relational exports of several kinds: their tables are joined by the keys that they have in common, or it is asked.

use serde_json::Value;

use crate::harness::Folder;
use crate::joins::{measure, numbers, twenty};

/// A table whose records are split in two, by their place.
fn split(text: &str, at: usize) -> [String; 2] {
    let lines: Vec<&str> = text.lines().collect();
    let part = |rows: &[&str]| format!("{}\n{}\n", lines[0], rows.join("\n"));
    [part(&lines[1..at]), part(&lines[at..])]
}

#[test]
fn orders_and_lines_in_a_file_for_each_year_are_one_table() {
    let (orders, lines) = twenty();
    let [first, second] = split(&orders, 8);
    let folder = Folder::new().with("in/orders_2023.csv", first).with("in/orders_2024.csv", second);
    let [early, late] = split(&lines, 11);
    for folder in [
        folder.with("in/order_lines.csv", &lines),
        Folder::new()
            .with("in/orders_2023.csv", split(&orders, 8)[0].as_str())
            .with("in/orders_2024.csv", split(&orders, 8)[1].as_str())
            .with("in/lines_2023.csv", early)
            .with("in/lines_2024.csv", late),
    ] {
        let ran = measure(&folder, &["in"]).code(0);
        assert_eq!(numbers(&ran)[..2], [200.0, 20.0]);
        let said = "20 of 20 records (100%) have a key that in/orders_2023.csv and in/orders_2024.csv have";
        assert!(ran.err().contains(said) && !ran.err().contains("not-referred-to"), "{}", ran.err());
        // What init writes gives the same, and a glob is as good as the list of files.
        folder.run(&["init", "in"]).code(0);
        assert_eq!(numbers(&measure(&folder, &[]).code(0))[..2], [200.0, 20.0]);
        let config = folder.read("relhealth.toml");
        let listed = "path = [\"in/orders_2023.csv\", \"in/orders_2024.csv\"]";
        assert!(config.contains(listed), "{config}");
        std::fs::write(folder.path("relhealth.toml"), config.replace(listed, "path = \"in/orders_*.csv\"")).expect("written");
        for inputs in [&[][..], &["in"]] {
            assert_eq!(numbers(&measure(&folder, inputs).code(0))[..2], [200.0, 20.0]);
        }
    }
}

#[test]
fn an_empty_file_in_a_folder_stops_nothing() {
    let (orders, lines) = twenty();
    let folder = Folder::new()
        .with("in/orders.csv", orders)
        .with("in/order_lines.csv", lines)
        .with("in/log.csv", "")
        .with("in/returns.csv", "return_id,order_id,date,amount\n");
    let ran = measure(&folder, &["in"]).code(0);
    assert_eq!(numbers(&ran)[..2], [200.0, 20.0]);
    for file in ["log", "returns"] {
        let said = format!("note[not-read-alone]: in/{file}.csv: It is not used: it has no data");
        assert!(ran.err().contains(&said), "{}", ran.err());
    }
    // Whoever names it wants to know.
    let said = measure(&folder, &["in/orders.csv", "in/order_lines.csv", "in/log.csv"])
        .code(3)
        .err();
    assert!(said.contains("in/log.csv is empty"), "{said}");
}

#[test]
fn files_that_a_configuration_does_not_mention_stop_nothing() {
    let (orders, lines) = twenty();
    let whole: String = orders
        .lines()
        .enumerate()
        .map(|(at, line)| format!("{line},{}\n", if at == 0 { "total" } else { "7.00" }))
        .collect();
    let folder = Folder::new()
        .with("in/orders.csv", whole)
        .with("in/order_lines.csv", lines)
        .with(
            "in/products.csv",
            "product_id,product_name,category\n500,Cup,kitchen\n501,Pen,office\n502,Pot,kitchen\n",
        )
        .with("relhealth.toml", "[[source]]\npath = \"in/orders.csv\"\nkind = \"purchases\"\n");
    let ran = measure(&folder, &["in"]).code(0);
    assert_eq!(numbers(&ran)[..2], [140.0, 20.0]);
    for file in ["order_lines", "products"] {
        let said = format!("in/{file}.csv: It is not used: the configuration does not describe it");
        assert!(ran.err().contains(&said), "{}", ran.err());
    }
}

#[test]
fn files_that_are_looked_up_are_inputs() {
    let (orders, lines) = twenty();
    let folder = Folder::new().with("in/orders.csv", orders).with("in/order_lines.csv", lines);
    let report = ["report", "in", "--period", "2024-01", "--format=json"];
    let inputs = |folder: &Folder| -> Vec<String> {
        let json: Value = serde_json::from_str(&folder.run(&report).code(0).out()).expect("JSON");
        let all = json["inputs"].as_array().expect("inputs").clone();
        all.iter().map(|input| input.to_string()).collect()
    };
    let before = inputs(&folder);
    assert_eq!(before.len(), 2, "{before:?}");
    // Another customer of an order is another input.
    std::fs::write(
        folder.path("in/orders.csv"),
        folder.read("in/orders.csv").replace("2,102,", "2,103,"),
    )
    .expect("written");
    let after = inputs(&folder);
    assert_eq!(before.iter().zip(&after).filter(|(before, after)| before != after).count(), 1);
}

/// A number from 0 up to a limit that looks random and is the same on every run (a linear congruential generator, Knuth's MMIX).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// A day of 2024, whose months have 28 days here.
fn day(n: u64) -> (u64, u64) {
    (1 + n / 28 % 12, 1 + n % 28)
}

fn german(cents: u64) -> String {
    format!("{},{:02}", cents / 100, cents % 100)
}

/// The values of metrics over 2024.
fn values<const N: usize>(folder: &Folder, metrics: [&str; N]) -> [f64; N] {
    let ran = folder.run(&[
        "measure",
        "in",
        "--period",
        "2024",
        "--incomplete",
        "--format=json",
        "-m",
        &metrics.join(","),
    ]);
    let ran = ran.code(0);
    let json: Value = serde_json::from_str(&ran.out()).expect("JSON");
    metrics.map(|metric| {
        let cell = json["cells"]
            .as_array()
            .expect("cells")
            .iter()
            .find(|cell| cell["metric"] == metric);
        cell.and_then(|cell| cell["value"].as_f64())
            .unwrap_or_else(|| panic!("{metric}: {json}\n{}", ran.err()))
    })
}

#[track_caller]
fn close(found: &[f64], expected: &[f64]) {
    let is_close = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6 * b.abs().max(1.0));
    assert!(found.len() == expected.len() && is_close, "{found:?} instead of {expected:?}");
}

#[test]
fn a_german_shop_with_cancelled_orders() {
    let mut dice = Dice(1);
    let (mut orders, mut lines) = (String::new(), String::new());
    let (mut revenue, mut count, mut line) = (0, 0, 0);
    for n in 1..=80 {
        let is_cancelled = dice.below(8) == 0;
        let (month, day) = day(n * 4);
        let status = if is_cancelled { "storniert" } else { "versendet" };
        orders += &format!(
            "{};B-{n:04};{};{day:02}.{month:02}.2024 12:30;{status};4,90\n",
            5000 + n,
            200 + dice.below(20)
        );
        count += u64::from(!is_cancelled);
        for _ in 0..=dice.below(3) {
            let (quantity, price) = (1 + dice.below(3), 500 + dice.below(4000));
            line += 1;
            lines += &format!("{line};{};A{};Artikel;{quantity};{}\n", 5000 + n, dice.below(15), german(price));
            revenue += if is_cancelled { 0 } else { quantity * price };
        }
    }
    let customers: String = (200..220).map(|n| format!("{n};Vera;Nord{n};k{n}@example.org;Ulm\n")).collect();
    let folder = Folder::new()
        .with(
            "in/bestellungen.csv",
            format!("Bestell-ID;Bestellnummer;Kunden-ID;Bestellzeit;Status;Versandkosten\n{orders}"),
        )
        .with(
            "in/bestellpositionen.csv",
            format!("Positions-ID;Bestell-ID;Artikelnummer;Bezeichnung;Menge;Einzelpreis\n{lines}"),
        )
        .with("in/kunden.csv", format!("Kunden-ID;Vorname;Nachname;E-Mail;Ort\n{customers}"));
    close(&values(&folder, ["revenue", "orders"]), &[revenue as f64 / 100.0, count as f64]);
}

#[test]
fn a_french_shop_with_discounts_in_percent() {
    let mut dice = Dice(2);
    let (mut orders, mut lines, mut revenue) = (String::new(), String::new(), 0.0);
    for n in 1..=60 {
        let (month, day) = day(n * 5);
        orders += &format!("{n};C{:03};{day:02}/{month:02}/2024;expédiée\n", dice.below(15));
        for _ in 0..=dice.below(3) {
            let (quantity, price, off) = (1 + dice.below(3), 500 + dice.below(4000), [0, 0, 5, 10][dice.below(4) as usize]);
            let discount = if off == 0 { String::new() } else { format!("{off}%") };
            lines += &format!("{};{n};R{};{quantity};{};{discount}\n", lines.len(), dice.below(9), german(price));
            revenue += (quantity * price) as f64 * (1.0 - f64::from(off) / 100.0) / 100.0;
        }
    }
    let customers: String = (0..15).map(|n| format!("C{n:03};Nom{n};Lyon\n")).collect();
    let folder = Folder::new()
        .with("in/commandes.csv", format!("id_commande;id_client;date_commande;statut\n{orders}"))
        .with(
            "in/lignes_commande.csv",
            format!("id_ligne;id_commande;reference;quantite;prix_unitaire;remise\n{lines}"),
        )
        .with("in/clients.csv", format!("id_client;nom;ville\n{customers}"));
    let [found, orders] = values(&folder, ["revenue", "orders"]);
    // Each line is rounded to a ten thousandth.
    assert!(
        (found - revenue).abs() < 0.01 && orders == 60.0,
        "{found} instead of {revenue}, {orders}"
    );
}

#[test]
fn tickets_their_comments_and_users() {
    let mut dice = Dice(3);
    let (mut tickets, mut comments, mut hours, mut id) = (String::new(), String::new(), Vec::new(), 0);
    for n in 1..=60 {
        let (requester, (month, day)) = (1000 + dice.below(20), day(n * 5));
        let mut comment = |author: u64, hour: u64, is_public: bool| {
            id += 1;
            comments += &format!("{id},{n},{author},2024-{month:02}-{day:02} {hour:02}:10:00,text,{is_public}\n");
        };
        tickets += &format!("{n},{requester},subject,2024-{month:02}-{day:02} 08:10:00,open,normal\n");
        comment(requester, 8, true);
        // A note among agents is no answer.
        comment(7, 9, false);
        let later = dice.below(10);
        if later > 0 {
            comment(1 + dice.below(5), 9 + later, true);
            hours.push((1 + later) as f64);
        }
    }
    let users: String = (1000..1020)
        .map(|n| format!("{n},U{n},u{n}@example.org\n"))
        .chain((1..8).map(|n| format!("{n},A{n},a{n}@example.com\n")))
        .collect();
    let folder = Folder::new()
        .with(
            "in/tickets.csv",
            format!("id,requester_id,subject,created_at,status,priority\n{tickets}"),
        )
        .with(
            "in/comments.csv",
            format!("id,ticket_id,author_id,created_at,body,public\n{comments}"),
        )
        .with("in/users.csv", format!("id,name,email\n{users}"));
    let mean = hours.iter().sum::<f64>() / hours.len() as f64;
    let unanswered = 1.0 - hours.len() as f64 / 60.0;
    close(
        &values(&folder, ["first_response_time_mean", "unanswered_rate"]),
        &[mean, unanswered],
    );
}

#[test]
fn donations_donors_and_campaigns() {
    let mut dice = Dice(4);
    let (mut gifts, mut total) = (String::new(), 0);
    for n in 1..=90 {
        let (amount, (month, day)) = (10 + dice.below(190), day(n * 3));
        gifts += &format!(
            "D{n},P{:03},K{},2024-{month:02}-{day:02},{amount},card\n",
            dice.below(25),
            dice.below(3)
        );
        total += amount;
    }
    let donors: String = (0..25).map(|n| format!("P{n:03},Name {n},2020-01-{:02},person\n", 1 + n)).collect();
    let campaigns: String = (0..3)
        .map(|n| format!("K{n},Campaign {n},2024-0{}-01,2024-12-31,{}000\n", n + 1, n + 5))
        .collect();
    let folder = Folder::new()
        .with(
            "in/donations.csv",
            format!("donation_id,donor_id,campaign_id,date,amount,method\n{gifts}"),
        )
        .with("in/donors.csv", format!("donor_id,name,since,type\n{donors}"))
        .with(
            "in/campaigns.csv",
            format!("campaign_id,name,start_date,end_date,goal\n{campaigns}"),
        );
    close(&values(&folder, ["revenue", "orders"]), &[total as f64, 90.0]);
}

#[test]
fn purchase_orders_their_lines_receipts_and_vendors() {
    let mut dice = Dice(5);
    let (mut orders, mut lines, mut receipts) = (String::new(), String::new(), String::new());
    let (mut spend, mut due, mut on_time, mut received, mut rejected) = (0, 0, 0, 0, 0);
    for n in 1..=40 {
        let (ordered, promised) = (n * 6, n * 6 + 5 + dice.below(10));
        let date = |n: u64| format!("2024-{:02}-{:02}", day(n).0, day(n).1);
        orders += &format!("PO{n:03},V{:02},{},{},open\n", dice.below(6), date(ordered), date(promised));
        for line in 1..=1 + dice.below(2) {
            let (quantity, price, bad) = (1 + dice.below(40), 2 + dice.below(30), dice.below(4) / 3);
            lines += &format!("PO{n:03},{line},M{},{quantity},{price}\n", dice.below(9));
            spend += quantity * price;
            due += 1;
            // One line in ten never came.
            if dice.below(10) > 0 {
                let came = promised + dice.below(6) - 3;
                receipts += &format!("{},PO{n:03},{line},{},{quantity},{bad}\n", receipts.len(), date(came));
                on_time += u64::from(came <= promised);
                received += quantity;
                rejected += bad;
            }
        }
    }
    let vendors: String = (0..6).map(|n| format!("V{n:02},Vendor {n},DE\n")).collect();
    let folder = Folder::new()
        .with(
            "in/purchase_orders.csv",
            format!("po_number,vendor_id,order_date,promised_date,status\n{orders}"),
        )
        .with(
            "in/po_lines.csv",
            format!("po_number,line_no,material,quantity,unit_price\n{lines}"),
        )
        .with(
            "in/goods_receipts.csv",
            format!("receipt_id,po_number,line_no,received_date,quantity_received,quantity_rejected\n{receipts}"),
        )
        .with("in/vendors.csv", format!("vendor_id,vendor_name,country\n{vendors}"));
    let expected = [spend as f64, on_time as f64 / f64::from(due), rejected as f64 / received as f64];
    close(&values(&folder, ["spend", "on_time_rate", "reject_rate"]), &expected);
}

#[test]
fn invoices_of_subscriptions_of_accounts() {
    let mut dice = Dice(6);
    let (mut invoices, mut lines, mut revenue, mut count) = (String::new(), String::new(), 0, 0);
    let accounts: String = (0..12).map(|n| format!("acc_{n},Company {n},industry {}\n", n % 3)).collect();
    let subscriptions: String = (0..12)
        .map(|n| format!("sub_{n},acc_{},pro,2023-0{}-01,,{}\n", n, 1 + n % 9, 50 + n))
        .collect();
    for month in 1..=12 {
        for n in 0..12 {
            let invoice = month * 100 + n;
            let is_void = dice.below(12) == 0;
            invoices += &format!(
                "in_{invoice},sub_{n},2024-{month:02}-01,{}\n",
                if is_void { "void" } else { "paid" }
            );
            count += u64::from(!is_void);
            for (text, quantity, price) in [("plan", 1, 50 + n), ("seats", 1 + dice.below(4), 7)] {
                lines += &format!("li_{},in_{invoice},{text},{quantity},{price},{}\n", lines.len(), quantity * price);
                revenue += if is_void { 0 } else { quantity * price };
            }
        }
    }
    let folder = Folder::new()
        .with("in/accounts.csv", format!("account_id,company,industry\n{accounts}"))
        .with(
            "in/subscriptions.csv",
            format!("subscription_id,account_id,plan,started_at,cancelled_at,mrr\n{subscriptions}"),
        )
        .with(
            "in/invoices.csv",
            format!("invoice_id,subscription_id,issued_at,status\n{invoices}"),
        )
        .with(
            "in/invoice_lines.csv",
            format!("line_id,invoice_id,description,quantity,unit_amount,amount\n{lines}"),
        );
    let found = values(&folder, ["revenue", "orders", "active_customers"]);
    close(&found, &[revenue as f64, count as f64, 12.0]);
}
