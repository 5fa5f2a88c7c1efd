//! The ways an order can go.

use fastrand::Rng;

/// The way an order goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// Paid by a token that is approved.
    Token,
    /// The card is declined.
    Declined,
    /// The card is declined; the customer pays again with another one.
    DeclinedThenPaid,
    /// The card is approved for a part.
    Part,
    /// The token ends before long.
    TokenEnds,
    /// Reserved by the shop's plugin.
    Reserved,
    /// Taken by the shop's plugin.
    Taken,
    /// The plugin took another amount than the order's.
    TakenOtherAmount,
    /// Names the transaction that pays the order before it, for the same goods. An ordinary one while there is none.
    TakenForAnother,
    /// Not paid at first, by a token later.
    PaidLater,
    /// Not paid at first, taken by the plugin later.
    TakenLater,
    /// Paid by a token; its customer changes a note, then the address.
    EditedTwice,
    /// Paid by a token; the goods are changed afterwards.
    GoodsChanged,
    /// Paid by a token, cancelled in the shop soon after.
    Cancelled,
    /// Cancelled before it was paid.
    CancelledUnpaid,
    /// Holds a product that Odoo does not know.
    UnknownSku,
    /// Its parts do not make up its total.
    TotalIsOff,
    /// To be paid in another way that is none of ours.
    Elsewhere,
    /// Paid by a token, and by the plugin soon after.
    PaidTwice,
    /// Paid by a token, and by a wallet that is none of ours soon after.
    WalletToo,
    /// The card is declined; the customer tries the same one once more.
    TriedAgain,
    /// Somebody has made it as paid, without a payment method.
    ByHand,
}

/// All ways, the ordinary one first.
pub const WAYS: [Way; 22] = [
    Way::Token,
    Way::Declined,
    Way::DeclinedThenPaid,
    Way::Part,
    Way::TokenEnds,
    Way::Reserved,
    Way::Taken,
    Way::TakenOtherAmount,
    Way::TakenForAnother,
    Way::PaidLater,
    Way::TakenLater,
    Way::EditedTwice,
    Way::GoodsChanged,
    Way::Cancelled,
    Way::CancelledUnpaid,
    Way::UnknownSku,
    Way::TotalIsOff,
    Way::Elsewhere,
    Way::PaidTwice,
    Way::WalletToo,
    Way::TriedAgain,
    Way::ByHand,
];

impl Way {
    /// Draws a way: every third order is an ordinary one.
    pub(super) fn draw(rng: &mut Rng) -> Self {
        let any = WAYS[rng.usize(..WAYS.len())];
        if rng.u8(..3) == 0 { Self::Token } else { any }
    }
}
