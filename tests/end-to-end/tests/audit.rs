//! The audit trail of a real order: whole, in order, and blind to nothing that is done to it with all rights.

use anyhow::{Context, Result, ensure};
use audit::{Auditor, ChainId, Entry, HEAD_PLACE, Keys, Kind, Row};
use domain::ids::OrderKey;
use end_to_end::{completed, place, witness, woo_order};
use sandbox::witness::Witness;
use std::cell::Cell;

/// What has to be told of an order that went all the way, in this order, whatever else is told between.
const FACTS: [&str; 12] = [
    "event received",
    "content kept",
    "order opened",
    "effect authorize Intended",
    "effect authorize Applied",
    "effect write-order Applied",
    "order written to Odoo",
    "effect capture Applied",
    "effect write-invoice Applied",
    "shop about to be told",
    "effect notify Applied",
    "order completed",
];

/// As often as the chain is looked at without growing, before it is at its end.
const QUIET_GLANCES: u32 = 40;

#[tokio::test]
async fn an_orders_chain_tells_its_story_and_shows_every_tampering() -> Result<()> {
    let witness = witness().await?;
    let token = witness.gateway.store_card("visa").await?;
    let order = place(&witness, &woo_order(&token)).await?;
    completed(&witness, &order).await?;
    let trail = witness.aws.trail(&witness.deployed).await?;
    let chain = ChainId::order(&order);
    told(&witness, &trail, &chain, "order completed").await?;
    let entries = quiet(&witness, &trail, &chain).await?;
    in_order(&entries)?;
    who_did_it(&entries, &order)?;
    nothing_personal(&entries, &token)?;
    tampering(&witness, &trail, &chain).await?;
    by_hand(&witness, &trail, &order).await?;
    let overview = trail
        .verify_all(|report| {
            let whole = report.findings.is_empty();
            assert!(whole, "{}: {:?}", report.chain, report.findings);
        })
        .await?;
    assert!(overview.chains > 0 && overview.items > 0, "{overview:?}");
    assert_eq!((overview.broken, overview.findings), (0, 0), "{overview:?}");
    Ok(())
}

/// Waits until the trail tells a fact.
async fn told(witness: &Witness, trail: &Auditor, chain: &ChainId, fact: &str) -> Result<Vec<Entry>> {
    witness
        .until(fact, async || {
            let entries = trail.entries(chain).await?;
            Ok(entries.iter().any(|entry| entry.fact == fact).then_some(entries))
        })
        .await
}

/// Waits until nothing more is told: the echo of what the shop was told comes late.
async fn quiet(witness: &Witness, trail: &Auditor, chain: &ChainId) -> Result<Vec<Entry>> {
    let seen = Cell::new((0, 0));
    witness
        .until("the end of the chain", async || {
            let entries = trail.entries(chain).await?;
            let (length, times) = seen.get();
            let times = if entries.len() == length { times + 1 } else { 0 };
            seen.set((entries.len(), times));
            Ok((times > QUIET_GLANCES).then_some(entries))
        })
        .await
}

fn in_order(entries: &[Entry]) -> Result<()> {
    let facts: Vec<&str> = entries.iter().map(|entry| entry.fact.as_str()).collect();
    let mut rest = facts.iter();
    for fact in FACTS {
        ensure!(
            rest.any(|told| *told == fact),
            "no {fact} in its place: {facts:?}"
        );
    }
    let settled = facts.iter().filter(|fact| fact.ends_with("Applied")).count();
    ensure!(settled == 5, "each effect is settled once: {facts:?}");
    Ok(())
}

fn who_did_it(entries: &[Entry], order: &OrderKey) -> Result<()> {
    for (fact, function) in [
        ("event received", "webhook-intake"),
        ("order opened", "event-router"),
        ("effect capture Applied", "payment-capture"),
        ("effect write-order Applied", "order-writer"),
        ("effect write-invoice Applied", "invoice-writer"),
        ("effect notify Applied", "order-notifier"),
    ] {
        let entry = entries.iter().find(|entry| entry.fact == fact).context(fact)?;
        ensure!(entry.by == function, "{fact} by {}", entry.by);
        ensure!(entry.request.is_some() && entry.trace.is_some(), "{entry:?}");
        ensure!(entry.at_ms <= entry.recorded_at_ms + 60_000, "{entry:?}");
        if fact.starts_with("effect") {
            let execution = format!("{}-1", order.slug());
            ensure!(entry.execution.as_deref() == Some(&execution), "{entry:?}");
            ensure!(entry.sent_as.is_some(), "{entry:?}");
        }
    }
    let capture = entries
        .iter()
        .find(|entry| entry.fact == "effect capture Applied");
    let after = capture
        .and_then(|entry| entry.after.as_ref())
        .context("no capture")?;
    ensure!(after.fields["result.amount_minor"] == 6223, "{after:?}");
    Ok(())
}

/// Nothing of the customer, and no token of the card.
fn nothing_personal(entries: &[Entry], token: &str) -> Result<()> {
    let text = serde_json::to_string(entries)?;
    for word in [token, "@", "Street", "visa", "VISA"] {
        ensure!(!text.contains(word), "the trail holds {word:?}");
    }
    Ok(())
}

/// One way to tamper: what is put instead of the row, and what is found.
struct Way {
    name: &'static str,
    place: String,
    put: Option<Row>,
    found: Kind,
}

/// Each kind of tampering is found at its place, and nothing else; then it is undone.
async fn tampering(witness: &Witness, trail: &Auditor, chain: &ChainId) -> Result<()> {
    let rows: Vec<Row> = trail
        .export(chain)
        .await?
        .iter()
        .map(|line| serde_json::from_str(line))
        .collect::<Result<_, _>>()?;
    let (aws, deployed) = (&witness.aws, &witness.deployed);
    for way in ways(&rows)? {
        let there = rows.iter().find(|row| row.place == way.place);
        let row = way.put.as_ref().or(there).context(way.name)?;
        match &way.put {
            Some(row) => aws.write_row(deployed, row).await?,
            None => aws.remove_row(deployed, row).await?,
        }
        let report = trail.verify(chain).await?;
        let at_place = report.findings.iter().any(|found| {
            let at = found.seq.map(Entry::place).or_else(|| found.about.clone());
            found.kind == way.found && at.as_deref() == Some(way.place.as_str())
        });
        ensure!(at_place, "{}: {:?}", way.name, report.findings);
        match there {
            Some(there) => aws.write_row(deployed, there).await?,
            None => aws.remove_row(deployed, row).await?,
        }
        let report = trail.verify(chain).await?;
        ensure!(report.is_whole(), "after {}: {:?}", way.name, report.findings);
    }
    Ok(())
}

fn ways(rows: &[Row]) -> Result<Vec<Way>> {
    let (head, entries) = rows.split_last().context("no rows")?;
    let (third, fourth) = (&entries[2], &entries[3]);
    let last = entries.last().context("no entries")?;
    let forged = |row: &Row, seq: u64| -> Result<Row> {
        let mut entry = Entry::of(row).context("an entry that cannot be read")?;
        entry.seq = seq;
        "somebody".clone_into(&mut entry.by);
        Ok(entry.row(&Keys::new(entry.key.clone(), "another key")))
    };
    let way = |name, place: &str, put, found| Way {
        name,
        place: place.to_owned(),
        put,
        found,
    };
    let next = entries.len() as u64 + 1;
    Ok(vec![
        way(
            "changed",
            &third.place,
            Some(Row {
                body: third
                    .body
                    .replacen("webhook-intake", "somebody-else", 1)
                    .replacen("event-router", "somebody", 1),
                ..third.clone()
            }),
            Kind::Changed,
        ),
        way("missing", &third.place, None, Kind::Missing),
        way("missing at the end", &last.place, None, Kind::Missing),
        way(
            "inserted",
            &Entry::place(next),
            Some(forged(last, next)?),
            Kind::Inserted,
        ),
        way(
            "sealed with another key",
            &third.place,
            Some(forged(third, 3)?),
            Kind::Forged,
        ),
        way(
            "reordered",
            &third.place,
            Some(Row {
                place: third.place.clone(),
                ..fourth.clone()
            }),
            Kind::Moved,
        ),
        way("without a head", HEAD_PLACE, None, Kind::HeadMissing),
        way(
            "with a changed head",
            HEAD_PLACE,
            Some(Row {
                body: head.body.replacen("\"seq\":", "\"seq\":1", 1),
                ..head.clone()
            }),
            Kind::HeadChanged,
        ),
    ])
}

/// A change by hand is recorded like any other, as one of nobody we know.
async fn by_hand(witness: &Witness, trail: &Auditor, order: &OrderKey) -> Result<()> {
    let item = format!("effect/capture/{order}/1");
    witness
        .aws
        .change_by_hand(&witness.deployed, &item, "note", "by hand")
        .await?;
    let entries = told(witness, trail, &ChainId::order(order), "effect capture changed").await?;
    let by_hand = entries.last().context("no entry")?;
    ensure!(by_hand.by == audit::UNKNOWN, "{by_hand:?}");
    let report = trail.verify(&ChainId::order(order)).await?;
    ensure!(report.is_whole(), "{:?}", report.findings);
    Ok(())
}
