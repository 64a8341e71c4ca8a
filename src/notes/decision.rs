//! Decisions about columns: how their cells are read if no setting says it, and the cells that decided it.
//!
//! A new decision is a variant with its row. If it excludes records, these get a [`super::ExclusionReason`], by which they are counted.

use super::money::{CurrencyFound, CurrencyReading, CurrencySource, FilledFromAbove, OrderAmountReading, OrderAmountShown};
use super::personal::not_personal;
use super::{CellText, Personal, Withheld};
use crate::cell_parsing::{DateWay, DecimalMark, DecimalVerdict, Example, Order};
use crate::diagnostics::{counted, excerpt, listed, visible};

/// What shows the order of day and month of a column whose own cells leave it open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderShown {
    /// Another column that is written in the same way, by this cell.
    Column(String, Example),
    /// The dates of another column: only so are they never the wrong way round, in so many records in which they differ.
    Other(String, u64),
    /// The records: only so are they in the order of time, in so many steps.
    Records(u64),
    /// The period of the file, by its name or the lines before its table: only so are the dates within it.
    Period(String),
    /// The points between the parts, with the language of the headers: where it is spoken, nobody writes the month first.
    Points(&'static str),
    /// The language of the headers: wherever it is spoken, nobody writes the month first.
    Language(&'static str),
}

impl OrderShown {
    fn sentence(&self) -> String {
        match self {
            OrderShown::Column(header, cell) => format!(
                "because column {} is written in the same way, and {} is a date only in this order",
                excerpt(header),
                shown(cell)
            ),
            OrderShown::Other(header, records) => format!(
                "because only so are its dates always on the same side of those of {}, in {records} records",
                excerpt(header)
            ),
            OrderShown::Records(steps) => {
                format!("because only so are the records in the order of time, in all {steps} steps from one date to another")
            }
            OrderShown::Period(said) => format!(
                "because only so are its dates within the period that the file is of ({})",
                excerpt(said)
            ),
            OrderShown::Language(language) => {
                format!("because the headers are {language}, and nobody writes the month first where it is spoken")
            }
            OrderShown::Points(language) => {
                format!("because the headers are {language}, and dates with points begin with the day where it is spoken")
            }
        }
    }
}

fn order_name(order: Order) -> &'static str {
    match order {
        Order::Dmy => "day, month, year",
        Order::Mdy => "month, day, year",
        Order::Ymd => "year, month, day",
    }
}

/// How the dates of a column are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateFormat {
    /// In this order of day, month and year, because another order cannot read that cell.
    Order(Order, Example),
    /// In this order, which no cell of the column shows, but something else of the file.
    Shown(Order, OrderShown),
    /// In one way that leaves nothing open; the first cell of it.
    Way(DateWay, Example),
    /// Every cell shows its own order.
    OwnOrder,
    /// In several ways: how many cells are written in each, and the first of them. The cell shows the order of those that do not show it.
    Several(Option<Example>, Vec<(DateWay, u64, Example)>),
}

/// How the dates of a column are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateReading {
    /// How they are written.
    pub format: DateFormat,
    /// Whether some are numbers of days as spreadsheets count them.
    pub has_serial_dates: bool,
    /// How many cells are not dates, with the line and the text of the first.
    pub not_dates: Option<(u64, u64, Option<CellText>)>,
}

impl Personal for DateReading {
    fn withhold(&mut self, what: Withheld) {
        if let Some((.., cell)) = &mut self.not_dates {
            cell.withhold(what);
        }
    }
}

not_personal!(DecimalVerdict);

impl DateReading {
    fn sentence(&self) -> String {
        let mut parts = vec![match &self.format {
            DateFormat::Order(order, decided_by) => {
                format!("{}, because {} is a date only in this order", order_name(*order), shown(decided_by))
            }
            DateFormat::Shown(order, by) => format!("{}, {}", order_name(*order), by.sentence()),
            DateFormat::Way(way, first) => format!("{way}, for example {}", shown(first)),
            DateFormat::OwnOrder => "every cell shows its own order of day, month and year".to_string(),
            DateFormat::Several(decided_by, ways) => {
                let listed: Vec<String> = ways
                    .iter()
                    .map(|(way, count, first)| format!("{count} as {way} ({})", shown(first)))
                    .collect();
                let order = decided_by
                    .as_ref()
                    .map_or(String::new(), |cell| format!(", and {} is a date only in this order", shown(cell)));
                format!(
                    "dates are written in {} ways, and each cell is read in its own: {}{order}",
                    ways.len(),
                    listed.join("; ")
                )
            }
        }];
        if self.has_serial_dates {
            parts.push("Set format = \"excel1904\" if the workbook counts from 1904, which is 1462 days later".to_string());
        }
        if let Some((count, line, cell)) = &self.not_dates {
            let cells = counted(*count, "cell is not a date:", "cells are not dates; the first is");
            let cell = cell.as_ref().map_or(String::new(), |cell| format!("{cell} "));
            parts.push(format!("{cells} {cell}on line {line}"));
        }
        parts.join(". ")
    }
}

pub(super) fn shown(example: &Example) -> String {
    format!("'{}' on line {}", visible(&example.cell), example.line)
}

fn decimal_sentence(verdict: &DecimalVerdict, delimiter: char) -> String {
    let name = |mark: &DecimalMark| match mark {
        DecimalMark::Comma => "decimal comma",
        DecimalMark::Point | DecimalMark::Auto => "decimal point",
    };
    match verdict {
        DecimalVerdict::Unmarked => "decimal point".to_string(),
        DecimalVerdict::Clear { mark, decided_by } => {
            format!("{}, because {} is a number only with it", name(mark), shown(decided_by))
        }
        DecimalVerdict::Assumed { mark, example } => format!(
            "{}, assumed because cells are separated by '{}'; {} alone does not show it",
            name(mark),
            delimiter.escape_default(),
            shown(example)
        ),
        DecimalVerdict::Mixed { point, comma } => format!(
            "decimal point and decimal comma, and each cell is read by what it contains, for example {} and {}",
            shown(point),
            shown(comma)
        ),
    }
}

not_personal!(char);

described! {
    /// How the cells of a column are read, as decided by all of them together.
    pub enum Decision {
        /// How the dates of a column are written: the order of day, month and year, or several ways.
        #[code = "date-format"]
        #[advice = "Nothing. If it is wrong, set `dates` in [[source]], or a format in [source.map]."]
        #[option = "dates"]
        Dates { reading: DateReading } => |_| reading.sentence(),

        /// Which character separates the decimals in a column of numbers.
        #[code = "decimal-separator"]
        #[advice = "Nothing. If it is wrong, set `decimal` in [[source]]."]
        #[option = "decimal"]
        Decimals { verdict: DecimalVerdict, delimiter: char } => |_| decimal_sentence(verdict, *delimiter),

        /// A comma joins two answers in cells of scores. Such cells are no answer.
        #[code = "joined-answers"]
        #[advice = "Nothing. If they are numbers with a decimal comma, set `decimal` to \",\" in [[source]]."]
        #[option = "decimal"]
        JoinedAnswers { cell: Example, shown_by: Option<Example> } => |_| {
            let because = match shown_by {
                Some(shown_by) => format!(", because {} has two answers too", shown(shown_by)),
                None => ", which is assumed because the other scores are whole numbers".to_string(),
            };
            format!("{} has two answers{because}. Such cells are no answer", shown(cell))
        },
        /// All times of a column are midnights with an offset from UTC. They are read as dates without a time of day.
        #[code = "midnights-are-dates"]
        #[advice = "Nothing. If they are times, set `precision = \"time\"` in [source.map]."]
        #[option = "precision"]
        MidnightsAreDates { cells: u64 } => |_| format!(
            "dates without a time of day, because {} with an offset from UTC",
            match cells {
                1 => "its only cell is a midnight".to_string(),
                _ => format!("all {cells} cells are midnights"),
            }
        ),

        /// Some cells of a column are dates without a time of day, or midnights that stand for one, and others are times. Durations in hours that
        /// involve the column are missing.
        #[code = "dates-and-times"]
        #[advice = "Export the time of day in every record, or measure in days. If all of them are times, set `precision = \"time\"` in \
                    [source.map]."]
        #[option = "precision"]
        DatesAndTimes { dates: u64, cells: u64 } => |_| format!(
            "{dates} of {cells} are dates without a time of day, so durations with this column are known in days only"
        ),

        /// Very few cells of a column of times are dates without a time of day. Each is read as the start of its day.
        #[code = "few-dates"]
        #[advice = "Correct these cells. If hours are not to be measured with the column, set `precision = \"day\"` in [source.map]."]
        #[option = "precision"]
        FewDates { dates: u64, cells: u64 } => |_| format!(
            "{dates} of {cells} are dates without a time of day and are read as the start of the day"
        ),

        /// All IDs of a column end in `.0`, which a spreadsheet added. They are read without it.
        #[code = "ids-without-point-zero"]
        #[advice = "Nothing, if the IDs have no decimals elsewhere."]
        IdsWithoutPointZero { ids: u64 } => |_| format!("IDs are read without their .0, which all {ids} have"),

        /// In which currencies the amounts of a file are, and which of several currencies that share a sign it stands for.
        #[code = "currency"]
        #[advice = "Nothing, if it is right. Otherwise set what a sign means in [source.values.currency], or `currency` in [source.map]."]
        #[option = "currency"]
        Currency { reading: CurrencyReading } => |_| reading.sentence(),

        /// Lines without order, customer and date belong to the record above, which has them. Its cells are filled in, except numbers.
        #[code = "filled-from-above"]
        #[advice = "Nothing, if the file is in the order in which it was exported. A sorted file puts lines under the wrong order."]
        #[option = "fill_down"]
        FilledFromAbove { reading: FilledFromAbove } => |_| format!(
            "{} to the record above, the first on line {}, and {} its {}",
            counted(reading.lines, "line belongs", "lines belong"),
            reading.first,
            if reading.lines == 1 { "takes" } else { "take" },
            listed(&reading.columns.iter().map(|column| excerpt(column).to_string()).collect::<Vec<_>>())
        ),

        /// An amount is that of a whole order, on each of its lines or on one of them. It counts once for each order.
        #[code = "amount-of-order"]
        #[advice = "Nothing, if it is right. If the amounts are those of the lines, set amount_on = \"line\" in [[source]]."]
        #[option = "amount_on"]
        AmountOfOrder { reading: OrderAmountReading } => |_| format!(
            "the amount is that of the whole order and counts once for each order, because {}",
            reading.evidence()
        ),

        /// Cells that are `NA` are a text, such as the region North America, because the other cells of the column are of the same kind.
        #[code = "na-is-text"]
        #[advice = "Nothing. If `NA` is a missing value, set NA = \"\" in [source.values] of the column."]
        #[option = "values"]
        NaIsText { cells: u64, others: Vec<String> } => |_| {
            let others: Vec<String> = others.iter().map(|other| format!("'{}'", visible(other))).collect();
            let others = if others.is_empty() { "are names".to_string() } else { format!("are codes such as {}", listed(&others)) };
            format!("{} because the other cells {others}", counted(*cells, "cell NA is a text,", "cells NA are a text,"))
        },
    }
}

impl Decision {
    /// Whether a cell proves it; otherwise it is assumed, or each cell is read by itself.
    pub fn is_proven(&self) -> bool {
        match self {
            Decision::Dates { reading } => match &reading.format {
                DateFormat::Order(..) | DateFormat::Way(..) | DateFormat::OwnOrder => true,
                DateFormat::Several(..) | DateFormat::Shown(_, OrderShown::Points(_) | OrderShown::Language(_)) => false,
                DateFormat::Shown(..) => true,
            },
            Decision::Decimals { verdict, .. } => match verdict {
                DecimalVerdict::Unmarked | DecimalVerdict::Clear { .. } => true,
                DecimalVerdict::Assumed { .. } | DecimalVerdict::Mixed { .. } => false,
            },
            Decision::JoinedAnswers { shown_by, .. } => shown_by.is_some(),
            Decision::Currency { reading } => {
                let is_proven = |found: &CurrencyFound| match found.source {
                    CurrencySource::Written | CurrencySource::Header | CurrencySource::Values | CurrencySource::Column => true,
                    CurrencySource::Report
                    | CurrencySource::Rates
                    | CurrencySource::Usual
                    | CurrencySource::NotKnown
                    | CurrencySource::Countries => false,
                };
                reading.unmarked.is_none() && reading.found.iter().all(is_proven)
            }
            Decision::FilledFromAbove { .. } => true,
            Decision::AmountOfOrder { reading } => match reading.shown {
                OrderAmountShown::Products { .. } | OrderAmountShown::Once { .. } => true,
                OrderAmountShown::Constant { .. } | OrderAmountShown::NearlyConstant { .. } | OrderAmountShown::AnotherExport { .. } => {
                    false
                }
            },
            Decision::NaIsText { .. } => false,
            Decision::MidnightsAreDates { .. }
            | Decision::DatesAndTimes { .. }
            | Decision::FewDates { .. }
            | Decision::IdsWithoutPointZero { .. } => true,
        }
    }
}

impl Personal for Decision {
    fn withhold(&mut self, what: Withheld) {
        Decision::withhold(self, what);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(line: u64, cell: &str) -> Example {
        Example { line, cell: cell.into() }
    }

    #[test]
    fn a_decision_shows_its_evidence_and_the_setting_that_overrides_it() {
        let decision = Decision::Dates {
            reading: DateReading {
                format: DateFormat::Order(Order::Dmy, example(3, "13/02/2024")),
                has_serial_dates: false,
                not_dates: Some((2, 5, Some(CellText::of("Ann Smith")))),
            },
        };
        let text = "day, month, year, because '13/02/2024' on line 3 is a date only in this order. 2 cells are not dates; the first is ";
        assert_eq!(decision.text(0), format!("{text}'Ann Smith' on line 5"));
        assert_eq!((decision.description().option, decision.is_proven()), (Some("dates"), true));
        let mut withheld = decision;
        withheld.withhold(Withheld::ALL);
        assert_eq!(withheld.text(0), format!("{text}on line 5"));
    }

    #[test]
    fn an_assumed_separator_is_not_proven() {
        let decision = |verdict| Decision::Decimals { verdict, delimiter: '\t' };
        let assumed = decision(DecimalVerdict::Assumed {
            mark: DecimalMark::Point,
            example: example(2, "1,234"),
        });
        assert_eq!(
            assumed.text(0),
            "decimal point, assumed because cells are separated by '\\t'; '1,234' on line 2 alone does not show it"
        );
        assert!(!assumed.is_proven());
        let clear = decision(DecimalVerdict::Clear {
            mark: DecimalMark::Comma,
            decided_by: example(2, "1,5"),
        });
        assert_eq!(clear.text(0), "decimal comma, because '1,5' on line 2 is a number only with it");
        assert!(clear.is_proven());
    }
}
