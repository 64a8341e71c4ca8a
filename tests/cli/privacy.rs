//! Small groups of protected people, as an attacker sees them: somebody who knows everything about everybody else, takes all outputs that he
//! can get, and solves the equations that they are.
//!
//! What he does not know is the amount of each order of an employee. Each published revenue is the sum of some of these and of amounts that
//! he knows. He has won if a linear combination of the sums is about the orders of one to four employees. It does not matter whether the
//! program hides something else: the attack is by brute force, with exact numbers, and shares nothing with the program.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

use crate::harness::Folder;

/// Numbers that look random; always the same (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % n
    }
}

#[derive(Debug, Clone)]
struct Order {
    person: usize,
    is_employee: bool,
    site: &'static str,
    department: &'static str,
    month: u32,
    day: u32,
    amount: u64,
}

const SITES: [&str; 4] = ["north", "south", "west", "remote"];
const DEPARTMENTS: [&str; 3] = ["sales", "support", "lab"];

/// Employees and customers. The sites and departments differ in size, and some combinations are of one person.
fn orders(seed: u64) -> Vec<Order> {
    let mut random = Random(seed);
    let mut orders = Vec::new();
    let employees = 14 + random.below(20) as usize;
    for person in 0..employees + 12 {
        let is_employee = person < employees;
        let site = SITES[(random.below(4).min(random.below(4)) as usize + usize::from(person == 3) * 3).min(3)];
        let department = DEPARTMENTS[random.below(3).min(random.below(3)) as usize];
        for month in [9, 10] {
            for _ in 0..=random.below(2) {
                orders.push(Order {
                    person,
                    is_employee,
                    site,
                    department,
                    month,
                    day: 1 + random.below(28) as u32,
                    amount: 1 + random.below(1_000_000),
                });
            }
        }
    }
    orders
}

fn folder(orders: &[Order]) -> Folder {
    let mut roster = "id,type,site,department\n".to_string();
    let mut seen = BTreeSet::new();
    for order in orders.iter().filter(|order| seen.insert(order.person)) {
        let kind = if order.is_employee { "employee" } else { "customer" };
        writeln!(roster, "p{},{kind},{},{}", order.person, order.site, order.department).expect("into memory");
    }
    let mut text = "id,order,date,amount\n".to_string();
    for (number, order) in orders.iter().enumerate() {
        writeln!(
            text,
            "p{},o{number},2026-{:02}-{:02},{}",
            order.person, order.month, order.day, order.amount
        )
        .expect("into memory");
    }
    let config = "as_of = 2026-10-31\ncurrency = 'EUR'\n\
                  [[source]]\npath = 'roster.csv'\nkind = 'stakeholders'\n\
                  map = { stakeholder_id = 'id', type = 'type', region = 'site', segment = 'department' }\n\
                  [[source]]\npath = 'orders.csv'\nkind = 'purchases'\n\
                  map = { stakeholder_id = 'id', order_id = 'order', occurred_at = 'date', amount = 'amount' }\n\
                  [[rule]]\nmetric = 'revenue'\nby = ['region']\nfail_below = 0\n\
                  [[rule]]\nmetric = 'revenue'\nby = ['segment']\nfail_below = 0\n\
                  [[rule]]\nmetric = 'revenue'\nwhere = \"region <> 'remote'\"\nfail_below = 0\n";
    Folder::new()
        .with("roster.csv", roster)
        .with("orders.csv", text)
        .with("relhealth.toml", config)
}

/// The orders whose amounts a published number is the sum of.
type Equation = BTreeSet<usize>;

fn is_in(order: &Order, by: &BTreeMap<String, String>) -> bool {
    by.iter().all(|(dimension, value)| match dimension.as_str() {
        "region" => order.site == value,
        "segment" => order.department == value,
        "type" => order.is_employee == (value == "employee"),
        other => panic!("no dimension {other}"),
    })
}

/// Takes a published number down, after checking that it is the sum that it is taken for.
fn note(equations: &mut Vec<Equation>, orders: &[Order], value: &Value, counts: impl Fn(&Order) -> bool) {
    let Some(value) = value.as_f64() else { return };
    let of: Equation = (0..orders.len()).filter(|at| counts(&orders[*at])).collect();
    let sum: u64 = of.iter().map(|at| orders[*at].amount).sum();
    assert_eq!(value, sum as f64);
    equations.push(of);
}

fn labels(by: &Value) -> BTreeMap<String, String> {
    let by = by.as_object().expect("dimensions");
    by.iter()
        .map(|(name, value)| (name.clone(), value.as_str().expect("a label").to_string()))
        .collect()
}

fn json(folder: &Folder, args: &[&str]) -> Value {
    let ran = folder.run(&[args, &["-q", "--format", "json"]].concat());
    serde_json::from_str(&ran.out()).unwrap_or_else(|error| panic!("{error}\n{}{}", ran.out(), ran.err()))
}

/// Everything that `measure` says of the revenue of days of October.
fn measured(equations: &mut Vec<Equation>, folder: &Folder, orders: &[Order], args: &[&str], keeps: &dyn Fn(&Order) -> bool) {
    measured_of(equations, folder, orders, ("2026-10", 1..=31), args, keeps);
}

fn measured_of(
    equations: &mut Vec<Equation>,
    folder: &Folder,
    orders: &[Order],
    (period, days): (&str, std::ops::RangeInclusive<u32>),
    args: &[&str],
    keeps: &dyn Fn(&Order) -> bool,
) {
    let found = json(folder, &[&["measure", "-m", "revenue", "--period", period], args].concat());
    for cell in found["cells"].as_array().expect("cells") {
        let by = labels(&cell["by"]);
        let is_now = |order: &Order| order.month == 10 && days.contains(&order.day) && keeps(order);
        note(equations, orders, &cell["value"], |order| is_now(order) && is_in(order, &by));
        let changes = &cell["changes"];
        note(equations, orders, &changes["rest"]["value"], |order| {
            is_now(order) && !is_in(order, &by)
        });
        note(equations, orders, &changes["previous"]["value"], |order| {
            order.month == 9 && keeps(order) && is_in(order, &by)
        });
    }
}

fn reported(equations: &mut Vec<Equation>, folder: &Folder, orders: &[Order], by: &[&str]) {
    let found = json(folder, &[&["report", "-m", "revenue", "--period", "2026-10"], by].concat());
    for cell in found["cells"]
        .as_array()
        .expect("cells")
        .iter()
        .filter(|cell| cell["metric"] == "revenue")
    {
        let month: u32 = cell["period"].as_str().expect("a month")[5..].parse().expect("a number");
        let (by, is_this_year) = (
            labels(&cell["by"]),
            cell["period"].as_str().is_some_and(|period| period.starts_with("2026")),
        );
        note(equations, orders, &cell["value"], |order| {
            is_this_year && order.month == month && is_in(order, &by)
        });
    }
    for few in found["concentration"].as_array().expect("a list") {
        note(equations, orders, &few["sum"], |order| order.month == 10 && !order.is_employee);
        for large in few["largest"].as_array().expect("a list") {
            let person: usize = large["stakeholder_id"].as_str().expect("an id")[1..].parse().expect("a number");
            note(equations, orders, &large["amount"], |order| {
                order.month == 10 && order.person == person
            });
        }
    }
}

fn checked(equations: &mut Vec<Equation>, folder: &Folder, orders: &[Order]) {
    let found = json(folder, &["check", "--period", "2026-10"]);
    for verdict in found["verdicts"].as_array().expect("verdicts") {
        let by = labels(&verdict["by"]);
        let filter = verdict["where"].as_str();
        note(equations, orders, &verdict["value"], |order| {
            order.month == 10 && is_in(order, &by) && (filter.is_none() || order.site != "remote")
        });
    }
}

/// The rank of a matrix, exactly: by fractions that stay integers (Bareiss, 1968).
fn rank(mut rows: Vec<Vec<i128>>) -> usize {
    let (mut rank, mut last) = (0, 1);
    for column in 0..rows.first().map_or(0, Vec::len) {
        let Some(pivot) = (rank..rows.len()).find(|at| rows[*at][column] != 0) else {
            continue;
        };
        rows.swap(rank, pivot);
        for at in rank + 1..rows.len() {
            for other in (0..rows[at].len()).rev() {
                rows[at][other] = (rows[rank][column] * rows[at][other] - rows[at][column] * rows[rank][other]) / last;
            }
        }
        last = rows[rank][column];
        rank += 1;
    }
    rank
}

/// The employees, one to four, about whose orders alone a combination of the equations is; `None`: there are none.
fn attack(orders: &[Order], equations: &[Equation]) -> Option<BTreeSet<usize>> {
    // Orders that are in the same equations are one unknown.
    let mut unknowns: BTreeMap<Vec<bool>, BTreeSet<usize>> = BTreeMap::new();
    for (at, order) in orders.iter().enumerate().filter(|(_, order)| order.is_employee) {
        let of: Vec<bool> = equations.iter().map(|equation| equation.contains(&at)).collect();
        if of.contains(&true) {
            unknowns.entry(of).or_default().insert(order.person);
        }
    }
    let (columns, people): (Vec<Vec<bool>>, Vec<BTreeSet<usize>>) = unknowns.into_iter().unzip();
    let without = |gone: &[usize]| -> Vec<Vec<i128>> {
        let entry = |row: usize, at: usize| i128::from(columns[at][row] && !gone.contains(&at));
        (0..equations.len())
            .map(|row| (0..columns.len()).map(|at| entry(row, at)).collect())
            .collect()
    };
    let all = rank(without(&[]));
    // All sets of up to four unknowns that are about fewer than five people.
    let mut sets: Vec<Vec<usize>> = vec![Vec::new()];
    while let Some(set) = sets.pop() {
        let next = set.last().map_or(0, |last| last + 1);
        for at in (next..columns.len()).filter(|_| set.len() < 4) {
            let set: Vec<usize> = set.iter().copied().chain([at]).collect();
            let of: BTreeSet<usize> = set.iter().flat_map(|at| &people[*at]).copied().collect();
            if of.len() < 5 {
                if rank(without(&set)) < all {
                    return Some(of);
                }
                sets.push(set);
            }
        }
    }
    None
}

#[track_caller]
fn assert_safe(orders: &[Order], equations: &[Equation], what: &str) {
    assert_eq!(attack(orders, equations), None, "{what}: these employees can be found");
}

const SEEDS: std::ops::Range<u64> = 1..5;

#[test]
fn the_attacker_finds_what_is_not_hidden() {
    let orders = orders(1);
    let of = |counts: &dyn Fn(&Order) -> bool| -> Equation { (0..orders.len()).filter(|at| counts(&orders[*at])).collect() };
    let all = of(&|order| order.month == 10);
    let by_site = SITES.map(|site| of(&|order| order.month == 10 && order.site == site));
    let remote: BTreeSet<usize> = orders
        .iter()
        .filter(|o| o.is_employee && o.site == "remote")
        .map(|o| o.person)
        .collect();
    assert!((1..5).contains(&remote.len()), "{remote:?}");
    // The total less three sites, and a filter that leaves few out.
    assert!(attack(&orders, &[all.clone(), by_site[0].clone(), by_site[1].clone(), by_site[2].clone()]).is_some());
    let others = of(&|order| order.month == 10 && order.site != "remote");
    assert_eq!(attack(&orders, &[all.clone(), others]), Some(remote));
    assert_eq!(attack(&orders, &[all]), None);
}

#[test]
fn one_run_shows_nothing_about_few_employees() {
    for seed in SEEDS {
        let orders = orders(seed);
        let folder = folder(&orders);
        for by in ["region", "segment", "type", "type,region", "region,segment", "type,region,segment"] {
            let mut equations = Vec::new();
            let args = ["--by", by, "--total", "--compare", "rest,previous"];
            measured(&mut equations, &folder, &orders, &args, &|_| true);
            assert_safe(&orders, &equations, &format!("seed {seed}, by {by}"));
        }
        let mut equations = Vec::new();
        reported(
            &mut equations,
            &folder,
            &orders,
            &["--by", "type", "--by", "region", "--by", "segment"],
        );
        assert!(equations.len() > 12);
        assert_safe(&orders, &equations, &format!("seed {seed}, report"));
        let mut equations = Vec::new();
        checked(&mut equations, &folder, &orders);
        assert_safe(&orders, &equations, &format!("seed {seed}, check"));
    }
}

#[test]
fn filters_and_their_complements_show_nothing_about_few_employees() {
    for seed in SEEDS {
        let orders = orders(seed);
        let folder = folder(&orders);
        let mut equations = Vec::new();
        measured(&mut equations, &folder, &orders, &[], &|_| true);
        measured(&mut equations, &folder, &orders, &["--by", "region"], &|_| true);
        for site in SITES {
            let (only, without) = (format!("region = '{site}'"), format!("region <> '{site}'"));
            measured(&mut equations, &folder, &orders, &["--where", &only], &|order| order.site == site);
            measured(
                &mut equations,
                &folder,
                &orders,
                &["--where", &without, "--by", "region"],
                &|order| order.site != site,
            );
            measured(
                &mut equations,
                &folder,
                &orders,
                &["--where", &without, "--compare", "previous"],
                &|order| order.site != site,
            );
        }
        assert!(equations.len() > 2);
        assert_safe(&orders, &equations, &format!("seed {seed}"));
        // Whoever leaves all employees out sees everything.
        let mut customers = Vec::new();
        let args = ["--where", "type <> 'employee'", "--by", "region"];
        measured(&mut customers, &folder, &orders, &args, &|order| !order.is_employee);
        let sites: BTreeSet<&str> = orders.iter().filter(|o| !o.is_employee && o.month == 10).map(|o| o.site).collect();
        assert_eq!(customers.len(), sites.len());
    }
}

#[test]
fn ranges_of_days_show_nothing_about_few_employees() {
    for seed in SEEDS {
        let orders = orders(seed);
        let folder = folder(&orders);
        let mut equations = Vec::new();
        measured(&mut equations, &folder, &orders, &[], &|_| true);
        for (first, last) in [(1, 27), (1, 20), (2, 31), (9, 31), (1, 15), (16, 31)] {
            let period = format!("2026-10-{first:02}..2026-10-{last:02}");
            measured_of(&mut equations, &folder, &orders, (&period, first..=last), &[], &|_| true);
        }
        assert_safe(&orders, &equations, &format!("seed {seed}"));
    }
}

/// One order for each person, so that what is not known is a number of each person.
fn persons(orders: &[Order]) -> Vec<Order> {
    let mut seen = BTreeSet::new();
    orders.iter().filter(|order| seen.insert(order.person)).cloned().collect()
}

/// The days on which somebody ordered, up to and with a day of October.
fn days(orders: &[Order], person: usize, until: u32) -> BTreeSet<(u32, u32)> {
    let of = orders.iter().filter(|order| order.person == person);
    of.map(|order| (order.month, order.day))
        .filter(|(month, day)| *month < 10 || *day <= until)
        .collect()
}

/// Takes down that a number is about these people, after checking how many they are.
fn about(equations: &mut Vec<Equation>, persons: &[Order], count: &Value, is_in: &dyn Fn(&Order) -> bool) {
    let Some(count) = count.as_u64() else { return };
    let of: Equation = (0..persons.len()).filter(|at| is_in(&persons[*at])).collect();
    assert_eq!(count as usize, of.len());
    equations.push(of);
}

/// The arguments of a run; with a condition, the site that it names, and whether it keeps that one alone.
type Attempt = (Vec<String>, Option<(&'static str, bool)>);

/// The runs of one command that an attacker combines: all, groups, and conditions with their complements; and whom each keeps.
fn runs() -> Vec<Attempt> {
    let by = |by: &str| vec!["--by".to_string(), by.to_string()];
    let mut all = vec![(Vec::new(), None), (by("region"), None)];
    for site in SITES {
        for (sign, is_only) in [("=", true), ("<>", false)] {
            let condition = vec!["--where".to_string(), format!("region {sign} '{site}'")];
            all.push((condition.clone(), Some((site, is_only))));
            all.push(([condition, by("region")].concat(), Some((site, is_only))));
        }
    }
    all
}

fn is_kept(order: &Order, kept: Option<(&str, bool)>) -> bool {
    kept.is_none_or(|(site, is_only)| (order.site == site) == is_only)
}

fn run_json(folder: &Folder, command: &str, args: &[String]) -> Value {
    json(
        folder,
        &[&[command][..], &args.iter().map(String::as_str).collect::<Vec<_>>()].concat(),
    )
}

/// How many numbers are about employees, too.
fn about_employees(persons: &[Order], equations: &[Equation]) -> usize {
    let is_about = |equation: &&Equation| equation.iter().any(|at| persons[*at].is_employee);
    equations.iter().filter(is_about).count()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

#[test]
fn cohorts_show_nothing_about_few_employees() {
    let mut shown = 0;
    for seed in SEEDS {
        let orders = orders(seed);
        let (folder, persons) = (folder(&orders), persons(&orders));
        let mut equations = Vec::new();
        for (args, kept) in runs() {
            let found = run_json(&folder, "cohorts", &args);
            for cohort in list(&found["cohorts"]) {
                let by = labels(&cohort["by"]);
                let month: u32 = cohort["cohort"].as_str().expect("a month")[5..].parse().expect("a number");
                let is_in = |person: &Order| {
                    let first = days(&orders, person.person, 31).first().map(|(month, _)| *month);
                    is_kept(person, kept) && is_in(person, &by) && first == Some(month)
                };
                about(&mut equations, &persons, &cohort["size"], &is_in);
                // Shares of a cohort whose size is hidden would show it, too.
                for cell in list(&cohort["cells"]) {
                    assert!(cohort["size"].is_number() || cell["value"].is_null(), "{cohort}");
                }
            }
            for slice in list(&found["survival"]) {
                let by = labels(&slice["by"]);
                about(&mut equations, &persons, &slice["n"], &|person| {
                    is_kept(person, kept) && is_in(person, &by)
                });
            }
        }
        shown += about_employees(&persons, &equations);
        assert_safe(&persons, &equations, &format!("seed {seed}"));
    }
    assert!(shown > 0, "{shown}");
}

#[test]
fn segments_show_nothing_about_few_employees() {
    let mut shown = 0;
    for seed in SEEDS {
        let orders = orders(seed);
        let (folder, persons) = (folder(&orders), persons(&orders));
        // The same people without protection: there everybody is listed with the segment.
        let everybody: Vec<Order> = orders
            .iter()
            .map(|order| Order {
                is_employee: false,
                ..order.clone()
            })
            .collect();
        let open = self::folder(&everybody);
        let mut equations = Vec::new();
        for (args, kept) in runs() {
            let (found, listed) = (run_json(&folder, "segments", &args), run_json(&open, "segments", &args));
            let segments: BTreeMap<usize, &str> = list(&listed["stakeholders"])
                .iter()
                .map(|one| {
                    let id: usize = one["id"].as_str().expect("an id")[1..].parse().expect("a number");
                    (id, one["segment"].as_str().unwrap_or_default())
                })
                .collect();
            for segment in list(&found["segments"]) {
                let (by, name) = (labels(&segment["by"]), segment["name"].as_str().unwrap_or_default());
                about(&mut equations, &persons, &segment["n"], &|person| {
                    is_kept(person, kept) && is_in(person, &by) && segments.get(&person.person) == Some(&name)
                });
            }
        }
        shown += about_employees(&persons, &equations);
        assert_safe(&persons, &equations, &format!("seed {seed}"));
    }
    assert!(shown > 0);
}

#[test]
fn forecasts_show_nothing_about_few_employees() {
    let mut shown = 0;
    for seed in SEEDS {
        let orders = orders(seed);
        let (folder, persons) = (folder(&orders), persons(&orders));
        let mut equations = Vec::new();
        for (args, kept) in runs() {
            let found = run_json(&folder, "forecast", &args);
            for group in std::iter::once(&found).chain(list(&found["groups"])) {
                let by = group["by"].as_object().map_or(BTreeMap::new(), |_| labels(&group["by"]));
                let is_of = |person: &Order| is_kept(person, kept) && is_in(person, &by);
                about(&mut equations, &persons, &group["customers"], &is_of);
                about(&mut equations, &persons, &group["repeating"], &|person| {
                    is_of(person) && days(&orders, person.person, 31).len() > 1
                });
                let holdout = &group["holdout"];
                let Some(end) = holdout["calibration_end"].as_str() else { continue };
                let (month, day): (u32, u32) = (end[5..7].parse().expect("a month"), end[8..].parse().expect("a day"));
                let before = |person: &Order| {
                    let all = days(&orders, person.person, 31);
                    all.into_iter().filter(|at| *at <= (month, day)).count()
                };
                about(&mut equations, &persons, &holdout["customers"], &|person| {
                    is_of(person) && before(person) > 0
                });
                for of in list(&holdout["by_frequency"]) {
                    let repeats = of["frequency"].as_u64().expect("a number") as usize;
                    about(&mut equations, &persons, &of["customers"], &|person| {
                        is_of(person) && before(person) == repeats + 1
                    });
                }
            }
        }
        shown += about_employees(&persons, &equations);
        assert_safe(&persons, &equations, &format!("seed {seed}"));
    }
    assert!(shown > 0, "{shown}");
}

#[test]
fn health_shows_nothing_about_few_employees() {
    let mut shown = 0;
    for seed in SEEDS {
        let orders = orders(seed);
        let persons = persons(&orders);
        let mut answers = "id,answered,score,low,high,question\n".to_string();
        for person in persons.iter().filter(|person| person.is_employee) {
            writeln!(
                answers,
                "p{},2026-10-{:02},{},1,5,engagement",
                person.person,
                person.day,
                1 + person.amount % 5
            )
            .expect("into memory");
        }
        let folder = folder(&orders);
        let config = folder.read("relhealth.toml")
            + "[[source]]\npath = 'answers.csv'\nkind = 'surveys'\n\
               map = { stakeholder_id = 'id', responded_at = 'answered', score = 'score', scale_min = 'low', scale_max = 'high', instrument = 'question' }\n\
               [health.employee]\nminimum_coverage = 0.2\n[health.customer]\nminimum_coverage = 0.1\n";
        let folder = folder.with("answers.csv", answers).with("relhealth.toml", config);
        let (mut all, mut scored) = (Vec::new(), Vec::new());
        for (args, kept) in runs() {
            let found = run_json(&folder, "health", &args);
            for group in list(&found["types"]).iter().chain(list(&found["groups"])) {
                let mut by = labels(&group["by"]);
                if let Some(model) = by.remove("model") {
                    by.insert("type".to_string(), model);
                }
                let is_of = |person: &Order| is_kept(person, kept) && is_in(person, &by);
                about(&mut all, &persons, &group["stakeholders"], &is_of);
                // Every employee has a score; of the others the attacker knows who has.
                if group["mean"]["value"].is_number() {
                    scored.push(
                        (0..persons.len())
                            .filter(|at| persons[*at].is_employee && is_of(&persons[*at]))
                            .collect(),
                    );
                }
            }
        }
        shown += about_employees(&persons, &scored);
        assert_safe(&persons, &all, &format!("seed {seed}, stakeholders"));
        assert_safe(&persons, &scored, &format!("seed {seed}, scores"));
    }
    assert!(shown > 3, "{shown}");
}
