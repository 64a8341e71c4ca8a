//! Who wrote a message: the side that spoke and whether a machine did, as the type of its author, its subject, its sender and the headers of
//! the mail show.

use crate::canonical::load::tables::building::Building;
use crate::canonical::{Data, Dictionary, SourceInfo};
use crate::schema::{NO_CODE, interactions};

/// The values of a flag.
const YES: u8 = 1;
const NO_FLAG: u8 = 2;

/// The kinds of author that a file has.
#[derive(Clone, Copy, Default)]
struct Authors {
    customer: bool,
    agent: bool,
}

impl Building {
    /// Fills in the automation and the direction of interactions. What the file says itself stays, except where a machine is shown to be the
    /// author. Of a ticket the author is who opened it, and only its subject shows a machine.
    pub fn find_authors(&mut self, sources: &[SourceInfo], texts: &Dictionary) {
        self.mark_machines(sources);
        let Some(Data::Code(authors)) = self.rows.data(&interactions::AUTHOR_TYPE).cloned() else {
            return;
        };
        let code = |word: &str| texts.code(word).unwrap_or(NO_CODE);
        let [customer, agent, user] = ["customer", "agent", "user"].map(code);
        let machines = ["bot", "system", "auto_reply"].map(code);
        let [inbound, outbound] = ["inbound", "outbound"].map(code);
        let known = || authors.iter().copied().enumerate().filter(|(_, author)| *author != NO_CODE);
        let mut of_sources = vec![Authors::default(); sources.len()];
        for (row, author) in known() {
            let of_source = &mut of_sources[self.rows.source_of(row) as usize];
            of_source.customer |= author == customer;
            of_source.agent |= author == agent;
        }
        let mut directions = self.directions();
        let mut automated = self.automated();
        for (row, author) in known() {
            let source = self.rows.source_of(row) as usize;
            let is_ticket = sources[source].tickets && !sources[source].messages;
            let is_machine = machines.contains(&author) && !is_ticket;
            if is_machine {
                automated[row] = YES;
            }
            if directions[row] != NO_CODE {
                continue;
            }
            // Some systems call their agents users, and others their customers.
            let user_is = match of_sources[source] {
                Authors { customer: false, .. } => inbound,
                Authors {
                    customer: true,
                    agent: false,
                } => outbound,
                Authors {
                    customer: true,
                    agent: true,
                } => NO_CODE,
            };
            directions[row] = if author == customer {
                inbound
            } else if author == agent || is_machine {
                outbound
            } else if author == user {
                user_is
            } else {
                NO_CODE
            };
        }
        self.set(interactions::DIRECTION.name, Data::Code(directions));
        self.set(interactions::AUTOMATED.name, Data::Flag(automated));
    }

    /// Marks what a subject, a sender or a header of the mail shows to be automatic; then these are not needed any more.
    fn mark_machines(&mut self, sources: &[SourceInfo]) {
        let marks = [
            (&interactions::AUTOMATIC_SUBJECT, true),
            (&interactions::AUTOMATIC_SENDER, false),
            (&interactions::AUTOMATIC_HEADER, true),
            (&interactions::AUTOMATIC_NAME, false),
            (&interactions::AUTOMATIC_TYPE, false),
        ];
        if !marks.iter().any(|(column, _)| self.rows.flags(column).exists()) {
            return;
        }
        let mut automated = self.automated();
        for (column, also_tickets) in marks {
            let flags = self.rows.flags(column);
            let is_of = |row: usize| also_tickets || sources[self.rows.source_of(row) as usize].messages;
            let rows = (0..self.rows.len).filter(|&row| flags.at(row) == YES && is_of(row));
            rows.for_each(|row| automated[row] = YES);
        }
        for (column, _) in marks {
            self.rows.columns.remove(column.name);
        }
        self.set(interactions::AUTOMATED.name, Data::Flag(automated));
    }

    fn directions(&self) -> Vec<u32> {
        match self.rows.data(&interactions::DIRECTION) {
            Some(Data::Code(codes)) => codes.clone(),
            _ => vec![NO_CODE; self.rows.len],
        }
    }

    fn automated(&self) -> Vec<u8> {
        match self.rows.data(&interactions::AUTOMATED) {
            Some(Data::Flag(flags)) => flags.clone(),
            _ => vec![NO_FLAG; self.rows.len],
        }
    }

    fn set(&mut self, column: &str, data: Data) {
        self.rows.columns.insert(column.to_string(), data);
    }
}

#[cfg(test)]
mod tests {
    use crate::canonical::load::testing::load;
    use crate::schema::{Table, interactions};

    /// Direction and automation of each record.
    fn sides(text: &str) -> Vec<String> {
        let loaded = load(&[("messages.csv", "interactions", text)]);
        let rows = loaded.canonical.table(Table::Interactions).unwrap();
        let side = |row| {
            let direction = loaded
                .canonical
                .texts
                .text(rows.codes(&interactions::DIRECTION).at(row))
                .unwrap_or("-");
            let mark = if rows.flags(&interactions::AUTOMATED).at(row) == 1 {
                " automated"
            } else {
                ""
            };
            format!("{direction}{mark}")
        };
        (0..rows.len).map(side).collect()
    }

    #[test]
    fn the_type_of_the_author_tells_who_spoke() {
        let header = "message_id,conversation_id,customer_id,created_at,sender_type\n";
        let said = |words: &[&str]| {
            let lines = words.iter().enumerate();
            header.to_string()
                + &lines
                    .map(|(i, word)| format!("{i},c,k,2026-01-05 09:0{i},{word}\n"))
                    .collect::<String>()
        };
        let expected = [
            "inbound",
            "outbound automated",
            "outbound",
            "outbound automated",
            "outbound automated",
        ];
        assert_eq!(sides(&said(&["customer", "bot", "agent", "system", "auto-reply"])), expected);
        assert_eq!(
            sides(&said(&["Kunde", "Chatbot", "Mitarbeiter", "System", "Abwesenheitsnotiz"])),
            expected
        );
        assert_eq!(
            sides(&said(&["end-user", "AI", "admin", "workflow", "réponse automatique"])),
            expected
        );
    }

    #[test]
    fn a_user_is_whoever_the_other_side_is_not() {
        let header = "message_id,conversation_id,customer_id,created_at,sender_type\n";
        let with = |other: &str| format!("{header}1,c,k,2026-01-05 09:00,user\n2,c,k,2026-01-05 10:00,{other}\n");
        assert_eq!(sides(&with("admin")), ["inbound", "outbound"]);
        assert_eq!(sides(&with("contact")), ["outbound", "inbound"]);
        assert_eq!(sides(&with("assistant")), ["inbound", "outbound automated"]);
    }

    #[test]
    fn the_direction_of_the_file_stays_and_tickets_are_of_who_opened_them() {
        let text = "message_id,conversation_id,customer_id,created_at,direction,sender_type\n\
            1,c,k,2026-01-05 09:00,incoming,user\n2,c,k,2026-01-05 09:01,outgoing,agent_bot\n";
        assert_eq!(sides(text), ["inbound", "outbound automated"]);
        let tickets = "ticket_id,customer_id,created_at,resolved_at,created_by_type\n\
            1,a,2026-01-05 09:00,,agent\n2,b,2026-01-05 09:00,,customer\n3,c,2026-01-05 09:00,,system\n";
        assert_eq!(sides(tickets), ["outbound", "inbound", "-"]);
    }
}
