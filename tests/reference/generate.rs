//! A small organisation, made up: exports of everything that the program reads, full of cases at the edge.

use std::path::{Path, PathBuf};

use relhealth::api::period::{civil_from_days, days_from_civil};

use crate::rng::Rng;

/// One export.
#[derive(Clone, Debug)]
pub struct Export {
    /// The canonical table it feeds.
    pub kind: &'static str,
    /// Its file's name.
    pub file: String,
    /// Its header.
    pub header: Vec<&'static str>,
    /// Its records.
    pub rows: Vec<Vec<String>>,
}

impl Export {
    fn new(kind: &'static str, file: &str, header: &str) -> Export {
        let header: &'static str = Box::leak(header.to_string().into_boxed_str());
        Export {
            kind,
            file: file.to_string(),
            header: header.split(',').collect(),
            rows: Vec::new(),
        }
    }

    /// Records that stand somewhere as CSV.
    pub fn read(kind: &'static str, text: &str) -> Export {
        let mut reader = csv::Reader::from_reader(text.trim_start().as_bytes());
        let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_string).collect();
        let mut out = Export::new(kind, &format!("{kind}.csv"), &header.join(","));
        out.rows = reader.records().map(|r| r.unwrap().iter().map(str::to_string).collect()).collect();
        out
    }

    /// Adds a record, given as cells by column; columns that are not named stay empty.
    fn push(&mut self, cells: &[(&str, String)]) {
        for (name, _) in cells {
            assert!(self.header.contains(name), "{} has no column {name}", self.file);
        }
        let cell = |name: &str| {
            cells
                .iter()
                .find(|(n, _)| *n == name)
                .map_or(String::new(), |(_, value)| value.clone())
        };
        self.rows.push(self.header.iter().map(|name| cell(name)).collect());
    }

    /// As CSV.
    pub fn text(&self) -> String {
        let mut text = self.header.join(",") + "\n";
        for row in &self.rows {
            text += &row.join(",");
            text.push('\n');
        }
        text
    }

    /// Writes it into a folder; the argument that names it on the command line.
    pub fn write(&self, folder: &Path) -> String {
        let path: PathBuf = folder.join(&self.file);
        std::fs::write(&path, self.text()).unwrap();
        format!("{}={}", self.kind, path.display())
    }
}

/// What differs between organisations.
#[derive(Clone, Copy, Debug)]
pub struct Flavour {
    pub seed: u64,
    /// Purchases, interactions, surveys and supplies tell dates, not times.
    pub only_dates: bool,
    /// Orders may have lines in several channels.
    pub mixed_orders: bool,
    /// There is a log of referrals.
    pub referral_log: bool,
    /// There is a roster.
    pub roster: bool,
    /// Surveys carry weights.
    pub weights: bool,
}

impl Flavour {
    pub fn of(seed: u64) -> Flavour {
        Flavour {
            seed,
            only_dates: seed % 4 == 3,
            mixed_orders: seed % 3 == 1,
            referral_log: seed % 3 != 2,
            roster: seed % 5 != 4,
            weights: seed % 2 == 1,
        }
    }
}

/// Statuses of who has left.
pub const LEFT: [&str; 3] = ["lapsed", "Gekündigt", "de baja"];
/// Statuses of cases that are open, over, and no cases at all.
pub const OPEN: [&str; 4] = ["open", "in progress", "Wiedereröffnet", "en attente"];
pub const CLOSED: [&str; 4] = ["closed", "Gelöst", "cancelled", "fermé par l'agent"];
pub const NO_CASES: [&str; 4] = ["merged", "spam", "Duplikat", "supprimé"];
/// Customers who are nobody.
pub const NOBODY: [&str; 2] = ["Guest", "Laufkundschaft"];
/// Dates that software writes where it has none.
pub const NO_DATES: [&str; 3] = ["1970-01-01", "1900-01-01", "9999-12-31"];
/// An export that repeats the total of each order on its lines.
pub const TOTALS: &str = "purchases-totals.csv";
/// An export of tickets.
pub const TICKETS: &str = "interactions-tickets.csv";
/// The same tickets as they were earlier.
pub const EARLIER: &str = "interactions-tickets-earlier.csv";

const FIRST: (i32, u32, u32) = (2024, 9, 20);
const DAYS: i64 = 620;

struct Maker {
    rng: Rng,
    flavour: Flavour,
    customers: Vec<String>,
    employees: Vec<String>,
    suppliers: Vec<String>,
    messages: usize,
}

/// Seconds since the first midnight of all.
type Seconds = i64;

fn date(at: Seconds) -> String {
    let (y, m, d) = civil_from_days(days_from_civil(FIRST.0, FIRST.1, FIRST.2) + at.div_euclid(86_400) as i32);
    format!("{y:04}-{m:02}-{d:02}")
}

fn time(at: Seconds) -> String {
    let s = at.rem_euclid(86_400);
    format!("{}T{:02}:{:02}:{:02}", date(at), s / 3600, s / 60 % 60, s % 60)
}

fn seconds(year: i32, month: u32, day: u32) -> Seconds {
    i64::from(days_from_civil(year, month, day) - days_from_civil(FIRST.0, FIRST.1, FIRST.2)) * 86_400
}

fn money(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
}

fn text(value: &str) -> String {
    value.to_string()
}

impl Maker {
    /// A time, now and then exactly on the bound of a day, a month, a quarter, a year or an ISO week.
    fn moment(&mut self) -> Seconds {
        let edges = [
            seconds(2025, 1, 1),
            seconds(2024, 12, 31),
            seconds(2024, 12, 30),
            seconds(2025, 2, 28),
            seconds(2025, 3, 1),
            seconds(2025, 3, 30),
            seconds(2025, 4, 1),
            seconds(2025, 10, 1),
            seconds(2025, 10, 26),
            seconds(2025, 12, 29),
            seconds(2026, 1, 1),
            seconds(2026, 2, 28),
            seconds(2026, 3, 1),
        ];
        match self.rng.int(0, 19) {
            0 => *self.rng.pick(&edges),
            1 => *self.rng.pick(&edges) - 1,
            2 => self.rng.int(0, DAYS) * 86_400,
            _ => self.rng.int(0, DAYS * 86_400),
        }
    }

    /// Later by up to so many hours.
    fn later(&mut self, at: Seconds, hours: i64) -> Seconds {
        at + self.rng.int(60, hours * 3600)
    }

    fn event(&self, at: Seconds) -> String {
        if self.flavour.only_dates { date(at) } else { time(at) }
    }

    /// A time that stands for none, and is before all others.
    fn no_date(&mut self) -> String {
        let day = self.one(&NO_DATES[..2]);
        if self.flavour.only_dates { day } else { format!("{day}T00:00:00") }
    }

    fn maybe(&mut self, chance: i64, value: String) -> String {
        if self.rng.percent(chance) { value } else { String::new() }
    }

    fn one(&mut self, words: &[&str]) -> String {
        self.rng.pick(words).to_string()
    }

    fn customer(&mut self) -> String {
        // Some come more often than others.
        let last = self.customers.len() as i64 - 1;
        let index = self.rng.int(0, last).min(self.rng.int(0, last));
        self.customers[index as usize].clone()
    }

    fn roster(&mut self) -> Export {
        let mut out = Export::new(
            "stakeholders",
            "stakeholders.csv",
            "stakeholder_id,type,started_at,ended_at,status,end_reason,region,segment,tier,referrer_id,acquisition_source,acquisition_cost,recurring_amount,contact_target_days",
        );
        let people: Vec<(String, &str)> = (self.customers.iter().skip(3).map(|c| (c.clone(), "customer")))
            .chain(self.employees.iter().map(|e| (e.clone(), "employee")))
            .chain(self.suppliers.iter().skip(1).map(|s| (s.clone(), "supplier")))
            .collect();
        for (who, kind) in people {
            let region = {
                let word = self.one(&["north", "south", "east"]);
                self.maybe(90, word)
            };
            let segment = self.one(&["small", "large"]);
            let tier = self.one(&["a", "b", "c"]);
            let referrer = {
                let c = self.customer();
                self.maybe(25, c)
            };
            let source = {
                let s = self.one(&["ads", "referral", "fair", "Referral"]);
                self.maybe(70, s)
            };
            let cost = {
                let c = money(self.rng.int(0, 50_000));
                self.maybe(60, c)
            };
            let target = {
                let t = self.rng.int(5, 90).to_string();
                self.maybe(60, t)
            };
            let mut start = self.moment() - 200 * 86_400;
            let spells = if self.rng.percent(20) { 2 } else { 1 };
            for spell in 0..spells {
                let end = start + self.rng.int(0, 300) * 86_400;
                let ends = spell + 1 < spells || self.rng.percent(40);
                let never_started = spell == 0 && self.rng.percent(8);
                let reason = {
                    let r = self.one(&["voluntary", "involuntary", "other"]);
                    self.maybe(80, r)
                };
                // Some have left, and nobody wrote down when.
                let status = match (ends, self.rng.int(0, 9)) {
                    (true, _) => self.one(&["cancelled", "ended", ""]),
                    (false, 0) => self.one(&LEFT),
                    (false, _) => self.one(&["active", "aktiv", "inactive"]),
                };
                let recurring = {
                    let r = money(self.rng.int(0, 90_000));
                    self.maybe(80, r)
                };
                out.push(&[
                    ("stakeholder_id", who.clone()),
                    ("type", text(kind)),
                    ("started_at", if never_started { String::new() } else { date(start) }),
                    (
                        "ended_at",
                        match (ends, status.as_str()) {
                            (true, _) => date(end),
                            (false, "aktiv") => text(NO_DATES[2]),
                            (false, _) => String::new(),
                        },
                    ),
                    ("status", status),
                    ("end_reason", if ends { reason } else { String::new() }),
                    ("region", region.clone()),
                    ("segment", segment.clone()),
                    ("tier", tier.clone()),
                    ("referrer_id", referrer.clone()),
                    ("acquisition_source", source.clone()),
                    ("acquisition_cost", cost.clone()),
                    ("recurring_amount", recurring),
                    ("contact_target_days", target.clone()),
                ]);
                // Taken over on the next day, after a gap, or while the first one still lasts.
                start = end + *self.rng.pick(&[1, 1, 2, 40, -20]) * 86_400;
            }
        }
        out
    }

    fn purchases(&mut self) -> Vec<Export> {
        let mut lines = Export::new(
            "purchases",
            "purchases.csv",
            "stakeholder_id,occurred_at,order_id,line_id,amount,refund,cost,currency,channel,product,status,referrer_id,promised_at,delivered_at",
        );
        let mut ids: Vec<(String, String, Seconds)> = Vec::new();
        let mut last: Option<(String, Seconds)> = None;
        for number in 0..260 {
            // Now and then a second order on the same day, or at the very same time.
            let (who, at) = match (&last, self.rng.int(0, 9)) {
                (Some((who, at)), 0) => (who.clone(), *at),
                (Some((who, at)), 1) => (who.clone(), (at / 86_400) * 86_400 + self.rng.int(0, 86_399)),
                _ => (self.customer(), self.moment()),
            };
            last = Some((who.clone(), at));
            let who = if self.rng.percent(6) { self.one(&NOBODY) } else { who };
            let id = format!("o{number}");
            ids.push((who.clone(), id.clone(), at));
            let channel = {
                let c = self.one(&["web", "shop", "phone"]);
                self.maybe(92, c)
            };
            let referrer = {
                let c = self.customer();
                self.maybe(15, c)
            };
            let promised = at + self.rng.int(0, 20) * 86_400;
            let promise = self.rng.percent(60);
            let delivered = promised + self.rng.int(-5, 5) * 43_200;
            let delivery = promise && self.rng.percent(75);
            let cancelled = self.rng.percent(4);
            let costed = self.rng.percent(70);
            for line in 0..self.rng.int(1, 3) {
                let mixed = self.flavour.mixed_orders && self.rng.percent(30);
                let amount = if self.rng.percent(6) { 0 } else { self.rng.int(1, 30_000) };
                let refund = {
                    let r = money(self.rng.int(0, amount));
                    self.maybe(8, r)
                };
                lines.push(&[
                    ("stakeholder_id", who.clone()),
                    ("occurred_at", self.event(at + line * 7)),
                    ("order_id", id.clone()),
                    ("line_id", line.to_string()),
                    ("amount", money(amount)),
                    ("refund", refund),
                    ("cost", if costed { money(amount * 6 / 10) } else { String::new() }),
                    ("currency", text("EUR")),
                    (
                        "channel",
                        if mixed {
                            self.one(&["web", "shop", "phone"])
                        } else {
                            channel.clone()
                        },
                    ),
                    ("product", self.one(&["p1", "p2"])),
                    ("status", text(if cancelled { "cancelled" } else { "" })),
                    ("referrer_id", referrer.clone()),
                    ("promised_at", if promise { date(promised) } else { String::new() }),
                    (
                        "delivered_at",
                        if delivery && !self.rng.percent(5) {
                            date(delivered.max(at))
                        } else {
                            String::new()
                        },
                    ),
                ]);
            }
        }
        for number in 0..25 {
            let (who, id, at) = self.rng.pick(&ids).clone();
            let matched = self.rng.percent(60);
            let at = at + self.rng.int(0, 60) * 86_400;
            let channel = self.one(&["web", "shop"]);
            lines.push(&[
                ("stakeholder_id", who),
                ("occurred_at", self.event(at)),
                ("order_id", if matched { id } else { format!("r{number}") }),
                ("line_id", format!("r{number}")),
                ("amount", money(-self.rng.int(1, 9_000))),
                ("currency", text("EUR")),
                ("channel", channel),
                ("product", text("p1")),
            ]);
        }
        // A till that knows no order ids: lines of a day are an order.
        let mut till = Export::new(
            "purchases",
            "purchases-till.csv",
            "stakeholder_id,occurred_at,line_id,amount,currency,channel,product",
        );
        for line in 0..60 {
            let (who, at) = match &last {
                Some((who, at)) if self.rng.percent(30) => (who.clone(), (at / 86_400) * 86_400 + self.rng.int(0, 86_399)),
                _ => (self.customer(), self.moment()),
            };
            last = Some((who.clone(), at));
            let amount = if self.rng.percent(8) {
                -self.rng.int(1, 2_000)
            } else {
                self.rng.int(0, 5_000)
            };
            till.push(&[
                ("stakeholder_id", who),
                ("occurred_at", self.event(at)),
                ("line_id", format!("t{line}")),
                ("amount", money(amount)),
                ("currency", text("EUR")),
                ("channel", text("till")),
                ("product", self.one(&["p1", "p3"])),
            ]);
        }
        vec![lines, till]
    }

    /// Orders whose total stands on each of their lines.
    fn totals(&mut self) -> Export {
        let mut out = Export::new(
            "purchases",
            TOTALS,
            "stakeholder_id,occurred_at,order_id,line_id,amount,currency,channel,product,status",
        );
        for number in 0..40 {
            let (who, at, total) = (self.customer(), self.moment(), money(self.rng.int(100, 40_000)));
            let cancelled = self.rng.percent(10);
            for line in 0..self.rng.int(1, 4) {
                out.push(&[
                    ("stakeholder_id", who.clone()),
                    ("occurred_at", self.event(at)),
                    ("order_id", format!("n{number}")),
                    ("line_id", line.to_string()),
                    ("amount", total.clone()),
                    ("currency", text("EUR")),
                    ("channel", text("post")),
                    ("product", format!("p{line}")),
                    ("status", text(if cancelled { "cancelled" } else { "" })),
                ]);
            }
        }
        out
    }

    fn tickets(&mut self) -> Export {
        let mut out = Export::new(
            "interactions",
            TICKETS,
            "stakeholder_id,occurred_at,interaction_id,case_id,direction,channel,kind,responded_at,response_due_at,resolved_at,due_at,reopens,cost,automated,status",
        );
        for number in 0..180 {
            let at = self.moment();
            let who = if self.rng.percent(5) {
                self.rng.pick(&self.employees).clone()
            } else {
                self.customer()
            };
            let responded = if self.rng.percent(4) { at - 3_600 } else { self.later(at, 90) };
            let resolved = if self.rng.percent(3) { at - 86_400 } else { self.later(at, 900) };
            let kind = {
                let k = self.one(&["question", "complaint", "complaint", "incident", "request", "other"]);
                self.maybe(90, k)
            };
            out.push(&[
                ("stakeholder_id", who),
                ("occurred_at", self.event(at)),
                ("interaction_id", format!("t{number}")),
                ("case_id", format!("k{number}")),
                ("direction", if self.rng.percent(7) { text("outbound") } else { String::new() }),
                ("channel", {
                    let c = self.one(&["email", "phone", "web"]);
                    self.maybe(90, c)
                }),
                ("kind", kind),
                ("responded_at", {
                    let t = self.event(responded);
                    let none = self.no_date();
                    match self.rng.int(0, 29) {
                        0 => none,
                        _ => self.maybe(80, t),
                    }
                }),
                ("response_due_at", {
                    let t = time(at + 86_400);
                    self.maybe(60, t)
                }),
                ("resolved_at", {
                    let t = self.event(resolved);
                    let none = self.no_date();
                    match self.rng.int(0, 29) {
                        0 => none,
                        _ => self.maybe(75, t),
                    }
                }),
                ("due_at", {
                    let t = time(at + 10 * 86_400);
                    self.maybe(60, t)
                }),
                ("reopens", {
                    let n = self.rng.int(0, 2).to_string();
                    self.maybe(50, n)
                }),
                ("cost", {
                    let c = money(self.rng.int(0, 4_000));
                    self.maybe(70, c)
                }),
                ("automated", text(if self.rng.percent(5) { "true" } else { "false" })),
                (
                    "status",
                    match self.rng.int(0, 9) {
                        0 | 1 => self.one(&OPEN),
                        2..5 => self.one(&CLOSED),
                        5 if self.rng.percent(50) => self.one(&NO_CASES),
                        6 => text("triaged"),
                        _ => String::new(),
                    },
                ),
            ]);
        }
        out
    }

    /// Some of the tickets as they were before they were answered and resolved.
    fn earlier(&mut self, tickets: &Export) -> Export {
        let mut out = Export::new("interactions", EARLIER, &tickets.header.join(","));
        let later = ["responded_at", "resolved_at", "reopens"];
        for row in &tickets.rows {
            if self.rng.percent(20) {
                let cells = row.iter().zip(&tickets.header);
                let before = cells.map(|(cell, name)| match *name {
                    "status" => text("open"),
                    name if later.contains(&name) => String::new(),
                    _ => cell.clone(),
                });
                out.rows.push(before.collect());
            }
        }
        out
    }

    /// Conversations: each message names the one it answers.
    fn mails(&mut self) -> Export {
        let mut out = Export::new(
            "interactions",
            "interactions-mails.csv",
            "stakeholder_id,occurred_at,interaction_id,in_reply_to,direction,channel,kind,resolved_at,automated",
        );
        for _ in 0..70 {
            let who = self.customer();
            let mut at = self.moment();
            let kind = {
                let k = self.one(&["question", "complaint"]);
                self.maybe(60, k)
            };
            let mut earlier: Vec<String> = Vec::new();
            for position in 0..self.rng.int(1, 5) {
                let id = format!("m{}", self.messages);
                self.messages += 1;
                let ours = if position == 0 {
                    self.rng.percent(15)
                } else {
                    self.rng.percent(60)
                };
                let machine = ours && self.rng.percent(25);
                let author = match (ours, position) {
                    (true, 1..) if self.rng.percent(60) => String::new(),
                    (false, 1..) if self.rng.percent(12) => self.customer(),
                    _ => who.clone(),
                };
                let answered = match self.rng.int(0, 9) {
                    0 => earlier.first(),
                    _ => earlier.last(),
                };
                out.push(&[
                    ("stakeholder_id", author),
                    ("occurred_at", self.event(at)),
                    ("interaction_id", id.clone()),
                    ("in_reply_to", answered.cloned().unwrap_or_default()),
                    (
                        "direction",
                        text(if ours {
                            if self.rng.percent(8) { "internal" } else { "outbound" }
                        } else {
                            "inbound"
                        }),
                    ),
                    ("channel", text("mail")),
                    ("resolved_at", {
                        let t = self.event(at);
                        self.maybe(if ours { 40 } else { 5 }, t)
                    }),
                    (
                        "kind",
                        if position == 0 || self.rng.percent(20) {
                            kind.clone()
                        } else {
                            String::new()
                        },
                    ),
                    ("automated", text(if machine { "true" } else { "false" })),
                ]);
                earlier.push(id);
                at = self.later(at, 50) + if self.flavour.only_dates { 86_400 } else { 0 };
            }
        }
        out
    }

    /// Chats: each message names its case.
    fn chats(&mut self) -> Export {
        let mut out = Export::new(
            "interactions",
            "interactions-chats.csv",
            "stakeholder_id,occurred_at,interaction_id,case_id,direction,channel,automated",
        );
        for case in 0..40 {
            let who = self.customer();
            let mut at = self.moment();
            for position in 0..self.rng.int(1, 4) {
                let ours = position > 0 && self.rng.percent(60);
                out.push(&[
                    (
                        "stakeholder_id",
                        if ours && self.rng.percent(50) { String::new() } else { who.clone() },
                    ),
                    ("occurred_at", self.event(at)),
                    ("interaction_id", format!("h{case}-{position}")),
                    ("case_id", format!("h{case}")),
                    ("direction", text(if ours { "outbound" } else { "inbound" })),
                    ("channel", text("chat")),
                    ("automated", text(if ours && self.rng.percent(20) { "true" } else { "false" })),
                ]);
                at = self.later(at, 5) + if self.flavour.only_dates { 86_400 } else { 0 };
            }
        }
        out
    }

    /// Meetings, collaborations and promises: contacts without a case.
    fn meetings(&mut self) -> Export {
        let mut out = Export::new(
            "interactions",
            "interactions-meetings.csv",
            "stakeholder_id,occurred_at,interaction_id,direction,channel,kind,outcome,due_at,resolved_at,cost",
        );
        for number in 0..140 {
            let at = self.moment();
            let who = match self.rng.int(0, 9) {
                0..2 => self.rng.pick(&self.employees).clone(),
                2 => self.rng.pick(&self.suppliers).clone(),
                _ => self.customer(),
            };
            let kind = self.one(&["meeting", "event", "collaboration", "commitment", "follow_up"]);
            let is_promise = matches!(kind.as_str(), "commitment" | "follow_up");
            let due = at + self.rng.int(0, 30) * 86_400;
            let done = at + self.rng.int(0, 40) * 80_000;
            out.push(&[
                ("stakeholder_id", who),
                ("occurred_at", self.event(at)),
                ("interaction_id", format!("g{number}")),
                ("direction", {
                    let d = self.one(&["inbound", "outbound", "internal", "both"]);
                    self.maybe(60, d)
                }),
                ("channel", self.one(&["office", "phone"])),
                ("kind", kind.clone()),
                ("outcome", {
                    let o = self.one(&["successful", "unsuccessful"]);
                    self.maybe(if kind == "collaboration" { 75 } else { 10 }, o)
                }),
                (
                    "due_at",
                    if is_promise && self.rng.percent(85) {
                        self.event(due)
                    } else {
                        String::new()
                    },
                ),
                (
                    "resolved_at",
                    if is_promise && self.rng.percent(75) {
                        self.event(done)
                    } else {
                        String::new()
                    },
                ),
                ("cost", {
                    let c = money(self.rng.int(0, 9_000));
                    self.maybe(30, c)
                }),
            ]);
        }
        out
    }

    fn surveys(&mut self) -> Export {
        let header = "stakeholder_id,sent_at,responded_at,response_id,instrument,score,scale_min,scale_max,channel";
        let header = if self.flavour.weights {
            format!("{header},weight")
        } else {
            text(header)
        };
        let mut out = Export::new("surveys", "surveys.csv", &header);
        for number in 0..320 {
            let instrument = *self.rng.pick(&["nps", "nps", "csat", "csat", "enps", "ces", "engagement", "other"]);
            let (min, max) = match instrument {
                "nps" | "enps" => (0, 10),
                "csat" => *self.rng.pick(&[(1, 5), (1, 5), (0, 10)]),
                "ces" => (1, 7),
                _ => *self.rng.pick(&[(1, 5), (0, 4), (0, 10)]),
            };
            let who = match instrument {
                "enps" | "engagement" => self.rng.pick(&self.employees).clone(),
                _ => self.customer(),
            };
            let sent = self.moment();
            let responded = self.later(sent, 400);
            let answered = self.rng.percent(75);
            let is_sent = self.rng.percent(85) || !answered;
            let score = if self.rng.percent(3) { max + 1 } else { self.rng.int(min, max) };
            let score = if self.rng.percent(2) {
                format!("{score}.5")
            } else {
                score.to_string()
            };
            let declares = !matches!(instrument, "nps" | "enps") && self.rng.percent(95);
            let mut cells = vec![
                ("stakeholder_id", self.maybe(85, who)),
                ("sent_at", if is_sent { self.event(sent) } else { String::new() }),
                (
                    "responded_at",
                    if answered && (!is_sent || self.rng.percent(95)) {
                        self.event(responded)
                    } else {
                        String::new()
                    },
                ),
                ("response_id", format!("s{number}")),
                ("instrument", text(instrument)),
                ("score", if answered { self.maybe(96, score) } else { String::new() }),
                ("scale_min", if declares { min.to_string() } else { String::new() }),
                ("scale_max", if declares { max.to_string() } else { String::new() }),
                ("channel", self.one(&["mail", "web"])),
            ];
            if self.flavour.weights {
                cells.push(("weight", self.one(&["0.5", "1", "1.25", "3"])));
            }
            out.push(&cells);
        }
        out
    }

    fn referrals(&mut self) -> Export {
        let mut out = Export::new(
            "referrals",
            "referrals.csv",
            "referrer_id,referred_id,occurred_at,converted_at,status",
        );
        for number in 0..50 {
            let at = self.moment();
            let converted = self.rng.percent(45);
            let later = at + self.rng.int(0, 90) * 86_400;
            let referred = if self.rng.percent(30) {
                self.customer()
            } else {
                format!("lead{number}")
            };
            out.push(&[
                ("referrer_id", self.customer()),
                ("referred_id", {
                    let r = referred;
                    self.maybe(90, r)
                }),
                ("occurred_at", self.event(at)),
                ("converted_at", if converted { self.event(later) } else { String::new() }),
                ("status", {
                    let s = self.one(&["open", "lost", "Converted"]);
                    self.maybe(30, s)
                }),
            ]);
        }
        out
    }

    fn supplies(&mut self) -> Export {
        let mut out = Export::new(
            "supplies",
            "supplies.csv",
            "stakeholder_id,order_id,line_id,ordered_at,promised_at,received_at,quantity,quantity_received,quantity_rejected,amount,currency,channel",
        );
        for number in 0..130 {
            let at = self.moment();
            let received = self.rng.percent(80);
            let quantity = self.rng.int(0, 40);
            let got = (quantity - if self.rng.percent(25) { self.rng.int(0, 5) } else { 0 }).max(0);
            let due = at + self.rng.int(0, 30) * 86_400;
            let ordered = self.rng.percent(92);
            let arrival = due + self.rng.int(-6, 8) * 43_200;
            out.push(&[
                ("stakeholder_id", self.rng.pick(&self.suppliers).clone()),
                ("order_id", format!("b{}", number / 2)),
                ("line_id", number.to_string()),
                ("ordered_at", if ordered { self.event(at) } else { String::new() }),
                (
                    "promised_at",
                    if !ordered || self.rng.percent(85) {
                        date(due)
                    } else {
                        String::new()
                    },
                ),
                ("received_at", if received { self.event(arrival) } else { String::new() }),
                ("quantity", {
                    let q = quantity.to_string();
                    self.maybe(92, q)
                }),
                (
                    "quantity_received",
                    if received {
                        let q = got.to_string();
                        self.maybe(92, q)
                    } else {
                        String::new()
                    },
                ),
                (
                    "quantity_rejected",
                    if received {
                        let q = self.rng.int(0, got.min(3)).to_string();
                        self.maybe(60, q)
                    } else {
                        String::new()
                    },
                ),
                ("amount", {
                    let a = money(self.rng.int(0, 200_000));
                    self.maybe(95, a)
                }),
                ("currency", text("EUR")),
                ("channel", self.one(&["edi", "mail"])),
            ]);
        }
        out
    }
}

/// All exports of an organisation.
pub fn organisation(flavour: Flavour) -> Vec<Export> {
    let names = |prefix: &str, n: usize| (0..n).map(|i| format!("{prefix}{i:02}")).collect::<Vec<_>>();
    let mut maker = Maker {
        rng: Rng::new(flavour.seed.wrapping_mul(0xD134_2543_DE82_EF95)),
        flavour,
        customers: names("c", 34),
        employees: names("e", 36),
        suppliers: names("v", 6),
        messages: 0,
    };
    let mut exports = maker.purchases();
    exports.push(maker.totals());
    let tickets = maker.tickets();
    let earlier = maker.earlier(&tickets);
    exports.push(tickets);
    exports.push(maker.mails());
    exports.push(maker.chats());
    exports.push(maker.meetings());
    exports.push(maker.surveys());
    exports.push(maker.supplies());
    if flavour.referral_log {
        exports.push(maker.referrals());
    }
    if flavour.roster {
        exports.push(maker.roster());
    }
    // The last one: it adds nothing, because every one of its records is there in a later state.
    exports.push(earlier);
    exports
}
