//! Notes about the settings and the results of a run.

use super::CellText;
use super::personal::not_personal;
use crate::diagnostics::{counted, visible};
use crate::period::date_text;

/// What is doubtful about an as-of date that is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOfDoubt {
    /// The newest events are far after all others, and the default as-of date is after them.
    FarAhead {
        /// How many they are, and how many events there are.
        ahead: (u64, u64),
        /// The day of the first of them.
        from: i32,
        /// The last day of the others.
        others_until: i32,
    },
    /// Rules about the age of data compare it with the newest event, rather than with a day.
    AgeOfData,
}

/// How pseudonyms are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PseudonymKey {
    /// By a key that was given.
    Given,
    /// By the contents of the inputs.
    Inputs,
}

/// Why scores by quintiles say little.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuintileDoubt {
    /// There are few customers.
    Few,
    /// All have the same value.
    Equal {
        /// Of what.
        part: &'static str,
    },
}

not_personal!(AsOfDoubt, PseudonymKey, QuintileDoubt);

described! {
    /// What is to be known about the settings and the results of a run.
    pub enum RunNote {
        /// `measure` gives no number for the rows that `rows` shows.
        #[code = "absent"]
        #[advice = "See the reason in the note; `relhealth metrics METRIC` shows what the metric needs."]
        Absent { reason: &'static str } => |_| format!("`measure` gives no number for these rows: {reason}"),

        /// The as-of date is not set, and the default may not be the day that you mean.
        #[code = "as-of"]
        #[advice = "Set `as_of` or --as-of."]
        #[option = "as_of"]
        AsOf { doubt: AsOfDoubt } => |_| match doubt {
            AsOfDoubt::FarAhead { ahead: (ahead, all), from, others_until } => format!(
                "The newest {ahead} of {all} events are on or after {}, and the others end on {}. Set `as_of` if these dates are errors",
                date_text(*from),
                date_text(*others_until)
            ),
            AsOfDoubt::AgeOfData => "The as-of date is not set, so it is the end of the day of the newest event. `max_age` only finds tables \
                                     that are older than the others. Set --as-of to compare their age with a day"
                .to_string(),
        },

        /// The rows of a rate are its events. The exposure by which it is divided has rows of its own metric.
        #[code = "exposure"]
        #[advice = "Show the rows of the other metric as well."]
        Exposure { metric: String } => |_| {
            format!("These are the events. They are divided by `{metric}`; `relhealth rows {metric}` shows its rows")
        },

        /// Numbers are suppressed because protected people are among those that they are about, and fewer than five could be found from them.
        #[code = "few-protected"]
        #[advice = "Leave protected people out: --where \"type is null or type <> 'employee'\", and no sources marked private."]
        FewProtected => |count| format!(
            "{} suppressed although {} about other people, too. With other numbers {} would show something about fewer than five protected people \
             (employees, and people of private sources)",
            if count == 1 { "1 number is".to_string() } else { format!("{count} numbers are") },
            if count == 1 { "it is" } else { "they are" },
            if count == 1 { "it" } else { "they" }
        ),

        /// Stakeholders of a type that no health model is for are scored by the general model.
        #[code = "general-model"]
        #[advice = "Add a model for the type, [health.TYPE], or add the type to `types` of a model."]
        GeneralModel { kind: String } => |count| format!(
            "No health model is for the type `{}`. Its {} scored by the general model `contact`",
            visible(kind),
            if count == 1 { "stakeholder is".to_string() } else { format!("{count} stakeholders are") }
        ),

        /// Stakeholders who have left the roster have no health score.
        #[code = "left-roster"]
        #[advice = "Nothing, unless the end dates of the roster are wrong."]
        LeftRoster => |count| match count {
            1 => "1 stakeholder has left the roster and is not scored".to_string(),
            _ => format!("{count} stakeholders have left the roster and are not scored"),
        },

        /// Stakeholders have no health score, because too few parts of their model have data.
        #[code = "low-coverage"]
        #[advice = "Give more inputs, or lower `minimum_coverage` of the model. `relhealth health --model NAME` shows what each part needs."]
        LowCoverage { of: u64 } => |count| format!(
            "{count} of {of} stakeholders have no score, because too few parts of their model have data"
        ),

        /// What is at stake with stakeholders is not known: amounts are of several currencies, or of another one than the report's.
        #[code = "money-not-added"]
        #[advice = "Set `currency` and [rates]."]
        #[option = "rates"]
        MoneyNotAdded => |_| "Amounts of several currencies cannot be added, so the value at stake is missing. Set --currency and [rates]".to_string(),

        /// A metric of your own has no example that shows what it gives.
        #[code = "no-example"]
        #[advice = "Add an [[metric.ID.example]]; `relhealth test` then checks it."]
        NoExample { metric: String } => |_| format!("Metric `{}` has no example", visible(metric)),

        /// Some metrics cannot be compared with all other groups combined.
        #[code = "no-rest"]
        #[advice = "Nothing."]
        NoRest { metrics: Vec<String> } => |_| format!(
            "Not compared with all other groups combined, because they show how a total is distributed, or count different things: {}",
            metrics.join(", ")
        ),

        /// The report was written, but the program that shows it could not be started.
        #[code = "not-opened"]
        #[advice = "Open the file yourself."]
        NotOpened { file: String, reason: String } => |_| format!("{file} could not be opened: {reason}"),

        /// There are exchange rates, and no currency that they convert amounts into.
        #[code = "rates-not-used"]
        #[advice = "Set `currency` to the currency of the report, whose own rate is 1."]
        #[option = "currency"]
        RatesNotUsed => |_| "[rates] is not used, because no `currency` is set that amounts are converted into".to_string(),

        /// A condition or a target names a text of a column that no record has.
        #[code = "unknown-value"]
        #[advice = "Write the text as the records have it; capitals count. Nothing, if it is right that there are none yet."]
        UnknownValue { column: String, value: Option<CellText>, nearest: Option<CellText> } => |_| {
            let meant = nearest.as_ref().map_or_else(String::new, |nearest| format!("; did you mean {nearest}?"));
            let value = value.as_ref().map_or_else(|| "the text".to_string(), ToString::to_string);
            format!("No record has {value} in `{}`, which a condition or a target names{meant}", visible(column))
        },

        /// Scores of customers are quintiles, which say little if there are few customers, or if all have the same value.
        #[code = "quintiles"]
        #[advice = "Set fixed limits, such as --recency-limits 30,90,180,365."]
        #[option = "segments"]
        Quintiles { doubt: QuintileDoubt } => |customers| match doubt {
            QuintileDoubt::Few => format!(
                "Segments: scores of {customers} customers are relative to each other, and of so few they say little. Set fixed limits"
            ),
            QuintileDoubt::Equal { part } => format!(
                "Segments: all {customers} customers have the same {part}, so all have its lowest score. Set fixed limits"
            ),
        },

        /// Orders have lines in several groups, and a customer is in one group: that of the first line of the order that decides.
        #[code = "divided-orders"]
        #[advice = "Count each line for its own group with relhealth measure --by, or group by what whole orders or customers have."]
        DividedOrders => |orders| format!(
            "{} lines in several groups. A customer is in one group: that of the first line of the order that decides",
            counted(orders, "order has", "orders have"),
        ),

        /// Every text that is not known to be harmless is replaced by a pseudonym, and raw text and comments are withheld.
        #[code = "redacted"]
        #[advice = "Nothing. To get the same pseudonyms in every run, give a key."]
        Redacted { key: PseudonymKey } => |_| format!(
            "Every text that is not known to be harmless is replaced by a pseudonym. {}. Raw text and comments are withheld",
            match key {
                PseudonymKey::Given => "They are made with the key given",
                PseudonymKey::Inputs => "They are made from the contents of the inputs, so they stay the same only for the same files",
            }
        ),
    }
}
