//! An authorization does not outlive its patience: whatever waits for a person or for a delivery has to end before the
//! gateway lets the money go.

use domain::merchant::{CaptureWhen, Merchant};

use super::Template;

const DAY_S: u64 = 24 * 60 * 60;

/// The retries of an outage, before a person is asked.
const RETRIES_S: u64 = 2 * DAY_S;

/// Stores whose authorizations lapse before the waits that the template's parameters allow are over.
pub(super) fn outlived(template: &Template, merchant: &Merchant) -> Vec<String> {
    let default = |name: &str| {
        template.0["Parameters"][name]["Default"]
            .as_u64()
            .unwrap_or(u64::MAX / 4)
    };
    let parked_s = default("ParkSeconds");
    let delivery_s = default("DeliveryPollSeconds").saturating_mul(default("DeliveryPollsMax"));
    let wait_s = |capture| match capture {
        CaptureWhen::Now => RETRIES_S.saturating_add(parked_s),
        CaptureWhen::OnDelivery => delivery_s.max(RETRIES_S).saturating_add(parked_s),
    };
    let stores = merchant.stores.values();
    stores
        .map(|store| (store, u64::from(store.authorization_lapses_after_days) * DAY_S))
        .filter(|(store, lapses_s)| wait_s(store.capture) >= *lapses_s)
        .map(|(store, lapses_s)| {
            let wait_s = wait_s(store.capture);
            format!(
                "stores.{}: waits of {wait_s} s outlive an authorization of {lapses_s} s",
                store.id
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn template(polls: u64) -> Template {
        let of = |value: u64| json!({"Default": value});
        Template(json!({"Parameters": {
            "ParkSeconds": of(342_000), "DeliveryPollSeconds": of(3_600), "DeliveryPollsMax": of(polls)
        }}))
    }

    #[test]
    fn a_store_that_waits_longer_than_its_authorization_lives_is_named() {
        let text = include_str!("../../../../../infra/merchant.toml");
        let merchant = Merchant::parse(text).expect("the example is right");
        assert_eq!(outlived(&template(48), &merchant), Vec::<String>::new());
        let found = outlived(&template(96), &merchant);
        assert!(
            matches!(&found[..], [one] if one.starts_with("stores.own:")),
            "{found:?}"
        );
    }
}
