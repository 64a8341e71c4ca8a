//! What the files of one export are for each other where no name of a column says it: lists of people, contracts, lists of prices, and
//! answers in a file of their own. The expected numbers are sums over the generators of the records.

use serde_json::Value;

use crate::harness::{Folder, Ran};

/// The values of these metrics of 2024, in their order; none for one that has none.
fn measured(folder: &Folder, metrics: &str) -> (Vec<Option<f64>>, String) {
    measured_by(folder, &["measure", "in"], metrics)
}

fn measured_by(folder: &Folder, command: &[&str], metrics: &str) -> (Vec<Option<f64>>, String) {
    let rest = ["-m", metrics, "--period", "2024", "--incomplete", "-f", "json"];
    let ran: Ran = folder.run(&[command, &rest[..]].concat()).code(0);
    let found: Value = serde_json::from_str(&ran.out()).expect("JSON");
    let value = |metric: &str| found["cells"].as_array()?.iter().find(|cell| cell["metric"] == metric)?["value"].as_f64();
    (metrics.split(',').map(value).collect(), ran.err())
}

/// A day of 2024, `n` days after the first of January, in months of 28 days.
fn day(n: usize) -> String {
    format!("2024-{:02}-{:02}", 1 + n / 28, 1 + n % 28)
}

#[test]
fn a_list_of_people_has_no_orders() {
    // Nobody knows what a `wizztor` is; that each has an address and names, and that no date is there, shows it.
    let people: String = (0..20).map(|n| format!("W{n:02},Ann{n},Berg{n},w{n}@mail.example\n")).collect();
    let gifts: String = (0..60)
        .map(|n| format!("{},W{:02},{},{}.50\n", 900 + n, n * 7 % 20, day(n), 10 + n))
        .collect();
    let folder = Folder::new()
        .with("in/wizztors.csv", format!("wizztor_no,first_name,last_name,email\n{people}"))
        .with("in/gifts.csv", format!("gift_no,wizztor_no,gift_date,amount\n{gifts}"));
    let (found, said) = measured(&folder, "revenue,orders,active_customers");
    // 10.5 + 11.5 + ... + 69.5, in 60 gifts of 20 people.
    assert_eq!(found, [Some(2400.0), Some(60.0), Some(20.0)], "{said}");
}

#[test]
fn what_is_paid_for_a_contract_on_many_days_is_no_order() {
    // Three payments each of twelve agreements, which nothing calls contracts.
    let agreements: String = (0..12).map(|n| format!("Q{n:02},{},2023-01-05\n", 500 + n % 10)).collect();
    let paid: String = (0..48)
        .map(|n| format!("{},Q{:02},{},{}\n", 70 + n, n % 12, day(6 * n), 20 + n % 12))
        .collect();
    let people: String = (0..10).map(|n| format!("{},Ann{n},Berg{n}\n", 500 + n)).collect();
    let folder = Folder::new()
        .with("in/people.csv", format!("customer_no,first_name,last_name\n{people}"))
        .with("in/quorrels.csv", format!("quorrel,customer_no,begun\n{agreements}"))
        .with("in/paid.csv", format!("paid_no,quorrel,paid_on,amount\n{paid}"));
    let (found, said) = measured(&folder, "revenue,orders,active_customers");
    // Four times 20 + 21 + ... + 31.
    assert_eq!(found, [Some(1224.0), Some(48.0), Some(10.0)], "{said}");
}

#[test]
fn lines_without_prices_take_those_of_the_list() {
    let articles: String = (0..10).map(|n| format!("A{n},Bolt {n},{}.25\n", 2 + n)).collect();
    let orders: String = (0..30)
        .map(|n| {
            format!(
                "{},{},{},{}\n",
                100 + n,
                7 + n % 12,
                day(n),
                if n % 10 == 9 { "cancelled" } else { "done" }
            )
        })
        .collect();
    let lines: String = (0..60)
        .map(|n| format!("{},{},A{},{}\n", 100 + n / 2, 1 + n % 2, n % 10, 1 + n % 4))
        .collect();
    let folder = Folder::new()
        .with("in/articles.csv", format!("article_no,title,list_price\n{articles}"))
        .with("in/orders.csv", format!("order_no,customer_no,order_date,status\n{orders}"))
        .with("in/order_lines.csv", format!("order_no,line,article_no,quantity\n{lines}"));
    let (found, said) = measured(&folder, "revenue,orders");
    let sum: f64 = (0..60)
        .filter(|n| n / 2 % 10 != 9)
        .map(|n| f64::from(1 + n % 4) * (2.25 + f64::from(n % 10)))
        .sum();
    assert_eq!(found, [Some(sum), Some(27.0)], "{said}");
    let note = "note[list-prices]: in/order_lines.csv: No file has the amounts: they are \"quantity\" * \"list_price\", with the prices in in/articles.csv";
    assert!(said.contains(note), "{said}");
    // What init writes gives the same.
    folder.run(&["init", "in"]).code(0);
    assert_eq!(measured_by(&folder, &["measure"], "revenue,orders").0, found);
    // Prices of their own count, whatever the list has.
    let own: String = (0..60)
        .map(|n| format!("{},{},A{},{},1.50\n", 100 + n / 2, 1 + n % 2, n % 10, 1 + n % 4))
        .collect();
    let folder = folder.with("in/order_lines.csv", format!("order_no,line,article_no,quantity,unit_price\n{own}"));
    std::fs::remove_file(folder.path("relhealth.toml")).expect("removed");
    let (found, said) = measured(&folder, "revenue");
    let sum: f64 = (0..60).filter(|n| n / 2 % 10 != 9).map(|n| f64::from(1 + n % 4) * 1.5).sum();
    assert_eq!((found, said.contains("list-prices")), (vec![Some(sum)], false), "{said}");
}

#[test]
fn enrolments_cost_what_their_courses_do_unless_payments_say_what_was_paid() {
    let courses = "course_id,title,price\nC1,Yoga,90.00\nC2,Clay,120.50\nC3,Song,75.00\n";
    let pupils: String = (0..20).map(|n| format!("{},Ann{n},Berg{n}\n", 300 + n)).collect();
    let enrolled: String = (0..40)
        .map(|n| {
            format!(
                "{},C{},{},{}\n",
                300 + n % 20,
                1 + n % 3,
                day(n),
                if n % 8 == 7 { "cancelled" } else { "confirmed" }
            )
        })
        .collect();
    let folder = Folder::new()
        .with("in/courses.csv", courses)
        .with("in/students.csv", format!("student_id,first_name,last_name\n{pupils}"))
        .with("in/enrolments.csv", format!("student_id,course_id,enrolled_on,status\n{enrolled}"));
    let (found, said) = measured(&folder, "revenue,active_customers");
    let sum: f64 = (0..40).filter(|n| n % 8 != 7).map(|n| [90.0, 120.5, 75.0][n % 3]).sum();
    assert_eq!(found, [Some(sum), Some(20.0)], "{said}");
    assert!(said.contains("note[list-prices]"), "{said}");
    // 20 payments of 50.
    let paid: String = (0..20).map(|n| format!("{},{},{},50.00\n", 1 + n, 300 + n, day(n))).collect();
    let folder = folder.with("in/payments.csv", format!("payment_id,student_id,paid_on,amount\n{paid}"));
    let (found, said) = measured(&folder, "revenue");
    assert_eq!((found, said.contains("list-prices")), (vec![Some(1000.0)], false), "{said}");
}

/// Tickets, and the answers to all but each tenth of them: the first after `10 + n` minutes, and to each third another one two hours later.
fn answered(newest_first: bool) -> Folder {
    let tickets: String = (0..40)
        .map(|n| format!("{},{},{} 08:00,Login\n", 500 + n, 20 + n % 15, day(n)))
        .collect();
    let mut answers: Vec<String> = Vec::new();
    for n in (0..40).filter(|n| n % 10 != 9) {
        answers.push(format!("{},{} 08:{:02},Kim\n", 500 + n, day(n), 10 + n));
        if n % 3 == 0 {
            answers.push(format!("{},{} 10:{:02},Lee\n", 500 + n, day(n), 10 + n));
        }
    }
    if newest_first {
        answers.reverse();
    }
    let numbered: String = answers.iter().enumerate().map(|(n, line)| format!("{},{line}", 1 + n)).collect();
    Folder::new()
        .with("in/tickets.csv", format!("ticket_id,customer_id,created_at,subject\n{tickets}"))
        .with("in/replies.csv", format!("reply_id,ticket_id,replied_at,agent\n{numbered}"))
}

#[test]
fn the_first_answer_in_a_file_of_its_own_is_the_response() {
    // 36 answered tickets, after 10, 11, ... 48 minutes without those of each tenth: the middle two are 28 and 30 minutes.
    let expected = 29.0 / 60.0;
    for newest_first in [false, true] {
        let folder = answered(newest_first);
        let check = |(found, said): (Vec<Option<f64>>, String)| {
            assert_eq!(found[1], Some(40.0), "{said}");
            assert!((found[0].unwrap_or(-1.0) - expected).abs() < 1e-9, "{found:?} {said}");
        };
        check(measured(&folder, "first_response_time_median,cases_opened"));
        folder.run(&["init", "in"]).code(0);
        let config = folder.read("relhealth.toml");
        let several = if newest_first {
            "several = \"last\""
        } else {
            "several = \"first\""
        };
        assert!(config.contains(several), "{config}");
        check(measured_by(&folder, &["measure"], "first_response_time_median,cases_opened"));
        // Without the word, two records of one key are refused.
        std::fs::write(folder.path("relhealth.toml"), config.replace(several, "several = \"refuse\"")).expect("written");
        let said = folder.run(&["measure", "--period", "2024"]).code(3).err();
        assert!(said.contains("twice"), "{said}");
    }
}

// Of answers out of order, or without a time, nobody knows which is the first.
#[test]
fn answers_in_no_order_of_time_are_not_used() {
    let text = answered(false).read("in/replies.csv");
    let lines: Vec<String> = text.lines().map(str::to_string).collect();
    let mut swapped = lines.clone();
    swapped.swap(1, 2);
    let mut untimed = lines;
    let mut cells: Vec<&str> = untimed[1].split(',').collect();
    cells[2] = "";
    untimed[1] = cells.join(",");
    for lines in [swapped, untimed] {
        let folder = answered(false).with("in/replies.csv", format!("{}\n", lines.join("\n")));
        let (found, said) = measured(&folder, "first_response_time_median,cases_opened");
        assert_eq!(found, [None, Some(40.0)], "{said}");
        assert!(said.contains("note[not-read-alone]: in/replies.csv"), "{said}");
    }
}

#[test]
fn one_command_takes_the_answers_of_all_files() {
    // Totals that are no sums of their lines: which count is a question, and the lines are proposed.
    let orders: String = (0..20)
        .map(|n| format!("{},{},{},{}.00\n", 100 + n, 7 + n % 6, day(n), 500 + n))
        .collect();
    let lines: String = (0..40)
        .map(|n| format!("{},{},{},{}.00\n", 100 + n / 2, n % 5, 1 + n % 3, 2 + n % 5))
        .collect();
    let folder = Folder::new()
        .with("in/orders.csv", format!("order_id,customer_id,order_date,total\n{orders}"))
        .with("in/order_lines.csv", format!("order_id,product_id,quantity,unit_price\n{lines}"));
    let shown = folder.run(&["inspect", "in"]).code(3).out();
    let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    let expected = "This command takes all of these answers: relhealth measure in/orders.csv in/order_lines.csv --join 'in/order_lines.csv:order_id=in/orders.csv:order_id'";
    assert!(shown.contains(expected), "{shown}");
    assert_eq!(shown.matches("This command takes").count(), 1, "{shown}");
    let command = expected.split("relhealth ").nth(1).expect("a command");
    let command: Vec<&str> = command.split(' ').map(|part| part.trim_matches('\'')).collect();
    let sum: f64 = (0..40).map(|n| f64::from((1 + n % 3) * (2 + n % 5))).sum();
    assert_eq!(measured_by(&folder, &command, "revenue").0, [Some(sum)]);
}
