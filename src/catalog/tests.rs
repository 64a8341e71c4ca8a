use super::*;
use crate::facts::SPECS;
use crate::schema::{Fact, Table};
use std::collections::HashSet;

/// Ids of released metrics, which people rely on: their configurations and baselines name them.
const IDS: &str = "
retention_rate churn_rate roster_retention_rate roster_churn_rate turnover_rate voluntary_turnover_rate employee_retention_rate
employee_turnover_rate new_member_retention_1y net_revenue_retention gross_revenue_retention recurring_net_retention
recurring_gross_retention active_customers new_customers reactivated_customers lost_customers
repeat_purchase_rate repeat_purchase_rate_days second_purchase_rate_90d returning_customer_share orders purchase_frequency
days_between_purchases_median average_order_value delivery_on_time_rate referral_rate referrer_share referral_conversion_rate
revenue revenue_per_customer gross_margin_rate refund_rate acquisition_cost_mean cost_to_serve_per_customer
csat csat_mean nps promoter_share detractor_share enps ces engagement_score engagement_mean survey_response_rate
detractor_follow_up_rate_7d
first_response_time_median first_response_time_p90 first_response_time_mean first_response_time_median_with_open
first_response_time_p90_with_open first_response_within_target_rate first_response_within_target_rate_of_answered unanswered_rate
resolution_time_median resolution_time_p90 resolution_time_mean resolution_time_median_with_open resolution_time_p90_with_open
resolution_within_target_rate resolution_within_target_rate_of_resolved reopen_rate one_touch_resolution_rate cases_opened
cases_resolved open_cases open_case_age_p90
interactions contact_coverage contact_gap_median overdue_contact_rate proactive_share reciprocity channel_diversity
response_time_spread
complaints complaint_rate complaint_resolution_rate complaint_resolution_time_median_with_open repeat_complaint_rate_90d
service_recovery_rate_90d
commitment_kept_rate collaborations_completed collaboration_success_rate
on_time_rate on_time_rate_of_received on_time_in_full_rate lead_time_median lead_time_median_with_open reject_rate spend
revenue_hhi revenue_top1_share revenue_top5_share revenue_top10_share revenue_gini customers_to_80pct
spend_hhi spend_top1_share spend_top5_share spend_top10_share spend_gini suppliers_to_80pct
active_stakeholders participation_rate";

fn builtin() -> Catalog {
    Catalog::builtin(SPECS)
}

/// A user's stanza of a share over cases, with these lines besides title, family, unit, good and text.
fn stanza(lines: &str) -> String {
    format!("[metric.own]\ntitle = \"Own\"\nfamily = \"own\"\nunit = \"share\"\ngood = \"up\"\ntext = \"Own.\"\n{lines}\n")
}

fn with(text: &str) -> Result<Catalog, ConfigErrors> {
    builtin().with_user(text, "relhealth.toml", SPECS)
}

/// What is wrong with these stanzas: `line:column: what | hint`, a line each.
fn errors(text: &str) -> String {
    match with(text) {
        Ok(_) => "no error".to_string(),
        Err(errors) => errors.brief().join("\n"),
    }
}

#[test]
fn the_metrics_that_people_rely_on_are_there() {
    let catalog = builtin();
    let wanted: HashSet<&str> = IDS.split_whitespace().collect();
    let shown: HashSet<&str> = catalog.iter().filter(|m| !m.hidden).map(|m| m.id.as_str()).collect();
    assert_eq!(wanted.difference(&shown).collect::<Vec<_>>(), Vec::<&&str>::new());
    assert_eq!(catalog.families(), FAMILIES.iter().map(|(f, _)| *f).collect::<Vec<_>>());
    assert_eq!(catalog.get("nps").unwrap().title, "Net promoter score");
    assert!(catalog.get("no_such_metric").is_none());
}

#[test]
fn every_metric_is_named_explained_sourced_and_exemplified() {
    let catalog = builtin();
    let mut titles = HashSet::new();
    for metric in catalog.iter() {
        assert!(titles.insert(&metric.title), "two metrics are called {}", metric.title);
        assert!(metric.title.chars().count() <= 34, "{}", metric.title);
        assert!(metric.text.ends_with('.') && metric.text.len() > 30, "{}", metric.id);
        assert!(!metric.source.starts_with("defined in"), "{} has no source", metric.id);
        assert!(!metric.examples.is_empty(), "{} has no example", metric.id);
        assert!(metric.origin.file == format!("{}.toml", metric.family), "{}", metric.id);
        let is_used = catalog.iter().any(|other| other.parts().contains(&metric.id));
        assert!(is_used || !metric.hidden, "{} is a helper of no metric", metric.id);
    }
}

#[test]
fn every_fact_is_exercised_from_canonical_tables() {
    let catalog = builtin();
    for spec in SPECS {
        let metrics: Vec<&Metric> = catalog.iter().filter(|m| m.fact.is_some_and(|f| f.fact == spec.fact)).collect();
        let from_tables = metrics
            .iter()
            .flat_map(|m| &m.examples)
            .filter(|e| matches!(e.given, Given::Tables(_)))
            .count();
        assert!(from_tables >= 1, "no example builds {}", spec.name());
    }
}

#[test]
fn example_tables_are_rectangular_and_canonical_and_dated() {
    let rectangular = |csv: &str, id: &str| {
        let width = csv.lines().next().unwrap().split(',').count();
        assert!(
            csv.lines().count() > 1 && csv.lines().all(|l| l.split(',').count() == width),
            "{id}:\n{csv}"
        );
    };
    for metric in builtin().iter() {
        for example in &metric.examples {
            match &example.given {
                Given::Rows(csv) => rectangular(csv, &metric.id),
                Given::Tables(tables) => {
                    assert!(example.period.is_some() && example.as_of.is_some(), "{}", metric.id);
                    for (table, csv) in tables {
                        rectangular(csv, &metric.id);
                        for name in csv.lines().next().unwrap().split(',') {
                            assert!(table.column(name).is_some(), "{}: {table}.{name}", metric.id);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn survey_answers_are_weighted_and_nothing_else_is() {
    for metric in builtin().iter() {
        let answers = metric.fact.is_some_and(|f| f.fact == Fact::Responses) && metric.when == When::At("counted_at".into());
        let follow_up = metric.id == "detractor_follow_up_rate_7d";
        assert_eq!(metric.weight.is_some(), answers && !follow_up, "{}", metric.id);
    }
}

#[test]
fn kinds_carry_their_fields() {
    let catalog = builtin();
    let kind = |id: &str| &catalog.get(id).unwrap().kind;
    assert!(matches!(
        kind("revenue_top5_share"),
        Kind::Concentration(kinds::Concentration {
            group: Entity::Stakeholder,
            form: Form::Top(5),
            ..
        })
    ));
    assert!(matches!(
        kind("customers_to_80pct"),
        Kind::Concentration(kinds::Concentration {
            form: Form::FewestTo(0.8),
            ..
        })
    ));
    assert!(
        matches!(kind("channel_diversity"), Kind::Concentration(kinds::Concentration { group: Entity::Column(name), .. }) if name == "channel")
    );
    assert!(
        matches!(kind("complaint_rate"), Kind::Rate(kinds::Rate { per: 100.0, exposure: Exposure::Metric(id), .. }) if id == "active_stakeholders")
    );
    assert!(matches!(
        kind("turnover_rate"),
        Kind::Rate(kinds::Rate {
            per: 1.0,
            exposure: Exposure::Column(_),
            ..
        })
    ));
    assert!(matches!(
        kind("first_response_time_p90_with_open"),
        Kind::SurvivalQuantile(kinds::SurvivalQuantile { q: 0.9, .. })
    ));
    assert_eq!(
        catalog.get("open_cases").unwrap().when,
        When::Stock {
            from: "opened_at".into(),
            until: "resolved_at".into()
        }
    );
    assert_eq!(catalog.get("repeat_complaint_rate_90d").unwrap().lookback_days, Some(90));
    assert!(catalog.get("response_time_spread").unwrap().fact.is_none());
}

#[test]
fn columns_are_all_that_are_used_and_no_times_at_hand() {
    let catalog = builtin();
    let names = |id: &str| catalog.get(id).unwrap().columns().iter().map(|c| c.name).collect::<Vec<_>>();
    assert_eq!(
        names("first_response_within_target_rate"),
        ["opened_at", "opened_by", "responded_at", "response_due_at"]
    );
    assert_eq!(names("nps"), ["counted_at", "answered", "instrument", "score", "weight"]);
    assert_eq!(names("open_cases"), ["opened_at", "opened_by", "resolved_at", "resolved"]);
    assert_eq!(names("channel_diversity"), ["occurred_at", "channel"]);
    assert_eq!(names("returning_customer_share"), ["active", "first_ordered_at"]);
    assert_eq!(names("response_time_spread"), [""; 0]);
    let parts = catalog.get("response_time_spread").unwrap().parts();
    assert_eq!(
        parts.into_iter().collect::<Vec<_>>(),
        ["first_response_time_median", "first_response_time_p25", "first_response_time_p75"]
    );
}

#[test]
fn a_user_adds_metrics_of_every_kind_of_reference() {
    let catalog = with(
        r#"
[[source]]
path = "x.csv"
[metric.calls]
title  = "Calls"
family = "own"
fact   = "contacts"
at     = "occurred_at"
kind   = "count"
distinct = "stakeholder_id"
where  = "channel = 'phone'"
unit   = "count"
good   = "up"
text   = "Stakeholders called."
[metric.calls_share]
title  = "Calls per contact"
family = "contact"
kind   = "derived"
expr   = "calls / interactions"
unit   = "share"
good   = "neither"
text   = "Calls by contacts."
[[metric.calls_share.example]]
interactions = "stakeholder_id,occurred_at,channel\na,2026-01-05,phone\n"
period = "2026-01"
value  = 1
"#,
    )
    .unwrap();
    let calls = catalog.get("calls").unwrap();
    assert!(matches!(
        &calls.kind,
        Kind::Count(kinds::Count {
            distinct: Some(Entity::Stakeholder)
        })
    ));
    assert_eq!((calls.source.as_str(), calls.origin.line), ("defined in relhealth.toml", 4));
    assert_eq!(catalog.families().last(), Some(&"own"));
    assert_eq!(catalog.family("contact").last().unwrap().id, "calls_share");
    let example = &catalog.get("calls_share").unwrap().examples[0];
    assert!(matches!(&example.given, Given::Tables(t) if t[0].0 == Table::Interactions));
    assert_eq!(example.expect, Expect::Value(1.0));
    assert_eq!(catalog.nearest("npss").as_deref(), Some("nps"));
}

#[test]
fn the_hash_follows_the_answer_and_nothing_else() {
    let hash = |text: &str, id: &str| with(text).unwrap().get(id).unwrap().definition_hash();
    let share = |lines: &str| {
        hash(
            &stanza(&format!("fact = \"cases\"\nat = \"opened_at\"\nkind = \"share\"\n{lines}")),
            "own",
        )
    };
    let base = share("part = \"response_hours <= 4\"");
    assert_eq!(
        base,
        share("part = \"  Response_Hours<=4 \"\nhidden = true\nsource = \"elsewhere\"")
    );
    let mut different = vec![base];
    for lines in [
        "part = \"response_hours <= 5\"",
        "part = \"response_hours < 4\"",
        "part = \"response_hours <= 4\"\nwhere = \"answered\"",
        "part = \"response_hours <= 4\"\nwindow_days = 7",
        "part = \"response_hours <= 4\"\nlookback_days = 7",
    ] {
        different.push(share(lines));
    }
    let derived = |q: f64| {
        let part = stanza(&format!(
            "fact = \"cases\"\nat = \"opened_at\"\nkind = \"quantile\"\nof = \"reopens\"\nq = {q}"
        ));
        let whole = stanza("kind = \"derived\"\nexpr = \"own * 2\"").replace("metric.own", "metric.twice");
        hash(&format!("{part}{whole}"), "twice")
    };
    different.extend([derived(0.5), derived(0.6)]);
    different.extend(builtin().iter().map(Metric::definition_hash));
    let distinct: HashSet<u64> = different.iter().copied().collect();
    assert_eq!(distinct.len(), different.len());
}

#[test]
fn a_card_says_all_there_is_to_know() {
    let card = builtin().get("employee_turnover_rate").unwrap().card().to_string();
    assert_eq!(
        card,
        "\
Employee turnover (employee_turnover_rate)
  definition  Employees who left in the period, divided by the mean headcount: the mean over the period's months of the headcounts at the start and end of the month.
  formula     rows where left / the sum of mean_headcount_share, over rows where type = 'employee'
  rows        members: a roster stakeholder who is there at some time of a period
  inputs      stakeholders.started_at
              stakeholders.ended_at
  clock       each row is of one period
  better      lower values
  unit        share
  interval    exact Poisson below 10 events, Byar from 10 on
  source      SHRM, turnover: separations divided by the average headcount
  example     period 2026-01, as of 2026-01-31
              stakeholders:
              stakeholder_id,type,started_at,ended_at
              a,employee,2024-03-01,
              b,employee,2025-06-01,
              c,employee,2025-06-01,
              d,employee,2025-06-01,2026-01-20
              e,employee,2026-01-12,
              f,customer,2025-06-01,2026-01-20
              gives 0.25
"
    );
    for metric in builtin().iter() {
        let card = metric.card();
        assert!(
            card.lines.iter().all(|(label, text)| !text.is_empty() && label.len() <= 10),
            "{card}"
        );
    }
}

#[test]
fn a_misspelt_key_and_what_is_lacking() {
    assert_eq!(
        errors(
            "[metric.own]\ntitel  = \"Own\"\nfamily = \"own\"\nkind = \"share\"\nfact = \"cases\"\nat = \"opened_at\"\npart = \"answered\"\nunit = \"share\"\ngood = \"up\"\ntext = \"Own.\""
        ),
        "1:9: metric `own` requires `title`\n\
             2:1: unknown key `titel` of a metric | did you mean `title`?"
    );
}

#[test]
fn a_field_of_another_kind_and_one_that_is_lacking() {
    assert_eq!(
        errors(&stanza("fact = \"cases\"\nat = \"opened_at\"\nkind = \"share\"\nq = 0.5")),
        "1:9: metric `own` of kind share requires `part`\n\
             10:1: kind share takes no `q` | it belongs to kind quantile, survival_quantile"
    );
    assert_eq!(
        errors(&stanza("kind = \"derived\"\nexpr = \"nps\"\nat = \"opened_at\"")),
        "9:1: kind derived takes no `at` | it belongs to metrics that are measured on a fact"
    );
}

#[test]
fn an_unknown_kind_fact_time_unit_and_direction() {
    let text = "[metric.own]\ntitle = \"Own\"\nfamily = \"own\"\nunit = \"percent\"\ngood = \"higher\"\ntext = \"Own.\"\nfact = \"case\"\nat = \"opened_at\"\nkind = \"shar\"\npart = \"answered\"";
    assert_eq!(
        errors(text),
        "4:8: `percent` is not a valid value of `unit` | there are `share`, `points`, `count`, `money`, `hours`, `days`, `ratio`, `score` and `index`\n\
             5:8: `higher` is not a valid value of `good` | there are `up`, `down` and `neither`\n\
             9:8: unknown kind `shar` | did you mean `share`?"
    );
    let text = text.replace("shar\"", "share\"");
    assert!(errors(&text).contains("7:8: unknown fact `case` | did you mean `cases`?"));
}

#[test]
fn a_column_that_does_not_exist_is_underlined_in_its_expression() {
    assert_eq!(
        errors(&stanza(
            "fact = \"cases\"\nat = \"opened_at\"\nkind = \"share\"\npart = \"answered and respons_hours <= 4\""
        )),
        "10:22: unknown column `respons_hours` | did you mean `response_hours`?"
    );
}

#[test]
fn wrong_units_of_expressions_and_values() {
    let of = |lines: &str| errors(&stanza(&format!("fact = \"cases\"\n{lines}")));
    assert_eq!(
        of("at = \"opened_at\"\nkind = \"share\"\npart = \"response_hours\""),
        "10:9: `part` must be true or false, but this is hours"
    );
    assert_eq!(
        of("at = \"opened_by\"\nkind = \"share\"\npart = \"answered\""),
        "8:6: `at` must be a column of time, but `opened_by` is text | columns of time are opened_at, asked_at, responded_at, replied_at, resolved_at, response_due_at, due_at"
    );
    assert_eq!(
        of("at = \"opened_at\"\nkind = \"quantile\"\nof = \"response_hours\"\nq = 90"),
        "11:5: `q` must be between 0 and 1"
    );
    assert_eq!(
        of("at = \"opened_at\"\nkind = \"mean\"\nof = \"response_hours\""),
        "4:8: `unit` of this mean cannot be `share` | it is `hours`"
    );
    assert!(of("at = \"opened_at\"\nkind = \"mean\"\nof = \"owner\"").contains("`of` must be a number, but this is text"));
}

#[test]
fn times_fit_the_shape_of_the_fact() {
    assert_eq!(
        errors(&stanza(
            "fact = \"customers\"\nat = \"first_ordered_at\"\nkind = \"share\"\npart = \"active\""
        )),
        "8:1: `customers` takes no `at` | each of its rows is a stakeholder in a period"
    );
    let lacking = errors(&stanza("fact = \"orders\"\nkind = \"share\"\npart = \"is_order\""));
    assert_eq!(
        lacking,
        "1:9: metric `own` needs either `at`, or `from` and `until` | times of `orders` are ordered_at, promised_at, delivered_at"
    );
}

#[test]
fn metrics_that_rest_on_each_other() {
    let ring =
        |id: &str, expr: &str| stanza(&format!("kind = \"derived\"\nexpr = \"{expr}\"")).replace("metric.own", &format!("metric.{id}"));
    let text = ring("a", "b + 1") + &ring("b", "c * nps") + &ring("c", "a") + &ring("d", "a");
    assert_eq!(errors(&text), "8:9: metric `a` depends on itself: a <- b <- c <- a");
    assert!(errors(&ring("a", "a + 1")).contains("metric `a` depends on itself: a <- a"));
    assert!(errors(&ring("a", "npss + 1")).contains("did you mean `nps`?"));
    assert!(errors(&ring("a", "revenue")).contains("`unit` of this derived cannot be `share`"));
}

#[test]
fn exposures_are_columns_or_counts() {
    let of = |exposure: &str| {
        errors(&stanza(&format!(
            "fact = \"cases\"\nat = \"opened_at\"\nkind = \"rate\"\npart = \"answered\"\nexposure = \"{exposure}\""
        )))
    };
    assert_eq!(of("active_stakeholders"), "no error");
    assert_eq!(of("messages"), "no error");
    assert!(of("nps").contains("`exposure` must be a column or a count metric, but `nps` is a net_share"));
    assert_eq!(
        of("active_customer"),
        "11:13: neither a column nor a metric `active_customer` exists | did you mean `active_customers`?"
    );
}

#[test]
fn an_id_is_used_once() {
    let text = stanza("kind = \"derived\"\nexpr = \"nps / 100\"").replace("metric.own", "metric.csat");
    let line = builtin().get("csat").unwrap().origin.line;
    assert_eq!(
        errors(&text),
        format!("1:9: metric `csat` is already defined at satisfaction.toml:{line} | choose another id")
    );
    assert!(errors(&text.replace("metric.csat", "metric.Csat")).contains("`Csat` is not a valid id of a metric"));
}

#[test]
fn mistakes_in_examples() {
    let of = |example: &str| {
        let lines =
            format!("fact = \"cases\"\nat = \"opened_at\"\nkind = \"share\"\npart = \"answered\"\n[[metric.own.example]]\n{example}");
        errors(&stanza(&lines))
    };
    assert_eq!(of("rows = \"answered\\ntrue\"\nvalue = 1"), "no error");
    assert_eq!(
        of("rows = \"anwsered\\ntrue\"\nvalue = 1"),
        "12:8: `cases` has no column `anwsered` | did you mean `answered`?"
    );
    assert!(of("rows = \"answered\\ntrue\"").contains("the example has no expected value"));
    assert!(of("value = 1").contains("the example has no rows"));
    assert!(of("purchase = \"a\"\nvalue = 1").contains("did you mean `purchases`?"));
    assert!(of("rows = \"answered\\n\"\nabsent = \"no row\"").contains("did you mean `no rows`?"));
    assert!(of("rows = \"answered\\n\"\nabsent = \"no rows\"\nvalue = 0").contains("`value` or `absent`, not both"));
}

#[test]
fn values_of_the_wrong_type() {
    let text = stanza("fact = \"cases\"\nat = 3\nkind = \"share\"\npart = true\nwindow_days = 0\nhidden = \"yes\"");
    assert_eq!(
        errors(&text),
        "8:6: `at` must be a string, not a number\n\
         10:8: `part` must be a string, not true or false\n\
         11:15: `window_days` must be a whole number, at least 1\n\
         12:10: `hidden` must be true or false, not a string"
    );
}
