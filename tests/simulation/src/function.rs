//! The nine functions, as the template sets them up.

use std::fmt;

/// A function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Function {
    /// `webhook-intake`
    WebhookIntake,
    /// `event-router`
    EventRouter,
    /// `payment-capture`
    PaymentCapture,
    /// `order-writer`
    OrderWriter,
    /// `invoice-writer`
    InvoiceWriter,
    /// `inventory-pusher`
    InventoryPusher,
    /// `order-notifier`
    OrderNotifier,
    /// `change-poller`
    ChangePoller,
    /// `review-desk`
    ReviewDesk,
}

impl Function {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::WebhookIntake,
        Self::EventRouter,
        Self::PaymentCapture,
        Self::OrderWriter,
        Self::InvoiceWriter,
        Self::InventoryPusher,
        Self::OrderNotifier,
        Self::ChangePoller,
        Self::ReviewDesk,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::WebhookIntake => "webhook-intake",
            Self::EventRouter => "event-router",
            Self::PaymentCapture => "payment-capture",
            Self::OrderWriter => "order-writer",
            Self::InvoiceWriter => "invoice-writer",
            Self::InventoryPusher => "inventory-pusher",
            Self::OrderNotifier => "order-notifier",
            Self::ChangePoller => "change-poller",
            Self::ReviewDesk => "review-desk",
        }
    }

    /// The function of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|function| function.name() == name)
    }

    /// `Timeout` in the template, seconds.
    pub fn timeout_s(self) -> i64 {
        match self {
            Self::WebhookIntake => 8,
            Self::EventRouter | Self::OrderNotifier => 30,
            Self::PaymentCapture | Self::InventoryPusher | Self::ReviewDesk => 60,
            Self::OrderWriter | Self::InvoiceWriter | Self::ChangePoller => 120,
        }
    }

    /// The same in milliseconds.
    pub fn timeout_ms(self) -> i64 {
        1000 * self.timeout_s()
    }

    /// Its logical name in the template: `PaymentCapture`.
    pub fn resource(self) -> String {
        format!("{self:?}")
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
