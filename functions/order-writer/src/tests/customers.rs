use super::*;
use crate::plan::customer::{Contact, CustomerPlan, Party, names_to_find, plan};
use domain::failure::{Failure, FailureName};
use odoo::ExternalId;

fn contact(id: i64, ours: Option<&ExternalId>, email: &str, street: &str) -> Contact {
    Contact {
        id,
        heartland_id: ours.map(|name| name.name().to_owned()),
        email: Some(email.to_owned()),
        active: true,
        top_level: true,
        internal: false,
        company: false,
        place: Address {
            name: String::new(),
            ..place(street)
        },
    }
}

async fn planned(order: &Order, found: &[Contact]) -> Result<CustomerPlan, Failure> {
    let world = World::new().await;
    plan(order, &names(order), found, "US", &world.books)
}

fn column<'a>(plan: &'a CustomerPlan, contact: usize, column: &str) -> &'a str {
    plan.named[contact].1.get(column).unwrap_or("(missing)")
}

#[tokio::test]
async fn a_new_customer_is_one_contact_when_goods_go_home() {
    let plan = planned(&order(), &[]).await.unwrap();
    assert_eq!(plan.named.len(), 1);
    assert_eq!(column(&plan, 0, "id"), "heartland.woo_customer_77");
    assert_eq!(
        (
            column(&plan, 0, "state_id/.id"),
            column(&plan, 0, "country_id/.id")
        ),
        ("40", "233")
    );
    assert_eq!((&plan.customer, &plan.invoice), (&plan.delivery, &plan.customer));
}

#[tokio::test]
async fn goods_for_somebody_else_or_somewhere_else_get_a_contact_below() {
    for change in [
        |place: &mut Address| place.street = "5 Harbor Road".into(),
        |place: &mut Address| place.name = "Bo Gifted".into(),
    ] {
        let mut order = order();
        let mut goal = order.billing.clone();
        change(&mut goal);
        order.shipping = Some(goal);
        let plan = planned(&order, &[]).await.unwrap();
        assert_eq!(plan.named.len(), 2);
        assert_eq!(
            (column(&plan, 1, "type"), column(&plan, 1, "parent_id/id")),
            ("delivery", "heartland.woo_customer_77")
        );
        assert_eq!(plan.delivery, Party::Named(plan.named[1].0.clone()));
    }
}

#[tokio::test]
async fn our_contact_wins_over_one_with_the_same_address() {
    let order = order();
    let ours = contact(5, Some(&names(&order).customer), "old@example.com", "12 Main St.");
    let theirs = contact(6, None, "ann@example.com", "12 Main Street");
    let plan = planned(&order, &[theirs, ours]).await.unwrap();
    assert_eq!(
        (&plan.customer, plan.named.len(), plan.below.len()),
        (&Party::There(5), 0, 0)
    );
}

#[tokio::test]
async fn a_matched_contact_is_never_changed() {
    let found = [contact(6, None, "ann@example.com", "1 Elsewhere")];
    let plan = planned(&order(), &found).await.unwrap();
    assert_eq!(plan.customer, Party::There(6));
    assert!(plan.named.is_empty());
    let types: Vec<_> = plan
        .below
        .iter()
        .map(|(_, record)| record.get("type").unwrap())
        .collect();
    assert_eq!(types, ["invoice", "delivery"]);
    assert!(
        plan.below
            .iter()
            .all(|(_, record)| record.get("parent_id/.id") == Some("6"))
    );
}

#[tokio::test]
async fn who_is_no_match() {
    let good = || contact(6, None, "ann@example.com", "12 Main Street");
    let cases = [
        vec![good(), Contact { id: 7, ..good() }],
        vec![Contact {
            active: false,
            ..good()
        }],
        vec![Contact {
            top_level: false,
            ..good()
        }],
        vec![Contact {
            internal: true,
            ..good()
        }],
        vec![Contact {
            company: true,
            ..good()
        }],
        vec![Contact {
            email: None,
            ..good()
        }],
    ];
    for found in cases {
        let plan = planned(&order(), &found).await.unwrap();
        assert!(matches!(plan.customer, Party::Named(_)), "{found:?}");
    }
    let one_of_two_archived = [
        good(),
        Contact {
            id: 7,
            active: false,
            ..good()
        },
    ];
    assert_eq!(
        planned(&order(), &one_of_two_archived).await.unwrap().customer,
        Party::There(6)
    );
}

#[tokio::test]
async fn a_company_meets_its_own_contact_and_not_a_private_one_of_the_same_address() {
    let private = || contact(6, None, "ann@example.com", "12 Main Street");
    let company = || Contact {
        id: 7,
        company: true,
        ..private()
    };
    let mut order = order();
    assert_eq!(
        planned(&order, &[private(), company()]).await.unwrap().customer,
        Party::There(6)
    );
    order.customer.company = Some("Blue Widgets GmbH".to_owned());
    let plan = planned(&order, &[private()]).await.unwrap();
    assert!(matches!(plan.invoice, Party::Named(_)), "{plan:?}");
    let plan = planned(&order, &[private(), company()]).await.unwrap();
    assert_eq!((plan.customer, plan.invoice), (Party::There(7), Party::There(7)));
}

#[tokio::test]
async fn a_returning_customer_needs_no_load() {
    let mut order = order();
    order.shipping = Some(place("5 Harbor Road"));
    let names = names(&order);
    let wanted = names_to_find(&order, &names, "US");
    let found = [
        contact(5, Some(&names.customer), "ann@example.com", "12 Main Street"),
        contact(8, Some(&wanted[1]), "", "5 Harbor Road"),
    ];
    let plan = planned(&order, &found).await.unwrap();
    assert_eq!((plan.named.len(), &plan.delivery), (0, &Party::There(8)));
}

#[tokio::test]
async fn a_company_pays_for_its_person() {
    let mut order = order();
    order.customer.company = Some("Blue Widgets GmbH".to_owned());
    let plan = planned(&order, &[]).await.unwrap();
    assert_eq!(
        (column(&plan, 0, "name"), column(&plan, 0, "is_company")),
        ("Blue Widgets GmbH", "1")
    );
    assert_eq!(
        (column(&plan, 1, "name"), column(&plan, 1, "parent_id/id")),
        ("Ann Buyer", column(&plan, 0, "id"))
    );
    assert_eq!(plan.customer, Party::Named(plan.named[1].0.clone()));
    assert_eq!(plan.invoice, Party::Named(plan.named[0].0.clone()));
}

#[tokio::test]
async fn an_archived_contact_of_ours_and_an_unknown_country_are_for_people() {
    let order = order();
    let archived = Contact {
        active: false,
        ..contact(5, Some(&names(&order).customer), "a@b.c", "x")
    };
    let refused = planned(&order, &[archived]).await.unwrap_err();
    assert_eq!(
        (refused.name, refused.field.as_deref()),
        (FailureName::Refused, Some("customer"))
    );
    let mut nowhere = order.clone();
    nowhere.billing.country = "XX".to_owned();
    let refused = planned(&nowhere, &[]).await.unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("country"));
}
