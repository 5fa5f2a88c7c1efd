//! `[stores.…]` → [`Store`]. A store holds what it refers to, so that whoever has a store needs nothing else.

use super::{
    CaptureWhen, Gateway, MerchantAccount, OdooTax, Scheme, Store, Tender, TransactionMeans, WooCommerce,
    section::Section,
};
use crate::{ids::StoreId, money::Currency, outcome::OUTCOMES};
use std::collections::{BTreeMap, BTreeSet};

/// An authorization lapses after this many days unless the store says otherwise.
const LAPSES_AFTER_DAYS: u32 = 6;

/// What a store refers to. The names are there even when something under them is wrong, so that a wrong
/// reference is told in the same go.
pub(super) struct Known<'a> {
    pub company: Option<&'a str>,
    pub tax_names: BTreeSet<&'a str>,
    pub taxes: Option<&'a BTreeMap<String, OdooTax>>,
    pub account_names: BTreeSet<&'a str>,
    pub accounts: Option<&'a BTreeMap<String, MerchantAccount>>,
}

pub(super) fn store(id: &StoreId, section: Section<'_>, known: &Known<'_>) -> Option<Store> {
    let scheme = scheme(&section);
    let title = section.text("title");
    let company = section.text_or("company", known.company.unwrap_or_default());
    let warehouse = section.text("warehouse");
    let tenders = section
        .section("tenders")
        .and_then(|tenders| tenders.map(|_: &String, at| tender(tenders.section(at)?, known)));
    let payment_methods = payment_methods(&section);
    let choices = [
        ("now", CaptureWhen::Now),
        ("on_delivery", CaptureWhen::OnDelivery),
    ];
    let capture = section.choice("capture", &choices);
    let lapses = section.count_or("authorization_lapses_after_days", 1..=30, LAPSES_AFTER_DAYS);
    let stock_buffer = section.count_or("stock_buffer", 0..=1_000_000, 0);
    let push_stock = section.flag_or("push_stock", false);
    let taxes = taxes(&section, known);
    section.finish();
    Some(Store {
        id: id.clone(),
        scheme: scheme?,
        title: title?,
        company: company?,
        warehouse: warehouse?,
        tenders: tenders?,
        payment_methods: payment_methods?,
        capture: capture?,
        authorization_lapses_after_days: lapses?,
        stock_buffer: stock_buffer?,
        push_stock: push_stock?,
        taxes: taxes?,
    })
}

fn tender(section: Section<'_>, known: &Known<'_>) -> Option<Tender> {
    let gateway = section.choice("gateway", &[("gp-api", Gateway::GpApi)]);
    let chosen = section.section("accounts").and_then(|chosen| {
        chosen.map(|currency: &Currency, at| {
            let name = chosen.text(at)?;
            if !known.account_names.contains(name.as_str()) {
                return chosen.error(at, format!("no account {name:?} under [merchant_accounts]"));
            }
            let account = known.accounts?.get(&name)?;
            if account.currency != *currency {
                return chosen.error(at, format!("the account {name:?} is in {}", account.currency));
            }
            Some(account.clone())
        })
    });
    section.finish();
    Some(Tender {
        gateway: gateway?,
        accounts: chosen?,
    })
}

fn payment_methods(store: &Section<'_>) -> Option<BTreeMap<String, String>> {
    if !store.has("payment_methods") {
        return Some(BTreeMap::new());
    }
    let tenders = store.names(&["tenders"]);
    let methods = store.section("payment_methods")?;
    methods.map(|_: &String, at| {
        let tender = methods.text(at)?;
        if !tenders.contains(tender.as_str()) {
            return methods.error(at, format!("no tender {tender:?} under {}", store.key("tenders")));
        }
        Some(tender)
    })
}

fn taxes(store: &Section<'_>, known: &Known<'_>) -> Option<BTreeMap<String, OdooTax>> {
    let codes = store.section("taxes")?;
    codes.map(|_: &String, at| {
        let name = codes.text(at)?;
        if !known.tax_names.contains(name.as_str()) {
            return codes.error(at, format!("no tax {name:?} under [odoo.taxes]"));
        }
        known.taxes?.get(&name).cloned()
    })
}

fn scheme(store: &Section<'_>) -> Option<Scheme> {
    let woocommerce = store.choice("scheme", &[("standard", false), ("woocommerce", true)])?;
    if woocommerce {
        return Some(Scheme::WooCommerce(woocommerce_settings(
            store.section("woocommerce")?,
        )?));
    }
    if store.has("woocommerce") {
        return store.error(
            "woocommerce",
            "belongs to a store whose scheme is \"woocommerce\"",
        );
    }
    Some(Scheme::Standard)
}

fn woocommerce_settings(section: Section<'_>) -> Option<WooCommerce> {
    let token_meta = section.text("token_meta");
    let payment_state_meta = section.optional_text("payment_state_meta");
    let choices = [
        ("authorized", TransactionMeans::Authorized),
        ("captured", TransactionMeans::Captured),
    ];
    let transaction_means = section.choice("transaction_means", &choices);
    let vat_meta = section.optional_text("vat_meta");
    let mut statuses = Some(WooCommerce::usual_statuses());
    if let Some(chosen) = section.optional_section("statuses") {
        for outcome in OUTCOMES
            .into_iter()
            .filter(|outcome| chosen.has(outcome.as_str()))
        {
            let status = chosen.text(outcome.as_str());
            statuses = statuses.zip(status).map(|(mut all, status)| {
                all.insert(outcome, status);
                all
            });
        }
        chosen.finish();
    }
    section.finish();
    Some(WooCommerce {
        token_meta: token_meta?,
        payment_state_meta: payment_state_meta?,
        transaction_means: transaction_means?,
        vat_meta: vat_meta?,
        statuses: statuses?,
    })
}
