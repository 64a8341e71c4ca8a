//! `relations`: a stakeholder in a period, seen through everything.

use std::ops::Range;

use super::activity::Activity;
use super::column;
use super::context::{Context, is_out};
use super::frame::Frame;
use super::roster::{Roster, Types, current};
use crate::canonical::{Rows, Values};
use crate::schema::Input::Column;
use crate::schema::{
    Fact, FactSpec, Input, NO_CODE, NO_INT, NO_TIME, Needs, Past, Shape, Table, Unit, interactions, purchases, referrals, stakeholders,
    supplies, surveys,
};

const CONTACT: Needs = &[&[Column(&interactions::OCCURRED_AT)]];
const COMPLAINT: Needs = &[&[Column(&interactions::KIND)], &[Input::Cases]];

/// The fact's description.
pub static SPEC: FactSpec = FactSpec {
    fact: Fact::Relations,
    text: "a stakeholder in a period: on the roster at its end, or with any activity in it",
    shape: Shape::StakeholderPeriod,
    rows: None,
    tables: &[
        Table::Stakeholders,
        Table::Interactions,
        Table::Purchases,
        Table::Surveys,
        Table::Supplies,
    ],
    also_reads: &[],
    looks_back: false,
    recorded_at: &[],
    columns: &[
        column(
            "on_roster",
            Unit::Bool,
            "on the roster at the period's end",
            &[&[Column(&stakeholders::STAKEHOLDER_ID)]],
        ),
        column(
            "in_base",
            Unit::Bool,
            "on the roster at the period's end; without a roster: an order in the period",
            &[&[Column(&stakeholders::STAKEHOLDER_ID), Column(&purchases::OCCURRED_AT)]],
        ),
        column("inbound", Unit::Count, "inbound contacts in the period", CONTACT),
        column("outbound", Unit::Count, "outbound contacts in the period", CONTACT),
        column("contacts", Unit::Count, "contacts in the period", CONTACT),
        column(
            "reciprocity",
            Unit::Number,
            "2 min(inbound, outbound) / (inbound + outbound)",
            CONTACT,
        ),
        column(
            "days_since_contact",
            Unit::Days,
            "days from the last contact to the period's end; from the start of the relationship if there was none",
            CONTACT,
        )
        .depends_on(Past::PreviousContact),
        column(
            "target_days",
            Unit::Days,
            "how often there should be a contact",
            &[&[Column(&stakeholders::CONTACT_TARGET_DAYS), Input::ContactTarget]],
        ),
        column(
            "is_overdue",
            Unit::Bool,
            "more days since the last contact than the target",
            &[
                &[Column(&interactions::OCCURRED_AT)],
                &[Column(&stakeholders::CONTACT_TARGET_DAYS), Input::ContactTarget],
            ],
        )
        .depends_on(Past::ContactWithinTarget),
        column(
            "has_order",
            Unit::Bool,
            "an order in the period",
            &[&[Column(&purchases::OCCURRED_AT)]],
        ),
        column(
            "has_answer",
            Unit::Bool,
            "an answered survey in the period",
            &[&[Column(&surveys::SCORE)]],
        ),
        column(
            "has_supply",
            Unit::Bool,
            "a supply ordered or received in the period",
            &[&[Column(&supplies::STAKEHOLDER_ID)]],
        )
        .depends_on(Past::EarlierSupply),
        column("is_active", Unit::Bool, "any contact, order, answer or supply in the period", &[]).depends_on(Past::EarlierSupply),
        column(
            "referrals_made",
            Unit::Count,
            "referrals made in the period",
            &[&[
                Column(&referrals::REFERRER_ID),
                Column(&stakeholders::REFERRER_ID),
                Column(&purchases::REFERRER_ID),
            ]],
        )
        .depends_on(Past::Referral),
        column("complaints", Unit::Count, "complaints opened in the period", COMPLAINT),
        column(
            "recovered_90d",
            Unit::Bool,
            "an order 1 to 90 days after the period's last complaint; without purchases: on the roster 90 days after it",
            COMPLAINT,
        ),
        column(
            "service_cost",
            Unit::Money,
            "cost of the period's interactions",
            &[&[Column(&interactions::COST)]],
        ),
        column("type", Unit::Text, "type of the stakeholder", &[]).words_of(&stakeholders::TYPE),
    ],
};

/// How often there should be a contact with whom.
pub struct Targets<'a> {
    rows: &'a Rows,
    days: Values<'a, f64>,
    tiers: Values<'a, u32>,
    /// Days by code of a tier.
    by_tier: Vec<(u32, i64)>,
}

impl<'a> Targets<'a> {
    /// Of the roster, if there is one.
    pub fn new(ctx: &Context<'a>) -> Option<Targets<'a>> {
        let rows = ctx.canonical.table(Table::Stakeholders)?;
        let texts = &ctx.canonical.texts;
        let targets = || ctx.settings.contact_days.iter();
        let exact = targets().filter_map(|(tier, &days)| Some((texts.code(tier)?, days)));
        let is_alike = |tier: &str, text: &str| {
            text.chars()
                .flat_map(char::to_lowercase)
                .eq(tier.chars().flat_map(char::to_lowercase))
        };
        // Capitals say nothing, unless there are targets that differ in nothing else.
        let alike = targets().flat_map(|(tier, &days)| {
            texts
                .matching(&|text| is_alike(tier, text))
                .into_iter()
                .map(move |code| (code, days))
        });
        let by_tier = exact.chain(alike).collect();
        Some(Targets {
            rows,
            days: rows.floats(&stakeholders::CONTACT_TARGET_DAYS),
            tiers: rows.codes(&stakeholders::TIER),
            by_tier,
        })
    }

    /// The roster's days, else those of the tier; [`NO_INT`] without a target.
    fn of(&self, stakeholder: u32) -> i64 {
        current(self.rows, stakeholder).map_or(NO_INT, |row| self.of_row(row))
    }

    /// The same by a row of the roster. A target of less than a day is none.
    pub fn of_row(&self, row: usize) -> i64 {
        let days = self.days.at(row);
        if stakeholders::is_contact_target(days) {
            return days.round() as i64;
        }
        let tier = self.tiers.at(row);
        self.by_tier
            .iter()
            .find(|(code, _)| *code == tier)
            .map_or(NO_INT, |(_, days)| *days)
    }
}

/// Builds the relations of a block: the periods are walked within each stakeholder.
pub fn build(ctx: &Context, block: Range<u32>, out: &mut Frame) {
    let zone = &ctx.canonical.zone;
    let [on_roster, in_base, has_order, has_answer, has_supply, is_active] =
        ["on_roster", "in_base", "has_order", "has_answer", "has_supply", "is_active"].map(|c| out.handle(c));
    let [inbound, outbound, contacts, reciprocity] = ["inbound", "outbound", "contacts", "reciprocity"].map(|c| out.handle(c));
    let [since, target, is_overdue] = ["days_since_contact", "target_days", "is_overdue"].map(|c| out.handle(c));
    let [referrals, complaints, recovered, cost, kind] =
        ["referrals_made", "complaints", "recovered_90d", "service_cost", "type"].map(|c| out.handle(c));
    let mut activity = Activity::new(ctx, out);
    let mut roster = Roster::new(ctx);
    let targets = if target.is_wanted() || is_overdue.is_wanted() {
        Targets::new(ctx)
    } else {
        None
    };
    let members = ctx.canonical.table(Table::Stakeholders);
    let types = Types::new(ctx.canonical);
    for stakeholder in block.filter(|s| *s != ctx.canonical.nobody()) {
        let slice = ctx.slicing.of(stakeholder);
        if is_out(slice) {
            continue;
        }
        activity.read(ctx, stakeholder);
        if let Some(roster) = &mut roster {
            roster.of(stakeholder);
        }
        let target_days = targets.as_ref().map_or(NO_INT, |t| t.of(stakeholder));
        let type_code = if kind.is_wanted() { types.of(stakeholder) } else { NO_CODE };
        for (index, (window, tally)) in ctx.windows.iter().zip(&activity.tallies).enumerate() {
            let is_there = roster.as_ref().is_some_and(|r| r.is_present(window.end, window.as_of));
            if !is_there && !tally.is_active() {
                continue;
            }
            out.begin_in(stakeholder, slice, index as u32);
            out.flag(on_roster, is_there);
            out.flag(in_base, if roster.is_some() { is_there } else { tally.has_order });
            out.flag(is_active, tally.is_active());
            out.int(target, target_days);
            out.code(kind, type_code);
            if activity.tells_contacts() {
                out.int(inbound, tally.inbound);
                out.int(outbound, tally.outbound);
                out.int(contacts, tally.contacts);
                out.float(reciprocity, tally.reciprocity());
                if since.is_wanted() || is_overdue.is_wanted() {
                    let last = activity
                        .last_contact(window)
                        .map(|(at, _)| at)
                        .or_else(|| roster.as_ref()?.last().iter().rfind(|s| s.start < window.end).map(|s| s.start));
                    if let Some(last) = last.filter(|&at| at != NO_TIME) {
                        let days = i64::from(zone.day_of(window.end) - zone.day_of(last));
                        out.int(since, days);
                        if target_days != NO_INT {
                            out.flag(is_overdue, days > target_days);
                        }
                    }
                }
            }
            if activity.tells_orders() {
                out.flag(has_order, tally.has_order);
            }
            if activity.tells_answers() {
                out.flag(has_answer, tally.has_answer);
            }
            if activity.tells_supplies() {
                out.flag(has_supply, tally.has_supply);
            }
            if activity.tells_referrals() {
                out.int(referrals, tally.referrals);
            }
            if activity.tells_costs() {
                out.total(cost, Some(tally.cost));
            }
            if activity.tells_cases() {
                out.int(complaints, tally.complaints);
            }
            if tally.complaints > 0
                && let Some(yes) = activity.recovered(ctx, window, tally.last_complaint, roster.as_ref())
            {
                out.flag(recovered, yes);
            }
            if out.origins.is_some() {
                let mut behind = tally.behind.clone();
                if let Some(rows) = members.filter(|_| is_there) {
                    behind.extend(rows.run(stakeholder).map(|row| (Table::Stakeholders, row as u32)));
                }
                // What lies outside the period: the contact since which days are counted, and the orders of a recovery.
                if since.is_wanted() || is_overdue.is_wanted() {
                    behind.extend(activity.last_contact(window).map(|(_, row)| (Table::Interactions, row)));
                }
                if recovered.is_wanted() && tally.complaints > 0 {
                    behind.extend(activity.recovery(ctx, window, tally.last_complaint));
                }
                behind.sort_unstable();
                behind.dedup();
                behind.into_iter().for_each(|(table, row)| out.origin(table, row as usize));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::CanonicalTables;
    use crate::canonical::fixture::{Fixture, Rowed};
    use crate::facts::context::{Settings, Slicing};
    use crate::facts::testing::{self, tables};

    const ROSTER: Table = Table::Stakeholders;

    fn shown(canonical: &CanonicalTables, periods: &[&str], columns: &str) -> Vec<String> {
        testing::shown(&SPEC, canonical, &Settings::default(), periods, columns)
    }

    #[test]
    fn who_has_a_row() {
        let canonical = tables(
            "2026-06-01",
            &[
                (
                    ROSTER,
                    "stakeholder_id,started_at,ended_at,type\nhere,2026-01-01,,partner\ngone,2025-01-01,2026-02-10,partner\nlater,2026-03-01,,partner",
                ),
                (
                    Table::Interactions,
                    "stakeholder_id,occurred_at,direction\ngone,2026-02-05,inbound\nwrote,2026-02-01,both\nwrote,2026-04-01,both",
                ),
                (
                    Table::Purchases,
                    "stakeholder_id,occurred_at,amount\nbought,2026-02-28T23:59,5\nrefund,2026-02-01,-5\nbought,2026-03-01,-5",
                ),
                (
                    Table::Surveys,
                    "stakeholder_id,sent_at,responded_at,score\nsaid,2026-01-31,2026-02-02,4\nsilent,2026-02-02,,\n,,2026-02-02,5",
                ),
                (
                    Table::Supplies,
                    "stakeholder_id,ordered_at,received_at\nsent,2025-12-01,2026-02-03\nasked,2026-02-03,\npromised,2026-03-03,",
                ),
            ],
        );
        assert_eq!(
            shown(
                &canonical,
                &["2026-02"],
                "on_roster contacts has_order has_answer has_supply is_active type"
            ),
            [
                "asked 2026-02: no 0 no no yes yes supplier",
                "bought 2026-02: no 0 yes no no yes customer",
                "gone 2026-02: no 1 no no no yes partner",
                "here 2026-02: yes 0 no no no no partner",
                "said 2026-02: no 0 no yes no yes customer",
                "sent 2026-02: no 0 no no yes yes supplier",
                "wrote 2026-02: no 1 no no no yes customer",
            ]
        );
        // With a roster it alone is the base; without one, who ordered.
        assert_eq!(
            shown(&canonical, &["2026-02"], "in_base")
                .iter()
                .filter(|r| r.ends_with("yes"))
                .count(),
            1
        );
        let orders = "stakeholder_id,occurred_at,amount\nbought,2026-02-01,5\nbefore,2026-01-01,5";
        let contacts = "stakeholder_id,occurred_at\nbefore,2026-02-01\nwrote,2026-02-01";
        let without = tables("2026-06-01", &[(Table::Purchases, orders), (Table::Interactions, contacts)]);
        assert_eq!(
            shown(&without, &["2026-02"], "on_roster in_base"),
            ["before 2026-02: no no", "bought 2026-02: no yes", "wrote 2026-02: no no"]
        );
        // Who has a row does not hang on the columns that happen to be asked for.
        assert_eq!(shown(&canonical, &["2026-02"], "referrals_made").len(), 7);
    }

    #[test]
    fn tables_that_are_missing_leave_nulls() {
        let columns = "on_roster inbound contacts reciprocity days_since_contact has_order has_answer has_supply is_active referrals_made complaints recovered_90d service_cost";
        let canonical = tables(
            "2026-06-01",
            &[(Table::Purchases, "stakeholder_id,occurred_at,amount\na,2026-02-01,5")],
        );
        assert_eq!(
            shown(&canonical, &["2026-02"], columns),
            ["a 2026-02: no - - - - yes - - yes - - - -"]
        );
        let canonical = tables("2026-06-01", &[(Table::Interactions, "stakeholder_id,occurred_at\na,2026-02-01")]);
        assert_eq!(
            shown(&canonical, &["2026-02"], columns),
            ["a 2026-02: no 0 1 - 28 - - - yes - 0 - -"]
        );
    }

    #[test]
    fn an_order_is_where_its_earliest_line_is() {
        let canonical = tables(
            "2026-06-01",
            &[(
                Table::Purchases,
                "stakeholder_id,occurred_at,amount,order_id\na,2026-01-31,5,o\na,2026-02-01,5,o",
            )],
        );
        assert_eq!(shown(&canonical, &["2026-01", "2026-02"], "has_order"), ["a 2026-01: yes"]);
    }

    #[test]
    fn reciprocity_is_of_directed_contacts() {
        let canonical = tables(
            "2026-06-01",
            &[(
                Table::Interactions,
                "stakeholder_id,occurred_at,direction,cost\na,2026-01-01,inbound,1\na,2026-01-02,inbound,\na,2026-01-03,inbound,2.5\na,2026-01-04,outbound,\n\
                 a,2026-01-05,both,\na,2026-01-06,,\na,2026-02-01,both,7\nb,2026-01-01,inbound,",
            )],
        );
        assert_eq!(
            shown(
                &canonical,
                &["2026-01", "2026-02"],
                "inbound outbound contacts reciprocity service_cost"
            ),
            ["a 2026-01: 3 1 6 0.5 3.5", "a 2026-02: 0 0 1 - 7", "b 2026-01: 1 0 1 0 0"]
        );
    }

    #[test]
    fn overdue_is_longer_than_the_target_since_any_contact() {
        let text = "stakeholder_id,started_at,ended_at,tier,contact_target_days\n\
                    early,2024-01-01,,gold,\nexact,2024-01-01,,gold,\nnever,2026-01-01,,gold,60\nown,2024-01-01,,gold,7\nplain,2024-01-01,,,\nunknown,,,gold,\n\
                    back,2010-01-01,2012-01-01,gold,\nback,2026-01-20,,silver,";
        let contacts = "stakeholder_id,occurred_at\nearly,2025-12-31\nexact,2026-01-01\nown,2026-01-24\nplain,2026-01-01\nexact,2026-02-01\noff,2026-01-31T23:59";
        let canonical = Fixture::new("2026-06-01")
            .table(ROSTER, Rowed::Plain, text)
            .table(Table::Interactions, Rowed::Plain, contacts)
            .dates(ROSTER, "ended_at")
            .build(true);
        let contact_days = [("gold".to_string(), 31), ("nobody's".to_string(), 1)].into();
        let settings = Settings {
            contact_days,
            ..Settings::default()
        };
        assert_eq!(
            testing::shown(
                &SPEC,
                &canonical,
                &settings,
                &["2026-01"],
                "days_since_contact target_days is_overdue"
            ),
            [
                "back 2026-01: 12 - -",
                "early 2026-01: 32 31 yes",
                "exact 2026-01: 31 31 no",
                "never 2026-01: 31 60 no",
                "off 2026-01: 1 - -",
                "own 2026-01: 8 7 yes",
                "plain 2026-01: 31 - -",
                "unknown 2026-01: - 31 -",
            ]
        );
    }

    const COMPLAINTS: &str = "stakeholder_id,occurred_at,kind\na,2026-01-05,complaint\na,2026-01-10T12:00,complaint\nb,2026-01-10,complaint\n\
                              c,2026-01-10,complaint\nd,2026-01-10,question\ne,2026-01-10,complaint";

    #[test]
    fn a_recovery_is_an_order_within_90_days_of_the_last_complaint() {
        let orders = "stakeholder_id,occurred_at,amount\na,2026-01-10T18:00,5\na,2026-01-08,5\nb,2026-04-10T23:00,5\nc,2026-04-11,5\nd,2026-01-11,5\ne,2026-01-11,-5";
        let canonical = |as_of| {
            Fixture::new(as_of)
                .table(Table::Interactions, Rowed::Tickets, COMPLAINTS)
                .table(Table::Purchases, Rowed::Plain, orders)
                .build(false)
        };
        assert_eq!(
            shown(&canonical("2026-06-01"), &["2026-01"], "complaints recovered_90d"),
            [
                "a 2026-01: 2 no",
                "b 2026-01: 1 yes",
                "c 2026-01: 1 no",
                "d 2026-01: 0 -",
                "e 2026-01: 1 no"
            ]
        );
        assert_eq!(
            shown(&canonical("2026-04-10T23:00"), &["2026-01"], "recovered_90d")[1],
            "b 2026-01: no",
            "that order is not known yet"
        );
    }

    #[test]
    fn without_purchases_a_recovery_is_to_be_there_90_days_later() {
        let roster = "stakeholder_id,started_at,ended_at\na,2020-01-01,2026-04-10\nb,2020-01-01,2026-04-09\nc,2020-01-01,\nd,2020-01-01,";
        let canonical = Fixture::new("2026-06-01")
            .table(Table::Interactions, Rowed::Tickets, COMPLAINTS)
            .table(ROSTER, Rowed::Plain, roster)
            .dates(ROSTER, "ended_at")
            .build(false);
        assert_eq!(
            shown(&canonical, &["2026-01"], "recovered_90d"),
            ["a 2026-01: yes", "b 2026-01: no", "c 2026-01: yes", "d 2026-01: -", "e 2026-01: no"]
        );
    }

    #[test]
    fn referrals_count_for_the_referrer() {
        let canonical = tables(
            "2026-06-01",
            &[(
                ROSTER,
                "stakeholder_id,started_at,referrer_id\na,2025-01-01,\nb,2026-01-05,a\nc,2026-01-06,a\nd,2026-02-01,a",
            )],
        );
        let made = shown(&canonical, &["2026-01", "2026-02"], "referrals_made");
        assert_eq!(made[..3], ["a 2026-01: 2", "a 2026-02: 1", "b 2026-01: 0"]);
    }

    #[test]
    fn slices_leave_out_and_origins_tell() {
        let canonical = tables(
            "2026-06-01",
            &[
                (ROSTER, "stakeholder_id,started_at\na,2025-01-01\nb,2025-01-01"),
                (
                    Table::Purchases,
                    "stakeholder_id,occurred_at,amount,order_id\na,2026-01-01,5,o\na,2026-01-02,5,o\na,2026-01-03,-5,x\na,2026-02-03,5,y",
                ),
                (Table::Surveys, "stakeholder_id,responded_at,score\na,2026-01-02,5"),
            ],
        );
        let windows = testing::windows(&canonical, &["2026-01"]);
        let slicing = Slicing {
            rows: None,
            stakeholders: Some(vec![7, crate::schema::NO_CODE, 0]),
        };
        let ctx = Context {
            canonical: &canonical,
            settings: &Settings::default(),
            slicing: &slicing,
            windows: &windows,
        };
        let frame = testing::frame(&SPEC, &ctx, &[], true);
        assert_eq!((frame.stakeholder, frame.slice), (vec![0], vec![7]));
        assert_eq!(
            frame.origins.unwrap(),
            [[(Table::Surveys, 0), (Table::Purchases, 0), (Table::Purchases, 1), (ROSTER, 0)]]
        );
    }

    #[test]
    fn a_row_stands_behind_once_and_referrals_rest_on_who_names_the_referrer() {
        let canonical = Fixture::new("2026-06-01")
            .table(
                ROSTER,
                Rowed::Plain,
                "stakeholder_id,started_at,referrer_id\na,2025-01-01,\nb,2026-01-05,a",
            )
            .table(
                Table::Interactions,
                Rowed::Tickets,
                "stakeholder_id,occurred_at,responded_at\na,2026-01-01,2026-01-02",
            )
            .table(
                Table::Supplies,
                Rowed::Plain,
                "stakeholder_id,ordered_at,received_at\na,2026-01-01,2026-01-02",
            )
            .build(false);
        let windows = testing::windows(&canonical, &["2026-01"]);
        let slicing = Slicing::default();
        let ctx = Context {
            canonical: &canonical,
            settings: &Settings::default(),
            slicing: &slicing,
            windows: &windows,
        };
        let origins = testing::frame(&SPEC, &ctx, &["referrals_made"], true).origins.unwrap();
        assert_eq!(
            origins[0],
            [(Table::Interactions, 0), (ROSTER, 0), (ROSTER, 1), (Table::Supplies, 0)]
        );
    }

    #[test]
    fn what_lies_outside_the_period_stands_behind_where_it_tells() {
        let canonical = Fixture::new("2026-06-01")
            .table(
                ROSTER,
                Rowed::Plain,
                "stakeholder_id,started_at,contact_target_days\na,2025-01-01,30\na,2025-06-01,20",
            )
            .table(
                Table::Interactions,
                Rowed::Tickets,
                "stakeholder_id,occurred_at,kind,automated,cost\na,2026-01-05,question,,\na,2026-02-05,complaint,,\n\
                 a,2026-02-06,other,true,3\na,2026-03-05,question,,",
            )
            .table(
                Table::Purchases,
                Rowed::Plain,
                "stakeholder_id,occurred_at,amount\na,2026-02-01,1\na,2026-03-07,1\na,2026-05-30,1",
            )
            .build(false);
        let slicing = Slicing::default();
        let settings = Settings::default();
        let origins = |period: &str, columns: &[&str]| {
            let windows = testing::windows(&canonical, &[period]);
            let ctx = Context {
                canonical: &canonical,
                settings: &settings,
                slicing: &slicing,
                windows: &windows,
            };
            testing::frame(&SPEC, &ctx, columns, true).origins.unwrap().remove(0)
        };
        let log = |row| (Table::Interactions, row);
        let order = |row| (Table::Purchases, row);
        let roster = [(ROSTER, 0), (ROSTER, 1)];
        let with = |rows: &[(Table, u32)]| [rows, &roster].concat();
        assert_eq!(origins("2026-02", &["on_roster"]), with(&[log(1), order(0)]));
        assert_eq!(
            origins("2026-02", &["service_cost"]),
            with(&[log(1), log(2), order(0)]),
            "what a machine did costs too"
        );
        assert_eq!(
            origins("2026-02", &["recovered_90d"]),
            with(&[log(1), order(0), order(1)]),
            "the order by which the stakeholder came back, not one 114 days later"
        );
        assert_eq!(origins("2026-04", &["on_roster"]), with(&[]));
        assert_eq!(origins("2026-04", &["is_overdue"]), with(&[log(3)]), "the last contact");
    }
}
