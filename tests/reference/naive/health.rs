//! Health scores once more, from the definitions of the parts and the models of the catalogue.
//!
//! A score at a time is made from the exports without everything at or after that time, so it cannot know the future.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::LazyLock;

use relhealth::api::expr::Value;
use relhealth::api::period::{Grain, Period, Zone};
use relhealth::api::schema::Table;

use super::{Data, Dims, Money, Record, Row, Window, answers, orders, people, talk};
use crate::generate::Export;

const HOUR: i64 = 3_600_000_000;

/// A model of the catalogue.
#[derive(Clone, Debug)]
pub struct Model {
    pub name: String,
    types: Vec<String>,
    minimum_coverage: f64,
    hysteresis: f64,
    healthy: f64,
    at_risk: f64,
    value: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
struct Part {
    name: String,
    days: i32,
    weight: f64,
    curve: Vec<(f64, f64)>,
}

impl Part {
    /// Straight lines between the anchors, constant outside.
    fn points(&self, value: f64) -> f64 {
        let (first, last) = (self.curve[0], self.curve[self.curve.len() - 1]);
        if value <= first.0 {
            return first.1;
        }
        for pair in self.curve.windows(2) {
            let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
            if value <= x1 {
                return y0 + (y1 - y0) * (value - x0) / (x1 - x0);
            }
        }
        last.1
    }
}

/// The models of the catalogue.
pub static MODELS: LazyLock<Vec<Model>> = LazyLock::new(models);

fn models() -> Vec<Model> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/catalog/health");
    let number = |value: &toml::Value| value.as_float().or(value.as_integer().map(|n| n as f64)).unwrap();
    let mut models = Vec::new();
    for name in ["customer", "donor", "investor", "partner", "supplier", "employee", "contact"] {
        let text = std::fs::read_to_string(folder.join(format!("{name}.toml"))).unwrap();
        let table: toml::Table = text.parse().unwrap();
        let model = &table[name];
        let part = |(part, table): (&String, &toml::Value)| Part {
            name: part.clone(),
            days: table.get("days").map_or(0, |days| days.as_integer().unwrap() as i32),
            weight: number(&table["weight"]),
            curve: (table["curve"].as_array().unwrap().iter())
                .map(|anchor| (number(&anchor["at"]), number(&anchor["points"])))
                .collect(),
        };
        models.push(Model {
            name: name.to_string(),
            types: (model["types"].as_array().unwrap().iter())
                .map(|of| of.as_str().unwrap().to_string())
                .collect(),
            minimum_coverage: number(&model["minimum_coverage"]),
            hysteresis: number(&model["hysteresis"]),
            healthy: number(&model["bands"]["healthy"]),
            at_risk: number(&model["bands"]["at_risk"]),
            value: model["value"].as_str().unwrap().to_string(),
            parts: model["part"].as_table().unwrap().iter().map(part).collect(),
        });
    }
    models
}

impl Model {
    /// The band of a score: it has to pass an edge by some points to leave the band before.
    fn band(&self, score: f64, before: Option<&'static str>) -> &'static str {
        let slack = self.hysteresis;
        let (healthy, at_risk) = match before {
            None => (self.healthy, self.at_risk),
            Some("healthy") => (self.healthy - slack, self.at_risk - slack),
            Some("at risk") => (self.healthy + slack, self.at_risk - slack),
            Some(_) => (self.healthy + slack, self.at_risk + slack),
        };
        if score >= healthy {
            "healthy"
        } else if score >= at_risk {
            "at risk"
        } else {
            "critical"
        }
    }

    fn weight(&self) -> f64 {
        self.parts.iter().map(|part| part.weight).sum()
    }
}

/// What the configuration says.
#[derive(Clone, Debug, Default)]
pub struct Targets {
    /// Hours within which a case has to be answered.
    pub first_response_hours: Option<i64>,
    /// Days between contacts by tier.
    pub contact_days: BTreeMap<String, i32>,
}

impl Targets {
    /// As a configuration.
    pub fn toml(&self) -> String {
        let mut text = "[targets]\n".to_string();
        if let Some(hours) = self.first_response_hours {
            text += &format!("first_response_hours = {hours}\n");
        }
        text += "[targets.contact_days]\n";
        for (tier, days) in &self.contact_days {
            text += &format!("{tier} = {days}\n");
        }
        text
    }
}

/// A stakeholder that is there.
#[derive(Clone, Debug)]
pub struct Score {
    /// The number of its model.
    pub model: usize,
    pub coverage: f64,
    pub score: Option<f64>,
    /// By name of the part: measure and points.
    pub parts: BTreeMap<String, (f64, f64)>,
    /// In ten-thousandths.
    pub value: Option<i64>,
}

/// Scores at any time.
pub struct Scores {
    exports: Rc<Vec<Export>>,
    zone: Zone,
    targets: Targets,
    /// By time.
    known: RefCell<BTreeMap<i64, Rc<BTreeMap<String, Score>>>>,
}

/// The scores of a stakeholder at the end of a period.
#[derive(Clone, Debug)]
pub struct Standing {
    pub score: Score,
    pub band: Option<&'static str>,
    pub previous_score: Option<f64>,
    pub previous_band: Option<&'static str>,
}

impl Scores {
    pub fn new(exports: &[Export], zone: &Zone, targets: Targets) -> Scores {
        Scores {
            exports: Rc::new(exports.to_vec()),
            zone: zone.clone(),
            targets,
            known: RefCell::default(),
        }
    }

    /// Everybody who is there at a time.
    pub fn at(&self, at: i64) -> Rc<BTreeMap<String, Score>> {
        let found = self.known.borrow().get(&at).cloned();
        found.unwrap_or_else(|| {
            let scores = Rc::new(Moment::new(self, at).scores());
            self.known.borrow_mut().insert(at, Rc::clone(&scores));
            scores
        })
    }

    /// Everybody who is there at a time in a period, with the bands since a year of periods before.
    pub fn in_period(&self, at: i64, period: &Period) -> BTreeMap<String, Standing> {
        let mut times = vec![at];
        let mut before = period.previous();
        while times.len() <= 12 {
            if before.end < at {
                times.insert(0, before.end);
            }
            before = before.previous();
        }
        let mut found = BTreeMap::new();
        for (who, now) in self.at(at).iter() {
            let model = &MODELS[now.model];
            let (mut scores, mut bands): (Vec<Option<f64>>, Vec<Option<&'static str>>) = Default::default();
            for time in &times {
                let score = self.at(*time).get(who).and_then(|score| score.score);
                let before = bands.last().copied().flatten();
                scores.push(score);
                bands.push(score.map(|score| model.band(score, before)));
            }
            found.insert(
                who.clone(),
                Standing {
                    score: now.clone(),
                    band: bands[12],
                    previous_score: scores[11],
                    previous_band: bands[11],
                },
            );
        }
        found
    }

    /// Everybody at the as-of date.
    pub fn at_as_of(&self, as_of: i64) -> BTreeMap<String, Standing> {
        let period = Period::of(Grain::Month, self.zone.day_of(as_of - 1), &self.zone);
        self.in_period(as_of, &period)
    }
}

/// What is known before a time.
struct Moment<'a> {
    data: Data,
    at: i64,
    /// The day after the last one that is known.
    today: i32,
    of: &'a Scores,
}

/// What is known of one stakeholder.
struct Known<'a> {
    who: &'a str,
    /// Days with orders, and with contacts.
    order_days: Vec<i32>,
    contact_days: Vec<i32>,
    contacts: Vec<&'a talk::Contact<'a>>,
    cases: Vec<&'a Row>,
    commitments: Vec<&'a Row>,
    /// Days since, and money.
    money: Vec<(i32, i64)>,
    /// Time, and score on 0 to 100.
    answers: Vec<(i64, f64)>,
    referrals: usize,
    first_order: Option<i64>,
    target: Option<f64>,
    start: Option<i64>,
}

fn median(mut values: Vec<i32>) -> Option<f64> {
    values.sort_unstable();
    let n = values.len();
    (n > 0).then(|| (f64::from(values[(n - 1) / 2]) + f64::from(values[n / 2])) / 2.0)
}

fn gaps(days: &[i32]) -> Vec<i32> {
    days.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

fn distinct(mut days: Vec<i32>) -> Vec<i32> {
    days.sort_unstable();
    days.dedup();
    days
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn time_of(row: &Row, cell: &str) -> Option<i64> {
    match row.get(cell) {
        Value::Time(at) => Some(at),
        _ => None,
    }
}

impl<'a> Moment<'a> {
    fn new(of: &'a Scores, at: i64) -> Moment<'a> {
        Moment {
            data: Data::new(&of.exports, of.zone.clone(), Some(at)),
            at,
            today: of.zone.day_of(at - 1) + 1,
            of,
        }
    }

    fn midnight(&self, days: i32) -> i64 {
        self.data.zone.midnight(self.today - days)
    }

    /// Whether a time is in the days before.
    fn is_recent(&self, time: i64, days: i32) -> bool {
        self.midnight(days) <= time && time < self.at
    }

    /// The roster row that started last.
    fn row(&self, who: &str) -> Option<&Record> {
        let own = self.data.of(Table::Stakeholders).iter().filter(|r| r.is("stakeholder_id", who));
        let start = |r: &Record| self.data.time(r, "started_at").unwrap_or(i64::MIN);
        own.filter(|r| start(r) < self.at).max_by_key(|r| start(r))
    }

    /// Whether any record but those of supplies tells of somebody, and whether one of supplies does.
    fn is_seen(&self, who: &str) -> (bool, bool) {
        let data = &self.data;
        let of = |table: Table| data.of(table).iter().filter(|r| r.is("stakeholder_id", who));
        let bought = of(Table::Purchases).any(|r| !r.is("status", "cancelled"));
        let spoke = data.of(Table::Interactions).iter().any(|r| r.owner.as_deref() == Some(who));
        let asked = of(Table::Surveys).count() > 0;
        let supplied = of(Table::Supplies).any(|r| data.time(r, "ordered_at").or(data.time(r, "received_at")).is_some());
        (bought || spoke || asked, supplied)
    }

    fn model(&self, who: &str) -> usize {
        let named = |kind: &str| {
            let found = MODELS.iter().position(|model| model.types.iter().any(|of| of == kind));
            found.unwrap_or_else(|| MODELS.iter().position(|model| model.name == "contact").unwrap())
        };
        match self.row(who).and_then(|row| row.text("type")) {
            Some(kind) => named(kind),
            None if self.is_seen(who) == (false, true) => named("supplier"),
            None => named("customer"),
        }
    }

    fn scores(&self) -> BTreeMap<String, Score> {
        let data = &self.data;
        let contacts = talk::all_contacts(data);
        let day = Period::of(Grain::Day, self.today - 1, &data.zone);
        let cases = talk::cases(data, &Dims::none(), &Window::new(day, self.at));
        let commitments = talk::commitments(data, &Dims::none());
        let orders = orders::of(data, &Dims::none());
        let referrals = people::all_referrals(data);
        let mut everybody = data.everybody();
        everybody.extend(contacts.iter().filter_map(|c| c.who.clone()));
        everybody.extend(cases.iter().filter_map(|c| c.who.clone()));
        everybody.extend(data.of(Table::Interactions).iter().filter_map(|r| r.owner.clone()));
        let order_days = |who: &str| {
            let own = orders.iter().filter(|o| o.who == who && o.is_order);
            distinct(own.map(|o| data.day(o.at(data))).collect())
        };
        // The gaps of all by model.
        let mut all_gaps: BTreeMap<usize, Vec<i32>> = BTreeMap::new();
        for who in &everybody {
            all_gaps.entry(self.model(who)).or_default().extend(gaps(&order_days(who)));
        }
        let mut scores = BTreeMap::new();
        for who in &everybody {
            let row = self.row(who);
            let start = match row {
                Some(_) => match people::spells(data, who).iter().rfind(|s| s.covers(self.at, self.at)) {
                    Some(spell) => Some(spell.start).filter(|start| *start != i64::MIN),
                    // It has left.
                    None => continue,
                },
                None if self.is_seen(who) == (false, false) => continue,
                None => None,
            };
            let by_tier = || self.of.targets.contact_days.get(row?.text("tier")?).map(|days| f64::from(*days));
            let mut money = Vec::new();
            for order in orders.iter().filter(|o| o.who == *who) {
                for line in order.lines.iter().chain(&order.refunds) {
                    let on = if order.is_order {
                        order.at(data)
                    } else {
                        data.time(line, "occurred_at").unwrap()
                    };
                    let net = line.money("amount").unwrap() - line.money("refund").unwrap_or(0);
                    money.push((self.today - data.day(on), net));
                }
            }
            let own_contacts: Vec<&talk::Contact> = contacts.iter().filter(|c| c.who.as_deref() == Some(who)).collect();
            let answered = data
                .of(Table::Surveys)
                .iter()
                .filter(|r| r.is("stakeholder_id", who) && !r.is("instrument", "ces"));
            let known = Known {
                who,
                order_days: order_days(who),
                contact_days: distinct(own_contacts.iter().map(|c| data.day(c.at)).collect()),
                contacts: own_contacts,
                cases: cases.iter().filter(|row| row.who.as_deref() == Some(who)).collect(),
                commitments: commitments.iter().filter(|row| row.who.as_deref() == Some(who)).collect(),
                money,
                answers: answered
                    .filter_map(|r| {
                        let (min, max) = answers::scale(r)?;
                        Some((answers::counted_at(data, r), (answers::score(r)? - min) / (max - min) * 100.0))
                    })
                    .collect(),
                referrals: referrals.iter().filter(|r| r.who == *who && self.is_recent(r.at, 365)).count(),
                first_order: orders.iter().filter(|o| o.who == *who && o.is_order).map(|o| o.at(data)).min(),
                target: row
                    .and_then(|row| row.number("contact_target_days"))
                    .filter(|days| *days >= 1.0)
                    .map(f64::round)
                    .or(by_tier()),
                start,
            };
            let model = self.model(who);
            scores.insert(who.clone(), self.score(&known, model, median(all_gaps[&model].clone())));
        }
        scores
    }

    fn score(&self, known: &Known, model: usize, usual_gap: Option<f64>) -> Score {
        let of = &MODELS[model];
        let (mut weight, mut sum) = (0.0, 0.0);
        let mut parts = BTreeMap::new();
        for part in &of.parts {
            if !self.data.gives_part(&part.name, &self.of.targets) || !self.has_begun(&part.name) {
                continue;
            }
            if let Some(value) = self.measure(part, known, usual_gap) {
                let points = part.points(value);
                weight += part.weight;
                sum += part.weight * points;
                parts.insert(part.name.clone(), (value, points));
            }
        }
        let coverage = weight / of.weight();
        let is_covered = weight > 0.0 && coverage > of.minimum_coverage - 1e-9;
        Score {
            model,
            coverage,
            score: is_covered.then(|| sum / weight),
            parts,
            value: self.value(known, &of.value),
        }
    }

    /// Whether the table of a part has a record before the time.
    fn has_begun(&self, part: &str) -> bool {
        let data = &self.data;
        let any = |table: Table, columns: &[&str]| {
            let times = |r: &Record| columns.iter().any(|column| data.time(r, column).is_some_and(|at| at < self.at));
            data.of(table).iter().any(times)
        };
        match part {
            "purchase_recency" | "revenue_trend" => self.first_purchase().is_some(),
            "satisfaction" | "satisfaction_trend" => any(Table::Surveys, &["sent_at", "responded_at"]),
            "referrals" => people::all_referrals(data).iter().any(|r| r.at < self.at),
            "supply_on_time" | "supply_rejects" => any(Table::Supplies, &["ordered_at", "received_at"]),
            "tenure" => true,
            _ => data.of(Table::Interactions).iter().any(|r| r.owner.is_some()),
        }
    }

    fn first_purchase(&self) -> Option<i64> {
        let lines = self.data.of(Table::Purchases).iter().filter(|r| !r.is("status", "cancelled"));
        lines.filter_map(|r| self.data.time(r, "occurred_at")).min()
    }

    /// Days within which there should be a contact.
    fn wished(&self, known: &Known) -> Option<f64> {
        known.target.or_else(|| Some(2.0 * median(gaps(&known.contact_days))?))
    }

    fn measure(&self, part: &Part, known: &Known, usual_gap: Option<f64>) -> Option<f64> {
        let data = &self.data;
        let since_day = self.today - part.days;
        match part.name.as_str() {
            "contact_recency" => {
                let start = known.start.filter(|_| known.target.is_some()).map(|at| data.day(at));
                let last = known.contact_days.last().copied().or(start)?;
                Some(f64::from(self.today - last) / self.wished(known)?)
            }
            "contact_regularity" => {
                let wished = self.wished(known)?;
                let ended = known.contact_days.windows(2).filter(|pair| pair[1] >= since_day);
                let kept: Vec<f64> = ended
                    .map(|pair| if f64::from(pair[1] - pair[0]) <= wished { 1.0 } else { 0.0 })
                    .collect();
                mean(&kept)
            }
            "purchase_recency" => {
                let last = known.order_days.last()?;
                let own = if known.order_days.len() >= 3 {
                    median(gaps(&known.order_days))
                } else {
                    usual_gap
                };
                Some(f64::from(self.today - last) / own?)
            }
            "revenue_trend" => {
                if self.first_purchase()? > self.midnight(2 * part.days) {
                    return None;
                }
                let within = |from: i32, to: i32| {
                    let lines = known.money.iter().filter(|(age, _)| from < *age && *age <= to);
                    lines.map(|(_, net)| *net).sum::<i64>()
                };
                let before = within(part.days, 2 * part.days);
                (before > 0).then(|| within(i32::MIN, part.days) as f64 / before as f64)
            }
            "satisfaction" => Some(self.latest_answer(known, part.days)?.1),
            "satisfaction_trend" => {
                let (at, latest) = self.latest_answer(known, part.days)?;
                let from = data.zone.midnight(data.day(at) - part.days);
                let earlier = known.answers.iter().filter(|(time, _)| from <= *time && *time < at);
                Some(latest - mean(&earlier.map(|(_, score)| *score).collect::<Vec<f64>>())?)
            }
            "responsiveness" => self.responsiveness(known, part.days),
            "conflict" => {
                let mut count = 0.0;
                for case in &known.cases {
                    let is_complaint = case.get("kind") == Value::Text("complaint".into());
                    if is_complaint && self.is_recent(time_of(case, "opened_at")?, part.days) {
                        count += if case.get("resolved") == Value::Bool(false) { 2.0 } else { 1.0 };
                    }
                }
                Some(count)
            }
            "commitments" => {
                let mut kept = Vec::new();
                for promise in &known.commitments {
                    let file = promise.file.unwrap();
                    let is_hidden = !data.gives_days(file, "due_at") && data.gives_days(file, "resolved_at");
                    let due = time_of(promise, "due_at")?;
                    if data.files[file].1.contains("resolved_at") && !is_hidden && self.midnight(part.days) <= due && due <= self.at {
                        kept.push(if promise.get("kept") == Value::Bool(true) { 1.0 } else { 0.0 });
                    }
                }
                mean(&kept)
            }
            "reciprocity" => {
                let recent = known.contacts.iter().filter(|c| data.day(c.at) >= since_day);
                let spoken: Vec<&str> = recent.filter_map(|c| c.direction.as_deref()).collect();
                let count = |word: &str| spoken.iter().filter(|of| **of == word).count() as f64;
                let (inbound, outbound) = (count("inbound"), count("outbound"));
                (inbound + outbound > 0.0).then(|| 2.0 * inbound.min(outbound) / (inbound + outbound))
            }
            "tenure" => {
                let first_contact = known.contacts.iter().map(|c| c.at).min();
                let first_answer = known.answers.iter().map(|(at, _)| *at).min();
                let first = [known.first_order, first_contact, first_answer].into_iter().flatten().min();
                let start = known.start.or(first)?;
                Some(f64::from(self.today - data.day(start)) / 365.25)
            }
            "referrals" => {
                assert_eq!(part.days, 365);
                Some(known.referrals as f64)
            }
            "supply_on_time" => {
                let mut on_time = Vec::new();
                for line in super::supplies::supply_lines(data, &Dims::none(), &Window::new(self.day(), self.at)) {
                    let is_own = line.who.as_deref() == Some(known.who);
                    let Some(promised) = time_of(&line, "promised_at") else { continue };
                    if is_own && self.midnight(part.days) <= promised && promised <= self.at {
                        on_time.push(if line.get("on_time") == Value::Bool(true) { 1.0 } else { 0.0 });
                    }
                }
                mean(&on_time)
            }
            "supply_rejects" => {
                let (mut received, mut rejected) = (0.0, 0.0);
                for line in data.of(Table::Supplies).iter().filter(|r| r.is("stakeholder_id", known.who)) {
                    let is_recent = data.time(line, "received_at").is_some_and(|at| self.is_recent(at, part.days));
                    if let (true, Some(got), Some(bad)) = (is_recent, line.number("quantity_received"), line.number("quantity_rejected")) {
                        received += got;
                        rejected += bad;
                    }
                }
                (received > 0.0).then(|| rejected / received)
            }
            other => panic!("no part {other}"),
        }
    }

    fn day(&self) -> Period {
        Period::of(Grain::Day, self.today - 1, &self.data.zone)
    }

    /// The latest answer in the days before, and the mean of what was answered then.
    fn latest_answer(&self, known: &Known, days: i32) -> Option<(i64, f64)> {
        let latest = known
            .answers
            .iter()
            .map(|(at, _)| *at)
            .filter(|at| self.is_recent(*at, days))
            .max()?;
        let scores: Vec<f64> = known
            .answers
            .iter()
            .filter(|(at, _)| *at == latest)
            .map(|(_, score)| *score)
            .collect();
        Some((latest, mean(&scores)?))
    }

    fn responsiveness(&self, known: &Known, days: i32) -> Option<f64> {
        let data = &self.data;
        let mut kept = Vec::new();
        for case in &known.cases {
            let file = case.file.unwrap();
            let tells = |column: &str| data.files[file].1.contains(column);
            let by_day = |column: &str| data.gives_days(file, column);
            // What a deadline is compared with must be known by the hour, unless the deadline is a day.
            let is_hidden = match tells("response_due_at") {
                true => !by_day("response_due_at") && by_day("responded_at"),
                false => by_day("occurred_at") || by_day("responded_at"),
            };
            let is_inbound = case.get("opened_by") == Value::Text("inbound".into());
            let tells_response = matches!(case.get("answered"), Value::Bool(_));
            if is_hidden || !is_inbound || !tells_response || !self.is_recent(time_of(case, "opened_at")?, days) {
                continue;
            }
            let by_hours = !by_day("occurred_at") && !by_day("responded_at");
            let hours = self.of.targets.first_response_hours.filter(|_| by_hours);
            let by_target = || Some(time_of(case, "asked_at")? + hours? * HOUR);
            let Some(due) = time_of(case, "response_due_at").or_else(by_target).filter(|due| *due <= self.at) else {
                continue;
            };
            let is_kept = time_of(case, "responded_at").is_some_and(|at| at <= due);
            kept.push(if is_kept { 1.0 } else { 0.0 });
        }
        mean(&kept)
    }

    /// Revenue, or spend, of a year.
    fn value(&self, known: &Known, of: &str) -> Option<i64> {
        let data = &self.data;
        match of {
            "revenue" if data.has(Table::Purchases) => Some(known.money.iter().filter(|(age, _)| *age <= 365).map(|(_, net)| *net).sum()),
            "spend" if data.has(Table::Supplies) => {
                let own = data.of(Table::Supplies).iter().filter(|r| r.is("stakeholder_id", known.who));
                let recent = own.filter(|r| data.time(r, "ordered_at").is_some_and(|at| self.is_recent(at, 365)));
                Some(recent.filter_map(|r| r.money("amount")).sum())
            }
            _ => None,
        }
    }
}

impl Data {
    /// Whether the exports give what a part is made from.
    fn gives_part(&self, part: &str, targets: &Targets) -> bool {
        let maps = |table: Table, columns: &[&str]| columns.iter().any(|column| self.is_mapped(table, column));
        let talks = |columns: &[&str]| maps(Table::Interactions, columns);
        match part {
            "contact_recency" | "contact_regularity" | "reciprocity" => self.has(Table::Interactions),
            "purchase_recency" | "revenue_trend" => self.has(Table::Purchases),
            "satisfaction" | "satisfaction_trend" => maps(Table::Surveys, &["score"]),
            "responsiveness" => {
                let due = talks(&["response_due_at"]) || targets.first_response_hours.is_some();
                due && talks(&["responded_at", "in_reply_to", "direction"])
            }
            "conflict" => talks(&["kind"]),
            "commitments" => talks(&["kind"]) && talks(&["due_at"]) && talks(&["resolved_at"]),
            "referrals" => {
                let tables = [Table::Referrals, Table::Stakeholders, Table::Purchases];
                tables.iter().any(|table| maps(*table, &["referrer_id"]))
            }
            "supply_on_time" => maps(Table::Supplies, &["promised_at"]) && maps(Table::Supplies, &["received_at"]),
            "supply_rejects" => maps(Table::Supplies, &["quantity_rejected"]),
            "tenure" => true,
            other => panic!("no part {other}"),
        }
    }

    /// Whether the exports give enough for a score of some type that there is.
    pub fn gives_scores(&self) -> bool {
        let mut types = vec!["customer", "supplier"];
        types.extend(self.of(Table::Stakeholders).iter().filter_map(|r| r.text("type")));
        let is_enough = |model: &Model| {
            let given = model.parts.iter().filter(|part| self.gives_part(&part.name, &Targets::default()));
            given.map(|part| part.weight).sum::<f64>() / model.weight() > model.minimum_coverage - 1e-9
        };
        types.iter().any(|kind| {
            let of_type = MODELS.iter().find(|model| model.types.iter().any(|of| of == kind));
            of_type.or(MODELS.last()).is_some_and(is_enough)
        })
    }
}

/// The rows of the fact: everybody who is there at the end of a window.
pub fn health(data: &Data, dims: &Dims, window: &Window) -> Vec<Row> {
    let mut rows = Vec::new();
    let standings = data.scores.in_period(window.end.min(window.as_of), &window.period);
    for (who, standing) in standings {
        let Some(slice) = dims.of(data, None, None, Some(&who)) else {
            continue;
        };
        let mut row = Row::new(Some(&who), None, slice);
        row.set("score", standing.score.score);
        row.set("coverage", standing.score.coverage);
        row.set("previous_score", standing.previous_score);
        row.set("value_at_stake", standing.score.value.map(Money));
        if let Some(band) = standing.band {
            row.set("is_healthy", band == "healthy");
            row.set("is_at_risk", band != "healthy");
            row.set("is_critical", band == "critical");
            let at_risk = |value: i64| Money(if band == "healthy" { 0 } else { value });
            row.set("value_at_risk", standing.score.value.map(at_risk));
            if let Some(before) = standing.previous_band {
                let rank = |of: &str| ["healthy", "at risk", "critical"].iter().position(|band| *band == of);
                row.set("got_worse", rank(band) > rank(before));
                row.set("got_better", rank(band) < rank(before));
            }
        }
        row.set("type", people::current(data, &who).and_then(|r| r.text("type")));
        rows.push(row);
    }
    rows
}
