//! What tests, benches and fuzz targets use of the program, and other programs may. All else is private to the crate, so that the
//! compiler shows what nothing uses. A name that is missing here is one line.

/// The canonical tables, and how files become them.
pub mod canonical {
    pub use crate::canonical::{Budget, Loaded, Options, key_of, load};
}

/// The metric catalogue.
pub mod catalog {
    pub use crate::catalog::{Catalog, Entity, Example, Expect, Exposure, Expression, Form, Given, Kind, Metric, Under, When, kinds};
}

/// Cells as numbers, dates, amounts and flags.
pub mod cell_parsing {
    pub use crate::cell_parsing::{
        DateVote, DecimalMark, DecimalVote, Format, Order, Parts, is_null, parse_bool, parse_decimal, parse_iso, parse_money, parse_number,
        parse_ordered,
    };
}

/// Whether a number is beyond a threshold.
pub mod check {
    pub use crate::check::{Basis, Number, Side, Threshold, ThresholdResult, stand};
}

/// The configuration.
pub mod config {
    pub use crate::config::{Config, Overrides};
}

/// The expressions that people write.
pub mod expr {
    pub use crate::expr::{Expr, Value, parse};
}

/// Models of a customer base.
pub mod customer_base {
    pub use crate::stats::customer_base::{
        Base, Fit, History, Model, NoMaximum, Parameters, Prediction, SpendFit, Spending, fit_spending, percentiles, refit_spending,
        resample,
    };
}

/// Derived tables.
pub mod facts {
    pub use crate::facts::{SPECS, context::Settings};
}

/// Bytes to records.
pub mod ingest {
    pub use crate::ingest::{Contents, FormatOverrides, Layout, Limits, contents, for_each_record, peek};
}

/// What a report claims.
pub mod findings {
    pub use crate::catalog::segments::SegmentModel;
    pub use crate::findings::{Finding, Found, Review, ReviewRequest, review_of_metrics};
}

/// Files and streams.
pub mod io {
    pub use crate::io::Source;
}

/// The engine.
pub mod measure {
    pub use crate::measure::example::{Outcome, run};
}

/// Periods, zones and calendars.
pub mod period {
    pub use crate::period::{
        Division, Grain, Period, Wanted, WeekStart, Zone, civil_from_days, date_text, days_from_civil, parse_as_of, parse_date, parse_hours,
    };
}

/// The values that come out.
pub mod report {
    pub use crate::report::AbsentReason;
}

/// The canonical schema.
pub mod schema {
    pub use crate::schema::{DAY, FactSpec, Input, Known, MONEY_SCALE, Micros, Table, Unit, purchases};
}

/// Known formats, and what columns mean.
pub mod sources {
    pub use crate::sources::{From, Input, Mapped, Source, describe, profile};
}

/// Statistics on plain numbers.
pub mod stats {
    pub use crate::stats::process::{Direction, Point, Series};
    pub use crate::stats::{
        ClusterSums, Confidence, CrossSums, Estimate, GroupSample, Influences, Interval, Observation, Side, benjamini_hochberg, difference,
        difference_of_ratios, difference_of_totals, net_share, p_value, permutation_p, quantile, rate, ratio, share, studentised_ratio,
        survival_quantile,
    };
}

/// TOML with positions.
pub mod toml_reader {
    pub use crate::toml_reader::{ConfigErrors, SourceText};
}
