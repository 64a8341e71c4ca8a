//! The example stories and the exports that are not clean, as people run the program on them; and everything that the READMEs show.

mod check;
mod ci;
mod convert;
mod dirty;
#[path = "../../examples/generate/stories/mod.rs"]
mod generated;
mod harness;
mod readme;

use serde_json::Value;

use harness::{golden, root, run, stories};

/// What the generator gives is what is there, byte for byte.
#[test]
fn the_generator_gives_the_committed_files() {
    let mut files = 0;
    for story in generated::all() {
        for (name, bytes) in story.files {
            let path = root().join("examples").join(story.folder).join(name);
            let committed = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            assert!(
                committed == bytes,
                "{} is not what `cargo run --example generate -- examples` writes",
                path.display()
            );
            files += 1;
        }
    }
    let on_disk = stories()
        .into_iter()
        .flat_map(|folder| std::fs::read_dir(folder).expect("readable"))
        .filter(|entry| {
            let path = entry.as_ref().expect("readable").path();
            path.extension().is_some_and(|extension| extension == "csv")
        });
    assert_eq!(files, on_disk.count(), "each file has its generator");
}

fn measured(story: &str, more: &[&str]) -> Value {
    let config = format!("examples/{story}/relhealth.toml");
    let args = [&["measure", "--config", &config, "--format", "json"], more].concat();
    let ran = run(&args).succeeded();
    serde_json::from_str(&ran.out()).expect("JSON")
}

fn cell<'v>(measured: &'v Value, metric: &str, period: &str) -> &'v Value {
    let cells = measured["cells"].as_array().expect("cells");
    let found = cells.iter().find(|c| c["metric"] == metric && c["period"] == period);
    found.unwrap_or_else(|| panic!("no cell of {metric} in {period}"))
}

/// In October 2026, against a comparison, the metrics read so.
#[track_caller]
fn reads(story: &str, compare: &str, readings: &[(&str, &str)]) {
    let measured = measured(story, &["--period", "2026-10", "--compare", compare]);
    for (metric, reading) in readings {
        let change = &cell(&measured, metric, "2026-10")["changes"][compare];
        assert_eq!(change["reading"], *reading, "{metric} of {story}: {change:#}");
    }
    let account = measured["account"].as_array().expect("account");
    assert!(!account.is_empty());
    for file in account {
        let count = |key: &str| file[key].as_u64().unwrap_or_else(|| panic!("no {key} in {file}"));
        assert_eq!(
            count("read"),
            count("used") + count("rejected") + count("duplicate") + count("excluded"),
            "{file}"
        );
        assert_eq!(count("rejected"), 0, "{file}");
    }
}

#[test]
fn support_of_the_software_company_slows_down_and_its_customers_recommend_it_more() {
    let slower = [
        ("first_response_time_median", "worse"),
        ("first_response_within_target_rate", "worse"),
        ("answered_within_an_hour", "worse"),
        ("nps", "no clear change"),
        ("roster_retention_rate", "no clear change"),
        ("complaint_resolution_rate", "no clear change"),
    ];
    reads("software-company", "previous", &slower);
    reads(
        "software-company",
        "year-ago",
        &[("nps", "better"), ("detractor_share", "better"), ("csat", "no clear change")],
    );
}

#[test]
fn a_faulty_shoe_spoils_the_shop_s_ratings() {
    reads(
        "loyalty-shop",
        "previous",
        &[
            ("csat", "worse"),
            ("orders", "no clear change"),
            ("retention_rate", "no clear change"),
        ],
    );
    // The records begin in September 2025: a month later most guests look new, so nothing is said of a change of the referral rate.
    reads("loyalty-shop", "year-ago", &[("csat", "worse"), ("referral_rate", "unclear")]);
    let october = measured("loyalty-shop", &["--period", "2026-10", "-m", "refund_rate,revenue"]);
    let (refunded, revenue) = returns_of_october();
    let rate = cell(&october, "refund_rate", "2026-10");
    assert_eq!(rate["part"].as_f64(), Some(refunded));
    assert_eq!(cell(&october, "revenue", "2026-10")["value"].as_f64(), Some(revenue));
    assert!(rate["low"].as_f64() > Some(0.08), "{rate}");
}

/// Refunds and net revenue of the orders of October 2026, straight from the files.
fn returns_of_october() -> (f64, f64) {
    let records = |name: &str| {
        let reader = csv::Reader::from_path(root().join("examples/loyalty-shop").join(name)).expect("readable");
        reader.into_records().map(|r| r.expect("well-formed")).collect::<Vec<_>>()
    };
    let cents = |text: &str| (text.trim_start_matches('$').parse::<f64>().expect("an amount") * 100.0).round() as i64;
    let mut orders = std::collections::BTreeMap::new();
    for record in records("orders.csv") {
        let (name, email, subtotal, created, cancelled) = (&record[0], &record[1], &record[6], &record[10], &record[16]);
        if created.starts_with("2026-10") && !email.is_empty() && !subtotal.is_empty() && cancelled.is_empty() {
            orders.insert(name.to_string(), cents(subtotal));
        }
    }
    let refunds = records("returns.csv")
        .iter()
        .filter(|r| orders.contains_key(&r[1]))
        .map(|r| cents(&r[5]))
        .sum::<i64>();
    let gross = orders.values().sum::<i64>();
    (refunds as f64 / 100.0, (gross - refunds) as f64 / 100.0)
}

#[test]
fn the_charity_breaks_promises_and_calls_more_donors() {
    reads(
        "charity",
        "previous",
        &[
            ("commitment_kept_rate", "worse"),
            ("revenue", "no clear change"),
            ("gift_median", "no clear change"),
        ],
    );
    reads(
        "charity",
        "year-ago",
        // A month after the start of the records, contacts of up to half a year before are not known.
        &[("contact_coverage", "better"), ("overdue_contact_rate", "unclear")],
    );
}

#[test]
fn deliveries_are_late_and_fewer_parts_are_bad() {
    let late = [
        ("on_time_rate", "worse"),
        ("on_time_in_full_rate", "worse"),
        ("spend", "no clear change"),
    ];
    reads("suppliers", "previous", &late);
    reads("suppliers", "year-ago", &[("on_time_rate", "worse"), ("complaints", "better")]);
}

#[test]
fn staff_no_longer_recommend_their_employer_and_meet_their_managers() {
    reads(
        "employer",
        "previous",
        &[
            ("enps", "worse"),
            ("engagement_score", "no clear change"),
            ("turnover_rate", "no clear change"),
        ],
    );
    reads("employer", "year-ago", &[("enps", "worse"), ("contact_coverage", "better")]);
}

#[test]
fn groups_of_fewer_than_five_employees_stay_hidden() {
    let measured = measured(
        "employer",
        &["--period", "2026-10", "-m", "employee_retention_rate", "--by", "segment", "--total"],
    );
    let hidden: Vec<&str> = measured["cells"]
        .as_array()
        .expect("cells")
        .iter()
        .filter(|c| c["absent"] == "suppressed")
        .map(|c| {
            assert!(c["value"].is_null() && c["n"].is_null() && c["stakeholders"].is_null(), "{c}");
            c["by"]["segment"].as_str().expect("a segment")
        })
        .collect();
    assert!(hidden.contains(&"Legal"), "{hidden:?}");
    assert!(hidden.len() >= 2, "one hidden group could be computed from the total: {hidden:?}");
}

#[test]
fn patients_are_answered_faster_and_miss_appointments() {
    reads("clinic", "previous", &[("no_show_rate", "worse"), ("csat", "no clear change")]);
    reads(
        "clinic",
        "year-ago",
        &[
            ("first_response_time_median", "better"),
            ("first_response_within_target_rate", "better"),
        ],
    );
}

#[test]
fn contacts_wait_and_follow_ups_slip() {
    let slipping = [
        ("commitment_kept_rate", "worse"),
        ("overdue_contact_rate", "worse"),
        ("contact_coverage", "worse"),
    ];
    reads("network", "previous", &slipping);
}

/// The built-in metrics that the golden files show, besides a story's own. They are named, so that a metric that is added to the catalogue
/// changes no file here; that a report without names shows the key metrics is tested in `tests/cli/report.rs`.
const SHOWN: &str = "complaints,complaint_rate,complaint_resolution_rate,interactions,contact_coverage,overdue_contact_rate,revenue_top1_share,\
    spend_top1_share,active_stakeholders,participation_rate,repeat_purchase_rate,average_order_value,delivery_on_time_rate,referral_rate,\
    revenue,gross_margin_rate,refund_rate,commitment_kept_rate,collaboration_success_rate,first_response_time_median,\
    first_response_within_target_rate,unanswered_rate,resolution_time_median,resolution_within_target_rate,reopen_rate,cases_opened,\
    open_cases,retention_rate,roster_retention_rate,employee_turnover_rate,net_revenue_retention,recurring_net_retention,\
    active_customers,new_customers,lost_customers,csat,nps,enps,ces,engagement_score,survey_response_rate,on_time_in_full_rate,\
    lead_time_median,reject_rate,spend";

/// What the tables of `measure` show besides: each way in which a value, an interval or a change can be there or missing.
const MEASURED: &str = "referrer_share,first_response_time_p90,first_response_time_mean,first_response_time_median_with_open,\
    first_response_time_p90_with_open,cases_resolved,contact_gap_median,proactive_share,reciprocity,channel_diversity,response_time_spread,\
    complaint_resolution_time_median_with_open,repeat_complaint_rate_90d,service_recovery_rate_90d,collaborations_completed,on_time_rate,\
    on_time_rate_of_received,lead_time_median_with_open,spend_hhi,spend_top5_share,spend_top10_share,spend_gini,suppliers_to_80pct";

/// The metrics of [`SHOWN`] and those that the story's configuration defines.
fn shown(config: &str) -> String {
    let text = std::fs::read_to_string(root().join(config)).expect("the configuration");
    let config: toml::Table = text.parse().expect("TOML");
    let own = config.get("metric").and_then(|metrics| metrics.as_table());
    let own = own.into_iter().flat_map(|metrics| metrics.keys()).map(|id| format!(",{id}"));
    SHOWN.to_string() + &own.collect::<String>()
}

#[test]
fn whole_tables_stay_as_they_are() {
    for story in ["network", "suppliers"] {
        let config = format!("examples/{story}/relhealth.toml");
        let ran = run(&[
            "measure",
            "--config",
            &config,
            "--period",
            "2026-10",
            "--compare",
            "previous",
            "-m",
            &format!("{MEASURED},{}", shown(&config)),
        ])
        .succeeded();
        golden(&format!("{story}.txt"), &ran.out());
    }
}

/// The report of every story, as Markdown. Nothing in it depends on the machine.
#[test]
fn the_reports_of_the_stories_stay_as_they_are() {
    for folder in stories() {
        let story = folder.file_name().expect("a name").to_str().expect("UTF-8");
        let config = format!("examples/{story}/relhealth.toml");
        let shown = shown(&config);
        let ran = run(&[
            "report", "--config", &config, "--period", "2026-10", "-m", &shown, "--output", "markdown", "--quiet",
        ])
        .succeeded();
        // The last line repeats the command.
        let named = format!(" -m {shown}");
        assert_eq!(ran.out().matches(&named).count(), 1, "{}", ran.out());
        golden(&format!("{story}.md"), &ran.out().replace(&named, ""));
    }
}
