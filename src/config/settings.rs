//! The settings of a run: clocks, targets, and what scores mean.

use std::collections::BTreeMap;

use crate::facts::context::Settings;
use crate::period::{BusinessHours, Clock, Zone, parse_date};
use crate::schema::HOUR;
use crate::toml_reader::{DeTable, Reader, Text};

/// Ten years: longer than any target.
const MOST_HOURS: f64 = 87_600.0;
/// More than two thousand years.
const MOST_DAYS: i64 = 999_999;

/// Reads `[health]`, `[hours]`, `[targets]`, `[roster]` and `[ces]`; business hours without a zone are in the report's.
pub fn settings(reader: &mut Reader<'_>, document: &DeTable<'_>, report: &Zone) -> Settings {
    let mut settings = Settings::default();
    settings.health = settings.health.read_user(reader, document);
    if let Some(hours) = hours(reader, document, report) {
        settings.clock = Clock::from(hours);
    }
    if let Some(ces) = reader.table(document, "ces") {
        reader.known(ces, "of [ces]", &["high_is_easy"]);
        settings.high_is_easy = reader.flag(ces, "high_is_easy");
    }
    if let Some(roster) = reader.table(document, "roster") {
        reader.known(roster, "of [roster]", &["renewal_days"]);
        let days = reader.whole(roster, "renewal_days", 0..=MOST_DAYS);
        settings.renewal_days = days.and_then(|days| i32::try_from(days).ok()).unwrap_or(settings.renewal_days);
    }
    let Some(targets) = reader.table(document, "targets") else {
        return settings;
    };
    reader.known(
        targets,
        "of [targets]",
        &["first_response_hours", "resolution_hours", "supply", "contact_days", "metrics"],
    );
    let micros = |hours: f64| (hours * HOUR as f64).round() as i64;
    settings.first_response = reader.number_within(targets, "first_response_hours", 0.0..=MOST_HOURS).map(micros);
    settings.resolution = reader.number_within(targets, "resolution_hours", 0.0..=MOST_HOURS).map(micros);
    if let Some(supply) = reader.table(targets, "supply") {
        reader.known(supply, "of [targets.supply]", &["early", "late", "tolerance"]);
        settings.supply_early_days = reader.whole(supply, "early", 0..=MOST_DAYS);
        settings.supply_late_days = reader.whole(supply, "late", 0..=MOST_DAYS).unwrap_or(settings.supply_late_days);
        settings.supply_tolerance = reader
            .number_within(supply, "tolerance", 0.0..=1.0)
            .unwrap_or(settings.supply_tolerance);
    }
    if let Some(tiers) = reader.table(targets, "contact_days") {
        let days = tiers
            .keys()
            .filter_map(|tier| Some((tier.get_ref().to_string(), reader.whole(tiers, tier.get_ref(), 1..=MOST_DAYS)?)));
        settings.contact_days = days.collect::<BTreeMap<_, _>>();
    }
    settings
}

/// Reads `[rates]`: what one unit of a currency is worth in that of the report.
pub fn rates(reader: &mut Reader<'_>, document: &DeTable<'_>, report: Option<&str>) -> BTreeMap<String, f64> {
    let Some(table) = reader.table(document, "rates") else {
        return BTreeMap::new();
    };
    let mut rates = BTreeMap::new();
    for code in table.keys() {
        currency(
            reader,
            &Text {
                text: code.get_ref().to_string(),
                span: code.span(),
            },
        );
        if let Some((rate, span)) = reader.number(table, code.get_ref()) {
            if report == Some(code.get_ref().as_ref()) && rate != 1.0 {
                let what = format!("{} is the currency of the report, so its rate is 1", code.get_ref());
                reader.wrong(
                    span,
                    what,
                    "remove it, or set `currency` to the currency that amounts are converted into",
                );
            } else if rate > 0.0 {
                rates.insert(code.get_ref().to_string(), rate);
            } else {
                reader.wrong(span, "a rate must be more than 0", "");
            }
        }
    }
    rates
}

/// Reads `[forecast]`: what it costs to win a customer.
pub fn acquisition_cost(reader: &mut Reader<'_>, document: &DeTable<'_>) -> Option<f64> {
    let table = reader.table(document, "forecast")?;
    reader.known(table, "of [forecast]", &["acquisition_cost"]);
    let (cost, span) = reader.number(table, "acquisition_cost")?;
    let is_cost = cost > 0.0 && cost.is_finite();
    if !is_cost {
        reader.out_of_range(span, "acquisition_cost", "more than 0");
    }
    is_cost.then_some(cost)
}

/// A currency's code, as `EUR`.
pub fn currency(reader: &mut Reader<'_>, text: &Text) -> Option<String> {
    let right = is_currency(&text.text);
    if !right {
        reader.wrong(
            text.span.clone(),
            format!("`{}` is not a valid currency", text.text),
            "write three capital letters such as EUR",
        );
    }
    right.then(|| text.text.clone())
}

/// Whether a text has the form of a currency's code: three capital letters.
pub fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase())
}

fn hours(reader: &mut Reader<'_>, document: &DeTable<'_>, report: &Zone) -> Option<BusinessHours> {
    let table = reader.table(document, "hours")?;
    reader.known(table, "of [hours]", &["timezone", "weekly", "holidays"]);
    let zone = if table.contains_key("timezone") {
        reader.zone(table, "timezone")?
    } else {
        report.clone()
    };
    let span = document["hours"].span();
    if !table.contains_key("weekly") {
        reader.missing(span, "[hours]", "weekly", "write it like weekly = { mon = \"09:00-17:00\" }");
        return None;
    }
    let weekly = reader.table(table, "weekly")?;
    let mut days = Vec::new();
    for (day, node) in weekly {
        let text = reader.text_of(node, day.get_ref())?;
        // Each day is tried alone first, so that what is wrong with it is shown at its place.
        let open = if text.text.trim().is_empty() { "00:00-24:00" } else { &text.text };
        if let Err(why) = BusinessHours::new(Zone::utc(), [(day.get_ref().as_ref(), open)], []) {
            reader.wrong(day.span().start..text.span.end, why, "");
            return None;
        }
        days.push((day.get_ref().to_string(), text.text));
    }
    let holidays = holidays(reader, table);
    match BusinessHours::new(zone, days.iter().map(|(day, text)| (day.as_str(), text.as_str())), holidays) {
        Ok(hours) => Some(hours),
        Err(why) => {
            reader.wrong(table["weekly"].span(), why, "");
            None
        }
    }
}

fn holidays(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Vec<i32> {
    let Some(node) = table.get("holidays") else { return Vec::new() };
    let Some(nodes) = node.get_ref().as_array() else {
        reader.mistyped(node, "holidays", "a list of dates");
        return Vec::new();
    };
    let mut days = Vec::new();
    for node in nodes {
        let Some(date) = reader.date_of(node, "holidays") else { continue };
        match parse_date(&date.text) {
            Ok(day) => days.push(day),
            Err(why) => reader.wrong(date.span, why, ""),
        }
    }
    days
}
/// Reads `[redact]`: the columns that stay readable.
pub fn kept(reader: &mut Reader<'_>, document: &DeTable<'_>) -> Vec<String> {
    let Some(table) = reader.table(document, "redact") else {
        return Vec::new();
    };
    reader.known(table, "of [redact]", &["keep"]);
    reader.strings(table, "keep")
}
