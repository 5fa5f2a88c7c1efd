//! All targets: what each reads, and what it begins with.

use crate::{
    mutate::Input,
    targets::{
        audit, desk, gateway, intake, mapping, messages, odoo, secrets, shops, signatures, stored, webhooks,
    },
};

/// A target.
pub struct Target {
    /// Its name.
    pub name: &'static str,
    /// What runs it.
    pub run: fn(&Input),
    /// Files and folders of the repository that it begins with.
    pub corpus: &'static [&'static str],
    /// The files whose readers it reaches. `tests/table.rs` finds them in the source, and asks for all of them.
    pub reads: &'static [&'static str],
}

const fn target(
    name: &'static str,
    run: fn(&Input),
    corpus: &'static [&'static str],
    reads: &'static [&'static str],
) -> Target {
    Target {
        name,
        run,
        corpus,
        reads,
    }
}

/// Orders as shops send them, those that must be refused included.
const WOOCOMMERCE: &[&str] = &[
    "events/woocommerce",
    "events/refused",
    "tests/bad-input/corpus/found",
];
const STANDARD: &[&str] = &[
    "events/standard",
    "events/refused",
    "tests/bad-input/corpus/found",
];
const ALL_BODIES: &[&str] = &[
    "events/woocommerce",
    "events/standard",
    "events/refused",
    "tests/bad-input/corpus/found",
];
const GATEWAY: &[&str] = &[
    "tests/bad-input/corpus/gp-api-transaction",
    "tests/bad-input/corpus/gp-api-list",
];

/// The table.
#[rustfmt::skip] // a table
pub const TARGETS: [Target; 39] = [
    target("woocommerce-order", webhooks::woocommerce, WOOCOMMERCE, &[
        "shared/shop/src/woocommerce/mod.rs", "shared/shop/src/woocommerce/parse.rs", "shared/shop/src/woocommerce/wire.rs",
        "shared/shop/src/woocommerce/amounts.rs", "shared/shop/src/woocommerce/payment.rs", "shared/shop/src/json.rs",
        "shared/shop/src/lib.rs", "shared/domain/src/event.rs", "shared/domain/src/order/check.rs",
    ]),
    target("standard-order", webhooks::standard, STANDARD, &[
        "shared/shop/src/standard/mod.rs", "shared/domain/src/order.rs", "shared/domain/src/order/shape.rs",
        "shared/domain/src/order/facts.rs",
    ]),
    target("whole-way", intake::whole_way, ALL_BODIES, &[
        "shared/runtime/src/inbox.rs", "functions/event-router/src/router.rs", "functions/event-router/src/batch.rs",
        "shared/domain/src/decide.rs", "shared/domain/src/failure.rs",
    ]),
    target("woocommerce-signature", signatures::woocommerce, ALL_BODIES, &["shared/shop/src/signature.rs"]),
    target("standard-signature", signatures::standard, ALL_BODIES, &["shared/shop/src/standard/mod.rs"]),
    target("gateway-notification", signatures::gateway, GATEWAY, &["shared/heartland/src/gp_api/notification.rs"]),
    target("gateway-transaction", gateway::transaction, &["tests/bad-input/corpus/gp-api-transaction"], &[
        "shared/heartland/src/gp_api/answer.rs", "shared/heartland/src/gp_api/transaction.rs",
        "shared/heartland/src/gp_api/wire.rs", "shared/heartland/src/gp_api/amount.rs",
        "shared/heartland/src/gp_api/status.rs", "shared/heartland/src/gp_api/failures.rs",
        "shared/heartland/src/gp_api/redact.rs", "shared/heartland/src/gp_api/expectation.rs",
    ]),
    target("gateway-list", gateway::list, GATEWAY, &["shared/heartland/src/gp_api/answer.rs"]),
    target("gateway-access-token", gateway::token, &["tests/bad-input/corpus/gp-api-token", "tests/bad-input/corpus/gp-api-transaction"],
        &["shared/heartland/src/gp_api/access.rs"]),
    target("gateway-ids", gateway::ids, &["tests/bad-input/corpus/gp-api-ids"], &["shared/heartland/src/gp_api/ids.rs"]),
    target("odoo-json2", odoo::json2, &["tests/bad-input/corpus/odoo-json2"], &[
        "shared/odoo/src/json2.rs", "shared/odoo/src/error.rs", "shared/odoo/src/redact.rs",
    ]),
    target("odoo-jsonrpc", odoo::jsonrpc, &["tests/bad-input/corpus/odoo-jsonrpc"], &["shared/odoo/src/jsonrpc.rs"]),
    target("odoo-load", odoo::loaded, &["tests/bad-input/corpus/odoo-load"], &["shared/odoo/src/load.rs"]),
    target("odoo-sale-orders", odoo::sale_orders, &["tests/bad-input/corpus/odoo-sale-orders"], &[
        "shared/odoo/src/documents/sale.rs", "shared/odoo/src/documents/invoice.rs", "shared/odoo/src/documents/mod.rs",
        "functions/invoice-writer/src/payment.rs", "functions/invoice-writer/src/fuzzing.rs",
    ]),
    target("odoo-stock", odoo::stock, &["tests/bad-input/corpus/odoo-stock"], &["shared/odoo/src/stock.rs"]),
    target("odoo-books", odoo::books, &["tests/bad-input/corpus/odoo-books"], &["shared/odoo/src/books/read.rs"]),
    target("odoo-amounts", odoo::amounts, &["tests/bad-input/corpus/odoo-amounts"], &["shared/odoo/src/value.rs"]),
    target("shop-answers", shops::answers, &["tests/bad-input/corpus/shop-answers"], &[
        "shared/shop/src/http.rs", "shared/shop/src/woocommerce/client.rs", "shared/shop/src/standard/client.rs",
        "shared/shop/src/woocommerce/webhooks.rs",
    ]),
    target("log-ids", messages::log_ids, &["tests/bad-input/corpus/messages-inbox", "tests/bad-input/corpus/messages-work", "tests/bad-input/corpus/traces"],
        &["shared/runtime/src/work.rs", "shared/runtime/src/trace.rs"]),
    target("sqs-batch", messages::sqs_event, &["events/lambda/event-router.json", "events/lambda/order-writer.json", "events/lambda/invoice-writer.json"],
        &["shared/runtime/src/batch.rs"]),
    target("inbox-event", messages::inbox_event, &["tests/bad-input/corpus/messages-inbox"], &["shared/runtime/src/message.rs"]),
    target("work", messages::work, &["tests/bad-input/corpus/messages-work"], &["shared/odoo-work/src/message.rs"]),
    target("steps", messages::steps, &["events/lambda", "tests/bad-input/corpus/messages-work"], &[
        "shared/runtime/src/message.rs", "functions/payment-capture/src/request.rs", "functions/order-notifier/src/request.rs",
        "functions/inventory-pusher/src/pusher.rs", "shared/domain/src/outcome.rs",
    ]),
    target("review-desk", desk::input, &["tests/bad-input/corpus/desk", "events/lambda/review-desk-drop.json", "events/lambda/review-desk-edit.json", "events/lambda/review-desk-list.json", "events/lambda/review-desk-message.json", "events/lambda/review-desk-open.json", "events/lambda/review-desk-pause.json", "events/lambda/review-desk-redrive.json", "events/lambda/review-desk-replay.json", "events/lambda/review-desk-resume.json", "events/lambda/review-desk-show.json"], &[
        "functions/review-desk/src/input.rs", "functions/review-desk/src/request.rs", "functions/review-desk/src/listing.rs", "functions/review-desk/src/stopped_steps.rs",
        "functions/review-desk/src/dead_letters.rs", "functions/review-desk/src/ended_runs.rs", "functions/review-desk/src/redrive.rs",
    ]),
    target("corrections", desk::correction, ALL_BODIES, &[
        "functions/review-desk/src/edit.rs", "functions/review-desk/src/edit_event.rs", "shared/domain/src/order/edit.rs",
        "shared/domain/src/changes.rs",
    ]),
    target("stored-items", stored::items, &["tests/bad-input/corpus/stored", "events/standard"], &[
        "shared/runtime/src/items/typed.rs", "shared/runtime/src/stores/reviews.rs", "shared/runtime/src/stores/reviews/review.rs", "shared/runtime/src/stores/reviews/stored.rs", "shared/runtime/src/stores/order_items.rs", "shared/runtime/src/stores/order_items/edited.rs",
        "shared/domain/src/decide/our_write.rs", "shared/runtime/src/stores/payloads.rs", "shared/runtime/src/stores/payments_used.rs", "shared/runtime/src/stores/cursors.rs",
    ]),
    target("configuration", mapping::configuration, &["infra/merchant.toml"], &[
        "shared/domain/src/merchant/parse.rs", "shared/domain/src/merchant/section.rs", "shared/domain/src/merchant/checks.rs",
    ]),
    target("addresses", mapping::addresses, &["tests/bad-input/corpus/addresses"], &["shared/domain/src/address.rs"]),
    target("emails", mapping::emails, &["tests/bad-input/corpus/emails"], &["shared/domain/src/address.rs"]),
    target("ids", mapping::ids, &["tests/bad-input/corpus/ids"], &["shared/domain/src/ids.rs", "shared/domain/src/event.rs"]),
    target("money", mapping::money, &["tests/bad-input/corpus/money"], &["shared/domain/src/money.rs"]),
    target("card-numbers", mapping::card_numbers, &["tests/bad-input/corpus/card-numbers", "events/refused"], &["shared/domain/src/card_number.rs"]),
    target("secret-of-shop", secrets::shop, &["tests/bad-input/corpus/secrets-shop"], &["shared/shop/src/secret.rs"]),
    target("secret-of-gateway", secrets::gateway, &["tests/bad-input/corpus/secrets-gateway"], &["shared/heartland/src/gp_api/settings.rs"]),
    target("secret-of-odoo", secrets::odoo, &["tests/bad-input/corpus/secrets-odoo"], &["shared/odoo/src/settings.rs"]),
    target("secret-of-ledger", secrets::fact_key, &["tests/bad-input/corpus/secrets-ledger"], &[
        "shared/runtime/src/secrets.rs", "shared/runtime/src/secrets/shapes.rs",
    ]),
    target("secret-of-audit", secrets::audit_key, &["tests/bad-input/corpus/secrets-audit"], &["shared/audit/src/key.rs"]),
    target("audit-stream", audit::stream, &["tests/bad-input/corpus/audit-stream"], &[
        "functions/audit-recorder/src/records.rs", "shared/audit/src/image.rs",
    ]),
    target("audit-rows", audit::rows, &["tests/bad-input/corpus/audit-rows"], &[
        "shared/audit/src/entry.rs", "shared/audit/src/head.rs", "shared/audit/src/chain.rs", "shared/audit/src/verify.rs",
    ]),
];
