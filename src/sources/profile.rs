//! Profiles: what the export of a system looks like and how it becomes canonical rows, as data.
//!
//! A profile is written like a `[[source]]`, with the headers that give the format away. The built-in ones lie in `profiles/`, one
//! file a format; a user writes `[profile.my-crm]` in `relhealth.toml`, and it wins.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use super::{From, Mapped, Source, folded, grammar};
use crate::expr::{self, Expr};
use crate::toml_reader::embedded;

/// How well a format is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// One source tells of its headers.
    Low,
    /// The vendor's documentation or two independent readers do.
    Medium,
    /// Real files do.
    High,
}

impl Confidence {
    /// All, worst first.
    pub const ALL: [Confidence; 3] = [Confidence::Low, Confidence::Medium, Confidence::High];

    /// Its name in a profile.
    pub fn name(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

/// An export format.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Its name, such as `zendesk-tickets`.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// How well it is known.
    pub confidence: Confidence,
    /// Headers that give it away: a file of this format has all of them.
    pub headers: Vec<String>,
    /// Headers that it never has.
    pub without: Vec<String>,
    /// The first column's header, where it must be one of these.
    pub first: Vec<String>,
    /// Profiles that read the same file as well, for another table.
    pub also: Vec<String>,
    /// Columns of senders and recipients: who stands in them in every record is whose export it is, `own` in expressions.
    pub own: Vec<String>,
    /// Conditions on the records that count; each holds where the file has its columns.
    pub filters: Vec<Expr>,
    /// Whether its other columns are questions of a survey, each with an instrument of its own.
    pub questions: bool,
    /// Columns that are not read although they say something that metrics need, each with what is to be done about it.
    pub not_read: Vec<(String, String)>,
    /// Every header that it names, folded: those that give it away and those that it maps.
    pub names: Vec<String>,
    /// How its files are read.
    pub source: Source,
}

/// Every header that a profile names, folded: those that give it away and those that it maps.
pub(super) fn names(headers: &[String], source: &Source) -> Vec<String> {
    let mapped = source
        .map
        .values()
        .flat_map(|m| std::iter::once(m).chain(&m.or))
        .flat_map(Mapped::columns);
    let mut names: Vec<String> = headers.iter().cloned().chain(mapped).map(|name| folded(&name)).collect();
    names.sort();
    names.dedup();
    names
}

impl Profile {
    /// How files with these headers are read: of each mapping the first that they have, and of what a person wrote everything, before the
    /// profile. A format that is built in serves several forms of an export, so of its conditions those are taken that the file has the
    /// columns of. Of one that a user wrote (`is_own`) every condition counts: a column that the file does not have is an error then.
    pub fn fit(&self, headers: &[String], written: &Source, is_own: bool) -> Source {
        let said = headers;
        let headers: Vec<String> = headers.iter().map(|h| folded(h)).collect();
        let has = |mut names: Vec<String>| names.drain(..).all(|name| headers.contains(&folded(&name)));
        // Expressions take the names as the file spells them.
        let spelled = |name: &str| {
            let at = headers.iter().position(|header| *header == folded(name))?;
            (!said.iter().any(|header| header == name)).then(|| said[at].clone())
        };
        let in_its_words = |expr: &Expr| expr.renamed(&spelled).unwrap_or_else(|_| expr.clone());
        let mut source = Source {
            paths: written.paths.clone(),
            profile: Some(self.id.clone()),
            table: self.source.table,
            map: self
                .source
                .map
                .iter()
                .filter_map(|(column, mapped)| {
                    let one = std::iter::once(mapped).chain(&mapped.or).find(|m| has(m.columns()))?;
                    let mut one = Mapped {
                        or: Vec::new(),
                        ..one.clone()
                    };
                    if let From::Expr(expr) = &one.from {
                        one.from = From::Expr(in_its_words(expr));
                    }
                    Some((column.clone(), one))
                })
                .collect(),
            is_mapped: true,
            ..self.source.clone()
        };
        source
            .map
            .extend(written.map.iter().map(|(column, mapped)| (column.clone(), mapped.clone())));
        source
            .values
            .extend(written.values.iter().map(|(column, values)| (column.clone(), values.clone())));
        let conditions: Vec<Expr> = match &written.filter {
            Some(filter) => vec![filter.clone()],
            None => {
                let known = self.filters.iter().filter(|f| is_own || has(f.columns().into_iter().collect()));
                known.map(in_its_words).collect()
            }
        };
        source.filter = all_of(&conditions);
        match written.key.is_empty() {
            false => source.key.clone_from(&written.key),
            true => source.key.retain(|name| source.map.contains_key(name)),
        }
        source.lookup.clone_from(&written.lookup);
        source.dates = written.dates.or(source.dates);
        source.wishes = written.wishes.or(&source.wishes);
        source.decimal = written.decimal.or(source.decimal);
        source.timezone = written.timezone.clone().or(source.timezone);
        source.amount_on = written.amount_on.or(source.amount_on);
        source.same_id = written.same_id.or(source.same_id);
        source.deliveries = written.deliveries.or(source.deliveries);
        source.private |= written.private;
        source.place.clone_from(&written.place);
        source
    }
}

/// The condition that all of these hold.
fn all_of(conditions: &[Expr]) -> Option<Expr> {
    match conditions {
        [] => None,
        [one] => Some(one.clone()),
        several => {
            let text: Vec<String> = several.iter().map(|c| format!("({})", c.text())).collect();
            Some(expr::parse(&text.join(" and ")).expect("conditions joined are a condition"))
        }
    }
}

/// The columns with these headers that a profile does not read, by their places, each with what is to be done about it.
pub fn not_read<'p>(id: &str, headers: &[String], profiles: &'p [Profile]) -> Vec<(usize, &'p str)> {
    let Some(profile) = profiles.iter().chain(builtin()).find(|profile| profile.id == id) else {
        return Vec::new();
    };
    let place = |(column, why): &'p (String, String)| {
        let at = headers.iter().position(|header| folded(header) == folded(column))?;
        Some((at, why.as_str()))
    };
    profile.not_read.iter().filter_map(place).collect()
}

/// A file's headers and a profile that fits them.
#[derive(Debug, Clone, Copy)]
pub struct Fit<'p> {
    /// The profile.
    pub profile: &'p Profile,
    /// How many of its names the file has.
    pub found: usize,
    /// How many names it has.
    pub of: usize,
    /// Whether everything that gives it away is there; else the file only resembles it.
    pub is_certain: bool,
}

/// Below this share of its names a file does not resemble a profile.
const RESEMBLES: f64 = 0.7;
/// A file with fewer of its names does not resemble a profile, whatever the share.
const FEW: usize = 4;

/// The profiles whose headers these are, best first: those that are certain, then by how many names are found; an earlier one wins.
pub fn fits<'p>(headers: &[String], profiles: impl IntoIterator<Item = &'p Profile>) -> Vec<Fit<'p>> {
    let headers: Vec<String> = headers.iter().map(|h| folded(h)).collect();
    let there: FxHashSet<&str> = headers.iter().map(String::as_str).collect();
    let has = |name: &str| there.contains(name);
    let mut fits: Vec<Fit<'p>> = profiles
        .into_iter()
        // What only another profile leads to has nothing that gives it away.
        .filter(|profile| !profile.headers.is_empty() || !profile.first.is_empty())
        .filter_map(|profile| {
            let names = &profile.names;
            let found = names.iter().filter(|name| has(name)).count();
            let foreign = profile.without.iter().any(|name| has(&folded(name)));
            let first = profile.first.is_empty() || profile.first.iter().any(|first| headers.first() == Some(&folded(first)));
            let is_certain = !foreign && first && profile.headers.iter().all(|name| has(&folded(name)));
            let resembles = !foreign && found >= FEW && found as f64 >= RESEMBLES * names.len() as f64;
            (is_certain || resembles).then_some(Fit {
                profile,
                found,
                of: names.len(),
                is_certain,
            })
        })
        .collect();
    fits.sort_by_key(|fit| (!fit.is_certain, std::cmp::Reverse((fit.profile.headers.len(), fit.found))));
    fits
}

macro_rules! builtin {
    ($($id:literal),* $(,)?) => {
        &[$(($id, include_str!(concat!("profiles/", $id, ".toml")))),*]
    };
}

/// The built-in profiles: name and text.
const TEXTS: &[(&str, &str)] = builtin![
    "actblue-contributions",
    "aircall-calls",
    "amazon-orders",
    "bigcommerce-orders",
    "bloomerang-interactions",
    "bloomerang-report",
    "bloomerang-transactions",
    "calendar-events",
    "civicrm-contributions",
    "donorperfect-gifts",
    "donorschoose-donations",
    "dynamics-cases",
    "etsy-orders",
    "eventbrite-attendees",
    "freshdesk-tickets",
    "freshservice-tickets",
    "gorgias-tickets",
    "hootsuite-conversations",
    "hubspot-deals",
    "hubspot-notes",
    "intercom-messages",
    "jira-issues",
    "jira-issues-de",
    "jira-issues-es",
    "jira-satisfaction-es",
    "kaggle-support-tickets",
    "kustomer-messages",
    "linkedin-messages",
    "magento-orders",
    "olist-orders",
    "outlook-messages",
    "paypal",
    "paypal-short",
    "pipedrive-activities",
    "pipedrive-deals",
    "quickbooks-transactions",
    "raisers-edge-gifts",
    "raisers-edge-query",
    "ringcentral-calls",
    "salesforce-cases",
    "salesforce-npsp-import",
    "salesforce-tasks",
    "shopify-orders",
    "slack-members",
    "square-items",
    "square-transactions",
    "squarespace-orders",
    "stripe-payments",
    "stripe-payments-all",
    "twilio-messages",
    "twitter-support",
    "uci-online-retail",
    "uci-online-retail-2",
    "woocommerce-analytics",
    "woocommerce-orders",
    "xero-invoices",
    "zendesk-explore",
    "zendesk-explore-hours",
    "zendesk-satisfaction",
    "zendesk-tickets",
    "zoom-participants",
    // Surveys, rosters, referrals.
    "actblue-cancelled",
    "bloomerang-constituents",
    "delighted",
    "dynamics-leads",
    "employee-roster",
    "google-contacts",
    "google-forms",
    "google-play-reviews",
    "hr-dataset",
    "hubspot-contacts",
    "judgeme-replies",
    "judgeme-reviews",
    "limesurvey",
    "limesurvey-codes",
    "limesurvey-codes-and-texts",
    "linkedin-connections",
    "mailchimp-audience",
    "mailchimp-unsubscribed",
    "medallia-agent-connect",
    "meta-leads",
    "qualtrics",
    "qualtrics-legacy",
    "raisers-edge-constituents",
    "recurly-subscriptions",
    "referral-list",
    "saasquatch-participants",
    "sap-vendors",
    "shopify-customers",
    "stripe-subscriptions",
    "surveymonkey",
    "talonone-referral-codes",
    "talonone-referrals",
    "telco-churn",
    "trustpilot-replies",
    "trustpilot-reviews",
    "typeform",
    "zoho-contacts",
];

/// The built-in profiles.
pub fn builtin() -> &'static [Profile] {
    static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(|| {
        TEXTS
            .iter()
            .map(|(id, text)| {
                embedded(&format!("{id}.toml"), text, |reader, table| {
                    grammar::profile(reader, id, table, 0..0)
                })
            })
            .collect()
    });
    &PROFILES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_and_the_list_are_the_same() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sources/profiles");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        files.sort();
        let mut listed: Vec<&str> = TEXTS.iter().map(|(id, _)| *id).collect();
        listed.sort_unstable();
        assert_eq!(files, listed);
    }

    #[test]
    fn built_in_profiles_are_whole() {
        for profile in builtin() {
            let id = &profile.id;
            assert!(profile.source.place.is_some(), "{id}");
            for also in &profile.also {
                let other = builtin()
                    .iter()
                    .find(|p| p.id == *also)
                    .unwrap_or_else(|| panic!("{id}: no {also}"));
                assert_ne!(other.source.table, profile.source.table, "{id} and {also} feed one table");
            }
            let reached = builtin().iter().any(|p| p.also.contains(id));
            assert!(
                reached != (!profile.headers.is_empty() || !profile.first.is_empty()),
                "{id} is never recognised, or twice"
            );
            // Whoever has all of its headers is recognised, and as it.
            if !reached {
                let headers: Vec<String> = profile.first.iter().take(1).chain(&profile.headers).cloned().collect();
                assert_eq!(fits(&headers, builtin())[0].profile.id, *id, "its own headers are another's");
            }
        }
    }
}
