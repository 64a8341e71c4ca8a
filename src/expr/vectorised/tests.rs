use polars::prelude::{Column, DataFrame, NamedFrom, Series};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::expr::tree::WallTime;
use crate::expr::{Cell, Reading, Value, parse};

/// The dictionary of the run, sorted; and words that are not in it.
const WORDS: [&str; 6] = ["", "a", "ab", "b", "north", "x%"];
const OTHERS: [&str; 3] = ["0", "aa", "z"];
const NUMBERS: [(&str, Unit); 6] = [
    ("money", Unit::Money),
    ("hours", Unit::Hours),
    ("days", Unit::Days),
    ("count", Unit::Count),
    ("x", Unit::Number),
    ("y", Unit::Number),
];

fn unit(name: &str) -> Unit {
    match name {
        "b" | "c" => Unit::Bool,
        "s" | "t" | "^s.*$" => Unit::Text,
        "k" => Unit::Key,
        "at" | "until" => Unit::Time,
        _ => NUMBERS.iter().find(|(known, _)| *known == name).unwrap().1,
    }
}

fn key(text: &str) -> i64 {
    text.bytes().fold(7, |hash, b| hash * 31 + i64::from(b))
}

fn clock(t: jiff::civil::DateTime) -> i64 {
    t.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp().as_microsecond()
}

fn code(text: &str) -> Option<u32> {
    WORDS.iter().position(|word| *word == text).map(|i| i as u32)
}

fn columns(frame: &DataFrame) -> FrameColumns<'_> {
    FrameColumns {
        frame,
        unit: &unit,
        code: &code,
        rank: &|code| code,
        codes_matching: &|holds| (0..WORDS.len() as u32).filter(|&i| holds(WORDS[i as usize])).collect(),
        key: &key,
        clock: &clock,
    }
}

/// Choices that proptest makes and shrinks: what is left of the tape is zeros.
struct Tape<'a>(std::slice::Iter<'a, u8>);

impl Tape<'_> {
    fn below(&mut self, n: u8) -> u8 {
        self.0.next().copied().unwrap_or(0) % n
    }

    fn of<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u8) as usize]
    }
}

fn node(op: Op, args: Vec<Node>) -> Node {
    Node { op, args, span: 0..0 }
}

fn named(name: &str) -> Node {
    node(
        Op::Column(Name {
            name: name.into(),
            quoted: true,
        }),
        vec![],
    )
}

/// Makes well-typed trees. For cells there are no booleans, times, ids and durations, numbers are told from text by
/// an addition, and nothing is divided.
struct Maker<'a> {
    tape: Tape<'a>,
    cells: bool,
}

impl Maker<'_> {
    fn literal(&mut self) -> Node {
        let text = self.tape.of(&["0", "1", "2.5", "0.25", "7"]);
        node(
            Op::Number {
                exact: text.parse().unwrap(),
                float: text.parse().unwrap(),
            },
            vec![],
        )
    }

    fn word(&mut self) -> String {
        let i = self.tape.below(9) as usize;
        WORDS.iter().chain(&OTHERS).nth(i).unwrap().to_string()
    }

    fn compare(&mut self) -> Compare {
        self.tape
            .of(&[Compare::Eq, Compare::Ne, Compare::Lt, Compare::Le, Compare::Gt, Compare::Ge])
    }

    fn case(&mut self, depth: u8, result: &mut dyn FnMut(&mut Self) -> Node) -> Node {
        let otherwise = self.tape.below(2) == 0;
        let mut args = Vec::new();
        let operand = self.tape.below(3) == 0;
        if operand {
            args.push(self.text(depth));
        }
        for _ in 0..=self.tape.below(2) {
            args.push(if operand { self.text(depth) } else { self.truth(depth) });
            args.push(result(self));
        }
        if otherwise {
            args.push(result(self));
        }
        node(Op::Case { operand, otherwise }, args)
    }

    /// A number of a unit, or a plain one.
    fn number(&mut self, of: Option<Unit>, depth: u8) -> Node {
        if depth == 0 {
            return match self.tape.below(4) {
                0 => self.literal(),
                1 => node(Op::Null, vec![]),
                _ => {
                    let name = NUMBERS
                        .iter()
                        .find(|(_, unit)| Some(*unit) == of)
                        .map_or_else(|| self.tape.of(&["x", "y"]), |(name, _)| name);
                    match self.cells {
                        true => node(
                            Op::Arithmetic(Arithmetic::Add),
                            vec![
                                named(name),
                                node(
                                    Op::Number {
                                        exact: Decimal::ZERO,
                                        float: 0.0,
                                    },
                                    vec![],
                                ),
                            ],
                        ),
                        false => named(name),
                    }
                }
            };
        }
        let d = depth - 1;
        match self.tape.below(11) {
            0 => self.number(of, 0),
            1 => node(Op::Arithmetic(Arithmetic::Add), vec![self.number(of, d), self.number(of, d)]),
            2 => node(Op::Arithmetic(Arithmetic::Subtract), vec![self.number(of, d), self.number(of, d)]),
            3 => node(Op::Arithmetic(Arithmetic::Multiply), vec![self.number(of, d), self.number(None, d)]),
            4 if !self.cells => node(Op::Arithmetic(Arithmetic::Divide), vec![self.number(of, d), self.number(None, d)]),
            5 => node(Op::Negate, vec![self.number(of, d)]),
            6 => node(Op::Call(Function::Abs), vec![self.number(of, d)]),
            7 => self.case(d, &mut |this| this.number(of, d)),
            8 | 9 => {
                let function = self.tape.of(&[Function::Coalesce, Function::Least, Function::Greatest]);
                node(Op::Call(function), vec![self.number(of, d), self.number(of, d), self.number(of, 0)])
            }
            10 if !self.cells && matches!(of, Some(Unit::Hours | Unit::Days)) => {
                let function = if of == Some(Unit::Hours) {
                    Function::HoursBetween
                } else {
                    Function::DaysBetween
                };
                node(Op::Call(function), vec![self.time(d), self.time(d)])
            }
            _ => self.literal(),
        }
    }

    fn text(&mut self, depth: u8) -> Node {
        match self.tape.below(if depth == 0 { 4 } else { 6 }) {
            0 => node(Op::Text(self.word()), vec![]),
            1..=3 => named(self.tape.of(&["s", "t", "^s.*$"])),
            4 => self.case(depth - 1, &mut |this| this.text(depth - 1)),
            _ => node(Op::Call(Function::Coalesce), vec![self.text(depth - 1), self.text(depth - 1)]),
        }
    }

    fn time(&mut self, depth: u8) -> Node {
        match self.tape.below(if depth == 0 { 4 } else { 6 }) {
            0 => node(Op::Time(WallTime::Date(jiff::civil::date(1970, 1, 2))), vec![]),
            1 => node(Op::Time(WallTime::Timestamp(jiff::civil::date(1970, 1, 1).at(12, 0, 0, 0))), vec![]),
            2 | 3 => named(self.tape.of(&["at", "until"])),
            4 => self.case(depth - 1, &mut |this| this.time(depth - 1)),
            _ => {
                let function = self.tape.of(&[Function::Coalesce, Function::Least, Function::Greatest]);
                node(Op::Call(function), vec![self.time(depth - 1), self.time(depth - 1)])
            }
        }
    }

    /// The arguments of a comparison.
    fn alike(&mut self, n: usize, depth: u8) -> Vec<Node> {
        let units = [None, Some(Unit::Money), Some(Unit::Hours), Some(Unit::Days), Some(Unit::Count)];
        let of = self.tape.of(&units[..if self.cells { 1 } else { 5 }]);
        let kind = self.tape.below(if self.cells { 2 } else { 3 });
        (0..n)
            .map(|_| match kind {
                0 => self.text(depth),
                1 => loop {
                    let number = self.number(of, depth);
                    if number.op != Op::Null {
                        break number;
                    }
                },
                _ => self.time(depth),
            })
            .collect()
    }

    fn truth(&mut self, depth: u8) -> Node {
        let d = depth.saturating_sub(1);
        let negated = self.tape.below(2) == 1;
        match self.tape.below(if depth == 0 { 5 } else { 14 }) {
            0 => node(Op::Compare(self.compare()), self.alike(2, d)),
            1 | 2 if !self.cells => named(self.tape.of(&["b", "c"])),
            3 => node(Op::Bool(negated), vec![]),
            4 => node(Op::Null, vec![]),
            5 => {
                let args = (0..2 + self.tape.below(3)).map(|_| self.truth(d)).collect();
                node(Op::And, args)
            }
            6 => node(Op::Or, vec![self.truth(d), self.truth(d)]),
            7 => node(Op::Not, vec![self.truth(d)]),
            8 => {
                let mut args = self.alike(3, d);
                if self.tape.below(3) == 0 {
                    args.push(node(Op::Null, vec![]));
                }
                node(Op::In { negated }, args)
            }
            9 => node(Op::Between { negated }, self.alike(3, d)),
            10 => {
                let pattern = self.tape.of(&["a%", "%", "_", "%o_th", "x%", "", "q"]).to_string();
                node(Op::Like { pattern, negated }, vec![self.text(d)])
            }
            11 => match self.tape.below(3) {
                0 => node(Op::Is { test: Test::Null, negated }, self.alike(1, d)),
                1 => node(Op::Is { test: Test::True, negated }, vec![self.truth(d)]),
                _ => node(
                    Op::Is {
                        test: Test::False,
                        negated,
                    },
                    vec![self.truth(d)],
                ),
            },
            12 => self.case(d, &mut |this| this.truth(d)),
            _ if self.cells => node(Op::Compare(self.compare()), self.alike(2, d)),
            _ => {
                let word = node(Op::Text(self.word()), vec![]);
                match self.tape.below(3) {
                    0 => node(Op::In { negated }, vec![named("k"), word, node(Op::Text("k1".into()), vec![])]),
                    1 if negated => node(Op::Compare(Compare::Ne), vec![word, named("k")]),
                    1 => node(Op::Compare(Compare::Eq), vec![named("k"), word]),
                    _ => node(Op::Call(Function::Coalesce), vec![self.truth(0), self.truth(0)]),
                }
            }
        }
    }

    fn any(&mut self) -> Expr {
        let root = match self.tape.below(if self.cells { 3 } else { 4 }) {
            0 => self.truth(4),
            1 => {
                let of = if self.cells {
                    None
                } else {
                    self.tape
                        .of(&[None, Some(Unit::Money), Some(Unit::Hours), Some(Unit::Days), Some(Unit::Count)])
                };
                self.number(of, 4)
            }
            2 => self.text(3),
            _ => self.time(3),
        };
        Expr { text: "".into(), root }
    }
}

/// Rows as the interpreter sees them, by column.
type Rows = Vec<(&'static str, Vec<Value<'static>>)>;

const ROWS: usize = 5;

fn rows(tape: &mut Tape<'_>) -> Rows {
    [
        "money", "hours", "days", "count", "x", "y", "b", "c", "s", "t", "^s.*$", "k", "at", "until",
    ]
    .into_iter()
    .map(|name| {
        let values = (0..ROWS).map(|_| {
            let n = tape.below(8);
            match unit(name) {
                _ if n == 0 => Value::Null,
                Unit::Bool => Value::Bool(n > 3),
                Unit::Text => Value::Text(WORDS[n as usize % 6].into()),
                Unit::Key => Value::Text(["a", "k1", "k2"][n as usize % 3].into()),
                Unit::Time => Value::Time(i64::from(n) * 21_600_000_000),
                Unit::Days | Unit::Count => Value::Number(f64::from(n) - 3.0),
                // Whole parts of the unit, and zeros.
                of => Value::Number((f64::from(n) - 3.0) * 12_345.0 / of.scale() as f64),
            }
        });
        (name, values.collect())
    })
    .collect()
}

fn frame(rows: &Rows) -> DataFrame {
    let columns = rows.iter().map(|&(name, ref values)| {
        let number = |v: &Value<'_>| match v {
            Value::Number(x) => Some(*x),
            _ => None,
        };
        let series = match unit(name) {
            Unit::Number => Series::new(name.into(), values.iter().map(number).collect::<Vec<_>>()),
            of if of.is_number() => {
                let stored = values.iter().map(|v| number(v).map(|x| (x * of.scale() as f64).round() as i64));
                Series::new(name.into(), stored.collect::<Vec<_>>())
            }
            Unit::Bool => Series::new(
                name.into(),
                values
                    .iter()
                    .map(|v| if let Value::Bool(b) = v { Some(*b) } else { None })
                    .collect::<Vec<_>>(),
            ),
            Unit::Time => Series::new(
                name.into(),
                values
                    .iter()
                    .map(|v| if let Value::Time(t) = v { Some(*t) } else { None })
                    .collect::<Vec<_>>(),
            ),
            of => {
                let text = values.iter().map(|v| if let Value::Text(s) = v { Some(s.clone()) } else { None });
                match of {
                    Unit::Key => Series::new(name.into(), text.map(|s| s.map(|s| key(&s))).collect::<Vec<_>>()),
                    _ => Series::new(name.into(), text.map(|s| s.and_then(|s| code(&s))).collect::<Vec<_>>()),
                }
            }
        };
        Column::from(series)
    });
    DataFrame::new(ROWS, columns.collect()).unwrap()
}

/// The values of a column, one a row.
fn values(of: Unit, out: &Column) -> Vec<Value<'static>> {
    match of {
        Unit::Bool => out.bool().unwrap().iter().map(|v| v.map_or(Value::Null, Value::Bool)).collect(),
        Unit::Text => out
            .u32()
            .unwrap()
            .iter()
            .map(|v| v.map_or(Value::Null, |c| Value::Text(WORDS[c as usize].into())))
            .collect(),
        Unit::Time => out.i64().unwrap().iter().map(|v| v.map_or(Value::Null, Value::Time)).collect(),
        _ => out.f64().unwrap().iter().map(|v| v.map_or(Value::Null, Value::Number)).collect(),
    }
}

fn interpreted<'a>(e: &'a Expr, rows: &'a Rows, i: usize) -> Value<'a> {
    e.eval(&|name| rows.iter().find(|(known, _)| *known == name).unwrap().1[i].clone(), &clock)
}

fn tape(n: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), n)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_rows_at_once_and_row_by_row_agree(choices in tape(120), data in tape(80)) {
        let e = Maker { tape: Tape(choices.iter()), cells: false }.any();
        let rows = rows(&mut Tape(data.iter()));
        let of = e.check(&Frame(&unit)).unwrap();
        match e.eval_columns(&columns(&frame(&rows))) {
            Err(error) => prop_assert!(error.message.contains("does not occur in the data"), "{}", error),
            Ok(found) => {
                prop_assert_eq!(found.len(), ROWS);
                for (i, found) in values(of, &found).iter().enumerate() {
                    prop_assert_eq!(found, &interpreted(&e, &rows, i), "row {} of {}", i, e.to_sql());
                }
            }
        }
    }

    #[test]
    fn what_is_printed_means_the_same(choices in tape(120), data in tape(80)) {
        let e = Maker { tape: Tape(choices.iter()), cells: false }.any();
        let printed = e.to_sql();
        let again = parse(&printed).map_err(|error| TestCaseError::fail(format!("{error} in {printed}")))?;
        prop_assert_eq!(again.to_sql(), printed);
        let rows = rows(&mut Tape(data.iter()));
        for i in 0..ROWS {
            prop_assert_eq!(interpreted(&again, &rows, i), interpreted(&e, &rows, i), "row {} of {}", i, e.to_sql());
        }
    }

    #[test]
    fn cells_mean_what_values_mean(choices in tape(120), data in tape(80)) {
        let e = Maker { tape: Tape(choices.iter()), cells: true }.any();
        let mut rows = rows(&mut Tape(data.iter()));
        // An empty cell is null.
        for value in rows.iter_mut().flat_map(|(_, values)| values) {
            if *value == Value::Text("".into()) {
                *value = Value::Null;
            }
        }
        let header: Vec<&str> = rows.iter().map(|(name, _)| *name).collect();
        let bound = e.bind(&header, &clock).map_err(|error| TestCaseError::fail(format!("{error} in {}", e.to_sql())))?;
        let reading = Reading { is_null: &|cell| cell == "NA", amount: &|cell| cell.parse().ok(), time: &|_, _| None };
        for i in 0..ROWS {
            let record: Vec<String> = rows.iter().map(|(_, values)| match &values[i] {
                Value::Number(x) => format!(" {x} "),
                Value::Text(text) => text.to_string(),
                _ => "NA".to_string(),
            }).collect();
            let found: Value<'_> = match bound.eval(&|at| record[at].as_str(), &reading).unwrap() {
                Cell::Null => Value::Null,
                Cell::Bool(b) => Value::Bool(b),
                Cell::Number(x) => Value::Number(x.to_string().parse().unwrap()),
                Cell::Text(text) => Value::Text(text),
                Cell::Time(t) => Value::Time(t),
            };
            match (&found, &interpreted(&e, &rows, i)) {
                (Value::Number(a), Value::Number(b)) => prop_assert!((a - b).abs() <= 1e-9 * b.abs(), "{} is not {} in {}", a, b, e.to_sql()),
                (found, expected) => prop_assert_eq!(found, expected, "row {} of {}", i, e.to_sql()),
            }
        }
    }
}

fn text_or_null(word: Option<&str>) -> Value<'static> {
    word.map_or(Value::Null, |word| Value::Text(word.to_string().into()))
}

/// Rows of zeros and nulls, but for these columns.
fn with(columns: &[(&str, [Value<'static>; ROWS])]) -> Rows {
    let mut rows = rows(&mut Tape([].iter()));
    for (name, values) in columns {
        rows.iter_mut().find(|(known, _)| known == name).unwrap().1 = values.to_vec();
    }
    rows
}

/// What a condition is in each row: `?` where it is unknown.
fn truths(text: &str, rows: &Rows) -> String {
    let found = parse(text).unwrap().eval_columns(&columns(&frame(rows))).unwrap();
    let truth = |value| match value {
        Value::Bool(true) => '1',
        Value::Bool(false) => '0',
        _ => '?',
    };
    values(Unit::Bool, &found).into_iter().map(truth).collect()
}

#[test]
fn ids_truths_and_stored_numbers_are_compared_as_what_they_are() {
    let truth = |value: Option<bool>| value.map_or(Value::Null, Value::Bool);
    let rows = with(&[
        ("k", [Some("k1"), Some("k2"), None, Some("a"), Some("k1")].map(text_or_null)),
        ("b", [Some(true), Some(false), None, Some(true), None].map(truth)),
        ("money", [1.0, -2.0, 0.0, 2.0, 2.5].map(Value::Number)),
    ]);
    for (text, expected) in [
        ("k = 'k1'", "10?01"),
        ("'k1' = k", "10?01"),
        ("k <> 'k3'", "11?11"),
        ("k in ('k1', 'a')", "10?11"),
        ("k in ('k1', null)", "1???1"),
        ("k not in ('k1', 'a')", "01?00"),
        ("coalesce(b, true)", "10111"),
        ("b is null", "00101"),
        ("b is not null", "11010"),
        ("b = false", "01?0?"),
        ("money = 2", "00010"),
        ("-2 < money", "10111"),
        ("money <= -2", "01000"),
    ] {
        assert_eq!(truths(text, &rows), expected, "{text}");
    }
}

#[test]
fn text_is_compared_by_codes_whether_it_occurs_or_not() {
    let rows = with(&[("s", [Some("a"), Some("north"), None, Some(""), Some("x%")].map(text_or_null))]);
    for (text, expected) in [
        ("s = 'north'", "01?00"),
        ("s = 'absent'", "00?00"),
        ("s <> 'absent'", "11?11"),
        ("s < 'b'", "10?10"),
        ("'b' < s", "01?01"),
        ("s in ('absent', 'a')", "10?00"),
        ("s not in ('absent')", "11?11"),
        ("s like '%'", "11?11"),
        ("s like '%a%'", "10?00"),
        ("case when s = 'a' then 'absent' end = 'absent'", "1????"),
        ("coalesce(s, 'absent') = 'absent'", "00100"),
    ] {
        assert_eq!(truths(text, &rows), expected, "{text}");
    }
    let error = parse("case when s = 'a' then 'absent' end")
        .unwrap()
        .eval_columns(&columns(&frame(&rows)))
        .unwrap_err();
    assert_eq!(error.message, "'absent' does not occur in the data, so it cannot be a result");
    assert_eq!(error.span, 23..31);
}

#[test]
fn the_deepest_expressions_fit_the_stack() {
    let frame = frame(&rows(&mut Tape([5; 80].iter())));
    for text in [
        vec!["x = 1 or y in (2, 3)"; 500].join(" or "),
        vec!["x"; 90].join(" / ") + " > 0",
        "coalesce(".repeat(10) + "x" + &", 1)".repeat(10) + " > 0",
    ] {
        let e = parse(&text).unwrap();
        assert_eq!(e.eval_columns(&columns(&frame)).unwrap().len(), ROWS);
    }
}

#[test]
fn a_frame_without_rows_gives_no_values() {
    let frame = frame(&rows(&mut Tape([5; 80].iter()))).clear();
    for text in [
        "x > 1 and b",
        "case when b then 1 else 2 end > 1",
        "coalesce(x, 1) + 2",
        "greatest(x, 2)",
        "1 + 1",
        "s = 'a' or null",
        "case when s = 'a' then 'b' else 'north' end",
    ] {
        let e = parse(text).unwrap();
        assert_eq!(e.eval_columns(&columns(&frame)).unwrap().len(), 0, "{text}");
    }
}
