//! Which cells of a file may change during the life of a record, and which one says when it was last changed.

use crate::canonical::load::file::columns::{ColumnSource, Plan};
use crate::canonical::load::file::mapping::Mapping;
use crate::schema::{Column, ColumnType, Role, Table, purchases, supplies, surveys};
use crate::sources::record_states;

/// The columns of a table whose values change while what the record is about stays the same.
fn changing(table: Table) -> &'static [Column] {
    match table {
        Table::Purchases => &[
            purchases::STATUS,
            purchases::REFUND,
            purchases::PROMISED_AT,
            purchases::DELIVERED_AT,
        ],
        Table::Surveys => &[surveys::RESPONDED_AT, surveys::SCORE, surveys::STATUS, surveys::COMMENT],
        Table::Supplies => &[
            supplies::RECEIVED_AT,
            supplies::QUANTITY_RECEIVED,
            supplies::QUANTITY_REJECTED,
            supplies::AMOUNT,
            supplies::STATUS,
            supplies::IS_VOID,
        ],
        // These are told apart by their ids and times alone.
        Table::Interactions | Table::Stakeholders | Table::Referrals | Table::Identities => &[],
    }
}

impl Mapping {
    /// By field: whether its cells may change during the life of a record. What is mapped to another column does not.
    pub fn changing_fields(&self, names: &[String]) -> Vec<bool> {
        let mut changes: Vec<bool> = names.iter().map(|name| record_states::may_change(name)).collect();
        let changing = changing(self.table);
        let of_plans = |wanted: bool| {
            let plans = self
                .plans
                .iter()
                .filter(move |plan| plan.column.is_some_and(|column| changing.contains(column)) == wanted);
            plans.filter(|plan| plan.column.is_some()).flat_map(Plan::fields)
        };
        of_plans(true).for_each(|field| changes[field] = true);
        of_plans(false).for_each(|field| changes[field] = false);
        changes
    }

    /// How the time of the last change is read, where a column has it that means nothing else: in the way of the record's own times.
    pub fn update_plan(&self, names: &[String]) -> Option<Plan> {
        let is_taken = |field: usize| {
            self.plans
                .iter()
                .any(|plan| plan.column.is_some() && plan.fields().contains(&field))
        };
        let field = (0..names.len()).find(|&field| record_states::is_update_time(&names[field]) && !is_taken(field))?;
        let is_event = |plan: &&Plan| plan.role().is_some_and(Role::is_event);
        let event = self.plans.iter().find(is_event)?;
        Some(Plan {
            name: "#updated".to_string(),
            column: None,
            kind: ColumnType::Time,
            required: false,
            words: &[],
            header: names[field].clone(),
            take: ColumnSource::Field(field),
            open: false,
            forgiving: true,
            values: Default::default(),
            ..event.clone()
        })
    }
}
