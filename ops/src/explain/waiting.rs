//! What an order that a run works on waits for. Pure.

use effects::UnixMillis;
use runtime::stores::Review;

use super::facts::{Facts, Run, Whose};
use super::in_queue::comes_again;
use super::left_alone::waits_for;
use super::outlook::{Outlook, milestones, remedy};
use super::run_history::Step;
use super::words;
use crate::time::when;

const DAY_MS: i64 = 24 * 3_600_000;
/// A step that lasts longer is not done within seconds: its first try has come to nothing.
const QUICK_MS: i64 = 15_000;

pub(super) fn open(facts: &Facts) -> Outlook {
    let missing = milestones(facts);
    let run = match facts.run.said() {
        None => {
            return Outlook {
                stands: "a run works on it; the workflow engine could not be asked how far it is".to_owned(),
                missing,
                ..Outlook::default()
            };
        }
        Some(None) => {
            return Outlook {
                stands: "its run is not there".to_owned(),
                missing,
                next: vec![
                    "the event that opened it is tried again by itself and starts it; what was done already is not done twice".to_owned(),
                ],
                needs_person: false,
            };
        }
        Some(Some(run)) => run,
    };
    if run.status != "RUNNING" {
        let why = run.error.as_deref().unwrap_or("without a reason");
        return Outlook {
            stands: format!("its run ended {} ({why}) without closing the order", run.status),
            missing,
            next: vec![
                "a rule opens a review for it; redriven, the run begins again and finds what is done"
                    .to_owned(),
            ],
            needs_person: true,
        };
    }
    match run.current() {
        Some(step) if step.state == "Park" => parked(facts, run, step, missing),
        Some(step) if matches!(step.state.as_str(), "WaitForDelivery" | "CheckDelivery") => {
            delivery(facts, step, missing)
        }
        Some(step) => working(facts, step, missing),
        None => Outlook {
            stands: "its run is between two steps".to_owned(),
            missing,
            ..Outlook::default()
        },
    }
}

fn parked(facts: &Facts, run: &Run, step: &Step, missing: Vec<String>) -> Outlook {
    let now = UnixMillis(facts.now_ms);
    let since = when(UnixMillis(step.entered_at_ms), now);
    let failed = run
        .steps
        .iter()
        .rev()
        .find(|before| before.state != "Park" && before.failure.is_some());
    let why = facts.reviews.iter().find(|review| is_parked(review));
    let mut next = Vec::new();
    match (why, failed.and_then(|step| step.failure.as_ref())) {
        (Some(review), _) => {
            next.push(format!(
                "a person has to mend it: {} (review {})",
                review.why.what, review.id
            ));
            next.extend(remedy(review));
        }
        (None, Some(failure)) => {
            next.push(format!("a person has to mend it: {}", failure.what));
            next.push("its review is being opened: `odoo-heartland review list`".to_owned());
        }
        (None, None) => next.push("its review is being opened: `odoo-heartland review list`".to_owned()),
    }
    if stays_parked(facts, why, failed) {
        next.push("the money is taken: it stays parked until somebody decides".to_owned());
    } else {
        let until = UnixMillis(step.entered_at_ms).plus_ms(facts.rules.park_s.saturating_mul(1000));
        next.push(format!(
            "nobody until {}: as if dropped, {}",
            when(until, now),
            what_dropping_does(facts.whose_payment())
        ));
        next.extend(lapse(facts));
    }
    Outlook {
        stands: format!("parked since {since}"),
        missing,
        next,
        needs_person: true,
    }
}

/// Whether a review is that of a run that waits for its decision.
fn is_parked(review: &Review) -> bool {
    review.redrive["kind"] == "parked"
}

/// Whether time alone decides nothing: money that was taken for an invoice that is not there waits for a person.
fn stays_parked(facts: &Facts, why: Option<&Review>, failed: Option<&Step>) -> bool {
    match (why, failed) {
        (Some(review), _) => review.redrive["step"] == "write-invoice",
        (None, Some(step)) => step.state == "WriteInvoice",
        (None, None) => facts.applied("capture"),
    }
}

/// What becomes of the money and the order when nobody decides, or somebody drops it.
fn what_dropping_does(payment: Option<Whose>) -> &'static str {
    match payment {
        Some(Whose::Ours) => {
            "the money is let go, the order is cancelled in Odoo when it is there, and the shop is told"
        }
        Some(Whose::Shops) => {
            "the order is cancelled in Odoo when it is there and the shop is told; the payment that the shop itself \
             reserved or took is kept, and a review asks a person to give it back"
        }
        None => {
            "the order is cancelled in Odoo when it is there and the shop is told; money that we have reserved is let \
             go, a payment of the shop's own is kept"
        }
    }
}

/// When the authorization is not worth anything any more.
fn lapse(facts: &Facts) -> Option<String> {
    let authorized = facts
        .effect("authorize")
        .filter(|effect| effect.state == "Applied")?;
    let days = i64::from(facts.rules.lapses_after_days);
    let at = UnixMillis(authorized.first_sent_at_ms?).plus_ms(days * DAY_MS);
    Some(format!(
        "the authorization lapses on {}",
        when(at, UnixMillis(facts.now_ms))
    ))
}

fn delivery(facts: &Facts, step: &Step, missing: Vec<String>) -> Outlook {
    let now = UnixMillis(facts.now_ms);
    let deliveries: Vec<String> = facts
        .documents
        .said()
        .into_iter()
        .flatten()
        .filter(|document| document.what == "delivery")
        .map(|document| document.state.clone())
        .collect();
    let mut missing = missing;
    missing.insert(
        0,
        match deliveries.is_empty() {
            true => "the delivery is not done in Odoo".to_owned(),
            false => format!(
                "the delivery is not done in Odoo (it is {})",
                deliveries.join(", ")
            ),
        },
    );
    let mut next = Vec::new();
    if step.state == "WaitForDelivery" {
        let at = UnixMillis(step.entered_at_ms).plus_ms(facts.rules.delivery_poll_s.saturating_mul(1000));
        next.push(format!("Odoo is asked again {}", when(at, now)));
    }
    next.push("when it is done the money is taken and the invoice written, by themselves".to_owned());
    next.extend(lapse(facts));
    let mut outlook = Outlook {
        stands: "waiting for the delivery".to_owned(),
        missing,
        next,
        needs_person: false,
    };
    waits_for(facts, step, &mut outlook);
    outlook
}

fn working(facts: &Facts, step: &Step, missing: Vec<String>) -> Outlook {
    let now = UnixMillis(facts.now_ms);
    let doing = words::step(&step.state).unwrap_or(&step.state);
    let mut outlook = Outlook {
        stands: format!("{doing}, since {}", when(UnixMillis(step.entered_at_ms), now)),
        missing,
        ..Outlook::default()
    };
    waits_for(facts, step, &mut outlook);
    if let Some(failure) = &step.failure {
        outlook.next.push(format!(
            "tried {} times; the last one {}: {} ({})",
            step.tries,
            when(UnixMillis(failure.at_ms), now),
            failure.what,
            words::failure(&failure.name)
        ));
        outlook.next.push(format!(
            "it is tried again by itself, at growing intervals of up to {}, for two days; then a person is asked",
            words::longest_interval(&failure.name)
        ));
    } else if outlook.next.is_empty() {
        outlook.next.extend(goes_on(step, now));
    }
    outlook
}

/// When a step goes on that nothing is known to hold up.
fn goes_on(step: &Step, now: UnixMillis) -> Vec<String> {
    if now.since_ms(UnixMillis(step.entered_at_ms)) < QUICK_MS {
        return vec!["it goes on by itself; usually within seconds".to_owned()];
    }
    match comes_again(step, now, now) {
        Some(comes) => vec![
            "it goes on by itself: it is worked on just now, or waits for its turn".to_owned(),
            comes,
        ],
        None => vec!["it goes on by itself: a call that is not answered is made again".to_owned()],
    }
}

/// What a run does after it has closed its order: it tells the shops what is left in stock.
pub(super) fn after_the_end(facts: &Facts, outlook: &mut Outlook) {
    let Some(Some(run)) = facts.run.said() else { return };
    let broke = !matches!(run.status.as_str(), "RUNNING" | "SUCCEEDED");
    if let Some(step) = run.current() {
        let on = working(facts, step, Vec::new());
        let goes_on = format!("its run goes on {}", on.stands);
        outlook.next.splice(0..0, std::iter::once(goes_on).chain(on.next));
        outlook.needs_person |= on.needs_person;
    } else if broke
        && run
            .steps
            .last()
            .is_some_and(|step| step.state == "PushStockAgain")
    {
        outlook.missing.push(format!(
            "its run ended {} after the order was closed: shops may have been told an older stock",
            run.status
        ));
        let until =
            "the next order of the same products tells the shops their stock; until then compare it by hand";
        outlook.next = vec![until.to_owned()];
    }
}
