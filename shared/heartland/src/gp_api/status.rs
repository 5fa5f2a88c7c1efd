//! Where a transaction stands, in the gateway's own words.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! wire_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum $name {
            $($(#[$vdoc])* $variant,)+
            /// A word this version does not know. It survives reading and writing unchanged.
            Unknown(String),
        }

        impl $name {
            /// The word on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Unknown(text) => text,
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                match text.as_str() {
                    $($text => Self::$variant,)+
                    _ => Self::Unknown(text),
                }
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.as_str().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

wire_enum!(
    /// The status of a transaction.
    Status {
        /// Begun, waiting for the payer.
        Initiated = "INITIATED",
        /// The payer is authenticated, nothing is authorized.
        SuccessAuthenticated = "SUCCESS_AUTHENTICATED",
        /// Waiting for the payment provider.
        Pending = "PENDING",
        /// The issuer said no.
        Declined = "DECLINED",
        /// Authorized: the money is reserved, not captured.
        Preauthorized = "PREAUTHORIZED",
        /// Captured, waiting for its batch.
        Captured = "CAPTURED",
        /// In a batch that was closed.
        Batched = "BATCHED",
        /// Paid out to the merchant.
        Funded = "FUNDED",
        /// Voided: the reservation is released.
        Reversed = "REVERSED",
        /// Not taken by the card scheme.
        Rejected = "REJECTED",
        /// Ended without money.
        Failed = "FAILED",
        /// Held back for a person to look at.
        ForReview = "FOR_REVIEW",
    }
);

wire_enum!(
    /// What a transaction does with the money.
    Kind {
        /// Takes it.
        Sale = "SALE",
        /// Gives it back.
        Refund = "REFUND",
    }
);

impl Status {
    /// Whether money is captured: taken from the customer, not necessarily paid out yet.
    pub fn is_captured(&self) -> bool {
        matches!(self, Self::Captured | Self::Batched | Self::Funded)
    }

    /// Whether it ended without taking or reserving money.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Declined | Self::Rejected | Self::Failed)
    }

    /// Whether it is over and holds no money: refused, or reversed.
    pub fn is_over(&self) -> bool {
        self.is_refusal() || *self == Self::Reversed
    }

    /// Whether only a person can tell what it will become: it is held back, or the word is not known.
    pub fn needs_a_person(&self) -> bool {
        matches!(self, Self::ForReview | Self::Unknown(_))
    }

    /// Whether the capture has left the open batch: from here on it is refunded, no longer reversed.
    pub fn is_settled(&self) -> bool {
        matches!(self, Self::Batched | Self::Funded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_status_survives() {
        let status: Status = serde_json::from_str("\"HALF_WAY\"").unwrap();
        assert_eq!(status, Status::Unknown("HALF_WAY".into()));
        assert_eq!(serde_json::to_string(&status).unwrap(), "\"HALF_WAY\"");
    }

    #[test]
    fn known_words_are_written_as_they_are_read() {
        for word in ["PREAUTHORIZED", "FOR_REVIEW", "SUCCESS_AUTHENTICATED"] {
            let status = Status::from(word.to_owned());
            assert!(!matches!(status, Status::Unknown(_)));
            assert_eq!(status.as_str(), word);
        }
    }
}
