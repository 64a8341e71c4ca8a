//! Which statuses of the roster say that a stakeholder is not there any more.

use std::sync::LazyLock;

use super::placeholders::plain_words;
use crate::toml_reader::{DeTable, Reader, embedded};

struct Words {
    strong: Vec<String>,
    alone: Vec<String>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| embedded("leavers.toml", include_str!("leavers.toml"), words));

fn words(reader: &mut Reader<'_>, document: &DeTable<'_>) -> Words {
    reader.known(document, "of the leavers", &["strong", "alone"]);
    Words {
        strong: reader.strings(document, "strong"),
        alone: reader.strings(document, "alone"),
    }
}

/// Whether a status says that the stakeholder has left: terminated, cancelled, lapsed. Suspended, inactive and pending ones have not.
pub fn has_left(status: &str) -> bool {
    if status.len() > 60 {
        return false;
    }
    let words = plain_words(status);
    let is_strong = words.first().is_some_and(|first| WORDS.strong.contains(first));
    is_strong || WORDS.alone.contains(&words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leavers_are_recognised_in_many_languages() {
        for status in [
            "terminated",
            "Terminated for Cause",
            "CANCELLED",
            "Canceled by customer",
            "lapsed",
            "Voluntarily Terminated",
            "resigned",
            "left",
            "Gekündigt",
            "ausgetreten",
            "abgelaufen",
            "Résilié",
            "démissionnaire",
            "ANNULÉE",
            "de baja",
            "Cancelado",
            "caducada",
            "cessato",
            "Disdetta",
            "scaduto",
            "opgezegd",
            "Uit dienst",
            "beëindigd",
            "Desligado",
            "encerrada",
            "Zwolniona",
            "wygasła",
            "Uppsagd",
            "har slutat",
            "udmeldt",
            "Ukončeno",
            "kilépett",
            "Reziliat",
            "Ayrıldı",
        ] {
            assert!(has_left(status), "{status}");
        }
        for status in [
            "",
            "active",
            "Active",
            "inactive",
            "suspended",
            "on leave",
            "pending",
            "not cancelled",
            "cancellation requested",
            "trial",
            "aktiv",
            "en cours",
            "activo",
            "attivo",
            "actief",
            "ativo",
            "left handed",
            "closed beta",
            "probation",
        ] {
            assert!(!has_left(status), "{status}");
        }
    }
}
