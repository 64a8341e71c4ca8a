//! Which column a name means.

use super::Scope;
use crate::diagnostics::nearest;
use crate::expr::ExprError;
use crate::expr::tree::{Name, Node};
use crate::schema::Unit;

/// So many columns are listed where none is near the name.
const LISTED: usize = 12;

/// The column of a scope that a name means: its spelling there and its unit.
pub fn column(node: &Node, Name { name, quoted }: &Name, scope: &dyn Scope) -> Result<(String, Unit), ExprError> {
    if let Some(found) = scope.unit(name).filter(|(spelled, _)| !quoted || spelled == name) {
        return Ok(found);
    }
    let names = scope.names();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let index = find(node, name, *quoted, &names)?;
    scope
        .unit(names[index])
        .ok_or_else(|| node.error(format!("unknown column `{name}`")))
}

/// The index of the column that a name means: the one spelled exactly so, else, for a bare name, the only one that differs
/// in case alone.
pub fn find(node: &Node, name: &str, quoted: bool, names: &[&str]) -> Result<usize, ExprError> {
    let the_only = |alike: &dyn Fn(&str) -> bool| -> Result<Option<usize>, ExprError> {
        let mut found = names.iter().enumerate().filter(|(_, candidate)| alike(candidate)).map(|(i, _)| i);
        match (found.next(), found.next()) {
            (Some(first), Some(second)) => {
                let error = node.error(format!("`{name}` could be `{}` or `{}`", names[first], names[second]));
                Err(if names[first] == names[second] {
                    error
                } else {
                    error.hint("put the name in double quotes")
                })
            }
            (first, _) => Ok(first),
        }
    };
    if let Some(index) = the_only(&|candidate| candidate == name)? {
        return Ok(index);
    }
    if !quoted {
        let folded = name.to_lowercase();
        if let Some(index) = the_only(&|candidate| candidate.to_lowercase() == folded)? {
            return Ok(index);
        }
    }
    let error = node.error(format!("unknown column `{name}`"));
    Err(match nearest(name, names) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None if names.is_empty() => error,
        None => {
            let shown = names.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
            error.hint(format!("columns are {shown}{}", if names.len() > LISTED { " ..." } else { "" }))
        }
    })
}
