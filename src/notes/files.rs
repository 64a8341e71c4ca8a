//! Notes about how a file is read.

use std::fmt;

use super::Decision;
use super::join_questions::amount_option;
use super::joins::Relation;
use super::not_read::NotReadAlone;
use super::personal::{Personal, Withheld, not_personal};
use crate::diagnostics::{counted, excerpt, listed, visible};

/// A question of a survey that was recognised in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurveyQuestion {
    /// What was asked.
    pub question: String,
    /// The instrument that it belongs to.
    pub instrument: String,
    /// The ends of its scale, if they are known.
    pub scale: Option<(String, String)>,
}

impl fmt::Display for SurveyQuestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is {}", visible(&self.question), self.instrument)?;
        self.scale.as_ref().map_or(Ok(()), |(low, high)| write!(f, " from {low} to {high}"))
    }
}

/// Questions of which one may be the one of an instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnclearQuestion {
    /// The instrument; none if their words show none.
    pub instrument: Option<&'static str>,
    /// What was asked.
    pub questions: Vec<String>,
}

impl UnclearQuestion {
    /// The option that says that the first of them is the one.
    pub fn answer(&self) -> String {
        let question = self.questions.first().map_or("", String::as_str);
        let stated = format!("{}={question}", self.instrument.unwrap_or("INSTRUMENT"));
        format!("--question '{}'", visible(&stated).replace('\'', "'\\''"))
    }
}

impl fmt::Display for UnclearQuestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// So many questions are named.
        const NAMED: usize = 6;
        let mut named: Vec<String> = self
            .questions
            .iter()
            .take(NAMED)
            .map(|text| format!("`{}`", visible(text)))
            .collect();
        if self.questions.len() > NAMED {
            named.push(format!("one of {} more", self.questions.len() - NAMED));
        }
        match self.instrument {
            Some(instrument) => write!(f, "Which question is {instrument}: {}?", named.join(" or ")),
            None => write!(
                f,
                "Which question is the one of an instrument (nps, enps, csat, ces or engagement): {}?",
                named.join(" or ")
            ),
        }
    }
}

/// What a file was recognised as that no setting describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recognition {
    /// The export of a known system.
    As {
        /// Name of the system.
        title: String,
        /// The id of its profile.
        profile: String,
        /// The questions of a survey that were found in it.
        questions: Vec<SurveyQuestion>,
    },
    /// A survey whose headers ask its questions.
    Asked {
        /// The questions.
        questions: Vec<SurveyQuestion>,
    },
    /// Something like the export of a known system, but not certainly.
    Resembles {
        /// Name of the system.
        title: String,
        /// The id of its profile.
        profile: String,
        /// How many of the known columns it has, and how many are known.
        found: (usize, usize),
        /// The columns that it would need and lacks.
        lacking: Vec<String>,
    },
    /// A survey with a record for each answer.
    AnswersToQuestions {
        /// The columns that say what was asked, and what was answered.
        columns: (String, String),
        /// How many questions there are.
        of: usize,
        /// Those that are the ones of instruments.
        questions: Vec<SurveyQuestion>,
        /// Those of which that is not certain.
        unclear: Vec<UnclearQuestion>,
    },
}

/// Why a file has a condition that nobody has written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// The makers of a survey gave these answers to try it.
    Trials,
    /// Their amounts are the sums of other records.
    Totals,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LeftOut::Trials => "answers that were given to try the survey",
            LeftOut::Totals => "sums of other records",
        })
    }
}

not_personal!(LeftOut);
not_personal!(ShownByCells);

impl Personal for Recognition {
    /// The questions of a survey with a record for each answer are cells.
    fn withhold(&mut self, what: Withheld) {
        match self {
            Recognition::As { .. } | Recognition::Asked { .. } | Recognition::Resembles { .. } => {}
            Recognition::AnswersToQuestions {
                columns: (question, answer),
                questions,
                unclear,
                ..
            } => {
                question.withhold(what);
                answer.withhold(what);
                questions.iter_mut().for_each(|asked| asked.question.withhold(what));
                unclear.iter_mut().for_each(|unclear| unclear.questions.withhold(what));
            }
        }
    }
}

fn write_questions(f: &mut fmt::Formatter<'_>, questions: &[SurveyQuestion]) -> fmt::Result {
    for (at, asked) in questions.iter().enumerate() {
        write!(f, "{}{asked}", if at == 0 { ": " } else { ", " })?;
    }
    Ok(())
}

impl fmt::Display for Recognition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Recognition::As { title, profile, questions } => {
                write!(f, "Recognised as {title} ({profile})")?;
                write_questions(f, questions)
            }
            Recognition::Asked { questions } => {
                f.write_str("Recognised as answers to what the header asks")?;
                write_questions(f, questions)
            }
            Recognition::AnswersToQuestions {
                columns: (question, answer),
                of,
                questions,
                unclear,
            } => {
                write!(
                    f,
                    "Each record is the answer in \"{}\" to the question in \"{}\", of {}",
                    excerpt(answer),
                    excerpt(question),
                    counted(*of as u64, "question", "questions")
                )?;
                write_questions(f, questions)?;
                if !questions.is_empty() {
                    f.write_str("; the answers to other questions are excluded")?;
                }
                for unclear in unclear {
                    write!(f, ". {unclear} Name it with {}", unclear.answer())?;
                }
                Ok(())
            }
            Recognition::Resembles {
                title,
                profile,
                found: (found, known),
                lacking,
            } => {
                let lacking: Vec<String> = lacking.iter().map(|name| format!("`{name}`")).collect();
                write!(
                    f,
                    "It resembles {title}, with {found} of {known} known columns, but lacks {}. If it is one, set profile = \"{profile}\" in \
                     its [[source]]",
                    lacking.join(", ")
                )
            }
        }
    }
}

/// What the cells of a column that is named unclearly show of its meaning, together with other columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShownByCells {
    /// No other column has dates of what happened.
    OnlyDate,
    /// Each record has a date in it, and no other date is before it.
    FirstDate,
    /// It differs among the messages of a case, which have no other date of their own.
    DateOfEachMessage,
    /// It is the only column of amounts of money.
    OnlyMoney,
    /// In each record it is the sum of the amounts in these two columns, less a third where there is one.
    SumOf(String, String),
    /// In each record it is the amount in the first column less the discount in the second.
    LessDiscount(String, String),
    /// Each of its codes stands for one of the names in this column.
    IdsOfNames(String),
    /// Each of its codes has one date of birth in this column.
    IdsOfBirths(String),
    /// It is the only column that says whom the records are about.
    OnlyName,
    /// It is the last name, and this column has the first name, and nothing else says whom the records are about.
    WithFirstName(String),
    /// It is the only telephone number, and nothing else numbers those whom the records are about.
    OnlyPhone,
    /// It is the only number that repeats, and there are no names.
    OnlyNumberThatRepeats,
    /// Each record has this one, and some have another date, months later.
    Came,
    /// It is months after the other date, and some records have none.
    Left,
    /// With another meaning, the dates of the records would not be in the order of what was ordered, promised and received.
    PlaceAmongDates,
    /// The second of these columns is as much as the first in most records, and less in the others.
    OrderedAndReceived(String, String),
    /// The records have it in some of the states in this column, and not in the others.
    ClosedWith(String),
    /// Each record has another one.
    OneEach,
    /// The records with the same one have one stakeholder and one time.
    OneOrder,
    /// This column has the time of day.
    TimeOfDayIn(String),
}

impl fmt::Display for ShownByCells {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ShownByCells::OnlyDate => f.write_str("the only column of dates"),
            ShownByCells::DateOfEachMessage => f.write_str("the messages of a case have no other date of their own"),
            ShownByCells::FirstDate => f.write_str("each record has one, and no other date is before it"),
            ShownByCells::OnlyMoney => f.write_str("the only column of amounts of money"),
            ShownByCells::SumOf(first, second) => write!(f, "\"{}\" and \"{}\" add up to it", excerpt(first), excerpt(second)),
            ShownByCells::LessDiscount(whole, discount) => write!(f, "it is \"{}\" less \"{}\"", excerpt(whole), excerpt(discount)),
            ShownByCells::IdsOfNames(names) => write!(f, "each of its codes stands for one name in \"{}\"", excerpt(names)),
            ShownByCells::IdsOfBirths(births) => write!(f, "each of its codes has one date of birth in \"{}\"", excerpt(births)),
            ShownByCells::OnlyName => f.write_str("the only name, and there is no ID: two people with the same name count as one"),
            ShownByCells::WithFirstName(first) => write!(
                f,
                "with the first name in \"{}\", and there is no ID: two people with the same names count as one",
                excerpt(first)
            ),
            ShownByCells::OnlyPhone => f.write_str("there is no ID, so the telephone number is used"),
            ShownByCells::OnlyNumberThatRepeats => {
                f.write_str("the only number that repeats, as those of customers do, in a file without names")
            }
            ShownByCells::Came => f.write_str("each record has one, and some have one other date, months later"),
            ShownByCells::Left => f.write_str("it is months after the only other date, and some records have none"),
            ShownByCells::OneEach => f.write_str("each record has a number of its own in it"),
            ShownByCells::PlaceAmongDates => {
                f.write_str("only so are the dates of the records in the order of what is ordered, promised and received")
            }
            ShownByCells::OrderedAndReceived(ordered, received) => {
                write!(f, "\"{}\" is as much as \"{}\", or less", excerpt(received), excerpt(ordered))
            }
            ShownByCells::ClosedWith(states) => {
                write!(
                    f,
                    "the records have it in some of the states in \"{}\", and not in the others",
                    excerpt(states)
                )
            }
            ShownByCells::OneOrder => {
                f.write_str("the records with the same number have one stakeholder and one date, as the lines of an order do")
            }
            ShownByCells::TimeOfDayIn(times) => write!(f, "with the time of day in \"{}\"", excerpt(times)),
        }
    }
}

described! {
    /// How a file is read, where that is not obvious.
    pub enum FileNote {
        /// How a column is read, and the cell that decided it.
        #[code = "decided"]
        #[advice = "Nothing. If it is wrong, set `dates`, `decimal` or a format in [[source]]."]
        Decided { column: String, decision: Decision } => |count| format!("{column}: {}", decision.text(count)),

        /// Nothing shows who wrote the messages of a file. The first message of each case counts as the stakeholder's, and whether a case was
        /// answered is not known.
        #[code = "authors-unknown"]
        #[advice = "Map `direction` or `author_type` in [source.map]."]
        #[option = "map"]
        AuthorsUnknown => |_| "Nothing shows who wrote its messages. The first message of each case counts as the stakeholder's, and whether \
                               it was answered is not known"
            .to_string(),

        /// The times of the cases of a file are dates, and those of another file are not. Metrics in hours leave out the cases of this file.
        #[code = "days-only"]
        #[advice = "Export the file with times of day, or measure in days."]
        #[option = "precision"]
        DaysOnly { columns: Vec<&'static str> } => |_| format!(
            "{} without a time of day, so its cases are not in metrics of hours",
            columns.join(" and ") + if columns.len() == 1 { " has dates" } else { " have dates" }
        ),

        /// Cases of this file have no time of the first response, or none of the resolution, which those of other files have.
        #[code = "cases-without-times"]
        #[advice = "Map the column that has it. Nothing, if the system does not record it: the metrics are those of the other files."]
        CasesWithoutTimes { what: Vec<&'static str> } => |_| format!(
            "It has no time of {}, which other files have: its cases are left out of the metrics that need it",
            what.join(" and no time of ")
        ),

        /// Decimal points and decimal commas both occur in the cells of an expression. Each cell is read by what it contains.
        #[code = "decimal-mark"]
        #[advice = "See whether two exports were put together. Set `decimal` in [[source]] if one of them is wrong."]
        #[option = "decimal"]
        BothDecimalMarks => |_| "Decimal points and decimal commas both occur. Each cell is read by what it contains",

        /// Several columns have the same name. A number is added to the names of the later ones.
        #[code = "duplicate-header"]
        #[advice = "Map the right one of them."]
        DuplicateHeader { number: usize, name: String, first: String } => |_| {
            let (name, first) = (excerpt(name), excerpt(first));
            format!("Column {number} is read as {name}, because an earlier column has the name {first}")
        },

        /// The file is not UTF-8. Its encoding was detected from its bytes.
        #[code = "encoding"]
        #[advice = "Nothing, if names look right. Otherwise set `encoding` in [[source]]."]
        #[option = "encoding"]
        Encoding { encoding: &'static str } => |_| format!("The file is not UTF-8. It is read as {encoding}"),

        /// Lines at the end of the file are not records, for example totals.
        #[code = "footer"]
        #[advice = "Nothing. If they are records, look at their cells."]
        Footer { lines: u64, first: u64 } => |_| match lines {
            1 => format!("The last line, {first}, is not a record"),
            _ => format!("The last {lines} lines, from line {first}, are not records"),
        },

        /// The name of a column does not say what it means, and its cells do.
        #[code = "guessed"]
        #[advice = "Nothing, if it is right. If the column means something else, map the right one with `--map` or in [source.map]."]
        #[option = "map"]
        Guessed { column: &'static str, header: String, shown: ShownByCells } => |_| format!(
            "{column} is read from \"{}\": {shown}. If that is not right, set it with --map or in [source.map]",
            excerpt(header)
        ),

        /// No column has the amount. It is the quantity times the price of one.
        #[code = "computed-amount"]
        #[advice = "Nothing, if it is right. If a column has the amount, map it with `--map` or in [source.map]."]
        #[option = "map"]
        ComputedAmount { formula: String, file: String } => |_| format!(
            "No column has the amount: it is {formula}. If a column has it, name it with --map '{}:amount=COLUMN'",
            visible(file)
        ),

        /// No file has the amounts. They are the prices in a list of what was bought.
        #[code = "list-prices"]
        #[advice = "Nothing, if the prices did not change and no discounts were given. Otherwise add the file that has what was paid."]
        #[option = "map"]
        ListPrices { formula: String, list: String } => |_| format!(
            "No file has the amounts: they are {formula}, with the prices in {}. Discounts and earlier prices are not known",
            visible(list)
        ),

        /// Several columns ask the same question, and no record has an answer in two of them, as in a survey in two languages. They are read as
        /// one.
        #[code = "same-question"]
        #[advice = "Nothing, if it is right. Otherwise map the column of one of them to `score`."]
        #[option = "map"]
        SameQuestion { columns: Vec<String> } => |_| format!(
            "These columns ask the same question, and no record answers it in two of them, so they are read as one: {}",
            listed(&columns.iter().map(|column| format!("`{}`", excerpt(column))).collect::<Vec<_>>())
        ),

        /// Orders are cancelled by their status, and payments of them are in another file. The payments count.
        #[code = "cancelled-paid"]
        #[advice = "Nothing, if the payments were made and not paid back. Otherwise exclude them with `where` in [[source]]."]
        #[option = "where"]
        CancelledPaid { file: String, column: String, words: Vec<String> } => |count| {
            let listed: Vec<String> = words.iter().map(|word| format!("'{}'", visible(word))).collect();
            format!(
                "{} of {} {} the status {}. What was paid for them counts. To exclude it, set where = \"\\\"{}\\\" not in ({})\" in [[source]]",
                counted(count, "order", "orders"),
                visible(file),
                if count == 1 { "has" } else { "have" },
                listed.join(" or "),
                visible(column),
                listed.join(", "),
            )
        },

        /// The records take columns from another file, because all files together are one export.
        #[code = "joined"]
        #[advice = "Nothing, if the key is the right one. Otherwise name another with --join, or describe the files in [[source]]."]
        #[option = "--join"]
        Joined { relation: Box<Relation> } => |_| format!(
            "Joined with {} by {}: {}",
            relation.to.files(),
            relation.to.columns.iter().map(|column| visible(column).into_owned()).collect::<Vec<_>>().join(" + "),
            relation.evidence(),
        ),

        /// A file among several is not read by itself: another file counts the same, or its columns are dimensions of the records of another.
        #[code = "not-read-alone"]
        #[advice = "Nothing, if it is right. Otherwise name its table, for example purchases=FILE, or describe the files in [[source]]."]
        #[option = "--join"]
        NotReadAlone { why: NotReadAlone } => |_| why.to_string(),

        /// The amounts of a file are refunds. They count as negative purchases, of the orders that they refund.
        #[code = "refunds"]
        #[advice = "Nothing, if they are refunds. If they were sold, name the file otherwise, or leave it out of the inputs."]
        Refunds { column: String, of: Option<String> } => |_| {
            let of = of.as_ref().map_or(String::new(), |of| format!(" of the orders in {}", visible(of)));
            format!("Its amounts, in {}, are refunds{of}, and count as negative", excerpt(column))
        },

        /// The header of the amount names the unit that it is written in, such as cents or thousands.
        #[code = "amount-unit"]
        #[advice = "Nothing, if it is right. If the amounts are in whole units of the currency, map the column with `--map` or in [source.map]."]
        #[option = "map"]
        AmountUnit { column: String, formula: String, file: String } => |_| format!(
            "By its header, {} is in another unit than its currency's, and the amount is {formula}. If it is not, use --map '{}:amount={}'",
            excerpt(column),
            visible(file),
            visible(column),
        ),

        /// A column of yes or no says that purchases did not take place: they were cancelled, or are tests. They do not count.
        #[code = "marked-void"]
        #[advice = "Nothing, if it is right. If the column means something else, set is_void = { value = \"no\" } in [source.map]."]
        #[option = "map"]
        MarkedVoid { column: String } => |count| format!(
            "{}: {} as cancelled or as {} and {} not count. If the column means something else, set is_void = {{ value = \"no\" }} in [source.map]",
            excerpt(column),
            counted(count, "purchase is marked", "purchases are marked"),
            if count == 1 { "a test" } else { "tests" },
            if count == 1 { "does" } else { "do" },
        ),

        /// No column of a file says whom its records are about: what was sold over a counter, or what citizens report. They count for no person.
        #[code = "names-nobody"]
        #[advice = "Nothing, if that is right. Otherwise name the column of people with `--map` or in [source.map]."]
        #[option = "map"]
        NamesNobody { column: &'static str, file: String } => |_| format!(
            "No column looks like {column}, so the records count for no person, and what is counted of people is missing. If a column names \
             them: --map '{}:{column}=COLUMN'",
            visible(file),
        ),

        /// Some records are none: sums of others, or answers that were given to try a survey. They are excluded.
        #[code = "left-out"]
        #[advice = "Nothing, if it is right. To count them, set where = \"true\" in [[source]]."]
        #[option = "where"]
        LeftOut { condition: String, why: LeftOut } => |_| format!(
            "Its {why} are excluded; what counts is where {}. To count them, set where = \"true\" in [[source]]",
            visible(condition),
        ),

        /// A column of yes or no says that purchases were not completed, confirmed or accepted. They count.
        #[code = "not-completed"]
        #[advice = "Nothing, if they are purchases. If they are none, map the column to is_valid."]
        #[option = "map"]
        NotCompleted { column: String, file: String } => |_| format!(
            "{}: what is marked with no counts like the rest. If it is no purchase, use --map '{}:is_valid={}'",
            excerpt(column),
            visible(file),
            visible(column),
        ),

        /// A column of yes or no says that purchases are not valid: payments did not succeed, or records are no real ones. They do not count.
        #[code = "marked-not-valid"]
        #[advice = "Nothing, if it is right. If the column means something else, set is_valid = { value = \"yes\" } in [source.map]."]
        #[option = "map"]
        MarkedNotValid { column: String } => |count| format!(
            "{}: {} as not valid and {} not count. If the column means something else, set is_valid = {{ value = \"yes\" }} in [source.map]",
            excerpt(column),
            counted(count, "purchase is marked", "purchases are marked"),
            if count == 1 { "does" } else { "do" },
        ),

        /// A known format has answers or the like that cannot be read. What is missing is said, and nothing is guessed.
        #[code = "not-read-column"]
        #[advice = "See what the note says. The file can be described once more in [[source]], for another table."]
        #[option = "map"]
        NotReadColumn { column: String, why: String } => |_| format!("{} is not read: {why}", excerpt(column)),

        /// The messages of a file are one for each case, all from the stakeholders. Whether and when the cases were answered is not known.
        #[code = "one-message-each"]
        #[advice = "Export all messages. If a column has the time of the first answer, describe the file in [[source]] as tickets, with `responded_at`."]
        #[option = "map"]
        OneMessageEach => |_| "Each case has one message, and none is ours, so it does not show whether and when cases were answered. Export all messages; \
                              or, if a column has the time of the first answer, describe the file in [[source]] as tickets: profile = \"none\", kind = \
                              \"interactions\", and in [source.map] responded_at"
            .to_string(),

        /// A file has an amount before and after tax or fees. The one that was mapped counts.
        #[code = "other-amount"]
        #[advice = "Nothing, if the right one counts. Otherwise map `amount` to the other column with `--map` or in [source.map]."]
        #[option = "map"]
        OtherAmount { column: String, other: String, file: String } => |_| format!(
            "Its amounts are those in {}, and not those in {}. To count the others: --map '{}:amount={}'",
            excerpt(column),
            excerpt(other),
            visible(file),
            visible(other),
        ),

        /// The lines of orders have two prices of one, such as before and after a discount or a tax. One of them counts.
        #[code = "other-price"]
        #[advice = "Nothing, if the right one counts. Otherwise map `amount` to the quantity times the other one with `--map` or in [source.map]."]
        #[option = "map"]
        OtherPrice { formula: String, other: String, file: String } => |_| format!(
            "Its amounts are {formula}. It has another price, too; to count {other}: {}",
            amount_option(file, other),
        ),

        /// Some bytes are not characters of the encoding. They were replaced by U+FFFD.
        #[code = "malformed"]
        #[advice = "Set the right `encoding` in [[source]], or export the file again."]
        #[option = "encoding"]
        Malformed { encoding: &'static str } => |_| format!("Some bytes are not valid {encoding}. They were replaced by U+FFFD"),

        /// A file that is looked up has records to which no record of this file refers. They are not counted.
        #[code = "not-referred-to"]
        #[advice = "Nothing, if they have nothing that counts, such as orders without lines. Otherwise export both files for the same period."]
        #[option = "lookup"]
        NotReferredTo { file: String, of: u64 } => |count| format!(
            "{count} of the {} of {} {} not count, because no record refers to {}",
            counted(*of, "record", "records"),
            visible(file),
            if count == 1 { "does" } else { "do" },
            if count == 1 { "it" } else { "them" },
        ),

        /// The `where` of a file leaves none of its records: it is treated as a file without records, so its metrics are missing and not 0.
        #[code = "nothing-left"]
        #[advice = "See whether the condition is right: capitals count, and a date is written DATE '2026-01-31'."]
        #[option = "where"]
        NothingLeft => |count| format!(
            "`where` leaves none of its {}, so its metrics are missing",
            counted(count, "record", "records")
        ),

        /// The file is too large to look for records that stand in it twice, because many share an ID by right, as lines of an order do.
        #[code = "not-searched"]
        #[advice = "If the export may list records twice, set `key` in [[source]] to the columns that tell one record from another."]
        #[option = "key"]
        NotSearched { records: u64 } => |_| format!(
            "It has {records} records, many of which share an ID, as lines of an order do. That is too many to look for those that stand in it \
             twice. If it may have some, set `key` in [[source]]"
        ),

        /// The file is too large to read the names of people, which show placeholders and one person under two IDs.
        #[code = "names-not-read"]
        #[advice = "If an ID may stand for nobody in particular, such as walk-in customers, list it in `placeholder_ids`."]
        #[option = "placeholder_ids"]
        NamesNotRead { records: u64 } => |_| format!(
            "It has {records} records, which is too many to read the names of people. Names that show a placeholder, or one person under two \
             IDs, are not found"
        ),

        /// Quotes of some records break the rules. These records are read so that they have as many cells as the table.
        #[code = "quotes"]
        #[advice = "Look at the first of them. Export the file with quotes doubled within cells."]
        Quotes { records: u64, line: u64 } => |_| format!(
            "{}, {}on line {line}. {} so that {} as many cells as the table",
            counted(*records, "record has misplaced quotes", "records have misplaced quotes"),
            if *records == 1 { "" } else { "the first " },
            if *records == 1 { "It is read" } else { "They are read" },
            if *records == 1 { "it has" } else { "they have" }
        ),

        /// The export of a known system was recognised by its columns.
        #[code = "recognised"]
        #[advice = "Nothing. If it is wrong, describe the file in [[source]]."]
        #[option = "profile"]
        Recognised { recognition: Recognition } => |_| recognition.to_string(),

        /// Single bytes of a UTF-8 file are not UTF-8. They are read as windows-1252.
        #[code = "stray-bytes"]
        #[advice = "Nothing, if the text looks right. Otherwise export the file again."]
        StrayBytes { bytes: u64, line: u64 } => |_| format!(
            "{}, {}on line {line}, and {} read as windows-1252",
            counted(*bytes, "byte is not UTF-8", "bytes are not UTF-8"),
            if *bytes == 1 { "" } else { "the first " },
            if *bytes == 1 { "is" } else { "are" }
        ),

        /// Zero bytes are omitted from the text.
        #[code = "zero-bytes"]
        #[advice = "Nothing, if the file is complete. Otherwise export it again."]
        ZeroBytes { bytes: u64 } => |_| counted(*bytes, "zero byte is omitted", "zero bytes are omitted"),
    }
}
