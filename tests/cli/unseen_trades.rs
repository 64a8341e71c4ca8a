//! Exports of trades that are not known, each with numbers that are computed by hand: what records count, whose they are, and which amount.

use serde_json::Value;

use crate::harness::{Folder, Ran};

/// A file with forty records under a header.
fn forty(header: &str, record: impl Fn(usize) -> String) -> String {
    let mut text = format!("{header}\n");
    (0..40).for_each(|n| text.push_str(&format!("{}\n", record(n))));
    text
}

/// The day of a record, in the order of the file: from 2024-01-02 to 2024-05-29.
fn day(n: usize) -> (usize, usize) {
    (1 + n / 9, 2 + n % 9 * 3)
}

fn dotted(n: usize) -> String {
    let (month, day) = day(n);
    format!("{day:02}.{month:02}.2024")
}

fn measured(folder: &Folder, more: &[&str], metrics: &str) -> Ran {
    folder.run(&[&["measure", "--period", "2024", "--incomplete", "-f", "json", "-m", metrics], more].concat())
}

/// The values of metrics, in the order in which they are named here.
fn values(ran: &Ran, metrics: &str) -> Vec<Option<f64>> {
    let found: Value = serde_json::from_str(&ran.out()).unwrap_or_else(|_| panic!("{}", ran.err()));
    let cells = found["cells"].as_array().unwrap();
    let of = |metric: &str| {
        cells
            .iter()
            .find(|cell| cell["metric"] == metric)
            .and_then(|cell| cell["value"].as_f64())
    };
    metrics.split(',').map(of).collect()
}

fn measured_values(folder: &Folder, more: &[&str], metrics: &str) -> Vec<Option<f64>> {
    values(&measured(folder, more, metrics), metrics)
}

#[test]
fn an_order_counts_whatever_became_of_its_customer() {
    // Forty orders of 10 each, of seven customers, of whom two are customers no more.
    for header in [
        "Customer status",
        "Kundenstatus",
        "Statut client",
        "Estado del cliente",
        "Account status",
        "Member status",
    ] {
        let text = forty(&format!("Order no,Customer no,Order date,Amount,{header}"), |n| {
            let (month, day) = day(n);
            let state = ["active", "cancelled", "active", "active", "cancelled", "active", "active"][n % 7];
            format!("{},C{},2024-{month:02}-{day:02},10.00,{state}", 100 + n, n % 7)
        });
        let folder = Folder::new().with("orders.csv", text);
        let found = measured_values(&folder, &["orders.csv"], "revenue,orders");
        assert_eq!(found, [Some(400.0), Some(40.0)], "{header}");
    }
    // Where it differs between the orders of a customer, it is that of the order.
    let text = forty("Order no,Customer no,Order date,Amount,Customer status", |n| {
        let (month, day) = day(n);
        let state = if n % 5 == 0 { "cancelled" } else { "confirmed" };
        format!("{},C{},2024-{month:02}-{day:02},10.00,{state}", 100 + n, n % 7)
    });
    let folder = Folder::new().with("orders.csv", text);
    assert_eq!(
        measured_values(&folder, &["orders.csv"], "revenue,orders"),
        [Some(320.0), Some(32.0)]
    );
}

#[test]
fn what_says_that_nothing_took_place_is_left_out() {
    // Every fifth of forty records, which have 10, 11 ... 49: 10 + 15 + ... + 45 = 220 of 1180.
    for (header, off, on) in [
        ("Makulerad", "Ja", "Nej"),
        ("Cancelada", "Sí", "No"),
        ("Anulowane", "tak", "nie"),
        ("voided", "1", "0"),
        ("Job Status", "Cancelled", "Complete"),
        ("Status", "Absent non excusé", "Honoré"),
        ("Status", "Gelmedi", "Tamamlandı"),
        ("Status", "rezygnacja", "potwierdzone"),
        ("Status", "Warteliste", "angemeldet"),
        ("Status", "No-show", "Seen"),
        ("Status", "Uteblivit", "Genomfört"),
        ("Etat", "Élève absent", "Effectuée"),
        ("Storniert am", "05.06.2024", ""),
    ] {
        let record = |n: usize| {
            let says = if n.is_multiple_of(5) { off } else { on };
            format!("J{};C{};{};{},00;{says}", 1000 + n, 100 + n * 7 % 13, dotted(n), 10 + n)
        };
        let header = format!("Order no;Customer no;Order date;Total;{header}");
        let folder = Folder::new().with("jobs.csv", forty(&header, record));
        let ran = measured(&folder, &["jobs.csv"], "revenue,orders");
        assert_eq!(values(&ran, "revenue,orders"), [Some(960.0), Some(32.0)], "{header}: {}", ran.err());
        assert!(ran.err().contains("40 read = 32 used + 8 excluded (8 cancelled)"), "{}", ran.err());
    }
}

#[test]
fn what_was_cancelled_needs_no_amount() {
    let record = |n: usize| match n % 3 {
        0 => format!("V{n};P{};{};annulé par le patient;", n % 11, dotted(n)),
        _ => format!("V{n};P{};{};honoré;{},50", n % 11, dotted(n), n),
    };
    let folder = Folder::new().with("agenda.csv", forty("Réf;N° patient;Date du RDV;Statut;Tarif", record));
    let ran = measured(&folder, &["agenda.csv"], "revenue");
    // 26 records: 780 less the multiples of three, which are 273, and 26 times 0.50.
    assert_eq!(values(&ran, "revenue"), [Some(520.0)], "{}", ran.err());
    assert!(
        ran.err().contains("40 read = 26 used + 14 excluded (14 cancelled)"),
        "{}",
        ran.err()
    );
    // A fee that is missing where nothing was cancelled is missing.
    let record = |n: usize| format!("V{n};P{};{};honoré;{}", n % 11, dotted(n), if n < 25 { "" } else { "5,50" });
    let folder = Folder::new().with("agenda.csv", forty("Réf;N° patient;Date du RDV;Statut;Tarif", record));
    measured(&folder, &["agenda.csv"], "revenue").code(3);
}

#[test]
fn the_state_of_a_parcel_cancels_no_order() {
    let record = |n: usize| {
        let says = if n.is_multiple_of(5) { "Recipient absent" } else { "Delivered" };
        format!("J{};C{};{};{},00;{says}", 1000 + n, 100 + n * 7 % 13, dotted(n), 10 + n)
    };
    let header = "Order no;Customer no;Order date;Total;Delivery remark";
    let folder = Folder::new().with("orders.csv", forty(header, record));
    let ran = measured(&folder, &["orders.csv"], "revenue,orders");
    assert_eq!(values(&ran, "revenue,orders"), [Some(1180.0), Some(40.0)], "{}", ran.err());
}

#[test]
fn totals_of_months_between_the_records_are_no_lines_of_them() {
    let mut text = "Lieferung;Datum;Kd-Nr.;Summe\n".to_string();
    for n in 0..40 {
        text.push_str(&format!("Wein {n};{};K{};{},00\n", dotted(n), n % 11, 10 + n));
        if n % 9 == 8 {
            text.push_str(&format!("Summe {:02}/2024;;;{},00\n", 1 + n / 9, 9 * (10 + n) - 36));
        }
    }
    let folder = Folder::new().with("lieferungen.csv", text);
    let ran = measured(&folder, &["purchases=lieferungen.csv"], "revenue");
    assert_eq!(values(&ran, "revenue"), [Some(1180.0)], "{}", ran.err());
    // Each is the sum of what stands above it, and is left out for that.
    assert!(ran.err().contains("44 read = 40 used + 4 excluded (4 filtered)"), "{}", ran.err());
    assert!(ran.err().contains("note[left-out]: lieferungen.csv"), "{}", ran.err());
}

#[test]
fn the_amount_is_the_whole_of_what_was_paid() {
    // Before tax 100 + n, with a tax of 19 %, of which nearly all is paid.
    let record = |n: usize| {
        let net = 100 + n;
        let open = if n % 10 == 9 { "50,00" } else { "0,00" };
        format!(
            "R{n};K{};{};{net},00;{}.{:02};{open}",
            n % 11,
            dotted(n),
            net * 119 / 100,
            net * 119 % 100
        )
        .replace('.', ",")
    };
    let invoice = |n: usize| record(n).replacen(&dotted(n).replace('.', ","), &dotted(n), 1);
    let header = "Belegnr.;Kd.-Nr.;Belegdatum;Nettobetrag;Bruttobetrag;OP-Betrag";
    let folder = Folder::new().with("belege.csv", forty(header, invoice));
    let ran = measured(&folder, &["belege.csv"], "revenue");
    // 4000 + 780 = 4780, and 19 % of it.
    assert_eq!(values(&ran, "revenue"), [Some(5688.2)], "{}", ran.err());
    // Less a discount: 20 + n less 1 in every other record.
    let record = |n: usize| {
        let off = if n.is_multiple_of(2) { "1,00" } else { "0,00" };
        format!(
            "{n};T{};{};{},50;{off};{},50",
            n % 11,
            dotted(n),
            20 + n,
            20 + n - usize::from(n.is_multiple_of(2))
        )
    };
    let folder = Folder::new().with(
        "fidelity.csv",
        forty("N. scontrino;Tessera;Data scontrino;Importo lordo;Sconto;Importo netto", record),
    );
    let ran = measured(&folder, &["fidelity.csv"], "revenue");
    // 40 times 20.50 and 0 + 1 + ... + 39, less 20.
    assert_eq!(values(&ran, "revenue"), [Some(1580.0)], "{}", ran.err());
}

#[test]
fn credit_notes_are_told_by_codes_and_gifts_are_no_offers() {
    let file = |first: &str, other: &str, header: &str| {
        let record = |n: usize| {
            format!(
                "{};A{};{};{},00",
                if n.is_multiple_of(5) { first } else { other },
                n % 11,
                dotted(n),
                10 + n
            )
        };
        Folder::new().with("x.csv", forty(header, record))
    };
    // 960 less 220: eight of forty are no orders.
    let ledger = file("SC", "SI", "Type;Customer no;Date;Gross");
    assert_eq!(measured_values(&ledger, &["x.csv"], "revenue,orders"), [Some(740.0), Some(32.0)]);
    // Other words beside it, and the codes are just codes.
    let ledger = file("SC", "Sale", "Type;Customer no;Date;Gross");
    assert_eq!(measured_values(&ledger, &["x.csv"], "revenue"), [Some(1180.0)]);
    // In a church an *oferta* is given; beside invoices it is an offer.
    let gifts = file("Oferta", "Dízimo", "Tipo;Cód. membro;Data;Valor");
    assert_eq!(measured_values(&gifts, &["x.csv"], "revenue"), [Some(1180.0)]);
    let documents = file("Oferta", "Factura", "Tipo;Cód. cliente;Fecha;Importe");
    assert_eq!(measured_values(&documents, &["x.csv"], "revenue"), [Some(960.0)]);
    // The documents of one file say nothing about the gifts of another.
    let both = Folder::new()
        .with("gifts.csv", gifts.read("x.csv"))
        .with("documents.csv", documents.read("x.csv").replace(";A", ";B"));
    let inputs = [
        "purchases=gifts.csv",
        "purchases=documents.csv",
        "--map",
        "gifts.csv:record_type=Tipo",
    ];
    assert_eq!(measured_values(&both, &inputs, "revenue"), [Some(1180.0 + 960.0)]);
}

#[test]
fn people_are_known_by_both_names_or_by_their_telephone() {
    // Twelve people: four last names, three first names.
    let people = |n: usize| (["Moreau", "Girard", "Perrin", "Duval"][n % 4], ["Inès", "Paul", "Zoé"][n % 3]);
    let record = |n: usize| format!("2024-{n:04};{};{};{};{},00", people(n).0, people(n).1, dotted(n), 10 + n);
    let folder = Folder::new().with("dons.csv", forty("N° reçu;Nom;Prénom;Date du versement;Montant (€)", record));
    let ran = measured(&folder, &["dons.csv"], "active_customers,revenue");
    assert_eq!(
        values(&ran, "active_customers,revenue"),
        [Some(12.0), Some(1180.0)],
        "{}",
        ran.err()
    );
    let said = "stakeholder_id is read from \"Nom\": with the first name in \"Prénom\", and there is no ID";
    assert!(ran.err().contains(said), "{}", ran.err());
    let record = |n: usize| format!("{};{};(11) 9{:04}-0101;Cliente;R$ {},00", 2000 + n, dotted(n), 4000 + n % 9, 10 + n);
    let folder = Folder::new().with("pedidos.csv", forty("Nº pedido;Data;Fone;Nome;Total", record));
    let ran = measured(&folder, &["pedidos.csv"], "active_customers,orders");
    assert_eq!(values(&ran, "active_customers,orders"), [Some(9.0), Some(40.0)], "{}", ran.err());
    assert!(
        ran.err().contains("there is no ID, so the telephone number is used"),
        "{}",
        ran.err()
    );
}

#[test]
fn dates_and_amounts_as_hungary_and_sweden_write_them() {
    let record = |n: usize| {
        let (month, day) = day(n);
        format!("SZ-{n};2024.{month:02}.{day:02}.;U{};1 {:03} Ft", n % 11, n)
    };
    let folder = Folder::new().with("szamlak.csv", forty("Számlaszám;Kelt;Ügyfélkód;Bruttó összeg", record));
    let ran = measured(&folder, &["szamlak.csv"], "revenue");
    assert_eq!(values(&ran, "revenue"), [Some(40_780.0)], "{}", ran.err());
    let record = |n: usize| {
        let (month, day) = day(n);
        format!("2024-{month:02}-{day:02};G{};{}:-", n % 11, 100 + n)
    };
    let folder = Folder::new().with("gavor.csv", forty("Bokföringsdatum;Givarnr;Belopp", record));
    let ran = measured(&folder, &["purchases=gavor.csv"], "revenue");
    assert_eq!(values(&ran, "revenue"), [Some(4_780.0)], "{}", ran.err());
}

#[test]
fn invoices_that_are_issued_due_and_paid_come_from_no_supplier() {
    let record = |n: usize| {
        let (month, day) = day(n);
        let paid = if n > 35 {
            String::new()
        } else {
            format!("{:02}.{:02}.2024", (day + n * 5) % 28 + 1, month + 1)
        };
        format!(
            "24{n:04};{};{:02}.{:02}.2024;Firma {} a.s.;27{:03};{},00;{paid}",
            dotted(n),
            day,
            month + 1,
            n % 9,
            100 + n % 9,
            10 + n
        )
    };
    let header = "Qrx;Vystaveno;Splatno;Firma;IČ;Celkem;Likvidováno";
    let folder = Folder::new().with("faktury.csv", forty(header, record));
    let ran = measured(&folder, &["faktury.csv"], "revenue,spend");
    assert_eq!(values(&ran, "revenue,spend"), [Some(1180.0), None], "{}", ran.err());
}

#[test]
fn an_option_names_the_order_of_day_and_month() {
    let record = |n: usize| format!("O{n},C{},0{}/0{}/2024,{}.00", n % 11, 1 + n % 9, 1 + n * 5 % 9, 10 + n);
    let folder = Folder::new().with("orders.csv", forty("Order no,Customer no,Order date,Total", record));
    let said = measured(&folder, &["orders.csv"], "orders").code(3).err();
    assert!(
        said.contains("ambiguous dates in orders.csv") && said.contains("name the order with --dates dmy"),
        "{said}"
    );
    // Of n = 0 to 39, those with n % 9 == 0 have the first number 1: the months of `mdy`.
    let in_january = |order: &str| {
        let ran = folder.run(&[
            "measure",
            "orders.csv",
            "--dates",
            order,
            "--period",
            "2024-01",
            "-m",
            "orders",
            "-f",
            "json",
            "--incomplete",
        ]);
        values(&ran.code(0), "orders")
    };
    assert_eq!(in_january("mdy"), [Some(5.0)]);
    // And those with n * 5 % 9 == 0 have the second number 1, which are the same.
    assert_eq!(in_january("orders.csv=dmy"), [Some(5.0)]);
    let said = measured(&folder, &["orders.csv", "--dates", "other.csv=dmy"], "orders")
        .code(2)
        .err();
    assert!(said.contains("--dates other.csv=... matches none of the inputs"), "{said}");
    measured(&folder, &["orders.csv", "--dates", "dym"], "orders").code(2);
}

#[test]
fn numbers_of_complaints_and_of_employees_say_what_they_are() {
    let record = |n: usize| format!("R{n};{};C{};Prasklý kryt;{}", dotted(n), n % 11, dotted(n).replace("2024", "2025"));
    let header = "Č. reklamace;Přijato dne;Č. zákazníka;Popis závady;Vyřízeno dne";
    let folder = Folder::new().with("reklamace.csv", forty(header, record));
    let ran = measured(&folder, &["reklamace.csv"], "complaints,cases_opened");
    assert_eq!(values(&ran, "complaints,cases_opened"), [Some(40.0), Some(40.0)], "{}", ran.err());
    // Ten of forty left in 2024, all of whom were there when it began.
    let record = |n: usize| {
        let left = if n < 10 { dotted(n) } else { String::new() };
        format!("E{n};Name {n};03.0{}.2020;{left}", 1 + n % 9)
    };
    let folder = Folder::new().with("headcount.csv", forty("Emp No;Full name;Hire date;Termination date", record));
    let ran = measured(&folder, &["headcount.csv", "--as-of", "2024-12-31"], "employee_retention_rate");
    assert_eq!(values(&ran, "employee_retention_rate"), [Some(0.75)], "{}", ran.err());
}

#[test]
fn records_take_their_time_from_the_only_file_that_has_it() {
    let showings = {
        let mut text = "ID proiezione;Film;Data e ora\n".to_string();
        (0..20).for_each(|n| text.push_str(&format!("{};Aurora;{}\n", 700 + n, dotted(2 * n))));
        text
    };
    let cards = {
        let mut text = "Tessera;Cognome;Nome\n".to_string();
        (0..11).for_each(|n| text.push_str(&format!("T{n:03};Rossi {n};Ada\n")));
        text
    };
    let tickets = forty("Biglietto;ID proiezione;Tessera;Prezzo", |n| {
        format!("B{n:03};{};T{:03};{},50", 700 + n % 20, n % 11, 5 + n % 2)
    });
    let folder = Folder::new()
        .with("in/proiezioni.csv", showings)
        .with("in/tessere.csv", cards)
        .with("in/biglietti.csv", tickets);
    // 20 at 5.50 and 20 at 6.50.
    let ran = measured(&folder, &["in"], "revenue,active_customers");
    assert_eq!(values(&ran, "revenue,active_customers"), [Some(240.0), Some(11.0)], "{}", ran.err());
    // Of January are showings 0 to 4 (records 0, 2, 4, 6, 8), each with two tickets: even ones at 5.50 and odd ones at 6.50.
    let ran = folder.run(&["measure", "in", "--period", "2024-01", "-m", "revenue", "-f", "json"]);
    assert_eq!(values(&ran, "revenue"), [Some(2.0 * (3.0 * 5.5 + 2.0 * 6.5))], "{}", ran.err());
    // What init writes gives the same.
    folder.run(&["init", "in"]).code(0);
    assert_eq!(measured_values(&folder, &[], "revenue,active_customers"), [Some(240.0), Some(11.0)]);
}

#[test]
fn invoices_of_appointments_are_purchases_of_those_who_had_them() {
    let appointments = forty("id_cita;id_paciente;fecha;estado", |n| {
        format!("{};P{:03};{};Realizada", 300 + n, n % 11, dotted(n))
    });
    let patients = {
        let mut text = "id_paciente;nombre_completo;fecha_nacimiento\n".to_string();
        (0..11).for_each(|n| text.push_str(&format!("P{n:03};Ana Ruiz {n};0{}.03.19{}\n", 1 + n % 9, 50 + n)));
        text
    };
    let invoices = forty("num_factura;id_cita;fecha_factura;total", |n| {
        format!("F{n:03};{};{};{},00", 300 + n, dotted(n), 10 + n)
    });
    let folder = Folder::new()
        .with("in/citas.csv", appointments)
        .with("in/pacientes.csv", patients)
        .with("in/facturas.csv", invoices);
    let ran = measured(&folder, &["in"], "revenue,active_customers");
    assert_eq!(
        values(&ran, "revenue,active_customers"),
        [Some(1180.0), Some(11.0)],
        "{}",
        ran.err()
    );
}

#[test]
fn receipts_of_several_branches_have_keys_of_two_columns() {
    // Each branch counts from 1.
    let receipts = forty("Filiaal;Bonnr;Datum;Klantkaart", |n| {
        format!("0{};{};{};K{:03}", 1 + n % 2, 1 + n / 2, dotted(n), n % 11)
    });
    let lines = forty("Filiaal;Bonnr;Artikel;Aantal;Prijs", |n| {
        format!("0{};{};Kaas;2;{},50", 1 + n % 2, 1 + n / 2, n)
    });
    let folder = Folder::new().with("in/bonnen.csv", receipts).with("in/bonregels.csv", lines);
    let ran = measured(&folder, &["in"], "revenue,orders,active_customers");
    // Twice 0.50 + 1.50 + ... + 39.50.
    assert_eq!(
        values(&ran, "revenue,orders,active_customers"),
        [Some(1600.0), Some(40.0), Some(11.0)],
        "{}",
        ran.err()
    );
}
