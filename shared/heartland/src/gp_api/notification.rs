//! Notifications: the gateway tells about a transaction by itself.

use super::{transaction::Transaction, wire::WireTransaction};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha512};
use subtle::ConstantTimeEq;

/// Whether `X-GP-Signature` belongs to this body: hex SHA-512 of the raw body and the app key. The body is
/// taken as it came, byte by byte; reading and writing it again would change slashes, escapes and spaces.
pub fn signature_matches(body: &[u8], signature: &str, app_key: &SecretString) -> bool {
    let digest = Sha512::new()
        .chain_update(body)
        .chain_update(app_key.expose_secret())
        .finalize();
    let mut given = [0_u8; 64];
    let readable = hex::decode_to_slice(signature.trim(), &mut given).is_ok();
    readable & bool::from(digest.as_slice().ct_eq(&given))
}

/// A notification whose signature was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// The natural name of the event: repeats carry the same one.
    pub action_id: Option<String>,
    /// What it says. Not the last word: notifications come late, twice and out of order, so the transaction
    /// is looked up before anything is decided.
    pub transaction: Transaction,
}

/// Why a notification is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadNotification {
    /// It is not the gateway's: anybody can have sent it.
    #[error("the signature does not belong to this body")]
    Signature,
    /// It is the gateway's, but not about a transaction.
    #[error("the body is not a transaction: {0}")]
    Body(&'static str),
}

impl Notification {
    /// Verifies the signature, then reads the body.
    ///
    /// # Errors
    /// [`BadNotification`].
    pub fn verify(body: &[u8], signature: &str, app_key: &SecretString) -> Result<Self, BadNotification> {
        if !signature_matches(body, signature, app_key) {
            return Err(BadNotification::Signature);
        }
        let mut wire: WireTransaction =
            serde_json::from_slice(body).map_err(|_| BadNotification::Body("not JSON of that shape"))?;
        let action_id = wire.action.as_mut().and_then(|action| action.id.take());
        Ok(Self {
            action_id,
            transaction: Transaction::from_wire(wire).map_err(BadNotification::Body)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sign(body: &[u8], key: &str) -> String {
        hex::encode(Sha512::digest([body, key.as_bytes()].concat()))
    }

    fn key() -> SecretString {
        SecretString::from("APPKEY")
    }

    #[test]
    fn bodies_are_verified_as_they_came() {
        let bodies = [
            r#"{"id":"TRN_1","status":"CAPTURED","action":{"id":"ACT_1"}}"#,
            "{ \"id\" : \"TRN_1\",\n \"status\": \"CAPTURED\", \"action\": {\"id\":\"ACT_1\"} }",
            r#"{"status":"CAPTURED","url":"https:\/\/x","name":"Jos\u00e9 é","id":"TRN_1","action":{"id":"ACT_1"}}"#,
        ];
        for body in bodies {
            let read =
                Notification::verify(body.as_bytes(), &sign(body.as_bytes(), "APPKEY"), &key()).unwrap();
            assert_eq!(read.action_id.as_deref(), Some("ACT_1"));
            assert_eq!(read.transaction.id.as_str(), "TRN_1");
        }
    }

    #[test]
    fn a_signature_of_another_key_is_wrong() {
        let body = br#"{"id":"TRN_1","status":"CAPTURED"}"#;
        let verified = Notification::verify(body, &sign(body, "OTHER"), &key());
        assert_eq!(verified, Err(BadNotification::Signature));
        let other = br#"{"object":"link"}"#;
        let verified = Notification::verify(other, &sign(other, "APPKEY"), &key());
        assert!(matches!(verified, Err(BadNotification::Body(_))));
        for signature in ["", "00", "zz", &"0".repeat(128)] {
            assert!(!signature_matches(body, signature, &key()));
        }
    }

    proptest! {
        #[test]
        fn any_signed_bytes_are_read_or_refused(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let verified = Notification::verify(&body, &sign(&body, "APPKEY"), &key());
            prop_assert!(matches!(verified, Err(BadNotification::Body(_))));
        }

        #[test]
        fn one_changed_byte_breaks_the_signature(
            mut body in proptest::collection::vec(any::<u8>(), 1..100), at in any::<prop::sample::Index>()
        ) {
            let signature = sign(&body, "APPKEY");
            prop_assert!(signature_matches(&body, &signature, &key()));
            let at = at.index(body.len());
            body[at] ^= 1;
            prop_assert!(!signature_matches(&body, &signature, &key()));
        }
    }
}
