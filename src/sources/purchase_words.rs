//! What the words of a status of a purchase mean: whether it took place.

use super::case_words::plain;

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
