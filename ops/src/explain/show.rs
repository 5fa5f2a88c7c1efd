//! The journey for people.

use effects::UnixMillis;
use serde_json::Value;

use super::Explained;
use super::facts::{Effect, Facts, Told};
use super::run_history::Step;
use super::words;
use crate::output::{Show, table};
use crate::time::{iso, length, relative, when};

/// As much of a result is shown.
const RESULT_LENGTH_MAX: usize = 100;

impl Show for Explained {
    fn people(&self, now: UnixMillis) -> String {
        let facts = &self.facts;
        let mut lines = vec![format!(
            "{} of {}: {}",
            facts.order, facts.store, self.outlook.stands
        )];
        section(&mut lines, "Journey", journey(facts, now));
        section(
            &mut lines,
            "Ledger",
            told(&facts.effects, |effects| ledger(effects, now)),
        );
        section(
            &mut lines,
            "Heartland",
            told(&facts.payments, |payments| {
                payments
                    .iter()
                    .map(|p| format!("{}  {}  {}  {}", p.id, p.status, p.amount, p.card))
                    .collect()
            }),
        );
        section(
            &mut lines,
            "Odoo",
            told(&facts.documents, |documents| {
                let rows = documents.iter().map(|d| {
                    let amount = d.amount.clone().unwrap_or_default();
                    [
                        d.what.clone(),
                        d.number.clone(),
                        d.state.clone(),
                        amount,
                        d.link.clone().unwrap_or_default(),
                    ]
                });
                match documents.is_empty() {
                    true => Vec::new(),
                    false => rows.map(|row| row.join("  ").trim_end().to_owned()).collect(),
                }
            }),
        );
        section(
            &mut lines,
            "Shop",
            told(&facts.shop, |order| shop(order.as_ref())),
        );
        let reviews = facts.reviews.iter().map(|review| {
            let since = when(UnixMillis(review.opened_at_ms), now);
            format!(
                "{}  {}  open since {since}: {}",
                review.id, review.doing, review.why.what
            )
        });
        if !facts.reviews.is_empty() {
            section(&mut lines, "Reviews", reviews.collect());
        }
        section(&mut lines, "Missing", self.outlook.missing.clone());
        section(&mut lines, "Next", self.outlook.next.clone());
        lines.join("\n")
    }
}

fn section(lines: &mut Vec<String>, title: &str, content: Vec<String>) {
    lines.push(String::new());
    lines.push(title.to_owned());
    match content.is_empty() {
        true => lines.push("  nothing".to_owned()),
        false => lines.extend(content.into_iter().flat_map(|text| {
            let indented: Vec<String> = text.lines().map(|line| format!("  {line}")).collect();
            indented
        })),
    }
}

fn told<T>(told: &Told<T>, show: impl Fn(&T) -> Vec<String>) -> Vec<String> {
    match told {
        Told::Said(value) => show(value),
        Told::NotReached(why) => vec![format!("not reached: {why}")],
    }
}

fn journey(facts: &Facts, now: UnixMillis) -> Vec<String> {
    let mut story: Vec<(i64, String)> = Vec::new();
    for event in &facts.events {
        let how = match event.via.as_str() {
            "webhook" => "the shop's webhook arrived",
            "poller" => "the poller found it in the shop",
            _ if is_correction(&event.event) => "a person corrected it",
            _ => "a person sent it again",
        };
        // What a person has corrected goes to the inbox when its review is redriven, which is not noted with it.
        let queued = match event.queued || is_correction(&event.event) {
            true => "",
            false => "; it is not in the inbox yet",
        };
        story.push((event.at_ms, format!("{how} (event {}){queued}", event.event)));
    }
    match &facts.run {
        Told::NotReached(why) => story.push((facts.now_ms, format!("the run could not be asked for: {why}"))),
        Told::Said(None) => {}
        Told::Said(Some(run)) => {
            story.push((run.started_at_ms, format!("the run {} began", run.name)));
            story.extend(
                run.steps
                    .iter()
                    .map(|step| (step.entered_at_ms, told_step(step, now))),
            );
            if let Some(ended) = run.ended_at_ms {
                let error = run
                    .error
                    .as_deref()
                    .map(|error| format!(" ({error})"))
                    .unwrap_or_default();
                story.push((ended, format!("the run ended: {}{error}", run.status)));
            }
        }
    }
    story.sort_by_key(|(at, _)| *at);
    let rows = story.into_iter().map(|(at, what)| {
        let at = UnixMillis(at);
        format!("{}  {:>12}  {what}", iso(at), relative(at, now))
    });
    rows.collect()
}

/// Whether a person has made an event of another one.
fn is_correction(event: &str) -> bool {
    event.contains("-edit-")
}

fn told_step(step: &Step, now: UnixMillis) -> String {
    let doing = words::step(&step.state).unwrap_or(&step.state);
    let tries = match step.tries {
        0 | 1 => String::new(),
        n => format!(", {n} tries"),
    };
    let end = match step.left_at_ms {
        Some(left) => format!("{}{tries}", length(left.saturating_sub(step.entered_at_ms))),
        None => format!(
            "since {}{tries}",
            length(now.since_ms(UnixMillis(step.entered_at_ms)))
        ),
    };
    let failure = step
        .failure
        .as_ref()
        .map(|failure| format!(" – {}: {}", words::failure(&failure.name), failure.what));
    format!("{doing} ({end}){}", failure.unwrap_or_default())
}

fn ledger(effects: &[Effect], now: UnixMillis) -> Vec<String> {
    if effects.is_empty() {
        return Vec::new();
    }
    let rows = effects.iter().map(|effect| {
        [
            effect.id.clone(),
            effect.state.clone(),
            effect.attempts.to_string(),
            effect
                .first_sent_at_ms
                .map(|at| relative(UnixMillis(at), now))
                .unwrap_or_default(),
            effect.result.as_ref().map(result).unwrap_or_default(),
        ]
    });
    table(["effect", "state", "tries", "sent", "result"], rows)
        .lines()
        .map(str::to_owned)
        .collect()
}

/// What of an answer people look for.
fn result(value: &Value) -> String {
    let text = |field: &str| value[field].as_str().map(str::to_owned);
    if let (Some(name), Some(what)) = (text("name"), text("what")) {
        return format!("{}: {what}", words::failure(&name));
    }
    let record = |field: &str| value[field]["name"].as_str().map(str::to_owned);
    let parts = [
        text("transaction"),
        text("state"),
        record("sale_order"),
        record("invoice"),
        text("version"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    match parts.is_empty() {
        true => value.to_string().chars().take(RESULT_LENGTH_MAX).collect(),
        false => parts.join(", "),
    }
}

fn shop(order: Option<&super::ShopOrder>) -> Vec<String> {
    let Some(order) = order else {
        return vec!["the shop does not know the order".to_owned()];
    };
    let parts = [
        order.status.as_ref().map(|status| format!("status {status}")),
        order.payment.as_ref().map(|payment| format!("payment {payment}")),
        order.told.as_ref().map(|told| format!("we told it {told}")),
        order.modified_at.as_ref().map(|at| format!("changed {at}")),
    ];
    vec![parts.into_iter().flatten().collect::<Vec<_>>().join(", ")]
}
