//! An order whose payment the shop's own plugin has authorized: it is verified and captured, never charged again.

use anyhow::Result;
use domain::money::Money;

use super::{
    Expected, Sheet, check_paid, place,
    shelf::{Shelf, Sold, told},
};
use crate::backlog::fresh_id;
use crate::gp_api::Pay;
use crate::shop::Draft;
use crate::witness::Witness;

pub(super) async fn tell(witness: &Witness, sheet: &mut Sheet) -> Result<()> {
    let id = fresh_id();
    let pay = Pay {
        reference: id.to_string(),
        amount: Money::new(6223, "USD".parse()?),
        card: "visa".to_owned(),
        captured: false,
    };
    let transaction = witness.gateway.pay(&pay).await?;
    sheet.tell(format!(
        "the shop's plugin has authorized {} as {transaction}",
        pay.amount
    ));
    let draft = Draft::sample("woocommerce/order-authorized-by-plugin")
        .id(id)
        .transaction(&transaction, false);
    let shelf = Shelf::before(witness, &draft).await?;
    let order = place(sheet, witness, &draft).await?;
    let run = witness.run_ended(&order, 1).await?;
    sheet.check("workflow", "SUCCEEDED", run.status.as_str());
    let ours = witness.transactions(&order).await?;
    sheet.check("Heartland: payments made by us, how many", 0, ours.len());
    let payment = witness.transaction(&transaction).await?;
    let taxes = [("251000", "1"), ("251000", "3.81")];
    let expected = Expected {
        order: &order,
        total: "62.23",
        total_minor: "6223",
        untaxed: "57.42",
        taxes: &taxes,
    };
    check_paid(sheet, witness, &expected, &payment).await?;
    told(sheet, witness, &order, "processing").await?;
    shelf.check(sheet, witness, Sold::Yes).await
}
