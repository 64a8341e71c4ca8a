//! What the words of a status mean: of a case whether it is over, of a purchase whether it took place.

/// A status as words alone: in lower case, separators as single spaces.
pub fn plain(status: &str) -> String {
    let lower = status.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| c.is_whitespace() || "_-./:()[]".contains(c)).collect();
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Statuses of purchases that never became one: cancelled, void, failed, mere pledges and tests. What is pending or was refunded is a
/// purchase.
pub fn is_void(status: &str) -> bool {
    if status.len() > 80 {
        return false;
    }
    let status = plain(status);
    let first = status.split(' ').next().unwrap_or("");
    VOID.contains(&status.as_str()) || CANCELLED.contains(&status.as_str()) || CANCELLED.contains(&first)
}

/// Statuses of a case that is over.
pub const CLOSED: [&str; 43] = [
    "closed",
    "resolved",
    "solved",
    "done",
    "completed",
    "complete",
    "fixed",
    "erledigt",
    "gelöst",
    "geschlossen",
    "abgeschlossen",
    "behoben",
    "fermé",
    "fermée",
    "clos",
    "clôturé",
    "clôturée",
    "résolu",
    "résolue",
    "terminé",
    "terminée",
    "cerrado",
    "cerrada",
    "resuelto",
    "resuelta",
    "solucionado",
    "terminado",
    "fechado",
    "fechada",
    "resolvido",
    "resolvida",
    "concluído",
    "encerrado",
    "encerrada",
    "chiuso",
    "chiusa",
    "risolto",
    "risolta",
    "completato",
    "gesloten",
    "opgelost",
    "afgerond",
    "afgehandeld",
];

/// Statuses of a case that is not.
pub const OPEN: [&str; 40] = [
    "open",
    "opened",
    "new",
    "pending",
    "in progress",
    "on hold",
    "waiting",
    "unresolved",
    "unsolved",
    "offen",
    "neu",
    "in bearbeitung",
    "wartend",
    "ungelöst",
    "ouvert",
    "ouverte",
    "nouveau",
    "en cours",
    "en attente",
    "non résolu",
    "abierto",
    "abierta",
    "nuevo",
    "en curso",
    "en progreso",
    "pendiente",
    "aberto",
    "aberta",
    "novo",
    "em andamento",
    "pendente",
    "aperto",
    "aperta",
    "nuovo",
    "in corso",
    "in attesa",
    "nieuw",
    "in behandeling",
    "wachtend",
    "openstaand",
];

/// Words that say so whatever follows them, such as `by customer`.
const CANCELLED: [&str; 42] = [
    "cancelled",
    "canceled",
    "void",
    "voided",
    "storniert",
    "storno",
    "abgebrochen",
    "annulliert",
    "annulé",
    "annulée",
    "annule",
    "annulee",
    "cancelado",
    "cancelada",
    "anulado",
    "anulada",
    "annullato",
    "annullata",
    "cancellato",
    "cancellata",
    "stornato",
    "geannuleerd",
    "geannulleerd",
    "fehlgeschlagen",
    "fallido",
    "fallida",
    "fallito",
    "fallita",
    "mislukt",
    "echoué",
    "échoué",
    "échouée",
    "falhou",
    "falhado",
    "rechazado",
    "rechazada",
    "recusado",
    "recusada",
    "rifiutato",
    "rifiutata",
    "geweigerd",
    "afgewezen",
];

/// Words that say so alone.
const VOID: [&str; 60] = [
    "failed",
    "failure",
    "payment failed",
    "failed payment",
    "payment error",
    "declined",
    "payment declined",
    "pledge",
    "pledged",
    "test",
    "test order",
    "testorder",
    "expired",
    "abandoned",
    "rejected",
    "unpaid",
    "draft",
    "unavailable",
    "order cancelled",
    "order canceled",
    "invalid",
    "abgelehnt",
    "abgelaufen",
    "entwurf",
    "ungültig",
    "unbezahlt",
    "testbestellung",
    "zahlung fehlgeschlagen",
    "zusage",
    "refusé",
    "refusée",
    "échec",
    "expiré",
    "expirée",
    "brouillon",
    "abandonné",
    "abandonnée",
    "impayé",
    "impayée",
    "promesse",
    "borrador",
    "expirado",
    "abandonado",
    "impagado",
    "prueba",
    "promesa",
    "rejeitado",
    "rascunho",
    "teste",
    "não pago",
    "promessa",
    "scaduto",
    "bozza",
    "abbandonato",
    "prova",
    "non pagato",
    "vervallen",
    "onbetaald",
    "verlopen",
    "toezegging",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_compared_as_words() {
        assert_eq!(plain(" In_Progress "), "in progress");
        assert_eq!(plain("CLOSED (by: agent)"), "closed by agent");
    }
}
