//! What the first records of a file show about all of it.

use std::collections::BTreeMap;

use crate::canonical::load::file::columns::{ColumnSource, Plan};
use crate::cell_parsing::is_null;
use crate::ingest::Row;
use crate::schema::{Column, interactions, purchases};
use crate::sources::case_words::{is_closed, is_open};
use crate::sources::deal_stages::{DealStage, deal_stage};

/// The columns of messages that may show machines beside their own meaning: the type of the message, and the name of who wrote it. `owner`
/// is the field of the latter.
pub(super) fn machine_marks(plans: &[Plan], owner: Option<usize>) -> Vec<Plan> {
    let plan_of = |column: &Column| plans.iter().find(|plan| plan.column == Some(column));
    let kind = plan_of(&interactions::KIND).and_then(|plan| match plan.take {
        ColumnSource::Field(index) => Some(index),
        ColumnSource::Expr(_) | ColumnSource::Value(_) => None,
    });
    let Some(like) = plans.first() else { return Vec::new() };
    let mark = |column: &'static Column, field: Option<usize>| {
        let field = field.filter(|_| plan_of(column).is_none())?;
        Some(Plan {
            take: ColumnSource::Field(field),
            ..Plan::constant(column, "", &like.zone)
        })
    };
    let marks = [
        mark(&interactions::AUTOMATIC_TYPE, kind),
        mark(&interactions::AUTOMATIC_NAME, owner),
    ];
    marks.into_iter().flatten().collect()
}

/// Whether the states of these records are known words for cases, some of which are open and some closed.
pub(super) fn has_open_and_closed(plans: &[Plan], rows: &[Row]) -> bool {
    let status = plans.iter().find(|plan| plan.column == Some(&interactions::STATUS));
    let fields: Vec<usize> = status.into_iter().flat_map(Plan::fields).collect();
    let cells = || {
        let cells = rows.iter().flat_map(|row| fields.iter().filter_map(|&at| row.fields.get(at)));
        cells.map(|cell| cell.trim()).filter(|cell| !is_null(cell))
    };
    cells().all(|cell| is_closed(cell) || is_open(cell)) && cells().any(is_closed) && cells().any(is_open)
}

/// Whether some of these records are deals that were won, and others deals that were lost.
pub(super) fn has_won_and_lost(plans: &[Plan], rows: &[Row]) -> bool {
    let status = plans.iter().find(|plan| plan.column == Some(&purchases::STATUS));
    let fields: Vec<usize> = status.into_iter().flat_map(Plan::fields).collect();
    let stages = || {
        let cells = rows.iter().flat_map(|row| fields.iter().filter_map(|&at| row.fields.get(at)));
        cells.filter_map(|cell| deal_stage(cell))
    };
    stages().any(|stage| stage == DealStage::Won) && stages().any(|stage| stage == DealStage::Lost)
}

/// Whether some of these records have the same case id, and ids of their own where they have any.
pub(super) fn shares_cases(plans: &[Plan], rows: &[Row]) -> bool {
    let index = |column: &Column| {
        let plan = plans.iter().find(|plan| plan.column.is_some_and(|of| of.name == column.name))?;
        match plan.take {
            ColumnSource::Field(index) => Some(index),
            ColumnSource::Expr(_) | ColumnSource::Value(_) => None,
        }
    };
    let Some(case) = index(&interactions::CASE_ID) else {
        return false;
    };
    let own = index(&interactions::INTERACTION_ID);
    let cell = |row: &'_ Row, index: usize| row.fields.get(index).map_or(String::new(), |cell| cell.trim().to_string());
    let mut first: BTreeMap<String, Option<String>> = BTreeMap::new();
    rows.iter().any(|row| {
        let (case, own) = (cell(row, case), own.map(|index| cell(row, index)));
        if is_null(&case) {
            return false;
        }
        match first.get(&case) {
            Some(earlier) => own.is_none() || *earlier != own,
            None => {
                first.insert(case, own);
                false
            }
        }
    })
}
