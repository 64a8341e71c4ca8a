//! From names to the columns of a file: which column a name means, and how each of its cells is read.
//!
//! That is decided once for a file, so that a record costs no more than its cells.

use super::check::{ExprType, NamesAre, find, type_of_op};
use super::tree::{Compare, Function, Node, Op, case_parts};
use super::{Clock, Expr, ExprError};
use crate::schema::Unit;

/// An expression whose names are bound to the columns of a file.
#[derive(Clone, Debug)]
pub struct Bound {
    pub(super) root: Node<CellRef, i64>,
    gives: ExprType,
    /// The columns it reads.
    pub(super) columns: Vec<usize>,
    pub(super) names: Vec<String>,
}

/// A cell of a record: its column, counted within [`Bound::columns`], and how it is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct CellRef {
    pub at: usize,
    pub read: ReadAs,
}

/// What a cell is read as.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum ReadAs {
    Text,
    Amount,
    Time,
}

impl Bound {
    /// The indexes of the columns that it reads, each once.
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// The indexes of the columns whose cells it reads as dates.
    pub fn date_columns(&self) -> Vec<usize> {
        fn visit(node: &Node<CellRef, i64>, found: &mut Vec<usize>) {
            if let Op::Column(CellRef { at, read: ReadAs::Time }) = node.op {
                found.push(at);
            }
            node.args.iter().for_each(|arg| visit(arg, found));
        }
        let mut found = Vec::new();
        visit(&self.root, &mut found);
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|at| self.columns[at]).collect()
    }

    /// Whether it gives true, false or null, as `where` needs.
    pub fn is_condition(&self) -> bool {
        matches!(self.gives, ExprType::Of(Unit::Bool) | ExprType::Null)
    }
}

impl Expr {
    /// Binds names to the columns of a file, by its header, and decides how each cell is read. White space inside names
    /// counts once; dates of the expression become times by the clock.
    ///
    /// # Errors
    /// An unknown or ambiguous name; text where a number or a date is needed, a cell where a condition is.
    pub fn bind<S: AsRef<str>>(&self, header: &[S], clock: Clock<'_>) -> Result<Bound, ExprError> {
        let header: Vec<String> = header.iter().map(|name| fold(name.as_ref())).collect();
        let names: Vec<&str> = header.iter().map(String::as_str).collect();
        let mut binder = Binder {
            header: &names,
            clock,
            columns: Vec::new(),
        };
        let (root, gives) = binder.node(&self.root)?;
        let names = binder.columns.iter().map(|&index| header[index].clone()).collect();
        Ok(Bound {
            root,
            gives,
            columns: binder.columns,
            names,
        })
    }
}

/// A name without white space around it, and with single spaces inside.
fn fold(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Binder<'a> {
    header: &'a [&'a str],
    clock: Clock<'a>,
    columns: Vec<usize>,
}

impl Binder<'_> {
    fn node(&mut self, node: &Node) -> Result<(Node<CellRef, i64>, ExprType), ExprError> {
        if let Op::Column(column) = &node.op {
            let at = self.column(node, &column.name, column.quoted)?;
            let op = Op::Column(CellRef { at, read: ReadAs::Text });
            let span = node.span.clone();
            return Ok((
                Node {
                    op,
                    args: Vec::new(),
                    span,
                },
                ExprType::Cell,
            ));
        }
        if let Op::Case { operand: true, otherwise } = node.op {
            return self.node(&compared(node, otherwise));
        }
        let bound = node.args.iter().map(|arg| self.node(arg)).collect::<Result<Vec<_>, _>>()?;
        let (mut args, types): (Vec<_>, Vec<_>) = bound.into_iter().unzip();
        let gives = type_of_op(node, &types, NamesAre::Cells)?;
        let read = match node.op {
            Op::Negate | Op::Arithmetic(_) | Op::Call(Function::Abs) => ExprType::Of(Unit::Number),
            Op::Call(Function::HoursBetween | Function::DaysBetween) => ExprType::Of(Unit::Time),
            Op::Call(Function::Coalesce | Function::Least | Function::Greatest) | Op::Case { .. } => gives,
            Op::Compare(_) | Op::Between { .. } | Op::In { .. } => {
                let joined = types.iter().try_fold(ExprType::Null, |joined, next| joined.join(*next));
                joined.unwrap_or(ExprType::Null)
            }
            _ => ExprType::Null,
        };
        args.iter_mut().for_each(|arg| read_as(arg, read));
        let bound = Node {
            op: node
                .op
                .convert(|_| unreachable!("a column is bound above"), |time| (self.clock)(time.datetime())),
            args,
            span: node.span.clone(),
        };
        Ok((bound, gives))
    }

    fn column(&mut self, node: &Node, name: &str, quoted: bool) -> Result<usize, ExprError> {
        let index = find(node, &fold(name), quoted, self.header)?;
        Ok(self.columns.iter().position(|&known| known == index).unwrap_or_else(|| {
            self.columns.push(index);
            self.columns.len() - 1
        }))
    }
}

/// A `case` with an operand as one of conditions: a cell is read for each comparison as that one needs.
fn compared(node: &Node, otherwise: bool) -> Node {
    let (of, pairs, last) = case_parts(&node.args, true, otherwise);
    let mut args = Vec::with_capacity(node.args.len());
    for (when, then) in pairs {
        args.push(Node {
            op: Op::Compare(Compare::Eq),
            args: of.into_iter().chain([when]).cloned().collect(),
            span: node.span.clone(),
        });
        args.push(then.clone());
    }
    args.extend(last.cloned());
    Node {
        op: Op::Case { operand: false, otherwise },
        args,
        span: node.span.clone(),
    }
}

/// Lets the bare cells of a part be read as amounts or times. Of parts that are not a choice between cells the cells were settled before.
fn read_as(node: &mut Node<CellRef, i64>, what: ExprType) {
    let read = match what {
        ExprType::Of(Unit::Time) => ReadAs::Time,
        ExprType::Null => return,
        number if number.is_number() => ReadAs::Amount,
        _ => return,
    };
    match &mut node.op {
        Op::Column(cell) => cell.read = read,
        Op::Case { .. } | Op::Call(Function::Coalesce) => node.args.iter_mut().for_each(|arg| read_as(arg, what)),
        _ => {}
    }
}
