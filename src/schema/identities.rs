//! The columns of identities: further ids and e-mail addresses of a stakeholder.

use super::Table;
use super::column::{Column, Role, columns};

columns! { Identities:
    /// The other id or e-mail address.
    ALIAS = Column::new("alias", Role::Alias).required();
    /// The stakeholder whose it is.
    STAKEHOLDER_ID = Column::new("stakeholder_id", Role::Stakeholder).required();
}
