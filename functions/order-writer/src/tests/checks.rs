use super::*;
use crate::{check::Expected, plan::taxes::Fix};
use domain::{
    failure::{Failure, FailureName},
    money::Money,
};
use odoo::documents::{Delivery, Invoice, Picking, SaleLine, SaleOrder, TaxLine};

fn usd(minor: i64) -> Money {
    Money::new(minor, "USD".parse().unwrap())
}

fn tax_line(id: i64, tax: i64, minor: i64) -> TaxLine {
    TaxLine {
        id,
        tax,
        account: Some("251000".to_owned()),
        amount: usd(minor),
    }
}

/// A line of two pieces.
fn sale_line(id: i64, delivered: i64) -> SaleLine {
    SaleLine {
        id,
        ordered: 2.into(),
        delivered: delivered.into(),
        by_deliveries: true,
    }
}

/// The drafts of [`order`] as Odoo would make them, its local tax a cent off.
fn drafts(world: &World) -> SaleOrder {
    let taxes = world.taxes(&order());
    let id = |minor| {
        *taxes
            .iter()
            .find(|(_, want)| want.amount.minor == minor)
            .unwrap()
            .0
    };
    let invoice = Invoice {
        id: 3,
        heartland_id: Some("woo_1001_g1_invoice".to_owned()),
        name: None,
        state: "draft".to_owned(),
        payment_state: "not_paid".to_owned(),
        currency: "USD".parse().unwrap(),
        untaxed: usd(3247),
        total: usd(3247 + 215 + 49),
        residual: usd(0),
        date: Some("2026-11-19".parse().unwrap()),
        commercial_partner: Some(7),
        locked_until: None,
        receivables: vec![9],
        tax_lines: vec![tax_line(31, id(215), 215), tax_line(32, id(50), 49)],
        order_statuses: vec![],
    };
    SaleOrder {
        id: 2,
        heartland_id: Some("woo_1001_g1".to_owned()),
        name: "S00002".to_owned(),
        state: "draft".to_owned(),
        locked: false,
        currency: "USD".parse().unwrap(),
        untaxed: usd(3247),
        date_order: None,
        lines: (1..=3).map(|id| sale_line(id, 0)).collect(),
        pickings: vec![],
        invoices: vec![invoice],
    }
}

async fn before(change: impl Fn(&mut SaleOrder)) -> Result<Vec<Fix>, Failure> {
    let world = World::new().await;
    let mut there = drafts(&world);
    change(&mut there);
    let input = to_write(order());
    let (names, taxes) = (names(&input.order), world.taxes(&input.order));
    Expected::new(&input.order, &names, &world.merchant, &taxes).before_confirm(Some(&there))
}

#[tokio::test]
async fn a_cent_of_tax_is_set_right() {
    assert_eq!(
        before(|_| ()).await,
        Ok(vec![Fix::Set {
            line: 32,
            amount: usd(50)
        }])
    );
}

#[tokio::test]
async fn a_tax_without_a_line_gets_one_and_a_split_one_its_rest() {
    let fixes = before(|order| drop(order.invoices[0].tax_lines.pop()))
        .await
        .unwrap();
    assert!(
        matches!(&fixes[..], [Fix::Add { amount, .. }] if *amount == usd(50)),
        "{fixes:?}"
    );
    let split = |order: &mut SaleOrder| {
        let lines = &mut order.invoices[0].tax_lines;
        lines[1].amount = usd(20);
        lines.push(TaxLine {
            id: 33,
            amount: usd(29),
            ..lines[1].clone()
        });
    };
    assert_eq!(
        before(split).await,
        Ok(vec![Fix::Set {
            line: 32,
            amount: usd(21)
        }])
    );
}

#[tokio::test]
async fn what_stops_an_order_before_it_is_confirmed() {
    type Change = fn(&mut SaleOrder);
    let cases: [(Change, FailureName, &str); 9] = [
        (|order| order.untaxed = usd(3248), FailureName::Conflict, "lines"),
        (
            |order| order.invoices[0].untaxed = usd(3246),
            FailureName::Conflict,
            "lines",
        ),
        (
            |order| order.untaxed = Money::new(3247, "EUR".parse().unwrap()),
            FailureName::Conflict,
            "lines",
        ),
        (
            |order| order.lines.push(sale_line(4, 0)),
            FailureName::Conflict,
            "lines",
        ),
        (
            |order| order.state = "cancel".to_owned(),
            FailureName::Conflict,
            "sale_order.state",
        ),
        (|order| order.invoices.clear(), FailureName::Conflict, "invoice"),
        (
            |order| order.invoices[0].date = None,
            FailureName::Conflict,
            "invoice.date",
        ),
        (
            |order| order.invoices[0].locked_until = Some("2026-11-19".parse().unwrap()),
            FailureName::Refused,
            "invoice.date",
        ),
        (
            |order| order.invoices[0].tax_lines[0].account = Some("400000".to_owned()),
            FailureName::Refused,
            "taxes",
        ),
    ];
    for (change, name, field) in cases {
        let failure = before(change).await.unwrap_err();
        assert_eq!(
            (failure.name, failure.field.as_deref()),
            (name, Some(field)),
            "{failure}"
        );
    }
    let strange = |order: &mut SaleOrder| order.invoices[0].tax_lines.push(tax_line(34, 999, 1));
    assert_eq!(before(strange).await.unwrap_err().name, FailureName::Conflict);
    let yesterday =
        |order: &mut SaleOrder| order.invoices[0].locked_until = Some("2026-11-18".parse().unwrap());
    assert!(before(yesterday).await.is_ok());
}

#[tokio::test]
async fn nothing_is_written_until_it_agrees_to_the_cent() {
    let world = World::new().await;
    let input = to_write(order());
    let (names, taxes) = (names(&input.order), world.taxes(&input.order));
    let expected = Expected::new(&input.order, &names, &world.merchant, &taxes);
    let mut there = drafts(&world);
    there.state = "sale".to_owned();
    let conflict = expected.after_confirm(&there).unwrap_err();
    assert_eq!(
        (conflict.name, conflict.field.as_deref()),
        (FailureName::Conflict, Some("total"))
    );
    there.invoices[0].total = input.order.total();
    let written = expected.after_confirm(&there).unwrap();
    assert_eq!(
        (written.sale_order.id, written.draft.id, written.draft.customer),
        (2, 3, 7)
    );
    there.state = "draft".to_owned();
    assert_eq!(
        expected.after_confirm(&there).unwrap_err().field.as_deref(),
        Some("sale_order.state")
    );
}

#[tokio::test]
async fn a_cancelled_draft_is_nothing_to_capture_for() {
    let world = World::new().await;
    let input = to_write(order());
    let (names, taxes) = (names(&input.order), world.taxes(&input.order));
    let mut there = drafts(&world);
    there.state = "sale".to_owned();
    there.invoices[0].total = input.order.total();
    let judged =
        |there: &SaleOrder| Expected::new(&input.order, &names, &world.merchant, &taxes).after_confirm(there);
    assert!(judged(&there).is_ok());
    there.invoices[0].state = "cancel".to_owned();
    assert_eq!(
        judged(&there).unwrap_err().field.as_deref(),
        Some("invoice.state")
    );
}

#[tokio::test]
async fn delivered_is_what_has_left_and_not_what_is_done() {
    let picking = |kind: &str, state: &str| Picking {
        state: state.to_owned(),
        outgoing: kind == "outgoing",
        incoming: kind == "incoming",
    };
    let (all, short) = (sale_line(1, 2), sale_line(2, 1));
    let service = SaleLine {
        by_deliveries: false,
        ..sale_line(3, 0)
    };
    let almost = SaleLine {
        delivered: "1.9999999".parse().unwrap(),
        ..all
    };
    type Pickings<'a> = &'a [(&'a str, &'a str)];
    let cases: [(&[SaleLine], Pickings<'_>, Delivery); 11] = [
        (&[service], &[], Delivery::Complete),
        (&[all, service], &[("outgoing", "done")], Delivery::Complete),
        (&[almost], &[("outgoing", "done")], Delivery::Complete),
        (
            &[all],
            &[("outgoing", "done"), ("outgoing", "assigned")],
            Delivery::Open,
        ),
        (
            &[short],
            &[("outgoing", "done"), ("outgoing", "confirmed")],
            Delivery::Open,
        ),
        (&[short], &[("internal", "assigned")], Delivery::Open),
        (
            &[short],
            &[("outgoing", "done"), ("outgoing", "cancel")],
            Delivery::Short(short),
        ),
        (&[all, short], &[("outgoing", "done")], Delivery::Short(short)),
        (&[short], &[("outgoing", "cancel")], Delivery::Short(short)),
        (
            &[short],
            &[("outgoing", "done"), ("incoming", "assigned")],
            Delivery::Short(short),
        ),
        (
            &[all],
            &[("outgoing", "done"), ("incoming", "assigned")],
            Delivery::Complete,
        ),
    ];
    for (lines, pickings, expected) in cases {
        let there = SaleOrder {
            lines: lines.to_vec(),
            pickings: pickings
                .iter()
                .map(|(kind, state)| picking(kind, state))
                .collect(),
            ..drafts(&World::new().await)
        };
        assert_eq!(there.delivery(), expected, "{lines:?} {pickings:?}");
    }
}

#[tokio::test]
async fn a_rate_that_the_shop_has_changed_is_not_booked_under_the_old_one() {
    let world = World::new().await;
    let wanted = |percent: Option<&str>| {
        let mut order = order();
        order.taxes[0].rate_percent = percent.map(|percent| percent.parse().unwrap());
        taxes::wanted(&order, world.store(), &world.books)
    };
    for same in [None, Some("6.625"), Some("6.6250"), Some("0")] {
        assert!(wanted(same).is_ok(), "{same:?}");
    }
    let refused = wanted(Some("6.875")).unwrap_err();
    assert_eq!(
        (refused.name, refused.field.as_deref()),
        (FailureName::Refused, Some("taxes[0].rate_percent"))
    );
}
