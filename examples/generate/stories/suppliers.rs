//! A company and its suppliers: what was ordered and delivered, and what there was to complain about. The exports are German.
//!
//! To be found: in October 2026 deliveries are late everywhere; there are far fewer complaints than a year before. Spend is noise.

use jiff::civil::Date;

use super::Story;
use super::calendar::{LAST, MONTHS, any_day, days_later, end, known_day, month, on};
use super::export::Export;
use super::names::company;
use super::random::Random;
use crate::cells;

const SUPPLIERS: usize = 56;
const DAY: &str = "%d.%m.%Y";

/// The story.
pub fn story() -> Story {
    let mut random = Random::new("suppliers");
    let countries: Vec<&'static str> = (0..SUPPLIERS)
        .map(|_| random.weighted(&[("DE", 6), ("AT", 2), ("IT", 3), ("PL", 2)]))
        .collect();
    Story {
        folder: "suppliers",
        files: vec![
            ("lieferanten.csv", roster(&mut random, &countries)),
            ("bestellpositionen.csv", lines(&mut random, &countries)),
            ("reklamationen.csv", complaints(&mut random)),
        ],
    }
}

fn id(supplier: usize) -> usize {
    700_100 + supplier * 10
}

/// Cents in the German manner: `1.234,50`.
fn euros(cents: i64) -> String {
    let whole = (cents / 100).to_string();
    let mut text = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    format!("{text},{:02}", cents % 100)
}

fn roster(random: &mut Random, countries: &[&str]) -> Vec<u8> {
    let mut export = Export::new("Lieferant|Name|Ort|Land|Warengruppe|Stufe|Lieferant seit|Gesperrt ab")
        .semicolons()
        .windows();
    for (supplier, country) in countries.iter().enumerate() {
        let since = days_later(month(-random.between(2, 120)), random.between(0, 27));
        let town = match *country {
            "DE" => random.pick(&["Köln", "München", "Lübeck"]),
            "AT" => random.pick(&["Wien", "Sankt Pölten"]),
            "IT" => random.pick(&["Milano", "Forlì"]),
            _ => random.pick(&["Poznan", "Gdynia"]),
        };
        let blocked = (supplier % 19 == 18).then(|| any_day(random, 4 + supplier % 7));
        export.push(cells![
            id(supplier),
            format!("{} {}", company(supplier + 40), random.pick(&["GmbH", "AG", "KG"])),
            town,
            country,
            random.pick(&["Stahl", "Elektronik", "Verpackung", "Dienstleistung"]),
            if supplier < 10 {
                "A"
            } else {
                random.weighted(&[("B", 3), ("C", 5)])
            },
            known_day(Some(since), DAY),
            known_day(blocked, DAY),
        ]);
    }
    export.bytes()
}

fn lines(random: &mut Random, countries: &[&str]) -> Vec<u8> {
    let header = "Bestellung|Position|Lieferant|Material|Bestelldatum|Zugesagt zum|Wareneingang|Menge bestellt|Menge geliefert|Menge gesperrt|\
                  Nettowert|Währung|Werk";
    let mut records: Vec<(Date, usize, Vec<String>)> = Vec::new();
    // What is promised for the next months has been ordered, too.
    for now in 0..MONTHS + 2 {
        for _ in 0..random.between(86, 98) {
            let supplier = ((random.unit() * random.unit()) * SUPPLIERS as f64) as usize;
            let promised = any_day(random, now);
            let ordered = days_later(promised, -random.between(9, 34));
            if on(ordered, 0) >= end() {
                continue;
            }
            let is_late = random.chance(if now == LAST { 0.4 } else { 0.09 });
            let shift = if is_late {
                random.skewed(6.0) as i64 + 2
            } else {
                -random.between(0, 3)
            };
            let received = random
                .chance(0.985)
                .then(|| days_later(promised, shift))
                .filter(|day| on(*day, 0) < end());
            let quantity = random.pick(&[10, 20, 50, 100, 250, 500]);
            let short = random.chance(0.04);
            let delivered = if short { quantity - (quantity / 10).max(1) } else { quantity };
            let rejected = if random.chance(if now >= 7 { 0.04 } else { 0.24 }) {
                (delivered / 6).max(1)
            } else {
                0
            };
            let cents = quantity * random.skewed(900.0) as i64;
            let arrived = |amount: i64| received.map_or(String::new(), |_| amount.to_string());
            records.push((
                ordered,
                supplier,
                cells![
                    format!("{}-{:03}", countries[supplier], random.below(400)),
                    known_day(Some(ordered), DAY),
                    promised.strftime(DAY),
                    known_day(received, DAY),
                    quantity,
                    arrived(delivered),
                    arrived(rejected),
                    euros(cents),
                    "EUR",
                    random.pick(&["Köln", "Linz"]),
                ],
            ));
        }
    }
    records.sort_by_key(|r| (r.0, r.1));
    let mut export = Export::new(header).semicolons().windows();
    let (mut order, mut position, mut last) = (4_500_000, 0, None);
    for (ordered, supplier, rest) in records {
        // Lines that one supplier gets on one day are one order.
        (order, position) = if last == Some((ordered, supplier)) {
            (order, position + 10)
        } else {
            (order + 1, 10)
        };
        last = Some((ordered, supplier));
        let mut record = cells![order, position, id(supplier)];
        record.extend(rest);
        export.push(record);
    }
    export.bytes()
}

fn complaints(random: &mut Random) -> Vec<u8> {
    let mut records = Vec::new();
    for now in 0..MONTHS {
        let count = if now >= 7 { 7 } else { 14 };
        for _ in 0..random.between(count - 2, count + 2) {
            let supplier = ((random.unit() * random.unit()) * SUPPLIERS as f64) as usize;
            let day = any_day(random, now);
            let answered = random.chance(0.92).then(|| days_later(day, random.skewed(3.0) as i64 + 1));
            let fixed = answered
                .filter(|_| random.chance(0.9))
                .map(|answer| days_later(answer, random.skewed(8.0) as i64 + 1));
            records.push((day, (supplier, answered, fixed)));
        }
    }
    records.sort_by_key(|r| r.0);
    let mut export = Export::new("Meldung|Lieferant|Gemeldet am|Fehlerart|Stellungnahme am|Erledigt am|Kosten")
        .semicolons()
        .windows();
    for (i, (day, (supplier, answered, fixed))) in records.into_iter().enumerate() {
        let fault = random.pick(&[
            "Maß außer Toleranz",
            "Transportschaden",
            "Falsches Material",
            "Papiere fehlen; unvollständig",
        ]);
        export.push(cells![
            200_001 + i,
            id(supplier),
            known_day(Some(day), DAY),
            fault,
            known_day(answered, DAY),
            known_day(fixed, DAY),
            euros(random.skewed(18_000.0) as i64),
        ]);
    }
    export.bytes()
}
