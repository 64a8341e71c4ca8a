//! What survey instruments are called, ask and answer, in the languages of the usual exports.

use super::folded;

/// An instrument of surveys.
pub struct Instrument {
    /// Its name in the `instrument` column.
    pub name: &'static str,
    /// Parts of its questions (folded): of each list one.
    pub asks: &'static [&'static [&'static str]],
    /// Its usual scale.
    pub scale: (i64, i64),
    /// An answer so high is none of the shorter scales that the same question is asked on.
    pub shown_by: i64,
    /// What its answers are called, from the lowest to the highest, in lower case; `|` between words for the same.
    pub words: &'static [&'static [&'static str]],
}

impl Instrument {
    /// Whether a question with this folded text may be its.
    pub fn asks(&self, text: &str) -> bool {
        if self.name == "ces" && asks_how_much_effort(text) {
            return false;
        }
        self.is_named(text) || (!self.asks.is_empty() && self.asks.iter().all(|words| words.iter().any(|word| text.contains(word))))
    }

    /// Whether answers between these can be on its usual scale only.
    pub fn is_shown(&self, least: i64, most: i64, text: &str) -> bool {
        most >= self.shown_by || (self.scale.0 == 0 && (least == 0 || self.is_named(text)))
    }

    /// Whether it is called by its name.
    pub fn is_named(&self, text: &str) -> bool {
        text.split(|c: char| !c.is_alphanumeric()).any(|word| word == self.name)
    }
}

/// Whether a question (folded) asks how much effort something was: a high answer is a bad one then, the other way round than in the questions
/// of CES 2.0, which ask how easy it was.
fn asks_how_much_effort(text: &str) -> bool {
    const AMOUNTS: [&str; 16] = [
        "how_much_effort",
        "amount_of_effort",
        "level_of_effort",
        "wie_viel_aufwand",
        "wieviel_aufwand",
        "wie_hoch_war_der_aufwand",
        "combien_d'effort",
        "quel_effort",
        "quel_niveau_d'effort",
        "cuánto_esfuerzo",
        "cuanto_esfuerzo",
        "quanto_esforço",
        "quanto_sforzo",
        "quanta_fatica",
        "hoeveel_moeite",
        "ile_wysiłku",
    ];
    AMOUNTS.iter().any(|words| text.contains(words))
}

/// The instrument whose question this header asks, whatever the answers are.
pub fn named_instrument(header: &str) -> Option<&'static Instrument> {
    let text = folded(header);
    let holds_answers = !NO_SCORES.iter().any(|word| text.contains(word));
    INSTRUMENTS.iter().find(|instrument| holds_answers && instrument.asks(&text))
}

/// Columns with these words hold what was made of an answer.
pub const NO_SCORES: &[&str] = &["nps_group", "nps_category", "nps_segment", "nps_type", "nps_label", "nps_bucket"];

/// The instruments, those first whose questions are also another's.
pub const INSTRUMENTS: &[Instrument] = &[
    Instrument {
        name: "enps",
        asks: &[RECOMMEND, WORK],
        scale: (0, 10),
        shown_by: 6,
        words: &[],
    },
    Instrument {
        name: "nps",
        asks: &[RECOMMEND],
        scale: (0, 10),
        shown_by: 6,
        words: &[],
    },
    Instrument {
        name: "ces",
        asks: &[&[
            "effort",
            "how_easy",
            "easy_was_it",
            "made_it_easy",
            "easy_to",
            "wie_einfach",
            "wie_leicht",
            "facile",
            "facil",
            "fácil",
            "makkelijk",
            "łatwo",
            "hur_lätt",
            "hur_enkel",
            "hvor_let",
            "hvor_nem",
            "hvor_enkel",
            "snadn",
            "jednoduch",
            "kolay",
        ]],
        scale: (1, 7),
        shown_by: 6,
        words: &[
            &[
                "strongly disagree",
                "disagree",
                "somewhat disagree",
                "neither agree nor disagree|neutral",
                "somewhat agree",
                "agree",
                "strongly agree",
            ],
            &[
                "strongly disagree",
                "disagree",
                "neither agree nor disagree|neutral",
                "agree",
                "strongly agree",
            ],
            &[
                "very difficult",
                "difficult",
                "somewhat difficult",
                "neither easy nor difficult|neither|neutral",
                "somewhat easy",
                "easy",
                "very easy",
            ],
            &[
                "extremely difficult",
                "moderately difficult",
                "slightly difficult",
                "neither easy nor difficult",
                "slightly easy",
                "moderately easy",
                "extremely easy",
            ],
            &[
                "very difficult",
                "difficult",
                "neither easy nor difficult|neither|neutral",
                "easy",
                "very easy",
            ],
            &[
                "extremely difficult",
                "somewhat difficult",
                "neither easy nor difficult",
                "somewhat easy",
                "extremely easy",
            ],
            &["not at all easy", "not so easy", "somewhat easy", "very easy", "extremely easy"],
        ],
    },
    Instrument {
        name: "csat",
        asks: &[&[
            "satisf",
            "zufrieden",
            "satisfait",
            "satisfech",
            "satisfeit",
            "soddisf",
            "tevreden",
            "zadowol",
            "satysf",
            "nöjd",
            "tilfreds",
            "fornøyd",
            "spokoj",
            "memnun",
        ]],
        scale: (1, 5),
        shown_by: 4,
        words: &[
            &[
                "very dissatisfied|very unsatisfied",
                "dissatisfied|unsatisfied",
                "neutral|neither satisfied nor dissatisfied",
                "satisfied",
                "very satisfied",
            ],
            &[
                "very dissatisfied",
                "somewhat dissatisfied",
                "neutral|neither satisfied nor dissatisfied",
                "somewhat satisfied",
                "very satisfied",
            ],
            &[
                "extremely dissatisfied",
                "somewhat dissatisfied",
                "neither satisfied nor dissatisfied",
                "somewhat satisfied",
                "extremely satisfied",
            ],
            &[
                "extremely dissatisfied",
                "moderately dissatisfied",
                "slightly dissatisfied",
                "neither satisfied nor dissatisfied",
                "slightly satisfied",
                "moderately satisfied",
                "extremely satisfied",
            ],
            &[
                "not at all satisfied",
                "not so satisfied",
                "somewhat satisfied",
                "very satisfied",
                "extremely satisfied",
            ],
            &[
                "sehr unzufrieden",
                "unzufrieden|eher unzufrieden",
                "neutral|teils/teils",
                "zufrieden|eher zufrieden",
                "sehr zufrieden",
            ],
            &[
                "très insatisfait|très insatisfaite|pas du tout satisfait",
                "insatisfait|insatisfaite|plutôt insatisfait",
                "neutre|ni satisfait ni insatisfait",
                "satisfait|satisfaite|plutôt satisfait",
                "très satisfait|très satisfaite",
            ],
            &[
                "muy insatisfecho|muy insatisfecha",
                "insatisfecho|insatisfecha",
                "neutral",
                "satisfecho|satisfecha",
                "muy satisfecho|muy satisfecha",
            ],
            &[
                "muito insatisfeito|muito insatisfeita",
                "insatisfeito|insatisfeita",
                "neutro",
                "satisfeito|satisfeita",
                "muito satisfeito|muito satisfeita",
            ],
            &[
                "molto insoddisfatto|molto insoddisfatta",
                "insoddisfatto|insoddisfatta",
                "neutrale|neutro",
                "soddisfatto|soddisfatta",
                "molto soddisfatto|molto soddisfatta",
            ],
            &["zeer ontevreden", "ontevreden", "neutraal", "tevreden", "zeer tevreden"],
            &[
                "bardzo niezadowolony|bardzo niezadowolona",
                "niezadowolony|niezadowolona",
                "neutralny|neutralna|neutralnie",
                "zadowolony|zadowolona",
                "bardzo zadowolony|bardzo zadowolona",
            ],
            &[
                "mycket missnöjd",
                "missnöjd",
                "neutral|varken nöjd eller missnöjd",
                "nöjd",
                "mycket nöjd",
            ],
            &[
                "meget utilfreds",
                "utilfreds",
                "neutral|hverken tilfreds eller utilfreds",
                "tilfreds",
                "meget tilfreds",
            ],
            &[
                "velmi nespokojen|velmi nespokojený|velmi nespokojená",
                "nespokojen|nespokojený|nespokojená|spíše nespokojen|spíše nespokojený|spíše nespokojená",
                "neutrální|ani spokojen ani nespokojen",
                "spokojen|spokojený|spokojená|spíše spokojen|spíše spokojený|spíše spokojená",
                "velmi spokojen|velmi spokojený|velmi spokojená",
            ],
            &[
                "hiç memnun değilim|hiç memnun değil",
                "memnun değilim|memnun değil",
                "kararsızım|nötr|ne memnunum ne değilim",
                "memnunum|memnun",
                "çok memnunum|çok memnun",
            ],
        ],
    },
];

/// Whether a question is about all of it.
pub fn says_overall(question: &str) -> bool {
    const OVERALL: &[&str] = &[
        "overall",
        "all in all",
        "in general",
        "insgesamt",
        "alles in allem",
        "globalement",
        "dans l'ensemble",
        "en general",
        "de modo geral",
        "complessiv",
        "nel complesso",
        "over het geheel",
        "ogóln",
        "całości",
        "sammantaget",
        "övergripande",
        "på det hele taget",
        "samlet set",
        "alt i alt",
        "celkov",
        "genel olarak",
    ];
    let question = question.to_lowercase();
    OVERALL.iter().any(|words| question.contains(words))
}

/// Words of a question whether one recommends.
const RECOMMEND: &[&str] = &[
    "recommend",
    "net_promoter",
    "empfehl",
    "recommand",
    "recomend",
    "recomiend",
    "consigli",
    "raccomand",
    "aanbevel",
    "aanbeveel",
    "aanraden",
    "aanraad",
    "polec",
    "rekommend",
    "anbefal",
    "doporuč",
    "tavsiye",
    "önerir",
    "önerme",
    "suosittel",
    "ajánlan",
    "ajánlaná",
    "recomand",
];

/// Words of a question about an employer.
const WORK: &[&str] = &[
    "place_to_work",
    "working",
    "work_at",
    "work_for",
    "employer",
    "arbeitgeber",
    "employeur",
    "lieu_de_travail",
    "lugar_para_trabajar",
    "lugar_para_trabalhar",
    "posto_di_lavoro",
    "werkgever",
    "pracodawc",
    "miejsce_pracy",
    "arbetsgivare",
    "arbetsplats",
    "arbejdsgiver",
    "arbejdsplads",
    "zaměstnavatel",
    "işveren",
    "iş_yeri",
    "työnantaja",
    "työpaikka",
    "munkahely",
    "munkáltató",
    "angajator",
    "loc_de_muncă",
];

/// The number in a label such as `10 - Extremely likely`, `Very satisfied (5)` or `Not at all likely - 0`: the only one in it, at its
/// start or end.
pub fn numbered(label: &str) -> Option<i64> {
    let digits = label.chars().filter(char::is_ascii_digit).count();
    let first = label.chars().take_while(char::is_ascii_digit).count();
    let inside = label.trim_end_matches(')');
    let last = inside.chars().rev().take_while(char::is_ascii_digit).count();
    if digits == 0 || digits > 2 {
        return None;
    }
    if first == digits {
        let after = label[first..].chars().next();
        return after.is_none_or(|c| " -=:.)".contains(c)).then(|| label[..first].parse().ok())?;
    }
    let (before, number) = inside.split_at(inside.len() - last);
    let parted = if inside.len() < label.len() {
        before.ends_with('(')
    } else {
        before.ends_with(' ')
    };
    (last == digits && parted).then(|| number.parse().ok())?
}
