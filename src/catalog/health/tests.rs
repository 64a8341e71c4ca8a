use super::*;
use crate::catalog::health::read;

fn read_text(text: &str) -> Result<Arc<Models>, String> {
    let mut reader = Reader::new(SourceText { file: "x.toml", text });
    let document = reader.document();
    let models = Models::builtin().read_user(&mut reader, &document);
    if reader.errors.is_empty() {
        Ok(models)
    } else {
        Err(ConfigErrors::new(reader.errors).to_string())
    }
}

/// Part, measure, days, weight, curve of the default model of customers.
#[test]
fn the_default_model_of_customers_is_the_published_one() {
    type Expected = (&'static str, i64, f64, &'static [(f64, f64)]);
    let expected: [Expected; 8] = [
        ("contact_recency", 0, 15.0, &[(1.0, 100.0), (2.0, 50.0), (4.0, 0.0)]),
        ("purchase_recency", 0, 25.0, &[(1.0, 100.0), (2.0, 50.0), (4.0, 0.0)]),
        ("revenue_trend", 90, 10.0, &[(0.25, 0.0), (0.75, 60.0), (1.1, 100.0)]),
        ("satisfaction", 365, 20.0, &[(0.0, 0.0), (100.0, 100.0)]),
        ("responsiveness", 180, 10.0, &[(0.5, 0.0), (0.95, 100.0)]),
        ("conflict", 90, 10.0, &[(0.0, 100.0), (1.0, 40.0), (2.0, 0.0)]),
        ("commitments", 180, 5.0, &[(0.5, 0.0), (1.0, 100.0)]),
        ("reciprocity", 180, 5.0, &[(0.0, 0.0), (0.5, 100.0)]),
    ];
    let models = Models::builtin();
    let model = models.get("customer").unwrap();
    assert_eq!(model.parts.len(), expected.len());
    for (part, (name, days, weight, curve)) in model.parts.iter().zip(expected) {
        let anchors: Vec<(f64, f64)> = part.curve.anchors().iter().map(|anchor| (anchor.at, anchor.points)).collect();
        assert_eq!((part.name.as_str(), part.measure.as_str()), (name, name));
        assert_eq!((part.days, part.weight, anchors.as_slice()), (days, weight, curve), "{name}");
    }
    assert_eq!((model.minimum_coverage, model.edges, model.hysteresis), (0.4, [70.0, 40.0], 3.0));
}

#[test]
fn a_definition_is_written_in_full_and_differs_where_a_score_may() {
    let builtin = Models::builtin();
    let text = builtin.definition();
    assert!(text.starts_with("model customer\ntypes customer"), "{text}");
    assert!(
        text.contains("\npart revenue_trend: revenue_trend, 90 days, weight 10, 0.25 0, 0.75 60, 1.1 100\n"),
        "{text}"
    );
    let changed = |toml: &str| read_text(toml).unwrap().definition();
    for toml in [
        "[health.customer]\nminimum_coverage = 0.5",
        "[health.customer]\nbands = { healthy = 71, at_risk = 40 }",
        "[health.supplier]\nhysteresis = 4",
    ] {
        assert_ne!(changed(toml), text, "{toml}");
    }
    assert_eq!(changed("[health.customer]\ntitle = \"Buyers\""), text);
}

#[test]
fn every_type_has_a_model_whose_weights_are_100() {
    let models = Models::builtin();
    for name in ["customer", "employee", "supplier", "donor", "investor", "partner", "contact"] {
        let (at, is_named) = models.of_type(name);
        assert_eq!((models.all()[at].name.as_str(), is_named), (name, true));
        assert_eq!(models.all()[at].weight(), 100.0, "{name}");
    }
    let (general, is_named) = models.of_type("volunteer");
    assert_eq!((models.all()[general].name.as_str(), is_named), (GENERAL, false));
}

#[test]
fn a_curve_is_straight_between_its_anchors_and_constant_outside() {
    let models = Models::builtin();
    let curve = |at: usize| &models.get("customer").unwrap().parts[at].curve;
    for (value, points) in [
        (0.0, 100.0),
        (1.0, 100.0),
        (1.5, 75.0),
        (2.0, 50.0),
        (3.0, 25.0),
        (4.0, 0.0),
        (400.0, 0.0),
    ] {
        assert_eq!(curve(1).points(value), points, "{value}");
    }
    for (value, points) in [(-1.0, 0.0), (0.25, 0.0), (0.5, 30.0), (0.75, 60.0), (0.925, 80.0), (9.0, 100.0)] {
        assert!((curve(2).points(value) - points).abs() < 1e-9, "{value}");
    }
}

#[test]
fn a_band_changes_only_when_the_score_passes_its_edge_by_three_points() {
    let models = Models::builtin();
    let model = models.get("customer").unwrap();
    let band = |score, before| model.band(score, before);
    use Band::{AtRisk, Critical, Healthy};
    for (score, expected) in [(70.0, Healthy), (69.9, AtRisk), (40.0, AtRisk), (39.9, Critical)] {
        assert_eq!(band(score, None), expected);
    }
    for (before, score, expected) in [
        (Healthy, 67.0, Healthy),
        (Healthy, 66.9, AtRisk),
        (Healthy, 37.0, AtRisk),
        (Healthy, 36.9, Critical),
        (AtRisk, 72.9, AtRisk),
        (AtRisk, 73.0, Healthy),
        (AtRisk, 37.0, AtRisk),
        (AtRisk, 36.9, Critical),
        (Critical, 42.9, Critical),
        (Critical, 43.0, AtRisk),
        (Critical, 72.9, AtRisk),
        (Critical, 73.0, Healthy),
    ] {
        assert_eq!(band(score, Some(before)), expected, "{score} after {}", before.as_str());
    }
}

#[test]
fn a_configuration_changes_models_and_adds_others() {
    let models = read_text(
        "[health.customer]\nminimum_coverage = 0.2\nbands = { healthy = 80 }\n\
         [health.customer.part.conflict]\nweight = 0\n\
         [health.customer.part.purchase_recency]\nweight = 40\n\
         [health.customer.part.loyalty]\nmeasure = 'tenure'\nweight = 5\ncurve = [{ name = 'new', at = 0, points = 0 }, { name = 'old', at = 2, points = 100 }]\n\
         [health.volunteer]\nlike = 'donor'\ntypes = ['volunteer', 'helper']",
    )
    .unwrap();
    let customer = models.get("customer").unwrap();
    assert_eq!((customer.minimum_coverage, customer.edges), (0.2, [80.0, 40.0]));
    assert!(customer.parts.iter().all(|part| part.name != "conflict"));
    assert_eq!(
        customer.parts.iter().find(|part| part.name == "purchase_recency").unwrap().weight,
        40.0
    );
    let last = customer.parts.last().unwrap();
    assert_eq!(
        (last.name.as_str(), last.measure, last.days, last.weight),
        ("loyalty", Measure::Tenure, 0, 5.0)
    );
    let (at, _) = models.of_type("helper");
    assert_eq!(models.all()[at].name, "volunteer");
    assert_eq!(models.all()[at].parts, Models::builtin().get("donor").unwrap().parts);
    assert_eq!(read_text("level = 0.9").unwrap(), Models::builtin());
}

#[test]
fn what_is_wrong_with_a_model_is_said_with_its_line_and_the_nearest_name() {
    for (text, line, expected) in [
        ("[health.customer]\nminimun_coverage = 0.2", 2, "did you mean `minimum_coverage`?"),
        (
            "[health.customer]\nminimum_coverage = 2",
            2,
            "`minimum_coverage` must be between 0 and 1",
        ),
        ("[health.customer]\nloss = 'no orders'", 2, "did you mean `no order`?"),
        (
            "[health.customer]\nbands = { healthy = 30 }",
            2,
            "the edge of `healthy` must not be below that of `at risk`",
        ),
        ("[health.customer.part.satisfacton]\nweight = 3", 1, "did you mean `satisfaction`?"),
        ("[health.customer.part.conflict]\nwieght = 3", 2, "did you mean `weight`?"),
        ("[health.customer.part.conflict]\nweight = 'a lot'", 2, "`weight` must be a number"),
        (
            "[health.customer.part.conflict]\ncurve = [{ name = 'a', at = 1, points = 101 }]",
            2,
            "`points` must be between 0 and 100",
        ),
        (
            "[health.customer.part.conflict]\ncurve = [{ name = 'a', at = 1, points = 1 }]",
            2,
            "at least two anchors",
        ),
        (
            "[health.customer.part.conflict]\ncurve = [{ name = 'a', at = 1, points = 1 }, { name = 'b', at = 1, points = 1 }]",
            2,
            "whose `at` ascends",
        ),
        (
            "[health.customer.part.contact_recency]\ndays = 30",
            2,
            "this measure has no number of days",
        ),
        ("[health.customer.part.tenure]\nweight = 3", 1, "requires `curve`"),
        ("[health.volunteer]\nlike = 'doner'", 2, "did you mean `donor`?"),
        ("[health.customer]\ntypes = ['donor']", 2, "are both for the type `donor`"),
        ("[health]\ncustomer = 3", 2, "`customer` must be a table"),
    ] {
        let error = read_text(text).unwrap_err();
        assert!(error.contains(expected), "{text}\n{error}");
        assert!(error.contains(&format!("x.toml:{line}:")), "{text}\n{error}");
    }
}

#[test]
fn a_model_without_parts_is_refused() {
    let parts: String = Models::builtin()
        .get("contact")
        .unwrap()
        .parts
        .iter()
        .map(|part| format!("[health.contact.part.{}]\nweight = 0\n", part.name))
        .collect();
    assert!(read_text(&parts).unwrap_err().contains("has no parts"));
    let mut reader = Reader::new(SourceText { file: "x", text: "" });
    let document = reader.document();
    assert_eq!(read::models(Models(Vec::new()), &mut reader, &document), Models(Vec::new()));
}
