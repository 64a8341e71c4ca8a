//! Who wrote a message, where a column of senders names the stakeholder in some records and somebody else in others, by ID or by address.

use super::{From, Mapped, Source};
use crate::expr::parse;
use crate::schema::{Column, interactions};

/// The columns that show who wrote a message.
const SHOW_AUTHORS: [&Column; 2] = [&interactions::DIRECTION, &interactions::AUTHOR_TYPE];

/// Headers, as they are compared, of who opened a record, beside those of senders.
pub(super) const OPENERS: [&str; 17] = [
    "submitter",
    "submitter_email",
    "submitter_id",
    "submitted_by",
    "created_by",
    "created_by_email",
    "created_by_id",
    "opened_by",
    "opened_by_email",
    "logged_by",
    "erstellt_von",
    "erfasst_von",
    "créé_par",
    "creado_por",
    "criado_por",
    "creato_da",
    "aangemaakt_door",
];

/// Maps the direction of messages to whether their sender is the stakeholder. `senders` are the columns that may hold senders, the likeliest
/// first; the first is taken that has both sides among the first records.
pub(super) fn map_direction(source: &mut Source, senders: &[usize], headers: &[String], rows: &[Vec<String>]) {
    if SHOW_AUTHORS.iter().any(|column| source.map.contains_key(column.name)) {
        return;
    }
    // The stakeholder by ID, or by the address next to the ID.
    let who: Vec<usize> = [&interactions::STAKEHOLDER_ID, &interactions::EMAIL]
        .iter()
        .filter_map(|column| match &source.map.get(column.name)?.from {
            From::Column(who) => headers.iter().position(|header| header == who),
            From::Expr(_) | From::Value(_) => None,
        })
        .collect();
    let has_both_sides = |sender: usize, stakeholder: usize| {
        let cell = |row: &Vec<String>, at: usize| row.get(at).map_or(String::new(), |cell| cell.trim().to_lowercase());
        let pairs = rows.iter().map(|row| (cell(row, sender), cell(row, stakeholder)));
        let (mut theirs, mut ours) = (false, false);
        for (sender, who) in pairs.filter(|(sender, who)| !sender.is_empty() && !who.is_empty()) {
            theirs |= sender == who;
            ours |= sender != who;
        }
        theirs && ours
    };
    let pairs = senders.iter().flat_map(|&sender| who.iter().map(move |&who| (sender, who)));
    let mut found = pairs
        .filter(|(sender, _)| !who.contains(sender))
        .filter(|&(sender, who)| has_both_sides(sender, who));
    let Some((sender, who)) = found.next().map(|(sender, who)| (headers[sender].as_str(), headers[who].as_str())) else {
        return;
    };
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let (sender, who) = (quoted(sender), quoted(who));
    let text = format!("case when lower({sender}) = lower({who}) then 'inbound' when {sender} is not null then 'outbound' end");
    if let Ok(expr) = parse(&text) {
        source
            .map
            .insert(interactions::DIRECTION.name.to_string(), Mapped::new(From::Expr(expr)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Table;
    use crate::sources::{Described, describe};

    fn direction(header: &str, records: &[&str]) -> Option<String> {
        let split = |line: &str| line.split(',').map(str::to_string).collect::<Vec<String>>();
        let rows: Vec<Vec<String>> = records.iter().map(|record| split(record)).collect();
        let header = crate::ingest::Header {
            names: split(header),
            ..Default::default()
        };
        let written = Source {
            table: Some(Table::Interactions),
            ..Source::default()
        };
        let Described { sources, .. } = describe(&written, "messages.csv", &header, &rows, &[]);
        sources[0].map.get("direction").map(|mapped| mapped.from.to_string())
    }

    #[test]
    fn a_sender_who_is_the_stakeholder_wrote_in() {
        let header = "message_id,conversation_id,customer_email,sent_at,from";
        let both = [
            "1,c1,ann@x.example,2026-10-05 09:00,Ann@x.example",
            "2,c1,ann@x.example,2026-10-05 10:00,otto@shop.example",
        ];
        assert_eq!(
            direction(header, &both).as_deref(),
            Some("case when lower(\"from\") = lower(\"customer_email\") then 'inbound' when \"from\" is not null then 'outbound' end")
        );
        // An address next to the ID of the stakeholder says it as well.
        let header_of_both = "message_id,conversation_id,contact,sent_at,sender_email,customer_email";
        let both_columns = [
            "1,c1,k1,2026-10-05 09:00,ann@x.example,ann@x.example",
            "2,c1,k1,2026-10-05 10:00,otto@shop.example,ann@x.example",
        ];
        assert_eq!(
            direction(header_of_both, &both_columns).as_deref(),
            Some(
                "case when lower(\"sender_email\") = lower(\"customer_email\") then 'inbound' when \"sender_email\" is not null then 'outbound' end"
            )
        );
        // So does who submitted a ticket, for themselves or for somebody else.
        let tickets = [
            "1,ann@x.example,2026-10-05 09:00,ann@x.example",
            "2,ben@x.example,2026-10-05 09:00,otto@shop.example",
        ];
        assert!(direction("ticket_id,requester,created_at,submitter", &tickets).is_some());
        assert_eq!(direction("ticket_id,requester,created_at,submitter", &tickets[..1]), None);
        // Where no sender, or every sender, is the stakeholder, nothing shows who wrote.
        assert_eq!(direction(header, &both[..1]), None);
        assert_eq!(direction(header, &both[1..]), None);
    }
}
