//! The twin and a real Odoo side by side: every scenario on both, call by call. Where the real one is comes from the
//! environment: `ODOO_URL`, `ODOO_DB`, `ODOO_KEY` (the bot's), `ODOO_ADMIN_KEY`.

use crate::{
    scenarios::SCENARIOS,
    world::{World, twin},
};
use futures::future::join_all;
use odoo::{Call, Client, Dialect, Odoo, OdooError, Settings};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Mutex;

/// One test at a time: collisions of one would be seen by another.
static ALONE: Mutex<()> = Mutex::const_new(());

fn client(key: &str) -> Arc<Client> {
    let variable = |name: &str| std::env::var(name).unwrap();
    let settings = Settings {
        url: variable("ODOO_URL"),
        database: variable("ODOO_DB"),
        api_key: key.to_owned().into(),
        login: None,
        dialect: Dialect::Json2,
    };
    Arc::new(Client::new(settings).unwrap())
}

fn key(name: &str) -> String {
    std::env::var(name).unwrap()
}

#[tokio::test]
#[ignore = "needs a real Odoo: cargo verify --only odoo"]
async fn the_twin_answers_as_odoo_does() {
    let _alone = ALONE.lock().await;
    let (bot, admin) = (client(&key("ODOO_KEY")), client(&key("ODOO_ADMIN_KEY")));
    let mut drifts = Vec::new();
    let mut calls = 0;
    for (name, scenario) in SCENARIOS {
        let real = World::with(bot.clone(), admin.clone(), jiff::Timestamp::now());
        scenario(&real).await;
        let twin = World::on(&twin());
        scenario(&twin).await;
        let (real, twin) = (real.bot.take(), twin.bot.take());
        calls += real.len();
        drifts.extend(differences(name, real, twin));
    }
    assert!(drifts.is_empty(), "{}", drifts.join("\n"));
    println!("{calls} answers of {} scenarios are alike", SCENARIOS.len());
}

/// The merchant's books are read once more when something is missing in them and they are older than two seconds.
const BOOKS: [&str; 8] = [
    "res.company/",
    "ir.model.data/",
    "res.currency",
    "stock.warehouse/",
    "product.pricelist/",
    "account.tax/",
    "account.journal/",
    "res.country",
];

fn without_repeats(notes: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(notes.len());
    for note in notes {
        let of_books = BOOKS.iter().any(|model| note.starts_with(model));
        if !of_books || !kept.contains(&note) {
            kept.push(note);
        }
    }
    kept
}

/// What one has that the other has not. Searches that run at the same time are answered in any order.
fn differences(scenario: &str, real: Vec<String>, twin: Vec<String>) -> Vec<String> {
    let (real, mut twin) = (without_repeats(real), without_repeats(twin));
    let mut only_real = Vec::new();
    for note in real {
        match twin.iter().position(|other| *other == note) {
            Some(place) => drop(twin.remove(place)),
            None => only_real.push(note),
        }
    }
    let only = |who: &str, notes: Vec<String>| -> Vec<String> {
        notes
            .into_iter()
            .map(|note| format!("{scenario}: only {who}: {note}"))
            .collect()
    };
    [only("Odoo", only_real), only("the twin", twin)].concat()
}

/// Of twenty that load the same record at the same time one is first; all others collide or find it.
#[tokio::test]
#[ignore = "needs a real Odoo: cargo verify --only odoo"]
async fn collisions_are_worded_as_the_twin_words_them() {
    let _alone = ALONE.lock().await;
    let bot = client(&key("ODOO_KEY"));
    let name = format!("collision_{}", crate::orders::unique());
    let load = Call::effect("res.partner", "load")
        .arg("fields", json!(["id", "x_heartland_id", "name"]))
        .arg("data", json!([[format!("heartland.{name}"), name, "Ann"]]))
        .context(
            &odoo::Context::new("en_US", "UTC", None)
                .with("mode", "update")
                .with("noupdate", true),
        );
    let answers = join_all((0..20).map(|_| bot.call(&load))).await;
    let mut ids: Vec<Value> = Vec::new();
    for answer in answers.into_iter().map(Result::unwrap) {
        match answer["ids"] == false {
            true => {
                let message = answer["messages"][0]["message"].as_str().unwrap_or_default();
                let known =
                    message.contains("could not serialize access") || message.contains("x_heartland_uniq");
                assert!(known, "{answer}");
            }
            false => ids.push(answer["ids"].clone()),
        }
    }
    assert!(
        !ids.is_empty() && ids.iter().all(|each| *each == ids[0]),
        "{ids:?}"
    );
}

#[tokio::test]
#[ignore = "needs a real Odoo: cargo verify --only odoo"]
async fn an_unknown_key_is_everybodys() {
    let search = Call::search_read("res.company", json!([]), &["name"]);
    let real = client("0123456789abcdef0123456789abcdef01234567")
        .call(&search)
        .await;
    let twin = twin();
    twin.refuse_key(true);
    assert!(matches!(real, Err(OdooError::Misconfigured(_))), "{real:?}");
    assert!(matches!(twin.answer(&search), Err(OdooError::Misconfigured(_))));
}
