//! What shows that a machine sent a message: its subject, the address of its sender, or a header of the mail.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::schema::{Column, interactions};
use crate::toml_reader::{DeTable, Reader, embedded};

type Words = BTreeSet<String>;

struct AutomaticWords {
    /// By their first word, so that most subjects are compared with none.
    subjects: BTreeMap<String, Vec<String>>,
    senders: Words,
    headers: Words,
    /// Words of the names of machines, which say so alone, and those that may accompany them.
    names: Words,
    beside_names: Words,
    types: Words,
}

static WORDS: LazyLock<AutomaticWords> = LazyLock::new(|| embedded("automatic_words.toml", include_str!("automatic_words.toml"), read));

fn read(reader: &mut Reader<'_>, document: &DeTable<'_>) -> AutomaticWords {
    let mut words = |key: &str| -> Words {
        let languages = reader.table(document, key).map(|table| reader.lists(table));
        languages.into_iter().flat_map(|lists| lists.into_values().flatten()).collect()
    };
    let mut subjects: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for subject in words("subjects") {
        subjects.entry(first_word(&subject).to_string()).or_default().push(subject);
    }
    AutomaticWords {
        subjects,
        senders: words("senders"),
        headers: words("headers"),
        names: words("names"),
        beside_names: words("beside_names"),
        types: words("types"),
    }
}

fn first_word(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or(text)
}

/// Whether a cell of one of the columns of the role that marks machines shows that a machine sent the message.
pub fn is_automatic(column: &Column, cell: &str) -> bool {
    let lower = cell.trim().to_lowercase();
    if column.name == interactions::AUTOMATIC_SUBJECT.name {
        is_subject(&lower)
    } else if column.name == interactions::AUTOMATIC_SENDER.name {
        is_sender(&lower)
    } else if column.name == interactions::AUTOMATIC_NAME.name {
        is_machine_name(&lower)
    } else if column.name == interactions::AUTOMATIC_TYPE.name {
        WORDS.types.contains(&spaced(&lower).join(" "))
    } else {
        WORDS.headers.contains(&lower)
    }
}

fn spaced(lower: &str) -> Vec<&str> {
    lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect()
}

/// A name that is made of words of machines, and of what such names say besides: `Support Bot`, but not `Ben Bot`.
fn is_machine_name(lower: &str) -> bool {
    const LONGEST: usize = 60;
    if lower.len() > LONGEST {
        return false;
    }
    let words = spaced(lower);
    let is_machine = |word: &str| WORDS.names.contains(word);
    WORDS.names.contains(&words.join(" "))
        || words.iter().any(|word| is_machine(word)) && words.iter().all(|word| is_machine(word) || WORDS.beside_names.contains(*word))
}

/// What follows the words of a subject must not continue their last word.
fn is_subject(lower: &str) -> bool {
    WORDS.subjects.get(first_word(lower)).into_iter().flatten().any(|words| {
        let rest = lower.strip_prefix(words.as_str());
        rest.is_some_and(|rest| words.ends_with(':') || !rest.starts_with(char::is_alphanumeric))
    })
}

/// An address, or an address in angle brackets after a name.
fn is_sender(lower: &str) -> bool {
    let address = lower.rsplit('<').next().unwrap_or(lower).trim_end_matches('>');
    let Some((name, domain)) = address.split_once('@') else {
        return false;
    };
    let name: String = name
        .split('+')
        .next()
        .unwrap_or(name)
        .chars()
        .filter(|c| !"-_.".contains(*c))
        .collect();
    !domain.is_empty() && WORDS.senders.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_are_recognised_by_subject_sender_and_header() {
        for cell in [
            "Automatic reply: your invoice",
            "Automatische Antwort: Rechnung",
            "Out of Office",
            "Abwesenheitsnotiz",
            "Réponse automatique : facture",
            "Respuesta automática: factura",
            "Resposta automática",
            "Risposta automatica: fattura",
            "Automatisch antwoord: factuur",
            "Undeliverable: your invoice",
        ] {
            assert!(is_automatic(&interactions::AUTOMATIC_SUBJECT, cell), "{cell}");
        }
        for cell in [
            "",
            "Re: Automatic reply: your invoice",
            "Automatic replying machines",
            "1",
            "noreply@shop.example",
        ] {
            assert!(!is_automatic(&interactions::AUTOMATIC_SUBJECT, cell), "{cell}");
        }
        for cell in [
            "noreply@shop.example",
            "Shop <no-reply@shop.example>",
            "do_not.reply+42@shop.example",
            "MAILER-DAEMON@mail.example",
        ] {
            assert!(is_automatic(&interactions::AUTOMATIC_SENDER, cell), "{cell}");
        }
        for cell in ["", "noreply", "ann@noreply.example", "support@shop.example", "Noreply Smith"] {
            assert!(!is_automatic(&interactions::AUTOMATIC_SENDER, cell), "{cell}");
        }
        for cell in [
            "Support Bot",
            "ChatBot",
            "The Help Bot",
            "system",
            "Asistente virtual",
            "Kundenservice-Bot",
            "Automatische Antwort",
            "noreply",
        ] {
            assert!(is_automatic(&interactions::AUTOMATIC_NAME, cell), "{cell}");
        }
        for cell in ["", "Ben Bot", "Bernard Bot", "Support", "Help Desk", "Eva", "Robert", "Abbot"] {
            assert!(!is_automatic(&interactions::AUTOMATIC_NAME, cell), "{cell}");
        }
        for cell in ["auto_reply", "Bot message", "Eingangsbestätigung", "réponse automatique"] {
            assert!(is_automatic(&interactions::AUTOMATIC_TYPE, cell), "{cell}");
        }
        for cell in ["", "text", "reply", "email", "question"] {
            assert!(!is_automatic(&interactions::AUTOMATIC_TYPE, cell), "{cell}");
        }
        for cell in ["auto-replied", "Auto-Generated", "bulk"] {
            assert!(is_automatic(&interactions::AUTOMATIC_HEADER, cell), "{cell}");
        }
        for cell in ["", "no", "list", "normal"] {
            assert!(!is_automatic(&interactions::AUTOMATIC_HEADER, cell), "{cell}");
        }
    }
}
