//! Who wrote a message, where a column of senders names the stakeholder in some records and somebody else in others.

use super::{From, Mapped, Source};
use crate::expr::parse;
use crate::schema::{Column, interactions};

/// The columns that show who wrote a message.
const SHOW_AUTHORS: [&Column; 2] = [&interactions::DIRECTION, &interactions::AUTHOR_TYPE];

/// Maps the direction of messages to whether their sender is the stakeholder. `senders` are the columns that may hold senders, the likeliest
/// first; the first is taken that has both sides among the first records.
pub(super) fn map_direction(source: &mut Source, senders: &[usize], headers: &[String], rows: &[Vec<String>]) {
    if SHOW_AUTHORS.iter().any(|column| source.map.contains_key(column.name)) {
        return;
    }
    let Some(From::Column(who)) = source.map.get(interactions::STAKEHOLDER_ID.name).map(|mapped| &mapped.from) else {
        return;
    };
    let Some(stakeholder) = headers.iter().position(|header| header == who) else {
        return;
    };
    let has_both_sides = |sender: &&usize| {
        let cell = |row: &Vec<String>, at: usize| row.get(at).map_or(String::new(), |cell| cell.trim().to_lowercase());
        let pairs = rows.iter().map(|row| (cell(row, **sender), cell(row, stakeholder)));
        let (mut theirs, mut ours) = (false, false);
        for (sender, who) in pairs.filter(|(sender, who)| !sender.is_empty() && !who.is_empty()) {
            theirs |= sender == who;
            ours |= sender != who;
        }
        theirs && ours
    };
    let found = senders.iter().filter(|sender| **sender != stakeholder).find(has_both_sides);
    let Some(sender) = found.map(|sender| headers[*sender].as_str()) else {
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
        // Where no sender, or every sender, is the stakeholder, nothing shows who wrote.
        assert_eq!(direction(header, &both[..1]), None);
        assert_eq!(direction(header, &both[1..]), None);
    }
}
