//! How an order ended, in the words the shop is told.

use serde::{Deserialize, Serialize};

/// How an order's run ended. As JSON and in configuration: `paid`, `token-expired`, …
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Captured and invoiced.
    Paid,
    /// The issuer said no.
    Declined,
    /// The token expired before it could be used: the customer has to pay again.
    TokenExpired,
    /// Dropped by a person, or the authorization lapsed. Nothing was taken.
    Cancelled,
    /// The capture was refused after the order had been accepted.
    CaptureRefused,
    /// The order cannot be accepted as it is.
    Rejected,
}

/// All outcomes.
pub const OUTCOMES: [Outcome; 6] = [
    Outcome::Paid,
    Outcome::Declined,
    Outcome::TokenExpired,
    Outcome::Cancelled,
    Outcome::CaptureRefused,
    Outcome::Rejected,
];

impl Outcome {
    /// As JSON and configuration spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Declined => "declined",
            Self::TokenExpired => "token-expired",
            Self::Cancelled => "cancelled",
            Self::CaptureRefused => "capture-refused",
            Self::Rejected => "rejected",
        }
    }

    /// The order status a WooCommerce shop uses for it when nothing else is configured.
    pub fn woocommerce_status(self) -> &'static str {
        match self {
            Self::Paid => "processing",
            Self::Declined | Self::CaptureRefused => "failed",
            Self::TokenExpired => "pending",
            Self::Cancelled | Self::Rejected => "cancelled",
        }
    }

    /// One sentence for the order's notes: what happened and what the customer or shop can do.
    pub fn note(self) -> &'static str {
        match self {
            Self::Paid => "Payment captured and invoiced.",
            Self::Declined => "The card was declined. The customer can pay with another card.",
            Self::TokenExpired => {
                "The payment details expired before they could be used. Please ask the customer to pay again."
            }
            Self::Cancelled => "The order was cancelled. The reserved amount has been released.",
            Self::CaptureRefused => "The payment could not be captured. The order was not shipped.",
            Self::Rejected => "The order could not be accepted. Nothing was charged.",
        }
    }
}
