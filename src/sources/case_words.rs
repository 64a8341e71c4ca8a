//! What words say about the state of a case, in seven languages.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::notes::NoCase;
use crate::toml_reader::{DeTable, Reader, embedded};

/// Longer texts are not statuses.
const LONGEST: usize = 80;

/// The words of one meaning in all languages.
type Words = BTreeSet<String>;

struct CaseWords {
    closed: Words,
    open: Words,
    merged: Words,
    duplicate: Words,
    spam: Words,
    deleted: Words,
    test: Words,
    merged_phrases: Words,
    nouns: Words,
    beside: Words,
}

static WORDS: LazyLock<CaseWords> = LazyLock::new(|| embedded("case_words.toml", include_str!("case_words.toml"), read));

fn read(reader: &mut Reader<'_>, document: &DeTable<'_>) -> CaseWords {
    let mut words = |key: &str| -> Words {
        let languages = reader.table(document, key).map(|table| reader.lists(table));
        languages.into_iter().flat_map(|lists| lists.into_values().flatten()).collect()
    };
    CaseWords {
        closed: words("closed"),
        open: words("open"),
        merged: words("merged"),
        duplicate: words("duplicate"),
        spam: words("spam"),
        deleted: words("deleted"),
        test: words("test"),
        merged_phrases: words("merged_phrases"),
        nouns: words("nouns"),
        beside: words("beside"),
    }
}

/// A text in lower case. The Turkish `İ` becomes a plain `i`, where Rust would add a dot of its own.
pub fn lower(text: &str) -> String {
    text.to_lowercase().replace('\u{307}', "")
}

/// A text as words alone: in lower case, separators as single spaces.
pub fn plain(text: &str) -> String {
    let lower = lower(text);
    let words: Vec<&str> = lower.split(|c: char| c.is_whitespace() || "_-./:()[]".contains(c)).collect();
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Whether a status says that a case is over. Other words may follow, as in `closed by agent`, but none that say that it is not, or that it is
/// no case.
pub fn is_closed(status: &str) -> bool {
    if status.len() > LONGEST {
        return false;
    }
    let status = plain(status);
    starts_with(&WORDS.closed, &status) && !status.split(' ').any(|word| WORDS.open.contains(word)) && no_case(&status).is_none()
}

/// Whether a status starts with one of these phrases, as whole words.
fn starts_with(phrases: &Words, status: &str) -> bool {
    phrases.iter().any(|phrase| {
        let rest = status.strip_prefix(phrase.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    })
}

/// Whether a status says that a case is open, whatever times it has.
pub fn is_open(status: &str) -> bool {
    if status.len() > LONGEST {
        return false;
    }
    let status = plain(status);
    starts_with(&WORDS.open, &status) && !status.split(' ').any(|word| WORDS.closed.contains(word)) && no_case(&status).is_none()
        || WORDS.open.contains(&status)
}

/// What a status or a reason for closing says that the record is, if it is not a case of its own.
pub fn no_case(text: &str) -> Option<NoCase> {
    if text.len() > LONGEST {
        return None;
    }
    let plain = plain(text);
    let words: Vec<&str> = plain.split(' ').collect();
    let all = |fits: &dyn Fn(&str) -> bool| words.iter().all(|word| fits(word));
    let any = |of: &Words| words.iter().any(|word| of.contains(*word));
    let accompanies = |word: &str| WORDS.nouns.contains(word) || WORDS.beside.contains(word) || WORDS.closed.contains(word);
    let kinds = [
        (&WORDS.merged, NoCase::Merged),
        (&WORDS.duplicate, NoCase::Duplicate),
        (&WORDS.spam, NoCase::Spam),
        (&WORDS.deleted, NoCase::Deleted),
    ];
    if WORDS.merged_phrases.contains(&plain) {
        return Some(NoCase::Merged);
    }
    // Phrases of several words, such as `correo no deseado`.
    if let Some((_, kind)) = kinds.iter().find(|(of, _)| of.contains(&plain)) {
        return Some(*kind);
    }
    let found = kinds.iter().find(|(of, _)| any(of)).map(|(_, kind)| *kind);
    if let Some(kind) = found {
        let is_known = |word: &str| accompanies(word) || kinds.iter().any(|(of, _)| of.contains(word));
        return all(&is_known).then_some(kind);
    }
    let is_test = any(&WORDS.test) && all(&|word| WORDS.test.contains(word) || WORDS.nouns.contains(word));
    is_test.then_some(NoCase::Test)
}

/// Characters that separate tags.
const SEPARATORS: &str = ",;|";

/// Whether a cell of tags shows that they are separated by something other than spaces.
pub fn separates_tags(cell: &str) -> bool {
    cell.contains(|c: char| SEPARATORS.contains(c))
}

/// What one of the tags in a cell says that the record is, if it is not a case of its own. They are separated by commas, semicolons or bars;
/// otherwise, if no cell of the column has any of these, by spaces.
pub fn tagged_no_case(cell: &str, by_spaces: bool) -> Option<NoCase> {
    let is_separator = |c: char| if by_spaces { c.is_whitespace() } else { SEPARATORS.contains(c) };
    let is_mark = |c: char| c.is_whitespace() || "[]{}\"'#".contains(c);
    let tags = cell.split(is_separator).map(|tag| tag.trim_matches(is_mark));
    let mut found = tags.filter_map(no_case);
    found.find(|kind| *kind != NoCase::Deleted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_case_is_recognised_in_many_languages() {
        use NoCase::{Deleted, Duplicate, Merged, Spam, Test};
        for (status, kind) in [
            ("merged", Merged),
            ("Closed as duplicate", Duplicate),
            ("closed_by_merge", Merged),
            ("SPAM", Spam),
            ("Deleted by agent", Deleted),
            ("Test ticket", Test),
            ("Zusammengeführt", Merged),
            ("gelöscht", Deleted),
            ("Geschlossen (Duplikat)", Duplicate),
            ("Fusionné", Merged),
            ("Doublon", Duplicate),
            ("supprimée", Deleted),
            ("Duplicado", Duplicate),
            ("eliminado", Deleted),
            ("Unito", Merged),
            ("cancellato", Deleted),
            ("mesclado", Merged),
            ("excluído", Deleted),
            ("samengevoegd", Merged),
            ("Verwijderd", Deleted),
            ("Papierkorb", Deleted),
            ("Correo no deseado", Spam),
            ("Lixo eletrônico", Spam),
            ("posta indesiderata", Spam),
            ("Scalone", Merged),
            ("Skräppost", Spam),
            ("Sammanslaget ärende", Merged),
            ("slået sammen", Merged),
            ("Sloučeno", Merged),
            ("Silindi", Deleted),
            ("Roskaposti", Spam),
        ] {
            assert_eq!(no_case(status), Some(kind), "{status}");
            assert!(!is_open(status), "{status}");
        }
        for status in [
            "",
            "open",
            "closed",
            "not spam",
            "test failed",
            "Testing",
            "In Test",
            "Ready for test",
            "duplicate check pending",
            "no duplicate",
            "ouvert",
            "gelöst",
            "merge request",
        ] {
            assert_eq!(no_case(status), None, "{status}");
        }
    }

    #[test]
    fn tags_are_read_one_by_one() {
        for (tags, by_spaces) in [
            ("vip closed_by_merge", true),
            ("billing, spam", false),
            ("[\"test\",\"x\"]", false),
            ("a;doublon", false),
            ("spam", true),
        ] {
            assert!(tagged_no_case(tags, by_spaces).is_some(), "{tags}");
            assert_eq!(separates_tags(tags), !by_spaces, "{tags}");
        }
        for (tags, by_spaces) in [
            ("spam filter, test drive", false),
            ("spam filter", false),
            ("contest", true),
            ("antispam vip", true),
            ("deleted", true),
            ("merge", true),
        ] {
            assert_eq!(tagged_no_case(tags, by_spaces), None, "{tags}");
        }
    }

    #[test]
    fn what_is_open_is_recognised_in_many_languages() {
        for status in [
            "Open",
            "re-opened",
            "Waiting for customer",
            "Pending - vendor",
            "Not closed",
            "Wiedereröffnet",
            "In Bearbeitung",
            "rouvert",
            "En cours",
            "reabierto",
            "en proceso",
            "reaberto",
            "Em andamento",
            "riaperto",
            "In attesa del cliente",
            "heropend",
            "Opnieuw geopend",
            "opened again",
            "in behandeling",
            "Ponownie otwarte",
            "W toku",
            "Återöppnat",
            "Pågående",
            "Genåbnet",
            "ikke løst",
            "Znovu otevřeno",
            "Kesken",
            "Folyamatban",
            "Redeschis",
            "Yeniden açıldı",
        ] {
            assert!(is_open(status) && !is_closed(status), "{status}");
        }
        for status in [
            "",
            "closed",
            "Solved",
            "openly",
            "erledigt",
            "cerrado",
            "newsletter",
            "reopened and closed",
            "working as designed",
            "Zamknięte",
            "Löst",
            "Vyřešeno",
            "Kapatıldı",
        ] {
            assert!(!is_open(status), "{status}");
        }
    }
}
