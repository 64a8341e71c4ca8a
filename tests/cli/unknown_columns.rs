//! Files of trades that nobody has seen: what their cells show about columns whose names say nothing. The expected numbers are sums over the
//! generators of the records.

use serde_json::Value;

use crate::harness::Folder;

/// The values of these metrics of 2024, in their order, and what is said.
fn measured(name: &str, text: &str, metrics: &str) -> (Vec<Option<f64>>, String) {
    let folder = Folder::new().with(name, text);
    let ran = folder
        .run(&["measure", name, "-m", metrics, "--period", "2024", "--incomplete", "-f", "json"])
        .code(0);
    let found: Value = serde_json::from_str(&ran.out()).expect("JSON");
    let value = |metric: &str| found["cells"].as_array()?.iter().find(|cell| cell["metric"] == metric)?["value"].as_f64();
    (metrics.split(',').map(value).collect(), ran.err())
}

/// The last names of twenty people.
const NAMES: [&str; 20] = [
    "Brandt", "Busch", "Engel", "Graf", "Haas", "Horn", "Keller", "Kraus", "Lorenz", "Pohl", "Roth", "Sauer", "Seidel", "Voigt", "Winter",
    "Wolf", "Arndt", "Ebert", "Franke", "Otto",
];

/// A day of 2024 with points, in months of 28 days.
fn day(n: usize) -> String {
    format!("{:02}.{:02}.2024", 1 + n % 28, 1 + n / 28)
}

#[test]
fn states_are_known_under_any_header() {
    // Half of the words are known, and say that nobody came or that it was called off.
    let states = ["mitgemacht", "mitgemacht", "mitgemacht", "abgesagt", "nicht erschienen"];
    let rows: String = (0..60)
        .map(|n| {
            format!(
                "{};{}, Eva;{};€ {},00;{}\n",
                100 + n,
                NAMES[n % 20],
                day(n),
                20 + n % 4 * 5,
                states[n % 5]
            )
        })
        .collect();
    let (found, said) = measured("kurse.csv", &format!("Nr.;Halter/in;Termin;Kursgebühr;Ablauf\n{rows}"), "revenue");
    let sum: usize = (0..60).filter(|n| n % 5 < 3).map(|n| 20 + n % 4 * 5).sum();
    assert_eq!(found, [Some(sum as f64)], "{said}");
    assert!(said.contains("24 cancelled"), "{said}");
}

#[test]
fn companies_of_one_name_have_each_their_number_for_taxes() {
    let rows: String = (0..60)
        .map(|n| {
            format!(
                "{:02}/{:02}/2024;{};{} S.r.l.;{};{},00\n",
                1 + n % 28,
                1 + n / 28,
                1 + n,
                NAMES[n % 15],
                10_000_000_000_u64 + (n as u64 % 20) * 7919,
                50 + n
            )
        })
        .collect();
    let text = format!("Data;Numero;Cliente;P. IVA;Totale\n{rows}");
    // 60 records go through fifteen names and through twenty numbers, so that names and numbers meet in sixty ways: then the names count.
    assert_eq!(measured("emessi.csv", &text, "active_customers").0, [Some(15.0)]);
    let rows: String = (0..60)
        .map(|n| {
            format!(
                "{:02}/{:02}/2024;{};{} S.r.l.;{};{},00\n",
                1 + n % 28,
                1 + n / 28,
                1 + n,
                NAMES[n % 20 % 15],
                10_000_000_000_u64 + (n as u64 % 20) * 7919,
                50 + n
            )
        })
        .collect();
    let (found, said) = measured(
        "emessi.csv",
        &format!("Data;Numero;Cliente;P. IVA;Totale\n{rows}"),
        "active_customers",
    );
    assert_eq!(found, [Some(20.0)], "{said}");
}

#[test]
fn numbers_of_documents_may_have_words_and_blanks() {
    // Two invoices a day for the same customer.
    let rows: String = (0..60)
        .map(|n| {
            format!(
                "FV {}/{:02}/2024;{};{} Sp. z o.o.;{},00\n",
                1 + n,
                1 + n / 2 / 28,
                day(n / 2),
                NAMES[n / 2 % 10],
                100 + n
            )
        })
        .collect();
    let (found, said) = measured(
        "faktury.csv",
        &format!("Numer;Data wystawienia;Nabywca;Wartość brutto\n{rows}"),
        "orders,revenue",
    );
    let sum: usize = (0..60).map(|n| 100 + n).sum();
    assert_eq!(found, [Some(60.0), Some(sum as f64)], "{said}");
}

#[test]
fn from_and_until_are_the_start_and_the_end() {
    // The end is in the year after for the last of them.
    let rows: String = (0..60)
        .map(|n| {
            let end = if n < 50 { day(n + 3) } else { format!("{:02}.01.2025", 1 + n % 28) };
            format!("{};{};{end};{} Ewa;{},00\n", 1 + n, day(n), NAMES[n % 12], 30 + n)
        })
        .collect();
    let (found, said) = measured("wypozyczenia.csv", &format!("Nr;Od;Do;Klient;Kwota\n{rows}"), "revenue");
    let sum: usize = (0..60).map(|n| 30 + n).sum();
    assert_eq!(found, [Some(sum as f64)], "{said}");
}

#[test]
fn a_deposit_is_a_part_of_the_price() {
    let file = |deposit: usize| -> String {
        let row = |n: usize| {
            format!(
                "{};{};K{:02};{},00;{},00\n",
                100 + n,
                day(n),
                n % 12,
                80 + n % 7 * 20,
                deposit + n % 2
            )
        };
        format!(
            "Auftrag;Auftr.-Datum;Kd.-Nr.;Preis;Zwetsch\n{}",
            (0..60).map(row).collect::<String>()
        )
    };
    let (found, said) = measured("auftraege.csv", &file(30), "revenue");
    let sum: usize = (0..60).map(|n| 80 + n % 7 * 20).sum();
    assert_eq!(found, [Some(sum as f64)], "{said}");
    // What may be more than the price may be another price: the price is proposed.
    let folder = Folder::new().with("auftraege.csv", file(130));
    let said = folder.run(&["measure", "auftraege.csv", "--period", "2024"]).code(3).err();
    assert!(said.contains("auftraege.csv:amount=Preis"), "{said}");
}

#[test]
fn who_speaks_portuguese_writes_the_day_first() {
    // No day is after the twelfth, and the records are in no order.
    let file = |header: &str| -> String {
        let row = |n: usize| format!("{:02}-{:02}-2024;A{:02};{},00\n", 1 + n * 7 % 12, 1 + n * 5 % 12, n % 12, 10 + n);
        format!("{header}\n{}", (0..60).map(row).collect::<String>())
    };
    let (found, said) = measured("recibos.csv", &file("Data de emissão;N.º aluno;Valor"), "revenue");
    let sum: usize = (0..60).map(|n| 10 + n).sum();
    assert_eq!(found, [Some(sum as f64)], "{said}");
    assert!(
        said.contains("because the headers are Portuguese, and nobody writes the month first where it is spoken"),
        "{said}"
    );
    // Spanish is spoken in the United States, too.
    let folder = Folder::new().with("recibos.csv", file("Fecha de emisión;N.º alumno;Importe"));
    let said = folder.run(&["measure", "recibos.csv", "--period", "2024"]).code(3).err();
    assert!(said.contains("ambiguous dates"), "{said}");
}

#[test]
fn the_name_of_a_file_says_what_its_scores_are() {
    let rows: String = (0..40)
        .map(|n| format!("{},T{n},{},2024-{:02}-05\n", 1 + n, 1 + n * 3 % 5, 1 + n % 12))
        .collect();
    let (found, said) = measured("satisfaction.csv", &format!("id,ticket_id,score,date\n{rows}"), "csat");
    let satisfied = (0..40).filter(|n| 1 + n * 3 % 5 >= 4).count();
    assert_eq!(found, [Some(satisfied as f64 / 40.0)], "{said}");
    // Scores up to 7 are on another scale.
    let rows: String = (0..40)
        .map(|n| format!("{},T{n},{},2024-{:02}-05\n", 1 + n, 1 + n * 3 % 7, 1 + n % 12))
        .collect();
    assert_eq!(
        measured("satisfaction.csv", &format!("id,ticket_id,score,date\n{rows}"), "csat").0,
        [None]
    );
}
