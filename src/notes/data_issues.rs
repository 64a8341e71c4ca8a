//! Notes about records: what is doubtful in them.

use super::personal::{for_example, not_personal, such_as};
use super::{CellText, Id, OrderOverlap, Personal, Withheld};
use crate::diagnostics::{counted, excerpt, listed, visible};
use crate::period::{date_text, instant_text};
use crate::schema::{Micros, Table};

/// A record as an example: whose it is, and when it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExampleRecord {
    /// Whose it is.
    pub id: Id,
    /// Its first time.
    pub at: Option<Micros>,
}

impl Personal for Option<ExampleRecord> {
    fn withhold(&mut self, what: Withheld) {
        if what.ids {
            *self = None;
        }
    }
}

/// What shows which of two records is the later state.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum LaterBy {
    /// The time of the last change in this column.
    UpdateTime(String),
    /// The date in the name of the file.
    FileName,
    /// What only a later state has: an answer, a resolution, a refund.
    Content,
    /// The newest event of the file.
    NewestEvent,
    /// Nothing but the order of the records, which is assumed.
    Order,
}

super::personal::not_personal!(LaterBy);

impl LaterBy {
    fn sentence(&self) -> String {
        match self {
            LaterBy::UpdateTime(column) => format!("the one with the latest `{}`", excerpt(column)),
            LaterBy::FileName => "that of the file with the later date in its name".to_string(),
            LaterBy::Content => "the one with the later events, the larger refund, or the answer".to_string(),
            LaterBy::NewestEvent => "that of the file with the newer events".to_string(),
            LaterBy::Order => "nothing shows which one it is, so the last record is assumed to be".to_string(),
        }
    }
}

/// Why a scale is not certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScaleDoubt {
    /// The few answers would fit five points too.
    FivePoints,
    /// Nobody gave a 0, while several gave a 1: the scale may start at 1.
    StartsAtOne,
    /// No column declares it, and the answers do not show it.
    Undeclared,
}

super::personal::not_personal!(ScaleDoubt);

/// A document of a sale, which goes through several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SaleDocument {
    /// What was billed.
    Invoice,
    /// What was ordered.
    Order,
    /// What was paid.
    Payment,
}

super::personal::not_personal!(SaleDocument);

impl SaleDocument {
    /// What several are called.
    fn plural(self) -> &'static str {
        match self {
            SaleDocument::Invoice => "invoices",
            SaleDocument::Order => "orders",
            SaleDocument::Payment => "payments",
        }
    }
}

/// `, for example one of 'a' at 2026-01-01T00:00:00Z`.
fn one_of(example: Option<&ExampleRecord>) -> String {
    match example {
        None => String::new(),
        Some(ExampleRecord { id, at: None }) => format!(", for example one of {id}"),
        Some(ExampleRecord { id, at: Some(at) }) => format!(", for example one of {id} at {}", instant_text(*at)),
    }
}

/// `purchases: 3 records have`.
pub(super) fn records_have(table: Table, count: u64) -> String {
    format!("{table}: {}", counted(count, "record has", "records have"))
}

/// How records count whose status says nothing.
fn without_status(table: Table, count: u64) -> String {
    let [it, count_as] = if count == 1 { ["It", "counts"] } else { ["They", "count"] };
    match table {
        Table::Purchases => format!(
            "{it} {count_as} as {}",
            if count == 1 {
                "a purchase that took place"
            } else {
                "purchases that took place"
            }
        ),
        Table::Surveys => format!("{it} {count_as} as delivered"),
        Table::Stakeholders => "Only dates say who has left".to_string(),
        Table::Referrals => format!("{it} {count_as} as not converted, unless there is a date of conversion"),
        Table::Interactions | Table::Identities => "Only times say what is over".to_string(),
        Table::Supplies => format!("{it} {count_as} as ordered"),
    }
}

/// What shows that a date is a placeholder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum DateEvidence {
    /// It is before the time that it follows.
    BeforeStart {
        /// The column of that time.
        start: &'static str,
    },
    /// It is far from all other dates, in days since 1970-01-01.
    FarFromOthers {
        /// The first of them.
        first: i32,
        /// The last of them.
        last: i32,
    },
    /// It comes far more often than any other date.
    Spike {
        /// How often the most frequent other date comes.
        most: u64,
    },
}

not_personal!(DateEvidence);

described! {
    /// Something in the records that is doubtful, or was decided about them.
    pub enum DataIssue {
        /// A stakeholder has purchases, contacts or deliveries after the end date of the roster. Both are kept as they are.
        #[code = "activity-after-end"]
        #[advice = "See whether the end date is an error, or the roster lacks a later record of the stakeholder."]
        ActivityAfterEnd { table: Table, example: Option<Id> } => |count| format!(
            "{}{} {table} after their end date. The {table} and the end dates are kept as they are",
            counted(count, "stakeholder", "stakeholders"),
            such_as(count, example.as_slice()) + if count == 1 { " has" } else { " have" },
        ),

        /// The type of its author, its subject, its sender or a header of the mail shows that a machine wrote a message. It opens no case, asks
        /// nothing and is never a first response.
        #[code = "automatic-messages"]
        #[advice = "Nothing. If people wrote them, map `author_type` or `automated` to the column that shows it."]
        #[option = "map"]
        AutomaticMessages => |count| format!(
            "{}: {} a machine. They are never a first response",
            Table::Interactions,
            counted(count, "record was written by", "records were written by")
        ),

        /// A machine opened a ticket: an alert, a report of a system. It is no case and no contact, and counts in no metric of them.
        #[code = "automatic-tickets"]
        #[advice = "Nothing. If people opened them, map `automated` to another column, or to { value = \"no\" }."]
        #[option = "map"]
        AutomaticTickets => |count| format!(
            "{}: {} a machine. {} counted neither as {}",
            Table::Interactions,
            counted(count, "ticket was opened by", "tickets were opened by"),
            if count == 1 { "It is" } else { "They are" },
            if count == 1 { "a case nor as a contact" } else { "cases nor as contacts" }
        ),

        /// The status of a case says resolved or closed, but the case has no time of resolution. It is not open, and has no resolution time.
        #[code = "closed-without-time"]
        #[advice = "Map `resolved_at` to the column that has the time, or export it."]
        ClosedWithoutTime => |count| format!(
            "{} a status that says resolved or closed, but no time of resolution. These cases are not open, and nothing is known \
             of how long they took",
            records_have(Table::Interactions, count)
        ),

        /// Records with the same ID show the same order, case, answer or stakeholder in different states. The latest state counts.
        #[code = "earlier-state"]
        #[advice = "Nothing. If they are separate records, set `same_id` to \"all\" in [[source]]."]
        #[option = "same_id"]
        EarlierState { table: Table, key: Vec<&'static str>, decided_by: LaterBy, example: Option<ExampleRecord> } => |count| format!(
            "{table}: {} an earlier state of a record with the same {}{}. The latest state counts: {}. With same_id = \"all\" in \
             [[source]] all of them count",
            counted(count, "record shows", "records show"),
            key.join(" and "),
            one_of(example.as_ref()),
            decided_by.sentence(),
        ),

        /// A stakeholder has a reason for leaving but no end date, and counts as still active.
        #[code = "end-reason-without-end"]
        #[advice = "Enter the end date, or empty the reason."]
        EndReasonWithoutEnd => |count| format!(
            "{} an `end_reason` but no `ended_at`. These stakeholders count as still active",
            records_have(Table::Stakeholders, count)
        ),

        /// Something happened at or after the as-of date that you set, when it was not known yet. The record, or its answer or resolution, is ignored.
        #[code = "future-date"]
        #[advice = "Nothing, if the as-of date is in the past. Otherwise see whether the dates are errors."]
        FutureDate { table: Table, column: &'static str, newest: i32, is_record: bool } => |count| format!(
            "{} `{column}` at or after the as-of date; the newest is {}. {}",
            records_have(*table, count),
            date_text(*newest),
            if *is_record { "These records are excluded" } else { "These times are treated as not known yet" }
        ),

        /// A status such as terminated, cancelled or lapsed says that a stakeholder is not there any more, but there is no end date. The record
        /// counts in no metric of who was there when, because the date is unknown.
        #[code = "left-without-date"]
        #[advice = "Enter the end date. If the status means something else, map `status` to another column, or say what it means in [source.values]."]
        #[option = "values"]
        LeftWithoutDate { example: Option<CellText> } => |count| format!(
            "{} a status that says that the stakeholder has left{}, but no end date. {} out of the metrics of who was there when",
            records_have(Table::Stakeholders, count),
            example.as_ref().map_or(String::new(), |status| format!(" ({status})")),
            if count == 1 { "It is left" } else { "They are left" }
        ),

        /// Something ended, was answered or arrived before it began. The duration is ignored, and the record is kept.
        #[code = "negative-duration"]
        #[advice = "See whether the two columns are swapped, or in different time zones."]
        NegativeDuration { table: Table, from: &'static str, to: &'static str } => |count| format!(
            "{} `{to}` before `{from}`. {}",
            records_have(*table, count),
            if count == 1 { "This duration is ignored, and the record is kept" } else { "These durations are ignored, and the records are kept" }
        ),

        /// A record has a negative quantity and a positive amount. The amount counts unchanged.
        #[code = "negative-quantity"]
        #[advice = "If these are returns, reverse the sign of the amount with an expression."]
        NegativeQuantity { table: Table } => |count| format!(
            "{} a negative quantity and a positive amount. The {} unchanged",
            records_have(*table, count),
            if count == 1 { "amount counts" } else { "amounts count" }
        ),

        /// The target of contact of stakeholders is less than a day, which nobody can keep. The target of their tier counts, if it has one.
        #[code = "no-contact-target"]
        #[advice = "Nothing, if 0 means that there is no target."]
        NoContactTarget => |count| format!(
            "{} `contact_target_days` of less than a day. {}",
            records_have(Table::Stakeholders, count),
            if count == 1 { "It counts as no target" } else { "These count as no targets" }
        ),

        /// A score is outside its scale. The answer is ignored, and the record is kept.
        #[code = "off-scale"]
        #[advice = "See whether the scale or the instrument is the right one."]
        OffScale => |count| format!(
            "{} a score outside its scale. {}",
            records_have(Table::Surveys, count),
            if count == 1 { "This answer is ignored, and the record is kept" } else { "These answers are ignored, and the records are kept" }
        ),

        /// The status of a case says open, but the case has a time of resolution, which is that of an earlier one. It counts as open.
        #[code = "open-with-resolution"]
        #[advice = "Nothing, if the cases were reopened. If the status is not up to date, set what it means in [source.values.status]."]
        OpenWithResolution => |count| format!(
            "{} a status that says open, and a time of an earlier resolution. These cases count as open",
            records_have(Table::Interactions, count)
        ),

        /// Amounts are in a currency that is not that of the report, and `[rates]` has no rate for it. The records count, but metrics of money that include them are missing.
        #[code = "other-currency"]
        #[advice = "Add the rate to [rates], or report each currency alone, with `where` or --by currency without `currency`."]
        #[option = "rates"]
        OtherCurrency { table: Table, currencies: Vec<String>, report: String } => |count| format!(
            "{} amounts in {}, and [rates] has no rate to {}. Metrics of money that include {} are missing",
            records_have(*table, count),
            listed(&currencies.iter().map(|currency| visible(currency).into_owned()).collect::<Vec<_>>()),
            visible(report),
            if count == 1 { "this record" } else { "these records" }
        ),

        /// A supply line was delivered in several parts, each of which is a record. The quantities received are added up.
        #[code = "partial-deliveries"]
        #[advice = "Nothing. If each record is a line of its own, set `same_id` to \"all\" in [[source]]."]
        #[option = "same_id"]
        PartialDeliveries { lines: u64, totals: u64 } => |count| format!(
            "supplies: {} of {}. {}; a line is received when the ordered quantity is reached. With same_id = \"all\" in [[source]] each \
             record is a line",
            counted(count, "record is a further delivery", "records are further deliveries"),
            counted(*lines, "line", "lines"),
            match (*totals, *lines) {
                (0, _) => "The quantities received are added up".to_string(),
                (totals, lines) if totals == lines => "Each quantity received is the total so far".to_string(),
                (totals, _) => format!("The quantities received are added up, but for {} whose quantities are totals", counted(totals, "line", "lines")),
            },
        ),

        /// The status of a purchase says that a part of the money went back, and nothing says how much. Its whole amount counts as revenue.
        #[code = "partial-refund"]
        #[advice = "Export the refunded amount, and map it to `refund`."]
        PartialRefund => |count| format!(
            "{} a status that says partially refunded, and no refunded amount. Revenue is too high by an unknown amount",
            records_have(Table::Purchases, count)
        ),

        /// A date that programs write where they have none, such as 1970-01-01 or 9999-12-31, is impossible where it stands. It is treated as
        /// missing.
        #[code = "placeholder-date"]
        #[advice = "Nothing. If these are real dates, set `keep_placeholder_dates` in [[source]]."]
        #[option = "keep_placeholder_dates"]
        PlaceholderDate { table: Table, column: &'static str, day: i32, evidence: DateEvidence } => |count| {
            let why = match evidence {
                DateEvidence::BeforeStart { start } => format!("which is before `{start}`"),
                DateEvidence::FarFromOthers { first, last } if first == last => format!("while the only other date is {}", date_text(*first)),
                DateEvidence::FarFromOthers { first, last } => {
                    format!("while all other dates are from {} to {}", date_text(*first), date_text(*last))
                }
                DateEvidence::Spike { most } => format!("while no other date comes more than {}", counted(*most, "time", "times")),
            };
            format!(
                "{} `{column}` {}, {why}. {} as missing",
                records_have(*table, count),
                date_text(*day),
                if count == 1 { "This date is treated" } else { "These dates are treated" }
            )
        },

        /// A quantity was received, or the status says that the line was, but there is no time of receipt. The line counts as not received.
        #[code = "received-without-time"]
        #[advice = "Map `received_at` to the column that has the time, or export it."]
        ReceivedWithoutTime => |count| format!(
            "{} a received quantity or a status that says received, but no `received_at`. These lines count as not received",
            records_have(Table::Supplies, count)
        ),

        /// Purchases of a stakeholder on one day have no order number, and count as one order.
        #[code = "one-order-a-day"]
        #[advice = "Map `order_id`, if the records have one. Revenue is right in any case; orders, and what is divided by them, count days."]
        OneOrderADay => |count| format!(
            "purchases: {} no order number, and the stakeholder has another of the same day. All of one day count as one order",
            counted(count, "record has", "records have")
        ),

        /// The orders of a file have a status on their first line only. It is that of their other lines, too.
        #[code = "status-of-order"]
        #[advice = "Nothing, if it is right. If a line without a status has none, give it a meaning in [source.values.status]: \"\" = \"open\"."]
        #[option = "values"]
        StatusOfOrder => |count| format!(
            "purchases: {} no status. As in all orders of several lines, only the first line has one, and it counts for the order",
            counted(count, "line of an order has", "lines of orders have")
        ),

        /// A file has several documents of the same sales, such as orders and invoices. One kind of them counts.
        #[code = "documents-of-one-sale"]
        #[advice = "If they are sales of their own, set the meaning of their type in [source.values.record_type]: \"Sales Order\" = \"sale\". If another kind should count, exclude this one with `where`."]
        #[option = "values"]
        DocumentsOfOneSale { counted: SaleDocument, others: SaleDocument, alike: u64, of: u64 } => |count| format!(
            "{alike} of {of} {} have the stakeholder and the amount of one of the {}, so they are documents of the same sales. The {} count, and \
             {count} {} are excluded",
            others.plural(),
            counted.plural(),
            counted.plural(),
            others.plural()
        ),

        /// A file has several documents that one sale can go through, such as orders and invoices, and hardly any have the same stakeholder and amount. All count.
        #[code = "documents-added"]
        #[advice = "If they are documents of the same sales, exclude one kind with `where`, such as \"Type\" <> 'Order'."]
        #[option = "where"]
        DocumentsAdded { counted: SaleDocument, others: SaleDocument, alike: u64 } => |count| format!(
            "{count} {} count beside the {}, as sales of their own: {alike} of them have the stakeholder and the amount of one of these",
            others.plural(),
            counted.plural()
        ),

        /// The roster says of stakeholders when they came back after their end date. They are there until the one and from the other on.
        #[code = "came-back"]
        #[advice = "Nothing. If the date means something else, leave it out of [source.map]."]
        CameBack => |count| format!(
            "{} after the end date, and {} two stays",
            counted(count, "stakeholder came back", "stakeholders came back"),
            if count == 1 { "has" } else { "have" }
        ),

        /// Amounts are those of whole orders, but records of one order have several. The first of each order counts.
        #[code = "order-amounts-differ"]
        #[advice = "If they are amounts of lines, set `amount_on` to \"line\" in [[source]]."]
        #[option = "amount_on"]
        OrderAmountsDiffer { table: Table } => |count| format!(
            "{table}: {} another amount than the first record of the same order, although amounts are those of whole orders. Only the first of \
             each order counts",
            counted(count, "record has", "records have")
        ),

        /// A refund is larger than the amount that it belongs to. It counts unchanged.
        #[code = "refund-over-amount"]
        #[advice = "See whether the refund is for the whole order, or the amount is already net of refunds."]
        RefundOverAmount => |count| format!(
            "{} a refund that is larger than its amount. {} unchanged",
            records_have(Table::Purchases, count),
            if count == 1 { "The refund counts" } else { "The refunds count" }
        ),

        /// The type of a record says that it is a refund, and its amount is positive. It counts as negative.
        #[code = "refund-records"]
        #[advice = "Nothing, if the file lists refunds as records of their own. Otherwise set the meaning of the word in [source.values.record_type]."]
        #[option = "values.record_type"]
        RefundRecords => |count| format!(
            "{} a type that says refund, and a positive amount. {} as negative",
            records_have(Table::Purchases, count),
            if count == 1 { "It counts" } else { "They count" }
        ),

        /// The status of a purchase says refunded, returned or charged back, and nothing says how much. The whole amount counts as its refund.
        #[code = "refunded-by-status"]
        #[advice = "Nothing, if the whole amount went back. Otherwise map `refund`, or set the meaning of the word in [source.values.status]."]
        #[option = "values.status"]
        RefundedByStatus => |count| format!(
            "{} a status that says refunded, returned or charged back, and no refunded amount. {} whole amount counts as refunded",
            records_have(Table::Purchases, count),
            if count == 1 { "Its" } else { "Their" }
        ),

        /// Records are equal to an earlier record of the same file in all cells. They are kept.
        #[code = "repeated"]
        #[advice = "If they are errors, set `key` in [[source]]."]
        Repeated => |count| format!(
            "{} to an earlier record of the file in all cells. They are kept; `key` in [[source]] would drop them",
            counted(count, "record is equal", "records are equal")
        ),

        /// Records are equal in all cells to an earlier record of the file and have its ID, which is otherwise unique in the file. They count once.
        #[code = "repeated-record"]
        #[advice = "Nothing. If they are separate records, set `same_id` to \"all\" in [[source]]."]
        #[option = "same_id"]
        RepeatedRecord { table: Table, key: Vec<&'static str> } => |count| format!(
            "{table}: {} to an earlier record of the file in all cells, with the same {}. {}; with same_id = \"all\" in [[source]] all of \
             them count",
            counted(count, "record is equal", "records are equal"),
            key.join(" and "),
            if count == 1 { "It is not counted again" } else { "They are not counted again" },
        ),

        /// Records have the same ID as an earlier one but differ in other cells, like an updated export of the same record. All of them count.
        #[code = "same-id-differs"]
        #[advice = "Set `key` in [[source]]. Then the later record replaces the earlier one."]
        SameIdDiffers { table: Table, key: Vec<&'static str>, example: Option<ExampleRecord> } => |count| format!(
            "{} the same {} as an earlier record, but other cells{}. All of them count. With key = {key:?} in [[source]], the later record \
             replaces the earlier one",
            records_have(*table, count),
            key.join(" and "),
            one_of(example.as_ref()),
        ),

        /// Another file has the same orders, with the same numbers, stakeholders, days and totals. They count once.
        #[code = "same-orders"]
        #[advice = "Nothing. To count the other file, leave this one out; to add both up, set `same_id` to \"all\" in [[source]]."]
        #[option = "same_id"]
        SameOrders { overlap: OrderOverlap } => |count| format!(
            "{} of orders that {} has too: {}. The orders count once, with the records of {1}. To count the others instead, leave {1} \
             out of the inputs; with same_id = \"all\" in [[source]] both are added up",
            counted(count, "purchase is", "purchases are"),
            visible(&overlap.other),
            overlap.evidence(),
        ),

        /// Scores of satisfaction have no declared scale. Their answers are the whole numbers from 1 to 5, so this scale is assumed.
        #[code = "scale-assumed"]
        #[advice = "Nothing, if the question has five points. Otherwise map `scale_min` and `scale_max` in [source.map]."]
        #[option = "map"]
        ScaleAssumed { instrument: &'static str, low: u64, high: u64 } => |count| format!(
            "surveys: {} of {instrument} {} no declared scale. A scale of {} to {} is assumed, because all are whole numbers from it and \
             the highest is given. If it is another one, map `scale_min` and `scale_max` in [source.map]",
            counted(count, "score", "scores"),
            if count == 1 { "has" } else { "have" },
            f64::from_bits(*low),
            f64::from_bits(*high),
        ),

        /// Scores are not on the scale of their instrument, such as recommendation on five points. They are read as answers to another question.
        #[code = "scale-misfit"]
        #[advice = "Set the right instrument. If the scale is the right one, map `scale_min` and `scale_max` in [source.map]."]
        #[option = "map"]
        ScaleMisfit { instrument: &'static str, least: u64, most: u64, declared: bool } => |count| format!(
            "surveys: {} of {instrument} {} from {} to {}, {}. {} not counted as {instrument}, because nothing is converted. If {} on the \
             scale of {instrument}, map `scale_min` and `scale_max` to its ends in [source.map]",
            counted(count, "score", "scores"),
            if count == 1 { "is" } else { "are" },
            f64::from_bits(*least),
            f64::from_bits(*most),
            if *declared { "and the declared scale is not that of the instrument" } else { "which does not fit the scale of the instrument" },
            if count == 1 { "It is" } else { "They are" },
            if count == 1 { "it is" } else { "they are" },
        ),

        /// Scores may be on another scale than their instrument has, or their scale is not known.
        #[code = "scale-unclear"]
        #[advice = "Map `scale_min` and `scale_max` in [source.map], for example scale_max = { value = 5 }."]
        #[option = "map"]
        ScaleUnclear { instrument: &'static str, least: u64, most: u64, doubt: ScaleDoubt } => |count| format!(
            "surveys: {} of {instrument} {} from {} to {}. {}: map `scale_min` and `scale_max` in [source.map]",
            counted(count, "score", "scores"),
            if count == 1 { "is" } else { "are" },
            f64::from_bits(*least),
            f64::from_bits(*most),
            match doubt {
                ScaleDoubt::FivePoints => "They may be on five points, and count as on the scale of the instrument",
                ScaleDoubt::StartsAtOne => {
                    "Nobody gave a 0, and several gave a 1, so they may be on a scale from 1 to 10. They count as on the scale from 0 to 10"
                }
                ScaleDoubt::Undeclared => "Their scale is not known, so shares and means of this instrument need it",
            },
        ),

        /// Orders have numbers that another file has for other stakeholders and days. They count as separate orders.
        #[code = "separate-orders"]
        #[advice = "Nothing, if the files number their orders independently. Otherwise set `same_id` to \"all\" in [[source]]."]
        #[option = "same_id"]
        SeparateOrders { overlap: OrderOverlap } => |_| format!(
            "{} of its order numbers are in {} too, and only {} of them {} the same stakeholder there, {} on the same day. The files number \
             their orders independently, so the same number and stakeholder are two orders; with same_id = \"all\" in [[source]] they are one",
            overlap.numbers,
            visible(&overlap.other),
            overlap.same,
            if overlap.same == 1 { "has" } else { "have" },
            overlap.same_day,
        ),

        /// Orders have the number and the stakeholder of orders of another file, and other days or amounts. They count as one order each.
        #[code = "shared-orders"]
        #[advice = "Nothing, if the files have parts of the same orders. Otherwise map `order_id` to a text that differs, in [source.map]."]
        #[option = "map"]
        SharedOrders { overlap: OrderOverlap } => |count| format!(
            "{} the number and stakeholder of an order in {}: {}. Each counts as one order, with the amounts of both files. If they are \
             separate orders, map order_id = {{ expr = \"'2-' || \\\"COLUMN\\\"\" }} in [source.map] of one of them",
            counted(count, "order has", "orders have"),
            visible(&overlap.other),
            overlap.evidence(),
        ),

        /// A trial of a stakeholder who paid before counts with the recurring amount of its plan, because it is not a loss. Other trials count with nothing.
        #[code = "trial-after-paying"]
        #[advice = "Nothing. To count such trials with nothing, map `recurring_amount` to an expression."]
        TrialAfterPaying => |count| format!(
            "{} a trial of a stakeholder who paid before. {} recurring amount counts, so it is not a loss",
            counted(count, "record is", "records are"),
            if count == 1 { "Its" } else { "Their" }
        ),

        /// A supply line was delivered in several parts, and the quantities received can be read as parts or as totals. The line is excluded.
        #[code = "unclear-deliveries"]
        #[advice = "Set `deliveries` to \"parts\" or \"totals\" in [[source]]."]
        #[option = "deliveries"]
        UnclearDeliveries { lines: u64 } => |_| format!(
            "supplies: the quantities received of {} are parts that exceed the order, or totals that do not reach it. {}: set deliveries \
             = \"parts\" or \"totals\" in [[source]]",
            counted(*lines, "line", "lines"),
            if *lines == 1 { "This line is excluded" } else { "These lines are excluded" },
        ),

        /// Amounts of files of several countries have a sign that the currencies of these share. Metrics of money that include them are missing.
        #[code = "unknown-currency"]
        #[advice = "Set what the sign means in [source.values.currency] of each file."]
        #[option = "currency"]
        UnknownCurrency { sign: String, currencies: Vec<String> } => |_| format!(
            "Amounts in `{sign}` may be in {}, because their files are of several countries. They are not added. Set what `{sign}` means in \
             [source.values.currency] of each file",
            super::money::one_of(currencies),
            sign = visible(sign),
        ),

        /// A status has a word of which it is not known what it means. The records count as if there were no status.
        #[code = "unknown-status"]
        #[advice = "If a word means cancelled, refunded, closed or the like, say so in [source.values.status], such as \"annulert\" = \"cancelled\"."]
        #[option = "values.status"]
        UnknownStatus { table: Table, example: Option<CellText> } => |count| format!(
            "{} a status whose meaning is not known{}. {}",
            records_have(*table, count),
            for_example(example.as_slice()),
            without_status(*table, count)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Option<Id> {
        Some(Id(text.to_string()))
    }

    #[test]
    fn the_count_is_in_the_sentence() {
        let after_end = DataIssue::ActivityAfterEnd {
            table: Table::Purchases,
            example: id("b"),
        };
        assert_eq!(
            after_end.text(15),
            "15 stakeholders, for example 'b', have purchases after their end date. The purchases and the end dates are kept as they are"
        );
        assert!(
            after_end.text(1).starts_with("1 stakeholder ('b') has purchases"),
            "{}",
            after_end.text(1)
        );
    }

    #[test]
    fn sentences_without_examples_are_whole() {
        let mut differs = DataIssue::SameIdDiffers {
            table: Table::Purchases,
            key: vec!["order_id"],
            example: Some(ExampleRecord {
                id: Id("a".into()),
                at: Some(0),
            }),
        };
        assert!(
            differs
                .text(1)
                .contains("for example one of 'a' at 1970-01-01T00:00:00Z. All of them"),
            "{}",
            differs.text(1)
        );
        differs.withhold(Withheld {
            ids: true,
            cells: false,
            names: false,
        });
        assert_eq!(
            differs.text(1),
            "purchases: 1 record has the same order_id as an earlier record, but other cells. All of them count. With key = \
             [\"order_id\"] in [[source]], the later record replaces the earlier one"
        );
    }
}
