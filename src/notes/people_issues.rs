//! Notes about who is who: IDs that are merged or not, that stand for many people, or that are missing.

use super::data_issues::records_have;
use super::personal::{for_example, not_personal, such_as};
use super::{CellText, Id};
use crate::diagnostics::{counted, listed};
use crate::schema::Table;

/// What shows that an ID stands for many people.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlaceholderEvidence {
    /// Its words, such as `Guest` or `Walk-in customer`.
    Word,
    /// The words of its name, such as `Walk-in customer`.
    Name,
    /// It is a number that programs write where they have none, such as 0 or 99999.
    Number,
    /// It has the addresses of many people.
    ManyAddresses {
        /// How many different ones.
        addresses: u64,
    },
    /// It has an impossible share of the records.
    Share {
        /// All records of the table.
        records: u64,
        /// Those of the ID that comes second.
        second: u64,
    },
    /// The configuration says it.
    Declared,
}

not_personal!(PlaceholderEvidence);

fn percent(part: u64, whole: u64) -> String {
    format!("{:.1}%", 100.0 * part as f64 / whole.max(1) as f64)
}

described! {
    /// Something about the IDs of people that is doubtful, or was decided about them.
    pub enum PeopleIssue {
        /// The identities table names two different stakeholders for one alias. The alias remains a separate stakeholder.
        #[code = "alias-of-several"]
        #[advice = "Keep the right one of these rows in the identities table."]
        AliasOfSeveral { alias: Option<Id>, stakeholders: Vec<Id> } => |count| {
            let example = match (alias, stakeholders.is_empty()) {
                (Some(alias), false) => {
                    let stakeholders: Vec<String> = stakeholders.iter().map(Id::to_string).collect();
                    format!(" (for example, {alias} is listed for {})", listed(&stakeholders))
                }
                _ => String::new(),
            };
            format!(
                "identities: {} several stakeholders{example}. {} a separate stakeholder",
                counted(count, "alias is listed for", "aliases are listed for"),
                if count == 1 { "It remains" } else { "Each remains" }
            )
        },

        /// Aliases in the identities table lead back to themselves. All IDs of such a circle count as one stakeholder.
        #[code = "identity-circle"]
        #[advice = "Let every alias in the identities table lead to the one ID that stays."]
        IdentityCircle { members: Vec<Id> } => |count| format!(
            "identities: {} of aliases lead back to themselves{}. The IDs of a circle count as one stakeholder",
            counted(count, "circle", "circles"),
            for_example(members)
        ),

        /// An ID is a list of IDs. It counts as a separate stakeholder.
        #[code = "list-of-ids"]
        #[advice = "Split such records in the export, or exclude them with `where`."]
        ListOfIds { example: Option<Id> } => |count| format!(
            "{}{}. Each counts as a separate stakeholder",
            counted(count, "ID is a list of IDs", "IDs are lists of IDs"),
            for_example(example.as_slice())
        ),

        /// IDs of different files differ only in leading zeros, spaces or apostrophes. They count as different stakeholders.
        #[code = "lookalike-ids"]
        #[advice = "Write them in the same way in all exports, or list them in an identities file."]
        LookalikeIds { ids: Vec<Id> } => |count| format!(
            "{} of different files {} only in leading zeros, spaces or apostrophes{}. They are not merged",
            counted(count, "group of IDs", "groups of IDs"),
            if count == 1 { "differs" } else { "differ" },
            for_example(ids)
        ),

        /// IDs that are an e-mail address of a stakeholder, or the same address in other capitals, count as that stakeholder.
        #[code = "merged-by-email"]
        #[advice = "Nothing, if that is right. Otherwise give them IDs."]
        MergedByEmail => |count| counted(
            count,
            "ID was merged with the stakeholder whose e-mail address it is",
            "IDs were merged with the stakeholders whose e-mail addresses they are"
        ),

        /// IDs count as the stakeholder whose aliases they are.
        #[code = "merged-by-identities"]
        #[advice = "Nothing, if that is right."]
        MergedByIdentities => |count| format!(
            "{} of which the identities table says that they are the same stakeholder",
            counted(count, "ID was merged with another one,", "IDs were merged with others,")
        ),

        /// IDs that are names and differ only in capitals, spaces, full stops or a legal form were merged, because `merge_spellings` is set.
        #[code = "merged-by-spelling"]
        #[advice = "Nothing, if that is right. Otherwise remove `merge_spellings`, and list the right ones in an identities file."]
        #[option = "merge_spellings"]
        MergedBySpelling { ids: Vec<Id> } => |count| format!(
            "{} with others that differ only in capitals, spaces, full stops or legal form{}",
            counted(count, "ID was merged", "IDs were merged"),
            for_example(ids)
        ),

        /// Stakeholders of a file are not on the roster.
        #[code = "not-on-roster"]
        #[advice = "See whether both use the same IDs. An identities file can link them."]
        NotOnRoster { stakeholders: u64, example: Option<Id> } => |count| if count == *stakeholders {
            format!(
                "None of the {} is on the roster{}. The file seems to use another kind of ID",
                counted(*stakeholders, "stakeholder", "stakeholders"),
                for_example(example.as_slice())
            )
        } else {
            format!(
                "{count} of {stakeholders} stakeholders ({}) {} not on the roster{}",
                percent(count, *stakeholders),
                if count == 1 { "is" } else { "are" },
                for_example(example.as_slice())
            )
        },

        /// One ID has more than a fifth of all records, while most IDs have few. It may stand for many people.
        #[code = "one-id-dominates"]
        #[advice = "If it stands for many people, list it in `placeholder_ids` of [[source]]."]
        #[option = "placeholder_ids"]
        OneIdDominates { table: Table, records: u64, median: u64, example: Option<Id> } => |count| format!(
            "{table}: one ID{} has {} of all records, while half of the other IDs have at most {median}. If it stands for many people, \
             list it in `placeholder_ids` of [[source]]",
            such_as(1, example.as_slice()),
            percent(count, *records)
        ),

        /// Records without an ID, or with a placeholder as ID, have an e-mail address or a phone number. They count for the stakeholder of it.
        #[code = "person-by-contact"]
        #[advice = "Nothing, if the address is that of the stakeholder. Otherwise map `email` and `phone` to other columns."]
        PersonByContact { table: Table, placeholder: Option<Id> } => |count| format!(
            "{} {}, and {} for the stakeholder of the e-mail address or phone number",
            records_have(*table, count),
            match placeholder {
                Some(id) => format!("no stakeholder ID, or a placeholder such as {id}"),
                None => "no stakeholder ID".to_string(),
            },
            if count == 1 { "counts" } else { "count" }
        ),

        /// An ID such as 'guest', or one that is used for many people, is a placeholder. Its records count, but for no person: metrics of
        /// orders, cases and revenue have them, metrics of people do not.
        #[code = "placeholder-id"]
        #[advice = "Nothing, if it stands for many people. Otherwise list it in `person_ids` of [[source]]."]
        #[option = "person_ids"]
        PlaceholderId { table: Table, evidence: PlaceholderEvidence, example: Option<Id> } => |count| {
            let example = example.as_slice();
            let what = match evidence {
                PlaceholderEvidence::Word => format!("{} a placeholder as ID{}", records_have(*table, count), for_example(example)),
                PlaceholderEvidence::Name => format!("{} an ID whose name is a placeholder{}", records_have(*table, count), for_example(example)),
                PlaceholderEvidence::Number => format!("{} a number as ID that stands for no ID{}", records_have(*table, count), for_example(example)),
                PlaceholderEvidence::ManyAddresses { addresses } => format!(
                    "{} an ID with {addresses} different e-mail addresses or phone numbers{}, while the other IDs have one each",
                    records_have(*table, count),
                    such_as(1, example)
                ),
                PlaceholderEvidence::Share { records, second } => format!(
                    "{} the same ID{}. This is {} of all records, while no other ID has more than {second}",
                    records_have(*table, count),
                    such_as(1, example),
                    percent(count, *records)
                ),
                PlaceholderEvidence::Declared => format!("{} an ID of `placeholder_ids`{}", records_have(*table, count), for_example(example)),
            };
            format!("{what}. {} for no person. If the ID is one stakeholder, list it in `person_ids` of [[source]]", if count == 1 { "It counts" } else { "They count" })
        },

        /// IDs that are names differ only in capitals, spaces, full stops or a legal form. They are probably one stakeholder in several
        /// spellings, and count as several.
        #[code = "probable-duplicates"]
        #[advice = "Set `merge_spellings = true` to merge them, or list them in an identities file."]
        #[option = "merge_spellings"]
        ProbableDuplicates { ids: Vec<Id> } => |count| format!(
            "{} only in capitals, spaces, full stops or legal form{}. They count as different stakeholders; `merge_spellings = true` merges them",
            counted(count, "group of names differs", "groups of names differ"),
            for_example(ids)
        ),

        /// Purchases without a stakeholder ID are excluded.
        #[code = "purchases-of-nobody"]
        #[advice = "Map the column that says who bought. To count these purchases for no person, as those of guests, set \"\" = \"Guest\" in \
                    [source.values.stakeholder_id]."]
        #[option = "values.stakeholder_id"]
        PurchasesWithoutId { records: u64 } => |count| format!(
            "{} ({} of the file) {} no stakeholder ID and {} excluded. To count {} for no person, set \"\" = \"Guest\" in \
             [source.values.stakeholder_id]",
            counted(count, "purchase", "purchases"),
            percent(count, *records),
            if count == 1 { "has" } else { "have" },
            if count == 1 { "was" } else { "were" },
            if count == 1 { "it" } else { "them" }
        ),

        /// Interactions or supplies without a stakeholder ID are excluded.
        #[code = "records-of-nobody"]
        #[advice = "Map the column that says with whom it was. To count these records for no person, set \"\" = \"Unknown\" in \
                    [source.values.stakeholder_id]."]
        #[option = "values.stakeholder_id"]
        RecordsWithoutId { table: Table, records: u64 } => |count| format!(
            "{table}: {} ({} of the file) {} no stakeholder ID and {} excluded. To count {} for no person, set \"\" = \"Unknown\" in \
             [source.values.stakeholder_id]",
            counted(count, "record", "records"),
            percent(count, *records),
            if count == 1 { "has" } else { "have" },
            if count == 1 { "was" } else { "were" },
            if count == 1 { "it" } else { "them" }
        ),

        /// Several stakeholders of the roster have the same e-mail address. IDs are not merged by it.
        #[code = "shared-email"]
        #[advice = "Merge them in an identities file if they are the same stakeholder."]
        SharedEmail { address: Option<CellText>, stakeholders: Vec<Id> } => |count| {
            let example = match (address, stakeholders.is_empty()) {
                (Some(address), false) => {
                    let stakeholders: Vec<String> = stakeholders.iter().map(Id::to_string).collect();
                    format!(" (for example, {address} is that of {})", listed(&stakeholders))
                }
                _ => String::new(),
            };
            format!(
                "stakeholders: {} to several stakeholders{example}. No IDs are merged by {}",
                counted(count, "e-mail address belongs", "e-mail addresses belong"),
                if count == 1 { "it" } else { "them" }
            )
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notes::Withheld;

    #[test]
    fn the_count_is_in_the_sentence() {
        assert_eq!(
            PeopleIssue::PurchasesWithoutId { records: 1517 }.text(35),
            "35 purchases (2.3% of the file) have no stakeholder ID and were excluded. To count them for no person, set \"\" = \"Guest\" in \
             [source.values.stakeholder_id]"
        );
        let roster = |stakeholders| PeopleIssue::NotOnRoster {
            stakeholders,
            example: Some(Id("q".into())),
        };
        assert_eq!(
            roster(3).text(2),
            "2 of 3 stakeholders (66.7%) are not on the roster, for example 'q'"
        );
        assert_eq!(
            roster(1).text(1),
            "None of the 1 stakeholder is on the roster, for example 'q'. The file seems to use another kind of ID"
        );
    }

    #[test]
    fn sentences_without_examples_are_whole() {
        let mut shared = PeopleIssue::SharedEmail {
            address: Some(CellText::of("office@example.org")),
            stakeholders: vec![Id("C3".into()), Id("C4".into())],
        };
        assert_eq!(
            shared.text(1),
            "stakeholders: 1 e-mail address belongs to several stakeholders (for example, 'office@example.org' is that of 'C3' and 'C4'). \
             No IDs are merged by it"
        );
        shared.withhold(Withheld::ALL);
        assert_eq!(
            shared.text(2),
            "stakeholders: 2 e-mail addresses belong to several stakeholders. No IDs are merged by them"
        );
    }
}
